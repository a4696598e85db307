"""What a control report is: one table with what its numbers count, for page and file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from cases.models import ReportingRound
from meetings.models import Platform
from platform_site.lib.sheets import Kind, Value

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Heading:
    """A column; ``width`` is a file's, in half-width characters."""

    name: str
    width: float = 14
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Cell:
    """What stands in a place, and the address that tells of it."""

    value: Value = None
    address: str = ""


@dataclass(frozen=True)
class Bar:
    """A part of the picture; ``width`` is of one hundred."""

    label: str
    count: int
    width: float
    address: str = ""


@dataclass(frozen=True)
class Report:
    """A report as it was asked for; ``counts`` says what its numbers count."""

    conditions: Sequence[str]
    counts: Sequence[str]
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    bars: Sequence[Bar] = ()
    bars_title: str = ""
    nothing: str = "沒有符合的資料。"


@dataclass(frozen=True)
class Asked:
    """What a report is asked for; each uses its own of these."""

    today: date
    round: ReportingRound | None = None
    rounds: int = 2
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Subject:
    """A report there is: its name in addresses, its title and what it tells.

    ``asks`` names the fields of ``Asked`` that it can be asked with.
    """

    slug: str
    title: StrPromise | str
    tells: StrPromise | str
    asks: Sequence[str]
    build: Callable[[Platform, Asked], Report]


def bars(counts: Sequence[tuple[str, int, str]]) -> list[Bar]:
    """Return bars, the longest over the whole width, of labels, counts and addresses."""
    most = max((count for _, count, _ in counts), default=0)
    if not most:
        return []
    return [
        Bar(label, count, round(100 * count / most, 1), address)
        for label, count, address in counts
    ]


def case_address(platform: Platform, number: str) -> str:
    """Return the address of a case's page."""
    at = {"platform": platform.slug, "number": number}
    return reverse("cases:case", kwargs=at)


def meeting_address(platform: Platform, slug: str) -> str:
    """Return the address of a meeting's page."""
    at = {"platform": platform.slug, "meeting": slug}
    return reverse("meetings:meeting", kwargs=at)


def round_address(round_: ReportingRound, platform: Platform, query: str = "") -> str:
    """Return the address of a round's table."""
    at = {"platform": platform.slug, "as_of": round_.as_of}
    return f"{reverse('desk:round', kwargs=at)}{query}"

"""A filled-in sheet taken in: read in a child process, kept until it is taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from cases.models import ReportingRound, SheetUpload
from cases.reading.round_sheet import MOST_ROWS
from cases.readings.values import ODD, a_line, a_list, a_number, a_text
from platform_site.lib.text import interchange
from platform_site.reading import sandbox
from platform_site.reading.document import Refused

ENDINGS = (".xlsx", ".ods")
THEN = "cases.reading.round_sheet:read"
LONGEST_NAME = 200
MOST_FAULTS = 20
OWN_KEPT = timedelta(days=1)
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Row:
    """A row as the sheet has it, by the sheet's own number."""

    number: int
    key: str
    case: str
    city: str
    text: str
    is_unchanged: bool
    is_hidden: bool
    faults: Sequence[str]


def take_in(
    round_: ReportingRound,
    content: bytes,
    name: str,
    *,
    by: AbstractBaseUser,
    at: datetime,
) -> SheetUpload:
    """Read a sheet and keep what it says. Raises Refused, with a sentence."""
    if not name.lower().endswith(ENDINGS):
        raise Refused("請上傳試算表（.xlsx或.ods）。")
    said = sandbox.read(content, name, THEN, by_cell=True)
    rows_in(said)  # what cannot be read again is not kept
    plain = "".join(char for char in interchange(name) if char.isprintable())
    with transaction.atomic():
        SheetUpload.objects.filter(
            Q(by=by.pk, at__lt=at - OWN_KEPT) | Q(at__lt=at - KEPT)
        ).delete()
        return SheetUpload.objects.create(
            round=round_, by_id=by.pk, at=at, name=plain[-LONGEST_NAME:], said=said
        )


def rows_in(said: Any) -> list[Row]:
    """Return the rows the child told of; a foreign file may have made it say anything."""
    try:
        return [_row(each) for each in a_list(said, "rows", MOST_ROWS)]
    except (TypeError, ValueError) as error:
        raise Refused(ODD) from error


def notes_in(said: Any) -> list[str]:
    """Return what is to be known of the file as a whole."""
    return [" ".join(str(note).split())[:200] for note in a_list(said, "notes")[:50]]


def _row(said: Any) -> Row:
    faults = a_list(said, "faults", MOST_FAULTS)
    return Row(
        number=a_number(said, "number") or 0,
        key=a_line(said, "key"),
        case=a_line(said, "case"),
        city=a_line(said, "city"),
        text=a_text(said, "text"),
        is_unchanged=bool(a_text(said, "unchanged")),
        is_hidden=bool(a_text(said, "hidden")),
        faults=[interchange(str(fault)) for fault in faults],
    )

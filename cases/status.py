"""Where the cases of a platform stand on a day, gathered for reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef
from django.db.models.functions import JSONObject, Left

from cases.models import (
    Case,
    CaseQuerySet,
    LedgerEntry,
    ProgressUpdate,
    ReportingRound,
    Standing,
)
from meetings.models import IssueGroup, Platform
from platform_site.lib.numbering import read_outline

Code = Standing.Code

# Every standing with its definition: a number is never shown without one.
DEFINITIONS: dict[Standing.Code, str] = {
    Code.LISTED: "經決定列管的會議同意新增、重新列管，或經補登，尚未解列、併案或分案",
    Code.PROPOSED: "議題小組已同意提案，尚未經決定列管的會議同意新增",
    Code.DELISTED: "曾經列管，已由決定列管的會議同意解列",
    Code.MERGED: "已併入他案，由他案繼續辦理",
    Code.SPLIT: "已分為數個新案，由新案繼續辦理",
    Code.DROPPED: "未曾列管，提案後撤案或由小組結案",
}

# What as_of() brings of the entries that listed and ended a case.
_OF_THAT_DAY: tuple[str, ...] = (
    "that_day__listed_by__meeting__series",
    "that_day__listed_by__meeting__minutes",
    "that_day__ended_by__meeting__series",
    "that_day__ended_by__meeting__minutes",
)
# The parts of a case, which stand with it.
_PARTS = (
    Case.objects.filter(parent=OuterRef("pk"))
    .order_by("number")
    .values(part=JSONObject(number="number", name="name"))
)
_OPENING = 400  # characters of a text that its excerpt is taken from
_EXCERPT = 72


@dataclass(frozen=True)
class StandingCount:
    """How many cases stand somewhere, with what that means."""

    code: str
    label: str
    definition: str
    number: int


@dataclass(frozen=True)
class Excerpt:
    """The beginning of a municipality's latest text; no municipality: joint."""

    municipality: str | None
    text: str


@dataclass(frozen=True)
class LatestProgress:
    """The beginnings of what was last reported on a case, and when that was."""

    round: ReportingRound
    excerpts: Sequence[Excerpt]


@dataclass(frozen=True)
class StatusRow:
    """A case as the status table shows it."""

    case: Case
    name: str
    parts: Sequence[Mapping[str, str]]
    standing: str
    label: str
    listed_by: LedgerEntry | None
    ended_by: LedgerEntry | None
    progress: LatestProgress | None


@dataclass(frozen=True)
class GroupRows:
    """The rows of one group."""

    group: IssueGroup
    rows: Sequence[StatusRow]


def readable_cases(user: AbstractBaseUser | AnonymousUser) -> CaseQuerySet:
    """Cases that minutes ``user`` may read tell of, or whose parent they tell of."""
    told = LedgerEntry.objects.readable_by(user)
    return Case.objects.filter(
        Exists(told.filter(case=OuterRef("pk")))
        | Exists(told.filter(case=OuterRef("parent")))
    )


def public_cases() -> CaseQuerySet:
    """Cases that everybody may read of."""
    return readable_cases(AnonymousUser())


def public_cases_on(day: date) -> CaseQuerySet:
    """Public cases as published minutes tell them on ``day``, as ``as_of`` gives them.

    What minutes decided that are not public yet moves nothing here.
    """
    return public_cases().as_told(day, LedgerEntry.objects.public())


@dataclass(frozen=True)
class Counts:
    """How many cases of a platform stand where on a day; one query."""

    by_group: Mapping[tuple[int, str], int]

    def standings(self, group: IssueGroup | None = None) -> list[StandingCount]:
        """Return every standing with its count, in one group or in all."""
        return [
            StandingCount(
                code.value, str(code.label), definition, self.number(code, group)
            )
            for code, definition in DEFINITIONS.items()
        ]

    def number(self, code: Standing.Code, group: IssueGroup | None = None) -> int:
        """Return how many cases stand there, in one group or in all."""
        return sum(
            number
            for (group_id, found), number in self.by_group.items()
            if found == code and (group is None or group_id == group.pk)
        )

    @property
    def has_decided(self) -> bool:
        """Whether any meeting had put a case on the list by then."""
        return any(
            self.number(code)
            for code in (Code.LISTED, Code.DELISTED, Code.MERGED, Code.SPLIT)
        )


def count_cases(platform: Platform, day: date) -> Counts:
    """Count the public cases of a platform by group and standing on ``day``."""
    counted = (
        public_cases_on(day)
        .filter(platform=platform)
        .order_by()
        .values_list("group_id", F("standing"))
        .annotate(number=Count("pk"))
    )
    return Counts({(group, code): number for group, code, number in counted})


def status_table(cases: CaseQuerySet, day: date) -> list[GroupRows]:
    """Return ``cases``, with where they stand on ``day``, by group; two queries."""
    found = list(
        cases.in_order()
        .select_related("group", *_OF_THAT_DAY)
        .annotate(parts=ArraySubquery(_PARTS))
    )
    progress = latest_progress(found, day)
    groups: dict[int, IssueGroup] = {}
    rows: dict[int, list[StatusRow]] = defaultdict(list)
    for case in found:
        groups.setdefault(case.group_id, case.group)
        rows[case.group_id].append(_row(case, progress.get(case.pk)))
    return [GroupRows(group, rows[key]) for key, group in groups.items()]


def _row(case: Case, progress: LatestProgress | None) -> StatusRow:
    that_day: Standing = case.that_day  # type: ignore[attr-defined]  # of as_of()
    return StatusRow(
        case=case,
        name=case.current_name,
        parts=case.parts,  # type: ignore[attr-defined]  # annotated
        standing=case.standing,
        label=str(Code(case.standing).label),
        listed_by=that_day.listed_by,
        ended_by=that_day.ended_by,
        progress=progress,
    )


def latest_progress(cases: Iterable[Case], day: date) -> Mapping[int, LatestProgress]:
    """Return what was last accepted on each case in a round up to ``day``, by key."""
    updates = (
        ProgressUpdate.objects.latest_until(day)
        .filter(case__in=cases)
        .select_related("municipality", "round")
        .defer("text")
        .annotate(opening=Left("text", _OPENING))
    )
    excerpts: dict[int, list[Excerpt]] = defaultdict(list)
    rounds: dict[int, ReportingRound] = {}
    for update in updates:
        place = update.municipality.short_name if update.municipality else None
        text = "本季無變動" if update.is_unchanged else excerpt(update.opening)  # type: ignore[attr-defined]  # annotated
        rounds[update.case_id] = update.round
        excerpts[update.case_id].append(Excerpt(place, text))
    return {
        case: LatestProgress(round_, excerpts[case]) for case, round_ in rounds.items()
    }


def excerpt(text: str) -> str:
    """Return the first lines of an outline, without their numbers, as one short text."""
    said = ""
    for line in read_outline(text):
        if len(said) >= _EXCERPT // 2:
            break
        if said and not said.endswith(("：", "。", "；")):
            said += "："
        said += line.text
    return said if len(said) <= _EXCERPT else f"{said[: _EXCERPT - 1]}…"

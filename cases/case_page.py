"""One case with its whole history, gathered for reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet

from cases.models import (
    Case,
    LedgerEntry,
    Participant,
    ProgressUpdate,
    ReportingRound,
    Standing,
)
from cases.status import DEFINITIONS, readable_cases
from meetings.models import Meeting, Municipality, Platform

Kind = LedgerEntry.Kind


@dataclass(frozen=True)
class Name:
    """A name a case bore; ``since`` None: from the beginning, ``until`` None: still."""

    name: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class Involved:
    """A municipality with its agencies in a case."""

    municipality: Municipality
    is_lead: bool
    agencies: Sequence[str]


@dataclass(frozen=True)
class Related:
    """Another case and how it belongs to this one; ``entry`` is what says so."""

    relation: str
    case: Case
    name: str
    entry: LedgerEntry | None = None


@dataclass(frozen=True)
class Period:
    """What was reported in one round, in the order of the municipalities."""

    round: ReportingRound
    updates: Sequence[ProgressUpdate]


@dataclass(frozen=True)
class CasePage:
    """A case as its page shows it; ``standing`` is None for a part of another case."""

    case: Case
    name: str
    standing: Standing | None
    standing_label: str
    definition: str
    names: Sequence[Name]
    origin_meeting: Meeting | None
    involved: Sequence[Involved]
    timeline: Sequence[LedgerEntry]
    related: Sequence[Related]
    periods: Sequence[Period]

    @property
    def is_public(self) -> bool:
        """Whether all that is told of the case is public."""
        return all(entry.meeting.minutes.is_public for entry in self.timeline)


def case_page(
    platform: Platform,
    number: str,
    today: date,
    reader: AbstractBaseUser | AnonymousUser,
) -> CasePage | None:
    """Gather a case ``reader`` may read of; None where there is none.

    A constant number of queries.
    """
    case = (
        readable_cases(reader)
        .filter(platform=platform, number=number)
        .select_related(
            "group",
            "parent",
            "origin_meeting__series",
            "origin_meeting__minutes",
            "origin_motion__minutes__meeting__series",
            "origin_motion__minutes__meeting__minutes",
        )
        .prefetch_related("themes", "aliases")
        .first()
    )
    if case is None:
        return None
    timeline = list(_timeline(case, reader))
    told_on = max(
        (entry.decided_on for entry in timeline if entry.decided_on <= today),
        default=date.min,
    )
    standings = list(
        case.standings.filter(during__startswith__lte=told_on)
        .select_related(
            "listed_by__meeting__series",
            "listed_by__meeting__minutes",
            "ended_by__meeting__series",
            "ended_by__meeting__minutes",
        )
        .order_by("during")
    )
    now = next((s for s in standings if _covers(s, told_on)), None)
    names = _names(standings)
    label, definition = "隨母案列管", "子案隨母案列管，不另計案數"
    if now is not None:
        label, definition = now.get_code_display(), DEFINITIONS[Standing.Code(now.code)]
    elif case.parent_id is None:
        label, definition = "尚無列管紀錄", "至今日尚無會議就本案作成決定"
    return CasePage(
        case=case,
        name=now.name if now else (names[-1].name if names else case.name),
        standing=now,
        standing_label=str(label),
        definition=definition,
        names=names,
        origin_meeting=_origin_meeting(case),
        involved=_involved(case),
        timeline=timeline,
        related=_related(case, today, reader),
        periods=_periods(case),
    )


def was_public(platform: Platform, number: str) -> bool:
    """Whether a case that is not public was so until minutes were withdrawn."""
    cases = Case.objects.filter(platform=platform, number=number)
    withdrawn = LedgerEntry.objects.filter(meeting__in=Meeting.objects.withdrawn())
    return withdrawn.filter(Q(case__in=cases) | Q(case__children__in=cases)).exists()


def _origin_meeting(case: Case) -> Meeting | None:
    """Return the public meeting the case came from, by itself or by a motion."""
    meeting = case.origin_meeting
    if meeting is None and case.origin_motion is not None:
        meeting = case.origin_motion.minutes.meeting
    if meeting is None or not hasattr(meeting, "minutes"):
        return None
    return meeting if meeting.minutes.is_public else None


def _covers(standing: Standing, day: date) -> bool:
    lower, upper = standing.during.lower, standing.during.upper
    return (lower is None or lower <= day) and (upper is None or day < upper)


def _names(standings: Iterable[Standing]) -> list[Name]:
    """Return the names in turn, the first since ever, each until the day before."""
    names: list[Name] = []
    for name, stretches in groupby(standings, key=lambda s: s.name):
        held = list(stretches)
        upper = held[-1].during.upper
        since = held[0].during.lower if names else None
        names.append(Name(name, since, upper and upper - timedelta(days=1)))
    # What came after the last is not for this reader.
    return [*names[:-1], *(replace(last, until=None) for last in names[-1:])]


def _involved(case: Case) -> list[Involved]:
    """Return the municipalities, the lead ones first, each with its agencies."""
    participants = Participant.objects.filter(case=case).select_related(
        "municipality", "agency"
    )
    found: dict[tuple[bool, int], list[Participant]] = {}
    for participant in participants:
        key = (participant.is_lead, participant.municipality_id)
        found.setdefault(key, []).append(participant)
    return [
        Involved(
            those[0].municipality,
            is_lead,
            [each.agency.name for each in those if each.agency],
        )
        for (is_lead, _), those in found.items()
    ]


def _timeline(
    case: Case, reader: AbstractBaseUser | AnonymousUser
) -> QuerySet[LedgerEntry]:
    """Return what meetings decided as ``reader`` may read it, corrected entries too."""
    return (
        LedgerEntry.objects.filter(case=case)
        .readable_by(reader)
        .select_related(
            "meeting__series",
            "meeting__minutes",
            "meeting__platform",
            "resolution",
            "merged_into",
            "split_from",
            "erratum",
            "corrects",
            "corrected_by__erratum",
        )
        .in_order()
    )


def _related(
    case: Case, today: date, reader: AbstractBaseUser | AnonymousUser
) -> list[Related]:
    """Return the cases this one came from or went into, its parent and its parts."""
    entries = (
        LedgerEntry.objects.in_account()
        .filter(
            Q(case=case, merged_into__isnull=False)
            | Q(case=case, split_from__isnull=False)
            | Q(merged_into=case)
            | Q(split_from=case)
        )
        .readable_by(reader)
        .select_related("case", "merged_into", "split_from", "meeting__series")
        .in_order()
    )
    found: list[tuple[str, Case, LedgerEntry | None]] = []
    if case.parent is not None:
        found.append(("母案", case.parent, None))
    found += [("子案", child, None) for child in case.children.order_by("number")]
    for entry in entries:
        if entry.case_id != case.pk:
            relation = "併入本案" if entry.merged_into_id == case.pk else "分自本案"
            found.append((relation, entry.case, entry))
        elif entry.merged_into is not None:
            found.append(("併入", entry.merged_into, entry))
        elif entry.split_from is not None:
            found.append(("分自", entry.split_from, entry))
    names = dict(
        Case.objects.as_told(today, LedgerEntry.objects.readable_by(reader))
        .filter(pk__in=[other.pk for _, other, _ in found])
        .values_list("pk", F("current_name"))
    )
    return [
        Related(relation, other, names.get(other.pk, other.name), entry)
        for relation, other, entry in found
    ]


def _periods(case: Case) -> list[Period]:
    updates = (
        ProgressUpdate.objects.public()
        .as_told()
        .filter(case=case)
        .select_related("round", "municipality")
    )
    return [
        Period(round_, list(those))
        for round_, those in groupby(updates, key=lambda update: update.round)
    ]

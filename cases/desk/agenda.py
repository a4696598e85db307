"""What awaits a meeting: the agenda that builds itself from the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from cases.models import Case, LedgerEntry, Standing
from meetings.models import IssueGroup, Meeting, Motion

Kind = LedgerEntry.Kind
Code = Standing.Code


@dataclass(frozen=True)
class AgendaCase:
    """A case that awaits the meeting.

    ``asked_by`` is the entry by which its group asked to delist it, ``agreed_by``
    the one by which the group took the proposal up, ``deferred_by`` the one that
    put the matter off, each since the last deciding meeting.
    """

    case: Case
    name: str
    code: str
    asked_by: LedgerEntry | None = None
    agreed_by: LedgerEntry | None = None
    deferred_by: LedgerEntry | None = None

    @property
    def is_listed(self) -> bool:
        """Whether the case is tracked when the meeting begins."""
        return self.code == Code.LISTED


@dataclass(frozen=True)
class GroupAgenda:
    """What awaits the meeting of one group, listed cases first, then proposals."""

    group: IssueGroup
    cases: Sequence[AgendaCase]

    @property
    def listed(self) -> Sequence[AgendaCase]:
        """The cases tracked when the meeting begins."""
        return [each for each in self.cases if each.is_listed]

    @property
    def proposed(self) -> Sequence[AgendaCase]:
        """The proposals that await a decision."""
        return [each for each in self.cases if not each.is_listed]


@dataclass(frozen=True)
class Agenda:
    """The agenda of a meeting; ``motions`` are those of the last deciding meeting."""

    meeting: Meeting
    last_deciding: Meeting | None
    groups: Sequence[GroupAgenda]
    motions: Sequence[Motion] = field(default_factory=list)

    def group(self, slug: str) -> GroupAgenda | None:
        """Return the agenda of the group with this code."""
        return next((each for each in self.groups if each.group.slug == slug), None)


def agenda_of(meeting: Meeting) -> Agenda:
    """Build the agenda of a meeting that has no entries yet; five queries.

    The meeting may be one that is not saved yet. The groups concerned are the
    series' own, or all that exist in the year of the meeting, in the platform's order.
    """
    last = _last_deciding(meeting)
    groups = groups_of(meeting)
    cases = (
        Case.objects.as_of(meeting.held_on)
        .filter(platform=meeting.platform_id, group__in=[group.pk for group in groups])
        .filter(Q(standing=Code.LISTED) | Q(standing=Code.PROPOSED))
        .exclude(ledger__meeting__in=_itself(meeting))
        .select_related("group")
        .in_order()
    )
    found = list(cases)
    latest = _latest_asks(meeting, last)
    rows: dict[int, list[AgendaCase]] = defaultdict(list)
    for case in sorted(found, key=lambda each: each.standing != Code.LISTED):
        said = latest.get(case.pk, {})
        rows[case.group_id].append(
            AgendaCase(
                case=case,
                name=case.current_name,
                code=case.standing,
                asked_by=said.get(Kind.PROPOSE_DELIST),
                agreed_by=said.get(Kind.AGREE),
                deferred_by=_still_deferred(case, said.get(Kind.DEFER), last),
            )
        )
    motions = Motion.objects.filter(minutes__meeting=last).order_by("order")
    return Agenda(
        meeting,
        last,
        [GroupAgenda(group, rows[group.pk]) for group in groups],
        list(motions) if last is not None else [],
    )


def groups_of(meeting: Meeting) -> list[IssueGroup]:
    """Return the groups a meeting is about, in the platform's order."""
    if meeting.series.group is not None:
        return [meeting.series.group]
    return list(
        IssueGroup.objects.filter(
            platform=meeting.platform_id, children__isnull=True
        ).existing_in(meeting.held_on.year)
    )


def _itself(meeting: Meeting) -> list[int]:
    return [meeting.pk] if meeting.pk else []


def _last_deciding(meeting: Meeting) -> Meeting | None:
    return (
        Meeting.objects.confirmed()
        .deciding()
        .filter(platform=meeting.platform_id, held_on__lte=meeting.held_on)
        .exclude(pk=meeting.pk)
        .select_related("series", "platform")
        .in_order()
        .last()
    )


def _latest_asks(
    meeting: Meeting, last: Meeting | None
) -> Mapping[int, Mapping[str, LedgerEntry]]:
    """Return the entries that ask something of the meeting, by case and kind."""
    entries = (
        LedgerEntry.objects.in_account()
        .of_platform(meeting.platform)
        .until(meeting.held_on)
        .filter(kind__in=[Kind.PROPOSE_DELIST, Kind.AGREE, Kind.DEFER])
        .exclude(meeting__in=_itself(meeting))
        .select_related("meeting__series", "meeting__platform")
        .in_order()
    )
    if last is not None:
        entries = entries.filter(
            Q(decided_on__gt=last.held_on)
            # A proposal may have waited for longer than one meeting.
            | Q(kind__in=[Kind.AGREE, Kind.DEFER])
        )
    found: dict[int, dict[str, LedgerEntry]] = defaultdict(dict)
    for entry in entries:
        found[entry.case_id][entry.kind] = entry
    return found


def _still_deferred(
    case: Case, entry: LedgerEntry | None, last: Meeting | None
) -> LedgerEntry | None:
    """Return the entry that put the matter off, unless it was settled since.

    A proposal waits until it is decided; of a tracked case the last deciding
    meeting has had its say.
    """
    if entry is None or last is None or case.standing != Code.LISTED:
        return entry
    is_recent = entry.meeting_id == last.pk or entry.decided_on > last.held_on
    return entry if is_recent else None


def names_of_listed(meeting: Meeting) -> list[tuple[Case, str]]:
    """Return the platform's tracked cases with their names, to merge into."""
    return [
        (case, case.current_name)
        for case in Case.objects.listed_on(meeting.held_on)
        .filter(platform=meeting.platform_id)
        .in_order()
    ]

"""What meetings decided about cases, gathered for reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from cases.models import Case, LedgerEntry
from meetings.models import IssueGroup, Meeting

Kind = LedgerEntry.Kind

# In the order in which the papers report.
KINDS = (
    Kind.LIST,
    Kind.RELIST,
    Kind.AGREE,
    Kind.CARRY_IN,
    Kind.DELIST,
    Kind.PROPOSE_DELIST,
    Kind.MERGE,
    Kind.SPLIT,
    Kind.RENAME,
    Kind.CONTINUE,
    Kind.DEFER,
    Kind.WITHDRAW,
)


@dataclass(frozen=True)
class Decision:
    """A decision with the name its case bore in the evening of that day."""

    entry: LedgerEntry
    name: str


@dataclass(frozen=True)
class Decided:
    """The decisions of one kind; ``label`` is the kind in the papers' words."""

    kind: str
    label: str
    decisions: Sequence[Decision]


@dataclass(frozen=True)
class GroupDecisions:
    """What a meeting decided about the cases of one group, by kind."""

    group: IssueGroup
    kinds: Sequence[Decided]


@dataclass(frozen=True)
class MeetingDecisions:
    """What a meeting decided, by group and by the resolution it stands under."""

    groups: Sequence[GroupDecisions]
    under: Mapping[int, Sequence[Decision]]


def decisions_of(
    meeting: Meeting, groups: Iterable[IssueGroup] | None = None
) -> MeetingDecisions:
    """Gather the decisions that count (corrected ones are left out); two queries.

    With ``groups`` only those about their cases.
    """
    entries = (
        LedgerEntry.objects.in_account()
        .filter(meeting=meeting)
        .select_related("case__group", "merged_into", "split_from")
        .order_by("case__group__order", "case__group_id", "sequence", "pk")
    )
    if groups is not None:
        entries = entries.filter(case__group__in=groups)
    names = names_on(meeting, (entry.case_id for entry in entries))
    decisions = [
        Decision(entry, names.get(entry.case_id, entry.case.name)) for entry in entries
    ]
    return MeetingDecisions(_by_group(decisions), _by_resolution(decisions))


def names_on(meeting: Meeting, cases: Iterable[int]) -> dict[int, str]:
    """Return the names of cases, by key, in the evening of the meeting's day."""
    return dict(
        Case.objects.as_of(meeting.held_on)
        .filter(pk__in=set(cases))
        .values_list("pk", F("current_name"))
    )


def _by_group(decisions: Iterable[Decision]) -> list[GroupDecisions]:
    groups: dict[int, IssueGroup] = {}
    found: dict[tuple[int, str], list[Decision]] = defaultdict(list)
    for decision in decisions:
        case = decision.entry.case
        groups.setdefault(case.group_id, case.group)
        found[case.group_id, decision.entry.kind].append(decision)
    return [
        GroupDecisions(
            group,
            [
                Decided(kind.value, str(kind.label), found[key, kind.value])
                for kind in KINDS
                if (key, kind.value) in found
            ],
        )
        for key, group in groups.items()
    ]


def _by_resolution(decisions: Iterable[Decision]) -> dict[int, list[Decision]]:
    under: dict[int, list[Decision]] = defaultdict(list)
    for decision in decisions:
        if decision.entry.resolution_id is not None:
            under[decision.entry.resolution_id].append(decision)
    return dict(under)

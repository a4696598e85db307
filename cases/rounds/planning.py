"""What a round would ask, and which days suit it, before it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cases.models import Case, ReportingRound
from cases.rounds.opening import slots_for
from meetings.models import IssueGroup, Platform

TO_WRITE = timedelta(days=14)
TO_MEND = timedelta(days=7)
SATURDAY = 5


@dataclass(frozen=True)
class GroupPlan:
    """What a round would ask of one group."""

    group: IssueGroup
    cases: int
    slots: int
    joint: int


@dataclass(frozen=True)
class Plan:
    """What a round with data of ``as_of`` would ask, by group; the ledger says."""

    as_of: date
    groups: Sequence[GroupPlan]

    @property
    def cases(self) -> int:
        """How many cases it asks about."""
        return sum(each.cases for each in self.groups)

    @property
    def slots(self) -> int:
        """How many texts it asks for."""
        return sum(each.slots for each in self.groups)

    @property
    def joint(self) -> int:
        """How many of them are joint."""
        return sum(each.joint for each in self.groups)

    @property
    def stamp(self) -> str:
        """What it comes to, to be told from another plan."""
        return f"{self.as_of.isoformat()} {self.cases} {self.slots} {self.joint}"


@dataclass(frozen=True)
class Days:
    """The days of a round."""

    as_of: date
    opens_on: date
    due_on: date
    locks_on: date


def plan_round(platform: Platform, as_of: date) -> Plan:
    """Return what ``open_round`` would ask, without asking it; constant queries."""
    cases = list(
        Case.objects.filter(platform=platform)
        .listed_on(as_of)
        .select_related("group")
        .in_order()
    )
    round_ = ReportingRound(platform=platform, as_of=as_of)
    counted: dict[int, tuple[IssueGroup, list[int]]] = {}
    for case in cases:
        _, counts = counted.setdefault(case.group_id, (case.group, [0, 0, 0]))
        counts[0] += 1
    for slot in slots_for(round_, cases):
        _, counts = counted[slot.case.group_id]
        counts[1] += 1
        counts[2] += slot.municipality_id is None
    return Plan(
        as_of, [GroupPlan(group, *counts) for group, counts in counted.values()]
    )


def propose_days(platform: Platform, today: date) -> Days:
    """Return days for the next round: data of the quarter that ended last.

    Where that has a round already, of the one after it that has none. Two weeks to
    write, one more to mend; no day but the data date falls on a weekend.
    """
    taken = set(platform.rounds.values_list("as_of", flat=True))
    as_of = quarter_end(today, before=True)
    while as_of in taken:
        as_of = quarter_end(as_of + timedelta(days=1))
    opens_on = _workday(max(today, as_of + timedelta(days=1)))
    due_on = _workday(opens_on + TO_WRITE)
    return Days(as_of, opens_on, due_on, _workday(due_on + TO_MEND))


def quarter_end(day: date, *, before: bool = False) -> date:
    """Return the last day of the quarter of ``day``, or of the one before that."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    if before:
        return first - timedelta(days=1)
    next_first = (first + timedelta(days=100)).replace(day=1)
    return next_first - timedelta(days=1)


def _workday(day: date) -> date:
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day

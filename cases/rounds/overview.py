"""How far a round is: its slots as a table of cases and municipalities, counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from cases.models import Case, ProgressStep, ProgressUpdate, ReportingRound
from cases.models.progress import ACCEPTED, OWED, ProgressUpdateQuerySet
from meetings.models import IssueGroup, Municipality

State = ProgressUpdate.State
JOINT = "joint"  # in the place of a municipality's code

# What a sign looks like is told by a word beside it.
SIGNS = {
    State.MISSING: "○",
    State.DRAFT: "◐",
    State.SUBMITTED: "●",
    State.RETURNED: "↩",
    State.ACCEPTED: "✓",
    State.LOCKED: "■",
}
MEANINGS = {
    State.MISSING: "還沒有儲存任何內容。",
    State.DRAFT: "已儲存，尚未送出。",
    State.SUBMITTED: "已送出或補正後再送出，等待幕僚接受或退回。",
    State.RETURNED: "幕僚已退回，等待窗口補正或答覆。",
    State.ACCEPTED: "幕僚已接受；這一期鎖定前仍可修改或重新開放。",
    State.LOCKED: "這一期鎖定時已接受，內容不再變更。",
}
LATE_MEANING = "首次送出晚於填報期限的日數；尚未送出的，自填報期限算到今天（已鎖定的期別算到鎖定日）。"
MINE_MEANING = "最近一次由您退回、窗口已再送出，等待審閱。"


@dataclass(frozen=True)
class Wanted:
    """Which slots are asked for; empty words and False ask for all."""

    group: str = ""
    municipality: str = ""  # a code, or JOINT
    state: str = ""
    is_late: bool = False
    is_mine: bool = False

    @property
    def narrows(self) -> bool:
        """Whether more is asked for than a group or a municipality."""
        return bool(self.state or self.is_late or self.is_mine)


@dataclass(frozen=True)
class Cell:
    """A slot as the table shows it."""

    slot: ProgressUpdate
    sign: str
    word: str
    days_late: int
    is_mine: bool
    is_wanted: bool

    @property
    def owner(self) -> str:
        """Who answers: a municipality's code, or JOINT."""
        return owner_of(self.slot)

    @property
    def is_waiting(self) -> bool:
        """Whether it is the secretariat's turn."""
        return self.slot.state == State.SUBMITTED


@dataclass(frozen=True)
class Row:
    """A case with its cells by municipality, or the joint one alone."""

    case: Case
    name: str
    joint: Cell | None
    cells: Sequence[Cell | None]


@dataclass(frozen=True)
class GroupRows:
    """The rows of one group."""

    group: IssueGroup
    rows: Sequence[Row]


@dataclass(frozen=True)
class Counts:
    """How many slots of a group and municipality stand how."""

    total: int
    states: Mapping[str, int]
    late: int
    mine: int

    @property
    def owed(self) -> int:
        """How many wait for who writes them."""
        return sum(self.states[state] for state in OWED)

    @property
    def waiting(self) -> int:
        """How many wait for the secretariat."""
        return self.states[State.SUBMITTED]


@dataclass(frozen=True)
class Overview:
    """A round: who is asked, how it stands, and the rows that were wanted."""

    round: ReportingRound
    cities: Sequence[Municipality]
    groups: Sequence[GroupRows]
    counts: Counts
    waiting: Sequence[Cell]  # wanted ones, in the order of the rows


def owner_of(slot: ProgressUpdate) -> str:
    """Return whose the slot is, as an address says it."""
    return slot.municipality.slug if slot.municipality else JOINT


def owner_name(slot: ProgressUpdate) -> str:
    """Return whose the slot is, as people say it."""
    return slot.municipality.short_name if slot.municipality else "共同填報"


def day_of(round_: ReportingRound, today: date) -> date:
    """Return the day until which what is owed gets later."""
    if round_.locked_at is None:
        return today
    return min(today, timezone.localdate(round_.locked_at))


def overview_of(
    round_: ReportingRound, wanted: Wanted, *, by: AbstractBaseUser, today: date
) -> Overview:
    """Return the round as a table; a constant number of queries.

    The counts are of the group and municipality that are asked for, whatever else is.
    """
    asked = list(_slots(round_, wanted, round_.progress.all()))
    mine = _sent_back_by(round_, by)
    cells = list(_cells(asked, mine, wanted, day_of(round_, today)))
    shown = [cell for cell in cells if cell.is_wanted]
    cities = [
        city
        for city in _cities(round_, cells)
        if wanted.municipality in ("", city.slug)
    ]
    return Overview(
        round=round_,
        cities=cities,
        groups=_groups(round_, cells, cities, today),
        counts=_counts(cells),
        waiting=[cell for cell in shown if cell.is_waiting],
    )


def waiting_of(
    round_: ReportingRound, wanted: Wanted, *, by: AbstractBaseUser, today: date
) -> list[ProgressUpdate]:
    """Return the slots that wait for the secretariat, among what is ``wanted``.

    In the order of the table; the state that is asked for makes no difference.
    """
    submitted = round_.progress.filter(state=State.SUBMITTED)
    mine = _sent_back_by(round_, by) if wanted.is_mine else set()
    any_state = replace(wanted, state="")
    slots = _slots(round_, wanted, submitted)
    cells = _cells(slots, mine, any_state, day_of(round_, today))
    return [cell.slot for cell in cells if cell.is_wanted]


def place_of(slot: ProgressUpdate) -> tuple[int, int, str, int, int]:
    """Return what slots are ordered by, as ``in_order`` does."""
    case = slot.case
    city = -1 if slot.municipality is None else slot.municipality.order
    return case.group.order, case.group_id, case.number, city, slot.pk


def _slots(
    round_: ReportingRound, wanted: Wanted, rows: ProgressUpdateQuerySet
) -> Iterator[ProgressUpdate]:
    rows = with_owners(rows)
    if wanted.group:
        rows = rows.filter(
            Q(case__group__slug=wanted.group)
            | Q(case__group__parent__slug=wanted.group)
        )
    if wanted.municipality == JOINT:
        rows = rows.filter(municipality=None)
    elif wanted.municipality:
        rows = rows.filter(municipality__slug=wanted.municipality)
    for slot in in_order(rows):
        slot.round = round_
        yield slot


def with_owners(rows: ProgressUpdateQuerySet) -> ProgressUpdateQuerySet:
    """Return slots with their cases and municipalities, without their texts.

    Thousands of slots share these: each is fetched once, not with every slot.
    """
    return rows.defer("text").prefetch_related("case__group", "municipality")


def in_order(rows: ProgressUpdateQuerySet) -> ProgressUpdateQuerySet:
    """Return slots in the order of the table."""
    return rows.order_by(
        "case__group__order",
        "case__group_id",
        "case__number",
        F("municipality__order").asc(nulls_first=True),
        "pk",
    )


def _sent_back_by(round_: ReportingRound, by: AbstractBaseUser) -> set[int]:
    """Return the slots of which ``by`` was the last to send them back."""
    last = (
        ProgressStep.objects.filter(slot__round=round_, kind=ProgressStep.Kind.RETURNED)
        .order_by("slot", "-version")
        .distinct("slot")
    )
    return {slot for slot, who in last.values_list("slot", "by") if who == by.pk}


def _cells(
    slots: Iterable[ProgressUpdate],
    mine: set[int],
    wanted: Wanted,
    day: date,
) -> Iterator[Cell]:
    for slot in slots:
        state = State(slot.state)
        days_late = slot.days_late(day)
        is_mine = state == State.SUBMITTED and slot.pk in mine
        yield Cell(
            slot,
            SIGNS[state],
            state.label,
            days_late,
            is_mine,
            wanted.state in ("", state)
            and (days_late > 0 or not wanted.is_late)
            and (is_mine or not wanted.is_mine),
        )


def _cities(round_: ReportingRound, cells: Iterable[Cell]) -> list[Municipality]:
    """Return the members, and who else is asked, in their fixed order."""
    found = {city.pk: city for city in round_.platform.members.all()}
    for cell in cells:
        if cell.slot.municipality is not None:
            found.setdefault(cell.slot.municipality.pk, cell.slot.municipality)
    return sorted(found.values(), key=lambda city: (city.order, city.slug))


def _groups(
    round_: ReportingRound,
    cells: Sequence[Cell],
    cities: Sequence[Municipality],
    today: date,
) -> list[GroupRows]:
    by_case: dict[int, list[Cell]] = {}
    for cell in cells:
        by_case.setdefault(cell.slot.case_id, []).append(cell)
    of_wanted = [own for own in by_case.values() if any(c.is_wanted for c in own)]
    names = names_of([own[0].slot.case for own in of_wanted], round_.as_of, today)
    groups: list[tuple[IssueGroup, list[Row]]] = []
    for own in of_wanted:
        case = own[0].slot.case
        by_city = {cell.slot.municipality_id: cell for cell in own}
        row = Row(
            case,
            names[case.pk],
            by_city.get(None),
            [by_city.get(city.pk) for city in cities],
        )
        if not groups or groups[-1][0] != case.group:
            groups.append((case.group, []))
        groups[-1][1].append(row)
    return [GroupRows(group, rows) for group, rows in groups]


def names_of(cases: Sequence[Case], as_of: date, today: date) -> dict[int, str]:
    """Return what cases were called at the data date; what came later, as it is now."""
    found = {case.pk: case.name for case in cases}
    for day in (today, as_of):  # what was known at the data date counts
        known = Case.objects.as_of(day).filter(pk__in=list(found)).only("pk")
        found.update((case.pk, case.current_name) for case in known)
    return found


def _counts(cells: Sequence[Cell]) -> Counts:
    states = dict.fromkeys(State, 0)
    for cell in cells:
        states[State(cell.slot.state)] += 1
    return Counts(
        total=len(cells),
        states={state.value: count for state, count in states.items()},
        late=sum(cell.days_late > 0 for cell in cells),
        mine=sum(cell.is_mine for cell in cells),
    )


def phase_of(round_: ReportingRound, day: date) -> str:
    """Return how far a round is, in words."""
    if round_.is_locked:
        return "已鎖定"
    if round_.opens_on is None or round_.due_on is None or round_.locks_on is None:
        return "取自文件"
    if day < round_.opens_on:
        return "尚未開放"
    if day <= round_.due_on:
        return "填報中"
    if day <= round_.locks_on:
        return "已過填報期限"
    return "已關閉填報"


def counted(rounds: QuerySet[ReportingRound]) -> QuerySet[ReportingRound]:
    """Return rounds with how many texts they ask for, lack, have to judge and have."""

    def slots(*states: str) -> Count:
        return Count("progress", filter=Q(progress__state__in=states))

    return rounds.annotate(
        slots=Count("progress"),
        owed=slots(*OWED),
        waiting=slots(State.SUBMITTED),
        accepted=slots(*ACCEPTED),
    )

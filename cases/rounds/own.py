"""What one person has to write: his or her slots of all rounds that are not locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q

from cases.models import ProgressUpdate, ReportingRound
from cases.models.progress import OWED, ProgressUpdateQuerySet
from cases.models.writers import is_open_on
from cases.rounds.holding import why_closed
from meetings.models import IssueGroup

State = ProgressUpdate.State
IN_ORDER = (
    "case__group__order",
    "case__group",
    "case__number",
    "municipality__order",
    "pk",
)


@dataclass(frozen=True)
class OwnSlot:
    """A slot as who writes it sees it on ``day``."""

    slot: ProgressUpdate
    day: date
    is_open: bool

    @property
    def is_owed(self) -> bool:
        """Whether it waits for its contact."""
        return self.slot.state in OWED

    @property
    def days_late(self) -> int:
        """How many days late it stands, or came."""
        return self.slot.days_late(self.day)

    @property
    def why_not(self) -> str:
        """Why it cannot be handed in as it is; empty where it can."""
        if not self.is_open:
            return why_closed(self.slot, self.day)
        if self.slot.state == State.RETURNED:
            return "退回補正，請開啟後答覆問題再送出。"
        if not (self.slot.text or self.slot.is_unchanged):
            return "尚未填寫。"
        return ""


@dataclass(frozen=True)
class OwnRound:
    """A round with what one person writes in it, by group."""

    round: ReportingRound
    day: date
    groups: Sequence[tuple[IssueGroup, Sequence[OwnSlot]]]

    @property
    def slots(self) -> list[OwnSlot]:
        """All of them, in the order of the page."""
        return [own for _, slots in self.groups for own in slots]

    @property
    def owed(self) -> list[OwnSlot]:
        """Those that wait for their contact."""
        return [own for own in self.slots if own.is_owed]

    @property
    def has_missing(self) -> bool:
        """Whether there is one that nothing was written in, and may be."""
        return any(own.is_open and own.slot.state == State.MISSING for own in self.slots)

    @property
    def is_begun(self) -> bool:
        """Whether one may write already."""
        return self.round.opens_on is not None and self.round.opens_on <= self.day

    @property
    def days_left(self) -> int:
        """How many days there are to the due date; negative when it has passed."""
        assert self.round.due_on is not None
        return (self.round.due_on - self.day).days

    @property
    def is_closed(self) -> bool:
        """Whether its days are over; what was reopened may still be written."""
        assert self.round.locks_on is not None
        return self.round.locks_on < self.day

    def counts(self) -> list[tuple[State, int]]:
        """Return how many stand in each state that any stands in, furthest first."""
        states = [own.slot.state for own in self.slots]
        order = (
            State.LOCKED,
            State.ACCEPTED,
            State.SUBMITTED,
            State.RETURNED,
            State.DRAFT,
            State.MISSING,
        )
        return [(state, states.count(state)) for state in order if state in states]


def own_rounds(user: AbstractBaseUser | AnonymousUser, day: date) -> list[OwnRound]:
    """Return the rounds in which ``user`` has something to write, the next due first."""
    slots = (
        _of_open_rounds(user, day)
        .with_case_name()
        .with_opening(day)
        .select_related("case__group", "municipality", "round__platform")
        .order_by(
            "round__due_on", "round", *IN_ORDER
        )
    )
    found = []
    for _, of_round in groupby(slots, key=lambda slot: slot.round_id):
        rows = list(of_round)
        groups = [
            (group, [OwnSlot(slot, day, slot.is_open) for slot in of_group])
            for group, of_group in groupby(rows, key=lambda slot: slot.case.group)
        ]
        found.append(OwnRound(rows[0].round, day, groups))
    return found


def owed_count(
    user: AbstractBaseUser | AnonymousUser, day: date
) -> tuple[int, bool]:
    """Return how much ``user`` can write and owes, and whether there is any to write."""
    states = list(
        _of_open_rounds(user, day)
        .filter(is_open_on(day))
        .order_by()
        .values_list("state", flat=True)
    )
    return sum(state in OWED for state in states), bool(states)


def next_owed(
    user: AbstractBaseUser | AnonymousUser, slot: ProgressUpdate, day: date
) -> ProgressUpdate | None:
    """Return what ``user`` owes next in the round, after ``slot`` or from the top."""
    owed = list(
        slot.round.progress.covered_for(user, day)
        .filter(Q(state__in=OWED) & is_open_on(day) | Q(pk=slot.pk))
        .select_related("case", "municipality", "round__platform")
        .order_by(*IN_ORDER)
    )
    here = next((place for place, one in enumerate(owed) if one.pk == slot.pk), -1)
    others = [*owed[here + 1 :], *owed[: max(here, 0)]]
    return others[0] if others else None


def _of_open_rounds(
    user: AbstractBaseUser | AnonymousUser, day: date
) -> ProgressUpdateQuerySet:
    collecting = ReportingRound.objects.filter(
        ~Q(opens_on=None), locked_at=None
    ).order_by()
    return ProgressUpdate.objects.filter(
        round__in=collecting.values("pk")
    ).covered_for(user, day)

"""Who answers for which group of which municipality, and where nobody does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from meetings.models import (
    Assignment,
    Invitation,
    IssueGroup,
    Municipality,
    Platform,
)


@dataclass(frozen=True)
class Held:
    """An assignment that has not ended, as it stands on a day."""

    assignment: Assignment
    is_begun: bool
    is_invited: bool  # the account is still to be accepted
    is_closed: bool  # the account is out of use

    @property
    def counts(self) -> bool:
        """Whether somebody answers by it."""
        return self.is_begun and not (self.is_invited or self.is_closed)


@dataclass(frozen=True)
class Cell:
    """A group of a municipality: who answers for it, directly or from group to group."""

    group: IssueGroup
    municipality: Municipality
    held: Sequence[Held]
    through: Sequence[IssueGroup]

    @property
    def is_gap(self) -> bool:
        """Whether nobody answers."""
        return not self.through and not any(each.counts for each in self.held)

    @property
    def is_partial(self) -> bool:
        """Whether only some agencies' cases are answered for."""
        counting = [each for each in self.held if each.counts]
        return (
            not self.through
            and bool(counting)
            and all(each.assignment.agency_id for each in counting)
        )


@dataclass(frozen=True)
class Coverage:
    """The whole of a platform."""

    municipalities: Sequence[Municipality]
    rows: Sequence[tuple[IssueGroup, Sequence[Cell]]]

    @property
    def gaps(self) -> list[Cell]:
        """The cells nobody answers for."""
        return [cell for _, cells in self.rows for cell in cells if cell.is_gap]


def coverage(platform: Platform, day: date) -> Coverage:
    """Return who answers for what on ``day``, and what is to come; four queries.

    With a group go those below it and the one above, as when progress is written.
    """
    groups = list(
        IssueGroup.objects.filter(platform=platform)
        .existing_in(day.year)
        .order_by("order", "pk")
    )
    cities = list(
        Municipality.objects.filter(platforms=platform).order_by("order", "slug")
    )
    held: dict[tuple[int, int], list[Held]] = defaultdict(list)
    for each in held_on(platform, day):
        at = each.assignment
        held[at.group_id, at.municipality_id].append(each)
    rows = [
        (
            group,
            [
                Cell(
                    group,
                    city,
                    held[group.pk, city.pk],
                    [
                        other
                        for other in groups
                        if _is_kin(group, other)
                        and any(
                            each.counts and not each.assignment.agency_id
                            for each in held[other.pk, city.pk]
                        )
                    ],
                )
                for city in cities
            ],
        )
        for group in groups
    ]
    return Coverage(cities, rows)


def _is_kin(group: IssueGroup, other: IssueGroup) -> bool:
    return other.pk == group.parent_id or other.parent_id == group.pk


def held_on(platform: Platform, day: date) -> list[Held]:
    """Return a platform's assignments that have not ended on ``day``; two queries."""
    invited = set(
        Invitation.objects.open()
        .filter(user__is_active=False)
        .values_list("user", flat=True)
    )
    rows = (
        Assignment.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=day), group__platform=platform
        )
        .select_related(
            "group", "municipality", "agency", "user", "user__contact_details"
        )
        .order_by("group__order", "municipality__order", "starts_on", "pk")
    )
    return [
        Held(
            row,
            row.starts_on <= day,
            not row.user.is_active and row.user_id in invited,
            not row.user.is_active and row.user_id not in invited,
        )
        for row in rows
    ]


def people_of(platform: Platform) -> QuerySet[User]:
    """Return who has, had or is to have a task on the platform, by name."""
    tasks = Assignment.objects.filter(group__platform=platform)
    return (
        User.objects.filter(
            Q(pk__in=tasks.order_by().values("user"))
            | Q(pk__in=platform.invitations.order_by().values("user"))
        )
        .select_related("contact_details")
        .order_by("first_name", "pk")
    )

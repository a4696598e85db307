"""Who writes which slot of a round, and when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import IsNull

from cases.models.cases import Participant
from meetings.models import Assignment, AssignmentQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


def is_open_on(day: date) -> Q:
    """Slots that contacts may write on ``day``."""
    return Q(round__opens_on__lte=day) & (
        Q(round__locks_on__gte=day) | Q(open_until__gte=day)
    )


def covered_for(user: AbstractBaseUser | AnonymousUser, day: date) -> Q:
    return Q(Exists(covering(day).filter(user=user.pk)))


def covering(day: date) -> AssignmentQuerySet:
    """Return, for a subquery of slots, the assignments that each is covered by.

    The one rule of who writes what: the group's contacts of the municipality; with a
    group come those below it and the one above, as in ``own_groups``. A joint text is
    written by contacts of the case's lead, or of any of its municipalities where none
    leads. An assignment for an agency covers cases in which that agency takes part.
    """
    of_case = Participant.objects.filter(case=OuterRef(OuterRef("case")))
    here = of_case.filter(municipality=OuterRef("municipality"))
    jointly = Q(Exists(here.filter(is_lead=True))) | (
        ~Q(Exists(of_case.filter(is_lead=True))) & Q(Exists(here))
    )
    return (
        Assignment.objects.on(day)
        .filter(
            Q(group=OuterRef("case__group"))
            | Q(group=OuterRef("case__group__parent"))
            | Q(group__parent=OuterRef("case__group")),
            Q(municipality=OuterRef("municipality"))
            | Q(IsNull(OuterRef("municipality"), True)) & jointly,
            Q(agency=None) | Q(Exists(of_case.filter(agency=OuterRef("agency")))),
            user__is_active=True,
        )
        .order_by()
    )

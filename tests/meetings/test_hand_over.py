"""Handing an assignment over: one ends, the other begins, on the day."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from meetings.assignments import hand_over
from meetings.models import Assignment, SecretariatMember
from tests.factories import (
    AgencyFactory,
    AssignmentFactory,
    MembershipFactory,
    PlatformFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ON = dt.date(2026, 1, 10)


@pytest.fixture
def assignment():
    agency = AgencyFactory()
    found = AssignmentFactory(
        agency=agency,
        municipality=agency.municipality,
        starts_on=dt.date(2025, 1, 1),
        ends_on=dt.date(2026, 12, 31),
    )
    MembershipFactory(platform=found.group.platform, municipality=agency.municipality)
    return found


def secretary_of(platform):
    user = UserFactory(is_staff=True)
    SecretariatMember.objects.create(platform=platform, user=user)
    return user


@pytest.fixture
def secretary(assignment):
    return secretary_of(assignment.group.platform)


def terms():
    rows = Assignment.objects.order_by("starts_on")
    return list(rows.values_list("user", "agency", "starts_on", "ends_on"))


def test_one_ends_the_day_before_the_other_begins(assignment, secretary):
    to = UserFactory()

    new = hand_over(assignment, to, ON, by=secretary)

    agency = assignment.agency_id
    assert terms() == [
        (assignment.user_id, agency, dt.date(2025, 1, 1), dt.date(2026, 1, 9)),
        (to.pk, agency, ON, dt.date(2026, 12, 31)),
    ]
    assert (new.group, new.municipality) == (assignment.group, assignment.municipality)
    for day, user in ((dt.date(2026, 1, 9), assignment.user), (ON, to)):
        assert [each.user for each in Assignment.objects.on(day)] == [user]


def test_only_the_platforms_secretariat_hands_over(assignment):
    before = terms()

    for by in (assignment.user, secretary_of(PlatformFactory())):
        with pytest.raises(PermissionDenied):
            hand_over(assignment, UserFactory(), ON, by=by)

    assert terms() == before


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (dt.date(2024, 12, 31), "交接日須晚於起日"),
        (dt.date(2025, 1, 1), "交接日須晚於起日"),
        (dt.date(2027, 1, 1), "已於115年12月31日結束"),
    ],
)
def test_day_lies_within_the_term(assignment, secretary, on, why):
    before = terms()

    with pytest.raises(ValidationError, match=why):
        hand_over(assignment, UserFactory(), on, by=secretary)

    assert terms() == before


def test_last_day_of_the_term_may_be_handed_over(assignment, secretary):
    last = dt.date(2026, 12, 31)

    new = hand_over(assignment, UserFactory(), last, by=secretary)

    assert (new.starts_on, new.ends_on) == (last, last)


def test_nobody_hands_over_to_himself_or_to_who_has_left(assignment, secretary):
    before = terms()

    for to in (assignment.user, UserFactory(is_active=False)):
        with pytest.raises(ValidationError, match=r"另一位人員|已停用"):
            hand_over(assignment, to, ON, by=secretary)

    assert terms() == before


def test_half_a_hand_over_is_none(assignment, secretary):
    """The new term is refused: the municipality has left the platform."""
    assignment.group.platform.memberships.all().delete()
    before = terms()

    with pytest.raises(ValidationError, match="不是"):
        hand_over(assignment, UserFactory(), ON, by=secretary)

    assert terms() == before

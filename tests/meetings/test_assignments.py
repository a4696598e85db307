"""Tasks are given and ended by the platform's secretariat, each once at a time."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from meetings.assignments import Task, assign, end, hand_over
from meetings.coverage import coverage
from meetings.models import Assignment, Invitation, SecretariatMember
from tests.factories import (
    AgencyFactory,
    AssignmentFactory,
    IssueGroupFactory,
    MembershipFactory,
    MunicipalityFactory,
    PlatformFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 1, 10)
SINCE = dt.date(2025, 7, 1)


def days(number):
    return TODAY + dt.timedelta(days=number)


class Site:
    """A platform of two groups and two cities, with its secretariat."""

    def __init__(self):
        self.platform = PlatformFactory()
        self.groups = IssueGroupFactory.create_batch(2, platform=self.platform)
        self.cities = MunicipalityFactory.create_batch(2)
        for city in self.cities:
            MembershipFactory(platform=self.platform, municipality=city)
        self.by = self.secretary()
        self.person = UserFactory()

    def secretary(self, platform=None):
        user = UserFactory(is_staff=True)
        SecretariatMember.objects.create(platform=platform or self.platform, user=user)
        return user

    def task(self, group=0, city=0, **fields):
        said = {"agency": None, "starts_on": SINCE, "ends_on": None, **fields}
        return Task(self.groups[group], self.cities[city], **said)

    def assign(self, *tasks, **fields):
        said = {"platform": self.platform, "by": self.by, **fields}
        return assign(said.pop("person", self.person), tasks, **said)

    def hold(self, group=0, city=0, **fields):
        said = {"user": self.person, "starts_on": SINCE, **fields}
        return AssignmentFactory(
            group=self.groups[group], municipality=self.cities[city], **said
        )


@pytest.fixture
def site():
    return Site()


def held(**fields):
    return list(Assignment.objects.filter(**fields).values_list("starts_on", "ends_on"))


def test_tasks_are_given(site):
    given = site.assign(site.task(), site.task(1, 1, ends_on=days(30)))

    assert [(each.group, each.municipality) for each in given] == list(
        zip(site.groups, site.cities, strict=True)
    )
    assert sorted(held(user=site.person), key=str) == sorted(
        [(SINCE, None), (SINCE, days(30))], key=str
    )


def test_form_sent_twice_gives_once(site):
    site.assign(site.task())

    assert site.assign(site.task(starts_on=TODAY), site.task(1)) == list(
        Assignment.objects.filter(group=site.groups[1])
    )
    assert len(held()) == 2


def test_tasks_are_given_all_or_none(site):
    stranger = MunicipalityFactory()
    wrong = Task(site.groups[1], stranger, None, SINCE, None)

    with pytest.raises(ValidationError, match="不是"):
        site.assign(site.task(), wrong)

    assert held() == []


def test_only_the_own_secretariat_gives_and_ends_tasks(site):
    row = site.hold()
    other = site.secretary(PlatformFactory())

    for by in (other, site.person):
        with pytest.raises(PermissionDenied):
            site.assign(site.task(1), by=by)
        with pytest.raises(PermissionDenied):
            end(row, TODAY, today=TODAY, by=by)
    with pytest.raises(ValidationError, match="不是"):
        site.assign(
            Task(IssueGroupFactory(), site.cities[0], None, SINCE, None),
        )

    assert held() == [(SINCE, None)]


def test_database_holds_a_task_once_at_a_time(site):
    agency = AgencyFactory(municipality=site.cities[0])
    site.hold(ends_on=days(10))
    site.hold(starts_on=days(11))
    site.hold(agency=agency)
    site.hold(user=UserFactory())

    for fields in ({"starts_on": days(10), "ends_on": days(10)}, {"agency": agency}):
        with (
            pytest.raises(IntegrityError, match="meetings_assignment_once_at_a_time"),
            transaction.atomic(),
        ):
            site.hold(**fields)


def test_task_ends_with_its_last_day(site):
    row = site.hold()

    end(row, days(5), today=TODAY, by=site.by)

    assert held() == [(SINCE, days(5))]


def test_task_that_has_not_begun_is_taken_back(site):
    row = site.hold(starts_on=TODAY)

    assert end(row, days(-1), today=TODAY, by=site.by) is None

    assert held() == []
    with pytest.raises(ValidationError, match="已經取消"):
        end(row, TODAY, today=TODAY, by=site.by)


@pytest.mark.parametrize(
    ("term", "on", "why"),
    [
        ({}, dt.date(2025, 6, 30), "迄日不得早於起日"),
        ({"ends_on": dt.date(2026, 1, 9)}, TODAY, "已於115年1月9日結束"),
        ({"ends_on": dt.date(2026, 1, 20)}, dt.date(2026, 1, 21), "迄日不能延後"),
    ],
)
def test_end_out_of_order_is_refused(site, term, on, why):
    row = site.hold(**term)
    before = held()

    with pytest.raises(ValidationError, match=why):
        end(row, on, today=TODAY, by=site.by)

    assert held() == before


def test_who_is_invited_may_take_over(site):
    """The account is not in use yet; one that was closed stays refused."""
    row = site.hold()
    heir = UserFactory(is_active=False)
    Invitation.objects.create(
        platform=site.platform,
        user=heir,
        invited_by=site.by,
        invited_at="2026-01-01T00:00Z",
        sent_at="2026-01-01T00:00Z",
    )

    hand_over(row, heir, days(3), by=site.by)

    assert held(user=heir) == [(days(3), None)]


# Who answers for what ---------------------------------------------------------------


def cells(site, day=TODAY):
    found = coverage(site.platform, day)
    return {
        (group.pk, cell.municipality.pk): cell
        for group, row in found.rows
        for cell in row
    }


def gaps(site):
    return {
        (site.groups.index(cell.group), site.cities.index(cell.municipality))
        for cell in coverage(site.platform, TODAY).gaps
    }


def test_cell_with_nobody_is_a_gap(site):
    site.hold()

    assert gaps(site) == {(0, 1), (1, 0), (1, 1)}


@pytest.mark.parametrize(
    "fields",
    [
        {"ends_on": days(-1)},
        {"starts_on": days(1)},
        {"user": {"is_active": False}},
    ],
    ids=["past", "to come", "account closed"],
)
def test_who_does_not_write_today_closes_no_gap(site, fields):
    if isinstance(fields.get("user"), dict):
        fields = {"user": UserFactory(**fields["user"])}
    site.hold(**fields)

    assert (0, 0) in gaps(site)


def test_contact_of_the_group_above_answers_for_those_below(site):
    above, below = site.groups
    below.parent = above
    below.save()
    site.hold()

    cell = cells(site)[below.pk, site.cities[0].pk]

    assert (cell.is_gap, cell.held, cell.through) == (False, [], [above])


def test_agencys_contact_leaves_the_other_cases_open(site):
    agency = AgencyFactory(municipality=site.cities[0])
    site.hold(agency=agency)

    def cell():
        return cells(site)[site.groups[0].pk, site.cities[0].pk]

    assert (cell().is_gap, cell().is_partial) == (False, True)
    site.hold(user=UserFactory())
    assert cell().is_partial is False


def test_another_platforms_tasks_do_not_count(site):
    AssignmentFactory(municipality=site.cities[0], user=site.person, starts_on=SINCE)

    assert len(gaps(site)) == 4

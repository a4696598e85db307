"""What a round would ask, and the days that are proposed for it."""

import datetime as dt

import pytest

from cases import rounds
from cases.models import ReportingRound
from cases.rounds.planning import plan_round, propose_days, quarter_end
from tests.cases.rounds import Collecting
from tests.factories import (
    CaseFactory,
    IssueGroupFactory,
    ParticipantFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    decide,
)

pytestmark = pytest.mark.django_db

AS_OF = dt.date(2026, 3, 31)
LISTED = dt.date(2026, 1, 5)


@pytest.fixture
def site():
    return Collecting()


def test_the_quarter_that_ended_last_is_proposed(platform):
    days = propose_days(platform, dt.date(2026, 11, 20))

    assert vars(days) == {
        "as_of": dt.date(2026, 9, 30),
        "opens_on": dt.date(2026, 11, 20),
        "due_on": dt.date(2026, 12, 4),
        "locks_on": dt.date(2026, 12, 11),
    }


def test_a_quarter_that_has_a_round_is_not_proposed_again(platform):
    for as_of in (dt.date(2026, 9, 30), dt.date(2026, 12, 31)):
        ReportingRoundFactory(platform=platform, as_of=as_of)
    ReportingRoundFactory(as_of=dt.date(2027, 3, 31))

    days = propose_days(platform, dt.date(2026, 11, 20))

    assert (days.as_of, days.opens_on) == (dt.date(2027, 3, 31), dt.date(2027, 4, 1))


def test_no_proposed_day_but_the_data_date_is_on_a_weekend(platform):
    for day in range(1, 29):
        days = propose_days(platform, dt.date(2026, 2, day))
        named = (days.opens_on, days.due_on, days.locks_on)
        assert max(each.weekday() for each in named) < 5, day
        assert list(named) == sorted(named)


@pytest.mark.parametrize(
    ("day", "own", "before"),
    [
        ((2026, 1, 1), (2026, 3, 31), (2025, 12, 31)),
        ((2026, 6, 30), (2026, 6, 30), (2026, 3, 31)),
        ((2028, 2, 29), (2028, 3, 31), (2027, 12, 31)),
        ((2026, 12, 31), (2026, 12, 31), (2026, 9, 30)),
    ],
)
def test_quarters_end_with_their_last_month(day, own, before):
    day = dt.date(*day)

    assert quarter_end(day) == dt.date(*own)
    assert quarter_end(day, before=True) == dt.date(*before)


def test_the_plan_is_what_opening_asks(site, hold_meeting):
    other = IssueGroupFactory(platform=site.platform)
    joint, alone = site.add_case(), CaseFactory(group=other)
    ParticipantFactory(case=alone, municipality=site.keelung)
    hold_meeting(
        LISTED,
        *(decide(case, "list") for case in (site.case, joint, alone)),
        series=site.series,
    )
    ProgressUpdateFactory(case=joint, round=site.round, municipality=None)

    plan = plan_round(site.platform, AS_OF)
    before = ReportingRound.objects.count()
    round_ = rounds.open_round(
        site.platform,
        as_of=AS_OF,
        opens_on=AS_OF,
        due_on=AS_OF,
        locks_on=AS_OF,
        by=site.secretary,
    )

    assert (before, ReportingRound.objects.count()) == (1, 2)
    assert [
        (each.group, each.cases, each.slots, each.joint) for each in plan.groups
    ] == [
        (site.group, 2, 3, 1),
        (other, 1, 1, 0),
    ]
    assert (plan.cases, plan.slots, plan.joint) == (
        round_.progress.values("case").distinct().count(),
        round_.progress.count(),
        round_.progress.filter(municipality=None).count(),
    )


@pytest.mark.parametrize("count", [1, 5])
def test_planning_takes_the_same_queries_for_any_number_of_cases(
    site, hold_meeting, django_assert_num_queries, count
):
    more = [site.add_case() for _ in range(count)]
    hold_meeting(LISTED, *(decide(case, "list") for case in more), series=site.series)

    with django_assert_num_queries(4):
        plan_round(site.platform, AS_OF)

"""Opening a round: a slot for everybody who reports about a listed case."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cases import rounds
from cases.models import ProgressUpdate, ReportingRound
from tests.cases.rounds import AT, Collecting, fresh
from tests.factories import (
    AgencyFactory,
    CaseFactory,
    ParticipantFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    decide,
)

pytestmark = pytest.mark.django_db

DAYS = {
    "as_of": dt.date(2026, 3, 31),
    "opens_on": dt.date(2026, 3, 20),
    "due_on": dt.date(2026, 4, 10),
    "locks_on": dt.date(2026, 4, 20),
}
LISTED = dt.date(2026, 1, 5)
LONGER = {
    "opens_on": dt.date(2026, 1, 1),
    "due_on": dt.date(2026, 2, 10),
    "locks_on": dt.date(2026, 2, 28),
}


@pytest.fixture
def site():
    return Collecting()


@pytest.fixture
def listed(site, hold_meeting):
    """Return a function that lists cases at a meeting of the platform."""

    def meet(*cases, day=LISTED, kind="list"):
        return hold_meeting(
            day, *(decide(case, kind) for case in cases), series=site.series
        )

    return meet


def opened(site, **days):
    return rounds.open_round(site.platform, by=site.secretary, **{**DAYS, **days})


def slots(round_):
    rows = ProgressUpdate.objects.filter(round=round_)
    return {
        number: [
            city
            for case, city in rows.order_by("municipality__order", "pk").values_list(
                "case__number", "municipality__slug"
            )
            if case == number
        ]
        for number in rows.values_list("case__number", flat=True)
    }


def test_each_listed_case_gets_a_slot_for_each_of_its_cities(site, listed):
    alone = site.add_case(site.keelung)
    waiting = site.add_case()
    gone = site.add_case()
    listed(site.case, alone, gone)
    listed(gone, day=LISTED + dt.timedelta(days=30), kind="delist")
    listed(waiting, day=DAYS["as_of"] + dt.timedelta(days=1))

    round_ = opened(site)

    assert slots(round_) == {
        site.case.number: [site.taipei.slug, site.keelung.slug],
        alone.number: [site.keelung.slug],
    }
    rows = round_.progress.values_list("state", "version", "text")
    assert set(rows) == {("missing", 0, "")}
    assert {name: getattr(round_, name) for name in DAYS} == DAYS


def test_other_platforms_cases_are_not_asked_about(site, listed, hold_meeting):
    listed(site.case)
    foreign = Collecting()
    hold_meeting(LISTED, decide(foreign.case, "list"), series=foreign.series)

    assert list(slots(opened(site))) == [site.case.number]


def test_city_with_two_agencies_gets_one_slot(site, listed):
    for _ in range(2):
        agency = AgencyFactory(municipality=site.taipei)
        ParticipantFactory(case=site.case, municipality=site.taipei, agency=agency)
    listed(site.case)

    assert slots(opened(site)) == {
        site.case.number: [site.taipei.slug, site.keelung.slug]
    }


def test_case_without_cities_is_asked_of_all_members(site, listed):
    bare = CaseFactory(group=site.group)
    listed(bare)

    assert slots(opened(site)) == {bare.number: [site.taipei.slug, site.keelung.slug]}


def earlier(site, day):
    return ReportingRoundFactory(platform=site.platform, as_of=day)


@pytest.mark.parametrize(
    ("then", "joint"),
    [
        ([(2024, None), (2025, None)], True),
        ([(2024, "taipei"), (2025, None)], True),
        ([(2024, None), (2025, "taipei")], False),
        ([(2025, "taipei"), (2025, None)], True),
        ([(2027, None)], False),
        ([], False),
    ],
)
def test_case_reports_as_in_its_last_round(site, listed, then, joint):
    listed(site.case)
    made = {}
    for year, city in then:
        day = dt.date(year, 6, 30)
        made[day] = made.get(day) or earlier(site, day)
        municipality = site.taipei if city else None
        ProgressUpdateFactory(
            case=site.case, round=made[day], municipality=municipality
        )
    site.slot.delete()

    got = slots(opened(site))

    cities = [None] if joint else [site.taipei.slug, site.keelung.slug]
    assert got == {site.case.number: cities}


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ({"due_on": dt.date(2026, 3, 1)}, "須依序填寫"),
        ({"locks_on": dt.date(2026, 4, 9)}, "須依序填寫"),
        ({"as_of": dt.date(2025, 12, 31)}, "已有一輪填報"),
        ({"as_of": dt.date(2020, 1, 1)}, "109年1月1日沒有列管中的合作案"),
    ],
)
def test_round_that_makes_no_sense_is_refused(site, listed, days, why):
    listed(site.case)

    with pytest.raises(ValidationError, match=why):
        opened(site, **days)

    assert ReportingRound.objects.count() == 1


@pytest.mark.parametrize("who", ["contact", "official", "stranger"])
def test_only_the_secretariat_opens_and_changes_rounds(site, listed, who):
    listed(site.case)
    by = getattr(site, who)

    for attempt in (
        lambda: rounds.open_round(site.platform, by=by, **DAYS),
        lambda: rounds.add_case(site.round, site.add_case(), by=by, at=AT),
        lambda: rounds.make_joint(site.round, site.case, by=by),
        lambda: rounds.make_separate(site.round, site.case, by=by),
        lambda: rounds.move_days(site.round, by=by, **LONGER),
    ):
        with pytest.raises(PermissionDenied):
            attempt()

    assert (ReportingRound.objects.count(), ProgressUpdate.objects.count()) == (1, 1)


@pytest.mark.parametrize("count", [1, 5])
def test_query_count_of_opening_does_not_grow(
    site, listed, count, django_assert_num_queries
):
    listed(*(site.add_case() for _ in range(count)))

    with django_assert_num_queries(19):
        round_ = opened(site)

    assert round_.progress.count() == 2 * count


def test_days_of_a_round_are_moved(site):
    closed = AT.replace(month=2)
    with pytest.raises(ValidationError, match="關閉填報"):
        site.save(site.slot, at=closed)

    rounds.move_days(site.round, by=site.secretary, **LONGER)

    site.save(site.slot, at=closed)
    assert site.submit(site.slot, at=closed).days_late(closed.date()) == 0
    with pytest.raises(ValidationError, match="須依序填寫"):
        rounds.move_days(
            site.round, by=site.secretary, **{**LONGER, "due_on": dt.date(2027, 1, 1)}
        )
    site.round.refresh_from_db()
    assert {name: getattr(site.round, name) for name in LONGER} == LONGER


# Cases that come later


def test_case_listed_later_is_added(site, listed):
    late = site.add_case()
    listed(late, day=AT.date())

    added = rounds.add_case(site.round, late, by=site.secretary, at=AT)

    assert {slot.municipality for slot in added} == {site.taipei, site.keelung}
    assert late.progress.filter(round=site.round, state="missing").count() == 2


def test_case_delisted_since_the_data_date_may_still_be_added(site, listed):
    late = site.add_case()
    listed(late, day=dt.date(2025, 12, 1))
    listed(late, day=AT.date(), kind="delist")

    assert rounds.add_case(site.round, late, by=site.secretary, at=AT)


def test_case_that_is_not_listed_is_not_added(site):
    unlisted = site.add_case()
    foreign = Collecting().case

    for case in (unlisted, foreign):
        with pytest.raises(ValidationError, match="未在列管中"):
            rounds.add_case(site.round, case, by=site.secretary, at=AT)

    assert ProgressUpdate.objects.filter(round=site.round).count() == 1


def test_case_is_not_added_twice(site, listed):
    listed(site.case)

    with pytest.raises(ValidationError, match="已在填報中"):
        rounds.add_case(site.round, site.case, by=site.secretary, at=AT)


CHANGES = {
    "add": lambda site, round_: rounds.add_case(
        round_, site.add_case(), by=site.secretary, at=AT
    ),
    "joint": lambda site, round_: rounds.make_joint(
        round_, site.case, by=site.secretary
    ),
    "days": lambda site, round_: rounds.move_days(round_, by=site.secretary, **LONGER),
    "separate": lambda site, round_: rounds.make_separate(
        round_, site.case, by=site.secretary
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_neither_a_locked_nor_a_papers_round_takes_cases(site, change):
    rounds.lock_round(site.round, by=site.secretary, at=AT)
    paper = earlier(site, dt.date(2025, 6, 30))

    for round_, why in ((site.round, "已鎖定"), (paper, "取自文件")):
        with pytest.raises(ValidationError, match=why):
            CHANGES[change](site, round_)

    assert list(ProgressUpdate.objects.all()) == [site.slot]


# Joint or each for itself


def test_case_is_made_joint_and_separate_again(site):
    site.add_slot(site.keelung)

    joint = rounds.make_joint(site.round, site.case, by=site.secretary)
    assert slots(site.round) == {site.case.number: [None]}
    assert rounds.make_joint(site.round, site.case, by=site.secretary) == joint

    rounds.make_separate(site.round, site.case, by=site.secretary)
    assert slots(site.round) == {
        site.case.number: [site.taipei.slug, site.keelung.slug]
    }


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted"])
def test_what_is_written_stays_as_it_is(site, state):
    theirs = site.add_slot(site.keelung)
    site.bring(site.slot, state)

    with pytest.raises(ValidationError, match="已有縣市開始填報"):
        rounds.make_joint(site.round, site.case, by=site.secretary)

    assert (fresh(site.slot).state, fresh(theirs).state) == (state, "missing")


def test_what_was_reopened_stays_as_it_is(site):
    rounds.reopen(
        site.slot,
        words="延長",
        until=dt.date(2026, 2, 28),
        version=0,
        by=site.secretary,
        at=AT,
    )

    with pytest.raises(ValidationError, match="已有縣市開始填報"):
        rounds.make_joint(site.round, site.case, by=site.secretary)


def test_case_that_is_not_asked_about_is_not_made_joint(site):
    with pytest.raises(ValidationError, match="不在填報中"):
        rounds.make_joint(site.round, site.add_case(), by=site.secretary)

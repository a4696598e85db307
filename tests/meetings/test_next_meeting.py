"""The next meeting of a series: number, title, host, and how it begins."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from meetings.minutes.next_meeting import begin_meeting, next_meeting, oddities
from meetings.models import MeetingSeries
from tests.factories import (
    DecidingSeriesFactory,
    MeetingFactory,
    MembershipFactory,
    MinutesFactory,
    MunicipalityFactory,
    SectionFactory,
)

pytestmark = pytest.mark.django_db

TODAY = dt.date(2025, 8, 7)  # ROC 114
RUNNING = MeetingSeries.Numbering.RUNNING
PER_YEAR = MeetingSeries.Numbering.PER_YEAR


@pytest.fixture
def running(platform):
    return DecidingSeriesFactory(platform=platform, numbering=RUNNING)


@pytest.fixture
def yearly(platform):
    return DecidingSeriesFactory(platform=platform, numbering=PER_YEAR)


def held(series, number, day, **fields):
    return MeetingFactory(series=series, number=number, held_on=day, **fields)


def test_numbers_run_on(running):
    held(running, 4, dt.date(2024, 12, 26))

    assert next_meeting(running, today=TODAY).number == 5


def test_numbers_begin_anew_each_year_where_they_do(yearly):
    held(yearly, 4, dt.date(2024, 12, 26), roc_year=113)
    held(yearly, 1, dt.date(2025, 2, 27), roc_year=114)

    proposed = next_meeting(yearly, today=TODAY)
    next_year = next_meeting(yearly, today=dt.date(2026, 1, 2))

    assert (proposed.roc_year, proposed.number) == (114, 2)
    assert (next_year.roc_year, next_year.number) == (115, 1)


def test_title_follows_the_last_one(yearly):
    held(
        yearly,
        4,
        dt.date(2024, 12, 26),
        roc_year=113,
        title="113年度「平臺」產業民生組第4次工作小組會議",
    )

    assert (
        next_meeting(yearly, today=TODAY).title
        == "114年度「平臺」產業民生組第1次工作小組會議"
    )


def test_first_title_names_the_platform_and_the_series(running, platform):
    assert (
        next_meeting(running, today=TODAY).title
        == f"{platform.name}第1次副市長層級會議"
    )


def test_the_member_that_hosted_longest_ago_is_next(running, platform):
    first, second, third = MunicipalityFactory.create_batch(3)
    for order, member in enumerate((first, second, third)):
        member.order = order
        member.save()
        MembershipFactory(platform=platform, municipality=member)
    for number, host in enumerate((third, first), start=1):
        held(running, number, dt.date(2024, number, 1), host=host)
    assert next_meeting(running, today=TODAY).host == second

    held(running, 3, dt.date(2024, 3, 1), host=second)

    assert next_meeting(running, today=TODAY).host == third


def test_one_member_hosts_all_that_year_where_turns_go_by_the_year(platform):
    first, second, third = (MunicipalityFactory(order=order) for order in range(1, 4))
    for city in (first, second, third):
        MembershipFactory(platform=platform, municipality=city)
    heads, deputies = (
        DecidingSeriesFactory(platform=platform, slug=slug, hosting="by_year")
        for slug in ("heads", "deputies")
    )
    held(heads, 1, dt.date(2023, 5, 1), host=first)
    held(deputies, 1, dt.date(2023, 6, 1), host=first)
    held(deputies, 2, dt.date(2024, 6, 1), host=second)
    following = {2024: second, 2025: third}

    for year, host in following.items():
        for series in (heads, deputies):
            assert next_meeting(series, today=dt.date(year, 9, 1)).host == host


def test_turns_by_the_year_leave_those_by_the_meeting_alone(platform):
    first, second = (MunicipalityFactory(order=order) for order in (1, 2))
    for city in (first, second):
        MembershipFactory(platform=platform, municipality=city)
    yearly = DecidingSeriesFactory(platform=platform, slug="heads", hosting="by_year")
    single = DecidingSeriesFactory(platform=platform, slug="experts")
    held(yearly, 1, dt.date(2025, 1, 1), host=first)
    held(single, 1, dt.date(2025, 2, 1), host=second)

    assert next_meeting(yearly, today=dt.date(2025, 9, 1)).host == first
    assert next_meeting(single, today=dt.date(2025, 9, 1)).host == first


def test_series_without_turns_proposes_no_host(platform):
    city = MembershipFactory(platform=platform).municipality
    series = DecidingSeriesFactory(platform=platform, hosting="none")
    held(series, 1, dt.date(2025, 1, 1), host=city)

    assert next_meeting(series, today=TODAY).host is None


@pytest.mark.parametrize(
    ("number", "sentences"),
    [
        (2, []),
        (3, ["次別不連續：第1次之後缺第2次。"]),
        (6, ["次別不連續：第1次之後缺第2次至第5次。"]),
    ],
)
def test_gap_in_the_numbers_is_pointed_out(running, number, sentences):
    held(running, 1, dt.date(2024, 1, 1))

    assert list(oddities(running, number=number, year=None, held_on=TODAY)) == sentences


def test_meeting_before_its_predecessor_is_pointed_out(running):
    held(running, 1, dt.date(2025, 9, 1))

    (sentence,) = oddities(running, number=2, year=None, held_on=TODAY)

    assert sentence.startswith("會議日期不晚於第1次副市長層級會議（114年9月1日）")


def test_year_other_than_the_date_says_is_pointed_out(yearly):
    assert list(oddities(yearly, number=1, year=113, held_on=TODAY)) == [
        "年度填113，會議日期卻在民國114年。"
    ]


def test_minutes_begin_with_the_sections_of_the_last_ones(running):
    last = MinutesFactory(meeting__series=running, meeting__number=1)
    SectionFactory(
        minutes=last, order=1, kind="report", heading="工作報告", text="洽悉"
    )
    inferred = MinutesFactory(
        meeting__series=running,
        meeting__number=2,
        meeting__held_on=dt.date(2025, 1, 1),
        source="推定",
    )
    SectionFactory(minutes=inferred, heading="推定事項")

    meeting = begin_meeting(
        running, number=3, roc_year=None, title="第3次會議", held_on=TODAY
    )

    assert meeting.slug == f"{running.slug}-3"
    assert list(
        meeting.minutes.sections.values_list("kind", "heading", "text", "order")
    ) == [("report", "工作報告", "", 1)]


def test_first_minutes_of_a_series_have_the_usual_sections(running):
    meeting = begin_meeting(
        running, number=1, roc_year=None, title="第1次會議", held_on=TODAY
    )

    assert [each.heading for each in meeting.minutes.sections.all()] == [
        "會議時間",
        "會議地點",
        "主席",
        "出席單位及人員",
        "主席致詞",
        "報告事項",
        "討論及決議事項",
        "臨時動議",
        "主席結論暨指示",
        "散會",
    ]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_the_same_meeting_the_second_is_told(running, meanwhile):
    first = {"number": 1, "roc_year": None, "title": "第1次會議", "held_on": TODAY}

    with transaction.atomic():
        begin_meeting(running, **first)
        second = meanwhile(begin_meeting, running, **first)

    with pytest.raises(ValidationError, match="請勿重複建立"):
        second.result(timeout=30)
    assert running.meetings.count() == 1

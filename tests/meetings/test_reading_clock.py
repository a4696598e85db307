"""Days and hours as minutes print them."""

from datetime import date, datetime, time

import pytest

from meetings.reading.clock import Clock, end_after, read_clocks, read_when
from meetings.reading.words import fold


@pytest.mark.parametrize(
    "printed",
    [
        "113年7月11日(星期四)下午2時50分",
        "１１３年７月１１日（星期四）１４時５０分",
        "中華民國113年7月11日（四）14:50",
        "113/7/11 下午 2:50",
        "113.07.11（週四）1450",
        "2024年7月11日下午2點50分",
        "民國一百一十三年七月十一日 下午二時五十分",
        "113 年 7 月 11 日(星期四)下午 2 時 50 分整",
    ],
)
def test_a_day_and_an_hour_are_read_however_printed(printed):
    when = read_when(fold(printed))

    assert when.day == date(2024, 7, 11)
    assert [clock.at for clock in when.clocks] == [time(14, 50)]
    assert when.doubts == ()


@pytest.mark.parametrize(
    ("printed", "at", "is_doubted"),
    [
        ("下午2時", time(14), False),
        ("下午14時45分", time(14, 45), True),
        ("上午14時", time(14), True),
        ("中午12時30分", time(12, 30), False),
        ("下午12時30分", time(12, 30), True),
        ("凌晨12時10分", time(0, 10), False),
        ("上午10時半", time(10, 30), False),
    ],
)
def test_an_hour_that_contradicts_itself_is_doubted(printed, at, is_doubted):
    (clock,) = read_clocks(printed)

    assert (clock.at, bool(clock.doubt)) == (at, is_doubted)


def test_the_half_of_the_day_is_said_once_for_two_hours():
    assert [clock.at for clock in read_clocks("下午2時至4時10分")] == [
        time(14),
        time(16, 10),
    ]


def test_a_weekday_that_is_not_the_days_is_doubted():
    assert read_when("114年4月15日(星期一)").doubts == (
        "「114年4月15日」是星期二，不是星期一，請確認日期。",
    )


def test_a_day_not_in_the_calendar_is_none():
    when = read_when("113年2月30日下午2時")

    assert when.day is None
    assert when.doubts == ("曆法上沒有「113年2月30日」這一天，請確認日期。",)


at = datetime.fromisoformat
START = at("2025-09-24T22:30")


@pytest.mark.parametrize(
    ("clock", "end", "is_doubted"),
    [
        (Clock(time(23, 10), "", "23時10分"), at("2025-09-24T23:10"), False),
        (Clock(time(0, 10), "凌晨", "凌晨"), at("2025-09-25T00:10"), False),
        (Clock(time(11, 10), "", "11時10分"), at("2025-09-24T23:10"), True),
        (Clock(time(9, 0), "", "9時"), at("2025-09-24T09:00"), True),
    ],
)
def test_an_end_before_the_start_is_mended_or_doubted(clock, end, is_doubted):
    found, doubt = end_after(START, clock)

    assert (found, bool(doubt)) == (end, is_doubted)

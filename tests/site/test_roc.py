"""ROC dates are written as the papers write them and read as people type them."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.lib.roc import (
    format_meeting_time,
    format_roc,
    format_time,
    parse_date,
    parse_time,
    quarter,
    roc_year,
)

DAY = date(2026, 11, 21)
STYLES = ["long", "full", "plain", "short", "dotted"]


@pytest.mark.parametrize("style", STYLES)
def test_every_day_from_1912_to_2100_comes_back(style):
    day, end = date(1912, 1, 1), date(2100, 12, 31)

    while day <= end:
        assert parse_date(format_roc(day, style)) == day
        day += timedelta(days=1)


@pytest.mark.parametrize("style", STYLES)
@given(day=st.dates(date(1800, 1, 1), date(2200, 12, 31)))
def test_days_of_every_readable_year_come_back(style, day):
    assert parse_date(format_roc(day, style)) == day


@given(st.dates(date(1800, 1, 1), date(2200, 12, 31)))
def test_iso_dates_are_read(day):
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ("long", "中華民國115年11月21日"),
        ("full", "115年11月21日（星期六）"),
        ("plain", "115年11月21日"),
        ("short", "115/11/21"),
        ("dotted", "115.11.21"),
    ],
)
def test_dates_are_written_as_in_the_papers(style, written):
    assert format_roc(DAY, style) == written


@pytest.mark.parametrize(
    ("day", "style", "written"),
    [
        (date(1912, 1, 1), "plain", "1年1月1日"),
        (date(1912, 1, 1), "short", "001/01/01"),
        (date(2010, 1, 5), "dotted", "099.01.05"),
        (date(1911, 12, 31), "plain", "民國前1年12月31日"),
        (date(1911, 12, 31), "long", "中華民國前1年12月31日"),
        (date(1911, 10, 10), "full", "民國前1年10月10日（星期二）"),
        (date(1895, 4, 17), "short", "民國前17年4月17日"),
    ],
)
def test_early_years_are_written_without_doubt(day, style, written):
    assert format_roc(day, style) == written


def test_there_is_no_year_zero():
    assert [roc_year(date(year, 6, 1)) for year in (1910, 1911, 1912, 2026)] == [
        -2,
        -1,
        1,
        115,
    ]


def test_an_unknown_style_is_refused():
    with pytest.raises(ValueError, match="unknown style"):
        format_roc(DAY, "roman")


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (time(0, 0), "上午0時"),
        (time(10, 0), "上午10時"),
        (time(11, 59), "上午11時59分"),
        (time(12, 0), "中午12時"),
        (time(12, 30), "中午12時30分"),
        (time(14, 30), "下午2時30分"),
        (time(16, 5), "下午4時5分"),
        (time(23, 59, 59), "下午11時59分"),
    ],
)
def test_times_are_written_as_in_the_papers(at, written):
    assert format_time(at) == written


def test_a_meeting_time_is_written_as_in_the_papers():
    written = format_meeting_time(date(2024, 7, 11), time(14, 50))

    assert written == "113年7月11日（星期四）下午2時50分"


@pytest.mark.parametrize(
    ("month", "number"), [(1, 1), (3, 1), (4, 2), (6, 2), (9, 3), (10, 4), (12, 4)]
)
def test_quarters_are_those_of_the_calendar(month, number):
    assert quarter(date(2026, month, 1)) == f"115年第{number}季"


@pytest.mark.parametrize(
    "typed",
    [
        "115/11/21",
        "115.11.21",
        "115-11-21",
        "115 11 21",
        "1151121",
        "115年11月21日",
        "115 年 11 月 21 日",
        "中華民國115年11月21日",
        "民國 115/11/21",
        "１１５／１１／２１",
        "１１５．１１．２１",
        "115年11月21日（星期六）",
        "115.11.21(六)",
        "2026-11-21",
        "2026/11/21",
        "2026.11.21",
        "20261121",
        "2026年11月21日",
        "西元2026年11月21日",
        " 115/11/21\n",
    ],
)
def test_the_same_day_is_read_however_it_is_typed(typed):
    assert parse_date(typed) == DAY


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("民國元年1月1日", date(1912, 1, 1)),
        ("民國1年1月1日", date(1912, 1, 1)),
        ("民國前1年12月31日", date(1911, 12, 31)),
        ("99年1月5日", date(2010, 1, 5)),
        ("民國99/1/5", date(2010, 1, 5)),
        ("099/1/5", date(2010, 1, 5)),
        ("0990105", date(2010, 1, 5)),
        ("113/2/29", date(2024, 2, 29)),
    ],
)
def test_small_years_are_read_where_they_are_plain(typed, day):
    assert parse_date(typed) == day


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "沒有輸入日期，請輸入如115/11/21或2026-11-21的日期。"),
        ("　", "沒有輸入日期，請輸入如115/11/21或2026-11-21的日期。"),
        ("下週一", "看不懂日期「下週一」，請輸入如115/11/21或2026-11-21的日期。"),
        (
            "26/11/21",
            "無法判斷是民國26年或西元2026年，"
            "請輸入026/11/21（民國）或2026/11/21（西元）。",
        ),
        (
            "991121",
            "無法判斷是民國99年或西元1999年，"
            "請輸入099/11/21（民國）或1999/11/21（西元）。",
        ),
        (
            "0115/11/21",
            "無法判斷年份「0115」是民國年或西元年，民國年請輸入3位數，例如115/11/21。",
        ),
        (
            "115/2/30",
            "日期「115/2/30」讀作民國115年（西元2026年）2月30日，"
            "但曆法上沒有這一天，請確認月份與日數。",
        ),
        (
            "115年11月21日（星期日）",
            "115年11月21日（西元2026年）是星期六，不是星期日，請確認日期。",
        ),
        (
            "000/01/01",
            "民國沒有0年，民國1年的前一年是民國前1年，請確認年份。",
        ),
        (
            "西元26年11月21日",
            "西元年請輸入4位數，例如2026年，無法判斷「26」是哪一年。",
        ),
        (
            "民國2026年11月21日",
            "年份民國2026年（西元3937年）超出可輸入的範圍，請確認年份。",
        ),
    ],
)
def test_a_refusal_says_what_to_type(typed, sentence):
    with pytest.raises(ValueError, match=r"。$") as refused:
        parse_date(typed)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "typed",
    [
        "115/11",
        "115/11.21",
        "11/21/2026",
        "115/13/1",
        "113/4/31",
        "114/2/29",
        "1150230",
        "２０２６年",
        "115年11月21日、22日",
        "1700/1/1",
        "2300-01-01",
        "115/11/21 14:30",
        "١١٥/11/21",
    ],
)
def test_what_is_no_single_day_is_refused(typed):
    with pytest.raises(ValueError, match=r"。$"):
        parse_date(typed)


@given(st.text(max_size=20))
def test_anything_typed_is_a_day_or_a_sentence(typed):
    answer: date | str
    try:
        answer = parse_date(typed)
    except ValueError as refused:
        answer = str(refused)

    assert isinstance(answer, date) or answer.endswith("。")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("14:30", time(14, 30)),
        ("1430", time(14, 30)),
        ("930", time(9, 30)),
        ("14時30分", time(14, 30)),
        ("下午2時30分", time(14, 30)),
        ("下午２點", time(14, 0)),
        ("中午12時30分", time(12, 30)),
        ("中午1時", time(13, 0)),
        ("上午 9 時", time(9, 0)),
        ("0:05", time(0, 5)),
    ],
)
def test_times_are_read_as_people_type_them(typed, read):
    assert parse_time(typed) == read


@pytest.mark.parametrize("typed", ["", "二點半", "25:00", "12:60", "99", "1:2:3"])
def test_what_is_no_time_is_refused_in_a_sentence(typed):
    with pytest.raises(ValueError, match="請輸入如14:30"):
        parse_time(typed)


@given(st.times())
def test_written_times_are_read_back(at):
    assert parse_time(format_time(at)) == at.replace(second=0, microsecond=0)

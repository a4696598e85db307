"""The picture of the whole record: lines, their ends, and the table beside them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import picture
from cases.picture import draw_bands, draw_lines, record_lines
from meetings.models import Meeting
from tests.factories import (
    CaseFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    PlatformFactory,
    decide,
)
from tests.pages import get, text

JULY = dt.date(2024, 7, 11)
DECEMBER = dt.date(2024, 12, 26)
NEXT_JULY = dt.date(2025, 7, 10)
TODAY = dt.date(2025, 12, 31)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def home(platform):
    return reverse("cases:platform", args=[platform.slug])


def facts(platform, today=TODAY):
    return [
        (line.number, line.listed_on, line.ended_on, str(line.end))
        for line in record_lines(platform, today)
    ]


# Lines


def test_line_runs_from_the_listing_to_the_end_or_to_today(platform, group, publish):
    stays, goes, joins, parts, piece = CaseFactory.create_batch(5, group=group)
    publish(JULY, *[decide(case, "list") for case in (stays, goes, joins, parts)])
    publish(
        DECEMBER,
        decide(goes, "delist"),
        decide(joins, "merge", merged_into=stays),
        decide(parts, "split"),
        decide(piece, "list", split_from=parts),
    )

    assert facts(platform) == [
        (stays.number, JULY, None, "listed"),
        (goes.number, JULY, DECEMBER, "delisted"),
        (joins.number, JULY, DECEMBER, "merged"),
        (parts.number, JULY, DECEMBER, "split"),
        (piece.number, DECEMBER, None, "listed"),
    ]


def test_case_listed_again_has_two_lines(platform, case, publish):
    publish(JULY, decide(case, "list"))
    publish(DECEMBER, decide(case, "delist"))
    publish(NEXT_JULY, decide(case, "relist"))

    assert facts(platform) == [
        (case.number, JULY, DECEMBER, "delisted"),
        (case.number, NEXT_JULY, None, "listed"),
    ]


def test_new_name_does_not_break_a_line(platform, case, publish):
    publish(JULY, decide(case, "list"))
    publish(DECEMBER, decide(case, "rename", new_name="新名"))

    (line,) = record_lines(platform, TODAY)

    assert (line.name, line.listed_on, line.ended_on) == ("新名", JULY, None)


def test_case_carried_in_and_ended_on_one_day_has_a_line(platform, case, publish):
    publish(JULY, decide(case, "carry_in"), decide(case, "delist"))

    (line,) = record_lines(platform, TODAY)

    assert (line.listed_on, line.ended_on, line.is_carried_in) == (JULY, JULY, True)


def test_what_was_never_listed_has_no_line(platform, group, publish, working_series):
    proposed, joined, into = CaseFactory.create_batch(3, group=group)
    publish(
        JULY,
        decide(proposed, "agree"),
        decide(into, "agree"),
        decide(joined, "merge", merged_into=into),
        series=working_series,
    )

    assert facts(platform) == []


def test_cases_of_unpublished_minutes_have_no_line(
    platform, group, publish, hold_meeting
):
    shown, hidden = CaseFactory.create_batch(2, group=group)
    publish(JULY, decide(shown, "list"))
    hold_meeting(DECEMBER, decide(hidden, "list"))

    assert [number for number, *_ in facts(platform)] == [shown.number]


# The page


def strokes(page):
    """Return what each line of the drawing leads to, says and how it ends."""
    return [
        (
            link.get("href"),
            text(link.find(f"{SVG}title")),
            link.findall(f"{SVG}use")[1].get("href"),
        )
        for link in page.all(f"{SVG}a")
    ]


def test_drawing_and_table_tell_the_same(client, platform, home, publish):
    first, second = IssueGroupFactory.create_batch(2, platform=platform)
    stays, goes = CaseFactory.create_batch(2, group=first)
    older = CaseFactory(group=second)
    start = publish(JULY, decide(stays, "list"), decide(goes, "list"))
    end = publish(DECEMBER, decide(goes, "delist"), decide(older, "carry_in"))

    page = get(client, home)

    assert strokes(page) == [
        (
            goes.get_absolute_url(),
            f"{goes.number} {goes.name}：113年7月11日列管，"
            "113年12月26日已解列，已辦理完成",
            "#mark-delisted",
        ),
        (
            stays.get_absolute_url(),
            f"{stays.number} {stays.name}：113年7月11日列管，列管中",
            "#mark-listed",
        ),
        (
            older.get_absolute_url(),
            f"{older.number} {older.name}：113年12月26日補登列管，列管中",
            "#mark-listed",
        ),
    ]
    assert page.rows("details//tbody/tr") == [
        [
            f"{goes.number} {goes.name}",
            first.name,
            f"{start.short_title}113年7月11日",
            f"{end.short_title}113年12月26日",
            "已解列，已辦理完成",
        ],
        [
            f"{stays.number} {stays.name}",
            first.name,
            f"{start.short_title}113年7月11日",
            "—",
            "列管中",
        ],
        [
            f"{older.number} {older.name}",
            second.name,
            f"{end.short_title}113年12月26日 補登",
            "—",
            "列管中",
        ],
    ]


def test_drawing_is_named_and_its_marks_are_there(client, case, home, publish):
    publish(JULY, decide(case, "list"))

    page = get(client, home)

    (drawing,) = page.all(f"{SVG}svg[@class='timelines']")
    names = {drawing.get("aria-labelledby"), drawing.get("aria-describedby")}
    used = {use.get("href").removeprefix("#") for use in page.all(f"{SVG}use")}
    assert names | used <= page.ids()
    assert page.texts(f"{SVG}svg/{SVG}title") == [
        f"{case.platform.name}全部合作案的列管期間"
    ]


def test_platform_without_record_has_no_picture(client, home):
    page = get(client, home)

    assert page.all(f"{SVG}svg") == page.all("details") == []


def test_long_lines_lie_within_the_sheet(platform, group, publish):
    cases = CaseFactory.create_batch(3, group=group)
    publish(dt.date(2000, 1, 1), decide(cases[0], "list"))
    publish(TODAY, decide(cases[1], "list"), decide(cases[0], "delist"))

    drawn = draw_lines(record_lines(platform, TODAY), [], TODAY)

    (block,) = drawn.blocks
    assert [(stroke.x, stroke.end_x) for stroke in block.strokes] == [
        (34, 926),
        (926, 926),
    ]
    assert all(stroke.y < drawn.foot for stroke in block.strokes)


def test_names_of_meetings_close_together_are_left_out(platform, case, publish):
    publish(JULY, decide(case, "list"))
    for day in range(1, 4):
        publish(JULY + dt.timedelta(days=day), decide(case, "continue"))

    meetings = list(Meeting.objects.in_order())
    drawn = draw_lines(record_lines(platform, TODAY), meetings, TODAY)

    assert [tick.sub for tick in drawn.axis.meetings] == ["113.07.11", "", "", ""]


# More cases than lines can show


@pytest.fixture
def few_lines(monkeypatch):
    """A page that draws lines for no more than two cases."""
    monkeypatch.setattr(picture, "MOST_LINES", 2)


@pytest.fixture
def many(platform, publish):
    first, second = IssueGroupFactory.create_batch(2, platform=platform)
    one, two = CaseFactory.create_batch(2, group=first)
    three = CaseFactory(group=second)
    publish(JULY, decide(one, "list"), decide(two, "list"))
    publish(
        DECEMBER,
        decide(one, "delist"),
        decide(two, "rename", new_name="新名"),
        decide(three, "list"),
    )
    return first, second


def test_many_cases_are_drawn_as_bands_with_the_same_numbers_as_rows(
    client, home, few_lines, many
):
    page = get(client, home)

    first, second = many
    today = page.rows("tfoot/tr")[0][1]
    assert page.texts(f"{SVG}text[@class='heading']") == [
        f"{first.name}列管中 1",
        f"{second.name}列管中 1",
    ]
    assert [row[1:] for row in page.rows("details//tbody/tr")] == [
        ["113年7月11日", "2", "0"],
        ["113年12月26日", "1", "1"],
    ]
    assert page.rows("tfoot/tr") == [["今日", today, "1", "1"]]
    assert page.all(f"{SVG}a") == []


def test_numbers_of_the_bands_open_as_many_cases(client, home, few_lines, many):
    page = get(client, home)

    opened = {
        link.get("href"): int(text(link))
        for link in page.all("details//td/a")
        if "/balance/" in link.get("href")
    }
    assert len(opened) == 4
    for href, number in opened.items():
        assert len(get(client, href).rows()) == number, href


def test_as_many_cases_as_there_is_room_for_are_drawn_as_lines(
    client, home, monkeypatch, many
):
    monkeypatch.setattr(picture, "MOST_LINES", 3)

    assert len(strokes(get(client, home))) == 3


def test_cases_of_unpublished_minutes_are_in_no_band(
    platform, group, publish, hold_meeting
):
    shown, hidden = CaseFactory.create_batch(2, group=group)
    publish(JULY, decide(shown, "list"))
    hold_meeting(DECEMBER, decide(hidden, "list"))

    drawn = draw_bands(platform, [group], list(Meeting.objects.public()), TODAY)

    assert [(band.numbers, band.now) for band in drawn.bands] == [([1], 1)]


@pytest.mark.parametrize("most", [1000, 0])
def test_number_of_queries_does_not_grow(client, publish, monkeypatch, most):
    monkeypatch.setattr(picture, "MOST_LINES", most)
    counted = []
    for count in (1, 5):
        platform = PlatformFactory()
        series = DecidingSeriesFactory(platform=platform)
        groups = IssueGroupFactory.create_batch(count, platform=platform)
        cases = [CaseFactory(group=group) for group in groups]
        target = CaseFactory(group=groups[0])
        listed = [decide(case, "list") for case in [*cases, target]]
        publish(JULY, *listed, series=series)
        for place in range(count):
            merged = decide(cases[place], "merge", merged_into=target)
            publish(DECEMBER + dt.timedelta(days=place), merged, series=series)
        with CaptureQueriesContext(connection) as queries:
            get(client, reverse("cases:platform", args=[platform.slug]))
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_withdrawn_minutes_take_their_lines_along(
    client, case, home, publish, withdraw
):
    meeting = publish(JULY, decide(case, "list"))
    withdraw(meeting)

    assert strokes(get(client, home)) == []

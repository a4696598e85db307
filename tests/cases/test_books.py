"""The books of all deciding meetings on one page."""

import datetime as dt

import pytest
from django.urls import reverse

from cases.balance import NUMBERS
from tests.factories import CaseFactory, CountClaimFactory, IssueGroupFactory, decide
from tests.pages import get, text

JULY = dt.date(2024, 7, 11)
DECEMBER = dt.date(2024, 12, 26)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def address(platform):
    return reverse("cases:books", args=[platform.slug])


@pytest.fixture
def held(platform, publish):
    """Two groups and meetings; the second's paper leaves a carry-in out of its sum."""
    first, second = IssueGroupFactory.create_batch(2, platform=platform)
    stays, goes, older = CaseFactory.create_batch(3, group=first)
    comes = CaseFactory(group=second)
    july = publish(JULY, decide(stays, "list"), decide(goes, "list"))
    december = publish(
        DECEMBER,
        decide(older, "carry_in"),
        decide(goes, "delist"),
        decide(comes, "list"),
    )
    for meeting, group, counts, number in (
        (july, first, "listed", 2),
        (july, first, "continued", 0),
        (december, first, "delisted", 1),
        (december, first, "continued", 2),
        (december, second, "listed", 1),
        (december, None, "continued", 3),
    ):
        CountClaimFactory(meeting=meeting, group=group, counts=counts, number=number)
    return first, second, july, december


def numbers(row):
    """Return what a row of the books counts, without what only is heard."""
    return [cell.split(" ")[0] for cell in row[1:9]]


def test_each_deciding_meeting_is_a_row_of_the_equation(client, address, held):
    page = get(client, address)

    july, december = page.rows()
    assert list(NUMBERS) == [
        "opening",
        "carried_in",
        "delisted",
        "merged",
        "split",
        "continuing",
        "listed",
        "closing",
    ]
    assert july[0] == f"{held[2].short_title}113年7月11日"
    assert numbers(july) == ["0", "0", "0", "0", "0", "0", "2", "2"]
    assert numbers(december) == ["2", "1", "1", "0", "0", "2", "1", "3"]


def test_each_number_opens_as_many_cases_as_it_counts(client, address, held):
    page = get(client, address)

    opened = {
        link.get("href"): int(text(link).split(" ")[0])
        for link in page.all("td[@class]/a")
    }
    assert len(opened) == 2 * 8
    for href, number in opened.items():
        assert len(get(client, href).rows()) == number, href


def test_one_group_is_chosen_in_the_address(client, address, held):
    first, second, *_ = held

    page = get(client, address, group=second.slug)

    assert [numbers(row) for row in page.rows()] == [
        ["0", "0", "0", "0", "0", "0", "0", "0"],
        ["0", "0", "0", "0", "0", "0", "1", "1"],
    ]
    assert page.texts("a[@aria-current='true']") == ["列管結算", second.name]
    assert page.links()[first.name] == f"{address}?group={first.slug}"
    assert page.links()["全部小組"] == address


def test_unknown_group_is_refused_in_a_sentence(client, address, held):
    page = get(client, address, status=400, group="nobody")

    assert "沒有這個議題小組" in page.main
    assert page.rows() == []
    assert held[0].name in page.links()


def test_differences_are_told_in_words(client, address, held):
    first, second, _, december = held

    whole = get(client, address)
    of_second = get(client, address, group=second.slug)

    assert whole.texts("ul[@class='differences']/li") == [
        f"{december.short_title}{first.name}所載其餘案數多 1 案＝補登 1 案",
        f"{december.short_title}全部小組所載其餘案數多 2 案，帳上補登 1 案，不足以說明；"
        "所載「所載3案」與帳上不符；尚有 +1 案無法說明",
    ]
    assert of_second.texts("ul[@class='differences']/li") == []
    assert (
        f"{second.name}各次會議所載案數與帳上相符，或文件未載案數。" in of_second.main
    )


def test_chart_and_table_tell_the_same(client, address, held):
    page = get(client, address)

    drawn = [text(title) for title in page.all(f"{SVG}rect/{SVG}title")]
    told = []
    for meeting, row in zip(held[2:], page.rows(), strict=True):
        count, _, stated = row[8].partition(" ")
        told.append(f"{meeting.short_title}：帳上 {count} 案")
        if "文載" in stated:
            told.append(f"{meeting.short_title}：文載 {stated.split('文載 ')[1]} 案")
    assert drawn == told
    assert len(drawn) == 3
    assert page.texts(f"{SVG}text[@class='value differs']") == ["4"]


def test_unpublished_meetings_are_no_rows(client, address, held, withdraw):
    withdraw(held[3])

    page = get(client, address)

    assert [row[0] for row in page.rows()] == [f"{held[2].short_title}113年7月11日"]
    assert held[3].short_title not in page.main


def test_platform_without_record_says_so(client, address):
    page = get(client, address)

    assert "尚無列管結算：這個平臺還沒有公開的會議決定列管。" in page.main
    assert page.all("table") == []

"""Files of a part of the record: the table's rows, and by what they were chosen."""

import csv
import io
import json
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import odfdo
import openpyxl
import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from cases.exports.status_report import FILE_FORMATS
from cases.exports.status_report_pdf import status_report_html
from cases.reports import status_report
from cases.views import papers
from tests.factories import (
    CaseFactory,
    IssueGroupFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    decide,
)
from tests.pages import get as get_page

JULY = date(2024, 7, 11)
DECEMBER = date(2024, 12, 26)


@pytest.fixture(autouse=True)
def _kept_apart(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with time_machine.travel(datetime(2025, 3, 1, 9, tzinfo=ZoneInfo("Asia/Taipei"))):
        yield


@pytest.fixture
def cases(platform, publish):
    """Two listed cases and a delisted one, of two groups; the third group is bare."""
    first, second, _ = (
        IssueGroupFactory(platform=platform, slug=slug, name=name, order=order)
        for order, (slug, name) in enumerate(
            (("first", "甲組"), ("second", "乙組"), ("third", "丙組"))
        )
    )
    found = [
        CaseFactory(group=first, name="捷運甲案"),
        CaseFactory(group=first, name="公車乙案"),
        CaseFactory(group=second, name="捷運丙案"),
    ]
    publish(JULY, *(decide(case, "list") for case in found))
    publish(DECEMBER, decide(found[2], "delist"), decide(found[0], "continue"))
    latest = ReportingRoundFactory(platform=platform, as_of=date(2024, 12, 31))
    for case in found:
        ProgressUpdateFactory(case=case, round=latest, text="1. 已完成規劃。")
    return found


def fetch(client, platform, extension, status=200, **data):
    address = reverse("cases:status-report", args=[platform.slug, extension])
    response = client.get(address, data)
    assert response.status_code == status
    return b"".join(response)


def table_of(content, extension):
    """The rows of a spreadsheet, heads first."""
    match extension:
        case "csv":
            lines = io.StringIO(content.decode("utf-8-sig"), newline="")
            return [tuple(cell or None for cell in row) for row in csv.reader(lines)]
        case "xlsx":
            (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
            return [
                tuple(
                    c.date().isoformat() if isinstance(c, datetime) else c for c in row
                )
                for row in sheet.values
            ]
        case "ods":
            (table,) = odfdo.Document(io.BytesIO(content)).body.tables
            return [
                tuple(
                    "\n".join(line.inner_text for line in cell.get_paragraphs()) or None
                    for cell in row.get_cells()
                )
                for row in table.iter_rows()
            ]


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "捷運", "standing": "all"},
        {"group": "first"},
        {"standing": "delisted"},
        {"q": "捷運", "as_of": "113/12/1"},
    ],
)
def test_every_format_has_the_cases_of_the_page(client, platform, cases, asked):
    page = get_page(client, reverse("cases:table", args=[platform.slug]), **asked)
    shown = [row[0].split(" ")[0] for row in page.rows("tr[@class='case-row']")]
    assert shown

    data = json.loads(fetch(client, platform, "json", **asked))
    found = {
        extension: [
            row[1]
            for row in table_of(fetch(client, platform, extension, **asked), extension)[
                1:
            ]
        ]
        for extension in ("csv", "xlsx", "ods")
    }

    numbers = [case["number"] for group in data["groups"] for case in group["cases"]]
    assert {"json": numbers, **found} == dict.fromkeys(
        ("json", "csv", "xlsx", "ods"), shown
    )


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_a_table_of_a_part_tells_the_standing_and_the_conditions(
    client, platform, cases, extension
):
    asked = {"q": "捷運", "standing": "all"}

    rows = table_of(fetch(client, platform, extension, **asked), extension)

    assert rows[0][3] == "列管狀態"
    assert rows[0][-1] == "篩選條件"
    assert [(row[2], row[3]) for row in rows[1:]] == [
        ("捷運甲案", "列管中"),
        ("捷運丙案", "已解列"),
    ]
    assert {row[-1] for row in rows[1:]} == {"關鍵字「捷運」；列管狀態「全部狀態」"}


def test_json_of_a_part_tells_the_standing_and_the_conditions(client, platform, cases):
    data = json.loads(fetch(client, platform, "json", group="second", standing="all"))

    assert data["conditions"] == ["議題小組「乙組」", "列管狀態「全部狀態」"]
    assert [group["name"] for group in data["groups"]] == ["乙組"]
    (case,) = data["groups"][0]["cases"]
    assert (case["standing"], case["newly_listed"]) == ("已解列", False)


def test_the_whole_report_has_no_conditions_and_every_group(client, platform, cases):
    for asked in ({}, {"standing": "listed", "sort": "number"}):
        data = json.loads(fetch(client, platform, "json", **asked))
        assert list(data) == ["title", "as_of", "groups"]
        assert [group["name"] for group in data["groups"]] == ["甲組", "乙組", "丙組"]
        assert all("standing" not in c for g in data["groups"] for c in g["cases"])


def test_a_group_that_has_ended_keeps_its_cases_in_the_report(
    client, platform, publish
):
    ended = IssueGroupFactory(platform=platform, name="舊組", last_year=2023)
    publish(JULY, decide(CaseFactory(group=ended), "list"))

    data = json.loads(fetch(client, platform, "json"))

    assert [group["name"] for group in data["groups"]] == ["舊組"]


def test_cases_of_unpublished_minutes_are_in_no_file(
    client, platform, cases, hold_meeting
):
    secret = CaseFactory(group=cases[0].group, name="未公開案")
    hold_meeting(date(2025, 1, 10), decide(secret, "list"))

    assert "未公開案" not in fetch(client, platform, "csv").decode()
    assert "未公開案" not in fetch(client, platform, "csv", standing="all").decode()


def test_the_paper_says_which_part_it_is(client, platform, cases):
    content = fetch(client, platform, "pdf", q="捷運", standing="all")

    reader = PdfReader(io.BytesIO(content))
    printed = re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))
    assert "篩選條件：關鍵字「捷運」；列管狀態「全部狀態」" in printed
    assert "捷運丙案已解列" in printed
    assert "公車乙案" not in printed
    assert reader.metadata.title.endswith("（部分）（114年3月1日）")


def test_the_whole_paper_bears_no_standing(platform, cases):
    html = status_report_html(status_report(platform, date(2025, 3, 1)))

    assert "篩選條件" not in html
    assert "列管中" not in html


@pytest.mark.parametrize("extension", ["pdf", *FILE_FORMATS])
def test_a_part_without_cases_is_a_sentence(client, platform, cases, extension):
    answer = fetch(client, platform, extension, status=404, q="沒有這案").decode()

    assert "114年3月1日沒有符合條件（關鍵字「沒有這案」）的合作案，未製作檔案" in answer


@pytest.mark.parametrize("extension", ["pdf", *FILE_FORMATS])
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"group": "nobody"}, "沒有這個議題小組，請由清單選擇。"),
        ({"q": "市"}, "每個字詞至少2個字"),
        ({"grup": "first"}, "沒有「grup」這個查詢條件"),
    ],
)
def test_a_part_that_cannot_be_asked_for_is_refused(
    client, platform, cases, extension, asked, sentence
):
    answer = fetch(client, platform, extension, status=400, **asked).decode()

    assert sentence in answer


def test_a_paper_too_long_for_the_web_is_refused_before_it_is_gathered(
    client, platform, cases, monkeypatch
):
    monkeypatch.setattr(papers, "MOST_CASES_IN_PDF", 1)

    answer = fetch(client, platform, "pdf", status=400).decode()

    assert "符合條件的合作案共2案，超過PDF的上限（1案）；請縮小查詢條件" in answer
    fetch(client, platform, "csv")
    fetch(client, platform, "pdf", q="公車")


def test_links_of_the_page_carry_what_was_asked_for(client, platform, cases):
    table = reverse("cases:table", args=[platform.slug])

    page = get_page(client, table, q="捷運", standing="all", sort="number")

    ods = page.links()["ODS"]
    assert ods.partition("?")[2] == (
        "q=%E6%8D%B7%E9%81%8B&standing=all&as_of=2025-03-01"
    )
    assert b"".join(client.get(ods)).startswith(b"PK")


def test_a_list_too_long_for_paper_says_so(client, platform, cases, monkeypatch):
    monkeypatch.setattr("cases.views.table.MOST_CASES_IN_PDF", 1)
    table = reverse("cases:table", args=[platform.slug])

    page = get_page(client, table)

    assert "超過 1 案不提供 PDF，請縮小查詢條件。" in page.main
    assert not any("PDF" in label for label in page.links())

"""The real record's status report: the same cases and texts in every format."""

import csv
import io
import json
from datetime import date

import odfdo
import openpyxl
import pytest

from cases.exports.status_report import FILE_FORMATS
from cases.exports.status_report_pdf import printed_lines, status_report_pdf_here
from cases.exports.status_report_sheets import COLUMNS
from cases.reports import (
    GroupTable,
    ProgressBlock,
    ReportRow,
    StatusReport,
    status_report,
)
from meetings.models import Platform
from platform_site.lib.pdf import clean
from platform_site.lib.sheets import guarded
from tests.cases.test_status_report_pdf import words

DAY = date(2025, 12, 31)
HOSTILE = (
    '=HYPERLINK("http://127.0.0.1:1/","看")',
    "@甲\x00\x1b[0m\x0b第二行",
    "-1 </text:p><b>&amp;</b>\r\n\r\n＋全形　１２３",
    "字" * 40_000,
)


@pytest.fixture(scope="module")
def report(loaded_record):
    return status_report(Platform.objects.get(slug="jbbt"), DAY)


@pytest.fixture(scope="module")
def hostile():
    """A report whose every text is out to do harm."""
    cases = tuple(
        ReportRow(
            f"TR-{place:03}",
            text[:200],
            text[:60],
            f"【{text[:60]}】",
            (ProgressBlock(None, text), ProgressBlock(text[:20], text)),
            (text[:60],),
        )
        for place, text in enumerate(HOSTILE, 1)
    )
    bare = ReportRow("DP-001", "防災通報", "", "", ())
    groups = (
        GroupTable("(一)", "交通組", cases),
        GroupTable("(二)", "災防組", (bare,)),
        GroupTable("(三)", "環境資源組", ()),
    )
    return StatusReport("「甲」<情形>", "甲平臺", DAY, groups)


def written(report, extension):
    file = io.BytesIO()
    FILE_FORMATS[extension].write(report, file)
    return file.getvalue()


def from_xlsx(content):
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "n", "d"}
    return [
        [*cells, day if day == COLUMNS[-1].heading else day.date().isoformat()]
        for *cells, day in sheet.values
    ]


def from_ods(content):
    (table,) = odfdo.Document(io.BytesIO(content)).body.tables
    rows = []
    for row in table.iter_rows():
        *cells, day = row.get_cells()
        texts = [
            "\n".join(line.inner_text for line in cell.get_paragraphs()) or None
            for cell in cells
        ]
        rows.append([*texts, str(day.value)])
    return rows


def from_csv(content):
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    return [[unguarded(cell) or None for cell in row] for row in rows]


def unguarded(cell):
    return cell[1:] if cell[:1] == "'" and guarded(cell[1:]) == cell else cell


def from_json(content):
    data = json.loads(content)
    rows = [["議題小組", *(column.heading for column in COLUMNS)]]
    for group in data["groups"]:
        for case in group["cases"]:
            about = [
                group["name"],
                case["number"],
                case["name"],
                case["note"] or None,
                "是" if case["newly_listed"] else "否",
                case["origin"] or None,
            ]
            for block in case["progress"] or [{"municipality": None, "text": ""}]:
                text = block["text"] or None
                rows.append([*about, block["municipality"], text, data["as_of"]])
    return rows


def test_every_format_has_the_cases_and_texts_of_the_record(report):
    expected = [
        (group.name, case.number, case.name, block.municipality, block.text.strip())
        for group in report.groups
        for case in group.rows
        for block in case.blocks
    ]
    assert len(expected) > 100
    assert len({number for _, number, *_ in expected}) > 50

    rows = from_csv(written(report, "csv"))

    assert [(row[0], row[1], row[2], row[6], row[7]) for row in rows[1:]] == expected
    assert from_ods(written(report, "ods")) == rows
    assert from_xlsx(written(report, "xlsx")) == rows
    assert from_json(written(report, "json")) == rows


def test_the_paper_has_the_cases_and_texts_of_the_table(report):
    paper = words(status_report_pdf_here(report))

    rows = from_csv(written(report, "csv"))
    numbers = {number for _, number, *_ in rows[1:]}
    assert numbers == {case.number for group in report.groups for case in group.rows}
    missing = [
        (case.number, part)
        for group in report.groups
        for case in group.rows
        for part in (case.name, case.note, *(x.text for x in printed_lines(case)))
        if not stands_in(paper, "".join(clean(part).split()))
    ]
    assert missing == []


def stands_in(paper, part):
    """Whether ``part`` is printed, at most once cut by the end of a page."""
    return part in paper or any(
        part[:place] in paper and part[place:] in paper for place in range(len(part))
    )


def test_hostile_texts_are_the_same_in_every_format(hostile):
    rows = from_json(written(hostile, "json"))

    assert [len(row[7] or "") for row in rows[1::2]] == [37, 9, 33, 40_000, 0]
    assert from_csv(written(hostile, "csv")) == rows
    assert from_ods(written(hostile, "ods")) == rows
    assert [[(cell or "")[:1000] for cell in row] for row in rows] == [
        [(cell or "")[:1000] for cell in row]
        for row in from_xlsx(written(hostile, "xlsx"))
    ]


def test_no_cell_of_the_csv_begins_like_a_formula(hostile):
    content = written(hostile, "csv").decode("utf-8-sig")

    cells = [
        cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row
    ]
    assert [
        cell for cell in cells if cell.startswith(tuple("=+-@＝＋－＠\t\r\n"))
    ] == []
    # Of three cases name, note, origin, municipality and text, in two rows each.
    assert sum(cell.startswith("'") for cell in cells) == 3 * (2 * 4 + 1)


def test_json_has_the_shape_in_which_reports_are_read(hostile):
    content = written(hostile, "json").decode()
    data = json.loads(content)

    assert list(data) == ["title", "as_of", "groups"]
    assert (data["title"], data["as_of"]) == ("「甲」<情形>", "2025-12-31")
    assert "\\u" not in content
    assert [group["name"] for group in data["groups"]] == [
        "交通組",
        "災防組",
        "環境資源組",
    ]
    assert data["groups"][0]["cases"][1] == {
        "number": "TR-002",
        "name": "@甲[0m\n第二行",
        "theme": "@甲[0m\n第二行",
        "note": "@甲[0m\n第二行",
        "newly_listed": True,
        "origin": "@甲[0m\n第二行",
        "progress": [
            {"municipality": None, "text": "@甲[0m\n第二行"},
            {"municipality": "@甲[0m\n第二行", "text": "@甲[0m\n第二行"},
        ],
    }
    assert data["groups"][1]["cases"] == [
        {
            "number": "DP-001",
            "name": "防災通報",
            "theme": None,
            "note": "",
            "newly_listed": False,
            "origin": "",
            "progress": [],
        }
    ]
    assert data["groups"][2]["cases"] == []


def test_themes_and_new_cases_of_the_record_are_told(report):
    data = json.loads(written(report, "json"))

    cases = [case for group in data["groups"] for case in group["cases"]]
    assert {case["theme"] for case in cases} == {None, "氣候變遷因應及調適"}
    assert all(case["theme"] in case["note"] for case in cases if case["theme"])
    new = [case["origin"] for case in cases if case["newly_listed"]]
    assert len(new) > 1
    assert {origin[-4:] for origin in new} == {"同意新增"}

"""The status report as a paper, read back from the file."""

import io
import re
from datetime import date

import pdfplumber
import pytest

from cases.exports.status_report_pdf import (
    STYLESHEETS,
    PrintedLine,
    printed_lines,
    status_report_html,
    status_report_pdf_here,
)
from cases.reports import GroupTable, ProgressBlock, ReportRow, StatusReport
from platform_site.lib.pdf import PaperError, render_pdf
from tests.papers import bookmarks, elements, fonts, read, words

TITLE = "「基北北桃合作交流平臺」合作方案辦理情形"
ORIGIN = "【114年12月22日第6次副市長層級會議同意新增】"


def row(*blocks: ProgressBlock, name="捷運延伸線", number="TR-001", note="", origin=""):
    return ReportRow(number, name, note, origin, blocks)


def report(*groups: GroupTable) -> StatusReport:
    return StatusReport(TITLE, "基北北桃合作交流平臺", date(2025, 12, 31), groups)


def one_row(row: ReportRow) -> StatusReport:
    return report(GroupTable("(一)", "交通組", (row,)))


def status_report_pdf(report: StatusReport) -> bytes:
    return render_pdf(status_report_html(report), stylesheets=STYLESHEETS)


def lines(*blocks: ProgressBlock) -> list[PrintedLine]:
    return list(printed_lines(row(*blocks)))


LONG = "\n".join(
    f"{number}. 114年{number % 12 + 1}月召開第{number}次會議，確認路線、用地取得與經費分擔"
    "原則，後續由各市依分工辦理，並於下次會議提出進度。\n(1) 已函請中央補助。"
    for number in range(1, 25)
)


@pytest.fixture(scope="module")
def long_report() -> StatusReport:
    """Three groups, one of them empty, with cells longer than a page."""
    cities = ("基隆市", "臺北市", "新北市", "桃園市")
    transport = tuple(
        row(
            *(ProgressBlock(city, LONG) for city in cities),
            name=f"跨市道路工程第{place}案",
            number=f"TR-{place:03}",
            note="（共同議題—「氣候變遷因應及調適」）" if place == 2 else "",
            origin=ORIGIN if place == 3 else "",
        )
        for place in range(1, 4)
    )
    disaster = (row(name="防災通報合作", number="DP-001"),)
    return report(
        GroupTable("(一)", "交通組", transport),
        GroupTable("(二)", "災防組", disaster),
        GroupTable("(三)", "環境資源組", ()),
    )


@pytest.fixture(scope="module")
def paper(long_report: StatusReport) -> bytes:
    return status_report_pdf(long_report)


def test_every_case_and_its_text_stand_in_order(long_report, paper):
    text = words(paper)

    expected = [
        "".join(part.split())
        for group in long_report.groups
        for part in (
            f"{group.numeral} {group.name}",
            *(part for case in group.rows for part in (case.number, case.name)),
        )
    ]
    places = [
        text.find(part, text.find("資料時間：114年12月31日(一)")) for part in expected
    ]
    assert -1 not in places
    assert places == sorted(places)
    for case in long_report.groups[0].rows:
        for line in printed_lines(case):
            assert "".join(line.text.split())[:12] in text


def test_the_head_of_the_table_stands_on_every_page(paper):
    pages = [page.extract_text() for page in read(paper).pages]

    assert len(pages) > 10
    assert all("方案名稱" in page and "最新辦理情形" in page for page in pages)


def test_pages_are_numbered_with_their_total(paper):
    pages = [page.extract_text() for page in read(paper).pages]

    printed = [re.search(r"第(\d+)頁，共(\d+)頁", page).groups() for page in pages]
    assert printed == [
        (str(number), str(len(pages))) for number in range(1, len(pages) + 1)
    ]


def test_pages_after_the_first_say_which_report_and_group_they_are(paper):
    first, second, *_, last = [page.extract_text() for page in read(paper).pages]

    assert first.count(TITLE) == 1
    assert f"{TITLE}（資料時間：114年12月31日）" in second
    assert "(一) 交通組" in second
    assert TITLE in last


def test_the_paper_is_a4_landscape(paper):
    sizes = {
        (round(page.mediabox.width), round(page.mediabox.height))
        for page in read(paper).pages
    }

    assert sizes == {(842, 595)}


def test_the_paper_is_tagged_with_title_and_language(paper):
    root = read(paper).trailer["/Root"]

    assert read(paper).metadata.title == f"{TITLE}（114年12月31日）"
    assert read(paper).metadata.author == "基北北桃合作交流平臺"
    assert root["/Lang"] == "zh-Hant-TW"
    assert root["/MarkInfo"]["/Marked"]


def test_headings_and_tables_are_tagged_and_cells_know_their_heads(paper):
    tree = elements(paper)

    kinds = [element["/S"] for element in tree]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 3
    # A table that goes on overleaf is tagged once a page, head and all.
    assert kinds.count("/THead") == kinds.count("/Table") >= len(read(paper).pages)
    cells = [element for element in tree if element["/S"] == "/TD"]
    assert {len(cell["/A"]["/Headers"]) for cell in cells} == {2}


def test_bookmarks_lead_to_groups_and_cases(paper):
    assert bookmarks(paper) == [
        "(一) 交通組",
        ["跨市道路工程第1案", "跨市道路工程第2案", "跨市道路工程第3案"],
        "(二) 災防組",
        ["防災通報合作"],
        "(三) 環境資源組",
    ]


def test_only_our_fonts_are_embedded(paper):
    assert fonts(paper) == {"Paper-Sans", "Paper-Serif"}


def test_the_paper_is_small(paper):
    assert len(paper) / len(read(paper).pages) < 60_000


def test_a_case_of_a_few_lines_stays_on_one_page():
    text = "\n".join(f"{number}. 已依分工辦理第{number}項。" for number in range(1, 6))
    rows = tuple(
        row(
            ProgressBlock(None, f"{text}\n6. 至此止{place:02}"),
            name=f"起點{place:02}",
            number=f"TR-{place:03}",
        )
        for place in range(12)
    )

    paper = status_report_pdf(report(GroupTable("(一)", "交通組", rows)))

    pages = [page.extract_text() for page in read(paper).pages]
    begun = [re.findall(r"起點(\d\d)", page) for page in pages]
    ended = [re.findall(r"至此止(\d\d)", page) for page in pages]
    assert begun == ended
    assert len(pages) > 2


def test_a_case_newly_listed_is_marked_in_words(paper):
    text = words(paper)

    assert text.count("新增") == 2  # beside the name, and in the line of origin
    assert "跨市道路工程第3案新增" in text
    assert ORIGIN in text


def test_a_case_without_progress_and_a_group_without_cases_say_so(paper):
    text = words(paper)

    assert "防災通報合作尚無辦理情形" in text
    assert "本組目前無列管合作案。" in text


def test_a_municipality_stands_above_its_text_one_level_deeper():
    printed = lines(
        ProgressBlock("基隆市", "1. 甲\n(1) 乙\n說明\nA. 丙\n2. 丁"),
        ProgressBlock("臺北市", "配合辦理。\n1. 戊"),
        ProgressBlock("新北市", " \n"),
    )

    assert printed == [
        PrintedLine("l1 h11", "1. ", "基隆市："),
        PrintedLine("l2 h14", "(1) ", "甲"),
        PrintedLine("l3 h12", "A. ", "乙"),
        PrintedLine("t3", "", "說明"),
        PrintedLine("l4 h16", "(A) ", "丙"),
        PrintedLine("l2 h14", "(2) ", "丁"),
        PrintedLine("l1 h11", "2. ", "臺北市：配合辦理。"),
        PrintedLine("l2 h14", "(1) ", "戊"),
        PrintedLine("l1 h11", "3. ", "新北市：尚無辦理情形"),
    ]


def test_words_begin_in_one_line_whatever_their_number():
    text = "\n".join(f"{number}. 甲{number}" for number in range(1, 13))
    content = status_report_pdf(one_row(row(ProgressBlock(None, text))))
    page = pdfplumber.open(io.BytesIO(content)).pages[0]

    starts = [char["x0"] for char in page.chars if char["text"] == "甲"]

    assert len(starts) == 12
    assert max(starts) - min(starts) < 3  # points, a quarter of a character


def test_joint_text_stands_as_it_was_typed():
    printed = lines(ProgressBlock(None, "本案分兩階段：\n1、甲\n（１）乙\n3、丙"))

    assert printed == [
        PrintedLine("t0", "", "本案分兩階段："),
        PrintedLine("l1 h17", "1、 ", "甲"),
        PrintedLine("l2 h33", "（１） ", "乙"),
        PrintedLine("l1 h17", "3、 ", "丙"),
    ]


def test_joint_text_may_lead_in_the_municipalities():
    printed = lines(
        ProgressBlock(None, "本案由2市合作。"), ProgressBlock("桃園市", "已提送評鑑。")
    )

    assert printed == [
        PrintedLine("t0", "", "本案由2市合作。"),
        PrintedLine("l1 h11", "1. ", "桃園市：已提送評鑑。"),
    ]


def test_the_origin_stands_above_the_text():
    printed = list(printed_lines(row(ProgressBlock(None, "研議中。"), origin=ORIGIN)))

    assert printed == [
        PrintedLine("origin", "", ORIGIN),
        PrintedLine("t0", "", "研議中。"),
    ]


def test_hostile_text_is_printed_as_text():
    hostile = (
        '</td></table><img src="http://127.0.0.1:1/x.png"><style>*{display:none}'
        "</style>{{ report }}\x00\x1b[0m\u202e完成"
    )

    content = status_report_pdf(
        one_row(row(ProgressBlock(hostile, hostile), name=hostile, note=hostile))
    )

    shown = "".join(hostile.replace("\x00\x1b", "").replace("\u202e", "").split())
    assert words(content).count(shown) == 4


def test_markup_in_a_text_is_escaped():
    html = status_report_html(one_row(row(ProgressBlock(None, "<b>甲</b>"))))

    assert "&lt;b&gt;甲&lt;/b&gt;" in html
    assert "style=" not in html


def test_a_character_that_cannot_be_printed_is_named():
    with pytest.raises(PaperError, match=r"「𠮷」（U\+20BB7）共1個字元"):
        status_report_pdf(one_row(row(ProgressBlock("臺北市", "謝𠮷安"))))


def test_a_report_without_groups_is_still_a_paper():
    assert "本平臺目前無列管合作案。" in words(status_report_pdf(report()))


def test_a_command_hears_of_every_page(long_report):
    pages: list[int] = []

    content = status_report_pdf_here(long_report, progress=pages.append)

    assert sorted(set(pages)) == list(range(1, len(read(content).pages) + 1))

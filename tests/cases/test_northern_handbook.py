"""The handbook of the 112 vice leaders' meeting, against what the paper says."""

import io
import re

import pytest
from odfdo import Document
from pypdf import PdfReader

from cases.exports.handbook import STYLESHEETS, handbook_document, handbook_html
from cases.handbooks.data import Grid
from cases.handbooks.gather import handbook_of
from meetings.models import Meeting
from platform_site.lib import odf
from platform_site.lib.pdf import render_pdf_here

pytestmark = pytest.mark.usefixtures("loaded_record")

# Of each table of the paper: its length, its first and its last name.
TABLES = {
    "擬解除列管（共12案）": (
        "國中小有機營養午餐食材供應交流會議",
        "北臺區域廚餘換垃圾合作計畫",
    ),
    "擬持續列管（共1案）": ("8縣市旅遊資訊交流", "8縣市旅遊資訊交流"),
    "請求中央協助（共8案）": (
        "交通部「公共運輸月票補助方案」",
        "推動多元都市更新整建維護及高齡友善電梯專案",
    ),
    "各縣市共同合作（共34案）": (
        "北管音樂及客家八音校園推廣",
        "北臺跨境河川污染治理合作計畫",
    ),
}
MINISTRIES = [
    *[["交通部"]] * 4,
    ["農委會"],
    ["內政部", "國家住都中心"],
    *[["內政部"]] * 2,
]
PROGRAMME = [
    ("14:00－14:30", "30"),
    ("14:30－14:40", "10"),
    ("14:40－14:45", "5"),
    ("14:45－15:10", "25"),
    ("15:10－15:45", "35"),
    ("15:45－15:55", "10"),
    ("15:55", ""),
]


@pytest.fixture(scope="module")
def handbook(loaded_record):
    meetings = Meeting.objects.select_related(
        "platform", "series", "host", "host_agency", "minutes"
    )
    return handbook_of(meetings.get(title="112年度北臺區域發展推動委員會副首長會議"))


@pytest.fixture(scope="module")
def tables(handbook):
    return {
        block.caption: block
        for chapter in handbook.chapters
        for block in chapter.blocks
        if isinstance(block, Grid)
    }


@pytest.fixture(scope="module")
def pdf(handbook):
    return PdfReader(
        io.BytesIO(render_pdf_here(handbook_html(handbook), stylesheets=STYLESHEETS))
    )


def test_tables_are_as_long_as_those_of_the_paper(tables):
    found = {
        caption: (grid.rows[0][3].replace(" ", ""), grid.rows[-1][3])
        for caption, grid in tables.items()
        if "案）" in caption
    }
    assert {name: first for name, (first, _) in found.items()} == {
        name: first for name, (first, _) in TABLES.items()
    }
    assert all(f"共{len(tables[name].rows)}案" in name for name in found)


def test_programme_is_that_of_the_paper(tables):
    assert [row[:2] for row in tables["會議議程"].rows] == PROGRAMME


def test_ministries_are_those_of_the_paper(tables):
    rows = tables["請求中央協助（共8案）"].rows
    assert [row[4].splitlines() for row in rows] == MINISTRIES


def test_all_34_meetings_of_the_groups_are_told(tables):
    told = [
        line
        for name in ("各議題組會議辦理情形", "幕僚及其他會議辦理情形")
        for row in tables[name].rows
        for line in row[2].splitlines()
    ]
    assert len(told) == 34


def test_each_of_the_42_proposals_has_its_form(handbook, tables):
    names = [
        row[3]
        for name in ("請求中央協助（共8案）", "各縣市共同合作（共34案）")
        for row in tables[name].rows
    ]
    assert len(handbook.forms) == len(names) == 42


def test_pdf_has_a_bookmark_for_each_chapter_and_form(handbook, pdf):
    chapters = [each.title for each in pdf.outline if not isinstance(each, list)]
    assert [name[0] for name in chapters[-4:]] == list("壹貳參肆")
    forms = pdf.outline[-1]
    assert [each.title for each in forms] == [sheet.title for sheet in handbook.forms]


def test_contents_name_the_page_on_which_a_chapter_begins(pdf):
    [begins] = [
        number
        for number, page in enumerate(pdf.pages, start=1)
        if page.extract_text().strip().startswith("肆、合作提案單")
    ]
    contents = "".join(pdf.pages[1].extract_text().split())
    assert re.search(r"肆、合作提案單\.+([0-9]+)", contents)[1] == str(begins)


def test_pdf_is_tagged(pdf):
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_odt_holds_the_same_tables_and_leads_to_every_form(handbook, tables):
    file = io.BytesIO()
    odf.odt(file, handbook_document(handbook))
    file.seek(0)
    body = Document(file).body

    found = body.get_elements("//table:table")
    assert len(found) == len(tables) + len(handbook.forms)
    anchors = {
        each.get_attribute("text:name") for each in body.get_elements("//text:bookmark")
    }
    leading = {
        each.get_attribute("text:ref-name")
        for each in body.get_elements("//text:bookmark-ref")
    }
    assert leading <= anchors
    assert len(leading) == 4 + 2 + 2 + 4 + 42

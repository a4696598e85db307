"""OpenDocument texts read as LibreOffice shows them."""

import io

import pytest

from platform_site.lib import document as papers
from platform_site.lib.odf import odt as written_odt
from platform_site.reading.document import Refused
from platform_site.reading.open_text import read_odt
from tests.site.foreign import odt


def text_of(text, **parts):
    return read_odt(odt(text, **parts)).text


def p(words, about=""):
    return f"<text:p {about}>{words}</text:p>"


def item(*inside, about=""):
    return f"<text:list-item {about}>{''.join(inside)}</text:list-item>"


def listed(*items, style="L", about=""):
    named = f'text:style-name="{style}"' if style else ""
    return f"<text:list {named} {about}>{''.join(items)}</text:list>"


def number_level(level, form, *, before="", after="", more=""):
    return (
        f'<text:list-level-style-number text:level="{level}" style:num-format="{form}"'
        f' style:num-prefix="{before}" style:num-suffix="{after}" {more}/>'
    )


def list_style(*levels, name="L"):
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'


MINUTES = list_style(
    number_level(1, "壹, 貳, 參, ...", after="、"),
    number_level(2, "一, 二, 三, ...", after="、"),
    number_level(3, "一, 二, 三, ...", before="（", after="）"),
    number_level(4, "1", after="."),
)


def test_the_levels_of_minutes_are_written_out():
    deep = listed(
        item(p("文"), listed(item(p("文")), item(p("文")), style="")), style=""
    )
    text = listed(item(p("文"), deep), item(p("文")))

    assert text_of(text, automatic=MINUTES).splitlines() == [
        "壹、文",
        "一、文",
        "（一）文",
        "（二）文",
        "貳、文",
    ]


@pytest.mark.parametrize(
    ("form", "more", "number"),
    [
        ("甲, 乙, 丙, ...", "", "丙"),
        ("①, ②, ③, ...", "", "③"),
        ("１, ２, ３, ...", "", "３"),
        ("壹, 贰, 叁, ...", "", "叁"),
        ("01, 02, 03, ...", "", "03"),
        ("I", "", "III"),
        ("a", "", "c"),
        ("", "", ""),
    ],
)
def test_each_format_counts_in_its_own_signs(form, more, number):
    style = list_style(number_level(1, form, after="、", more=more))

    text = text_of(listed(*[item(p("文"))] * 3), automatic=style)

    assert text.splitlines()[-1] == f"{number}、文"


@pytest.mark.parametrize(
    ("more", "number"), [("", "ab"), ('style:num-letter-sync="true"', "bb")]
)
def test_letters_after_z_are_doubled_or_counted_on(more, number):
    style = list_style(number_level(1, "a", after=")", more=more))

    text = text_of(listed(*[item(p("文"))] * 28), automatic=style)

    assert text.splitlines()[-1] == f"{number}) 文"


def test_a_level_shows_those_above_it():
    style = list_style(
        number_level(1, "1"), number_level(2, "1", more='text:display-levels="2"')
    )

    text = text_of(
        listed(item(p("文"), listed(item(p("文")), style=""))), automatic=style
    )

    assert text == "1 文\n1.1 文\n"


def test_a_pattern_of_libreoffice_says_how_the_levels_are_put():
    loext = 'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
    style = list_style(
        number_level(1, "1", more=f'{loext} loext:num-list-format="第%1%條"')
    )

    assert text_of(listed(item(p("文"))), automatic=style) == "第1條 文\n"


def test_lists_start_anew_unless_they_go_on():
    text = (
        listed(item(p("甲")), about='xml:id="a"')
        + listed(item(p("乙")))
        + listed(item(p("丙")), about='text:continue-numbering="true"')
        + listed(item(p("丁")), about='text:continue-list="a"')
    )

    assert text_of(text, automatic=MINUTES) == "壹、甲\n壹、乙\n貳、丙\n貳、丁\n"


def test_lists_and_items_may_start_at_another_number():
    style = list_style(number_level(1, "1", after=".", more='text:start-value="5"'))
    text = listed(
        item(p("文")), item(p("文"), about='text:start-value="9"'), item(p("文"))
    )

    assert text_of(text, automatic=style) == "5. 文\n9. 文\n10. 文\n"


def test_a_second_paragraph_and_a_list_header_take_no_number():
    text = listed(
        f"<text:list-header>{p('首')}</text:list-header>", item(p("甲"), p("續")), item(p("乙"))
    )  # fmt: skip

    assert text_of(text, automatic=MINUTES) == "首\n壹、甲\n續\n貳、乙\n"


def test_an_item_that_only_holds_a_list_takes_no_number():
    text = (
        listed(item(p("甲"), listed(item(p("一")), style="")), about='xml:id="a"')
        + p("插入")
        + listed(item(listed(item(p("二")), style="")), about='text:continue-list="a"')
    )

    assert text_of(text, automatic=MINUTES) == "壹、甲\n一、一\n插入\n二、二\n"


def test_headings_are_numbered_by_the_outline():
    outline = (
        '<text:outline-style><text:outline-level-style text:level="1"'
        ' style:num-format="一, 二, 三, ..." style:num-suffix="、"/></text:outline-style>'
    )
    heading = '<text:h text:outline-level="1" {}>文</text:h>'

    text = text_of(
        heading.format("") + heading.format('text:is-list-header="true"') + heading.format(""),
        styles=outline,
    )  # fmt: skip

    assert text == "一、文\n文\n二、文\n"


def test_white_space_is_counted_as_opendocument_does():
    words = '  臺北 \n  市<text:s text:c="3"/>A<text:tab/>B<text:line-break/><text:span> C</text:span>'

    assert text_of(p(words)) == "臺北 市   A\tB\n C\n"


def test_what_was_deleted_is_left_out_and_what_was_inserted_is_read():
    changes = (
        '<text:tracked-changes><text:changed-region xml:id="c"><text:deletion>'
        f"{p('刪')}</text:deletion></text:changed-region></text:tracked-changes>"
    )
    words = (
        '甲<text:change text:change-id="c"/><text:change-start text:change-id="d"/>乙'
    )

    assert text_of(changes + p(words)) == "甲乙\n"


def test_notes_stand_at_the_end_and_comments_and_aids_are_left_out():
    note = (
        "<text:note><text:note-citation>1</text:note-citation>"
        f"<text:note-body>{p('註')}</text:note-body></text:note>"
    )
    words = (
        f"甲{note}乙<office:annotation>{p('批')}</office:annotation>"
        "<text:ruby><text:ruby-base>臺</text:ruby-base><text:ruby-text>ㄊ</text:ruby-text></text:ruby>"
    )

    assert text_of(p(words) + p("丙")) == "甲乙臺\n丙\n1 註\n"


def test_a_frame_follows_its_paragraph():
    frame = f"<draw:frame><draw:text-box>{p('框')}</draw:text-box></draw:frame>"

    assert text_of(p(f"前{frame}後") + p("次")) == "前後\n框\n次\n"


def test_a_page_ends_before_a_paragraph_that_begins_one():
    style = (
        '<style:style style:name="N" style:family="paragraph">'
        '<style:paragraph-properties fo:break-before="page"/></style:style>'
    )

    text = text_of(p("甲") + p("乙", 'text:style-name="N"'), automatic=style)

    assert text == "甲\n\f乙\n"


def cell(*paragraphs, about=""):
    return f"<table:table-cell {about}>{''.join(map(p, paragraphs))}</table:table-cell>"


COVERED = "<table:covered-table-cell/>"


def _row(cells):
    return f"<table:table-row>{cells}</table:table-row>"


def table(*rows):
    return f"<table:table>{''.join(map(_row, rows))}</table:table>"


def test_a_table_stands_in_its_place_and_merged_cells_stand_once():
    title = cell("名稱", about='table:number-columns-spanned="2"') + COVERED
    head = f"<table:table-header-rows>{_row(title)}</table:table-header-rows>"
    body = f"<table:table>{head}{_row(cell('甲') + cell('一', '二'))}</table:table>"

    read = read_odt(odt(p("前") + body + p("後")))

    assert read.text == "前\n名稱\t\n甲\n一\n二\n後\n"
    assert read.tables[0].rows == (("名稱", ""), ("甲", "一\n二"))
    assert read.text[read.tables[0].start :] == "名稱\t\n甲\n一\n二\n後\n"


def test_what_a_covered_cell_stores_is_not_shown():
    covered = f"<table:covered-table-cell>{p('藏')}</table:covered-table-cell>"

    assert text_of(table(cell("甲") + covered + cell("乙"))) == "甲\t\t乙\n"


def test_repeated_cells_and_rows_are_written_out():
    repeated = cell("列", about='table:number-columns-repeated="2"')
    row = (
        f'<table:table-row table:number-rows-repeated="2">{repeated}</table:table-row>'
    )

    read = read_odt(odt(f"<table:table>{row}</table:table>"))

    assert read.tables[0].rows == (("列", "列"), ("列", "列"))


@pytest.mark.parametrize("kind", ["rows", "columns"])
def test_absurd_repeats_are_refused(kind):
    rows = 'table:number-rows-repeated="99999999"' if kind == "rows" else ""
    columns = 'table:number-columns-repeated="99999999"' if kind == "columns" else ""
    row = f"<table:table-row {rows}>{cell('列', about=columns)}</table:table-row>"

    with pytest.raises(Refused, match="表格"):
        read_odt(odt(f"<table:table>{row}</table:table>"))


def test_a_table_in_a_cell_is_part_of_the_cell():
    inner = table(cell("臺北") + cell("八成"))
    outer = table(f"<table:table-cell>{p('內')}{inner}</table:table-cell>" + cell("乙"))

    assert read_odt(odt(outer)).tables[0].rows == (("內\n臺北\t八成", "乙"),)


def test_a_single_cell_around_everything_is_a_frame():
    inner = table(cell("臺北") + cell("八成"))

    read = read_odt(
        odt(table(f"<table:table-cell>{p('題')}{inner}</table:table-cell>"))
    )

    assert (read.text, len(read.tables)) == ("題\n臺北\t八成\n", 1)


def test_a_table_of_more_rows_is_no_frame():
    inner = table(cell("臺北") + cell("八成"))
    outer = table(f"<table:table-cell>{inner}</table:table-cell>", cell("次列"))

    assert read_odt(odt(outer)).tables[0].rows == (("臺北\t八成",), ("次列",))


def test_the_papers_we_write_ourselves_are_read_back():
    paper = papers.Document(
        title="會議紀錄",
        author="",
        subject="",
        blocks=[
            papers.Paragraph("第1次會議紀錄", papers.Style.TITLE),
            papers.Paragraph("會議時間：", papers.Style.HEADING, marker="壹、"),
            papers.Paragraph("請  依限辦理。", marker="一、", hang=2),
        ],
    )
    out = io.BytesIO()
    written_odt(out, paper)

    text = read_odt(out.getvalue()).text

    assert "".join(text.split()) == "第1次會議紀錄壹、會議時間：一、請依限辦理。"

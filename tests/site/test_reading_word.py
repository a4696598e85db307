"""Word's .docx read as Word shows it."""

import io
import zipfile

import docx as python_docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.lib.numbering import read_outline, renumber
from platform_site.reading.document import Refused
from platform_site.reading.word import read_docx
from tests.site.foreign import docx, level, numbering, paragraph


def text_of(body, **parts):
    return read_docx(docx(body, **parts)).text


def run(text):
    return f"<w:r><w:t>{text}</w:t></w:r>"


def cell(*texts, about=""):
    inside = "".join(map(paragraph, texts))
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{inside}</w:tc>"


def table(*rows):
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


MINUTES = numbering(
    level(0, "ideographLegalTraditional", "%1、"),
    level(1, "taiwaneseCountingThousand", "%2、"),
    level(2, "taiwaneseCountingThousand", "（%3）"),
    level(3, "decimal", "%4."),
    level(4, "ideographTraditional", "%5、"),
)


def test_the_levels_of_minutes_are_written_out():
    levels = [0, 1, 2, 2, 3, 3, 4, 1, 2, 0, 1]
    body = "".join(paragraph("文", list_id=1, level=each) for each in levels)

    assert text_of(body, numbering=MINUTES).splitlines() == [
        "壹、文",
        "一、文",
        "（一）文",
        "（二）文",
        "1. 文",
        "2. 文",
        "甲、文",
        "二、文",
        "（一）文",
        "貳、文",
        "一、文",
    ]


@st.composite
def steps(draw):
    """Levels of an outline that goes down one level at a time."""
    levels = [0]
    for turn in draw(st.lists(st.integers(-3, 1), max_size=8)):
        levels.append(min(max(levels[-1] + turn, 0), 3))
    return levels


@given(steps())
def test_word_counts_an_outline_as_papers_do(levels):
    body = "".join(paragraph("文", list_id=1, level=each) for each in levels)

    read = read_outline(text_of(body, numbering=MINUTES))

    assert [line.level - 1 for line in read] == levels
    assert renumber(read) == read


@pytest.mark.parametrize(
    ("form", "eleventh"),
    [
        ("ideographLegalTraditional", "壹拾壹、文"),
        ("taiwaneseCountingThousand", "十一、文"),
        ("taiwaneseCounting", "十一、文"),
        ("japaneseCounting", "十一、文"),
        ("chineseCounting", "十一、文"),
        ("decimalFullWidth", "１１、文"),
        ("decimalEnclosedCircle", "⑪、文"),
        ("upperLetter", "K、文"),
        ("lowerRoman", "xi、文"),
        ("none", "、文"),
    ],
)
def test_each_format_counts_in_its_own_signs(form, eleventh):
    body = paragraph("文", list_id=1) * 11

    text = text_of(body, numbering=numbering(level(0, form, "%1、")))

    assert text.splitlines()[-1] == eleventh


def test_a_format_a_person_gave_is_counted():
    form = (
        '<mc:AlternateContent><mc:Choice><w:numFmt w:val="custom" w:format="001, 002"/>'
        '</mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback>'
        "</mc:AlternateContent>"
    )
    own = (
        f'<w:lvl w:ilvl="0"><w:start w:val="9"/>{form}<w:lvlText w:val="%1、"/></w:lvl>'
    )

    text = text_of(paragraph("文", list_id=1) * 2, numbering=numbering(own))

    assert text == "009、文\n010、文\n"


def test_a_level_names_the_numbers_above_it():
    lists = numbering(level(0, "decimal", "%1."), level(1, "upperLetter", "%1.%2"))
    body = "".join(paragraph("文", list_id=1, level=each) for each in (0, 0, 1, 1))

    assert text_of(body, numbering=lists) == "1. 文\n2. 文\n2.A 文\n2.B 文\n"


def test_legal_numbering_writes_all_numbers_in_digits():
    lists = numbering(
        level(0, "taiwaneseCountingThousand", "第%1章"),
        level(1, "decimal", "%1.%2", more="<w:isLgl/>"),
    )
    body = paragraph("文", list_id=1) + paragraph("文", list_id=1, level=1)

    assert text_of(body, numbering=lists) == "第一章 文\n1.1 文\n"


def test_lists_of_one_kind_count_on_together_until_one_starts_anew():
    lists = numbering(
        level(0, "decimal", "%1."),
        lists="".join(
            f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>{more}</w:num>'
            for number, more in (
                (1, ""),
                (2, ""),
                (
                    3,
                    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>',
                ),
            )
        ),
    )
    body = "".join(paragraph("文", list_id=each) for each in (1, 2, 3, 3, 1))

    assert text_of(body, numbering=lists).split() == [
        "1.", "文", "2.", "文", "5.", "文", "6.", "文", "7.", "文",
    ]  # fmt: skip


def test_a_list_may_define_a_level_anew():
    own = level(0, "upperRoman", "%1)", start=3)
    lists = numbering(
        level(0, "decimal", "%1."),
        lists='<w:num w:numId="1"><w:abstractNumId w:val="0"/>'
        f'<w:lvlOverride w:ilvl="0">{own}</w:lvlOverride></w:num>',
    )

    assert text_of(paragraph("文", list_id=1), numbering=lists) == "III) 文\n"


@pytest.mark.parametrize(
    ("restart", "last"), [("", "a."), ('<w:lvlRestart w:val="0"/>', "b.")]
)
def test_a_level_starts_anew_after_one_above_it_unless_it_says_never(restart, last):
    lists = numbering(
        level(0, "decimal", "%1."), level(1, "lowerLetter", "%2.", more=restart)
    )
    body = "".join(paragraph("文", list_id=1, level=each) for each in (0, 1, 0, 1))

    assert text_of(body, numbering=lists).splitlines()[-1] == f"{last} 文"


def test_a_style_brings_its_number_and_those_based_on_it_inherit():
    styles = (
        '<w:style w:type="paragraph" w:styleId="A"><w:pPr><w:numPr>'
        '<w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/></w:style>'
    )
    body = paragraph("文", style="A") + paragraph("文", style="B")

    assert text_of(body, numbering=MINUTES, styles=styles) == "一、文\n二、文\n"


def test_a_level_finds_the_style_that_is_tied_to_it():
    styles = (
        '<w:style w:type="paragraph" w:styleId="H2"><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    lists = numbering(
        level(0, "decimal", "%1."),
        level(1, "upperLetter", "%2.", more='<w:pStyle w:val="H2"/>'),
    )

    text = text_of(paragraph("文", style="H2"), numbering=lists, styles=styles)

    assert text == "A. 文\n"


def test_a_list_style_lends_its_levels():
    styles = (
        '<w:style w:type="numbering" w:styleId="公文"><w:pPr><w:numPr>'
        '<w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    )
    lists = (
        '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="公文"/></w:abstractNum>'
        '<w:abstractNum w:abstractNumId="1">'
        + level(0, "taiwaneseCountingThousand", "%1、")
        + "</w:abstractNum>"
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    )

    text = text_of(paragraph("文", list_id=1), numbering=lists, styles=styles)

    assert text == "一、文\n"


def test_number_zero_takes_the_number_of_the_style_away():
    styles = (
        '<w:style w:type="paragraph" w:styleId="A"><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = paragraph("文", style="A", list_id=0) + paragraph("文", style="A")

    assert text_of(body, numbering=MINUTES, styles=styles) == "文\n壹、文\n"


def test_bullets_of_symbol_fonts_are_ordinary_signs():
    lists = numbering(level(0, "bullet", "\uf0b7"), level(1, "bullet", "◆"))
    body = paragraph("文", list_id=1) + paragraph("文", list_id=1, level=1)

    assert text_of(body, numbering=lists) == "• 文\n◆ 文\n"


def test_letters_of_a_symbol_font_are_signs_too():
    font = '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr>'
    lists = numbering(level(0, "bullet", "n", more=font), level(1, "bullet", "n"))
    body = paragraph("文", list_id=1) + paragraph("文", list_id=1, level=1)

    assert text_of(body, numbering=lists) == "■ 文\nn 文\n"


def test_a_line_end_in_the_file_is_a_space_on_the_page():
    assert text_of(paragraph("co\nop")) == "co op\n"


def test_insertions_are_read_and_deletions_are_not():
    body = (
        "<w:p>"
        + run("同意")
        + f"<w:ins>{run('解除')}</w:ins>"
        + "<w:del><w:r><w:delText>繼續</w:delText></w:r></w:del>"
        + f"<w:moveFrom>{run('舊處')}</w:moveFrom><w:moveTo>{run('列管')}</w:moveTo>"
        + "</w:p>"
    )

    assert text_of(body) == "同意解除列管\n"


def test_a_deleted_end_of_paragraph_joins_it_to_the_next_and_takes_no_number():
    deleted = "<w:rPr><w:del/></w:rPr>"
    body = (
        paragraph("基隆河", deleted, list_id=1)
        + paragraph("整治", list_id=1)
        + paragraph("文", list_id=1)
    )

    assert text_of(body, numbering=MINUTES) == "壹、基隆河整治\n貳、文\n"


def test_a_deleted_row_is_not_read():
    deleted = "<w:trPr><w:del/></w:trPr>"
    read = read_docx(docx(table(cell("甲"), deleted + cell("乙"))))

    assert read.tables[0].rows == (("甲",),)


def test_line_breaks_tabs_and_hyphens_are_written_as_they_show():
    inside = (
        "<w:t>臺北</w:t><w:br/><w:t>新北</w:t><w:tab/><w:t>A</w:t>"
        "<w:noBreakHyphen/><w:t>1 co</w:t><w:softHyphen/><w:t>op</w:t><w:cr/>"
        '<w:sym w:font="Wingdings" w:char="F0FE"/>'
    )

    assert text_of(f"<w:p><w:r>{inside}</w:r></w:p>") == "臺北\n新北\tA-1 coop\n☑\n"


def test_a_field_shows_its_result_only():
    kinds = ("begin", "separate", "end")
    begin, separate, end = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in kinds
    )
    code = "<w:r><w:instrText> REF x </w:instrText></w:r>"
    inner = begin + code + separate + run("內") + end
    body = f"<w:p>{run('第')}{begin}{code}{inner}{separate}{run('3')}{end}{run('次')}</w:p>"

    assert text_of(body) == "第3次\n"


def test_a_field_that_never_ends_hides_nothing():
    body = f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{run("決議")}</w:p>'

    assert text_of(body) == "決議\n"


def test_a_field_whose_end_was_deleted_hides_nothing():
    begin, end = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end")
    )

    assert text_of(f"<w:p>{begin}<w:del>{end}</w:del>{run('決議')}</w:p>") == "決議\n"


def test_hidden_text_and_reading_aids_are_left_out():
    body = (
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>"
        f"<w:r><w:ruby><w:rt>{run('ㄊㄞˊ')}</w:rt><w:rubyBase>{run('臺')}</w:rubyBase></w:ruby></w:r>"
        "</w:p>"
    )

    assert text_of(body) == "臺\n"


def test_content_controls_and_links_are_read_through():
    body = (
        f"<w:sdt><w:sdtContent>{paragraph('紀錄')}</w:sdtContent></w:sdt>"
        f"<w:p><w:hyperlink>{run('連結')}</w:hyperlink><w:fldSimple>{run('12')}</w:fldSimple></w:p>"
    )

    assert text_of(body) == "紀錄\n連結12\n"


def test_a_text_box_follows_its_paragraph_and_is_read_once():
    box = f"<w:txbxContent>{paragraph('附註')}</w:txbxContent>"
    body = (
        f"<w:p>{run('前')}<w:r><mc:AlternateContent>"
        f"<mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><v:textbox>{box}</v:textbox></mc:Fallback>"
        f"</mc:AlternateContent></w:r>{run('後')}</w:p>{paragraph('次')}"
    )

    assert text_of(body) == "前後\n附註\n次\n"


def test_footnotes_stand_at_the_end_with_their_numbers():
    notes = "".join(
        f'<w:footnote w:id="{key}">{paragraph(text)}</w:footnote>'
        for key, text in ((7, "註乙"), (5, "註甲"))
    )
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    body = (
        f"<w:p>{run('甲')}{reference.format(5)}{run('乙')}{reference.format(7)}</w:p>"
    )

    assert text_of(body, footnotes=notes) == "甲乙\n1 註甲\n2 註乙\n"


def test_pages_end_where_a_break_says_so():
    broken = f'<w:p>{run("甲")}<w:r><w:br w:type="page"/></w:r>{run("乙")}</w:p>'
    body = broken + paragraph("丙", "<w:pageBreakBefore/>")

    assert text_of(body) == "甲\n\f乙\n\f丙\n"


def test_a_table_stands_in_its_place_with_its_cells_and_offsets():
    body = (
        paragraph("前")
        + table(cell("名稱") + cell("情形"))
        + table(cell("甲案") + cell("一", "二"))
        + paragraph("後")
    )

    read = read_docx(docx(body))

    assert read.text == "前\n名稱\t情形\n甲案\n一\n二\n後\n"
    assert [each.rows for each in read.tables] == [
        (("名稱", "情形"),),
        (("甲案", "一\n二"),),
    ]
    assert [read.text[each.start : each.end] for each in read.tables] == [
        "名稱\t情形\n",
        "甲案\n一\n二\n",
    ]


def test_the_numbers_in_a_table_go_on_in_order_of_the_paper():
    numbered = f"<w:tc>{paragraph('文', list_id=1)}</w:tc>"
    body = table(numbered + numbered) + paragraph("文", list_id=1)

    assert text_of(body, numbering=MINUTES) == "壹、文\t貳、文\n參、文\n"


def test_merged_cells_stand_once():
    body = table(
        cell("標題", about='<w:gridSpan w:val="2"/>') + cell("數"),
        cell("甲", about='<w:vMerge w:val="restart"/>') + cell("一") + cell("1"),
        cell("甲", about="<w:vMerge/>") + cell("二") + cell("2"),
    )

    assert read_docx(docx(body)).tables[0].rows == (
        ("標題", "", "數"),
        ("甲", "一", "1"),
        ("", "二", "2"),
    )


def test_a_table_in_a_cell_is_part_of_the_cell():
    inner = table(cell("縣市") + cell("進度"), cell("臺北") + cell("八成"))
    body = table(f"<w:tc>{paragraph('內')}{inner}{paragraph('外')}</w:tc>" + cell("乙"))

    assert read_docx(docx(body)).tables[0].rows == (
        ("內\n縣市\t進度\n臺北\t八成\n外", "乙"),
    )


def test_a_single_cell_around_everything_is_a_frame():
    inner = table(cell("縣市") + cell("進度"))
    body = table(f"<w:tc>{paragraph('標題')}{inner}</w:tc>")

    read = read_docx(docx(body))

    assert (read.text, len(read.tables)) == ("標題\n縣市\t進度\n", 1)


def test_a_table_without_a_row_is_none():
    read = read_docx(docx(table() + paragraph("文")))

    assert (read.text, read.tables) == ("文\n", ())


def test_a_table_of_more_rows_is_no_frame():
    inner = table(cell("縣市") + cell("進度"))
    body = table(f"<w:tc>{inner}{paragraph('')}</w:tc>", cell("次列"))

    assert read_docx(docx(body)).tables[0].rows == (("縣市\t進度",), ("次列",))


def test_content_controls_around_rows_and_cells_are_read_through():
    row = f"<w:tr><w:sdt><w:sdtContent>{cell('甲')}</w:sdtContent></w:sdt>{cell('乙')}</w:tr>"
    body = f"<w:tbl><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>"

    assert read_docx(docx(body)).tables[0].rows == (("甲", "乙"),)


def test_a_deleted_end_of_paragraph_before_a_table_loses_no_words():
    body = paragraph("前", "<w:rPr><w:del/></w:rPr>") + table(cell("甲") + cell("乙"))

    assert text_of(body) == "前\n甲\t乙\n"


def test_headers_and_footers_are_left_out():
    document = python_docx.Document()
    document.add_paragraph("會議紀錄")
    document.sections[0].header.paragraphs[0].text = "頁首"
    document.sections[0].footer.paragraphs[0].text = "第1頁"
    out = io.BytesIO()
    document.save(out)

    assert read_docx(out.getvalue()).text == "會議紀錄\n"


def test_strict_files_are_read_like_the_usual_ones():
    content = docx(paragraph("文", list_id=1), numbering=MINUTES)
    strict = (
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )

    assert read_docx(_replaced(content, *strict)).text == "壹、文\n"


def test_the_kind_of_a_part_may_be_given_by_its_ending():
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="xml" ContentType="{kind}"/></Types>'
    )

    content = docx(paragraph("文"), more={"[Content_Types].xml": types})

    assert read_docx(content).text == "文\n"


def _replaced(content, old, new):
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(out, "w") as made,
    ):
        for name in given.namelist():
            made.writestr(name, given.read(name).replace(old.encode(), new.encode()))
    return out.getvalue()


@pytest.mark.parametrize(
    "inside",
    [
        '<w:altChunk xmlns:r="r" r:id="x"/>',
        f"<w:sdt><w:altChunk/></w:sdt>{paragraph('文')}",
    ],
)
def test_other_files_set_into_the_text_are_not_passed_over(inside):
    with pytest.raises(Refused, match="內嵌其他檔案"):
        read_docx(docx(inside))


def test_a_paper_without_a_word_is_refused():
    with pytest.raises(Refused, match="沒有文字"):
        read_docx(docx(paragraph("") + paragraph(" ")))

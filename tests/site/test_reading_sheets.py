"""Sheets read as people see them: .xlsx and .ods."""

import datetime
import io

import openpyxl
import pytest

from platform_site.lib import sheets
from platform_site.reading import excel_formats
from platform_site.reading.document import Refused
from platform_site.reading.excel import read_xlsx
from platform_site.reading.open_sheet import read_ods
from tests.site.foreign import odt, xlsx


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row(*cells, number=1):
    return f'<row r="{number}">{"".join(cells)}</row>'


def number(value, style=0):
    return f'<c s="{style}"><v>{value}</v></c>'


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (45876, "[$-404]e/m/d;@", "114/8/7"),
        (45876, '[$-404]gge"年"m"月"d"日"', "民國114年8月7日"),
        (45876, 'yyyy"年"mm"月"dd"日" aaaa', "2025年08月07日 星期四"),
        (45876.604, '上午/下午h"時"mm"分"', "下午2時29分"),
        (45876.604, "yyyy-mm-dd hh:mm:ss", "2025-08-07 14:29:46"),
        (0.5, "h:mm AM/PM", "12:00 PM"),
        (1.5, "[h]:mm", "36:00"),
        (59, "yyyy/m/d", "1900/2/28"),
        (-1, "yyyy/m/d", "-1"),
        (0.835, "0.0%", "83.5%"),
        (1234567.5, "#,##0", "1,234,568"),
        (1234.5, "[$NT$-404]#,##0.00", "NT$1,234.50"),
        (-1234.5, "#,##0_);[Red](#,##0)", "(1,234)"),
        (0, '0;-0;"無"', "無"),
        (7, '"第"000"案"', "第007案"),
        (1.5, "0.##", "1.5"),
        (2, "0.##", "2"),
        (12345678, "#,##0.0,,", "12.3"),
        (0.000012, "0.0E+00", "1.2E-05"),
        (0.1 + 0.2, "General", "0.3"),
        (12345678901, "", "12345678901"),
        (5, "@", "5"),
        (-2.5, "", "-2.5"),
        (-2.5, "0.00", "-2.50"),
        (0.25 / 24, "mm:ss", "15:00"),
    ],
)
def test_numbers_are_shown_in_their_format(value, form, shown):
    assert excel_formats.shown(value, form) == shown


def test_dates_of_a_book_from_a_macintosh_count_from_1904():
    assert excel_formats.shown(44414, "yyyy/m/d", is_1904=True) == "2025/8/7"


def test_every_sheet_is_a_table_under_its_name():
    book = openpyxl.Workbook()
    book.active.title = "交通組"
    book.active.append(["方案名稱", "辦理情形"])
    book.active.append(["甲案", "一、臺北市\n二、新北市"])
    book.create_sheet("空白")
    hidden = book.create_sheet("產業組")
    hidden["B3"] = datetime.date(2025, 8, 7)
    hidden.sheet_state = "hidden"

    read = read_xlsx(saved(book))

    assert read.text == (
        "交通組\n方案名稱\t辦理情形\n甲案\n一、臺北市\n二、新北市\n產業組\n\t2025-08-07\n"
    )
    assert [each.rows for each in read.tables] == [
        (("方案名稱", "辦理情形"), ("甲案", "一、臺北市\n二、新北市")),
        (("", "2025-08-07"),),
    ]


def test_a_formula_shows_its_last_value_and_is_not_calculated():
    cells = (
        "<c><f>1+1</f><v>5</v></c>",
        '<c t="str"><f>"甲"</f><v>乙</v></c>',
        "<c><f>WEBSERVICE(A1)</f></c>",
        '<c t="b"><v>1</v></c>',
        '<c t="e"><v>#REF!</v></c>',
    )

    read = read_xlsx(xlsx(row(*cells)))

    assert read.tables[0].rows == (("5", "乙", "", "TRUE", "#REF!"),)


@pytest.mark.parametrize("value", ["1e999", "-1e999", "NaN", "甲"])
def test_what_is_no_number_is_shown_as_it_is(value):
    assert read_xlsx(xlsx(row(number(value)))).tables[0].rows == ((value,),)


def test_texts_in_runs_are_whole_and_without_their_reading_aid():
    texts = (
        "<si><r><t>臺北</t></r><r><t>市_x000A_府</t></r><rPh><t>ㄊㄞ</t></rPh></si>"
        "<si><t>單</t></si>"
    )
    cells = ('<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>', '<c t="s"><v>9</v></c>')

    read = read_xlsx(xlsx(row(*cells), texts=texts))

    assert read.tables[0].rows == (("臺北市\n府", "單"),)


def test_a_style_names_a_format_of_the_book_or_of_excel():
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="0&quot;案&quot;"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="27"/></cellXfs>'
    )
    cells = (number(3), number(3, 1), number(45876, 2), number(3, 99))

    read = read_xlsx(xlsx(row(*cells), styles=styles))

    assert read.tables[0].rows == (("3", "3案", "114/8/7", "3"),)


def test_merged_cells_stand_once_even_where_more_is_stored():
    rows = row(number(1), number(2), number(3)) + row(number(4), number(5), number=2)
    merged = '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'

    read = read_xlsx(xlsx(rows + row(number(6), number=3), after=merged))

    assert read.tables[0].rows == (
        ("1", "", "3"),
        ("", "", ""),
        ("6", "", ""),
    )


@pytest.mark.parametrize("ref", ["A1", "x:y", "", "A1:A9999999"])
def test_merges_that_make_no_sense_are_passed_over(ref):
    merged = f'<mergeCells><mergeCell ref="{ref}"/></mergeCells>'

    read = read_xlsx(xlsx(row(number(1)) + row(number(2), number=2), after=merged))

    assert read.tables[0].rows == (("1",), ("2",))


def test_gaps_between_rows_and_columns_stay():
    cells = row('<c r="A1"><v>1</v></c>', '<c r="C1"><v>2</v></c>')

    read = read_xlsx(xlsx(cells + row('<c r="B4"><v>3</v></c>', number=4)))

    assert read.tables[0].rows == (
        ("1", "", "2"),
        ("", "", ""),
        ("", "", ""),
        ("", "3", ""),
    )


def test_rows_far_apart_do_not_fill_the_memory():
    far = row(number(2), number=1_048_576)

    read = read_xlsx(xlsx(row(number(1)) + far))

    assert len(read.tables[0].rows) < 2000


def test_a_cell_beyond_all_columns_is_refused():
    with pytest.raises(Refused, match="欄數"):
        read_xlsx(xlsx(row('<c r="XFD1"><v>1</v></c>')))


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_the_sheets_we_write_ourselves_are_read_back(kind):
    columns = [
        sheets.Column("方案名稱", lambda each: each[0]),
        sheets.Column("日期", lambda each: each[1], kind=sheets.Kind.DATE),
        sheets.Column("數", lambda each: each[2], kind=sheets.Kind.NUMBER),
    ]
    given = [("=1+1", datetime.date(2025, 8, 7), 3), ("甲\n乙", None, 12.5)]
    out = io.BytesIO()
    getattr(sheets, kind)(out, columns, given, sheets.About("題", "", "辦理情形"))

    read = {"xlsx": read_xlsx, "ods": read_ods}[kind](out.getvalue())

    assert read.text.startswith("辦理情形\n方案名稱\t日期\t數\n")
    assert read.tables[0].rows[1:] == (
        ("=1+1", "2025-08-07", "3"),
        ("甲\n乙", "", "12.5"),
    )


def test_ods_leaves_out_what_is_repeated_without_words():
    words = "<table:table-cell><text:p>甲</text:p></table:table-cell>"
    empty = '<table:table-cell table:number-columns-repeated="16383"/>'
    rows = (
        f"<table:table-row>{words}{empty}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="2">{empty}</table:table-row>'
        f"<table:table-row>{words}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048573">{empty}</table:table-row>'
    )
    sheet = f'<table:table table:name="交通組">{rows}</table:table>'

    read = read_ods(odt(sheet, kind="spreadsheet"))

    assert read.tables[0].rows == (("甲",), ("",), ("",), ("甲",))


@pytest.mark.parametrize(
    ("rows", "columns", "why"),
    [(99_999_999, 1, "格"), (1, 1025, "欄數"), (1000, 1000, "格")],
)
def test_absurd_repeats_in_ods_are_refused(rows, columns, why):
    sheet = (
        f'<table:table><table:table-row table:number-rows-repeated="{rows}">'
        f'<table:table-cell table:number-columns-repeated="{columns}"><text:p>甲</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )

    with pytest.raises(Refused, match=why):
        read_ods(odt(sheet, kind="spreadsheet"))


@pytest.mark.parametrize(
    ("reader", "content"),
    [(read_xlsx, xlsx("")), (read_ods, odt("<table:table/>", kind="spreadsheet"))],
)
def test_sheets_without_a_word_are_refused(reader, content):
    with pytest.raises(Refused, match="沒有文字"):
        reader(content)

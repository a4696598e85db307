"""Tables written as XLSX, ODS and CSV, read back by other libraries."""

import csv
import io
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import odfdo
import openpyxl
import pytest
from openpyxl.worksheet._writer import ALL_TEMP_FILES

from platform_site.lib import sheets
from platform_site.lib.keep import replacing
from platform_site.lib.sheets import CUT_MARK, XLSX_LIMIT, About, Column, Kind, guarded
from platform_site.lib.text import interchange

ABOUT = About("辦理情形 <甲> & 乙", "合作平臺", "情形[1]/2 " + "長" * 40)
COLUMNS = [
    Column("編號", lambda row: row[0], 8, Kind.NUMBER),
    Column("資料時間", lambda row: row[1], 12, Kind.DATE),
    Column("辦理情形", lambda row: row[2], 60),
]
WRITERS = {
    "xlsx": lambda file, columns, rows: sheets.xlsx(file, columns, rows, ABOUT),
    "ods": lambda file, columns, rows: sheets.ods(file, columns, rows, ABOUT),
    "csv": lambda file, columns, rows: sheets.csv(file, columns, rows),
}
DAY = date(2025, 12, 31)

# What is written, and what is read where nothing needs a guard.
TEXTS = {
    "=1+1": "=1+1",
    '=HYPERLINK("http://127.0.0.1/","看")': '=HYPERLINK("http://127.0.0.1/","看")',
    "+886-2-2720-8889": "+886-2-2720-8889",
    "-5": "-5",
    "@SUM(1)": "@SUM(1)",
    "\t=1": "\t=1",
    "\r=1": "\n=1",
    "＝1＋1": "＝1＋1",
    "'=1": "'=1",
    "=": "=",
    "#N/A": "#N/A",
    "007": "007",
    "2025-12-31": "2025-12-31",
    "1E5": "1E5",
    "TRUE": "TRUE",
    "</text:p></table:table>&amp;<b>]]>": "</text:p></table:table>&amp;<b>]]>",
    "甲,\"乙\";'丙'": "甲,\"乙\";'丙'",
    "一、已完成。\r\n\r\n二、研議中。": "一、已完成。\n\n二、研議中。",
    "Word\v換行\u2028與\x85段落": "Word\n換行\n與\n段落",
    "\x00控\x1b[0m制\ud800字\ufffe元\x9f": "控[0m制字元",
    "  前後  中間  有空白 ": "  前後  中間  有空白 ",
    "全形　空白１２３": "全形　空白１２３",
    "謝𠮷安👪": "謝𠮷安👪",
}


def written(extension, rows, columns=COLUMNS):
    file = io.BytesIO()
    WRITERS[extension](file, columns, rows)
    return file.getvalue()


def read_xlsx(content):
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return [
        [
            cell.value.date() if isinstance(cell.value, datetime) else cell.value
            for cell in row
        ]
        for row in sheet.rows
    ]


def read_ods(content):
    (table,) = odfdo.Document(io.BytesIO(content)).body.tables
    return [[_ods_value(cell) for cell in row.get_cells()] for row in table.iter_rows()]


def _ods_value(cell):
    if cell.type == "string":
        return "\n".join(line.inner_text for line in cell.get_paragraphs())
    return cell.value


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


READERS = {"xlsx": read_xlsx, "ods": read_ods, "csv": read_csv}


def texts(extension, given):
    """The texts as they come back from a file."""
    rows = READERS[extension](written(extension, [(1, DAY, text) for text in given]))
    return [row[2] for row in rows[1:]]


@pytest.mark.parametrize("extension", ["xlsx", "ods"])
def test_text_is_read_back_as_text_whatever_it_looks_like(extension):
    assert texts(extension, TEXTS) == list(TEXTS.values())


def test_csv_guards_what_a_spreadsheet_would_reckon():
    assert texts("csv", TEXTS) == [guarded(text) for text in TEXTS.values()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+886", "'+886"),
        ("-5", "'-5"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t甲", "'\t甲"),
        ("\r甲", "'\n甲"),
        ("＝1", "'＝1"),
        ("  =1", "'  =1"),
        ("\x00=1", "'=1"),
        ("'=1", "''=1"),
        ("'甲", "'甲"),
        ("1-2", "1-2"),
        ("甲=乙", "甲=乙"),
        ("", ""),
    ],
)
def test_the_guard_of_csv(text, expected):
    assert guarded(text) == expected


def test_xlsx_holds_no_formula_and_no_error_value():
    content = written("xlsx", [(1, DAY, text) for text in TEXTS])

    book = zipfile.ZipFile(io.BytesIO(content))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert sheet.findall(f".//{main}f") == []
    kinds = [
        cell.get("t") for cell in sheet.iter(f"{main}c") if cell.get("r")[0] == "C"
    ]
    assert kinds == ["inlineStr"] * (len(TEXTS) + 1)


def test_ods_holds_no_formula():
    content = written("ods", [(1, DAY, text) for text in TEXTS])

    sheet = zipfile.ZipFile(io.BytesIO(content)).read("content.xml").decode()
    assert "table:formula" not in sheet


def test_xlsx_keeps_what_excel_would_read_as_a_code():
    book = zipfile.ZipFile(io.BytesIO(written("xlsx", [(1, DAY, "_x003D_1 _x_")])))

    assert "<t>_x005F_x003D_1 _x_</t>" in book.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("extension", ["xlsx", "ods"])
def test_numbers_days_and_empty_cells_keep_their_kind(extension):
    rows = [(-5, DAY, None), (2.5, date(1912, 1, 1), ""), (None, None, "甲")]

    assert READERS[extension](written(extension, rows)) == [
        ["編號", "資料時間", "辦理情形"],
        [-5, DAY, None],
        [2.5, date(1912, 1, 1), None],
        [None, None, "甲"],
    ]


def test_csv_has_iso_days_plain_numbers_and_empty_cells():
    rows = [(-1234567, DAY, None), (Decimal("1E+3"), date(99, 1, 2), "甲\n乙")]

    content = written("csv", rows)

    assert content.decode("utf-8") == (
        "\ufeff編號,資料時間,辦理情形\r\n"
        "-1234567,2025-12-31,\r\n"
        '1000,0099-01-02,"甲\n乙"\r\n'
    )


@pytest.mark.parametrize("extension", WRITERS)
@pytest.mark.parametrize(
    "row",
    [
        ("1", DAY, "甲"),
        (1, "2025-12-31", "甲"),
        (1, datetime(2025, 12, 31, 8, 0), "甲"),  # noqa: DTZ001  # naive or not
        (1, DAY, 5),
        (float("nan"), DAY, "甲"),
    ],
)
def test_a_value_of_another_kind_is_refused(extension, row):
    with pytest.raises(TypeError, match="not a "):
        written(extension, [row])


@pytest.mark.parametrize("extension", WRITERS)
def test_a_table_without_rows_has_its_headings(extension):
    heads = [column.heading for column in COLUMNS]

    assert READERS[extension](written(extension, [])) == [heads]


def test_xlsx_cuts_what_no_cell_can_hold_and_says_so():
    fits, long, pairs = texts("xlsx", ["字" * XLSX_LIMIT, "字" * 40_000, "𠮷" * 20_000])

    assert fits == "字" * XLSX_LIMIT
    assert long == "字" * (XLSX_LIMIT - len(CUT_MARK)) + CUT_MARK
    assert pairs == "𠮷" * ((XLSX_LIMIT - len(CUT_MARK)) // 2) + CUT_MARK


@pytest.mark.parametrize("extension", ["ods", "csv"])
def test_ods_and_csv_cut_nothing(extension):
    assert texts(extension, ["字" * 40_000]) == ["字" * 40_000]


def test_xlsx_is_set_up_for_reading_and_for_paper():
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", [(1, DAY, "甲")] * 2)))

    (sheet,) = book.worksheets
    assert (book.properties.title, book.properties.language) == (ABOUT.title, "zh-TW")
    assert sheet.title == "情形 1 2 " + "長" * 24
    assert sheet.freeze_panes == "A2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.auto_filter.ref == "A1:C3"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (
        9,
        "landscape",
    )
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet["A1"].font.bold
    assert not sheet["C2"].font.bold
    assert sheet["C2"].alignment.wrap_text
    assert sheet["B2"].number_format == "yyyy-mm-dd"
    assert sheet.column_dimensions["C"].width == 60


def test_ods_is_packed_as_open_documents_are():
    package = zipfile.ZipFile(io.BytesIO(written("ods", [(1, DAY, "甲")])))

    first, *others = package.infolist()
    assert first.filename == "mimetype"
    assert (first.compress_type, first.extra, first.header_offset) == (0, b"", 0)
    assert package.read(first) == b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = ElementTree.fromstring(package.read("META-INF/manifest.xml"))
    space = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
    listed = {
        entry.get(f"{space}full-path"): entry.get(f"{space}media-type")
        for entry in manifest
    }
    assert listed.pop("/") == "application/vnd.oasis.opendocument.spreadsheet"
    assert manifest.get(f"{space}version") == "1.2"
    packed = {entry.filename for entry in others} - {"META-INF/manifest.xml"}
    assert listed == dict.fromkeys(packed, "text/xml")
    for name in packed:
        root = ElementTree.fromstring(package.read(name))
        office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
        assert root.get(f"{office}version") == "1.2", name


def test_every_style_an_ods_names_is_there():
    package = zipfile.ZipFile(io.BytesIO(written("ods", [(1, DAY, "甲")])))

    made, named = set(), set()
    for name in ("content.xml", "styles.xml"):
        for element in ElementTree.fromstring(package.read(name)).iter():
            for key, value in element.attrib.items():
                attribute = key.rpartition("}")[2]
                if key.endswith("style:1.0}name"):
                    made.add(value)
                elif attribute.endswith(("style-name", "layout-name", "page-name")):
                    named.add(value)
    assert named <= made
    assert {"row", "text", "head", "Default"} <= named


def test_ods_says_its_title_and_language_and_repeats_its_headings():
    document = odfdo.Document(io.BytesIO(written("ods", [(1, DAY, "甲")])))

    assert document.meta.title == ABOUT.title
    assert document.meta.language == "zh-TW"
    (table,) = document.body.tables
    (heads,) = table.get_elements("table:table-header-rows/table:table-row")
    assert [cell.value for cell in heads.get_cells()] == [
        "編號",
        "資料時間",
        "辦理情形",
    ]
    default = document.get_part("styles.xml").root.get_element("//style:default-style")
    properties = default.get_element("style:text-properties")
    assert properties.get_attribute("fo:country") == "TW"
    assert properties.get_attribute("style:language-asian") == "zh"


def test_the_same_rows_are_the_same_ods_to_the_byte():
    assert written("ods", [(1, DAY, "甲")]) == written("ods", [(1, DAY, "甲")])


@pytest.mark.parametrize(
    # openpyxl is slow to trace; what it kept of a row would be 200 bytes or more.
    ("extension", "rows"),
    [("xlsx", 10_000), ("ods", 50_000), ("csv", 50_000)],
)
def test_memory_does_not_grow_with_the_rows(extension, rows, tmp_path):
    columns = [Column("編號", str), Column("辦理情形", "第{}案已完成規劃。".format)]

    with (tmp_path / "long").open("w+b") as file:
        tracemalloc.start()
        try:
            WRITERS[extension](file, columns, range(rows))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        size = file.tell()

    assert size > 5 * rows
    assert peak < 1_500_000


@pytest.mark.parametrize("extension", WRITERS)
def test_a_write_that_fails_leaves_the_old_file_and_no_other(extension, tmp_path):
    path = tmp_path / "report"
    path.write_bytes(b"old")

    def rows():
        yield from [(1, DAY, "甲")] * 500
        raise ConnectionError("the database has gone")

    def write():
        with replacing(path) as file:
            WRITERS[extension](file, COLUMNS, rows())

    with pytest.raises(ConnectionError):
        write()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert ALL_TEMP_FILES == []


class FullDisk(io.RawIOBase):
    """A file that takes nothing."""

    def writable(self):
        return True

    def seekable(self):
        return True

    def write(self, _):
        raise OSError(28, "No space left on device")

    def seek(self, *_):
        return 0

    def tell(self):
        return 0


@pytest.mark.parametrize("extension", WRITERS)
def test_a_full_disk_is_an_oserror(extension):
    with pytest.raises(OSError, match="No space left"):
        WRITERS[extension](FullDisk(), COLUMNS, [(1, DAY, "甲")] * 5000)
    assert ALL_TEMP_FILES == []


def test_interchange_leaves_printable_text_alone():
    text = "臺北市（含𠮷）：1,234 元"

    assert interchange(text) is text

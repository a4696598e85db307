"""Spreadsheets: the site's writers beside openpyxl and odfpy used plainly."""

import datetime as dt
import io
import random
import time

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from platform_site.lib.sheets import About, Column, Kind, ods, xlsx
from tests.bench import words

try:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.style import ParagraphProperties, Style
    from odf.table import Table, TableCell, TableRow
    from odf.text import P
except ImportError:  # not among the development packages: pip install odfpy
    OpenDocumentSpreadsheet = None

ROWS = 3000
COLUMNS = [
    Column("議題小組", lambda row: row[0], 12),
    Column("案號", lambda row: row[1], 9),
    Column("方案名稱", lambda row: row[2], 26),
    Column("新增", lambda row: row[3], 6),
    Column("縣市", lambda row: row[4], 11),
    Column("最新辦理情形", lambda row: row[5], 66),
    Column("資料時間", lambda row: row[6], 11, Kind.DATE),
]
ABOUT = About("合作方案辦理情形", "四市合作交流平臺", "辦理情形")


def rows():
    rng = random.Random(5)
    return [
        (
            rng.choice(words.GROUPS),
            f"AA-{number:04d}",
            words.case_name(rng),
            rng.choice("是否"),
            rng.choice(words.CITIES),
            words.progress_text(rng, rng.randint(1, 3)),
            dt.date(2024, 12, 31),
        )
        for number in range(ROWS)
    ]


def our_xlsx(data):
    xlsx(io.BytesIO(), COLUMNS, data, ABOUT)


def our_ods(data):
    ods(io.BytesIO(), COLUMNS, data, ABOUT)


def plain_openpyxl(data):
    """Write as openpyxl's manual shows, every cell with font and alignment."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("辦理情形")
    font = Font(name="Microsoft JhengHei", size=11)
    alignment = Alignment(vertical="top", wrap_text=True)
    for row in [[column.heading for column in COLUMNS], *data]:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            cell.font, cell.alignment = font, alignment
            cells.append(cell)
        sheet.append(cells)
    book.save(io.BytesIO())


def plain_odfpy(data):
    """Write as odfpy's manual shows, every cell with a style."""
    book = OpenDocumentSpreadsheet()
    style = Style(name="cell", family="table-cell")
    style.addElement(ParagraphProperties(textalign="left"))
    book.automaticstyles.addElement(style)
    table = Table(name="辦理情形")
    for row in [[column.heading for column in COLUMNS], *data]:
        line = TableRow()
        for value in row:
            cell = TableCell(stylename=style, valuetype="string")
            for paragraph in str(value).split("\n"):
                cell.addElement(P(text=paragraph))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(io.BytesIO())


def rows_per_second(write, data):
    began = time.perf_counter()
    write(data)
    return len(data) / (time.perf_counter() - began)

"""Sheets of a round as people hold them: downloaded, filled in, taken back."""

import io

import odfdo
import openpyxl

from cases.models import SheetUpload
from cases.rounds.sheet_in import rows_in, take_in
from cases.rounds.sheet_judge import judge, take_over
from cases.rounds.sheet_out import write_sheet
from tests.cases.rounds import AT

KEY, GROUP, CASE, NAME, CITY, LAST, STATE, TEXT, UNCHANGED = range(9)


def downloaded(round_, user, extension="xlsx", *, at=AT):
    file = io.BytesIO()
    write_sheet(round_, user, extension, file, at=at)
    return file.getvalue()


def opened(content):
    """Return the workbook and its sheet of rows."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return book, book.worksheets[0]


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def open_document(content):
    document = odfdo.Document(io.BytesIO(content))
    return document, document.body.get_tables()[0]


def filled(content, rows, *, unchanged=()):
    """Return the XLSX with texts put in by row number, and rows said unchanged."""
    book, sheet = opened(content)
    for number, text in rows.items():
        sheet.cell(number, TEXT + 1).value = text
    for number in unchanged:
        sheet.cell(number, UNCHANGED + 1).value = "是"
    return saved(book)


def filled_ods(content, rows, *, unchanged=()):
    document, table = open_document(content)
    for number, text in rows.items():
        cell = odfdo.Cell()
        cell.set_attribute("office:value-type", "string")
        for line in text.split("\n"):
            cell.append(odfdo.Paragraph(line))
        table.set_cell((TEXT, number - 1), cell)
    for number in unchanged:
        table.set_value((UNCHANGED, number - 1), "是")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def uploaded(round_, content, *, by, name="填報表.xlsx", at=AT):
    return take_in(round_, content, name, by=by, at=at)


def judged(upload, *, by, at=AT):
    return judge(rows_in(upload.said), upload.round, by=by, day=at.date())


def told(upload, *, by, at=AT):
    """Return the outcome of each row by its number."""
    rows = judged(upload, by=by, at=at).rows
    return {each.row.number: each.outcome.value for each in rows}


def why(upload, *, by, at=AT):
    """Return what is said of each row that something is said of."""
    rows = judged(upload, by=by, at=at).rows
    return {each.row.number: list(each.why) for each in rows if each.why}


def taken(upload, *, by, choices=None, hand_in=False, at=AT, seal=None):
    return take_over(
        SheetUpload.objects.get(pk=upload.pk),
        seal=seal or judged(upload, by=by, at=at).seal,
        taken=choices or {},
        hand_in=hand_in,
        by=by,
        at=at,
    )

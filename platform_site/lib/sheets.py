"""Tables as files: one list of columns, written as XLSX, ODS or CSV.

``xlsx``, ``ods`` and ``csv`` know files and nothing else. Rows are written as
they come, so that a table may be longer than the memory is large. The file
handed in must be binary and seekable; it is left open. What fails in the middle
leaves half a file: see ``keep.replacing``.

Text is text in all three, whatever it begins with. XLSX and ODS mark it as such.
CSV cannot, so a text that a spreadsheet would take for a formula gets an
apostrophe in front (see ``guarded``). Days are ISO dates, numbers have no
thousands separators, what is not there is an empty cell; there is one row of
headings and no merged cell.

A table with columns that ``opens`` cells is a form: its other cells are protected,
without a password, against a slip of the hand. What comes back is judged anyway.
"""

import csv as csv_files
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import IO, Any, Generic, TypeVar
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import ALL_TEMP_FILES as temporary_files
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from platform_site.lib import odf
from platform_site.lib.document import LANGUAGE
from platform_site.lib.text import interchange

Value = str | int | float | Decimal | date | None
Row = TypeVar("Row")

# An Excel cell holds so many UTF-16 units, and no sheet name more than 31.
XLSX_LIMIT = 32_767
CUT_MARK = "……（內容超過試算表單格上限，以下從略）"
_TAB_LIMIT = 31

_FONT = "Microsoft JhengHei"
_SHADE = "DDE6EA"
_LINE = "8A9BA3"
_CLOSED = "F1F4F5"  # what stands in a form and is not to be filled in
_NOTES_WIDTH = 96
_FIRST_EXCEL_DAY = date(1900, 3, 1)  # before it, Excel counts one day wrong
_FIRST_DAY = date(1899, 12, 30)  # day 0


class Kind(Enum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its heading, what stands in it for a row, its width and kind.

    ``width`` is in half-width characters; a Chinese character takes two. None is
    an empty cell. A value of another kind than the column's is a ``TypeError``
    when it is written. ``opens`` says in which rows the cell is to be filled in,
    with one of ``choices`` where there are any.
    """

    heading: str
    value: Callable[[Row], Value]
    width: float = 16
    kind: Kind = Kind.TEXT
    opens: Callable[[Row], bool] | None = None
    choices: Sequence[str] = ()


@dataclass(frozen=True)
class About:
    """What a file says of itself: its title, who made it, the name of its sheet.

    ``notes``, how a form is filled in, stand line by line on a sheet of their own.
    """

    title: str
    author: str
    sheet: str
    notes: Sequence[str] = ()
    notes_sheet: str = "填寫說明"

    @property
    def tab(self) -> str:
        """The sheet's name, as every office program takes it."""
        return _tab(self.sheet)

    @property
    def notes_tab(self) -> str:
        """The name of the sheet with the notes."""
        return _tab(self.notes_sheet)


def _tab(name: str) -> str:
    plain = re.sub(r"[\[\]:*?/\\\s]+", " ", interchange(name)).strip("' ")
    return plain[:_TAB_LIMIT] or "Sheet1"


def _is_form(columns: Sequence[Column[Row]]) -> bool:
    return any(column.opens for column in columns)


def _is_open(column: Column[Row], row: Row) -> bool:
    return column.opens is not None and column.opens(row)


def _choose(column: Column[Row]) -> str:
    """What is said to somebody who enters something else."""
    return f"請選「{'」或「'.join(column.choices)}」，或留空。"


def csv(file: IO[bytes], columns: Sequence[Column[Row]], rows: Iterable[Row]) -> None:
    """Write CSV as in RFC 4180: UTF-8 with a byte order mark, for Excel's sake."""
    stream = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        writer = csv_files.writer(stream)
        writer.writerow([guarded(column.heading) for column in columns])
        writer.writerows([_csv_cell(column, row) for column in columns] for row in rows)
        stream.flush()
    finally:
        stream.detach()


_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")


def guarded(text: str) -> str:
    """Return ``text`` as a spreadsheet that opens the CSV takes it for text.

    After any apostrophes and blanks a ``=``, ``+``, ``-`` or ``@``, full-width or
    not, or a tab or line break at the head gets an apostrophe in front. It shows,
    which a blank would not, but programs that trim blanks cannot undo it. A reader
    of the data drops one apostrophe where this rule would have put one.
    """
    plain = interchange(text)
    return f"'{plain}" if _FORMULA.match(plain) else plain


def _csv_cell(column: Column[Row], row: Row) -> str:
    value = _checked(column, row)
    if isinstance(value, str):
        return guarded(value)
    return "" if value is None else _written(value)


def _checked(column: Column[Row], row: Row) -> Value:
    """The cell's value; of the column's kind, or a programmer has erred."""
    value = column.value(row)
    if value is None:
        return None
    match column.kind:
        case Kind.TEXT:
            right = isinstance(value, str)
        case Kind.DATE:
            right = isinstance(value, date) and not isinstance(value, datetime)
        case Kind.NUMBER:
            right = isinstance(value, int | float | Decimal) and math.isfinite(value)
    if not right:
        raise TypeError(f"not a {column.kind.value} in {column.heading}: {value!r}")
    return value


def _written(value: int | float | Decimal | date) -> str:
    """A day as an ISO date, a number in digits."""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


# XLSX ------------------------------------------------------------------------

_XLSX_FORMATS = {Kind.TEXT: "@", Kind.NUMBER: "General", Kind.DATE: "yyyy-mm-dd"}


def xlsx(
    file: IO[bytes], columns: Sequence[Column[Row]], rows: Iterable[Row], about: About
) -> None:
    """Write an Excel workbook: headings frozen and on every page, A4 landscape.

    A text longer than a cell can hold ends in ``CUT_MARK``.
    """
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(about.tab)
    properties = book.properties
    properties.title = interchange(about.title)
    properties.creator = properties.lastModifiedBy = interchange(about.author)
    properties.language = LANGUAGE
    _set_up_page(sheet, about.title)
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheets = [sheet]
    try:
        count = _append_rows(sheet, columns, rows)
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"
        if _is_form(columns):
            _protect(sheet, columns, count)
        if about.notes:
            sheets.append(_notes_sheet(book, about))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            ExcelWriter(book, archive).save()
    finally:
        for each in sheets:
            _remove_temporary_file(each)


def _protect(sheet: Any, columns: Sequence[Column[Row]], count: int) -> None:
    protection = sheet.protection
    protection.sheet = True
    # Said the other way round: these stay allowed.
    protection.formatColumns = protection.formatRows = protection.autoFilter = False
    for place, column in enumerate(columns, 1):
        if column.choices and count > 1:
            letter = get_column_letter(place)
            rule = DataValidation(
                type="list",
                formula1=f'"{",".join(column.choices)}"',
                allow_blank=True,
                showErrorMessage=True,
                error=_choose(column),
                errorTitle=column.heading,
                sqref=f"{letter}2:{letter}{count}",
            )
            sheet.data_validations.append(rule)


def _notes_sheet(book: Any, about: About) -> Any:
    sheet: Any = book.create_sheet(about.notes_tab)
    _set_up_page(sheet, about.title, is_table=False)
    sheet.column_dimensions["A"].width = _NOTES_WIDTH
    sheet.protection.sheet = True
    cell = _body_cell(sheet, Kind.TEXT)
    for line in about.notes:
        _fill(cell, line)
        sheet.append([cell])
    return sheet


def _set_up_page(sheet: Any, title: str, *, is_table: bool = True) -> None:
    if is_table:
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0  # as many pages down as it takes
    sheet.oddHeader.center.text = interchange(title).replace("&", "&&")
    sheet.oddFooter.center.text = "第&P頁，共&N頁"


def _append_rows(
    sheet: Any, columns: Sequence[Column[Row]], rows: Iterable[Row]
) -> int:
    """Append headings and rows; return how many rows the sheet now has."""
    sheet._values_to_row = _placed
    heads = [_head_cell(sheet) for _ in columns]
    for head, column in zip(heads, columns, strict=True):
        _fill(head, column.heading)
    sheet.append(heads)
    is_form = _is_form(columns)
    closed = [_body_cell(sheet, column.kind, is_form=is_form) for column in columns]
    opened = [_body_cell(sheet, column.kind, is_open=True) for column in columns]
    count = 1
    # A row is written when it is appended, so that its cells serve for the next.
    for row in rows:
        cells = [
            opened[place] if _is_open(column, row) else closed[place]
            for place, column in enumerate(columns)
        ]
        for cell, column in zip(cells, columns, strict=True):
            _fill(cell, _checked(column, row))
        sheet.append(cells)
        count += 1
    return count


def _placed(cells: Sequence[Any], row: int) -> Iterator[Any]:
    """The cells with their places; openpyxl's own tries each as a value first."""
    for place, cell in enumerate(cells, 1):
        cell.row, cell.column = row, place
        yield cell


def _head_cell(sheet: Any) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.font = Font(name=_FONT, size=11, bold=True)
    cell.fill = PatternFill("solid", fgColor=_SHADE)
    cell.border = Border(bottom=Side("thin", color=_LINE))
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _body_cell(
    sheet: Any, kind: Kind, *, is_form: bool = False, is_open: bool = False
) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.font = Font(name=_FONT, size=11)
    cell.alignment = Alignment(vertical="top", wrap_text=kind is Kind.TEXT)
    cell.number_format = _XLSX_FORMATS[kind]
    if is_open:
        cell.protection = Protection(locked=False)
    elif is_form:
        cell.fill = PatternFill("solid", fgColor=_CLOSED)
    if is_form or is_open:
        thin = Side("thin", color=_LINE)
        cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
    return cell


def _fill(cell: Any, value: Value) -> None:
    """Put ``value`` into ``cell`` without openpyxl's guesses about formulas."""
    match value:
        case None | "":
            cell._value, cell.data_type = None, "n"
        case str():
            cell._value, cell.data_type = _xlsx_text(value), "s"
        case date() if value < _FIRST_EXCEL_DAY:
            cell._value, cell.data_type = value.isoformat(), "s"
        case date():
            cell._value, cell.data_type = (value - _FIRST_DAY).days, "n"
        case _:
            cell._value, cell.data_type = value, "n"


_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def _xlsx_text(text: str) -> str:
    plain = _cut(interchange(text))
    # Excel reads _x0041_ as A.
    return _CODE.sub("_x005F_", plain) if "_x" in plain else plain


def _cut(text: str) -> str:
    """The part of ``text`` a cell can hold, with a mark that it is not all."""
    if len(text) <= XLSX_LIMIT // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= XLSX_LIMIT * 2:
        return text
    kept = units[: (XLSX_LIMIT - len(CUT_MARK)) * 2]
    # A pair cut in half is left out whole.
    return kept.decode("utf-16-le", "ignore") + CUT_MARK


def _remove_temporary_file(sheet: Any) -> None:
    """Remove what openpyxl has written besides, which it does only on success."""
    writer = sheet._writer
    if writer is not None and writer.out in temporary_files:
        sheet._rows.close()
        writer.close()
        writer.cleanup()


# ODS -------------------------------------------------------------------------

_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_BATCH = 200  # rows compressed at a time
_PRINTED_WIDTH = 26.7  # centimetres between the margins
_CHARACTER_WIDTH = 0.2  # centimetres


def ods(
    file: IO[bytes], columns: Sequence[Column[Row]], rows: Iterable[Row], about: About
) -> None:
    """Write an OpenDocument 1.2 spreadsheet, otherwise like ``xlsx`` and never cut."""
    with zipfile.ZipFile(file, "w") as archive:
        odf.write_type(archive, _ODS_TYPE)
        with archive.open(odf.entry("content.xml"), "w") as stream:
            for part in _content(columns, rows, about):
                stream.write(part.encode())
        parts = {
            "styles.xml": _styles(columns, about),
            "meta.xml": odf.meta(interchange(about.title), interchange(about.author)),
            "settings.xml": _settings(about),
        }
        for name, part in parts.items():
            archive.writestr(odf.entry(name), part)
        manifest = odf.manifest(_ODS_TYPE, ["content.xml", *parts])
        archive.writestr(odf.entry("META-INF/manifest.xml"), manifest)


def _content(
    columns: Sequence[Column[Row]], rows: Iterable[Row], about: About
) -> Iterator[str]:
    tab = quoteattr(about.tab)
    is_form = _is_form(columns)
    protected = ' table:protected="true"' if is_form else ""
    yield (
        f"{odf.DECLARATION}<office:document-content {odf.NAMESPACES} {_FORMULAS} "
        'office:version="1.2">'
        f"<office:automatic-styles>{_column_styles(columns)}{_CELL_STYLES}"
        "</office:automatic-styles><office:body><office:spreadsheet>"
        f"{_validations(columns, about)}"
        f'<table:table table:name={tab} table:style-name="table"{protected}>'
    )
    for place, column in enumerate(columns, 1):
        style = "closed" if is_form else column.kind.value
        yield (
            f'<table:table-column table:style-name="column{place}" '
            f'table:default-cell-style-name="{style}"/>'
        )
    heads = "".join(
        '<table:table-cell table:style-name="head" office:value-type="string">'
        f"{_paragraphs(column.heading)}</table:table-cell>"
        for column in columns
    )
    yield f"<table:table-header-rows>{_ROW}{heads}</table:table-row></table:table-header-rows>"
    count = 1
    remaining = iter(rows)
    while batch := list(islice(remaining, _ODS_BATCH)):
        yield "".join(
            f"{_ROW}{''.join(_ods_cells(columns, row, is_form))}</table:table-row>"
            for row in batch
        )
        count += len(batch)
    name = about.tab.replace("'", "''")
    area = f"'{name}'.A1:'{name}'.{get_column_letter(len(columns))}{count}"
    yield (
        f"</table:table>{_ods_notes(about)}<table:database-ranges>"
        '<table:database-range table:name="rows" table:display-filter-buttons="true" '
        f"table:target-range-address={quoteattr(area)}/>"
        "</table:database-ranges></office:spreadsheet></office:body>"
        "</office:document-content>"
    )


_ROW = '<table:table-row table:style-name="row">'
_FORMULAS = 'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
_FRAME = f'fo:border="0.5pt solid #{_LINE}"'

_CELL_STYLES = (
    '<number:date-style style:name="iso"><number:year number:style="long"/>'
    '<number:text>-</number:text><number:month number:style="long"/>'
    '<number:text>-</number:text><number:day number:style="long"/></number:date-style>'
    '<number:text-style style:name="plain"><number:text-content/></number:text-style>'
    '<style:style style:name="table" style:family="table" '
    'style:master-page-name="Default"><style:table-properties table:display="true"/>'
    "</style:style>"
    '<style:style style:name="row" style:family="table-row">'
    '<style:table-row-properties style:use-optimal-row-height="true"/></style:style>'
    '<style:style style:name="head" style:family="table-cell" '
    'style:parent-style-name="Default"><style:table-cell-properties '
    f'fo:background-color="#{_SHADE}" fo:border-bottom="0.5pt solid #{_LINE}" '
    'fo:wrap-option="wrap" style:vertical-align="middle"/><style:text-properties '
    'fo:font-weight="bold" style:font-weight-asian="bold"/></style:style>'
    '<style:style style:name="text" style:family="table-cell" '
    'style:parent-style-name="Default" style:data-style-name="plain">'
    '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>'
    "</style:style>"
    '<style:style style:name="number" style:family="table-cell" '
    'style:parent-style-name="Default"><style:table-cell-properties '
    'style:vertical-align="top"/></style:style>'
    '<style:style style:name="date" style:family="table-cell" '
    'style:parent-style-name="Default" style:data-style-name="iso">'
    '<style:table-cell-properties style:vertical-align="top"/></style:style>'
    '<style:style style:name="closed" style:family="table-cell" '
    'style:parent-style-name="Default" style:data-style-name="plain">'
    '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top" '
    f'fo:background-color="#{_CLOSED}" {_FRAME}/></style:style>'
    '<style:style style:name="open" style:family="table-cell" '
    'style:parent-style-name="Default" style:data-style-name="plain">'
    '<style:table-cell-properties style:cell-protect="none" fo:wrap-option="wrap" '
    f'style:vertical-align="top" {_FRAME}/></style:style>'
    '<style:style style:name="notes" style:family="table-column">'
    "<style:table-column-properties "
    f'style:column-width="{_NOTES_WIDTH * _CHARACTER_WIDTH:.2f}cm"/></style:style>'
)


def _validations(columns: Sequence[Column[Row]], about: About) -> str:
    """The choices of cells, each by the name that cells of its column give."""
    rules = [
        _validation(column, place, about)
        for place, column in enumerate(columns, 1)
        if column.choices
    ]
    if not rules:
        return ""
    return f"<table:content-validations>{''.join(rules)}</table:content-validations>"


def _validation(column: Column[Row], place: int, about: About) -> str:
    name = about.tab.replace("'", "''")
    cell = quoteattr(f"'{name}'.{get_column_letter(place)}2")
    return (
        f'<table:content-validation table:name="choices{place}" '
        f"table:condition={quoteattr(_in_list(column))} "
        'table:allow-empty-cell="true" table:display-list="unsorted" '
        f"table:base-cell-address={cell}>"
        '<table:error-message table:message-type="stop" table:display="true" '
        f"table:title={quoteattr(column.heading)}>"
        f"<text:p>{escape(_choose(column))}</text:p></table:error-message>"
        "</table:content-validation>"
    )


def _in_list(column: Column[Row]) -> str:
    listed = ";".join(f'"{choice}"' for choice in column.choices)
    return f"of:cell-content-is-in-list({listed})"


def _ods_notes(about: About) -> str:
    if not about.notes:
        return ""
    rows = "".join(
        f'{_ROW}<table:table-cell table:style-name="text" office:value-type="string">'
        f"{_paragraphs(line)}</table:table-cell></table:table-row>"
        for line in about.notes
    )
    return (
        f'<table:table table:name={quoteattr(about.notes_tab)} table:style-name="table" '
        'table:protected="true"><table:table-column table:style-name="notes"/>'
        f"{rows}</table:table>"
    )


def _ods_cells(
    columns: Sequence[Column[Row]], row: Row, is_form: bool
) -> Iterator[str]:
    for place, column in enumerate(columns, 1):
        value = _checked(column, row)
        if not is_form:
            yield _ods_cell(value)
            continue
        is_open = _is_open(column, row)
        style = f' table:style-name="{"open" if is_open else "closed"}"'
        if is_open and column.choices:
            style += f' table:content-validation-name="choices{place}"'
        yield _ods_cell(value, style)


def _column_styles(columns: Sequence[Column[Row]]) -> str:
    return "".join(
        f'<style:style style:name="column{place}" style:family="table-column">'
        "<style:table-column-properties "
        f'style:column-width="{column.width * _CHARACTER_WIDTH:.2f}cm"/></style:style>'
        for place, column in enumerate(columns, 1)
    )


def _ods_cell(value: Value, style: str = "") -> str:
    match value:
        case None | "":
            return f"<table:table-cell{style}/>"
        case str():
            return (
                f'<table:table-cell{style} office:value-type="string">'
                f"{_paragraphs(value)}</table:table-cell>"
            )
        case date():
            attribute, kind = "date-value", "date"
        case _:
            attribute, kind = "value", "float"
    written = _written(value)
    return (
        f'<table:table-cell{style} office:value-type="{kind}" '
        f'office:{attribute}="{written}">'
        f"<text:p>{written}</text:p></table:table-cell>"
    )


def _paragraphs(text: str) -> str:
    """One paragraph for each line; blanks and tabs that XML would lose are kept."""
    lines = escape(interchange(text)).split("\n")
    return "".join([f"<text:p>{odf.blanks(line)}</text:p>" for line in lines])


def _styles(columns: Sequence[Column[Row]], about: About) -> str:
    total = sum(column.width for column in columns) * _CHARACTER_WIDTH
    scale = min(100, max(10, math.floor(100 * _PRINTED_WIDTH / max(total, 1))))
    language, country = LANGUAGE.split("-")
    title = escape(interchange(about.title)).replace("\n", " ")
    return (
        f'{odf.DECLARATION}<office:document-styles {odf.NAMESPACES} office:version="1.2">'
        f'<office:font-face-decls><style:font-face style:name="{_FONT}" '
        f"svg:font-family=\"'{_FONT}'\"/></office:font-face-decls>"
        '<office:styles><style:default-style style:family="table-cell">'
        f'<style:text-properties style:font-name="{_FONT}" fo:font-size="11pt" '
        f'fo:language="{language}" fo:country="{country}" '
        f'style:font-name-asian="{_FONT}" style:font-size-asian="11pt" '
        f'style:language-asian="{language}" style:country-asian="{country}"/>'
        "</style:default-style>"
        '<style:style style:name="Default" style:family="table-cell"/></office:styles>'
        '<office:automatic-styles><style:page-layout style:name="page">'
        '<style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm" '
        f'style:print-orientation="landscape" fo:margin="1.5cm" style:scale-to="{scale}%"/>'
        "<style:header-style/><style:footer-style/></style:page-layout>"
        '<style:style style:name="middle" style:family="paragraph">'
        '<style:paragraph-properties fo:text-align="center"/></style:style>'
        "</office:automatic-styles><office:master-styles>"
        '<style:master-page style:name="Default" style:page-layout-name="page">'
        f'<style:header><text:p text:style-name="middle">{title}</text:p></style:header>'
        f'<style:footer><text:p text:style-name="middle">{odf.PAGE_NUMBERS}</text:p>'
        "</style:footer></style:master-page></office:master-styles>"
        "</office:document-styles>"
    )


def _settings(about: About) -> str:
    """Freeze the first row, as office programs look for it here."""
    frozen = "".join(
        f'<config:config-item config:name="{name}" config:type="{kind}">{value}'
        "</config:config-item>"
        for name, kind, value in (
            ("HorizontalSplitMode", "short", 0),
            ("VerticalSplitMode", "short", 2),
            ("VerticalSplitPosition", "int", 1),
            ("ActiveSplitRange", "short", 2),
            ("PositionTop", "int", 0),
            ("PositionBottom", "int", 1),
        )
    )
    tab = quoteattr(about.tab)
    return (
        f'{odf.DECLARATION}<office:document-settings {odf.NAMESPACES} office:version="1.2">'
        '<office:settings><config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views">'
        "<config:config-item-map-entry>"
        '<config:config-item config:name="ViewId" config:type="string">view1'
        "</config:config-item>"
        '<config:config-item-map-named config:name="Tables">'
        f"<config:config-item-map-entry config:name={tab}>{frozen}"
        "</config:config-item-map-entry></config:config-item-map-named>"
        f'<config:config-item config:name="ActiveTable" config:type="string">'
        f"{escape(about.tab)}</config:config-item>"
        "</config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings></office:document-settings>"
    )

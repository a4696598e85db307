"""OpenDocument sheets (.ods): each sheet a table under its name, values as shown."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from platform_site.reading.document import Document, Refused, Writer
from platform_site.reading.grid import (
    Grid,
    GridCell,
    GridRow,
    Held,
    Limits,
    Workbook,
    hidden_columns,
)
from platform_site.reading.open_package import (
    MOST_COLUMNS,
    TOO_WIDE,
    Inline,
    body,
    count,
    open_package,
    row_elements,
    rows,
)
from platform_site.reading.package import children, inner

_EMPTY = "檔案裡沒有文字。"
_MOST_BLANK_ROWS = 1000


def read_ods(content: bytes) -> Document:
    """Read an .ods; formulas are not calculated, their last values are read."""
    package = open_package(content)
    sheets = body(package.tree("content.xml"), "spreadsheet")
    writer = Writer()
    has_text = False
    for sheet in children(sheets, "table:table"):
        table = list(_trimmed(sheet))
        if table:
            has_text = True
            writer.line(sheet.get("table:name", ""))
            writer.table(table)
    if not has_text:
        raise Refused(_EMPTY)
    return writer.document("ods")


def read_grids(content: bytes) -> Workbook:
    """Read an .ods cell by cell."""
    tree = open_package(content).tree("content.xml")
    unseen = set(_unseen_styles(tree))
    limits = Limits()
    grids = [
        Grid(
            sheet.get("table:name", ""),
            tuple(_grid_rows(sheet, limits)),
            is_hidden=sheet.get("table:style-name") in unseen,
            hidden_columns=_hidden_columns(sheet),
        )
        for sheet in children(body(tree, "spreadsheet"), "table:table")
    ]
    return Workbook("ods", tuple(grids))


def _unseen_styles(tree: Element) -> Iterator[str]:
    """The styles of sheets that are hidden."""
    for style in inner(tree, "office:automatic-styles") or ():
        properties = inner(style, "style:table-properties")
        if properties is not None and properties.get("table:display") == "false":
            yield style.get("style:name", "")


def _grid_rows(sheet: Element, limits: Limits) -> Iterator[GridRow]:
    number = 0
    for element in row_elements(sheet):
        times = count(element, "table:number-rows-repeated")
        cells = dict(_grid_cells(element, limits))
        is_hidden = element.get("table:visibility", "visible") != "visible"
        for place in range(times if cells else 0):
            if place:
                limits.again(cells)
            yield GridRow(number + place + 1, cells, is_hidden)
        number += times


def _grid_cells(row: Element, limits: Limits) -> Iterator[tuple[int, GridCell]]:
    column = 0
    for cell in row:
        if cell.tag not in ("table:table-cell", "table:covered-table-cell"):
            continue
        times = count(cell, "table:number-columns-repeated")
        text = _cell(cell) if cell.tag == "table:table-cell" else ""
        held = _held(cell)
        if text or (held is Held.FORMULA and cell.tag == "table:table-cell"):
            if column + times > MOST_COLUMNS:
                raise Refused(TOO_WIDE)
            is_merged = _is_merged(cell)
            for place in range(times):
                yield column + place, limits.cell(text, held, is_merged=is_merged)
        column += times


_HELD = {
    "string": Held.TEXT,
    "float": Held.NUMBER,
    "percentage": Held.NUMBER,
    "currency": Held.NUMBER,
    "date": Held.DATE,
    "time": Held.DATE,
}


def _held(cell: Element) -> Held:
    if cell.get("table:formula") is not None:
        return Held.FORMULA
    return _HELD.get(cell.get("office:value-type", "string"), Held.OTHER)


def _is_merged(cell: Element) -> bool:
    return any(
        count(cell, f"table:number-{way}-spanned") > 1 for way in ("columns", "rows")
    )


def _hidden_columns(sheet: Element) -> frozenset[int]:
    spans = []
    column = 0
    for element in _column_elements(sheet):
        times = count(element, "table:number-columns-repeated")
        if element.get("table:visibility", "visible") != "visible":
            spans.append((column, column + times - 1))
        column += times
    return hidden_columns(spans, MOST_COLUMNS)


def _column_elements(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == "table:table-column":
            yield child
        elif child.tag in (
            "table:table-columns",
            "table:table-header-columns",
            "table:table-column-group",
        ):
            yield from _column_elements(child)


def _trimmed(sheet: Element) -> Iterator[list[str]]:
    """The rows up to the last one with text; empty ones between stay."""
    waiting: list[int] = []
    for row in rows(sheet, _cell):
        if not any(row.cells):
            waiting.append(row.times)
            continue
        for _ in range(min(sum(waiting), _MOST_BLANK_ROWS)):
            yield []
        waiting = []
        for _ in range(row.times):
            yield row.cells


def _cell(cell: Element) -> str:
    """The text of a cell as it is shown."""
    paragraphs = children(cell, "text:p")
    return "\n".join(
        Inline(lambda child: child.tag.startswith("draw:")).read(each)
        for each in paragraphs
    )

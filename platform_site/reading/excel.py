"""Excel's .xlsx: each sheet a table under its name, values as shown.

Formulas are not calculated: the value Excel saved with them is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from platform_site.reading import excel_formats
from platform_site.reading.document import (
    MOST_CELLS,
    TOO_MANY_CELLS,
    Document,
    Refused,
    Writer,
)
from platform_site.reading.grid import (
    Grid,
    GridCell,
    GridRow,
    Held,
    Limits,
    Workbook,
    hidden_columns,
)
from platform_site.reading.package import (
    Package,
    children,
    content_type,
    first,
    inner,
    main_part,
    related,
)

_HAS_MACROS = "檔案含有巨集，基於安全不予讀取，請另存為.xlsx後再試。"
_EMPTY = "檔案裡沒有文字。"
_TOO_WIDE = "表格的欄數超過讀取的上限，請縮小範圍後再試。"
_MOST_COLUMNS = 1024
_MOST_BLANK_ROWS = 1000

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_xlsx(content: bytes) -> Document:
    """Read an .xlsx; workbooks with macros are refused."""
    book = _Book(content)
    writer = Writer()
    for sheet, tree in book.sheets():
        rows = list(book.rows(tree))
        if rows:
            writer.line(sheet.get("name", ""))
            writer.table(rows)
    if writer.is_empty:
        raise Refused(_EMPTY)
    return writer.document("xlsx")


def read_grids(content: bytes) -> Workbook:
    """Read an .xlsx cell by cell."""
    book = _Book(content)
    limits = Limits()
    grids = [
        Grid(
            sheet.get("name", ""),
            tuple(book.grid_rows(tree, limits)),
            is_hidden=sheet.get("state", "visible") != "visible",
            hidden_columns=_hidden_columns(tree),
        )
        for sheet, tree in book.sheets()
    ]
    return Workbook("xlsx", tuple(grids))


def _need(element: Element, name: str) -> Element:
    found = element.find(name)
    return found if found is not None else Element(name)


class _Book:
    """A workbook's sheets, and what they share: texts and formats."""

    def __init__(self, content: bytes) -> None:
        package = Package(content)
        main = main_part(package)
        parts = related(package, main)
        if "macroEnabled" in content_type(package, main) or "vbaProject" in parts:
            raise Refused(_HAS_MACROS)
        self._package = package
        self._workbook = package.tree(main)
        about = self._workbook.find("x:workbookPr")
        self.is_1904 = about is not None and about.get("date1904") in ("1", "true")
        self._paths = dict(parts.get("worksheet", []))
        shared = package.tree_or_none(first(parts, "sharedStrings"))
        self._texts = [
            _text(each)
            for each in (children(shared, "x:si") if shared is not None else ())
        ]
        self._formats = list(_formats(package.tree_or_none(first(parts, "styles"))))

    def sheets(self) -> Iterator[tuple[Element, Element]]:
        """The sheets with cells: what the workbook says of each, and its own part."""
        for sheet in children(_need(self._workbook, "x:sheets"), "x:sheet"):
            path = self._paths.get(sheet.get("r:id", ""))
            if path is not None:  # else a chart
                yield sheet, self._package.tree(path)

    def grid_rows(self, sheet: Element, limits: Limits) -> Iterator[GridRow]:
        """The rows that have cells, with their own numbers."""
        covered, merged = _covered(sheet), _merged(sheet)
        last = 0
        for row in children(_need(sheet, "x:sheetData"), "x:row"):
            number = max(_whole(row.get("r")) or last + 1, last + 1)
            last = number
            cells: dict[int, GridCell] = {}
            for column, cell in _placed(row):
                text, held = self._cell(cell), self._held(cell)
                if (number, column) in covered or not (text or held is Held.FORMULA):
                    continue
                if column >= _MOST_COLUMNS:
                    raise Refused(_TOO_WIDE)
                is_merged = (number, column) in merged
                cells[column] = limits.cell(text, held, is_merged=is_merged)
            if cells:
                yield GridRow(number, cells, is_hidden=_is_hidden_row(row))

    def _held(self, cell: Element) -> Held:
        if cell.find("x:f") is not None:
            return Held.FORMULA
        kind = cell.get("t", "n")
        if kind in ("s", "str", "inlineStr"):
            return Held.TEXT
        if kind == "d":
            return Held.DATE
        if kind != "n":
            return Held.OTHER
        style = _whole(cell.get("s")) or 0
        form = self._formats[style] if style < len(self._formats) else ""
        return Held.DATE if excel_formats.is_of_time(form) else Held.NUMBER

    def rows(self, sheet: Element) -> Iterator[list[str]]:
        """The rows up to the last one with text; empty ones between stay."""
        covered = _covered(sheet)
        last = cells = 0
        for count, row in enumerate(children(_need(sheet, "x:sheetData"), "x:row")):
            found = self._row(row, covered, _whole(row.get("r")) or count + 1)
            if not found:
                continue
            width = max(found) + 1
            if width > _MOST_COLUMNS:
                raise Refused(_TOO_WIDE)
            cells += width
            if cells > MOST_CELLS:
                raise Refused(TOO_MANY_CELLS)
            number = max(_whole(row.get("r")) or last + 1, last + 1)
            blank = min(number - last - 1, _MOST_BLANK_ROWS) if last else 0
            yield from ([""] for _ in range(blank))
            last = number
            yield [found.get(column, "") for column in range(width)]

    def _row(
        self, row: Element, covered: set[tuple[int, int]], number: int
    ) -> dict[int, str]:
        """The texts of a row by column, from 0."""
        found = {}
        for column, cell in _placed(row):
            if (number, column) in covered:
                continue
            text = self._cell(cell)
            if text:
                found[column] = text
        return found

    def _cell(self, cell: Element) -> str:
        value = cell.find("x:v")
        said = (value.text or "") if value is not None else ""
        match cell.get("t", "n"):
            case "s":
                place = _whole(said)
                is_there = place is not None and place < len(self._texts)
                return self._texts[place] if is_there and place is not None else ""
            case "inlineStr":
                return _text(_need(cell, "x:is"))
            case "b":
                return "TRUE" if said == "1" else "FALSE"
            case "n" if said:
                return self._number(said, _whole(cell.get("s")) or 0)
        return _unescaped(said)

    def _number(self, said: str, style: int) -> str:
        try:
            value = float(said)
        except ValueError:
            return said
        if not abs(value) < 1e300:  # also what is no number
            return said
        form = self._formats[style] if style < len(self._formats) else ""
        return excel_formats.shown(value, form, is_1904=self.is_1904)


def _formats(styles: Element | None) -> Iterator[str]:
    """The number format of each style a cell can have."""
    if styles is None:
        return
    own = {
        each.get("numFmtId", ""): each.get("formatCode", "")
        for each in children(_need(styles, "x:numFmts"), "x:numFmt")
    }
    for each in children(_need(styles, "x:cellXfs"), "x:xf"):
        key = each.get("numFmtId", "0")
        yield own.get(key, excel_formats.BUILT_IN.get(_whole(key) or 0, ""))


def _placed(row: Element) -> Iterator[tuple[int, Element]]:
    """The cells of a row with their columns, from 0."""
    column = -1
    for cell in children(row, "x:c"):
        place = _PLACE.fullmatch(cell.get("r", ""))
        column = _column(place[1]) if place else column + 1
        yield column, cell


def _is_hidden_row(row: Element) -> bool:
    flat = row.get("customHeight") in ("1", "true") and row.get("ht") in ("0", "0.0")
    return flat or row.get("hidden") in ("1", "true")


def _hidden_columns(sheet: Element) -> frozenset[int]:
    spans = [
        ((_whole(each.get("min")) or 1) - 1, (_whole(each.get("max")) or 1) - 1)
        for each in children(_need(sheet, "x:cols"), "x:col")
        if each.get("hidden") in ("1", "true") or each.get("width") in ("0", "0.0")
    ]
    return hidden_columns(spans, _MOST_COLUMNS)


def _covered(sheet: Element) -> set[tuple[int, int]]:
    """The places, row from 1 and column from 0, that a merged cell hides."""
    areas = _areas(sheet)
    return {place for area in areas for place in area[1:]}


def _merged(sheet: Element) -> set[tuple[int, int]]:
    """The places at which a merged cell stands."""
    return {area[0] for area in _areas(sheet)}


def _areas(sheet: Element) -> list[list[tuple[int, int]]]:
    """The places of each merged cell, its own first."""
    areas: list[list[tuple[int, int]]] = []
    count = 0
    for merge in children(_need(sheet, "x:mergeCells"), "x:mergeCell"):
        start, _, end = merge.get("ref", "").partition(":")
        first_place, last_place = _PLACE.fullmatch(start), _PLACE.fullmatch(end)
        if not first_place or not last_place:
            continue
        top, bottom = int(first_place[2]), int(last_place[2])
        left, right = _column(first_place[1]), _column(last_place[1])
        size = (bottom - top + 1) * (right - left + 1)
        if size < 1 or size + count > MOST_CELLS:
            continue
        count += size
        areas.append(
            [
                (row, column)
                for row in range(top, bottom + 1)
                for column in range(left, right + 1)
            ]
        )
    return areas


def _text(element: Element) -> str:
    """The text of a string in one or several runs, without its reading aid."""
    if inner(element, "x:t") is not None:
        return _unescaped(element.find("x:t").text or "")  # type: ignore[union-attr]
    runs = children(element, "x:r")
    return _unescaped("".join(_need(run, "x:t").text or "" for run in runs))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _whole(written: str | None) -> int | None:
    return int(written) if written and re.fullmatch("[0-9]{1,9}", written) else None

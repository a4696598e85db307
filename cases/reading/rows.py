"""A document as the lines and table rows it is made of, in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from platform_site.reading.document import Document, Table


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text and where it stands in the document's."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A line outside of tables."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the line ends."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; ``is_first`` of a table or of a page."""

    cells: tuple[Cell, ...]
    start: int
    is_first: bool = False

    @property
    def said(self) -> list[Cell]:
        """The cells that are not empty."""
        return [cell for cell in self.cells if cell.text.strip()]


Piece = Text | Row


def pieces(document: Document) -> Iterator[Piece]:
    """Return the lines and rows; in plain text a line with a tab is a row."""
    place = 0
    for table in document.tables:
        yield from _lines(document.text, place, table.start, has_rows=False)
        yield from _rows(table)
        place = table.end
    has_rows = document.kind == "txt"
    yield from _lines(document.text, place, len(document.text), has_rows=has_rows)


def _lines(text: str, start: int, end: int, *, has_rows: bool) -> Iterator[Piece]:
    is_first = True
    for found in re.finditer(r"[^\n\f]+|\f|\n[ \t]*\n", text[start:end]):
        line, place = found[0], start + found.start()
        if not line.strip("\n\f \t\u3000"):
            is_first = True  # a page or a table has ended
        elif has_rows and "\t" in line:
            yield Row(tuple(_cells(line, place)), place, is_first)
            is_first = False
        else:
            yield Text(line, place)


def _cells(line: str, start: int) -> Iterator[Cell]:
    for text in line.split("\t"):
        yield Cell(text, start, start + len(text))
        start += len(text) + 1


def _rows(table: Table) -> Iterator[Row]:
    """Return the rows with the places at which ``Writer.table`` has put them."""
    place = table.start
    for number, cells in enumerate(table.rows):
        start = place
        has_lines = any("\n" in cell for cell in cells)
        placed = []
        for cell in cells:
            placed.append(Cell(cell, place, place + len(cell)))
            place += len(cell) + 1 if cell or not has_lines else 0
        yield Row(tuple(placed), start, number == 0)
        if not cells:
            place += 1

"""Sheets cell by cell, as they are needed where every cell has to be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from platform_site.reading.document import (
    LONGEST_TEXT,
    MOST_CELLS,
    TOO_MANY_CELLS,
    Refused,
    plain,
)


class Held(Enum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FORMULA = "formula"  # whatever its last value is
    OTHER = "other"  # true or false, or an error


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell that is not empty; ``text`` is what it shows."""

    text: str
    held: Held = Held.TEXT
    is_merged: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row by the sheet's own number, from 1; its cells by column, from 0."""

    number: int
    cells: dict[int, GridCell]
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet; rows without any cell are left out."""

    name: str
    rows: tuple[GridRow, ...]
    is_hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file, in its order."""

    kind: str
    grids: tuple[Grid, ...]


@dataclass
class Limits:
    """Counts cells and signs of a whole workbook, and refuses too many."""

    cells: int = 0
    length: int = 0

    def cell(self, text: str, held: Held, *, is_merged: bool) -> GridCell:
        """Return a cell, if there is room for it."""
        cell = GridCell(plain(text), held, is_merged)
        self.again({0: cell})
        return cell

    def again(self, cells: Mapping[int, GridCell]) -> None:
        """Count cells, each as often as it stands."""
        self.cells += len(cells)
        self.length += sum(len(cell.text) for cell in cells.values())
        if self.cells > MOST_CELLS:
            raise Refused(TOO_MANY_CELLS)
        if self.length > LONGEST_TEXT:
            raise Refused(f"檔案的文字超過{LONGEST_TEXT:,}字，請分成數個檔案。")


def hidden_columns(spans: Sequence[tuple[int, int]], most: int) -> frozenset[int]:
    """Return the columns within ``spans``, as far as there may be any."""
    return frozenset(
        column
        for first, last in spans
        for column in range(max(first, 0), min(last, most) + 1)
    )

"""A case of a status report as its rows give it, and the words of its cells."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from cases.reading.cells import (
    goes_on,
    is_numbered,
    join,
    reflow,
    split_items,
    without_markup,
)
from cases.reading.rows import Cell
from platform_site.lib.numbering import Level, read_outline
from platform_site.reading.document import Document

# 12. or TR-014 before a name.
_NUMBER = re.compile(r"^\s*(?:\d{1,3}\s*[.、．]\s*(?!\d)|[A-Z]{2,4}-\d{3,6}\s*(?=\S))")
_PAIRS = (("（(", "）)"), ("「", "」"), ("『", "』"), ("【", "】"), ("《", "》"))

# The municipality and the period that a column or a row is of.
Key = tuple[str | None, str]


@dataclass(slots=True)
class ReadCase:
    """A case as its rows give it, cell by cell."""

    group: str | None
    name: str
    number: str = ""
    printed: str = ""
    theme: str = ""
    origin: str = ""
    newly_listed: bool = False
    cells: dict[Key, list[Cell]] = field(default_factory=lambda: defaultdict(list))
    start: int = 0
    end: int = 0
    broken: set[int] = field(default_factory=set)  # cells a page may have cut
    doubts: list[str] = field(default_factory=list)


def cell_lines(document: Document, case: ReadCase, cells: Sequence[Cell]) -> list[str]:
    """Return the lines of a text that goes over several cells."""
    lines: list[str] = []
    for cell in cells:
        own = [
            line
            for raw in without_markup(cell.text).split("\n")
            if (line := raw.strip(" \t\r\f\u3000"))
        ]
        if document.kind == "pdf":
            own = reflow(own)
        if lines and cell.start in case.broken and own and goes_on(lines[-1], own[0]):
            lines[-1] = join(lines[-1], own.pop(0))
        lines += own
    return split_items("\n".join(lines))


def at(cells: Sequence[str], place: int | None) -> str:
    """Return what stands in a column, if the table has it."""
    return cells[place].strip() if place is not None and place < len(cells) else ""


def name_of(cell: str) -> str:
    """Return a name from its cell, whose lines are those of a narrow column."""
    name = ""
    for line in cell.split("\n"):
        name = join(name, line) if name else line.strip()
    return _NUMBER.sub("", name)


def is_open(text: str) -> bool:
    """Whether a bracket or quotation mark stands open."""
    return any(
        sum(text.count(each) for each in opening)
        > sum(text.count(each) for each in closing)
        for opening, closing in _PAIRS
    )


def top_number(lines: Sequence[str], place: int) -> int:
    """Return the number of the first or last top item; 0 where there is none."""
    outline = [line for line in read_outline("\n".join(lines)) if line.marker]
    if not outline or (place == 0 and not is_numbered(lines[0])):
        return 0
    top = Level(min(line.level for line in outline))
    return [line.number for line in outline if line.level == top][place]

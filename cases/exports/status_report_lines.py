"""The lines of a case in 合作方案辦理情形, the same in every paper."""

from collections.abc import Iterator
from dataclasses import dataclass

from cases.reports import ProgressBlock, ReportRow
from platform_site.lib.numbering import Level, PlacedLine, nest, place

NO_PROGRESS = "尚無辦理情形"


@dataclass(frozen=True)
class CellLine(PlacedLine):
    """A placed line; ``kind`` tells an origin or a note from what was reported."""

    kind: str = ""


def cell_lines(row: ReportRow) -> Iterator[CellLine]:
    """The lines of a case's second cell, from the origin to the last report.

    Municipalities are counted 1., 2. in the order given, with their own text
    one level deeper; text without a municipality keeps the numbers it has.
    """
    if row.origin:
        yield CellLine(0, "", row.origin, "origin")
    if not row.blocks:
        yield CellLine(0, "", NO_PROGRESS)
    count = 0
    for block in row.blocks:
        if block.municipality is None:
            yield from _joint_lines(block)
        else:
            count += 1
            yield from _municipality_lines(block, count)


def _joint_lines(block: ProgressBlock) -> Iterator[CellLine]:
    lines = place(block.text)
    if block.note:
        yield CellLine(0, "", block.note, "remark")
    elif not lines:
        yield CellLine(0, "", NO_PROGRESS)
    yield from map(_plain, lines)


def _municipality_lines(block: ProgressBlock, count: int) -> Iterator[CellLine]:
    lines = nest(block.text, Level.DIGIT_BRACKET)
    heading = f"{block.municipality}："
    if block.note:
        heading += block.note
    elif not lines:
        heading += NO_PROGRESS
    elif not lines[0].marker:  # what is not numbered goes on behind the name
        heading += lines.pop(0).text
    yield CellLine(1, f"{count}.", heading)
    yield from map(_plain, place(lines, under=1))


def _plain(line: PlacedLine) -> CellLine:
    return CellLine(line.depth, line.marker, line.text)

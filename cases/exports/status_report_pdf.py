"""合作方案辦理情形 as a paper: one table for each issue group, A4 landscape."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from django.template.loader import render_to_string

from cases.reports import ProgressBlock, ReportRow, StatusReport
from platform_site.lib.numbering import Level, PlacedLine, nest, place
from platform_site.lib.pdf import STATIC_FOLDER, Progress, render_pdf_here
from platform_site.lib.roc import format_roc

NO_PROGRESS = "尚無辦理情形"

# A row of so many lines stays on one page; a line has room for so many characters.
SHORT_ROW = 6
LINE = 44

STYLESHEETS = (
    STATIC_FOLDER / "css" / "paper.css",
    STATIC_FOLDER / "css" / "status_report.css",
)


# How wide the characters of a number are in Paper Serif, in em; others are 1.
WIDTHS = dict.fromkeys("0123456789", 0.47) | {
    " ": 0.26,
    ".": 0.33,
    "(": 0.36,
    ")": 0.36,
}
LETTER = 0.66


@dataclass(frozen=True)
class PrintedLine:
    """One line of a cell: its indent, its number if it has one, its words."""

    css_class: str
    marker: str
    text: str


def status_report_pdf_here(
    report: StatusReport, *, progress: Progress | None = None
) -> bytes:
    """The paper, made in this process, telling ``progress`` of each page."""
    return render_pdf_here(
        status_report_html(report), stylesheets=STYLESHEETS, progress=progress
    )


def status_report_html(report: StatusReport) -> str:
    """The paper before it is laid out."""
    groups = [
        (group, [_printed_row(row) for row in group.rows]) for group in report.groups
    ]
    return render_to_string(
        "pdf/status_report.html",
        {"report": report, "groups": groups, "as_of": format_roc(report.as_of)},
    )


def _printed_row(row: ReportRow) -> tuple[ReportRow, list[PrintedLine], bool]:
    """A case, the lines of its second cell, and whether the row is a short one."""
    lines = list(printed_lines(row))
    height = sum(max(1, ceil(len(line.text) / LINE)) for line in lines)
    return row, lines, height <= SHORT_ROW


def printed_lines(row: ReportRow) -> Iterator[PrintedLine]:
    """The lines of a case's second cell, from the origin to the last report.

    Municipalities are counted 1., 2. in the order given, with their own text
    one level deeper; text without a municipality keeps the numbers it has.
    """
    if row.origin:
        yield PrintedLine("origin", "", row.origin)
    if not row.blocks:
        yield PrintedLine("t0", "", NO_PROGRESS)
    count = 0
    for block in row.blocks:
        if block.municipality is None:
            yield from _joint_lines(block)
        else:
            count += 1
            yield from _municipality_lines(block, count)


def _joint_lines(block: ProgressBlock) -> Iterator[PrintedLine]:
    lines = place(block.text)
    if not lines:
        yield PrintedLine("t0", "", NO_PROGRESS)
    yield from map(_printed, lines)


def _municipality_lines(block: ProgressBlock, count: int) -> Iterator[PrintedLine]:
    lines = nest(block.text, Level.DIGIT_BRACKET)
    heading = f"{block.municipality}："
    if not lines:
        heading += NO_PROGRESS
    elif not lines[0].marker:  # what is not numbered goes on behind the name
        heading += lines.pop(0).text
    yield _printed(PlacedLine(1, f"{count}.", heading))
    yield from map(_printed, place(lines, under=1))


def _printed(line: PlacedLine) -> PrintedLine:
    """A line whose number hangs before its words by its own width.

    So numbers end in one line above another without a box for each, which would
    take the paper a fourth more time.
    """
    if not line.marker:
        return PrintedLine(f"t{line.depth}", "", line.text)
    marker = f"{line.marker.rstrip()} "
    wide = sum(WIDTHS.get(each, LETTER if each.isascii() else 1.0) for each in marker)
    return PrintedLine(f"l{line.depth} h{round(10 * wide)}", marker, line.text)

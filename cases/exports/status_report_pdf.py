"""合作方案辦理情形 as a paper: one table for each issue group, A4 landscape."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.template.loader import render_to_string

from cases.reports import ProgressBlock, ReportRow, StatusReport
from platform_site.lib.numbering import Level, Line, nest, read_outline
from platform_site.lib.pdf import STATIC_FOLDER, Progress, render_pdf, render_pdf_here
from platform_site.lib.roc import format_roc

NO_PROGRESS = "尚無辦理情形"

STYLESHEETS = (
    STATIC_FOLDER / "css" / "paper.css",
    STATIC_FOLDER / "css" / "status_report.css",
)
_DEEPEST = 6  # the last indent the stylesheet has


@dataclass(frozen=True)
class PrintedLine:
    """One line of a cell: its indent, its number if it has one, its words."""

    css_class: str
    marker: str
    text: str


def render_status_report(html: str) -> bytes:
    """What ``status_report_html`` gave as a tagged PDF, made by the worker process.

    Raises ``PaperError`` with a sentence for the reader when it cannot be made.
    """
    return render_pdf(html, stylesheets=STYLESHEETS)


def status_report_pdf_here(
    report: StatusReport, *, progress: Progress | None = None
) -> bytes:
    """The same paper made in this process, telling ``progress`` of each page."""
    return render_pdf_here(
        status_report_html(report), stylesheets=STYLESHEETS, progress=progress
    )


def status_report_html(report: StatusReport) -> str:
    """The paper before it is laid out."""
    groups = [
        (group, [(row, list(printed_lines(row))) for row in group.rows])
        for group in report.groups
    ]
    return render_to_string(
        "pdf/status_report.html",
        {"report": report, "groups": groups, "as_of": format_roc(report.as_of)},
    )


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
    lines = read_outline(block.text)
    if not lines:
        yield PrintedLine("t0", "", NO_PROGRESS)
    used = sorted({line.level for line in lines if line.marker})
    depth = {level: place for place, level in enumerate(used, 1)}
    for line in lines:
        yield _printed(line, depth.get(line.level, 0))


def _municipality_lines(block: ProgressBlock, count: int) -> Iterator[PrintedLine]:
    lines = nest(block.text, Level.DIGIT_BRACKET)
    heading = f"{block.municipality}："
    if not lines:
        heading += NO_PROGRESS
    elif not lines[0].marker:  # what is not numbered goes on behind the name
        heading += lines.pop(0).text
    yield PrintedLine("l1", f"{count}.", heading)
    for line in lines:
        yield _printed(line, max(line.level - Level.DIGIT, 0) + 1)


def _printed(line: Line, depth: int) -> PrintedLine:
    shape = "l" if line.marker else "t"
    return PrintedLine(f"{shape}{min(depth, _DEEPEST)}", line.marker, line.text)

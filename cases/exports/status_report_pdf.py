"""合作方案辦理情形 as a paper: one table for each issue group, A4 landscape."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from django.template.loader import render_to_string

from cases.exports.status_report_lines import cell_lines
from cases.reports import ReportRow, StatusReport
from platform_site.lib.numbering import PlacedLine
from platform_site.lib.pdf import STATIC_FOLDER, Progress, render_pdf_here
from platform_site.lib.roc import format_roc

# A row of so many lines stays on one page; a line has room for so many characters.
SHORT_ROW = 6
LINE = 44

STYLESHEETS = (
    STATIC_FOLDER / "css" / "paper.css",
    STATIC_FOLDER / "css" / "status_report.css",
)
PAGE_STYLESHEETS = (*STYLESHEETS, STATIC_FOLDER / "css" / "status_report_page.css")


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


def status_report_page(report: StatusReport) -> str:
    """The report as one HTML file that needs nothing else."""
    style = "".join(path.read_text("utf-8") for path in PAGE_STYLESHEETS)
    return status_report_html(report).replace(
        "</head>", f"<style>{style}</style></head>", 1
    )


def _printed_row(row: ReportRow) -> tuple[ReportRow, list[PrintedLine], bool]:
    """A case, the lines of its second cell, and whether the row is a short one."""
    lines = list(printed_lines(row))
    height = sum(max(1, ceil(len(line.text) / LINE)) for line in lines)
    return row, lines, height <= SHORT_ROW


def printed_lines(row: ReportRow) -> Iterator[PrintedLine]:
    """The lines of a case's second cell as the stylesheet knows them."""
    for line in cell_lines(row):
        if line.kind:
            yield PrintedLine(line.kind, "", line.text)
        else:
            yield _printed(line)


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

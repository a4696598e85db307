"""會議紀錄 as a PDF: A4 portrait."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from meetings.minutes.paper import MinutesPaper, PaperLine
from meetings.minutes.paper_lines import set_lines
from platform_site.lib.pdf import STATIC_FOLDER, Progress, render_pdf_here
from platform_site.lib.roc import format_roc

STYLESHEETS = (
    STATIC_FOLDER / "css" / "paper.css",
    STATIC_FOLDER / "css" / "minutes.css",
)


@dataclass(frozen=True)
class PrintedLine:
    """A line with its place on the page."""

    css_class: str
    marker: str
    text: str
    heading: bool


def minutes_pdf_here(paper: MinutesPaper, *, progress: Progress | None = None) -> bytes:
    """The paper, made in this process, telling ``progress`` of each page."""
    return render_pdf_here(
        minutes_html(paper), stylesheets=STYLESHEETS, progress=progress
    )


def minutes_html(paper: MinutesPaper) -> str:
    """The paper before it is laid out."""
    head, tail = _divided(paper.title)
    return render_to_string(
        "pdf/minutes.html",
        {
            "paper": paper,
            "title_head": head,
            "title_tail": tail,
            "held_on": format_roc(paper.held_on),
            "sections": [
                (section, list(_printed(section.lines))) for section in paper.sections
            ],
            "attachments": [
                (attachment, list(_printed(attachment.lines)))
                for attachment in paper.attachments
            ],
            "errata": list(_printed(paper.errata)),
        },
    )


def _divided(title: str) -> tuple[str, str]:
    """The title before the number of the meeting and from there on."""
    found = re.search(r"第[0-9]+次", title)
    at = found.start() if found else len(title)
    return title[:at], title[at:]


def _printed(lines: Sequence[PaperLine]) -> Iterator[PrintedLine]:
    for line in set_lines(lines):
        css = [f"depth-{line.depth}", f"hang-{line.hang}"]
        if not line.marker and not line.heading:
            css.append("plain")
        if line.leads:
            css.append("lead")
        marker = line.marker
        if marker.isascii() and marker:
            marker += " "
        yield PrintedLine(" ".join(css), marker, line.text, line.heading)

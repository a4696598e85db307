"""會議紀錄 as a PDF: A4 portrait."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from django.template.loader import render_to_string

from meetings.minutes.paper import MinutesPaper, PaperLine
from platform_site.lib.pdf import STATIC_FOLDER, Progress, render_pdf_here
from platform_site.lib.roc import format_roc

STYLESHEETS = (
    STATIC_FOLDER / "css" / "paper.css",
    STATIC_FOLDER / "css" / "minutes.css",
)
_WIDEST_HANG = 5  # the last one the stylesheet has
_LONGEST_LEAD = 40
_STOPS = ("。", "；", "！", "？", "，")


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
    """The lines with their indents; one without a number hangs with its item."""
    hang = {0: 2}
    for line, following in zip_longest(lines, lines[1:]):
        if line.marker:
            hang[line.depth] = _width(line.marker)
        css = [f"depth-{line.depth}", f"hang-{hang.get(line.depth, 2)}"]
        if not line.marker and not line.heading:
            css.append("plain")
        if following and _leads_to(line, following):
            css.append("lead")
        marker = line.marker
        if marker.isascii() and marker:
            marker += " "
        yield PrintedLine(" ".join(css), marker, line.text, line.heading)


def _leads_to(line: PaperLine, following: PaperLine) -> bool:
    """Whether a line is as good as a heading, not to be left at the foot of a page."""
    if following.heading:
        return following.depth > line.depth
    is_above = following.depth > line.depth or (line.marker and not following.marker)
    is_phrase = len(line.text) <= _LONGEST_LEAD and not line.text.endswith(_STOPS)
    return bool(is_above and is_phrase)


def _width(marker: str) -> int:
    """The width a number takes, in whole characters."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in marker)
    return min(max(wide, 2), _WIDEST_HANG)

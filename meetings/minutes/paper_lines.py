"""How the lines of a paper are set, the same in every format."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from meetings.minutes.paper import PaperLine

_WIDEST_HANG = 5  # the last one the stylesheet has
_LONGEST_LEAD = 40
_STOPS = ("。", "；", "！", "？", "，")


@dataclass(frozen=True)
class SetLine:
    """A line with its place, in characters: where it begins, where its words do.

    ``leads`` says that it is as good as a heading, not to be left at the foot of a
    page.
    """

    depth: int
    hang: int
    marker: str
    text: str
    heading: bool
    leads: bool


def set_lines(lines: Sequence[PaperLine]) -> Iterator[SetLine]:
    """Give the lines their places; one without a number hangs with its item."""
    hang = {0: 2}
    for line, following in zip_longest(lines, lines[1:]):
        if line.marker:
            hang[line.depth] = width(line.marker)
        yield SetLine(
            line.depth,
            hang.get(line.depth, 2),
            line.marker,
            line.text,
            line.heading,
            bool(following and _leads_to(line, following)),
        )


def width(marker: str) -> int:
    """Return the width a number takes, in whole characters."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in marker)
    return min(max(wide, 2), _WIDEST_HANG)


def _leads_to(line: PaperLine, following: PaperLine) -> bool:
    if following.heading:
        return following.depth > line.depth
    is_above = following.depth > line.depth or (line.marker and not following.marker)
    is_phrase = len(line.text) <= _LONGEST_LEAD and not line.text.endswith(_STOPS)
    return bool(is_above and is_phrase)

"""What people do to an outline while they write it: paste it, and number its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from platform_site.lib.numbering import (
    Level,
    Line,
    read_outline,
    renumber,
    with_number,
    write_line,
)

# Word's bullets stand where no script has a sign of its own.
_FONT_SIGN = re.compile("[\uf000-\uf0ff](?=\\s)")
_NOTHING_YET = "\ue000"


def tidy_outline(text: str) -> str:
    """The text with its markers in the papers' form, each number as it was given.

    What word processors leave when a list is copied, tabs behind the markers, broken
    spaces and signs of their own fonts, becomes what people type. Blank lines go.
    """
    lines = read_outline(_FONT_SIGN.sub("•", text))
    tidied = [
        with_number(line, line.level, line.number) if line.marker else line
        for line in lines
    ]
    return "\n".join(
        write_line(replace(line, text=line.text.replace("\t", " "))) for line in tidied
    )


def set_level(text: str, first: int, last: int, level: Level) -> tuple[str, int]:
    """The text with the lines ``first`` to ``last`` numbered at ``level``.

    Lines that are all there already lose their number. A number goes on from the
    item above; where all were in order they are again. Returns the text and the
    place in it of the last of these lines.
    """
    raw = text.split("\n")
    first = max(0, min(first, len(raw) - 1))
    last = max(first, min(last, len(raw) - 1))
    if not any(line.strip() for line in raw[first : last + 1]):
        raw[last] = _NOTHING_YET
    begins = sum(bool(line.strip()) for line in raw[:first])
    ends = begins + sum(bool(line.strip()) for line in raw[first : last + 1])
    lines = read_outline("\n".join(raw))
    was_in_order = _numbers(renumber(lines)) == _numbers(lines)
    goes = all(line.marker and line.level == level for line in lines[begins:ends])
    for place_ in range(begins, ends):
        line = lines[place_]
        said = line.text.replace(_NOTHING_YET, "")
        number = _next_number(lines[:place_], level)
        lines[place_] = (
            Line(line.level, "", said)
            if goes
            else with_number(replace(line, text=said), level, number)
        )
    if was_in_order:
        lines = renumber(lines)
    return "\n".join(write_line(line) for line in lines), ends - 1


def _numbers(lines: Iterable[Line]) -> list[int]:
    return [line.number for line in lines]


def _next_number(above: Iterable[Line], level: Level) -> int:
    """The number that follows in the list of ``level`` that is still open."""
    last = 0
    for line in above:
        if line.marker and line.level == level:
            last = line.number
        elif line.marker and line.level < level:
            last = 0
    return last + 1

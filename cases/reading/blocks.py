"""A case's progress cut as it is kept: by municipality, and by date.

The text of a municipality is kept as if it stood alone: what the paper prints as
(1) under ``1. 臺北市：`` is 1. of 臺北市's text. No word is lost; numbers are not
counted anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from cases.reading.places import read_counties
from platform_site.lib.numbering import (
    Level,
    Line,
    from_chinese,
    nest,
    read_outline,
    write_marker,
)
from platform_site.lib.roc import FIRST_YEAR, LAST_YEAR

_COLON = re.compile(r"\s*[：:]\s*")
_JOINT = re.compile(
    r"(?:[各四三二兩八\d]{1,2}(?:縣市|市|縣)|共同(?:辦理|部分)?|跨市)\s*[：:]\s*"
)
_AGENCY = re.compile(
    r"[（(]?[\u4e00-\u9fff]{2,12}(?:局|處|會|所|隊|科|室|中心)[）)]?\s*[：:]"
)
_SIGN = re.compile(r"[◆◇●○■□▲△※★☆•‧]\s*")
_WRAPPED = re.compile(
    r"(?P<open>[【\[［(（〔])\s*(?P<body>[^】\]］)）〕]{2,40})[】\]］)）〕]"
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a text says under one date; ``ends_on`` is the last day it tells of."""

    label: str
    starts_on: date | None
    ends_on: date | None
    text: str


@dataclass(slots=True)
class Block:
    """What one municipality says, or all jointly where ``municipality`` is None."""

    municipality: str | None
    text: str
    parts: list[Part] = field(default_factory=list)


# Municipalities ------------------------------------------------------------------


@dataclass(slots=True)
class _Item:
    """A top item of a text with the lines below it, and who it says it is of."""

    lines: list[Line]
    owners: list[str | None] | None = None
    rest: str = ""


def cut_by_municipality(lines: Sequence[str]) -> tuple[list[Block], list[str]]:
    """Return the blocks of a text and what is doubtful about them, in sentences.

    A text is cut where two municipalities or more head its top items, or one heads
    all of them; else it is one joint block.
    """
    outline = read_outline("\n".join(lines))
    items = [_owned(item) for item in _items(outline)]
    numbered = [item for item in items if item.lines[0].marker or item.owners]
    headed = [item for item in numbered if item.owners]
    named = {name for item in headed for name in item.owners or () if name}
    if not named or (len(named) < 2 and len(headed) < len(numbered)):
        return [Block(None, write(outline))], []
    doubts = []
    if len(headed) < len(numbered):
        doubts.append("部分項目未標示縣市，已列為共同填報，請確認歸屬。")
    joint = [line for item in items if not item.owners for line in item.lines]
    blocks: dict[str | None, list[Line]] = {None: joint} if joint else {}
    for item in headed:
        for name in item.owners or ():
            if name in blocks and name is not None:
                doubts.append(f"{name}出現不只一次，已合為一段，請確認。")
            blocks.setdefault(name, []).extend(_own_lines(item))
        if len(item.owners or ()) > 1:
            together = "、".join(str(name) for name in item.owners or ())
            doubts.append(f"{together}合寫一段，已分別列入，請確認。")
    return [
        Block(name, write(those)) for name, those in blocks.items() if those or name
    ], list(dict.fromkeys(doubts))


def _items(outline: Iterable[Line]) -> list[_Item]:
    """Return the top items; a line before the first number, or headed, is its own."""
    outline = list(outline)
    top = min((line.level for line in outline if line.marker), default=Level.PLAIN)
    is_flat = any(line.level == Level.PLAIN and owners(line.text) for line in outline)
    items: list[_Item] = []
    for line in outline:
        begins = line.marker and line.level == top and not is_flat
        if is_flat:
            begins = not line.marker and owners(line.text) is not None
        plain = not items or (line.level == Level.PLAIN and not is_flat)
        if begins or plain:
            items.append(_Item([line]))
        else:
            items[-1].lines.append(line)
    return items


def _owned(item: _Item) -> _Item:
    found = owners(item.lines[0].text)
    if found:
        item.owners, item.rest = found
    return item


def owners(text: str) -> tuple[list[str | None], str] | None:
    """Return whose words follow, and the words: 臺北市：, 【新北市】, 基隆市、桃園市：."""
    sign = _SIGN.match(text)
    start = sign.end() if sign else 0
    wrapped = _WRAPPED.match(text, start)
    if wrapped:
        names, end = read_counties(wrapped["body"])
        if names and end == len(wrapped["body"].rstrip()):
            colon = _COLON.match(text, wrapped.end())
            return [*names], text[colon.end() if colon else wrapped.end() :].strip()
        return None
    names, end = read_counties(text, start)
    if names:
        colon = _COLON.match(text, end)
        if colon:
            return [*names], text[colon.end() :]
        if end == len(text):
            return [*names], ""
        # An agency writes for its municipality; its name stays in the text.
        if len(names) == 1 and _AGENCY.match(text, end):
            return [*names], text[start:]
        return None
    joint = _JOINT.match(text, start)
    return ([None], text[joint.end() :]) if joint else None


def _own_lines(item: _Item) -> list[Line]:
    """Return an item's words without its head, set as a text of their own."""
    top = item.lines[0].level
    own = [Line(Level.PLAIN, "", item.rest)] if item.rest else []
    for line in item.lines[1:]:
        is_plain = not line.marker and line.level == top
        own.append(Line(Level.PLAIN, "", line.text) if is_plain else line)
    return nest(own, Level.DIGIT)


def write(lines: Iterable[Line]) -> str:
    """Write lines with the numbers they have."""
    return "\n".join(_written(line) for line in lines)


def _written(line: Line) -> str:
    if not line.marker:
        return line.text
    is_own = write_marker(line.level, line.number).rstrip() == line.marker
    if is_own and write_marker(line.level, line.number).endswith(" "):
        return f"{line.marker} {line.text}".rstrip()
    together = f"{line.marker}{line.text}"
    read = read_outline(together)
    if [(each.level, each.number, each.text) for each in read] == [
        (line.level, line.number, line.text)
    ]:
        return together
    return f"{line.marker} {line.text}".rstrip()


# Dates ---------------------------------------------------------------------------

_DIGITS = r"\d{1,4}"
_YEAR = rf"(?:(?:中華)?民國\s*)?(?P<year>{_DIGITS})\s*(?:年度|年)"
_DAY = (
    rf"(?:(?:中華)?民國\s*)?(?P<year>{_DIGITS})\s*[年./-]\s*(?P<month>\d{{1,2}})"
    r"(?:\s*月|\s*[./-])(?:\s*(?P<day>\d{1,2})\s*日?)?"
)
_PERIODS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_YEAR}\s*)?第\s*(?P<quarter>[1-4一二三四])\s*季(?:度)?",
        rf"{_YEAR}\s*(?P<half>[上下])半年(?:度)?",
        rf"(?:截至|截止|迄)?\s*{_DAY}(?:\s*(?:止|底|前|更新|版))?",
        rf"{_YEAR}",
    )
)
_OF_REPORT = re.compile(
    r"\s*(?:最新)?(?:辦理情形|執行情形|辦理進度|進度|填報|更新|辦理)?\s*"
)
_HEAD_END = re.compile(r"\s*(?:[：:]\s*|$)")


def period(text: str, year: int | None = None) -> tuple[date, date, int] | None:
    """Read the days a label like 114年第3季 or 114年9月30日 names, and where it ends.

    Without a year of its own it is of the Western ``year``.
    """
    for pattern in _PERIODS:
        found = pattern.match(text)
        if found is None:
            continue
        groups = found.groupdict()
        own = _western(groups["year"]) if groups.get("year") else year
        days = _days(own, groups) if own else None
        if days:
            return *days, found.end()
    return None


def _western(written: str) -> int | None:
    number = int(written)
    year = number if number >= FIRST_YEAR else number + 1911
    return year if number > 0 and FIRST_YEAR <= year <= LAST_YEAR else None


def _days(year: int, groups: dict[str, str | None]) -> tuple[date, date] | None:
    first, months, day = 1, 12, None
    if quarter := groups.get("quarter"):
        number = int(quarter) if quarter.isdecimal() else from_chinese(quarter)
        first, months = number * 3 - 2, 3
    elif half := groups.get("half"):
        first, months = (1 if half == "上" else 7), 6
    elif month := groups.get("month"):
        first, months, day = int(month), 1, groups.get("day")
    try:
        if day:
            return (date(year, first, int(day)),) * 2
        last = date(year + (first + months - 1) // 12, (first + months - 1) % 12 + 1, 1)
        return date(year, first, 1), last - timedelta(days=1)
    except ValueError:
        return None


def _dated(text: str, year: int | None) -> tuple[str, date, date, str] | None:
    """Return the label a line begins with, its days, and the words after it."""
    wrapped = _WRAPPED.match(text)
    if wrapped:
        found = period(wrapped["body"].strip(), year)
        if found is None:
            return None
        colon = _COLON.match(text, wrapped.end())
        rest = text[colon.end() if colon else wrapped.end() :].strip()
        is_mark = wrapped["open"] in "【［[〔"
        whole = found[2] >= len(wrapped["body"].strip()) - 1
        if not (is_mark or whole) or (not is_mark and not colon and rest):
            return None
        return wrapped["body"].strip(), found[0], found[1], rest
    found = period(text, year)
    if found is None:
        return None
    place = _OF_REPORT.match(text, found[2])
    end = _HEAD_END.match(text, place.end() if place else found[2])
    if end is None:
        return None
    label = text[: end.start()].strip()
    return label, found[0], found[1], text[end.end() :].strip()


def cut_by_date(text: str, year: int | None = None) -> list[Part]:
    """Return the parts of a text that was added to period after period, or nothing.

    It is cut where two top lines or more begin with a period of their own and, from
    the first of them on, all top items do. What stands before is a part without days.
    """
    outline = read_outline(text)
    labels = [_dated(line.text, year) for line in outline]
    is_flat = any(
        label and line.level == Level.PLAIN
        for line, label in zip(outline, labels, strict=True)
    )
    top = min((line.level for line in outline if line.marker), default=Level.PLAIN)
    for place, line in enumerate(outline):
        is_top = not line.marker if is_flat else line.marker and line.level == top
        if not is_top:
            labels[place] = None
    marked = [place for place, label in enumerate(labels) if label]
    if len(marked) < 2:
        return []
    if not is_flat and any(
        line.marker and line.level == top and not labels[place]
        for place, line in enumerate(outline)
        if place > marked[0]
    ):
        return []
    parts = []
    if marked[0]:
        parts.append(Part("", None, None, write(outline[: marked[0]])))
    for start, end in zip(marked, [*marked[1:], len(outline)], strict=True):
        label = labels[start]
        assert label is not None
        name, starts_on, ends_on, rest = label
        item = _Item(list(outline[start:end]), rest=rest)
        parts.append(Part(name, starts_on, ends_on, write(_own_lines(item))))
    return parts

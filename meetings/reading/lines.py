"""The lines of a paper: their numbers, and what only the page put there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from meetings.reading.words import Words
from platform_site.lib.numbering import Level, from_chinese

BULLET = Level.SMALL_BRACKET + 1  # a dash without a number lies deepest

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_LEGAL = "壹貳參叁肆伍陸柒捌玖拾"
_CHINESE = "一二三四五六七八九十"
_STOP = r"\s{0,3}[、.]"
_MARKS = [
    (Level.LEGAL, re.compile(rf"([{_LEGAL}]{{1,3}}){_STOP}?\s*(?![{_LEGAL}])")),
    (Level.CHINESE, re.compile(rf"([{_CHINESE}]{{1,3}}){_STOP}\s*")),
    (Level.CHINESE_BRACKET, re.compile(rf"\(\s?([{_CHINESE}]{{1,3}})\s?\)[、.]?\s*")),
    (Level.DIGIT, re.compile(r"([0-9]{1,2})\s?[、.](?![0-9](?!\d{2,3}\s?年))\s*")),
    (Level.DIGIT_BRACKET, re.compile(r"\(\s?([0-9]{1,2})\s?\)[、.]?\s*")),
    (Level.DIGIT_BRACKET, re.compile(r"([①-⑳])\s*")),
    (Level.LETTER, re.compile(rf"([{_STEMS}])、\s*")),
    (Level.LETTER, re.compile(r"([A-H])\.(?![A-Za-z])\s*")),
    (Level.LETTER_BRACKET, re.compile(rf"\(([A-H{_STEMS}])\)\s*")),
]
_DASH = re.compile(r"[-•●○◎◆◇■□▪※*·‧➢►▶✓]+\s+|[•●◎◆◇■▪※➢►▶]\s*")
# A number of the page run together with the heading below it: 2捌、臨時動議.
_GLUED = re.compile(rf"(?:第?\s?\d{{1,3}}\s?頁?)\s*(?=[{_LEGAL}]{{1,3}}\s?、)")

_PAGE_NUMBER = re.compile(
    r"[-~=*·\s]{0,6}(?:第?\s?\d{1,4}\s?頁?(?:\s?[,/、|]?\s?共?\s?\d{1,4}\s?頁?)?"
    r"|頁\s?[次碼]?\s?:?\s?\d{1,4}(?:\s?/\s?\d{1,4})?|[Pp](?:age|AGE|\.)?\s?\.?\s?\d{1,4}"
    r"(?:\s?(?:/|of)\s?\d{1,4})?)[-~=*·\s]{0,6}"
)
_RULE = re.compile(r"[-=_*·.~+|#<>\s]+")
_PAGE_IN_HEAD = re.compile(r"第\s?\d{1,4}\s?頁|共\s?\d{1,4}\s?頁|\s\d{1,3}$|^\d{1,3}\s")
_SENTENCE = re.compile(r"[。;:!?]")


@dataclass
class Mark:
    """The number at the head of a line."""

    level: int
    number: int
    numeral: str
    end: int  # where in the line the words begin
    dashed: bool = False
    spaced: bool = False
    sign: str = ""  # ◆ and its like, where there is no number


_SIGNS = frozenset("●○◎◆◇■□▪※►▶✓➢")


@dataclass
class Line:
    """A line that says something, without the white space around it."""

    number: int  # counted from 1 in the paper
    words: Words
    mark: Mark | None
    edge: bool = False  # the first or last of a page
    indent: int = 0
    page: int = 1

    @property
    def rest(self) -> Words:
        """The words after the number."""
        return self.words[self.mark.end :] if self.mark else self.words

    @property
    def key(self) -> str:
        """The words for comparing lines."""
        return "".join(self.words.folded.split())


@dataclass
class Lines:
    """The lines of a paper, and beside them those the page put there."""

    lines: list[Line]
    furniture: list[Line] = field(default_factory=list)


def find_mark(folded: str) -> Mark | None:
    """Read the number at the head of a line, with or without a dash before it."""
    start = 0
    dash = _DASH.match(folded)
    if dash:
        start = dash.end()
    for level, pattern in _MARKS:
        found = pattern.match(folded, start)
        if found and (number := _value(found[1])):
            if level == Level.LEGAL and not re.search(r"[、.,:\s]", found[0]):
                continue
            spaced = found[0][-1].isspace() or found.end() == len(folded)
            return Mark(level, number, found[1], found.end(), bool(dash), spaced)
    if dash:
        sign = "".join(char for char in folded[:start] if char in _SIGNS)
        return Mark(BULLET, 0, "", start, dashed=True, spaced=True, sign=sign)
    return None


def _value(numeral: str) -> int:
    if numeral.isascii() and numeral.isdigit():
        return int(numeral)
    if "①" <= numeral <= "⑳":
        return ord(numeral) - ord("①") + 1
    if numeral in _STEMS:
        return _STEMS.index(numeral) + 1
    if numeral.isascii():
        return ord(numeral) - ord("A") + 1
    try:
        return from_chinese(numeral)
    except ValueError:
        return 0


def read_lines(paper: str) -> Lines:
    """Cut ``paper`` into lines; page numbers, rules and running heads apart."""
    lines: list[Line] = []
    furniture: list[Line] = []
    place = 0
    first_of_page = True
    page = 1
    for number, raw in enumerate(paper.split("\n"), start=1):
        for count, part in enumerate(raw.split("\f")):
            if count:
                if lines:
                    lines[-1].edge = True
                first_of_page = True
                page += 1
                place += 1
            words = Words.of(paper, place, place + len(part)).drawn_together()
            glued, line = _line(number, words)
            place += len(part)
            if glued:
                furniture.append(glued)
            if line is None:
                continue
            if _is_page_number(line):
                furniture.append(line)
                if lines:
                    lines[-1].edge = True
                    page += 1
                first_of_page = True
                continue
            line.edge, first_of_page = first_of_page, False
            line.page = page
            lines.append(line)
        place += 1
    if lines:
        lines[-1].edge = True
    return _without_running_heads(Lines(lines, furniture))


def _line(number: int, words: Words) -> tuple[Line | None, Line | None]:
    """The number of the page at the head of a line, and the line."""
    stripped = words.strip()
    if not stripped:
        return None, None
    indent = stripped.start - words.start
    page = None
    glued = _GLUED.match(stripped.folded)
    if glued:
        page = Line(number, stripped[: glued.end()], None)
        stripped = stripped[glued.end() :]
    return page, Line(number, stripped, find_mark(stripped.folded), indent=indent)


def _is_page_number(line: Line) -> bool:
    folded = line.words.folded
    return bool(_PAGE_NUMBER.fullmatch(folded) or _RULE.fullmatch(folded))


def _head(line: Line) -> str:
    """What a running head has in common from page to page; "" for no head."""
    folded = line.words.folded
    if line.mark or len(folded) > 60 or _SENTENCE.search(folded):
        return ""
    return "".join(_PAGE_IN_HEAD.sub("", folded).split())


def _may_be_first(head: str, line: Line) -> bool:
    """Whether a running head that stands for the first time is more than that."""
    return head.endswith(("紀錄", "記錄")) or line.page == 1


def _without_running_heads(read: Lines) -> Lines:
    """Take out lines that stand again and again where pages meet."""
    at_edges = Counter(_head(line) for line in read.lines if line.edge)
    heads = {head for head, count in at_edges.items() if count > 1 and len(head) > 3}
    places: dict[str, list[Line]] = defaultdict(list)
    for line in read.lines:
        head = _head(line)
        if line.edge and head in heads:
            places[head].append(line)
    # The first may be the title itself; where titles are found decides.
    gone = {
        id(line)
        for head, lines in places.items()
        for line in (lines[1:] if _may_be_first(head, lines[0]) else lines)
    }
    kept = [line for line in read.lines if id(line) not in gone]
    taken = [line for line in read.lines if id(line) in gone]
    return Lines(kept, sorted(read.furniture + taken, key=lambda line: line.number))

"""The outline of official papers: 壹、一、（一）1. (1) A. (A) a. (a), read and written.

A text is kept as people typed it. ``read_outline`` says which lines carry a
number and how deep they lie; what it cannot read as numbered is a plain line,
so that no character is ever lost. ``nest`` pushes a whole text deeper: what a
municipality numbers from 1. is printed under ``1. 臺北市：`` as (1).

The order of the levels is the papers' own. 甲、and（甲）, which 文書處理手冊 has
where the papers print A. and (A), are read as those and never written.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

LARGEST_NUMERAL = 999
_LARGEST_MARKER = 99  # (114) at the head of a line is a year, not an item

_DIGITS = "零一二三四五六七八九"
_LEGAL_DIGITS = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"

# Full-width ASCII to half-width, one character for one: places stay the same.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


class Level(IntEnum):
    """How deep a line lies. PLAIN is a line above the first number."""

    PLAIN = 0
    LEGAL = 1  # 壹、
    CHINESE = 2  # 一、
    CHINESE_BRACKET = 3  # （一）
    DIGIT = 4  # 1.
    DIGIT_BRACKET = 5  # (1)
    LETTER = 6  # A.
    LETTER_BRACKET = 7  # (A)
    SMALL = 8  # a.
    SMALL_BRACKET = 9  # (a)


@dataclass(frozen=True)
class Line:
    """One line of a text: its level, its number as written, the words after it.

    ``marker`` and ``number`` are empty and 0 for a line without a number; its
    level is that of the item above it, to which it belongs.
    """

    level: Level
    marker: str
    text: str
    number: int = 0


DEEPEST_INDENT = 6  # the last one the stylesheets have
_SIGNS = frozenset("◆◇●○■□▲△▼▽★☆※◎•‧▶►")


@dataclass(frozen=True)
class PlacedLine:
    """One line as it is set: its indent, its number if it has one, its words."""

    depth: int
    marker: str
    text: str


def to_chinese(number: int, *, legal: bool = False) -> str:
    """Write 1 to 999 in Chinese: 21 is 二十一, or 貳拾壹 in the ``legal`` form.

    10 to 19 begin with 十 (拾), as headings are counted. Other numbers are a
    ``ValueError``.
    """
    if not 1 <= number <= LARGEST_NUMERAL:
        raise ValueError(f"no Chinese numeral for {number}, only for 1 to 999")
    digits, ten, hundred = (
        (_LEGAL_DIGITS, "拾", "佰") if legal else (_DIGITS, "十", "百")
    )
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    written = f"{digits[hundreds]}{hundred}" if hundreds else ""
    if tens:
        written += (digits[tens] if tens > 1 or hundreds else "") + ten
    elif hundreds and ones:
        written += digits[0]
    return written + (digits[ones] if ones else "")


_FROM_CHINESE = {
    to_chinese(number, legal=legal): number
    for number in range(1, LARGEST_NUMERAL + 1)
    for legal in (False, True)
} | {
    # Word counts its headings so, where people write 拾 and 拾壹.
    f"壹{to_chinese(number, legal=True)}": number
    for number in range(10, 20)
}


def from_chinese(numeral: str) -> int:
    """Read a Chinese numeral of 1 to 999, plain or legal.

    叁 is read as 參, 〇 as 零, 壹拾 as 拾. Anything else, 二一 or 一百二 among it, is a
    ``ValueError``: what is not counted the usual way may not be a number.
    """
    try:
        return _FROM_CHINESE[numeral.replace("叁", "參").replace("〇", "零")]
    except KeyError:
        raise ValueError(f"not a Chinese numeral of 1 to 999: {numeral!r}") from None


def _letter(number: int, first: str) -> str:
    """A to Z, then AA, BB as word processors count on."""
    turns, place = divmod(number - 1, 26)
    return chr(ord(first) + place) * (turns + 1)


def _read_letter(written: str) -> int:
    """The number of a letter or stem; 0 when it is not one."""
    if written in _STEMS:
        return _STEMS.index(written) + 1
    if len(set(written)) > 1:
        return 0
    return ord(written[0].upper()) - ord("A") + 1 + 26 * (len(written) - 1)


def write_marker(level: Level, number: int) -> str:
    """Write the number of an item, with the space that follows it in the papers.

    壹、一、and（一）are full-width and closed up to their text; the rest are
    half-width with a space. PLAIN has no marker and is a ``ValueError``.
    """
    match level:
        case Level.LEGAL:
            return f"{to_chinese(number, legal=True)}、"
        case Level.CHINESE:
            return f"{to_chinese(number)}、"
        case Level.CHINESE_BRACKET:
            return f"（{to_chinese(number)}）"
        case Level.DIGIT:
            return f"{number}. "
        case Level.DIGIT_BRACKET:
            return f"({number}) "
        case Level.LETTER:
            return f"{_letter(number, 'A')}. "
        case Level.LETTER_BRACKET:
            return f"({_letter(number, 'A')}) "
        case Level.SMALL:
            return f"{_letter(number, 'a')}. "
        case Level.SMALL_BRACKET:
            return f"({_letter(number, 'a')}) "
        case Level.PLAIN:
            raise ValueError("a plain line has no marker")


_KINDS = (
    (r"[壹貳參叁肆伍陸柒捌玖拾佰零〇]+", Level.LEGAL, None),
    (r"[一二三四五六七八九十百零〇]+", Level.CHINESE, Level.CHINESE_BRACKET),
    (r"[0-9]{1,2}", Level.DIGIT, Level.DIGIT_BRACKET),
    (r"(?P<upper>[A-Z])(?P=upper){0,3}", Level.LETTER, Level.LETTER_BRACKET),
    (rf"[{_STEMS}]", Level.LETTER, Level.LETTER_BRACKET),
    (r"(?P<lower>[a-z])(?P=lower){0,3}", Level.SMALL, Level.SMALL_BRACKET),
)
_OPEN = [
    (re.compile(rf"(?P<body>{body})[、.](?P<space>\s*)"), level)
    for body, level, _ in _KINDS
]
_BRACKETED = [
    (re.compile(rf"\((?P<body>{body})\)[、.]?(?P<space>\s*)"), level)
    for body, _, level in _KINDS
    if level is not None
]
_YEAR = re.compile(r"[0-9]{3,4}年")


@dataclass(frozen=True)
class _Marker:
    """A number found at the head of a line, before it is believed."""

    level: Level
    number: int
    written: str
    rest: str
    spaced: bool


def _find_marker(line: str) -> _Marker | None:
    """What stands at the head of ``line`` in the shape of a number."""
    folded = line.translate(_HALF_WIDTH)
    for pattern, level in (*_OPEN, *_BRACKETED):
        if found := pattern.match(folded):
            number = _value(found["body"], level)
            if not 1 <= number <= _LARGEST_MARKER:
                return None
            end = found.end("space")
            return _Marker(
                level=level,
                number=number,
                written=line[: found.start("space")],
                rest=line[end:],
                spaced=end > found.start("space"),
            )
    return None


def _value(body: str, level: Level) -> int:
    """The number a marker's body stands for; 0 when it is none."""
    if level in (Level.DIGIT, Level.DIGIT_BRACKET):
        return int(body)
    if level >= Level.LETTER:
        return _read_letter(body)
    try:
        return from_chinese(body)
    except ValueError:
        return 0


def _is_believed(marker: _Marker, last: dict[Level, int], above: str) -> bool:
    """Whether the shape of a number is one, and not a part of the sentence.

    ``last`` holds the number last seen at each level still open. A space after
    the marker, or its being the very next number, settles it.
    """
    if marker.spaced or not marker.rest:
        return True
    rest = marker.rest.translate(_HALF_WIDTH)
    is_bracket = marker.written.translate(_HALF_WIDTH).startswith("(")
    if marker.level == Level.DIGIT and rest[0].isdecimal():
        # 1.5公里, 12.22 and 3、5月 are no items; 1.114年 is item 1.
        return bool(_YEAR.match(rest))
    if marker.level in (Level.LETTER, Level.SMALL) and re.match(r"[A-Za-z]", rest):
        return False  # U.S., e.g.
    if last.get(marker.level, 0) + 1 == marker.number and marker.number > 1:
        return True
    if _starts_with_next(marker, rest):
        return False  # 三、四級毒品, 甲、乙兩案, （一）（二）兩案
    # A broken line: 於115年8月15日 / (六)於金華國中舉行
    is_weekday = marker.level == Level.CHINESE_BRACKET and marker.number <= 6
    return not (is_bracket and is_weekday and above.endswith("日"))


def _starts_with_next(marker: _Marker, rest: str) -> bool:
    """Whether the text goes straight on to the number after the marker's."""
    after = marker.number + 1
    match marker.level:
        case Level.LEGAL:
            forms = [to_chinese(after, legal=True)]
        case Level.CHINESE:
            forms = [to_chinese(after)]
        case Level.CHINESE_BRACKET:
            forms = [f"({to_chinese(after)})"]
        case Level.DIGIT_BRACKET:
            forms = [f"({after})"]
        case Level.LETTER if marker.written[0] in _STEMS:
            forms = [_STEMS[marker.number]] if marker.number < len(_STEMS) else []
        case Level.LETTER_BRACKET:
            forms = [f"({_letter(after, 'A')})", f"({_STEMS[marker.number % 10]})"]
        case Level.SMALL_BRACKET:
            forms = [f"({_letter(after, 'a')})"]
        case _:
            forms = []
    return rest.startswith(tuple(forms))


def read_outline(text: str) -> list[Line]:
    """The lines of ``text`` with their levels; blank lines are left out.

    Full and half width are one, and spaces at either end of a line are
    dropped; every other character is in some line's marker or text. Numbers
    need not run on: they are kept as written. Decimals (1.5公里), dates
    (114.12.22), years (114年) and codes in brackets (（北118）) at the head of a
    line are no numbers, nor is one that belongs to the sentence (三、四級毒品)
    unless it is the next in its list.
    """
    lines: list[Line] = []
    last: dict[Level, int] = {}
    level = Level.PLAIN
    above = ""
    for raw in text.splitlines():
        stripped = raw.strip()
        if not stripped:
            continue
        marker = _find_marker(stripped)
        if marker and _is_believed(marker, last, above):
            level = marker.level
            last = {seen: number for seen, number in last.items() if seen < level}
            last[level] = marker.number
            lines.append(Line(level, marker.written, marker.rest, marker.number))
        else:
            lines.append(Line(level, "", stripped))
        above = stripped
    return lines


def write_outline(lines: Iterable[Line], *, start_level: Level | None = None) -> str:
    """Write lines as a text, numbered afresh from 1 at each level.

    With ``start_level`` the text is first nested so that its shallowest items
    take that level. Reading the result gives the same levels and texts back.
    """
    numbered = renumber(lines if start_level is None else nest(lines, start_level))
    return "\n".join(_write_line(line) for line in numbered)


def renumber(lines: Iterable[Line]) -> list[Line]:
    """The same lines counted from 1 within each list, markers in the papers' form."""
    counts: dict[Level, int] = {}
    result: list[Line] = []
    for line in lines:
        if not line.marker:
            result.append(line)
            continue
        counts = {
            level: count for level, count in counts.items() if level <= line.level
        }
        counts[line.level] = counts.get(line.level, 0) + 1
        result.append(_with_number(line, line.level, counts[line.level]))
    return result


def shift(lines: str | Iterable[Line], by: int) -> list[Line]:
    """The outline ``by`` levels deeper (negative: shallower), numbers unchanged.

    1. becomes (1) and (1) becomes A.; each item keeps the number it was given,
    since the words may refer to it. Items that would pass the deepest level
    stay on it, likewise the shallowest. Lines above the first number stay
    plain.
    """
    given = read_outline(lines) if isinstance(lines, str) else lines
    return [_move(line, line.level + by) for line in given]


def nest(lines: str | Iterable[Line], top: Level) -> list[Line]:
    """The outline moved so that its shallowest items are at ``top``.

    Levels the text leaves out are closed up: a text with 一、 and 1. gives
    (1) and A. under ``Level.DIGIT_BRACKET``. Otherwise like ``shift``.
    """
    given = read_outline(lines) if isinstance(lines, str) else list(lines)
    used = sorted({line.level for line in given if line.marker})
    depth = {level: top + place for place, level in enumerate(used)}
    return [_move(line, depth.get(line.level, line.level)) for line in given]


def place(lines: str | Iterable[Line], *, under: int = 0) -> list[PlacedLine]:
    """The outline as it is set below ``under`` indents, numbers as they are.

    Levels the text leaves out take no indent. Lines above the first number stand
    at ``under`` itself, and lines that begin with the same sign (◆) where the
    first of them does.
    """
    given = read_outline(lines) if isinstance(lines, str) else list(lines)
    used = sorted({line.level for line in given if line.marker})
    depth = {level: under + count for count, level in enumerate(used, start=1)}
    signs: dict[str, Level] = {}
    placed = []
    for line in given:
        level = line.level
        if not line.marker and line.text[:1] in _SIGNS:
            level = signs.setdefault(line.text[0], level)
        indent = min(depth.get(level, under), DEEPEST_INDENT)
        placed.append(PlacedLine(indent, line.marker, line.text))
    return placed


def tidy_outline(text: str) -> str:
    """The text with its markers in the papers' form, each number as it was given.

    What word processors leave when a list is copied, tabs behind the markers, broken
    spaces and signs of their own fonts, becomes what people type. Blank lines go.
    """
    lines = read_outline(_FONT_SIGN.sub("•", text))
    tidied = [
        _with_number(line, line.level, line.number) if line.marker else line
        for line in lines
    ]
    return "\n".join(
        _write_line(replace(line, text=line.text.replace("\t", " ")))
        for line in tidied
    )


# Word's bullets stand where no script has a sign of its own.
_FONT_SIGN = re.compile("[\uf000-\uf0ff](?=\\s)")
_NOTHING_YET = "\ue000"


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
            else _with_number(replace(line, text=said), level, number)
        )
    if was_in_order:
        lines = renumber(lines)
    return "\n".join(_write_line(line) for line in lines), ends - 1


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


def _move(line: Line, level: int) -> Line:
    """The line at another level, its marker in that level's form."""
    if line.level == Level.PLAIN:
        return line
    target = Level(min(max(level, Level.LEGAL), Level.SMALL_BRACKET))
    if not line.marker or target == line.level:
        return replace(line, level=target)
    return _with_number(line, target, line.number)


def _with_number(line: Line, level: Level, number: int) -> Line:
    marker = write_marker(level, number).rstrip()
    return Line(level, marker, line.text, number)


def _write_line(line: Line) -> str:
    if not line.marker:
        return line.text
    marker = write_marker(line.level, line.number)
    if not marker.endswith(" ") and not _reads_back(f"{marker}{line.text}", line):
        marker += " "
    return f"{marker}{line.text}".rstrip()


def _reads_back(written: str, line: Line) -> bool:
    """Whether what was written is read as ``line``, standing alone."""
    return [(read.level, read.number, read.text) for read in read_outline(written)] == [
        (line.level, line.number, line.text)
    ]

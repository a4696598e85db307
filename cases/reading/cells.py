"""The text of a table's cell: lines as the paper's outline has them.

Cells come as paragraphs, as visual lines of a page, as a run of items on one line,
or as bits of markup that a converter left. What comes out are lines, each with one
item; no word is changed or left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from platform_site.lib.numbering import Level, read_outline

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

# Tags as converters write them; <名稱> and 5<6 are text.
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>p|br|div|ol|ul|li|span|b|strong|u|i|em|sup|sub|table|tbody"
    r"|thead|tr|td|th|font)\b[^<>]{0,200}>",
    re.IGNORECASE,
)
_INLINE = frozenset(("span", "b", "strong", "u", "i", "em", "sup", "sub", "font"))
_ENTITY = re.compile(r"&(?:nbsp|lt|gt|amp|quot|apos|#\d{1,6}|#x[0-9a-fA-F]{1,5});")

_SENTENCE_ENDS = "。；;！!？?：:"
_CLOSINGS = "」』）)】》”"


def without_markup(cell: str) -> str:
    """Return a cell without a converter's tags, a line for each paragraph of them.

    Inside <ul>, whose items such converters run together, a full stop before a
    space ends a line. A cell without tags stays as it is.
    """
    if not _TAG.search(cell):
        return cell
    parts: list[str] = []
    place, lists = 0, 0
    for tag in _TAG.finditer(cell):
        parts.append(_items(cell[place : tag.start()], in_list=lists > 0))
        place = tag.end()
        name = tag["name"].lower()
        if name == "ul":
            lists = max(0, lists + (-1 if tag["close"] else 1))
        if name not in _INLINE:
            parts.append("\n")
    parts.append(_items(cell[place:], in_list=lists > 0))
    plain = _ENTITY.sub(lambda found: html.unescape(found[0]), "".join(parts))
    return "\n".join(line for line in map(str.strip, plain.split("\n")) if line)


def _items(text: str, *, in_list: bool) -> str:
    return re.sub(r"。[ \u3000]+(?=\S)", "。\n", text) if in_list else text


# Items run together --------------------------------------------------------------

_LOOKED_AHEAD = 400
_NEARBY = 12
_STARTS = re.compile(
    r"(?P<digit>\d{1,2})[.、](?!\d(?!\d{1,2}\s?年))"
    r"|[(](?P<bracket>\d{1,2})[)][.、]?"
    r"|(?P<letter>[A-Z])[.](?![A-Za-z])"
    r"|(?P<chinese>[一二三四五六七八九十]{1,3})、"
    r"|[(](?P<round>[一二三四五六七八九十]{1,3})[)][、]?"
)
_LEVEL_OF = {
    "digit": Level.DIGIT,
    "bracket": Level.DIGIT_BRACKET,
    "letter": Level.LETTER,
    "chinese": Level.CHINESE,
    "round": Level.CHINESE_BRACKET,
}


def _number(kind: str, written: str) -> int:
    if kind == "letter":
        return ord(written) - ord("A") + 1
    if written.isdecimal():
        return int(written)
    lines = read_outline(f"{written}、 x")
    return lines[0].number if lines else 0


def split_items(text: str) -> list[str]:
    """Return the lines of a text, one for each item that its numbers tell.

    On one line a number begins an item where it is the next of a list that is
    open, after a space or the end of a sentence, or a 1 whose 2 follows later.
    """
    lines: list[str] = []
    open_lists: dict[Level, int] = {}
    for raw in text.split("\n"):
        line = raw.strip()
        if line:
            lines.extend(_split_line(line, open_lists))
    return lines


def _split_line(line: str, open_lists: dict[Level, int]) -> Iterator[str]:
    folded = line.translate(_HALF_WIDTH)
    starts = [
        (found.start(), _LEVEL_OF[kind], _number(kind, found[kind]), found.end())
        for found in _STARTS.finditer(folded)
        for kind in _LEVEL_OF
        if found[kind] is not None
    ]
    place = 0
    for count, (start, level, number, end) in enumerate(starts, start=1):
        if not number:
            continue
        if start == 0:
            _open(open_lists, level, number)
            continue
        if not _is_boundary(folded, start, end, level):
            continue
        if open_lists.get(level, 0) + 1 == number and number > 1:
            is_item = True
        else:
            later = starts[count : count + _LOOKED_AHEAD]
            is_item = (
                number == 1
                and level not in open_lists
                and _goes_on(folded, level, later, open_lists)
            )
        if is_item:
            yield line[place:start].rstrip()
            place = start
            _open(open_lists, level, number)
    yield line[place:]


def _open(lists: dict[Level, int], level: Level, number: int) -> None:
    for deeper in [each for each in lists if each > level]:
        del lists[deeper]
    lists[level] = number


def _is_boundary(folded: str, start: int, end: int, level: Level) -> bool:
    """Whether an item may begin here: after a sentence, or set off by spaces."""
    near = folded[max(0, start - _NEARBY) : start]
    before = near.rstrip()
    if before.endswith(tuple(_SENTENCE_ENDS)):
        return True
    spaced = len(before) < len(near)
    if level in (Level.DIGIT, Level.DIGIT_BRACKET, Level.LETTER):
        is_part = before.endswith(("第", ".", ",", "、", "(", "～", "~", "-"))
        return spaced and folded[end : end + 1].isspace() and not is_part
    return spaced and before.endswith(tuple(_CLOSINGS))


def _goes_on(
    folded: str,
    level: Level,
    later: Sequence[tuple[int, Level, int, int]],
    open_lists: dict[Level, int],
) -> bool:
    """Whether a 1 has its 2 before a list above it goes on."""
    for start, other, number, _ in later:
        if other == level and number == 2:
            return (
                folded[:start].rstrip().endswith(tuple(_SENTENCE_ENDS + _CLOSINGS))
                or folded[start - 1].isspace()
            )
        if other in open_lists and other < level and number == open_lists[other] + 1:
            return False
    return False


# Lines that belong together ------------------------------------------------------


def is_numbered(line: str) -> bool:
    """Whether a line begins with the number of an item."""
    found = read_outline(line)
    return bool(found and found[0].marker)


def ends_sentence(line: str) -> bool:
    """Whether a line is at the end of a sentence, brackets after it aside."""
    stripped = line.rstrip().rstrip(_CLOSINGS)
    return stripped.endswith(tuple("。！!？?；;")) or line.rstrip().endswith(
        ("：", ":", "】")
    )


def goes_on(above: str, below: str) -> bool:
    """Whether a sentence that a page or a line broke goes on in ``below``."""
    if not above.strip() or not below.strip():
        return False
    return not (ends_sentence(above) or is_numbered(below) or is_mark(below))


def is_mark(line: str) -> bool:
    """Whether a line begins with a mark like 【…】 or a sign that sets it off."""
    return line.lstrip().startswith(("【", "◆", "◇", "●", "○", "■", "□", "※", "•", "‧"))


def join(above: str, below: str) -> str:
    """Put the two halves of a broken line together again."""
    first, second = above.rstrip(), below.lstrip()
    glue = first[-1:].isascii() and second[:1].isascii()
    is_word = glue and first[-1:].isalnum() and second[:1].isalnum()
    return (
        f"{first} {second}" if is_word and not first[-1].isdigit() else first + second
    )


def reflow(lines: list[str]) -> list[str]:
    """Return paragraphs from the visual lines of a page."""
    joined: list[str] = []
    for line in lines:
        if joined and goes_on(joined[-1], line):
            joined[-1] = join(joined[-1], line)
        else:
            joined.append(line)
    return joined

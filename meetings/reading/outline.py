"""The items of a section: wrapped lines joined, lists within lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from meetings.reading.lines import BULLET, Line, Mark
from meetings.reading.words import Words, join
from platform_site.lib.numbering import Level, to_chinese, write_marker

_FINISHED = re.compile(r"[。!?;:…][」』)\"]*$")
_GROUP_ALONE = re.compile(
    r"[\u4e00-\u9fff]{2,9}組\s*(?:\([^()]{1,20}\))?\s*:?|\(\s?[\u4e00-\u9fff]{2,9}組\s?\)\s?:?"
)


# What is said of a matter: each label begins afresh, whatever list stood above.
_LABEL = re.compile(
    r"(?:案\s?由|提\s?案|議\s?案|議題(?=\s?[一二三四五六七八九十0-9])|說\s{0,4}明|辦\s{0,4}法|擬\s{0,4}辦|(?:辦理|執行)(?:情形|進度)|決\s{0,4}議|決\s{0,4}定|結\s{0,4}論|裁\s{0,4}示|會議決議|主席裁示|會議結論|討論案|報告案|提案單位|提案機關)"
    r"\s?[一二三四五六七八九十0-9]{0,3}\s?(?::|(?<=[一二三四五六七八九十0-9])、)"
)


_ANSWER = re.compile(
    r"(?:說\s{0,4}明|辦\s{0,4}法|擬\s{0,4}辦|(?:辦理|執行)(?:情形|進度)|(?:會議|主席)?(?:決\s{0,4}議|決\s{0,4}定|結\s{0,4}論|裁\s{0,4}示))\s?:"
)
_ONLY_NAME = re.compile(r"[^、,。;:!?「」『』]{4,32}")
_HEADS_CASES = re.compile(
    r"[^、,。;:!?「」『』]{0,10}(?:案件|提案|事項|部分|討論|撤案|改名|更名|併案|新增|解列|列管)"
)
_SPEAKS = re.compile(
    r"本案|本項|請[各四新臺桃基提於依市縣]|各市|各縣市|四市|[0-9]\s?市|已[於完由辦]|業[已經於]|因[^應素]|俟|待[^遇]|經[各四市本查評檢討]"
    r"|照案|同意|不同意|持續|繼續|解除列管|解列|暫[不緩]|建議|擬[於請由]|原則|配合|目前|後續|將[於由]|由[各四市]|為[利求使避]|有關|考量|鑑於"
)


@dataclass
class Item:
    """An item of a list, or a paragraph without a number, and what it holds."""

    mark: Mark | None
    words: Words
    line: int
    indent: int = 0
    children: list[Item] = field(default_factory=list)

    def walk(self) -> Iterator[Item]:
        """The item and everything in it, in printed order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def all_words(self) -> Words:
        """The words of the item and of everything in it."""
        return join(item.words for item in self.walk())


@dataclass(frozen=True)
class Gap:
    """A number that does not follow the one before it."""

    line: int
    before: str
    after: str


def is_group_heading(words: Words) -> bool:
    """Whether a line is only the name of a group."""
    return bool(_GROUP_ALONE.fullmatch(words.folded))


def begins_label(words: Words) -> bool:
    """Whether a line begins with 案由：, 決議： or the like."""
    return bool(_LABEL.match(words.folded))


def never_alone(words: Words) -> bool:
    """For sections in which no line but a group's name stands alone."""
    return is_group_heading(words)


def read_items(
    lines: list[Line],
    stands_alone: Callable[[Words], bool] = never_alone,
    begins: Callable[[Words], bool] = begins_label,
) -> tuple[list[Item], list[Gap]]:
    """Return the items of ``lines`` as trees, and gaps in their numbers.

    A line that ``stands_alone`` is not joined with others; one without a number
    that ``begins`` something belongs to no list above it.
    """
    flat = _paragraphs(lines, stands_alone, begins)
    return _trees(flat, lambda words: stands_alone(words) or begins(words))


def written(items: list[Item]) -> str:
    """Return the items as a text in the official outline, one line each."""
    lines = []
    for root in items:
        for item in root.walk():
            words = item.words.plain()
            mark = item.mark
            if mark and mark.level <= Level.LETTER_BRACKET:
                words = write_marker(Level(mark.level), mark.number) + words
            elif mark and mark.sign:
                words = f"{mark.sign} {words}"
            if words:
                lines.append(words)
    return "\n".join(lines)


def _paragraphs(
    lines: list[Line],
    stands_alone: Callable[[Words], bool],
    begins: Callable[[Words], bool],
) -> list[Item]:
    """Join each line that goes on with the words above it."""
    items: list[Item] = []
    parts: list[Words] = []
    last: dict[int, int] = {}

    def close() -> None:
        if items and parts:
            items[-1].words = join(parts).tidied()

    for line in lines:
        above = parts[-1] if parts else None
        goes_on = (
            above is not None
            and not _FINISHED.search(above.folded)
            and not stands_alone(above)
            and not (len(parts) == 1 and _heads(items[-1], line))
        )
        if line.mark and _is_believed(line, last, parts if goes_on else []):
            line.mark = _with_lost_brackets(line.mark, last)
            level = line.mark.level
            last = {seen: nth for seen, nth in last.items() if seen < level}
            last[level] = line.mark.number
        elif goes_on and not stands_alone(line.words) and not begins(line.words):
            parts.append(line.words)
            continue
        else:
            line = Line(line.number, line.words, None, line.edge, line.indent)
        close()
        parts = [line.rest]
        items.append(Item(line.mark, line.rest, line.number, line.indent))
    close()
    return items


def _heads(item: Item, line: Line) -> bool:
    """Whether an item only names what the line below it speaks of."""
    return (
        item.mark is not None
        and line.mark is None
        and (
            _HEADS_CASES.fullmatch(item.words.folded) is not None
            or (
                _ONLY_NAME.fullmatch(item.words.folded) is not None
                and _SPEAKS.match(line.words.folded) is not None
            )
        )
    )


_ALIKE = {
    Level.CHINESE: Level.CHINESE_BRACKET,
    Level.CHINESE_BRACKET: Level.CHINESE,
    Level.DIGIT: Level.DIGIT_BRACKET,
    Level.DIGIT_BRACKET: Level.DIGIT,
}


def _with_lost_brackets(mark: Mark, last: dict[int, int]) -> Mark:
    """The number with the brackets its list has: 四、 behind （三） is （四）."""
    other = _ALIKE.get(Level(mark.level)) if mark.level in _ALIKE else None
    if other is None or mark.number < 3 or last.get(mark.level, 0) + 1 == mark.number:
        return mark
    if last.get(other, 0) + 1 != mark.number:
        return mark
    return replace(mark, level=other)


def _is_believed(line: Line, last: dict[int, int], above: list[Words]) -> bool:
    """Whether the number at the head of a line is one, not part of a sentence."""
    mark = line.mark
    assert mark
    if not above:
        return not _goes_straight_on(line, mark)
    if mark.level == BULLET:
        return True
    if last.get(mark.level, 0) + 1 == mark.number and mark.number > 1:
        return True
    if _goes_straight_on(line, mark):
        return False
    tail = "".join(part.folded for part in above[-3:])
    if _is_open(tail) and _closes_first(line.words.folded):
        return False
    is_weekday = mark.level == Level.CHINESE_BRACKET and mark.number <= 6
    if is_weekday and tail.rstrip().endswith("日"):
        return False
    return mark.dashed or mark.number == 1 or (mark.spaced and mark.number < 30)


def _goes_straight_on(line: Line, mark: Mark) -> bool:
    """三、四級毒品 and 一、二樓: the next number follows at once."""
    if mark.level != Level.CHINESE or mark.dashed or not 0 < mark.number < 99:
        return False
    return (
        line.rest.folded.startswith(to_chinese(mark.number + 1))
        and line.rest.folded[len(to_chinese(mark.number + 1)) :].lstrip()[:1]
        not in "、."
    )


def _is_open(text: str) -> bool:
    return text.count("「") > text.count("」")


def _closes_first(text: str) -> bool:
    close, opening = text.find("」"), text.find("「")
    return close >= 0 and (opening < 0 or close < opening)


def _trees(
    flat: list[Item], is_root: Callable[[Words], bool]
) -> tuple[list[Item], list[Gap]]:
    roots: list[Item] = []
    stack: list[Item] = []
    gaps: list[Gap] = []
    home: Item | None = None  # what the labels last seen belong to
    for item in flat:
        if item.mark is None:
            if _ANSWER.match(item.words.folded):
                # 說明： and 決議： of one matter stand side by side.
                is_open = home is _NOBODY or any(home is each for each in stack)
                if home is None or not is_open:
                    home = stack[-1] if stack else _NOBODY
                while stack and stack[-1] is not home:
                    stack.pop()
            elif is_root(item.words):
                stack.clear()
                home = _NOBODY
            (stack[-1].children if stack else roots).append(item)
            continue
        level = item.mark.level
        while stack and _ends(stack[-1], item, level):
            stack.pop()
        siblings = stack[-1].children if stack else roots
        gap = _gap(siblings, item)
        if gap:
            gaps.append(gap)
        siblings.append(item)
        stack.append(item)
    return roots, gaps


_NOBODY = Item(None, Words("", []), 0)


def _ends(open_item: Item, item: Item, level: int) -> bool:
    """Whether ``item`` does not belong in ``open_item``."""
    assert open_item.mark
    assert item.mark
    if open_item.mark.level >= level:
        return True
    # A dash whose number was lost stands beside numbered dashes as far in.
    return (
        level == BULLET
        and open_item.mark.dashed
        and item.mark.dashed
        and open_item.mark.level in (Level.DIGIT, Level.DIGIT_BRACKET)
        and open_item.indent == item.indent
    )


def _gap(siblings: list[Item], item: Item) -> Gap | None:
    mark = item.mark
    assert mark
    if mark.level == BULLET:
        return None
    marked = (other.mark for other in reversed(siblings) if other.mark)
    before = list(islice(marked, 3))
    if any(other.level == BULLET for other in before):
        return None
    same = [other for other in before[:1] if other.level == mark.level]
    if same and mark.number not in (same[0].number + 1, 1):
        return Gap(item.line, same[0].numeral, mark.numeral)
    if not before and mark.number > 1:
        return Gap(item.line, "", mark.numeral)
    return None

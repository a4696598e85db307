"""Motions made at a meeting (臨時動議), one after another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meetings.reading.outline import Item, written
from meetings.reading.words import Words, join

_NONE = re.compile(
    r"\(?(?:無|略|沒有|從略|本次無|無臨時動議|無其他(?:事項|臨時動議|意見|提案)?|本次會議無臨時動議|N/?A)\)?[。.]?"
)
_MATTER = re.compile(
    r"(?:案\s?由|提\s?案|議\s?案)\s?[一二三四五六七八九十0-9]{0,3}\s?[:、]"
)
_BELONGS = re.compile(
    r"(?:說明|決議|決定|辦法|裁示|結論|處理情形|建議|擬辦|討論|主席裁示|會議決議)\s*(?::|$)"
)


@dataclass(frozen=True)
class ReadMotion:
    """A motion with all that was said of it."""

    text: str
    words: Words
    line: int


def read_motions(items: list[Item]) -> list[ReadMotion]:
    """Return the motions; 無 is none."""
    groups: list[list[Item]] = []
    for item in items:
        if _NONE.fullmatch("".join(item.words.folded.split())) and not item.children:
            continue
        folded = item.words.folded
        belongs = groups and (
            bool(_BELONGS.match(folded))
            or (item.mark is None and not _MATTER.match(folded))
        )
        if belongs:
            groups[-1].append(item)
        else:
            groups.append([item])
    return [_motion(group) for group in groups]


def _motion(items: list[Item]) -> ReadMotion:
    first = Item(None, items[0].words, items[0].line, children=items[0].children)
    words = join(part for item in items for part in [item.all_words()])
    return ReadMotion(written([first, *items[1:]]), words, items[0].line)

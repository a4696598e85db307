"""Cutting items of a resolution into sentences, names and what is said of them."""

from __future__ import annotations

import re

from cases.reading.listed_names import NUMBER, QUOTED, masked
from meetings.reading.outline import Item
from meetings.reading.words import Words, join

_SENTENCE = re.compile(r"[。;]")


def sentences(words: Words) -> list[Words]:
    """The sentences of an item; quotations are not cut."""
    mask = masked(words.folded)
    parts = []
    start = 0
    for found in _SENTENCE.finditer(mask):
        parts.append(words[start : found.end()].strip())
        start = found.end()
    parts.append(words[start:].strip())
    return [part for part in parts if part]


def names_end(rest: Words) -> tuple[Words, Words | None]:
    """Divide what stands behind a heading into the names and the rest."""
    mask = masked(rest.folded)
    end = len(mask)
    counted = re.search(rf"等\s?(?:{NUMBER})?\s?(?:件|項)?(?:合作)?案", mask)
    if counted:
        return rest[: counted.start()], rest[counted.end() :].strip(",。; ") or None
    found = re.search(rf"[。;]|(?<=[{QUOTED})])\s*,(?!\s*{QUOTED})", mask)
    if found:
        end = found.start()
    return rest[:end], rest[end:].strip(",。; ") or None


def divide(item: Item) -> tuple[Words, Words]:
    """Divide an item into the name at its head and what is said of it."""
    words = item.words
    mask = masked(words.folded)
    depth = 0
    cut = None
    for place, char in enumerate(mask):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == ":" and depth <= 0:
            cut = place
            break
        if char == "。":
            break
    below = [child.all_words() for child in item.children]
    if cut is not None:
        return words[:cut].strip(), join([words[cut + 1 :].strip(), *below])
    return words.strip("。 "), join(below)

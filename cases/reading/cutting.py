"""Cutting items of a resolution into sentences, names and what is said of them."""

from __future__ import annotations

import re

from cases.reading.listed_names import NUMBER, QUOTED, masked
from meetings.reading.clock import number
from meetings.reading.outline import Item
from meetings.reading.words import Words, join

_NAMES_END = re.compile(
    rf"[。;]|(?<=[{QUOTED})])\s*(?:等|共|計)?\s?(?:{NUMBER}|乙)?\s?(?:件|項)?(?:合作|提)?案?\s*,(?!\s*{QUOTED})"
    r"|,(?=\s*(?:本案|本項|請|已|業|因|同意|均|皆|由|俟|待|擬|建議|持續|後續|目前|仍|予以|解除|各|四市|無))"
)
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


_COUNTED = re.compile(rf"等\s?({NUMBER})?\s?(?:件|項)?(?:合作)?案")


def counted(words: Words) -> int | None:
    """How many cases are named before 等…案."""
    found = _COUNTED.search(masked(words.folded))
    return number(found[1]) if found and found[1] else None


def names_end(rest: Words) -> tuple[Words, Words | None]:
    """Divide what stands behind a heading into the names and the rest."""
    mask = masked(rest.folded)
    behind = _COUNTED.search(mask)
    if behind:
        return rest[: behind.start()], rest[behind.end() :].strip(",。; ") or None
    found = _NAMES_END.search(mask)
    if found is None:
        return rest, None
    return rest[: found.start()], rest[found.end() :].strip(",。; ") or None


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
    names, tail = names_end(words)
    return names.strip("。 "), join([tail, *below] if tail else below)

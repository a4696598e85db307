"""Pieces of a paper that know where in it they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

# One character for one: places in the folded text are places in the paper.
_FOLDING = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
for _code in (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00)):
    _plain = unicodedata.normalize("NFKC", chr(_code))
    if len(_plain) == 1:
        _FOLDING[_code] = ord(_plain)
for _from, _to in zip(
    "\u3000\xa0\t\v\f丶﹑､﹒．｡﹐﹔﹕︰∶“”‘’〝〞﹁﹂﹃﹄〔〕【】〈〉－–—─―‐−⺠⻄⻑⻘⻝⻩⻋⻅⺟",
    "     、、、..。,;:::「」『』「」「」『』()()()-------民西長青食黃車見母",
    strict=True,
):
    _FOLDING[ord(_from)] = ord(_to)

_SPREAD = 5  # characters alone in a line that is set with spaces
_IDEOGRAPH = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]")


def fold(text: str) -> str:
    """Half width, one kind of dash, colon and quotation mark; as long as ``text``."""
    return text.translate(_FOLDING)


class Words:
    """A piece of text with the place in the paper of each of its characters.

    ``folded`` is for looking things up in, ``text`` for showing; both are as long.
    """

    __slots__ = ("folded", "places", "text")

    def __init__(self, text: str, places: list[int], folded: str | None = None) -> None:
        self.text = text
        self.places = places
        self.folded = fold(text) if folded is None else folded

    @classmethod
    def of(cls, paper: str, start: int, end: int) -> Words:
        """Return the characters of ``paper`` from ``start`` to ``end``."""
        return cls(paper[start:end], list(range(start, end)))

    @property
    def start(self) -> int:
        """Where in the paper the piece begins."""
        return self.places[0]

    @property
    def end(self) -> int:
        """Where in the paper the piece ends."""
        return self.places[-1] + 1

    def __len__(self) -> int:
        return len(self.text)

    def __bool__(self) -> bool:
        return bool(self.text)

    def __repr__(self) -> str:
        return f"Words({self.text!r})"

    def __getitem__(self, part: slice) -> Words:
        return Words(self.text[part], self.places[part], self.folded[part])

    def strip(self, also: str = "") -> Words:
        """Return the piece without white space, and characters of ``also``, around it."""
        start, end = 0, len(self.text)
        while start < end and _is_edge(self.folded[start], also):
            start += 1
        while end > start and _is_edge(self.folded[end - 1], also):
            end -= 1
        return self[start:end]

    def tidied(self) -> Words:
        """Return the piece without lone spaces between ideographs, "…" as 「…」."""
        places = [
            place
            for place in range(len(self.text))
            if not (
                self.text[place] == " "
                and 0 < place < len(self.text) - 1
                and _IDEOGRAPH.match(self.text[place - 1])
                and _IDEOGRAPH.match(self.text[place + 1])
            )
        ]
        if len(places) == len(self.text) and '"' not in self.folded:
            return self
        return Words(
            "".join(self.text[place] for place in places),
            [self.places[place] for place in places],
            requoted("".join(self.folded[place] for place in places)),
        )

    def drawn_together(self) -> Words:
        """Return a line set 會 議 紀 錄 without the space behind each character."""
        pieces = self.text.split()
        single = sum(len(piece) == 1 for piece in pieces)
        if single < _SPREAD or single < 0.9 * len(pieces):
            return self
        places = [
            place
            for place, char in enumerate(self.text)
            # A wide gap parts words, as before 紀錄 on the line of the chair.
            if not char.isspace()
            or char == "\t"
            or (place > 1 and not self.text[place - 2 : place + 1].strip())
        ]
        return Words(
            "".join(self.text[place] for place in places),
            [self.places[place] for place in places],
        )

    def plain(self) -> str:
        """Return the text for showing, without the white space of the layout."""
        return unlaid(self.text)


def requoted(folded: str) -> str:
    """Return ``folded`` with pairs of straight quotation marks as 「…」."""
    parts = folded.split('"')
    if len(parts) % 2 == 0 or len(parts) == 1:
        return folded
    quoted = [part + "「」"[place % 2] for place, part in enumerate(parts[:-1])]
    return "".join([*quoted, parts[-1]])


def _is_edge(char: str, also: str) -> bool:
    return char.isspace() or char in also


def join(pieces: Iterable[Words]) -> Words:
    """Return the pieces as one; a space only between two that would run together."""
    text: list[str] = []
    folded: list[str] = []
    places: list[int] = []
    for piece in pieces:
        if not piece:
            continue
        if text and _needs_space(text[-1][-1], piece.text[0]):
            text.append(" ")
            folded.append(" ")
            places.append(places[-1])
        text.append(piece.text)
        folded.append(piece.folded)
        places.extend(piece.places)
    return Words("".join(text), places, "".join(folded))


def _needs_space(before: str, after: str) -> bool:
    return all(char.isascii() and char.isalnum() for char in (before, after))


def unlaid(text: str) -> str:
    """Return ``text`` with one space for white space, none between ideographs."""
    return _laid(text, all)


def unspaced(text: str) -> str:
    """Return ``text`` with one space for white space, none beside an ideograph."""
    return _laid(text, any)


def _laid(text: str, needed: Callable[[Iterable[bool]], bool]) -> str:
    kept: list[str] = []
    for part in text.split():
        if kept:
            sides = (kept[-1][-1], part[0])
            if not needed(bool(_IDEOGRAPH.match(side)) for side in sides):
                kept.append(" ")
        kept.append(part)
    return "".join(kept)

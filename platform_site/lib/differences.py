"""What changed from one text to another, piece by piece, for people to look at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

# Lines first, words inside the lines that differ: comparing is quadratic, and a line
# as long as this is shown as wholly taken out and put in.
LONGEST_LINE = 4000
# Comparing looks at every pair of signs that are alike, again and again: about a second
# for so many in all. What would take more is shown as taken out and put in.
MOST_PAIRS = 200_000
# Fewer than so many signs in common between two changes are noise, not a text.
SHORTEST_COMMON = 2

# A word: Latin letters, a number with what belongs to it, or one sign of its own.
WORD = re.compile(r"[A-Za-z]+|[0-9]+(?:[.,/:-][0-9]+)*%?|\n|.", re.DOTALL)
# Stands for lines in which nothing changed.
OMITTED = "……"
LINE = re.compile(r"[^\n]*\n|[^\n]+")

# What happened, and the signs it happened to, before and after.
_Change = tuple[str, Sequence[str], Sequence[str]]


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, came or went; ``kind`` says which."""

    kind: str  # same, added, removed
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """Return the pieces that lead from ``old`` to ``new``, in reading order.

    Those that stayed or went make up ``old``, those that stayed or came ``new``. What
    went stands before what came in its place.
    """
    return list(_joined(_by_line(LINE.findall(old), LINE.findall(new), _Patience())))


class _Patience:
    """How much may still be compared in one text."""

    def __init__(self) -> None:
        self.pairs = MOST_PAIRS

    def compare(self, old: Sequence[str], new: Sequence[str]) -> Iterator[_Change]:
        """Return what was kept and what changed, as far as there is time for it."""
        head = _alike(old, new)
        tail = _alike(old[head:][::-1], new[head:][::-1])
        a, b = old[head : len(old) - tail], new[head : len(new) - tail]
        yield "equal", old[:head], new[:head]
        counts = Counter(b)
        pairs = sum(counts[each] for each in a)
        if pairs > self.pairs:
            yield "replace", a, b
        else:
            self.pairs -= pairs
            matcher = SequenceMatcher(None, a, b, autojunk=False)
            for tag, i, j, k, m in matcher.get_opcodes():
                yield tag, a[i:j], b[k:m]
        yield "equal", old[len(old) - tail :], new[len(new) - tail :]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many at the beginning of both are the same."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _by_line(
    old: Sequence[str], new: Sequence[str], patience: _Patience
) -> Iterator[Piece]:
    for tag, a, b in patience.compare(old, new):
        before, after = "".join(a), "".join(b)
        if tag == "equal":
            yield Piece("same", before)
        elif not before or not after or max(len(before), len(after)) > LONGEST_LINE:
            yield Piece("removed", before)
            yield Piece("added", after)
        else:
            yield from _by_word(WORD.findall(before), WORD.findall(after), patience)


def _by_word(
    old: Sequence[str], new: Sequence[str], patience: _Patience
) -> Iterator[Piece]:
    gone: list[str] = []
    come: list[str] = []
    left = [len(old), len(new)]
    for tag, a, b in patience.compare(old, new):
        left = [left[0] - len(a), left[1] - len(b)]
        before, after = "".join(a), "".join(b)
        # At either end too little to be noise is still where the text goes on.
        inside = bool(gone or come) and all(left)
        if tag == "equal" and not (inside and len(before) < SHORTEST_COMMON):
            yield Piece("removed", "".join(gone))
            yield Piece("added", "".join(come))
            gone.clear()
            come.clear()
            yield Piece("same", before)
        else:
            gone.append(before)
            come.append(after)
    yield Piece("removed", "".join(gone))
    yield Piece("added", "".join(come))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Join neighbours of one kind, those that went before those that came."""
    same, gone, come = "", "", ""
    for piece in pieces:
        if piece.kind == "same":
            if piece.text and (gone or come):
                yield from _told(same, gone, come)
                same, gone, come = "", "", ""
            same += piece.text
        elif piece.kind == "removed":
            gone += piece.text
        else:
            come += piece.text
    yield from _told(same, gone, come)


def _told(same: str, gone: str, come: str) -> Iterator[Piece]:
    for kind, text in (("same", same), ("removed", gone), ("added", come)):
        if text:
            yield Piece(kind, text)


def changed_lines(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Leave out the lines in which nothing changed; a mark stands for them."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        for at, words in enumerate(piece.text.split("\n")):
            if at:
                lines.append([])
            if words:
                lines[-1].append(Piece(piece.kind, words))
    told = [line for line in lines if line]
    shown = [any(piece.kind != "same" for piece in line) for line in told]
    for at, line in enumerate(told):
        if shown[at]:
            if at:
                yield Piece("same", "\n")
            yield from line
        elif at == 0 or shown[at - 1]:
            yield Piece("same", "\n" + OMITTED if at else OMITTED)

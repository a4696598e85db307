"""The paper beside the facts: its lines, with the words a fact came from marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.readings.result import Span
from cases.readings.review import Review

# What a page can hold; a longer paper is read in the file itself.
MOST_CHARACTERS = 300_000


@dataclass(frozen=True)
class Piece:
    """A piece of a line; ``row`` is the fact it told, ``is_first`` its first piece."""

    text: str
    row: int | None = None
    is_first: bool = False


@dataclass(frozen=True)
class PaperLine:
    """A line of the paper under its number."""

    number: int
    pieces: Sequence[Piece]
    is_unread: bool = False
    is_warned: bool = False


@dataclass(frozen=True)
class Shown:
    """The lines that are shown, and whether the paper goes on."""

    lines: Sequence[PaperLine]
    is_cut: bool


def paper_lines(review: Review) -> Shown:
    """Return the lines of the paper that these minutes stand in."""
    text, facts = review.paper.text, review.facts
    whole = facts.span or Span(0, len(text))
    end = min(whole.end, whole.start + MOST_CHARACTERS)
    unread = {note.line for note in facts.unread}
    warned = {note.line for note in facts.warnings}
    marks = sorted(
        (row.decision.source_start, row.decision.source_end, row.decision.order)
        for row in review.rows
        if row.decision.source_start is not None
    )
    spans = list(_apart(marks))
    lines = [
        PaperLine(number, pieces, number in unread, number in warned)
        for number, pieces in _lines(text, whole.start, end, spans)
        if pieces or number in unread
    ]
    return Shown(lines, is_cut=end < whole.end)


def line_of(text: str, place: int) -> int:
    """Return the number of the line that a character stands in."""
    return text.count("\n", 0, place) + 1


def _apart(
    marks: Sequence[tuple[int | None, int | None, int]],
) -> Iterator[tuple[int, int, int]]:
    """Give the marks without what an earlier one covers."""
    covered = 0
    for start, end, row in marks:
        assert start is not None
        assert end is not None
        if end > covered:
            yield max(start, covered), end, row
            covered = end


def _lines(
    text: str, start: int, end: int, spans: Sequence[tuple[int, int, int]]
) -> Iterator[tuple[int, list[Piece]]]:
    number, place, at, seen = line_of(text, start), start, 0, set[int]()
    while place < end:
        stop = text.find("\n", place, end)
        stop = end if stop < 0 else stop
        pieces: list[Piece] = []
        while at < len(spans) and spans[at][1] <= place:
            at += 1
        here, then = place, at
        while then < len(spans) and spans[then][0] < stop:
            first, last, row = spans[then]
            _add(pieces, text[here : max(first, here)])
            inner = text[max(first, here) : min(last, stop)]
            _add(pieces, inner, row, is_first=row not in seen)
            seen.add(row)
            here = max(here, min(last, stop))
            then += 1
        _add(pieces, text[here:stop])
        yield number, pieces
        number, place = number + 1, stop + 1


def _add(
    pieces: list[Piece], text: str, row: int | None = None, *, is_first: bool = False
) -> None:
    said = text.replace("\f", "").replace("\t", "　")
    if said.strip():
        pieces.append(Piece(said, row, is_first))

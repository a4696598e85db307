"""The paper beside the facts: its lines, with the words a fact came from marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cases.models import ReadDecision, ReadProgress
from cases.readings.review import Review
from cases.readings.values import Note, Span

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
    return shown_lines(
        review.paper.text,
        review.facts.span,
        [(row.decision, row.decision.order) for row in review.rows],
        unread=review.facts.unread,
        warned=review.facts.warnings,
    )


def shown_lines(
    text: str,
    whole: Span | None,
    rows: Iterable[tuple[ReadDecision | ReadProgress, int]],
    *,
    unread: Iterable[Note],
    warned: Iterable[Note],
) -> Shown:
    """Return the lines of a paper with the words marked that its rows came from."""
    whole = whole or Span(0, len(text))
    end = min(whole.end, whole.start + MOST_CHARACTERS)
    marks = sorted(
        (row.source_start, row.source_end, order)
        for row, order in rows
        if row.source_start is not None
    )
    are_unread = {note.line for note in unread}
    are_warned = {note.line for note in warned}
    lines = [
        PaperLine(number, pieces, number in are_unread, number in are_warned)
        for number, pieces in _lines(text, whole.start, end, list(_apart(marks)))
        if pieces or number in are_unread
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

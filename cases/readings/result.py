"""What the reader says about minutes, taken for no more than a foreign file's word.

The child process that read a hostile file may say anything: what is not of the
reader's form is refused as a whole, and nothing is cut to fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any, TypeVar

from cases.models import LedgerEntry
from cases.readings.values import (
    MOST_ROWS,
    ODD,
    Note,
    Span,
    a_line,
    a_list,
    a_moment,
    a_note,
    a_number,
    a_span,
    a_text,
    paper_text,
)
from platform_site.reading.document import Refused

MOST_MINUTES = 60
_COUNTS = ("listed", "delisted", "continued")

T = TypeVar("T")


@dataclass(frozen=True)
class Person:
    """A chair as printed."""

    name: str
    title: str
    organization: str


@dataclass(frozen=True)
class HeadingFacts:
    """A heading and what stands below it."""

    heading: str
    qualifier: str
    text: str
    kind: str


@dataclass(frozen=True)
class DecisionFacts:
    """What was decided about one case; ``action`` is empty where no code fits.

    ``into`` is the case another one ends in, ``came_from`` those that a new one was
    split from.
    """

    group: str
    case: str
    action: str
    span: Span | None
    reason: str = ""
    words: str = ""
    new_name: str = ""
    into: str = ""
    came_from: Sequence[str] = ()
    note: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class ClaimFacts:
    """A number the paper states; ``group`` is empty for the whole meeting."""

    group: str
    counts: str
    number: int
    words: str


@dataclass(frozen=True)
class ResolutionFacts:
    """A resolution as worded; ``group`` is empty for the whole meeting."""

    group: str
    text: str
    span: Span | None


@dataclass(frozen=True)
class RemarkFacts:
    """What one speaker said, item by item."""

    speaker: str
    title: str
    items: Sequence[str]


@dataclass(frozen=True)
class MotionFacts:
    """A motion, and the cases it names."""

    text: str
    cases: Sequence[str]


@dataclass(frozen=True)
class AttachmentFacts:
    """A paper that belongs to the minutes."""

    title: str
    text: str


@dataclass(frozen=True)
class MinutesFacts:
    """All that was read of one meeting's minutes."""

    title: str
    platform: str
    series: str
    group: str
    roc_year: int | None
    number: int | None
    held_on: date | None
    starts_at: time | None
    ends_at: time | None
    place: str
    recorder: str
    span: Span
    chairs: Sequence[Person] = ()
    sections: Sequence[HeadingFacts] = ()
    decisions: Sequence[DecisionFacts] = ()
    claims: Sequence[ClaimFacts] = ()
    resolutions: Sequence[ResolutionFacts] = ()
    remarks: Sequence[RemarkFacts] = ()
    motions: Sequence[MotionFacts] = ()
    attachments: Sequence[AttachmentFacts] = ()
    warnings: Sequence[Note] = ()
    unread: Sequence[Note] = ()


@dataclass(frozen=True)
class PaperFacts:
    """A whole paper: its text and the minutes in it, as printed."""

    text: str
    meetings: Sequence[MinutesFacts] = field(default_factory=list)


def read_result(result: Any) -> PaperFacts:
    """Return what ``result`` says. Raises Refused where it is of another form."""
    try:
        text = paper_text(result)
        meetings = a_list(result, "meetings", MOST_MINUTES)
        spans = _spans(meetings, len(text))
        return PaperFacts(
            text,
            [
                _minutes(each, span, len(text))
                for each, span in zip(meetings, spans, strict=True)
            ],
        )
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Refused(ODD) from error


def _spans(meetings: Sequence[Any], length: int) -> list[Span]:
    """Return the part of the text that each minutes take up, from title to title."""
    titles = [a_span(each, length) for each in meetings]
    starts = sorted({title.start for title in titles if title})
    found = []
    for title in titles:
        if title is None:
            found.append(Span(0, length))
            continue
        end = min((each for each in starts if each > title.start), default=length)
        found.append(Span(0 if title.start == starts[0] else title.start, end))
    return found


def _minutes(said: Any, span: Span, length: int) -> MinutesFacts:
    starts, ends = a_moment(said, "starts_at"), a_moment(said, "ends_at")

    def each(name: str, make: Callable[[Any], T]) -> list[T]:
        return [make(row) for row in a_list(said, name, MOST_ROWS)]

    decisions = [
        decision
        for row in a_list(said, "decisions", MOST_ROWS)
        for decision in _decisions(row, length)
    ]
    if len(decisions) > MOST_ROWS:
        raise ValueError("decisions")
    return MinutesFacts(
        title=a_line(said, "title"),
        platform=a_line(said, "platform"),
        series=a_line(said, "series"),
        group=a_line(said, "group"),
        roc_year=a_number(said, "roc_year"),
        number=a_number(said, "number"),
        held_on=starts[0] or ends[0],
        starts_at=starts[1],
        ends_at=ends[1],
        place=a_line(said, "place"),
        recorder=a_line(said, "recorder"),
        span=span,
        chairs=each("chairs", _person),
        sections=each("sections", _heading),
        decisions=decisions,
        claims=[
            claim for row in a_list(said, "claims", MOST_ROWS) for claim in _claims(row)
        ],
        resolutions=each("resolutions", lambda row: _resolution(row, length)),
        remarks=each("remarks", _remark),
        motions=each("motions", _motion),
        attachments=each(
            "attachments",
            lambda row: AttachmentFacts(a_line(row, "title"), a_text(row, "text")),
        ),
        warnings=each("warnings", lambda row: a_note(row, "message")),
        unread=each("unread", lambda row: a_note(row, "text")),
    )


def _person(said: Any) -> Person:
    return Person(
        a_line(said, "name"), a_line(said, "title"), a_line(said, "organization")
    )


def _heading(said: Any) -> HeadingFacts:
    return HeadingFacts(
        a_line(said, "heading"),
        a_line(said, "qualifier"),
        a_text(said, "text"),
        a_line(said, "kind"),
    )


def _decisions(said: Any, length: int) -> list[DecisionFacts]:
    """Return what a decision says of each case: a merger is one of every case."""
    action, reason = a_line(said, "action"), a_line(said, "reason")
    decision = DecisionFacts(
        group=a_line(said, "group"),
        case=a_line(said, "case"),
        action=action if action in LedgerEntry.Kind.values and action != "void" else "",
        reason=reason if reason in LedgerEntry.Reason.values else "",
        words=a_text(said, "words"),
        new_name=a_line(said, "new_name"),
        came_from=_lines(said, "came_from"),
        note=a_line(said, "note"),
        doubt=a_line(said, "doubt"),
        span=a_span(said, length),
    )
    if not decision.case:
        raise ValueError("case")
    if action != LedgerEntry.Kind.MERGE or not decision.came_from:
        return [decision]
    begins = decision.case not in decision.came_from
    merged = [
        replace(decision, case=name, into=decision.case, came_from=())
        for name in decision.came_from
        if name != decision.case
    ]
    target = replace(
        decision,
        action=LedgerEntry.Kind.LIST if begins else LedgerEntry.Kind.CONTINUE,
        came_from=(),
    )
    return [target, *merged]


def _resolution(said: Any, length: int) -> ResolutionFacts:
    return ResolutionFacts(
        a_line(said, "group"), a_text(said, "text"), a_span(said, length)
    )


_SAYS = {"listed": "新增", "delisted": "解", "continued": "續"}


def _claims(said: Any) -> list[ClaimFacts]:
    words = _lines(said, "words")
    return [
        ClaimFacts(
            a_line(said, "group"),
            counts,
            number,
            next((each for each in words if _SAYS[counts] in each), "")
            or (words[0] if words else ""),
        )
        for counts in _COUNTS
        if (number := a_number(said, counts)) is not None
    ]


def _remark(said: Any) -> RemarkFacts:
    items = [a_text({"": item}, "") for item in a_list(said, "items", MOST_ROWS)]
    return RemarkFacts(a_line(said, "speaker"), a_line(said, "title"), items)


def _motion(said: Any) -> MotionFacts:
    return MotionFacts(a_text(said, "text"), _lines(said, "cases"))


def _lines(said: Any, name: str) -> tuple[str, ...]:
    return tuple(a_line({"": each}, "") for each in a_list(said, name))

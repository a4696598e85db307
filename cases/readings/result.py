"""What the reader says about minutes, taken for no more than a foreign file's word.

The child process that read a hostile file may say anything: what is not of the form
``docs`` and tests agree on is refused as a whole, and nothing is cut to fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
    """What was decided about one case; ``action`` is empty where no code fits."""

    group: str
    case: str
    action: str
    reason: str
    words: str
    new_name: str
    into: str
    span: Span | None


@dataclass(frozen=True)
class ClaimFacts:
    """A number the paper states; ``group`` is empty for the whole meeting."""

    group: str
    counts: str
    number: int
    words: str


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
    proposer: str
    outcome: str


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
    attendance: str
    span: Span | None
    chairs: Sequence[Person] = ()
    sections: Sequence[HeadingFacts] = ()
    decisions: Sequence[DecisionFacts] = ()
    claims: Sequence[ClaimFacts] = ()
    resolutions: Sequence[str] = ()
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
        return PaperFacts(text, [_minutes(each, len(text)) for each in meetings])
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise Refused(ODD) from error


def _minutes(said: Any, length: int) -> MinutesFacts:
    starts, ends = a_moment(said, "starts_at"), a_moment(said, "ends_at")

    def each(name: str, make: Callable[[Any], T]) -> list[T]:
        return [make(row) for row in a_list(said, name, MOST_ROWS)]

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
        attendance=a_line(said, "attendance"),
        span=a_span(said, length),
        chairs=each("chairs", _person),
        sections=each("sections", _heading),
        decisions=each("decisions", lambda row: _decision(row, length)),
        claims=[
            claim
            for row in a_list(said, "claims", MOST_ROWS)
            for claim in _claims(row, length)
        ],
        resolutions=each("resolutions", lambda row: a_text({"": row}, "")),
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


def _decision(said: Any, length: int) -> DecisionFacts:
    action, reason = a_line(said, "action"), a_line(said, "reason")
    return DecisionFacts(
        group=a_line(said, "group"),
        case=a_line(said, "case"),
        action=action if action in LedgerEntry.Kind.values and action != "void" else "",
        reason=reason if reason in LedgerEntry.Reason.values else "",
        words=a_text(said, "words"),
        new_name=a_line(said, "new_name"),
        into=a_line(said, "into"),
        span=a_span(said, length),
    )


def _claims(said: Any, length: int) -> list[ClaimFacts]:
    del length
    return [
        ClaimFacts(a_line(said, "group"), counts, number, a_line(said, "words"))
        for counts in _COUNTS
        if (number := a_number(said, counts)) is not None
    ]


def _remark(said: Any) -> RemarkFacts:
    items = [a_text({"": item}, "") for item in a_list(said, "items", MOST_ROWS)]
    return RemarkFacts(a_line(said, "speaker"), a_line(said, "title"), items)


def _motion(said: Any) -> MotionFacts:
    cases = [a_line({"": name}, "") for name in a_list(said, "cases", MOST_ROWS)]
    return MotionFacts(
        a_text(said, "text"), cases, a_line(said, "proposer"), a_text(said, "outcome")
    )

"""What the reader says about minutes, taken for no more than a foreign file's word.

The child process that read a hostile file may say anything: what is not of the form
``docs`` and tests agree on is refused as a whole, and nothing is cut to fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, TypeVar

from cases.models import LedgerEntry
from platform_site.lib.text import interchange
from platform_site.reading.document import LONGEST_TEXT, Refused

MOST_MINUTES = 60
MOST_ROWS = 2000
_ODD = "讀取結果不合格式，請洽系統管理者。"
_COUNTS = ("listed", "delisted", "continued")

T = TypeVar("T")


@dataclass(frozen=True)
class Span:
    """Characters of the paper's text."""

    start: int
    end: int


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
class Note:
    """A line of the paper with what is to be said of it, or its text."""

    line: int
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
        text = _text(result, "text")
        meetings = _list(result, "meetings", MOST_MINUTES)
        return PaperFacts(text, [_minutes(each, len(text)) for each in meetings])
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise Refused(_ODD) from error


def _minutes(said: Any, length: int) -> MinutesFacts:
    starts, ends = _moment(said, "starts_at"), _moment(said, "ends_at")

    def each(name: str, make: Callable[[Any], T]) -> list[T]:
        return [make(row) for row in _list(said, name, MOST_ROWS)]

    return MinutesFacts(
        title=_line(said, "title"),
        platform=_line(said, "platform"),
        series=_line(said, "series"),
        group=_line(said, "group"),
        roc_year=_number(said, "roc_year"),
        number=_number(said, "number"),
        held_on=starts[0] or ends[0],
        starts_at=starts[1],
        ends_at=ends[1],
        place=_line(said, "place"),
        recorder=_line(said, "recorder"),
        attendance=_line(said, "attendance"),
        span=_span(said, length),
        chairs=each("chairs", _person),
        sections=each("sections", _heading),
        decisions=each("decisions", lambda row: _decision(row, length)),
        claims=[
            claim
            for row in _list(said, "claims", MOST_ROWS)
            for claim in _claims(row, length)
        ],
        resolutions=each("resolutions", lambda row: _text({"": row}, "")),
        remarks=each("remarks", _remark),
        motions=each("motions", _motion),
        attachments=each(
            "attachments",
            lambda row: AttachmentFacts(_line(row, "title"), _text(row, "text")),
        ),
        warnings=each("warnings", lambda row: _note(row, "message")),
        unread=each("unread", lambda row: _note(row, "text")),
    )


def _person(said: Any) -> Person:
    return Person(
        _line(said, "name"), _line(said, "title"), _line(said, "organization")
    )


def _heading(said: Any) -> HeadingFacts:
    return HeadingFacts(
        _line(said, "heading"),
        _line(said, "qualifier"),
        _text(said, "text"),
        _line(said, "kind"),
    )


def _decision(said: Any, length: int) -> DecisionFacts:
    action, reason = _line(said, "action"), _line(said, "reason")
    return DecisionFacts(
        group=_line(said, "group"),
        case=_line(said, "case"),
        action=action if action in LedgerEntry.Kind.values and action != "void" else "",
        reason=reason if reason in LedgerEntry.Reason.values else "",
        words=_text(said, "words"),
        new_name=_line(said, "new_name"),
        into=_line(said, "into"),
        span=_span(said, length),
    )


def _claims(said: Any, length: int) -> list[ClaimFacts]:
    del length
    return [
        ClaimFacts(_line(said, "group"), counts, number, _line(said, "words"))
        for counts in _COUNTS
        if (number := _number(said, counts)) is not None
    ]


def _remark(said: Any) -> RemarkFacts:
    items = [_text({"": item}, "") for item in _list(said, "items", MOST_ROWS)]
    return RemarkFacts(_line(said, "speaker"), _line(said, "title"), items)


def _motion(said: Any) -> MotionFacts:
    cases = [_line({"": name}, "") for name in _list(said, "cases", MOST_ROWS)]
    return MotionFacts(
        _text(said, "text"), cases, _line(said, "proposer"), _text(said, "outcome")
    )


def _note(said: Any, name: str) -> Note:
    return Note(_number(said, "line") or 0, _text(said, name))


# Values --------------------------------------------------------------------------


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise TypeError(name)
    # The text itself keeps its places: what it may not hold fails as a whole.
    if name == "text" and "meetings" in said:
        if interchange(value.replace("\f", "\n")) != value.replace("\f", "\n"):
            raise ValueError(name)
        return value
    return interchange(value)


def _line(said: Mapping[str, Any], name: str) -> str:
    return " ".join(_text(said, name).split())


def _number(said: Mapping[str, Any], name: str) -> int | None:
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(name)
    # What no such paper counts up to was misread: nothing is said then.
    return value if value <= 100_000_000 else None


def _list(said: Any, name: str, most: int) -> list[Any]:
    value = said.get(name) if isinstance(said, Mapping) else None
    if value is None:
        if not isinstance(said, Mapping):
            raise TypeError(name)
        return []
    if not isinstance(value, list) or len(value) > most:
        raise TypeError(name)
    return value


def _span(said: Mapping[str, Any], length: int) -> Span | None:
    source = said.get("source")
    if source is None:
        return None
    start, end = _number(source, "start"), _number(source, "end")
    if start is None or end is None or not start < end <= length:
        return None
    return Span(start, end)


def _moment(said: Mapping[str, Any], name: str) -> tuple[date | None, time | None]:
    value = _line(said, name)
    if not value:
        return None, None
    if len(value) == len("2025-08-07"):
        return date.fromisoformat(value), None
    moment = datetime.fromisoformat(value).replace(tzinfo=None)
    return moment.date(), moment.time().replace(second=0, microsecond=0)

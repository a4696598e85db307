"""Values of what a child process says: taken as told, or refused as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from platform_site.lib.text import interchange
from platform_site.reading.document import LONGEST_TEXT

MOST_ROWS = 2000
ODD = "讀取結果不合格式，請洽系統管理者。"


@dataclass(frozen=True)
class Span:
    """Characters of the paper's text."""

    start: int
    end: int


@dataclass(frozen=True)
class Note:
    """A line of the paper with what is to be said of it, or its text."""

    line: int
    text: str


def paper_text(said: Any) -> str:
    """Return the text of the paper, whose places are kept."""
    value = said.get("text", "") if isinstance(said, Mapping) else None
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise TypeError("text")
    plain = value.replace("\f", "\n")
    if interchange(plain) != plain:
        raise ValueError("text")
    return value


def a_text(said: Mapping[str, Any], name: str) -> str:
    """Return a text; nothing where it is missing."""
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise TypeError(name)
    return interchange(value)


def a_line(said: Mapping[str, Any], name: str) -> str:
    """Return a text on one line."""
    return " ".join(a_text(said, name).split())


def a_number(said: Mapping[str, Any], name: str) -> int | None:
    """Return a number that counts; None where it is missing or beyond all papers."""
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(name)
    # What no such paper counts up to was misread: nothing is said then.
    return value if value <= 100_000_000 else None


def a_list(said: Any, name: str, most: int = MOST_ROWS) -> list[Any]:
    """Return a list; none where it is missing."""
    value = said.get(name) if isinstance(said, Mapping) else None
    if value is None:
        if not isinstance(said, Mapping):
            raise TypeError(name)
        return []
    if not isinstance(value, list) or len(value) > most:
        raise TypeError(name)
    return value


def a_span(said: Mapping[str, Any], length: int) -> Span | None:
    """Return the words it came from, if they are in the paper."""
    source = said.get("source")
    if source is None:
        return None
    start, end = a_number(source, "start"), a_number(source, "end")
    if start is None or end is None or not start < end <= length:
        return None
    return Span(start, end)


def a_moment(said: Mapping[str, Any], name: str) -> tuple[date | None, time | None]:
    """Return day and time of an ISO date or moment."""
    value = a_line(said, name)
    if not value:
        return None, None
    if len(value) == len("2025-08-07"):
        return date.fromisoformat(value), None
    moment = datetime.fromisoformat(value).replace(tzinfo=None)
    return moment.date(), moment.time().replace(second=0, microsecond=0)


def a_note(said: Any, name: str) -> Note:
    """Return a line of the paper with its words."""
    return Note(a_number(said, "line") or 0, a_text(said, name))

"""What the reader says about a status report, and its rows laid down for review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.models import Reading, ReadProgress
from cases.readings.values import (
    MOST_ROWS,
    ODD,
    Note,
    Span,
    a_line,
    a_list,
    a_moment,
    a_note,
    a_span,
    a_text,
    paper_text,
)
from meetings.models import Municipality, Platform
from platform_site.lib.text import fold
from platform_site.reading.document import Refused


@dataclass(frozen=True)
class ProgressFacts:
    """A text of one municipality, or of all jointly, about one case."""

    group: str
    name: str
    theme: str
    newly_listed: bool
    municipality: str
    text: str
    span: Span | None
    doubts: Sequence[str]


@dataclass(frozen=True)
class ReportFacts:
    """A whole status report: its text, its data date and its rows as printed."""

    text: str
    title: str
    as_of: date | None
    rows: Sequence[ProgressFacts]
    warnings: Sequence[Note]
    unread: Sequence[Note]


def read_report(result: Any) -> ReportFacts:
    """Return what ``result`` says. Raises Refused where it is of another form."""
    try:
        text = paper_text(result)
        rows = [
            row
            for group in a_list(result, "groups")
            for case in a_list(group, "cases")
            for row in _rows(a_line(group, "name"), case, len(text))
        ]
        if len(rows) > MOST_ROWS:
            raise Refused(f"文件超過 {MOST_ROWS} 段辦理情形，請分成數個檔案。")
        return ReportFacts(
            text=text,
            title=a_line(result, "title"),
            as_of=a_moment(result, "as_of")[0],
            rows=rows,
            warnings=[a_note(each, "message") for each in a_list(result, "warnings")],
            unread=[a_note(each, "text") for each in a_list(result, "unread")],
        )
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise Refused(ODD) from error


def _rows(group: str, case: Any, length: int) -> Iterator[ProgressFacts]:
    """Give the texts of a case; one that has none is a row without words."""
    doubts = [a_line({"": each}, "") for each in a_list(case, "doubts")]
    nothing: Mapping[str, Any] = {"source": case.get("source")}
    for each in a_list(case, "progress") or [nothing]:
        yield ProgressFacts(
            group=group,
            name=a_line(case, "name"),
            theme=a_line(case, "theme_name"),
            newly_listed=case.get("newly_listed") is True,
            municipality=a_line(each, "municipality"),
            text=a_text(each, "text"),
            span=a_span(each, length),
            doubts=doubts,
        )


def report_of(reading: Reading) -> ReportFacts:
    """Return what was read, as it was read."""
    return read_report({**(reading.result or {}), "text": reading.text})


def lay_down_progress(reading: Reading, result: Any) -> str:
    """Make the rows of a status report and return its text; nothing is chosen yet."""
    facts = read_report(result)
    reading.as_of = facts.as_of
    reading.save(update_fields=["as_of"])
    members = members_of(reading.platform)
    ReadProgress.objects.bulk_create(
        ReadProgress(
            reading=reading,
            order=order,
            group=row.group,
            name=row.name,
            theme=row.theme,
            newly_listed=row.newly_listed,
            source_start=row.span.start if row.span else None,
            source_end=row.span.end if row.span else None,
            municipality=members.get(fold(row.municipality)),
            text=row.text,
        )
        for order, row in enumerate(facts.rows)
    )
    return facts.text


def members_of(platform: Platform) -> dict[str, Municipality]:
    """Return the platform's members by their folded names."""
    members = platform.members.order_by("order")
    return {
        fold(name): member
        for member in members
        for name in (member.name, member.short_name)
    }

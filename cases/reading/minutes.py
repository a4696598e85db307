"""Minutes into facts: the meeting, what it decided, what was said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from cases.reading.case_headings import as_heading
from cases.reading.decisions import DECIDING, Reader
from cases.reading.facts import Decision
from cases.reading.moved import read_motion
from cases.reading.overlooked import find_overlooked
from cases.reading.proposals import cut_proposals
from cases.reading.resolutions import read_resolutions
from cases.reading.tables import Decided, find_tables
from meetings.reading.minutes import Attachment, ReadMinutes, ReadSection, read_all
from meetings.reading.motions import ReadMotion, read_motions
from meetings.reading.outline import Item
from meetings.reading.people import Person
from meetings.reading.remarks import Remark
from meetings.reading.words import Words
from platform_site.reading.document import Document

_OF_CASES = re.compile(r"新增|列管|解列|新提案")
NO_MINUTES = (
    "檔案裡找不到會議紀錄：沒有以「會議紀錄」結尾、後面接著時間、地點或主席的標題。"
)


def read(document: Document, groups: Sequence[str] = ()) -> dict[str, Any]:
    """Return the facts of every minutes in ``document``, in printed order.

    Beside what the command promises: a section's ``kind`` and ``text``, the
    ``resolutions`` of each group as worded, a decision's ``new_name``, ``note``,
    ``words`` and ``doubt``, and ``came_from``: with ``merge`` the cases that end in
    this one, with ``list`` the one it was split from. ``furniture`` is what the
    pages print: running heads and page numbers. Every ``source`` is a place in
    ``text``. A meeting whose hour is not printed starts on a day.

    ``groups`` are the names of the platform's groups where they are known: others
    are warned of.
    """
    text = document.text
    tables = find_tables(text, document.tables)
    return {
        "text": text,
        "meetings": [_meeting(minutes, tables, groups) for minutes in read_all(text)],
    }


def _meeting(
    minutes: ReadMinutes, tables: Sequence[Decided], groups: Sequence[str]
) -> dict[str, Any]:
    reader = Reader(minutes.named.series, minutes.named.group, minutes.warn)
    resolutions: list[dict[str, Any]] = []
    moved: list[ReadMotion] = []
    for each in minutes.sections:
        kind = each.section.kind
        if kind == "motions":
            moved += read_motions(each.items)
        elif kind in ("discussion", "report") or (kind == "other" and each.items):
            _read_decisions(reader, each, kind, tables)
            if kind == "discussion":
                resolutions += read_resolutions(each.items, minutes.named.series)
    if not reader.record.decisions and minutes.named.series not in DECIDING:
        for each in minutes.sections:
            if each.section.kind == "remarks":
                reader.read(each.items)
    motions = [fact for each in moved for fact in _motions(reader, each)]
    overlooked = find_overlooked(minutes.sections, reader, motions)
    reader.record.claims.check(minutes.warn)
    _warn_of_groups(minutes, reader.record.decisions, groups)
    named = minutes.named
    return {
        "title": minutes.title.text,
        "platform": named.platform,
        "series": named.series,
        "group": named.group,
        "roc_year": named.roc_year,
        "number": named.number,
        "starts_at": _instant(minutes.starts_at),
        "ends_at": _instant(minutes.ends_at),
        "place": minutes.place.plain() if minutes.place else None,
        "chairs": [_person(chair) for chair in minutes.chairs],
        "recorder": minutes.recorder,
        "recorder_words": (
            minutes.recorder_words.plain() if minutes.recorder_words else None
        ),
        "sections": [_section(each) for each in minutes.sections],
        "resolutions": resolutions,
        "decisions": [
            _decision(decision)
            for decision in sorted(
                reader.record.decisions, key=lambda each: each.name.words.start
            )
        ],
        "claims": [
            {
                "group": claim.group,
                "listed": claim.listed,
                "delisted": claim.delisted,
                "continued": claim.continued,
                "words": claim.words,
                "line": claim.line,
            }
            for claim in reader.record.claims.all()
        ],
        "remarks": [_remark(remark) for remark in minutes.remarks],
        "motions": motions,
        "attachments": [_attachment(each) for each in minutes.attachments],
        "furniture": [
            {"line": line.number, "text": line.words.plain()}
            for line in minutes.furniture
        ],
        "warnings": [
            {"line": warning.line, "message": warning.message}
            for warning in sorted(minutes.warnings, key=lambda each: each.line)
        ],
        "unread": _unread(minutes, [*reader.unread, *overlooked]),
        "line": minutes.line,
        "source": _source(minutes.title.words),
    }


def _read_decisions(
    reader: Reader, each: ReadSection, kind: str, tables: Sequence[Decided]
) -> None:
    words = each.section.words
    within = [
        table for table in tables if words and words.start <= table.start < words.end
    ]
    for table in within if kind != "report" else []:
        reader.read_table(table, each.section.line)
    heading = each.section.heading
    above = as_heading(heading)[0] if _OF_CASES.search(heading.folded) else None
    proposals, others = cut_proposals(_without(each.items, within))
    if kind != "report":
        reader.read(others, above)
    for proposal in proposals:
        reader.read_proposal(proposal, above, reader.own_group)


def _without(items: list[Item], tables: Sequence[Decided]) -> list[Item]:
    """The items but for those that are rows of a table read by itself."""
    if not tables:
        return items
    return [
        replace(item, children=_without(item.children, tables))
        for item in items
        if not any(
            item.words and table.start <= item.words.start < table.end
            for table in tables
        )
    ]


def _motions(reader: Reader, motion: ReadMotion) -> list[dict[str, Any]]:
    """One motion for each case where several cases are moved at once."""
    names = read_motion(reader.record, motion, reader.own_group)
    fact = {"text": motion.text, "source": _source(motion.words)}
    if len(names) > 1:
        return [{**fact, "cases": [name.text]} for name in names]
    return [{**fact, "cases": [name.text for name in names]}]


def _warn_of_groups(
    minutes: ReadMinutes, decisions: Iterable[Decision], groups: Sequence[str]
) -> None:
    seen: set[str] = set()
    for decision in decisions:
        group = decision.group
        if groups and group and group not in groups and group not in seen:
            seen.add(group)
            minutes.warn(decision.line, f"平臺沒有名為「{group}」的議題小組，請確認。")


def _unread(
    minutes: ReadMinutes, lines: Sequence[tuple[int, Words]]
) -> list[dict[str, Any]]:
    lines = [*((line.number, line.words) for line in minutes.unread), *lines]
    return [
        {"line": number, "text": words.plain(), "source": _source(words)}
        for number, words in sorted(lines, key=lambda pair: pair[1].start)
    ]


def _instant(at: datetime | date | None) -> str | None:
    if isinstance(at, datetime):
        return at.isoformat(timespec="minutes")
    return at.isoformat() if at else None


def _source(words: Words | None) -> dict[str, int] | None:
    return {"start": words.start, "end": words.end} if words else None


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "title": person.title,
        "organization": person.organization,
        "deputy_for": person.deputy_for or None,
    }


def _section(each: ReadSection) -> dict[str, Any]:
    section = each.section
    return {
        "numeral": section.numeral,
        "heading": section.heading.plain(),
        "qualifier": section.qualifier.plain() if section.qualifier else None,
        "kind": section.kind,
        "text": each.text,
        "line": section.line,
        "source": _source(section.heading),
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "group": decision.group,
        "case": decision.name.text,
        "action": decision.action,
        "reason": decision.reason,
        "new_name": decision.new_name,
        "came_from": list(decision.came_from),
        "note": decision.name.note,
        "words": re.sub(r"\s+", " ", decision.words),
        "doubt": decision.doubt,
        "line": decision.line,
        "source": _source(decision.name.words),
    }


def _remark(remark: Remark) -> dict[str, Any]:
    words = [words for words in remark.words if words]
    return {
        "speaker": remark.speaker,
        "title": remark.title,
        "organization": remark.organization,
        "items": remark.items,
        "source": ({"start": words[0].start, "end": words[-1].end} if words else None),
    }


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "title": attachment.title.plain(),
        "text": attachment.text,
        "source": _source(attachment.title),
    }

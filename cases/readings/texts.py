"""The texts of a draft, taken over from what was read: sections, remarks, motions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cases.readings.result import MinutesFacts, MotionFacts, RemarkFacts
from cases.readings.review import Review
from meetings.models import (
    Attachment,
    Minutes,
    Motion,
    Remark,
    Resolution,
    Section,
)
from meetings.reading.labels import kind_of
from platform_site.lib.numbering import read_outline, to_chinese
from platform_site.lib.text import fold

# Sections whose text stands nowhere else in a draft.
TELLING = (Section.Kind.OPENING, Section.Kind.REPORT)
LONGEST = 50_000


@dataclass
class Draft:
    """A draft that was made; ``left_out`` are the texts no field could hold."""

    minutes: Minutes
    left_out: list[str] = field(default_factory=list)


def write_texts(draft: Draft, review: Review) -> None:
    """Write all texts into a draft; its headings give way to the paper's."""
    minutes, facts = draft.minutes, review.facts
    minutes.sections.all().delete()
    for rows in _every_row(draft, review):
        _write(minutes, rows)
    note = _attendance_note(facts)
    if note:
        minutes.attendance_note = note
        minutes.save(update_fields=["attendance_note"])


def left_out_of(review: Review) -> list[str]:
    """Say which texts no field could hold, before a draft is made."""
    draft = Draft(Minutes())
    for rows in _every_row(draft, review):
        list(rows)
    return draft.left_out


def _every_row(draft: Draft, review: Review) -> Iterator[Iterator[Any]]:
    facts = review.facts
    yield _sections(draft, facts)
    yield _remarks(draft, review)
    yield _motions(draft, facts)
    yield _attachments(draft, facts)
    yield _resolutions(draft, facts)


def _write(minutes: Minutes, rows: Iterator[Any]) -> None:
    """Write rows of one kind in their order."""
    numbered = list(rows)
    for order, row in enumerate(numbered, start=1):
        row.minutes, row.order = minutes, order
    if numbered:
        type(numbered[0]).objects.bulk_create(numbered)


def _fits(draft: Draft, label: str, text: str, *limits: tuple[str, int]) -> bool:
    """Whether the text and the short texts fit their fields; if not it is told."""
    if len(text) <= LONGEST and all(len(short) <= most for short, most in limits):
        return True
    draft.left_out.append(f"{label}「{text[:30]}…」過長，未帶入草稿。")
    return False


def section_kind(kind: str, heading: str) -> str | None:
    """Return the kind of section of a heading; none for the minute-taker's line."""
    kind = kind or kind_of(fold(heading))
    if kind == "recorder" or fold(heading) in ("紀錄", "記錄"):
        return None
    return kind if kind in Section.Kind.values else Section.Kind.REPORT


def _sections(draft: Draft, facts: MinutesFacts) -> Iterator[Section]:
    for said in facts.sections:
        kind = section_kind(said.kind, said.heading)
        if kind is None or not said.heading:
            continue
        text = said.text if kind in TELLING else ""
        if kind == Section.Kind.MOTIONS and not facts.motions:
            text = said.text
        if _fits(
            draft,
            "段落",
            text or said.heading,
            (said.heading, 80),
            (said.qualifier, 40),
        ):
            yield Section(
                kind=kind, heading=said.heading, qualifier=said.qualifier, text=text
            )


def _attendance_note(facts: MinutesFacts) -> str:
    for said in facts.sections:
        if section_kind(said.kind, said.heading) == Section.Kind.ATTENDANCE:
            note = " ".join(said.text.split())
            return note if len(note) <= 200 else ""
    return ""


def _remarks(draft: Draft, review: Review) -> Iterator[Remark]:
    titles = {fold(chair["name"]): chair["title"] for chair in review.read.chairs}
    for said in review.facts.remarks:
        text = _outline(said)
        title = said.title or titles.get(fold(said.speaker), "")
        if _fits(draft, "主席結論", text, (said.speaker, 40), (title, 40)):
            yield Remark(speaker=said.speaker, title=title, text=text)


def _outline(said: RemarkFacts) -> str:
    if len(said.items) == 1:
        return said.items[0]
    return "\n".join(
        f"{to_chinese(number)}、{item}" for number, item in enumerate(said.items, 1)
    )


# 桃園市政府提出「…」及「…」等2案臨時動議，請先研議。
_MOVES = re.compile(r"\s*([^「」，。：:；\s]{2,30}?)\s*(?:所|另)?(?:提出|提案|提請|提)")
_SO_MANY = re.compile(
    r"[」』）)]*\s*(?:等\s*[0-9一二三四五六七八九十]+\s*[案項件])?"
    r"\s*(?:臨時動議|臨時提案|合作案|提案|動議|案)?\s*[，,。、：:；]?\s*"
)


def _motions(draft: Draft, facts: MinutesFacts) -> Iterator[Motion]:
    for said in facts.motions:
        # Several cases moved in one sentence are motions of one text.
        names = [
            name
            for each in facts.motions
            if each.text == said.text
            for name in each.cases
        ]
        motion = _motion(said, names)
        if _fits(
            draft,
            "臨時動議",
            motion.outcome or motion.subject,
            (motion.subject, 200),
            (motion.proposer, 60),
        ):
            yield motion


def _motion(said: MotionFacts, names: Sequence[str]) -> Motion:
    """Return what was moved, by whom, and what came of it, as far as the text tells."""
    text = _without_number(said.text)
    if said.cases:
        moves = _MOVES.match(text)
        end = max(text.find(name) + len(name) for name in names)
        rest = _SO_MANY.match(text, end)
        outcome = text[rest.end() if rest else end :].strip()
        proposer = moves[1] if moves and text.find(names[0]) >= moves.end() else ""
        is_clear = all(name in text for name in names)
        return Motion(
            subject=said.cases[0],
            proposer=proposer if is_clear else "",
            outcome=outcome if is_clear else text,
        )
    if len(text) <= 200 and "\n" not in text:
        return Motion(subject=text)
    # A text longer than a subject may be: its first sentence, and all of it below.
    return Motion(subject=text.split("。")[0].split("\n")[0], outcome=text)


def _attachments(draft: Draft, facts: MinutesFacts) -> Iterator[Attachment]:
    for number, said in enumerate(facts.attachments, start=1):
        title = said.title or f"附件{number}"
        if _fits(draft, "附件", said.text, (title, 120)):
            yield Attachment(title=title, text=said.text)


def _resolutions(draft: Draft, facts: MinutesFacts) -> Iterator[Resolution]:
    """Give the resolutions of the whole meeting that decide about no case.

    Those about cases are worded anew from the decisions, with their counts.
    """
    decided = [each.span.start for each in facts.decisions if each.span]
    counted = [words for claim in facts.claims if (words := fold(claim.words))]
    for said in facts.resolutions:
        span = said.span
        if (
            said.group
            or not said.text
            or any(words in fold(said.text) for words in counted)
        ):
            continue
        if fold(said.text).endswith(":"):
            continue  # a heading of what follows
        if span and any(span.start <= place < span.end for place in decided):
            continue
        text = _without_number(said.text)
        if _fits(draft, "全案決議", text):
            yield Resolution(text=text)


def _without_number(text: str) -> str:
    """Return a resolution without its own number: the paper numbers it anew."""
    lines = text.split("\n")
    first = read_outline(lines[0])
    return "\n".join([first[0].text if first else "", *lines[1:]])

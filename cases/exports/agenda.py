"""議程 as a paper: what awaits a meeting, group by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cases.desk.agenda import Agenda, AgendaCase, GroupAgenda
from cases.models import LedgerEntry
from meetings.minutes.compose import quoted
from meetings.minutes.paper import (
    NOT_STATED,
    MinutesPaper,
    PaperLine,
    PaperSection,
    counted,
    sitting,
)
from meetings.models import Meeting, Motion, Section
from platform_site.lib.numbering import Level, write_marker
from platform_site.lib.roc import format_roc

Kind = Section.Kind

NOTHING = "無提會案件。"

# Of the head of the minutes the paper has its own; these are filled in at the sitting.
_LEFT_OUT = (Kind.TIME, Kind.PLACE, Kind.CHAIRS, Kind.ATTENDANCE)
_USUAL = (
    (Kind.OPENING, "主席致詞"),
    (Kind.REPORT, "報告事項"),
    (Kind.DISCUSSION, "討論事項"),
    (Kind.MOTIONS, "臨時動議"),
    (Kind.REMARKS, "主席結論"),
    (Kind.ADJOURNMENT, "散會"),
)


def agenda_paper(agenda: Agenda, sections: Sequence[Section]) -> MinutesPaper:
    """Gather the agenda; its items are the ``sections`` prepared, or the usual ones."""
    meeting = agenda.meeting
    kept = [each for each in sections if each.kind not in _LEFT_OUT]
    items = [(each.kind, each.heading) for each in kept] or list(_USUAL)
    if Kind.DISCUSSION not in (kind for kind, _ in items):
        items.append((Kind.DISCUSSION, "討論事項"))
    return MinutesPaper(
        title=f"{meeting.title}議程",
        platform=meeting.platform.name,
        held_on=meeting.held_on,
        notes=_notes(agenda),
        sections=counted([*_head(meeting), *_items(agenda, items)]),
    )


def _notes(agenda: Agenda) -> list[str]:
    last = agenda.last_deciding
    if last is None:
        return []
    day = format_roc(last.held_on)
    return [f"列管情形自{last.short_title}（{day}）起算。"]


def _head(meeting: Meeting) -> Iterator[PaperSection]:
    yield PaperSection("", "會議時間", value=sitting(meeting))
    yield PaperSection("", "會議地點", value=meeting.place or NOT_STATED)
    chairs = tuple(str(chair) for chair in meeting.chairs.all())
    if len(chairs) > 1:
        yield PaperSection("", "主席", chairs=chairs)
    elif chairs:
        yield PaperSection("", "主席", value=chairs[0])
    if meeting.host is not None:
        yield PaperSection("", "主辦", value=meeting.host.name)


def _items(agenda: Agenda, items: Sequence[tuple[str, str]]) -> Iterator[PaperSection]:
    is_told = False
    for kind, heading in items:
        if kind != Kind.DISCUSSION or is_told:
            yield PaperSection("", heading)
            continue
        is_told = True
        if agenda.motions:
            yield PaperSection(
                "", "上次會議臨時動議", lines=list(_motions(agenda.motions))
            )
        yield PaperSection("", heading, lines=list(_groups(agenda)))


def _motions(motions: Sequence[Motion]) -> Iterator[PaperLine]:
    for count, motion in enumerate(motions, start=1):
        by = f"（提案單位：{motion.proposer}）" if motion.proposer else ""
        marker = write_marker(Level.CHINESE, count)
        yield PaperLine(1, marker, f"{motion.subject}{by}")
        if motion.outcome:
            for line in motion.outcome.splitlines():
                yield PaperLine(1, "", line)


# Cases -------------------------------------------------------------------------


def _groups(agenda: Agenda) -> Iterator[PaperLine]:
    word = agenda.meeting.platform.delist_word
    every = [case for group in agenda.groups for case in group.cases]
    counts = _counts(every, word)
    yield PaperLine(
        0, "", f"提會案件共{len(every)}案{f'：{counts}' if counts else ''}。"
    )
    for count, group in enumerate(agenda.groups, start=1):
        yield from _group(group, write_marker(Level.CHINESE, count), word)


def _group(group: GroupAgenda, marker: str, word: str) -> Iterator[PaperLine]:
    counts = _counts(group.cases, word)
    name = f"{group.group.name}（{counts}）" if counts else group.group.name
    yield PaperLine(1, marker, name, heading=True)
    if not group.cases:
        yield PaperLine(1, "", NOTHING)
    parts = _parts(group.cases, word)
    depth = 3 if len(parts) > 1 else 2  # what stands alone is counted above it
    for count, (label, cases) in enumerate(parts, start=1):
        if len(parts) > 1:
            marker = write_marker(Level.CHINESE_BRACKET, count)
            yield PaperLine(2, marker, f"{label}{len(cases)}案")
        for number, case in enumerate(cases, start=1):
            marker = write_marker(Level.DIGIT, number).strip()
            yield PaperLine(depth, marker, _said(case, word))


def _parts(
    cases: Sequence[AgendaCase], word: str
) -> list[tuple[str, list[AgendaCase]]]:
    """The cases, each once, by what the meeting is to do with them."""
    asked = [case for case in cases if case.is_listed and case.asked_by]
    deferred = [case for case in cases if case.deferred_by and case not in asked]
    rest = [case for case in cases if case not in asked and case not in deferred]
    others = "其餘" if asked or deferred else ""
    parts = (
        (f"提請{word}", asked),
        ("新提案", [case for case in rest if not case.is_listed]),
        ("緩議再提", deferred),
        (f"{others}列管中", [case for case in rest if case.is_listed]),
    )
    return [(label, those) for label, those in parts if those]


def _counts(cases: Sequence[AgendaCase], word: str) -> str:
    return "、".join(f"{label}{len(those)}案" for label, those in _parts(cases, word))


def _said(case: AgendaCase, word: str) -> str:
    """The case with its number, and who asked what of the meeting, and when."""
    asked = case.asked_by if case.is_listed else None
    agreed = None if case.is_listed else case.agreed_by
    said = [
        _asked(entry, verb)
        for entry, verb in (
            (asked, f"提請{word}"),
            (agreed, "同意提案"),
            (case.deferred_by, "緩議"),
        )
        if entry is not None
    ]
    name = f"{case.case.number}{quoted(case.name)}"
    return f"{name}（{'；'.join(said)}）" if said else name


def _asked(entry: LedgerEntry, verb: str) -> str:
    day = format_roc(entry.decided_on)
    words = f"：{entry.words.rstrip('。')}" if entry.words else ""
    return f"{day}{entry.meeting.short_title}{verb}{words}"

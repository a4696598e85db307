"""會議紀錄 as a paper: what stands where, gathered once for every file format.

The sections of the minutes say which headings there are and in what order; what
stands under a heading follows from its kind. What the record holds but no
section names gets a heading of its own, at its usual place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from meetings.minutes.compose import groups_phrase, motions_phrase
from meetings.minutes.resolutions import GroupResolutions, Item, resolution_items
from meetings.models import (
    Attendance,
    Erratum,
    Meeting,
    Minutes,
    Motion,
    Remark,
    Resolution,
    Section,
)
from platform_site.lib.numbering import Level, place, write_marker
from platform_site.lib.roc import format_meeting_time, format_roc, format_time

Kind = Section.Kind

NOT_STATED = "未載明"
NONE = "無"
_OF_AN_EXTRACT = (Kind.TIME, Kind.PLACE, Kind.CHAIRS, Kind.DISCUSSION)
_LONGEST_INLINE = 60  # a longer text stands below its heading


@dataclass(frozen=True)
class CaseFacts:
    """What the ledger, which stands above this app, adds to the minutes.

    ``subjects`` names the cases of a resolution (by its order) whose words do not;
    ``totals`` is the sentence that counts the cases of all groups. For a draft,
    ``drafted`` are the resolutions that confirming would add, ``undecided`` counts
    the cases on the agenda that have no outcome yet.
    """

    subjects: Mapping[int, str] = field(default_factory=dict)
    totals: str = ""
    drafted: Sequence[Resolution] = ()
    undecided: int = 0


@dataclass(frozen=True)
class PaperLine:
    """One line below a heading: its indent, its number if it has one, its words.

    ``heading`` is set for the name of a group or a speaker above what follows.
    """

    depth: int
    marker: str
    text: str
    heading: bool = False


@dataclass(frozen=True)
class PaperSection:
    """A numbered heading: what stands on its line (``value``) and below it."""

    numeral: str
    heading: str
    value: str = ""
    kind: str = field(default="", compare=False)
    chairs: Sequence[str] = ()
    recorder: str = ""
    lines: Sequence[PaperLine] = ()


@dataclass(frozen=True)
class PaperAttachment:
    """A paper that belongs to the minutes, on pages of its own."""

    label: str
    title: str
    lines: Sequence[PaperLine]


@dataclass(frozen=True)
class MinutesPaper:
    """A paper of one meeting, ready to be written as a file.

    ``notes`` stand under the title; a section without a numeral is not counted.
    """

    title: str
    platform: str
    held_on: date
    sections: Sequence[PaperSection]
    is_draft: bool = False
    notes: Sequence[str] = ()
    attachments: Sequence[PaperAttachment] = ()
    errata: Sequence[PaperLine] = ()


def minutes_paper(meeting: Meeting) -> MinutesPaper:
    """Gather the minutes of a meeting fetched by ``with_minutes``.

    Raises ``Minutes.DoesNotExist`` when nothing has been recorded.
    """
    minutes = meeting.minutes
    facts = _case_facts(meeting)
    errata = list(minutes.errata.all())
    return MinutesPaper(
        title=f"{meeting.title}紀錄",
        platform=meeting.platform.name,
        held_on=meeting.held_on,
        sections=_Sections(meeting, facts).gather(),
        is_draft=minutes.state == Minutes.State.DRAFT,
        notes=_notes(minutes, facts, len(errata)),
        attachments=_attachments(minutes),
        errata=_errata(errata),
    )


def minutes_extract(
    meeting: Meeting,
    *,
    about: str,
    resolutions: Collection[int],
    decided: Sequence[PaperLine],
    on: date,
) -> MinutesPaper:
    """Gather what the minutes say ``about`` a case or a group (節錄), as of ``on``.

    Of the resolutions those with these keys, under the numbers they have in the
    minutes; below them what was ``decided``.
    """
    minutes = meeting.minutes
    errata = list(minutes.errata.all())
    sections = _Sections(meeting, _case_facts(meeting), only=resolutions).gather()
    day = format_roc(on)
    return MinutesPaper(
        title=f"{meeting.title}紀錄（節錄）",
        platform=meeting.platform.name,
        held_on=meeting.held_on,
        sections=[
            *(each for each in sections if each.kind in _OF_AN_EXTRACT),
            PaperSection("", "案件決議", lines=decided),
            PaperSection("", "節錄日期", value=day),
        ],
        notes=[
            f"本件節錄會議紀錄中有關{about}之決議，項次依原紀錄，其餘從略。",
            *_notes(minutes, CaseFacts(), len(errata)),
        ],
        errata=_errata(errata),
    )


def _notes(minutes: Minutes, facts: CaseFacts, errata: int) -> list[str]:
    """What a reader must know before the text."""
    notes = []
    if minutes.state == Minutes.State.DRAFT:
        notes.append("本件為草稿，尚未確認。")
    if facts.undecided:
        notes.append(f"議程所列案件尚有{facts.undecided}案未記錄決定。")
    if source := minutes.source.strip().rstrip("。"):
        notes.append(f"本件為推定之紀錄。{source}。")
    if errata:
        notes.append(f"本紀錄有勘誤{errata}則，詳文末。")
    return notes


def _case_facts(meeting: Meeting) -> CaseFacts:
    ask: Callable[[Meeting], CaseFacts] = import_string(settings.MINUTES_CASE_FACTS)
    return ask(meeting)


def _errata(errata: Sequence[Erratum]) -> list[PaperLine]:
    lines = []
    for count, erratum in enumerate(errata, start=1):
        marker = _marker(Level.CHINESE, count, len(errata))
        depth = 1 if marker else 0
        day = format_roc(timezone.localdate(erratum.recorded_at))
        lines += [
            *_item(marker, erratum.reason, lead="更正原因：", depth=depth),
            *_item("", erratum.was, lead="原載：", depth=depth),
            *_item("", erratum.becomes, lead="更正為：", depth=depth),
            PaperLine(depth, "", f"登錄日期：{day}"),
        ]
    return lines


def _attachments(minutes: Minutes) -> list[PaperAttachment]:
    attachments = list(minutes.attachments.all())
    return [
        PaperAttachment(
            f"附件{count if len(attachments) > 1 else ''}",
            attachment.title,
            _text(attachment.text),
        )
        for count, attachment in enumerate(attachments, start=1)
    ]


# Sections --------------------------------------------------------------------


class _Sections:
    """The sections of one meeting's minutes, being filled."""

    def __init__(
        self,
        meeting: Meeting,
        facts: CaseFacts,
        *,
        only: Collection[int] | None = None,
    ) -> None:
        self.meeting = meeting
        self.minutes = meeting.minutes
        self.facts = facts
        self.resolutions = [*self.minutes.resolutions.all(), *facts.drafted]
        self.only = only
        self.attendance = attendance_lines(self.minutes)

    def gather(self) -> list[PaperSection]:
        """Every section with its number."""
        sections = self._with_missing(list(self.minutes.sections.all()))
        seen: set[str] = set()
        papers = []
        for count, section in enumerate(sections, start=1):
            is_first = section.kind not in seen
            seen.add(section.kind)
            numeral = write_marker(Level.LEGAL, count)
            papers.append(self._paper(section, numeral, is_first=is_first))
        return papers

    def _with_missing(self, sections: list[Section]) -> list[Section]:
        """The sections, and before the first later kind each one there should be."""
        rank = {kind: number for number, kind in enumerate(Kind)}
        for kind in Kind:
            if not self._has(kind) or any(each.kind == kind for each in sections):
                continue
            later = (
                number
                for number, each in enumerate(sections)
                if rank[Kind(each.kind)] > rank[kind]
            )
            at = next(later, len(sections))
            sections.insert(at, Section(kind=kind, heading=kind.label))
        return sections

    def _has(self, kind: Kind) -> bool:
        """Whether the record holds something of this kind outside the sections."""
        meeting, minutes = self.meeting, self.minutes
        match kind:
            case Kind.TIME:
                return True
            case Kind.PLACE:
                return bool(meeting.place)
            case Kind.CHAIRS:
                return bool(meeting.chairs.all())
            case Kind.ATTENDANCE:
                return bool(
                    minutes.attendance_note or self.attendance or meeting.minute_taker
                )
            case Kind.DISCUSSION:
                return bool(self.resolutions)
            case Kind.MOTIONS:
                return bool(minutes.motions.all())
            case Kind.REMARKS:
                return bool(minutes.remarks.all())
            case Kind.ADJOURNMENT:
                return meeting.ends_at is not None
            case Kind.OPENING | Kind.REPORT:
                return False

    def _paper(self, section: Section, numeral: str, *, is_first: bool) -> PaperSection:
        """One section; only the first of its kind has what the record keeps apart."""
        meeting = self.meeting
        heading = section.heading
        if section.qualifier:
            heading += f"（{section.qualifier}）"
        paper = PaperSection(numeral, heading, kind=section.kind)
        lines: list[PaperLine] = []
        if is_first:
            match section.kind:
                case Kind.TIME:
                    paper = replace(paper, value=sitting(meeting))
                case Kind.PLACE:
                    paper = replace(paper, value=meeting.place or NOT_STATED)
                case Kind.CHAIRS:
                    paper = _with_chairs(paper, meeting)
                case Kind.ATTENDANCE:
                    paper = replace(paper, recorder=meeting.minute_taker)
                    lines = self.attendance
                    if not lines:
                        note = self.minutes.attendance_note or NOT_STATED
                        paper = replace(paper, value=note)
                case Kind.DISCUSSION:
                    lines = self._resolutions()
                case Kind.MOTIONS:
                    lines = _motions(list(self.minutes.motions.all()))
                case Kind.REMARKS:
                    lines = _remarks(list(self.minutes.remarks.all()), section)
                case Kind.ADJOURNMENT if meeting.ends_at:
                    closed = f"{heading}（{format_time(meeting.ends_at)}）"
                    paper = replace(paper, heading=closed)
        text = _text(section.text)
        if not lines and not paper.value and not paper.chairs and _is_short(text):
            return replace(paper, value=text[0].text)
        if is_first and section.kind == Kind.MOTIONS and not lines and not text:
            return replace(paper, value=NONE)
        return replace(paper, lines=(*text, *lines))

    def _resolutions(self) -> list[PaperLine]:
        items = resolution_items(self.resolutions, self.meeting.series.group)
        return [
            line
            for count, item in enumerate(items, start=1)
            for line in self._resolution_item(item, count, len(items))
        ]

    def _resolution_item(self, item: Item, count: int, total: int) -> list[PaperLine]:
        if item.resolution is not None:
            marker = _marker(Level.CHINESE, count, total)
            return self._resolution(item.resolution, marker, depth=1 if marker else 0)
        lines: list[PaperLine] = []
        for number, group in enumerate(item.groups, start=1):
            lines += self._group(group, write_marker(Level.CHINESE_BRACKET, number))
        if not lines:
            return []
        platform = self.meeting.platform
        said = groups_phrase(
            platform.case_word, self.facts.totals, group_word=platform.group_word
        )
        return [PaperLine(1, write_marker(Level.CHINESE, count), said), *lines]

    def _group(self, group: GroupResolutions, marker: str) -> list[PaperLine]:
        total = len(group.resolutions)
        lines: list[PaperLine] = []
        for count, resolution in enumerate(group.resolutions, start=1):
            number = _marker(Level.DIGIT, count, total)
            lines += self._resolution(resolution, number, depth=3 if number else 2)
        if not lines:
            return []
        return [PaperLine(2, marker, group.group.name, heading=True), *lines]

    def _resolution(
        self, resolution: Resolution, marker: str, *, depth: int
    ) -> list[PaperLine]:
        if self.only is not None and resolution.pk not in self.only:
            return []
        subject = self.facts.subjects.get(resolution.order, "")
        lead = f"{subject}：" if subject else ""
        return _item(marker, resolution.text, lead=lead, depth=depth)


def sitting(meeting: Meeting) -> str:
    """Return when the meeting begins, the hour too if it is known."""
    if meeting.starts_at:
        return format_meeting_time(meeting.held_on, meeting.starts_at)
    return format_roc(meeting.held_on, "full")


def _with_chairs(paper: PaperSection, meeting: Meeting) -> PaperSection:
    chairs = tuple(str(chair) for chair in meeting.chairs.all())
    if len(chairs) > 1:
        return replace(paper, chairs=chairs)
    return replace(paper, value=chairs[0] if chairs else NOT_STATED)


def attendance_lines(minutes: Minutes) -> list[PaperLine]:
    """Return who came, by the manner of attending, one line for each body.

    Nothing where the minutes do not say that names are printed.
    """
    people = list(minutes.attendance.all()) if minutes.prints_attendance else []
    lines = []
    kinds = [kind for kind in Attendance.Kind if any(p.kind == kind for p in people)]
    for count, kind in enumerate(kinds, start=1):
        lines.append(
            PaperLine(1, write_marker(Level.CHINESE, count), f"{kind.label}：")
        )
        those = (person for person in people if person.kind == kind)
        for organization, members in groupby(those, key=lambda p: p.organization):
            names = "、".join(filter(None, map(_attendant, members)))
            lines.append(PaperLine(1, "", f"{organization} {names}".strip()))
    return lines


def _attendant(person: Attendance) -> str:
    deputy = f"（代理{person.deputy_for}）" if person.deputy_for else ""
    return f"{person.name}{person.title}{deputy}"


def _motions(motions: Sequence[Motion]) -> list[PaperLine]:
    """The motions counted, those alike in proposer and outcome told together."""
    lines = []
    groups = [
        list(those)
        for _, those in groupby(motions, key=lambda each: (each.proposer, each.outcome))
    ]
    for count, alike in enumerate(groups, start=1):
        marker = _marker(Level.CHINESE, count, len(groups))
        depth = 1 if marker else 0
        first = alike[0]
        said = motions_phrase([each.subject for each in alike], first.proposer)
        lines += _item(marker, said, depth=depth)
        if first.outcome:
            lines += _item("", first.outcome, lead="決議：", depth=depth)
    return lines


def _remarks(remarks: Sequence[Remark], section: Section) -> list[PaperLine]:
    """What each speaker said below his name; a lone one the heading names has none."""
    lines = []
    for remark in remarks:
        is_named = len(remarks) == 1 and remark.speaker in section.qualifier
        if not is_named:
            lines.append(PaperLine(0, "", str(remark), heading=True))
        lines += _text(remark.text)
    return lines


def counted(sections: Iterable[PaperSection]) -> list[PaperSection]:
    """Return the sections with their numbers."""
    return [
        replace(section, numeral=write_marker(Level.LEGAL, count))
        for count, section in enumerate(sections, start=1)
    ]


# Lines -----------------------------------------------------------------------


def _marker(level: Level, count: int, total: int) -> str:
    """The number of an item; what stands alone is not counted."""
    return write_marker(level, count).rstrip() if total > 1 else ""


def _text(text: str) -> list[PaperLine]:
    """A text as typed, levels it leaves out closed up."""
    return [PaperLine(each.depth, each.marker, each.text) for each in place(text)]


def _is_short(text: Sequence[PaperLine]) -> bool:
    """Whether a text fits on the line of its heading."""
    return (
        len(text) == 1 and not text[0].marker and len(text[0].text) <= _LONGEST_INLINE
    )


def _item(marker: str, text: str, *, depth: int, lead: str = "") -> list[PaperLine]:
    """An item of the paper: its number, ``lead`` and the text, deeper from there on."""
    lines = [
        PaperLine(each.depth, each.marker, each.text)
        for each in place(text, under=depth)
    ]
    if not lines:
        return [PaperLine(depth, marker, lead)] if marker or lead else []
    if not lines[0].marker:
        return [PaperLine(depth, marker, lead + lines[0].text), *lines[1:]]
    return [PaperLine(depth, marker, lead), *lines] if marker or lead else lines

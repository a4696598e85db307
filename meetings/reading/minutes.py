"""Minutes as they were written: header, sections, remarks and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from meetings.reading.clock import end_after, read_clocks, read_when
from meetings.reading.lines import Line, read_lines
from meetings.reading.outline import Gap, Item, read_items, written
from meetings.reading.people import Person, read_chairs, read_person
from meetings.reading.remarks import Remark, begins_speech, is_speaker, read_remarks
from meetings.reading.sections import Cut, Section, cut_sections, is_attachment_label
from meetings.reading.titles import Named, Title, find_titles, read_title
from meetings.reading.words import Words, fold, join

_BOOK = re.compile(r"^[^,。、「」;:]{4,40}(?:[紀記]錄|彙編|手冊|資料)$")
_BARE_NAME = re.compile(r"[\u4e00-\u9fff○]{2,4}")
_ENDS_BODY = re.compile(r"[府局處會部院]$")
_RECORDER_PARTS = re.compile(r"[\s、,;/]+")


@dataclass(frozen=True)
class Doubt:
    """Something a person should look at, and the line it stands on."""

    line: int
    message: str


@dataclass
class ReadSection:
    """A section with its text in the official outline."""

    section: Section
    text: str
    items: list[Item]


@dataclass
class Attachment:
    """A paper behind the minutes."""

    title: Words
    text: str
    words: Words


@dataclass
class ReadMinutes:
    """What the minutes of one meeting say, but for the cases."""

    title: Title
    named: Named
    line: int
    starts_at: datetime | date | None = None
    ends_at: datetime | None = None
    place: Words | None = None
    chairs: list[Person] = field(default_factory=list)
    recorder: str | None = None
    recorder_words: Words | None = None
    sections: list[ReadSection] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    furniture: list[Line] = field(default_factory=list)
    warnings: list[Doubt] = field(default_factory=list)
    unread: list[Line] = field(default_factory=list)

    def warn(self, line: int, message: str) -> None:
        """Add a warning about a line."""
        self.warnings.append(Doubt(line, message))


def read_all(paper: str) -> list[ReadMinutes]:
    """Read every minutes in ``paper``, in printed order; none is an empty list."""
    read = read_lines(paper)
    titles = find_titles(read.lines)
    if not titles:
        return []
    minutes: list[ReadMinutes] = []
    furniture = list(read.furniture)
    printed = {line.key for line in furniture}  # by later pages too
    stray: list[Line] = []
    for line in read.lines[: titles[0].first]:
        is_head = is_attachment_label(line) or line.key in printed
        (furniture if is_head else stray).append(line)
    spans = _spans(read.lines, titles, furniture)
    for title, lines in spans:
        minutes.append(_read_one(title, read.lines[title.first], lines))
    minutes[0].unread = [*stray, *minutes[0].unread]
    _give_furniture(minutes, furniture)
    return minutes


def _spans(
    lines: list[Line], titles: list[Title], furniture: list[Line]
) -> list[tuple[Title, list[Line]]]:
    """The lines of each meeting; a title printed again on a later page is none."""
    keys = {title.key for title in titles}
    ends = [title.first for title in titles[1:]] + [len(lines)]
    names = {read_title(title.text).platform for title in titles} - {None}
    spans: list[tuple[Title, list[Line]]] = []
    over = False  # whether the last meeting was adjourned
    for title, end in zip(titles, ends, strict=True):
        own: list[Line] = []
        for line in lines[title.after : end]:
            is_head = line.key in keys or _is_head(line, names)
            (furniture if is_head else own).append(line)
        while title is not titles[-1] and own and is_attachment_label(own[-1]):
            furniture.append(own.pop())  # 附件2 above the next minutes
        if spans and spans[-1][0].key == title.key and not over:
            furniture.extend(lines[title.first : title.after])
            spans[-1][1].extend(own)
        else:
            spans.append((title, own))
        over = _is_over(own)
    return spans


def _is_head(line: Line, platforms: Iterable[str | None]) -> bool:
    """Whether a line where pages meet only names the body, or the book of minutes."""
    if not line.edge or line.page == 1 or line.mark:
        return False
    for name in platforms:
        bare = fold(name or "")
        if line.key == bare or (line.key.startswith(bare) and _BOOK.search(line.key)):
            return True
    return False


def _is_over(lines: list[Line]) -> bool:
    return any("散會" in line.key[:12] for line in lines)


def _give_furniture(minutes: list[ReadMinutes], furniture: list[Line]) -> None:
    """Put what the pages printed to the minutes it stands in."""
    furniture.sort(key=lambda line: line.words.start)
    place = 0
    for line in furniture:
        while (
            place + 1 < len(minutes)
            and minutes[place + 1].title.words.start <= line.words.start
        ):
            place += 1
        minutes[place].furniture.append(line)
    for each in minutes:
        each.furniture.sort(key=lambda line: line.words.start)


def _read_one(title: Title, first: Line, lines: list[Line]) -> ReadMinutes:
    named = read_title(title.text)
    read = ReadMinutes(title, named, first.number)
    if named.platform is None:
        read.warn(first.number, "標題看不出是哪個平臺，請確認。")
    cut = cut_sections(lines)
    read.furniture = list(cut.furniture)
    read.unread = [*cut.before, *cut.after]
    for section in cut.sections:
        _read_section(read, section)
    _read_end(read, cut)
    for name, kind in (("開會時間", "time"), ("主席", "chairs")):
        if not any(each.section.kind == kind for each in read.sections):
            read.warn(first.number, f"找不到{name}，請補登。")
    _check_numbers(read)
    _read_remarks(read)
    for attachment in cut.attachments:
        read.attachments.append(_attachment(attachment))
    return read


def _read_section(read: ReadMinutes, section: Section) -> None:
    if section.kind == "recorder":
        _read_recorder(read, section)
        if section.mark is None:
            return
    text, items = _text(read, section)
    read.sections.append(ReadSection(section, text, items))
    match section.kind:
        case "time":
            _read_start(read, section)
        case "place":
            read.place = section.words
        case "chairs":
            chairs, unread = read_chairs([line.words for line in section.lines])
            read.chairs.extend(chairs)
            for words in unread:
                read.warn(
                    section.line, f"主席欄的「{words.plain()}」未讀出姓名，請確認。"
                )


def _text(read: ReadMinutes, section: Section) -> tuple[str, list[Item]]:
    match section.kind:
        case "chairs":
            return "\n".join(line.words.plain() for line in section.lines), []
        case "time" | "place" | "recorder" | "adjournment":
            return section.words.plain(), []
    if section.kind in ("remarks", "opening"):
        items, gaps = read_items(section.lines, is_speaker, begins_speech)
    else:
        items, gaps = read_items(section.lines)
    _warn_of_gaps(read, gaps)
    return written(items), items


def _warn_of_gaps(read: ReadMinutes, gaps: list[Gap]) -> None:
    for gap in gaps:
        if gap.before:
            read.warn(gap.line, f"編號不連續：「{gap.before}」之後是「{gap.after}」。")
        else:
            read.warn(gap.line, f"編號不連續：第一項的編號是「{gap.after}」。")


def _check_numbers(read: ReadMinutes) -> None:
    """Warn where the numbers of the headings do not run on."""
    last = None
    for each in read.sections:
        mark = each.section.mark
        if mark is None:
            continue
        if last and mark.number != last.number + 1:
            _warn_of_gaps(read, [Gap(each.section.line, last.numeral, mark.numeral)])
        last = mark


def _read_start(read: ReadMinutes, section: Section) -> None:
    when = read_when(section.words.folded)
    for doubt in when.doubts:
        read.warn(section.line, doubt)
    if when.day is None:
        read.warn(section.line, "看不出開會日期，請補登。")
    elif when.clocks:
        start = datetime.combine(when.day, when.clocks[0].at)
        read.starts_at = start
        if len(when.clocks) > 1:
            read.ends_at, doubt = end_after(start, when.clocks[-1])
            if doubt:
                read.warn(section.line, doubt)
    else:
        read.starts_at = when.day
        read.warn(section.line, "看不出開會時刻，請補登。")


def _read_end(read: ReadMinutes, cut: Cut) -> None:
    """Read the hour of adjournment, which counts before a planned one."""
    for section in cut.sections:
        if section.kind != "adjournment":
            continue
        said = f"{section.heading.folded} {section.words.folded}"
        clocks = read_clocks(said)
        if not clocks:
            read.warn(section.line, "散會未載明時間。")
        elif isinstance(read.starts_at, datetime):
            if clocks[-1].doubt:
                read.warn(section.line, clocks[-1].doubt)
            read.ends_at, doubt = end_after(read.starts_at, clocks[-1])
            if doubt:
                read.warn(section.line, doubt)
        return
    read.warn(read.line, "找不到散會，請確認紀錄是否完整。")


def _read_recorder(read: ReadMinutes, section: Section) -> None:
    names = _recorders(section.words) or (
        [section.words.plain()] if section.words else []
    )
    before = [read.recorder] if read.recorder else []
    read.recorder = "、".join([*before, *names]) or None
    lines = [read.recorder_words, _line_of(section)]
    read.recorder_words = join(words for words in lines if words)


def _recorders(words: Words) -> list[str]:
    """The names of those who kept the minutes; offices and bodies are left out."""
    whole = read_person("".join(words.folded.split()))
    if whole and not whole.surname_only:
        return [whole.name]
    names = []
    for token in _RECORDER_PARTS.split(words.folded):
        bare = re.sub(r"\(.*?\)|。", "", token)
        person = read_person(bare)
        if person:
            names.append(person.name)
        elif _BARE_NAME.fullmatch(bare) and not _ENDS_BODY.search(bare):
            names.append(bare)
    return names


def _line_of(section: Section) -> Words:
    parts = [section.heading, section.qualifier, section.words]
    return join(words for words in parts if words)


def _read_remarks(read: ReadMinutes) -> None:
    for each in read.sections:
        if each.section.kind != "remarks":
            continue
        qualifier = each.section.qualifier
        said = fold(qualifier.text) if qualifier else ""
        read.remarks.extend(read_remarks(each.items, read.chairs, said))


def _attachment(lines: list[Line]) -> Attachment:
    items, _ = read_items(lines[1:])
    words = join(line.words for line in lines[1:])
    return Attachment(lines[0].words, written(items), words)

"""What a handbook prints, put together from the record as it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.db.models import F

from cases.desk.agenda import AgendaCase, agenda_of
from cases.exports.proposal_form import sheets_of
from cases.handbooks.data import (
    Block,
    Chapter,
    Fact,
    Form,
    Grid,
    Handbook,
    Heading,
    Words,
)
from cases.models import (
    HandbookSection,
    HandbookWording,
    LedgerEntry,
    Participant,
    ProgressUpdate,
    Proposal,
)
from meetings.minutes.paper import NOT_STATED, sitting
from meetings.models import IssueGroup, Meeting, MeetingSeries
from meetings.words import say, speaking_for
from platform_site.lib.numbering import Level, to_chinese, write_marker
from platform_site.lib.roc import format_roc

Kind = HandbookSection.Kind

# What stands in a chapter of the discussion, and which of its two parts.
LISTED, NEW = "listed", "new"
PARTS = {
    Kind.TO_DELIST: LISTED,
    Kind.TO_CONTINUE: LISTED,
    Kind.NEW_CENTRAL: NEW,
    Kind.NEW_JOINT: NEW,
}
DISCUSSION = "討論事項"
NONE = "無。"


def usual_sections() -> list[HandbookSection]:
    """Return the sections of a handbook that nobody has arranged yet."""
    kinds = [kind for kind in Kind if kind != Kind.TEXT]
    return [
        HandbookSection(order=order, kind=kind)
        for order, kind in enumerate(kinds, start=1)
    ]


def sections_of(meeting: Meeting) -> list[HandbookSection]:
    """Return the sections of a meeting's handbook, in the order they are printed."""
    minutes = getattr(meeting, "minutes", None)
    arranged = list(minutes.handbook_sections.order_by("order")) if minutes else []
    return arranged or usual_sections()


@dataclass(frozen=True)
class CaseText:
    """A case that a handbook prints, and what the record says about it there."""

    pk: int
    number: str
    name: str
    text: str


def case_texts(meeting: Meeting) -> list[CaseText]:
    """Return what a handbook prints about each case, in the order of its tables."""
    facts = _Facts(meeting)
    return [
        CaseText(case.case.pk, case.case.number, case.name, said(facts, case))
        for cases, said in (
            (facts.to_delist, _why_delisted),
            (facts.to_continue, _why_continued),
            (facts.central, _how_it_goes),
            (facts.joint, _how_it_goes),
        )
        for case in cases
    ]


def handbook_of(meeting: Meeting) -> Handbook:
    """Put the handbook of a meeting together; the number of queries is constant."""
    sections = [each for each in sections_of(meeting) if each.is_printed]
    facts = _Facts(meeting)
    covers = [each for each in sections if each.kind == Kind.COVER]
    numbered = [
        each for each in sections if each.kind not in (Kind.COVER, Kind.CONTENTS)
    ]
    with speaking_for(meeting.platform):
        return Handbook(
            title=f"{meeting.title}會議資料",
            platform=meeting.platform.name,
            meeting=meeting.title,
            held_on=meeting.held_on.isoformat(),
            cover=tuple(_cover(meeting, covers[0])) if covers else (),
            has_contents=any(each.kind == Kind.CONTENTS for each in sections),
            chapters=tuple(_chapters(facts, numbered)),
        )


def _chapters(facts: _Facts, sections: Sequence[HandbookSection]) -> Iterator[Chapter]:
    """Give the chapters; what is discussed side by side is one."""
    count = 0
    for is_discussed, those in groupby(sections, key=lambda each: each.kind in PARTS):
        for chapter in [list(those)] if is_discussed else [[each] for each in those]:
            count += 1
            first = chapter[0]
            if is_discussed:
                heading, blocks = DISCUSSION, _discussion(facts, chapter)
            else:
                heading = first.heading or _heading(facts, first)
                blocks = _with_text(first, _CONTENT[Kind(first.kind)](facts))
            yield Chapter(
                kind="discussion" if is_discussed else first.kind,
                numeral=write_marker(Level.LEGAL, count),
                heading=heading,
                blocks=tuple(blocks),
            )


def _with_text(section: HandbookSection, blocks: Iterable[Block]) -> Iterator[Block]:
    if section.text:
        yield Words(section.text)
    yield from blocks


def _heading(facts: _Facts, section: HandbookSection) -> str:
    if section.kind == Kind.MEETINGS:
        return f"{facts.year}年度{facts.meeting.platform.short_name}執行進度說明"
    return "補充資料" if section.kind == Kind.TEXT else str(section.get_kind_display())


def _cover(meeting: Meeting, section: HandbookSection) -> Iterator[str]:
    name = meeting.platform.name  # where a title may break
    yield section.heading or meeting.title.replace(name, f"{name}\n", 1).strip()
    yield "會議資料"
    yield sitting(meeting)
    if meeting.place:
        yield meeting.place
    if host := meeting.host_agency or meeting.host:
        yield f"主辦：{host.name}"
    yield from section.text.splitlines()


# What awaits the meeting ------------------------------------------------------------


@dataclass
class _Facts:
    """What the chapters ask, each asked once."""

    meeting: Meeting

    @cached_property
    def year(self) -> int:
        """The ROC year of the meeting."""
        return self.meeting.roc_year or self.meeting.held_on.year - 1911

    @cached_property
    def cases(self) -> list[AgendaCase]:
        """What awaits the meeting, group by group."""
        return [
            case for group in agenda_of(self.meeting).groups for case in group.cases
        ]

    @cached_property
    def to_delist(self) -> list[AgendaCase]:
        """Tracked cases that their groups ask to delist."""
        return [each for each in self.cases if each.is_listed and each.asked_by]

    @cached_property
    def to_continue(self) -> list[AgendaCase]:
        """Tracked cases that nobody asks to delist."""
        return [each for each in self.cases if each.is_listed and not each.asked_by]

    @cached_property
    def new(self) -> list[AgendaCase]:
        """Proposals that a group has taken up, in the order of their forms."""
        found = [each for each in self.cases if not each.is_listed]
        place = {pk: order for order, pk in enumerate(self.proposals)}
        return sorted(found, key=lambda each: place.get(each.case.pk, len(place)))

    @cached_property
    def central(self) -> list[AgendaCase]:
        """Those of them that ask the central government for something."""
        return [each for each in self.new if self._asks_central(each)]

    @cached_property
    def joint(self) -> list[AgendaCase]:
        """The others."""
        return [each for each in self.new if not self._asks_central(each)]

    def _asks_central(self, case: AgendaCase) -> bool:
        proposal = self.proposals.get(case.case.pk)
        return proposal is not None and proposal.asks_central

    @cached_property
    def proposals(self) -> Mapping[int, Proposal]:
        """The forms by their cases, as the platform counts them."""
        rows = (
            Proposal.objects.filter(case__in=[each.case.pk for each in self.cases])
            .with_asks_central()
            .select_related("platform", "group__parent", "municipality", "agency")
            .order_by("roc_year", "serial")
        )
        return {row.case_id: row for row in rows if row.case_id is not None}

    @cached_property
    def groups(self) -> Mapping[int, str]:
        """What each group is called in a table, with the one above it."""
        rows = IssueGroup.objects.filter(platform=self.meeting.platform_id)
        return {
            group.pk: f"{group.parent.name}\n{group.name}"
            if group.parent
            else group.name
            for group in rows.select_related("parent")
        }

    @cached_property
    def hosts(self) -> Mapping[int, str]:
        """Who leads each case, else who takes part, else who proposed it."""
        found: dict[int, list[Participant]] = defaultdict(list)
        rows = Participant.objects.filter(
            case__in=[each.case.pk for each in self.cases]
        ).select_related("agency", "municipality")
        for row in rows:
            found[row.case_id].append(row)
        names: dict[int, str] = {}
        for pk, those in found.items():
            leads = [row for row in those if row.is_lead] or those
            offices = [row for row in leads if row.agency] or leads
            names[pk] = "\n".join(
                row.agency.name if row.agency else row.municipality.name
                for row in offices
            )
        for pk, proposal in self.proposals.items():
            names.setdefault(pk, proposal.proposer)
        return names

    @cached_property
    def wordings(self) -> Mapping[int, str]:
        """What is printed about a case instead of the record."""
        rows = HandbookWording.objects.filter(minutes__meeting=self.meeting)
        return dict(rows.values_list("case", "text"))

    @cached_property
    def progress(self) -> Mapping[int, str]:
        """What was last accepted about each case, by municipality where they differ."""
        rows = (
            ProgressUpdate.objects.accepted()
            .as_told()
            .filter(
                case__in=[each.case.pk for each in self.cases],
                round__as_of__lte=self.meeting.held_on,
            )
            .select_related("municipality", "round")
            .order_by(
                "case",
                "-round__as_of",
                F("municipality__order").asc(nulls_first=True),
                "pk",
            )
        )
        found: dict[int, str] = {}
        for pk, of_case in groupby(rows, key=lambda row: row.case_id):
            last = next(iter(groupby(of_case, key=lambda row: row.round_id)))[1]
            found[pk] = "\n".join(
                f"{row.municipality.short_name}：{row.told_text}"
                if row.municipality
                else row.told_text or ""
                for row in last
            )
        return found

    @cached_property
    def continued(self) -> Mapping[int, LedgerEntry]:
        """By which entry each case was last said to go on."""
        rows = (
            LedgerEntry.objects.in_account()
            .of_platform(self.meeting.platform)
            .until(self.meeting.held_on)
            .filter(
                kind=LedgerEntry.Kind.CONTINUE,
                case__in=[each.case.pk for each in self.cases],
            )
            .select_related("meeting__series")
            .in_order()
        )
        return {entry.case_id: entry for entry in rows}

    @cached_property
    def meetings(self) -> list[Meeting]:
        """The other meetings of the year until this one that have a record."""
        year = self.meeting.held_on.year
        return list(
            Meeting.objects.confirmed()
            .filter(
                platform=self.meeting.platform_id,
                held_on__year=year,
                held_on__lte=self.meeting.held_on,
                series__is_deciding=False,
            )
            .exclude(pk=self.meeting.pk)
            .exclude(series__level=MeetingSeries.Level.MAYOR)
            .select_related("series__group__parent", "host_agency", "host")
            .order_by("held_on", "starts_at", "pk")
        )


# Chapters ---------------------------------------------------------------------------


def _programme(facts: _Facts) -> Iterator[Block]:
    meeting = facts.meeting
    chairs = "、".join(str(chair) for chair in meeting.chairs.all()) or NOT_STATED
    for count, (label, value) in enumerate(
        [
            ("會議名稱", meeting.title),
            ("會議主持人", chairs),
            ("會議時間", sitting(meeting)),
            ("會議地點", meeting.place or NOT_STATED),
        ],
        start=1,
    ):
        yield Fact(write_marker(Level.CHINESE, count), label, value)
    items = list(meeting.programme.order_by("order"))
    yield Fact(write_marker(Level.CHINESE, 5), "會議議程", "" if items else "未定")
    if items:
        yield Grid(
            "會議議程",
            ("時間", "分鐘", "主題（內容）"),
            (0.24, 0.12, 0.64),
            0,
            tuple(
                (
                    f"{item.starts_at:%H:%M}"
                    + (f"－{item.ends_at:%H:%M}" if item.ends_at else ""),
                    "" if item.minutes is None else str(item.minutes),
                    item.topic + (f"\n（{item.note}）" if item.note else ""),
                )
                for item in items
            ),
        )


def _meetings(facts: _Facts) -> Iterator[Block]:
    grouped = [each for each in facts.meetings if each.series.group]
    others = [each for each in facts.meetings if not each.series.group]
    word = say("各議題小組會議辦理情形")
    for count, (heading, those) in enumerate(
        [(word, grouped), ("幕僚及其他會議辦理情形", others)], start=1
    ):
        yield Heading(2, write_marker(Level.CHINESE, count), heading)
        if not those:
            yield Words(NONE)
            continue
        yield Grid(
            heading,
            ("組別" if those is grouped else "會議", "主辦單位", "辦理情形"),
            (0.2, 0.2, 0.6),
            0,
            tuple(_held(those)),
        )


def _held(meetings: Sequence[Meeting]) -> Iterator[tuple[str, str, str]]:
    """Give a row for each group on top, or series, and who held its meetings."""
    rows: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for meeting in meetings:
        group = meeting.series.group
        top = (group.parent or group) if group else None
        host = meeting.host_agency or meeting.host
        sub = f"{group.name}：" if group and group.parent else ""
        key = (
            top.order if top else meeting.series.order,
            top.name if top else meeting.series.name,
            host.name if host else "",
        )
        rows[key].append(f"{sub}{format_roc(meeting.held_on)}{meeting.short_title}")
    for (_, name, host_name), lines in sorted(
        rows.items(), key=lambda each: each[0][0]
    ):
        yield name, host_name, "\n".join(lines)


def _discussion(facts: _Facts, sections: Sequence[HandbookSection]) -> Iterator[Block]:
    platform = facts.meeting.platform
    parts = groupby(sections, key=lambda each: PARTS[Kind(each.kind)])
    for count, (part, those) in enumerate(parts, start=1):
        marker = write_marker(Level.CHINESE, count)
        if part == LISTED:
            yield Heading(2, marker, f"列管中{platform.case_word}")
            yield Words(_counted_listed(facts))
        else:
            yield Heading(2, marker, f"{facts.year}年度新增合作提案")
            yield Words(_counted_new(facts))
        for place, section in enumerate(those, start=1):
            yield from _part(facts, section, write_marker(Level.CHINESE_BRACKET, place))


def _counted_listed(facts: _Facts) -> str:
    asked, kept = len(facts.to_delist), len(facts.to_continue)
    return say(
        "列管中合作案共{all}案；依各議題小組決議，擬解列{asked}案，擬持續列管{kept}案。"
    ).format(all=asked + kept, asked=asked, kept=kept)


def _counted_new(facts: _Facts) -> str:
    central, joint = len(facts.central), len(facts.joint)
    return say(
        "各議題小組同意提案共{all}案，其中請求中央協助{central}案，"
        "各縣市共同合作{joint}案。"
    ).format(all=central + joint, central=central, joint=joint)


def _part(facts: _Facts, section: HandbookSection, marker: str) -> Iterator[Block]:
    platform = facts.meeting.platform
    kind = Kind(section.kind)
    heading, cases, reason = {
        Kind.TO_DELIST: (
            f"擬{platform.delist_word}",
            facts.to_delist,
            f"{platform.delist_word}原因",
        ),
        Kind.TO_CONTINUE: ("擬持續列管", facts.to_continue, "持續列管原因"),
        Kind.NEW_CENTRAL: ("請求中央協助", facts.central, "說明／進度"),
        Kind.NEW_JOINT: ("各縣市共同合作", facts.joint, "說明／進度"),
    }[kind]
    heading = section.heading or heading
    yield Heading(3, marker, f"{heading}（共{len(cases)}案）")
    if section.text:
        yield Words(section.text)
    if not cases:
        yield Words(NONE)
        return
    is_new = PARTS[kind] == NEW
    heads = ["項次", "議題組別", "提案單位" if is_new else "主辦單位", "名稱"]
    widths = [0.07, 0.16, 0.16, 0.22]
    if kind == Kind.NEW_CENTRAL:
        heads.append("對應中央部會")
        widths.append(0.12)
    heads.append(reason)
    widths.append(1 - sum(widths))
    yield Grid(
        f"{heading}（共{len(cases)}案）",
        tuple(heads),
        tuple(widths),
        3,
        tuple(_row(facts, kind, place, case) for place, case in enumerate(cases, 1)),
    )


def _row(facts: _Facts, kind: str, place: int, case: AgendaCase) -> tuple[str, ...]:
    pk = case.case.pk
    proposal = facts.proposals.get(pk)
    said = {
        Kind.TO_DELIST: _why_delisted,
        Kind.TO_CONTINUE: _why_continued,
        Kind.NEW_CENTRAL: _how_it_goes,
        Kind.NEW_JOINT: _how_it_goes,
    }[Kind(kind)]
    row = [
        str(place),
        facts.groups.get(case.case.group_id, ""),
        facts.hosts.get(pk, ""),
        case.name,
    ]
    if kind == Kind.NEW_CENTRAL:
        row.append("\n".join(proposal.ministries) if proposal else "")
    return (*row, facts.wordings.get(pk) or said(facts, case))


def _cited(entry: LedgerEntry) -> str:
    return f"{format_roc(entry.decided_on)}{entry.meeting.short_title}"


def _why_delisted(facts: _Facts, case: AgendaCase) -> str:
    entry = case.asked_by
    assert entry is not None
    word = facts.meeting.platform.delist_word
    lines = [f"依{_cited(entry)}決議提請{word}。"]
    if entry.words:
        lines.append(f"{entry.words.rstrip('。')}。")
    return _items(lines)


def _why_continued(facts: _Facts, case: AgendaCase) -> str:
    lines = []
    entry = facts.continued.get(case.case.pk)
    if entry is not None:
        lines.append(f"依{_cited(entry)}決議持續辦理。")
        if entry.words:
            lines.append(f"{entry.words.rstrip('。')}。")
    if progress := facts.progress.get(case.case.pk):
        lines.append(progress)
    return _items(lines)


def _how_it_goes(facts: _Facts, case: AgendaCase) -> str:
    said = facts.progress.get(case.case.pk)
    if said:
        return said
    entry = case.agreed_by
    return f"依{_cited(entry)}決議提會。" if entry else ""


def _items(lines: Sequence[str]) -> str:
    """Return lines as numbered items where there are several of one line each."""
    if len(lines) < 2 or any("\n" in line for line in lines):
        return "\n".join(lines)
    return "\n".join(
        f"{write_marker(Level.DIGIT, count)}{line}"
        for count, line in enumerate(lines, start=1)
    )


def _forms(facts: _Facts) -> Iterator[Block]:
    cases = [*facts.central, *facts.joint]
    chosen = [
        facts.proposals[each.case.pk]
        for each in cases
        if each.case.pk in facts.proposals
    ]
    if not chosen:
        yield Words(NONE)
        return
    yield Words(f"共{to_chinese(len(chosen))}份。")
    for sheet in sheets_of(facts.meeting.platform, chosen):
        yield Form(sheet)


_CONTENT: Mapping[str, Callable[[_Facts], Iterable[Block]]] = {
    Kind.PROGRAMME: _programme,
    Kind.MEETINGS: _meetings,
    Kind.FORMS: _forms,
    Kind.TEXT: lambda facts: (),
}

"""The review of minutes that were read, with all that a person needs to judge them.

Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from cases.desk.agenda import Agenda, agenda_of
from cases.models import ReadMinutes
from cases.readings.counts import GroupCount, group_counts
from cases.readings.judge import Judge, Row, state_of, with_doubles
from cases.readings.minutes import Known, facts_of, is_foreign
from cases.readings.result import MinutesFacts, PaperFacts
from meetings.minutes.compose import quoted
from meetings.models import Meeting, Minutes, Platform
from meetings.words import say
from platform_site.lib.roc import format_roc


@dataclass(frozen=True)
class Review:
    """Minutes that were read, with all a person needs to judge them."""

    read: ReadMinutes
    paper: PaperFacts
    facts: MinutesFacts
    known: Known
    meeting: Meeting | None  # the one of the record, or one that is not saved yet
    agenda: Agenda | None
    rows: Sequence[Row]
    counts: Sequence[GroupCount] = ()
    cautions: Sequence[str] = ()
    in_the_way: Sequence[str] = field(default_factory=list)

    @property
    def is_recorded(self) -> bool:
        """Whether the record has confirmed minutes of this meeting."""
        return self.meeting is not None and state_of(self.meeting) == "confirmed"

    @property
    def open_rows(self) -> list[Row]:
        """The rows nobody has judged."""
        return [row for row in self.rows if row.is_open]

    @property
    def clear_rows(self) -> list[Row]:
        """The rows that may be accepted together."""
        return [row for row in self.rows if row.is_clear]

    @property
    def accepted_rows(self) -> list[Row]:
        """The rows that go into the draft."""
        return [row for row in self.rows if row.is_accepted]

    @property
    def stamp(self) -> str:
        """Tell this state of header and rows from every other one."""
        versions = sum(row.decision.version for row in self.rows)
        return f"{self.read.version}.{versions}"

    @property
    def may_draft(self) -> bool:
        """Whether nothing stands in the way of a draft."""
        return not self.in_the_way

    @property
    def is_foreign(self) -> bool:
        """Whether the paper names another platform."""
        return is_foreign(self.facts, self.read.reading.platform)

    @property
    def decides(self) -> bool:
        """Whether the series decides what is tracked."""
        series = self.read.series
        return series is not None and series.is_deciding


def review_of(read: ReadMinutes, paper: PaperFacts | None = None) -> Review:
    """Judge what was read as the record stands now; a constant number of queries."""
    paper = paper or facts_of(read.reading)
    facts = paper.meetings[read.order]
    platform = read.reading.platform
    known = Known.of(platform)
    meeting = meeting_of(read)
    agenda = agenda_of(meeting) if meeting is not None else None
    decisions = list(
        read.decisions.select_related(
            "case__group",
            "issue_group",
            "merged_into",
            "merged_into_new",
            "split_from",
            "chosen_by",
        )
    )
    judge = Judge(read, known.names, agenda)
    said = dict(enumerate(facts.decisions))
    rows = [judge.row(each, said.get(each.order)) for each in decisions]
    rows = list(with_doubles(rows))
    counts = (
        list(group_counts(facts, known.names, agenda, rows))
        if judge.decides and judge.recorded is None
        else []
    )
    review = Review(read, paper, facts, known, meeting, agenda, rows, counts)
    return replace(
        review,
        cautions=list(_cautions(review)),
        in_the_way=list(_in_the_way(review)),
    )


def on_record(platform: Platform, those: Iterable[ReadMinutes]) -> set[int]:
    """Return the keys of those whose meeting has confirmed minutes; one query."""
    numbered, dated = set(), set()
    for series, year, number, day in (
        Meeting.objects.confirmed()
        .filter(platform=platform)
        .values_list("series_id", "roc_year", "number", "held_on")
    ):
        if number is None:
            dated.add((series, day))
        else:
            numbered.add((series, year, number))
    return {
        read.pk
        for read in those
        if (read.series_id, read.roc_year, read.number) in numbered
        or (read.number is None and (read.series_id, read.held_on) in dated)
    }


def meeting_of(read: ReadMinutes) -> Meeting | None:
    """Return the meeting the minutes are of: on record, or one that could be begun.

    None while series or day are not known.
    """
    series, day = read.series, read.held_on
    if series is None or day is None:
        return None
    those = Meeting.objects.filter(series=series).select_related(
        "platform", "series__group", "minutes", "host"
    )
    if read.number is not None:
        found = those.filter(number=read.number, roc_year=read.roc_year).first()
    else:
        found = those.filter(number=None, held_on=day).first()
    return found or Meeting(platform=read.reading.platform, series=series, held_on=day)


# What should be known, and what stands in the way ---------------------------------


def _cautions(review: Review) -> Iterator[str]:
    """What a person should know before drafting; a sentence each."""
    read, meeting = review.read, review.meeting
    platform = read.reading.platform
    if review.is_foreign:
        yield (
            f"文件所載平臺為{quoted(review.facts.platform)}，與{platform}不同；"
            "不同平臺的同名案件不是同一案。"
        )
    facts = review.facts
    for label, text, most in (
        ("會議名稱", facts.title, 120),
        ("會議地點", facts.place, 120),
        ("紀錄", facts.recorder, 40),
        *(("主席姓名", chair.name, 40) for chair in facts.chairs),
    ):
        if len(text) > most:
            yield f"{label}「{text[:20]}…」超過 {most} 字，沒有帶入，請自行填寫。"
    for chair in read.chairs:
        like = review.known.like(str(chair.get("name", "")))
        if like is not None:
            yield f"主席「{chair['name']}」與前次會議的「{like.name}」僅一字不同，請確認。"
    if meeting is None or read.series is None or read.held_on is None:
        return
    if facts.number is None and read.number is not None:
        yield f"文件未載次別，列為第{read.number}次，請確認。"
    if meeting.pk and meeting.held_on != read.held_on:
        yield (
            f"{meeting.short_title}已登錄的日期是{format_roc(meeting.held_on)}，"
            f"文件載{format_roc(read.held_on)}。"
        )
    if read.series.is_deciding:
        yield from _order_cautions(review, meeting)


def _order_cautions(review: Review, meeting: Meeting) -> Iterator[str]:
    deciding = (
        Meeting.objects.deciding()
        .filter(platform=meeting.platform_id)
        .exclude(state=Meeting.State.CANCELLED)
        .exclude(pk__in=[meeting.pk] if meeting.pk else [])
        .select_related("series", "minutes")
        .in_order()
    )
    assert review.read.held_on is not None
    day = review.read.held_on
    later = earlier = None
    for other in deciding:
        state = state_of(other)
        if other.held_on > day and state == "confirmed" and later is None:
            later = other
        elif other.held_on < day and state == "draft":
            earlier = other
    if later is not None and not review.is_recorded:
        yield (
            f"之後的{later.short_title}（{format_roc(later.held_on)}）已確認；"
            + say(
                "列管紀錄須前後相容，補登的決定若使其後的列管、解列或補登列管不再成立，"
                "就不能確認。"
            )
        )
    if earlier is not None:
        yield (
            f"之前的{earlier.short_title}（{format_roc(earlier.held_on)}）尚未確認；"
            "該次會議的新案確認後才會出現在這裡。"
        )


def _in_the_way(review: Review) -> Iterator[str]:
    """Why no draft can be made of this now; a sentence each."""
    read, meeting = review.read, review.meeting
    if read.minutes_id is not None:
        yield "已製成草稿。"
        return
    if review.is_recorded:
        assert meeting is not None
        yield f"{meeting.short_title}的會議紀錄已在紀錄中（已確認），不再製成草稿。"
        return
    if read.is_ignored:
        yield "這份會議紀錄已略過。"
    for lacks, sentence in (
        (read.series is None, "請選擇會議系列。"),
        (read.held_on is None, "請填寫會議日期。"),
        (not read.title, "請填寫會議名稱。"),
    ):
        if lacks:
            yield sentence
    yield from _number_in_the_way(read)
    if meeting is not None and meeting.pk and _holds_something(meeting):
        yield (
            f"{meeting.short_title}已有記錄中的草稿，不會以文件覆蓋；"
            "請在會議工作桌清空草稿，或略過這份文件。"
        )
    if meeting is not None and meeting.pk and meeting.state == Meeting.State.CANCELLED:
        yield f"{meeting.short_title}已取消。"
    if review.open_rows:
        yield f"還有 {len(review.open_rows)} 項決定待審閱。"


def _number_in_the_way(read: ReadMinutes) -> Iterator[str]:
    series = read.series
    if series is None:
        return
    numbering = series.numbering
    if numbering == "none" and (read.number or read.roc_year):
        yield f"{series}不編次，請清除次別與年度。"
    if numbering != "none" and not read.number:
        yield "請填寫會議次別。"
    if numbering == "per_year" and not read.roc_year:
        yield "請填寫年度。"
    if numbering == "running" and read.roc_year:
        yield f"{series}不分年度編次，請清除年度。"


def _holds_something(meeting: Meeting) -> bool:
    """Whether somebody has written in the draft already; headings do not count."""
    minutes: Minutes | None = getattr(meeting, "minutes", None)
    if minutes is None:
        return False
    return any(
        rows.exists()
        for rows in (
            minutes.draft_decisions,
            minutes.remarks,
            minutes.motions,
            minutes.attachments,
            minutes.resolutions,
            minutes.sections.exclude(text=""),
        )
    )

"""The next meeting of a series: what is proposed, what is odd, how it begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

from django.core.exceptions import ValidationError
from django.db import transaction

from meetings.models import (
    Meeting,
    MeetingSeries,
    Minutes,
    Municipality,
    Section,
    meeting_slug,
)
from platform_site.lib.roc import format_roc, roc_year

Kind = Section.Kind

# The sections of a series that has no minutes yet.
USUAL = (
    Kind.TIME,
    Kind.PLACE,
    Kind.CHAIRS,
    Kind.ATTENDANCE,
    Kind.OPENING,
    Kind.REPORT,
    Kind.DISCUSSION,
    Kind.MOTIONS,
    Kind.REMARKS,
    Kind.ADJOURNMENT,
)


@dataclass(frozen=True)
class NextMeeting:
    """What a series proposes for its next meeting."""

    number: int | None
    roc_year: int | None
    title: str
    host: Municipality | None


def next_meeting(series: MeetingSeries, *, today: date) -> NextMeeting:
    """Propose the next meeting of ``series``; a year of its own begins at 1."""
    year = (
        roc_year(today)
        if series.numbering == MeetingSeries.Numbering.PER_YEAR
        else None
    )
    number = None
    if series.numbering != MeetingSeries.Numbering.NONE:
        number = max(_numbers(series, year), default=0) + 1
    title = title_of(series, number, year)
    return NextMeeting(number, year, title, _next_host(series, today))


def title_of(series: MeetingSeries, number: int | None, year: int | None) -> str:
    """Return the title as the series' last meeting had it, with another number."""
    last = (
        series.meetings.filter(number__isnull=number is None)
        .exclude(title="")
        .in_order()
        .last()
    )
    plain = f"{year}年度" if year else ""
    plain += series.platform.name
    plain += f"第{number}次{series.name}" if number else series.name
    if last is None or number is None:
        return plain
    title, changed = re.subn(
        r"第\s*([0-9]+)\s*次", f"第{number}次", last.title, count=1
    )
    if year:
        title, in_year = re.subn(r"[0-9]{2,3}年度", f"{year}年度", title, count=1)
        changed = changed and in_year
    return title if changed else plain


def _numbers(series: MeetingSeries, year: int | None) -> list[int]:
    return [
        number
        for number in series.meetings.filter(roc_year=year).values_list(
            "number", flat=True
        )
        if number is not None
    ]


def _next_host(series: MeetingSeries, today: date) -> Municipality | None:
    """Return whose turn it is: the member that hosted longest ago, or never did.

    By the year one member hosts all meetings whose turns go by the year.
    """
    if series.hosting == MeetingSeries.Hosting.NONE:
        return None
    by_year = series.hosting == MeetingSeries.Hosting.BY_YEAR
    meetings = (
        Meeting.objects.filter(
            platform=series.platform_id, series__hosting=series.hosting
        )
        if by_year
        else series.meetings.all()
    )
    hosted: dict[int, int] = {}
    for turn, (host, held_on) in enumerate(
        meetings.filter(host__isnull=False).in_order().values_list("host_id", "held_on")
    ):
        assert host is not None
        hosted[host] = turn
        if by_year and held_on.year == today.year:
            return Municipality.objects.get(pk=host)
    members = series.platform.members.order_by("order")
    if not hosted:
        return None
    return min(members, key=lambda member: hosted.get(member.pk, -1), default=None)


def oddities(
    series: MeetingSeries, *, number: int | None, year: int | None, held_on: date
) -> Iterator[str]:
    """Give a sentence for all that is odd about a meeting to come, but may be right."""
    if number is not None:
        before = max((n for n in _numbers(series, year) if n < number), default=0)
        if number > before + 1:
            told = f"第{before}次" if before else "第1次之前"
            absent = (
                f"第{before + 1}次"
                if number == before + 2
                else f"第{before + 1}次至第{number - 1}次"
            )
            yield (
                f"次別不連續：{told}之後缺{absent}。"
                if before
                else (f"次別不連續：尚無{absent}的紀錄。")
            )
    if year is not None and year != roc_year(held_on):
        yield f"年度填{year}，會議日期卻在民國{roc_year(held_on)}年。"
    last = series.meetings.in_order().last()
    if last is not None and held_on <= last.held_on:
        yield (
            f"會議日期不晚於{last.short_title}（{format_roc(last.held_on)}），"
            "確認後列管紀錄將依日期順序重算。"
        )


@transaction.atomic
def begin_meeting(
    series: MeetingSeries,
    *,
    number: int | None,
    roc_year: int | None,
    title: str,
    held_on: date,
    starts_at: time | None = None,
    place: str = "",
    host: Municipality | None = None,
) -> Meeting:
    """Call a meeting and begin its minutes with the series' usual sections.

    Raises ValidationError.
    """
    # Lock the series: of two clerks who begin the same meeting the second is told.
    MeetingSeries.objects.select_for_update().get(pk=series.pk)
    slug = meeting_slug(series, number=number, roc_year=roc_year, held_on=held_on)
    meeting = Meeting(
        platform=series.platform,
        series=series,
        slug=slug,
        number=number,
        roc_year=roc_year,
        title=title,
        held_on=held_on,
        starts_at=starts_at,
        place=place,
        host=host,
    )
    if Meeting.objects.filter(platform=series.platform, slug=slug).exists():
        raise ValidationError({"held_on": "這個系列已有這一次會議，請勿重複建立。"})
    meeting.full_clean()
    sections = _usual_sections(series)
    meeting.save(force_insert=True)
    minutes = Minutes.objects.create(meeting=meeting)
    Section.objects.bulk_create(
        Section(minutes=minutes, order=order, kind=kind, heading=heading)
        for order, (kind, heading) in enumerate(sections, start=1)
    )
    return meeting


def _usual_sections(series: MeetingSeries) -> list[tuple[str, str]]:
    """Return the headings of the series' last minutes that were not inferred."""
    last = (
        series.meetings.filter(minutes__source="", minutes__sections__isnull=False)
        .distinct()
        .in_order()
        .last()
    )
    if last is None:
        return [(kind, kind.label) for kind in USUAL]
    return list(last.minutes.sections.values_list("kind", "heading"))

"""The public pages about meetings; nobody needs to log in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings.models import (
    IssueGroup,
    Meeting,
    MeetingSeries,
    Minutes,
    Platform,
    Resolution,
    Section,
)
from platform_site.lib.roc import roc_year

Kind = Section.Kind


def get_platform(slug: str) -> Platform:
    """Return the platform of an address, or 404 with a sentence."""
    try:
        return Platform.objects.get(slug=slug)
    except Platform.DoesNotExist:
        raise Http404("沒有這個平臺，請由首頁選擇平臺。") from None


@dataclass(frozen=True)
class SeriesMeetings:
    """The meetings of one series, newest first, by ROC year."""

    series: MeetingSeries
    years: Sequence[tuple[int, Sequence[Meeting]]]
    total: int


@require_safe
def meeting_list(request: HttpRequest, platform: str) -> HttpResponse:
    """The published meetings of a platform by series and year."""
    body = get_platform(platform)
    meetings = (
        Meeting.objects.public()
        .filter(platform=body)
        .select_related("series", "host", "minutes")
        .order_by("series__order", "series_id", "-held_on", "-starts_at", "-pk")
    )
    series = []
    for one, those in groupby(meetings, key=lambda meeting: meeting.series):
        sittings = list(those)
        years = [
            (year, list(sat))
            for year, sat in groupby(sittings, key=lambda m: roc_year(m.held_on))
        ]
        series.append(SeriesMeetings(one, years, len(sittings)))
    context = {"platform": body, "series": series}
    return render(request, "meetings/meeting_list.html", context)


@dataclass(frozen=True)
class GroupResolutions:
    """The resolutions for one group (None: of the whole meeting), as numbered."""

    group: IssueGroup | None
    resolutions: Sequence[Resolution]


@dataclass
class Part:
    """A section of the minutes with what the record keeps elsewhere in its place."""

    section: Section
    resolutions: Sequence[GroupResolutions] = field(default_factory=list)
    has_motions: bool = False
    has_remarks: bool = False


@require_safe
def meeting(request: HttpRequest, platform: str, meeting: str) -> HttpResponse:
    """The minutes of one meeting, section by section."""
    body = get_platform(platform)
    resolutions = Resolution.objects.select_related("group")
    sitting = (
        Meeting.objects.public()
        .filter(platform=body, slug=meeting)
        .select_related("series__group", "host", "minutes", "platform")
        .prefetch_related(
            "chairs",
            "minutes__sections",
            Prefetch("minutes__resolutions", queryset=resolutions),
            "minutes__remarks",
            "minutes__motions",
            "minutes__attachments",
            "minutes__errata",
        )
        .first()
    )
    if sitting is None:
        raise Http404("沒有這次會議，或其會議紀錄尚未公開，請由會議一覽查找。")
    minutes = sitting.minutes
    by_group = group_resolutions(minutes.resolutions.all())
    parts = _parts(minutes, by_group)
    context = {
        "platform": body,
        "meeting": sitting,
        "minutes": minutes,
        "parts": parts,
        # What no section of the paper holds is shown after the last one.
        "loose_resolutions": []
        if any(part.resolutions for part in parts)
        else by_group,
        "loose_motions": not any(part.has_motions for part in parts)
        and list(minutes.motions.all()),
        "loose_remarks": not any(part.has_remarks for part in parts)
        and list(minutes.remarks.all()),
    }
    return render(request, "meetings/meeting.html", context)


def group_resolutions(resolutions: Iterable[Resolution]) -> list[GroupResolutions]:
    """Return the resolutions in printed order, those of one group together."""
    return [
        GroupResolutions(group, list(those))
        for group, those in groupby(resolutions, key=lambda r: r.group)
    ]


def _parts(minutes: Minutes, by_group: list[GroupResolutions]) -> list[Part]:
    """Return the sections, the first of each kind with what belongs there."""
    parts = []
    seen: set[str] = set()
    for section in minutes.sections.all():
        part = Part(section)
        if section.kind not in seen:
            if section.kind == Kind.DISCUSSION:
                part.resolutions = by_group
            part.has_motions = section.kind == Kind.MOTIONS
            part.has_remarks = section.kind == Kind.REMARKS
        seen.add(section.kind)
        parts.append(part)
    return parts

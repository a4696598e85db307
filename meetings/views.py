"""The public pages about meetings; nobody needs to log in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from meetings.forms import MeetingFilter
from meetings.minutes import paper
from meetings.minutes.paper_files import serve_paper
from meetings.minutes.resolutions import Item, resolution_items
from meetings.models import (
    Meeting,
    MeetingSeries,
    Minutes,
    Platform,
    Section,
    own_groups,
)
from meetings.words import speak_for
from platform_site.lib.gone import Gone
from platform_site.lib.page_cache import public_page
from platform_site.lib.pdf import PaperError
from platform_site.lib.roc import roc_year
from platform_site.lib.serve import refusal_status

Kind = Section.Kind


def get_platform(slug: str) -> Platform:
    """Return the platform of an address, or 404 with a sentence."""
    try:
        platform = Platform.objects.get(slug=slug)
    except Platform.DoesNotExist:
        raise Http404("沒有這個平臺，請由首頁選擇平臺。") from None
    speak_for(platform)
    return platform


def get_meeting(request: HttpRequest, platform: Platform, slug: str) -> Meeting:
    """Return a meeting whose minutes the user may read, with them, or refuse it."""
    readable = Meeting.objects.readable_by(request.user).with_minutes()
    try:
        return readable.get(platform=platform, slug=slug)
    except Meeting.DoesNotExist:
        raise no_meeting(platform, slug) from None


def no_meeting(platform: Platform, slug: str) -> Exception:
    """Return what to raise at the address of a meeting that is not public."""
    if Meeting.objects.withdrawn().filter(platform=platform, slug=slug).exists():
        return Gone(
            "這次會議的紀錄曾經公開，現已撤回；其他會議請由會議一覽查找，"
            "如需了解請洽平臺幕僚。"
        )
    return Http404("沒有這次會議，或其會議紀錄尚未公開，請由會議一覽查找。")


@dataclass(frozen=True)
class SeriesMeetings:
    """The meetings of one series, newest first, by ROC year."""

    series: MeetingSeries
    years: Sequence[tuple[int, Sequence[Meeting]]]
    total: int


@public_page
def meeting_list(request: HttpRequest, platform: str) -> HttpResponse:
    """The meetings of a platform that the user may read of, by series and year."""
    body = get_platform(platform)
    readable = Meeting.objects.readable_by(request.user).order_by()
    partly = Meeting.objects.partly_readable_by(request.user).order_by()
    meetings = (
        Meeting.objects.filter(Q(pk__in=readable) | Q(pk__in=partly), platform=body)
        .select_related("series", "host", "minutes")
        .order_by("series__order", "series_id", "-held_on", "-starts_at", "-pk")
    )
    form = MeetingFilter(request.GET, meetings)
    context: dict[str, Any] = {"platform": body, "active": "meetings", "form": form}
    if not form.is_valid():
        return render(request, "meetings/meeting_list.html", context, status=400)
    series = []
    for one, those in groupby(form.found, key=lambda meeting: meeting.series):
        sittings = list(those)
        years = [
            (year, list(sat))
            for year, sat in groupby(sittings, key=lambda m: roc_year(m.held_on))
        ]
        series.append(SeriesMeetings(one, years, len(sittings)))
    context["series"] = series
    return render(request, "meetings/meeting_list.html", context)


@dataclass
class Part:
    """A section of the minutes with what the record keeps elsewhere in its place."""

    section: Section
    items: Sequence[Item] = field(default_factory=list)
    has_motions: bool = False
    has_remarks: bool = False


@public_page
def meeting(request: HttpRequest, platform: str, meeting: str) -> HttpResponse:
    """The minutes of one meeting, section by section.

    A group's contact who may not read them yet gets what was decided for the group.
    """
    body = get_platform(platform)
    try:
        sitting = get_meeting(request, body, meeting)
    except (Http404, Gone):
        partly = Meeting.objects.partly_readable_by(request.user)
        own = partly.with_minutes().filter(platform=body, slug=meeting).first()
        if own is None:
            raise
        context = {
            "platform": body,
            "active": "meetings",
            "meeting": own,
            "own_groups": own_groups(request.user, timezone.localdate()),
        }
        return render(request, "meetings/own_decisions.html", context)
    minutes = sitting.minutes
    items = resolution_items(minutes.resolutions.all(), sitting.series.group)
    parts = _parts(minutes, items)
    context = {
        "platform": body,
        "active": "meetings",
        "meeting": sitting,
        "minutes": minutes,
        "parts": parts,
        "updated": _updated(minutes),
        "neighbours": _neighbours(sitting, request),
        "attendance": "\n".join(
            f"{line.marker}{line.text}" for line in paper.attendance_lines(minutes)
        ),
        # What no section of the paper holds is shown after the last one.
        "loose_items": [] if any(part.items for part in parts) else items,
        "loose_motions": not any(part.has_motions for part in parts)
        and list(minutes.motions.all()),
        "loose_remarks": not any(part.has_remarks for part in parts)
        and list(minutes.remarks.all()),
    }
    return render(request, "meetings/meeting.html", context)


@require_safe
def minutes_paper(
    request: HttpRequest, platform: str, meeting: str, extension: str
) -> HttpResponseBase:
    """The minutes of one meeting as a file."""
    body = get_platform(platform)
    sitting = get_meeting(request, body, meeting)
    try:
        return serve_paper(request, paper.minutes_paper(sitting), extension)
    except PaperError as error:
        return paper_refused(request, sitting, str(error), refusal_status(error))


def paper_refused(
    request: HttpRequest, meeting: Meeting, sentence: str, status: int
) -> HttpResponse:
    """Say on a page why there is no such paper of a meeting."""
    context = {"platform": meeting.platform, "meeting": meeting, "sentence": sentence}
    return render(request, "meetings/paper_refused.html", context, status=status)


def _neighbours(
    meeting: Meeting, request: HttpRequest
) -> tuple[Meeting | None, Meeting | None]:
    """Return the readable meetings of the series before and after one; one query."""
    sittings = list(
        Meeting.objects.readable_by(request.user)
        .filter(series_id=meeting.series_id)
        .select_related("series", "platform")
        .in_order()
    )
    place = sittings.index(meeting)
    before = sittings[place - 1] if place else None
    after = sittings[place + 1] if place + 1 < len(sittings) else None
    return before, after


def _updated(minutes: Minutes) -> datetime | None:
    """Return when the minutes were published or last corrected."""
    instants = [erratum.recorded_at for erratum in minutes.errata.all()]
    if minutes.published_at and minutes.is_public:
        instants.append(minutes.published_at)
    return max(instants, default=None)


def _parts(minutes: Minutes, items: Sequence[Item]) -> list[Part]:
    """Return the sections, the first of each kind with what belongs there."""
    parts = []
    seen: set[str] = set()
    for section in minutes.sections.all():
        part = Part(section)
        if section.kind not in seen:
            if section.kind == Kind.DISCUSSION:
                part.items = items
            part.has_motions = section.kind == Kind.MOTIONS
            part.has_remarks = section.kind == Kind.REMARKS
        seen.add(section.kind)
        parts.append(part)
    return parts

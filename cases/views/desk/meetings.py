"""The desk's first page, and the beginning of a meeting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases.desk.forms import MeetingForm
from cases.models import ReportingRound
from cases.rounds.overview import counted, phase_of
from cases.setting_up import may_set_up
from cases.views.desk.access import desk_page, desk_view, kept_platform
from meetings.minutes.next_meeting import (
    NextMeeting,
    begin_meeting,
    next_meeting,
    oddities,
    title_of,
)
from meetings.models import Meeting, MeetingSeries, Minutes, Platform, published

LATEST = 8  # confirmed and public meetings on the first page
FIELDS = ("title", "number", "roc_year", "held_on", "starts_at", "place", "host")


@desk_view
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The open rounds, meetings in preparation and minutes in draft, of own platforms.

    Below them what is confirmed: all that is not public yet, and the latest.
    """
    platforms = Platform.objects.kept_by(request.user)
    meetings = (
        Meeting.objects.filter(platform__in=platforms)
        .exclude(state=Meeting.State.CANCELLED)
        .exclude(minutes__state=Minutes.State.CONFIRMED)
        .select_related("platform", "series", "minutes")
        .order_by("held_on", "pk")
    )
    confirmed = (
        Meeting.objects.confirmed()
        .filter(platform__in=platforms)
        .select_related("platform", "series", "minutes")
        .order_by("-minutes__confirmed_at", "-held_on", "-pk")
    )
    today = timezone.localdate()
    collected = (
        counted(ReportingRound.objects.filter(platform__in=platforms))
        .exclude(opens_on=None)
        .filter(locked_at=None)
        .select_related("platform")
        .order_by("platform", "as_of")
    )
    return desk_page(
        request,
        "desk/index.html",
        "會議工作桌",
        {
            "open_rounds": [(each, phase_of(each, today)) for each in collected],
            "unpublished": confirmed.exclude(published()),
            "latest": confirmed.filter(published())[:LATEST],
            "platforms": platforms.prefetch_related("series"),
            "meetings": meetings,
            "today": today,
            "may_set_up": may_set_up(request.user),
        },
    )


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def new_meeting(request: HttpRequest, platform: str, series: str) -> HttpResponseBase:
    """Propose the next meeting of a series, and begin it."""
    body = kept_platform(request, platform)
    found = (
        MeetingSeries.objects.filter(platform=body, slug=series)
        .select_related("platform", "group")
        .first()
    )
    if found is None:
        raise Http404("沒有這個會議系列，請由會議工作桌選擇。")
    proposed = next_meeting(found, today=timezone.localdate())
    if request.method != "POST":
        form = _form(found, initial=_initial(proposed))
        return _page(request, found, form, [])
    form = _form(found, data=request.POST)
    if not form.is_valid():
        return _page(request, found, form, [], status=422)
    said = _said(form, found, proposed)
    there = _begun_already(found, said)
    if there is not None:
        messages.info(request, f"{there.title}已經建立。")
        return HttpResponseRedirect(_address(there))
    form.refuse_double()
    odd = list(
        oddities(
            found,
            number=said["number"],
            year=said["roc_year"],
            held_on=said["held_on"],
        )
    )
    if form.errors or (odd and request.POST.getlist("accepted") != odd):
        status = 422 if form.errors else 200
        if not form.errors:
            # What is asked about is what would be begun, its title too.
            form = _form(found, data={**request.POST.dict(), "title": said["title"]})
        return _page(request, found, form, odd, status=status)
    try:
        meeting = begin_meeting(found, **said)
    except ValidationError as error:
        there = _begun_already(found, said)
        if there is not None:
            return HttpResponseRedirect(_address(there))
        for name, sentences in _by_field(error, form).items():
            form.add_error(name, sentences)
        return _page(request, found, form, [], status=422)
    messages.success(request, f"已建立{meeting.title}，請登錄會議資料。")
    return HttpResponseRedirect(_address(meeting))


def _form(series: MeetingSeries, **kwargs: Any) -> MeetingForm:
    form = MeetingForm(series=series, **kwargs)
    for name in list(form.fields):
        if name not in FIELDS:
            del form.fields[name]
    return form


def _initial(proposed: NextMeeting) -> dict[str, Any]:
    return {
        "number": proposed.number,
        "roc_year": proposed.roc_year,
        "title": proposed.title,
        "host": proposed.host,
    }


def _said(
    form: MeetingForm, series: MeetingSeries, proposed: NextMeeting
) -> dict[str, Any]:
    """Return what was said; a title that was only proposed follows the number."""
    said = {name: form.cleaned_data.get(name) for name in FIELDS}
    if said["title"] in ("", proposed.title):
        said["title"] = title_of(series, said["number"], said["roc_year"])
    return said


def _begun_already(series: MeetingSeries, said: dict[str, Any]) -> Meeting | None:
    """Return the meeting that the same form began a moment ago."""
    return (
        Meeting.objects.filter(
            series=series,
            number=said["number"],
            roc_year=said["roc_year"],
            held_on=said["held_on"],
            title=said["title"],
            minutes__state=Minutes.State.DRAFT,
        )
        .select_related("platform")
        .first()
    )


def _by_field(error: ValidationError, form: MeetingForm) -> dict[str | None, list[str]]:
    if not hasattr(error, "error_dict"):
        return {None: error.messages}
    return {
        name if name in form.fields else None: sentences
        for name, sentences in error.message_dict.items()
    }


def _address(meeting: Meeting) -> str:
    at = {"platform": meeting.platform.slug, "meeting": meeting.slug}
    return reverse("desk:header", kwargs=at)


def _page(
    request: HttpRequest,
    series: MeetingSeries,
    form: MeetingForm,
    odd: list[str],
    *,
    status: int = 200,
) -> HttpResponse:
    return desk_page(
        request,
        "desk/new.html",
        f"新增會議：{series.name}",
        {
            "series": series,
            "form": form,
            "odd": odd,
            "last": series.meetings.in_order().last(),
        },
        status=status,
    )

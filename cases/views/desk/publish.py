"""Making confirmed minutes public from the desk, and taking them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases.views.desk.access import desk_page, desk_view, kept_meeting
from cases.views.desk.overview import address_of
from cases.views.desk.steps import steps_of
from meetings.minutes.publish import publish as make_public
from meetings.minutes.publish import unpublish as take_back
from meetings.models import Meeting, Minutes
from platform_site.lib.roc import format_roc, parse_date, parse_time

UNPROCESSABLE = 422


class PublishForm(forms.Form):
    """At once, or a day and a time of day as people type them."""

    when = forms.ChoiceField(
        label="公開時間",
        choices=[("now", "立即公開"), ("at", "定時公開")],
        widget=forms.RadioSelect,
        initial="now",
        error_messages={"invalid_choice": "請選擇立即公開或定時公開。"},
    )
    day = forms.CharField(
        label="日期", required=False, help_text="如 115/12/1 或 2026-12-01。"
    )
    hour = forms.CharField(
        label="時間", required=False, help_text="如 09:00 或上午9時。"
    )

    def clean(self) -> dict[str, Any]:
        """Read the time that was set into ``at``; None is at once."""
        said: dict[str, Any] = super().clean() or {}
        said["at"] = None
        if said.get("when") != "at":
            return said
        read: dict[str, Any] = {}
        for name, parse in (("day", parse_date), ("hour", parse_time)):
            try:
                if not said.get(name, "").strip():
                    raise ValueError("定時公開請填日期與時間。")
                read[name] = parse(said[name])
            except ValueError as error:
                self.add_error(name, str(error))
        if len(read) == 2:
            moment = datetime.combine(read["day"], read["hour"])
            said["at"] = timezone.make_aware(moment)
        return said


def _confirmed(
    request: HttpRequest, platform: str, slug: str
) -> tuple[Meeting, Minutes]:
    meeting = kept_meeting(request, platform, slug)
    minutes: Minutes | None = getattr(meeting, "minutes", None)
    if minutes is None or minutes.state != Minutes.State.CONFIRMED:
        raise Http404("會議紀錄確認後才能公開，請先檢核與確認。")
    return meeting, minutes


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, platform: str, meeting: str) -> HttpResponseBase:
    """Publish at once or at a set time; GET shows what was done so far."""
    found, minutes = _confirmed(request, platform, meeting)
    if request.method != "POST":
        return _page(request, found, minutes, PublishForm())
    assert request.user.is_authenticated
    form = PublishForm(request.POST)
    if form.is_valid():
        try:
            done = make_public(minutes, by=request.user, at=form.cleaned_data["at"])
        except ValidationError as error:
            form.add_error("day" if form.cleaned_data["at"] else None, error.messages)
        else:
            at = timezone.localtime(done.takes_effect_at)
            said = "會議紀錄已公開。"
            if form.cleaned_data["at"]:
                said = f"會議紀錄將於{format_roc(at.date(), 'full')} {at:%H:%M} 公開。"
            messages.success(request, said)
            return HttpResponseRedirect(address_of(found, "meeting"))
    return _page(request, found, minutes, form, status=UNPROCESSABLE)


@desk_view
@require_POST
def unpublish(request: HttpRequest, platform: str, meeting: str) -> HttpResponseBase:
    """Take minutes back, or a time set for them, with a reason."""
    found, minutes = _confirmed(request, platform, meeting)
    assert request.user.is_authenticated
    reason = request.POST.get("reason", "").replace("\0", "")
    try:
        take_back(minutes, by=request.user, reason=reason)
    except ValidationError as error:
        fault = "".join(error.messages)
        return _page(
            request, found, minutes, PublishForm(), fault=fault, status=UNPROCESSABLE
        )
    messages.success(request, "會議紀錄已停止公開，理由已留存。")
    return HttpResponseRedirect(address_of(found, "meeting"))


def _page(
    request: HttpRequest,
    meeting: Meeting,
    minutes: Minutes,
    form: PublishForm,
    *,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    minutes.refresh_from_db(fields=["published_at"])
    context = {
        "meeting": meeting,
        "minutes": minutes,
        "steps": steps_of(meeting, address_of(meeting, "publish")),
        "form": form,
        "fault": fault,
        "publications": minutes.publications.select_related("recorded_by"),
        "may_publish": not minutes.is_public,
        "may_take_back": minutes.published_at is not None,
        "address": request.build_absolute_uri(meeting.get_absolute_url()),
    }
    return desk_page(request, "desk/publish.html", "公開", context, status=status)

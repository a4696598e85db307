"""Who may sit at the desk of a meeting; everybody else finds no such page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse

from meetings.models import Meeting, Minutes, Platform
from meetings.words import speak_for

View = Callable[..., HttpResponseBase]


def desk_view(view: View) -> View:
    """Let a view be used by those who are logged in to the admin, uncached."""

    @wraps(view)
    @staff_member_required(login_url="admin:login")  # type: ignore[untyped-decorator]  # it has no types
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store, private"
        return response

    return guarded


def kept_platform(request: HttpRequest, slug: str) -> Platform:
    """Return a platform whose record the user keeps, or 404."""
    platform = Platform.objects.kept_by(request.user).filter(slug=slug).first()
    if platform is None:
        raise Http404("沒有這個平臺，或您不是該平臺的幕僚人員。")
    speak_for(platform)
    return platform


def kept_meeting(request: HttpRequest, platform: str, slug: str) -> Meeting:
    """Return a meeting of such a platform, its minutes with it, or 404."""
    body = kept_platform(request, platform)
    meeting = (
        Meeting.objects.filter(platform=body, slug=slug)
        .select_related("platform", "series__group", "host", "minutes")
        .first()
    )
    if meeting is None:
        raise Http404("沒有這次會議，請由會議工作桌查找。")
    return meeting


def draft_minutes(meeting: Meeting) -> Minutes:
    """Return the meeting's minutes while they are a draft, begun now if need be.

    Raises Http404 with a sentence once they are confirmed.
    """
    minutes, _ = Minutes.objects.get_or_create(meeting=meeting)
    if minutes.state != Minutes.State.DRAFT:
        raise Http404("會議紀錄已確認，不得再修改，請以勘誤更正。")
    return minutes


def desk_page(
    request: HttpRequest,
    template: str,
    title: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of the desk in the admin's frame."""
    return TemplateResponse(
        request,
        template,
        {**admin.site.each_context(request), "title": title, **context},
        status=status,
    )

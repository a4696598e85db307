"""The agenda of a meeting in the browser."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cases.desk.agenda import agenda_of
from cases.views.desk.access import desk_page, desk_view, kept_meeting
from cases.views.desk.steps import steps_of
from meetings.models import Minutes


@desk_view
@require_safe
def agenda(request: HttpRequest, platform: str, meeting: str) -> HttpResponse:
    """Show what awaits the meeting, group by group."""
    found = kept_meeting(request, platform, meeting)
    minutes = getattr(found, "minutes", None)
    return desk_page(
        request,
        "desk/agenda.html",
        "議程",
        {
            "meeting": found,
            "steps": steps_of(found, request.path),
            "agenda": agenda_of(found),
            "is_confirmed": minutes is not None
            and minutes.state == Minutes.State.CONFIRMED,
        },
    )

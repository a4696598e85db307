"""The desk's first page: what there is to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cases.views.desk.access import desk_page, desk_view
from meetings.models import Meeting, Minutes, Platform


@desk_view
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The meetings in preparation and the minutes in draft, of own platforms."""
    platforms = Platform.objects.kept_by(request.user)
    meetings = (
        Meeting.objects.filter(platform__in=platforms)
        .exclude(state=Meeting.State.CANCELLED)
        .exclude(minutes__state=Minutes.State.CONFIRMED)
        .select_related("platform", "series", "minutes")
        .order_by("held_on", "pk")
    )
    return desk_page(
        request,
        "desk/index.html",
        "會議工作桌",
        {"platforms": platforms.prefetch_related("series"), "meetings": meetings},
    )

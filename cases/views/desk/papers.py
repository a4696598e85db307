"""Papers of the desk: the agenda, and minutes that are nobody else's yet."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from cases.desk.agenda import agenda_of
from cases.exports.agenda import agenda_paper
from cases.views.desk.access import desk_page, desk_view, kept_meeting
from meetings.minutes.paper import MinutesPaper, minutes_paper
from meetings.minutes.paper_files import send_paper
from meetings.models import Meeting, Minutes
from platform_site.lib.pdf import PaperError
from platform_site.lib.serve import refusal_status


@desk_view
@require_safe
def minutes(
    request: HttpRequest, platform: str, meeting: str, extension: str
) -> HttpResponseBase:
    """The minutes of a meeting of one's own platform, drafts too."""
    sitting = _with_minutes(kept_meeting(request, platform, meeting))
    if not hasattr(sitting, "minutes"):
        raise Http404("這次會議尚無會議紀錄，請先由會議工作桌開始記錄。")
    return _send(request, sitting, minutes_paper(sitting), extension)


@desk_view
@require_safe
def agenda(
    request: HttpRequest, platform: str, meeting: str, extension: str
) -> HttpResponseBase:
    """What awaits a meeting; once its minutes are confirmed there is none."""
    sitting = _with_minutes(kept_meeting(request, platform, meeting))
    recorded: Minutes | None = getattr(sitting, "minutes", None)
    if recorded is not None and recorded.state == Minutes.State.CONFIRMED:
        raise Http404("會議紀錄已確認，不再製作議程，請改印會議紀錄。")
    sections = list(recorded.sections.all()) if recorded else []
    paper = agenda_paper(agenda_of(sitting), sections)
    return _send(request, sitting, paper, extension)


def _with_minutes(meeting: Meeting) -> Meeting:
    return Meeting.objects.with_minutes().get(pk=meeting.pk)


def _send(
    request: HttpRequest, meeting: Meeting, paper: MinutesPaper, extension: str
) -> HttpResponseBase:
    try:
        return send_paper(paper, extension)
    except PaperError as error:
        return desk_page(
            request,
            "desk/paper_refused.html",
            "無法製作文件",
            {"meeting": meeting, "sentence": str(error)},
            status=refusal_status(error),
        )

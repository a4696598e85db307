"""Papers to download."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.exports.minutes_extract import (
    NothingDecided,
    case_extract,
    group_extract,
)
from cases.exports.status_report import (
    FILE_FORMATS,
    MOST_CASES_IN_PDF,
    file_content,
)
from cases.exports.status_report_pdf import STYLESHEETS, status_report_html
from cases.filters import CaseFilter
from cases.models import Standing
from cases.reports import NothingToReport, status_report
from meetings.minutes.paper_files import serve_paper
from meetings.models import Platform
from meetings.views import get_meeting, get_platform, paper_refused
from meetings.words import say
from platform_site.lib.pdf import PaperError
from platform_site.lib.serve import refusal_status, serve_kept, serve_pdf


@require_safe
def status_report_file(
    request: HttpRequest, platform: str, extension: str
) -> HttpResponseBase:
    """The status report as of the day in the address, today without one.

    ``extension`` is ``pdf`` or one of ``FILE_FORMATS``. The conditions of the
    status table choose a part of the record; a paper keeps its own order whatever
    the table is sorted by. The file is made once for the same content and served
    from disk afterwards.
    """
    body = get_platform(platform)
    asked = CaseFilter(request.GET, platform=body)
    if not asked.is_valid():
        sentences = [each for errors in asked.form.errors.values() for each in errors]
        return _sorry(request, body, "".join(sentences), status=400)
    conditions = [str(condition) for condition in asked.conditions]
    if extension == "pdf" and (count := asked.qs.count()) > MOST_CASES_IN_PDF:
        sentence = (
            f"符合條件的{body.case_word}共{count}案，"
            f"超過PDF的上限（{MOST_CASES_IN_PDF}案）；"
            "請縮小查詢條件，或改下載ODS等其他格式。"
        )
        return _sorry(request, body, sentence, status=400)
    try:
        report = status_report(
            body,
            asked.day,
            cases=asked.qs,
            conditions=conditions,
            shows_standing=asked.standing_code != Standing.Code.LISTED,
        )
    except NothingToReport as error:
        return _sorry(request, body, str(error), status=404)
    part = "（部分）" if conditions else ""
    filename = (
        f"{body.short_name}{body.report_name}{part}{asked.day.isoformat()}.{extension}"
    )
    if extension != "pdf":
        file_format = FILE_FORMATS[extension]
        return serve_kept(
            request,
            lambda file: file_format.write(report, file),
            content=file_content(report, extension),
            filename=filename,
            content_type=file_format.content_type,
            as_attachment=True,
        )
    html = status_report_html(report)
    try:
        return serve_pdf(request, html, stylesheets=STYLESHEETS, filename=filename)
    except PaperError as error:
        return _sorry(request, body, str(error), status=refusal_status(error))


@require_safe
def minutes_extract(
    request: HttpRequest, platform: str, meeting: str, extension: str
) -> HttpResponseBase:
    """What a meeting decided about ``?case=`` or ``?group=``, as of today."""
    sitting = get_meeting(request, get_platform(platform), meeting)
    asked = [
        (name, value)
        for name in ("case", "group")
        for value in request.GET.getlist(name)
        if value.strip()
    ]
    if len(asked) != 1:
        sentence = say("請指定要節錄的案號或小組，並且只指定一項。")
        return paper_refused(request, sitting, sentence, 400)
    ((name, value),) = asked
    today = timezone.localdate()
    try:
        if name == "case":
            paper = case_extract(sitting, value.strip().upper(), on=today)
        else:
            paper = group_extract(sitting, value.strip(), on=today)
        return serve_paper(request, paper, extension)
    except NothingDecided as error:
        return paper_refused(request, sitting, str(error), 404)
    except PaperError as error:
        return paper_refused(request, sitting, str(error), refusal_status(error))


def _sorry(
    request: HttpRequest, platform: Platform, sentence: str, *, status: int
) -> HttpResponse:
    context = {"platform": platform, "sentence": sentence}
    return render(request, "cases/paper_refused.html", context, status=status)

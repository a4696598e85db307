"""Papers to download."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.exports.status_report_pdf import STYLESHEETS, status_report_html
from cases.reports import NothingToReport, status_report
from meetings.models import Platform
from platform_site.lib.pdf import PaperError
from platform_site.lib.roc import parse_date
from platform_site.lib.serve import refusal_status, serve_pdf


@require_safe
def status_report_paper(request: HttpRequest, platform: str) -> HttpResponseBase:
    """The status report as PDF, as of the day in the address (today without one).

    The file is made once for the same content and served from disk afterwards.
    """
    body = get_object_or_404(Platform, slug=platform)
    try:
        as_of = _day(request.GET.get("as_of", ""))
    except ValueError as error:
        return _sorry(request, body, str(error), status=400)
    try:
        html = status_report_html(status_report(body, as_of))
    except NothingToReport as error:
        return _sorry(request, body, str(error), status=404)
    filename = f"{body.short_name}{body.report_name}{as_of.isoformat()}.pdf"
    try:
        return serve_pdf(request, html, stylesheets=STYLESHEETS, filename=filename)
    except PaperError as error:
        return _sorry(request, body, str(error), status=refusal_status(error))


def _day(text: str) -> date:
    return parse_date(text) if text.strip() else timezone.localdate()


def _sorry(
    request: HttpRequest, platform: Platform, sentence: str, *, status: int
) -> HttpResponse:
    context = {"platform": platform, "sentence": sentence}
    return render(request, "cases/paper_refused.html", context, status=status)

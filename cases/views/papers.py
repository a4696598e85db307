"""Papers to download."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from cases.exports.status_report_pdf import (
    STYLESHEETS,
    render_status_report,
    status_report_html,
)
from cases.reports import NothingToReport, status_report
from meetings.models import Platform
from platform_site.lib.keep import digest, kept
from platform_site.lib.pdf import PaperError, PaperUnavailable
from platform_site.lib.roc import parse_date


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
    sheets = [path.read_bytes() for path in STYLESHEETS]
    name = digest(html.encode(), *sheets)
    etag = quote_etag(name)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    try:
        path = kept(
            Path(settings.VAR_DIR) / "papers",
            f"{name}.pdf",
            lambda: render_status_report(html),
        )
    except PaperUnavailable as error:
        return _sorry(request, body, str(error), status=503)
    except PaperError as error:
        return _sorry(request, body, str(error), status=500)
    filename = f"{body.short_name}{body.report_name}{as_of.isoformat()}.pdf"
    return FileResponse(
        path.open("rb"),
        content_type="application/pdf",
        filename=filename,
        headers={"ETag": etag, "Cache-Control": "no-cache"},
    )


def _day(text: str) -> date:
    return parse_date(text) if text.strip() else timezone.localdate()


def _sorry(
    request: HttpRequest, platform: Platform, sentence: str, *, status: int
) -> HttpResponse:
    context = {"platform": platform, "sentence": sentence}
    return render(request, "cases/paper_refused.html", context, status=status)

"""Answering with a paper of a meeting in the format asked for."""

from __future__ import annotations

from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponseBase

from meetings.minutes.paper import MinutesPaper
from meetings.minutes.paper_office import FILE_FORMATS, file_content, write_office
from meetings.minutes.paper_pdf import STYLESHEETS, minutes_html
from platform_site.lib.page_cache import for_readers
from platform_site.lib.pdf import render_pdf
from platform_site.lib.serve import serve_kept, serve_pdf

FORMATS = ("pdf", *FILE_FORMATS)


def paper_name(paper: MinutesPaper, extension: str) -> str:
    """Return the name of the paper's file."""
    draft = "（草稿）" if paper.is_draft else ""
    return f"{paper.title}{draft}.{extension}"


def serve_paper(
    request: HttpRequest, paper: MinutesPaper, extension: str
) -> HttpResponseBase:
    """Return the paper, made once for the same content and served from disk after.

    Raises ``PaperError`` when it cannot be made.
    """
    filename = paper_name(paper, extension)
    if extension == "pdf":
        html = minutes_html(paper)
        response = serve_pdf(request, html, stylesheets=STYLESHEETS, filename=filename)
    else:
        response = serve_kept(
            request,
            lambda file: write_office(paper, extension, file),
            content=file_content(paper, extension),
            filename=filename,
            content_type=FILE_FORMATS[extension].content_type,
            as_attachment=True,
        )
    return for_readers(request, response)


def send_paper(paper: MinutesPaper, extension: str) -> HttpResponseBase:
    """Return a paper that is nobody else's yet: made now, and left nowhere.

    Raises ``PaperError`` when it cannot be made.
    """
    file = BytesIO()
    if extension == "pdf":
        file.write(render_pdf(minutes_html(paper), stylesheets=STYLESHEETS))
        content_type = "application/pdf"
    else:
        write_office(paper, extension, file)
        content_type = FILE_FORMATS[extension].content_type
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=extension != "pdf",
        content_type=content_type,
        filename=paper_name(paper, extension),
    )

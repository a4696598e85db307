"""Answering with made files: each made once for its content, then served from disk."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from platform_site.lib.keep import digest, kept
from platform_site.lib.pdf import PaperError, PaperUnavailable, render_pdf


def serve_kept(
    request: HttpRequest,
    write: Callable[[IO[bytes]], object],
    *,
    content: Sequence[bytes],
    filename: str,
    content_type: str,
    as_attachment: bool = False,
) -> HttpResponseBase:
    """Return the file that ``write`` fills, or 304 to who has it already.

    ``content`` is all that goes into the file: the same parts, the same file.
    Raises what ``write`` raises.
    """
    name = digest(*content)
    headers = {"ETag": quote_etag(name), "Cache-Control": "no-cache"}
    wanted = HttpResponse(headers=headers)
    answer = get_conditional_response(request, headers["ETag"], response=wanted)
    if answer is not None and answer is not wanted:
        return answer
    folder = Path(settings.VAR_DIR) / "papers"
    path = kept(folder, f"{name}{Path(filename).suffix}", write)
    return FileResponse(
        path.open("rb"),
        as_attachment=as_attachment,
        content_type=content_type,
        filename=filename,
        headers=headers,
    )


def serve_pdf(
    request: HttpRequest, html: str, *, stylesheets: Sequence[Path], filename: str
) -> HttpResponseBase:
    """Return ``html`` as a PDF; raises ``PaperError`` when it cannot be made."""
    return serve_kept(
        request,
        lambda file: file.write(render_pdf(html, stylesheets=stylesheets)),
        content=[html.encode(), *(path.read_bytes() for path in stylesheets)],
        filename=filename,
        content_type="application/pdf",
    )


def refusal_status(error: PaperError) -> int:
    """Return the status of the page that says why there is no paper."""
    return 503 if isinstance(error, PaperUnavailable) else 500

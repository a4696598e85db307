"""Answering with made files: each made once for its content, then served from disk."""

from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import quote_etag

from platform_site.lib.keep import digest, kept
from platform_site.lib.pdf import PaperError, PaperUnavailable, render_pdf


def serve_kept(
    request: HttpRequest,
    make: Callable[[], bytes],
    *,
    content: Sequence[bytes],
    filename: str,
    content_type: str,
) -> HttpResponseBase:
    """Return the file ``make`` gives, or 304 to who has it already.

    ``content`` is all that goes into the file: the same parts, the same file.
    Raises what ``make`` raises.
    """
    name = digest(*content)
    etag = quote_etag(name)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    folder = Path(settings.VAR_DIR) / "papers"
    path = kept(folder, f"{name}{Path(filename).suffix}", make)
    return FileResponse(
        path.open("rb"),
        content_type=content_type,
        filename=filename,
        headers={"ETag": etag, "Cache-Control": "no-cache"},
    )


def serve_pdf(
    request: HttpRequest, html: str, *, stylesheets: Sequence[Path], filename: str
) -> HttpResponseBase:
    """Return ``html`` as a PDF; raises ``PaperError`` when it cannot be made."""
    return serve_kept(
        request,
        lambda: render_pdf(html, stylesheets=stylesheets),
        content=[html.encode(), *(path.read_bytes() for path in stylesheets)],
        filename=filename,
        content_type="application/pdf",
    )


def refusal_status(error: PaperError) -> int:
    """Return the status of the page that says why there is no paper."""
    return 503 if isinstance(error, PaperUnavailable) else 500

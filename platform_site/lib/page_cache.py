"""Public pages, made once for the same data and never served stale.

PostgreSQL tells in its snapshot which transactions a statement sees; while that is
the same, so is every row, and a page made from the rows is still true. One tiny
query therefore answers whether a kept page, or the browser's own copy, may be used.
A page must follow from the database, the day, the address and the code alone; what
else changes it by the mere passing of time, the apps say in ``PAGE_VERSION_SQL``.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponseBase]
Answer = Callable[[HttpRequest], HttpResponseBase]

_ROOM = 32 * 2**20  # bytes of kept pages in each process

# Restarted or restored, a server might come to an old snapshot again. Rows that the
# transaction itself wrote do not show in its snapshot: then there is no version.
_VERSION = """
    SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL
           THEN concat_ws(' ', pg_postmaster_start_time(), pg_current_snapshot(), {})
           END
"""


def public_page(view: View) -> View:
    """Make a view's page, the same for everybody not logged in, one that is kept."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = for_readers(request, view(request, *args, **kwargs))
        if response.status_code == 200 and not request.user.is_authenticated:
            response.is_public_page = True  # type: ignore[attr-defined]  # ours
        return response

    return require_safe(marked)


def for_readers(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Let nobody keep what was made for somebody logged in: it may show more."""
    if request.user.is_authenticated:
        response.headers["Cache-Control"] = "private, no-store"
    return response


class PageCacheMiddleware:
    """Answer with a kept page, or with 304, before anything else is done.

    Who is logged in, or sends any session, gets pages made anew.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.pages = _Pages(_ROOM)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (
            request.method not in ("GET", "HEAD")
            or settings.SESSION_COOKIE_NAME in request.COOKIES
            or settings.DEBUG  # templates may change under a running process
        ):
            return self.get_response(request)
        version = _data_version()
        if version is None:
            return self.get_response(request)
        address = request.build_absolute_uri()
        etag = _etag(version, address)
        known = get_conditional_response(request, etag)
        if known is not None:
            return _with_headers(known, etag)
        page = self.pages.get(version, address)
        if page is not None:
            return _with_headers(page.answer(request), etag)
        response = self.get_response(request)
        if not getattr(response, "is_public_page", False) or response.cookies:
            return response
        assert isinstance(response, HttpResponse)
        if request.method == "GET":
            headers = dict(response.headers)
            packed = gzip.compress(response.content, compresslevel=6, mtime=0)
            page = _Page(headers, packed)
            self.pages.keep(version, address, page)
            response = page.answer(request)
        return _with_headers(response, etag)


@dataclass(frozen=True)
class _Page:
    """An answer as it left the rest of the site, its body packed."""

    headers: dict[str, str]
    packed: bytes

    def answer(self, request: HttpRequest) -> HttpResponse:
        takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
        body = self.packed if takes_gzip else gzip.decompress(self.packed)
        response = HttpResponse(body, headers=self.headers)
        if takes_gzip:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(body))
        return response


class _Pages:
    """The pages of one version of the data, as many as there is room for."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._version = ""
        self._pages: OrderedDict[str, _Page] = OrderedDict()
        self._held = 0

    def get(self, version: str, address: str) -> _Page | None:
        with self._lock:
            if version != self._version or address not in self._pages:
                return None
            self._pages.move_to_end(address)
            return self._pages[address]

    def keep(self, version: str, address: str, page: _Page) -> None:
        with self._lock:
            if version != self._version:
                self._version, self._held = version, 0
                self._pages.clear()
            old = self._pages.pop(address, None)
            self._held += len(page.packed) - (len(old.packed) if old else 0)
            self._pages[address] = page
            while self._held > self._room:
                self._held -= len(self._pages.popitem(last=False)[1].packed)


def _with_headers(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
    return response


def _data_version() -> str | None:
    """Return what changes with every committed row and day; None: nothing to keep.

    ``PAGE_VERSION_SQL`` holds the apps' expressions, ``%(now)s`` in them is now.

    A page made while others commit may be newer than its version, never older; and
    a version that has passed does not come back.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                _VERSION.format(", ".join([*settings.PAGE_VERSION_SQL, "''"])),
                {"now": timezone.now()},
            )
            (snapshot,) = cursor.fetchone()
    except DatabaseError:  # the page itself will say so
        return None
    return snapshot and f"{snapshot} {timezone.localdate()} {_code_version()}"


def _etag(version: str, address: str) -> str:
    """Return a weak tag, as the packed and the plain page share it.

    It is keyed, so that whoever shows it has been given this very page before.
    """
    tag = salted_hmac("page_cache", f"{version} {address}", algorithm="sha256")
    return f"W/{quote_etag(tag.hexdigest()[:32])}"


@cache
def _code_version() -> str:
    """Return a digest of the code, its templates and what the environment sets."""
    total = hashlib.sha256(settings.ENV.fingerprint)
    for folder in ("platform_site", "meetings", "cases", "templates"):
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()

"""Published files, which never change, served as WhiteNoise serves static ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

FOR_EVER = "public, max-age=31536000, immutable"

# By address, in each process; a view puts a file here when it was first asked for.
_served: dict[str, StaticFile] = {}


def serve_published(
    request: HttpRequest, path: Path, *, headers: Mapping[str, str]
) -> HttpResponseBase:
    """Answer with a file at an address whose content is the same for ever.

    From then on it is served before anything else is done, without a view or a query.
    Whoever may read it is everybody.
    """
    all_headers = {"Cache-Control": FOR_EVER, **headers}
    static = StaticFile(str(path), list(all_headers.items()))
    _served[request.path_info] = static
    return _answer(static, request)


def _answer(static: StaticFile, request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase = WhiteNoiseMiddleware.serve(static, request)
    return response


class PublishedFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # untyped
    """Serves published files beside the static ones."""

    def __call__(self, request: HttpRequest) -> Any:
        """Answer with a file that was served before, unless its disk was tidied."""
        static = _served.get(request.path_info)
        if static is None or request.method not in ("GET", "HEAD"):
            return super().__call__(request)
        try:
            return _answer(static, request)
        except FileNotFoundError:
            del _served[request.path_info]
            return super().__call__(request)

"""How much may be uploaded at once: what is over it never comes to the disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import (
    FileUploadHandler,
    SkipFile,
    StopUpload,
)
from django.http import HttpRequest

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UPLOAD = 200 * 1024 * 1024


class QuotaUploadHandler(FileUploadHandler):
    """Drops a file that is too large, and all that follows when all is too much.

    What was dropped is told by ``dropped`` of the request.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.of_file = self.of_all = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count the file from its beginning."""
        super().new_file(*args, **kwargs)
        self.of_file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the piece on, or drop the file."""
        self.of_file += len(raw_data)
        self.of_all += len(raw_data)
        name = self.file_name or ""
        if self.of_all > LARGEST_UPLOAD:
            self._say(name)
            self.request.is_upload_cut = True  # type: ignore[union-attr]  # ours
            raise StopUpload(connection_reset=False)
        if self.of_file > LARGEST_FILE:
            self._say(name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that follow."""

    def _say(self, name: str) -> None:
        dropped(self.request).append(name)


def dropped(request: Any) -> list[str]:
    """Return the names of the files of a request that were too large to be kept."""
    if not hasattr(request, "dropped_uploads"):
        request.dropped_uploads = []
    found: list[str] = request.dropped_uploads
    return found


def is_cut(request: Any) -> bool:
    """Whether files at the end of a request were left out altogether."""
    return bool(getattr(request, "is_upload_cut", False))

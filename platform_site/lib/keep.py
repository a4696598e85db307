"""Keeping made files, so that the same content is made once."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

FILES_KEPT = 200


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``; readers see the old file, the new one or none.

    Raises OSError; nothing torn stays behind.
    """
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def digest(*parts: bytes) -> str:
    """Return one SHA-256 over the parts, in hexadecimal."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def kept(folder: Path, name: str, make: Callable[[], bytes]) -> Path:
    """Return the file ``name`` in ``folder``, made now if it is not there.

    ``name`` must follow from all that goes into the content (see ``digest``), so
    that a file is never stale. The folder keeps the ``FILES_KEPT`` used last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if path.exists():
        path.touch()
        return path
    write_whole(path, make())
    files = sorted(folder.glob("[!.]*"), key=lambda file: file.stat().st_mtime)
    for old in files[:-FILES_KEPT]:
        old.unlink(missing_ok=True)
    return path

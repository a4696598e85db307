"""Keeping made files, so that the same content is made once."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

FILES_KEPT = 200


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write that takes the place of ``path`` when all went well.

    Readers see the old file, the new one or none, and so does who comes after a
    power cut; after an exception nothing is left of the new one. Raises OSError.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` as ``replacing`` does."""
    with replacing(path) as file:
        file.write(content)


def digest(*parts: bytes) -> str:
    """Return one SHA-256 over the parts, in hexadecimal."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def kept(folder: Path, name: str, write: Callable[[IO[bytes]], object]) -> Path:
    """Return the file ``name`` in ``folder``, written now if it is not there.

    ``name`` must follow from all that goes into the content (see ``digest``), so
    that a file is never stale. The folder keeps the ``FILES_KEPT`` used last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if path.exists():
        path.touch()
        return path
    with replacing(path) as file:
        write(file)
    for old in sorted(folder.glob("[!.]*"), key=_last_used)[:-FILES_KEPT]:
        old.unlink(missing_ok=True)
    return path


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process has tidied up
        return 0.0

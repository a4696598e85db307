"""Which reader reads a file: its content says so, its name must not contradict."""

from collections.abc import Callable
from pathlib import PurePath

from platform_site.reading.document import Document, Refused

Reader = Callable[[bytes], Document]


def reader_for(content: bytes, name: str) -> Reader:
    """Return the reader of what ``content`` is, its module loaded."""
    if not content:
        raise Refused("檔案是空的。")
    from platform_site.reading.text import read_text

    del name
    return read_text


def read_document(content: bytes, name: str) -> Document:
    """Read a file, or refuse it with a sentence."""
    return reader_for(content, PurePath(name).name)(content)

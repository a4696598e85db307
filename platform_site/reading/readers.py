"""Which reader reads a file: its content says so, its name must not contradict."""

from __future__ import annotations

import importlib
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, TypeVar

from platform_site.reading.document import Document, Refused
from platform_site.reading.grid import Workbook
from platform_site.reading.package import (
    DAMAGED,
    ENCRYPTED,
    TOO_COMPLEX,
    Package,
    content_type,
    main_part,
)

Reader = Callable[[bytes], Document]
GridReader = Callable[[bytes], Workbook]
_Read = TypeVar("_Read")

# Kind: its words for people, and "module:function".
KINDS = {
    "txt": ("純文字（.txt）", "text:read_text"),
    "docx": ("Word文件（.docx）", "word:read_docx"),
    "odt": ("ODF文字文件（.odt）", "open_text:read_odt"),
    "pdf": ("PDF（.pdf）", "pdf:read_pdf"),
    "xlsx": ("Excel活頁簿（.xlsx）", "excel:read_xlsx"),
    "ods": ("ODF試算表（.ods）", "open_sheet:read_ods"),
}
# The same, cell by cell.
GRIDS = {"xlsx": "excel:read_grids", "ods": "open_sheet:read_grids"}
READABLE = "可讀取的檔案為.txt、.docx、.odt、.pdf、.xlsx及.ods。"

_OLD = {
    ".doc": "這是舊版Word的檔案（.doc），請以Word或LibreOffice另存為.docx後再試。",
    ".xls": "這是舊版Excel的檔案（.xls），請以Excel或LibreOffice另存為.xlsx後再試。",
    ".ppt": f"這是簡報檔。{READABLE}",
}
_MACROS = (
    "檔案含有巨集，基於安全不予讀取，請另存為不含巨集的格式（.docx、.xlsx）後再試。"
)
_MACRO_NAMES = (".docm", ".dotm", ".xlsm", ".xltm", ".xlsb", ".pptm")
_ZIP = f"這是壓縮檔，請先解壓縮，再分別讀取裡面的檔案。{READABLE}"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (  # beginnings of what people upload by mistake
    (b"{\\rtf", "RTF文件"),
    (b"\x89PNG\r\n", "圖片"),
    (b"\xff\xd8\xff", "圖片"),
    (b"GIF8", "圖片"),
    (b"II*\x00", "圖片"),
    (b"MM\x00*", "圖片"),
    (b"Rar!", "壓縮檔"),
    (b"7z\xbc\xaf", "壓縮檔"),
    (b"\x1f\x8b", "壓縮檔"),
    (b"<?xml", "XML或網頁"),
    (b"<!doctype", "網頁"),
    (b"<html", "網頁"),
    (b"mime-version:", "網頁"),
)


class Unforeseen(Refused):
    """A file that broke its reader in a way nobody thought of."""


def read_document(content: bytes, name: str) -> Document:
    """Read a file, or refuse it with a sentence; nothing else comes of it."""
    return reader_for(content, name)(content)


def reader_for(content: bytes, name: str) -> Reader:
    """Return the reader of what ``content`` is, its module loaded.

    A name that says it is something else is refused: someone would be misled.
    """
    reader: Reader = _load(KINDS[_judged_kind(content, name)][1])
    return _guarded(reader)


def grid_reader_for(content: bytes, name: str) -> GridReader:
    """Return the reader of sheets cell by cell; other files are refused."""
    kind = _judged_kind(content, name)
    if kind not in GRIDS:
        raise Refused(f"這是{KINDS[kind][0]}，請上傳試算表（.xlsx或.ods）。")
    reader: GridReader = _load(GRIDS[kind])
    return _guarded(reader)


def _judged_kind(content: bytes, name: str) -> str:
    if not content:
        raise Refused("檔案是空的。")
    suffix = PurePath(name).suffix.lower()
    kind = _guarded(lambda given: _kind(given, suffix))(content)
    if suffix in _MACRO_NAMES:
        raise Refused(_MACROS)
    named = suffix.removeprefix(".")
    if (named in KINDS or suffix in _OLD) and named != kind:
        raise Refused(
            f"檔名為{suffix}，內容卻是{KINDS[kind][0]}，請確認檔案或改正副檔名後再試。"
        )
    return kind


def _load(place: str) -> Any:
    module, _, function = place.partition(":")
    return getattr(importlib.import_module(f"platform_site.reading.{module}"), function)


def _guarded(reader: Callable[[bytes], _Read]) -> Callable[[bytes], _Read]:
    """The reader with whatever goes wrong in it made a sentence."""

    def read(content: bytes) -> _Read:
        try:
            return reader(content)
        except (Refused, MemoryError):
            raise
        except RecursionError as error:
            raise Refused(TOO_COMPLEX) from error
        except Exception as error:
            raise Unforeseen(DAMAGED) from error

    return read


def _kind(content: bytes, suffix: str) -> str:
    head = content[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK"):
        return _zip_kind(content)
    if head.startswith(_OLE):
        raise Refused(_about_ole(content, suffix))
    words = head.removeprefix(BOM_UTF8).lstrip().lower()
    for beginning, what in _FOREIGN:
        if head.startswith(beginning) or words.startswith(beginning):
            raise Refused(f"這是{what}。{READABLE}")
    if suffix.removeprefix(".") in KINDS and suffix != ".txt" and b"\x00" in head:
        raise Refused(DAMAGED)
    return "txt"


def _about_ole(content: bytes, suffix: str) -> str:
    """Why a file of Office's old container is not read."""
    if _utf16("EncryptedPackage") in content:
        return ENCRYPTED
    for stream, kind in (
        ("WordDocument", ".doc"),
        ("Workbook", ".xls"),
        ("PowerPoint Document", ".ppt"),
    ):
        if _utf16(stream) in content:
            return _OLD[kind]
    return _OLD.get(suffix, DAMAGED)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _zip_kind(content: bytes) -> str:
    package = Package(content)
    if "mimetype" in package:
        return _open_kind(package.read("mimetype")[:200].decode("ascii", "replace"))
    if "[Content_Types].xml" not in package:
        raise Refused(_ZIP)
    kind = content_type(package, main_part(package))
    if "macroEnabled" in kind:
        raise Refused(_MACROS)
    if "wordprocessingml" in kind:
        return "docx"
    if "spreadsheetml" in kind:
        return "xlsx"
    if "presentationml" in kind:
        raise Refused(_OLD[".ppt"])
    raise Refused(DAMAGED)


def _open_kind(said: str) -> str:
    """The kind of an OpenDocument file by its mimetype; templates count."""
    family = said.strip().removeprefix("application/vnd.oasis.opendocument.")
    if family in ("text", "text-template"):
        return "odt"
    if family in ("spreadsheet", "spreadsheet-template"):
        return "ods"
    if family.startswith("presentation"):
        raise Refused(_OLD[".ppt"])
    raise Refused(f"無法辨認檔案的格式。{READABLE}")

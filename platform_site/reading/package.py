"""Zipped XML opened with care: the packages of Word, Excel and LibreOffice.

Nothing is unpacked to a disk. Only named parts are read, each up to a limit
whatever size it claims; a DTD is refused before an entity can be declared.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from posixpath import normpath
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from platform_site.reading.document import Refused

MOST_ENTRIES = 5_000
LARGEST_PART = 64 * 1024 * 1024
LARGEST_TOTAL = 512 * 1024 * 1024  # of what all entries claim, pictures too
STEEPEST = 400  # times larger than packed; a long table comes to about 60
DEEPEST = 200  # elements within each other
MOST_ELEMENTS = 1_500_000

DAMAGED = "檔案已損壞，無法讀取，請用原來的程式開啟後重新存檔。"
ENCRYPTED = "檔案設有密碼，無法讀取，請移除密碼後再試。"
BOMB = "檔案壓縮的內容異常龐大，基於安全不予讀取。"
TOO_COMPLEX = "檔案的結構過於複雜，無法讀取，請分成數個檔案。"
WITH_DTD = "檔案含有外部定義（DTD），基於安全不予讀取。"

# One name for each namespace, whichever edition of the standard wrote it.
_SPACES = (
    (r"http://schemas\.openxmlformats\.org/wordprocessingml/2006/main", "w"),
    (r"http://purl\.oclc\.org/ooxml/wordprocessingml/main", "w"),
    (r"http://schemas\.openxmlformats\.org/spreadsheetml/2006/main", "x"),
    (r"http://purl\.oclc\.org/ooxml/spreadsheetml/main", "x"),
    (r"http://schemas\.openxmlformats\.org/officeDocument/2006/relationships", "r"),
    (r"http://purl\.oclc\.org/ooxml/officeDocument/relationships", "r"),
    (r"http://schemas\.openxmlformats\.org/officeDocument/2006/math", "m"),
    (r"http://purl\.oclc\.org/ooxml/officeDocument/math", "m"),
    (r"http://schemas\.openxmlformats\.org/markup-compatibility/2006", "mc"),
    (r"http://schemas\.openxmlformats\.org/package/2006/relationships", "rel"),
    (r"http://schemas\.openxmlformats\.org/package/2006/content-types", "ct"),
    (r"urn:oasis:names:tc:opendocument:xmlns:drawing:1\.0", "draw"),
    (r"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1\.0", "svg"),
    (r"urn:oasis:names:tc:opendocument:xmlns:([a-z]+):1\.0", r"\1"),
    (r"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1\.0", "fo"),
    (r"urn:org:documentfoundation:names:experimental:office:xmlns:loext:1\.0", "loext"),
    (r"http://www\.w3\.org/XML/1998/namespace", "xml"),
)


def _short(name: str) -> str:
    """``{http://…/main}p`` as ``w:p``; of an unknown namespace as it is."""
    space, brace, local = name[1:].partition("}")
    if not brace:
        return name
    for pattern, prefix in _SPACES:
        if found := re.fullmatch(pattern, space):
            return f"{found.expand(prefix)}:{local}"
    return name


class _Names(dict[str, str]):
    """Short names, worked out once for each long one."""

    def __missing__(self, name: str) -> str:
        if len(self) > 10_000:
            raise Refused(TOO_COMPLEX)
        self[name] = short = _short(name)
        return short


class _Builder(TreeBuilder):
    """Builds the tree with short names; refuses DTDs, depth and size."""

    def __init__(self) -> None:
        super().__init__()
        self._names = _Names()
        self._depth = 0
        self._elements = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise Refused(WITH_DTD)

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST or self._elements > MOST_ELEMENTS:
            raise Refused(TOO_COMPLEX)
        names = self._names
        return super().start(names[tag], {names[key]: attrs[key] for key in attrs})

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(self._names[tag])


def parse(content: bytes) -> Element:
    """Return the root of an XML part; names are short: ``w:p``, ``text:p``."""
    # The builder refuses every DTD, and with it entities of any kind.
    parser = XMLParser(target=_Builder())  # noqa: S314
    try:
        parser.feed(content)
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise Refused(DAMAGED) from error
    return root


def inner(element: Element | None, *path: str) -> Element | None:
    """Return the first child called ``path[0]``, its first called ``path[1]`` …

    In place of ElementPath, which takes the colon of a short name for its own.
    """
    for name in path:
        element = element.find(name) if element is not None else None
    return element


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children called ``name``."""
    return (child for child in element if child.tag == name)


class Package:
    """The parts of a zipped document."""

    def __init__(self, content: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise Refused(DAMAGED) from error
        entries = self._archive.infolist()
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) < len(entries):
            raise Refused(DAMAGED)  # two parts of one name: which is the paper?
        if (
            len(entries) > MOST_ENTRIES
            or sum(entry.file_size for entry in entries) > LARGEST_TOTAL
        ):
            raise Refused(BOMB)

    def names(self) -> list[str]:
        """Return the names of all parts."""
        return list(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """Return the bytes of a part; a missing one is damage."""
        entry = self._entries.get(name)
        if entry is None:
            raise Refused(DAMAGED)
        if entry.flag_bits & 1:
            raise Refused(ENCRYPTED)
        steep = entry.file_size > max(entry.compress_size, 2500) * STEEPEST
        if entry.file_size > LARGEST_PART or steep:
            raise Refused(BOMB)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(DAMAGED)
        try:
            with self._archive.open(entry) as part:
                return part.read(LARGEST_PART)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ValueError,
            RuntimeError,
            OSError,
        ) as error:
            raise Refused(DAMAGED) from error

    def tree(self, name: str) -> Element:
        """Return the root of an XML part."""
        return parse(self.read(name))

    def tree_or_none(self, name: str | None) -> Element | None:
        """Return the root of a part a document may do without."""
        return self.tree(name) if name is not None and name in self else None


# Office Open XML: which part is which, by relationships --------------------------

_RELATIONSHIPS = re.compile(
    r"http://(?:schemas\.openxmlformats\.org/officeDocument/2006|purl\.oclc\.org/ooxml/officeDocument)"
    r"/relationships/(?P<kind>\w+)"
)


def related(package: Package, part: str) -> dict[str, list[tuple[str, str]]]:
    """Return the parts that ``part`` names, by kind: their id and path.

    What lies outside the package (templates, links) is left out: it is never
    fetched.
    """
    folder, _, name = part.rpartition("/")
    root = package.tree_or_none(
        f"{folder}/_rels/{name}.rels" if part else "_rels/.rels"
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for each in root if root is not None else ():
        kind = _RELATIONSHIPS.fullmatch(each.get("Type", ""))
        target = each.get("Target", "")
        if kind and each.get("TargetMode") != "External":
            path = normpath(
                f"/{target if target.startswith('/') else f'{folder}/{target}'}"
            )
            found.setdefault(kind["kind"], []).append(
                (each.get("Id", ""), path.lstrip("/"))
            )
    return found


def first(parts: dict[str, list[tuple[str, str]]], kind: str) -> str | None:
    """Return the path of the first part of a kind."""
    return parts[kind][0][1] if parts.get(kind) else None


def main_part(package: Package) -> str:
    """Return the path of the document itself."""
    path = first(related(package, ""), "officeDocument")
    if path is None or path not in package:
        raise Refused(DAMAGED)
    return path


def content_type(package: Package, part: str) -> str:
    """Return what [Content_Types].xml says a part is."""
    by_extension = ""
    for each in package.tree("[Content_Types].xml"):
        if each.get("PartName", "").lower() == f"/{part}".lower():
            return each.get("ContentType", "")
        if each.get("Extension", "").lower() == part.rpartition(".")[2].lower():
            by_extension = each.get("ContentType", "")
    return by_extension

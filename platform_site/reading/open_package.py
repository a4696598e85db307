"""What OpenDocument's texts and sheets have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from platform_site.reading.document import MOST_CELLS, TOO_MANY_CELLS, Refused
from platform_site.reading.package import DAMAGED, ENCRYPTED, Package, inner

_HAS_MACROS = "檔案含有巨集，基於安全不予讀取，請移除巨集後再試。"
TOO_WIDE = "表格的欄數超過讀取的上限，請縮小範圍後再試。"
MOST_COLUMNS = 1024
_MOST_SPACES = 1000

_SPACE = re.compile(r"[ \t\r\n]+")
_NO_MACROS = ("script-lc.xml", "script-lb.xml", "dialog-lc.xml", "dialog-lb.xml")

# What is no text of the paper, or stands elsewhere.
UNREAD = frozenset(
    [
        "office:annotation",
        "office:annotation-end",
        "text:tracked-changes",
        "text:note",
        "text:ruby-text",
        "text:script",
        "text:hidden-text",
        "text:hidden-paragraph",
        "text:table-of-content-source",
        "text:illustration-index-source",
        "text:table-index-source",
        "text:object-index-source",
        "text:user-index-source",
        "text:alphabetical-index-source",
        "text:bibliography-source",
        "text:section-source",
        "office:forms",
        "text:sequence-decls",
        "text:variable-decls",
        "text:user-field-decls",
        "svg:title",
        "svg:desc",
        "table:shapes",
    ]
)


def open_package(content: bytes) -> Package:
    """Open an OpenDocument file that is neither encrypted nor carries macros."""
    package = Package(content)
    manifest = "META-INF/manifest.xml"
    if manifest in package and b"encryption-data" in package.read(manifest):
        raise Refused(ENCRYPTED)
    for name in package.names():
        is_code = name.startswith(("Basic/", "Scripts/")) and not name.endswith("/")
        if is_code and not name.endswith(_NO_MACROS):
            raise Refused(_HAS_MACROS)
    return package


def body(content: Element, kind: str) -> Element:
    """Return the text or the sheets of content.xml."""
    found = inner(content, "office:body", f"office:{kind}")
    if found is None:
        raise Refused(DAMAGED)
    return found


def count(element: Element, name: str, *, least: int = 1) -> int:
    """The whole number in an attribute, ``least`` where there is none."""
    try:
        return max(int(element.get(name, "")[:9]), least)
    except ValueError:
        return least


class Inline:
    """The text of one paragraph, white space as OpenDocument counts it."""

    def __init__(self, aside: Callable[[Element], bool]) -> None:
        """``aside`` takes what stands beside the text and says whether it did."""
        self._aside = aside
        self._pieces: list[str] = []
        self._after_space = True

    def read(self, paragraph: Element) -> str:
        """Return the text of ``paragraph``."""
        self._walk(paragraph)
        return "".join(self._pieces)

    def _walk(self, element: Element) -> None:
        self._raw(element.text)
        for child in element:
            self._child(child)
            self._raw(child.tail)

    def _child(self, child: Element) -> None:
        match child.tag:
            case "text:s":
                self._sign(" " * min(count(child, "text:c"), _MOST_SPACES))
            case "text:tab":
                self._sign("\t")
            case "text:line-break":
                self._sign("\n")
            case _ if not self._aside(child) and child.tag not in UNREAD:
                self._walk(child)

    def _sign(self, text: str) -> None:
        self._pieces.append(text)
        self._after_space = False

    def _raw(self, text: str | None) -> None:
        if not text:
            return
        text = _SPACE.sub(" ", text)
        if self._after_space:
            text = text.removeprefix(" ")
        if text:
            self._pieces.append(text)
            self._after_space = text.endswith(" ")


@dataclass(frozen=True)
class Row:
    """The cells of a row up to the last with text, and how often it stands."""

    cells: list[str]
    times: int


def rows(table: Element, text_of: Callable[[Element], str]) -> Iterator[Row]:
    """The rows of a table; what is repeated is bounded."""
    cells = 0
    for element in row_elements(table):
        row = _row(element, text_of)
        times = count(element, "table:number-rows-repeated")
        cells += len(row) * times
        if cells > MOST_CELLS:
            raise Refused(TOO_MANY_CELLS)
        yield Row(row, times)


def _row(element: Element, text_of: Callable[[Element], str]) -> list[str]:
    row: list[str] = []
    width = 0  # with the empty cells after the last one with text
    for cell in element:
        if cell.tag not in ("table:table-cell", "table:covered-table-cell"):
            continue
        times = count(cell, "table:number-columns-repeated")
        text = text_of(cell) if cell.tag == "table:table-cell" else ""
        if text:
            if width + times > MOST_COLUMNS:
                raise Refused(TOO_WIDE)
            row += [""] * (width - len(row)) + [text] * times
        width += times
    return row


def row_elements(table: Element) -> Iterator[Element]:
    """The rows of a table, those of its head and of groups among them."""
    for child in table:
        if child.tag == "table:table-row":
            yield child
        elif child.tag in (
            "table:table-rows",
            "table:table-header-rows",
            "table:table-row-group",
        ):
            yield from row_elements(child)

"""OpenDocument texts (.odt): paragraphs, lists and tables in order, as shown.

What was deleted with changes tracked stands apart and is left out, as are
headers and footers; footnotes stand at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from platform_site.reading.document import Document, Refused, Writer
from platform_site.reading.open_lists import Counts, Levels, Styles, step
from platform_site.reading.open_package import (
    UNREAD,
    Inline,
    body,
    count,
    open_package,
    row_elements,
    rows,
)

_EMPTY = "檔案裡沒有文字。"
_PARAGRAPHS = ("text:p", "text:h")


def read_odt(content: bytes) -> Document:
    """Read an .odt."""
    package = open_package(content)
    tree = package.tree("content.xml")
    text = body(tree, "text")
    styles = Styles(package.tree_or_none("styles.xml"), tree)
    reader = _Reader(styles)
    reader.write(text)
    document = reader.writer.document("odt")
    if not document.text.strip():
        raise Refused(_EMPTY)
    return document


@dataclass
class _Paragraph:
    """One paragraph as shown, and the frames that hang on it."""

    text: str
    boxes: list[Element] = field(default_factory=list)
    is_new_page: bool = False


@dataclass
class _List:
    """A list being read: its counts are shared by the lists within it."""

    style: str
    counts: Counts
    level: int = 1


class _Reader:
    """Walks the text once; automatic numbers count as it goes."""

    def __init__(self, styles: Styles) -> None:
        self.writer = Writer()
        self._styles = styles
        self._notes: list[Element] = []
        self._outline = Counts()
        self._by_id: dict[str, Counts] = {}
        self._by_style: dict[str, Counts] = {}

    def write(self, text: Element) -> None:
        """Write the whole text, then its notes."""
        for block in self._blocks(text):
            if isinstance(block, _Paragraph):
                if block.is_new_page and not self.writer.is_empty:
                    self.writer.page_end()
                self.writer.line(block.text)
                for box in block.boxes:
                    self.write(box)
            else:
                self.writer.table(self._rows(block))
        notes, self._notes = self._notes, []
        for note in notes:
            self._write_note(note)

    def _write_note(self, note: Element) -> None:
        citation = note.find("text:note-citation")
        content = note.find("text:note-body")
        mark = (citation.text or "") if citation is not None else ""
        lines = "\n".join(self._lines(content)) if content is not None else ""
        self.writer.line(f"{mark} {lines}".strip())

    def _blocks(self, container: Element) -> Iterator[_Paragraph | Element]:
        """Paragraphs and tables in order, whatever wraps them."""
        for element in container:
            if element.tag in _PARAGRAPHS:
                yield self._paragraph(element, self._outline_mark(element))
            elif element.tag == "text:list":
                yield from self._list(element, None)
            elif element.tag == "table:table":
                inside = _only_cell(element)
                if inside is None:
                    yield element
                else:  # a frame around the page, not a table
                    yield from self._blocks(inside)
            elif element.tag not in UNREAD and not _is_hidden(element):
                yield from self._blocks(element)

    # Lists

    def _list(
        self, element: Element, above: _List | None
    ) -> Iterator[_Paragraph | Element]:
        current = self._open_list(element, above)
        for item in element:
            if item.tag == "text:list-item":
                yield from self._item(item, current)
            elif item.tag == "text:list-header":
                yield from self._item(item, current, is_numbered=False)

    def _open_list(self, element: Element, above: _List | None) -> _List:
        goes_on = element.get("text:continue-numbering") == "true"
        style = element.get("text:style-name", above.style if above else "")
        continued = element.get("text:continue-list")
        if above:
            self._by_style[style] = above.counts
            return _List(style, above.counts, above.level + 1)
        counts = Counts()
        if goes_on or continued:
            counts = self._by_style.get(style, counts)
        counts = self._by_id.get(continued or "", counts)
        self._by_style[style] = counts
        self._by_id[element.get("xml:id", "")] = counts
        self._by_id.pop("", None)
        return _List(style, counts)

    def _item(
        self, item: Element, current: _List, *, is_numbered: bool = True
    ) -> Iterator[_Paragraph | Element]:
        start = item.get("text:start-value")
        for child in item:
            if child.tag in _PARAGRAPHS:
                mark = ""
                if is_numbered:
                    levels = self._levels(item, current, child)
                    first = count(item, "text:start-value", least=0) if start else None
                    mark = step(levels, current.counts, current.level, first)
                    is_numbered = False
                yield self._paragraph(child, mark)
            elif child.tag == "text:list":
                yield from self._list(child, current)
            elif child.tag == "table:table":
                yield child
            elif child.tag not in UNREAD:
                yield from self._blocks(child)

    def _levels(self, item: Element, current: _List, paragraph: Element) -> Levels:
        own = item.get("text:style-override")
        if own:
            self._by_style[own] = current.counts
        style = own or current.style or self._styles.list_of(paragraph) or ""
        return self._styles.lists.get(style, {})

    def _outline_mark(self, heading: Element) -> str:
        """The number of a heading that stands in no list."""
        if heading.tag != "text:h" or heading.get("text:is-list-header") == "true":
            return ""
        if self._styles.list_of(heading) == "":
            return ""
        level = count(heading, "text:outline-level")
        start = heading.get("text:start-value") is not None
        first = count(heading, "text:start-value", least=0) if start else None
        return step(self._styles.outline, self._outline, level, first)

    # Tables

    def _rows(self, table: Element) -> Iterator[list[str]]:
        for row in rows(table, self._cell):
            for _ in range(row.times if row.cells else 1):
                yield row.cells

    def _cell(self, cell: Element) -> str:
        return "\n".join(self._lines(cell))

    def _lines(self, container: Element) -> Iterator[str]:
        """The lines of a cell, those of a table within it among them."""
        for block in self._blocks(container):
            if isinstance(block, _Paragraph):
                yield block.text
                for box in block.boxes:
                    yield from self._lines(box)
            else:
                for row in self._rows(block):
                    is_long = any("\n" in cell for cell in row)
                    yield from (filter(None, row) if is_long else ["\t".join(row)])

    # Paragraphs

    def _paragraph(self, element: Element, mark: str) -> _Paragraph:
        paragraph = _Paragraph("")

        def aside(child: Element) -> bool:
            if child.tag == "text:note":
                self._notes.append(child)
                return True
            if child.tag.startswith("draw:"):
                paragraph.boxes.append(child)
                return True
            return False

        paragraph.text = mark + Inline(aside).read(element)
        paragraph.is_new_page = self._styles.breaks_before(element)
        return paragraph


def _is_hidden(element: Element) -> bool:
    return element.tag == "text:section" and element.get("text:display") == "none"


def _only_cell(table: Element) -> Element | None:
    """The cell of a table that has no other but holds a table."""
    table_rows = list(row_elements(table))
    cells = list(table_rows[0]) if len(table_rows) == 1 else []
    is_frame = len(cells) == 1 and next(cells[0].iter("table:table"), None) is not None
    return cells[0] if is_frame else None

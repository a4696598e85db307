"""Word's .docx: paragraphs and tables in order, as Word shows them.

What was deleted with changes tracked is left out, what was inserted is read.
Headers and footers are left out; footnotes stand at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from platform_site.reading.document import Document, Refused, Writer
from platform_site.reading.package import (
    DAMAGED,
    Package,
    content_type,
    first,
    inner,
    main_part,
    related,
)
from platform_site.reading.symbols import with_symbols
from platform_site.reading.word_numbering import Numbering, is_on, number

_MOST_COLUMNS = 63  # Word's own limit

_HAS_MACROS = "檔案含有巨集，基於安全不予讀取，請另存為.docx後再試。"
_HAS_CHUNKS = "檔案內嵌其他檔案的內容，無法完整讀取，請在Word開啟後另存新檔。"
_EMPTY = "檔案裡沒有文字。"

# What holds no text of the paper, or text that is not shown.
_UNREAD = frozenset(
    [
        "w:pPr",
        "w:rPr",
        "w:tblPr",
        "w:tblGrid",
        "w:trPr",
        "w:tcPr",
        "w:sdtPr",
        "w:sdtEndPr",
        "w:sectPr",
        "w:del",
        "w:moveFrom",
        "w:delText",
        "w:instrText",
        "w:delInstrText",
        "w:rt",
        "w:footnoteRef",
        "w:endnoteRef",
        "mc:Fallback",
        "w:object",
    ]
)
_PAGE = "\f"


def read_docx(content: bytes) -> Document:
    """Read a .docx; other kinds of Word's files are refused."""
    package = Package(content)
    main = main_part(package)
    kind = content_type(package, main)
    parts = related(package, main)
    if "macroEnabled" in kind or "vbaProject" in parts:
        raise Refused(_HAS_MACROS)
    if not kind.endswith(("document.main+xml", "template.main+xml")):
        raise Refused(DAMAGED)
    body = package.tree(main).find("w:body")
    if body is None:
        raise Refused(DAMAGED)
    if next(body.iter("w:altChunk"), None) is not None:
        raise Refused(_HAS_CHUNKS)
    reader = _Reader(package, parts)
    reader.write(body)
    document = reader.writer.document("docx")
    if not document.text.strip():
        raise Refused(_EMPTY)
    return document


@dataclass
class _Paragraph:
    """One paragraph as shown, and the boxes that hang on it."""

    mark: str = ""
    words: str = ""
    boxes: list[Element] = field(default_factory=list)
    is_joined: bool = False  # its end was deleted: the next one goes on

    @property
    def text(self) -> str:
        """The words with the automatic number before them."""
        return self.mark + self.words


class _Reader:
    """Walks the document once; automatic numbers count as it goes."""

    def __init__(
        self, package: Package, parts: dict[str, list[tuple[str, str]]]
    ) -> None:
        self.writer = Writer()
        self._numbering = Numbering(
            package.tree_or_none(first(parts, "numbering")),
            package.tree_or_none(first(parts, "styles")),
        )
        self._notes = {
            kind: package.tree_or_none(first(parts, f"{kind}s"))
            for kind in ("footnote", "endnote")
        }
        self._noted: list[tuple[str, str]] = []  # kind and id, in order of the text
        self._fields: list[bool] = []  # of each field still open: in its code?
        self._fields_end = False

    def write(self, body: Element) -> None:
        """Write the whole document, then its notes."""
        kinds = [each.get("w:fldCharType") for each in body.iter("w:fldChar")]
        deleted = (deletion.iter("w:fldChar") for deletion in body.iter("w:del"))
        self._fields_end = kinds.count("begin") == kinds.count("end") and not any(
            next(each, None) is not None for each in deleted
        )
        self._blocks(body)
        self._write_notes()

    def _blocks(self, container: Element) -> None:
        """Write the paragraphs and tables of a container."""
        for block in _joined(self._read_blocks(container)):
            if isinstance(block, _Paragraph):
                self._write_paragraph(block)
            else:
                self._write_table(block)

    def _read_blocks(self, container: Element) -> Iterator[_Paragraph | Element]:
        """Paragraphs and tables in order, whatever wraps them."""
        for element in container:
            if element.tag == "w:p":
                yield self._paragraph(element)
            elif element.tag == "w:tbl":
                inside = _only_cell(element)
                if inside is None:
                    yield element
                else:  # a frame around the page, not a table
                    yield from self._read_blocks(inside)
            elif element.tag not in _UNREAD:
                yield from self._read_blocks(_choice(element))

    def _write_paragraph(self, paragraph: _Paragraph) -> None:
        pages = paragraph.text.split(_PAGE)
        for place, text in enumerate(pages):
            if text or len(pages) == 1:
                self.writer.line(text)
            if place < len(pages) - 1 and not self.writer.is_empty:
                self.writer.page_end()
        for box in paragraph.boxes:
            self._blocks(box)

    def _write_table(self, table: Element) -> None:
        self.writer.table(self._rows(table))

    # Tables

    def _rows(self, table: Element) -> Iterator[list[str]]:
        for row in _wrapped(table, "w:tr"):
            properties = row.find("w:trPr")
            if properties is not None and properties.find("w:del") is not None:
                continue
            cells = [""] * _span(properties, "w:gridBefore", least=0)
            for cell in _wrapped(row, "w:tc"):
                about = cell.find("w:tcPr")
                text = "\n".join(self._cell_lines(cell))
                cells.append("" if _goes_on(about) else text)
                cells += [""] * (_span(about, "w:gridSpan") - 1)
            if len(cells) > _MOST_COLUMNS:
                raise Refused(DAMAGED)
            yield cells

    def _cell_lines(self, container: Element) -> Iterator[str]:
        """The lines of a cell, those of a table within it among them."""
        for block in _joined(self._read_blocks(container)):
            if isinstance(block, _Paragraph):
                yield block.text.replace(_PAGE, "\n").strip("\n")
                for box in block.boxes:
                    yield from self._cell_lines(box)
            else:
                for row in self._rows(block):
                    is_long = any("\n" in cell for cell in row)
                    yield from (filter(None, row) if is_long else ["\t".join(row)])

    # Paragraphs

    def _paragraph(self, element: Element) -> _Paragraph:
        properties = element.find("w:pPr")
        paragraph = _Paragraph()
        paragraph.words = "".join(self._inline(element, paragraph))
        if _has_deleted_end(properties):
            paragraph.is_joined = True
            return paragraph
        is_new_page = properties is not None and is_on(
            properties.find("w:pageBreakBefore")
        )
        mark = self._numbering.mark(properties)
        paragraph.mark = _PAGE + mark if is_new_page else mark
        return paragraph

    def _inline(self, element: Element, paragraph: _Paragraph) -> Iterator[str]:
        """The text within a paragraph, piece by piece."""
        for child in element:
            match child.tag:
                case "w:t" | "m:t":
                    if not self._is_in_code():
                        yield (child.text or "").replace("\n", " ")
                case "w:tab" | "w:ptab":
                    yield "\t"
                case "w:br":
                    yield _PAGE if child.get("w:type") == "page" else "\n"
                case "w:cr":
                    yield "\n"
                case "w:noBreakHyphen":
                    yield "-"
                case "w:sym":
                    yield _symbol(child)
                case "w:fldChar":
                    self._field(child.get("w:fldCharType"))
                case "w:footnoteReference" | "w:endnoteReference":
                    kind = child.tag[2:].removesuffix("Reference")
                    self._noted.append((kind, child.get("w:id", "")))
                case "w:r" if _is_hidden(child):
                    continue
                case "w:txbxContent":
                    paragraph.boxes.append(child)
                case "w:p" | "w:tbl":
                    paragraph.boxes.append(_wrapper(child))
                case tag if tag not in _UNREAD:
                    yield from self._inline(_choice(child), paragraph)

    def _field(self, kind: str | None) -> None:
        """Fields show their result only; one that never ends hides nothing."""
        if kind == "begin":
            self._fields.append(True)
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _is_in_code(self) -> bool:
        return self._fields_end and any(self._fields)

    # Notes

    def _write_notes(self) -> None:
        counts = {"footnote": 0, "endnote": 0}
        for kind, key in self._noted:
            counts[kind] += 1
            notes = self._notes[kind]
            for note in notes if notes is not None else ():
                if note.get("w:id") == key:
                    lines = "\n".join(self._cell_lines(note)).strip()
                    self.writer.line(f"{counts[kind]} {lines}")
                    break


def _joined(
    blocks: Iterator[_Paragraph | Element],
) -> Iterator[_Paragraph | Element]:
    """Paragraphs whose end was deleted go on in the next one."""
    waiting: _Paragraph | None = None
    for block in blocks:
        if not isinstance(block, _Paragraph):
            if waiting and waiting.words:
                yield waiting
            waiting = None
            yield block
            continue
        if waiting:
            block.words = waiting.words + block.words
            block.boxes[:0] = waiting.boxes
        waiting = block if block.is_joined else None
        if not waiting:
            yield block
    if waiting and waiting.words:
        yield waiting


def _choice(element: Element) -> Element:
    """Of alternatives the first, else the element itself."""
    if element.tag == "mc:AlternateContent":
        for name in ("mc:Choice", "mc:Fallback"):
            found = element.find(name)
            if found is not None:
                return found
    return element


def _wrapper(block: Element) -> Element:
    box = Element("w:txbxContent")
    box.append(block)
    return box


def _wrapped(container: Element, tag: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, content controls around them or not."""
    for child in container:
        if child.tag == tag:
            yield child
        elif child.tag not in _UNREAD and child.tag not in ("w:tr", "w:tc"):
            yield from _wrapped(_choice(child), tag)


def _only_cell(table: Element) -> Element | None:
    """The cell of a table that has no other but holds a table."""
    rows = list(_wrapped(table, "w:tr"))
    if len(rows) != 1:
        return None
    cells = list(_wrapped(rows[0], "w:tc"))
    holds_table = len(cells) == 1 and next(cells[0].iter("w:tbl"), None) is not None
    return cells[0] if holds_table else None


def _span(properties: Element | None, name: str, *, least: int = 1) -> int:
    found = properties.find(name) if properties is not None else None
    given = number(found)
    return min(max(least if given is None else given, least), _MOST_COLUMNS + 1)


def _goes_on(properties: Element | None) -> bool:
    """Whether a cell only continues the one above or before it."""
    if properties is None:
        return False
    for name in ("w:vMerge", "w:hMerge"):
        merge = properties.find(name)
        if merge is not None and merge.get("w:val") != "restart":
            return True
    return False


def _has_deleted_end(properties: Element | None) -> bool:
    if properties is None:
        return False
    return any(
        inner(properties, "w:rPr", name) is not None for name in ("w:del", "w:moveFrom")
    )


def _is_hidden(run: Element) -> bool:
    return is_on(inner(run, "w:rPr", "w:vanish"))


def _symbol(element: Element) -> str:
    code = element.get("w:char", "")
    return (
        with_symbols(chr(int(code, 16))) if re.fullmatch("[0-9A-Fa-f]{4}", code) else ""
    )

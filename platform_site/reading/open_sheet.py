"""OpenDocument sheets (.ods): each sheet a table under its name, values as shown."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from platform_site.reading.document import Document, Refused, Writer
from platform_site.reading.open_package import Inline, body, open_package, rows
from platform_site.reading.package import children

_EMPTY = "檔案裡沒有文字。"
_MOST_BLANK_ROWS = 1000


def read_ods(content: bytes) -> Document:
    """Read an .ods; formulas are not calculated, their last values are read."""
    package = open_package(content)
    sheets = body(package.tree("content.xml"), "spreadsheet")
    writer = Writer()
    has_text = False
    for sheet in children(sheets, "table:table"):
        table = list(_trimmed(sheet))
        if table:
            has_text = True
            writer.line(sheet.get("table:name", ""))
            writer.table(table)
    if not has_text:
        raise Refused(_EMPTY)
    return writer.document("ods")


def _trimmed(sheet: Element) -> Iterator[list[str]]:
    """The rows up to the last one with text; empty ones between stay."""
    waiting: list[int] = []
    for row in rows(sheet, _cell):
        if not any(row.cells):
            waiting.append(row.times)
            continue
        for _ in range(min(sum(waiting), _MOST_BLANK_ROWS)):
            yield []
        waiting = []
        for _ in range(row.times):
            yield row.cells


def _cell(cell: Element) -> str:
    """The text of a cell as it is shown."""
    paragraphs = children(cell, "text:p")
    return "\n".join(
        Inline(lambda child: child.tag.startswith("draw:")).read(each)
        for each in paragraphs
    )

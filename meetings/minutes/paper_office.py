"""A paper of a meeting as ODT and DOCX, to be worked on; the same words as the PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from meetings.minutes import paper_lines
from meetings.minutes.paper import MinutesPaper, PaperLine, PaperSection
from meetings.minutes.paper_lines import set_lines, width
from platform_site.lib import document, docx, odf, text
from platform_site.lib.document import Block, Document, Paragraph, Stack, Style
from platform_site.lib.roc import format_roc


@dataclass(frozen=True)
class FileFormat:
    """How a paper is written as a file, and as what that file is sent."""

    content_type: str
    write: Callable[[IO[bytes], Document], None]


FILE_FORMATS = {
    "odt": FileFormat(odf.ODT_TYPE, odf.odt),
    "docx": FileFormat(docx.DOCX_TYPE, docx.docx),
}

# What is written follows from the paper and from these.
_SOURCES = (document, docx, odf, text, paper_lines)


def write_office(paper: MinutesPaper, extension: str, file: IO[bytes]) -> None:
    """Write the paper in one of ``FILE_FORMATS``."""
    FILE_FORMATS[extension].write(file, paper_document(paper))


def file_content(paper: MinutesPaper, extension: str) -> Sequence[bytes]:
    """All that goes into the file: the same parts, the same file."""
    files = [__file__, *(str(module.__file__) for module in _SOURCES)]
    sources = [Path(file).read_bytes() for file in files]
    return [extension.encode(), repr(paper).encode("utf-8", "replace"), *sources]


def paper_document(paper: MinutesPaper) -> Document:
    """The paper as paragraphs with styles."""
    draft = "（草稿）" if paper.is_draft else ""
    return Document(
        title=f"{paper.title}{draft}",
        author=paper.platform,
        subject=f"{paper.title}，會議日期：{format_roc(paper.held_on)}",
        head=paper.title,
        mark="草稿" if paper.is_draft else "",
        blocks=list(_blocks(paper)),
    )


def _blocks(paper: MinutesPaper) -> Iterator[Block]:
    yield Paragraph(paper.title, Style.TITLE)
    for note in paper.notes:
        yield Paragraph(f"註：{note}", Style.NOTE)
    for section in paper.sections:
        yield from _section(section)
    for attachment in paper.attachments:
        yield Paragraph(attachment.label, Style.LABEL, begins_page=True)
        yield Paragraph(attachment.title, Style.ATTACHMENT)
        yield from _lines(attachment.lines)
    if paper.errata:
        begins_page = bool(paper.attachments)
        yield Paragraph("勘誤", Style.HEADING, begins_page=begins_page)
        yield from _lines(paper.errata)


def _section(section: PaperSection) -> Iterator[Block]:
    colon = "：" if section.value or section.chairs else ""
    yield Paragraph(
        f"{section.heading}{colon}",
        Style.HEADING,
        marker=section.numeral,
        value=section.value,
        hang=width(section.numeral) if section.numeral else 0,
    )
    if section.chairs:
        yield Stack(section.chairs, "共同主持")
    if section.recorder:
        yield Paragraph(f"紀錄：{section.recorder}", Style.RIGHT)
    yield from _lines(section.lines)


def _lines(lines: Sequence[PaperLine]) -> Iterator[Paragraph]:
    for line in set_lines(lines):
        yield Paragraph(
            line.text,
            Style.SUBHEADING if line.heading else Style.BODY,
            marker=line.marker,
            depth=line.depth,
            hang=line.hang,
            leads=line.leads,
        )

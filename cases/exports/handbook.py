"""會議資料 as a paper: the whole handbook of a meeting, A4 portrait, and as ODT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.template.loader import render_to_string

from cases.exports.proposal_form import STYLESHEETS as FORM_STYLESHEETS
from cases.exports.proposal_form import outlined, sheet_blocks
from cases.handbooks.data import (
    Block,
    Chapter,
    Fact,
    Form,
    Grid,
    Handbook,
    Heading,
    Words,
)
from platform_site.lib import document
from platform_site.lib.document import Contents, Document, Paragraph, Style, Table
from platform_site.lib.pdf import STATIC_FOLDER
from platform_site.lib.roc import format_roc, parse_date

STYLESHEETS = (*FORM_STYLESHEETS, STATIC_FOLDER / "css" / "handbook.css")


@dataclass(frozen=True)
class Entry:
    """A line of the contents: what it is called, how deep, and where it leads."""

    level: int
    text: str
    target: str


@dataclass
class Placed:
    """A block with what its template needs; ``target`` is where contents lead to."""

    kind: str
    block: Block
    target: str = ""


@dataclass
class PlacedChapter:
    """A chapter with the targets of what stands in it."""

    chapter: Chapter
    target: str
    blocks: list[Placed] = field(default_factory=list)


def placed(handbook: Handbook) -> tuple[list[PlacedChapter], list[Entry]]:
    """Return the chapters with places to lead to, and the contents."""
    chapters: list[PlacedChapter] = []
    entries: list[Entry] = []
    for at, chapter in enumerate(handbook.chapters, start=1):
        here = PlacedChapter(chapter, f"c{at}")
        entries.append(Entry(1, f"{chapter.numeral}{chapter.heading}", here.target))
        for number, block in enumerate(chapter.blocks, start=1):
            target = ""
            if isinstance(block, Heading):
                target = f"c{at}-{number}"
                entries.append(
                    Entry(block.level, f"{block.marker}{block.text}", target)
                )
            if isinstance(block, Form):
                target = f"c{at}-{number}"
                entries.append(Entry(2, block.sheet.title, target))
            kind = type(block).__name__.lower()
            here.blocks.append(Placed(kind, block, target))
        chapters.append(here)
    return chapters, entries


def handbook_html(handbook: Handbook) -> str:
    """The handbook before it is laid out; headings and forms become bookmarks."""
    chapters, entries = placed(handbook)
    return render_to_string(
        "pdf/handbook.html",
        {
            "handbook": handbook,
            "held_on": format_roc(parse_date(handbook.held_on)),
            "chapters": chapters,
            "entries": entries if handbook.has_contents else [],
        },
    )


# For word processors --------------------------------------------------------------


def handbook_document(handbook: Handbook) -> Document:
    """Return the handbook as word processors know it."""
    return Document(
        title=handbook.title,
        author=handbook.platform,
        subject=f"{handbook.title}，會議日期：{format_roc(parse_date(handbook.held_on))}",
        head=handbook.title,
        blocks=list(_blocks(handbook)),
    )


def _blocks(handbook: Handbook) -> Iterator[document.Block]:
    chapters, entries = placed(handbook)
    begun = False
    for line in handbook.cover:
        yield Paragraph(line, Style.TITLE)
        begun = True
    if handbook.has_contents:
        yield Paragraph("目錄", Style.TITLE, begins_page=begun)
        yield Contents([(entry.level, entry.text, entry.target) for entry in entries])
        begun = True
    for place_, each in enumerate(chapters):
        yield Paragraph(
            each.chapter.heading,
            Style.HEADING,
            marker=each.chapter.numeral,
            hang=2,
            begins_page=begun or place_ > 0,
            anchor=each.target,
        )
        is_first = True
        for block in each.blocks:
            yield from _block(block, is_first=is_first)
            is_first = is_first and not isinstance(block.block, Form)


def _block(placed_: Placed, *, is_first: bool) -> Iterator[document.Block]:
    block = placed_.block
    if isinstance(block, Heading):
        yield Paragraph(
            block.text,
            Style.SUBHEADING,
            marker=block.marker,
            depth=block.level - 2,
            hang=2 if block.level == 2 else 3,
            leads=True,
            anchor=placed_.target,
        )
    elif isinstance(block, Fact):
        yield Paragraph(
            f"{block.label}：{block.value}", marker=block.marker, hang=2, leads=True
        )
    elif isinstance(block, Words):
        yield from outlined(block.text, Style.BODY)
    elif isinstance(block, Grid):
        yield Table(
            block.caption,
            block.widths,
            block.heads,
            [[outlined(cell) for cell in row] for row in block.rows],
        )
    else:
        blocks = sheet_blocks(block.sheet, begins_page=not is_first)
        yield Paragraph(
            blocks[0].text,  # type: ignore[union-attr]  # a form begins with its heading
            Style.TITLE,
            leads=True,
            begins_page=not is_first,
            anchor=placed_.target,
        )
        yield from blocks[1:]

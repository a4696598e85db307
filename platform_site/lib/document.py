"""A paper as word processors know it: paragraphs with styles, indents in characters.

``odf.odt`` and ``docx.docx`` write it. A number stands as text before its words, so
that what is printed is what was recorded, whatever a program makes of lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from platform_site.lib.text import interchange

LANGUAGE = "zh-TW"

# What stands in the official papers, and what machines without it have instead.
FONT = "標楷體"
FALLBACKS = ("DFKai-SB", "BiauKaiTC", "BiauKai", "TW-Kai", "AR PL UKai TW")
LATIN_FONT = "Times New Roman"
LATIN_FALLBACKS = ("Liberation Serif",)

# A4 portrait, in centimetres; wider where the paper is bound.
PAGE = (21.0, 29.7)
MARGIN = 2.5
BINDING = 3.0
CELL_POINTS = 12  # in tables
POINTS = 14  # of the text; indents are counted in its characters
LINE = 24  # points from line to line


class Style(Enum):
    """What a paragraph is."""

    TITLE = "title"
    NOTE = "note"
    HEADING = "heading"  # a section
    SUBHEADING = "subheading"  # a group, a speaker
    BODY = "body"
    LABEL = "label"  # above the title of an attachment
    ATTACHMENT = "attachment"
    RIGHT = "right"
    CELL = "cell"  # in a table
    CELL_HEAD = "cell head"  # the head of a column or row


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; ``value`` is what stands on the line of a heading.

    Its words begin ``hang`` characters after its number, which stands at ``depth``;
    without a number (``marker``) the whole is set that far in.
    """

    text: str
    style: Style = Style.BODY
    marker: str = ""
    value: str = ""
    depth: int = 0
    hang: int = 0
    leads: bool = False  # stays on the page of what follows
    begins_page: bool = False
    anchor: str = ""  # what contents lead to

    @property
    def indent(self) -> int:
        """How far in the words stand."""
        return self.depth + self.hang

    @property
    def outdent(self) -> int:
        """How far the number stands before them."""
        return self.hang if self.marker else 0

    @property
    def character(self) -> int:
        """How wide its characters are, in points; indents are counted in them."""
        return CELL_POINTS if self.style in (Style.CELL, Style.CELL_HEAD) else POINTS


@dataclass(frozen=True)
class Stack:
    """Names under one another with a line beside them, and what is said of all."""

    names: Sequence[str]
    together: str


@dataclass(frozen=True)
class Table:
    """A table whose heads stand again on each page; a cell is some paragraphs.

    ``widths`` are the columns' shares of the text's width; the first cell of a row is
    its head. ``kept`` rows are not torn apart between pages.
    """

    name: str
    widths: Sequence[float]
    heads: Sequence[str]
    rows: Sequence[Sequence[Sequence[Paragraph]]]
    kept: Collection[int] = ()


@dataclass(frozen=True)
class Contents:
    """Lines that lead to paragraphs by their anchors, each with its page.

    An entry is its level from 1, its text and the anchor.
    """

    entries: Sequence[tuple[int, str, str]]


Block = Paragraph | Stack | Table | Contents


@dataclass(frozen=True)
class Document:
    """A paper: ``mark`` stands at the head of every page, ``head`` from the second."""

    title: str
    author: str
    subject: str
    blocks: Sequence[Block]
    head: str = ""
    mark: str = ""
    landscape: bool = False

    @property
    def page(self) -> tuple[float, float]:
        """Width and height of the page, in centimetres."""
        return (PAGE[1], PAGE[0]) if self.landscape else PAGE

    @property
    def width(self) -> float:
        """Width of the text, in centimetres."""
        return self.page[0] - BINDING - MARGIN


_SPACE = re.compile("[ \t\n]+")


def printable(text: str) -> str:
    """Return ``text`` in one line, without what steers or hides it.

    White space is closed up as HTML does it, so that all formats say the same.
    """
    plain = _SPACE.sub(" ", interchange(text)).strip(" ")
    if plain.isprintable():
        return plain
    return "".join(each for each in plain if unicodedata.category(each) != "Cf")

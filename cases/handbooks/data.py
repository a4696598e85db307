"""A handbook as a dataset: chapters of headings, texts, tables and forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cases.exports.proposal_form import Box, ProposalSheet, Text


@dataclass(frozen=True)
class Heading:
    """A heading below the chapter's: level 2 is 一、, level 3 （一）."""

    level: int
    marker: str
    text: str


@dataclass(frozen=True)
class Words:
    """Outlined text."""

    text: str


@dataclass(frozen=True)
class Fact:
    """A line of its own: 會議時間：112年8月8日（星期二）下午2時30分."""

    marker: str
    label: str
    value: str


@dataclass(frozen=True)
class Grid:
    """A table; a cell is outlined text, ``heading`` the column that names the row.

    ``widths`` are the columns' shares of the text's width.
    """

    caption: str
    heads: tuple[str, ...]
    widths: tuple[float, ...]
    heading: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Form:
    """One proposal form, from a page of its own."""

    sheet: ProposalSheet


Block = Heading | Words | Fact | Grid | Form
_BLOCKS = {each.__name__.lower(): each for each in (Heading, Words, Fact, Grid)}


@dataclass(frozen=True)
class Chapter:
    """A numbered part of the handbook; ``numeral`` is 壹, empty where it has none."""

    kind: str
    numeral: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Handbook:
    """會議資料 of a meeting; ``cover`` is its lines, empty where none is printed."""

    title: str
    platform: str
    meeting: str
    held_on: str  # ISO
    cover: tuple[str, ...]
    has_contents: bool
    chapters: tuple[Chapter, ...]

    @property
    def forms(self) -> list[ProposalSheet]:
        """The proposal forms in their order."""
        return [
            block.sheet
            for chapter in self.chapters
            for block in chapter.blocks
            if isinstance(block, Form)
        ]


def to_data(handbook: Handbook) -> dict[str, Any]:
    """Return the handbook as JSON keeps it."""
    data: dict[str, Any] = _lists(asdict(handbook))
    for chapter, said in zip(handbook.chapters, data["chapters"], strict=True):
        for block, told in zip(chapter.blocks, said["blocks"], strict=True):
            told["block"] = type(block).__name__.lower()
    return data


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(each) for each in value]
    return value


def from_data(data: Mapping[str, Any]) -> Handbook:
    """Return the handbook that ``to_data`` was given."""
    return Handbook(
        **{
            **data,
            "cover": tuple(data["cover"]),
            "chapters": tuple(
                Chapter(**{**each, "blocks": tuple(map(_block, each["blocks"]))})
                for each in data["chapters"]
            ),
        }
    )


def _block(data: Mapping[str, Any]) -> Block:
    said = {name: _tuples(value) for name, value in data.items() if name != "block"}
    if data["block"] == "form":
        return Form(_sheet(data["sheet"]))
    return _BLOCKS[data["block"]](**said)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _sheet(data: Mapping[str, Any]) -> ProposalSheet:
    boxes = {
        name: [Box(**each) for each in data[name]]
        for name in ("types", "scope", "partners")
    }
    texts = [Text(**each) for each in data["texts"]]
    return ProposalSheet(**{**data, **boxes, "texts": texts})

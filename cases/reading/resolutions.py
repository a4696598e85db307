"""The resolutions of a section as worded, each under its group."""

from __future__ import annotations

from typing import Any

from cases.reading.case_headings import as_group
from cases.reading.decisions import DECIDING
from meetings.reading.outline import Item, written
from meetings.reading.words import Words


def read_resolutions(items: list[Item], series: str) -> list[dict[str, Any]]:
    """Return the resolutions in printed order; a group's words are one."""
    decides = series in DECIDING
    found: list[dict[str, Any]] = []
    group: str | None = None
    for item in items:
        own = as_group(item.words, decides)
        if own:
            group = own[0]
            found.append(_resolution(group, [_bare(item, own[1])]))
            continue
        if group and item.mark is None and found:
            _extend(found[-1], item)
            continue
        if group and item.mark and item.mark.level >= 3 and found:
            _extend(found[-1], item)
            continue
        group = None
        below = [child for child in item.children if as_group(child.words, decides)]
        if not below:
            found.append(_resolution(None, [item]))
            continue
        found.append(_resolution(None, [Item(item.mark, item.words, item.line)]))
        found += read_resolutions(item.children, series)
    return [each for each in found if each["text"]]


def _bare(item: Item, rest: Words) -> Item:
    """The item without the name of its group."""
    return Item(None, rest, item.line, children=item.children)


def _extend(resolution: dict[str, Any], item: Item) -> None:
    text = written([item])
    resolution["text"] = "\n".join(part for part in (resolution["text"], text) if part)
    resolution["source"] = _span([item], resolution["source"])


def _resolution(group: str | None, items: list[Item]) -> dict[str, Any]:
    return {"group": group, "text": written(items), "source": _span(items, None)}


def _span(items: list[Item], before: dict[str, int] | None) -> dict[str, int] | None:
    words = [part.words for item in items for part in item.walk() if part.words]
    if not words:
        return before
    start = before["start"] if before else words[0].start
    return {"start": start, "end": max(part.end for part in words)}

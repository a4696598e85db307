"""How resolutions are numbered in the minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from meetings.models import IssueGroup, Resolution


@dataclass(frozen=True)
class GroupResolutions:
    """The resolutions for one group, as numbered."""

    group: IssueGroup
    resolutions: Sequence[Resolution]


@dataclass(frozen=True)
class Item:
    """A numbered item of the resolutions: one of them, or those of all groups."""

    resolution: Resolution | None
    groups: list[GroupResolutions]


def resolution_items(
    resolutions: Iterable[Resolution], own_group: IssueGroup | None
) -> list[Item]:
    """Return the resolutions in printed order, numbered as in the papers.

    Those of the whole meeting are items of their own, as are all at the meeting
    of one group (``own_group``); those of the groups stand together in one item.
    """
    items: list[Item] = []
    for group, those in groupby(resolutions, key=lambda r: r.group):
        if group is None or group == own_group:
            items += [Item(resolution, []) for resolution in those]
            continue
        if not items or items[-1].resolution is not None:
            items.append(Item(None, []))
        items[-1].groups.append(GroupResolutions(group, list(those)))
    return items

"""Sentences that name cases and speak of the list, and from which nothing was read."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from cases.reading import actions
from cases.reading.clauses import NOTED
from cases.reading.cutting import sentences
from cases.reading.decisions import Reader
from cases.reading.facts import Decision
from cases.reading.listed_names import QUOTED, Named, find_runs, masked
from meetings.reading.minutes import ReadSection
from meetings.reading.outline import Item
from meetings.reading.words import Words

_SHORTEST = 4  # characters of what may be the name of a case
_SIGNS = dict.fromkeys(map(ord, "「」『』 "))
_BEGINS = re.compile(
    rf"\s*(?:另外?|至於|至|有關|關於|針對|並|惟|而|其中|請?[\u4e00-\u9fff]{{2,8}}組){{0,2}}(?:所?提)?\s*:?\s*{QUOTED}"
)
_PART = re.compile(r"[子次](?:計畫|案|項)")
# What changes the list; in a report or a remark the rest is told, not decided.
_CHANGES = {
    actions.LIST,
    actions.DELIST,
    actions.PROPOSE,
    actions.RELIST,
    actions.WITHDRAW,
}


def find_overlooked(
    sections: Sequence[ReadSection], reader: Reader, motions: Sequence[dict[str, Any]]
) -> list[tuple[int, Words]]:
    """Return the sentences a person must look at, in printed order."""
    known = _Known(reader.record.decisions, motions)
    listed = {words.start for _, words in reader.unread if words}
    found: list[tuple[int, Words]] = []
    for each in sections:
        kind = each.section.kind
        if kind not in ("discussion", "report", "remarks", "motions", "other"):
            continue
        for item in _items(each.items):
            if item.words and item.words.start not in listed:
                found += [
                    (item.line, sentence)
                    for sentence in sentences(item.words)
                    if _speaks(sentence, known, is_told=kind != "discussion")
                ]
    return found


class _Known:
    """The names that were read, and the places where they stand."""

    def __init__(
        self, decisions: Sequence[Decision], motions: Sequence[dict[str, Any]]
    ) -> None:
        self.names = {_bare(name) for motion in motions for name in motion["cases"]}
        for decision in decisions:
            told = (decision.name.text, decision.new_name or "", *decision.came_from)
            self.names.update(map(_bare, told))
        spans = sorted(
            (decision.name.words.start, decision.name.words.end)
            for decision in decisions
        )
        self.starts = [start for start, _ in spans]
        self.ends = list(accumulate((end for _, end in spans), max))

    def has(self, name: Named) -> bool:
        """Whether a name was read, here or elsewhere, whole or in a longer one."""
        words = name.words
        if len(words) < _SHORTEST or _bare(name.text) in self.names:
            return True
        before = bisect_left(self.starts, words.end)
        return before > 0 and self.ends[before - 1] > words.start


def _items(items: Sequence[Item]) -> Iterator[Item]:
    for item in items:
        yield from item.walk()


def _speaks(sentence: Words, known: _Known, *, is_told: bool) -> bool:
    """Whether a sentence names a case nobody read, and says what becomes of it."""
    mask = masked(sentence.folded)
    unknown = any(
        not known.has(name)
        for run in find_runs(sentence, mask)
        if not _PART.search(mask[max(run.start - 8, 0) : run.start])
        for name in run.names
    )
    if not unknown:
        return False
    verbs = actions.find_verbs(mask)
    if is_told:
        return any(verb.stands and verb.action in _CHANGES for verb in verbs)
    # 另「甲」請各市再行評估: it speaks of the case, though not in words of the list.
    return bool(verbs) or bool(_BEGINS.match(mask) and not NOTED.search(mask))


def _bare(name: str) -> str:
    return name.translate(_SIGNS)

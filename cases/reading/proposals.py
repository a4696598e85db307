"""Matters put to a meeting one by one: 案由, 說明 and what was resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meetings.reading.outline import Item
from meetings.reading.words import Words

_ORDINAL = r"[一二三四五六七八九十0-9]{0,3}"
_MATTER = re.compile(
    rf"(?:案\s?由|提\s?案|討論案|報告案|議案|議題|案次)\s?{_ORDINAL}\s?(?::|(?<=[一二三四五六七八九十0-9])、)\s*|第{_ORDINAL}案\s?[:、]?\s*(?!等)"
)
_RESOLVED = re.compile(
    r"(?:會議|主席|本案)?(?:決\s?議|決\s?定|結\s?論|裁\s?示)(?:事項)?\s?:\s*"
)
_OTHER = re.compile(
    r"(?:說\s?明|辦\s?法|擬\s?辦|建議|提案單位|提案機關|提案縣市|討論)\s?(?::|$)"
)


@dataclass
class Proposal:
    """What was asked and what was answered."""

    subject: Words
    line: int
    resolved: list[Item]


def cut_proposals(items: list[Item]) -> tuple[list[Proposal], list[Item]]:
    """Divide items into matters with an answer of their own, and the rest."""
    proposals: list[Proposal] = []
    others: list[Item] = []
    current: Proposal | None = None
    answering = False
    for item in items:
        matter = _MATTER.match(item.words.folded)
        if matter:
            current = Proposal(item.words[matter.end() :], item.line, [])
            proposals.append(current)
            answering = _gather(current, item.children, answering=False)
        elif current is None:
            others.append(item)
        else:
            answering = _gather(current, [item], answering=answering)
    answered = [proposal for proposal in proposals if proposal.resolved]
    return answered, others


def _gather(proposal: Proposal, items: list[Item], *, answering: bool) -> bool:
    """Put what follows 決議： into the answer; return whether it goes on."""
    for item in items:
        resolved = _RESOLVED.match(item.words.folded)
        if resolved:
            rest = item.words[resolved.end() :].strip()
            if rest:
                proposal.resolved.append(
                    Item(None, rest, item.line, children=item.children)
                )
            else:
                proposal.resolved += item.children
            answering = True
        elif _OTHER.match(item.words.folded):
            answering = _gather(proposal, item.children, answering=False)
        elif answering:
            proposal.resolved.append(item)
        else:
            answering = _gather(proposal, item.children, answering=False)
    return answering

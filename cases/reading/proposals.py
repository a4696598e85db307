"""Matters put to a meeting one by one: 案由, 說明 and what was resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cases.reading import actions
from cases.reading.case_headings import Heading
from cases.reading.listed_names import Named, find_runs, masked
from cases.reading.record import Record
from meetings.reading.outline import Item
from meetings.reading.words import Words, join

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

_BEFORE_NAME = re.compile(
    r"\s*(?:有關|關於|為|檢陳|研商|討論|審議)?\s*(?:擬|建議|提請|研擬)?(?:同意)?(?:新增|解除列管|解列|持續列管)?\s*"
)
_BEHIND_NAME = re.compile(
    r"(?:之)?(?:最新)?(?:辦理情形|執行情形|執行進度|辦理進度|進度報告|是否|擬|建議|提請|請|報請)|[乙一]案(?:,|。|$)|[,。]"
)
_NO_NAME = re.compile(
    r"(?:[0-9]{2,3}年度?|本季|本年度|各議題組|各組|議題組|議題小組|小組|列管|新增|解除|合作|提案|方案|案件|案|之|及)*"
)
_IS_PROPOSAL = re.compile(r"(?:合作|新)提案|提案[「■]")
_SHORTEST, _LONGEST = 4, 60
_APPROVES = re.compile(r"照案|同意|通過|准予|如擬")
_REFUSES = re.compile(r"不同意|未通過|不通過|緩議|再議")


@dataclass
class Proposal:
    """What was asked and what was answered."""

    subject: Words
    line: int
    resolved: list[Item]
    level: int | None = None  # of the item that is the matter; None for 案由


def cut_proposals(items: list[Item]) -> tuple[list[Proposal], list[Item]]:
    """Divide items into matters with an answer of their own, and the rest.

    A matter is headed 案由, or is an item below which 決議： stands.
    """
    matters: list[tuple[Proposal | None, list[Item]]] = []
    current: Proposal | None = None
    answering = False
    for index, item in enumerate(items):
        matter = _MATTER.match(item.words.folded)
        is_label = _is_label(item)
        if current and current.level is not None and not is_label:
            deeper = item.mark and item.mark.level > current.level
            current = current if deeper and not matter else None
        if matter or (current is None and not is_label and _is_answered(items, index)):
            start = matter.end() if matter else 0
            level = item.mark.level if item.mark and not matter else None
            current = Proposal(item.words[start:].strip(":"), item.line, [], level)
            matters.append((current, [item]))
            answering = _gather(current, item.children, answering=False)
        elif current is None:
            matters.append((None, [item]))
        else:
            matters[-1][1].append(item)
            answering = _gather(current, [item], answering=answering)
    answered = [proposal for proposal, _ in matters if proposal and proposal.resolved]
    others = [
        item
        for proposal, own in matters
        if proposal is None or not proposal.resolved
        for item in own
    ]
    return answered, others


def as_proposal(item: Item) -> Proposal | None:
    """The matter an item is, where 決議： stands right below it."""
    if not (item.mark and _is_answered([item], 0)):
        return None
    proposal = Proposal(item.words.strip(":"), item.line, [], item.mark.level)
    _gather(proposal, item.children, answering=False)
    return proposal if proposal.resolved else None


def _is_label(item: Item) -> bool:
    folded = item.words.folded
    return bool(_RESOLVED.match(folded) or _OTHER.match(folded))


def _is_answered(items: list[Item], index: int) -> bool:
    """Whether 決議： follows before the next item of the same list."""
    mark = items[index].mark
    if mark is None:
        return False
    if any(_RESOLVED.match(child.words.folded) for child in items[index].children):
        return True
    for item in items[index + 1 :]:
        if _RESOLVED.match(item.words.folded):
            return True
        if not _OTHER.match(item.words.folded) and not (
            item.mark and item.mark.level > mark.level
        ):
            return False
    return False


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


def answer_proposal(
    record: Record, proposal: Proposal, group: str | None, above: Heading | None
) -> None:
    """Read what an answer without names makes of the cases in the matter.

    照案通過 gives what the matter asked; other words speak for themselves.
    ``above`` is the heading of the section.
    """
    answer = join(item.all_words() for item in proposal.resolved)
    if not answer:
        return
    subject, line = proposal.subject, proposal.line
    asked = _asked(masked(subject.folded), above)
    said = masked(answer.folded)
    speaks = any(verb.stands for verb in actions.find_verbs(said))
    if proposal.level is not None:
        record.case(subject, answer, above or Heading(asked), group, line)
    elif speaks or not (asked and _APPROVES.search(said) and not _REFUSES.search(said)):
        heading = Heading(actions.LIST if asked == actions.LIST else None)
        for name in _names(subject):
            record.case(name.words, answer, heading, name.group or group, line)
    else:
        action = actions.DELIST if asked == actions.PROPOSE else asked
        reason = actions.reason_of(said) if action == actions.DELIST else None
        action = record.own(action, said)
        record.make(_names(subject), action, line, group, answer, reason=reason)


def _asked(mask: str, above: Heading | None) -> str | None:
    """What a matter asks for, by its own words or the heading above it."""
    verbs = actions.find_verbs(mask)
    if verbs:
        return verbs[0].action
    if _IS_PROPOSAL.search(mask):
        return actions.LIST
    return above.action if above else None


def _names(subject: Words) -> list[Named]:
    """The cases a matter is about: quoted, or what it says it is about."""
    mask = masked(subject.folded)
    quoted = [name for run in find_runs(subject, mask) for name in run.names]
    if quoted:
        return quoted
    before = _BEFORE_NAME.match(mask)
    start = before.end() if before else 0
    behind = _BEHIND_NAME.search(mask, start)
    name = subject[start : behind.start() if behind else len(subject)].strip()
    is_name = _SHORTEST <= len(name) <= _LONGEST and not _NO_NAME.fullmatch(
        "".join(name.folded.split())
    )
    return [Named(name)] if is_name else []

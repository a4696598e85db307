"""Matters put to a meeting one by one: 案由, 說明 and what was resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cases.reading import actions
from cases.reading.case_headings import Heading
from cases.reading.case_items import read_case
from cases.reading.clauses import MERGED_TO, NOTED, Place, read_sentence
from cases.reading.cutting import sentences
from cases.reading.listed_names import NO_GROUP, QUOTED, Named, find_runs, masked
from cases.reading.record import Record
from meetings.reading.outline import Item, is_group_heading
from meetings.reading.words import Words, join

_ORDINAL = r"[一二三四五六七八九十0-9]{0,3}"
_MATTER = re.compile(
    rf"(?:案\s?由|提\s?案|討論案|報告案|議案|議題|案次)\s?{_ORDINAL}\s?(?::|(?<=[一二三四五六七八九十0-9])、)\s*|第{_ORDINAL}案\s?[:、]?\s*(?!等)"
)
_RESOLVED = re.compile(
    r"(?:會議|主席|本案)?(?:決\s{0,4}議|決\s{0,4}定|結\s{0,4}論|裁\s{0,4}示)(?:事項)?\s?:\s*"
)
_OTHER = re.compile(
    r"(?:說\s{0,4}明|辦\s{0,4}法|擬\s{0,4}辦|(?:辦理|執行)(?:情形|進度)|建議|提案單位|提案機關|提案縣市|討論)\s?(?::|$)"
)

_PROPOSED_BY = re.compile(
    r"(?:提案|所屬|主辦|主責|議題)(?:單位|機關|組別|小組|組)\s?:\s?(?P<group>[\u4e00-\u9fff]{2,8}組)(?![\u4e00-\u9fff])"
)
_BEFORE_NAME = re.compile(
    r"\s*(?:有關|關於|為|檢陳|研商|討論|審議)?\s*(?:擬|建議|提請|研擬)?(?:同意)?(?:新增|解除列管|解列|持續列管)?\s*"
)
_BEHIND_NAME = re.compile(
    r"(?:之)?(?:最新)?(?:辦理情形|執行情形|執行進度|辦理進度|進度報告|是否|擬|建議|提請|請|報請)|[乙一]案(?:,|。|$)|[,。]"
)
_NO_NAME = re.compile(
    r"(?:[0-9]{2,3}年度?|本季|本年度|[上前歷本][次屆]|會議|決議|決定|裁示|事項|[辦執]理?[理行]?情形|報告|工作|追蹤|確認|[紀記]錄|管考|進度|各議題組|各組|議題組|議題小組|小組|列管|新增|解除|合作|提案|方案|案件|案|之|及)*"
)
_IS_PROPOSAL = re.compile(r"(?:合作|新)提案|提案[「■]")
_ASKS = re.compile(
    r",?[謹敬]?(?:提請|報請|請)(?:討論|審議|核議|確認|備查|鑒察|公鑒|公決)$"
)
_GROUP_NOTE = re.compile(r"[\u4e00-\u9fff]{2,8}組")
_SHORTEST, _LONGEST = 4, 60
_BESIDE = re.compile(
    r"附帶(?:決議|決定|裁示|建議|結論)\s?[一二三四五六七八九十0-9]?\s?:\s*"
)
_GOES_ON = re.compile(r"續辦|(?:持續|繼續|賡續)(?:辦理|推動|執行|合作)")
_OF_GROUP = re.compile(
    r"(?P<group>[\u4e00-\u9fff]{2,8}?組)(?:所?提(?:出|報|案|請)?|擬|建議|申請|列管|合作)"
)
_CHANGES = {
    actions.LIST,
    actions.DELIST,
    actions.PROPOSE,
    actions.RELIST,
    actions.WITHDRAW,
}
_APPROVES = re.compile(r"照案|同意|通過|准予|如擬")
_REFUSES = re.compile(r"不同意|未通過|不通過|緩議|再議")


@dataclass
class Proposal:
    """What was asked and what was answered."""

    subject: Words
    line: int
    resolved: list[Item]
    level: int | None = None  # of the item that is the matter; None for 案由
    group: str | None = None  # that put it forward
    explained: list[Item] = field(default_factory=list)  # 說明 and its like

    def parted(self) -> tuple[list[Item], list[Item]]:
        """Return the answer, and what was resolved beside it (附帶決議)."""
        for index, item in enumerate(self.resolved):
            if found := _BESIDE.match(item.words.folded):
                rest = item.words[found.end() :].strip()
                first = Item(None, rest, item.line, children=item.children)
                return self.resolved[:index], [first, *self.resolved[index + 1 :]]
        return self.resolved, []

    def overlooked(self) -> tuple[int, Words] | None:
        """What a person must look at where nothing was read of the matter."""
        answer = join(item.all_words() for item in self.resolved)
        said = masked(answer.folded)
        settles = _APPROVES.search(said) or _REFUSES.search(said)
        is_case = QUOTED in masked(self.subject.folded) or (
            settles and not _is_nameless(self.subject)
        )
        if is_case and not NOTED.search(said):
            return self.line, self.subject
        if answer and any(verb.action in _CHANGES for verb in actions.find_verbs(said)):
            return self.resolved[0].line, answer
        return None


def cut_proposals(items: list[Item]) -> tuple[list[Proposal], list[Item]]:
    """Divide items into matters with an answer of their own, and the rest.

    A matter is headed 案由, or is an item below which 決議： stands.
    """
    matters: list[tuple[Proposal | None, list[Item]]] = []
    current: Proposal | None = None
    answering = False
    group: str | None = None  # named on a line of its own above matters
    groups: dict[int, str | None] = {}
    for index, item in enumerate(items):
        if is_group_heading(item.words):
            group = item.words.folded.partition("組")[0].strip("( ") + "組"
            current = None
        matter = _MATTER.match(item.words.folded)
        is_label = _is_label(item)
        if current and current.level is not None and not is_label:
            deeper = item.mark and item.mark.level > current.level
            current = current if deeper and not matter else None
        if matter or (current is None and not is_label and _is_answered(items, index)):
            start = matter.end() if matter else 0
            level = item.mark.level if item.mark and not matter else None
            current = Proposal(item.words[start:].strip(":"), item.line, [], level)
            groups[id(current)] = group
            matters.append((current, [item]))
            answering = _gather(current, item.children, answering=False)
        elif current is None:
            matters.append((None, [item]))
        else:
            matters[-1][1].append(item)
            answering = _gather(current, [item], answering=answering)
    for proposal, own in matters:
        if proposal:
            above = groups[id(proposal)]
            proposal.group = _proposer(proposal.subject, own) or above
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
    proposal.group = _proposer(proposal.subject, [item])
    return proposal if proposal.resolved else None


def _proposer(subject: Words, items: list[Item]) -> str | None:
    """The group a matter says it was put forward by."""
    found = _OF_GROUP.match(subject.folded)
    for item in items:
        for part in item.walk():
            found = found or _PROPOSED_BY.search(part.words.folded)
    if found is None or NO_GROUP.search(found["group"]):
        return None
    return found["group"]


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
            proposal.explained.append(item)
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
    answer = join(item.all_words() for item in proposal.parted()[0])
    if not answer:
        return
    subject, line = proposal.subject, proposal.line
    asked = _asked(masked(subject.folded), above)
    said = masked(answer.folded)
    if _is_nameless(subject):
        if asked and _APPROVES.search(said) and not _REFUSES.search(said):
            _answer_explained(record, proposal, answer, asked, group)
        return
    speaks = any(verb.stands for verb in actions.find_verbs(said))
    mask = masked(subject.folded)
    approves = _APPROVES.search(said) and not _REFUSES.search(said)
    becomes = actions.NEW_NAME.search(mask) or MERGED_TO.search(mask)
    if approves and becomes and len(find_runs(subject, mask)) > 1:
        before = len(record.decisions)
        for sentence in sentences(subject):
            read_sentence(record, sentence, Place(line, group))
        if len(record.decisions) > before:
            return
    lists = any(
        verb.stands and verb.action == actions.LIST for verb in actions.find_verbs(said)
    )
    if record.decides and asked == actions.LIST and not (approves or lists):
        # Put forward and not taken up: read as a group's answer to a proposal is.
        heading = Heading(actions.LIST)
        for name in _names(subject):
            own = name.group or group
            for decision in read_case(
                name.words, answer, heading, own, line, False, record.warn
            ):
                record.add(decision)
        return
    is_sentence = QUOTED in mask and _asked(mask, None) is not None
    if proposal.level is not None and not is_sentence:
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


def _answer_explained(
    record: Record, proposal: Proposal, answer: Words, asked: str, group: str | None
) -> None:
    """Read what an answer makes of the cases that only the explanation names.

    Those it names itself, 除「甲」外照案通過, are left to a person.
    """
    said = masked(answer.folded)
    apart = {name.text for run in find_runs(answer, said) for name in run.names}
    for item in proposal.explained:
        words = item.all_words()
        for run in find_runs(words, masked(words.folded)):
            if not run.count:
                continue
            record.check(item.line, run.count, len(run.names))
            for name in run.names:
                if name.text in apart:
                    record.warn(item.line, f"「{name.text}」未照案通過，請確認。")
                    continue
                is_group = name.note and _GROUP_NOTE.fullmatch(name.note)
                own = name.note if is_group else name.group or group
                action = actions.DELIST if asked == actions.PROPOSE else asked
                record.make([name], record.own(action), item.line, own, answer)


def _asked(mask: str, above: Heading | None) -> str | None:
    """What a matter asks for, by its own words or the heading above it."""
    verbs = actions.find_verbs(mask)
    if verbs:
        return verbs[0].action
    if _IS_PROPOSAL.search(mask):
        return actions.LIST
    if _GOES_ON.search(mask):
        return actions.CONTINUE
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
    is_name = _SHORTEST <= len(name) <= _LONGEST and not _is_nameless(name)
    return [Named(name)] if is_name else []


def _is_nameless(words: Words) -> bool:
    """Whether words only say what kind of matter it is: 上次會議決議辦理情形."""
    text = _ASKS.sub("", "".join(words.folded.split()).strip("。"))
    return bool(_NO_NAME.fullmatch(text))

"""An item that names a case and says, in words of its own, what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cases.reading import actions
from cases.reading.case_headings import Heading
from cases.reading.facts import Decision, note_reason, own_action
from cases.reading.listed_names import QUOTED, Named, find_runs, masked, split_names
from meetings.reading.words import Words

_RENAMED_LATER = re.compile(
    r"(?:名稱|案名)[^,。;]{0,12}(?:重擬|重新擬定|重新訂定|另訂|另擬)|(?:重新|另行|再行?)(?:擬定|訂定|研訂|調整|修正)[^,。;]{0,8}(?:名稱|案名)"
)
_MERGED_TO = re.compile(
    r"(?:合併|整併|併案|整合)(?:為|成)|併為|併入|歸併(?:至|於|入)?|併至"
)
_MERGED = re.compile(r"(?:合併|整併|併案)(?:辦理|續辦)?\s*$")
_JOINED = re.compile(
    rf"(?P<verb>併入|歸併(?:至|於|入)?|併至|合併(?:於|至)|納入)[\u4e00-\u9fff]{{0,10}}(?={QUOTED}+(?:[^,。;]{{0,4}}(?:併案|辦理|續辦|列管|執行)|[,。;]|$))"
)
_MERGED_IN = re.compile(r"(?:予以|同意|後續)?(?:合併|整併|併案)")
_AGREES = re.compile(r"(?<![不未])(?:同意|通過|支持|准予)")
_REFUSES = re.compile(r"(?:不予|未獲|[不未])通過|不同意(?![^,。;]{0,6}(?:解|撤|除管))")
_QUOTED_LIST = re.compile(rf"\s*{QUOTED}")
_AGREED_NEW = re.compile(
    r"同意[^,。;]{0,12}(?:新增|立案|納入)|新增(?:立案|列管)|提[^,。;]{0,16}列管"
)
_OUT_OF = re.compile(r"\s*(?:本案)?由(?P<members>[^,。;]{4,90}?)(?:合併|整併)")

_RESOLVED = re.compile(r"(?<![依據照次])(?<!次會議)(?:決議|裁示)(?!事項|辦理|執行)")
_NOT_LISTED = re.compile(actions.NOT_LISTED)
_LONGEST_WORDS = 400

Warn = Callable[[int, str], None]


@dataclass(frozen=True)
class _Fate:
    action: str
    reason: str | None = None
    new: Words | None = None  # the new name
    doubt: str | None = None


def read_case(
    head: Words,
    body: Words,
    heading: Heading,
    group: str | None,
    line: int,
    decides: bool,
    warn: Warn,
    count: int | None = None,
) -> list[Decision]:
    """Return what an item decides, nearly always one decision about one case.

    ``count`` is how many cases the paper says are named at its head.
    """
    fate = _fate(head, body, heading, decides)
    words = body[:_LONGEST_WORDS].plain()
    merged = _merge(head, body, fate, line, warn)
    if merged:
        name, came_from = merged
        return [
            Decision(
                name.group or group,
                name,
                actions.MERGE,
                line,
                None,
                None,
                came_from,
                words,
            )
        ]
    if fate is None:
        return []
    if fate.doubt:
        warn(line, fate.doubt)
    mask = masked(head.folded)
    if count is None and not _QUOTED_LIST.match(mask):
        count = 1
    return [
        Decision(
            name.group or group,
            name,
            fate.action,
            line,
            fate.reason or note_reason(fate.action, name),
            fate.new.plain() if fate.new else None,
            (),
            words,
            fate.doubt,
        )
        for name in split_names(head, count)
    ]


def _merge(
    head: Words, body: Words, fate: _Fate | None, line: int, warn: Warn
) -> tuple[Named, tuple[str, ...]] | None:
    """The case that goes on after a merger, and those that end in it."""
    mask = masked(head.folded)
    told = masked(body.folded)
    joined = _JOINED.search(told)
    if joined and not actions.is_uncertain(told[: joined.end()].rpartition("。")[2]):
        behind = joined.end("verb")
        runs = find_runs(body[behind:], told[behind:])
        return runs[0].names[0], tuple(name.text for name in _members(head, 1))
    out_of = _OUT_OF.match(told)
    if out_of:
        members = _members(body[out_of.start("members") : out_of.end("members")])
        ended = tuple(name.text for name in members)
        stays = [name for name in _members(head, 1) if name.text not in ended]
        if stays:
            return stays[0], ended
    into = _MERGED_TO.search(mask)
    if into and not actions.is_uncertain(mask):
        target = split_names(head[into.end() :], 1)
        sources = _members(head[: into.start()])
        if target:
            return target[0], tuple(name.text for name in sources)
    alone = _MERGED.search(mask)
    if not alone:
        return None
    sources = _members(head[: alone.start()])
    if len(sources) == 1:
        # 公車路線整併 is a name; 甲案（原合作案）合併 says what becomes of it.
        said = mask[: alone.start()].rstrip().endswith((")", QUOTED))
        return (sources[0], ()) if said or _MERGED_IN.search(told) else None
    came_from = tuple(name.text for name in sources)
    if fate and fate.new:
        return Named(fate.new), came_from
    warn(line, "併案後的案名未載明，請確認。")
    return (sources[0], came_from) if sources else None


def _members(words: Words, count: int = 2) -> list[Named]:
    """The cases of a merger: 甲案（原甲乙合作案）及丙案."""
    names = split_names(words, None)
    return names if len(names) > 1 else split_names(words, count)


def _fate(head: Words, body: Words, heading: Heading, decides: bool) -> _Fate | None:
    """What the words say becomes of the case; None when they say nothing."""
    mask = masked(body.folded)
    resolved = [found.end() for found in _RESOLVED.finditer(mask)]
    verbs = actions.find_verbs(mask)
    if resolved and (last := [v for v in verbs if v.start >= resolved[-1]]):
        verbs = last  # 甲市建議解列,乙市建議續管,決議續管
    of = {verb.action for verb in verbs if verb.stands}
    shaky = {verb.action for verb in verbs if not verb.stands}
    new = _new_name(body, mask)
    told = heading.words + mask
    ends = {actions.DELIST, actions.PROPOSE}
    kept = not of & ends and (shaky & ends or of & {actions.CONTINUE, actions.DEFER})
    if heading.action in ends and kept:  # put down for delisting, and kept
        return _Fate(actions.CONTINUE)
    if heading.action in ends:
        action = own_action(heading.action, decides, told)
        return _Fate(action, actions.reason_of(mask))
    if heading.action == actions.CONTINUE and _NOT_LISTED.search(mask):
        action = own_action(actions.DELIST, decides, mask)
        return _Fate(action, actions.reason_of(mask))
    if of & {actions.DELIST, actions.PROPOSE}:
        if decides:
            action = actions.DELIST if actions.DELIST in of else actions.PROPOSE
        else:
            action = own_action(actions.DELIST, decides, mask)
        return _Fate(action, actions.reason_of(_until_delisted(mask, verbs)), new)
    if shaky & {actions.DELIST, actions.PROPOSE}:
        return _Fate(actions.CONTINUE)
    if heading.action != actions.LIST and {actions.CONTINUE, actions.DEFER} <= of:
        return _Fate(actions.CONTINUE)
    for action in (actions.RELIST, actions.WITHDRAW):
        if action in of:
            return _Fate(action)
    if new and new.plain() != head.plain():
        return _Fate(actions.RENAME, None, new)
    is_new = heading.action is None and not decides and _AGREED_NEW.search(mask)
    if decides and heading.action is None and actions.LIST in of:
        return _Fate(actions.LIST)
    if heading.action == actions.LIST or is_new:
        proposal = _proposal(mask, of, heading, decides)
        if proposal:
            return proposal
    if heading.action == actions.CONTINUE and _AGREED_NEW.search(mask) and not decides:
        return _Fate(actions.CONTINUE, None, None, "列管中的案件又載同意新增，請確認。")
    if _RENAMED_LATER.search("".join(mask.split())):
        return _Fate(actions.RENAME)
    if heading.action is not None:
        return _Fate(heading.action)
    if actions.DEFER in of:
        return _Fate(actions.DEFER)
    if heading.inferred:
        return _Fate(actions.CONTINUE)
    if actions.CONTINUE in of or actions.goes_on(mask):
        return _Fate(actions.CONTINUE)
    return None


def _proposal(mask: str, of: set[str], heading: Heading, decides: bool) -> _Fate | None:
    if decides and heading.action == actions.LIST and actions.DEFER not in of:
        return _Fate(actions.LIST)
    if actions.DEFER in of:
        return _Fate(actions.DEFER)
    if heading.action and _REFUSES.search(mask):
        return _Fate(actions.WITHDRAW)
    if actions.LIST in of or (heading.action and _AGREES.search(mask)):
        return _Fate(own_action(actions.LIST, decides))
    if heading.action and actions.is_uncertain(mask):
        return _Fate(actions.DEFER)
    if heading.action:
        return _Fate(
            actions.DEFER, None, None, "看不出是否同意這項提案，讀作緩議，請確認。"
        )
    return None


def _new_name(body: Words, mask: str) -> Words | None:
    found = actions.NEW_NAME.search(mask)
    if not found:
        return None
    clause = re.split(r"[,。;]", mask[: found.start()])[-1]
    if actions.is_uncertain(clause):
        return None
    runs = find_runs(body[found.end() :], mask[found.end() :])
    if runs and runs[0].start <= 4:
        return runs[0].names[0].words
    behind = re.compile(r"\s*([^,。;]{2,60})").match(mask, found.end())
    if behind and QUOTED not in behind[1]:
        return body[behind.start(1) : behind.end(1)].strip()
    return None


def _until_delisted(mask: str, verbs: list[actions.Found]) -> str:
    ends = [
        verb.end
        for verb in verbs
        if verb.stands and verb.action in (actions.DELIST, actions.PROPOSE)
    ]
    return mask[: ends[-1]]

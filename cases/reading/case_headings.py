"""Headings above cases: of a group, or of what becomes of the cases below."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cases.reading import actions
from cases.reading.listed_names import NUMBER, QUOTED, masked
from meetings.reading.clock import number
from meetings.reading.words import Words

_LONGEST = 36
_COUNT = re.compile(rf"(?<![0-9第])({NUMBER})\s?(?:件|項|個)?(?:合作)?(?:案|提案|方案)")
_MERGED = re.compile(rf"(?:合併|整併|整合)(?:為|成)\s?({NUMBER})\s?案")
_COUNT_THEN_VERB = re.compile(
    rf"(?:{NUMBER})\s?(?:件|項)?案\s?(?:均|皆|仍|全數|同意|予以|將)*(?:持續|繼續|賡續|解列|解除|新增|列管|維持|[解撤續]管|續列)"
)
_GROUP = re.compile(
    r"(?P<group>[\u4e00-\u9fff]{2,8}組)\s*(?P<note>\([^()]{1,20}\))?\s*"
    r"(?P<stop>:|$|\s+(?=同意|新增|解列|解除|其餘|持續|無|[0-9])|(?=同意|計[0-9]|其餘))"
)
_WRAPPED = re.compile(r"\(\s?(?P<group>[\u4e00-\u9fff]{2,8}組)\s?\)\s?:?")
_NO_GROUP = re.compile(
    r"工作小組|議題小組|各組|本組|各小組|專案小組|^小組|幕僚組$|及|、|請|由|與"
)
_PREFIX = r"(?:本次|本季|本年度|目前|原有|原|現行|既有|研擬|擬|建議|提請|提報|有關|本組|各市|各議題組|各議題小組|各小組|各組|議題小組|議題組|列管|合作|方案|案件|年度|同意|確認|[0-9]{2,3}年度?)*"
_SUFFIX = r"(?:合作|提案|方案|案件|案|計畫|事項|部分|項目|清單|情形|辦理|之|名單|討論|審查|審議|審核|檢討)*"
_BEFORE_COUNT = re.compile(r",\s*(?=計|共|合計|總計)")
_VOCABULARY = re.compile(
    rf"{_PREFIX}(?:列管|持續列管|繼續列管|持續合作|持續辦理|執行中|(?:新增|新提)(?:列管)?|新|解列|解除列管|[解撤續]管|續列管?|撤案|緩議|重新列管|追蹤列管|提案討論|討論提案|合作提案|提案|合併|整併|續辦|賡續列管)"
    rf"{_SUFFIX}"
)
_CONTINUES = re.compile(r"列管|持續|維持|擴大|執行中|賡續|既有|追蹤|續辦|合併|整併")
_PROPOSALS = re.compile(r"新增|新提案|提案|立案|增列")
_PART = re.compile(r"子(?:計畫|案|項)")
_BARE_PROPOSAL = re.compile(r"列管提案|列管.{0,2}合作提案")


@dataclass(frozen=True)
class Heading:
    """A heading above cases; without ``action`` each case speaks for itself."""

    action: str | None
    count: int | None = None
    merged: int | None = None  # the number of cases left after merging
    words: str = ""
    inferred: bool = False  # none is printed: the items are alike


def as_group(words: Words, decides: bool) -> tuple[str, Words] | None:
    """The group a line is headed by, and what stands behind its name."""
    wrapped = _WRAPPED.fullmatch(words.folded)
    if wrapped and not _NO_GROUP.search(wrapped["group"]):
        return wrapped["group"], words[len(words) :]
    found = _GROUP.match(words.folded)
    if not found or _NO_GROUP.search(found["group"]):
        return None
    if not decides and not (found["stop"] == ":" or found.end() == len(words)):
        return None
    note = found["note"] or ""
    group = found["group"]
    sub = re.fullmatch(r"\(([\u4e00-\u9fff]{2,6}組)\)", "".join(note.split()))
    return (sub[1] if sub else group), words[found.end() :].strip()


def as_heading(words: Words) -> tuple[Heading | None, Words]:
    """The heading at the head of a text, and what stands behind its colon."""
    # One character for one, so that places stay the same.
    mask = _BEFORE_COUNT.sub(lambda found: " " * len(found[0]), masked(words.folded))
    colon = _colon(mask)
    head = mask if colon is None else mask[:colon]
    rest = words[len(words) :] if colon is None else words[colon + 1 :]
    bare = "".join(re.sub(r"\([^()]*\)", "", head).split()).rstrip("。")
    if not bare or len(bare) > _LONGEST or QUOTED in head or re.search(r"[。;,]", head):
        return None, words
    text = "".join(head.split())
    action = _action(text)
    if action is None:
        return None, words
    counted = _count(text)
    if counted is None and not _VOCABULARY.fullmatch(bare):
        return None, words
    if colon is None and _COUNT_THEN_VERB.search(text):
        return None, words
    merged = _MERGED.search(text)
    return (
        Heading(action, counted, number(merged[1]) if merged else None, text),
        rest.strip(),
    )


def _colon(mask: str) -> int | None:
    depth = 0
    for place, char in enumerate(mask[: 3 * _LONGEST]):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == ":" and depth <= 0:
            return place
    return None


def _count(text: str) -> int | None:
    """The number of cases a heading states; in brackets, the sum of several kinds."""
    outside = _COUNT.search(re.sub(r"\([^()]*\)", "", text))
    if outside:
        return number(outside[1])
    counts = [number(found[1]) for found in _COUNT.finditer(text)]
    return sum(count or 0 for count in counts) if counts else None


def _action(text: str) -> str | None:
    if _PART.search(text):
        return None
    verbs = {verb.action for verb in actions.find_verbs(text)}
    for action in (
        actions.RELIST,
        actions.WITHDRAW,
        actions.PROPOSE,
        actions.DELIST,
    ):
        if action in verbs:
            return action
    if actions.DEFER in verbs:
        return actions.DEFER
    if actions.CONTINUE in verbs:
        return actions.CONTINUE
    if actions.LIST in verbs or (
        _PROPOSALS.search(text) and not _BARE_PROPOSAL.search(text)
    ):
        return actions.LIST
    return actions.CONTINUE if _CONTINUES.search(text) else None

"""The names of cases in a sentence: quoted or not, one or a list of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from meetings.reading.clock import number
from meetings.reading.words import Words

NUMBER = r"[0-9]{1,3}|[一二兩三四五六七八九十]{1,3}"
QUOTED = "■"  # stands for every character of a quotation in masked text

_LATEST_AND = 120  # characters before the end within which the last 及 stands
_NONE = ("無", "略", "沒有", "本次無", "詳如附件")
_DIGITS = "一二三四五六七八九十0123456789"
_OPEN, _CLOSE = "「『", "」』"
_SEPARATOR = re.compile(r"\s*(?:以及|[、,;及暨和與])\s*")
_NOTE = re.compile(r"\s*(?P<note>\((?:[^()]|\([^()]*\)){0,80}\))\s*$")
_GROUP = re.compile(
    r"^\s*(?P<group>[\u4e00-\u9fff]{2,8}組)\s*(?:\((?P<part>[\u4e00-\u9fff]{2,6}組)\))?\s*[:\-]?\s*(?=[「『■])"
)
_GROUP_BEFORE = re.compile(
    r"(?P<group>[\u4e00-\u9fff]{2,14}組)\s?(?:[:-]|(?:所提|提出|提報|提案|提|的|之|同意|新增|增列|立案|列管|建議|擬|申請)*)\s?$"
)
NO_GROUP = re.compile(r"(?:工作|議題|專案|幕僚)小?組$|^各?小組$|^[各本]組$")
_NOT_IN_GROUPS = re.compile(
    r"同意|新增|增列|解列|解除列管|列管|通過|有關|關於|針對|另|並|請|原|將|由|及|與|次|本|各"
)
_BEFORE = re.compile(
    r"^(?:有關|關於|針對|包含|包括|包|分別為|分別係|分別是|即為|即|如下|為|係|原有|原|另有|另|並|以及|及|本次|請|案名為|案名|合作案|方案|案件|提案)?\s*[:,]?\s*$"
)
_AFTER = re.compile(
    r"^\s*(?:(?:合作|提)?(?:一|乙|1)?\s?案(?:件)?|(?:合作)?方案|等|一案|乙案)?\s*[。.,;:]?\s*$"
)


@dataclass(frozen=True)
class Named:
    """A name as printed, what stands in brackets behind it, and its group."""

    words: Words
    note: str | None = None
    group: str | None = None

    @property
    def text(self) -> str:
        """The name without the white space of the layout."""
        return self.words.plain()


def masked(folded: str) -> str:
    """Return ``folded`` with quotations blotted out, as long as it was.

    A quotation that is never closed ends where the next one begins or a
    sentence ends, so that one lost sign does not hide the rest.
    """
    chars = list(folded)
    place, size = 0, len(folded)
    ends = _closings(folded)
    while place < size:
        if folded[place] in _OPEN:
            end = ends.get(place)
            if end is None:
                end = _torn_end(folded, place)
            for inside in range(place, end + 1):
                chars[inside] = QUOTED
            place = end + 1
        else:
            place += 1
    return "".join(chars)


def _closings(folded: str) -> dict[int, int]:
    """Where each quotation closes that does, quotations in it counted."""
    ends: dict[int, int] = {}
    stack: list[int] = []
    for place, char in enumerate(folded):
        if char in _OPEN:
            stack.append(place)
        elif char in _CLOSE and stack:
            # 「…『…」: the outer sign closes the inner one too.
            kind = _CLOSE.index(char)
            while stack and _OPEN.index(folded[stack[-1]]) != kind and len(stack) > 1:
                stack.pop()
            ends[stack.pop()] = place
    return ends


def _torn_end(folded: str, start: int) -> int:
    """Where a quotation that is never closed ends at the latest."""
    stop = re.compile(r"」|』|。|;|[、,及]\s?「").search(folded, start + 1)
    if stop is None:
        return len(folded) - 1
    return stop.start() if stop[0] in _CLOSE else stop.start() - 1


@dataclass(frozen=True)
class Run:
    """Quoted names one after another, with the number of cases behind them."""

    start: int
    end: int
    count: int | None
    names: tuple[Named, ...]


_BRACKET = r"(?:\s?\((?:[^()]|\([^()]{0,60}\)){0,80}\))?"
_GAP = r"(?:\s*(?:、|,|;|以及|及|暨|和|與)\s*)"
# Behind one of these another list begins: 解列「甲」,新增「乙」.
_VERB = r"新增|增列|解列|解除|解管|撤|同意|持續|繼續|列管|納入|併"
_RUN = re.compile(
    rf"{QUOTED}+{_BRACKET}"
    rf"(?:{_GAP}(?:(?!{_VERB})[^{QUOTED},。;:、]){{0,9}}?{QUOTED}+{_BRACKET})*"
)
_RUN_COUNT = re.compile(
    rf"\s?(?:合作案|提案|方案|案)?\s?(?:等|共|計|共計|合計){{0,2}}\s?(?P<count>{NUMBER}|乙)\s?(?:件|項)?(?:合作)?(?:案|提案|方案)"
)


def find_runs(words: Words, mask: str) -> list[Run]:
    """Every run of quoted names in a sentence."""
    runs = []
    for found in _RUN.finditer(mask):
        behind = _RUN_COUNT.match(mask, found.end())
        count = number(behind["count"].replace("乙", "一")) if behind else None
        end = behind.end() if behind else found.end()
        group = _group_before(mask[max(found.start() - 24, 0) : found.start()])
        names = []
        for name in split_names(words[found.start() : found.end()], None):
            group = name.group or group
            names.append(replace(name, group=group))
        runs.append(Run(found.start(), end, count, tuple(names)))
    return runs


def blotted(mask: str, runs: list[Run]) -> str:
    """The sentence with whole runs blotted out, the counts behind them too."""
    parts = []
    place = 0
    for run in runs:
        parts += [mask[place : run.start], QUOTED * (run.end - run.start)]
        place = run.end
    return "".join([*parts, mask[place:]])


def _group_before(left: str) -> str | None:
    """The group named right before a quotation: 新增衛生社福組「…」."""
    found = _GROUP_BEFORE.search(left)
    if not found:
        return None
    name = _NOT_IN_GROUPS.split(found["group"])[-1]
    return name if len(name) > 2 and not NO_GROUP.search(name) else None


def split_names(words: Words, count: int | None) -> list[Named]:
    """Divide a list into names; ``count`` is how many the paper says there are.

    Quoted names divide at their signs. Without signs 、 divides, and 及 only
    where it makes the number come out: names hold both.
    """
    words = _without_count(words).strip("。,;、: ")
    if not words:
        return []
    if "".join(words.folded.split()) in _NONE:
        return []
    mask = masked(words.folded)
    if mask.endswith(")") and mask.count(")") > mask.count("("):
        words, mask = words[:-1], mask[:-1]  # (解列:「甲」)
    if QUOTED in mask and _is_quoted_list(mask):
        ways = [_divide_quoted(words, mask), _divide_torn(words)]
    elif count == 1:
        ways = [[words]]
    else:
        ways = _divide_unquoted(words, mask)
    named = [[_named(part) for part in way] for way in ways]
    right = [way for way in named if len(way) == count]
    return (right or named)[0]


def _without_count(words: Words) -> Words:
    """The list without 等8案 and what follows it."""
    mask = masked(words.folded)
    found = re.search(rf"等\s?(?:{NUMBER})?\s?(?:件|項)?(?:合作)?案", mask)
    if found:
        return words[: found.start()]
    tail = re.search(rf"\s?(?:共|計|共計|合計)\s?(?:{NUMBER})\s?案\s?。?$", mask)
    return words[: tail.start()] if tail else words


def _is_quoted_list(mask: str) -> bool:
    """Whether the quotations are the names, not words within one."""
    first = mask.index(QUOTED)
    before = _GROUP.sub("", mask[:first] + QUOTED)[:-1]
    return bool(_BEFORE.match(before)) or bool(
        re.search(rf"{QUOTED}[^{QUOTED}]{{0,90}}?[、及]\s?{QUOTED}", mask)
    )


def _divide_quoted(words: Words, mask: str) -> list[Words]:
    """Cut behind each closed quotation where a separator stands."""
    parts: list[Words] = []
    start = place = 0
    depth = 0
    while place < len(mask):
        char = mask[place]
        depth += {"(": 1, ")": -1}.get(char, 0)
        gap = _SEPARATOR.match(mask, place) if depth <= 0 and char != QUOTED else None
        if gap and QUOTED in mask[start:place] and _begins_name(mask, gap.end()):
            parts.append(words[start:place])
            start = place = gap.end()
        else:
            place += 1
    parts.append(words[start:])
    return [part for part in parts if part.strip()]


def _begins_name(mask: str, place: int) -> bool:
    """Whether a quotation begins soon behind a separator, before another one."""
    ahead = re.compile(rf"[^{QUOTED}、,;。]{{0,12}}{QUOTED}").match(mask, place)
    return ahead is not None


def _divide_torn(words: Words) -> list[Words]:
    """Cut at every separator before a sign of quotation, whatever is open."""
    cuts = [
        (found.start(), found.end())
        for found in re.finditer(r"\s?(?:以及|[、,及])\s?(?=「)", words.folded)
    ]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(words)]
    return [words[a:b] for a, b in zip(starts, ends, strict=True) if words[a:b].strip()]


def _divide_unquoted(words: Words, mask: str) -> list[list[Words]]:
    """The ways to cut an unquoted list, the likeliest first."""
    by_comma = _cut(words, mask, "、")
    tail = by_comma[-1]
    ways = [by_comma]
    for signs in ("及暨", "與和"):
        for place in reversed(_outside(tail)[-_LATEST_AND:]):
            if tail.folded[place] in signs:
                ways.append([*by_comma[:-1], tail[:place], tail[place + 1 :]])
    ways.append([words])
    return ways


def _outside(words: Words) -> list[int]:
    """Places outside of brackets and quotations."""
    depth = 0
    places = []
    for place, char in enumerate(words.folded):
        if char in "(「『":
            depth += 1
        elif char in ")」』":
            depth = max(depth - 1, 0)
        elif depth == 0:
            places.append(place)
    return places


def _is_of_numbers(mask: str, place: int) -> bool:
    """Whether a comma stands between two numbers: 三、四級毒品."""
    around = mask[max(place - 1, 0) : place] + mask[place + 1 : place + 2]
    return len(around) == 2 and all(char in _DIGITS for char in around)


def _cut(words: Words, mask: str, sign: str) -> list[Words]:
    places = [
        place
        for place in _outside(words)
        if mask[place] == sign and not _is_of_numbers(mask, place)
    ]
    starts = [0, *(place + 1 for place in places)]
    ends = [*places, len(words)]
    parts = [words[a:b].strip() for a, b in zip(starts, ends, strict=True)]
    return [part for part in parts if part] or [words]


def _named(part: Words) -> Named:
    """The name in one member of a list: outer signs, notes and 案 taken off."""
    part = part.strip("。,;、: ")
    group = None
    if found := _GROUP.match(part.folded):
        group = found["part"] or found["group"]
        part = part[found.end() :]
    note = None
    found_note = _NOTE.search(part.folded)
    mask = masked(part.folded)
    if found_note and found_note.start() > 0 and mask[found_note.start("note")] == "(":
        before = part[: found_note.start()].strip()
        if before.folded.endswith(tuple(_CLOSE)) or is_remark(found_note["note"]):
            note = part[
                found_note.start("note") + 1 : found_note.end("note") - 1
            ].plain()
            part = before
    return replace(Named(unquote(part), note, group))


def is_remark(bracket: str) -> bool:
    """Whether brackets say something of the case and are no part of its name."""
    return bool(
        re.search(
            r"原.{0,16}案|提案\)|提案(?:單位|機關|縣市)|已|常態|例行|完成|完畢|需求|併入|主辦|主政|共同議題|^\([0-9一二三四五六七八九十]+案|提\)$|組\)$",
            bracket,
        )
    )


def unquote(words: Words) -> Words:
    """Take off quotation marks around the whole, and words that only lead to it."""
    mask = masked(words.folded)
    first, last = mask.find(QUOTED), mask.rfind(QUOTED)
    whole = first >= 0 and mask[first : last + 1] == QUOTED * (last + 1 - first)
    if (
        whole
        and _one_quotation(words.folded[first : last + 1])
        and _BEFORE.match(mask[:first])
        and _AFTER.match(mask[last + 1 :])
    ):
        inside = words[first + 1 : last]
        if words.folded[last] not in _CLOSE:
            inside = words[first + 1 : last + 1]
        return inside.strip() or words
    return words.strip("。;:, ")


def _one_quotation(folded: str) -> bool:
    """Whether the first sign closes with the last one."""
    if folded.count("「") != folded.count("」"):
        return True  # one was lost: the outer ones are taken for a pair
    return _closings(folded).get(0) == len(folded) - 1

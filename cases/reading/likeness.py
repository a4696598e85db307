"""When two names of cases are one name, merely alike, or apart.

``steps`` folds a name in small steps, each with the words that say what it takes
no account of; two names are one where the last step leaves the same. ``apart``
finds the number, year, ordinal or place by which two like names tell two cases.
Pure functions of text, linear in its length but for ``apart``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from cases.reading.places import COUNTIES, official
from platform_site.lib.numbering import from_chinese
from platform_site.lib.text import fold

# One character is written for the other, and no two cases differ by it.
_VARIANTS = str.maketrans(
    "鋏污汚黄裏羣峯牀綫啓衞佈佔週划劃紀菸强産户爲眾説雞敍值凉温冲徴⺠⻑⻘⻄",
    "鉗汙汙黃裡群峰床線啟衛布占周畫畫記煙強產戶為衆說鷄敘値涼溫沖徵民長青西",
)
_QUOTES = "「」『』“”‘’\"'`´〝〞‵′《》〈〉"
_BRACKETS = str.maketrans("（）[]{}［］｛｝【】〔〕〖〗⟨⟩", "()" * 9)
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−─━﹣ー~∼〜", "-"),
        **dict.fromkeys("‧・•∙⋅･", "·"),
        **dict.fromkeys("、﹑､", ","),
        "；": ";",
    }
)
_ENDS = " 。．.,;:、，；："

# What stands in brackets after a name and is no part of it.
_NOTE = re.compile(
    r"\((?:共同議題|跨組議題|新增|持續列管|列管中|原(?!住民|鄉|民|則|有|生)|前身|併入|併案|同前)"
)
_CASE_WORD = re.compile(r"(?<![方提專草法備個])案+$")

_NUMERAL = "〇零一二三四五六七八九十百"
_COUNTED = re.compile(
    rf"(?P<order>第)?(?P<numeral>[{_NUMERAL}]{{1,7}})"
    r"(?P<after>縣市|[市縣期階年次號季路段標代版巷弄街月週日級屆梯處座條])?"
)


def _counts(name: str) -> str:
    """Write what counts in digits: 第一期 as 第1期, 一一四年 as 114年, 四市 as 4市."""

    def digits(found: re.Match[str]) -> str:
        numeral = found["numeral"]
        if not (found["order"] or found["after"]):
            return found[0]
        try:
            number = str(from_chinese(numeral))
        except ValueError:
            if len(numeral) < 2 or set(numeral) & {"十", "百"}:
                return found[0]
            number = "".join(
                str("零一二三四五六七八九".index(each.replace("〇", "零")))
                for each in numeral
            )
        return f"{found['order'] or ''}{number}{found['after'] or ''}"

    return _COUNTED.sub(digits, name)


def _without_notes(name: str) -> str:
    """Drop bracketed notes from the end: (共同議題—「…」), (原「…」併入本案辦理)."""
    while True:
        plain = name.rstrip(_ENDS).translate(_BRACKETS)
        start = _opening(plain) if plain.endswith(")") else 0
        if start <= 0 or not _NOTE.match(plain, start):
            return name
        name = name[:start]


def in_two(name: str) -> tuple[str, str] | None:
    """Return a name and what stands in brackets at its end; None without brackets."""
    plain = name.rstrip(_ENDS).translate(_BRACKETS)
    start = plain.find("(") if plain.endswith(")") else 0
    return (name[:start], name[start + 1 : len(plain) - 1]) if start > 0 else None


def _opening(name: str) -> int:
    """Return where the bracket that closes at the end opens; -1 where it never does."""
    depth = 0
    for place in range(len(name) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(name[place], 0)
        if depth == 0:
            return place
    # A closing bracket too many: what the first note opens.
    found = _NOTE.search(name)
    return found.start() if found else -1


def _without_quotes(name: str) -> str:
    return name.translate(dict.fromkeys(map(ord, _QUOTES)))


def _without_case_word(name: str) -> str:
    return _CASE_WORD.sub("", name) or name


def _signs(name: str) -> str:
    name = name.translate(_BRACKETS).translate(_SIGNS).strip(_ENDS)
    name = re.sub('[“”"〝〞『』]', "「", name)
    return re.sub("-{2,}", "-", re.sub(r"\(\)", "", name))


STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("名稱後的附註", _without_notes),
    ("全形半形、空白或「台／臺」", fold),
    ("括號、引號或標點的寫法", _signs),
    ("引號", _without_quotes),
    ("異體字", lambda name: name.translate(_VARIANTS)),
    ("數字的寫法", _counts),
    ("名稱末的「案」", _without_case_word),
)


@lru_cache(maxsize=50_000)
def key(name: str) -> str:
    """Return what is left of a name when all that does not matter is taken away."""
    before = None
    while before != name:
        before = name
        for _, step in STEPS:
            name = step(name)
    return name


def difference(one: str, other: str) -> str:
    """Say by what two names with the same key differ; empty where by nothing."""
    said = []
    for words, step in STEPS:
        if one == other:
            break
        before = one, other
        one, other = step(one), step(other)
        if before != (one, other) and _closer(before, (one, other)):
            said.append(words)
    return "、".join(said)


def _closer(before: tuple[str, str], after: tuple[str, str]) -> bool:
    """Whether a step took away something that only one of two names had."""
    if after[0] == after[1]:
        return True
    lost = [Counter(b) - Counter(a) for b, a in zip(before, after, strict=True)]
    return lost[0] != lost[1]


# Apart ---------------------------------------------------------------------------

_CODE = re.compile(r"[a-z]{0,5}-?\d+(?:\.\d+)*[a-z]?(?![a-z])|(?<![a-z])[a-z](?![a-z])")
_ROMAN = re.compile(r"(?<![a-z])(?:i{2,3}|iv|vi{1,3}|ix)(?![a-z])")

# Counties with or without their last character, and what several are called.
_COUNTIES = re.compile(
    "|".join(
        [
            *("基北北桃", "北北基桃", "基北北", "北北基", "北北桃", "雙北", "馬祖"),
            *sorted(COUNTIES, reverse=True),
            *sorted({name[:2] for name in COUNTIES}),
        ]
    )
)
# 淡水河, 中山路: what stands before such a word is a name.
_PLACE_WORDS = (
    "縣市區鄉鎮里村路街巷弄線站段橋溪河港圳川湖島山灣",
    (
        "捷運",
        "輕軌",
        "工業區",
        "產業園區",
        "園區",
        "國小",
        "國中",
        "高中",
        "公園",
        "漁港",
        "隧道",
        "交流道",
        "滯洪池",
        "焚化廠",
        "水庫",
        "步道",
        "大道",
        "支線",
        "延伸",
    ),
)
_NO_PLACE = (
    "線上",
    "線下",
    "路網",
    "路口",
    "區域",
    "區塊",
    "站式",
    "段落",
    "市場",
    "市集",
)
_SIDES = frozenset("東西南北中上下左右內外前後甲乙丙丁戊己庚辛")


def apart(one: str, other: str) -> str:
    """Say which number or place keeps two keys apart; empty where none does."""
    numbers = _numbers(one), _numbers(other)
    if numbers[0] != numbers[1]:
        return f"數字或編號不同（{_told(*numbers)}）"
    counties = _counties(one), _counties(other)
    if all(counties) and counties[0] != counties[1]:
        return f"縣市不同（{_told(*map(Counter, counties))}）"
    for mine, theirs in _places(one, other):
        return f"地點或路段不同（{mine}／{theirs}）"
    return ""


def _counties(name: str) -> set[str]:
    """Return the counties named; 新竹 alone may be either, 臺北 is 臺北市."""
    return {official(found) for found in _COUNTIES.findall(name)}


def _numbers(name: str) -> Counter[str]:
    return Counter(_CODE.findall(name)) + Counter(_ROMAN.findall(name))


def _told(one: Counter[str], other: Counter[str]) -> str:
    return "／".join(
        "、".join(sorted(each)) or "無" for each in (one - other, other - one)
    ).upper()


def _places(one: str, other: str) -> Iterator[tuple[str, str]]:
    """Find where two names have different words before a word for a kind of place."""
    pieces = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    for what, i, i_end, j, j_end in pieces:
        if what != "replace":
            continue
        mine, theirs = one[i:i_end], other[j:j_end]
        after = one[i_end : i_end + 4]
        word = _place_word(after)
        if word:
            yield mine + word, theirs + word
        elif mine in _SIDES and theirs in _SIDES:
            yield mine + after[:1], theirs + after[:1]
        elif _is_named(mine) and _is_named(theirs):
            yield mine, theirs


def _place_word(after: str) -> str:
    if after.startswith(_NO_PLACE):
        return ""
    long = next((word for word in _PLACE_WORDS[1] if after.startswith(word)), "")
    return long or (after[:1] if after[:1] and after[0] in _PLACE_WORDS[0] else "")


def _is_named(words: str) -> bool:
    """Whether words of two or more characters end in a word for a kind of place."""
    return len(words) > 1 and (
        words[-1] in _PLACE_WORDS[0] or words.endswith(_PLACE_WORDS[1])
    )

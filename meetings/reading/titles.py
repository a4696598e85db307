"""The titles of minutes: where each begins, and which meeting it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meetings.reading.clock import number
from meetings.reading.labels import header_label
from meetings.reading.lines import Line
from meetings.reading.words import Words, fold, join, requoted, unspaced

_DIGITS = {0xFF10 + digit: 0x30 + digit for digit in range(10)}
_SHORTEST, _LONGEST = 8, 90
_HEADER_WITHIN = 12  # lines between a title and its time, place or chair
_HEADER_NEEDED = 2

_ENDS = re.compile(r"[紀記]錄(?:\([^()]{1,12}\))?$")
_TAIL = re.compile(r"(?:(?:會?議)?[紀記])?錄")
_NOT_IN_TITLES = re.compile(r"[。;:!?、]|^[(-]")
_BODY = (
    r"平[臺台]|委員會|聯盟|推動會|協調會報|會報|協調會|推動小組|論壇|聯合會|協進會|合作圈|生活圈"
    r"|聯席會|高峰會|治理圈|都會區|合作會議"
)
_PLATFORM = re.compile(rf"(?:{_BODY})")
_YEAR = re.compile(
    r"(?:中華民國|民國)?([0-9]{2,4}|[一二三四五六七八九十百〇零]{2,5})年度?"
)
_NUMBER = re.compile(r"第([0-9]{1,3}|[一二三四五六七八九十百]{1,4})次")
_GROUP = re.compile(
    r"(?:議題)?((?:(?!工作|議題|幕僚)[\u4e00-\u9fff]){2,8}?(?:議題)?小?組)"
)
_SUBGROUP = re.compile(r"^\(([\u4e00-\u9fff]{2,8}?組)\)")
_VICE = re.compile(r"副市長|副首長|副縣長|副縣市長|副市[、/]?縣長")
_HEADS = re.compile(r"市長|首長|縣長|縣市長")
_WORKING = re.compile(
    r"工作小組|工作會議|工作會報|議題小組|小組會議|議題組|分組會議|專案小組|工作圈"
)
_SECRETARIAT = re.compile(r"幕僚|研商|秘書|聯繫窗口|行政作業")


@dataclass(frozen=True)
class Title:
    """The title of minutes and the lines it stands on."""

    first: int  # index of its first line
    after: int  # index of the line behind it
    words: Words

    @property
    def text(self) -> str:
        """The title on one line, without white space of the layout, digits half width."""
        return unspaced(self.words.text.translate(_DIGITS))

    @property
    def key(self) -> str:
        """The title for comparing."""
        return "".join(self.words.folded.split())


@dataclass(frozen=True)
class Named:
    """The meeting a title names."""

    platform: str | None
    series: str
    group: str | None
    roc_year: int | None
    number: int | None


def find_titles(lines: list[Line]) -> list[Title]:
    """Return the titles in printed order; a title is followed by its header."""
    found: list[Title] = []
    used = 0
    for index in range(len(lines)):
        if index < used:
            continue
        title = _title_at(lines, index, used)
        if title and _has_header(lines, title.after):
            found.append(title)
            used = title.after
    return found


def _title_at(lines: list[Line], index: int, used: int) -> Title | None:
    line = lines[index]
    key = line.key
    if line.mark or len(key) > _LONGEST:
        return None
    is_tail = _TAIL.fullmatch(key) is not None
    if not is_tail and not _ENDS.search(key):
        return None
    if _NOT_IN_TITLES.search(_ENDS.sub("", key)):
        return None
    first = index
    words = key
    while (
        (_is_torn(words) or (is_tail and first == index))
        and index - first < 3
        and first > used
    ):
        above = lines[first - 1]
        if above.mark or len(above.key) > 60 or _NOT_IN_TITLES.search(above.key):
            break
        if header_label(above.words):
            break
        first -= 1
        words = above.key + words
    if len(words) < _SHORTEST or not _ENDS.search(words):
        return None
    return Title(
        first, index + 1, join(part.words for part in lines[first : index + 1])
    )


def _is_torn(key: str) -> bool:
    """Whether words are missing in front: no body is named, or a quotation is open."""
    return key.count("「") < key.count("」") or not _PLATFORM.search(key)


def _has_header(lines: list[Line], after: int) -> bool:
    near = lines[after : after + _HEADER_WITHIN]
    labels: set[str] = set()
    for line in near:
        if _ENDS.search(line.key) and not header_label(line.rest):
            if not labels and not line.mark and len(line.key) >= _SHORTEST:
                return False  # a running head above the title itself
            continue
        label = header_label(line.rest)
        if label:
            labels.add(label.kind)
    return bool(labels & {"time", "place", "chairs"}) and (
        len(labels) >= _HEADER_NEEDED or len(lines) - after < _HEADER_WITHIN
    )


def read_title(title: str) -> Named:
    """Say which meeting a title names; what it does not name is None."""
    text = requoted("".join(fold(title).split()))
    text = re.sub(r"[紀記]錄(?:\([^()]*\))?$", "", text)
    roc_year, text = _take_year(text)
    numbered = _NUMBER.search(text)
    nth = number(numbered[1]) if numbered else None
    quoted = re.search(r"[「『]([^「」『』]{2,40})[」』]", text)
    platform, rest = _platform(text, quoted)
    group = _group(rest)
    series = _series(rest if platform else text, group)
    if series == "special":
        group = None
        if nth is None and "年度" not in title:
            roc_year = None
    return Named(platform, series, group, roc_year, nth)


def _take_year(text: str) -> tuple[int | None, str]:
    found = _YEAR.search(text)
    if not found:
        return None, text
    value = number(found[1])
    if value is None:
        return None, text
    rest = text[: found.start()] + text[found.end() :]
    return (value - 1911 if value > 1911 else value), rest


def _platform(text: str, quoted: re.Match[str] | None) -> tuple[str | None, str]:
    """The body and what the title says beside it."""
    if quoted and (_PLATFORM.search(quoted[1]) or quoted.start() == 0):
        return quoted[1], text[: quoted.start()] + "|" + text[quoted.end() :]
    plain = re.sub(r"[「」『』]", "", text)
    found = _PLATFORM.search(plain)
    if found:
        # 北臺區域發展推動委員會 and 高峰會會報: the body's name runs on to its last word.
        end = found.end()
        while further := _PLATFORM.match(plain, end):
            end = further.end()
        return plain[:end], "|" + plain[end:]
    return None, plain


def _group(rest: str) -> str | None:
    behind = _NUMBER.sub("", rest.rpartition("|")[2] or rest)
    found = _GROUP.search(behind)
    if not found:
        return None
    name = found[1]
    sub = _SUBGROUP.match(behind[found.end() :])
    return sub[1] if sub else name


def _series(rest: str, group: str | None) -> str:
    if _SECRETARIAT.search(rest) and not group:
        return "secretariat"
    if _VICE.search(rest):
        return "vice_mayor"
    if group or _WORKING.search(rest):
        return "working_group"
    if _HEADS.search(rest):
        return "mayor"
    return "special"

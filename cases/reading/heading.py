"""What stands above the tables: the paper's title, its data date, groups' names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from cases.reading.blocks import period

_FURNITURE = re.compile(
    r"[-－–—\s]*(?:第\s*)?\d{1,4}\s*(?:頁)?(?:\s*[,，/／]?\s*共\s*\d{1,4}\s*頁"
    r"|\s*/\s*\d{1,4})?[-－–—\s]*|page\s*\d+(?:\s*of\s*\d+)?|工作表\s*\d*|sheet\s*\d*",
    re.IGNORECASE,
)
_NUMERAL = (
    r"(?:[（(]?[一二三四五六七八九十壹貳參肆伍陸柒捌玖拾\d]{1,3}[)）]?\s*[、.．]?\s*)"
)
_GROUP = re.compile(
    rf"(?P<numeral>{_NUMERAL})?(?:議題(?:小?組)?|組別|小組)?\s*[：:]?\s*"
    r"[【「\[]?(?P<name>[\u4e00-\u9fff、及與暨／/]{1,14}組)[】」\]]?"
    r"\s*(?:[（(【]?(?:共|計)?\s*\d{0,3}\s*(?:案|件)?(?:[,，].*)?[)）】]?)?\s*[：:]?"
)
_NUMBERED = re.compile(rf"{_NUMERAL}(?P<name>[\u4e00-\u9fff、及與暨／/]{{2,12}})")
_NO_GROUP = re.compile(r"情形|一覽|說明|附件|附表|備註|總表|統計")
_DATE_LINE = re.compile(
    r"[（(【]?\s*(?:資料(?:時間|日期|截止日?|更新日?期?)|更新(?:日期|時間)|填報(?:日期|時間|期別)"
    r"|統計(?:日期|時間|至)|製表(?:日期|時間)|截至|截止(?:日期|日)?|資料)\s*[：:]?\s*"
    r"(?:截至|至)?\s*(?P<rest>.*)"
)
_DAY_ASIDE = re.compile(r"[（(](?P<said>[^（）()]{4,40})[)）]\s*$")
_LEAST_TITLE = 8
_MOST_HEADER = 100
_TITLE = re.compile(r"辦理情形|執行情形|辦理進度|進度|管考|追蹤|列管|成果")


@dataclass(slots=True)
class Heading:
    """The head of a paper, gathered line by line."""

    lines: list[str] = field(default_factory=list)
    as_of: date | None = None
    seen: set[str] = field(default_factory=set)

    def has(self, line: str) -> bool:
        """Whether a line of the head is printed again, as on the next page."""
        key = _key(line)
        return key in self.seen or any(
            key.startswith(_key(title))
            for title in self.lines
            if _LEAST_TITLE <= len(_key(title)) < len(key) <= _MOST_HEADER
        )

    def take(self, line: str) -> bool:
        """Take the data date; False where a line does not state it."""
        day = read_as_of(line) if self.as_of is None else None
        if day is None:
            return False
        self.as_of = day
        self.seen.add(_key(line))
        return True

    def take_title(self, line: str) -> None:
        """Take a line of the title, and the data date in brackets at its end."""
        self.seen.add(_key(line))
        found = _DAY_ASIDE.search(line)
        day = read_as_of(found["said"]) if found else None
        if found and day is not None:
            self.as_of = self.as_of or day
            line = line[: found.start()]
        self.lines.append(line.strip())

    def drop(self, line: str) -> None:
        """Forget a line that was no part of the title."""
        if line.strip() in self.lines:
            self.lines.remove(line.strip())
        self.seen.discard(_key(line))

    @property
    def title(self) -> str:
        """The title on one line: the lines up to the one that says what it is."""
        for count, line in enumerate(self.lines, start=1):
            if _TITLE.search(line):
                return "".join(self.lines[max(0, count - 3) : count])
        return self.lines[0] if self.lines else ""

    @property
    def rest(self) -> list[str]:
        """The lines above the tables that are no part of the title."""
        title = self.title
        return [line for line in self.lines if line not in title]

    def day_of_title(self, others: Sequence[str] = ()) -> date | None:
        """The last day of the period the title, or another line, names: 114年第4季."""
        for line in (*self.lines, *others):
            for found in re.finditer(r"\d{2,4}\s*年", line):
                days = period(line[found.start() :])
                if days:
                    return days[1]
        return None


def _key(line: str) -> str:
    return re.sub(r"\s+", "", line)


def read_as_of(line: str) -> date | None:
    """Return the data date a line states: 資料時間：114年12月31日."""
    found = _DATE_LINE.fullmatch(line.strip())
    if found is None:
        return None
    days = period(found["rest"].strip())
    rest = found["rest"].strip()
    if days is None:
        return None
    left = re.sub(r"[\s）)】止底]+", "", rest[days[2] :])
    return days[1] if len(left) < 6 else None


def is_furniture(line: str) -> bool:
    """Whether a line is a page's ornament: its number, the name of a sheet."""
    return bool(_FURNITURE.fullmatch(line.strip()))


def read_group(line: str) -> str | None:
    """Return the group a line is the heading of: (一) 交通組."""
    found = _GROUP.fullmatch(line.strip())
    if found is None or _NO_GROUP.search(line):
        return None
    if not found["numeral"] and len(found["name"]) > 9:
        return None
    return found["name"]


def read_numbered_heading(line: str) -> str | None:
    """Return what may be a group where a table follows: 一、交通運輸."""
    found = _NUMBERED.fullmatch(line.strip())
    return found["name"] if found and not _NO_GROUP.search(line) else None

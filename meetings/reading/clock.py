"""Dates and hours as minutes print them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from platform_site.lib.numbering import from_chinese

_ROC = 1911
_NUMBER = r"[0-9]{1,4}|[一二三四五六七八九十百〇零]{1,5}|元"
_DATE = re.compile(
    rf"(?P<year>{_NUMBER})年(?P<month>{_NUMBER})月(?P<day>{_NUMBER})日"
    r"|(?P<y>[0-9]{2,4})(?P<mark>[./-])(?P<m>[0-9]{1,2})(?P=mark)(?P<d>[0-9]{1,2})(?![0-9])"
)
_WEEKDAY = re.compile(
    r"\(?(?:星期|週|周|禮拜)?([一二三四五六日天])\)|(?:星期|週|周)([一二三四五六日天])"
)
_HALF = r"(?P<half>上午|早上|中午|正午|下午|午後|傍晚|晚上|晚間|凌晨|午夜|[AaPp]\.?[Mm]\.?)?"
_CLOCK = re.compile(
    rf"{_HALF}(?:(?P<hour>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})"
    r"(?:[時点點:](?:(?P<minute>[0-9]{1,2}|[一二三四五六七八九十]{1,3}|半)分?)?整?)"
    r"|(?P<run>(?<![0-9])[012][0-9][0-5][0-9](?![0-9年]))時?)"
)
_NEXT_DAY = re.compile(r"翌日|隔日|次日|隔天")
_MORNING = ("上午", "早上")
_AFTERNOON = ("下午", "午後", "傍晚", "晚上", "晚間", "pm")
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Clock:
    """An hour as printed; ``doubt`` says why it may be another."""

    at: time
    half: str
    printed: str
    next_day: bool = False
    doubt: str = ""


@dataclass(frozen=True)
class When:
    """A day with the hours printed beside it, and what does not agree."""

    day: date | None
    clocks: tuple[Clock, ...]
    doubts: tuple[str, ...]


def number(written: str) -> int | None:
    """Read a number in digits or Chinese; None for anything else."""
    if written.isascii() and written.isdigit():
        return int(written)
    if written == "元":
        return 1
    if len(written) > 1 and set(written) <= set("一二三四五六七八九〇零"):
        return int(
            written.translate(str.maketrans("一二三四五六七八九〇零", "12345678900"))
        )
    try:
        return from_chinese(written.replace("兩", "二"))
    except ValueError:
        return None


def read_when(folded: str) -> When:
    """Read day and hours in a text that is folded."""
    text = "".join(folded.split())
    found = _DATE.search(text)
    doubts: list[str] = []
    day = None
    if found:
        day = _day(found)
        if day is None:
            doubts.append(f"曆法上沒有「{found[0]}」這一天，請確認日期。")
        text = text[: found.start()] + "，" + text[found.end() :]
        weekday = _WEEKDAY.match(text, found.start() + 1)
        if day and weekday:
            said = (weekday[1] or weekday[2]).replace("天", "日")
            actual = _WEEKDAYS[day.weekday()]
            if said != actual:
                doubts.append(
                    f"「{found[0]}」是星期{actual}，不是星期{said}，請確認日期。"
                )
    clocks = read_clocks(text)
    return When(day, tuple(clocks), (*doubts, *(c.doubt for c in clocks if c.doubt)))


def _day(found: re.Match[str]) -> date | None:
    parts = [
        found["year"] or found["y"],
        found["month"] or found["m"],
        found["day"] or found["d"],
    ]
    numbers = [number(part) for part in parts]
    year, month, day = (value or 0 for value in numbers)
    if year < 1000:
        year += _ROC
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_clocks(text: str) -> list[Clock]:
    """Read every hour of the day in a folded text."""
    text = "".join(text.split())
    clocks = []
    half = ""
    for found in _CLOCK.finditer(text):
        # 下午2時至4時: the half of the day is said once.
        said = (found["half"] or "").lower().replace(".", "")
        next_day = bool(_NEXT_DAY.search(text, 0, found.start()))
        clock = _clock(found, said or half, next_day)
        if clock and not said and clock.at.hour == 12:
            clock = replace(clock, doubt="")  # 上午10時至12時
        if clock:
            clocks.append(clock)
            half = said or half
    return clocks


def _clock(found: re.Match[str], half: str, next_day: bool) -> Clock | None:
    if found["run"]:
        hour, minute = int(found["run"][:2]), int(found["run"][2:])
    else:
        hour = _small(found["hour"])
        minute = 30 if found["minute"] == "半" else _small(found["minute"] or "0")
    printed, doubt = found[0], ""
    if (half in _MORNING and hour > 12) or (
        half in _AFTERNOON and hour > 12 and not found["run"]
    ):
        doubt = f"「{printed}」自相矛盾，讀作{hour}時{minute:02}分。"
    elif (half in _AFTERNOON and hour < 12) or (half in ("中午", "正午") and hour < 3):
        hour += 12
    elif half in ("凌晨", "午夜", "am") and hour == 12:
        hour = 0
    elif hour == 12 and half in (*_MORNING, *_AFTERNOON) and half != "pm":
        doubt = f"「{printed}」可能是正午或午夜，讀作12時{minute:02}分。"
    if hour == 24 and minute == 0:
        hour, next_day = 0, True
    if hour > 23 or minute > 59:
        return None
    return Clock(time(hour, minute), half, printed, next_day, doubt)


def _small(written: str) -> int:
    value = number(written)
    return 99 if value is None else value


def end_after(start: datetime, clock: Clock) -> tuple[datetime, str]:
    """Return when a meeting ended, and a doubt where the hours do not agree."""
    end = datetime.combine(start.date(), clock.at)
    if clock.next_day:
        return end + timedelta(days=1), ""
    if end >= start:
        return end, ""
    if clock.half in ("凌晨", "午夜"):
        return end + timedelta(days=1), ""
    later = end + timedelta(hours=12)
    if later >= start and later.date() == start.date():
        return later, (
            f"散會時間「{clock.printed}」早於開會時間，讀作{later.hour}時{later.minute:02}分。"
        )
    return end, f"散會時間「{clock.printed}」早於開會時間，請確認。"

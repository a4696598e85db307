"""Dates and times as Taiwan's official papers write and type them.

The forms follow 公文書橫式書寫數字使用原則 (行政院 93-09-17): dates, times and
ordinals in half-width Arabic numerals, punctuation full-width. Dates are kept
as ``datetime.date``; the ROC year (民國) is only a way of writing them.
"""

import re
import unicodedata
from datetime import date, time
from typing import Literal

Style = Literal["long", "full", "plain", "short", "dotted"]

# Outside these years a slip of the keyboard is likelier than a date.
FIRST_YEAR = 1800
LAST_YEAR = 2200

_WEEKDAYS = "一二三四五六日"
_ROC_OFFSET = 1911

_HOW_TO_TYPE = "請輸入如115/11/21或2026-11-21的日期。"

_ERA = r"(?P<era>(?:中華)?民國(?P<before>前)?|西元|公元)?"
_WEEKDAY = r"(?:\(?(?:星期|週|周|禮拜)?(?P<weekday>[一二三四五六日天])\)?)?"
_WORDS = re.compile(
    _ERA
    + r"(?P<year>[0-9]{1,4}|元)年(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})日"
    + _WEEKDAY
)
_MARKS = re.compile(
    _ERA + r"(?P<year>[0-9]{1,4})(?P<mark>[-/. ])(?P<month>[0-9]{1,2})"
    r"(?P=mark)(?P<day>[0-9]{1,2})" + _WEEKDAY
)
_RUN = re.compile(
    _ERA + r"(?P<year>[0-9]{2,4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})" + _WEEKDAY
)


def roc_year(day: date) -> int:
    """The ROC year of ``day``: 115 for 2026, 1 for 1912.

    There is no year 0. Years before 1912 come back negative, so that -1 is
    民國前1年 (1911).
    """
    year = day.year - _ROC_OFFSET
    return year if year > 0 else year - 1


def format_roc(day: date, style: Style = "plain") -> str:
    """Write ``day`` in one of the forms the papers use.

    ========  ==============================
    long      中華民國115年11月21日
    full      115年11月21日（星期六）
    plain     115年11月21日
    short     115/11/21
    dotted    115.11.21
    ========  ==============================

    Days before 1912 read 民國前1年12月31日 in every style (中華民國前1年… and the
    weekday where the style has them). The two short styles give the year three
    digits (099/01/05), because 99/01/05 could be read as 1999: what is printed
    can always be typed back into ``parse_date``. An unknown style is a
    ``ValueError``.
    """
    year = roc_year(day)
    written = f"{year}年" if year > 0 else f"民國前{-year}年"
    words = f"{written}{day.month}月{day.day}日"
    match style:
        case "long":
            era = "中華民國" if year > 0 else "中華"
            return f"{era}{words}"
        case "full":
            return f"{words}（星期{_WEEKDAYS[day.weekday()]}）"
        case "plain":
            return words
        case "short" | "dotted":
            if year < 0:
                return words
            mark = "/" if style == "short" else "."
            return mark.join((f"{year:03}", f"{day.month:02}", f"{day.day:02}"))
    raise ValueError(f"unknown style of date: {style!r}")


def format_time(at: time) -> str:
    """Write a time of day as the papers do: 下午2時30分, 上午10時.

    Minutes are left out when they are 0, seconds always. The hour after noon
    is 中午12時30分: 下午12時 is read by some as midnight.
    """
    if at.hour == 12:
        hour = "中午12時"
    elif at.hour < 12:
        hour = f"上午{at.hour}時"
    else:
        hour = f"下午{at.hour - 12}時"
    return f"{hour}{at.minute}分" if at.minute else hour


def format_meeting_time(day: date, start: time) -> str:
    """Write when a meeting begins: 113年7月11日（星期四）下午2時50分."""
    return f"{format_roc(day, 'full')}{format_time(start)}"


def quarter(day: date) -> str:
    """Write the quarter ``day`` falls in: 115年第4季.

    The fiscal year is the calendar year, so one word serves for both.
    """
    year = roc_year(day)
    written = f"{year}年" if year > 0 else f"民國前{-year}年"
    return f"{written}第{(day.month + 2) // 3}季"


def parse_date(text: str) -> date:
    """Read a date as people type it; return the day that was meant.

    Read are 115/11/21, 115.11.21, 115-11-21, 1151121, 115年11月21日,
    中華民國115年11月21日, 民國前1年12月31日, 民國元年1月1日, 2026-11-21,
    2026/11/21, 20261121, 2026年11月21日 and 西元2026年…, with full-width
    characters, spaces and a weekday at the end, which must be the right one.

    A year of four digits is Western and one of three is ROC. One of one or two
    digits is ROC where 年 or 民國 says so, as 年 without an era always does in an
    official paper; in 26/11/21 or 991121 it may be either, and is refused. So
    are a day that is not in the calendar, a year 0, a year written with more
    digits than it has (0115) and any year outside 1800 to 2200.

    Every refusal is a ``ValueError`` whose message is one full sentence in
    Chinese for the person who typed the date.
    """
    typed = _fold(text)
    if not typed:
        raise ValueError(f"沒有輸入日期，{_HOW_TO_TYPE}")
    found = _WORDS.fullmatch(typed) or _MARKS.fullmatch(typed) or _RUN.fullmatch(typed)
    if found is None:
        raise ValueError(f"看不懂日期「{_quote(text)}」，{_HOW_TO_TYPE}")
    year = _western_year(found, typed)
    month, day = int(found["month"]), int(found["day"])
    try:
        result = date(year, month, day)
    except ValueError:
        raise ValueError(
            f"日期「{_quote(text)}」讀作{_name_year(year)}{month}月{day}日，"
            "但曆法上沒有這一天，請確認月份與日數。"
        ) from None
    said = (found["weekday"] or "").replace("天", "日")
    actual = _WEEKDAYS[result.weekday()]
    if said and said != actual:
        raise ValueError(
            f"{format_roc(result)}（西元{year}年）是星期{actual}，不是星期{said}，"
            "請確認日期。"
        )
    return result


def _western_year(found: re.Match[str], typed: str) -> int:
    """The Western year of what was typed, or a ValueError that says why not."""
    digits = "1" if found["year"] == "元" else found["year"]
    number, era = int(digits), found["era"] or ""
    if "民國" in era or (not era and _is_roc(found, digits)):
        if number == 0:
            raise ValueError("民國沒有0年，民國1年的前一年是民國前1年，請確認年份。")
        year = 1912 - number if found["before"] else _ROC_OFFSET + number
        if FIRST_YEAR <= year <= LAST_YEAR:
            return year
        raise ValueError(
            f"年份{era or '民國'}{number}年（西元{year}年）超出可輸入的範圍，請確認年份。"
        )
    if len(digits) < 4 and era:
        raise ValueError(
            f"西元年請輸入4位數，例如2026年，無法判斷「{digits}」是哪一年。"
        )
    if len(digits) < 4:
        raise ValueError(_two_readings(number, found))
    if digits.startswith("0"):
        raise ValueError(
            f"無法判斷年份「{digits}」是民國年或西元年，民國年請輸入3位數，例如115/11/21。"
        )
    if FIRST_YEAR <= number <= LAST_YEAR:
        return number
    raise ValueError(f"年份西元{number}年超出可輸入的範圍，{_HOW_TO_TYPE}")


def _is_roc(found: re.Match[str], digits: str) -> bool:
    """Whether a year without an era can only be an ROC year."""
    return len(digits) == 3 or (found.re is _WORDS and len(digits) < 4)


def _two_readings(number: int, found: re.Match[str]) -> str:
    """The sentence that refuses a year which could be of either calendar."""
    rest = f"/{found['month']}/{found['day']}"
    western = 2000 + number if number < 70 else 1900 + number
    return (
        f"無法判斷是民國{number}年或西元{western}年，"
        f"請輸入{number:03}{rest}（民國）或{western}{rest}（西元）。"
    )


def _name_year(year: int) -> str:
    """Both names of a year, so that a wrong reading is seen: 民國115年（西元2026年）."""
    number = roc_year(date(year, 1, 1))
    roc = f"民國{number}年" if number > 0 else f"民國前{-number}年"
    return f"{roc}（西元{year}年）"


def _fold(text: str) -> str:
    """Half-width, with no space but one between two digits."""
    folded = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"\s+", " ", re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", folded))


def _quote(text: str) -> str:
    """What was typed, fit to stand in a sentence."""
    shown = "".join(char for char in text.strip() if char.isprintable())
    return shown if len(shown) <= 30 else f"{shown[:30]}…"


_CLOCK = re.compile(
    r"(?P<half>上午|早上|中午|下午|晚上)?(?P<hour>[0-9]{1,2})"
    r"(?:[:時点點](?:(?P<minute>[0-9]{1,2})分?)?|(?P<run>[0-9]{2}))整?"
)


def parse_time(text: str) -> time:
    """Read a time of day as people type it; return the time that was meant.

    Read are 14:30, 1430, 14時30分, 下午2時30分, 下午2點 and 中午12時, with full-width
    characters and spaces. Every refusal is a ``ValueError`` whose message is one
    full sentence in Chinese for the person who typed the time.
    """
    typed = _fold(text).replace(" ", "").lower()
    found = _CLOCK.fullmatch(typed)
    if found is None:
        raise ValueError(f"看不懂時間「{_quote(text)}」，請輸入如14:30或下午2時30分。")
    hour, minute = int(found["hour"]), int(found["minute"] or found["run"] or 0)
    is_afternoon = found["half"] in ("下午", "晚上")
    if (is_afternoon and hour < 12) or (found["half"] == "中午" and hour < 3):
        hour += 12
    if hour > 23 or minute > 59:
        raise ValueError(f"沒有「{_quote(text)}」這個時間，請輸入如14:30的時間。")
    return time(hour, minute)

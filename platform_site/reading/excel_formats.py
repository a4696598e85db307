"""Numbers and dates as Excel shows them, ROC dates among them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

_ROC = '[$-404]e"年"m"月"d"日"'
_NOON = '上午/下午hh"時"mm"分"'
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    27: "[$-404]e/m/d",
    28: _ROC,
    29: _ROC,
    30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'hh"時"mm"分"',
    33: 'hh"時"mm"分"ss"秒"',
    34: _NOON,
    35: f'{_NOON}ss"秒"',
    36: "[$-404]e/m/d",
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: "#,##0",
    42: "#,##0",
    43: "#,##0.00",
    44: "#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
    49: "@",
    50: "[$-404]e/m/d",
    51: _ROC,
    52: _NOON,
    53: f'{_NOON}ss"秒"',
    54: _ROC,
    55: _NOON,
    56: f'{_NOON}ss"秒"',
    57: "[$-404]e/m/d",
    58: _ROC,
}
_WEEKDAYS = "一二三四五六日"
_ROC_OFFSET = 1911
_LAST_SERIAL = 2_958_465  # the end of the year 9999
_LONGEST_FORMAT = 255

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)" | \\(?P<escaped>.) | _(?P<skipped>.) | \*(?P<filled>.)
    | \[(?P<bracket>[^\]]*)\]
    | (?P<noon>AM/PM|A/P|上午/下午)
    | (?P<date>y+|m+|d+|h+|s+|e+|g+|a{3,4})
    | (?P<number>[0\#?.,]*[0\#?][0\#?.,]*(?:E[+-][0\#?]+)?)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

_Token = tuple[str, str]


def shown(value: float, form: str, *, is_1904: bool = False) -> str:
    """Return the number as a cell of this format shows it."""
    if len(form) > _LONGEST_FORMAT:
        return general(value)
    tokens = _tokens(_section(value, form))
    kinds = {kind for kind, _ in tokens}
    if kinds & {"date", "noon", "elapsed"}:
        moment = _moment(value, is_1904)
        return _date(tokens, moment, value) if moment else general(value)
    if "number" in kinds:
        has_own_sign = ";" in form and value < 0
        return _number(tokens, abs(value) if has_own_sign else value)
    literal = "".join(text for kind, text in tokens if kind == "text")
    return (
        literal
        if form and "@" not in form and "general" not in form.lower()
        else (general(value))
    )


def is_of_time(form: str) -> bool:
    """Whether a number in this format is a date or a time of the day."""
    if len(form) > _LONGEST_FORMAT:
        return False
    kinds = {kind for kind, _ in _tokens(_section(1, form))}
    return bool(kinds & {"date", "noon", "elapsed"})


def general(value: float) -> str:
    """A number without a format: no noise of binary fractions."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}"


def _section(value: float, form: str) -> str:
    """The part of the format for numbers of this sign."""
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', form)
    if value < 0 and len(parts) > 1:
        return parts[1]
    if value == 0 and len(parts) > 2:
        return parts[2]
    return parts[0]


@lru_cache(maxsize=500)
def _tokens(form: str) -> tuple[_Token, ...]:
    """Literal text as "text", the rest by its kind; m after hours is "minutes"."""
    found: list[_Token] = []
    if form.lower() == "general":
        return ()
    for match in _TOKEN.finditer(form):
        kind, text = match.lastgroup or "sign", match[match.lastgroup or 0]
        if kind in ("quoted", "escaped", "sign"):
            if text not in ("@",):
                found.append(("text", text))
        elif kind == "bracket":
            found += _bracket(text)
        elif kind in ("date", "noon", "number"):
            found.append((kind, text if kind != "date" else text.lower()))
    for place, (kind, text) in enumerate(found):
        if kind == "date" and text[0] == "m" and _is_minutes(found, place):
            found[place] = ("date", "n" * len(text))
    return tuple(found)


def _bracket(text: str) -> list[_Token]:
    if text.lower() in ("h", "hh", "m", "mm", "s", "ss"):
        return [("elapsed", text.lower()[0])]
    if text.startswith("$"):
        return [("text", text[1:].partition("-")[0])]
    return []  # colours and conditions


def _is_minutes(tokens: list[_Token], place: int) -> bool:
    dates = [
        (index, text[0])
        for index, (kind, text) in enumerate(tokens)
        if kind in ("date", "elapsed")
    ]
    at = next(order for order, (index, _) in enumerate(dates) if index == place)
    before = dates[at - 1][1] if at else ""
    after = dates[at + 1][1] if at + 1 < len(dates) else ""
    return before == "h" or after == "s"


def _moment(value: float, is_1904: bool) -> datetime | None:
    if not 0 <= value <= _LAST_SERIAL:
        return None
    if is_1904:
        start = datetime(1904, 1, 1)  # noqa: DTZ001  a sheet knows no zone
    else:  # Excel counts a 29 February 1900
        start = datetime(1899, 12, 31 if value < 60 else 30)  # noqa: DTZ001
    return start + timedelta(seconds=round(value * 86_400))


def _date(tokens: tuple[_Token, ...], moment: datetime, value: float) -> str:
    has_noon = any(kind == "noon" for kind, _ in tokens)
    hour = moment.hour % 12 or 12 if has_noon else moment.hour
    said = ""
    for kind, text in tokens:
        if kind == "text":
            said += text
        elif kind == "noon":
            morning, _, evening = text.partition("/")
            said += morning if moment.hour < 12 else evening
        elif kind == "elapsed":
            seconds = round(value * 86_400)
            said += str(seconds // {"h": 3600, "m": 60, "s": 1}[text])
        elif kind == "date":
            said += _date_part(text, moment, hour)
    return said


def _date_part(text: str, moment: datetime, hour: int) -> str:
    size = len(text)
    match text[0]:
        case "y":
            return f"{moment.year:04}" if size > 2 else f"{moment.year % 100:02}"
        case "e":
            return str(moment.year - _ROC_OFFSET)
        case "g":
            return "中華民國" if size > 2 else "民國"
        case "a":
            day = _WEEKDAYS[moment.weekday()]
            return f"星期{day}" if size > 3 else f"週{day}"
        case "m" if size > 2:
            return moment.strftime("%b" if size == 3 else "%B")
        case "d" if size > 2:
            return moment.strftime("%a" if size == 3 else "%A")
    number = {
        "m": moment.month,
        "d": moment.day,
        "h": hour,
        "n": moment.minute,
        "s": moment.second,
    }[text[0]]
    return f"{number:02}" if size > 1 else str(number)


def _number(tokens: tuple[_Token, ...], value: float) -> str:
    literal = "".join(text for kind, text in tokens if kind == "text")
    value *= 100 ** literal.count("%")
    said, is_said = "", False
    for kind, text in tokens:
        if kind == "text":
            said += text
        elif kind == "number" and not is_said:
            said += _figure(text, value)
            is_said = True
    return said


def _figure(pattern: str, value: float) -> str:
    """The digits of a number: grouped, in thousands, with so many places."""
    mantissa, *exponent = re.split("E[+-]", pattern, maxsplit=1, flags=re.IGNORECASE)
    scaled = mantissa.rstrip(",")
    value /= 1000 ** (len(mantissa) - len(scaled))
    whole, _, fraction = scaled.partition(".")
    places = sum(sign in "0#?" for sign in fraction)
    if exponent:
        return f"{value:.{places}E}"
    said = f"{value:{',' if ',' in whole else ''}.{places}f}"
    if places and "#" in fraction:
        shortest = len(said) - places + fraction.count("0")
        said = said[: max(len(said.rstrip("0")), shortest)].rstrip(".")
    sign, figures = ("-", said[1:]) if said.startswith("-") else ("", said)
    head, point, tail = figures.partition(".")
    return f"{sign}{head.zfill(whole.count('0'))}{point}{tail}"

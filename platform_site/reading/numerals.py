"""Numbers as word processors write them before a paragraph: 壹 甲 一 ① １ iv AA.

Word writes 壹拾 and 壹拾壹 where people write 拾 and 拾壹. Names are those of WordprocessingML (ST_NumberFormat). What Word writes where
the sign for a number is missing (the 11th stem, the 21st circle) is the plain
number.
"""

import re
from collections.abc import Callable

_DIGITS = "零一二三四五六七八九"
_LEGAL = "零壹貳參肆伍陸柒捌玖"
_LEGAL_SIMPLIFIED = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_LARGEST_COUNTED = 9999
_LONGEST_LETTERS = 30 * 26

Writer = Callable[[int], str]


def write(number: int, form: str) -> str:
    """Write ``number`` in a format of Word; an unknown one gives plain digits."""
    if number < 1:
        return "" if form in ("none", "bullet") else str(number)
    if re.fullmatch("0{1,9}1", form):  # 001, as a person gives it
        return str(number).zfill(len(form))
    return _FORMS.get(form, str)(number)


def _counted(digits: str, units: str, *, bare_ten: bool) -> Writer:
    """十, 二十一, 一百零一: with words for ten, hundred and thousand."""

    def counted(number: int) -> str:
        if number > _LARGEST_COUNTED:
            return str(number)
        written = ""
        gap = False
        for place, figure in enumerate(reversed(f"{number:04}")):
            if figure == "0":
                gap = gap or bool(written)
                continue
            if gap:
                written = digits[0] + written
                gap = False
            unit = units[place - 1] if place else ""
            written = digits[int(figure)] + unit + written
        if bare_ten and 10 <= number < 20:
            written = written[1:]
        return written

    return counted


def _japanese(number: int) -> str:
    """百一, 千: ones before a unit and zeros are not said."""
    if number > _LARGEST_COUNTED:
        return str(number)
    written = ""
    for figure, unit in zip(f"{number:04}", ("千", "百", "十", ""), strict=True):
        if figure != "0":
            digit = "" if figure == "1" and unit else _DIGITS[int(figure)]
            written += digit + unit
    return written


def _placed(zero: str) -> Writer:
    """一二〇: digit by digit."""
    return lambda number: "".join((zero + _DIGITS[1:])[int(d)] for d in str(number))


def _counted_to_99(number: int) -> str:
    return _TEN_THOUSAND(number) if number < 100 else _placed("○")(number)


_TEN_THOUSAND = _counted(_DIGITS, "十百千", bare_ten=True)


def _listed(signs: str) -> Writer:
    return lambda n: signs[n - 1] if n <= len(signs) else str(n)


def _run(first: str, count: int) -> Writer:
    return _listed("".join(chr(ord(first) + step) for step in range(count)))


def _letters(first: str) -> Writer:
    """A to Z, AA, BB: the same letter once more with every turn."""

    def letters(number: int) -> str:
        turns, place = divmod(number - 1, 26)
        if number > _LONGEST_LETTERS:
            return str(number)
        return chr(ord(first) + place) * (turns + 1)

    return letters


def _lower_roman(number: int) -> str:
    if number > _LARGEST_COUNTED:
        return str(number)
    written = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        written += sign * count
    return written


def _full_width(number: int) -> str:
    return str(number).translate({48 + digit: 0xFF10 + digit for digit in range(10)})


def _ordinal(number: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    is_teen = 10 < number % 100 < 14
    return f"{number}{'th' if is_teen else ends.get(number % 10, 'th')}"


def _cycle(number: int) -> str:
    """甲子, 乙丑: sixty pairs, then the same again."""
    return _STEMS[(number - 1) % 10] + _BRANCHES[(number - 1) % 12]


_FORMS: dict[str, Writer] = {
    "none": lambda number: "",
    "bullet": lambda number: "",
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "hex": lambda number: f"{number:X}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalHalfWidth": str,
    "decimalEnclosedCircle": _run("①", 20),
    "decimalEnclosedCircleChinese": _run("①", 20),
    "decimalEnclosedFullstop": _run("⒈", 20),
    "decimalEnclosedParen": _run("⑴", 20),
    "ideographEnclosedCircle": _run("㈠", 10),
    "numberInDash": lambda number: f"- {number} -",
    "ordinal": _ordinal,
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
    "upperRoman": lambda number: _lower_roman(number).upper(),
    "lowerRoman": _lower_roman,
    "taiwaneseCountingThousand": _TEN_THOUSAND,
    "chineseCountingThousand": _counted(f"〇{_DIGITS[1:]}", "十百千", bare_ten=True),
    "taiwaneseCounting": _counted_to_99,
    "chineseCounting": _counted_to_99,
    "taiwaneseDigital": _placed("○"),
    "ideographDigital": _placed("〇"),
    "japaneseCounting": _japanese,
    "japaneseDigitalTenThousand": _placed("〇"),
    "ideographLegalTraditional": _counted(_LEGAL, "拾佰仟", bare_ten=False),
    "chineseLegalSimplified": _counted(_LEGAL_SIMPLIFIED, "拾佰仟", bare_ten=False),
    "ideographTraditional": _listed(_STEMS),
    "ideographZodiac": _listed(_BRANCHES),
    "ideographZodiacTraditional": _cycle,
}

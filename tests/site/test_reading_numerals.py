"""Numbers as word processors write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.lib.numbering import from_chinese
from platform_site.reading.numerals import write

COUNTING = [
    "taiwaneseCountingThousand",
    "taiwaneseCounting",
    "taiwaneseDigital",
    "chineseCounting",
    "ideographDigital",
    "japaneseCounting",
    "ideographLegalTraditional",
    "chineseLegalSimplified",
    "decimal",
    "decimalZero",
    "decimalFullWidth",
    "upperRoman",
    "lowerRoman",
    "ordinal",
    "numberInDash",
    "ideographTraditional",
    "decimalEnclosedCircle",
]


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("ideographLegalTraditional", {1: "壹", 3: "參", 10: "壹拾", 12: "壹拾貳", 105: "壹佰零伍"}),
        ("taiwaneseCountingThousand", {10: "十", 19: "十九", 21: "二十一", 110: "一百一十", 1001: "一千零一"}),
        ("taiwaneseCounting", {10: "十", 99: "九十九", 100: "一○○"}),
        ("japaneseCounting", {10: "十", 100: "百", 111: "百十一"}),
        ("ideographDigital", {9: "九", 10: "一〇", 21: "二一"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("ideographZodiac", {12: "亥", 13: "13"}),
        ("ideographEnclosedCircle", {1: "㈠", 10: "㈩"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "21"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalZero", {7: "07", 12: "12"}),
        ("upperLetter", {26: "Z", 27: "AA", 28: "BB"}),
        ("lowerLetter", {1: "a", 53: "aaa"}),
        ("upperRoman", {4: "IV", 1994: "MCMXCIV"}),
        ("chineseCountingThousand", {20: "二十", 105: "一百〇五"}),
        ("001", {7: "007", 1234: "1234"}),
        ("hex", {10: "A", 255: "FF"}),
        ("ordinal", {1: "1st", 12: "12th", 23: "23rd"}),
        ("ideographZodiacTraditional", {1: "甲子", 60: "癸亥", 61: "甲子"}),
        ("none", {5: ""}),
        ("aFormatOfTheFuture", {5: "5"}),
    ],
)  # fmt: skip
def test_numbers_are_written_as_word_writes_them(form, written):
    assert {number: write(number, form) for number in written} == written


@given(st.integers(1, 999))
def test_what_is_counted_in_chinese_is_read_back(number):
    for form in ("taiwaneseCountingThousand", "ideographLegalTraditional"):
        assert from_chinese(write(number, form)) == number


@given(st.sampled_from(COUNTING), st.integers(1, 9999), st.integers(1, 9999))
def test_no_two_numbers_are_written_alike(form, first, second):
    assert (write(first, form) == write(second, form)) == (first == second)


@given(st.text(max_size=30), st.integers(-5, 10**12))
def test_every_format_and_number_gives_a_short_text(form, number):
    for each in (form, *COUNTING, "upperLetter"):
        assert len(write(number, each)) <= 40

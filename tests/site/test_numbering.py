"""The outline of official papers is read and written without loss."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.lib.numbering import (
    Level,
    Line,
    from_chinese,
    nest,
    read_outline,
    renumber,
    shift,
    to_chinese,
    write_marker,
    write_outline,
)

LEVELS = [level for level in Level if level != Level.PLAIN]


def shape(text: str) -> list[tuple[Level, str, str]]:
    return [(line.level, line.marker, line.text) for line in read_outline(text)]


@given(st.integers(1, 999), st.booleans())
def test_numerals_come_back(number, legal):
    assert from_chinese(to_chinese(number, legal=legal)) == number


@pytest.mark.parametrize(
    ("number", "plain", "legal"),
    [
        (1, "一", "壹"),
        (10, "十", "拾"),
        (11, "十一", "拾壹"),
        (20, "二十", "貳拾"),
        (23, "二十三", "貳拾參"),
        (105, "一百零五", "壹佰零伍"),
        (110, "一百一十", "壹佰壹拾"),
        (999, "九百九十九", "玖佰玖拾玖"),
    ],
)
def test_numerals_are_written_the_usual_way(number, plain, legal):
    assert (to_chinese(number), to_chinese(number, legal=True)) == (plain, legal)


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_numerals_end_at_999(number):
    with pytest.raises(ValueError, match="1 to 999"):
        to_chinese(number)


@pytest.mark.parametrize(("numeral", "number"), [("壹拾", 10), ("壹拾參", 13)])
def test_numerals_of_word_are_read_too(numeral, number):
    assert from_chinese(numeral) == number


@pytest.mark.parametrize(
    "numeral", ["", "二一", "一百二", "十十", "壹十", "壹拾拾", "1", "零"]
)
def test_what_is_not_a_numeral_is_refused(numeral):
    with pytest.raises(ValueError, match="1 to 999"):
        from_chinese(numeral)


def test_every_level_is_read():
    text = "壹、甲\n一、乙\n（一）丙\n1. 丁\n(1) 戊\nA. 己\n(A) 庚\na. 辛\n(a) 壬"

    assert [line.level for line in read_outline(text)] == LEVELS


def test_widths_spaces_and_blank_lines_make_no_difference():
    assert shape("  １．　甲\n\n\u3000（１）乙\n\t(二)丙\n二 、丁") == [
        (Level.DIGIT, "１．", "甲"),
        (Level.DIGIT_BRACKET, "（１）", "乙"),
        (Level.CHINESE_BRACKET, "(二)", "丙"),
        (Level.CHINESE_BRACKET, "", "二 、丁"),
    ]


def test_stems_are_read_as_letters():
    assert [(line.level, line.number) for line in read_outline("甲、子\n（乙）丑")] == [
        (Level.LETTER, 1),
        (Level.LETTER_BRACKET, 2),
    ]


def test_an_unnumbered_line_belongs_to_the_item_above():
    assert shape("本案說明：\n(1) 基隆市：\n轉出總件數：32件") == [
        (Level.PLAIN, "", "本案說明："),
        (Level.DIGIT_BRACKET, "(1)", "基隆市："),
        (Level.DIGIT_BRACKET, "", "轉出總件數：32件"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "1.5公里完工",
        "12.22召開會議",
        "114.12.22召開會議",
        "114年12月22日召開",
        "114、115年度經費",
        "2024 InnoVEX參展",
        "2,910件",
        "(北118)拓寬",
        "(114)年度",
        "3、5月各召開1次",
        "三、四級毒品裁罰講習多元方案",
        "一、二樓整修",
        "甲、乙兩案併陳",
        "（一）（二）兩案合併",
        "U.S. Chamber",
        "e.g. 說明",
        "4市共同辦理",
        "A主展區",
        "十二月召開",
        "ABC. 說明",
        "①說明",
        "一百、一百五十人各1場",
    ],
)
def test_the_head_of_a_sentence_is_no_number(line):
    assert shape(line) == [(Level.PLAIN, "", line)]


@pytest.mark.parametrize(
    ("line", "marker"),
    [
        ("1.產業外銷受阻", "1."),
        ("1.114年12月召開會議", "1."),
        ("1、召開會議", "1、"),
        ("一、三大共同挑戰", "一、"),
        ("二、四市應變方案", "二、"),
        ("12. 22人參加", "12."),
        ("A. 119高效能勤務派遣系統", "A."),
        ("4. 其他介面", "4."),
    ],
)
def test_a_number_is_read_though_the_text_begins_oddly(line, marker):
    [found] = read_outline(line)

    assert found.marker == marker


def test_the_next_number_of_a_list_is_believed():
    lines = read_outline("一、甲案\n二、乙案\n三、四級毒品講習")

    assert [line.number for line in lines] == [1, 2, 3]


def test_a_list_ends_where_a_higher_one_goes_on():
    lines = read_outline("二、甲案\n壹、乙案\n三、四級毒品講習")

    assert [line.marker for line in lines] == ["二、", "壹、", ""]


def test_a_line_above_the_first_number_stays_plain():
    assert shift("前言\n1. 甲", 1)[0] == Line(Level.PLAIN, "", "前言")


def test_a_weekday_at_the_break_of_a_line_is_no_number():
    lines = read_outline("1. 論壇於115年8月15日\n(六)於金華國中舉行")

    assert [line.marker for line in lines] == ["1.", ""]


def test_a_text_is_pushed_one_level_deeper():
    lines = shift("1. 甲\n(1) 乙\nA. 丙\n說明\n3. 丁", 1)

    assert [(line.level, line.marker, line.text) for line in lines] == [
        (Level.DIGIT_BRACKET, "(1)", "甲"),
        (Level.LETTER, "A.", "乙"),
        (Level.LETTER_BRACKET, "(A)", "丙"),
        (Level.LETTER_BRACKET, "", "說明"),
        (Level.DIGIT_BRACKET, "(3)", "丁"),
    ]


def test_nesting_closes_up_levels_the_text_leaves_out():
    lines = nest("前言\n一、甲\n1. 乙\n二、丙", Level.DIGIT_BRACKET)

    assert [line.marker for line in lines] == ["", "(1)", "A.", "(2)"]


def test_levels_end_at_the_deepest():
    lines = shift("a. 甲\n(a) 乙", 5)

    assert [line.marker for line in lines] == ["(a)", "(a)"]


def test_renumbering_counts_each_list_from_one():
    lines = renumber(read_outline("2. 甲\n(3) 乙\n(3) 丙\n7. 丁\n(9) 戊"))

    assert [line.marker for line in lines] == ["1.", "(1)", "(2)", "2.", "(1)"]


@given(st.sampled_from(LEVELS), st.integers(1, 99))
def test_every_marker_written_is_read(level, number):
    [line] = read_outline(write_marker(level, number) + "說明")

    assert (line.level, line.number, line.text) == (level, number, "說明")


@given(st.text())
def test_reading_loses_no_character(text):
    read = "".join(line.marker + line.text for line in read_outline(text))

    assert "".join(read.split()) == "".join(text.split())


@given(st.text(alphabet="壹一二（）()1290.、．Aa甲 \n年日\u3000"), st.integers(-9, 9))
def test_shifting_loses_no_word_and_no_order(text, by):
    before = read_outline(text)

    after = shift(before, by)

    assert [line.text for line in after] == [line.text for line in before]
    assert [line.number for line in after] == [line.number for line in before]
    pairs = zip(pairwise(before), pairwise(after), strict=True)
    for (first, second), (first_moved, second_moved) in pairs:
        if first.level and first.level <= second.level:
            assert first_moved.level <= second_moved.level


WORDS = st.text(alphabet="本案二三四(一)1.A、，年 召開", max_size=8).map(str.strip)


@given(st.lists(st.tuples(st.sampled_from(LEVELS), WORDS), max_size=60))
def test_an_outline_written_is_read_back(items):
    outline = renumber(Line(level, "-", words) for level, words in items)

    assert read_outline(write_outline(outline)) == outline


@given(st.text(alphabet="壹一二（）()1290.、．Aa甲 \n年日本案"))
def test_writing_twice_changes_nothing_more(text):
    once = write_outline(read_outline(text))

    assert write_outline(read_outline(once)) == once

"""What people do to a text while they write it: paste it, and number its lines."""

import pytest

from platform_site.lib.numbering import Level, read_outline
from platform_site.lib.outline_edit import set_level, tidy_outline


@pytest.mark.parametrize(
    ("pasted", "tidied"),
    [
        ("一、\t已開工", "一、已開工"),
        ("１．\u3000已開工", "1. 已開工"),
        ("1、已開工\n\n2、續辦", "1. 已開工\n2. 續辦"),
        ("（１）\u00a0整地\n(２) 放樣", "(1) 整地\n(2) 放樣"),
        ("(一)整地\n（二）放樣", "（一）整地\n（二）放樣"),
        ("\uf0b7\t符號一\n\uf06c\t符號二", "• 符號一\n• 符號二"),
        ("經費\t3億元", "經費 3億元"),
        ("甲、臺北市\n乙、新北市", "A. 臺北市\nB. 新北市"),
        ("預計1.5公里，114.12.22完工", "預計1.5公里，114.12.22完工"),
        ("", ""),
    ],
)
def test_pasted_text_is_written_as_the_papers_write(pasted, tidied):
    assert tidy_outline(pasted) == tidied
    assert tidy_outline(tidied) == tidied


def test_numbers_are_kept_as_they_were_given():
    assert tidy_outline("三、\t甲\n五、\t乙") == "三、甲\n五、乙"


@pytest.mark.parametrize(
    ("text", "first", "last", "level", "numbered", "line"),
    [
        ("甲", 0, 0, Level.CHINESE, "一、甲", 0),
        ("一、甲\n乙", 1, 1, Level.CHINESE, "一、甲\n二、乙", 1),
        ("一、甲\n乙", 1, 1, Level.CHINESE_BRACKET, "一、甲\n（一）乙", 1),
        ("甲\n乙\n丙", 0, 2, Level.DIGIT, "1. 甲\n2. 乙\n3. 丙", 2),
        # Those behind count on.
        (
            "一、甲\n二、乙\n三、丙",
            1,
            1,
            Level.CHINESE_BRACKET,
            "一、甲\n（一）乙\n二、丙",
            1,
        ),
        # What did not run on is left as it was.
        ("三、甲\n乙\n九、丙", 1, 1, Level.CHINESE, "三、甲\n四、乙\n九、丙", 1),
        # The same level again takes the number away.
        ("1. 甲\n2. 乙", 1, 1, Level.DIGIT, "1. 甲\n乙", 1),
        # A line that is still empty.
        ("一、甲\n", 1, 1, Level.CHINESE, "一、甲\n二、", 1),
        ("", 0, 0, Level.LETTER, "A.", 0),
        ("一、甲\n\n\n乙", 3, 3, Level.CHINESE, "一、甲\n二、乙", 1),
        # A list under another item begins anew.
        (
            "一、甲\n(1) 子\n二、乙\n丑",
            3,
            3,
            Level.DIGIT_BRACKET,
            "一、甲\n(1) 子\n二、乙\n(1) 丑",
            3,
        ),
        ("甲", 9, 99, Level.DIGIT, "1. 甲", 0),
    ],
)
def test_lines_take_a_level(text, first, last, level, numbered, line):
    assert set_level(text, first, last, level) == (numbered, line)


def test_no_word_is_lost_by_numbering():
    text = "說明\n一、甲\n（一）乙\n  丙\n1. 丁"
    words = [line.text for line in read_outline(text)]

    for level in (Level.CHINESE, Level.CHINESE_BRACKET, Level.DIGIT, Level.LETTER):
        for first in range(5):
            numbered, _ = set_level(text, first, 4, level)
            assert [line.text for line in read_outline(numbered)] == words

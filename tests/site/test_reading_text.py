"""Plain text in the encodings that are met."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.reading.document import Document, Refused
from platform_site.reading.text import read_text

WORDS = "第5次副市長層級會議紀錄\n壹、會議時間：114年8月7日（星期四）\n"


@pytest.mark.parametrize(
    "content",
    [
        WORDS.encode(),
        codecs.BOM_UTF8 + WORDS.encode(),
        codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"),
        WORDS.encode("cp950"),
    ],
)
def test_every_encoding_gives_the_same_text(content):
    assert read_text(content) == Document("txt", WORDS)


def test_characters_of_hong_kong_are_read_in_big5():
    assert read_text(f"{WORDS}啲嘢".encode("big5hkscs")).text == f"{WORDS}啲嘢\n"


def test_all_line_ends_are_one_and_pages_stay():
    content = "甲\r\n乙\r丙\n丁\v戊\u2028己\f\n庚".encode()

    assert read_text(content).text == "甲\n乙\n丙\n丁\n戊\n己\f\n庚\n"


def test_empty_lines_and_spaces_stay_so_that_lines_keep_their_numbers():
    assert read_text("\n\n　甲 \n\n乙\n\n".encode()).text == "\n\n　甲 \n\n乙\n\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x7fELF\x02\x01\x01\x00\x00", "不是純文字"),
        (b"MZ\x90\x00\x03\xff\xfe", "不是純文字"),
        ("文字\x01".encode(), "不是純文字"),
        (WORDS.encode("utf-16-le"), "不是純文字"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a", "編碼"),
        ("会议纪录决议事项列管".encode("gbk"), "編碼"),
        ("Réunion à Genève, élève".encode("latin-1"), "編碼"),
        (b" \n\t\n", "沒有文字"),
        (codecs.BOM_UTF8, "沒有文字"),
    ],
)
def test_what_is_no_text_is_refused(content, why):
    with pytest.raises(Refused, match=why):
        read_text(content)


def test_soft_hyphens_are_not_shown():
    assert read_text("基隆\xad河".encode()).text == "基隆河\n"


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    try:
        text = read_text(content).text
    except Refused:
        return
    assert "\r" not in text
    assert text.encode()
    assert "\x00" not in text


@given(
    st.text(
        st.characters(
            codec="utf-8",
            exclude_categories=["Cc", "Cn", "Zl", "Zp"],
            exclude_characters="\xad",
        )
    )
)
def test_every_sign_of_a_text_is_kept(words):
    if words.strip():
        assert read_text(words.encode()).text == f"{words}\n"

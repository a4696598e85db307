"""Folding, in Python and in the database, and finding what people type."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from meetings.models import Platform
from platform_site.lib.search import excerpt, holds, marked, read_words
from platform_site.lib.text import fold
from tests.factories import PlatformFactory

# Later versions of Unicode say nothing new about what was assigned before them.
ASSIGNED = st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0")
TEXTS = st.text(
    ASSIGNED | st.sampled_from("台臺北『』「」 \t\n\u3000\xa0ＡｂＣ１㎡ﾀﾞé\u0301")
)


def ask(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(TEXTS)
@example(
    "".join(c for c in map(chr, range(1, 0x3400)) if unicodedata.category(c) != "Cn")
)
@example("台\u3000Ｔ『甲』\u2028\u200b\xad")
def test_the_database_folds_as_python_does(db, text):
    assert ask("SELECT folded_text(%s)", text) == fold(text)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(TEXTS)
def test_bigrams_are_all_pairs_of_the_folded_text(db, text):
    folded = fold(text)

    assert set(ask("SELECT folded_bigrams(%s)", text)) == {
        folded[place : place + 2] for place in range(len(folded) - 1)
    }


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_what_python_finds_the_database_finds(platform, data):
    letters = st.sampled_from("台臺北%_\\'『「aAＡ 1１é")
    name = data.draw(st.text(letters, min_size=1, max_size=12))
    word = data.draw(st.text(letters, min_size=1, max_size=4))
    Platform.objects.filter(pk=platform.pk).update(name=name)

    found = Platform.objects.filter(name__folded_contains=word).exists()

    assert found == holds(name, word)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("臺北車站", "台北"),
        ("台北車站", "臺北"),
        ("ＡＢ１２路", "ab12"),
        ("ab12路", "ＡＢ１２"),
        ("北　市\n道路", "市道"),
        ("『內引號』", "「內引號」"),
        ("達100%_完成", "0%_完"),
        ("市", "市"),
    ],
)
def test_a_word_is_found_however_it_is_written(db, name, word):
    platform = PlatformFactory(name=name)
    PlatformFactory(name="另一個平臺")

    assert list(Platform.objects.filter(name__folded_contains=word)) == [platform]


def test_neighbouring_pairs_are_not_yet_the_word(db):
    PlatformFactory(name="交通局與通局長")

    assert not Platform.objects.filter(name__folded_contains="交通局長").exists()


def test_words_are_parted_by_any_white_space_and_taken_once():
    assert read_words(" 捷運\u3000臺北\t台北  ") == ["捷運", "台北"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("市", "每個字詞至少2個字，「市」只有1個字，請多打幾個字。"),
        ("捷運 市 路", "每個字詞至少2個字，「市」、「路」只有1個字，請多打幾個字。"),
        ("捷" * 101, "查詢字詞共101字，最多100字，請縮短後再查。"),
        (
            " ".join(f"字{n}" for n in range(9)),
            "查詢字詞共9個，最多8個，請減少後再查。",
        ),
        ("捷運\0", "查詢字詞含有無法辨識的字元，請重新輸入。"),
        ("捷\ud800運", "查詢字詞含有無法辨識的字元，請重新輸入。"),
    ],
)
def test_words_that_cannot_be_looked_for_are_refused_in_a_sentence(typed, sentence):
    with pytest.raises(ValidationError) as refused:
        read_words(typed)

    assert refused.value.messages == [sentence]


def test_marks_stand_around_the_words_as_written():
    assert marked("台北市與臺北縣的Ｔ型路", ["臺北", "t型"]) == [
        ("台北", True),
        ("市與", False),
        ("臺北", True),
        ("縣的", False),
        ("Ｔ型", True),
        ("路", False),
    ]


def test_overlapping_words_are_one_mark():
    assert marked("捷運路網", ["捷運路", "運路網"]) == [("捷運路網", True)]


def test_an_excerpt_shows_what_stands_around_the_first_word():
    text = "前" * 50 + "\n1. 捷運\n" + "後" * 50

    pieces = excerpt(text, ["捷運"])

    assert pieces == [
        ("…", False),
        ("前" * 32 + " 1. ", False),
        ("捷運", True),
        (" " + "後" * 35, False),
        ("…", False),
    ]


@given(TEXTS, TEXTS.filter(lambda word: bool(fold(word))))
@settings(deadline=None)
def test_marking_never_changes_a_text(text, word):
    assert "".join(piece for piece, _ in marked(text, [word])) == text


@given(
    st.text("台臺北市Ａa 1\u0301", max_size=30),
    st.text("臺北a", min_size=2, max_size=3),
)
@settings(deadline=None)
def test_whatever_holds_a_word_has_it_marked(text, word):
    found = [piece for piece, is_marked in marked(text, [word]) if is_marked]

    assert all(fold(word) in fold(piece) for piece in found)
    assert bool(found) == holds(text, word) or "\u0301" in text

"""What changed from one text to another."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from platform_site.lib.differences import LONGEST_LINE, Piece, differences

TEXTS = st.text(alphabet="一二三(1)、。\n ab7", max_size=60)


def kept(pieces, *kinds):
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


@given(TEXTS, TEXTS)
def test_pieces_make_up_both_texts(old, new):
    pieces = differences(old, new)

    assert kept(pieces, "same", "removed") == old
    assert kept(pieces, "same", "added") == new


@given(TEXTS)
def test_same_text_has_no_difference(text):
    assert {piece.kind for piece in differences(text, text)} <= {"same"}


@given(TEXTS, TEXTS)
def test_neighbours_are_of_different_kinds_and_none_is_empty(old, new):
    pieces = differences(old, new)

    assert all(piece.text for piece in pieces)
    assert all(a.kind != b.kind for a, b in itertools.pairwise(pieces))


def test_number_changes_as_a_whole():
    assert differences("已完成13場次。", "已完成18場次。") == [
        Piece("same", "已完成"),
        Piece("removed", "13"),
        Piece("added", "18"),
        Piece("same", "場次。"),
    ]


def test_lone_sign_between_two_changes_is_no_common_text():
    pieces = differences("預計明年完工", "業於本年竣工")

    assert [piece.kind for piece in pieces] == ["removed", "added", "same"]


def test_new_line_is_shown_as_a_line():
    assert differences("1. 規劃。\n", "1. 規劃。\n2. 施工。\n") == [
        Piece("same", "1. 規劃。\n"),
        Piece("added", "2. 施工。\n"),
    ]


def test_line_beyond_comparison_is_replaced_whole():
    old, new = "甲" * (LONGEST_LINE + 1), "甲" * (LONGEST_LINE + 2)

    assert differences(old, new) == [Piece("removed", old), Piece("added", new)]

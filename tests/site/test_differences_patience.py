"""Comparing two texts ends soon, whatever they are."""

import random
from time import perf_counter

import pytest

from platform_site.lib.differences import Piece, differences

CHANCE = random.Random(114)


def of_signs(signs, count):
    return "".join(CHANCE.choice(signs) for _ in range(count))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("甲\n" * 10_000, "乙\n" + "甲\n" * 9_998 + "乙\n"),
        ("甲\n乙\n" * 5_000, "乙\n甲\n" * 5_000),
        (of_signs("甲乙", 3_900), of_signs("甲乙", 3_900)),
        (of_signs("甲乙丙丁戊", 900), of_signs("甲乙丙丁戊", 900)),
    ],
)
def test_texts_made_to_be_slow_are_compared_in_seconds(old, new):
    begun = perf_counter()

    pieces = differences(old, new)

    assert perf_counter() - begun < 10  # minutes, were it not for the limit
    assert "".join(each.text for each in pieces if each.kind != "added") == old
    assert "".join(each.text for each in pieces if each.kind != "removed") == new


def test_what_is_alike_at_both_ends_stays_even_where_the_rest_is_too_much():
    old, new = of_signs("甲乙", 3_000), of_signs("甲乙", 3_000)

    pieces = differences(f"始\n{old}\n終", f"始\n{new}\n終")

    assert pieces[0] == Piece("same", pieces[0].text)
    assert pieces[0].text.startswith("始\n")
    assert pieces[-1].text.endswith("\n終")
    assert [each.kind for each in pieces] == ["same", "removed", "added", "same"]

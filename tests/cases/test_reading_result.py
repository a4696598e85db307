"""What the child process says is taken as told, or refused as a whole."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.readings.result import PaperFacts, Span, read_result
from platform_site.reading.document import LONGEST_TEXT, Refused
from tests.cases.readings import decision_said, minutes_said

SAID = {
    "text": "一、同意新增1案：「跨市公車」。",
    "meetings": [
        minutes_said(
            chairs=[{"name": "王大明", "title": "副市長", "organization": None}],
            decisions=[decision_said("跨市公車", source={"start": 9, "end": 13})],
            claims=[
                {
                    "group": None,
                    "listed": 1,
                    "delisted": None,
                    "continued": 3,
                    "words": ["同意新增1案", "其餘3案持續列管"],
                }
            ],
            remarks=[{"speaker": "王大明", "items": ["請加速。"]}],
            unread=[{"line": 3, "text": "未讀"}],
        )
    ],
}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "meetings", "title", "case", "source", "start"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def test_what_is_well_formed_is_taken():
    (meeting,) = read_result(SAID).meetings

    assert [(each.counts, each.number, each.words) for each in meeting.claims] == [
        ("listed", 1, "同意新增1案"),
        ("continued", 3, "其餘3案持續列管"),
    ]
    assert meeting.decisions[0].span == Span(9, 13)
    assert meeting.chairs[0].organization == ""


@given(ANYTHING)
def test_anything_else_is_taken_or_refused_and_never_breaks(said):
    try:
        facts = read_result(said)
    except Refused:
        return
    assert isinstance(facts, PaperFacts)


@given(
    st.sampled_from(sorted(SAID["meetings"][0])),
    ANYTHING,
    st.sampled_from(["set", "in"]),
)
def test_one_odd_field_is_taken_or_refused(name, value, how):
    said = copy.deepcopy(SAID)
    meeting = said["meetings"][0]
    if how == "in" and isinstance(meeting[name], list):
        meeting[name] = [value]
    else:
        meeting[name] = value

    try:
        facts = read_result(said)
    except Refused:
        return
    assert len(facts.meetings) == 1


@pytest.mark.parametrize(
    "source",
    [
        {"start": 0, "end": 9_999},
        {"start": 5, "end": 5},
        {"start": 7, "end": 3},
        {"start": None, "end": 3},
    ],
)
def test_words_outside_the_paper_are_nowhere(source):
    said = copy.deepcopy(SAID)
    said["meetings"][0]["decisions"][0]["source"] = source

    assert read_result(said).meetings[0].decisions[0].span is None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("text", "壞\x00字"),
        ("text", "長" * (LONGEST_TEXT + 1)),
        ("meetings", [{}] * 61),
        ("meetings", {"0": {}}),
    ],
)
def test_paper_no_database_could_hold_is_refused(place, value):
    with pytest.raises(Refused):
        read_result({**SAID, place: value})


def test_too_many_decisions_are_refused():
    said = copy.deepcopy(SAID)
    said["meetings"][0]["decisions"] *= 2001

    with pytest.raises(Refused):
        read_result(said)


def test_merger_of_too_many_cases_is_refused():
    said = copy.deepcopy(SAID)
    said["meetings"][0]["decisions"] = [
        decision_said("綠色運輸", "merge", came_from=["跨市公車"] * 1999)
    ] * 2

    with pytest.raises(Refused):
        read_result(said)


def test_control_characters_of_a_field_are_dropped():
    said = copy.deepcopy(SAID)
    said["meetings"][0]["title"] = "第1次\x00會議\x1b[31m紀錄"

    assert read_result(said).meetings[0].title == "第1次會議[31m紀錄"


def test_minutes_take_up_the_paper_from_title_to_title():
    meetings = [
        minutes_said(title="後", source={"start": 30, "end": 34}),
        minutes_said(title="前", source={"start": 10, "end": 14}),
    ]

    first, second = read_result({"text": "字" * 60, "meetings": meetings}).meetings

    assert (first.span, second.span) == (Span(30, 60), Span(0, 30))

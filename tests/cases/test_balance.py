"""The books on made-up cases; on the real record in ``test_record_figures.py``."""

import datetime as dt

import pytest

from cases.balance import NUMBERS, books, books_of
from cases.ledger import post_erratum
from cases.models import CountClaim
from meetings.models import Erratum
from tests.factories import (
    CaseFactory,
    CountClaimFactory,
    IssueGroupFactory,
    decide,
)

pytestmark = pytest.mark.django_db

SPRING, SUMMER, AUTUMN = (
    dt.date(2024, 3, 15),
    dt.date(2024, 6, 15),
    dt.date(2024, 9, 15),
)


@pytest.fixture
def listed(group, hold_meeting):
    """Four cases of one group, listed in spring."""
    cases = CaseFactory.create_batch(4, group=group)
    hold_meeting(SPRING, *(decide(case, "list") for case in cases))
    return cases


@pytest.fixture
def claim():
    """Return a function that records what a paper states of a meeting."""

    def state(meeting, group=None, *, source=CountClaim.Source.MINUTES, **numbers):
        for counts, number in numbers.items():
            CountClaimFactory(
                meeting=meeting,
                group=group,
                counts=counts,
                number=number,
                source=source,
            )

    return state


def account(meeting, group=None):
    (found,) = [a for a in books_of(meeting) if a.group == group]
    return found


def changed(found):
    """The numbers of an account that are not nought."""
    return {
        number: found.count(number) for number in NUMBERS if found.count(number) != 0
    }


def test_listed_cases_are_new_and_not_among_those_continued(listed, hold_meeting):
    (first, *_) = books(listed[0].platform)

    assert changed(first) == {"listed": 4, "closing": 4}


def test_opening_is_what_the_meeting_before_left(listed, hold_meeting):
    meeting = hold_meeting(SUMMER)

    assert changed(account(meeting)) == {"opening": 4, "continuing": 4, "closing": 4}


@pytest.mark.parametrize(
    ("kind", "column"), [("delist", "delisted"), ("merge", "merged")]
)
def test_case_taken_off_is_counted_in_the_column_of_its_decision(
    listed, hold_meeting, kind, column
):
    fields = {"merged_into": listed[1]} if kind == "merge" else {}

    meeting = hold_meeting(SUMMER, decide(listed[0], kind, **fields))

    found = account(meeting)
    assert changed(found) == {"opening": 4, column: 1, "continuing": 3, "closing": 3}
    assert found.cases[column] == {listed[0].pk}


def test_split_case_is_gone_and_what_it_began_is_new(listed, group, hold_meeting):
    begun = CaseFactory.create_batch(2, group=group)

    meeting = hold_meeting(
        SUMMER,
        decide(listed[0], "split"),
        *(decide(case, "list", split_from=listed[0]) for case in begun),
    )

    assert changed(account(meeting)) == {
        "opening": 4,
        "split": 1,
        "continuing": 3,
        "listed": 2,
        "closing": 5,
    }


def test_relisted_case_counts_as_new(listed, hold_meeting):
    hold_meeting(SUMMER, decide(listed[0], "delist"))

    meeting = hold_meeting(AUTUMN, decide(listed[0], "relist"))

    assert changed(account(meeting)) == {
        "opening": 3,
        "continuing": 3,
        "listed": 1,
        "closing": 4,
    }


def test_case_delisted_and_relisted_at_one_meeting_is_gone_and_new(
    listed, hold_meeting
):
    meeting = hold_meeting(
        SUMMER, decide(listed[0], "delist"), decide(listed[0], "relist")
    )

    assert changed(account(meeting)) == {
        "opening": 4,
        "delisted": 1,
        "continuing": 3,
        "listed": 1,
        "closing": 4,
    }


def test_case_carried_in_by_a_group_counts_at_the_next_deciding_meeting(
    listed, group, hold_meeting, working_series
):
    case = CaseFactory(group=group)
    hold_meeting(dt.date(2024, 5, 1), decide(case, "carry_in"), series=working_series)

    meeting = hold_meeting(SUMMER)

    assert changed(account(meeting)) == {
        "opening": 4,
        "carried_in": 1,
        "continuing": 5,
        "closing": 5,
    }


def test_case_carried_in_and_delisted_at_one_meeting_does_not_continue(
    group, hold_meeting
):
    case = CaseFactory(group=group)

    meeting = hold_meeting(SPRING, decide(case, "carry_in"), decide(case, "delist"))

    assert changed(account(meeting)) == {"carried_in": 1, "delisted": 1}


def test_proposal_ended_by_a_group_is_not_in_the_books(
    group, hold_meeting, working_series
):
    case = CaseFactory(group=group)
    hold_meeting(SPRING, decide(case, "delist"), series=working_series)

    meeting = hold_meeting(SUMMER)

    assert changed(account(meeting)) == {}


def test_corrected_entry_is_out_of_the_books(listed, hold_meeting, clerk):
    meeting = hold_meeting(SUMMER, decide(listed[0], "delist"))
    wrong = listed[0].ledger.get(kind="delist")
    post_erratum(
        Erratum(minutes=meeting.minutes, reason="誤", was="解列", becomes="續"),
        [decide(listed[0], "continue", corrects=wrong)],
        by=clerk,
    )

    assert changed(account(meeting)) == {"opening": 4, "continuing": 4, "closing": 4}


def test_groups_have_their_own_accounts_in_order_and_the_whole_comes_last(
    listed, group, hold_meeting
):
    other = IssueGroupFactory(platform=group.platform, order=group.order - 1)
    case = CaseFactory(group=other)

    meeting = hold_meeting(SUMMER, decide(case, "list"))

    assert [(a.group, a.count("closing")) for a in books_of(meeting)] == [
        (other, 1),
        (group, 4),
        (None, 5),
    ]


def test_books_of_another_platform_are_apart(listed):
    stranger = IssueGroupFactory()

    assert books(stranger.platform) == []


def test_meeting_that_decides_nothing_has_no_books(
    listed, hold_meeting, working_series
):
    meeting = hold_meeting(SUMMER, series=working_series)

    assert books_of(meeting) == []


def test_draft_meeting_has_no_books(listed, draft):
    assert books_of(draft(SUMMER).meeting) == []


def test_meetings_of_one_day_are_booked_in_order_of_time(listed, hold_meeting):
    late = hold_meeting(SUMMER, decide(listed[0], "delist"), starts_at=dt.time(15))
    early = hold_meeting(SUMMER, decide(listed[1], "delist"), starts_at=dt.time(9))

    assert account(early).count("opening") == 4
    assert account(late).count("opening") == 3


# Claims


def test_paper_that_states_what_follows_differs_in_nothing(
    listed, group, hold_meeting, claim
):
    meeting = hold_meeting(SUMMER, decide(listed[0], "delist"))
    claim(meeting, group, delisted=1, continued=3, listed=0)

    found = account(meeting, group)
    assert (found.paper_difference, found.unexplained) == (0, 0)
    assert found.disagreements == []


def test_merge_explains_a_difference_of_the_paper(listed, group, hold_meeting, claim):
    """Opening 4, none delisted, yet the paper has 3 others: one was merged."""
    meeting = hold_meeting(SUMMER, decide(listed[0], "merge", merged_into=listed[1]))
    claim(meeting, group, continued=3)

    found = account(meeting, group)
    assert (found.paper_difference, found.explained, found.unexplained) == (-1, -1, 0)


def test_carry_in_explains_a_difference_of_the_paper(
    listed, group, hold_meeting, claim
):
    meeting = hold_meeting(SUMMER, decide(CaseFactory(group=group), "carry_in"))
    claim(meeting, group, continued=5)

    found = account(meeting, group)
    assert (found.paper_difference, found.explained, found.unexplained) == (1, 1, 0)


def test_what_the_ledger_does_not_explain_is_left(listed, group, hold_meeting, claim):
    meeting = hold_meeting(SUMMER, decide(listed[0], "delist"))
    claim(meeting, group, delisted=1, continued=5)

    found = account(meeting, group)
    assert (found.paper_difference, found.unexplained) == (2, 2)
    assert [claim.number for claim in found.disagreements] == [5]


def test_wrong_number_of_delisted_is_the_papers_own_difference(
    listed, group, hold_meeting, claim
):
    """The paper says 2 delisted and 3 others of 4: its sum is wrong, its 其餘 right."""
    meeting = hold_meeting(SUMMER, decide(listed[0], "delist"))
    claim(meeting, group, delisted=2, continued=3)

    found = account(meeting, group)
    assert (found.paper_difference, found.unexplained) == (1, 0)
    assert [claim.counts for claim in found.disagreements] == ["delisted"]


def test_numbers_a_paper_leaves_out_are_taken_from_the_ledger(
    listed, group, hold_meeting, claim
):
    meeting = hold_meeting(SUMMER, decide(listed[0], "delist"))
    claim(meeting, group, continued=3)

    assert account(meeting, group).paper_difference == 0


def test_paper_is_held_against_what_the_last_paper_stated(
    listed, group, hold_meeting, claim
):
    summer = hold_meeting(SUMMER)
    claim(summer, group, continued=6)
    autumn = hold_meeting(AUTUMN)
    claim(autumn, group, continued=4)

    found = account(autumn, group)
    assert (found.paper_difference, found.unexplained) == (-2, 0)


def test_paper_that_states_nothing_differs_from_nothing(listed, group, hold_meeting):
    meeting = hold_meeting(SUMMER)

    found = account(meeting, group)
    assert (found.paper_difference, found.unexplained) == (None, 0)
    assert found.claims.is_empty


def test_first_meeting_has_no_paper_to_be_held_against(group, hold_meeting, claim):
    meeting = hold_meeting(SPRING, decide(CaseFactory(group=group), "list"))
    claim(meeting, group, continued=9, listed=1)

    found = account(meeting, group)
    assert (found.paper_difference, found.unexplained) == (None, 9)


def test_minutes_go_before_an_announcement_which_is_kept_beside(
    listed, group, hold_meeting, claim
):
    meeting = hold_meeting(SUMMER)
    claim(meeting, None, source=CountClaim.Source.ANNOUNCEMENT, continued=9, listed=7)
    claim(meeting, None, continued=4)

    claims = account(meeting).claims
    assert (claims.number("continued"), claims.number("listed")) == (4, 7)
    assert [other.number for other in claims.others] == [9]


def test_stated_total_alone_is_kept_beside(listed, hold_meeting, claim):
    meeting = hold_meeting(SUMMER)
    claim(meeting, total=63)

    claims = account(meeting).claims
    assert [other.number for other in claims.others] == [63]
    assert claims.is_empty


def test_claim_about_a_group_without_cases_is_shown(listed, hold_meeting, claim):
    empty = IssueGroupFactory(platform=listed[0].platform)
    meeting = hold_meeting(SUMMER)
    claim(meeting, empty, continued=2)

    assert account(meeting, empty).unexplained == 2


@pytest.mark.parametrize("count", [1, 6])
def test_query_count_of_the_books_does_not_grow(
    group, hold_meeting, claim, django_assert_num_queries, count
):
    for month in range(1, count + 1):
        case = CaseFactory(group=IssueGroupFactory(platform=group.platform))
        meeting = hold_meeting(dt.date(2024, month, 1), decide(case, "list"))
        claim(meeting, case.group, listed=1)

    with django_assert_num_queries(4):
        assert len(books(group.platform)) == count * (count + 1)

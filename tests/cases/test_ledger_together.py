"""Two clerks at once: each on a connection of their own, both meaning it."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from cases.ledger import LedgerConflict, confirm_and_post, post_erratum, register_case
from cases.models import Case, LedgerEntry, Standing
from meetings.minutes.confirm import confirm_minutes
from meetings.models import Erratum, Meeting, MeetingSeries, Minutes, Section
from tests.factories import CaseFactory, SectionFactory, decide

pytestmark = pytest.mark.django_db(transaction=True)

SPRING, SUMMER, AUTUMN = (
    dt.date(2024, 3, 15),
    dt.date(2024, 6, 15),
    dt.date(2024, 9, 15),
)
WAIT = 30  # seconds


def test_of_two_clerks_listing_a_case_the_second_is_refused(
    case, draft, clerk, meanwhile
):
    first, second = draft(SPRING), draft(SUMMER)

    with transaction.atomic():
        confirm_and_post(first, [decide(case, "list")], by=clerk)
        other = meanwhile(confirm_and_post, second, [decide(case, "list")], by=clerk)
        assert not other.done()

    with pytest.raises(LedgerConflict, match="案件當時已在列管中"):
        other.result(WAIT)
    assert LedgerEntry.objects.count() == 1
    second.refresh_from_db()
    assert second.state == Minutes.State.DRAFT


def test_clerk_who_waited_for_one_that_gave_up_goes_on(case, draft, clerk, meanwhile):
    first, second = draft(SPRING), draft(SUMMER)

    with transaction.atomic():
        confirm_and_post(first, [decide(case, "list")], by=clerk)
        other = meanwhile(confirm_and_post, second, [decide(case, "list")], by=clerk)
        transaction.set_rollback(True)

    assert len(other.result(WAIT)) == 1
    assert Standing.objects.get().during.lower == SUMMER


def test_entries_inserted_past_the_functions_are_judged_together(
    case, draft, clerk, meanwhile
):
    first, second = draft(SPRING), draft(SUMMER)

    def insert(minutes):
        with transaction.atomic():
            minutes = confirm_minutes(minutes, by=clerk)
            entry = decide(case, "list", meeting=minutes.meeting, sequence=1)
            entry.decided_on = minutes.meeting.held_on
            entry.recorded_by = clerk
            entry.save()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ledger_settle IMMEDIATE")
            if minutes == first:
                return meanwhile(insert, second)
        return None

    other = insert(first)

    with pytest.raises(IntegrityError, match="already_listed"):
        other.result(WAIT)
    assert LedgerEntry.objects.get().meeting == first.meeting


def test_of_two_clerks_confirming_the_same_minutes_the_second_is_told(
    case, draft, clerk, meanwhile
):
    minutes = draft(SPRING)

    with transaction.atomic():
        confirm_and_post(minutes, [decide(case, "list")], by=clerk)
        other = meanwhile(confirm_and_post, minutes, [decide(case, "list")], by=clerk)
        assert not other.done()

    with pytest.raises(ValidationError, match="這份會議紀錄已經確認"):
        other.result(WAIT)
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("merge_first", [True, False])
def test_case_does_not_merge_into_one_that_another_clerk_delists(
    group, draft, clerk, hold_meeting, meanwhile, merge_first
):
    """Delisted in summer, the target cannot take up a case in autumn."""
    case, target = CaseFactory.create_batch(2, group=group)
    hold_meeting(SPRING, decide(case, "list"), decide(target, "list"))
    delisting = (draft(SUMMER), [decide(target, "delist")])
    merging = (draft(AUTUMN), [decide(case, "merge", merged_into=target)])
    first, second = (merging, delisting) if merge_first else (delisting, merging)

    with transaction.atomic():
        confirm_and_post(*first, by=clerk)
        other = meanwhile(confirm_and_post, *second, by=clerk)
        assert not other.done()

    with pytest.raises(LedgerConflict, match="併入的案件當時未提案或已結束"):
        other.result(WAIT)
    assert LedgerEntry.objects.count() == 3


def test_two_clerks_correcting_one_entry_leave_one_correction(
    case, hold_meeting, clerk, meanwhile
):
    meeting = hold_meeting(SPRING, decide(case, "list"))
    wrong = case.ledger.get()

    def correct(kind):
        erratum = Erratum(minutes=meeting.minutes, reason="誤", was="甲", becomes="乙")
        post_erratum(erratum, [decide(case, kind, corrects=wrong)], by=clerk)

    with transaction.atomic():
        correct("carry_in")
        other = meanwhile(correct, "void")
        assert not other.done()

    with pytest.raises(ValidationError, match="這筆紀錄已經更正過"):
        other.result(WAIT)
    assert Erratum.objects.count() == 1


def test_two_clerks_registering_cases_get_two_numbers(group, meanwhile):
    def register(name):
        return register_case(Case(platform=group.platform, group=group, name=name))

    with transaction.atomic():
        register("甲案")
        other = meanwhile(register, "乙案")
        assert not other.done()

    assert other.result(WAIT).number == f"{group.case_prefix}-002"


def test_two_clerks_giving_one_number_by_hand_leave_one_case(group, meanwhile):
    number = f"{group.case_prefix}-007"

    def register(name):
        return register_case(
            Case(platform=group.platform, group=group, name=name, number=number)
        )

    with transaction.atomic():
        register("甲案")
        other = meanwhile(register, "乙案")

    with pytest.raises(ValidationError, match="平臺內已有這個案號"):
        other.result(WAIT)
    assert Case.objects.get().name == "甲案"


# What is being confirmed does not change meanwhile


@pytest.mark.parametrize(
    "edit",
    [
        lambda minutes: SectionFactory(minutes=minutes),
        lambda minutes: Section.objects.update(text="改"),
        lambda minutes: Section.objects.all().delete(),
        lambda minutes: Meeting.objects.update(held_on=SUMMER),
        lambda minutes: MeetingSeries.objects.update(is_deciding=False),
    ],
    ids=["new-part", "part", "delete-part", "date", "series"],
)
def test_edit_begun_while_minutes_are_confirmed_comes_too_late(
    case, draft, clerk, meanwhile, edit
):
    minutes = draft(SPRING)
    SectionFactory(minutes=minutes)

    with transaction.atomic():
        confirm_and_post(minutes, [decide(case, "list")], by=clerk)
        other = meanwhile(edit, minutes)
        assert not other.done()

    with pytest.raises(IntegrityError, match="確認"):
        other.result(WAIT)
    assert Section.objects.values_list("text", flat=True).get() == ""
    assert Meeting.objects.get().held_on == SPRING
    assert MeetingSeries.objects.get().is_deciding


def test_minutes_are_confirmed_with_the_edit_that_was_under_way(
    case, draft, clerk, meanwhile
):
    minutes = draft(SPRING)

    with transaction.atomic():
        Meeting.objects.update(held_on=SUMMER)
        other = meanwhile(confirm_and_post, minutes, [decide(case, "list")], by=clerk)
        assert not other.done()

    assert [entry.decided_on for entry in other.result(WAIT)] == [SUMMER]
    assert Standing.objects.get().during.lower == SUMMER


def test_meeting_cancelled_while_it_is_confirmed_is_not_confirmed(
    draft, clerk, meanwhile
):
    minutes = draft(SPRING)

    with transaction.atomic():
        Meeting.objects.update(state=Meeting.State.CANCELLED)
        other = meanwhile(confirm_and_post, minutes, [], by=clerk)

    with pytest.raises(ValidationError, match="會議尚未召開或已取消"):
        other.result(WAIT)

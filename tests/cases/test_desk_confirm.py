"""Confirming from the desk: what was taken down becomes entries, all or nothing."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.balance import books_of
from cases.desk.agenda import agenda_of
from cases.desk.check import NotReady, check_and_try, confirm_checked
from cases.desk.confirm import confirm_desk
from cases.desk.sheet import BEGINNINGS, CHOICES, sheets_of, tally_of
from cases.ledger import LedgerConflict
from cases.models import Case, CountClaim, DraftDecision, LedgerEntry, Participant
from meetings.minutes.drafting import saving
from meetings.models import Meeting, Minutes, Resolution
from tests.factories import (
    CaseFactory,
    ChairFactory,
    IssueGroupFactory,
    MunicipalityFactory,
    decide,
)

SPRING, SUMMER, AUTUMN = (
    dt.date(2024, 3, 15),
    dt.date(2024, 6, 14),
    dt.date(2024, 9, 13),
)
WAIT = 30  # seconds
Kind = LedgerEntry.Kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_group(platform):
    return IssueGroupFactory(platform=platform)


def take_down(minutes, case, kind, **fields):
    """Take down a draft about a case of the agenda, or about a name."""
    if isinstance(case, str):
        fields = {"name": case} | fields
    else:
        fields = {"case": case, "group": case.group} | fields
    if kind == Kind.DELIST:
        fields.setdefault("reason", LedgerEntry.Reason.COMPLETED)
    return DraftDecision.objects.create(minutes=minutes, kind=kind, **fields)


def posted(meeting):
    return sorted(
        LedgerEntry.objects.filter(meeting=meeting).values_list("case__name", "kind")
    )


def numbers(tally):
    return {
        name: getattr(tally, name)
        for name in (
            "opening",
            "carried_in",
            "listed",
            "delisted",
            "merged",
            "split",
            "continuing",
            "closing",
        )
    }


# One decision of each kind


@pytest.fixture
def tracked(group, hold_meeting):
    """Three cases listed in spring."""
    cases = CaseFactory.create_batch(3, group=group)
    hold_meeting(SPRING, *(decide(case, "list") for case in cases))
    return cases


def test_a_new_name_becomes_a_numbered_case_with_its_lead(draft, group, clerk):
    minutes = draft(SUMMER)
    city = MunicipalityFactory()
    take_down(minutes, "共同行銷", Kind.LIST, group=group, lead=city)

    confirm_desk(minutes, by=clerk)

    case = Case.objects.get()
    assert (case.number, case.name) == (f"{group.case_prefix}-001", "共同行銷")
    assert case.origin_meeting == minutes.meeting
    assert Participant.objects.get().municipality == city
    assert posted(minutes.meeting) == [("共同行銷", "list")]


def test_a_renamed_case_goes_on_under_its_new_name(draft, tracked, clerk):
    minutes = draft(SUMMER)
    take_down(minutes, tracked[0], Kind.RENAME, new_name="新名")
    for case in tracked[1:]:
        take_down(minutes, case, Kind.CONTINUE)

    confirm_desk(minutes, by=clerk)

    names = Case.objects.listed_on(SUMMER).values_list("current_name", flat=True)
    assert sorted(names) == sorted(["新名", tracked[1].name, tracked[2].name])


def test_a_case_is_merged_into_one_that_begins_at_the_meeting(
    draft, tracked, group, clerk
):
    minutes = draft(SUMMER)
    new = take_down(minutes, "整合案", Kind.LIST, group=group)
    take_down(minutes, tracked[0], Kind.MERGE, merged_into_new=new)
    for case in tracked[1:]:
        take_down(minutes, case, Kind.CONTINUE)

    confirm_desk(minutes, by=clerk)

    merge = LedgerEntry.objects.get(kind="merge")
    assert merge.merged_into == Case.objects.get(name="整合案")


def test_what_a_split_begins_may_be_of_another_group(
    draft, tracked, group, other_group, clerk
):
    minutes = draft(SUMMER)
    take_down(minutes, tracked[0], Kind.SPLIT)
    for name, where in (("甲", group), ("乙", other_group)):
        take_down(minutes, name, Kind.LIST, group=where, split_from=tracked[0])
    for case in tracked[1:]:
        take_down(minutes, case, Kind.CONTINUE)

    confirm_desk(minutes, by=clerk)

    begun = LedgerEntry.objects.filter(split_from=tracked[0])
    assert sorted((e.case.name, e.case.group) for e in begun) == [
        ("乙", other_group),
        ("甲", group),
    ]


def test_each_entry_stands_under_the_resolution_that_words_it(draft, tracked, clerk):
    minutes = draft(SUMMER)
    Resolution.objects.create(minutes=minutes, order=2, text="照案通過。")
    take_down(minutes, tracked[0], Kind.DELIST)
    for case in tracked[1:]:
        take_down(minutes, case, Kind.CONTINUE)

    confirm_desk(minutes, by=clerk)

    under = {
        resolution.text: [entry.case.name for entry in resolution.ledger.all()]
        for resolution in minutes.resolutions.all()
    }
    assert under == {
        "照案通過。": [],
        f"同意解列1案：「{tracked[0].name}」。": [tracked[0].name],
        "其餘2案持續列管。": [tracked[1].name, tracked[2].name],
    }


def test_what_the_paper_states_is_kept_as_claims(draft, tracked, group, clerk):
    minutes = draft(SUMMER)
    CountClaim.objects.create(
        meeting=minutes.meeting, counts="listed", number=9, words="新增9案"
    )
    take_down(minutes, tracked[0], Kind.DELIST)
    take_down(minutes, "新案", Kind.LIST, group=group)
    for case in tracked[1:]:
        take_down(minutes, case, Kind.CONTINUE)

    confirm_desk(minutes, by=clerk)

    assert {
        (claim.group, claim.counts): claim.number
        for claim in CountClaim.objects.filter(meeting=minutes.meeting)
    } == {
        (group, "delisted"): 1,
        (group, "listed"): 1,
        (group, "continued"): 2,
        (None, "delisted"): 1,
        (None, "listed"): 1,
        (None, "continued"): 2,
    }
    assert all(account.disagreements == [] for account in books_of(minutes.meeting))


def test_nothing_of_the_drafts_is_left(draft, tracked, clerk):
    minutes = draft(SUMMER)
    for case in tracked:
        take_down(minutes, case, Kind.CONTINUE)

    confirm_desk(minutes, by=clerk)

    assert not DraftDecision.objects.exists()


def test_a_planned_meeting_has_been_held_when_its_minutes_are_confirmed(draft, clerk):
    minutes = draft(SUMMER, state=Meeting.State.PLANNED)

    confirm_desk(minutes, by=clerk)

    assert Meeting.objects.get().state == Meeting.State.HELD


def test_a_group_asks_and_the_deciding_meeting_finds_it_on_its_agenda(
    draft, tracked, working_series, group, clerk
):
    minutes = draft(SUMMER, series=working_series)
    take_down(minutes, tracked[0], Kind.PROPOSE_DELIST)
    take_down(minutes, "新提案", Kind.AGREE, group=group)

    confirm_desk(minutes, by=clerk)

    agenda = agenda_of(draft(AUTUMN).meeting).group(group.slug)
    assert [bool(each.asked_by) for each in agenda.listed] == [True, False, False]
    assert [each.name for each in agenda.proposed] == ["新提案"]


# Nothing half


def test_a_conflict_leaves_everything_as_it_was(draft, tracked, group, clerk):
    minutes = draft(SUMMER)
    take_down(minutes, "新案", Kind.LIST, group=group)
    take_down(minutes, tracked[0], Kind.MERGE, merged_into=tracked[1])
    take_down(minutes, tracked[1], Kind.DELIST)
    take_down(minutes, tracked[2], Kind.CONTINUE)

    with pytest.raises(LedgerConflict, match="併入的案件當時未提案或已結束"):
        confirm_desk(minutes, by=clerk)

    minutes.refresh_from_db()
    assert minutes.state == Minutes.State.DRAFT
    assert DraftDecision.objects.count() == 4
    assert posted(minutes.meeting) == []
    assert not Resolution.objects.exists()
    assert not CountClaim.objects.exists()
    assert not Case.objects.filter(name="新案").exists()


def test_a_draft_of_a_group_that_does_not_meet_is_not_dropped_in_silence(
    draft, platform, clerk
):
    ended = IssueGroupFactory(platform=platform, last_year=2020)
    minutes = draft(SUMMER)
    take_down(minutes, "舊組新案", Kind.LIST, group=ended)

    with pytest.raises(ValidationError, match="「舊組新案」沒有列入任何一組的決議"):
        confirm_desk(minutes, by=clerk)


def test_confirmed_minutes_are_not_confirmed_again(draft, clerk):
    minutes = draft(SUMMER)
    confirm_desk(minutes, by=clerk)

    with pytest.raises(ValidationError, match="這份會議紀錄已經確認"):
        confirm_desk(minutes, by=clerk)


def test_what_would_break_later_is_listed_in_words(draft, tracked, hold_meeting, clerk):
    autumn = hold_meeting(AUTUMN, decide(tracked[0], "delist"))
    minutes = draft(SUMMER)
    take_down(minutes, tracked[0], Kind.DELIST)
    for case in tracked[1:]:
        take_down(minutes, case, Kind.CONTINUE)

    report = check_and_try(minutes, by=clerk)

    assert [each.sentence for each in report.errors if each.code == "ledger"] == [
        f"{tracked[0].number}「{tracked[0].name}」：113年9月13日{autumn.short_title}"
        "「同意解列」不成立，案件當時未在列管中。"
    ]
    assert DraftDecision.objects.count() == 3


def test_minutes_that_do_not_pass_are_not_confirmed(draft, tracked, clerk):
    minutes = draft(SUMMER)
    take_down(minutes, tracked[0], Kind.CONTINUE)

    with pytest.raises(NotReady, match="會議紀錄未確認") as refused:
        confirm_checked(minutes, by=clerk)

    assert {each.code for each in refused.value.report.errors} == {
        "no-chairs",
        "undecided",
    }
    minutes.refresh_from_db()
    assert minutes.state == Minutes.State.DRAFT


# Whatever is decided, the tally is what the books say


REASONS = [r for r in LedgerEntry.Reason if r != LedgerEntry.Reason.OTHER]


STAYING = (Kind.CONTINUE, Kind.RENAME, Kind.LIST, Kind.AGREE, Kind.PROPOSE_DELIST)


def decide_somehow(data, minutes, groups):
    """Take down a decision about every case of the agenda, and some new ones."""
    agenda = agenda_of(minutes.meeting)
    decides = minutes.meeting.series.is_deciding
    staying = []
    for part in agenda.groups:
        for each in part.cases:
            kind = data.draw(st.sampled_from(CHOICES[decides, each.is_listed]))
            fields = {}
            if kind == Kind.DELIST:
                fields["reason"] = data.draw(st.sampled_from(REASONS))
            if kind == Kind.RENAME:
                fields["new_name"] = f"{each.name}新"
            if kind == Kind.MERGE:
                if not staying:
                    kind = Kind.CONTINUE if each.is_listed else Kind.DEFER
                else:
                    fields["merged_into"] = data.draw(st.sampled_from(staying))
            if kind in STAYING:
                staying.append(each.case)
            take_down(minutes, each.case, kind, **fields)
            if kind == Kind.SPLIT:
                for name in ("其一", "其二"):
                    where = data.draw(st.sampled_from(groups))
                    take_down(
                        minutes,
                        f"{each.name}{name}",
                        Kind.LIST,
                        group=where,
                        split_from=each.case,
                    )
    for number in range(data.draw(st.integers(0, 3))):
        kind = data.draw(st.sampled_from(BEGINNINGS[decides]))
        where = data.draw(st.sampled_from(groups))
        take_down(minutes, f"{minutes.pk}新{number}", kind, group=where)
    delisted = Case.objects.as_of(minutes.meeting.held_on).filter(
        platform=minutes.meeting.platform, standings__code="delisted"
    )
    for case in delisted.distinct():
        if decides and case.standing == "delisted" and data.draw(st.booleans()):
            take_down(minutes, case, Kind.RELIST)


@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_tally_is_what_the_books_say(
    data, draft, working_series, group, other_group, clerk
):
    """Deciding meetings, and the group's own in between."""
    with transaction.atomic():
        for day in (SPRING, SUMMER, AUTUMN):
            own = draft(day - dt.timedelta(days=20), series=working_series)
            decide_somehow(data, own, [group])
            confirm_desk(own, by=clerk)
            minutes = draft(day)
            decide_somehow(data, minutes, [group, other_group])
            sheets = sheets_of(minutes, agenda_of(minutes.meeting))
            counted = {sheet.group.pk: numbers(sheet.tally) for sheet in sheets}
            counted[None] = numbers(tally_of(sheets))

            confirm_desk(minutes, by=clerk)

            books = {
                account.group.pk if account.group else None: account
                for account in books_of(minutes.meeting)
            }
            for key, tally in counted.items():
                if key in books:
                    said = {name: books[key].count(name) for name in tally}
                    assert said == tally
                else:  # a group without cases has no account
                    assert set(tally.values()) == {0}
            assert all(account.disagreements == [] for account in books.values())
            assert all(account.unexplained == 0 for account in books.values())
        transaction.set_rollback(True)


# Two clerks at once


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_confirming_the_second_is_told(draft, group, clerk, meanwhile):
    minutes = draft(SUMMER)
    take_down(minutes, "新案", Kind.LIST, group=group)

    with transaction.atomic():
        confirm_desk(minutes, by=clerk)
        other = meanwhile(confirm_desk, minutes, by=clerk)
        assert not other.done()

    with pytest.raises(ValidationError, match="這份會議紀錄已經確認"):
        other.result(WAIT)
    assert posted(minutes.meeting) == [("新案", "list")]


@pytest.mark.django_db(transaction=True)
def test_a_save_begun_while_minutes_are_confirmed_comes_too_late(
    draft, group, clerk, meanwhile
):
    minutes = draft(SUMMER)

    def save():
        with saving(minutes, f"group:{group.slug}", version=0, by=clerk):
            take_down(minutes, "晚到的案", Kind.LIST, group=group)

    with transaction.atomic():
        confirm_desk(minutes, by=clerk)
        other = meanwhile(save)
        assert not other.done()

    with pytest.raises(ValidationError, match="會議紀錄已確認"):
        other.result(WAIT)
    assert not DraftDecision.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_minutes_are_confirmed_with_the_save_that_was_under_way(
    draft, group, clerk, meanwhile
):
    minutes = draft(SUMMER)
    ChairFactory(meeting=minutes.meeting)

    with transaction.atomic():
        with saving(minutes, f"group:{group.slug}", version=0, by=clerk):
            take_down(minutes, "趕上的案", Kind.LIST, group=group)
        other = meanwhile(confirm_desk, minutes, by=clerk)
        assert not other.done()

    assert len(other.result(WAIT)) == 1
    assert posted(minutes.meeting) == [("趕上的案", "list")]


@pytest.mark.django_db(transaction=True)
def test_meetings_of_a_platform_are_confirmed_one_after_the_other(
    draft, group, clerk, meanwhile
):
    """The second counts what the first has listed, or is refused for leaving it out."""
    first, second = draft(SPRING), draft(SUMMER)
    take_down(first, "先列的案", Kind.LIST, group=group)
    ChairFactory(meeting=second.meeting)

    with transaction.atomic():
        confirm_desk(first, by=clerk)
        other = meanwhile(confirm_checked, second, by=clerk)
        assert not other.done()

    with pytest.raises(NotReady) as refused:
        other.result(WAIT)
    assert "undecided" in {each.code for each in refused.value.report.errors}

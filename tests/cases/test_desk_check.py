"""The check of draft minutes: what is missing or odd, and who accepted it."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from cases.desk import check as checking
from cases.desk.check import accept, check, check_and_try, take_back
from cases.models import CaseAlias, CountClaim, LedgerEntry
from meetings.models import AcceptedWarning, Meeting, Section
from tests.cases.test_desk_confirm import take_down
from tests.factories import (
    CaseFactory,
    ChairFactory,
    IssueGroupFactory,
    MeetingSeriesFactory,
    MembershipFactory,
    SectionFactory,
    decide,
)

pytestmark = pytest.mark.django_db

SPRING, SUMMER, AUTUMN = (
    dt.date(2024, 3, 15),
    dt.date(2024, 6, 14),
    dt.date(2024, 9, 13),
)
Kind = LedgerEntry.Kind


@pytest.fixture
def tracked(group, hold_meeting):
    """Two cases listed in spring."""
    cases = CaseFactory.create_batch(2, group=group)
    hold_meeting(SPRING, *(decide(case, "list") for case in cases))
    return cases


@pytest.fixture
def complete(draft):
    """Minutes with nothing missing, of a meeting that decided nothing."""

    def call(day=SUMMER, **fields):
        fields = {
            "starts_at": dt.time(14, 30),
            "ends_at": dt.time(16),
            "place": "市政大樓",
            "minute_taker": "陳小華",
        } | fields
        minutes = draft(day, **fields)
        ChairFactory(meeting=minutes.meeting)
        minutes.attendance_note = "詳如簽到表"
        minutes.save()
        minutes.remarks.create(order=1, speaker="王大明", text="請加速。")
        return minutes

    return call


def found(minutes):
    return {(each.severity.value, each.code) for each in check(minutes).findings}


def sentences(minutes, code):
    return [each.sentence for each in check(minutes).findings if each.code == code]


def test_complete_minutes_pass(complete, clerk):
    report = check_and_try(complete(), by=clerk)

    assert report.findings == []
    assert report.may_confirm


# The sitting


@pytest.mark.parametrize(
    ("fields", "finding"),
    [
        ({"state": Meeting.State.CANCELLED}, ("error", "cancelled")),
        ({"starts_at": None}, ("warning", "no-start")),
        ({"ends_at": None}, ("warning", "no-end")),
        ({"ends_at": dt.time(14)}, ("warning", "ends-first")),
        ({"ends_at": dt.time(14, 30)}, ("warning", "ends-first")),
        ({"place": ""}, ("warning", "no-place")),
        ({"minute_taker": ""}, ("warning", "no-minute-taker")),
    ],
)
def test_what_the_header_lacks_is_found(complete, fields, finding):
    assert found(complete(**fields)) == {finding}


def test_a_day_off_is_pointed_out(complete):
    minutes = complete(dt.date(2024, 6, 15))

    assert sentences(minutes, "weekend") == [
        "會議日期113年6月15日（星期六）是假日，請確認。"
    ]


def test_a_meeting_yet_to_come_is_not_confirmed(complete, time_machine):
    time_machine.move_to(dt.datetime(2024, 6, 13, 12, tzinfo=dt.UTC))

    assert found(complete()) == {("error", "future")}


def test_minutes_without_chairs_are_not_confirmed(complete):
    minutes = complete()
    minutes.meeting.chairs.all().delete()

    assert found(minutes) == {("error", "no-chairs")}


def test_each_member_without_a_chair_is_named(complete, platform):
    here, there, elsewhere = MembershipFactory.create_batch(3, platform=platform)
    minutes = complete()
    ChairFactory(meeting=minutes.meeting, municipality=here.municipality)
    ChairFactory(
        meeting=minutes.meeting, organization=f"{there.municipality.name}秘書處"
    )

    assert sentences(minutes, "no-chair-of") == [
        f"主席中沒有{elsewhere.municipality}的代表。"
    ]


def test_a_groups_meeting_needs_no_chair_of_every_member(
    complete, platform, working_series
):
    MembershipFactory(platform=platform)

    assert found(complete(series=working_series)) == set()


# The series


@pytest.fixture
def numbered(platform):
    return MeetingSeriesFactory(
        platform=platform, numbering="running", name="副市長層級會議"
    )


def test_a_meeting_before_its_predecessor_is_pointed_out(complete, numbered, draft):
    draft(AUTUMN, series=numbered, number=1)

    assert sentences(complete(series=numbered, number=2), "before-predecessor") == [
        "會議日期113年6月14日早於第1次副市長層級會議（113年9月13日）。"
    ]


def test_a_gap_in_the_numbers_is_pointed_out(complete, numbered, draft):
    draft(SPRING, series=numbered, number=1)

    assert sentences(complete(series=numbered, number=3), "number-gap") == [
        "本次為第3次，但沒有第2次的會議。"
    ]


def test_numbers_in_turn_are_no_finding(complete, numbered, draft):
    draft(SPRING, series=numbered, number=1)

    assert found(complete(series=numbered, number=2)) == set()


def test_who_enters_an_older_meeting_is_told_what_follows_it(complete, hold_meeting):
    autumn = hold_meeting(AUTUMN)

    assert sentences(complete(), "backdated") == [
        f"之後的{autumn.short_title}（113年9月13日）已經確認；"
        "補登本次會議將改變其會前列管案數。"
    ]


# The decisions


def test_listed_cases_without_outcome_stop(complete, tracked):
    minutes = complete()
    take_down(minutes, tracked[0], Kind.CONTINUE)

    assert sentences(minutes, "undecided") == [
        f"{tracked[1].group}有 1 案還沒有決定：「{tracked[1].name}」。"
    ]
    assert check(minutes).errors[0].place == f"groups/{tracked[1].group.slug}/"


def test_a_groups_meeting_need_not_speak_of_every_case(
    complete, tracked, working_series
):
    assert found(complete(series=working_series)) == set()


def test_proposals_may_wait_if_somebody_means_it(
    complete, group, hold_meeting, working_series
):
    proposal = CaseFactory(group=group)
    hold_meeting(SPRING, decide(proposal, "agree"), series=working_series)

    assert found(complete()) == {("warning", "proposals-wait")}


def test_many_waiting_proposals_are_accepted_as_these_very_ones(
    complete, group, hold_meeting, working_series, clerk
):
    proposals = CaseFactory.create_batch(40, group=group)
    hold_meeting(
        SPRING, *(decide(case, "agree") for case in proposals), series=working_series
    )
    minutes = complete()
    accept(minutes, {check(minutes).warnings[0].key: "下次再議"}, by=clerk)
    passed = check(minutes).may_confirm

    take_down(minutes, proposals[-1], Kind.LIST)

    assert passed
    assert not check(minutes).may_confirm


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Kind.DELIST, {"reason": ""}),
        (Kind.DELIST, {"reason": "other"}),
        (Kind.RENAME, {}),
        (Kind.MERGE, {}),
        (Kind.SPLIT, {}),
    ],
)
def test_a_decision_that_lacks_something_stops(complete, tracked, kind, fields, clerk):
    minutes = complete()
    take_down(minutes, tracked[0], kind, **fields)
    take_down(minutes, tracked[1], Kind.CONTINUE)

    report = check_and_try(minutes, by=clerk)

    assert [each.code for each in report.errors] == ["incomplete"]


@pytest.mark.parametrize("ending", [Kind.DELIST, Kind.SPLIT])
def test_a_case_is_not_merged_into_one_that_ends(complete, tracked, ending, clerk):
    minutes = complete()
    take_down(minutes, tracked[0], Kind.MERGE, merged_into=tracked[1])
    take_down(minutes, tracked[1], ending)
    for name in ("甲", "乙") if ending == Kind.SPLIT else ():
        take_down(
            minutes, name, Kind.LIST, group=tracked[1].group, split_from=tracked[1]
        )

    report = check_and_try(minutes, by=clerk)

    assert [each.code for each in report.errors] == ["target-ends"]


def test_what_a_case_can_no_longer_suffer_stops(complete, group, clerk):
    """The clerk listed a proposal that an erratum has meanwhile struck out."""
    minutes = complete()
    never = CaseFactory(group=group)
    take_down(minutes, never, Kind.DELIST)

    report = check_and_try(minutes, by=clerk)

    assert {each.code for each in report.errors} == {"not-possible"}


def test_drafts_of_a_group_that_does_not_meet_stop(complete, platform, clerk):
    ended = IssueGroupFactory(platform=platform, last_year=2020)
    minutes = complete()
    take_down(minutes, "舊組新案", Kind.LIST, group=ended)

    report = check_and_try(minutes, by=clerk)

    assert [each.code for each in report.errors] == ["stray"]


def test_the_ledgers_own_refusals_are_found(complete, tracked, hold_meeting, clerk):
    hold_meeting(AUTUMN, decide(tracked[0], "delist"))
    minutes = complete()
    take_down(minutes, tracked[0], Kind.DELIST)
    take_down(minutes, tracked[1], Kind.CONTINUE)

    errors = check_and_try(minutes, by=clerk).errors

    assert [(each.code, each.place) for each in errors] == [
        ("ledger", f"groups/{tracked[0].group.slug}/")
    ]
    assert "案件當時未在列管中" in errors[0].sentence


# Names


@pytest.mark.parametrize(
    ("known", "name", "finding"),
    [
        ("捷運汐東線", "捷運汐東線", ("error", "name-taken")),
        ("臺北捷運汐東線", "台北 捷運汐東線", ("error", "name-taken")),
        ("智慧防災第1期計畫", "智慧防災第2期計畫", ("warning", "name-alike")),
        ("智慧防災-聯合演練", "智慧防災、聯合演練", ("warning", "name-alike")),
        ("跨市聯合防災演練計畫", "跨市聯合防災演練案", ("warning", "name-alike")),
    ],
)
def test_names_that_could_be_the_same_case_are_found(
    complete, group, hold_meeting, known, name, finding
):
    case = CaseFactory(group=group, name=known)
    hold_meeting(SPRING, decide(case, "list"))
    minutes = complete()
    take_down(minutes, case, Kind.CONTINUE)
    take_down(minutes, name, Kind.LIST, group=group)

    assert found(minutes) == {finding}


def test_a_delisted_case_of_the_same_name_is_pointed_out(
    complete, tracked, group, hold_meeting
):
    hold_meeting(dt.date(2024, 4, 12), decide(tracked[1], "delist"))
    minutes = complete()
    take_down(minutes, tracked[0], Kind.CONTINUE)
    take_down(minutes, tracked[1].name, Kind.LIST, group=group)

    (sentence,) = sentences(minutes, "name-alike")
    assert f"{tracked[1].number}「{tracked[1].name}」（已解列）" in sentence


def test_the_alias_of_a_listed_case_is_no_new_name(complete, tracked, group):
    CaseAlias.objects.create(case=tracked[0], name="又名汐東線")
    minutes = complete()
    for case in tracked:
        take_down(minutes, case, Kind.CONTINUE)
    take_down(minutes, "又名汐東線", Kind.LIST, group=group)

    assert found(minutes) == {("error", "name-taken")}


def test_other_names_are_no_finding(complete, tracked, group):
    minutes = complete()
    for case in tracked:
        take_down(minutes, case, Kind.CONTINUE)
    take_down(minutes, "長照資源共享", Kind.LIST, group=group)

    assert found(minutes) == set()


def test_the_same_new_name_twice_stops(complete, group, platform):
    minutes = complete()
    take_down(minutes, "台北行銷", Kind.LIST, group=group)
    other = IssueGroupFactory(platform=platform)
    take_down(minutes, "臺北行銷", Kind.LIST, group=other)

    assert found(minutes) == {("error", "name-twice")}


def test_a_case_is_not_renamed_to_what_another_is_called(complete, tracked):
    minutes = complete()
    take_down(minutes, tracked[0], Kind.RENAME, new_name=tracked[1].name)
    take_down(minutes, tracked[1], Kind.CONTINUE)

    assert found(minutes) == {("error", "name-taken")}


# Texts and numbers


def test_texts_that_are_missing_are_pointed_out(complete):
    minutes = complete()
    minutes.remarks.all().delete()
    minutes.attendance_note = ""
    minutes.save()
    SectionFactory(minutes=minutes, kind=Section.Kind.REPORT, heading="報告事項")

    assert found(minutes) == {
        ("warning", "no-remarks"),
        ("warning", "no-attendance"),
        ("warning", "empty-section"),
    }


@pytest.mark.parametrize(
    ("counts", "right"),
    [("listed", 1), ("delisted", 1), ("continued", 1), ("total", 3)],
)
@pytest.mark.parametrize("off", [0, 1])
def test_numbers_stated_elsewhere_are_held_against_what_follows(
    complete, tracked, group, counts, right, off
):
    minutes = complete()
    take_down(minutes, tracked[0], Kind.DELIST)
    take_down(minutes, tracked[1], Kind.CONTINUE)
    take_down(minutes, "長照資源共享", Kind.LIST, group=group)
    CountClaim.objects.create(
        meeting=minutes.meeting,
        counts=counts,
        number=right + off,
        words="如新聞稿",
        source="announcement",
    )

    assert found(minutes) == ({("warning", "claim-differs")} if off else set())


# Accepting


def test_an_accepted_warning_lets_the_minutes_pass(complete, clerk):
    minutes = complete(place="")

    accept(minutes, {"no-place|": " 線上會議 "}, by=clerk)

    report = check(minutes)
    assert report.may_confirm
    assert [each.accepted.words for each in report.warnings] == ["線上會議"]
    assert report.warnings[0].accepted.accepted_by == clerk


def test_a_warning_is_asked_again_when_what_it_is_about_changes(complete, clerk):
    minutes = complete(ends_at=dt.time(14))
    accept(minutes, {"ends-first|14:30-14:00": "原件如此"}, by=clerk)
    minutes.meeting.ends_at = dt.time(13)
    minutes.meeting.save()

    assert not check(minutes).may_confirm


@pytest.mark.parametrize(
    ("code", "words", "refusal"),
    [
        ("no-place", "  ", "接受提醒須說明理由"),
        ("no-place", "長" * 201, "至多"),
        ("no-start", "原件如此", "有提醒已不存在"),
    ],
)
def test_not_everything_is_accepted(complete, clerk, code, words, refusal):
    minutes = complete(place="")

    with pytest.raises(ValidationError) as refused:
        accept(minutes, {f"{code}|": words}, by=clerk)

    assert refusal in "".join(refused.value.messages) or "200" in str(refused.value)
    assert not AcceptedWarning.objects.exists()


def test_errors_are_not_accepted(complete, tracked, clerk):
    minutes = complete()
    error = check(minutes).errors[0]

    with pytest.raises(ValidationError, match="有提醒已不存在"):
        accept(minutes, {error.key: "可以"}, by=clerk)


def test_an_acceptance_is_taken_back(complete, clerk):
    minutes = complete(place="")
    accept(minutes, {"no-place|": "線上會議"}, by=clerk)

    take_back(minutes, "no-place|")

    assert not check(minutes).may_confirm


@pytest.mark.parametrize("count", [1, 5])
def test_the_number_of_queries_does_not_grow(
    complete, group, hold_meeting, count, django_assert_num_queries
):
    cases = CaseFactory.create_batch(count, group=group)
    hold_meeting(SPRING, *(decide(case, "list") for case in cases))
    minutes = complete()
    for case in cases:
        take_down(minutes, case, Kind.CONTINUE)
        take_down(minutes, f"{case.name}之外的新案", Kind.LIST, group=group)
    minutes = (
        type(minutes)
        .objects.select_related("meeting__series__group", "meeting__platform")
        .get(pk=minutes.pk)
    )

    with django_assert_num_queries(21):
        checking.check(minutes)

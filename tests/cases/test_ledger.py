"""The ledger's rules, met through the functions a clerk's work goes through."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from cases.ledger import (
    LedgerConflict,
    confirm_and_post,
    post_erratum,
    register_case,
)
from cases.models import Case, LedgerEntry, Standing
from meetings.models import Erratum, Meeting, Minutes
from tests.factories import (
    CaseFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    ResolutionFactory,
    decide,
)

pytestmark = pytest.mark.django_db

SPRING, SUMMER, AUTUMN, WINTER = (dt.date(2024, month, 15) for month in (3, 6, 9, 12))


def day_before(day):
    return day - dt.timedelta(days=1)


def standing(case, day):
    """Where ``case`` stood on ``day``; None when the ledger did not know it."""
    return Case.objects.as_of(day).filter(pk=case.pk).values_list("standing").first()


def standings(case):
    """The stretches of ``case``: first day, day after the last, where it stood."""
    return [
        (row.during.lower, row.during.upper, row.code)
        for row in Standing.objects.filter(case=case).order_by("during")
    ]


@pytest.fixture
def amend(clerk):
    """Return a function that posts an erratum to the minutes of a meeting."""

    def post(meeting, *entries):
        erratum = Erratum(
            minutes=meeting.minutes, reason="誤植", was="甲案", becomes="乙案"
        )
        return post_erratum(erratum, entries, by=clerk)

    return post


@pytest.fixture
def listed_case(case, hold_meeting):
    """A case listed in spring."""
    hold_meeting(SPRING, decide(case, "list"))
    return case


# What each decision does


def test_listed_case_is_tracked_from_the_day_of_the_meeting(case, hold_meeting):
    hold_meeting(SPRING, decide(case, "list"))

    assert standing(case, day_before(SPRING)) is None
    assert standing(case, SPRING) == ("listed",)
    assert standing(case, dt.date(2099, 1, 1)) == ("listed",)


def test_posted_entry_carries_meeting_date_order_and_who_recorded_it(
    group, hold_meeting, clerk
):
    cases = CaseFactory.create_batch(2, group=group)

    meeting = hold_meeting(SPRING, *(decide(case, "list") for case in cases))

    assert list(
        LedgerEntry.objects.in_order().values_list(
            "case", "meeting", "decided_on", "sequence", "recorded_by"
        )
    ) == [
        (cases[0].pk, meeting.pk, SPRING, 1, clerk.pk),
        (cases[1].pk, meeting.pk, SPRING, 2, clerk.pk),
    ]


def test_continued_case_keeps_one_stretch(listed_case, hold_meeting):
    hold_meeting(SUMMER, decide(listed_case, "continue"))

    assert standings(listed_case) == [(SPRING, None, "listed")]


def test_case_proposed_for_delisting_by_a_group_stays_tracked(
    listed_case, hold_meeting, working_series
):
    hold_meeting(SUMMER, decide(listed_case, "propose_delist"), series=working_series)

    assert standing(listed_case, SUMMER) == ("listed",)


def test_delisted_case_names_what_listed_and_what_ended_it(listed_case, hold_meeting):
    hold_meeting(SUMMER, decide(listed_case, "delist"))

    case = Case.objects.as_of(SUMMER).get(pk=listed_case.pk)
    assert case.standing == "delisted"
    assert case.listed_by_id == listed_case.ledger.get(kind="list").pk
    assert case.ended_by_id == listed_case.ledger.get(kind="delist").pk


def test_relisted_case_keeps_its_number_and_shows_the_gap(listed_case, hold_meeting):
    number = listed_case.number
    hold_meeting(SUMMER, decide(listed_case, "delist"))

    hold_meeting(AUTUMN, decide(listed_case, "relist"))

    listed_case.refresh_from_db()
    assert listed_case.number == number
    assert standings(listed_case) == [
        (SPRING, SUMMER, "listed"),
        (SUMMER, AUTUMN, "delisted"),
        (AUTUMN, None, "listed"),
    ]


def test_renamed_case_bears_its_old_name_before_and_the_new_one_after(
    listed_case, hold_meeting
):
    old = listed_case.name

    hold_meeting(SUMMER, decide(listed_case, "rename", new_name="新名"))

    assert Case.objects.as_of(SPRING).get(pk=listed_case.pk).current_name == old
    assert Case.objects.as_of(SUMMER).get(pk=listed_case.pk).current_name == "新名"


def test_merged_case_ends_into_another_that_goes_on(listed_case, group, hold_meeting):
    target = CaseFactory(group=group)
    hold_meeting(SUMMER, decide(target, "list"))

    hold_meeting(AUTUMN, decide(listed_case, "merge", merged_into=target))

    assert standing(listed_case, AUTUMN) == ("merged",)
    assert standing(target, AUTUMN) == ("listed",)


def test_split_case_ends_and_others_begin(listed_case, group, hold_meeting):
    begun = CaseFactory.create_batch(2, group=group)

    hold_meeting(
        SUMMER,
        decide(listed_case, "split"),
        *(decide(case, "list", split_from=listed_case) for case in begun),
    )

    assert standing(listed_case, SUMMER) == ("split",)
    assert [standing(case, SUMMER) for case in begun] == [("listed",)] * 2


def test_case_carried_in_and_delisted_at_one_meeting_is_delisted_that_evening(
    case, hold_meeting
):
    hold_meeting(SPRING, decide(case, "carry_in"), decide(case, "delist"))

    assert standings(case) == [(SPRING, None, "delisted")]


def test_agreed_proposal_is_proposed_until_it_is_listed(
    case, hold_meeting, working_series
):
    hold_meeting(SPRING, decide(case, "agree"), series=working_series)
    hold_meeting(SUMMER, decide(case, "list"))

    assert standings(case) == [
        (SPRING, SUMMER, "proposed"),
        (SUMMER, None, "listed"),
    ]


def test_withdrawn_proposal_ends_without_having_been_listed(
    case, hold_meeting, working_series
):
    hold_meeting(SPRING, decide(case, "agree"), series=working_series)

    hold_meeting(SUMMER, decide(case, "withdraw"), series=working_series)

    assert standing(case, SUMMER) == ("dropped",)


def test_deferred_matter_leaves_a_listed_case_listed(listed_case, hold_meeting):
    hold_meeting(SUMMER, decide(listed_case, "defer"))

    assert standings(listed_case) == [(SPRING, None, "listed")]


def test_group_ends_a_case_that_never_reached_the_deciding_meeting(
    case, hold_meeting, working_series
):
    hold_meeting(SPRING, decide(case, "agree"), series=working_series)

    hold_meeting(SUMMER, decide(case, "delist"), series=working_series)

    assert standing(case, SUMMER) == ("dropped",)


# What a decision may not do

GROUP_ALONE = "列管與解列須由決定列管的會議決議"


@pytest.mark.parametrize(
    ("history", "decision", "why"),
    [
        ([], "continue", "案件當時未在列管中"),
        ([], "propose_delist", "案件當時未在列管中"),
        ([], "delist", "案件當時未在列管中"),
        ([], "relist", "案件從未列管，應以「同意新增」辦理"),
        ([], "withdraw", "案件當時不在提案中"),
        (["list"], "list", "案件當時已在列管中"),
        (["list"], "carry_in", "案件當時已在列管中"),
        (["list"], "relist", "案件當時已在列管中"),
        (["list"], "withdraw", "案件曾經列管，應以「重新列管」辦理"),
        (["list", "delist"], "list", "案件曾經列管，應以「重新列管」辦理"),
        (["list", "delist"], "carry_in", "案件曾經列管，應以「重新列管」辦理"),
        (["list", "delist"], "agree", "案件曾經列管，應以「重新列管」辦理"),
        (["list", "delist"], "delist", "案件當時未在列管中"),
        (["list", "delist"], "continue", "案件當時未在列管中"),
        (["agree", "withdraw"], "withdraw", "案件當時不在提案中"),
    ],
)
def test_illegal_step_is_refused_with_the_reason(
    case, hold_meeting, history, decision, why
):
    for month, kind in enumerate(history, start=1):
        hold_meeting(dt.date(2023, month, 1), decide(case, kind))
    before = standings(case)

    with pytest.raises(LedgerConflict) as caught:
        hold_meeting(SPRING, decide(case, decision), title="春季會議")

    label = LedgerEntry.Kind(decision).label
    assert caught.value.messages == [
        f"{case.number}「{case.name}」：113年3月15日春季會議「{label}」不成立，{why}。"
    ]
    assert standings(case) == before


@pytest.mark.parametrize("kind", ["list", "relist"])
def test_working_group_cannot_list(case, hold_meeting, working_series, kind):
    with pytest.raises(LedgerConflict, match=GROUP_ALONE):
        hold_meeting(SPRING, decide(case, kind), series=working_series)


@pytest.mark.parametrize("kind", ["delist", "merge", "split"])
def test_working_group_cannot_end_a_case_that_was_ever_listed(
    listed_case, group, hold_meeting, working_series, kind
):
    target = CaseFactory(group=group)
    hold_meeting(SPRING, decide(target, "list"))
    fields = {"merged_into": target} if kind == "merge" else {}

    with pytest.raises(LedgerConflict, match=GROUP_ALONE):
        hold_meeting(SUMMER, decide(listed_case, kind, **fields), series=working_series)


def test_working_group_cannot_end_a_delisted_case_again(
    listed_case, hold_meeting, working_series
):
    hold_meeting(SUMMER, decide(listed_case, "delist"))

    with pytest.raises(LedgerConflict, match=GROUP_ALONE):
        hold_meeting(AUTUMN, decide(listed_case, "delist"), series=working_series)


def test_working_group_cannot_end_a_case_twice(case, hold_meeting, working_series):
    hold_meeting(SPRING, decide(case, "delist"), series=working_series)

    with pytest.raises(LedgerConflict, match="案件已經結束"):
        hold_meeting(SUMMER, decide(case, "delist"), series=working_series)


@pytest.mark.parametrize("kind", ["delist", "merge", "split"])
def test_case_listed_at_a_meeting_cannot_end_at_the_same_one(
    case, group, hold_meeting, kind
):
    other = CaseFactory(group=group)
    fields = {"merged_into": other} if kind == "merge" else {}

    with pytest.raises(LedgerConflict, match="同一次會議"):
        hold_meeting(
            SPRING,
            decide(other, "carry_in"),
            decide(case, "list"),
            decide(case, kind, **fields),
        )


def test_ended_case_cannot_be_renamed(listed_case, hold_meeting):
    hold_meeting(SUMMER, decide(listed_case, "delist"))

    with pytest.raises(LedgerConflict, match="案件當時未提案或已結束"):
        hold_meeting(AUTUMN, decide(listed_case, "rename", new_name="新名"))


def test_case_cannot_merge_into_one_that_has_ended(listed_case, group, hold_meeting):
    target = CaseFactory(group=group)
    hold_meeting(SPRING, decide(target, "list"))
    hold_meeting(SUMMER, decide(target, "delist"))

    with pytest.raises(LedgerConflict, match="併入的案件當時未提案或已結束"):
        hold_meeting(AUTUMN, decide(listed_case, "merge", merged_into=target))


def test_two_cases_cannot_merge_into_each_other(listed_case, group, hold_meeting):
    other = CaseFactory(group=group)
    hold_meeting(SPRING, decide(other, "list"))

    with pytest.raises(LedgerConflict) as caught:
        hold_meeting(
            SUMMER,
            decide(listed_case, "merge", merged_into=other),
            decide(other, "merge", merged_into=listed_case),
        )

    assert len(caught.value.messages) == 2


def test_case_cannot_merge_into_one_listed_later_that_day(
    listed_case, group, hold_meeting
):
    target = CaseFactory(group=group)
    hold_meeting(SUMMER, decide(target, "list"), starts_at=dt.time(14))

    with pytest.raises(LedgerConflict, match="併入的案件當時未提案或已結束"):
        hold_meeting(
            SUMMER,
            decide(listed_case, "merge", merged_into=target),
            starts_at=dt.time(9),
        )


def test_case_may_merge_into_one_that_is_delisted_later_that_day(
    listed_case, group, hold_meeting
):
    target = CaseFactory(group=group)
    hold_meeting(SPRING, decide(target, "list"))
    hold_meeting(
        SUMMER,
        decide(listed_case, "merge", merged_into=target),
        starts_at=dt.time(9),
    )

    hold_meeting(SUMMER, decide(target, "delist"), starts_at=dt.time(14))

    assert standing(listed_case, SUMMER) == ("merged",)
    assert standing(target, SUMMER) == ("delisted",)


@pytest.mark.parametrize(
    ("kind", "field"), [("merge", "merged_into"), ("list", "split_from")]
)
def test_case_of_another_platform_is_refused_as_target(case, hold_meeting, kind, field):
    stranger = CaseFactory()

    with pytest.raises(ValidationError, match="合作案與會議須屬同一平臺"):
        hold_meeting(SPRING, decide(case, kind, **{field: stranger}))


def test_case_of_another_platform_is_refused(hold_meeting):
    with pytest.raises(ValidationError, match="合作案與會議須屬同一平臺"):
        hold_meeting(SPRING, decide(CaseFactory(), "list"))


def test_resolution_of_another_meeting_is_refused(case, hold_meeting, draft):
    elsewhere = ResolutionFactory(minutes=draft(SUMMER))

    with pytest.raises(ValidationError, match="所引決議不屬於這次會議"):
        hold_meeting(SPRING, decide(case, "list", resolution=elsewhere))


def test_case_cannot_split_into_nothing(listed_case, hold_meeting):
    with pytest.raises(LedgerConflict, match="分案後沒有新增的案件"):
        hold_meeting(SUMMER, decide(listed_case, "split"))


def test_case_cannot_begin_from_one_that_is_not_split(listed_case, group, hold_meeting):
    begun = CaseFactory(group=group)

    with pytest.raises(LedgerConflict, match="所分自的案件在同一會議未決定分案"):
        hold_meeting(SUMMER, decide(begun, "list", split_from=listed_case))


# The order of meetings


def test_meetings_of_one_day_count_in_order_of_time(case, hold_meeting):
    hold_meeting(SPRING, decide(case, "list"), starts_at=dt.time(14))

    with pytest.raises(LedgerConflict, match="案件當時未在列管中"):
        hold_meeting(SPRING, decide(case, "continue"), starts_at=dt.time(9))
    hold_meeting(SPRING, decide(case, "delist"), starts_at=dt.time(15))

    assert standings(case) == [(SPRING, None, "delisted")]


def test_meeting_without_a_time_counts_first_on_its_day(case, hold_meeting):
    hold_meeting(SPRING, decide(case, "list"))

    hold_meeting(SPRING, decide(case, "delist"), starts_at=dt.time(9))

    assert standings(case) == [(SPRING, None, "delisted")]


def test_decisions_of_one_meeting_count_in_the_order_given(case, hold_meeting):
    with pytest.raises(LedgerConflict):
        hold_meeting(SPRING, decide(case, "continue"), decide(case, "list"))

    hold_meeting(SPRING, decide(case, "list"), decide(case, "continue"))

    assert standing(case, SPRING) == ("listed",)


# Rule 3: confirming posts all or none


def test_confirming_posts_nothing_when_one_entry_is_refused(case, group, draft, clerk):
    minutes = draft(SPRING)
    fine = CaseFactory(group=group)

    with pytest.raises(LedgerConflict):
        confirm_and_post(
            minutes, [decide(fine, "list"), decide(case, "delist")], by=clerk
        )

    minutes.refresh_from_db()
    assert minutes.state == Minutes.State.DRAFT
    assert not LedgerEntry.objects.exists()
    assert not Standing.objects.exists()


def test_every_conflict_of_a_meeting_is_named(group, hold_meeting):
    cases = CaseFactory.create_batch(3, group=group)

    with pytest.raises(LedgerConflict) as caught:
        hold_meeting(SPRING, *(decide(case, "delist") for case in cases))

    assert [message.split("「")[0] for message in caught.value.messages] == [
        case.number for case in cases
    ]


def test_confirmed_minutes_are_not_confirmed_again(case, hold_meeting, clerk):
    meeting = hold_meeting(SPRING)

    with pytest.raises(ValidationError, match="這份會議紀錄已經確認"):
        confirm_and_post(meeting.minutes, [decide(case, "list")], by=clerk)

    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("state", [Meeting.State.PLANNED, Meeting.State.CANCELLED])
def test_minutes_of_a_meeting_that_was_not_held_are_not_confirmed(hold_meeting, state):
    with pytest.raises(ValidationError, match="會議尚未召開或已取消"):
        hold_meeting(SPRING, state=state)


def test_meeting_without_decisions_may_be_confirmed(hold_meeting):
    meeting = hold_meeting(SPRING)

    assert Minutes.objects.get(meeting=meeting).state == Minutes.State.CONFIRMED


UNSTORABLE = "決定、解列原因或文字無法儲存，請檢查內容。"


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("adopt", {}, "沒有這種決定。"),
        ("delist", {"reason": "bored"}, "沒有這種解列原因。"),
        ("delist", {"reason": ""}, "解列須填原因，其他決定不填。"),
        ("list", {"reason": "completed"}, "解列須填原因，其他決定不填。"),
        ("delist", {"reason": "other"}, "解列原因為「其他」時須說明。"),
        ("rename", {}, "更名須填新名稱，其他決定不填。"),
        ("list", {"new_name": "新名"}, "更名須填新名稱，其他決定不填。"),
        ("merge", {}, "併案須指定併入的另一案，其他決定不填。"),
        ("merge", {"merged_into": "itself"}, "併案須指定併入的另一案，其他決定不填。"),
        (
            "delist",
            {"merged_into": "another"},
            "併案須指定併入的另一案，其他決定不填。",
        ),
        ("list", {"split_from": "itself"}, "只有同意新增的案件可註明分自他案。"),
        ("carry_in", {"split_from": "another"}, "只有同意新增的案件可註明分自他案。"),
        ("list", {"is_inferred": True}, "推定的決定須說明依據。"),
        ("list", {"basis": "依辦理情形"}, "推定的決定須說明依據。"),
        ("void", {}, "註銷須指明所更正的紀錄。"),
        ("decides-far-too-much", {}, UNSTORABLE),
        ("delist", {"reason": "bored-to-death-by-it"}, UNSTORABLE),
        ("list", {"words": "有\x00字元"}, UNSTORABLE),
        (
            "rename",
            {"new_name": "長" * 201},
            "請確認這個值至多包含 200 個字 (目前為 201 個字)。",
        ),
    ],
)
def test_field_that_does_not_fit_the_decision_gives_its_sentence(
    case, group, hold_meeting, kind, fields, sentence
):
    named = {"itself": case, "another": CaseFactory(group=group)}
    fields = {name: named.get(value, value) for name, value in fields.items()}

    with pytest.raises(ValidationError) as caught:
        hold_meeting(SPRING, decide(case, kind, **fields))

    assert caught.value.messages == [sentence]


def test_correction_without_an_erratum_gives_its_sentence(
    listed_case, draft, clerk, hold_meeting
):
    entry = listed_case.ledger.get()

    with pytest.raises(ValidationError, match="更正紀錄須與原紀錄屬同一案件與會議"):
        hold_meeting(SUMMER, decide(listed_case, "void", corrects=entry))


# Rule 4: meetings of the past


def test_meeting_of_the_past_is_accepted_when_what_follows_stays_legal(
    case, hold_meeting
):
    hold_meeting(AUTUMN, decide(case, "carry_in"))
    hold_meeting(WINTER, decide(case, "delist"))

    hold_meeting(SPRING, decide(case, "agree"))

    assert standings(case) == [
        (SPRING, AUTUMN, "proposed"),
        (AUTUMN, WINTER, "listed"),
        (WINTER, None, "delisted"),
    ]


def test_meeting_of_the_past_is_refused_with_all_that_would_break(group, hold_meeting):
    first, second = CaseFactory.create_batch(2, group=group)
    hold_meeting(SPRING, decide(first, "list"), decide(second, "list"))
    hold_meeting(
        AUTUMN, decide(first, "continue"), decide(second, "delist"), title="秋季會議"
    )
    hold_meeting(WINTER, decide(first, "delist"), title="冬季會議")
    before = [standings(case) for case in (first, second)]

    with pytest.raises(LedgerConflict) as caught:
        hold_meeting(SUMMER, decide(first, "delist"), decide(second, "delist"))

    tail = "不成立，案件當時未在列管中。"
    assert caught.value.messages == [
        f"{first.number}「{first.name}」：113年9月15日秋季會議「持續列管」{tail}",
        f"{second.number}「{second.name}」：113年9月15日秋季會議「同意解列」{tail}",
        f"{first.number}「{first.name}」：113年12月15日冬季會議「同意解列」{tail}",
    ]
    assert [standings(case) for case in (first, second)] == before
    assert not Meeting.objects.filter(held_on=SUMMER).exists()


def test_meeting_of_the_past_cannot_end_a_case_that_others_later_merge_into(
    listed_case, group, hold_meeting
):
    target = CaseFactory(group=group)
    hold_meeting(SPRING, decide(target, "list"))
    hold_meeting(AUTUMN, decide(listed_case, "merge", merged_into=target))

    with pytest.raises(LedgerConflict) as caught:
        hold_meeting(SUMMER, decide(target, "delist"))

    assert [message.split("「")[0] for message in caught.value.messages] == [
        listed_case.number
    ]


# Corrections


def test_correction_takes_the_place_of_the_wrong_entry_and_both_stay_readable(
    listed_case, hold_meeting, amend
):
    meeting = hold_meeting(SUMMER, decide(listed_case, "delist"))
    wrong = listed_case.ledger.get(kind="delist")

    amend(meeting, decide(listed_case, "continue", corrects=wrong))

    assert standings(listed_case) == [(SPRING, None, "listed")]
    assert list(listed_case.ledger.order_by("pk").values_list("kind", "corrects")) == [
        ("list", None),
        ("delist", None),
        ("continue", wrong.pk),
    ]
    assert list(
        listed_case.ledger.in_account().order_by("pk").values_list("kind", flat=True)
    ) == ["list", "continue"]


def test_correction_stands_where_the_wrong_entry_stood(
    listed_case, hold_meeting, amend
):
    meeting = hold_meeting(
        SUMMER, decide(listed_case, "continue"), decide(listed_case, "delist")
    )
    wrong = listed_case.ledger.get(kind="continue")

    amend(meeting, decide(listed_case, "propose_delist", corrects=wrong))

    assert list(
        meeting.ledger.in_account().in_order().values_list("kind", flat=True)
    ) == ["propose_delist", "delist"]


def test_struck_out_entry_leaves_the_case_as_if_never_decided(
    case, hold_meeting, amend
):
    meeting = hold_meeting(SPRING, decide(case, "list"))

    amend(meeting, decide(case, "void", corrects=case.ledger.get()))

    assert standings(case) == []
    assert case.ledger.count() == 2


def test_correction_may_itself_be_corrected(case, hold_meeting, amend):
    meeting = hold_meeting(SPRING, decide(case, "list"))
    (void,) = amend(meeting, decide(case, "void", corrects=case.ledger.get()))

    amend(meeting, decide(case, "carry_in", corrects=void))

    assert standings(case) == [(SPRING, None, "listed")]
    assert case.ledger.in_account().get().kind == "carry_in"
    assert case.ledger.count() == 3


def test_entry_is_corrected_once(case, hold_meeting, amend):
    meeting = hold_meeting(SPRING, decide(case, "list"))
    wrong = case.ledger.get()
    amend(meeting, decide(case, "carry_in", corrects=wrong))

    with pytest.raises(ValidationError) as caught:
        amend(meeting, decide(case, "void", corrects=wrong))

    assert caught.value.messages == ["這筆紀錄已經更正過，請更正最新的一筆。"]


def test_entry_left_out_is_added_with_an_erratum(case, hold_meeting, amend):
    meeting = hold_meeting(SPRING)

    amend(meeting, decide(case, "list"))

    assert standings(case) == [(SPRING, None, "listed")]


def test_correction_that_breaks_what_follows_is_refused_whole(
    listed_case, hold_meeting, amend
):
    wrong = listed_case.ledger.get()
    hold_meeting(SUMMER, decide(listed_case, "continue"))

    with pytest.raises(LedgerConflict, match="113年6月15日"):
        amend(wrong.meeting, decide(listed_case, "void", corrects=wrong))

    assert not Erratum.objects.exists()
    assert standings(listed_case) == [(SPRING, None, "listed")]


def test_correction_of_another_case_is_refused(listed_case, group, amend):
    wrong = listed_case.ledger.get()

    with pytest.raises(ValidationError, match="須與原紀錄屬同一案件與會議"):
        amend(wrong.meeting, decide(CaseFactory(group=group), "list", corrects=wrong))


def test_correction_at_another_meeting_is_refused(listed_case, hold_meeting, amend):
    elsewhere = hold_meeting(SUMMER)

    with pytest.raises(ValidationError, match="須與原紀錄屬同一案件與會議"):
        amend(elsewhere, decide(listed_case, "void", corrects=listed_case.ledger.get()))


def test_erratum_to_draft_minutes_is_refused(case, draft, amend):
    minutes = draft(SPRING)

    with pytest.raises(ValidationError, match="會議紀錄尚未確認，請直接修改"):
        amend(minutes.meeting, decide(case, "list"))


@pytest.mark.parametrize("wrong", [0, 1])
def test_split_whose_only_child_is_corrected_away_is_refused(
    group, hold_meeting, amend, wrong
):
    parents = CaseFactory.create_batch(2, group=group)
    begun = CaseFactory.create_batch(2, group=group)
    hold_meeting(SPRING, *(decide(parent, "list") for parent in parents))
    meeting = hold_meeting(
        SUMMER,
        *(decide(parent, "split") for parent in parents),
        *(
            decide(case, "list", split_from=parent)
            for case, parent in zip(begun, parents, strict=True)
        ),
    )

    with pytest.raises(LedgerConflict, match="分案後沒有新增的案件"):
        amend(
            meeting,
            decide(
                begun[wrong],
                "list",
                split_from=parents[1 - wrong],
                corrects=begun[wrong].ledger.get(),
            ),
        )


# Numbers


def test_cases_are_numbered_next_in_their_group(group):
    first, second = (
        register_case(Case(platform=group.platform, group=group, name=f"案{number}"))
        for number in range(2)
    )

    assert [first.number, second.number] == [
        f"{group.case_prefix}-001",
        f"{group.case_prefix}-002",
    ]


def test_number_follows_the_highest_even_over_a_gap(group):
    CaseFactory(group=group, number=f"{group.case_prefix}-1010")
    CaseFactory(group=group, number=f"{group.case_prefix}-999")

    case = register_case(Case(platform=group.platform, group=group, name="案"))

    assert case.number == f"{group.case_prefix}-1011"


def test_number_already_given_is_refused(case):
    with pytest.raises(ValidationError, match="平臺內已有這個案號"):
        register_case(
            Case(
                platform=case.platform, group=case.group, name="案", number=case.number
            )
        )


def test_number_of_another_group_is_refused(group):
    with pytest.raises(ValidationError, match="案號以"):
        register_case(
            Case(platform=group.platform, group=group, name="案", number="ZZZZ-001")
        )


def test_form_without_a_group_is_told_so():
    with pytest.raises(ValidationError) as caught:
        Case(name="案", number="TR-001").full_clean()

    assert set(caught.value.message_dict) == {"platform", "group"}


def test_case_with_children_gets_no_parent(case, group):
    CaseFactory(group=group, parent=case)
    case.parent = CaseFactory(group=group)

    with pytest.raises(ValidationError, match="子案之下不再分子案"):
        case.full_clean()


# Reading


def test_case_of_another_platform_does_not_show_in_this_one(listed_case, hold_meeting):
    other = DecidingSeriesFactory()
    stranger = CaseFactory(group=IssueGroupFactory(platform=other.platform))
    hold_meeting(SPRING, decide(stranger, "list"), series=other)

    assert list(
        Case.objects.filter(platform=listed_case.platform).listed_on(SPRING)
    ) == [listed_case]


@pytest.mark.parametrize("count", [1, 20])
def test_standing_of_all_cases_is_one_query(
    group, hold_meeting, django_assert_num_queries, count
):
    cases = CaseFactory.create_batch(count, group=group)
    hold_meeting(SPRING, *(decide(case, "list") for case in cases))
    hold_meeting(SUMMER, *(decide(case, "continue") for case in cases))

    with django_assert_num_queries(1):
        found = [case.standing for case in Case.objects.as_of(SUMMER)]

    assert found == ["listed"] * count


@pytest.mark.parametrize("count", [1, 20])
def test_posting_takes_the_same_number_of_queries_for_any_number_of_entries(
    group, draft, clerk, django_assert_max_num_queries, count
):
    cases = CaseFactory.create_batch(count, group=group)
    minutes = draft(SPRING)

    with transaction.atomic(), django_assert_max_num_queries(25):
        confirm_and_post(minutes, [decide(case, "list") for case in cases], by=clerk)

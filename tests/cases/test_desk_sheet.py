"""The sheet of a group: choices, counts, phrases, and what confirming makes of them."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from cases.desk.agenda import agenda_of
from cases.desk.confirm import confirm_desk
from cases.desk.sheet import Tally, sheets_of, tally_of
from cases.desk.sheet_form import typed_names
from cases.models import Case, CountClaim, DraftDecision, LedgerEntry
from tests.cases.desk import address, faults, form_of, send, sit_down
from tests.factories import (
    CaseFactory,
    IssueGroupFactory,
    MeetingSeriesFactory,
    MembershipFactory,
    decide,
)

pytestmark = pytest.mark.django_db

BEFORE = dt.date(2024, 3, 15)
BETWEEN = dt.date(2024, 5, 2)
DAY = dt.date(2024, 7, 11)

# Queries, however long a sheet is.
SAVING = 28
SHOWING = 20


@pytest.fixture
def listed(group, hold_meeting):
    """Three cases that the first meeting listed."""
    cases = [CaseFactory(group=group, name=name) for name in "甲乙丙"]
    hold_meeting(BEFORE, *(decide(case, "list") for case in cases))
    return cases


@pytest.fixture
def minutes(listed, draft):
    return draft(DAY, slug="vice-mayor-2")


@pytest.fixture
def desk(platform):
    return sit_down(platform)


@pytest.fixture
def where(minutes, group):
    return address(minutes.meeting, "group", group=group.slug)


def sheet_of(minutes):
    return sheets_of(minutes, agenda_of(minutes.meeting))[0]


def words(minutes):
    return [point.text for point in sheet_of(minutes).points]


def ledger(minutes):
    return [
        (entry.case.name, entry.kind, entry.resolution.text)
        for entry in LedgerEntry.objects.filter(meeting=minutes.meeting).in_order()
    ]


def choose(case, kind, **more):
    return {f"{case.number}-kind": kind} | {
        f"{case.number}-{name}": value for name, value in more.items()
    }


def test_every_listed_case_is_a_row_without_an_outcome(desk, where, listed):
    sent = form_of(desk.get(where))

    assert {name: sent[name] for name in sent if name.endswith("-kind")} == {
        f"{case.number}-kind": "" for case in listed
    }


def test_choices_are_kept_with_their_fields(desk, where, minutes, listed):
    first, second, third = listed
    send(
        desk,
        where,
        **choose(first, "delist", reason="other", words="經費未核定"),
        **choose(second, "rename", new_name="乙的新名"),
        **choose(third, "merge", into=f"{first.number} 甲"),
    )

    kept = {draft.case: draft for draft in DraftDecision.objects.all()}
    assert (kept[first].kind, kept[first].reason, kept[first].words) == (
        "delist",
        "other",
        "經費未核定",
    )
    assert (kept[second].kind, kept[second].new_name) == ("rename", "乙的新名")
    assert (kept[third].kind, kept[third].merged_into) == ("merge", first)


def test_changing_a_choice_loses_no_other_field(desk, where, listed):
    case = listed[0]
    send(desk, where, **choose(case, "delist", reason="other", words="經費未核定"))

    send(desk, where, **choose(case, "continue"))

    sent = form_of(desk.get(where))
    assert sent[f"{case.number}-reason"] == "other"
    assert sent[f"{case.number}-words"] == "經費未核定"


def test_taking_a_choice_back_leaves_the_case_undecided(desk, where, minutes, listed):
    send(desk, where, **choose(listed[0], "continue"))

    send(desk, where, **choose(listed[0], ""))

    assert sheet_of(minutes).tally.undecided == 3


@pytest.mark.parametrize(
    ("kind", "fields", "field", "sentence"),
    [
        ("delist", {}, "reason", "請選擇解列原因。"),
        ("delist", {"reason": "other"}, "words", "解列原因為「其他」時須說明。"),
        ("rename", {}, "new_name", "請填寫新名稱。"),
        ("rename", {"new_name": "甲"}, "new_name", "新名稱與原名稱相同。"),
        ("merge", {}, "into", "請填寫併入的合作案。"),
        ("split", {"split": "甲一"}, "split", "分案至少須填兩個新案名稱，一行一案。"),
    ],
)
def test_what_is_missing_is_saved_pointed_out_and_stops_confirming(
    desk, where, minutes, listed, clerk, kind, fields, field, sentence
):
    case = listed[0]
    rest = {f"{other.number}-kind": "continue" for other in listed[1:]}

    send(desk, where, **choose(case, kind, **fields), **rest)

    assert DraftDecision.objects.get(case=case).kind == kind
    assert faults(desk.get(where)) == {f"{case.number}-{field}": sentence}
    with pytest.raises(ValidationError, match=sentence):
        confirm_desk(minutes, by=clerk)


@pytest.mark.parametrize(
    ("kind", "fields", "field", "sentence"),
    [
        ("list", {}, "kind", "這個合作案不能作此決定，請重新選擇。"),
        ("void", {}, "kind", "這個合作案不能作此決定，請重新選擇。"),
        ("delist", {"reason": "bored"}, "reason", "沒有這種解列原因，請重新選擇。"),
        (
            "merge",
            {"into": "查無此案"},
            "into",
            "找不到「查無此案」，請填列管中的案號、名稱或本次新案名稱。",
        ),
        ("merge", {"into": "甲"}, "into", "合作案不能併入自己。"),
        (
            "rename",
            {"new_name": "名" * 201},
            "new_name",
            "名稱最多 200 字，目前有 201 字。",
        ),
        ("split", {"split": "丁\n丁"}, "split", "有重複的名稱。"),
        (
            "continue",
            {"words": "字" * 50_001},
            "words",
            "說明最多 50000 字，目前有 50001 字。",
        ),
    ],
)
def test_what_is_wrong_is_refused_at_its_field(
    desk, where, listed, kind, fields, field, sentence
):
    case = listed[0]

    response = send(desk, where, **choose(case, kind, **fields))

    assert response.status_code == 422
    assert faults(response) == {f"{case.number}-{field}": sentence}
    assert not DraftDecision.objects.exists()


def test_refused_form_keeps_what_was_typed(desk, where, listed):
    response = send(
        desk, where, **choose(listed[0], "merge", into="查無此案", words="併案說明")
    )

    sent = form_of(response)
    assert sent[f"{listed[0].number}-kind"] == "merge"
    assert sent[f"{listed[0].number}-into"] == "查無此案"
    assert sent[f"{listed[0].number}-words"] == "併案說明"


def test_all_others_continue_with_one_button(desk, where, minutes, listed):
    send(desk, where, do="continue_rest", **choose(listed[0], "delist"))

    assert dict(DraftDecision.objects.values_list("case__name", "kind")) == {
        "甲": "delist",
        "乙": "continue",
        "丙": "continue",
    }


def test_all_proposals_are_agreed_with_one_button(
    desk, where, group, listed, hold_meeting, working_series, minutes
):
    proposals = [CaseFactory(group=group, name=name) for name in ("丁", "戊")]
    hold_meeting(
        BETWEEN,
        *(decide(case, "agree") for case in proposals),
        series=working_series,
    )

    send(desk, where, do="agree_all")

    assert dict(DraftDecision.objects.values_list("case__name", "kind")) == {
        "丁": "list",
        "戊": "list",
    }


def test_names_are_typed_one_a_line(desk, where, minutes):
    send(desk, where, do="add", add_names="1. 丁案\r\n2.\t戊案\x0b\r\n\r\n")

    assert list(DraftDecision.objects.values_list("name", "kind")) == [
        ("丁案", "list"),
        ("戊案", "list"),
    ]


def test_adding_the_same_names_twice_adds_them_once(desk, where, minutes):
    sent = form_of(desk.get(where)) | {"do": "add", "add_names": "丁案"}

    answers = [desk.post(where, sent).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert DraftDecision.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("同意新增3案：「甲」、「乙」及「丙」。", ["甲", "乙", "丙"]),
        ("「甲『一』」", ["甲「一」"]),
        ("建立「三方共訪機制」", ["建立「三方共訪機制」"]),
        ("（一）甲\n（二）乙", ["甲", "乙"]),
        (
            "4市消防局資源共享\n2025雙北程式設計節",
            ["4市消防局資源共享", "2025雙北程式設計節"],
        ),
        ("\xa0甲\u3000乙\x07\n\n", ["甲 乙"]),
    ],
)
def test_names_are_read_from_a_list_or_a_phrase(typed, names):
    assert typed_names(typed) == names


def test_new_case_has_a_name_a_lead_and_words(desk, where, minutes, platform):
    member = MembershipFactory(platform=platform).municipality
    send(desk, where, do="add", add_names="丁案")
    key = f"new-{DraftDecision.objects.get().pk}"

    send(desk, where, **{f"{key}-name": "丁案改", f"{key}-lead": member.slug})

    draft = DraftDecision.objects.get()
    assert (draft.name, draft.lead) == ("丁案改", member)


def test_new_case_is_removed_by_its_box(desk, where, minutes):
    send(desk, where, do="add", add_names="丁案\n戊案")
    key = f"new-{DraftDecision.objects.get(name='丁案').pk}"

    send(desk, where, **{f"{key}-drop": "1"})

    assert list(DraftDecision.objects.values_list("name", flat=True)) == ["戊案"]


def test_two_new_cases_of_one_name_are_refused(desk, where, minutes):
    send(desk, where, do="add", add_names="丁案\n戊案")
    key = f"new-{DraftDecision.objects.get(name='戊案').pk}"

    response = send(desk, where, **{f"{key}-name": "丁案"})

    assert response.status_code == 422
    assert faults(response) == {f"{key}-name": "這個名稱已列在本次新案中。"}


def test_delisted_case_comes_back_under_its_number(
    desk, where, minutes, listed, hold_meeting, clerk
):
    hold_meeting(
        BETWEEN,
        decide(listed[0], "delist"),
        *(decide(c, "continue") for c in listed[1:]),
    )

    send(desk, where, do="add", relist="甲")
    send(desk, where, do="continue_rest")
    confirm_desk(minutes, by=clerk)

    assert Case.objects.listed_on(DAY).filter(pk=listed[0].pk).exists()
    assert ledger(minutes)[0] == ("甲", "relist", "同意重新列管1案：「甲」。")


def test_only_a_delisted_case_comes_back(desk, where, minutes, listed):
    response = send(desk, where, do="add", relist=listed[0].number)

    assert response.status_code == 422
    assert f"找不到「{listed[0].number}」" in response.content.decode()
    assert not DraftDecision.objects.exists()


def test_counts_and_phrases_follow_the_rows(desk, where, minutes, listed):
    send(
        desk,
        where,
        do="add",
        add_names="丁\n戊",
        **choose(listed[0], "delist", reason="completed"),
    )

    sheet = sheet_of(minutes)
    assert sheet.tally == Tally(opening=3, listed=2, delisted=1, undecided=2)
    assert (sheet.tally.continuing, sheet.tally.closing) == (2, 4)
    assert words(minutes) == [
        "同意解列1案：「甲」。",
        "同意新增2案：「丁」及「戊」。",
        "其餘2案持續列管。",
    ]


def test_what_is_not_yet_complete_is_not_yet_worded(desk, where, minutes, listed):
    send(desk, where, **choose(listed[0], "rename"), **choose(listed[1], "merge"))

    assert words(minutes) == ["其餘2案持續列管。"]


def test_group_that_changes_nothing_continues_them_all(desk, where, minutes):
    send(desk, where, do="continue_rest")

    assert words(minutes) == ["3案持續列管。"]


def test_case_tracked_without_a_record_is_carried_in_and_delisted(
    desk, where, minutes, clerk
):
    send(desk, where, do="add", add_names="舊案", add_kind="delist")
    key = f"new-{DraftDecision.objects.get().pk}"
    send(desk, where, do="continue_rest", **{f"{key}-reason": "completed"})

    tally = sheet_of(minutes).tally
    confirm_desk(minutes, by=clerk)

    assert (tally.carried_in, tally.delisted, tally.continuing) == (1, 1, 3)
    assert ledger(minutes)[:2] == [
        ("舊案", "carry_in", "同意解列1案：「舊案」。"),
        ("舊案", "delist", "同意解列1案：「舊案」。"),
    ]


def test_split_begins_the_cases_it_names(desk, where, minutes, listed, clerk):
    send(
        desk,
        where,
        do="continue_rest",
        **choose(listed[0], "split", split="甲一\n甲二"),
    )

    assert sheet_of(minutes).tally == Tally(opening=3, split=1, listed=2)
    assert words(minutes) == [
        "「甲」改以「甲一」及「甲二」等2案辦理。",
        "其餘2案持續列管。",
    ]
    confirm_desk(minutes, by=clerk)
    assert {case.name for case in Case.objects.listed_on(DAY)} == {
        "甲一",
        "甲二",
        "乙",
        "丙",
    }


def test_split_taken_back_begins_nothing(desk, where, minutes, listed):
    send(desk, where, **choose(listed[0], "split", split="甲一\n甲二"))

    send(desk, where, **choose(listed[0], "continue"))

    assert list(DraftDecision.objects.values_list("case__name", "kind")) == [
        ("甲", "continue")
    ]


def test_case_is_merged_into_a_new_one(desk, where, minutes, listed, clerk):
    send(
        desk,
        where,
        do="add",
        add_names="總案",
        **choose(listed[0], "delist", reason="completed"),
    )
    send(desk, where, do="continue_rest", **choose(listed[1], "merge", into="總案"))

    assert "「乙」併入「總案」。" in words(minutes)
    confirm_desk(minutes, by=clerk)
    merged = LedgerEntry.objects.get(kind="merge")
    assert (merged.case.name, merged.merged_into.name) == ("乙", "總案")


def test_renamed_new_case_stays_the_target(desk, where, minutes, listed):
    send(desk, where, do="add", add_names="總案")
    send(desk, where, **choose(listed[1], "merge", into="總案"))
    key = f"new-{DraftDecision.objects.get(name='總案').pk}"

    response = send(desk, where, **{f"{key}-name": "總案改"})

    assert response.status_code == 302
    assert DraftDecision.objects.get(case=listed[1]).merged_into_new.name == "總案改"


def test_renamed_target_is_named_as_it_is_now(
    desk, where, minutes, listed, hold_meeting
):
    hold_meeting(BETWEEN, decide(listed[0], "rename", new_name="甲之今名"))

    send(desk, where, **choose(listed[1], "merge", into="甲之今名"))

    assert "「乙」併入「甲之今名」。" in words(minutes)


def test_words_of_a_deferred_case_are_the_resolution(desk, where, minutes, listed):
    send(
        desk,
        where,
        do="continue_rest",
        **choose(listed[0], "defer", words="俟四市取得共識，再行提案。"),
    )

    assert words(minutes) == ["3案持續列管。", "「甲」俟四市取得共識，再行提案。"]


def test_confirming_posts_what_was_taken_down(desk, where, minutes, listed, clerk):
    send(
        desk,
        where,
        do="add",
        add_names="丁",
        **choose(listed[0], "delist", reason="routine"),
        **choose(listed[1], "rename", new_name="乙新"),
    )
    send(desk, where, do="continue_rest")

    confirm_desk(minutes, by=clerk)

    assert ledger(minutes) == [
        ("甲", "delist", "同意解列1案：「甲」。"),
        ("丁", "list", "同意新增1案：「丁」。"),
        ("乙", "rename", "「乙」更名為「乙新」。"),
        ("乙", "continue", "「乙」更名為「乙新」。"),
        ("丙", "continue", "其餘2案持續列管。"),
    ]
    assert set(
        CountClaim.objects.filter(group__isnull=False).values_list("counts", "number")
    ) == {("delisted", 1), ("listed", 1), ("continued", 2)}
    assert not DraftDecision.objects.exists()


def test_group_words_a_decision_by_the_case(
    platform, group, listed, draft, working_series, desk, clerk
):
    minutes = draft(BETWEEN, series=working_series, slug="group-1")
    where = address(minutes.meeting, "group", group=group.slug)
    send(
        desk,
        where,
        do="add",
        add_names="丁案",
        **choose(listed[0], "propose_delist", words="已完工，提請解列"),
        **choose(listed[1], "continue"),
        **choose(listed[2], "continue"),
    )

    assert [(point.lead, point.text) for point in sheet_of(minutes).points] == [
        ("甲", "已完工，提請解列。"),
        ("乙、丙", "持續列管。"),
        ("丁案", "同意提案。"),
    ]
    confirm_desk(minutes, by=clerk)
    assert ledger(minutes) == [
        ("甲", "propose_delist", "已完工，提請解列。"),
        ("乙", "continue", "持續列管。"),
        ("丙", "continue", "持續列管。"),
        ("丁案", "agree", "同意提案。"),
    ]


def test_agenda_tells_what_the_group_asked_for(
    desk, group, minutes, listed, hold_meeting, working_series
):
    proposal = CaseFactory(group=group, name="丁案")
    hold_meeting(
        BETWEEN,
        decide(listed[0], "propose_delist"),
        decide(proposal, "agree"),
        series=working_series,
    )

    agenda = agenda_of(minutes.meeting).groups[0]

    assert [(each.name, bool(each.asked_by)) for each in agenda.listed] == [
        ("甲", True),
        ("乙", False),
        ("丙", False),
    ]
    assert [(each.name, bool(each.agreed_by)) for each in agenda.proposed] == [
        ("丁案", True)
    ]


def test_deferred_proposal_waits_until_it_is_decided(
    desk, group, minutes, listed, hold_meeting
):
    proposal = CaseFactory(group=group, name="丁案")
    hold_meeting(BETWEEN, decide(proposal, "defer"), decide(listed[0], "defer"))
    hold_meeting(dt.date(2024, 6, 1), decide(listed[0], "continue"))

    agenda = agenda_of(minutes.meeting).groups[0]

    assert [bool(each.deferred_by) for each in agenda.proposed] == [True]
    assert [bool(each.deferred_by) for each in agenda.listed] == [False] * 3


def test_tally_of_the_meeting_adds_up_its_groups(
    desk, platform, group, where, minutes, listed, hold_meeting
):
    other = IssueGroupFactory(platform=platform)
    hold_meeting(BETWEEN, decide(CaseFactory(group=other), "list"))
    send(desk, where, **choose(listed[0], "delist", reason="completed"))

    all_sheets = sheets_of(minutes, agenda_of(minutes.meeting))

    assert tally_of(all_sheets) == Tally(opening=4, delisted=1, undecided=3)


@pytest.mark.parametrize("count", [5, 200])
def test_saving_a_sheet_takes_the_same_queries_however_long(
    desk, group, hold_meeting, draft, django_assert_num_queries, count
):
    cases = CaseFactory.create_batch(count, group=group)
    hold_meeting(BEFORE, *(decide(case, "list") for case in cases))
    minutes = draft(DAY, slug="vice-mayor-2")
    where = address(minutes.meeting, "group", group=group.slug)
    sent = form_of(desk.get(where))
    for case in cases:
        sent |= choose(case, "delist", reason="completed")

    with django_assert_num_queries(SAVING):
        response = desk.post(where, sent, headers={"Accept": "application/json"})

    assert response.json()["state"] == "saved"
    assert DraftDecision.objects.count() == count


@pytest.mark.parametrize("count", [5, 50])
def test_sheet_takes_the_same_queries_however_long(
    desk, group, hold_meeting, draft, django_assert_num_queries, count
):
    cases = CaseFactory.create_batch(count, group=group)
    hold_meeting(BEFORE, *(decide(case, "list") for case in cases))
    minutes = draft(DAY, slug="vice-mayor-2")
    where = address(minutes.meeting, "group", group=group.slug)

    with django_assert_num_queries(SHOWING):
        assert desk.get(where).status_code == 200


def test_group_of_another_series_has_no_sheet(desk, draft, platform, group):
    other = IssueGroupFactory(platform=platform)
    series = MeetingSeriesFactory(platform=platform, group=other)
    meeting = draft(DAY, series=series, slug="other-1").meeting

    answers = [
        desk.get(address(meeting, "group", group=each.slug)).status_code
        for each in (other, group)
    ]

    assert answers == [200, 404]

"""Reviewing what was read: the match, the effect, the doubts, and the person's say."""

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from cases.models import Choice
from cases.readings.choose import accept, accept_clear, set_aside
from cases.readings.review import review_of
from tests.cases.desk import sit_down
from tests.cases.readings import at, decision_said, minutes_said, read_paper
from tests.factories import (
    CaseFactory,
    ChairFactory,
    IssueGroupFactory,
    decide,
)
from tests.pages import Page

pytestmark = pytest.mark.django_db

SPRING, SUMMER, AUTUMN = dt.date(2024, 1, 5), dt.date(2024, 7, 11), dt.date(2024, 10, 4)


@pytest.fixture
def desk(platform):
    return sit_down(platform)


@pytest.fixture
def tracked(group, hold_meeting):
    """Three cases that are tracked since spring."""
    cases = [
        CaseFactory(group=group, name=name)
        for name in ("跨市公車", "共同標售回收物", "河岸自行車道串聯")
    ]
    hold_meeting(SPRING, *(decide(case, "list") for case in cases))
    return cases


@pytest.fixture
def read(platform, deciding_series):
    """Return a function that reads minutes of the deciding series."""

    def take(*decisions, text="", **said):
        reading = read_paper(
            platform, minutes_said(decisions=list(decisions), **said), text=text
        )
        return reading.minutes.get()

    return take


def only_row(read):
    (row,) = review_of(read).rows
    return row


def effect(row):
    return f"{row.before} → {row.after}"


def choice(case="", kind="", **said):
    return {"case": case, "kind": kind, "group": "", "words": "", **said}


# What is proposed --------------------------------------------------------------------


def test_tracked_case_is_delisted(read, tracked, group):
    row = only_row(read(decision_said("跨市公車案", "delist", group=group.name)))

    assert (row.chosen.case, row.chosen.kind) == (tracked[0], "delist")
    assert effect(row) == "列管中 → 已解列"
    assert row.doubts == []


def test_delisting_without_a_printed_reason_says_that_none_is_printed(
    read, tracked, group
):
    row = only_row(read(decision_said("跨市公車", "delist", group=group.name)))

    assert (row.chosen.reason, row.chosen.words) == (
        "other",
        "會議紀錄未載明解列原因",
    )


def test_printed_reason_is_taken(read, tracked, group):
    row = only_row(
        read(decision_said("跨市公車", "delist", group=group.name, reason="routine"))
    )

    assert (row.chosen.reason, row.chosen.words) == ("routine", "")


def test_unknown_case_is_listed_as_a_new_one(read, group):
    row = only_row(read(decision_said("火災調查合作", group=group.name)))

    assert (row.chosen.is_new, row.chosen.kind, row.chosen.group) == (
        True,
        "list",
        group,
    )
    assert effect(row) == "新案 → 列管中"
    assert row.doubts == []


def test_near_name_is_proposed_and_never_taken(read, tracked, group):
    row = only_row(
        read(decision_said("河岸自行車道之串聯", "continue", group=group.name))
    )

    assert row.chosen.case is None
    assert not row.chosen.is_new
    assert row.candidates[0].case == tracked[2]
    assert not row.is_clear
    assert "請選擇是否為同一案" in row.doubts[0]


def test_same_title_on_another_platform_is_another_case(read, group, hold_meeting):
    CaseFactory(name="跨市公車")

    row = only_row(read(decision_said("跨市公車", group=group.name)))

    assert row.chosen.is_new
    assert row.candidates == ()


def test_listing_what_is_tracked_is_doubted(read, tracked, group):
    row = only_row(read(decision_said("跨市公車", "list", group=group.name)))

    assert row.chosen.kind == "continue"
    assert row.doubts == ["文件作「同意新增」，依目前狀態擬記為「持續列管」。"]


def test_listing_again_what_was_delisted_is_doubted(read, tracked, group, hold_meeting):
    hold_meeting(dt.date(2024, 3, 1), decide(tracked[0], "delist"))

    row = only_row(read(decision_said("跨市公車", "list", group=group.name)))

    assert effect(row) == "已解列 → 列管中"
    assert row.doubts == ["文件作「同意新增」，依目前狀態擬記為「重新列管」。"]


def test_unknown_case_that_is_delisted_is_carried_in_first(read, group):
    row = only_row(read(decision_said("租金訂定", "delist", group=group.name)))

    assert effect(row) == "新案 → 補登並解列"
    assert row.doubts == ["查無此案；接受後將登錄為新案，補登列管後解列。"]


def test_two_decisions_about_one_case_are_doubted(read, tracked, group):
    review = review_of(
        read(
            decision_said("跨市公車", "delist", group=group.name),
            decision_said("跨市公車案", "continue", group=group.name),
        )
    )

    assert [len(row.doubts) for row in review.rows] == [1, 1]
    assert "只能接受一項" in review.rows[0].doubts[0]


def test_group_that_the_platform_has_not_is_doubted(read, group):
    row = only_row(read(decision_said("火災調查合作", group="月球組")))

    assert row.doubts == ["本平臺沒有「月球組」，請選擇議題小組。"]


def test_case_below_another_groups_heading_is_doubted(read, tracked, platform, group):
    other = IssueGroupFactory(platform=platform)

    row = only_row(read(decision_said("跨市公車", "delist", group=other.name)))

    assert row.chosen.case is None
    assert f"本案屬{group}" in row.doubts[0]


def test_name_longer_than_the_field_is_doubted_and_not_cut(read, group):
    row = only_row(read(decision_said("長" * 201, group=group.name)))

    assert row.chosen.new_name == "長" * 201
    assert row.doubts == ["案名超過 200 字，請更正後再接受。"]


def test_decision_no_code_fits_is_doubted(read, tracked, group):
    row = only_row(read(decision_said("跨市公車", "explode", group=group.name)))

    assert row.decision.action == ""
    assert row.doubts == ["看不出文件作了什麼決定，請選擇。"]


@pytest.mark.parametrize(
    "said", [{"series": "mayor"}, {"starts_at": None, "ends_at": None}]
)
def test_nothing_is_clear_before_the_meeting_is_known(
    read, tracked, group, clerk, said
):
    found = read(decision_said("跨市公車", "delist", group=group.name), **said)

    assert "請先補上會議資料" in only_row(found).doubts[-1]
    assert accept_clear(found, by=clerk) == 0


def test_group_asks_for_delisting(platform, group, tracked, working_series):
    reading = read_paper(
        platform,
        minutes_said(
            series="working_group",
            group=group.name,
            decisions=[decision_said("跨市公車", "propose_delist", group=group.name)],
        ),
    )

    row = only_row(reading.minutes.get())

    assert effect(row) == "列管中 → 列管中（提請解列）"
    assert row.doubts == []


def test_case_listed_by_a_later_meeting_is_not_listed_by_an_earlier(
    read, group, hold_meeting
):
    later = CaseFactory(group=group, name="跨市公車")
    hold_meeting(AUTUMN, decide(later, "list"))

    row = only_row(read(decision_said("跨市公車", group=group.name)))

    assert row.chosen.case == later
    assert "在這次會議之後才有列管紀錄" in row.doubts[0]


def test_merger_of_several_is_a_row_of_each(read, tracked, group):
    review = review_of(
        read(
            decision_said(
                "綠色運輸",
                "merge",
                group=group.name,
                came_from=["跨市公車", "河岸自行車道串聯"],
            )
        )
    )

    assert [
        (row.decision.name, row.chosen.kind, row.chosen.into) for row in review.rows
    ] == [
        ("綠色運輸", "list", ""),
        ("跨市公車", "merge", "綠色運輸"),
        ("河岸自行車道串聯", "merge", "綠色運輸"),
    ]


# Counts and cautions -------------------------------------------------------------------


def counts_of(review):
    return {
        each.name: [(count.stated, count.counted) for count in each.counts]
        for each in review.counts
    }


def test_rest_of_a_group_stays_tracked_and_is_counted(read, tracked, group):
    review = review_of(
        read(
            decision_said("跨市公車", "delist", group=group.name),
            decision_said("火災調查合作", group=group.name),
            claims=[
                {"group": group.name, "listed": 1, "delisted": 1, "continued": 2},
                {"group": None, "listed": 1, "delisted": 1, "continued": 3},
            ],
        )
    )

    assert counts_of(review) == {
        group.name: [(1, 1), (1, 1), (2, 2)],
        "全部小組": [(1, 1), (1, 1), (3, 2)],
    }
    assert [each.case for each in review.counts[0].rest] == tracked[1:]
    assert [each.differs for each in review.counts] == [False, True]


def test_count_of_a_group_the_platform_has_not_is_shown(read, group):
    review = review_of(
        read(
            claims=[
                {"group": "月球組", "listed": 2, "delisted": None, "continued": None}
            ]
        )
    )

    assert counts_of(review)["月球組（本平臺沒有這個小組）"][0] == (2, 0)


def test_earlier_meeting_than_a_confirmed_one_is_told_what_the_ledger_forbids(
    read, tracked, group, hold_meeting
):
    hold_meeting(AUTUMN, decide(tracked[0], "continue"), title="秋季會議")

    cautions = review_of(read()).cautions

    assert len(cautions) == 1
    assert "秋季會議（113年10月4日）已確認" in cautions[0]
    assert "就不能確認" in cautions[0]


def test_earlier_draft_is_told_of(read, draft):
    draft(SPRING, title="春季會議")

    assert "之前的春季會議" in review_of(read()).cautions[0]


def test_paper_of_another_platform_is_told_of(read):
    cautions = review_of(read(platform="北臺區域發展推動委員會")).cautions

    assert "文件所載平臺為「北臺區域發展推動委員會」" in cautions[0]


def test_chair_whose_name_differs_in_one_character_is_told_of(read, hold_meeting):
    ChairFactory(meeting=hold_meeting(SPRING), name="謝國樑")

    chair = {"name": "謝國梁", "title": "市長", "organization": ""}
    cautions = review_of(read(chairs=[chair])).cautions

    assert "「謝國梁」與前次會議的「謝國樑」僅一字不同" in cautions[0]


def test_known_chair_brings_what_the_paper_leaves_out(read, hold_meeting):
    ChairFactory(
        meeting=hold_meeting(SPRING),
        name="王大明",
        title="副市長",
        organization="山海市政府",
    )

    found = read(chairs=[{"name": "王大明", "title": None, "organization": None}])

    assert found.chairs == [
        {"organization": "山海市政府", "name": "王大明", "title": "副市長"}
    ]


def test_minutes_on_record_are_recognised_and_held_against_it(
    read, tracked, group, hold_meeting
):
    hold_meeting(SUMMER, decide(tracked[0], "delist"), number=5)

    review = review_of(
        read(
            decision_said("跨市公車", "delist", group=group.name),
            decision_said("河岸自行車道串聯", "delist", group=group.name),
            number=5,
        )
    )

    assert review.is_recorded
    assert [row.after for row in review.rows] == ["與紀錄相符", "與紀錄不同"]
    assert "已在紀錄中" in review.in_the_way[0]


# The person's say ----------------------------------------------------------------------


def test_accepted_row_says_who_and_what(read, tracked, group, clerk):
    found = read(decision_said("跨市公車", "delist", group=group.name))
    decision = found.decisions.get()

    accept(
        found,
        decision.pk,
        choice(tracked[0].number, "delist", reason="completed"),
        version=0,
        by=clerk,
    )

    decision.refresh_from_db()
    assert (decision.state, decision.case, decision.kind, decision.reason) == (
        "accepted",
        tracked[0],
        "delist",
        "completed",
    )
    assert (decision.chosen_by, decision.certainty, decision.version) == (
        clerk,
        "same",
        1,
    )


def test_near_match_is_accepted_as_the_case_a_person_chose(read, tracked, group, clerk):
    found = read(decision_said("自行車道", "continue", group=group.name))

    accept(
        found,
        found.decisions.get().pk,
        choice("other", "continue", other=f"{tracked[2].number} 河岸"),
        version=0,
        by=clerk,
    )

    decision = found.decisions.get()
    assert (decision.case, decision.certainty) == (tracked[2], "near")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (choice("", "delist"), "case"),
        (choice("ZZ-999", "delist"), "case"),
        (choice("other", "delist", other="沒有這一案"), "case"),
        (choice("new", "list", new_name="新案"), "group"),
        (choice("new", "list", new_name="新案", group="moon"), "group"),
        (choice("CASE", "agree"), "kind"),
        (choice("CASE", ""), "kind"),
        (choice("CASE", "void"), "kind"),
        (choice("CASE", "delist", reason="fun"), "reason"),
        (choice("CASE", "rename"), "new_name"),
        (choice("CASE", "rename", new_name="長" * 201), "new_name"),
        (choice("CASE", "merge"), "into"),
        (choice("CASE", "merge", into="CASE"), "into"),
        (choice("CASE", "continue", words="長" * 50_001), "words"),
    ],
)
def test_wrong_choice_is_refused_at_its_field(read, tracked, group, clerk, said, field):
    found = read(decision_said("跨市公車", "delist", group=group.name))
    sent = {
        name: value.replace("CASE", tracked[0].number) for name, value in said.items()
    }

    with pytest.raises(ValidationError) as caught:
        accept(found, found.decisions.get().pk, sent, version=0, by=clerk)

    assert field in caught.value.message_dict
    assert found.decisions.get().state == "open"


def test_case_of_another_platform_is_not_found_by_its_number(
    read, group, clerk, platform
):
    other = CaseFactory(name="跨市公車", number="XX-001")
    found = read(decision_said("跨市公車", "continue", group=group.name))

    with pytest.raises(ValidationError, match="找不到"):
        accept(
            found,
            found.decisions.get().pk,
            choice("other", "continue", other=other.number),
            version=0,
            by=clerk,
        )


def test_rows_without_a_doubt_are_accepted_together(read, tracked, group, clerk):
    found = read(
        decision_said("跨市公車", "delist", group=group.name),
        decision_said("河岸自行車道之串聯", "continue", group=group.name),
        decision_said("火災調查合作", group=group.name),
    )

    assert accept_clear(found, by=clerk) == 2
    assert list(found.decisions.values_list("name", "state")) == [
        ("跨市公車", "accepted"),
        ("河岸自行車道之串聯", "open"),
        ("火災調查合作", "accepted"),
    ]


def test_ignored_row_is_opened_again(read, tracked, group, clerk):
    found = read(decision_said("跨市公車", "delist", group=group.name))
    decision = found.decisions.get()

    set_aside(found, decision.pk, Choice.IGNORED, version=0, by=clerk)
    set_aside(found, decision.pk, Choice.OPEN, version=1, by=clerk)

    row = only_row(found)
    assert row.is_open
    assert row.chosen.case == tracked[0]


# The page ------------------------------------------------------------------------------


def send(desk, read, order=0, **said):
    return desk.post(at(read, "read-row", row=order), said)


def test_page_shows_the_words_a_fact_came_from(desk, read, tracked, group):
    text = "一、交通組\n同意解列1案：「跨市公車」。\n"
    start = text.index("跨市公車")
    found = read(
        decision_said(
            "跨市公車",
            "delist",
            group=group.name,
            source={"start": start, "end": start + 4},
        ),
        text=text,
    )

    html = desk.get(at(found)).text

    assert '<a href="#row-0" id="words-0"><mark>跨市公車</mark></a>' in html
    assert '<a class="read-source" href="#words-0">第 2 行' in html
    assert '<li id="line-2" value="2">' in html


def test_what_was_read_is_never_taken_as_markup(desk, read, group):
    bad = "<script>alert(1)</script>"
    found = read(
        decision_said(bad, group=bad, note=bad, doubt=bad),
        text=bad,
        title=bad,
        place=bad,
        chairs=[{"name": bad, "title": bad, "organization": bad}],
        remarks=[{"speaker": bad, "items": [bad]}],
        motions=[{"text": bad, "cases": [bad]}],
        attachments=[{"title": bad, "text": bad}],
        warnings=[{"line": 1, "message": bad}],
        unread=[{"line": 1, "text": bad}],
        sections=[{"heading": bad, "qualifier": bad, "text": bad}],
        claims=[{"group": bad, "listed": 1, "delisted": None, "continued": None}],
    )

    html = desk.get(at(found)).text

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_row_is_accepted_without_a_script(desk, read, tracked, group):
    found = read(decision_said("跨市公車", "delist", group=group.name))

    response = send(
        desk, found, version="0", do="accept", case=tracked[0].number, kind="delist"
    )

    assert response.url == at(found) + "#row-0"
    assert found.decisions.get().state == "accepted"


def test_wrong_row_comes_back_as_it_was_typed(desk, read, tracked, group):
    found = read(decision_said("跨市公車", "delist", group=group.name))

    response = send(
        desk,
        found,
        version="0",
        do="accept",
        case="other",
        other="沒有這一案",
        kind="delist",
        words="我的說明",
    )

    assert response.status_code == 422
    assert "找不到「沒有這一案」" in response.text
    assert "我的說明</textarea>" in response.text
    assert 'value="沒有這一案"' in response.text


def test_script_gets_the_row_and_the_counts(desk, read, tracked, group):
    found = read(decision_said("跨市公車", "delist", group=group.name))

    response = desk.post(
        at(found, "read-row", row=0),
        {"version": "0", "do": "ignore"},
        headers={"Accept": "application/json"},
    )

    answer = response.json()
    assert list(answer["rows"]) == ["0"]
    assert "已略過" in answer["rows"]["0"]
    assert "案數核對" in answer["live"]


def test_second_of_two_clerks_sees_both_choices(desk, read, tracked, group, platform):
    found = read(decision_said("跨市公車", "delist", group=group.name))
    other = sit_down(platform)
    other.user.first_name = "林小華"
    other.user.save()
    send(other, found, version="0", do="ignore")

    said = {
        "version": "0",
        "do": "accept",
        "case": tracked[0].number,
        "kind": "delist",
        "words": "如附件",
    }
    response = send(desk, found, **said)

    page = Page(response)
    assert response.status_code == 409
    assert "林小華" in page.main
    assert "已略過" in page.main
    assert "如附件" in page.main
    assert found.decisions.get().state == "ignored"

    send(desk, found, **{**said, "version": "1"})
    assert found.decisions.get().state == "accepted"


HEADER = {
    "title": "第1次會議",
    "held_on": "113/7/12",
    "starts_at": "14:50",
    "ends_at": "",
    "place": "三樓",
    "minute_taker": "",
    "chairs-TOTAL_FORMS": "1",
    "chairs-INITIAL_FORMS": "0",
    "chairs-0-name": "王大明",
    "chairs-0-title": "副市長",
    "do": "save",
}


def test_header_is_corrected(desk, read, deciding_series):
    found = read()

    response = desk.post(
        at(found), {**HEADER, "series": deciding_series.pk, "version": "0"}
    )

    found.refresh_from_db()
    assert response.url == at(found) + "#sitting"
    assert (found.title, found.held_on, found.place, found.version) == (
        "第1次會議",
        dt.date(2024, 7, 12),
        "三樓",
        1,
    )
    assert found.chairs == [{"organization": "", "name": "王大明", "title": "副市長"}]


def test_wrong_header_is_refused_in_a_sentence(desk, read):
    found = read()

    response = desk.post(at(found), {**HEADER, "held_on": "113/13/45", "version": "0"})

    found.refresh_from_db()
    assert response.status_code == 422
    assert "會議資料尚未儲存" in response.text
    assert found.version == 0


def test_second_header_is_shown_beside_the_first(desk, read, deciding_series):
    found = read()
    sent = {**HEADER, "series": deciding_series.pk, "version": "0"}
    desk.post(at(found), {**sent, "place": "一樓"})

    response = desk.post(at(found), {**sent, "place": "五樓"})

    found.refresh_from_db()
    assert response.status_code == 409
    assert found.place == "一樓"
    table = Page(response).main
    assert "一樓" in table
    assert "五樓" in table


def test_paper_with_one_meeting_leads_to_its_review(desk, read, platform):
    found = read()

    response = desk.get(reverse("desk:reading", args=[platform.slug, found.reading_id]))

    assert response.url == at(found)


def test_paper_with_several_meetings_lists_them_by_day(desk, platform, deciding_series):
    reading = read_paper(
        platform,
        minutes_said(title="後一次會議紀錄", starts_at="2024-07-11T14:00"),
        minutes_said(title="前一次會議紀錄", starts_at="2024-01-11T14:00"),
    )

    html = desk.get(reverse("desk:reading", args=[platform.slug, reading.pk])).text

    assert re.findall(r">(.一次會議)</a>", html) == ["前一次會議", "後一次會議"]


@pytest.mark.parametrize("count", [1, 5])
def test_the_reviews_queries_do_not_grow(
    desk, read, tracked, group, count, django_assert_num_queries
):
    found = read(
        *(decision_said(f"第{n}跨市公車", group=group.name) for n in range(count))
    )

    with django_assert_num_queries(26):
        desk.get(at(found))


def test_chair_written_with_a_variant_character_is_the_same_person(read, hold_meeting):
    ChairFactory(meeting=hold_meeting(SPRING), name="黄碧玉", title="副局長")

    found = read(chairs=[{"name": "黃碧玉", "title": None, "organization": None}])

    assert found.chairs[0]["title"] == "副局長"
    assert review_of(found).cautions == []


def test_list_says_which_minutes_are_on_record(
    desk, platform, deciding_series, hold_meeting
):
    hold_meeting(SPRING)
    reading = read_paper(
        platform,
        minutes_said(starts_at="2024-01-05T14:00"),
        minutes_said(starts_at="2024-07-11T14:00"),
    )

    html = desk.get(reverse("desk:reading", args=[platform.slug, reading.pk])).text

    assert re.findall("　(已在紀錄中|待審閱)", html) == ["已在紀錄中", "待審閱"]


@pytest.mark.parametrize("count", [1, 5])
def test_accepting_all_takes_the_same_queries_however_many(
    read, group, clerk, count, django_assert_num_queries
):
    found = read(
        *(decision_said(f"第{n}號新案", group=group.name) for n in range(count))
    )

    with django_assert_num_queries(19):
        assert accept_clear(found, by=clerk) == count


def test_what_no_field_can_hold_is_told_before_a_draft_is_made(desk, read):
    found = read(
        place="長" * 121, remarks=[{"speaker": "王" * 41, "items": ["請加速。"]}]
    )

    page = desk.get(at(found)).text

    assert found.place == ""
    assert "超過 120 字，沒有帶入" in page
    assert "主席結論「請加速。…」過長，未帶入草稿。" in page


def test_meeting_of_a_year_that_prints_no_number_is_taken_for_the_first(
    read, deciding_series
):
    deciding_series.numbering = "per_year"
    deciding_series.save()

    found = read(roc_year=113)

    assert found.number == 1
    assert review_of(found).cautions == ["文件未載次別，列為第1次，請確認。"]

"""Status reports reviewed text by text, and written to their rounds."""

import datetime as dt
import hashlib

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Case,
    Choice,
    ProgressUpdate,
    Reading,
    ReadProgress,
    ReportingRound,
)
from cases.readings.intake import read_next
from cases.readings.progress import review_progress
from cases.readings.progress_choose import ChangedMeanwhile, Written, write_rounds
from cases.readings.progress_facts import lay_down_progress
from platform_site.reading.document import Refused
from tests.cases import status_papers
from tests.cases.desk import sit_down
from tests.factories import (
    CaseFactory,
    IssueGroupFactory,
    MembershipFactory,
    MunicipalityFactory,
    PlatformFactory,
    ProgressUpdateFactory,
    ReadingFactory,
    ReportingRoundFactory,
    decide,
)
from tests.pages import Page

pytestmark = pytest.mark.django_db

DAY = dt.date(2025, 9, 30)
State = ProgressUpdate.State


@pytest.fixture
def group(platform):
    return IssueGroupFactory(platform=platform, name="水域組")


@pytest.fixture
def members(platform):
    """宜蘭縣 and 花蓮縣, who sit on the platform."""
    found = [
        MunicipalityFactory(slug=slug, name=f"{name}政府", short_name=name, order=order)
        for order, (slug, name) in enumerate(
            [("yilan", "宜蘭縣"), ("hualien", "花蓮縣")]
        )
    ]
    for municipality in found:
        MembershipFactory(platform=platform, municipality=municipality)
    return found


@pytest.fixture
def cases(group, members, hold_meeting):
    """河濱步道 and 山徑指標, listed."""
    those = [CaseFactory(group=group, name=name) for name in ("河濱步道", "山徑指標")]
    hold_meeting(dt.date(2024, 1, 5), *(decide(case, "list") for case in those))
    return those


@pytest.fixture
def desk(platform, members):
    return sit_down(platform)


def told(name, *progress, **said):
    """Return what the reader says of a case: pairs of municipality and text."""
    return {
        "name": name,
        "theme": False,
        "theme_name": None,
        "newly_listed": False,
        "doubts": [],
        "progress": [
            {"municipality": owner, "text": text, "source": None}
            for owner, text in progress
        ],
    } | said


def read_report(platform, *cases, as_of="2025-09-30", group="水域組", text="一份報告"):
    """Return a status report that was read, with the rows it holds."""
    content = f"{text}{len(cases)}{Reading.objects.count()}".encode()
    result = {
        "title": "合作方案辦理情形",
        "as_of": as_of,
        "groups": [{"name": group, "cases": list(cases)}],
        "warnings": [],
        "unread": [],
    }
    reading = ReadingFactory(
        platform=platform,
        kind=Reading.Kind.STATUS_REPORT,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        state=Reading.State.READ,
        text=text,
        result=result,
        read_at=timezone.now(),
    )
    lay_down_progress(reading, {**result, "text": text})
    return reading


def at(reading, view="read-progress", **more):
    return reverse(
        f"desk:{view}",
        kwargs={"platform": reading.platform.slug, "key": reading.pk, **more},
    )


def choose(desk, reading, row=0, do="accept", **said):
    """Send a row's form as it stands, with what ``said`` changes."""
    reading = Reading.objects.get(pk=reading.pk)
    shown = review_progress(reading).rows[row]
    sent = {
        "do": do,
        "version": shown.progress.version,
        "case": shown.case.number if shown.case else "",
        "municipality": shown.municipality.slug if shown.municipality else "joint",
        "text": shown.text,
    }
    address = at(reading, "read-progress-row", row=row)
    return desk.post(address, {**sent, **said})


def write(desk, reading, **said):
    """Press the last button, having seen the page as it stands."""
    reading = Reading.objects.get(pk=reading.pk)
    stamp = review_progress(reading).stamp
    address = at(reading, "read-progress-write")
    return desk.post(address, {"stamp": stamp, **said}, follow=True)


def accept_clear(desk, reading):
    return desk.post(at(reading, "read-progress-accept"), follow=True)


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def held():
    """Return what the rounds hold: day, case, municipality, text and state."""
    return [
        (
            each.round.as_of,
            each.case.name,
            each.municipality and each.municipality.short_name,
            each.text,
            each.state,
        )
        for each in ProgressUpdate.objects.select_related(
            "round", "case", "municipality"
        ).order_by("round__as_of", "case_id", "municipality__order")
    ]


# From the file to the round


def test_report_goes_from_the_file_to_the_round(platform, cases, desk):
    content = status_papers.docx_file(
        [
            (
                "(一) 水域組",
                [
                    ("河濱步道", "1. 宜蘭縣：\n(1) 完成勘查。\n2. 花蓮縣：無。"),
                    ("山徑指標案", "四縣市合作，刻正規劃。"),
                ],
            )
        ]
    )
    reading = ReadingFactory(
        platform=platform,
        kind=Reading.Kind.STATUS_REPORT,
        name="報告.docx",
        content=content,
    )

    read_next(platform)
    assert desk.get(at(reading, "reading")).headers["Location"] == at(reading)
    assert accept_clear(desk, reading).status_code == 200
    response = write(desk, reading)

    assert messages_of(response) == ["已寫入 3 段辦理情形（資料時間114年9月30日）。"]
    assert held() == [
        (DAY, "河濱步道", "宜蘭縣", "1. 完成勘查。", State.ACCEPTED),
        (DAY, "河濱步道", "花蓮縣", "無。", State.ACCEPTED),
        (DAY, "山徑指標", None, "四縣市合作，刻正規劃。", State.ACCEPTED),
    ]
    assert Reading.objects.get(pk=reading.pk).round.as_of == DAY


def test_file_that_is_no_report_is_refused(platform):
    ReadingFactory(
        platform=platform, kind=Reading.Kind.STATUS_REPORT, content="會議紀錄".encode()
    )

    reading = read_next(platform)

    assert reading.state == Reading.State.REFUSED
    assert "找不到辦理情形表" in reading.refusal


@pytest.mark.parametrize(
    "result",
    [
        {"groups": 3},
        {"groups": [{"name": "組", "cases": [3]}]},
        {"groups": [], "as_of": "昨天"},
        {"groups": [{"cases": [told("案", ("宜蘭縣", 3))]}]},
        [],
    ],
)
def test_what_no_reader_of_ours_says_is_refused(platform, result):
    reading = ReadingFactory(platform=platform, kind=Reading.Kind.STATUS_REPORT)

    with pytest.raises(Refused):
        lay_down_progress(reading, result)

    assert not ReadProgress.objects.exists()


# What is proposed, and doubtful


def test_case_is_proposed_by_any_of_its_names(platform, cases):
    reading = read_report(platform, told("「河濱步道」案", (None, "甲。")))

    [row] = review_progress(reading).rows

    assert (row.case, row.doubts) == (cases[0], [])
    assert row.is_clear


@pytest.mark.parametrize(
    ("name", "owner", "text", "doubt"),
    [
        ("河濱步道線", None, "甲。", "相近"),
        ("老人共餐", None, "甲。", "沒有這個名稱的合作案，請選擇合作案或略過。"),
        ("河濱步道", "苗栗縣", "甲。", "「苗栗縣」不是本平臺的成員，請選擇縣市。"),
        ("河濱步道", None, "", "沒有辦理情形的文字，請補上或略過。"),
    ],
)
def test_doubtful_text_is_not_accepted_with_the_others(
    platform, cases, desk, name, owner, text, doubt
):
    reading = read_report(platform, told(name, (owner, text)))

    response = accept_clear(desk, reading)

    assert messages_of(response) == ["已接受 0 段沒有疑義的辦理情形。"]
    [row] = review_progress(reading).rows
    assert doubt in row.doubts[0]
    assert row.progress.state == Choice.OPEN


def test_case_that_was_not_listed_that_day_is_doubtful(platform, cases, hold_meeting):
    hold_meeting(dt.date(2025, 6, 1), decide(cases[0], "delist"))
    reading = read_report(platform, told("河濱步道", (None, "甲。")))

    [row] = review_progress(reading).rows

    assert row.doubts == ["本案在114年9月30日已解列，並未列管。"]


def test_case_chosen_for_one_text_is_proposed_for_the_others_of_its_name(
    platform, cases, desk
):
    reading = read_report(
        platform, told("河濱步道線", ("宜蘭縣", "甲。"), ("花蓮縣", "乙。"))
    )
    assert [row.is_clear for row in review_progress(reading).rows] == [False, False]

    choose(desk, reading, case=cases[0].number)

    other = review_progress(reading).rows[1]
    assert (other.case, other.why) == (cases[0], "同名的另一段已選定此案")
    assert other.is_clear


def test_two_texts_of_one_slot_are_doubtful(platform, cases):
    reading = read_report(
        platform,
        told("河濱步道", ("宜蘭縣", "甲。")),
        told("河濱步道案", ("宜蘭縣", "乙。")),
    )

    assert [row.doubts for row in review_progress(reading).rows] == [
        ["宜蘭縣在這個合作案不只一段，只能接受其中一段。"]
    ] * 2


def test_joint_words_beside_those_of_municipalities_are_doubtful(
    platform, cases, members
):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    ProgressUpdateFactory(case=cases[0], round=round_, text="共同。")
    ProgressUpdateFactory(
        case=cases[1], round=round_, municipality=members[0], text="宜蘭。"
    )
    reading = read_report(
        platform,
        told("河濱步道", ("宜蘭縣", "甲。")),
        told("山徑指標", (None, "乙。")),
    )

    assert [row.doubts for row in review_progress(reading).rows] == [
        ["這一期另有共同填報的文字，寫入後兩者並列。"],
        ["這一期另有各縣市的文字，寫入後兩者並列。"],
    ]


def test_joint_words_the_paper_has_too_are_not_doubtful(platform, cases):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    ProgressUpdateFactory(case=cases[0], round=round_, text="共同。")
    reading = read_report(
        platform, told("河濱步道", (None, "共同。"), ("宜蘭縣", "甲。"))
    )

    assert [row.doubts for row in review_progress(reading).rows] == [[], []]


def test_reader_s_doubts_are_a_person_s_to_judge(platform, cases):
    reading = read_report(
        platform, told("河濱步道", (None, "甲。"), doubts=["名稱可能跨頁接續。"])
    )

    assert review_progress(reading).rows[0].doubts == ["名稱可能跨頁接續。"]


def test_case_of_another_platform_is_never_proposed(platform, members):
    CaseFactory(name="河濱步道")
    reading = read_report(platform, told("河濱步道", (None, "甲。")))

    assert review_progress(reading).rows[0].candidates == ()


# Choosing


def test_text_is_corrected_before_it_is_accepted(platform, cases, members, desk):
    reading = read_report(platform, told("河濱步道線", (None, "甲。")))

    response = choose(
        desk,
        reading,
        case="other",
        other=f"{cases[1].number} 山徑指標",
        municipality="hualien",
        text="乙。 \r\n1. 丙。\r\n",
    )

    assert response.status_code == 302
    row = ReadProgress.objects.get()
    assert (row.case, row.municipality, row.text, row.state) == (
        cases[1],
        members[1],
        "乙。\n1. 丙。",
        Choice.ACCEPTED,
    )
    assert row.chosen_by == desk.user


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"case": ""}, "請選擇合作案。"),
        (
            {"case": "other", "other": "沒有"},
            "找不到「沒有」，請填本平臺的案號或案名。",
        ),
        ({"municipality": ""}, "請選擇縣市，或選擇共同填報。"),
        ({"municipality": "taipei"}, "請選擇縣市，或選擇共同填報。"),
        ({"text": " \n"}, "沒有辦理情形的文字，請補上或略過。"),
        ({"text": "字" * 50_001}, "辦理情形最多 50000 字，目前有 50001 字。"),
        ({"in_periods": "on"}, "文字中沒有各期的日期，不能分填各期。"),
        ({"do": "delete"}, "請按接受、略過或重新審閱。"),
    ],
)
def test_what_cannot_be_accepted_is_said_at_the_row(
    platform, cases, desk, said, sentence
):
    reading = read_report(platform, told("河濱步道", (None, "甲。")))

    response = choose(desk, reading, **said)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert ReadProgress.objects.get().state == Choice.OPEN


def test_second_text_of_a_slot_is_refused_with_a_sentence(platform, cases, desk):
    reading = read_report(
        platform, told("河濱步道", (None, "甲。")), told("河濱步道案", (None, "乙。"))
    )
    choose(desk, reading, row=0)

    response = choose(desk, reading, row=1)

    assert response.status_code == 422
    assert "同一合作案的同一縣市在一期只有一段辦理情形。" in response.content.decode()


def test_case_of_another_platform_cannot_be_chosen(platform, cases, desk):
    other = CaseFactory(group=IssueGroupFactory(platform=PlatformFactory()))
    reading = read_report(platform, told("河濱步道", (None, "甲。")))

    assert choose(desk, reading, case="other", other=other.number).status_code == 422


def test_row_is_ignored_and_opened_again(platform, cases, desk):
    reading = read_report(platform, told("河濱步道", (None, "甲。")))

    choose(desk, reading, do="ignore")
    assert ReadProgress.objects.get().state == Choice.IGNORED
    choose(desk, reading, do="reopen")

    assert review_progress(reading).rows[0].is_clear


def test_script_gets_the_rows_of_the_case_anew(platform, cases, desk):
    reading = read_report(
        platform,
        told("河濱步道", ("宜蘭縣", "甲。"), ("花蓮縣", "乙。")),
        told("山徑指標", (None, "丙。")),
    )

    response = desk.post(
        at(reading, "read-progress-row", row=0),
        {
            "do": "accept",
            "version": 0,
            "case": cases[0].number,
            "municipality": "yilan",
            "text": "甲。",
        },
        headers={"Accept": "application/json"},
    )

    assert set(response.json()["rows"]) == {"0", "1"}
    assert "尚有 2 段待審閱" in response.json()["live"]


# Two clerks


def test_second_clerk_sees_both_and_may_have_the_last_word(
    platform, cases, members, desk
):
    other = sit_down(platform)
    reading = read_report(platform, told("河濱步道", (None, "甲，乙。")))
    late = {
        "do": "accept",
        "version": 0,
        "case": cases[0].number,
        "municipality": "joint",
        "text": "甲，丙。",
    }
    choose(other, reading)

    response = desk.post(at(reading, "read-progress-row", row=0), late)

    assert response.status_code == 409
    page = Page(response)
    assert [each.text for each in page.root.iter("ins")] == ["丙。", "乙。"]
    assert ReadProgress.objects.get().text == "甲，乙。"
    desk.post(at(reading, "read-progress-row", row=0), {**late, "version": 1})
    assert ReadProgress.objects.get().text == "甲，丙。"


def test_data_date_that_another_changed_is_not_overwritten(platform, cases, desk):
    reading = read_report(platform, told("河濱步道", (None, "甲。")))
    desk.post(at(reading), {"as_of": "114/6/30", "version": 0})

    response = desk.post(at(reading), {"as_of": "114/3/31", "version": 0})

    assert response.status_code == 409
    assert Reading.objects.get(pk=reading.pk).as_of == dt.date(2025, 6, 30)


def test_page_that_is_out_of_date_writes_nothing(platform, cases, desk):
    reading = read_report(platform, told("河濱步道", (None, "甲。")))
    accept_clear(desk, reading)
    stamp = review_progress(Reading.objects.get(pk=reading.pk)).stamp
    ProgressUpdateFactory(
        case=cases[0],
        round=ReportingRoundFactory(platform=platform, as_of=DAY),
        text="別人先寫的。",
    )

    response = desk.post(
        at(reading, "read-progress-write"), {"stamp": stamp, "replace": "0-2025-09-30"}
    )

    assert response.status_code == 409
    assert [text for *_, text, _ in held()] == ["別人先寫的。"]
    assert Reading.objects.get(pk=reading.pk).round is None


def test_two_who_write_at_once_write_once(platform, cases, desk, meanwhile):
    reading = read_report(platform, told("河濱步道", (None, "甲。")))
    accept_clear(desk, reading)
    stamp = review_progress(Reading.objects.get(pk=reading.pk)).stamp

    with transaction.atomic():
        write_rounds(reading, replaced=[], stamp=stamp, by=desk.user)
        other = meanwhile(write_rounds, reading, replaced=[], stamp=stamp, by=desk.user)

    with pytest.raises(Written):
        other.result(timeout=30)
    assert [text for *_, text, _ in held()] == ["甲。"]


def test_text_written_from_another_paper_at_once_is_not_overwritten(
    platform, cases, desk, meanwhile
):
    first, second = (
        read_report(platform, told("河濱步道", (None, text)))
        for text in ("甲。", "乙。")
    )
    stamps = []
    for reading in (first, second):
        accept_clear(desk, reading)
        stamps.append(review_progress(Reading.objects.get(pk=reading.pk)).stamp)

    with transaction.atomic():
        write_rounds(first, replaced=[], stamp=stamps[0], by=desk.user)
        other = meanwhile(
            write_rounds, second, replaced=[], stamp=stamps[1], by=desk.user
        )

    with pytest.raises(ChangedMeanwhile):
        other.result(timeout=30)
    assert [text for *_, text, _ in held()] == ["甲。"]


# Writing


def test_text_that_stands_in_the_round_stays_unless_ticked(
    platform, cases, members, desk
):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    for municipality, text in zip(members, ("舊甲。", "舊乙。"), strict=True):
        ProgressUpdateFactory(
            case=cases[0], round=round_, municipality=municipality, text=text
        )
    reading = read_report(
        platform, told("河濱步道", ("宜蘭縣", "甲。"), ("花蓮縣", "乙。"))
    )
    accept_clear(desk, reading)

    response = write(desk, reading, replace="1-2025-09-30")

    assert messages_of(response) == [
        "已寫入 1 段辦理情形（資料時間114年9月30日）。1 段未勾選取代，保留原有文字。"
    ]
    assert [text for *_, text, _ in held()] == ["舊甲。", "乙。"]


def test_text_that_is_replaced_is_kept_in_the_steps(platform, cases, desk):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    slot = ProgressUpdateFactory(case=cases[0], round=round_, text="舊。")
    reading = read_report(platform, told("河濱步道", (None, "新。")))
    accept_clear(desk, reading)

    write(desk, reading, replace="0-2025-09-30")

    steps = slot.steps.values_list("kind", "by", "text_before", "text")
    assert list(steps) == [("edited", desk.user.pk, "舊。", "新。")]


def test_paper_is_not_written_to_a_locked_round(platform, cases, desk):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    ReportingRound.objects.update(locked_by=desk.user, locked_at=timezone.now())
    reading = read_report(platform, told("河濱步道", (None, "新。")))
    accept_clear(desk, reading)

    response = write(desk, reading)

    assert (response.status_code, held()) == (422, [])
    assert "114年9月30日這一期已鎖定" in response.content.decode()
    assert not round_.progress.exists()


def test_page_shows_where_the_texts_differ(platform, cases, desk):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    ProgressUpdateFactory(case=cases[0], round=round_, text="已勘查，未發包。")
    reading = read_report(platform, told("河濱步道", (None, "已勘查，已發包。")))

    page = Page(desk.get(at(reading)))

    assert [each.text for each in page.root.iter("ins")] == ["已發包。"]
    assert [each.text for each in page.root.iter("del")] == ["未發包。"]


def test_text_that_only_differs_in_spaces_is_said_to(platform, cases, desk):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    ProgressUpdateFactory(case=cases[0], round=round_, text="114 年 5 月勘查。")
    reading = read_report(platform, told("河濱步道", (None, "114年5月勘查。")))

    [row] = review_progress(reading).rows

    assert row.notes == [
        "114年9月30日這一期已有僅空白或全形半形不同的文字（已接受），寫入時勾選才取代。"
    ]
    assert list(Page(desk.get(at(reading))).root.iter("ins")) == []


def test_locked_text_is_never_replaced(platform, cases, desk):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    ProgressUpdateFactory(case=cases[0], round=round_, text="舊。", state=State.LOCKED)
    reading = read_report(platform, told("河濱步道", (None, "新。")))
    choose(desk, reading)

    response = write(desk, reading, replace="0-2025-09-30")

    assert response.status_code == 422
    assert [text for *_, text, _ in held()] == ["舊。"]


def test_no_change_is_an_answer_that_is_not_overwritten(platform, cases, desk):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    ProgressUpdateFactory(case=cases[0], round=round_, text="", is_unchanged=True)
    reading = read_report(platform, told("河濱步道", (None, "新。")))
    accept_clear(desk, reading)

    write(desk, reading)

    assert ProgressUpdate.objects.get().is_unchanged


def test_draft_with_the_very_words_is_accepted(platform, cases, desk):
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    ProgressUpdateFactory(case=cases[0], round=round_, text="甲。", state=State.DRAFT)
    ProgressUpdateFactory(case=cases[1], round=round_, text="乙。")
    reading = read_report(
        platform, told("河濱步道", (None, "甲。")), told("山徑指標", (None, "乙。"))
    )
    accept_clear(desk, reading)

    response = write(desk, reading)

    assert messages_of(response) == [
        "已寫入 1 段辦理情形（資料時間114年9月30日）。另有 1 段與原有文字相同。"
    ]
    assert [state for *_, state in held()] == [State.ACCEPTED] * 2


def test_texts_of_other_rounds_and_cases_stay(platform, cases, desk):
    earlier = ReportingRoundFactory(platform=platform, as_of=dt.date(2025, 6, 30))
    ProgressUpdateFactory(case=cases[0], round=earlier, text="上一期。")
    reading = read_report(platform, told("河濱步道", (None, "這一期。")))
    accept_clear(desk, reading)

    write(desk, reading)

    assert [text for *_, text, _ in held()] == ["上一期。", "這一期。"]


def test_dated_parts_go_to_the_rounds_of_their_quarters(platform, cases, desk):
    text = "114年第1季：\n1. 甲。\n114年第2季：\n1. 乙。\n114年8月：\n1. 丙。"
    reading = read_report(platform, told("河濱步道", (None, text)))
    choose(desk, reading, in_periods="on")

    write(desk, reading)

    assert [(day, text) for day, _, _, text, _ in held()] == [
        (dt.date(2025, 3, 31), "1. 甲。"),
        (dt.date(2025, 6, 30), "1. 乙。"),
        (DAY, "114年8月：\n1. 丙。"),
    ]


def test_nothing_is_written_while_rows_are_open(platform, cases, desk):
    reading = read_report(
        platform, told("河濱步道", (None, "甲。")), told("老人共餐", (None, "乙。"))
    )
    accept_clear(desk, reading)

    response = write(desk, reading)

    assert response.status_code == 422
    assert messages_of(response) == ["尚有 1 段待審閱，請接受或略過。"]
    assert held() == []


def test_data_date_of_the_paper_that_lies_ahead_is_in_the_way(platform, cases, desk):
    reading = read_report(
        platform, told("河濱步道", (None, "甲。")), as_of="2199-12-31"
    )
    choose(desk, reading)

    response = write(desk, reading)

    assert messages_of(response) == ["資料時間288年12月31日晚於今天，請更正。"]
    assert held() == []


def test_text_that_is_too_long_is_doubtful(platform, cases):
    reading = read_report(platform, told("河濱步道", (None, "字" * 50_001)))

    assert review_progress(reading).rows[0].doubts == [
        "辦理情形最多 50000 字，目前有 50001 字。"
    ]


def test_without_a_data_date_nothing_is_written(platform, cases, desk):
    reading = read_report(platform, told("河濱步道", (None, "甲。")), as_of=None)
    accept_clear(desk, reading)

    response = write(desk, reading)

    assert messages_of(response) == ["請填寫資料時間。"]
    assert not ReportingRound.objects.exists()


def test_what_was_written_is_not_reviewed_again(platform, cases, desk):
    reading = read_report(platform, told("河濱步道", (None, "甲。")))
    accept_clear(desk, reading)
    write(desk, reading)

    again = choose(desk, reading, do="reopen")

    assert again.status_code == 302
    assert messages_of(desk.get(at(reading))) == [
        "這份文件已寫入填報，請在辦理情形修改。"
    ]
    assert ReadProgress.objects.get().state == Choice.ACCEPTED


# The data date


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "請填寫資料時間，如114/12/31。"),
        ("昨天", "看不懂日期「昨天」"),
        ("199/12/31", "資料時間不得晚於今天"),
    ],
)
def test_data_date_that_cannot_be_is_refused(platform, cases, desk, typed, sentence):
    reading = read_report(platform, told("河濱步道", (None, "甲。")))

    response = desk.post(at(reading), {"as_of": typed, "version": 0})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert Reading.objects.get(pk=reading.pk).as_of == DAY


def test_data_date_decides_what_the_texts_are_compared_with(platform, cases, desk):
    earlier = ReportingRoundFactory(platform=platform, as_of=dt.date(2025, 6, 30))
    ProgressUpdateFactory(case=cases[0], round=earlier, text="甲。")
    reading = read_report(platform, told("河濱步道", (None, "甲。")))

    desk.post(at(reading), {"as_of": "114/6/30", "version": 0})

    reading.refresh_from_db()
    [row] = review_progress(reading).rows
    assert row.notes == ["114年6月30日這一期已有相同的文字。"]


# Pages


def test_page_lists_what_was_not_read(platform, cases, desk):
    reading = read_report(platform, told("河濱步道", (None, "甲。")))
    result = {
        **reading.result,
        "unread": [{"line": 1, "text": "請水利署協助"}],
        "warnings": [{"line": 1, "message": "請確認縣市。"}],
    }
    Reading.objects.filter(pk=reading.pk).update(result=result)

    said = desk.get(at(reading)).content.decode()

    assert "請水利署協助" in said
    assert "請確認縣市。" in said


def test_what_a_paper_says_is_never_markup(platform, cases, desk):
    reading = read_report(
        platform,
        told("<script>名</script>", (None, "<img src=x>")),
        text="<b>粗</b>",
    )

    said = desk.get(at(reading)).content.decode()

    assert "<script>名" not in said
    assert "<img src=x>" not in said
    assert "<b>粗" not in said


def test_report_without_rows_is_an_empty_page(platform, desk):
    reading = read_report(platform)

    assert "沒有讀到辦理情形。" in desk.get(at(reading)).content.decode()


def test_minutes_have_no_page_of_progress(platform, desk):
    reading = ReadingFactory(platform=platform)

    assert desk.get(at(reading)).status_code == 404


def test_report_that_waits_has_no_review_yet(platform, desk):
    reading = ReadingFactory(platform=platform, kind=Reading.Kind.STATUS_REPORT)

    assert desk.get(at(reading)).status_code == 404


@pytest.mark.parametrize("view", ["read-progress", "reading-original"])
def test_another_platform_s_secretariat_finds_nothing(platform, cases, view):
    reading = read_report(platform, told("河濱步道", (None, "甲。")))

    assert sit_down(PlatformFactory()).get(at(reading, view)).status_code == 404


@pytest.mark.parametrize("count", [1, 5])
def test_number_of_queries_does_not_grow(
    platform, group, desk, django_assert_num_queries, count
):
    cases = CaseFactory.create_batch(count, group=group)
    round_ = ReportingRoundFactory(platform=platform, as_of=DAY)
    for case in cases:
        ProgressUpdateFactory(case=case, round=round_, text="舊。")
    reading = read_report(
        platform,
        *(told(case.name, ("宜蘭縣", "甲。"), (None, "乙。")) for case in cases),
    )
    desk.get(at(reading))

    with django_assert_num_queries(QUERIES):
        desk.get(at(reading))


QUERIES = 16


def test_number_of_queries_to_write_does_not_grow(
    platform, group, desk, django_assert_max_num_queries
):
    cases = CaseFactory.create_batch(20, group=group)
    reading = read_report(
        platform, *(told(case.name, (None, "甲。")) for case in cases)
    )
    for row in ReadProgress.objects.all():
        row.state, row.case, row.chosen_by = (
            Choice.ACCEPTED,
            cases[row.order],
            desk.user,
        )
        row.save()
    stamp = review_progress(Reading.objects.get(pk=reading.pk)).stamp

    with django_assert_max_num_queries(40):
        desk.post(at(reading, "read-progress-write"), {"stamp": stamp})

    assert Case.objects.filter(progress__text="甲。").count() == 20

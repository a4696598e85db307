"""What the desk prints: drafts as confirming would word them, and the agenda."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.desk.agenda import agenda_of
from cases.desk.confirm import confirm_desk
from cases.exports.agenda import agenda_paper
from cases.models import DraftDecision
from meetings.minutes.paper import minutes_paper
from meetings.minutes.paper_pdf import minutes_pdf_here
from meetings.models import Meeting, Motion, Section
from tests.cases.desk import address, sit_down
from tests.documents import lines
from tests.factories import (
    CaseFactory,
    ChairFactory,
    IssueGroupFactory,
    MeetingFactory,
    ResolutionFactory,
    SectionFactory,
    decide,
)
from tests.papers import fonts, read, words

pytestmark = pytest.mark.django_db

BEFORE = dt.date(2024, 3, 15)
BETWEEN = dt.date(2024, 5, 2)
DAY = dt.date(2024, 7, 11)
FORMATS = ("pdf", "odt", "docx")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def desk(platform):
    return sit_down(platform)


@pytest.fixture
def listed(group, hold_meeting):
    """Five cases that the first meeting listed."""
    cases = [CaseFactory(group=group, name=name) for name in "甲乙丙丁戊"]
    hold_meeting(
        BEFORE,
        *(decide(case, "list") for case in cases),
        title="平臺第1次會議",
        number=1,
    )
    return cases


@pytest.fixture
def minutes(listed, draft):
    """Draft minutes of the second meeting."""
    return draft(DAY, title="平臺第2次會議", slug="vice-mayor-2")


def fresh(minutes):
    return Meeting.objects.with_minutes().get(pk=minutes.meeting_id)


def gathered(minutes):
    return minutes_paper(fresh(minutes))


def discussion(minutes):
    for section in gathered(minutes).sections:
        if section.kind == Section.Kind.DISCUSSION:
            return [(line.marker, line.text) for line in section.lines]
    return []


def take_down(minutes, group, *decisions):
    """Keep drafts: a case or a new name, a kind and what belongs to it."""
    for order, (case, kind, more) in enumerate(decisions):
        named = {"name": case} if isinstance(case, str) else {"case": case}
        DraftDecision.objects.create(
            minutes=minutes, group=group, order=order, kind=kind, **named, **more
        )


# Drafts ------------------------------------------------------------------------


def test_a_draft_is_worded_as_confirming_words_it(minutes, listed, group, clerk):
    first, second, third, fourth, fifth = listed
    ResolutionFactory(minutes=minutes, order=3, text="平臺運作依計畫辦理。")
    take_down(
        minutes,
        group,
        (first, "delist", {"reason": "completed"}),
        (second, "rename", {"new_name": "乙之二"}),
        (third, "merge", {"merged_into": fourth}),
        (fourth, "continue", {}),
        (fifth, "continue", {}),
        ("新的合作", "list", {}),
    )

    drafted = discussion(minutes)
    confirm_desk(minutes, by=clerk)

    assert drafted[:4] == [
        ("一、", "平臺運作依計畫辦理。"),
        (
            "二、",
            "議題小組合作案件，請依決議持續辦理：同意解列1案、新增1案及確認執行中3案。",
        ),
        ("（一）", group.name),
        ("1.", "同意解列1案：「甲」。"),
    ]
    assert len(drafted) > 6
    assert discussion(minutes) == drafted


def test_a_groups_draft_is_worded_as_confirming_words_it(
    listed, group, working_series, draft, clerk
):
    minutes = draft(BETWEEN, series=working_series)
    first, second, third, fourth, fifth = listed
    take_down(
        minutes,
        group,
        (first, "propose_delist", {"reason": "completed"}),
        (second, "continue", {}),
        (third, "continue", {"words": "請加速辦理"}),
        (fourth, "defer", {}),
        (fifth, "continue", {}),
        ("新的合作", "agree", {}),
    )

    drafted = discussion(minutes)
    confirm_desk(minutes, by=clerk)

    assert [text for _, text in drafted if "甲" in text] == ["甲：提請解列。"]
    assert len(drafted) == 5
    assert discussion(minutes) == drafted


def test_a_draft_says_how_many_cases_have_no_outcome(minutes, listed, group):
    take_down(minutes, group, (listed[0], "continue", {}))

    assert gathered(minutes).notes == [
        "本件為草稿，尚未確認。",
        "議程所列案件尚有4案未記錄決定。",
    ]


def test_a_group_nobody_has_begun_says_nothing_yet(minutes, listed, group, platform):
    before = discussion(minutes)
    take_down(minutes, group, (listed[0], "continue", {}))

    assert before == []
    assert [text for _, text in discussion(minutes)][1:] == [
        group.name,
        "5案持續列管。",
    ]


def test_counts_use_the_platforms_own_word(minutes, listed, group, platform, clerk):
    platform.delist_word = "解除列管"
    platform.save()
    take_down(minutes, group, (listed[0], "delist", {"reason": "completed"}))

    assert discussion(minutes)[0][1].endswith(
        "：同意解除列管1案、新增0案及確認執行中4案。"
    )


@pytest.mark.parametrize("count", [1, 5])
def test_a_draft_takes_the_same_number_of_queries(
    minutes, listed, group, count, platform
):
    for case in listed[:count]:
        take_down(minutes, group, (case, "continue", {}))
    IssueGroupFactory.create_batch(count, platform=platform)

    with CaptureQueriesContext(connection) as queries:
        gathered(minutes)

    assert len(queries) == DRAFT_QUERIES


DRAFT_QUERIES = 16


@pytest.mark.parametrize("extension", FORMATS)
def test_the_desk_sends_a_draft_and_keeps_it_nowhere(
    desk, minutes, listed, group, extension, folder
):
    take_down(minutes, group, (listed[0], "delist", {"reason": "completed"}))

    answer = desk.get(address(minutes.meeting, "minutes-paper", extension=extension))
    content = b"".join(answer.streaming_content)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store, private"
    said = words(content) if extension == "pdf" else "".join(lines(content, extension))
    assert "註：本件為草稿，尚未確認。" in said
    assert "同意解列1案：「甲」。" in said
    assert list(folder.iterdir()) == []


def test_the_desk_prints_confirmed_minutes_without_the_mark(
    desk, minutes, listed, group, clerk
):
    take_down(minutes, group, *((case, "continue", {}) for case in listed))
    confirm_desk(minutes, by=clerk)

    answer = desk.get(address(minutes.meeting, "minutes-paper", extension="odt"))

    said = lines(b"".join(answer.streaming_content), "odt")
    assert "（一）" + group.name in said
    assert not any("草稿" in line for line in said)


def test_a_meeting_nobody_has_recorded_is_a_sentence(desk, deciding_series):
    meeting = MeetingFactory(series=deciding_series)

    answer = desk.get(address(meeting, "minutes-paper", extension="pdf"))

    assert answer.status_code == 404
    assert "這次會議尚無會議紀錄" in answer.content.decode()


def test_what_no_font_has_is_named_and_the_other_formats_hold_it(desk, minutes):
    ResolutionFactory(minutes=minutes, order=1, text="請謝𠮷安辦理。")

    refused = desk.get(address(minutes.meeting, "minutes-paper", extension="pdf"))
    sent = desk.get(address(minutes.meeting, "minutes-paper", extension="docx"))

    assert refused.status_code == 500
    assert refused["Cache-Control"] == "no-store, private"
    assert "「𠮷」（U+20BB7）" in refused.content.decode()
    assert "ODT與DOCX" in refused.content.decode()
    said = lines(b"".join(sent.streaming_content), "docx")
    assert any("謝𠮷安" in line for line in said)


# The agenda --------------------------------------------------------------------


@pytest.fixture
def asked(listed, group, working_series, hold_meeting):
    """What the group asked of the next deciding meeting."""
    proposal = CaseFactory(group=group, name="新提案")
    hold_meeting(
        BETWEEN,
        decide(listed[0], "propose_delist", words="已辦理完成。"),
        decide(listed[1], "defer"),
        decide(proposal, "agree"),
        series=working_series,
        title="工作小組會議",
    )
    return proposal


def agenda(meeting, sections=()):
    found = Meeting.objects.with_minutes().get(pk=meeting.pk)
    return agenda_paper(agenda_of(found), list(sections))


def told(paper, heading):
    section = next(each for each in paper.sections if each.heading == heading)
    return [(line.depth, line.marker, line.text) for line in section.lines]


def test_the_agenda_tells_what_is_asked_by_whom_and_when(minutes, asked, listed, group):
    numbers = [case.number for case in listed]
    asking = "113年5月2日工作小組會議"

    assert told(agenda(minutes.meeting), "討論事項") == [
        (
            0,
            "",
            "提會案件共6案：提請解列1案、新提案1案、緩議再提1案、其餘列管中3案。",
        ),
        (
            1,
            "一、",
            f"{group.name}（提請解列1案、新提案1案、緩議再提1案、其餘列管中3案）",
        ),
        (2, "（一）", "提請解列1案"),
        (3, "1.", f"{numbers[0]}「甲」（{asking}提請解列：已辦理完成）"),
        (2, "（二）", "新提案1案"),
        (3, "1.", f"{asked.number}「新提案」（{asking}同意提案）"),
        (2, "（三）", "緩議再提1案"),
        (3, "1.", f"{numbers[1]}「乙」（{asking}緩議）"),
        (2, "（四）", "其餘列管中3案"),
        (3, "1.", f"{numbers[2]}「丙」"),
        (3, "2.", f"{numbers[3]}「丁」"),
        (3, "3.", f"{numbers[4]}「戊」"),
    ]


def test_the_agenda_goes_by_the_order_of_groups_and_counts_what_stands_alone_once(
    minutes, platform, group
):
    group.order = 5
    group.save()
    IssueGroupFactory(platform=platform, name="首組", order=1)

    assert told(agenda(minutes.meeting), "討論事項")[1:4] == [
        (1, "一、", "首組"),
        (1, "", "無提會案件。"),
        (1, "二、", f"{group.name}（列管中5案）"),
    ]


def test_the_agenda_has_the_usual_items_unless_others_are_prepared(minutes):
    for order, kind in enumerate(("time", "opening", "discussion", "adjournment")):
        SectionFactory(minutes=minutes, order=order, kind=kind, heading=f"第{order}項")

    usual = agenda(minutes.meeting)
    prepared = agenda(minutes.meeting, minutes.sections.all())

    assert [each.numeral + each.heading for each in usual.sections] == [
        "壹、會議時間",
        "貳、會議地點",
        "參、主席致詞",
        "肆、報告事項",
        "伍、討論事項",
        "陸、臨時動議",
        "柒、主席結論",
        "捌、散會",
    ]
    assert [each.heading for each in prepared.sections] == [
        "會議時間",
        "會議地點",
        "第1項",
        "第2項",
        "第3項",
    ]


def test_the_agenda_names_the_chairs_and_the_meeting_it_counts_from(
    minutes, listed, draft
):
    first = Meeting.objects.get(title="平臺第1次會議")
    ChairFactory(meeting=minutes.meeting, name="王大明", organization="甲市政府")
    third = draft(dt.date(2024, 9, 1), title="平臺第3次會議")

    paper = agenda(minutes.meeting)

    assert [each.value for each in paper.sections if each.heading == "主席"] == [
        "甲市政府 王大明副市長"
    ]
    assert agenda(third.meeting).notes == [
        f"列管情形自{first.short_title}（113年3月15日）起算。"
    ]


def test_motions_of_the_last_deciding_meeting_come_back(draft, clerk, group):
    before = draft(BEFORE)
    Motion.objects.create(
        minutes=before, order=1, subject="燈會", proposer="甲市", outcome="續議。"
    )
    confirm_desk(before, by=clerk)
    minutes = draft(DAY)

    assert told(agenda(minutes.meeting), "上次會議臨時動議") == [
        (1, "一、", "燈會（提案單位：甲市）"),
        (1, "", "續議。"),
    ]


def test_an_agenda_of_nothing_says_so(deciding_series):
    meeting = MeetingFactory(series=deciding_series)

    assert told(agenda(meeting), "討論事項") == [(0, "", "提會案件共0案。")]


@pytest.mark.parametrize("extension", FORMATS)
def test_the_desk_sends_the_agenda_and_keeps_it_nowhere(
    desk, minutes, asked, extension, folder
):
    answer = desk.get(address(minutes.meeting, "agenda-paper", extension=extension))
    content = b"".join(answer.streaming_content)

    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    said = words(content) if extension == "pdf" else "".join(lines(content, extension))
    assert "「新提案」（113年5月2日工作小組會議同意提案）" in said
    assert "草稿" not in said
    assert list(folder.iterdir()) == []


def test_a_meeting_without_minutes_has_an_agenda(desk, deciding_series):
    meeting = MeetingFactory(series=deciding_series, state=Meeting.State.PLANNED)

    answer = desk.get(address(meeting, "agenda-paper", extension="odt"))

    said = lines(b"".join(answer.streaming_content), "odt")
    assert said[0] == f"{meeting.title}議程"


def test_confirmed_minutes_have_no_agenda_any_more(desk, minutes, listed, group, clerk):
    take_down(minutes, group, *((case, "continue", {}) for case in listed))
    confirm_desk(minutes, by=clerk)

    answer = desk.get(address(minutes.meeting, "agenda-paper", extension="odt"))

    assert answer.status_code == 404
    assert "不再製作議程" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 5])
def test_an_agenda_takes_the_same_number_of_queries(
    desk, minutes, count, platform, hold_meeting, working_series, group
):
    for _ in range(count):
        CaseFactory(group=IssueGroupFactory(platform=platform))
        case = CaseFactory(group=group)
        hold_meeting(BETWEEN, decide(case, "agree"), series=working_series)
    url = address(minutes.meeting, "agenda-paper", extension="odt")

    with CaptureQueriesContext(connection) as queries:
        b"".join(desk.get(url).streaming_content)

    assert len(queries) == AGENDA_QUERIES


AGENDA_QUERIES = 17


def test_two_hundred_cases_and_hostile_names_are_printed_whole(
    group, hold_meeting, draft
):
    hostile = "</h3><script>alert(1)</script>{{ x }}\x1b\u202e&amp;"
    names = [f"第{number}項跨市合作計畫" for number in range(1, 200)] + [hostile]
    cases = [CaseFactory(group=group, name=name) for name in names]
    hold_meeting(BEFORE, *(decide(case, "list") for case in cases))
    paper = agenda(draft(DAY).meeting)

    content = minutes_pdf_here(paper)

    text = words(content)
    assert [name for name in names[:-1] if f"「{name}」" not in text] == []
    assert "</h3><script>alert(1)</script>{{x}}&amp;" in text
    assert fonts(content) == {"Paper-Sans", "Paper-Serif"}
    assert read(content).metadata.title == paper.title
    assert len(read(content).pages) > 5

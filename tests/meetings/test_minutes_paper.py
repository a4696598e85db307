"""The minutes as a paper, gathered from the record and read back from the file."""

import datetime as dt
import io
import re

import pdfplumber
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.ledger import confirm_and_post
from cases.models import CountClaim
from meetings.minutes.compose import (
    continuing_phrase,
    groups_phrase,
    motions_phrase,
    phrase,
    totals_phrase,
)
from meetings.minutes.paper import PaperLine, PaperSection, minutes_paper
from meetings.minutes.paper_files import FORMATS
from meetings.minutes.paper_pdf import minutes_pdf_here
from meetings.minutes.publish import publish as make_public
from meetings.models import Attachment, Erratum, Meeting, Motion, Remark
from meetings.models import Section as SectionModel
from tests.factories import (
    CaseFactory,
    ChairFactory,
    CountClaimFactory,
    IssueGroupFactory,
    MinutesFactory,
    ResolutionFactory,
    SectionFactory,
    decide,
)
from tests.pages import get
from tests.papers import bookmarks, elements, fonts, pages, read, squeezed, words

JULY = dt.date(2024, 7, 11)
TITLE = "北北平臺第3次副市長層級會議"
Kind = SectionModel.Kind

LISTED = ["捷運延伸線", "聯合行銷『山海』活動", "跨市公車路線調整（第2期）"]
DELISTED = ["淨零碳之宜居建築—經驗交流", "河岸自行車道"]

HEADINGS = [
    (Kind.TIME, "會議時間", "", ""),
    (Kind.PLACE, "會議地點", "", ""),
    (Kind.CHAIRS, "主席", "", ""),
    (Kind.ATTENDANCE, "出席單位及人員", "", ""),
    (Kind.OPENING, "主席致詞", "", "略"),
    (Kind.REPORT, "幕僚單位工作報告", "", "洽悉"),
    (Kind.DISCUSSION, "決議事項", "王副市長代表", ""),
    (Kind.REPORT, "共同議題報告", "", "一、計畫甲\n二、計畫乙"),
    (Kind.MOTIONS, "臨時動議", "", ""),
    (Kind.REMARKS, "主席結論暨指示", "依發言順序", ""),
    (Kind.ADJOURNMENT, "散會", "", ""),
]


def add_sections(minutes, headings=HEADINGS):
    for order, (kind, heading, qualifier, text) in enumerate(headings, start=1):
        SectionFactory(
            minutes=minutes,
            order=order,
            kind=kind,
            heading=heading,
            qualifier=qualifier,
            text=text,
        )


def add_chairs(meeting, *names):
    for order, (organization, name) in enumerate(names, start=1):
        ChairFactory(meeting=meeting, order=order, name=name, organization=organization)


def gathered(minutes):
    return minutes_paper(Meeting.objects.with_minutes().get(pk=minutes.meeting_id))


def printed(minutes):
    return minutes_pdf_here(gathered(minutes))


def section(minutes, heading):
    return next(each for each in gathered(minutes).sections if each.heading == heading)


def lines(minutes, heading):
    return [
        (line.depth, line.marker, line.text) for line in section(minutes, heading).lines
    ]


@pytest.fixture
def minutes(draft):
    """Draft minutes of a deciding meeting about which nothing else is known."""
    return draft(JULY, title=TITLE)


@pytest.fixture
def full(draft, platform, deciding_series):
    """Draft minutes with something in every part."""
    minutes = draft(
        JULY,
        title=TITLE,
        starts_at=dt.time(14, 50),
        ends_at=dt.time(16, 35),
        place="要塞司令部",
        minute_taker="林書華",
    )
    minutes.attendance_note = "詳簽到表"
    minutes.save()
    add_chairs(minutes.meeting, ("甲市政府", "王大明"), ("乙市政府", "陳小美"))
    add_sections(minutes)
    transport = IssueGroupFactory(platform=platform, name="交通組")
    disaster = IssueGroupFactory(platform=platform, name="災防組")
    texts = [
        (None, "平臺運作依推動計畫辦理。"),
        (transport, phrase("同意新增", LISTED)),
        (transport, phrase("同意解列", DELISTED)),
        (transport, continuing_phrase(11, are_others=True)),
        (disaster, continuing_phrase(8, are_others=False)),
    ]
    for order, (group, text) in enumerate(texts, start=1):
        ResolutionFactory(minutes=minutes, order=order, group=group, text=text)
    for counts, number in (("listed", 3), ("delisted", 2), ("continued", 19)):
        CountClaimFactory(meeting=minutes.meeting, counts=counts, number=number)
    Motion.objects.create(
        minutes=minutes, order=1, subject="燈會", proposer="甲市政府", outcome="再議。"
    )
    Remark.objects.create(
        minutes=minutes,
        order=1,
        speaker="陳小美",
        title="副市長",
        text="一、歡迎各市。\n二、下次再議。",
    )
    Remark.objects.create(
        minutes=minutes, order=2, speaker="王大明", title="副市長", text="感謝各市。"
    )
    Attachment.objects.create(
        minutes=minutes, order=1, title="聯合聲明", text="一、共識\n1. 穩產業。"
    )
    return minutes


# What stands on the paper ------------------------------------------------------


def test_every_part_stands_on_the_paper_in_order(full):
    text = words(printed(full))

    expected = [
        f"{TITLE}紀錄",
        "壹、會議時間：113年7月11日（星期四）下午2時50分",
        "貳、會議地點：要塞司令部",
        "參、主席：甲市政府王大明副市長",
        "乙市政府陳小美副市長",
        "共同主持",
        "肆、出席單位及人員：詳簽到表",
        "紀錄：林書華",
        "伍、主席致詞：略",
        "陸、幕僚單位工作報告：洽悉",
        "柒、決議事項（王副市長代表）",
        "一、平臺運作依推動計畫辦理。",
        "二、議題小組合作案件，請依決議持續辦理：同意解列2案、新增3案及確認執行中19案。",
        "（一）交通組",
        "1.同意新增3案：「捷運延伸線」、「聯合行銷『山海』活動」及"
        "「跨市公車路線調整（第2期）」。",
        "2.同意解列2案：「淨零碳之宜居建築—經驗交流」及「河岸自行車道」。",
        "3.其餘11案持續列管。",
        "（二）災防組8案持續列管。",
        "捌、共同議題報告一、計畫甲二、計畫乙",
        "玖、臨時動議燈會（提案單位：甲市政府）決議：再議。",
        "拾、主席結論暨指示（依發言順序）",
        "陳小美副市長一、歡迎各市。二、下次再議。",
        "王大明副市長感謝各市。",
        "拾壹、散會（下午4時35分）",
        "附件聯合聲明一、共識1.穩產業。",
    ]
    places = [text.find(squeezed(part)) for part in expected]
    missing = [part for part, place in zip(expected, places, strict=True) if place < 0]
    assert missing == []
    assert places == sorted(places)


def test_group_resolutions_stand_one_level_deeper_each(full):
    assert lines(full, "決議事項（王副市長代表）")[:5] == [
        (1, "一、", "平臺運作依推動計畫辦理。"),
        (
            1,
            "二、",
            "議題小組合作案件，請依決議持續辦理：同意解列2案、新增3案及確認執行中19案。",
        ),
        (2, "（一）", "交通組"),
        (3, "1.", phrase("同意新增", LISTED)),
        (3, "2.", phrase("同意解列", DELISTED)),
    ]


def test_what_stands_alone_is_not_numbered(minutes):
    ResolutionFactory(minutes=minutes, group=None, text="照案通過。")

    assert lines(minutes, "討論及決議事項") == [(0, "", "照案通過。")]


def test_counts_of_other_papers_are_not_printed(minutes, group):
    ResolutionFactory(minutes=minutes, group=group, text="8案持續列管。")
    CountClaimFactory(
        meeting=minutes.meeting, number=63, source=CountClaim.Source.ANNOUNCEMENT
    )
    CountClaimFactory(meeting=minutes.meeting, number=7, group=group)

    assert lines(minutes, "討論及決議事項") == [
        (1, "一、", "議題小組合作案件，請依決議持續辦理："),
        (2, "（一）", group.name),
        (2, "", "8案持續列管。"),
    ]


def test_resolutions_of_a_group_meeting_begin_with_the_names_of_their_cases(
    draft, clerk, group, working_series
):
    first, second, third = CaseFactory.create_batch(3, group=group)
    with transaction.atomic():
        minutes = draft(JULY, series=working_series)
        one = ResolutionFactory(
            minutes=minutes, group=group, text="同意立案。\n1. 請甲市規劃。"
        )
        two = ResolutionFactory(minutes=minutes, group=group, text="同意立案。")
        entries = [
            decide(first, "agree", resolution=one),
            decide(second, "agree", resolution=two),
            decide(third, "agree", resolution=two),
        ]
        confirm_and_post(minutes, entries, by=clerk)

    assert lines(minutes, "討論及決議事項") == [
        (1, "一、", f"{first.name}：同意立案。"),
        (2, "1.", "請甲市規劃。"),
        (1, "二、", f"{second.name}、{third.name}：同意立案。"),
    ]


def test_what_no_section_names_gets_its_usual_heading(full):
    full.sections.all().delete()

    assert [
        (each.numeral, each.heading, each.value) for each in gathered(full).sections
    ] == [
        ("壹、", "會議時間", "113年7月11日（星期四）下午2時50分"),
        ("貳、", "會議地點", "要塞司令部"),
        ("參、", "主席", ""),
        ("肆、", "出席單位及人員", "詳簽到表"),
        ("伍、", "討論及決議事項", ""),
        ("陸、", "臨時動議", ""),
        ("柒、", "主席結論暨指示", ""),
        ("捌、", "散會（下午4時35分）", ""),
    ]


def test_headings_without_anything_recorded_say_so(minutes):
    add_sections(minutes)

    assert [(each.heading, each.value) for each in gathered(minutes).sections] == [
        ("會議時間", "113年7月11日（星期四）"),
        ("會議地點", "未載明"),
        ("主席", "未載明"),
        ("出席單位及人員", "未載明"),
        ("主席致詞", "略"),
        ("幕僚單位工作報告", "洽悉"),
        ("決議事項（王副市長代表）", ""),
        ("共同議題報告", ""),
        ("臨時動議", "無"),
        ("主席結論暨指示（依發言順序）", ""),
        ("散會", ""),
    ]


def test_a_lone_chair_presides_alone(minutes):
    add_chairs(minutes.meeting, ("甲市政府", "王大明"))

    assert section(minutes, "主席") == PaperSection(
        "貳、", "主席", value="甲市政府 王大明副市長"
    )


def test_a_long_text_stands_below_its_heading(minutes):
    add_sections(minutes, [(Kind.OPENING, "主席致詞", "", "甲" * 61)])

    opening = section(minutes, "主席致詞")
    assert (opening.value, opening.lines) == ("", (PaperLine(0, "", "甲" * 61),))


def test_a_lone_speaker_named_in_the_heading_is_not_named_again(minutes):
    add_sections(minutes, [(Kind.REMARKS, "主席結論", "王大明市長代表", "")])
    Remark.objects.create(
        minutes=minutes, order=1, speaker="王大明", title="市長", text="請續辦。"
    )

    assert lines(minutes, "主席結論（王大明市長代表）") == [(0, "", "請續辦。")]


def test_motions_of_one_proposer_with_one_outcome_are_told_together(minutes):
    for order, (subject, proposer) in enumerate(
        [("甲案", "甲市"), ("乙案", "甲市"), ("丙案", "乙市")], start=1
    ):
        Motion.objects.create(
            minutes=minutes,
            order=order,
            subject=subject,
            proposer=proposer,
            outcome="再議。",
        )

    assert lines(minutes, "臨時動議") == [
        (1, "一、", "甲市提出「甲案」及「乙案」等2案。"),
        (1, "", "決議：再議。"),
        (1, "二、", "丙案（提案單位：乙市）"),
        (1, "", "決議：再議。"),
    ]


def test_bullets_of_one_kind_stand_below_one_another(minutes):
    Attachment.objects.create(
        minutes=minutes,
        order=1,
        title="聲明",
        text="一、呼籲\n◆ 勞動\n1. 甲\n2. 乙\n◆ 財政\n1. 丙",
    )

    assert [line.depth for line in gathered(minutes).attachments[0].lines] == [
        *(1, 1, 2, 2, 1, 2)
    ]


def test_attachments_begin_on_pages_of_their_own(full):
    Attachment.objects.create(minutes=full, order=2, title="簽到表", text="略")

    *_, first, second = pages(printed(full))

    assert "附件1聯合聲明" in first
    assert "散會" not in first
    assert "附件2簽到表" in second
    assert "聯合聲明" not in second


def test_inferred_minutes_say_so_under_the_title(full):
    full.source = "未取得會議紀錄，依辦理情形推定"
    full.save()

    text = words(printed(full))
    assert f"{TITLE}紀錄註：本件為草稿" in text
    assert "註：本件為推定之紀錄。未取得會議紀錄，依辦理情形推定。壹、" in text


def test_errata_stand_at_the_end_and_are_announced_under_the_title(full, clerk):
    confirm_and_post(full, [], by=clerk)
    for was, becomes in (("7案", "8案"), ("甲\n乙", "丙")):
        Erratum.objects.create(
            minutes=full, reason="誤植", was=was, becomes=becomes, recorded_by=clerk
        )

    text = words(printed(full))
    assert "註：本紀錄有勘誤2則，詳文末。" in text
    end = re.sub(r"\d+年\d+月\d+日", "某日", text.partition("附件聯合聲明")[2])
    assert (
        "勘誤一、更正原因：誤植原載：7案更正為：8案登錄日期：某日"
        "二、更正原因：誤植原載：甲乙更正為：丙登錄日期：某日" in end
    )


def test_a_draft_is_marked_on_every_page_and_confirmed_minutes_on_none(full, clerk):
    marked = printed(full)
    confirm_and_post(full, [], by=clerk)
    final = printed(full)

    assert len(pages(marked)) > 1
    assert all("草稿" in page for page in pages(marked))
    assert read(marked).metadata.title == f"{TITLE}紀錄（草稿）"
    assert "草稿" not in words(final)
    assert read(final).metadata.title == f"{TITLE}紀錄"


# The file ------------------------------------------------------------------------


def test_the_paper_is_tagged_with_title_and_language(full):
    content = printed(full)

    reader = read(content)
    root = reader.trailer["/Root"]
    assert reader.metadata.author == full.meeting.platform.name
    assert root["/Lang"] == "zh-Hant-TW"
    assert root["/MarkInfo"]["/Marked"]
    assert re.search(r"pdfuaid:part\W+1\b", root["/Metadata"].get_data().decode())
    kinds = [element["/S"] for element in elements(content)]
    assert [kinds.count(kind) for kind in ("/H1", "/H2", "/H3")] == [1, 12, 4]


def test_bookmarks_lead_to_headings_groups_and_speakers(full):
    assert bookmarks(printed(full))[6:] == [
        "柒、決議事項（王副市長代表）",
        ["（一）交通組", "（二）災防組"],
        "捌、共同議題報告",
        "玖、臨時動議",
        "拾、主席結論暨指示（依發言順序）",
        ["陳小美副市長", "王大明副市長"],
        "拾壹、散會（下午4時35分）",
        "聯合聲明",
    ]


def test_the_paper_is_a4_portrait_with_pages_numbered_and_our_fonts(full):
    content = printed(full)

    sizes = {
        (round(page.mediabox.width), round(page.mediabox.height))
        for page in read(content).pages
    }
    numbers = [re.search(r"第(\d+)頁，共(\d+)頁", each) for each in pages(content)]
    total = len(numbers)
    assert sizes == {(595, 842)}
    assert [found.groups() for found in numbers] == [
        (str(number), str(total)) for number in range(1, total + 1)
    ]
    assert fonts(content) == {"Paper-Sans", "Paper-Serif"}


@pytest.fixture
def huge(full):
    """The full minutes with fifty cases in a resolution and a very long speech."""
    names = [f"第{number}項跨市合作計畫之推動與經驗交流" for number in range(1, 51)]
    for order in range(10, 24):
        group = IssueGroupFactory(platform=full.meeting.platform, name=f"第{order}小組")
        ResolutionFactory(
            minutes=full, order=order, group=group, text=phrase("同意新增", names)
        )
    Remark.objects.create(
        minutes=full, order=9, speaker="李議", text="四市持續合作，共創佳績。" * 833
    )
    return full


def test_fifty_cases_and_ten_thousand_characters_are_printed_whole(huge):
    text = words(printed(huge))

    # A line of the foot or head of a page may stand between any two characters.
    furniture = rf"第\d+頁，共\d+頁|{squeezed(TITLE)}紀錄|草稿"
    text = re.sub(furniture, "", text)
    names = [f"「第{number}項跨市合作計畫之推動與經驗交流」" for number in range(1, 51)]
    assert [text.count(name) for name in names] == [14] * 50
    assert "四市持續合作，共創佳績。" * 833 in text


def test_no_heading_stands_at_the_foot_of_a_page(huge):
    content = printed(huge)

    headings = {
        squeezed(title)
        for each in bookmarks(content)
        for title in (each if isinstance(each, list) else [each])
    }
    last = [
        squeezed(page.extract_text().strip().split("\n")[-2])
        for page in read(content).pages
    ]
    assert len(last) > 20
    assert headings.isdisjoint(last[:-1])


def test_hostile_text_is_printed_as_text(minutes, clerk):
    hostile = (
        '</p></section><img src="http://127.0.0.1:1/x.png"><style>*{display:none}'
        "</style>{{ paper }}{% include 'x' %}\x1b[0m\u202e完成"
    )
    meeting = minutes.meeting
    Meeting.objects.filter(pk=meeting.pk).update(
        title="<u>會議</u>", place=hostile, minute_taker="<b>林</b>"
    )
    add_sections(minutes, [(Kind.REPORT, "<h1>報告", "<i>", hostile)])
    ResolutionFactory(minutes=minutes, group=None, text=hostile)
    Attachment.objects.create(minutes=minutes, order=1, title="<s>", text=hostile)
    confirm_and_post(minutes, [], by=clerk)
    Erratum.objects.create(
        minutes=minutes, reason=hostile, was="<", becomes="&amp;", recorded_by=clerk
    )

    text = words(printed(minutes))

    shown = squeezed(hostile.replace("\x1b", "").replace("\u202e", ""))
    assert text.count(shown) == 5
    assert "<h1>報告（<i>）" in text
    assert "<u>會議</u>紀錄" in text
    assert "紀錄：<b>林</b>" in text
    assert "原載：<更正為：&amp;" in text


def test_a_long_address_stays_on_the_page(minutes):
    ResolutionFactory(minutes=minutes, group=None, text=f"見https://{'a' * 300}")

    content = printed(minutes)

    assert "a" * 300 in words(content)
    with pdfplumber.open(io.BytesIO(content)) as paper:
        right = max(letter["x1"] for page in paper.pages for letter in page.chars)
    assert right < 595 - 2.5 / 2.54 * 72 + 1


def test_a_long_title_and_long_names_leave_the_marks_in_one_line(full):
    long = "跨域治理及淨零轉型共同推動專案小組"
    Meeting.objects.filter(pk=full.meeting_id).update(title=f"第3次{long * 4}")
    full.meeting.chairs.update(organization=long * 2)

    text = [page.extract_text() for page in read(printed(full)).pages]

    assert "主席：" in text[0]
    assert "共同主持" in text[0]
    assert all(re.search("草 *稿", page) for page in text)


@pytest.mark.parametrize("count", [1, 5])
def test_gathering_takes_the_same_number_of_queries(full, count, clerk):
    for number in range(100, 100 + count):
        group = IssueGroupFactory(platform=full.meeting.platform)
        ResolutionFactory(minutes=full, order=number, group=group)
        Remark.objects.create(minutes=full, order=number, speaker="某", text="好")
        Attachment.objects.create(minutes=full, order=number, title="甲", text="乙")
    confirm_and_post(full, [], by=clerk)
    for _ in range(count):
        Erratum.objects.create(
            minutes=full, reason="甲", was="乙", becomes="丙", recorded_by=clerk
        )

    with CaptureQueriesContext(connection) as queries:
        gathered(full)

    assert len(queries) == 10


# The phrases ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delisted", "listed", "running", "said"),
    [
        (15, 18, 34, "同意解除列管15案、新增18案及確認執行中34案。"),
        (None, 0, None, "同意新增0案。"),
        (None, None, 8, "確認執行中8案。"),
        (None, None, None, ""),
    ],
)
def test_totals_say_only_what_is_stated(delisted, listed, running, said):
    assert said == totals_phrase(
        delisted=delisted, listed=listed, running=running, delist_word="解除列管"
    )


def test_the_line_above_the_groups_uses_the_platforms_word():
    said = groups_phrase("合作提案", "", group_word="議題組")

    assert said.startswith("議題組合作提案件，")


def test_motions_without_a_proposer_are_told_without_one():
    assert motions_phrase(["甲", "乙"], "") == "「甲」及「乙」等2案。"
    assert motions_phrase(["甲"], "") == "甲"


# The address -----------------------------------------------------------------------


@pytest.fixture
def published(full, clerk):
    confirm_and_post(full, [], by=clerk)
    make_public(full, by=clerk)
    return full.meeting


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def address(meeting, extension="pdf"):
    at = [meeting.platform.slug, meeting.slug]
    return reverse("meetings:minutes-paper", args=[*at, extension])


def test_published_minutes_are_served_once_made(client, published, tmp_path):
    answer = client.get(address(published))
    content = b"".join(answer.streaming_content)
    again = client.get(address(published), headers={"If-None-Match": answer["ETag"]})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "%E6%9C%83%E8%AD%B0%E7%B4%80%E9%8C%84.pdf" in answer["Content-Disposition"]
    assert f"{TITLE}紀錄" in words(content)
    assert [file.read_bytes() for file in (tmp_path / "papers").iterdir()] == [content]
    assert again.status_code == 304


def test_the_page_of_a_meeting_leads_to_its_paper(client, published):
    page = get(client, published.get_absolute_url())

    links = page.links()
    assert [links[text] for text in ("會議紀錄（PDF）", "ODT", "DOCX")] == [
        address(published, extension) for extension in ("pdf", "odt", "docx")
    ]


@pytest.mark.parametrize("extension", FORMATS)
def test_minutes_not_published_are_not_to_be_had(
    client, full, clerk, platform, extension
):
    draft = client.get(address(full.meeting, extension))
    confirm_and_post(full, [], by=clerk)
    confirmed = client.get(address(full.meeting, extension))
    unknown = client.get(
        reverse("meetings:minutes-paper", args=[platform.slug, "no", extension])
    )

    for answer in (draft, confirmed, unknown):
        assert answer.status_code == 404
        assert "會議紀錄尚未公開" in answer.content.decode()
        assert TITLE not in answer.content.decode()


def test_a_paper_that_cannot_be_made_is_a_page_that_says_why(
    client, draft, clerk, tmp_path
):
    with transaction.atomic():
        minutes = draft(JULY, title="謝𠮷安會議")
        confirm_and_post(minutes, [], by=clerk)
    make_public(minutes, by=clerk)

    page = get(client, address(minutes.meeting), status=500)

    assert "無法提供會議紀錄" in page.texts("h1")
    assert "「𠮷」（U+20BB7）" in page.texts("p[@class='lead']")[0]
    assert list((tmp_path / "papers").iterdir()) == []


# The command -------------------------------------------------------------------------


def command(meeting, output, **more):
    call_command("meeting_report", meeting, output=output, **more)


@pytest.mark.parametrize(
    ("name", "more", "begins"),
    [
        ("x.odt", {}, b"PK\x03\x04"),
        ("x.DOCX", {}, b"PK\x03\x04"),
        ("x", {}, b"%PDF"),
        ("x.odt", {"extension": "pdf"}, b"%PDF"),
    ],
)
def test_the_command_writes_the_format_asked_for_or_named(
    full, tmp_path, name, more, begins
):
    command(
        f"{full.meeting.platform.slug}/{full.meeting.slug}", tmp_path / name, **more
    )

    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_command_writes_the_paper_drafts_too(full, tmp_path, capsys):
    file = tmp_path / "minutes.pdf"

    command(f"{full.meeting.platform.slug}/{full.meeting.slug}", file)

    assert "草稿" in words(file.read_bytes())
    assert capsys.readouterr().out == (
        f"{file}：{TITLE}紀錄，{file.stat().st_size / 1024:.0f} KB。\n"
    )


def test_an_unknown_meeting_is_answered_with_those_like_it(draft, platform, tmp_path):
    for slug in ("vice-mayor-5", "vice-mayor-6", "industry-114-1"):
        draft(JULY, slug=slug)

    with pytest.raises(CommandError) as refusal:
        command(f"{platform.slug}/vice-mayor-7", tmp_path / "x.pdf")

    near = f"{platform.slug}/vice-mayor-6、{platform.slug}/vice-mayor-5"
    assert str(refusal.value).startswith(
        f"沒有「{platform.slug}/vice-mayor-7」這次會議；相近的有：{near}"
    )
    assert not (tmp_path / "x.pdf").exists()


def test_an_unknown_meeting_is_answered_when_there_are_none(db, tmp_path):
    with pytest.raises(CommandError, match="也還沒有任何會議紀錄"):
        command("jbbt/vice-mayor-5", tmp_path / "x.pdf")


def test_a_meeting_without_minutes_is_a_sentence(full, platform, tmp_path):
    meeting = MinutesFactory.meeting.get_factory()(
        series__platform=platform, title="明年會議"
    )

    with pytest.raises(CommandError, match="明年會議尚無會議紀錄。"):
        command(f"{platform.slug}/{meeting.slug}", tmp_path / "x.pdf")


def test_a_place_that_cannot_be_written_is_a_sentence(full, tmp_path):
    with pytest.raises(CommandError, match="無法寫入"):
        command(
            f"{full.meeting.platform.slug}/{full.meeting.slug}",
            tmp_path / "none" / "x.pdf",
        )


def test_a_paper_that_fails_leaves_the_old_file(draft, tmp_path):
    minutes = draft(JULY, title="謝𠮷安會議")
    file = tmp_path / "x.pdf"
    file.write_bytes(b"old")

    with pytest.raises(CommandError, match=r"U\+20BB7"):
        command(f"{minutes.meeting.platform.slug}/{minutes.meeting.slug}", file)

    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [
        ("x.pdf", b"old")
    ]

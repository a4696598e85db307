"""Making a draft of what was read: all of it that was accepted, or nothing."""

import datetime as dt
import hashlib
import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from cases.desk.check import check
from cases.desk.confirm import confirm_desk
from cases.models import CountClaim, DraftDecision, LedgerEntry
from cases.readings.choose import DraftMade, accept_clear, put_aside, set_aside
from cases.readings.drafting import ChangedMeanwhile, make_draft
from cases.readings.review import review_of
from meetings.models import (
    Attachment,
    Meeting,
    MeetingSeries,
    Minutes,
    MinutesFile,
    Motion,
    Remark,
    Resolution,
    Section,
)
from tests.cases.desk import sit_down
from tests.cases.readings import at, decision_said, minutes_said, read_paper
from tests.factories import (
    CaseFactory,
    MembershipFactory,
    MunicipalityFactory,
    decide,
)

pytestmark = pytest.mark.django_db

SPRING, SUMMER = dt.date(2024, 1, 5), dt.date(2024, 7, 11)


@pytest.fixture
def tracked(group, hold_meeting):
    cases = [
        CaseFactory(group=group, name=name)
        for name in ("跨市公車", "共同標售回收物", "河岸自行車道串聯")
    ]
    hold_meeting(SPRING, *(decide(case, "list") for case in cases))
    return cases


@pytest.fixture
def read(platform, deciding_series, clerk):
    """Return a function that reads minutes and accepts all that is clear."""

    def take(*decisions, text="", **said):
        reading = read_paper(
            platform,
            minutes_said(decisions=list(decisions), **said),
            text=text,
            uploaded_by=clerk,
        )
        found = reading.minutes.get()
        accept_clear(found, by=clerk)
        return found

    return take


def draft_of(read, clerk, *rest):
    stamp = review_of(read).stamp
    return make_draft(read, rest=rest, stamp=stamp, by=clerk)


def test_draft_holds_the_header_as_reviewed(read, clerk, platform):
    city = MunicipalityFactory(name="山海市政府", short_name="山海市")
    MembershipFactory(platform=platform, municipality=city)
    chair = {"name": "王大明", "title": "副市長", "organization": "山海市政府"}

    minutes = draft_of(
        read(place="山海市政大樓二樓", chairs=[chair], recorder="陳小美"), clerk
    ).minutes

    meeting = Meeting.objects.get(pk=minutes.meeting_id)
    assert (
        meeting.title,
        meeting.held_on,
        meeting.starts_at,
        meeting.ends_at,
        meeting.place,
        meeting.host,
        meeting.minute_taker,
        meeting.state,
    ) == (
        "合作交流平臺第1次副市長層級會議",
        SUMMER,
        dt.time(14, 50),
        dt.time(16, 0),
        "山海市政大樓二樓",
        city,
        "陳小美",
        "planned",
    )
    (found,) = meeting.chairs.all()
    assert (found.name, found.title, found.organization, found.municipality) == (
        "王大明",
        "副市長",
        "山海市政府",
        city,
    )


def test_host_is_the_first_chairs_where_the_place_names_nobody(read, platform):
    cities = [
        MunicipalityFactory(name=f"{name}市政府", short_name=f"{name}市")
        for name in ("山海", "河谷")
    ]
    for city in cities:
        MembershipFactory(platform=platform, municipality=city)
    chairs = [
        {"name": name, "title": "副市長", "organization": city.name}
        for name, city in zip(("王大明", "李小華"), reversed(cities), strict=True)
    ]

    assert read(place="交流中心", chairs=chairs).host == cities[1]


def test_draft_holds_the_texts(read, clerk):
    minutes = draft_of(
        read(
            sections=[
                {"heading": "會議時間", "kind": "time", "text": "113年7月11日"},
                {"heading": "出席人員", "kind": "attendance", "text": "詳簽到表"},
                {"heading": "主席致詞", "kind": "opening", "text": "略"},
                {"heading": "報告事項", "kind": "report", "text": "洽悉"},
                {
                    "heading": "結論",
                    "kind": "remarks",
                    "qualifier": "依發言順序",
                    "text": "王副市長：…",
                },
                {"heading": "紀錄", "kind": "recorder", "text": "陳小美"},
                {"heading": "其他", "kind": "other", "text": "備查"},
            ],
            chairs=[{"name": "王大明", "title": "副市長", "organization": ""}],
            remarks=[
                {"speaker": "王大明", "items": ["請加速。", "請列管。"]},
                {"speaker": "李小華", "title": "處長", "items": ["同意。"]},
            ],
            motions=[{"text": "一、增設步道。", "cases": []}],
            attachments=[{"title": "附件一", "text": "名單"}],
        ),
        clerk,
    ).minutes

    assert list(
        Section.objects.filter(minutes=minutes).values_list(
            "kind", "heading", "qualifier", "text"
        )
    ) == [
        ("time", "會議時間", "", ""),
        ("attendance", "出席人員", "", ""),
        ("opening", "主席致詞", "", "略"),
        ("report", "報告事項", "", "洽悉"),
        ("remarks", "結論", "依發言順序", ""),
        ("report", "其他", "", "備查"),
    ]
    assert list(Remark.objects.values_list("speaker", "title", "text")) == [
        ("王大明", "副市長", "一、請加速。\n二、請列管。"),
        ("李小華", "處長", "同意。"),
    ]
    assert list(Motion.objects.values_list("subject", "outcome")) == [
        ("增設步道。", "")
    ]
    assert list(Attachment.objects.values_list("title", "text")) == [("附件一", "名單")]
    assert Minutes.objects.get(pk=minutes.pk).attendance_note == "詳簽到表"


def test_motion_longer_than_a_subject_keeps_all_its_words(read, clerk):
    text = "請研議增設步道。" + "說明" * 120

    draft_of(read(motions=[{"text": text, "cases": []}]), clerk)

    motion = Motion.objects.get()
    assert (motion.subject, motion.outcome) == ("請研議增設步道", text)


def test_cases_moved_in_one_sentence_are_motions_of_one_proposer(read, clerk):
    text = "山海市政府提出「增設步道」及「共同採購」等 2 案臨時動議，請先研議。"

    draft_of(
        read(
            motions=[
                {"text": text, "cases": ["增設步道"]},
                {"text": text, "cases": ["共同採購"]},
            ]
        ),
        clerk,
    )

    assert list(Motion.objects.values_list("subject", "proposer", "outcome")) == [
        ("增設步道", "山海市政府", "請先研議。"),
        ("共同採購", "山海市政府", "請先研議。"),
    ]


def test_motion_whose_case_is_worded_otherwise_keeps_all_its_words(read, clerk):
    text = "請各市研議步道之增設。"

    draft_of(read(motions=[{"text": text, "cases": ["增設步道"]}]), clerk)

    motion = Motion.objects.get()
    assert (motion.subject, motion.proposer, motion.outcome) == ("增設步道", "", text)


def test_text_no_field_can_hold_is_told_and_left_out(read, clerk):
    draft = draft_of(
        read(remarks=[{"speaker": "王" * 41, "items": ["請加速。"]}]), clerk
    )

    assert not Remark.objects.exists()
    assert draft.left_out == ["主席結論「請加速。…」過長，未帶入草稿。"]


def test_resolution_about_no_case_is_taken_over(read, clerk, group):
    text = "一、照案通過。\n二、同意新增1案：「跨市公車」。\n"
    start, end = text.index("二"), len(text)
    name = text.index("跨市")
    draft_of(
        read(
            decision_said(
                "跨市公車", group=group.name, source={"start": name, "end": name + 4}
            ),
            text=text,
            resolutions=[
                {
                    "group": None,
                    "text": "一、照案通過。",
                    "source": {"start": 0, "end": 7},
                },
                {
                    "group": None,
                    "text": "二、同意新增1案：「跨市公車」。",
                    "source": {"start": start, "end": end},
                },
                {"group": group.name, "text": "其餘0案。", "source": None},
                {"group": None, "text": "三、列管合作案(計9案)：", "source": None},
            ],
        ),
        clerk,
    )

    assert list(Resolution.objects.values_list("group", "text")) == [
        (None, "照案通過。")
    ]


def test_draft_holds_the_decisions_that_were_accepted(
    read, clerk, tracked, group, hold_meeting
):
    found = read(
        decision_said("跨市公車", "delist", group=group.name, reason="completed"),
        decision_said("火災調查合作", group=group.name),
        decision_said("共同標售回收物", "continue", group=group.name),
    )
    ignored = found.decisions.get(order=2)
    set_aside(found, ignored.pk, "ignored", version=1, by=clerk)

    minutes = draft_of(found, clerk).minutes

    assert list(
        DraftDecision.objects.filter(minutes=minutes).values_list(
            "group", "case", "name", "kind", "reason"
        )
    ) == [
        (group.pk, tracked[0].pk, "", "delist", "completed"),
        (group.pk, None, "火災調查合作", "list", ""),
    ]


def test_rest_of_the_ticked_groups_stays_tracked(read, clerk, tracked, group):
    claims = [{"group": group.name, "listed": None, "delisted": 1, "continued": 2}]
    found = read(decision_said("跨市公車", "delist", group=group.name), claims=claims)

    draft_of(found, clerk, group.slug)

    assert list(
        DraftDecision.objects.filter(kind="continue")
        .order_by("case")
        .values_list("case", flat=True)
    ) == [tracked[1].pk, tracked[2].pk]


def test_rest_of_the_other_groups_is_left_to_the_desk(read, clerk, tracked, group):
    found = read(decision_said("跨市公車", "delist", group=group.name))

    draft_of(found, clerk)

    assert not DraftDecision.objects.filter(kind="continue").exists()


def test_merged_case_points_at_the_new_one(read, clerk, tracked, group):
    found = read(
        decision_said(
            "綠色運輸",
            "merge",
            group=group.name,
            came_from=["跨市公車", "共同標售回收物"],
        )
    )

    draft_of(found, clerk)

    new = DraftDecision.objects.get(case=None)
    assert set(
        DraftDecision.objects.filter(kind="merge").values_list(
            "case", "merged_into_new"
        )
    ) == {(tracked[0].pk, new.pk), (tracked[1].pk, new.pk)}


def test_case_that_others_were_split_from_ends(read, clerk, tracked, group):
    found = read(
        *(
            decision_said(name, group=group.name, came_from=["跨市公車"])
            for name in ("公車北線", "公車南線")
        )
    )

    draft_of(found, clerk)

    assert list(
        DraftDecision.objects.order_by("kind", "name").values_list(
            "kind", "case", "name", "split_from"
        )
    ) == [
        ("list", None, "公車北線", tracked[0].pk),
        ("list", None, "公車南線", tracked[0].pk),
        ("split", tracked[0].pk, "", None),
    ]


def test_groups_own_words_are_taken_as_its_resolution(
    platform, group, tracked, working_series, clerk
):
    reading = read_paper(
        platform,
        minutes_said(
            series="working_group",
            group=group.name,
            decisions=[
                decision_said(
                    "跨市公車",
                    "continue",
                    group=group.name,
                    words="跨市公車：請下季更新。",
                )
            ],
        ),
    )
    found = reading.minutes.get()
    accept_clear(found, by=clerk)

    draft_of(found, clerk)

    draft = DraftDecision.objects.get()
    assert (draft.kind, draft.words) == ("continue", "請下季更新。")


def test_file_is_attached_byte_for_byte(read, clerk):
    content = "山海\r\n第1次".encode("utf-16")
    found = read()
    reading = read_paper(
        found.reading.platform,
        minutes_said(starts_at="2024-08-01T14:00"),
        content=content,
        name="紀錄.docx",
        media_type="application/x",
    )

    minutes = draft_of(reading.minutes.get(), clerk).minutes

    kept = MinutesFile.objects.get(minutes=minutes)
    assert (bytes(kept.content), kept.sha256, kept.kind, kept.name, kept.size) == (
        content,
        hashlib.sha256(content).hexdigest(),
        "source",
        "紀錄.docx",
        len(content),
    )


def test_what_the_paper_states_is_held_against_the_draft(read, clerk, tracked, group):
    claims = [
        {
            "group": group.name,
            "listed": 2,
            "delisted": 1,
            "continued": None,
            "words": ["同意新增2案", "同意解列1案"],
        }
    ]
    found = read(decision_said("跨市公車", "delist", group=group.name), claims=claims)

    minutes = draft_of(found, clerk, group.slug).minutes

    assert list(CountClaim.objects.values_list("counts", "number", "words")) == [
        ("listed", 2, "同意新增2案"),
        ("delisted", 1, "同意解列1案"),
    ]
    (warning,) = [
        each.sentence
        for each in check(minutes).warnings
        if each.code == "claim-differs"
    ]
    assert "新增 2 案（「同意新增2案」），紀錄所計為 0 案" in warning


def test_what_the_paper_states_stays_when_the_minutes_are_confirmed(
    read, clerk, tracked, group
):
    claims = [{"group": group.name, "listed": None, "delisted": 9, "continued": None}]
    found = read(decision_said("跨市公車", "delist", group=group.name), claims=claims)
    minutes = draft_of(found, clerk, group.slug).minutes

    confirm_desk(minutes, by=clerk)

    assert dict(
        CountClaim.objects.filter(group=group).values_list("counts", "number")
    ) == {"delisted": 9, "continued": 2}
    assert LedgerEntry.objects.filter(meeting=minutes.meeting, kind="delist").exists()


def test_paper_that_names_another_platform_is_drafted_only_when_meant(read, clerk):
    found = read(platform="北臺區域發展推動委員會")
    stamp = review_of(found).stamp

    with pytest.raises(ValidationError, match="屬於本平臺"):
        make_draft(found, rest=[], stamp=stamp, by=clerk)
    make_draft(found, rest=[], stamp=stamp, by=clerk, is_own=True)

    assert Minutes.objects.count() == 1


# Which meeting --------------------------------------------------------------------------


def test_meeting_that_was_called_already_is_used(read, clerk, draft):
    minutes = draft(SUMMER, state="planned", place="舊地點")

    made = draft_of(read(place="新地點"), clerk).minutes

    assert made == minutes
    assert Meeting.objects.get().place == "新地點"


def test_draft_that_holds_something_is_not_written_over(read, clerk, draft):
    minutes = draft(SUMMER)
    Remark.objects.create(minutes=minutes, order=1, speaker="王大明", text="別動。")
    found = read(remarks=[{"speaker": "李小華", "items": ["新。"]}])

    with pytest.raises(ValidationError, match="不會以文件覆蓋"):
        draft_of(found, clerk)

    assert Remark.objects.get().text == "別動。"


def test_minutes_on_record_make_no_second_meeting(read, clerk, hold_meeting):
    hold_meeting(SUMMER)

    with pytest.raises(ValidationError, match="已在紀錄中"):
        draft_of(read(), clerk)

    assert Meeting.objects.count() == 1


def test_numbered_meeting_gets_its_number(read, clerk, deciding_series):
    MeetingSeries.objects.update(numbering="per_year")

    minutes = draft_of(read(number=3, roc_year=113), clerk).minutes

    assert (minutes.meeting.number, minutes.meeting.roc_year) == (3, 113)
    assert minutes.meeting.slug == f"{deciding_series.slug}-113-3"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"series": "mayor"}, "請選擇會議系列。"),
        ({"starts_at": None, "ends_at": None}, "請填寫會議日期。"),
        ({"title": ""}, "請填寫會議名稱。"),
        ({"number": 5}, "不編次，請清除次別與年度。"),
    ],
)
def test_header_that_lacks_something_makes_no_draft(read, clerk, said, sentence):
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        draft_of(read(**said), clerk)

    assert not Meeting.objects.exists()


def test_open_row_makes_no_draft(read, clerk, tracked, group):
    found = read(decision_said("河岸自行車道之串聯", "continue", group=group.name))

    with pytest.raises(ValidationError, match="還有 1 項決定待審閱"):
        draft_of(found, clerk)


def test_minutes_put_aside_make_no_draft(read, clerk):
    found = read()
    put_aside(found, is_ignored=True, by=clerk)
    found.refresh_from_db()

    with pytest.raises(ValidationError, match="已略過"):
        draft_of(found, clerk)


def test_second_draft_of_the_same_minutes_is_refused(read, clerk):
    found = read()
    draft_of(found, clerk)

    with pytest.raises(DraftMade):
        make_draft(found, rest=[], stamp="1.0", by=clerk)

    assert Minutes.objects.count() == 1


def test_draft_is_stopped_when_a_row_has_changed_since(read, clerk, tracked, group):
    found = read(decision_said("跨市公車", "delist", group=group.name))
    stamp = review_of(found).stamp
    set_aside(found, found.decisions.get().pk, "ignored", version=1, by=clerk)

    with pytest.raises(ChangedMeanwhile):
        make_draft(found, rest=[], stamp=stamp, by=clerk)

    assert not DraftDecision.objects.exists()


def test_nothing_is_half_done_when_the_last_step_fails(
    read, clerk, tracked, group, monkeypatch
):
    found = read(decision_said("跨市公車", "delist", group=group.name))
    meetings = Meeting.objects.count()
    monkeypatch.setattr(
        "cases.readings.drafting._attach", lambda *args: (_ for _ in ()).throw(OSError)
    )

    with pytest.raises(OSError):  # noqa: PT011  what the disk says
        draft_of(found, clerk)

    found.refresh_from_db()
    assert found.is_open
    assert Meeting.objects.count() == meetings
    assert not DraftDecision.objects.exists()


# In the browser ---------------------------------------------------------------------------


def stamp_in(response):
    return re.search(r'name="stamp" value="([^"]+)"', response.text)[1]


def test_draft_is_made_on_the_page_and_leads_to_the_desk(read, platform):
    found = read()
    desk = sit_down(platform)

    response = desk.post(
        at(found, "read-draft"), {"stamp": stamp_in(desk.get(at(found)))}
    )

    meeting = Meeting.objects.get()
    overview = reverse("desk:meeting", args=[platform.slug, meeting.slug])
    assert response.url == overview
    page = desk.get(overview).text
    assert found.reading.sha256 in page
    assert at(found) in page


def test_page_says_what_has_changed_since(read, platform, clerk, tracked, group):
    found = read(decision_said("跨市公車", "delist", group=group.name))
    desk = sit_down(platform)
    stamp = stamp_in(desk.get(at(found)))
    set_aside(found, found.decisions.get().pk, "ignored", version=1, by=clerk)

    response = desk.post(at(found, "read-draft"), {"stamp": stamp})

    assert response.status_code == 409
    assert "審閱內容已有變更，草稿尚未製成" in response.text


def test_rest_is_ticked_where_the_paper_says_so_and_the_number_fits(
    read, platform, tracked, group
):
    def ticked(continued):
        found = read(
            decision_said("跨市公車", "delist", group=group.name),
            claims=[
                {
                    "group": group.name,
                    "listed": 0,
                    "delisted": 1,
                    "continued": continued,
                }
            ],
            text=str(continued),
        )
        html = sit_down(platform).get(at(found)).text
        return f'name="rest" value="{group.slug}" checked' in html

    assert (ticked(2), ticked(3), ticked(None)) == (True, False, False)


def test_source_of_a_draft_is_not_removed_at_the_desk(read, platform, clerk):
    minutes = draft_of(read(), clerk).minutes
    desk = sit_down(platform)
    at_files = reverse("desk:files", args=[platform.slug, minutes.meeting.slug])

    desk.post(at_files, {"remove": str(MinutesFile.objects.get().pk)})

    assert MinutesFile.objects.filter(minutes=minutes, kind="source").exists()


def test_lines_no_rule_could_place_stand_on_the_pages_of_the_draft(
    read, platform, clerk
):
    minutes = draft_of(
        read(unread=[{"line": 7, "text": "附帶<建議>。"}]), clerk
    ).minutes
    desk = sit_down(platform)

    page = desk.get(
        reverse("desk:texts", args=[platform.slug, minutes.meeting.slug, "resolutions"])
    ).text

    assert "原始文件中未能歸類的文字（1 行）" in page
    assert "附帶&lt;建議&gt;。" in page


def test_check_page_keeps_the_papers_numbers_beside_the_drafts(
    read, platform, clerk, tracked, group
):
    claims = [{"group": group.name, "listed": None, "delisted": 7, "continued": None}]
    found = read(decision_said("跨市公車", "delist", group=group.name), claims=claims)
    minutes = draft_of(found, clerk, group.slug).minutes
    desk = sit_down(platform)

    page = desk.get(
        reverse("desk:check", args=[platform.slug, minutes.meeting.slug])
    ).text

    row = page[page.index('class="desk-table paper-claims"') :]
    assert re.findall(r'<td class="number[^>]*>(\d+)</td>', row) == ["7", "1"]


def test_review_of_what_was_confirmed_says_that_it_is_on_record(
    read, platform, clerk, tracked, group
):
    found = read(
        decision_said("跨市公車", "delist", group=group.name),
        decision_said("火災調查合作", group=group.name),
    )
    minutes = draft_of(found, clerk, group.slug).minutes
    confirm_desk(minutes, by=clerk)
    found = type(found).objects.get(pk=found.pk)

    rows = review_of(found).rows

    assert [(row.before, row.after, row.doubts) for row in rows] == [
        ("同意解列", "與紀錄相符", ()),
        ("同意新增", "與紀錄相符", ()),
    ]
    assert sit_down(platform).get(at(found)).status_code == 200

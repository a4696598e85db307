"""The pages of the desk: a meeting begins, its head, texts and files are kept."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.desk.agenda import agenda_of
from meetings.models import (
    Attendance,
    Chair,
    DraftPart,
    Meeting,
    MeetingSeries,
    MinutesFile,
    Motion,
    Remark,
    Section,
)
from tests.cases.desk import address, faults, form_of, send, sit_down
from tests.factories import (
    AgencyFactory,
    CaseFactory,
    ChairFactory,
    DecidingSeriesFactory,
    MembershipFactory,
    MunicipalityFactory,
    SectionFactory,
    decide,
)

pytestmark = pytest.mark.django_db

DAY = dt.date(2025, 8, 7)
JSON = {"Accept": "application/json"}


@pytest.fixture
def series(platform):
    return DecidingSeriesFactory(
        platform=platform, numbering=MeetingSeries.Numbering.RUNNING
    )


@pytest.fixture
def minutes(series, draft):
    return draft(DAY, series=series, number=5, slug="vice-mayor-5")


@pytest.fixture
def desk(platform):
    return sit_down(platform)


@pytest.fixture
def other(platform):
    """Another clerk at the same desk."""
    return sit_down(platform)


@pytest.fixture
def new(series):
    return reverse(
        "desk:new", kwargs={"platform": series.platform.slug, "series": series.slug}
    )


def texts(minutes, part):
    return address(minutes.meeting, "texts", part=part)


def row(number, **fields):
    return {f"rows-{number}-{name}": value for name, value in fields.items()}


# A meeting begins -----------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["114/8/7", "1140807", "114年8月7日（星期四）", "2025-08-07", "１１４／８／７"],
)
def test_day_is_typed_in_either_calendar(desk, new, typed):
    send(desk, new, held_on=typed, starts_at="下午２時30分")

    meeting = Meeting.objects.get()
    assert (meeting.number, meeting.held_on, meeting.starts_at) == (
        1,
        DAY,
        dt.time(14, 30),
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"held_on": ""}, "請填寫會議日期。"),
        ({"held_on": "114/2/30"}, "曆法上沒有這一天"),
        ({"held_on": "114/8/7", "starts_at": "25:00"}, "沒有「25:00」這個時間"),
        ({"held_on": "114/8/7", "number": ""}, "請填寫會議次別。"),
        ({"held_on": "114/8/7", "number": "五"}, "次別請填數字，如 5。"),
        ({"held_on": "114/8/7", "title": "名" * 121}, "最多 120 字。"),
    ],
)
def test_meeting_that_cannot_be_is_refused_in_a_sentence(desk, new, fields, sentence):
    response = send(desk, new, **fields)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Meeting.objects.exists()


def test_double_number_is_refused(desk, new, minutes):
    response = send(desk, new, held_on="114/9/1", number="5")

    assert response.status_code == 422
    assert "次別重複：第5次副市長層級會議已於114年8月7日登錄。" in (
        response.content.decode()
    )


def test_gap_is_asked_about_and_accepted_by_sending_again(desk, new, minutes):
    asked = send(desk, new, held_on="114/9/1", number="7")
    assert asked.status_code == 200
    assert "第5次之後缺第6次" in asked.content.decode()
    sent = form_of(asked) | {"accepted": "次別不連續：第5次之後缺第6次。"}

    desk.post(new, sent)

    assert Meeting.objects.filter(number=7).exists()


def test_beginning_a_meeting_twice_begins_it_once(desk, new):
    sent = form_of(desk.get(new)) | {"held_on": "114/8/7"}

    answers = [desk.post(new, sent) for _ in range(2)]

    assert len({answer["Location"] for answer in answers}) == 1
    assert Meeting.objects.count() == 1


def test_proposed_title_follows_another_number(desk, new, minutes):
    minutes.meeting.title = "平臺第5次副市長層級會議"
    minutes.meeting.save()
    asked = send(desk, new, held_on="114/9/1", number="7")
    sent = form_of(asked) | {"accepted": "次別不連續：第5次之後缺第6次。"}

    desk.post(new, sent)

    assert sent["title"] == "平臺第7次副市長層級會議"
    assert Meeting.objects.get(number=7).title == "平臺第7次副市長層級會議"


# The head -------------------------------------------------------------------------


def test_head_is_kept_with_its_chairs(desk, minutes, platform):
    city = MunicipalityFactory(name="新北市政府", short_name="新北市")
    MembershipFactory(platform=platform, municipality=city)
    where = address(minutes.meeting, "header")

    send(
        desk,
        where,
        held_on="2025-08-07",
        ends_at="16:00",
        place="新北市美術館",
        host=str(city.pk),
        minute_taker="王小明",
        attendance_note="詳簽到表",
        **{
            "chairs-0-organization": "新北市政府",
            "chairs-0-name": "劉和然",
            "chairs-0-title": "副市長",
        },
    )

    meeting = Meeting.objects.select_related("minutes").get()
    assert (meeting.place, meeting.host, meeting.minute_taker, meeting.ends_at) == (
        "新北市美術館",
        city,
        "王小明",
        dt.time(16),
    )
    assert meeting.minutes.attendance_note == "詳簽到表"
    chair = meeting.chairs.get()
    assert (str(chair), chair.municipality) == ("新北市政府 劉和然副市長", city)


def test_page_says_how_the_day_was_understood(desk, minutes):
    where = address(minutes.meeting, "header")
    sent = form_of(desk.get(where)) | {"held_on": "1140807", "starts_at": "1430"}

    live = desk.post(where, sent, headers=JSON).json()["live"]

    assert "114年8月7日（星期四）（西元 2025-08-07）" in live
    assert "下午2時30分" in live


def test_chairs_stand_in_the_order_they_are_numbered(desk, minutes):
    for order, name in enumerate("甲乙丙", start=1):
        ChairFactory(meeting=minutes.meeting, order=order, name=name)

    send(
        desk,
        address(minutes.meeting, "header"),
        **{"chairs-2-ORDER": "0", "chairs-1-DELETE": "on"},
    )

    assert list(Chair.objects.order_by("order").values_list("name", flat=True)) == [
        "丙",
        "甲",
    ]


def test_agency_of_the_host_stays_with_the_host_alone(desk, minutes, platform):
    one, other = (
        MunicipalityFactory(name=f"{name}政府", short_name=name)
        for name in ("新北市", "臺北市")
    )
    for city in (one, other):
        MembershipFactory(platform=platform, municipality=city)
    agency = AgencyFactory(municipality=one)
    Meeting.objects.update(host=one, host_agency=agency)
    where = address(minutes.meeting, "header")

    send(desk, where, place="市政大樓")
    kept = Meeting.objects.get().host_agency
    send(desk, where, host=str(other.pk))

    meeting = Meeting.objects.get()
    assert kept == agency
    assert (meeting.host, meeting.host_agency) == (other, None)


def test_chairs_of_the_last_meeting_are_proposed_the_host_first(
    desk, minutes, draft, series, platform
):
    first, second = MunicipalityFactory.create_batch(2)
    last = draft(dt.date(2024, 12, 26), series=series, number=4).meeting
    ChairFactory(meeting=last, order=1, name="甲", municipality=first)
    ChairFactory(meeting=last, order=2, name="乙", municipality=second)
    minutes.meeting.host = second
    minutes.meeting.save()

    sent = form_of(desk.get(address(minutes.meeting, "header")))

    assert [sent["chairs-0-name"], sent["chairs-1-name"]] == ["乙", "甲"]
    assert not minutes.meeting.chairs.exists()


def test_another_row_is_added_without_a_script(desk, minutes):
    where = address(minutes.meeting, "header")

    page = send(desk, where, follow=True, do="add_row", **{"chairs-0-name": "劉和然"})

    assert minutes.meeting.chairs.get().name == "劉和然"
    assert "chairs-2-name" in form_of(page)


def test_number_of_another_meeting_is_refused_in_the_head(desk, minutes, draft, series):
    draft(dt.date(2024, 12, 26), series=series, number=4)

    response = send(desk, address(minutes.meeting, "header"), number="4")

    assert response.status_code == 422
    assert "次別重複" in faults(response)["number"]


# Attendance -----------------------------------------------------------------------


def test_attendance_is_kept_by_agency(desk, minutes, platform):
    agency = AgencyFactory(
        municipality=MembershipFactory(platform=platform).municipality
    )

    send(
        desk,
        address(minutes.meeting, "attendance"),
        **row(
            0,
            kind="deputy",
            organization=agency.name,
            name="李大同",
            title="專員",
            deputy_for="林局長",
        ),
    )

    kept = Attendance.objects.get()
    assert (kept.kind, kept.agency, kept.name, kept.deputy_for) == (
        "deputy",
        agency,
        "李大同",
        "林局長",
    )


def test_agencies_of_the_members_are_proposed_and_taken_over(desk, minutes, platform):
    member = MembershipFactory(platform=platform).municipality
    agencies = AgencyFactory.create_batch(2, municipality=member)
    AgencyFactory()  # of a stranger

    send(desk, address(minutes.meeting, "attendance"), do="all_agencies")

    assert list(Attendance.objects.values_list("organization", "kind")) == [
        (agency.name, "present") for agency in agencies
    ]


def test_agencies_are_taken_over_one_by_one(desk, minutes, platform):
    member = MembershipFactory(platform=platform).municipality
    first, _ = AgencyFactory.create_batch(2, municipality=member)

    send(desk, address(minutes.meeting, "attendance"), do="add", agency=str(first.pk))

    assert Attendance.objects.get().agency == first


def test_deputy_is_for_a_deputy_alone(desk, minutes):
    response = send(
        desk,
        address(minutes.meeting, "attendance"),
        **row(0, kind="present", organization="交通局", deputy_for="林局長"),
    )

    assert response.status_code == 422
    assert faults(response) == {
        "rows-0-deputy_for": "出席方式為「代理」時才填代理何人。"
    }


# Files ----------------------------------------------------------------------------


def upload(name, content):
    return {"file": SimpleUploadedFile(name, content)}


def test_sign_in_sheet_is_served_to_the_desk_as_a_download(desk, minutes):
    where = address(minutes.meeting, "files")
    desk.post(where, upload("簽到表.pdf", b"%PDF-1.7 signed"))
    kept = MinutesFile.objects.get()

    response = desk.get(address(minutes.meeting, "file", key=kept.pk))

    assert response.content == b"%PDF-1.7 signed"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store, private"


def test_sign_in_sheet_is_nobody_elses(desk, client, minutes):
    desk.post(address(minutes.meeting, "files"), upload("a.pdf", b"%PDF-1.7"))
    stranger = sit_down(DecidingSeriesFactory().platform)
    where = address(minutes.meeting, "file", key=MinutesFile.objects.get().pk)

    assert [each.get(where).status_code for each in (client, stranger)] == [302, 404]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"<html><script>", "檔案內容不是 PDF、JPEG 或 PNG"),
        ("a.pdf", b"", "檔案是空的"),
        ("a.pdf", b"%PDF-" + b"0" * 20 * 1024 * 1024, "超過 20 MB"),
    ],
)
def test_other_files_are_refused_in_a_sentence(desk, minutes, name, content, sentence):
    response = desk.post(address(minutes.meeting, "files"), upload(name, content))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not MinutesFile.objects.exists()


def test_file_is_what_its_content_says(desk, minutes):
    desk.post(
        address(minutes.meeting, "files"), upload("x.html", b"\x89PNG\r\n\x1a\nabc")
    )

    kept = MinutesFile.objects.get()
    assert (kept.media_type, kept.name) == ("image/png", "x.html.png")


def test_same_file_twice_is_one_file(desk, minutes):
    for _ in range(2):
        desk.post(address(minutes.meeting, "files"), upload("a.pdf", b"%PDF-1.7"))

    assert MinutesFile.objects.count() == 1


# Texts ----------------------------------------------------------------------------


def test_reports_are_taken_note_of_with_one_button(desk, minutes):
    SectionFactory(minutes=minutes, order=1, kind="opening", heading="致詞")
    SectionFactory(minutes=minutes, order=2, kind="report", heading="報告一")
    SectionFactory(
        minutes=minutes, order=3, kind="report", heading="報告二", text="備查"
    )

    send(desk, texts(minutes, "sections"), do="take_note")

    assert list(Section.objects.values_list("text", flat=True)) == ["", "洽悉", "備查"]


def test_chairs_are_proposed_as_speakers(desk, minutes):
    ChairFactory(meeting=minutes.meeting, order=1, name="邱佩琳")

    sent = form_of(desk.get(texts(minutes, "remarks")))
    response = desk.post(texts(minutes, "remarks"), sent)

    assert (sent["rows-0-speaker"], sent["rows-0-title"]) == ("邱佩琳", "副市長")
    assert response.status_code == 302
    assert not Remark.objects.exists()


def test_chair_who_has_not_spoken_stays_proposed_below_one_who_has(desk, minutes):
    for order, name in enumerate("甲乙", start=1):
        ChairFactory(meeting=minutes.meeting, order=order, name=name)
    send(desk, texts(minutes, "remarks"), **row(1, text="請加速。"))

    sent = form_of(desk.get(texts(minutes, "remarks")))

    assert [Remark.objects.get().speaker, sent["rows-0-speaker"]] == ["乙", "乙"]
    assert sent["rows-1-speaker"] == "甲"


def test_remark_without_words_is_kept_and_pointed_out(desk, minutes):
    send(desk, texts(minutes, "remarks"), **row(0, speaker="邱佩琳"))

    page = desk.get(texts(minutes, "remarks"))
    assert Remark.objects.get().speaker == "邱佩琳"
    assert faults(page) == {"rows-0-text": "請填寫發言內容。"}


PASTED = "一、甲\x0b（一）\u00a0乙\r\n\t１.\u3000丙\x07\ufeff  \r\n“引號”\x00<b>粗</b>\u2028末"


def test_pasted_text_keeps_its_outline_and_loses_control_characters(desk, minutes):
    send(desk, texts(minutes, "remarks"), **row(0, speaker="邱佩琳", text=PASTED))

    assert Remark.objects.get().text == (
        "一、甲\n（一） 乙\n １.\u3000丙\n“引號”<b>粗</b>\n末"
    )


def test_markup_is_shown_as_text(desk, minutes):
    evil = '<script>alert("x")</script>'
    send(desk, texts(minutes, "motions"), **row(0, subject=evil, outcome=evil))

    page = desk.get(texts(minutes, "motions"))

    assert evil not in page.content.decode()
    assert form_of(page)["rows-0-subject"] == evil


def test_ten_thousand_characters_are_kept(desk, minutes):
    text = "字" * 10_000

    send(desk, texts(minutes, "remarks"), **row(0, speaker="邱佩琳", text=text))

    assert Remark.objects.get().text == text


def test_a_hundred_thousand_characters_are_refused_in_a_sentence(desk, minutes):
    response = send(
        desk, texts(minutes, "remarks"), **row(0, speaker="邱佩琳", text="字" * 100_000)
    )

    assert response.status_code == 422
    assert faults(response) == {
        "rows-0-text": "內容最多 50000 字，目前有 100000 字，請分段或改列附件。"
    }
    assert form_of(response)["rows-0-text"] == "字" * 100_000


def test_motion_has_a_proposer_and_an_outcome(desk, minutes):
    send(
        desk,
        texts(minutes, "motions"),
        **row(0, subject="共同行銷", proposer="桃園市政府", outcome="洽悉"),
    )

    motion = Motion.objects.get()
    assert (motion.subject, motion.proposer, motion.outcome) == (
        "共同行銷",
        "桃園市政府",
        "洽悉",
    )


def test_resolutions_of_the_meeting_stand_apart_from_the_groups(desk, minutes, group):
    minutes.resolutions.create(order=1, group=group, text="同意新增1案。")

    send(desk, texts(minutes, "resolutions"), **row(0, text="請各市辦理。"))

    assert list(minutes.resolutions.values_list("group", "order", "text")) == [
        (group.pk, 1, "同意新增1案。"),
        (None, 2, "請各市辦理。"),
    ]


@pytest.mark.parametrize("part", ["unknown", "remarks%00"])
def test_unknown_part_is_not_found(desk, minutes, part):
    base = texts(minutes, "remarks").removesuffix("remarks/")

    assert desk.get(f"{base}{part}/").status_code == 404


@pytest.mark.parametrize(
    "broken",
    [
        {"rows-TOTAL_FORMS": "x"},
        {"rows-TOTAL_FORMS": "999999"},
        {"rows-0-ORDER": "first"},
        {"version": "many"},
    ],
)
def test_broken_form_is_no_server_error(desk, minutes, broken):
    response = send(
        desk, texts(minutes, "remarks"), **(row(0, speaker="甲", text="乙") | broken)
    )

    assert response.status_code in (302, 409, 422)


# Two clerks -----------------------------------------------------------------------


def write(client, sent, where, text, **more):
    return client.post(
        where,
        sent | row(0, speaker="邱佩琳", text=text) | more.pop("fields", {}),
        **more,
    )


@pytest.fixture
def opened(desk, minutes):
    """A form as both clerks have it open, with a row more than it came with."""
    sent = form_of(desk.get(texts(minutes, "remarks")))
    return sent | {"rows-TOTAL_FORMS": "2"}


def test_second_save_is_stopped_and_shows_both_texts(desk, other, minutes, opened):
    where = texts(minutes, "remarks")
    write(desk, opened, where, "請加速辦理，並按季提報。")

    response = write(other, opened, where, "請加速辦理，並按月提報。")

    page = response.content.decode()
    assert response.status_code == 409
    assert "並按<mark>月</mark>提報" in page
    assert "並按<mark>季</mark>提報" in page
    assert desk.user.username in page
    assert Remark.objects.get().text == "請加速辦理，並按季提報。"


def test_script_gets_the_conflict_as_a_panel(desk, other, minutes, opened):
    where = texts(minutes, "remarks")
    write(desk, opened, where, "甲")

    response = write(other, opened, where, "乙", headers=JSON)

    assert response.status_code == 409
    assert response.json()["state"] == "conflict"
    assert "用對方的" in response.json()["panel"]


@pytest.mark.parametrize(("choice", "kept"), [("mine", "乙"), ("theirs", "甲")])
def test_clerk_chooses_between_the_two(desk, other, minutes, opened, choice, kept):
    where = texts(minutes, "remarks")
    write(desk, opened, where, "甲")
    conflict = form_of(write(other, opened, where, "乙"))

    other.post(where, conflict | {"choose-1": choice, "do": "resolve"})

    assert Remark.objects.get().text == kept
    assert DraftPart.objects.get().version == (2 if choice == "mine" else 1)


def test_clerk_may_edit_on_with_both_known(desk, other, minutes, opened):
    where = texts(minutes, "remarks")
    write(desk, opened, where, "甲")
    conflict = form_of(write(other, opened, where, "乙"))

    page = other.post(where, conflict | {"do": "resolve_edit"})
    other.post(where, form_of(page) | row(0, text="甲乙"))

    assert Remark.objects.get().text == "甲乙"


def test_third_save_between_is_not_overwritten_by_a_choice(
    desk, other, minutes, opened
):
    where = texts(minutes, "remarks")
    write(desk, opened, where, "甲")
    conflict = form_of(write(other, opened, where, "乙"))
    write(desk, form_of(desk.get(where)), where, "丙")

    response = other.post(where, conflict | {"choose-1": "mine", "do": "resolve"})

    assert response.status_code == 409
    assert Remark.objects.get().text == "丙"


def test_same_form_sent_twice_is_no_conflict(desk, minutes, opened):
    where = texts(minutes, "remarks")

    answers = [write(desk, opened, where, "甲").status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Remark.objects.count() == 1


def test_saving_what_stands_already_stops_nobody(desk, other, minutes, opened):
    where = texts(minutes, "remarks")
    write(desk, opened, where, "甲")
    page = form_of(other.get(where))
    write(desk, form_of(desk.get(where)), where, "甲")

    assert write(other, page, where, "乙").status_code == 302
    assert Remark.objects.get().text == "乙"


def test_conflict_in_a_sheet_is_told_case_by_case(
    desk, other, group, minutes, hold_meeting
):
    cases = [CaseFactory(group=group, name=name) for name in "甲乙"]
    hold_meeting(dt.date(2024, 3, 15), *(decide(case, "list") for case in cases))
    where = address(minutes.meeting, "group", group=group.slug)
    opened = form_of(desk.get(where))
    first, second = (f"{case.number}-kind" for case in cases)
    desk.post(where, opened | {first: "continue", second: "continue"})

    conflict = other.post(where, opened | {first: "defer", second: "defer"})
    other.post(
        where,
        form_of(conflict)
        | {
            f"choose-{cases[0].number}": "theirs",
            f"choose-{cases[1].number}": "mine",
            "do": "resolve",
        },
    )

    assert conflict.status_code == 409
    assert dict(minutes.draft_decisions.values_list("case__name", "kind")) == {
        "甲": "continue",
        "乙": "defer",
    }


def test_what_only_the_other_wrote_is_proposed(desk, other, minutes, opened):
    where = texts(minutes, "remarks")
    write(desk, opened, where, "甲", fields=row(1, speaker="蘇俊賓", text="乙"))

    conflict = form_of(other.post(where, opened | row(0, speaker="邱佩琳", text="丙")))

    assert (conflict["choose-1"], conflict["choose-2"]) == ("mine", "theirs")


def test_what_the_script_saves_half_typed_adds_no_case(desk, group, minutes):
    where = address(minutes.meeting, "group", group=group.slug)
    sent = form_of(desk.get(where)) | {"add_names": "基北", "do": "autosave"}

    answer = desk.post(where, sent, headers=JSON).json()

    assert answer["state"] == "saved"
    assert not minutes.draft_decisions.exists()


def test_script_is_told_what_is_wrong_by_field(desk, minutes, opened):
    where = texts(minutes, "remarks")

    response = write(desk, opened, where, "字" * 60_000, headers=JSON)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["rows-0-text"]


def test_confirmed_minutes_are_written_no_more(desk, platform, group, hold_meeting):
    meeting = hold_meeting(
        dt.date(2024, 3, 15), decide(CaseFactory(group=group), "list")
    )

    answers = {
        view: desk.get(address(meeting, view)).status_code
        for view in ("header", "attendance", "files")
    }

    assert answers == {"header": 404, "attendance": 404, "files": 404}


@pytest.mark.parametrize("count", [5, 50])
def test_texts_are_saved_in_the_same_queries_however_many(
    desk, minutes, django_assert_num_queries, count
):
    where = texts(minutes, "remarks")
    sent = form_of(desk.get(where)) | {"rows-TOTAL_FORMS": str(count)}
    for number in range(count):
        sent |= row(number, speaker="甲", text=f"發言{number}")

    with django_assert_num_queries(21):
        desk.post(where, sent, headers=JSON)

    assert Remark.objects.count() == count


# The agenda -----------------------------------------------------------------------


def test_agenda_lists_what_awaits_the_meeting(
    desk, minutes, group, working_series, hold_meeting
):
    listed, proposed = (CaseFactory(group=group, name=name) for name in "甲乙")
    first = hold_meeting(dt.date(2024, 3, 15), decide(listed, "list"))
    hold_meeting(
        dt.date(2024, 5, 2),
        decide(listed, "propose_delist", words="已完工"),
        decide(proposed, "agree"),
        series=working_series,
    )

    page = desk.get(address(minutes.meeting, "agenda")).content.decode()

    assert "提請解列：已完工" in page
    assert "同意提案" in page
    assert agenda_of(minutes.meeting).last_deciding == first


@pytest.mark.parametrize("count", [1, 5])
def test_agenda_takes_the_same_queries_however_long(
    desk, minutes, group, hold_meeting, django_assert_num_queries, count
):
    cases = CaseFactory.create_batch(count, group=group)
    hold_meeting(dt.date(2024, 3, 15), *(decide(case, "list") for case in cases))

    with django_assert_num_queries(12):
        desk.get(address(minutes.meeting, "agenda"))

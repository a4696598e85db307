"""The desk's overview, its check page, and publishing, as a clerk uses them."""

import datetime as dt

import pytest
from django.urls import reverse

from cases.ledger import post_erratum
from cases.models import CountClaim, DraftDecision, LedgerEntry
from meetings.minutes.drafting import saving
from meetings.minutes.publish import publish as make_public
from meetings.models import AcceptedWarning, Erratum, Meeting, Minutes, Publication
from tests.cases.test_desk_confirm import take_down
from tests.factories import CaseFactory, ChairFactory, PlatformFactory, decide
from tests.pages import Page, get
from tests.site.admin import secretariat_of

pytestmark = pytest.mark.django_db

SPRING, SUMMER = dt.date(2024, 3, 15), dt.date(2024, 6, 14)
Kind = LedgerEntry.Kind


@pytest.fixture
def clerk(client, platform):
    """One of the platform's secretariat, logged in."""
    user = secretariat_of(platform)
    user.first_name = "陳小華"
    user.save()
    client.force_login(user)
    return user


@pytest.fixture
def tracked(group, hold_meeting):
    cases = CaseFactory.create_batch(2, group=group)
    hold_meeting(SPRING, *(decide(case, "list") for case in cases))
    return cases


@pytest.fixture
def ready(draft, tracked):
    """Draft minutes with every case decided and warnings that wait."""
    minutes = draft(SUMMER, starts_at=dt.time(14), ends_at=dt.time(16))
    ChairFactory(meeting=minutes.meeting)
    take_down(minutes, tracked[0], Kind.DELIST)
    take_down(minutes, tracked[1], Kind.CONTINUE)
    return minutes


WARNINGS = ["no-place", "no-minute-taker", "no-remarks", "no-attendance"]


def at(minutes, view):
    meeting = minutes.meeting
    return reverse(f"desk:{view}", args=[meeting.platform.slug, meeting.slug])


def accept_all(client, minutes, words="原件如此"):
    return client.post(
        at(minutes, "check"),
        {
            "do": "accept",
            "finding": [f"{code}|" for code in WARNINGS],
            "words": [words] * len(WARNINGS),
        },
    )


def phases(page):
    return {
        li.find("span").findtext("a") or li.find("span").text: li.get("class")
        for li in page.all("ol[@class='phases']/li")
    }


# Overview


def test_the_overview_shows_how_far_each_part_is(client, clerk, ready, group):
    with saving(ready, f"group:{group.slug}", version=0, by=clerk):
        pass
    DraftDecision.objects.filter(kind="continue").delete()

    page = get(client, at(ready, "meeting"))

    rows = {row[0]: row[1:] for row in page.rows()}
    assert rows["開會資訊"] == ["主席 1 位", "尚未儲存"]
    progress, saved = rows[group.name]
    assert progress == "已決定 1／2 案"
    assert saved.endswith("陳小華")
    assert phases(page) == {
        "準備": "done",
        "記錄": "present",
        "檢核": None,
        "確認": None,
        "公開": None,
    }


def test_the_overview_writes_nothing(client, clerk, draft):
    meeting = draft(SUMMER).meeting
    Minutes.objects.all().delete()

    get(client, reverse("desk:meeting", args=[meeting.platform.slug, meeting.slug]))

    assert not Minutes.objects.exists()


def test_the_overview_of_confirmed_minutes_tells_what_followed(
    client, clerk, publish, case
):
    meeting = publish(SPRING, decide(case, "list"))
    erratum = Erratum(minutes=meeting.minutes, reason="漏列", was="甲", becomes="乙")
    post_erratum(erratum, [], by=clerk)

    page = get(client, at(meeting.minutes, "meeting"))

    assert set(phases(page).values()) == {"done"}
    assert page.links()["公開頁面"] == meeting.get_absolute_url()
    assert page.texts("del") == ["甲"]
    address = reverse("admin:cases_erratum", args=[meeting.minutes.pk])
    assert page.links()["登錄勘誤"] == address
    assert page.rows()[0][0] == case.group.name


@pytest.mark.parametrize("count", [1, 5])
def test_the_overviews_queries_do_not_grow(
    client, clerk, draft, group, hold_meeting, count, django_assert_num_queries
):
    cases = CaseFactory.create_batch(count, group=group)
    hold_meeting(SPRING, *(decide(case, "list") for case in cases))
    minutes = draft(SUMMER)
    for case in cases:
        take_down(minutes, case, Kind.CONTINUE)

    with django_assert_num_queries(36):
        client.get(at(minutes, "meeting"))


# Check and confirm


def test_every_finding_leads_to_a_page_that_mends_it(client, clerk, ready):
    DraftDecision.objects.filter(kind="continue").delete()
    ready.meeting.chairs.all().delete()

    page = get(client, at(ready, "check"))

    places = {
        link.get("href")
        for item in page.classed("finding")
        for link in page.all("a", item)
    }
    assert len(places) >= 4
    assert {client.get(place).status_code for place in places} == {200}


def test_checking_leaves_everything_as_it_was(client, clerk, ready):
    get(client, at(ready, "check"))

    ready.refresh_from_db()
    assert ready.state == Minutes.State.DRAFT
    assert DraftDecision.objects.count() == 2
    assert not LedgerEntry.objects.filter(meeting=ready.meeting).exists()


def test_warnings_are_accepted_together_with_a_word_each(client, clerk, ready):
    answer = accept_all(client, ready)

    assert answer.status_code == 302
    assert sorted(AcceptedWarning.objects.values_list("code", "words")) == sorted(
        (code, "原件如此") for code in WARNINGS
    )
    assert "沒有待處理的錯誤或提醒" in client.get(at(ready, "check")).text


def test_only_warnings_with_a_word_are_accepted(client, clerk, ready):
    client.post(
        at(ready, "check"),
        {
            "do": "accept",
            "finding": ["no-place|", "no-remarks|"],
            "words": ["線上", " "],
        },
    )

    assert list(AcceptedWarning.objects.values_list("code", flat=True)) == ["no-place"]


def test_words_that_were_refused_come_back(client, clerk, ready):
    answer = client.post(
        at(ready, "check"),
        {
            "do": "accept",
            "finding": ["no-place|", "no-remarks|"],
            "words": ["線上", "長" * 201],
        },
    )

    assert answer.status_code == 422
    assert not AcceptedWarning.objects.exists()
    assert "線上" in {
        field.get("value") for field in Page(answer).all("input[@name='words']")
    }


def test_an_acceptance_is_taken_back(client, clerk, ready):
    accept_all(client, ready)

    client.post(at(ready, "check"), {"take-back": "no-place|"})

    assert not AcceptedWarning.objects.filter(code="no-place").exists()
    assert AcceptedWarning.objects.count() == 3


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": "nonsense"},
        {"do": "accept"},
        {"do": "accept", "finding": "no-place|", "words": "\x00"},
        {"do": "accept", "finding": "no-place|x", "words": "好"},
        {"do": "claim"},
        {"do": "claim", "counts": "listed", "number": "-1", "words": "x"},
        {"do": "claim", "counts": "listed", "number": "9" * 30, "words": "x"},
        {"do": "claim", "counts": "listed", "number": "1", "words": "\x00"},
        {"do": "claim", "counts": "listed", "number": "1", "words": "x", "group": "0"},
    ],
)
def test_nonsense_is_refused_with_a_sentence(client, clerk, ready, data):
    answer = client.post(at(ready, "check"), data)

    assert answer.status_code == 422
    assert Page(answer).classed("messagelist")
    assert not AcceptedWarning.objects.exists()
    assert not CountClaim.objects.exists()


def test_a_number_stated_elsewhere_is_taken_down_once_and_dropped(client, clerk, ready):
    data = {"do": "claim", "counts": "listed", "number": "3", "words": "新增3案"}

    answers = [client.post(at(ready, "check"), data).status_code for _ in range(2)]

    claim = CountClaim.objects.get()
    assert answers == [302, 422]
    assert (claim.source, claim.number) == ("announcement", 3)
    assert (
        "新增 3 案（「新增3案」），紀錄所計為 0 案"
        in client.get(at(ready, "check")).text
    )
    client.post(at(ready, "check"), {"do": "drop-claim", "claim": claim.pk})
    assert not CountClaim.objects.exists()


def test_minutes_with_open_findings_are_not_confirmed(client, clerk, ready):
    answer = client.post(at(ready, "confirm"), follow=True)

    assert answer.redirect_chain == [(at(ready, "check"), 302)]
    assert "尚有 0 項錯誤、4 項未接受的提醒" in answer.text
    ready.refresh_from_db()
    assert ready.state == Minutes.State.DRAFT


def test_confirming_twice_confirms_once(client, clerk, ready):
    accept_all(client, ready)

    first = client.post(at(ready, "confirm"), follow=True)
    second = client.post(at(ready, "confirm"), follow=True)

    assert "會議紀錄已確認，登錄 2 筆列管紀錄" in first.text
    assert "這份會議紀錄已經確認" in second.text
    assert second.redirect_chain == [(at(ready, "meeting"), 302)]
    assert LedgerEntry.objects.filter(meeting=ready.meeting).count() == 2
    ready.refresh_from_db()
    assert ready.confirmed_by == clerk


def test_nothing_is_confirmed_by_following_a_link(client, clerk, ready):
    accept_all(client, ready)

    assert client.get(at(ready, "confirm")).status_code == 405
    assert Minutes.objects.get(pk=ready.pk).state == Minutes.State.DRAFT


def test_a_meeting_without_minutes_is_not_confirmed(client, clerk, draft):
    meeting = draft(SUMMER).meeting
    Minutes.objects.all().delete()
    address = reverse("desk:confirm", args=[meeting.platform.slug, meeting.slug])

    answer = client.post(address, follow=True)

    assert "還沒有開始記錄" in answer.text


# Publish


@pytest.fixture
def confirmed(hold_meeting, case):
    return hold_meeting(SPRING, decide(case, "list")).minutes


def test_minutes_are_published_at_once(client, clerk, confirmed):
    answer = client.post(at(confirmed, "publish"), {"when": "now"})

    assert answer.status_code == 302
    assert Meeting.objects.public().get().minutes == confirmed
    assert Publication.objects.get().recorded_by == clerk


@pytest.mark.parametrize(
    ("day", "hour"), [("115/12/1", "上午9時"), ("2026-12-01", "09:00")]
)
def test_a_time_is_set_as_people_type_it(
    client, clerk, confirmed, day, hour, time_machine
):
    time_machine.move_to(dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC))
    client.force_login(clerk)

    answer = client.post(
        at(confirmed, "publish"), {"when": "at", "day": day, "hour": hour}, follow=True
    )

    assert "會議紀錄將於115年12月1日（星期二） 09:00 公開" in answer.text
    confirmed.refresh_from_db()
    assert confirmed.published_at == dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC)
    assert not Meeting.objects.public().exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "這個欄位是必須的"),
        ({"when": "later"}, "請選擇立即公開或定時公開"),
        ({"when": "at"}, "定時公開請填日期與時間"),
        ({"when": "at", "day": "115/13/1", "hour": "9:00"}, "115/13/1"),
        ({"when": "at", "day": "115/12/1", "hour": "25:00"}, "25:00"),
        ({"when": "at", "day": "113/1/1", "hour": "9:00"}, "公開時間已過"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(
    client, clerk, confirmed, data, sentence
):
    answer = client.post(at(confirmed, "publish"), data)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Publication.objects.exists()


def test_minutes_are_taken_back_with_a_reason_that_stays(client, clerk, confirmed):
    make_public(confirmed, by=clerk)

    refused = client.post(at(confirmed, "unpublish"), {"reason": " "})
    done = client.post(at(confirmed, "unpublish"), {"reason": "附件有誤"})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert "停止公開須說明理由" in refused.text
    assert not Meeting.objects.public().exists()
    rows = get(client, at(confirmed, "publish")).rows()
    assert [row[0] for row in rows] == ["公開", "停止公開"]
    assert rows[1][2] == "附件有誤"


# The way there


def test_the_first_page_of_the_desk_leads_to_what_is_not_public_yet(
    client, clerk, confirmed, draft
):
    begun = draft(SUMMER)

    links = get(client, reverse("desk:index")).links()

    assert links[confirmed.meeting.title] == at(confirmed, "meeting")
    assert links[begun.meeting.title] == at(begun, "meeting")


def test_another_platforms_meetings_are_not_on_the_first_page(client, confirmed):
    client.force_login(secretariat_of(PlatformFactory()))

    page = get(client, reverse("desk:index"))

    assert confirmed.meeting.title not in page.response.text


@pytest.mark.parametrize("kind", ["meeting", "minutes"])
def test_the_admin_leads_to_the_desk(client, clerk, confirmed, kind):
    row = confirmed.meeting if kind == "meeting" else confirmed
    page = get(client, reverse(f"admin:meetings_{kind}_change", args=[row.pk]))

    assert page.links()["會議工作桌"] == at(confirmed, "meeting")
    assert reverse("desk:index") in get(client, reverse("admin:index")).response.text

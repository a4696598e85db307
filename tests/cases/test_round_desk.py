"""The rounds of a platform: listed, opened, given other days and other cases."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from cases.models import ProgressUpdate, ReportingRound
from cases.rounds.overview import phase_of
from tests.cases.desk import form_of
from tests.cases.round_pages import AtDesk, notes
from tests.cases.rounds import AT, fresh
from tests.factories import (
    ParticipantFactory,
    ReadingFactory,
    ReportingRoundFactory,
    decide,
)
from tests.pages import Page, get, text

pytestmark = pytest.mark.django_db

LISTED = dt.date(2025, 7, 1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk():
    return AtDesk(as_of=dt.date(2025, 9, 30))


@pytest.fixture
def listed(desk, hold_meeting):
    """List the case of the desk, and others."""

    def meet(*cases, day=LISTED):
        entries = [decide(case, "list") for case in cases]
        return hold_meeting(day, *entries, series=desk.series)

    meet(desk.case)
    return meet


def new(desk):
    return reverse("desk:new-round", args=[desk.platform.slug])


def fields(page):
    return {
        field.get("name"): field.get("value") or ""
        for field in page.all("input[@id]")
        if field.get("id").startswith("id_")
    }


# The list -----------------------------------------------------------------------------


def test_rounds_are_listed_newest_first_with_how_far_they_are(desk):
    desk.bring(desk.slot, "accepted")
    desk.hand_in(desk.keelung)
    desk.add_slot(desk.taipei, case=desk.add_case())
    ReportingRoundFactory(platform=desk.platform, as_of=dt.date(2025, 6, 30))
    ReportingRoundFactory()

    page = get(desk.client, reverse("desk:rounds", args=[desk.platform.slug]))

    assert page.rows() == [
        ["114年9月30日", "填報中", "115/01/01", "115/01/15", "3", "1", "1", "1"],
        ["114年6月30日", "取自文件", "－", "－", "0", "0", "0", "0"],
    ]


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        ((2025, 12, 31), "尚未開放"),
        ((2026, 1, 1), "填報中"),
        ((2026, 1, 15), "填報中"),
        ((2026, 1, 16), "已過填報期限"),
        ((2026, 1, 31), "已過填報期限"),
        ((2026, 2, 1), "已關閉填報"),
    ],
)
def test_how_far_a_round_is_follows_from_its_days(desk, day, phase):
    assert phase_of(desk.round, dt.date(*day)) == phase


def test_a_locked_round_is_called_so(desk):
    desk.lock()
    desk.round.refresh_from_db()

    assert phase_of(desk.round, AT.date()) == "已鎖定"


def test_the_desk_leads_to_the_open_rounds(desk):
    desk.hand_in(desk.keelung)

    page = get(desk.client, reverse("desk:index"))

    name = f"{desk.platform.short_name}114年9月30日填報"
    assert page.links()[name] == desk.at()
    assert "待審閱 1 段、未送出 1 段、已接受 0 段" in text(page.root)


def test_the_desk_does_not_lead_to_what_is_over_or_another_platforms(desk):
    desk.lock()
    other = AtDesk()

    page = get(desk.client, reverse("desk:index"))

    assert not {desk.at(), other.at()} & set(page.links().values())


def test_a_paper_that_was_written_leads_to_its_round(desk):
    reading = ReadingFactory(
        platform=desk.platform,
        kind="status_report",
        state="read",
        read_at=AT,
        result={"title": "辦理情形", "as_of": "2025-09-30", "groups": []},
        as_of=desk.round.as_of,
        round=desk.round,
    )

    page = get(
        desk.client,
        reverse("desk:read-progress", args=[desk.platform.slug, reading.pk]),
    )

    assert page.links()["資料時間114年9月30日的填報"] == desk.at()


# Opening ------------------------------------------------------------------------------


def test_opening_proposes_days_and_says_what_will_be_asked(desk, listed):
    joint = desk.add_case()
    listed(joint, day=LISTED + dt.timedelta(days=1))

    page = get(desk.client, new(desk))

    assert fields(page) == {
        "as_of": "114/12/31",
        "opens_on": "115/01/12",
        "due_on": "115/01/26",
        "locks_on": "115/02/02",
    }
    assert "將填報 2 案、4 段" in page.texts("h2")
    assert page.rows()[-1] == ["合計", "2", "4", "0"]


def test_what_was_said_is_opened(desk, listed):
    sent = form_of(desk.client.get(new(desk)))

    for _ in range(2):  # a second click opens no second round
        response = desk.client.post(new(desk), sent | {"do": "open"})

    round_ = ReportingRound.objects.get(as_of=dt.date(2025, 12, 31))
    assert response["Location"] == f"{desk.at().replace('2025-09-30', '2025-12-31')}"
    assert (round_.opens_on, round_.progress.count()) == (dt.date(2026, 1, 12), 2)


def test_another_data_date_is_counted_before_it_is_opened(desk, listed):
    sent = form_of(desk.client.get(new(desk))) | {"as_of": "114/6/30", "do": "open"}
    later = desk.add_case()
    listed(later, day=dt.date(2025, 6, 1))

    first = Page(desk.client.post(new(desk), sent))
    seen = {
        field.get("name"): field.get("value")
        for field in first.all("input[@name='stamp']")
    }
    desk.client.post(new(desk), sent | seen)

    assert "將填報 1 案、2 段" in first.texts("h2")
    [asked] = first.classed("desk-odd")
    assert "請確認後再按一次「開放填報」" in text(asked)
    opened = ReportingRound.objects.get(as_of=dt.date(2025, 6, 30))
    assert set(opened.progress.values_list("case", flat=True)) == {later.pk}


def test_looking_opens_nothing(desk, listed):
    sent = form_of(desk.client.get(new(desk)))

    page = Page(
        desk.client.post(new(desk), sent | {"do": "look", "as_of": "114/11/30"})
    )

    assert "資料時間不是季末日。" in text(page.root)
    assert ReportingRound.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"as_of": ""}, "請填寫資料時間。"),
        ({"as_of": "114/9/31"}, "曆法上沒有這一天"),
        ({"due_on": "114/1/1"}, "填報期限不得早於開放填報日。"),
        ({"locks_on": "115/1/13"}, "關閉填報日不得早於填報期限。"),
        ({"as_of": "114/9/30"}, "這個資料時間已有一輪填報。"),
        ({"as_of": "100/3/31"}, "沒有列管中的合作案"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(desk, listed, said, sentence):
    sent = form_of(desk.client.get(new(desk))) | said
    stamp = Page(desk.client.post(new(desk), sent)).root.find(".//input[@name='stamp']")
    sent["stamp"] = "" if stamp is None else stamp.get("value")

    response = desk.client.post(new(desk), sent | {"do": "open"})

    assert response.status_code == 422
    page = Page(response)
    assert any(sentence in text(fault) for fault in page.classed("fault"))
    assert fields(page) == {name: sent[name] for name in fields(page)}
    assert ReportingRound.objects.count() == 1


# Days and cases -----------------------------------------------------------------------


def test_days_are_moved(desk):
    said = {"opens_on": "115/1/1", "due_on": "115/2/10", "locks_on": "115/2/20"}

    response = desk.client.post(desk.at("round-days"), said)

    desk.round.refresh_from_db()
    assert response["Location"] == desk.at()
    assert desk.round.due_on == dt.date(2026, 2, 10)


def test_days_out_of_order_are_refused(desk):
    said = {"opens_on": "115/1/1", "due_on": "115/3/10", "locks_on": "115/2/20"}

    response = desk.client.post(desk.at("round-days"), said)

    assert response.status_code == 422
    assert fields(Page(response))["due_on"] == "115/3/10"
    desk.round.refresh_from_db()
    assert desk.round.due_on == dt.date(2026, 1, 15)


def ask(desk, do, case, status=302):
    said = {"do": do, "case": getattr(case, "number", case)}
    response = desk.client.post(desk.at("round-cases"), said)
    assert response.status_code == status
    return response


def test_a_case_listed_since_is_offered_and_added(desk, listed):
    listed(later := desk.add_case(), day=dt.date(2026, 1, 5))
    listed(desk.add_case(), day=dt.date(2026, 3, 5))

    offered = desk.get("round-cases").all("select[@name='case']/option")
    ask(desk, "add", later)

    assert [option.get("value") for option in offered] == [later.number]
    assert desk.round.progress.filter(case=later).count() == 2
    assert desk.get("round-cases").all("select[@name='case']") == []


def test_a_case_is_asked_jointly_and_apart_again(desk):
    desk.add_slot(desk.keelung)

    ask(desk, "joint", desk.case)
    jointly = list(desk.round.progress.values_list("municipality", flat=True))
    ask(desk, "separate", desk.case)

    assert jointly == [None]
    assert desk.round.progress.count() == 2


def test_who_answers_is_not_changed_once_somebody_has_begun(desk):
    desk.save(desk.slot)
    desk.add_slot(desk.keelung)

    page = Page(ask(desk, "joint", desk.case, status=422))

    assert "已有縣市開始填報" in text(page.root)
    assert page.rows()[0][-1] == "已開始填報"
    assert fresh(desk.slot).state == "draft"


@pytest.mark.parametrize(
    ("do", "case"), [("add", "XX-999"), ("drop", None), ("add", ""), ("add", "X\x00")]
)
def test_what_nobody_offers_changes_nothing(desk, do, case):
    ask(desk, do, desk.case if case is None else case, status=422)

    assert list(ProgressUpdate.objects.all()) == [desk.slot]


def test_days_and_cases_are_over_with_the_round(desk):
    desk.lock()

    for view in ("round-days", "round-cases"):
        assert desk.client.get(desk.at(view)).status_code == 404
        assert desk.client.post(desk.at(view), {}).status_code == 404


@pytest.mark.parametrize("count", [1, 5])
def test_the_cases_take_the_same_queries_for_any_number(
    desk, listed, django_assert_num_queries, count
):
    for _ in range(count):
        desk.add_slot(desk.taipei, case=desk.add_case())
        more = desk.add_case()
        ParticipantFactory(case=more)
        listed(more, day=dt.date(2026, 1, 5))

    with django_assert_num_queries(14):
        desk.get("round-cases")


# Who owes -----------------------------------------------------------------------------


def reached(desk, person, words="", status=302):
    said = {"person": person.username, "words": words}
    response = desk.client.post(desk.at("round-owing"), said)
    assert response.status_code == status
    return response


def test_who_owes_is_listed_with_an_address_to_write_to(desk):
    desk.contact.first_name, desk.contact.email = "王科員", "wang@example.gov.tw"
    desk.contact.save()
    desk.add_slot(None, case=(alone := desk.add_case()))
    alone.participants.all().delete()

    page = desk.get("round-owing")

    assert page.texts("h2") == ["沒有窗口", "王科員 wang@example.gov.tw"]
    assert page.links()["wang@example.gov.tw"] == "mailto:wang@example.gov.tw"
    assert f"{desk.case.number} {desk.case.name} {desk.taipei}" in page.links()


def test_a_call_is_taken_down_with_what_was_said(desk):
    reached(desk, desk.contact, "本週五前補齊")

    [reminder] = desk.round.reminders.all()
    assert (reminder.kind, reminder.person, reminder.by, reminder.words) == (
        "phone",
        desk.contact,
        desk.secretary,
        "本週五前補齊",
    )
    [told] = desk.get("round-owing").classed("told-list")
    assert "當時未送出 1 段：本週五前補齊" in text(told)


def test_who_owes_nothing_is_not_taken_down(desk):
    page = Page(reached(desk, desk.other, "早安", status=422))

    assert notes(page) == ["這位窗口本期沒有未填的辦理情形，不必催辦。"]
    assert desk.round.reminders.count() == 0


def test_too_long_a_note_stays_in_its_field(desk):
    page = Page(reached(desk, desk.contact, "長" * 301, status=422))

    assert notes(page) == ["最多 300 字。"]
    assert page.root.find(".//input[@id='words-1']").get("value") == "長" * 301


def test_somebody_unknown_is_not_taken_down(desk):
    for name in ("nobody", "no\x00body", ""):
        response = desk.client.post(desk.at("round-owing"), {"person": name})
        assert response.status_code == 422, name


@pytest.mark.parametrize("count", [1, 5])
def test_who_owes_takes_the_same_queries_for_any_number(
    desk, django_assert_num_queries, count
):
    for _ in range(count):
        desk.add_slot(desk.taipei, case=desk.add_case())
        desk.add_contact(desk.taipei)

    with django_assert_num_queries(11):
        desk.get("round-owing")


# Locking ------------------------------------------------------------------------------


def lock(desk, status=302, **said):
    sent = form_of(desk.client.get(desk.at("round-lock"))) | said
    response = desk.client.post(desk.at("round-lock"), sent)
    assert response.status_code == status
    return response


def test_what_is_not_accepted_is_said_before_locking(desk):
    desk.bring(desk.slot, "accepted")
    desk.hand_in(desk.keelung)
    desk.add_slot(desk.taipei, case=(other := desk.add_case()))

    page = desk.get("round-lock")

    assert page.texts("h2") == ["還沒有接受的 2 段"]
    assert set(page.texts("summary")) == {"已送出 1 段", "未填 1 段"}
    assert f"{other.number} {other.name} {desk.taipei}" in page.links()


def test_locking_with_something_left_wants_to_be_confirmed(desk):
    desk.bring(desk.slot, "accepted")
    desk.add_slot(desk.keelung)

    page = Page(lock(desk, status=422))
    lock(desk, sure="on")

    assert notes(page) == ["還有沒有接受的辦理情形，請勾選確認後再鎖定。"]
    desk.round.refresh_from_db()
    assert (desk.round.is_locked, fresh(desk.slot).state) == (True, "locked")


def test_nothing_is_left_out_that_was_not_said(desk):
    desk.bring(desk.slot, "accepted")
    desk.add_slot(desk.keelung)
    sent = form_of(desk.client.get(desk.at("round-lock"))) | {"sure": "on"}
    desk.add_slot(desk.taipei, case=(added := desk.add_case()))

    response = desk.client.post(desk.at("round-lock"), sent)

    assert response.status_code == 409
    assert added.number in text(Page(response).root)
    desk.round.refresh_from_db()
    assert (desk.round.is_locked, fresh(desk.slot).state) == (False, "accepted")


def test_locking_twice_is_no_fault(desk):
    desk.bring(desk.slot, "accepted")
    sent = form_of(desk.client.get(desk.at("round-lock")))

    for _ in range(2):
        response = desk.client.post(desk.at("round-lock"), sent)
        assert response["Location"] == desk.at()

    assert desk.get().classed("round-told")

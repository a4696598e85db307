"""The page of one text: what it shows, and each step the secretariat takes there."""

import datetime as dt

import pytest
import time_machine

from cases import rounds
from tests.cases.round_pages import AtDesk
from tests.cases.rounds import AT, after, fresh, told
from tests.factories import ProgressUpdateFactory, ReportingRoundFactory
from tests.pages import text
from tests.site.admin import secretariat_of

pytestmark = pytest.mark.django_db

BEFORE = dt.date(2025, 9, 30)
CLOSED = after(30)
TWICE = [1, 2]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk():
    return AtDesk()


@pytest.fixture
def submitted(desk):
    return desk.bring(desk.slot, "submitted")


def last_time(desk, words):
    """Let the city have said something a quarter earlier."""
    round_ = ReportingRoundFactory(platform=desk.platform, as_of=BEFORE)
    return ProgressUpdateFactory(
        case=desk.case, round=round_, municipality=desk.taipei, text=words
    )


def buttons(page):
    return {button.get("value") for button in page.all("button[@name='do']")}


def history(page):
    """Return the first line of every step, newest first."""
    [steps] = page.classed("slot-steps")
    return [page.texts("p", step)[0] for step in steps.findall("li")]


# What is shown ------------------------------------------------------------------------


def test_what_changed_since_the_last_text_is_marked(desk):
    last_time(desk, "用地取得中。")
    desk.bring(desk.slot, "submitted", text="施工中。")

    page = desk.look(desk.slot)

    since = page.root.find(".//section[@aria-labelledby='since']")
    assert page.texts("ins", since) == ["施工"]
    assert page.texts("del", since) == ["用地取得"]
    assert "114年9月30日" in text(since)


def test_no_change_shows_the_text_that_still_stands(desk):
    last_time(desk, "用地取得中。")
    desk.save(desk.slot, "", is_unchanged=True)
    desk.submit(desk.slot)

    page = desk.look(desk.slot)

    printed = text(page.root.find(".//section[@aria-labelledby='printed']"))
    assert (
        printed == "這一期（如列印） 用地取得中。 本季無變動（沿用114年9月30日的文字）"
    )


def test_the_steps_say_who_and_keep_both_texts_of_an_edit(desk, submitted):
    desk.contact.first_name = "王科員"
    desk.contact.save()
    desk.post(submitted, "edit", text="已完工。", words="依來文更正")

    page = desk.look(submitted)

    assert [line.split(" ")[0].split("　")[0] for line in history(page)] == [
        "幕僚修改",
        "送出",
    ]
    assert history(page)[1].endswith("王科員")
    [edited, handed_in] = page.classed("slot-steps")[0].findall("li")
    assert "依來文更正" in text(edited)
    assert page.texts("p", edited)[-2:] == ["已開工。", "已完工。"]
    # What was handed in is no longer what stands.
    assert page.texts("p", handed_in)[-1] == "已開工。"


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("missing", {"enter"}),
        ("draft", {"enter"}),
        ("submitted", {"accept", "return", "edit"}),
        ("returned", {"enter"}),
        ("accepted", {"edit", "reopen"}),
        ("locked", set()),
    ],
)
def test_each_state_offers_the_steps_it_allows(desk, state, offered):
    desk.bring(desk.slot, state)

    assert buttons(desk.look(desk.slot)) == offered


def test_more_time_is_offered_once_the_round_is_closed(desk, clock):
    desk.wait_until(CLOSED, clock)

    assert buttons(desk.look(desk.slot)) == {"enter", "reopen"}


def test_a_locked_round_offers_nothing_for_what_was_left(desk):
    desk.lock()

    assert buttons(desk.look(desk.slot)) == set()


def test_the_ways_lead_to_the_texts_that_wait_around_this_one(desk):
    cases = sorted(
        [desk.case, *(desk.add_case() for _ in range(3))], key=lambda c: c.number
    )
    first, second, third = (desk.hand_in(desk.keelung, case=case) for case in cases[:3])

    page = desk.look(second)
    links = {link.get("rel"): link.get("href") for link in page.all("a[@rel]")}
    round_about = desk.look(third)

    assert "待審閱 3 段" in page.main
    assert links == {"prev": desk.slot_at(first), "next": desk.slot_at(third)}
    assert {a.get("rel"): a.get("href") for a in round_about.all("a[@rel]")} == {
        "prev": desk.slot_at(second),
        "next": desk.slot_at(first),
    }


def test_small_letters_lead_to_the_case(desk):
    where = desk.at(
        "round-slot", number=desk.case.number.lower(), owner=desk.taipei.slug
    )

    assert desk.client.get(where).status_code == 200


def test_what_is_not_in_the_round_is_not_found(desk):
    for owner in ("joint", desk.keelung.slug, "nobody"):
        where = desk.at("round-slot", number=desk.case.number, owner=owner)
        assert desk.client.get(where).status_code == 404, owner


@pytest.mark.parametrize("count", [0, 4])
def test_the_page_takes_the_same_queries_however_long_the_way(
    desk, submitted, django_assert_num_queries, count
):
    for _ in range(count):
        desk.post(submitted, "edit", text=f"已開工{submitted.version}。")
        submitted = fresh(submitted)
        desk.hand_in(desk.keelung, case=desk.add_case())
    desk.add_contact(desk.taipei)

    with django_assert_num_queries(19):
        desk.look(desk.slot)


# Steps --------------------------------------------------------------------------------


def test_accepting_leads_to_the_next_text_of_the_same_filter(desk, submitted):
    elsewhere = desk.hand_in(desk.keelung)
    here = desk.hand_in(desk.taipei, case=desk.add_case())
    query = f"?municipality={desk.taipei.slug}"

    first = desk.post(submitted, "accept", query=query)
    second = desk.post(here, "accept", query=query)

    assert first["Location"] == desk.slot_at(here) + query
    assert second["Location"] == desk.at() + query
    assert [fresh(s).state for s in (submitted, here, elsewhere)] == [
        "accepted",
        "accepted",
        "submitted",
    ]


def test_a_text_goes_back_with_a_question(desk, submitted):
    desk.post(submitted, "return", words="何時完工？")

    page = desk.look(submitted)
    assert fresh(submitted).state == "returned"
    [question] = page.classed("slot-question")
    assert "何時完工？" in text(question)


def test_a_question_is_asked_for(desk, submitted):
    page = desk.post(submitted, "return", words=" \n", status=422)

    assert "請寫明要補正或確認的事項。" in page.main
    assert fresh(submitted).state == "submitted"


def test_a_closed_round_wants_to_know_until_when(desk, submitted, clock):
    desk.wait_until(CLOSED, clock)

    without = desk.post(submitted, "return", words="何時完工？", status=422)
    wrong = desk.post(
        submitted, "return", words="何時完工？", until="115/2/30", status=422
    )
    early = desk.post(
        submitted, "return", words="何時完工？", until="115/1/1", status=422
    )
    desk.post(submitted, "return", words="何時完工？", until="115/2/20")

    assert "請訂補填期限。" in without.main
    assert "曆法上沒有這一天" in wrong.main
    assert wrong.root.find(".//input[@name='until']").get("value") == "115/2/30"
    assert wrong.root.find(".//textarea[@id='question']").text.strip() == "何時完工？"
    assert "補填期限不得早於今天。" in early.main
    assert fresh(submitted).open_until == dt.date(2026, 2, 20)


def test_an_edit_keeps_the_state(desk, submitted):
    response = desk.post(submitted, "edit", text="已完工。\r\n", words="")

    slot = fresh(submitted)
    assert (slot.text, slot.state, slot.saved_by) == (
        "已完工。",
        "submitted",
        desk.secretary,
    )
    assert response["Location"] == desk.slot_at(submitted)


def test_a_text_that_was_rung_in_is_entered_and_accepted(desk):
    desk.post(desk.slot, "enter", text="已動工。", words="王科員電話告知")

    slot = fresh(desk.slot)
    assert (slot.text, slot.state) == ("已動工。", "accepted")
    assert told(slot) == ["submitted", "accepted"]
    assert slot.steps.first().words == "王科員電話告知"


def test_no_change_can_be_rung_in(desk):
    desk.post(desk.slot, "enter", is_unchanged="on")

    slot = fresh(desk.slot)
    assert (slot.text, slot.is_unchanged, slot.state) == ("", True, "accepted")


def test_a_question_can_be_answered_by_phone(desk):
    slot = desk.bring(desk.slot, "returned")

    desk.post(slot, "enter", text="已開工，六月完工。", words="六月完工。")

    assert told(slot) == ["submitted", "returned", "answered", "accepted"]
    assert slot.steps.get(kind="answered").words == "六月完工。"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"text": ""}, "請填寫辦理情形，或填「本季無變動」。"),
        ({"text": "已動工。", "is_unchanged": "on"}, "填「本季無變動」時不另填文字。"),
        ({"text": "工" * 50_001}, "內容最多 50000 字，目前有 50001 字"),
        ({"text": "已動工。", "words": "說" * 201}, "最多 200 字。"),
    ],
)
def test_what_cannot_be_entered_stays_in_the_form(desk, said, sentence):
    page = desk.post(desk.slot, "enter", status=422, **said)

    assert sentence in page.main
    assert (page.root.find(".//textarea[@id='text']").text or "").strip() == said[
        "text"
    ]
    assert fresh(desk.slot).state == "missing"


def test_an_accepted_text_is_opened_again_with_a_reason(desk):
    slot = desk.bring(desk.slot, "accepted")

    desk.post(slot, "reopen", words="數字有誤，請更正。")

    assert fresh(slot).state == "returned"
    assert "數字有誤，請更正。" in desk.look(slot).main


def test_who_owes_a_text_gets_more_time(desk, clock):
    desk.wait_until(CLOSED, clock)

    desk.post(desk.slot, "reopen", words="颱風順延", until="115/2/28")

    slot = fresh(desk.slot)
    assert (slot.state, slot.open_until) == ("missing", dt.date(2026, 2, 28))


@pytest.mark.parametrize("do", ["", "withdraw", "lock"])
def test_a_button_nobody_offers_does_nothing(desk, submitted, do):
    page = desk.post(submitted, do, status=422)

    assert "請按接受、退回補正、修改、代填或重新開放。" in page.main
    assert told(submitted) == ["submitted"]


# Two at once --------------------------------------------------------------------------


def test_a_second_click_does_nothing_twice(desk, submitted):
    for do, said in (
        ("return", {"words": "何時完工？"}),
        ("enter", {"text": "已完工。"}),
        ("edit", {"text": "已驗收。"}),
        ("reopen", {"words": "請再確認。"}),
    ):
        version = fresh(submitted).version
        for _ in TWICE:
            desk.post(submitted, do, version=version, **said)

    assert told(submitted) == [
        "submitted",
        "returned",
        "submitted",
        "accepted",
        "edited",
        "reopened",
    ]


def test_nothing_is_accepted_unseen(desk, submitted):
    colleague = secretariat_of(desk.platform)
    colleague.first_name = "陳專員"
    colleague.save()
    rounds.edit(
        submitted,
        text="已竣工。",
        is_unchanged=False,
        version=submitted.version,
        by=colleague,
        at=AT,
    )

    page = desk.post(submitted, "accept", version=submitted.version, status=409)

    [conflict] = page.classed("slot-conflict")
    assert "已由陳專員於" in text(conflict)
    assert (page.texts("del", conflict), page.texts("ins", conflict)) == (
        ["開"],
        ["竣"],
    )
    assert fresh(submitted).state == "submitted"
    # The form on the page is of what stands now.
    desk.post(
        submitted,
        "accept",
        version=page.root.find(".//input[@name='version']").get("value"),
    )
    assert fresh(submitted).state == "accepted"


def test_both_texts_are_shown_where_the_contact_was_quicker(desk):
    desk.contact.first_name = "王科員"
    desk.contact.save()
    seen = desk.slot.version
    desk.save(desk.slot, "窗口寫的。")

    page = desk.post(desk.slot, "enter", version=seen, text="幕僚聽到的。", status=409)

    [conflict] = page.classed("slot-conflict")
    assert "已由王科員於" in text(conflict)
    assert page.texts("p", conflict)[1:] == ["幕僚聽到的。", "幕僚聽到窗口寫的。"]
    assert page.root.find(".//textarea[@id='text']").text.strip() == "幕僚聽到的。"
    assert fresh(desk.slot).text == "窗口寫的。"


def test_a_question_is_kept_where_the_text_was_withdrawn(desk, submitted):
    rounds.withdraw(submitted, version=submitted.version, by=desk.contact, at=AT)

    page = desk.post(
        submitted, "return", version=submitted.version, words="何時完工？", status=409
    )

    [conflict] = page.classed("slot-conflict")
    assert "目前草稿" in text(conflict)
    assert "何時完工？" in page.texts("p", conflict)


def test_a_text_is_kept_where_the_round_was_locked(desk, submitted):
    desk.lock()

    page = desk.post(submitted, "edit", text="已完工。", status=422)

    [box] = page.classed("errornote")
    assert "這一期已鎖定，內容不再修改。" in text(box)
    assert page.texts("p", box)[-1] == "已完工。"


@pytest.mark.parametrize("version", ["", "-1", "²", "x", "9" * 40])
def test_a_version_nobody_saw_changes_nothing(desk, submitted, version):
    page = desk.post(submitted, "accept", version=version, status=409)

    assert page.classed("slot-conflict")
    assert fresh(submitted).state == "submitted"

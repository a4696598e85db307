"""A contact's slot: written, handed in, taken back, answered, and never another's."""

import datetime as dt

import pytest
from django.test import Client

from cases import rounds
from cases.models import ProgressStep
from cases.rounds.writing import LONGEST_ANSWER, LONGEST_TEXT
from tests.cases.reporting import JSON, address, client_of, said, send
from tests.cases.rounds import AT, Collecting, fresh, told
from tests.factories import ProgressUpdateFactory, ReportingRoundFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_january(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def site():
    return Collecting()


@pytest.fixture
def contact(site):
    return client_of(site.contact)


def page_of(client, slot, status=200):
    response = client.get(address(slot))
    assert response.status_code == status
    return Page(response)


def editor(page):
    (found,) = page.all("textarea[@id='id_text']")
    return "".join(found.itertext()).removeprefix("\n")


# Writing -----------------------------------------------------------------------------


def test_text_is_saved_as_a_draft(site, contact):
    response = send(contact, site.slot, "save", text="一、已開工。\r\n二、續辦。 ")

    assert response.status_code == 302
    assert response.url == address(site.slot)
    assert said(site.slot) == ("draft", "一、已開工。\n二、續辦。")
    assert fresh(site.slot).saved_by == site.contact
    assert editor(page_of(contact, site.slot)) == "一、已開工。\n二、續辦。"


def test_autosave_answers_with_the_version_and_the_printed_row(site, contact):
    response = send(contact, site.slot, "autosave", text="1.已開工<b>。", headers=JSON)

    answer = response.json()
    assert (answer["state"], answer["version"], answer["at"]) == ("saved", 1, "10:00")
    assert answer["label"] == "草稿"
    assert f'<p class="l1 h11">1. {site.taipei.short_name}：</p>' in answer["live"]
    assert '<p class="l2 h14">(1) 已開工&lt;b&gt;。</p>' in answer["live"]
    assert said(site.slot) == ("draft", "1.已開工<b>。")


def test_no_change_is_an_answer_without_text(site, contact):
    assert send(contact, site.slot, "save", kind="unchanged").status_code == 302
    assert said(site.slot) == ("draft", "本季無變動")

    refused = send(contact, site.slot, "save", kind="unchanged", text="又寫了。")

    assert refused.status_code == 422
    assert editor(Page(refused)) == "又寫了。"
    assert said(site.slot) == ("draft", "本季無變動")


def test_too_long_a_text_is_refused_and_kept_on_the_page(site, contact):
    text = "長" * (LONGEST_TEXT + 1)

    response = send(contact, site.slot, "save", text=text)

    assert response.status_code == 422
    assert "最多20,000字，現有20,001字" in response.text
    assert editor(Page(response)) == text
    assert said(site.slot) == ("missing", "")


@pytest.mark.parametrize("do", ["tidy", "level", "start", "resolve_edit", "withdraw"])
def test_nothing_at_all_is_done_with_too_long_a_text(site, contact, do):
    """Comparing and numbering it would take long."""
    response = send(contact, site.slot, do, text="甲\n" * LONGEST_TEXT)

    assert response.status_code == 422
    assert "最多20,000字" in response.text


def test_too_long_an_answer_is_refused_and_kept_on_the_page(site, contact):
    site.bring(site.slot, "returned")
    words = "長" * (LONGEST_ANSWER + 1)

    response = send(contact, site.slot, "answer", text="改過的。", words=words)

    assert response.status_code == 422
    assert "答覆最多2,000字，現有2,001字" in response.text
    (typed,) = Page(response).all("textarea[@id='id_words']")
    assert "".join(typed.itertext()).strip() == words
    assert said(site.slot) == ("returned", "已開工。")


def test_signs_that_no_file_can_hold_are_dropped(site, contact):
    send(contact, site.slot, "save", text="甲\x00乙\x1b\v丙")

    assert said(site.slot) == ("draft", "甲乙\n丙")


def test_unknown_button_does_nothing(site, contact):
    response = send(contact, site.slot, "publish", text="已開工。")

    assert response.status_code == 422
    assert editor(Page(response)) == "已開工。"
    assert said(site.slot) == ("missing", "")


# The last period ---------------------------------------------------------------------


def told_before(site, text="去年已完成規劃。"):
    before = ReportingRoundFactory(platform=site.platform, as_of=dt.date(2025, 9, 30))
    return ProgressUpdateFactory(
        case=site.case, round=before, municipality=site.taipei, text=text
    )


def test_last_text_stands_beside_the_editor(site, contact):
    told_before(site)

    page = page_of(contact, site.slot)

    (last,) = page.classed("report-last")
    assert "資料時間 114年9月30日" in "".join(last.itertext())
    assert page.texts("div[@class='outline']/p", last) == ["去年已完成規劃。"]


def test_last_text_is_put_in_an_empty_editor_unsaved(site, contact):
    told_before(site)

    response = send(contact, site.slot, "start")

    assert response.status_code == 200
    assert editor(Page(response)) == "去年已完成規劃。"
    assert said(site.slot) == ("missing", "")


def test_last_text_never_takes_the_place_of_what_was_typed(site, contact):
    told_before(site)

    response = send(contact, site.slot, "start", text="本期已動工。")

    assert response.status_code == 422
    assert editor(Page(response)) == "本期已動工。"


def test_no_change_is_previewed_with_the_text_that_stands(site, contact):
    told_before(site, "1.去年已完成規劃。")

    answer = send(contact, site.slot, "autosave", kind="unchanged", headers=JSON).json()

    assert "：（本季無變動，以下為114年9月30日之辦理情形）</p>" in answer["live"]
    assert "(1) 去年已完成規劃。</p>" in answer["live"]


# Numbers -----------------------------------------------------------------------------


def test_pasted_numbers_take_the_papers_form(site, contact):
    pasted = "1、\t已開工\n（1）\u00a0整地"

    answer = send(contact, site.slot, "tidy", text=pasted, headers=JSON).json()
    page = send(contact, site.slot, "tidy", text=pasted)

    assert answer == {"text": "1. 已開工\n(1) 整地"}
    assert editor(Page(page)) == answer["text"]
    assert said(site.slot) == ("missing", "")


def test_lines_are_numbered_by_button(site, contact):
    numbered = send(
        contact,
        site.slot,
        "level",
        text="一、甲\n乙",
        first=1,
        last=1,
        level="一、",
        headers=JSON,
    )

    assert numbered.json() == {"text": "一、甲\n二、乙", "line": 1}


@pytest.mark.parametrize(
    "wrong", [{"level": "十"}, {"first": "-1"}, {"last": "9" * 30}, {"first": ""}]
)
def test_nonsense_asked_of_the_numbering_is_refused(site, contact, wrong):
    asked = {"text": "甲", "first": "0", "last": "0", "level": "1.", **wrong}

    response = send(contact, site.slot, "level", headers=JSON, **asked)

    assert response.status_code == 422
    assert response.json()["errors"] == {"": "沒有這種編號。"}


# Handing in --------------------------------------------------------------------------


def test_submitting_saves_what_the_form_says(site, contact):
    response = send(contact, site.slot, "submit", text="已開工。")

    assert response.status_code == 302
    assert said(site.slot) == ("submitted", "已開工。")
    page = page_of(contact, site.slot)
    assert page.all("textarea[@id='id_text']") == []
    assert "撤回修改" in page.main


def test_nothing_is_handed_in_without_text(site, contact):
    response = send(contact, site.slot, "submit", text=" ")

    assert response.status_code == 422
    assert "請填寫辦理情形，或填「本季無變動」。" in response.text
    assert said(site.slot) == ("missing", "")


def test_second_click_on_submit_hands_in_once(site, contact):
    form = {"version": 0, "kind": "text", "text": "已開工。", "do": "submit"}

    answers = [contact.post(address(site.slot), form).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert told(site.slot) == ["submitted"]


def test_what_was_handed_in_is_taken_back(site, contact):
    site.bring(site.slot, "submitted")

    response = send(contact, site.slot, "withdraw")

    assert response.status_code == 302
    assert said(site.slot) == ("draft", "已開工。")
    assert editor(page_of(contact, site.slot)) == "已開工。"


def test_accepted_text_is_not_taken_back(site, contact):
    site.bring(site.slot, "accepted")

    response = send(contact, site.slot, "withdraw")

    assert response.status_code == 422
    assert said(site.slot) == ("accepted", "已開工。")


def test_question_stands_above_the_editor_and_is_answered(site, contact):
    site.bring(site.slot, "returned")

    page = page_of(contact, site.slot)
    (question,) = page.classed("question-words")
    response = send(
        contact, site.slot, "answer", text="已開工，年底完工。", words="年底完工。"
    )

    assert "".join(question.itertext()) == "何時完工？"
    assert response.status_code == 302
    assert said(site.slot) == ("submitted", "已開工，年底完工。")
    last = ProgressStep.objects.filter(slot=site.slot).last()
    assert (last.kind, last.words) == ("answered", "年底完工。")


def test_unanswered_question_changes_nothing(site, contact):
    site.bring(site.slot, "returned")

    response = send(contact, site.slot, "answer", text="改過的。", words=" ")

    assert response.status_code == 422
    assert editor(Page(response)) == "改過的。"
    assert said(site.slot) == ("returned", "已開工。")


def test_steps_are_told_to_who_writes_it_with_what_was_edited(site, contact):
    site.bring(site.slot, "submitted")
    rounds.edit(
        site.slot,
        text="已完工。",
        is_unchanged=False,
        version=fresh(site.slot).version,
        by=site.secretary,
        at=AT,
    )

    page = page_of(contact, site.slot)

    assert page.texts("ol[@class='timeline']/li/p/span[@class='kind']") == [
        "幕僚修改",
        "送出",
    ]
    (steps,) = page.classed("timeline")
    assert page.texts("del", steps) == ["開"]
    assert page.texts("ins", steps) == ["完"]


# Two at once -------------------------------------------------------------------------


def test_conflict_shows_both_texts_and_saves_neither(site, contact):
    site.save(site.slot, "先存的。")

    response = send(contact, site.slot, "save", text="後寫的。", version=0)

    assert response.status_code == 409
    page = Page(response)
    assert page.texts("mark") == ["後寫", "先存"]
    (kept,) = page.all("textarea[@name='text']")
    assert "".join(kept.itertext()).strip() == "後寫的。"
    assert said(site.slot) == ("draft", "先存的。")


@pytest.mark.parametrize(
    ("choice", "stands"), [("mine", "後寫的。"), ("theirs", "先存的。")]
)
def test_either_text_is_chosen(site, contact, choice, stands):
    site.save(site.slot, "先存的。")

    send(contact, site.slot, "resolve", text="後寫的。", **{"choose-text": choice})

    assert said(site.slot) == ("draft", stands)


def test_own_text_is_taken_back_to_the_editor(site, contact):
    site.save(site.slot, "先存的。")

    response = send(contact, site.slot, "resolve_edit", text="後寫的。")

    page = Page(response)
    assert editor(page) == "後寫的。"
    assert page.all("input[@name='version']")[0].get("value") == "1"
    assert said(site.slot) == ("draft", "先存的。")


def test_script_is_given_the_conflict_as_a_panel(site, contact):
    site.save(site.slot, "先存的。")

    response = send(
        contact, site.slot, "autosave", text="後寫的。", version=0, headers=JSON
    )

    assert response.status_code == 409
    assert response.json()["state"] == "conflict"
    assert "後寫" in response.json()["panel"]


def test_text_handed_in_meanwhile_is_taken_back_with_ones_own_in_the_editor(
    site, contact
):
    site.bring(site.slot, "submitted", text="先送的。")

    late = send(contact, site.slot, "save", text="後寫的。", version=0)
    response = send(contact, site.slot, "withdraw_edit", text="後寫的。")

    assert late.status_code == 409
    assert "撤回，帶著我的內容修改" in late.text
    assert response.status_code == 200
    assert editor(Page(response)) == "後寫的。"
    assert said(site.slot) == ("draft", "先送的。")


def test_text_typed_until_the_round_was_closed_is_shown_to_be_kept(site, time_machine):
    time_machine.move_to(dt.datetime(2026, 2, 1, 1, tzinfo=AT.tzinfo))

    response = send(client_of(site.contact), site.slot, "save", text="來不及的。")

    assert response.status_code == 422
    page = Page(response)
    assert "已於115年1月31日關閉填報" in page.main
    (kept,) = page.all("textarea[@id='stranded']")
    assert "".join(kept.itertext()).strip() == "來不及的。"
    assert said(site.slot) == ("missing", "")


def test_text_of_a_slot_that_became_joint_meanwhile_is_shown_to_be_kept(site, contact):
    where = address(site.slot)
    rounds.make_joint(site.round, site.case, by=site.secretary)

    response = contact.post(where, {"do": "save", "text": "方才所寫。"})

    assert response.status_code == 404
    (kept,) = Page(response).all("textarea[@id='stranded']")
    assert "".join(kept.itertext()).strip() == "方才所寫。"


# Who may -----------------------------------------------------------------------------


def test_others_find_no_draft(site):
    site.save(site.slot)
    for user in (site.other, site.official, site.stranger):
        client = client_of(user)
        assert client.get(address(site.slot)).status_code == 404
        for do in ("save", "autosave", "submit", "withdraw", "tidy"):
            response = send(client, site.slot, do, text="冒寫。", headers=JSON)
            assert response.status_code == 404

    assert said(site.slot) == ("draft", "已開工。")


def test_accepted_text_is_read_and_not_written_by_others(site):
    site.bring(site.slot, "accepted")
    for user in (site.other, site.official):
        client = client_of(user)
        page = page_of(client, site.slot)
        assert "已開工。" in page.main
        assert "填報歷程" not in page.main
        assert page.all("main//form") == []
        for do in ("save", "autosave", "submit", "withdraw", "answer", "tidy"):
            response = send(client, site.slot, do, text="冒寫。", words="冒答。")
            assert response.status_code == 403

    assert said(site.slot) == ("accepted", "已開工。")
    assert client_of(site.stranger).get(address(site.slot)).status_code == 404


def test_who_is_not_logged_in_is_asked_to(site):
    response = Client().get(address(site.slot))

    assert response.status_code == 302
    assert response.url == f"/login/?next={address(site.slot)}"


def test_secretariat_writes_for_a_contact_but_takes_nothing_back(site):
    secretary = client_of(site.secretary)

    send(secretary, site.slot, "submit", text="電話所告。")
    page = page_of(secretary, site.slot)
    refused = send(secretary, site.slot, "withdraw")

    assert said(site.slot) == ("submitted", "電話所告。")
    assert "撤回" not in page.main
    assert refused.status_code == 403


def test_joint_text_is_marked_and_written_by_each_of_its_contacts(site):
    case = site.add_case()
    joint = site.add_slot(None, case)

    send(client_of(site.contact), joint, "save", text="臺北寫。")
    send(client_of(site.other), joint, "save", text="臺北寫，基隆續。")

    page = page_of(client_of(site.contact), joint)
    assert said(joint) == ("draft", "臺北寫，基隆續。")
    assert [text.text for text in page.classed("joint")] == ["共同"]


def test_small_letters_of_a_case_number_lead_to_the_slot(site, contact):
    where = address(site.slot).replace(site.case.number, site.case.number.lower())

    assert contact.get(where).status_code == 200


def test_paper_has_no_such_page(site, contact):
    assert contact.get(address(told_before(site))).status_code == 404


@pytest.mark.parametrize("day", ["2025-02-30", "2025-12-30"])
def test_no_round_of_that_day_is_not_found(site, contact, day):
    where = address(site.slot).replace(site.round.as_of.isoformat(), day)

    assert contact.get(where).status_code == 404


def test_page_is_kept_by_no_cache(site, contact):
    response = contact.get(address(site.slot))

    assert response.headers["Cache-Control"] == "private, no-store"


def test_queries_do_not_grow_with_steps_and_slots(
    site, contact, django_assert_num_queries
):
    def count():
        with django_assert_num_queries(12):
            contact.get(address(site.slot))

    site.bring(site.slot, "returned")
    count()
    for number in range(4):
        rounds.answer(
            site.slot,
            words=f"第{number}次。",
            version=fresh(site.slot).version,
            by=site.contact,
            at=AT,
        )
        site.send_back(site.slot)
        site.add_slot(site.taipei, site.add_case())
    count()

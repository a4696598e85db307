"""Reminders by mail: one a person, seen before they go, never twice in an hour."""

import datetime as dt

import pytest
import time_machine
from django.core import mail as outbox
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases import rounds
from cases.models import Reminder
from meetings.models import ContactDetails
from platform_site.models import Mail
from tests.cases.rounds import AT, Collecting
from tests.jobs import run_jobs
from tests.pages import Page

pytestmark = pytest.mark.django_db

LINKS = rounds.Links("https://site.example", "/reporting/", lambda slot: f"/{slot.pk}/")


@pytest.fixture
def site():
    with time_machine.travel(AT):
        found = Collecting()
        for number, user in enumerate((found.contact, found.other, found.secretary)):
            user.email = f"c{number}@example.gov.tw"
            user.first_name = f"窗口{number}"
            user.save()
        found.add_slot(found.keelung)
        yield found


def send(site, *people, words="", at=AT, by=None):
    return rounds.send_digests(
        site.round,
        people={person.pk for person in people},
        words=words,
        links=LINKS,
        by=by or site.secretary,
        at=at,
    )


def address(site, view):
    at = {"platform": site.platform.slug, "as_of": site.round.as_of}
    return reverse(f"desk:{view}", kwargs=at)


@pytest.fixture
def desk(client, site):
    client.force_login(site.secretary)
    return client


def post(desk, site, *people, words="", seen=None, **fields):
    said = {
        "person": [person.pk for person in people],
        "words": words,
        "seen": words if seen is None else seen,
    }
    return desk.post(address(site, "reminders-send"), {**said, **fields})


def test_one_mail_names_all_that_a_person_owes(site):
    more = [site.add_slot(site.taipei, site.add_case()) for _ in range(2)]
    ContactDetails.objects.create(user=site.secretary, phone="02-2720-8889")

    send(site, site.contact, words="週五前送印。")

    run_jobs()
    [mail] = outbox.outbox
    assert mail.to == ["c0@example.gov.tw"]
    for slot in (site.slot, *more):
        assert f"https://site.example/{slot.pk}/" in mail.body
        assert slot.case.number in mail.body
    assert "尚有 3 件未送出" in mail.body
    assert "週五前送印。" in mail.body
    assert "https://site.example/reporting/" in mail.body
    assert mail.body.rstrip().endswith("電話：02-2720-8889")
    [told] = Reminder.objects.all()
    assert (told.person, told.slots, told.kind) == (site.contact, 3, "mail")


def test_what_is_handed_in_is_not_asked_for(site):
    second = site.add_slot(site.taipei, site.add_case())
    site.bring(site.slot, "submitted")
    site.bring(second, "returned")

    send(site, site.contact)

    text = Mail.objects.get().text
    assert site.slot.case.number not in text
    assert f"{second.case.number}" in text
    assert "退回補正" in text


def test_no_second_mail_within_the_hour(site):
    first = send(site, site.contact)
    second = send(site, site.contact, site.other)

    assert first.people == [site.contact]
    assert second.people == [site.other]
    assert second.left_out == [(site.contact, "一小時內已寄過催辦信")]
    assert Mail.objects.count() == 2


def test_database_holds_to_one_mail_an_hour(site):
    """Whoever writes: the page need not have looked."""
    send(site, site.contact)
    mail = Mail.objects.get()
    mail.pk = None
    mail.save()

    with (
        pytest.raises(IntegrityError, match="cases_reminder_once_an_hour"),
        transaction.atomic(),
    ):
        rounds.remind(
            site.round,
            site.contact,
            kind="mail",
            words="",
            by=site.secretary,
            at=AT,
            mail=mail,
        )
    rounds.remind(
        site.round, site.contact, kind="phone", words="", by=site.secretary, at=AT
    )
    assert Reminder.objects.count() == 2


def test_calls_do_not_hold_up_mail(site):
    rounds.remind(
        site.round, site.contact, kind="phone", words="", by=site.secretary, at=AT
    )

    assert send(site, site.contact).people == [site.contact]


def test_who_has_no_address_is_named(site):
    site.contact.email = ""
    site.contact.save()

    assert send(site, site.contact).left_out == [
        (site.contact, "沒有電子郵件地址，請以電話聯絡")
    ]
    assert not Reminder.objects.exists()


def test_page_shows_the_mail_that_goes_out(site, desk):
    page = Page(desk.get(address(site, "reminders")))
    shown = {element.text for element in page.all("pre")}

    post(desk, site, site.contact, site.other)

    sent = set(Mail.objects.values_list("text", flat=True))
    assert {text.replace("\r\n", "\n").strip() for text in shown} == {
        text.strip() for text in sent
    }


def test_words_are_seen_in_the_mail_before_it_goes(site, desk):
    answer = post(desk, site, site.contact, words="週五前送印。", seen="")

    assert answer.status_code == 200
    assert not Mail.objects.exists()
    page = Page(answer)
    assert all("週五前送印。" in element.text for element in page.all("pre"))
    ticked = [
        box.get("value")
        for box in page.all("input[@name='person']")
        if box.get("checked") is not None
    ]
    assert ticked == [str(site.contact.pk)]

    assert post(desk, site, site.contact, words="週五前送印。").status_code == 302
    assert "週五前送印。" in Mail.objects.get().text


def test_button_of_one_person_writes_to_that_one_alone(site, desk):
    post(desk, site, site.contact, site.other, only=site.other.pk)

    assert [told.person for told in Reminder.objects.all()] == [site.other]


def test_second_click_sends_nothing_more(site, desk):
    for _ in range(2):
        answer = post(desk, site, site.contact)

    assert Mail.objects.count() == 1
    log = Page(desk.get(answer["Location"]))
    assert "一小時內已寄過催辦信，未寄送。" in log.response.text


def test_nobody_chosen_is_said(site, desk):
    answer = post(desk, site)

    assert answer.status_code == 422
    assert "請勾選要催辦的窗口。" in answer.text


def test_locked_round_asks_nobody(site, desk):
    rounds.lock_round(site.round, by=site.secretary, at=AT)

    answer = post(desk, site, site.contact)

    assert answer.status_code == 422
    assert "已鎖定" in answer.text
    assert not Mail.objects.exists()


def test_another_platforms_people_are_not_written_to(site, desk):
    other = Collecting()
    other.contact.email = "other@example.gov.tw"
    other.contact.save()

    post(desk, site, other.contact)

    assert not Mail.objects.exists()


def test_log_tells_mails_calls_and_what_failed(site, desk, settings):
    settings.EMAIL_BACKEND = "platform_site.mail_backends.NoMailBackend"
    send(site, site.contact, words="請儘速。")
    run_jobs()
    rounds.remind(
        site.round, site.other, kind="phone", words="下週補", by=site.secretary, at=AT
    )

    page = Page(desk.get(address(site, "reminder-log")))

    told = {row[1]: row[2:6] for row in page.rows()}
    assert told == {
        "窗口0": [
            "電子郵件",
            "1",
            "請儘速。",
            "寄送失敗：本站尚未設定寄信主機，請洽系統管理者",
        ],
        "窗口1": ["電話", "1", "下週補", "已聯絡"],
    }
    assert "1 封信還沒有寄出" in page.response.text


def test_mail_that_failed_is_sent_again_from_the_persons_page(site, desk, settings):
    send(site, site.contact)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "platform_site.mail_backends.NoMailBackend"
    run_jobs()
    settings.EMAIL_BACKEND = backend
    at = {"platform": site.platform.slug, "key": site.contact.pk}

    for status in (302, 422):
        answer = desk.post(
            reverse("desk:person-mail", kwargs=at), {"mail": Mail.objects.get().pk}
        )
        assert answer.status_code == status
        run_jobs()

    assert len(outbox.outbox) == 1


@pytest.mark.parametrize("view", ["reminders", "reminder-log"])
def test_query_count_does_not_grow(site, desk, view, django_assert_max_num_queries):
    def count():
        with django_assert_max_num_queries(40) as found:
            desk.get(address(site, view))
        return len(found)

    send(site, site.contact)
    first = count()
    for _ in range(4):
        case = site.add_case()
        user = site.add_contact(site.taipei)
        user.email = f"more{user.pk}@example.gov.tw"
        user.save()
        site.add_slot(site.taipei, case)
        send(site, user)

    assert count() == first


def test_mail_waits_until_the_round_is_open(site):
    early = AT - dt.timedelta(days=400)

    with pytest.raises(ValidationError, match="起開放填報"):
        send(site, site.contact, at=early)

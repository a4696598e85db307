"""A forgotten password: a mail to who has an account, the same answer to all."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail as outbox
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from platform_site.models import Mail
from platform_site.passwords import HOLDS, MOST_MAILS
from tests.factories import UserFactory
from tests.jobs import run_jobs
from tests.pages import Page

pytestmark = pytest.mark.django_db

ASK = reverse("password-reset")
ADDRESS = "lin@example.gov.tw"
NEW = "kui-shan-tao-7"


@pytest.fixture
def person():
    user = UserFactory(email=ADDRESS, first_name="林怡君")
    user.set_password("before-it-was-lost-1")
    user.save()
    return user


def ask(email=ADDRESS):
    return Client().post(ASK, {"email": email})


def link():
    """Return the path in the latest mail that went out."""
    run_jobs()
    return re.search(r"http://testserver(/\S+)", outbox.outbox[-1].body)[1]


def set_password(client, path, password=NEW):
    opened = client.get(path, follow=True)
    if not opened.redirect_chain:
        return opened
    where = opened.redirect_chain[-1][0]
    return client.post(where, {"new_password1": password, "new_password2": password})


def test_link_of_the_mail_sets_a_new_password(person):
    ask()

    answer = set_password(Client(), link())

    assert answer["Location"] == reverse("login")
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_address_is_known_however_it_is_written(person):
    ask("LIN@Example.gov.tw")

    run_jobs()
    assert [each.to for each in outbox.outbox] == [[ADDRESS]]


def test_link_is_good_for_one_time(person):
    ask()
    path = link()
    set_password(Client(), path)

    answer = set_password(Client(), path, "another-one-8")

    assert answer.status_code == 404
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_link_holds_two_hours(person):
    ask()
    path = link()

    for wait, status in ((-60, 200), (60, 404)):
        moment = timezone.localtime() + HOLDS + dt.timedelta(seconds=wait)
        with time_machine.travel(moment, tick=False):
            assert Client().get(path, follow=True).status_code == status


def test_strangers_learn_nothing(person):
    UserFactory(email="left@example.gov.tw", is_active=False)
    answers = [
        ask(email)
        for email in (ADDRESS, "nobody@example.gov.tw", "left@example.gov.tw")
    ]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, reverse("password-reset-done"))
    }
    assert len({answer.content for answer in answers}) == 1
    assert list(Mail.objects.values_list("person", flat=True)) == [person.pk]


def test_nobody_is_flooded_with_mail(person):
    other = UserFactory(email="other@example.gov.tw")
    other.set_password("long-enough-1")
    other.save()

    for _ in range(MOST_MAILS + 2):
        ask()
    ask(other.email)

    assert Mail.objects.filter(person=person).count() == MOST_MAILS
    assert Mail.objects.filter(person=other).count() == 1
    later = timezone.localtime() + HOLDS + dt.timedelta(minutes=1)
    with time_machine.travel(later):
        ask()
    assert Mail.objects.filter(person=person).count() == MOST_MAILS + 1


def test_no_row_holds_the_link(person):
    ask()
    token = link().rstrip("/").rpartition("/")[2]

    assert token not in str(list(Mail.objects.values()))


def test_weak_password_is_refused_with_a_reason(person):
    ask()

    answer = set_password(Client(), link(), "12345678")

    assert "密碼沒有變更" in Page(answer).main
    person.refresh_from_db()
    assert not person.check_password("12345678")


def test_wrong_address_is_refused_beside_the_field():
    page = Page(ask("not an address"))

    assert "沒有寄出" in page.main
    assert "id_email_error" in page.ids()


def test_login_leads_to_it(person):
    assert reverse("password-reset") in Client().get(reverse("login")).text


def test_password_is_changed_by_who_knows_the_old_one(client, person):
    client.force_login(person)
    at = reverse("password-change")
    new = {"new_password1": NEW, "new_password2": NEW}

    client.post(at, {"old_password": "wrong", **new})
    person.refresh_from_db()
    assert not person.check_password(NEW)

    answer = client.post(at, {"old_password": "before-it-was-lost-1", **new})
    assert answer["Location"] == reverse("account")
    person.refresh_from_db()
    assert person.check_password(NEW)

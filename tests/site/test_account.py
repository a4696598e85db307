"""An account's own page: how somebody is reached, for the secretariat alone."""

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import ContactDetails
from tests.factories import UserFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db

AT = reverse("account")
ADDRESS = "chen@example.gov.tw"
PASSWORD = "yang-ming-shan-3"


@pytest.fixture
def person():
    user = UserFactory(username=ADDRESS, email=ADDRESS, first_name="陳怡君")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def own(client, person):
    client.force_login(person)
    return client


def details(client, **fields):
    said = {"organization": "交通局", "title": "科員", "phone": "", "extension": ""}
    return client.post(AT, {"do": "details", **said, **fields})


def address(client, email, password=PASSWORD):
    return client.post(AT, {"do": "address", "email": email, "password": password})


def test_details_are_kept_and_shown_to_oneself(own, person):
    details(own, phone="02-2720-8889", extension="6868")

    assert person.contact_details.telephone == "02-2720-8889 分機 6868"
    page = Page(own.get(AT))
    values = {field.get("name"): field.get("value") for field in page.all("input")}
    assert values["phone"] == "02-2720-8889"
    assert "個人資料告知事項" in page.texts("h2")


def test_phone_that_is_none_is_refused_and_stays_typed(own):
    answer = details(own, phone="請打手機")

    assert answer.status_code == 422
    page = Page(answer)
    assert "電話請以數字書寫，例如 02-2720-8889。" in page.main
    assert "請打手機" in answer.text
    assert not ContactDetails.objects.exists()


def test_post_that_says_nothing_loses_nothing(own, person):
    details(own, phone="02-2720-8889")

    assert own.post(AT).status_code == 422
    assert ContactDetails.objects.get().phone == "02-2720-8889"


def test_address_changes_and_with_it_what_one_logs_in_with(own, person):
    address(own, "Chen.New@example.gov.tw")

    person.refresh_from_db()
    assert person.email == "Chen.New@example.gov.tw"
    assert Client().login(username="chen.new@example.gov.tw", password=PASSWORD)


def test_name_to_log_in_with_stays_where_it_is_no_address(own, person):
    person.username = "chen"
    person.save()

    address(own, "new@example.gov.tw")

    person.refresh_from_db()
    assert (person.username, person.email) == ("chen", "new@example.gov.tw")


def test_address_is_changed_by_who_knows_the_password(own, person):
    UserFactory(email="taken@example.gov.tw")
    answers = [
        address(own, email, password="guessed")
        for email in ("new@example.gov.tw", "taken@example.gov.tw")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert ["不能使用" in answer.text for answer in answers] == [False, False]
    person.refresh_from_db()
    assert person.email == ADDRESS


def test_anothers_address_is_refused(own, person):
    UserFactory(email="taken@example.gov.tw")

    answer = address(own, "TAKEN@example.gov.tw")

    assert answer.status_code == 422
    assert "這個電子郵件不能使用" in Page(answer).main
    person.refresh_from_db()
    assert person.email == ADDRESS


def test_page_is_kept_by_no_cache(own):
    assert own.get(AT).headers["Cache-Control"] == "no-store, private"


def test_details_leave_no_trace_in_the_history():
    """What is forgotten is forgotten: events stay for ever."""
    from django.apps import apps

    assert {model.__name__ for model in apps.get_models()} & {
        "ContactDetailsEvent"
    } == set()


def test_admin_lets_an_address_lead_to_one_account(client, person):
    superuser = UserFactory(is_staff=True, is_superuser=True)
    other = UserFactory()
    client.force_login(superuser)

    page = client.post(
        reverse("admin:auth_user_change", args=[other.pk]),
        {"username": other.username, "email": ADDRESS.upper(), "is_active": "on"},
    )

    assert "另一個帳號已用這個電子郵件。" in page.text
    other.refresh_from_db()
    assert other.email == ""

"""Who gets which page of the admin, by which method."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from pghistory.models import Event

from cases.models import LedgerEntry, Standing
from cases.roles import SECRETARIAT
from meetings.models import Erratum
from tests.site.admin import PEOPLE, write_record

pytestmark = pytest.mark.django_db

# Rows of these are never written on pages of the stock kind, whoever asks.
NEVER = {LedgerEntry, Standing, Erratum}
# Written on the page of the row they belong to.
PARTS = {
    "section",
    "resolution",
    "remark",
    "motion",
    "attachment",
    "chair",
    "membership",
    "casealias",
    "casetheme",
    "participant",
}


def record_models():
    return [
        model
        for label in ("meetings", "cases")
        for model in apps.get_app_config(label).get_models()
        if not issubclass(model, Event)
    ]


def address(model, page, *args):
    return reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args
    )


def addresses():
    """Every address of the admin about the record, for one row of each model."""
    found = [
        reverse("admin:index"),
        reverse("admin:app_list", args=["cases"]),
        reverse("admin:app_list", args=["meetings"]),
    ]
    for model in record_models():
        pk = model.objects.order_by("pk").values_list("pk", flat=True)[0]
        found += [address(model, "changelist"), address(model, "add")]
        found += [address(model, page, pk) for page in ("change", "history", "delete")]
    minutes = Erratum.objects.get().minutes_id
    return [*found, reverse("admin:cases_erratum", args=[minutes])]


@pytest.fixture
def record(case, hold_meeting, clerk):
    return write_record(case, hold_meeting, clerk)


def test_every_model_of_the_record_is_registered():
    registered = set(admin.site._registry)

    assert [model for model in record_models() if model not in registered] == []
    assert len(record_models()) == 25


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["nobody", "contact", "official"])
def test_only_the_secretariat_gets_in(client, record, who, method):
    if who != "nobody":
        client.force_login(PEOPLE[who]())
    events = {model: model.objects.count() for model in record_models()}

    answers = {url: getattr(client, method)(url) for url in addresses()}

    login = reverse("admin:login")
    assert {
        url: answer.get("Location")
        for url, answer in answers.items()
        if answer.status_code != 302 or answer["Location"] != f"{login}?next={url}"
    } == {}
    assert len(answers) == 3 + 5 * 25 + 1
    assert {model: model.objects.count() for model in record_models()} == events


def pages_for(who):
    """What GET answers ``who``: per model the changelist, add, change, history, delete."""
    table = {}
    for model in record_models():
        name = model._meta.model_name
        add = 200 if model not in NEVER and name not in PARTS else 403
        may_delete = who == "superuser" or name in DELETABLE
        delete = 200 if may_delete and model not in NEVER and name != "case" else 403
        table[name] = [200, add, 200, 200, delete]
    # The first meeting and its minutes are confirmed.
    table["meeting"][4] = table["minutes"][4] = 403
    return table


DELETABLE = PARTS | {"meeting", "minutes", "countclaim", "progressupdate"}


@pytest.mark.parametrize("who", ["secretariat", "superuser"])
def test_pages_the_secretariat_and_a_superuser_get(client, record, who):
    client.force_login(PEOPLE[who]())

    got = {}
    for model in record_models():
        pk = model.objects.order_by("pk").values_list("pk", flat=True)[0]
        urls = [address(model, "changelist"), address(model, "add")]
        urls += [address(model, page, pk) for page in ("change", "history", "delete")]
        got[model._meta.model_name] = [client.get(url).status_code for url in urls]

    assert got == pages_for(who)
    assert client.get(addresses()[-1]).status_code == 200


@pytest.mark.parametrize("who", ["secretariat", "superuser"])
@pytest.mark.parametrize("page", ["add", "change", "delete"])
@pytest.mark.parametrize("model", sorted(NEVER, key=str))
def test_nobody_writes_the_ledger_by_form(client, record, who, page, model):
    client.force_login(PEOPLE[who]())
    row = model.objects.order_by("pk").first()
    before = list(model.objects.order_by("pk").values())
    args = [] if page == "add" else [row.pk]

    answer = client.post(
        address(model, page, *args), {"post": "yes", "words": "改", "reason": "other"}
    )

    assert answer.status_code == 403
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("who", ["secretariat", "superuser"])
def test_nobody_changes_confirmed_minutes_by_form(client, record, who):
    client.force_login(PEOPLE[who]())
    minutes = record["minutes"]

    answers = [
        client.post(address(type(row), page, row.pk), {"post": "yes", "title": "改"})
        for row in (minutes, minutes.meeting)
        for page in ("change", "delete")
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


def test_cases_are_deleted_by_nobody(client, record):
    client.force_login(PEOPLE["superuser"]())

    answer = client.post(
        reverse("admin:cases_case_delete", args=[record["case"].pk]), {"post": "yes"}
    )

    assert answer.status_code == 403


def test_accounts_are_not_the_secretariats(client, record):
    user = PEOPLE["secretariat"]()
    client.force_login(user)

    answers = [
        client.get(reverse(f"admin:auth_{name}_changelist"))
        for name in ("user", "group")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "auth" not in {
        app["app_label"]
        for app in client.get(reverse("admin:index")).context["app_list"]
    }


def test_erratum_needs_the_right_to_record_errata(client, record):
    user = PEOPLE["secretariat"]()
    Group.objects.get(name=SECRETARIAT).permissions.remove(
        Permission.objects.get(codename="add_erratum")
    )
    client.force_login(user)
    url = reverse("admin:cases_erratum", args=[record["minutes"].pk])

    answers = [client.get(url), client.post(url, {})]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_drafts_have_no_errata(client, record):
    client.force_login(PEOPLE["secretariat"]())

    answer = client.get(reverse("admin:cases_erratum", args=[record["draft"].pk]))

    assert answer.status_code == 404

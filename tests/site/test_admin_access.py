"""Who gets which page of the admin, by which method."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from pghistory.models import Event

from cases.models import LedgerEntry, ProgressUpdate, ReportingRound, Standing
from cases.roles import SECRETARIAT
from meetings.models import Erratum, Publication
from tests.factories import UserFactory
from tests.site.admin import PEOPLE, write_record

pytestmark = pytest.mark.django_db

# Rows of these are never written on pages of the stock kind, whoever asks.
NEVER = {
    LedgerEntry,
    Standing,
    Erratum,
    Publication,
    ProgressUpdate,
    ReportingRound,
}
# Written and read at the desk alone.
AT_THE_DESK = {
    "attendance",
    "minutesfile",
    "draftpart",
    "acceptedwarning",
    "draftdecision",
    "reading",
    "readminutes",
    "readdecision",
    "readprogress",
    "contactdetails",
    "reportedition",
    "editionfile",
    "correction",
    "sheetupload",
    "handbooksection",
    "handbookwording",
    "handbookedition",
    "handbookfile",
    "caselink",
    "invitation",
}
# Written and read on pages of their own.
ELSEWHERE = {"proposal", "proposalcontact", "proposalstep"}
# Read on the page of the row they belong to.
TOLD = {"progressstep", "reminder", "programmeitem"}
# What superusers set up; the secretariat reads it, and changes its own platform.
SET_UP = {"municipality", "agency", "secretariatmember"}
# Written at the desk, and read in the admin too.
SITTINGS = {"meeting", "minutes"}
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
        and model._meta.model_name not in AT_THE_DESK | TOLD | ELSEWHERE
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
    assert len(record_models()) == 29
    assert {model._meta.model_name for model in registered} & (
        AT_THE_DESK | TOLD | ELSEWHERE
    ) == set()


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
    assert len(answers) == 3 + 5 * 29 + 1
    assert {model: model.objects.count() for model in record_models()} == events


def pages_for(who):
    """What GET answers ``who``: per model the changelist, add, change, history, delete."""
    table = {}
    for model in record_models():
        name = model._meta.model_name
        add = 200 if model not in NEVER and name not in PARTS | SITTINGS else 403
        if who != "superuser" and name in {*SET_UP, "platform"}:
            add = 403
        may_delete = who == "superuser" or name in DELETABLE
        lasts = model in NEVER or name in {"case", "proposaltype"}
        delete = 200 if may_delete and not lasts else 403
        table[name] = [200, add, 200, 200, delete]
    # The first meeting and its minutes are confirmed.
    table["meeting"][4] = table["minutes"][4] = 403
    return table


DELETABLE = PARTS | SITTINGS | {"countclaim"}


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


# What all secretariats read; of all else each sees its own platforms' rows only.
SHARED = {"municipality", "agency"}


def rows_shown(client, model):
    return client.get(address(model, "changelist")).context["cl"].result_count


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_platforms_rows_are_not_there(client, record, method):
    """Django sends who asks for a row that is not there back to the index."""
    client.force_login(PEOPLE["another secretariat"]())
    before = {model: model.objects.count() for model in record_models()}

    lists, pages = {}, {}
    for model in record_models():
        name = model._meta.model_name
        pk = model.objects.order_by("pk").values_list("pk", flat=True)[0]
        lists[name] = rows_shown(client, model)
        pages[name] = [
            getattr(client, method)(address(model, page, pk)).status_code
            for page in ("change", "history", "delete")
        ]

    # Its own platform and its seat in the secretariat are all it has.
    own = {"platform": 1, "secretariatmember": 1}
    assert lists == {
        name: own.get(name, 0) or SHARED_ROWS.get(name, 0) for name in lists
    }
    seen = {name: got for name, got in pages.items() if not set(got) <= {302, 403}}
    assert seen == dict.fromkeys(SHARED, SHARED_PAGES[method])
    assert {model: model.objects.count() for model in record_models()} == before


SHARED_ROWS = {"municipality": 1, "agency": 1}
SHARED_PAGES = {"get": [200, 200, 403], "post": [403, 200, 403]}


def test_another_secretariat_records_no_erratum(client, record):
    client.force_login(PEOPLE["another secretariat"]())
    url = reverse("admin:cases_erratum", args=[record["minutes"].pk])

    answers = [client.get(url), client.post(url, {})]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_another_platforms_rows_are_not_offered(client, record):
    """Neither in the choices of forms nor among the filters of lists."""
    client.force_login(PEOPLE["another secretariat"]())
    case = record["case"]
    theirs = {
        case.platform.short_name,
        case.name,
        case.group.name,
        record["meeting"].title,
    }

    shown = []
    for model in record_models():
        for page in ("changelist", "add"):
            answer = client.get(address(model, page))
            shown += [
                (model, page, name)
                for name in theirs
                if name in answer.content.decode()
            ]

    assert shown == []


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


def test_only_superusers_appoint_a_secretariat(client, record):
    platform = record["case"].platform
    colleague = UserFactory(is_staff=True)
    data = {"platform": platform.pk, "user": colleague.pk}
    url = reverse("admin:meetings_secretariatmember_add")
    answers = []
    for who in ("secretariat", "superuser"):
        client.force_login(PEOPLE[who]())
        answers.append(client.post(url, data).status_code)

    outsider = {**data, "user": UserFactory().pk}

    refused = client.post(url, outsider)

    assert answers == [403, 302]
    assert colleague.secretariats.get().platform == platform
    assert "這個帳號不能登入管理後台" in refused.text


def test_platform_is_changed_by_its_own_secretariat(client, record):
    client.force_login(PEOPLE["secretariat"]())
    platform = record["case"].platform
    data = {
        "name": platform.name,
        "short_name": "新簡稱",
        "slug": platform.slug,
        "order": 0,
        "case_word": "合作案",
        "delist_word": "解列",
        "group_word": platform.group_word,
        "report_name": platform.report_name,
        "form_name": platform.form_name,
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }

    answer = client.post(
        reverse("admin:meetings_platform_change", args=[platform.pk]), data
    )

    platform.refresh_from_db()
    assert (answer.status_code, platform.short_name) == (302, "新簡稱")


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

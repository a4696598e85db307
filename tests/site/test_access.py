"""Who gets what: every address outside the admin, for each role and method."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from cases.demo import ACCOUNTS, create_accounts

ROLES = ("public", *(account.username for account in ACCOUNTS))
PLATFORM = {"platform": "jbbt"}
MEETING = {**PLATFORM, "meeting": "vice-mayor-5"}

# Address, its arguments, and the answer to GET for everybody.
PAGES = [
    ("cases:landing", {}, 200),
    ("cases:site-map", {}, 200),
    ("cases:glossary", {}, 200),
    ("cases:privacy", {}, 200),
    ("cases:open-data", {}, 200),
    ("cases:accessibility", {}, 200),
    ("cases:robots", {}, 200),
    ("cases:sitemap-xml", {}, 200),
    ("cases:platform", PLATFORM, 200),
    ("cases:table", PLATFORM, 200),
    ("cases:case", {**PLATFORM, "number": "TR-014"}, 200),
    # The paper itself is slow; that a wrong day is named shows that one may ask.
    (
        "cases:status-report",
        {**PLATFORM, "extension": "pdf", "query": "as_of=never"},
        400,
    ),
    ("cases:books", PLATFORM, 200),
    ("cases:balance", MEETING, 200),
    ("cases:balance-cases", {**MEETING, "group": "all", "number": "listed"}, 200),
    ("meetings:list", PLATFORM, 200),
    ("meetings:meeting", MEETING, 200),
    ("meetings:minutes-paper", MEETING, 200),
]
# Login and logout answer each role and method in their own way.
DOORS = {
    "login": {
        "public": {"GET": 200, "POST": 200, "PUT": 200, "DELETE": 405},
        **{
            account.username: {"GET": 302, "POST": 302, "PUT": 302, "DELETE": 302}
            for account in ACCOUNTS
        },
    },
    "logout": {
        role: {"GET": 405, "POST": 302, "PUT": 405, "DELETE": 405} for role in ROLES
    },
}
TABLE = [
    *(
        (name, arguments, role, {"GET": got, "POST": 405, "PUT": 405, "DELETE": 405})
        for name, arguments, got in PAGES
        for role in ROLES
    ),
    *(
        (name, {}, role, answers)
        for name, roles in DOORS.items()
        for role, answers in roles.items()
    ),
]


@pytest.fixture(scope="module")
def accounts(loaded_record):
    create_accounts()
    return {user.username: user for user in get_user_model().objects.all()}


@pytest.mark.parametrize(
    ("name", "arguments", "role", "answers"),
    TABLE,
    ids=[f"{name}-{role}" for name, _, role, _ in TABLE],
)
def test_each_role_gets_what_the_table_says(accounts, name, arguments, role, answers):
    arguments = dict(arguments)
    query = arguments.pop("query", "")
    address = f"{reverse(name, kwargs=arguments)}?{query}"

    got = {}
    for method in answers:
        client = Client()
        if role != "public":
            client.force_login(accounts[role])
        response = client.generic(method, address)
        if response.streaming:
            response.getvalue()  # to the end, which closes the file
        got[method] = response.status_code

    assert got == answers


def test_every_address_is_in_the_table():
    named = set(_names(get_resolver().url_patterns))

    assert named == {name for name, *_ in TABLE}


def _names(patterns, namespace=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        elif pattern.namespace != "admin":  # walked in test_admin_access.py
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _names(pattern.url_patterns, namespace + inner)


def test_wrong_password_is_refused_in_a_sentence(accounts):
    response = Client().post(
        reverse("login"), {"username": "official", "password": "wrong"}
    )

    assert response.status_code == 200
    assert "無法登入" in response.content.decode()


def test_login_leads_to_the_first_page(accounts):
    client = Client()
    account = ACCOUNTS[0]

    response = client.post(
        reverse("login"),
        {"username": account.username, "password": account.password},
        follow=True,
    )

    assert response.redirect_chain == [(reverse("cases:landing"), 302)]
    assert account.name in response.content.decode()


def test_login_does_not_lead_to_another_site(accounts):
    account = ACCOUNTS[0]

    response = Client().post(
        reverse("login"),
        {
            "username": account.username,
            "password": account.password,
            "next": "https://elsewhere.example/",
        },
    )

    assert response["Location"] == reverse("cases:landing")


@pytest.mark.parametrize("role", ROLES)
def test_only_the_secretariat_is_shown_the_way_to_the_record(accounts, role):
    client = Client()
    if role != "public":
        client.force_login(accounts[role])

    shown = client.get("/").content.decode()

    assert (reverse("admin:index") in shown) == (role == "secretariat")
    assert (reverse("login") in shown) == (role == "public")

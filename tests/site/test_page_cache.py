"""Public pages are made once for the same data, and are never stale."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.core.signals import request_started
from django.db import close_old_connections, connection, connections
from django.test import Client
from django.test.signals import template_rendered

from meetings.models import Platform
from platform_site.lib import page_cache
from tests.factories import IssueGroupFactory, PlatformFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def pages_made():
    """Count the pages whose template is rendered."""
    made = []

    def count(template, **kwargs):
        if template.name == "base.html":
            made.append(template.name)

    template_rendered.connect(count)
    try:
        yield made
    finally:
        template_rendered.disconnect(count)


@pytest.fixture
def address():
    platform = PlatformFactory()
    return f"/{platform.slug}/cases/"


@pytest.fixture
def quiet(monkeypatch):
    """Keep the data's version still: others write to the same server, vacuum too."""
    monkeypatch.setattr(page_cache, "_data_version", lambda: "still")


def new_group(address):
    """Commit a group on a connection of its own, as another process would."""

    def write():
        platform = Platform.objects.get(slug=address.split("/")[1])
        IssueGroupFactory(platform=platform, name="新設組")
        connection.close()

    with ThreadPoolExecutor(1) as other:
        other.submit(write).result()


def test_the_same_page_is_made_once(client, address, quiet):
    with pages_made() as made:
        first, second = client.get(address), client.get(address)

    assert len(made) == 1
    assert second.content == first.content
    assert second.headers == first.headers


def test_each_address_has_its_own_page(client, address):
    everything = client.get(address, {"standing": "all"})

    assert everything.content != client.get(address).content


def test_a_page_is_made_anew_after_another_process_has_written(client, address):
    before = client.get(address)

    new_group(address)

    after = client.get(address)
    assert "新設組" not in before.content.decode()
    assert "新設組" in after.content.decode()


def test_who_has_the_page_is_told_so_before_it_is_made(client, address, quiet):
    tag = client.get(address).headers["ETag"]
    somebody_else = Client()  # a worker that kept nothing

    with pages_made() as made:
        response = somebody_else.get(address, headers={"if-none-match": tag})

    assert (response.status_code, response.content, made) == (304, b"", [])
    assert response.headers["ETag"] == tag


def test_an_old_copy_is_replaced_after_a_change(client, address):
    tag = client.get(address).headers["ETag"]

    new_group(address)

    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_the_tag_of_one_page_is_not_that_of_another(client, address):
    tag = client.get(address).headers["ETag"]

    response = client.get("/", headers={"if-none-match": tag})

    assert response.status_code == 200


def test_a_refused_address_is_not_kept(client, address):
    with pages_made() as made:
        answers = [client.get(address, {"group": "nowhere"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert "ETag" not in answers[0].headers
    assert len(made) == 2


def test_who_is_logged_in_gets_pages_made_for_them(client, address):
    for_all = client.get(address)
    client.force_login(UserFactory(username="chen", first_name="陳"))

    own = client.get(address)

    assert "chen" in own.content.decode() or "陳" in own.content.decode()
    assert "ETag" not in own.headers
    assert Client().get(address).content == for_all.content


def test_a_packed_page_is_the_plain_one(client, address):
    plain = client.get(address)

    packed = client.get(address, headers={"accept-encoding": "gzip, br"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert int(packed.headers["Content-Length"]) == len(packed.content)
    assert {part.strip() for part in packed.headers["Vary"].split(",")} >= {
        "Cookie",
        "Accept-Encoding",
    }


def test_a_kept_page_carries_every_header(client, address):
    client.get(address)

    kept = client.get(address)

    assert "default-src 'none'" in kept.headers["Content-Security-Policy"]
    assert kept.headers["X-Frame-Options"] == "DENY"
    assert kept.headers["Cache-Control"] == "no-cache"


def test_a_day_later_the_page_is_made_anew(client, address, time_machine):
    time_machine.move_to("2026-03-01T12:00:00+08:00", tick=False)
    client.get(address)
    time_machine.move_to("2026-03-02T00:00:01+08:00", tick=False)

    with pages_made() as made:
        client.get(address)

    assert len(made) == 1


def test_the_pages_kept_fit_in_their_room():
    pages = page_cache._Pages(room=250)
    page = page_cache._Page({}, bytes(100))

    for name in ("one", "two", "one", "three"):
        pages.keep("v", name, page)

    assert [bool(pages.get("v", name)) for name in ("one", "two", "three")] == [
        True,
        False,
        True,
    ]


def test_a_database_that_is_down_is_no_reason_for_an_old_page(client, address):
    client.get(address)
    settings = connections["default"].settings_dict
    right = settings["PORT"]
    connections["default"].close()
    settings["PORT"] = "1"
    request_started.disconnect(close_old_connections)
    client.raise_request_exception = False
    try:
        response = client.get(address)
    finally:
        settings["PORT"] = right
        request_started.connect(close_old_connections)

    assert response.status_code == 500

"""Publishing with a bar that moves, and the pages of editions, in a browser."""

import datetime as dt
import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cases import rounds
from cases.editions.files import make_file
from cases.editions.publishing import _add, ask_for_edition, make
from cases.models import ProgressUpdate, ReportEdition, ReportingRound
from tests.browser.test_admin_accessibility import everywhere
from tests.browser.test_desk import log_in

PATIENCE = 60_000  # milliseconds; the machine may be busy
AS_OF = dt.date(2025, 12, 31)
DESK = reverse("desk:editions", args=["jbbt", AS_OF])
CORRECT = reverse("desk:edition-correct", args=["jbbt", AS_OF])


def elsewhere(work):
    """Do some work on a connection of its own, as a worker does."""

    def alone():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=alone)
    thread.start()
    thread.join()


def clerk():
    return get_user_model().objects.get(username="secretariat")


def held():
    return ReportingRound.objects.select_related("platform").get(
        platform__slug="jbbt", as_of=AS_OF
    )


@pytest.fixture(scope="module")
def logged_in(chromium, site):
    rounds.lock_round(held(), by=clerk(), at=timezone.now())
    return log_in(chromium, site, "secretariat", "demo-secretariat")


@pytest.fixture
def desk(visit, logged_in):
    def open_page(address, **options):
        return visit(address, **{"storage_state": logged_in, **options})

    return open_page


@pytest.fixture(scope="module")
def corrected(logged_in):
    """Two editions: the second says one text otherwise."""

    def publish():
        if not ReportEdition.objects.exists():
            ask_for_edition(held(), by=clerk())
        make(ReportEdition.objects.get(number=1).pk)
        slot = ProgressUpdate.objects.filter(round=held()).first()
        second = ask_for_edition(
            held(),
            by=clerk(),
            why="文字誤植",
            corrections={slot.pk: f"{slot.text}\n補充說明。"},
        )
        make(second.pk)

    elsewhere(publish)


def test_the_bar_moves_and_the_page_tells_when_all_is_published(desk):
    page = desk(DESK)
    page.get_by_role("button", name="製作並發布").click()
    bar = page.locator("#edition-bar")
    expect(bar).to_have_js_property("value", 0, timeout=PATIENCE)
    faults = everywhere(page)
    edition = ReportEdition.objects.get()

    def one_file():
        _add(edition.pk, "status.json", make_file(edition.dataset, "status.json"))

    elsewhere(one_file)
    expect(bar).to_have_js_property("value", 1, timeout=PATIENCE)
    elsewhere(lambda: make(edition.pk))

    expect(page.get_by_role("link", name="第1版")).to_be_visible(timeout=PATIENCE)
    assert faults == []
    assert everywhere(page) == []


def test_pages_of_editions_are_accessible(visit, corrected):
    edition = ReportEdition.objects.select_related("round__platform").get(number=2)
    at = ["jbbt", AS_OF, 2, "edition"]
    pages = [
        reverse("cases:reports", args=["jbbt"]),
        edition.get_absolute_url(),
        reverse("cases:edition-changes", args=at),
    ]

    assert [(page, everywhere(visit(page))) for page in pages] == [
        (page, []) for page in pages
    ]


def test_a_number_opens_its_cases_by_the_keyboard(visit, corrected):
    edition = ReportEdition.objects.select_related("round__platform").get(number=2)
    page = visit(edition.get_absolute_url())

    page.locator("#listed summary").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#listed li")).to_have_count(56)
    expect(page.locator("#listed li a").first).to_be_visible()


def test_the_page_of_corrections_is_accessible_with_a_case_opened(desk, corrected):
    page = desk(CORRECT)
    page.locator(".correct-case summary").first.click()

    assert everywhere(page) == []

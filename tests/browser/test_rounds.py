"""A round at the secretariat's desk, as a browser shows it."""

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from cases.demo import create_accounts, open_demo_round
from cases.models import ProgressUpdate, ReportingRound
from cases.record import load_record
from tests.browser.test_admin_accessibility import everywhere
from tests.browser.test_desk import log_in


@pytest.fixture(scope="module")
def record(chromium, django_db_blocker):
    """The record with the demo's round, committed, and gone after the module."""
    with django_db_blocker.unblock():
        load_record()
        create_accounts()
        open_demo_round(timezone.now())
        yield
        call_command("flush", database="owner", verbosity=0, interactive=False)
        connections.close_all()


@pytest.fixture(scope="module")
def logged_in(chromium, site):
    return log_in(chromium, site, "secretariat", "demo-secretariat")


@pytest.fixture
def open_page(visit, logged_in):
    return lambda address, **options: visit(address, storage_state=logged_in, **options)


@pytest.fixture
def round_at(record):
    as_of = ReportingRound.objects.exclude(opens_on=None).get().as_of
    return f"/admin/desk/jbbt/rounds/{as_of.isoformat()}/"


def waiting(**conditions):
    return ProgressUpdate.objects.filter(state="submitted", **conditions)


PAGES = [
    "",
    "?state=submitted&municipality=taipei",
    "owing/",
    "cases/",
    "days/",
    "lock/",
]


@pytest.mark.parametrize("page", [*PAGES, "../", "../new/", "SLOT"])
def test_pages_are_accessible_and_fit(open_page, round_at, page):
    if page == "SLOT":
        slot = waiting(municipality=None).first()
        page = f"{slot.case.number}/joint/"

    assert everywhere(open_page(round_at + page)) == []


def test_head_and_case_stay_in_sight(open_page, round_at):
    page = open_page(round_at, width=760, height=500)
    frame = page.locator(".matrix-frame")
    head = page.locator(".matrix thead .matrix-case")
    frame.scroll_into_view_if_needed()

    before = head.bounding_box()
    frame.evaluate("frame => frame.scrollTo(120, 900)")
    after = head.bounding_box()

    assert (after["x"], after["y"]) == (before["x"], before["y"])


def test_texts_are_worked_through_one_after_another(open_page, round_at):
    before = waiting().count()
    page = open_page(round_at)
    page.get_by_role("link", name="逐段審閱").press("Enter")
    page.wait_for_url("**/joint/")
    first = page.url

    page.get_by_role("button", name="接受並看下一段").press("Enter")
    expect(page.locator(".messagelist .success")).to_contain_text("已接受")
    second = page.url
    page.get_by_role("link", name="下一段待審").press("Enter")
    expect(page).not_to_have_url(second)

    assert first != second
    assert waiting().count() == before - 1
    # Chromium presses no access keys for its driver: that they are there must do.
    keys = page.locator("[accesskey]").evaluate_all("all => all.map(e => e.accessKey)")
    assert set("npare") <= set(keys)


def test_what_was_typed_comes_back_after_the_window_was_closed(open_page, round_at):
    slot = waiting(municipality=None).last()
    address = f"{round_at}{slot.case.number}/joint/"
    page = open_page(address)
    page.get_by_text("退回補正", exact=True).click()
    page.get_by_label("要補正或確認的事項").fill("請補充完工日期。")
    page.reload()

    question = page.get_by_label("要補正或確認的事項")
    expect(question).to_have_value("請補充完工日期。")
    page.get_by_role("button", name="退回").click()
    expect(page.locator(".messagelist .success")).to_contain_text("已退回")
    page.goto(page.url.split("/admin/")[0] + address)
    kept = page.evaluate("Object.keys(localStorage)")
    assert [name for name in kept if name.startswith("rounds:")] == []

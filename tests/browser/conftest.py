"""A browser, and the site with the whole record for it to visit."""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import sync_playwright

from cases.demo import create_accounts
from cases.record import load_record
from tests.database import filled_database

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",  # tests run as root in CI
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium(django_db_setup):
    with sync_playwright() as playwright:
        # Playwright's loop runs in this thread; what asks the database does not.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def record(chromium, django_db_blocker):
    """The record and the demo's accounts, committed, and gone after the module.

    A module that uses it takes no other database fixture.
    """

    def fill():
        load_record()
        create_accounts()

    with django_db_blocker.unblock(), filled_database("demo", fill):
        yield


@pytest.fixture(scope="module")
def site(record):
    """The address of the site, served from another thread."""
    server = LiveServerThread("localhost", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://localhost:{server.port}"
    server.terminate()


@pytest.fixture
def visit(chromium, site):
    """Return a function that opens an address in a new window of some width.

    What the pages complain of in the console and ask of other hosts must stay
    empty, but for what is ``meant``: it is checked when the test ends.
    """
    contexts, complaints = [], []

    def open_page(
        address, *, width=1280, height=900, status=200, meant=None, **options
    ):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        page = context.new_page()
        expected = meant or (str(status) if status != 200 else None)
        page.on("console", lambda message: _note(complaints, message, expected))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: _watch(complaints, site, request))
        response = page.goto(f"{site}{address}")
        assert response.status == status
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _note(complaints, message, expected):
    # What is meant to be refused is reported as such; hints are no complaint.
    is_meant = expected is not None and expected in message.text
    if message.type in ("error", "warning") and not is_meant:
        complaints.append(message.text)


def _watch(complaints, site, request):
    parts = urlsplit(request.url)
    if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != site:
        complaints.append(f"asked {request.url}")

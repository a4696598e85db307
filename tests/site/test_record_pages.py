"""The whole record as pages: every link leads somewhere, every page has its furniture."""

from itertools import pairwise
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client

from tests.pages import Page

# One meeting's books stand for all; the numbers of the others are the same view.
BOOKS_WALKED = "/jbbt/meetings/vice-mayor-3/balance/"


@pytest.fixture(scope="module")
def pages(loaded_record):
    """Every page that links lead to from the first one, by address."""
    client = Client()
    found = {}
    waiting = ["/"]
    while waiting:
        address = waiting.pop()
        if address in found or not _is_walked(address):
            continue
        response = client.get(address)
        assert response.status_code == 200, address
        page = found[address] = Page(response)
        waiting += [target for target, _ in _targets(address, page)]
    return found


def _is_walked(address):
    if address.startswith("/admin/") or _is_paper(address):
        return False
    if "sort=" in address and "&" in address:  # the orders of every choice are one view
        return False
    is_number = address.partition("/balance/")[2] != ""
    return not is_number or address.startswith(BOOKS_WALKED)


def _is_paper(address):
    """Whether the address leads to a file; the papers' own tests open those."""
    return "." in urlsplit(address).path


def _targets(address, page):
    for link in page.all("a[@href]"):
        yield urldefrag(urljoin(address, link.get("href")))


def test_every_link_leads_to_a_page_and_a_place_on_it(pages):
    dead = [
        (address, target, fragment)
        for address, page in pages.items()
        for target, fragment in _targets(address, page)
        if fragment and fragment not in pages[target].ids()
    ]

    assert dead == []
    assert {"/", "/jbbt/", "/northern/", "/jbbt/cases/TR-014/", "/login/"} <= set(pages)
    assert len(pages) > 200


def test_every_page_has_its_language_one_heading_and_landmarks(pages):
    for address, page in pages.items():
        assert page.root.get("lang") == "zh-Hant-TW", address
        assert len(page.all("h1")) == 1, address
        assert len(page.all("main")) == 1, address
        levels = [int(h.tag[1]) for h in page.root.iter() if h.tag in HEADINGS]
        assert all(b - a <= 1 for a, b in pairwise(levels)), address


HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def test_titles_are_unique(pages):
    # An address that only repeats the defaults of another shows the same page.
    titles = {}
    for address, page in pages.items():
        titles.setdefault(page.title, []).append(address.partition("?")[0])

    assert {title: set(a) for title, a in titles.items() if len(set(a)) > 1} == {}


def test_access_keys_are_unique_and_lead_to_the_three_regions(pages):
    for address, page in pages.items():
        keys = {a.get("accesskey"): a.get("href") for a in page.all("a[@accesskey]")}
        assert keys == {"U": "#top", "C": "#main", "Z": "#foot"}, address
        assert len(page.all("*[@accesskey]")) == 3, address


def test_every_table_has_a_caption_and_scoped_heads(pages):
    tables = 0
    for address, page in pages.items():
        for table in page.all("table"):
            tables += 1
            assert table.find("caption") is not None, address
            assert all(head.get("scope") for head in page.all("th", table)), address
    assert tables > 50


def test_ids_are_unique_and_nothing_is_inline(pages):
    for address, page in pages.items():
        ids = [element.get("id") for element in page.all("*[@id]")]
        assert len(ids) == len(set(ids)), address
        assert page.all("*[@style]") == page.all("style") == page.all("script") == []


def test_all_but_the_first_page_say_where_one_is(pages):
    for address, page in pages.items():
        crumbs = page.all("nav[@aria-label='現在位置']")
        assert len(crumbs) == (address != "/"), address
        if crumbs:
            assert len(page.all("li[@aria-current='page']", crumbs[0])) == 1, address


def test_days_are_roc_on_screen_and_iso_in_data(pages):
    times = [time for page in pages.values() for time in page.all("time")]

    assert all(time.get("datetime")[:2] == "20" for time in times)
    assert all("年" in "".join(time.itertext()) for time in times)
    assert len(times) > 1000


def test_no_page_tells_a_telephone_number_or_a_mail_address(pages):
    for address, page in pages.items():
        assert "@" not in page.main, address
        # A case may well tell that people are called up.
        assert "電話" not in page.main.replace("電話訪問", ""), address

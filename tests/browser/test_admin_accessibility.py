"""The admin as a browser draws it: WCAG by axe, the content policy, the keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from cases.models import Case, LedgerEntry
from meetings.models import Meeting, MeetingSeries, Minutes
from tests.site.admin import LATER, write_parts

OPTIONS = {
    # Axe would fetch the stylesheets again and break the content policy itself.
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}


@pytest.fixture(scope="module")
def logged_in(chromium, site):
    """The cookies of the demo's secretariat."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(site + reverse("admin:login"))
    page.fill("#id_username", "secretariat")
    page.fill("#id_password", "demo-secretariat")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('admin:index')}")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def desk(visit, logged_in):
    """Return a function that opens an address as the secretariat."""

    def open_page(address, **options):
        return visit(address, storage_state=logged_in, **options)

    return open_page


@pytest.fixture(scope="module")
def draft(record):
    """A draft with one part of every kind, beside the confirmed record."""
    series = MeetingSeries.objects.get(slug="vice-mayor", platform__slug="jbbt")
    meeting = Meeting.objects.create(
        platform=series.platform,
        series=series,
        number=7,
        slug="vice-mayor-7",
        title="基北北桃合作交流平臺第7次副市長層級會議",
        held_on=LATER,
    )
    minutes = Minutes.objects.create(meeting=meeting)
    write_parts(minutes)
    return minutes


def page_of(row, kind):
    return reverse(
        f"admin:{row._meta.label_lower.replace('.', '_')}_{kind}", args=[row.pk]
    )


CASES = "/admin/cases/case/"
# Kinds of page: what draft and confirmed minutes they show, and how they answer.
PAGES = {
    "index": lambda draft, confirmed: reverse("admin:index"),
    "app": lambda draft, confirmed: reverse("admin:app_list", args=["cases"]),
    "list": lambda draft, confirmed: f"{CASES}?standing=listed&q=台北",
    "nothing found": lambda draft, confirmed: f"{CASES}?q=查無此案",
    "ledger": lambda draft, confirmed: reverse("admin:cases_ledgerentry_changelist"),
    "add": lambda draft, confirmed: reverse("admin:meetings_meetingseries_add"),
    "add with errors": lambda draft, confirmed: reverse("admin:cases_case_add"),
    "change": lambda draft, confirmed: page_of(Case.objects.first(), "change"),
    "change draft": lambda draft, confirmed: page_of(draft, "change"),
    "read only": lambda draft, confirmed: page_of(confirmed, "change"),
    "entry": lambda draft, confirmed: page_of(LedgerEntry.objects.first(), "change"),
    "history": lambda draft, confirmed: page_of(draft, "history"),
    "erratum": lambda draft, confirmed: erratum_of(confirmed),
    "erratum with errors": lambda draft, confirmed: erratum_of(confirmed),
    "delete": lambda draft, confirmed: page_of(draft, "delete"),
    "delete refused": lambda draft, confirmed: page_of(draft.meeting, "delete"),
    "forbidden": lambda draft, confirmed: page_of(confirmed.meeting, "delete"),
    "overview of a draft": lambda draft, confirmed: desk_page(draft, "meeting"),
    "check": lambda draft, confirmed: desk_page(draft, "check"),
    "overview": lambda draft, confirmed: desk_page(confirmed, "meeting"),
    "publishing": lambda draft, confirmed: desk_page(confirmed, "publish"),
}


def desk_page(minutes, view):
    meeting = minutes.meeting
    return reverse(f"desk:{view}", args=[meeting.platform.slug, meeting.slug])


def erratum_of(minutes):
    return reverse("admin:cases_erratum", args=[minutes.pk])


def confirmed_minutes():
    return Minutes.objects.get(meeting__slug="vice-mayor-5")


def faults(page):
    """Return what axe finds, and whether the page is wider than the window."""
    found = [
        (violation["id"], violation["nodes"][0]["html"])
        for violation in Axe().run(page, options=OPTIONS).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(("wider than the window", page.url))
    return found


def everywhere(page):
    """Return the faults on a wide light screen and on a narrow dark one."""
    wide = faults(page)
    page.set_viewport_size({"width": 390, "height": 900})
    page.emulate_media(color_scheme="dark")
    # Colours fade into each other; axe must not measure halfway.
    page.evaluate("Promise.all(document.getAnimations().map((a) => a.finished))")
    return wide + faults(page)


@pytest.mark.parametrize("kind", PAGES)
def test_page_is_accessible_and_keeps_the_policy(desk, draft, kind):
    address = PAGES[kind](draft, confirmed_minutes())

    page = desk(address, status=403 if kind == "forbidden" else 200)
    if kind.endswith("with errors"):
        page.locator("#content-main [name=_save]").click()
        page.wait_for_selector(".errornote")

    assert everywhere(page) == []


def test_login_is_accessible(visit):
    page = visit(reverse("admin:login"))
    page.fill("#id_username", "official")
    page.fill("#id_password", "demo-official")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errornote")

    assert everywhere(page) == []


def tab_to(page, selector, words=None):
    """Press Tab until the element that matches has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(
            "([selector, words]) => document.activeElement.matches(selector)"
            " && (!words || document.activeElement.textContent.trim() === words)",
            [selector, words],
        ):
            return
    raise AssertionError(f"Tab does not reach {selector} {words or ''}")


def test_erratum_is_recorded_with_the_keyboard_alone(desk):
    entry = LedgerEntry.objects.filter(kind="rename").order_by("-decided_on").first()
    page = desk(page_of(entry, "change"))

    tab_to(page, "a", "登錄勘誤")
    page.keyboard.press("Enter")
    page.wait_for_url("**/erratum/?entry=*")
    for field, words in (("reason", "誤載"), ("was", "更名"), ("becomes", "未更名")):
        tab_to(page, f"[name={field}]")
        page.keyboard.insert_text(words)
    tab_to(page, "[name=entries-0-kind]")
    page.keyboard.press("End")  # to strike out comes last
    tab_to(page, "[name=_save]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")

    assert LedgerEntry.objects.get(kind="void").corrects == entry


def test_rows_of_a_case_are_added_within_the_policy(desk, draft):
    case = Case.objects.first()
    page = desk(page_of(case, "change"))

    page.locator("#aliases-group .add-row a").click()
    page.fill(f"[name=aliases-{case.aliases.count()}-name]", "又名")
    page.locator("[name=_continue]").click()
    page.wait_for_selector(".messagelist .success")

    assert case.aliases.filter(name="又名").exists()

"""A third platform from nothing, set up by its secretariat, to a confirmed record."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connections
from django.urls import reverse

from cases.models import Case, LedgerEntry
from cases.roles import SECRETARIAT
from meetings.models import Minutes, Platform
from tests.browser.test_admin_accessibility import everywhere
from tests.browser.test_desk import Hand, confirm, log_in, tally
from tests.factories import (
    CaseFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MeetingFactory,
    MunicipalityFactory,
    PlatformFactory,
    UserFactory,
)

STEPS = ("words", "members", "groups", "series")
WORDS = {
    "name": "中部治理平臺",
    "short_name": "中臺",
    "slug": "central",
    "case_word": "治理案",
    "delist_word": "結案",
    "group_word": "治理組",
    "report_name": "治理案進度彙編",
}


@pytest.fixture(scope="module")
def record(chromium, django_db_blocker):
    """A site with one secretary, two municipalities, and a platform for its pages."""
    with django_db_blocker.unblock():
        user = UserFactory(username="clerk", is_staff=True, password="!")
        user.set_password("clerk-of-the-centre")
        user.save()
        user.groups.add(Group.objects.get(name=SECRETARIAT))
        for order, (slug, name) in enumerate(
            [("changhua", "彰化縣"), ("nantou", "南投縣")], start=1
        ):
            MunicipalityFactory(
                slug=slug, short_name=name, name=f"{name}政府", order=order
            )
        other = PlatformFactory(slug="southern")
        other.secretariat.create(user=user)
        group = IssueGroupFactory(platform=other)
        CaseFactory(group=group)
        MeetingFactory(series=DecidingSeriesFactory(platform=other))
        yield
        call_command("flush", database="owner", verbosity=0, interactive=False)
        connections.close_all()


@pytest.fixture(scope="module")
def logged_in(chromium, site):
    return log_in(chromium, site, "clerk", "clerk-of-the-centre")


@pytest.fixture
def desk(visit, logged_in):
    def open_page(address, **options):
        return visit(address, **{"storage_state": logged_in, **options})

    return open_page


def test_platform_is_set_up_from_nothing_and_holds_a_meeting(desk):
    hand = Hand(desk(reverse("desk:index")))
    page = hand.page

    hand.click(page.get_by_role("link", name="設立平臺"))
    for name, value in WORDS.items():
        hand.write(f"#id_{name}", value)
    hand.click("button.default")
    page.wait_for_url("**/central/setup/members/")
    lacking = page.locator(".setup-lacks li").all_text_contents()
    choose_members(hand)
    fill_groups(hand)
    fill_series(hand)
    page.wait_for_url("**/central/setup/")
    ready = page.locator(".setup-lacks").count()
    begin_meeting(hand)
    shown = decide(hand)
    fill_texts(hand)
    confirm(hand)

    platform = Platform.objects.get(slug="central")
    minutes = Minutes.objects.get(meeting__platform=platform)
    assert lacking == [
        "成員縣市至少 2 個。",
        "至少一個治理組。",
        "至少一個會議系列。",
        "至少一個會議系列決定列管與結案。",
    ]
    assert ready == 0
    assert [str(member) for member in platform.members.order_by("order")] == [
        "彰化縣",
        "南投縣",
        "臺中市",
    ]
    assert sorted(platform.series.values_list("name", flat=True)) == [
        "水資源組工作會議",
        "首長會議",
    ]
    assert shown["新增"] == 2
    assert minutes.state == Minutes.State.CONFIRMED
    assert sorted(
        LedgerEntry.objects.values_list("case__number", "case__name", "kind")
    ) == [
        ("WA-001", "跨縣市供水調度", LedgerEntry.Kind.LIST),
        ("WA-002", "烏溪聯合治理", LedgerEntry.Kind.LIST),
    ]
    assert Case.objects.filter(platform=platform).count() == 2


def choose_members(hand):
    page = hand.page
    hand.click(page.get_by_label("彰化縣"))
    hand.click(page.get_by_label("南投縣"))
    hand.write("#id_new-name", "臺中市政府")
    hand.write("#id_new-short_name", "臺中市")
    hand.write("#id_new-slug", "taichung")
    hand.click("button[value=add]")
    page.wait_for_selector(".messagelist .success")
    assert page.locator("#id_members input:checked").count() == 3
    hand.click("button[value=next]")
    page.wait_for_url("**/central/setup/groups/")


def fill_groups(hand):
    page = hand.page
    for place, (name, slug, prefix) in enumerate(
        [("環境組", "environment", "EN"), ("水資源組", "water", "WA")]
    ):
        hand.write(f"#id_groups-{place}-name", name)
        hand.write(f"#id_groups-{place}-slug", slug)
        hand.write(f"#id_groups-{place}-case_prefix", prefix)
    hand.click("button[value=stay]")
    page.wait_for_selector(".messagelist .success")
    # Come back later: what was saved is there, and a group may go below another.
    page.goto(page.url)
    hand.choose("#id_groups-1-parent", "環境組")
    hand.click("button[value=next]")
    page.wait_for_url("**/central/setup/series/")


def fill_series(hand):
    page = hand.page
    hand.write("#id_series-0-name", "首長會議")
    hand.write("#id_series-0-slug", "heads")
    hand.choose("#id_series-0-level", "首長層級會議")
    hand.choose("#id_series-0-numbering", "累計次數")
    hand.choose("#id_series-0-hosting", "逐年輪值")
    hand.click("#id_series-0-is_deciding")
    hand.click("button[value=stay]")
    page.wait_for_selector(".messagelist .success")
    hand.click("button[value=working]")
    page.wait_for_selector("text=已新增 1 個會議系列。")
    hand.click("button[value=next]")


def begin_meeting(hand):
    page = hand.page
    hand.click(page.get_by_role("link", name="首長會議", exact=True))
    page.wait_for_selector("#id_held_on")
    assert page.input_value("#id_title") == "中部治理平臺第1次首長會議"
    hand.choose("#id_host", "彰化縣")
    hand.write("#id_held_on", "114/8/7")
    hand.write("#id_starts_at", "1430")
    hand.write("#id_place", "臺中市政府")
    hand.press("Enter")
    page.wait_for_url("**/header/")
    hand.write("#id_ends_at", "1600")
    hand.write("#id_attendance_note", "如簽到表")
    for field, value in (
        ("organization", "臺中市政府"),
        ("name", "王大明"),
        ("title", "市長"),
    ):
        hand.write(f"[name=chairs-0-{field}]", value)
    hand.click("button.default")
    page.wait_for_selector(".messagelist .success")


def decide(hand):
    page = hand.page
    hand.click(page.locator(".desk-steps a", has_text="水資源組"))
    page.wait_for_selector("h1:has-text('水資源組')")
    hand.write("#add_names", "跨縣市供水調度\n烏溪聯合治理")
    hand.click("button[value=add]")
    page.wait_for_selector(".sheet-new")
    hand.click("button.default")
    page.wait_for_selector(".messagelist .success")
    return tally(page)


def fill_texts(hand):
    page = hand.page
    hand.click(page.locator(".desk-steps a", has_text="段落"))
    page.wait_for_selector("button[value=take_note]")
    for place in range(int(page.input_value("[name=rows-INITIAL_FORMS]"))):
        if page.input_value(f"[name=rows-{place}-kind]") in ("opening", "report"):
            hand.write(f"[name=rows-{place}-text]", "略")
    hand.click("button[value=take_note]")
    page.wait_for_selector(".messagelist .success")


@pytest.mark.parametrize(
    "part",
    ["setup/", *(f"setup/{step}/" for step in STEPS), "links/"],
)
def test_pages_about_a_platform_are_accessible(desk, part):
    page = desk(f"/admin/desk/southern/{part}")

    assert everywhere(page) == []


def test_first_step_is_accessible_with_its_faults(desk):
    page = desk(reverse("desk:new-platform"), meant="422")
    page.click("button.default")
    page.wait_for_selector(".errornote")

    assert page.locator(".fault.wrong").count() > 0
    assert everywhere(page) == []

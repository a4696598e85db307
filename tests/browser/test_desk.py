"""The desk as a clerk sits at it: a meeting from nothing, and nothing that is lost."""

import datetime as dt
import shutil

import pytest
import yaml
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

from cases.demo import create_accounts
from cases.models import Case, CountClaim, LedgerEntry
from cases.record import load_record
from meetings.minutes.next_meeting import begin_meeting
from meetings.models import (
    MeetingSeries,
    Minutes,
    Platform,
    Remark,
    SecretariatMember,
    Section,
)
from platform_site.lib.text import fold
from tests.browser.test_admin_accessibility import everywhere
from tests.database import filled_database

FIXTURES = settings.BASE_DIR / "fixtures"
FIFTH = "2025-08-07-vice-mayor-5.yaml"
LATER = dt.date(2025, 7, 1)
WAITING = 3


@pytest.fixture(scope="module")
def record(chromium, django_db_blocker, tmp_path_factory):
    """The record as it stood before the fifth vice-mayor meeting."""
    folder = tmp_path_factory.mktemp("record")

    def fill():
        write_record_before(FIFTH, folder)
        load_record(folder)
        create_accounts()

    with django_db_blocker.unblock(), filled_database("before_fifth", fill):
        other = get_user_model().objects.create_user(
            "secretariat-2", password="secretariat-2", is_staff=True
        )
        SecretariatMember.objects.bulk_create(
            SecretariatMember(platform=platform, user=other)
            for platform in Platform.objects.all()
        )
        yield


def write_record_before(meeting, folder):
    """Copy the record without that meeting, later ones, and cases that begin there."""
    shutil.copy(FIXTURES / "municipalities.yaml", folder)
    source, target = FIXTURES / "jbbt", folder / "jbbt"
    (target / "meetings").mkdir(parents=True)
    (target / "cases").mkdir()
    shutil.copy(source / "platform.yaml", target)
    earlier = ""
    for path in sorted((source / "meetings").glob("*.yaml")):
        if path.name < meeting:
            shutil.copy(path, target / "meetings")
            earlier += path.read_text(encoding="utf-8")
    for path in (source / "cases").glob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        data["cases"] = [case for case in data["cases"] if is_known(case, earlier)]
        (target / "cases" / path.name).write_text(
            yaml.safe_dump(data, allow_unicode=True), encoding="utf-8"
        )


def is_known(case, text):
    names = [case["name"], *(alias["name"] for alias in case.get("aliases", []))]
    return any(fold(name) in fold(text) for name in names)


@pytest.fixture(scope="module")
def logged_in(chromium, site):
    return log_in(chromium, site, "secretariat", "demo-secretariat")


@pytest.fixture(scope="module")
def logged_in_too(chromium, site):
    """The other clerk."""
    return log_in(chromium, site, "secretariat-2", "secretariat-2")


def log_in(chromium, site, name, password):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(site + reverse("admin:login"))
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('admin:index')}")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def desk(visit, logged_in):
    """Return a function that opens an address as the secretariat."""

    def open_page(address, **options):
        return visit(address, **{"storage_state": logged_in, **options})

    return open_page


def at(view, meeting="vice-mayor-5", **more):
    return reverse(
        f"desk:{view}", kwargs={"platform": "jbbt", "meeting": meeting, **more}
    )


class Hand:
    """A clerk's hand: does what a person does, and counts what is not text."""

    def __init__(self, page):
        self.page = page
        self.clicks = self.keys = 0

    def click(self, target):
        self.clicks += 1
        (self.page.locator(target) if isinstance(target, str) else target).click()

    def press(self, key):
        self.keys += 1
        self.page.keyboard.press(key)

    def write(self, selector, text):
        """Go to a field and type, whatever stood there."""
        self.clicks += 1
        self.page.fill(selector, text)

    def choose(self, selector, label):
        self.clicks += 1
        self.keys += 1
        self.page.select_option(selector, label=label)


# A meeting from nothing -----------------------------------------------------------


def test_fifth_vice_mayor_meeting_is_recreated_from_an_empty_desk(desk):
    data = yaml.safe_load((FIXTURES / "jbbt" / "meetings" / FIFTH).read_text("utf-8"))
    hand = Hand(desk(reverse("desk:index")))
    page = hand.page

    begin_fifth(hand)
    fill_head(hand, data)
    hand.click(page.locator(".desk-steps a", has_text="交通組"))
    for block in data["groups"]:
        fill_group(hand, block)
    shown = tally(page)
    fill_texts(hand, data)
    confirm(hand)
    print(f"\n第5次副市長層級會議：{hand.clicks} 次點按、{hand.keys} 次非文字按鍵")  # noqa: T201  shown with -s

    minutes = Minutes.objects.get(meeting__slug="vice-mayor-5")
    assert shown["解列"] == 15
    assert shown["新增"] == 18
    assert shown["其餘持續列管"] == 34
    # What a group had agreed to and nobody put to this meeting goes on waiting.
    assert shown["未定"] == WAITING
    assert facts(minutes) == expected(data)


def begin_fifth(hand):
    page = hand.page
    section = page.locator("section", has_text="基北北桃合作交流平臺")
    hand.click(section.get_by_role("link", name="副市長層級會議"))
    page.wait_for_selector("#id_held_on")
    assert page.input_value("#id_number") == "5"
    assert page.input_value("#id_title") == "基北北桃合作交流平臺第5次副市長層級會議"
    assert page.locator("#id_host option:checked").text_content() == "新北市"
    hand.write("#id_held_on", "114/8/7")
    hand.write("#id_starts_at", "1430")
    hand.write("#id_place", "新北市美術館B3多功能廳")
    hand.press("Enter")
    page.wait_for_url(f"**{at('header')}")


def fill_head(hand, data):
    page = hand.page
    hand.write("#id_ends_at", "1600")
    hand.write("#id_attendance_note", data["attendance"])
    for place, chair in enumerate(data["chairs"]):
        for field in ("organization", "name", "title"):
            name = f"[name=chairs-{place}-{field}]"
            if page.input_value(name) != chair[field]:
                hand.write(name, chair[field])
    hand.click("button.default")
    page.wait_for_selector(".messagelist .success")


def fill_group(hand, block):
    page = hand.page
    page.wait_for_selector(f"h1:has-text('{block['group']}')")
    said = {}
    for point in block["points"]:
        for action in ("delist", "list", "carry_in", "defer"):
            said.setdefault(action, []).extend(point.get(action, []))
    words = next((p["text"] for p in block["points"] if "defer" in p), "")
    carried = said["carry_in"]
    for item in said["delist"]:
        name, reason = parse(item)
        if name not in carried:
            delist(hand, name, reason)
    new = [name for name in said["list"] if not agree(hand, name)]
    if new:
        hand.write("#add_names", "\n".join(new))
    hand.click("button[value=continue_rest]")
    page.wait_for_load_state()
    for names, kind, label in (
        (carried, "delist", "解列原因"),
        (said["defer"], "defer", "說明"),
    ):
        for name in names:
            hand.write("#add_names", name)
            hand.choose("#add_kind", {"delist": "補登並解列", "defer": "緩議"}[kind])
            hand.click("button[value=add]")
            row = page.locator(".sheet-new", has=page.locator(f"[value='{name}']"))
            field = row.get_by_label(label)
            hand.clicks += 1
            if kind == "delist":
                hand.keys += 1
                field.select_option("其他")
                row.get_by_label("說明").fill("會議紀錄未載明解列原因")
            else:
                field.fill(words.partition("」")[2])
            hand.click("button.default")
            page.wait_for_selector(".messagelist .success")
    following = page.locator(".desk-next a")
    if following.count():
        hand.click(following)


def parse(item):
    if isinstance(item, str):
        return item, "其他"
    return item["case"], {"routine": "轉為常態交流／回歸例行業務"}[item["reason"]]


def delist(hand, name, reason):
    case = named(name)
    row = hand.page.locator(f"#row-{case.number}")
    hand.click(row.locator("label", has_text="解列").first)
    hand.choose(f"#{case.number}-reason", reason)
    if reason == "其他":
        hand.write(f"#{case.number}-words", "會議紀錄未載明解列原因")


def agree(hand, name):
    """Agree to a proposal of the agenda; return whether it is one."""
    proposals = hand.page.locator(".sheet-row", has=hand.page.locator("[value=list]"))
    for row in proposals.all():
        if fold(name) in fold(row.locator(".sheet-name").text_content() or ""):
            hand.click(row.locator("label", has_text="同意新增").first)
            return True
    return False


def named(name):
    """Return the case that bears a name of the paper, or ever bore it."""
    (case,) = {
        case
        for case in Case.objects.prefetch_related("aliases", "ledger")
        for known_as in (
            case.name,
            *(alias.name for alias in case.aliases.all()),
            *(entry.new_name for entry in case.ledger.all()),
        )
        if fold(known_as) == fold(name)
    }
    return case


def tally(page):
    """Return the counts of the whole meeting, as the page shows them."""
    box = page.locator("[data-live] .tally").last
    return {
        div.locator("dt").text_content(): int(div.locator("dd").text_content())
        for div in box.locator("div").all()
    }


def fill_texts(hand, data):
    page = hand.page
    hand.click(page.locator(".desk-steps a", has_text="段落"))
    page.wait_for_selector("button[value=take_note]")
    for place in range(int(page.input_value("[name=rows-INITIAL_FORMS]"))):
        kind = page.input_value(f"[name=rows-{place}-kind]")
        if kind == Section.Kind.OPENING:
            hand.write(f"[name=rows-{place}-text]", "略")
        elif kind == Section.Kind.REMARKS:
            hand.write(f"[name=rows-{place}-qualifier]", "依發言順序")
    hand.click("button[value=take_note]")
    page.wait_for_selector(".messagelist .success")
    hand.click(page.locator(".desk-steps a", has_text="主席結論"))
    page.wait_for_selector("h1:has-text('主席結論')")
    for order, remark in enumerate(data["remarks"], start=1):
        for place in range(4):
            if page.input_value(f"[name=rows-{place}-speaker]") == remark["speaker"]:
                hand.write(f"[name=rows-{place}-text]", remark["items"][0])
                hand.write(f"[name=rows-{place}-ORDER]", str(order))
    hand.click("button.default")
    page.wait_for_selector(".messagelist .success")


def confirm(hand):
    """Accept what is only odd, with a word each, and confirm."""
    page = hand.page
    hand.click(page.locator(".desk-steps a", has_text="檢核"))
    page.wait_for_selector(".desk-check")
    assert page.locator(".finding.error").all_text_contents() == []
    words = page.locator(".acceptance input[name=words]")
    for place in range(words.count()):
        hand.clicks += 1
        words.nth(place).fill("依會議紀錄所載")
    if words.count():
        hand.click("button[value=accept]")
        page.wait_for_load_state()
    hand.click("form[action$='/confirm/'] button")
    page.wait_for_load_state()


def facts(minutes):
    """Return what the record holds of the meeting: counts, groups, speakers."""
    meeting = minutes.meeting
    minutes.refresh_from_db()
    entries = LedgerEntry.objects.filter(meeting=meeting)
    stated = CountClaim.objects.filter(meeting=meeting)
    return {
        "state": minutes.state,
        "delisted": sorted(fold_names(entries, "delist")),
        "listed": sorted(fold_names(entries, "list")),
        "totals": dict(stated.filter(group=None).values_list("counts", "number")),
        "groups": {
            (group, counts): number
            for group, counts, number in stated.exclude(group=None).values_list(
                "group__name", "counts", "number"
            )
        },
        "deferred": sorted(fold_names(entries, "defer")),
        "speakers": [each.speaker for each in minutes.remarks.all()],
        "remarks": [each.text for each in minutes.remarks.all()],
        "chairs": [str(each) for each in meeting.chairs.all()],
        "reports": [
            each.text for each in minutes.sections.filter(kind=Section.Kind.REPORT)
        ],
        "place": meeting.place,
    }


def fold_names(entries, kind):
    return [known(entry.case) for entry in entries.filter(kind=kind)]


def known(case):
    return case.number if case.origin_meeting_id is None else fold(case.name)


def expected(data):
    """Return the same facts as the real minutes have them."""
    groups, delisted, listed, deferred = {}, [], [], []
    of = {"解列": "delisted", "新增": "listed", "其餘": "continued"}
    for block in data["groups"]:
        for point in block["points"]:
            delisted += [key_of(parse(item)[0]) for item in point.get("delist", [])]
            listed += [key_of(name) for name in point.get("list", [])]
            deferred += [key_of(name) for name in point.get("defer", [])]
            if "stated" in point:
                counts = next(c for mark, c in of.items() if mark in point["stated"])
                number = int("".join(filter(str.isdigit, point["stated"])))
                groups[block["group"], counts] = number
    return {
        "state": "confirmed",
        "delisted": sorted(delisted),
        "listed": sorted(listed),
        "totals": {"delisted": 15, "listed": 18, "continued": 34},
        "groups": groups,
        "deferred": sorted(deferred),
        "speakers": ["邱佩琳", "蘇俊賓", "林奕華", "劉和然"],
        "remarks": [remark["items"][0] for remark in data["remarks"]],
        "chairs": [
            f"{c['organization']} {c['name']}{c['title']}" for c in data["chairs"]
        ],
        "reports": ["洽悉"],
        "place": data["place"],
    }


def key_of(name):
    return known(named(name))


# Every page -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def draft(record):
    """A mayor-level meeting with a draft, for the pages that follow."""
    return begin("mayor-3", "mayor", 3)


def begin(slug, series, number):
    series = MeetingSeries.objects.get(platform__slug="jbbt", slug=series)
    meeting = begin_meeting(
        series,
        number=number,
        roc_year=None,
        title=f"第{number}次{series.name}",
        held_on=LATER,
    )
    assert meeting.slug == slug
    return meeting.minutes


PAGES = {
    "index": lambda: reverse("desk:index"),
    "new": lambda: reverse(
        "desk:new", kwargs={"platform": "jbbt", "series": "vice-mayor"}
    ),
    "agenda": lambda: at("agenda", "mayor-3"),
    "header": lambda: at("header", "mayor-3"),
    "attendance": lambda: at("attendance", "mayor-3"),
    "files": lambda: at("files", "mayor-3"),
    "group": lambda: at("group", "mayor-3", group="transport"),
    **{
        part: lambda part=part: at("texts", "mayor-3", part=part)
        for part in ("sections", "resolutions", "motions", "remarks", "attachments")
    },
}


@pytest.mark.parametrize("kind", PAGES)
def test_page_is_accessible_and_fits_a_phone(desk, draft, kind):
    assert everywhere(desk(PAGES[kind]())) == []


def test_sheet_with_faults_is_accessible(desk, draft):
    page = desk(at("group", "mayor-3", group="disaster"), meant="422")
    choose(page, 0, "提請解列")
    page.fill("#add_names", "名" * 201)
    page.locator("button[value=add]").click()
    page.wait_for_selector(".errornote")

    page.goto(page.url)
    assert everywhere(page) == []


def choose(page, place, label):
    row = page.locator(".sheet-row").nth(place)
    row.locator(".sheet-choices label", has_text=label).click()


# Nothing is lost ------------------------------------------------------------------


@pytest.fixture
def remarks(draft):
    """Where remarks are written, with none of them yet."""
    draft.remarks.all().delete()
    draft.parts.filter(part="remarks").delete()
    return at("texts", "mayor-3", part="remarks")


def write(page, text):
    page.fill("[name=rows-0-speaker]", "邱佩琳")
    page.fill("[name=rows-0-text]", text)


def wait_for_state(page, words):
    page.locator("[data-save-state]", has_text=words).wait_for()


def kept():
    found = Remark.objects.filter(minutes__meeting__slug="mayor-3")
    return [each.text for each in found]


KEPT = """(text) => {
  const form = document.querySelector("form[data-part]");
  const fields = [...new FormData(form)].map(([name, value]) =>
    name === "rows-0-text" ? [name, text] : [name, value]);
  const kept = { version: Number(form.elements.version.value), at: Date.now(), fields };
  localStorage.setItem(
    `desk:${form.dataset.user}:${location.pathname}`, JSON.stringify(kept));
}"""
LEFT = "Object.keys(localStorage).filter((name) => name.startsWith('desk:'))"


def test_page_saves_by_itself_and_says_when(desk, remarks):
    page = desk(remarks)

    write(page, "請加速辦理。")
    wait_for_state(page, "已儲存 ")

    assert kept() == ["請加速辦理。"]


def test_counts_follow_each_choice(desk, draft):
    page = desk(at("group", "mayor-3", group="environment"))
    before = page.locator(".tally .waits dd").first.text_content()

    choose(page, 0, "持續列管")
    wait_for_state(page, "已儲存 ")

    after = page.locator(".tally .waits dd").first.text_content()
    assert int(after) == int(before) - 1
    assert page.locator(".points").text_content().count("持續列管") == 1


def test_names_that_were_added_are_not_offered_again(desk, draft):
    page = desk(at("group", "mayor-3", group="tourism"))
    page.fill("#add_names", "共同行銷")
    wait_for_state(page, "按「加入」後才列入")

    page.locator("button[value=add]").click()
    page.wait_for_selector(".messagelist .success")

    assert not page.locator("[data-kept]").is_visible()
    assert page.locator(".new-name input").input_value() == "共同行銷"


def test_choices_are_made_with_the_keyboard(desk, draft):
    page = desk(at("group", "mayor-3", group="health"))
    rows = page.locator(".sheet-row")

    rows.nth(0).locator("input[type=radio]:checked").focus()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    wait_for_state(page, "已儲存 ")

    chosen = [
        rows.nth(place).locator("input[type=radio]:checked").get_attribute("value")
        for place in range(3)
    ]
    assert chosen == ["continue", "propose_delist", ""]


def test_fields_of_a_choice_show_with_it(desk, draft):
    page = desk(at("group", "mayor-3", group="urban"))
    row = page.locator(".sheet-row").first
    field = row.get_by_label("新名稱")
    assert not field.is_visible()

    choose(page, 0, "更名")

    assert field.is_visible()


def test_dropped_network_keeps_the_text_and_saves_when_it_is_back(desk, remarks):
    page = desk(remarks, meant="ERR_FAILED")
    page.route("**/remarks/", lambda route: route.abort())

    write(page, "斷線時所寫。")
    wait_for_state(page, "未儲存：連線中斷，內容保留在這台電腦")
    assert kept() == []
    page.unroute("**/remarks/")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_for_state(page, "已儲存 ")

    assert kept() == ["斷線時所寫。"]


def test_closed_tab_brings_back_what_was_typed(desk, remarks):
    page = desk(remarks)
    page.fill("[name=rows-0-speaker]", "邱佩琳")
    page.locator("[name=rows-0-speaker]").blur()  # or its change comes after KEPT
    wait_for_state(page, "已儲存 ")
    page.evaluate(KEPT, "關閉前所寫。")  # as a browser that died has left it
    again = page.context.new_page()
    again.goto(page.url.replace("remarks/", "motions/"))
    again.wait_for_function(f"{LEFT}.length > 0")  # what one tab keeps comes late
    page.close()

    again.goto(page.url)

    assert again.input_value("[name=rows-0-text]") == "關閉前所寫。"
    assert "已取回" in again.locator("[data-kept-words]").text_content()
    wait_for_state(again, "已儲存 ")
    assert kept() == ["關閉前所寫。"]


def test_lost_session_keeps_the_text_until_the_next_login(desk, remarks):
    page = desk(remarks)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    write(page, "逾時前所寫。")
    wait_for_state(page, "未儲存：登入已逾時")
    assert kept() == []
    page.context.add_cookies(cookies)

    page.get_by_role("link", name="重新登入").click()
    page.locator("[data-kept-words]", has_text="已取回").wait_for()
    wait_for_state(page, "已儲存 ")

    assert kept() == ["逾時前所寫。"]


def test_what_one_clerk_typed_is_not_shown_to_the_next_at_the_same_computer(
    desk, remarks, logged_in_too
):
    page = desk(remarks)
    page.evaluate(KEPT, "不給別人看。")
    assert len(page.evaluate(LEFT)) == 1
    page.context.clear_cookies()
    page.context.add_cookies(logged_in_too["cookies"])

    page.goto(page.url)

    assert page.input_value("[name=rows-0-text]") == ""
    assert page.evaluate(LEFT) == []


def test_two_tabs_are_told_of_each_other(desk, remarks):
    first = desk(remarks, meant="409")
    second = first.context.new_page()
    second.goto(first.url)
    write(first, "第一個視窗。")
    wait_for_state(first, "已儲存 ")

    write(second, "第二個視窗。")
    panel = second.locator(".conflict-panel")
    panel.wait_for()

    assert kept() == ["第一個視窗。"]
    assert panel.locator("mark").all_text_contents() == ["二", "一"]
    panel.get_by_text("依選擇儲存").click()
    second.wait_for_selector(".messagelist .success")
    assert kept() == ["第二個視窗。"]


def test_back_button_shows_what_is_saved(desk, remarks):
    page = desk(remarks)
    write(page, "離開前所寫。")
    page.locator("button.default").click()
    page.wait_for_selector(".messagelist .success")
    page.locator(".desk-steps a", has_text="附件").click()
    page.wait_for_selector("h1:has-text('附件')")

    page.go_back()

    assert page.input_value("[name=rows-0-text]") == "離開前所寫。"
    page.locator("button.default").click()
    page.wait_for_selector(".messagelist .success")
    assert kept() == ["離開前所寫。"]


def test_leaving_the_page_saves_what_was_just_typed(desk, remarks):
    page = desk(remarks)
    write(page, "剛寫就離開。")

    page.locator(".desk-steps a", has_text="附件").click()
    page.wait_for_selector("h1:has-text('附件')")
    page.go_back()
    page.wait_for_selector("h1:has-text('主席結論')")

    assert page.input_value("[name=rows-0-text]") == "剛寫就離開。"


def test_double_click_on_save_saves_once(desk, remarks):
    page = desk(remarks)
    write(page, "按了兩次。")

    page.locator("button.default").dblclick()
    page.wait_for_selector(".messagelist .success")

    assert kept() == ["按了兩次。"]


def test_desk_works_without_a_script(desk, remarks):
    page = desk(remarks, java_script_enabled=False)
    write(page, "沒有程式。")

    page.locator("button.default").click()
    page.wait_for_selector(".messagelist .success")

    assert kept() == ["沒有程式。"]


def test_logging_out_leaves_nothing_on_the_computer(desk, remarks, logged_in_too):
    page = desk(remarks, storage_state=logged_in_too)
    page.evaluate(KEPT, "不給別人看。")

    page.locator("#logout-form button").click()
    page.wait_for_load_state()

    assert page.evaluate(LEFT) == []

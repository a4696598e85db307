"""A slot as a contact writes it: nothing that is lost, and no page out of reach."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone
from playwright.sync_api import expect

from cases import rounds
from cases.models import ProgressUpdate
from meetings.models import Assignment
from tests.browser.test_admin_accessibility import everywhere
from tests.cases.reporting import address, said
from tests.cases.rounds import Collecting, fresh, told
from tests.factories import ProgressUpdateFactory, ReportingRoundFactory

PASSWORD = "contact-of-a-test"
LEFT = "Object.keys(localStorage).filter((name) => name.startsWith('desk:'))"
LAST = "一、已完成規劃。\n二、續辦招標。"


@pytest.fixture(scope="module")
def record(chromium, django_db_blocker):
    """A round that is open today, with the people of it."""
    with django_db_blocker.unblock():
        yield
        call_command("flush", database="owner", verbosity=0, interactive=False)
        connections.close_all()


@pytest.fixture(scope="module")
def collecting(record, site):
    today = timezone.localdate()
    with transaction.atomic():
        made = Collecting(
            opens_on=today - dt.timedelta(days=10),
            due_on=today + dt.timedelta(days=5),
            locks_on=today + dt.timedelta(days=20),
        )
        for user in (made.contact, made.other):
            user.set_password(PASSWORD)
            user.save()
        made.before = ReportingRoundFactory(
            platform=made.platform, as_of=dt.date(2025, 9, 30)
        )
    return made


@pytest.fixture(scope="module")
def logged_in(chromium, site, collecting):
    return log_in(chromium, site, collecting.contact)


def log_in(chromium, site, user):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.fill("#id_username", user.username)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/reporting/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def slot(collecting):
    """An own slot that nobody wrote in yet, with a text of the period before."""
    with transaction.atomic():
        case = collecting.add_case()
        ProgressUpdateFactory(
            case=case,
            round=collecting.before,
            municipality=collecting.taipei,
            text=LAST,
        )
        return collecting.add_slot(collecting.taipei, case)


@pytest.fixture
def write(visit, logged_in):
    """Return a function that opens an address as the contact."""

    def open_page(where, **options):
        if isinstance(where, ProgressUpdate):
            where = address(where)
        return visit(where, **{"storage_state": logged_in, **options})

    return open_page


def wait_for_state(page, words):
    page.locator("[data-save-state]", has_text=words).wait_for()


def keep(page, text):
    """Leave on the computer what a browser that died has left."""
    page.evaluate(
        """(text) => {
          const form = document.querySelector("form[data-report]");
          const fields = [...new FormData(form)].map(([name, value]) =>
            name === "text" ? [name, text] : [name, value]);
          const kept = { version: Number(form.elements.version.value),
            at: Date.now(), fields };
          localStorage.setItem(`desk:${form.dataset.user}:${location.pathname}`,
            JSON.stringify(kept));
        }""",
        text,
    )


def do(slot, step, **said_too):
    """Take a step of somebody, now."""
    with transaction.atomic():
        return getattr(rounds, step)(
            slot, version=fresh(slot).version, at=timezone.now(), **said_too
        )


def hand_in(slot, user, text="已開工。"):
    do(slot, "save", text=text, is_unchanged=False, by=user)
    do(slot, "submit", by=user)


# Writing, leaving, coming back -------------------------------------------------------


def test_text_is_saved_by_itself_and_there_again(write, slot):
    page = write(slot)
    page.fill("#id_text", "一、已開工。\n二、續辦。")
    wait_for_state(page, "已儲存 ")

    page.get_by_role("link", name="回填報首頁").click()
    page.wait_for_url("**/reporting/")
    row = page.locator("tr", has_text=slot.case.number)
    assert "草稿" in row.text_content()
    row.get_by_role("link").click()

    page.wait_for_selector("#id_text")
    assert page.input_value("#id_text") == "一、已開工。\n二、續辦。"
    assert said(slot) == ("draft", "一、已開工。\n二、續辦。")


def test_a_line_break_alone_is_saved(write, slot):
    """Where lines end matters here, unlike at the desk."""
    page = write(slot)
    page.fill("#id_text", "甲，乙")
    wait_for_state(page, "已儲存 ")

    page.fill("#id_text", "甲，\n乙")
    wait_for_state(page, "尚未儲存")
    wait_for_state(page, "已儲存 ")

    assert said(slot) == ("draft", "甲，\n乙")


def test_leaving_at_once_saves_what_was_just_typed(write, slot):
    page = write(slot)
    page.fill("#id_text", "剛寫就離開。")
    page.get_by_role("link", name="回填報首頁").click()
    page.wait_for_url("**/reporting/")

    page.go_back()

    page.wait_for_selector("#id_text")
    assert page.input_value("#id_text") == "剛寫就離開。"


def test_state_and_printed_row_follow(write, slot):
    page = write(slot)
    page.fill("#id_text", "1.已開工。")
    wait_for_state(page, "已儲存 ")

    assert page.locator("[data-slot-state]").text_content() == "草稿"
    lines = page.locator("[data-preview] td p")  # pierces the shadow
    assert lines.all_text_contents()[1] == "(1) 已開工。"
    border = lines.first.evaluate(
        "(p) => getComputedStyle(p.closest('td')).borderBottomWidth"
    )
    assert border == "1px"  # of the paper's own style sheet


def test_dropped_network_keeps_the_text_and_saves_when_it_is_back(write, slot):
    page = write(slot, meant="ERR_FAILED")
    page.route(f"**{address(slot)}", lambda route: route.abort())
    page.fill("#id_text", "斷線時所寫。")
    wait_for_state(page, "未儲存：連線中斷，內容保留在這台電腦")
    assert said(slot) == ("missing", "")

    page.unroute(f"**{address(slot)}")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_for_state(page, "已儲存 ")

    assert said(slot) == ("draft", "斷線時所寫。")


def test_lost_session_keeps_the_text_until_the_next_login(write, slot):
    page = write(slot)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.fill("#id_text", "逾時前所寫。")
    wait_for_state(page, "未儲存：登入已逾時")
    assert said(slot) == ("missing", "")
    page.context.add_cookies(cookies)

    page.get_by_role("link", name="重新登入").click()
    page.locator("[data-kept-words]", has_text="已取回").wait_for()
    wait_for_state(page, "已儲存 ")

    assert said(slot) == ("draft", "逾時前所寫。")


def test_closed_window_brings_back_what_was_typed(write, slot):
    page = write(slot)
    keep(page, "關閉前所寫。")
    again = page.context.new_page()
    page.close()

    again.goto(page.url)

    assert again.input_value("#id_text") == "關閉前所寫。"
    wait_for_state(again, "已儲存 ")
    assert said(slot) == ("draft", "關閉前所寫。")


def test_logging_out_leaves_nothing_on_the_computer(
    chromium, site, write, slot, collecting
):
    page = write(slot, storage_state=log_in(chromium, site, collecting.contact))
    keep(page, "不給別人看。")
    assert len(page.evaluate(LEFT)) == 1

    page.locator("#logout-form button").click()
    page.wait_for_url(f"{site}/")

    assert page.evaluate(LEFT) == []


def test_slot_that_was_handed_over_keeps_the_text(write, slot, collecting):
    page = write(slot, meant="404")
    own = Assignment.objects.filter(user=collecting.contact)
    own.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    try:
        page.fill("#id_text", "交接前所寫。")
        wait_for_state(page, "未儲存：這一件已不由您填報")
        assert len(page.evaluate(LEFT)) == 1
    finally:
        own.update(ends_on=None)


# Two windows -------------------------------------------------------------------------


def test_two_windows_are_told_of_each_other_and_nothing_is_lost(write, slot):
    first = write(slot, meant="409")
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("#id_text", "第一個視窗。")
    wait_for_state(first, "已儲存 ")

    second.fill("#id_text", "第二個視窗。")
    panel = second.locator(".conflict-panel")
    panel.wait_for()

    assert said(slot) == ("draft", "第一個視窗。")
    assert panel.locator("mark").all_text_contents() == ["二", "一"]
    assert everywhere(second) == []
    panel.get_by_text("依選擇儲存").click()
    second.wait_for_selector(".messagelist .success")
    assert said(slot) == ("draft", "第二個視窗。")


def test_text_handed_in_from_another_window_is_taken_back_with_ones_own(
    write, slot, collecting
):
    page = write(slot, meant="409")
    hand_in(slot, collecting.contact, "先送的。")
    page.fill("#id_text", "後寫的。")
    page.locator(".conflict-panel").wait_for()

    page.get_by_text("撤回，帶著我的內容修改").click()
    page.wait_for_selector(".messagelist .warning")

    assert page.input_value("#id_text") == "後寫的。"
    page.get_by_role("button", name="送出", exact=True).click()
    page.wait_for_selector(".messagelist .success")
    assert said(slot) == ("submitted", "後寫的。")
    assert told(slot) == ["submitted", "withdrawn", "submitted"]


# What helps with writing -------------------------------------------------------------


def test_last_text_is_put_in_and_taken_out_again(write, slot):
    page = write(slot)
    page.fill("#id_text", "先打了幾個字")

    page.get_by_role("button", name="從上期文字開始").click()
    assert page.input_value("#id_text") == LAST
    page.get_by_role("button", name="還原").click()

    assert page.input_value("#id_text") == "先打了幾個字"


def test_no_change_puts_the_text_aside_and_back(write, slot):
    page = write(slot)
    page.fill("#id_text", "先打了幾個字")
    page.get_by_label("本季無變動").check()
    assert not page.locator("#id_text").is_visible()
    wait_for_state(page, "已儲存 ")
    assert said(slot) == ("draft", "本季無變動")

    page.get_by_label("填寫辦理情形").check()

    assert page.input_value("#id_text") == "先打了幾個字"
    wait_for_state(page, "尚未儲存")
    wait_for_state(page, "已儲存 ")
    assert said(slot) == ("draft", "先打了幾個字")


def test_lines_are_numbered_with_buttons_and_keys(write, slot):
    page = write(slot)
    page.fill("#id_text", "甲\n乙\n丙")

    page.locator("#id_text").focus()
    page.keyboard.press("Control+a")
    page.locator("[data-level='一、']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_text")).to_have_value("一、甲\n二、乙\n三、丙")
    page.evaluate("id_text.setSelectionRange(5, 5)")
    page.locator("[data-level='(一)']").click()
    expect(page.locator("#id_text")).to_have_value("一、甲\n（一）乙\n二、丙")

    page.keyboard.type("案")

    assert page.input_value("#id_text") == "一、甲\n（一）乙案\n二、丙"


PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  id_text.focus();
  id_text.dispatchEvent(new ClipboardEvent("paste",
    { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_text_pasted_from_a_word_processor_keeps_its_numbers(write, slot):
    page = write(slot)
    page.evaluate(PASTE, "一、\t已開工\r\n（1）\u00a0整地\r\n")

    expect(page.locator("#id_text")).to_have_value("一、已開工\n(1) 整地")


def test_pasting_without_a_network_puts_in_what_was_copied(write, slot):
    page = write(slot, meant="ERR_FAILED")
    page.route(f"**{address(slot)}", lambda route: route.abort())

    page.evaluate(PASTE, "甲\r\n乙")

    expect(page.locator("#id_text")).to_have_value("甲\n乙")


# Handing in --------------------------------------------------------------------------


def test_all_that_is_written_is_handed_in_at_once(write, slot, collecting):
    empty = slot
    with transaction.atomic():
        ready = collecting.add_slot(collecting.taipei, collecting.add_case())
    do(ready, "save", text="已開工。", is_unchanged=False, by=collecting.contact)
    page = write("/reporting/")

    page.get_by_role("link", name="檢視並一次送出").click()
    why = page.locator("li", has_text=empty.case.number).locator(".why")
    assert why.text_content() == "尚未填寫。"
    page.get_by_role("button", name="送出勾選的辦理情形").click()
    page.wait_for_selector(".messagelist .success")

    assert said(ready) == ("submitted", "已開工。")
    assert said(empty) == ("missing", "")


def test_returned_text_is_answered_and_the_answer_survives_leaving(
    write, slot, collecting
):
    hand_in(slot, collecting.contact)
    do(slot, "send_back", question="何時完工？", by=collecting.secretary)
    page = write(slot)
    assert "何時完工？" in page.locator(".report-question").text_content()
    page.fill("#id_words", "年底完工。")
    page.fill("#id_text", "已開工，年底完工。")
    wait_for_state(page, "答覆按「答覆並送出」後才送出")

    page.get_by_role("link", name="回填報首頁").click()
    page.wait_for_url("**/reporting/")
    page.goto(page.url.replace("/reporting/", address(slot)))
    assert page.input_value("#id_words") == "年底完工。"
    page.get_by_role("button", name="答覆並送出").click()
    page.wait_for_selector(".messagelist .success")

    assert said(slot) == ("submitted", "已開工，年底完工。")
    assert told(slot) == ["submitted", "returned", "answered"]
    assert page.evaluate(LEFT) == []


@pytest.mark.parametrize("scripts", [True, False])
def test_whole_way_is_gone_with_and_without_a_script(write, slot, collecting, scripts):
    page = write(slot, java_script_enabled=scripts)
    page.get_by_role("button", name="從上期文字開始").click()
    page.wait_for_load_state()
    assert page.input_value("#id_text") == LAST

    page.get_by_role("button", name="儲存草稿", exact=True).click()
    page.wait_for_selector(".messagelist .success")
    page.get_by_role("button", name="送出", exact=True).click()
    page.get_by_role("button", name="撤回修改").wait_for()
    page.get_by_role("button", name="撤回修改").click()
    page.wait_for_selector("#id_text")
    page.fill("#id_text", "已決標。")
    page.get_by_role("button", name="送出", exact=True).click()
    page.get_by_role("button", name="撤回修改").wait_for()
    do(slot, "send_back", question="何時？", by=collecting.secretary)
    page.goto(page.url)
    page.fill("#id_words", "下月。")
    page.get_by_role("button", name="答覆並送出").click()
    page.get_by_role("button", name="撤回修改").wait_for()

    assert said(slot) == ("submitted", "已決標。")
    assert told(slot) == [
        "submitted",
        "withdrawn",
        "submitted",
        "returned",
        "answered",
    ]


def test_conflict_is_shown_without_a_script(write, slot, collecting):
    page = write(slot, java_script_enabled=False, meant="409")
    do(slot, "save", text="先存的。", is_unchanged=False, by=collecting.contact)
    page.fill("#id_text", "後寫的。")

    page.get_by_role("button", name="儲存草稿", exact=True).click()
    page.get_by_text("帶著我的內容回去修改").click()
    page.get_by_role("button", name="送出", exact=True).click()
    page.get_by_role("button", name="撤回修改").wait_for()

    assert said(slot) == ("submitted", "後寫的。")


# Every page --------------------------------------------------------------------------


def long_slot(collecting):
    with transaction.atomic():
        case = collecting.add_case()
        case.name = "跨縣市" + "特別長的合作案名稱" * 15
        case.save()
        return collecting.add_slot(None, case)


def returned(collecting):
    slot = long_slot(collecting)
    hand_in(slot, collecting.contact, "a" * 300)
    do(slot, "send_back", question="問" * 500, by=collecting.secretary)
    return address(slot)


def handed(collecting):
    slot = long_slot(collecting)
    hand_in(slot, collecting.contact, "一、甲\n（一）乙\n1. 丙\n(1) 丁\nA. 戊")
    return address(slot)


PAGES = {
    "home": lambda _: "/reporting/",
    "help": lambda _: "/reporting/help/",
    "editor": lambda made: address(long_slot(made)),
    "returned": returned,
    "handed in": handed,
    "review": lambda made: (
        f"/reporting/{made.platform.slug}/{made.round.as_of}/submit/"
    ),
}


@pytest.mark.parametrize("kind", PAGES)
def test_page_is_accessible_and_fits_a_phone(write, slot, collecting, kind):
    page = write(PAGES[kind](collecting))

    assert everywhere(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_page_with_a_fault_is_accessible(write, slot):
    page = write(slot, java_script_enabled=True, meant="422")
    page.get_by_role("button", name="送出", exact=True).click()
    page.wait_for_selector(".errornote")

    assert everywhere(page) == []


def test_everything_is_reached_with_the_keyboard(write, slot):
    page = write(slot)
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.value"
                " || document.activeElement.dataset.level"
                " || document.activeElement.textContent.trim()"
            )
        )

    wanted = ["text", "一、", "A.", "id_text", "tidy", "submit", "save", "start"]
    places = [reached.index(each) for each in wanted]
    assert places == sorted(places)
    assert reached.count("save") == 1

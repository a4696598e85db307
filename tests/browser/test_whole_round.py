"""A whole round for the 56 cases, from its opening to a corrected edition, by its people.

臺北市 fills in a sheet, 新北市 writes on the pages and has one text sent back; 基隆市 and
桃園市 are late and are reminded. What is published is read back.
"""

import datetime as dt
import io
import json
import re
import threading
from unittest import mock

import pypdf
import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from cases.models import ProgressUpdate, ReportEdition, ReportingRound
from cases.reading.round_sheet import KEY, TEXT
from platform_site.lib.roc import format_roc
from tests.jobs import run_jobs

PATIENCE = 60_000  # milliseconds; the machine may be busy
LATE = dt.timedelta(days=5)
ROUNDS = "/admin/desk/jbbt/rounds/"
MENDED = "一、已召開第2次協調會議。\n二、預定下季完成招標。"
TYPED = "一、已召開協調會議。"
BY_SHEET = "本季於試算表填報，已完成第{}項查核。"
CORRECTED = "更正後：已召開第3次協調會議。"


@pytest.fixture
def enter(visit):
    """Return a function that opens a page of the site as somebody."""

    def log_in(name, address, **options):
        page = visit(f"/login/?next={address}", **options)
        page.fill("#id_username", name)
        page.fill("#id_password", f"demo-{name}")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url.endswith(address) and "/login/" not in url)
        return page

    return log_in


@pytest.fixture
def later():
    """Return a context in which the site's clock is some days ahead."""
    now = timezone.now

    def travel():
        return mock.patch("django.utils.timezone.now", side_effect=lambda: now() + LATE)

    return travel


def do_jobs():
    """Do what waits, as a worker on a connection of its own."""

    def alone():
        try:
            run_jobs()
        finally:
            connections.close_all()

    thread = threading.Thread(target=alone)
    thread.start()
    thread.join()


def test_round_is_held_published_and_corrected(enter, visit, later):
    secretariat = enter("secretariat", ROUNDS)
    round_ = open_round(secretariat)
    own = {
        name: slots_of(round_, slug)
        for name, slug in (
            ("taipei", "taipei"),
            ("newtaipei", "new-taipei"),
            ("keelung", "keelung"),
            ("taoyuan", "taoyuan"),
        )
    }

    fill_in_a_sheet(enter("taipei", "/reporting/"), round_)
    assert {slot.state for slot in fresh(own["taipei"])} == {"submitted"}

    writer = enter("newtaipei", "/reporting/")
    back = write_on_pages(writer, own["newtaipei"])
    assert {slot.state for slot in fresh(own["newtaipei"])} == {"submitted"}
    send_back_and_answer(secretariat, writer, back)

    remind(secretariat, round_, {"基隆", "桃園"})
    with later():
        for name in ("keelung", "taoyuan"):
            hand_in_unchanged(enter(name, "/reporting/"), with_text=name == "taoyuan")
    states = round_.progress.values_list("state", flat=True)
    assert set(states) == {"submitted"}
    day = timezone.localdate()
    late = {
        slot.municipality.slug
        for slot in round_.progress.select_related("round", "municipality")
        if slot.municipality and slot.days_late(day)
    }
    assert late == {"keelung", "taoyuan"}

    accept_all_and_lock(secretariat, round_)
    publish(secretariat, round_)
    [edition] = ReportEdition.objects.filter(round=round_)
    frozen = files_of(edition)
    assert_says(frozen, MENDED.splitlines()[0], BY_SHEET.format(1))

    correct(secretariat, round_, back)
    second = ReportEdition.objects.get(round=round_, number=2)
    assert second.published_at is not None
    assert files_of(edition) == frozen
    assert_says(files_of(second), CORRECTED)
    back.refresh_from_db()
    assert back.text == MENDED

    look_as_the_public(visit, round_, back)


# The secretariat ------------------------------------------------------------------------


def open_round(page):
    page.get_by_role("link", name="新增填報").first.click()
    today = timezone.localdate()
    page.fill("#id_opens_on", format_roc(today))
    page.fill("#id_due_on", format_roc(today + dt.timedelta(days=3)))
    page.fill("#id_locks_on", format_roc(today + dt.timedelta(days=10)))
    expect(page.locator("#plan")).to_contain_text("將填報 56 案")
    page.get_by_role("button", name="開放填報").click()
    expect(page.locator(".round-phase")).to_have_text("填報中")
    return ReportingRound.objects.exclude(opens_on=None).get()


def slots_of(round_, slug):
    found = list(round_.progress.filter(municipality__slug=slug))
    assert found
    return found


def fresh(slots):
    return ProgressUpdate.objects.filter(pk__in=[slot.pk for slot in slots])


def send_back_and_answer(secretariat, writer, slot):
    secretariat.goto(secretariat.url.split("/admin")[0] + at_the_desk(slot))
    secretariat.get_by_text("退回補正", exact=True).first.click()
    secretariat.fill("#question", "請補充預定完成時間。")
    secretariat.get_by_role("button", name=re.compile("^退回")).click()
    expect(secretariat.locator(".messagelist .success")).to_be_visible()

    writer.goto(writer.url.split("/reporting")[0] + where_written(slot))
    expect(writer.locator("main")).to_contain_text("請補充預定完成時間。")
    writer.locator("textarea[name=text]").fill(MENDED)
    writer.locator("textarea[name=words]").fill("已補充。")
    writer.get_by_role("button", name="答覆並送出").click()
    expect(writer.locator("main")).to_contain_text("已送出")
    slot.refresh_from_db()
    assert (slot.state, slot.text) == ("submitted", MENDED)


def at_the_desk(slot):
    owner = slot.municipality.slug if slot.municipality else "joint"
    return f"{ROUNDS}{slot.round.as_of}/{slot.case.number}/{owner}/"


def where_written(slot):
    owner = slot.municipality.slug if slot.municipality else "joint"
    return f"/reporting/jbbt/{slot.round.as_of}/{slot.case.number}/{owner}/"


def remind(page, round_, cities):
    page.goto(page.url.split("/admin")[0] + f"{ROUNDS}{round_.as_of}/reminders/")
    page.get_by_role("button", name="寄給勾選的窗口").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    do_jobs()
    sent = [message for message in mail.outbox if "辦理情形" in message.subject]
    assert len({message.to[0] for message in sent}) == len(sent)
    assert all(any(city in each.body for each in sent) for city in cities)


def accept_all_and_lock(page, round_):
    page.goto(page.url.split("/admin")[0] + f"{ROUNDS}{round_.as_of}/")
    page.get_by_text(re.compile("^接受所列已送出的")).click()
    page.locator("button[name=do][value=all]").click()
    expect(page.locator(".messagelist .success")).to_be_visible(timeout=PATIENCE)
    assert set(round_.progress.values_list("state", flat=True)) == {"accepted"}
    page.get_by_role("link", name="鎖定", exact=True).click()
    page.get_by_role("button", name="鎖定這一期").click()
    expect(page.locator(".messagelist .success")).to_be_visible(timeout=PATIENCE)


def publish(page, round_):
    page.get_by_role("link", name="發布", exact=True).click()
    page.get_by_role("button", name="製作並發布").click()
    expect(page.locator("#edition-bar")).to_be_visible()
    do_jobs()
    page.reload()
    expect(page.locator("#published")).to_be_visible()


def correct(page, round_, slot):
    page.goto(page.url.split("/admin")[0] + f"{ROUNDS}{round_.as_of}/editions/correct/")
    page.fill("#id_why", "會議次別誤植。")
    page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
    page.fill(f"#text-{slot.pk}", CORRECTED)
    page.get_by_role("button", name="製作更正版並發布").click()
    expect(page.locator("#edition-bar")).to_be_visible()
    do_jobs()


# The contacts ---------------------------------------------------------------------------


def fill_in_a_sheet(page, round_):
    """Fill in every own slot and every joint one offline, and hand all in."""
    page.get_by_role("link", name="試算表填報").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下載 XLSX").click()
    book = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    sheet = book["填報表"]
    heads = {
        cell.value: cell.column
        for row in sheet.iter_rows()
        for cell in row
        if cell.value in (KEY, TEXT)
    }
    count = 0
    for row in sheet.iter_rows(min_row=head_row(sheet) + 1):
        if row[heads[KEY] - 1].value:
            count += 1
            sheet.cell(row[0].row, heads[TEXT]).value = BY_SHEET.format(count)
    assert count
    file = io.BytesIO()
    book.save(file)
    page.set_input_files(
        "#file",
        {
            "name": "填報表.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": file.getvalue(),
        },
    )
    page.get_by_role("button", name="上傳並預覽").click()
    page.check("#hand-in")
    page.get_by_role("button", name="全部存入").click()
    expect(page.locator("main")).to_contain_text("已存入", timeout=PATIENCE)


def head_row(sheet):
    return next(
        row[0].row for row in sheet.iter_rows() if KEY in [cell.value for cell in row]
    )


def write_on_pages(page, slots):
    """Write one text on its page, tick no change for the others, hand all in."""
    slot = slots[0]
    home = page.url
    page.goto(home.split("/reporting")[0] + where_written(slot))
    page.locator("textarea[name=text]").fill(TYPED)
    expect(page.locator("[data-save-state]")).to_contain_text(
        "已儲存", timeout=PATIENCE
    )
    page.goto(home)
    tick_all_and_hand_in(page)
    return slot


def hand_in_unchanged(page, *, with_text):
    if with_text:
        page.locator("main tr:has(input[name=slot]) a").first.click()
        page.locator("textarea[name=text]").fill("一、已完工。")
        page.get_by_role("button", name="送出", exact=True).click()
        expect(page.locator("main")).to_contain_text("已送出")
        page.goto(page.url.split("/reporting")[0] + "/reporting/")
    tick_all_and_hand_in(page)


def tick_all_and_hand_in(page):
    boxes = page.locator("input[type=checkbox][name=slot]")
    for box in boxes.all():
        box.check()
    page.get_by_role("button", name="勾選的填「本季無變動」").click()
    page.get_by_role("link", name="檢視並一次送出").click()
    page.get_by_role("button", name="送出勾選的辦理情形").click()
    expect(
        page.locator(".messages, .messagelist, [role=status]").first
    ).to_contain_text("送出", timeout=PATIENCE)


# What came of it ------------------------------------------------------------------------


def files_of(edition):
    return {file.name: bytes(file.content) for file in edition.files.all()}


def assert_says(files, *texts):
    """Every text stands in the paper, the page and the data."""
    paper = "".join(
        page.extract_text()
        for page in pypdf.PdfReader(io.BytesIO(files["status.pdf"])).pages
    )
    data = json.dumps(json.loads(files["status.json"]), ensure_ascii=False)
    for text in texts:
        bare = re.sub(r"^[一二三四]、", "", text)
        assert bare in "".join(paper.split())
        assert bare in data
        assert bare in files["status.html"].decode()


def look_as_the_public(visit, round_, slot):
    page = visit(f"/jbbt/reports/{round_.as_of}/")
    expect(page).to_have_url(re.compile("/2/$"))
    expect(page.locator("main")).to_contain_text(CORRECTED)
    expect(page.locator("main")).to_contain_text("會議次別誤植")
    page.goto(page.url + "since-last-edition/")
    expect(page.locator("main ins").first).to_be_visible()
    case = visit(f"/jbbt/cases/{slot.case.number}/")
    expect(case.locator("main")).to_contain_text(CORRECTED)

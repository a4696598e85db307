"""A paper from the clerk's folder to the confirmed record, with and without script."""

import hashlib
import io
import re

import docx
import pytest
import yaml
from django.urls import reverse
from playwright.sync_api import expect

from cases.demo import create_accounts
from cases.record import load_record
from meetings.models import Minutes, MinutesFile
from platform_site.lib.numbering import to_chinese
from platform_site.lib.roc import format_meeting_time, format_time, parse_time
from tests.browser.test_admin_accessibility import everywhere
from tests.browser.test_desk import (
    FIFTH,
    FIXTURES,
    facts,
    log_in,
    write_record_before,
)
from tests.browser.test_desk import expected as expected_facts
from tests.database import filled_database

READINGS = reverse("desk:readings", args=["jbbt"])
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What only the ledger explains: no meeting had listed it, the paper delists it.
CARRIED_IN = "中央及地方社會住宅分級租金訂定"


@pytest.fixture(scope="module", params=["script", "no script"])
def has_script(request):
    return request.param == "script"


@pytest.fixture(scope="module")
def record(has_script, chromium, django_db_blocker, tmp_path_factory):
    """The record as it stood before the fifth vice-mayor meeting, once for each way."""
    folder = tmp_path_factory.mktemp("record")

    def fill():
        write_record_before(FIFTH, folder)
        load_record(folder)
        create_accounts()

    with django_db_blocker.unblock(), filled_database("before_fifth", fill):
        yield


@pytest.fixture(scope="module")
def logged_in(chromium, site):
    return log_in(chromium, site, "secretariat", "demo-secretariat")


@pytest.fixture
def open_page(visit, logged_in, has_script):
    def open_as_clerk(address, **options):
        return visit(
            address,
            **{
                "storage_state": logged_in,
                "java_script_enabled": has_script,
                **options,
            },
        )

    return open_as_clerk


# The paper ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data():
    return yaml.safe_load((FIXTURES / "jbbt" / "meetings" / FIFTH).read_text("utf-8"))


def paper(data):
    """Write the minutes with the facts of the record, as a clerk writes them."""
    document = docx.Document()
    for line in lines_of(data):
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def lines_of(data):
    head, *others = (
        f"{chair['organization']}　{chair['name'][0]}{chair['title']}{chair['name'][1:]}"
        for chair in data["chairs"]
    )
    starts, ends = (parse_time(data[name]) for name in ("starts_at", "ends_at"))
    yield f"{data['title']}紀錄"
    yield f"壹、會議時間：{format_meeting_time(data['held_on'], starts)}"
    yield f"貳、會議地點：{data['place']}"
    yield f"參、主席：{head}"
    yield from others
    yield f"肆、出席單位及人員：{data['attendance']}"
    yield "伍、主席致詞：略"
    yield "陸、幕僚單位及議題小組工作報告：洽悉"
    yield "柒、決議事項（劉副市長和然代表）"
    yield "一、各議題小組所提合作案，決議如下：解列15案、新增18案，執行中34案。"
    for order, block in enumerate(data["groups"], start=1):
        yield f"（{to_chinese(order)}）{block['group']}"
        points = [point for point in block["points"] if "carry_in" not in point]
        for number, point in enumerate(points, start=1):
            yield f"{number}. {words_of(point)}"
    yield "捌、主席結論暨指示（依發言順序）"
    for remark in data["remarks"]:
        yield f"{remark['speaker']}{remark['title']}"
        yield remark["items"][0]
    yield f"玖、散會（{format_time(ends)}）"


def words_of(point):
    names = [
        item if isinstance(item, str) else item["case"]
        for kind in ("delist", "list")
        for item in point.get(kind, [])
    ]
    if not names:
        return point.get("text") or f"{point['stated']}。"
    listed = "、".join(f"「{name}」" for name in names)
    return f"{point['stated']}：{listed}。"


# The way --------------------------------------------------------------------------------


def test_minutes_go_from_the_file_to_the_confirmed_record(open_page, data, has_script):
    content = paper(data)
    page = open_page(READINGS)

    upload(page, ("第5次副市長層級會議紀錄.docx", content))
    have_read(page, has_script)
    page.get_by_role("link", name="第5次副市長層級會議紀錄.docx", exact=True).click()
    expect(page.locator("#decisions")).to_have_text("決定　33 項")
    page.get_by_role("button", name="全部接受沒有疑義的").click()
    expect(page.locator(".messagelist .success")).to_contain_text("已接受")
    look_through(page, data)
    unread = page.locator(".unread").inner_text()
    make_draft(page)
    found = everywhere(page) if has_script else []
    put_off(page, unread)
    page.get_by_role("link", name="檢核與確認").first.click()
    found += everywhere(page) if has_script else []
    confirm(page)

    minutes = Minutes.objects.get(meeting__slug="vice-mayor-5")
    assert facts(minutes) == expected_facts(data)
    assert found == []
    kept = MinutesFile.objects.get(minutes=minutes)
    assert bytes(kept.content) == content
    assert kept.sha256 == hashlib.sha256(content).hexdigest()


def upload(page, *files):
    page.set_input_files(
        "#files",
        [{"name": name, "mimeType": WORD, "buffer": buffer} for name, buffer in files],
    )
    page.get_by_role("button", name="上傳", exact=True).click()


def have_read(page, has_script):
    """Wait for the bar to come to its end, or press the button until it is there."""
    words = page.locator("[data-progress-words]")
    if not has_script:
        page.get_by_role("button", name="繼續讀取").click()
    expect(words).to_have_text(re.compile("都已讀取。"), timeout=60_000)


def look_through(page, data):
    """Accept row by row what is in doubt, a look at the paper's words first."""
    waiting = page.locator(".read-row.read-open")
    names = waiting.locator(".read-name").all_inner_texts()
    assert any(CARRIED_IN in name for name in names)
    for _ in names:
        row = waiting.first
        key = row.get_attribute("id")
        row.locator(".read-source").click()
        expect(page.locator(f"#{key.replace('row', 'words')}")).to_be_in_viewport()
        row.get_by_role("button", name="接受").click()
        expect(page.locator(f"#{key}")).to_have_class(re.compile("read-accepted"))
    assert waiting.count() == 0


def make_draft(page):
    for box in page.locator("input[name=rest]").all():
        box.check()
    page.get_by_role("button", name="製成草稿").click()
    page.wait_for_url("**/vice-mayor-5/")
    expect(page.locator("#sources")).to_be_visible()


def put_off(page, unread):
    """Take down at the desk what no rule could place: the line about a case put off."""
    name, words = re.search(r"「(.+?)」(.+)", unread).groups()
    page.get_by_role("link", name="觀光文創組").first.click()
    page.fill("#add_names", name)
    page.select_option("#add_kind", label="緩議")
    page.get_by_role("button", name="加入").click()
    row = page.locator(".sheet-new", has=page.locator(f"[value='{name}']"))
    row.get_by_label("說明").fill(words)
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("已儲存")


def confirm(page):
    """Accept what is only odd, with a word each, and confirm."""
    assert page.locator(".finding.error").all_text_contents() == []
    for box in page.locator(".acceptance input[name=words]").all():
        box.fill("依會議紀錄所載")
    if page.locator("button[value=accept]").count():
        page.locator("button[value=accept]").click()
    page.get_by_role("button", name="確認會議紀錄").click()
    expect(page.locator(".messagelist .success")).to_contain_text("會議紀錄已確認")

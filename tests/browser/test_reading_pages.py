"""The pages of reading: each accessible and fit for a phone; what only a script does."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Reading, ReadMinutes
from meetings.models import Platform
from tests.browser.test_admin_accessibility import everywhere
from tests.browser.test_desk import log_in
from tests.cases.readings import at, decision_said, minutes_said, read_paper
from tests.factories import ReadingFactory

LIST = reverse("desk:readings", args=["jbbt"])
LONG = "跨縣市" + "甚長之合作案名稱" * 12
PAPER = """基北北桃合作交流平臺第{number}次副市長層級會議紀錄
壹、會議時間：11{year}年3月20日下午2時
貳、會議地點：市政大樓
參、主席：臺北市政府　林副市長奕華
肆、決議事項
一、（一）交通組
1. 同意新增1案：「第{number}次所提測試案」。
伍、散會：下午4時
"""


@pytest.fixture(scope="module")
def logged_in(chromium, site):
    return log_in(chromium, site, "secretariat", "demo-secretariat")


@pytest.fixture
def desk(visit, logged_in):
    def open_page(address, **options):
        return visit(address, **{"storage_state": logged_in, **options})

    return open_page


def jbbt():
    return Platform.objects.get(slug="jbbt")


def take(name, **said):
    """Have a paper of the seventh vice-mayor meeting read, once."""
    found = ReadMinutes.objects.filter(reading__name=name).first()
    if found is not None:
        return found
    names = ["基隆捷運合作", "基隆捷運的合作", "測試用全新案", LONG, "基隆捷運合作案"]
    text = "一、交通組\n" + "".join(f"「{each}」\n" for each in names)
    decisions = []
    for each, action in zip(
        names, ("delist", "continue", "list", "list", "continue"), strict=True
    ):
        start = text.index(f"「{each}」") + 1
        source = {"start": start, "end": start + len(each)}
        decisions.append(decision_said(each, action, "交通組", source=source))
    meeting = {
        "title": "基北北桃合作交流平臺第7次副市長層級會議紀錄",
        "number": 7,
        "starts_at": "2026-03-20T14:00",
        "ends_at": "2026-03-20T16:00",
        "platform": "另一個平臺",
        "decisions": decisions,
        "claims": [{"group": "交通組", "listed": 2, "delisted": 1, "continued": 30}],
        "unread": [{"line": 2, "text": LONG}],
        "warnings": [{"line": 1, "message": "編號不連續。"}],
        "chairs": [{"name": "林奕華", "title": None, "organization": None}],
    }
    reading = read_paper(
        jbbt(),
        minutes_said(**meeting | said),
        text=text,
        content=name.encode(),
        name=name,
        uploaded_by=get_user_model().objects.get(username="secretariat"),
    )
    return reading.minutes.get()


def several():
    found = Reading.objects.filter(name="兩份.txt").first()
    return found or read_paper(
        jbbt(),
        minutes_said(title=f"{LONG}會議紀錄"),
        minutes_said(title="無日期的會議紀錄", starts_at=None, ends_at=None),
        content="兩份".encode(),
        name="兩份.txt",
    )


def refused():
    if not Reading.objects.filter(state="refused").exists():
        ReadingFactory(
            platform=jbbt(),
            name=f"{LONG}.pdf",
            content=b"refused",
            state="refused",
            refusal="檔案是掃描的影像，沒有文字。",
        )
    take("長名單.txt")
    return LIST


PAGES = {
    "list without papers": lambda: reverse("desk:readings", args=["northern"]),
    "list": refused,
    "review": lambda: at(take("一般.txt")),
    "review of what is on record": lambda: at(
        take("在紀錄.txt", number=6, starts_at="2025-12-22T14:00", ends_at=None)
    ),
    "paper with several minutes": lambda: reverse(
        "desk:reading", args=["jbbt", several().pk]
    ),
}


@pytest.mark.parametrize("kind", PAGES)
def test_page_is_accessible_and_fits_a_phone(desk, kind):
    assert everywhere(desk(PAGES[kind]())) == []


def test_every_row_opened_is_accessible_and_fits_the_smallest_phone(desk):
    page = desk(at(take("一般.txt")), width=320)

    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert everywhere(page) == []


def test_refused_upload_is_accessible(desk):
    page = desk(LIST, meant="400")

    page.set_input_files("#files", [file("圖.png", b"\x89PNG")])
    page.get_by_role("button", name="上傳", exact=True).click()
    expect(page.locator(".errornote")).to_be_focused()

    assert everywhere(page) == []


def test_facts_come_before_the_paper_on_a_phone(desk):
    page = desk(at(take("一般.txt")), width=390)

    facts = page.locator(".review-facts").bounding_box()
    paper = page.locator(".review-paper").bounding_box()
    assert facts["y"] + facts["height"] <= paper["y"]


def test_paper_stands_beside_the_facts_on_a_wide_screen(desk):
    page = desk(at(take("一般.txt")))

    facts = page.locator(".review-facts").bounding_box()
    paper = page.locator(".review-paper").bounding_box()
    assert paper["x"] + paper["width"] <= facts["x"]


# What only a script does -----------------------------------------------------------------


def file(name, content):
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def test_a_year_of_papers_is_read_with_a_bar_that_moves(desk):
    page = desk(LIST)
    papers = [
        file(
            f"第{number}次.txt", PAPER.format(number=number, year=number % 10).encode()
        )
        for number in range(21, 33)
    ]

    page.set_input_files("#files", papers)
    page.get_by_role("button", name="上傳", exact=True).click()

    bar = page.locator("progress")
    expect(page.locator("[data-progress-words]")).to_have_text(
        "12 份都已讀取。", timeout=120_000
    )
    assert bar.evaluate("(bar) => [bar.value, bar.max]") == [12, 12]
    expect(page.locator("#progress").get_by_role("button")).to_be_hidden()
    assert page.locator(".paper", has_text="待審閱 1／1 份").count() >= 12
    assert Reading.objects.filter(name__startswith="第", state="read").count() == 12


def test_row_is_accepted_where_it_stands(desk):
    page = desk(at(take("就地.txt")))

    row = page.locator("#row-2")
    row.get_by_role("button", name="接受").click()
    expect(page.locator("#row-2")).to_have_class(re.compile("read-accepted"))

    expect(page.locator("#row-3 button.default")).to_be_focused()
    expect(page.locator(".in-the-way")).to_contain_text("還有 4 項決定待審閱")
    assert "#" not in page.url


def test_row_that_lacks_something_says_so_where_it_stands(desk):
    page = desk(at(take("就地.txt")), meant="422")

    page.locator("#row-1").get_by_role("button", name="接受").click()

    expect(page.locator("#row-1 .errornote")).to_be_focused()
    expect(page.locator("#row-1 .errornote")).to_contain_text("請選擇合作案")


def test_second_clerk_sees_both_choices_and_decides(desk):
    read = take("兩人.txt")
    first, second = desk(at(read)), desk(at(read), meant="409")
    first.locator("#row-2").get_by_role("button", name="略過").click()
    expect(first.locator("#row-2")).to_have_class(re.compile("read-ignored"))

    second.locator("#row-2").get_by_role("button", name="接受").click()
    expect(second.locator(".conflict-sides")).to_contain_text("已略過")
    assert everywhere(second) == []
    second.get_by_role("button", name="改用我的").click()

    expect(second.locator("#row-2")).to_have_class(re.compile("read-accepted"))
    assert read.decisions.get(order=2).state == "accepted"


def test_words_in_the_paper_lead_to_their_row_and_back(desk):
    page = desk(at(take("一般.txt")))

    page.locator("#row-3 .read-source").click()
    expect(page.locator("#words-3")).to_be_in_viewport()
    page.locator("#words-3").click()

    expect(page.locator("#row-3")).to_be_in_viewport()


def test_review_is_printed_without_its_buttons(desk):
    page = desk(at(take("一般.txt")))

    page.emulate_media(media="print")

    for button in page.locator("#content-main button").all():
        expect(button).to_be_hidden()
    expect(page.locator("#row-0 .read-name")).to_be_visible()
    expect(page.locator(".paper-text")).to_be_visible()

"""A status report in the browser: from its file to the round, and nothing by itself."""

import datetime as dt

import pytest
from django.urls import reverse

from cases.models import ProgressUpdate, Reading, ReportingRound
from meetings.models import Platform
from tests.browser.test_admin_accessibility import everywhere
from tests.cases import status_papers

LIST = "/admin/desk/jbbt/readings/"
DAY = dt.date(2026, 3, 31)
GROUPS = [
    (
        "(一) 交通組",
        [
            (
                "汐東捷運",
                "1. 臺北市：\n(1) 用地取得完成。\n(2) 管線遷移中。\n2. 新北市：持續施工。",
            ),
            ("淡水河北側沿河平面道路工程", "主線施工中，預計118年完工。"),
        ],
    ),
    ("(二) 災防組", [("跨區通報與支援", "本季受理3件。")]),
]


@pytest.fixture
def desk(visit):
    """Return a page of the desk, the demo's secretariat logged in."""

    def open_page(address, **options):
        page = visit(f"/admin/login/?next={address}", **options)
        page.fill("#id_username", "secretariat")
        page.fill("#id_password", "demo-secretariat")
        page.click("[type=submit]")
        return page

    return open_page


def upload(page, name, content):
    page.get_by_role("radio", name="辦理情形").check()
    page.get_by_label("檔案").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="上傳").click()


def held():
    rows = ProgressUpdate.objects.filter(round__as_of=DAY).order_by(
        "case__number", "municipality__order"
    )
    return [
        (row.case.number, row.municipality and row.municipality.short_name, row.text)
        for row in rows.select_related("case", "municipality")
    ]


def test_report_goes_from_its_file_to_the_round(desk):
    content = status_papers.docx_file(GROUPS, day="資料時間：115年3月31日")
    page = desk(LIST)
    upload(page, "第一季.docx", content)
    page.get_by_text("1 份都已讀取。").wait_for()
    page.get_by_role("link", name="第一季.docx", exact=True).first.click()

    page.get_by_role("button", name="全部接受沒有疑義的（3 段）").click()
    page.get_by_text("已接受 3 段沒有疑義的辦理情形。").wait_for()
    assert page.get_by_role("button", name="寫入填報").count() == 0
    row = page.locator("#row-3")
    assert "相近" in row.inner_text()
    row.get_by_role("radio").first.check()
    row.get_by_role("button", name="接受").click()
    page.get_by_role("button", name="寫入填報").click()

    page.get_by_text("已寫入 4 段辦理情形（資料時間115年3月31日）。").wait_for()
    assert [each[1:] for each in held()] == [
        (None, "本季受理3件。"),
        (None, "主線施工中，預計118年完工。"),
        ("臺北市", "1. 用地取得完成。\n2. 管線遷移中。"),
        ("新北市", "持續施工。"),
    ]
    reading = Reading.objects.get(name="第一季.docx")
    assert bytes(reading.content) == content
    assert reading.round == ReportingRound.objects.get(as_of=DAY)


def test_review_works_without_scripts(desk):
    content = status_papers.xlsx(GROUPS, day="資料時間：115年6月30日")
    page = desk(LIST, java_script_enabled=False)
    upload(page, "第二季.xlsx", content)
    page.get_by_role("button", name="繼續讀取").click()
    page.get_by_role("link", name="第二季.xlsx", exact=True).first.click()

    row = page.locator("#row-0")
    row.get_by_role("button", name="略過").click()

    assert page.locator("#row-0").get_by_text("已略過").is_visible()
    assert page.locator("#row-0").get_by_role("button", name="重新審閱").is_visible()


@pytest.fixture
def long_report(record, django_db_blocker):
    """A report of 200 texts, each of them long."""
    with django_db_blocker.unblock():
        platform = Platform.objects.get(slug="jbbt")
        names = platform.cases.values_list("name", flat=True)[:100]
        text = (
            "1. 臺北市：" + "辦理情形說明，" * 60 + "\n2. 新北市：" + "配合辦理；" * 40
        )
        return status_papers.docx_file(
            [("(一) 交通組", [(name, text) for name in names])]
        )


def test_page_of_many_texts_is_accessible_and_fits_a_phone(desk, long_report):
    page = desk(LIST)
    upload(page, "長篇.docx", long_report)
    page.get_by_text("份都已讀取。").wait_for()
    reading = Reading.objects.get(name="長篇.docx")
    assert reading.progress.count() == 200

    page.goto(
        page.url.partition("/admin/")[0]
        + reverse("desk:read-progress", args=["jbbt", reading.pk])
    )

    assert everywhere(page) == []

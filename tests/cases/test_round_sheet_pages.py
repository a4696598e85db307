"""The pages of a round's sheet: download, upload, preview and taking over."""

import datetime as dt
import io
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import SheetUpload
from platform_site.lib import uploads
from tests.cases.round_sheets import CITY, downloaded, filled, opened
from tests.cases.rounds import Collecting, fresh
from tests.pages import Page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def site(db):
    today = timezone.localdate()
    days = [today - dt.timedelta(5), today, today + dt.timedelta(5)]
    return Collecting(
        **dict(zip(("opens_on", "due_on", "locks_on"), days, strict=True))
    )


def address(site, name="sheet", **more):
    at = {"platform": site.platform.slug, "as_of": site.round.as_of, **more}
    return reverse(f"reporting:{name}", kwargs=at)


def upload(client, site, content, name="填報表.xlsx"):
    file = io.BytesIO(content)
    file.name = name
    return client.post(address(site), {"file": file})


def content_of(site, texts, *, by=None):
    now = timezone.now()
    return filled(downloaded(site.round, by or site.contact, at=now), texts)


def previewed(client, site, texts, **more):
    """Upload a sheet and return the address of its preview and the page."""
    answer = upload(client, site, content_of(site, texts), **more)
    assert answer.status_code == 302
    return answer.url, Page(client.get(answer.url))


def seal(page):
    [field] = [each for each in page.all("input") if each.get("name") == "seal"]
    return field.get("value")


def counts(page):
    return dict(zip(page.texts("dt"), page.texts("dd"), strict=True))


def test_contact_downloads_own_slots(client, site):
    client.force_login(site.contact)

    answer = client.get(address(site, "sheet-file", extension="xlsx"))

    assert (answer.status_code, answer["Content-Type"]) == (200, XLSX)
    assert answer["Cache-Control"] == "private, no-store"
    _, sheet = opened(answer.content)
    assert sheet.cell(2, CITY + 1).value == site.taipei.name


def test_sheet_is_filled_in_looked_at_and_taken_over(client, site):
    client.force_login(site.contact)
    at, page = previewed(client, site, {2: "已開工。"})
    assert counts(page) == {
        "新填": "1",
        "修改": "0",
        "衝突": "0",
        "不能收": "0",
        "未變動": "0",
    }
    assert fresh(site.slot).state == "missing"

    answer = client.post(at, {"seal": seal(page), "hand_in": "1"}, follow=True)

    assert (fresh(site.slot).text, fresh(site.slot).state) == ("已開工。", "submitted")
    assert "存入 1 項，送出 1 項" in Page(answer).texts("p")[1]


def test_nothing_is_saved_where_a_row_is_rejected(client, site):
    client.force_login(site.contact)
    at, page = previewed(client, site, {2: "=1+1"})

    assert page.rows()[0][0] == "2"
    assert "「辦理情形」是公式，公式不予採用，請改填文字。" in page.rows()[0][2]
    assert not [each for each in page.all("button") if each.text == "全部存入"]
    answer = client.post(at, {"seal": seal(page)})
    assert answer.status_code == 422
    assert fresh(site.slot).state == "missing"


def test_conflict_shows_both_texts_and_asks(client, site):
    client.force_login(site.contact)
    content = content_of(site, {2: "檔案的。"})
    site.save(site.slot, "網站的。", at=timezone.now())
    at = upload(client, site, content).url
    page = Page(client.get(at))

    assert page.texts("legend") == [
        f"第2列 {site.case.number} {site.case.name}（{site.taipei.short_name}）"
    ]
    said = [element.text for element in page.classed("written")]
    assert said[0] == "網站的。"
    assert client.post(at, {"seal": seal(page)}).status_code == 422

    client.post(at, {"seal": seal(page), "row-2": "sheet"})
    assert fresh(site.slot).text == "檔案的。"


def test_preview_that_is_out_of_date_is_shown_again(client, site):
    client.force_login(site.contact)
    at, page = previewed(client, site, {2: "檔案的。"})
    site.save(site.slot, "網站的。", at=timezone.now())

    answer = client.post(at, {"seal": seal(page)})

    assert answer.status_code == 409
    assert counts(Page(answer))["衝突"] == "1"
    assert fresh(site.slot).text == "網站的。"


def test_preview_is_only_who_uploaded_its(client, site):
    client.force_login(site.contact)
    at, page = previewed(client, site, {2: "草稿。"})
    client.force_login(site.secretary)

    assert client.get(at).status_code == 404
    assert client.post(at, {"seal": seal(page)}).status_code == 404
    assert fresh(site.slot).state == "missing"


@pytest.mark.parametrize("who", ["stranger", "official"])
def test_who_writes_nothing_in_the_round_finds_no_sheet(client, site, who):
    client.force_login(getattr(site, who))

    assert client.get(address(site)).status_code == 404
    assert upload(client, site, b"x").status_code == 404
    got = client.get(address(site, "sheet-file", extension="ods"))
    assert got.status_code == 404
    assert (
        client.get(address(site, "sheet-preview", uid=uuid.uuid4())).status_code == 404
    )


def test_file_that_is_no_sheet_is_refused_with_a_sentence(client, site):
    client.force_login(site.contact)

    answer = upload(client, site, b"%PDF-1.7", "a.xlsx")

    assert answer.status_code == 422
    [summary] = Page(answer).classed("error-summary")
    assert "檔名為.xlsx，內容卻是PDF" in Page(answer).texts("a", summary)[0]
    assert not SheetUpload.objects.exists()


def test_upload_without_a_file_is_asked_for_one(client, site):
    client.force_login(site.contact)

    assert client.post(address(site), {}).status_code == 400


def test_file_too_large_is_not_taken(client, site, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_FILE", 1000)
    client.force_login(site.contact)

    assert upload(client, site, content_of(site, {2: "甲。"})).status_code == 413


@pytest.mark.parametrize(
    "said",
    [{}, {"seal": "x"}, {"row-²": "sheet"}, {"row-99999999999": "site"}],
)
def test_answer_that_is_none_changes_nothing(client, site, said):
    client.force_login(site.contact)
    at, _ = previewed(client, site, {2: "檔案的。"})

    assert client.post(at, said).status_code == 409
    assert fresh(site.slot).state == "missing"


def test_number_of_queries_of_a_preview_does_not_grow(
    client, site, django_assert_max_num_queries
):
    for _ in range(5):
        site.add_slot(site.taipei, site.add_case())
    client.force_login(site.contact)
    texts = {row: f"第{row}列。" for row in range(2, 8)}
    at, page = previewed(client, site, texts)

    with django_assert_max_num_queries(9):
        client.get(at)
    with django_assert_max_num_queries(36):
        client.post(at, {"seal": seal(page), "hand_in": "1"})

    assert not site.round.progress.exclude(state="submitted").exists()

"""The status report's addresses and its command: what is sent, refused, kept."""

import io
import json
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from cases import rounds
from cases.exports import status_report
from cases.exports.status_report import FILE_FORMATS
from tests.factories import (
    CaseFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    decide,
)
from tests.site.admin import secretariat_of

LISTED_ON = date(2024, 7, 11)
LATEST = date(2024, 12, 31)
TYPES = {
    "odt": "application/vnd.oasis.opendocument.text",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json; charset=utf-8",
}


@pytest.fixture(autouse=True)
def papers(settings, tmp_path):
    """Keep made files to the test; return their folder."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "papers"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(datetime(2025, 3, 1, 9, tzinfo=ZoneInfo("Asia/Taipei"))):
        yield


@pytest.fixture
def listed(group, publish):
    """Return a function that lists so many cases, each with a text."""

    def list_cases(count):
        cases = CaseFactory.create_batch(count, group=group)
        publish(LISTED_ON, *(decide(case, "list") for case in cases))
        latest = ReportingRoundFactory(platform=group.platform, as_of=LATEST)
        for case in cases:
            ProgressUpdateFactory(case=case, round=latest, text="1. 已完成規劃。")
        return cases

    return list_cases


def get(client, platform, extension, **kwargs):
    """The answer, and its whole body."""
    address = reverse("cases:status-report", args=[platform.slug, extension])
    response = client.get(address, **kwargs)
    return response, b"".join(response)


@pytest.mark.parametrize("extension", FILE_FORMATS)
def test_a_file_comes_with_its_type_and_name(client, platform, listed, extension):
    listed(1)

    response, content = get(client, platform, extension, data={"as_of": "113/12/31"})

    assert response.status_code == 200
    assert response["Content-Type"] == TYPES[extension]
    name = quote(f"{platform.short_name}{platform.report_name}2024-12-31.{extension}")
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    assert response["Content-Length"] == str(len(content))
    assert content[:2] in (b"PK", b"\xef\xbb", b"{\n")


def test_without_a_day_the_report_is_of_today(client, platform, listed):
    (case,) = listed(1)

    _, content = get(client, platform, "json")

    data = json.loads(content)
    assert data["as_of"] == "2025-03-01"
    assert data["groups"][0]["cases"] == [
        {
            "number": case.number,
            "name": case.name,
            "theme": None,
            "note": "",
            "newly_listed": True,
            "origin": f"113年7月11日{case.group.platform.meetings.get().short_title}同意新增",
            "progress": [{"municipality": None, "text": "1. 已完成規劃。"}],
        }
    ]


@pytest.mark.parametrize("extension", FILE_FORMATS)
def test_who_has_the_file_gets_304_until_the_record_changes(
    client, platform, listed, papers, extension
):
    (case,) = listed(1)
    first, _ = get(client, platform, extension)
    etag = first["ETag"]

    for known in (etag, f'W/{etag}, "other"', "*"):
        again, body = get(client, platform, extension, headers={"If-None-Match": known})
        assert (again.status_code, again["ETag"], body) == (304, etag, b"")
    assert len(list(papers.iterdir())) == 1

    rounds.edit(
        case.progress.get(),
        text="2. 已完工。",
        is_unchanged=False,
        version=0,
        by=secretariat_of(platform),
        at=timezone.now(),
    )
    changed, _ = get(client, platform, extension, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_the_same_file_is_served_from_disk(client, platform, listed, papers):
    listed(1)
    get(client, platform, "csv")
    (path,) = papers.iterdir()
    path.write_bytes(b"kept")

    assert get(client, platform, "csv")[1] == b"kept"


def test_formats_never_share_a_file_or_a_tag(client, platform, listed, papers):
    listed(1)

    tags = {get(client, platform, name)[0]["ETag"] for name in FILE_FORMATS}

    assert len(tags) == len(list(papers.iterdir())) == len(FILE_FORMATS)


@pytest.mark.parametrize("extension", ["pdf", *FILE_FORMATS])
@pytest.mark.parametrize(
    ("as_of", "status", "sentence"),
    [
        ("昨天", 400, "請輸入如"),
        ("114/2/30", 400, "2月"),
        ("2025-03-02", 400, "資料日期不得晚於今天（114年3月1日）"),
        ("113/7/10", 404, "在113年7月10日以前沒有決定列管的會議紀錄"),
    ],
)
def test_what_cannot_be_answered_is_a_page_in_chinese(
    client, platform, listed, papers, extension, as_of, status, sentence
):
    listed(1)

    response, content = get(client, platform, extension, data={"as_of": as_of})

    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert sentence in content.decode()
    assert not papers.exists()


@pytest.mark.parametrize("name", ["status.doc", "status.PDF", "status.", "status"])
def test_other_formats_are_not_there(client, platform, listed, name):
    listed(1)

    assert client.get(f"/{platform.slug}/reports/{name}").status_code == 404


def test_a_report_of_no_platform_is_not_there(client, db):
    assert client.get("/nowhere/reports/status.csv").status_code == 404


def test_a_report_is_only_read(client, platform, listed):
    listed(1)
    address = reverse("cases:status-report", args=[platform.slug, "csv"])

    assert client.post(address).status_code == 405
    response = client.head(address)
    assert (response.status_code, b"".join(response)) == (200, b"")


@pytest.mark.parametrize("extension", FILE_FORMATS)
@pytest.mark.parametrize("count", [1, 5])
def test_the_number_of_queries_does_not_grow(
    client, platform, listed, django_assert_num_queries, extension, count
):
    listed(count)

    with django_assert_num_queries(8):
        get(client, platform, extension)


def test_a_file_that_cannot_be_finished_is_not_kept(
    client, platform, listed, papers, monkeypatch
):
    listed(1)
    broken = status_report.FileFormat("text/csv", write_half)
    monkeypatch.setitem(FILE_FORMATS, "csv", broken)
    client.raise_request_exception = False

    response, _ = get(client, platform, "csv")

    assert response.status_code == 500
    assert list(papers.iterdir()) == []


def write_half(_, file):
    file.write(b"half")
    raise OSError(28, "No space left on device")


# The command


def write(platform, path, **options):
    out = io.StringIO()
    call_command(
        "status_report", platform=platform.slug, output=path, stdout=out, **options
    )
    return out.getvalue()


@pytest.mark.parametrize("extension", ["ods", "csv", "json"])
def test_the_command_writes_what_the_address_gives(
    client, platform, listed, tmp_path, extension
):
    listed(2)
    path = tmp_path / "report"

    said = write(platform, path, extension=extension, as_of="113/12/31")

    _, sent = get(client, platform, extension, data={"as_of": "113/12/31"})
    assert path.read_bytes() == sent
    assert said == f"{path}：2 案，{path.stat().st_size / 1024:.0f} KB。\n"


@pytest.mark.parametrize(
    ("name", "head"),
    [("報告.xlsx", b"PK"), ("報告.JSON", b"{"), ("報告.pdf", b"%P"), ("報告", b"%P")],
)
def test_the_command_goes_by_the_name_of_the_file(
    platform, listed, tmp_path, name, head
):
    listed(1)

    write(platform, tmp_path / name)

    assert (tmp_path / name).read_bytes().startswith(head)


def test_the_command_leaves_the_old_file_when_it_fails(
    platform, listed, tmp_path, monkeypatch
):
    listed(1)
    path = tmp_path / "report.csv"
    path.write_bytes(b"old")
    broken = status_report.FileFormat("text/csv", write_half)
    monkeypatch.setitem(FILE_FORMATS, "csv", broken)

    with pytest.raises(CommandError, match=r"無法寫入 .*report\.csv"):
        write(platform, path)

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_refuses_a_day_to_come(platform, listed, tmp_path):
    listed(1)

    with pytest.raises(CommandError, match="資料日期不得晚於今天"):
        write(platform, tmp_path / "report.csv", as_of="2025-03-02")

    assert list(tmp_path.iterdir()) == []

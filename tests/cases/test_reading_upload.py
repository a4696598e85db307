"""Uploading papers and having them read: each once, all or nothing, one by one."""

import contextlib
import datetime as dt
import fcntl
import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Reading, ReadMinutes
from cases.readings.intake import GIVEN_UP, read_next, take_next
from platform_site.lib import uploads
from platform_site.reading import sandbox
from tests.cases.desk import sit_down
from tests.cases.readings import minutes_said
from tests.factories import ReadingFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db

PAPER = """山海合作交流平臺第2次副市長層級會議紀錄
壹、會議時間：113年7月11日（星期四）下午2時50分
貳、會議地點：市政大樓
參、主席：王副市長大明
肆、決議事項：
一、同意新增1案：「跨市公車」。
伍、散會：下午4時
"""


@pytest.fixture
def desk(platform):
    return sit_down(platform)


def address(platform, view="readings", *args):
    return reverse(f"desk:{view}", args=[platform.slug, *args])


def file(name="會議紀錄.txt", content=PAPER):
    data = content if isinstance(content, bytes) else content.encode()
    return SimpleUploadedFile(name, data)


def upload(desk, platform, *files, kind="minutes"):
    return desk.post(address(platform), {"kind": kind, "files": list(files)})


def test_uploaded_file_is_kept_byte_for_byte(desk, platform):
    response = upload(desk, platform, file())

    reading = Reading.objects.get()
    assert response.url == address(platform) + "#progress"
    assert (bytes(reading.content), reading.sha256, reading.state) == (
        PAPER.encode(),
        hashlib.sha256(PAPER.encode()).hexdigest(),
        "waiting",
    )
    assert (reading.platform, reading.uploaded_by, reading.size) == (
        platform,
        desk.user,
        len(PAPER.encode()),
    )


def test_several_files_are_uploaded_at_once(desk, platform):
    files = [file(f"第{n}次.txt", f"{n}{PAPER}") for n in range(12)]

    upload(desk, platform, *files)

    assert Reading.objects.filter(state="waiting").count() == 12
    assert Page(desk.get(address(platform))).texts("h2")[1] == "已上傳的文件 12 份"


def test_same_file_again_leads_to_the_first(desk, platform):
    upload(desk, platform, file("first.txt"))
    first = Reading.objects.get()

    response = upload(desk, platform, file("second.txt"))

    assert Reading.objects.get() == first
    assert response.url == address(platform, "reading", first.pk)
    assert "「first.txt」先前已上傳，未重複收下。" in desk.get(response.url).text


def test_same_file_on_another_platform_is_another_reading(desk, platform):
    ReadingFactory(content=PAPER.encode(), name="elsewhere.txt")

    upload(desk, platform, file())

    assert Reading.objects.filter(platform=platform).count() == 1
    assert Reading.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空白.txt", b"", "「空白.txt」是空的檔案"),
        ("程式.exe", b"MZ", "「程式.exe」不是可讀取的檔案類型"),
        ("圖.png", b"\x89PNG", "「圖.png」不是可讀取的檔案類型"),
    ],
)
def test_one_refused_file_keeps_all_out(desk, platform, name, content, sentence):
    response = upload(desk, platform, file(), file(name, content))

    assert response.status_code == 400
    assert sentence in response.text
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "minutes"}, "請選擇要上傳的檔案。"),
        ({"kind": "secret", "files": "x"}, "請選擇文件種類。"),
    ],
)
def test_upload_that_says_too_little_is_refused(desk, platform, data, sentence):
    response = desk.post(address(platform), data)

    assert response.status_code == 400
    assert sentence in response.text


def test_name_of_a_file_is_cut_in_front_and_made_printable(desk, platform):
    upload(desk, platform, file("夾\x07層" + "長" * 300 + ".txt"))

    name = Reading.objects.get().name
    assert len(name) == 200
    assert name.endswith("長.txt")


def test_file_that_is_too_large_is_refused_in_a_sentence(desk, platform, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_FILE", 1000)

    response = upload(desk, platform, file(), file("大.txt", b"x" * 5000))

    assert response.status_code == 413
    assert "「大.txt」超過" in response.text
    assert "都沒有收下" in response.text
    assert not Reading.objects.exists()


def test_upload_that_is_too_large_in_all_is_refused(desk, platform, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_UPLOAD", 3000)

    response = upload(desk, platform, *(file(f"{n}.txt", b"x" * 900) for n in range(9)))

    assert response.status_code == 413
    assert "合計超過" in response.text
    assert not Reading.objects.exists()


def test_form_that_is_cut_off_is_refused_in_a_sentence(desk, platform):
    response = desk.generic(
        "POST",
        address(platform),
        b"--x\r\nContent-Disposition: form-data; na",
        content_type="multipart/form-data; boundary=",
    )

    assert response.status_code == 400
    assert "無法處理的要求" in response.text


# Reading on ------------------------------------------------------------------------


def test_papers_are_read_one_by_one_for_the_script(desk, platform):
    upload(desk, platform, file("a.txt"), file("b.txt", "2" + PAPER))
    answers = [
        desk.post(
            address(platform, "read-next"),
            {"of": "2"},
            headers={"Accept": "application/json"},
        ).json()
        for _ in range(3)
    ]

    assert [(each["done"], each["of"], each["left"]) for each in answers] == [
        (1, 2, 1),
        (2, 2, 0),
        (2, 2, 0),
    ]
    first, second = Reading.objects.order_by("pk")
    assert [each["key"] for each in answers] == [first.pk, second.pk, None]
    assert "待審閱 1／1 份" in answers[0]["row"]


def test_papers_are_read_without_a_script(desk, platform):
    upload(desk, platform, file("a.txt"), file("b.txt", "2" + PAPER))

    response = desk.post(address(platform, "read-next"), {"of": "2"})

    page = Page(desk.get(response.url))
    assert response.status_code == 302
    assert set(Reading.objects.values_list("state", flat=True)) == {"read"}
    assert "2 份都已讀取。" in page.main


def test_what_was_read_is_laid_down_as_rows(desk, platform, deciding_series):
    upload(desk, platform, file())

    read_next(platform)

    read = ReadMinutes.objects.get()
    assert (read.series, read.number, read.held_on, read.place) == (
        deciding_series,
        2,
        dt.date(2024, 7, 11),
        "市政大樓",
    )
    assert [(each.name, each.action) for each in read.decisions.all()] == [
        ("跨市公車", "list")
    ]
    start, end = read.decisions.values_list("source_start", "source_end")[0]
    assert read.reading.text[start:end] == "跨市公車"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("損壞.docx", b"PK\x03\x04 damaged"),
        ("不是.pdf", b"%PDF-1.7 nothing"),
        ("信件.txt", "您好，附上資料，敬請查收。"),
    ],
)
def test_paper_that_cannot_be_read_says_why_and_stays(desk, platform, name, content):
    upload(desk, platform, file(name, content))

    read_next(platform)

    reading = Reading.objects.get()
    assert reading.state == "refused"
    assert reading.refusal.endswith("。")
    assert reading.refusal in desk.get(address(platform)).text
    assert not ReadMinutes.objects.exists()


def test_refused_paper_is_read_again_when_asked(desk, platform):
    reading = ReadingFactory(
        platform=platform,
        content=PAPER.encode(),
        name="a.txt",
        state="refused",
        refusal="系統忙碌。",
        read_at=timezone.now(),
    )

    desk.post(address(platform, "reading-again", reading.pk))
    read_next(platform)

    reading.refresh_from_db()
    assert (reading.state, reading.refusal) == ("read", "")


def test_paper_left_behind_by_a_crash_is_taken_up_after_a_while(platform):
    now = timezone.now()
    left = ReadingFactory(
        platform=platform,
        content=PAPER.encode(),
        name="left.txt",
        state="reading",
        begun_at=now - GIVEN_UP - dt.timedelta(seconds=1),
    )
    ReadingFactory(platform=platform, state="reading", begun_at=now)

    assert read_next(platform) == left
    assert read_next(platform) is None


def test_paper_waits_on_while_there_is_no_room_to_read(platform, settings):
    paper = ReadingFactory(platform=platform, content=PAPER.encode(), name="a.txt")
    folder = settings.VAR_DIR / "reading"
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(
            sandbox, "SECONDS_TO_WAIT", 0
        )
        for place in range(sandbox.SLOTS):
            slot = stack.enter_context((folder / f"slot-{place}").open("wb"))
            fcntl.flock(slot, fcntl.LOCK_EX)

        assert read_next(platform) is None

    paper.refresh_from_db()
    assert paper.state == "waiting"
    assert read_next(platform) == paper


def test_paper_removed_while_it_is_read_leaves_nothing(desk, platform, monkeypatch):
    paper = ReadingFactory(platform=platform, content=PAPER.encode(), name="a.txt")
    read = sandbox.read

    def read_and_remove(*args, **options):
        Reading.objects.filter(pk=paper.pk).delete()
        return read(*args, **options)

    monkeypatch.setattr(sandbox, "read", read_and_remove)
    response = desk.post(
        address(platform, "read-next"), headers={"Accept": "application/json"}
    )

    assert response.json() == {
        "left": 0,
        "of": 0,
        "done": 0,
        "key": paper.pk,
        "row": "",
    }
    assert not ReadMinutes.objects.exists()


def test_answer_no_column_can_hold_is_refused(platform, monkeypatch):
    ReadingFactory(platform=platform, content=PAPER.encode(), name="a.txt")
    # A child gone astray: the well-formed answer holds what PostgreSQL cannot.
    answer = {"text": "", "meetings": [minutes_said(furniture=["\x00"])]}
    monkeypatch.setattr(sandbox, "read", lambda *args, **options: answer)

    read_next(platform)

    reading = Reading.objects.get()
    assert (reading.state, reading.refusal) == (
        "refused",
        "讀取結果不合格式，請洽系統管理者。",
    )
    assert not ReadMinutes.objects.exists()


def test_other_platforms_papers_are_left_alone(platform):
    ReadingFactory()

    assert read_next(platform) is None
    assert Reading.objects.get().state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_two_who_read_at_once_read_two_papers(platform, meanwhile):
    first, second = (
        ReadingFactory(platform=platform, name=name, content=f"{name}{PAPER}".encode())
        for name in ("a.txt", "b.txt")
    )

    with transaction.atomic():
        mine = take_next(platform)
        other = meanwhile(read_next, platform)

    assert (mine, other.result(timeout=60)) == (first, second)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("reading", "read")


# One paper -------------------------------------------------------------------------


def test_original_is_served_as_a_download(desk, platform):
    reading = ReadingFactory(
        platform=platform,
        content=b"<script>",
        name="會議<b>.txt",
        media_type="text/plain",
    )

    response = desk.get(address(platform, "reading-original", reading.pk))

    assert response.content == b"<script>"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store, private"


def test_paper_that_made_nothing_is_removed(desk, platform):
    reading = ReadingFactory(platform=platform)

    response = desk.post(address(platform, "reading-remove", reading.pk))

    assert response.url == address(platform)
    assert not Reading.objects.exists()


@pytest.mark.parametrize("view", ["reading", "reading-original"])
def test_papers_of_other_platforms_are_not_found(desk, platform, view):
    reading = ReadingFactory()

    here = desk.get(address(platform, view, reading.pk))
    there = desk.get(address(reading.platform, view, reading.pk))

    assert (here.status_code, there.status_code) == (404, 404)


@pytest.mark.parametrize("count", [1, 5])
def test_the_lists_queries_do_not_grow(
    desk, platform, count, django_assert_num_queries
):
    ReadingFactory.create_batch(count, platform=platform)

    with django_assert_num_queries(8):
        desk.get(address(platform))

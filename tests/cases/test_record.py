"""The record as files: what is wrong in them is one sentence, and nothing is loaded."""

import contextlib
import datetime as dt

import pytest
import yaml
from django.contrib.auth.models import User
from django.db import transaction

from cases.models import Case, CountClaim, LedgerEntry, ProgressUpdate, Proposal
from cases.record import FIXTURES, RecordError, load_record
from meetings.models import Meeting, Municipality, Platform, Resolution

pytestmark = pytest.mark.django_db

SMALL = {
    "municipalities.yaml": [
        {"slug": "keelung", "name": "基隆市政府", "short_name": "基隆市"},
        {"slug": "taipei", "name": "臺北市政府", "short_name": "臺北市"},
    ],
    "jbbt/platform.yaml": {
        "slug": "jbbt",
        "name": "合作交流平臺",
        "short_name": "雙北",
        "members": ["基隆市", "臺北市"],
        "groups": [{"slug": "transport", "name": "交通組", "prefix": "TR"}],
        "series": [
            {
                "slug": "vice-mayor",
                "name": "副市長層級會議",
                "level": "vice_mayor",
                "numbering": "running",
                "is_deciding": True,
            }
        ],
        "proposal_types": [{"code": "law", "name": "促請中央修正法案"}],
    },
    "jbbt/cases/transport.yaml": {
        "group": "交通組",
        "cases": [{"name": "甲案"}, {"name": "乙案", "aliases": [{"name": "乙計畫"}]}],
    },
    "jbbt/meetings/2024-03-15-vice-mayor-1.yaml": {
        "series": "vice-mayor",
        "number": 1,
        "title": "第1次副市長層級會議",
        "held_on": dt.date(2024, 3, 15),
        "groups": [
            {
                "group": "交通組",
                "points": [{"stated": "同意新增2案", "list": ["甲案", "乙案"]}],
            }
        ],
    },
    "jbbt/meetings/2024-07-11-vice-mayor-2.yaml": {
        "series": "vice-mayor",
        "number": 2,
        "title": "第2次副市長層級會議",
        "held_on": dt.date(2024, 7, 11),
        "groups": [
            {
                "group": "交通組",
                "points": [
                    {"delist": [{"case": "乙計畫", "reason": "completed"}]},
                    {"stated": "其餘1案持續列管", "continue": "others"},
                ],
            }
        ],
    },
    "jbbt/progress/1131231/transport.yaml": {
        "group": "交通組",
        "as_of": dt.date(2024, 12, 31),
        "cases": [{"case": "甲案", "progress": [{"text": "辦理中。"}]}],
    },
    "jbbt/proposals/113.yaml": {
        "roc_year": 113,
        "source": "113年度會議資料",
        "proposals": [
            {"case": "甲案", "agency": "臺北市政府交通局", "types": ["law"]},
            {"case": "乙案", "municipality": "基隆市", "title": "乙計畫案"},
        ],
    },
}
PLATFORM, CASES, FIRST, SECOND, PROGRESS, PROPOSALS = list(SMALL)[1:]
FILES = [PLATFORM, CASES, FIRST, PROGRESS, PROPOSALS]


@pytest.fixture
def folder(tmp_path):
    """A small record without a fault."""
    for name, data in SMALL.items():
        write(tmp_path, name, data)
    return tmp_path


def write(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def change(folder, name, **fields):
    write(folder, name, SMALL[name] | fields)


def refusal(folder):
    """Return the one sentence with which ``folder`` is refused; nothing is loaded."""
    with pytest.raises(RecordError) as caught:
        load_record(folder)
    assert not Municipality.objects.exists()
    assert not Platform.objects.exists()
    assert not Case.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not User.objects.exists()
    sentence = str(caught.value)
    assert sentence.endswith("。")
    assert "\n" not in sentence
    return sentence


def test_small_record_is_loaded(folder):
    load_record(folder)

    assert list(Case.objects.values_list("number", "name")) == [
        ("TR-001", "甲案"),
        ("TR-002", "乙案"),
    ]
    assert list(LedgerEntry.objects.in_order().values_list("kind", "case__number")) == [
        ("list", "TR-001"),
        ("list", "TR-002"),
        ("delist", "TR-002"),
        ("continue", "TR-001"),
    ]
    assert list(Resolution.objects.order_by("pk").values_list("text", flat=True)) == [
        "同意新增2案：「甲案」及「乙案」。",
        "同意解列1案：「乙計畫」。",
        "其餘1案持續列管。",
    ]
    assert list(CountClaim.objects.order_by("pk").values_list("counts", "number")) == [
        ("listed", 2),
        ("continued", 1),
    ]
    assert ProgressUpdate.objects.get().text == "辦理中。"
    assert Meeting.objects.public().count() == 2
    assert [
        (proposal.key, proposal.title, proposal.proposer, len(proposal.partners))
        for proposal in Proposal.objects.order_by("serial")
    ] == [
        ("113-001", "甲案", "臺北市政府交通局", 2),
        ("113-002", "乙計畫案", "基隆市政府", 2),
    ]


PLANNED = {key: value for key, value in SMALL[SECOND].items() if key != "groups"} | {
    "state": "planned",
    "host": "臺北市",
    "host_agency": "臺北市政府交通局",
    "programme": [
        {"starts_at": "14:00", "ends_at": "14:10", "topic": "報到"},
        {"starts_at": "14:10", "topic": "散會", "note": "預定"},
    ],
}


def test_planned_meeting_has_its_programme_and_minutes_to_be_kept(folder):
    write(folder, SECOND, PLANNED)

    load_record(folder)

    meeting = Meeting.objects.get(number=2)
    assert meeting.state == Meeting.State.PLANNED
    assert meeting.minutes.state == "draft"
    assert not Meeting.objects.public().filter(pk=meeting.pk).exists()
    assert not meeting.ledger.exists()
    assert str(meeting.host_agency) == "臺北市政府交通局"
    assert [
        (item.minutes, item.topic, item.note) for item in meeting.programme.all()
    ] == [
        (10, "報到", ""),
        (None, "散會", "預定"),
    ]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"groups": SMALL[SECOND]["groups"]}, "尚未召開的會議不得有決議或發言"),
        ({"remarks": []}, "尚未召開的會議不得有決議或發言"),
        ({"ends_at": "15:00"}, "尚未召開的會議不得有決議或發言"),
        ({"state": "soon"}, "soon"),
        ({"host": "基隆市"}, "主辦局處須屬主辦縣市"),
        ({"host_agency": "新竹市政府交通處"}, "不是成員縣市的局處"),
        (
            {"programme": [{"starts_at": "14:00", "topic": "報到", "room": "301"}]},
            "不認得「room」",
        ),
        ({"programme": [{"starts_at": "二時", "topic": "報到"}]}, "看不懂時間"),
        ({"programme": [{"starts_at": None, "topic": "報到"}]}, "須有開始時間"),
        (
            {
                "programme": [
                    {"starts_at": "14:00", "ends_at": "13:00", "topic": "報到"}
                ]
            },
            "結束時間不得早於開始時間",
        ),
    ],
)
def test_contradiction_in_a_planned_meeting_is_refused_in_words(
    folder, fields, complaint
):
    write(folder, SECOND, PLANNED | fields)

    assert complaint in refusal(folder)


def test_each_step_is_told(folder):
    said = []

    load_record(folder, say=said.append)

    assert said == [
        "縣市",
        "合作交流平臺",
        SMALL[FIRST]["title"],
        SMALL[SECOND]["title"],
    ]


def test_second_load_is_refused(folder):
    load_record(folder)

    with pytest.raises(RecordError, match="資料庫已有資料，未載入"):
        load_record(folder)

    assert Case.objects.count() == 2


def test_folder_without_platforms_is_refused(folder):
    (folder / PLATFORM).unlink()

    assert "裡沒有平臺的資料檔" in refusal(folder)


def test_empty_folder_is_refused(tmp_path):
    assert refusal(tmp_path) == f"缺少資料檔 {tmp_path / 'municipalities.yaml'}。"


def test_folder_in_place_of_a_file_is_refused(folder):
    (folder / FIRST).unlink()
    (folder / FIRST).mkdir()

    assert refusal(folder).startswith(f"讀不到資料檔 {folder / FIRST}")


BROKEN = {
    "not yaml": (b"title: [\n", "格式有誤"),
    "tab": (b"title: a\n\tb: c\n", "第 2 行格式有誤"),
    "big5": ("title: 會議".encode("big5"), "不是 UTF-8 編碼"),
    "utf-16": ("title: 會議".encode("utf-16"), "不是 UTF-8 編碼"),
    "zeros": (b"\x00" * 100, "格式有誤"),
    "empty": (b"", "不是預期的格式"),
    "list": (b"- 1\n", "不是預期的格式"),
    "text": (b"hello", "不是預期的格式"),
    "two documents": (b"a: 1\n---\nb: 2\n", "格式有誤"),
    "deep": (b"[" * 5_000, "格式有誤"),
    "huge": (b"- x\n" * 10_000, "不是預期的格式"),
    "python tag": (b"!!python/object/apply:os.system ['touch owned']", "格式有誤"),
    "python name": (b"title: !!python/name:os.system", "格式有誤"),
    "key twice": (b"title: a\nheld_on: 2024-01-01\ntitle: b\n", "第 3 行格式有誤"),
    "no such day": (b"title: a\nheld_on: 2024-02-30\n", "第 2 行格式有誤"),
    "huge number": (b"number: " + b"9" * 5000, "內容有誤"),
    "alias of itself": (b"&a {title: *a}", "「title」"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("fault", BROKEN)
def test_broken_file_is_refused_by_name(folder, name, fault):
    content, complaint = BROKEN[fault]
    (folder / name).write_bytes(content)

    sentence = refusal(folder)

    path = folder / name
    assert sentence.startswith(f"資料檔 {path.parent.name}/{path.name}")
    if fault != "alias of itself":
        assert complaint in sentence


@pytest.mark.parametrize("fault", ["not yaml", "big5", "python tag", "no such day"])
def test_broken_list_of_municipalities_is_refused_by_name(folder, fault):
    (folder / "municipalities.yaml").write_bytes(BROKEN[fault][0])

    assert "/municipalities.yaml" in refusal(folder)


@pytest.mark.parametrize(
    "row",
    [
        {"slug": "keelung", "name": "基隆市政府"},
        {"slug": "Keelung", "name": "基隆市政府", "short_name": "基隆市"},
        {"slug": "k", "name": "基隆市政府", "short_name": "基隆市", "colour": "blue"},
        "基隆市",
        None,
    ],
)
def test_wrong_municipality_is_refused_by_name(folder, row):
    write(folder, "municipalities.yaml", [row])

    assert "/municipalities.yaml" in refusal(folder)


@pytest.mark.parametrize("name", FILES)
def test_each_missing_field_is_refused_by_name(folder, name):
    optional = {FIRST: {"groups"}, PLATFORM: {"proposal_types"}}.get(name, set())
    for field in set(SMALL[name]) - optional:
        write(folder, name, {k: v for k, v in SMALL[name].items() if k != field})

        path = folder / name
        assert f"{path.parent.name}/{path.name}" in refusal(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("value", [None, 5, "字", [], [None], [[]], {}, {"x": {}}])
def test_field_of_the_wrong_kind_never_ends_in_a_traceback(folder, name, value):
    for field in SMALL[name]:
        write(folder, name, SMALL[name] | {field: value})
        with transaction.atomic():
            with contextlib.suppress(RecordError):
                load_record(folder)
            transaction.set_rollback(True)


@pytest.mark.parametrize("name", FILES)
def test_unknown_field_is_refused_rather_than_lost(folder, name):
    change(folder, name, colour="blue")

    assert refusal(folder).endswith("：不認得「colour」。")


CHAIR = {"organization": "基隆市政府", "name": "某甲", "title": "副市長"}


def with_point(**point):
    return [{"group": "交通組", "points": [point]}]


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        (PLATFORM, {"members": ["新竹市"]}, "沒有「新竹市」這個縣市"),
        (PLATFORM, {"members": ["基隆市", "基隆市"]}, "這個縣市已是平臺成員"),
        (CASES, {"group": "教育組"}, "沒有「教育組」這個議題小組"),
        (CASES, {"cases": [{"name": "甲案"}, {"name": "甲 案"}]}, "同時是"),
        (CASES, {"cases": [{"name": "甲案", "number": "ED-001"}]}, "案號以 TR- 起首"),
        (CASES, {"cases": [{"name": "甲案", "parent": "丁案"}]}, "找不到名為「丁案」"),
        (CASES, {"cases": [{"name": "長" * 201}]}, "200"),
        (CASES, {"cases": [{"name": "有\x00字元"}]}, "NUL"),
        (
            CASES,
            {
                "cases": [
                    {"name": "甲案", "origin_motion": "提議"},
                    {"name": "乙案", "aliases": [{"name": "乙計畫"}]},
                ]
            },
            "沒有會議紀錄記載這個動議",
        ),
        (FIRST, {"series": "mayor"}, "缺少「mayor」，或沒有這個名稱"),
        (FIRST, {"number": None}, "請填會議次別"),
        (FIRST, {"number": 2}, "相同次別的會議"),
        (FIRST, {"held_on": "七月十一日"}, "「會議日期」"),
        (FIRST, {"starts_at": "25:00"}, "看不懂時間「25:00」"),
        (FIRST, {"starts_at": 870}, "看不懂時間「870」"),
        (FIRST, {"chairs": [{"phone": "02"} | CHAIR]}, "不認得「phone」"),
        (FIRST, {"host": "新竹市"}, "沒有「新竹市」這個縣市"),
        (FIRST, {"groups": with_point(list=["丁案"])}, "找不到名為「丁案」"),
        (FIRST, {"groups": with_point(adopt=["甲案"])}, "不認得「adopt」"),
        (FIRST, {"groups": with_point(void=["甲案"])}, "不認得「void」"),
        (FIRST, {"groups": with_point(stated="同意新增案")}, "看不懂案數"),
        (FIRST, {"stated": ["解列1案、新增2案"]}, "看不懂案數「解列1案、新增2案」"),
        (FIRST, {"groups": with_point(list=["甲案", "甲案"])}, "已在列管中"),
        (FIRST, {"groups": with_point(list=["甲案"])}, "未在列管中"),
        (FIRST, {"held_on": dt.date(2024, 8, 1)}, "未在列管中"),
        (
            SECOND,
            {"groups": with_point(delist=[{"case": "甲案", "reason": "bored"}])},
            "沒有這種解列原因",
        ),
        (SECOND, {"groups": with_point(continue_=["甲案"])}, "不認得「continue_」"),
        (PROGRESS, {"cases": [{"case": "丁案", "progress": []}]}, "找不到名為「丁案」"),
        (
            PROGRESS,
            {"cases": [{"case": "甲案", "progress": [{"text": "一"}, {"text": "二"}]}]},
            "本期已有辦理情形",
        ),
        (PROPOSALS, {"proposals": [{"case": "丁案"}]}, "找不到名為「丁案」"),
        (PROPOSALS, {"proposals": [{"case": "甲案"}]}, "缺少「municipality」"),
        (
            PROPOSALS,
            {"proposals": [{"case": "甲案", "municipality": "基隆市", "phone": "02"}]},
            "不認得「phone」",
        ),
        (
            PROPOSALS,
            {"proposals": [{"case": "甲案", "agency": "新竹市政府文化局"}]},
            "不是成員縣市的局處",
        ),
        (
            PROPOSALS,
            {
                "proposals": [
                    {"case": "甲案", "municipality": "基隆市", "types": ["tax"]}
                ]
            },
            "沒有這種提案類型",
        ),
        (
            PROPOSALS,
            {"proposals": [{"case": "甲案", "municipality": "基隆市"}] * 2},
            "合作案",
        ),
    ],
)
def test_contradiction_is_refused_in_words(folder, name, fields, complaint):
    change(folder, name, **fields)

    assert complaint in refusal(folder)


def test_conflict_with_the_ledger_names_the_file_that_brings_it(folder):
    change(folder, SECOND, groups=with_point(list=["甲案"]))

    assert refusal(folder) == (
        "資料檔 meetings/2024-07-11-vice-mayor-2.yaml：TR-001「甲案」："
        "113年7月11日第2次副市長層級會議「同意新增」不成立，案件當時已在列管中。"
    )


def test_numbers_given_in_the_file_stay_whatever_the_order(folder):
    aliases = [{"name": "乙計畫"}]
    cases = [
        {"name": "甲案", "number": "TR-014"},
        {"name": "乙案", "number": "TR-003", "aliases": aliases},
    ]
    change(folder, CASES, cases=cases)

    load_record(folder)

    assert dict(Case.objects.values_list("name", "number")) == {
        "甲案": "TR-014",
        "乙案": "TR-003",
    }


def test_every_case_of_the_real_record_has_its_number_written_down():
    """Or a case put in between would renumber those after it."""
    for path in FIXTURES.glob("*/cases/*.yaml"):
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
        assert [row["name"] for row in rows if "number" not in row] == [], path

"""An edition is published whole, says what was frozen, and never changes."""

import datetime as dt
import hashlib
import io
import json
import zipfile

import docx
import odfdo
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from cases import rounds
from cases.editions.data import from_data, to_data
from cases.editions.publishing import ask_for_edition, make, throw_away
from cases.models import EditionFile, ProgressUpdate, ReportEdition
from tests.cases.editions import Publishing
from tests.cases.rounds import AT, run, settle
from tests.factories import CaseFactory, ParticipantFactory, decide
from tests.jobs import run_jobs, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(publish):
    return Publishing(publish)


def content(edition, name):
    return bytes(edition.files.get(name=name).content)


def test_an_edition_has_every_format_and_is_public_with_the_last(site):
    site.lock()
    edition = ask_for_edition(site.held(), by=site.secretary)
    asked, before = waiting(), list(ReportEdition.objects.public())

    run_jobs()

    edition.refresh_from_db()
    assert asked == [("make_edition", {"edition": edition.pk})]
    assert (before, edition.published_at is not None) == ([], True)
    assert sorted(edition.files.values_list("name", flat=True)) == [
        "changes-since-last-round.odt",
        "changes-since-last-round.pdf",
        *(
            f"status.{each}"
            for each in ("csv", "docx", "html", "json", "ods", "odt", "pdf", "xlsx")
        ),
    ]
    for file in edition.files.all():
        assert hashlib.sha256(file.content).hexdigest() == file.sha256
    assert content(edition, "status.pdf").startswith(b"%PDF-")
    for name in ("status.odt", "status.docx", "status.ods", "status.xlsx"):
        assert zipfile.ZipFile(io.BytesIO(content(edition, name))).testzip() is None


def test_texts_of_the_round_and_what_still_stands_are_told(site):
    site.lock()

    edition = site.publish()

    data = json.loads(content(edition, "status.json"))
    [case] = data["groups"][0]["cases"]
    assert case["progress"] == [
        {"municipality": site.taipei.short_name, "text": "1.已動工。\n2.已驗收。"},
        {
            "municipality": site.keelung.short_name,
            "text": f"{site.keelung.short_name}前一期。",
            "note": "（本季無變動，以下為114年9月30日之辦理情形）",
        },
    ]


def test_a_draft_is_never_told(site):
    site.bring(site.slot, "draft", text="尚未送出的祕密")
    site.bring(site.second, "missing")
    rounds.lock_round(site.round, by=site.secretary, at=AT)

    edition = site.publish()

    data = json.loads(content(edition, "status.json"))
    [case] = data["groups"][0]["cases"]
    assert [block["note"] for block in case["progress"]] == [
        "（本期未填報，以下為114年9月30日之辦理情形）"
    ] * 2
    assert "祕密" not in json.dumps(edition.dataset, ensure_ascii=False)


def figures(edition):
    first = from_data(edition.dataset["report"]).first_page
    return {each.key: [case.number for case in each.cases] for each in first.figures}


def words(edition, key):
    first = from_data(edition.dataset["report"]).first_page
    [figure] = [each for each in first.figures if each.key == key]
    return [case.words for case in figure.cases]


def test_the_numbers_count_the_very_cases_and_balance(site, publish):
    gone, new = CaseFactory(group=site.group), CaseFactory(group=site.group)
    for case in (gone, new):
        ParticipantFactory(case=case, municipality=site.taipei)
    publish(dt.date(2025, 2, 5), decide(gone, "list"), series=site.series)
    publish(
        dt.date(2025, 11, 5),
        decide(new, "list"),
        decide(gone, "delist", reason="completed"),
        series=site.series,
    )
    site.lock()

    edition = site.publish()

    told = figures(edition)
    assert {key: sorted(cases) for key, cases in told.items()} == {
        "opening": sorted([site.case.number, gone.number]),
        "new": [new.number],
        "left": [gone.number],
        "listed": sorted([site.case.number, new.number]),
        "reported": [site.case.number],
        "unchanged": [],
        "missing": [],
        "still": [],
    }
    assert words(edition, "left")[0].endswith("同意解列：已辦理完成")
    assert words(edition, "new")[0].startswith("114年11月5日")


def test_a_case_that_told_nothing_new_twice_stands_still(site):
    site.lock()
    site.publish()
    first = site.round
    site.round, slot = site.next_round()
    site.bring_unchanged(slot)
    second = site.publish()
    one = figures(second)["still"]
    site.round, slot = site.next_round(dt.date(2026, 1, 6))
    site.bring_unchanged(slot)
    third = site.publish()

    assert first.pk != second.round_id
    assert (one, figures(third)["still"]) == ([], [site.case.number])


def test_only_the_platforms_secretariat_publishes(site):
    site.lock()

    for user in (site.stranger, site.contact, site.official):
        with pytest.raises(PermissionDenied):
            ask_for_edition(site.held(), by=user)

    assert not ReportEdition.objects.exists()


def test_a_round_that_is_not_locked_is_not_published(site):
    with pytest.raises(ValidationError, match="鎖定後才能發布"):
        ask_for_edition(site.held(), by=site.secretary)


def test_one_edition_of_a_round_is_made_at_a_time(site):
    site.lock()
    ask_for_edition(site.held(), by=site.secretary)

    with pytest.raises(ValidationError, match="正在製作"):
        ask_for_edition(site.held(), by=site.secretary)

    assert len(waiting()) == 1


def test_a_job_done_twice_makes_nothing_twice(site):
    site.lock()
    edition = site.publish()
    files = list(edition.files.values_list("pk", "sha256"))

    make(edition.pk)

    assert list(edition.files.values_list("pk", "sha256")) == files


def test_what_cannot_be_printed_is_said_and_may_be_thrown_away(site):
    site.lock(text="不能印的字：\U0001f4a9")
    edition = site.publish()
    fault, files = edition.fault, edition.files.count()

    throw_away(edition, by=site.secretary)

    assert "U+1F4A9" in fault
    assert (edition.published_at, files) == (None, 0)
    assert not ReportEdition.objects.exists()
    assert not EditionFile.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_reportedition SET why = 'x'",
        "UPDATE cases_reportedition SET published_at = NULL",
        "UPDATE cases_reportedition SET dataset = '{}'",
        "DELETE FROM cases_reportedition",
        "UPDATE cases_editionfile SET name = 'x'",
        "DELETE FROM cases_editionfile",
        "INSERT INTO cases_editionfile (edition_id, name, content, sha256, size)"
        " SELECT id, 'x', '', encode(sha256(''), 'hex'), 0 FROM cases_reportedition",
        "DELETE FROM cases_correction",
    ],
)
def test_nothing_of_a_published_edition_changes(site, statement):
    site.lock()
    site.publish()
    site.publish(why="誤植", corrections={site.slot.pk: "已完工。"})

    with pytest.raises(DatabaseError), transaction.atomic():
        run(statement)


def test_the_database_publishes_no_half_edition(site):
    site.lock()
    edition = ask_for_edition(site.held(), by=site.secretary)
    EditionFile.objects.create(
        edition=edition,
        name="status.pdf",
        content=b"",
        sha256=hashlib.sha256(b"").hexdigest(),
        size=0,
    )

    with pytest.raises(DatabaseError, match="檔案齊備"), transaction.atomic():
        run("UPDATE cases_reportedition SET published_at = now()")


def test_the_database_takes_no_file_with_another_checksum(site):
    site.lock()
    edition = ask_for_edition(site.held(), by=site.secretary)

    with pytest.raises(DatabaseError, match="checksum"), transaction.atomic():
        EditionFile.objects.create(
            edition=edition, name="x", content=b"a", sha256="0" * 64, size=1
        )


def test_a_report_comes_back_from_its_data_as_it_was(site):
    site.lock()
    edition = site.publish()
    report = from_data(edition.dataset["report"])

    assert (
        to_data(from_data(json.loads(json.dumps(to_data(report)))))
        == (edition.dataset["report"])
    )
    assert from_data(to_data(report)) == report


# Corrections


def test_a_correction_is_the_next_edition_and_the_slot_keeps_its_text(site, client):
    site.lock()
    first = site.publish()
    before = [file.sha256 for file in first.files.order_by("name")]

    second = site.publish(
        why="驗收日期誤植", corrections={site.slot.pk: "1.已動工。\n2.已完工。"}
    )

    data = json.loads(content(second, "status.json"))
    assert data["edition"] == "第2版"
    assert data["why"] == "驗收日期誤植"
    assert [(each["before"], each["after"]) for each in data["corrected"]] == [
        ("1.已動工。\n2.已驗收。", "1.已動工。\n2.已完工。")
    ]
    assert "changes.pdf" in second.wanted
    assert ProgressUpdate.objects.get(pk=site.slot.pk).text == "1.已動工。\n2.已驗收。"
    assert [file.sha256 for file in first.files.order_by("name")] == before
    page = client.get(site.case.get_absolute_url()).content.decode()
    assert "已完工" in page
    assert "已驗收" not in page


def test_a_correction_stands_in_every_edition_after_it(site):
    site.lock()
    site.publish()
    site.publish(why="一", corrections={site.slot.pk: "第二版的文字。"})

    third = site.publish(why="二", corrections={site.second.pk: "基隆的文字。"})

    [case] = json.loads(content(third, "status.json"))["groups"][0]["cases"]
    assert [block["text"] for block in case["progress"]] == [
        "第二版的文字。",
        "基隆的文字。",
    ]


def test_a_correction_says_why(site):
    site.lock()
    site.publish()

    with pytest.raises(ValidationError, match="原因"):
        ask_for_edition(
            site.held(), by=site.secretary, corrections={site.slot.pk: "改。"}
        )


def test_a_text_of_another_round_is_not_corrected(site):
    site.lock()
    site.publish()
    other = site.last.progress.first()

    with pytest.raises(ValidationError, match="這一期"):
        ask_for_edition(
            site.held(), by=site.secretary, why="改", corrections={other.pk: "改。"}
        )
    settle()


# What the files say


@pytest.mark.parametrize("extension", ["odt", "docx"])
def test_office_files_hold_the_tables_of_the_report(site, extension):
    site.lock(text="1.已動工。\n2.已驗收。")
    edition = site.publish()

    document = READERS[extension](io.BytesIO(content(edition, f"status.{extension}")))

    first, *_, last = document
    assert first[0] == ["項目", "案數", "計算方式"]
    assert [row[:2] for row in first[1:3]] == [["前次列管", "1"], ["新增列管", "0"]]
    assert last == [
        ["方案名稱", "最新辦理情形"],
        [
            f"{site.case.number} {site.case.name}",
            f"1.\t{site.taipei.short_name}：\n(1)\t已動工。\n(2)\t已驗收。\n"
            f"2.\t{site.keelung.short_name}："
            "（本季無變動，以下為114年9月30日之辦理情形）\n"
            f"{site.keelung.short_name}前一期。",
        ],
    ]


def odt_tables(file):
    body = odfdo.Document(file).body
    return [
        [
            ["\n".join(_words(p) for p in cell.paragraphs) for cell in row.cells]
            for row in table.rows
        ]
        for table in body.tables
    ]


def _words(paragraph):
    return paragraph.inner_text


def docx_tables(file):
    return [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in docx.Document(file).tables
    ]


READERS = {"odt": odt_tables, "docx": docx_tables}

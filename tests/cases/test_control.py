"""Control reports: what each counts, and the same on the page and in the files."""

import datetime as dt
import io
import itertools

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from cases.control import SUBJECTS, Asked
from cases.ledger import post_erratum
from cases.models import Reminder
from cases.rounds import remind
from meetings.models import ContactDetails, Erratum
from tests.cases.rounds import AT, Collecting, after
from tests.factories import (
    AgencyFactory,
    CaseFactory,
    CollectingRoundFactory,
    ParticipantFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    decide,
)
from tests.pages import Page

DUE_PASSED = dt.date(2026, 1, 20)  # five days


@pytest.fixture
def site(db):
    return Collecting()


def asked(site=None, **said):
    said.setdefault("today", DUE_PASSED)
    return Asked(round=site and site.round, **said)


def built(slug, platform, question):
    return SUBJECTS[slug].build(platform, question)


def table(report):
    return [[cell.value for cell in row] for row in report.rows]


# Who has not reported --------------------------------------------------------------


def test_unreported_names_each_who_is_to_write_with_a_number_to_call(site):
    second = site.add_contact(site.taipei)
    ContactDetails.objects.update_or_create(
        user=site.contact, defaults={"phone": "02-2720-8889", "extension": "12"}
    )
    site.add_slot(site.keelung)
    site.bring(site.add_slot(site.taipei, site.add_case()), "submitted")
    remind(
        site.round,
        site.contact,
        kind=Reminder.Kind.PHONE,
        words="",
        by=site.secretary,
        at=AT,
    )

    report = built("unreported", site.platform, asked(site))

    name = site.contact.get_full_name() or site.contact.username
    rows = table(report)
    assert [row[1] for row in rows] == [site.case.number] * 3
    assert {row[6]: row[7] for row in rows}[name] == "02-2720-8889 分機 12"
    assert {row[6] for row in rows} == {
        each.get_full_name() or each.username
        for each in (site.contact, second, site.other)
    }
    assert [row[5] for row in rows] == [5, 5, 5]
    assert {row[6]: row[9] is None for row in rows}[name] is False
    assert report.conditions[-1] == "共2段未送出"
    assert {bar.label: bar.count for bar in report.bars} == {
        site.taipei.short_name: 1,
        site.keelung.short_name: 1,
    }


def test_slot_nobody_writes_is_listed_without_a_contact(site):
    site.contact.assignments.all().delete()

    [row] = table(built("unreported", site.platform, asked(site)))

    assert row[6:9] == ["", "", ""]


def test_late_is_counted_by_agency(site):
    agency = AgencyFactory(municipality=site.taipei)
    other = site.add_case()
    other.participants.filter(municipality=site.taipei).update(agency=agency)
    late = site.add_slot(site.taipei, other)
    site.save(late, at=after(8))
    site.submit(late, at=after(8))  # three days after it was due
    in_time = site.add_slot(site.keelung)
    site.save(in_time, by=site.other)
    site.submit(in_time, by=site.other)

    report = built("late", site.platform, asked(site))

    assert table(report) == [
        [site.taipei.short_name, "（未載明局處）", 1, 0, 1, 1, 5, 5.0],
        [site.taipei.short_name, agency.name, 1, 1, 0, 1, 3, 3.0],
        [site.keelung.short_name, "（未載明局處）", 1, 0, 0, 0, 0, 0],
    ]
    assert [cell.value for cell in report.total] == ["合計", "", 3, 1, 1, 2, 5, 4.0]


def test_number_of_late_opens_the_slots_it_counts(client, site):
    client.force_login(site.secretary)
    report = built("late", site.platform, asked(site))
    [bar] = report.bars

    page = Page(client.get(bar.address))

    assert page.response.status_code == 200
    assert site.case.number in page.response.text


# What did not move ------------------------------------------------------------------


@pytest.fixture
def told(platform, group, hold_meeting):
    """Return a function that gives a listed case texts of successive quarters."""
    days = [dt.date(2025, month, 28) for month in (3, 6, 9)]
    rounds = [ReportingRoundFactory(platform=platform, as_of=day) for day in days]

    day = itertools.count(1)

    def tell(*texts, municipality=None):
        case = CaseFactory(group=group)
        hold_meeting(dt.date(2025, 1, next(day)), decide(case, "list"))
        for round_, text in zip(rounds, texts, strict=True):
            if text is not None:
                ProgressUpdateFactory(
                    case=case,
                    round=round_,
                    municipality=municipality,
                    text=text,
                    is_unchanged=not text,
                )
        return case

    return tell


@pytest.mark.parametrize(
    ("texts", "is_found"),
    [
        (["甲。", "甲。", "甲。"], True),
        (["甲。", "", ""], True),
        (["甲。", "", "甲。"], True),
        (["甲。", "甲。", "乙。"], False),
        (["甲。", "乙。", ""], False),
        ([None, "甲。", "甲。"], False),
        (["甲。", None, "甲。"], False),
    ],
)
def test_text_is_unmoved_that_says_the_same_in_all_rounds(
    platform, told, texts, is_found
):
    told("起。", "中。", "終。")  # so that every round says something
    case = told(*texts)

    report = built("unchanged", platform, asked(rounds=2))

    assert [row[1] for row in table(report)] == ([case.number] if is_found else [])
    if is_found:
        assert table(report)[0][4] == dt.date(2025, 3, 28)


def test_case_no_longer_listed_is_not_unmoved(platform, told, hold_meeting):
    case = told("甲。", "甲。", "甲。")
    hold_meeting(dt.date(2025, 12, 1), decide(case, "delist"))

    assert built("unchanged", platform, asked(rounds=2)).rows == []


def test_too_few_rounds_are_said_to_be_too_few(platform, told):
    told("甲。", "甲。", "甲。")

    report = built("unchanged", platform, asked(rounds=4))

    assert report.nothing == "有接受內容的填報期別只有3期，不足4期。"


# What moved -------------------------------------------------------------------------


def test_movements_of_a_period_are_told_with_reasons(platform, group, hold_meeting):
    stays, goes, merged = CaseFactory.create_batch(3, group=group)
    first = [decide(each, "list") for each in (goes, merged)]
    hold_meeting(dt.date(2024, 12, 31), *first)
    hold_meeting(
        dt.date(2025, 6, 30),
        decide(stays, "list"),
        decide(goes, "delist", reason="no_need"),
        decide(merged, "merge", merged_into=stays),
    )

    report = built(
        "movements",
        platform,
        asked(since=dt.date(2025, 1, 1), until=dt.date(2025, 12, 31)),
    )

    assert [[row[3], row[5], row[6], row[7]] for row in table(report)] == [
        [stays.number, "同意新增", "", ""],
        [goes.number, "同意解列", "無需求", ""],
        [merged.number, "併案", "", f"併入{stays.number}"],
    ]
    assert [(bar.label, bar.count) for bar in report.bars] == [("無需求", 1)]


def test_request_waits_until_a_deciding_meeting_answers(
    platform, group, hold_meeting, working_series
):
    asks, answered, gone = CaseFactory.create_batch(3, group=group)
    everything = (asks, answered, gone)
    hold_meeting(dt.date(2025, 1, 1), *(decide(each, "list") for each in everything))
    hold_meeting(
        dt.date(2025, 5, 1),
        *(decide(each, "propose_delist") for each in everything),
        series=working_series,
    )
    hold_meeting(
        dt.date(2025, 6, 1), decide(answered, "continue"), decide(gone, "delist")
    )

    report = built("waiting", platform, asked(today=dt.date(2025, 6, 30)))

    assert [[row[1], row[3], row[5]] for row in table(report)] == [
        [asks.number, dt.date(2025, 5, 1), 60]
    ]


def test_request_after_the_answer_waits_again(
    platform, group, hold_meeting, working_series
):
    case = CaseFactory(group=group)
    hold_meeting(dt.date(2025, 1, 1), decide(case, "list"))
    ask = [decide(case, "propose_delist")]
    hold_meeting(dt.date(2025, 2, 1), *ask, series=working_series)
    hold_meeting(dt.date(2025, 3, 1), decide(case, "continue"))
    ask = [decide(case, "propose_delist")]
    hold_meeting(dt.date(2025, 4, 1), *ask, series=working_series)

    [row] = table(built("waiting", platform, asked(today=dt.date(2025, 6, 30))))

    assert row[3] == dt.date(2025, 4, 1)


# Where they are ---------------------------------------------------------------------


def test_each_number_of_the_spread_opens_so_many_cases(client, site, publish):
    site.add_case(site.taipei)
    site.add_case(site.keelung, site.taipei)
    delisted = site.add_case(site.taipei)
    cases = list(site.group.cases.order_by("pk"))
    series = {"series": site.series}
    publish(dt.date(2025, 1, 1), *(decide(each, "list") for each in cases), **series)
    publish(dt.date(2025, 2, 1), decide(delisted, "delist"), **series)
    report = built("spread", site.platform, asked(today=timezone.localdate()))

    cells = [cell for row in [*report.rows, report.total] for cell in row[1:]]
    assert len(cells) == 6
    opened = []
    for cell in cells:
        page = Page(client.get(cell.address))
        assert page.response.status_code == 200
        opened.append(len(page.classed("case-number")))
    assert [cell.value for cell in cells] == [3, 2, 3] * 2 == opened


def test_corrected_entries_are_told_with_what_was(platform, group, hold_meeting, clerk):
    case = CaseFactory(group=group)
    meeting = hold_meeting(dt.date(2025, 1, 1), decide(case, "list"))
    entry = case.ledger.get()
    erratum = Erratum(
        minutes=meeting.minutes, reason="誤植。", was="新增一案。", becomes="無。"
    )
    post_erratum(erratum, [decide(case, "void", corrects=entry)], by=clerk)

    [row] = table(built("corrections", platform, asked()))

    assert row[1:7] == [
        meeting.short_title,
        "誤植。",
        "新增一案。",
        "無。",
        f"{case.number} 註銷（原為同意新增）",
        clerk.get_full_name() or clerk.username,
    ]


# Pages and files --------------------------------------------------------------------


def address(platform, slug, extension=""):
    at = {"platform": platform.slug, "report": slug}
    if extension:
        return reverse("desk:control-file", kwargs={**at, "extension": extension})
    return reverse("desk:control-report", kwargs=at)


@pytest.mark.parametrize("slug", SUBJECTS)
def test_every_report_is_a_page_with_its_definitions(client, site, slug):
    client.force_login(site.secretary)

    page = Page(client.get(address(site.platform, slug)))

    assert page.response.status_code == 200
    assert page.texts("h1") == [str(SUBJECTS[slug].title)]
    assert page.response.headers["Cache-Control"] == "no-store, private"
    assert page.texts("h2") == ["計數說明"]


@pytest.mark.parametrize("who", ["stranger", "contact", "official"])
def test_reports_are_the_secretariats_alone(client, site, who):
    client.force_login(getattr(site, who))

    answers = {
        (slug, extension): client.get(
            address(site.platform, slug, extension)
        ).status_code
        for slug in SUBJECTS
        for extension in ("", "xlsx", "ods")
    }

    # A stranger of another secretariat finds nothing, others do not come in.
    got = 404 if who == "stranger" else 302
    assert answers == dict.fromkeys(answers, got)


def test_file_has_the_rows_of_the_page(client, site):
    client.force_login(site.secretary)
    page = Page(client.get(address(site.platform, "unreported")))

    answer = client.get(address(site.platform, "unreported", "xlsx"))

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    told = [
        ["" if value is None else str(value) for value in row]
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    [shown] = [row for row in page.rows() if len(row) == 10]
    assert told == [shown]
    assert book.sheetnames == ["未填報名單", "計數說明"]


@pytest.mark.parametrize(
    ("slug", "query"),
    [
        ("unreported", "round=2020-01-01"),
        ("unchanged", "rounds=0"),
        ("unchanged", "rounds=many"),
        ("unchanged", "rounds=99999999999999999999"),
        ("movements", "since=115/13/1"),
        ("movements", "since=115/2/1&until=115/1/1"),
    ],
)
def test_question_that_is_none_is_refused_with_a_sentence(client, site, slug, query):
    client.force_login(site.secretary)

    for extension in ("", "ods"):
        answer = client.get(f"{address(site.platform, slug, extension)}?{query}")
        assert answer.status_code == 400
        assert Page(answer).classed("errornote")


def test_unknown_report_is_not_found(client, site):
    client.force_login(site.secretary)

    assert client.get(address(site.platform, "nothing")).status_code == 404
    assert client.get(address(site.platform, "nothing", "ods")).status_code == 404


@pytest.mark.parametrize("slug", SUBJECTS)
def test_number_of_queries_does_not_grow_with_the_rows(
    site, slug, django_assert_max_num_queries
):
    for _ in range(6):
        case = site.add_case()
        site.add_slot(site.taipei, case)
        site.add_slot(site.keelung, case)
    CollectingRoundFactory(platform=site.platform, as_of=dt.date(2025, 6, 30))
    ParticipantFactory(case=site.case, agency=AgencyFactory())

    with django_assert_max_num_queries(6):
        built(slug, site.platform, asked(site))

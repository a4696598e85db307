"""The record under ``fixtures/`` against figures taken from the papers."""

import datetime as dt
import json
import re
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command

from cases.balance import books
from cases.models import Case, LedgerEntry, ProgressUpdate
from meetings.models import IssueGroup, Meeting, Platform
from platform_site.lib.text import fold
from tests.expected.jbbt import (
    DECIDED,
    PAPER_DIFFERENCES,
    STANDING_2025_12_31,
    TOTALS,
)

pytestmark = pytest.mark.usefixtures("loaded_record")

REPORT_DAY = dt.date(2025, 12, 31)


def standing_cases():
    """Return the cases of 基北北桃 that stand on the day of its report."""
    return Case.objects.filter(platform__slug="jbbt").listed_on(REPORT_DAY)


@pytest.fixture(scope="module")
def accounts(loaded_record):
    """The accounts of 基北北桃 by group name (None: the whole) and meeting number."""
    return {
        (account.group and account.group.name, account.meeting.number): account
        for account in books(Platform.objects.get(slug="jbbt"))
    }


@pytest.mark.parametrize("group", DECIDED)
def test_each_meeting_listed_and_delisted_what_its_minutes_say(accounts, group):
    found = [
        (
            accounts[group, number].count("listed"),
            accounts[group, number].count("delisted"),
        )
        for number in range(1, 6)
    ]

    assert found == [(listed, delisted) for listed, delisted, _ in DECIDED[group]]


@pytest.mark.parametrize("group", DECIDED)
def test_stated_others_are_kept_as_printed(accounts, group):
    found = [
        accounts[group, number].claims.number("continued") for number in range(1, 6)
    ]

    assert found == [continued for _, _, continued in DECIDED[group]]


def test_stated_totals_are_kept_as_printed(accounts):
    found = {
        number: tuple(
            accounts[None, number].claims.number(counts)
            for counts in ("listed", "delisted", "continued")
        )
        for number in range(1, 6)
        if not accounts[None, number].claims.is_empty
    }

    assert found == TOTALS


def test_totals_follow_from_the_ledger_where_the_minutes_state_them(accounts):
    found = {
        number: tuple(
            accounts[None, number].count(name)
            for name in ("listed", "delisted", "continuing")
        )
        for number in TOTALS
    }

    assert found == TOTALS


def test_papers_differ_from_their_own_sums_in_eight_places_and_no_others(accounts):
    found = {
        place: account.paper_difference
        for place, account in accounts.items()
        if account.paper_difference
    }

    assert found == PAPER_DIFFERENCES


def test_nothing_is_left_unexplained(accounts):
    assert {
        place: account.unexplained
        for place, account in accounts.items()
        if account.unexplained
    } == {}


def test_stated_numbers_agree_with_the_ledger_everywhere(accounts):
    assert [
        (place, claim.words)
        for place, account in accounts.items()
        for claim in account.disagreements
    ] == []


def test_sixth_meeting_balances_as_announced(accounts):
    account = accounts[None, 6]

    assert [
        account.count(number)
        for number in ("opening", "delisted", "continuing", "listed", "closing")
    ] == [52, 7, 45, 11, 56]


def test_what_no_minutes_record_is_marked_as_inferred_with_its_basis():
    entries = LedgerEntry.objects.filter(
        meeting__slug="vice-mayor-6", kind__in=["list", "delist"]
    )

    assert entries.count() == 18
    assert not entries.filter(is_inferred=False, kind="delist").exists()
    assert not LedgerEntry.objects.filter(is_inferred=True, basis="").exists()


def test_as_many_cases_of_each_group_stand_as_the_report_prints():
    found = Counter(standing_cases().values_list("group__name", flat=True))

    assert found == {group: len(cases) for group, cases in STANDING_2025_12_31.items()}
    assert found.total() == 56


def plain(name):
    """Return a name without the report's remarks in brackets, for comparing."""
    return re.sub(r"\((共同議題|原「|消防人員工作).*\)$", "", fold(name))


@pytest.mark.parametrize("group", STANDING_2025_12_31)
def test_cases_that_stand_are_those_of_the_report(group):
    standing = standing_cases().filter(group__name=group)
    names = {
        plain(name)
        for case in standing.prefetch_related("aliases")
        for name in (case.current_name, *(alias.name for alias in case.aliases.all()))
    }

    printed = {plain(name) for name, _ in STANDING_2025_12_31[group]}
    assert printed - names == set()
    assert len(printed) == len(standing)


def test_cases_marked_as_new_are_those_the_sixth_meeting_listed():
    listed = standing_cases().filter(
        ledger__kind="list", ledger__meeting__slug="vice-mayor-6"
    )
    names = {
        plain(name)
        for case in listed.prefetch_related("aliases")
        for name in (case.current_name, *(alias.name for alias in case.aliases.all()))
    }

    printed = {
        plain(name)
        for cases in STANDING_2025_12_31.values()
        for name, is_new in cases
        if is_new
    }
    assert printed - names == set()
    assert len(printed) == len(listed) == 11


def test_every_standing_case_has_progress_of_that_day():
    reported = set(
        ProgressUpdate.objects.accepted()
        .filter(round__as_of=REPORT_DAY)
        .values_list("case", flat=True)
    )

    assert reported == set(standing_cases().values_list("pk", flat=True))


def test_closing_of_each_deciding_meeting_is_what_stands_that_evening(accounts):
    for (group, _), account in accounts.items():
        if group is None:
            standing = Case.objects.filter(platform=account.meeting.platform).listed_on(
                account.meeting.held_on
            )
            assert account.cases["closing"] == {case.pk for case in standing}


def test_all_meetings_of_the_papers_are_there():
    assert Counter(
        Meeting.objects.confirmed()
        .filter(platform__slug="jbbt")
        .values_list("series__slug", flat=True)
    ) == {"vice-mayor": 6, "working-group-industry": 7, "mayor": 1, "special": 1}


def test_merges_and_carry_ins_explain_each_difference(accounts):
    assert {
        place: accounts[place].explained for place in PAPER_DIFFERENCES
    } == PAPER_DIFFERENCES


def test_numbers_run_without_gaps_in_each_group():
    for group in IssueGroup.objects.all():
        numbers = Case.objects.filter(group=group).order_by("number")
        assert list(numbers.values_list("number", flat=True)) == [
            f"{group.case_prefix}-{place:03d}" for place in range(1, len(numbers) + 1)
        ]


# The reconcile command on the same record


def reconcile(*arguments):
    out = StringIO()
    call_command("reconcile", *arguments, stdout=out)
    return out.getvalue()


def test_reconcile_prints_a_list_of_objects_of_the_agreed_shape():
    rows = json.loads(reconcile("--platform", "jbbt", "--json"))

    (third,) = [
        row
        for row in rows
        if row["meeting"]["number"] == 3 and row["group"] == "交通組"
    ]
    assert third == {
        "meeting": {"series": "vice_mayor", "number": 3, "held_on": "2024-07-11"},
        "group": "交通組",
        "opening": 16,
        "carried_in": 3,
        "listed": 2,
        "delisted": 3,
        "merged": 0,
        "split": 0,
        "continuing": 16,
        "closing": 18,
        "claims": {"listed": 2, "delisted": 3, "continued": 16},
        "paper_difference": 3,
        "unexplained": 0,
    }
    assert {tuple(row) for row in rows} == {tuple(third)}
    assert [row["group"] for row in rows if row["meeting"]["number"] == 3] == [
        *DECIDED,
        None,
    ]


def test_reconcile_takes_all_platforms_where_none_is_named():
    assert json.loads(reconcile("--json")) == json.loads(
        reconcile("--json", "--platform", "jbbt")
    )


def test_reconcile_of_a_platform_without_meetings_is_an_empty_list():
    assert json.loads(reconcile("--json", "--platform", "northern")) == []


def test_reconcile_prints_a_table_with_a_line_for_each_account():
    lines = reconcile("--platform", "jbbt").splitlines()

    assert [line.split() for line in lines if line.startswith("交通組")][2] == (
        ["交通組", "16", "3", "3", "0", "0", "16", "2", "18", "2", "3", "16", "3", "0"]
    )
    assert len([line for line in lines if line.startswith("全部")]) == 6

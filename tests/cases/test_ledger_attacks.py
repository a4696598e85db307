"""The ledger's rules, attacked past its functions: by ORM, bulk and raw SQL."""

import datetime as dt

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import ProtectedError

from cases.ledger import confirm_and_post, post_erratum
from cases.models import Case, LedgerEntry, Standing
from meetings.minutes.confirm import confirm_minutes
from meetings.models import Erratum, Meeting, MeetingSeries, Minutes
from tests.database import owner_connection
from tests.factories import (
    CaseFactory,
    DecidingSeriesFactory,
    MinutesFactory,
    ResolutionFactory,
    decide,
)

SPRING, SUMMER = dt.date(2024, 3, 15), dt.date(2024, 6, 15)

RUNTIME = pytest.mark.django_db
COMMITTED = pytest.mark.django_db(transaction=True)


def run(statement, parameters=()):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def settle():
    """Judge what was inserted as the end of the transaction would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def ready(entry, meeting, clerk):
    """Return ``entry`` filled in as the ledger's functions fill it in."""
    entry.meeting = meeting
    entry.sequence = 1
    entry.decided_on = meeting.held_on
    entry.recorded_by = clerk
    return entry


@pytest.fixture
def entry(case, hold_meeting):
    """The entry that listed ``case`` in spring."""
    hold_meeting(SPRING, decide(case, "list"))
    return case.ledger.get()


# Rule 5, as the application's role


@RUNTIME
@pytest.mark.parametrize(
    "attack",
    [
        lambda entry: entry.save(),
        lambda entry: LedgerEntry.objects.update(words="改"),
        lambda entry: LedgerEntry.objects.filter(pk=entry.pk)._raw_delete("default"),
        lambda entry: LedgerEntry.objects.bulk_update([entry], ["words"]),
        lambda entry: LedgerEntry.objects.update_or_create(
            pk=entry.pk, defaults={"words": "改"}
        ),
        lambda entry: LedgerEntry.objects.bulk_create(
            [entry],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["words"],
        ),
        lambda entry: run("UPDATE cases_ledgerentry SET words = '改'"),
        lambda entry: run("DELETE FROM cases_ledgerentry"),
        lambda entry: run("TRUNCATE cases_ledgerentry CASCADE"),
        lambda entry: run("ALTER TABLE cases_ledgerentry DISABLE TRIGGER ALL"),
        lambda entry: run("DROP TRIGGER ledger_refuse_rewrite ON cases_ledgerentry"),
        lambda entry: run("SET session_replication_role = replica"),
    ],
    ids=[
        "save",
        "update",
        "raw-delete",
        "bulk-update",
        "update-or-create",
        "upsert",
        "sql-update",
        "sql-delete",
        "truncate",
        "disable-trigger",
        "drop-trigger",
        "replica",
    ],
)
def test_posted_entry_cannot_be_changed_by_the_application(entry, attack):
    before = LedgerEntry.objects.values().get()

    with pytest.raises(ProgrammingError) as caught, transaction.atomic():
        attack(entry)

    assert caught.value.__cause__.sqlstate == "42501"
    assert LedgerEntry.objects.values().get() == before


@RUNTIME
@pytest.mark.parametrize(
    "attack",
    [lambda entry: entry.delete(), lambda _: LedgerEntry.objects.all().delete()],
    ids=["delete", "queryset-delete"],
)
def test_posted_entry_cannot_be_deleted_by_the_orm(entry, attack):
    with pytest.raises(ProtectedError):
        attack(entry)

    assert LedgerEntry.objects.get() == entry


@RUNTIME
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO cases_standing (case_id, during, code, name)"
        " SELECT id, '[2000-01-01,)', 'listed', name FROM cases_case",
        "UPDATE cases_standing SET code = 'delisted'",
        "DELETE FROM cases_standing",
        "TRUNCATE cases_standing",
        "DELETE FROM cases_case",
        "DELETE FROM meetings_erratum",
        "UPDATE meetings_erratum SET reason = '改'",
    ],
)
def test_application_cannot_write_what_follows_from_the_ledger(entry, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(statement)


@RUNTIME
def test_standing_cannot_be_saved_by_the_application(entry):
    with pytest.raises(ProgrammingError, match="permission denied"):
        Standing.objects.get().save()


@RUNTIME
def test_number_of_a_case_cannot_change(case):
    with pytest.raises(IntegrityError, match="案號與所屬平臺不得變更"):
        Case.objects.filter(pk=case.pk).update(number="ZZ-999")


@RUNTIME
@pytest.mark.parametrize("field", ["name", "group"])
def test_case_with_entries_keeps_its_registered_name_and_group(entry, field):
    other = CaseFactory(platform=entry.case.platform, group=entry.case.group)
    value = "改名" if field == "name" else other.group
    if field == "group":
        value = type(other.group).objects.create(
            platform=entry.case.platform, slug="else", name="別組", case_prefix="ZZ"
        )

    with pytest.raises(IntegrityError, match="小組與登錄名稱不得變更"):
        Case.objects.filter(pk=entry.case_id).update(**{field: value})


# Rule 5, as the owner of the tables


@COMMITTED
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE cases_ledgerentry SET words = '改'", "不得修改或刪除"),
        ("UPDATE cases_ledgerentry SET id = id", "不得修改或刪除"),
        ("DELETE FROM cases_ledgerentry", "不得修改或刪除"),
        ("DELETE FROM cases_case", "合作案不得刪除"),
        ("UPDATE cases_case SET number = 'ZZ-999'", "案號與所屬平臺不得變更"),
        ("DELETE FROM meetings_minutes", "已確認的會議紀錄不得刪除"),
        ("UPDATE meetings_minutes SET state = 'draft'", "已確認的會議紀錄不得修改"),
        ("UPDATE meetings_meeting SET held_on = '2000-01-01'", "會議資料不得修改"),
        ("UPDATE meetings_meetingseries SET is_deciding = false", "不得變更"),
    ],
)
def test_even_the_owner_is_refused_by_the_triggers(entry, statement, sentence):
    with (
        owner_connection() as owner,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match=sentence),
    ):
        owner.execute(statement)


@COMMITTED
def test_even_the_owner_cannot_let_a_case_stand_in_two_places(entry):
    with owner_connection() as owner, pytest.raises(psycopg.errors.ExclusionViolation):
        owner.execute(
            "INSERT INTO cases_standing (case_id, during, code, name)"
            " VALUES (%s, '[2024-06-01,2024-07-01)', 'delisted', '案')",
            [entry.case_id],
        )


# Rule 3: only with the confirmation, or with an erratum


@RUNTIME
def test_entry_for_draft_minutes_is_refused(case, draft, clerk):
    minutes = draft(SPRING)

    with pytest.raises(IntegrityError, match="會議紀錄尚未確認"):
        ready(decide(case, "list"), minutes.meeting, clerk).save()


@RUNTIME
def test_entry_for_a_meeting_without_minutes_is_refused(case, draft, clerk):
    minutes = draft(SPRING)
    minutes.delete()

    with pytest.raises(IntegrityError, match="會議紀錄尚未確認"):
        ready(decide(case, "list"), minutes.meeting, clerk).save()


@COMMITTED
def test_entry_after_the_confirmation_is_refused_without_an_erratum(
    case, hold_meeting, clerk
):
    meeting = hold_meeting(SPRING)

    with pytest.raises(IntegrityError, match="列管紀錄僅得以勘誤增補"):
        LedgerEntry.objects.bulk_create([ready(decide(case, "list"), meeting, clerk)])


@COMMITTED
def test_entry_with_an_erratum_recorded_earlier_is_refused(case, hold_meeting, clerk):
    meeting = hold_meeting(SPRING)
    erratum = Erratum(minutes=meeting.minutes, reason="漏", was="無", becomes="有")
    post_erratum(erratum, [], by=clerk)

    with pytest.raises(IntegrityError, match="須與同一會議紀錄的勘誤一併登錄"):
        ready(decide(case, "list", erratum=erratum), meeting, clerk).save()


@RUNTIME
def test_entry_with_an_erratum_of_another_meeting_is_refused(case, hold_meeting, clerk):
    meeting, elsewhere = hold_meeting(SPRING), hold_meeting(SUMMER)
    erratum = Erratum.objects.create(
        minutes=elsewhere.minutes,
        reason="漏",
        was="無",
        becomes="有",
        recorded_by=clerk,
    )

    with pytest.raises(IntegrityError, match="須與同一會議紀錄的勘誤一併登錄"):
        ready(decide(case, "list", erratum=erratum), meeting, clerk).save()


@RUNTIME
def test_erratum_to_draft_minutes_is_refused_by_the_database(draft, clerk):
    with pytest.raises(IntegrityError, match="會議紀錄尚未確認，請直接修改"):
        Erratum.objects.create(
            minutes=draft(SPRING),
            reason="漏",
            was="無",
            becomes="有",
            recorded_by=clerk,
        )


@COMMITTED
def test_time_of_an_erratum_is_the_databases(hold_meeting, clerk):
    long_ago = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    erratum = Erratum.objects.create(
        minutes=hold_meeting(SPRING).minutes,
        reason="漏",
        was="無",
        becomes="有",
        recorded_by=clerk,
        recorded_at=long_ago,
    )

    erratum.refresh_from_db()

    assert erratum.recorded_at > long_ago


@RUNTIME
def test_date_and_time_of_an_entry_are_the_databases(case, draft, clerk):
    minutes = confirm_minutes(draft(SPRING), by=clerk)
    entry = ready(decide(case, "list"), minutes.meeting, clerk)
    entry.decided_on = dt.date(2000, 1, 1)
    entry.recorded_at = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

    entry.save()

    entry.refresh_from_db()
    assert entry.decided_on == SPRING
    assert entry.recorded_at.year > 2000


@COMMITTED
def test_entry_is_refused_where_others_entries_may_be_invisible(case, draft, clerk):
    minutes = draft(SPRING)

    @transaction.atomic
    def attack():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        confirm_minutes(minutes, by=clerk)
        ready(decide(case, "list"), minutes.meeting, clerk).save()

    with pytest.raises(IntegrityError, match="REPEATABLE READ"):
        attack()


@COMMITTED
def test_temporary_table_cannot_stand_in_for_the_minutes(case, draft, clerk):
    meeting = draft(SPRING).meeting
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_database(), 'TEMPORARY')")
        if not cursor.fetchone()[0]:
            pytest.skip("the application may make no temporary tables here")

    @transaction.atomic
    def attack():
        run(
            "CREATE TEMP TABLE meetings_minutes ON COMMIT DROP AS"
            " SELECT * FROM meetings_minutes"
        )
        run(
            "UPDATE pg_temp.meetings_minutes"
            " SET state = 'confirmed', confirmed_at = transaction_timestamp()"
        )
        ready(decide(case, "list"), meeting, clerk).save()

    with pytest.raises(IntegrityError, match="會議紀錄尚未確認"):
        attack()


@RUNTIME
@pytest.mark.parametrize(
    "change",
    [
        {"held_on": SUMMER},
        {"starts_at": dt.time(9)},
        {"series": "another"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_meeting_stays_where_it_is_once_it_has_entries(entry, change):
    """Even in the confirming transaction, in which its header is still open."""
    if "series" in change:
        change = {"series": DecidingSeriesFactory(platform=entry.meeting.platform)}

    with pytest.raises(IntegrityError, match="會議已有列管紀錄"):
        Meeting.objects.filter(pk=entry.meeting_id).update(**change)


@RUNTIME
def test_confirmed_minutes_cannot_go_to_another_meeting(entry, deciding_series):
    other = MinutesFactory(meeting__series=deciding_series).meeting
    other.minutes.delete()

    with pytest.raises(IntegrityError, match="不得改屬其他會議"):
        Minutes.objects.filter(meeting=entry.meeting).update(meeting=other)


@RUNTIME
def test_resolution_cannot_move_to_other_minutes(case, draft, clerk):
    here, elsewhere = draft(SPRING), draft(SUMMER)
    resolution = ResolutionFactory(minutes=here)
    confirm_and_post(here, [decide(case, "list", resolution=resolution)], by=clerk)

    with pytest.raises(IntegrityError, match="不得移到另一份會議紀錄"):
        type(resolution).objects.update(minutes=elsewhere)


# Rules 1, 2 and 4 past the functions


@RUNTIME
@pytest.mark.parametrize("kinds", [["list", "list"], ["delist"], ["continue"]])
def test_illegal_entries_created_in_bulk_do_not_outlive_the_transaction(
    case, draft, clerk, kinds
):
    minutes = confirm_minutes(draft(SPRING), by=clerk)

    LedgerEntry.objects.bulk_create(
        ready(decide(case, kind), minutes.meeting, clerk) for kind in kinds
    )

    with pytest.raises(IntegrityError, match="列管紀錄不合規則"):
        settle()


@COMMITTED
def test_illegal_entry_by_raw_sql_fails_the_commit(case, draft, clerk):
    minutes = draft(SPRING)

    @transaction.atomic
    def attack():
        run("UPDATE meetings_minutes SET state = 'confirmed'")
        run(
            "INSERT INTO cases_ledgerentry (case_id, meeting_id, kind, sequence,"
            " decided_on, reason, words, new_name, is_inferred, basis,"
            " recorded_by_id)"
            " VALUES (%s, %s, 'continue', 1, now(), '', '', '', false, '', %s)",
            [case.pk, minutes.meeting_id, clerk.pk],
        )

    with pytest.raises(IntegrityError, match="not_listed"):
        attack()

    assert not LedgerEntry.objects.exists()
    minutes.refresh_from_db()
    assert minutes.state == Minutes.State.DRAFT


@RUNTIME
def test_legal_entries_created_in_bulk_are_settled(case, draft, clerk):
    minutes = confirm_minutes(draft(SPRING), by=clerk)

    LedgerEntry.objects.bulk_create(
        [ready(decide(case, "list"), minutes.meeting, clerk)]
    )
    settle()

    assert Case.objects.listed_on(SPRING).get() == case


@RUNTIME
@pytest.mark.parametrize(
    "change", [{"is_deciding": False}, {"level": "mayor"}, {"slug": "else"}]
)
def test_series_with_confirmed_minutes_keeps_its_ways(hold_meeting, change):
    hold_meeting(SPRING)

    with pytest.raises(IntegrityError, match="此系列已有確認的會議紀錄"):
        MeetingSeries.objects.update(**change)

"""Every row of the record remembers what happened to it."""

import pghistory
import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from cases.models import (
    CaseAlias,
    Correction,
    EditionFile,
    HandbookEdition,
    HandbookFile,
    HandbookSection,
    HandbookWording,
    LedgerEntry,
    ProgressStep,
    ProposalContact,
    ProposalStep,
    Reminder,
    ReportEdition,
    SheetUpload,
    Standing,
)
from meetings.models import (
    AcceptedWarning,
    ContactDetails,
    DraftPart,
    Erratum,
    MinutesFile,
    Municipality,
    Publication,
)
from tests.database import owner_connection
from tests.factories import CaseAliasFactory, MunicipalityFactory

pytestmark = pytest.mark.django_db

Event = apps.get_model("meetings", "MunicipalityEvent")


def labels():
    return list(Event.objects.order_by("pgh_id").values_list("pgh_label", flat=True))


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


INSERT = (
    'INSERT INTO meetings_municipality (slug, name, short_name, "order")'
    " VALUES ('raw', '市政府', '市', 0)"
)


@pytest.mark.parametrize(
    "write",
    [
        lambda: MunicipalityFactory(),
        lambda: Municipality.objects.bulk_create([MunicipalityFactory.build()]),
        lambda: run(INSERT),
    ],
    ids=["save", "bulk", "sql"],
)
def test_new_row_leaves_an_event(write):
    write()

    assert labels() == ["insert"]


@pytest.mark.parametrize(
    "write",
    [
        lambda city: city.save(),
        lambda city: Municipality.objects.update(name="新名"),
        lambda city: Municipality.objects.bulk_update([city], ["name"]),
        lambda city: run("UPDATE meetings_municipality SET name = '新名'"),
    ],
    ids=["save", "update", "bulk", "sql"],
)
def test_changed_row_leaves_an_event_with_the_new_values(write):
    city = MunicipalityFactory()
    city.name = "新名"

    write(city)

    assert labels() == ["insert", "update"]
    assert Event.objects.get(pgh_label="update").name == "新名"


@pytest.mark.parametrize(
    "write",
    [
        lambda city: city.delete(),
        lambda city: Municipality.objects.all().delete(),
        lambda city: run("DELETE FROM meetings_municipality"),
    ],
    ids=["delete", "queryset", "sql"],
)
def test_deleted_row_leaves_an_event_with_the_last_values(write):
    city = MunicipalityFactory(name="舊名")

    write(city)

    assert labels() == ["insert", "delete"]
    assert Event.objects.get(pgh_label="delete").name == "舊名"


def test_event_knows_the_context_it_happened_in():
    with pghistory.context(user=7, url="/admin/"):
        MunicipalityFactory()

    assert Event.objects.get().pgh_context.metadata == {"user": 7, "url": "/admin/"}


@pytest.mark.parametrize(
    "attack",
    [
        lambda: Event.objects.update(name="改"),
        lambda: Event.objects.all().delete(),
        lambda: run("UPDATE meetings_municipalityevent SET name = '改'"),
        lambda: run("DELETE FROM meetings_municipalityevent"),
        lambda: run("TRUNCATE meetings_municipalityevent"),
        lambda: run("ALTER TABLE meetings_municipality DISABLE TRIGGER USER"),
    ],
    ids=["update", "delete", "sql-update", "sql-delete", "truncate", "disable"],
)
def test_application_cannot_rewrite_events(attack):
    MunicipalityFactory()
    before = Event.objects.values().get()

    with pytest.raises(DatabaseError), transaction.atomic():
        attack()

    assert Event.objects.values().get() == before


def test_application_has_no_right_to_change_any_event_table():
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, pghistory.models.Event)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t FROM unnest(%s::text[]) t WHERE has_table_privilege(t,"
            " 'UPDATE') OR has_table_privilege(t, 'DELETE')"
            " OR has_table_privilege(t, 'TRUNCATE')",
            [tables],
        )
        writable = cursor.fetchall()

    assert len(tables) > 20
    assert writable == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["UPDATE {} SET name = name", "DELETE FROM {}"])
def test_even_the_owner_does_not_rewrite_events(verb):
    MunicipalityFactory()

    with owner_connection() as owner, pytest.raises(psycopg.Error):
        owner.execute(verb.format("meetings_municipalityevent"))


def test_every_model_of_the_record_is_tracked_or_only_ever_added_to():
    untracked = {
        model
        for label in ("meetings", "cases")
        for model in apps.get_app_config(label).get_models()
        if not issubclass(model, pghistory.models.Event)
        and not hasattr(model, "pgh_event_model")
    }

    # The desk's versions, files and acceptances come and go with a draft.
    at_the_desk = {DraftPart, MinutesFile, AcceptedWarning}
    # So do a handbook's chapters and words until it is printed.
    at_the_desk |= {HandbookSection, HandbookWording}
    only_added = {LedgerEntry, Erratum, Publication, ProgressStep, Reminder}
    only_added |= {ProposalStep}
    # They never change once public or printed, and may be thrown away before.
    of_editions = {ReportEdition, EditionFile, Correction}
    of_handbooks = {HandbookEdition, HandbookFile}
    # Whom to call can be forgotten; a sheet is kept until it is taken over.
    passing = {ContactDetails, ProposalContact, SheetUpload}
    printed = of_editions | of_handbooks
    assert untracked == only_added | {Standing} | at_the_desk | printed | passing


def test_name_of_a_deleted_alias_can_still_be_read():
    alias = CaseAliasFactory(name="舊稱")
    alias.delete()

    assert not CaseAlias.objects.exists()
    events = apps.get_model("cases", "CaseAliasEvent").objects
    assert events.filter(pgh_label="delete").get().name == "舊稱"

"""The application's role can do its work and nothing more."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, connections, transaction
from pghistory.models import Event

from platform_site import database

pytestmark = pytest.mark.django_db


def refused(statement):
    """Whether PostgreSQL refuses ``statement`` for want of a right."""
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return caught.value.__cause__.sqlstate == "42501"


def test_tests_work_as_the_runtime_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('is_superuser')")
        row = cursor.fetchone()

    assert row == (database.role_of("default"), "off")


def test_tables_belong_to_the_owner_role():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        )
        owners = [row[0] for row in cursor.fetchall()]

    assert owners == [database.role_of("owner")]
    assert database.role_of("owner") != database.role_of("default")


def test_runtime_role_writes_rows():
    group = Group.objects.create(name="承辦")
    Group.objects.filter(pk=group.pk).update(name="承辦人")
    Group.objects.get(pk=group.pk).delete()

    assert not Group.objects.filter(pk=group.pk).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE auth_group CASCADE",
        "ALTER TABLE auth_group ADD COLUMN extra integer",
        "ALTER TABLE auth_group DISABLE TRIGGER ALL",
        "DROP TABLE auth_group CASCADE",
        "CREATE TABLE mine (id integer)",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
        "SET session_replication_role = replica",
        "SET ROLE platform_owner",
    ],
)
def test_runtime_role_is_refused(statement):
    assert refused(statement)


def granted(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE table_name = %s AND grantee = %s",
            [model._meta.db_table, database.role_of("default")],
        )
        return {row[0] for row in cursor.fetchall()}


def test_grants_follow_the_models():
    tables = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]

    wrong = {m for m in tables if granted(m) != set(database.privileges(m))}

    assert wrong == set()
    assert len(tables) > 10


class Everyday:
    pass


class Posted:
    runtime_privileges = ("SELECT", "INSERT")


class Logged(Event):
    class Meta:
        abstract = True


@pytest.mark.parametrize(
    ("model", "rights"),
    [
        (Everyday, ("SELECT", "INSERT", "UPDATE", "DELETE")),
        (Posted, ("SELECT", "INSERT")),
        (Logged, ("SELECT", "INSERT")),
    ],
)
def test_rights_of_a_model(model, rights):
    assert database.privileges(model) == rights


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_new_rights_replace_those_granted_before(monkeypatch):
    role = database.role_of("default")
    monkeypatch.setattr(Group, "runtime_privileges", ("SELECT",), raising=False)
    with connections["owner"].temporary_connection():
        database.grant(connections["owner"], role)
    narrowed = granted(Group)
    monkeypatch.undo()
    with connections["owner"].temporary_connection():
        database.grant(connections["owner"], role)

    assert narrowed == {"SELECT"}
    assert granted(Group) == {"SELECT", "INSERT", "UPDATE", "DELETE"}

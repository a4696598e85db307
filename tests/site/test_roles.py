"""The application's role can do its work and nothing more."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction

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

    assert not Group.objects.exists()


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

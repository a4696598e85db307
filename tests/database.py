"""The tests' own database, on which they work as the runtime role."""

import contextlib
import os
from unittest import mock

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from platform_site import database
from platform_site.failures import sentence

_PREFIX = "test_platform_"
_LOCK = 7_206_001  # any number; it keeps two starting test runs apart


@contextlib.contextmanager
def scratch_database():
    """Make a migrated database, let both aliases use it, and drop it at the end.

    It belongs to the owner role and is migrated by it; ``default`` stays the
    runtime role, so a test can do no more than the application can. Only the
    emptying of tables after a transactional test goes through the owner.
    """
    try:
        admin = psycopg.connect(**database.admin_parameters(), autocommit=True)
        database.prepare()
    except Exception as error:
        said = sentence(error)
        if said is None:
            raise
        pytest.exit(said, returncode=1)
    name = f"{_PREFIX}{os.getpid()}"
    original = connections["default"].settings_dict["NAME"]
    with admin, _create(admin, name):
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        try:
            call_command("migrate", verbosity=0, interactive=False)
            # On the class: each thread, and each context of one, has connections
            # of its own, and a transactional test may run in any.
            with mock.patch.object(
                type(connections["default"].ops),
                "execute_sql_flush",
                lambda operations, statements: _flush_as_owner(statements),
            ):
                yield
        finally:
            connections.close_all()
            for alias in ("default", "owner"):
                connections[alias].settings_dict["NAME"] = original


@contextlib.contextmanager
def _create(admin, name):
    """Create the database and keep a connection in it, the sign that it is in use."""
    identifier = sql.Identifier(name)
    admin.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        _drop_leftovers(admin)
        try:
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    identifier, sql.Identifier(database.role_of("owner"))
                )
            )
        except psycopg.errors.InsufficientPrivilege:
            pytest.exit(
                f"資料庫帳號「{admin.info.user}」不能建立測試用資料庫："
                f"請資料庫管理者執行 ALTER ROLE {admin.info.user} CREATEDB。",
                returncode=1,
            )
        parameters = database.admin_parameters() | {"dbname": name}
        lease = psycopg.connect(**parameters, autocommit=True)
    finally:
        admin.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    try:
        yield
    finally:
        lease.close()
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier)
        )


def _drop_leftovers(admin):
    """Drop what killed test runs have left; nobody is connected there."""
    left = admin.execute(
        "SELECT datname FROM pg_database d WHERE datname LIKE %s AND NOT EXISTS"
        " (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)",
        [_PREFIX.replace("_", r"\_") + "%"],
    ).fetchall()
    for (name,) in left:
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            admin.execute(
                sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
            )


def _flush_as_owner(statements):
    """Run the flush after a transactional test: only the owner may truncate."""
    with owner_connection() as connection:
        connection.execute("SET lock_timeout = '15s'")
        for statement in statements:
            connection.execute(statement)
        # Not managed by Django, so not among the statements.
        connection.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_workers,"
            " procrastinate_periodic_defers CASCADE"
        )


def owner_connection():
    """A plain connection as the owner, outside Django and its test guards."""
    params = connections["owner"].get_connection_params()
    kept = {k: v for k, v in params.items() if k not in database.DJANGO_ONLY}
    return psycopg.connect(**kept)

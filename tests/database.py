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


_made = {}  # each database of this run, and the connection that says it is in use


@contextlib.contextmanager
def scratch_database():
    """Make a migrated database, let both aliases use it, and drop it at the end.

    It belongs to the owner role and is migrated by it; ``default`` stays the
    runtime role, so a test can do no more than the application can. Only the
    emptying of tables after a transactional test goes through the owner.
    """
    try:
        psycopg.connect(**database.admin_parameters()).close()
        database.prepare()
    except Exception as error:
        said = sentence(error)
        if said is None:
            raise
        pytest.exit(said, returncode=1)
    try:
        # Copied from, and never worked on: see ``filled_database``.
        with _new(_name("empty")):
            call_command("migrate", verbosity=0, interactive=False)
        # On the class: each thread, and each context of one, has connections
        # of its own, and a transactional test may run in any.
        with (
            _copy(_name("empty"), _name("scratch")),
            mock.patch.object(
                type(connections["default"].ops),
                "execute_sql_flush",
                lambda operations, statements: _flush_as_owner(statements),
            ),
        ):
            yield
    finally:
        for name in list(_made):
            _drop(name)


@contextlib.contextmanager
def filled_database(key, fill):
    """Let both aliases use a database of their own that holds what ``fill`` puts in.

    It is filled once for each ``key``, copied for each use, and the copy dropped:
    nothing needs to be loaded again or emptied afterwards.
    """
    template = _name(key)
    if template not in _made:
        with _copy(_name("empty"), template, is_kept=True):
            fill()
    with _copy(template, _name("copy")):
        yield


def _name(part):
    return f"{_PREFIX}{os.getpid()}_{part}"


@contextlib.contextmanager
def _new(name):
    with _locked() as admin:
        owner = sql.Identifier(database.role_of("owner"))
        _drop_leftovers(admin)
        try:
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(name), owner
                )
            )
        except psycopg.errors.InsufficientPrivilege:
            pytest.exit(
                f"資料庫帳號「{admin.info.user}」不能建立測試用資料庫："
                f"請資料庫管理者執行 ALTER ROLE {admin.info.user} CREATEDB。",
                returncode=1,
            )
        _lease(name)
    with _used(name):
        yield


@contextlib.contextmanager
def _copy(source, name, *, is_kept=False):
    with _locked() as admin:
        _made.pop(source).close()  # nobody may be connected to what is copied
        try:
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    *map(sql.Identifier, (name, database.role_of("owner"), source))
                )
            )
        finally:
            _lease(source)
        _lease(name)
    with _used(name):
        yield
    if not is_kept:
        _drop(name)


@contextlib.contextmanager
def _used(name):
    """Let both aliases use the database of that name."""
    before = connections["default"].settings_dict["NAME"]
    _use(name)
    try:
        yield
    finally:
        _use(before)


def _use(name):
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


@contextlib.contextmanager
def _locked():
    """Give a connection of full rights, while no other run makes or drops databases."""
    with psycopg.connect(**database.admin_parameters(), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield admin


def _lease(name):
    """Keep a connection in the database, the sign that it is in use."""
    parameters = database.admin_parameters() | {"dbname": name}
    _made[name] = psycopg.connect(**parameters, autocommit=True)


def _drop(name):
    _made.pop(name).close()
    with _locked() as admin:
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(name)
            )
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

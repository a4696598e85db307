"""Two scratch databases: one with few cases, one with many."""

import contextlib

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from platform_site import database
from tests.database import scratch_database


@contextlib.contextmanager
def two_databases(fill_few, fill_many):
    """Fill two databases, give the names of both and drop them at the end.

    Django's aliases lead to the one with many cases.
    """
    with scratch_database():
        many = _use(None)
        few = f"{many}_few"  # tests/database.py clears that away, too, if we die
        with _created(few):
            _use(few)
            try:
                call_command("migrate", verbosity=0, interactive=False)
                fill_few()
            finally:
                _use(many)
            fill_many()
            yield few, many


def _use(name):
    """Lead both aliases to a database; return where they led before."""
    before = connections["default"].settings_dict["NAME"]
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name or before
    return before


@contextlib.contextmanager
def _created(name):
    """Create a database of the owner's, connected to for as long as it is in use."""
    identifier, owner = sql.Identifier(name), sql.Identifier(database.role_of("owner"))
    create = sql.SQL("CREATE DATABASE {} OWNER {}").format(identifier, owner)
    parameters = database.admin_parameters()
    with psycopg.connect(**parameters, autocommit=True) as admin:
        admin.execute(create)
        lease = psycopg.connect(**parameters | {"dbname": name}, autocommit=True)
        try:
            yield
        finally:
            lease.close()
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            admin.execute(drop.format(identifier))

"""Django's ``migrate`` as the owner role, with the runtime role's rights after it."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections

from platform_site import database


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Before the system checks: they ask the database as the owner role.
        database.prepare()
        result: str | None = super().execute(*args, **options)
        return result

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            connection = connections[options["database"]]
            database.grant(connection, database.role_of("default"))

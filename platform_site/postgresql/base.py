"""Connects; starts the embedded server on the first connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from platform_site import database, embedded


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        folder = self.settings_dict.get("EMBEDDED")
        if folder:
            socket_dir = embedded.server(Path(str(folder))).acquire()
            self.settings_dict["HOST"] = str(socket_dir)
        params: dict[str, Any] = super().get_connection_params()
        return params

    def check_database_version_supported(self) -> None:
        database.refuse_old_server(self.pg_version)

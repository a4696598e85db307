"""The admin as a whole: its words, and the order of its index."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

LAST = 1000


class PlatformAdminSite(admin.AdminSite):
    """The secretariat's desk."""

    site_header = "縣市合作平臺管理"
    site_title = "縣市合作平臺管理"
    index_title = "資料總覽"
    # It repeats the index on every page, and the lists need the room.
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Rows are deleted one by one, where they may be deleted at all.
        self.disable_action("delete_selected")

    def get_urls(self) -> list[Any]:
        """Leave out doors that ask nobody whose row it is: the pages do without."""
        unused = ("view_on_site", "autocomplete")
        return [
            found
            for found in super().get_urls()
            if getattr(found, "name", "") not in unused
        ]

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """Return the index in the order of the work, not of the code points."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda entry: self._order(entry["model"]))
        return sorted(
            found, key=lambda app: min(self._order(m["model"]) for m in app["models"])
        )

    def _order(self, model: Any) -> int:
        return getattr(self._registry.get(model), "index_order", LAST)

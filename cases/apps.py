"""The work of the bodies."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "合作案"

    def ready(self) -> None:
        """Create the roles once permissions exist."""
        from cases.roles import ensure_roles

        post_migrate.connect(ensure_roles, sender=self)

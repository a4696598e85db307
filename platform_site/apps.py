from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PlatformSiteConfig(AppConfig):
    name = "platform_site"
    verbose_name = "網站"

    def ready(self) -> None:
        from platform_site import checks  # noqa: F401  registers the checks


class PlatformAdminConfig(AdminConfig):
    """Django's admin with a site of our own."""

    default_site = "platform_site.admin_site.PlatformAdminSite"

    def ready(self) -> None:
        super().ready()
        from django.contrib import admin
        from procrastinate.contrib.django.models import ProcrastinateJob

        # Jobs are no rows of the secretariat's; its admin speaks English, too.
        admin.site.unregister(ProcrastinateJob)

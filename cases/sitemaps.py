"""The public addresses, for search engines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from cases.models import ReportEdition
from cases.models.editions import ReportEditionQuerySet
from cases.status import public_cases
from meetings.models import Meeting, MeetingQuerySet, Platform


class SitePages(Sitemap[str]):
    """The pages about the site, by the names of their addresses."""

    def items(self) -> Iterable[str]:
        return [
            f"cases:{name}"
            for name in (
                "landing",
                "glossary",
                "site-map",
                "privacy",
                "open-data",
                "accessibility",
            )
        ]

    def location(self, item: str) -> str:
        return reverse(item)


class PlatformPages(Sitemap[tuple[str, str]]):
    """The pages of each platform, as the name of the address and the platform."""

    def items(self) -> Iterable[tuple[str, str]]:
        names = (
            "cases:platform",
            "cases:table",
            "meetings:list",
            "cases:books",
            "cases:reports",
        )
        slugs = Platform.objects.values_list("slug", flat=True)
        return [(name, slug) for slug in slugs for name in names]

    def location(self, item: tuple[str, str]) -> str:
        name, slug = item
        return reverse(name, args=[slug])


class MeetingPages(Sitemap[Meeting]):
    """The meetings with public minutes."""

    def items(self) -> MeetingQuerySet:
        return Meeting.objects.public().select_related("platform", "minutes").in_order()

    def lastmod(self, item: Meeting) -> datetime | None:
        return item.minutes.published_at


class BalancePages(MeetingPages):
    """The books of the deciding meetings among them."""

    def items(self) -> MeetingQuerySet:
        return super().items().deciding()

    def location(self, item: Meeting) -> str:
        return reverse("cases:balance", args=[item.platform.slug, item.slug])


class CasePages(Sitemap[tuple[str, str]]):
    """The public cases, as platform and number."""

    def items(self) -> Iterable[tuple[str, str]]:
        cases = public_cases().order_by("platform__order", "platform_id", "number")
        return cases.values_list("platform__slug", "number")

    def location(self, item: tuple[str, str]) -> str:
        return reverse("cases:case", args=list(item))


class EditionPages(Sitemap[ReportEdition]):
    """The published editions of reports."""

    def items(self) -> ReportEditionQuerySet:
        return ReportEdition.objects.public().light().latest_first()

    def lastmod(self, item: ReportEdition) -> datetime | None:
        return item.published_at


SITEMAPS: dict[
    str,
    type[Sitemap[str]]
    | type[Sitemap[tuple[str, str]]]
    | type[Sitemap[Meeting]]
    | type[Sitemap[ReportEdition]],
] = {
    "site": SitePages,
    "platforms": PlatformPages,
    "meetings": MeetingPages,
    "balance": BalancePages,
    "cases": CasePages,
    "editions": EditionPages,
}

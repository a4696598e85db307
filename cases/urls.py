"""Public addresses of platforms, their cases and their books."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from cases.exports.status_report import FILE_FORMATS
from cases.sitemaps import SITEMAPS
from cases.views import balance, books, pages, papers, public, table
from meetings import converters  # noqa: F401  makes the formats known
from platform_site.lib.page_cache import public_page


class CaseNumberConverter:
    """A case number in an address; small letters lead to the capital ones."""

    regex = "[A-Za-z]{2,4}-[0-9]{3,6}"

    def to_python(self, value: str) -> str:
        """Return the number as typed."""
        return value

    def to_url(self, value: str) -> str:
        """Return the number as it stands in the address."""
        return value


class ReportFormatConverter(StringConverter):
    """The format of a report, as its file name ends."""

    regex = "|".join(["pdf", *FILE_FORMATS])


register_converter(CaseNumberConverter, "case_number")
register_converter(ReportFormatConverter, "report_format")

app_name = "cases"

urlpatterns = [
    path("", public.landing, name="landing"),
    path("counts.json", public.counts, name="counts"),
    path("glossary/", pages.glossary, name="glossary"),
    path("sitemap/", pages.site_map, name="site-map"),
    path("about/privacy/", pages.privacy, name="privacy"),
    path("about/open-data/", pages.open_data, name="open-data"),
    path("about/accessibility/", pages.accessibility, name="accessibility"),
    path("robots.txt", pages.robots, name="robots"),
    path(
        "sitemap.xml",
        public_page(sitemap),
        {"sitemaps": SITEMAPS},
        name="sitemap-xml",
    ),
    path("<slug:platform>/", public.platform_home, name="platform"),
    path("<slug:platform>/cases/", table.case_table, name="table"),
    path("<slug:platform>/cases/<case_number:number>/", public.case, name="case"),
    path("<slug:platform>/balance/", books.books_page, name="books"),
    path(
        "<slug:platform>/reports/status.<report_format:extension>",
        papers.status_report_file,
        name="status-report",
    ),
    path(
        "<slug:platform>/meetings/<slug:meeting>/extract.<paper_format:extension>",
        papers.minutes_extract,
        name="extract",
    ),
    path(
        "<slug:platform>/meetings/<slug:meeting>/balance/",
        balance.balance,
        name="balance",
    ),
    path(
        "<slug:platform>/meetings/<slug:meeting>/balance/<slug:group>/<slug:number>/",
        balance.balance_cases,
        name="balance-cases",
    ),
]

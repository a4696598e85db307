"""Public addresses of platforms, their cases and their books."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from cases import converters as case_converters  # noqa: F401  makes numbers known
from cases.sitemaps import SITEMAPS
from cases.views import balance, books, editions, pages, papers, public, table
from meetings import converters  # noqa: F401  makes the formats known
from platform_site.lib.page_cache import public_page

app_name = "cases"

EDITION = "<slug:platform>/reports/<data_date:as_of>/<int:number>"

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
    path("<slug:platform>/reports/", editions.reports, name="reports"),
    path(
        "<slug:platform>/reports/feed/",
        public_page(editions.ReportFeed()),
        name="reports-feed",
    ),
    path(
        "<slug:platform>/reports/<data_date:as_of>/",
        editions.latest_edition,
        name="latest-edition",
    ),
    path(f"{EDITION}/", editions.edition, name="edition"),
    path(
        f"{EDITION}/since-last-<compared:base>/",
        editions.edition_changes,
        name="edition-changes",
    ),
    path(f"{EDITION}/<str:name>", editions.edition_file, name="edition-file"),
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

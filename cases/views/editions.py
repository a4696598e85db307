"""Published reports: their list, each edition, what changed, and the files."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.syndication.views import Feed
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import content_disposition_header, quote_etag
from django.views.decorators.http import require_safe

from cases.editions.data import from_data
from cases.editions.files import (
    CONTENT_TYPES,
    SINCE,
    changes_since,
    download_name,
    extension_of,
    on_disk,
)
from cases.models import EditionFile, ReportEdition
from meetings.models import Platform
from meetings.views import get_platform
from platform_site.lib.page_cache import public_page
from platform_site.lib.published import serve_published
from platform_site.lib.roc import format_roc

NO_SUCH = "沒有這一期已發布的辦理情形，請由辦理情形列表查找。"
SHOWN = ("pdf", "json", "csv")  # in the browser; the others are saved


@public_page
def reports(request: HttpRequest, platform: str) -> HttpResponse:
    """Every published edition, by data date, with its files."""
    body = get_platform(platform)
    editions = list(_public(body).latest_first().prefetch_related(_files()))
    rounds: dict[date, list[ReportEdition]] = {}
    for edition in editions:
        rounds.setdefault(edition.round.as_of, []).append(edition)
    context = {
        "platform": body,
        "active": "reports",
        "rounds": [(as_of, those[0], those[1:]) for as_of, those in rounds.items()],
    }
    return render(request, "cases/reports.html", context)


@public_page
def latest_edition(request: HttpRequest, platform: str, as_of: date) -> HttpResponse:
    """Lead to the last edition of a round."""
    body = get_platform(platform)
    edition = _public(body).filter(round__as_of=as_of).latest_first().first()
    if edition is None:
        raise Http404(NO_SUCH)
    return redirect(edition.get_absolute_url())


@public_page
def edition(
    request: HttpRequest, platform: str, as_of: date, number: int
) -> HttpResponse:
    """An edition as a page: its numbers with their cases, its tables, its files."""
    body = get_platform(platform)
    found = _edition(body, as_of, number)
    report = from_data(found.dataset["report"])
    later = _public(body).filter(round__as_of=as_of, number__gt=number)
    context = {
        "platform": body,
        "active": "reports",
        "edition": found,
        "report": report,
        "first": report.first_page,
        "latest": later.latest_first().first(),
        "since": _since(found),
    }
    return render(request, "cases/edition.html", context)


@public_page
def edition_changes(
    request: HttpRequest, platform: str, as_of: date, number: int, base: str
) -> HttpResponse:
    """What changed since the last edition, or since the last round."""
    body = get_platform(platform)
    found = _edition(body, as_of, number)
    if base not in found.dataset["since"]:
        raise Http404("這一版沒有可比較的前一版。")
    context = {
        "platform": body,
        "active": "reports",
        "edition": found,
        "paper": changes_since(found.dataset, base),
        "papers": [f"{SINCE[base]}.{each}" for each in ("pdf", "odt")],
    }
    return render(request, "cases/edition_changes.html", context)


@require_safe
def edition_file(
    request: HttpRequest, platform: str, as_of: date, number: int, name: str
) -> HttpResponseBase:
    """A file of an edition, which the browser may keep for ever."""
    file = (
        EditionFile.objects.filter(
            edition__in=ReportEdition.objects.public(),
            edition__round__platform__slug=platform,
            edition__round__as_of=as_of,
            edition__number=number,
            name=name,
        )
        .select_related("edition__round__platform")
        .defer("content", "edition__dataset")
        .first()
    )
    if file is None:
        raise Http404(NO_SUCH)
    address = f"{file.edition.get_absolute_url()}{file.name}"
    if request.path != address:  # the number may have been written with noughts
        return redirect(address, permanent=True)
    extension = extension_of(file)
    disposition = content_disposition_header(
        extension not in SHOWN, download_name(file)
    )
    headers = {
        "Content-Type": CONTENT_TYPES[extension],
        "Content-Disposition": str(disposition),
        "ETag": quote_etag(file.sha256),
    }
    return serve_published(request, on_disk(file), headers=headers)


class ReportFeed(Feed[ReportEdition, Platform]):
    """The published editions of a platform as an Atom feed."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, platform: str) -> Platform:
        return get_platform(platform)

    def title(self, obj: Platform) -> str:
        return f"{obj.name}{obj.report_name}"

    def link(self, obj: Platform) -> str:
        return reverse("cases:reports", args=[obj.slug])

    def items(self, obj: Platform) -> Any:
        return _public(obj).order_by("-published_at")[:30]

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        if item.why:
            return f"更正原因：{item.why}"
        return f"資料時間{format_roc(item.round.as_of)}"

    def item_updateddate(self, item: Any) -> Any:
        return item.published_at

    def item_pubdate(self, item: Any) -> Any:
        return item.published_at


def _public(platform: Platform) -> Any:
    return ReportEdition.objects.public().filter(round__platform=platform).light()


def _files() -> Any:
    return Prefetch("files", EditionFile.objects.defer("content").order_by("pk"))


def _edition(platform: Platform, as_of: date, number: int) -> ReportEdition:
    found = (
        ReportEdition.objects.public()
        .filter(round__platform=platform, round__as_of=as_of, number=number)
        .select_related("round__platform")
        .prefetch_related(_files())
        .first()
    )
    if found is None:
        raise Http404(NO_SUCH)
    return found


def _since(found: ReportEdition) -> list[tuple[str, str]]:
    """Return the comparisons that an edition has, with what each is called."""
    return [
        (base, f"與{found.dataset['since'][base]['title']}比較的異動")
        for base in ("edition", "round")
        if base in found.dataset["since"]
    ]

"""The books of a platform: every deciding meeting a row, for all groups or one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.balance import NUMBERS, books
from cases.balance_page import WHOLE, chart, row
from meetings.views import get_platform
from meetings.words import say
from platform_site.lib.page_cache import public_page


@public_page
def books_page(request: HttpRequest, platform: str) -> HttpResponse:
    """The books over all meetings; ``?group=`` chooses a group."""
    body = get_platform(platform)
    rows = [row(account) for account in books(body)]
    # What is not published is reckoned with, but not shown by itself.
    rows = [each for each in rows if each.account.meeting.minutes.is_public]
    scopes = {each.slug: each.name for each in rows}
    slug = request.GET.get("group") or WHOLE
    context = {
        "platform": body,
        "active": "books",
        "slug": slug,
        # All groups first.
        "scopes": sorted(scopes.items(), key=lambda scope: scope[0] != WHOLE),
        "numbers": [
            (number, label, definition)
            for number, (label, definition) in NUMBERS.items()
        ],
        "is_unknown": slug != WHOLE and slug not in scopes,
    }
    if context["is_unknown"]:
        return render(request, "cases/books.html", context, status=400)
    chosen = [each for each in rows if each.slug == slug]
    context |= {
        "scope": scopes.get(slug, say("全部小組")),
        "rows": chosen,
        "chart": chart([each.account for each in chosen]),
        "differing": [
            each for each in (rows if slug == WHOLE else chosen) if each.differs
        ],
    }
    return render(request, "cases/books.html", context)

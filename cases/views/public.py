"""The public pages about platforms and their cases; nobody needs to log in."""

from __future__ import annotations

import json
from dataclasses import asdict

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from cases import picture
from cases.case_page import case_page, was_public
from cases.exports.status_report import FILE_FORMATS
from cases.landing import landing_page
from cases.links import BY_PLATFORM, ONCE
from cases.models import Standing
from cases.status import count_cases
from meetings.models import Meeting
from meetings.views import get_platform
from platform_site.lib.gone import Gone
from platform_site.lib.page_cache import public_page


@public_page
def landing(request: HttpRequest) -> HttpResponse:
    """The platforms, one card each, own ones first; and the count over all of them."""
    page = landing_page(timezone.localdate(), request.user)
    context = {"landing": page, "by_platform": BY_PLATFORM, "once": ONCE}
    return render(request, "cases/landing.html", context)


@public_page
def counts(request: HttpRequest) -> HttpResponse:
    """The numbers of the first page as JSON, each with its definition."""
    page = landing_page(timezone.localdate(), AnonymousUser())
    answer = {
        "as_of": page.today.isoformat(),
        "platforms": [
            {
                "slug": card.platform.slug,
                "name": card.platform.name,
                "url": request.build_absolute_uri(
                    reverse("cases:platform", args=[card.platform.slug])
                ),
                "standings": [asdict(count) for count in card.counts],
            }
            for card in page.cards
        ],
        "listed": {
            "by_platform": {
                "number": page.total.by_platform,
                "counts_linked_once": False,
                "definition": BY_PLATFORM,
            },
            "once": {
                "number": page.total.once,
                "counts_linked_once": True,
                "definition": ONCE,
            },
        },
        "linked_matters": page.total.groups,
    }
    return HttpResponse(
        json.dumps(answer, ensure_ascii=False, indent=2) + "\n",
        content_type="application/json; charset=utf-8",
    )


@public_page
def platform_home(request: HttpRequest, platform: str) -> HttpResponse:
    """What a platform is, its standing in numbers, its latest deciding meeting."""
    body = get_platform(platform)
    today = timezone.localdate()
    counts = count_cases(body, today)
    meetings = list(
        Meeting.objects.public()
        .filter(platform=body, held_on__lte=today)
        .select_related("series", "platform", "host", "minutes")
        .in_order()
    )
    deciding = [meeting for meeting in meetings if meeting.series.is_deciding]
    groups = list(body.groups.filter(children__isnull=True))
    columns = (Standing.Code.LISTED, Standing.Code.PROPOSED, Standing.Code.DELISTED)
    context = {
        "platform": body,
        "active": "home",
        "today": today,
        "members": body.memberships.select_related("municipality"),
        "first": meetings[0] if meetings else None,
        "meetings_count": len(meetings),
        "counts": counts.standings(),
        "has_record": bool(counts.by_group),
        "has_report": counts.has_decided,
        "columns": [Standing.Code(code).label for code in columns],
        "groups": [
            (
                group,
                [(code, code.label, counts.number(code, group)) for code in columns],
            )
            for group in groups
        ],
        "latest": deciding[-1] if deciding else None,
        "formats": list(FILE_FORMATS),
        "ends": picture.ENDS,
    }
    # Too many lines for one page are drawn as bands.
    if sum(counts.number(code) for code in picture.ENDS) > picture.MOST_LINES:
        context["bands"] = picture.draw_bands(body, groups, deciding, today)
    else:
        lines = picture.record_lines(body, today)
        context["picture"] = picture.draw_lines(lines, deciding, today)
    return render(request, "cases/platform.html", context)


@public_page
def case(request: HttpRequest, platform: str, number: str) -> HttpResponse:
    """One case: who takes part, what was decided about it, what was reported."""
    if number != number.upper():
        return redirect(
            "cases:case", platform=platform, number=number.upper(), permanent=True
        )
    body = get_platform(platform)
    page = case_page(body, number, timezone.localdate(), request.user)
    if page is None and was_public(body, number):
        raise Gone(
            f"{body.case_word}{number}曾經公開，所依據的會議紀錄現已撤回；"
            "其他案件請由列管情形查找，如需了解請洽平臺幕僚。"
        )
    if page is None:
        raise Http404(
            f"{body.name}沒有案號{number}的{body.case_word}，請由列管情形查找。"
        )
    context = {"platform": body, "active": "cases", "page": page}
    return render(request, "cases/case.html", context)

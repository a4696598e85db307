"""The public pages about platforms and their cases; nobody needs to log in."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, F, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from cases.case_page import case_page
from cases.filters import ALL, CaseFilter
from cases.models import Standing
from cases.status import (
    DEFINITIONS,
    count_cases,
    public_cases_on,
    status_table,
)
from meetings.models import Meeting, Membership, Platform
from meetings.views import get_platform
from platform_site.lib.page_cache import public_page


@public_page
def landing(request: HttpRequest) -> HttpResponse:
    """The platforms, one card each."""
    today = timezone.localdate()
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for platform_id, code, number in (
        public_cases_on(today)
        .order_by()
        .values_list("platform_id", F("standing"))
        .annotate(number=Count("pk"))
    ):
        found[platform_id][code] = number
    members = Membership.objects.select_related("municipality")
    platforms = Platform.objects.annotate(
        groups_count=Count("groups", distinct=True)
    ).prefetch_related(Prefetch("memberships", queryset=members))
    codes = (Standing.Code.LISTED, Standing.Code.DELISTED)
    cards = [
        (
            platform,
            [
                (code, code.label, DEFINITIONS[code], found[platform.pk].get(code, 0))
                for code in codes
            ]
            if platform.pk in found
            else [],
        )
        for platform in platforms
    ]
    return render(request, "cases/landing.html", {"cards": cards, "today": today})


@public_page
def platform_home(request: HttpRequest, platform: str) -> HttpResponse:
    """What a platform is, its standing in numbers, its latest deciding meeting."""
    body = get_platform(platform)
    today = timezone.localdate()
    counts = count_cases(body, today)
    latest = (
        Meeting.objects.public()
        .deciding()
        .filter(platform=body)
        .select_related("series", "platform", "host", "minutes")
        .in_order()
        .last()
    )
    columns = (Standing.Code.LISTED, Standing.Code.PROPOSED, Standing.Code.DELISTED)
    context = {
        "platform": body,
        "active": "home",
        "today": today,
        "members": body.memberships.select_related("municipality"),
        "counts": counts.standings(),
        "has_record": bool(counts.by_group),
        "columns": [Standing.Code(code).label for code in columns],
        "groups": [
            (
                group,
                [(code, code.label, counts.number(code, group)) for code in columns],
            )
            for group in body.groups.filter(children__isnull=True)
        ],
        "latest": latest,
    }
    return render(request, "cases/platform.html", context)


@public_page
def case_table(request: HttpRequest, platform: str) -> HttpResponse:
    """Where the cases stand, by group; group, standing and day come from the address."""
    body = get_platform(platform)
    cases = CaseFilter(request.GET, platform=body)
    context: dict[str, Any] = {
        "platform": body,
        "active": "cases",
        "filter": cases,
        "form": cases.form,
    }
    if not cases.is_valid():
        return render(request, "cases/case_table.html", context, status=400)
    groups = status_table(cases.qs, cases.day)
    counts = count_cases(body, cases.day)
    standings = counts.standings(cases.chosen_group)
    context |= {
        "groups": groups,
        "counts": standings,
        "total": sum(len(group.rows) for group in groups),
        "all_total": sum(count.number for count in standings),
        "day": cases.day,
        "asked_day": None if cases.day == cases.today else cases.day,
        "has_report": counts.has_decided,
        "is_today": cases.day == cases.today,
        "standing": cases.standing_code,
        "standing_label": "全部狀態",
        "definition": f"已登錄的全部{body.case_word}，不分狀態",
    }
    if cases.standing_code != ALL:
        code = Standing.Code(cases.standing_code)
        context |= {"standing_label": code.label, "definition": DEFINITIONS[code]}
    return render(request, "cases/case_table.html", context)


@public_page
def case(request: HttpRequest, platform: str, number: str) -> HttpResponse:
    """One case: who takes part, what was decided about it, what was reported."""
    if number != number.upper():
        return redirect(
            "cases:case", platform=platform, number=number.upper(), permanent=True
        )
    body = get_platform(platform)
    page = case_page(body, number, timezone.localdate(), request.user)
    if page is None:
        raise Http404(f"{body.name}沒有案號{number}的合作案，請由列管情形查找。")
    context = {"platform": body, "active": "cases", "page": page}
    return render(request, "cases/case.html", context)


@public_page
def site_map(request: HttpRequest) -> HttpResponse:
    """Every list of the site, and the access keys."""
    return render(request, "site_map.html", {"platforms": Platform.objects.all()})

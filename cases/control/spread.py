"""The listed cases by group and municipality; each number opens the cases it counts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode

from cases.control.report import Asked, Cell, Heading, Report, bars
from cases.filters import takes_part
from cases.models import Standing
from cases.status import public_cases_on
from meetings.models import IssueGroup, Municipality, Platform
from meetings.words import say
from platform_site.lib.roc import format_roc
from platform_site.lib.sheets import Kind


def spread(platform: Platform, asked: Asked) -> Report:
    """How many cases each municipality takes part in, by group."""
    cities = list(
        Municipality.objects.filter(platforms=platform).order_by("order", "slug")
    )
    counts: dict[str, Any] = {
        f"city{place}": Count("pk", filter=takes_part(city.slug, asked.today))
        for place, city in enumerate(cities)
    }
    found: dict[int, dict[str, Any]] = {
        row["group"]: dict(row)
        for row in public_cases_on(asked.today)
        .filter(platform=platform)
        .filter(Q(standing=Standing.Code.LISTED))
        .order_by()
        .values("group")
        .annotate(whole=Count("pk"), **counts)
    }
    names = [*(f"city{place}" for place in range(len(cities))), "whole"]
    groups = [
        group
        for group in IssueGroup.objects.filter(platform=platform).order_by(
            "order", "pk"
        )
        if group.pk in found
    ]

    def address(group: str = "", municipality: str = "") -> str:
        asks = {"group": group, "municipality": municipality}
        query = urlencode({name: value for name, value in asks.items() if value})
        at = reverse("cases:table", kwargs={"platform": platform.slug})
        return f"{at}?{query}" if query else at

    slugs = [*(city.slug for city in cities), ""]
    rows = [
        [
            Cell(group.name),
            *(
                Cell(found[group.pk][name], address(group.slug, slug))
                for name, slug in zip(names, slugs, strict=True)
            ),
        ]
        for group in groups
    ]
    totals = [sum(row[name] for row in found.values()) for name in names]
    return Report(
        conditions=[format_roc(asked.today), f"列管中{totals[-1]}案"],
        counts=[
            "列管中：經決定列管的會議同意新增、重新列管或補登，"
            f"尚未{platform.delist_word}、併案或分案的{platform.case_word}，依已公開的會議紀錄，與列管情形表相同。",
            say(
                "縣市：合作案載明參與，或填報過辦理情形的縣市；一案有數個縣市時各計一次，"
                "所以各縣市相加不等於合計。"
            ),
        ],
        headings=[
            Heading(say("議題小組"), 16),
            *(Heading(city.short_name, 10, Kind.NUMBER) for city in cities),
            Heading("合計", 10, Kind.NUMBER),
        ],
        rows=rows,
        total=[
            Cell("合計"),
            *(
                Cell(count, address("", slug))
                for count, slug in zip(totals, slugs, strict=True)
            ),
        ],
        bars=bars(
            [
                (group.name, found[group.pk]["whole"], address(group.slug))
                for group in groups
            ]
        ),
        bars_title=say("列管中案數（依議題小組）"),
        nothing=say("沒有列管中的合作案。"),
    )

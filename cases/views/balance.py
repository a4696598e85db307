"""The books of a meeting, and the cases behind each of their numbers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cases.balance import NUMBERS, Account, books_of
from cases.balance_page import row
from cases.decisions import names_on
from cases.status import readable_cases
from meetings.models import Meeting, Platform
from meetings.views import get_platform, no_meeting
from meetings.words import say
from platform_site.lib.page_cache import public_page


def _books(
    request: HttpRequest, platform: Platform, slug: str
) -> tuple[Meeting, list[Account]]:
    """Return a readable deciding meeting with its accounts, or refuse with a sentence."""
    meeting = (
        Meeting.objects.readable_by(request.user)
        .filter(platform=platform, slug=slug)
        .select_related("series", "platform", "minutes")
        .first()
    )
    if meeting is None:
        raise no_meeting(platform, slug)
    if not meeting.series.is_deciding:
        raise Http404(
            meeting.series.name
            + say("不決定列管與解列，沒有列管結算；請改看該次會議的紀錄。")
        )
    return meeting, books_of(meeting)


@public_page
def balance(request: HttpRequest, platform: str, meeting: str) -> HttpResponse:
    """The books of a deciding meeting by group, claims and differences beside."""
    body = get_platform(platform)
    sitting, accounts = _books(request, body, meeting)
    rows = [row(account) for account in accounts]
    context = {
        "platform": body,
        "active": "meetings",
        "meeting": sitting,
        "groups": rows[:-1],
        "whole": rows[-1],
        "numbers": [
            (number, label, definition)
            for number, (label, definition) in NUMBERS.items()
        ],
        "others": accounts[-1].claims.others,
    }
    return render(request, "cases/balance.html", context)


@public_page
def balance_cases(
    request: HttpRequest, platform: str, meeting: str, group: str, number: str
) -> HttpResponse:
    """Exactly the cases that one number of the books counts."""
    body = get_platform(platform)
    sitting, accounts = _books(request, body, meeting)
    if number not in NUMBERS:
        raise Http404("列管結算沒有這個數字，請由該次會議的列管結算點選。")
    slugs = {row(account).slug: account for account in accounts}
    if group not in slugs:
        raise Http404(say("這個平臺沒有這個議題小組，請由該次會議的列管結算點選。"))
    account = slugs[group]
    cases = list(
        readable_cases(request.user)
        .filter(pk__in=account.cases[number])
        .select_related("group")
        .in_order()
    )
    names = names_on(sitting, account.cases[number])
    label, definition = NUMBERS[number]
    context = {
        "platform": body,
        "active": "meetings",
        "meeting": sitting,
        "scope": account.group.name if account.group else say("全部小組"),
        "label": label,
        "definition": definition,
        "count": account.count(number),
        "untold": account.count(number) - len(cases),
        "cases": [(case, names.get(case.pk, case.name)) for case in cases],
    }
    return render(request, "cases/balance_cases.html", context)

"""Who writes what on a platform, where nobody does, and who did before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.views.desk.access import desk_page, desk_view, kept_platform
from meetings.coverage import Coverage, Held, coverage
from meetings.models import Assignment, Invitation
from platform_site.models import Mail

A_PAGE = 100


@desk_view
@require_safe
def people(request: HttpRequest, platform: str) -> HttpResponse:
    """Show the groups by municipality, with who answers for each."""
    body = kept_platform(request, platform)
    today = timezone.localdate()
    found = coverage(body, today)
    invitations = list(
        Invitation.objects.open()
        .filter(platform=body)
        .select_related("user", "invited_by")
        .order_by("-sent_at")
    )
    mails = {
        mail.about: mail
        for mail in Mail.objects.with_state()
        .filter(
            kind=Mail.Kind.INVITATION, about__in=[str(each.pk) for each in invitations]
        )
        .order_by("pk")
    }
    now = timezone.now()
    tasks: dict[int, list[str]] = defaultdict(list)
    for held in _held(found):
        row = held.assignment
        tasks[row.user_id].append(f"{row.group}／{row.municipality}")
    context = {
        "platform": body,
        "coverage": found,
        "gaps": found.gaps,
        "people": _people(found),
        "invitations": [
            {
                "invitation": each,
                "mail": mails.get(str(each.pk)),
                "is_expired": each.is_expired(now),
                "tasks": "、".join(tasks[each.user_id]),
            }
            for each in invitations
        ],
        "today": today,
    }
    return desk_page(request, "people/people.html", "人員與指派", context)


def _people(found: Coverage) -> int:
    """Return how many people answer for something."""
    return len({held.assignment.user_id for held in _held(found) if held.counts})


def _held(found: Coverage) -> Iterator[Held]:
    for _, cells in found.rows:
        for cell in cells:
            yield from cell.held


@desk_view
@require_safe
def history(request: HttpRequest, platform: str) -> HttpResponse:
    """Show all assignments there ever were, by group and municipality."""
    body = kept_platform(request, platform)
    today = timezone.localdate()
    rows = (
        Assignment.objects.filter(group__platform=body)
        .select_related("group", "municipality", "agency", "user")
        .order_by("group__order", "group", "municipality__order", "-starts_on", "-pk")
    )
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return desk_page(
        request,
        "people/history.html",
        "歷任窗口",
        {"platform": body, "page": page, "today": today},
    )

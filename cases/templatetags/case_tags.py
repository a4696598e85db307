"""What other apps' pages show about cases, for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django import template
from django.apps import apps
from django.http import QueryDict

from cases import decisions
from cases.balance import books_of
from cases.balance_page import Row, row
from cases.models import LedgerEntry
from meetings.models import IssueGroup, Meeting

register = template.Library()


@register.simple_tag
def case_decisions(
    meeting: Meeting, groups: Iterable[IssueGroup] | None = None
) -> decisions.MeetingDecisions:
    """Return what the meeting decided about cases, or about those of some groups."""
    return decisions.decisions_of(meeting, groups)


@register.simple_tag
def case_accounts(meeting: Meeting) -> list[Row]:
    """Return the books of the meeting by group, the whole last; empty if it decides not."""
    if not meeting.series.is_deciding:
        return []
    return [row(account) for account in books_of(meeting)]


@register.filter
def under(
    decided: decisions.MeetingDecisions, resolution: int
) -> Sequence[decisions.Decision]:
    """Return the decisions that stand under a resolution."""
    found: Mapping[int, Sequence[decisions.Decision]] = decided.under
    return found.get(resolution, [])


@register.simple_tag
def table_query(standing: str, group: str | None, day: date | None) -> str:
    """Return the query that opens the status table on these conditions."""
    conditions = {
        "group": group,
        "standing": standing,
        "as_of": day.isoformat() if day else None,
    }
    asked = QueryDict(mutable=True)
    asked.update({name: value for name, value in conditions.items() if value})
    return f"?{asked.urlencode()}"


@register.simple_tag
def last_updated() -> datetime | None:
    """Return when the record last grew: minutes published, entries, progress."""
    progress = apps.get_model("cases", "ProgressUpdateEvent")
    newest = (
        LedgerEntry.objects.order_by("-pk")
        .values_list("recorded_at")[:1]
        .union(
            Meeting.objects.public()
            .order_by("-minutes__published_at")
            .values_list("minutes__published_at")[:1],
            progress.objects.order_by("-pk").values_list("pgh_created_at")[:1],
        )
    )
    return max((when for (when,) in newest), default=None)

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
from cases.exports.proposal_form import ProposalSheet, sheets_of
from cases.models import Case, LedgerEntry, ProgressUpdate, Proposal, ReportingRound
from meetings.models import IssueGroup, Meeting, Platform

register = template.Library()

# Texts in these states are on the pages.
SHOWN = (ProgressUpdate.State.ACCEPTED, ProgressUpdate.State.LOCKED)


@register.simple_tag
def case_decisions(
    meeting: Meeting, groups: Iterable[IssueGroup] | None = None
) -> decisions.MeetingDecisions:
    """Return what the meeting decided about cases, or about those of some groups."""
    return decisions.decisions_of(meeting, groups)


@register.simple_tag
def case_proposal(case: Case) -> ProposalSheet | None:
    """Return the form a case entered with, without whom to ask; None if there is none."""
    found = list(
        Proposal.objects.filter(case=case).select_related(
            "platform", "group__parent", "municipality", "agency"
        )
    )
    if not found:
        return None
    return sheets_of(found[0].platform, found)[0]


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
def last_updated(
    platform: Platform | str | None = None, case: Case | None = None
) -> datetime | None:
    """Return when what is shown of the record, a platform or a case last grew.

    That is when minutes were published, entries posted or progress accepted; one
    query.
    """
    meetings = Meeting.objects.public()
    entries = LedgerEntry.objects.public()
    progress = (
        apps.get_model("cases", "ProgressUpdateEvent")
        .objects.filter(state__in=SHOWN)
        .order_by("-pk")
    )
    if case is not None:
        meetings = meetings.filter(ledger__case=case)
        entries = entries.filter(case=case)
        progress = progress.filter(case_id=case.pk)
    elif isinstance(platform, Platform):
        meetings = meetings.filter(platform=platform)
        entries = entries.of_platform(platform)
        progress = progress.filter(
            round__in=ReportingRound.objects.filter(platform=platform)
        )
    newest = (
        entries.order_by("-pk")
        .values_list("recorded_at")[:1]
        .union(
            meetings.order_by("-minutes__published_at").values_list(
                "minutes__published_at"
            )[:1],
            progress.values_list("pgh_created_at")[:1],
        )
    )
    return max((when for (when,) in newest), default=None)

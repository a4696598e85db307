"""What the paper of the minutes asks the ledger (``settings.MINUTES_CASE_FACTS``)."""

from __future__ import annotations

from collections.abc import Sequence

from cases.decisions import decisions_of
from cases.desk.agenda import agenda_of
from cases.desk.sheet import Sheet, sheets_of, tally_of
from cases.models import CountClaim
from meetings.minutes.compose import totals_phrase
from meetings.minutes.paper import CaseFacts
from meetings.models import Meeting, Minutes, Resolution

Counts = CountClaim.Counts


def case_facts(meeting: Meeting) -> CaseFacts:
    """Return the names of the cases of resolutions, and the counts as stated.

    A deciding meeting's resolutions name their cases themselves; a group's say
    only what was resolved. Only the minutes' own counts are given, no other
    paper's. What a draft has taken down so far is worded as confirming would.
    """
    minutes = meeting.minutes
    stated = _stated(meeting)
    if minutes.state != Minutes.State.DRAFT:
        return CaseFacts(subjects=_subjects(meeting), totals=_totals(meeting, stated))
    sheets = sheets_of(minutes, agenda_of(meeting))
    drafted, subjects = _drafted(minutes, sheets)
    tally = tally_of(sheets)
    if any(sheet.drafts for sheet in sheets):
        stated = {
            Counts.DELISTED: tally.delisted,
            Counts.LISTED: tally.listed,
            Counts.CONTINUED: tally.continuing,
        }
    return CaseFacts(
        subjects=subjects,
        totals=_totals(meeting, stated),
        drafted=drafted,
        undecided=tally.undecided,
    )


def _stated(meeting: Meeting) -> dict[str, int]:
    """Return what the minutes state of all groups, by what is counted."""
    if not meeting.series.is_deciding:
        return {}
    return dict(
        CountClaim.objects.filter(
            meeting=meeting, group=None, source=CountClaim.Source.MINUTES
        ).values_list("counts", "number")
    )


def _totals(meeting: Meeting, stated: dict[str, int]) -> str:
    return totals_phrase(
        delisted=stated.get(Counts.DELISTED),
        listed=stated.get(Counts.LISTED),
        running=stated.get(Counts.CONTINUED),
        delist_word=meeting.platform.delist_word,
    )


def _subjects(meeting: Meeting) -> dict[int, str]:
    if meeting.series.is_deciding:
        return {}
    under = decisions_of(meeting).under
    return {
        resolution.order: "、".join(dict.fromkeys(decision.name for decision in those))
        for resolution in meeting.minutes.resolutions.all()
        if (those := under.get(resolution.pk))
    }


def _drafted(
    minutes: Minutes, sheets: Sequence[Sheet]
) -> tuple[list[Resolution], dict[int, str]]:
    """Return the resolutions of the sheets, after those typed, and their subjects.

    A sheet nobody has begun says nothing yet.
    """
    typed = minutes.resolutions.all()
    order = max((resolution.order for resolution in typed), default=0)
    resolutions = []
    subjects = {}
    begun = [sheet for sheet in sheets if sheet.drafts]
    for sheet in begun:
        for point in sheet.points:
            order += 1
            resolutions.append(
                Resolution(
                    minutes=minutes, group=sheet.group, order=order, text=point.text
                )
            )
            if point.lead:
                subjects[order] = point.lead
    return resolutions, subjects

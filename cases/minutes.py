"""What the paper of the minutes asks the ledger (``settings.MINUTES_CASE_FACTS``)."""

from __future__ import annotations

from cases.decisions import decisions_of
from cases.models import CountClaim
from meetings.minutes.compose import totals_phrase
from meetings.minutes.paper import CaseFacts
from meetings.models import Meeting

Counts = CountClaim.Counts


def case_facts(meeting: Meeting) -> CaseFacts:
    """Return the names of the cases of resolutions, and the counts as stated.

    A deciding meeting's resolutions name their cases themselves; a group's say
    only what was resolved. Only the minutes' own counts are given, no other
    paper's.
    """
    if not meeting.series.is_deciding:
        return CaseFacts(subjects=_subjects(meeting))
    stated = dict(
        CountClaim.objects.filter(
            meeting=meeting, group=None, source=CountClaim.Source.MINUTES
        ).values_list("counts", "number")
    )
    return CaseFacts(
        totals=totals_phrase(
            delisted=stated.get(Counts.DELISTED),
            listed=stated.get(Counts.LISTED),
            running=stated.get(Counts.CONTINUED),
        )
    )


def _subjects(meeting: Meeting) -> dict[int, str]:
    return {
        resolution: "、".join(dict.fromkeys(decision.name for decision in decisions))
        for resolution, decisions in decisions_of(meeting).under.items()
    }

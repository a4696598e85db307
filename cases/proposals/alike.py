"""Cases and other proposals that a proposal looks like, for people to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from rapidfuzz import fuzz

from cases.models import Case, Proposal, Standing
from cases.reading.likeness import apart, key
from cases.reading.names import Names
from cases.status import readable_cases

LIKE = 60  # of 100, as the reading of minutes takes names for alike
MOST = 5


@dataclass(frozen=True)
class AlikeCase:
    """A case, where it stands now, and why it is pointed out."""

    case: Case
    standing: str
    why: str


@dataclass(frozen=True)
class AlikeProposal:
    """Another proposal and why it is pointed out."""

    proposal: Proposal
    why: str


@dataclass(frozen=True)
class Alike:
    """All that a proposal looks like."""

    cases: Sequence[AlikeCase]
    proposals: Sequence[AlikeProposal]

    def __bool__(self) -> bool:
        return bool(self.cases or self.proposals)


def alike(
    proposal: Proposal, *, by: AbstractBaseUser | AnonymousUser, day: date
) -> Alike:
    """Return what the proposal's title looks like, of what ``by`` may read.

    Its own case is none of them, nor what was withdrawn or merged away. In a fixed
    number of queries.
    """
    if not key(proposal.title):
        return Alike((), ())
    return Alike(
        _cases(proposal, by)[:MOST], _proposals(proposal, by=by, day=day)[:MOST]
    )


def _cases(proposal: Proposal, by: AbstractBaseUser | AnonymousUser) -> list[AlikeCase]:
    labels = dict(Standing.Code.choices)
    match = Names.of(proposal.platform).match(proposal.title, proposal.group)
    found = {each.case.pk: each for each in match.candidates}
    readable = readable_cases(by).filter(pk__in=found)
    pks = set(readable.values_list("pk", flat=True))
    return [
        AlikeCase(each.case, str(labels.get(each.case.standing, "")), each.why)
        for pk, each in found.items()
        if pk in pks and pk != proposal.case_id
    ]


def _proposals(
    proposal: Proposal, *, by: AbstractBaseUser | AnonymousUser, day: date
) -> list[AlikeProposal]:
    wanted = key(proposal.title)
    # What has a case is found as that.
    others = (
        Proposal.objects.readable_by(by, day)
        .filter(platform=proposal.platform, case=None)
        .exclude(pk=proposal.pk)
        .exclude(state__in=[Proposal.State.WITHDRAWN, Proposal.State.MERGED])
        .exclude(title="")
        .select_related("platform", "municipality", "agency")
        .order_by("-roc_year", "serial")
    )
    scored = []
    for other in others:
        known = key(other.title)
        score = fuzz.ratio(wanted, known)
        if score >= LIKE:
            why = apart(wanted, known)
            said = f"名稱相近，但{why}" if why else "名稱相近"
            if known == wanted:
                said = "名稱相同"
            scored.append((bool(why), -score, AlikeProposal(other, said)))
    return [each for *_, each in sorted(scored, key=lambda one: one[:2])]

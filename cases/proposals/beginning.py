"""How a proposal begins: by hand, from a motion, or from a paper that is older."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cases.models import Proposal
from cases.proposals.holding import refuse_unless_kept
from meetings.models import (
    Agency,
    IssueGroup,
    Minutes,
    Motion,
    Municipality,
    Platform,
)
from meetings.words import say
from platform_site.lib.roc import roc_year


@transaction.atomic
def begin(
    group: IssueGroup,
    municipality: Municipality,
    *,
    by: AbstractBaseUser,
    at: datetime,
    agency: Agency | None = None,
    motion: Motion | None = None,
) -> Proposal:
    """Begin an empty draft of a group, in the name of a municipality."""
    proposal = Proposal(
        platform=group.platform,
        group=group,
        municipality=municipality,
        agency=agency,
        came_from_motion=motion,
        title=motion.subject if motion else "",
        partners=member_keys(group.platform),
        created_by_id=by.pk,
    )
    day = timezone.localdate(at)
    _number(proposal, roc_year(day))
    proposal.full_clean(exclude=["serial"])
    proposal.save(force_insert=True)
    if not Proposal.objects.written_by(by, day).filter(pk=proposal.pk).exists():
        raise PermissionDenied(say("您不是這個縣市在這個小組的窗口，不能提案。"))
    return proposal


@transaction.atomic
def from_motion(
    motion: Motion,
    *,
    group: IssueGroup,
    municipality: Municipality,
    by: AbstractBaseUser,
    at: datetime,
) -> Proposal:
    """Begin a draft from a motion that confirmed minutes hold; once for each motion."""
    platform = motion.minutes.meeting.platform
    refuse_unless_kept(platform, by)
    # One after the other, lest two make the same proposal.
    Platform.objects.select_for_update(no_key=True).get(pk=platform.pk)
    if motion.minutes.state != Minutes.State.CONFIRMED:
        raise ValidationError("會議紀錄確認後，臨時動議才能轉為提案單。")
    if group.platform_id != platform.pk:
        raise ValidationError(say("議題小組須屬同一平臺。"))
    made = motion.proposals.exclude(state=Proposal.State.WITHDRAWN).first()
    if made is not None:
        raise ValidationError(f"這個臨時動議已轉為提案單 {made.key}。")
    return begin(group, municipality, by=by, at=at, motion=motion)


@transaction.atomic
def from_paper(proposal: Proposal) -> Proposal:
    """Keep a proposal that a paper tells of, as agreed; it has its case.

    ``source`` says which paper. What the paper does not say may be empty.
    """
    proposal.state = Proposal.State.AGREED
    if proposal.is_all_members and not proposal.partners:
        proposal.partners = member_keys(proposal.platform)
    _number(proposal, proposal.roc_year)
    proposal.full_clean(exclude=["serial"])
    proposal.save(force_insert=True)
    return proposal


def member_keys(platform: Platform) -> list[int]:
    """Return the keys of the platform's members, in their order."""
    rows = platform.memberships.order_by("municipality__order", "municipality__slug")
    return list(rows.values_list("municipality", flat=True))


def _number(proposal: Proposal, year: int) -> None:
    """Give the next number of the year; a number is never given twice."""
    Platform.objects.select_for_update(no_key=True).get(pk=proposal.platform.pk)
    taken = Proposal.objects.filter(platform=proposal.platform, roc_year=year)
    last = taken.aggregate(last=Max("serial"))["last"] or 0
    proposal.roc_year, proposal.serial = year, last + 1

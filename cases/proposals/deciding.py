"""What meetings do with proposals, and what the secretariat mends in their words.

A meeting takes a proposal up by its minutes: on the sheet of its group the proposal is
taken down as a decision about a new case (``DraftDecision.proposal``), and confirming
registers the case, posts the entry and ties the two together (``settle``). Where the
minutes were confirmed already, ``agree`` ties the proposal to the case they took up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from cases.models import Case, DraftDecision, LedgerEntry, Proposal
from cases.models.proposals import PENDING, ProposalQuerySet
from cases.proposals.holding import (
    Kind,
    State,
    hold_to_judge,
    is_repeated,
    move,
    refuse_state,
    refuse_version,
    tidy,
)
from cases.proposals.writing import Form, refuse_on_agenda, set_contact, write
from meetings.models import IssueGroup, Meeting
from meetings.words import say

# The entries by which a meeting takes a case up; as cases_taken_up in migration 0016.
TAKING_UP = (
    LedgerEntry.Kind.AGREE,
    LedgerEntry.Kind.LIST,
    LedgerEntry.Kind.CARRY_IN,
)


@transaction.atomic
def discuss(
    proposal: Proposal,
    meeting: Meeting,
    *,
    words: str = "",
    version: int,
    by: AbstractBaseUser,
    at: datetime,
) -> Proposal:
    """Record that a meeting discussed a proposal without taking it up."""
    found = hold_to_judge(proposal, by=by)
    step: dict[str, Any] = {"by": by, "words": tidy(words), "meeting": meeting}
    if is_repeated(found, Kind.DISCUSSED, version=version, **step):
        return found
    refuse_version(found, version)
    refuse_state(found, PENDING, "登錄討論")
    _refuse_meeting(found, meeting, at)
    if found.steps.filter(kind=Kind.DISCUSSED, meeting=meeting).exists():
        raise ValidationError({"meeting": ["這次會議的討論已經登錄。"]})
    return move(found, Kind.DISCUSSED, **step, changes={"state": State.DISCUSSED})


@transaction.atomic
def agree(
    proposal: Proposal,
    case: Case,
    meeting: Meeting,
    *,
    version: int,
    by: AbstractBaseUser,
) -> Proposal:
    """Tie a proposal to the case that confirmed minutes of a meeting took up."""
    found = hold_to_judge(proposal, by=by)
    if is_repeated(found, Kind.AGREED, version=version, by=by, meeting=meeting):
        return found
    refuse_version(found, version)
    refuse_state(found, PENDING, "登錄同意")
    refuse_on_agenda(found)
    taken_up = LedgerEntry.objects.in_account().filter(
        case=case, case__platform=found.platform_id, meeting=meeting, kind__in=TAKING_UP
    )
    if not taken_up.exists():
        raise ValidationError(
            {"case": [f"{meeting.title}的紀錄沒有同意「{case.name}」的決定。"]}
        )
    other = Proposal.objects.filter(case=case).first()
    if other is not None:
        raise ValidationError({"case": [f"{case.number} 已有提案單 {other.key}。"]})
    return _agree(found, case, meeting, by)


def _agree(
    proposal: Proposal, case: Case, meeting: Meeting, by: AbstractBaseUser
) -> Proposal:
    changes = {"state": State.AGREED, "case": case}
    return move(proposal, Kind.AGREED, by=by, meeting=meeting, changes=changes)


@transaction.atomic
def merge(
    proposal: Proposal,
    into: Proposal | Case,
    *,
    words: str = "",
    version: int,
    by: AbstractBaseUser,
    meeting: Meeting | None = None,
) -> Proposal:
    """End a proposal that goes on in another one, or in a case."""
    both = {each.pk for each in (proposal, into) if isinstance(each, Proposal)}
    # In one order, so that two that are merged into each other do not wait in a circle.
    held = Proposal.objects.select_for_update(of=["self"]).filter(pk__in=both)
    states = dict(held.order_by("pk").values_list("pk", "state"))
    found = hold_to_judge(proposal, by=by)
    step: dict[str, Any] = {"by": by, "words": tidy(words), "meeting": meeting}
    if is_repeated(found, Kind.MERGED, version=version, **step):
        return found
    refuse_version(found, version)
    refuse_state(found, PENDING, "併案")
    refuse_on_agenda(found)
    if into.platform_id != found.platform_id or into == found:
        raise ValidationError({"into": [say("須併入同一平臺的其他提案或合作案。")]})
    changes: dict[str, Any] = {"state": State.MERGED}
    if isinstance(into, Case):
        changes["merged_into_case"] = into
    else:
        if states[into.pk] not in (*PENDING, State.AGREED):
            raise ValidationError({"into": ["只能併入已送出、討論中或已同意的提案。"]})
        changes["merged_into"] = into
    return move(found, Kind.MERGED, **step, changes=changes)


@transaction.atomic
def edit(
    proposal: Proposal,
    form: Form,
    *,
    words: str = "",
    version: int,
    by: AbstractBaseUser,
    at: datetime,
) -> Proposal:
    """Mend the words of a form that was handed in; each version is kept in its step."""
    found = hold_to_judge(proposal, by=by)
    changed = write(found, form)
    is_other_person = set_contact(found, form.contact)
    if not (changed or is_other_person):
        return found
    if found.version != version:
        found.refresh_from_db()
        refuse_version(found, version)
    refuse_state(found, (*PENDING, State.AGREED), "修改")
    found.full_clean(exclude=["serial"])
    changes = {name: getattr(found, name) for name in changed}
    changes |= {"saved_by_id": by.pk, "saved_at": at}
    return move(found, Kind.EDITED, by=by, words=tidy(words), changes=changes)


def awaiting(group: IssueGroup) -> ProposalQuerySet:
    """Return the proposals of a group that no meeting's draft minutes hold yet."""
    held = DraftDecision.objects.filter(proposal=OuterRef("pk"))
    return (
        Proposal.objects.pending()
        .filter(~Exists(held), group=group)
        .select_related("platform", "municipality", "agency")
        .order_by("roc_year", "serial")
    )


@transaction.atomic
def settle(
    proposal: Proposal,
    case: Case | None,
    meeting: Meeting,
    *,
    words: str,
    by: AbstractBaseUser,
) -> Proposal:
    """Follow with a proposal what minutes decided, in the transaction that confirms them.

    ``case`` is the one whose entry was posted just now; None where the meeting put the
    matter off, which leaves the proposal discussed.
    """
    found = hold_to_judge(proposal, by=by)
    if found.state not in PENDING:
        raise ValidationError(
            f"提案單 {found.key}「{found.title}」{found.get_state_display()}，"
            "請先自本次新案移除。"
        )
    if case is not None:
        return _agree(found, case, meeting, by)
    if found.steps.filter(kind=Kind.DISCUSSED, meeting=meeting).exists():
        return found
    step: dict[str, Any] = {"by": by, "words": tidy(words), "meeting": meeting}
    return move(found, Kind.DISCUSSED, **step, changes={"state": State.DISCUSSED})


def _refuse_meeting(proposal: Proposal, meeting: Meeting, at: datetime) -> None:
    if meeting.platform_id != proposal.platform_id:
        raise ValidationError({"meeting": ["會議須屬同一平臺。"]})
    if meeting.state == Meeting.State.CANCELLED:
        raise ValidationError({"meeting": ["這次會議已取消。"]})
    if meeting.held_on > timezone.localdate(at):
        raise ValidationError({"meeting": ["這次會議尚未召開。"]})

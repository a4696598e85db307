"""What meetings do with proposals, and what the secretariat mends in their words.

A meeting takes a proposal up by its minutes: the proposal is put into the draft
minutes as a decision about a new case, and confirming them registers the case, posts
the entry and ties the two together (``settle_draft``). Where the minutes were confirmed
already, ``agree`` ties the proposal to the case that they took up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cases.models import Case, DraftDecision, LedgerEntry, Proposal
from cases.models.proposals import PENDING
from cases.proposals.holding import (
    Kind,
    State,
    hold_to_judge,
    is_repeated,
    move,
    refuse_state,
    refuse_unless_kept,
    refuse_version,
    tidy,
)
from cases.proposals.writing import Form, refuse_on_agenda, set_contact, write
from meetings.models import Meeting, Minutes

# The entries by which a meeting takes a case up; as cases_taken_up in migration 0021.
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
    found = hold_to_judge(proposal, by=by)
    step: dict[str, Any] = {"by": by, "words": tidy(words), "meeting": meeting}
    if is_repeated(found, Kind.MERGED, version=version, **step):
        return found
    refuse_version(found, version)
    refuse_state(found, PENDING, "併案")
    refuse_on_agenda(found)
    if into.platform_id != found.platform_id or into == found:
        raise ValidationError({"into": ["須併入同一平臺的其他提案或合作案。"]})
    changes: dict[str, Any] = {"state": State.MERGED}
    if isinstance(into, Case):
        changes["merged_into_case"] = into
    else:
        # Its state now, and until this ends.
        into = Proposal.objects.select_for_update(of=["self"]).get(pk=into.pk)
        if into.state not in (*PENDING, State.AGREED):
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


@transaction.atomic
def put_on_agenda(
    proposal: Proposal, minutes: Minutes, *, by: AbstractBaseUser
) -> DraftDecision:
    """Take a proposal down in draft minutes, as taken up until the clerk says otherwise."""
    refuse_unless_kept(minutes.meeting.platform, by)
    found = hold_to_judge(proposal, by=by)
    minutes = Minutes.objects.select_for_update().get(pk=minutes.pk)
    if minutes.state != Minutes.State.DRAFT:
        raise ValidationError("這份會議紀錄已經確認。")
    meeting = minutes.meeting
    if meeting.platform_id != found.platform_id:
        raise ValidationError("會議須屬同一平臺。")
    refuse_state(found, PENDING, "列入會議紀錄")
    mine = found.drafts.filter(minutes=minutes).first()
    if mine is not None:
        return mine
    refuse_on_agenda(found)
    own = minutes.draft_decisions.filter(group=found.group)
    last = own.aggregate(last=Max("order"))["last"] or 0
    decides = meeting.series.is_deciding
    return DraftDecision.objects.create(
        minutes=minutes,
        group=found.group,
        order=last + 1,
        name=found.title,
        lead=found.municipality,
        proposal=found,
        kind=LedgerEntry.Kind.LIST if decides else LedgerEntry.Kind.AGREE,
    )


def settle_draft(
    draft: DraftDecision, case: Case | None, *, meeting: Meeting, by: AbstractBaseUser
) -> Proposal:
    """Follow with the proposal what its meeting decided, in the confirming transaction.

    ``case`` is the one whose entry was posted just now; None where the meeting put the
    matter off, which leaves the proposal discussed.
    """
    assert draft.proposal is not None
    proposal = Proposal.objects.select_for_update(of=["self"]).get(pk=draft.proposal.pk)
    if case is not None:
        return _agree(proposal, case, meeting, by)
    if proposal.steps.filter(kind=Kind.DISCUSSED, meeting=meeting).exists():
        return proposal
    return move(
        proposal,
        Kind.DISCUSSED,
        by=by,
        words=draft.words,
        meeting=meeting,
        changes={"state": State.DISCUSSED},
    )


def _refuse_meeting(proposal: Proposal, meeting: Meeting, at: datetime) -> None:
    if meeting.platform_id != proposal.platform_id:
        raise ValidationError({"meeting": ["會議須屬同一平臺。"]})
    if meeting.state == Meeting.State.CANCELLED:
        raise ValidationError({"meeting": ["這次會議已取消。"]})
    if meeting.held_on > timezone.localdate(at):
        raise ValidationError({"meeting": ["這次會議尚未召開。"]})

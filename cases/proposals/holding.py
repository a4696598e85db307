"""Proposals held for a change: locked, judged who may, and moved one step on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError

from cases.models import Proposal, ProposalStep, content_of
from meetings.models import Meeting, Platform

State = Proposal.State
Kind = ProposalStep.Kind


class SavedMeanwhile(Exception):
    """Somebody else came first; ``proposal`` is how it stands now."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(proposal)
        self.proposal = proposal


def hold_to_write(proposal: Proposal, *, by: AbstractBaseUser, day: date) -> Proposal:
    """Return the proposal locked, if it is ``by``'s to write on ``day``."""
    found = _hold(proposal.pk)
    if not Proposal.objects.written_by(by, day).filter(pk=found.pk).exists():
        raise PermissionDenied("這不是您負責的提案單。")
    return found


def hold_to_judge(proposal: Proposal, *, by: AbstractBaseUser) -> Proposal:
    """Return the proposal locked, if ``by`` is of its platform's secretariat."""
    found = _hold(proposal.pk)
    refuse_unless_kept(found.platform, by)
    return found


def refuse_unless_kept(platform: Platform, by: AbstractBaseUser) -> None:
    """Raise PermissionDenied unless ``by`` keeps the platform's record."""
    if not Platform.objects.kept_by(by).filter(pk=platform.pk).exists():
        raise PermissionDenied(f"只有{platform.name}的幕僚可以辦理。")


def _hold(pk: int) -> Proposal:
    # What may be null is not joined: the lock is on the proposal alone.
    return (
        Proposal.objects.select_for_update(of=["self"])
        .select_related("platform", "group", "municipality")
        .get(pk=pk)
    )


def refuse_version(proposal: Proposal, version: int) -> None:
    """Raise SavedMeanwhile unless ``version`` is the one that stands."""
    if proposal.version != version:
        raise SavedMeanwhile(proposal)


def refuse_state(proposal: Proposal, wanted: tuple[State, ...], verb: str) -> None:
    """Raise ValidationError unless the proposal stands so that ``verb`` is possible."""
    if proposal.state not in wanted:
        raise ValidationError(f"這份提案單{proposal.get_state_display()}，不能{verb}。")


def is_repeated(
    proposal: Proposal,
    kind: ProposalStep.Kind,
    *,
    version: int,
    by: AbstractBaseUser,
    words: str = "",
    meeting: Meeting | None = None,
) -> bool:
    """Whether ``by`` took this very step from ``version`` already: a second click."""
    if proposal.version != version + 1:
        return False
    return proposal.steps.filter(
        version=proposal.version, kind=kind, by=by.pk, words=words, meeting=meeting
    ).exists()


def move(
    proposal: Proposal,
    kind: ProposalStep.Kind,
    *,
    by: AbstractBaseUser,
    words: str = "",
    meeting: Meeting | None = None,
    changes: Mapping[str, Any],
) -> Proposal:
    """Tell a step of the proposal, and make its ``changes``."""
    for name, value in changes.items():
        setattr(proposal, name, value)
    proposal.version += 1
    ProposalStep.objects.create(
        proposal=proposal,
        version=proposal.version,
        kind=kind,
        meeting=meeting,
        by_id=by.pk,
        words=words,
        content=content_of(proposal),
    )
    proposal.save(update_fields=["version", *changes])
    return proposal


def tidy(text: str) -> str:
    """Return what was typed with its lines as they are stored."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")

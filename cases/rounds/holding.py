"""Slots held for a change: locked, judged who may, and moved one step on.

Locks are taken in one order, slots by key and then their rounds, so that nobody waits
in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F

from cases.models import ProgressStep, ProgressUpdate, ReportingRound
from meetings.models import Platform
from platform_site.lib.roc import format_roc
from platform_site.lib.text import interchange

State = ProgressUpdate.State
Kind = ProgressStep.Kind

GONE = "這一格已改為共同填報或各縣市填報，請重新開啟頁面。"
LOCKED = "這一期已鎖定，內容不再修改。"
PAPER = "這一期的辦理情形取自文件，不在此填報。"


class SavedMeanwhile(Exception):
    """Somebody else came first; ``slot`` is how it stands now."""

    def __init__(self, slot: ProgressUpdate) -> None:
        super().__init__(slot)
        self.slot = slot


def hold_to_write(
    pks: Iterable[int], *, by: AbstractBaseUser, day: date
) -> list[ProgressUpdate]:
    """Return the slots locked, if ``by`` may write all of them on ``day``."""
    slots = _hold(pks)
    asked = ProgressUpdate.objects.filter(pk__in=[slot.pk for slot in slots])
    own = set(asked.written_by(by, day).values_list("pk", flat=True))
    if any(slot.pk not in own for slot in slots):
        raise PermissionDenied("這不是您負責填報的辦理情形。")
    writable = set(asked.writable_by(by, day).values_list("pk", flat=True))
    closed = [slot for slot in slots if slot.pk not in writable]
    if closed:
        raise ValidationError(sorted({why_closed(slot, day) for slot in closed}))
    return slots


def hold_to_judge(pks: Iterable[int], *, by: AbstractBaseUser) -> list[ProgressUpdate]:
    """Return the slots locked, if ``by`` is of the secretariat of all of them."""
    slots = _hold(pks)
    for platform in {slot.round.platform for slot in slots}:
        refuse_unless_kept(platform, by)
    if any(slot.round.is_locked or slot.state == State.LOCKED for slot in slots):
        raise ValidationError(LOCKED)
    return slots


def refuse_unless_kept(platform: Platform, by: AbstractBaseUser) -> None:
    """Raise PermissionDenied unless ``by`` keeps the platform's record."""
    if not Platform.objects.kept_by(by).filter(pk=platform.pk).exists():
        raise PermissionDenied(f"只有{platform.name}的幕僚可以辦理。")


def hold_round(pk: int, *, strength: str = "SHARE") -> ReportingRound:
    """Return the round as it is now; it is not locked before the transaction ends.

    Many may write in a round at once: they share this. Django has no word for it.
    """
    table = ReportingRound._meta.db_table
    held = ReportingRound.objects.raw(
        f"SELECT * FROM {table} WHERE id = %s FOR {strength}",  # noqa: S608  our words
        [pk],
    )
    return held[0]


def _hold(pks: Iterable[int]) -> list[ProgressUpdate]:
    wanted = set(pks)
    # Who saved it is not joined: after waiting, that would be as it was before.
    slots = list(
        ProgressUpdate.objects.select_for_update(of=["self"])
        .select_related("case__group", "municipality")
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    if len(slots) != len(wanted):
        raise ValidationError(GONE)
    rounds = {pk: hold_round(pk) for pk in sorted({slot.round_id for slot in slots})}
    for slot in slots:
        slot.round = rounds[slot.round_id]
    return slots


def why_closed(slot: ProgressUpdate, day: date) -> str:
    """Return why contacts may not write the slot on ``day``, when they may not."""
    round_ = slot.round
    if round_.is_locked or slot.state == State.LOCKED:
        return LOCKED
    if round_.opens_on is None or round_.locks_on is None:
        return PAPER
    if day < round_.opens_on:
        return f"這一期自{format_roc(round_.opens_on)}起開放填報。"
    return (
        f"這一期已於{format_roc(round_.locks_on)}關閉填報，如需補填請洽幕僚重新開放。"
    )


def named(slot: ProgressUpdate) -> str:
    """Return which slot it is, for a sentence about one of many."""
    return f"{slot.case.number}（{slot.municipality or '共同'}）"


def refuse_version(slot: ProgressUpdate, version: int) -> None:
    """Raise SavedMeanwhile unless ``version`` is the one that stands."""
    if slot.version != version:
        raise SavedMeanwhile(slot)


def is_repeated(
    slot: ProgressUpdate,
    kind: ProgressStep.Kind,
    *,
    version: int,
    by: AbstractBaseUser,
    words: str = "",
) -> bool:
    """Whether ``by`` took this very step from ``version`` already: a second click."""
    if slot.version != version + 1:
        return False
    return slot.steps.filter(
        version=slot.version, kind=kind, by=by.pk, words=words
    ).exists()


def tidy(text: str) -> str:
    """Return what was typed with its lines as they are stored."""
    lines = interchange(text).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def move(
    slots: Sequence[ProgressUpdate],
    kind: ProgressStep.Kind,
    *,
    by: AbstractBaseUser,
    words: str = "",
    changes: Mapping[str, Any],
) -> None:
    """Tell the step of each slot, and make its ``changes``; three queries for all."""
    steps = [_step(slot, kind, by, words, changes) for slot in slots]
    ProgressStep.objects.bulk_create(steps)
    pks = [slot.pk for slot in slots]
    rows = ProgressUpdate.objects.filter(pk__in=pks)
    rows.order_by().update(version=F("version") + 1, **changes)
    after = rows.in_bulk()
    for slot in slots:
        for name in ("version", *changes):
            field = ProgressUpdate._meta.get_field(name)
            assert hasattr(field, "attname")
            setattr(slot, field.attname, getattr(after[slot.pk], field.attname))


def _step(
    slot: ProgressUpdate,
    kind: ProgressStep.Kind,
    by: AbstractBaseUser,
    words: str,
    changes: Mapping[str, Any],
) -> ProgressStep:
    step = ProgressStep(
        slot=slot,
        kind=kind,
        by_id=by.pk,
        words=words,
        text=changes.get("text", slot.text),
        is_unchanged=changes.get("is_unchanged", slot.is_unchanged),
        version=slot.version + 1,
    )
    if kind == Kind.EDITED:
        step.text_before, step.was_unchanged = slot.text, slot.is_unchanged
    return step

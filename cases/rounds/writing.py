"""What contacts do with their slots; the secretariat may do most of it for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.models import ProgressUpdate
from cases.models.progress import OWED
from cases.rounds.holding import (
    Kind,
    State,
    hold_to_write,
    is_repeated,
    move,
    named,
    refuse_version,
    tidy,
)

# Ten pages of a report; what is longer was pasted by mistake.
LONGEST_TEXT = 20_000
LONGEST_ANSWER = 2_000


@dataclass(frozen=True)
class Draft:
    """What is to stand in a slot, and the version it was written from."""

    text: str
    is_unchanged: bool
    version: int


def save(
    slot: ProgressUpdate,
    *,
    text: str,
    is_unchanged: bool,
    version: int,
    by: AbstractBaseUser,
    at: datetime,
) -> ProgressUpdate:
    """Save a draft, or what is mended in a returned text."""
    return save_many({slot.pk: Draft(text, is_unchanged, version)}, by=by, at=at)[0]


@transaction.atomic
def save_many(
    drafts: Mapping[int, Draft], *, by: AbstractBaseUser, at: datetime
) -> list[ProgressUpdate]:
    """Save drafts in the slots of these keys, each from its version, or none."""
    slots = hold_to_write(drafts, by=by, day=timezone.localdate(at))
    said = {pk: said_as(each.text, each.is_unchanged) for pk, each in drafts.items()}
    fresh = [slot for slot in slots if said[slot.pk] != (slot.text, slot.is_unchanged)]
    for slot in fresh:
        refuse_version(slot, drafts[slot.pk].version)
    wrong = [
        f"{named(slot)}：{why}" if len(slots) > 1 else why
        for slot in fresh
        for why in not_to_be_written(slot)
    ]
    if wrong:
        raise ValidationError(wrong)
    for slot in fresh:
        slot.text, slot.is_unchanged = said[slot.pk]
        if slot.state == State.MISSING:
            slot.state = State.DRAFT
        slot.version += 1
        slot.saved_by_id, slot.saved_at = by.pk, at
    _write(fresh)
    return slots


def _write(slots: Sequence[ProgressUpdate]) -> None:
    """Write what was saved in one statement: of a thousand rows, the CASE for each
    field and row that ``bulk_update`` builds takes longer than all the rest."""
    if not slots:
        return
    table = ProgressUpdate._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET text = said.text, is_unchanged = said.is_unchanged,"  # noqa: S608  our words
            " state = said.state, version = said.version, saved_by_id = %s,"
            " saved_at = %s FROM unnest(%s::bigint[], %s::text[], %s::boolean[],"
            " %s::text[], %s::integer[])"
            f" AS said (id, text, is_unchanged, state, version) WHERE {table}.id = said.id",
            [
                slots[0].saved_by_id,
                slots[0].saved_at,
                [slot.pk for slot in slots],
                [slot.text for slot in slots],
                [slot.is_unchanged for slot in slots],
                [str(slot.state) for slot in slots],
                [slot.version for slot in slots],
            ],
        )


def not_to_be_written(slot: ProgressUpdate) -> Iterator[str]:
    """Why nothing is written in a slot whose turn is somebody else's, or nothing."""
    if slot.state not in OWED:
        yield f"這段辦理情形{slot.get_state_display()}，不能直接修改。"


def said_as(text: str, is_unchanged: bool) -> tuple[str, bool]:
    """Return what a form says as it is stored; 本季無變動 goes with no text."""
    text = tidy(text)
    if is_unchanged and text:
        raise ValidationError("填「本季無變動」時不另填文字。")
    if len(text) > LONGEST_TEXT:
        raise ValidationError(
            f"辦理情形最多{LONGEST_TEXT:,}字，現有{len(text):,}字，請精簡。"
        )
    return text, is_unchanged


def submit(
    slot: ProgressUpdate,
    *,
    version: int,
    by: AbstractBaseUser,
    at: datetime,
    words: str = "",
) -> ProgressUpdate:
    """Hand a text in; ``words`` say where it came from if it was told elsewhere."""
    return submit_many({slot.pk: version}, by=by, at=at, words=words)[0]


@transaction.atomic
def submit_many(
    versions: Mapping[int, int],
    *,
    by: AbstractBaseUser,
    at: datetime,
    words: str = "",
) -> list[ProgressUpdate]:
    """Hand in the slots of these keys, each as the version that was seen, or none."""
    words = tidy(words)
    slots = hold_to_write(versions, by=by, day=timezone.localdate(at))
    fresh = [
        slot
        for slot in slots
        if not is_repeated(
            slot, Kind.SUBMITTED, version=versions[slot.pk], by=by, words=words
        )
    ]
    for slot in fresh:
        refuse_version(slot, versions[slot.pk])
    wrong = [
        f"{named(slot)}：{why}" if len(slots) > 1 else why
        for slot in fresh
        for why in _not_to_be_submitted(slot)
    ]
    if wrong:
        raise ValidationError(wrong)
    _hand_in(fresh, Kind.SUBMITTED, by, at, words)
    return slots


@transaction.atomic
def answer(
    slot: ProgressUpdate,
    *,
    words: str,
    version: int,
    by: AbstractBaseUser,
    at: datetime,
) -> ProgressUpdate:
    """Hand a returned text in again, mended or not, with an answer to the question."""
    [found] = hold_to_write([slot.pk], by=by, day=timezone.localdate(at))
    words = tidy(words)
    if is_repeated(found, Kind.ANSWERED, version=version, by=by, words=words):
        return found
    refuse_version(found, version)
    if not words:
        raise ValidationError("請填寫答覆。")
    if len(words) > LONGEST_ANSWER:
        raise ValidationError(
            f"答覆最多{LONGEST_ANSWER:,}字，現有{len(words):,}字，請精簡。"
        )
    if found.state != State.RETURNED:
        raise ValidationError("只有退回補正的辦理情形需要答覆。")
    for why in _not_to_be_submitted(found):
        raise ValidationError(why)
    _hand_in([found], Kind.ANSWERED, by, at, words)
    return found


@transaction.atomic
def withdraw(
    slot: ProgressUpdate, *, version: int, by: AbstractBaseUser, at: datetime
) -> ProgressUpdate:
    """Take back what nobody has judged yet; for its contacts, who wrote it."""
    day = timezone.localdate(at)
    [found] = hold_to_write([slot.pk], by=by, day=day)
    own = ProgressUpdate.objects.filter(pk=found.pk).covered_for(by, day)
    if not own.exists():
        raise PermissionDenied("只有填報的窗口可以撤回，幕僚請退回補正。")
    if is_repeated(found, Kind.WITHDRAWN, version=version, by=by):
        return found
    refuse_version(found, version)
    if found.state != State.SUBMITTED:
        raise ValidationError(f"這段辦理情形{found.get_state_display()}，不能撤回。")
    move([found], Kind.WITHDRAWN, by=by, changes={"state": State.DRAFT})
    return found


def _not_to_be_submitted(slot: ProgressUpdate) -> Iterator[str]:
    if slot.state not in OWED:
        yield f"這段辦理情形{slot.get_state_display()}，不必再送出。"
    elif not (slot.text or slot.is_unchanged):
        yield "請填寫辦理情形，或填「本季無變動」。"


def _hand_in(
    slots: Sequence[ProgressUpdate],
    kind: Kind,
    by: AbstractBaseUser,
    at: datetime,
    words: str = "",
) -> None:
    first = {
        "submitted_by": Coalesce("submitted_by", by.pk),
        "submitted_at": Coalesce("submitted_at", at),
    }
    move(slots, kind, by=by, words=words, changes={"state": State.SUBMITTED, **first})

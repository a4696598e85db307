"""What the secretariat does with texts that were handed in, and the end of a round."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypedDict

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cases.models import ProgressUpdate, ReportingRound
from cases.models.progress import OWED
from cases.models.writers import is_open_on
from cases.rounds.holding import (
    LOCKED,
    Kind,
    State,
    hold_round,
    hold_to_judge,
    is_repeated,
    move,
    named,
    refuse_unless_kept,
    refuse_version,
    tidy,
)
from cases.rounds.writing import answer, said_as, save, submit


class Said(TypedDict):
    """What is said in a slot, by whom and when."""

    text: str
    is_unchanged: bool
    by: AbstractBaseUser
    at: datetime


def accept(
    slot: ProgressUpdate, *, version: int, by: AbstractBaseUser, at: datetime
) -> ProgressUpdate:
    """Accept a text that was handed in."""
    return accept_many({slot.pk: version}, by=by, at=at)[0]


@transaction.atomic
def accept_many(
    versions: Mapping[int, int], *, by: AbstractBaseUser, at: datetime
) -> list[ProgressUpdate]:
    """Accept the slots of these keys, each as the version that was seen, or none."""
    slots = hold_to_judge(versions, by=by)
    fresh = [
        slot
        for slot in slots
        if not is_repeated(slot, Kind.ACCEPTED, version=versions[slot.pk], by=by)
    ]
    for slot in fresh:
        refuse_version(slot, versions[slot.pk])
    wrong = [
        f"{named(slot)}{slot.get_state_display()}，只能接受已送出的辦理情形。"
        for slot in fresh
        if slot.state != State.SUBMITTED
    ]
    if wrong:
        raise ValidationError(wrong)
    accepted = {"state": State.ACCEPTED, "accepted_by": by.pk, "accepted_at": at}
    move(fresh, Kind.ACCEPTED, by=by, changes=accepted)
    return slots


@transaction.atomic
def send_back(
    slot: ProgressUpdate,
    *,
    question: str,
    version: int,
    by: AbstractBaseUser,
    at: datetime,
    until: date | None = None,
) -> ProgressUpdate:
    """Send a text back with a question, to be mended while contacts may write.

    ``until`` lets them where the round is closed by then.
    """
    [found] = hold_to_judge([slot.pk], by=by)
    question = tidy(question)
    if is_repeated(found, Kind.RETURNED, version=version, by=by, words=question):
        return found
    refuse_version(found, version)
    if not question:
        raise ValidationError("請寫明要補正或確認的事項。")
    if found.state != State.SUBMITTED:
        raise ValidationError(
            f"這段辦理情形{found.get_state_display()}，只能退回已送出的。"
        )
    changes = {"state": State.RETURNED, **_open(found, until, timezone.localdate(at))}
    move([found], Kind.RETURNED, by=by, words=question, changes=changes)
    return found


@transaction.atomic
def edit(
    slot: ProgressUpdate,
    *,
    text: str,
    is_unchanged: bool,
    version: int,
    by: AbstractBaseUser,
    at: datetime,
    words: str = "",
) -> ProgressUpdate:
    """Change a text that was handed in or accepted; both versions are kept."""
    [found] = hold_to_judge([slot.pk], by=by)
    said = said_as(text, is_unchanged)
    if said == (found.text, found.is_unchanged):
        return found
    refuse_version(found, version)
    if found.state in OWED:
        raise ValidationError("這段辦理情形還在填報，請直接填寫。")
    if not any(said):
        raise ValidationError("請填寫辦理情形，或填「本季無變動」。")
    changes = {
        "text": said[0],
        "is_unchanged": said[1],
        "saved_by": by.pk,
        "saved_at": at,
    }
    move([found], Kind.EDITED, by=by, words=tidy(words), changes=changes)
    return found


@transaction.atomic
def enter(
    slot: ProgressUpdate,
    *,
    text: str,
    version: int,
    by: AbstractBaseUser,
    at: datetime,
    is_unchanged: bool = False,
    words: str = "",
) -> ProgressUpdate:
    """Put a text told elsewhere, by a call or a paper, in a slot and accept it.

    ``words`` say who told it, or answer the question that was asked.
    """
    [found] = hold_to_judge([slot.pk], by=by)
    said: Said = {"text": text, "is_unchanged": is_unchanged, "by": by, "at": at}
    if found.state == State.RETURNED and tidy(words):
        found = save(found, version=version, **said)
        found = answer(found, words=words, version=found.version, by=by, at=at)
    elif found.state in OWED:
        found = save(found, version=version, **said)
        found = submit(found, version=found.version, by=by, at=at, words=words)
    else:
        found = edit(found, version=version, words=words, **said)
    if found.state == State.SUBMITTED:
        found = accept(found, version=found.version, by=by, at=at)
    return found


@transaction.atomic
def reopen(
    slot: ProgressUpdate,
    *,
    words: str,
    version: int,
    by: AbstractBaseUser,
    at: datetime,
    until: date | None = None,
) -> ProgressUpdate:
    """Give an accepted text back to its contacts, or one owed more time."""
    [found] = hold_to_judge([slot.pk], by=by)
    words = tidy(words)
    if is_repeated(found, Kind.REOPENED, version=version, by=by, words=words):
        return found
    refuse_version(found, version)
    if not words:
        raise ValidationError("請寫明重新開放的原因。")
    if found.round.opens_on is None:
        raise ValidationError("這一期的辦理情形取自文件，不能開放填報，請直接修改。")
    if found.state == State.SUBMITTED:
        raise ValidationError("這段辦理情形已送出，請退回補正。")
    changes: dict[str, Any] = _open(found, until, timezone.localdate(at))
    if found.state == State.ACCEPTED:
        changes |= {"state": State.RETURNED, "accepted_by": None, "accepted_at": None}
    elif changes["open_until"] == found.open_until:
        raise ValidationError("這段辦理情形仍在開放填報，不必重新開放。")
    move([found], Kind.REOPENED, by=by, words=words, changes=changes)
    return found


def _open(slot: ProgressUpdate, until: date | None, day: date) -> dict[str, Any]:
    """Return until when contacts may write the slot, if that is longer than the round."""
    if until is None:
        open_now = ProgressUpdate.objects.filter(is_open_on(day), pk=slot.pk)
        if not open_now.exists():
            raise ValidationError("目前不在開放填報期間，請訂補填期限。")
        return {"open_until": slot.open_until}
    if until < day:
        raise ValidationError("補填期限不得早於今天。")
    return {"open_until": until}


@transaction.atomic
def lock_round(round_: ReportingRound, *, by: AbstractBaseUser, at: datetime) -> int:
    """Close a round for good and return how many texts were locked.

    What was not accepted stays as it is; nobody writes it any more.
    """
    refuse_unless_kept(round_.platform, by)
    rows = ProgressUpdate.objects.filter(round=round_.pk).order_by("pk")
    list(rows.select_for_update().values_list("pk"))  # slots before rounds
    found = hold_round(round_.pk, strength="UPDATE")
    if found.is_locked:
        raise ValidationError(LOCKED)
    accepted = list(rows.select_for_update().filter(state=State.ACCEPTED))
    move(accepted, Kind.LOCKED, by=by, changes={"state": State.LOCKED})
    found.locked_by_id, found.locked_at = by.pk, at
    found.save(update_fields=["locked_by", "locked_at"])
    return len(accepted)

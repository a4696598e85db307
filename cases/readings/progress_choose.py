"""What a person says to the texts of a status report, and writing them to rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.desk.forms import LONGEST, tidy_line, tidy_text
from cases.models import (
    Case,
    Choice,
    ProgressUpdate,
    ReadDecision,
    Reading,
    ReadProgress,
    ReportingRound,
)
from cases.reading.blocks import cut_by_date
from cases.reading.names import Certainty
from cases.readings.progress import ProgressReview, Row, review_progress
from cases.readings.progress_targets import Target
from cases.rounds import enter
from meetings.models import Municipality
from meetings.words import say
from platform_site.lib.roc import format_roc

OTHER = "other"
JOINT = "joint"
State = ProgressUpdate.State
CHOSEN = (
    "state",
    "certainty",
    "issue_group",
    "case",
    "municipality",
    "text",
    "in_periods",
    "version",
    "chosen_by",
    "chosen_at",
)


class ChosenMeanwhile(Exception):
    """Somebody else chose first; ``progress`` is the row as it stands."""

    def __init__(self, progress: ReadProgress) -> None:
        super().__init__(progress)
        self.progress = progress


class ChangedMeanwhile(Exception):
    """Rows, or what the rounds hold, are no longer what the person saw."""


class Written(ValidationError):
    """The texts were written to a round meanwhile."""

    def __init__(self) -> None:
        super().__init__("這份文件已寫入填報，請在辦理情形修改。")


@dataclass(frozen=True)
class Said:
    """What a form says about a row."""

    case: Case
    municipality: Municipality | None
    text: str
    in_periods: bool


@dataclass(frozen=True)
class Outcome:
    """How many texts were written, how many were there already or left as they were."""

    written: int
    same: int
    kept: int
    days: Sequence[date]


def lock_reading(reading: Reading) -> Reading:
    """Return the paper anew, locked until the transaction ends. Raises Written."""
    locked = (
        Reading.objects.defer("content")
        .select_for_update(of=["self"])
        .select_related("platform")
        .get(pk=reading.pk)
    )
    if locked.round_id is not None:
        raise Written
    return locked


def _locked_row(reading: Reading, pk: int, version: int) -> ReadProgress:
    progress = ReadProgress.objects.select_related(
        "case", "municipality", "chosen_by"
    ).get(pk=pk, reading=reading)
    if progress.version != version:
        raise ChosenMeanwhile(progress)
    return progress


@transaction.atomic
def accept(
    reading: Reading,
    pk: int,
    said: Mapping[str, Any],
    *,
    version: int,
    by: AbstractBaseUser,
) -> None:
    """Accept a row as corrected. Raises ValidationError, ChosenMeanwhile, Written."""
    locked = lock_reading(reading)
    progress = _locked_row(locked, pk, version)
    review = review_progress(locked)
    row = next(each for each in review.rows if each.progress.pk == pk)
    _write(progress, row, read_choice(said, row, review), by)


@transaction.atomic
def set_aside(
    reading: Reading, pk: int, state: str, *, version: int, by: AbstractBaseUser
) -> None:
    """Ignore a row, or open it again as it was read."""
    locked = lock_reading(reading)
    progress = _locked_row(locked, pk, version)
    progress.state = state
    if state == Choice.OPEN:
        progress.case = progress.issue_group = None
    _stamp(progress, by)
    progress.save(update_fields=list(CHOSEN))


@transaction.atomic
def accept_clear(reading: Reading, *, by: AbstractBaseUser) -> int:
    """Accept every open row without a doubt; return how many."""
    locked = lock_reading(reading)
    rows = review_progress(locked).clear_rows
    for row in rows:
        assert row.case is not None
        progress = row.progress
        progress.state = Choice.ACCEPTED
        progress.case, progress.issue_group = row.case, row.case.group
        progress.certainty = ReadDecision.Certainty.SAME
        _stamp(progress, by)
    ReadProgress.objects.bulk_update([row.progress for row in rows], CHOSEN)
    return len(rows)


def _write(
    progress: ReadProgress, row: Row, choice: Said, by: AbstractBaseUser
) -> None:
    is_same = row.certainty == Certainty.SAME and row.candidates[0].case == choice.case
    progress.state = Choice.ACCEPTED
    progress.certainty = (
        ReadDecision.Certainty.SAME if is_same else ReadDecision.Certainty.NEAR
    )
    progress.case, progress.issue_group = choice.case, choice.case.group
    progress.municipality = choice.municipality
    progress.text, progress.in_periods = choice.text, choice.in_periods
    _stamp(progress, by)
    progress.full_clean(exclude=["name", "group", "theme"])
    progress.save(update_fields=list(CHOSEN))


def _stamp(progress: ReadProgress, by: AbstractBaseUser) -> None:
    progress.version += 1
    progress.chosen_by_id = by.pk
    progress.chosen_at = timezone.now()


# Reading what was sent -------------------------------------------------------------


def read_choice(said: Mapping[str, Any], row: Row, review: ProgressReview) -> Said:
    """Return what a form says about a row. Raises ValidationError, by field."""
    errors: dict[str, str] = {}
    picked = str(said.get("case", ""))
    typed = tidy_line(str(said.get("other", ""))) if picked == OTHER else picked
    case = review.names.find(typed, review.reading.as_of) if typed else None
    if not typed:
        errors["case"] = say("請選擇合作案。")
    elif case is None:
        errors["case"] = f"找不到「{typed[:60]}」，請填本平臺的案號或案名。"
    owner = str(said.get("municipality", ""))
    members = {member.slug: member for member in review.members}
    if owner != JOINT and owner not in members:
        errors["municipality"] = "請選擇縣市，或選擇共同填報。"
    text = tidy_text(str(said.get("text", "")))
    if not text:
        errors["text"] = "沒有辦理情形的文字，請補上或略過。"
    elif len(text) > LONGEST:
        errors["text"] = f"辦理情形最多 {LONGEST} 字，目前有 {len(text)} 字。"
    in_periods = said.get("in_periods") == "on"
    day = review.reading.as_of
    if in_periods and not cut_by_date(text, day.year if day else None):
        errors["in_periods"] = "文字中沒有各期的日期，不能分填各期。"
    if errors:
        raise ValidationError(dict(errors))
    assert case is not None
    return Said(case, members.get(owner), text, in_periods)


# The data date and the rounds ------------------------------------------------------


@transaction.atomic
def save_day(reading: Reading, day: date, *, version: int, today: date) -> None:
    """Correct the data date. Raises ValidationError, ChangedMeanwhile, Written."""
    if day > today:
        raise ValidationError(
            f"資料時間不得晚於今天（{format_roc(today)}），請改填較早的日期。"
        )
    locked = lock_reading(reading)
    if locked.as_of == day:
        return
    if locked.version != version:
        raise ChangedMeanwhile
    locked.as_of = day
    locked.version += 1
    locked.save(update_fields=["as_of", "version"])


def write_rounds(
    reading: Reading, *, replaced: Sequence[str], stamp: str, by: AbstractBaseUser
) -> Outcome:
    """Write the accepted texts to their rounds, all or nothing.

    What stands there and differs is only replaced where ``replaced`` names it.
    Raises ValidationError, ChangedMeanwhile, Written.
    """
    try:
        return _write_rounds(reading, set(replaced), stamp, by)
    except IntegrityError as error:
        # Somebody began the same round or text this very moment.
        raise ChangedMeanwhile from error


@transaction.atomic
def _write_rounds(
    reading: Reading, replaced: set[str], stamp: str, by: AbstractBaseUser
) -> Outcome:
    locked = lock_reading(reading)
    review = review_progress(locked)
    if review.in_the_way:
        raise ValidationError(list(review.in_the_way))
    if review.stamp != stamp:
        raise ChangedMeanwhile
    pairs = [(row, target) for row in review.accepted_rows for target in row.targets]
    _hold([target.held for _, target in pairs if target.held is not None])
    assert locked.as_of is not None
    rounds = {
        day: _round(locked, day)
        for day in {locked.as_of, *(target.day for _, target in pairs)}
    }
    now = timezone.now()
    new, changed, same, kept = [], 0, 0, 0
    for row, target in pairs:
        if target.is_same:
            same += 1
        elif target.differs and key_of(row, target) not in replaced:
            kept += 1
        elif target.held is not None:
            held = target.held
            enter(held, text=target.text, version=held.version, by=by, at=now)
            changed += 1
        else:
            update = ProgressUpdate(
                case=row.case,
                round=rounds[target.day],
                municipality=row.municipality,
            )
            update.text, update.state = target.text, State.ACCEPTED
            new.append(update)
    ProgressUpdate.objects.bulk_create(new)
    locked.round = rounds[locked.as_of]
    locked.version += 1
    locked.save(update_fields=["round", "version"])
    return Outcome(len(new) + changed, same, kept, sorted(rounds))


def key_of(row: Row, target: Target) -> str:
    """Return what the tick that lets a text be replaced says."""
    return f"{row.progress.order}-{target.day.isoformat()}"


def _hold(updates: Sequence[ProgressUpdate]) -> None:
    """Lock what stands in the rounds. Raises ChangedMeanwhile where it has changed."""
    stands = {
        update.pk: (update.text, update.state, update.is_unchanged)
        for update in ProgressUpdate.objects.select_for_update(of=["self"]).filter(
            pk__in=[update.pk for update in updates]
        )
    }
    for update in updates:
        if stands.get(update.pk) != (update.text, update.state, update.is_unchanged):
            raise ChangedMeanwhile


def _round(reading: Reading, day: date) -> ReportingRound:
    found, _ = ReportingRound.objects.get_or_create(
        platform=reading.platform, as_of=day
    )
    if found.is_locked:
        raise ValidationError(f"{format_roc(day)}這一期已鎖定，不能寫入。")
    return found

"""What the rows of a sheet come to, and their taking over: all of them or none.

A row is compared with the text it was filled from and with what stands now. Who did
not touch a row changes nothing with it, whatever happened to the slot since.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cases.models import ProgressUpdate, ReportingRound, SheetUpload
from cases.rounds.holding import SavedMeanwhile, State, tidy, why_closed
from cases.rounds.sheet_in import Row, rows_in
from cases.rounds.sheet_keys import Key, Said, print_of, read_key, said_in
from cases.rounds.sheet_out import city_of
from cases.rounds.writing import Draft, not_to_be_written, save_many, submit_many
from platform_site.lib.roc import format_roc
from platform_site.lib.sheets import CUT_MARK, XLSX_LIMIT
from platform_site.lib.text import fold

NOT_OWN = "這一列不由您填報，或已改為共同填報或各縣市填報，內容不予採用。"


class Outcome(Enum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    CONFLICT = "conflict"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True)
class JudgedRow:
    """A row, what becomes of it and why; ``slot`` only where it is one's own."""

    row: Row
    outcome: Outcome
    slot: ProgressUpdate | None = None
    why: Sequence[str] = ()

    @property
    def said(self) -> Said:
        """What the sheet says in it."""
        return tidy(self.row.text), self.row.is_unchanged

    @property
    def goes_along(self) -> bool:
        """Whether the slot, once it says what the row says, may be handed in."""
        slot = self.slot
        if slot is None or slot.state not in (State.MISSING, State.DRAFT):
            return False  # an answer to a question is given on the page
        if self.outcome is Outcome.UNCHANGED:
            return self.said == said_in(slot) and any(self.said)
        return self.outcome is not Outcome.REJECTED and any(self.said)


@dataclass(frozen=True)
class Judged:
    """All rows of a sheet."""

    rows: Sequence[JudgedRow]
    seal: str = field(init=False)

    def __post_init__(self) -> None:
        told = [
            [
                each.row.number,
                each.outcome.value,
                each.slot and [each.slot.pk, each.slot.version],
            ]
            for each in self.rows
        ]
        sealed = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        object.__setattr__(self, "seal", sealed)

    def of(self, *outcomes: Outcome) -> list[JudgedRow]:
        """Return the rows with one of these outcomes."""
        return [each for each in self.rows if each.outcome in outcomes]


class JudgedAnew(Exception):
    """Something changed since the preview was seen; nothing was taken over."""


def judge(
    rows: Sequence[Row], round_: ReportingRound, *, by: AbstractBaseUser, day: date
) -> Judged:
    """Return what becomes of each row as things stand; so many queries for any rows."""
    keys = {row.number: read_key(row.key) for row in rows}
    wanted = {key.slot for key in keys.values() if key}
    asked = ProgressUpdate.objects.filter(pk__in=wanted)
    own = (
        asked.written_by(by, day)
        .with_case_name()
        .select_related("case__group", "municipality", "round", "saved_by")
        .in_bulk()
    )
    writable = set(asked.writable_by(by, day).values_list("pk", flat=True))
    judging = _Judging(rows, keys, own, writable, round_, day)
    return Judged([judging.row(row) for row in rows])


class _Judging:
    """The rows of one sheet beside what they are about."""

    def __init__(
        self,
        rows: Sequence[Row],
        keys: Mapping[int, Key | None],
        own: Mapping[int, ProgressUpdate],
        writable: set[int],
        round_: ReportingRound,
        day: date,
    ) -> None:
        self.keys = keys
        self.own = own
        self.writable = writable
        self.round = round_
        self.day = day
        slots = [(row.number, key.slot) for row in rows if (key := keys[row.number])]
        counts = Counter(slot for _, slot in slots)
        self.twice = {
            number: [other for other, its in slots if its == slot and other != number]
            for number, slot in slots
            if counts[slot] > 1
        }

    def row(self, row: Row) -> JudgedRow:
        key = self.keys[row.number]
        slot = self.own.get(key.slot) if key else None
        if key is None:
            return JudgedRow(row, Outcome.REJECTED, None, [*row.faults, _no_key(row)])
        is_kept = print_of(_said(row)) == key.said and not row.faults
        if slot is None and is_kept and row.number not in self.twice:
            return JudgedRow(row, Outcome.UNCHANGED, None, ["不由您填報，略過。"])
        if faults := [*row.faults, *self._misplaced(row, slot)]:
            return JudgedRow(row, Outcome.REJECTED, slot, faults)
        assert slot is not None
        stands = said_in(slot)
        if _said(row) == stands:
            return JudgedRow(row, Outcome.UNCHANGED, slot)
        if is_kept or _is_cut(row, stands):
            newer = ["檔案中未更動；網站上已有較新的內容，照網站保留。"]
            return JudgedRow(row, Outcome.UNCHANGED, slot, newer)
        if faults := list(self._unwritable(row, slot)):
            return JudgedRow(row, Outcome.REJECTED, slot, faults)
        if print_of(stands) != key.said:
            return JudgedRow(row, Outcome.CONFLICT, slot)
        is_new = slot.state == State.MISSING
        return JudgedRow(row, Outcome.NEW if is_new else Outcome.CHANGED, slot)

    def _misplaced(self, row: Row, slot: ProgressUpdate | None) -> Iterator[str]:
        """Why a row is not where its key belongs."""
        if others := self.twice.get(row.number):
            listed = "、".join(str(number) for number in others[:5])
            yield f"識別碼與第{listed}列相同，請只留下一列。"
        if slot is None:
            yield NOT_OWN
        elif slot.round_id != self.round.pk:
            yield (
                f"這是資料時間{format_roc(slot.round.as_of)}那一期的填報表，"
                "請改用本期下載的檔案。"
            )
        elif (fold(row.case), fold(row.city)) != (
            fold(slot.case.number),
            fold(city_of(slot)),
        ):
            yield (
                f"識別碼屬於{slot.case.number}（{city_of(slot)}），與這一列的"
                "案號或縣市不符，各列可能已錯位，請重新下載後填寫。"
            )

    def _unwritable(self, row: Row, slot: ProgressUpdate) -> Iterator[str]:
        """Why what a row says anew is not written."""
        if row.is_hidden:
            yield "這一列是隱藏的列，請取消隱藏或篩選，確認內容後再上傳。"
        if all(_said(row)):
            yield "填「本季無變動」時不另填文字，請清除其中一欄。"
        if CUT_MARK in row.text:
            yield "內容超過試算表單格上限，請至網頁填寫。"
        if slot.pk not in self.writable:
            yield why_closed(slot, self.day)
        else:
            yield from not_to_be_written(slot)


def _said(row: Row) -> Said:
    return tidy(row.text), row.is_unchanged


def _is_cut(row: Row, stands: Said) -> bool:
    """Whether it is what a cell could hold of the text that stands."""
    kept, mark, _ = tidy(row.text).partition(CUT_MARK)
    is_whole = len(kept) > XLSX_LIMIT // 2 and not row.is_unchanged
    return bool(mark) and is_whole and stands[0].startswith(kept)


def _no_key(row: Row) -> str:
    if not row.key:
        return "沒有識別碼，不知道是哪一項；請勿自行增列。"
    return "識別碼無法辨認，可能已被更動，請重新下載後填寫。"


# Taking over ---------------------------------------------------------------------


def take_over(
    upload: SheetUpload,
    *,
    seal: str,
    taken: Mapping[int, bool],
    hand_in: bool,
    by: AbstractBaseUser,
    at: datetime,
) -> SheetUpload:
    """Write what a sheet says, as it was seen: all its rows or none.

    ``seal`` is that of the preview; ``taken`` says for each row in conflict, by its
    number, whether the sheet's text is taken. Raises ValidationError, or JudgedAnew
    where anything is not as it was seen. A second click finds it done.
    """
    try:
        with transaction.atomic():
            return _take_over(upload, seal, taken, hand_in, by, at)
    except SavedMeanwhile as error:
        raise JudgedAnew from error


def _take_over(
    upload: SheetUpload,
    seal: str,
    taken: Mapping[int, bool],
    hand_in: bool,
    by: AbstractBaseUser,
    at: datetime,
) -> SheetUpload:
    found = SheetUpload.objects.select_for_update(of=["self"]).get(pk=upload.pk)
    if found.taken_at is not None:
        return found
    day = timezone.localdate(at)
    judged = judge(rows_in(found.said), found.round, by=by, day=day)
    if judged.seal != seal:
        raise JudgedAnew
    if rejected := judged.of(Outcome.REJECTED):
        raise ValidationError(
            f"有{len(rejected)}列不能收，請改正檔案後重新上傳；全部都沒有存入。"
        )
    open_rows = [
        each.row.number
        for each in judged.of(Outcome.CONFLICT)
        if each.row.number not in taken
    ]
    if open_rows:
        listed = "、".join(str(number) for number in open_rows[:20])
        raise ValidationError(f"請為第{listed}列選擇要保留的內容。")
    written = [
        each
        for each in judged.of(Outcome.NEW, Outcome.CHANGED, Outcome.CONFLICT)
        if taken.get(each.row.number, True)
    ]
    # The slots are locked there, each as it was judged, or all is undone.
    saved = save_many(
        {
            each.slot.pk: Draft(*each.said, version=each.slot.version)
            for each in written
            if each.slot
        },
        by=by,
        at=at,
    )
    versions = {slot.pk: slot.version for slot in saved}
    handed: dict[int, int] = {}
    if hand_in:
        handed = {
            each.slot.pk: versions.get(each.slot.pk, each.slot.version)
            for each in [*written, *judged.of(Outcome.UNCHANGED)]
            if each.slot and each.goes_along
        }
        submit_many(handed, by=by, at=at)
    found.said, found.taken_at = {}, at
    found.saved, found.handed_in = len(saved), len(handed)
    found.save(update_fields=["said", "taken_at", "saved", "handed_in"])
    return found

"""The slots of a round as a spreadsheet to be filled in elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from cases.models import ProgressStep, ProgressUpdate, ReportingRound
from cases.models.progress import OWED, ProgressUpdateQuerySet
from cases.reading.round_sheet import (
    CASE,
    CITY,
    JOINT,
    KEY,
    TEXT,
    UNCHANGED,
    YES,
)
from cases.rounds.sheet_keys import key_of
from meetings.words import say
from platform_site.lib import sheets
from platform_site.lib.roc import format_roc
from platform_site.lib.sheets import XLSX_LIMIT, About, Column

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

WRITERS = {"xlsx": sheets.xlsx, "ods": sheets.ods}
SHEET = "填報表"


@dataclass(frozen=True)
class SheetRow:
    """A slot with what stands beside it; ``is_open`` where it may be filled in."""

    slot: ProgressUpdate
    question: str
    is_open: bool


def own_slots(
    round_: ReportingRound, user: AbstractBaseUser | AnonymousUser, at: datetime
) -> ProgressUpdateQuerySet:
    """Return the slots of a round that are ``user``'s to write, in the paper's order."""
    return (
        round_.progress.written_by(user, timezone.localdate(at))
        .select_related("case__group", "municipality", "round")
        .order_by(
            "case__group__order",
            "case__number",
            F("municipality__order").asc(nulls_first=True),
            "pk",
        )
    )


def write_sheet(
    round_: ReportingRound,
    user: AbstractBaseUser,
    extension: str,
    file: IO[bytes],
    *,
    at: datetime,
) -> None:
    """Write the slots that are ``user``'s: of other people's there is nothing."""
    rows = sheet_rows(round_, user, at)
    WRITERS[extension](file, columns_of(round_), rows, _about(round_, user, rows, at))


def sheet_rows(
    round_: ReportingRound, user: AbstractBaseUser, at: datetime
) -> list[SheetRow]:
    """Return a row for each slot that is ``user``'s to write."""
    slots = list(own_slots(round_, user, at).with_case_name().with_last_text())
    asked = _questions(slots)
    writable = set(
        ProgressUpdate.objects.filter(round=round_)
        .writable_by(user, timezone.localdate(at))
        .filter(state__in=OWED)
        .values_list("pk", flat=True)
    )
    return [
        SheetRow(
            slot,
            asked.get(slot.pk, ""),
            # What a cell cannot hold is written on the page.
            slot.pk in writable and len(slot.text) <= XLSX_LIMIT // 2,
        )
        for slot in slots
    ]


def _questions(slots: Sequence[ProgressUpdate]) -> dict[int, str]:
    """What the secretariat asked last about each text that was sent back."""
    back = [slot.pk for slot in slots if slot.state == ProgressUpdate.State.RETURNED]
    kinds = (ProgressStep.Kind.RETURNED, ProgressStep.Kind.REOPENED)
    steps = ProgressStep.objects.filter(slot__in=back, kind__in=kinds)
    said = steps.order_by("slot", "version").values_list("slot", "words")
    return dict(said)


def _last_text(row: SheetRow) -> str | None:
    slot = row.slot
    if slot.last_text is None or slot.last_as_of is None:
        return None
    return f"〔資料時間{format_roc(slot.last_as_of)}〕\n{slot.last_text}"


def _state(row: SheetRow) -> str:
    state = row.slot.get_state_display()
    return f"{state}：{row.question}" if row.question else state


def columns_of(round_: ReportingRound) -> list[Column[SheetRow]]:
    """Return the columns; the words are those of the round's platform."""
    return [
        Column(KEY, lambda row: key_of(row.slot), 10),
        Column(say("議題小組"), lambda row: row.slot.case.group.name, 9),
        Column(CASE, lambda row: row.slot.case.number, 8),
        Column(
            round_.platform.case_word,
            lambda row: row.slot.case_name,
            18,
        ),
        Column(CITY, lambda row: city_of(row.slot), 8),
        Column("前期辦理情形", _last_text, 44),
        Column("狀態", _state, 14),
        Column(
            TEXT, lambda row: row.slot.text or None, 52, opens=lambda row: row.is_open
        ),
        Column(
            UNCHANGED,
            lambda row: YES if row.slot.is_unchanged else None,
            9,
            opens=lambda row: row.is_open,
            choices=[YES],
        ),
    ]


def city_of(slot: ProgressUpdate) -> str:
    """Return who reports, as the sheet says it."""
    return slot.municipality.name if slot.municipality else JOINT


def _about(
    round_: ReportingRound,
    user: AbstractBaseUser,
    rows: Sequence[SheetRow],
    at: datetime,
) -> About:
    platform = round_.platform
    return About(
        title=f"{platform.name}{TEXT}填報表（資料時間{format_roc(round_.as_of)}）",
        author=platform.name,
        sheet=SHEET,
        notes=list(_notes(round_, user, rows, at)),
    )


def _notes(
    round_: ReportingRound,
    user: AbstractBaseUser,
    rows: Sequence[SheetRow],
    at: datetime,
) -> Iterator[str]:
    to_fill = sum(row.is_open for row in rows)
    local = timezone.localtime(at)
    yield f"{round_.platform.name}　{TEXT}填報說明"
    yield f"資料時間：{format_roc(round_.as_of)}"
    if round_.due_on and round_.locks_on:
        yield (
            f"填報期限：{format_roc(round_.due_on)}；"
            f"{format_roc(round_.locks_on)}關閉填報。"
        )
    yield (
        f"下載：{user}，{format_roc(local.date())}{local:%H:%M}；"
        f"共{len(rows)}列，其中{to_fill}列可填寫。"
    )
    yield ""
    yield f"一、請在「{SHEET}」工作表的「{TEXT}」與「{UNCHANGED}」兩欄填寫，其餘各欄請勿更動。"
    yield "二、灰底的儲存格已鎖定；整列灰底者目前不能填寫（已送出、已接受或不在填報期間）。"
    yield f"三、本期沒有新進度時，「{UNCHANGED}」選「{YES}」，並將「{TEXT}」留空。"
    yield "四、儲存格內換行：Excel按Alt＋Enter，LibreOffice按Ctrl＋Enter。"
    yield "五、條列層次依一、（一）、1.、(1)、A.書寫。"
    yield "六、請填文字，不要使用公式、合併儲存格或隱藏列；刪除的列視為不變動。"
    yield "七、填畢存檔（.xlsx或.ods皆可），回到網站「試算表填報」上傳；先看預覽，確認後才存入。"
    yield "八、下載後若有人在網站上改過同一段，上傳時會並列兩個版本，請擇一保留。"

"""Publishing a round: an edition is asked for, made by a job, and public when whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.editions.data import from_data, to_data
from cases.editions.files import checksum, make_file, on_disk, wanted
from cases.editions.gather import edition_before, gather, last_round
from cases.models import (
    Correction,
    EditionFile,
    ProgressUpdate,
    ReportEdition,
    ReportingRound,
)
from cases.reports import NothingToReport, status_report
from cases.rounds.holding import hold_round, refuse_unless_kept, tidy
from cases.tasks import make_edition
from meetings.words import speaking_for
from platform_site.lib.pdf import PaperError
from platform_site.lib.queue import later
from platform_site.lib.roc import format_roc

NOT_LOCKED = "這一期尚未鎖定，鎖定後才能發布。"
IN_THE_MAKING = "這一期已有一版正在製作，請待其完成或取消後再辦理。"


@transaction.atomic
def ask_for_edition(
    round_: ReportingRound,
    *,
    by: AbstractBaseUser,
    why: str = "",
    corrections: Mapping[int, str] | None = None,
) -> ReportEdition:
    """Freeze what a locked round says and have its files made.

    Every edition after the first says ``why``. ``corrections`` are texts by slot; those
    that say nothing else than before are left out. Raises PermissionDenied, or
    ValidationError with a sentence.
    """
    refuse_unless_kept(round_.platform, by)
    held = hold_round(round_.pk, strength="UPDATE")
    if not held.is_locked:
        raise ValidationError(NOT_LOCKED)
    editions = list(held.editions.defer("dataset").order_by("number"))
    if any(edition.published_at is None for edition in editions):
        raise ValidationError(IN_THE_MAKING)
    why = tidy(why)
    if editions and not why:
        raise ValidationError("請寫明更正的內容與原因。")
    changed = _changed(held, corrections or {})
    if changed and not editions:
        raise ValidationError("第一版依鎖定的內容發布，發布後再更正。")
    number = len(editions) + 1
    with speaking_for(held.platform):
        try:
            report = gather(held, number=number, why=why, corrections=changed)
        except NothingToReport as error:
            raise ValidationError(str(error)) from error
        bases = _bases(held, editions)
    if not any(group.rows for group in report.groups):
        raise ValidationError(
            f"資料時間{format_roc(held.as_of)}沒有已公開決定列管的案件，無法發布；"
            "請先公開作成列管決定的會議紀錄。"
        )
    dataset = {"report": to_data(report), "since": bases}
    edition = ReportEdition(
        round=held,
        number=number,
        why=why,
        dataset=dataset,
        wanted=wanted(dataset),
        asked_by_id=by.pk,
    )
    edition.save()
    Correction.objects.bulk_create(
        Correction(edition=edition, slot_id=slot, text=text)
        for slot, text in changed.items()
    )
    later(make_edition, edition=edition.pk, once=f"edition {edition.pk}")
    return edition


def _changed(round_: ReportingRound, corrections: Mapping[int, str]) -> dict[int, str]:
    said = {slot: tidy(text) for slot, text in corrections.items()}
    slots = ProgressUpdate.objects.filter(round=round_, pk__in=said).accepted()
    found = {slot.pk: tidy(slot.told_text or "") for slot in slots.as_told()}
    if set(said) - set(found):
        raise ValidationError("只能更正這一期已接受的辦理情形。")
    if not all(said.values()):
        raise ValidationError("更正後的辦理情形不得空白。")
    return {slot: text for slot, text in said.items() if text != found[slot]}


def _bases(
    round_: ReportingRound, editions: list[ReportEdition]
) -> dict[str, dict[str, Any]]:
    """Return what an edition is compared to: the last edition, and the last round's."""
    found: dict[str, dict[str, Any]] = {}
    before = edition_before(round_)
    last = last_round(round_)
    if before is not None:
        found["round"] = _base(before)
    elif last is not None:
        try:
            report = status_report(round_.platform, last.as_of)
        except NothingToReport:
            pass
        else:
            title = f"{format_roc(last.as_of)}"
            found["round"] = {"title": title, "report": to_data(report)}
    if editions:
        found["edition"] = _base(editions[-1])
    return found


def _base(edition: ReportEdition) -> dict[str, Any]:
    report = from_data(edition.dataset["report"])
    said = report.first_page.edition if report.first_page else ""
    title = f"{format_roc(report.as_of)}{said or '第1版'}"
    return {"title": title, "report": edition.dataset["report"]}


# Made by the worker --------------------------------------------------------------


def make(pk: int) -> None:
    """Make the files that an edition still lacks, and publish it with the last.

    May be called again at any time, and by two at once. A paper that cannot be made
    leaves its sentence in ``fault``.
    """
    editions = ReportEdition.objects.select_related("round__platform")
    edition = editions.filter(pk=pk, published_at=None).first()
    if edition is None:
        return  # published, or thrown away
    there = set(edition.files.values_list("name", flat=True))
    for name in edition.wanted:
        if name in there:
            continue
        try:
            with speaking_for(edition.round.platform):
                content = make_file(edition.dataset, name)
        except PaperError as error:
            ReportEdition.objects.filter(pk=pk, published_at=None).update(
                fault=str(error)
            )
            return
        if not _add(pk, name, content):
            return
    _publish(pk)


def _add(pk: int, name: str, content: bytes) -> bool:
    """Add a file, unless the edition is no longer in the making."""
    with transaction.atomic():
        held = ReportEdition.objects.select_for_update(no_key=True).filter(
            pk=pk, published_at=None
        )
        if not held.values_list("pk"):
            return False
        if not EditionFile.objects.filter(edition=pk, name=name).exists():
            EditionFile.objects.create(
                edition_id=pk,
                name=name,
                content=content,
                sha256=checksum(content),
                size=len(content),
            )
    return True


def _publish(pk: int) -> None:
    """Make the edition public; the database sees that all files are there."""
    with transaction.atomic():
        ReportEdition.objects.filter(pk=pk, published_at=None).update(
            published_at=timezone.now(), fault=""
        )
    for file in EditionFile.objects.filter(edition=pk):
        on_disk(file)


@transaction.atomic
def throw_away(edition: ReportEdition, *, by: AbstractBaseUser) -> None:
    """Remove an edition that is not published yet, with its files."""
    refuse_unless_kept(edition.round.platform, by)
    held = ReportEdition.objects.select_for_update().filter(pk=edition.pk)
    for found in held.defer("dataset"):
        if found.published_at is not None:
            raise ValidationError("這一版已經發布，不得取消；內容有誤請發布更正版。")
        try:
            found.delete()
        except IntegrityError as error:
            raise ValidationError("這一版目前無法取消，請稍後再試。") from error


@transaction.atomic
def make_again(edition: ReportEdition, *, by: AbstractBaseUser) -> None:
    """Have the files made that are lacking after a fault."""
    refuse_unless_kept(edition.round.platform, by)
    ReportEdition.objects.filter(pk=edition.pk, published_at=None).update(fault="")
    later(make_edition, edition=edition.pk, once=f"edition {edition.pk}")

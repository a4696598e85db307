"""Printing a handbook: an edition is asked for, and made by a job."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from io import BytesIO

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.exports.handbook import STYLESHEETS, handbook_document, handbook_html
from cases.handbooks.data import Grid, Handbook, from_data, to_data
from cases.handbooks.gather import handbook_of
from cases.models import HandbookEdition, HandbookFile
from cases.rounds.holding import refuse_unless_kept
from cases.tasks import make_handbook
from meetings.models import Meeting, Minutes
from meetings.words import speaking_for
from platform_site.lib import odf
from platform_site.lib.pdf import PaperError, render_pdf_here
from platform_site.lib.queue import later

PDF, ODT = "handbook.pdf", "handbook.odt"
IN_THE_MAKING = "這次會議已有一版正在製作，請待其完成或取消後再辦理。"
CONFIRMED = "會議紀錄已確認，不再製作會議資料；已製作的版本仍可下載。"
# A page is told of this often, in seconds: each telling is a commit.
BEAT = 0.5
ROWS_A_PAGE = 5


@transaction.atomic
def ask_for_handbook(meeting: Meeting, *, by: AbstractBaseUser) -> HandbookEdition:
    """Freeze what the handbook of a meeting says now, and have its files made.

    Raises PermissionDenied, or ValidationError with a sentence.
    """
    refuse_unless_kept(meeting.platform, by)
    Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    minutes: Minutes | None = getattr(meeting, "minutes", None)
    if minutes is not None and minutes.state == Minutes.State.CONFIRMED:
        raise ValidationError(CONFIRMED)
    editions = meeting.handbooks.defer("dataset")
    if editions.filter(made_at=None).exists():
        raise ValidationError(IN_THE_MAKING)
    handbook = handbook_of(meeting)
    if not (handbook.chapters or handbook.cover):
        raise ValidationError("沒有要印出的章節，請至少選一章。")
    edition = HandbookEdition.objects.create(
        meeting=meeting,
        number=editions.count() + 1,
        dataset=to_data(handbook),
        wanted=[PDF, ODT],
        steps=_pages(handbook) + 1,
        asked_by_id=by.pk,
    )
    later(make_handbook, edition=edition.pk, once=f"handbook {edition.pk}")
    return edition


def _pages(handbook: Handbook) -> int:
    """Return about how many pages it will have, for the bar."""
    rows = sum(
        len(block.rows)
        for chapter in handbook.chapters
        for block in chapter.blocks
        if isinstance(block, Grid)
    )
    return len(handbook.chapters) + len(handbook.forms) + rows // ROWS_A_PAGE + 2


def make(pk: int) -> None:
    """Make the files of a handbook; may be called again at any time.

    A paper that cannot be made leaves its sentence in ``fault``.
    """
    editions = HandbookEdition.objects.select_related("meeting__platform")
    edition = editions.filter(pk=pk, made_at=None).first()
    if edition is None:
        return  # made, or thrown away
    with speaking_for(edition.meeting.platform):
        _make(edition)


def _make(edition: HandbookEdition) -> None:
    handbook = from_data(edition.dataset)
    file = BytesIO()
    odf.odt(file, handbook_document(handbook))
    try:
        pdf = render_pdf_here(
            handbook_html(handbook), stylesheets=STYLESHEETS, progress=_teller(edition)
        )
    except PaperError as error:
        held = HandbookEdition.objects.filter(pk=edition.pk, made_at=None)
        held.update(fault=str(error))
        return
    _finish(edition.pk, {PDF: pdf, ODT: file.getvalue()})


def _teller(edition: HandbookEdition) -> Callable[[int], None]:
    """Return what tells how many pages are laid out, now and then, never fewer."""
    told, at = edition.done, time.monotonic()

    def tell(page: int) -> None:
        nonlocal told, at
        done = min(page, edition.steps - 1)
        if done > told and time.monotonic() - at >= BEAT:
            told, at = done, time.monotonic()
            HandbookEdition.objects.filter(pk=edition.pk, made_at=None).update(
                done=done
            )

    return tell


@transaction.atomic
def _finish(pk: int, files: dict[str, bytes]) -> None:
    """Keep the files and close the edition, all or nothing."""
    held = HandbookEdition.objects.select_for_update(no_key=True)
    edition = held.filter(pk=pk, made_at=None).defer("dataset").first()
    if edition is None:
        return
    HandbookFile.objects.bulk_create(
        HandbookFile(
            edition=edition,
            name=name,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
        )
        for name, content in files.items()
    )
    edition.done, edition.fault, edition.made_at = edition.steps, "", timezone.now()
    edition.save(update_fields=["done", "fault", "made_at"])


@transaction.atomic
def throw_away(edition: HandbookEdition, *, by: AbstractBaseUser) -> None:
    """Remove an edition that is not made yet."""
    refuse_unless_kept(edition.meeting.platform, by)
    held = HandbookEdition.objects.select_for_update().filter(pk=edition.pk)
    for found in held.defer("dataset"):
        if found.made_at is not None:
            raise ValidationError("這一版已經完成，予以保留，不得取消。")
        try:
            found.delete()
        except IntegrityError as error:
            raise ValidationError("這一版目前無法取消，請稍後再試。") from error


@transaction.atomic
def make_again(edition: HandbookEdition, *, by: AbstractBaseUser) -> None:
    """Have a handbook made that met with a fault."""
    refuse_unless_kept(edition.meeting.platform, by)
    HandbookEdition.objects.filter(pk=edition.pk, made_at=None).update(fault="")
    later(make_handbook, edition=edition.pk, once=f"handbook {edition.pk}")

"""Taking papers in, and having them read one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import DataError, transaction
from django.db.models import Q
from django.utils import timezone

from cases.models import Reading
from cases.readings.minutes import lay_down_minutes
from cases.readings.progress_facts import lay_down_progress
from cases.readings.values import ODD
from meetings.models import Platform
from platform_site.lib.text import interchange
from platform_site.reading import sandbox
from platform_site.reading.document import Refused

State = Reading.State

MOST_FILES = 60
LONGEST_NAME = 200
# Longer than any child process lives: who began before has died.
GIVEN_UP = timedelta(minutes=3)
MEDIA_TYPES = {
    ".txt": "text/plain",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
ENDINGS = {
    Reading.Kind.MINUTES: (".docx", ".odt", ".pdf", ".txt"),
    Reading.Kind.STATUS_REPORT: (".docx", ".odt", ".xlsx", ".ods", ".pdf", ".txt"),
}


@dataclass(frozen=True)
class Way:
    """How a kind of paper is read: in the child process, and then into rows.

    ``lay_down`` makes the rows of a reading from what the child said and returns
    the paper's text; it raises Refused.
    """

    then: str
    lay_down: Callable[[Reading, dict[str, Any]], str]


WAYS = {
    Reading.Kind.MINUTES: Way("cases.reading.minutes:read", lay_down_minutes),
    Reading.Kind.STATUS_REPORT: Way(
        "cases.reading.status_report:read", lay_down_progress
    ),
}


@dataclass(frozen=True)
class TakenIn:
    """A file that was uploaded; ``is_known`` where the very file was here before."""

    reading: Reading
    is_known: bool


def take_in(
    platform: Platform,
    kind: str,
    files: Sequence[UploadedFile[Any]],
    *,
    by: AbstractBaseUser,
) -> list[TakenIn]:
    """Keep the files to be read, each once; all of them or none.

    Raises ValidationError with a sentence for each file that is refused.
    """
    refused = [sentence for file in files if (sentence := _refusal(file, kind))]
    if refused:
        raise ValidationError(refused)
    with transaction.atomic():
        return [_keep(platform, kind, file, by) for file in files]


def _refusal(file: UploadedFile[Any], kind: str) -> str:
    """Return why a file is not taken, or nothing; what it holds is judged later."""
    name = name_of(file)
    endings = ENDINGS[Reading.Kind(kind)]
    if not file.size:
        return f"「{name}」是空的檔案，請重新選擇。"
    if not name.lower().endswith(endings):
        told = "、".join(endings)
        return f"「{name}」不是可讀取的檔案類型，請以 {told} 上傳。"
    return ""


def name_of(file: UploadedFile[Any]) -> str:
    """Return the file's name as it may be kept, its ending last."""
    name = "".join(char for char in interchange(file.name or "") if char.isprintable())
    return name[-LONGEST_NAME:] or "未命名"


def _keep(
    platform: Platform, kind: str, file: UploadedFile[Any], by: AbstractBaseUser
) -> TakenIn:
    content = file.read()
    name = name_of(file)
    ending = next(
        each for each in ENDINGS[Reading.Kind(kind)] if name.lower().endswith(each)
    )
    reading, is_begun = Reading.objects.without_content().get_or_create(
        platform=platform,
        kind=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "name": name,
            "media_type": MEDIA_TYPES[ending],
            "content": content,
            "size": len(content),
            "uploaded_by_id": by.pk,
        },
    )
    if is_begun:
        del reading.content  # a year of papers need not stay in memory
    return TakenIn(reading, is_known=not is_begun)


# Reading -------------------------------------------------------------------------


def read_next(platform: Platform) -> Reading | None:
    """Read the paper that waits longest, None when none waits or there is no room.

    The row is marked, read outside any transaction, and written again: two who ask
    at once read two papers, and nobody waits for another's.
    """
    reading = take_next(platform)
    if reading is None:
        return None
    content = Reading.objects.filter(pk=reading.pk).values_list("content", flat=True)
    try:
        way = WAYS[Reading.Kind(reading.kind)]
        # Who removes a paper while it is read leaves nothing to be written.
        result = sandbox.read(bytes(content.first() or b""), reading.name, way.then)
        return _finish(reading, result)
    except sandbox.Busy:
        _put_back(reading)
        return None
    except Refused as refused:
        return _refuse(reading, refused.sentence)
    except DataError:  # what no column can hold
        return _refuse(reading, ODD)


def read_again(reading: Reading) -> None:
    """Let a paper that was refused wait once more."""
    Reading.objects.filter(pk=reading.pk, state=State.REFUSED).update(
        state=State.WAITING, refusal="", begun_at=None
    )


def waiting(platform: Platform) -> int:
    """Return how many papers are still to be read."""
    return Reading.objects.filter(_unread(timezone.now()), platform=platform).count()


def _unread(now: datetime) -> Q:
    return Q(state=State.WAITING) | Q(state=State.READING, begun_at__lt=now - GIVEN_UP)


@transaction.atomic
def take_next(platform: Platform) -> Reading | None:
    """Mark the paper that waits longest as being read, one that nobody else marks."""
    now = timezone.now()
    reading = (
        Reading.objects.without_content()
        .filter(_unread(now), platform=platform)
        .select_for_update(skip_locked=True, of=["self"])
        .order_by("pk")
        .first()
    )
    if reading is not None:
        reading.state, reading.begun_at = State.READING, now
        reading.save(update_fields=["state", "begun_at"])
    return reading


def _held(reading: Reading) -> Reading | None:
    """Return the row locked, unless somebody else has taken it over since."""
    return (
        Reading.objects.without_content()
        .select_for_update(of=["self"])
        .select_related("platform")
        .filter(pk=reading.pk, state=State.READING, begun_at=reading.begun_at)
        .first()
    )


@transaction.atomic
def _put_back(reading: Reading) -> None:
    held = _held(reading)
    if held is not None:
        held.state, held.begun_at = State.WAITING, None
        held.save(update_fields=["state", "begun_at"])


@transaction.atomic
def _refuse(reading: Reading, sentence: str) -> Reading:
    held = _held(reading)
    if held is not None:
        held.state = State.REFUSED
        held.refusal = interchange(sentence) or "無法讀取這個檔案。"
        held.read_at = timezone.now()
        held.save(update_fields=["state", "refusal", "read_at"])
    return held or reading


@transaction.atomic
def _finish(reading: Reading, result: dict[str, Any]) -> Reading:
    """Write what was read with its rows, all or nothing. Raises Refused."""
    held = _held(reading)
    if held is None:
        return reading
    held.state = State.READ
    held.text = WAYS[Reading.Kind(held.kind)].lay_down(held, result)
    held.result = {name: value for name, value in result.items() if name != "text"}
    held.read_at = timezone.now()
    held.save(update_fields=["state", "text", "result", "read_at"])
    return held

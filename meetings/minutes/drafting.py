"""Saving draft minutes part by part, so that nobody overwrites another unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from meetings.models import DraftPart, Minutes


class SavedMeanwhile(Exception):
    """Another save came first; ``part`` says who saved and which version stands."""

    def __init__(self, part: DraftPart) -> None:
        super().__init__(part)
        self.part = part


def version_of(minutes: Minutes, part: str) -> int:
    """Return how often ``part`` has been saved; what a form says it was filled from."""
    found = DraftPart.objects.filter(minutes=minutes, part=part)
    return found.values_list("version", flat=True).first() or 0


@contextmanager
def saving(
    minutes: Minutes, part: str, *, version: int, by: AbstractBaseUser
) -> Iterator[DraftPart]:
    """Save ``part`` in the body of the ``with``, in one transaction, or refuse.

    Gives the part with its new version. Raises ``SavedMeanwhile`` when ``version``
    is not the one that stands, ValidationError once the minutes are confirmed;
    whatever the body raises undoes the save.
    """
    with transaction.atomic():
        # Lock the minutes: of two saves, or a save and confirming, one comes first.
        minutes = Minutes.objects.select_for_update().get(pk=minutes.pk)
        if minutes.state != Minutes.State.DRAFT:
            raise ValidationError("會議紀錄已確認，不得再修改，請以勘誤更正。")
        saved, _ = DraftPart.objects.select_related("saved_by").get_or_create(
            minutes=minutes, part=part
        )
        if saved.version != version:
            raise SavedMeanwhile(saved)
        saved.version += 1
        saved.saved_by_id = by.pk
        saved.saved_at = timezone.now()
        saved.save(update_fields=["version", "saved_by", "saved_at"])
        yield saved

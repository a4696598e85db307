"""Confirming minutes: from then on they stay as they are."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from meetings.models import Meeting, Minutes


@transaction.atomic
def confirm_minutes(minutes: Minutes, *, by: AbstractBaseUser) -> Minutes:
    """Confirm draft minutes and return them, locked until the transaction ends.

    Only in this same transaction may their parts and their ledger entries still
    be written (triggers see to that). Raises ValidationError when they are
    confirmed already or the meeting has not been held.
    """
    # Lock the row: of two clerks who confirm at once the second is told so.
    # The meeting is read after that: as it is, not as it was before the wait.
    minutes = Minutes.objects.select_for_update().get(pk=minutes.pk)
    if minutes.state == Minutes.State.CONFIRMED:
        raise ValidationError("這份會議紀錄已經確認。")
    if minutes.meeting.state != Meeting.State.HELD:
        raise ValidationError("會議尚未召開或已取消，不能確認會議紀錄。")
    minutes.state = Minutes.State.CONFIRMED
    minutes.confirmed_by_id = by.pk
    minutes.confirmed_at = transaction_time()
    minutes.full_clean()
    minutes.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    return minutes


def transaction_time() -> datetime:
    """Return when the current transaction began, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        row = cursor.fetchone()
    assert row is not None
    began: datetime = row[0]
    return began

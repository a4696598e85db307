"""Making confirmed minutes public, at once or at a set time, and taking them back."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from meetings.models import Minutes, Publication


@transaction.atomic
def publish(
    minutes: Minutes, *, by: AbstractBaseUser, at: datetime | None = None
) -> Publication:
    """Make confirmed minutes public at ``at``, now without; return what was recorded.

    A time already set may be set anew while it lies ahead. Raises ValidationError.
    """
    minutes = Minutes.objects.select_for_update().get(pk=minutes.pk)
    now = timezone.now()
    at = at or now
    if minutes.state != Minutes.State.CONFIRMED:
        raise ValidationError("會議紀錄確認後才能公開。")
    if at < now:
        raise ValidationError("公開時間已過，請改填較晚的時間，或選擇立即公開。")
    if minutes.is_public:
        raise ValidationError("會議紀錄已經公開。")
    return _record(minutes, Publication.Kind.PUBLISH, at, by=by)


@transaction.atomic
def unpublish(minutes: Minutes, *, by: AbstractBaseUser, reason: str) -> Publication:
    """Take minutes back, or a time set for them; return what was recorded.

    Raises ValidationError when they are not to be public, or without a reason.
    """
    minutes = Minutes.objects.select_for_update().get(pk=minutes.pk)
    if minutes.published_at is None:
        raise ValidationError("會議紀錄並未公開。")
    if not reason.strip():
        raise ValidationError("停止公開須說明理由。")
    now = timezone.now()
    return _record(minutes, Publication.Kind.UNPUBLISH, now, by=by, reason=reason)


def _record(
    minutes: Minutes,
    kind: Publication.Kind,
    at: datetime,
    *,
    by: AbstractBaseUser,
    reason: str = "",
) -> Publication:
    publication = Publication(
        minutes=minutes,
        kind=kind,
        takes_effect_at=at,
        reason=reason.strip(),
        recorded_by_id=by.pk,
    )
    publication.full_clean(exclude=["recorded_at"])
    publication.save(force_insert=True)
    minutes.published_at = at if kind == Publication.Kind.PUBLISH else None
    minutes.save(update_fields=["published_at"])
    return publication

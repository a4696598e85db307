"""Handing an assignment over to somebody else."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from meetings.models import Assignment, Platform
from platform_site.lib.roc import format_roc


@transaction.atomic
def hand_over(
    assignment: Assignment, to: AbstractBaseUser, on: date, by: AbstractBaseUser
) -> Assignment:
    """End an assignment the day before ``on``; ``to`` has it from then on.

    Whatever is looked up by assignment follows. Raises PermissionDenied,
    ValidationError.
    """
    # Of two who hand it over at once, the second finds it ended.
    old = (
        Assignment.objects.select_for_update(of=["self"])
        .select_related("group__platform", "user")
        .get(pk=assignment.pk)
    )
    platform = old.group.platform
    if not Platform.objects.kept_by(by).filter(pk=platform.pk).exists():
        raise PermissionDenied(f"只有{platform.name}的幕僚可以辦理交接。")
    if on <= old.starts_on:
        raise ValidationError(f"交接日須晚於起日（{format_roc(old.starts_on)}）。")
    if old.ends_on is not None and old.ends_on < on:
        raise ValidationError(f"這項指派已於{format_roc(old.ends_on)}結束。")
    if to.pk == old.user_id:
        raise ValidationError("請交接給另一位人員。")
    if not to.is_active:
        raise ValidationError("這個帳號已停用，不能交接給這位人員。")
    new = Assignment(
        group=old.group,
        municipality_id=old.municipality_id,
        agency_id=old.agency_id,
        user_id=to.pk,
        starts_on=on,
        ends_on=old.ends_on,
    )
    old.ends_on = on - timedelta(days=1)
    old.save(update_fields=["ends_on"])
    new.full_clean()
    new.save()
    return new

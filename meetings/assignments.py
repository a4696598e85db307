"""Who writes what: assigned, ended, handed over to somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from meetings.models import (
    Agency,
    Assignment,
    Invitation,
    IssueGroup,
    Municipality,
    Platform,
)
from meetings.words import say
from platform_site.lib.roc import format_roc

HELD = "這位窗口在這段期間已有相同的指派。"


@dataclass(frozen=True)
class Task:
    """What somebody is to write, and for how long."""

    group: IssueGroup
    municipality: Municipality
    agency: Agency | None
    starts_on: date
    ends_on: date | None


@transaction.atomic
def assign(
    person: AbstractBaseUser,
    tasks: Iterable[Task],
    *,
    platform: Platform,
    by: AbstractBaseUser,
) -> list[Assignment]:
    """Give somebody tasks on a platform; one that is held already stays as it is.

    Returns the new ones. Raises PermissionDenied, ValidationError.
    """
    refuse_unless_kept(platform, by, "指派窗口")
    found = []
    for task in tasks:
        if task.group.platform_id != platform.pk:
            raise ValidationError(
                say("{group}不是{platform}的小組。").format(
                    group=task.group, platform=platform.name
                )
            )
        assignment = Assignment(
            group=task.group,
            municipality=task.municipality,
            agency=task.agency,
            user_id=person.pk,
            starts_on=task.starts_on,
            ends_on=task.ends_on,
        )
        if _held(assignment):
            continue
        assignment.full_clean()
        try:
            with transaction.atomic():
                assignment.save()
        except IntegrityError as error:  # assigned by somebody this very moment
            raise ValidationError(HELD) from error
        found.append(assignment)
    return found


def _held(assignment: Assignment) -> bool:
    """Whether the same task is held for all of that term: a form sent twice."""
    same = Assignment.objects.filter(
        user=assignment.user_id,
        group=assignment.group_id,
        municipality=assignment.municipality_id,
        agency=assignment.agency_id,
        starts_on__lte=assignment.starts_on,
    )
    if assignment.ends_on is None:
        return same.filter(ends_on=None).exists()
    return same.exclude(ends_on__lt=assignment.ends_on).exists()


@transaction.atomic
def end(
    assignment: Assignment, on: date, *, today: date, by: AbstractBaseUser
) -> Assignment | None:
    """End an assignment with the day ``on``; None: it never began, and is gone.

    Raises PermissionDenied, ValidationError.
    """
    found = _hold(assignment)
    refuse_unless_kept(found.group.platform, by, "結束指派")
    if found.ends_on is not None and found.ends_on < today:
        raise ValidationError(f"這項指派已於{format_roc(found.ends_on)}結束。")
    if on < found.starts_on:
        if found.starts_on < today:
            raise ValidationError(
                f"迄日不得早於起日（{format_roc(found.starts_on)}）。"
            )
        found.delete()
        return None
    if found.ends_on is not None and found.ends_on < on:
        raise ValidationError(
            f"這項指派將於{format_roc(found.ends_on)}結束，迄日不能延後；請另行指派。"
        )
    found.ends_on = on
    found.save(update_fields=["ends_on"])
    return found


def refuse_unless_kept(platform: Platform, by: AbstractBaseUser, what: str) -> None:
    """Raise PermissionDenied unless ``by`` is of the platform's secretariat."""
    if not Platform.objects.kept_by(by).filter(pk=platform.pk).exists():
        raise PermissionDenied(f"只有{platform.name}的幕僚可以{what}。")


def _hold(assignment: Assignment) -> Assignment:
    """Return the assignment as it is now, locked; refuse one that is gone."""
    try:
        return (
            Assignment.objects.select_for_update(of=["self"])
            .select_related("group__platform", "user")
            .get(pk=assignment.pk)
        )
    except Assignment.DoesNotExist:
        raise ValidationError("這項指派已經取消，請重新開啟頁面。") from None


def may_be_given(person: User) -> bool:
    """Whether somebody can have tasks: an account in use, or one still to be accepted."""
    return person.is_active or Invitation.objects.open().filter(user=person.pk).exists()


@transaction.atomic
def hand_over(
    assignment: Assignment, to: User, on: date, by: AbstractBaseUser
) -> Assignment:
    """End an assignment the day before ``on``; ``to`` has it from then on.

    Whatever is looked up by assignment follows. Raises PermissionDenied,
    ValidationError.
    """
    # Of two who hand it over at once, the second finds it ended.
    old = _hold(assignment)
    refuse_unless_kept(old.group.platform, by, "辦理交接")
    if on <= old.starts_on:
        raise ValidationError(f"交接日須晚於起日（{format_roc(old.starts_on)}）。")
    if old.ends_on is not None and old.ends_on < on:
        raise ValidationError(f"這項指派已於{format_roc(old.ends_on)}結束。")
    if to.pk == old.user_id:
        raise ValidationError("請交接給另一位人員。")
    if not may_be_given(to):
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

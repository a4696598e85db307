"""Who keeps a platform's record, and who answers for a group."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Coalesce, Greatest

from meetings.models.platforms import (
    Agency,
    IssueGroup,
    IssueGroupQuerySet,
    Municipality,
    Platform,
)
from meetings.words import say_later

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


@pghistory.track()
class SecretariatMember(models.Model):
    """Somebody of a platform's secretariat (幕僚人員), who keeps its record."""

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="secretariat", verbose_name="平臺"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="secretariats",
        verbose_name="人員",
    )

    class Meta:
        verbose_name = "幕僚人員"
        verbose_name_plural = "幕僚人員"
        ordering = ["platform", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "user"],
                name="meetings_secretariat_member_once",
                violation_error_message="這位人員已是此平臺的幕僚人員。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform.short_name} {self.user}"

    def clean(self) -> None:
        """Refuse an account that could not get in."""
        if self.user_id and not self.user.is_staff:
            raise ValidationError(
                {"user": "這個帳號不能登入管理後台，請先勾選「工作人員狀態」。"}
            )


def _term() -> Func:
    """Return an assignment's days for the database; what is out of order is one day."""
    forever = Cast(Value("infinity"), models.DateField())
    return Func(
        "starts_on",
        Greatest("starts_on", Coalesce("ends_on", forever)),
        Value("[]"),
        function="DATERANGE",
        output_field=DateRangeField(),
    )


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Questions asked of assignments."""

    def on(self, day: date) -> AssignmentQuerySet:
        """Assignments whose term holds on ``day``."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day
        )


@pghistory.track()
class Assignment(models.Model):
    """A group contact's task (窗口指派): a group, for a municipality, for a term."""

    group = models.ForeignKey(
        IssueGroup,
        models.PROTECT,
        related_name="assignments",
        verbose_name=say_later("議題小組"),
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="assignments", verbose_name="縣市"
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name="局處",
        help_text=say_later("空白表示該縣市在小組內的全部合作案。"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="assignments",
        verbose_name="窗口",
    )
    starts_on = models.DateField("起日")
    ends_on = models.DateField("迄日", null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "窗口指派"
        verbose_name_plural = "窗口指派"
        ordering = ["group", "municipality__order", "-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="meetings_assignment_term_in_order",
                violation_error_message="迄日不得早於起日。",
            ),
            ExclusionConstraint(
                name="meetings_assignment_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    ("municipality", RangeOperators.EQUAL),
                    (
                        Coalesce(
                            "agency_id", Value(0), output_field=models.BigIntegerField()
                        ),
                        RangeOperators.EQUAL,
                    ),
                    (_term(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="這位窗口在這段期間已有相同的指派。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}／{self.municipality}：{self.user}"

    def clean(self) -> None:
        """Refuse an agency of another municipality, and one that is no member."""
        if self.agency is not None and self.agency.municipality_id != (
            self.municipality_id
        ):
            raise ValidationError({"agency": "局處須屬所選縣市。"})
        if self.group_id and self.municipality_id:
            platform = self.group.platform
            if not platform.memberships.filter(
                municipality=self.municipality_id
            ).exists():
                raise ValidationError(
                    {"municipality": f"{self.municipality}不是{platform.name}的成員。"}
                )


def own_groups(user: AbstractBaseUser | AnonymousUser, day: date) -> IssueGroupQuerySet:
    """Return the groups whose contact ``user`` is on ``day``.

    With a group come those below it and the one above, which sits for it.
    """
    own = Assignment.objects.on(day).filter(user=user.pk).values("group")
    return IssueGroup.objects.filter(
        Q(pk__in=own) | Q(parent__in=own) | Q(children__in=own)
    ).distinct()

"""How to reach people, and how they come by an account."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import pghistory
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from meetings.models.platforms import Platform

# As people write them: 02-2720-8889, (03)332-2101 轉 6666, +886 2 1234 5678.
PHONE = r"^[0-9+()\-#\s轉~,、]{5,40}$"
EXTENSION = r"^[0-9#]{1,10}$"


class ContactDetails(models.Model):
    """Where somebody works and how to reach him or her (聯絡資料).

    For the secretariats and the person alone: never on public pages, nor in a log, nor
    in the history, which could not be forgotten again.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="contact_details",
        verbose_name="人員",
    )
    organization = models.CharField("機關單位", max_length=60, blank=True)
    title = models.CharField("職稱", max_length=30, blank=True)
    phone = models.CharField(
        "電話",
        max_length=40,
        blank=True,
        validators=[RegexValidator(PHONE, "電話請以數字書寫，例如 02-2720-8889。")],
    )
    extension = models.CharField(
        "分機",
        max_length=10,
        blank=True,
        validators=[RegexValidator(EXTENSION, "分機請以數字書寫。")],
    )

    class Meta:
        verbose_name = "聯絡資料"
        verbose_name_plural = "聯絡資料"
        ordering = ["user"]

    def __str__(self) -> str:
        return f"{self.user}的聯絡資料"

    @property
    def telephone(self) -> str:
        """The number and the extension, as one says them."""
        if self.phone and self.extension:
            return f"{self.phone} 分機 {self.extension}"
        return self.phone


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Questions asked of invitations."""

    def open(self) -> InvitationQuerySet:
        """Those neither accepted nor withdrawn; their links may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)


@pghistory.track()
class Invitation(models.Model):
    """That a platform's secretariat asked somebody to come in (邀請).

    Until it is accepted the account is inactive and has no password.
    """

    # Rows stay: they tell whether an account was ever come for.
    runtime_privileges: ClassVar = ("SELECT", "INSERT", "UPDATE")

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="invitations", verbose_name="平臺"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="invitations",
        verbose_name="受邀人員",
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="邀請人員",
    )
    invited_at = models.DateTimeField("邀請時間")
    sent_at = models.DateTimeField("最近寄送時間")
    accepted_at = models.DateTimeField("接受時間", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回時間", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "邀請"
        verbose_name_plural = "邀請"
        ordering = ["platform", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "user"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="meetings_invitation_open_once",
                violation_error_message="這位人員已在邀請中。",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="meetings_invitation_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform.short_name} {self.user}"

    def is_expired(self, at: datetime) -> bool:
        """Whether the link of the last mail leads nowhere any more."""
        return (at - self.sent_at).total_seconds() > settings.PASSWORD_RESET_TIMEOUT

"""Sheets that came back filled in, between their preview and their taking over."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.progress import ReportingRound

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


class SheetUploadQuerySet(models.QuerySet["SheetUpload"]):
    """Questions asked of uploads."""

    def of(self, user: AbstractBaseUser | AnonymousUser) -> SheetUploadQuerySet:
        """Only who uploaded a sheet sees it: it holds drafts."""
        return self.filter(by=user.pk)

    def left_behind(self, before: datetime) -> SheetUploadQuerySet:
        """Sheets that nobody came back for."""
        return self.filter(at__lt=before)


class SheetUpload(models.Model):
    """A sheet as it was read (填報試算表): what it says, judged anew each time.

    Nothing of it counts before it is taken over; then its rows are not kept here.
    """

    uid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="+", verbose_name="填報期別"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name="上傳人員",
    )
    at = models.DateTimeField("上傳時間")
    name = models.CharField("檔名", max_length=200)
    said = models.JSONField("內容", default=dict)
    taken_at = models.DateTimeField("存入時間", null=True, blank=True)
    # How many were saved and handed in then.
    saved = models.PositiveIntegerField("存入件數", default=0)
    handed_in = models.PositiveIntegerField("送出件數", default=0)

    objects = SheetUploadQuerySet.as_manager()

    class Meta:
        verbose_name = "填報試算表"
        verbose_name_plural = "填報試算表"
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at=None, saved=0, handed_in=0)
                | Q(taken_at__isnull=False, said={}),
                name="cases_sheet_upload_kept_until_taken",
            ),
        ]
        indexes = [models.Index(fields=["by", "at"], name="cases_sheet_upload_by")]

    def __str__(self) -> str:
        return self.name

"""What the minutes desk keeps beside the minutes: attendance, files, versions."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.utils import timezone

from meetings.models.minutes import Minutes
from meetings.models.platforms import Agency


@pghistory.track()
class Attendance(models.Model):
    """Who attended for an agency, or asked for leave (出席情形).

    出席 may speak and vote, 列席 not (公文撰作解析). Names are printed only where
    the minutes say so (``Minutes.prints_attendance``).
    """

    class Kind(models.TextChoices):
        PRESENT = "present", "出席"
        SITTING_IN = "sitting_in", "列席"
        DEPUTY = "deputy", "代理"
        EXCUSED = "excused", "請假"

    minutes = models.ForeignKey(
        Minutes, models.CASCADE, related_name="attendance", verbose_name="會議紀錄"
    )
    order = models.PositiveSmallIntegerField("順序")
    kind = models.CharField(
        "出席方式", max_length=10, choices=Kind.choices, default=Kind.PRESENT
    )
    organization = models.CharField("單位", max_length=60)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="局處",
    )
    name = models.CharField("姓名", max_length=40, blank=True)
    title = models.CharField("職稱", max_length=40, blank=True)
    deputy_for = models.CharField("代理", max_length=40, blank=True)

    class Meta:
        verbose_name = "出席情形"
        verbose_name_plural = "出席情形"
        ordering = ["minutes", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "order"], name="meetings_attendance_order_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.name}{self.title}".strip()


class MinutesFile(models.Model):
    """A file that belongs to the minutes, kept byte for byte; never public.

    The sign-in sheet holds names and signatures; the paper the minutes were read
    from is here as it came.
    """

    runtime_privileges: ClassVar = ("SELECT", "INSERT", "DELETE")

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", "簽到表"
        SOURCE = "source", "原始文件"

    minutes = models.ForeignKey(
        Minutes, models.CASCADE, related_name="files", verbose_name="會議紀錄"
    )
    kind = models.CharField("種類", max_length=10, choices=Kind.choices)
    name = models.CharField("檔名", max_length=200)
    media_type = models.CharField("類型", max_length=100)
    content = models.BinaryField("內容")
    size = models.PositiveIntegerField("位元組數")
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="上傳人員",
    )
    uploaded_at = models.DateTimeField(
        "上傳時間", editable=False, db_default=TransactionNow()
    )

    class Meta:
        verbose_name = "會議檔案"
        verbose_name_plural = "會議檔案"
        ordering = ["minutes", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "kind", "sha256"],
                name="meetings_file_once",
                violation_error_message="這個檔案已經上傳。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DraftPart(models.Model):
    """How often a part of draft minutes has been saved, and who saved it last.

    A form says which version it was filled from; a save from an older one is
    stopped and shows both (``meetings.minutes.drafting``).
    """

    minutes = models.ForeignKey(
        Minutes, models.CASCADE, related_name="parts", verbose_name="會議紀錄"
    )
    part = models.CharField("部分", max_length=80)
    version = models.PositiveIntegerField("版次", default=0)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="儲存人員",
    )
    saved_at = models.DateTimeField("儲存時間", default=timezone.now)

    class Meta:
        verbose_name = "草稿部分"
        verbose_name_plural = "草稿部分"
        ordering = ["minutes", "part"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "part"], name="meetings_draft_part_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part}（第{self.version}版）"


class AcceptedWarning(models.Model):
    """A warning of the check page that somebody accepted, and in what words."""

    minutes = models.ForeignKey(
        Minutes,
        models.CASCADE,
        related_name="accepted_warnings",
        verbose_name="會議紀錄",
    )
    code = models.CharField("檢核項目", max_length=40)
    about = models.CharField("對象", max_length=200, blank=True)
    words = models.CharField("說明", max_length=200)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="接受人員",
    )
    accepted_at = models.DateTimeField(
        "接受時間", editable=False, db_default=TransactionNow()
    )

    class Meta:
        verbose_name = "已接受的提醒"
        verbose_name_plural = "已接受的提醒"
        ordering = ["minutes", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "code", "about"], name="meetings_warning_once"
            ),
            models.CheckConstraint(
                condition=~Q(words=""),
                name="meetings_warning_accepted_with_words",
                violation_error_message="接受提醒須說明理由。",
            ),
        ]

    def __str__(self) -> str:
        return self.words


class Publication(models.Model):
    """That minutes were made public, or taken back and why (公開紀錄); only added."""

    runtime_privileges: ClassVar = ("SELECT", "INSERT")

    class Kind(models.TextChoices):
        PUBLISH = "publish", "公開"
        UNPUBLISH = "unpublish", "停止公開"

    minutes = models.ForeignKey(
        Minutes, models.PROTECT, related_name="publications", verbose_name="會議紀錄"
    )
    kind = models.CharField("動作", max_length=10, choices=Kind.choices)
    takes_effect_at = models.DateTimeField("生效時間")
    reason = models.TextField("理由", blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="登錄人員",
    )
    recorded_at = models.DateTimeField(
        "登錄時間", editable=False, db_default=TransactionNow()
    )

    class Meta:
        verbose_name = "公開紀錄"
        verbose_name_plural = "公開紀錄"
        ordering = ["minutes", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="publish") | Q(kind="unpublish") & ~Q(reason=""),
                name="meetings_publication_taken_back_with_reason",
                violation_error_message="停止公開須說明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes}：{self.get_kind_display()}"

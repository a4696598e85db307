"""Minutes: what a meeting recorded, section by section, and their errata."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils import timezone

from meetings.models.meetings import Meeting
from meetings.models.platforms import IssueGroup
from meetings.words import say_later


@pghistory.track()
class Minutes(models.Model):
    """The minutes (會議紀錄) of one meeting.

    Once confirmed they never become a draft again and their parts never change
    (triggers in migration 0002); a mistake is mended by an erratum.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        CONFIRMED = "confirmed", "已確認"

    meeting = models.OneToOneField(
        Meeting, models.PROTECT, related_name="minutes", verbose_name="會議"
    )
    state = models.CharField(
        "狀態", max_length=10, choices=State.choices, default=State.DRAFT
    )
    attendance_note = models.CharField("出席單位及人員", max_length=200, blank=True)
    prints_attendance = models.BooleanField(
        "紀錄列印出席名單",
        default=False,
        help_text="未勾選時只列印出席單位說明，名單不公開。",
    )
    source = models.CharField(
        "資料來源",
        max_length=200,
        blank=True,
        help_text="非依會議紀錄登錄者，說明所依據的文件。",
    )
    confirmed_at = models.DateTimeField(
        "確認時間", null=True, blank=True, editable=False
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="確認人員",
    )
    published_at = models.DateTimeField("公開時間", null=True, blank=True)

    class Meta:
        verbose_name = "會議紀錄"
        verbose_name_plural = "會議紀錄"
        permissions = [
            ("read_confirmed_minutes", "可閱讀尚未公開的已確認會議紀錄"),
            ("read_own_groups_minutes", "可閱讀所屬小組尚未公開的已確認會議紀錄"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft", confirmed_at__isnull=True)
                | models.Q(state="confirmed", confirmed_at__isnull=False),
                name="meetings_minutes_confirmed_at_iff_confirmed",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True)
                | models.Q(state="confirmed"),
                name="meetings_minutes_published_only_confirmed",
                violation_error_message="會議紀錄確認後才能公開。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting.title}紀錄"

    @property
    def is_public(self) -> bool:
        """Whether the public may read them now, as ``Meeting.objects.public()``."""
        return self.published_at is not None and self.published_at <= timezone.now()


@pghistory.track()
class Section(models.Model):
    """A numbered heading of the minutes (壹、貳、…) and what stands under it."""

    class Kind(models.TextChoices):
        TIME = "time", "會議時間"
        PLACE = "place", "會議地點"
        CHAIRS = "chairs", "主席"
        ATTENDANCE = "attendance", "出席單位及人員"
        OPENING = "opening", "主席致詞"
        REPORT = "report", "報告事項"
        DISCUSSION = "discussion", "討論及決議事項"
        MOTIONS = "motions", "臨時動議"
        REMARKS = "remarks", "主席結論暨指示"
        ADJOURNMENT = "adjournment", "散會"

    minutes = models.ForeignKey(
        Minutes, models.CASCADE, related_name="sections", verbose_name="會議紀錄"
    )
    order = models.PositiveSmallIntegerField("順序")
    kind = models.CharField("類別", max_length=12, choices=Kind.choices)
    heading = models.CharField("標題", max_length=80)
    qualifier = models.CharField(
        "標題括註",
        max_length=40,
        blank=True,
        help_text="如：林副市長代表、依發言順序。",
    )
    text = models.TextField("內容", blank=True)

    class Meta:
        verbose_name = "段落"
        verbose_name_plural = "段落"
        ordering = ["minutes", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "order"], name="meetings_section_order_once"
            ),
        ]

    def __str__(self) -> str:
        return self.heading


@pghistory.track()
class Resolution(models.Model):
    """A resolution (決議) as worded in the minutes, of the meeting or for one group."""

    minutes = models.ForeignKey(
        Minutes, models.CASCADE, related_name="resolutions", verbose_name="會議紀錄"
    )
    order = models.PositiveSmallIntegerField("順序")
    group = models.ForeignKey(
        IssueGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=say_later("議題小組"),
    )
    text = models.TextField("決議文字")

    class Meta:
        verbose_name = "決議"
        verbose_name_plural = "決議"
        ordering = ["minutes", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "order"], name="meetings_resolution_order_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text


@pghistory.track()
class Remark(models.Model):
    """What one speaker concluded or asked for (主席結論暨指示), in speaking order."""

    minutes = models.ForeignKey(
        Minutes, models.CASCADE, related_name="remarks", verbose_name="會議紀錄"
    )
    order = models.PositiveSmallIntegerField("順序")
    speaker = models.CharField("發言人", max_length=40)
    title = models.CharField("職稱", max_length=40, blank=True)
    text = models.TextField("內容", help_text="分項時以一、二、起行。")

    class Meta:
        verbose_name = "主席結論"
        verbose_name_plural = "主席結論"
        ordering = ["minutes", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "order"], name="meetings_remark_order_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speaker}{self.title}"


@pghistory.track()
class Motion(models.Model):
    """A motion raised at the meeting (臨時動議); it may become a proposal."""

    minutes = models.ForeignKey(
        Minutes, models.CASCADE, related_name="motions", verbose_name="會議紀錄"
    )
    order = models.PositiveSmallIntegerField("順序")
    subject = models.CharField("案由", max_length=200)
    proposer = models.CharField("提案單位", max_length=60, blank=True)
    outcome = models.TextField("處理情形", blank=True)

    class Meta:
        verbose_name = "臨時動議"
        verbose_name_plural = "臨時動議"
        ordering = ["minutes", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "order"], name="meetings_motion_order_once"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


@pghistory.track()
class Attachment(models.Model):
    """A paper that belongs to the minutes (附件), kept as text."""

    minutes = models.ForeignKey(
        Minutes, models.CASCADE, related_name="attachments", verbose_name="會議紀錄"
    )
    order = models.PositiveSmallIntegerField("順序")
    title = models.CharField("名稱", max_length=120)
    text = models.TextField("內容")

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"
        ordering = ["minutes", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "order"], name="meetings_attachment_order_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Erratum(models.Model):
    """A correction of confirmed minutes (勘誤): why, what was, what is.

    Rows are only ever added; the correcting entries of the ledger point here.
    """

    runtime_privileges = ("SELECT", "INSERT")

    minutes = models.ForeignKey(
        Minutes, models.PROTECT, related_name="errata", verbose_name="會議紀錄"
    )
    reason = models.TextField("更正原因")
    was = models.TextField("原載")
    becomes = models.TextField("更正為")
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
        verbose_name = "勘誤"
        verbose_name_plural = "勘誤"
        ordering = ["minutes", "pk"]

    def __str__(self) -> str:
        return f"{self.minutes}勘誤"

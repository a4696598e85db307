"""Editions: the published results of rounds, which never change."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.urls import reverse

from platform_site.lib.roc import format_roc


class ReportEditionQuerySet(models.QuerySet["ReportEdition"]):
    """Questions asked of editions."""

    def public(self) -> ReportEditionQuerySet:
        """Editions that everybody may read."""
        return self.filter(published_at__isnull=False)

    def light(self) -> ReportEditionQuerySet:
        """Without what is large, for lists."""
        return self.defer("dataset").select_related("round__platform")

    def latest_first(self) -> ReportEditionQuerySet:
        """By data date, the last edition of a round first."""
        return self.order_by("-round__as_of", "-number")


class ReportEdition(models.Model):
    """An edition of 合作方案辦理情形: one round, as it stood when it was asked for.

    Its files are made of ``dataset`` one by one; with the last of them it is published.
    From then on neither it nor a file nor a correction changes (migration 0012). One
    that is still in the making may be thrown away.
    """

    round = models.ForeignKey(
        "cases.ReportingRound",
        models.PROTECT,
        related_name="editions",
        verbose_name="填報期別",
    )
    number = models.PositiveIntegerField("版次")
    why = models.TextField("更正原因", blank=True)
    dataset = models.JSONField("內容")
    wanted = ArrayField(models.CharField(max_length=40), verbose_name="檔案")
    fault = models.TextField("未能製作的原因", blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="發布人員",
    )
    asked_at = models.DateTimeField(
        "開始製作時間", editable=False, db_default=TransactionNow()
    )
    published_at = models.DateTimeField("發布時間", null=True, blank=True)

    objects = ReportEditionQuerySet.as_manager()

    class Meta:
        verbose_name = "辦理情形版本"
        verbose_name_plural = "辦理情形版本"
        ordering = ["round", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "number"],
                name="cases_edition_number_once",
                violation_error_message="這一版剛才已由他人開始製作。",
            ),
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(published_at=None),
                name="cases_edition_one_in_the_making",
                violation_error_message="這一期已有一版正在製作。",
            ),
            models.CheckConstraint(
                condition=Q(number=1) | Q(number__gte=2) & ~Q(why=""),
                name="cases_edition_says_why",
                violation_error_message="更正須說明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} 第{self.number}版"

    def get_absolute_url(self) -> str:
        """The address of its page."""
        platform = self.round.platform.slug
        return reverse("cases:edition", args=[platform, self.round.as_of, self.number])

    @property
    def title(self) -> str:
        """What it is called on pages: 114年12月31日合作方案辦理情形, with its number."""
        name = f"{format_roc(self.round.as_of)}{self.round.platform.report_name}"
        return name if self.number == 1 else f"{name}（第{self.number}版）"


class EditionFile(models.Model):
    """A file of an edition; PostgreSQL itself holds it to its checksum."""

    runtime_privileges = ("SELECT", "INSERT", "DELETE")

    edition = models.ForeignKey(
        ReportEdition, models.CASCADE, related_name="files", verbose_name="版本"
    )
    name = models.CharField("檔名", max_length=40)
    content = models.BinaryField("內容")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("位元組")

    class Meta:
        verbose_name = "版本檔案"
        verbose_name_plural = "版本檔案"
        ordering = ["edition", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "name"], name="cases_edition_file_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Correction(models.Model):
    """What an edition says instead of a slot's locked text; the slot keeps its own."""

    runtime_privileges = ("SELECT", "INSERT", "DELETE")

    edition = models.ForeignKey(
        ReportEdition, models.CASCADE, related_name="corrections", verbose_name="版本"
    )
    slot = models.ForeignKey(
        "cases.ProgressUpdate",
        models.PROTECT,
        related_name="corrections",
        verbose_name="辦理情形",
    )
    text = models.TextField("更正後的辦理情形")

    class Meta:
        verbose_name = "更正"
        verbose_name_plural = "更正"
        ordering = ["edition", "slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "slot"], name="cases_correction_once"
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="cases_correction_says_something",
                violation_error_message="請填寫更正後的辦理情形。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.slot_id}"

"""Handbooks: the papers of a deciding meeting, put together before it (會議資料)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from meetings.models import Meeting, Minutes
from meetings.words import say_later


class HandbookSection(models.Model):
    """What is printed at one place of a meeting's handbook, while it is prepared.

    All but free texts are put together from the record; ``text`` stands above that.
    An edition keeps what was printed (``HandbookEdition``).
    """

    class Kind(models.TextChoices):
        COVER = "cover", "封面"
        CONTENTS = "contents", "目錄"
        PROGRAMME = "programme", "會議議程"
        MEETINGS = "meetings", "會議辦理情形"
        TO_DELIST = "to_delist", say_later("擬解列")
        TO_CONTINUE = "to_continue", "擬持續列管"
        NEW_CENTRAL = "new_central", "新增提案：請求中央協助"
        NEW_JOINT = "new_joint", "新增提案：共同合作"
        FORMS = "forms", say_later("合作提案單")
        TEXT = "text", "自訂文字"

    minutes = models.ForeignKey(
        Minutes,
        models.CASCADE,
        related_name="handbook_sections",
        verbose_name="會議紀錄",
    )
    order = models.PositiveSmallIntegerField("順序")
    kind = models.CharField("內容", max_length=12, choices=Kind.choices)
    is_printed = models.BooleanField("印出", default=True)
    heading = models.CharField("標題", max_length=100, blank=True)
    text = models.TextField("文字", blank=True)

    class Meta:
        verbose_name = "會議資料章節"
        verbose_name_plural = "會議資料章節"
        ordering = ["minutes", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "order"],
                deferrable=models.Deferrable.DEFERRED,
                name="cases_handbook_section_order_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "cover",
                        "contents",
                        "programme",
                        "meetings",
                        "to_delist",
                        "to_continue",
                        "new_central",
                        "new_joint",
                        "forms",
                        "text",
                    ]
                ),
                name="cases_handbook_section_known",
                violation_error_message="沒有這種內容。",
            ),
        ]

    def __str__(self) -> str:
        return self.heading or str(self.get_kind_display())


class HandbookWording(models.Model):
    """What a handbook prints about a case instead of what the record says."""

    minutes = models.ForeignKey(
        Minutes,
        models.CASCADE,
        related_name="handbook_wordings",
        verbose_name="會議紀錄",
    )
    case = models.ForeignKey(
        "cases.Case", models.CASCADE, related_name="+", verbose_name=say_later("合作案")
    )
    text = models.TextField("印製文字")

    class Meta:
        verbose_name = "會議資料印製文字"
        verbose_name_plural = "會議資料印製文字"
        ordering = ["minutes", "case"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "case"], name="cases_handbook_wording_once"
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="cases_handbook_wording_says_something"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:20]


class HandbookEdition(models.Model):
    """A handbook as it was printed once: what it said, and its files.

    The files are made of ``dataset`` by a job, which counts its ``done`` steps. With
    the last of them it is whole (``made_at``), and never changes (migration 0018).
    """

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="handbooks", verbose_name="會議"
    )
    number = models.PositiveIntegerField("版次")
    dataset = models.JSONField("內容")
    wanted = ArrayField(models.CharField(max_length=40), verbose_name="檔案")
    done = models.PositiveIntegerField("已完成步驟", default=0)
    steps = models.PositiveIntegerField("全部步驟", default=1)
    fault = models.TextField("未能製作的原因", blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="製作人員",
    )
    asked_at = models.DateTimeField(
        "開始製作時間", editable=False, db_default=TransactionNow()
    )
    made_at = models.DateTimeField("製作完成時間", null=True, blank=True)

    class Meta:
        verbose_name = "會議資料版本"
        verbose_name_plural = "會議資料版本"
        ordering = ["meeting", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "number"],
                name="cases_handbook_number_once",
                violation_error_message="這一版剛才已由他人開始製作。",
            ),
            models.UniqueConstraint(
                fields=["meeting"],
                condition=Q(made_at=None),
                name="cases_handbook_one_in_the_making",
                violation_error_message="這次會議已有一版正在製作。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting} 會議資料第{self.number}版"


class HandbookFile(models.Model):
    """A file of a handbook; PostgreSQL itself holds it to its checksum."""

    runtime_privileges = ("SELECT", "INSERT", "DELETE")

    edition = models.ForeignKey(
        HandbookEdition, models.CASCADE, related_name="files", verbose_name="版本"
    )
    name = models.CharField("檔名", max_length=40)
    content = models.BinaryField("內容")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("位元組")

    class Meta:
        verbose_name = "會議資料檔案"
        verbose_name_plural = "會議資料檔案"
        ordering = ["edition", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "name"], name="cases_handbook_file_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

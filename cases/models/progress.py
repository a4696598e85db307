"""Progress: what the municipalities report about their cases, round by round."""

from __future__ import annotations

from datetime import date

import pghistory
from django.db import models
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from cases.models.cases import Case
from meetings.models import Municipality, Platform
from platform_site.lib.roc import format_roc
from platform_site.lib.search import words_index


@pghistory.track()
class ReportingRound(models.Model):
    """One collection of progress (填報), true at its data date."""

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="rounds", verbose_name="平臺"
    )
    as_of = models.DateField("資料時間")
    opens_on = models.DateField("開放填報日", null=True, blank=True)
    due_on = models.DateField("填報期限", null=True, blank=True)
    locks_on = models.DateField("關閉填報日", null=True, blank=True)

    class Meta:
        verbose_name = "填報期別"
        verbose_name_plural = "填報期別"
        ordering = ["platform", "-as_of"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "as_of"],
                name="cases_round_date_once",
                violation_error_message="這個資料時間已有一輪填報。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform.short_name} {format_roc(self.as_of)}"


class ProgressUpdateQuerySet(models.QuerySet["ProgressUpdate"]):
    """Questions asked of progress."""

    def accepted(self) -> ProgressUpdateQuerySet:
        """Texts that may be printed and shown."""
        return self.filter(
            state__in=[ProgressUpdate.State.ACCEPTED, ProgressUpdate.State.LOCKED]
        )

    def latest_of_case(self, day: date) -> ProgressUpdateQuerySet:
        """For a subquery of cases: the accepted texts of the last round up to ``day``.

        The joint text comes first, then by municipality.
        """
        last = latest_round(day, case=OuterRef("pk"), platform=OuterRef("platform"))
        return (
            self.accepted()
            .filter(case=OuterRef("pk"), round=Subquery(last.values("pk")[:1]))
            .order_by(F("municipality__order").asc(nulls_first=True), "pk")
        )


def latest_round(
    day: date, *, case: str | OuterRef = "pk", platform: str | OuterRef = "platform"
) -> QuerySet[ReportingRound]:
    """Return the last round with data up to ``day`` in which a text was accepted.

    For a subquery: ``case`` and ``platform`` lead to those of the rows around it.
    The rounds are few, and whether one has a text of a case an index tells, so
    that not all texts of the case need to be looked at.
    """
    texts = ProgressUpdate.objects.accepted().filter(
        case=OuterRef(OuterRef(case)), round=OuterRef("pk")
    )
    return ReportingRound.objects.filter(
        Exists(texts), platform=OuterRef(platform), as_of__lte=day
    ).order_by("-as_of")


@pghistory.track()
class ProgressUpdate(models.Model):
    """What one municipality (or all jointly) reports about a case in a round (辦理情形)."""

    class State(models.TextChoices):
        MISSING = "missing", "未填"
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已送出"
        RETURNED = "returned", "退回補正"
        ACCEPTED = "accepted", "已接受"
        LOCKED = "locked", "已鎖定"

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="progress", verbose_name="合作案"
    )
    round = models.ForeignKey(
        ReportingRound, models.PROTECT, related_name="progress", verbose_name="填報期別"
    )
    municipality = models.ForeignKey(
        Municipality,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="縣市",
        help_text="空白表示共同填報。",
    )
    text = models.TextField("辦理情形", blank=True)
    is_unchanged = models.BooleanField("本季無變動", default=False)
    state = models.CharField(
        "狀態", max_length=10, choices=State.choices, default=State.MISSING
    )

    objects = ProgressUpdateQuerySet.as_manager()

    class Meta:
        verbose_name = "辦理情形"
        verbose_name_plural = "辦理情形"
        ordering = [
            "case",
            "-round__as_of",
            F("municipality__order").asc(nulls_first=True),  # joint text first
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round", "municipality"],
                nulls_distinct=False,
                name="cases_progress_once_a_round",
                violation_error_message="這個縣市本期已有辦理情形。",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "round"], name="cases_progress_of_case"),
            # What the public may find: see accepted().
            words_index(
                "text",
                condition=models.Q(state__in=["accepted", "locked"]),
                name="cases_progress_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.municipality or '共同'}"

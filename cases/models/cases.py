"""Cases: what the platforms track, under which names, by whom."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery
from django.urls import reverse

from meetings.models import Agency, IssueGroup, Meeting, Motion, Municipality, Platform
from meetings.words import say_later
from platform_site.lib.search import words_index

if TYPE_CHECKING:
    from cases.models.ledger import LedgerEntry


@pghistory.track()
class Theme(models.Model):
    """A theme (共同議題) that cuts across the groups of a platform."""

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="themes", verbose_name="平臺"
    )
    name = models.CharField("名稱", max_length=60)
    order = models.PositiveSmallIntegerField("順序", default=0)

    class Meta:
        verbose_name = "共同議題"
        verbose_name_plural = "共同議題"
        ordering = ["platform", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "name"], name="cases_theme_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


STANDING_THAT_DAY = {
    "standing": F("that_day__code"),
    "current_name": F("that_day__name"),
    "listed_by_id": F("that_day__listed_by_id"),
    "ended_by_id": F("that_day__ended_by_id"),
}


def last_told(
    told: models.QuerySet[LedgerEntry], day: date, *, case: str = "pk"
) -> Subquery:
    """Return the day until ``day`` of the last of the entries ``told`` about a case.

    ``case`` is the path from the row asked about to the case's key.
    """
    entries = told.filter(case=OuterRef(case), decided_on__lte=day)
    return Subquery(entries.order_by("-decided_on").values("decided_on")[:1])


class CaseQuerySet(models.QuerySet["Case"]):
    """Questions asked of cases."""

    def as_of(self, day: date) -> CaseQuerySet:
        """Cases the ledger knows on ``day``, with where each stood that evening.

        Each case comes with ``standing`` (a value of ``Standing.Code``),
        ``current_name``, ``listed_by_id`` and ``ended_by_id`` (ledger entries)
        as they follow from the entries decided on or before ``day``.
        """
        return self._standing(Q(standings__during__contains=day))

    def as_told(self, day: date, told: models.QuerySet[LedgerEntry]) -> CaseQuerySet:
        """Like ``as_of``, as far as the entries ``told`` tell until ``day``.

        Each case stands where the last of those left it.
        """
        return self.standing_on(last_told(told, day))

    def standing_on(self, when: Any) -> CaseQuerySet:
        """Like ``as_of``, on the day that the expression gives for each case."""
        return self.annotate(told_on=when)._standing(
            Q(standings__during__contains=F("told_on"))
        )

    def _standing(self, condition: Q) -> CaseQuerySet:
        that_day = FilteredRelation("standings", condition=condition)
        return (
            self.annotate(that_day=that_day)
            .filter(that_day__isnull=False)
            .annotate(**STANDING_THAT_DAY)
        )

    def listed_on(self, day: date) -> CaseQuerySet:
        """Cases that were tracked on the evening of ``day``, as ``as_of`` gives them."""
        return self.as_of(day).filter(Q(standing=Standing.Code.LISTED))

    def in_order(self) -> CaseQuerySet:
        """By group as the platform orders them, then by number."""
        return self.order_by("group__order", "group_id", "number")


@pghistory.track()
class Case(models.Model):
    """A cooperation case (合作案): the thing tracked.

    ``name`` is the name it was registered under; the ledger's renamings give the
    later ones (``Standing.name``). Cases are never deleted, so numbers are never
    used again.
    """

    runtime_privileges = ("SELECT", "INSERT", "UPDATE")

    class Origin(models.TextChoices):
        PLATFORM = "platform", "平臺提案"
        BILATERAL = "bilateral", say_later("原兩市合作案")
        MOTION = "motion", "臨時動議"
        CASE = "case", "由他案衍生"
        UNKNOWN = "unknown", "未載明"

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="cases", verbose_name="平臺"
    )
    group = models.ForeignKey(
        IssueGroup,
        models.PROTECT,
        related_name="cases",
        verbose_name=say_later("議題小組"),
    )
    number = models.CharField(
        "案號",
        max_length=12,
        validators=[RegexValidator(r"^[A-Z]{2,4}-\d{3,6}$", "案號如 TR-014。")],
    )
    name = models.CharField("登錄名稱", max_length=200)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="母案",
        help_text="子案隨母案列管，不另計案數。",
    )
    origin = models.CharField(
        "來源", max_length=10, choices=Origin.choices, default=Origin.UNKNOWN
    )
    origin_note = models.CharField("來源說明", max_length=200, blank=True)
    origin_meeting = models.ForeignKey(
        Meeting,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="來源會議",
    )
    origin_motion = models.ForeignKey(
        Motion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="raised_cases",
        verbose_name="來源臨時動議",
    )
    themes = models.ManyToManyField(
        Theme,
        through="cases.CaseTheme",
        related_name="cases",
        verbose_name="共同議題",
        blank=True,
    )

    # Set by as_of().
    standing: str
    current_name: str
    listed_by_id: int | None
    ended_by_id: int | None

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = say_later("合作案")
        verbose_name_plural = say_later("合作案")
        ordering = ["platform", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "number"],
                name="cases_case_number_once",
                violation_error_message="平臺內已有這個案號。",
            ),
        ]
        indexes = [words_index("name", name="cases_case_words")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def get_absolute_url(self) -> str:
        """Return the lasting public address of the case."""
        return reverse("cases:case", args=[self.platform.slug, self.number])

    def clean(self) -> None:
        """Refuse a group, parent or source of another platform and a foreign number."""
        if not (self.platform_id and self.group_id):
            return  # the form already names the missing field
        for field in ("group", "parent", "origin_meeting"):
            related = getattr(self, field)
            if related is not None and related.platform_id != self.platform_id:
                raise ValidationError({field: "須屬同一平臺。"})
        prefix = f"{self.group.case_prefix}-"
        if self.number and not self.number.startswith(prefix):
            raise ValidationError({"number": f"{self.group}的案號以 {prefix} 起首。"})
        if self.parent is not None and (
            self.parent.parent_id is not None or (self.pk and self.children.exists())
        ):
            raise ValidationError({"parent": "子案之下不再分子案。"})


@pghistory.track()
class CaseTheme(models.Model):
    """A case's belonging to a theme."""

    case = models.ForeignKey(
        Case,
        models.CASCADE,
        related_name="theme_links",
        verbose_name=say_later("合作案"),
    )
    theme = models.ForeignKey(
        Theme, models.PROTECT, related_name="case_links", verbose_name="共同議題"
    )

    class Meta:
        verbose_name = "所屬共同議題"
        verbose_name_plural = "所屬共同議題"
        ordering = ["theme__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "theme"], name="cases_case_theme_once"
            ),
        ]

    def __str__(self) -> str:
        return self.theme.name


@pghistory.track()
class CaseAlias(models.Model):
    """Another name a case bears in some paper, so that it is found by it."""

    case = models.ForeignKey(
        Case, models.CASCADE, related_name="aliases", verbose_name=say_later("合作案")
    )
    name = models.CharField("別名", max_length=200)
    source = models.CharField("出處", max_length=120, blank=True)

    class Meta:
        verbose_name = "別名"
        verbose_name_plural = "別名"
        ordering = ["case", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "name"], name="cases_alias_once"),
        ]
        indexes = [words_index("name", name="cases_alias_words")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Participant(models.Model):
    """A municipality that takes part in a case, with its agency where known."""

    case = models.ForeignKey(
        Case,
        models.CASCADE,
        related_name="participants",
        verbose_name=say_later("合作案"),
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="+", verbose_name="縣市"
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="局處",
    )
    is_lead = models.BooleanField("主辦", default=False)

    class Meta:
        verbose_name = "參與縣市"
        verbose_name_plural = "參與縣市"
        ordering = ["case", "-is_lead", "municipality__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "municipality", "agency"],
                nulls_distinct=False,
                name="cases_participant_once",
                violation_error_message="這個縣市與局處已在名單中。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.agency or self.municipality)

    def clean(self) -> None:
        """Refuse an agency of another municipality."""
        if self.agency and self.agency.municipality_id != self.municipality_id:
            raise ValidationError({"agency": "局處須屬所選縣市。"})


class Standing(models.Model):
    """Where a case stood from one day until another, as its ledger says.

    Derived: only the database writes it (``ledger_settle`` in migration 0003),
    in the transaction that posts an entry; the application may read. One row per
    stretch of days in which code and name stayed the same; the exclusion
    constraint keeps a case from standing in two places on one day.
    """

    runtime_privileges = ("SELECT",)

    class Code(models.TextChoices):
        PROPOSED = "proposed", "提案中"
        LISTED = "listed", "列管中"
        DELISTED = "delisted", say_later("已解列")
        MERGED = "merged", "已併案"
        SPLIT = "split", "已分案"
        DROPPED = "dropped", "未列管結案"

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="standings", verbose_name=say_later("合作案")
    )
    during = DateRangeField("期間")
    code = models.CharField("列管狀態", max_length=10, choices=Code.choices)
    name = models.CharField("名稱", max_length=200)
    listed_by: models.ForeignKey[LedgerEntry | None, LedgerEntry | None] = (
        models.ForeignKey(
            "cases.LedgerEntry",
            models.PROTECT,
            null=True,
            related_name="+",
            verbose_name="列管依據",
        )
    )
    ended_by: models.ForeignKey[LedgerEntry | None, LedgerEntry | None] = (
        models.ForeignKey(
            "cases.LedgerEntry",
            models.PROTECT,
            null=True,
            related_name="+",
            verbose_name=say_later("解列依據"),
        )
    )

    class Meta:
        verbose_name = "列管期間"
        verbose_name_plural = "列管期間"
        ordering = ["case", "during"]
        constraints = [
            ExclusionConstraint(
                name="cases_standing_one_at_a_time",
                expressions=[
                    ("case", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(
                fields=["code", "case"],
                condition=Q(during__upper_inf=True),
                name="cases_standing_now",
            ),
            words_index("name", name="cases_standing_words"),
        ]

    def __str__(self) -> str:
        return f"{self.name}：{self.get_code_display()}"

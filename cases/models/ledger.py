"""The ledger of decisions, and the counts papers state beside it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.models.cases import Case
from meetings.models import (
    Erratum,
    IssueGroup,
    Meeting,
    Platform,
    Resolution,
    is_reader_of_groups,
    own_groups,
    published,
)
from meetings.words import say_later

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    """Questions asked of the ledger."""

    def in_account(self) -> LedgerEntryQuerySet:
        """Entries that count: not corrected by a later one, and not a mere strike-out."""
        corrected = LedgerEntry.objects.filter(corrects=OuterRef("pk"))
        return self.exclude(kind=LedgerEntry.Kind.VOID).filter(~Exists(corrected))

    def in_order(self) -> LedgerEntryQuerySet:
        """In the order the ledger is read: by meeting, then as decided in it."""
        return self.order_by(
            "decided_on",
            Coalesce("meeting__starts_at", models.Value("00:00:00")),
            "meeting_id",
            "sequence",
            "pk",
        )

    def of_platform(self, platform: Platform) -> LedgerEntryQuerySet:
        """Entries about the platform's cases."""
        return self.filter(case__platform=platform)

    def public(self) -> LedgerEntryQuerySet:
        """Entries of meetings whose minutes the public may read."""
        return self.filter(published("meeting__minutes"))

    def readable_by(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> LedgerEntryQuerySet:
        """Entries ``user`` may read: of readable meetings, and about own groups."""
        if not user.is_authenticated:
            return self.public()
        readable = Q(meeting__in=Meeting.objects.readable_by(user).order_by())
        if is_reader_of_groups(user):
            groups = own_groups(user, timezone.localdate())
            readable |= Q(case__group__in=groups.values("pk"))
        return self.filter(readable)

    def until(self, day: date) -> LedgerEntryQuerySet:
        """Entries decided on or before ``day``."""
        return self.filter(decided_on__lte=day)


class LedgerEntry(models.Model):
    """A decision of a confirmed meeting about one case (案件決議).

    Posted by ``cases.ledger`` in the transaction that confirms the minutes, or
    with an erratum; never changed afterwards. What an entry may do depends on all
    entries of its case: the rules stand in migration 0003, in the database.
    """

    runtime_privileges = ("SELECT", "INSERT")

    class Kind(models.TextChoices):
        CARRY_IN = "carry_in", "補登列管"
        AGREE = "agree", "同意提案"
        LIST = "list", "同意新增"
        CONTINUE = "continue", "持續列管"
        PROPOSE_DELIST = "propose_delist", say_later("提請解列")
        DELIST = "delist", say_later("同意解列")
        RELIST = "relist", "重新列管"
        RENAME = "rename", "更名"
        MERGE = "merge", "併案"
        SPLIT = "split", "分案"
        WITHDRAW = "withdraw", "撤案"
        DEFER = "defer", "緩議"
        VOID = "void", "註銷"

    class Reason(models.TextChoices):
        COMPLETED = "completed", "已辦理完成"
        ROUTINE = "routine", "轉為常態交流／回歸例行業務"
        MERGED = "merged", "併案"
        SPLIT = "split", "分案"
        NO_NEED = "no_need", "無需求"
        POLICY_CHANGED = "policy_changed", "政策變更"
        INFEASIBLE = "infeasible", "窒礙難行"
        OTHER = "other", "其他"

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="ledger", verbose_name=say_later("合作案")
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="ledger", verbose_name="會議"
    )
    resolution = models.ForeignKey(
        Resolution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ledger",
        verbose_name="決議",
    )
    kind = models.CharField("決定", max_length=14, choices=Kind.choices)
    sequence = models.PositiveIntegerField("會議內順序")
    # The meeting's date, set by the database; a confirmed meeting keeps its date.
    decided_on = models.DateField("決定日期", editable=False)
    reason = models.CharField(
        say_later("解列原因"), max_length=14, choices=Reason.choices, blank=True
    )
    words = models.TextField("說明", blank=True)
    new_name = models.CharField("新名稱", max_length=200, blank=True)
    merged_into = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="併入",
    )
    split_from = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="split_into",
        verbose_name="分自",
    )
    is_inferred = models.BooleanField(
        "推定", default=False, help_text="會議紀錄未載明，依其他文件推定。"
    )
    basis = models.TextField("推定依據", blank=True)
    corrects = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrected_by",
        verbose_name="更正",
    )
    erratum = models.ForeignKey(
        Erratum,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name="勘誤",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="登錄人員",
    )
    recorded_at = models.DateTimeField(
        "登錄時間", editable=False, db_default=TransactionNow()
    )

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "列管紀錄"
        verbose_name_plural = "列管紀錄"
        ordering = ["meeting", "sequence", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "carry_in",
                        "agree",
                        "list",
                        "continue",
                        "propose_delist",
                        "delist",
                        "relist",
                        "rename",
                        "merge",
                        "split",
                        "withdraw",
                        "defer",
                        "void",
                    ]
                ),
                name="cases_ledger_kind_known",
                violation_error_message="沒有這種決定。",
            ),
            models.CheckConstraint(
                condition=Q(
                    reason__in=[
                        "",
                        "completed",
                        "routine",
                        "merged",
                        "split",
                        "no_need",
                        "policy_changed",
                        "infeasible",
                        "other",
                    ]
                ),
                name="cases_ledger_reason_known",
                violation_error_message=say_later("沒有這種解列原因。"),
            ),
            models.CheckConstraint(
                condition=Q(kind="delist") & ~Q(reason="")
                | ~Q(kind="delist") & Q(reason=""),
                name="cases_ledger_reason_iff_delisted",
                violation_error_message=say_later("解列須填原因，其他決定不填。"),
            ),
            models.CheckConstraint(
                condition=~Q(reason="other") | ~Q(words=""),
                name="cases_ledger_other_reason_in_words",
                violation_error_message=say_later("解列原因為「其他」時須說明。"),
            ),
            models.CheckConstraint(
                condition=Q(kind="rename") & ~Q(new_name="")
                | ~Q(kind="rename") & Q(new_name=""),
                name="cases_ledger_new_name_iff_renamed",
                violation_error_message="更名須填新名稱，其他決定不填。",
            ),
            models.CheckConstraint(
                condition=Q(kind="merge", merged_into__isnull=False)
                & ~Q(merged_into=models.F("case"))
                | ~Q(kind="merge") & Q(merged_into__isnull=True),
                name="cases_ledger_target_iff_merged",
                violation_error_message="併案須指定併入的另一案，其他決定不填。",
            ),
            models.CheckConstraint(
                condition=Q(split_from__isnull=True)
                | Q(kind="list") & ~Q(split_from=models.F("case")),
                name="cases_ledger_split_begins_by_listing",
                violation_error_message="只有同意新增的案件可註明分自他案。",
            ),
            models.CheckConstraint(
                condition=Q(is_inferred=False, basis="")
                | Q(is_inferred=True) & ~Q(basis=""),
                name="cases_ledger_basis_iff_inferred",
                violation_error_message="推定的決定須說明依據。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="void") | Q(corrects__isnull=False),
                name="cases_ledger_void_strikes_an_entry",
                violation_error_message="註銷須指明所更正的紀錄。",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | Q(erratum__isnull=False),
                name="cases_ledger_correction_has_erratum",
                violation_error_message="更正須附勘誤。",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "decided_on"], name="cases_ledger_of_case"),
            models.Index(
                fields=["meeting", "sequence"], name="cases_ledger_of_meeting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_kind_display()}"


@pghistory.track()
class CountClaim(models.Model):
    """A number some paper states about a deciding meeting, with its very words."""

    class Counts(models.TextChoices):
        LISTED = "listed", "新增"
        DELISTED = "delisted", say_later("解列")
        CONTINUED = "continued", "其餘持續列管"
        TOTAL = "total", "提會總案數"

    class Source(models.TextChoices):
        MINUTES = "minutes", "會議紀錄"
        ANNOUNCEMENT = "announcement", "對外公布"

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="claims", verbose_name="會議"
    )
    group = models.ForeignKey(
        IssueGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=say_later("議題小組"),
        help_text="空白表示整個會議。",
    )
    counts = models.CharField("計數項目", max_length=10, choices=Counts.choices)
    number = models.PositiveIntegerField("所載數字")
    words = models.CharField("原文", max_length=200)
    source = models.CharField(
        "出處", max_length=12, choices=Source.choices, default=Source.MINUTES
    )
    definition = models.CharField("計數定義", max_length=200, blank=True)

    class Meta:
        verbose_name = "所載案數"
        verbose_name_plural = "所載案數"
        ordering = ["meeting", "group__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "group", "counts", "source", "definition"],
                nulls_distinct=False,
                name="cases_claim_once",
                violation_error_message="這個數字已經登錄。",
            ),
        ]

    def __str__(self) -> str:
        return self.words

"""What a clerk records of a meeting before its minutes are confirmed."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q

from cases.models.cases import Case
from cases.models.ledger import LedgerEntry
from cases.models.proposals import Proposal
from meetings.models import IssueGroup, Minutes, Municipality
from meetings.words import say_later


@pghistory.track()
class DraftDecision(models.Model):
    """A decision about one case as taken down in draft minutes (擬記決定).

    It counts nowhere. Confirming the minutes registers the cases that have only a
    name yet and posts an entry for each (``cases.desk.confirm``); nothing of the
    draft is left then. A case of the agenda without a draft is undecided.
    """

    minutes = models.ForeignKey(
        Minutes,
        models.CASCADE,
        related_name="draft_decisions",
        verbose_name="會議紀錄",
    )
    group = models.ForeignKey(
        IssueGroup, models.PROTECT, related_name="+", verbose_name=say_later("議題小組")
    )
    order = models.PositiveSmallIntegerField("順序", default=0)
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="draft_decisions",
        verbose_name=say_later("合作案"),
    )
    # A case that begins with this decision has no number before it is confirmed.
    name = models.CharField("新案名稱", max_length=200, blank=True)
    lead = models.ForeignKey(
        Municipality,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="主辦縣市",
    )
    # The form that the case begins with, where there is one.
    proposal = models.ForeignKey(
        Proposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="drafts",
        verbose_name=say_later("合作提案單"),
    )
    kind = models.CharField("決定", max_length=14, choices=LedgerEntry.Kind.choices)
    reason = models.CharField(
        say_later("解列原因"),
        max_length=14,
        choices=LedgerEntry.Reason.choices,
        blank=True,
    )
    words = models.TextField("說明", blank=True)
    new_name = models.CharField("新名稱", max_length=200, blank=True)
    merged_into = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="併入",
    )
    merged_into_new = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="併入新案",
    )
    split_from = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="分自",
    )

    class Meta:
        verbose_name = "擬記決定"
        verbose_name_plural = "擬記決定"
        ordering = ["minutes", "group__order", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "case"],
                condition=Q(case__isnull=False),
                name="cases_draft_once_a_case",
                violation_error_message=say_later("同一合作案在一次會議只記一項決定。"),
            ),
            models.UniqueConstraint(
                fields=["minutes", "proposal"],
                condition=Q(proposal__isnull=False),
                name="cases_draft_once_a_proposal",
                violation_error_message="同一提案在一次會議只記一項決定。",
            ),
            models.CheckConstraint(
                condition=Q(proposal=None) | Q(case=None),
                name="cases_draft_of_a_proposal_begins_a_case",
                violation_error_message="提案單只記為新案。",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False, name="")
                | Q(case__isnull=True) & ~Q(name=""),
                name="cases_draft_about_a_case_or_a_new_name",
                violation_error_message=say_later("請選擇合作案，或填寫新案名稱。"),
            ),
            models.CheckConstraint(
                condition=~Q(kind="void"),
                name="cases_draft_strikes_nothing",
                violation_error_message="註銷只能以勘誤辦理。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("case")),
                name="cases_draft_not_merged_into_itself",
                violation_error_message=say_later("合作案不能併入自己。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case or self.name} {self.get_kind_display()}"

"""The same matter on two platforms: two cases, each with its own ledger, linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from cases.models.cases import Case
from meetings.models import Platform

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


class CaseLinkQuerySet(models.QuerySet["CaseLink"]):
    """Questions asked of links."""

    def of(self, case: Case) -> CaseLinkQuerySet:
        """Links of a case, whichever of the two it is."""
        return self.filter(Q(first=case) | Q(second=case))

    def between(self, cases: models.QuerySet[Case]) -> CaseLinkQuerySet:
        """Links of which both cases are among ``cases``."""
        keys = cases.order_by().values("pk")
        return self.filter(first__in=keys, second__in=keys)

    def kept_by(self, user: AbstractBaseUser | AnonymousUser) -> CaseLinkQuerySet:
        """Links that ``user`` may set and take away: of an own platform's case."""
        kept = Platform.objects.kept_by(user).order_by()
        return self.filter(Q(first__platform__in=kept) | Q(second__platform__in=kept))


@pghistory.track()
class CaseLink(models.Model):
    """That two cases of two platforms are one matter; it says nothing else.

    The pair has no order: ``first`` is the one with the smaller key. That both are
    of different platforms the database holds as well (migration 0020).
    """

    # A link is set or taken away, never changed; the history keeps both.
    runtime_privileges = ("SELECT", "INSERT", "DELETE")

    first = models.ForeignKey(
        Case, models.PROTECT, related_name="+", verbose_name="案件"
    )
    second = models.ForeignKey(
        Case, models.PROTECT, related_name="+", verbose_name="連結的案件"
    )
    why = models.CharField("理由", max_length=200)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="登錄人員",
    )
    linked_at = models.DateTimeField(
        "登錄時間", editable=False, db_default=TransactionNow()
    )

    objects = CaseLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "跨平臺連結"
        verbose_name_plural = "跨平臺連結"
        ordering = ["first", "second"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="cases_link_in_one_order",
                violation_error_message="案件不能與自己連結。",
            ),
            models.UniqueConstraint(
                fields=["first", "second"],
                name="cases_link_once",
                violation_error_message="這兩案已經連結。",
            ),
            models.CheckConstraint(
                condition=~Q(why=""),
                name="cases_link_has_a_reason",
                violation_error_message="請填連結的理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first}＝{self.second}"

    def clean(self) -> None:
        """Refuse two cases of one platform."""
        if not (self.first_id and self.second_id):
            return
        if self.first.platform_id == self.second.platform_id:
            raise ValidationError("同一平臺的案件不以連結表示，請以併案、分案辦理。")

    def other_id(self, case: Case) -> int:
        """Return the key of the case that ``case`` is linked to."""
        return self.second_id if self.first_id == case.pk else self.first_id

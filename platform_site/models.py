"""Mail that the site sends, and what became of it; both only added to."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce


class MailQuerySet(models.QuerySet["Mail"]):
    """Questions asked of mail."""

    def with_state(self) -> MailQuerySet:
        """With ``outcome`` and ``fault`` of the last attempt, empty before the first."""
        last = MailAttempt.objects.filter(mail=OuterRef("pk")).order_by("-pk")
        told = {
            name: Coalesce(Subquery(last.values(name)[:1]), models.Value(""))
            for name in ("outcome", "fault")
        }
        return self.annotate(**told)


class Mail(models.Model):
    """A mail to somebody (郵件): its words as they go out, but for the link.

    The address is the person's own when it is sent, and no link that opens something
    is kept: ``platform_site.mail`` puts both in.
    """

    runtime_privileges: ClassVar = ("SELECT", "INSERT")

    class Kind(models.TextChoices):
        INVITATION = "invitation", "邀請"
        PASSWORD = "password", "重設密碼"
        REMINDER = "reminder", "催辦"

    kind = models.CharField("種類", max_length=10, choices=Kind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="收件人",
    )
    # What it is about, as its kind calls it: the key of an invitation.
    about = models.CharField("事由", max_length=40, blank=True)
    subject = models.CharField("主旨", max_length=200)
    text = models.TextField("內文")
    # https://host, as the page was called from which it was sent.
    site = models.CharField("本站網址", max_length=300)
    at = models.DateTimeField("時間", editable=False, db_default=TransactionNow())

    # Set by with_state().
    outcome: str
    fault: str

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = "郵件"
        verbose_name_plural = "郵件"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["invitation", "password", "reminder"]),
                name="platform_site_mail_kind_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "kind", "-id"], name="platform_site_mail_of_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.subject}"

    @property
    def standing(self) -> str:
        """What became of it, in words, for who sent it; needs ``with_state``."""
        match self.outcome:
            case "":
                return "等候寄送"
            case MailAttempt.Outcome.RETRY:
                return f"尚未寄出（{self.fault}），系統稍後再試"
            case MailAttempt.Outcome.FAILED:
                return f"寄送失敗：{self.fault}"
            case MailAttempt.Outcome.DROPPED:
                return f"未寄送：{self.fault}"
        return "已寄出"

    @property
    def is_stuck(self) -> bool:
        """Whether it did not go out; needs ``with_state``."""
        return self.outcome in (
            MailAttempt.Outcome.RETRY,
            MailAttempt.Outcome.FAILED,
        )


class MailAttempt(models.Model):
    """That a mail was handed to the mail host, or why not (寄送紀錄)."""

    runtime_privileges: ClassVar = ("SELECT", "INSERT")

    class Outcome(models.TextChoices):
        SENT = "sent", "已寄出"
        RETRY = "retry", "稍後再試"
        FAILED = "failed", "失敗"
        DROPPED = "dropped", "不必寄送"

    mail = models.ForeignKey(
        Mail, models.PROTECT, related_name="attempts", verbose_name="郵件"
    )
    outcome = models.CharField("結果", max_length=7, choices=Outcome.choices)
    fault = models.CharField("原因", max_length=100, blank=True)
    at = models.DateTimeField("時間", editable=False, db_default=TransactionNow())

    class Meta:
        verbose_name = "寄送紀錄"
        verbose_name_plural = "寄送紀錄"
        ordering = ["mail", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["sent", "dropped"])
                | Q(outcome__in=["retry", "failed"]) & ~Q(fault=""),
                name="platform_site_attempt_outcome_known",
            ),
            models.UniqueConstraint(
                fields=["mail"],
                condition=Q(outcome="sent"),
                name="platform_site_mail_sent_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mail_id} {self.get_outcome_display()}"

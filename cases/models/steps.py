"""What happened to progress, and who was asked for it; only ever added to."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Func, Q

from cases.models.progress import ProgressUpdate, ReportingRound
from platform_site.models import Mail


class ProgressStep(models.Model):
    """A step of a slot (填報歷程), with the text it was taken with.

    It is added in the transaction that takes the step, and never changed (migration
    0011). ``version`` is the slot's after it. Saving a draft is no step.
    """

    runtime_privileges = ("SELECT", "INSERT")

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", "送出"
        WITHDRAWN = "withdrawn", "撤回"
        RETURNED = "returned", "退回補正"
        ANSWERED = "answered", "答覆"
        EDITED = "edited", "幕僚修改"
        ACCEPTED = "accepted", "接受"
        REOPENED = "reopened", "重新開放"
        LOCKED = "locked", "鎖定"

    slot = models.ForeignKey(
        ProgressUpdate, models.PROTECT, related_name="steps", verbose_name="辦理情形"
    )
    kind = models.CharField("步驟", max_length=10, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="人員",
    )
    at = models.DateTimeField("時間", editable=False, db_default=TransactionNow())
    words = models.TextField("問題、答覆或說明", blank=True)
    text = models.TextField("當時的辦理情形", blank=True)
    is_unchanged = models.BooleanField("當時填本季無變動", default=False)
    # Of edits: what stood there before.
    text_before = models.TextField("修改前的辦理情形", blank=True)
    was_unchanged = models.BooleanField("修改前填本季無變動", default=False)
    version = models.PositiveIntegerField("版次")

    class Meta:
        verbose_name = "填報歷程"
        verbose_name_plural = "填報歷程"
        ordering = ["slot", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "version"], name="cases_step_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "submitted",
                        "withdrawn",
                        "returned",
                        "answered",
                        "edited",
                        "accepted",
                        "reopened",
                        "locked",
                    ]
                ),
                name="cases_step_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["returned", "answered", "reopened"])
                | ~Q(words=""),
                name="cases_step_said_in_words",
                violation_error_message="退回、答覆與重新開放須說明。",
            ),
            models.CheckConstraint(
                condition=Q(kind="edited") | Q(text_before="", was_unchanged=False),
                name="cases_step_text_before_of_edits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot} {self.get_kind_display()}"


class _HourFrom(Func):
    """The hour from a moment on; in UTC it does not depend on the session."""

    template = "TSRANGE(%(expressions)s AT TIME ZONE 'UTC', %(expressions)s AT TIME ZONE 'UTC' + INTERVAL '1 hour')"
    output_field = DateTimeRangeField()


class Reminder(models.Model):
    """That somebody was asked for what is owed in a round (催辦紀錄); only added."""

    runtime_privileges = ("SELECT", "INSERT")

    class Kind(models.TextChoices):
        MAIL = "mail", "電子郵件"
        PHONE = "phone", "電話"

    round = models.ForeignKey(
        ReportingRound,
        models.PROTECT,
        related_name="reminders",
        verbose_name="填報期別",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="窗口",
    )
    kind = models.CharField("方式", max_length=5, choices=Kind.choices)
    words = models.TextField("內容", blank=True)
    # Of those by mail; what became of it the mail tells.
    mail = models.OneToOneField(
        Mail,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reminder",
        verbose_name="郵件",
    )
    slots = models.PositiveIntegerField("未填件數")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="催辦人員",
    )
    at = models.DateTimeField("催辦時間", editable=False, db_default=TransactionNow())

    class Meta:
        verbose_name = "催辦紀錄"
        verbose_name_plural = "催辦紀錄"
        ordering = ["round", "-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["mail", "phone"]),
                name="cases_reminder_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(slots__gte=1),
                name="cases_reminder_of_something",
                violation_error_message="沒有未填的辦理情形，不必催辦。",
            ),
            models.CheckConstraint(
                condition=Q(mail=None) | Q(kind="mail"),
                name="cases_reminder_mail_of_mails",
            ),
            ExclusionConstraint(
                name="cases_reminder_once_an_hour",
                expressions=[
                    ("round", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (_HourFrom("at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(mail__isnull=False),
                violation_error_message="一小時內已寄過催辦信。",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "person"], name="cases_reminder_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()}"

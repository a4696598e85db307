"""Papers written elsewhere: what was read in them, and what a person made of it."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Count, F, Q

from cases.models.cases import Case
from cases.models.ledger import LedgerEntry
from cases.models.progress import ReportingRound
from meetings.models import (
    IssueGroup,
    MeetingSeries,
    Minutes,
    Municipality,
    Platform,
)
from meetings.words import say_later


class Choice(models.TextChoices):
    """What a person said to a row that was read (審閱結果)."""

    OPEN = "open", "待審閱"
    ACCEPTED = "accepted", "已接受"
    IGNORED = "ignored", "已略過"


class ReadingQuerySet(models.QuerySet["Reading"]):
    """Questions asked of readings."""

    def counted(self) -> ReadingQuerySet:
        """With ``count``, the minutes in each, and ``still_open``, those to be reviewed."""
        to_review = Q(minutes__minutes=None, minutes__is_ignored=False)
        return self.annotate(
            count=Count("minutes"), still_open=Count("minutes", filter=to_review)
        )

    def without_content(self) -> ReadingQuerySet:
        """Leave the file and its text in the database."""
        return self.defer("content", "text", "result")


@pghistory.track(exclude=["content", "text", "result"])
class Reading(models.Model):
    """A file that was uploaded to be read, kept byte for byte, and what it held (讀入文件).

    Never public. File, name and checksum never change (triggers in migration 0008).
    It is done with when drafts were made of all its minutes, or its round was filled.
    """

    class Kind(models.TextChoices):
        MINUTES = "minutes", "會議紀錄"
        STATUS_REPORT = "status_report", "辦理情形"

    class State(models.TextChoices):
        WAITING = "waiting", "等待讀取"
        READING = "reading", "讀取中"
        READ = "read", "已讀取"
        REFUSED = "refused", "無法讀取"

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="readings", verbose_name="平臺"
    )
    kind = models.CharField("種類", max_length=14, choices=Kind.choices)
    name = models.CharField("檔名", max_length=200)
    media_type = models.CharField("類型", max_length=100)
    content = models.BinaryField("內容")
    size = models.PositiveIntegerField("位元組數")
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="上傳人員",
    )
    uploaded_at = models.DateTimeField(
        "上傳時間", editable=False, db_default=TransactionNow()
    )
    state = models.CharField(
        "狀態", max_length=10, choices=State.choices, default=State.WAITING
    )
    # Who died while reading left this behind: after a while another one begins anew.
    begun_at = models.DateTimeField("開始讀取時間", null=True, blank=True)
    read_at = models.DateTimeField("讀取時間", null=True, blank=True)
    refusal = models.TextField("無法讀取的原因", blank=True)
    text = models.TextField("文字", blank=True)
    result = models.JSONField("讀取結果", null=True, blank=True)
    # Of status reports: the data date as corrected, and the round that was filled.
    as_of = models.DateField("資料時間", null=True, blank=True)
    round = models.ForeignKey(
        ReportingRound,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="readings",
        verbose_name="填報期別",
    )
    version = models.PositiveIntegerField("版次", default=0)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = "讀入文件"
        verbose_name_plural = "讀入文件"
        ordering = ["platform", "-uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "kind", "sha256"],
                name="cases_reading_file_once",
                violation_error_message="這個檔案已經上傳。",
            ),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(refusal="")
                | ~Q(state="refused") & Q(refusal=""),
                name="cases_reading_refused_with_words",
            ),
            models.CheckConstraint(
                condition=Q(state="reading", begun_at__isnull=False)
                | ~Q(state="reading"),
                name="cases_reading_begun_while_reading",
            ),
            models.CheckConstraint(
                condition=Q(state="read", result__isnull=False, read_at__isnull=False)
                | ~Q(state="read") & Q(result__isnull=True),
                name="cases_reading_result_iff_read",
            ),
        ]
        indexes = [
            models.Index(
                fields=["platform", "kind"],
                condition=Q(state__in=["waiting", "reading"]),
                name="cases_reading_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left to be reviewed; asked of ``counted`` ones."""
        if self.kind == self.Kind.STATUS_REPORT:
            return self.round_id is not None
        still_open: int = getattr(self, "still_open")  # noqa: B009  an annotation
        return self.state == self.State.READ and not still_open


@pghistory.track()
class ReadMinutes(models.Model):
    """Minutes that a paper holds, their header as corrected (讀到的會議紀錄).

    ``order`` is the place in the reading's result, where the texts are. ``minutes``
    is the draft that was made of them; without it they are open again.
    """

    reading = models.ForeignKey(
        Reading, models.CASCADE, related_name="minutes", verbose_name="讀入文件"
    )
    order = models.PositiveSmallIntegerField("順序")
    title = models.CharField("會議名稱", max_length=120, blank=True)
    series = models.ForeignKey(
        MeetingSeries,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="會議系列",
    )
    number = models.PositiveSmallIntegerField("次別", null=True, blank=True)
    roc_year = models.PositiveSmallIntegerField("年度（民國）", null=True, blank=True)
    held_on = models.DateField("會議日期", null=True, blank=True)
    starts_at = models.TimeField("開始時間", null=True, blank=True)
    ends_at = models.TimeField("散會時間", null=True, blank=True)
    place = models.CharField("會議地點", max_length=120, blank=True)
    host = models.ForeignKey(
        Municipality,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="主辦縣市",
    )
    minute_taker = models.CharField("紀錄", max_length=40, blank=True)
    chairs = models.JSONField("主席", default=list, blank=True)
    is_ignored = models.BooleanField("略過", default=False)
    minutes = models.ForeignKey(
        Minutes,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="read_from",
        verbose_name="會議紀錄草稿",
    )
    version = models.PositiveIntegerField("版次", default=0)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="儲存人員",
    )
    saved_at = models.DateTimeField("儲存時間", null=True, blank=True)

    class Meta:
        verbose_name = "讀到的會議紀錄"
        verbose_name_plural = "讀到的會議紀錄"
        ordering = ["reading", F("held_on").asc(nulls_last=True), "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["reading", "order"], name="cases_read_minutes_order_once"
            ),
            models.CheckConstraint(
                condition=Q(is_ignored=False) | Q(minutes__isnull=True),
                name="cases_read_minutes_ignored_make_no_draft",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"第 {self.order + 1} 份會議紀錄"

    @property
    def is_open(self) -> bool:
        """Whether nobody has made a draft of them, or put them aside."""
        return self.minutes_id is None and not self.is_ignored


@pghistory.track()
class ReadDecision(models.Model):
    """A decision about one case as a paper words it, and the person's choice (讀到的決定).

    ``group``, ``name``, ``action`` and ``source`` stay as they were read; the choice
    is what a draft decision is made of.
    """

    class Certainty(models.TextChoices):
        SAME = "same", "同名"
        NEAR = "near", "近似"
        NONE = "none", "查無"

    read_minutes = models.ForeignKey(
        ReadMinutes,
        models.CASCADE,
        related_name="decisions",
        verbose_name="讀到的會議紀錄",
    )
    order = models.PositiveSmallIntegerField("順序")
    group = models.TextField(say_later("文件所載小組"), blank=True)
    name = models.TextField("文件所載案名")
    action = models.CharField(
        "文件所載決定", max_length=14, choices=LedgerEntry.Kind.choices, blank=True
    )
    source_start = models.PositiveIntegerField("原文起", null=True, blank=True)
    source_end = models.PositiveIntegerField("原文迄", null=True, blank=True)
    # From here on the person's choice.
    state = models.CharField(
        "審閱", max_length=10, choices=Choice.choices, default=Choice.OPEN
    )
    certainty = models.CharField(
        "比對", max_length=4, choices=Certainty.choices, blank=True
    )
    issue_group = models.ForeignKey(
        IssueGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=say_later("議題小組"),
    )
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=say_later("合作案"),
    )
    is_new = models.BooleanField("新案", default=False)
    kind = models.CharField(
        "決定", max_length=14, choices=LedgerEntry.Kind.choices, blank=True
    )
    reason = models.CharField(
        say_later("解列原因"),
        max_length=14,
        choices=LedgerEntry.Reason.choices,
        blank=True,
    )
    words = models.TextField("說明", blank=True)
    # The name of a case that begins, or the one a case goes on under.
    new_name = models.CharField("名稱", max_length=200, blank=True)
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
    version = models.PositiveIntegerField("版次", default=0)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="審閱人員",
    )
    chosen_at = models.DateTimeField("審閱時間", null=True, blank=True)

    class Meta:
        verbose_name = "讀到的決定"
        verbose_name_plural = "讀到的決定"
        ordering = ["read_minutes", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["read_minutes", "order"], name="cases_read_decision_order_once"
            ),
            models.UniqueConstraint(
                fields=["read_minutes", "case"],
                condition=Q(state="accepted", case__isnull=False),
                name="cases_read_decision_once_a_case",
                violation_error_message=say_later("同一合作案在一次會議只記一項決定。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | ~Q(kind="")
                & Q(issue_group__isnull=False)
                & (
                    Q(is_new=False, case__isnull=False)
                    | Q(is_new=True, case__isnull=True) & ~Q(new_name="")
                ),
                name="cases_read_decision_accepted_whole",
                violation_error_message=say_later(
                    "請選擇議題小組、合作案（或新案）與決定。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(chosen_by__isnull=False),
                name="cases_read_decision_chosen_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind="void"),
                name="cases_read_decision_strikes_nothing",
                violation_error_message="註銷只能以勘誤辦理。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display() or self.get_action_display()}"


@pghistory.track()
class ReadProgress(models.Model):
    """A cell of a status report, and the person's choice (讀到的辦理情形).

    One text of one municipality (or of all jointly) about one case; ``order`` goes
    through the whole paper.
    """

    reading = models.ForeignKey(
        Reading, models.CASCADE, related_name="progress", verbose_name="讀入文件"
    )
    order = models.PositiveSmallIntegerField("順序")
    group = models.TextField(say_later("文件所載小組"), blank=True)
    name = models.TextField("文件所載案名")
    theme = models.TextField("文件所載共同議題", blank=True)
    newly_listed = models.BooleanField("文件註明新增", default=False)
    source_start = models.PositiveIntegerField("原文起", null=True, blank=True)
    source_end = models.PositiveIntegerField("原文迄", null=True, blank=True)
    # From here on the person's choice.
    state = models.CharField(
        "審閱", max_length=10, choices=Choice.choices, default=Choice.OPEN
    )
    certainty = models.CharField(
        "比對", max_length=4, choices=ReadDecision.Certainty.choices, blank=True
    )
    issue_group = models.ForeignKey(
        IssueGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=say_later("議題小組"),
    )
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=say_later("合作案"),
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
    # Its dated parts go to the rounds of their quarters, not all to one.
    in_periods = models.BooleanField("依日期分填各期", default=False)
    version = models.PositiveIntegerField("版次", default=0)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="審閱人員",
    )
    chosen_at = models.DateTimeField("審閱時間", null=True, blank=True)

    class Meta:
        verbose_name = "讀到的辦理情形"
        verbose_name_plural = "讀到的辦理情形"
        ordering = ["reading", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["reading", "order"], name="cases_read_progress_order_once"
            ),
            models.UniqueConstraint(
                fields=["reading", "case", "municipality"],
                condition=Q(state="accepted"),
                nulls_distinct=False,
                name="cases_read_progress_once_a_slot",
                violation_error_message=say_later(
                    "同一合作案的同一縣市在一期只有一段辦理情形。"
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(case__isnull=False),
                name="cases_read_progress_accepted_of_a_case",
                violation_error_message=say_later("請選擇合作案。"),
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(chosen_by__isnull=False),
                name="cases_read_progress_chosen_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.municipality or '共同'}"

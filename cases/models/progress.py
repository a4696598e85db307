"""Progress: what the municipalities report about their cases, round by round."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case as Choice
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.utils import timezone

from cases.models.cases import Case
from cases.models.editions import Correction, ReportEdition
from cases.models.writers import covered_for, covering, is_open_on
from meetings.models import (
    READ_CONFIRMED,
    Municipality,
    Platform,
    own_groups,
)
from platform_site.lib.roc import format_roc
from platform_site.lib.search import words_index

if TYPE_CHECKING:
    from typing import Any

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


@pghistory.track()
class ReportingRound(models.Model):
    """One collection of progress (填報), true at its data date.

    Without ``opens_on`` nothing was collected here: its texts came from a paper. Once
    locked it never changes, nor do its slots (migration 0011).
    """

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="rounds", verbose_name="平臺"
    )
    as_of = models.DateField("資料時間")
    opens_on = models.DateField("開放填報日", null=True, blank=True)
    due_on = models.DateField("填報期限", null=True, blank=True)
    locks_on = models.DateField("關閉填報日", null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="鎖定人員",
    )
    locked_at = models.DateTimeField("鎖定時間", null=True, blank=True)

    class Meta:
        verbose_name = "填報期別"
        verbose_name_plural = "填報期別"
        ordering = ["platform", "-as_of"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on=None, due_on=None, locks_on=None)
                | Q(
                    opens_on__isnull=False,
                    due_on__isnull=False,
                    due_on__gte=F("opens_on"),
                    locks_on__isnull=False,
                    locks_on__gte=F("due_on"),
                ),
                name="cases_round_days_in_order",
                violation_error_message="開放填報日、填報期限、關閉填報日須依序填寫。",
            ),
            models.CheckConstraint(
                condition=Q(locked_by=None, locked_at=None)
                | Q(locked_by__isnull=False, locked_at__isnull=False),
                name="cases_round_locked_by_somebody",
                violation_error_message="鎖定須載明人員與時間。",
            ),
            models.UniqueConstraint(
                fields=["platform", "as_of"],
                name="cases_round_date_once",
                violation_error_message="這個資料時間已有一輪填報。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform.short_name} {format_roc(self.as_of)}"

    @property
    def is_locked(self) -> bool:
        """Whether nothing of it changes any more."""
        return self.locked_at is not None


def is_public() -> Q:
    """Rounds that came from a paper, and those of which an edition is published.

    What is collected here is not final before that.
    """
    editions = ReportEdition.objects.public().filter(round=OuterRef("pk"))
    return Q(opens_on=None) | Q(Exists(editions))


def _corrected() -> Subquery:
    """What the last published edition says instead of a slot's text, or None."""
    corrections = Correction.objects.filter(
        slot=OuterRef("pk"), edition__published_at__isnull=False
    )
    return Subquery(corrections.order_by("-edition__number").values("text")[:1])


class ProgressUpdateQuerySet(models.QuerySet["ProgressUpdate"]):
    """Questions asked of progress."""

    # Who may

    def written_by(
        self, user: AbstractBaseUser | AnonymousUser, day: date
    ) -> ProgressUpdateQuerySet:
        """Slots that are ``user``'s to write on ``day``, whether open or not.

        The secretariat's are all of its platforms, a contact's those that his or her
        assignments cover.
        """
        kept = Platform.objects.kept_by(user).order_by()
        return self.filter(
            Q(round__platform__in=kept.values("pk")) | covered_for(user, day)
        )

    def covered_for(
        self, user: AbstractBaseUser | AnonymousUser, day: date
    ) -> ProgressUpdateQuerySet:
        """Slots that ``user``'s assignments cover on ``day``."""
        return self.filter(covered_for(user, day))

    def writable_by(
        self, user: AbstractBaseUser | AnonymousUser, day: date
    ) -> ProgressUpdateQuerySet:
        """Slots that ``user`` may write on ``day``; their state says what comes next.

        Contacts while the round is open, or longer where the slot was reopened.
        """
        kept = Platform.objects.kept_by(user).order_by()
        return (
            self.written_by(user, day)
            .filter(
                Q(round__platform__in=kept.values("pk")) | is_open_on(day),
                round__locked_at=None,
            )
            .exclude(state=ProgressUpdate.State.LOCKED)
        )

    def readable_by(
        self, user: AbstractBaseUser | AnonymousUser, day: date
    ) -> ProgressUpdateQuerySet:
        """Slots whose text ``user`` may read on ``day``.

        All may read what is public; officials every accepted text, contacts those of
        own groups and whatever is theirs to write, the secretariat all of its own.
        """
        public = Q(
            state__in=ACCEPTED, round__in=ReportingRound.objects.filter(is_public())
        )
        may: Any = user
        if not (user.is_authenticated and user.is_active):
            return self.filter(public)
        written = ProgressUpdate.objects.written_by(user, day).order_by()
        readable = public | Q(pk__in=written.values("pk"))
        accepted = Q(state__in=ACCEPTED)
        if may.has_perm(READ_CONFIRMED):
            readable |= accepted
        else:
            groups = own_groups(user, day).order_by()
            readable |= accepted & Q(case__group__in=groups.values("pk"))
        return self.filter(readable)

    def with_contacts(self, day: date) -> ProgressUpdateQuerySet:
        """With ``contact_ids``: whose each slot is to write on ``day``."""
        users = covering(day).order_by("starts_on", "pk").values("user")
        contacts = {"contact_ids": ArraySubquery(users)}
        return self.annotate(**contacts)

    # What is there

    def public(self) -> ProgressUpdateQuerySet:
        """Texts that everybody may read: accepted ones of public rounds."""
        return self.accepted().filter(
            round__in=ReportingRound.objects.filter(is_public())
        )

    def owed(self) -> ProgressUpdateQuerySet:
        """Slots that wait for who writes them."""
        return self.filter(state__in=OWED)

    def with_last_text(self) -> ProgressUpdateQuerySet:
        """With ``last_text`` and ``last_as_of``, of the last round that said something.

        The same municipality's, or the joint one's; None where there is none. A round
        that said 本季無變動 left the text before it standing.
        """
        last = (
            ProgressUpdate.objects.accepted()
            .filter(
                Q(municipality=OuterRef("municipality"))
                | Q(IsNull(OuterRef("municipality"), True), municipality=None),
                case=OuterRef("case"),
                round__as_of__lt=OuterRef("round__as_of"),
                is_unchanged=False,
            )
            .order_by("-round__as_of")
        )
        said = Coalesce(_corrected(), "text")
        of_last = {
            "last_text": Subquery(last.values_list(said)[:1]),
            "last_as_of": Subquery(last.values("round__as_of")[:1]),
        }
        return self.annotate(**of_last)

    def as_told(self) -> ProgressUpdateQuerySet:
        """With ``told_text``, what editions and public pages say of a slot.

        That is its correction, else its text, else where nothing has changed the text
        that still stands, told at ``told_on``.
        """
        told = {
            "corrected_text": _corrected(),
            "told_text": Coalesce(
                "corrected_text",
                Choice(When(is_unchanged=True, then="last_text"), default="text"),
            ),
            "told_on": Choice(
                When(corrected_text=None, is_unchanged=True, then="last_as_of"),
                default="round__as_of",
            ),
        }
        return self.with_last_text().annotate(**told)

    def changed(self) -> ProgressUpdateQuerySet:
        """Slots that say something else than what stood before, with it."""
        return (
            self.with_last_text()
            .exclude(text="")
            .filter(Q(last_text=None) | ~Q(last_text=F("text")))
        )

    def accepted(self) -> ProgressUpdateQuerySet:
        """Texts that the secretariat has accepted."""
        return self.filter(state__in=ACCEPTED)

    def latest_of_case(self, day: date) -> ProgressUpdateQuerySet:
        """For a subquery of cases: the public texts of the last round up to ``day``.

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
    """Return the last round with data up to ``day`` that has a public text.

    For a subquery: ``case`` and ``platform`` lead to those of the rows around it.
    The rounds are few, and whether one has a text of a case an index tells, so
    that not all texts of the case need to be looked at.
    """
    texts = ProgressUpdate.objects.accepted().filter(
        case=OuterRef(OuterRef(case)), round=OuterRef("pk")
    )
    return ReportingRound.objects.filter(
        Exists(texts), is_public(), platform=OuterRef(platform), as_of__lte=day
    ).order_by("-as_of")


@pghistory.track()
class ProgressUpdate(models.Model):
    """What one municipality (or all jointly) reports about a case in a round (辦理情形).

    The slot and its text are one row, which begins missing. How it goes on, and that
    each step of it is told (``ProgressStep``), the database holds (migration 0011).
    What came from a paper is accepted from the first, and names nobody.
    """

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
    # Counts saves and steps; what a form says it was filled from.
    version = models.PositiveIntegerField("版次", default=0, db_default=0)
    open_until = models.DateField("補填期限", null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="儲存人員",
    )
    saved_at = models.DateTimeField("儲存時間", null=True, blank=True)
    # The first time in this round: what was late stays late.
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="送出人員",
    )
    submitted_at = models.DateTimeField("首次送出時間", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="接受人員",
    )
    accepted_at = models.DateTimeField("接受時間", null=True, blank=True)

    # Set by with_contacts() and with_last_text().
    contact_ids: list[int]
    last_text: str | None
    last_as_of: date | None
    # Set by as_told().
    told_text: str | None
    told_on: date | None

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
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "missing",
                        "draft",
                        "submitted",
                        "returned",
                        "accepted",
                        "locked",
                    ]
                ),
                name="cases_progress_state_known",
                violation_error_message="沒有這種狀態。",
            ),
            models.CheckConstraint(
                condition=Q(is_unchanged=False) | Q(text=""),
                name="cases_progress_unchanged_without_text",
                violation_error_message="填「本季無變動」時不另填文字。",
            ),
            models.CheckConstraint(
                condition=Q(state="missing", text="", is_unchanged=False, saved_by=None)
                | Q(state__in=["draft", "returned"])
                | Q(state__in=["submitted", "accepted", "locked"])
                & (Q(is_unchanged=True) | ~Q(text="")),
                name="cases_progress_says_something_once_submitted",
                violation_error_message="請填寫辦理情形，或填「本季無變動」。",
            ),
            models.CheckConstraint(
                condition=Q(saved_by=None, saved_at=None)
                | Q(saved_by__isnull=False, saved_at__isnull=False),
                name="cases_progress_saved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by=None, submitted_at=None)
                & ~Q(state="submitted")
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="cases_progress_submitted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None, accepted_at=None)
                | Q(
                    accepted_by__isnull=False,
                    accepted_at__isnull=False,
                    state__in=["accepted", "locked"],
                ),
                name="cases_progress_accepted_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "round"], name="cases_progress_of_case"),
            # What the public may find: see public().
            words_index(
                "text",
                condition=models.Q(state__in=["accepted", "locked"]),
                name="cases_progress_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.municipality or '共同'}"

    def days_late(self, day: date) -> int:
        """Return how many days after the due date it was submitted, or stands owed."""
        due = self.round.due_on
        if due is None or (self.submitted_at is None and self.state in ACCEPTED):
            return 0
        came = timezone.localdate(self.submitted_at) if self.submitted_at else day
        return max(0, (came - due).days)


ACCEPTED = (ProgressUpdate.State.ACCEPTED, ProgressUpdate.State.LOCKED)
# The contact's turn: nothing was handed in, or it came back.
OWED = (
    ProgressUpdate.State.MISSING,
    ProgressUpdate.State.DRAFT,
    ProgressUpdate.State.RETURNED,
)

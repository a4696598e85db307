"""Meetings: one sitting each, with its chairs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pghistory
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from meetings.models.people import own_groups
from meetings.models.platforms import (
    Agency,
    MeetingSeries,
    Municipality,
    Platform,
    word_slug,
)

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    from meetings.models.minutes import Minutes

# Read confirmed minutes before they are public: all of them, those of own groups.
READ_CONFIRMED = "meetings.read_confirmed_minutes"
READ_OWN_GROUPS = "meetings.read_own_groups_minutes"


def published(path: str = "minutes") -> Q:
    """Rows whose minutes, found by ``path``, the public may read now.

    The one definition, with ``Minutes.is_public`` for a row at hand.
    """
    return Q(**{f"{path}__published_at__lte": timezone.now()})


def is_reader_of_groups(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether ``user`` may read what was confirmed for own groups."""
    may: Any = user
    return bool(may.has_perm(READ_OWN_GROUPS))


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Questions asked of meetings."""

    def in_order(self) -> MeetingQuerySet:
        """Oldest first; the order in which the ledger reads meetings."""
        return self.order_by(
            "held_on", Coalesce("starts_at", models.Value("00:00:00")), "pk"
        )

    def confirmed(self) -> MeetingQuerySet:
        """Meetings whose minutes are confirmed."""
        return self.filter(minutes__state="confirmed")

    def public(self) -> MeetingQuerySet:
        """Meetings whose minutes the public may read."""
        return self.filter(published())

    def readable_by(self, user: AbstractBaseUser | AnonymousUser) -> MeetingQuerySet:
        """Meetings whose minutes ``user`` may read whole, public or not yet.

        Before they are public, confirmed minutes are read by the platform's
        secretariat, by officials, and by the contacts of the group that met.
        """
        may: Any = user
        if not user.is_authenticated:
            return self.public()
        if may.has_perm(READ_CONFIRMED):
            return self.confirmed()
        own = Q(platform__in=Platform.objects.kept_by(user))
        if is_reader_of_groups(user):
            groups = own_groups(user, timezone.localdate())
            own |= Q(series__group__in=groups.values("pk"))
        return self.filter(published() | Q(minutes__state="confirmed") & own)

    def partly_readable_by(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> MeetingQuerySet:
        """Deciding meetings of whose decisions ``user`` may read those of own groups."""
        if not is_reader_of_groups(user):
            return self.none()
        groups = own_groups(user, timezone.localdate())
        return (
            self.confirmed().deciding().filter(platform__in=groups.values("platform"))
        )

    def withdrawn(self) -> MeetingQuerySet:
        """Meetings whose minutes the public could read once and no longer can."""
        publications = apps.get_model("meetings", "Publication").objects
        was_public = publications.filter(
            kind="publish",
            minutes=OuterRef("minutes"),
            pk__lt=OuterRef("pk"),
            takes_effect_at__lte=OuterRef("takes_effect_at"),
        )
        taken_back = publications.filter(
            Exists(was_public), kind="unpublish", minutes=OuterRef("minutes")
        )
        return self.filter(~published(), Exists(taken_back))

    def deciding(self) -> MeetingQuerySet:
        """Meetings of the series that decide what is listed."""
        return self.filter(series__is_deciding=True)

    def with_minutes(self) -> MeetingQuerySet:
        """Meetings with all that their minutes hold, in a fixed number of queries."""
        return self.select_related(
            "platform", "series__group", "host", "host_agency", "minutes"
        ).prefetch_related(
            "chairs",
            "minutes__sections",
            "minutes__resolutions__group",
            "minutes__remarks",
            "minutes__motions",
            "minutes__attachments",
            "minutes__errata",
        )


@pghistory.track()
class Meeting(models.Model):
    """One sitting (會議) of a series."""

    class State(models.TextChoices):
        PLANNED = "planned", "預定"
        HELD = "held", "已召開"
        CANCELLED = "cancelled", "取消"

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="meetings", verbose_name="平臺"
    )
    series = models.ForeignKey(
        MeetingSeries, models.PROTECT, related_name="meetings", verbose_name="會議系列"
    )
    slug = models.SlugField("代碼", max_length=80, validators=[word_slug])
    number = models.PositiveSmallIntegerField("次別", null=True, blank=True)
    roc_year = models.PositiveSmallIntegerField(
        "年度（民國）",
        null=True,
        blank=True,
        help_text="每年度起算的會議填列，如 114。",
    )
    title = models.CharField("會議名稱", max_length=120)
    held_on = models.DateField("會議日期")
    starts_at = models.TimeField("開始時間", null=True, blank=True)
    ends_at = models.TimeField("散會時間", null=True, blank=True)
    place = models.CharField("會議地點", max_length=120, blank=True)
    host = models.ForeignKey(
        Municipality,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted_meetings",
        verbose_name="主辦縣市",
    )
    host_agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="主辦局處",
    )
    minute_taker = models.CharField("紀錄", max_length=40, blank=True)
    state = models.CharField(
        "狀態", max_length=10, choices=State.choices, default=State.PLANNED
    )

    minutes: Minutes

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "會議"
        verbose_name_plural = "會議"
        ordering = ["-held_on", "-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "slug"],
                name="meetings_meeting_slug_once",
                violation_error_message="平臺內已有會議使用這個代碼。",
            ),
            # A number counts once in its series (and year, where years count).
            models.UniqueConstraint(
                fields=["series", "roc_year", "number"],
                condition=models.Q(number__isnull=False),
                nulls_distinct=False,
                name="meetings_meeting_number_once",
                violation_error_message="這個會議系列已有相同次別的會議。",
            ),
        ]
        indexes = [
            models.Index(fields=["series", "held_on"], name="meetings_by_series"),
            models.Index(fields=["platform", "-held_on"], name="meetings_latest"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the lasting public address of the meeting."""
        return reverse("meetings:meeting", args=[self.platform.slug, self.slug])

    @property
    def short_title(self) -> str:
        """The meeting as cited in papers, without the platform: 第6次副市長層級會議."""
        if self.number is None:
            return self.title
        year = f"{self.roc_year}年度" if self.roc_year else ""
        return f"{year}第{self.number}次{self.series.name}"

    def clean(self) -> None:
        """Refuse a series of another platform, a wrong numbering, a foreign agency.

        A meeting whose adjournment lies before its opening is a warning of the
        minutes desk, not an error here: the papers hold such clocks.
        """
        if not self.series_id:
            return
        if self.series.platform_id != self.platform_id:
            raise ValidationError({"series": "會議系列須屬同一平臺。"})
        if self.host_agency and self.host_agency.municipality_id != self.host_id:
            raise ValidationError({"host_agency": "主辦局處須屬主辦縣市。"})
        per_year = self.series.numbering == MeetingSeries.Numbering.PER_YEAR
        if per_year and self.roc_year is None:
            raise ValidationError({"roc_year": "此系列每年度起算次別，請填年度。"})
        if not per_year and self.roc_year is not None:
            raise ValidationError({"roc_year": "此系列不分年度編次，請勿填年度。"})
        numbered = self.series.numbering != MeetingSeries.Numbering.NONE
        if numbered and self.number is None:
            raise ValidationError({"number": "請填會議次別。"})
        if not numbered and self.number is not None:
            raise ValidationError({"number": "此系列不編次，請勿填次別。"})


def meeting_slug(
    series: MeetingSeries, *, number: int | None, roc_year: int | None, held_on: date
) -> str:
    """Return the address of a meeting: vice-mayor-5, industry-114-4, special-2025-04-09."""
    if number is None:
        return f"{series.slug}-{held_on.isoformat()}"
    parts = [series.slug, roc_year, number]
    return "-".join(str(part) for part in parts if part is not None)


@pghistory.track()
class Chair(models.Model):
    """A chair of a meeting (主席), in printed order; the first one presides."""

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="chairs", verbose_name="會議"
    )
    order = models.PositiveSmallIntegerField("順序")
    name = models.CharField("姓名", max_length=40)
    title = models.CharField("職稱", max_length=40, blank=True)
    organization = models.CharField("機關", max_length=60, blank=True)
    municipality = models.ForeignKey(
        Municipality,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="縣市",
    )

    class Meta:
        verbose_name = "主席"
        verbose_name_plural = "主席"
        ordering = ["meeting", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "order"], name="meetings_chair_order_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.name}{self.title}".strip()

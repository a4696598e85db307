"""The bodies: platforms, who sits on them, their groups and series of meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import resolve

from meetings.words import say_later

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

word_slug = RegexValidator(
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
    "代碼限用小寫英文字母、數字與連字號，並以字母開頭。",
)


class PlatformQuerySet(models.QuerySet["Platform"]):
    """Questions asked of platforms."""

    def kept_by(self, user: AbstractBaseUser | AnonymousUser) -> PlatformQuerySet:
        """Platforms whose record ``user`` keeps: of whose secretariat he or she is."""
        if not (user.is_active and getattr(user, "is_staff", False)):
            return self.none()
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(secretariat__user=user.pk)


@pghistory.track()
class Platform(models.Model):
    """A standing cooperation body of several local governments (平臺)."""

    slug = models.SlugField("代碼", unique=True, validators=[word_slug])
    name = models.CharField("名稱", max_length=60, unique=True)
    short_name = models.CharField("簡稱", max_length=20)
    summary = models.TextField("說明", blank=True)
    order = models.PositiveSmallIntegerField("順序", default=0)
    case_word = models.CharField(
        "合作案用語", max_length=10, default="合作案", help_text="如合作案、合作方案。"
    )
    delist_word = models.CharField(
        "解列用語", max_length=10, default="解列", help_text="如解列、解除列管。"
    )
    group_word = models.CharField(
        "議題小組用語",
        max_length=10,
        default="議題小組",
        help_text="如議題小組、議題組。",
    )
    report_name = models.CharField(
        "辦理情形報告名稱", max_length=30, default="合作方案辦理情形"
    )
    form_name = models.CharField("提案單名稱", max_length=30, default="合作提案單")
    members = models.ManyToManyField(
        "meetings.Municipality",
        through="meetings.Membership",
        related_name="platforms",
        verbose_name="成員縣市",
    )

    objects = PlatformQuerySet.as_manager()

    class Meta:
        verbose_name = "平臺"
        verbose_name_plural = "平臺"
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a code whose address leads to another page of the site."""
        word_slug(self.slug)
        if resolve(f"/{self.slug}/").kwargs.get("platform") != self.slug:
            raise ValidationError(
                {"slug": "這個代碼與本站的網址相同，請改用其他代碼。"}
            )


@pghistory.track()
class Municipality(models.Model):
    """A member government (縣市); it may sit on several platforms.

    ``order`` is the fixed order in which screens and papers name them.
    """

    slug = models.SlugField("代碼", unique=True, validators=[word_slug])
    name = models.CharField("機關全銜", max_length=20, unique=True)
    short_name = models.CharField("縣市名", max_length=10, unique=True)
    order = models.PositiveSmallIntegerField("順序", default=0)

    class Meta:
        verbose_name = "縣市"
        verbose_name_plural = "縣市"
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.short_name


@pghistory.track()
class Membership(models.Model):
    """A municipality's seat on a platform."""

    platform = models.ForeignKey(
        Platform, models.CASCADE, related_name="memberships", verbose_name="平臺"
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="memberships", verbose_name="縣市"
    )

    class Meta:
        verbose_name = "成員"
        verbose_name_plural = "成員"
        ordering = ["platform", "municipality__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "municipality"],
                name="meetings_membership_once",
                violation_error_message="這個縣市已是平臺成員。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform.short_name}／{self.municipality.short_name}"


@pghistory.track()
class Agency(models.Model):
    """An agency of a municipality (局處), e.g. 新北市政府經濟發展局."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="agencies", verbose_name="縣市"
    )
    name = models.CharField("全銜", max_length=60, unique=True)
    short_name = models.CharField("簡稱", max_length=20, blank=True)
    order = models.PositiveSmallIntegerField("順序", default=0)

    class Meta:
        verbose_name = "局處"
        verbose_name_plural = "局處"
        ordering = ["municipality__order", "order", "pk"]

    def __str__(self) -> str:
        return self.name


class IssueGroupQuerySet(models.QuerySet["IssueGroup"]):
    """Questions asked of groups."""

    def existing_in(self, year: int) -> IssueGroupQuerySet:
        """Groups that exist in ``year`` (western), as far as their years are known."""
        return self.filter(
            models.Q(first_year__isnull=True) | models.Q(first_year__lte=year),
            models.Q(last_year__isnull=True) | models.Q(last_year__gte=year),
        )


@pghistory.track()
class IssueGroup(models.Model):
    """An issue group (議題小組) of a platform; it may be part of a larger one."""

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="groups", verbose_name="平臺"
    )
    slug = models.SlugField("代碼", validators=[word_slug])
    name = models.CharField("名稱", max_length=30)
    case_prefix = models.CharField(
        "案號字首",
        max_length=4,
        validators=[
            RegexValidator(r"^[A-Z]{2,4}$", "案號字首為 2 至 4 個大寫英文字母。")
        ],
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上層小組",
    )
    order = models.PositiveSmallIntegerField("順序", default=0)
    first_year = models.PositiveSmallIntegerField(
        "設立年（西元）", null=True, blank=True
    )
    last_year = models.PositiveSmallIntegerField(
        "結束年（西元）", null=True, blank=True
    )

    objects = IssueGroupQuerySet.as_manager()

    class Meta:
        verbose_name = "議題小組"
        verbose_name_plural = "議題小組"
        ordering = ["platform", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "slug"], name="meetings_group_slug_once"
            ),
            models.UniqueConstraint(
                fields=["platform", "case_prefix"],
                name="meetings_group_prefix_once",
                violation_error_message="平臺內已有小組使用這個案號字首。",
            ),
            models.CheckConstraint(
                condition=models.Q(first_year__isnull=True)
                | models.Q(last_year__isnull=True)
                | models.Q(last_year__gte=models.F("first_year")),
                name="meetings_group_years_in_order",
                violation_error_message="結束年不得早於設立年。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a parent of another platform and a parent below itself."""
        if self.parent is None:
            return
        if self.parent.platform_id != self.platform_id:
            raise ValidationError({"parent": "上層小組須屬同一平臺。"})
        above: IssueGroup | None = self.parent
        seen = {self.pk}
        while above is not None:
            if above.pk in seen:
                raise ValidationError({"parent": "小組不能是自己的上層。"})
            seen.add(above.pk)
            above = above.parent


@pghistory.track()
class MeetingSeries(models.Model):
    """A level of meetings (會議系列) of a platform, or of one of its groups."""

    class Level(models.TextChoices):
        MAYOR = "mayor", "首長層級會議"
        VICE_MAYOR = "vice_mayor", "副首長層級會議"
        WORKING_GROUP = "working_group", say_later("議題小組工作會議")
        SECRETARIAT = "secretariat", "幕僚會議"
        SPECIAL = "special", "專案會議"

    class Numbering(models.TextChoices):
        RUNNING = "running", "累計次數"
        PER_YEAR = "per_year", "每年度起算"
        NONE = "none", "不編次"

    class Hosting(models.TextChoices):
        BY_MEETING = "by_meeting", "逐次輪值"
        BY_YEAR = "by_year", "逐年輪值"
        NONE = "none", "不輪值"

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="series", verbose_name="平臺"
    )
    slug = models.SlugField("代碼", validators=[word_slug])
    name = models.CharField("名稱", max_length=40)
    level = models.CharField("層級", max_length=20, choices=Level.choices)
    group = models.ForeignKey(
        IssueGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="series",
        verbose_name="議題小組",
    )
    numbering = models.CharField("編次方式", max_length=10, choices=Numbering.choices)
    hosting = models.CharField(
        "主辦輪值",
        max_length=10,
        choices=Hosting.choices,
        default=Hosting.BY_MEETING,
        help_text="逐年輪值：平臺同一年內逐年輪值的會議，由同一縣市主辦。",
    )
    is_deciding = models.BooleanField(
        "決定列管", default=False, help_text=say_later("此層級會議決定列管與解列。")
    )
    order = models.PositiveSmallIntegerField("順序", default=0)

    class Meta:
        verbose_name = "會議系列"
        verbose_name_plural = "會議系列"
        ordering = ["platform", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "slug"], name="meetings_series_slug_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a group of another platform."""
        if self.group is not None and self.group.platform_id != self.platform_id:
            raise ValidationError({"group": "議題小組須屬同一平臺。"})

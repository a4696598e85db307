"""Proposals: the forms that cases enter with (合作提案單)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from cases.models.cases import STANDING_THAT_DAY, Case
from meetings.models import (
    Agency,
    Assignment,
    AssignmentQuerySet,
    IssueGroup,
    Meeting,
    Motion,
    Municipality,
    Platform,
    is_reader_of_groups,
    own_groups,
)
from meetings.models.platforms import word_slug
from meetings.words import say, say_later
from platform_site.lib.search import words_index

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


@pghistory.track()
class ProposalType(models.Model):
    """A box that may be ticked on a platform's form (提案類型).

    Proposals keep its code, so one that is no longer offered stays, and its code
    never changes (migration 0016).
    """

    runtime_privileges = ("SELECT", "INSERT", "UPDATE")

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="proposal_types", verbose_name="平臺"
    )
    code = models.SlugField("代碼", max_length=30, validators=[word_slug])
    name = models.CharField("名稱", max_length=30)
    order = models.PositiveSmallIntegerField("順序", default=0)
    asks_central = models.BooleanField(
        "請求中央協助", default=False, help_text="勾選這一類的提案列為請求中央協助。"
    )
    takes_words = models.BooleanField(
        "另填說明", default=False, help_text="如「其他」，勾選時可加說明。"
    )
    is_offered = models.BooleanField(
        "使用中", default=True, help_text="不再使用的類型取消勾選，已有的提案照舊。"
    )

    class Meta:
        verbose_name = "提案類型"
        verbose_name_plural = "提案類型"
        ordering = ["platform", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "code"],
                name="cases_proposal_type_code_once",
                violation_error_message="平臺內已有這個代碼。",
            ),
            models.UniqueConstraint(
                fields=["platform", "name"],
                name="cases_proposal_type_name_once",
                violation_error_message="平臺內已有這個名稱。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def covering_proposals(day: date) -> AssignmentQuerySet:
    """Return, for a subquery of proposals, the assignments that each is covered by.

    As for slots of a round: the contacts of the proposing municipality in the group,
    those below it and the one above; for an agency, where that agency proposes.
    """
    return (
        Assignment.objects.on(day)
        .filter(
            Q(group=OuterRef("group"))
            | Q(group=OuterRef("group__parent"))
            | Q(group__parent=OuterRef("group")),
            Q(agency=None) | Q(agency=OuterRef("agency")),
            municipality=OuterRef("municipality"),
            user__is_active=True,
        )
        .order_by()
    )


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Questions asked of proposals."""

    # Who may

    def written_by(
        self, user: AbstractBaseUser | AnonymousUser, day: date
    ) -> ProposalQuerySet:
        """Proposals that are ``user``'s to write on ``day``, whatever their state."""
        kept = Platform.objects.kept_by(user).order_by()
        own = Exists(covering_proposals(day).filter(user=user.pk))
        return self.filter(Q(platform__in=kept.values("pk")) | own)

    def readable_by(
        self, user: AbstractBaseUser | AnonymousUser, day: date
    ) -> ProposalQuerySet:
        """Proposals that ``user`` may read on ``day``, with whom to ask.

        Those to write, and what others have handed in to own groups. The public and
        officials read what became of them on the page of the case.
        """
        if not user.is_authenticated:
            return self.none()
        own = Proposal.objects.written_by(user, day).order_by()
        readable = Q(pk__in=own.values("pk"))
        if is_reader_of_groups(user):
            groups = own_groups(user, day).order_by()
            told = Exists(ProposalStep.objects.filter(proposal=OuterRef("pk")))
            readable |= Q(group__in=groups.values("pk")) & (
                ~Q(state=Proposal.State.DRAFT) & (told | ~Q(source=""))
            )
        return self.filter(readable)

    # What is there

    def pending(self) -> ProposalQuerySet:
        """Proposals that a meeting may take up."""
        return self.filter(state__in=PENDING)

    def with_standing(self, day: date) -> ProposalQuerySet:
        """With where the case of each stands on ``day``, as ``Case.objects.as_of``.

        None where there is no case, or the ledger does not know it.
        """
        that_day = models.FilteredRelation(
            "case__standings", condition=Q(case__standings__during__contains=day)
        )
        return self.annotate(that_day=that_day).annotate(**STANDING_THAT_DAY)

    def with_asks_central(self) -> ProposalQuerySet:
        """With ``asks_central``: a ministry is named, or a type ticked that asks."""
        ticked = {
            "ticked": models.Func(
                OuterRef("types"),
                F("code"),
                function="array_position",
                output_field=models.IntegerField(),
            )
        }
        asking = (
            ProposalType.objects.filter(
                platform=OuterRef("platform"), asks_central=True
            )
            .annotate(**ticked)
            .filter(Q(ticked__isnull=False))
        )
        asks = {"asks_central": Q(ministries__len__gt=0) | Exists(asking)}
        return self.annotate(**asks)

    def in_order(self) -> ProposalQuerySet:
        """By group as the platform orders them, then by number."""
        return self.order_by("group__order", "group_id", "roc_year", "serial")


@pghistory.track()
class Proposal(models.Model):
    """A proposal (合作提案單), from its draft until it became a case.

    What stands here is the way until then. What the meetings decide is the ledger's
    alone: a proposal is agreed by having a ``case`` of which the ledger holds that a
    meeting took it up (``agree``, or ``list`` where it came straight to a deciding
    meeting), and never without. Whether it has been listed since, was withdrawn at a
    meeting or delisted, is nowhere kept but in the ledger and read from there
    (``with_standing``); so an erratum of the minutes cannot leave the two apart. An
    agreed proposal takes no further step but mending its words.

    How it goes on, and that each step of it is told (``ProposalStep``), the database
    holds (migration 0016). What came from a paper is agreed from the first, names its
    ``source`` and nobody, and may lack what the paper does not say. Whom to ask is in
    ``ProposalContact`` and not in the history.
    """

    runtime_privileges = ("SELECT", "INSERT", "UPDATE")

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已送出"
        DISCUSSED = "discussed", "討論中"
        RETURNED = "returned", "退回修正"
        AGREED = "agreed", "已同意"
        WITHDRAWN = "withdrawn", "已撤案"
        MERGED = "merged", "已併案"

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="proposals", verbose_name="平臺"
    )
    roc_year = models.PositiveSmallIntegerField("年度（民國）")
    serial = models.PositiveSmallIntegerField("序號")
    group = models.ForeignKey(
        IssueGroup,
        models.PROTECT,
        related_name="proposals",
        verbose_name=say_later("議題小組"),
    )
    title = models.CharField("合作提案", max_length=200, blank=True)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="+", verbose_name="提案縣市"
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="提案局處",
    )
    division = models.CharField("科室", max_length=60, blank=True)
    # Codes of the platform's ProposalType, in their order.
    types = ArrayField(
        models.CharField(max_length=30),
        verbose_name="提案類型",
        default=list,
        blank=True,
    )
    type_words = models.CharField("其他類型說明", max_length=100, blank=True)
    is_all_members = models.BooleanField("全部縣市", default=True)
    # Keys of the municipalities in their order; of all members as they were then.
    partners = ArrayField(
        models.BigIntegerField(), verbose_name="合作縣市", default=list, blank=True
    )
    explanation = models.TextField("說明", blank=True)
    actions = models.TextField("具體作法", blank=True)
    benefits = models.TextField("合作效益", blank=True)
    ministries = ArrayField(
        models.CharField(max_length=60),
        verbose_name="對應中央部會",
        default=list,
        blank=True,
    )
    state = models.CharField(
        "狀態", max_length=10, choices=State.choices, default=State.DRAFT
    )
    # Counts saves and steps; what a form says it was filled from.
    version = models.PositiveIntegerField("版次", default=0, db_default=0)
    case = models.OneToOneField(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
        verbose_name=say_later("合作案"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="併入提案",
    )
    merged_into_case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_proposals",
        verbose_name=say_later("併入合作案"),
    )
    came_from_motion = models.ForeignKey(
        Motion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name="來源臨時動議",
    )
    source = models.CharField("資料來源", max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="建立人員",
    )
    created_at = models.DateTimeField(
        "建立時間", editable=False, db_default=TransactionNow()
    )
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="儲存人員",
    )
    saved_at = models.DateTimeField("儲存時間", null=True, blank=True)

    # Set by with_standing() and with_asks_central().
    standing: str | None
    current_name: str | None
    listed_by_id: int | None
    ended_by_id: int | None
    asks_central: bool

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = say_later("合作提案單")
        verbose_name_plural = say_later("合作提案單")
        ordering = ["platform", "-roc_year", "serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "roc_year", "serial"],
                name="cases_proposal_number_once",
                violation_error_message="這個年度已有相同序號的提案單。",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "discussed",
                        "returned",
                        "agreed",
                        "withdrawn",
                        "merged",
                    ]
                ),
                name="cases_proposal_state_known",
                violation_error_message="沒有這種狀態。",
            ),
            models.CheckConstraint(
                condition=Q(state="agreed", case__isnull=False)
                | ~Q(state="agreed") & Q(case=None),
                name="cases_proposal_case_iff_agreed",
                violation_error_message=say_later(
                    "同意的提案須有合作案，其他提案沒有。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    state="merged", merged_into__isnull=False, merged_into_case=None
                )
                | Q(state="merged", merged_into=None, merged_into_case__isnull=False)
                | ~Q(state="merged") & Q(merged_into=None, merged_into_case=None),
                name="cases_proposal_target_iff_merged",
                violation_error_message=say_later(
                    "併案須指定併入的提案或合作案，擇一。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                name="cases_proposal_not_merged_into_itself",
                violation_error_message="提案不能併入自己。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "discussed", "agreed"])
                | ~Q(source="") & ~Q(title="")
                | ~Q(title="")
                & ~Q(explanation="")
                & ~Q(actions="")
                & ~Q(benefits="")
                & Q(partners__len__gt=0),
                name="cases_proposal_filled_in_once_submitted",
                violation_error_message="提案名稱、合作縣市、說明、具體作法與合作效益都須填寫。",
            ),
            models.CheckConstraint(
                condition=Q(saved_by=None, saved_at=None)
                | Q(saved_by__isnull=False, saved_at__isnull=False),
                name="cases_proposal_saved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(source="") | Q(created_by__isnull=False),
                name="cases_proposal_of_somebody_or_a_paper",
                violation_error_message="提案單須載明建立人員或資料來源。",
            ),
        ]
        indexes = [
            models.Index(fields=["platform", "state"], name="cases_proposal_by_state"),
            words_index("title", name="cases_proposal_words"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title or '（未填名稱）'}"

    def get_absolute_url(self) -> str:
        """Return its address, for those who are signed in."""
        return reverse("proposals:proposal", args=[self.platform.slug, self.key])

    @property
    def key(self) -> str:
        """The number it is cited by: 112-007."""
        return f"{self.roc_year}-{self.serial:03d}"

    @property
    def proposer(self) -> str:
        """Who proposes it, as printed: 新北市政府文化局 文化資產科."""
        office = self.agency.name if self.agency else self.municipality.name
        return f"{office} {self.division}".strip()

    @property
    def is_pending(self) -> bool:
        """Whether a meeting may take it up."""
        return self.state in PENDING

    def clean(self) -> None:
        """Refuse a group, agency, type or partner that is not the platform's."""
        if not (self.platform_id and self.group_id and self.municipality_id):
            return  # the form already names the missing field
        wrong: dict[str, str] = {}
        if self.group.platform_id != self.platform_id:
            wrong["group"] = say("議題小組須屬同一平臺。")
        if self.agency and self.agency.municipality_id != self.municipality_id:
            wrong["agency"] = "局處須屬所選縣市。"
        members = set(self.platform.memberships.values_list("municipality", flat=True))
        if self.municipality_id not in members:
            wrong["municipality"] = f"提案縣市須為{self.platform.name}的成員。"
        if not set(self.partners) <= members:
            wrong["partners"] = f"合作縣市須為{self.platform.name}的成員。"
        codes = self.platform.proposal_types.values_list("code", flat=True)
        if not set(self.types) <= set(codes):
            wrong["types"] = "沒有這種提案類型。"
        if wrong:
            raise ValidationError(wrong)


# What a meeting may take up, and what whoever wrote it may mend.
PENDING = (Proposal.State.SUBMITTED, Proposal.State.DISCUSSED)
OPEN = (Proposal.State.DRAFT, Proposal.State.RETURNED)

# What a step keeps of the form; whom to ask is not among it.
CONTENT = (
    "group",
    "title",
    "municipality",
    "agency",
    "division",
    "types",
    "type_words",
    "is_all_members",
    "partners",
    "explanation",
    "actions",
    "benefits",
    "ministries",
)


def content_of(proposal: Proposal) -> Mapping[str, Any]:
    """Return what the form says, as a step keeps it; rows by their keys."""
    fields = {name: Proposal._meta.get_field(name) for name in CONTENT}
    return {
        name: getattr(proposal, str(getattr(field, "attname", name)))
        for name, field in fields.items()
    }


class ProposalContact(models.Model):
    """Whom to ask about a proposal (提案聯絡窗口); in no history, log or public page.

    Read by those who may read the proposal itself (``Proposal.objects.readable_by``).
    """

    proposal = models.OneToOneField(
        Proposal,
        models.PROTECT,
        primary_key=True,
        related_name="contact",
        verbose_name=say_later("合作提案單"),
    )
    unit = models.CharField("單位", max_length=60, blank=True)
    name = models.CharField("姓名及職稱", max_length=40, blank=True)
    phone = models.CharField("電話", max_length=40, blank=True)
    email = models.EmailField("電子郵件", blank=True)

    class Meta:
        verbose_name = "提案聯絡窗口"
        verbose_name_plural = "提案聯絡窗口"

    def __str__(self) -> str:
        return f"{self.proposal.key} 聯絡窗口"


class ProposalStep(models.Model):
    """A step of a proposal (提案歷程), at which meeting, with what the form said then.

    It is added in the transaction that takes the step, and never changed (migration
    0016). ``version`` is the proposal's after it. Saving a draft is no step.
    """

    runtime_privileges = ("SELECT", "INSERT")

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", "送出"
        RECALLED = "recalled", "撤回修改"
        DISCUSSED = "discussed", "會議討論"
        RETURNED = "returned", "退回修正"
        EDITED = "edited", "幕僚修改"
        AGREED = "agreed", "同意"
        WITHDRAWN = "withdrawn", "撤案"
        MERGED = "merged", "併案"

    proposal = models.ForeignKey(
        Proposal,
        models.PROTECT,
        related_name="steps",
        verbose_name=say_later("合作提案單"),
    )
    version = models.PositiveIntegerField("版次")
    kind = models.CharField("步驟", max_length=10, choices=Kind.choices)
    meeting = models.ForeignKey(
        Meeting,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal_steps",
        verbose_name="會議",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="人員",
    )
    at = models.DateTimeField("時間", editable=False, db_default=TransactionNow())
    words = models.TextField("說明", blank=True)
    content = models.JSONField("當時的內容")

    class Meta:
        verbose_name = "提案歷程"
        verbose_name_plural = "提案歷程"
        ordering = ["proposal", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "version"], name="cases_proposal_step_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "submitted",
                        "recalled",
                        "discussed",
                        "returned",
                        "edited",
                        "agreed",
                        "withdrawn",
                        "merged",
                    ]
                ),
                name="cases_proposal_step_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["discussed", "agreed"], meeting__isnull=False)
                | Q(kind__in=["returned", "withdrawn", "merged"])
                | Q(kind__in=["submitted", "recalled", "edited"], meeting=None),
                name="cases_proposal_step_at_its_meeting",
                violation_error_message="討論與同意須載明會議。",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["returned", "withdrawn"]) | ~Q(words=""),
                name="cases_proposal_step_said_in_words",
                violation_error_message="退回與撤案須說明。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal.key} {self.get_kind_display()}"

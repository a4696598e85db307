"""Cases, their ledger and their progress in the secretariat's admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from cases import errata
from cases.ledger import register_case
from cases.models import (
    Case,
    CaseAlias,
    CaseTheme,
    CountClaim,
    LedgerEntry,
    Participant,
    ProgressStep,
    ProgressUpdate,
    ProposalType,
    Reminder,
    ReportingRound,
    Standing,
    Theme,
)
from cases.models.cases import STANDING_THAT_DAY
from cases.models.ledger import LedgerEntryQuerySet
from cases.status import public_cases
from meetings.models import Erratum, Meeting
from platform_site.lib.history import Change
from platform_site.lib.record_admin import (
    PartAdmin,
    PlatformRowsFilter,
    ReadOnlyAdmin,
    ReadOnlyInline,
    RecordAdmin,
    RecordInline,
    chosen_row_filter,
    of_platform,
    person_column,
    recorded_once,
    roc_column,
    roc_moment,
)

# Names of a case, old and new, as papers and people write them.
CASE_NAMES = (
    "number__folded_contains",
    "name__folded_contains",
    "aliases__name__folded_contains",
    "ledger__new_name__folded_contains",
)
CASE_NAMES_HELP = "可查案號與現名、舊名、別名。"


def names_of(owner: str) -> list[str]:
    """Return the search fields for the names of the case at ``owner``."""
    return [f"{owner}__{name}" for name in CASE_NAMES]


def what_it_says(entry: LedgerEntry) -> str:
    """Return the particulars of an entry in one line."""
    parts = []
    if entry.reason:
        parts.append(f"原因：{entry.get_reason_display()}")
    if entry.new_name:
        parts.append(f"更名為「{entry.new_name}」")
    if entry.merged_into is not None:
        parts.append(f"併入 {entry.merged_into}")
    if entry.split_from is not None:
        parts.append(f"分自 {entry.split_from}")
    if entry.words:
        parts.append(entry.words)
    if entry.is_inferred:
        parts.append(f"推定：{entry.basis}")
    return "；".join(parts) or "-"


def whether_it_counts(entry: LedgerEntry) -> str:
    """Say whether the entry stands, was corrected, or corrects another."""
    if hasattr(entry, "corrected_by"):
        return "已更正"
    if entry.kind == LedgerEntry.Kind.VOID:
        return "註銷原紀錄"
    if entry.corrects_id is not None:
        return "更正後"
    return "補登" if entry.erratum_id is not None else "有效"


def public_page(case: Case) -> str | None:
    """Return the address of the case's public page, if the public may know of it."""
    is_public = public_cases().filter(pk=case.pk).exists()
    return case.get_absolute_url() if is_public else None


# What the columns of entries show.
OF_ENTRIES = [
    "case__platform",
    "case__group",
    "meeting__platform",
    "meeting__series",
    "merged_into",
    "split_from",
    "corrected_by",
    "recorded_by",
]


class EntryColumns:
    """What the tables of entries show."""

    @admin.display(description="決定日期", ordering="decided_on")
    def day(self, entry: LedgerEntry) -> str:
        return roc_moment(entry.decided_on)

    @admin.display(description="內容")
    def says(self, entry: LedgerEntry) -> str:
        return what_it_says(entry)

    @admin.display(description="效力")
    def counts(self, entry: LedgerEntry) -> str:
        return whether_it_counts(entry)

    @admin.display(description="會議", ordering="meeting__held_on")
    def sitting(self, entry: LedgerEntry) -> str:
        return entry.meeting.short_title

    @admin.display(description="決定")
    def decision(self, entry: LedgerEntry) -> str:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:cases_ledgerentry_change", args=[entry.pk]),
            entry.get_kind_display(),
        )


# Cases


class CaseAliasInline(RecordInline[CaseAlias, Case]):
    model = CaseAlias
    fields = ["name", "source"]


class CaseThemeInline(RecordInline[CaseTheme, Case]):
    model = CaseTheme
    select_related = ["theme"]
    fields = ["theme"]


class ParticipantInline(RecordInline[Participant, Case]):
    model = Participant
    select_related = ["municipality", "agency"]
    fields = ["municipality", "agency", "is_lead"]


class TimelineInline(EntryColumns, ReadOnlyInline[LedgerEntry, Case]):
    """The case's entries in the order the ledger reads them."""

    model = LedgerEntry
    fk_name = "case"
    verbose_name_plural = "列管歷程"
    readonly_fields: ClassVar[Any] = ["day", "meeting", "decision", "says", "counts"]
    fields = readonly_fields
    select_related = OF_ENTRIES

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        entries = super().get_queryset(request)
        assert isinstance(entries, LedgerEntryQuerySet)
        return entries.in_order()


class StandingFilter(admin.SimpleListFilter):
    title = "列管狀態"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [*Standing.Code.choices, ("none", "尚無列管紀錄")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                return queryset
            case "none":
                return queryset.filter(standing__isnull=True)
            case code:
                return queryset.filter(standing=code)


@admin.register(Case)
class CaseAdmin(RecordAdmin[Case]):
    """Cases as they stand today; the ledger alone moves them."""

    kept_through = "platform"
    index_order = 1
    fields = [
        "platform",
        "group",
        "name",
        "parent",
        "origin",
        "origin_note",
        "origin_meeting",
        "origin_motion",
    ]
    inlines = [ParticipantInline, CaseAliasInline, CaseThemeInline, TimelineInline]
    list_display = ["number", "name_now", "group_label", "standing_now", "listed_at"]
    list_display_links = ["number", "name_now"]
    list_filter = [
        "platform",
        ("group", PlatformRowsFilter),
        StandingFilter,
        ("themes", PlatformRowsFilter),
        "participants__municipality",
        "origin",
    ]
    list_select_related = ["platform", "group__platform"]
    search_fields = CASE_NAMES
    search_help_text = CASE_NAMES_HELP
    ordering = ["platform__order", "group__order", "number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        today = FilteredRelation(
            "standings", condition=Q(standings__during__contains=timezone.localdate())
        )
        return (
            super()
            .get_queryset(request)
            .annotate(that_day=today)
            .annotate(**STANDING_THAT_DAY)
            .annotate(listed_in=F("that_day__listed_by__meeting__title"))
        )

    @admin.display(description="現名", ordering="current_name")
    def name_now(self, case: Case) -> str:
        return case.current_name or case.name

    @admin.display(description="議題小組", ordering="group__order")
    def group_label(self, case: Case) -> str:
        return of_platform(case.group)

    @admin.display(description="列管狀態", ordering="standing")
    def standing_now(self, case: Case) -> str:
        if not case.standing:
            return "尚無列管紀錄"
        return str(Standing.Code(case.standing).label)

    @admin.display(description="列管依據")
    def listed_at(self, case: Any) -> str:
        """The meeting that listed the case; its platform is named beside it."""
        title: str = case.listed_in or "-"
        return title.removeprefix(case.platform.name)

    def get_fields(self, request: HttpRequest, obj: Case | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return (
            fields if obj is None else ["number", "name_now", "standing_now", *fields]
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Case | None = None) -> Any:
        """Hold what the database holds: number and platform, then group and name."""
        fields = [*super().get_readonly_fields(request, obj)]
        if obj is not None:
            fields += ["number", "name_now", "standing_now", "platform"]
            if obj.ledger.exists():
                fields += ["group", "name"]
        return fields

    def notice(self, row: Case) -> str:
        if row.ledger.exists():
            return (
                "已有列管紀錄，小組與登錄名稱不再變更；改名以會議的「更名」決定辦理。"
            )
        return ""

    def has_delete_permission(
        self, request: HttpRequest, obj: Case | None = None
    ) -> bool:
        """Nobody deletes a case: its number would be free to be used again."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Case, form: Any, change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            register_case(obj)

    def public_address(self, row: Case) -> str | None:
        return public_page(row)


# The ledger


@admin.register(LedgerEntry)
class LedgerEntryAdmin(EntryColumns, ReadOnlyAdmin[LedgerEntry]):
    """Read only; errata alone add to it, on a page of their own."""

    kept_through = "case__platform"
    index_order = 2
    fields = [
        "case",
        "meeting",
        "decided_on",
        "kind",
        "resolution",
        "reason",
        "new_name",
        "merged_into",
        "split_from",
        "words",
        "is_inferred",
        "basis",
        "counts",
        "corrects",
        "corrected",
        "erratum",
        "recorded_by",
        "recorded_at",
    ]
    list_display = ["day", "case", "kind", "sitting", "says", "counts"]
    list_display_links = ["day", "case"]
    list_filter = [
        "kind",
        "case__platform",
        ("case__group", PlatformRowsFilter),
        "reason",
        ("meeting__series", PlatformRowsFilter),
        "is_inferred",
        ("erratum", admin.EmptyFieldListFilter),
        chosen_row_filter(Meeting, "meeting"),
        chosen_row_filter(Case, "case"),
    ]
    list_select_related = OF_ENTRIES
    search_fields = [
        *names_of("case"),
        "meeting__title__folded_contains",
        "words__folded_contains",
    ]
    search_help_text = "可查合作案的案號與各名稱、會議名稱與說明。"
    date_hierarchy = "decided_on"
    ordering = ["-decided_on", "-meeting_id", "sequence", "pk"]

    @admin.display(description="更正為")
    def corrected(self, entry: LedgerEntry) -> str:
        if not hasattr(entry, "corrected_by"):
            return "-"
        address = reverse(
            "admin:cases_ledgerentry_change", args=[entry.corrected_by.pk]
        )
        return format_html('<a href="{}">{}</a>', address, entry.corrected_by)

    def get_readonly_fields(
        self, request: HttpRequest, obj: LedgerEntry | None = None
    ) -> Any:
        return [*super().get_readonly_fields(request, obj), "counts", "corrected"]

    def notice(self, row: LedgerEntry) -> str:
        if hasattr(row, "corrected_by"):
            return "這筆紀錄已經更正，不再計入；原內容保留供查。"
        return "列管紀錄一經登錄不再修改；內容有誤請登錄勘誤。"

    def public_address(self, row: LedgerEntry) -> str | None:
        return public_page(row.case)

    def history(self, row: LedgerEntry) -> list[Change]:
        return [recorded_once(row)]

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "minutes/<int:minutes_id>/erratum/",
                self.admin_site.admin_view(self.erratum_view),
                name="cases_erratum",
            ),
            *super().get_urls(),
        ]

    def erratum_view(self, request: HttpRequest, minutes_id: int) -> HttpResponse:
        """Record an erratum, the one way into the ledger after confirmation."""
        return errata.erratum_view(request, minutes_id, self.admin_site)


class ErratumEntryInline(EntryColumns, ReadOnlyInline[LedgerEntry, Erratum]):
    model = LedgerEntry
    readonly_fields: ClassVar[Any] = ["case", "decision", "says", "corrects", "counts"]
    fields = readonly_fields
    select_related = [*OF_ENTRIES, "corrects__case"]


@admin.register(Erratum)
class ErratumAdmin(ReadOnlyAdmin[Erratum]):
    """Errata with the entries they posted."""

    kept_through = "minutes__meeting__platform"
    index_order = 3
    fields = ["minutes", "reason", "was", "becomes", "recorded_by", "recorded_at"]
    inlines = [ErratumEntryInline]
    list_display = [
        "minutes",
        "reason",
        person_column("recorded_by", "登錄人員"),
        roc_column("recorded_at", "登錄時間"),
    ]
    list_filter = [
        "minutes__meeting__platform",
        ("minutes__meeting__series", PlatformRowsFilter),
    ]
    list_select_related = ["minutes__meeting__platform", "recorded_by"]
    search_fields = [
        "minutes__meeting__title__folded_contains",
        "reason__folded_contains",
        "was__folded_contains",
        "becomes__folded_contains",
    ]
    date_hierarchy = "recorded_at"
    ordering = ["-recorded_at", "-pk"]

    def notice(self, row: Erratum) -> str:
        return "勘誤一經登錄不再修改。"

    def history(self, row: Erratum) -> list[Change]:
        return [recorded_once(row)]

    def public_address(self, row: Erratum) -> str | None:
        is_public = row.minutes.is_public
        return row.minutes.meeting.get_absolute_url() if is_public else None


class StillStandsFilter(admin.SimpleListFilter):
    title = "時點"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", "現況"), ("no", "過去")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        return queryset.filter(during__upper_inf=self.value() == "yes")


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin[Standing]):
    """Where each case stood from when until when; the database keeps it."""

    kept_through = "case__platform"
    index_order = 4
    fields = ["case", "name", "code", "since", "until", "listed_by", "ended_by"]
    list_select_related = ["case__platform", "listed_by__case", "ended_by__case"]
    list_display = ["case", "name", "code", "since", "until"]
    list_filter = [
        "code",
        StillStandsFilter,
        "case__platform",
        ("case__group", PlatformRowsFilter),
    ]
    search_fields = ["name__folded_contains", *names_of("case")]
    search_help_text = CASE_NAMES_HELP
    ordering = ["case__platform__order", "case__group__order", "case__number", "during"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Standing | None = None
    ) -> Any:
        return [*super().get_readonly_fields(request, obj), "since", "until"]

    @admin.display(description="起", ordering="during__startswith")
    def since(self, standing: Standing) -> str:
        return roc_moment(standing.during.lower)

    @admin.display(description="迄", ordering="during__endswith")
    def until(self, standing: Standing) -> str:
        upper = standing.during.upper
        return f"{roc_moment(upper)}前" if upper else "現在"

    def notice(self, row: Standing) -> str:
        return "列管期間依列管紀錄推得，不由人填。"

    def public_address(self, row: Standing) -> str | None:
        return public_page(row.case)


@admin.register(CountClaim)
class CountClaimAdmin(RecordAdmin[CountClaim]):
    """What papers state, kept beside what follows from the ledger."""

    kept_through = "meeting__platform"
    index_order = 5
    fields = ["meeting", "group", "counts", "number", "words", "source", "definition"]
    list_display = [
        "words",
        "counts",
        "number",
        "group",
        "meeting",
        roc_column("meeting__held_on", "會議日期"),
        "source",
    ]
    list_filter = [
        "counts",
        "source",
        "meeting__platform",
        ("group", PlatformRowsFilter),
        ("meeting__series", PlatformRowsFilter),
        chosen_row_filter(Meeting, "meeting"),
    ]
    list_select_related = ["meeting", "group"]
    search_fields = ["words__folded_contains", "meeting__title__folded_contains"]
    date_hierarchy = "meeting__held_on"
    ordering = ["-meeting__held_on", "group__order", "pk"]


# Progress


class ReminderInline(ReadOnlyInline[Reminder, ReportingRound]):
    model = Reminder
    select_related: ClassVar[list[str]] = ["person", "by"]
    fields: ClassVar[Any] = [
        person_column("person", "窗口"),
        "kind",
        "words",
        "slots",
        person_column("by", "催辦人員"),
        roc_column("at", "催辦時間"),
    ]
    readonly_fields: ClassVar[Any] = fields


@admin.register(ReportingRound)
class ReportingRoundAdmin(ReadOnlyAdmin[ReportingRound]):
    """Rounds, to be found and read; they are opened and locked by steps."""

    kept_through = "platform"
    index_order = 7
    fields = [
        "platform",
        "as_of",
        "opens_on",
        "due_on",
        "locks_on",
        "locked_by",
        "locked_at",
    ]
    inlines = [ReminderInline]
    list_display = [
        "platform",
        roc_column("as_of", "資料時間"),
        roc_column("opens_on", "開放填報日"),
        roc_column("due_on", "填報期限"),
        roc_column("locks_on", "關閉填報日"),
        roc_column("locked_at", "鎖定時間"),
    ]
    list_filter = ["platform"]
    list_select_related = ["platform"]
    date_hierarchy = "as_of"
    ordering = ["platform__order", "-as_of"]


class ProgressStepInline(ReadOnlyInline[ProgressStep, ProgressUpdate]):
    model = ProgressStep
    select_related: ClassVar[list[str]] = ["by"]
    fields: ClassVar[Any] = [
        "kind",
        person_column("by", "人員"),
        roc_column("at", "時間"),
        "words",
        "text",
        "is_unchanged",
        "text_before",
    ]
    readonly_fields: ClassVar[Any] = fields


@admin.register(ProgressUpdate)
class ProgressUpdateAdmin(ReadOnlyAdmin[ProgressUpdate]):
    """Progress, to be found and read; it is written step by step."""

    kept_through = "case__platform"
    index_order = 6
    fields = [
        "case",
        "round",
        "municipality",
        "text",
        "is_unchanged",
        "state",
        "open_until",
        "saved_by",
        "saved_at",
        "submitted_by",
        "submitted_at",
        "accepted_by",
        "accepted_at",
    ]
    inlines = [ProgressStepInline]
    list_display = [
        "case",
        roc_column("round__as_of", "資料時間"),
        "by_whom",
        "beginning",
        "state",
    ]
    list_filter = [
        "state",
        "round__platform",
        ("case__group", PlatformRowsFilter),
        "municipality",
        "is_unchanged",
        chosen_row_filter(Case, "case"),
    ]
    list_select_related = ["case__platform", "round__platform", "municipality"]
    search_fields = [*names_of("case"), "text__folded_contains"]
    search_help_text = "可查合作案的案號與各名稱、辦理情形全文。"
    date_hierarchy = "round__as_of"
    ordering = [
        "-round__as_of",
        "case__group__order",
        "case__number",
        "municipality__order",
        "pk",
    ]

    @admin.display(description="填報縣市", ordering="municipality__order")
    def by_whom(self, update: ProgressUpdate) -> str:
        return str(update.municipality or "共同")

    @admin.display(description="辦理情形")
    def beginning(self, update: ProgressUpdate) -> str:
        text = "本季無變動" if update.is_unchanged else update.text
        return f"{text[:60]}…" if len(text) > 60 else text

    def public_address(self, row: ProgressUpdate) -> str | None:
        return public_page(row.case)


# Themes and parts of cases


@admin.register(Theme)
class ThemeAdmin(RecordAdmin[Theme]):
    kept_through = "platform"
    index_order = 8
    fields = ["platform", "name", "order"]
    list_display = ["name", "platform"]
    list_filter = ["platform"]
    list_select_related = ["platform"]
    search_fields = ["name__folded_contains"]
    ordering = ["platform__order", "order", "pk"]


@admin.register(ProposalType)
class ProposalTypeAdmin(RecordAdmin[ProposalType]):
    """The boxes of a platform's form; proposals keep their codes."""

    kept_through = "platform"
    index_order = 12
    fields = [
        "platform",
        "name",
        "code",
        "order",
        "asks_central",
        "takes_words",
        "is_offered",
    ]
    list_display = ["name", "platform", "asks_central", "is_offered"]
    list_filter = ["platform"]
    list_select_related = ["platform"]
    search_fields = ["name__folded_contains"]
    ordering = ["platform__order", "order", "pk"]

    def lasting(self, row: ProposalType) -> str:
        """Keep what proposals may name."""
        return "提案類型不得刪除，不再使用者請取消「使用中」。"

    def get_readonly_fields(
        self, request: HttpRequest, obj: ProposalType | None = None
    ) -> Any:
        """Leave platform and code as they were first given."""
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else [*fields, "platform", "code"]


class CasePartAdmin(PartAdmin[Any]):
    """A part of a case, found here and written on the page of the case."""

    kept_through = "case__platform"
    owner = "case"
    list_select_related: ClassVar[Any] = ["case__platform"]
    search_fields: ClassVar[Any] = names_of("case")
    search_help_text = CASE_NAMES_HELP
    ordering: ClassVar[Any] = ["case__platform__order", "case__number", "pk"]

    def public_address(self, row: Any) -> str | None:
        return public_page(row.case)


@admin.register(Participant)
class ParticipantAdmin(CasePartAdmin):
    index_order = 9
    fields = ["case", "municipality", "agency", "is_lead"]
    list_display = ["case", "municipality", "agency", "is_lead"]
    list_filter = [
        "municipality",
        "is_lead",
        "case__platform",
        ("case__group", PlatformRowsFilter),
    ]
    list_select_related = ["case__platform", "municipality", "agency"]
    search_fields = [*names_of("case"), "agency__name__folded_contains"]
    search_help_text = "可查合作案的案號與各名稱、局處名稱。"


@admin.register(CaseAlias)
class CaseAliasAdmin(CasePartAdmin):
    index_order = 10
    fields = ["case", "name", "source"]
    list_display = ["name", "case", "source"]
    list_filter = ["case__platform", ("case__group", PlatformRowsFilter)]
    search_fields = ["name__folded_contains", *names_of("case")]


@admin.register(CaseTheme)
class CaseThemeAdmin(CasePartAdmin):
    index_order = 11
    fields = ["case", "theme"]
    list_display = ["case", "theme"]
    list_filter = [
        ("theme", PlatformRowsFilter),
        "case__platform",
        ("case__group", PlatformRowsFilter),
    ]
    list_select_related = ["case__platform", "theme"]

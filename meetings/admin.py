"""The bodies and their meetings in the secretariat's admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from meetings.models import (
    Agency,
    Assignment,
    Attachment,
    Chair,
    Erratum,
    IssueGroup,
    Meeting,
    MeetingSeries,
    Membership,
    Minutes,
    Motion,
    Municipality,
    Platform,
    ProgrammeItem,
    Publication,
    Remark,
    Resolution,
    SecretariatMember,
    Section,
)
from platform_site.lib.history import Change
from platform_site.lib.record_admin import (
    M,
    OrderedFormSet,
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

# Meetings


AT_THE_DESK = "草稿在會議工作桌記錄，這裡只供查閱。"


class DeskAdmin(RecordAdmin[M]):
    """What is written at the desk: found and read here, and thrown away as a draft."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def lasting(self, row: M) -> str:
        why = self.locked(row)
        return "" if why == AT_THE_DESK else why


class ChairInline(RecordInline[Chair, Meeting]):
    model = Chair
    formset = OrderedFormSet
    select_related = ["municipality"]
    fields = ["order", "name", "title", "organization", "municipality"]


class ProgrammeInline(RecordInline[ProgrammeItem, Meeting]):
    model = ProgrammeItem
    formset = OrderedFormSet
    fields = ["order", "starts_at", "ends_at", "topic", "note"]


class MinutesStateFilter(admin.SimpleListFilter):
    title = "會議紀錄"
    parameter_name = "minutes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [*Minutes.State.choices, ("none", "未建立")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                return queryset
            case "none":
                return queryset.filter(minutes__isnull=True)
            case state:
                return queryset.filter(minutes__state=state)


@admin.register(Meeting)
class MeetingAdmin(DeskAdmin[Meeting]):
    """Meetings, to be found and read; they are written at the desk."""

    kept_through = "platform"
    index_order = 10
    fields = [
        "series",
        "number",
        "roc_year",
        "title",
        "held_on",
        "starts_at",
        "ends_at",
        "place",
        "host",
        "host_agency",
        "minute_taker",
        "state",
        "slug",
    ]
    inlines = [ChairInline, ProgrammeInline]
    list_display = [
        "title",
        roc_column("held_on", "會議日期"),
        "series",
        "host",
        "state",
        "minutes_state",
    ]
    list_filter = [
        "platform",
        ("series", PlatformRowsFilter),
        MinutesStateFilter,
        "state",
        "host",
    ]
    list_select_related = ["platform", "series", "host", "minutes"]
    search_fields = [
        "title__folded_contains",
        "place__folded_contains",
        "chairs__name__folded_contains",
    ]
    search_help_text = "可查會議名稱、地點與主席姓名。"
    date_hierarchy = "held_on"

    @admin.display(description="會議紀錄", ordering="minutes__state")
    def minutes_state(self, meeting: Meeting) -> str:
        if not hasattr(meeting, "minutes"):
            return "未建立"
        if meeting.minutes.is_public:
            return "已公開"
        if meeting.minutes.published_at:
            return "定時公開"
        return meeting.minutes.get_state_display()

    def locked(self, row: Meeting) -> str:
        if hasattr(row, "minutes") and row.minutes.state == Minutes.State.CONFIRMED:
            return (
                f"會議紀錄已於{roc_moment(row.minutes.confirmed_at)}確認，"
                "會議資料不再修改；內容有誤請在會議紀錄登錄勘誤。"
            )
        return AT_THE_DESK

    def public_address(self, row: Meeting) -> str | None:
        if hasattr(row, "minutes") and row.minutes.is_public:
            return row.get_absolute_url()
        return None


# Minutes and their parts


class SectionInline(RecordInline[Section, Minutes]):
    model = Section
    formset = OrderedFormSet
    fields = ["order", "kind", "heading", "qualifier", "text"]


class ResolutionInline(RecordInline[Resolution, Minutes]):
    model = Resolution
    formset = OrderedFormSet
    select_related = ["group"]
    fields = ["order", "group", "text"]


class RemarkInline(RecordInline[Remark, Minutes]):
    model = Remark
    formset = OrderedFormSet
    fields = ["order", "speaker", "title", "text"]


class MotionInline(RecordInline[Motion, Minutes]):
    model = Motion
    formset = OrderedFormSet
    fields = ["order", "subject", "proposer", "outcome"]


class AttachmentInline(RecordInline[Attachment, Minutes]):
    model = Attachment
    formset = OrderedFormSet
    fields = ["order", "title", "text"]


class ErratumInline(ReadOnlyInline[Erratum, Minutes]):
    model = Erratum
    readonly_fields: ClassVar[Any] = [
        "reason",
        "was",
        "becomes",
        roc_column("recorded_at", "登錄時間"),
        person_column("recorded_by", "登錄人員"),
    ]
    fields = readonly_fields

    select_related = ["recorded_by"]


class IsPublishedFilter(admin.SimpleListFilter):
    title = "公開"
    parameter_name = "published"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", "已公開"), ("no", "未公開")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        public = queryset.filter(meeting__in=Meeting.objects.public().order_by())
        if self.value() == "yes":
            return public
        return queryset.exclude(pk__in=public.values("pk"))


@admin.register(Minutes)
class MinutesAdmin(DeskAdmin[Minutes]):
    """Minutes with all that stands in them, to be found and read."""

    kept_through = "meeting__platform"
    index_order = 20
    fields = [
        "meeting",
        "attendance_note",
        "source",
        "state",
        "confirmed_at",
        "confirmed_by",
        "published_at",
    ]
    # Confirming and publishing are steps of their own, not fields to fill in.
    readonly_fields = ["state", "confirmed_at", "confirmed_by", "published_at"]
    inlines = [
        SectionInline,
        ResolutionInline,
        RemarkInline,
        MotionInline,
        AttachmentInline,
        ErratumInline,
    ]
    list_display = [
        "meeting",
        roc_column("meeting__held_on", "會議日期"),
        "state",
        roc_column("confirmed_at", "確認時間"),
        roc_column("published_at", "公開時間"),
    ]
    list_filter = [
        "state",
        IsPublishedFilter,
        "meeting__platform",
        ("meeting__series", PlatformRowsFilter),
    ]
    list_select_related = ["meeting__platform", "meeting__series", "confirmed_by"]
    search_fields = [
        "meeting__title__folded_contains",
        "sections__text__folded_contains",
        "resolutions__text__folded_contains",
        "remarks__text__folded_contains",
        "motions__subject__folded_contains",
    ]
    search_help_text = "可查會議名稱與紀錄全文。"
    date_hierarchy = "meeting__held_on"
    ordering = ["-meeting__held_on", "-pk"]

    def locked(self, row: Minutes) -> str:
        if row.state == Minutes.State.CONFIRMED:
            return (
                f"這份會議紀錄已於{roc_moment(row.confirmed_at)}確認，內容不再修改；"
                "內容有誤請登錄勘誤。"
            )
        return AT_THE_DESK

    def public_address(self, row: Minutes) -> str | None:
        return row.meeting.get_absolute_url() if row.is_public else None


class MinutesPartAdmin(PartAdmin[Any], DeskAdmin[Any]):
    """A part of minutes, found here and written on the page of the minutes."""

    kept_through = "minutes__meeting__platform"
    owner = "minutes"
    list_filter: ClassVar[Any] = [
        "minutes__state",
        "minutes__meeting__platform",
        ("minutes__meeting__series", PlatformRowsFilter),
        chosen_row_filter(Meeting, "minutes__meeting"),
    ]
    list_select_related: ClassVar[Any] = [
        "minutes__meeting__platform",
        "minutes__meeting__series",
    ]
    date_hierarchy = "minutes__meeting__held_on"
    ordering = ["-minutes__meeting__held_on", "minutes", "order"]

    @admin.display(description="會議", ordering="minutes__meeting__held_on")
    def meeting(self, part: Any) -> str:
        return str(part.minutes.meeting)

    def locked(self, row: Any) -> str:
        if row.minutes.state == Minutes.State.CONFIRMED:
            return "會議紀錄已確認，內容不再修改；內容有誤請在會議紀錄登錄勘誤。"
        return AT_THE_DESK

    def public_address(self, row: Any) -> str | None:
        if not row.minutes.is_public:
            return None
        address: str = row.minutes.meeting.get_absolute_url()
        return address


HELD = roc_column("minutes__meeting__held_on", "會議日期")


@admin.register(Resolution)
class ResolutionAdmin(MinutesPartAdmin):
    index_order = 30
    fields = ["minutes", "order", "group", "text"]
    list_display = ["text", "group", "meeting", HELD]
    list_select_related = [*MinutesPartAdmin.list_select_related, "group"]
    list_filter = [
        ("group", PlatformRowsFilter),
        *MinutesPartAdmin.list_filter,
    ]
    search_fields = [
        "text__folded_contains",
        "minutes__meeting__title__folded_contains",
    ]


@admin.register(Remark)
class RemarkAdmin(MinutesPartAdmin):
    index_order = 40
    fields = ["minutes", "order", "speaker", "title", "text"]
    list_display = ["__str__", "text", "meeting", HELD]
    search_fields = ["speaker__folded_contains", "text__folded_contains"]


@admin.register(Motion)
class MotionAdmin(MinutesPartAdmin):
    index_order = 50
    fields = ["minutes", "order", "subject", "proposer", "outcome"]
    list_display = ["subject", "proposer", "outcome", "meeting", HELD]
    search_fields = ["subject__folded_contains", "outcome__folded_contains"]


@admin.register(Section)
class SectionAdmin(MinutesPartAdmin):
    index_order = 60
    fields = ["minutes", "order", "kind", "heading", "qualifier", "text"]
    list_display = ["heading", "kind", "text", "meeting", HELD]
    list_filter = ["kind", *MinutesPartAdmin.list_filter]
    search_fields = ["heading__folded_contains", "text__folded_contains"]


@admin.register(Attachment)
class AttachmentAdmin(MinutesPartAdmin):
    index_order = 70
    fields = ["minutes", "order", "title", "text"]
    list_display = ["title", "meeting", HELD]
    search_fields = ["title__folded_contains", "text__folded_contains"]


@admin.register(Chair)
class ChairAdmin(PartAdmin[Chair]):
    kept_through = "meeting__platform"
    index_order = 80
    owner = "meeting"
    fields = ["meeting", "order", "name", "title", "organization", "municipality"]
    list_display = [
        "name",
        "title",
        "organization",
        "meeting",
        roc_column("meeting__held_on", "會議日期"),
    ]
    list_filter = [
        "municipality",
        "meeting__platform",
        ("meeting__series", PlatformRowsFilter),
    ]
    list_select_related = ["meeting__platform", "meeting__minutes", "municipality"]
    search_fields = ["name__folded_contains", "organization__folded_contains"]
    date_hierarchy = "meeting__held_on"
    ordering = ["-meeting__held_on", "meeting", "order"]


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin[Publication]):
    """When minutes were made public and taken back; written at the desk."""

    kept_through = "minutes__meeting__platform"
    index_order = 90
    fields = [
        "minutes",
        "kind",
        "takes_effect_at",
        "reason",
        "recorded_by",
        "recorded_at",
    ]
    list_display = [
        "minutes",
        "kind",
        roc_column("takes_effect_at", "生效時間"),
        "reason",
        person_column("recorded_by", "登錄人員"),
    ]
    list_filter = ["kind", "minutes__meeting__platform"]
    list_select_related = ["minutes__meeting__platform", "recorded_by"]
    search_fields = [
        "minutes__meeting__title__folded_contains",
        "reason__folded_contains",
    ]
    date_hierarchy = "takes_effect_at"
    ordering = ["-pk"]

    def notice(self, row: Publication) -> str:
        return "公開紀錄不得修改；公開與停止公開請在會議工作桌辦理。"

    def history(self, row: Publication) -> list[Change]:
        return [recorded_once(row)]

    def public_address(self, row: Publication) -> str | None:
        is_public = row.minutes.is_public
        return row.minutes.meeting.get_absolute_url() if is_public else None


# The bodies


class MembershipInline(RecordInline[Membership, Platform]):
    model = Membership
    select_related = ["platform", "municipality"]
    fields = ["municipality"]


@admin.register(Platform)
class PlatformAdmin(RecordAdmin[Platform]):
    kept_through = "pk"
    index_order = 200
    fields = [
        "name",
        "short_name",
        "slug",
        "summary",
        "order",
        "case_word",
        "delist_word",
        "group_word",
        "report_name",
        "form_name",
    ]
    inlines = [MembershipInline]
    list_display = ["name", "short_name", "slug", "case_word", "delist_word"]
    search_fields = ["name__folded_contains", "short_name__folded_contains"]


@admin.register(IssueGroup)
class IssueGroupAdmin(RecordAdmin[IssueGroup]):
    kept_through = "platform"
    index_order = 210
    fields = [
        "platform",
        "name",
        "slug",
        "case_prefix",
        "parent",
        "order",
        "first_year",
        "last_year",
    ]
    list_display = ["label", "case_prefix", "parent", "founded", "ended"]
    list_filter = [
        "platform",
        ("parent", PlatformRowsFilter),
        ("last_year", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["platform", "parent"]
    search_fields = ["name__folded_contains", "case_prefix__folded_contains"]
    ordering = ["platform__order", "order", "pk"]

    @admin.display(description="名稱", ordering="order")
    def label(self, group: IssueGroup) -> str:
        return of_platform(group)

    @admin.display(description="設立年", ordering="first_year")
    def founded(self, group: IssueGroup) -> str:
        return _roc_year(group.first_year)

    @admin.display(description="結束年", ordering="last_year")
    def ended(self, group: IssueGroup) -> str:
        return _roc_year(group.last_year)


def _roc_year(year: int | None) -> str:
    return "-" if year is None else f"{year - 1911}年"


@admin.register(MeetingSeries)
class MeetingSeriesAdmin(RecordAdmin[MeetingSeries]):
    kept_through = "platform"
    index_order = 220
    fields = [
        "platform",
        "name",
        "slug",
        "level",
        "group",
        "numbering",
        "hosting",
        "is_deciding",
        "order",
    ]
    list_display = ["label", "level", "group", "numbering", "is_deciding"]
    list_filter = ["platform", "level", "is_deciding", "numbering"]
    list_select_related = ["platform", "group"]
    search_fields = ["name__folded_contains"]
    ordering = ["platform__order", "order", "pk"]

    @admin.display(description="名稱", ordering="order")
    def label(self, series: MeetingSeries) -> str:
        return of_platform(series)


@admin.register(Municipality)
class MunicipalityAdmin(RecordAdmin[Municipality]):
    index_order = 230
    fields = ["name", "short_name", "slug", "order"]
    list_display = ["short_name", "name", "slug"]
    list_filter = ["platforms"]
    search_fields = ["name__folded_contains", "short_name__folded_contains"]


@admin.register(Agency)
class AgencyAdmin(RecordAdmin[Agency]):
    index_order = 240
    fields = ["municipality", "name", "short_name", "order"]
    list_display = ["name", "short_name", "municipality"]
    list_filter = ["municipality"]
    list_select_related = ["municipality"]
    search_fields = ["name__folded_contains", "short_name__folded_contains"]


@admin.register(Membership)
class MembershipAdmin(PartAdmin[Membership]):
    kept_through = "platform"
    index_order = 250
    owner = "platform"
    fields = ["platform", "municipality"]
    list_display = ["municipality", "platform"]
    list_filter = ["platform", "municipality"]
    list_select_related = ["platform", "municipality"]
    search_fields = ["municipality__name__folded_contains"]
    ordering = ["platform__order", "municipality__order", "pk"]


# The people


@admin.register(SecretariatMember)
class SecretariatMemberAdmin(RecordAdmin[SecretariatMember]):
    """Who keeps which platform's record; superusers say so."""

    kept_through = "platform"
    index_order = 260
    fields = ["platform", "user"]
    list_display = ["platform", person_column("user", "人員")]
    list_display_links = ["platform"]
    list_filter = ["platform"]
    list_select_related = ["platform", "user"]
    search_fields = ["user__username", "user__first_name"]
    ordering = ["platform__order", "user"]


@admin.register(Assignment)
class AssignmentAdmin(RecordAdmin[Assignment]):
    """Who answers for a group, for which municipality, from when until when."""

    kept_through = "group__platform"
    index_order = 270
    fields = ["group", "municipality", "agency", "user", "starts_on", "ends_on"]
    list_display = [
        "group_label",
        "municipality",
        "agency",
        person_column("user", "窗口"),
        roc_column("starts_on", "起日"),
        roc_column("ends_on", "迄日"),
    ]
    list_filter = [
        "group__platform",
        ("group", PlatformRowsFilter),
        "municipality",
    ]
    list_select_related = ["group__platform", "municipality", "agency", "user"]
    search_fields = ["user__username", "user__first_name"]
    ordering = ["group__platform__order", "group__order", "municipality__order"]

    @admin.display(description="議題小組", ordering="group__order")
    def group_label(self, assignment: Assignment) -> str:
        return of_platform(assignment.group)

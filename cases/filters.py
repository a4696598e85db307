"""The filters of the status table, the same for the page and every file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, JSONObject
from django.http import QueryDict
from django.utils import timezone

from cases.models import (
    Case,
    CaseAlias,
    CaseQuerySet,
    LedgerEntry,
    Participant,
    ProgressUpdate,
    Standing,
    Theme,
)
from cases.status import DEFINITIONS, SORTS, public_cases_on
from meetings.models import IssueGroup, Meeting, MeetingSeries, Membership, Platform
from meetings.words import say_later
from platform_site.lib.roc import format_roc, parse_date, roc_year
from platform_site.lib.search import MOST_CHARACTERS, found_in, read_words
from platform_site.lib.text import fold

ALL = "all"

# What other sites hang onto links to us; it asks for nothing.
_FOREIGN = frozenset(
    [
        "fbclid",
        "gclid",
        "utm_campaign",
        "utm_content",
        "utm_medium",
        "utm_source",
        "utm_term",
    ]
)

_RARE = ("municipality", "theme", "year", "meeting", "sort")

_BEGINS = [LedgerEntry.Kind.LIST, LedgerEntry.Kind.RELIST, LedgerEntry.Kind.CARRY_IN]


@dataclass(frozen=True)
class Group:
    """An issue group as the table names it."""

    pk: int
    slug: str
    name: str
    has_parts: bool


@dataclass(frozen=True)
class Sitting:
    """A meeting as the table names it."""

    pk: int
    slug: str
    short_title: str
    held_on: date
    series: str
    has_decided: bool
    has_listed: bool


@dataclass(frozen=True)
class Choices:
    """What the cases of a platform can be chosen by."""

    groups: Mapping[int, Group]
    municipalities: Sequence[tuple[str, str]]
    themes: Sequence[str]
    meetings: Mapping[int, Sitting]

    @classmethod
    def of(cls, platform: Platform) -> Choices:
        """Gather what exists on the platform; one query."""
        found = (
            Platform.objects.filter(pk=platform.pk)
            .values(
                all_groups=ArraySubquery(_groups()),
                all_municipalities=ArraySubquery(_municipalities()),
                all_themes=ArraySubquery(_themes()),
                all_meetings=ArraySubquery(_meetings()),
            )
            .get()
        )
        return cls(
            {row["pk"]: Group(**row) for row in found["all_groups"]},
            [(row["slug"], row["name"]) for row in found["all_municipalities"]],
            found["all_themes"],
            {row["pk"]: _sitting(**row) for row in found["all_meetings"]},
        )

    @property
    def years(self) -> list[int]:
        """The ROC years in which a case was listed, the latest first."""
        listed = {
            roc_year(meeting.held_on)
            for meeting in self.meetings.values()
            if meeting.has_listed
        }
        return sorted(listed, reverse=True)

    @property
    def deciding(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The meetings that decided on a case, by series."""
        series: dict[str, list[tuple[str, str]]] = {}
        for meeting in self.meetings.values():
            if meeting.has_decided:
                label = f"{meeting.short_title}（{format_roc(meeting.held_on)}）"
                series.setdefault(meeting.series, []).append((meeting.slug, label))
        return list(series.items())


def _groups() -> QuerySet[IssueGroup, Any]:
    parts = IssueGroup.objects.filter(parent=OuterRef("pk"))
    return (
        IssueGroup.objects.filter(platform=OuterRef("pk"))
        .order_by("order", "pk")
        .values(
            json=JSONObject(pk="pk", slug="slug", name="name", has_parts=Exists(parts))
        )
    )


def _municipalities() -> QuerySet[Membership, Any]:
    return (
        Membership.objects.filter(platform=OuterRef("pk"))
        .order_by("municipality__order", "municipality__slug")
        .values(
            json=JSONObject(slug="municipality__slug", name="municipality__short_name")
        )
    )


def _themes() -> QuerySet[Theme, Any]:
    themes = Theme.objects.filter(platform=OuterRef("pk"))
    return themes.order_by("order", "pk").values("name")


def _meetings() -> QuerySet[Meeting, Any]:
    entries = LedgerEntry.objects.filter(meeting=OuterRef("pk"))
    return (
        Meeting.objects.public()
        .filter(platform=OuterRef("pk"))
        .order_by("series__order", "series", "-held_on", "-starts_at", "-pk")
        .values(
            json=JSONObject(
                pk="pk",
                slug="slug",
                number="number",
                roc_year="roc_year",
                title="title",
                held_on="held_on",
                series="series__name",
                has_decided=Exists(entries),
                has_listed=Exists(entries.filter(kind__in=_BEGINS)),
            )
        )
    )


def _sitting(
    *, series: str, held_on: str, has_decided: bool, has_listed: bool, **fields: Any
) -> Sitting:
    meeting = Meeting(series=MeetingSeries(name=series), **fields)
    return Sitting(
        meeting.pk,
        meeting.slug,
        meeting.short_title,
        date.fromisoformat(held_on),
        series,
        has_decided,
        has_listed,
    )


class RocDateField(forms.Field):
    """A day typed in ROC or Western years; refusals are sentences."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> date | None:
        """Return the day, None when nothing was typed."""
        typed = str(value or "").strip()
        if not typed:
            return None
        try:
            return parse_date(typed)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class RocDateFilter(django_filters.Filter):  # type: ignore[misc]  # it has no types
    """Filter by a day typed in ROC or Western years."""

    field_class = RocDateField


class WordsField(forms.Field):
    """Words to look for, parted by white space; refusals are sentences."""

    widget = forms.TextInput(
        attrs={"type": "search", "maxlength": MOST_CHARACTERS, "autocomplete": "off"}
    )

    def to_python(self, value: Any) -> list[str]:
        """Return the words."""
        return read_words(str(value or "").strip())


class WordsFilter(django_filters.Filter):  # type: ignore[misc]  # it has no types
    """Filter by words."""

    field_class = WordsField


@dataclass(frozen=True)
class Condition:
    """Something the address asks for besides the day: its field and its words."""

    field: str
    label: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}「{self.value}」"


class CaseFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """Public cases of a platform as they stood on a day, by what the address asks for.

    Without a standing those listed are meant, without a day ``today``. The rows
    come with what ``CaseQuerySet.as_of`` gives. A meeting stands for the cases it
    decided on, whatever it decided; a municipality for those it takes part in or
    has reported on; a year for the listing that put the case where it stands.
    """

    q = WordsFilter(
        label="關鍵字",
        help_text="可查現名、舊名、案號與辦理情形，以空白分隔多個字詞",
    )
    group = django_filters.ChoiceFilter(
        label=say_later("議題小組"),
        empty_label=say_later("全部小組"),
        error_messages={
            "invalid_choice": say_later("沒有這個議題小組，請由清單選擇。")
        },
    )
    standing = django_filters.ChoiceFilter(
        label="列管狀態",
        choices=[
            *((code.value, code.label) for code in DEFINITIONS),
            (ALL, "全部狀態"),
        ],
        empty_label=None,
        error_messages={"invalid_choice": "沒有這個列管狀態，請由清單選擇。"},
    )
    municipality = django_filters.ChoiceFilter(
        label="參與縣市",
        empty_label="全部縣市",
        error_messages={"invalid_choice": "平臺沒有這個成員縣市，請由清單選擇。"},
    )
    theme = django_filters.ChoiceFilter(
        label="共同議題",
        empty_label="不限",
        error_messages={"invalid_choice": "沒有這個共同議題，請由清單選擇。"},
    )
    year = django_filters.ChoiceFilter(
        label="列管年度",
        empty_label="全部年度",
        error_messages={"invalid_choice": "沒有這個列管年度，請由清單選擇。"},
    )
    meeting = django_filters.ChoiceFilter(
        label="決定的會議",
        empty_label="全部會議",
        error_messages={
            "invalid_choice": "沒有這次會議，或其紀錄尚未公開，請由清單選擇。"
        },
    )
    as_of = RocDateFilter(
        label="資料日期",
        help_text="如 114/12/31 或 2025-12-31，未填為今日",
    )
    sort = django_filters.ChoiceFilter(
        label="排序",
        choices=[(name, sort.label) for name, sort in SORTS.items()],
        empty_label=None,
        error_messages={"invalid_choice": "沒有這種排序，請由清單選擇。"},
    )

    def __init__(
        self,
        data: QueryDict,
        *,
        platform: Platform,
        besides: Collection[str] = (),
    ) -> None:
        """Read the address; ``besides`` names what else may stand in it."""
        self.platform = platform
        self.today = timezone.localdate()
        self.choices = Choices.of(platform)
        self._asked = data
        self._besides = besides
        shown = data.copy()  # so that the form shows what is meant
        shown["standing"] = data.get("standing") or Standing.Code.LISTED
        shown["sort"] = data.get("sort") or next(iter(SORTS))
        super().__init__(shown, Case.objects.filter(platform=platform))
        for name, choices in self._options().items():
            self.filters[name].extra["choices"] = choices

    def _options(self) -> dict[str, Sequence[Any]]:
        # Groups with groups below them hold no cases of their own.
        groups = [
            group for group in self.choices.groups.values() if not group.has_parts
        ]
        return {
            "group": [(group.slug, group.name) for group in groups],
            "municipality": self.choices.municipalities,
            "theme": [(name, name) for name in self.choices.themes],
            "year": [(str(year), f"{year}年") for year in self.choices.years],
            "meeting": self.choices.deciding,
        }

    def is_valid(self) -> bool:
        """Whether the address asks for something that can be answered."""
        super().is_valid()
        if not self.form.errors:
            self._refuse_contradictions()
        self._refuse_unknown()
        return not self.form.errors

    def _refuse_contradictions(self) -> None:
        if self.day > self.today:
            self.form.add_error(
                "as_of",
                f"資料日期不得晚於今天（{format_roc(self.today)}），請改填較早的日期。",
            )
            return
        meeting, year, day = self.chosen_meeting, self.chosen_year, format_roc(self.day)
        if meeting is not None and meeting.held_on > self.day:
            self.form.add_error(
                "meeting",
                f"{meeting.short_title}於{format_roc(meeting.held_on)}召開，"
                f"晚於資料日期（{day}），請改選會議或資料日期。",
            )
        if year is not None and year > roc_year(self.day):
            self.form.add_error(
                "year",
                f"列管年度{year}年晚於資料日期（{day}），請改選年度或資料日期。",
            )

    def _refuse_unknown(self) -> None:
        known = {*self.filters, *self._besides}
        for name, values in self._asked.lists():
            if name in self.filters:
                if len(set(values)) > 1 and name not in self.form.errors:
                    self.form.add_error(name, "這個條件只能選一項，請重新選擇。")
            elif name not in known and name not in _FOREIGN:
                self.form.add_error(
                    None,
                    f"沒有「{_shown(name)}」這個查詢條件，請由下列欄位選擇。",
                )

    def _value(self, field: str) -> Any:
        return self.form.cleaned_data.get(field)

    @property
    def day(self) -> date:
        """The day asked for."""
        day: date | None = self._value("as_of")
        return day or self.today

    @property
    def standing_code(self) -> str:
        """The standing asked for: a value of ``Standing.Code``, or ``all``."""
        return str(self._value("standing"))

    @property
    def sort_name(self) -> str:
        """The sort asked for: a name of ``SORTS``."""
        return str(self._value("sort"))

    @property
    def words(self) -> Sequence[str]:
        """The words to look for."""
        return self._value("q") or ()

    @property
    def chosen_group(self) -> Group | None:
        """The group asked for."""
        groups = self.choices.groups.values()
        return next((g for g in groups if g.slug == self._value("group")), None)

    @property
    def chosen_meeting(self) -> Sitting | None:
        """The meeting asked for."""
        meetings = self.choices.meetings.values()
        return next((m for m in meetings if m.slug == self._value("meeting")), None)

    @property
    def chosen_year(self) -> int | None:
        """The ROC year asked for."""
        year = self._value("year")
        return int(year) if year else None

    @property
    def rare_fields(self) -> list[forms.BoundField]:
        """The fields seldom used that offer a choice, and the order."""
        return [
            self.form[name]
            for name in _RARE
            if self.filters[name].extra["choices"] or name in self.form.errors
        ]

    @property
    def rare_are_open(self) -> bool:
        """Whether a filter that is seldom used is in use, or wrong."""
        return any(name in self.form.errors or self._asked.get(name) for name in _RARE)

    @property
    def conditions(self) -> list[Condition]:
        """What is asked for besides the day and the order, for chips and papers."""
        meeting, group = self.chosen_meeting, self.chosen_group
        labels = {code.value: str(code.label) for code in DEFINITIONS}
        standing, year = self.standing_code, self.chosen_year
        municipality = dict(self.choices.municipalities).get(
            self._value("municipality") or ""
        )
        values = {
            "q": "　".join(self.words),
            "group": group and group.name,
            "standing": ""
            if standing == Standing.Code.LISTED
            else labels.get(standing, "全部狀態"),
            "municipality": municipality,
            "theme": self._value("theme"),
            "year": year and f"{year}年",
            "meeting": meeting and meeting.short_title,
        }
        return [
            Condition(name, str(self.filters[name].label), value)
            for name, value in values.items()
            if value
        ]

    def query(self, **changes: str | None) -> str:
        """Return the query of an address that asks the same, but for ``changes``.

        None leaves a condition out; so are those that are meant anyway.
        """
        asked: dict[str, str | None] = {
            **{name: self._value(name) for name in self.filters},
            "q": " ".join(self.words),
            "as_of": self.day.isoformat() if self.day != self.today else None,
        }
        meant = {"standing": Standing.Code.LISTED.value, "sort": next(iter(SORTS))}
        kept = QueryDict(mutable=True)
        kept.update(
            {
                name: value
                for name, value in (asked | changes).items()
                if value and value != meant.get(name)
            }
        )
        return f"?{kept.urlencode()}" if kept else ""

    def filter_queryset(self, queryset: CaseQuerySet) -> CaseQuerySet:
        """Return the cases asked for, as they stood on the day."""
        found = self.of_every_standing()
        if self.standing_code != ALL:
            found = found.filter(Q(standing=self.standing_code))
        return found

    def of_every_standing(self) -> CaseQuerySet:
        """Return what the address asks for, wherever the cases stand."""
        found = public_cases_on(self.day).filter(platform=self.platform)
        if self.chosen_group is not None:
            found = found.filter(group=self.chosen_group.pk)
        if self._value("municipality"):
            found = found.filter(takes_part(self._value("municipality"), self.day))
        if self._value("theme"):
            found = found.filter(themes__name=self._value("theme"))
        if self.chosen_year is not None:
            year = self.chosen_year + 1911
            listed = LedgerEntry.objects.filter(
                pk=OuterRef("listed_by_id"), decided_on__year=year
            )
            found = found.filter(Exists(listed))
        if self.chosen_meeting is not None:
            decided = LedgerEntry.objects.in_account().filter(
                meeting=self.chosen_meeting.pk
            )
            found = found.filter(pk__in=decided.values("case"))
        for word in self.words:
            found = found.filter(_has(word, self.day))
        return found


def _shown(name: str) -> str:
    printable = "".join(each for each in name if each.isprintable())
    return printable if len(printable) <= 30 else f"{printable[:30]}…"


def takes_part(slug: str, day: date) -> Q:
    """The condition that a municipality takes part in a case, or reported about it."""
    named = Participant.objects.filter(municipality__slug=slug)
    reported = ProgressUpdate.objects.public().filter(
        municipality__slug=slug, round__as_of__lte=day
    )
    return Q(pk__in=named.values("case")) | Q(pk__in=reported.values("case"))


def _has(word: str, day: date) -> Q:
    """The condition that a name, the number or a public text of a case has the word.

    The name of a part finds the case it is shown with.
    """
    whole = Coalesce("parent_id", "pk")
    places: list[QuerySet[Any, Any]] = [
        Case.objects.filter(found_in("name", word)).values(case=whole),
        Case.objects.filter(number__contains=fold(word).upper()).values(case=whole),
        CaseAlias.objects.filter(found_in("name", word)).values(
            of=Coalesce("case__parent_id", "case_id")
        ),
        Standing.objects.filter(found_in("name", word)).values(of=F("case_id")),
        ProgressUpdate.objects.public()
        .filter(found_in("text", word), round__as_of__lte=day)
        .values(of=F("case_id")),
    ]
    condition = Q()
    for found in places:
        condition |= Q(pk__in=found)
    return condition

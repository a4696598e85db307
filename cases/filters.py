"""The filters of the status table, the same for the page and every file."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from cases.models import Case, CaseQuerySet, Standing
from cases.status import DEFINITIONS, public_cases_on
from meetings.models import IssueGroup, Platform
from platform_site.lib.roc import format_roc, parse_date

ALL = "all"


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


class CaseFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """Public cases of a platform by group and standing, as they stood on a day.

    Without a standing those listed are meant, without a day ``today``. The rows
    come with what ``CaseQuerySet.as_of`` gives.
    """

    group = django_filters.ChoiceFilter(
        label="議題小組",
        empty_label="全部小組",
        error_messages={"invalid_choice": "沒有這個議題小組，請由清單選擇。"},
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
    as_of = RocDateFilter(
        label="資料日期",
        help_text="如 114/12/31 或 2025-12-31，未填為今日",
    )

    def __init__(self, data: QueryDict, *, platform: Platform) -> None:
        self.platform = platform
        self.today = timezone.localdate()
        asked = data.copy()
        if not asked.get("standing"):  # so that the form shows what is meant
            asked["standing"] = Standing.Code.LISTED
        super().__init__(asked, Case.objects.filter(platform=platform))
        # Groups with groups below them hold no cases of their own.
        groups = IssueGroup.objects.filter(platform=platform, children__isnull=True)
        self.groups = {group.slug: group for group in groups}
        self.filters["group"].extra["choices"] = [
            (slug, group.name) for slug, group in self.groups.items()
        ]

    def is_valid(self) -> bool:
        """Whether the address asks for something that can be answered."""
        valid: bool = super().is_valid()
        if valid and self.day > self.today:
            self.form.add_error(
                "as_of",
                f"資料日期不得晚於今天（{format_roc(self.today)}），請改填較早的日期。",
            )
            return False
        return valid

    @property
    def day(self) -> date:
        """The day asked for."""
        day: date | None = self.form.cleaned_data.get("as_of")
        return day or self.today

    @property
    def standing_code(self) -> str:
        """The standing asked for: a value of ``Standing.Code``, or ``all``."""
        code: str = self.form.cleaned_data["standing"]
        return code

    @property
    def chosen_group(self) -> IssueGroup | None:
        """The group asked for."""
        return self.groups.get(self.form.cleaned_data.get("group") or "")

    def filter_queryset(self, queryset: CaseQuerySet) -> CaseQuerySet:
        """Return the cases asked for, as they stood on the day."""
        on_that_day = public_cases_on(self.day).filter(platform=self.platform)
        if self.chosen_group is not None:
            on_that_day = on_that_day.filter(group=self.chosen_group)
        if self.standing_code != ALL:
            on_that_day = on_that_day.filter(Q(standing=self.standing_code))
        return on_that_day

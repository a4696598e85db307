"""What is typed when a platform is set up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Max

from meetings.models import (
    IssueGroup,
    MeetingSeries,
    Municipality,
    Platform,
)
from meetings.models.platforms import word_slug
from meetings.words import say, say_later

SLUG_HELP = "用於網址，限小寫英文字母、數字與連字號，建立後不宜變更。"
MOST_ROWS = 200


def slug_field(help_text: str = "") -> forms.CharField:
    """Return the field of a code: one sentence says all that is wrong with it."""
    return forms.CharField(
        label="代碼", max_length=50, validators=[word_slug], help_text=help_text
    )


class PlatformForm(forms.ModelForm[Platform]):
    """What a platform is called, and what it calls things."""

    slug = slug_field(SLUG_HELP)

    class Meta:
        model = Platform
        fields = [
            "name",
            "short_name",
            "slug",
            "summary",
            "case_word",
            "delist_word",
            "group_word",
            "report_name",
            "form_name",
        ]
        widgets = {"summary": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "report_name": "每一輪填報彙編後公布的報告名稱。",
            "form_name": "提案單印出時的名稱。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Addresses that were given out stay.
        self.fields["slug"].disabled = (
            self.instance.pk is not None and self.instance.meetings.exists()
        )


class MembersForm(forms.Form):
    """Which of the known municipalities sit on the platform."""

    members = forms.ModelMultipleChoiceField(
        label="成員縣市",
        queryset=Municipality.objects.all(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "沒有這個縣市，請由清單選擇。"},
    )


class MunicipalityForm(forms.ModelForm[Municipality]):
    """A municipality that the site does not know yet."""

    slug = slug_field("如 taichung。")

    class Meta:
        model = Municipality
        fields = ["name", "short_name", "slug"]
        help_texts = {
            "name": "如臺中市政府。",
            "short_name": "如臺中市。",
        }


class _Row(forms.ModelForm[Any]):
    """A row of a table; the order of one that has none is after the others."""

    locked_fields: tuple[str, ...] = ()

    slug = slug_field()
    order = forms.IntegerField(
        label="順序", required=False, min_value=0, max_value=32767
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["order"] = None

    def lock(self) -> None:
        """Keep what others refer to as it is: only the rest may change."""
        for name in self.locked_fields:
            self.fields[name].disabled = True

    def clean_order(self) -> int:
        """Put a new row after the others."""
        order: int | None = self.cleaned_data["order"]
        if order is not None:
            return order
        rows = self._meta.model.objects.filter(platform=self.instance.platform)
        return (rows.aggregate(last=Max("order"))["last"] or 0) + 1


class GroupForm(_Row):
    """A group of the platform."""

    locked_fields = ("slug", "case_prefix")

    class Meta:
        model = IssueGroup
        fields = ["order", "name", "slug", "case_prefix", "parent"]
        labels = {"parent": say_later("上層小組")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.empty_label = "（無）"


class SeriesForm(_Row):
    """A series of meetings of the platform."""

    locked_fields = ("slug", "level", "group", "numbering", "is_deciding")

    class Meta:
        model = MeetingSeries
        fields = [
            "order",
            "name",
            "slug",
            "level",
            "group",
            "numbering",
            "hosting",
            "is_deciding",
        ]
        labels = {"group": say_later("議題小組"), "is_deciding": "決定列管"}
        help_texts = {"hosting": "", "is_deciding": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group: Any = self.fields["group"]
        group.empty_label = "（不屬任何一組）"


class _Rows(forms.BaseInlineFormSet[Any, Platform, Any]):
    """The rows of a platform; those ``in_use`` are not taken away."""

    in_use: set[int] = set()
    related = ""  # the field that leads to a group of the platform

    def __init__(self, *args: Any, in_use: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_use = in_use
        # One query for the choices of all rows.
        self.groups = list(self.instance.groups.all()) if self.instance.pk else []

    def add_fields(self, form: Any, index: int | None) -> None:
        """Offer only groups of the platform, and no taking away of what is in use."""
        super().add_fields(form, index)
        field = form.fields[self.related]
        field.queryset = IssueGroup.objects.filter(platform=self.instance)
        field.choices = [
            ("", field.empty_label),
            *(
                (group.pk, group.name)
                for group in self.groups
                if group.pk != form.instance.pk or self.related != "parent"
            ),
        ]
        form.is_in_use = form.instance.pk in self.in_use
        if form.is_in_use:
            form.lock()
            del form.fields["DELETE"]


class GroupRows(_Rows):
    """The groups."""

    related = "parent"


class SeriesRows(_Rows):
    """The series."""

    related = "group"


def rows_of(kind: str) -> type[_Rows]:
    """Return the formset of ``groups`` or of ``series``."""
    model: Any = {"groups": IssueGroup, "series": MeetingSeries}[kind]
    form: Any = {"groups": GroupForm, "series": SeriesForm}[kind]
    base: Any = {"groups": GroupRows, "series": SeriesRows}[kind]
    made: Any = forms.inlineformset_factory(
        Platform,
        model,
        form=form,
        formset=base,
        extra=4,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS,
    )
    return made  # type: ignore[no-any-return]  # made by Django


def cannot_remove() -> str:
    """Return the sentence for a row that others still refer to."""
    return say(
        "仍有下層小組、會議系列或其他資料使用其中的項目，不能移除；請先調整該項資料。"
    )

"""What clerks type at the desk, read as they type it.

What is wrong is refused at its field. What is only missing is saved and pointed
out (``lacks``): a clerk who is interrupted must not lose the half of a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from meetings.models import (
    Attendance,
    Meeting,
    MeetingSeries,
    Municipality,
    Section,
)
from platform_site.lib.roc import format_roc, parse_date, parse_time
from platform_site.lib.text import interchange

LONGEST = 50_000
TOO_LONG = "內容最多 %(limit_value)d 字，目前有 %(show_value)d 字，請分段或改列附件。"
_BLANKS = str.maketrans({"\xa0": " ", "\t": " ", "\ufeff": None})


def tidy_line(text: str) -> str:
    """Return a text of one line: whatever Word pasted, without breaks at the ends."""
    return " ".join(interchange(text).translate(_BLANKS).split())


def tidy_text(text: str) -> str:
    """Return a text of many lines, none with blanks at its end, none at the ends."""
    lines = interchange(text).translate(_BLANKS).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


class LineField(forms.CharField):
    """One line of text."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.validators.append(
            MaxLengthValidator(max_length, f"最多 {max_length} 字。")
        )
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> str:
        """Take out what a line cannot hold."""
        return tidy_line(str(value or ""))


class OutlineField(forms.CharField):
    """Free text in the official outline."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.Textarea(attrs={"rows": rows, "placeholder": " "})
        )
        super().__init__(required=False, strip=False, **kwargs)
        self.validators.append(MaxLengthValidator(LONGEST, TOO_LONG))
        self.widget.attrs["data-outline"] = ""

    def to_python(self, value: Any) -> str:
        """Take out what no paper can hold."""
        return tidy_text(str(value or ""))


class DayField(forms.CharField):
    """A day, typed in ROC or in western years."""

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]  # a day
        """Read the day, or say why it cannot be read."""
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return parse_date(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def prepare_value(self, value: Any) -> Any:
        """Write a day as the clerk would."""
        return format_roc(value, "short") if isinstance(value, date) else value


class ClockField(forms.CharField):
    """A time of day, as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> time | None:  # type: ignore[override]  # a time
        """Read the time, or say why it cannot be read."""
        if value in self.empty_values or isinstance(value, time):
            return value or None
        try:
            return parse_time(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def prepare_value(self, value: Any) -> Any:
        """Write a time as 14:30."""
        return f"{value:%H:%M}" if isinstance(value, time) else value


# Rows ----------------------------------------------------------------------------


class RowForm(forms.Form):
    """One row of a list; a row with nothing in it is no row."""

    needs: ClassVar[Mapping[str, str]] = {}
    unsaid: ClassVar[frozenset[str]] = frozenset({"kind", "ORDER", "DELETE"})

    def row(self) -> dict[str, Any] | None:
        """Return what the row says, None when it is blank or struck out."""
        said = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("ORDER", "DELETE")
        }
        is_blank = not any(v for name, v in said.items() if name not in self.unsaid)
        return None if is_blank or self.cleaned_data.get("DELETE") else said

    def lacks(self) -> dict[str, str]:
        """Return what the row still lacks, by field."""
        values = self.cleaned_data if self.is_bound else self.initial
        if not any(v for name, v in values.items() if name not in self.unsaid):
            return {}
        return {
            name: sentence
            for name, sentence in self.needs.items()
            if not values.get(name)
        }


class ChairForm(RowForm):
    """A chair, in printed order."""

    needs = {"name": "請填寫主席姓名。"}
    organization = LineField(label="機關", max_length=60)
    name = LineField(label="姓名", max_length=40)
    title = LineField(label="職稱", max_length=40)


class AttendanceForm(RowForm):
    """Who attended for an agency."""

    needs = {"organization": "請填寫單位。"}
    kind = forms.ChoiceField(
        label="出席方式",
        choices=Attendance.Kind.choices,
        initial=Attendance.Kind.PRESENT,
        required=False,
    )
    organization = LineField(label="單位", max_length=60)
    name = LineField(label="姓名", max_length=40)
    title = LineField(label="職稱", max_length=40)
    deputy_for = LineField(label="代理何人", max_length=40)

    def clean_kind(self) -> str:
        """Take a row without a choice as present."""
        return self.cleaned_data["kind"] or Attendance.Kind.PRESENT

    def clean(self) -> dict[str, Any]:
        """Refuse to name whom one deputises for where nobody deputises."""
        cleaned = super().clean() or {}
        if cleaned.get("deputy_for") and cleaned.get("kind") != Attendance.Kind.DEPUTY:
            self.add_error("deputy_for", "出席方式為「代理」時才填代理何人。")
        return cleaned


class SectionForm(RowForm):
    """A heading of the minutes and the text below it."""

    needs = {"heading": "請填寫標題。"}
    heading = LineField(label="標題", max_length=80)
    kind = forms.ChoiceField(
        label="類別",
        choices=Section.Kind.choices,
        initial=Section.Kind.REPORT,
        required=False,
    )
    qualifier = LineField(label="標題括註", max_length=40)
    text = OutlineField(label="內容", rows=2)

    def clean_kind(self) -> str:
        """Take a row without a choice as a report."""
        return self.cleaned_data["kind"] or Section.Kind.REPORT


class ResolutionForm(RowForm):
    """A resolution of the whole meeting."""

    text = OutlineField(label="決議文字", rows=4)


class RemarkForm(RowForm):
    """What one speaker concluded or asked for."""

    needs = {"speaker": "請填寫發言人。", "text": "請填寫發言內容。"}
    speaker = LineField(label="發言人", max_length=40)
    title = LineField(label="職稱", max_length=40)
    text = OutlineField(label="內容", rows=8)


class MotionForm(RowForm):
    """A motion raised at the meeting."""

    needs = {"subject": "請填寫案由。"}
    subject = LineField(label="案由", max_length=200)
    proposer = LineField(label="提案單位", max_length=60)
    outcome = OutlineField(label="處理情形（決議）", rows=3)


class AttachmentForm(RowForm):
    """A paper that belongs to the minutes."""

    needs = {"title": "請填寫附件名稱。", "text": "請填寫附件內容。"}
    title = LineField(label="名稱", max_length=120)
    text = OutlineField(label="內容", rows=10)


# A meeting -----------------------------------------------------------------------


class MeetingForm(forms.Form):
    """The head of the minutes: which meeting, when, where, who hosted and wrote."""

    title = LineField(label="會議名稱", max_length=120)
    number = forms.IntegerField(
        label="次別",
        required=False,
        min_value=1,
        max_value=999,
        error_messages={"invalid": "次別請填數字，如 5。"},
    )
    roc_year = forms.IntegerField(
        label="年度（民國）",
        required=False,
        min_value=1,
        max_value=300,
        error_messages={"invalid": "年度請填數字，如 115。"},
    )
    held_on = DayField(
        label="會議日期",
        help_text="如 115/3/20 或 2026-03-20。",
        error_messages={"required": "請填寫會議日期。"},
    )
    starts_at = ClockField(label="開始時間", help_text="如 14:30 或下午2時30分。")
    ends_at = ClockField(label="散會時間")
    place = LineField(label="會議地點", max_length=120)
    host = forms.ModelChoiceField(
        label="主辦縣市",
        queryset=Municipality.objects.none(),
        required=False,
        empty_label="（未定）",
    )
    minute_taker = LineField(label="紀錄", max_length=40)

    def __init__(self, *args: Any, series: MeetingSeries, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series = series
        host: Any = self.fields["host"]
        host.queryset = series.platform.members.order_by("order")
        if series.numbering == MeetingSeries.Numbering.NONE:
            del self.fields["number"]
        if series.numbering != MeetingSeries.Numbering.PER_YEAR:
            del self.fields["roc_year"]
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def clean(self) -> dict[str, Any]:
        """Refuse a meeting that cannot be told from another of its series."""
        cleaned = super().clean() or {}
        for name, sentence in (
            ("number", "請填寫會議次別。"),
            ("roc_year", "此系列每年度起算次別，請填寫年度。"),
        ):
            if name in self.fields and name not in self.errors and not cleaned[name]:
                self.add_error(name, sentence)
        return cleaned

    def refuse_double(self, meeting: Meeting | None = None) -> None:
        """Point out that the series has a meeting of this number."""
        number, year = (
            self.cleaned_data.get("number"),
            self.cleaned_data.get("roc_year"),
        )
        if self.errors or number is None:
            return
        others = Meeting.objects.filter(
            series=self.series, number=number, roc_year=year
        )
        if meeting is not None:
            others = others.exclude(pk=meeting.pk)
        other = others.first()
        if other is not None:
            day = format_roc(other.held_on)
            self.add_error("number", f"次別重複：{other.short_title}已於{day}登錄。")


class HeaderForm(MeetingForm):
    """The head of minutes that exist."""

    attendance_note = LineField(
        label="出席單位及人員",
        max_length=200,
        help_text="印於紀錄的說明，如「詳簽到表」。",
    )
    prints_attendance = forms.BooleanField(label="紀錄列印出席名單", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse minutes without a title."""
        cleaned = super().clean()
        if not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", "請填寫會議名稱。")
        return cleaned

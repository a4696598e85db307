"""What a person types in a review, read as it is typed."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.desk.forms import ClockField, DayField, LineField
from cases.models import ReadMinutes
from meetings.models import MeetingSeries, Municipality, Platform


class HeaderForm(forms.Form):
    """The header of minutes as corrected; what is missing is only pointed out."""

    series = forms.ModelChoiceField(
        label="會議系列",
        queryset=MeetingSeries.objects.none(),
        required=False,
        empty_label="（請選擇）",
        error_messages={"invalid_choice": "沒有這個會議系列，請重新選擇。"},
    )
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
        help_text="每年度起算次別的會議才填。",
        error_messages={"invalid": "年度請填數字，如 115。"},
    )
    held_on = DayField(label="會議日期", required=False)
    starts_at = ClockField(label="開始時間")
    ends_at = ClockField(label="散會時間")
    place = LineField(label="會議地點", max_length=120)
    host = forms.ModelChoiceField(
        label="主辦縣市",
        queryset=Municipality.objects.none(),
        required=False,
        empty_label="（未定）",
        error_messages={"invalid_choice": "請選擇平臺的成員縣市。"},
    )
    minute_taker = LineField(label="紀錄", max_length=40)

    def __init__(self, *args: Any, platform: Platform, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        series: Any = self.fields["series"]
        series.queryset = platform.series.all()
        host: Any = self.fields["host"]
        host.queryset = platform.members.order_by("order")
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")


def stored_header(read: ReadMinutes) -> dict[str, Any]:
    """Return what the fields of a header begin with."""
    return {name: getattr(read, name) for name in HeaderForm.base_fields}

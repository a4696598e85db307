"""What the public may ask of the meetings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from meetings.models import Meeting
from platform_site.lib.roc import roc_year


class MeetingFilter(forms.Form):
    """Meetings by series and ROC year; the choices are what there is."""

    series = forms.ChoiceField(
        label="會議系列",
        required=False,
        error_messages={"invalid_choice": "沒有這個會議系列，請由清單選擇。"},
    )
    year = forms.ChoiceField(
        label="年度",
        required=False,
        error_messages={"invalid_choice": "這個年度沒有公開的會議，請由清單選擇。"},
    )

    def __init__(self, data: Any, meetings: Iterable[Meeting]) -> None:
        super().__init__(data)
        self.meetings = list(meetings)
        series = {m.series.slug: m.series.name for m in self.meetings}
        years = sorted({roc_year(m.held_on) for m in self.meetings}, reverse=True)
        self._offer("series", [("", "全部系列"), *series.items()])
        self._offer("year", [("", "全部年度"), *((str(y), f"{y}年") for y in years)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def found(self) -> list[Meeting]:
        """The meetings asked for."""
        series, year = self.cleaned_data["series"], self.cleaned_data["year"]
        return [
            meeting
            for meeting in self.meetings
            if series in ("", meeting.series.slug)
            and year in ("", str(roc_year(meeting.held_on)))
        ]

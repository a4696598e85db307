"""What the secretariat types on the pages of a round."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.desk.forms import DayField, LineField, OutlineField
from cases.rounds.planning import Days
from meetings.words import say_later


class DaysForm(forms.Form):
    """The days between which a round is collected."""

    opens_on = DayField(
        label="開放填報日", error_messages={"required": "請填寫開放填報日。"}
    )
    due_on = DayField(
        label="填報期限",
        help_text="之後送出的列為逾期。",
        error_messages={"required": "請填寫填報期限。"},
    )
    locks_on = DayField(
        label="關閉填報日",
        help_text="窗口填報到這一天為止；幕僚之後仍可代填、修改與接受。",
        error_messages={"required": "請填寫關閉填報日。"},
    )

    def clean(self) -> dict[str, Any]:
        """Refuse days that are not in order, at the day that comes too early."""
        said = super().clean() or self.cleaned_data
        for first, then in (("opens_on", "due_on"), ("due_on", "locks_on")):
            if said.get(first) and said.get(then) and said[then] < said[first]:
                names = self.fields[then].label, self.fields[first].label
                self.add_error(then, "{}不得早於{}。".format(*names))
        return said


class RoundForm(DaysForm):
    """A round that is to be opened."""

    as_of = DayField(
        label="資料時間",
        help_text=say_later("通常是季末日；填報這一天列管中的合作案。"),
        error_messages={"required": "請填寫資料時間。"},
    )
    field_order = ("as_of", "opens_on", "due_on", "locks_on")

    def days(self) -> Days:
        """Return the days that were typed."""
        said = self.cleaned_data
        return Days(said["as_of"], said["opens_on"], said["due_on"], said["locks_on"])


class QuestionForm(forms.Form):
    """A text goes back with a question, or is opened again with a reason."""

    words = OutlineField(rows=3)
    until = DayField(required=False, label="補填期限")


class TextForm(forms.Form):
    """A text, put in or changed for who writes it."""

    text = OutlineField(rows=8, label="辦理情形")
    is_unchanged = forms.BooleanField(required=False, label="本季無變動")
    words = LineField(max_length=200)

    def clean(self) -> dict[str, Any]:
        """Refuse a text that says nothing, and one beside 本季無變動."""
        said = super().clean() or self.cleaned_data
        if self.errors:
            return said
        if said["is_unchanged"] and said["text"]:
            self.add_error("text", "填「本季無變動」時不另填文字。")
        elif not said["is_unchanged"] and not said["text"]:
            self.add_error("text", "請填寫辦理情形，或填「本季無變動」。")
        return said


class ReachedForm(forms.Form):
    """What was said on the phone."""

    words = LineField(max_length=300)

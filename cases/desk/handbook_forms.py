"""What clerks type to prepare a handbook."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.desk.forms import ClockField, LineField, OutlineField, RowForm
from cases.models import HandbookSection

Kind = HandbookSection.Kind


class ProgrammeForm(RowForm):
    """An item of the programme."""

    needs = {"topic": "請填寫主題。", "starts_at": "請填寫開始時間。"}
    starts_at = ClockField(label="開始")
    ends_at = ClockField(label="結束")
    topic = OutlineField(label="主題", rows=2)
    note = LineField(label="附註", max_length=60)

    def clean(self) -> dict[str, Any]:
        """Refuse what ends before it begins, and an item that begins at no time."""
        said = super().clean() or {}
        begins, ends = said.get("starts_at"), said.get("ends_at")
        if begins and ends and ends < begins:
            self.add_error("ends_at", "結束時間不得早於開始時間。")
        if begins is None and (ends or said.get("topic") or said.get("note")):
            self.add_error("starts_at", "請填寫開始時間，如 14:30。")
        return said


class HandbookSectionForm(RowForm):
    """A section of the handbook."""

    kind = forms.ChoiceField(
        label="內容", choices=Kind.choices, initial=Kind.TEXT, required=False
    )
    is_printed = forms.BooleanField(label="印出", required=False)
    heading = LineField(label="標題（空白時用慣用標題）", max_length=100)
    text = OutlineField(label="內容之前的文字", rows=2)

    def clean_kind(self) -> str:
        """Take a row without a choice as a free text."""
        return self.cleaned_data["kind"] or Kind.TEXT

    def row(self) -> dict[str, Any] | None:
        """Return what was typed; a blank free text at the end is no row."""
        said = self.cleaned_data
        is_blank = not (said.get("heading") or said.get("text"))
        if said.get("DELETE") or (
            said.get("kind", Kind.TEXT) == Kind.TEXT and is_blank
        ):
            return None
        return {name: said[name] for name in self.base_fields}

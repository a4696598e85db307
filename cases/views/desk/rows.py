"""Parts of minutes that are lists: sections, remarks, motions, chairs, attendance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.db import models
from django_stubs_ext import StrOrPromise

from cases.desk.forms import RowForm
from cases.views.desk.parts import Content, Part

MOST = 400


def write_rows(
    existing: Sequence[Any],
    rows: Sequence[Mapping[str, Any]],
    new: models.Model,
    *,
    after: int = 0,
) -> None:
    """Make the rows of a list what ``rows`` say, in their order.

    A row is told by its place; only rows that differ are written, and a row keeps
    its number. ``new`` is an unsaved row with what all share, ``after`` the highest
    number taken by others.
    """
    model: Any = type(new)
    shared = {
        field.attname: getattr(new, field.attname)
        for field in model._meta.concrete_fields
        if not field.primary_key
    }
    last = max([after, *(row.order for row in existing)])
    changed, begun = [], []
    for place, said in enumerate(rows):
        if place >= len(existing):
            last += 1
            begun.append(model(**{**shared, **said, "order": last}))
            continue
        row = existing[place]
        if any(getattr(row, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(row, name, value)
            changed.append(row)
    surplus = [row.pk for row in existing[len(rows) :]]
    if surplus:
        model.objects.filter(pk__in=surplus).delete()
    if changed:
        model.objects.bulk_update(changed, list(rows[0]))
    model.objects.bulk_create(begun)


class RowSet:
    """A formset over the rows of a list, in the order the clerk numbers them."""

    def __init__(
        self,
        form: type[RowForm],
        initial: Sequence[Mapping[str, Any]],
        *,
        prefix: str = "rows",
        data: Mapping[str, Any] | None = None,
        blank: int = 1,
    ) -> None:
        factory = forms.formset_factory(
            form,
            extra=blank,
            can_order=True,
            can_delete=True,
            max_num=MOST,
            absolute_max=MOST + 100,
            validate_max=True,
        )
        self.prefix = prefix
        # What was sent stands for itself: a row that is as it was is no blank one.
        known = None if data is not None else list(initial)
        self.formset: Any = factory(data, initial=known, prefix=prefix)

    def errors(self) -> dict[str, str]:
        """Return what is wrong, by the name of the field."""
        if self.formset.is_valid():
            return {}
        found = {
            f"{form.prefix}-{name}" if name != "__all__" else form.prefix: " ".join(
                says
            )
            for form in self.formset.forms
            for name, says in form.errors.items()
        }
        if self.formset.non_form_errors():
            found[self.prefix] = f"最多 {MOST} 列，請減少列數後再儲存。"
        return found or {self.prefix: "表單不完整，請重新整理頁面後再試。"}

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows that say something, in order; an unnumbered one comes last."""
        numbered = []
        for place, form in enumerate(self.formset.forms):
            said = form.row() if hasattr(form, "cleaned_data") else None
            if said is not None:
                order = form.cleaned_data.get("ORDER")
                numbered.append((order is None, order or 0, place, said))
        return [said for *_, said in sorted(numbered, key=lambda each: each[:3])]

    def lacks(self) -> dict[str, str]:
        """Return what rows still lack, by the name of the field."""
        return {
            f"{form.prefix}-{name}": sentence
            for form in self.formset.forms
            for name, sentence in form.lacks().items()
        }


class RowsPart(Part):
    """A part that is one list of rows."""

    template = "desk/rows.html"
    form: ClassVar[type[RowForm]]
    add_label = "再加一列"
    hint: StrOrPromise = ""

    def existing(self) -> Sequence[Any]:
        """Return the rows that stand."""
        raise NotImplementedError

    def new(self) -> models.Model:
        """Return an unsaved row of this list."""
        raise NotImplementedError

    def proposed(self) -> Sequence[Mapping[str, Any]]:
        """Return rows to begin with where there are none yet."""
        return []

    def names(self) -> Iterator[str]:
        """Give the fields of a row."""
        yield from self.form.base_fields

    def stored(self) -> Content:
        """Return the rows by their place."""
        return {
            str(place): {name: getattr(row, name) for name in self.names()}
            for place, row in enumerate(self.existing(), start=1)
        }

    def read(self, data: Mapping[str, Any], *, do: str) -> None:
        """Read the rows."""
        self.rows = RowSet(self.form, self.initial(), data=data)
        self.errors = self.rows.errors()
        if not self.errors:
            self.content = {
                str(place): said for place, said in enumerate(self.rows.rows(), start=1)
            }

    def initial(self) -> list[Mapping[str, Any]]:
        """Return the rows a page begins with."""
        stored: list[Mapping[str, Any]] = list(self.stored().values())
        return stored or list(self.proposed())

    def save(self, content: Content) -> None:
        """Write the rows."""
        write_rows(self.existing(), list(content.values()), self.new())

    def lacks(self) -> dict[str, str]:
        """Return what stored rows lack."""
        if not self.stored():
            return {}
        return RowSet(self.form, list(self.stored().values()), blank=0).lacks()

    def context(self) -> dict[str, Any]:
        """Return the rows to fill in."""
        if not hasattr(self, "rows"):
            asked = self.request.GET.get("blank", "")
            blank = min(int(asked), 50) if asked.isdecimal() and len(asked) < 4 else 1
            self.rows = RowSet(self.form, self.initial(), blank=blank)
        return {
            "formset": self.rows.formset,
            "add_label": self.add_label,
            "hint": self.hint,
        }

    def label(self, key: str) -> str:
        """Call a row by its place."""
        return f"第{key}列"

    def words(self, said: Mapping[str, Any]) -> str:
        """Return what a row says, field by field."""
        fields = self.form.base_fields
        lines = []
        for name, value in said.items():
            field = fields[name]
            if value and isinstance(field, forms.ChoiceField):
                value = dict(field.choices).get(value, value)  # type: ignore[arg-type]  # no groups here
            if value:
                lines.append(f"{field.label}：{value}")
        return "\n".join(lines)

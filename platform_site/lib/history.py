"""Who changed what and when, read from the events that every change leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from pghistory.models import Event

from platform_site.lib.roc import format_roc

DONE = {"insert": "新增", "update": "修改", "delete": "刪除"}
UNKNOWN = "系統"  # no request stood behind it: a command, a migration
BLANK = "（空白）"

AnyField = models.Field[Any, Any]


@dataclass(frozen=True)
class FieldChange:
    """A field's value before and after; ``before`` is empty for what is new."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One change of a row."""

    at: datetime
    who: str
    done: str
    subject: str
    fields: list[FieldChange]


@dataclass(frozen=True)
class Part:
    """Rows that belong to another one by the foreign key ``owner``."""

    model: type[models.Model]
    owner: str


@dataclass(frozen=True)
class _Step:
    event: Any
    model: type[models.Model]
    changed: list[tuple[AnyField, Any, Any]]


def history_of(row: models.Model, parts: Iterable[Part] = ()) -> list[Change]:
    """Return the changes of ``row`` and its ``parts``, the latest first."""
    steps = _steps(type(row), {"pgh_obj": row.pk}, without="")
    for part in parts:
        steps += _steps(part.model, {part.owner: row.pk}, without=part.owner)
    # What one transaction did bears one time: the row stays before its parts.
    steps.sort(key=lambda step: step.event.pgh_created_at)
    names = _names(steps)
    people = _people(steps)
    return [
        Change(
            at=step.event.pgh_created_at,
            who=people.get(_person(step), UNKNOWN),
            done=DONE.get(step.event.pgh_label, step.event.pgh_label),
            subject=str(step.model._meta.verbose_name),
            fields=[
                FieldChange(
                    str(field.verbose_name),
                    _show(field, before, names),
                    _show(field, after, names),
                )
                for field, before, after in step.changed
            ],
        )
        for step in reversed(steps)
    ]


def event_model(model: type[models.Model]) -> Any:
    """Return the model of the events of ``model``, None where none are kept."""
    for relation in model._meta.related_objects:
        related = relation.related_model
        if isinstance(related, type) and issubclass(related, Event):
            return related
    return None


def _steps(
    model: type[models.Model], conditions: dict[str, Any], *, without: str
) -> list[_Step]:
    """Return what each event of ``model`` changed, in the order it happened."""
    events = event_model(model)
    if events is None:
        return []
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name != without
    ]
    earlier: dict[int, Any] = {}
    steps = []
    for event in (
        events.objects.filter(**conditions)
        .select_related("pgh_context")
        .order_by("pgh_id")
    ):
        before = earlier.get(event.pgh_obj_id)
        changed = []
        for field in fields:
            old = getattr(before, field.attname, None) if before is not None else None
            new = getattr(event, field.attname, None)
            if event.pgh_label != "delete" and old != new and (before or new):
                changed.append((field, old, new))
        earlier[event.pgh_obj_id] = event
        steps.append(_Step(event, model, changed))
    return steps


def _names(steps: list[_Step]) -> dict[tuple[type[models.Model], Any], str]:
    """Return the names of all rows that the changes point to, a query a model."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for step in steps:
        for field, before, after in step.changed:
            if isinstance(field.remote_field, models.ManyToOneRel):
                wanted[_target(field)] |= {before, after} - {None}
    return {
        (model, key): str(row)
        for model, keys in wanted.items()
        for key, row in model._default_manager.in_bulk(keys).items()
    }


def _target(field: AnyField) -> type[models.Model]:
    model = field.related_model
    assert isinstance(model, type)
    return model


def _person(step: _Step) -> Any:
    context = step.event.pgh_context
    return context.metadata.get("user") if context is not None else None


def _people(steps: list[_Step]) -> dict[Any, str]:
    users = get_user_model()._default_manager.in_bulk(
        {key for step in steps if (key := _person(step)) is not None}
    )
    return {
        key: user.get_full_name() or user.get_username() for key, user in users.items()
    }


def _show(
    field: AnyField, value: Any, names: dict[tuple[type[models.Model], Any], str]
) -> str:
    if value is None or value == "":
        return BLANK
    if isinstance(field.remote_field, models.ManyToOneRel):
        return names.get((_target(field), value), "（已刪除的資料）")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{format_roc(local.date())} {local:%H:%M}"
    if isinstance(value, date):
        return format_roc(value)
    choices: dict[Any, Any] = dict(field.flatchoices)
    return str(choices.get(value, value))

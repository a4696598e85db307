"""What the desk's templates ask of mappings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """Return what ``mapping`` holds for ``key``, empty for nothing."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def field_name(key: str, field: str) -> str:
    """Return the name of a field of a row: TR-014-kind."""
    return f"{key}-{field}"

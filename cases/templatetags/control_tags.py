"""What stands in the cells of control reports, for their pages."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from cases.control.report import Cell
from platform_site.lib.roc import format_roc

register = template.Library()


@register.filter
def shown(cell: Cell) -> SafeString:
    """Write what stands in a cell: a day in ROC years, a number with what it opens."""
    value = cell.value
    if isinstance(value, date):
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), format_roc(value)
        )
    said = "" if value is None else str(value)
    if cell.address and said not in ("", "0"):
        return format_html('<a href="{}">{}</a>', cell.address, said)
    return conditional_escape(said)


@register.filter
def cell_kind(cell: Cell) -> str:
    """Return how a cell is set: numbers on the right, days on one line."""
    if isinstance(cell.value, date):
        return "day"
    if isinstance(cell.value, str | None):
        return "text"
    return "number" if cell.value else "number zero"


@register.filter
def number(value: float) -> str:
    """Write a number as drawings take it, whatever the language is."""
    return f"{value:g}"

"""How papers write dates, numerals and outlines, for templates."""

from __future__ import annotations

from datetime import date, datetime, time

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from platform_site.lib import roc
from platform_site.lib.numbering import PlacedLine, place, to_chinese

register = template.Library()


@register.filter(name="roc")
def roc_date(day: date | datetime | None, style: roc.Style = "plain") -> str:
    """Write a day in ROC years inside ``<time>``; an instant is taken in local time."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return format_html(
        '<time datetime="{}">{}</time>', day.isoformat(), roc.format_roc(day, style)
    )


@register.filter
def roc_text(day: date, style: roc.Style = "plain") -> str:
    """Write a day in ROC years as bare text, for titles and labels."""
    return roc.format_roc(day, style)


@register.filter
def clock(at: time | None) -> str:
    """Write a time of day: 下午2時30分."""
    return roc.format_time(at) if at else ""


@register.filter
def chinese(number: int) -> str:
    """Write a number as the papers count: 一."""
    return to_chinese(number)


@register.filter
def legal(number: int) -> str:
    """Write a number as the papers head their sections: 壹."""
    return to_chinese(number, legal=True)


@register.filter
def outline(text: str) -> list[PlacedLine]:
    """Read a text into its lines; levels the text leaves out are closed up."""
    return place(text)


@register.simple_tag
def meeting_time(day: date, start: time | None, end: time | None) -> SafeString:
    """Write when a meeting sat: 114年8月7日（星期四）下午2時30分至4時."""
    until = ""
    if start and end:
        half_day = roc.format_time(start)[:2]
        until = f"至{roc.format_time(end).removeprefix(half_day)}"
    return format_html(
        '<time datetime="{}">{}{}</time>{}',
        f"{day.isoformat()}T{start:%H:%M}" if start else day.isoformat(),
        roc.format_roc(day, "full"),
        roc.format_time(start) if start else "",
        until,
    )

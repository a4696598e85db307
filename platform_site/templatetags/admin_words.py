"""Dates of the admin's own pages in ROC years."""

from __future__ import annotations

import re
from datetime import datetime

from django import template
from django.utils import timezone

from platform_site.lib.roc import format_roc

register = template.Library()


@register.filter
def moment(at: datetime) -> str:
    """Write an instant with its local time: 114年8月7日 14:30."""
    local = timezone.localtime(at)
    return f"{format_roc(local.date())} {local:%H:%M}"


@register.filter
def roc_years(title: str) -> str:
    """Write a step of the date hierarchy in ROC years: 2024年07月 as 113年7月."""
    roc = re.sub(
        r"^(\d{4})年?", lambda found: f"{int(found[1]) - 1911}年", str(title), count=1
    )
    return re.sub(r"0(\d[月日])", r"\1", roc)

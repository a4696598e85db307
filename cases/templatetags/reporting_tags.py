"""What pages say of one's own reporting, for templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from cases.models import ProgressUpdate
from cases.rounds import owed_count
from cases.views.reporting import access

register = template.Library()


@register.simple_tag
def own_reporting(user: Any) -> dict[str, int] | None:
    """Return how much the user owes, or None for who has nothing to write.

    One query, and none for who is not logged in: those pages are kept.
    """
    if not user.is_authenticated:
        return None
    owed, has_slots = owed_count(user, timezone.localdate())
    return {"owed": owed} if has_slots else None


@register.filter
def slot_address(slot: ProgressUpdate) -> str:
    """Return the address of the page of a slot."""
    return access.slot_address(slot)

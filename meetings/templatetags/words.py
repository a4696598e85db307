"""Our own sentences in a platform's words, for templates; loaded in all of them."""

from __future__ import annotations

from django import template

from meetings.models import Platform
from meetings.words import put, words_of
from meetings.words import say as say_as_spoken

register = template.Library()


@register.filter
def say(text: str, platform: Platform | None = None) -> str:
    """Write ``text`` in the words of the platform of the page, or of the one given."""
    return say_as_spoken(text) if platform is None else put(words_of(platform), text)

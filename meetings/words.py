"""Our own sentences in the words of the platform that is spoken for.

The code writes every sentence in the common words (合作案, 解列, 議題小組). What a platform
calls these is its own data; ``say`` puts that in their place. It is for what we wrote
ourselves, never for names and texts that people entered: put those in afterwards,
``say("合作案「{name}」").format(name=name)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.utils.functional import lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from meetings.models import Platform

CASE, DELIST, GROUP = "合作案", "解列", "議題小組"
REPORT, FORM = "合作方案辦理情形", "合作提案單"
# A group is called so where it is plain what it is a group of.
_GROUP_SHORT = "小組"

Words = Mapping[str, str]
COMMON: Words = {}

_spoken: ContextVar[Callable[[], Words]] = ContextVar("spoken", default=lambda: COMMON)


def words_of(platform: Platform) -> Words:
    """Return what ``platform`` calls otherwise than is common."""
    own = {
        CASE: platform.case_word,
        DELIST: platform.delist_word,
        GROUP: platform.group_word,
        REPORT: platform.report_name,
        FORM: platform.form_name,
    }
    if platform.group_word != GROUP:
        own[_GROUP_SHORT] = platform.group_word
    return {common: word for common, word in own.items() if word != common}


def put(words: Words, text: str) -> str:
    """Return ``text`` with these words in the place of the common ones.

    The longest common word counts, and what was put in is not looked at again:
    合作方案辦理情形 is one word, and 解除列管 does not become 解除列管除列管.
    """
    if not words:
        return text
    # Longer words that contain a shorter one stay whole, changed or not.
    known = sorted({CASE, DELIST, GROUP, REPORT, FORM, *words}, key=len, reverse=True)
    return re.sub(
        "|".join(map(re.escape, known)),
        lambda found: words.get(found[0], found[0]),
        text,
    )


def say(text: str) -> str:
    """Return our own ``text`` in the words of the platform spoken for."""
    return put(_spoken.get()(), text)


_say_when_read = lazy(say, str)


def say_later(text: str) -> StrPromise:
    """Like ``say``, when the text is read: for labels and messages of classes."""
    later: StrPromise = _say_when_read(text)  # type: ignore[assignment]  # lazy() lies
    return later


@contextmanager
def speaking_for(platform: Platform) -> Iterator[None]:
    """Speak for ``platform`` inside: whoever makes its papers and files."""
    words = words_of(platform)
    token = _spoken.set(lambda: words)
    try:
        yield
    finally:
        _spoken.reset(token)


@contextmanager
def speaking_for_address(find: Callable[[], Platform | None]) -> Iterator[None]:
    """Speak inside for the platform of an address, which ``find`` looks up if need be."""
    kept: list[Words] = []

    def words() -> Words:
        if not kept:
            platform = find()
            kept.append(COMMON if platform is None else words_of(platform))
        return kept[0]

    token = _spoken.set(words)
    try:
        yield
    finally:
        _spoken.reset(token)


def speak_for(platform: Platform) -> None:
    """Speak for ``platform`` from here on, to the end of the request."""
    words = words_of(platform)
    _spoken.set(lambda: words)

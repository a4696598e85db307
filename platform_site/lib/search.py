"""Searching text the way people type: 台 finds 臺, full width finds half.

Texts and words are folded by ``folded_text`` in the database, on public pages and
in the admin. ``folded_contains`` reads row by row; ``found_in`` goes by an index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Collate
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler

from platform_site.lib.text import fold

MOST_CHARACTERS = 100
MOST_WORDS = 8
LEAST_CHARACTERS = 2

_AROUND = 36  # characters shown on each side of what was found


class Bigrams(models.Func):
    """Every two characters that stand side by side in a folded text."""

    function = "folded_bigrams"
    arity = 1
    output_field = ArrayField(models.TextField())


def words_index(field: str, **kwargs: Any) -> GinIndex:
    """Return the index by which ``found_in`` finds words in a field.

    Its collation is fixed: what is found must not follow from the server's locale.
    """
    return GinIndex(Collate(Bigrams(field), "C"), **kwargs)


@models.CharField.register_lookup
@models.TextField.register_lookup
class FoldedContains(Lookup[Any]):
    """``name__folded_contains="台北 Ｔ"`` finds 「臺北T…」; both sides are folded.

    Both are folded by the database. Most texts have the word as it is, and folding
    a text costs much more than looking.
    """

    lookup_name = "folded_contains"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """Look for the folded word in the text as it is, then in the folded text."""
        column, params = compiler.compile(self.lhs)
        word = str(self.rhs)
        sql = (
            f'(strpos({column}::text COLLATE "C", folded_text(%s::text)) > 0'
            f" OR strpos(folded_text({column}::text), folded_text(%s::text)) > 0)"
        )
        return sql, (*params, word, *params, word)


@models.CharField.register_lookup
@models.TextField.register_lookup
class HasBigrams(Lookup[Any]):
    """Whether the folded text has every pair of characters of a folded word."""

    lookup_name = "has_bigrams"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """Ask as the ``words_index`` is made, which then answers."""
        column, params = compiler.compile(self.lhs)
        sql = f'folded_bigrams({column}) COLLATE "C" @> folded_bigrams(%s::text)'
        return sql, (*params, str(self.rhs))


def found_in(field: str, word: str) -> models.Q:
    """Return the condition that ``field``, which has a ``words_index``, has the word.

    The word has two or more characters. One of two is a bigram itself; that a text
    has all bigrams of a longer one is not enough.
    """
    by_index = models.Q(**{f"{field}__has_bigrams": word})
    if len(fold(word)) == LEAST_CHARACTERS:
        return by_index
    return by_index & models.Q(**{f"{field}__folded_contains": word})


def read_words(typed: str) -> list[str]:
    """Return the words typed, parted by white space, each once.

    What cannot be looked for is a ``ValidationError`` with a sentence.
    """
    if any(
        unicodedata.category(each) in ("Cs", "Cn") or each == "\0" for each in typed
    ):
        raise ValidationError("查詢字詞含有無法辨識的字元，請重新輸入。")
    if len(typed) > MOST_CHARACTERS:
        raise ValidationError(
            f"查詢字詞共{len(typed)}字，最多{MOST_CHARACTERS}字，請縮短後再查。"
        )
    words = list({fold(word): word for word in typed.split() if fold(word)}.values())
    if len(words) > MOST_WORDS:
        raise ValidationError(
            f"查詢字詞共{len(words)}個，最多{MOST_WORDS}個，請減少後再查。"
        )
    short = [word for word in words if len(fold(word)) < LEAST_CHARACTERS]
    if short:
        named = "、".join(f"「{word}」" for word in short)
        raise ValidationError(
            f"每個字詞至少{LEAST_CHARACTERS}個字，{named}只有1個字，請多打幾個字。"
        )
    return words


Segments = list[tuple[str, bool]]


def marked(text: str, words: Sequence[str]) -> Segments:
    """Return ``text`` in pieces, each with whether it is one of ``words``."""
    pieces: Segments = []
    place = 0
    for start, end in _stretches(text, words):
        if start > place:
            pieces.append((text[place:start], False))
        pieces.append((text[start:end], True))
        place = end
    if place < len(text):
        pieces.append((text[place:], False))
    return pieces


def excerpt(text: str, words: Sequence[str]) -> Segments:
    """Return the part of ``text`` around the first of ``words``, as ``marked`` does."""
    plain = re.sub(r"\s+", " ", text).strip()
    first = next(_stretches(plain, words), (0, 0))
    start = max(0, first[0] - _AROUND)
    end = min(len(plain), first[1] + _AROUND)
    pieces = marked(plain[start:end], words)
    if start:
        pieces.insert(0, ("…", False))
    if end < len(plain):
        pieces.append(("…", False))
    return pieces


def holds(text: str, word: str) -> bool:
    """Whether ``text`` has the word, as ``folded_contains`` finds it."""
    return fold(word) in fold(text)


def _stretches(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where ``words`` stand in ``text``; what overlaps is one stretch."""
    folded, places = _folded_with_places(text)
    found = sorted(
        (places[at.start()], places[at.end() - 1] + 1)
        for word in words
        for at in re.finditer(re.escape(fold(word)), folded)
    )
    while found:
        start, end = found.pop(0)
        while found and found[0][0] <= end:
            end = max(end, found.pop(0)[1])
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1  # an accent belongs to the letter before it
        yield start, end


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text and for each of its characters where it comes from.

    Letters and the accents that follow them are folded together. Where that is not
    what folding the whole gives, nothing is told.
    """
    folded, places = [], []
    start = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and unicodedata.combining(
            unicodedata.normalize("NFKC", text[place])[:1] or " "
        ):
            continue
        part = fold(text[start:place])
        folded.append(part)
        places += [start] * len(part)
        start = place
    whole = "".join(folded)
    return (whole, places) if whole == fold(text) else ("", [])

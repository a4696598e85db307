"""Searching progress by index, and as Django searches by itself."""

import time

from cases.models import ProgressUpdate
from platform_site.lib.search import found_in
from tests.bench.words import COMMON, RARE

WORDS = {"rare": RARE, "common": COMMON}


def ours(word):
    return ProgressUpdate.objects.accepted().filter(found_in("text", word))


def plain(word):
    return ProgressUpdate.objects.accepted().filter(text__icontains=word)


def seconds(search, word):
    """Count what is found, as the search that finds nothing less."""
    began = time.perf_counter()
    search(word).count()
    return time.perf_counter() - began


def hits(word):
    """How many texts are found, the same both ways."""
    found = ours(word).count()
    if found != plain(word).count():
        raise RuntimeError(f"{word} is found differently")
    return found

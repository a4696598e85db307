"""The key of a row in a sheet that people fill in elsewhere.

It says which slot the row is, the version and the text it was filled from, and is
sealed: who changes a number in it has no key any more. It opens nothing.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from cases.models import ProgressUpdate
from cases.rounds.holding import tidy
from platform_site.lib.text import interchange
from platform_site.reading.document import plain

_SALT = "cases.rounds.sheet_keys"
_KEY = re.compile(r"([0-9]{1,18})-([0-9]{1,9})-([0-9a-f]{8})-([0-9a-f]{16})")

Said = tuple[str, bool]


@dataclass(frozen=True)
class Key:
    """What a row was filled from; ``said`` is the print of its text then."""

    slot: int
    version: int
    said: str


def key_of(slot: ProgressUpdate) -> str:
    """Return the key of a slot as it stands."""
    body = f"{slot.pk}-{slot.version}-{print_of(said_in(slot))}"
    return f"{body}-{_seal(body, settings.SECRET_KEY)}"


def read_key(written: str) -> Key | None:
    """Return what a key says, None where it is none of ours."""
    found = _KEY.fullmatch(written)
    if not found:
        return None
    body, _, seal = written.rpartition("-")
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(seal, _seal(body, key)) for key in secrets):
        return None
    return Key(int(found[1]), int(found[2]), found[3])


def said_in(slot: ProgressUpdate) -> Said:
    """Return what a slot says, as it comes back from a sheet nobody changed."""
    return tidy(plain(interchange(slot.text))), slot.is_unchanged


def print_of(said: Said) -> str:
    """Return what tells one text from another."""
    text, is_unchanged = said
    return hashlib.sha256(f"{is_unchanged:d}{text}".encode()).hexdigest()[:8]


def _seal(body: str, secret: str | bytes) -> str:
    seal = salted_hmac(_SALT, body, secret=secret, algorithm="sha256")
    return str(seal.hexdigest()[:16])

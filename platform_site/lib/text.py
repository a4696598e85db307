"""Folding of text, so that what reads the same is found the same."""

import re
import unicodedata

_QUOTES = str.maketrans({"『": "「", "』": "」", "台": "臺"})


def fold(text: str) -> str:
    """Return ``text`` without white space, half width, lower case, 台 as 臺.

    Inner and outer quotation marks become one kind. For comparing, never for
    showing.
    """
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s+", "", plain).translate(_QUOTES).lower()

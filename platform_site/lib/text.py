"""Text made fit: folded for comparing, cleaned for files that programs read."""

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


_BREAK = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def interchange(text: str) -> str:
    """Return ``text`` as XML, and so every file for programs, can hold it.

    Control characters and halves of pairs are dropped; every kind of line break,
    Word's among them, becomes one ``\\n``. Tabs stay.
    """
    if text.isprintable():
        return text
    return _CONTROL.sub("", _BREAK.sub("\n", text))

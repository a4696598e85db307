"""Text made fit: folded for comparing, cleaned for files that programs read."""

import re
import string
import unicodedata

# Left out: white space that NFKC leaves standing, and marks that show nothing.
_UNSEEN = "\t\n\x0b\f\r\x1c\x1d\x1e\x1f \x85\xad\u1680\u200b\u200c\u200d\u2028\u2029\u2060\ufeff"
_FOLDING = str.maketrans(
    f"『』台{string.ascii_uppercase}", f"「」臺{string.ascii_lowercase}", _UNSEEN
)


def fold(text: str) -> str:
    """Return ``text`` without white space, half width, lower case, 台 as 臺.

    Inner and outer quotation marks become one kind. For comparing, never for
    showing. ``folded_text`` in the database (``platform_site`` migration 0001) does
    the same, in whatever locale; only A to Z are lowered for that reason.
    """
    return unicodedata.normalize("NFKC", text).translate(_FOLDING)


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

"""Plain text in the encodings that are met in Taiwan."""

import codecs

from platform_site.reading.document import Document, Refused, Writer, plain

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like UTF-16's: asked first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Microsoft's Big5, then the one with the characters of Hong Kong beside it.
_BIG5 = ("cp950", "big5hkscs")
# Frequent characters are in the first half of Big5; what was never Big5 falls
# evenly on both.
_FREQUENT = 0.85

_NO_TEXT = "檔案內容不是純文字，請確認檔案是否選對。"
_UNKNOWN = "無法辨認文字檔的編碼，請以記事本另存為UTF-8後再試。"


def read_text(content: bytes) -> Document:
    """Read UTF-8, UTF-16 with its mark or Big5; anything else is refused."""
    text = _decode(content)
    if any(_is_binary(character) for character in set(text)):
        raise Refused(_NO_TEXT)
    if not text.strip():
        raise Refused("檔案裡沒有文字。")
    writer = Writer()
    writer.line(plain(text).removesuffix("\n"))
    return writer.document("txt")


def _is_binary(character: str) -> bool:
    return character < " " and character not in "\t\n\r\f\v\x1a\x1b"


def _decode(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise Refused(_UNKNOWN) from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if b"\x00" in content:
        raise Refused(_NO_TEXT)
    for encoding in _BIG5:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_chinese(text):
            return text
    raise Refused(_UNKNOWN)


def _is_chinese(text: str) -> bool:
    """Whether what was read as Big5 looks like Chinese, not like chance."""
    wide = [character for character in text if character > "\x7f"]
    leads = [character.encode("big5hkscs", "ignore")[:1] for character in wide]
    frequent = sum(b"\xa1" <= lead <= b"\xc6" for lead in leads)
    return frequent >= _FREQUENT * len(wide)

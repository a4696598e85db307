"""Ordinary characters for those of symbol fonts: bullets, boxes, ticks."""

_SIGNS = {
    0xB7: "•",
    0x6C: "●",
    0x6D: "❍",
    0x6E: "■",
    0x6F: "□",
    0x71: "❑",
    0x72: "❒",
    0x75: "◆",
    0x76: "❖",
    0x9F: "•",
    0xA7: "▪",
    0xA8: "□",
    0xB2: "□",
    0xD8: "➢",
    0xE0: "→",
    0xE8: "➔",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
# Symbol and Wingdings lie in the private use area from U+F000.
SYMBOLS = {0xF000 + code: sign for code, sign in _SIGNS.items()}


def with_symbols(text: str) -> str:
    """Return ``text`` with ordinary characters for those of symbol fonts."""
    return text.translate(SYMBOLS)


def is_symbol_font(name: str) -> bool:
    """Whether the letters of a font are signs."""
    return name.startswith(("Wingdings", "Symbol", "Webdings"))

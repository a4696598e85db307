"""OpenDocument's automatic numbers: list styles, outline, starts and continuation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from platform_site.reading import numerals
from platform_site.reading.open_package import count
from platform_site.reading.package import children, inner
from platform_site.reading.symbols import with_symbols
from platform_site.reading.word_numbering import spaced

_DEEPEST = 10
_LARGEST = 999_999

# By what the format begins with; unknown ones are plain digits.
_FORMS = {
    "": "none",
    "1": "decimal",
    "I": "upperRoman",
    "i": "lowerRoman",
    "一": "taiwaneseCountingThousand",
    "壹": "ideographLegalTraditional",
    "甲": "ideographTraditional",
    "子": "ideographZodiac",
    "①": "decimalEnclosedCircle",
    "１": "decimalFullWidth",
}


@dataclass(frozen=True)
class _Level:
    """One level of a list style."""

    form: str = ""
    prefix: str = ""
    suffix: str = ""
    pattern: str | None = None
    shown: int = 1
    start: int = 1
    bullet: str = ""
    follow: str = "listtab"
    is_synced: bool = False  # AA, BB after Z, not AA, AB


Levels = dict[int, _Level]


class Counts(dict[int, int]):
    """Where a list stands, by level."""


def list_levels(style: Element) -> Levels:
    """Return the levels of a list style or of the outline."""
    levels = {}
    for element in style:
        name = element.tag.rpartition(":")[2]
        if name not in (
            "list-level-style-number",
            "list-level-style-bullet",
            "outline-level-style",
        ):
            continue
        levels[count(element, "text:level")] = _level(element, name)
    return levels


def _level(element: Element, name: str) -> _Level:
    alignment = inner(
        element, "style:list-level-properties", "style:list-level-label-alignment"
    )
    bullet = element.get("text:bullet-char", "") if name.endswith("bullet") else ""
    return _Level(
        form="" if bullet else element.get("style:num-format", ""),
        prefix=element.get("style:num-prefix", ""),
        suffix=element.get("style:num-suffix", ""),
        pattern=element.get("loext:num-list-format"),
        shown=min(count(element, "text:display-levels"), _DEEPEST),
        start=min(count(element, "text:start-value", least=0) or 1, _LARGEST)
        if element.get("text:start-value") != "0"
        else 0,
        bullet=with_symbols(bullet[:3]),
        follow=alignment.get("text:label-followed-by", "listtab")
        if alignment is not None
        else "listtab",
        is_synced=element.get("style:num-letter-sync") == "true",
    )


def step(levels: Levels, counts: Counts, level: int, start: int | None = None) -> str:
    """Count one item on ``level`` and return its number as shown."""
    defined = levels.get(level)
    if defined is None:
        return ""
    if start is not None:
        counts[level] = min(start, _LARGEST)
    else:
        counts[level] = min(counts.get(level, defined.start - 1) + 1, _LARGEST)
    for above in range(1, level):  # never shown, yet counted as one
        if above in levels:
            counts.setdefault(above, levels[above].start)
    for below in [key for key in counts if key > level]:
        del counts[below]
    return spaced(_written(levels, counts, level), defined.follow == "nothing")


def _written(levels: Levels, counts: Counts, level: int) -> str:
    defined = levels[level]
    if defined.bullet:
        return f"{defined.prefix}{defined.bullet}{defined.suffix}"

    def value(of: int) -> str:
        each = levels.get(of, _Level())
        return _number(counts.get(of, each.start), each)

    if defined.pattern is not None:
        return re.sub(
            r"%(\d{1,2})%", lambda found: value(int(found[1])), defined.pattern
        )
    shown = range(max(1, level - defined.shown + 1), level + 1)
    numbers = [value(of) for of in shown]
    return defined.prefix + ".".join(filter(None, numbers)) + defined.suffix


def _number(number: int, level: _Level) -> str:
    form = level.form
    if form in ("a", "A"):
        if level.is_synced:
            return numerals.write(
                number, "lowerLetter" if form == "a" else "upperLetter"
            )
        return _letters(number, form)
    if form.startswith("壹, 贰"):
        return numerals.write(number, "chineseLegalSimplified")
    first = form.partition(",")[0].strip()
    return numerals.write(number, _FORMS.get(first, first))


def _letters(number: int, first: str) -> str:
    """a to z, aa, ab, ac."""
    written = ""
    while number > 0:
        number, place = divmod(number - 1, 26)
        written = chr(ord(first) + place) + written
    return written


@dataclass(frozen=True)
class ParagraphStyle:
    """What a paragraph style says: its parent, list and page break."""

    parent: str = ""
    list_style: str | None = None
    breaks_before: bool = False


class Styles:
    """The styles of a document, those of its own and the automatic ones."""

    def __init__(self, *parts: Element | None) -> None:
        self.lists: dict[str, Levels] = {}
        self.outline: Levels = {}
        self._paragraphs: dict[str, ParagraphStyle] = {}
        for part in parts:
            for group in part if part is not None else ():
                if group.tag in ("office:styles", "office:automatic-styles"):
                    self._take(group)

    def _take(self, group: Element) -> None:
        for style in children(group, "text:list-style"):
            self.lists[style.get("style:name", "")] = list_levels(style)
        for style in children(group, "text:outline-style"):
            self.outline = list_levels(style)
        for style in children(group, "style:style"):
            if style.get("style:family") != "paragraph":
                continue
            about = style.find("style:paragraph-properties")
            self._paragraphs[style.get("style:name", "")] = ParagraphStyle(
                parent=style.get("style:parent-style-name", ""),
                list_style=style.get("style:list-style-name"),
                breaks_before=about is not None
                and about.get("fo:break-before") == "page",
            )

    def breaks_before(self, paragraph: Element) -> bool:
        """Whether the paragraph begins a page."""
        return any(style.breaks_before for style in self._chain(paragraph)[:1])

    def list_of(self, paragraph: Element) -> str | None:
        """The list style that the paragraph's style names, "" for none at all."""
        named = (style.list_style for style in self._chain(paragraph))
        return next((name for name in named if name is not None), None)

    def _chain(self, paragraph: Element) -> list[ParagraphStyle]:
        name = paragraph.get("text:style-name", "")
        chain: list[ParagraphStyle] = []
        while name in self._paragraphs and len(chain) < 50:
            chain.append(self._paragraphs[name])
            name = chain[-1].parent
        return chain

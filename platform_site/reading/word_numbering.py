"""Word's automatic numbers: which number a paragraph shows, from its styles and lists.

Lists that share an abstract definition count on together; a list restarts where
it says so (``startOverride``), a level after any level above it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from platform_site.reading import numerals
from platform_site.reading.package import children, inner
from platform_site.reading.symbols import is_symbol_font, with_symbols

_LEVELS = 9
_LARGEST = 32_767  # what Word takes as a start
_LONGEST_CHAIN = 50  # styles based on styles

# After a full-width sign the text follows at once, as it is typed by hand.
_CLOSED = frozenset("、，。：；．）】〕」』〉》")


def number(element: Element | None, name: str = "w:val") -> int | None:
    """The whole number in an attribute, None when there is none."""
    if element is None:
        return None
    written = element.get(name, "")
    try:
        return int(written[:12])
    except ValueError:
        return None


def is_on(element: Element | None) -> bool:
    """Whether a switch such as <w:vanish/> is there and not turned off."""
    return element is not None and element.get("w:val") not in ("0", "false", "off")


def spaced(mark: str, is_closed: bool) -> str:
    """A number with the space before its text, where one is to be seen."""
    if not mark or is_closed or mark[-1] in _CLOSED or mark.endswith(" "):
        return mark
    return f"{mark} "


@dataclass(frozen=True)
class _Level:
    """One level of a list, as defined."""

    start: int = 0
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    is_legal: bool = False
    style: str = ""


@dataclass(frozen=True)
class _Style:
    """What a paragraph style says of numbering."""

    parent: str = ""
    number_id: int | None = None
    level: int | None = None


@dataclass
class _Counts:
    """Where an abstract list stands."""

    values: dict[int, int] = field(default_factory=dict)


def _level(element: Element) -> tuple[int, _Level]:
    text = element.find("w:lvlText")
    form = element.find("w:numFmt")
    if form is None:  # 001, 002: newer than the first Word that wrote this format
        form = inner(element, "mc:AlternateContent", "mc:Choice", "w:numFmt")
    suffix = element.find("w:suff")
    style = element.find("w:pStyle")
    start = number(element.find("w:start")) or 0
    return number(element, "w:ilvl") or 0, _Level(
        start=max(0, min(start, _LARGEST)),
        form=_form(form) if form is not None else "decimal",
        text=_text(element, text.get("w:val", "") if text is not None else ""),
        suffix=suffix.get("w:val", "") if suffix is not None else "tab",
        restart=number(element.find("w:lvlRestart")),
        is_legal=is_on(element.find("w:isLgl")),
        style=style.get("w:val", "") if style is not None else "",
    )


def _text(element: Element, text: str) -> str:
    """The text of a level, signs of symbol fonts as ordinary ones."""
    fonts = inner(element, "w:rPr", "w:rFonts")
    is_symbol = fonts is not None and is_symbol_font(fonts.get("w:ascii", ""))
    if is_symbol and len(text) == 1 and text < "\u0100":
        return with_symbols(chr(0xF000 + ord(text)))
    return with_symbols(text)


def _form(element: Element) -> str:
    form = element.get("w:val", "")
    if form == "custom":
        return element.get("w:format", "").partition(",")[0].strip()
    return form


class Numbering:
    """Counts through a document; ``mark`` is asked once for each paragraph, in order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._abstract: dict[int, dict[int, _Level]] = {}
        self._links: dict[int, str] = {}  # abstract lists defined by a list style
        self._lists: dict[int, int] = {}  # number id: abstract id
        self._own: dict[int, dict[int, _Level]] = defaultdict(dict)
        self._restarts: dict[int, dict[int, int]] = defaultdict(dict)
        self._styles: dict[str, _Style] = {}
        self._default_style = ""
        self._counts: dict[int, _Counts] = defaultdict(_Counts)
        if styles is not None:
            self._take_styles(styles)
        if numbering is not None:
            self._take_lists(numbering)

    def _take_styles(self, styles: Element) -> None:
        for element in children(styles, "w:style"):
            name = element.get("w:styleId", "")
            based = element.find("w:basedOn")
            given = inner(element, "w:pPr", "w:numPr")
            self._styles[name] = _Style(
                parent=based.get("w:val", "") if based is not None else "",
                number_id=number(inner(given, "w:numId")),
                level=number(inner(given, "w:ilvl")),
            )
            is_default = element.get("w:default") in ("1", "true", "on")
            if is_default and element.get("w:type") == "paragraph":
                self._default_style = name

    def _take_lists(self, numbering: Element) -> None:
        for element in children(numbering, "w:abstractNum"):
            key = number(element, "w:abstractNumId")
            if key is None:
                continue
            self._abstract[key] = dict(map(_level, children(element, "w:lvl")))
            link = element.find("w:numStyleLink")
            if link is not None:
                self._links[key] = link.get("w:val", "")
        for element in children(numbering, "w:num"):
            key = number(element, "w:numId")
            abstract = number(element.find("w:abstractNumId"))
            if key is None or abstract is None:
                continue
            self._lists[key] = abstract
            for override in children(element, "w:lvlOverride"):
                level = number(override, "w:ilvl") or 0
                start = number(override.find("w:startOverride"))
                if start is not None:
                    self._restarts[key][level] = max(0, min(start, _LARGEST))
                own = override.find("w:lvl")
                if own is not None:
                    self._own[key][level] = _level(own)[1]

    def mark(self, properties: Element | None) -> str:
        """The number before the paragraph, with what follows it; "" without one."""
        style = self._style_of(properties)
        list_id, level = self._place(properties, style)
        if not list_id or list_id not in self._lists:
            return ""
        abstract, levels = self._levels(list_id)
        level = self._level_of(level, levels, style)
        if level not in levels:
            return ""
        self._count(list_id, abstract, level, levels)
        return self._written(abstract, level, levels)

    def _style_of(self, properties: Element | None) -> str:
        named = inner(properties, "w:pStyle")
        name = named.get("w:val", "") if named is not None else ""
        return name if name in self._styles else self._default_style

    def _place(
        self, properties: Element | None, style: str
    ) -> tuple[int | None, int | None]:
        """The list and level of a paragraph: its own, else its style's."""
        own = inner(properties, "w:numPr")
        list_id = number(inner(own, "w:numId"))
        level = number(inner(own, "w:ilvl"))
        for _ in range(_LONGEST_CHAIN):
            if list_id is not None or style not in self._styles:
                break
            said = self._styles[style]
            list_id = said.number_id
            level = said.level if level is None else level
            style = said.parent
        return list_id, level

    def _level_of(
        self, level: int | None, levels: dict[int, _Level], style: str
    ) -> int:
        if level is None:
            linked = (
                key for key, each in levels.items() if style and each.style == style
            )
            level = next(linked, 0)
        return min(max(level, 0), _LEVELS - 1)

    def _levels(self, list_id: int) -> tuple[int, dict[int, _Level]]:
        """The abstract list behind a list, and its levels with the list's own."""
        abstract = self._lists[list_id]
        for _ in range(_LONGEST_CHAIN):
            linked = self._styles.get(self._links.get(abstract, ""))
            if linked is None or linked.number_id not in self._lists:
                break
            abstract = self._lists[linked.number_id]
        return abstract, self._abstract.get(abstract, {}) | self._own.get(list_id, {})

    def _count(
        self, list_id: int, abstract: int, level: int, levels: dict[int, _Level]
    ) -> None:
        values = self._counts[abstract].values
        restarts = self._restarts.get(list_id)
        if restarts and level in restarts:
            values.pop(level, None)  # only the first of this list starts anew
            start = restarts.pop(level)
        else:
            start = levels[level].start
        values[level] = min(values.get(level, start - 1) + 1, 10 * _LARGEST)
        for above in range(level):
            if above in levels:
                values.setdefault(above, levels[above].start)
        for below in [key for key in values if key > level]:
            after = levels[below].restart if below in levels else None
            # 0: never; n: only after one of the first n levels
            if after is None or level < after:
                del values[below]

    def _written(self, abstract: int, level: int, levels: dict[int, _Level]) -> str:
        defined = levels[level]
        values = self._counts[abstract].values
        text = defined.text
        if defined.form != "bullet":
            for each in range(level + 1):
                if f"%{each + 1}" not in text:
                    continue
                form = levels[each].form if each in levels else "none"
                if defined.is_legal and form not in ("none", "bullet"):
                    form = "decimal"
                written = numerals.write(values.get(each, 0), form)
                text = text.replace(f"%{each + 1}", written)
        return spaced(text, defined.suffix == "nothing")

"""OpenDocument 1.2: what its packages share, and text documents (ODT)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from platform_site.lib.document import (
    BINDING,
    CELL_POINTS,
    FALLBACKS,
    FONT,
    LANGUAGE,
    LATIN_FALLBACKS,
    LATIN_FONT,
    LINE,
    MARGIN,
    POINTS,
    Block,
    Contents,
    Document,
    Paragraph,
    Stack,
    Style,
    Table,
    printable,
)

ODT_TYPE = "application/vnd.oasis.opendocument.text"

_TIME = (1980, 1, 1, 0, 0, 0)  # the same content, the same bytes

NAMESPACES = 'xmlns:xlink="http://www.w3.org/1999/xlink" ' + " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
        ("meta", "meta"),
        ("config", "config"),
        ("manifest", "manifest"),
        ("fo", "xsl-fo-compatible"),
        ("svg", "svg-compatible"),
    )
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
PAGE_NUMBERS = (
    "第<text:page-number>1</text:page-number>頁，"
    "共<text:page-count>1</text:page-count>頁"
)


# Packages ----------------------------------------------------------------------


def entry(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """Return the entry of a file in a package, always of the same time."""
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = compression
    return info


def write_type(archive: zipfile.ZipFile, media_type: str) -> None:
    """Write what a package is: first and not compressed, at a known place."""
    archive.writestr(entry("mimetype", zipfile.ZIP_STORED), media_type)


def manifest(media_type: str, names: Sequence[str]) -> str:
    """Return the list of the files in a package."""
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in names
    )
    return (
        f'{DECLARATION}<manifest:manifest {NAMESPACES} manifest:version="1.2">'
        '<manifest:file-entry manifest:full-path="/" manifest:version="1.2" '
        f'manifest:media-type="{media_type}"/>{entries}</manifest:manifest>'
    )


def meta(title: str, author: str, subject: str = "") -> str:
    """Return what a file says of itself; the words fit for XML already."""
    said = f"<dc:subject>{escape(subject)}</dc:subject>" if subject else ""
    return (
        f"{DECLARATION}<office:document-meta {NAMESPACES} "
        'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2">'
        f"<office:meta><dc:title>{escape(title)}</dc:title>{said}"
        f"<meta:initial-creator>{escape(author)}</meta:initial-creator>"
        f"<dc:creator>{escape(author)}</dc:creator><dc:language>{LANGUAGE}</dc:language>"
        "</office:meta></office:document-meta>"
    )


_FRAGILE = re.compile("^ +| {2,}| +$|\t")


def blanks(line: str) -> str:
    """Return an escaped line with the blanks and tabs that XML would lose."""
    return _FRAGILE.sub(_blank_element, line) if " " in line or "\t" in line else line


def _blank_element(found: re.Match[str]) -> str:
    if found[0] == "\t":
        return "<text:tab/>"
    return f'<text:s text:c="{len(found[0])}"/>'


# Text documents ------------------------------------------------------------------


def odt(file: IO[bytes], document: Document) -> None:
    """Write an OpenDocument 1.2 text: A4, headings, pages numbered."""
    parts = {
        "content.xml": _content(document),
        "styles.xml": _styles(document),
        "meta.xml": meta(
            printable(document.title),
            printable(document.author),
            printable(document.subject),
        ),
    }
    with zipfile.ZipFile(file, "w") as archive:
        write_type(archive, ODT_TYPE)
        for name, part in parts.items():
            archive.writestr(entry(name), part)
        listed = manifest(ODT_TYPE, list(parts))
        archive.writestr(entry("META-INF/manifest.xml"), listed)


_NAMES = {
    Style.TITLE: "Title",
    Style.NOTE: "Note",
    Style.HEADING: "Heading_20_1",
    Style.SUBHEADING: "Heading_20_2",
    Style.BODY: "Text_20_body",
    Style.LABEL: "Label",
    Style.ATTACHMENT: "Attachment_20_title",
    Style.RIGHT: "Right",
    Style.CELL: "Table_20_Contents",
    Style.CELL_HEAD: "Table_20_Heading",
}
_LEVELS = {Style.HEADING: 1, Style.ATTACHMENT: 1, Style.SUBHEADING: 2}


def _content(document: Document) -> str:
    styles: dict[str, str] = {}
    tables: dict[str, str] = {}
    body = "".join(
        _block(block, document, styles, tables, at)
        for at, block in enumerate(document.blocks)
    )
    automatic = "".join(
        f'<style:style style:name="{name}" {style}</style:style>'
        for style, name in styles.items()
    )
    automatic += "".join(tables.values())
    stacks = _stack_styles(document.width) if _has_stack(document) else ""
    return (
        f'{DECLARATION}<office:document-content {NAMESPACES} office:version="1.2">'
        f"{_FONT_FACES}<office:automatic-styles>{automatic}{stacks}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )


def _block(
    block: Block,
    document: Document,
    styles: dict[str, str],
    tables: dict[str, str],
    at: int,
) -> str:
    if isinstance(block, Stack):
        return _stack(block)
    if isinstance(block, Table):
        return _table(block, document.width, styles, tables)
    if isinstance(block, Contents):
        return _contents(block, document.width, styles)
    return _paragraph(block, styles, at)


def _has_stack(document: Document) -> bool:
    return any(isinstance(block, Stack) for block in document.blocks)


def _paragraph(paragraph: Paragraph, styles: dict[str, str], at: int) -> str:
    name = _style_of(paragraph, styles, is_first=at == 0)
    text = escape(printable(paragraph.text))
    marker = escape(printable(paragraph.marker))
    if marker.isascii() and marker:
        marker += "<text:tab/>"
    value = escape(printable(paragraph.value))
    if value:
        value = f'<text:span text:style-name="Value">{blanks(value)}</text:span>'
    words = f"{_anchor(paragraph)}{marker}{blanks(text)}{value}"
    level = _LEVELS.get(paragraph.style)
    if level:
        return (
            f'<text:h text:style-name="{name}" text:outline-level="{level}">{words}'
            "</text:h>"
        )
    return f'<text:p text:style-name="{name}">{words}</text:p>'


def _anchor(paragraph: Paragraph) -> str:
    name = escape(paragraph.anchor, {'"': "&quot;"})
    return f'<text:bookmark text:name="{name}"/>' if name else ""


def _contents(contents: Contents, width: float, styles: dict[str, str]) -> str:
    """Lines with the pages they lead to, which the program counts when it opens it."""
    lines = []
    for level, text, anchor in contents.entries:
        indent = (level - 1) * POINTS
        made = (
            'style:family="paragraph" style:parent-style-name="Text_20_body">'
            f'<style:paragraph-properties fo:margin-left="{indent}pt">'
            f'<style:tab-stops><style:tab-stop style:position="'
            f'{width - indent / 72 * 2.54:.2f}cm" style:type="right" '
            'style:leader-style="dotted" style:leader-text="."/></style:tab-stops>'
            "</style:paragraph-properties>"
        )
        name = styles.setdefault(made, f"P{len(styles) + 1}")
        lines.append(
            f'<text:p text:style-name="{name}"><text:a xlink:type="simple" '
            f'xlink:href="#{anchor}">{escape(printable(text))}</text:a><text:tab/>'
            f'<text:bookmark-ref text:reference-format="page" text:ref-name="{anchor}">'
            "</text:bookmark-ref></text:p>"
        )
    return "".join(lines)


def _style_of(paragraph: Paragraph, styles: dict[str, str], *, is_first: bool) -> str:
    """The name of the paragraph's style, one made for its indents if need be."""
    parent = _NAMES[paragraph.style]
    indents = ""
    if paragraph.indent:
        indents = (
            f' fo:margin-left="{paragraph.indent * paragraph.character}pt"'
            f' fo:text-indent="{-paragraph.outdent * paragraph.character}pt"'
        )
    if paragraph.leads:
        indents += ' fo:keep-with-next="always"'
    if paragraph.begins_page:
        indents += ' fo:break-before="page"'
    # The first page has a head of its own; the page after it has the usual one.
    master = ' style:master-page-name="First"' if is_first else ""
    if not indents and not master:
        return parent
    made = (
        f'style:family="paragraph" style:parent-style-name="{parent}"{master}>'
        f"<style:paragraph-properties{indents}/>"
    )
    return styles.setdefault(made, f"P{len(styles) + 1}")


def _stack(stack: Stack) -> str:
    names = "".join(
        f'<text:p text:style-name="Text_20_body">{blanks(escape(printable(name)))}</text:p>'
        for name in stack.names
    )
    return (
        '<table:table table:name="chairs" table:style-name="stack">'
        '<table:table-column table:style-name="stack.names"/>'
        '<table:table-column table:style-name="stack.together"/>'
        '<table:table-row><table:table-cell table:style-name="stack.left" '
        f'office:value-type="string">{names}</table:table-cell>'
        '<table:table-cell table:style-name="stack.right" office:value-type="string">'
        f'<text:p text:style-name="Text_20_body">{escape(printable(stack.together))}'
        "</text:p></table:table-cell></table:table-row></table:table>"
    )


_STACK_INDENT = 2 * POINTS / 72 * 2.54  # below the words of the heading
_NAMES_WIDTH = 9.5


def _stack_styles(width: float) -> str:
    return (
        '<style:style style:name="stack" style:family="table"><style:table-properties '
        f'style:width="{width - _STACK_INDENT:.2f}cm" fo:margin-left="{_STACK_INDENT:.2f}cm" '
        'table:align="left"/></style:style>'
        '<style:style style:name="stack.names" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{_NAMES_WIDTH}cm"/></style:style>'
        '<style:style style:name="stack.together" style:family="table-column">'
        "<style:table-column-properties "
        f'style:column-width="{width - _STACK_INDENT - _NAMES_WIDTH:.2f}cm"/></style:style>'
        '<style:style style:name="stack.left" style:family="table-cell">'
        '<style:table-cell-properties fo:padding="0cm" fo:border="none" '
        'fo:border-right="0.75pt solid #000000"/></style:style>'
        '<style:style style:name="stack.right" style:family="table-cell">'
        '<style:table-cell-properties fo:padding="0cm" fo:padding-left="0.4cm" '
        'fo:border="none" style:vertical-align="middle"/></style:style>'
    )


def _table(
    table: Table, width: float, styles: dict[str, str], made: dict[str, str]
) -> str:
    name = f"table{sum(key.startswith('table') for key in made) + 1}"
    made[name] = (
        f'<style:style style:name="{name}" style:family="table">'
        f'<style:table-properties style:width="{width:.2f}cm" table:align="left"/>'
        "</style:style>"
    )
    columns = ""
    for share in table.widths:
        wide = f"{width * share:.2f}"
        column = f"column{wide.replace('.', '-')}"
        made[column] = (
            f'<style:style style:name="{column}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{wide}cm"/></style:style>'
        )
        columns += f'<table:table-column table:style-name="{column}"/>'
    made["cell"] = (
        '<style:style style:name="cell" style:family="table-cell">'
        '<style:table-cell-properties fo:padding="0.15cm" '
        'fo:border="0.75pt solid #000000"/></style:style>'
    )
    made["kept"] = (
        '<style:style style:name="kept" style:family="table-row">'
        '<style:table-row-properties fo:keep-together="always"/></style:style>'
    )
    heads = "".join(
        _cell([Paragraph(head, Style.CELL_HEAD)], styles) for head in table.heads
    )
    rows = "".join(
        "<table:table-row"
        + (' table:style-name="kept">' if at in table.kept else ">")
        + "".join(_cell(cell, styles) for cell in row)
        + "</table:table-row>"
        for at, row in enumerate(table.rows)
    )
    return (
        f"<table:table table:name={quoteattr(printable(table.name))} "
        f'table:style-name="{name}">{columns}<table:table-header-rows>'
        f"<table:table-row>{heads}</table:table-row></table:table-header-rows>{rows}"
        "</table:table>"
    )


def _cell(paragraphs: Sequence[Paragraph], styles: dict[str, str]) -> str:
    said = "".join(_paragraph(each, styles, 1) for each in paragraphs)
    return (
        '<table:table-cell table:style-name="cell" office:value-type="string">'
        f"{said}</table:table-cell>"
    )


def _face(name: str, fallbacks: Sequence[str]) -> str:
    family = quoteattr(", ".join(f"'{each}'" for each in (name, *fallbacks)))
    return f'<style:font-face style:name="{name}" svg:font-family={family}/>'


_FONT_FACES = (
    f"<office:font-face-decls>{_face(FONT, FALLBACKS)}"
    f"{_face(LATIN_FONT, LATIN_FALLBACKS)}</office:font-face-decls>"
)


def _text_properties(points: int, *, bold: bool = False) -> str:
    weight = "bold" if bold else "normal"
    return (
        f'<style:text-properties fo:font-size="{points}pt" '
        f'style:font-size-asian="{points}pt" fo:font-weight="{weight}" '
        f'style:font-weight-asian="{weight}"/>'
    )


def _style(
    name: str,
    properties: Mapping[str, str],
    *,
    points: int = POINTS,
    bold: bool = False,
    parent: str = "Standard",
    level: int = 0,
    following: str = "",
) -> str:
    shown = name.replace("_20_", " ")
    outline = f' style:default-outline-level="{level}"' if level else ""
    then = f' style:next-style-name="{following}"' if following else ""
    said = "".join(f' {key}="{value}"' for key, value in properties.items())
    return (
        f'<style:style style:name="{name}" style:display-name="{shown}" '
        f'style:family="paragraph" style:parent-style-name="{parent}"{outline}{then}>'
        f"<style:paragraph-properties{said}/>{_text_properties(points, bold=bold)}"
        "</style:style>"
    )


_KEPT = {"fo:keep-with-next": "always", "fo:margin-top": "5pt"}
_CELL = {"style:line-height-at-least": "18pt"}
_PARAGRAPH_STYLES = "".join(
    (
        _style("Text_20_body", {}),
        _style(
            "Title",
            {
                "fo:text-align": "center",
                "fo:margin-bottom": "14pt",
                "fo:keep-with-next": "always",
            },
            points=18,
            bold=True,
            following="Text_20_body",
        ),
        _style(
            "Note",
            {
                "fo:margin-left": "28pt",
                "fo:text-indent": "-28pt",
                "fo:margin-bottom": "6pt",
            },
            points=12,
        ),
        _style("Heading_20_1", _KEPT, bold=True, level=1, following="Text_20_body"),
        _style("Heading_20_2", _KEPT, bold=True, level=2, following="Text_20_body"),
        _style(
            "Attachment_20_title",
            {**_KEPT, "fo:text-align": "center", "fo:margin-bottom": "10pt"},
            points=16,
            bold=True,
            parent="Heading_20_1",
            level=1,
            following="Text_20_body",
        ),
        _style("Label", {"fo:keep-with-next": "always"}),
        _style("Right", {"fo:text-align": "end"}),
        _style("Table_20_Contents", _CELL, points=CELL_POINTS),
        _style("Table_20_Heading", _CELL, points=CELL_POINTS, bold=True),
        _style("Header", {"fo:border": "none"}, points=9),
        _style("Footer", {"fo:text-align": "center"}, points=10),
    )
)


def _styles(document: Document) -> str:
    language, country = LANGUAGE.split("-")
    return (
        f'{DECLARATION}<office:document-styles {NAMESPACES} office:version="1.2">'
        f"{_FONT_FACES}<office:styles>"
        '<style:default-style style:family="paragraph"><style:paragraph-properties '
        f'style:line-height-at-least="{LINE}pt" fo:orphans="2" fo:widows="2" '
        'style:text-autospace="ideograph-alpha" style:punctuation-wrap="hanging" '
        'style:line-break="strict" style:writing-mode="lr-tb" '
        f'style:tab-stop-distance="{2 * POINTS}pt"/>'
        f'<style:text-properties style:font-name="{LATIN_FONT}" '
        f'style:font-name-asian="{FONT}" fo:font-size="{POINTS}pt" '
        f'style:font-size-asian="{POINTS}pt" fo:language="{language}" '
        f'fo:country="{country}" style:language-asian="{language}" '
        f'style:country-asian="{country}" style:use-window-font-color="true"/>'
        "</style:default-style>"
        '<style:style style:name="Standard" style:family="paragraph"/>'
        f"{_PARAGRAPH_STYLES}"
        '<style:style style:name="Value" style:family="text">'
        f"{_text_properties(POINTS)}</style:style>"
        '<style:style style:name="Mark" style:family="text">'
        f"{_text_properties(16, bold=True)}</style:style>"
        "</office:styles><office:automatic-styles>"
        '<style:page-layout style:name="page"><style:page-layout-properties '
        f'fo:page-width="{document.page[0]}cm" fo:page-height="{document.page[1]}cm" '
        f'style:print-orientation="{"landscape" if document.landscape else "portrait"}" '
        'fo:margin-top="1.5cm" '
        f'fo:margin-bottom="1.25cm" fo:margin-left="{BINDING}cm" '
        f'fo:margin-right="{MARGIN}cm"/>'
        '<style:header-style><style:header-footer-properties fo:min-height="1cm" '
        'fo:margin-bottom="0.15cm"/></style:header-style><style:footer-style>'
        '<style:header-footer-properties fo:min-height="1.25cm" fo:margin-top="0.5cm"/>'
        "</style:footer-style></style:page-layout>"
        '<style:style style:name="head" style:family="paragraph" '
        'style:parent-style-name="Header"><style:paragraph-properties>'
        f'<style:tab-stops><style:tab-stop style:position="{document.width}cm" '
        'style:type="right"/></style:tab-stops></style:paragraph-properties>'
        "</style:style></office:automatic-styles><office:master-styles>"
        f"{_master('First', '', document.mark, following='Standard')}"
        f"{_master('Standard', document.head, document.mark)}"
        "</office:master-styles></office:document-styles>"
    )


def _master(name: str, head: str, mark: str, *, following: str = "") -> str:
    then = f' style:next-style-name="{following}"' if following else ""
    said = escape(printable(mark))
    if said:
        said = f'<text:tab/><text:span text:style-name="Mark">{said}</text:span>'
    return (
        f'<style:master-page style:name="{name}" style:page-layout-name="page"{then}>'
        f'<style:header><text:p text:style-name="head">{blanks(escape(printable(head)))}'
        f"{said}</text:p></style:header><style:footer>"
        f'<text:p text:style-name="Footer">{PAGE_NUMBERS}</text:p></style:footer>'
        "</style:master-page>"
    )

"""WordprocessingML (DOCX): a paper for those who work in Word.

Written by hand like the OpenDocument text beside it: few parts, no template of
another program, the same content the same bytes.
"""

from __future__ import annotations

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
    PAGE,
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

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_TIME = (1980, 1, 1, 0, 0, 0)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def _twips(centimetres: float) -> int:
    return round(centimetres / 2.54 * 1440)


_CHARACTER = POINTS * 20  # its width in twips
_WIDTH = _twips(PAGE[0] - BINDING - MARGIN)  # of the text
_STACK_INDENT = 2 * _CHARACTER  # below the words of the heading
_NAMES_WIDTH = _twips(9.5)


def docx(file: IO[bytes], document: Document) -> None:
    """Write a Word document: A4, headings, pages numbered by fields."""
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(_PACKAGE_PARTS),
        "docProps/core.xml": _core(document),
        "word/document.xml": _body(document),
        "word/_rels/document.xml.rels": _relations(_DOCUMENT_PARTS),
        "word/styles.xml": _STYLES,
        "word/settings.xml": _SETTINGS,
        "word/fontTable.xml": _FONTS,
        "word/header1.xml": _header(document.head, document.mark, document),
        "word/header2.xml": _header("", document.mark, document),
        "word/footer1.xml": _FOOTER,
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, part)


# The package ---------------------------------------------------------------------

_PACKAGE_PARTS = {
    "rDocument": (f"{_RELATION}/officeDocument", "word/document.xml"),
    "rCore": (
        f"{_PACKAGE}/relationships/metadata/core-properties",
        "docProps/core.xml",
    ),
}
_DOCUMENT_PARTS = {
    "rStyles": (f"{_RELATION}/styles", "styles.xml"),
    "rSettings": (f"{_RELATION}/settings", "settings.xml"),
    "rFonts": (f"{_RELATION}/fontTable", "fontTable.xml"),
    "rHeader": (f"{_RELATION}/header", "header1.xml"),
    "rFirstHeader": (f"{_RELATION}/header", "header2.xml"),
    "rFooter": (f"{_RELATION}/footer", "footer1.xml"),
}


def _relations(parts: Mapping[str, tuple[str, str]]) -> str:
    those = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>'
        for key, (kind, target) in parts.items()
    )
    return (
        f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{those}'
        "</Relationships>"
    )


def _content_types() -> str:
    kinds = {
        "/word/document.xml": f"{_CONTENT}.document.main+xml",
        "/word/styles.xml": f"{_CONTENT}.styles+xml",
        "/word/settings.xml": f"{_CONTENT}.settings+xml",
        "/word/fontTable.xml": f"{_CONTENT}.fontTable+xml",
        "/word/header1.xml": f"{_CONTENT}.header+xml",
        "/word/header2.xml": f"{_CONTENT}.header+xml",
        "/word/footer1.xml": f"{_CONTENT}.footer+xml",
        "/docProps/core.xml": (
            "application/vnd.openxmlformats-package.core-properties+xml"
        ),
    }
    those = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>'
        for name, kind in kinds.items()
    )
    return (
        f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{those}</Types>'
    )


def _core(document: Document) -> str:
    title, author, subject = (
        escape(printable(each))
        for each in (document.title, document.author, document.subject)
    )
    return (
        f"{_DECLARATION}<cp:coreProperties "
        f'xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:subject>{subject}</dc:subject>"
        f"<dc:creator>{author}</dc:creator>"
        f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
        f"<dc:language>{LANGUAGE}</dc:language></cp:coreProperties>"
    )


# The text ------------------------------------------------------------------------

_NAMES = {
    Style.TITLE: "Title",
    Style.NOTE: "Note",
    Style.HEADING: "Heading1",
    Style.SUBHEADING: "Heading2",
    Style.BODY: "BodyText",
    Style.LABEL: "Label",
    Style.ATTACHMENT: "AttachmentTitle",
    Style.RIGHT: "Right",
    Style.CELL: "TableContents",
    Style.CELL_HEAD: "TableHeading",
}


def _body(document: Document) -> str:
    blocks = "".join(_block(block, document) for block in document.blocks)
    turned = ' w:orient="landscape"' if document.landscape else ""
    if document.blocks and isinstance(document.blocks[-1], Stack | Table):
        blocks += "<w:p/>"  # Word takes no table for an end
    return (
        f"{_DECLARATION}<w:document {_W} {_R}><w:body>{blocks}<w:sectPr>"
        '<w:headerReference w:type="default" r:id="rHeader"/>'
        '<w:headerReference w:type="first" r:id="rFirstHeader"/>'
        '<w:footerReference w:type="default" r:id="rFooter"/>'
        '<w:footerReference w:type="first" r:id="rFooter"/>'
        f'<w:pgSz w:w="{_twips(document.page[0])}" w:h="{_twips(document.page[1])}"'
        f"{turned}/>"
        f'<w:pgMar w:top="{_twips(MARGIN)}" w:right="{_twips(MARGIN)}" '
        f'w:bottom="{_twips(MARGIN)}" w:left="{_twips(BINDING)}" '
        f'w:header="{_twips(1.5)}" w:footer="{_twips(1.25)}" w:gutter="0"/>'
        "<w:titlePg/></w:sectPr></w:body></w:document>"
    )


def _block(block: Block, document: Document) -> str:
    if isinstance(block, Stack):
        return _stack(block)
    if isinstance(block, Table):
        return _table(block, _twips(document.width))
    if isinstance(block, Contents):
        return _contents(block, _twips(document.width))
    return _paragraph(block)


def _paragraph(paragraph: Paragraph) -> str:
    properties = f'<w:pStyle w:val="{_NAMES[paragraph.style]}"/>'
    if paragraph.leads:
        properties += "<w:keepNext/>"
    if paragraph.begins_page:
        properties += "<w:pageBreakBefore/>"
    if paragraph.indent:
        properties += (
            f'<w:ind w:left="{paragraph.indent * paragraph.character * 20}" '
            f'w:hanging="{paragraph.outdent * paragraph.character * 20}"/>'
        )
    marker = printable(paragraph.marker)
    tab = "<w:r><w:tab/></w:r>" if marker.isascii() and marker else ""
    runs = f"{_run(marker)}{tab}{_run(printable(paragraph.text))}"
    if paragraph.value:
        runs += _run(printable(paragraph.value), style="Value")
    return f"<w:p><w:pPr>{properties}</w:pPr>{_anchored(paragraph, runs)}</w:p>"


def _anchored(paragraph: Paragraph, runs: str) -> str:
    if not paragraph.anchor:
        return runs
    number = int.from_bytes(paragraph.anchor.encode()) % 2**31
    name = escape(paragraph.anchor, {'"': "&quot;"})
    return (
        f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{runs}'
        f'<w:bookmarkEnd w:id="{number}"/>'
    )


def _contents(contents: Contents, width: int) -> str:
    """Lines with the pages they lead to, which Word counts when it is asked to."""
    return "".join(
        '<w:p><w:pPr><w:tabs><w:tab w:val="right" w:leader="dot" '
        f'w:pos="{width}"/></w:tabs><w:ind w:left="{(level - 1) * POINTS * 20}"/></w:pPr>'
        f"{_run(printable(text))}<w:r><w:tab/></w:r>"
        f'<w:fldSimple w:instr=" PAGEREF {anchor} \\h "/></w:p>'
        for level, text, anchor in contents.entries
    )


def _run(text: str, *, style: str = "") -> str:
    if not text:
        return ""
    properties = f'<w:rStyle w:val="{style}"/>' if style else ""
    if style == "Value":
        # In a style it would only not add to the heading's bold.
        properties += '<w:b w:val="0"/><w:bCs w:val="0"/>'
    if properties:
        properties = f"<w:rPr>{properties}</w:rPr>"
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _stack(stack: Stack) -> str:
    names = "".join(_paragraph(Paragraph(name)) for name in stack.names)
    rest = _WIDTH - _STACK_INDENT - _NAMES_WIDTH
    return (
        '<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/>'
        f'<w:tblInd w:w="{_STACK_INDENT}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr><w:tblGrid>"
        f'<w:gridCol w:w="{_NAMES_WIDTH}"/><w:gridCol w:w="{rest}"/></w:tblGrid>'
        "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr>"
        f'<w:tcW w:w="{_NAMES_WIDTH}" w:type="dxa"/><w:tcBorders>'
        '<w:right w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tcBorders>'
        f"</w:tcPr>{names}</w:tc><w:tc><w:tcPr>"
        f'<w:tcW w:w="{rest}" w:type="dxa"/><w:tcMar><w:left w:w="{_twips(0.4)}" '
        'w:type="dxa"/></w:tcMar><w:vAlign w:val="center"/></w:tcPr>'
        f"{_paragraph(Paragraph(stack.together))}</w:tc></w:tr></w:tbl>"
    )


def _table(table: Table, width: int) -> str:
    wide = [round(width * share) for share in table.widths]
    columns = "".join(f'<w:gridCol w:w="{each}"/>' for each in wide)
    heads = [[Paragraph(head, Style.CELL_HEAD)] for head in table.heads]
    rows = _row(heads, wide, "<w:cantSplit/><w:tblHeader/>") + "".join(
        _row(row, wide, "<w:cantSplit/>" if at in table.kept else "")
        for at, row in enumerate(table.rows)
    )
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = "".join(
        f'<w:{side} w:w="{_twips(0.15)}" w:type="dxa"/>'
        for side in ("top", "left", "bottom", "right")
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(wide)}" w:type="dxa"/>'
        f"<w:tblBorders>{sides}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        f"<w:tblCaption w:val={quoteattr(printable(table.name))}/>"
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"
    )


def _row(
    cells: Sequence[Sequence[Paragraph]], wide: Sequence[int], properties: str
) -> str:
    said = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{''.join(map(_paragraph, cell)) or '<w:p/>'}</w:tc>"
        for cell, width in zip(cells, wide, strict=True)
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{said}</w:tr>"


def _header(head: str, mark: str, document: Document) -> str:
    said = printable(mark)
    marked = f"<w:r><w:tab/></w:r>{_run(said, style='Mark')}" if said else ""
    return (
        f'{_DECLARATION}<w:hdr {_W}><w:p><w:pPr><w:pStyle w:val="Header"/>'
        f'<w:tabs><w:tab w:val="right" w:pos="{_twips(document.width)}"/></w:tabs>'
        "</w:pPr>"
        f"{_run(printable(head))}{marked}</w:p></w:hdr>"
    )


def _field(name: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {name} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


_FOOTER = (
    f'{_DECLARATION}<w:ftr {_W}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
    f"{_run('第')}{_field('PAGE')}{_run('頁，共')}{_field('NUMPAGES')}{_run('頁')}"
    "</w:p></w:ftr>"
)

# Styles --------------------------------------------------------------------------


def _text(points: int, *, bold: bool = False) -> str:
    on = "" if bold else ' w:val="0"'
    return (
        f"<w:rPr><w:b{on}/><w:bCs{on}/>"
        f'<w:sz w:val="{points * 2}"/><w:szCs w:val="{points * 2}"/></w:rPr>'
    )


def _style(
    key: str,
    name: str,
    properties: str = "",
    *,
    points: int = POINTS,
    bold: bool = False,
    parent: str = "Normal",
    following: str = "",
) -> str:
    then = f'<w:next w:val="{following}"/>' if following else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{parent}"/>{then}<w:qFormat/>'
        f"<w:pPr>{properties}</w:pPr>{_text(points, bold=bold)}</w:style>"
    )


def _heading(key: str, name: str, level: int) -> str:
    return _style(
        key,
        name,
        f'<w:keepNext/><w:spacing w:before="100"/><w:outlineLvl w:val="{level - 1}"/>',
        bold=True,
        following="BodyText",
    )


_CELL = '<w:spacing w:line="360" w:lineRule="atLeast"/>'
_STYLES = (
    f"{_DECLARATION}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>"
    f'<w:rFonts w:ascii="{LATIN_FONT}" w:hAnsi="{LATIN_FONT}" w:cs="{LATIN_FONT}" '
    f'w:eastAsia="{FONT}"/><w:sz w:val="{POINTS * 2}"/><w:szCs w:val="{POINTS * 2}"/>'
    f'<w:lang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}"/></w:rPr></w:rPrDefault>'
    f'<w:pPrDefault><w:pPr><w:widowControl/><w:spacing w:line="{LINE * 20}" '
    'w:lineRule="atLeast"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
    '<w:name w:val="Normal"/><w:qFormat/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
    '<w:name w:val="Normal Table"/></w:style>'
    + _style("BodyText", "Body Text")
    + _style(
        "Title",
        "Title",
        '<w:keepNext/><w:spacing w:after="280"/><w:jc w:val="center"/>',
        points=18,
        bold=True,
        following="BodyText",
    )
    + _style(
        "Note",
        "Note",
        '<w:spacing w:after="120"/><w:ind w:left="560" w:hanging="560"/>',
        points=12,
    )
    + _heading("Heading1", "heading 1", 1)
    + _heading("Heading2", "heading 2", 2)
    + _style(
        "AttachmentTitle",
        "Attachment Title",
        '<w:spacing w:before="100" w:after="200"/><w:jc w:val="center"/>',
        points=16,
        bold=True,
        parent="Heading1",
        following="BodyText",
    )
    + _style("Label", "Label", "<w:keepNext/>")
    + _style("Right", "Right", '<w:jc w:val="right"/>')
    + _style("Header", "header", points=9)
    + _style("TableContents", "Table Contents", _CELL, points=CELL_POINTS)
    + _style("TableHeading", "Table Heading", _CELL, points=CELL_POINTS, bold=True)
    + _style("Footer", "footer", '<w:jc w:val="center"/>', points=10)
    + '<w:style w:type="character" w:styleId="Value"><w:name w:val="Value"/>'
    f"{_text(POINTS)}</w:style>"
    '<w:style w:type="character" w:styleId="Mark"><w:name w:val="Mark"/>'
    f"{_text(16, bold=True)}</w:style></w:styles>"
)

_SETTINGS = (
    f'{_DECLARATION}<w:settings {_W}><w:zoom w:percent="100"/>'
    f'<w:defaultTabStop w:val="{2 * _CHARACTER}"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
    '<w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    f'<w:themeFontLang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}"/></w:settings>'
)


def _font(name: str, others: tuple[str, ...], family: str, charset: str) -> str:
    known = quoteattr(",".join(others))
    return (
        f'<w:font w:name="{name}"><w:altName w:val={known}/>'
        f'<w:charset w:val="{charset}"/><w:family w:val="{family}"/></w:font>'
    )


_FONTS = (
    f"{_DECLARATION}<w:fonts {_W}>{_font(FONT, FALLBACKS, 'script', '88')}"
    f"{_font(LATIN_FONT, LATIN_FALLBACKS, 'roman', '00')}</w:fonts>"
)

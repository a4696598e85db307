"""Files as other programs write them, made from the few parts a test turns on."""

import io
import zipfile

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"

SPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "w": _W,
        "r": _R,
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
    }.items()
)
_OPEN = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style")
)
OPEN_SPACES = (
    f'{_OPEN} xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)


def zipped(parts):
    """A zip archive of these parts, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def paragraph(text, properties="", *, list_id=None, level=0, style=None):
    """A paragraph of Word's."""
    if style:
        properties += f'<w:pStyle w:val="{style}"/>'
    if list_id is not None:
        properties += (
            f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
        )
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def level(number, form, text, start=1, more=""):
    """A level of one of Word's lists."""
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/>'
        f'<w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(*levels, lists='<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'):
    """numbering.xml with one abstract list of these levels."""
    return (
        f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{lists}'
    )


def _relationships(*targets):
    entries = "".join(
        f'<Relationship Id="r{number}" Type="{_R}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{entries}</Relationships>'


def _types(part, kind):
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    return (
        f'<Types xmlns="{space}"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    )


def docx(
    body, *, numbering="", styles="", footnotes="", kind="document.main+xml", more=None
):
    """A .docx with this body and these parts."""
    parts = {
        "[Content_Types].xml": _types("word/document.xml", f"{_WORD}.{kind}"),
        "_rels/.rels": _relationships(("officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": _relationships(
            ("numbering", "numbering.xml"),
            ("styles", "styles.xml"),
            ("footnotes", "footnotes.xml"),
        ),
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "word/numbering.xml": f"<w:numbering {SPACES}>{numbering}</w:numbering>",
        "word/styles.xml": f"<w:styles {SPACES}>{styles}</w:styles>",
        "word/footnotes.xml": f"<w:footnotes {SPACES}>{footnotes}</w:footnotes>",
    }
    return zipped(parts | (more or {}))


def odt(text, *, automatic="", styles="", kind="text", more=None):
    """An OpenDocument file with this body and these styles."""
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": (
                f"<office:document-content {OPEN_SPACES}>"
                f"<office:automatic-styles>{automatic}</office:automatic-styles>"
                f"<office:body><office:{kind}>{text}</office:{kind}></office:body>"
                "</office:document-content>"
            ),
            "styles.xml": (
                f"<office:document-styles {OPEN_SPACES}>"
                f"<office:styles>{styles}</office:styles></office:document-styles>"
            ),
        }
        | (more or {})
    )


def xlsx(rows, *, styles="", texts="", after="", kind="sheet.main+xml", more=None):
    """An .xlsx with one sheet, 交通組, of these rows."""
    sheet = f'<sheet name="交通組" sheetId="1" r:id="r0" xmlns:r="{_R}"/>'
    parts = {
        "[Content_Types].xml": _types("xl/workbook.xml", f"{_SHEET}.{kind}"),
        "_rels/.rels": _relationships(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relationships(
            ("worksheet", "worksheets/sheet1.xml"),
            ("styles", "styles.xml"),
            ("sharedStrings", "sharedStrings.xml"),
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_X}"><sheets>{sheet}</sheets></workbook>',
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{_X}"><sheetData>{rows}</sheetData>{after}</worksheet>'
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{_X}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_X}">{texts}</sst>',
    }
    return zipped(parts | (more or {}))


def pdf(*pages, meanings="", about="", form=""):
    """A PDF whose pages are these content streams, in one simple font.

    ``meanings`` are lines of a ToUnicode map: ``<41> <2F45>``. ``form`` is the
    content of a form, which pages draw with ``/X Do``, and which may draw itself.
    """
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    means = "/Resources<</Font<</F 3 0 R>>/XObject<</X 5 0 R>>>>"
    shape = (
        f"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Matrix[1 0 0 1 0 -100]{means}"
    )
    font = "/Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding"
    entries = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        f"<<{font}/ToUnicode 4 0 R>>",
        _stream(_meanings(meanings)),
        _stream(form, shape),
    ]
    for number, page in enumerate(pages):
        contents = f"/Contents {7 + 2 * number} 0 R"
        page_is = f"/Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]{about}"
        entries += [f"<<{page_is}{means}{contents}>>", _stream(page)]
    out = b"%PDF-1.7\n"
    places = []
    for number, entry in enumerate(entries, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{entry}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = (
        f"trailer<</Size {len(entries) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    )
    out += f"xref\n0 {len(entries) + 1}\n0000000000 65535 f \n{table}{end}".encode()
    return out


def _stream(text, about=""):
    return f"<<{about}/Length {len(text)}>>stream\n{text}\nendstream"


def _meanings(lines):
    count = len(lines.splitlines())
    listed = f"{count} beginbfchar\n{lines}\nendbfchar\n" if count else ""
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /M def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange\n{listed}"
        "endcmap end end"
    )


def words(*placed):
    """A content stream: each word at its place, (x, y, text)."""
    return "".join(f"BT /F 12 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in placed)

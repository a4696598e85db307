"""Status reports as other hands write them: one content, five kinds of file."""

import io
import zipfile
from xml.sax.saxutils import escape

import docx
import openpyxl

HEAD = ("方案名稱", "最新辦理情形")
TITLE = "「山海合作平臺」合作方案辦理情形"
DAY = "資料時間：114年9月30日"

_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def txt(groups, *, title=TITLE, day=DAY, head=HEAD):
    """Write plain text: a row a line, its cells between tabs."""
    lines = [title, "", day, ""]
    for name, rows in groups:
        lines += [name, "", "\t".join(head)]
        lines += ["\t".join(row) for row in rows]
        lines.append("")
    return "\n".join(lines).encode()


def docx_file(groups, *, title=TITLE, day=DAY, head=HEAD):
    """Write a Word document, a table for each group."""
    document = docx.Document()
    document.add_paragraph(title)
    document.add_paragraph(day)
    for name, rows in groups:
        document.add_paragraph(name)
        table = document.add_table(0, len(head))
        for row in (head, *rows):
            for cell, words in zip(table.add_row().cells, row, strict=True):
                cell.text = words  # each line break begins a paragraph
    return _bytes(document.save)


def odt(groups, *, title=TITLE, day=DAY, head=HEAD):
    """Write an OpenDocument text."""
    body = _paragraphs(title) + _paragraphs(day)
    for name, rows in groups:
        body += _paragraphs(name) + _table("", (head, *rows))
    return _open("text", f"<office:text>{body}</office:text>")


def xlsx(groups, *, title=TITLE, day=DAY, head=HEAD):
    """Write a workbook of one sheet; the group's name stands in a merged row."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([title])
    sheet.append([day])
    for name, rows in groups:
        sheet.append([name])
        at = sheet.max_row
        sheet.merge_cells(
            start_row=at, end_row=at, start_column=1, end_column=len(head)
        )
        for row in (head, *rows):
            sheet.append(list(row))
    return _bytes(book.save)


def ods(groups, *, title=TITLE, day=DAY, head=HEAD):
    """Write an OpenDocument spreadsheet of one sheet."""
    rows = [(title,), (day,)]
    for name, those in groups:
        rows += [(name,), head, *those]
    sheet = _table("工作表1", rows)
    return _open("spreadsheet", f"<office:spreadsheet>{sheet}</office:spreadsheet>")


WRITERS = {"txt": txt, "docx": docx_file, "odt": odt, "xlsx": xlsx, "ods": ods}


def _bytes(save):
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def _paragraphs(words):
    return "".join(f"<text:p>{escape(line)}</text:p>" for line in words.split("\n"))


def _table(name, rows):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"{_paragraphs(cell)}</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    named = f' table:name="{name}"' if name else ""
    return f"<table:table{named}>{cells}</table:table>"


def _open(family, body):
    kind = f"application/vnd.oasis.opendocument.{family}"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODF} '
        f'office:version="1.2"><office:body>{body}</office:body></office:document-content>'
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}"/><manifest:file-entry '
        'manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return file.getvalue()

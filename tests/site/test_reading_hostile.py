"""Files that are not what they seem, or want to do harm: read or refused, nothing else."""

import functools
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_site.reading import package
from platform_site.reading.document import Document, Refused
from platform_site.reading.readers import Unforeseen, read_document
from tests.site.foreign import (
    SPACES,
    docx,
    level,
    numbering,
    odt,
    paragraph,
    pdf,
    words,
    xlsx,
    zipped,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
TEXT = "第1次會議紀錄\n".encode()


def refusal(content, name):
    with pytest.raises(Refused) as refused:
        read_document(content, name)
    assert not isinstance(refused.value, Unforeseen)
    return refused.value.sentence


SAMPLES = {
    "a.txt": TEXT,
    "a.docx": docx(
        paragraph("會議", list_id=1)
        + f"<w:tbl><w:tr><w:tc>{paragraph('甲')}</w:tc></w:tr></w:tbl>",
        numbering=numbering(level(0, "decimal", "%1.")),
    ),
    "a.odt": odt(
        '<text:list text:style-name="L"><text:list-item><text:p>會議</text:p>'
        "</text:list-item></text:list>",
        automatic='<text:list-style style:name="L"><text:list-level-style-number'
        ' text:level="1" style:num-format="1"/></text:list-style>',
    ),
    "a.ods": odt(
        "<table:table><table:table-row><table:table-cell><text:p>甲</text:p>"
        "</table:table-cell></table:table-row></table:table>",
        kind="spreadsheet",
    ),
    "a.xlsx": xlsx(
        '<row r="1"><c t="s"><v>0</v></c></row>', texts="<si><t>甲</t></si>"
    ),
    "a.pdf": pdf(
        "50 600 100 50 re S 150 600 100 50 re S\n"
        + words((60, 620, "a"), (160, 620, "b"))
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_read(name):
    assert read_document(SAMPLES[name], name).kind == name[2:]


# What it is and what it says it is


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("wrong", [".pdf", ".docx", ".odt", ".txt", ".doc"])
def test_a_name_that_says_something_else_is_refused(name, wrong):
    if name.endswith(wrong):
        return
    assert refusal(SAMPLES[name], f"paper{wrong}").startswith(
        f"檔名為{wrong}，內容卻是"
    )


@pytest.mark.parametrize("name", ["paper", "114.12.31會議紀錄", "paper.DOCX", "-"])
def test_a_name_that_says_nothing_leaves_it_to_the_content(name):
    assert read_document(SAMPLES["a.docx"], name).kind == "docx"


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "a.txt", "檔案是空的"),
        (OLE + "WordDocument".encode("utf-16-le"), "a.doc", "舊版Word"),
        (OLE + "WordDocument".encode("utf-16-le"), "a.docx", "舊版Word"),
        (OLE + "Workbook".encode("utf-16-le"), "a.xls", "舊版Excel"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "設有密碼"),
        (OLE, "a.docx", "已損壞"),
        (b"{\\rtf1\\ansi}", "a.doc", "RTF文件"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "圖片"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><p>x", "a.doc", "網頁"),
        (b'<?xml version="1.0"?><office:document/>', "a.fodt", "XML"),
        (b"Rar!\x1a\x07", "a.docx", "壓縮檔"),
        (zipped({"a.docx": SAMPLES["a.docx"]}), "a.zip", "先解壓縮"),
        (b"PK\x03\x04" + bytes(50), "a.docx", "已損壞"),
        (b"\x00\x01\x02", "a.docx", "已損壞"),
        (b"\x7fELF\x00", "a.txt", "不是純文字"),
        (docx(paragraph("文"), kind="presentationml"), "a.docx", "已損壞"),
        (odt("", kind="presentation"), "a.odp", "簡報"),
        (odt("", kind="graphics"), "a.odg", "無法辨認檔案的格式"),
    ],
)
def test_what_is_not_read_gets_a_sentence_that_helps(content, name, why):
    assert why in refusal(content, name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (docx(paragraph("文"), kind="document.macroEnabled.main+xml"), "a.docm"),
        (docx(paragraph("文"), kind="document.macroEnabled.main+xml"), "a.docx"),
        (docx(paragraph("文")), "a.docm"),
        (xlsx("", kind="sheet.macroEnabled.main+xml"), "a.xlsm"),
        (odt("<text:p>文</text:p>", more={"Basic/Standard/Module1.xml": "x"}), "a.odt"),
        (odt("<text:p>文</text:p>", more={"Scripts/python/a.py": "x"}), "a.odt"),
    ],
)
def test_macros_are_refused(content, name):
    assert "巨集" in refusal(content, name)


def test_empty_places_for_macros_are_no_macros():
    content = odt("<text:p>文</text:p>", more={"Basic/Standard/script-lb.xml": "x"})

    assert read_document(content, "a.odt").text == "文\n"


def test_an_encrypted_odt_is_refused():
    manifest = "<manifest:encryption-data/>"
    content = odt("<text:p>文</text:p>", more={"META-INF/manifest.xml": manifest})

    assert "密碼" in refusal(content, "a.odt")


def test_a_part_with_a_password_is_refused():
    content = bytearray(docx(paragraph("文")))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.find(start)
        while at >= 0:
            content[at + (6 if start == b"PK\x03\x04" else 8)] |= 1
            at = content.find(start, at + 4)

    assert "密碼" in refusal(bytes(content), "a.docx")


# Entities


BOMB = "".join(f'<!ENTITY {n} "{f"&{chr(ord(n) - 1)};" * 10}">' for n in "bcdefghij")
DTDS = [
    '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">',
    f'<!DOCTYPE w [<!ENTITY a "ha">{BOMB}]>',
    '<!DOCTYPE w [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x">%a;]>',
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("dtd", DTDS)
def test_a_dtd_is_refused_before_an_entity_is_read(dtd, encoding):
    part = (
        f'<?xml version="1.0" encoding="{encoding}"?>{dtd}<w:document {SPACES}>'
        f"<w:body>{paragraph('&a;')}</w:body></w:document>"
    )
    content = docx("", more={"word/document.xml": part.encode(encoding)})

    assert "外部定義" in refusal(content, "a.docx")


@pytest.mark.parametrize(
    "part", ["word/styles.xml", "_rels/.rels", "[Content_Types].xml"]
)
def test_a_dtd_in_any_part_that_is_read_is_refused(part):
    content = docx(paragraph("文"), more={part: f"{DTDS[0]}<a>&a;</a>"})

    assert "外部定義" in refusal(content, "a.docx")


# Size


def packed(name, size):
    """A .docx with one part of so many blanks."""
    return docx(paragraph("文"), more={name: b" " * size})


def test_a_part_that_swells_is_refused():
    assert "異常龐大" in refusal(packed("word/document.xml", 50_000_000), "a.docx")


def test_a_part_that_lies_about_its_size_is_refused():
    content = packed("word/document.xml", 3_000_000)
    size = (3_000_000).to_bytes(4, "little")

    assert refusal(content.replace(size, (9).to_bytes(4, "little")), "a.docx")


def test_many_parts_are_refused():
    many = {f"word/{number}": b"" for number in range(package.MOST_ENTRIES)}

    assert "異常龐大" in refusal(docx(paragraph("文"), more=many), "a.docx")


def test_parts_that_together_swell_are_refused():
    big = {f"word/media/{number}": b" " * 60_000_000 for number in range(9)}

    assert "異常龐大" in refusal(docx(paragraph("文"), more=big), "a.docx")


def test_an_archive_within_is_not_opened():
    content = docx(
        paragraph("文"), more={"word/embeddings/a.zip": zipped({"a": b"0" * 10**7})}
    )

    assert read_document(content, "a.docx").text == "文\n"


def test_two_parts_of_one_name_are_refused():
    out = io.BytesIO(docx(paragraph("文")))
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(out, "a") as archive,
    ):
        archive.writestr("word/document.xml", "<a/>")

    assert "已損壞" in refusal(out.getvalue(), "a.docx")


def test_paths_in_an_archive_lead_nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = docx(paragraph("文"), more={"../evil.txt": "x", "/etc/evil": "x"})

    assert read_document(content, "a.docx").text == "文\n"
    assert list(tmp_path.parent.rglob("evil*")) == []


@pytest.mark.parametrize("missing", ["word/document.xml", "_rels/.rels"])
def test_a_missing_part_is_damage(missing):
    given = zipfile.ZipFile(io.BytesIO(SAMPLES["a.docx"]))
    parts = {name: given.read(name) for name in given.namelist() if name != missing}

    assert "已損壞" in refusal(zipped(parts), "a.docx")


def test_elements_within_each_other_without_end_are_refused():
    deep = "<w:sdt>" * 5000 + "</w:sdt>" * 5000

    assert "過於複雜" in refusal(docx(deep), "a.docx")


def test_tables_within_each_other_are_read_as_deep_as_is_allowed():
    inside = paragraph("文")
    for _ in range(40):
        inside = f"<w:tbl><w:tr><w:tc>{inside}</w:tc><w:tc>{paragraph('乙')}</w:tc></w:tr></w:tbl>"

    assert read_document(docx(inside), "a.docx").text.count("乙") == 40


def test_more_elements_than_any_paper_has_are_refused(monkeypatch):
    monkeypatch.setattr(package, "MOST_ELEMENTS", 1000)

    assert "過於複雜" in refusal(docx(paragraph("文") * 500), "a.docx")


def test_more_names_than_any_paper_has_are_refused():
    names = "".join(f"<w:a{number}/>" for number in range(11_000))

    assert "過於複雜" in refusal(docx(names), "a.docx")


@pytest.mark.parametrize("span", ["99999999999", "64"])
def test_absurd_spans_are_refused(span):
    cell = (
        f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>{paragraph("甲")}</w:tc>'
    )

    assert refusal(docx(f"<w:tbl><w:tr>{cell}{cell}</w:tr></w:tbl>"), "a.docx")


def test_a_text_without_end_is_refused():
    content = ("言" * 1000 + "\n").encode() * 2100

    assert "2,000,000字" in refusal(content, "a.txt")


def test_a_loop_of_styles_ends():
    styles = "".join(
        f'<w:style w:styleId="{name}"><w:basedOn w:val="{other}"/></w:style>'
        for name, other in ("AB", "BA")
    )

    assert (
        read_document(docx(paragraph("文", style="A"), styles=styles), "a.docx").text
        == "文\n"
    )


# Whatever comes


def mutated(draw, content):
    """The content cut short, or with bytes of it changed."""
    content = bytearray(content)
    if draw(st.booleans()):
        return bytes(content[: draw(st.integers(0, len(content)))])
    for _ in range(draw(st.integers(1, 8))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content)


@functools.cache
def parts_of(name):
    with zipfile.ZipFile(io.BytesIO(SAMPLES[name])) as archive:
        return {part: archive.read(part) for part in archive.namelist()}


@st.composite
def broken_file(draw):
    name = draw(st.sampled_from(sorted(SAMPLES)))
    if name in ("a.txt", "a.pdf") or draw(st.booleans()):
        return name, mutated(draw, SAMPLES[name])
    parts = dict(parts_of(name))
    victim = draw(st.sampled_from(sorted(parts)))
    parts[victim] = mutated(draw, parts[victim] or b" ")
    return name, zipped(parts)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(broken_file())
def test_a_broken_file_is_read_or_refused_with_forethought(broken):
    found = read_or_refusal(*broken)

    if isinstance(found, Document):
        for table in found.tables:
            assert 0 <= table.start <= table.end <= len(found.text)
    else:
        assert not isinstance(found, Unforeseen)
        assert found.sentence.endswith("。")


def read_or_refusal(name, content):
    try:
        return read_document(content, name)
    except Refused as refused:
        return refused

"""The minutes as ODT and DOCX: the words of the PDF, with styles to work on."""

import datetime as dt
import io
import zipfile
from xml.etree import ElementTree

import pytest

from cases.ledger import confirm_and_post
from meetings.minutes.paper_files import FORMATS
from meetings.minutes.paper_office import write_office
from meetings.minutes.publish import publish as make_public
from meetings.models import Attachment, Attendance, Erratum, Meeting, Remark
from platform_site.lib.document import Document, Paragraph, Stack, Style
from platform_site.lib.docx import docx
from platform_site.lib.odf import odt
from tests.documents import (
    W,
    docx_paragraphs,
    docx_text,
    lines,
    odt_paragraphs,
    part,
    squeezed,
)
from tests.documents import odt as read_odt
from tests.factories import (
    IssueGroupFactory,
    ResolutionFactory,
    SectionFactory,
)
from tests.meetings.test_minutes_paper import TITLE, add_chairs, gathered, printed
from tests.pages import get
from tests.papers import words

OFFICE = [extension for extension in FORMATS if extension != "pdf"]
WRITERS = {"odt": odt, "docx": docx}
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def written(minutes, extension):
    file = io.BytesIO()
    write_office(gathered(minutes), extension, file)
    return file.getvalue()


def document(*blocks, **about):
    about = {"title": "紀錄", "author": "平臺", "subject": "", **about}
    return Document(blocks=blocks, **about)


def made(extension, *blocks, **about):
    file = io.BytesIO()
    WRITERS[extension](file, document(*blocks, **about))
    return file.getvalue()


@pytest.fixture
def minutes(draft, platform):
    """Draft minutes with something in every part that is set in its own way."""
    minutes = draft(
        dt.date(2024, 7, 11),
        title=TITLE,
        starts_at=dt.time(14, 50),
        place="要塞司令部",
        minute_taker="林書華",
    )
    add_chairs(minutes.meeting, ("甲市政府", "王大明"), ("乙市政府", "陳小美"))
    for group in (None, *IssueGroupFactory.create_batch(2, platform=platform)):
        for text in ("同意解列1案：「淨零碳—經驗交流」。", "其餘3案持續列管。"):
            ResolutionFactory(minutes=minutes, group=group, text=text)
    Remark.objects.create(
        minutes=minutes,
        order=1,
        speaker="陳小美",
        title="副市長",
        text="前言。\n一、請續辦。\n（一）甲\n1. 乙\n二、完畢。",
    )
    for order in (1, 2):
        Attachment.objects.create(
            minutes=minutes, order=order, title=f"聲明{order}", text="一、呼籲\n1. 勞動"
        )
    return minutes


@pytest.fixture
def corrected(minutes, clerk):
    """The same confirmed, with an erratum."""
    confirm_and_post(minutes, [], by=clerk)
    Erratum.objects.create(
        minutes=minutes, reason="誤植", was="7案", becomes="8案", recorded_by=clerk
    )
    return minutes


def test_all_formats_say_the_same_line_by_line(corrected):
    in_odt = lines(written(corrected, "odt"), "odt")
    in_docx = lines(written(corrected, "docx"), "docx")
    furniture = words(printed(corrected))
    for mark in (*(f"第{n}頁，共4頁" for n in range(1, 5)), f"{TITLE}紀錄"):
        furniture = furniture.replace(mark, "")

    assert in_odt == in_docx
    assert len(in_odt) > 30
    text = "".join(in_odt).replace(f"{TITLE}紀錄", "")
    assert furniture == text


def test_both_hold_title_headings_and_text_as_styles(minutes):
    expected = [
        ("Title", f"{TITLE}紀錄"),
        ("Note", "註：本件為草稿，尚未確認。"),
        ("Heading 1", "壹、會議時間：113年7月11日（星期四）下午2時50分"),
        ("Heading 1", "貳、會議地點：要塞司令部"),
        ("Heading 1", "參、主席："),
        ("Text body", "甲市政府王大明副市長"),
        ("Text body", "乙市政府陳小美副市長"),
        ("Text body", "共同主持"),
        ("Heading 1", "肆、出席單位及人員：未載明"),
        ("Right", "紀錄：林書華"),
        ("Heading 1", "伍、討論及決議事項"),
        ("Text body", "一、同意解列1案：「淨零碳—經驗交流」。"),
    ]
    names = {
        "heading 1": "Heading 1",
        "heading 2": "Heading 2",
        "Body Text": "Text body",
        "Attachment Title": "Attachment title",
    }

    in_odt = odt_paragraphs(written(minutes, "odt"))
    in_docx = [
        (names.get(style, style), text)
        for style, text in docx_paragraphs(written(minutes, "docx"))
    ]

    assert in_odt[: len(expected)] == expected
    assert in_docx == in_odt
    assert ("Heading 2", "陳小美副市長") in in_odt
    assert ("Attachment title", "聲明1") in in_odt


def test_odt_headings_have_their_levels(minutes):
    body = part(written(minutes, "odt"), "content.xml")

    levels = {
        squeezed("".join(each.itertext())): each.get(f"{{{TEXT}}}outline-level")
        for each in body.iter(f"{{{TEXT}}}h")
    }
    assert levels["貳、會議地點：要塞司令部"] == "1"
    assert levels["陳小美副市長"] == "2"
    assert levels["聲明1"] == "1"


def indents(content):
    """Left and first-line indents of the numbered paragraphs of a DOCX, in points."""
    found = {}
    for each in part(content, "word/document.xml").iter(f"{W}p"):
        indent = each.find(f"{W}pPr/{W}ind")
        if indent is not None:
            place = [int(indent.get(f"{W}{name}")) / 20 for name in ("left", "hanging")]
            found[docx_text(each)] = place
    return found


def odt_indents(content):
    document = read_odt(content)
    found = {}
    for each in document.body.get_elements("//text:p|//text:h"):
        style = document.get_style("paragraph", each.style)
        properties = style.get_properties(area="paragraph") or {}
        if (
            "fo:margin-left" in properties
            and style.get_attribute("style:name")[0] == "P"
        ):
            found[squeezed(each.inner_text)] = [
                float(properties["fo:margin-left"].removesuffix("pt")),
                -float(properties["fo:text-indent"].removesuffix("pt")),
            ]
    return found


def test_numbers_hang_before_their_words(minutes):
    expected = {
        "壹、會議時間：113年7月11日（星期四）下午2時50分": [28, 28],
        "一、請續辦。": [42, 28],
        "（一）甲": [70, 42],
        "1.乙": [70, 28],
        "前言。": [28, 0],
    }

    in_docx = indents(written(minutes, "docx"))
    in_odt = odt_indents(written(minutes, "odt"))

    assert {text: in_docx[text] for text in expected} == expected
    assert {text: in_odt[text] for text in expected} == expected


@pytest.mark.parametrize("extension", OFFICE)
def test_a_draft_is_marked_at_the_head_of_every_page(extension, minutes, clerk):
    marked = heads(written(minutes, extension), extension)
    confirm_and_post(minutes, [], by=clerk)
    final = heads(written(minutes, extension), extension)

    assert marked == ["草稿", f"{TITLE}紀錄草稿"]
    assert final == ["", f"{TITLE}紀錄"]


def heads(content, extension):
    """What stands at the head of the first page, and of those after it."""
    if extension == "docx":
        body = part(content, "word/document.xml")
        assert body.find(f".//{W}titlePg") is not None
        return [
            docx_text(part(content, f"word/header{number}.xml")) for number in (2, 1)
        ]
    masters = {
        master.get_attribute("style:name"): master
        for master in read_odt(content).get_styles("master-page")
    }
    first = masters["First"]
    assert first.get_attribute("style:next-style-name") == "Standard"
    return [
        squeezed(masters[name].get_element("style:header").inner_text)
        for name in ("First", "Standard")
    ]


def test_pages_are_numbered_by_fields(minutes):
    docx_footer = part(written(minutes, "docx"), "word/footer1.xml")
    styles = part(written(minutes, "odt"), "styles.xml")
    footers = [
        [child.tag.partition("}")[2] for child in paragraph]
        for paragraph in styles.iter(f"{{{TEXT}}}p")
        if "頁" in "".join(paragraph.itertext())
    ]

    assert docx_text(docx_footer) == "第<PAGE>1頁，共<NUMPAGES>1頁"
    assert footers == [["page-number", "page-count"]] * 2


def test_both_say_their_title_author_and_language(minutes):
    core = part(written(minutes, "docx"), "docProps/core.xml")
    meta = read_odt(written(minutes, "odt")).meta

    said = {each.tag.partition("}")[2]: each.text for each in core}
    platform = minutes.meeting.platform.name
    assert (said["title"], said["creator"], said["language"]) == (
        f"{TITLE}紀錄（草稿）",
        platform,
        "zh-TW",
    )
    assert (meta.title, meta.creator, meta.language) == (
        f"{TITLE}紀錄（草稿）",
        platform,
        "zh-TW",
    )
    styles = part(written(minutes, "docx"), "word/styles.xml")
    spoken = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    assert spoken.get(f"{W}eastAsia") == "zh-TW"


def test_the_letters_are_those_of_official_papers(minutes):
    styles = part(written(minutes, "docx"), "word/styles.xml")
    fonts = part(written(minutes, "docx"), "word/fontTable.xml")
    content = written(minutes, "odt")

    face = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}rFonts")
    assert face.get(f"{W}eastAsia") == "標楷體"
    others = {
        font.get(f"{W}name"): font.find(f"{W}altName").get(f"{W}val") for font in fonts
    }
    assert others["標楷體"].startswith("DFKai-SB,BiauKai")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        said = archive.read("styles.xml").decode()
    assert "'標楷體', 'DFKai-SB', 'BiauKai" in said
    assert 'style:font-name-asian="標楷體"' in said


def test_both_are_a4_portrait_wider_where_they_are_bound(minutes):
    section = part(written(minutes, "docx"), "word/document.xml").find(f".//{W}sectPr")
    layout = next(
        each
        for each in part(written(minutes, "odt"), "styles.xml").iter()
        if each.tag.endswith("}page-layout-properties")
    )

    size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    assert [size.get(f"{W}w"), size.get(f"{W}h")] == ["11906", "16838"]
    assert [margins.get(f"{W}left"), margins.get(f"{W}right")] == ["1701", "1417"]
    said = {key.partition("}")[2]: value for key, value in layout.items()}
    assert (said["page-width"], said["page-height"]) == ("21.0cm", "29.7cm")
    assert (said["margin-left"], said["margin-right"]) == ("3.0cm", "2.5cm")


def test_odt_is_packed_as_open_documents_are(minutes):
    content = written(minutes, "odt")

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.infolist()[0]
        names = set(archive.namelist())
        listed = archive.read("META-INF/manifest.xml").decode()
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert content[38:77] == b"application/vnd.oasis.opendocument.text"
    assert listed.count('manifest:version="1.2"') == 2
    assert all(
        f'full-path="{name}"' in listed
        for name in names - {"mimetype", "META-INF/manifest.xml"}
    )


def test_every_part_of_a_docx_is_declared_and_led_to(minutes):
    content = written(minutes, "docx")

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
    declared = {
        each.get("PartName").removeprefix("/")
        for each in part(content, "[Content_Types].xml")
        if each.get("PartName")
    }
    led_to = {each.get("Target") for each in part(content, "_rels/.rels")} | {
        f"word/{each.get('Target')}"
        for each in part(content, "word/_rels/document.xml.rels")
    }
    assert declared == led_to
    assert names == declared | {
        "[Content_Types].xml",
        "_rels/.rels",
        "word/_rels/document.xml.rels",
    }


@pytest.mark.parametrize("extension", OFFICE)
def test_every_style_named_is_there(extension, corrected):
    content = written(corrected, extension)

    if extension == "docx":
        styles = part(content, "word/styles.xml")
        known = {style.get(f"{W}styleId") for style in styles.iter(f"{W}style")}
        body = part(content, "word/document.xml")
        named = {
            each.get(f"{W}val")
            for kind in ("pStyle", "rStyle")
            for each in body.iter(f"{W}{kind}")
        }
    else:
        parts = [part(content, name) for name in ("content.xml", "styles.xml")]
        attributes = [
            (key.partition("}")[2], each.tag, value)
            for tree in parts
            for each in tree.iter()
            for key, value in each.items()
        ]
        known = {value for key, tag, value in attributes if key == "name"}
        named = {value for key, _, value in attributes if key.endswith("style-name")}
    assert named
    assert named <= known


@pytest.mark.parametrize("extension", OFFICE)
def test_the_same_paper_is_the_same_file_to_the_byte(extension, minutes):
    assert written(minutes, extension) == written(minutes, extension)


HOSTILE = "</text:p></w:t><w:br/>&amp;{{ x }}\x00\x0b\x1b[0m\u202e完成\ud800\"'="


@pytest.mark.parametrize("extension", OFFICE)
def test_hostile_text_stays_text(extension):
    content = made(
        extension,
        Paragraph(HOSTILE, marker="<一>", value=HOSTILE),
        Stack([HOSTILE], HOSTILE),
        Paragraph(HOSTILE, Style.NOTE),
        title=HOSTILE,
        author=HOSTILE,
        subject=HOSTILE,
        head=HOSTILE,
        mark=HOSTILE,
    )

    shown = squeezed("</text:p></w:t><w:br/>&amp;{{ x }} [0m完成\"'=")
    assert lines(content, extension) == [f"<一>{shown}{shown}", *[shown] * 3]
    assert heads(content, extension) == [shown, shown * 2]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name != "mimetype":
                ElementTree.fromstring(archive.read(name))


@pytest.mark.parametrize("extension", OFFICE)
def test_rare_characters_and_blanks_are_kept(extension):
    content = made(extension, Paragraph("謝𠮷安  甲\u3000乙"))

    tree = part(content, "content.xml" if extension == "odt" else "word/document.xml")
    assert "謝𠮷安 甲\u3000乙" in "".join(tree.itertext())


def test_a_table_at_the_end_is_followed_by_the_paragraph_word_demands():
    content = made("docx", Paragraph("主席："), Stack(["甲", "乙"], "共同主持"))

    body = part(content, "word/document.xml").find(f"{W}body")
    assert [each.tag for each in body][-3:] == [f"{W}tbl", f"{W}p", f"{W}sectPr"]


@pytest.mark.parametrize("extension", OFFICE)
def test_ten_thousand_characters_and_two_hundred_names_are_whole(extension, minutes):
    speech = "四市持續合作，共創佳績。" * 833
    names = "、".join(f"「第{number}項計畫」" for number in range(1, 201))
    Remark.objects.create(minutes=minutes, order=2, speaker="李議", text=speech)
    ResolutionFactory(minutes=minutes, group=None, text=names)

    text = lines(written(minutes, extension), extension)

    assert speech in text
    assert any(names in each for each in text)


# Attendance --------------------------------------------------------------------


@pytest.fixture
def attended(minutes):
    """Minutes with a note and a list of those who came."""
    minutes.attendance_note = "詳簽到表"
    minutes.save()
    SectionFactory(minutes=minutes, kind="attendance", heading="出席單位及人員")
    rows = [
        ("present", "甲市政府研考會", "王一", "主任委員", ""),
        ("present", "甲市政府研考會", "李二", "科長", ""),
        ("sitting_in", "乙市政府交通局", "", "", ""),
        ("present", "乙市政府", "張三", "參事", ""),
        ("deputy", "丙市政府", "林四", "專員", "陳五"),
        ("excused", "丁市政府", "吳六", "", ""),
    ]
    for order, (kind, organization, name, title, deputy_for) in enumerate(rows):
        Attendance.objects.create(
            minutes=minutes,
            order=order,
            kind=kind,
            organization=organization,
            name=name,
            title=title,
            deputy_for=deputy_for,
        )
    return minutes


def attendance(minutes):
    paper = gathered(minutes)
    return next(each for each in paper.sections if each.kind == "attendance")


def test_names_are_not_printed_unless_the_minutes_say_so(attended):
    section = attendance(attended)

    assert (section.value, section.lines) == ("詳簽到表", ())
    for extension in OFFICE:
        assert not any(
            "王一" in each for each in lines(written(attended, extension), extension)
        )
    assert "王一" not in words(printed(attended))


def test_names_are_printed_by_manner_and_body_where_the_minutes_say_so(attended):
    attended.prints_attendance = True
    attended.save()

    section = attendance(attended)

    assert section.value == ""
    assert [(line.marker, line.text) for line in section.lines] == [
        ("一、", "出席："),
        ("", "甲市政府研考會 王一主任委員、李二科長"),
        ("", "乙市政府 張三參事"),
        ("二、", "列席："),
        ("", "乙市政府交通局"),
        ("三、", "代理："),
        ("", "丙市政府 林四專員（代理陳五）"),
        ("四、", "請假："),
        ("", "丁市政府 吳六"),
    ]


def test_without_any_name_the_note_is_printed(minutes):
    Meeting.objects.filter(pk=minutes.meeting_id).update(minute_taker="")
    minutes.prints_attendance = True
    minutes.attendance_note = "詳簽到表"
    minutes.save()

    assert attendance(minutes).value == "詳簽到表"


@pytest.mark.parametrize("is_printed", [False, True])
def test_the_public_page_names_those_whom_the_paper_names(
    client, attended, clerk, is_printed
):
    attended.prints_attendance = is_printed
    attended.save()
    confirm_and_post(attended, [], by=clerk)
    make_public(attended, by=clerk)

    page = get(client, attended.meeting.get_absolute_url())

    assert ("王一主任委員、李二科長" in page.main) == is_printed
    assert ("詳簽到表" in page.main) != is_printed

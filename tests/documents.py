"""Reading word processors' files back: ODT with odfdo, DOCX from its XML."""

import io
import zipfile
from xml.etree import ElementTree

import odfdo

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def odt(content):
    return odfdo.Document(io.BytesIO(content))


def part(content, name):
    """One XML file of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return ElementTree.fromstring(archive.read(name))


def odt_paragraphs(content):
    """Style and text of every paragraph and heading, the style as named by us."""
    document = odt(content)
    return [
        (_odt_style(document, each), squeezed(each.inner_text))
        for each in document.body.get_elements("//text:p|//text:h")
    ]


def _odt_style(document, paragraph):
    style = document.get_style("paragraph", paragraph.style)
    if style.get_attribute("style:display-name"):
        return style.get_attribute("style:display-name")
    return style.parent_style.replace("_20_", " ")


def docx_paragraphs(content):
    """Style and text of every paragraph, the style by its name."""
    names = {
        style.get(f"{W}styleId"): style.find(f"{W}name").get(f"{W}val")
        for style in part(content, "word/styles.xml").iter(f"{W}style")
    }
    return [
        (names[each.find(f"{W}pPr/{W}pStyle").get(f"{W}val")], docx_text(each))
        for each in part(content, "word/document.xml").iter(f"{W}p")
    ]


def docx_text(element):
    """The text of an element, fields as Word names them."""
    said = ""
    for each in element.iter():
        if each.tag == f"{W}instrText":
            said += f"<{each.text.strip()}>"
        elif each.tag == f"{W}t":
            said += each.text or ""
    return squeezed(said)


def squeezed(text):
    return "".join(text.split())


def lines(content, extension):
    """The text of every paragraph."""
    read = {"odt": odt_paragraphs, "docx": docx_paragraphs}[extension]
    return [text for _, text in read(content)]

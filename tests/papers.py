"""Reading PDF papers back."""

import io

import pypdf


def read(content):
    return pypdf.PdfReader(io.BytesIO(content))


def squeezed(text):
    """The text without white space: where a line ends is the paper's affair."""
    return "".join(text.split())


def pages(content):
    """The text of each page without white space."""
    return [squeezed(page.extract_text()) for page in read(content).pages]


def words(content):
    """The text of all pages without white space."""
    return "".join(pages(content))


def bookmarks(content):
    """The titles of the bookmarks, deeper ones in a list of their own."""
    return _titles(read(content).outline)


def _titles(outline):
    return [_titles(item) if isinstance(item, list) else item.title for item in outline]


def fonts(content):
    """The names of the fonts embedded."""
    return {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in read(content).pages
        for font in page["/Resources"]["/Font"].values()
    }


def elements(content):
    """Every element of the structure tree in reading order."""
    return list(_below(read(content).trailer["/Root"]["/StructTreeRoot"]))


def _below(node):
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        element = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(element, dict) and "/S" in element:
            yield element
            yield from _below(element)

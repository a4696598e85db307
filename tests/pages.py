"""Reading pages as a person would: links, rows, headings, sentences."""

import re

import tinyhtml5


class Page:
    """An answer's HTML, read."""

    def __init__(self, response):
        self.response = response
        self.root = tinyhtml5.parse(
            response.content.decode(), namespace_html_elements=False
        )

    def all(self, path, within=None):
        """Return the elements at an ElementTree path."""
        return (self.root if within is None else within).findall(f".//{path}")

    def texts(self, path, within=None):
        return [text(element) for element in self.all(path, within)]

    def classed(self, name, within=None):
        """Return the elements that bear a class."""
        return [
            element
            for element in self.all("*[@class]", within)
            if name in element.get("class").split()
        ]

    def links(self, path="a"):
        return {text(link): link.get("href") for link in self.all(f"{path}[@href]")}

    def rows(self, path="tbody/tr"):
        """Return the cells of every row as text."""
        return [
            [text(cell) for cell in row if cell.tag in ("th", "td")]
            for row in self.all(path)
        ]

    def ids(self):
        return {element.get("id") for element in self.all("*[@id]")}

    @property
    def title(self):
        return text(self.root.find(".//title"))

    @property
    def main(self):
        return text(self.root.find(".//main"))


def text(element):
    """Return the words of an element, runs of white space as one space."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def get(client, address, status=200, **data):
    """Fetch a page that answers with ``status``."""
    response = client.get(address, data)
    assert response.status_code == status, response.status_code
    return Page(response)

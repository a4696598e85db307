"""What every reader makes of a file: its text as lines, and its tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# About 1,300 full pages. What is longer is no paper of a meeting.
LONGEST_TEXT = 2_000_000
MOST_CELLS = 200_000
TOO_MANY_CELLS = f"檔案中的表格超過{MOST_CELLS:,}格，請分成數個檔案。"


class Refused(Exception):
    """A file that is not read; the sentence says why and what helps."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Table:
    """A table row by row; ``text[start:end]`` of its document is the same table.

    The paragraphs of a cell are lines, with their automatic numbers. A merged
    cell stands once, at its first place; its other places are "".
    """

    rows: tuple[tuple[str, ...], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A whole paper as lines that each end with ``\\n``.

    A page that ends gives ``\\f`` before the next line. A row of a table is one
    line with its cells between tabs; where a cell has several paragraphs, the
    lines of its cells one after another. Nothing else is changed or left out, so
    places in ``text`` can be shown to people. ``pages`` is None where the file
    does not fix them; ``pictures`` are the pages, from 1, that are a picture
    without text: scanned, and so not read.
    """

    kind: str
    text: str
    tables: tuple[Table, ...] = ()
    pages: int | None = None
    pictures: tuple[int, ...] = ()


# A line ends where any of these stands; \f stays, it ends a page.
_LINE_END = re.compile("\r\n|[\r\v\x85\u2028\u2029]")
# What no database, JSON or page can hold (controls, halves of pairs, non-characters)
# and the soft hyphen, which is not shown.
_UNFIT = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def plain(text: str) -> str:
    """Return ``text`` with one kind of line end and without unfit characters."""
    return _UNFIT.sub("", _LINE_END.sub("\n", text))


class Writer:
    """Gathers the lines and tables of a document, and holds it to its limits."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._cells = 0
        self._tables: list[Table] = []

    def line(self, text: str) -> None:
        """Add a paragraph; line breaks in it make several lines."""
        self._add(f"{plain(text)}\n")

    def page_end(self) -> None:
        """Say that the page ends here."""
        self._add("\f")

    def table(self, rows: Iterable[Sequence[str]]) -> None:
        """Add a table; short rows are filled up, empty ones stay rows."""
        start = self._length
        given = list(rows)
        width = max(map(len, given), default=0)
        self._cells += len(given) * width
        if self._cells > MOST_CELLS:
            raise Refused(TOO_MANY_CELLS)
        kept = []
        for row in given:
            filled = [*row, *[""] * (width - len(row))]
            cells = tuple(plain(cell).strip("\n") for cell in filled)
            kept.append(cells)
            if any("\n" in cell for cell in cells):
                self._add("".join(f"{cell}\n" for cell in cells if cell))
            else:
                self._add("\t".join(cells) + "\n")
        if kept:
            self._tables.append(Table(tuple(kept), start, self._length))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return not self._parts

    def document(
        self, kind: str, *, pages: int | None = None, pictures: tuple[int, ...] = ()
    ) -> Document:
        """Return what was gathered."""
        text = "".join(self._parts)
        return Document(kind, text, tuple(self._tables), pages, pictures)

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise Refused(f"檔案的文字超過{LONGEST_TEXT:,}字，請分成數個檔案。")
        self._parts.append(text)

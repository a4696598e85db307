"""PDF with text: its lines as printed, and the tables that are ruled.

A cell's lines are as printed too: a PDF does not say where a paragraph ends.
Nothing in the file is run; pages that are but a picture are listed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as raw

from platform_site.reading.document import Document, Refused, Writer
from platform_site.reading.package import DAMAGED, ENCRYPTED
from platform_site.reading.pdf_drawing import largest_picture, lines, turned
from platform_site.reading.ruled import Grid, find_grids
from platform_site.reading.symbols import SYMBOLS

MOST_PAGES = 500
_AIR = 0.4  # of a character's height: a gap between scripts, not between words
_MOST_OF_A_PAGE = 0.5
_STAMPED = 20  # characters a scan may have beside its picture: a page number
_STRANGE = 0.2  # of the characters without meaning: no text to be read

_SCANNED = "這份PDF是掃描的圖片，沒有文字可讀，請提供由文書軟體轉出、可選取文字的PDF，或原始檔。"
_STRANGE_FONT = "這份PDF的字型沒有文字對照，讀出的文字無法辨認，請提供原始檔。"
_TOO_MANY = "這份PDF有{pages:,}頁，超過{most}頁的上限，請分成數個檔案。"

# Radicals that some programs write for the characters they look like.
_SUPPLEMENT = dict(
    zip(
        range(0x2E81, 0x2EF4),
        "厂乛乚乙亻冂几刀刂卜㔾小小兀尣尢尢巳幺彑彐忄㣺扌攵\0旡日月歺母民氵氺灬爫爫丬牛犭王疋"
        "目示礻竹糹纟罓罒网网网羊羊羊耂肀聿肉臼艹艹艹虎衤覀西见角角讠贝足车辶辶辶邑钅長镸长门阜阝"
        "雨青韦页风飞食食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
        strict=True,
    )
)
_FOLDED = (
    SYMBOLS
    | {code: sign for code, sign in _SUPPLEMENT.items() if sign != "\0"}
    | {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
)


def read_pdf(content: bytes) -> Document:
    """Read a PDF that has text; scans, locked and damaged files are refused."""
    document = _open(content)
    pages = len(document)
    if pages > MOST_PAGES:
        raise Refused(_TOO_MANY.format(pages=pages, most=MOST_PAGES))
    writer = Writer()
    pictures = []
    for number in range(pages):
        if number:
            writer.page_end()
        if _write_page(document, number, writer):
            pictures.append(number + 1)
    read = writer.document("pdf", pages=pages, pictures=tuple(pictures))
    if len(pictures) == pages:
        raise Refused(_SCANNED)
    _refuse_unreadable(read.text)
    return read


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise Refused(ENCRYPTED if is_locked else DAMAGED) from error
    if not len(document):
        raise Refused(DAMAGED)
    return document


def _refuse_unreadable(text: str) -> None:
    signs = [sign for sign in text if not sign.isspace()]
    if not signs:
        raise Refused(_SCANNED)
    strange = sum("\ue000" <= sign <= "\uf8ff" or sign == "\ufffd" for sign in signs)
    if strange > _STRANGE * len(signs):
        raise Refused(_STRANGE_FONT)


def _write_page(document: pypdfium2.PdfDocument, number: int, writer: Writer) -> bool:
    """Write the text of a page; say whether it is but a picture."""
    try:
        page = document[number]
        signs = _signs(page.get_textpage())
        grids = find_grids(*lines(page)) if signs else []
        rotation = page.get_rotation()
        is_picture = _is_picture(page, signs)
    except pypdfium2.PdfiumError as error:
        raise Refused(DAMAGED) from error
    for part in _parts(signs, grids, rotation):
        if isinstance(part, str):
            for line in part.splitlines():
                if line.strip():
                    writer.line(line)
        else:
            writer.table(part)
    return is_picture


def _is_picture(page: pypdfium2.PdfPage, signs: list[_Sign]) -> bool:
    """Whether a picture fills the page and no more than its number is text."""
    if sum(not sign.text.isspace() for sign in signs) > _STAMPED:
        return False
    return largest_picture(page) > _MOST_OF_A_PAGE


def _parts(
    signs: list[_Sign], grids: list[Grid], rotation: int
) -> Iterator[str | Iterator[list[str]]]:
    """Lines and tables in turn, a table where the first word in it stands."""
    outside: list[str] = []
    parts: list[list[str] | int] = [outside]
    cells: dict[int, dict[tuple[int, int], str]] = {}
    place: _Place | None = None
    for sign in signs:
        if not sign.is_added:
            now = _place_of(grids, turned(*sign.middle, rotation))
            if now != place:
                if now is None:
                    outside.append("\n")
                elif now[0] not in cells:
                    cells[now[0]] = {}
                    outside = []
                    parts += [now[0], outside]
                if now is not None and now[1] in cells[now[0]]:
                    cells[now[0]][now[1]] += "\n"
            place = now
        if place is None:
            outside.append(sign.text)
        else:
            texts = cells[place[0]]
            texts[place[1]] = texts.get(place[1], "") + sign.text
    for part in parts:
        if isinstance(part, int):
            texts = {cell: _tidy(text) for cell, text in cells[part].items()}
            yield grids[part].rows(texts)
        else:
            yield "".join(part)


def _tidy(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


_Place = tuple[int, tuple[int, int]]  # a table and one of its cells


def _place_of(grids: list[Grid], point: tuple[float, float]) -> _Place | None:
    for number, grid in enumerate(grids):
        cell = grid.cell_at(*point)
        if cell is not None:
            return number, cell
    return None


@dataclass(slots=True)
class _Sign:
    """A character; its box is None where PDFium added it between others."""

    text: str
    left: float = 0.0
    right: float = 0.0
    low: float = 0.0
    high: float = 0.0
    is_added: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.low + self.high) / 2


def _signs(text_page: pypdfium2.PdfTextPage) -> list[_Sign]:
    """The characters of a page as printed."""
    box = raw.FS_RECTF()
    signs = []
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        text = chr(code).translate(_FOLDED) if code < 0x110000 else ""
        if raw.FPDFText_IsHyphen(text_page, index) == 1:
            text = "-"
        sign = _Sign(text)
        is_added = raw.FPDFText_IsGenerated(text_page, index) == 1
        if is_added or not raw.FPDFText_GetLooseCharBox(text_page, index, box):
            sign.is_added = True
        else:
            sign.left, sign.right = box.left, box.right
            sign.low, sign.high = box.bottom, box.top
        signs.append(sign)
    return [
        sign
        for place, sign in enumerate(signs)
        if not (sign.is_added and sign.text == " " and _is_typographic(signs, place))
    ]


def _is_typographic(signs: list[_Sign], place: int) -> bool:
    """Whether a space is only the air between Chinese and Latin (第 3 次)."""
    if not 0 < place < len(signs) - 1:
        return False
    before, after = signs[place - 1], signs[place + 1]
    if before.is_added or after.is_added:
        return False
    if not (_is_wide(before.text) or _is_wide(after.text)):
        return False
    size = max(before.high - before.low, after.high - after.low)
    return 0 <= after.left - before.right < _AIR * size


def _is_wide(text: str) -> bool:
    return unicodedata.east_asian_width(text[:1] or " ") in "WF"

"""PDF with text: its lines as printed, and the tables that are ruled.

A cell's lines are as printed too: a PDF does not say where a paragraph ends.
Nothing in the file is run; pages that only hold a picture are counted.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from platform_site.reading.document import Document, Refused, Writer
from platform_site.reading.package import DAMAGED, ENCRYPTED
from platform_site.reading.ruled import Grid, Line, find_grids
from platform_site.reading.symbols import SYMBOLS

MOST_PAGES = 500
_MOST_OBJECTS = 20_000  # on one page, searched for lines
_MOST_SEGMENTS = 20_000
_AIR = 0.4  # of a character's height: a gap between scripts, not between words
_THIN = 3.0  # points: a filled shape no thicker is a line
_DEEPEST = 5
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
        if not _write_page(document, number, writer):
            pictures.append(number + 1)
    read = writer.document("pdf", pages=pages, pictures=tuple(pictures))
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
    """Write the text of a page; False where it has none."""
    try:
        page = document[number]
        signs = _signs(page.get_textpage())
        grids = find_grids(*_lines(page)) if signs else []
        rotation = page.get_rotation()
    except pypdfium2.PdfiumError as error:
        raise Refused(DAMAGED) from error
    for part in _parts(signs, grids, rotation):
        if isinstance(part, str):
            text = part.strip("\r\n")
            if text.strip():
                writer.line(text)
        else:
            writer.table(part)
    return any(not sign.text.isspace() for sign in signs)


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
            now = _place_of(grids, _turned(*sign.middle, rotation))
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


def _turned(x: float, y: float, rotation: int) -> tuple[float, float]:
    """A point as seen on the page: rightwards, downwards."""
    match rotation % 360:
        case 90:
            return y, x
        case 180:
            return -x, y
        case 270:
            return -y, -x
    return x, -y


# The lines that are drawn --------------------------------------------------------


def _lines(page: pypdfium2.PdfPage) -> tuple[list[Line], list[Line]]:
    """The level and the upright lines of a page."""
    rotation = page.get_rotation()
    level: list[Line] = []
    upright: list[Line] = []
    for (x1, y1), (x2, y2) in _segments(page):
        x1, y1 = _turned(x1, y1, rotation)
        x2, y2 = _turned(x2, y2, rotation)
        if abs(y1 - y2) <= _THIN / 2 < abs(x1 - x2):
            level.append(Line((y1 + y2) / 2, min(x1, x2), max(x1, x2)))
        elif abs(x1 - x2) <= _THIN / 2 < abs(y1 - y2):
            upright.append(Line((x1 + x2) / 2, min(y1, y2), max(y1, y2)))
    return level, upright


_Point = tuple[float, float]
_Matrix = tuple[float, float, float, float, float, float]


def _segments(page: pypdfium2.PdfPage) -> Iterator[tuple[_Point, _Point]]:
    """The straight lines of all paths, in the page's own places."""
    found = 0
    paths = _paths(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)
    for path, matrix in paths:
        for segment in _path_segments(path, matrix):
            found += 1
            if found > _MOST_SEGMENTS:
                return
            yield segment


def _paths(
    container: Any,
    count: Any,
    get: Any,
    matrix: _Matrix = (1, 0, 0, 1, 0, 0),
    depth: int = 0,
) -> Iterator[tuple[Any, _Matrix]]:
    """Path objects with the matrix that places them, those in forms among them."""
    for index in range(min(count(container), _MOST_OBJECTS)):
        thing = get(container, index)
        kind = raw.FPDFPageObj_GetType(thing)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            yield thing, _times(_matrix_of(thing), matrix)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            yield from _paths(
                thing,
                raw.FPDFFormObj_CountObjects,
                raw.FPDFFormObj_GetObject,
                _times(_matrix_of(thing), matrix),
                depth + 1,
            )


def _matrix_of(thing: Any) -> _Matrix:
    found = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(thing, found)
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def _path_segments(path: Any, matrix: _Matrix) -> Iterator[tuple[_Point, _Point]]:
    points, is_filled, is_stroked = _points(path, matrix)
    if is_stroked:
        for run in points:
            yield from pairwise(run)
    elif is_filled and len(points) == 2:
        yield from _frame(*map(_bounds, points))
    elif is_filled:
        for run in points:
            yield from _thin_shape(_bounds(run))


_Bounds = tuple[float, float, float, float]  # left, low, right, high


def _bounds(run: list[_Point]) -> _Bounds:
    xs, ys = [x for x, _ in run], [y for _, y in run]
    return min(xs), min(ys), max(xs), max(ys)


def _thin_shape(bounds: _Bounds) -> Iterator[tuple[_Point, _Point]]:
    """A filled shape no thicker than a line, as that line."""
    left, low, right, high = bounds
    if high - low <= _THIN < right - left:
        middle = (low + high) / 2
        yield (left, middle), (right, middle)
    elif right - left <= _THIN < high - low:
        middle = (left + right) / 2
        yield (middle, low), (middle, high)


def _frame(outer: _Bounds, inner: _Bounds) -> Iterator[tuple[_Point, _Point]]:
    """Two shapes, one in the other: a border on the sides where they differ."""
    if (
        outer[2] - outer[0] < inner[2] - inner[0]
        or outer[3] - outer[1] < inner[3] - inner[1]
    ):
        outer, inner = inner, outer
    left, low, right, high = outer
    sides = (
        ((left, low), (left, high)),
        ((left, low), (right, low)),
        ((right, low), (right, high)),
        ((left, high), (right, high)),
    )
    for side, one, other in zip(sides, outer, inner, strict=True):
        if 0 < abs(one - other) <= _THIN:
            yield side
    if any(abs(one - other) > _THIN for one, other in zip(outer, inner, strict=True)):
        yield from _thin_shape(outer)
        yield from _thin_shape(inner)


def _points(path: Any, matrix: _Matrix) -> tuple[list[list[_Point]], bool, bool]:
    """The runs of points of a path; whether it is filled and stroked."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, mode, stroke)
    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    runs: list[list[_Point]] = []
    for index in range(min(raw.FPDFPath_CountSegments(path), _MOST_SEGMENTS)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO or not runs:
            runs.append([])
        runs[-1].append(point)
        if raw.FPDFPathSegment_GetClose(segment):
            runs[-1].append(runs[-1][0])
    return runs, mode.value != 0, bool(stroke.value)

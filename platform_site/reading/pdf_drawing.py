"""What is drawn on a page of a PDF: straight lines, and how large pictures are."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from platform_site.reading.ruled import Line

_MOST_OBJECTS = 20_000  # on one page, searched for lines
_MOST_SEGMENTS = 20_000
_THIN = 3.0  # points: a filled shape no thicker is a line
_DEEPEST = 5


def turned(x: float, y: float, rotation: int) -> tuple[float, float]:
    """A point as seen on the page: rightwards, downwards."""
    match rotation % 360:
        case 90:
            return y, x
        case 180:
            return -x, y
        case 270:
            return -y, -x
    return x, -y


def lines(page: pypdfium2.PdfPage) -> tuple[list[Line], list[Line]]:
    """The level and the upright lines of a page."""
    rotation = page.get_rotation()
    level: list[Line] = []
    upright: list[Line] = []
    for (x1, y1), (x2, y2) in _segments(page):
        x1, y1 = turned(x1, y1, rotation)
        x2, y2 = turned(x2, y2, rotation)
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
    for path, matrix in _objects(page, raw.FPDF_PAGEOBJ_PATH):
        for segment in _path_segments(path, matrix):
            found += 1
            if found > _MOST_SEGMENTS:
                return
            yield segment


def _objects(page: pypdfium2.PdfPage, kind: int) -> Iterator[tuple[Any, _Matrix]]:
    """The page's objects of a kind, each with the matrix that places it."""
    functions = raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject
    yield from _objects_in(page.raw, kind, *functions, (1, 0, 0, 1, 0, 0), 0)


def _objects_in(
    container: Any, kind: int, count: Any, get: Any, matrix: _Matrix, depth: int
) -> Iterator[tuple[Any, _Matrix]]:
    for index in range(min(count(container), _MOST_OBJECTS)):
        thing = get(container, index)
        found = raw.FPDFPageObj_GetType(thing)
        if found == kind:
            yield thing, _times(_matrix_of(thing), matrix)
        elif found == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            yield from _objects_in(
                thing,
                kind,
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


def largest_picture(page: pypdfium2.PdfPage) -> float:
    """The share of the page that its largest picture fills; 0 without any."""
    width, height = page.get_size()
    areas = (
        abs(a * d - b * c)
        for _, (a, b, c, d, _, _) in _objects(page, raw.FPDF_PAGEOBJ_IMAGE)
    )
    share: float = max(areas, default=0.0) / max(width * height, 1.0)
    return share

"""Tables found from the lines that are drawn around their cells.

Lines that touch make a grid; places of the grid without a line between them are
one cell. A grid with fewer than two closed cells is a frame, not a table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

_NEAR = 3.0  # points: lines this close are one line
_SHORTEST = 4.0
_MOST_LINES = 1_000  # on one page; more is a drawing
_MOST_PLACES = 20_000


class Line(NamedTuple):
    """A level or upright line: where it lies, and from where to where."""

    at: float
    start: float
    end: float


@dataclass
class Grid:
    """A table: its upright and level lines, and which cell each place belongs to."""

    xs: list[float]
    ys: list[float]  # downwards
    cells: dict[tuple[int, int], tuple[int, int]]  # place (row, column): cell's first

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell a point lies in, by its first place."""
        if not (self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]):
            return None
        column = min(bisect_right(self.xs, x) - 1, len(self.xs) - 2)
        row = min(bisect_right(self.ys, y) - 1, len(self.ys) - 2)
        return self.cells.get((row, column))

    def rows(self, texts: dict[tuple[int, int], str]) -> Iterator[list[str]]:
        """The table row by row; a merged cell stands at its first place."""
        for row in range(len(self.ys) - 1):
            places = [(row, column) for column in range(len(self.xs) - 1)]
            yield [
                texts.get(place, "") if self.cells.get(place) == place else ""
                for place in places
            ]


def find_grids(level: Iterable[Line], upright: Iterable[Line]) -> list[Grid]:
    """The tables drawn by these lines, from the top of the page."""
    across = _joined(level)
    down = _joined(upright)
    if len(across) + len(down) > _MOST_LINES:
        return []
    grids = [
        grid
        for rows, columns in _touching(across, down)
        if (grid := _grid(rows, columns)) is not None
    ]
    return sorted(grids, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _joined(lines: Iterable[Line]) -> list[Line]:
    """Lines brought to common places, pieces of one line put together."""
    ordered = sorted(lines)
    groups: list[list[Line]] = []
    for line in ordered:
        if groups and line.at - groups[-1][-1].at <= _NEAR:
            groups[-1].append(line)
        else:
            groups.append([line])
    found = []
    for group in groups:
        at = sum(line.at for line in group) / len(group)
        pieces: list[list[float]] = []
        for line in sorted(group, key=lambda line: line.start):
            if pieces and line.start - pieces[-1][1] <= _NEAR:
                pieces[-1][1] = max(pieces[-1][1], line.end)
            else:
                pieces.append([line.start, line.end])
        found += [
            Line(at, start, end) for start, end in pieces if end - start >= _SHORTEST
        ]
    return found


def _crosses(row: Line, column: Line) -> bool:
    return (
        row.start - _NEAR <= column.at <= row.end + _NEAR
        and column.start - _NEAR <= row.at <= column.end + _NEAR
    )


def _touching(
    across: list[Line], down: list[Line]
) -> Iterator[tuple[list[Line], list[Line]]]:
    """Level and upright lines that hang together, tables apart from each other."""
    home = list(range(len(across) + len(down)))

    def find(place: int) -> int:
        while home[place] != place:
            home[place] = home[home[place]]
            place = home[place]
        return place

    for first, row in enumerate(across):
        for second, column in enumerate(down, start=len(across)):
            if _crosses(row, column):
                home[find(first)] = find(second)
    together: dict[int, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for place, line in enumerate([*across, *down]):
        together[find(place)][place >= len(across)].append(line)
    yield from together.values()


def _grid(across: list[Line], down: list[Line]) -> Grid | None:
    ys = _places(line.at for line in across)
    xs = _places(line.at for line in down)
    if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) > _MOST_PLACES:
        return None
    cells = _cells(xs, ys, across, down)
    if len(set(cells.values())) < 2:
        return None
    return Grid(xs, ys, cells)


def _places(values: Iterable[float]) -> list[float]:
    return sorted(set(values))


def _covered(lines: list[Line]) -> dict[float, list[Line]]:
    found = defaultdict(list)
    for line in lines:
        found[line.at].append(line)
    return found


def _cells(
    xs: list[float], ys: list[float], across: list[Line], down: list[Line]
) -> dict[tuple[int, int], tuple[int, int]]:
    """Which cell each place belongs to; places open to the outside are in none."""
    level, upright = _covered(across), _covered(down)

    def is_drawn(lines: list[Line], start: float, end: float) -> bool:
        middle = (start + end) / 2
        return any(line.start <= middle <= line.end for line in lines)

    rows, columns = len(ys) - 1, len(xs) - 1
    home: dict[tuple[int, int], tuple[int, int]] = {}
    for first in ((row, column) for row in range(rows) for column in range(columns)):
        if first in home:
            continue
        inside, waiting, is_open = [first], [first], False
        home[first] = first
        while waiting:
            row, column = waiting.pop()
            top, bottom = ys[row], ys[row + 1]
            left, right = xs[column], xs[column + 1]
            for drawn, place in (
                (is_drawn(level[top], left, right), (row - 1, column)),
                (is_drawn(level[bottom], left, right), (row + 1, column)),
                (is_drawn(upright[left], top, bottom), (row, column - 1)),
                (is_drawn(upright[right], top, bottom), (row, column + 1)),
            ):
                if drawn:
                    continue
                if not (0 <= place[0] < rows and 0 <= place[1] < columns):
                    is_open = True
                elif place not in home:
                    home[place] = first
                    inside.append(place)
                    waiting.append(place)
        if is_open:
            for place in inside:
                home[place] = (-1, -1)
    return {place: cell for place, cell in home.items() if cell != (-1, -1)}

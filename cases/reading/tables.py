"""Tables of decisions: a case in each row, and a column of what was decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meetings.reading.words import Words
from platform_site.reading.document import Table

_NAME = re.compile(
    r"(?:合作|列管|新增|解列)?(?:案件?|方案|提案|計畫|議題|項目)(?:名稱|內容)|案名|^(?:合作案|合作方案|合作提案|方案|提案|案件)$|案由"
)
_DECIDED = re.compile(
    r"決議|決定|裁示|結論|列管(?:情形|建議|狀態|結果)|管考建議|擬處|處理(?:情形|方式|建議)|審議結果|(?:是否)?解除?列管?(?:原因|建議)|建議"
)
# The head of a row, in a table for one case; what was resolved counts before advice.
_NAME_HEAD = re.compile(
    r"(?:(?:合作|列管|新增|解列|提案)*(?:案件?|方案|提案|計畫|議題|項目))?(?:名稱|案名)|合作(?:案|方案|提案)|方案|提案|案由"
)
_RESOLVED_HEAD = re.compile(
    r"(?:會議|小組|主席|本次|本案)?(?:決議|決定|裁示|結論)(?:事項)?|審議結果|決議情形"
)
_ADVISED_HEAD = re.compile(
    r"(?:列管|管考|處理|小組|幕僚)(?:建議|結果)|擬處(?:意見|情形)?|建議|是否解列"
)
_GROUP = re.compile(r"組別|議題組|議題小組|小組|^組$")
_IS_GROUP = re.compile(r"[\u4e00-\u9fff]{2,9}組")


@dataclass(frozen=True)
class Row:
    """A case, what was decided of it, and the group it stands under."""

    name: Words
    decided: Words
    group: str | None


@dataclass(frozen=True)
class Decided:
    """A table of decisions and where in the paper it stands."""

    start: int
    end: int
    rows: tuple[Row, ...]
    title: str  # the head of the column that says what was decided


def find_tables(text: str, tables: Sequence[Table]) -> list[Decided]:
    """Return the tables that have a column of names and one of decisions."""
    grids = [(table.start, table.end, _placed(text, table)) for table in tables]
    if not tables:
        grids = list(_tabbed(text))
    return [
        decided
        for start, end, rows in grids
        if (decided := _decided(start, end, rows)) is not None
    ]


def _placed(text: str, table: Table) -> list[list[Words]]:
    """The cells with their places, looked up in the order in which they stand."""
    place = table.start
    rows = []
    for row in table.rows:
        cells = []
        for cell in row:
            found = text.find(cell, place, table.end) if cell else -1
            if found < 0:
                cells.append(Words("", []))
                continue
            cells.append(Words.of(text, found, found + len(cell)).strip())
            place = found + len(cell)
        rows.append(cells)
    return rows


def _tabbed(text: str) -> Iterable[tuple[int, int, list[list[Words]]]]:
    """Lines one after another with tabs between their cells."""
    place = start = 0
    rows: list[list[Words]] = []
    for line in [*text.split("\n"), ""]:
        if line.count("\t") >= 1 and line.strip():
            if not rows:
                start = place + len(line) - len(line.lstrip())
            rows.append(_cells(text, line, place))
        elif rows:
            if len(rows) > 1:
                yield start, place, rows
            rows = []
        place += len(line) + 1


def _cells(text: str, line: str, place: int) -> list[Words]:
    cells = []
    for cell in line.split("\t"):
        cells.append(Words.of(text, place, place + len(cell)).strip())
        place += len(cell) + 1
    return cells


def _decided(start: int, end: int, rows: list[list[Words]]) -> Decided | None:
    for index, head in enumerate(rows[:3]):
        titles = ["".join(cell.folded.split()) for cell in head]
        name = _column(titles, _NAME, ())
        decided = _column(titles, _DECIDED, (name,))
        if name is None or decided is None:
            continue
        group = _column(titles, _GROUP, (name, decided))
        found = tuple(_rows(rows[index + 1 :], titles, (name, decided, group)))
        if found:
            return Decided(start, end, found, titles[decided])
    upright = tuple(_upright(rows))
    return Decided(start, end, upright, "") if upright else None


def _upright(rows: list[list[Words]]) -> Iterable[Row]:
    """Rows of a table whose heads stand on the left: 案名 甲, below it 決議 乙."""
    name: Words | None = None
    decided: Words | None = None
    is_resolved = False
    group: str | None = None
    for cells in rows:
        filled = [cell for cell in cells if cell]
        for head, value in zip(filled[::2], filled[1::2], strict=False):
            title = "".join(head.folded.split()).strip(":")
            if _NAME_HEAD.fullmatch(title):
                if name and decided:
                    yield Row(name, decided, group)
                name, decided, is_resolved = value, None, False
            elif _RESOLVED_HEAD.fullmatch(title):
                decided, is_resolved = value, True
            elif _ADVISED_HEAD.fullmatch(title) and not is_resolved:
                decided = value
            elif _GROUP.search(title) and (
                said := _IS_GROUP.findall("".join(value.folded.split()))
            ):
                group = said[-1]
    if name and decided:
        yield Row(name, decided, group)


def _column(
    titles: list[str], pattern: re.Pattern[str], taken: tuple[int | None, ...]
) -> int | None:
    for place, title in enumerate(titles):
        if place not in taken and len(title) <= 12 and pattern.search(title):
            return place
    return None


def _rows(
    rows: list[list[Words]],
    titles: list[str],
    columns: tuple[int, int, int | None],
) -> Iterable[Row]:
    name, decided, column = columns
    group: str | None = None
    for row in rows:
        if ["".join(cell.folded.split()) for cell in row] == titles:
            continue  # the head again on the next page
        cells = [*row, *[Words("", [])] * (len(titles) - len(row))]
        if column is not None:
            said = _IS_GROUP.findall("".join(cells[column].folded.split()))
            group = said[-1] if said else group
        if cells[name] and cells[decided]:
            yield Row(cells[name], cells[decided], group)

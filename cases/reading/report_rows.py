"""The rows of a status report gathered to cases, over pages and groups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cases.reading.blocks import owners, period
from cases.reading.cells import (
    goes_on,
    is_mark,
    is_numbered,
    join,
    split_items,
    without_markup,
)
from cases.reading.columns import Columns, read_columns
from cases.reading.heading import (
    Heading,
    is_furniture,
    read_group,
    read_numbered_heading,
)
from cases.reading.places import read_counties
from cases.reading.read_case import (
    Key,
    ReadCase,
    at,
    cell_lines,
    is_open,
    name_of,
    top_number,
)
from cases.reading.rows import Cell, Row, Text, pieces
from platform_site.reading.document import Document

LONGEST_HEADING = 80
_NAME_GOES_ON = "名稱可能跨頁接續，請確認名稱是否完整。"

_NEW_MARK = re.compile(
    r"^\s*[【(（\[★◎※*]\s*(?:本[次期季])?新增(?:案|案件|列管)?\s*[】)）\]★：:]?\s*"
    r"|\s*[【(（\[]\s*(?:本[次期季])?新增(?:案|案件|列管)?\s*[】)）\]]\s*$"
)
_IS_NEW = re.compile(
    r"[(（【]?(?:本[次期季])?(?:同意)?新增(?:案|案件|列管)?[)）】]?|是|[VvｖＶ✓✔○●◎☑■]"
)
_IS_OLD = re.compile(r"否|無|持續(?:列管)?|列管中?|執行中|[-－—─☐□×]+")
THEME = re.compile(
    r"[(（【]?\s*共同議題\s*[-－—–─:：]*\s*[「『]?(?P<theme>[^」』()（）【】]*)"
)


@dataclass(slots=True)
class RowReader:
    """Goes through the lines and rows of a paper."""

    document: Document
    heading: Heading = field(default_factory=Heading)
    columns: Columns | None = None
    group: str | None = None
    cases: list[ReadCase] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    is_fresh: bool = False  # a head or a page has just begun
    above: Text | None = None  # the last line outside of tables
    key: Key = (None, "")
    row_group: str = ""
    width: int = 0
    sheets: list[str] = field(default_factory=list)
    stray: list[Text] = field(default_factory=list)  # below a page's last whole row

    @property
    def is_sheet(self) -> bool:
        """Whether lines outside of tables are the names of sheets."""
        return self.document.kind in ("xlsx", "ods")

    def read(self) -> None:
        """Read the whole paper."""
        for piece in pieces(self.document):
            if isinstance(piece, Text):
                self._line(piece)
            else:
                self._row(piece)

    # Lines

    def _line(self, line: Text) -> None:
        text = line.text.strip()
        if not text or is_furniture(text) or self.heading.has(text):
            return
        if self.is_sheet:
            self._sheet(line)
        elif self._is_within_cell(line):
            self._continue(self.key, Cell(line.text, line.start, line.end))
        elif not self._is_heading(text):
            self._other(line)

    def _sheet(self, line: Text) -> None:
        """Begin another sheet: its table has a head of its own."""
        self.columns, self.group = None, read_group(line.text.strip())
        if self.group is None:
            self.sheets.append(line.text.strip())

    def _is_heading(self, text: str) -> bool:
        """Take a group's name or the data date; False where it is neither."""
        if len(text) > LONGEST_HEADING:
            return False
        group = read_group(text)
        if group:
            self._begin_group(group)
        return bool(group) or self.heading.take(text)

    def _other(self, line: Text) -> None:
        """Keep a line that is no heading: above all tables it may be the title."""
        text = line.text.strip()
        if self.columns is None and not self.cases and len(text) <= LONGEST_HEADING:
            self.heading.take_title(text)
        else:
            self.unread.append((line.start, text))
            if self.document.kind == "pdf" and self.cases:
                self.stray.append(line)
        self.above = line

    def _is_within_cell(self, line: Text) -> bool:
        """Whether a line of plain text belongs to the cell that was begun last."""
        if self.document.kind != "txt" or not self.cases or self.is_fresh:
            return False
        text = self.document.text
        after = text[line.end : line.end + 400].lstrip("\n\f \u3000").partition("\n")[0]
        if read_columns(after.split("\t")):
            return False
        above = text[max(0, line.start - 40) : line.start].rstrip(" \f\u3000")
        return not (above.endswith("\n\n") and read_group(line.text.strip()))

    def _begin_group(self, group: str) -> None:
        self.stray = []
        self.group, self.row_group, self.is_fresh = group, "", True

    # Rows

    def _row(self, row: Row) -> None:
        cells = [without_markup(cell.text) for cell in row.cells]
        columns = read_columns(cells)
        if columns is not None:
            self._head(columns)
            self.width = len(cells)
            return
        if row.is_first:
            self.is_fresh = True
            if self._is_foreign(row):
                self.columns = None
        if self.columns is None:
            for cell in row.said:
                text = cell.text.strip()
                if not (self.heading.has(text) or self._is_heading(text)):
                    self._other(Text(text, cell.start))
            return
        if self.is_fresh and self.columns.refine(cells):
            return
        if row.said and not self._is_heading_row(row, cells):
            if self.stray and self.is_fresh:
                self._take_stray(cells)
            self.stray = []
            self._data(row, cells)
            self.is_fresh = False

    def _take_stray(self, cells: Sequence[str]) -> None:
        """Begin the case of a row that a page cut open, without its lower line.

        Its words came as lines of no table; where the text begins is guessed.
        """
        assert self.columns is not None
        lines = [line.text.strip() for line in self.stray]
        begins = next(
            (
                place
                for place, line in enumerate(lines)
                if place and (is_numbered(line) or is_mark(line) or owners(line))
            ),
            0,
        )
        if not begins and at(cells, self.columns.name):
            return  # the row begins a case of its own: those were other words
        starts = {line.start for line in self.stray}
        self.unread = [each for each in self.unread if each[0] not in starts]
        begins = begins or 1
        name = name_of("\n".join(lines[:begins]))
        case = ReadCase(self.row_group or self.group, name, start=self.stray[0].start)
        case.doubts.append("表格跨頁處框線不全，名稱與文字由版面推定，請核對原文。")
        self.cases.append(case)
        self.key = (None, "")
        for line in self.stray[begins:]:
            self._continue(self.key, Cell(line.text, line.start, line.end))

    def _is_foreign(self, row: Row) -> bool:
        """Whether a table without a head is another one, no part of the last."""
        return self.columns is not None and (
            len(row.cells) != self.width
            or (self.above is not None and self.document.kind not in ("txt", "pdf"))
        )

    def _head(self, columns: Columns) -> None:
        above = self.above
        group = read_numbered_heading(above.text) if above is not None else None
        if above is not None and group:
            self.group = group
            self.unread = [each for each in self.unread if each[0] != above.start]
            self.heading.drop(above.text)
        self.above = None
        self.columns = columns
        self.is_fresh = True

    def _is_heading_row(self, row: Row, cells: Sequence[str]) -> bool:
        """Whether a row is a heading in one cell: a group, the title, a page number."""
        assert self.columns is not None
        said = [place for place, cell in enumerate(cells) if cell.strip()]
        if len(said) != 1 or any(said[0] == c.place for c in self.columns.progress):
            return False
        text = cells[said[0]].strip()
        if self.heading.has(text) or is_furniture(text):
            return True
        return self.columns.group is None and self._is_heading(text)

    def _data(self, row: Row, cells: Sequence[str]) -> None:
        columns = self.columns
        assert columns is not None
        name = name_of(at(cells, columns.name))
        self._note_group(cells)
        owner = self._owner(row, cells)
        said = {
            (owner or column.municipality, column.label): row.cells[column.place]
            for column in columns.progress
            if at(cells, column.place)
        }
        if name and self._is_name_continued(name, said):
            self.cases[-1].name = join(self.cases[-1].name, name)
        elif name and not self._is_repeated(name, cells):
            self._begin(name, row, cells)
        if not self.cases:
            self.unread += [(cell.start, cell.text.strip()) for cell in row.said]
            return
        for key, cell in said.items():
            self._continue(key, cell)
        self.unread += [
            (row.cells[place].start, at(cells, place))
            for place in columns.others
            if at(cells, place)
        ]

    def _is_repeated(self, name: str, cells: Sequence[str]) -> bool:
        """Whether a row of another municipality says the case's name once more."""
        columns = self.columns
        assert columns is not None
        if columns.municipality is None or not self.cases:
            return False
        case = self.cases[-1]
        number = at(cells, columns.number)
        return (case.printed, case.number, case.group) == (
            name,
            number,
            self.row_group or self.group,
        )

    def _note_group(self, cells: Sequence[str]) -> None:
        """Take the group from its column, which may be merged over rows."""
        columns = self.columns
        if columns is None or columns.group is None or columns.group >= len(cells):
            return
        said = "".join(cells[columns.group].split())
        if said:
            self.row_group = read_group(said) or said

    def _owner(self, row: Row, cells: Sequence[str]) -> str | None:
        """Return the municipality a column of its own names."""
        columns = self.columns
        assert columns is not None
        place = columns.municipality
        if place is None or place >= len(cells) or not cells[place].strip():
            return None
        text = "".join(cells[place].split())
        names, end = read_counties(text)
        if len(names) == 1 and end == len(text):
            return names[0]
        if not re.fullmatch(r"共同(?:填報|辦理)?|[各四]市|全體|聯合", text):
            self.unread.append((row.cells[place].start, cells[place].strip()))
        return None

    def _begin(self, name: str, row: Row, cells: Sequence[str]) -> None:
        columns = self.columns
        assert columns is not None
        plain = _NEW_MARK.sub("", name)
        case = ReadCase(
            self.row_group or self.group,
            plain or name,
            number=at(cells, columns.number),
            printed=name,
            theme=at(cells, columns.theme),
            origin=at(cells, columns.origin).strip("【】"),
            newly_listed=bool(plain) and plain != name,
            start=row.start,
        )
        case.newly_listed |= bool(case.origin)
        for place in (columns.new, columns.note):
            if said := at(cells, place):
                assert place is not None
                self._remark(case, said, row.cells[place].start)
        day = period(at(cells, columns.day))
        if day is not None:
            self.heading.as_of = max(day[1], self.heading.as_of or day[1])
        self.cases.append(case)

    def _remark(self, case: ReadCase, said: str, start: int) -> None:
        """Take what a remark says of the case; what it says else is unread."""
        theme = THEME.search(said)
        if _IS_NEW.fullmatch(said):
            case.newly_listed = True
        elif theme and len(theme[0]) >= len(said) - 2:
            case.theme = theme["theme"].strip()
        elif not _IS_OLD.fullmatch(said):
            self.unread.append((start, said))

    def _is_name_continued(self, name: str, said: dict[Key, Cell]) -> bool:
        """Whether a name at the top of a page is the rest of the one before."""
        if not (self.is_fresh and self.cases) or self.cases[-1].group != (
            self.row_group or self.group
        ):
            return False
        case = self.cases[-1]
        if is_open(case.name) and not is_open(join(case.name, name)):
            return True
        lines = cell_lines(self.document, case, case.cells.get(self.key, []))
        is_paged = self.document.kind in ("txt", "pdf")
        if (
            is_paged
            and said
            and all(re.fullmatch("【[^】]*】", each) for each in lines)
        ):
            case.doubts.append(_NAME_GOES_ON)
            return True
        last = top_number(lines, -1)
        for cell in said.values():
            below = split_items(without_markup(cell.text))
            first = top_number(below, 0)
            is_next = last and first > 1 and first == last + 1
            if is_next or (is_paged and below and goes_on(lines[-1], below[0])):
                case.doubts.append(_NAME_GOES_ON)
                return True
        return False

    def _continue(self, key: Key, cell: Cell) -> None:
        case = self.cases[-1]
        if key not in case.cells and key[0] is None and not key[1]:
            # A merged name: what goes on is the last text, whoever's it is.
            key = self.key if self.key in case.cells else key
        if self.is_fresh or self.document.kind in ("txt", "pdf"):
            case.broken.add(cell.start)
        case.cells[key].append(cell)
        case.end = max(case.end, cell.end)
        self.key = key

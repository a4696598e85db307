"""The sheet of a round that comes back filled in: read as it stands, and judged.

What cannot be a text typed by somebody is told as a fault of its row. Whose rows they
are, and what stands in the record, this does not know. It runs in the child process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from platform_site.lib.text import fold
from platform_site.reading.document import Refused
from platform_site.reading.grid import Grid, GridCell, GridRow, Held, Workbook

KEY = "識別碼（請勿更動）"
CASE = "案號"
CITY = "縣市"
TEXT = "辦理情形"
UNCHANGED = "本季無變動"
NEEDED = (KEY, CASE, CITY, TEXT, UNCHANGED)
YES = "是"
JOINT = "共同"

MOST_ROWS = 2000
_HEADING_WITHIN = 20  # rows from the top
_YES = {fold(word) for word in (YES, "V", "v", "ˇ", "✓", "✔", "○", "Y", UNCHANGED)}
_NO = {fold(word) for word in ("", "否", "N", "-")}
_HELD = {Held.NUMBER: "數字", Held.DATE: "日期或時間", Held.OTHER: "邏輯值或錯誤值"}

Facts = dict[str, Any]


def read(workbook: Workbook) -> Facts:
    """Return the rows of the one sheet that has the headings, and what else there is.

    Refused is a file with none or several, or whose columns cannot be told.
    """
    found = [(grid, row) for grid in workbook.grids if (row := _heading_row(grid))]
    if not found:
        raise Refused(
            "檔案中找不到填報表，請使用本站下載的檔案填寫，並保留"
            f"{_listed(NEEDED)}等欄名。"
        )
    if len(found) > 1:
        raise Refused(
            f"檔案中有{len(found)}張填報表（{_listed([grid.name for grid, _ in found])}），"
            "請只留下一張後再上傳。"
        )
    [(grid, heading)] = found
    if grid.is_hidden:
        raise Refused(f"填報表「{grid.name}」是隱藏的工作表，請取消隱藏後再上傳。")
    columns = _columns(grid, heading)
    rows = list(_rows(grid, heading, columns))
    if len(rows) > MOST_ROWS:
        raise Refused(f"填報表超過{MOST_ROWS:,}列，請分成數個檔案。")
    return {
        "sheet": grid.name,
        "rows": rows,
        "notes": list(_notes(workbook, grid, heading, columns)),
    }


def _heading_row(grid: Grid) -> GridRow | None:
    for row in grid.rows:
        if row.number > _HEADING_WITHIN:
            return None
        if any(fold(cell.text) == fold(KEY) for cell in row.cells.values()):
            return row
    return None


def _columns(grid: Grid, heading: GridRow) -> dict[str, int]:
    """The column of each heading that is needed."""
    places: dict[str, list[int]] = {name: [] for name in NEEDED}
    names = {fold(name): name for name in NEEDED}
    for column, cell in heading.cells.items():
        if name := names.get(fold(cell.text)):
            places[name].append(column)
    if missing := [name for name in NEEDED if not places[name]]:
        raise Refused(f"填報表缺少{_listed(missing)}欄，請使用本站下載的檔案填寫。")
    if twice := [name for name in NEEDED if len(places[name]) > 1]:
        raise Refused(f"填報表的{_listed(twice)}欄出現不只一次，請只留下一欄。")
    columns = {name: found[0] for name, found in places.items()}
    hidden = [
        name for name in (TEXT, UNCHANGED) if columns[name] in grid.hidden_columns
    ]
    if hidden:
        raise Refused(f"填報表的{_listed(hidden)}欄被隱藏，請取消隱藏後再上傳。")
    return columns


def _rows(
    grid: Grid, heading: GridRow, columns: dict[str, int]
) -> Iterator[dict[str, Any]]:
    for row in grid.rows:
        if row.number <= heading.number:
            continue
        cells = {name: row.cells.get(columns[name]) for name in NEEDED}
        if not any(cells.values()):
            continue
        said = {name: cell.text.strip() if cell else "" for name, cell in cells.items()}
        text = _lines(cells[TEXT])
        # Typed where the text belongs, it says the same.
        is_said = fold(text).rstrip("。.") == fold(UNCHANGED)
        mark = fold(said[UNCHANGED])
        faults = [fault for name in NEEDED if (fault := _fault(name, cells[name]))]
        if not faults and mark not in _YES | _NO:
            faults.append(
                f"「{UNCHANGED}」請填「{YES}」或留空，不能填「{said[UNCHANGED][:20]}」。"
            )
        yield {
            "number": row.number,
            "key": said[KEY],
            "case": said[CASE],
            "city": said[CITY],
            "text": "" if is_said else text,
            "unchanged": "1" if is_said or mark in _YES else "",
            "hidden": "1" if row.is_hidden else "",
            "faults": faults,
        }


def _lines(cell: GridCell | None) -> str:
    """The text of a cell without blanks at the ends of lines or empty lines around."""
    if cell is None:
        return ""
    return "\n".join(line.rstrip() for line in cell.text.split("\n")).strip("\n")


def _fault(name: str, cell: GridCell | None) -> str:
    """Why a cell is not what somebody typed as text, or nothing."""
    if cell is None:
        return ""
    if cell.held is Held.FORMULA:
        return f"「{name}」是公式，公式不予採用，請改填文字。"
    if cell.is_merged:
        return f"「{name}」是合併的儲存格，請取消合併後各列分別填寫。"
    if cell.held is not Held.TEXT:
        return (
            f"「{name}」是{_HELD[cell.held]}「{cell.text[:20]}」，不是文字，"
            "請將儲存格格式改為文字後重新輸入。"
        )
    return ""


def _notes(
    workbook: Workbook, grid: Grid, heading: GridRow, columns: dict[str, int]
) -> Iterator[str]:
    """What is in the file and was not read, or stood elsewhere."""
    for other in workbook.grids:
        if other is not grid and other.is_hidden:
            yield f"隱藏的工作表「{other.name}」未讀取。"
    order = [columns[name] for name in NEEDED]
    if order != sorted(order):
        yield "欄位的順序已變動，依欄名讀取。"
    if heading.number > 1:
        yield f"欄名在第{heading.number}列，其上各列未讀取。"


def _listed(names: Sequence[str]) -> str:
    return "".join(f"「{name}」" for name in names)

"""合作方案辦理情形 as a table: one row for each case and municipality reporting."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from cases.reports import GroupTable, ProgressBlock, ReportRow, StatusReport
from platform_site.lib import sheets
from platform_site.lib.roc import format_roc
from platform_site.lib.sheets import About, Column, Kind


@dataclass(frozen=True)
class SheetRow:
    """What one row tells of: a case, and a block of its progress if there is one."""

    report: StatusReport
    group: GroupTable
    case: ReportRow
    block: ProgressBlock | None


def _text(row: SheetRow) -> str | None:
    return row.block.text.strip() if row.block else None


COLUMNS: list[Column[SheetRow]] = [
    Column("議題小組", lambda row: row.group.name, 12),
    Column("案號", lambda row: row.case.number, 9),
    Column("方案名稱", lambda row: row.case.name, 26),
    Column("備註", lambda row: row.case.note, 18),
    Column("新增", lambda row: "是" if row.case.origin else "否", 6),
    Column("新增依據", lambda row: row.case.origin.strip("【】"), 18),
    Column(
        "縣市（空白為共同填報）",
        lambda row: row.block.municipality if row.block else None,
        11,
    ),
    Column("最新辦理情形", _text, 66),
    Column("資料時間", lambda row: row.report.as_of, 11, Kind.DATE),
]


def sheet_rows(report: StatusReport) -> Iterator[SheetRow]:
    """The rows in the paper's order; a case nothing was reported on has one too."""
    for group in report.groups:
        for case in group.rows:
            for block in case.blocks or [None]:
                yield SheetRow(report, group, case, block)


def columns_of(report: StatusReport) -> list[Column[SheetRow]]:
    """The columns of a report: of a part of the record also by what it was chosen."""
    columns = list(COLUMNS)
    if report.shows_standing:
        standing = Column[SheetRow]("列管狀態", lambda row: row.case.standing, 11)
        columns.insert(3, standing)
    if report.first_page:
        note = Column[SheetRow](
            "辦理情形註記",
            lambda row: row.block.note.strip("（）") if row.block else None,
            18,
        )
        columns.insert(-1, note)
    if report.conditions:
        line = "；".join(report.conditions)
        columns.append(Column[SheetRow]("篩選條件", lambda _: line, 24))
    return columns


def write_xlsx(report: StatusReport, file: IO[bytes]) -> None:
    """Write the table as an Excel workbook."""
    sheets.xlsx(file, columns_of(report), sheet_rows(report), _about(report))


def write_ods(report: StatusReport, file: IO[bytes]) -> None:
    """Write the table as an OpenDocument spreadsheet."""
    sheets.ods(file, columns_of(report), sheet_rows(report), _about(report))


def write_csv(report: StatusReport, file: IO[bytes]) -> None:
    """Write the table as CSV."""
    sheets.csv(file, columns_of(report), sheet_rows(report))


def _about(report: StatusReport) -> About:
    part = "（部分）" if report.conditions else ""
    return About(
        title=f"{report.title}{part}（{format_roc(report.as_of)}）",
        author=report.platform_name,
        sheet="辦理情形",
    )

"""Control reports as spreadsheets: the table, and what it counts on another sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import IO

from cases.control.report import Cell, Report
from meetings.models import Platform
from platform_site.lib import sheets
from platform_site.lib.roc import format_roc
from platform_site.lib.sheets import About, Column, Value

WRITERS = {"xlsx": sheets.xlsx, "ods": sheets.ods}


def write(
    report: Report,
    title: str,
    platform: Platform,
    extension: str,
    file: IO[bytes],
    *,
    made_on: date,
) -> None:
    """Write a report as XLSX or ODS."""
    rows = [*report.rows, *([report.total] if report.total else [])]
    about = About(
        title=f"{platform.name}　{title}",
        author=platform.name,
        sheet=title,
        notes=[
            f"{platform.name}　{title}",
            f"製表日期：{format_roc(made_on)}",
            *report.conditions,
            "",
            *report.counts,
        ],
        notes_sheet="計數說明",
    )
    WRITERS[extension](file, columns_of(report), rows, about)


def columns_of(report: Report) -> list[Column[Sequence[Cell]]]:
    """Return the columns of a report's table."""
    return [
        Column(heading.name, _value_at(place), heading.width, heading.kind)
        for place, heading in enumerate(report.headings)
    ]


def _value_at(place: int) -> Callable[[Sequence[Cell]], Value]:
    return lambda row: row[place].value

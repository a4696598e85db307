"""A report as plain data to be frozen, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from cases.reports import (
    CaseWords,
    Corrected,
    Figure,
    FirstPage,
    GroupTable,
    ProgressBlock,
    ReportRow,
    StatusReport,
)


def to_data(report: StatusReport) -> dict[str, Any]:
    """Return the report as JSON keeps it; days are ISO dates."""
    data: dict[str, Any] = _plain(asdict(report))
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def from_data(data: Mapping[str, Any]) -> StatusReport:
    """Return the report that ``to_data`` was given."""
    return StatusReport(
        title=data["title"],
        platform_name=data["platform_name"],
        as_of=date.fromisoformat(data["as_of"]),
        groups=tuple(map(_group, data["groups"])),
        conditions=tuple(data["conditions"]),
        shows_standing=data["shows_standing"],
        first_page=_first_page(data["first_page"]) if data["first_page"] else None,
    )


def _group(data: Mapping[str, Any]) -> GroupTable:
    return GroupTable(data["numeral"], data["name"], tuple(map(_row, data["rows"])))


def _row(data: Mapping[str, Any]) -> ReportRow:
    blocks = tuple(ProgressBlock(**block) for block in data["blocks"])
    return ReportRow(**{**data, "blocks": blocks, "themes": tuple(data["themes"])})


def _first_page(data: Mapping[str, Any]) -> FirstPage:
    return FirstPage(
        edition=data["edition"],
        why=data["why"],
        last_on=date.fromisoformat(data["last_on"]) if data["last_on"] else None,
        figures=tuple(map(_figure, data["figures"])),
        corrected=tuple(Corrected(**each) for each in data["corrected"]),
    )


def _figure(data: Mapping[str, Any]) -> Figure:
    cases = tuple(CaseWords(**case) for case in data["cases"])
    return Figure(**{**data, "cases": cases})

"""合作方案辦理情形 as JSON, in the shape in which reports written elsewhere are read."""

import json
from typing import IO, Any

from cases.reports import GroupTable, ReportRow, StatusReport
from platform_site.lib.text import interchange


def write_json(report: StatusReport, file: IO[bytes]) -> None:
    """Write ``status_report_data`` in UTF-8, Chinese as Chinese."""
    written = json.dumps(status_report_data(report), ensure_ascii=False, indent=1)
    file.write(f"{written}\n".encode())


def status_report_data(report: StatusReport) -> dict[str, Any]:
    """The report as plain data.

    ``theme`` and ``municipality`` are null where a case has no theme and where
    all report together; several themes are joined by 、. ``origin`` is the
    decision that has newly listed a case, empty for all others. A part of the
    record says in ``conditions`` how it was chosen, and ``standing`` is there where
    not every case is listed.
    """
    data: dict[str, Any] = {
        "title": interchange(report.title),
        "as_of": report.as_of.isoformat(),
    }
    if report.conditions:
        data["conditions"] = [interchange(each) for each in report.conditions]
    data["groups"] = [_group(group, report) for group in report.groups]
    return data


def _group(group: GroupTable, report: StatusReport) -> dict[str, Any]:
    return {
        "name": interchange(group.name),
        "cases": [_case(row, report) for row in group.rows],
    }


def _case(row: ReportRow, report: StatusReport) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": interchange(row.name),
        **({"standing": row.standing} if report.shows_standing else {}),
        "theme": interchange("、".join(row.themes)) or None,
        "note": interchange(row.note),
        "newly_listed": bool(row.origin),
        "origin": interchange(row.origin.strip("【】")),
        "progress": [
            {
                "municipality": block.municipality and interchange(block.municipality),
                "text": interchange(block.text.strip()),
            }
            for block in row.blocks
        ],
    }

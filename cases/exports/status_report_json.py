"""合作方案辦理情形 as JSON, in the shape in which reports written elsewhere are read."""

import json
from typing import IO, Any

from cases.reports import FirstPage, GroupTable, ReportRow, StatusReport
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
    not every case is listed. An edition has its number and its first page, and a
    text that is not this period's a ``note``.
    """
    data: dict[str, Any] = {
        "title": interchange(report.title),
        "as_of": report.as_of.isoformat(),
    }
    if report.conditions:
        data["conditions"] = [interchange(each) for each in report.conditions]
    if report.first_page:
        data |= _first_page(report.first_page)
    data["groups"] = [_group(group, report) for group in report.groups]
    return data


def _first_page(first: FirstPage) -> dict[str, Any]:
    return {
        "edition": first.edition or "第一版",
        "why": interchange(first.why),
        "last_as_of": first.last_on and first.last_on.isoformat(),
        "figures": [
            {
                "key": figure.key,
                "label": figure.label,
                "definition": figure.definition,
                "value": figure.value,
                "cases": [
                    {
                        "number": case.number,
                        "name": interchange(case.name),
                        "group": interchange(case.group),
                        "words": interchange(case.words),
                    }
                    for case in figure.cases
                ],
            }
            for figure in first.figures
        ],
        "corrected": [
            {
                "number": each.number,
                "municipality": each.municipality,
                "before": interchange(each.before),
                "after": interchange(each.after),
            }
            for each in first.corrected
        ],
    }


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
                **({"note": block.note} if block.note else {}),
            }
            for block in row.blocks
        ],
    }

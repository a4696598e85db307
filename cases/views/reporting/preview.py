"""How a text will stand in the printed report: the row of the paper itself."""

from __future__ import annotations

from django.template.loader import render_to_string

from cases.exports.status_report_pdf import printed_lines
from cases.models import ProgressUpdate
from cases.reports import ProgressBlock, ReportRow
from platform_site.lib.roc import format_roc


def printed(slot: ProgressUpdate, *, text: str, is_unchanged: bool) -> str:
    """Return the table with the row of the slot's case, and in it this text alone."""
    if is_unchanged:
        text = _unchanged(slot)
    block = ProgressBlock(
        slot.municipality.short_name if slot.municipality else None, text
    )
    row = ReportRow(slot.case.number, slot.case_name, "", "", (block,))
    return render_to_string(
        "reporting/_printed.html", {"row": row, "lines": list(printed_lines(row))}
    )


def _unchanged(slot: ProgressUpdate) -> str:
    if not slot.last_text or slot.last_as_of is None:
        return "（本季無變動）"
    day = format_roc(slot.last_as_of)
    return f"（本季無變動，以下為{day}之辦理情形）\n{slot.last_text}"

"""How a text will stand in the printed report: the row of the paper itself."""

from __future__ import annotations

from django.template.loader import render_to_string

from cases.exports.status_report_pdf import printed_lines
from cases.models import ProgressUpdate
from cases.reports import ProgressBlock, ReportRow


def printed(slot: ProgressUpdate, *, text: str, is_unchanged: bool) -> str:
    """Return the table with the row of the slot's case, and in it this text alone."""
    if is_unchanged:
        text = "\n".join(filter(None, ["（本季無變動）", slot.last_text]))
    block = ProgressBlock(
        slot.municipality.short_name if slot.municipality else None, text
    )
    row = ReportRow(slot.case.number, slot.case_name, "", "", (block,))
    return render_to_string(
        "reporting/_printed.html", {"row": row, "lines": list(printed_lines(row))}
    )

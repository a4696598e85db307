"""The progress of the record: texts of a round, as some paper printed them."""

from __future__ import annotations

from cases.models import ProgressUpdate, ReportingRound
from cases.record.files import Data
from cases.record.known import Known


def load_progress(known: Known, data: Data) -> None:
    """Write the texts of one group in one round."""
    known.refuse_unknown(data, {"group", "as_of", "cases"})
    group = known.group(data["group"])
    current, _ = ReportingRound.objects.get_or_create(
        platform=known.platform, as_of=data["as_of"]
    )
    for row in data["cases"]:
        known.refuse_unknown(row, {"case", "progress"})
        case = known.case(row["case"])
        if case.group_id != group.pk:
            raise known.refusal(f"「{row['case']}」是 {case.number}，不屬於{group}。")
        for part in row["progress"]:
            name = part.get("municipality")
            known.make(
                ProgressUpdate(
                    case=case,
                    round=current,
                    municipality=known.municipality(name) if name else None,
                    text=part["text"].strip(),
                    state=ProgressUpdate.State.ACCEPTED,
                )
            )

"""The proposals of the record: the forms that a paper printed."""

from __future__ import annotations

from cases import proposals
from cases.models import Proposal, ProposalContact
from cases.record.files import Data
from cases.record.known import Known

TEXTS = ("division", "type_words", "explanation", "actions", "benefits")
OF_PROPOSAL = {
    *TEXTS,
    "case",
    "title",
    "municipality",
    "agency",
    "types",
    "municipalities",
    "ministries",
    "contact",
}


def load_proposals(known: Known, data: Data) -> None:
    """Keep the forms of cases that a paper holds, in its order.

    ``title`` is the form's where the case has another. Of the contact only the unit
    is entered, never a person.
    """
    known.refuse_unknown(data, {"roc_year", "source", "proposals"})
    for row in data["proposals"]:
        known.refuse_unknown(row, OF_PROPOSAL)
        case = known.case(row["case"])
        agency = known.agency_of_member(row["agency"]) if "agency" in row else None
        city = (
            agency.municipality if agency else known.municipality(row["municipality"])
        )
        partners = [known.municipality(name) for name in row.get("municipalities", [])]
        proposal = proposals.from_paper(
            Proposal(
                platform=known.platform,
                roc_year=data["roc_year"],
                source=data["source"],
                group=case.group,
                case=case,
                title=row.get("title", case.name),
                municipality=city,
                agency=agency,
                types=row.get("types", []),
                is_all_members=not partners,
                partners=[partner.pk for partner in partners],
                ministries=row.get("ministries", []),
                **{name: row.get(name, "").strip() for name in TEXTS},
            )
        )
        if "contact" in row:
            known.make(ProposalContact(proposal=proposal, unit=row["contact"]))

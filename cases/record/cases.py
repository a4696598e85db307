"""The cases of the record, with their other names and who takes part."""

from __future__ import annotations

from collections.abc import Iterable

from cases import ledger
from cases.models import Case, CaseAlias, CaseTheme, Participant
from cases.record.files import Data
from cases.record.known import Known

OF_CASE = {
    "number",
    "name",
    "parent",
    "origin",
    "origin_note",
    "origin_motion",
    "aliases",
    "themes",
    "agencies",
    "municipalities",
}


def load_cases(known: Known, data: Data) -> None:
    """Register the cases of one group."""
    known.refuse_unknown(data, {"group", "cases"})
    group = known.group(data["group"])
    for row in data["cases"]:
        known.refuse_unknown(row, OF_CASE)
        case = Case(
            platform=known.platform,
            group=group,
            number=row.get("number", ""),
            name=row["name"],
            parent=known.case(row["parent"]) if "parent" in row else None,
            origin=row.get("origin", Case.Origin.UNKNOWN),
            origin_note=row.get("origin_note", ""),
        )
        register(known, case)
        for alias in row.get("aliases", []):
            also_known_as(known, case, alias["name"], alias.get("source", ""))
        for theme in row.get("themes", []):
            known.make(CaseTheme(case=case, theme=known.themes[theme]))
        load_participants(
            known, case, row.get("agencies", []), row.get("municipalities", [])
        )
        if "origin_motion" in row:
            known.motions_awaited[row["origin_motion"]] = case


def register(known: Known, case: Case) -> None:
    """Register ``case`` and remember it by its name."""
    ledger.register_case(case)
    known.cases_by_key[case.pk] = case
    known.know(case, case.name)


def also_known_as(known: Known, case: Case, name: str, source: str) -> None:
    """Give ``case`` the other name by which ``source`` calls it."""
    known.make(CaseAlias(case=case, name=name, source=source))
    known.know(case, name)


def load_participants(
    known: Known, case: Case, agencies: Iterable[Data], municipalities: Iterable[str]
) -> None:
    """Write who takes part: by agency, and municipalities of which none is named."""
    agencies = list(agencies)
    named = {agency["municipality"] for agency in agencies}
    people = [
        *agencies,
        *({"municipality": name} for name in municipalities if name not in named),
    ]
    for person in people:
        municipality = known.municipality(person["municipality"])
        agency = (
            known.agency(person["agency"], municipality) if "agency" in person else None
        )
        known.make(
            Participant(
                case=case,
                municipality=municipality,
                agency=agency,
                is_lead=person.get("lead", False),
            )
        )

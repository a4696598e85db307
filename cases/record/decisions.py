"""What the record's meetings decided: points of a group, as entries of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from cases.models import Case, LedgerEntry
from cases.record.files import Data
from cases.record.known import Known
from meetings.minutes.compose import continuing_phrase, phrase
from meetings.models import IssueGroup, Platform

Kind = LedgerEntry.Kind

# What a paper's point may do to cases, by the ledger's own codes.
ACTIONS = {kind.value: kind for kind in Kind if kind is not Kind.VOID}
OF_POINT = {*ACTIONS, "stated", "text", "note", "inferred"}
UNSTATED = "會議紀錄未載明解列原因"


class ListedCases:
    """Which cases a meeting has still to continue, as its points are read."""

    def __init__(self, platform: Platform, day: date) -> None:
        rows = (
            Case.objects.filter(platform=platform)
            .listed_on(day)
            .in_order()
            .values_list("pk", "group_id")
        )
        self._group_of: dict[int, int] = dict(rows)

    def note(self, entry: LedgerEntry) -> None:
        """Take account of a decision made earlier in the meeting."""
        if entry.kind == Kind.CARRY_IN:
            self._group_of[entry.case_id] = entry.case.group_id
        elif entry.kind in {
            Kind.CONTINUE,
            Kind.DELIST,
            Kind.MERGE,
            Kind.SPLIT,
        }:
            self._group_of.pop(entry.case_id, None)

    def others(self, group: IssueGroup) -> list[int]:
        """Return the keys of the group's cases nothing else was decided about."""
        return [pk for pk, group_id in self._group_of.items() if group_id == group.pk]


def decisions(
    known: Known, point: Data, group: IssueGroup, listed: ListedCases
) -> Iterator[tuple[str, LedgerEntry]]:
    """Yield the entries of one point with the names written, in order."""
    known.refuse_unknown(point, OF_POINT)
    for action, items in point.items():
        if action not in ACTIONS:
            continue
        kind = ACTIONS[action]
        if kind is Kind.CONTINUE and items == "others":
            items = [{"key": key} for key in listed.others(group)]
        for item in items:
            row = {"case": item} if isinstance(item, str) else item
            yield from _decide(known, kind, row, point, listed)


def _decide(
    known: Known, kind: Kind, row: Data, point: Data, listed: ListedCases
) -> Iterator[tuple[str, LedgerEntry]]:
    basis = row.get("inferred") or point.get("inferred") or ""
    case = known.cases_by_key[row["key"]] if "key" in row else known.case(row["case"])
    entry = LedgerEntry(
        case=case,
        kind=kind,
        is_inferred=bool(basis),
        basis=basis,
        words=row.get("words", "") or point.get("note", ""),
    )
    if kind is Kind.DELIST:
        entry.reason = row.get("reason", LedgerEntry.Reason.OTHER)
        entry.words = row.get("words", "") or (
            UNSTATED if entry.reason == LedgerEntry.Reason.OTHER else ""
        )
    elif kind is Kind.RENAME:
        entry.new_name = row["to"]
        known.know(case, entry.new_name)
    elif kind is Kind.MERGE:
        entry.merged_into = known.case(row["into"])
    listed.note(entry)
    yield row.get("case", case.name), entry
    for name in row["into"] if kind is Kind.SPLIT else []:
        begun = LedgerEntry(case=known.case(name), kind=Kind.LIST, split_from=case)
        listed.note(begun)
        yield name, begun


def in_words(
    platform: Platform, point: Data, named: Sequence[tuple[str, LedgerEntry]]
) -> str:
    """Return the point in the fixed phrases; empty for what no paper words."""
    names: dict[str, list[str]] = {}
    for name, entry in named:
        names.setdefault(entry.kind, []).append(name)
    if Kind.LIST in names:
        return phrase("同意新增", names[Kind.LIST])
    if Kind.DELIST in names:
        return phrase(f"同意{platform.delist_word}", names[Kind.DELIST])
    if Kind.CONTINUE in names:
        stated = f"{point['stated']}。" if "stated" in point else ""
        return stated or continuing_phrase(
            len(names[Kind.CONTINUE]), are_others=point["continue"] == "others"
        )
    return ""

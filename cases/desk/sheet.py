"""The sheet of one group: what the meeting decides about each of its cases.

Counts and phrases follow from the drafts as they will follow from the ledger
(``cases.balance``), so what the clerk sees beside the rows is what is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from cases.desk.agenda import Agenda, AgendaCase, GroupAgenda
from cases.models import DraftDecision, LedgerEntry
from meetings.minutes.compose import continuing_phrase, enumeration, phrase, quoted
from meetings.models import IssueGroup, Meeting, Minutes

Kind = LedgerEntry.Kind

# What a meeting may decide about a case on its agenda: by whether the series
# decides and whether the case is tracked. The ledger's rules allow no more.
CHOICES: Mapping[tuple[bool, bool], Sequence[Kind]] = {
    (True, True): (
        Kind.CONTINUE,
        Kind.DELIST,
        Kind.RENAME,
        Kind.MERGE,
        Kind.SPLIT,
        Kind.DEFER,
    ),
    (True, False): (Kind.LIST, Kind.DEFER, Kind.WITHDRAW, Kind.MERGE),
    (False, True): (Kind.CONTINUE, Kind.PROPOSE_DELIST, Kind.RENAME, Kind.DEFER),
    (False, False): (Kind.AGREE, Kind.DEFER, Kind.WITHDRAW, Kind.MERGE),
}
# What may be decided about a case that no agenda holds.
BEGINNINGS: Mapping[bool, Sequence[Kind]] = {
    True: (Kind.LIST, Kind.CARRY_IN, Kind.RELIST),
    False: (Kind.AGREE,),
}
BEGIN = frozenset((Kind.LIST, Kind.CARRY_IN, Kind.RELIST))


@dataclass(frozen=True)
class Row:
    """A row of the sheet: a case of the agenda or one begun here, and its draft."""

    agenda: AgendaCase | None
    draft: DraftDecision | None
    choices: Sequence[Kind]

    @property
    def key(self) -> str:
        """What names the row in forms and addresses."""
        if self.agenda is not None:
            return self.agenda.case.number
        assert self.draft is not None
        return self.draft.case.number if self.draft.case else f"new-{self.draft.pk}"

    @property
    def name(self) -> str:
        """The case's name when the meeting begins."""
        if self.agenda is not None:
            return self.agenda.name
        assert self.draft is not None
        return self.draft.case.name if self.draft.case else self.draft.name

    @property
    def is_listed(self) -> bool:
        """Whether the case is tracked when the meeting begins."""
        return self.agenda is not None and self.agenda.is_listed

    @property
    def is_undecided(self) -> bool:
        """Whether a listed case has no outcome yet; a proposal may simply wait."""
        return self.draft is None


@dataclass(frozen=True)
class Tally:
    """The books as they will stand, in cases; as ``cases.balance.NUMBERS`` says.

    ``undecided`` counts the rows of the agenda without an outcome.
    """

    opening: int = 0
    carried_in: int = 0
    listed: int = 0
    delisted: int = 0
    merged: int = 0
    split: int = 0
    undecided: int = 0

    @property
    def continuing(self) -> int:
        """其餘持續列管."""
        return self.opening + self.carried_in - self.delisted - self.merged - self.split

    @property
    def closing(self) -> int:
        """會後列管."""
        return self.continuing + self.listed

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.opening + other.opening,
            self.carried_in + other.carried_in,
            self.listed + other.listed,
            self.delisted + other.delisted,
            self.merged + other.merged,
            self.split + other.split,
            self.undecided + other.undecided,
        )


@dataclass(frozen=True)
class Point:
    """One resolution of a group as it will be worded, with the drafts under it.

    ``counts`` names what the phrase counts (``CountClaim.Counts``), empty for none.
    """

    text: str
    drafts: Sequence[DraftDecision]
    counts: str = ""
    number: int = 0


@dataclass(frozen=True)
class Sheet:
    """The sheet of one group."""

    meeting: Meeting
    group: IssueGroup
    rows: Sequence[Row]

    @property
    def drafts(self) -> list[DraftDecision]:
        """What has been decided so far, in the order of the sheet."""
        return [row.draft for row in self.rows if row.draft is not None]

    @property
    def tally(self) -> Tally:
        """Count the sheet."""
        kinds = [draft.kind for draft in self.drafts]
        listed_before = [row for row in self.rows if row.is_listed]
        ended = [row.draft.kind for row in listed_before if row.draft is not None]
        return Tally(
            opening=len(listed_before),
            carried_in=kinds.count(Kind.CARRY_IN),
            listed=kinds.count(Kind.LIST) + kinds.count(Kind.RELIST),
            delisted=ended.count(Kind.DELIST),
            merged=ended.count(Kind.MERGE),
            split=ended.count(Kind.SPLIT),
            undecided=sum(row.is_undecided for row in self.rows),
        )

    @property
    def points(self) -> list[Point]:
        """The resolutions as they will be worded, in the papers' order."""
        return list(_points(self))


def sheets_of(minutes: Minutes, agenda: Agenda) -> list[Sheet]:
    """Return the sheets of all groups of the agenda; one query."""
    drafts = list(
        DraftDecision.objects.filter(minutes=minutes).select_related(
            "case__group",
            "group",
            "lead",
            "merged_into",
            "merged_into_new",
            "split_from",
        )
    )
    return [_sheet(agenda.meeting, group, drafts) for group in agenda.groups]


def tally_of(sheets: Iterable[Sheet]) -> Tally:
    """Count all sheets together."""
    return reduce(Tally.__add__, (sheet.tally for sheet in sheets), Tally())


def _sheet(
    meeting: Meeting, agenda: GroupAgenda, drafts: Sequence[DraftDecision]
) -> Sheet:
    decides = meeting.series.is_deciding
    by_case = {draft.case_id: draft for draft in drafts if draft.case_id is not None}
    rows = [
        Row(each, by_case.get(each.case.pk), CHOICES[decides, each.is_listed])
        for each in agenda.cases
    ]
    on_agenda = {each.case.pk for each in agenda.cases}
    begun = [
        Row(None, draft, BEGINNINGS[decides])
        for draft in sorted(drafts, key=lambda each: (each.order, each.pk))
        if draft.group_id == agenda.group.pk and draft.case_id not in on_agenda
    ]
    return Sheet(meeting, agenda.group, [*rows, *begun])


# Wording -----------------------------------------------------------------------


def _points(sheet: Sheet) -> Iterable[Point]:
    """Word the group's decisions: delisted, listed, the rest in turn, the others."""
    names = {row.draft.pk: row.name for row in sheet.rows if row.draft is not None}
    delist_word = sheet.meeting.platform.delist_word
    by_kind: dict[str, list[DraftDecision]] = {}
    for draft in sheet.drafts:
        by_kind.setdefault(draft.kind, []).append(draft)

    def named(kind: Kind) -> list[str]:
        return [names[draft.pk] for draft in by_kind.get(kind, [])]

    if Kind.DELIST in by_kind:
        yield Point(
            phrase(f"同意{delist_word}", named(Kind.DELIST)),
            by_kind[Kind.DELIST],
            "delisted",
            len(by_kind[Kind.DELIST]),
        )
    new = [draft for draft in by_kind.get(Kind.LIST, []) if not draft.split_from_id]
    if new:
        listed = len(new) + len(by_kind.get(Kind.RELIST, []))
        begun = sum(bool(draft.split_from_id) for draft in by_kind[Kind.LIST])
        yield Point(
            phrase("同意新增", [names[draft.pk] for draft in new]),
            new,
            # What begins by a split or anew is worded apart, and counts as listed.
            "" if listed + begun != len(new) else "listed",
            len(new),
        )
    for kind, verb in (
        (Kind.RELIST, "同意重新列管"),
        (Kind.CARRY_IN, "補登列管"),
        (Kind.AGREE, "同意提案"),
        (Kind.PROPOSE_DELIST, f"提請{delist_word}"),
        (Kind.WITHDRAW, "同意撤案"),
        (Kind.DEFER, "緩議"),
    ):
        if kind in by_kind:
            yield Point(phrase(verb, named(kind)), by_kind[kind])
    yield from _single_points(sheet, names)
    yield from _others(sheet, by_kind)


def _single_points(sheet: Sheet, names: Mapping[int, str]) -> Iterable[Point]:
    """What is worded case by case: a new name, a merge, a split."""
    for draft in sheet.drafts:
        name = quoted(names[draft.pk])
        if draft.kind == Kind.RENAME:
            yield Point(f"{name}更名為{quoted(draft.new_name)}。", [draft])
        elif draft.kind == Kind.MERGE:
            yield Point(f"{name}併入{quoted(_target(draft))}。", [draft])
        elif draft.kind == Kind.SPLIT:
            begun = [
                other for other in sheet.drafts if other.split_from_id == draft.case_id
            ]
            into = enumeration([names[other.pk] for other in begun])
            yield Point(f"{name}改以{into}等{len(begun)}案辦理。", [draft, *begun])


def _target(draft: DraftDecision) -> str:
    if draft.merged_into_new is not None:
        return draft.merged_into_new.name
    return draft.merged_into.name if draft.merged_into else ""


def _others(
    sheet: Sheet, by_kind: Mapping[str, list[DraftDecision]]
) -> Iterable[Point]:
    """其餘 N 案持續列管: what stays, new cases left out, the renamed and deferred in."""
    tally = sheet.tally
    if not sheet.meeting.series.is_deciding:
        staying = by_kind.get(Kind.CONTINUE, [])
        if staying:
            yield Point(
                continuing_phrase(len(staying), are_others=len(by_kind) > 1), staying
            )
        return
    if tally.continuing:
        are_others = tally.continuing != tally.opening or bool(tally.listed)
        yield Point(
            continuing_phrase(tally.continuing, are_others=are_others),
            by_kind.get(Kind.CONTINUE, []),
            "continued",
            tally.continuing,
        )

"""The sheet of one group: what the meeting decides about each of its cases.

Counts and phrases follow from the drafts as they will follow from the ledger
(``cases.balance``), so what the clerk sees beside the rows is what is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from cases.desk.agenda import Agenda, AgendaCase, GroupAgenda
from cases.models import Case, DraftDecision, LedgerEntry
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
    # A deciding meeting merges only what is tracked; a proposal is taken back.
    (True, False): (Kind.LIST, Kind.DEFER, Kind.WITHDRAW),
    (False, True): (Kind.CONTINUE, Kind.PROPOSE_DELIST, Kind.RENAME, Kind.DEFER),
    (False, False): (Kind.AGREE, Kind.DEFER, Kind.WITHDRAW, Kind.MERGE),
}
# What may be decided about a case that no agenda holds. Delisting one carries it
# in first: it was tracked, though no meeting on record had listed it.
BEGINNINGS: Mapping[bool, Sequence[Kind]] = {
    True: (Kind.LIST, Kind.CARRY_IN, Kind.DELIST, Kind.DEFER),
    False: (Kind.AGREE, Kind.DEFER),
}
# Worded with others of the kind, also while the reason is missing.
SAID_TOGETHER = frozenset((Kind.DELIST, Kind.CONTINUE))
# What a listed case may end by at the meeting.
ENDINGS = frozenset((Kind.DELIST, Kind.MERGE, Kind.SPLIT))


@dataclass(frozen=True)
class Row:
    """A row of the sheet: a case of the agenda or one begun here, and its draft.

    ``begun`` are the cases it is split into, ``called`` the name a case bears that
    comes back to the list, ``target`` the name of the one it is merged into.
    """

    agenda: AgendaCase | None
    draft: DraftDecision | None
    choices: Sequence[Kind]
    begun: Sequence[DraftDecision] = ()
    called: str = ""
    target: str = ""

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
        return self.called or self.draft.name

    @property
    def is_listed(self) -> bool:
        """Whether the case is tracked when the meeting begins."""
        return self.agenda is not None and self.agenda.is_listed

    @property
    def is_undecided(self) -> bool:
        """Whether the case has no outcome yet."""
        return self.draft is None

    @property
    def is_carried_in(self) -> bool:
        """Whether the case turns up here as already tracked."""
        if self.draft is None or self.agenda is not None:
            return False
        return self.draft.kind in (Kind.CARRY_IN, Kind.DELIST)

    @property
    def missing(self) -> Mapping[str, str]:
        """What the decision still lacks, by field; minutes are not confirmed so."""
        return dict(_missing(self))


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
    ``lead`` is what the paper sets before the words: a group's names its cases so.
    """

    text: str
    drafts: Sequence[DraftDecision]
    counts: str = ""
    number: int = 0
    lead: str = ""


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
        return Tally(
            opening=sum(row.is_listed for row in self.rows),
            carried_in=sum(row.is_carried_in for row in self.rows),
            listed=kinds.count(Kind.LIST) + kinds.count(Kind.RELIST),
            delisted=kinds.count(Kind.DELIST),
            merged=sum(row.is_listed for row in self._of(Kind.MERGE)),
            split=kinds.count(Kind.SPLIT),
            undecided=sum(row.is_undecided for row in self.rows),
        )

    def _of(self, kind: Kind) -> list[Row]:
        return [row for row in self.rows if row.draft and row.draft.kind == kind]

    @property
    def points(self) -> list[Point]:
        """The resolutions as they will be worded, in the papers' order."""
        if self.meeting.series.is_deciding:
            return list(_points(self))
        return list(_group_points(self))

    @property
    def incomplete(self) -> list[Row]:
        """The rows whose decision lacks something."""
        return [row for row in self.rows if row.missing]


def sheets_of(minutes: Minutes, agenda: Agenda) -> list[Sheet]:
    """Return the sheets of all groups of the agenda; two queries."""
    drafts = list(
        DraftDecision.objects.filter(minutes=minutes).select_related(
            "case__group",
            "group",
            "lead",
            "proposal__municipality",
            "merged_into",
            "merged_into_new",
            "split_from",
        )
    )
    called = _called(drafts, agenda.meeting)
    return [_sheet(agenda.meeting, group, drafts, called) for group in agenda.groups]


def _called(drafts: Iterable[DraftDecision], meeting: Meeting) -> Mapping[int, str]:
    """Return the names that the cases of drafts and their targets bear that day."""
    keys = {
        key
        for draft in drafts
        for key in (draft.case_id, draft.merged_into_id)
        if key is not None
    }
    cases = Case.objects.as_of(meeting.held_on).filter(pk__in=keys)
    return {case.pk: case.current_name for case in cases}


def tally_of(sheets: Iterable[Sheet]) -> Tally:
    """Count all sheets together."""
    return reduce(Tally.__add__, (sheet.tally for sheet in sheets), Tally())


def _sheet(
    meeting: Meeting,
    agenda: GroupAgenda,
    drafts: Sequence[DraftDecision],
    called: Mapping[int, str],
) -> Sheet:
    decides = meeting.series.is_deciding
    by_case = {draft.case_id: draft for draft in drafts if draft.case_id is not None}
    split: dict[int, list[DraftDecision]] = {}
    for draft in sorted(drafts, key=lambda each: (each.order, each.pk)):
        if draft.split_from_id is not None:
            split.setdefault(draft.split_from_id, []).append(draft)
    rows = [
        Row(
            each,
            by_case.get(each.case.pk),
            CHOICES[decides, each.is_listed],
            split.get(each.case.pk, ()),
            target=_target(by_case.get(each.case.pk), called),
        )
        for each in agenda.cases
    ]
    on_agenda = {each.case.pk for each in agenda.cases}
    begun = [
        Row(
            None,
            draft,
            BEGINNINGS[decides] if draft.case_id is None else (Kind.RELIST,),
            called=called.get(draft.case_id or 0, ""),
        )
        for draft in sorted(drafts, key=lambda each: (each.order, each.pk))
        if draft.group_id == agenda.group.pk and draft.case_id not in on_agenda
    ]
    return Sheet(meeting, agenda.group, [*rows, *begun])


def _missing(row: Row) -> Iterator[tuple[str, str]]:
    draft = row.draft
    if draft is None:
        return
    match draft.kind:
        case Kind.DELIST:
            if not draft.reason:
                yield "reason", "請選擇解列原因。"
            elif draft.reason == LedgerEntry.Reason.OTHER and not draft.words:
                yield "words", "解列原因為「其他」時須說明。"
        case Kind.RENAME:
            if not draft.new_name:
                yield "new_name", "請填寫新名稱。"
            elif draft.new_name == row.name:
                yield "new_name", "新名稱與原名稱相同。"
        case Kind.MERGE:
            if draft.merged_into_id is None and draft.merged_into_new_id is None:
                yield "into", "請填寫併入的合作案。"
        case Kind.SPLIT if len(row.begun) < 2:
            yield "split", "分案至少須填兩個新案名稱，一行一案。"


# Wording -----------------------------------------------------------------------


def _points(sheet: Sheet) -> Iterable[Point]:
    """Word the group's decisions: delisted, listed, the rest in turn, the others."""
    names = _names(sheet)
    by_kind = _by_kind(sheet)
    if Kind.DELIST in by_kind:
        delisted = by_kind[Kind.DELIST]
        verb = f"同意{sheet.meeting.platform.delist_word}"
        said = phrase(verb, [names[draft.pk] for draft in delisted])
        yield Point(said, delisted, "delisted", len(delisted))
    new = [draft for draft in by_kind.get(Kind.LIST, []) if not draft.split_from_id]
    if new:
        said = phrase("同意新增", [names[draft.pk] for draft in new])
        # What begins by a split or anew is worded apart, and counts as listed.
        is_all = len(new) == sheet.tally.listed
        yield Point(said, new, "listed" if is_all else "", len(new) if is_all else 0)
    for kind, verb in (
        (Kind.RELIST, "同意重新列管"),
        (Kind.CARRY_IN, "補登列管"),
        (Kind.WITHDRAW, "同意撤案"),
    ):
        if kind in by_kind:
            said = phrase(verb, [names[draft.pk] for draft in by_kind[kind]])
            yield Point(said, by_kind[kind])
    yield from _single_points(sheet, names)
    tally = sheet.tally
    if tally.continuing > 0:
        are_others = tally.continuing != tally.opening or bool(tally.listed)
        yield Point(
            continuing_phrase(tally.continuing, are_others=are_others),
            [each for each in by_kind.get(Kind.CONTINUE, []) if not each.words],
            "continued",
            tally.continuing,
        )
    yield from _deferred(by_kind.get(Kind.DEFER, []), names)


def _names(sheet: Sheet) -> dict[int, str]:
    return {row.draft.pk: row.name for row in sheet.rows if row.draft is not None}


def _by_kind(sheet: Sheet) -> dict[str, list[DraftDecision]]:
    by_kind: dict[str, list[DraftDecision]] = {}
    for draft in sheet.drafts:
        by_kind.setdefault(draft.kind, []).append(draft)
    return by_kind


def _single_points(sheet: Sheet, names: Mapping[int, str]) -> Iterable[Point]:
    """What is worded case by case: a new name, a merge, a split, words of its own."""
    for row in sheet.rows:
        draft = row.draft
        if draft is None or (draft.kind not in SAID_TOGETHER and row.missing):
            continue
        name = quoted(names[draft.pk])
        if draft.kind == Kind.RENAME:
            yield Point(f"{name}更名為{quoted(draft.new_name)}。", [draft])
        elif draft.kind == Kind.MERGE:
            yield Point(f"{name}併入{quoted(row.target)}。", [draft])
        elif draft.kind == Kind.SPLIT:
            into = enumeration([other.name for other in row.begun])
            said = f"{name}改以{into}等{len(row.begun)}案辦理。"
            yield Point(said, [draft, *row.begun])
        elif draft.kind == Kind.CONTINUE and draft.words:
            yield Point(f"{name}{_sentence(draft.words)}", [draft])


def _deferred(
    drafts: Sequence[DraftDecision], names: Mapping[int, str]
) -> Iterable[Point]:
    """What was put off: with words of its own, or all in one phrase."""
    silent = [draft for draft in drafts if not draft.words]
    if silent:
        yield Point(phrase("緩議", [names[draft.pk] for draft in silent]), silent)
    for draft in drafts:
        if draft.words:
            yield Point(f"{quoted(names[draft.pk])}{_sentence(draft.words)}", [draft])


def _group_points(sheet: Sheet) -> Iterable[Point]:
    """Word a group's own decisions: what was said of a case, or what is alike.

    The paper sets the cases' names before each (``cases.minutes``), so the words
    leave them out.
    """
    names = _names(sheet)
    delist_word = sheet.meeting.platform.delist_word
    verbs = {
        Kind.AGREE: "同意提案。",
        Kind.CONTINUE: "持續列管。",
        Kind.PROPOSE_DELIST: f"提請{delist_word}。",
        Kind.WITHDRAW: "同意撤案。",
        Kind.DEFER: "緩議。",
    }
    for kind, drafts in _by_kind(sheet).items():
        silent = [draft for draft in drafts if not draft.words and kind in verbs]
        if silent:
            lead = "、".join(names[draft.pk] for draft in silent)
            yield Point(verbs[Kind(kind)], silent, lead=lead)
        for draft in drafts:
            name = names[draft.pk]
            if kind == Kind.RENAME:
                yield Point(f"更名為{quoted(draft.new_name)}。", [draft], lead=name)
            elif kind == Kind.MERGE:
                into = next(row.target for row in sheet.rows if row.draft is draft)
                yield Point(f"併入{quoted(into)}。", [draft], lead=name)
            elif draft.words:
                yield Point(_sentence(draft.words), [draft], lead=name)


def _target(draft: DraftDecision | None, called: Mapping[int, str]) -> str:
    if draft is None:
        return ""
    if draft.merged_into_new is not None:
        return draft.merged_into_new.name
    return called.get(draft.merged_into_id or 0, "")


def _sentence(words: str) -> str:
    """Return the words with a full stop, if they have no end of their own."""
    return words if words.endswith(("。", "！", "？", "」", "）")) else f"{words}。"

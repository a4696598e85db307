"""The books: what follows from the ledger, beside what the papers state.

For a deciding meeting and a group (domain, "Counting, and balancing the books"):

    continuing = opening + carried in - delisted - merged or split away
    closing    = continuing + listed, relisted and begun by a split
               = the next meeting's opening

An imbalance is a finding to show, never a reason to refuse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q
from django_stubs_ext import StrOrPromise

from cases.models import Case, CountClaim, LedgerEntry
from meetings.models import IssueGroup, Meeting, Platform
from meetings.words import say_later

Kind = LedgerEntry.Kind

# What each column of the books counts. Only a deciding meeting lists and delists;
# a case may turn up as already tracked at any meeting since the last deciding one.
COLUMNS: dict[str, tuple[Kind, ...]] = {
    "carried_in": (Kind.CARRY_IN,),
    "listed": (Kind.LIST, Kind.RELIST),
    "delisted": (Kind.DELIST,),
    "merged": (Kind.MERGE,),
    "split": (Kind.SPLIT,),
}
COLUMN_OF = {kind: column for column, kinds in COLUMNS.items() for kind in kinds}

# Every number of an account, in the order of the equation, with its definition.
NUMBERS: dict[str, tuple[StrOrPromise, StrOrPromise]] = {
    "opening": ("會前列管", "上次決定列管的會議後列管中的案件"),
    "carried_in": ("補登", "無會議紀錄可稽、但已在列管中而補登的案件"),
    "delisted": (say_later("解列"), say_later("本次會議同意解列的案件")),
    "merged": ("併案", "本次會議併入他案的案件"),
    "split": ("分案", "本次會議分為他案的案件"),
    "continuing": (
        "其餘持續列管",
        say_later("會前列管加補登，減解列、併案與分案；不含本次新增"),
    ),
    "listed": ("新增", "本次會議同意新增（含分案而新增、重新列管）的案件"),
    "closing": ("會後列管", "其餘持續列管加新增"),
}


@dataclass(frozen=True)
class Claims:
    """The counts a paper states for one group or the whole meeting; None: not printed."""

    listed: CountClaim | None = None
    delisted: CountClaim | None = None
    continued: CountClaim | None = None
    others: tuple[CountClaim, ...] = ()

    def number(self, counts: str) -> int | None:
        """Return the stated number, None when the paper does not print it."""
        claim: CountClaim | None = getattr(self, counts)
        return None if claim is None else claim.number

    @property
    def is_empty(self) -> bool:
        """Whether the paper states nothing that the books can be held against."""
        return self.listed is self.delisted is self.continued is None


@dataclass(frozen=True)
class Account:
    """The books of one deciding meeting for one group (None: the whole meeting).

    ``cases`` holds for each of ``NUMBERS`` the keys of the cases it counts.
    ``paper_difference`` is the paper's own arithmetic: stated 其餘 minus (last
    stated closing minus stated delisted); a number the paper leaves out is taken
    from the ledger, and the difference is None where the paper states nothing or
    no earlier meeting precedes.
    """

    meeting: Meeting
    group: IssueGroup | None
    cases: Mapping[str, frozenset[int]]
    claims: Claims
    paper_difference: int | None = None

    def count(self, number: str) -> int:
        """Return how many cases one of ``NUMBERS`` counts."""
        return len(self.cases[number])

    @property
    def explained(self) -> int:
        """What carry-ins, mergers and splits add to 其餘 beyond the paper's sum."""
        return self.count("carried_in") - self.count("merged") - self.count("split")

    @property
    def unexplained(self) -> int:
        """Stated 其餘 minus the ledger's; 0 where the paper states none."""
        stated = self.claims.number("continued")
        return 0 if stated is None else stated - self.count("continuing")

    @property
    def disagreements(self) -> list[CountClaim]:
        """Claims that differ from what follows from the ledger."""
        claims = self.claims
        held_against = [
            (claims.listed, "listed"),
            (claims.delisted, "delisted"),
            (claims.continued, "continuing"),
        ]
        return [
            claim
            for claim, number in held_against
            if claim is not None and claim.number != self.count(number)
        ]

    @property
    def claimed_closing(self) -> int | None:
        """The list after the meeting if the paper says what stayed on it, else None."""
        if self.claims.continued is None:
            return None
        return self.stated_closing

    @property
    def stated_closing(self) -> int:
        """The list after the meeting as the paper has it, gaps filled by the ledger."""
        continued = self.claims.number("continued")
        listed = self.claims.number("listed")
        return (self.count("continuing") if continued is None else continued) + (
            self.count("listed") if listed is None else listed
        )


def books(platform: Platform) -> list[Account]:
    """Return the accounts of every deciding meeting, oldest first.

    Per meeting one account for each group of the platform that has cases or of
    which a paper states a number, in the platform's order, then one for the whole
    meeting. A constant number of queries.
    """
    meetings = list(
        Meeting.objects.confirmed()
        .filter(platform=platform)
        .select_related("series", "platform", "minutes")
        .in_order()
    )
    groups = list(
        IssueGroup.objects.filter(platform=platform)
        .filter(
            Exists(Case.objects.filter(group=OuterRef("pk")))
            | Exists(CountClaim.objects.filter(group=OuterRef("pk")))
        )
        .order_by("order", "pk")
    )
    claims = _claims(platform)
    accounts: list[Account] = []
    last: dict[int | None, Account] = {}
    for meeting, changes in _intervals(platform, meetings):
        scopes: list[IssueGroup | None] = [*groups, None]
        for group in scopes:
            key = group.pk if group else None
            stated = claims.get((meeting.pk, key), Claims())
            account = Account(meeting, group, _numbers(changes, key, last), stated)
            difference = _paper_difference(account, last.get(key))
            accounts.append(replace(account, paper_difference=difference))
        last = {a.group.pk if a.group else None: a for a in accounts[-len(scopes) :]}
    return accounts


def books_of(meeting: Meeting) -> list[Account]:
    """Return the accounts of one deciding meeting, empty for any other."""
    return [a for a in books(meeting.platform) if a.meeting.pk == meeting.pk]


Changes = Mapping[tuple[str, int | None], frozenset[int]]


def _intervals(
    platform: Platform, meetings: Iterable[Meeting]
) -> Iterator[tuple[Meeting, Changes]]:
    """Yield each deciding meeting with the cases that came and went since the last.

    Keys are a column and a group's key, or None for all groups.
    """
    entries = (
        LedgerEntry.objects.of_platform(platform)
        .in_account()
        .filter(kind__in=COLUMN_OF)
        # What a group ends itself was never on the list (rule of the ledger).
        .filter(Q(kind=Kind.CARRY_IN) | Q(meeting__series__is_deciding=True))
        .values_list("meeting_id", "kind", "case__group_id", "case_id")
    )
    of_meeting: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for meeting_id, kind, group_id, case_id in entries:
        of_meeting[meeting_id].append((COLUMN_OF[Kind(kind)], group_id, case_id))
    changes: dict[tuple[str, int | None], set[int]] = defaultdict(set)
    for meeting in meetings:
        for column, group_id, case_id in of_meeting[meeting.pk]:
            changes[column, group_id].add(case_id)
            changes[column, None].add(case_id)
        if meeting.series.is_deciding:
            yield meeting, {key: frozenset(cases) for key, cases in changes.items()}
            changes.clear()


def _numbers(
    changes: Changes, key: int | None, last: Mapping[int | None, Account]
) -> dict[str, frozenset[int]]:
    """Return the cases behind each number of one account."""
    numbers = {column: changes.get((column, key), frozenset()) for column in COLUMNS}
    numbers["opening"] = last[key].cases["closing"] if key in last else frozenset()
    off = numbers["delisted"] | numbers["merged"] | numbers["split"]
    numbers["continuing"] = (numbers["opening"] | numbers["carried_in"]) - off
    numbers["closing"] = numbers["continuing"] | numbers["listed"]
    return numbers


def _paper_difference(account: Account, last: Account | None) -> int | None:
    if last is None or account.claims.is_empty:
        return None
    continued = account.claims.number("continued")
    delisted = account.claims.number("delisted")
    stated = account.count("continuing") if continued is None else continued
    taken_off = account.count("delisted") if delisted is None else delisted
    return stated - (last.stated_closing - taken_off)


def _claims(platform: Platform) -> dict[tuple[int, int | None], Claims]:
    """Return what the papers state, by meeting and group.

    Minutes go before announcements; what is left over is kept in ``others``.
    """
    found: dict[tuple[int, int | None], dict[str, CountClaim]] = defaultdict(dict)
    others: dict[tuple[int, int | None], list[CountClaim]] = defaultdict(list)
    claims = CountClaim.objects.filter(meeting__platform=platform).order_by("pk")
    minutes_first = sorted(claims, key=lambda c: c.source != CountClaim.Source.MINUTES)
    for claim in minutes_first:
        key = (claim.meeting_id, claim.group_id)
        stated = found[key]
        if claim.counts == CountClaim.Counts.TOTAL or claim.counts in stated:
            others[key].append(claim)
        else:
            stated[claim.counts] = claim
    return {
        key: Claims(**stated, others=tuple(others[key]))
        for key, stated in found.items()
    }

"""The numbers a paper states, beside those that its rows and the ledger give."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cases.desk.agenda import Agenda, AgendaCase
from cases.desk.sheet import Tally
from cases.models import Choice, LedgerEntry
from cases.reading.names import Names
from cases.readings.judge import Row
from cases.readings.result import MinutesFacts
from meetings.models import IssueGroup
from meetings.words import say

Kind = LedgerEntry.Kind


@dataclass(frozen=True)
class Count:
    """A number the paper states beside the number that the rows give."""

    label: str
    stated: int | None
    counted: int
    words: str = ""

    @property
    def differs(self) -> bool:
        """Whether the paper says otherwise."""
        return self.stated is not None and self.stated != self.counted


@dataclass(frozen=True)
class GroupCount:
    """The counts of one group, and the tracked cases that the paper does not name.

    ``says_rest`` tells that the paper lets them stay tracked, as a number.
    """

    group: IssueGroup | None
    name: str
    counts: Sequence[Count]
    rest: Sequence[AgendaCase] = ()
    says_rest: bool = False

    @property
    def differs(self) -> bool:
        """Whether one of the numbers differs."""
        return any(count.differs for count in self.counts)


def group_counts(
    facts: MinutesFacts, names: Names, agenda: Agenda | None, rows: Sequence[Row]
) -> Iterator[GroupCount]:
    """Hold what the paper states against what its rows and the ledger give."""
    if agenda is None:
        return
    stated: dict[int | None, dict[str, tuple[int, str]]] = defaultdict(dict)
    strange: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
    for claim in facts.claims:
        group = names.group(claim.group) if claim.group else None
        said = (claim.number, claim.words)
        if claim.group and group is None:
            strange[claim.group][claim.counts] = said
        else:
            stated[group.pk if group else None][claim.counts] = said
    those = [row for row in rows if row.decision.state != Choice.IGNORED]
    whole = Tally()
    for group_agenda in agenda.groups:
        group = group_agenda.group
        own = [row for row in those if row.chosen.group == group]
        named = {row.chosen.case.pk for row in those if row.chosen.case}
        rest = [each for each in group_agenda.listed if each.case.pk not in named]
        tally = _tally(len(group_agenda.listed), own)
        whole += tally
        claims = stated[group.pk]
        if claims or own or group_agenda.listed:
            yield GroupCount(
                group, group.name, _three(claims, tally), rest, "continued" in claims
            )
    for name, claims in strange.items():
        unknown = name + say("（本平臺沒有這個小組）")
        yield GroupCount(None, unknown, _three(claims, Tally()))
    yield GroupCount(None, say("全部小組"), _three(stated[None], whole))


def _tally(opening: int, rows: Sequence[Row]) -> Tally:
    kinds = Counter(row.chosen.kind for row in rows)
    carried = sum(
        row.chosen.is_new and row.chosen.kind in (Kind.CARRY_IN, Kind.DELIST)
        for row in rows
    )
    return Tally(
        opening=opening,
        carried_in=carried,
        listed=kinds[Kind.LIST] + kinds[Kind.RELIST],
        delisted=kinds[Kind.DELIST],
        merged=kinds[Kind.MERGE],
        split=kinds[Kind.SPLIT],
    )


def _three(claims: Mapping[str, tuple[int, str]], tally: Tally) -> list[Count]:
    return [
        Count(label, *_stated(claims, counts, number))
        for label, counts, number in (
            ("新增", "listed", tally.listed),
            (say("解列"), "delisted", tally.delisted),
            ("其餘持續列管", "continued", tally.continuing),
        )
    ]


def _stated(
    claims: Mapping[str, tuple[int, str]], counts: str, number: int
) -> tuple[int | None, int, str]:
    said = claims.get(counts)
    return (said[0], number, said[1]) if said else (None, number, "")

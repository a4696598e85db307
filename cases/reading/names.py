"""The cases of a platform, recognised by the names papers give them.

A name that is one of those a case ever bore, whatever the hand that wrote it, is
the SAME. Like names are only proposed. Names that differ by a number, a year or a
place are told apart and come last. Cases of other platforms are never found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from rapidfuzz import fuzz, process

from cases.models import Case, CaseAlias, Standing
from cases.reading.likeness import apart, difference, in_two, key
from meetings.models import IssueGroup, Platform
from platform_site.lib.text import fold

MOST_CANDIDATES = 5
_LIKE = 62.0  # of 100, by the edits from one name to the other
_HOLDS = 82.0  # one name holds the other whole
_SHORTEST_HELD = 4
_LOOKED_AT = 12
_NUMBER = re.compile(r"[A-Z]{2,4}-[0-9]{3,6}")


class Certainty(StrEnum):
    """How sure it is which case a name means."""

    SAME = "same"
    NEAR = "near"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case a name may mean; ``score`` is of 100, ``why`` a clause for people."""

    case: Case
    score: float
    why: str
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What a name means: ``case`` only where that is certain."""

    case: Case | None
    certainty: Certainty
    candidates: tuple[Candidate, ...]

    @property
    def why(self) -> str:
        """What the first candidate rests on; a sentence where there is none."""
        return self.candidates[0].why if self.candidates else "沒有相近的名稱"


@dataclass(frozen=True, slots=True)
class _Name:
    """A name a case bears or bore."""

    case: Case
    name: str
    kind: str


class Names:
    """Every name every case of a platform ever bore."""

    def __init__(
        self,
        names: Iterable[tuple[Case, str, str]],
        groups: Iterable[IssueGroup] = (),
        listed: Iterable[tuple[int, date | None, date | None]] = (),
    ) -> None:
        self._by_key: dict[str, list[_Name]] = defaultdict(list)
        for case, name, kind in names:
            if key(name):
                self._by_key[key(name)].append(_Name(case, name, kind))
        self._keys = list(self._by_key)
        cases = {
            each.case.pk: each.case for those in self._by_key.values() for each in those
        }
        self._cases = cases
        self._by_number = {case.number: case for case in cases.values()}
        self._groups = list(groups)
        self._listed: dict[int, list[tuple[date | None, date | None]]] = defaultdict(
            list
        )
        for case_id, lower, upper in listed:
            self._listed[case_id].append((lower, upper))

    @classmethod
    def of(cls, platform: Platform) -> Names:
        """Gather the names of a platform's cases; four queries.

        Each case comes with ``standing`` and ``current_name`` as the whole ledger
        leaves them, both empty where it does not know the case yet.
        """
        cases = {
            case.pk: case
            for case in Case.objects.filter(platform=platform).select_related("group")
        }
        standings = list(
            Standing.objects.filter(case__platform=platform)
            .order_by("case_id", "during")
            .values_list("case_id", "name", "code", "during")
        )
        for case in cases.values():
            case.standing, case.current_name = "", case.name
        for case_id, name, code, _ in standings:
            cases[case_id].standing, cases[case_id].current_name = code, name
        names = [(case, case.current_name, "現名") for case in cases.values()]
        names += [(case, case.name, "登錄名稱") for case in cases.values()]
        names += [(cases[case_id], name, "舊名") for case_id, name, *_ in standings]
        names += [
            (cases[case_id], name, "別名")
            for case_id, name in CaseAlias.objects.filter(
                case__platform=platform
            ).values_list("case_id", "name")
        ]
        return cls(
            names,
            IssueGroup.objects.filter(platform=platform),
            (
                (case_id, during.lower, during.upper)
                for case_id, _, code, during in standings
                if code == Standing.Code.LISTED
            ),
        )

    def group(self, name: str) -> IssueGroup | None:
        """Return the group a paper calls ``name``: 交通組, 交通, 交通議題小組."""
        return self._group_of.get(_group_key(name))

    @cached_property
    def _group_of(self) -> dict[str, IssueGroup]:
        found: dict[str, IssueGroup] = {}
        for group in self._groups:
            found.setdefault(_group_key(group.name), group)
        return found

    def case(self, pk: int | None) -> Case | None:
        """Return the case of a key, with its current name."""
        return self._cases.get(pk) if pk is not None else None

    def find(self, typed: str, day: date | None = None) -> Case | None:
        """Return the case of a number, or of this very name, that a person typed."""
        number = _NUMBER.match(typed.strip())
        if number is not None and number[0] in self._by_number:
            return self._by_number[number[0]]
        return self.match(typed, None, day).case

    def match(
        self, name: str, group: IssueGroup | None = None, day: date | None = None
    ) -> Match:
        """Say which case ``name`` means in a paper of ``day`` below ``group``.

        Group and day decide between cases of one name; they find no other case.
        A case of one name in another group is only proposed.
        """
        wanted = key(name)
        if not wanted:
            return Match(None, Certainty.NONE, ())
        same = self._same(wanted, name)
        chosen = _choice(same, group, lambda case: self._is_listed(case, day))
        alike = self._alike(wanted, {found.case.pk for found in same}, group)
        if chosen is not None:
            rest = [found for found in same if found is not chosen]
            return Match(
                chosen.case,
                Certainty.SAME,
                (chosen, *rest, *alike)[:MOST_CANDIDATES],
            )
        if same:
            doubts = [_doubted(found, group, len(same)) for found in same]
            return Match(
                None, Certainty.NEAR, tuple([*doubts, *alike][:MOST_CANDIDATES])
            )
        is_near = any(not found.is_apart for found in alike)
        return Match(None, Certainty.NEAR if is_near else Certainty.NONE, tuple(alike))

    def same(self, name: str) -> list[Candidate]:
        """Return the cases that bear or bore this very name."""
        return self._same(key(name), name)

    def _same(self, wanted: str, name: str) -> list[Candidate]:
        """Return the cases that bear or bore the very name, each once."""
        found: dict[int, Candidate] = {}
        for each in self._by_key.get(wanted, ()):
            if each.case.pk not in found or each.name == name:
                candidate = Candidate(each.case, 100.0, _same_words(each, name))
                found.setdefault(each.case.pk, candidate)
        return list(found.values()) or self._same_twice(name)

    def _same_twice(self, name: str) -> list[Candidate]:
        """Return the case whose name has another name of its own in brackets."""
        both = in_two(name)
        if both is None:
            return []
        first, second = (self._by_key.get(key(part), ()) for part in both)
        own = {each.case.pk for each in second}
        return [
            Candidate(each.case, 100.0, f"{_same_words(each, both[0])}，括號內為其別名")
            for each in first
            if each.case.pk in own
        ][:1]

    def _alike(
        self, wanted: str, but: set[int], group: IssueGroup | None
    ) -> list[Candidate]:
        """Return cases with like names, those kept apart last, then by likeness."""
        found: dict[int, Candidate] = {}
        for other, score in self._likest(wanted):
            why = apart(wanted, other)
            for each in self._by_key[other]:
                if each.case.pk in but:
                    continue
                candidate = Candidate(
                    each.case,
                    score,
                    f"名稱相近，但{why}" if why else _alike_words(each, wanted, other),
                    is_apart=bool(why),
                )
                known = found.get(each.case.pk)
                if known is None or _rank(candidate) < _rank(known):
                    found[each.case.pk] = candidate
        mine = group.pk if group else None
        return sorted(
            found.values(), key=lambda each: (*_rank(each), each.case.group_id != mine)
        )[:MOST_CANDIDATES]

    def _likest(self, wanted: str) -> list[tuple[str, float]]:
        """Return the keys likest to ``wanted`` with how like they are."""
        found = {
            other: score
            for other, score, _ in process.extract(
                wanted,
                self._keys,
                scorer=fuzz.ratio,
                score_cutoff=_LIKE,
                limit=_LOOKED_AT,
            )
        }
        for other in self._keys:
            if other in wanted or wanted in other:
                short, long = sorted((len(wanted), len(other)))
                if short >= _SHORTEST_HELD:
                    held = _HOLDS * (0.8 + 0.2 * short / long)
                    found[other] = max(found.get(other, 0.0), held)
        found.pop(wanted, None)
        ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
        return ranked[:_LOOKED_AT]

    def _is_listed(self, case: Case, day: date | None) -> bool:
        return day is not None and any(
            (lower is None or lower <= day) and (upper is None or day <= upper)
            for lower, upper in self._listed[case.pk]
        )


def _choice(
    same: Sequence[Candidate],
    group: IssueGroup | None,
    is_listed: Callable[[Case], bool],
) -> Candidate | None:
    """Return the one case among those of one name that group and day point to."""
    those = [found for found in same if _may_be_of(found.case, group)]
    if len(those) > 1 and group is not None:
        own = [found for found in those if found.case.group_id == group.pk]
        those = own or those
    if len(those) > 1:
        those = [found for found in those if is_listed(found.case)]
    return those[0] if len(those) == 1 else None


def _may_be_of(case: Case, group: IssueGroup | None) -> bool:
    """Whether a case may stand below ``group``, its parent or one of its parts."""
    return group is None or (
        case.group_id in (group.pk, group.parent_id)
        or case.group.parent_id in (group.pk, group.parent_id or group.pk)
    )


def _doubted(found: Candidate, group: IssueGroup | None, count: int) -> Candidate:
    """Say why a case of the very name is not taken for certain."""
    if not _may_be_of(found.case, group):
        why = f"名稱相同，但本案屬{found.case.group.name}"
    elif count > 1:
        why = f"有{count}案同名，請選出所指的一案"
    else:
        why = found.why
    return Candidate(found.case, found.score, why)


def _rank(candidate: Candidate) -> tuple[bool, float]:
    return (candidate.is_apart, -candidate.score)


def _same_words(each: _Name, name: str) -> str:
    by = difference(name, each.name)
    words = f"與{each.kind}相同"
    if each.kind in ("舊名", "別名"):
        words = f"與{each.kind}「{each.name}」相同"
    return f"{words}，僅{by}不同" if by else words


def _alike_words(each: _Name, wanted: str, other: str) -> str:
    own = each.name == each.case.current_name
    what = "名稱" if own else f"{each.kind}「{each.name}」"
    if wanted in other:
        return f"{what}較紙本多「{other.replace(wanted, '…', 1)}」"
    if other in wanted:
        return f"{what}較紙本少「{wanted.replace(other, '…', 1)}」"
    return f"{what}相近"


def _group_key(name: str) -> str:
    folded = fold(name)
    for ending in ("工作小組", "議題小組", "議題組", "小組", "組"):
        if folded.endswith(ending) and len(folded) > len(ending):
            return folded.removesuffix(ending)
    return folded

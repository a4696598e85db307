"""Cases of several platforms that are one matter: linking them, and counting over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from cases.models import Case, CaseAlias, CaseLink, LedgerEntry, Standing
from cases.reading.names import Candidate, Names
from cases.status import public_cases, public_cases_on
from meetings.models import Platform
from meetings.words import speaking_for

# Beyond so many pairs only names that are the same are looked for: like ones are
# told apart letter by letter, which takes about as many microseconds.
_MOST_PAIRS = 1_000_000


@dataclass(frozen=True)
class Proposal:
    """A case of another platform that may be the same matter; ``why`` is a clause."""

    case: Case
    other: Case
    why: str
    is_same_name: bool


@transaction.atomic
def link_cases(one: Case, other: Case, *, why: str, by: AbstractBaseUser) -> CaseLink:
    """Say that two cases are one matter; the order of the two is of no account.

    The secretariat of either platform may. Raises PermissionDenied, ValidationError.
    """
    _refuse_unless_kept([one, other], by)
    return join_cases(one, other, why=why, by=by)


@transaction.atomic
def join_cases(one: Case, other: Case, *, why: str, by: AbstractBaseUser) -> CaseLink:
    """Link two cases as the archive tells, whoever enters it. Raises ValidationError."""
    first, second = sorted([one, other], key=lambda case: case.pk)
    link = CaseLink(first=first, second=second, why=why.strip(), linked_by_id=by.pk)
    link.full_clean(exclude=["linked_at"])
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError as error:  # somebody linked them this very moment
        raise ValidationError("這兩案已經連結。") from error
    return link


@transaction.atomic
def unlink_cases(link: CaseLink, *, by: AbstractBaseUser) -> None:
    """Take a link away; the history keeps who had set it, and why.

    Raises PermissionDenied.
    """
    _refuse_unless_kept([link.first, link.second], by)
    CaseLink.objects.filter(pk=link.pk).delete()


def _refuse_unless_kept(cases: Iterable[Case], by: AbstractBaseUser) -> None:
    platforms = {case.platform_id for case in cases}
    if not Platform.objects.kept_by(by).filter(pk__in=platforms).exists():
        raise PermissionDenied("只有兩案所屬平臺的幕僚可以登錄連結。")


# What may be linked -----------------------------------------------------------


def proposals(
    platform: Platform, others: Iterable[Platform], today: date
) -> list[Proposal]:
    """Return public cases of ``others`` whose names are like those of ``platform``.

    Those of the very name come first. What is linked already is left out.
    """
    linked = set(CaseLink.objects.values_list("first_id", "second_id"))
    own = _named(platform, today)
    found: list[Proposal] = []
    for body in others:
        theirs = _named(body, today)
        names = Names(
            (case, name, kind)
            for case, those in theirs.items()
            for name, kind in those.items()
        )
        is_large = len(own) * len(theirs) > _MOST_PAIRS
        for case in own:
            for candidate in _candidates(names, case, is_large=is_large):
                pair = tuple(sorted([case.pk, candidate.case.pk]))
                if pair not in linked:
                    found.append(_proposal(case, candidate))
    return sorted(
        found,
        key=lambda each: (not each.is_same_name, each.case.number, each.other.number),
    )


def _named(platform: Platform, today: date) -> dict[Case, dict[str, str]]:
    """Return the public cases of a platform with the names the public knows."""
    cases = list(
        public_cases_on(today)
        .filter(platform=platform, parent=None)
        .select_related("platform", "group")
        .in_order()
    )
    found = {case: {case.name: "登錄名稱"} for case in cases}
    by_key = {case.pk: case for case in cases}
    for key, name in CaseAlias.objects.filter(case__in=by_key).values_list(
        "case_id", "name"
    ):
        found[by_key[key]].setdefault(name, "別名")
    for case in cases:
        found[case][case.current_name] = "現名"
    return found


def _candidates(names: Names, case: Case, *, is_large: bool) -> list[Candidate]:
    return [
        each
        for each in (
            names.same(case.current_name)
            if is_large
            else names.match(case.current_name).candidates
        )
        if not each.is_apart
    ]


def _proposal(case: Case, candidate: Candidate) -> Proposal:
    is_same = candidate.score == 100
    why = candidate.why if is_same else "名稱相近"
    return Proposal(case, candidate.case, why, is_same)


# Counting ---------------------------------------------------------------------


# What the two numbers over all platforms mean.
BY_PLATFORM = "各平臺列管中的案數相加；連結為同一事項的案件，在各平臺各計一案"
ONCE = "各平臺列管中的案件，連結為同一事項者合計為一案"


@dataclass(frozen=True)
class TotalCount:
    """Listed cases of all platforms: each where it is listed, and linked ones once."""

    by_platform: int
    once: int
    groups: int  # matters of which more than one case is listed


def count_total(today: date) -> TotalCount:
    """Count the public listed cases of all platforms both ways; two queries."""
    listed = set(
        public_cases_on(today)
        .filter(Q(standing=Standing.Code.LISTED))  # not known to the type plugin
        .values_list("pk", flat=True)
    )
    links = CaseLink.objects.between(public_cases()).values_list(
        "first_id", "second_id"
    )
    together = [
        number
        for matter in matters(links)
        if (number := len(listed.intersection(matter))) > 1
    ]
    once = len(listed) - sum(number - 1 for number in together)
    return TotalCount(len(listed), once, len(together))


def matters(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return the cases that links hold together, over several links as well."""
    matter_of: dict[int, set[int]] = {}
    for first, second in links:
        one = matter_of.get(first, {first}) | matter_of.get(second, {second})
        for each in one:
            matter_of[each] = one
    found = {id(matter): matter for matter in matter_of.values()}
    return list(found.values())


# Showing ----------------------------------------------------------------------


@dataclass(frozen=True)
class Linked:
    """A case of another platform that is the same matter, as its platform tells it."""

    link: CaseLink
    case: Case
    standing: str


def links_of(
    case: Case, today: date, reader: AbstractBaseUser | AnonymousUser
) -> list[Linked]:
    """Return what a case is linked to and ``reader`` may read of; two queries."""
    links = list(CaseLink.objects.of(case).order_by("linked_at", "pk"))
    others = {
        other.pk: other
        for other in Case.objects.as_told(
            today, LedgerEntry.objects.readable_by(reader)
        )
        .filter(pk__in=[link.other_id(case) for link in links])
        .select_related("platform")
    }
    found = []
    for link in links:
        other = others.get(link.other_id(case))
        if other is not None:
            with speaking_for(other.platform):
                standing = str(Standing.Code(other.standing).label)
            found.append(Linked(link, other, standing))
    return found

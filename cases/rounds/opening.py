"""Opening a round: which cases are asked about, and who answers for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from cases.models import Case, Participant, ProgressUpdate, ReportingRound
from cases.rounds.holding import LOCKED, PAPER, State, hold_round, refuse_unless_kept
from meetings.models import Municipality, Platform
from meetings.words import say, say_later
from platform_site.lib.roc import format_roc

TAKEN = "這個資料時間已有一輪填報。"
ASKED = say_later("這個合作案本期已在填報中。")


@transaction.atomic
def open_round(
    platform: Platform,
    *,
    as_of: date,
    opens_on: date,
    due_on: date,
    locks_on: date,
    by: AbstractBaseUser,
) -> ReportingRound:
    """Begin a round, with a slot for all who report about a case listed by ``as_of``."""
    refuse_unless_kept(platform, by)
    round_ = ReportingRound(
        platform=platform,
        as_of=as_of,
        opens_on=opens_on,
        due_on=due_on,
        locks_on=locks_on,
    )
    round_.full_clean()
    cases = list(Case.objects.filter(platform=platform).listed_on(as_of).in_order())
    if not cases:
        raise ValidationError(format_roc(as_of) + say("沒有列管中的合作案。"))
    try:
        with transaction.atomic():
            round_.save()
    except IntegrityError as error:  # somebody opened it this very moment
        raise ValidationError(TAKEN) from error
    ProgressUpdate.objects.bulk_create(slots_for(round_, cases))
    return round_


@transaction.atomic
def move_days(
    round_: ReportingRound,
    *,
    opens_on: date,
    due_on: date,
    locks_on: date,
    by: AbstractBaseUser,
) -> ReportingRound:
    """Give a round other days; what is late is late by the due date that stands."""
    refuse_unless_kept(round_.platform, by)
    found = hold_round(round_.pk, strength="UPDATE")
    _refuse_closed(found)
    found.opens_on, found.due_on, found.locks_on = opens_on, due_on, locks_on
    found.full_clean()
    found.save(update_fields=["opens_on", "due_on", "locks_on"])
    return found


@transaction.atomic
def add_case(
    round_: ReportingRound, case: Case, *, by: AbstractBaseUser, at: datetime
) -> list[ProgressUpdate]:
    """Ask about a case that was listed since, too."""
    held = _slots_of(round_, case)  # slots are locked before rounds
    found = _hold_open(round_, by)
    if held:
        raise ValidationError(ASKED)
    known = Case.objects.filter(pk=case.pk, platform=found.platform_id)
    days = {found.as_of, timezone.localdate(at)}
    if not any(known.listed_on(day).exists() for day in days):
        raise ValidationError(say("這個合作案未在列管中，不能加入填報。"))
    try:
        with transaction.atomic():
            return ProgressUpdate.objects.bulk_create(slots_for(found, [case]))
    except IntegrityError as error:  # somebody added it this very moment
        raise ValidationError(ASKED) from error


def make_joint(
    round_: ReportingRound, case: Case, *, by: AbstractBaseUser
) -> ProgressUpdate:
    """Let a case's municipalities answer in one text."""
    return _ask_again(round_, case, [None], by=by)[0]


def make_separate(
    round_: ReportingRound, case: Case, *, by: AbstractBaseUser
) -> list[ProgressUpdate]:
    """Let each of a case's municipalities answer for itself."""
    cities = _municipalities(round_.platform_id, [case])[case.pk]
    return _ask_again(round_, case, cities, by=by)


@transaction.atomic
def _ask_again(
    round_: ReportingRound,
    case: Case,
    cities: Iterable[Municipality | None],
    *,
    by: AbstractBaseUser,
) -> list[ProgressUpdate]:
    """Put other slots in the place of a case's, as long as nothing is written there."""
    old = _slots_of(round_, case)
    found = _hold_open(round_, by)
    if not old:
        raise ValidationError(
            say("這個合作案本期不在填報中，或填報方式剛有變更，請重新開啟頁面。")
        )
    wanted = {city.pk if city else None for city in cities}
    if {slot.municipality_id for slot in old} == wanted:
        return old
    if any(slot.state != State.MISSING or slot.version for slot in old):
        raise ValidationError("已有縣市開始填報，不能再改為共同填報或各縣市填報。")
    ProgressUpdate.objects.filter(pk__in=[slot.pk for slot in old]).delete()
    return ProgressUpdate.objects.bulk_create(
        ProgressUpdate(case=case, round=found, municipality_id=pk)
        for pk in sorted(wanted, key=lambda pk: pk or 0)
    )


def _slots_of(round_: ReportingRound, case: Case) -> list[ProgressUpdate]:
    rows = ProgressUpdate.objects.select_for_update().order_by("pk")
    return list(rows.filter(round=round_.pk, case=case.pk))


def _hold_open(round_: ReportingRound, by: AbstractBaseUser) -> ReportingRound:
    refuse_unless_kept(round_.platform, by)
    found = hold_round(round_.pk)
    _refuse_closed(found)
    return found


def _refuse_closed(round_: ReportingRound) -> None:
    if round_.is_locked:
        raise ValidationError(LOCKED)
    if round_.opens_on is None:
        raise ValidationError(PAPER)


def slots_for(round_: ReportingRound, cases: list[Case]) -> Iterator[ProgressUpdate]:
    """Give the slots of cases, joint where the case reported jointly the last time."""
    joint = _reported_jointly(round_, cases)
    cities = _municipalities(round_.platform_id, cases)
    for case in cases:
        for city in [None] if case.pk in joint else cities[case.pk]:
            yield ProgressUpdate(case=case, round=round_, municipality=city)


def _reported_jointly(round_: ReportingRound, cases: list[Case]) -> set[int]:
    """Return the cases of which the last round before this one has a joint text."""
    last = (
        ProgressUpdate.objects.filter(
            case__in=[case.pk for case in cases], round__as_of__lt=round_.as_of
        )
        .order_by(
            "case", "-round__as_of", F("municipality__order").asc(nulls_first=True)
        )
        .distinct("case")
    )
    return {pk for pk, city in last.values_list("case", "municipality") if not city}


def _municipalities(platform: int, cases: list[Case]) -> dict[int, list[Municipality]]:
    """Return who takes part in each case; where nobody is recorded, all members."""
    found: dict[int, dict[int, Municipality]] = defaultdict(dict)
    rows = Participant.objects.filter(case__in=[case.pk for case in cases])
    for row in rows.select_related("municipality").order_by("municipality__order"):
        found[row.case_id][row.municipality_id] = row.municipality
    members = list(
        Municipality.objects.filter(platforms=platform).order_by("order", "slug")
    )
    return {
        case.pk: list(found[case.pk].values()) if case.pk in found else members
        for case in cases
    }

"""Setting a platform up, step by step: words, members, groups, series, first meeting.

Whoever has the role of the secretariat may begin one, and keeps its record from then
on: a new committee needs nobody who runs the site, and what exists already is
out of reach, as only a platform's own secretariat changes it. Each step is saved by
itself; what is still missing before a meeting can be held follows from the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max

from cases.models import Case, Participant
from meetings.models import (
    Meeting,
    MeetingSeries,
    Membership,
    Municipality,
    Platform,
    SecretariatMember,
)
from meetings.words import say

FEWEST_MEMBERS = 2


@dataclass(frozen=True)
class Step:
    """A step of setting up, with what it still lacks."""

    slug: str
    name: str
    told: str
    lacks: Sequence[str]


def may_set_up(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether ``user`` may begin a platform: by the role of the secretariat."""
    may: Any = user
    return bool(
        user.is_active and may.is_staff and may.has_perm("meetings.change_platform")
    )


@transaction.atomic
def begin_platform(platform: Platform, *, by: AbstractBaseUser) -> Platform:
    """Save a new platform, after the others; ``by`` is its first secretary.

    Raises PermissionDenied, ValidationError.
    """
    if not may_set_up(by):
        raise PermissionDenied("只有幕僚可以設立平臺。")
    last = Platform.objects.aggregate(last=Max("order"))["last"]
    platform.order = (last or 0) + 1
    platform.full_clean()
    platform.save(force_insert=True)
    SecretariatMember.objects.create(platform=platform, user_id=by.pk)
    return platform


@transaction.atomic
def seat_members(platform: Platform, chosen: Collection[Municipality]) -> None:
    """Let exactly the ``chosen`` sit on the platform.

    Who has hosted a meeting or takes part in a case keeps the seat. Raises
    ValidationError.
    """
    # Of two who choose at once the second sees the first one's choice.
    Platform.objects.select_for_update().get(pk=platform.pk)
    seated = {
        each.municipality_id: each
        for each in platform.memberships.select_related("municipality")
    }
    wanted = {each.pk for each in chosen}
    leaving = [seat for key, seat in seated.items() if key not in wanted]
    bound = bound_members(platform)
    if kept := [
        str(seat.municipality) for seat in leaving if seat.municipality_id in bound
    ]:
        raise ValidationError(
            f"{'、'.join(kept)}" + say("已主辦會議或參與合作案，不能移除。")
        )
    Membership.objects.filter(pk__in=[seat.pk for seat in leaving]).delete()
    for key in sorted(wanted - seated.keys()):
        Membership.objects.create(platform=platform, municipality_id=key)


def bound_members(platform: Platform) -> set[int]:
    """Return the municipalities that hosted a meeting or take part in a case."""
    hosts = Meeting.objects.filter(platform=platform, host__isnull=False)
    taking_part = Participant.objects.filter(case__platform=platform)
    return {
        *hosts.values_list("host_id", flat=True),
        *taking_part.values_list("municipality_id", flat=True),
    }


@transaction.atomic
def add_municipality(municipality: Municipality) -> Municipality:
    """Save a municipality that the site did not know yet, after the others.

    Raises ValidationError.
    """
    last = Municipality.objects.aggregate(last=Max("order"))["last"]
    municipality.order = (last or 0) + 1
    municipality.full_clean()
    municipality.save(force_insert=True)
    return municipality


@transaction.atomic
def add_working_series(platform: Platform) -> list[MeetingSeries]:
    """Give every group that meets, and has no series yet, one that counts by the year.

    A group with groups below it does not meet itself.
    """
    Platform.objects.select_for_update().get(pk=platform.pk)
    last = platform.series.aggregate(last=Max("order"))["last"] or 0
    without = platform.groups.filter(children__isnull=True, series__isnull=True)
    added = []
    for order, group in enumerate(without, start=last + 1):
        series = MeetingSeries(
            platform=platform,
            group=group,
            name=f"{group.name}工作會議",
            slug=f"working-group-{group.slug}"[:50].rstrip("-"),
            level=MeetingSeries.Level.WORKING_GROUP,
            numbering=MeetingSeries.Numbering.PER_YEAR,
            order=order,
        )
        series.full_clean()
        series.save(force_insert=True)
        added.append(series)
    return added


def groups_in_use(platform: Platform) -> set[int]:
    """Return the groups that have cases, whose number bears the group's letters."""
    cases = Case.objects.filter(platform=platform).order_by()
    return set(cases.values_list("group_id", flat=True).distinct())


def series_in_use(platform: Platform) -> set[int]:
    """Return the series that have met, or are about to."""
    meetings = Meeting.objects.filter(platform=platform).order_by()
    return set(meetings.values_list("series_id", flat=True).distinct())


# What is missing ----------------------------------------------------------------


def steps_of(platform: Platform) -> list[Step]:
    """Return the steps with what each still lacks; a constant number of queries."""
    seats = platform.memberships.select_related("municipality")
    members = [seat.municipality for seat in seats]
    groups = list(platform.groups.all())
    series = list(platform.series.all())
    meetings = platform.meetings.count()
    return [
        Step("words", "名稱與用語", f"{platform.name}（{platform.short_name}）", ()),
        Step(
            "members",
            "成員縣市",
            "、".join(str(each) for each in members),
            [f"成員縣市至少 {FEWEST_MEMBERS} 個。"]
            if len(members) < FEWEST_MEMBERS
            else [],
        ),
        Step(
            "groups",
            say("議題小組"),
            "、".join(group.name for group in groups),
            [] if groups else [say("至少一個議題小組。")],
        ),
        Step(
            "series",
            "會議系列",
            "、".join(each.name for each in series),
            list(_series_lack(series)),
        ),
        Step("meeting", "第一次會議", f"已建立 {meetings} 次" if meetings else "", ()),
    ]


def _series_lack(series: Sequence[MeetingSeries]) -> Iterator[str]:
    if not series:
        yield "至少一個會議系列。"
    if not any(each.is_deciding for each in series):
        yield say("至少一個會議系列決定列管與解列。")

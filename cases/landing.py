"""What the first page tells of every platform, and of all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case as Choice
from django.db.models import Count, F, Max, Prefetch, When
from django.db.models.functions import Lower, Upper

from cases.links import TotalCount, count_total
from cases.models import ProgressUpdate, ReportEdition, Standing
from cases.status import (
    DEFINITIONS,
    StandingCount,
    public_cases,
    public_cases_on,
    public_day,
)
from meetings.models import Meeting, Membership, Minutes, Platform, own_groups
from meetings.words import speaking_for
from platform_site.lib.roc import format_roc

Code = Standing.Code
SHOWN = (Code.LISTED, Code.PROPOSED, Code.DELISTED)

# The small picture is laid out on a sheet of this size; the browser scales it.
WIDTH, HEIGHT = 320, 64
_MARGIN = 3


@dataclass(frozen=True)
class Course:
    """How many cases stood listed from each day on at which that changed."""

    steps: Sequence[tuple[date, int]]
    today: date

    @property
    def outline(self) -> str:
        """The course as a path: along each step, then up or down to the next."""
        first, most = self.steps[0][0], max(number for _, number in self.steps)
        days = max(1, (self.today - first).days)

        def place(day: date, number: int) -> tuple[float, float]:
            across = (WIDTH - 2 * _MARGIN) * (day - first).days / days
            up = (HEIGHT - 2 * _MARGIN) * number / max(1, most)
            return round(_MARGIN + across, 1), round(HEIGHT - _MARGIN - up, 1)

        x, y = place(*self.steps[0])
        path = [f"M{x} {y}"]
        for step in self.steps[1:]:
            x, y = place(*step)
            path.append(f"H{x}V{y}")
        path.append(f"H{place(self.today, 0)[0]}")
        return "".join(path)

    @property
    def area(self) -> str:
        """The same closed along the foot."""
        foot = HEIGHT - _MARGIN
        return f"{self.outline}V{foot}H{_MARGIN}Z"

    @property
    def said(self) -> str:
        """The course in a sentence."""
        (first, began), (_, now) = self.steps[0], self.steps[-1]
        most_on, most = max(self.steps, key=lambda step: step[1])
        said = f"列管中案數：{format_roc(first)} {began} 案"
        if most not in (began, now):
            said += f"，{format_roc(most_on)}最多 {most} 案"
        return f"{said}，至今 {now} 案。"


@dataclass(frozen=True)
class Card:
    """A platform on the first page; ``is_own`` of whoever is logged in."""

    platform: Platform
    is_own: bool
    counts: Sequence[StandingCount] = ()
    course: Course | None = None
    last: Meeting | None = None
    next: Meeting | None = None
    reported_on: date | None = None
    edition: ReportEdition | None = None  # of that day, where one is published


@dataclass(frozen=True)
class Landing:
    """The platforms, own ones first, and what they have together."""

    cards: Sequence[Card]
    total: TotalCount
    today: date

    @property
    def has_total(self) -> bool:
        """Whether there is more than one platform to count over."""
        return sum(bool(card.counts) for card in self.cards) > 1

    @property
    def has_own(self) -> bool:
        """Whether any of the platforms is the reader's own."""
        return any(card.is_own for card in self.cards)


def landing_page(today: date, reader: AbstractBaseUser | AnonymousUser) -> Landing:
    """Gather the first page; a constant number of queries."""
    numbers: dict[int, dict[str, int]] = defaultdict(dict)
    for platform_id, code, number in (
        public_cases_on(today)
        .order_by()
        .values_list("platform_id", F("standing"))
        .annotate(number=Count("pk"))
    ):
        numbers[platform_id][code] = number
    members = Membership.objects.select_related("municipality")
    platforms = Platform.objects.prefetch_related(
        Prefetch("memberships", queryset=members)
    )
    own = _own(today, reader)
    courses, reports, editions = _courses(today), _reports(today), _editions(today)
    last, following = _last_meetings(today), _next_meetings(today)
    cards = [
        Card(
            platform,
            platform.pk in own,
            _counts(platform, numbers[platform.pk]) if platform.pk in numbers else (),
            courses.get(platform.pk),
            last.get(platform.pk),
            following.get(platform.pk),
            reports.get(platform.pk),
            editions.get((platform.pk, reports.get(platform.pk))),
        )
        for platform in platforms
    ]
    # Sorting keeps the platforms' order among own ones and among the others.
    cards.sort(key=lambda card: not card.is_own)
    return Landing(cards, count_total(today), today)


def _own(today: date, reader: AbstractBaseUser | AnonymousUser) -> set[int]:
    """Return the platforms whose record the reader keeps, or writes progress for."""
    if not reader.is_authenticated:
        return set()
    groups = own_groups(reader, today).values_list("platform_id", flat=True)
    kept = Platform.objects.filter(secretariat__user=reader.pk)
    return {*groups, *kept.values_list("pk", flat=True)}


def _counts(platform: Platform, numbers: dict[str, int]) -> list[StandingCount]:
    with speaking_for(platform):
        return [
            StandingCount(
                code.value,
                str(code.label),
                str(DEFINITIONS[code]),
                numbers.get(code.value, 0),
            )
            for code in SHOWN
        ]


def _courses(today: date) -> dict[int, Course]:
    """Count who was listed since when, by platform; one query.

    What meetings decided that are not public yet moves nothing.
    """
    until = public_day(today, case="case")
    periods = (
        Standing.objects.filter(
            case__in=public_cases(),
            code=Code.LISTED,
            during__startswith__lte=until,
        )
        .annotate(
            told_until=until,
            begun=Lower("during"),
            ended=Choice(When(during__endswith__lte=until, then=Upper("during"))),
        )
        .order_by()
        .values_list("case__platform_id", "begun", "ended")
        .annotate(number=Count("pk"))
    )
    changes: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for platform_id, begun, ended, number in periods:
        changes[platform_id][begun] += number
        if ended is not None:
            changes[platform_id][ended] -= number
    return {key: Course(_added(those), today) for key, those in changes.items()}


def _added(changes: dict[date, int]) -> list[tuple[date, int]]:
    number, steps = 0, []
    for day in sorted(changes):
        number += changes[day]
        steps.append((day, number))
    return [
        steps[0],
        *(after for before, after in pairwise(steps) if after[1] != before[1]),
    ]


def _last_meetings(today: date) -> dict[int, Meeting]:
    """Return each platform's latest public meeting; one query."""
    meetings = (
        Meeting.objects.public()
        .filter(held_on__lte=today)
        .select_related("platform", "series")
        .order_by(
            "platform_id", "-held_on", F("starts_at").desc(nulls_last=True), "-pk"
        )
        .distinct("platform_id")
    )
    return {meeting.platform_id: meeting for meeting in meetings}


def _next_meetings(today: date) -> dict[int, Meeting]:
    """Return each platform's next planned meeting; one query.

    When and where it meets is told; its agenda and draft are not public.
    """
    meetings = (
        Meeting.objects.filter(state=Meeting.State.PLANNED, held_on__gte=today)
        .exclude(minutes__state=Minutes.State.CONFIRMED)
        .select_related("platform", "series")
        .order_by("platform_id", "held_on", "starts_at", "pk")
        .distinct("platform_id")
    )
    return {meeting.platform_id: meeting for meeting in meetings}


def _reports(today: date) -> dict[int, date]:
    """Return the day of each platform's latest public report; one query."""
    return dict(
        ProgressUpdate.objects.public()
        .filter(round__as_of__lte=today)
        .order_by()
        .values_list("round__platform_id")
        .annotate(as_of=Max("round__as_of"))
    )


def _editions(today: date) -> dict[tuple[int, date | None], ReportEdition]:
    """Return each platform's latest edition, by platform and day; one query."""
    editions = (
        ReportEdition.objects.public()
        .light()
        .filter(round__as_of__lte=today)
        .order_by("round__platform_id", "-round__as_of", "-number")
        .distinct("round__platform_id")
    )
    return {
        (edition.round.platform_id, edition.round.as_of): edition
        for edition in editions
    }

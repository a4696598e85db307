"""The whole record as a picture: every case a line over time, and the same as rows.

A line runs from the meeting that listed a case to the one that ended that, or to
today. A platform with more lines than a page can show is drawn as one band a group,
as high as the number of cases that stood listed after each deciding meeting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Count

from cases.models import LedgerEntry, Standing
from cases.status import public_cases, public_day
from meetings.models import IssueGroup, Meeting, Platform
from platform_site.lib.roc import format_roc, roc_year

Code = Standing.Code

MOST_LINES = 300  # more would be thinner than the eye, and the page heavy

# Ways a line ends, in the order of the legend.
ENDS = (Code.LISTED, Code.DELISTED, Code.MERGED, Code.SPLIT)

# The drawing is laid out on a sheet of this width; the browser scales it.
WIDTH = 960
_LEFT, _RIGHT = 34, 926  # where the first and the last day stand
_TOP = 44  # under the names of the meetings
_FOOT = 22  # for the years
_HEADING = 24  # the name of a group above its lines
_PITCH = 6  # from line to line
_BAND = 46  # height of the fullest band
_APART = 68  # what the name of a meeting needs


@dataclass(frozen=True)
class Line:
    """A case while it was listed once; ``ended_on`` None: it still is."""

    number: str
    name: str
    group: IssueGroup
    listed_on: date
    listed_by: LedgerEntry
    ended_on: date | None = None
    ended_by: LedgerEntry | None = None
    end: Code = Code.LISTED

    @property
    def is_carried_in(self) -> bool:
        """Whether the case is older than the meetings of the record."""
        return self.listed_by.kind == LedgerEntry.Kind.CARRY_IN

    @property
    def how(self) -> str:
        """How the line ends, in words."""
        entry = self.ended_by
        if entry is None or self.ended_on is None:
            return str(self.end.label)
        if entry.merged_into is not None:
            return f"{self.end.label}，併入 {entry.merged_into.number}"
        if entry.reason and entry.reason != LedgerEntry.Reason.OTHER:
            return f"{self.end.label}，{entry.get_reason_display()}"
        return str(self.end.label)

    @property
    def said(self) -> str:
        """The line in one sentence."""
        began = "補登列管" if self.is_carried_in else "列管"
        sentence = f"{self.number} {self.name}：{format_roc(self.listed_on)}{began}，"
        if self.ended_on is None:
            return f"{sentence}{self.how}"
        return f"{sentence}{format_roc(self.ended_on)}{self.how}"


def record_lines(platform: Platform, today: date) -> list[Line]:
    """Return the lines of the public cases by group and number; one query."""
    standings = (
        Standing.objects.filter(
            case__in=public_cases().filter(platform=platform),
            code__in=ENDS,
            during__startswith__lte=public_day(today, case="case"),
        )
        .select_related(
            "case__group",
            "listed_by__meeting__series",
            "listed_by__meeting__minutes",
            "ended_by__meeting__series",
            "ended_by__meeting__minutes",
            "ended_by__merged_into",
        )
        .order_by(
            "case__group__order", "case__group_id", "case__number", "case_id", "during"
        )
    )
    lines: list[Line] = []
    for _, those in groupby(standings, key=lambda standing: standing.case_id):
        lines += _lines_of(list(those))
    return lines


def _lines_of(standings: Sequence[Standing]) -> list[Line]:
    """Return the lines of one case; a new name does not break a line."""
    name = standings[-1].name
    lines: list[Line] = []
    begun: Standing | None = None
    for standing in standings:
        if standing.code == Code.LISTED:
            begun = begun or standing
        elif begun is not None:
            lines.append(_line(name, begun, standing))
            begun = None
        elif standing.listed_by not in (None, lines[-1].listed_by if lines else None):
            # Listed and ended on one day: the evening found it ended.
            lines.append(_line(name, standing, standing))
    if begun is not None:
        lines.append(_line(name, begun, None))
    return lines


def _line(name: str, begun: Standing, ended: Standing | None) -> Line:
    assert begun.listed_by is not None  # what is or was listed, an entry has listed
    return Line(
        number=begun.case.number,
        name=name,
        group=begun.case.group,
        listed_on=begun.during.lower,
        listed_by=begun.listed_by,
        ended_on=ended.during.lower if ended else None,
        ended_by=ended.ended_by if ended else None,
        end=Code(ended.code) if ended else Code.LISTED,
    )


@dataclass(frozen=True)
class Tick:
    """A day marked on the axis of time; without a label where there is no room."""

    x: int
    label: str = ""
    sub: str = ""


@dataclass(frozen=True)
class Stroke:
    """A line as it is drawn."""

    line: Line
    x: int
    end_x: int
    y: int

    @property
    def reach(self) -> int:
        """How wide the pointer finds it, however short it is."""
        return max(self.end_x - self.x, _PITCH)


@dataclass(frozen=True)
class Block:
    """A group with its strokes; ``y`` is the foot of its heading."""

    group: IssueGroup
    y: int
    strokes: Sequence[Stroke]

    @property
    def listed(self) -> int:
        """How many of its lines reach today."""
        return sum(stroke.line.ended_on is None for stroke in self.strokes)


@dataclass(frozen=True)
class Axis:
    """Time from left to right: deciding meetings above, ROC years below."""

    meetings: Sequence[Tick]
    years: Sequence[Tick]
    today: str
    right: int = _RIGHT
    top: int = _TOP
    width: int = WIDTH


@dataclass(frozen=True)
class LinePicture:
    """Every case a line."""

    axis: Axis
    height: int
    blocks: Sequence[Block]

    @property
    def foot(self) -> int:
        """Where the field of the lines ends."""
        return self.height - _FOOT

    @property
    def lines(self) -> list[Line]:
        """The lines from top to bottom, for the table."""
        return [stroke.line for block in self.blocks for stroke in block.strokes]


class _Scale:
    """Places days between the first one and today."""

    def __init__(self, first: date, today: date) -> None:
        self._first, self._today = first, today

    def x(self, day: date) -> int:
        """Return where a day stands."""
        days = max((self._today - self._first).days, 1)
        return _LEFT + round((_RIGHT - _LEFT) * (day - self._first).days / days)

    def axis(self, meetings: Iterable[Meeting]) -> Axis:
        """Return the axis with the meetings that fall on it."""
        ticks: list[Tick] = []
        free = 0  # a label may begin right of this
        for meeting in meetings:
            if not self._first <= meeting.held_on <= self._today:
                continue
            x = self.x(meeting.held_on)
            has_room = free <= x - _APART / 2 and x + _APART / 2 <= _RIGHT - _APART
            if has_room:
                free = round(x + _APART / 2)
                number = f"第{meeting.number}次" if meeting.number else ""
                day = format_roc(meeting.held_on, "dotted")
                ticks.append(Tick(x, number, day))
            else:
                ticks.append(Tick(x))
        years = []
        free = 0
        for year in range(self._first.year + 1, self._today.year + 1):
            x = self.x(date(year, 1, 1))
            label = f"{roc_year(date(year, 1, 1))}年" if x >= free else ""
            years.append(Tick(x, label))
            free = x + 40 if label else free
        return Axis(ticks, years, format_roc(self._today, "dotted"))


def draw_lines(
    lines: Sequence[Line], meetings: Sequence[Meeting], today: date
) -> LinePicture | None:
    """Lay the lines out by group, each group's in the order of their beginnings."""
    if not lines:
        return None
    scale = _Scale(min(line.listed_on for line in lines), today)
    blocks = []
    y = _TOP
    for _, those in groupby(lines, key=lambda line: line.group.pk):
        in_turn = sorted(
            those,
            key=lambda line: (line.listed_on, line.ended_on or date.max, line.number),
        )
        y += _HEADING
        strokes = [
            Stroke(
                line=line,
                x=scale.x(line.listed_on),
                end_x=scale.x(line.ended_on or today),
                y=y + _PITCH * place + _PITCH // 2,
            )
            for place, line in enumerate(in_turn)
        ]
        blocks.append(Block(in_turn[0].group, y, strokes))
        y += _PITCH * len(strokes) + _PITCH
    return LinePicture(scale.axis(meetings), y + _FOOT, blocks)


@dataclass(frozen=True)
class Band:
    """How many cases of a group stood listed after each deciding meeting, and today."""

    group: IssueGroup
    numbers: Sequence[int]
    now: int
    y: int = 0
    path: str = ""


@dataclass(frozen=True)
class BandPicture:
    """One band a group, all on the same scale."""

    axis: Axis
    height: int
    bands: Sequence[Band]
    meetings: Sequence[Meeting]

    @property
    def foot(self) -> int:
        """Where the field of the bands ends."""
        return self.height - _FOOT

    @property
    def rows(self) -> list[tuple[Meeting, list[tuple[Band, int]]]]:
        """The meetings with each group's number, for the table."""
        return [
            (meeting, [(band, band.numbers[place]) for band in self.bands])
            for place, meeting in enumerate(self.meetings)
        ]


def draw_bands(
    platform: Platform,
    groups: Iterable[IssueGroup],
    meetings: Sequence[Meeting],
    today: date,
) -> BandPicture | None:
    """Count and lay out the bands of the groups that ever had a case; two queries."""
    listed = Standing.objects.filter(
        case__in=public_cases().filter(platform=platform), code=Code.LISTED
    ).order_by()
    told = public_day(today, case="case")
    began = listed.filter(during__startswith__lte=told).values_list(
        "case__group_id", "during__startswith"
    )
    ended = listed.filter(during__endswith__lte=told).values_list(
        "case__group_id", "during__endswith"
    )
    changes: dict[int, Counter[date]] = {}
    for rows, sign in ((began, 1), (ended, -1)):
        for group_id, day, number in rows.annotate(number=Count("pk")):
            changes.setdefault(group_id, Counter())[day] += sign * number
    if not changes:
        return None
    first = min(day for of_group in changes.values() for day in of_group)
    scale = _Scale(first, today)
    counted = [
        (group, _running(changes[group.pk])) for group in groups if group.pk in changes
    ]
    highest = max((number for _, steps in counted for _, number in steps), default=0)
    bands = []
    y = _TOP
    for group, steps in counted:
        y += _HEADING + _BAND
        numbers = [_number_on(steps, meeting.held_on) for meeting in meetings]
        path = _path(steps, scale, today, y, highest)
        bands.append(Band(group, numbers, steps[-1][1], y - _BAND, path))
    return BandPicture(scale.axis(meetings), y + _FOOT, bands, meetings)


Steps = Sequence[tuple[date, int]]


def _running(changes: Counter[date]) -> Steps:
    """Return the days on which the number changed, each with the number after it."""
    number, steps = 0, []
    for day in sorted(changes):
        number += changes[day]
        steps.append((day, number))
    return steps


def _number_on(steps: Steps, day: date) -> int:
    return next((number for since, number in reversed(steps) if since <= day), 0)


def _path(steps: Steps, scale: _Scale, today: date, foot: int, highest: int) -> str:
    """Return the outline of a band as SVG draws it, from its foot and back."""
    drawn = [f"M{scale.x(steps[0][0])} {foot}"]
    for day, number in steps:
        height = round(_BAND * number / highest) if highest else 0
        drawn.append(f"H{scale.x(day)}V{foot - height}")
    drawn.append(f"H{scale.x(today)}V{foot}Z")
    return "".join(drawn)

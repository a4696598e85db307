"""What a report says, gathered before it is printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject

from cases.models import (
    CaseQuerySet,
    CaseTheme,
    LedgerEntry,
    ProgressUpdate,
    Standing,
)
from cases.models.progress import ACCEPTED, ProgressUpdateQuerySet
from cases.status import public_cases_on
from meetings.minutes.compose import quoted
from meetings.models import IssueGroup, Meeting, Platform
from platform_site.lib.numbering import to_chinese
from platform_site.lib.roc import format_roc, parse_date


class NothingToReport(Exception):
    """There is nothing by the day asked for, or nothing of the kind; it says so."""

    def __init__(
        self, platform: Platform, as_of: date, conditions: Sequence[str] = ()
    ) -> None:
        if conditions:
            super().__init__(
                f"{format_roc(as_of)}沒有符合條件（{'、'.join(conditions)}）的"
                f"{platform.case_word}，未製作檔案；請調整查詢條件。"
            )
            return
        super().__init__(
            f"{platform.name}在{format_roc(as_of)}以前沒有決定列管的會議紀錄，"
            "沒有可列印的辦理情形；請改選較晚的資料日期。"
        )


def report_day(typed: str, today: date) -> date:
    """Return the day that was typed, ``today`` when none was.

    What cannot be read or lies ahead is a ``ValueError`` with a sentence.
    """
    if not typed.strip():
        return today
    day = parse_date(typed)
    if day > today:
        raise ValueError(
            f"資料日期不得晚於今天（{format_roc(today)}），請改填較早的日期。"
        )
    return day


@dataclass(frozen=True)
class ProgressBlock:
    """What one municipality, or all of them together, report on a case.

    ``text`` is plain text whose outline starts at 1. With a municipality it is
    printed one level deeper under ``1. 臺北市：``; without one it stands as typed.
    ``note`` says that the text is not this period's: 本季無變動.
    """

    municipality: str | None
    text: str
    note: str = ""


@dataclass(frozen=True)
class ReportRow:
    """A case on the list and the latest that was reported on it.

    ``note`` follows the name: （共同議題—「氣候變遷因應及調適」）. ``origin`` says
    which meeting has newly listed the case: 【114年12月22日第6次副市長層級會議同意新增】.
    Both are empty where there is nothing to say. ``themes`` are in ``note`` too.
    ``standing`` is said in words.
    """

    number: str
    name: str
    note: str
    origin: str
    blocks: tuple[ProgressBlock, ...]
    themes: tuple[str, ...] = ()
    standing: str = "列管中"


@dataclass(frozen=True)
class GroupTable:
    """An issue group's cases; ``numeral`` is its place in the paper: (一)."""

    numeral: str
    name: str
    rows: tuple[ReportRow, ...]


@dataclass(frozen=True)
class CaseWords:
    """A case that a number counts, with what is said of it there."""

    number: str
    name: str
    group: str
    words: str = ""


@dataclass(frozen=True)
class Figure:
    """A number of the first page: what it counts, and the very cases."""

    key: str
    label: str
    definition: str
    cases: tuple[CaseWords, ...]

    @property
    def value(self) -> int:
        """The number itself."""
        return len(self.cases)

    def of_group(self, group: str) -> int:
        """How many of the cases are a group's."""
        return sum(case.group == group for case in self.cases)


# Of these figures a paper names the cases, in this order.
NAMED = ("new", "left", "missing", "still")


@dataclass(frozen=True)
class Corrected:
    """A text that an edition says otherwise than the one before it."""

    number: str
    name: str
    municipality: str | None
    before: str
    after: str


@dataclass(frozen=True)
class FirstPage:
    """What an edition says before its tables; ``edition`` is 第2版, empty for the first.

    ``last_on`` is the data date it is counted against, None where there is none.
    """

    edition: str
    why: str
    last_on: date | None
    figures: tuple[Figure, ...]
    corrected: tuple[Corrected, ...] = ()

    @property
    def listed_figures(self) -> list[Figure]:
        """The figures whose cases a paper names: what came, left or stands still."""
        return [each for each in self.figures if each.key in NAMED]


@dataclass(frozen=True)
class StatusReport:
    """合作方案辦理情形 of a platform as it stood at the end of ``as_of``.

    ``title`` is the whole heading: 「基北北桃合作交流平臺」合作方案辦理情形. A part of
    the record says by which ``conditions`` it was chosen, and ``shows_standing``
    where not every case is listed. An edition has a ``first_page``.
    """

    title: str
    platform_name: str
    as_of: date
    groups: tuple[GroupTable, ...]
    conditions: tuple[str, ...] = ()
    shows_standing: bool = False
    first_page: FirstPage | None = None

    @property
    def filter_line(self) -> str:
        """The conditions in one line, empty for the whole report."""
        return f"篩選條件：{'；'.join(self.conditions)}" if self.conditions else ""


def status_report(
    platform: Platform,
    as_of: date,
    *,
    cases: CaseQuerySet | None = None,
    conditions: Sequence[str] = (),
    shows_standing: bool = False,
    texts: ProgressUpdateQuerySet | None = None,
) -> StatusReport:
    """Gather the report of the cases listed at the end of ``as_of``.

    Per case the latest accepted progress of a round with a data date up to
    ``as_of``. Newly listed are the cases the last deciding meeting until then
    has listed. ``cases``, which come from ``as_of(as_of)``, take the place of all
    that are listed; ``conditions`` say how they were chosen, and without
    ``shows_standing`` all of them are listed. ``texts``, for a subquery of cases, take
    the place of the latest. A constant number of queries. Raises
    ``NothingToReport`` when no meeting had decided anything by then, or no case
    meets the conditions.
    """
    last = Meeting.objects.public().deciding().filter(platform=platform).in_order()
    last_meeting = last.filter(held_on__lte=as_of).last()
    if last_meeting is None and not conditions:
        raise NothingToReport(platform, as_of)
    if cases is None:
        cases = public_cases_on(as_of).filter(
            Q(standing=Standing.Code.LISTED), platform=platform
        )
    merged = _merged_into(platform, as_of)
    rows: dict[int, list[ReportRow]] = defaultdict(list)
    for found in _found(cases, as_of, texts):
        rows[found["group_id"]].append(_row(found, merged, last_meeting))
    if conditions and not rows:
        raise NothingToReport(platform, as_of, conditions)
    return StatusReport(
        title=f"「{platform.name}」{platform.report_name}",
        platform_name=platform.name,
        as_of=as_of,
        groups=tuple(_groups(platform, as_of, rows, is_part=bool(conditions))),
        conditions=tuple(conditions),
        shows_standing=shows_standing,
    )


def _found(
    cases: CaseQuerySet, as_of: date, texts: ProgressUpdateQuerySet | None
) -> Iterable[Mapping[str, Any]]:
    """Return all that a report says of each case; one query."""
    if texts is None:
        texts = ProgressUpdate.objects.latest_of_case(as_of)
    told = texts.as_told().values(
        told=JSONObject(
            slot="pk",
            municipality="municipality__short_name",
            state="state",
            text="told_text",
            told_on="told_on",
            as_of="round__as_of",
            last_text="last_text",
            last_as_of="last_as_of",
        )
    )
    themes = CaseTheme.objects.filter(case=OuterRef("pk")).order_by(
        "theme__order", "pk"
    )
    return (
        cases.order_by("group__order", "group", "number")
        .annotate(
            texts=ArraySubquery(told),
            theme_names=ArraySubquery(themes.values("theme__name")),
        )
        .values(
            "number",
            "group_id",
            "texts",
            "theme_names",
            code=F("standing"),
            that_name=F("current_name"),
            case_id=F("pk"),
            listed_in=F("that_day__listed_by__meeting"),
            listed_on=F("that_day__listed_by__decided_on"),
            listed_as=F("that_day__listed_by__kind"),
        )
    )


def _row(
    found: Mapping[str, Any],
    merged: Mapping[int, Sequence[str]],
    last_meeting: Meeting | None,
) -> ReportRow:
    themes = tuple(found["theme_names"])
    is_new = (
        last_meeting is not None
        and found["listed_in"] == last_meeting.pk
        and found["code"] == Standing.Code.LISTED
    )
    return ReportRow(
        number=found["number"],
        name=found["that_name"],
        note=_note(themes, merged.get(found["case_id"], ())),
        origin=_origin(found, last_meeting) if last_meeting and is_new else "",
        blocks=tuple(_block(text) for text in found["texts"]),
        themes=themes,
        standing=str(Standing.Code(found["code"]).label),
    )


def _block(told: Mapping[str, Any]) -> ProgressBlock:
    """Return what is told of a slot, or what was before where it tells nothing new."""
    if told["state"] not in ACCEPTED:
        return _older(
            told["municipality"], "本期未填報", told, "last_as_of", "last_text"
        )
    if told["told_on"] == told["as_of"]:
        return ProgressBlock(told["municipality"], told["text"])
    return _older(told["municipality"], "本季無變動", told, "told_on", "text")


def _older(
    municipality: str | None, said: str, told: Mapping[str, Any], on: str, text: str
) -> ProgressBlock:
    if told[text] is None:
        return ProgressBlock(municipality, "", f"（{said}）")
    day = format_roc(date.fromisoformat(told[on]))
    note = f"（{said}，以下為{day}之辦理情形）"
    return ProgressBlock(municipality, told[text], note)


def _groups(
    platform: Platform,
    as_of: date,
    rows: Mapping[int, Sequence[ReportRow]],
    *,
    is_part: bool,
) -> Iterator[GroupTable]:
    """Return the groups of that year and any that still has cases; of a part only these."""
    existing = set(
        IssueGroup.objects.filter(platform=platform, children__isnull=True)
        .existing_in(as_of.year)
        .values_list("pk", flat=True)
    )
    groups = [
        group
        for group in IssueGroup.objects.filter(platform=platform)
        if group.pk in rows or (not is_part and group.pk in existing)
    ]
    for place, group in enumerate(groups, start=1):
        numeral = f"({to_chinese(place)})"
        yield GroupTable(numeral, group.name, tuple(rows.get(group.pk, ())))


def _merged_into(platform: Platform, as_of: date) -> dict[int, list[str]]:
    """Return for each case the names of the listed cases merged into it by then."""
    merged: dict[int, list[str]] = defaultdict(list)
    for target, name in (
        LedgerEntry.objects.of_platform(platform)
        .public()
        .in_account()
        .until(as_of)
        .filter(kind=LedgerEntry.Kind.MERGE, meeting__series__is_deciding=True)
        .in_order()
        .values_list("merged_into_id", "case__name")
    ):
        merged[target].append(name)
    return merged


def _note(themes: Sequence[str], merged: Sequence[str]) -> str:
    notes = [f"（共同議題—「{theme}」）" for theme in themes]
    if merged:
        names = "、".join(quoted(name) for name in merged)
        notes.append(f"（原{names}併入本案辦理）")
    return "".join(notes)


def _origin(found: Mapping[str, Any], meeting: Meeting) -> str:
    kind = LedgerEntry.Kind(found["listed_as"]).label
    return f"【{format_roc(found['listed_on'])}{meeting.short_title}{kind}】"

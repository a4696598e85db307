"""What a report says, gathered before it is printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from cases.models import Case, LedgerEntry, ProgressUpdate, Standing
from cases.status import public_cases_on
from meetings.minutes.compose import quoted
from meetings.models import IssueGroup, Meeting, Platform
from platform_site.lib.numbering import to_chinese
from platform_site.lib.roc import format_roc, parse_date


class NothingToReport(Exception):
    """No meeting had decided anything by the day asked for; the message says so."""

    def __init__(self, platform: Platform, as_of: date) -> None:
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
    """

    municipality: str | None
    text: str


@dataclass(frozen=True)
class ReportRow:
    """A case on the list and the latest that was reported on it.

    ``note`` follows the name: （共同議題—「氣候變遷因應及調適」）. ``origin`` says
    which meeting has newly listed the case: 【114年12月22日第6次副市長層級會議同意新增】.
    Both are empty where there is nothing to say. ``themes`` are in ``note`` too.
    """

    number: str
    name: str
    note: str
    origin: str
    blocks: tuple[ProgressBlock, ...]
    themes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupTable:
    """An issue group's cases; ``numeral`` is its place in the paper: (一)."""

    numeral: str
    name: str
    rows: tuple[ReportRow, ...]


@dataclass(frozen=True)
class StatusReport:
    """合作方案辦理情形 of a platform as it stood at the end of ``as_of``.

    ``title`` is the whole heading: 「基北北桃合作交流平臺」合作方案辦理情形.
    """

    title: str
    platform_name: str
    as_of: date
    groups: tuple[GroupTable, ...]


def status_report(platform: Platform, as_of: date) -> StatusReport:
    """Gather the report of the cases listed at the end of ``as_of``.

    Per case the latest accepted progress of a round with a data date up to
    ``as_of``. Newly listed are the cases the last deciding meeting until then
    has listed. A constant number of queries. Raises ``NothingToReport`` when no
    meeting had decided anything by then.
    """
    last = Meeting.objects.public().deciding().filter(platform=platform).in_order()
    last_meeting = last.filter(held_on__lte=as_of).last()
    if last_meeting is None:
        raise NothingToReport(platform, as_of)
    cases = list(
        public_cases_on(as_of)
        .filter(Q(standing=Standing.Code.LISTED), platform=platform)
        .in_order()
        .prefetch_related("themes")
    )
    progress = _latest_progress(cases, as_of)
    entries = LedgerEntry.objects.in_bulk(
        {case.listed_by_id for case in cases if case.listed_by_id}
    )
    merged = _merged_into(platform, as_of)
    rows: dict[int, list[ReportRow]] = defaultdict(list)
    for case in cases:
        listed_by = entries[case.listed_by_id] if case.listed_by_id else None
        is_new = listed_by is not None and listed_by.meeting_id == last_meeting.pk
        rows[case.group_id].append(
            ReportRow(
                number=case.number,
                name=case.current_name,
                note=_note(case, merged.get(case.pk, [])),
                origin=_origin(listed_by, last_meeting) if listed_by and is_new else "",
                blocks=tuple(progress.get(case.pk, [])),
                themes=tuple(theme.name for theme in case.themes.all()),
            )
        )
    groups = IssueGroup.objects.filter(
        platform=platform, children__isnull=True
    ).existing_in(as_of.year)
    return StatusReport(
        title=f"「{platform.name}」{platform.report_name}",
        platform_name=platform.name,
        as_of=as_of,
        groups=tuple(
            GroupTable(f"({to_chinese(place)})", group.name, tuple(rows[group.pk]))
            for place, group in enumerate(groups, start=1)
        ),
    )


def _latest_progress(
    cases: Sequence[Case], as_of: date
) -> dict[int, list[ProgressBlock]]:
    """Return each case's accepted texts of its latest round, joint text first."""
    updates = (
        ProgressUpdate.objects.latest_until(as_of)
        .filter(case__in=cases)
        .select_related("municipality")
    )
    blocks: dict[int, list[ProgressBlock]] = defaultdict(list)
    for update in updates:
        name = update.municipality.short_name if update.municipality else None
        blocks[update.case_id].append(ProgressBlock(name, update.text))
    return blocks


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


def _note(case: Case, merged: Sequence[str]) -> str:
    notes = [f"（共同議題—「{theme.name}」）" for theme in case.themes.all()]
    if merged:
        names = "、".join(quoted(name) for name in merged)
        notes.append(f"（原{names}併入本案辦理）")
    return "".join(notes)


def _origin(entry: LedgerEntry, meeting: Meeting) -> str:
    return (
        f"【{format_roc(entry.decided_on)}{meeting.short_title}"
        f"{entry.get_kind_display()}】"
    )

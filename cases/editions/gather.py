"""What an edition of a round says, gathered once to be frozen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet

from cases.models import (
    LedgerEntry,
    ProgressUpdate,
    ReportEdition,
    ReportingRound,
    Standing,
)
from cases.models.progress import ACCEPTED, is_public
from cases.reports import (
    CaseWords,
    Corrected,
    Figure,
    FirstPage,
    ProgressBlock,
    StatusReport,
    status_report,
)
from cases.status import public_cases_on
from meetings.models import Meeting
from meetings.words import say
from platform_site.lib.roc import format_roc

Cases = Mapping[int, Mapping[str, Any]]


def gather(
    round_: ReportingRound, *, number: int, why: str, corrections: Mapping[int, str]
) -> StatusReport:
    """Return the edition of a round as it stands now.

    ``corrections`` are texts by slot that take the place of what is there. A constant
    number of queries. Raises ``NothingToReport``.
    """
    slots = ProgressUpdate.objects.filter(round=round_, case=OuterRef("pk")).order_by(
        F("municipality__order").asc(nulls_first=True), "pk"
    )
    report = status_report(round_.platform, round_.as_of, texts=slots)
    report, corrected = _correct(report, round_, corrections)
    last = last_round(round_)
    figures = tuple(_figures(round_, last))
    first_page = FirstPage(
        edition=f"第{number}版" if number > 1 else "",
        why=why,
        last_on=last.as_of if last else None,
        figures=figures,
        corrected=tuple(corrected),
    )
    return replace(_mark_new(report, figures), first_page=first_page)


def last_round(round_: ReportingRound) -> ReportingRound | None:
    """Return the public round before this one."""
    earlier = ReportingRound.objects.filter(
        is_public(), platform=round_.platform_id, as_of__lt=round_.as_of
    )
    return earlier.order_by("-as_of").first()


def edition_before(round_: ReportingRound) -> ReportEdition | None:
    """Return the last published edition of the round before this one."""
    last = last_round(round_)
    editions = ReportEdition.objects.public().filter(round=last)
    return editions.order_by("-number").first() if last else None


def _mark_new(report: StatusReport, figures: Iterable[Figure]) -> StatusReport:
    """Give the cases that the first page counts as new their origin, and no others."""
    new = {
        case.number: f"【{case.words}】" if case.words else ""
        for figure in figures
        if figure.key == "new"
        for case in figure.cases
    }
    groups = tuple(
        replace(
            group,
            rows=tuple(
                replace(row, origin=new.get(row.number, "")) for row in group.rows
            ),
        )
        for group in report.groups
    )
    return replace(report, groups=groups)


# Corrections ---------------------------------------------------------------------


def _correct(
    report: StatusReport, round_: ReportingRound, corrections: Mapping[int, str]
) -> tuple[StatusReport, list[Corrected]]:
    """Return the report with the corrected texts, and what they are."""
    slots = {
        (slot.case.number, slot.municipality and slot.municipality.short_name): (
            corrections[slot.pk]
        )
        for slot in ProgressUpdate.objects.filter(
            round=round_, pk__in=corrections
        ).select_related("case", "municipality")
    }
    corrected = []
    groups = []
    for group in report.groups:
        rows = []
        for row in group.rows:
            blocks = []
            for block in row.blocks:
                text = slots.get((row.number, block.municipality))
                if text is not None:
                    before = f"{block.note}{block.text}"
                    corrected.append(
                        Corrected(
                            row.number, row.name, block.municipality, before, text
                        )
                    )
                    block = ProgressBlock(block.municipality, text)
                blocks.append(block)
            rows.append(replace(row, blocks=tuple(blocks)))
        groups.append(replace(group, rows=tuple(rows)))
    return replace(report, groups=tuple(groups)), corrected


# The first page ------------------------------------------------------------------


def _figures(round_: ReportingRound, last: ReportingRound | None) -> Iterable[Figure]:
    word, on = round_.platform.case_word, format_roc(round_.as_of)
    now = _listed(round_.platform_id, round_.as_of)
    base = _base(round_, last)
    if base is not None:
        day, then = base
        before = _listed(round_.platform_id, day)
        yield Figure("opening", "前次列管", f"{then}列管中的{word}", _cases(before))
        came = {pk: now[pk] for pk in now if pk not in before}
        yield Figure(
            "new",
            "新增列管",
            f"{then}未列管、{on}列管中的{word}，含重新列管與補登",
            _cases(came, {pk: _since(case) for pk, case in came.items()}),
        )
        gone = [pk for pk in before if pk not in now]
        yield Figure(
            "left",
            "不再列管",
            f"{then}列管中、{on}已不在列管的{word}，" + say("含解列、併案與分案"),
            _cases({pk: before[pk] for pk in gone}, _ends(gone, round_.as_of)),
        )
    yield Figure(
        "listed",
        "列管中",
        f"資料時間（{on}）列管中的{word}"
        + ("，即前次列管加新增列管、減不再列管" if base else ""),
        _cases(now),
    )
    yield from _told(round_, last, now)


def _base(
    round_: ReportingRound, last: ReportingRound | None
) -> tuple[date, str] | None:
    """Return the day that the list is compared to, and how it is called.

    That is the last round's, or before there was one the eve of the last deciding
    meeting.
    """
    if last is not None:
        return last.as_of, f"上期資料時間（{format_roc(last.as_of)}）"
    meeting = (
        Meeting.objects.public()
        .deciding()
        .filter(platform=round_.platform_id, held_on__lte=round_.as_of)
        .select_related("series")
        .in_order()
        .last()
    )
    if meeting is None:
        return None
    called = f"{meeting.short_title}（{format_roc(meeting.held_on)}）召開前"
    return meeting.held_on - timedelta(days=1), called


def _listed(platform: int, day: date) -> dict[int, dict[str, Any]]:
    """Return the cases listed on a day as published minutes tell, by key in order."""
    found = (
        public_cases_on(day)
        .filter(Q(standing=Standing.Code.LISTED), platform=platform)
        .order_by("group__order", "group", "number")
        .values(
            "pk",
            "number",
            that_name=F("current_name"),
            group_name=F("group__name"),
            meeting=F("that_day__listed_by__meeting__title"),
            platform_name=F("platform__name"),
            kind=F("that_day__listed_by__kind"),
            decided_on=F("that_day__listed_by__decided_on"),
        )
    )
    return {case["pk"]: dict(case) for case in found}


def _since(case: Mapping[str, Any]) -> str:
    if case["kind"] is None:
        return ""
    kind = LedgerEntry.Kind(case["kind"]).label
    meeting = case["meeting"].removeprefix(case["platform_name"])
    return f"{format_roc(case['decided_on'])}{meeting}{kind}"


def _ends(cases: Sequence[int], day: date) -> dict[int, str]:
    """Return what took each case off the list, with the reason."""
    entries = (
        LedgerEntry.objects.public()
        .in_account()
        .until(day)
        .filter(
            case__in=cases,
            kind__in=[
                LedgerEntry.Kind.DELIST,
                LedgerEntry.Kind.MERGE,
                LedgerEntry.Kind.SPLIT,
            ],
        )
        .select_related("meeting__series", "merged_into")
        .in_order()
    )
    said = {}
    for entry in entries:
        reason = entry.get_reason_display() if entry.reason else ""
        if entry.reason in ("", LedgerEntry.Reason.OTHER) and entry.words:
            reason = entry.words
        if entry.merged_into is not None:
            reason = f"併入{entry.merged_into.number}"
        told = f"{format_roc(entry.decided_on)}{entry.meeting.short_title}"
        told += f"{entry.get_kind_display()}"
        said[entry.case_id] = f"{told}：{reason}" if reason else told
    return said


def _told(
    round_: ReportingRound, last: ReportingRound | None, now: Cases
) -> Iterable[Figure]:
    """Yield what was told of the listed cases in this round."""
    word = round_.platform.case_word
    told: dict[int, list[ProgressUpdate]] = defaultdict(list)
    slots = ProgressUpdate.objects.filter(round=round_, case__in=now)
    for slot in slots.select_related("municipality").order_by(
        F("municipality__order").asc(nulls_first=True)
    ):
        told[slot.case_id].append(slot)
    texts = {
        pk
        for pk, those in told.items()
        if any(slot.state in ACCEPTED and not slot.is_unchanged for slot in those)
    }
    missing = {
        pk: "、".join(
            slot.municipality.short_name if slot.municipality else "共同填報"
            for slot in those
            if slot.state not in ACCEPTED
        )
        for pk, those in told.items()
        if any(slot.state not in ACCEPTED for slot in those)
    }
    unchanged = {
        pk
        for pk, those in told.items()
        if pk not in texts and any(slot.state in ACCEPTED for slot in those)
    }
    yield Figure(
        "reported",
        "本期有辦理情形",
        f"列管中的{word}，本期至少一個縣市填報文字",
        _cases(_among(now, texts)),
    )
    yield Figure(
        "unchanged",
        "本季無變動",
        f"列管中的{word}，本期沒有文字、已填報者均為本季無變動",
        _cases(_among(now, unchanged)),
    )
    yield Figure(
        "missing",
        "本期尚未填齊",
        f"列管中的{word}，本期至少一個縣市未完成填報",
        _cases(_among(now, missing), missing),
    )
    if last is not None:
        then = format_roc(last.as_of)
        yield Figure(
            "still",
            "連續兩期無新進展",
            f"列管中且兩期（{then}與本期）均在填報範圍的{word}，"
            "兩期都沒有與先前不同的文字",
            _cases(_among(now, _still(round_, last, now))),
        )


def _still(round_: ReportingRound, last: ReportingRound, now: Cases) -> set[int]:
    """Return the cases that said nothing new in either of two rounds."""

    def cases(rows: QuerySet[ProgressUpdate, Any]) -> set[int]:
        return set(rows.filter(case__in=now).order_by().values_list("case", flat=True))

    both = ProgressUpdate.objects
    moved = both.filter(round__in=[round_, last]).accepted().changed()
    asked = cases(both.filter(round=round_)) & cases(both.filter(round=last))
    return asked - cases(moved)


def _among(now: Cases, chosen: Iterable[int]) -> Cases:
    wanted = set(chosen)
    return {pk: case for pk, case in now.items() if pk in wanted}


def _cases(
    found: Cases, words: Mapping[int, str] | None = None
) -> tuple[CaseWords, ...]:
    said = words or {}
    return tuple(
        CaseWords(
            case["number"], case["that_name"], case["group_name"], said.get(pk, "")
        )
        for pk, case in found.items()
    )

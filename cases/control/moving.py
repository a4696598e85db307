"""What moved on the list and what did not, what waits, and what was corrected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cases.balance import COLUMN_OF
from cases.control.report import (
    Asked,
    Cell,
    Heading,
    Report,
    bars,
    case_address,
    meeting_address,
)
from cases.models import (
    Case,
    LedgerEntry,
    ProgressUpdate,
    ReportingRound,
    Standing,
)
from meetings.models import Erratum, Platform
from meetings.words import say
from platform_site.lib.roc import format_roc
from platform_site.lib.sheets import Kind

Decision = LedgerEntry.Kind
JOINT = "共同"


def unchanged(platform: Platform, asked: Asked) -> Report:
    """Texts that said nothing new in any of the last rounds."""
    headings = [
        Heading(say("議題小組"), 12),
        Heading("案號", 9),
        Heading(platform.case_word, 30),
        Heading("縣市", 9),
        Heading("最近變動的資料時間", 16, Kind.DATE),
        Heading("最近一期填寫", 14),
    ]
    told = ProgressUpdate.objects.accepted().filter(round=OuterRef("pk"))
    rounds = list(
        ReportingRound.objects.filter(
            Exists(told), platform=platform, as_of__lte=asked.today
        ).order_by("-as_of")[: asked.rounds]
    )
    days = "、".join(format_roc(each.as_of) for each in reversed(rounds))
    report_of = {
        "conditions": [f"最近{asked.rounds}期", f"資料時間{days}"] if days else [],
        "counts": [
            "無變動：各期均已接受，且都填「本季無變動」，或文字與前次有文字的一期完全相同。",
            say(
                "只計今天列管中的合作案；這幾期中有任何一期未填報，或沒有更早的文字可比較的，不列入。"
            ),
            "期數只計已有接受內容的填報期別。",
        ],
        "headings": headings,
    }
    if len(rounds) < asked.rounds:
        nothing = f"有接受內容的填報期別只有{len(rounds)}期，不足{asked.rounds}期。"
        return Report(rows=[], nothing=nothing, **report_of)  # type: ignore[arg-type]
    found = _unmoved(platform, rounds, asked.today)
    rows = [
        [
            Cell(slot.case.group.name),
            Cell(slot.case.number, case_address(platform, slot.case.number)),
            Cell(slot.case_name),
            Cell(slot.municipality.short_name if slot.municipality else JOINT),
            Cell(since),
            Cell("本季無變動" if slot.is_unchanged else "文字相同"),
        ]
        for slot, since in found
    ]
    groups = Counter(slot.case.group.name for slot, _ in found)
    return Report(
        rows=rows,
        bars=bars([(name, count, "") for name, count in groups.items()]),
        bars_title=say("無變動段數（依議題小組）"),
        nothing="沒有連續無變動的辦理情形。",
        **report_of,  # type: ignore[arg-type]
    )


def _unmoved(
    platform: Platform, rounds: list[ReportingRound], today: date
) -> list[tuple[ProgressUpdate, date]]:
    """The latest slot of each text that did not move, and since when it stands."""
    listed = Case.objects.filter(platform=platform).listed_on(today).order_by()
    slots = (
        ProgressUpdate.objects.accepted()
        .filter(round__in=rounds, case__in=listed.values("pk"))
        .with_last_text()
        .with_case_name()
        .select_related("case__group", "municipality", "round")
        .order_by(
            "case__group__order", "case__number", "municipality__order", "-round__as_of"
        )
    )
    series: dict[tuple[int, int | None], list[ProgressUpdate]] = defaultdict(list)
    for slot in slots:
        series[slot.case_id, slot.municipality_id].append(slot)
    return [
        (those[0], those[-1].last_as_of)
        for those in series.values()
        if len(those) == len(rounds)
        and those[-1].last_as_of is not None
        and all(each.is_unchanged or each.text == each.last_text for each in those)
    ]


# The list ------------------------------------------------------------------------


def movements(platform: Platform, asked: Asked) -> Report:
    """What was listed and what ended in a period, with the reasons."""
    since = asked.since or asked.today.replace(month=1, day=1)
    until = asked.until or asked.today
    entries = list(
        LedgerEntry.objects.in_account()
        .of_platform(platform)
        .filter(
            kind__in=COLUMN_OF,
            decided_on__gte=since,
            decided_on__lte=until,
        )
        .filter(Exists(_listed_by_then()))
        .select_related("case__group", "meeting", "merged_into", "split_from")
        .in_order()
    )
    kinds = Counter(_kind(entry) for entry in entries)
    reasons = Counter(entry.get_reason_display() for entry in entries if entry.reason)
    return Report(
        conditions=[
            f"決定日期{format_roc(since)}至{format_roc(until)}",
            *(f"{kind}{count}案" for kind, count in kinds.items()),
        ],
        counts=[
            "依案件決議逐案計得，已更正或註銷的決議不計；分案而新增的計為新增。",
            f"{platform.delist_word}：由決定列管的會議同意；未曾列管而結案的不計。",
            "補登：無會議紀錄可稽、但已在列管中而補登的案件。",
        ],
        headings=[
            Heading("決定日期", 12, Kind.DATE),
            Heading("會議", 26),
            Heading(say("議題小組"), 12),
            Heading("案號", 9),
            Heading(platform.case_word, 30),
            Heading("決定", 12),
            Heading(f"{platform.delist_word}原因", 18),
            Heading("說明", 30),
        ],
        rows=[
            [
                Cell(entry.decided_on),
                Cell(
                    entry.meeting.short_title,
                    meeting_address(platform, entry.meeting.slug),
                ),
                Cell(entry.case.group.name),
                Cell(entry.case.number, case_address(platform, entry.case.number)),
                Cell(entry.case.name),
                Cell(_kind(entry)),
                Cell(entry.get_reason_display() if entry.reason else ""),
                Cell(_words(entry)),
            ]
            for entry in entries
        ],
        bars=bars([(name, count, "") for name, count in reasons.most_common()]),
        bars_title=f"{platform.delist_word}案數（依原因）",
        nothing=f"這段期間沒有新增或{platform.delist_word}。",
    )


def _listed_by_then() -> QuerySet[Standing]:
    """That the case was listed by an entry, or stood listed before it ended."""
    return Standing.objects.filter(
        case=OuterRef("case"),
        code=Standing.Code.LISTED,
        during__startswith__lte=OuterRef("decided_on"),
    )


def _kind(entry: LedgerEntry) -> str:
    return "分案新增" if entry.split_from_id else str(entry.get_kind_display())


def _words(entry: LedgerEntry) -> str:
    if entry.merged_into:
        return "；".join(filter(None, [f"併入{entry.merged_into.number}", entry.words]))
    if entry.split_from:
        return "；".join(filter(None, [f"分自{entry.split_from.number}", entry.words]))
    return entry.words


def waiting(platform: Platform, asked: Asked) -> Report:
    """Requests to delist that no deciding meeting has answered."""
    listed = {
        case.pk: case
        for case in Case.objects.filter(platform=platform)
        .listed_on(asked.today)
        .select_related("group")
        .in_order()
    }
    entries = (
        LedgerEntry.objects.in_account()
        .of_platform(platform)
        .until(asked.today)
        .filter(case__in=listed)
        .select_related("meeting__series")
        .in_order()
    )
    open_requests = _open_requests(entries)
    found = [
        (case, open_requests[pk]) for pk, case in listed.items() if pk in open_requests
    ]
    groups = Counter(case.group.name for case, _ in found)
    return Report(
        conditions=[format_roc(asked.today), f"共{len(found)}案待決定"],
        counts=[
            say(
                "待決定：議題小組已提請解列，其後決定列管的會議尚未就該案作成決定"
                "（解列、持續列管、併案或分案），且今天仍在列管中的案件。"
            ),
            "等候日數：自最近一次提請的會議日起算到今天。",
        ],
        headings=[
            Heading(say("議題小組"), 12),
            Heading("案號", 9),
            Heading(platform.case_word, 30),
            Heading("提請日期", 12, Kind.DATE),
            Heading("提請的會議", 26),
            Heading("等候日數", 10, Kind.NUMBER),
            Heading("說明", 36),
        ],
        rows=[
            [
                Cell(case.group.name),
                Cell(case.number, case_address(platform, case.number)),
                Cell(case.current_name),
                Cell(entry.decided_on),
                Cell(
                    entry.meeting.short_title,
                    meeting_address(platform, entry.meeting.slug),
                ),
                Cell((asked.today - entry.decided_on).days),
                Cell(entry.words),
            ]
            for case, entry in found
        ],
        bars=bars([(name, count, "") for name, count in groups.items()]),
        bars_title=say("待決定案數（依議題小組）"),
        nothing="沒有待決定的提請。",
    )


def _open_requests(entries: Iterable[LedgerEntry]) -> dict[int, LedgerEntry]:
    """The last request of each case that was not decided since; entries in order."""
    found: dict[int, LedgerEntry] = {}
    for entry in entries:
        if entry.kind == Decision.PROPOSE_DELIST:
            found[entry.case_id] = entry
        elif entry.meeting.series.is_deciding and entry.kind != Decision.DEFER:
            found.pop(entry.case_id, None)
    return found


# What was wrong ------------------------------------------------------------------


def corrections(platform: Platform, asked: Asked) -> Report:
    """Errata of confirmed minutes, with the entries of the ledger they corrected."""
    errata = Erratum.objects.filter(minutes__meeting__platform=platform)
    conditions = []
    if asked.since:
        errata = errata.filter(recorded_at__date__gte=asked.since)
        conditions.append(f"{format_roc(asked.since)}起登錄")
    if asked.until:
        errata = errata.filter(recorded_at__date__lte=asked.until)
        conditions.append(f"{format_roc(asked.until)}止登錄")
    found = list(
        errata.select_related("minutes__meeting", "recorded_by")
        .prefetch_related("entries__case", "entries__corrects__case")
        .order_by("-recorded_at", "-pk")
    )
    return Report(
        conditions=[*conditions, f"共{len(found)}則勘誤"],
        counts=[
            "勘誤：會議紀錄確認後登錄的更正，原紀錄不改。",
            "更正的決定：因這則勘誤而註銷或改載的案件決議；只更正文字的勘誤沒有。",
        ],
        headings=[
            Heading("登錄日期", 12, Kind.DATE),
            Heading("會議", 26),
            Heading("更正原因", 28),
            Heading("原載", 32),
            Heading("更正為", 32),
            Heading("更正的決定", 28),
            Heading("登錄人員", 12),
        ],
        rows=[
            [
                Cell(timezone.localdate(each.recorded_at)),
                Cell(
                    each.minutes.meeting.short_title,
                    meeting_address(platform, each.minutes.meeting.slug),
                ),
                Cell(each.reason),
                Cell(each.was),
                Cell(each.becomes),
                Cell(_corrected(each)),
                Cell(
                    each.recorded_by.get_full_name() or each.recorded_by.get_username()
                ),
            ]
            for each in found
        ],
        nothing="沒有勘誤。",
    )


def _corrected(erratum: Erratum) -> str:
    lines = []
    entries = erratum.entries.all()
    for entry in sorted(entries, key=lambda each: each.pk):
        was = entry.corrects
        before = f"（原為{was.get_kind_display()}）" if was else ""
        lines.append(f"{entry.case.number} {entry.get_kind_display()}{before}")
    return "\n".join(lines)

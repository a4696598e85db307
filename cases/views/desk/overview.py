"""The first page of a meeting's desk: how far the work is, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases.desk.agenda import agenda_of
from cases.desk.check import Report, check
from cases.models import ReadMinutes
from cases.views.desk.access import desk_page, desk_view, kept_meeting
from cases.views.desk.steps import steps_of
from meetings.models import DraftPart, Meeting, Minutes, MinutesFile


@dataclass(frozen=True)
class Phase:
    """A phase of the work and how far it is; at most one is the present one."""

    name: str
    words: str
    address: str
    is_done: bool
    is_present: bool


@dataclass(frozen=True)
class PartState:
    """A part of draft minutes: what it holds, whether it wants more, who saved it."""

    name: str
    address: str
    words: str
    wants_more: bool
    saved: DraftPart | None


@desk_view
@require_safe
def overview(request: HttpRequest, platform: str, meeting: str) -> HttpResponse:
    """Show how far a meeting's minutes are."""
    found = kept_meeting(request, platform, meeting)
    minutes: Minutes | None = getattr(found, "minutes", None)
    is_draft = minutes is None or minutes.state == Minutes.State.DRAFT
    report = check(minutes) if minutes is not None and is_draft else None
    context: dict[str, Any] = {
        "meeting": found,
        "minutes": minutes,
        "is_draft": is_draft,
        "steps": steps_of(found, request.path),
        "phases": _phases(found, minutes, report),
        "formats": [("pdf", "PDF"), ("odt", "ODT"), ("docx", "DOCX")],
        "report": report,
    }
    if minutes is not None:
        context["sources"] = list(sources_of(minutes))
    if is_draft:
        context["parts"] = list(_parts(found, minutes, report))
        context["tally"] = report.tally if report else None
    elif minutes is not None:
        context["errata"] = minutes.errata.select_related("recorded_by")
        context["publications"] = minutes.publications.select_related("recorded_by")
        context["accepted"] = minutes.accepted_warnings.select_related("accepted_by")
    return desk_page(request, "desk/overview.html", "總覽", context)


@dataclass(frozen=True)
class Source:
    """A paper the minutes were read from, its review, and the file that was kept."""

    file: MinutesFile
    review: str


def sources_of(minutes: Minutes) -> Iterator[Source]:
    """Give the papers that minutes were read from; two queries."""
    reviews = {
        read.reading.sha256: reverse(
            "desk:read-minutes",
            args=[minutes.meeting.platform.slug, read.reading_id, read.order],
        )
        for read in ReadMinutes.objects.filter(minutes=minutes)
        .select_related("reading")
        .only("order", "reading__sha256")
    }
    for file in minutes.files.filter(kind=MinutesFile.Kind.SOURCE).defer("content"):
        yield Source(file, reviews.get(file.sha256, ""))


def address_of(meeting: Meeting, view: str, **more: str) -> str:
    """Return the address of a page of the meeting's desk."""
    at = {"platform": meeting.platform.slug, "meeting": meeting.slug, **more}
    return reverse(f"desk:{view}", kwargs=at)


def _phases(
    meeting: Meeting, minutes: Minutes | None, report: Report | None
) -> list[Phase]:
    is_confirmed = minutes is not None and minutes.state == Minutes.State.CONFIRMED
    is_recorded = is_confirmed or (report is not None and not report.errors)
    is_checked = is_confirmed or (report is not None and report.may_confirm)
    is_public = minutes is not None and minutes.is_public
    told = "尚未開始"
    if report is not None:
        told = f"{len(report.errors)} 項錯誤、{len(report.open_warnings)} 項提醒待處理"
    public = "尚未公開"
    if minutes is not None and minutes.published_at is not None:
        public = "已公開" if is_public else "已定時公開"
    found = [
        ("準備", "議程依列管情形產生", "agenda", minutes is not None),
        ("記錄", "已記錄" if is_recorded else "記錄中", "header", is_recorded),
        ("檢核", "通過" if is_checked else told, "check", is_checked),
        ("確認", "已確認" if is_confirmed else "未確認", "check", is_confirmed),
        ("公開", public, "publish", is_public),
    ]
    present = next((name for name, *_, done in found if not done), "")
    # Recording is behind once confirmed; publishing comes only then.
    opened = {"agenda", "publish"} if is_confirmed else {"agenda", "header", "check"}
    return [
        Phase(
            name,
            words,
            address_of(meeting, view) if view in opened else "",
            done,
            name == present,
        )
        for name, words, view, done in found
    ]


def _parts(
    meeting: Meeting, minutes: Minutes | None, report: Report | None
) -> Iterator[PartState]:
    """Return the parts of the draft in the order of the pages."""
    saved: Mapping[str, DraftPart] = {}
    if minutes is not None and minutes.pk:
        saved = {part.part: part for part in minutes.parts.select_related("saved_by")}
    chairs = meeting.chairs.count()
    yield PartState(
        "開會資訊",
        address_of(meeting, "header"),
        f"主席 {chairs} 位" if chairs else "未填主席",
        not chairs,
        saved.get("header"),
    )
    present = minutes.attendance.count() if minutes else 0
    yield PartState(
        "出席",
        address_of(meeting, "attendance"),
        f"{present} 列" if present else "未填名單",
        False,
        saved.get("attendance"),
    )
    files = (
        minutes.files.filter(kind=MinutesFile.Kind.SIGN_IN).count() if minutes else 0
    )
    yield PartState("簽到表", address_of(meeting, "files"), f"{files} 件", False, None)
    yield from _group_parts(meeting, report, saved)
    for slug, name, unit in (
        ("sections", "段落", "段"),
        ("resolutions", "全案決議", "項"),
        ("motions", "臨時動議", "案"),
        ("remarks", "主席結論", "位"),
        ("attachments", "附件", "件"),
    ):
        rows = getattr(minutes, slug) if minutes else None
        if rows is not None and slug == "resolutions":
            rows = rows.filter(group=None)
        count = rows.count() if rows is not None else 0
        yield PartState(
            name,
            address_of(meeting, "texts", part=slug),
            f"{count} {unit}" if count else "無",
            False,
            saved.get(slug),
        )


def _group_parts(
    meeting: Meeting, report: Report | None, saved: Mapping[str, DraftPart]
) -> Iterator[PartState]:
    counted: Sequence[tuple[str, str, int, int]]
    if report is None:
        counted = [
            (each.group.slug, each.group.name, 0, len(each.cases))
            for each in agenda_of(meeting).groups
        ]
    else:
        counted = [
            (
                sheet.group.slug,
                sheet.group.name,
                len(sheet.rows) - sheet.tally.undecided,
                len(sheet.rows),
            )
            for sheet in report.sheets
        ]
    for slug, name, decided, total in counted:
        yield PartState(
            name,
            address_of(meeting, "group", group=slug),
            f"已決定 {decided}／{total} 案" if total else "沒有案件",
            decided < total,
            saved.get(f"group:{slug}"),
        )

"""Reviewing a status report: the paper beside its texts, written to a round at last."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases.desk.forms import DayField
from cases.models import Case, Reading
from cases.readings.progress import ProgressReview, Row, review_progress
from cases.readings.progress_choose import (
    JOINT,
    OTHER,
    ChangedMeanwhile,
    accept_clear,
    key_of,
    save_day,
    write_rounds,
)
from cases.readings.progress_targets import Target
from cases.views.desk.access import desk_page, desk_view
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.readings.access import kept_reading, reading_address
from cases.views.readings.paper import line_of, shown_lines
from cases.views.readings.review import version_of
from meetings.models import Platform
from platform_site.lib.roc import format_roc
from platform_site.lib.text import fold

Pieces = Sequence[tuple[bool, str]]
_CUT = re.compile(r"[^，。；：、\n]*[，。；：、\n]?")


@dataclass(frozen=True)
class ShownTarget:
    """A round a text goes to, and where it differs from what stands there."""

    target: Target
    key: str
    mine: Pieces
    theirs: Pieces


@dataclass(frozen=True)
class ShownRow:
    """A row as it is drawn: what its fields hold, what is wrong, where it stands."""

    row: Row
    said: Mapping[str, Any]
    errors: Mapping[str, str]
    line: int
    targets: Sequence[ShownTarget]
    begins_case: bool
    begins_group: bool


def kept_report(request: HttpRequest, platform: str, key: int) -> Reading:
    """Return a status report that was read, of a platform the user keeps, or 404."""
    reading = kept_reading(request, platform, key)
    if reading.kind != Reading.Kind.STATUS_REPORT:
        raise Http404("這份文件不是辦理情形。")
    if reading.state != Reading.State.READ:
        raise Http404("這份文件還沒有讀取完成，請由讀入文件的清單繼續讀取。")
    return reading


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Show a status report beside the paper; POST saves its data date."""
    reading = kept_report(request, platform, key)
    if request.method != "POST":
        return page(request, reading)
    typed = request.POST.get("as_of", "")
    try:
        day = DayField(
            error_messages={"required": "請填寫資料時間，如114/12/31。"}
        ).clean(typed)
        save_day(reading, day, version=version_of(request), today=timezone.localdate())
    except ChangedMeanwhile:
        messages.error(request, "資料時間已由其他人員變更，請確認後再儲存。")
        again = kept_report(request, platform, key)
        return page(request, again, typed_day=typed, status=CONFLICT)
    except ValidationError as error:
        return page(
            request,
            reading,
            typed_day=typed,
            day_error=" ".join(error.messages),
            status=UNPROCESSABLE,
        )
    messages.success(request, "資料時間已儲存，並依新的期別重新比對。")
    return HttpResponseRedirect(address_of(reading))


def address_of(reading: Reading) -> str:
    """Return the address of the review of a status report."""
    return reading_address(reading, "read-progress")


def page(
    request: HttpRequest,
    reading: Reading,
    *,
    typed_day: str | None = None,
    day_error: str = "",
    row_errors: Mapping[int, Mapping[str, str]] | None = None,
    typed: Mapping[int, Mapping[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the review of a status report."""
    review = review_progress(reading)
    day = format_roc(reading.as_of, "short") if reading.as_of else ""
    facts = review.facts
    context = {
        **fragment_context(review),
        "rows": shown_rows(review, row_errors or {}, typed or {}),
        "typed_day": day if typed_day is None else typed_day,
        "day_error": day_error,
        "paper": shown_lines(
            facts.text,
            None,
            [(row.progress, row.progress.order) for row in review.rows],
            unread=facts.unread,
            warned=facts.warnings,
        ),
        "cases": every_case(reading.platform),
        "replaces_all": request.GET.get("replace") == "all",
    }
    return desk_page(
        request,
        "readings/progress.html",
        f"審閱：{facts.title or reading.name}",
        context,
        status=status,
    )


def every_case(platform: Platform) -> list[str]:
    """Return number and name of each case, to choose from."""
    named = Case.objects.as_of(timezone.localdate()).filter(platform=platform)
    return [f"{case.number} {case.current_name}" for case in named.in_order()]


def fragment_context(review: ProgressReview) -> dict[str, Any]:
    """Return what the rows and the end of a review are drawn from."""
    reading = review.reading
    return {
        "platform": reading.platform,
        "reading": reading,
        "review": review,
        "facts": review.facts,
        "members": review.members,
        "at": address_of(reading),
        "replacing": [
            (row, target, key_of(row, target)) for row, target in review.replacing
        ],
    }


def shown_rows(
    review: ProgressReview,
    errors: Mapping[int, Mapping[str, str]],
    typed: Mapping[int, Mapping[str, Any]],
) -> list[ShownRow]:
    """Return the rows as they are drawn: as typed where something was wrong."""
    shown: list[ShownRow] = []
    for row in review.rows:
        order = row.progress.order
        above = shown[-1].row.progress if shown else None
        begins_group = above is None or above.group != row.progress.group
        start = row.progress.source_start
        shown.append(
            ShownRow(
                row=row,
                said=typed.get(order) or _said(row),
                errors=errors.get(order, {}),
                line=0 if start is None else line_of(review.facts.text, start),
                targets=[_shown_target(row, target) for target in row.targets],
                begins_case=begins_group
                or above is None
                or above.name != row.progress.name,
                begins_group=begins_group,
            )
        )
    return shown


def _shown_target(row: Row, target: Target) -> ShownTarget:
    held = target.held
    mine: Pieces = []
    theirs: Pieces = []
    if held is not None and target.differs:
        stands = "本季無變動" if held.is_unchanged else held.text
        mine, theirs = pieces(target.text, stands)
    return ShownTarget(target, key_of(row, target), mine, theirs)


def pieces(mine: str, theirs: str) -> tuple[Pieces, Pieces]:
    """Return both texts cut where they differ; True stands before what does.

    Spaces and half or full width make no difference; two texts that share nothing
    are not marked at all.
    """
    cut = [[each for each in _CUT.findall(text) if each] for text in (mine, theirs)]
    folded = [[fold(each) for each in side] for side in cut]
    found: tuple[list[tuple[bool, str]], list[tuple[bool, str]]] = ([], [])
    matcher = difflib.SequenceMatcher(None, folded[0], folded[1], autojunk=False)
    blocks = matcher.get_opcodes()
    if all(kind != "equal" for kind, *_ in blocks):
        return [(False, mine)], [(False, theirs)]
    for kind, i, j, k, m in blocks:
        for side, those in zip(found, (cut[0][i:j], cut[1][k:m]), strict=True):
            if those:
                side.append((kind != "equal", "".join(those)))
    return found


def _said(row: Row) -> dict[str, Any]:
    """Return what the fields of a row begin with."""
    case, other = "", ""
    if row.case is not None:
        case = row.case.number
        if all(each.case.number != case for each in row.candidates):
            case, other = OTHER, f"{case} {row.case.current_name}"
    lacks_owner = (
        row.municipality is None
        and row.is_open
        and row.facts is not None
        and bool(row.facts.municipality)
    )
    owner = row.municipality.slug if row.municipality else JOINT
    return {
        "case": case,
        "other": other,
        "municipality": "" if lacks_owner else owner,
        "text": row.text,
        "in_periods": row.progress.in_periods,
    }


# Buttons ---------------------------------------------------------------------------


@desk_view
@require_POST
def accept_rest(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Accept every row without a doubt."""
    reading = kept_report(request, platform, key)
    assert request.user.is_authenticated
    try:
        count = accept_clear(reading, by=request.user)
    except ValidationError as error:
        return told(request, reading, error.messages)
    messages.success(request, f"已接受 {count} 段沒有疑義的辦理情形。")
    return HttpResponseRedirect(f"{address_of(reading)}#progress-rows")


def told(
    request: HttpRequest, reading: Reading, sentences: Sequence[str]
) -> HttpResponseBase:
    """Go back to the review and say why nothing was done."""
    for sentence in sentences:
        messages.error(request, sentence)
    return HttpResponseRedirect(address_of(reading))


@desk_view
@require_POST
def write(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Write the accepted texts to their rounds."""
    reading = kept_report(request, platform, key)
    try:
        outcome = write_rounds(
            reading,
            replaced=request.POST.getlist("replace"),
            stamp=request.POST.get("stamp", ""),
        )
    except ChangedMeanwhile:
        messages.error(
            request,
            "您開啟這一頁之後，審閱或這一期的文字已有變更，尚未寫入；請再看一次後重按。",
        )
        again = kept_report(request, platform, key)
        return page(request, again, status=CONFLICT)
    except ValidationError as error:
        for sentence in error.messages:
            messages.error(request, sentence)
        again = kept_report(request, platform, key)
        return page(request, again, status=UNPROCESSABLE)
    days = "、".join(format_roc(day) for day in outcome.days)
    said = f"已寫入 {outcome.written} 段辦理情形（資料時間{days}）。"
    if outcome.same:
        said += f"另有 {outcome.same} 段與原有文字相同。"
    if outcome.kept:
        said += f"{outcome.kept} 段未勾選取代，保留原有文字。"
    messages.success(request, said)
    return HttpResponseRedirect(address_of(reading))

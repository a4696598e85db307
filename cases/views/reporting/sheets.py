"""A round's slots as a spreadsheet: downloaded, filled in elsewhere, taken back."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from cases.models import ReportingRound, SheetUpload
from cases.readings.intake import MEDIA_TYPES
from cases.rounds.sheet_in import notes_in, rows_in, take_in
from cases.rounds.sheet_judge import (
    Judged,
    JudgedAnew,
    JudgedRow,
    Outcome,
    judge,
    take_over,
)
from cases.rounds.sheet_keys import Said, said_in
from cases.rounds.sheet_out import own_slots, write_sheet
from cases.views.reporting.access import known_round, reporting_view, round_kwargs
from platform_site.lib.differences import Piece, differences
from platform_site.lib.uploads import LARGEST_FILE, dropped
from platform_site.reading.document import Refused
from platform_site.reading.sandbox import Busy

TOO_LARGE, UNPROCESSABLE, UNAVAILABLE, CONFLICT = 413, 422, 503, 409
MB = 1024 * 1024
# Comparing is quadratic: a text as long as this is shown as it is, and so are all
# that come after so many seconds.
LONGEST_COMPARED = 6000
SECONDS_TO_COMPARE = 3

UNSAID = "（空白）"
NO_CHANGE = "本季無變動"


@dataclass(frozen=True)
class Shown:
    """A row as the preview shows it."""

    judged: JudgedRow
    before: str
    after: str
    pieces: Sequence[Piece] | None


@reporting_view
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Offer the sheet; POST reads a filled-in one and leads to its preview."""
    round_ = _own_round(request, platform, as_of)
    if request.method != "POST":
        return _upload_page(request, round_)
    file = request.FILES.get("file")
    if dropped(request):  # known once the files were received
        sentence = f"檔案超過{LARGEST_FILE // MB}MB，沒有收下。"
        return _upload_page(request, round_, sentence, TOO_LARGE)
    if file is None:
        return _upload_page(request, round_, "請選擇填好的試算表。", 400)
    assert request.user.is_authenticated
    try:
        upload = take_in(
            round_, file.read(), file.name or "", by=request.user, at=timezone.now()
        )
    except Busy as busy:
        return _upload_page(request, round_, busy.sentence, UNAVAILABLE)
    except Refused as refused:
        return _upload_page(request, round_, refused.sentence, UNPROCESSABLE)
    at = {**round_kwargs(round_), "uid": upload.pk}
    return HttpResponseRedirect(reverse("reporting:sheet-preview", kwargs=at))


def _own_round(request: HttpRequest, platform: str, as_of: date) -> ReportingRound:
    round_ = known_round(platform, as_of)
    if not own_slots(round_, request.user, timezone.now()).exists():
        raise Http404("這一期沒有由您填報的辦理情形；請由填報首頁選擇。")
    return round_


def _upload_page(
    request: HttpRequest, round_: ReportingRound, refused: str = "", status: int = 200
) -> HttpResponse:
    slots = own_slots(round_, request.user, timezone.now())
    context = {
        "title": "試算表填報",
        "round": round_,
        "count": slots.count(),
        "owed": slots.owed().count(),
        "refused": refused,
        "largest": LARGEST_FILE // MB,
    }
    return render(request, "reporting/sheet.html", context, status=status)


@reporting_view
@require_safe
def download(
    request: HttpRequest, platform: str, as_of: date, extension: str
) -> HttpResponse:
    """The user's slots of a round as XLSX or ODS."""
    round_ = _own_round(request, platform, as_of)
    assert request.user.is_authenticated
    file = io.BytesIO()
    write_sheet(round_, request.user, extension, file, at=timezone.now())
    name = f"{round_.platform.short_name}辦理情形填報表{as_of.isoformat()}.{extension}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(
        file.getvalue(), content_type=MEDIA_TYPES[f".{extension}"], headers=headers
    )


@reporting_view
@require_http_methods(["GET", "HEAD", "POST"])
def preview(
    request: HttpRequest, platform: str, as_of: date, uid: UUID
) -> HttpResponseBase:
    """Show what becomes of each row; POST takes all of them over, or none."""
    round_ = known_round(platform, as_of)
    upload = SheetUpload.objects.of(request.user).filter(round=round_, pk=uid).first()
    if upload is None:
        raise Http404("沒有這份上傳的試算表，請重新上傳。")
    upload.round = round_
    if request.method != "POST":
        return _preview_page(request, upload)
    assert request.user.is_authenticated
    try:
        take_over(
            upload,
            seal=request.POST.get("seal", ""),
            taken=_choices(request),
            hand_in=request.POST.get("hand_in") == "1",
            by=request.user,
            at=timezone.now(),
        )
    except SheetUpload.DoesNotExist:
        raise Http404("沒有這份上傳的試算表，請重新上傳。") from None
    except JudgedAnew:
        anew = ["預覽之後，網站上的內容已有變動。以下是最新的比對，請再確認一次。"]
        return _preview_page(request, upload, anew, CONFLICT)
    except PermissionDenied as denied:
        return _preview_page(request, upload, [str(denied)], 403)
    except ValidationError as error:
        return _preview_page(request, upload, error.messages, UNPROCESSABLE)
    return HttpResponseRedirect(request.path)


def _choices(request: HttpRequest) -> dict[int, bool]:
    """Which text each row in conflict is to have; what is no choice is none."""
    said = {
        name.removeprefix("row-"): value
        for name, value in request.POST.items()
        if name.startswith("row-") and value in ("sheet", "site")
    }
    return {
        int(number): value == "sheet"
        for number, value in said.items()
        if number.isascii() and number.isdigit() and len(number) < 10
    }


def _preview_page(
    request: HttpRequest,
    upload: SheetUpload,
    refused: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": "上傳預覽",
        "upload": upload,
        "round": upload.round,
        "refused": refused,
    }
    if upload.taken_at is None:
        assert request.user.is_authenticated
        judged = judge(
            rows_in(upload.said),
            upload.round,
            by=request.user,
            day=timezone.localdate(),
        )
        context |= _outcomes(judged) | {
            "notes": notes_in(upload.said),
            "chosen": request.POST,
        }
    return render(request, "reporting/sheet_preview.html", context, status=status)


def _outcomes(judged: Judged) -> dict[str, Any]:
    until = time.monotonic() + SECONDS_TO_COMPARE
    written = judged.of(Outcome.NEW, Outcome.CHANGED, Outcome.CONFLICT)
    return {
        "judged": judged,
        "rejected": judged.of(Outcome.REJECTED),
        "conflicts": [_shown(one, until) for one in judged.of(Outcome.CONFLICT)],
        "changed": [_shown(one, until) for one in judged.of(Outcome.CHANGED)],
        "new": [_shown(one, until) for one in judged.of(Outcome.NEW)],
        "unchanged": judged.of(Outcome.UNCHANGED),
        "noted": [one for one in judged.of(Outcome.UNCHANGED) if one.why],
        "is_writing": bool(written),
        "to_hand_in": sum(one.goes_along for one in judged.rows),
    }


def _shown(judged: JudgedRow, until: float) -> Shown:
    assert judged.slot is not None
    before, after = _words(said_in(judged.slot)), _words(judged.said)
    pieces = None
    is_short = len(before) + len(after) <= LONGEST_COMPARED
    if before != UNSAID and is_short and time.monotonic() < until:
        pieces = differences(before, after)
    return Shown(judged, before, after, pieces)


def _words(said: Said) -> str:
    text, is_unchanged = said
    return NO_CHANGE if is_unchanged else text or UNSAID

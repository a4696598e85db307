"""Publishing a round from the desk, watching it made, and correcting it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from cases.editions.publishing import ask_for_edition, make_again, throw_away
from cases.models import ProgressUpdate, ReportEdition, ReportingRound
from cases.models.progress import ACCEPTED
from cases.views.desk.access import desk_page, desk_view, kept_platform
from meetings.models import Platform

UNPROCESSABLE = 422
LONGEST = 50_000  # characters of a text, and of a reason


def _round(request: HttpRequest, platform: str, as_of: date) -> ReportingRound:
    body: Platform = kept_platform(request, platform)
    found = (
        ReportingRound.objects.filter(platform=body, as_of=as_of)
        .select_related("platform", "locked_by")
        .first()
    )
    if found is None:
        raise Http404("沒有這一期填報，請由填報期別列表查找。")
    return found


def _address(round_: ReportingRound, name: str = "editions") -> str:
    return reverse(f"desk:{name}", args=[round_.platform.slug, round_.as_of])


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def editions(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """The editions of a round; POST has the first one made."""
    round_ = _round(request, platform, as_of)
    if request.method != "POST":
        return _page(request, round_)
    assert request.user.is_authenticated
    try:
        ask_for_edition(round_, by=request.user)
    except ValidationError as error:
        return _page(request, round_, fault="".join(error.messages), status=409)
    messages.success(request, "已開始製作，檔案齊備後即發布。")
    return HttpResponseRedirect(_address(round_))


@desk_view
@require_safe
def edition_progress(
    request: HttpRequest, platform: str, as_of: date
) -> HttpResponseBase:
    """How far the edition in the making is: the part of the page that changes."""
    round_ = _round(request, platform, as_of)
    return desk_page(request, "rounds/_edition_progress.html", "", _state(round_))


@desk_view
@require_POST
def edition_again(
    request: HttpRequest, platform: str, as_of: date, number: int
) -> HttpResponseBase:
    """Have an edition made again that met with a fault."""
    round_ = _round(request, platform, as_of)
    assert request.user.is_authenticated
    edition = get_object_or_404(ReportEdition, round=round_, number=number)
    make_again(edition, by=request.user)
    return HttpResponseRedirect(_address(round_))


@desk_view
@require_POST
def edition_away(
    request: HttpRequest, platform: str, as_of: date, number: int
) -> HttpResponseBase:
    """Throw an edition away that is not published yet."""
    round_ = _round(request, platform, as_of)
    assert request.user.is_authenticated
    edition = get_object_or_404(ReportEdition, round=round_, number=number)
    try:
        throw_away(edition, by=request.user)
    except ValidationError as error:
        return _page(request, round_, fault="".join(error.messages), status=409)
    messages.success(request, f"已取消製作中的第{number}版，內容未發布。")
    return HttpResponseRedirect(_address(round_))


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Write the texts that the next edition says otherwise, and why."""
    round_ = _round(request, platform, as_of)
    if not round_.editions.public().exists():
        raise Http404("這一期尚未發布，沒有可更正的內容。")
    slots = list(_slots(round_))
    if request.method != "POST":
        return _correction(request, round_, slots, {}, "")
    assert request.user.is_authenticated
    why = _line(request.POST.get("why", ""))
    typed = {
        slot.pk: _line(request.POST[name])
        for slot in slots
        if (name := f"text-{slot.pk}") in request.POST
    }
    fault = ""
    if any(len(each) > LONGEST for each in [why, *typed.values()]):
        fault = f"每一段文字不得超過{LONGEST:,}字。"
    else:
        try:
            ask_for_edition(round_, by=request.user, why=why, corrections=typed)
        except ValidationError as error:
            fault = "".join(error.messages)
    if fault:
        return _correction(
            request, round_, slots, typed, why, fault=fault, status=UNPROCESSABLE
        )
    messages.success(request, "已開始製作更正版，檔案齊備後即發布。")
    return HttpResponseRedirect(_address(round_))


def _line(typed: str) -> str:
    return typed.replace("\0", "").replace("\r\n", "\n")


def _slots(round_: ReportingRound) -> QuerySet[ProgressUpdate]:
    return (
        ProgressUpdate.objects.filter(round=round_, state__in=ACCEPTED)
        .as_told()
        .select_related("case__group", "municipality")
        .order_by(
            "case__group__order",
            "case__group",
            "case__number",
            F("municipality__order").asc(nulls_first=True),
        )
    )


def _correction(
    request: HttpRequest,
    round_: ReportingRound,
    slots: list[ProgressUpdate],
    typed: dict[int, str],
    why: str,
    *,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = [(slot, typed.get(slot.pk, slot.told_text or "")) for slot in slots]
    changed = {
        slot.case_id
        for slot, text in rows
        if text.strip() != (slot.told_text or "").strip()
    }
    context = {
        "round": round_,
        "rows": rows,
        "changed": changed,
        "why": why,
        "fault": fault,
        "longest": LONGEST,
    }
    return desk_page(
        request,
        "rounds/edition_correct.html",
        "更正已發布的辦理情形",
        context,
        status=status,
    )


def _state(round_: ReportingRound) -> dict[str, Any]:
    """Return what the progress is told from."""
    making = round_.editions.filter(published_at=None).defer("dataset").first()
    made = list(making.files.values_list("name", flat=True)) if making else []
    return {
        "round": round_,
        "making": making,
        "made": len(made),
        "next": next((n for n in making.wanted if n not in made), "") if making else "",
    }


def _page(
    request: HttpRequest,
    round_: ReportingRound,
    *,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    published = round_.editions.public().select_related("asked_by").defer("dataset")
    waiting = ProgressUpdate.objects.filter(round=round_).exclude(state__in=ACCEPTED)
    context = {
        **_state(round_),
        "published": published.order_by("-number"),
        "waiting": waiting.count(),
        "fault": fault,
    }
    return desk_page(request, "rounds/editions.html", "發布", context, status=status)

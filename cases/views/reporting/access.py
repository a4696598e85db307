"""Who finds which slot; everybody else finds no such page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from cases.models import ProgressUpdate, ReportingRound
from meetings.models import Platform
from meetings.words import speak_for

View = Callable[..., HttpResponseBase]

# How the address calls whose text it is, where all write one: no municipality is
# called so.
JOINT = "joint"


def reporting_view(view: View) -> View:
    """Let a view be used by those who are logged in, uncached."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


@dataclass(frozen=True)
class Seen:
    """A slot as somebody finds it: his or hers to write, now or at all, or to read."""

    slot: ProgressUpdate
    day: date
    is_own: bool
    may_write: bool
    may_withdraw: bool  # contacts alone; the secretariat sends back


def seen_slot(
    request: HttpRequest, platform: str, as_of: date, number: str, writer: str
) -> Seen:
    """Return the slot at an address if the user may read it, or 404."""
    day = timezone.localdate()
    asked = ProgressUpdate.objects.filter(
        round__platform__slug=platform,
        round__as_of=as_of,
        round__opens_on__isnull=False,
        case__number=number.upper(),
        **{"municipality": None} if writer == JOINT else {"municipality__slug": writer},
    )
    slot = (
        asked.readable_by(request.user, day)
        .with_case_name()
        .with_last_text()
        .select_related("case__group", "municipality", "round__platform", "saved_by")
        .first()
    )
    if slot is None:
        raise Http404("沒有這項辦理情形，或不由您填報；請由填報首頁選擇。")
    speak_for(slot.round.platform)
    is_own = asked.written_by(request.user, day).exists()
    may_write = is_own and asked.writable_by(request.user, day).exists()
    return Seen(
        slot,
        day,
        is_own,
        may_write,
        may_write and asked.covered_for(request.user, day).exists(),
    )


def known_round(platform: str, as_of: date) -> ReportingRound:
    """Return a round that is collected here, or 404."""
    found = (
        ReportingRound.objects.filter(
            platform__slug=platform, as_of=as_of, opens_on__isnull=False
        )
        .select_related("platform")
        .first()
    )
    if found is None:
        raise Http404("沒有這一期填報；請由填報首頁選擇。")
    speak_for(found.platform)
    return found


def slot_address(slot: ProgressUpdate) -> str:
    """Return the address of a slot's page."""
    return reverse(
        "reporting:slot",
        kwargs={
            **round_kwargs(slot.round),
            "number": slot.case.number,
            "writer": slot.municipality.slug if slot.municipality else JOINT,
        },
    )


def round_kwargs(round_: ReportingRound) -> dict[str, Any]:
    """Return what the addresses of a round are made of."""
    platform: Platform = round_.platform
    return {"platform": platform.slug, "as_of": round_.as_of}

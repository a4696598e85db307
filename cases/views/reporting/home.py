"""What one person has to write, in all rounds of all platforms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases import rounds
from cases.models import ProgressUpdate
from cases.models.progress import OWED
from cases.rounds import OwnRound
from cases.views.reporting.access import reporting_view
from platform_site.lib.roc import format_roc

State = ProgressUpdate.State


@dataclass(frozen=True)
class Band:
    """A part of the bar: so many of a state, from so far on, of all as one hundred."""

    state: State
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Standing:
    """How far one has come in a round, as a bar and in words."""

    bands: Sequence[Band]
    words: str
    due: str
    is_late: bool


@reporting_view
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """All that the user has to write, by round, group and case."""
    found = rounds.own_rounds(request.user, timezone.localdate())
    context = {
        "title": "填報辦理情形",
        "rounds": [(own, standing_of(own)) for own in found if own.is_begun],
        "to_come": [own for own in found if not own.is_begun],
    }
    return render(request, "reporting/home.html", context)


@reporting_view
@require_safe
def after_login(request: HttpRequest) -> HttpResponse:
    """Lead to where there is work, or to the front page."""
    _, has_slots = rounds.owed_count(request.user, timezone.localdate())
    return redirect("reporting:home" if has_slots else "cases:landing")


@reporting_view
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to write and hand in."""
    return render(request, "reporting/help.html", {"title": "填報說明"})


def standing_of(own: OwnRound) -> Standing:
    """Return how far the round has come."""
    counts = own.counts()
    total = len(own.slots)
    bands, x = [], 0.0
    for state, count in counts:
        width = round(100 * count / total, 2)
        bands.append(Band(state, count, round(x, 2), width))
        x += width
    handed = sum(count for state, count in counts if state not in OWED)
    parts = "、".join(f"{state.label}{count}件" for state, count in counts)
    words = f"{total}件中已送出{handed}件：{parts}"
    return Standing(bands, words, _due(own), bool(own.owed) and own.days_left < 0)


def _due(own: OwnRound) -> str:
    """Say how many days there are left, or how late it is."""
    left = own.days_left
    if not own.owed:
        return "已全部送出"
    if own.is_closed:
        assert own.round.locks_on is not None
        return f"已於{format_roc(own.round.locks_on)}關閉填報"
    if left > 0:
        return f"尚餘{left}日"
    return "今日截止" if left == 0 else f"已逾期{-left}日"

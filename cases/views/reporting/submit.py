"""Many slots at once: handed in together, or said to be as they were."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases import rounds
from cases.rounds import OwnRound, SavedMeanwhile
from cases.rounds.holding import named
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.reporting.access import known_round, reporting_view

# A slot and the version that was seen of it.
_CHOICE = re.compile(r"([0-9]{1,10})\.([0-9]{1,9})")


@reporting_view
@require_http_methods(["GET", "HEAD", "POST"])
def submit_round(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Show what of a round can be handed in and what not, and hand in what is chosen."""
    own = _own_round(request, platform, as_of)
    if request.method != "POST":
        return _review(request, own)
    try:
        versions = _chosen(request, own, "請勾選要送出的辦理情形。")
        handed = rounds.submit_many(versions, by=_user(request), at=timezone.now())
    except SavedMeanwhile as late:
        fresh = _own_round(request, platform, as_of)
        return _review(request, fresh, [_told_late(late)], status=CONFLICT)
    except ValidationError as error:
        fresh = _own_round(request, platform, as_of)
        return _review(request, fresh, error.messages, status=UNPROCESSABLE)
    messages.success(request, f"已送出{len(handed)}件，待幕僚審閱；審閱前可撤回修改。")
    return redirect("reporting:home")


@reporting_view
@require_POST
def unchanged(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Save 本季無變動 as the draft of all chosen slots, or of none."""
    own = _own_round(request, platform, as_of)
    by_key = {one.slot.pk: one.slot for one in own.slots}
    try:
        versions = _chosen(request, own, "請勾選本季無變動的辦理情形。")
        with transaction.atomic():
            for key, version in sorted(versions.items()):
                rounds.save(
                    by_key[key],
                    text="",
                    is_unchanged=True,
                    version=version,
                    by=_user(request),
                    at=timezone.now(),
                )
    except SavedMeanwhile as late:
        messages.error(request, _told_late(late))
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
    else:
        messages.success(
            request, f"已將{len(versions)}件填為本季無變動（草稿），尚未送出。"
        )
    return redirect("reporting:home")


def _own_round(request: HttpRequest, platform: str, as_of: date) -> OwnRound:
    """Return the user's slots of a round, or 404 where there are none."""
    round_ = known_round(platform, as_of)
    found = rounds.own_rounds(request.user, timezone.localdate())
    own = next((each for each in found if each.round.pk == round_.pk), None)
    if own is None:
        raise Http404("這一期沒有由您填報的辦理情形；請由填報首頁選擇。")
    return own


def _chosen(request: HttpRequest, own: OwnRound, nothing: str) -> Mapping[int, int]:
    """Return what was ticked, by key; what is not the user's is not found."""
    ticked = request.POST.getlist("slot")
    if not ticked:
        raise ValidationError(nothing)
    read = [_CHOICE.fullmatch(each) for each in ticked]
    if not all(read):
        raise ValidationError("表單不完整，請重新整理頁面後再試。")
    versions = {int(each[1]): int(each[2]) for each in read if each}
    if not versions.keys() <= {one.slot.pk for one in own.slots}:
        raise Http404("沒有這項辦理情形，或不由您填報；請由填報首頁選擇。")
    return versions


def _told_late(late: SavedMeanwhile) -> str:
    return f"{named(late.slot)}在您檢視後另有修改，全部尚未儲存，請再看一次後辦理。"


def _review(
    request: HttpRequest,
    own: OwnRound,
    errors: Collection[str] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    ready: Sequence[Any] = [one for one in own.owed if not one.why_not]
    context = {
        "title": "檢視並送出",
        "own": own,
        "ready": ready,
        "not_ready": [one for one in own.owed if one.why_not],
        "errors": errors,
    }
    return render(request, "reporting/submit.html", context, status=status)


def _user(request: HttpRequest) -> Any:
    return request.user

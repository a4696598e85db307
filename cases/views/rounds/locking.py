"""The end of a round: what is not accepted is said first, then it is locked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import rounds as collecting
from cases.models import ProgressUpdate, ReportingRound
from cases.models.progress import ACCEPTED
from cases.rounds.overview import (
    in_order,
    names_of,
    owner_name,
    owner_of,
    with_owners,
)
from cases.views.desk.access import desk_view
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.rounds.access import (
    kept_round,
    name_of,
    round_address,
    round_page,
    slot_address,
)


class _OtherThanSeen(Exception):
    """What is not accepted is no longer what the person was told."""


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Say what locking would leave out; POST locks, if that is still so."""
    found = kept_round(request, platform, as_of)
    if request.method != "POST":
        return _page(request, found)
    if found.is_locked:
        messages.info(request, f"{name_of(found)}已經鎖定。")
        return HttpResponseRedirect(round_address(found))
    if _left(found) and request.POST.get("sure") != "on":
        fault = "還有沒有接受的辦理情形，請勾選確認後再鎖定。"
        return _page(request, found, fault=fault, status=UNPROCESSABLE)
    assert request.user.is_authenticated
    try:
        with transaction.atomic():
            count = collecting.lock_round(found, by=request.user, at=timezone.now())
            if _stamp(_left(found)) != request.POST.get("stamp"):
                raise _OtherThanSeen
    except _OtherThanSeen:
        fault = "尚未鎖定：您開啟這一頁之後，未接受的辦理情形已有變更，請再看一次。"
        return _page(request, found, fault=fault, status=CONFLICT)
    except ValidationError as error:
        fault = "".join(error.messages)
        return _page(request, found, fault=fault, status=CONFLICT)
    messages.success(request, f"已鎖定{name_of(found)}，共 {count} 段辦理情形。")
    return HttpResponseRedirect(round_address(found))


def _left(round_: ReportingRound) -> list[ProgressUpdate]:
    """Return what is not accepted, in the order of the table."""
    rows = round_.progress.exclude(state__in=ACCEPTED)
    return list(in_order(with_owners(rows)))


def _stamp(slots: Sequence[ProgressUpdate]) -> str:
    """Return what tells these slots, standing so, from others."""
    told = " ".join(
        f"{slot.case.number}/{owner_of(slot)}/{slot.state}" for slot in slots
    )
    return hashlib.sha256(told.encode()).hexdigest()


def _page(
    request: HttpRequest, round_: ReportingRound, *, fault: str = "", status: int = 200
) -> HttpResponse:
    left = _left(round_)
    cases = list({slot.case_id: slot.case for slot in left}.values())
    names = names_of(cases, round_.as_of, timezone.localdate())
    states: dict[str, list[dict[str, str]]] = {}
    for slot in left:
        slot.round = round_
        states.setdefault(slot.get_state_display(), []).append(
            {
                "number": slot.case.number,
                "name": names[slot.case_id],
                "owner": owner_name(slot),
                "address": slot_address(slot),
            }
        )
    context = {
        "left": states,
        "count": len(left),
        "accepted": round_.progress.accepted().count(),
        "stamp": _stamp(left),
        "fault": fault,
    }
    return round_page(
        request, "rounds/lock.html", "鎖定這一期", round_, context, status=status
    )

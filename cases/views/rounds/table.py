"""The first page of a round: municipality by case, counted, and accepted from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases import rounds as collecting
from cases.desk.forms import tidy_line
from cases.models import ReportingRound
from cases.rounds.holding import named
from cases.rounds.overview import (
    LATE_MEANING,
    MEANINGS,
    MINE_MEANING,
    SIGNS,
    Counts,
    State,
    Wanted,
    overview_of,
    owner_of,
)
from cases.templatetags.round_tags import key_of
from cases.views.desk.access import desk_view
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.rounds.access import (
    WantedForm,
    kept_round,
    name_of,
    query_of,
    round_address,
    round_page,
    slot_address,
)

BAD_REQUEST = 400


@dataclass(frozen=True)
class Choice:
    """A number that narrows the table, and what it counts."""

    sign: str
    word: str
    count: int
    meaning: str
    address: str
    is_here: bool


@desk_view
@require_safe
def table(request: HttpRequest, platform: str, as_of: date) -> HttpResponse:
    """Show how far a round is."""
    found = kept_round(request, platform, as_of)
    return _page(request, found)


def _page(
    request: HttpRequest,
    round_: ReportingRound,
    *,
    ticked: Sequence[str] = (),
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    form = WantedForm(round_.platform, request.GET)
    wanted = form.wanted()
    if form.errors and status == 200:
        status = BAD_REQUEST
    assert request.user.is_authenticated
    overview = overview_of(round_, wanted, by=request.user, today=timezone.localdate())
    context = {
        "form": form,
        "wanted": wanted,
        "query": query_of(wanted),
        "overview": overview,
        "choices": _choices(round_, overview.counts, wanted),
        "keys": " ".join(key_of(cell) for cell in overview.waiting),
        "ticked": frozenset(ticked),
        "faults": faults,
        "base": round_address(round_),
        "first": slot_address(overview.waiting[0].slot, wanted)
        if overview.waiting
        else "",
        "may_accept": not round_.is_locked and bool(overview.waiting),
        "shown_rows": sum(len(group.rows) for group in overview.groups),
    }
    return round_page(
        request, "rounds/table.html", name_of(round_), round_, context, status=status
    )


def _choices(round_: ReportingRound, counts: Counts, wanted: Wanted) -> list[Choice]:
    def choice(sign: str, word: str, count: int, meaning: str, to: Wanted) -> Choice:
        address = round_address(round_) + query_of(to)
        return Choice(sign, word, count, meaning, address, to == wanted)

    here = Wanted(wanted.group, wanted.municipality)
    found = [choice("", "全部", counts.total, "這一期要填的辦理情形段數。", here)]
    for state in State:
        if counts.states[state] or state not in (State.LOCKED, State.RETURNED):
            to = Wanted(here.group, here.municipality, state=state.value)
            found.append(
                choice(
                    SIGNS[state],
                    state.label,
                    counts.states[state],
                    MEANINGS[state],
                    to,
                )
            )
    late = Wanted(here.group, here.municipality, is_late=True)
    found.append(choice("！", "逾期", counts.late, LATE_MEANING, late))
    mine = Wanted(here.group, here.municipality, is_mine=True)
    found.append(choice("", "我退回後再送出", counts.mine, MINE_MEANING, mine))
    return found


# Accepting many -----------------------------------------------------------------------


@desk_view
@require_POST
def accept(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Accept what was ticked, or all that was shown, each as it was seen; or none."""
    found = kept_round(request, platform, as_of)
    if request.POST.get("do") == "all":
        keys = request.POST.get("keys", "").split()
    else:
        keys = request.POST.getlist("slot")
    if not keys:
        return _page(
            request,
            found,
            faults=["請先勾選要接受的辦理情形。"],
            status=UNPROCESSABLE,
        )
    assert request.user.is_authenticated
    try:
        versions = _versions(found, keys)
        collecting.accept_many(versions, by=request.user, at=timezone.now())
    except collecting.SavedMeanwhile:
        faults = [
            "尚未接受任何一段：下列各段在您開啟這一頁之後已有變更，請看過後再接受。",
            *_changed(found, versions),
        ]
        return _page(request, found, ticked=keys, faults=faults, status=CONFLICT)
    except ValidationError as error:
        faults = ["尚未接受任何一段。", *error.messages]
        return _page(request, found, ticked=keys, faults=faults, status=UNPROCESSABLE)
    messages.success(request, f"已接受 {len(versions)} 段辦理情形。")
    form = WantedForm(found.platform, request.GET)
    return HttpResponseRedirect(round_address(found) + query_of(form.wanted()))


def _versions(round_: ReportingRound, keys: Sequence[str]) -> dict[int, int]:
    """Return the slots that ticks name, with the versions that were seen."""
    wanted: dict[tuple[str, str], int] = {}
    for key in keys:
        number, _, rest = tidy_line(key).partition("/")
        owner, _, version = rest.partition("/")
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            raise ValidationError("勾選的內容無法辨認，請重新整理頁面後再試。")
        wanted[number, owner] = int(version)
    slots = round_.progress.filter(case__number__in={number for number, _ in wanted})
    found = {
        (slot.case.number, owner_of(slot)): slot.pk
        for slot in slots.select_related("case", "municipality").defer("text")
    }
    if not wanted.keys() <= found.keys():
        raise ValidationError(
            "勾選的辦理情形已改為共同填報或各縣市填報，請重新整理頁面後再試。"
        )
    return {found[name]: version for name, version in wanted.items()}


def _changed(round_: ReportingRound, versions: Mapping[int, int]) -> list[str]:
    """Say which slots are no longer as they were seen, and what they are now."""
    slots = round_.progress.filter(pk__in=versions).select_related(
        "case", "municipality"
    )
    return [
        f"{named(slot)}：目前{slot.get_state_display()}"
        for slot in slots.order_by("case__number", "municipality__order")
        if slot.version != versions[slot.pk]
    ]

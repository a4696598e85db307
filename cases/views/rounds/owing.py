"""Who is missing in a round, whom to call, and that they were called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import rounds as collecting
from cases.desk.forms import tidy_line
from cases.models import Reminder, ReportingRound
from cases.rounds import Owing
from cases.rounds.overview import names_of, owner_name
from cases.views.desk.access import desk_view
from cases.views.desk.parts import UNPROCESSABLE
from cases.views.rounds.access import (
    kept_round,
    round_address,
    round_page,
    slot_address,
)
from cases.views.rounds.forms import ReachedForm

SHOWN = 6  # slots named at once; the rest is folded


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def owing(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Show who owes what; POST takes down that somebody was reached by phone."""
    found = kept_round(request, platform, as_of)
    if request.method != "POST":
        return _page(request, found)
    form = ReachedForm(request.POST)
    username = tidy_line(request.POST.get("person", ""))
    person = get_user_model().objects.filter(username=username).first()
    assert request.user.is_authenticated
    try:
        if person is None:
            raise ValidationError("找不到這位窗口，請重新整理頁面。")
        if not form.is_valid():
            raise ValidationError(list(form.errors["words"]))
        collecting.remind(
            found,
            person,
            kind=Reminder.Kind.PHONE,
            words=form.cleaned_data["words"],
            by=request.user,
            at=timezone.now(),
        )
    except ValidationError as error:
        fault = "".join(error.messages)
        typed = {"person": username, "words": request.POST.get("words", "")}
        return _page(request, found, fault=fault, typed=typed, status=UNPROCESSABLE)
    name = person.get_full_name() or person.get_username()
    messages.success(request, f"已記下電話聯絡{name}。")
    return HttpResponseRedirect(round_address(found, "round-owing"))


def _page(
    request: HttpRequest,
    round_: ReportingRound,
    *,
    fault: str = "",
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    who = collecting.who_owes(round_, today)
    cases = {slot.case_id: slot.case for each in who for slot in each.slots}
    names = names_of(list(cases.values()), round_.as_of, today)
    context = {
        "owing": [_shown(round_, each, names, today, typed or {}) for each in who],
        "people": sum(each.person is not None for each in who),
        "slots": len({slot.pk for each in who for slot in each.slots}),
        "fault": fault,
    }
    return round_page(
        request, "rounds/owing.html", "未填與聯絡", round_, context, status=status
    )


def _shown(
    round_: ReportingRound,
    each: Owing,
    names: Mapping[int, str],
    today: date,
    typed: Mapping[str, str],
) -> dict[str, object]:
    slots = []
    for slot in each.slots:
        slot.round = round_
        slots.append(
            {
                "slot": slot,
                "name": names[slot.case_id],
                "owner": owner_name(slot),
                "address": slot_address(slot),
                "days_late": slot.days_late(today),
            }
        )
    owners = dict.fromkeys(owner_name(slot) for slot in each.slots)
    groups = dict.fromkeys(slot.case.group.name for slot in each.slots)
    return {
        "person": each.person,
        "typed": typed.get("words", "")
        if each.person and each.person.username == typed.get("person")
        else "",
        "reminders": each.reminders,
        "owners": "、".join(owners),
        "groups": "、".join(groups),
        "count": len(slots),
        "days_late": max((slot.days_late(today) for slot in each.slots), default=0),
        "first": slots[:SHOWN],
        "rest": slots[SHOWN:],
    }

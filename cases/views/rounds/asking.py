"""What an open round asks: its days, its cases, and who answers for each."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

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
from django.views.decorators.http import require_http_methods

from cases import rounds as collecting
from cases.desk.forms import tidy_line
from cases.models import Case, ProgressUpdate, ReportingRound
from cases.rounds.overview import State, in_order, names_of, owner_name, with_owners
from cases.views.desk.access import desk_view
from cases.views.desk.parts import UNPROCESSABLE
from cases.views.rounds.access import kept_round, name_of, round_address, round_page
from cases.views.rounds.forms import DaysForm
from meetings.words import say

DAYS = ("opens_on", "due_on", "locks_on")


def collected_round(request: HttpRequest, platform: str, as_of: date) -> ReportingRound:
    """Return a round that is collected here, not closed for good, or 404."""
    found = kept_round(request, platform, as_of)
    if found.opens_on is None:
        raise Http404("這一期的辦理情形取自文件，不在此填報。")
    if found.is_locked:
        raise Http404("這一期已鎖定，內容不再修改。")
    return found


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def days(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Give a round other days."""
    found = collected_round(request, platform, as_of)
    if request.method != "POST":
        form = DaysForm(initial={name: getattr(found, name) for name in DAYS})
        return _days_page(request, found, form)
    form = DaysForm(request.POST)
    assert request.user.is_authenticated
    if form.is_valid():
        try:
            collecting.move_days(found, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)
    if form.errors:
        return _days_page(request, found, form, status=UNPROCESSABLE)
    messages.success(request, f"已儲存{name_of(found)}的期間。")
    return HttpResponseRedirect(round_address(found))


def _days_page(
    request: HttpRequest, round_: ReportingRound, form: DaysForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form}
    return round_page(
        request, "rounds/days.html", "填報期間", round_, context, status=status
    )


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Show who answers for each case; POST asks jointly or apart, or about one more."""
    found = collected_round(request, platform, as_of)
    if request.method != "POST":
        return _cases_page(request, found)
    do = request.POST.get("do", "")
    number = tidy_line(request.POST.get("case", "")).partition(" ")[0].upper()
    case = Case.objects.filter(platform=found.platform, number=number).first()
    assert request.user.is_authenticated
    try:
        if case is None:
            raise ValidationError(say("找不到這個合作案，請填本平臺的案號。"))
        said = _ask(found, case, do, request)
    except ValidationError as error:
        for sentence in error.messages:
            messages.error(request, sentence)
        return _cases_page(request, found, status=UNPROCESSABLE)
    messages.success(request, said)
    return HttpResponseRedirect(f"{round_address(found, 'round-cases')}#{case.number}")


def _ask(round_: ReportingRound, case: Case, do: str, request: HttpRequest) -> str:
    assert request.user.is_authenticated
    match do:
        case "add":
            added = collecting.add_case(
                round_, case, by=request.user, at=timezone.now()
            )
            return f"已加入{case.number}，{len(added)} 段辦理情形。"
        case "joint":
            collecting.make_joint(round_, case, by=request.user)
            return f"{case.number}已改為共同填報。"
        case "separate":
            apart = collecting.make_separate(round_, case, by=request.user)
            return f"{case.number}已改為各縣市填報，{len(apart)} 段。"
    raise ValidationError("請按加入、改為共同填報或改為各縣市填報。")


def _cases_page(
    request: HttpRequest, round_: ReportingRound, *, status: int = 200
) -> HttpResponse:
    slots: dict[Case, list[ProgressUpdate]] = defaultdict(list)
    for slot in in_order(with_owners(round_.progress.all())):
        slots[slot.case].append(slot)
    today = timezone.localdate()
    asked = [case.pk for case in slots]
    days = {round_.as_of, today}
    listed = Case.objects.filter(platform=round_.platform).exclude(pk__in=asked)
    more = {
        case.pk: case
        for day in sorted(days)
        for case in listed.listed_on(day).select_related("group").in_order()
    }
    names = names_of(list(slots), round_.as_of, today)
    context = {
        "cases": [
            {
                "case": case,
                "name": names[case.pk],
                "owners": "、".join(owner_name(slot) for slot in own),
                "is_joint": own[0].municipality_id is None,
                "is_begun": any(s.state != State.MISSING or s.version for s in own),
            }
            for case, own in slots.items()
        ],
        "more": list(more.values()),
        "count": sum(len(own) for own in slots.values()),
    }
    return round_page(
        request,
        "rounds/cases.html",
        say("填報的合作案"),
        round_,
        context,
        status=status,
    )

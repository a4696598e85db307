"""The rounds of a platform, and opening the next one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases import rounds as collecting
from cases.models import ReportingRound
from cases.rounds.overview import counted, phase_of
from cases.rounds.planning import Days, Plan, plan_round, propose_days, quarter_end
from cases.views.desk.access import desk_page, desk_view, kept_platform
from cases.views.desk.parts import UNPROCESSABLE
from cases.views.rounds.access import name_of, round_address
from cases.views.rounds.forms import RoundForm
from meetings.models import Platform
from meetings.words import say
from platform_site.lib.roc import format_roc


@desk_view
@require_safe
def rounds(request: HttpRequest, platform: str) -> HttpResponse:
    """List a platform's rounds, newest first, with how far each is."""
    body = kept_platform(request, platform)
    today = timezone.localdate()
    found = counted(ReportingRound.objects.filter(platform=body)).order_by("-as_of")
    return desk_page(
        request,
        "rounds/list.html",
        f"填報：{body.short_name}",
        {
            "platform": body,
            "rounds": [(each, phase_of(each, today)) for each in found],
            "proposed": propose_days(body, today),
        },
    )


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def new_round(request: HttpRequest, platform: str) -> HttpResponseBase:
    """Propose the days of the next round, say what it would ask, and open it.

    What is opened is what was said: other days, or a case decided meanwhile, are
    shown first.
    """
    body = kept_platform(request, platform)
    today = timezone.localdate()
    if request.method != "POST":
        proposed = propose_days(body, today)
        form = RoundForm(initial=vars(proposed))
        return _page(request, body, form, plan_round(body, proposed.as_of))
    form = RoundForm(request.POST)
    if not form.is_valid():
        day = form.cleaned_data.get("as_of")
        plan = plan_round(body, day) if day else None
        return _page(request, body, form, plan, status=UNPROCESSABLE)
    days = form.days()
    plan = plan_round(body, days.as_of)
    if request.POST.get("do") != "open":
        return _page(request, body, form, plan, odd=_oddities(days))
    seen = request.POST.get("stamp", "")
    if seen != plan.stamp:
        odd = [
            f"資料時間{format_roc(days.as_of)}的填報內容如下，請確認後再按一次「開放填報」。",
            *_oddities(days),
        ]
        return _page(request, body, form, plan, odd=odd)
    assert request.user.is_authenticated
    there = _opened_already(body, days)
    if there is None:
        try:
            there = collecting.open_round(body, **vars(days), by=request.user)
        except ValidationError as error:
            form.add_error("as_of", error.messages)
            return _page(request, body, form, plan, status=UNPROCESSABLE)
        messages.success(
            request,
            f"已建立{name_of(there)}：{plan.cases} 案、{plan.slots} 段辦理情形。",
        )
    else:
        messages.info(request, f"{name_of(there)}已經建立。")
    return HttpResponseRedirect(round_address(there))


def _opened_already(platform: Platform, days: Days) -> ReportingRound | None:
    """Return the round that the same form opened a moment ago."""
    found = ReportingRound.objects.filter(platform=platform, **vars(days)).first()
    if found is not None:
        found.platform = platform
    return found


def _oddities(days: Days) -> list[str]:
    """Return what may be meant, and more likely is not."""
    odd = []
    if days.as_of != quarter_end(days.as_of):
        odd.append("資料時間不是季末日。")
    if days.opens_on <= days.as_of:
        odd.append(
            say("開放填報日在資料時間之前；開放後列管有變動時，請另行加入合作案。")
        )
    return odd


def _page(
    request: HttpRequest,
    platform: Platform,
    form: RoundForm,
    plan: Plan | None,
    *,
    odd: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    return desk_page(
        request,
        "rounds/new.html",
        f"新增填報：{platform.short_name}",
        {
            "platform": platform,
            "form": form,
            "plan": plan,
            "odd": odd or [],
            "last": platform.rounds.order_by("-as_of").first(),
        },
        status=status,
    )

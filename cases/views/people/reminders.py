"""Asking people by mail for what they owe in a round: seen before it goes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases import rounds
from cases.models import ReportingRound
from cases.rounds.digest import names, refuse_unless_open
from cases.rounds.holding import tidy
from cases.views.desk.access import desk_view
from cases.views.desk.parts import UNPROCESSABLE
from cases.views.people.access import name_of
from cases.views.people.forms import WordsForm
from cases.views.reporting.access import slot_address
from cases.views.rounds.access import kept_round, round_address, round_page
from platform_site.mail import site_of


@desk_view
@require_safe
def reminders(request: HttpRequest, platform: str, as_of: date) -> HttpResponse:
    """Show who owes what, and the mails as they would go out."""
    found = kept_round(request, platform, as_of)
    return _page(request, found, WordsForm())


def _links(request: HttpRequest) -> rounds.Links:
    return rounds.Links(site_of(request), reverse("reporting:home"), slot_address)


def _closed(round_: ReportingRound, at: datetime) -> str:
    try:
        refuse_unless_open(round_, at)
    except ValidationError as error:
        return "".join(error.messages)
    return ""


def _page(
    request: HttpRequest,
    round_: ReportingRound,
    form: WordsForm,
    *,
    fault: str = "",
    note: str = "",
    chosen: Collection[int] | None = None,
    status: int = 200,
) -> HttpResponse:
    assert isinstance(request.user, User)
    now = timezone.now()
    words = str(form.cleaned_data["words"]) if form.is_bound and form.is_valid() else ""
    owing = rounds.who_owes(round_, timezone.localdate(now))
    found = rounds.digests(
        round_,
        owing=owing,
        words=words,
        links=_links(request),
        by=request.user,
        at=now,
    )
    if form.errors:
        form.fields["words"].widget.attrs |= {
            "aria-invalid": "true",
            "aria-describedby": "id_words_error",
        }
    context = {
        "digests": found,
        "ready": sum(not digest.lacks for digest in found),
        "nobody": [
            slot for each in owing if each.person is None for slot in each.slots
        ],
        "words": words,
        "form": form,
        "closed": _closed(round_, now),
        "fault": fault,
        "note": note,
        "chosen": chosen,
    }
    return round_page(
        request, "people/reminders.html", "催辦信", round_, context, status=status
    )


@desk_view
@require_POST
def send(request: HttpRequest, platform: str, as_of: date) -> HttpResponseBase:
    """Have the mails sent to those who were chosen and still owe something.

    Words that were not seen in the mails yet are shown in them first.
    """
    found = kept_round(request, platform, as_of)
    assert isinstance(request.user, User)
    form = WordsForm(request.POST)
    chosen = {
        int(said)
        for said in request.POST.getlist("only") or request.POST.getlist("person")
        if said.isascii() and said.isdecimal() and len(said) < 18
    }
    if not form.is_valid():
        return _page(request, found, form, chosen=chosen, status=UNPROCESSABLE)
    words = form.cleaned_data["words"]
    if tidy(words) != tidy(request.POST.get("seen", "")) or "preview" in request.POST:
        note = "信件內容已更新，請看過後再寄出。"
        return _page(request, found, form, note=note, chosen=chosen)
    if not chosen:
        fault = "請勾選要催辦的窗口。"
        return _page(
            request, found, form, fault=fault, chosen=chosen, status=UNPROCESSABLE
        )
    try:
        sent = rounds.send_digests(
            found,
            people=chosen,
            words=words,
            links=_links(request),
            by=request.user,
            at=timezone.now(),
        )
    except ValidationError as error:
        fault = "".join(error.messages)
        return _page(
            request, found, form, fault=fault, chosen=chosen, status=UNPROCESSABLE
        )
    if sent.people:
        messages.success(
            request,
            f"已交付寄送 {len(sent.people)} 封催辦信：{names(sent.people)}。"
            "寄送結果請看催辦紀錄。",
        )
    for person, why in sent.left_out:
        messages.warning(request, f"{name_of(person)}：{why}，未寄送。")
    if not (sent.people or sent.left_out):
        messages.info(request, "所選窗口已沒有未送出的辦理情形，沒有寄信。")
    return HttpResponseRedirect(round_address(found, "reminder-log"))


@desk_view
@require_safe
def log(request: HttpRequest, platform: str, as_of: date) -> HttpResponse:
    """Show who was asked, how, when and by whom, and what became of each mail."""
    found = kept_round(request, platform, as_of)
    told = rounds.told_of(found)
    context = {
        "told": told,
        "stuck": sum(bool(each.mail and each.mail.is_stuck) for each in told),
    }
    return round_page(request, "people/reminder_log.html", "催辦紀錄", found, context)

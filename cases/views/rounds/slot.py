"""One text of a round: looked at, judged, changed, put in for who rang."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
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
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from cases import rounds as collecting
from cases.desk.forms import tidy_text
from cases.models import ProgressStep, ProgressUpdate
from cases.models.progress import ACCEPTED, OWED
from cases.models.writers import is_open_on
from cases.rounds.holding import named
from cases.rounds.overview import (
    SIGNS,
    State,
    Wanted,
    day_of,
    names_of,
    owner_name,
    place_of,
    waiting_of,
)
from cases.views.answers import by_field
from cases.views.desk.access import desk_view
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.rounds.access import (
    WantedForm,
    kept_round,
    kept_slot,
    query_of,
    round_address,
    round_page,
    slot_address,
)
from cases.views.rounds.forms import QuestionForm, TextForm
from platform_site.lib.differences import Piece, differences

UNCHANGED = "本季無變動"
FORMS: Mapping[str, type[forms.Form]] = {
    "accept": forms.Form,
    "return": QuestionForm,
    "reopen": QuestionForm,
    "edit": TextForm,
    "enter": TextForm,
}
DONE = {
    "accept": "已接受",
    "return": "已退回",
    "reopen": "已重新開放",
    "edit": "已修改",
    "enter": "已代填並接受",
}
# What is settled leads on to the next text that waits.
LEADS_ON = ("accept", "return")


@dataclass(frozen=True)
class Step:
    """A step as it is shown: with the text of the time where it is another one."""

    step: ProgressStep
    who: str
    pieces: Sequence[Piece]
    before: str
    text: str


@dataclass(frozen=True)
class Conflict:
    """Somebody was quicker: who, when, and both texts."""

    who: str
    at: Any
    is_own: bool
    mine: str
    theirs: Sequence[Piece]


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def slot(
    request: HttpRequest, platform: str, as_of: date, number: str, owner: str
) -> HttpResponseBase:
    """Show one text of a round with all that happened to it; POST takes a step."""
    round_ = kept_round(request, platform, as_of)
    found = kept_slot(round_, number, owner)
    wanted = WantedForm(round_.platform, request.GET).wanted()
    if request.method != "POST":
        return _page(request, found, wanted)
    do = request.POST.get("do", "")
    if do not in FORMS:
        errors = {"": "請按接受、退回補正、修改、代填或重新開放。"}
        return _page(request, found, wanted, errors=errors, status=UNPROCESSABLE)
    form = FORMS[do](request.POST)
    if not form.is_valid():
        errors = {
            name: " ".join(map(str, those)) for name, those in form.errors.items()
        }
        return _page(request, found, wanted, do=do, errors=errors, status=UNPROCESSABLE)
    try:
        _take(found, do, form.cleaned_data, request)
    except collecting.SavedMeanwhile:
        again = kept_slot(round_, number, owner)
        return _page(request, again, wanted, do=do, is_late=True, status=CONFLICT)
    except ValidationError as error:
        again = kept_slot(round_, number, owner)
        return _page(
            request,
            again,
            wanted,
            do=do,
            errors=by_field(error),
            status=UNPROCESSABLE,
        )
    messages.success(
        request,
        format_html(
            '{}<a href="{}">{}</a>。',
            DONE[do],
            slot_address(found, wanted),
            named(found),
        ),
    )
    return HttpResponseRedirect(_onward(request, found, wanted, do))


def _take(
    slot: ProgressUpdate, do: str, said: Mapping[str, Any], request: HttpRequest
) -> None:
    assert request.user.is_authenticated
    typed = request.POST.get("version", "")
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 10
    step: dict[str, Any] = {
        "version": int(typed) if is_number else -1,
        "by": request.user,
        "at": timezone.now(),
    }
    match do:
        case "accept":
            collecting.accept(slot, **step)
        case "return":
            until = said["until"]
            collecting.send_back(slot, question=said["words"], until=until, **step)
        case "reopen":
            collecting.reopen(slot, words=said["words"], until=said["until"], **step)
        case "edit":
            collecting.edit(slot, **said, **step)
        case "enter":
            collecting.enter(slot, **said, **step)


def _onward(request: HttpRequest, slot: ProgressUpdate, wanted: Wanted, do: str) -> str:
    """Return where to go after a step: the next text that waits, or the table."""
    if do not in LEADS_ON:
        return slot_address(slot, wanted)
    _, _, following = _neighbours(request, slot, wanted)
    if following is None:
        return round_address(slot.round) + query_of(wanted)
    return slot_address(following, wanted)


def _neighbours(
    request: HttpRequest, slot: ProgressUpdate, wanted: Wanted
) -> tuple[int, ProgressUpdate | None, ProgressUpdate | None]:
    """Return how many texts wait, the one before this and the one after, in a circle."""
    assert request.user.is_authenticated
    waiting = waiting_of(
        slot.round, wanted, by=request.user, today=timezone.localdate()
    )
    others = [each for each in waiting if each.pk != slot.pk]
    if not others:
        return len(waiting), None, None
    here = place_of(slot)
    before = [each for each in others if place_of(each) < here]
    after = [each for each in others if place_of(each) > here]
    return len(waiting), (before or others)[-1], (after or others)[0]


# The page -----------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    slot: ProgressUpdate,
    wanted: Wanted,
    *,
    do: str = "",
    errors: Mapping[str, str] | None = None,
    is_late: bool = False,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    round_ = slot.round
    state = State(slot.state)
    steps = list(slot.steps.select_related("by").order_by("version"))
    question = _open_question(steps, state)
    count, before, after = _neighbours(request, slot, wanted)
    typed = request.POST
    is_judged = not round_.is_locked and state != State.LOCKED
    is_open = ProgressUpdate.objects.filter(is_open_on(today), pk=slot.pk).exists()
    is_owed = state in OWED
    may_accept = is_judged and state == State.SUBMITTED
    may_reopen = (
        is_judged
        and round_.opens_on is not None
        and (state in ACCEPTED or (is_owed and not is_open))
    )
    has_form = {"return": may_accept, "reopen": may_reopen}
    context = {
        "slot": slot,
        "case": slot.case,
        "name": names_of([slot.case], round_.as_of, today)[slot.case_id],
        "owner": owner_name(slot),
        "sign": SIGNS[state],
        "days_late": slot.days_late(day_of(round_, today)),
        "contacts": _people(slot.contact_ids),
        "pieces": _since_last(slot),
        "steps": _steps(steps, slot),
        "question": question,
        "question_word": "問題"
        if question and question.kind == ProgressStep.Kind.RETURNED
        else "原因",
        "told_label": _told_label(state),
        # A draft has no step of its own.
        "saved_since": slot.saved_at is not None
        and (not steps or steps[-1].version < slot.version),
        "others": _others(slot, wanted),
        "waiting": count,
        "before": slot_address(before, wanted) if before else "",
        "after": slot_address(after, wanted) if after else "",
        "back": round_address(round_) + query_of(wanted),
        "at": slot_address(slot, wanted),
        "is_open": is_open,
        "may_accept": may_accept,
        "may_enter": is_judged and is_owed,
        "may_edit": is_judged and not is_owed,
        "may_reopen": may_reopen,
        # What was typed for a form that is there no more.
        "stranded": "" if has_form.get(do, is_judged) else _typed(request),
        "errors": errors or {},
        "returning": typed if do == "return" else None,
        "reopening": typed if do == "reopen" else None,
        "writing": typed if do in ("edit", "enter") else None,
        "said": _said(slot, typed if do in ("edit", "enter") else None),
        "conflict": _conflict(request, slot, steps) if is_late else None,
    }
    title = f"{slot.case.number} {context['owner']}"
    return round_page(
        request, "rounds/slot.html", title, round_, context, status=status
    )


def said_in(text: str, is_unchanged: bool) -> str:
    """Return what a slot says, in words."""
    return UNCHANGED if is_unchanged else text


def _said(slot: ProgressUpdate, typed: Mapping[str, str] | None) -> dict[str, Any]:
    """Return what the fields of a text begin with: what was typed, or what stands."""
    if typed is None:
        return {"text": slot.text, "is_unchanged": slot.is_unchanged, "words": ""}
    return {
        "text": typed.get("text", ""),
        "is_unchanged": typed.get("is_unchanged") == "on",
        "words": typed.get("words", ""),
    }


def _since_last(slot: ProgressUpdate) -> Sequence[Piece]:
    """Return what changed since the last text; nothing where one of them is missing."""
    if not slot.text or not slot.last_text or slot.text == slot.last_text:
        return []
    return differences(slot.last_text, slot.text)


def _steps(steps: Sequence[ProgressStep], slot: ProgressUpdate) -> list[Step]:
    """Return the steps with what they changed, newest first."""
    now = said_in(slot.text, slot.is_unchanged)
    shown = []
    for step in reversed(steps):
        said = said_in(step.text, step.is_unchanged)
        before = said_in(step.text_before, step.was_unchanged)
        is_edit = step.kind == ProgressStep.Kind.EDITED
        shown.append(
            Step(
                step,
                _who(step.by),
                differences(before, said) if is_edit else [],
                before if is_edit else "",
                said if is_edit or said != now else "",
            )
        )
    return shown


def _open_question(steps: Sequence[ProgressStep], state: State) -> ProgressStep | None:
    """Return the question that waits for an answer."""
    if state != State.RETURNED:
        return None
    kinds = (ProgressStep.Kind.RETURNED, ProgressStep.Kind.REOPENED)
    return next((step for step in reversed(steps) if step.kind in kinds), None)


def _told_label(state: State) -> str:
    """Return what the words beside a text are, by whose turn it is."""
    if state == State.RETURNED:
        return "答覆，或由誰告知"
    return "由誰告知" if state in OWED else "修改說明"


def _others(slot: ProgressUpdate, wanted: Wanted) -> list[dict[str, Any]]:
    """Return the other municipalities' slots of the case in this round."""
    rows = slot.round.progress.filter(case=slot.case).exclude(pk=slot.pk)
    found = []
    for other in rows.select_related("municipality").order_by("municipality__order"):
        other.round, other.case = slot.round, slot.case
        found.append(
            {
                "owner": owner_name(other),
                "sign": SIGNS[State(other.state)],
                "slot": other,
                "address": slot_address(other, wanted),
            }
        )
    return found


def _people(pks: Sequence[int]) -> list[Any]:
    found = get_user_model().objects.in_bulk(dict.fromkeys(pks))
    return list(found.values())


def _who(user: Any) -> str:
    return str(user.get_full_name() or user.get_username())


def _typed(request: HttpRequest) -> str:
    """Return what was typed here: a text, or a question or reason."""
    if request.POST.get("do") in ("edit", "enter"):
        is_unchanged = request.POST.get("is_unchanged") == "on"
        return said_in(tidy_text(request.POST.get("text", "")), is_unchanged)
    return tidy_text(request.POST.get("words", ""))


def _conflict(
    request: HttpRequest, slot: ProgressUpdate, steps: Sequence[ProgressStep]
) -> Conflict:
    """Say who was quicker, with what was typed here and what stands now.

    What stands is shown against the text that was seen, where a step tells that.
    """
    last = steps[-1] if steps else None
    told = last is not None and last.version == slot.version
    by = last.by if last is not None and told else slot.saved_by
    at = last.at if last is not None and told else slot.saved_at
    now = said_in(slot.text, slot.is_unchanged)
    typed = request.POST.get("version", "")
    seen = next(
        (
            said_in(step.text, step.is_unchanged)
            for step in steps
            if str(step.version) == typed
        ),
        now,
    )
    mine = _typed(request)
    if request.POST.get("do") in ("edit", "enter"):
        seen = mine
    return Conflict(
        _who(by) if by else "",
        at,
        by == request.user,
        mine,
        differences(seen, now),
    )

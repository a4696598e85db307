"""One slot: written, saved on the way, handed in, taken back and answered.

Without a script the form is posted and the page comes again. The script posts the
same form to the same address and asks for JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import rounds
from cases.models import ProgressStep, ProgressUpdate
from cases.models.progress import OWED
from cases.rounds import SavedMeanwhile
from cases.rounds.holding import why_closed
from cases.views.answers import by_field, wants_json
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.reporting.access import (
    Seen,
    reporting_view,
    seen_slot,
    slot_address,
)
from cases.views.reporting.preview import printed
from platform_site.lib.differences import differences
from platform_site.lib.numbering import Level, set_level, tidy_outline
from platform_site.lib.text import interchange

State = ProgressUpdate.State
Kind = ProgressStep.Kind

UNCHANGED = "本季無變動"
LEVELS = {
    "一、": Level.CHINESE,
    "(一)": Level.CHINESE_BRACKET,
    "1.": Level.DIGIT,
    "(1)": Level.DIGIT_BRACKET,
    "A.": Level.LETTER,
}


@dataclass(frozen=True)
class Typed:
    """What a form says."""

    text: str
    is_unchanged: bool
    words: str  # the answer to a question
    version: int

    @property
    def shown(self) -> str:
        """The text as people compare it."""
        return UNCHANGED if self.is_unchanged else self.text


@reporting_view
@require_http_methods(["GET", "HEAD", "POST"])
def slot(
    request: HttpRequest, platform: str, as_of: date, number: str, writer: str
) -> HttpResponseBase:
    """Show a slot to who may read it; let those write whose it is."""
    seen = seen_slot(request, platform, as_of, number, writer)
    if request.method != "POST":
        return _show(request, seen)
    if not seen.is_own:
        raise PermissionDenied("這不是您負責填報的辦理情形。")
    typed = _typed(request)
    do = request.POST.get("do", "")
    if do not in ACTS:
        return _invalid(request, seen, typed, {"": "請按儲存或送出。"})
    try:
        return ACTS[do](request, seen, typed)
    except SavedMeanwhile as late:
        return _conflict(request, seen, typed, late.slot)
    except ValidationError as error:
        return _invalid(request, seen, typed, by_field(error))


def _typed(request: HttpRequest) -> Typed:
    said = request.POST
    version = said.get("version", "")
    return Typed(
        text=interchange(said.get("text", "")),
        is_unchanged=said.get("kind") == "unchanged",
        words=interchange(said.get("words", "")),
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
    )


# What is done ------------------------------------------------------------------------


def _save(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    found = _saved(request, seen, typed)
    at = f"{timezone.localtime(found.saved_at):%H:%M}" if found.saved_at else ""
    if not wants_json(request):
        messages.success(request, f"已儲存（{at}），尚未送出。")
        return HttpResponseRedirect(slot_address(seen.slot))
    table = printed(seen.slot, text=found.text, is_unchanged=found.is_unchanged)
    return JsonResponse(
        {
            "state": "saved",
            "version": found.version,
            "at": at,
            "live": table,
            "label": found.get_state_display(),
        }
    )


def _saved(request: HttpRequest, seen: Seen, typed: Typed) -> ProgressUpdate:
    return rounds.save(
        seen.slot,
        text=typed.text,
        is_unchanged=typed.is_unchanged,
        version=typed.version,
        by=_user(request),
        at=timezone.now(),
    )


def _submit(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    def hand_in(found: ProgressUpdate, by: AbstractBaseUser, at: datetime) -> None:
        rounds.submit(found, version=found.version, by=by, at=at)

    return _handed_in(request, seen, typed, hand_in)


def _answer(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    def hand_in(found: ProgressUpdate, by: AbstractBaseUser, at: datetime) -> None:
        version = found.version
        rounds.answer(found, words=typed.words, version=version, by=by, at=at)

    return _handed_in(request, seen, typed, hand_in)


def _handed_in(
    request: HttpRequest,
    seen: Seen,
    typed: Typed,
    hand_in: Callable[[ProgressUpdate, AbstractBaseUser, datetime], None],
) -> HttpResponseBase:
    """Save what the form says and hand it in, both or nothing."""
    by, at = _user(request), timezone.now()
    with transaction.atomic():
        found = _saved(request, seen, typed)
        if not _is_second_click(found, typed, by):
            hand_in(found, by, at)
    messages.success(request, "已送出，待幕僚審閱；審閱前可撤回修改。")
    return HttpResponseRedirect(slot_address(seen.slot))


def _is_second_click(
    found: ProgressUpdate, typed: Typed, by: AbstractBaseUser
) -> bool:
    """Whether ``by`` handed this very text in from this very form already."""
    if found.state != State.SUBMITTED or found.version <= typed.version:
        return False
    return found.steps.filter(
        version=found.version, kind__in=[Kind.SUBMITTED, Kind.ANSWERED], by=by.pk
    ).exists()


def _withdraw(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    rounds.withdraw(
        seen.slot, version=typed.version, by=_user(request), at=timezone.now()
    )
    messages.success(request, "已撤回，請修改後再送出。")
    return HttpResponseRedirect(slot_address(seen.slot))


def _withdraw_edit(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    """Take back what was handed in meanwhile, with one's own text in the editor."""
    found = rounds.withdraw(
        seen.slot, version=typed.version, by=_user(request), at=timezone.now()
    )
    seen.slot.state, seen.slot.version = found.state, found.version
    return _show_typed(
        request,
        seen,
        replace(typed, version=found.version),
        "已撤回。編輯區是您的內容，尚未儲存。",
    )


def _start(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    """Put the last period's text in an empty editor."""
    if typed.text.strip():
        raise ValidationError("編輯區已有文字，請先清空再帶入上期文字。")
    if not seen.slot.last_text:
        raise ValidationError("上期沒有文字可以帶入。")
    return _show_typed(
        request,
        seen,
        replace(typed, text=seen.slot.last_text, is_unchanged=False),
        "已帶入上期文字，尚未儲存。",
    )


def _tidy(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    """Put the numbers of a text in the papers' form."""
    text = tidy_outline(typed.text)
    if wants_json(request):
        return JsonResponse({"text": text})
    return _show_typed(
        request, seen, replace(typed, text=text), "已整理編號，尚未儲存。"
    )


def _level(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    """Number some lines of the text; only the script knows which."""
    said = request.POST
    first, last = said.get("first", ""), said.get("last", "")
    level = LEVELS.get(said.get("level", ""))
    if level is None or not all(
        each.isdecimal() and len(each) < 7 for each in (first, last)
    ):
        raise ValidationError("沒有這種編號。")
    text, line = set_level(typed.text, int(first), int(last), level)
    return JsonResponse({"text": text, "line": line})


def _resolve(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    """Save what was chosen of two texts."""
    if request.POST.get("choose-text") != "theirs":
        return _save(request, seen, typed)
    messages.success(request, "已保留先儲存的內容。")
    return HttpResponseRedirect(slot_address(seen.slot))


def _resolve_edit(request: HttpRequest, seen: Seen, typed: Typed) -> HttpResponseBase:
    return _show_typed(request, seen, typed, "編輯區是您的內容，尚未儲存。")


ACTS: Mapping[str, Callable[[HttpRequest, Seen, Typed], HttpResponseBase]] = {
    "save": _save,
    "autosave": _save,
    "submit": _submit,
    "answer": _answer,
    "withdraw": _withdraw,
    "withdraw_edit": _withdraw_edit,
    "start": _start,
    "tidy": _tidy,
    "level": _level,
    "resolve": _resolve,
    "resolve_edit": _resolve_edit,
}


def _user(request: HttpRequest) -> Any:
    return request.user


# What is answered --------------------------------------------------------------------


def _show_typed(
    request: HttpRequest, seen: Seen, typed: Typed, sentence: str
) -> HttpResponse:
    """Show the page with what was typed, which is saved nowhere yet."""
    messages.warning(request, sentence)
    return _show(request, seen, typed)


def _invalid(
    request: HttpRequest, seen: Seen, typed: Typed, errors: Mapping[str, str]
) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"state": "invalid", "errors": errors}, status=UNPROCESSABLE)
    return _show(request, seen, typed, errors=errors, status=UNPROCESSABLE)


def _show(
    request: HttpRequest,
    seen: Seen,
    typed: Typed | None = None,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    slot = seen.slot
    stored = Typed(slot.text, slot.is_unchanged, "", slot.version)
    says = typed or stored
    steps = list(slot.steps.select_related("by")) if seen.is_own else []
    asked = [step for step in steps if step.kind in (Kind.RETURNED, Kind.REOPENED)]
    is_edited = seen.may_write and slot.state in OWED
    context = {
        "title": f"{slot.case.number} {slot.case_name}",
        "seen": seen,
        "slot": slot,
        "typed": says,
        "version": says.version,
        "errors": errors or {},
        "is_edited": is_edited,
        # What was typed is shown even where it cannot be saved any more.
        "is_stranded": typed is not None and not is_edited and typed.text != slot.text,
        "levels": LEVELS,
        "question": asked[-1] if asked and slot.state == State.RETURNED else None,
        "steps": [(step, _changes(step)) for step in reversed(steps)],
        "why_closed": ""
        if seen.may_write or not seen.is_own
        else why_closed(slot, seen.day),
        "days_late": slot.days_late(seen.day),
        "printed": printed(slot, text=says.text, is_unchanged=says.is_unchanged),
        "next": rounds.next_owed(_user(request), slot, seen.day)
        if seen.is_own
        else None,
    }
    return render(request, "reporting/slot.html", context, status=status)


def _changes(step: ProgressStep) -> Any:
    """Return how an edit changed the text; None for steps that changed nothing."""
    if step.kind != Kind.EDITED:
        return None
    before = UNCHANGED if step.was_unchanged else step.text_before
    return differences(before, UNCHANGED if step.is_unchanged else step.text)


def _conflict(
    request: HttpRequest, seen: Seen, typed: Typed, stands: ProgressUpdate
) -> HttpResponseBase:
    """Show both texts; nothing is saved, and nothing lost."""
    theirs = UNCHANGED if stands.is_unchanged else stands.text
    pieces = differences(theirs, typed.shown)
    last = stands.steps.select_related("by").last()
    is_step = last is not None and last.version == stands.version
    context = {
        "title": f"{seen.slot.case.number} {seen.slot.case_name}：另有人先儲存",
        "slot": seen.slot,
        "seen": seen,
        "stands": stands,
        "who": last.by if last is not None and is_step else stands.saved_by,
        "when": last.at if last is not None and is_step else stands.saved_at,
        "did": last.get_kind_display() if last is not None and is_step else "儲存",
        "is_own": (last.by_id if last and is_step else stands.saved_by_id)
        == _user(request).pk,
        "is_owed": stands.state in OWED,
        "may_withdraw": stands.state == State.SUBMITTED and seen.may_withdraw,
        "typed": typed,
        "mine": [piece for piece in pieces if piece.kind != "removed"],
        "theirs": [piece for piece in pieces if piece.kind != "added"],
    }
    if wants_json(request):
        panel = render_to_string("reporting/_conflict.html", context, request=request)
        return JsonResponse({"state": "conflict", "panel": panel}, status=CONFLICT)
    return render(request, "reporting/conflict.html", context, status=CONFLICT)

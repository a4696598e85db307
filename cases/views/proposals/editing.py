"""Writing a proposal: the form saved by hand, by the script, and by two at once.

As at the minutes desk the script posts the same form to the same address, asks for
JSON and swaps in what follows from what was saved: what the title looks like.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import proposals as steps
from cases.models import Proposal, ProposalContact
from cases.proposals import SavedMeanwhile
from cases.proposals.alike import alike
from cases.proposals.forms import NewProposalForm, ProposalForm, sent, stored
from cases.proposals.writing import lacks
from cases.views.answers import by_field, wants_json
from cases.views.desk.parts import (
    CONFLICT,
    OF_THE_FORM,
    UNPROCESSABLE,
    Difference,
    pieces,
)
from cases.views.proposals.access import (
    Seen,
    known_platform,
    may_propose,
    proposals_page,
    proposals_view,
    seen_proposal,
    user_of,
)

LOST = "這份提案單現在不能由您修改，內容請另存後重新開啟頁面查看。"


@proposals_view
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, platform: str) -> HttpResponseBase:
    """Begin a proposal: of which group, for which municipality, from which motion."""
    body = known_platform(request, platform)
    if not may_propose(request, body):
        raise Http404("您不是這個平臺的幕僚人員或小組窗口，不能提案。")
    day = timezone.localdate()
    asked: dict[str, Any] = {"platform": body, "by": request.user, "day": day}
    form = NewProposalForm(request.POST or None, initial=request.GET.dict(), **asked)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if form.is_valid():
            try:
                return HttpResponseRedirect(
                    f"{_begin(request, form).get_absolute_url()}edit/"
                )
            except ValidationError as error:
                errors = by_field(error)
            except PermissionDenied as error:
                errors = {"group": str(error)}
        else:
            errors = _faults(form)
    return proposals_page(
        request,
        "proposals/new.html",
        "新增合作提案單",
        {"platform": body, "form": form, "errors": errors, "lacks": {}},
        status=UNPROCESSABLE if errors else 200,
    )


def _begin(request: HttpRequest, form: NewProposalForm) -> Proposal:
    said = form.cleaned_data
    place: dict[str, Any] = {"by": user_of(request), "at": timezone.now()}
    if said.get("motion") is not None:
        return steps.from_motion(
            said["motion"],
            group=said["group"],
            municipality=said["municipality"],
            **place,
        )
    return steps.begin(said["group"], said["municipality"], **place)


# The form ------------------------------------------------------------------------


@proposals_view
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, platform: str, key: str) -> HttpResponseBase:
    """Show or save the form."""
    try:
        seen = seen_proposal(request, platform, key)
        if not (seen.may_write or seen.may_edit):
            raise Http404("這份提案單現在不能修改；請由提案單的頁面查看狀態。")
    except Http404:
        if wants_json(request):
            return _refused({"": LOST})
        raise
    if request.method != "POST":
        return _show(request, seen, _form(request, seen, None), seen.proposal.version)
    return _save(request, seen)


def _form(
    request: HttpRequest, seen: Seen, data: Mapping[str, Any] | None
) -> ProposalForm:
    form = ProposalForm(data, proposal=seen.proposal, by=request.user, day=seen.day)
    form.initial = stored(seen.proposal, seen.contact, form.members)
    return form


def _save(request: HttpRequest, seen: Seen) -> HttpResponseBase:
    do = request.POST.get("do", "")
    version = _int(request.POST.get("version"))
    form = _form(request, seen, request.POST)
    if not form.is_valid():
        errors = _faults(form)
        return _invalid(request, seen, form, errors)
    if do == "resolve_edit":
        return _show(request, seen, form, version)
    if do == "resolve":
        data = _resolved(request, seen, form)
        form = _form(request, seen, data)
        if not form.is_valid():
            errors = _faults(form)
            return _invalid(request, seen, form, errors)
    said: dict[str, Any] = {
        "version": version,
        "by": user_of(request),
        "at": timezone.now(),
    }
    try:
        if seen.may_write:
            saved = steps.save(seen.proposal, form.said(), **said)
        else:
            words = request.POST.get("edit_words", "")[:1000]
            saved = steps.edit(seen.proposal, form.said(), words=words, **said)
    except SavedMeanwhile as late:
        return _conflict(request, seen, form, late.proposal)
    except ValidationError as error:
        return _invalid(request, seen, form, by_field(error))
    except PermissionDenied as error:
        return _invalid(request, seen, form, {"": str(error)})
    if do == "submit":
        return _submit(request, seen, form, saved)
    return _saved(request, seen, saved)


def _faults(form: forms.Form) -> dict[str, str]:
    return by_field(ValidationError(form.errors.as_data()))


def _submit(
    request: HttpRequest, seen: Seen, form: ProposalForm, saved: Proposal
) -> HttpResponseBase:
    """Hand in what was saved just now; what it lacks is said, and what is saved stays."""
    try:
        steps.submit(
            saved, version=saved.version, by=user_of(request), at=timezone.now()
        )
    except ValidationError as error:
        return _show(
            request,
            seen,
            form,
            saved.version,
            errors=by_field(error),
            is_saved=True,
            status=UNPROCESSABLE,
        )
    messages.success(request, f"提案單 {saved.key} 已送出。")
    return HttpResponseRedirect(saved.get_absolute_url())


def _resolved(request: HttpRequest, seen: Seen, form: ProposalForm) -> dict[str, Any]:
    """Return of two texts for each field the one that was chosen."""
    theirs = stored(seen.proposal, seen.contact, form.members)
    mine = sent(form)
    chosen = {
        name: theirs[name]
        if request.POST.get(f"choose-{name}") == "theirs"
        else mine[name]
        for name in form.fields
    }
    # The list of municipalities goes with whether it is all of them.
    if request.POST.get("choose-scope") == "theirs":
        chosen["partners"] = theirs["partners"]
    return chosen


def _int(text: Any) -> int:
    return int(text) if str(text).isdecimal() and len(str(text)) < 10 else 0


# Answers -------------------------------------------------------------------------


def _show(
    request: HttpRequest,
    seen: Seen,
    form: ProposalForm,
    version: int,
    *,
    errors: Mapping[str, str] | None = None,
    is_saved: bool = False,
    status: int = 200,
) -> HttpResponse:
    proposal = seen.proposal
    return proposals_page(
        request,
        "proposals/form.html",
        f"{'填寫' if seen.may_write else '修改'}提案單 {proposal.key}",
        {
            "platform": proposal.platform,
            "proposal": proposal,
            "seen": seen,
            "form": form,
            "version": version,
            "saved": proposal,
            "errors": errors or {},
            "is_saved": is_saved,
            "lacks": dict(lacks(proposal)) if proposal.version and not errors else {},
            "returned": proposal.steps.filter(kind="returned")
            .select_related("by", "meeting__series", "meeting__platform")
            .last()
            if proposal.state == Proposal.State.RETURNED
            else None,
            **_live(request, seen, proposal),
        },
        status=status,
    )


def _live(request: HttpRequest, seen: Seen, proposal: Proposal) -> dict[str, Any]:
    return {
        "platform": proposal.platform,
        "alike": alike(proposal, by=request.user, day=seen.day),
    }


def _refused(errors: Mapping[str, str]) -> HttpResponse:
    answer = {"state": "invalid", "errors": errors}
    return JsonResponse(answer, status=UNPROCESSABLE)


def _invalid(
    request: HttpRequest, seen: Seen, form: ProposalForm, errors: Mapping[str, str]
) -> HttpResponseBase:
    if wants_json(request):
        return _refused(errors)
    version = _int(request.POST.get("version"))
    return _show(request, seen, form, version, errors=errors, status=UNPROCESSABLE)


def _saved(request: HttpRequest, seen: Seen, saved: Proposal) -> HttpResponseBase:
    at = timezone.localtime(saved.saved_at or timezone.now())
    if wants_json(request):
        live = render_to_string("proposals/_alike.html", _live(request, seen, saved))
        return JsonResponse(
            {
                "state": "saved",
                "version": saved.version,
                "at": f"{at:%H:%M}",
                "live": live,
                "lacks": dict(lacks(saved)),
            }
        )
    messages.success(request, f"已儲存（{at:%H:%M}）。")
    target = request.path if seen.may_write else saved.get_absolute_url()
    return HttpResponseRedirect(target)


def _conflict(
    request: HttpRequest, seen: Seen, form: ProposalForm, now: Proposal
) -> HttpResponseBase:
    contact = ProposalContact.objects.filter(proposal=now).first()
    mine, theirs = sent(form), stored(now, contact, form.members)
    context = {
        "platform": seen.proposal.platform,
        "proposal": seen.proposal,
        "saved": now,
        "is_own": now.saved_by_id == user_of(request).pk,
        "differences": list(_differences(form, mine, theirs)),
        "hidden": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in OF_THE_FORM and not name.startswith("choose-")
            for value in values
        ],
    }
    if wants_json(request):
        panel = render_to_string("desk/_conflict.html", context, request=request)
        return JsonResponse({"state": "conflict", "panel": panel}, status=CONFLICT)
    return proposals_page(
        request,
        "proposals/conflict.html",
        "另有人先儲存",
        context,
        status=CONFLICT,
    )


def _differences(
    form: ProposalForm, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> Iterator[Difference]:
    for name, field in form.fields.items():
        if mine[name] != theirs[name]:
            ours, other = (_words(form, name, side[name]) for side in (mine, theirs))
            yield Difference(name, str(field.label), *pieces(ours, other))


def _words(form: ProposalForm, name: str, value: Any) -> str:
    """Return what a field says, in words."""
    field: Any = form.fields[name]
    if not hasattr(field, "choices"):
        return str(value)
    labels = {
        str(getattr(key, "value", key)): str(label) for key, label in field.choices
    }
    values = value if isinstance(value, list) else [value]
    return "、".join(labels.get(str(each), str(each)) for each in values if each != "")

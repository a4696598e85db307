"""One proposal: how it would be printed, what happened to it, and what may be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases import proposals as steps
from cases.exports.proposal_form import sheets_of
from cases.models import Case, LedgerEntry, Proposal, ProposalStep
from cases.proposals import SavedMeanwhile
from cases.proposals.alike import alike
from cases.proposals.deciding import TAKING_UP
from cases.proposals.writing import lacks
from cases.views.answers import by_field
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.proposals.access import (
    Seen,
    proposals_page,
    proposals_view,
    seen_proposal,
    user_of,
)
from meetings.models import Meeting
from platform_site.lib.differences import Piece, differences

State = Proposal.State
TEXTS = {
    "title": "合作提案",
    "explanation": "說明",
    "actions": "具體作法",
    "benefits": "合作效益",
}
DONE = {
    "submit": "已送出。",
    "recall": "已撤回，可繼續修改。",
    "return": "已退回修正。",
    "discuss": "已登錄會議討論。",
    "agree": "已登錄同意，案件的列管情形依列管紀錄。",
    "withdraw": "已撤案。",
    "merge": "已併案。",
}


@proposals_view
@require_safe
def proposal(request: HttpRequest, platform: str, key: str) -> HttpResponseBase:
    """Show one proposal."""
    return _show(request, seen_proposal(request, platform, key))


@proposals_view
@require_POST
def take(request: HttpRequest, platform: str, key: str, step: str) -> HttpResponseBase:
    """Take a step with a proposal."""
    seen = seen_proposal(request, platform, key)
    act = STEPS.get(step)
    if act is None:
        raise Http404("沒有這個步驟。")
    text = request.POST.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < 10 else -1
    form = StepForm(request.POST, proposal=seen.proposal)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        act(seen, form.cleaned_data, user_of(request), version)
    except SavedMeanwhile:
        sentence = "這份提案單剛才另有變更，請看過目前的內容後再辦理。"
        return _show(request, seen, errors={"": sentence}, step=step, status=CONFLICT)
    except ValidationError as error:
        return _show(
            request, seen, errors=by_field(error), step=step, status=UNPROCESSABLE
        )
    except PermissionDenied as error:
        raise Http404(str(error)) from error
    messages.success(request, f"提案單 {seen.proposal.key}{DONE[step]}")
    return HttpResponseRedirect(seen.proposal.get_absolute_url())


# What may be done ----------------------------------------------------------------


class StepForm(forms.Form):
    """What a step is taken with."""

    words = forms.CharField(required=False, max_length=2000, strip=False)
    meeting = forms.ModelChoiceField(
        Meeting.objects.none(),
        required=False,
        to_field_name="slug",
        error_messages={"invalid_choice": "請由清單選擇會議。"},
    )
    taken_up = forms.ModelChoiceField(
        LedgerEntry.objects.none(),
        required=False,
        error_messages={"invalid_choice": "請由清單選擇會議同意的合作案。"},
    )
    into = forms.CharField(required=False, max_length=240)

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["meeting"].queryset = meetings_of(proposal)
        fields["taken_up"].queryset = taken_up_for(proposal)


def meetings_of(proposal: Proposal) -> Any:
    """Return the meetings at which the proposal may have come up, latest first."""
    group = proposal.group
    return (
        Meeting.objects.filter(
            Q(series__group=None)
            | Q(series__group=group)
            | Q(series__group=group.parent_id)
            | Q(series__group__parent=group),
            platform=proposal.platform,
            held_on__lte=timezone.localdate(),
        )
        .exclude(state=Meeting.State.CANCELLED)
        .select_related("series", "platform")
        .order_by("-held_on", "-pk")
    )


def taken_up_for(proposal: Proposal) -> Any:
    """Return the entries by which meetings took up cases that have no form yet."""
    return (
        LedgerEntry.objects.in_account()
        .filter(
            Q(case__group=proposal.group)
            | Q(case__group=proposal.group.parent_id)
            | Q(case__group__parent=proposal.group),
            case__platform=proposal.platform,
            case__proposal=None,
            kind__in=TAKING_UP,
        )
        .select_related("case", "meeting__series", "meeting__platform")
        .order_by("-decided_on", "-pk")
    )


Act = Callable[[Seen, Mapping[str, Any], Any, int], object]


def _submit(seen: Seen, said: Mapping[str, Any], by: Any, version: int) -> object:
    return steps.submit(seen.proposal, version=version, by=by, at=timezone.now())


def _recall(seen: Seen, said: Mapping[str, Any], by: Any, version: int) -> object:
    return steps.recall(seen.proposal, version=version, by=by, at=timezone.now())


def _return(seen: Seen, said: Mapping[str, Any], by: Any, version: int) -> object:
    return steps.send_back(
        seen.proposal,
        words=said["words"],
        meeting=said["meeting"],
        version=version,
        by=by,
    )


def _discuss(seen: Seen, said: Mapping[str, Any], by: Any, version: int) -> object:
    if said["meeting"] is None:
        raise ValidationError({"meeting": ["請選擇會議。"]})
    return steps.discuss(
        seen.proposal,
        said["meeting"],
        words=said["words"],
        version=version,
        by=by,
        at=timezone.now(),
    )


def _agree(seen: Seen, said: Mapping[str, Any], by: Any, version: int) -> object:
    entry = said["taken_up"]
    if entry is None:
        raise ValidationError({"taken_up": ["請選擇會議同意的合作案。"]})
    return steps.agree(seen.proposal, entry.case, entry.meeting, version=version, by=by)


def _withdraw(seen: Seen, said: Mapping[str, Any], by: Any, version: int) -> object:
    return steps.withdraw(
        seen.proposal,
        words=said["words"],
        meeting=said["meeting"],
        version=version,
        by=by,
        at=timezone.now(),
    )


def _merge(seen: Seen, said: Mapping[str, Any], by: Any, version: int) -> object:
    return steps.merge(
        seen.proposal,
        _target(seen.proposal, said["into"]),
        words=said["words"],
        meeting=said["meeting"],
        version=version,
        by=by,
    )


def _target(proposal: Proposal, typed: str) -> Proposal | Case:
    """Return what a number that was typed means: 112-007 a form, TR-014 a case."""
    number = typed.split()[0].upper() if typed.split() else ""
    year, _, serial = number.partition("-")
    if year.isdecimal() and serial.isdecimal() and len(number) < 10:
        found = Proposal.objects.filter(
            platform=proposal.platform, roc_year=int(year), serial=int(serial)
        ).first()
        if found is not None:
            return found
    case = Case.objects.filter(platform=proposal.platform, number=number).first()
    if case is None:
        raise ValidationError(
            {"into": ["請填提案單編號（如 112-007）或案號（如 TR-014）。"]}
        )
    return case


STEPS: Mapping[str, Act] = {
    "submit": _submit,
    "recall": _recall,
    "return": _return,
    "discuss": _discuss,
    "agree": _agree,
    "withdraw": _withdraw,
    "merge": _merge,
}


# The page --------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownStep:
    """A step, with what the form says otherwise than at the step before."""

    step: ProposalStep
    changes: Sequence[tuple[str, Sequence[Piece]]]


def _show(
    request: HttpRequest,
    seen: Seen,
    *,
    errors: Mapping[str, str] | None = None,
    step: str = "",
    status: int = 200,
) -> HttpResponse:
    if errors:  # what stands now, which may be what somebody else just did
        kwargs = request.resolver_match.kwargs if request.resolver_match else {}
        seen = seen_proposal(request, kwargs["platform"], kwargs["key"])
    found = seen.proposal
    [sheet] = sheets_of(found.platform, [found], contacts=True)
    may_end = seen.is_own and (seen.may_write or found.is_pending)
    on_agenda = found.drafts.select_related("minutes__meeting__platform").first()
    return proposals_page(
        request,
        "proposals/proposal.html",
        f"提案單 {found.key}",
        {
            "platform": found.platform,
            "proposal": found,
            "seen": seen,
            "sheet": sheet,
            "steps": list(_steps(found)),
            "lacks": dict(lacks(found)) if seen.may_write else {},
            "alike": alike(found, by=request.user, day=seen.day)
            if seen.may_write or found.is_pending
            else None,
            "on_agenda": on_agenda,
            "may_recall": seen.is_own
            and found.state == State.SUBMITTED
            and on_agenda is None,
            "may_end": may_end and on_agenda is None,
            "may_judge": seen.is_kept and found.is_pending and on_agenda is None,
            "meetings": meetings_of(found)[:60]
            if seen.is_kept and found.is_pending
            else [],
            "taken_up": taken_up_for(found)[:60]
            if seen.is_kept and found.is_pending
            else [],
            "errors": errors or {},
            "asked": step,
            "sent": request.POST if errors else {},
        },
        status=status,
    )


def _steps(found: Proposal) -> Iterator[ShownStep]:
    """Give the steps, the first one first, each with what was changed before it."""
    rows = found.steps.select_related(
        "by", "meeting__series", "meeting__platform"
    ).order_by("version")
    before: Mapping[str, Any] = {}
    for step in rows:
        now = step.content
        changes = [
            (label, differences(before[name], now[name]))
            for name, label in TEXTS.items()
            if before and before[name] != now[name]
        ]
        yield ShownStep(step, changes)
        before = now

"""The check page: what is missing or odd, what was accepted, and confirming."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.views.decorators.http import require_http_methods, require_POST

from cases.desk.check import (
    NotReady,
    accept,
    check_and_try,
    confirm_checked,
    stated_counts,
    take_back,
)
from cases.desk.confirm import lock_minutes
from cases.models import CountClaim
from cases.views.desk.access import desk_page, desk_view, draft_minutes, kept_meeting
from cases.views.desk.overview import address_of
from cases.views.desk.steps import steps_of
from meetings.models import IssueGroup, Meeting, Minutes
from meetings.words import say
from platform_site.lib.record_admin import refusal
from platform_site.lib.text import interchange

UNPROCESSABLE = 422


class ClaimForm(forms.ModelForm[CountClaim]):
    """A number that some other paper states about the meeting."""

    class Meta:
        model = CountClaim
        fields = ["group", "counts", "number", "words"]

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.meeting = meeting
        self.instance.source = CountClaim.Source.ANNOUNCEMENT
        group: Any = self.fields["group"]
        group.queryset = IssueGroup.objects.filter(platform=meeting.platform_id)
        group.empty_label = say("全部小組")
        group.help_text = ""
        self.fields["words"].help_text = "照錄原文，如「新增11案」。"

    def _get_validation_exclusions(self) -> set[str]:
        """Let the same number be refused here, though its source is not typed."""
        left_out: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # Django's own
        return left_out - {"meeting", "source", "definition"}


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, platform: str, meeting: str) -> HttpResponseBase:
    """Show what checking finds; POST accepts a warning or takes down a number."""
    found = kept_meeting(request, platform, meeting)
    minutes = draft_minutes(found)
    form = ClaimForm(meeting=found)
    if request.method != "POST":
        return _page(request, found, minutes, form)
    try:
        with transaction.atomic():
            if request.POST.get("do") == "claim":
                form = ClaimForm(request.POST, meeting=found)
                _take_down(form, minutes)
            else:
                _do(request, minutes)
    except ValidationError as error:
        for sentence in error.messages:
            messages.error(request, sentence)
        return _page(request, found, minutes, form, _sent(request), UNPROCESSABLE)
    is_claim = request.POST.get("do") in ("claim", "drop-claim")
    return HttpResponseRedirect(
        f"{request.path}#{'claims' if is_claim else 'warnings'}"
    )


def _sent(request: HttpRequest) -> dict[str, str]:
    """Return the words that were sent, by the key of the finding."""
    keys, words = (request.POST.getlist(name) for name in ("finding", "words"))
    return dict(zip(keys, words, strict=False))


def _do(request: HttpRequest, minutes: Minutes) -> None:
    """Do what a button asked for; all the words that were filled in, or none."""
    assert request.user.is_authenticated
    if asked := request.POST.get("take-back", ""):
        take_back(minutes, interchange(asked))
    elif request.POST.get("do") == "accept":
        said = {
            interchange(key): interchange(words)
            for key, words in _sent(request).items()
            if words.strip()
        }
        accept(minutes, said, by=request.user)
    elif request.POST.get("do") == "drop-claim":
        key = request.POST.get("claim", "")
        lock_minutes(minutes)
        CountClaim.objects.filter(
            meeting=minutes.meeting_id,
            pk=int(key) if key.isdecimal() and len(key) < 18 else 0,
        ).delete()
    else:
        raise ValidationError("看不懂要做什麼，請由本頁的按鈕操作。")


def _take_down(form: ClaimForm, minutes: Minutes) -> None:
    if not form.is_valid():
        raise ValidationError("所載案數未登錄，請更正標示的欄位。")
    try:
        with transaction.atomic():
            lock_minutes(minutes)
            form.save()
    except IntegrityError as error:
        raise ValidationError(refusal(error)) from error


def _page(
    request: HttpRequest,
    meeting: Meeting,
    minutes: Minutes,
    form: ClaimForm,
    sent: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    assert request.user.is_authenticated
    report = check_and_try(minutes, by=request.user)
    stated = stated_counts(meeting, report.sheets, report.tally)
    of_paper = CountClaim.Source.MINUTES
    context = {
        "meeting": meeting,
        "minutes": minutes,
        "steps": steps_of(meeting, request.path),
        "report": report,
        "base": address_of(meeting, "meeting"),
        "paper_claims": [each for each in stated if each.claim.source == of_paper],
        "claims": [each.claim for each in stated if each.claim.source != of_paper],
        "claim_form": form,
        "takes_claims": meeting.series.is_deciding,
        "sent": sent or {},
    }
    return desk_page(request, "desk/check.html", "檢核與確認", context, status=status)


@desk_view
@require_POST
def confirm(request: HttpRequest, platform: str, meeting: str) -> HttpResponseBase:
    """Confirm what passes the check; who comes second is told that it is done."""
    found = kept_meeting(request, platform, meeting)
    overview = address_of(found, "meeting")
    minutes: Minutes | None = getattr(found, "minutes", None)
    assert request.user.is_authenticated
    if minutes is None:
        messages.error(request, "還沒有開始記錄，不能確認會議紀錄。")
        return HttpResponseRedirect(overview)
    if minutes.state == Minutes.State.CONFIRMED:
        messages.info(request, "這份會議紀錄已經確認。")
        return HttpResponseRedirect(overview)
    try:
        entries = confirm_checked(minutes, by=request.user)
    except NotReady as error:
        messages.error(request, error.messages[0])
        return HttpResponseRedirect(address_of(found, "check"))
    except (ValidationError, IntegrityError) as error:
        minutes.refresh_from_db(fields=["state"])
        if minutes.state == Minutes.State.CONFIRMED:
            messages.info(request, "這份會議紀錄已經確認。")
            return HttpResponseRedirect(overview)
        for sentence in refusal(error):
            messages.error(request, sentence)
        return HttpResponseRedirect(address_of(found, "check"))
    messages.success(
        request,
        f"會議紀錄已確認，登錄 {len(entries)} 筆列管紀錄；內容自此不再修改。",
    )
    return HttpResponseRedirect(overview)

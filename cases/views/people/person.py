"""One person: how to reach him or her, tasks now and before, invitations and mails."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from cases.roles import CONTACT
from cases.views.desk.access import desk_page, desk_view, kept_platform
from cases.views.desk.parts import UNPROCESSABLE
from cases.views.people.access import known_person, name_of, person_address
from cases.views.people.forms import (
    EndForm,
    HandOverForm,
    InvitationForm,
    TasksForm,
    attributes,
)
from meetings import invitations
from meetings.assignments import assign, end, hand_over
from meetings.models import Assignment, Invitation, Platform
from platform_site.lib.roc import format_roc
from platform_site.mail import send_again, site_of
from platform_site.models import Mail

MAILS = 20  # the latest, on a person's page


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: HttpRequest, platform: str) -> HttpResponseBase:
    """Invite somebody, with what he or she is to write."""
    body = kept_platform(request, platform)
    today = timezone.localdate()
    if request.method != "POST":
        form = InvitationForm(
            platform=body, today=today, initial=_asked(request, today)
        )
        return _invitation_page(request, body, form)
    form = InvitationForm(request.POST, platform=body, today=today)
    if form.is_valid():
        assert isinstance(request.user, User)
        try:
            invited = invitations.invite(
                form.newcomer(),
                form.tasks(),
                platform=body,
                role=Group.objects.get(name=CONTACT),
                by=request.user,
                at=timezone.now(),
                site=site_of(request),
            )
        except ValidationError as error:
            _add_errors(form, error)
        else:
            messages.success(request, _told(invited))
            return HttpResponseRedirect(person_address(body, invited.person))
    return _invitation_page(request, body, form, status=UNPROCESSABLE)


def _asked(request: HttpRequest, today: date) -> dict[str, Any]:
    """Return what a gap of the table asks to be filled."""
    asked: dict[str, Any] = {"starts_on": today}
    for name, field in (("group", "groups"), ("municipality", "municipalities")):
        said = request.GET.get(name, "")
        if said.isascii() and said.isdecimal():
            asked[field] = [said]
    return asked


def _told(invited: invitations.Invited) -> str:
    name, count = name_of(invited.person), len(invited.assignments)
    given = f"已指派 {count} 項" if count else "沒有新增指派"
    if invited.is_mailed:
        return f"{given}，邀請信將寄給{name}。"
    if not invited.person.is_active:
        return f"{name}已在邀請中，{given}，不另寄邀請信。"
    return f"這個電子郵件已有帳號（{name}），{given}；帳號資料未變更，不另寄邀請信。"


def _add_errors(form: forms.Form, error: ValidationError) -> None:
    """Put what was refused where it was typed, or above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, sentences in error.message_dict.items():
        # An account is called by its address.
        field = {"username": "email", "first_name": "name"}.get(name, name)
        form.add_error(field if field in form.fields else None, sentences)


def _invitation_page(
    request: HttpRequest, platform: Platform, form: InvitationForm, status: int = 200
) -> HttpResponse:
    attributes(form)
    context = {"platform": platform, "form": form}
    return desk_page(
        request, "people/new.html", "邀請與指派窗口", context, status=status
    )


# A person's page -------------------------------------------------------------------


@desk_view
@require_safe
def person(request: HttpRequest, platform: str, key: int) -> HttpResponse:
    """Show somebody's tasks on the platform, and how to reach him or her."""
    body = kept_platform(request, platform)
    return _page(request, body, known_person(body, key))


def _lasting(platform: Platform, person: User, today: date) -> QuerySet[Assignment]:
    """Return the tasks that have not ended."""
    return (
        Assignment.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=today),
            group__platform=platform,
            user=person,
        )
        .select_related("group", "municipality", "agency")
        .order_by("group__order", "municipality__order", "starts_on")
    )


def _page(
    request: HttpRequest,
    platform: Platform,
    found: User,
    *,
    status: int = 200,
    **typed: forms.Form,
) -> HttpResponse:
    today = timezone.localdate()
    lasting = _lasting(platform, found, today)
    held = list(lasting)
    ticked = [row.pk for row in held]
    shown = {
        "end": typed.get("end")
        or EndForm(assignments=lasting, initial={"assignments": ticked, "on": today}),
        "hand_over": typed.get("hand_over")
        or HandOverForm(
            assignments=lasting,
            platform=platform,
            person=found,
            initial={"assignments": ticked, "on": today},
        ),
        "more": typed.get("more")
        or TasksForm(
            platform=platform,
            today=today,
            auto_id="more_%s",
            initial={"starts_on": today},
        ),
    }
    for form in shown.values():
        attributes(form)
    invitation = (
        found.invitations.filter(platform=platform)
        .select_related("invited_by")
        .order_by("-pk")
        .first()
    )
    mails = Mail.objects.with_state().filter(
        Q(kind=Mail.Kind.INVITATION, about__in=_keys(found, platform))
        | Q(reminder__round__platform=platform),
        person=found,
    )
    context = {
        "platform": platform,
        "person": found,
        "details": getattr(found, "contact_details", None),
        "held": held,
        "past": Assignment.objects.filter(
            group__platform=platform, user=found, ends_on__lt=today
        )
        .select_related("group", "municipality", "agency")
        .order_by("-ends_on", "group__order"),
        "invitation": invitation,
        "is_expired": invitation is not None and invitation.is_expired(timezone.now()),
        "mails": mails[:MAILS],
        "today": today,
        "opened": next(iter(typed), ""),
        **{f"{name}_form": form for name, form in shown.items()},
    }
    return desk_page(
        request, "people/person.html", name_of(found), context, status=status
    )


def _keys(person: User, platform: Platform) -> list[str]:
    """Return the keys of somebody's invitations, as mails are about them."""
    own = person.invitations.filter(platform=platform)
    return [str(pk) for pk in own.values_list("pk", flat=True)]


@desk_view
@require_POST
def assign_more(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Give somebody more to write."""
    body = kept_platform(request, platform)
    found = known_person(body, key)
    form = TasksForm(
        request.POST, platform=body, today=timezone.localdate(), auto_id="more_%s"
    )
    if form.is_valid():
        assert isinstance(request.user, User)
        try:
            given = assign(found, form.tasks(), platform=body, by=request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            said = f"已指派 {len(given)} 項。" if given else "這些指派原已存在。"
            messages.success(request, said)
            return HttpResponseRedirect(person_address(body, found))
    return _page(request, body, found, status=UNPROCESSABLE, more=form)


@desk_view
@require_POST
def end_tasks(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """End some of somebody's tasks, all on one day, or none."""
    body = kept_platform(request, platform)
    found = known_person(body, key)
    today = timezone.localdate()
    form = EndForm(request.POST, assignments=_lasting(body, found, today))
    if form.is_valid():
        assert isinstance(request.user, User)
        last, rows = form.cleaned_data["on"], list(form.cleaned_data["assignments"])
        try:
            with transaction.atomic():
                kept = [end(row, last, today=today, by=request.user) for row in rows]
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            dropped = kept.count(None)
            told = [
                f"{len(kept) - dropped} 項指派將於{format_roc(last)}結束"
                if last >= today
                else f"{len(kept) - dropped} 項指派已於{format_roc(last)}結束"
            ] * (len(kept) > dropped)
            told += [f"取消尚未開始的 {dropped} 項指派"] * (dropped > 0)
            messages.success(request, "，".join(told) + "。")
            return HttpResponseRedirect(person_address(body, found))
    return _page(request, body, found, status=UNPROCESSABLE, end=form)


@desk_view
@require_POST
def hand_over_tasks(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Hand some of somebody's tasks over from a day on, or none."""
    body = kept_platform(request, platform)
    found = known_person(body, key)
    form = HandOverForm(
        request.POST,
        assignments=_lasting(body, found, timezone.localdate()),
        platform=body,
        person=found,
    )
    if form.is_valid():
        assert isinstance(request.user, User)
        said = form.cleaned_data
        try:
            with transaction.atomic():
                for row in said["assignments"]:
                    hand_over(row, said["to"], said["on"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(
                request,
                f"{len(said['assignments'])} 項指派自{format_roc(said['on'])}起由"
                f"{name_of(said['to'])}接手，未送出的辦理情形一併移交。",
            )
            return HttpResponseRedirect(person_address(body, found))
    return _page(request, body, found, status=UNPROCESSABLE, hand_over=form)


@desk_view
@require_POST
def invitation(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Send an invitation again, or take it back."""
    body = kept_platform(request, platform)
    found = known_person(body, key)
    asked = Invitation.objects.open().filter(platform=body, user=found).first()
    assert isinstance(request.user, User)
    now = timezone.now()
    try:
        if asked is None:
            raise ValidationError(invitations.NOT_OPEN)
        if request.POST.get("do") == "withdraw":
            invitations.withdraw(asked, by=request.user, at=now)
            messages.success(
                request, f"已撤回對{name_of(found)}的邀請，本平臺的指派一併取消。"
            )
        elif request.POST.get("do") == "resend":
            is_sent = invitations.send_again(
                asked, by=request.user, at=now, site=site_of(request)
            )
            messages.success(
                request, "邀請信將再寄一次。" if is_sent else "五分鐘內已寄過邀請信。"
            )
        else:
            raise ValidationError("請由按鈕重新寄送或撤回邀請。")
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
        return _page(request, body, found, status=UNPROCESSABLE)
    return HttpResponseRedirect(person_address(body, found))


@desk_view
@require_POST
def mail_again(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Have a mail tried again that did not go out."""
    body = kept_platform(request, platform)
    found = known_person(body, key)
    said = request.POST.get("mail", "")
    mail = (
        Mail.objects.with_state()
        .filter(
            Q(kind=Mail.Kind.INVITATION, about__in=_keys(found, body))
            | Q(reminder__round__platform=body),
            person=found,
            pk=int(said)
            if said.isascii() and said.isdecimal() and len(said) < 18
            else 0,
        )
        .first()
    )
    if mail is None or not mail.is_stuck:
        messages.error(request, "這封信已寄出或不存在，不必再寄。")
        return _page(request, body, found, status=UNPROCESSABLE)
    send_again(mail)
    messages.success(request, "將再寄一次，結果請稍後重新整理頁面查看。")
    return HttpResponseRedirect(person_address(body, found))

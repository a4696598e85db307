"""Setting a platform up, a page a step; each is saved by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cases.setting_up import (
    Step,
    add_municipality,
    add_working_series,
    begin_platform,
    bound_members,
    groups_in_use,
    may_set_up,
    seat_members,
    series_in_use,
    steps_of,
)
from cases.views.desk.access import desk_page, desk_view, kept_platform
from cases.views.desk.setup_forms import (
    MembersForm,
    MunicipalityForm,
    PlatformForm,
    cannot_remove,
    rows_of,
)
from meetings.models import Platform
from platform_site.lib.record_admin import refusal

METHODS = ("GET", "HEAD", "POST")


@desk_view
@require_http_methods(METHODS)
def new_platform(request: HttpRequest) -> HttpResponse:
    """Begin a platform by its name and words."""
    if not may_set_up(request.user):
        raise PermissionDenied("只有幕僚可以設立平臺。")
    form = PlatformForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            platform = begin_platform(form.instance, by=_user(request))
        except ValidationError as error:
            form.add_error(None, error.messages)
        except IntegrityError as error:  # somebody took the name this very moment
            form.add_error(None, refusal(error))
        else:
            messages.success(request, f"已設立{platform.name}，請繼續設定成員縣市。")
            return _to(platform, "members")
    context = {"form": form, "button": "設立平臺"}
    return desk_page(
        request, "desk/setup_form.html", "設立平臺", context, status=_status(request)
    )


@desk_view
@require_safe
def setup(request: HttpRequest, platform: str) -> HttpResponse:
    """The steps with what is there and what is still missing."""
    body = kept_platform(request, platform)
    return _page(request, body, "desk/setup.html", "", {"series": body.series.all()})


@desk_view
@require_http_methods(METHODS)
def words(request: HttpRequest, platform: str) -> HttpResponse:
    """The names and words of the platform."""
    body = kept_platform(request, platform)
    form = PlatformForm(request.POST or None, instance=body)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                body = form.save()
        except IntegrityError as error:
            form.add_error(None, refusal(error))
        else:
            return _saved(request, body, "words")
    shown = Platform.objects.get(pk=body.pk)  # not what was typed and refused
    context = {"form": form, "button": "儲存"}
    return _page(request, shown, "desk/setup_form.html", "words", context)


@desk_view
@require_http_methods(METHODS)
def members(request: HttpRequest, platform: str) -> HttpResponse:
    """Who sits on the platform; what the site does not know yet is added."""
    body = kept_platform(request, platform)
    adds = request.POST.get("do") == "add"
    added = MunicipalityForm(request.POST if adds else None, prefix="new")
    seated = [
        seat.municipality for seat in body.memberships.select_related("municipality")
    ]
    form = MembersForm(
        request.POST if request.method == "POST" else None,
        initial={"members": [each.slug for each in seated]},
    )
    # The checkboxes are read with the new one: neither is lost for the other.
    if request.method == "POST" and form.is_valid() and (not adds or added.is_valid()):
        chosen = list(form.cleaned_data["members"])
        try:
            with transaction.atomic():
                if adds:
                    chosen.append(add_municipality(added.instance))
                seat_members(body, chosen)
        except ValidationError as error:
            form.add_error("members", error.messages)
        except IntegrityError as error:
            added.add_error(None, refusal(error))
        else:
            if not adds:
                return _saved(request, body, "members")
            messages.success(request, f"已加入{added.instance.name}。")
            return _to(body, "members")
    context = {"form": form, "added": added, "bound": bound_members(body)}
    return _page(request, body, "desk/setup_members.html", "members", context)


@desk_view
@require_http_methods(METHODS)
def groups(request: HttpRequest, platform: str) -> HttpResponse:
    """The groups, those below others too, with the letters of their cases."""
    body = kept_platform(request, platform)
    return _rows(request, body, "groups", groups_in_use(body))


@desk_view
@require_http_methods(METHODS)
def series(request: HttpRequest, platform: str) -> HttpResponse:
    """The series: level, numbering, which decides, how the host changes."""
    body = kept_platform(request, platform)
    if request.POST.get("do") == "working":
        added = add_working_series(body)
        said = f"已新增 {len(added)} 個會議系列。" if added else "各組都已有會議系列。"
        messages.success(request, said)
        return _to(body, "series")
    return _rows(request, body, "series", series_in_use(body))


def _rows(
    request: HttpRequest, body: Platform, kind: str, in_use: set[int]
) -> HttpResponse:
    rows = rows_of(kind)(
        request.POST if request.method == "POST" else None,
        instance=body,
        prefix=kind,
        in_use=in_use,
    )
    refused: list[str] = []
    if request.method == "POST" and rows.is_valid():
        try:
            with transaction.atomic():
                rows.save()
        except ProtectedError:
            refused.append(cannot_remove())
        except IntegrityError as error:
            refused += refusal(error)
        else:
            return _saved(request, body, kind)
    context = {"rows": rows, "refused": refused, "kind": kind}
    return _page(request, body, "desk/setup_rows.html", kind, context)


def _user(request: HttpRequest) -> Any:
    return request.user


def _status(request: HttpRequest) -> int:
    """What was posted and comes back was refused."""
    return 422 if request.method == "POST" else 200


def _to(body: Platform, step: str) -> HttpResponse:
    name = f"desk:setup-{step}" if step else "desk:setup"
    return HttpResponseRedirect(reverse(name, args=[body.slug]))


def _saved(request: HttpRequest, body: Platform, step: str) -> HttpResponse:
    """Stay, or go on to the next step, whichever button was pressed."""
    messages.success(request, "已儲存。")
    if request.POST.get("do") != "next":
        return _to(body, step)
    order = ["words", "members", "groups", "series", ""]
    return _to(body, order[order.index(step) + 1])


def _page(
    request: HttpRequest,
    body: Platform,
    template: str,
    current: str,
    context: dict[str, Any],
) -> HttpResponse:
    steps = steps_of(body)
    named: dict[str, Step] = {step.slug: step for step in steps}
    title = named[current].name if current else "平臺設定"
    lacks = [lack for step in steps for lack in step.lacks]
    return desk_page(
        request,
        template,
        title,
        {
            "platform": body,
            "setup": steps,
            "current": current,
            "lacks": lacks,
            **context,
        },
        status=_status(request),
    )

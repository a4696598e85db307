"""Linking a platform's cases with those of others, at the secretariat's desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases.links import link_cases, proposals, unlink_cases
from cases.models import Case, CaseLink
from cases.status import readable_cases
from cases.views.desk.access import desk_page, desk_view, kept_platform
from meetings.models import Platform


class LinkForm(forms.Form):
    """Two cases by number, and why they are one matter."""

    number = forms.CharField(label="本平臺案號", max_length=12)
    platform = forms.ModelChoiceField(
        label="另一平臺",
        queryset=Platform.objects.none(),
        to_field_name="slug",
        empty_label=None,
        error_messages={"invalid_choice": "沒有這個平臺，請由清單選擇。"},
    )
    other = forms.CharField(label="該平臺案號", max_length=12)
    why = forms.CharField(
        label="理由", max_length=200, help_text="如：同一計畫，兩平臺均列管。"
    )

    def __init__(
        self, *args: Any, body: Platform, request: HttpRequest, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.body = body
        self.readable = readable_cases(request.user)
        choices: Any = self.fields["platform"]
        choices.queryset = Platform.objects.exclude(pk=body.pk)
        choices.label_from_instance = lambda platform: platform.name

    def clean_number(self) -> Case:
        """Return the own case of the number."""
        return self._case("number", Case.objects.filter(platform=self.body))

    def clean(self) -> None:
        """Find the other case, of those the user may read."""
        super().clean()
        said = self.cleaned_data
        if "platform" in said and "other" in said:
            try:
                said["other"] = self._case(
                    "other", self.readable.filter(platform=said["platform"])
                )
            except ValidationError as error:
                self.add_error("other", error)

    def _case(self, name: str, among: Any) -> Case:
        number = str(self.cleaned_data[name]).strip().upper()
        case: Case | None = among.filter(number=number).first()
        if case is None:
            raise ValidationError("沒有這個案號，請確認平臺與案號。")
        return case


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, platform: str) -> HttpResponse:
    """The links of a platform's cases, what may be linked, and a form for the rest."""
    body = kept_platform(request, platform)
    if request.method != "POST":
        begun = {"number": request.GET.get("case", "")[:12]}
        return _page(request, body, LinkForm(body=body, request=request, initial=begun))
    form = LinkForm(request.POST, body=body, request=request)
    if form.is_valid():
        said = form.cleaned_data
        try:
            link = link_cases(
                said["number"], said["other"], why=said["why"], by=_user(request)
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(
                request, f"已連結{link.first.number}與{link.second.number}。"
            )
            return HttpResponseRedirect(reverse("desk:links", args=[body.slug]))
    return _page(request, body, form, status=422)


@desk_view
@require_POST
def unlink(request: HttpRequest, platform: str, key: int) -> HttpResponse:
    """Take a link away."""
    body = kept_platform(request, platform)
    link = _of(body).filter(pk=key).select_related("first", "second").first()
    if link is None:
        raise Http404("沒有這筆連結，可能已由他人解除。")
    unlink_cases(link, by=_user(request))
    messages.success(
        request, f"已解除{link.first.number}與{link.second.number}的連結。"
    )
    return HttpResponseRedirect(reverse("desk:links", args=[body.slug]))


def _user(request: HttpRequest) -> Any:
    return request.user


def _of(platform: Platform) -> Any:
    first = CaseLink.objects.filter(first__platform=platform)
    return first | CaseLink.objects.filter(second__platform=platform)


def _page(
    request: HttpRequest, body: Platform, form: LinkForm, *, status: int = 200
) -> HttpResponse:
    those = _of(body).select_related("first__platform", "second__platform", "linked_by")
    pairs = [
        (link, link.first, link.second)
        if link.first.platform_id == body.pk
        else (link, link.second, link.first)
        for link in those.order_by("-linked_at", "-pk")
    ]
    others = list(Platform.objects.exclude(pk=body.pk))
    context = {
        "platform": body,
        "form": form,
        "pairs": pairs,
        "others": others,
        "proposals": proposals(body, others, timezone.localdate()),
    }
    return desk_page(request, "desk/links.html", "跨平臺連結", context, status=status)

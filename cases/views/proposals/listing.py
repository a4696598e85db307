"""Which proposals there are, by where they stand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.models import Proposal
from cases.views.proposals.access import (
    is_kept,
    known_platform,
    may_propose,
    proposals_page,
    proposals_view,
)
from meetings.models import Assignment, IssueGroup, Municipality, Platform
from platform_site.lib.search import found_in, read_words

MOST = 500


class ProposalFilter(forms.Form):
    """What is looked for."""

    q = forms.CharField(label="關鍵字", required=False, max_length=60)
    year = forms.TypedChoiceField(
        label="年度", required=False, coerce=int, empty_value=None
    )
    group = forms.ModelChoiceField(
        IssueGroup.objects.none(),
        label="議題小組",
        required=False,
        to_field_name="slug",
        empty_label="全部小組",
    )
    city = forms.ModelChoiceField(
        Municipality.objects.none(),
        label="提案縣市",
        required=False,
        to_field_name="slug",
        empty_label="全部縣市",
    )
    state = forms.ChoiceField(
        label="狀態",
        required=False,
        choices=[("", "全部狀態"), *Proposal.State.choices],
    )
    kind = forms.ChoiceField(label="提案類型", required=False)

    def __init__(self, *args: Any, platform: Platform, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = (
            Proposal.objects.filter(platform=platform)
            .order_by("-roc_year")
            .values_list("roc_year", flat=True)
            .distinct()
        )
        fields: Any = self.fields
        fields["year"].choices = [
            ("", "全部年度"),
            *((year, f"{year}年度") for year in years),
        ]
        fields["group"].queryset = platform.groups.order_by("order", "pk")
        fields["city"].queryset = platform.members.order_by("order", "slug")
        types = platform.proposal_types.order_by("order", "pk")
        fields["kind"].choices = [
            ("", "全部類型"),
            ("central", "請求中央協助"),
            *types.values_list("code", "name"),
        ]

    def narrow(self, rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
        """Return the rows that were asked for."""
        said = self.cleaned_data
        for word in read_words(said["q"]):
            rows = rows.filter(found_in("title", word))
        if said["year"]:
            rows = rows.filter(roc_year=said["year"])
        if said["group"]:
            group = said["group"]
            rows = rows.filter(Q(group=group) | Q(group__parent=group))
        if said["city"]:
            rows = rows.filter(municipality=said["city"])
        if said["state"]:
            rows = rows.filter(state=said["state"])
        if said["kind"] == "central":
            rows = rows.filter(Q(asks_central=True))
        elif said["kind"]:
            rows = rows.filter(types__contains=[said["kind"]])
        return rows


@proposals_view
@require_safe
def platforms(request: HttpRequest) -> HttpResponseBase:
    """Show the platforms in which the user has to do with proposals."""
    day = timezone.localdate()
    readable = Proposal.objects.readable_by(request.user, day).order_by()
    own = Assignment.objects.on(day).filter(user=request.user.pk)
    kept = Platform.objects.kept_by(request.user).order_by()
    found = list(
        Platform.objects.filter(
            Q(pk__in=readable.values("platform"))
            | Q(pk__in=own.values("group__platform"))
            | Q(pk__in=kept.values("pk"))
        ).order_by("order", "slug")
    )
    if len(found) == 1:
        return HttpResponseRedirect(reverse("proposals:list", args=[found[0].slug]))
    return proposals_page(
        request, "proposals/platforms.html", "合作提案單", {"platforms": found}
    )


@proposals_view
@require_safe
def proposals(request: HttpRequest, platform: str) -> HttpResponse:
    """Show a platform's proposals that the user may read."""
    body = known_platform(request, platform)
    day = timezone.localdate()
    asked = ProposalFilter(request.GET, platform=body)
    rows: QuerySet[Proposal] = (
        Proposal.objects.readable_by(request.user, day)
        .filter(platform=body)
        .with_standing(day)
        .with_asks_central()
        .select_related("platform", "group__parent", "municipality", "agency", "case")
        .order_by("-roc_year", "group__order", "group_id", "serial")
    )
    if asked.is_valid():
        rows = asked.narrow(rows)
    found = list(rows[: MOST + 1]) if asked.is_valid() else []
    return proposals_page(
        request,
        "proposals/list.html",
        "合作提案單",
        {
            "platform": body,
            "form": asked,
            "is_asked": any(request.GET.get(name) for name in asked.fields),
            "proposals": found[:MOST],
            "has_more": len(found) > MOST,
            "may_propose": may_propose(request, body),
            "is_kept": is_kept(request, body),
        },
        status=200 if asked.is_valid() else 400,
    )

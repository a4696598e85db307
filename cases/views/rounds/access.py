"""Which rounds a person may run: those of the platforms he or she keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from cases.models import ProgressUpdate, ReportingRound
from cases.rounds.overview import JOINT, State, Wanted, owner_of, phase_of
from cases.views.desk.access import desk_page, kept_platform
from meetings.models import Platform
from meetings.words import say_later
from platform_site.lib.roc import format_roc


def kept_round(request: HttpRequest, platform: str, as_of: date) -> ReportingRound:
    """Return a round of a platform the user keeps, or 404."""
    body = kept_platform(request, platform)
    found = (
        ReportingRound.objects.filter(platform=body, as_of=as_of)
        .select_related("locked_by")
        .first()
    )
    if found is None:
        raise Http404("沒有這一期填報，請由填報期別的清單查找。")
    found.platform = body
    return found


def kept_slot(round_: ReportingRound, number: str, owner: str) -> ProgressUpdate:
    """Return a slot of the round by its case and whose it is, with who wrote it."""
    rows = round_.progress.filter(case__number=number.upper())
    if owner == JOINT:
        rows = rows.filter(municipality=None)
    else:
        rows = rows.filter(municipality__slug=owner)
    found = (
        rows.with_last_text()
        .with_contacts(timezone.localdate())
        .select_related(
            "case__group", "municipality", "saved_by", "submitted_by", "accepted_by"
        )
        .first()
    )
    if found is None:
        raise Http404(
            "這一期沒有這一格，可能剛改為共同填報或各縣市填報，請由總表查找。"
        )
    found.round = round_
    return found


def round_address(round_: ReportingRound, view: str = "round", **more: Any) -> str:
    """Return the address of a page of a round."""
    at = {"platform": round_.platform.slug, "as_of": round_.as_of, **more}
    return reverse(f"desk:{view}", kwargs=at)


def slot_address(slot: ProgressUpdate, wanted: Wanted | None = None) -> str:
    """Return the address of a slot, looked at among what was ``wanted``."""
    address = round_address(
        slot.round, "round-slot", number=slot.case.number, owner=owner_of(slot)
    )
    return address + query_of(wanted or Wanted())


def round_page(
    request: HttpRequest,
    template: str,
    title: str,
    round_: ReportingRound,
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of a round in the desk's frame."""
    today = timezone.localdate()
    return desk_page(
        request,
        template,
        title,
        {
            "platform": round_.platform,
            "round": round_,
            "phase": phase_of(round_, today),
            "today": today,
            "is_closed": round_.locks_on is not None and today > round_.locks_on,
            **context,
        },
        status=status,
    )


def name_of(round_: ReportingRound) -> str:
    """Return what people call the round."""
    return f"{format_roc(round_.as_of)}填報"


# What is wanted -----------------------------------------------------------------------


class WantedForm(forms.Form):
    """The filters of the table; what it does not know is refused."""

    group = forms.ChoiceField(label=say_later("議題小組"), required=False)
    municipality = forms.ChoiceField(label="縣市", required=False)
    state = forms.ChoiceField(
        label="狀態", required=False, choices=[("", "全部"), *State.choices]
    )
    late = forms.BooleanField(label="只看逾期", required=False)
    mine = forms.BooleanField(label="只看我退回後再送出的", required=False)

    def __init__(self, platform: Platform, asked: QueryDict) -> None:
        super().__init__(asked, auto_id="wanted-%s")
        for name in ("group", "municipality", "state"):
            self.fields[name].error_messages["invalid_choice"] = (
                f"沒有這個{self.fields[name].label}，請重新選擇。"
            )
        groups = self.fields["group"]
        assert isinstance(groups, forms.ChoiceField)
        groups.choices = [
            ("", "全部"),
            *platform.groups.values_list("slug", "name"),
        ]
        cities = self.fields["municipality"]
        assert isinstance(cities, forms.ChoiceField)
        cities.choices = [
            ("", "全部"),
            (JOINT, "共同填報"),
            *platform.members.values_list("slug", "short_name"),
        ]

    def wanted(self) -> Wanted:
        """Return what is asked for; all, where something is wrong."""
        if not self.is_valid():
            return Wanted()
        said = self.cleaned_data
        return Wanted(
            said["group"],
            said["municipality"],
            said["state"],
            said["late"],
            said["mine"],
        )


def query_of(wanted: Wanted, **changes: Any) -> str:
    """Return the query that asks for what is wanted, with some of it changed."""
    asked = replace(wanted, **changes)
    said = QueryDict(mutable=True)
    for name, value in (
        ("group", asked.group),
        ("municipality", asked.municipality),
        ("state", asked.state),
        ("late", "on" if asked.is_late else ""),
        ("mine", "on" if asked.is_mine else ""),
    ):
        if value:
            said[name] = value
    return f"?{said.urlencode()}" if said else ""

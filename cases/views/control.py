"""Control reports for the secretariat: the list of them, each as a page and as files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from cases.control import SUBJECTS, Asked, Subject
from cases.control.files import write
from cases.filters import RocDateField
from cases.models import ReportingRound
from cases.readings.intake import MEDIA_TYPES
from cases.views.desk.access import desk_page, desk_view, kept_platform
from meetings.models import Platform
from platform_site.lib.roc import format_roc

MOST_ROUNDS = 20


class AskedForm(forms.Form):
    """What a report is asked for: only the fields that its subject knows."""

    round = forms.ChoiceField(label="填報期別", required=False)
    rounds = forms.IntegerField(
        label="連續期數",
        required=False,
        min_value=1,
        max_value=MOST_ROUNDS,
        error_messages={"invalid": "期數請填數字。"},
    )
    since = RocDateField(label="起日", required=False)
    until = RocDateField(label="迄日", required=False)

    def __init__(self, data: Any, subject: Subject, platform: Platform) -> None:
        super().__init__(data)
        for name in [name for name in self.fields if name not in subject.asks]:
            del self.fields[name]
        self.found: dict[str, ReportingRound] = {}
        if "round" in self.fields:
            rounds = platform.rounds.exclude(opens_on=None).order_by("-as_of")
            self.found = {each.as_of.isoformat(): each for each in rounds}
            field = self.fields["round"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [
                (day, format_roc(each.as_of)) for day, each in self.found.items()
            ]
            field.error_messages["invalid_choice"] = "沒有這一期填報，請重新選擇。"

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        since, until = (self.cleaned_data.get(name) for name in ("since", "until"))
        if since and until and until < since:
            raise ValidationError("迄日不可早於起日。")
        return self.cleaned_data

    def asked(self) -> Asked:
        """Return what was asked for; what was not said is as it is usually meant."""
        said = self.cleaned_data
        latest = next(iter(self.found.values()), None)
        return Asked(
            today=timezone.localdate(),
            round=self.found.get(said.get("round") or "", latest),
            rounds=said.get("rounds") or 2,
            since=said.get("since"),
            until=said.get("until"),
        )

    def values(self, asked: Asked) -> dict[str, str]:
        """Return the values the fields show for what was asked."""
        shown = {
            "round": asked.round.as_of.isoformat() if asked.round else "",
            "rounds": str(asked.rounds),
            "since": format_roc(asked.since, "short") if asked.since else "",
            "until": format_roc(asked.until, "short") if asked.until else "",
        }
        return {name: shown[name] for name in self.fields}

    def fields_with(self, values: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return what the page shows of each field, with its value and what is wrong."""
        return [
            {
                "name": name,
                "label": field.label,
                "choices": getattr(field, "choices", ()),
                "value": values.get(name, ""),
                "is_number": isinstance(field, forms.IntegerField),
                "faults": self.errors.get(name, []),
            }
            for name, field in self.fields.items()
        ]


@desk_view
@require_safe
def index(request: HttpRequest, platform: str) -> HttpResponse:
    """The reports there are, with what each tells."""
    body = kept_platform(request, platform)
    subjects = [(each.slug, str(each.title), each.tells) for each in SUBJECTS.values()]
    context = {"platform": body, "subjects": subjects}
    return desk_page(request, "control/index.html", "管制報表", context)


@desk_view
@require_safe
def report(request: HttpRequest, platform: str, report: str) -> HttpResponse:
    """One report as it is asked for in the address."""
    body, subject = kept_platform(request, platform), _subject(report)
    form = AskedForm(request.GET, subject, body)
    if not form.is_valid():
        return _refused(request, body, subject, form)
    asked = form.asked()
    context = {
        "platform": body,
        "subject": subject,
        "tells": subject.tells,
        "fields": form.fields_with(form.values(asked)),
        "report": subject.build(body, asked),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
    }
    return desk_page(request, "control/report.html", str(subject.title), context)


@desk_view
@require_safe
def report_file(
    request: HttpRequest, platform: str, report: str, extension: str
) -> HttpResponseBase:
    """The same as XLSX or ODS. It may hold how people are reached: it is not kept."""
    body, subject = kept_platform(request, platform), _subject(report)
    form = AskedForm(request.GET, subject, body)
    if not form.is_valid():
        return _refused(request, body, subject, form)
    asked = form.asked()
    found = subject.build(body, asked)
    file = io.BytesIO()
    title = str(subject.title)
    write(found, title, body, extension, file, made_on=asked.today)
    name = f"{body.short_name}{title}{asked.today.isoformat()}.{extension}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(
        file.getvalue(), content_type=MEDIA_TYPES[f".{extension}"], headers=headers
    )


def _refused(
    request: HttpRequest, platform: Platform, subject: Subject, form: AskedForm
) -> HttpResponse:
    context = {
        "platform": platform,
        "subject": subject,
        "tells": subject.tells,
        "fields": form.fields_with(form.data),
        "refused": form.non_field_errors(),
    }
    title = str(subject.title)
    return desk_page(request, "control/report.html", title, context, status=400)


def _subject(slug: str) -> Subject:
    found = SUBJECTS.get(slug)
    if found is None:
        raise Http404("沒有這種管制報表，請由報表清單選擇。")
    return found

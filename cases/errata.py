"""The page on which the secretariat records an erratum with its ledger entries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.models import BaseModelFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from cases.ledger import post_erratum
from cases.models import Case, LedgerEntry
from meetings.models import Erratum, Minutes, Platform, Resolution
from meetings.words import say

PERMISSION = "meetings.add_erratum"
MOST_ENTRIES = 20

Kind = LedgerEntry.Kind


class ErratumForm(forms.ModelForm[Erratum]):
    """Why, what was, what is."""

    class Meta:
        model = Erratum
        fields = ["reason", "was", "becomes"]
        widgets = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("reason", "was", "becomes")
        }


class EntryForm(forms.ModelForm[LedgerEntry]):
    """An entry that takes the place of a wrong one, strikes it out or was left out."""

    class Meta:
        model = LedgerEntry
        fields = [
            "corrects",
            "case",
            "kind",
            "reason",
            "new_name",
            "merged_into",
            "split_from",
            "resolution",
            "words",
            "is_inferred",
            "basis",
        ]
        widgets = {
            name: forms.Textarea(attrs={"rows": 2}) for name in ("words", "basis")
        }

    def __init__(self, *args: Any, minutes: Minutes, rows: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.meeting = minutes.meeting
        for name, choices in rows.items():
            field: Any = self.fields[name]
            field.queryset, options = choices
            field.choices = options
        self.fields["corrects"].label = "更正哪一筆紀錄"
        self.fields["corrects"].help_text = "補登漏列的決定時不選。"
        self.fields["case"].required = False
        self.fields["case"].help_text = "補登時選擇；更正時依原紀錄。"
        kinds: Any = self.fields["kind"]
        kinds.choices = [
            ("", "---------"),
            *((kind.value, kind.label) for kind in Kind if kind is not Kind.VOID),
            (Kind.VOID.value, "註銷（原紀錄不成立，不另登錄）"),
        ]
        kinds.help_text = "原紀錄應為的決定，或註銷。"
        self.fields["resolution"].empty_label = "（未引決議）"  # type: ignore[attr-defined]  # a choice of rows

    def clean(self) -> None:
        """Take the case from the entry to be corrected; else ask for one."""
        super().clean()
        wrong = self.cleaned_data.get("corrects")
        case = self.cleaned_data.get("case")
        if wrong is not None:
            if case not in (None, wrong.case):
                self.add_error("case", say("更正紀錄的合作案須與原紀錄相同。"))
            self.cleaned_data["case"] = wrong.case
        elif case is None and "corrects" not in self.errors:
            self.add_error("case", say("請選擇要更正的紀錄，或選擇補登的合作案。"))


Rows = dict[str, tuple[Any, list[tuple[Any, str]]]]


def _rows(minutes: Minutes) -> Rows:
    """Return what each choice of an entry's form offers, read once for all forms."""
    meeting = minutes.meeting
    entries = (
        LedgerEntry.objects.in_account()
        .filter(meeting=meeting)
        .select_related("case", "meeting")
        .order_by("sequence", "pk")
    )
    cases = Case.objects.filter(platform=meeting.platform_id).order_by("number")
    resolutions = Resolution.objects.filter(minutes=minutes).order_by("order")
    none = [("", "---------")]
    case_options = none + [(case.pk, str(case)) for case in cases]
    return {
        "corrects": (
            entries,
            [
                ("", "（補登漏列的決定）"),
                *((e.pk, f"{e} {e.case.name}") for e in entries),
            ],
        ),
        "case": (cases, case_options),
        "merged_into": (cases, case_options),
        "split_from": (cases, case_options),
        "resolution": (
            resolutions,
            [
                ("", "（未引決議）"),
                *((r.pk, f"{r.order}. {r.text[:40]}") for r in resolutions),
            ],
        ),
    }


class _EntryFormSet(BaseModelFormSet[LedgerEntry, EntryForm]):
    """New entries only; what stands in the ledger is not for editing."""

    def get_queryset(self) -> Any:
        return LedgerEntry.objects.none()

    def entries(self) -> list[LedgerEntry]:
        """Return the entries filled in, unsaved."""
        return [form.instance for form in self.forms if form.has_changed()]


def erratum_view(
    request: HttpRequest, minutes_id: int, site: admin.AdminSite
) -> HttpResponse:
    """Record an erratum of confirmed minutes; GET shows the form.

    ``?entry=`` names the entry to correct. More entries are asked for by a button
    of the form, which needs no script.
    """
    minutes = get_object_or_404(
        Minutes.objects.select_related("meeting__platform", "meeting__series"),
        meeting__platform__in=Platform.objects.kept_by(request.user),
        pk=minutes_id,
        state=Minutes.State.CONFIRMED,
    )
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    asks_for_more = request.method == "POST" and "_more" in request.POST
    form, formset = _bound(request, minutes, more=asks_for_more)
    if request.method == "POST" and not asks_for_more and _post(request, form, formset):
        messages.success(request, "勘誤已登錄。")
        return redirect("admin:meetings_minutes_change", minutes.pk)
    context = {
        **site.each_context(request),
        "title": "登錄勘誤",
        "subtitle": None,
        "opts": Minutes._meta,
        "minutes": minutes,
        "form": form,
        "formset": formset,
        "has_errors": form.is_bound
        and not asks_for_more
        and bool(form.errors or formset.total_error_count()),
        "may_add": formset.total_form_count() < MOST_ENTRIES,
    }
    return TemplateResponse(request, "admin/erratum.html", context)


def _bound(
    request: HttpRequest, minutes: Minutes, *, more: bool
) -> tuple[ErratumForm, _EntryFormSet]:
    """Return the two forms with what was sent, or as first shown."""
    factory: Any = forms.modelformset_factory(
        LedgerEntry,
        form=EntryForm,
        formset=_EntryFormSet,
        extra=1,
        max_num=MOST_ENTRIES,
    )
    kwargs: dict[str, Any] = {
        "prefix": "entries",
        "form_kwargs": {"minutes": minutes, "rows": _rows(minutes)},
    }
    instance = Erratum(minutes=minutes)
    if request.method != "POST":
        entry = request.GET.get("entry", "")
        kwargs["initial"] = [{"corrects": entry}] if entry.isdecimal() else None
        return ErratumForm(instance=instance), factory(**kwargs)
    data = request.POST.copy()
    if more:
        total = data.get("entries-TOTAL_FORMS", "")
        count = int(total) if total.isdecimal() else 0
        data["entries-TOTAL_FORMS"] = str(min(count + 1, MOST_ENTRIES))
    return ErratumForm(data, instance=instance), factory(data, **kwargs)


def _post(request: HttpRequest, form: ErratumForm, formset: _EntryFormSet) -> bool:
    """Post what was filled in; False when something is wrong, said in the forms."""
    if not (form.is_valid() & formset.is_valid()):
        return False
    assert request.user.is_authenticated
    try:
        post_erratum(form.instance, formset.entries(), by=request.user)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True

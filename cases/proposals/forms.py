"""The form of a proposal as people fill it in, read as they typed it.

What is wrong is refused at its field. What is only missing is saved and pointed out
(``cases.proposals.writing.lacks``) until the form is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from cases.desk.forms import LineField, OutlineField
from cases.models import Proposal, ProposalContact, ProposalType
from cases.proposals.writing import Form, Person
from meetings.models import (
    Agency,
    Assignment,
    IssueGroup,
    Motion,
    Municipality,
    Platform,
)

User = AbstractBaseUser | AnonymousUser
ALL, SOME = "all", "some"
SCOPES = ((ALL, "全部縣市"), (SOME, "部分縣市"))
MOST_MINISTRIES = 20
LONGEST_MINISTRY = 60


class PlaceForm(forms.Form):
    """Whose proposal it is, and of which group."""

    group = forms.ModelChoiceField(
        IssueGroup.objects.none(),
        label="議題小組",
        empty_label=None,
        to_field_name="slug",
        error_messages={"invalid_choice": "請選擇您負責的小組。"},
    )
    municipality = forms.ModelChoiceField(
        Municipality.objects.none(),
        label="提案縣市",
        empty_label=None,
        to_field_name="slug",
        error_messages={"invalid_choice": "請選擇您負責的縣市。"},
    )

    def __init__(
        self, *args: Any, platform: Platform, by: User, day: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.platform = platform
        groups, cities = places_of(platform, by, day)
        self._choices("group", groups)
        self._choices("municipality", cities)

    def _choices(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows


def places_of(
    platform: Platform, by: User, day: date
) -> tuple[QuerySet[IssueGroup], QuerySet[Municipality]]:
    """Return in which groups, and for which municipalities, ``by`` may propose."""
    groups = platform.groups.existing_in(day.year).order_by("order", "pk")
    cities = platform.members.order_by("order", "slug")
    if Platform.objects.kept_by(by).filter(pk=platform.pk).exists():
        return groups, cities
    own = Assignment.objects.on(day).filter(user=by.pk, group__platform=platform)
    return (
        groups.filter(
            Q(pk__in=own.values("group"))
            | Q(parent__in=own.values("group"))
            | Q(children__in=own.values("group"))
        ).distinct(),
        cities.filter(pk__in=own.values("municipality")),
    )


class NewProposalForm(PlaceForm):
    """Where a proposal begins; the secretariat may begin it from a motion."""

    motion = forms.ModelChoiceField(
        Motion.objects.none(),
        label="來源臨時動議",
        required=False,
        empty_label="（非由臨時動議提出）",
        error_messages={"invalid_choice": "這個臨時動議已轉為提案單，或紀錄尚未確認。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by = kwargs["by"]
        if Platform.objects.kept_by(by).filter(pk=self.platform.pk).exists():
            self._choices("motion", open_motions(self.platform))
        else:
            del self.fields["motion"]


def open_motions(platform: Platform) -> QuerySet[Motion]:
    """Return the motions of deciding meetings that are no proposal yet, newest first."""
    made = Proposal.objects.exclude(state=Proposal.State.WITHDRAWN).filter(
        came_from_motion__isnull=False
    )
    return (
        Motion.objects.filter(
            minutes__meeting__platform=platform,
            minutes__meeting__series__is_deciding=True,
            minutes__state="confirmed",
            raised_cases=None,
        )
        .exclude(pk__in=made.values("came_from_motion"))
        .order_by("-minutes__meeting__held_on", "order")
    )


class ProposalForm(PlaceForm):
    """All of the form."""

    title = LineField(label="合作提案", max_length=200)
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="提案局處",
        required=False,
        empty_label="（未列）",
        error_messages={"invalid_choice": "局處須屬提案縣市。"},
    )
    division = LineField(label="科室", max_length=60)
    types = forms.MultipleChoiceField(
        label="提案類型",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "沒有這種提案類型。"},
    )
    type_words = LineField(label="其他類型說明", max_length=100)
    scope = forms.ChoiceField(
        label="合作縣市", choices=SCOPES, widget=forms.RadioSelect, required=False
    )
    partners = forms.ModelMultipleChoiceField(
        Municipality.objects.none(),
        label="部分縣市",
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "合作縣市須為平臺的成員。"},
    )
    explanation = OutlineField(label="說明", rows=6)
    actions = OutlineField(label="具體作法", rows=8)
    benefits = OutlineField(
        label="合作效益", rows=5, help_text="請以條列式填寫：一、（一）1.（1）。"
    )
    ministries = forms.CharField(
        label="對應中央部會",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="請求中央協助時填寫，一行一個部會。",
    )
    contact_unit = LineField(label="聯絡單位", max_length=60)
    contact_name = LineField(label="姓名及職稱", max_length=40)
    contact_phone = LineField(label="電話", max_length=40)
    contact_email = forms.EmailField(
        label="電子郵件",
        required=False,
        max_length=254,
        error_messages={"invalid": "電子郵件的格式不正確。"},
    )

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, platform=proposal.platform, **kwargs)
        self.proposal = proposal
        self.members = list(self.platform.members.order_by("order", "slug"))
        self._choices("partners", self.platform.members.order_by("order", "slug"))
        agencies = Agency.objects.filter(
            municipality__in=self.fields["municipality"].queryset  # type: ignore[attr-defined]
        )
        self._choices("agency", agencies.order_by("municipality__order", "order", "pk"))
        types = self.platform.proposal_types.filter(
            Q(is_offered=True) | Q(code__in=proposal.types)
        )
        self.boxes = list(types.order_by("order", "pk"))
        field = self.fields["types"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each.code, each.name) for each in self.boxes]

    @property
    def types_taking_words(self) -> list[ProposalType]:
        """The boxes that may be ticked with words."""
        return [each for each in self.boxes if each.takes_words]

    def clean_ministries(self) -> list[str]:
        """Return the ministries, one a line."""
        text = str(self.cleaned_data["ministries"])
        found = [" ".join(line.split()) for line in text.splitlines()]
        names = list(dict.fromkeys(name for name in found if name))
        if len(names) > MOST_MINISTRIES:
            raise ValidationError(f"最多填 {MOST_MINISTRIES} 個部會。")
        if any(len(name) > LONGEST_MINISTRY for name in names):
            raise ValidationError(f"部會名稱最多 {LONGEST_MINISTRY} 字，請一行一個。")
        return names

    def clean(self) -> dict[str, Any]:
        """Refuse an agency of another municipality."""
        cleaned = super().clean() or {}
        agency, city = cleaned.get("agency"), cleaned.get("municipality")
        if (
            agency is not None
            and city is not None
            and agency.municipality_id != city.pk
        ):
            self.add_error("agency", f"這個局處不屬於{city}，請重新選擇。")
        return cleaned

    def said(self) -> Form:
        """Return what the form says."""
        said = self.cleaned_data
        some = said["scope"] == SOME
        return Form(
            group=said["group"],
            municipality=said["municipality"],
            agency=said["agency"],
            title=said["title"],
            division=said["division"],
            types=said["types"],
            type_words=said["type_words"],
            partners=[each.pk for each in said["partners"]] if some else None,
            explanation=said["explanation"],
            actions=said["actions"],
            benefits=said["benefits"],
            ministries=said["ministries"],
            contact=Person(
                unit=said["contact_unit"],
                name=said["contact_name"],
                phone=said["contact_phone"],
                email=said["contact_email"],
            ),
        )


def stored(
    proposal: Proposal, contact: ProposalContact | None, members: Sequence[Municipality]
) -> dict[str, Any]:
    """Return what stands, by field, as the form is filled with it."""
    slugs = {member.pk: member.slug for member in members}
    some = [slugs[pk] for pk in proposal.partners if pk in slugs]
    return {
        "group": proposal.group.slug,
        "municipality": proposal.municipality.slug,
        "title": proposal.title,
        "agency": proposal.agency_id or "",
        "division": proposal.division,
        "types": list(proposal.types),
        "type_words": proposal.type_words,
        "scope": ALL if proposal.is_all_members else SOME,
        "partners": [] if proposal.is_all_members else some,
        "explanation": proposal.explanation,
        "actions": proposal.actions,
        "benefits": proposal.benefits,
        "ministries": "\n".join(proposal.ministries),
        "contact_unit": contact.unit if contact else "",
        "contact_name": contact.name if contact else "",
        "contact_phone": contact.phone if contact else "",
        "contact_email": contact.email if contact else "",
    }


def sent(form: ProposalForm) -> dict[str, Any]:
    """Return what a valid form says, by field, as ``stored`` gives it."""
    said: Mapping[str, Any] = form.cleaned_data
    some = said["scope"] == SOME
    return {
        **{name: said[name] for name in form.fields},
        "group": said["group"].slug,
        "municipality": said["municipality"].slug,
        "agency": said["agency"].pk if said["agency"] else "",
        "scope": SOME if some else ALL,
        "partners": [each.slug for each in said["partners"]] if some else [],
        "ministries": "\n".join(said["ministries"]),
    }

"""What the secretariat types about people and their tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from cases.desk.forms import DayField, LineField
from meetings.assignments import Task
from meetings.coverage import people_of
from meetings.invitations import Newcomer
from meetings.models import Agency, Assignment, IssueGroup, Municipality, Platform
from meetings.models.contacts import EXTENSION, PHONE
from meetings.words import say_later

LONGEST_WORDS = 1000


def attributes(form: forms.Form) -> None:
    """Let each field say what is wrong with it, and none take the focus."""
    for name in form.errors:
        if name in form.fields:
            form.fields[name].widget.attrs |= {
                "aria-invalid": "true",
                "aria-describedby": f"{form[name].auto_id}_error",
            }


class TasksForm(forms.Form):
    """Groups and municipalities, each of the one with each of the other."""

    groups = forms.ModelMultipleChoiceField(
        IssueGroup.objects.none(),
        label=say_later("議題小組"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": say_later("請至少勾選一個議題小組。")},
    )
    municipalities = forms.ModelMultipleChoiceField(
        Municipality.objects.none(),
        label="縣市",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "請至少勾選一個縣市。"},
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="僅負責的局處",
        required=False,
        empty_label="不限局處",
        help_text="選擇局處時，只負責該局處參與的案件，縣市須只勾選該局處所屬的一個。",
    )
    starts_on = DayField(label="起日", error_messages={"required": "請填寫起日。"})
    ends_on = DayField(label="迄日", required=False, help_text="未定者留空白。")

    def __init__(
        self, *args: Any, platform: Platform, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        groups, cities, agency = (
            self.fields[name] for name in ("groups", "municipalities", "agency")
        )
        assert isinstance(groups, forms.ModelMultipleChoiceField)
        assert isinstance(cities, forms.ModelMultipleChoiceField)
        assert isinstance(agency, forms.ModelChoiceField)
        groups.queryset = platform.groups.existing_in(today.year)
        cities.queryset = platform.members.order_by("order", "slug")
        agency.queryset = Agency.objects.filter(municipality__platforms=platform)
        for name in ("starts_on", "ends_on"):
            self.fields[name].widget.attrs |= {"autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        """Refuse days out of order, and an agency of another municipality."""
        said: dict[str, Any] = super().clean() or {}
        starts, ends = said.get("starts_on"), said.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "迄日不得早於起日。")
        agency = said.get("agency")
        if agency and "municipalities" in said:
            cities = {city.pk for city in said["municipalities"]}
            if cities != {agency.municipality_id}:
                self.add_error(
                    "agency", f"選擇{agency}時，縣市請只勾選{agency.municipality}。"
                )
        return said

    def tasks(self) -> Iterator[Task]:
        """Return what was ticked."""
        said = self.cleaned_data
        for group in said["groups"]:
            for city in said["municipalities"]:
                yield Task(
                    group, city, said["agency"], said["starts_on"], said["ends_on"]
                )


class InvitationForm(TasksForm):
    """Who is to come in, and for what."""

    name = LineField(label="姓名", max_length=30)
    email = forms.EmailField(
        label="電子郵件",
        max_length=150,
        error_messages={
            "required": "請填寫電子郵件。",
            "invalid": "請填寫完整的電子郵件地址，例如 name@example.gov.tw。",
        },
        help_text="邀請信寄到這個地址，也是登入帳號。已有帳號者只增加指派，不另寄邀請。",
    )
    organization = LineField(
        label="機關單位", max_length=60, help_text="例如交通局運輸管理科。"
    )
    title = LineField(label="職稱", max_length=30)
    phone = LineField(label="電話", max_length=40)
    extension = LineField(label="分機", max_length=10)

    field_order = [
        "name",
        "email",
        "organization",
        "title",
        "phone",
        "extension",
        "groups",
        "municipalities",
        "agency",
        "starts_on",
        "ends_on",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].validators.append(
            RegexValidator(PHONE, "電話請以數字書寫，例如 02-2720-8889。")
        )
        self.fields["extension"].validators.append(
            RegexValidator(EXTENSION, "分機請以數字書寫。")
        )
        self.fields["email"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        """Ask for a name."""
        name: str = self.cleaned_data["name"]
        if not name:
            raise ValidationError("請填寫姓名。")
        return name

    def newcomer(self) -> Newcomer:
        """Return who is meant."""
        said = self.cleaned_data
        return Newcomer(
            said["name"],
            said["email"],
            said["organization"],
            said["title"],
            said["phone"],
            said["extension"],
        )


class _Person(forms.ModelChoiceField[Any]):
    def label_from_instance(self, obj: Any) -> str:
        details = getattr(obj, "contact_details", None)
        name = obj.get_full_name() or obj.get_username()
        where = details.organization if details else ""
        return f"{name}（{where}）" if where else name


class _Assignments(forms.ModelMultipleChoiceField[Any]):
    def label_from_instance(self, obj: Assignment) -> str:
        agency = f"（{obj.agency}）" if obj.agency else ""
        return f"{obj.group}／{obj.municipality}{agency}"


class TermForm(forms.Form):
    """Which of somebody's tasks end, or go to whom, and when."""

    assignments = _Assignments(
        Assignment.objects.none(),
        label="指派",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "請至少勾選一項指派。",
            "invalid_choice": "有指派已經變更，請重新開啟頁面。",
        },
    )
    on = DayField(label="日期", error_messages={"required": "請填寫日期。"})

    def __init__(self, *args: Any, assignments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["assignments"]
        assert isinstance(choice, forms.ModelMultipleChoiceField)
        choice.queryset = assignments
        self.fields["on"].widget.attrs["autocomplete"] = "off"


class EndForm(TermForm):
    """The last day of tasks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="end_%s", **kwargs)
        self.fields["on"].label = "最後一日"


class HandOverForm(TermForm):
    """The day from which somebody else has the tasks."""

    to = _Person(
        User.objects.none(),
        label="接手人員",
        empty_label="請選擇",
        error_messages={
            "required": "請選擇接手人員。",
            "invalid_choice": "請由名單選擇接手人員。",
        },
        help_text="接手人員不在名單時，請先邀請。",
    )
    field_order = ["assignments", "to", "on"]

    def __init__(
        self, *args: Any, platform: Platform, person: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, auto_id="hand_%s", **kwargs)
        self.fields["on"].label = "接手日"
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = people_of(platform).exclude(pk=person.pk)


class WordsForm(forms.Form):
    """What the secretariat adds to a reminder."""

    words = forms.CharField(
        label="附加說明",
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"附加說明最多 {LONGEST_WORDS} 字。"},
        help_text="會印在每一封催辦信上，例如報告送印的時程；可留空白。",
    )

"""Accounts and roles in the admin: for superusers only."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from platform_site.lib.record_admin import ReadOnlyAdmin, roc_column

admin.site.unregister(User)
admin.site.unregister(Group)


class AccountForm(UserChangeForm):  # type: ignore[type-arg]  # not at run time
    """An account, with an e-mail address that is no other's."""

    def clean_email(self) -> str:
        """Say in a sentence what the database holds: an address leads to one account."""
        email: str = self.cleaned_data["email"]
        others = User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk)
        if email and others.exists():
            raise ValidationError("另一個帳號已用這個電子郵件。")
        return email


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    """Accounts; what they may do follows from their role."""

    form = AccountForm
    index_order = 300
    # Two lists side by side have no accessible names.
    filter_horizontal = ()
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("username", "password")}),
        ("個人資料", {"fields": ("first_name", "last_name", "email")}),
        ("角色", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (
            "時間",
            {
                "fields": (
                    roc_column("last_login", "上次登入"),
                    roc_column("date_joined", "建立時間"),
                )
            },
        ),
    )
    readonly_fields: ClassVar[Any] = (
        roc_column("last_login", "上次登入"),
        roc_column("date_joined", "建立時間"),
    )
    list_display = ("username", "first_name", "is_active", "is_staff")

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Leave out the small links that open roles in another window."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "groups" and field is not None:
            field.widget.can_add_related = False
        return field


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin[Group]):
    """Roles; their rights are written down in code and set anew by ``migrate``."""

    index_order = 310
    fields = ["name"]
    list_display = ["name"]
    search_fields = ["name__folded_contains"]

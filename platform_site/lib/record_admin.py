"""What every page of the admin shares: who may, history, refusals in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, TypeVar

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from platform_site.lib import search  # noqa: F401  registers folded_contains
from platform_site.lib.history import Change, Part, event_model, history_of
from platform_site.lib.roc import format_roc

M = TypeVar("M", bound=models.Model)
P = TypeVar("P", bound=models.Model)

CONFLICT = "資料與既有的紀錄牴觸，未儲存。"
RAISED = "23000"  # what our own triggers raise, with a sentence

# Native inputs: labelled, and no script draws them.
WIDGETS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.DateField: {
        "widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    },
    models.TimeField: {
        "widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    },
    models.DateTimeField: {
        "widget": forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}
        ),
        "form_class": forms.DateTimeField,
    },
}


def refusal(error: IntegrityError | ValidationError) -> list[str]:
    """Return the sentences that say what the database or the model refused."""
    if isinstance(error, ValidationError):
        return error.messages
    diagnosis = getattr(error.__cause__, "diag", None)
    if getattr(diagnosis, "sqlstate", None) == RAISED:
        return [str(getattr(diagnosis, "message_primary", CONFLICT))]
    name = getattr(diagnosis, "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return [str(constraint.get_violation_error_message())]
    return [CONFLICT]


def roc_moment(moment: date | datetime | None) -> str:
    """Write a day in ROC years, an instant with its local time."""
    if moment is None:
        return "-"
    if isinstance(moment, datetime):
        local = timezone.localtime(moment)
        return f"{format_roc(local.date())} {local:%H:%M}"
    return format_roc(moment)


@cache
def roc_column(path: str, label: str) -> Callable[[models.Model], str]:
    """Return a column that shows the day or instant at ``path`` in ROC years."""

    def column(row: models.Model) -> str:
        value: Any = row
        for name in path.split("__"):
            value = getattr(value, name, None)
        return roc_moment(value)

    column.__name__ = path
    return admin.display(column, description=label, ordering=path)


@cache
def person_column(path: str, label: str) -> Callable[[models.Model], str]:
    """Return a column that shows the name of the person at ``path``."""

    def column(row: models.Model) -> str:
        user: Any = getattr(row, path)
        return "-" if user is None else user.get_full_name() or user.get_username()

    column.__name__ = path
    return admin.display(column, description=label, ordering=path)


class _ChoiceField(forms.ModelChoiceField[models.Model]):
    """A choice of rows; those of a platform are named with it, as names recur."""

    def label_from_instance(self, obj: models.Model) -> str:
        return of_platform(obj)


def of_platform(row: models.Model) -> str:
    """Name ``row`` with its platform, unless the name holds it already."""
    short_name = getattr(getattr(row, "platform", None), "short_name", "")
    return str(row) if short_name in str(row) else f"{short_name} {row}"


def kept_rows(
    site: admin.AdminSite, request: HttpRequest, rows: models.QuerySet[M]
) -> models.QuerySet[M]:
    """Return those of ``rows`` whose record the user keeps, or that all may read."""
    page = site._registry.get(rows.model)
    return page.kept(request, rows) if isinstance(page, RecordAdmin) else rows


class _Fields:
    """How foreign keys are chosen, in forms and in inlines alike."""

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer a plain select whose rows are read once for all forms of a page."""
        kwargs.setdefault("form_class", _ChoiceField)
        if "queryset" not in kwargs:
            kwargs["queryset"] = db_field.related_model._default_manager.all()
        if any(f.name == "platform" for f in db_field.related_model._meta.fields):
            kwargs["queryset"] = kwargs["queryset"].select_related("platform")
        site: admin.AdminSite = self.admin_site  # type: ignore[attr-defined]  # of the admin class beside it
        kwargs["queryset"] = kept_rows(site, request, kwargs["queryset"])
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]  # of the admin class beside it
        field.choices = list(field.choices)
        return field

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Leave out the small links that open the chosen row in another window."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # of the admin class beside it
        for link in ("add", "change", "delete", "view"):
            if field is not None and hasattr(field.widget, f"can_{link}_related"):
                setattr(field.widget, f"can_{link}_related", False)
        return field


class RecordAdmin(_Fields, admin.ModelAdmin[M]):
    """A page of the record.

    What ``list_select_related`` names is read with every row, in lists and on pages.
    ``kept_through`` leads to the row whose keepers alone see this one; its manager
    says which those are by ``kept_by(user)``. None: shared by all who get in.
    ``locked`` says why a row may be changed no more; ``notice`` is what a clerk
    should know about it. What the database or a function refuses is shown above the
    form that was sent, with what was typed still in it.
    """

    formfield_overrides = WIDGETS
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    index_order: ClassVar[int] = 100
    kept_through: ClassVar[str | None] = None

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[M]:
        related = self.list_select_related
        rows = self.kept(request, super().get_queryset(request))
        return rows if isinstance(related, bool) else rows.select_related(*related)

    def kept(
        self, request: HttpRequest, rows: models.QuerySet[M]
    ) -> models.QuerySet[M]:
        """Return those of ``rows`` that the user may see here."""
        if self.kept_through is None:
            return rows
        owner: Any = self.model
        if self.kept_through != "pk":
            for name in self.kept_through.split("__"):
                owner = owner._meta.get_field(name).related_model
        kept = owner._default_manager.kept_by(request.user)
        return rows.filter(**{f"{self.kept_through}__in": kept.order_by()})

    def locked(self, row: M) -> str:
        """Return why ``row`` may not be changed, or nothing."""
        return ""

    def lasting(self, row: M) -> str:
        """Return why ``row`` may not be thrown away: as a rule what locks it."""
        return self.locked(row)

    def notice(self, row: M) -> str:
        """Return what stands above the form of ``row``."""
        return self.locked(row)

    def public_address(self, row: M) -> str | None:
        """Return the public page that shows ``row``, if there is one."""
        return None

    def get_view_on_site_url(self, obj: M | None = None) -> str | None:
        return self.public_address(obj) if obj is not None else None

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (
            obj is not None and self.locked(obj)
        )

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (
            obj is not None and self.lasting(obj)
        )

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Show days in ROC years and people by name where they can only be read."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        read_only: set[Any] = set(self.get_readonly_fields(request, obj))
        if not self.has_change_permission(request, obj):
            read_only |= set(self.get_fields(request, obj))
        return [
            (
                title,
                {
                    **options,
                    "fields": [
                        self._readable(name) if name in read_only else name
                        for name in options["fields"]
                    ],
                },
            )
            for title, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return [*fields, *(self._readable(name) for name in fields)]

    def _readable(self, name: Any) -> Any:
        if not isinstance(name, str):
            return name
        field = next((f for f in self.opts.get_fields() if f.name == name), None)
        if isinstance(field, models.DateField):
            return roc_column(name, str(field.verbose_name))
        if (
            isinstance(field, models.ForeignKey)
            and field.related_model is get_user_model()
        ):
            return person_column(name, str(field.verbose_name))
        return name

    def get_inline_instances(
        self, request: HttpRequest, obj: M | None = None
    ) -> list[Any]:
        """Show inlines that can only be read as tables, and not on empty forms."""
        inlines = super().get_inline_instances(request, obj)
        if obj is None:
            return [i for i in inlines if i.has_add_permission(request, obj)]
        for inline in inlines:
            if not (
                inline.has_add_permission(request, obj)
                or inline.has_change_permission(request, obj)
            ):
                inline.template = "admin/edit_inline/table.html"
        return inlines

    # Refusals

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Save all or nothing; a refusal brings the form back with its sentences."""
        try:
            with transaction.atomic():
                return super().changeform_view(
                    request, object_id, form_url, extra_context
                )
        except (IntegrityError, ValidationError) as error:
            request._refused = refusal(error)  # type: ignore[attr-defined]  # read by get_form
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self,
        request: HttpRequest,
        obj: M | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        sentences: list[str] = getattr(request, "_refused", [])
        if not sentences:
            return form

        class RefusedForm(form):  # type: ignore[misc,valid-type]  # made at run time
            def clean(self) -> None:
                super().clean()
                raise ValidationError(sentences)

        return RefusedForm

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Delete, or go back with the sentence that says why not."""
        try:
            with transaction.atomic():
                return super().delete_view(request, object_id, extra_context)
        except IntegrityError as error:
            for sentence in refusal(error):
                self.message_user(request, sentence, messages.ERROR)
            return HttpResponseRedirect("../change/")

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: M | None = None,
    ) -> Any:
        context["notice"] = self.notice(obj) if obj is not None else ""
        return super().render_change_form(request, context, add, change, form_url, obj)

    # History

    def history(self, row: M) -> list[Change]:
        """Return what happened to ``row`` and to the rows of its inlines."""
        parts = [
            Part(inline.model, _owner(inline.model, self.model, inline.fk_name))
            for inline in self.inlines
            if event_model(inline.model) is not None
        ]
        return history_of(row, parts)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the changes the database recorded, whoever made them and how."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            answer: HttpResponse = self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]  # Django's own history view uses it
                request, self.opts, object_id
            )
            return answer
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        page = Paginator(self.history(row), 50).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"歷程：{row}",
            "subtitle": None,
            "module_name": self.opts.verbose_name_plural,
            "object": row,
            "opts": self.opts,
            "changes": page,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)


def recorded_once(row: Any) -> Change:
    """Return the one thing that ever happens to rows that are only added."""
    return Change(
        at=row.recorded_at,
        who=row.recorded_by.get_full_name() or row.recorded_by.get_username(),
        done="登錄",
        subject=str(row._meta.verbose_name),
        fields=[],
    )


class ReadOnlyAdmin(RecordAdmin[M]):
    """Nobody adds, changes or deletes here, superusers neither."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class PartAdmin(RecordAdmin[M]):
    """Rows that are written on the page of the row they belong to, and found here."""

    owner: ClassVar[str]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Follow the owner: Django asks this when the owner is deleted with its parts."""
        if not super().has_delete_permission(request, obj):
            return False
        field = self.opts.get_field(self.owner)
        owner_model = field.related_model
        assert isinstance(owner_model, type)
        owner_admin = self.admin_site._registry[owner_model]
        owner: Any = getattr(obj, self.owner) if obj is not None else None
        return owner_admin.has_change_permission(
            request, owner
        ) or owner_admin.has_delete_permission(request, owner)

    def notice(self, row: M) -> str:
        field: Any = self.opts.get_field(self.owner)
        return f"請在所屬的{field.related_model._meta.verbose_name}頁面新增與修改。"


class RecordInline(_Fields, admin.StackedInline[M, P]):
    """Rows on the page of their owner, writable while the owner is."""

    formfield_overrides = WIDGETS
    extra = 1
    select_related: ClassVar[list[str]] = []

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[M]:
        rows = super().get_queryset(request)
        return (
            rows.select_related(*self.select_related) if self.select_related else rows
        )

    def _is_open(self, request: HttpRequest, obj: P | None) -> bool:
        return obj is None or self.admin_site._registry[
            self.parent_model
        ].has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return super().has_add_permission(request, obj) and self._is_open(request, obj)

    def has_change_permission(
        self,
        request: HttpRequest,
        obj: P | None = None,
    ) -> bool:
        return super().has_change_permission(request, obj) and self._is_open(
            request, obj
        )

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: P | None = None,
    ) -> bool:
        return super().has_delete_permission(request, obj) and self._is_open(
            request, obj
        )


class ReadOnlyInline(RecordInline[M, P]):
    """Rows on the page of their owner that are only read there."""

    extra = 0
    max_num = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return False


class OrderedFormSet(BaseInlineFormSet[Any, Any, Any]):
    """Rows with an ``order``; who leaves it blank puts the row at the end."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["order"].required = False

    def clean(self) -> None:
        super().clean()
        taken = [form.cleaned_data.get("order") or 0 for form in self._kept()]
        number = max(taken, default=0)
        for form in self._kept():
            if form.cleaned_data.get("order") is None:
                number += 1
                form.instance.order = number

    def _kept(self) -> Iterator[Any]:
        return (
            form
            for form in self.forms
            if getattr(form, "cleaned_data", None)
            and not form.cleaned_data.get("DELETE")
        )


def _owner(
    part: type[models.Model], owner: type[models.Model], name: str | None
) -> str:
    """Return the foreign key by which rows of ``part`` belong to ``owner``."""
    return name or next(
        field.name
        for field in part._meta.concrete_fields
        if field.related_model is owner
    )


# Filters


class KeptRowsFilter(admin.RelatedFieldListFilter):
    """Rows of another table as a filter, as far as the user may see them."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[Any, Any]]:
        rows = field.related_model._default_manager.all()
        kept = kept_rows(model_admin.admin_site, request, rows)
        choices: list[tuple[Any, Any]] = field.get_choices(
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={"pk__in": kept.order_by().values("pk")},
        )
        return choices


admin.FieldListFilter.register(
    lambda field: bool(field.remote_field), KeptRowsFilter, take_priority=True
)


class PlatformRowsFilter(admin.RelatedFieldListFilter):
    """Rows of a platform as a filter: those of the chosen one, or each with its own."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[Any, Any]]:
        rows = kept_rows(
            model_admin.admin_site,
            request,
            field.related_model._default_manager.select_related("platform").order_by(
                "platform__order", "order", "pk"
            ),
        )
        chosen = next(
            (
                value
                for name, value in request.GET.items()
                if name.endswith("platform__id__exact") and str(value).isdecimal()
            ),
            None,
        )
        if chosen is None:
            return [(row.pk, of_platform(row)) for row in rows]
        return [(row.pk, str(row)) for row in rows.filter(platform_id=chosen)]


def chosen_row_filter(
    model: type[models.Model], path: str
) -> type[admin.SimpleListFilter]:
    """Return a filter for links from a row of ``model``; seen only when followed."""

    class ChosenRowFilter(admin.SimpleListFilter):
        title = str(model._meta.verbose_name)
        parameter_name = str(model._meta.model_name)

        def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
            value = self.value() or ""
            if not value.isdecimal():
                return []
            rows = model._default_manager.filter(pk=value)
            kept = kept_rows(model_admin.admin_site, request, rows)
            return [(str(row.pk), str(row)) for row in kept]

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            return queryset.filter(**{path: self.value()}) if self.value() else queryset

    return ChosenRowFilter

"""The roles of people: auth groups with what each may do in the admin."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission

SECRETARIAT = "幕僚"
CONTACT = "小組窗口"
OFFICIAL = "機關承辦人"

# Written only by the ledger, or by the database itself.
READ_ONLY = {"ledgerentry", "standing", "erratum"}


def ensure_roles(**kwargs: Any) -> None:
    """Create the roles and give the secretariat its rights; called after migrating.

    The secretariat reads the whole record and writes what is not the ledger's;
    contacts and officials have no rights in the admin.
    """
    for name in (SECRETARIAT, CONTACT, OFFICIAL):
        Group.objects.using(kwargs["using"]).get_or_create(name=name)
    secretariat = Group.objects.using(kwargs["using"]).get(name=SECRETARIAT)
    models = [
        model
        for label in ("meetings", "cases")
        for model in apps.get_app_config(label).get_models()
        if not model.__name__.endswith("Event")
    ]
    codenames = [
        f"{verb}_{model._meta.model_name}"
        for model in models
        for verb in (
            ["view"]
            if model._meta.model_name in READ_ONLY
            else ["view", "add", "change"]
        )
    ]
    secretariat.permissions.set(
        Permission.objects.using(kwargs["using"]).filter(
            content_type__app_label__in=["meetings", "cases"], codename__in=codenames
        )
    )

"""The roles of people: auth groups with what each may do in the admin."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission

SECRETARIAT = "幕僚"
CONTACT = "小組窗口"
OFFICIAL = "機關承辦人"

EDIT = ("view", "add", "change")
# What else a model's rows may suffer, or not: the ledger and the database write
# their own, an erratum is added and stays, and drafts and parts may be thrown away.
VERBS = {
    "ledgerentry": ("view",),
    "standing": ("view",),
    "erratum": ("view", "add"),
} | dict.fromkeys(
    (
        "meeting",
        "chair",
        "minutes",
        "section",
        "resolution",
        "remark",
        "motion",
        "attachment",
        "membership",
        "casealias",
        "casetheme",
        "participant",
        "countclaim",
        "progressupdate",
    ),
    (*EDIT, "delete"),
)


def ensure_roles(**kwargs: Any) -> None:
    """Create the roles and give the secretariat its rights; called after migrating.

    The secretariat reads the whole record and writes what is not the ledger's; what
    is confirmed is refused by the admin and by the database. Accounts are not its
    business. Contacts and officials have no rights in the admin.
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
        for verb in VERBS.get(str(model._meta.model_name), EDIT)
    ]
    secretariat.permissions.set(
        Permission.objects.using(kwargs["using"]).filter(
            content_type__app_label__in=["meetings", "cases"], codename__in=codenames
        )
    )

"""The roles of people: auth groups with what each may do in the admin."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission

from meetings.models.meetings import READ_CONFIRMED, READ_OWN_GROUPS

SECRETARIAT = "幕僚"
CONTACT = "小組窗口"
OFFICIAL = "機關承辦人"

EDIT = ("view", "add", "change")
# What else a model's rows may suffer, or not: the ledger, the database, the desk and
# the rounds write their own, an erratum is added and stays, drafts and parts may be thrown away.
# Platforms, municipalities and accounts are set up by superusers.
VERBS: dict[str, tuple[str, ...]] = {
    "ledgerentry": ("view",),
    "standing": ("view",),
    "erratum": ("view", "add"),
    "platform": ("view", "change"),
    "municipality": ("view",),
    "agency": ("view",),
    "secretariatmember": ("view",),
    "publication": ("view",),
    "reportinground": ("view",),
    "progressupdate": ("view",),
    "progressstep": ("view",),
    "reminder": ("view",),
    # Who is reached how the pages about people show, to those whose business it is.
    "contactdetails": (),
    "invitation": (),
    "proposal": (),
    "proposalcontact": (),
    "proposalstep": (),
    "attendance": (),
    "minutesfile": (),
    "draftpart": (),
    "acceptedwarning": (),
    "draftdecision": (),
    "reading": (),
    "readminutes": (),
    "readdecision": (),
    "readprogress": (),
    "handbooksection": (),
    "handbookwording": (),
    "handbookedition": (),
    "handbookfile": (),
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
    ),
    (*EDIT, "delete"),
)


def ensure_roles(**kwargs: Any) -> None:
    """Create the roles and give them their rights; called after migrating.

    The secretariat reads its platforms' record (``Platform.objects.kept_by``) and
    writes what is not the ledger's; what is confirmed is refused by the admin and by
    the database. Accounts are not its business. Contacts and officials have no rights
    in the admin; they read confirmed minutes before those are public.
    """
    roles = {
        name: Group.objects.using(kwargs["using"]).get_or_create(name=name)[0]
        for name in (SECRETARIAT, CONTACT, OFFICIAL)
    }
    permissions = Permission.objects.using(kwargs["using"])
    for name, right in ((CONTACT, READ_OWN_GROUPS), (OFFICIAL, READ_CONFIRMED)):
        label, _, codename = right.partition(".")
        roles[name].permissions.set(
            permissions.filter(content_type__app_label=label, codename=codename)
        )
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
    roles[SECRETARIAT].permissions.set(
        permissions.filter(
            content_type__app_label__in=["meetings", "cases"], codename__in=codenames
        )
    )

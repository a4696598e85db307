"""The demo's accounts; they exist only where ``load_demo`` was run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from cases.editions.publishing import ask_for_edition
from cases.models import ReportingRound
from cases.roles import CONTACT, OFFICIAL, SECRETARIAT
from cases.rounds import lock_round
from meetings.models import (
    Assignment,
    IssueGroup,
    Municipality,
    Platform,
    SecretariatMember,
)


@dataclass(frozen=True)
class Account:
    """A demo account, as printed by ``make demo``."""

    role: str
    username: str
    password: str
    name: str


ACCOUNTS = (
    Account(SECRETARIAT, "secretariat", "demo-secretariat", "示範幕僚"),
    Account(CONTACT, "contact", "demo-contact", "示範小組窗口"),
    Account(OFFICIAL, "official", "demo-official", "示範承辦人"),
)


def create_accounts() -> None:
    """Create the demo accounts, each in the group of its role.

    The secretariat keeps every platform; the contact answers for 臺北市 in the
    transport groups.
    """
    users = get_user_model().objects
    for account in ACCOUNTS:
        user = users.create_user(
            account.username,
            password=account.password,
            first_name=account.name,
            is_staff=account.role == SECRETARIAT,
        )
        user.groups.add(Group.objects.get(name=account.role))
        if account.role == SECRETARIAT:
            SecretariatMember.objects.bulk_create(
                SecretariatMember(platform=platform, user=user)
                for platform in Platform.objects.all()
            )
        if account.role == CONTACT:
            Assignment.objects.bulk_create(
                Assignment(
                    group=group,
                    municipality=Municipality.objects.get(slug="taipei"),
                    user=user,
                    starts_on=date(2024, 1, 1),
                )
                for group in IssueGroup.objects.filter(slug="transport")
            )


def publish_reports() -> None:
    """Have each round that came from a paper published as an edition.

    The worker makes the files, once what is loaded is committed.
    """
    for round_ in ReportingRound.objects.select_related("platform").order_by("as_of"):
        user = get_user_model().objects.get(username=ACCOUNTS[0].username)
        lock_round(round_, by=user, at=timezone.now())
        ask_for_edition(round_, by=user)


def accounts() -> list[tuple[str, str, str]]:
    """Return role, user name and password of the demo accounts that exist here."""
    existing = set(get_user_model().objects.values_list("username", flat=True))
    return [
        (account.role, account.username, account.password)
        for account in ACCOUNTS
        if account.username in existing
    ]

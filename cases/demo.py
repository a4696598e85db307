"""The demo's accounts and its open round; they exist only where ``load_demo`` was run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.utils import timezone

from cases import rounds
from cases.editions.publishing import ask_for_edition
from cases.models import ProgressUpdate, ReportingRound
from cases.reports import NothingToReport, status_report
from cases.roles import CONTACT, OFFICIAL, SECRETARIAT
from cases.rounds.overview import in_order
from cases.rounds.planning import quarter_end
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
    municipality: str = ""  # of contacts who write for all groups of the platform


ACCOUNTS = (
    Account(SECRETARIAT, "secretariat", "demo-secretariat", "示範幕僚"),
    Account(CONTACT, "contact", "demo-contact", "示範小組窗口"),
    Account(OFFICIAL, "official", "demo-official", "示範承辦人"),
    *(
        Account(CONTACT, username, f"demo-{username}", f"示範{name}窗口", municipality)
        for username, municipality, name in (
            ("keelung", "keelung", "基隆市"),
            ("taipei", "taipei", "臺北市"),
            ("newtaipei", "new-taipei", "新北市"),
            ("taoyuan", "taoyuan", "桃園市"),
        )
    ),
)
SINCE = date(2024, 1, 1)


def create_accounts() -> None:
    """Create the demo accounts, each in the group of its role.

    The secretariat keeps every platform; the contact answers for 臺北市 in the
    transport groups, those of a municipality for it in every group of the first platform.
    """
    users = get_user_model().objects
    for account in ACCOUNTS:
        user = users.create_user(
            account.username,
            password=account.password,
            first_name=account.name,
            email=f"{account.username}@example.gov.tw",
            is_staff=account.role == SECRETARIAT,
        )
        user.groups.add(Group.objects.get(name=account.role))
        if account.role == SECRETARIAT:
            SecretariatMember.objects.bulk_create(
                SecretariatMember(platform=platform, user=user)
                for platform in Platform.objects.all()
            )
        if account.role == CONTACT:
            groups = IssueGroup.objects.filter(slug="transport")
            if account.municipality:
                first = Platform.objects.first()
                groups = IssueGroup.objects.filter(platform=first)
            city = Municipality.objects.get(slug=account.municipality or "taipei")
            Assignment.objects.bulk_create(
                Assignment(group=group, municipality=city, user=user, starts_on=SINCE)
                for group in groups
            )


def publish_reports() -> None:
    """Have each round that came from a paper, and can be, published as an edition.

    The worker makes the files, once what is loaded is committed.
    """
    for round_ in (
        ReportingRound.objects.filter(opens_on=None)
        .select_related("platform")
        .order_by("as_of")
    ):
        try:
            status_report(round_.platform, round_.as_of)
        except NothingToReport:
            continue  # nobody has decided yet what is told of
        user = get_user_model().objects.get(username=ACCOUNTS[0].username)
        rounds.lock_round(round_, by=user, at=timezone.now())
        ask_for_edition(round_, by=user)


# A round under way ---------------------------------------------------------------------

# How far the slots are, one after another; most cities have one in every state.
STAGES = (
    "accepted",
    "submitted",
    "missing",
    "submitted",
    "draft",
    "accepted",
    "unchanged",
    "missing",
    "returned",
)
SAID = (
    "本季已召開1次跨縣市工作會議，確認分工與後續期程。",
    "本季完成資料彙整，預計下季提報工作小組會議討論。",
    "本季依原訂期程辦理，已完成現地會勘1次。",
    "本季已辦理聯合宣導2場次，參與人數約300人。",
)
ASKED = "請補充本季實際完成的項目與預定完成時間。"


def open_demo_round(at: datetime) -> ReportingRound:
    """Open a round of the first platform as if it had begun a while ago, half filled in.

    Its data are of the quarter that ended last before the day of ``at``.
    """
    users = get_user_model().objects.in_bulk(
        [account.username for account in ACCOUNTS], field_name="username"
    )
    today = timezone.localdate(at)
    first = Platform.objects.all()[0]
    round_ = rounds.open_round(
        first,
        as_of=quarter_end(today, before=True),
        opens_on=today - timedelta(days=9),
        due_on=today + timedelta(days=5),
        locks_on=today + timedelta(days=12),
        by=users["secretariat"],
    )
    contacts = [users[each.username] for each in ACCOUNTS if each.municipality]
    _fill_in(round_, contacts, judge=users["secretariat"], at=at)
    return round_


def _fill_in(
    round_: ReportingRound, people: Sequence[User], *, judge: User, at: datetime
) -> None:
    by_stage: dict[str, list[ProgressUpdate]] = defaultdict(list)
    handed_in: dict[User, list[ProgressUpdate]] = defaultdict(list)
    slots = round_.progress.with_last_text().with_contacts(timezone.localdate(at))
    for number, slot in enumerate(in_order(slots)):
        stage = STAGES[number % len(STAGES)]
        writers = [user for user in people if user.pk in slot.contact_ids]
        if stage == "missing" or not writers:
            continue
        writer = writers[number % len(writers)]
        is_unchanged = stage == "unchanged" and slot.last_text is not None
        said = SAID[number % len(SAID)]
        text = "" if is_unchanged else "\n".join(filter(None, [slot.last_text, said]))
        saved = rounds.save(
            slot,
            text=text,
            is_unchanged=is_unchanged,
            version=0,
            by=writer,
            at=at,
        )
        by_stage[stage].append(saved)
        if stage != "draft":
            handed_in[writer].append(saved)
    for writer, own in handed_in.items():
        rounds.submit_many({slot.pk: slot.version for slot in own}, by=writer, at=at)
    # One version more: they were handed in.
    accepted = {slot.pk: slot.version + 1 for slot in by_stage["accepted"]}
    rounds.accept_many(accepted, by=judge, at=at)
    for slot in by_stage["returned"]:
        rounds.send_back(
            slot, question=ASKED, version=slot.version + 1, by=judge, at=at
        )


def accounts() -> list[tuple[str, str, str]]:
    """Return role, user name and password of the demo accounts that exist here."""
    existing = set(get_user_model().objects.values_list("username", flat=True))
    return [
        (account.role, account.username, account.password)
        for account in ACCOUNTS
        if account.username in existing
    ]

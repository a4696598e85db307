"""What the tests of the admin share: people, and a small record of everything."""

import datetime as dt

from django.contrib.auth.models import Group

from cases.ledger import post_erratum
from cases.models import CaseTheme, LedgerEntry
from cases.roles import CONTACT, OFFICIAL, SECRETARIAT
from meetings.minutes.publish import publish as make_public
from meetings.models import (
    Assignment,
    Attachment,
    Erratum,
    Motion,
    Platform,
    Remark,
    SecretariatMember,
)
from tests.factories import (
    AgencyFactory,
    CaseAliasFactory,
    ChairFactory,
    CountClaimFactory,
    MembershipFactory,
    MinutesFactory,
    ParticipantFactory,
    PlatformFactory,
    ProgressUpdateFactory,
    ProposalTypeFactory,
    ResolutionFactory,
    SectionFactory,
    ThemeFactory,
    UserFactory,
    decide,
)

DAY = dt.date(2024, 7, 11)
LATER = dt.date(2024, 12, 26)


def account(role, **fields):
    """Make a user with the rights of ``role``; only the secretariat is staff."""
    user = UserFactory(is_staff=role == SECRETARIAT, **fields)
    user.groups.add(Group.objects.get(name=role))
    return user


def secretariat_of(*platforms):
    """Make one of the secretariat of these platforms."""
    user = account(SECRETARIAT)
    for platform in platforms:
        SecretariatMember.objects.create(platform=platform, user=user)
    return user


PEOPLE = {
    "secretariat": lambda: secretariat_of(*Platform.objects.all()),
    "another secretariat": lambda: secretariat_of(PlatformFactory()),
    "contact": lambda: account(CONTACT),
    "official": lambda: account(OFFICIAL),
    "superuser": lambda: UserFactory(is_staff=True, is_superuser=True),
}


def write_parts(minutes):
    """Give draft ``minutes`` one part of every kind."""
    ChairFactory(meeting=minutes.meeting)
    SectionFactory(minutes=minutes)
    ResolutionFactory(minutes=minutes)
    Remark.objects.create(minutes=minutes, order=1, speaker="王大明", text="請加速。")
    Motion.objects.create(minutes=minutes, order=1, subject="共同行銷", outcome="洽悉")
    Attachment.objects.create(minutes=minutes, order=1, title="名單", text="略")


def write_record(case, hold_meeting, clerk):
    """Put a row in every table: a listed case, its erratum, a draft beside them."""
    platform = case.platform
    meeting = hold_meeting(DAY, decide(case, "list"))
    make_public(meeting.minutes, by=clerk)
    erratum = Erratum(minutes=meeting.minutes, reason="漏列", was="無", becomes="更名")
    entry = decide(case, "rename", new_name="臺北新名")
    post_erratum(erratum, [entry], by=clerk)
    draft = MinutesFactory(
        meeting__series=meeting.series,
        meeting__held_on=LATER,
        meeting__title="草稿會議",
    )
    write_parts(draft)
    theme = ThemeFactory(platform=platform)
    ProposalTypeFactory(platform=platform)
    CaseTheme.objects.create(case=case, theme=theme)
    CaseAliasFactory(case=case)
    agency = AgencyFactory()
    ParticipantFactory(case=case, municipality=agency.municipality, agency=agency)
    MembershipFactory(platform=platform, municipality=agency.municipality)
    CountClaimFactory(meeting=meeting, group=case.group)
    Assignment.objects.create(
        group=case.group,
        municipality=agency.municipality,
        user=UserFactory(),
        starts_on=DAY,
    )
    SecretariatMember.objects.create(platform=platform, user=UserFactory())
    ProgressUpdateFactory(case=case)
    return {
        "case": case,
        "meeting": meeting,
        "minutes": meeting.minutes,
        "draft": draft,
        "entry": LedgerEntry.objects.get(kind="list"),
        "erratum": erratum,
    }

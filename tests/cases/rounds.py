"""A round that is collected, with those who write, judge and only read."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from cases import rounds
from cases.models import ProgressUpdate
from cases.roles import CONTACT, OFFICIAL
from tests.factories import (
    AssignmentFactory,
    CaseFactory,
    CollectingRoundFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MembershipFactory,
    MunicipalityFactory,
    ParticipantFactory,
    PlatformFactory,
    SlotFactory,
)
from tests.site.admin import account, secretariat_of

AT = dt.datetime(2026, 1, 10, 10, tzinfo=ZoneInfo("Asia/Taipei"))
DAY = AT.date()
WHILE_OPEN = dt.date(2026, 1, 31)  # the last day of the rounds of the factory


def after(days):
    """Return the same hour so many days later."""
    return AT + dt.timedelta(days=days)


class Collecting:
    """A round of one platform with a case of two cities, each with its contact."""

    def __init__(self, **days):
        self.platform = PlatformFactory()
        self.group = IssueGroupFactory(platform=self.platform)
        self.series = DecidingSeriesFactory(platform=self.platform)
        self.taipei, self.keelung = MunicipalityFactory.create_batch(2)
        for city in (self.taipei, self.keelung):
            MembershipFactory(platform=self.platform, municipality=city)
        self.round = CollectingRoundFactory(platform=self.platform, **days)
        self.case = self.add_case()
        self.contact = self.add_contact(self.taipei)
        self.other = self.add_contact(self.keelung)
        self.secretary = secretariat_of(self.platform)
        self.stranger = secretariat_of(PlatformFactory())
        self.official = account(OFFICIAL)
        self.slot = self.add_slot(self.taipei)

    def add_case(self, *cities, lead=None):
        case = CaseFactory(group=self.group)
        for city in cities or (self.taipei, self.keelung):
            ParticipantFactory(case=case, municipality=city, is_lead=city == lead)
        return case

    def add_contact(self, city, group=None, **fields):
        user = account(CONTACT)
        AssignmentFactory(
            group=group or self.group, municipality=city, user=user, **fields
        )
        return user

    def add_slot(self, city, case=None, round_=None):
        return SlotFactory(
            case=case or self.case, round=round_ or self.round, municipality=city
        )

    def save(self, slot, text="已開工。", *, by=None, at=AT, is_unchanged=False):
        return rounds.save(
            slot,
            text=text,
            is_unchanged=is_unchanged,
            version=fresh(slot).version,
            by=by or self.contact,
            at=at,
        )

    def submit(self, slot, *, by=None, at=AT):
        version = fresh(slot).version
        return rounds.submit(slot, version=version, by=by or self.contact, at=at)

    def accept(self, slot, *, at=AT):
        version = fresh(slot).version
        return rounds.accept(slot, version=version, by=self.secretary, at=at)

    def send_back(self, slot, question="何時完工？", *, at=AT, **fields):
        version = fresh(slot).version
        return rounds.send_back(
            slot, question=question, version=version, by=self.secretary, at=at, **fields
        )

    def bring(self, slot, state, *, text="已開工。"):
        """Take the slot through the steps to ``state``, and return it."""
        way = {
            "missing": [],
            "draft": ["save"],
            "submitted": ["save", "submit"],
            "returned": ["save", "submit", "send_back"],
            "accepted": ["save", "submit", "accept"],
            "locked": ["save", "submit", "accept", "lock"],
        }
        for step in way[state]:
            if step == "save":
                self.save(slot, text)
            elif step == "lock":
                rounds.lock_round(self.round, by=self.secretary, at=AT)
            else:
                getattr(self, step)(slot)
        return fresh(slot)


def fresh(slot):
    """Return the slot as it stands now."""
    return ProgressUpdate.objects.select_related("round").get(pk=slot.pk)


def told(slot):
    """Return the kinds of its steps."""
    return list(slot.steps.order_by("version").values_list("kind", flat=True))


def settle():
    """Judge what the end of the transaction would judge."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def run(statement, parameters=()):
    """Run SQL as the application's role, as if its transaction ended."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
        settle()

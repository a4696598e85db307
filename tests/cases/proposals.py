"""A platform on which proposals are written, with those who write, judge and read."""

import datetime as dt
from zoneinfo import ZoneInfo

from cases import proposals
from cases.ledger import confirm_and_post
from cases.models import LedgerEntry, Proposal
from cases.proposals import Form, Person
from cases.roles import CONTACT, OFFICIAL
from meetings.models import Meeting
from tests.factories import (
    AgencyFactory,
    AssignmentFactory,
    CaseFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MeetingFactory,
    MeetingSeriesFactory,
    MembershipFactory,
    MinutesFactory,
    MunicipalityFactory,
    PlatformFactory,
    ProposalTypeFactory,
)
from tests.site.admin import account, secretariat_of

AT = dt.datetime(2026, 1, 10, 10, tzinfo=ZoneInfo("Asia/Taipei"))
DAY = AT.date()
PHONE = "02-29603456#4500"
PERSON = Person(unit="文化局", name="王小明", phone=PHONE, email="ming@example.com")


class Proposing:
    """Two cities in a group, each with its contact; a working and a deciding series."""

    def __init__(self):
        self.platform = PlatformFactory()
        self.group = IssueGroupFactory(platform=self.platform)
        self.other_group = IssueGroupFactory(platform=self.platform)
        self.taipei, self.keelung = MunicipalityFactory.create_batch(2)
        for city in (self.taipei, self.keelung):
            MembershipFactory(platform=self.platform, municipality=city)
        self.agency = AgencyFactory(municipality=self.taipei)
        self.joint = ProposalTypeFactory(platform=self.platform, code="joint")
        self.law = ProposalTypeFactory(
            platform=self.platform, code="law", asks_central=True
        )
        self.working = MeetingSeriesFactory(platform=self.platform, group=self.group)
        self.deciding = DecidingSeriesFactory(platform=self.platform)
        self.contact = self.add_contact(self.taipei)
        self.other = self.add_contact(self.keelung)
        self.secretary = secretariat_of(self.platform)
        self.stranger = secretariat_of(PlatformFactory())
        self.official = account(OFFICIAL)

    def add_contact(self, city, group=None, **fields):
        user = account(CONTACT)
        AssignmentFactory(
            group=group or self.group, municipality=city, user=user, **fields
        )
        return user

    def form(self, **said):
        """Return a form that lacks nothing."""
        whole = {
            "group": self.group,
            "municipality": self.taipei,
            "agency": self.agency,
            "title": "北管音樂校園推廣",
            "types": ["joint"],
            "explanation": "一、北管盛行。",
            "actions": "一、設計教案。",
            "benefits": "一、認識文化資產。",
            "contact": PERSON,
        }
        return Form(**{**whole, **said})

    def begin(self, *, by=None, **said):
        """Begin a proposal that says all it needs, as a draft."""
        proposal = proposals.begin(
            self.group, self.taipei, by=by or self.contact, at=AT
        )
        return self.save(proposal, by=by, **said)

    def save(self, proposal, *, by=None, **said):
        return proposals.save(
            proposal,
            self.form(**said),
            version=fresh(proposal).version,
            by=by or self.contact,
            at=AT,
        )

    def submit(self, proposal, *, by=None):
        version = fresh(proposal).version
        return proposals.submit(proposal, version=version, by=by or self.contact, at=AT)

    def send_back(self, proposal, words="請補效益。"):
        return proposals.send_back(
            proposal, words=words, version=fresh(proposal).version, by=self.secretary
        )

    def discuss(self, proposal, meeting=None, words=""):
        return proposals.discuss(
            proposal,
            meeting or self.hold(),
            words=words,
            version=fresh(proposal).version,
            by=self.secretary,
            at=AT,
        )

    def withdraw(self, proposal, words="已另案辦理。"):
        version = fresh(proposal).version
        return proposals.withdraw(
            proposal, words=words, version=version, by=self.contact, at=AT
        )

    def hold(self, series=None, held_on=dt.date(2026, 1, 5)):
        """Return a meeting that was held, without minutes."""
        return MeetingFactory(
            platform=self.platform,
            series=series or self.working,
            held_on=held_on,
            state=Meeting.State.HELD,
        )

    def take_up(self, *, kind="agree", series=None, name="北管音樂校園推廣"):
        """Let confirmed minutes take a new case up; return it and the meeting."""
        meeting = self.hold(series or self.working)
        case = CaseFactory(group=self.group, name=name)
        minutes = MinutesFactory(meeting=meeting)
        confirm_and_post(
            minutes, [LedgerEntry(case=case, kind=kind)], by=self.secretary
        )
        return case, meeting

    def agree(self, proposal):
        case, meeting = self.take_up(name=proposal.title)
        version = fresh(proposal).version
        return proposals.agree(
            proposal, case, meeting, version=version, by=self.secretary
        )

    def merge(self, proposal):
        other = self.submit(self.begin(title="另一提案"))
        return proposals.merge(
            proposal, other, version=fresh(proposal).version, by=self.secretary
        )

    def bring(self, state, **said):
        """Take a new proposal through the steps to ``state``, and return it."""
        proposal = self.begin(**said)
        way = {
            "draft": [],
            "submitted": ["submit"],
            "returned": ["submit", "send_back"],
            "discussed": ["submit", "discuss"],
            "agreed": ["submit", "agree"],
            "merged": ["submit", "merge"],
            "withdrawn": ["submit", "withdraw"],
        }
        for step in way[state]:
            getattr(self, step)(proposal)
        return fresh(proposal)


def fresh(proposal):
    """Return the proposal as it stands now."""
    return Proposal.objects.get(pk=proposal.pk)


def told(proposal):
    """Return the kinds of its steps."""
    return list(proposal.steps.order_by("version").values_list("kind", flat=True))

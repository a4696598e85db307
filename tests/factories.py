"""Valid objects for the tests; what a test turns on it says itself."""

import datetime as dt
import hashlib

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone
from factory.django import DjangoModelFactory

from cases.models import (
    Case,
    CaseAlias,
    CountClaim,
    LedgerEntry,
    Participant,
    ProgressUpdate,
    ProposalType,
    ReadDecision,
    Reading,
    ReadMinutes,
    ReadProgress,
    ReportingRound,
    Theme,
)
from meetings.models import (
    Agency,
    Assignment,
    Chair,
    IssueGroup,
    Meeting,
    MeetingSeries,
    Membership,
    Minutes,
    Motion,
    Municipality,
    Platform,
    Publication,
    Resolution,
    Section,
)


def _prefix(number):
    """Return the ``number``-th case prefix: AA, AB, …, ZZ."""
    return chr(ord("A") + number // 26 % 26) + chr(ord("A") + number % 26)


class UserFactory(DjangoModelFactory):
    username = factory.Sequence(lambda n: f"clerk-{n}")

    class Meta:
        model = get_user_model()


class PlatformFactory(DjangoModelFactory):
    slug = factory.Sequence(lambda n: f"platform-{n}")
    name = factory.Sequence(lambda n: f"第{n}合作交流平臺")
    short_name = factory.Sequence(lambda n: f"平臺{n}")

    class Meta:
        model = Platform


class MunicipalityFactory(DjangoModelFactory):
    slug = factory.Sequence(lambda n: f"city-{n}")
    name = factory.Sequence(lambda n: f"第{n}市政府")
    short_name = factory.Sequence(lambda n: f"第{n}市")

    class Meta:
        model = Municipality


class MembershipFactory(DjangoModelFactory):
    platform = factory.SubFactory(PlatformFactory)
    municipality = factory.SubFactory(MunicipalityFactory)

    class Meta:
        model = Membership


class AgencyFactory(DjangoModelFactory):
    municipality = factory.SubFactory(MunicipalityFactory)
    name = factory.Sequence(lambda n: f"市政府第{n}局")

    class Meta:
        model = Agency


class IssueGroupFactory(DjangoModelFactory):
    platform = factory.SubFactory(PlatformFactory)
    slug = factory.Sequence(lambda n: f"group-{n}")
    name = factory.Sequence(lambda n: f"第{n}組")
    case_prefix = factory.Sequence(_prefix)
    order = factory.Sequence(lambda n: n)

    class Meta:
        model = IssueGroup


class MeetingSeriesFactory(DjangoModelFactory):
    """A series that decides nothing and whose meetings bear no number."""

    platform = factory.SubFactory(PlatformFactory)
    slug = factory.Sequence(lambda n: f"series-{n}")
    name = "工作小組會議"
    level = MeetingSeries.Level.WORKING_GROUP
    numbering = MeetingSeries.Numbering.NONE

    class Meta:
        model = MeetingSeries


class DecidingSeriesFactory(MeetingSeriesFactory):
    name = "副市長層級會議"
    level = MeetingSeries.Level.VICE_MAYOR
    is_deciding = True


class MeetingFactory(DjangoModelFactory):
    series = factory.SubFactory(MeetingSeriesFactory)
    platform = factory.SelfAttribute("series.platform")
    slug = factory.Sequence(lambda n: f"meeting-{n}")
    title = factory.Sequence(lambda n: f"第{n}場會議")
    held_on = dt.date(2024, 7, 11)
    state = Meeting.State.HELD

    class Meta:
        model = Meeting


class MinutesFactory(DjangoModelFactory):
    """Draft minutes."""

    meeting = factory.SubFactory(MeetingFactory)

    class Meta:
        model = Minutes


class PublicationFactory(DjangoModelFactory):
    minutes = factory.SubFactory(MinutesFactory)
    kind = Publication.Kind.PUBLISH
    recorded_by = factory.SubFactory(UserFactory)

    class Meta:
        model = Publication


class ChairFactory(DjangoModelFactory):
    meeting = factory.SubFactory(MeetingFactory)
    order = factory.Sequence(lambda n: n)
    name = "王大明"
    title = "副市長"

    class Meta:
        model = Chair


class SectionFactory(DjangoModelFactory):
    minutes = factory.SubFactory(MinutesFactory)
    order = factory.Sequence(lambda n: n)
    kind = Section.Kind.DISCUSSION
    heading = "討論及決議事項"

    class Meta:
        model = Section


class ResolutionFactory(DjangoModelFactory):
    minutes = factory.SubFactory(MinutesFactory)
    order = factory.Sequence(lambda n: n)
    text = "同意新增1案。"

    class Meta:
        model = Resolution


class ThemeFactory(DjangoModelFactory):
    platform = factory.SubFactory(PlatformFactory)
    name = factory.Sequence(lambda n: f"共同議題{n}")

    class Meta:
        model = Theme


class CaseFactory(DjangoModelFactory):
    """A registered case without entries: the ledger does not know it yet."""

    group = factory.SubFactory(IssueGroupFactory)
    platform = factory.SelfAttribute("group.platform")
    # Of one width, however many a run makes: numbers are sorted as texts.
    number = factory.LazyAttributeSequence(
        lambda case, n: f"{case.group.case_prefix}-{n + 1:05d}"
    )
    name = factory.Sequence(lambda n: f"第{n}合作案")

    class Meta:
        model = Case


class CaseAliasFactory(DjangoModelFactory):
    case = factory.SubFactory(CaseFactory)
    name = factory.Sequence(lambda n: f"又名第{n}案")

    class Meta:
        model = CaseAlias


class ParticipantFactory(DjangoModelFactory):
    case = factory.SubFactory(CaseFactory)
    municipality = factory.SubFactory(MunicipalityFactory)

    class Meta:
        model = Participant


class CountClaimFactory(DjangoModelFactory):
    meeting = factory.SubFactory(MeetingFactory)
    counts = CountClaim.Counts.LISTED
    number = 1
    words = factory.LazyAttribute(lambda claim: f"所載{claim.number}案")

    class Meta:
        model = CountClaim


class ReportingRoundFactory(DjangoModelFactory):
    platform = factory.SubFactory(PlatformFactory)
    as_of = dt.date(2025, 12, 31)

    class Meta:
        model = ReportingRound


class CollectingRoundFactory(ReportingRoundFactory):
    """A round that is collected here: open in January 2026."""

    opens_on = dt.date(2026, 1, 1)
    due_on = dt.date(2026, 1, 15)
    locks_on = dt.date(2026, 1, 31)


class ProgressUpdateFactory(DjangoModelFactory):
    """A joint text that was accepted, as from a paper; or a draft of one."""

    case = factory.SubFactory(CaseFactory)
    round = factory.SubFactory(
        ReportingRoundFactory, platform=factory.SelfAttribute("..case.platform")
    )
    text = "已完成規劃。"
    state = ProgressUpdate.State.ACCEPTED

    class Meta:
        model = ProgressUpdate

    @classmethod
    def _create(cls, model, *args, state, text, **fields):
        if state != ProgressUpdate.State.DRAFT:
            return super()._create(model, *args, state=state, text=text, **fields)
        draft = super()._create(model, *args, state="missing", text="", **fields)
        draft.state, draft.text, draft.version = state, text, 1
        draft.saved_by, draft.saved_at = UserFactory(), timezone.now()
        draft.save()
        return draft


class SlotFactory(ProgressUpdateFactory):
    """A slot of a round that is collected here, nothing written yet."""

    round = factory.SubFactory(
        CollectingRoundFactory, platform=factory.SelfAttribute("..case.platform")
    )
    municipality = factory.SubFactory(MunicipalityFactory)
    text = ""
    state = ProgressUpdate.State.MISSING


class AssignmentFactory(DjangoModelFactory):
    group = factory.SubFactory(IssueGroupFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    user = factory.SubFactory(UserFactory)
    starts_on = dt.date(2024, 1, 1)

    class Meta:
        model = Assignment


class ReadingFactory(DjangoModelFactory):
    """An uploaded file of minutes that waits to be read."""

    platform = factory.SubFactory(PlatformFactory)
    kind = Reading.Kind.MINUTES
    name = factory.Sequence(lambda n: f"第{n}份.txt")
    media_type = "text/plain"
    content = factory.Sequence(lambda n: f"第{n}份會議紀錄".encode())
    size = factory.LazyAttribute(lambda reading: len(reading.content))
    sha256 = factory.LazyAttribute(
        lambda reading: hashlib.sha256(reading.content).hexdigest()
    )
    uploaded_by = factory.SubFactory(UserFactory)

    class Meta:
        model = Reading


class ReadMinutesFactory(DjangoModelFactory):
    reading = factory.SubFactory(ReadingFactory)
    order = factory.Sequence(lambda n: n)
    title = "第1次會議紀錄"

    class Meta:
        model = ReadMinutes


class ReadDecisionFactory(DjangoModelFactory):
    read_minutes = factory.SubFactory(ReadMinutesFactory)
    order = factory.Sequence(lambda n: n)
    name = "跨市公車"

    class Meta:
        model = ReadDecision


class ReadProgressFactory(DjangoModelFactory):
    reading = factory.SubFactory(ReadingFactory, kind=Reading.Kind.STATUS_REPORT)
    order = factory.Sequence(lambda n: n)
    name = "跨市公車"
    text = "已完成規劃。"

    class Meta:
        model = ReadProgress


def decide(case, kind, **fields):
    """Return an unposted decision about ``case``; a delisting is completed."""
    if kind == "delist":
        fields.setdefault("reason", LedgerEntry.Reason.COMPLETED)
    return LedgerEntry(case=case, kind=kind, **fields)


class ProposalTypeFactory(DjangoModelFactory):
    platform = factory.SubFactory(PlatformFactory)
    code = factory.Sequence(lambda n: f"type-{n}")
    name = factory.Sequence(lambda n: f"第{n}類")
    order = factory.Sequence(lambda n: n)

    class Meta:
        model = ProposalType


class MotionFactory(DjangoModelFactory):
    minutes = factory.SubFactory(MinutesFactory)
    order = factory.Sequence(lambda n: n)
    subject = factory.Sequence(lambda n: f"第{n}項臨時動議")

    class Meta:
        model = Motion

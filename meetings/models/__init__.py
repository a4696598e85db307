"""The bodies: who sits, when they meet, what they say and resolve."""

from meetings.models.desk import (
    AcceptedWarning,
    Attendance,
    DraftPart,
    MinutesFile,
    Publication,
)
from meetings.models.meetings import (
    READ_CONFIRMED,
    READ_OWN_GROUPS,
    Chair,
    Meeting,
    MeetingQuerySet,
    is_reader_of_groups,
    meeting_slug,
    published,
)
from meetings.models.minutes import (
    Attachment,
    Erratum,
    Minutes,
    Motion,
    Remark,
    Resolution,
    Section,
)
from meetings.models.people import (
    Assignment,
    AssignmentQuerySet,
    SecretariatMember,
    own_groups,
)
from meetings.models.platforms import (
    Agency,
    IssueGroup,
    MeetingSeries,
    Membership,
    Municipality,
    Platform,
)
from meetings.models.programme import ProgrammeItem

__all__ = [
    "READ_CONFIRMED",
    "READ_OWN_GROUPS",
    "AcceptedWarning",
    "Agency",
    "Assignment",
    "AssignmentQuerySet",
    "Attachment",
    "Attendance",
    "Chair",
    "DraftPart",
    "Erratum",
    "IssueGroup",
    "Meeting",
    "MeetingQuerySet",
    "MeetingSeries",
    "Membership",
    "Minutes",
    "MinutesFile",
    "Motion",
    "Municipality",
    "Platform",
    "ProgrammeItem",
    "Publication",
    "Remark",
    "Resolution",
    "SecretariatMember",
    "Section",
    "is_reader_of_groups",
    "meeting_slug",
    "own_groups",
    "published",
]

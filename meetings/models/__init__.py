"""The bodies: who sits, when they meet, what they say and resolve."""

from meetings.models.desk import (
    AcceptedWarning,
    Attendance,
    DraftPart,
    MinutesFile,
    Publication,
)
from meetings.models.meetings import (
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
from meetings.models.people import Assignment, SecretariatMember, own_groups
from meetings.models.platforms import (
    Agency,
    IssueGroup,
    MeetingSeries,
    Membership,
    Municipality,
    Platform,
)

__all__ = [
    "AcceptedWarning",
    "Agency",
    "Assignment",
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

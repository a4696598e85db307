"""The bodies: who sits, when they meet, what they say and resolve."""

from meetings.models.desk import (
    AcceptedWarning,
    Attendance,
    DraftPart,
    MinutesFile,
    Publication,
)
from meetings.models.meetings import Chair, Meeting, MeetingQuerySet, meeting_slug
from meetings.models.minutes import (
    Attachment,
    Erratum,
    Minutes,
    Motion,
    Remark,
    Resolution,
    Section,
)
from meetings.models.people import Assignment, SecretariatMember
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
    "meeting_slug",
]

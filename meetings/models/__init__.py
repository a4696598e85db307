"""The bodies: who sits, when they meet, what they say and resolve."""

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
from meetings.models.platforms import (
    Agency,
    IssueGroup,
    MeetingSeries,
    Membership,
    Municipality,
    Platform,
)

__all__ = [
    "Agency",
    "Attachment",
    "Chair",
    "Erratum",
    "IssueGroup",
    "Meeting",
    "MeetingQuerySet",
    "MeetingSeries",
    "Membership",
    "Minutes",
    "Motion",
    "Municipality",
    "Platform",
    "Remark",
    "Resolution",
    "Section",
    "meeting_slug",
]

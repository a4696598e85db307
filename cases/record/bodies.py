"""The bodies of the record: a platform with its groups, themes and series."""

from __future__ import annotations

from cases.models import ProposalType, Theme
from cases.record.files import Data
from cases.record.known import Known
from meetings.models import IssueGroup, MeetingSeries, Membership, Platform

FIELDS = (
    "slug",
    "name",
    "short_name",
    "summary",
    "order",
    "case_word",
    "delist_word",
    "report_name",
    "group_word",
    "form_name",
)
OF_PLATFORM = {*FIELDS, "members", "groups", "themes", "proposal_types", "series"}


def load_platform(known: Known, data: Data) -> None:
    """Make the platform with all that its meetings and cases refer to."""
    known.refuse_unknown(data, OF_PLATFORM)
    known.platform = known.make(
        Platform(**{field: data[field] for field in FIELDS if field in data})
    )
    for name in data["members"]:
        member = known.municipality(name)
        known.make(Membership(platform=known.platform, municipality=member))
    for order, row in enumerate(data["groups"], start=1):
        known.groups[row["name"]] = known.make(
            IssueGroup(
                platform=known.platform,
                slug=row["slug"],
                name=row["name"],
                case_prefix=row["prefix"],
                parent=known.groups[row["parent"]] if "parent" in row else None,
                order=order,
                first_year=row.get("first_year"),
                last_year=row.get("last_year"),
            )
        )
    for order, name in enumerate(data.get("themes", []), start=1):
        known.themes[name] = known.make(
            Theme(platform=known.platform, name=name, order=order)
        )
    for order, row in enumerate(data.get("proposal_types", []), start=1):
        known.make(ProposalType(platform=known.platform, order=order, **row))
    for order, row in enumerate(data["series"], start=1):
        fields = dict(row)
        if "group" in row:
            fields["group"] = known.group(row["group"])
        known.series[row["slug"]] = known.make(
            MeetingSeries(platform=known.platform, order=order, **fields)
        )

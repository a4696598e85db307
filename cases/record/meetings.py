"""The meetings of the record: as minutes tell of them, or as they were called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from cases import ledger
from cases.models import CountClaim, LedgerEntry
from cases.record.decisions import ListedCases, decisions, in_words
from cases.record.files import Data, clock
from cases.record.known import Known
from meetings.minutes.publish import publish
from meetings.models import (
    Attachment,
    Chair,
    IssueGroup,
    Meeting,
    Minutes,
    Motion,
    ProgrammeItem,
    Remark,
    Resolution,
    Section,
    meeting_slug,
)
from platform_site.lib.numbering import to_chinese

OF_MEETING = {
    "series",
    "number",
    "roc_year",
    "slug",
    "title",
    "held_on",
    "starts_at",
    "ends_at",
    "place",
    "host",
    "host_agency",
    "state",
    "attendance",
    "source",
    "chairs",
    "programme",
    "sections",
    "remarks",
    "motions",
    "attachments",
    "resolutions",
    "stated",
    "announced",
    "groups",
}
# What only a meeting that was held has to tell.
OF_HELD = {
    "ends_at",
    "remarks",
    "motions",
    "resolutions",
    "stated",
    "announced",
    "groups",
}
OF_PROGRAMME = {"starts_at", "ends_at", "topic", "note"}


def load_meeting(known: Known, data: Data) -> None:
    """Load one meeting: confirmed and public, or, planned, with minutes to be kept."""
    known.refuse_unknown(data, OF_MEETING)
    state = Meeting.State(data.get("state", Meeting.State.HELD))
    if state is not Meeting.State.HELD and OF_HELD & set(data):
        raise known.refusal("尚未召開的會議不得有決議或發言。")
    meeting = _meeting(known, data, state)
    known.meetings[meeting.slug] = meeting
    minutes = known.make(
        Minutes(
            meeting=meeting,
            attendance_note=data.get("attendance", ""),
            source=data.get("source", ""),
        )
    )
    _load_chairs(known, meeting, data)
    _load_programme(known, meeting, data)
    _load_sections(known, minutes, data)
    if state is Meeting.State.HELD:
        entries = _Resolutions(known, minutes).load(data)
        ledger.confirm_and_post(minutes, entries, by=known.by)
        publish(minutes, by=known.by)


def _meeting(known: Known, data: Data, state: Meeting.State) -> Meeting:
    series = known.series[data["series"]]
    held_on: date = data["held_on"]
    number, roc_year = data.get("number"), data.get("roc_year")
    agency = data.get("host_agency")
    meeting: Meeting = known.make(
        Meeting(
            platform=known.platform,
            series=series,
            number=number,
            roc_year=roc_year,
            slug=data.get("slug")
            or meeting_slug(series, number=number, roc_year=roc_year, held_on=held_on),
            title=data["title"],
            held_on=held_on,
            starts_at=clock(data.get("starts_at")),
            ends_at=clock(data.get("ends_at")),
            place=data.get("place", ""),
            host=known.municipality(data["host"]) if "host" in data else None,
            host_agency=known.agency_of_member(agency) if agency else None,
            state=state,
        )
    )
    return meeting


def _load_chairs(known: Known, meeting: Meeting, data: Data) -> None:
    governments = {m.name: m for m in known.platform.members.all()}
    for order, row in enumerate(data.get("chairs", []), start=1):
        organization = row["organization"]
        municipality = next(
            (m for name, m in governments.items() if organization.startswith(name)),
            None,
        )
        known.make(
            Chair(meeting=meeting, order=order, municipality=municipality, **row)
        )


def _load_programme(known: Known, meeting: Meeting, data: Data) -> None:
    for order, row in enumerate(data.get("programme", []), start=1):
        known.refuse_unknown(row, OF_PROGRAMME)
        starts_at = clock(row["starts_at"])
        if starts_at is None:
            raise known.refusal("議程項目須有開始時間。")
        known.make(
            ProgrammeItem(
                meeting=meeting,
                order=order,
                starts_at=starts_at,
                ends_at=clock(row.get("ends_at")),
                topic=row["topic"],
                note=row.get("note", ""),
            )
        )


def _load_sections(known: Known, minutes: Minutes, data: Data) -> None:
    for order, row in enumerate(data.get("sections", []), start=1):
        known.make(Section(minutes=minutes, order=order, **row))
    for order, row in enumerate(data.get("remarks", []), start=1):
        known.make(
            Remark(
                minutes=minutes,
                order=order,
                speaker=row["speaker"],
                title=row.get("title", ""),
                text=outlined(row["items"]),
            )
        )
    for order, row in enumerate(data.get("motions", []), start=1):
        motion = known.make(
            Motion(
                minutes=minutes,
                order=order,
                subject=row["subject"],
                outcome=row.get("outcome", ""),
                proposer=row.get("proposer", ""),
            )
        )
        case = known.motions_awaited.pop(row["subject"], None)
        if case is not None:
            case.origin_motion = motion
            case.save(update_fields=["origin_motion"])
    for order, row in enumerate(data.get("attachments", []), start=1):
        known.make(Attachment(minutes=minutes, order=order, **row))


class _Resolutions:
    """What one meeting resolved, in the order of its minutes."""

    def __init__(self, known: Known, minutes: Minutes) -> None:
        self.known = known
        self.minutes = minutes
        self.order = 0

    def load(self, data: Data) -> list[LedgerEntry]:
        """Write resolutions and claims; return the entries they decide, unsaved."""
        for text in data.get("resolutions", []):
            self._resolution(None, text)
        for words in data.get("stated", []):
            self._claim(None, words)
        for row in data.get("announced", []):
            self.known.make(
                CountClaim(
                    meeting=self.minutes.meeting,
                    source=CountClaim.Source.ANNOUNCEMENT,
                    **row,
                )
            )
        listed = ListedCases(self.known.platform, self.minutes.meeting.held_on)
        entries: list[LedgerEntry] = []
        for block in data.get("groups", []):
            self.known.refuse_unknown(block, {"group", "points"})
            group = self.known.group(block["group"])
            for point in block["points"]:
                named = list(decisions(self.known, point, group, listed))
                decided = [entry for _, entry in named]
                if "stated" in point:
                    self._claim(group, point["stated"])
                text = point.get("text") or in_words(self.known.platform, point, named)
                if text:
                    resolution = self._resolution(group, text)
                    for entry in decided:
                        entry.resolution = resolution
                entries += decided
        return entries

    def _resolution(self, group: IssueGroup | None, text: str) -> Resolution:
        self.order += 1
        resolution: Resolution = self.known.make(
            Resolution(minutes=self.minutes, group=group, order=self.order, text=text)
        )
        return resolution

    def _claim(self, group: IssueGroup | None, words: str) -> None:
        counts = {
            counts
            for mark, counts in (
                ("新增", CountClaim.Counts.LISTED),
                ("解列", CountClaim.Counts.DELISTED),
                ("解除列管", CountClaim.Counts.DELISTED),
                ("持續列管", CountClaim.Counts.CONTINUED),
                ("執行中", CountClaim.Counts.CONTINUED),
            )
            if mark in words
        }
        numbers = re.findall(r"(\d+)\s*案", words)
        if len(counts) != 1 or len(numbers) != 1:
            raise self.known.refusal(f"看不懂案數「{words}」。")
        self.known.make(
            CountClaim(
                meeting=self.minutes.meeting,
                group=group,
                counts=counts.pop(),
                number=int(numbers[0]),
                words=words,
            )
        )


def outlined(items: Sequence[str]) -> str:
    """Return the items as numbered paragraphs, one alone without a number."""
    if len(items) == 1:
        return items[0]
    return "\n".join(
        f"{to_chinese(number)}、{item}" for number, item in enumerate(items, start=1)
    )

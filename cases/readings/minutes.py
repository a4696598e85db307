"""What was read of minutes, laid down to be reviewed: header and decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cases.desk.forms import LONGEST
from cases.models import LedgerEntry, ReadDecision, Reading, ReadMinutes
from cases.reading.likeness import key
from cases.reading.names import Names
from cases.readings.result import (
    DecisionFacts,
    MinutesFacts,
    PaperFacts,
    Person,
    read_result,
)
from cases.readings.values import Note, a_list, a_note
from meetings.minutes.compose import quoted
from meetings.models import Chair, MeetingSeries, Minutes, Municipality, Platform
from platform_site.lib.text import fold
from platform_site.reading.document import Refused

Kind = LedgerEntry.Kind

PER_YEAR = MeetingSeries.Numbering.PER_YEAR
LONGEST_NUMBER = 999
LAST_YEAR = 300


def facts_of(reading: Reading) -> PaperFacts:
    """Return what was read, as it was read."""
    return read_result({**(reading.result or {}), "text": reading.text})


def unread_of(minutes: Minutes) -> list[Note]:
    """Return the lines no rule could place of the papers a draft was made of; one query."""
    papers = ReadMinutes.objects.filter(minutes=minutes).order_by("pk")
    return [
        a_note(each, "text")
        for order, meetings in papers.values_list("order", "reading__result__meetings")
        for each in a_list(meetings[order], "unread")
    ]


def lay_down_minutes(reading: Reading, result: dict[str, Any]) -> str:
    """Make the rows of a paper's minutes, nothing chosen yet; return its text.

    Raises Refused where there are no minutes in it.
    """
    facts = read_result(result)
    if not facts.meetings:
        raise Refused("文件中沒有讀到會議紀錄，請確認檔案內容，或改以辦理情形上傳。")
    known = Known.of(reading.platform)
    for order, minutes in enumerate(facts.meetings):
        header = header_of(minutes, known)
        read = ReadMinutes.objects.create(reading=reading, order=order, **header)
        decides = read.series is not None and read.series.is_deciding
        shared = Counter(each.words for each in minutes.decisions)
        ReadDecision.objects.bulk_create(
            ReadDecision(
                read_minutes=read,
                order=place,
                group=each.group,
                name=each.case,
                action=each.action,
                source_start=each.span.start if each.span else None,
                source_end=each.span.end if each.span else None,
                reason=each.reason,
                words=own_words(each, decides=decides)
                if shared[each.words] == 1
                else "",
            )
            for place, each in enumerate(minutes.decisions)
        )
    return facts.text


def own_words(said: DecisionFacts, *, decides: bool) -> str:
    """Return what was said of this case alone, without its name.

    A deciding meeting words its lists anew from the decisions; a group's words
    about a case are its resolution.
    """
    if decides and said.action not in (Kind.CONTINUE, Kind.DEFER):
        return ""
    words = said.words.strip()
    for name in (quoted(said.case), f"「{said.case}」", said.case):
        if words.startswith(name):
            words = words.removeprefix(name).lstrip("：:， ")
            break
    return words if len(words) <= LONGEST else ""


@dataclass(frozen=True)
class Known:
    """What a platform has that a header may refer to; five queries."""

    platform: Platform
    series: Sequence[MeetingSeries]
    members: Sequence[Municipality]
    chairs: Sequence[Chair]
    names: Names

    @classmethod
    def of(cls, platform: Platform, names: Names | None = None) -> Known:
        """Gather it; the chairs of the latest meetings come last."""
        return cls(
            platform,
            list(platform.series.select_related("group")),
            list(platform.members.order_by("order")),
            list(
                Chair.objects.filter(meeting__platform=platform).order_by(
                    "meeting__held_on", "meeting_id", "order"
                )
            ),
            names or Names.of(platform),
        )

    def member_of(self, words: str) -> Municipality | None:
        """Return the member whose place or agency ``words`` begin with or name."""
        text = fold(words)
        for member in self.members:
            if text.startswith((fold(member.name), fold(member.short_name))):
                return member
        named = [each for each in self.members if fold(each.short_name) in text]
        return named[0] if len(named) == 1 else None

    def person(self, name: str) -> Chair | None:
        """Return the last chair of that very name, in whatever variant of a character."""
        wanted = key(name)
        found = [chair for chair in self.chairs if key(chair.name) == wanted]
        return found[-1] if wanted and found else None

    def like(self, name: str) -> Chair | None:
        """Return the last chair whose name differs in one character alone."""
        wanted = key(name)
        found = [
            chair
            for chair in self.chairs
            if len(key(chair.name)) == len(wanted) > 1
            and sum(a != b for a, b in zip(key(chair.name), wanted, strict=True)) == 1
        ]
        return found[-1] if found and self.person(name) is None else None


def header_of(facts: MinutesFacts, known: Known) -> dict[str, object]:
    """Return the fields of a header as far as they fit; what does not stays blank."""
    series = series_of(facts, known)
    chairs = [_chair(each, known) for each in facts.chairs]
    host = known.member_of(facts.place)
    if host is None and chairs:
        host = known.member_of(chairs[0]["organization"])
    number = facts.number
    if number is None and series is not None and series.numbering == PER_YEAR:
        number = 1  # a body that meets once a year prints none
    return {
        "title": _fit(_title(facts.title), 120),
        "series": series,
        "number": number
        if number is not None and 0 < number <= LONGEST_NUMBER
        else None,
        "roc_year": facts.roc_year
        if facts.roc_year is not None and 0 < facts.roc_year <= LAST_YEAR
        else None,
        "held_on": facts.held_on,
        "starts_at": facts.starts_at,
        "ends_at": facts.ends_at,
        "place": _fit(facts.place, 120),
        "host": host,
        "minute_taker": _fit(facts.recorder, 40),
        "chairs": chairs,
    }


def series_of(facts: MinutesFacts, known: Known) -> MeetingSeries | None:
    """Return the series the minutes are of: of that level, and of the group named."""
    those = [each for each in known.series if each.level == facts.series]
    if facts.group:
        group = known.names.group(facts.group)
        those = [each for each in those if group and each.group_id == group.pk]
    else:
        those = [each for each in those if each.group_id is None]
    if len(those) > 1:
        title = fold(facts.title)
        those = [each for each in those if fold(each.name) in title]
    return those[0] if len(those) == 1 else None


def _title(title: str) -> str:
    """Return a meeting's title: that of its minutes without the last word."""
    for ending in ("會議紀錄", "會議記錄"):
        if title.endswith(ending):
            return title[: -len(ending) + len("會議")]
    return title


def _chair(said: Person, known: Known) -> dict[str, str]:
    """Return a chair; what the paper leaves out is known from an earlier meeting."""
    person = known.person(said.name)
    organization = said.organization or (person.organization if person else "")
    return {
        "organization": _fit(organization, 60),
        "name": _fit(said.name, 40),
        "title": _fit(said.title or (person.title if person else ""), 40),
    }


def _fit(text: str, length: int) -> str:
    """Return a text the field can hold, or nothing: it is never cut."""
    return text if len(text) <= length else ""


def is_foreign(facts: MinutesFacts, platform: Platform) -> bool:
    """Whether the paper names a platform, and another one."""
    said = fold(facts.platform)
    return bool(said) and not (
        fold(platform.name) in said
        or said in fold(platform.name)
        or fold(platform.short_name) in said
    )

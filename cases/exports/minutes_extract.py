"""會議紀錄節錄: what one meeting decided about one case, or about those of a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from cases.decisions import KINDS, Decision, decisions_of
from cases.models import Case, LedgerEntry
from meetings.minutes.compose import quoted
from meetings.minutes.paper import MinutesPaper, PaperLine, minutes_extract
from meetings.models import IssueGroup, Meeting
from meetings.words import say
from platform_site.lib.numbering import Level, write_marker

Reason = LedgerEntry.Reason


class NothingDecided(Exception):
    """The meeting decided nothing of what was asked; the message is a sentence."""


def case_extract(meeting: Meeting, number: str, *, on: date) -> MinutesPaper:
    """Extract the decisions about the case with this number, those into it with it.

    Raises ``NothingDecided``.
    """
    decided = decisions_of(meeting).groups
    those = [
        decision
        for group in decided
        for kind in group.kinds
        for decision in kind.decisions
        if number in _numbers(decision)
    ]
    if not those:
        raise NothingDecided(f"這次會議沒有關於案號「{number}」的決議，請確認案號。")
    own = next((each for each in those if each.entry.case.number == number), None)
    about = f"{number}{quoted(own.name)}" if own else number
    return minutes_extract(
        meeting,
        about=about,
        resolutions=_resolutions(those),
        decided=[PaperLine(0, "", _said(each, with_kind=True)) for each in those],
        on=on,
    )


def group_extract(meeting: Meeting, slug: str, *, on: date) -> MinutesPaper:
    """Extract the decisions about the group with this code.

    Raises ``NothingDecided``.
    """
    decided = next(
        (each for each in decisions_of(meeting).groups if each.group.slug == slug),
        None,
    )
    those = (
        [each for kind in decided.kinds for each in kind.decisions] if decided else []
    )
    resolutions = _resolutions(those)
    group: IssueGroup | None = decided.group if decided else None
    for resolution in meeting.minutes.resolutions.all():
        of = resolution.group or meeting.series.group
        if of is not None and of.slug == slug:
            resolutions.add(resolution.pk)
            group = of
    if group is None:
        sentence = say("這次會議沒有關於小組「{slug}」的決議，請確認小組代碼。")
        raise NothingDecided(sentence.format(slug=slug))
    return minutes_extract(
        meeting,
        about=group.name,
        resolutions=resolutions,
        decided=list(_by_kind(those)),
        on=on,
    )


def _numbers(decision: Decision) -> Iterator[str]:
    """The numbers of the cases a decision is about."""
    entry = decision.entry
    for case in (entry.case, entry.merged_into, entry.split_from):
        if case is not None:
            yield case.number


def _resolutions(those: Iterable[Decision]) -> set[int]:
    return {
        each.entry.resolution_id
        for each in those
        if each.entry.resolution_id is not None
    }


def _by_kind(those: Sequence[Decision]) -> Iterator[PaperLine]:
    """The decisions counted by what was decided, in the papers' order."""
    count = 0
    for kind in KINDS:
        alike = [each for each in those if each.entry.kind == kind]
        if not alike:
            continue
        count += 1
        marker = write_marker(Level.CHINESE, count)
        yield PaperLine(1, marker, f"{kind.label}{len(alike)}案")
        for number, each in enumerate(alike, start=1):
            marker = write_marker(Level.DIGIT, number).strip()
            yield PaperLine(2, marker, _said(each, with_kind=False))


def _said(decision: Decision, *, with_kind: bool) -> str:
    """The case with its number, what was decided and what belongs to that."""
    entry = decision.entry
    said = f"{entry.case.number}{quoted(decision.name)}"
    if with_kind:
        said += f"：{entry.get_kind_display()}"
    more = []
    if entry.new_name:
        more.append(f"更名為{quoted(entry.new_name)}")
    if entry.merged_into is not None:
        more.append(f"併入{_named(entry.merged_into)}")
    if entry.split_from is not None:
        more.append(f"分自{_named(entry.split_from)}")
    is_told = entry.reason == Reason.OTHER and entry.words
    if entry.reason and not is_told:
        more.append(f"原因：{entry.get_reason_display()}")
    if entry.words:
        more.append(entry.words.rstrip("。"))
    if entry.is_inferred:
        more.append("推定")
    return f"{said}（{'；'.join(more)}）" if more else said


def _named(case: Case) -> str:
    return f"{case.number}{quoted(case.name)}"

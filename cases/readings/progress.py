"""The review of a status report: each text with its case, and what the rounds hold.

Nothing is written here. A text is proposed for the round of the paper's data date,
or, where a person asks for it, its dated parts for the rounds of their quarters.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone

from cases.desk.forms import LONGEST
from cases.models import (
    Case,
    Choice,
    ProgressUpdate,
    Reading,
    ReadProgress,
    ReportingRound,
    Standing,
)
from cases.reading.blocks import Part, cut_by_date
from cases.reading.names import Candidate, Certainty, Names
from cases.readings.progress_facts import ProgressFacts, ReportFacts, report_of
from cases.readings.progress_targets import Target, targets_of
from meetings.minutes.compose import quoted
from meetings.models import Municipality
from meetings.words import say
from platform_site.lib.roc import format_roc

Code = Standing.Code

# Municipality by its key; all jointly where it is None.
Slot = tuple[int, date, int | None]


@dataclass(frozen=True)
class Row:
    """A text that was read, whose it is, and what is doubtful about it."""

    progress: ReadProgress
    facts: ProgressFacts | None
    case: Case | None
    municipality: Municipality | None
    text: str
    candidates: Sequence[Candidate]
    certainty: str
    why: str
    parts: Sequence[Part] = ()
    targets: Sequence[Target] = ()
    doubts: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def is_open(self) -> bool:
        """Whether nobody has chosen yet."""
        return self.progress.state == Choice.OPEN

    @property
    def is_accepted(self) -> bool:
        """Whether it goes into a round."""
        return self.progress.state == Choice.ACCEPTED

    @property
    def is_clear(self) -> bool:
        """Whether it may be accepted with others, unread."""
        return self.is_open and not self.doubts

    @property
    def called(self) -> str:
        """The case's name where the paper writes another one."""
        if self.case is None or self.case.current_name == self.progress.name:
            return ""
        return self.case.current_name

    @property
    def owner(self) -> str:
        """Whose text it is."""
        return self.municipality.short_name if self.municipality else "共同填報"


@dataclass(frozen=True)
class ProgressReview:
    """A status report with all a person needs to judge it."""

    reading: Reading
    facts: ReportFacts
    names: Names
    round: ReportingRound | None
    members: Sequence[Municipality]
    rows: Sequence[Row]
    in_the_way: Sequence[str] = ()

    @property
    def open_rows(self) -> list[Row]:
        """The rows nobody has judged."""
        return [row for row in self.rows if row.is_open]

    @property
    def clear_rows(self) -> list[Row]:
        """The rows that may be accepted together."""
        return [row for row in self.rows if row.is_clear]

    @property
    def next_row(self) -> Row | None:
        """The first row that a person has to look at."""
        return next((row for row in self.open_rows if row.doubts), None)

    @property
    def accepted_rows(self) -> list[Row]:
        """The rows that go into a round."""
        return [row for row in self.rows if row.is_accepted]

    @property
    def replacing(self) -> list[tuple[Row, Target]]:
        """The accepted rows that would take the place of other words."""
        return [
            (row, target)
            for row in self.accepted_rows
            for target in row.targets
            if target.differs
        ]

    @property
    def days(self) -> list[date]:
        """The data dates that accepted rows go to."""
        return sorted(
            {target.day for row in self.accepted_rows for target in row.targets}
        )

    @property
    def stamp(self) -> str:
        """Tell this state of rows and of what they replace from every other one."""
        said = [str(self.reading.version), str(self.reading.as_of)]
        for row in self.rows:
            said.append(f"{row.progress.pk}.{row.progress.version}")
            said += [
                f"{each.held.pk}.{each.held.state}.{each.held.text}"
                for each in row.targets
                if each.held is not None
            ]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def review_progress(reading: Reading) -> ProgressReview:
    """Judge what was read as the record stands now; a constant number of queries."""
    facts = report_of(reading)
    platform = reading.platform
    names = Names.of(platform)
    read = list(
        reading.progress.select_related("municipality", "chosen_by").order_by("order")
    )
    chosen = {
        (each.group, each.name): names.case(each.case_id)
        for each in read
        if each.state == Choice.ACCEPTED
    }
    rows = [
        _proposed(_row(each, _said(facts, each), reading, names), chosen)
        for each in read
    ]
    judged = list(_judged(rows, reading))
    review = ProgressReview(
        reading=reading,
        facts=facts,
        names=names,
        round=_round_of(reading),
        members=list(platform.members.order_by("order")),
        rows=judged,
    )
    return replace(review, in_the_way=list(_in_the_way(review)))


def _round_of(reading: Reading) -> ReportingRound | None:
    if reading.as_of is None:
        return None
    rounds = ReportingRound.objects.filter(platform=reading.platform_id)
    return rounds.filter(as_of=reading.as_of).first()


def _said(facts: ReportFacts, read: ReadProgress) -> ProgressFacts | None:
    return facts.rows[read.order] if read.order < len(facts.rows) else None


def _row(
    read: ReadProgress, facts: ProgressFacts | None, reading: Reading, names: Names
) -> Row:
    """Return a row as chosen, or as its name proposes."""
    match = names.match(read.name, names.group(read.group), reading.as_of)
    case = match.case if read.state == Choice.OPEN else names.case(read.case_id)
    day = reading.as_of
    parts = cut_by_date(read.text, day.year if day else None)
    row = Row(
        progress=read,
        facts=facts,
        case=case,
        municipality=read.municipality,
        text=read.text,
        candidates=match.candidates,
        certainty=match.certainty,
        why=match.why,
        parts=parts,
    )
    if day is None:
        return row
    those = targets_of(row.text, parts if read.in_periods else None, day)
    return replace(row, targets=list(those))


def _proposed(row: Row, chosen: Mapping[tuple[str, str], Case | None]) -> Row:
    """Return an open row with the case chosen for another text of the same name."""
    case = chosen.get((row.progress.group, row.progress.name))
    if not row.is_open or row.case is not None or case is None:
        return row
    return replace(
        row, case=case, certainty=Certainty.SAME, why="同名的另一段已選定此案"
    )


# Judging ---------------------------------------------------------------------------


def _judged(rows: Sequence[Row], reading: Reading) -> Iterator[Row]:
    """Give the rows with what the rounds hold and what is doubtful; two queries."""
    held = _held(rows, reading)
    standing = _standing(reading)
    taken = Counter(
        (row.case.pk, row.municipality.pk if row.municipality else None)
        for row in rows
        if row.case is not None and row.progress.state != Choice.IGNORED
    )
    for row in rows:
        if row.case is None:
            doubts = list(_doubts(row, reading, standing))
            yield replace(row, doubts=doubts)
            continue
        owner = row.municipality.pk if row.municipality else None
        targets = [
            replace(each, held=held.get((row.case.pk, each.day, owner)))
            for each in row.targets
        ]
        judged = replace(row, targets=targets)
        doubts = list(_doubts(judged, reading, standing))
        if taken[row.case.pk, owner] > 1:
            doubts.append(row.owner + say("在這個合作案不只一段，只能接受其中一段。"))
        if _stands_beside(row.case.pk, owner, targets, held, taken):
            kind = "共同填報" if owner else "各縣市"
            doubts.append(f"這一期另有{kind}的文字，寫入後兩者並列。")
        yield replace(judged, doubts=doubts, notes=list(_notes(judged)))


def _stands_beside(
    case: int,
    owner: int | None,
    targets: Sequence[Target],
    held: Mapping[Slot, ProgressUpdate],
    taken: Mapping[tuple[int, int | None], int],
) -> bool:
    """Whether a round has words of the other kind, joint or not, the paper has not."""
    days = {each.day for each in targets}
    return any(
        other_case == case
        and day in days
        and (other is None) != (owner is None)
        and not taken.get((case, other))
        for other_case, day, other in held
    )


def _held(rows: Sequence[Row], reading: Reading) -> Mapping[Slot, ProgressUpdate]:
    """Return what the rounds hold that rows go to."""
    days = {each.day for row in rows for each in row.targets}
    updates = ProgressUpdate.objects.filter(
        round__platform=reading.platform_id,
        round__as_of__in=days,
        case__in={row.case.pk for row in rows if row.case is not None},
    ).select_related("round")
    return {
        (update.case_id, update.round.as_of, update.municipality_id): update
        for update in updates
        if update.text or update.is_unchanged
    }


def _standing(reading: Reading) -> Mapping[int, str]:
    """Return where each case stood on the data date."""
    if reading.as_of is None:
        return {}
    cases = Case.objects.filter(platform=reading.platform_id).as_of(reading.as_of)
    return {case.pk: case.standing for case in cases}


def _doubts(row: Row, reading: Reading, standing: Mapping[int, str]) -> Iterator[str]:
    if row.progress.state == Choice.IGNORED:
        return
    if row.is_open and row.certainty == Certainty.NEAR:
        first = row.candidates[0]
        yield (
            f"與 {first.case.number} {quoted(first.case.current_name)}相近"
            f"（{first.why}），請選擇是否同一案。"
        )
    elif row.is_open and row.certainty == Certainty.NONE:
        yield say("沒有這個名稱的合作案，請選擇合作案或略過。")
    if row.facts is not None and row.is_open:
        if row.facts.municipality and row.municipality is None:
            yield f"「{row.facts.municipality}」不是本平臺的成員，請選擇縣市。"
        if row.text.strip():
            yield from row.facts.doubts
    if not row.text.strip():
        yield "沒有辦理情形的文字，請補上或略過。"
    elif len(row.text) > LONGEST:
        yield f"辦理情形最多 {LONGEST} 字，目前有 {len(row.text)} 字。"
    if row.case is not None and reading.as_of is not None:
        code = standing.get(row.case.pk, "")
        if code != Code.LISTED:
            told = Code(code).label if code else "尚未登錄"
            yield f"本案在{format_roc(reading.as_of)}{told}，並未列管。"
    for target in row.targets:
        if target.is_locked:
            yield f"{format_roc(target.day)}這一期的文字已鎖定，不能取代。"


def _notes(row: Row) -> Iterator[str]:
    """Give what is settled when the texts are written, and no doubt before."""
    for target in row.targets:
        if target.is_same:
            yield f"{format_roc(target.day)}這一期已有相同的文字。"
        elif target.differs and not target.is_locked and target.held is not None:
            what = "僅空白或全形半形不同" if target.is_alike else "不同"
            yield (
                f"{format_roc(target.day)}這一期已有{what}的文字"
                f"（{target.held.get_state_display()}），寫入時勾選才取代。"
            )


def _in_the_way(review: ProgressReview) -> Iterator[str]:
    """Give what must be done before the texts can be written."""
    if review.reading.as_of is None:
        yield "請填寫資料時間。"
    elif review.reading.as_of > timezone.localdate():
        yield f"資料時間{format_roc(review.reading.as_of)}晚於今天，請更正。"
    if review.open_rows:
        yield f"尚有 {len(review.open_rows)} 段待審閱，請接受或略過。"
    if not review.accepted_rows:
        yield "還沒有接受任何一段。"
    if any(each.is_locked for row in review.accepted_rows for each in row.targets):
        yield "有已接受的段落對到已鎖定的文字，請略過該段。"

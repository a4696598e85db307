"""Checking draft minutes before they are confirmed, and confirming what passes.

Errors stop. Warnings stop too, until somebody accepts them with a word; an accepted
warning is asked again when what it is about has changed (``Finding.about``).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, models, transaction
from django.utils import timezone

from cases.desk.agenda import Agenda, agenda_of
from cases.desk.confirm import confirm_desk, lock_minutes
from cases.desk.sheet import ENDINGS, Row, Sheet, Tally, sheets_of, tally_of
from cases.ledger import LedgerConflict
from cases.models import (
    Case,
    CaseAlias,
    CountClaim,
    DraftDecision,
    LedgerEntry,
    Standing,
)
from meetings.minutes.compose import quoted
from meetings.models import (
    AcceptedWarning,
    Meeting,
    MeetingSeries,
    Minutes,
    Municipality,
    Section,
)
from meetings.words import say
from platform_site.lib.record_admin import refusal
from platform_site.lib.roc import format_roc, format_time
from platform_site.lib.text import fold

Kind = LedgerEntry.Kind
Code = Standing.Code
Counts = CountClaim.Counts

# Where something is mended: the rest of its address below the meeting's.
HEADER, ATTENDANCE, SECTIONS, REMARKS, CHECK = (
    "header/",
    "attendance/",
    "texts/sections/",
    "texts/remarks/",
    "check/",
)
# At these levels every member sends a chair.
JOINT = (MeetingSeries.Level.MAYOR, MeetingSeries.Level.VICE_MAYOR)
ABOUT = 200  # characters that an accepted warning keeps of what it is about
TOLD = 5  # names in one sentence
ALIKE = 0.8  # of 1, by difflib
SHORTEST = 6  # characters of a name that others may look like


class Severity(models.TextChoices):
    """Whether a finding may be accepted."""

    ERROR = "error", "錯誤"
    WARNING = "warning", "提醒"


@dataclass(frozen=True)
class Finding:
    """Something missing or odd; ``code`` and ``about`` tell it from all others.

    ``place`` is where it is mended, below the meeting's address at the desk.
    """

    severity: Severity
    code: str
    about: str
    sentence: str
    place: str
    accepted: AcceptedWarning | None = None

    @property
    def key(self) -> str:
        """What names it, here and in forms."""
        return f"{self.code}|{self.about}"

    @property
    def is_open(self) -> bool:
        """Whether it keeps the minutes from being confirmed."""
        return self.accepted is None


@dataclass(frozen=True)
class Report:
    """What checking found, with the sheets and the tally it looked at."""

    findings: Sequence[Finding]
    sheets: Sequence[Sheet]
    tally: Tally

    @property
    def errors(self) -> list[Finding]:
        """What must be mended."""
        return [f for f in self.findings if f.severity == Severity.ERROR]

    @property
    def warnings(self) -> list[Finding]:
        """What must be mended or accepted."""
        return [f for f in self.findings if f.severity == Severity.WARNING]

    @property
    def open_warnings(self) -> list[Finding]:
        """The warnings nobody has accepted."""
        return [f for f in self.warnings if f.is_open]

    @property
    def may_confirm(self) -> bool:
        """Whether nothing is open."""
        return not any(finding.is_open for finding in self.findings)


class NotReady(ValidationError):
    """Minutes that do not pass; the report says what is open."""

    def __init__(self, report: Report) -> None:
        super().__init__(
            f"尚有 {len(report.errors)} 項錯誤、{len(report.open_warnings)} 項未接受的提醒，"
            "會議紀錄未確認。"
        )
        self.report = report


@transaction.atomic
def confirm_checked(minutes: Minutes, *, by: AbstractBaseUser) -> list[LedgerEntry]:
    """Check and confirm draft minutes in one transaction; return the entries.

    Raises NotReady with the report, or ValidationError when they are confirmed.
    """
    minutes = lock_minutes(minutes)
    report = check(minutes)
    if not report.may_confirm:
        raise NotReady(report)
    return confirm_desk(minutes, by=by)


def check_and_try(minutes: Minutes, *, by: AbstractBaseUser) -> Report:
    """Check draft minutes, the ledger's own judgement included.

    The confirmation is carried out and taken back, so nothing it would be refused
    for stays unseen.
    """
    report = check(minutes)
    told = [finding.about for finding in report.errors]
    refused = [
        Finding(
            Severity.ERROR,
            "ledger",
            sentence[:ABOUT],
            sentence,
            _place_of(sentence, report.sheets),
        )
        for sentence in _refusals(minutes, by=by, has_errors=bool(told))
        if sentence.split("「")[0] not in told
    ]
    findings = [*report.errors, *refused, *report.warnings]
    return replace(report, findings=findings)


def check(minutes: Minutes) -> Report:
    """Check draft minutes by what stands in them; a constant number of queries."""
    meeting = minutes.meeting
    agenda = agenda_of(meeting)
    sheets = sheets_of(minutes, agenda)
    tally = tally_of(sheets)
    found = [
        *_sitting_errors(meeting),
        *_decision_errors(minutes, sheets),
        *_name_findings(meeting, sheets),
        *_sitting_warnings(meeting),
        *_series_warnings(meeting, agenda),
        *_text_warnings(minutes),
        *_waiting(meeting, sheets),
        *_claim_warnings(meeting, sheets, tally),
    ]
    accepted = {
        (each.code, each.about): each
        for each in AcceptedWarning.objects.filter(minutes=minutes).select_related(
            "accepted_by"
        )
    }
    findings = [
        replace(finding, accepted=accepted.get((finding.code, finding.about)))
        if finding.severity == Severity.WARNING
        else finding
        for finding in sorted(found, key=lambda each: each.severity != Severity.ERROR)
    ]
    return Report(findings, sheets, tally)


def accept(
    minutes: Minutes, said: Mapping[str, str], *, by: AbstractBaseUser
) -> list[AcceptedWarning]:
    """Accept warnings that stand, by their keys, each with words; all or none.

    Raises ValidationError.
    """
    if not said or not all(words.strip() for words in said.values()):
        raise ValidationError("接受提醒須說明理由。")
    with transaction.atomic():
        minutes = lock_minutes(minutes)
        standing = {finding.key: finding for finding in check(minutes).warnings}
        if not said.keys() <= standing.keys():
            raise ValidationError("有提醒已不存在，請重新檢視檢核結果。")
        accepted = []
        for key, words in said.items():
            take_back(minutes, key)
            row = AcceptedWarning(
                minutes=minutes,
                code=standing[key].code,
                about=standing[key].about,
                words=" ".join(words.split()),
                accepted_by_id=by.pk,
            )
            row.clean_fields(exclude=["accepted_at"])
            row.save(force_insert=True)
            accepted.append(row)
    return accepted


def take_back(minutes: Minutes, key: str) -> None:
    """Ask an accepted warning again. Raises ValidationError once confirmed."""
    code, _, about = key.partition("|")
    with transaction.atomic():
        minutes = lock_minutes(minutes)
        AcceptedWarning.objects.filter(minutes=minutes, code=code, about=about).delete()


# The ledger's judgement ----------------------------------------------------------


def _refusals(minutes: Minutes, *, by: AbstractBaseUser, has_errors: bool) -> list[str]:
    """Return what confirming would be refused for; nothing of it stays."""
    try:
        with transaction.atomic():
            confirm_desk(minutes, by=by)
            transaction.set_rollback(True)
    except LedgerConflict as error:
        return list(error.messages)
    except (ValidationError, DatabaseError) as error:
        if has_errors:
            return []  # said already, and better
        if isinstance(error, ValidationError | IntegrityError):
            return refusal(error)
        raise
    return []


def _place_of(sentence: str, sheets: Sequence[Sheet]) -> str:
    """Return where the case that a conflict begins with is decided."""
    number = sentence.split("「")[0]
    for sheet in sheets:
        for row in sheet.rows:
            if row.key == number or quoted(row.name) in sentence:
                return _group(sheet)
    return CHECK


def _group(sheet: Sheet) -> str:
    return f"groups/{sheet.group.slug}/"


def _error(code: str, about: str, sentence: str, place: str) -> Finding:
    return Finding(Severity.ERROR, code, about[:ABOUT], sentence, place)


def _warning(code: str, about: str, sentence: str, place: str) -> Finding:
    if len(about) > ABOUT:
        about = (
            f"{about[: ABOUT - 40]}…{hashlib.sha256(about.encode()).hexdigest()[:32]}"
        )
    return Finding(Severity.WARNING, code, about, sentence, place)


# The sitting ---------------------------------------------------------------------


def _sitting_errors(meeting: Meeting) -> Iterator[Finding]:
    day = meeting.held_on
    if meeting.state == Meeting.State.CANCELLED:
        yield _error("cancelled", "", "會議已取消，不能確認會議紀錄。", HEADER)
    if day > timezone.localdate():
        yield _error(
            "future",
            day.isoformat(),
            f"會議日期{format_roc(day)}還沒到，會議召開後才能確認。",
            HEADER,
        )
    if not meeting.chairs.exists():
        yield _error("no-chairs", "", "還沒有填主席。", HEADER)


def _sitting_warnings(meeting: Meeting) -> Iterator[Finding]:
    day = meeting.held_on
    if day.weekday() >= 5:
        yield _warning(
            "weekend",
            day.isoformat(),
            f"會議日期{format_roc(day, 'full')}是假日，請確認。",
            HEADER,
        )
    start, end = meeting.starts_at, meeting.ends_at
    for at, code, label in (
        (start, "no-start", "開始時間"),
        (end, "no-end", "散會時間"),
    ):
        if at is None:
            yield _warning(code, "", f"沒有填{label}。", HEADER)
    if start is not None and end is not None and end <= start:
        yield _warning(
            "ends-first",
            f"{start:%H:%M}-{end:%H:%M}",
            f"{format_time(end)}散會，早於{format_time(start)}開始。",
            HEADER,
        )
    if not meeting.place:
        yield _warning("no-place", "", "沒有填會議地點。", HEADER)
    if not meeting.minute_taker:
        yield _warning("no-minute-taker", "", "沒有填紀錄人員。", HEADER)
    if meeting.series.level in JOINT and meeting.series.group_id is None:
        chairs = list(meeting.chairs.all())
        for member in meeting.platform.members.order_by("order"):
            if chairs and not any(_is_of(chair, member) for chair in chairs):
                yield _warning(
                    "no-chair-of",
                    member.slug,
                    f"主席中沒有{member}的代表。",
                    HEADER,
                )


def _is_of(chair: models.Model, member: Municipality) -> bool:
    municipality = getattr(chair, "municipality_id", None)
    organization = fold(getattr(chair, "organization", ""))
    return municipality == member.pk or organization.startswith(fold(member.short_name))


def _series_warnings(meeting: Meeting, agenda: Agenda) -> Iterator[Finding]:
    """What does not fit the other meetings of the series, or of the platform."""
    others = list(
        Meeting.objects.filter(series=meeting.series_id)
        .exclude(pk=meeting.pk)
        .exclude(state=Meeting.State.CANCELLED)
        .exclude(number=None)
        .select_related("series")
    )
    number = meeting.number
    if number is not None:
        place = (meeting.roc_year or 0, number)
        for other in others:
            other_place = (other.roc_year or 0, other.number or 0)
            is_before = other_place < place
            if is_before and other.held_on > meeting.held_on:
                yield _warning(
                    "before-predecessor",
                    f"{other.slug}:{meeting.held_on}",
                    f"會議日期{format_roc(meeting.held_on)}早於"
                    f"{other.short_title}（{format_roc(other.held_on)}）。",
                    HEADER,
                )
            elif not is_before and other.held_on < meeting.held_on:
                yield _warning(
                    "after-successor",
                    f"{other.slug}:{meeting.held_on}",
                    f"會議日期{format_roc(meeting.held_on)}晚於"
                    f"{other.short_title}（{format_roc(other.held_on)}）。",
                    HEADER,
                )
        taken = {o.number for o in others if o.roc_year == meeting.roc_year}
        if number > 1 and number - 1 not in taken:
            yield _warning(
                "number-gap",
                str(number),
                f"本次為第{number}次，但沒有第{number - 1}次的會議。",
                HEADER,
            )
    later = (
        Meeting.objects.confirmed()
        .filter(platform=meeting.platform_id, held_on__gt=meeting.held_on)
        .select_related("series")
        .in_order()
    )
    if meeting.series.is_deciding:
        later = later.deciding()
        following = later.first()
        if following is not None:
            yield _warning(
                "backdated",
                following.slug,
                f"之後的{following.short_title}（{format_roc(following.held_on)}）"
                "已經確認；補登本次會議將改變其會前列管案數。",
                HEADER,
            )


# The decisions -------------------------------------------------------------------


def _decision_errors(minutes: Minutes, sheets: Sequence[Sheet]) -> Iterator[Finding]:
    decides = minutes.meeting.series.is_deciding
    on_sheets: set[int] = set()
    ended: dict[int, Kind] = {}
    for sheet in sheets:
        on_sheets |= {draft.pk for draft in sheet.drafts}
        for draft in sheet.drafts:
            if draft.case_id is not None and draft.kind in (*ENDINGS, Kind.WITHDRAW):
                ended[draft.case_id] = Kind(draft.kind)
    for sheet in sheets:
        undecided = [row for row in sheet.rows if row.is_undecided and row.is_listed]
        if decides and undecided:
            yield _error(
                "undecided",
                sheet.group.slug,
                f"{sheet.group}有 {len(undecided)} 案還沒有決定：{_names(undecided)}。",
                _group(sheet),
            )
        for row in sheet.rows:
            yield from _row_errors(sheet, row, ended)
    strays = DraftDecision.objects.filter(minutes=minutes).exclude(pk__in=on_sheets)
    for draft in strays.select_related("group", "case"):
        name = draft.case.name if draft.case else draft.name
        yield _error(
            "stray",
            f"draft-{draft.pk}",
            f"{quoted(name)}記在{draft.group}，"
            + say(
                "但這次會議的議程沒有這個小組；"
                "請更正會議日期或系列，或請系統管理者更正小組的設立年。"
            ),
            HEADER,
        )


def _row_errors(sheet: Sheet, row: Row, ended: dict[int, Kind]) -> Iterator[Finding]:
    draft = row.draft
    if draft is None:
        return
    for sentence in row.missing.values():
        yield _error(
            "incomplete", row.key, f"{_said(sheet, row)}{sentence}", _group(sheet)
        )
    if draft.kind not in row.choices:
        yield _error(
            "not-possible",
            row.key,
            f"{_said(sheet, row)}依目前的列管狀態不能「{draft.get_kind_display()}」，"
            "請重新選擇。",
            _group(sheet),
        )
    if draft.kind != Kind.MERGE:
        return
    target, new = draft.merged_into, draft.merged_into_new
    if target is not None and target.pk in ended:
        yield _error(
            "target-ends",
            row.key,
            f"{_said(sheet, row)}要併入的{quoted(row.target)}在同一次會議"
            f"「{ended[target.pk].label}」，請改併其他案件。",
            _group(sheet),
        )
    if new is not None and new.kind not in (Kind.LIST, Kind.CARRY_IN, Kind.AGREE):
        yield _error(
            "target-ends",
            row.key,
            f"{_said(sheet, row)}要併入的{quoted(new.name)}在同一次會議"
            f"「{new.get_kind_display()}」，請改併其他案件。",
            _group(sheet),
        )


def _said(sheet: Sheet, row: Row) -> str:
    return f"{sheet.group}{quoted(row.name)}："


def _names(rows: Sequence[Row]) -> str:
    told = "、".join(quoted(row.name) for row in rows[:TOLD])
    return told if len(rows) <= TOLD else f"{told}等"


def _waiting(meeting: Meeting, sheets: Sequence[Sheet]) -> Iterator[Finding]:
    """Proposals that go undecided: they may wait, but somebody should mean it."""
    if not meeting.series.is_deciding:
        return
    for sheet in sheets:
        rows = [row for row in sheet.rows if row.is_undecided and not row.is_listed]
        if rows:
            yield _warning(
                "proposals-wait",
                f"{sheet.group.slug}:{','.join(row.key for row in rows)}",
                f"{sheet.group}有 {len(rows)} 件提案沒有決定，將留待下次會議："
                f"{_names(rows)}。",
                _group(sheet),
            )


# Names ---------------------------------------------------------------------------

_MARKS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class _Known:
    """A name some case bears or bore; ``code`` where the case stands, if anywhere."""

    name: str
    number: str
    code: str


def _known_names(meeting: Meeting) -> list[_Known]:
    """Return every name of the platform's cases, current ones first."""
    platform = meeting.platform_id
    now = {
        case.pk: (case.current_name, case.standing)
        for case in Case.objects.as_of(meeting.held_on).filter(platform=platform)
    }
    rows = list(
        Case.objects.filter(platform=platform).values_list("pk", "number", "name")
    )
    number = {pk: found for pk, found, _ in rows}
    names = [(pk, now[pk][0]) for pk, _, _ in rows if pk in now]
    names += [(pk, name) for pk, _, name in rows]
    names += Standing.objects.filter(case__platform=platform).values_list(
        "case", "name"
    )
    names += CaseAlias.objects.filter(case__platform=platform).values_list(
        "case", "name"
    )
    return [
        _Known(name, number[pk], now[pk][1] if pk in now else "")
        for pk, name in dict.fromkeys(names)
    ]


def _name_findings(meeting: Meeting, sheets: Sequence[Sheet]) -> Iterator[Finding]:
    begun = [
        (sheet, row)
        for sheet in sheets
        for row in sheet.rows
        if row.draft is not None and row.draft.case_id is None
    ]
    renamed = [
        (sheet, row)
        for sheet in sheets
        for row in sheet.rows
        if row.draft is not None and row.draft.kind == Kind.RENAME
    ]
    if not begun and not renamed:
        return
    known = _known_names(meeting)
    taken: dict[str, _Known] = {}
    for each in known:
        if each.code in (Code.LISTED, Code.PROPOSED):
            taken.setdefault(fold(each.name), each)
    twice = Counter(fold(row.name) for _, row in begun)
    for sheet, row in begun:
        name = fold(row.name)
        if twice[name] > 1:
            yield _error(
                "name-twice",
                row.key,
                f"{_said(sheet, row)}同名的新案在這次會議出現兩次以上。",
                _group(sheet),
            )
        if name in taken:
            yield _error(
                "name-taken",
                row.key,
                f"{_said(sheet, row)}與目前{Code(taken[name].code).label}的"
                f"{taken[name].number}{quoted(taken[name].name)}同名。",
                _group(sheet),
            )
        else:
            yield from _alike(sheet, row, known)
    for sheet, row in renamed:
        assert row.draft is not None
        assert row.draft.case is not None
        other = taken.get(fold(row.draft.new_name))
        if other is not None and other.number != row.draft.case.number:
            yield _error(
                "name-taken",
                row.key,
                f"{_said(sheet, row)}新名稱與{other.number}{quoted(other.name)}相同。",
                _group(sheet),
            )


def _alike(sheet: Sheet, row: Row, known: Sequence[_Known]) -> Iterator[Finding]:
    """Warn of the case whose name is most like that of a new one."""
    name = fold(row.name)
    bare = _MARKS.sub("", name)
    best: tuple[float, _Known] | None = None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(name)
    for each in known:
        other = fold(each.name)
        if other == name:
            best = (1.0, each)
            break
        if bare and _MARKS.sub("", other) == bare:
            best = (1.0, each)
            continue
        if min(len(name), len(other)) < SHORTEST:
            continue
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
            continue
        ratio = matcher.ratio()
        if ratio >= ALIKE and (best is None or ratio > best[0]):
            best = (ratio, each)
    if best is not None:
        other_case = best[1]
        where = f"（{Code(other_case.code).label}）" if other_case.code else ""
        yield _warning(
            "name-alike",
            f"{name[:100]}:{other_case.number}",
            f"{_said(sheet, row)}與{other_case.number}{quoted(other_case.name)}{where}"
            "名稱相近，請確認不是同一案。",
            _group(sheet),
        )


# The texts -----------------------------------------------------------------------


def _text_warnings(minutes: Minutes) -> Iterator[Finding]:
    if not minutes.remarks.exists():
        yield _warning("no-remarks", "", "沒有主席結論或指示。", REMARKS)
    if not minutes.attendance_note and not minutes.attendance.exists():
        yield _warning("no-attendance", "", "沒有填出席單位及人員。", ATTENDANCE)
    kinds = (Section.Kind.OPENING, Section.Kind.REPORT)
    for section in minutes.sections.filter(kind__in=kinds, text=""):
        yield _warning(
            "empty-section",
            f"{section.order}:{section.heading}",
            f"「{section.heading}」沒有內容。",
            SECTIONS,
        )


# What is stated elsewhere --------------------------------------------------------


def follows(tally: Tally, counts: str) -> int:
    """Return the number of the books that a stated count is held against."""
    return {
        Counts.LISTED: tally.listed,
        Counts.DELISTED: tally.delisted,
        Counts.CONTINUED: tally.continuing,
        # 提會總案數: what was decided about, one way or another.
        Counts.TOTAL: tally.delisted + tally.continuing + tally.listed,
    }[Counts(counts)]


@dataclass(frozen=True)
class StatedCount:
    """A number that some paper states, and what the draft gives for it."""

    claim: CountClaim
    counted: int

    @property
    def differs(self) -> bool:
        """Whether the paper says otherwise."""
        return self.claim.number != self.counted


def stated_counts(
    meeting: Meeting, sheets: Sequence[Sheet], tally: Tally
) -> list[StatedCount]:
    """Hold every stated number against the draft; one query."""
    by_group = {sheet.group.pk: sheet.tally for sheet in sheets}
    return [
        StatedCount(
            claim,
            follows(
                tally
                if claim.group_id is None
                else by_group.get(claim.group_id, Tally()),
                claim.counts,
            ),
        )
        for claim in CountClaim.objects.filter(meeting=meeting).select_related("group")
    ]


def _claim_warnings(
    meeting: Meeting, sheets: Sequence[Sheet], tally: Tally
) -> Iterator[Finding]:
    if not meeting.series.is_deciding:
        return
    for stated in stated_counts(meeting, sheets, tally):
        claim, number = stated.claim, stated.counted
        if stated.differs:
            scope = claim.group or say("全部小組")
            yield _warning(
                "claim-differs",
                f"{claim.pk}:{claim.number}:{number}",
                f"{claim.get_source_display()}載{scope}{claim.get_counts_display()}"
                f" {claim.number} 案（「{claim.words}」），紀錄所計為 {number} 案。",
                CHECK,
            )

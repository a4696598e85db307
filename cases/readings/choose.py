"""What a person says to the rows of a review: accept, correct, ignore, open again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cases.desk.forms import LONGEST, tidy_line, tidy_text
from cases.models import Case, Choice, LedgerEntry, ReadDecision, ReadMinutes
from cases.readings.judge import LONGEST_NAME, Chosen, Judge, Row
from cases.readings.review import Review, review_of
from meetings.models import IssueGroup
from meetings.words import say
from platform_site.lib.text import fold

Kind = LedgerEntry.Kind

NEW = "new"
OTHER = "other"
CHOSEN = (
    "state",
    "certainty",
    "issue_group",
    "case",
    "is_new",
    "kind",
    "reason",
    "words",
    "new_name",
    "merged_into",
    "merged_into_new",
    "split_from",
    "version",
    "chosen_by",
    "chosen_at",
)
_NUMBER = re.compile(r"[A-Z]{2,4}-[0-9]{3,6}")


class ChosenMeanwhile(Exception):
    """Somebody else chose first; ``decision`` is the row as it stands."""

    def __init__(self, decision: ReadDecision) -> None:
        super().__init__(decision)
        self.decision = decision


class DraftMade(ValidationError):
    """A draft was made of the minutes meanwhile."""

    def __init__(self) -> None:
        super().__init__("這份會議紀錄已製成草稿，請在會議工作桌修改。")


def lock_read(read: ReadMinutes) -> ReadMinutes:
    """Return the minutes anew, locked until the transaction ends.

    Raises DraftMade once a draft was made of them.
    """
    locked = (
        ReadMinutes.objects.select_for_update(of=["self"])
        .select_related("reading__platform", "series__group", "series__platform")
        .get(pk=read.pk)
    )
    if locked.minutes_id is not None:
        raise DraftMade
    return locked


def locked_row(read: ReadMinutes, pk: int, version: int) -> ReadDecision:
    """Return a row, its minutes locked. Raises ChosenMeanwhile, DraftMade."""
    lock_read(read)
    decision = ReadDecision.objects.select_related(
        "chosen_by", "case", "issue_group", "merged_into", "merged_into_new"
    ).get(pk=pk, read_minutes=read)
    if decision.version != version:
        raise ChosenMeanwhile(decision)
    return decision


@transaction.atomic
def accept(
    read: ReadMinutes,
    pk: int,
    said: Mapping[str, Any],
    *,
    version: int,
    by: AbstractBaseUser,
) -> ReadDecision:
    """Accept a row as corrected. Raises ValidationError, ChosenMeanwhile."""
    decision = locked_row(read, pk, version)
    review = review_of(read)
    row = next(each for each in review.rows if each.decision.pk == pk)
    chosen = read_choice(said, row, review)
    _choose(decision, chosen, review, by, certainty=_certainty(row, chosen))
    decision.full_clean(exclude=["read_minutes", "name", "group"])
    decision.save(update_fields=list(CHOSEN))
    return decision


@transaction.atomic
def set_aside(
    read: ReadMinutes, pk: int, state: str, *, version: int, by: AbstractBaseUser
) -> ReadDecision:
    """Ignore a row, or open it again. Raises ChosenMeanwhile."""
    decision = locked_row(read, pk, version)
    decision.state = state
    if state == Choice.OPEN:
        # What was read is proposed anew.
        decision.case = decision.split_from = None
        decision.merged_into = decision.merged_into_new = None
        decision.is_new, decision.kind = False, ""
    _stamp(decision, by)
    decision.save(update_fields=list(CHOSEN))
    return decision


@transaction.atomic
def accept_clear(read: ReadMinutes, *, by: AbstractBaseUser) -> int:
    """Accept every open row without a doubt; return how many."""
    lock_read(read)
    review = review_of(read)
    decisions = []
    for row in review.clear_rows:
        _choose(row.decision, row.chosen, review, by, certainty=str(row.certainty))
        decisions.append(row.decision)
    # What is clear was judged already; the database has the last word.
    ReadDecision.objects.bulk_update(decisions, CHOSEN)
    return len(decisions)


def _certainty(row: Row, chosen: Chosen) -> str:
    if chosen.is_new:
        return ReadDecision.Certainty.NONE
    is_same = row.certainty == "same" and row.candidates[0].case == chosen.case
    return ReadDecision.Certainty.SAME if is_same else ReadDecision.Certainty.NEAR


def _choose(
    decision: ReadDecision,
    chosen: Chosen,
    review: Review,
    by: AbstractBaseUser,
    *,
    certainty: str,
) -> None:
    decision.state = Choice.ACCEPTED
    decision.certainty = certainty
    decision.issue_group = chosen.group
    decision.case, decision.is_new = chosen.case, chosen.is_new
    decision.kind, decision.reason = chosen.kind, chosen.reason
    decision.words, decision.new_name = chosen.words, chosen.new_name
    decision.merged_into, decision.merged_into_new = _target(chosen, decision, review)
    decision.split_from = chosen.split_from
    _stamp(decision, by)


def _stamp(decision: ReadDecision, by: AbstractBaseUser) -> None:
    decision.version += 1
    decision.chosen_by_id = by.pk
    decision.chosen_at = timezone.now()


# Reading what was sent -------------------------------------------------------------


def read_choice(said: Mapping[str, Any], row: Row, review: Review) -> Chosen:
    """Return what a form says about a row. Raises ValidationError, by field."""
    errors: dict[str, str] = {}
    case, is_new = _case(said, row, review, errors)
    group = case.group if case else _group(said, review, errors)
    if is_new and group is None:
        errors.setdefault("group", say("請選擇議題小組。"))
    kind = str(said.get("kind", ""))
    kinds = judge_of(review).kinds(case, is_new=is_new)
    if not errors and kind not in kinds:
        errors["kind"] = _impossible(kind, kinds)
    reason = str(said.get("reason", ""))
    if reason not in ("", *LedgerEntry.Reason.values):
        errors["reason"] = say("沒有這種解列原因，請重新選擇。")
    words = tidy_text(str(said.get("words", "")))
    if len(words) > LONGEST:
        errors["words"] = f"說明最多 {LONGEST} 字，目前有 {len(words)} 字。"
    name = tidy_line(str(said.get("new_name", "")))
    if len(name) > LONGEST_NAME:
        errors["new_name"] = f"名稱最多 {LONGEST_NAME} 字，目前有 {len(name)} 字。"
    if not name and (is_new or kind == Kind.RENAME):
        errors["new_name"] = "請填寫名稱。"
    chosen = Chosen(
        case=case,
        is_new=is_new,
        group=group,
        kind=kind,
        reason=reason if kind == Kind.DELIST else "",
        words=words,
        new_name=name if is_new or kind == Kind.RENAME else "",
        into=tidy_line(str(said.get("into", ""))) if kind == Kind.MERGE else "",
        split_from=row.chosen.split_from if is_new and kind == Kind.LIST else None,
    )
    if kind == Kind.MERGE and not errors:
        into, new = _target(chosen, row.decision, review)
        if into is None and new is None:
            errors["into"] = "請填寫併入的列管案件（案號或名稱）或本次新案名稱。"
        elif into is not None and into == case:
            errors["into"] = say("合作案不能併入自己。")
    if errors:
        raise ValidationError(dict(errors))
    return chosen


def judge_of(review: Review) -> Judge:
    """Return the judge of a review, to ask what else is possible."""
    return Judge(review.read, review.known.names, review.agenda)


def _impossible(kind: str, kinds: Sequence[str]) -> str:
    if not kind:
        return "請選擇決定。"
    if not kinds:
        return say("這個合作案目前不在這次會議的議程，不能作決定；請改選或略過。")
    can = "、".join(str(Kind(each).label) for each in kinds)
    return say("這個合作案在這次會議只能：") + f"{can}。"


def _case(
    said: Mapping[str, Any], row: Row, review: Review, errors: dict[str, str]
) -> tuple[Case | None, bool]:
    choice = str(said.get("case", ""))
    if choice == NEW:
        return None, True
    typed = tidy_line(str(said.get("other", ""))) if choice == OTHER else choice
    if not typed:
        errors["case"] = say("請選擇合作案，或列為新案。")
        return None, False
    case = find_case(typed, review)
    if case is None:
        errors["case"] = f"找不到「{typed[:60]}」，請填本平臺的案號或案名。"
    return case, False


def find_case(typed: str, review: Review) -> Case | None:
    """Return the platform's case of this number, or of this very name."""
    number = _NUMBER.match(typed)
    if number is not None:
        found = (
            Case.objects.filter(
                platform=review.read.reading.platform_id, number=number[0]
            )
            .select_related("group")
            .first()
        )
        if found is not None:
            return found
    match = review.known.names.match(typed, None, review.read.held_on)
    return match.case


def _group(
    said: Mapping[str, Any], review: Review, errors: dict[str, str]
) -> IssueGroup | None:
    slug = str(said.get("group", ""))
    if not slug:
        return None
    group = IssueGroup.objects.filter(
        platform=review.read.reading.platform_id, slug=slug
    ).first()
    if group is None:
        errors["group"] = say("沒有這個議題小組，請重新選擇。")
    return group


def _target(
    chosen: Chosen, decision: ReadDecision, review: Review
) -> tuple[Case | None, ReadDecision | None]:
    """Return what a merged case goes into: a tracked one, or one of this paper."""
    if chosen.kind != Kind.MERGE or not chosen.into:
        return None, None
    for row in review.rows:
        name = row.chosen.new_name
        if (
            row.chosen.is_new
            and row.decision.pk != decision.pk
            and fold(name) == fold(chosen.into)
        ):
            return None, row.decision
    return find_case(chosen.into, review), None


# The header ------------------------------------------------------------------------


class SavedMeanwhile(Exception):
    """Somebody else saved the header first; ``read`` is as it stands."""

    def __init__(self, read: ReadMinutes) -> None:
        super().__init__(read)
        self.read = read


HEADER = (
    "series",
    "title",
    "number",
    "roc_year",
    "held_on",
    "starts_at",
    "ends_at",
    "place",
    "host",
    "minute_taker",
    "chairs",
)


@transaction.atomic
def save_header(
    read: ReadMinutes, said: Mapping[str, Any], *, version: int, by: AbstractBaseUser
) -> ReadMinutes:
    """Write a corrected header. Raises SavedMeanwhile, DraftMade."""
    locked = lock_read(read)
    if all(getattr(locked, name) == said[name] for name in HEADER):
        return locked
    if locked.version != version:
        raise SavedMeanwhile(locked)
    for name in HEADER:
        setattr(locked, name, said[name])
    locked.version += 1
    locked.saved_by_id = by.pk
    locked.saved_at = timezone.now()
    locked.save(update_fields=[*HEADER, "version", "saved_by", "saved_at"])
    return locked


@transaction.atomic
def put_aside(read: ReadMinutes, *, is_ignored: bool, by: AbstractBaseUser) -> None:
    """Put the minutes of a paper aside, or take them up again."""
    locked = lock_read(read)
    if locked.is_ignored == is_ignored:
        return
    locked.is_ignored = is_ignored
    locked.version += 1
    locked.saved_by_id = by.pk
    locked.saved_at = timezone.now()
    locked.save(update_fields=["is_ignored", "version", "saved_by", "saved_at"])


def differences(
    mine: Sequence[tuple[str, str]], theirs: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    """Give label, own and other words of what two clerks left differently."""
    other = dict(theirs)
    for label, words in mine:
        if other.get(label, "") != words:
            yield label, words, other.get(label, "")

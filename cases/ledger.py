"""The ledger: the only way in, and what the entries say.

Rules 1 to 5 of the ledger stand in the database (migration 0003); this module
posts entries and puts the database's refusals into words a clerk understands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction

from cases.models import Case, LedgerEntry
from meetings.minutes.confirm import confirm_minutes
from meetings.models import Erratum, IssueGroup, Minutes
from meetings.words import say, say_later
from platform_site.lib.roc import format_roc

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

PROBLEMS = {
    "not_deciding": say_later("列管與解列須由決定列管的會議決議"),
    "already_ended": "案件已經結束",
    "not_listed": "案件當時未在列管中",
    "already_listed": "案件當時已在列管中",
    "was_listed": "案件曾經列管，應以「重新列管」辦理",
    "never_listed": "案件從未列管，應以「同意新增」辦理",
    "not_current": "案件當時未提案或已結束",
    "not_proposed": "案件當時不在提案中",
    "target_ended": "併入的案件當時未提案或已結束",
    "no_split": "所分自的案件在同一會議未決定分案",
    "just_listed": "同一次會議才新增的案件不得同時結束列管",
    "split_into_nothing": "分案後沒有新增的案件",
}


# What no person types: filled in below, or judged by a constraint in its own words.
NOT_TYPED = {
    field.name
    for field in LedgerEntry._meta.fields
    if field.is_relation
    or field.name in {"kind", "reason", "sequence", "decided_on", "recorded_at"}
}


class LedgerConflict(ValidationError):
    """Entries that would make the ledger illegal; one message per conflict."""


@transaction.atomic
def register_case(case: Case) -> Case:
    """Save a new case and return it, numbered next in its group if it has no number.

    Numbers run per group prefix, are never used twice and do not close gaps
    (cases cannot be deleted). Raises ValidationError.
    """
    # Lock the group: two clerks must not be given the same number.
    group = IssueGroup.objects.select_for_update().get(pk=case.group_id)
    if not case.number:
        last = (
            Case.objects.filter(
                platform_id=case.platform_id, number__startswith=f"{group.case_prefix}-"
            )
            .order_by("-number")
            .values_list("number", flat=True)
        )
        taken = max((int(number.rpartition("-")[2]) for number in last), default=0)
        case.number = f"{group.case_prefix}-{taken + 1:03d}"
    case.full_clean()
    case.save(force_insert=True)
    return case


@transaction.atomic
def confirm_and_post(
    minutes: Minutes, entries: Sequence[LedgerEntry], *, by: AbstractBaseUser
) -> list[LedgerEntry]:
    """Confirm ``minutes`` and post all decisions of the meeting, or none.

    ``entries`` are unsaved and in the order decided; meeting, sequence and who
    recorded them are filled in here. Returns the posted entries. Raises
    LedgerConflict with every conflict found, or ValidationError for a field.
    """
    minutes = confirm_minutes(minutes, by=by)
    return _post(minutes, entries, erratum=None, by=by)


@transaction.atomic
def post_erratum(
    erratum: Erratum,
    entries: Sequence[LedgerEntry],
    *,
    by: AbstractBaseUser,
) -> list[LedgerEntry]:
    """Record ``erratum`` with the entries that mend the ledger, all or none.

    An entry with ``corrects`` takes the place of the wrong one (kind ``void``
    strikes it out and puts nothing there); one without adds what was left out.
    Raises LedgerConflict or ValidationError.
    """
    erratum.recorded_by_id = by.pk
    erratum.full_clean(exclude=["recorded_at"])
    try:
        with transaction.atomic():
            erratum.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError(_refusal(error)) from error
    return _post(erratum.minutes, entries, erratum=erratum, by=by)


def _post(
    minutes: Minutes,
    entries: Sequence[LedgerEntry],
    *,
    erratum: Erratum | None,
    by: AbstractBaseUser,
) -> list[LedgerEntry]:
    touched = {
        pk
        for entry in entries
        for pk in (entry.case_id, entry.merged_into_id, entry.split_from_id)
        if pk is not None
    }
    # Lock the cases in one order: meetings posted at once wait, not deadlock.
    list(
        Case.objects.select_for_update()
        .filter(pk__in=touched)
        .order_by("pk")
        .values_list("pk")
    )
    taken = LedgerEntry.objects.filter(meeting=minutes.meeting).count()
    for sequence, entry in enumerate(entries, start=taken + 1):
        entry.meeting = minutes.meeting
        entry.decided_on = minutes.meeting.held_on
        entry.sequence = sequence
        entry.erratum = erratum
        entry.recorded_by_id = by.pk
        entry.clean_fields(exclude=NOT_TYPED)
    try:
        with transaction.atomic():
            LedgerEntry.objects.bulk_create(entries)
    except IntegrityError as error:
        raise ValidationError(_refusal(error)) from error
    except DataError as error:
        raise ValidationError(
            say("決定、解列原因或文字無法儲存，請檢查內容。")
        ) from error
    _judge({entry.case_id for entry in entries})
    return list(entries)


def _refusal(error: IntegrityError) -> str:
    """Return the sentence for what the database refused."""
    diagnosis = getattr(error.__cause__, "diag", None)
    messages = {
        constraint.name: str(constraint.violation_error_message)
        for constraint in LedgerEntry._meta.constraints
    }
    messages["cases_ledgerentry_corrects_id_key"] = (
        "這筆紀錄已經更正過，請更正最新的一筆。"
    )
    name = getattr(diagnosis, "constraint_name", None)
    stated = getattr(diagnosis, "message_primary", None)
    return messages.get(name or "") or say(stated or str(error))


def _judge(cases: Iterable[int]) -> None:
    """Raise LedgerConflict for what is wrong with these cases, else settle them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT p.entry_id, p.problem FROM unnest(%s::bigint[]) c,"
            " LATERAL ledger_problems(c) p",
            [sorted(cases)],
        )
        found: list[tuple[int, str]] = cursor.fetchall()
        # Of several problems with one entry the first of the list is told.
        found.sort(key=lambda row: list(PROBLEMS).index(row[1]), reverse=True)
        problems = dict(found)
        if problems:
            raise LedgerConflict(_sentences(problems))
        # Settle now rather than at commit, so that what follows reads the result.
        cursor.execute("SET CONSTRAINTS ledger_settle IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ledger_settle DEFERRED")


def _sentences(problems: dict[int, str]) -> list[str]:
    """Return one sentence a conflict, in the order of the meetings."""
    entries = (
        LedgerEntry.objects.filter(pk__in=problems)
        .select_related("case", "meeting__series")
        .in_order()
    )
    return [
        f"{entry.case.number}「{entry.case.name}」："
        f"{format_roc(entry.decided_on)}{entry.meeting.short_title}"
        f"「{entry.get_kind_display()}」不成立，{PROBLEMS[problems[entry.pk]]}。"
        for entry in entries
    ]

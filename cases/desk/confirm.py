"""Confirming minutes from the desk: drafts become resolutions, claims and entries."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction

from cases.desk.agenda import agenda_of
from cases.desk.sheet import Point, Sheet, sheets_of, tally_of
from cases.ledger import confirm_and_post, register_case
from cases.models import Case, CountClaim, DraftDecision, LedgerEntry, Participant
from meetings.models import Meeting, Minutes, Resolution

Kind = LedgerEntry.Kind


@transaction.atomic
def confirm_desk(minutes: Minutes, *, by: AbstractBaseUser) -> list[LedgerEntry]:
    """Confirm draft minutes with all that was taken down; return the entries.

    Names without a number are registered as cases, the groups' resolutions are
    worded, what they count is kept as claims, and one entry is posted for each
    draft; or nothing happens. Raises ValidationError or LedgerConflict.
    """
    minutes = (
        Minutes.objects.select_for_update(of=["self"])
        .select_related("meeting__series__group", "meeting__platform")
        .get(pk=minutes.pk)
    )
    if minutes.state == Minutes.State.CONFIRMED:
        raise ValidationError("這份會議紀錄已經確認。")
    meeting = minutes.meeting
    if meeting.state == Meeting.State.PLANNED:
        meeting.state = Meeting.State.HELD
        meeting.save(update_fields=["state"])
    sheets = sheets_of(minutes, agenda_of(meeting))
    cases = _register(meeting, sheets)
    entries: list[LedgerEntry] = []
    order = minutes.resolutions.count()
    for sheet in sheets:
        worded: set[int] = set()
        for point in sheet.points:
            order += 1
            resolution = Resolution.objects.create(
                minutes=minutes, group=sheet.group, order=order, text=point.text
            )
            _claim(meeting, sheet, point)
            entries += [
                entry
                for draft in point.drafts
                if draft.pk not in worded
                for entry in _entries(draft, cases, resolution)
            ]
            worded |= {draft.pk for draft in point.drafts}
    if meeting.series.is_deciding:
        _claim_totals(meeting, sheets)
    # Entries keep a case's beginning before what refers to it.
    DraftDecision.objects.filter(minutes=minutes).delete()
    return confirm_and_post(minutes, entries, by=by)


def _register(meeting: Meeting, sheets: Sequence[Sheet]) -> dict[int, Case]:
    """Return the case of each draft by the draft's key, registered now if new."""
    cases: dict[int, Case] = {}
    for sheet in sheets:
        for draft in sheet.drafts:
            if draft.case is not None:
                cases[draft.pk] = draft.case
                continue
            case = register_case(
                Case(
                    platform=meeting.platform,
                    group=sheet.group,
                    name=draft.name,
                    origin_meeting=meeting,
                    origin=Case.Origin.CASE
                    if draft.split_from_id
                    else Case.Origin.PLATFORM,
                )
            )
            if draft.lead is not None:
                Participant.objects.create(
                    case=case, municipality=draft.lead, is_lead=True
                )
            cases[draft.pk] = case
    return cases


def _entries(
    draft: DraftDecision, cases: dict[int, Case], resolution: Resolution
) -> list[LedgerEntry]:
    """Return the entries of a draft: one, or two where a case goes on renamed."""
    into = draft.merged_into
    if draft.merged_into_new_id is not None:
        into = cases[draft.merged_into_new_id]
    entry = LedgerEntry(
        case=cases[draft.pk],
        kind=draft.kind,
        resolution=resolution,
        reason=draft.reason if draft.kind == Kind.DELIST else "",
        words=draft.words,
        new_name=draft.new_name if draft.kind == Kind.RENAME else "",
        merged_into=into if draft.kind == Kind.MERGE else None,
        split_from=draft.split_from,
    )
    if draft.kind != Kind.RENAME:
        return [entry]
    stays = LedgerEntry(case=entry.case, kind=Kind.CONTINUE, resolution=resolution)
    return [entry, stays]


def _claim(meeting: Meeting, sheet: Sheet, point: Point) -> None:
    """Keep what the paper states, to be held against the ledger ever after."""
    if point.counts:
        CountClaim.objects.create(
            meeting=meeting,
            group=sheet.group,
            counts=point.counts,
            number=point.number,
            words=point.text[:200],
        )


def _claim_totals(meeting: Meeting, sheets: Sequence[Sheet]) -> None:
    tally = tally_of(sheets)
    delist = meeting.platform.delist_word
    for counts, number, words in (
        ("delisted", tally.delisted, f"同意{delist}{tally.delisted}案"),
        ("listed", tally.listed, f"新增{tally.listed}案"),
        ("continued", tally.continuing, f"確認執行中{tally.continuing}案"),
    ):
        CountClaim.objects.create(
            meeting=meeting, counts=counts, number=number, words=words
        )

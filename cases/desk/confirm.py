"""Confirming minutes from the desk: drafts become resolutions, claims and entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from cases.desk.agenda import agenda_of
from cases.desk.sheet import Point, Sheet, sheets_of, tally_of
from cases.ledger import confirm_and_post, register_case
from cases.models import Case, CountClaim, DraftDecision, LedgerEntry, Participant
from cases.proposals.deciding import settle
from meetings.minutes.compose import enumeration
from meetings.models import (
    IssueGroup,
    Meeting,
    Minutes,
    Motion,
    Platform,
    Resolution,
)

Kind = LedgerEntry.Kind
# Counts that the paper states, by group and what is counted.
Stated = Set[tuple[int | None, str]]


@transaction.atomic
def confirm_desk(minutes: Minutes, *, by: AbstractBaseUser) -> list[LedgerEntry]:
    """Confirm draft minutes with all that was taken down; return the entries.

    Names without a number are registered as cases, the groups' resolutions are
    worded, what they count is kept as claims, and one entry is posted for each
    draft; or nothing happens. Raises ValidationError or LedgerConflict.
    """
    minutes = lock_minutes(minutes)
    meeting = minutes.meeting
    if meeting.state == Meeting.State.PLANNED:
        meeting.state = Meeting.State.HELD
        meeting.save(update_fields=["state"])
    sheets = sheets_of(minutes, agenda_of(meeting))
    _refuse_incomplete(sheets)
    cases = _register(meeting, sheets)
    stated = _stated_by_paper(minutes)
    entries: list[LedgerEntry] = []
    numbered = minutes.resolutions.aggregate(last=Max("order"))
    order = numbered["last"] or 0
    for sheet in sheets:
        worded: set[int] = set()
        for point in sheet.points:
            order += 1
            resolution = Resolution.objects.create(
                minutes=minutes, group=sheet.group, order=order, text=point.text
            )
            _claim(meeting, sheet, point, stated)
            entries += [
                entry
                for draft in point.drafts
                if draft.pk not in worded and not _is_put_off(draft)
                for entry in _entries(draft, cases, resolution)
            ]
            worded |= {draft.pk for draft in point.drafts}
    if meeting.series.is_deciding:
        _claim_totals(meeting, sheets, stated)
    _refuse_unworded(minutes, {entry.case_id for entry in entries}, cases)
    # Entries keep a case's beginning before what refers to it.
    DraftDecision.objects.filter(minutes=minutes).delete()
    posted = confirm_and_post(minutes, entries, by=by)
    for sheet in sheets:
        for draft in sheet.drafts:
            if draft.proposal is not None:
                case = cases.get(draft.pk)
                settle(draft.proposal, case, meeting, words=draft.words, by=by)
    return posted


def _is_put_off(draft: DraftDecision) -> bool:
    """Whether a form stays a proposal: what is put off is no case yet."""
    return draft.proposal is not None and draft.kind == Kind.DEFER


def lock_minutes(minutes: Minutes) -> Minutes:
    """Return draft minutes anew, locked with their platform until the transaction ends.

    Of two meetings of a platform one is confirmed after the other, so that neither
    counts by a list that the other is changing. Raises ValidationError when they
    are confirmed already.
    """
    platform = Platform.objects.filter(meetings__minutes=minutes.pk)
    platform.select_for_update(no_key=True, of=["self"]).get()
    minutes = (
        Minutes.objects.select_for_update(of=["self"])
        .select_related("meeting__series__group", "meeting__platform")
        .get(pk=minutes.pk)
    )
    if minutes.state == Minutes.State.CONFIRMED:
        raise ValidationError("這份會議紀錄已經確認。")
    return minutes


def _refuse_unworded(
    minutes: Minutes, posted: set[int], cases: dict[int, Case]
) -> None:
    """Refuse to drop in silence what was taken down and stands under no resolution."""
    drafts = DraftDecision.objects.filter(minutes=minutes).select_related("case")
    lost = [
        draft.case.name if draft.case else draft.name
        for draft in drafts
        if not _is_put_off(draft)
        and (draft.pk not in cases or cases[draft.pk].pk not in posted)
    ]
    if lost:
        raise ValidationError(
            f"{enumeration(lost)}沒有列入任何一組的決議，請回各組決議檢查。"
        )


def _refuse_incomplete(sheets: Sequence[Sheet]) -> None:
    lacking = [
        f"{sheet.group}「{row.name}」：{sentence}"
        for sheet in sheets
        for row in sheet.incomplete
        for sentence in row.missing.values()
    ]
    if lacking:
        raise ValidationError(lacking)


def _register(meeting: Meeting, sheets: Sequence[Sheet]) -> dict[int, Case]:
    """Return the case of each draft by the draft's key, registered now if new."""
    cases: dict[int, Case] = {}
    for sheet in sheets:
        for draft in sheet.drafts:
            if draft.case is not None:
                cases[draft.pk] = draft.case
                continue
            if _is_put_off(draft):
                continue
            motion = draft.proposal.came_from_motion if draft.proposal else None
            case = register_case(
                Case(
                    platform=meeting.platform,
                    group=sheet.group,
                    name=draft.name,
                    origin_meeting=motion.minutes.meeting if motion else meeting,
                    origin_motion=motion,
                    origin=_origin(draft, motion),
                )
            )
            Participant.objects.bulk_create(_participants(draft, case))
            cases[draft.pk] = case
    return cases


def _origin(draft: DraftDecision, motion: Motion | None) -> Case.Origin:
    if motion is not None:
        return Case.Origin.MOTION
    return Case.Origin.CASE if draft.split_from_id else Case.Origin.PLATFORM


def _participants(draft: DraftDecision, case: Case) -> Iterator[Participant]:
    """Give who takes part: the lead, and whom the form names beside it."""
    if draft.lead is not None:
        form = draft.proposal
        proposes = form is not None and form.municipality_id == draft.lead_id
        yield Participant(
            case=case,
            municipality=draft.lead,
            agency_id=form.agency_id if form is not None and proposes else None,
            is_lead=True,
        )
    for partner in draft.proposal.partners if draft.proposal else ():
        if partner != draft.lead_id:
            yield Participant(case=case, municipality_id=partner)


def _entries(
    draft: DraftDecision, cases: dict[int, Case], resolution: Resolution
) -> list[LedgerEntry]:
    """Return the entries of a draft: one, or two.

    A case goes on renamed; one that was tracked without a record is carried in
    before it is delisted.
    """
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
    if draft.kind == Kind.DELIST and draft.case_id is None:
        tracked = LedgerEntry(
            case=entry.case, kind=Kind.CARRY_IN, resolution=resolution
        )
        return [tracked, entry]
    if draft.kind != Kind.RENAME:
        return [entry]
    stays = LedgerEntry(case=entry.case, kind=Kind.CONTINUE, resolution=resolution)
    return [entry, stays]


def _stated_by_paper(minutes: Minutes) -> Stated:
    """Return what the paper itself states, where the minutes were read from one."""
    claims = CountClaim.objects.filter(
        meeting__minutes__read_from__minutes=minutes,
        meeting=minutes.meeting,
        source=CountClaim.Source.MINUTES,
        definition="",
    )
    return set(claims.values_list("group_id", "counts"))


def _claim(meeting: Meeting, sheet: Sheet, point: Point, stated: Stated) -> None:
    """Keep what the paper states, to be held against the ledger ever after."""
    if point.counts:
        _state(meeting, sheet.group, point.counts, point.number, point.text, stated)


def _claim_totals(meeting: Meeting, sheets: Sequence[Sheet], stated: Stated) -> None:
    tally = tally_of(sheets)
    delist = meeting.platform.delist_word
    for counts, number, words in (
        ("delisted", tally.delisted, f"同意{delist}{tally.delisted}案"),
        ("listed", tally.listed, f"新增{tally.listed}案"),
        ("continued", tally.continuing, f"確認執行中{tally.continuing}案"),
    ):
        _state(meeting, None, counts, number, words, stated)


def _state(
    meeting: Meeting,
    group: IssueGroup | None,
    counts: str,
    number: int,
    words: str,
    stated: Stated,
) -> None:
    """Keep a count of the minutes; one taken down before gives way to it.

    What the paper states that the minutes were read from stays.
    """
    if (group.pk if group else None, counts) in stated:
        return
    CountClaim.objects.update_or_create(
        meeting=meeting,
        group=group,
        counts=counts,
        source=CountClaim.Source.MINUTES,
        definition="",
        defaults={"number": number, "words": words[:200]},
    )

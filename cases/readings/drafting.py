"""Making a draft at the minutes desk of what was read and accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cases.models import (
    Case,
    CountClaim,
    DraftDecision,
    LedgerEntry,
    ReadDecision,
    ReadMinutes,
)
from cases.readings.choose import lock_read
from cases.readings.review import Review, review_of
from cases.readings.texts import Draft, write_texts
from meetings.minutes.next_meeting import begin_meeting
from meetings.models import (
    Chair,
    DraftPart,
    Meeting,
    Minutes,
    MinutesFile,
)

Kind = LedgerEntry.Kind


class ChangedMeanwhile(Exception):
    """The review is not what the page showed when the draft was asked for."""


@transaction.atomic
def make_draft(
    read: ReadMinutes,
    *,
    rest: Collection[str],
    stamp: str,
    by: AbstractBaseUser,
    is_own: bool = False,
) -> Draft:
    """Make the draft: header, chairs, texts, decisions and the file itself, or nothing.

    ``rest`` are the codes of the groups whose tracked cases that the paper does not
    name stay tracked, ``stamp`` the state of the review that was looked at; ``is_own``
    says that a paper which names another platform is of this one. Raises
    ValidationError, ChangedMeanwhile, DraftMade.
    """
    read = lock_read(read)
    review = review_of(read)
    if review.stamp != stamp:
        raise ChangedMeanwhile
    if not review.may_draft:
        raise ValidationError(list(review.in_the_way))
    if review.is_foreign and not is_own:
        raise ValidationError("文件載明是別的平臺，請先勾選確認這份文件屬於本平臺。")
    minutes = _begin(read, review, by)
    draft = Draft(minutes)
    write_texts(draft, review)
    _write_decisions(minutes, review, rest)
    _write_claims(minutes.meeting, review)
    _attach(minutes, read)
    _count_versions(minutes, by)
    read.minutes = minutes
    read.version += 1
    read.saved_by_id = by.pk
    read.saved_at = timezone.now()
    read.save(update_fields=["minutes", "version", "saved_by", "saved_at"])
    return draft


def _begin(read: ReadMinutes, review: Review, by: AbstractBaseUser) -> Minutes:
    """Return the draft minutes, with header and chairs as reviewed."""
    assert read.series is not None
    assert read.held_on is not None
    meeting = review.meeting
    if meeting is None or meeting.pk is None:
        meeting = begin_meeting(
            read.series,
            number=read.number,
            roc_year=read.roc_year,
            title=read.title,
            held_on=read.held_on,
        )
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    minutes, _ = Minutes.objects.get_or_create(meeting=meeting)
    for name in (
        "title",
        "held_on",
        "starts_at",
        "ends_at",
        "place",
        "host",
        "minute_taker",
    ):
        setattr(meeting, name, getattr(read, name))
    meeting.full_clean()
    meeting.save(
        update_fields=[
            "title",
            "held_on",
            "starts_at",
            "ends_at",
            "place",
            "host",
            "minute_taker",
        ]
    )
    meeting.chairs.all().delete()
    Chair.objects.bulk_create(
        Chair(
            meeting=meeting,
            order=order,
            name=chair["name"],
            title=chair["title"],
            organization=chair["organization"],
            municipality=review.known.member_of(chair["organization"]),
        )
        for order, chair in enumerate(
            (each for each in read.chairs if each["name"]), start=1
        )
    )
    return minutes


# Decisions -------------------------------------------------------------------------


def _write_decisions(minutes: Minutes, review: Review, rest: Collection[str]) -> None:
    accepted = [row.decision for row in review.accepted_rows]
    split = Counter(each.split_from_id for each in accepted) - Counter([None])
    drafts = [
        DraftDecision(minutes=minutes, order=order, **_fields(each, split))
        for order, each in enumerate(accepted, start=1)
    ]
    DraftDecision.objects.bulk_create(drafts)
    made = {each.pk: draft for each, draft in zip(accepted, drafts, strict=True)}
    merged = []
    for each in accepted:
        if each.merged_into_new_id in made:
            made[each.pk].merged_into_new = made[each.merged_into_new_id]
            merged.append(made[each.pk])
    DraftDecision.objects.bulk_update(merged, ["merged_into_new"])
    _end_split(minutes, review, split)
    DraftDecision.objects.bulk_create(
        DraftDecision(
            minutes=minutes, group=count.group, case=each.case, kind=Kind.CONTINUE
        )
        for count in review.counts
        if count.group is not None and count.group.slug in rest
        for each in count.rest
        if each.case.pk not in split or split[each.case.pk] < 2
    )


def _end_split(
    minutes: Minutes, review: Review, split: Mapping[int | None, int]
) -> None:
    """End the cases that two or more accepted ones were split from."""
    decided = {row.decision.case_id for row in review.accepted_rows}
    for case in Case.objects.filter(
        pk__in=[key for key, count in split.items() if count > 1 and key not in decided]
    ).select_related("group"):
        DraftDecision.objects.create(
            minutes=minutes, group=case.group, case=case, kind=Kind.SPLIT
        )


def _fields(decision: ReadDecision, split: Mapping[int | None, int]) -> dict[str, Any]:
    is_renamed = decision.kind == Kind.RENAME
    is_split = split.get(decision.split_from_id, 0) > 1
    return {
        "group": decision.issue_group,
        "case": decision.case,
        "name": decision.new_name if decision.is_new else "",
        "kind": decision.kind,
        "reason": decision.reason if decision.kind == Kind.DELIST else "",
        "words": decision.words,
        "new_name": decision.new_name if is_renamed else "",
        "merged_into": decision.merged_into,
        "split_from": decision.split_from if is_split else None,
    }


def _write_claims(meeting: Meeting, review: Review) -> None:
    """Keep what the paper states; checking holds it against what follows."""
    if not review.decides:
        return
    for claim in review.facts.claims:
        group = review.known.names.group(claim.group) if claim.group else None
        if claim.group and group is None:
            continue
        label = CountClaim.Counts(claim.counts).label
        CountClaim.objects.update_or_create(
            meeting=meeting,
            group=group,
            counts=claim.counts,
            source=CountClaim.Source.MINUTES,
            definition="",
            defaults={
                "number": claim.number,
                "words": claim.words
                if 0 < len(claim.words) <= 200
                else f"{label}{claim.number}案",
            },
        )


def _attach(minutes: Minutes, read: ReadMinutes) -> None:
    """Attach the file byte for byte, with its checksum."""
    reading = read.reading
    MinutesFile.objects.get_or_create(
        minutes=minutes,
        kind=MinutesFile.Kind.SOURCE,
        sha256=reading.sha256,
        defaults={
            "name": reading.name,
            "media_type": reading.media_type,
            "content": bytes(reading.content),
            "size": reading.size,
            "uploaded_by_id": reading.uploaded_by_id,
        },
    )


def _count_versions(minutes: Minutes, by: AbstractBaseUser) -> None:
    """Let forms that were opened before be stopped, as after any other save."""
    groups: Sequence[str] = sorted(
        {f"group:{draft.group.slug}" for draft in
         minutes.draft_decisions.select_related("group")}
    )  # fmt: skip
    for part in ("header", "sections", "resolutions", "motions", "remarks",
                 "attachments", *groups):  # fmt: skip
        saved, _ = DraftPart.objects.get_or_create(minutes=minutes, part=part)
        saved.version += 1
        saved.saved_by_id, saved.saved_at = by.pk, timezone.now()
        saved.save(update_fields=["version", "saved_by", "saved_at"])

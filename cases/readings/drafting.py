"""Making a draft at the minutes desk of what was read and accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from cases.readings.result import MinutesFacts, MotionFacts, RemarkFacts
from cases.readings.review import Review, review_of
from meetings.minutes.next_meeting import begin_meeting
from meetings.models import (
    Attachment,
    Chair,
    DraftPart,
    Meeting,
    Minutes,
    MinutesFile,
    Motion,
    Remark,
    Resolution,
    Section,
)
from meetings.reading.labels import kind_of
from platform_site.lib.numbering import read_outline, to_chinese
from platform_site.lib.text import fold

Kind = LedgerEntry.Kind

# Sections whose text stands nowhere else in a draft.
TELLING = (Section.Kind.OPENING, Section.Kind.REPORT)
LONGEST = 50_000


class ChangedMeanwhile(Exception):
    """The review is not what the page showed when the draft was asked for."""


@dataclass
class Draft:
    """A draft that was made; ``left_out`` are the texts no field could hold."""

    minutes: Minutes
    left_out: list[str] = field(default_factory=list)


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
    _write_texts(draft, review)
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
        for order, chair in enumerate(read.chairs, start=1)
    )
    return minutes


# Texts -----------------------------------------------------------------------------


def _write_texts(draft: Draft, review: Review) -> None:
    minutes, facts = draft.minutes, review.facts
    minutes.sections.all().delete()
    _write(minutes, _sections(draft, facts))
    _write(minutes, _remarks(draft, review))
    _write(minutes, _motions(draft, facts))
    _write(minutes, _attachments(draft, facts))
    _write(minutes, _resolutions(draft, facts))
    note = _attendance_note(facts)
    if note:
        minutes.attendance_note = note
        minutes.save(update_fields=["attendance_note"])


def _write(minutes: Minutes, rows: Iterator[Any]) -> None:
    """Write rows of one kind in their order."""
    numbered = list(rows)
    for order, row in enumerate(numbered, start=1):
        row.minutes, row.order = minutes, order
    if numbered:
        type(numbered[0]).objects.bulk_create(numbered)


def _fits(draft: Draft, label: str, text: str, *limits: tuple[str, int]) -> bool:
    """Whether the text and the short texts fit their fields; if not it is told."""
    if len(text) <= LONGEST and all(len(short) <= most for short, most in limits):
        return True
    draft.left_out.append(f"{label}「{text[:30]}…」過長，未帶入草稿。")
    return False


def section_kind(kind: str, heading: str) -> str | None:
    """Return the kind of section of a heading; none for the minute-taker's line."""
    kind = kind or kind_of(fold(heading))
    if kind == "recorder" or fold(heading) in ("紀錄", "記錄"):
        return None
    return kind if kind in Section.Kind.values else Section.Kind.REPORT


def _sections(draft: Draft, facts: MinutesFacts) -> Iterator[Section]:
    for said in facts.sections:
        kind = section_kind(said.kind, said.heading)
        if kind is None or not said.heading:
            continue
        text = said.text if kind in TELLING else ""
        if kind == Section.Kind.MOTIONS and not facts.motions:
            text = said.text
        if _fits(
            draft,
            "段落",
            text or said.heading,
            (said.heading, 80),
            (said.qualifier, 40),
        ):
            yield Section(
                kind=kind, heading=said.heading, qualifier=said.qualifier, text=text
            )


def _attendance_note(facts: MinutesFacts) -> str:
    for said in facts.sections:
        if section_kind(said.kind, said.heading) == Section.Kind.ATTENDANCE:
            note = " ".join(said.text.split())
            return note if len(note) <= 200 else ""
    return ""


def _remarks(draft: Draft, review: Review) -> Iterator[Remark]:
    titles = {fold(chair["name"]): chair["title"] for chair in review.read.chairs}
    for said in review.facts.remarks:
        text = _outline(said)
        title = said.title or titles.get(fold(said.speaker), "")
        if _fits(draft, "主席結論", text, (said.speaker, 40), (title, 40)):
            yield Remark(speaker=said.speaker, title=title, text=text)


def _outline(said: RemarkFacts) -> str:
    if len(said.items) == 1:
        return said.items[0]
    return "\n".join(
        f"{to_chinese(number)}、{item}" for number, item in enumerate(said.items, 1)
    )


def _motions(draft: Draft, facts: MinutesFacts) -> Iterator[Motion]:
    for said in facts.motions:
        subject, outcome = _subject(said)
        if _fits(draft, "臨時動議", outcome or subject, (subject, 200)):
            yield Motion(subject=subject, outcome=outcome)


def _subject(said: MotionFacts) -> tuple[str, str]:
    """Return what was moved, and the text as it stands where it says more."""
    text = _without_number(said.text)
    if said.cases:
        return said.cases[0], text
    if len(text) <= 200 and "\n" not in text:
        return text, ""
    # A text longer than a subject may be: its first sentence, and all of it below.
    return text.split("。")[0].split("\n")[0], text


def _attachments(draft: Draft, facts: MinutesFacts) -> Iterator[Attachment]:
    for number, said in enumerate(facts.attachments, start=1):
        title = said.title or f"附件{number}"
        if _fits(draft, "附件", said.text, (title, 120)):
            yield Attachment(title=title, text=said.text)


def _resolutions(draft: Draft, facts: MinutesFacts) -> Iterator[Resolution]:
    """Give the resolutions of the whole meeting that decide about no case.

    Those about cases are worded anew from the decisions, with their counts.
    """
    decided = [each.span.start for each in facts.decisions if each.span]
    counted = [words for claim in facts.claims if (words := fold(claim.words))]
    for said in facts.resolutions:
        span = said.span
        if (
            said.group
            or not said.text
            or any(words in fold(said.text) for words in counted)
        ):
            continue
        if span and any(span.start <= place < span.end for place in decided):
            continue
        text = _without_number(said.text)
        if _fits(draft, "全案決議", text):
            yield Resolution(text=text)


def _without_number(text: str) -> str:
    """Return a resolution without its own number: the paper numbers it anew."""
    lines = text.split("\n")
    first = read_outline(lines[0])
    return "\n".join([first[0].text if first else "", *lines[1:]])


# Decisions -------------------------------------------------------------------------


def _write_decisions(minutes: Minutes, review: Review, rest: Collection[str]) -> None:
    made: dict[int, DraftDecision] = {}
    split = Counter(
        row.decision.split_from_id for row in review.accepted_rows
    ) - Counter([None])
    for order, row in enumerate(review.accepted_rows, start=1):
        made[row.decision.pk] = DraftDecision.objects.create(
            minutes=minutes, order=order, **_fields(row.decision, split)
        )
    _end_split(minutes, review, split)
    for row in review.accepted_rows:
        into = row.decision.merged_into_new_id
        if into is not None and into in made:
            draft = made[row.decision.pk]
            draft.merged_into_new = made[into]
            draft.save(update_fields=["merged_into_new"])
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

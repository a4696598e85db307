"""Who is missing in a round, with whom to call, and that they were called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cases.models import ProgressUpdate, Reminder, ReportingRound
from cases.rounds.holding import refuse_unless_kept, tidy
from platform_site.models import Mail


@dataclass(frozen=True)
class Owing:
    """What one person owes in a round; ``person`` None: nobody is assigned."""

    person: User | None
    slots: Sequence[ProgressUpdate]
    reminders: Sequence[Reminder]  # newest first


def who_owes(round_: ReportingRound, day: date) -> list[Owing]:
    """Return who owes something on ``day``, what nobody is assigned to first.

    A slot with several contacts is owed by each of them.
    """
    owed: dict[int | None, list[ProgressUpdate]] = defaultdict(list)
    slots = (
        round_.progress.owed()
        .with_contacts(day)
        .with_case_name()
        .select_related("case__group", "municipality", "round")
        .order_by("case__group__order", "case__number", "municipality__order", "pk")
    )
    for slot in slots:
        for person in dict.fromkeys(slot.contact_ids) or [None]:
            owed[person].append(slot)
    people = User.objects.select_related("contact_details").in_bulk(
        [pk for pk in owed if pk is not None]
    )
    told: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in told_of(round_):
        told[reminder.person_id].append(reminder)
    owing = [
        Owing(people[pk], those, told[pk])
        for pk, those in owed.items()
        if pk is not None
    ]
    nobody = [Owing(None, owed[None], [])] if None in owed else []
    return nobody + owing


def told_of(round_: ReportingRound) -> list[Reminder]:
    """Return the reminders of a round, newest first, with what became of each mail."""
    found = list(round_.reminders.select_related("by", "person").order_by("-at", "-pk"))
    mails = Mail.objects.with_state().in_bulk(
        [each.mail_id for each in found if each.mail_id is not None]
    )
    for each in found:
        if each.mail_id is not None:
            each.mail = mails[each.mail_id]
    return found


@transaction.atomic
def remind(
    round_: ReportingRound,
    person: AbstractBaseUser,
    *,
    kind: Reminder.Kind,
    words: str,
    by: AbstractBaseUser,
    at: datetime,
    mail: Mail | None = None,
) -> Reminder:
    """Record that somebody was asked for all that he or she owes."""
    refuse_unless_kept(round_.platform, by)
    own = round_.progress.owed().covered_for(person, timezone.localdate(at))
    count = own.count()
    if not count:
        raise ValidationError("這位窗口本期沒有未填的辦理情形，不必催辦。")
    return Reminder.objects.create(
        round=round_,
        person_id=person.pk,
        kind=kind,
        words=tidy(words),
        slots=count,
        by_id=by.pk,
        mail=mail,
    )

"""The mail that asks one person for all that he or she owes in a round."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from cases.models import ProgressUpdate, Reminder, ReportingRound
from cases.rounds.chase import Owing, remind, who_owes
from cases.rounds.holding import LOCKED, PAPER, refuse_unless_kept, tidy
from meetings.models import ContactDetails
from platform_site.lib.roc import format_roc
from platform_site.mail import send_later
from platform_site.models import Mail

# As ``cases_reminder_once_an_hour`` has it.
PAUSE = timedelta(hours=1)
State = ProgressUpdate.State


@dataclass(frozen=True)
class Links:
    """Where the mail leads to."""

    site: str
    home: str
    slot: Callable[[ProgressUpdate], str]

    def full(self, path: str) -> str:
        """Return the path with the site before it."""
        return urljoin(self.site, path)


@dataclass(frozen=True)
class Digest:
    """What one person would be sent; ``lacks`` says why he or she is not."""

    owing: Owing
    person: User
    subject: str
    text: str
    lacks: str


@dataclass
class Sent:
    """Who was written to, and who was not and why."""

    people: list[User] = field(default_factory=list)
    left_out: list[tuple[User, str]] = field(default_factory=list)


def refuse_unless_open(round_: ReportingRound, at: datetime) -> None:
    """Raise ValidationError where nobody can write in the round (any more, or yet)."""
    if round_.is_locked:
        raise ValidationError(LOCKED)
    if round_.opens_on is None:
        raise ValidationError(PAPER)
    if timezone.localdate(at) < round_.opens_on:
        raise ValidationError(
            f"這一期自{format_roc(round_.opens_on)}起開放填報，尚不必催辦。"
        )


def digests(
    round_: ReportingRound,
    *,
    owing: Sequence[Owing],
    words: str,
    links: Links,
    by: User,
    at: datetime,
) -> list[Digest]:
    """Return what each of those who owe something would be sent."""
    sender = {"by": by.get_full_name(), "phone": telephone_of(by)}
    return [
        _digest(round_, each, each.person, words, links, sender, at)
        for each in owing
        if each.person is not None
    ]


@transaction.atomic
def send_digests(
    round_: ReportingRound,
    *,
    people: Collection[int],
    words: str,
    links: Links,
    by: User,
    at: datetime,
) -> Sent:
    """Have each of these people who still owes something sent one mail, and record it.

    Who got one within the hour gets no second one, whoever sends it.
    """
    refuse_unless_kept(round_.platform, by)
    refuse_unless_open(round_, at)
    owing = [
        each
        for each in who_owes(round_, timezone.localdate(at))
        if each.person is not None and each.person.pk in people
    ]
    found = digests(round_, owing=owing, words=words, links=links, by=by, at=at)
    sent = Sent()
    for digest in sorted(found, key=lambda each: each.person.pk):
        why = digest.lacks or _send(round_, digest, links, words, by, at)
        if why:
            sent.left_out.append((digest.person, why))
        else:
            sent.people.append(digest.person)
    return sent


def _send(
    round_: ReportingRound,
    digest: Digest,
    links: Links,
    words: str,
    by: User,
    at: datetime,
) -> str:
    try:
        with transaction.atomic():
            mail = send_later(
                Mail.Kind.REMINDER,
                digest.person,
                subject=digest.subject,
                text=digest.text,
                site=links.site,
            )
            remind(
                round_,
                digest.person,
                kind=Reminder.Kind.MAIL,
                words=words,
                by=by,
                at=at,
                mail=mail,
            )
    except IntegrityError as error:  # somebody wrote this very moment
        if "cases_reminder_once_an_hour" not in str(error):
            raise
        return _TOO_SOON
    except ValidationError as error:  # nothing is owed any more
        return "".join(error.messages)
    return ""


_TOO_SOON = "一小時內已寄過催辦信"


def _digest(
    round_: ReportingRound,
    owing: Owing,
    person: User,
    words: str,
    links: Links,
    sender: dict[str, str],
    at: datetime,
) -> Digest:
    day = timezone.localdate(at)
    due = round_.due_on or day
    text = render_to_string(
        "mail/reminder.txt",
        {
            "person": person,
            "round": round_,
            "late": max(0, (day - due).days),
            "lines": [_line(slot, round_, links) for slot in owing.slots],
            "words": tidy(words),
            "home": links.full(links.home),
            **sender,
        },
    )
    subject = (
        f"{round_.platform.short_name}{round_.platform.report_name}"
        f"待填 {len(owing.slots)} 件（期限{format_roc(due)}）"
    )
    return Digest(owing, person, subject, text, _lacks(owing, person, at))


def _line(slot: ProgressUpdate, round_: ReportingRound, links: Links) -> dict[str, str]:
    slot.round = round_
    notes = [str(slot.municipality.short_name) if slot.municipality else "共同填報"]
    if slot.state == State.RETURNED:
        notes.append("退回補正")
    elif slot.state == State.DRAFT:
        notes.append("草稿未送出")
    return {
        "name": f"{slot.case.number} {slot.case_name}",
        "note": "・".join(notes),
        "address": links.full(links.slot(slot)),
    }


def _lacks(owing: Owing, person: User, at: datetime) -> str:
    if not person.email:
        return "沒有電子郵件地址，請以電話聯絡"
    if any(each.mail_id and at - each.at < PAUSE for each in owing.reminders):
        return _TOO_SOON
    return ""


def telephone_of(person: User) -> str:
    """Return somebody's number, empty where it is not known."""
    details = ContactDetails.objects.filter(user=person.pk).first()
    return details.telephone if details else ""


def names(people: Sequence[User]) -> str:
    """Return people's names in a row."""
    return "、".join(each.get_full_name() or each.get_username() for each in people)

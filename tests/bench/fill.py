"""A platform of made-up cases, with a history such as meetings leave.

Everything goes the way a clerk's work goes: cases are registered, minutes are
confirmed and their decisions posted by ``cases.ledger``, as the runtime role.
Only rows that no rule judges are written in bulk: cases, participants, progress.
"""

import datetime as dt
import random

from django.contrib.auth import get_user_model
from django.db import connection, connections, transaction

from cases.ledger import confirm_and_post
from cases.models import (
    Case,
    CountClaim,
    LedgerEntry,
    Participant,
    ProgressUpdate,
    ReportingRound,
)
from meetings.minutes.publish import publish
from meetings.models import (
    IssueGroup,
    Meeting,
    MeetingSeries,
    Membership,
    Minutes,
    Municipality,
    Platform,
    Resolution,
    Section,
)
from tests.bench import words

SLUG = "bench"
MEETINGS = 40  # four a year, 2015 to 2024
ROUNDS = 10  # with the texts of two municipalities each: 20 texts a case
Kind = LedgerEntry.Kind


class History:
    """What the meetings decide, one after another, all of it legal."""

    def __init__(self, cases, rng):
        self.rng = rng
        self.waiting = list(cases)
        self.listed = []  # in the order of listing
        self.batch = -(-len(cases) // MEETINGS)

    def next_meeting(self):
        """Return the decisions of the next meeting as kind, case and fields."""
        decided, staying, ended = [], [], set()
        for case in self.listed:
            chance = self.rng.random()
            if chance < 0.015:
                reason = self.rng.choice(["completed", "routine", "no_need"])
                decided.append((Kind.DELIST, case, {"reason": reason}))
                ended.add(case.pk)
                continue
            if chance < 0.035:
                decided.append((Kind.CONTINUE, case, {}))
            elif chance < 0.038:
                name = words.case_name(self.rng)
                decided.append((Kind.RENAME, case, {"new_name": name}))
            elif chance < 0.039 and staying:
                target = self.rng.choice(staying)
                decided.append((Kind.MERGE, case, {"merged_into": target}))
                ended.add(case.pk)
                continue
            staying.append(case)
        new, self.waiting = self.waiting[: self.batch], self.waiting[self.batch :]
        decided += [
            (Kind.CARRY_IN if self.rng.random() < 0.05 else Kind.LIST, case, {})
            for case in new
        ]
        self.listed = staying + new
        return decided


def fill(size, bar):
    """Fill the database with ``size`` cases; ``bar`` steps ``steps(size)`` times."""
    rng = random.Random(20241231)
    clerk = get_user_model().objects.create_user("bench-clerk")
    platform = Platform.objects.create(
        slug=SLUG, name="四市合作交流平臺", short_name="四市"
    )
    cities = [
        Municipality.objects.create(
            slug=f"city-{place}", name=f"{name}政府", short_name=name, order=place
        )
        for place, name in enumerate(words.CITIES)
    ]
    for city in cities:
        Membership.objects.create(platform=platform, municipality=city)
    groups = [
        IssueGroup.objects.create(
            platform=platform,
            slug=f"group-{place + 1}",
            name=name,
            case_prefix=chr(65 + place) * 2,
            order=place,
        )
        for place, name in enumerate(words.GROUPS)
    ]
    series = MeetingSeries.objects.create(
        platform=platform,
        slug="vice-mayor",
        name="副市長層級會議",
        level=MeetingSeries.Level.VICE_MAYOR,
        numbering=MeetingSeries.Numbering.RUNNING,
        is_deciding=True,
    )
    cases = _cases(platform, groups, size, rng)
    _participants(cases, cities)
    bar.step(size // 10)
    history = History(cases, rng)
    for number in range(1, MEETINGS + 1):
        _hold(series, groups, number, history.next_meeting(), clerk)
        bar.step(size // MEETINGS)
        if number in (1, 5, 20):
            analyze()
    _progress(platform, cases, cities, rng, bar)
    analyze()


def steps(size):
    """How often ``fill`` steps its bar."""
    return size // 10 + size // MEETINGS * MEETINGS + ROUNDS * (size // 10)


def analyze():
    """Let the database know its tables, as autovacuum would have by and by."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _cases(platform, groups, size, rng):
    numbered = ((i // len(groups) + 1, groups[i % len(groups)]) for i in range(size))
    return Case.objects.bulk_create(
        (
            Case(
                platform=platform,
                group=group,
                number=f"{group.case_prefix}-{number:03d}",
                name=words.case_name(rng),
            )
            for number, group in numbered
        ),
        batch_size=2000,
    )


def _participants(cases, cities):
    Participant.objects.bulk_create(
        (
            Participant(
                case=case, municipality=cities[(case.pk + i) % 4], is_lead=not i
            )
            for case in cases
            for i in range(2)
        ),
        batch_size=2000,
    )


@transaction.atomic
def _hold(series, groups, number, decided, clerk):
    """Hold a deciding meeting with its decisions and the counts its minutes state."""
    year, quarter = divmod(number - 1, 4)
    meeting = Meeting.objects.create(
        platform=series.platform,
        series=series,
        slug=f"vice-mayor-{number}",
        number=number,
        title=f"四市合作交流平臺第{number}次副市長層級會議",
        held_on=dt.date(2015 + year, 3 * quarter + 2, 20),
        starts_at=dt.time(14),
        state=Meeting.State.HELD,
    )
    minutes = Minutes.objects.create(meeting=meeting)
    Section.objects.create(
        minutes=minutes, order=1, kind=Section.Kind.DISCUSSION, heading="討論及決議事項"
    )
    resolutions = {
        group.pk: Resolution.objects.create(
            minutes=minutes, order=order, group=group, text=f"{group.name}各案如所附。"
        )
        for order, group in enumerate(groups, 1)
    }
    entries = [
        LedgerEntry(case=case, kind=kind, resolution=resolutions[case.group_id], **rest)
        for kind, case, rest in decided
    ]
    CountClaim.objects.bulk_create(
        CountClaim(
            meeting=meeting,
            group=group,
            counts=counts,
            number=stated,
            words=f"所載{stated}案",
        )
        for group in groups
        for counts, kind in (("listed", Kind.LIST), ("delisted", Kind.DELIST))
        for stated in [
            sum(e.kind == kind and e.case.group_id == group.pk for e in entries)
        ]
    )
    confirm_and_post(minutes, entries, by=clerk)
    publish(minutes, by=clerk)


def _progress(platform, cases, cities, rng, bar):
    """Write two municipalities' texts a case and round, by COPY."""
    days = [  # the last days of the quarters up to 2024
        dt.date(2022 + months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)
        for months in range(9, 9 + 3 * ROUNDS, 3)
    ]
    texts = [words.progress_text(rng, 1 + i % 4) for i in range(5000)]
    texts[0] += f"\n5. {words.RARE}"
    columns = ("case_id", "round_id", "municipality_id", "text", "is_unchanged")
    table = ProgressUpdate._meta.db_table
    for day in days:
        round_ = ReportingRound.objects.create(platform=platform, as_of=day)
        connection.ensure_connection()
        with connection.connection.cursor().copy(
            f"COPY {table} ({', '.join(columns)}, state) FROM STDIN"
        ) as copy:
            for case in cases:
                for i in range(2):
                    city = cities[(case.pk + i) % 4].pk
                    text = rng.choice(texts)
                    row = (case.pk, round_.pk, city, text, False, "accepted")
                    copy.write_row(row)
        bar.step(len(cases) // 10)

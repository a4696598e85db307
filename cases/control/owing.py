"""Who has not reported in a round, with whom to call; and what came late, by whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db.models import F

from cases.control.report import (
    Asked,
    Cell,
    Heading,
    Report,
    bars,
    case_address,
    round_address,
)
from cases.models import Participant, ProgressUpdate, ReportingRound
from cases.models.progress import OWED
from cases.rounds import who_owes
from cases.rounds.overview import day_of, owner_of
from meetings.models import Platform
from meetings.words import say
from platform_site.lib.roc import format_roc
from platform_site.lib.sheets import Kind

NO_ROUND = "還沒有收件的填報期別。"
JOINT = "共同"
UNKNOWN = "（未載明局處）"


def unreported(platform: Platform, asked: Asked) -> Report:
    """Each text that was not handed in, once for each who is to write it."""
    headings = [
        Heading(say("議題小組"), 12),
        Heading("案號", 9),
        Heading(platform.case_word, 26),
        Heading("縣市", 9),
        Heading("狀態", 10),
        Heading("逾期日數", 9, Kind.NUMBER),
        Heading("窗口", 12),
        Heading("電話", 20),
        Heading("電子郵件", 28),
        Heading("最近催辦", 12, Kind.DATE),
    ]
    if asked.round is None:
        return Report([], [], headings, [], nothing=NO_ROUND)
    round_ = asked.round
    day = day_of(round_, asked.today)
    cities: Counter[str] = Counter()
    counted: set[int] = set()
    rows: list[tuple[tuple[int, str, int, str], list[Cell]]] = []
    for owing in who_owes(round_, asked.today):
        reached = owing.reminders[0].at if owing.reminders else None
        for slot in owing.slots:
            if slot.pk not in counted:
                counted.add(slot.pk)
                cities[_city(slot)] += 1
            name, phone, email = _contact(owing.person)
            rows.append(
                (
                    (
                        slot.case.group.order,
                        slot.case.number,
                        slot.municipality.order if slot.municipality else -1,
                        name,
                    ),
                    [
                        Cell(slot.case.group.name),
                        Cell(
                            slot.case.number, case_address(platform, slot.case.number)
                        ),
                        Cell(slot.case_name),
                        Cell(_city(slot)),
                        Cell(slot.get_state_display()),
                        Cell(slot.days_late(day)),
                        Cell(name),
                        Cell(phone),
                        Cell(email),
                        Cell(reached.date() if reached else None),
                    ],
                )
            )
    return Report(
        conditions=[_said(round_), f"共{len(counted)}段未送出"],
        counts=[
            say(
                "未送出：這一期狀態為未填、草稿或退回補正的辦理情形，一個合作案的一個縣市（或共同）為一段。"
            ),
            "一段有多位窗口時，每位各列一列；沒有窗口的，窗口欄空白。",
            "逾期日數：自填報期限的次日起算到今天（已鎖定的期別算到鎖定日）。",
        ],
        headings=headings,
        rows=[cells for _, cells in sorted(rows, key=lambda row: row[0])],
        bars=bars([(city, count, "") for city, count in cities.most_common()]),
        bars_title="未送出段數（依縣市）",
        nothing="這一期全部都已送出。",
    )


def _contact(person: User | None) -> tuple[str, str, str]:
    if person is None:
        return "", "", ""
    details = getattr(person, "contact_details", None)
    name = person.get_full_name() or person.get_username()
    return name, details.telephone if details else "", person.email


def _city(slot: ProgressUpdate) -> str:
    return slot.municipality.short_name if slot.municipality else JOINT


def _said(round_: ReportingRound) -> str:
    due = f"（填報期限{format_roc(round_.due_on)}）" if round_.due_on else ""
    return f"資料時間{format_roc(round_.as_of)}{due}"


# Late ----------------------------------------------------------------------------


@dataclass
class _Tally:
    """What one agency was asked for, and how many days each late text was late."""

    asked: int = 0
    came: list[int] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)

    @property
    def late(self) -> list[int]:
        return self.came + self.waits


def late(platform: Platform, asked: Asked) -> Report:
    """How many texts came late or are overdue, by municipality and agency."""
    headings = [
        Heading("縣市", 9),
        Heading("局處", 26),
        Heading("應填", 8, Kind.NUMBER),
        Heading("逾期送出", 10, Kind.NUMBER),
        Heading("逾期未送", 10, Kind.NUMBER),
        Heading("逾期合計", 10, Kind.NUMBER),
        Heading("最久日數", 10, Kind.NUMBER),
        Heading("平均日數", 10, Kind.NUMBER),
    ]
    if asked.round is None:
        return Report([], [], headings, [], nothing=NO_ROUND)
    round_ = asked.round
    slots = list(
        round_.progress.select_related("round", "municipality").order_by(
            F("municipality__order").asc(nulls_first=True),
            "municipality__slug",
            "case",
            "pk",
        )
    )
    tallies = _tallies(slots, round_, asked)
    by_city: Counter[str] = Counter()
    query: dict[str, str] = {}
    for slot in slots:
        query[_city(slot)] = f"?municipality={owner_of(slot)}&late=on"
    rows = []
    for (city, agency), tally in tallies.items():
        by_city[city] += len(tally.late)
        address = round_address(round_, platform, query[city]) if tally.late else ""
        rows.append([Cell(city, address), Cell(agency), *_numbers(tally)])
    whole = _Tally(
        sum(each.asked for each in tallies.values()),
        [days for each in tallies.values() for days in each.came],
        [days for each in tallies.values() for days in each.waits],
    )
    return Report(
        conditions=[_said(round_)],
        counts=[
            say("應填：這一期的辦理情形段數，一個合作案的一個縣市（或共同）為一段。"),
            "逾期送出：首次送出晚於填報期限；逾期未送：填報期限已過而未送出"
            "（未填、草稿或退回補正且從未送出）。",
            "日數自填報期限的次日起算；未送出的算到今天（已鎖定的期別算到鎖定日）。",
            say(
                "局處依合作案所載；一案載有同縣市數個局處時合為一列，共同填報不分局處。"
            ),
        ],
        headings=headings,
        rows=rows,
        total=[Cell("合計"), Cell(""), *_numbers(whole)],
        bars=bars(
            [
                (city, count, round_address(round_, platform, query[city]))
                for city, count in by_city.items()
            ]
        ),
        bars_title="逾期段數（依縣市）",
        nothing="這一期沒有辦理情形。",
    )


def _tallies(
    slots: Sequence[ProgressUpdate], round_: ReportingRound, asked: Asked
) -> Mapping[tuple[str, str], _Tally]:
    day = day_of(round_, asked.today)
    agencies = _agencies(slots)
    found: dict[tuple[str, str], _Tally] = {}
    for slot in slots:
        agency = (
            agencies.get((slot.case_id, slot.municipality_id), UNKNOWN)
            if slot.municipality_id
            else ""
        )
        tally = found.setdefault((_city(slot), agency), _Tally())
        tally.asked += 1
        if days := slot.days_late(day):
            came = slot.submitted_at is not None or slot.state not in OWED
            (tally.came if came else tally.waits).append(days)
    return found


def _agencies(
    slots: Sequence[ProgressUpdate],
) -> dict[tuple[int, int | None], str]:
    """The agencies that take part in each case for each municipality."""
    rows = (
        Participant.objects.filter(
            case__in={slot.case_id for slot in slots}, agency__isnull=False
        )
        .order_by("agency__name")
        .values_list("case", "municipality", "agency__name")
    )
    found: dict[tuple[int, int | None], list[str]] = defaultdict(list)
    for case, municipality, name in rows:
        found[case, municipality].append(name)
    return {key: "、".join(names) for key, names in found.items()}


def _numbers(tally: _Tally) -> Iterator[Cell]:
    days = tally.late
    yield Cell(tally.asked)
    yield Cell(len(tally.came))
    yield Cell(len(tally.waits))
    yield Cell(len(days))
    yield Cell(max(days, default=0))
    yield Cell(round(sum(days) / len(days), 1) if days else 0)

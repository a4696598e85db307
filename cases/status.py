"""Where the cases of a platform stand on a day, gathered for reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models import Case as Choice
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast, JSONObject, Left

from cases.models import (
    Case,
    CaseAlias,
    CaseQuerySet,
    LedgerEntry,
    ProgressUpdate,
    Standing,
    last_told,
    latest_round,
)
from meetings.models import IssueGroup, Meeting, Platform, published
from platform_site.lib.numbering import read_outline
from platform_site.lib.roc import format_roc
from platform_site.lib.search import excerpt as excerpt_around
from platform_site.lib.search import holds, marked

Code = Standing.Code

# Every standing with its definition: a number is never shown without one.
DEFINITIONS: dict[Standing.Code, str] = {
    Code.LISTED: "經決定列管的會議同意新增、重新列管，或經補登，尚未解列、併案或分案",
    Code.PROPOSED: "議題小組已同意提案，尚未經決定列管的會議同意新增",
    Code.DELISTED: "曾經列管，已由決定列管的會議同意解列",
    Code.MERGED: "已併入他案，由他案繼續辦理",
    Code.SPLIT: "已分為數個新案，由新案繼續辦理",
    Code.DROPPED: "未曾列管，提案後撤案或由小組結案",
}

# The parts of a case, which stand with it.
_PARTS = (
    Case.objects.filter(parent=OuterRef("pk"))
    .order_by("number")
    .values(part=JSONObject(number="number", name="name"))
)
_OPENING = 400  # characters of a text that its excerpt is taken from
_EXCERPT = 72


@dataclass(frozen=True)
class Sort:
    """An order of the table: how it is called, and by what it goes."""

    label: str
    fields: tuple[str | OrderBy, ...]


_LISTED_ON = F("that_day__listed_by__decided_on")
_PROGRESS_ON = F("progress_on")
_BY_GROUP = ("group__order", "group", "number")

# By name in the address; the first is meant where none is named.
SORTS = {
    "group": Sort("依議題小組", _BY_GROUP),
    "number": Sort("案號，小到大", ("number",)),
    "-number": Sort("案號，大到小", ("-number",)),
    "-listed": Sort("列管日期，新到舊", (_LISTED_ON.desc(nulls_last=True), *_BY_GROUP)),
    "listed": Sort("列管日期，舊到新", (_LISTED_ON.asc(nulls_last=True), *_BY_GROUP)),
    "-progress": Sort(
        "辦理情形，新到舊", (_PROGRESS_ON.desc(nulls_last=True), *_BY_GROUP)
    ),
    "progress": Sort(
        "辦理情形，舊到新", (_PROGRESS_ON.asc(nulls_last=True), *_BY_GROUP)
    ),
}


@dataclass(frozen=True)
class StandingCount:
    """How many cases stand somewhere, with what that means."""

    code: str
    label: str
    definition: str
    number: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The beginning of a municipality's latest text; no municipality: joint."""

    municipality: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Basis:
    """The decision that listed or ended a case, as the table tells of it."""

    kind: str
    meeting: int
    decided_on: date
    is_inferred: bool

    @property
    def label(self) -> str:
        """What was decided."""
        return str(LedgerEntry.Kind(self.kind).label)

    @property
    def is_carry_in(self) -> bool:
        """Whether the case was older than the records."""
        return self.kind == LedgerEntry.Kind.CARRY_IN


@dataclass(frozen=True, slots=True)
class Hit:
    """Where words were found, in pieces of which some are the words."""

    place: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A case as the status table shows it."""

    number: str
    name: str
    name_pieces: tuple[tuple[str, bool], ...]
    group: int
    parts: tuple[tuple[str, str], ...]  # number and name
    standing: str
    listed_by: Basis | None
    ended_by: Basis | None
    progress_on: date | None
    excerpts: tuple[Excerpt, ...]
    hits: tuple[Hit, ...] = ()

    @property
    def label(self) -> str:
        """The standing in words."""
        return str(Code(self.standing).label)


def readable_cases(user: AbstractBaseUser | AnonymousUser) -> CaseQuerySet:
    """Cases that minutes ``user`` may read tell of, or whose parent they tell of."""
    told = LedgerEntry.objects.readable_by(user)
    return Case.objects.filter(
        Exists(told.filter(case=OuterRef("pk")))
        | Exists(told.filter(case=OuterRef("parent")))
    )


def public_cases() -> CaseQuerySet:
    """Cases that everybody may read of."""
    return readable_cases(AnonymousUser())


def public_day(day: date, *, case: str = "pk") -> Any:
    """Return until when, up to ``day``, published minutes tell of a case.

    An expression, for rows that lead to the case's key by ``case``. Where nothing is
    decided that is not public, which the database sees once, that is ``day`` itself,
    and it need not look for each case's last entry.
    """
    decisions = LedgerEntry.objects.filter(meeting=OuterRef("pk"))
    unpublished = Meeting.objects.filter(~published(), Exists(decisions))
    return Choice(
        When(~Exists(unpublished), then=Value(day)),
        default=last_told(LedgerEntry.objects.public(), day, case=case),
    )


def public_cases_on(day: date) -> CaseQuerySet:
    """Public cases as published minutes tell them on ``day``, as ``as_of`` gives them.

    What minutes decided that are not public yet moves nothing here.
    """
    return Case.objects.standing_on(public_day(day))


@dataclass(frozen=True)
class Counts:
    """How many cases of a platform stand where on a day; one query."""

    by_group: Mapping[tuple[int, str], int]

    def standings(self, group: IssueGroup | None = None) -> list[StandingCount]:
        """Return every standing with its count, in one group or in all."""
        return [
            StandingCount(
                code.value, str(code.label), definition, self.number(code, group)
            )
            for code, definition in DEFINITIONS.items()
        ]

    def number(self, code: Standing.Code, group: IssueGroup | None = None) -> int:
        """Return how many cases stand there, in one group or in all."""
        return sum(
            number
            for (group_id, found), number in self.by_group.items()
            if found == code and (group is None or group_id == group.pk)
        )

    def of_group(self, group: int, code: str) -> int:
        """Return how many cases of a group stand there; any other code means all."""
        wanted = [code] if code in Code else list(Code)
        return sum(self.by_group.get((group, each), 0) for each in wanted)

    @property
    def has_decided(self) -> bool:
        """Whether any meeting had put a case on the list by then."""
        return any(
            self.number(code)
            for code in (Code.LISTED, Code.DELISTED, Code.MERGED, Code.SPLIT)
        )


def count_cases(platform: Platform, day: date) -> Counts:
    """Count the public cases of a platform by group and standing on ``day``."""
    return count_found(public_cases_on(day).filter(platform=platform))


def count_found(cases: CaseQuerySet) -> Counts:
    """Count cases that come from ``as_of`` by group and standing; one query."""
    counted = (
        cases.order_by()
        .values_list("group_id", F("standing"))
        .annotate(number=Count("pk"))
    )
    return Counts({(group, code): number for group, code, number in counted})


def status_rows(
    cases: CaseQuerySet,
    day: date,
    *,
    sort: str,
    first: int,
    most: int,
    words: Sequence[str] = (),
) -> list[StatusRow]:
    """Return ``most`` of ``cases`` from the ``first`` on (0 is first); one query.

    They come from ``as_of(day)``. ``words`` are what they were looked up by.
    """
    if sort.endswith("progress"):
        cases = cases.annotate(
            progress_on=Subquery(latest_round(day).values("as_of")[:1])
        )
    order = SORTS[sort].fields
    chosen = cases.order_by(*order).values("pk")[first : first + most]
    # What a row shows is gathered for the rows of the page alone.
    rows = (
        public_cases_on(day)
        .filter(pk__in=chosen)
        .annotate(
            progress_on=Subquery(latest_round(day).values("as_of")[:1]),
            parts=ArraySubquery(_PARTS),
            texts=ArraySubquery(_texts(day)),
            listed=_basis("listed_by"),
            ended=_basis("ended_by"),
        )
        .order_by(*order)
    )
    fields = ["number", "group_id", "parts", "texts", "progress_on", "listed", "ended"]
    if words:
        rows = rows.annotate(
            names=ArraySubquery(_names()), found=Subquery(_found(words, day))
        )
        fields += ["names", "found"]
    found = rows.values(*fields, code=F("standing"), that_name=F("current_name"))
    return [_row(words, **row) for row in found]


def _basis(entry: str) -> JSONObject:
    path = f"that_day__{entry}"
    return JSONObject(
        kind=f"{path}__kind",
        meeting=f"{path}__meeting",
        decided_on=f"{path}__decided_on",
        is_inferred=f"{path}__is_inferred",
    )


def _texts(day: date) -> QuerySet[ProgressUpdate, Any]:
    latest = ProgressUpdate.objects.latest_of_case(day).as_told()
    return latest.values(
        told=JSONObject(
            place="municipality__short_name",
            opening=Left("told_text", _OPENING),
        )
    )


def _names() -> QuerySet[Standing, Any]:
    """Every name of a case, with what kind of name it is."""
    older = Standing.objects.filter(case=OuterRef("pk")).values(
        name_=JSONObject(kind=Value("舊名"), name="name")
    )
    registered = Case.objects.filter(pk=OuterRef("pk")).values(
        name_=JSONObject(kind=Value("舊名"), name="name")
    )
    aliases = CaseAlias.objects.filter(
        Q(case=OuterRef("pk")) | Q(case__parent=OuterRef("pk"))
    ).values(name_=JSONObject(kind=Value("別名"), name="name"))
    return older.union(registered, aliases, all=True)


def _found(words: Sequence[str], day: date) -> QuerySet[ProgressUpdate, Any]:
    """The text of a case that has most of the words, the latest of several."""
    has = [Q(text__folded_contains=word) for word in words]
    any_word = reduce(or_, has)
    count: Any = Value(0)
    for each in has:
        count = count + Cast(ExpressionWrapper(each, BooleanField()), IntegerField())
    order = [count.desc()] if len(has) > 1 else []
    return (
        ProgressUpdate.objects.public()
        .filter(any_word, case=OuterRef("pk"), round__as_of__lte=day)
        .order_by(*order, "-round__as_of", "municipality__order")
        .values(
            found=JSONObject(
                text="text",
                as_of="round__as_of",
                place="municipality__short_name",
            )
        )[:1]
    )


def _row(words: Sequence[str], **found: Any) -> StatusRow:
    name, reported = found["that_name"], found["progress_on"]
    texts = [
        Excerpt(
            text["place"],
            "本季無變動" if text["opening"] is None else excerpt(text["opening"]),
        )
        for text in found["texts"]
    ]
    return StatusRow(
        number=found["number"],
        name=name,
        name_pieces=tuple(marked(name, words)) if words else ((name, False),),
        group=found["group_id"],
        parts=tuple((part["number"], part["name"]) for part in found["parts"]),
        standing=found["code"],
        listed_by=_read_basis(found["listed"]),
        ended_by=_read_basis(found["ended"]),
        progress_on=reported,
        excerpts=tuple(texts),
        hits=tuple(_hits(words, **found)) if words else (),
    )


def _read_basis(entry: Mapping[str, Any]) -> Basis | None:
    if entry["kind"] is None:
        return None
    decided_on = date.fromisoformat(entry["decided_on"])
    return Basis(entry["kind"], entry["meeting"], decided_on, entry["is_inferred"])


def _hits(
    words: Sequence[str],
    *,
    that_name: str,
    number: str,
    parts: Sequence[Mapping[str, str]],
    names: Sequence[Mapping[str, str]],
    found: Mapping[str, str] | None,
    **_: Any,
) -> list[Hit]:
    """Say where those words were found that the current name does not show."""
    missing = [word for word in words if not holds(that_name, word)]
    others = {
        **{each["name"]: each["kind"] for each in names},
        **{part["name"]: "子案" for part in parts},
        number: "案號",
    }
    others.pop(that_name, None)
    hits = [
        Hit(kind, tuple(marked(other, missing)))
        for other, kind in others.items()
        if any(holds(other, word) for word in missing)
    ]
    missing = [
        word for word in missing if not any(holds(other, word) for other in others)
    ]
    if missing and found:
        as_of = format_roc(date.fromisoformat(found["as_of"]))
        place = f"辦理情形（{as_of}{_and(found['place'])}）"
        hits.append(Hit(place, tuple(excerpt_around(found["text"], missing))))
    return hits


def _and(place: str | None) -> str:
    return f"，{place}" if place else ""


@lru_cache(maxsize=4096)
def excerpt(text: str) -> str:
    """Return the first lines of an outline, without their numbers, as one short text."""
    said = ""
    for line in read_outline(text):
        if len(said) >= _EXCERPT // 2:
            break
        if said and not said.endswith(("：", "。", "；")):
            said += "："
        said += line.text
    return said if len(said) <= _EXCERPT else f"{said[: _EXCERPT - 1]}…"

"""The status table: where the cases of a platform stand, searched and sorted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from cases.exports.status_report import MOST_CASES_IN_PDF
from cases.filters import ALL, CaseFilter, Group
from cases.models import LedgerEntry, Standing
from cases.status import (
    DEFINITIONS,
    SORTS,
    Basis,
    Counts,
    StandingCount,
    StatusRow,
    count_found,
    status_rows,
)
from meetings.views import get_platform
from platform_site.lib.page_cache import public_page
from platform_site.lib.roc import format_roc

PAGE_SIZE = 100
BY_GROUP = next(iter(SORTS))


@dataclass(frozen=True)
class Decided:
    """The decision that listed or ended a case, with the address of its meeting."""

    basis: Basis
    title: str
    address: str


@dataclass(frozen=True)
class Line:
    """A row with what it links; ``group`` is empty where a heading says it."""

    row: StatusRow
    address: str
    parts: tuple[tuple[str, str], ...]
    group: str
    listed_by: Decided | None
    ended_by: Decided | None

    def html(self) -> str:
        """The row of the table."""
        return _row_as_it_is(self) if settings.DEBUG else _row_kept(self, _words())


def _row_as_it_is(line: Line) -> str:
    return render_to_string("cases/_case_row.html", {"line": line, "row": line.row})


def _words() -> tuple[str, ...]:
    """What the platform calls the decisions and standings that rows show."""
    return tuple(str(each.label) for each in (*Standing.Code, *LedgerEntry.Kind))


# Rows are the dear part of the page, and the same on many pages. All that stands
# in a row is in the line and in the words, so that a kept one is never stale.
@lru_cache(maxsize=4096)
def _row_kept(line: Line, words: tuple[str, ...]) -> str:
    return _row_as_it_is(line)


@dataclass(frozen=True)
class Block:
    """Rows under one heading; without a group there is none.

    ``is_continued`` says that its rows begin on an earlier page.
    """

    group: Group | None
    total: int
    is_continued: bool
    lines: Sequence[Line]


@dataclass(frozen=True)
class Head:
    """The head of a column, with the sort that it offers if it offers one."""

    label: str
    css_class: str
    query: str | None = None
    direction: str = ""  # as aria-sort has it, empty when not sorted by
    offers: str = ""


@dataclass(frozen=True)
class Chip:
    """A condition in use, with the address that drops it."""

    label: str
    value: str
    query: str


@public_page
def case_table(request: HttpRequest, platform: str) -> HttpResponse:
    """Where the cases stand; what is asked for, the order and the page are in the address."""
    body = get_platform(platform)
    cases = CaseFilter(request.GET, platform=body, besides=("page",))
    context: dict[str, Any] = {
        "platform": body,
        "active": "cases",
        "filter": cases,
        "form": cases.form,
    }
    if not cases.is_valid():
        return render(request, "cases/case_table.html", context, status=400)
    counts = count_found(cases.of_every_standing())
    standings = counts.standings()
    all_total = sum(count.number for count in standings)
    code = cases.standing_code
    total = all_total if code == ALL else counts.number(Standing.Code(code))
    pages = Paginator(range(total), PAGE_SIZE)
    asked = request.GET.get("page", "1")
    if not (
        asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) <= pages.num_pages
    ):
        context |= {"asked": asked[:30], "total": total, "pages": pages.num_pages}
        context |= {
            "first": _page_query(cases, 1),
            "last": _page_query(cases, pages.num_pages),
        }
        return render(request, "cases/page_missing.html", context, status=404)
    page = pages.page(int(asked))
    rows = status_rows(
        cases.qs,
        cases.day,
        sort=cases.sort_name,
        first=PAGE_SIZE * (page.number - 1),
        most=PAGE_SIZE,
        words=cases.words,
    )
    context |= {
        "blocks": list(_blocks(cases, counts, rows, page)),
        "heads": list(_heads(cases, body.case_word)),
        "chips": list(_chips(cases)),
        "counts": [_with_link(cases, count) for count in standings],
        "page": page,
        "page_links": list(_page_links(cases, page)),
        "previous_query": page.has_previous() and _page_query(cases, page.number - 1),
        "next_query": page.has_next() and _page_query(cases, page.number + 1),
        "total": total,
        "all_total": all_total,
        "day": cases.day,
        "is_today": cases.day == cases.today,
        "standing_label": "全部狀態",
        "definition": f"已登錄的全部{body.case_word}，不分狀態",
        # Unfiltered it is the status report, which also says that nothing is listed.
        "has_report": counts.has_decided if not cases.conditions else total,
        "report_query": cases.query(as_of=cases.day.isoformat(), sort=None),
        "is_too_long_for_pdf": total > MOST_CASES_IN_PDF,
        "most_in_pdf": MOST_CASES_IN_PDF,
    }
    if code != ALL:
        standing = Standing.Code(code)
        context |= {
            "standing_label": standing.label,
            "definition": DEFINITIONS[standing],
        }
    return render(request, "cases/case_table.html", context)


def _with_link(cases: CaseFilter, count: StandingCount) -> dict[str, Any]:
    return {
        "count": count,
        "query": cases.query(standing=count.code) or "?",
        "is_chosen": count.code == cases.standing_code,
    }


def _blocks(
    cases: CaseFilter, counts: Counts, rows: Sequence[StatusRow], page: Page[Any]
) -> Iterator[Block]:
    """Put rows in the order of the groups under them; others stand together."""
    lines = _lines(cases, rows)
    if cases.sort_name != BY_GROUP:
        yield Block(None, page.paginator.count, page.number > 1, lines)
        return
    totals = {
        key: counts.of_group(key, cases.standing_code) for key in cases.choices.groups
    }
    before, so_far = page.start_index() - 1, 0
    begins = {}
    for key, total in totals.items():  # in the platform's order, as the rows are
        begins[key] = so_far
        so_far += total
    for key, of_group in groupby(lines, key=lambda line: line.row.group):
        group = cases.choices.groups[key]
        yield Block(group, totals[key], begins[key] < before, list(of_group))


def _lines(cases: CaseFilter, rows: Sequence[StatusRow]) -> list[Line]:
    """Give rows the addresses they lead to."""
    slug, choices = cases.platform.slug, cases.choices
    is_flat = cases.sort_name != BY_GROUP

    case_address = reverse("cases:case", args=[slug, "AA-000"]).replace("AA-000", "{}")
    meetings = {
        meeting.pk: reverse("meetings:meeting", args=[slug, meeting.slug])
        for key in {
            basis.meeting
            for row in rows
            for basis in (row.listed_by, row.ended_by)
            if basis
        }
        if (meeting := choices.meetings.get(key))
    }

    def decided(basis: Basis | None) -> Decided | None:
        if basis is None:
            return None
        if basis.meeting not in meetings:
            return Decided(basis, "尚未公開的會議", "")
        title = choices.meetings[basis.meeting].short_title
        return Decided(basis, title, meetings[basis.meeting])

    return [
        Line(
            row,
            case_address.format(row.number),
            tuple((name, case_address.format(number)) for number, name in row.parts),
            choices.groups[row.group].name if is_flat else "",
            decided(row.listed_by),
            decided(row.ended_by),
        )
        for row in rows
    ]


def _heads(cases: CaseFilter, case_word: str) -> Iterator[Head]:
    yield _sortable(cases, "案號", "col-number", "number", "-number")
    yield Head(f"{case_word}名稱", "col-name")
    yield _sortable(cases, "列管依據", "col-basis", "-listed", "listed")
    yield _sortable(cases, "最新辦理情形", "col-progress", "-progress", "progress")


def _sortable(
    cases: CaseFilter, label: str, css_class: str, first: str, second: str
) -> Head:
    """The head of a column sorted one way when asked for, the other when asked again."""
    sort = cases.sort_name
    direction = ""
    if sort in (first, second):
        direction = "descending" if sort.startswith("-") else "ascending"
    offered = second if sort == first else first
    return Head(
        label,
        css_class,
        cases.query(sort=offered) or "?",
        direction,
        str(SORTS[offered].label),
    )


def _chips(cases: CaseFilter) -> Iterator[Chip]:
    for condition in cases.conditions:
        left = cases.query(**{condition.field: None}) or "?"
        yield Chip(condition.label, condition.value, left)
    if cases.day != cases.today:
        left = cases.query(as_of=None) or "?"
        yield Chip("資料日期", format_roc(cases.day), left)
    if cases.sort_name != BY_GROUP:
        label = str(SORTS[cases.sort_name].label)
        yield Chip("排序", label, cases.query(sort=None) or "?")


def _page_query(cases: CaseFilter, number: int) -> str:
    """Return the query of a page; the first is meant where none is named."""
    query = cases.query()
    if number == 1:
        return query or "?"
    return f"{query}&page={number}" if query else f"?page={number}"


def _page_links(cases: CaseFilter, page: Page[Any]) -> Iterator[tuple[int | str, str]]:
    """The pages to go to with their queries; what is left out is an ellipsis."""
    for number in page.paginator.get_elided_page_range(
        page.number, on_each_side=2, on_ends=1
    ):
        query = _page_query(cases, number) if isinstance(number, int) else ""
        yield number, query

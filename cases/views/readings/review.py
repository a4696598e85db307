"""Reviewing minutes that were read: the paper beside the facts, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from cases.desk.forms import ChairForm
from cases.desk.sheet import BEGINNINGS, CHOICES
from cases.models import Case, LedgerEntry, Reading, ReadMinutes
from cases.readings.choose import (
    HEADER,
    NEW,
    OTHER,
    DraftMade,
    SavedMeanwhile,
    accept_clear,
    differences,
    put_aside,
    save_header,
)
from cases.readings.drafting import ChangedMeanwhile, make_draft
from cases.readings.forms import HeaderForm, stored_header
from cases.readings.judge import Row, label_of
from cases.readings.minutes import facts_of
from cases.readings.review import Review, on_record, review_of
from cases.readings.texts import left_out_of
from cases.views.desk.access import desk_page, desk_view
from cases.views.desk.overview import address_of
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.desk.rows import RowSet
from cases.views.readings.access import (
    kept_minutes,
    kept_reading,
    minutes_address,
    reading_address,
)
from cases.views.readings.paper import line_of, paper_lines
from meetings.models import Platform
from platform_site.lib.roc import format_roc, format_time

Kind = LedgerEntry.Kind
Content = Mapping[str, Any]


@dataclass(frozen=True)
class ShownRow:
    """A row as it is drawn: what its fields hold, what is wrong, where it stands."""

    row: Row
    said: Mapping[str, Any]
    errors: Mapping[str, str]
    line: int


@desk_view
@require_safe
def reading(request: HttpRequest, platform: str, key: int) -> HttpResponseBase:
    """Show what a paper holds; one with a single part leads there at once."""
    found = kept_reading(request, platform, key)
    if found.kind == Reading.Kind.STATUS_REPORT and found.state == Reading.State.READ:
        return HttpResponseRedirect(reading_address(found, "read-progress"))
    those = list(
        found.minutes.select_related(
            "series", "minutes__meeting__platform", "minutes__meeting__series"
        )
    )
    if found.kind == Reading.Kind.MINUTES and len(those) == 1:
        return HttpResponseRedirect(
            minutes_address(_of(those[0], found), "read-minutes")
        )
    return desk_page(
        request,
        "readings/reading.html",
        found.name,
        {
            "platform": found.platform,
            "reading": found,
            "minutes": those,
            "on_record": on_record(found.platform, those),
        },
    )


def _of(read: ReadMinutes, found: Reading) -> ReadMinutes:
    read.reading = found
    return read


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def minutes(
    request: HttpRequest, platform: str, key: int, order: int
) -> HttpResponseBase:
    """Show minutes that were read beside the paper; POST saves their header."""
    read = kept_minutes(request, platform, key, order)
    if request.method != "POST":
        return page(request, read)
    form = HeaderForm(request.POST, platform=read.reading.platform)
    chairs = RowSet(ChairForm, read.chairs, prefix="chairs", data=request.POST)
    errors = {
        name: " ".join(map(str, says)) for name, says in form.errors.items()
    } | chairs.errors()
    if errors:
        return page(
            request,
            read,
            form=form,
            chairs=chairs,
            errors=errors,
            status=UNPROCESSABLE,
        )
    said = {**form.cleaned_data, "chairs": chairs.rows()}
    assert request.user.is_authenticated
    try:
        save_header(read, said, version=version_of(request), by=request.user)
    except SavedMeanwhile as late:
        return _header_conflict(request, _of(late.read, read.reading), said)
    except DraftMade as error:
        return _told(request, read, error.messages)
    messages.success(request, "會議資料已儲存。")
    if request.POST.get("do") == "add_row":
        asked = request.POST.get("rows-blank", "")
        blank = int(asked) + 1 if asked.isdecimal() and len(asked) < 3 else 2
        return HttpResponseRedirect(f"{request.path}?blank={min(blank, 20)}#sitting")
    return HttpResponseRedirect(f"{request.path}#sitting")


def version_of(request: HttpRequest) -> int:
    """Return the version a form was filled from."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def page(
    request: HttpRequest,
    read: ReadMinutes,
    *,
    form: HeaderForm | None = None,
    chairs: RowSet | None = None,
    errors: Mapping[str, str] | None = None,
    row_errors: Mapping[int, Mapping[str, str]] | None = None,
    typed: Mapping[int, Mapping[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the review of one meeting's minutes."""
    paper = facts_of(read.reading)
    review = review_of(read, paper)
    asked = request.GET.get("blank", "")
    blank = min(int(asked), 20) if asked.isdecimal() and len(asked) < 3 else 1
    context = {
        **fragment_context(review),
        "rows": shown_rows(review, row_errors or {}, typed or {}),
        "errors": errors or {},
        "lacks": {},
        "form": form
        or HeaderForm(initial=stored_header(read), platform=read.reading.platform),
        "formset": (
            chairs or RowSet(ChairForm, read.chairs, prefix="chairs", blank=blank)
        ).formset,
        "paper": paper_lines(review),
        "cases": _every_case(read.reading.platform),
        "saved": read,
        "left_out": left_out_of(review) if read.is_open else [],
    }
    return desk_page(
        request, "readings/minutes.html", f"審閱：{read}", context, status=status
    )


def fragment_context(review: Review) -> dict[str, Any]:
    """Return what the rows and the counts of a review are drawn from."""
    read = review.read
    platform = read.reading.platform
    return {
        "platform": platform,
        "reading": read.reading,
        "read": read,
        "review": review,
        "facts": review.facts,
        "at": minutes_address(read, "read-minutes"),
        "kinds": kinds_of(review),
        "reasons": LedgerEntry.Reason.choices,
        "groups": list(platform.groups.filter(children=None)),
    }


def kinds_of(review: Review) -> list[tuple[str, str]]:
    """Return what meetings of the series may decide at all, with its words."""
    decides = review.decides
    kinds = dict.fromkeys(
        (
            *CHOICES[decides, True],
            *CHOICES[decides, False],
            *BEGINNINGS[decides],
            *((Kind.RELIST,) if decides else ()),
        )
    )
    platform = review.read.reading.platform
    return [(kind, label_of(kind, platform)) for kind in kinds]


def shown_rows(
    review: Review,
    errors: Mapping[int, Mapping[str, str]],
    typed: Mapping[int, Mapping[str, Any]],
) -> list[ShownRow]:
    """Return the rows as they are drawn: as typed where something was wrong."""
    return [
        ShownRow(
            row,
            typed.get(row.decision.order) or _said(row),
            errors.get(row.decision.order, {}),
            line_of(review.paper.text, row.decision.source_start)
            if row.decision.source_start is not None
            else 0,
        )
        for row in review.rows
    ]


def _said(row: Row) -> dict[str, str]:
    """Return what the fields of a row begin with."""
    chosen = row.chosen
    case, other = "", ""
    if chosen.is_new:
        case = NEW
    elif chosen.case is not None:
        case = chosen.case.number
        if all(each.case.number != case for each in row.candidates):
            case, other = OTHER, f"{case} {row.called}"
    return {
        "case": case,
        "other": other,
        "group": chosen.group.slug if chosen.group else "",
        "kind": chosen.kind,
        "reason": chosen.reason,
        "words": chosen.words,
        "new_name": chosen.new_name or row.decision.name,
        "into": chosen.into,
    }


def _every_case(platform: Platform) -> list[str]:
    """Return number and name of each case, to choose from."""
    named = Case.objects.as_of(timezone.localdate()).filter(platform=platform)
    return [f"{case.number} {case.current_name}" for case in named.in_order()]


# Buttons -----------------------------------------------------------------------------


def _told(
    request: HttpRequest, read: ReadMinutes, sentences: Sequence[str]
) -> HttpResponseBase:
    for sentence in sentences:
        messages.error(request, sentence)
    return HttpResponseRedirect(minutes_address(read, "read-minutes"))


@desk_view
@require_POST
def accept_rest(
    request: HttpRequest, platform: str, key: int, order: int
) -> HttpResponseBase:
    """Accept every row without a doubt."""
    read = kept_minutes(request, platform, key, order)
    assert request.user.is_authenticated
    try:
        count = accept_clear(read, by=request.user)
    except ValidationError as error:
        return _told(request, read, error.messages)
    messages.success(request, f"已接受 {count} 項沒有疑義的決定。")
    return HttpResponseRedirect(minutes_address(read, "read-minutes") + "#decisions")


@desk_view
@require_POST
def aside(
    request: HttpRequest, platform: str, key: int, order: int
) -> HttpResponseBase:
    """Put the minutes of a paper aside, or take them up again."""
    read = kept_minutes(request, platform, key, order)
    is_ignored = request.POST.get("do") == "ignore"
    assert request.user.is_authenticated
    try:
        put_aside(read, is_ignored=is_ignored, by=request.user)
    except ValidationError as error:
        return _told(request, read, error.messages)
    said = "已略過這份會議紀錄。" if is_ignored else "已恢復審閱這份會議紀錄。"
    messages.success(request, said)
    return HttpResponseRedirect(minutes_address(read, "read-minutes"))


@desk_view
@require_POST
def draft(
    request: HttpRequest, platform: str, key: int, order: int
) -> HttpResponseBase:
    """Make the draft at the desk and go there."""
    read = kept_minutes(request, platform, key, order)
    assert request.user.is_authenticated
    try:
        made = make_draft(
            read,
            rest=request.POST.getlist("rest"),
            stamp=request.POST.get("stamp", ""),
            is_own="own" in request.POST,
            by=request.user,
        )
    except ChangedMeanwhile:
        messages.error(
            request,
            "您開啟這一頁之後審閱內容已有變更，草稿尚未製成；請再看一次後重按。",
        )
        return page(request, _again(request, read), status=CONFLICT)
    except ValidationError as error:
        for sentence in error.messages:
            messages.error(request, sentence)
        return page(request, _again(request, read), status=UNPROCESSABLE)
    for sentence in made.left_out:
        messages.warning(request, sentence)
    messages.success(request, "草稿已製成，原始文件已附於草稿；請檢核後確認。")
    return HttpResponseRedirect(address_of(made.minutes.meeting, "meeting"))


def _again(request: HttpRequest, read: ReadMinutes) -> ReadMinutes:
    return kept_minutes(
        request, read.reading.platform.slug, read.reading.pk, read.order
    )


# Two clerks --------------------------------------------------------------------------


def _header_conflict(
    request: HttpRequest, read: ReadMinutes, said: Content
) -> HttpResponse:
    """Show both headers; the other's stands until this one is saved over it."""
    hidden = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "version")
        for value in values
    ]
    stored = {name: getattr(read, name) for name in HEADER}
    return conflict_page(
        request,
        read,
        who=read.saved_by,
        at=read.saved_at,
        sides=list(differences(_header_words(said), _header_words(stored))),
        hidden=hidden,
        version=read.version,
        address=minutes_address(read, "read-minutes"),
        back="#sitting",
    )


def conflict_page(
    request: HttpRequest, read: ReadMinutes, **context: Any
) -> HttpResponse:
    """Answer that somebody else was first, with what both say."""
    return desk_page(
        request,
        "readings/conflict.html",
        "另有人先儲存",
        {
            "platform": read.reading.platform,
            "reading": read.reading,
            "read": read,
            "is_own": context["who"] == request.user,
            **context,
        },
        status=CONFLICT,
    )


def _header_words(said: Content) -> list[tuple[str, str]]:
    words = []
    for name in HEADER:
        if name != "chairs":
            label = str(HeaderForm.base_fields[name].label)
            words.append((label, _words(said[name])))
    chairs = "\n".join(
        " ".join(str(value) for value in chair.values() if value)
        for chair in said["chairs"]
    )
    return [*words, ("主席", chairs)]


def _words(value: Any) -> str:
    match value:
        case None | "":
            return "（未填）"
        case date():
            return format_roc(value, "full")
        case time():
            return format_time(value)
    return str(value)

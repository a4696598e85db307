"""One decision of a review: accepted, corrected, put aside or opened again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from cases.models import Choice, LedgerEntry, ReadDecision, ReadMinutes
from cases.readings.choose import (
    ChosenMeanwhile,
    DraftMade,
    accept,
    differences,
    set_aside,
)
from cases.readings.judge import chosen_of
from cases.readings.review import Review, review_of
from cases.views.answers import by_field, wants_json
from cases.views.desk.access import desk_view
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.readings.access import kept_minutes, minutes_address
from cases.views.readings.review import (
    conflict_page,
    fragment_context,
    page,
    shown_rows,
    version_of,
)
from meetings.words import say

SET_ASIDE = {"ignore": Choice.IGNORED, "reopen": Choice.OPEN}


@desk_view
@require_POST
def row(
    request: HttpRequest, platform: str, key: int, order: int, row: int
) -> HttpResponseBase:
    """Take down what a person says to a row."""
    read = kept_minutes(request, platform, key, order)
    decision = ReadDecision.objects.filter(read_minutes=read, order=row).first()
    if decision is None:
        raise Http404("這份會議紀錄沒有這一項決定。")
    do = request.POST.get("do", "")
    if do not in ("accept", *SET_ASIDE):
        return _invalid(request, read, decision, {"": "請按接受、略過或重新審閱。"})
    version = version_of(request)
    assert request.user.is_authenticated
    try:
        if do == "accept":
            accept(read, decision.pk, request.POST, version=version, by=request.user)
        else:
            set_aside(
                read, decision.pk, SET_ASIDE[do], version=version, by=request.user
            )
    except ChosenMeanwhile as late:
        return _conflict(request, read, late.decision)
    except DraftMade as error:
        messages.error(request, error.messages[0])
        return HttpResponseRedirect(minutes_address(read, "read-minutes"))
    except ValidationError as error:
        return _invalid(request, read, decision, by_field(error))
    if wants_json(request):
        return _drawn(request, read, decision)
    return HttpResponseRedirect(
        f"{minutes_address(read, 'read-minutes')}#row-{decision.order}"
    )


def _drawn(
    request: HttpRequest, read: ReadMinutes, decision: ReadDecision
) -> HttpResponse:
    """Answer the script with the row and the counts as they stand."""
    review = review_of(read)
    context = fragment_context(review)
    rows = {
        shown.row.decision.order: render_to_string(
            "readings/_row.html", {**context, "shown": shown}, request
        )
        for shown in shown_rows(review, {}, {})
        # A second decision about a case puts the first one in doubt.
        if shown.row.decision.pk == decision.pk
        or _shares(shown.row.decision, decision, review)
    }
    live = render_to_string("readings/_live.html", context, request)
    return JsonResponse({"rows": rows, "live": live})


def _shares(one: ReadDecision, other: ReadDecision, review: Review) -> bool:
    cases = {row.decision.pk: row.chosen.case for row in review.rows}
    case = cases.get(one.pk)
    return case is not None and case == cases.get(other.pk)


def _invalid(
    request: HttpRequest,
    read: ReadMinutes,
    decision: ReadDecision,
    errors: Mapping[str, str],
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"errors": dict(errors)}, status=UNPROCESSABLE)
    return page(
        request,
        read,
        row_errors={decision.order: errors},
        typed={decision.order: request.POST},
        status=UNPROCESSABLE,
    )


# Two clerks --------------------------------------------------------------------------


def _conflict(
    request: HttpRequest, read: ReadMinutes, stands: ReadDecision
) -> HttpResponseBase:
    hidden = [
        (name, value)
        for name, value in request.POST.items()
        if name not in ("csrfmiddlewaretoken", "version")
    ]
    mine, theirs = _sent_words(request.POST), _words(stands)
    if request.POST.get("do") != "accept":
        mine = [("審閱", {"ignore": "略過"}.get(request.POST["do"], "重新審閱"))]
    if wants_json(request):
        # The script sends the plain form then, and the page shows both.
        return JsonResponse({"state": "conflict"}, status=CONFLICT)
    return conflict_page(
        request,
        read,
        who=stands.chosen_by,
        at=stands.chosen_at,
        sides=list(differences(mine, theirs)),
        hidden=hidden,
        version=stands.version,
        address=minutes_address(read, "read-row", row=stands.order),
        back=f"#row-{stands.order}",
        subject=stands.name,
    )


def _words(decision: ReadDecision) -> list[tuple[str, str]]:
    chosen = chosen_of(decision)
    case = str(chosen.case.number) if chosen.case else ""
    return [
        ("審閱", decision.get_state_display()),
        (say("合作案"), "新案" if chosen.is_new else case),
        ("決定", str(LedgerEntry.Kind(chosen.kind).label) if chosen.kind else ""),
        ("名稱", chosen.new_name),
        ("併入", chosen.into),
        ("說明", chosen.words),
    ]


def _sent_words(said: Any) -> list[tuple[str, str]]:
    choice = said.get("case", "")
    case = {"new": "新案", "other": said.get("other", "")}.get(choice, choice)
    kinds = dict(LedgerEntry.Kind.choices)
    return [
        ("審閱", "已接受"),
        (say("合作案"), case),
        ("決定", str(kinds.get(said.get("kind", ""), ""))),
        ("名稱", said.get("new_name", "") if choice == "new" else ""),
        ("併入", said.get("into", "")),
        ("說明", said.get("words", "")),
    ]

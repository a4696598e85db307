"""One text of a status report: accepted, corrected, put aside or opened again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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

from cases.models import Choice, Reading, ReadProgress
from cases.readings.progress import review_progress
from cases.readings.progress_choose import (
    JOINT,
    OTHER,
    ChosenMeanwhile,
    Written,
    accept,
    set_aside,
)
from cases.views.answers import by_field, wants_json
from cases.views.desk.access import desk_page, desk_view
from cases.views.desk.parts import CONFLICT, UNPROCESSABLE
from cases.views.readings.access import reading_address
from cases.views.readings.progress import (
    address_of,
    fragment_context,
    kept_report,
    page,
    pieces,
    shown_rows,
    told,
)
from cases.views.readings.review import version_of
from meetings.words import say

SET_ASIDE = {"ignore": Choice.IGNORED, "reopen": Choice.OPEN}


@desk_view
@require_POST
def row(request: HttpRequest, platform: str, key: int, row: int) -> HttpResponseBase:
    """Take down what a person says to a row."""
    reading = kept_report(request, platform, key)
    progress = ReadProgress.objects.filter(reading=reading, order=row).first()
    if progress is None:
        raise Http404("這份文件沒有這一段辦理情形。")
    do = request.POST.get("do", "")
    if do not in ("accept", *SET_ASIDE):
        return _invalid(request, reading, progress, {"": "請按接受、略過或重新審閱。"})
    version = version_of(request)
    assert request.user.is_authenticated
    try:
        if do == "accept":
            accept(reading, progress.pk, request.POST, version=version, by=request.user)
        else:
            set_aside(
                reading, progress.pk, SET_ASIDE[do], version=version, by=request.user
            )
    except ChosenMeanwhile as late:
        return _conflict(request, reading, late.progress)
    except Written as error:
        return told(request, reading, error.messages)
    except ValidationError as error:
        return _invalid(request, reading, progress, by_field(error))
    if wants_json(request):
        return _drawn(request, reading, progress)
    return HttpResponseRedirect(f"{address_of(reading)}#row-{progress.order}")


def _drawn(
    request: HttpRequest, reading: Reading, progress: ReadProgress
) -> HttpResponse:
    """Answer the script with the row, those of its case, and the end of the page."""
    review = review_progress(reading)
    context = fragment_context(review)
    shown = shown_rows(review, {}, {})
    own = next(each.row for each in shown if each.row.progress.pk == progress.pk)
    rows = {
        each.row.progress.order: render_to_string(
            "readings/_progress_row.html", {**context, "shown": each}, request
        )
        for each in shown
        if each.row is own or (own.case is not None and each.row.case == own.case)
    }
    live = render_to_string("readings/_progress_live.html", context, request)
    return JsonResponse({"rows": rows, "live": live})


def _invalid(
    request: HttpRequest,
    reading: Reading,
    progress: ReadProgress,
    errors: Mapping[str, str],
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"errors": dict(errors)}, status=UNPROCESSABLE)
    return page(
        request,
        reading,
        row_errors={progress.order: errors},
        typed={progress.order: request.POST},
        status=UNPROCESSABLE,
    )


# Two clerks ------------------------------------------------------------------------


def _conflict(
    request: HttpRequest, reading: Reading, stands: ReadProgress
) -> HttpResponseBase:
    if wants_json(request):
        # The script sends the plain form then, and the page shows both.
        return JsonResponse({"state": "conflict"}, status=CONFLICT)
    review = review_progress(reading)
    names = {member.slug: member.short_name for member in review.members}
    mine = _sent_words(request.POST, names)
    theirs = _words(stands)
    sides = [
        (label, words, theirs[label])
        for label, words in mine.items()
        if words != theirs[label] and label != "辦理情形"
    ]
    text = mine.get("辦理情形", theirs["辦理情形"])
    differs = pieces(text, theirs["辦理情形"]) if text != theirs["辦理情形"] else None
    return desk_page(
        request,
        "readings/progress_conflict.html",
        "另有人先儲存",
        {
            "platform": reading.platform,
            "reading": reading,
            "progress": stands,
            "is_own": stands.chosen_by == request.user,
            "sides": sides,
            "texts": differs,
            "hidden": [
                (name, value)
                for name, value in request.POST.items()
                if name not in ("csrfmiddlewaretoken", "version")
            ],
            "address": reading_address(reading, "read-progress-row", row=stands.order),
            "back": f"{address_of(reading)}#row-{stands.order}",
        },
        status=CONFLICT,
    )


def _words(progress: ReadProgress) -> dict[str, str]:
    owner = progress.municipality
    return {
        "審閱": progress.get_state_display(),
        say("合作案"): progress.case.number if progress.case else "",
        "縣市": owner.short_name if owner else "共同填報",
        "辦理情形": progress.text,
    }


def _sent_words(said: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    do = said.get("do", "")
    if do != "accept":
        return {"審閱": {"ignore": "已略過"}.get(do, "待審閱")}
    case = said.get("case", "")
    owner = str(said.get("municipality", ""))
    return {
        "審閱": "已接受",
        say("合作案"): said.get("other", "") if case == OTHER else case,
        "縣市": "共同填報" if owner == JOINT else names.get(owner, "（未選）"),
        "辦理情形": str(said.get("text", "")).replace("\r\n", "\n").strip("\n"),
    }

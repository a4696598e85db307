"""A part of draft minutes as one form: shown, saved, and kept from being overwritten.

Without a script the form is posted and the page comes again. The script posts the
same form to the same address, asks for JSON and swaps what the server renders anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.loader import render_to_string
from django.utils import timezone

from cases.readings.minutes import unread_of
from cases.views.answers import wants_json
from cases.views.desk.access import desk_page
from cases.views.desk.steps import steps_of
from meetings.minutes.drafting import SavedMeanwhile, saving
from meetings.models import DraftPart, Meeting, Minutes
from platform_site.lib.differences import differences

Content = dict[str, dict[str, Any]]

UNPROCESSABLE = 422
CONFLICT = 409
# Fields of a form that are not what the clerk typed.
OF_THE_FORM = {"csrfmiddlewaretoken", "version", "do"}


class Part:
    """One part of one meeting's draft minutes, for one request.

    ``content`` is what was sent, by unit (a row, a field); ``errors`` say at which
    field what is wrong, ``lacks`` what is only missing.
    """

    slug: str = ""
    title: str = ""
    template = ""
    live_template = ""

    def __init__(
        self, request: HttpRequest, meeting: Meeting, minutes: Minutes
    ) -> None:
        self.request = request
        self.meeting = meeting
        self.minutes = minutes
        self.content: Content = {}
        self.errors: dict[str, str] = {}

    def again(self) -> Part:
        """Return the part as it stands after saving, with nothing sent."""
        return type(self)(self.request, self.meeting, self.minutes)

    def stored(self) -> Content:
        """Return what stands in the database now."""
        raise NotImplementedError

    def read(self, data: Mapping[str, Any], *, do: str) -> None:
        """Read what was sent into ``content`` and ``errors``."""
        raise NotImplementedError

    def save(self, content: Content) -> None:
        """Write ``content``; called within the transaction that counts the version."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """Return what the template shows."""
        return {}

    def live(self) -> dict[str, Any]:
        """Return what the live fragment shows: what follows from what is saved."""
        return {}

    def lacks(self) -> dict[str, str]:
        """Return what is missing, by field, after saving."""
        return {}

    def label(self, key: str) -> str:
        """Return what a clerk calls a unit of the content."""
        return key

    def words(self, said: Mapping[str, Any]) -> str:
        """Return what a unit says, as text to compare."""
        return "\n".join(str(value) for value in said.values() if value)


def edit(part: Part) -> HttpResponseBase:
    """Answer a request for ``part``: GET shows it, POST saves it."""
    request = part.request
    if request.method != "POST":
        return _show(part, _version(part))
    do = request.POST.get("do", "")
    data = request.POST
    part.read(data, do=do)
    if do.startswith("resolve"):
        return _resolve(part, do)
    if part.errors:
        return _invalid(part)
    return _save(part, _int(data.get("version")))


def _save(part: Part, version: int) -> HttpResponseBase:
    stored = part.stored()
    if part.content == stored and version == _version(part).version:
        return _saved(part, _version(part))
    try:
        with saving(part.minutes, part.slug, version=version, by=_user(part)) as saved:
            part.save(part.content)
    except SavedMeanwhile as late:
        # The very same, sent twice, is no conflict.
        if part.stored() == part.content:
            return _saved(part, late.part)
        return _conflict(part, late.part)
    except ValidationError as error:
        part.errors[""] = "".join(error.messages)
        return _invalid(part)
    return _saved(part, saved)


def _user(part: Part) -> Any:
    return part.request.user


def _version(part: Part) -> DraftPart:
    found = (
        DraftPart.objects.filter(minutes=part.minutes, part=part.slug)
        .select_related("saved_by")
        .first()
    )
    return found or DraftPart(minutes=part.minutes, part=part.slug, saved_by=None)


def _int(text: Any) -> int:
    return int(text) if str(text).isdecimal() and len(str(text)) < 10 else 0


# Answers -------------------------------------------------------------------------


def _show(part: Part, saved: DraftPart, *, status: int = 200) -> HttpResponse:
    context = {
        "part": part,
        "meeting": part.meeting,
        "minutes": part.minutes,
        "steps": steps_of(part.meeting, part.request.path),
        "saved": saved,
        "version": saved.version,
        "errors": part.errors,
        "lacks": part.lacks(),
        "unread": unread_of(part.minutes),
        **part.context(),
        **part.live(),
    }
    return desk_page(part.request, part.template, part.title, context, status=status)


def _invalid(part: Part) -> HttpResponseBase:
    if wants_json(part.request):
        return JsonResponse(
            {"state": "invalid", "errors": part.errors}, status=UNPROCESSABLE
        )
    saved = _version(part)
    saved.version = _int(part.request.POST.get("version"))
    return _show(part, saved, status=UNPROCESSABLE)


def _saved(part: Part, saved: DraftPart) -> HttpResponseBase:
    at = timezone.localtime(saved.saved_at)
    if wants_json(part.request):
        fresh = part.again()
        live = ""
        if part.live_template:
            live = render_to_string(
                part.live_template, {"meeting": part.meeting, **fresh.live()}
            )
        return JsonResponse(
            {
                "state": "saved",
                "version": saved.version,
                "at": f"{at:%H:%M}",
                "live": live,
                "lacks": fresh.lacks(),
            }
        )
    do = part.request.POST.get("do", "")
    said = f"已儲存（{at:%H:%M}）。"
    if count := len(part.again().lacks()):
        said += f"尚有 {count} 處待補，已標示於欄位下方。"
    messages.success(part.request, said)
    target = part.request.path
    if do == "add_row":
        more = _int(part.request.POST.get("rows-blank")) + 1
        target += f"?blank={min(more, 50)}#last-row"
    elif do == "add" or do.startswith("take-"):
        target += "#new-cases"
    elif do in ("continue_rest", "agree_all"):
        target += "#sheet"
    return HttpResponseRedirect(target)


# Two clerks ----------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """A unit that two clerks left differently: each text in pieces, changed or not.

    Where this clerk has nothing the other's is proposed: it was hardly deleted.
    """

    key: str
    label: str
    mine: list[tuple[bool, str]]
    theirs: list[tuple[bool, str]]

    @property
    def is_theirs(self) -> bool:
        """Whether the other's text is proposed."""
        return not self.mine


def _conflict(part: Part, saved: DraftPart) -> HttpResponseBase:
    stored = part.stored()
    hidden = [
        (name, value)
        for name, values in part.request.POST.lists()
        if name not in OF_THE_FORM and not name.startswith("choose-")
        for value in values
    ]
    context = {
        "part": part,
        "meeting": part.meeting,
        "steps": steps_of(part.meeting, part.request.path),
        "saved": saved,
        "is_own": saved.saved_by_id == _user(part).pk,
        "differences": list(_differences(part, part.content, stored)),
        "hidden": hidden,
    }
    if wants_json(part.request):
        panel = render_to_string("desk/_conflict.html", context, request=part.request)
        return JsonResponse({"state": "conflict", "panel": panel}, status=CONFLICT)
    return desk_page(
        part.request,
        "desk/conflict.html",
        f"{part.title}：另有人先儲存",
        context,
        status=CONFLICT,
    )


def _resolve(part: Part, do: str) -> HttpResponseBase:
    """Save what the clerk chose of two texts, or let it be edited."""
    if part.errors:
        return _invalid(part)
    version = _int(part.request.POST.get("version"))
    if do == "resolve_edit":
        saved = _version(part)
        saved.version = version
        return _show(part, saved)
    stored = part.stored()
    mine = part.content
    theirs = {
        key
        for key in {*mine, *stored}
        if part.request.POST.get(f"choose-{key}") == "theirs"
    }
    part.content = {
        key: stored[key] if key in theirs else mine[key]
        for key in [*mine, *(each for each in stored if each not in mine)]
        if key in (stored if key in theirs else mine)
    }
    return _save(part, version)


def _differences(part: Part, mine: Content, theirs: Content) -> Iterator[Difference]:
    for key in [*theirs, *(each for each in mine if each not in theirs)]:
        if mine.get(key) == theirs.get(key):
            continue
        ours, other = (
            part.words(side[key]) if key in side else "" for side in (mine, theirs)
        )
        yield Difference(key, part.label(key), *pieces(ours, other))


def pieces(
    mine: str, theirs: str
) -> tuple[list[tuple[bool, str]], list[tuple[bool, str]]]:
    """Return both texts cut where they differ; True stands before what does."""
    found = differences(mine, theirs)
    return (
        [(each.kind == "removed", each.text) for each in found if each.kind != "added"],
        [(each.kind == "added", each.text) for each in found if each.kind != "removed"],
    )

"""The handbook of a meeting at the desk: arranged, worded, printed and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from cases.desk.forms import LONGEST, tidy_text
from cases.desk.handbook_forms import HandbookSectionForm, ProgrammeForm
from cases.handbooks.gather import case_texts, usual_sections
from cases.handbooks.making import (
    CONFIRMED,
    ask_for_handbook,
    make_again,
    throw_away,
)
from cases.models import HandbookEdition, HandbookFile, HandbookSection, HandbookWording
from cases.views.desk.access import desk_page, desk_view, draft_minutes, kept_meeting
from cases.views.desk.parts import Content, Part, edit
from cases.views.desk.rows import RowsPart
from cases.views.desk.steps import steps_of
from meetings.models import Meeting, Minutes, ProgrammeItem
from platform_site.lib.odf import ODT_TYPE

CONFLICT = 409
CONTENT_TYPES = {"pdf": "application/pdf", "odt": ODT_TYPE}


# Preparing it -----------------------------------------------------------------------


class ProgrammePart(RowsPart):
    """What happens when at the meeting."""

    slug = "programme"
    title = "議程時間"
    form = ProgrammeForm
    add_label = "再加一項"
    hint = "依時間先後；時間可填 14:30 或 1430。前後不相接或重疊時會提示，仍可儲存。"

    def existing(self) -> Sequence[Any]:
        """Return the items."""
        return list(self.meeting.programme.order_by("order"))

    def new(self) -> models.Model:
        """Return an item of this meeting."""
        return ProgrammeItem(meeting=self.meeting)

    def lacks(self) -> dict[str, str]:
        """Say where the times do not follow one another."""
        found = super().lacks()
        items = self.existing()
        for place, (before, item) in enumerate(pairwise(items)):
            if before.ends_at is None or before.ends_at == item.starts_at:
                continue
            says = "晚" if before.ends_at < item.starts_at else "早"
            found.setdefault(
                f"rows-{place + 1}-starts_at",
                f"比前一項的結束時間（{before.ends_at:%H:%M}）{says}，請確認。",
            )
        return found

    def label(self, key: str) -> str:
        """Call an item by its number."""
        return f"第{key}項議程"


class SectionsPart(RowsPart):
    """What the handbook prints, in which order, under which headings."""

    slug = "handbook"
    title = "會議資料章節"
    form = HandbookSectionForm
    add_label = "再加一段自訂文字"
    hint = (
        "各章內容由系統依目前的紀錄彙整；不印的取消「印出」，順序可改號，"
        "標題與內容之前的文字可另填。"
    )

    def existing(self) -> Sequence[Any]:
        """Return the sections."""
        return list(self.minutes.handbook_sections.order_by("order"))

    def new(self) -> models.Model:
        """Return a section of this handbook."""
        return HandbookSection(minutes=self.minutes)

    def proposed(self) -> Sequence[Mapping[str, Any]]:
        """Propose the usual sections."""
        return [
            {name: getattr(section, name) for name in self.names()}
            for section in usual_sections()
        ]

    def label(self, key: str) -> str:
        """Call a section by what it is."""
        said = self.content.get(key) or self.stored().get(key, {})
        kind = HandbookSection.Kind(said.get("kind") or HandbookSection.Kind.TEXT)
        return f"第{key}段「{said.get('heading') or kind.label}」"


class WordingsPart(Part):
    """What is printed about each case instead of what the record says."""

    slug = "handbook-wordings"
    title = "會議資料用字"
    template = "desk/handbook_wordings.html"

    def stored(self) -> Content:
        """Return the wordings by case."""
        rows = HandbookWording.objects.filter(minutes=self.minutes)
        return {str(row.case_id): {"text": row.text} for row in rows}

    def read(self, data: Mapping[str, Any], *, do: str) -> None:
        """Read the texts; one that says what the record says is none."""
        for case in case_texts(self.meeting):
            name = f"text-{case.pk}"
            text = tidy_text(str(data.get(name, "")))
            if len(text) > LONGEST:
                self.errors[name] = f"每案文字最多 {LONGEST} 字，請刪減。"
            if text and text != case.text:
                self.content[str(case.pk)] = {"text": text}

    def save(self, content: Content) -> None:
        """Write the wordings."""
        rows = HandbookWording.objects.filter(minutes=self.minutes)
        rows.exclude(case__in=[int(key) for key in content]).delete()
        HandbookWording.objects.bulk_create(
            [
                HandbookWording(
                    minutes=self.minutes, case_id=int(key), text=said["text"]
                )
                for key, said in content.items()
            ],
            update_conflicts=True,
            unique_fields=["minutes", "case"],
            update_fields=["text"],
        )

    def context(self) -> dict[str, Any]:
        """Return the cases with what is printed about each."""
        typed = self.content or self.stored()
        return {"rows": list(self._rows(typed))}

    def _rows(self, typed: Content) -> Iterator[dict[str, Any]]:
        for case in case_texts(self.meeting):
            own = typed.get(str(case.pk), {}).get("text", "")
            yield {
                "name": f"text-{case.pk}",
                "case": case,
                "text": own or case.text,
                "is_own": bool(own),
            }

    def label(self, key: str) -> str:
        """Call a wording by its case."""
        names = {str(case.pk): case.name for case in case_texts(self.meeting)}
        return names.get(key, key)


PARTS: Mapping[str, type[Part]] = {
    part.slug: part for part in (ProgrammePart, SectionsPart, WordingsPart)
}


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(
    request: HttpRequest, platform: str, meeting: str, part: str
) -> HttpResponseBase:
    """Show or save one part of what the handbook is made of."""
    if part not in PARTS:
        raise Http404("沒有這個部分，請由會議工作桌選擇。")
    found = kept_meeting(request, platform, meeting)
    return edit(PARTS[part](request, found, draft_minutes(found)))


# Printing it ------------------------------------------------------------------------


def _address(meeting: Meeting) -> str:
    return reverse("desk:handbook", args=[meeting.platform.slug, meeting.slug])


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def handbook(request: HttpRequest, platform: str, meeting: str) -> HttpResponseBase:
    """The editions of a meeting's handbook; POST has the next one made."""
    found = kept_meeting(request, platform, meeting)
    if request.method != "POST":
        return _page(request, found)
    assert request.user.is_authenticated
    try:
        ask_for_handbook(found, by=request.user)
    except ValidationError as error:
        return _page(request, found, fault="".join(error.messages), status=CONFLICT)
    messages.success(request, "已開始製作會議資料。")
    return HttpResponseRedirect(_address(found))


@desk_view
@require_safe
def progress(request: HttpRequest, platform: str, meeting: str) -> HttpResponseBase:
    """How far the handbook in the making is: the part of the page that changes."""
    found = kept_meeting(request, platform, meeting)
    return desk_page(request, "desk/_handbook_progress.html", "", _state(found))


@desk_view
@require_POST
def again(
    request: HttpRequest, platform: str, meeting: str, number: int
) -> HttpResponseBase:
    """Have a handbook made again that met with a fault."""
    found = kept_meeting(request, platform, meeting)
    assert request.user.is_authenticated
    edition = get_object_or_404(HandbookEdition, meeting=found, number=number)
    make_again(edition, by=request.user)
    return HttpResponseRedirect(_address(found))


@desk_view
@require_POST
def away(
    request: HttpRequest, platform: str, meeting: str, number: int
) -> HttpResponseBase:
    """Throw a handbook away that is still in the making."""
    found = kept_meeting(request, platform, meeting)
    assert request.user.is_authenticated
    edition = get_object_or_404(HandbookEdition, meeting=found, number=number)
    try:
        throw_away(edition, by=request.user)
    except ValidationError as error:
        return _page(request, found, fault="".join(error.messages), status=CONFLICT)
    messages.success(request, f"已取消製作中的第{number}版。")
    return HttpResponseRedirect(_address(found))


@desk_view
@require_safe
def handbook_file(
    request: HttpRequest, platform: str, meeting: str, number: int, extension: str
) -> HttpResponseBase:
    """A file of a handbook, as it was printed."""
    found = kept_meeting(request, platform, meeting)
    file = get_object_or_404(
        HandbookFile,
        edition__meeting=found,
        edition__number=number,
        edition__made_at__isnull=False,
        name=f"handbook.{extension}",
    )
    edition = "" if number == 1 else f"（第{number}版）"
    name = f"{found.title}會議資料{edition}.{extension}"
    return HttpResponse(
        bytes(file.content),
        content_type=CONTENT_TYPES[extension],
        headers={
            "Content-Disposition": content_disposition_header(extension != "pdf", name),
            "ETag": f'"{file.sha256}"',
        },
    )


def _state(meeting: Meeting) -> dict[str, Any]:
    editions = list(
        meeting.handbooks.defer("dataset")
        .select_related("asked_by")
        .prefetch_related(
            models.Prefetch("files", HandbookFile.objects.defer("content"))
        )
        .order_by("-number")
    )
    return {
        "meeting": meeting,
        "making": next((each for each in editions if each.made_at is None), None),
        "made": [each for each in editions if each.made_at is not None],
    }


def _page(
    request: HttpRequest, meeting: Meeting, *, fault: str = "", status: int = 200
) -> HttpResponse:
    minutes: Minutes | None = getattr(meeting, "minutes", None)
    is_over = minutes is not None and minutes.state == Minutes.State.CONFIRMED
    context = {
        **_state(meeting),
        "steps": steps_of(meeting, request.path),
        "fault": fault,
        "over": CONFIRMED if is_over else "",
    }
    return desk_page(request, "desk/handbook.html", "會議資料", context, status=status)

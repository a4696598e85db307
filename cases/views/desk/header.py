"""The head of minutes in the browser: the sitting, its chairs, who attended, files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from cases.desk.forms import AttendanceForm, ChairForm, HeaderForm
from cases.models import Participant
from cases.views.desk.access import (
    desk_page,
    desk_view,
    draft_minutes,
    kept_meeting,
)
from cases.views.desk.parts import Content, Part, edit
from cases.views.desk.rows import RowSet, RowsPart, write_rows
from cases.views.desk.steps import steps_of
from meetings.models import (
    Agency,
    Attendance,
    Chair,
    Meeting,
    Minutes,
    MinutesFile,
    Municipality,
)
from platform_site.lib.roc import format_roc, format_time
from platform_site.lib.uploads import dropped

OF_MEETING = (
    "title",
    "number",
    "roc_year",
    "held_on",
    "starts_at",
    "ends_at",
    "place",
    "host",
    "minute_taker",
)
OF_MINUTES = ("attendance_note", "prints_attendance")
CHAIR = "chair-"
# What a file is, by its first bytes; its name may say anything.
SIGNATURES = (
    (b"%PDF-", "application/pdf", (".pdf",)),
    (b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
    (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
)


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def header(request: HttpRequest, platform: str, meeting: str) -> HttpResponseBase:
    """Show or save when and where the meeting sat, and who chaired."""
    found = kept_meeting(request, platform, meeting)
    return edit(HeaderPart(request, found, draft_minutes(found)))


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: HttpRequest, platform: str, meeting: str) -> HttpResponseBase:
    """Show or save who attended for each agency."""
    found = kept_meeting(request, platform, meeting)
    return edit(AttendancePart(request, found, draft_minutes(found)))


class HeaderPart(Part):
    """The sitting and its chairs."""

    slug = "header"
    title = "開會資訊"
    template = "desk/header.html"
    live_template = "desk/_header_live.html"

    def stored(self) -> Content:
        """Return what stands, read anew."""
        meeting = Meeting.objects.get(pk=self.meeting.pk)
        minutes = Minutes.objects.get(pk=self.minutes.pk)
        content: Content = {
            name: {"": getattr(meeting, f"{name}_id" if name == "host" else name)}
            for name in self._fields()
            if name in OF_MEETING
        }
        content |= {name: {"": getattr(minutes, name)} for name in OF_MINUTES}
        for place, chair in enumerate(self._chairs(), start=1):
            content[f"{CHAIR}{place}"] = {
                name: getattr(chair, name) for name in ChairForm.base_fields
            }
        return content

    def _fields(self) -> list[str]:
        return list(HeaderForm(series=self.meeting.series).fields)

    def _chairs(self) -> list[Chair]:
        return list(Chair.objects.filter(meeting=self.meeting).order_by("order"))

    def _rows(self, stored: Content) -> list[dict[str, Any]]:
        rows = [said for key, said in stored.items() if key.startswith(CHAIR)]
        return rows or proposed_chairs(self.meeting)

    def read(self, data: Mapping[str, Any], *, do: str) -> None:
        """Read the fields and the chairs."""
        self.form = HeaderForm(data, series=self.meeting.series)
        self.chairs = RowSet(
            ChairForm, self._rows(self.stored()), prefix="chairs", data=data
        )
        if self.form.is_valid():
            self.form.refuse_double(self.meeting)
        self.errors = {
            name: " ".join(map(str, says)) for name, says in self.form.errors.items()
        } | self.chairs.errors()
        if self.errors:
            return
        said = self.form.cleaned_data
        self.content = {
            name: {"": said[name].pk if name == "host" and said[name] else said[name]}
            for name in self._fields()
        }
        for place, row in enumerate(self.chairs.rows(), start=1):
            self.content[f"{CHAIR}{place}"] = row

    def save(self, content: Content) -> None:
        """Write meeting, minutes and chairs."""
        meeting = Meeting.objects.select_for_update().get(pk=self.meeting.pk)
        for name in OF_MEETING:
            if name in content:
                attribute = "host_id" if name == "host" else name
                setattr(meeting, attribute, content[name][""])
        agency = meeting.host_agency
        if agency is not None and agency.municipality_id != meeting.host_id:
            meeting.host_agency = None  # another government hosts it now
        meeting.full_clean()
        written = [name for name in OF_MEETING if name in content]
        meeting.save(update_fields=[*written, "host_agency"])
        minutes = Minutes.objects.get(pk=self.minutes.pk)
        for name in OF_MINUTES:
            setattr(minutes, name, content[name][""])
        minutes.save(update_fields=list(OF_MINUTES))
        members = list(self.meeting.platform.members.all())
        rows = [
            {**said, "municipality_id": _government(said["organization"], members)}
            for key, said in content.items()
            if key.startswith(CHAIR)
        ]
        write_rows(self._chairs(), rows, Chair(meeting=meeting))

    def lacks(self) -> dict[str, str]:
        """Return what the head still lacks."""
        stored = self.stored()
        rows = [said for key, said in stored.items() if key.startswith(CHAIR)]
        return RowSet(ChairForm, rows, prefix="chairs", blank=0).lacks()

    def live(self) -> dict[str, Any]:
        """Say how date and times were understood."""
        meeting = Meeting.objects.select_related("series").get(pk=self.meeting.pk)
        return {"understood": list(_understood(meeting)), "chairs": self._chairs()}

    def context(self) -> dict[str, Any]:
        """Return the form."""
        stored = self.stored()
        if not hasattr(self, "form"):
            initial = {
                key: said[""]
                for key, said in stored.items()
                if not key.startswith(CHAIR)
            }
            self.form = HeaderForm(initial=initial, series=self.meeting.series)
            asked = self.request.GET.get("blank", "")
            blank = min(int(asked), 50) if asked.isdecimal() and len(asked) < 4 else 1
            self.chairs = RowSet(
                ChairForm, self._rows(stored), prefix="chairs", blank=blank
            )
        is_proposed = not any(key.startswith(CHAIR) for key in stored)
        return {
            "form": self.form,
            "formset": self.chairs.formset,
            "is_proposed": is_proposed,
        }

    def label(self, key: str) -> str:
        """Call a unit by the field or the chair's place."""
        if key.startswith(CHAIR):
            return f"第{key.removeprefix(CHAIR)}位主席"
        return str(HeaderForm.base_fields[key].label)

    def words(self, said: Mapping[str, Any]) -> str:
        """Write a value as the clerk would."""
        if "" not in said:
            return "".join(str(value) for value in said.values() if value)
        value = said[""]
        match value:
            case bool():
                return "是" if value else "否"
            case date():
                return format_roc(value, "full")
            case time():
                return format_time(value)
            case None:
                return "（未填）"
        return str(value)


def _understood(meeting: Meeting) -> Any:
    yield f"會議日期：{format_roc(meeting.held_on, 'full')}（西元 {meeting.held_on}）"
    if meeting.starts_at:
        yield f"開始：{format_time(meeting.starts_at)}"
    if meeting.ends_at:
        yield f"散會：{format_time(meeting.ends_at)}"
        if meeting.starts_at and meeting.ends_at <= meeting.starts_at:
            yield "請確認：散會時間不晚於開始時間。"


def _government(organization: str, members: Sequence[Municipality]) -> int | None:
    """Return the key of the member whose government or agency it is."""
    name = organization.replace("台", "臺")
    return next(
        (m.pk for m in members if name.startswith((m.name, m.short_name))), None
    )


def proposed_chairs(meeting: Meeting) -> list[dict[str, Any]]:
    """Return the chairs of the series' last meeting, the host's first: it presides."""
    last = (
        meeting.series.meetings.filter(
            held_on__lte=meeting.held_on, chairs__isnull=False
        )
        .exclude(pk=meeting.pk)
        .distinct()
        .in_order()
        .last()
    )
    if last is None:
        return []
    chairs = sorted(
        last.chairs.order_by("order"),
        key=lambda chair: chair.municipality_id != meeting.host_id,
    )
    return [
        {name: getattr(chair, name) for name in ChairForm.base_fields}
        for chair in chairs
    ]


# Attendance ----------------------------------------------------------------------


class AttendancePart(RowsPart):
    """Who attended for each agency."""

    slug = "attendance"
    title = "出席"
    template = "desk/attendance.html"
    form = AttendanceForm
    add_label = "再加一列"
    hint = (
        "出席、列席、代理、請假逐一登錄。名單預設不公布；要印在紀錄上，"
        "請在「開會資訊」勾選「紀錄列印出席名單」。"
    )

    def existing(self) -> Sequence[Any]:
        """Return who attended."""
        return list(Attendance.objects.filter(minutes=self.minutes).order_by("order"))

    def new(self) -> models.Model:
        """Return a row of these minutes."""
        return Attendance(minutes=self.minutes)

    def read(self, data: Mapping[str, Any], *, do: str) -> None:
        """Read the rows, and the agencies ticked to be added."""
        super().read(data, do=do)
        if self.errors or do == "autosave":
            return
        ticked = self.request.POST.getlist("agency")
        wanted = set(ticked)
        there = {said["organization"] for said in self.content.values()}
        for agency in self._agencies():
            is_wanted = str(agency.pk) in wanted or do == "all_agencies"
            if is_wanted and agency.name not in there:
                self.content[str(len(self.content) + 1)] = {
                    "kind": Attendance.Kind.PRESENT,
                    "organization": agency.name,
                    "name": "",
                    "title": "",
                    "deputy_for": "",
                }

    def save(self, content: Content) -> None:
        """Write the rows; an organisation that is an agency is known as one."""
        agencies = {agency.name: agency.pk for agency in self._agencies()}
        rows = [
            {**said, "agency_id": agencies.get(said["organization"])}
            for said in content.values()
        ]
        write_rows(self.existing(), rows, self.new())

    def _agencies(self) -> list[Agency]:
        """Return the members' agencies: of a group those of its cases."""
        agencies = Agency.objects.filter(
            municipality__platforms=self.meeting.platform
        ).select_related("municipality")
        if self.meeting.series.group_id is not None:
            agencies = agencies.filter(
                pk__in=Participant.objects.filter(
                    case__group=self.meeting.series.group_id
                ).values("agency")
            )
        return list(agencies)

    def context(self) -> dict[str, Any]:
        """Return the rows, and the agencies that are not among them."""
        there = {said["organization"] for said in self.stored().values()}
        return {
            **super().context(),
            "agencies": [each for each in self._agencies() if each.name not in there],
        }


# Files ---------------------------------------------------------------------------


class UploadForm(forms.Form):
    """A sign-in sheet to be kept."""

    media_type: str
    endings: tuple[str, ...]

    file = forms.FileField(
        label="簽到表檔案",
        help_text="PDF、JPEG 或 PNG，20 MB 以內。只有幕僚看得到，不會公布。",
        error_messages={
            "required": "請選擇檔案。",
            "empty": "檔案是空的，請重新選擇。",
            "invalid": "沒有收到檔案，請重新選擇。",
        },
    )

    def clean_file(self) -> Any:
        """Take a file for what its content says."""
        file = self.cleaned_data["file"]
        head = file.read(16)
        file.seek(0)
        for signature, media_type, endings in SIGNATURES:
            if head.startswith(signature):
                self.media_type, self.endings = media_type, endings
                return file
        raise forms.ValidationError(
            "檔案內容不是 PDF、JPEG 或 PNG，請改以掃描或另存的檔案上傳。"
        )


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, platform: str, meeting: str) -> HttpResponseBase:
    """Show the files of the minutes, take one in, or throw one away."""
    found = kept_meeting(request, platform, meeting)
    minutes = draft_minutes(found)
    form = UploadForm()
    status = 200
    if request.method == "POST" and request.POST.get("remove", "").isdecimal():
        MinutesFile.objects.filter(
            minutes=minutes,
            kind=MinutesFile.Kind.SIGN_IN,
            pk=int(request.POST["remove"][:18]),
        ).delete()
        messages.success(request, "檔案已刪除。")
        return HttpResponseRedirect(request.path)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if dropped(request):
            form.errors["file"] = form.error_class(
                ["檔案超過 20 MB，請降低掃描解析度或分成數個檔案。"]
            )
        if form.is_valid():
            _keep(form, minutes, request)
            messages.success(request, "簽到表已上傳。")
            return HttpResponseRedirect(request.path)
        status = 422
    return desk_page(
        request,
        "desk/files.html",
        "簽到表",
        {
            "meeting": found,
            "steps": steps_of(found, request.path),
            "form": form,
            "files": MinutesFile.objects.filter(
                minutes=minutes, kind=MinutesFile.Kind.SIGN_IN
            )
            .defer("content")
            .select_related("uploaded_by"),
        },
        status=status,
    )


@transaction.atomic
def _keep(form: UploadForm, minutes: Minutes, request: HttpRequest) -> None:
    """Keep the file byte for byte; the very same one again is no second file."""
    assert request.user.is_authenticated
    file = form.cleaned_data["file"]
    content = file.read()
    name = "".join(char for char in file.name if char.isprintable())[-190:]
    if not name.lower().endswith(form.endings):
        name += form.endings[0]
    MinutesFile.objects.get_or_create(
        minutes=minutes,
        kind=MinutesFile.Kind.SIGN_IN,
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "name": name,
            "media_type": form.media_type,
            "content": content,
            "size": len(content),
            "uploaded_by": request.user,
        },
    )


@desk_view
@require_safe
def file(
    request: HttpRequest, platform: str, meeting: str, key: int
) -> HttpResponseBase:
    """Give a file to the desk, to be stored and never shown by the browser."""
    found = kept_meeting(request, platform, meeting)
    kept = MinutesFile.objects.filter(minutes__meeting=found, pk=key).first()
    if kept is None:
        raise Http404("沒有這個檔案，可能已由其他人員刪除。")
    response = HttpResponse(bytes(kept.content), content_type=kept.media_type)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=kept.name)
        or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

"""The texts of minutes in the browser: sections, resolutions, motions, remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from cases.desk.forms import (
    AttachmentForm,
    MotionForm,
    RemarkForm,
    ResolutionForm,
    SectionForm,
)
from cases.views.desk.access import desk_view, draft_minutes, kept_meeting
from cases.views.desk.parts import Content, edit
from cases.views.desk.rows import RowsPart, write_rows
from meetings.models import Attachment, Motion, Remark, Resolution, Section
from meetings.words import say_later


@desk_view
@require_http_methods(["GET", "HEAD", "POST"])
def texts(
    request: HttpRequest, platform: str, meeting: str, part: str
) -> HttpResponseBase:
    """Show or save one kind of text."""
    if part not in PARTS:
        raise Http404("沒有這個部分，請由會議工作桌選擇。")
    found = kept_meeting(request, platform, meeting)
    return edit(PARTS[part](request, found, draft_minutes(found)))


class SectionsPart(RowsPart):
    """The numbered headings, and the texts that stand below them."""

    slug = "sections"
    title = "段落"
    form = SectionForm
    add_label = "再加一個段落"
    hint = (
        "標題依順序編為壹、貳、參。時間、地點、主席與決議由其他頁帶入，內容留白即可；"
        "主席致詞、報告事項在此填寫。"
    )

    def existing(self) -> Sequence[Any]:
        """Return the sections."""
        return list(self.minutes.sections.order_by("order"))

    def new(self) -> models.Model:
        """Return a section of these minutes."""
        return Section(minutes=self.minutes)

    def read(self, data: Mapping[str, Any], *, do: str) -> None:
        """Read the sections; a button takes note of the reports (洽悉)."""
        super().read(data, do=do)
        if do == "take_note":
            for said in self.content.values():
                if said["kind"] == Section.Kind.REPORT and not said["text"]:
                    said["text"] = "洽悉"

    def context(self) -> dict[str, Any]:
        """Offer the button where a report waits for it."""
        waits = any(
            said["kind"] == Section.Kind.REPORT and not said["text"]
            for said in self.stored().values()
        )
        return {**super().context(), "may_take_note": waits}

    def label(self, key: str) -> str:
        """Call a section by its heading."""
        said = self.content.get(key) or self.stored().get(key, {})
        return f"第{key}段「{said.get('heading', '')}」"


class ResolutionsPart(RowsPart):
    """The resolutions of the meeting as a whole."""

    slug = "resolutions"
    title = "全案決議"
    form = ResolutionForm
    add_label = "再加一項決議"
    hint = say_later("不屬任何議題小組的決議；各組的決議由各組頁面帶入，不必在此重打。")

    def existing(self) -> Sequence[Any]:
        """Return the resolutions of no group."""
        return list(self.minutes.resolutions.filter(group=None).order_by("order"))

    def new(self) -> models.Model:
        """Return a resolution of the whole meeting."""
        return Resolution(minutes=self.minutes)

    def save(self, content: Content) -> None:
        """Write the rows; the groups' resolutions keep their numbers."""
        taken = self.minutes.resolutions.aggregate(last=models.Max("order"))["last"]
        write_rows(
            self.existing(), list(content.values()), self.new(), after=taken or 0
        )

    def label(self, key: str) -> str:
        """Call a resolution by its number."""
        return f"第{key}項決議"


class MotionsPart(RowsPart):
    """The motions raised at the meeting."""

    slug = "motions"
    title = "臨時動議"
    form = MotionForm
    add_label = "再加一項動議"
    hint = "沒有臨時動議時留白，紀錄會印「無」。"

    def existing(self) -> Sequence[Any]:
        """Return the motions."""
        return list(self.minutes.motions.order_by("order"))

    def new(self) -> models.Model:
        """Return a motion of these minutes."""
        return Motion(minutes=self.minutes)

    def label(self, key: str) -> str:
        """Call a motion by its number."""
        return f"第{key}項動議"


class RemarksPart(RowsPart):
    """What was concluded, speaker by speaker."""

    slug = "remarks"
    title = "主席結論暨指示"
    form = RemarkForm
    add_label = "再加一位發言人"
    hint = (
        "依發言順序；順序欄可改號。分項時以一、（一）、1.、(1) 起行，貼上的編號會保留。"
    )

    def existing(self) -> Sequence[Any]:
        """Return the remarks."""
        return list(self.minutes.remarks.order_by("order"))

    def new(self) -> models.Model:
        """Return a remark of these minutes."""
        return Remark(minutes=self.minutes)

    def proposed(self) -> Sequence[Mapping[str, Any]]:
        """Propose the chairs as speakers."""
        return [
            {"speaker": chair.name, "title": chair.title, "text": ""}
            for chair in self.meeting.chairs.order_by("order")
        ]

    def read(self, data: Mapping[str, Any], *, do: str) -> None:
        """Read the remarks; a chair who was only proposed has said nothing."""
        super().read(data, do=do)
        proposed = {(said["speaker"], said["title"]) for said in self.proposed()}
        spoken = [
            said
            for said in self.content.values()
            if said["text"] or (said["speaker"], said["title"]) not in proposed
        ]
        self.content = {str(place): said for place, said in enumerate(spoken, 1)}

    def initial(self) -> list[Mapping[str, Any]]:
        """Propose the chairs who have not spoken yet below those who have."""
        stored = list(self.stored().values())
        spoken = {(said["speaker"], said["title"]) for said in stored}
        return [
            *stored,
            *(
                each
                for each in self.proposed()
                if (each["speaker"], each["title"]) not in spoken
            ),
        ]

    def label(self, key: str) -> str:
        """Call a remark by its speaker."""
        said = self.content.get(key) or self.stored().get(key, {})
        return f"第{key}位　{said.get('speaker', '')}{said.get('title', '')}"


class AttachmentsPart(RowsPart):
    """The papers that belong to the minutes."""

    slug = "attachments"
    title = "附件"
    form = AttachmentForm
    add_label = "再加一份附件"
    hint = "隨紀錄公布的文字附件，如共同聲明。簽到表請在「簽到表」頁上傳，不會公布。"

    def existing(self) -> Sequence[Any]:
        """Return the attachments."""
        return list(self.minutes.attachments.order_by("order"))

    def new(self) -> models.Model:
        """Return an attachment of these minutes."""
        return Attachment(minutes=self.minutes)

    def label(self, key: str) -> str:
        """Call an attachment by its number."""
        return f"附件{key}"


PARTS: Mapping[str, type[RowsPart]] = {
    part.slug: part
    for part in (
        SectionsPart,
        ResolutionsPart,
        MotionsPart,
        RemarksPart,
        AttachmentsPart,
    )
}

"""The way through a meeting's desk: its pages in the order of the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from cases.desk.agenda import groups_of
from meetings.models import Meeting, Minutes


@dataclass(frozen=True)
class Page:
    """A page of the desk."""

    name: str
    address: str
    is_here: bool


@dataclass(frozen=True)
class Step:
    """A step of the work, and its pages."""

    name: str
    pages: Sequence[Page]


def steps_of(meeting: Meeting, here: str = "") -> list[Step]:
    """Return the steps with their pages; one query. ``here`` is the page shown."""
    at = {"platform": meeting.platform.slug, "meeting": meeting.slug}

    def page(name: str, view: str, **more: str) -> Page:
        address = reverse(f"desk:{view}", kwargs={**at, **more})
        return Page(name, address, address == here)

    def step(name: str, *pages: Page) -> Step:
        return Step(name, pages)

    minutes: Minutes | None = getattr(meeting, "minutes", None)
    if minutes is not None and minutes.state == Minutes.State.CONFIRMED:
        return [
            step("準備", page("總覽", "meeting"), page("議程", "agenda")),
            step("完成", page("公開", "publish")),
        ]
    preparing = [page("總覽", "meeting"), page("議程", "agenda")]
    if meeting.series.is_deciding:
        preparing += [
            page("議程時間", "prepare", part="programme"),
            page("會議資料章節", "prepare", part="handbook"),
            page("會議資料用字", "prepare", part="handbook-wordings"),
            page("印製會議資料", "handbook"),
        ]
    return [
        step("準備", *preparing),
        step(
            "記錄",
            page("開會資訊", "header"),
            page("出席", "attendance"),
            page("簽到表", "files"),
        ),
        step(
            "各組決議",
            *(
                page(group.name, "group", group=group.slug)
                for group in groups_of(meeting)
            ),
        ),
        step(
            "文字",
            page("段落", "texts", part="sections"),
            page("全案決議", "texts", part="resolutions"),
            page("臨時動議", "texts", part="motions"),
            page("主席結論", "texts", part="remarks"),
            page("附件", "texts", part="attachments"),
        ),
        step("完成", page("檢核與確認", "check")),
    ]

"""Which papers a person may see: those of the platforms he or she keeps."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from cases.models import Reading, ReadMinutes
from cases.views.desk.access import kept_platform


def kept_reading(
    request: HttpRequest, platform: str, key: int, *, with_content: bool = False
) -> Reading:
    """Return a paper of a platform the user keeps, or 404."""
    body = kept_platform(request, platform)
    rows = Reading.objects.filter(platform=body, pk=key).select_related("uploaded_by")
    reading = (rows if with_content else rows.defer("content")).first()
    if reading is None:
        raise Http404("沒有這份文件，可能已由其他人員移除。")
    reading.platform = body
    return reading


def kept_minutes(
    request: HttpRequest, platform: str, key: int, order: int
) -> ReadMinutes:
    """Return the minutes at a place of such a paper, or 404."""
    reading = kept_reading(request, platform, key)
    read = (
        ReadMinutes.objects.filter(reading=reading, order=order)
        .select_related(
            "series__group",
            "series__platform",
            "host",
            "saved_by",
            "minutes__meeting__series",
            "minutes__meeting__platform",
        )
        .first()
    )
    if read is None:
        raise Http404("這份文件沒有這一份會議紀錄。")
    read.reading = reading
    return read


def reading_address(reading: Reading, view: str, **more: Any) -> str:
    """Return the address of a page of a paper."""
    at = {"platform": reading.platform.slug, "key": reading.pk, **more}
    return reverse(f"desk:{view}", kwargs=at)


def minutes_address(read: ReadMinutes, view: str, **more: Any) -> str:
    """Return the address of a page of minutes in a paper."""
    return reading_address(read.reading, view, order=read.order, **more)

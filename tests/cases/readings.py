"""What the tests of reading share: papers as the reader tells them."""

import hashlib

from django.urls import reverse
from django.utils import timezone

from cases.models import Reading
from cases.readings.minutes import lay_down_minutes
from tests.factories import ReadingFactory


def minutes_said(**said):
    """Return what the reader says of one meeting's minutes."""
    return {
        "title": "合作交流平臺第1次副市長層級會議紀錄",
        "platform": None,
        "series": "vice_mayor",
        "group": None,
        "roc_year": None,
        "number": None,
        "starts_at": "2024-07-11T14:50",
        "ends_at": "2024-07-11T16:00",
        "place": "市政大樓二樓",
        "chairs": [],
        "recorder": "王大明",
        "sections": [],
        "decisions": [],
        "claims": [],
        "remarks": [],
        "motions": [],
        "attachments": [],
        "warnings": [],
        "unread": [],
    } | said


def decision_said(case, action="list", group=None, **said):
    return {"group": group, "case": case, "action": action, "reason": None} | said


def read_paper(platform, *meetings, text="", **fields):
    """Return a paper that was read, with the minutes it holds."""
    result = {"text": text, "meetings": list(meetings)}
    content = fields.pop("content", text.encode() or b"paper")
    reading = ReadingFactory(
        platform=platform,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        state=Reading.State.READ,
        text=text,
        result={"meetings": list(meetings)},
        read_at=timezone.now(),
        **fields,
    )
    lay_down_minutes(reading, result)
    return reading


def at(read, view="read-minutes", **more):
    """Return the address of a page of minutes that were read."""
    reading = read.reading
    return reverse(
        f"desk:{view}",
        kwargs={
            "platform": reading.platform.slug,
            "key": reading.pk,
            "order": read.order,
            **more,
        },
    )

"""The programme of a meeting: what happens when on the day."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q

from meetings.models.meetings import Meeting


@pghistory.track()
class ProgrammeItem(models.Model):
    """An item of a meeting's programme (議程), from its time until its end.

    The last item may have no end. Whether the times follow one another is shown,
    not enforced: printed programmes overlap and leave gaps.
    """

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="programme", verbose_name="會議"
    )
    order = models.PositiveSmallIntegerField("順序")
    starts_at = models.TimeField("開始時間")
    ends_at = models.TimeField("結束時間", null=True, blank=True)
    topic = models.TextField("主題", help_text="分項時以（一）、（二）起行。")
    note = models.CharField("附註", max_length=60, blank=True)

    class Meta:
        verbose_name = "議程項目"
        verbose_name_plural = "議程項目"
        ordering = ["meeting", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "order"], name="meetings_programme_order_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="meetings_programme_ends_after_start",
                violation_error_message="結束時間不得早於開始時間。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%H:%M} {self.topic}"

    @property
    def minutes(self) -> int | None:
        """How many minutes it takes; None where its end is not told."""
        if self.ends_at is None:
            return None
        begin, end = (
            clock.hour * 60 + clock.minute for clock in (self.starts_at, self.ends_at)
        )
        return end - begin

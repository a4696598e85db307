"""Where the words of a status report go: a round, and what stands there already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cases.models import ProgressUpdate
from cases.reading.blocks import Part
from platform_site.lib.text import fold

State = ProgressUpdate.State


@dataclass(frozen=True)
class Target:
    """A text as it would stand in the round of ``day``, and what stands there."""

    day: date
    text: str
    held: ProgressUpdate | None = None

    @property
    def is_same(self) -> bool:
        """Whether the very text is there and accepted."""
        return (
            self.held is not None
            and self.has_words
            and self.held.state in (State.ACCEPTED, State.LOCKED)
        )

    @property
    def differs(self) -> bool:
        """Whether another text stands there, which would be replaced."""
        return self.held is not None and not self.has_words

    @property
    def has_words(self) -> bool:
        """Whether the very words stand there, in whatever state."""
        return (
            self.held is not None
            and self.held.text == self.text
            and not self.held.is_unchanged
        )

    @property
    def is_alike(self) -> bool:
        """Whether only spaces or widths tell it from what stands there."""
        return self.held is not None and fold(self.held.text) == fold(self.text)

    @property
    def is_locked(self) -> bool:
        """Whether what stands there cannot be replaced."""
        return (
            self.held is not None
            and self.held.state == State.LOCKED
            and not self.has_words
        )


def targets_of(text: str, parts: Sequence[Part] | None, day: date) -> Iterator[Target]:
    """Give the words for each round: all for that of ``day``, or parts by quarters.

    A quarter that names itself needs no label in its own round; other parts keep
    theirs, and what is of no date or ends later goes to the round of ``day``.
    """
    if parts is None:
        yield Target(day, text)
        return
    texts: dict[date, list[str]] = defaultdict(list)
    for part in parts:
        end = _quarter_end(part.ends_on) if part.ends_on else day
        is_quarter = part.ends_on == end and part.label.rstrip("度").endswith("季")
        label = f"{part.label}：\n" if part.label and not is_quarter else ""
        texts[min(end, day)].append(label + part.text)
    for when, those in sorted(texts.items()):
        yield Target(when, "\n".join(those))


def _quarter_end(day: date) -> date:
    month = (day.month + 2) // 3 * 3
    after = date(day.year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)

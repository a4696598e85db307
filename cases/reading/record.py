"""Where the decisions of one meeting are gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cases.reading.case_headings import Heading
from cases.reading.case_items import read_case
from cases.reading.claims import Claims
from cases.reading.facts import Decision, note_reason, own_action
from cases.reading.listed_names import Named
from meetings.reading.words import Words

LONGEST_WORDS = 400
_LOOKED_BACK = 60  # the same decision twice in a row of so many is one


@dataclass
class Record:
    """The decisions and claims read so far, and how to add to them."""

    decides: bool  # whether the meeting itself puts cases on and off the list
    warn: Callable[[int, str], None]
    decisions: list[Decision] = field(default_factory=list)
    claims: Claims = field(default_factory=Claims)

    def own(self, action: str, text: str = "") -> str:
        """The action as a meeting of this kind can take it."""
        return own_action(action, self.decides, text)

    def add(self, decision: Decision) -> None:
        """Add a decision, unless it was just read."""
        if decision.name.text and decision.key not in {
            other.key for other in self.decisions[-_LOOKED_BACK:]
        }:
            self.decisions.append(decision)

    def make(
        self,
        names: Iterable[Named],
        action: str,
        line: int,
        group: str | None,
        words: Words,
        *,
        reason: str | None = None,
        new_name: str | None = None,
        came_from: tuple[str, ...] = (),
    ) -> None:
        """Add the same decision for each name."""
        said = words[:LONGEST_WORDS].plain()
        for name in names:
            self.add(
                Decision(
                    name.group or group,
                    name,
                    action,
                    line,
                    reason or note_reason(action, name),
                    new_name,
                    came_from,
                    said,
                )
            )

    def case(
        self,
        head: Words,
        body: Words,
        heading: Heading,
        group: str | None,
        line: int,
        count: int | None = None,
    ) -> None:
        """Read and add what becomes of the case named in ``head``."""
        for decision in read_case(
            head, body, heading, group, line, self.decides, self.warn, count
        ):
            self.add(decision)

    def check(self, line: int, count: int | None, read: int) -> None:
        """Warn where another number of names was read than is stated."""
        if count is not None and count != read:
            self.warn(line, f"載明{count}案，讀到{read}個案名。")

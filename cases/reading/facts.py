"""What was decided about a case, as minutes say it."""

from __future__ import annotations

from dataclasses import dataclass

from cases.reading import actions
from cases.reading.listed_names import Named


@dataclass(frozen=True)
class Decision:
    """What was decided about one case, and the words it was read from."""

    group: str | None
    name: Named
    action: str
    line: int
    reason: str | None = None
    new_name: str | None = None
    came_from: tuple[str, ...] = ()  # cases that end in this one, or became it
    words: str = ""
    doubt: str | None = None

    @property
    def key(self) -> tuple[str | None, str, str, str | None]:
        """What makes two decisions the same."""
        return self.group, self.name.text, self.action, self.new_name


def note_reason(action: str, name: Named) -> str | None:
    """Why a case leaves the list, where brackets behind its name say so."""
    if action not in (actions.DELIST, actions.PROPOSE) or not name.note:
        return None
    return actions.reason_of(name.note)


def own_action(action: str, decides: bool, text: str = "") -> str:
    """The action as a meeting of this kind can take it.

    A group agrees to a proposal and asks for delisting; what it takes off the
    list itself never came before the deciding meeting.
    """
    if decides:
        return action
    if action == actions.LIST:
        return actions.AGREE
    if action in (actions.DELIST, actions.PROPOSE):
        return actions.DELIST if actions.never_reached(text) else actions.PROPOSE
    return action

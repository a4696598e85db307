"""Cases that motions (臨時動議) are about, and what their answers make of them."""

from __future__ import annotations

import re

from cases.reading import actions
from cases.reading.facts import Decision
from cases.reading.listed_names import Named, find_runs, masked
from cases.reading.record import LONGEST_WORDS, Record
from meetings.reading.motions import ReadMotion

_ANSWER = re.compile(r"(?:決\s?議|決\s?定|裁\s?示|結\s?論)(?:事項)?\s?:")
_APPROVED = re.compile(r"(?=(?<!不)同意|(?<!未)通過|照案|准予|會議決議)")
_REFUSED = re.compile(r"不同意|[不未]通過|緩議|再議")
# What a list of cases undergoes; a motion is no place where one merely goes on.
_CHANGES = (actions.LIST, actions.DELIST, actions.PROPOSE, actions.RELIST)
_DOUBT = "臨時動議的決議，請確認是否列入決定。"
_NO_NAME = "臨時動議的決議提到列管或解列，但看不出案名，請確認。"


def read_motion(record: Record, motion: ReadMotion, group: str | None) -> list[Named]:
    """Return the cases a motion is about; what was decided of them is a doubt."""
    words = motion.words
    mask = masked(words.folded)
    answer = _ANSWER.search(mask)
    matter = answer.start() if answer else len(mask)
    runs = find_runs(words, mask)
    counted = [name for run in runs if run.count for name in run.names]
    answer = answer or _APPROVED.search(mask)
    said = mask[answer.end() :] if answer else ""
    verb = _change(said)
    if verb is None and _APPROVED.search(said) and not _REFUSED.search(said):
        verb = _change(mask[:matter])
    if verb is None:
        return counted
    names = counted or [
        name for run in runs if run.start < matter for name in run.names
    ]
    if not names:
        record.warn(motion.line, _NO_NAME)
    into = actions.into_group(said) or actions.into_group(mask)
    for name in names:
        record.add(
            Decision(
                into or name.group or group,
                name,
                record.own(verb, said),
                motion.line,
                words=words[:LONGEST_WORDS].plain(),
                doubt=_DOUBT,
            )
        )
    if names:
        record.warn(motion.line, _DOUBT)
    return names


def _change(mask: str) -> str | None:
    """The first verb that puts cases on the list or takes them off it."""
    return next(
        (
            verb.action
            for verb in actions.find_verbs(mask)
            if verb.stands and verb.action in _CHANGES
        ),
        None,
    )

"""What a sentence says of the cases it names in quotation marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cases.reading import actions
from cases.reading.case_headings import Heading
from cases.reading.listed_names import (
    NUMBER,
    QUOTED,
    Run,
    blotted,
    find_runs,
    masked,
)
from cases.reading.record import LONGEST_WORDS, Record
from meetings.reading.words import Words

MERGED_TO = re.compile(
    r"(?:合併|整併|併案|整合)(?:為|成)|併為|(?:併入|歸併(?:至|於|入)?|併至|納併)"
)
SPLIT = re.compile(
    r"^\s*(?:案)?\s*(?:,)?\s*(?:改以|拆分為|拆為|分為|分列為|分拆為|改列為?|改為)\s*$"
)
_SUB_CASE = re.compile(
    rf"^\s*(?:案)?(?:項下|之下|下)?[,]?\s*(?:同意)?(?:新增|增列|增加|納入)\s*(?:{NUMBER})?\s*(?:個|項)?\s*(?:子|次)(?:案|計畫|項)"
)
NOTED = re.compile(
    r"洽悉|備查|知悉|(?:其餘|各案|全數)[^,。;]{0,8}(?:持續|繼續|維持|賡續)列管|無(?:新增|解列|異動)"
)
_PART_OF = re.compile(r"\s*(?:案)?(?:之|的|項下)?(?:子|次)(?:計畫|案|項)")
_AWAITS = re.compile(r"(?:俟|待|倘|若|視|如)(?:[\u4e00-\u9fff]{2,8}組)?\s*$")
_CLOSED = re.compile(r",\s*$")
_ENDS = re.compile(r"[,。;]")
_ENDS_SENTENCE = re.compile(r"[。;]")
_GOVERNS = re.compile(
    r"[^,。;]*(?:[,:]\s*(?:分別為|分別是|分別係|包括|包含|計有|即|為)?\s*:?\s*)?"
)
_NEAR = 14  # characters between a verb and the names it governs
_FAR = 60


@dataclass(frozen=True)
class Place:
    """Where a sentence stands: its line, its group, whether below a heading."""

    line: int
    group: str | None
    below_heading: bool = False


@dataclass(frozen=True)
class _Said:
    """A run of names with the words before and behind it."""

    run: Run
    left: str
    right: str
    behind: Run | None  # the run that follows in the sentence
    is_first: bool = True


def read_sentence(record: Record, sentence: Words, place: Place) -> bool:
    """Read one sentence; return whether it only takes note of something."""
    mask = masked(sentence.folded)
    runs = find_runs(sentence, mask)
    if record.decides:
        bare = blotted(mask, runs)
        record.claims.add_sentence(place.group, bare, sentence, place.line)
    used = False
    for index, run in enumerate(runs):
        if used:
            used = False
            continue
        behind = runs[index + 1] if index + 1 < len(runs) else None
        end = behind.start if behind else len(mask)
        start = runs[index - 1].end if index else 0
        left, right = mask[start : run.start], mask[run.end : end]
        said = _Said(run, left, right, behind, is_first=index == 0)
        used = _read_run(record, sentence, mask, said, place)
    return bool(NOTED.search(mask))


def _read_run(
    record: Record, sentence: Words, mask: str, said: _Said, place: Place
) -> bool:
    """Read what is said of a run of names; return whether the next is used up."""
    run, behind = said.run, said.behind
    where = place.line, place.group, sentence
    if behind and _SUB_CASE.match(said.right):
        record.make(run.names, actions.CONTINUE, *where)
        return True
    if behind and SPLIT.match(said.right):
        old = _texts(run)
        if _PART_OF.match(mask, behind.end):
            record.make(behind.names[:1], actions.MERGE, *where, came_from=old)
            return True
        record.make(behind.names, record.own(actions.LIST), *where, came_from=old)
        record.check(place.line, behind.count, len(behind.names))
        record.warn(
            place.line,
            f"「{'」、「'.join(old)}」改為{len(behind.names)}案，請確認原案的去向。",
        )
        return True
    merged = MERGED_TO.search(said.right)
    if merged:
        return _read_merger(record, sentence, mask, said, merged.start(), place)
    renamed = actions.NEW_NAME.search(said.right)
    if renamed and len(run.names) == 1 and not actions.is_uncertain(said.right):
        new = behind.names[0].words if behind else None
        if new is None:
            rest = sentence[run.end + renamed.end() : run.end + len(said.right)]
            new = rest.strip(" ,。;")
        record.make(run.names, actions.RENAME, *where, new_name=new.plain())
        return behind is not None
    _read_verb(record, sentence, said, place)
    return False


def _read_verb(record: Record, sentence: Words, said: _Said, place: Place) -> None:
    found = _verb(said, place)
    if found is None:
        return
    verb, stands = found
    run = said.run
    reason = None
    if verb in (actions.DELIST, actions.PROPOSE):
        reason = actions.reason_of(said.left + said.right)
    verb = record.own(verb, said.left + said.right)
    group = place.group or actions.into_group(said.right)
    record.make(run.names, verb, place.line, group, sentence, reason=reason)
    record.check(place.line, run.count, len(run.names))
    if stands and record.decides and run.count and not place.below_heading:
        groups = {name.group or place.group for name in run.names}
        if len(groups) == 1:  # what each of several groups has is not printed
            record.claims.add_heading(
                groups.pop(), Heading(verb, run.count), place.line
            )


def _verb(said: _Said, place: Place) -> tuple[str, bool] | None:
    """The verb that governs a run, close before it or behind it; whether it stands."""
    left, run = said.left, said.run
    after = actions.find_verbs(said.right)
    near = [
        verb
        for verb in actions.find_verbs(left)
        if len(left) - verb.end <= _NEAR and _GOVERNS.fullmatch(left, verb.end)
    ]
    if near and not said.is_first and _CLOSED.search(left, near[-1].end):
        # 「甲」停止列管,「乙」恢復列管: each has its verb behind it.
        own = after and not _ENDS.search(said.right[: after[0].start])
        near = [] if own else near
    chosen = near[-1] if near else (after[0] if after else None)
    if chosen and chosen.action == actions.DEFER:
        settled = [verb for verb in after if verb.action == actions.CONTINUE]
        chosen = settled[0] if settled else chosen  # 俟…再議，繼續列管
    if chosen is None:
        many = (run.count or 0) > 1 and place.group
        goes_on = many and actions.is_uncertain(said.right)
        return (actions.CONTINUE, False) if goes_on else None
    if not near and chosen.start > _FAR:
        return None
    if not chosen.stands or (not near and _AWAITS.search(left)):
        listed = chosen.action in (actions.DELIST, actions.PROPOSE)
        return (actions.CONTINUE, False) if listed else None
    group = place.group or (run.names[0].group if run.names else None)
    group = group or actions.into_group(said.right)
    if chosen.action == actions.LIST and not group and not run.count:
        return None
    return chosen.action, True


def _read_merger(
    record: Record,
    sentence: Words,
    mask: str,
    said: _Said,
    start: int,
    place: Place,
) -> bool:
    run, behind = said.run, said.behind
    where = place.line, place.group, sentence
    stop = _ENDS_SENTENCE.search(mask, run.end + start)
    clause = mask[run.end : stop.start() if stop else len(mask)][:LONGEST_WORDS]
    if actions.is_uncertain(clause):
        record.make(run.names, actions.CONTINUE, *where)
        record.warn(place.line, "併案尚在研議，讀作持續列管，請確認。")
        return behind is not None and QUOTED in clause
    if behind is None:
        record.make(run.names, actions.MERGE, *where)
        return False
    record.make(behind.names[:1], actions.MERGE, *where, came_from=_texts(run))
    return True


def _texts(run: Run) -> tuple[str, ...]:
    return tuple(name.text for name in run.names)

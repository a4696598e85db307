"""What chairs and others said, speaker by speaker."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from meetings.reading.outline import Item, written
from meetings.reading.people import Person, find_chair, read_person
from meetings.reading.words import Words, join

_LONGEST_NAME = 32
_LONGEST_SPEAKER = 20
_DOTS = re.compile(r"[·‧．.]")
_NOTHING = re.compile(r"\(?(?:從?略|無)\)?。?")
_DEPUTED = re.compile(r"^(?P<who>.{2,24}?)(?:代表|代理|主持|裁示)?$")


@dataclass
class Remark:
    """The items one person said, in order."""

    speaker: str
    title: str
    organization: str
    items: list[str] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)


def read_speaker(words: Words) -> tuple[Person, int] | None:
    """The person named at the head of a line, and where their words begin."""
    folded = words.folded[: _LONGEST_NAME + 1]
    head, colon, _ = folded.partition(":")
    if not colon and len(words) > _LONGEST_NAME:
        return None
    name = re.sub(r"\([^()]*\)", "", "".join(head.split())).strip("。")
    if len(name) > _LONGEST_SPEAKER or not _DOTS.sub("", name).isalpha():
        return None
    person = read_person(name)
    if person is None or not person.title:
        return None
    return person, len(head) + len(colon)


def is_speaker(words: Words) -> bool:
    """Whether a line only names who speaks next."""
    spoken = read_speaker(words)
    return spoken is not None and not words[spoken[1] :].strip()


def begins_speech(words: Words) -> bool:
    """Whether a line begins with who speaks and a colon."""
    return ":" in words.folded[:_LONGEST_NAME] and read_speaker(words) is not None


def read_remarks(items: list[Item], chairs: list[Person], said: str) -> list[Remark]:
    """Divide the items of a section among those who speak.

    ``said`` is what stands in brackets behind the heading: one person may speak
    for all. Where nobody is named and there is not one chair, nobody spoke.
    """
    remarks: list[Remark] = []
    for item in items:
        spoken = read_speaker(item.words)
        if spoken:
            remarks.append(_remark(spoken[0], chairs))
            rest = item.words[spoken[1] :].strip()
            if rest:
                _add(remarks[-1], Item(None, rest, item.line, children=item.children))
            else:
                for child in item.children:
                    _add(remarks[-1], child)
            continue
        if not remarks:
            deputed = _deputed(said) or (chairs[0] if len(chairs) == 1 else None)
            if deputed is None:
                return []
            remarks.append(_remark(deputed, chairs))
        _add(remarks[-1], item)
    return [remark for remark in remarks if remark.items]


def _deputed(said: str) -> Person | None:
    found = _DEPUTED.match("".join(said.split()))
    return read_person(found["who"]) if found else None


def _remark(person: Person, chairs: list[Person]) -> Remark:
    chair = find_chair(person, chairs)
    if chair:
        return Remark(chair.name, chair.title, chair.organization)
    return Remark(person.name, person.title, person.organization)


def _add(remark: Remark, item: Item) -> None:
    text = written([Item(None, item.words, item.line, children=item.children)])
    if text and not _NOTHING.fullmatch("".join(item.words.folded.split())):
        remark.items.append(text)
        remark.words.append(join([item.words, item.all_words()[len(item.words) :]]))

"""The numbers of cases that papers state, for each group and for the whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cases.reading import actions
from cases.reading.case_headings import Heading
from cases.reading.listed_names import NUMBER
from meetings.reading.clock import number
from meetings.reading.words import Words

_UNIT = rf"\s?({NUMBER})\s?(?:件|項)?(?:合作|提)?(?:方)?案"
_COUNTED = r"(?:列管|提案|合作提案|合作案|合作方案|方案|案件|案|為)?\s?(?:計|共|共計|合計|總計|有)?"
_EVEN = r"(?:均|皆|仍|全數|全部|則|將|同意|予以|准予|為|續|合作方案|方案)*"
_DELISTS = r"(?:解列|解除列管|[解除撤]管(?![理道線路控束])|結案)"
_CONTINUES = r"(?:持續列管|繼續列管|賡續列管|維持列管|仍予列管|續予列管|續列管|續列(?![席入為])|(?<![持後繼陸])續管(?![理道線路控])|執行中|列管中|續行列管)"
_LISTED = [re.compile(rf"新增{_COUNTED}{_UNIT}"), re.compile(rf"{_UNIT}{_EVEN}新增")]
_DELISTED = [
    re.compile(rf"{_DELISTS}{_COUNTED}{_UNIT}"),
    re.compile(rf"{_UNIT}{_EVEN}{_DELISTS}"),
]
_CONTINUED = [
    re.compile(rf"{_CONTINUES}{_COUNTED}{_UNIT}"),
    re.compile(rf"{_UNIT}{_EVEN}{_CONTINUES}"),
]
_PATTERNS = (("listed", _LISTED), ("delisted", _DELISTED), ("continued", _CONTINUED))
_OF_HEADING = {
    actions.LIST: "listed",
    actions.DELIST: "delisted",
    actions.CONTINUE: "continued",
}
_LONGEST = 400
_WORDS = {"listed": "新增", "delisted": "解列", "continued": "持續列管"}


@dataclass
class Claim:
    """The three numbers as stated; None was not printed."""

    group: str | None
    line: int
    listed: int | None = None
    delisted: int | None = None
    continued: int | None = None
    words: list[str] = field(default_factory=list)


class Claims:
    """The numbers stated in one paper, in printed order of the groups."""

    def __init__(self) -> None:
        self._claims: dict[str | None, Claim] = {}
        self._stated = 0

    def __len__(self) -> int:
        return self._stated

    def all(self) -> list[Claim]:
        """Every claim, the whole meeting's first."""
        return sorted(self._claims.values(), key=lambda claim: claim.group is not None)

    def add_heading(self, group: str | None, heading: Heading, line: int) -> None:
        """Take the number a heading states for the cases below it."""
        name = _OF_HEADING.get(heading.action or "")
        if name and heading.count is not None and heading.merged is None:
            self._add(group, line, name, heading.count, heading.words)

    def add_sentence(
        self, group: str | None, mask: str, sentence: Words, line: int
    ) -> None:
        """Take the numbers a sentence states; quotations in ``mask`` are blotted out."""
        for clause in re.split(r"[,。;]", "".join(mask.split())):
            if actions.is_uncertain(clause):
                continue
            for name, patterns in _PATTERNS:
                for pattern in patterns:
                    found = pattern.search(clause)
                    if found:
                        self._add(
                            group,
                            line,
                            name,
                            number(found[1]),
                            sentence[:_LONGEST].plain(),
                        )
                        break

    def _add(
        self, group: str | None, line: int, name: str, value: int | None, words: str
    ) -> None:
        claim = self._claims.setdefault(group, Claim(group, line))
        stated = getattr(claim, name)
        self._stated += 1
        if value is None:
            return
        if stated is None:
            setattr(claim, name, value)
        elif group is not None:
            setattr(claim, name, stated + value)
        if words not in claim.words:
            claim.words.append(words)

    def check(self, warn: Callable[[int, str], None]) -> None:
        """Warn where the groups' numbers do not add up to the whole meeting's."""
        whole = self._claims.get(None)
        groups = [claim for claim in self._claims.values() if claim.group]
        if whole is None or not groups:
            return
        for name, word in _WORDS.items():
            stated = getattr(whole, name)
            numbers = [getattr(claim, name) for claim in groups]
            added = sum(number or 0 for number in numbers)
            counted = any(number is not None for number in numbers)
            if stated is not None and counted and stated != added:
                warn(whole.line, f"全體載明{word}{stated}案，各組合計{added}案。")

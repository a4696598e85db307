"""The books of a meeting, put in words for reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.balance import NUMBERS, Account
from meetings.words import say

WHOLE = "all"  # stands in addresses for the whole meeting

# Which stated number is held against which that follows.
CLAIMED = {"delisted": "delisted", "continuing": "continued", "listed": "listed"}


@dataclass(frozen=True)
class Cell:
    """One number of an account, with what the paper states in its place."""

    number: str
    label: str
    count: int
    stated: int | None
    words: str

    @property
    def differs(self) -> bool:
        """Whether the paper states another number."""
        return self.stated is not None and self.stated != self.count


@dataclass(frozen=True)
class Row:
    """The account of a group (None: of the whole meeting) as the page shows it."""

    account: Account
    slug: str
    name: str
    cells: Sequence[Cell]
    finding: str

    @property
    def differs(self) -> bool:
        """Whether the paper's numbers part from its own sum or from the books."""
        account = self.account
        return bool(
            account.paper_difference or account.disagreements or account.unexplained
        )

    @property
    def unexplained(self) -> str:
        """What is left of the difference when the books have explained it."""
        return _signed(self.account.unexplained)

    @property
    def claimed(self) -> list[Cell]:
        """The numbers papers state: listed, delisted, continuing."""
        by_number = {cell.number: cell for cell in self.cells}
        return [by_number[number] for number in ("listed", "delisted", "continuing")]

    @property
    def difference(self) -> str:
        """The paper's own difference, a dash where there is nothing to compare."""
        difference = self.account.paper_difference
        return "—" if difference is None else _signed(difference)


def row(account: Account) -> Row:
    """Prepare an account for the page."""
    return Row(
        account=account,
        slug=account.group.slug if account.group else WHOLE,
        name=account.group.name if account.group else say("全部小組"),
        cells=[_cell(account, number) for number in NUMBERS],
        finding=finding(account),
    )


def _cell(account: Account, number: str) -> Cell:
    claim = None
    if number in CLAIMED:
        claim = getattr(account.claims, CLAIMED[number])
    stated = claim.number if claim else None
    if number == "closing":  # no paper prints it; it is the sum of two that are
        stated = account.claimed_closing
    return Cell(
        number=number,
        label=str(NUMBERS[number][0]),
        count=account.count(number),
        stated=stated,
        words=claim.words if claim else "",
    )


def finding(account: Account) -> str:
    """Say in words how the paper's numbers and the books agree."""
    if account.claims.is_empty:
        return "文件未載案數"
    sentences = []
    if account.paper_difference is None:
        sentences.append("首次會議，無前次案數可比")
    elif account.paper_difference:
        sentences.append(_explanation(account))
    sentences += [f"所載「{claim.words}」與帳上不符" for claim in account.disagreements]
    if account.unexplained:
        sentences.append(f"尚有 {_signed(account.unexplained)} 案無法說明")
    return "；".join(sentences) if sentences else "相符"


def _explanation(account: Account) -> str:
    """Say what makes the paper's own arithmetic differ: 多 3 案＝補登 3 案."""
    difference = account.paper_difference or 0
    said = f"所載其餘案數{'多' if difference > 0 else '少'} {abs(difference)} 案"
    parts = [
        f"{NUMBERS[number][0]} {account.count(number)} 案"
        for number in ("carried_in", "merged", "split")
        if account.count(number)
    ]
    if len(parts) == 1 and account.explained == difference:
        return f"{said}＝{parts[0]}"
    if account.explained == difference:
        return f"{said}，為{'、'.join(parts)}之結果"
    return f"{said}，帳上{'、'.join(parts) or '無補登、併案或分案'}，不足以說明"


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{abs(number)}" if number else "0"


# The chart of the books is laid out on a sheet of this width; the browser scales it.
WIDTH = 960
_LEFT, _RIGHT, _TOP, _FOOT = 8, 952, 24, 244
_NAME_ROOM = 64  # what the name of a meeting needs under its bars


@dataclass(frozen=True)
class Bars:
    """The list after a meeting as two bars; ``stated`` None: the paper is silent."""

    account: Account
    x: int
    width: int
    y: int
    height: int
    stated: int | None
    stated_x: int
    stated_y: int
    stated_height: int
    is_named: bool

    @property
    def count(self) -> int:
        """How many cases stand after the meeting."""
        return self.account.count("closing")

    @property
    def middle(self) -> int:
        """Between the two bars, where the name stands."""
        return self.stated_x

    @property
    def differs(self) -> bool:
        """Whether the paper has another number than the books."""
        return self.stated is not None and self.stated != self.count


@dataclass(frozen=True)
class Chart:
    """The list after every meeting, and what the papers make of it."""

    bars: Sequence[Bars]
    width: int = WIDTH
    foot: int = _FOOT
    height: int = _FOOT + 44


def chart(accounts: Sequence[Account]) -> Chart | None:
    """Lay out the bars of one scope's accounts, in turn."""
    if not accounts:
        return None
    highest = max(
        max(account.count("closing"), account.claimed_closing or 0, 1)
        for account in accounts
    )
    step = (_RIGHT - _LEFT) / len(accounts)
    width = max(min(round(step / 3), 44), 2)
    every = -(-_NAME_ROOM // step)  # with little room not every meeting is named
    bars = []
    for place, account in enumerate(accounts):
        middle = round(_LEFT + step * (place + 0.5))
        stated = account.claimed_closing
        height = round((_FOOT - _TOP) * account.count("closing") / highest)
        stated_height = round((_FOOT - _TOP) * (stated or 0) / highest)
        bars.append(
            Bars(
                account=account,
                x=middle - width,
                width=width,
                y=_FOOT - height,
                height=height,
                stated=stated,
                stated_x=middle,
                stated_y=_FOOT - stated_height,
                stated_height=stated_height,
                is_named=place % every == 0,
            )
        )
    return Chart(bars)

"""The wording of minutes: the fixed phrases of resolutions, with their counts."""

from __future__ import annotations

from collections.abc import Sequence


def quoted(name: str) -> str:
    """Return a case's name in quotation marks, inner ones turned to 『』."""
    return "「" + name.replace("「", "『").replace("」", "』") + "」"


def enumeration(names: Sequence[str]) -> str:
    """Return the names quoted and strung together: 「甲」、「乙」及「丙」."""
    marks = [quoted(name) for name in names]
    if len(marks) < 2:
        return "".join(marks)
    return "、".join(marks[:-1]) + "及" + marks[-1]


def phrase(verb: str, names: Sequence[str]) -> str:
    """Return a fixed phrase with its count: 同意解列4案：「…」、「…」."""
    return f"{verb}{len(names)}案：{enumeration(names)}。"


def continuing_phrase(count: int, *, are_others: bool) -> str:
    """Return what is said of the cases that stay tracked: 其餘11案持續列管。"""
    return f"{'其餘' if are_others else ''}{count}案持續列管。"

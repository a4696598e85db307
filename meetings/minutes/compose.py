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


def groups_phrase(case_word: str, totals: str, *, group_word: str) -> str:
    """Return the line above the groups' resolutions, with the counts of the whole."""
    files = case_word if case_word.endswith("件") else f"{case_word}件"
    return f"{group_word}{files}，請依決議持續辦理：{totals}"


def totals_phrase(
    *,
    delisted: int | None,
    listed: int | None,
    running: int | None,
    delist_word: str,
) -> str:
    """Return the counts over all groups; what is None goes unsaid.

    同意解列15案、新增18案及確認執行中34案。
    """
    agreed = [
        f"{verb}{count}案"
        for verb, count in ((delist_word, delisted), ("新增", listed))
        if count is not None
    ]
    said = f"同意{'、'.join(agreed)}" if agreed else ""
    if running is not None:
        said += f"{'及' if said else ''}確認執行中{running}案"
    return f"{said}。" if said else ""


def motions_phrase(subjects: Sequence[str], proposer: str) -> str:
    """Return what was moved: one subject, or several told together.

    桃園市政府提出「…」、「…」及「…」等3案。
    """
    if len(subjects) == 1:
        return subjects[0] + (f"（提案單位：{proposer}）" if proposer else "")
    said = f"{enumeration(subjects)}等{len(subjects)}案。"
    return f"{proposer}提出{said}" if proposer else said

"""What changed from one edition to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cases.reports import ReportRow, StatusReport
from platform_site.lib.differences import Piece, differences

OMITTED = "……"


@dataclass(frozen=True)
class BlockChange:
    """What one municipality's text became; of it the lines that changed."""

    municipality: str | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class CaseChange:
    """A case whose name or texts changed, or that came or left: ``kind``."""

    kind: str  # new, left, changed
    group: str
    number: str
    name: str
    name_before: str
    blocks: tuple[BlockChange, ...]


@dataclass(frozen=True)
class Section:
    """The cases of one kind, with its words."""

    kind: str
    label: str
    cases: list[CaseChange]


@dataclass(frozen=True)
class Changes:
    """All that is different, in the order of the later report."""

    cases: tuple[CaseChange, ...]
    same: int

    def of_kind(self, kind: str) -> list[CaseChange]:
        """The cases of one kind."""
        return [case for case in self.cases if case.kind == kind]

    @property
    def sections(self) -> list[Section]:
        """The kinds that have cases, each with them."""
        return [
            Section(kind, label, self.of_kind(kind))
            for kind, label, count in self.counts
            if count
        ]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """Each kind with its words and its number."""
        return [(kind, label, len(self.of_kind(kind))) for kind, label in KINDS.items()]


KINDS = {"new": "新增列入", "left": "不再列入", "changed": "內容異動"}


def changes(old: StatusReport, new: StatusReport) -> Changes:
    """Return what leads from one report to the other, case by case."""
    before, after = _rows(old), _rows(new)
    found = [
        change
        for number, (group, row) in after.items()
        if (change := _change(group, row, before.get(number))) is not None
    ]
    left = [
        CaseChange("left", group, row.number, row.name, "", ())
        for number, (group, row) in before.items()
        if number not in after
    ]
    changed = sum(change.kind == "changed" for change in found)
    kept = sum(number in before for number in after)
    return Changes(cases=(*found, *left), same=kept - changed)


def _rows(report: StatusReport) -> Mapping[str, tuple[str, ReportRow]]:
    return {
        row.number: (group.name, row) for group in report.groups for row in group.rows
    }


def _change(
    group: str, row: ReportRow, before: tuple[str, ReportRow] | None
) -> CaseChange | None:
    if before is None:
        return CaseChange(
            "new", group, row.number, row.name, "", tuple(_blocks(None, row))
        )
    old = before[1]
    blocks = tuple(_blocks(old, row))
    renamed = old.name if old.name != row.name else ""
    if not blocks and not renamed:
        return None
    return CaseChange("changed", group, row.number, row.name, renamed, blocks)


def _blocks(old: ReportRow | None, new: ReportRow) -> Iterator[BlockChange]:
    before = {block.municipality: block.text for block in old.blocks} if old else {}
    after = {block.municipality: block.text for block in new.blocks}
    for municipality in dict.fromkeys([*after, *before]):
        was, is_now = before.get(municipality, ""), after.get(municipality, "")
        if was.strip() != is_now.strip():
            pieces = differences(was.strip(), is_now.strip())
            yield BlockChange(municipality, tuple(changed_lines(pieces)))


def changed_lines(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Leave out the lines in which nothing changed; a mark stands for them."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        for at, line in enumerate(piece.text.split("\n")):
            if at:
                lines.append([])
            if line:
                lines[-1].append(Piece(piece.kind, line))
    told = [line for line in lines if line]
    shown = [any(piece.kind != "same" for piece in line) for line in told]
    for at, line in enumerate(told):
        if shown[at]:
            if at:
                yield Piece("same", "\n")
            yield from line
        elif at == 0 or shown[at - 1]:
            yield Piece("same", "\n" + OMITTED if at else OMITTED)

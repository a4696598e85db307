"""What changed since another edition, as a paper: PDF and ODT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.template.loader import render_to_string

from cases.editions.comparing import BlockChange, CaseChange, Changes
from cases.reports import StatusReport
from platform_site.lib import odf
from platform_site.lib.document import Block, Document, Paragraph, Style, Table
from platform_site.lib.pdf import STATIC_FOLDER
from platform_site.lib.roc import format_roc

STYLESHEETS = tuple(
    STATIC_FOLDER / "css" / name
    for name in ("paper.css", "status_report.css", "edition_changes.css")
)
_MARKS = {"added": "〔增：{}〕", "removed": "〔刪：{}〕", "same": "{}"}


@dataclass(frozen=True)
class ChangesPaper:
    """The changes from ``before``, which is said in words, to a report."""

    report: StatusReport
    before: str
    changes: Changes

    @property
    def title(self) -> str:
        """Its heading."""
        return f"{self.report.title}異動對照"

    @property
    def what(self) -> str:
        """Which two are compared."""
        first = self.report.first_page
        edition = first.edition if first else ""
        return f"{self.before}與{format_roc(self.report.as_of)}{edition}比較"


def changes_html(paper: ChangesPaper) -> str:
    """The paper before it is laid out."""
    return render_to_string("pdf/edition_changes.html", {"paper": paper})


def write_odt(paper: ChangesPaper, file: IO[bytes]) -> None:
    """Write the paper as an OpenDocument text; what came and went is in brackets."""
    document = Document(
        title=paper.title,
        author=paper.report.platform_name,
        subject=paper.what,
        blocks=list(_blocks(paper)),
        head=f"{paper.title}（{paper.what}）",
        landscape=True,
    )
    odf.odt(file, document)


def _blocks(paper: ChangesPaper) -> Iterator[Block]:
    yield Paragraph(paper.title, Style.TITLE)
    yield Paragraph(paper.what, Style.RIGHT)
    counts = "、".join(f"{label}{count}案" for _, label, count in paper.changes.counts)
    yield Paragraph(f"{counts}；其餘{paper.changes.same}案內容相同。")
    for kind, label, count in paper.changes.counts:
        if not count:
            continue
        yield Paragraph(f"{label}（{count}案）", Style.HEADING)
        yield Table(
            label,
            (0.27, 0.73),
            ("方案名稱", "異動內容"),
            [[_case(case), list(_lines(case))] for case in paper.changes.of_kind(kind)],
        )


def _case(case: CaseChange) -> list[Paragraph]:
    said = [
        Paragraph(f"{case.number} {case.name}", Style.CELL_HEAD),
        Paragraph(case.group, Style.CELL),
    ]
    if case.name_before:
        said.append(Paragraph(f"原名：{case.name_before}", Style.CELL))
    return said


def _lines(case: CaseChange) -> Iterator[Paragraph]:
    for block in case.blocks:
        if block.municipality:
            yield Paragraph(f"{block.municipality}：", Style.CELL_HEAD)
        for line in _marked(block).split("\n"):
            yield Paragraph(line, Style.CELL)
    if not case.blocks:
        yield Paragraph("－", Style.CELL)


def _marked(block: BlockChange) -> str:
    said = ""
    for piece in block.pieces:
        lines = piece.text.split("\n")
        said += "\n".join(
            _MARKS[piece.kind].format(line) if line else "" for line in lines
        )
    return said

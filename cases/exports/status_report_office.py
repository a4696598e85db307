"""合作方案辦理情形 as ODT and DOCX, to be worked on; the same words as the PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

from cases.exports.status_report_lines import CellLine, cell_lines
from cases.reports import FirstPage, GroupTable, ReportRow, StatusReport
from meetings.words import say
from platform_site.lib import docx, odf
from platform_site.lib.document import Block, Document, Paragraph, Style, Table
from platform_site.lib.roc import format_roc

_SHORT = 6  # so many lines of a case are not torn apart
_HANG = 2


def write_odt(report: StatusReport, file: IO[bytes]) -> None:
    """Write the report as an OpenDocument text."""
    odf.odt(file, report_document(report))


def write_docx(report: StatusReport, file: IO[bytes]) -> None:
    """Write the report for Word."""
    docx.docx(file, report_document(report))


def report_document(report: StatusReport) -> Document:
    """The report as paragraphs and tables, A4 landscape."""
    as_of = f"資料時間：{format_roc(report.as_of)}"
    part = "（部分）" if report.conditions else ""
    return Document(
        title=f"{report.title}{part}",
        author=report.platform_name,
        subject=f"{report.title}，{as_of}",
        blocks=list(_blocks(report, as_of)),
        head=f"{report.title}（{format_roc(report.as_of)}）",
        landscape=True,
    )


def _blocks(report: StatusReport, as_of: str) -> Iterator[Block]:
    first = report.first_page
    edition = first.edition if first else ""
    yield Paragraph(f"{report.title}{edition and f'（{edition}）'}", Style.TITLE)
    yield Paragraph(as_of, Style.RIGHT)
    if report.conditions:
        yield Paragraph(report.filter_line)
    if first:
        yield from first_page_blocks(first)
    for at, group in enumerate(report.groups):
        yield Paragraph(
            f"{group.numeral} {group.name}",
            Style.HEADING,
            begins_page=bool(first and at == 0),
        )
        if group.rows:
            yield _table(group, report)
        else:
            yield Paragraph(say("本組目前無列管合作案。"))
    if not report.groups:
        yield Paragraph(say("本平臺目前無列管合作案。"))


def first_page_blocks(first: FirstPage) -> Iterator[Block]:
    """The first page: the numbers, then the cases of those that list them."""
    if first.why:
        yield Paragraph(f"更正原因：{first.why}")
    yield Table(
        "列管概況",
        (0.2, 0.1, 0.7),
        ("項目", "案數", "計算方式"),
        [
            [_cell(each.label), _cell(str(each.value)), _cell(each.definition)]
            for each in first.figures
        ],
    )
    for figure in first.listed_figures:
        yield Paragraph(f"{figure.label}（{figure.value}案）", Style.SUBHEADING)
        if not figure.cases:
            yield Paragraph("無。")
            continue
        yield Table(
            figure.label,
            (0.15, 0.43, 0.42),
            (say("議題小組"), "方案名稱", "說明"),
            [
                [
                    _cell(case.group),
                    _cell(f"{case.number} {case.name}"),
                    _cell(case.words),
                ]
                for case in figure.cases
            ],
        )
    if first.corrected:
        yield Paragraph(f"本版更正（{len(first.corrected)}處）", Style.SUBHEADING)
        yield Table(
            "本版更正",
            (0.26, 0.37, 0.37),
            ("方案名稱／縣市", "原載", "更正後"),
            [
                [
                    _cell(
                        f"{each.number} {each.name}", each.municipality or "共同填報"
                    ),
                    _cell(*each.before.split("\n")),
                    _cell(*each.after.split("\n")),
                ]
                for each in first.corrected
            ],
        )


def _table(group: GroupTable, report: StatusReport) -> Table:
    cells = [list(cell_lines(row)) for row in group.rows]
    return Table(
        group.name,
        (0.27, 0.73),
        ("方案名稱", "最新辦理情形"),
        [
            [_case(row, report), [_line(line) for line in lines]]
            for row, lines in zip(group.rows, cells, strict=True)
        ],
        kept={at for at, lines in enumerate(cells) if len(lines) <= _SHORT},
    )


def _case(row: ReportRow, report: StatusReport) -> list[Paragraph]:
    name = f"{row.number} {row.name}".strip()
    if row.origin:
        name += "【新增】"
    if report.shows_standing:
        name += f"【{row.standing}】"
    notes = [Paragraph(row.note, Style.CELL)] if row.note else []
    return [Paragraph(name, Style.CELL_HEAD), *notes]


def _line(line: CellLine) -> Paragraph:
    if line.kind or not line.depth:
        return Paragraph(line.text, Style.CELL)
    depth = _HANG * line.depth
    if not line.marker:
        return Paragraph(line.text, Style.CELL, depth=depth)
    return Paragraph(
        line.text,
        Style.CELL,
        marker=line.marker.rstrip(),
        depth=depth - _HANG,
        hang=_HANG,
    )


def _cell(*lines: str) -> Sequence[Paragraph]:
    return [Paragraph(line, Style.CELL) for line in lines]

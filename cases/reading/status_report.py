"""A status report written elsewhere (合作方案辦理情形), read into its facts.

A paper holds tables of cases and their progress, below the names of groups; a case
may go on over pages, below a head that is printed again. ``read`` says what stands
there and in which words; whose cases they are it does not know.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from cases.reading.blocks import Block, Part, cut_by_date, cut_by_municipality, period
from cases.reading.read_case import Key, ReadCase, cell_lines
from cases.reading.report_rows import THEME, RowReader
from cases.reading.rows import Cell
from platform_site.lib.numbering import read_outline
from platform_site.reading.document import Document, Refused

NO_TABLE = (
    "檔案中找不到辦理情形表：表格須有「方案名稱」與「辦理情形」等欄名；"
    "掃描的影像請先辨識成文字。"
)

_ORIGIN = re.compile(
    r"\s*[【\[［]\s*(?P<words>[^】\]］]{0,60}新增[^】\]］]{0,12})[】\]］]\s*"
)
_MARKER_LAST = re.compile(r"[(（]?[\d一二三四五六七八九十A-Z]{1,3}[.)）、．]$")
_TAGS = re.compile(r"<[^<>]{0,200}>")

Facts = dict[str, Any]


def read(document: Document) -> Facts:
    """Return title, data date, groups, cases and progress of a status report.

    Refused is a paper without a table of cases.
    """
    rows = RowReader(document)
    rows.read()
    if not rows.cases:
        raise Refused(NO_TABLE)
    return _Facts(rows).whole()


class _Facts:
    """What the rows of a paper come to."""

    def __init__(self, rows: RowReader) -> None:
        self.rows = rows
        self.document = rows.document
        self.heading = rows.heading
        self.unread = list(rows.unread)
        self.warnings: list[tuple[int, str]] = []

    def whole(self) -> Facts:
        """Return what was read."""
        day = self.heading.as_of
        if day is None and (day := self.heading.day_of_title()):
            self.warnings.append((-1, "文件未載明資料時間，依標題的期別推定，請確認。"))
        elif day is None:
            self.warnings.append((-1, "文件未載明資料時間，請自行填寫。"))
        groups: list[Facts] = []
        for case in self.rows.cases:
            if not groups or groups[-1]["name"] != case.group:
                groups.append({"name": case.group, "cases": []})
            groups[-1]["cases"].append(self._facts(case, day))
        if any(group["name"] is None for group in groups):
            self.warnings.append((-1, "部分案件沒有所屬小組的標題，請於審閱時選擇。"))
        self.unread += [
            (self.document.text.find(line), line) for line in self.heading.rest
        ]
        return {
            "title": self.heading.title or self._sheet_title(),
            "as_of": day and day.isoformat(),
            "groups": groups,
            "warnings": self._placed(self.warnings, "message"),
            "unread": self._placed(self.unread, "text"),
            "text": self.document.text,
        }

    def _sheet_title(self) -> str:
        """Return the name of the first sheet, for a sheet without a title."""
        return next(iter(self.rows.sheets), "")

    def _placed(self, found: Sequence[tuple[int, str]], what: str) -> list[Facts]:
        ends = [at.start() for at in re.finditer("\n", self.document.text)]
        return [
            {"line": bisect_right(ends, start - 1) + 1 if start >= 0 else 0, what: said}
            for start, said in sorted(found)
        ]

    def _facts(self, case: ReadCase, day: date | None) -> Facts:
        theme = THEME.search(case.name)
        progress: list[Facts] = []
        whole: list[str] = []
        origin = case.origin
        for key, cells in case.cells.items():
            lines = cell_lines(self.document, case, cells)
            whole += lines
            found, lines = _without_origin(lines)
            origin = origin or found
            progress += self._blocks(case, key, lines, cells, day)
        if origin and case.name.endswith("新增"):
            case.name = case.name.removesuffix("新增").rstrip()
        progress = _in_periods(progress, day.year if day else None)
        if not progress:
            case.doubts.append("沒有辦理情形的文字。")
        for doubt in case.doubts:
            self.warnings.append((case.start, f"「{case.name}」{doubt}"))
        return {
            "name": case.name,
            "theme": bool(theme or case.theme),
            "theme_name": (theme["theme"].strip() if theme else case.theme) or None,
            "newly_listed": case.newly_listed or bool(origin),
            "origin": origin or None,
            "text": "\n".join(whole),
            "source": {"start": case.start, "end": max(case.end, case.start)},
            "doubts": case.doubts,
            "progress": progress,
        }

    def _blocks(
        self,
        case: ReadCase,
        key: Key,
        lines: list[str],
        cells: Sequence[Cell],
        day: date | None,
    ) -> list[Facts]:
        municipality, label = key
        if municipality or not lines:
            blocks = [Block(municipality, "\n".join(lines))] if lines else []
        else:
            blocks, doubts = cut_by_municipality(lines)
            case.doubts += [doubt for doubt in doubts if doubt not in case.doubts]
        year = day.year if day else None
        spans = _spans(self.document.text, blocks, cells)
        return [
            {
                "municipality": block.municipality,
                "text": block.text,
                "label": label,
                "source": span,
                "parts": [_part(part) for part in cut_by_date(block.text, year)],
            }
            for block, span in zip(blocks, spans, strict=True)
        ]


def _without_origin(lines: list[str]) -> tuple[str, list[str]]:
    """Return the mark of a newly listed case and the lines after it."""
    found = _ORIGIN.match(lines[0]) if lines else None
    if found is None:
        return "", lines
    rest = lines[0][found.end() :]
    return found["words"].strip(), [*([rest] if rest else []), *lines[1:]]


def _in_periods(progress: Sequence[Facts], year: int | None) -> list[Facts]:
    """Bring the columns of several periods together as parts of one text."""
    together: dict[str | None, list[Facts]] = {}
    for each in progress:
        together.setdefault(each["municipality"], []).append(each)
    found: list[Facts] = []
    for those in together.values():
        if len(those) < 2:
            found += [{k: v for k, v in each.items() if k != "label"} for each in those]
            continue
        parts = []
        for each in those:
            days = period(each["label"], year)
            parts.append(
                Part(each["label"], days and days[0], days and days[1], each["text"])
            )
        text = "\n".join(
            f"{part.label}：\n{part.text}" if part.label else part.text
            for part in parts
        )
        source = {
            "start": min(each["source"]["start"] for each in those),
            "end": max(each["source"]["end"] for each in those),
        }
        found.append(
            {
                "municipality": those[0]["municipality"],
                "text": text,
                "source": source,
                "parts": [_part(part) for part in parts],
            }
        )
    return found


def _part(part: Part) -> Facts:
    return {
        "label": part.label,
        "starts_on": part.starts_on and part.starts_on.isoformat(),
        "ends_on": part.ends_on and part.ends_on.isoformat(),
        "text": part.text,
    }


def _spans(
    text: str, blocks: Sequence[Block], cells: Sequence[Cell]
) -> Iterator[Facts]:
    """Find where in the paper's text each block begins; it ends before the next."""
    places = [place for cell in cells for place in _words(text, cell.start, cell.end)]
    condensed = "".join(text[place] for place in places)
    begins, at = [], 0
    for block in blocks:
        beginning = _beginning(block).search(condensed, at)
        begins.append(beginning.start() if beginning else -1)
        at = beginning.end() if beginning else at
    whole = (cells[0].start, cells[-1].end)
    for number, found in enumerate(begins):
        after = next((each for each in begins[number + 1 :] if each > found), -1)
        if after > found >= 0:
            ending = _MARKER_LAST.search(condensed, found, after)
            last = (ending.start() if ending else after) - 1
            yield {"start": places[found], "end": places[last] + 1}
        else:
            yield {"start": places[found] if found >= 0 else whole[0], "end": whole[1]}


def _beginning(block: Block) -> re.Pattern[str]:
    """Return how the words of a block begin, set without spaces."""
    lines = read_outline(block.text)
    first = re.escape("".join(lines[0].text.split())[:8]) if lines else ""
    if block.municipality is None:
        return re.compile(first)
    name = re.escape(block.municipality).replace("臺", "[臺台]")
    return re.compile(
        rf"{name[:-1]}{name[-1]}?(?:政府)?[】\])）]?[：:]?.{{0,5}}?{first}"
    )


def _words(text: str, start: int, end: int) -> Iterator[int]:
    """Give the places of the characters that are neither space nor markup."""
    skipped = [found.span() for found in _TAGS.finditer(text, start, end)]
    place = start
    for before, after in [*skipped, (end, end)]:
        yield from (at for at in range(place, before) if not text[at].isspace())
        place = after

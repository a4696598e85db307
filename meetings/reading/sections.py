"""Cutting minutes into their sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from meetings.reading.labels import (
    Label,
    body_label,
    early_label,
    header_label,
    inline_labels,
    kind_of,
    labels_in_cells,
    report_label,
)
from meetings.reading.lines import Line, Mark, find_mark
from meetings.reading.words import Words, join
from platform_site.lib.numbering import Level

HEADER_KINDS = ("time", "place", "chairs", "recorder", "attendance")
_LONGEST_HEADING = 60
_LONGEST_NUMBERED = 24  # of a heading on the level of lists
_SHORTEST_TORN = 14  # a line that ends sooner was not too short for its heading
_QUALIFIER = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)?)\)$")
_ATTACHMENT = re.compile(
    r"附\s?[件檔表錄]\s?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})?(?![\u4e00-\u9fff」])"
)
_ADJOURNED = re.compile(r"[^。;]{0,24}散會\s?。?")
_CLOCK_ONLY = re.compile(
    r"\(?\s?(?:同日|當日)?\s?(?:上午|下午|中午|晚上|晚間|凌晨)?\s?[0-9]{1,2}\s?[時點:].{0,12}"
)
_LAID_OUT = re.compile(r"共\s?同\s?主\s?(?:持\s?人?|席)")
_PAGE_BEHIND = re.compile(r"\s+[0-9]{1,3}$")


@dataclass
class Section:
    """A heading and the lines under it; the first may be the heading's own rest."""

    kind: str
    heading: Words
    mark: Mark | None
    qualifier: Words | None
    line: int
    lines: list[Line] = field(default_factory=list)

    @property
    def numeral(self) -> str | None:
        """The number of the heading as printed."""
        return self.mark.numeral if self.mark else None

    @property
    def words(self) -> Words:
        """Everything under the heading."""
        return join(line.words for line in self.lines)


@dataclass
class Cut:
    """Minutes cut into sections, and what lies outside of them."""

    sections: list[Section]
    before: list[Line]  # between the title and the first heading
    attachments: list[list[Line]]
    after: list[Line]  # behind the adjournment
    furniture: list[Line]


class _Cutter:
    def __init__(self) -> None:
        self.cut = Cut([], [], [], [], [])
        self.level: int | None = None
        self.number = 0
        self.inner = 0  # the last number of a list on the headings' own level
        self.in_body = False
        self.reopened: Section | None = None  # the chairs, at 共同主持 further down

    def read(self, lines: list[Line]) -> Cut:
        for line in _with_torn_headings(lines):
            for part in self._parts(line):
                self._take(part)
        return self.cut

    @property
    def _open(self) -> Section | None:
        last = self.cut.sections[-1] if self.cut.sections else None
        return self.reopened or last

    def _parts(self, line: Line) -> list[Line]:
        """Cut a line of the header where a further label begins in it."""
        if self.in_body:
            return [line]
        head = line.mark.end if line.mark else 0
        inside = [start for start in inline_labels(line.words) if start > head]
        inside = sorted({*inside, *labels_in_cells(line.words)})
        starts = [0, *inside, len(line.words)]
        parts = []
        for start, end in pairwise(starts):
            words = line.words[start:end].strip()
            if words:
                mark = line.mark if start == 0 else find_mark(words.folded)
                parts.append(Line(line.number, words, mark, line.edge, line.indent))
        return parts

    def _take(self, line: Line) -> None:
        if self.cut.attachments:
            self._take_attachment(line)
            return
        section = self._open
        if section and section.kind == "adjournment":
            self._take_after(line, section)
            return
        started = self._start(line)
        if started:
            self._add(started, line)
        elif section is None:
            is_label = _ATTACHMENT.match(line.words.folded)
            (self.cut.furniture if is_label else self.cut.before).append(line)
        else:
            if line.mark and line.mark.level == self.level:
                self.inner = line.mark.number
            (self._open or section).lines.append(line)

    def _add(self, section: Section, line: Line) -> None:
        if section.kind in HEADER_KINDS and any(
            _is_same(section, other) for other in self.cut.sections
        ):
            self.cut.furniture.append(line)
            return
        self.reopened = None
        self.in_body = self.in_body or section.kind not in (*HEADER_KINDS, "other")
        self.inner = 0
        if section.mark:
            self.number = section.mark.number
        self.cut.sections.append(section)

    def _take_after(self, line: Line, section: Section) -> None:
        if not section.lines and _CLOCK_ONLY.match(line.words.folded):
            section.lines.append(line)
        elif _ATTACHMENT.match(line.words.folded):
            self.cut.attachments.append([line])
        elif _LAID_OUT.fullmatch(line.words.folded):
            self.cut.furniture.append(line)
        else:
            self.cut.after.append(line)

    def _take_attachment(self, line: Line) -> None:
        found = _ATTACHMENT.match(line.words.folded)
        if found and (found.end() == len(line.words) or len(line.words) < 40):
            self.cut.attachments.append([line])
        else:
            self.cut.attachments[-1].append(line)

    def _start(self, line: Line) -> Section | None:
        """The section a line begins, if it does."""
        rest, mark = line.rest, line.mark
        header = None if self.in_body else header_label(rest)
        if mark:
            return self._start_numbered(line, mark, rest, header)
        section = self._open
        if header and (header.closed or self._is_new(header)):
            if header.kind == "chairs" and self._goes_on_with_chairs(rest):
                return None
            return _headed(line, None, rest, header)
        label = body_label(rest) or (None if self.in_body else early_label(rest))
        if label is None and self.level is None:
            label = report_label(rest)
        if label and label.closed and self._may_be_unnumbered(label):
            return _headed(line, None, rest, label)
        if _ADJOURNED.fullmatch(rest.folded) and section:
            return Section("adjournment", rest, None, None, line.number)
        return None

    def _goes_on_with_chairs(self, rest: Words) -> bool:
        chairs = [each for each in self.cut.sections if each.kind == "chairs"]
        if chairs and _LAID_OUT.match(rest.folded):
            self.reopened = chairs[-1]
        return bool(chairs) and self._open is chairs[-1]

    def _is_new(self, label: Label) -> bool:
        return self.level is None and all(
            section.kind != label.kind for section in self.cut.sections
        )

    def _may_be_unnumbered(self, label: Label) -> bool:
        return self.level is None or label.kind in ("adjournment", "motions")

    def _start_numbered(
        self, line: Line, mark: Mark, rest: Words, header: Label | None
    ) -> Section | None:
        label = header or body_label(rest)
        if self.level is None:
            if not (label or mark.level == Level.LEGAL or self._is_first(mark, rest)):
                return None
            self.level = mark.level
        elif mark.level != self.level or (
            self.level != Level.LEGAL and not self._follows(mark, label, rest)
        ):
            return None
        return _headed(line, mark, rest, label)

    def _is_first(self, mark: Mark, rest: Words) -> bool:
        """Whether a number is that of the first heading below a header without any."""
        head = rest.folded.partition(":")[0]
        return (
            not self.in_body
            and mark.number == 1
            and mark.level == Level.CHINESE
            and len({section.kind for section in self.cut.sections}) > 1
            and len(head) <= _LONGEST_NUMBERED
            and kind_of("".join(head.split())) != "other"
        )

    def _follows(self, mark: Mark, label: Label | None, rest: Words) -> bool:
        """Whether a number on the headings' level is a heading's, not a list's."""
        if mark.number <= self.number:
            return False
        if label and label.closed:
            return True
        if mark.number != self.number + 1 or mark.number == self.inner + 1:
            return False
        head = rest.folded.partition(":")[0]
        return len(head) <= _LONGEST_NUMBERED and kind_of(head) != "other"


def is_attachment_label(line: Line) -> bool:
    """Whether a line says no more than 附件1."""
    found = _ATTACHMENT.match(line.words.folded)
    return found is not None and not line.words[found.end() :].strip(":。")


def _is_same(section: Section, other: Section) -> bool:
    pair = [
        ("".join(each.heading.folded.split()), "".join(each.words.folded.split()))
        for each in (section, other)
    ]
    return section.kind == other.kind and pair[0] == pair[1]


def cut_sections(lines: list[Line]) -> Cut:
    """Cut the lines of one meeting's minutes into sections."""
    return _Cutter().read(lines)


def _with_torn_headings(lines: list[Line]) -> list[Line]:
    """Join a numbered line whose quotation is open with the one that closes it."""
    joined: list[Line] = []
    for line in lines:
        above = joined[-1] if joined else None
        if above and _is_torn(above, line):
            words = join([above.words, line.words])
            joined[-1] = Line(above.number, words, above.mark, above.edge, above.indent)
        else:
            joined.append(line)
    return joined


def _is_torn(above: Line, line: Line) -> bool:
    """Whether a heading goes on in the next line."""
    if line.mark or not above.mark or above.mark.level != Level.LEGAL:
        return False
    head, tail = above.rest.folded, line.words.folded
    if len(head) + len(tail) > 2 * _LONGEST_HEADING:
        return False
    if head.count("「") > head.count("」") and "」" in tail:
        return True
    if head.endswith(")") or kind_of(head) in ("remarks", "adjournment"):
        return False
    is_known = header_label(above.rest) or body_label(above.rest)
    return (
        not is_known
        and len(head) >= _SHORTEST_TORN
        and ":" not in head
        and ":" in tail[:_SHORTEST_TORN]
    )


def _headed(line: Line, mark: Mark | None, rest: Words, label: Label | None) -> Section:
    """Divide a heading into its words, its qualifier and what it heads."""
    kind = label.kind if label else ""
    if label and (label.closed or kind in HEADER_KINDS):
        head, body = rest[: label.after], rest[label.after :]
    else:
        colon = _colon(rest.folded)
        if colon is not None:
            head, body = rest[:colon], rest[colon + 1 :]
        elif label:
            head, body = rest[: label.after], rest[label.after :]
        else:
            head, body = rest, rest[len(rest) :]
    head = head.strip(":。")
    qualifier = None
    found = _QUALIFIER.search(head.folded)
    if found:
        inside = head[found.start(1) : found.end(1)].strip()
        bare = head[: found.start()].strip()
        if kind_of(bare.folded) == "adjournment":
            body = join([head[found.start() :], body])
        else:
            qualifier = inside
        head = bare
    pages = _PAGE_BEHIND.search(head.folded)
    if pages and not body:
        head = head[: pages.start()]
    section = Section(
        kind or kind_of("".join(head.folded.split())),
        head,
        mark,
        qualifier,
        line.number,
    )
    body = body.strip()
    if body:
        section.lines.append(
            Line(line.number, body, find_mark(body.folded), indent=line.indent)
        )
    return section


def _colon(folded: str) -> int | None:
    """The first colon outside of quotations and brackets, near the head."""
    depth = 0
    for place, char in enumerate(folded[: 2 * _LONGEST_HEADING]):
        if char in "「『(":
            depth += 1
        elif char in "」』)":
            depth = max(depth - 1, 0)
        elif char == ":" and depth == 0:
            return place
        elif char == "。" and depth == 0:
            return None
    return None

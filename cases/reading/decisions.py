"""What resolutions decide about cases: one decision for each case and effect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from cases.reading import actions
from cases.reading.case_headings import Heading, as_group, as_heading
from cases.reading.clauses import MERGED_TO, NOTED, SPLIT, Place, read_sentence
from cases.reading.cutting import counted, divide, names_end, sentences
from cases.reading.listed_names import QUOTED, find_runs, masked, split_names
from cases.reading.proposals import Proposal, answer_proposal, as_proposal
from cases.reading.record import Record
from cases.reading.tables import Decided
from meetings.reading.outline import Item
from meetings.reading.words import Words

DECIDING = ("mayor", "vice_mayor", "special")

_THIS_CASE = re.compile(r"本案|本項|本合作案|本提案")
_NAME_LIKE = re.compile(
    r"(?:案|計畫|合作|交流|機制|工程|平[臺台]|活動|方案|作業|行動|推廣|規劃|建置|服務|專案|聯盟|行銷|共享)(?:\(|$|」)"
)
_PROPOSER = re.compile(
    r"[\u4e00-\u9fff]{2,16}(?:[市縣府局處]|委員會)\s*:(?=[^:。]{0,12}「)"
)
_AGREES = re.compile(r"(?<!不)同意|通過|照案|准予|予以")
_COLON = re.compile(r"^[^、,。;:]{4,60}:")  # 甲：已完成
_NO_CASE = re.compile(r"其[他它餘](?:事項)?|備註|附註|說明|附帶決議")
_LEADS = re.compile(r"如[下次後]|下列|分述|[計共有]\s?[0-9]{1,3}\s?案")
_EMPTY = re.compile(r"(?:[^:。]{1,6}:)?\s*\(?(?:略|無)?\)?。?")
_LONGEST_NAME = 90
_MOST_HEADINGS = 3  # on one line


@dataclass
class Scope:
    """What holds for the items below a heading."""

    group: str | None = None
    heading: Heading | None = None


@dataclass
class Reader:
    """Walks through the items of a section and gathers what they decide."""

    series: str
    own_group: str | None
    warn: Callable[[int, str], None]
    unread: list[tuple[int, Words]] = field(default_factory=list)
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        self.record = Record(self.series in DECIDING, self.warn)

    @property
    def _decides(self) -> bool:
        return self.record.decides

    def read(self, items: Iterable[Item], above: Heading | None = None) -> None:
        """Read the items of a section; ``above`` is its own heading, if it says so."""
        self._below(list(items), Scope(self.own_group, above))

    def _item(self, item: Item, scope: Scope) -> Scope | None:
        """Read one item; a heading without a number holds for those behind it."""
        proposal = as_proposal(item)
        if proposal:
            self.read_proposal(proposal, scope.heading, scope.group)
            return None
        found = as_group(item.words, self._decides)
        if found:
            group, rest = found
            below = Scope(group, scope.heading)
            if rest:
                self._said(
                    Item(item.mark, rest, item.line, children=item.children), below
                )
            else:
                self._below(item.children, below)
            return below if item.mark is None and not item.children else None
        return self._said(item, scope)

    def _below(self, items: list[Item], scope: Scope) -> None:
        if not (self._decides or scope.heading) and self._are_cases(items):
            scope = Scope(scope.group, Heading(None, inferred=True))
        for item in items:
            scope = self._item(item, scope) or scope

    def _said(self, item: Item, scope: Scope, above: int = 0) -> Scope | None:
        """Read an item sentence by sentence, then what stands below it.

        ``above`` counts the headings before it on the same line.
        """
        item = _without_proposer(item)
        heading, rest = as_heading(item.words)
        if above > _MOST_HEADINGS:
            heading = None
        if heading is None and scope.heading and not self._is_clause(item.words):
            self._case(item, scope, scope.heading)
            return None
        if heading is None:
            self._sentences(item, scope)
            return None
        self._claim(scope, heading, item)
        below = Scope(scope.group, heading)
        if rest.strip():
            if _COLON.search(masked(rest.folded)) and heading.count in (None, 1):
                self._case(
                    Item(None, rest, item.line, children=item.children), scope, heading
                )
                return None
            if MERGED_TO.search(masked(rest.folded)):
                self._sentences(Item(None, rest, item.line), Scope(scope.group))
                self._below(item.children, Scope(scope.group))
                return None
            if as_heading(rest)[0] is None:
                tail = self._list(item, rest, below, heading)
                if tail:
                    self._sentences(Item(None, tail, item.line), scope, is_tail=True)
                self._below(item.children, Scope(scope.group))
                return None
            below_it = Item(None, rest, item.line, children=item.children)
            self._said(below_it, below, above + 1)
        elif item.children:
            self._counted_below(item, below, heading)
        else:
            return below
        return None

    def _counted_below(self, item: Item, scope: Scope, heading: Heading) -> None:
        """Read the items below a heading and hold them to its count."""
        before = len(self.record.decisions)
        self._below(item.children, scope)
        read = len({each.name.text for each in self.record.decisions[before:]})
        stated = heading.count if heading.merged is None else heading.merged
        if stated is not None and read != stated:
            merged = "" if heading.merged is None else "合併為"
            self.warn(item.line, f"標題載明{merged}{stated}案，讀到{read}案。")

    def read_proposal(
        self, proposal: Proposal, above: Heading | None, group: str | None
    ) -> None:
        """Read a matter with its answer."""
        group = proposal.group or group
        before, unread = len(self.record.decisions), len(self.unread)
        answer, beside = proposal.parted()
        self._below(answer, Scope(group))
        if len(self.record.decisions) == before:
            answer_proposal(self.record, proposal, group, above)
            if len(self.record.decisions) > before:
                del self.unread[unread:]
            elif left := proposal.overlooked():
                listed = {words.start for _, words in self.unread[unread:]}
                self.unread += [left] if left[1].start not in listed else []
        self._below(beside, Scope(group))

    def read_table(self, table: Decided, line: int) -> None:
        """Read a table of decisions, a case in each row."""
        title = Words(table.title, [0] * len(table.title))
        heading = as_heading(title)[0] or Heading(None)
        for row in table.rows:
            group = row.group or self.own_group
            before = len(self.record.decisions)
            self.record.case(row.name, row.decided, heading, group, line)
            is_read = len(self.record.decisions) > before
            if not is_read and not NOTED.search(masked(row.decided.folded)):
                self.unread += [(line, row.name), (line, row.decided)]

    def _is_clause(self, words: Words) -> bool:
        """Whether an item below a heading decides by itself: (2)新增「…」等3案."""
        mask = masked(words.folded)
        head = mask.partition(":")[0]
        runs = find_runs(words, mask)
        if not runs or runs[0].start > 24 or ":" in mask[: runs[0].start]:
            return False
        before, behind = head[: runs[0].start], mask[runs[0].end :]
        return bool(actions.find_verbs(before) or SPLIT.match(_until_quote(behind)))

    def _sentences(self, item: Item, scope: Scope, *, is_tail: bool = False) -> None:
        """Read each sentence of an item that is no heading, or what follows names."""
        before = self._read_so_far()
        noted = is_tail
        for sentence in sentences(item.words):
            heading, rest = as_heading(sentence)
            left: Words | None = sentence
            if heading and rest.strip():
                self._claim(scope, heading, item)
                left = self._list(item, rest, scope, heading)
            if left:
                place = Place(item.line, scope.group, scope.heading is not None)
                noted |= read_sentence(self.record, left, place)
        if self._read_so_far() == before and not noted:
            if self._is_case(item) and not any(map(as_proposal, item.children)):
                self._case(item, scope, Heading(None))
                return
            if self._should_decide(item, scope):
                self.unread.append((item.line, item.words))
        self._below(item.children, scope)

    def _should_decide(self, item: Item, scope: Scope) -> bool:
        """Whether words that decide nothing look as if they should."""
        if item.children or not item.words or _EMPTY.fullmatch(item.words.folded):
            return False
        if self._decides and scope.group:
            return True
        mask = masked(item.words.folded)
        verbs = {verb.action for verb in actions.find_verbs(mask)}
        if QUOTED in mask or verbs - {actions.LIST}:
            return bool(verbs)
        return bool(verbs) and bool(_AGREES.search(mask))

    def _read_so_far(self) -> tuple[int, int]:
        return len(self.record.decisions), len(self.record.claims)

    def _claim(self, scope: Scope, heading: Heading, item: Item) -> None:
        if self._decides:
            self.record.claims.add_heading(scope.group, heading, item.line)

    def _list(
        self, item: Item, rest: Words, scope: Scope, heading: Heading
    ) -> Words | None:
        """Read names behind a heading; return what of the sentence is left."""
        names_words, tail = names_end(rest)
        names = split_names(names_words, heading.count)
        told = heading.words + rest.folded
        action = self.record.own(heading.action or actions.CONTINUE, told)
        reason = None
        if action in (actions.DELIST, actions.PROPOSE):
            reason = actions.reason_of(tail.folded if tail else "")
        self.record.make(
            names, action, item.line, scope.group, item.words, reason=reason
        )
        self.record.check(item.line, heading.count, len(names))
        return tail

    def _are_cases(self, items: list[Item]) -> bool:
        """Whether a list is one of cases: two are seen to be, and a third of it."""
        alike = [
            item
            for item in items
            if item.mark
            and ":" in masked(item.words.folded[:_LONGEST_NAME])
            and as_heading(item.words)[0] is None
        ]
        sure = sum(self._is_case(item) for item in alike)
        return sure > 1 and 3 * sure >= len(alike)

    def _is_case(self, item: Item) -> bool:
        """Whether an item without a heading above it is about one case."""
        head, body = divide(item)
        if not head or len(head) > _LONGEST_NAME or self._decides:
            return False
        if item.children and _LEADS.search(masked(head.folded)):
            return False
        text = body.folded
        if not text:
            return False
        mask = masked(head.folded)
        if ":" not in masked(item.words.folded) and not mask.startswith(QUOTED):
            return False
        named = mask.startswith(QUOTED) or _NAME_LIKE.search(mask)
        if any(verb.stands for verb in actions.find_verbs(masked(text))):
            return True
        return bool(named) and bool(_THIS_CASE.search(text) or actions.goes_on(text))

    def _case(self, item: Item, scope: Scope, heading: Heading) -> None:
        """Read an item that names a case and says what becomes of it."""
        head, body = divide(item)
        if _NO_CASE.fullmatch("".join(head.folded.split())):
            before = self._read_so_far()
            for sentence in sentences(body):
                read_sentence(self.record, sentence, Place(item.line, scope.group))
            if body and self._read_so_far() == before:
                self.unread.append((item.line, item.words))
        elif head:
            count = counted(item.words)
            self.record.case(head, body, heading, scope.group, item.line, count)


def _without_proposer(item: Item) -> Item:
    """The item without who proposes it: 基隆市：新增「…」."""
    found = _PROPOSER.match(item.words.folded)
    if not found or not find_runs(
        item.words[found.end() :], masked(item.words.folded[found.end() :])
    ):
        return item
    return replace(item, words=item.words[found.end() :].strip())


def _until_quote(mask: str) -> str:
    return mask.partition(QUOTED)[0]

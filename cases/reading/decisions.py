"""What resolutions decide about cases: one decision for each case and effect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from cases.reading import actions
from cases.reading.case_headings import Heading, as_group, as_heading
from cases.reading.case_items import read_case
from cases.reading.claims import Claims
from cases.reading.cutting import counted, divide, names_end, sentences
from cases.reading.facts import Decision, own_action
from cases.reading.listed_names import (
    NUMBER,
    QUOTED,
    Named,
    Run,
    blotted,
    find_runs,
    masked,
    split_names,
)
from cases.reading.proposals import Proposal
from cases.reading.tables import Decided
from meetings.reading.outline import Item
from meetings.reading.words import Words

DECIDING = ("mayor", "vice_mayor", "special")

_MERGED_TO = re.compile(
    r"(?:合併|整併|併案|整合)(?:為|成)|(?:併入|歸併(?:至|於|入)?|併至|納併)"
)
_SPLIT = re.compile(
    r"^\s*(?:案)?\s*(?:,)?\s*(?:改以|拆分為|拆為|分為|分列為|分拆為|改列為?|改為)\s*$"
)
_SUB_CASE = re.compile(
    rf"^\s*(?:案)?(?:項下|之下|下)?[,]?\s*(?:同意)?(?:新增|增列|增加|納入)\s*(?:{NUMBER})?\s*(?:個|項)?\s*(?:子|次)(?:案|計畫|項)"
)
_NOTED = re.compile(r"洽悉|備查|知悉|准予備查")
_THIS_CASE = re.compile(r"本案|本項|本合作案|本提案")
_NAME_LIKE = re.compile(
    r"(?:案|計畫|合作|交流|機制|工程|平[臺台]|活動|方案|作業|行動|推廣|規劃|建置|服務|專案|聯盟|行銷|共享)(?:\(|$|」)"
)
_LONGEST_NAME = 90
_MOST_HEADINGS = 3  # on one line
_LONGEST_WORDS = 400
_ENDS_SENTENCE = re.compile(r"[。;]")


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
    decisions: list[Decision] = field(default_factory=list)
    claims: Claims = field(default_factory=Claims)
    unread: list[tuple[int, Words]] = field(default_factory=list)

    @property
    def decides(self) -> bool:
        """Whether the meeting itself puts cases on the list and takes them off."""
        return self.series in DECIDING

    def read(self, items: Iterable[Item]) -> None:
        """Read the items of a section."""
        self._below(list(items), Scope(self.own_group))

    def _item(self, item: Item, scope: Scope) -> Scope | None:
        """Read one item; a heading without a number holds for those behind it."""
        found = as_group(item.words, self.decides)
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
        if not (self.decides or scope.heading) and self._are_cases(items):
            scope = Scope(scope.group, Heading(None, inferred=True))
        for item in items:
            scope = self._item(item, scope) or scope

    def _said(self, item: Item, scope: Scope, above: int = 0) -> Scope | None:
        """Read an item sentence by sentence, then what stands below it.

        ``above`` counts the headings before it on the same line.
        """
        heading, rest = as_heading(item.words)
        if above > _MOST_HEADINGS:
            heading = None
        if heading is None and scope.heading and not self._is_clause(item.words):
            self._case(item, scope, scope.heading)
            return None
        if heading is None:
            self._sentences(item, scope)
            return None
        if self.decides:
            self.claims.add_heading(scope.group, heading, item.line)
        below = Scope(scope.group, heading)
        if rest.strip():
            if self._names_inline(heading, rest):
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

    def _names_inline(self, heading: Heading, rest: Words) -> bool:
        return as_heading(rest)[0] is None and heading.action is not None

    def _counted_below(self, item: Item, scope: Scope, heading: Heading) -> None:
        """Read the items below a heading and hold them to its count."""
        before = len(self.decisions)
        self._below(item.children, scope)
        read = len({(d.name.text, d.new_name) for d in self.decisions[before:]})
        if (
            heading.count is not None
            and read != heading.count
            and heading.merged is None
        ):
            self.warn(item.line, f"標題載明{heading.count}案，讀到{read}案。")
        elif heading.merged is not None and read != heading.merged:
            self.warn(item.line, f"標題載明合併為{heading.merged}案，讀到{read}案。")

    def read_proposal(self, proposal: Proposal) -> None:
        """Read a matter with its answer; 照案通過 means what the matter asked."""
        before = len(self.decisions)
        scope = Scope(self.own_group)
        for item in proposal.resolved:
            scope = self._item(item, scope) or scope
        if len(self.decisions) > before:
            return
        answer = "".join(item.all_words().folded for item in proposal.resolved)
        mask = masked(proposal.subject.folded)
        asked = [verb.action for verb in actions.find_verbs(mask)]
        if not asked:
            return
        names = [
            name for run in find_runs(proposal.subject, mask) for name in run.names
        ]
        if not names:
            return
        said = actions.find_verbs(masked(answer))
        action = _answered(answer, asked[0], [verb for verb in said if verb.stands])
        if action is None:
            return
        item = Item(None, proposal.subject, proposal.line)
        make = self._maker(item, proposal.resolved[0].words, scope)
        for name in names:
            make(name, self._own(action), reason=None)

    # -- sentences -----------------------------------------------------------

    def _is_clause(self, words: Words) -> bool:
        """Whether an item below a heading decides by itself: (2)新增「…」等3案."""
        mask = masked(words.folded)
        head = mask.partition(":")[0]
        runs = find_runs(words, mask)
        if not runs or runs[0].start > 24 or ":" in mask[: runs[0].start]:
            return False
        before, behind = head[: runs[0].start], mask[runs[0].end :]
        return bool(actions.find_verbs(before) or _SPLIT.match(_until_quote(behind)))

    def _sentences(self, item: Item, scope: Scope, *, is_tail: bool = False) -> None:
        """Read each sentence of an item that is no heading, or what follows names."""
        before = len(self.decisions), len(self.claims)
        noted = is_tail
        for sentence in sentences(item.words):
            heading, rest = as_heading(sentence)
            if heading and rest.strip() and heading.action:
                if self.decides:
                    self.claims.add_heading(scope.group, heading, item.line)
                tail = self._list(item, rest, scope, heading)
                if tail:
                    noted |= self._sentence(item, tail, scope)
            else:
                noted |= self._sentence(item, sentence, scope)
        if (len(self.decisions), len(self.claims)) == before and not noted:
            if self._is_case(item):
                self._case(item, scope, Heading(None))
                return
            if scope.group and self.decides and not item.children:
                self.unread.append((item.line, item.words))
        self._below(item.children, replace(scope))

    def _sentence(self, item: Item, sentence: Words, scope: Scope) -> bool:
        """Read one sentence; return whether it only takes note of something."""
        mask = masked(sentence.folded)
        runs = find_runs(sentence, mask)
        if self.decides:
            bare = blotted(mask, runs)
            self.claims.add_sentence(scope.group, bare, sentence, item.line)
        used: set[int] = set()
        for place, run in enumerate(runs):
            if place in used:
                continue
            behind = runs[place + 1] if place + 1 < len(runs) else None
            end = behind.start if behind else len(mask)
            start = runs[place - 1].end if place else 0
            if self._run(item, sentence, mask, run, behind, (start, end), scope):
                used.add(place + 1)
        return bool(_NOTED.search(mask))

    def _run(
        self,
        item: Item,
        sentence: Words,
        mask: str,
        run: Run,
        behind: Run | None,
        span: tuple[int, int],
        scope: Scope,
    ) -> bool:
        """Read what is said of a run of names; return whether the next is used up."""
        left, right = mask[span[0] : run.start], mask[run.end : span[1]]
        make = self._maker(item, sentence, scope)
        if behind and _SUB_CASE.match(right):
            for name in run.names:
                make(name, actions.CONTINUE)
            return True
        if behind and _SPLIT.match(right):
            for name in behind.names:
                make(name, self._own(actions.LIST), came_from=_texts(run))
            self._check(item, behind, behind.names)
            old = "」、「".join(_texts(run))
            self.warn(
                item.line, f"「{old}」改為{len(behind.names)}案，請確認原案的去向。"
            )
            return True
        merged = _MERGED_TO.search(right)
        if merged:
            return self._merge(item, mask, run, behind, right, merged, make)
        renamed = actions.NEW_NAME.search(right)
        if renamed and len(run.names) == 1 and not actions.is_uncertain(right):
            new = (
                behind.names[0].text if behind else right[renamed.end() :].strip(" ,。")
            )
            make(run.names[0], actions.RENAME, new_name=new)
            return behind is not None
        verb = self._verb(left, right, span, run, scope)
        if verb:
            reason = (
                actions.reason_of(left + right)
                if verb in (actions.DELIST, actions.PROPOSE)
                else None
            )
            for name in run.names:
                make(name, verb, reason=reason)
            self._check(item, run, run.names)
            if self.decides and run.count is not None and not scope.heading:
                group = run.names[0].group or scope.group
                self.claims.add_heading(group, Heading(verb, run.count), item.line)
        return False

    def _verb(
        self, left: str, right: str, span: tuple[int, int], run: Run, scope: Scope
    ) -> str | None:
        """The verb that governs a run: close before it, else behind it."""
        before = actions.find_verbs(left)
        after = actions.find_verbs(right)
        near = [
            verb
            for verb in before
            if len(left) - verb.end <= 14
            and not re.search(r"[,。;]", left[verb.end :].rstrip(",: "))
        ]
        chosen = near[-1] if near else (after[0] if after else None)
        if chosen is None:
            if actions.is_uncertain(right) and (run.count or 0) > 1 and scope.group:
                return actions.CONTINUE
            return None
        if not near and chosen.start > 60:
            return None
        if not chosen.stands:
            listed = chosen.action in (actions.DELIST, actions.PROPOSE)
            return actions.CONTINUE if listed else None
        if chosen.action == actions.LIST and not scope.group and not run.count:
            return None
        return self._own(chosen.action, left + right)

    def _merge(
        self,
        item: Item,
        mask: str,
        run: Run,
        behind: Run | None,
        right: str,
        merged: re.Match[str],
        make: Callable[..., None],
    ) -> bool:
        stop = _ENDS_SENTENCE.search(mask, run.end + merged.start())
        clause = mask[run.end : stop.start() if stop else len(mask)][:_LONGEST_WORDS]
        if actions.is_uncertain(clause):
            for name in run.names:
                make(name, actions.CONTINUE)
            self.warn(item.line, "併案尚在研議，讀作持續列管，請確認。")
            return behind is not None and QUOTED in clause
        if behind is None:
            for name in run.names:
                make(name, actions.MERGE)
            return False
        make(behind.names[0], actions.MERGE, came_from=_texts(run))
        return True

    def _maker(self, item: Item, sentence: Words, scope: Scope) -> Callable[..., None]:
        words = sentence[:_LONGEST_WORDS].plain()

        def make(
            name: Named,
            action: str,
            *,
            reason: str | None = None,
            new_name: str | None = None,
            came_from: tuple[str, ...] = (),
        ) -> None:
            self._add(
                Decision(
                    name.group or scope.group,
                    name,
                    action,
                    item.line,
                    reason,
                    new_name,
                    came_from,
                    words,
                )
            )

        return make

    # -- lists and cases -----------------------------------------------------

    def _list(
        self, item: Item, rest: Words, scope: Scope, heading: Heading
    ) -> Words | None:
        """Read names behind a heading; return what of the sentence is left."""
        names_words, tail = names_end(rest)
        names = split_names(names_words, heading.count)
        told = actions.never_reached(heading.words + rest.folded)
        action = self._own(
            heading.action or actions.CONTINUE, "未提至會議" if told else ""
        )
        reason = None
        if action in (actions.DELIST, actions.PROPOSE):
            reason = actions.reason_of(tail.folded if tail else "")
        make = self._maker(item, item.words, scope)
        for name in names:
            make(name, action, reason=reason)
        if heading.count is not None and len(names) != heading.count:
            self.warn(item.line, f"載明{heading.count}案，讀到{len(names)}個案名。")
        return tail

    def _check(self, item: Item, run: Run, names: tuple[Named, ...]) -> None:
        if run.count is not None and run.count != len(names):
            self.warn(item.line, f"載明{run.count}案，讀到{len(names)}個案名。")

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
        if not head or len(head) > _LONGEST_NAME or self.decides:
            return False
        text = body.folded
        if not text:
            return False
        mask = masked(head.folded)
        named = mask.startswith(QUOTED) or _NAME_LIKE.search(mask)
        if any(verb.stands for verb in actions.find_verbs(masked(text))):
            return True
        return bool(named) and bool(_THIS_CASE.search(text) or actions.goes_on(text))

    def _case(self, item: Item, scope: Scope, heading: Heading) -> None:
        """Read an item that names a case and says what becomes of it."""
        head, body = divide(item)
        if not head:
            return
        self._read_case(head, body, heading, scope.group, item)

    def _read_case(
        self, head: Words, body: Words, heading: Heading, group: str | None, item: Item
    ) -> None:
        count = counted(item.words) if head.text in item.words.text else None
        for decision in read_case(
            head, body, heading, group, item.line, self.decides, self.warn, count
        ):
            self._add(decision)

    def read_table(self, table: Decided, line: int) -> None:
        """Read a table of decisions, a case in each row."""
        heading = as_heading(Words(table.title, [0] * len(table.title)))[0]
        for row in table.rows:
            item = Item(None, row.name, line)
            self._read_case(
                row.name,
                row.decided,
                heading or Heading(None),
                row.group or self.own_group,
                item,
            )

    def _own(self, action: str, text: str = "") -> str:
        return own_action(action, self.decides, text)

    def _add(self, decision: Decision) -> None:
        if not decision.name.text:
            return
        key = (decision.group, decision.name.text, decision.action, decision.new_name)
        if all(
            key != (other.group, other.name.text, other.action, other.new_name)
            for other in self.decisions[-60:]
        ):
            self.decisions.append(decision)


def _answered(answer: str, asked: str, said: list[actions.Found]) -> str | None:
    """What an answer makes of what was asked."""
    if said:
        return said[0].action
    if re.search(r"照案|同意|通過|准予|如擬", answer) and not re.search(
        r"不同意|未通過", answer
    ):
        return actions.DELIST if asked == actions.PROPOSE else asked
    return None


def _texts(run: Run) -> tuple[str, ...]:
    return tuple(name.text for name in run.names)


def _until_quote(mask: str) -> str:
    return mask.partition(QUOTED)[0]

"""What a decision that was read would do: its case, its effect, its doubts.

What a person has not chosen yet is proposed anew each time, as the ledger stands
now: minutes confirmed meanwhile may have begun a case.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cases.desk.agenda import Agenda
from cases.desk.sheet import BEGINNINGS, CHOICES
from cases.models import (
    Case,
    Choice,
    LedgerEntry,
    ReadDecision,
    ReadMinutes,
    Standing,
)
from cases.reading.names import Candidate, Certainty, Names
from cases.readings.result import DecisionFacts
from cases.record import UNSTATED
from meetings.minutes.compose import quoted
from meetings.models import IssueGroup, Meeting, Minutes, Platform
from meetings.words import say

Kind = LedgerEntry.Kind
Code = Standing.Code

LONGEST_NAME = 200

# What a case becomes by each decision; the others leave it where it is.
AFTER: Mapping[str, str] = {
    Kind.LIST: "列管中",
    Kind.RELIST: "列管中",
    Kind.CARRY_IN: "列管中",
    Kind.AGREE: "提案中",
    Kind.MERGE: "已併案",
    Kind.SPLIT: "已分案",
    Kind.WITHDRAW: "撤案",
}


def label_of(kind: str, platform: Platform) -> str:
    """Return what the platform calls a decision."""
    word = platform.delist_word
    said = {Kind.DELIST: f"同意{word}", Kind.PROPOSE_DELIST: f"提請{word}"}
    return str(said.get(Kind(kind), Kind(kind).label)) if kind else ""


# What else a paper may mean by a decision that cannot be taken as it stands.
INSTEAD: Mapping[tuple[str, bool], Sequence[str]] = {
    (Kind.LIST, True): (Kind.RELIST, Kind.CONTINUE),
    (Kind.AGREE, True): (Kind.LIST,),
    (Kind.DELIST, True): (Kind.WITHDRAW,),
    (Kind.CONTINUE, True): (Kind.CARRY_IN,),
    (Kind.PROPOSE_DELIST, True): (Kind.DELIST,),
    (Kind.LIST, False): (Kind.AGREE, Kind.CONTINUE),
    (Kind.DELIST, False): (Kind.PROPOSE_DELIST, Kind.WITHDRAW),
    (Kind.CONTINUE, False): (Kind.DEFER,),
}


@dataclass(frozen=True)
class Chosen:
    """What a row says: proposed while it is open, else as somebody chose."""

    case: Case | None
    is_new: bool
    group: IssueGroup | None
    kind: str
    reason: str = ""
    words: str = ""
    new_name: str = ""
    into: str = ""
    split_from: Case | None = None


@dataclass(frozen=True)
class Row:
    """A decision that was read, what it would do, and what is doubtful about it."""

    decision: ReadDecision
    chosen: Chosen
    candidates: Sequence[Candidate]
    certainty: str
    why: str
    kinds: Sequence[str]
    before: str
    after: str
    called: str
    label: str
    note: str = ""
    doubts: Sequence[str] = ()

    @property
    def is_open(self) -> bool:
        """Whether nobody has chosen yet."""
        return self.decision.state == Choice.OPEN

    @property
    def is_accepted(self) -> bool:
        """Whether it goes into the draft."""
        return self.decision.state == Choice.ACCEPTED

    @property
    def wants_choice(self) -> bool:
        """Whether nothing can be accepted before something is chosen."""
        chosen = self.chosen
        if chosen.kind == Kind.MERGE and not chosen.into:
            return True
        if chosen.kind == Kind.RENAME and not chosen.new_name:
            return True
        has_case = chosen.case is not None or (chosen.is_new and chosen.group)
        return not has_case or not chosen.kind

    @property
    def is_clear(self) -> bool:
        """Whether it may be accepted with others, unread."""
        return self.is_open and not self.doubts


def state_of(meeting: Meeting) -> str:
    """Return the state of a meeting's minutes; nothing where there are none."""
    minutes: Minutes | None = getattr(meeting, "minutes", None) if meeting.pk else None
    return minutes.state if minutes is not None else ""


class Judge:
    """Says of a decision which case it means and what it would do."""

    def __init__(self, read: ReadMinutes, names: Names, agenda: Agenda | None) -> None:
        self.read = read
        self.names = names
        self.agenda = agenda
        series = read.series
        self.decides = series is not None and series.is_deciding
        self.platform = read.reading.platform
        self.word = self.platform.delist_word
        self.own_group = series.group if series is not None else None
        self.on_agenda = {
            each.case.pk: each
            for group in (agenda.groups if agenda else ())
            for each in group.cases
        }

    @cached_property
    def standing(self) -> Mapping[int, tuple[str, str]]:
        """Where each case of the platform stood that day, and its name."""
        if self.read.held_on is None:
            return {}
        cases = Case.objects.as_of(self.read.held_on).filter(
            platform=self.read.reading.platform_id
        )
        return {case.pk: (case.standing, case.current_name) for case in cases}

    def row(self, decision: ReadDecision, said: DecisionFacts | None) -> Row:
        """Return the row of a decision: as chosen, or as proposed."""
        group = self.names.group(decision.group) or self.own_group
        match = self.names.match(decision.name, group, self.read.held_on)
        if decision.state == Choice.OPEN:
            chosen = self._proposed(decision, match.case, match.certainty, group, said)
        else:
            chosen = chosen_of(decision)
        row = Row(
            decision=decision,
            chosen=chosen,
            candidates=match.candidates,
            certainty=match.certainty,
            why=match.why,
            kinds=self.kinds(chosen.case, is_new=chosen.is_new),
            before=self._before(chosen),
            after=self._after(chosen),
            called=self.called(chosen.case) if chosen.case else "",
            label=self._label(chosen.kind),
            note=said.note if said else "",
        )
        if decision.state == Choice.IGNORED:
            return row
        if self.recorded is not None:
            return self._held_against_record(row, match.case)
        if self.read.minutes_id is not None:
            return row
        doubts = [*self._doubts(row, group), *self._reader_doubts(row, said)]
        return replace(row, doubts=doubts)

    @cached_property
    def recorded(self) -> Mapping[int, set[str]] | None:
        """What confirmed minutes of this meeting decided, by case; None if none are."""
        meeting = self.agenda.meeting if self.agenda else None
        if meeting is None or state_of(meeting) != "confirmed":
            return None
        found: dict[int, set[str]] = defaultdict(set)
        for case, kind in (
            LedgerEntry.objects.in_account()
            .filter(meeting=meeting)
            .values_list("case_id", "kind")
        ):
            found[case].add(kind)
        return found

    def _held_against_record(self, row: Row, named: Case | None) -> Row:
        """Return a row of a meeting on record: whether both say the same.

        A case that began there bears the name by now.
        """
        case = row.chosen.case or named
        action = row.chosen.kind if row.is_accepted else row.decision.action
        kinds = (self.recorded or {}).get(case.pk, set()) if case else set()
        before = self._label(action) or "未載決定"
        if action and action in kinds:
            return replace(row, before=before, after="與紀錄相符")
        told = "、".join(self._label(kind) for kind in sorted(kinds))
        doubt = (
            f"紀錄中這次會議對此案記為「{told}」。"
            if kinds
            else "紀錄中這次會議沒有對此案的決定。"
        )
        return replace(row, before=before, after="與紀錄不同", doubts=[doubt])

    def _reader_doubts(self, row: Row, said: DecisionFacts | None) -> Iterator[str]:
        """What the reader was unsure of, and how a case came to be."""
        if said is None or not row.is_open:
            return
        if said.doubt:
            yield said.doubt
        if said.came_from and row.chosen.split_from is None:
            names = "、".join(quoted(name) for name in said.came_from)
            if row.chosen.is_new:
                yield f"文件載由{names}改列，但沒有列管中的該案；接受後登錄為新案。"

    def _source(self, said: DecisionFacts | None) -> Case | None:
        """Return the tracked case that a new one was split from."""
        if said is None or len(said.came_from) != 1:
            return None
        case = self.names.match(said.came_from[0], None, self.read.held_on).case
        found = self.on_agenda.get(case.pk) if case else None
        return case if found is not None and found.is_listed else None

    def _label(self, kind: str) -> str:
        return label_of(kind, self.platform)

    def kinds(self, case: Case | None, *, is_new: bool) -> Sequence[str]:
        """Return what the meeting may decide about a case."""
        if is_new:
            return BEGINNINGS[self.decides]
        if case is None:
            return ()
        if case.pk in self.on_agenda:
            return CHOICES[self.decides, self.on_agenda[case.pk].is_listed]
        code, _ = self.standing.get(case.pk, ("", ""))
        return (Kind.RELIST,) if self.decides and code == Code.DELISTED else ()

    def called(self, case: Case) -> str:
        """Return the name the case bore that day."""
        return self.standing.get(case.pk, ("", ""))[1] or case.name

    def _proposed(
        self,
        decision: ReadDecision,
        case: Case | None,
        certainty: str,
        group: IssueGroup | None,
        said: DecisionFacts | None,
    ) -> Chosen:
        is_new = case is None and certainty == Certainty.NONE
        kind = self._kind(decision.action, self.kinds(case, is_new=is_new))
        if case is None and not is_new:
            kind = decision.action  # which case it is decides whether it can be
        reason, words = decision.reason, decision.words
        if kind == Kind.DELIST and not reason:
            reason = LedgerEntry.Reason.OTHER
            words = words or UNSTATED
        new_name = said.new_name if said else ""
        return Chosen(
            case=case,
            is_new=is_new,
            group=case.group if case else group,
            kind=kind,
            reason=reason if kind == Kind.DELIST else "",
            words=words,
            new_name=decision.name if is_new else new_name,
            into=said.into if said else "",
            split_from=self._source(said) if is_new and kind == Kind.LIST else None,
        )

    def _kind(self, action: str, kinds: Sequence[str]) -> str:
        for kind in (action, *INSTEAD.get((action, self.decides), ())):
            if kind and kind in kinds:
                return kind
        return ""

    def _before(self, chosen: Chosen) -> str:
        if chosen.is_new:
            return "新案"
        if chosen.case is None:
            return "未定"
        code, _ = self.standing.get(chosen.case.pk, ("", ""))
        return str(Code(code).label) if code else "尚未登錄"

    def _after(self, chosen: Chosen) -> str:
        word = self.word
        if not chosen.kind:
            return "未定"
        if chosen.kind == Kind.DELIST:
            return f"補登並{word}" if chosen.is_new else f"已{word}"
        if chosen.kind == Kind.PROPOSE_DELIST:
            return f"{self._before(chosen)}（提請{word}）"
        if chosen.kind == Kind.RENAME:
            return f"{self._before(chosen)}（更名）"
        if chosen.split_from is not None:
            return f"列管中（分自 {chosen.split_from.number}）"
        if chosen.kind == Kind.DEFER:
            return f"{self._before(chosen)}（緩議）"
        return AFTER.get(chosen.kind) or self._before(chosen)

    def _doubts(self, row: Row, group: IssueGroup | None) -> Iterator[str]:
        decision, chosen = row.decision, row.chosen
        action = self._label(decision.action)
        if not action:
            yield "看不出文件作了什麼決定，請選擇。"
        if row.is_open and row.certainty == Certainty.NEAR:
            first = row.candidates[0]
            yield (
                f"與 {first.case.number} {quoted(_current(first.case))}相近（{first.why}），"
                "請選擇是否為同一案。"
            )
        elif chosen.case is None and not chosen.is_new:
            yield say("請選擇合作案，或列為新案。")
        if chosen.kind == Kind.MERGE and not chosen.into:
            yield "文件未載併入何案，請填寫。"
        if chosen.kind == Kind.RENAME and not chosen.new_name:
            yield "文件未載新名稱，請填寫。"
        if chosen.is_new and len(chosen.new_name) > LONGEST_NAME:
            yield f"案名超過 {LONGEST_NAME} 字，請更正後再接受。"
        if group is None and decision.group:
            yield f"本平臺沒有{quoted(decision.group)}，" + say("請選擇議題小組。")
        elif chosen.group is None:
            yield say("文件未載議題小組，請選擇。")
        elif chosen.case and group and not _is_within(chosen.case, group):
            yield f"文件列於{group}，但本案屬{chosen.case.group}。"
        if self.agenda is None:
            yield "會議系列或日期未定，還不能判斷效果；請先補上會議資料。"
        elif chosen.case or chosen.is_new:
            yield from self._effect_doubts(row, action)

    def _effect_doubts(self, row: Row, action: str) -> Iterator[str]:
        chosen = row.chosen
        if not chosen.kind and action:
            where = "新案" if chosen.is_new else f"{row.before}的案件"
            code = self.standing.get(chosen.case.pk, ("",))[0] if chosen.case else "-"
            if not code:
                yield (
                    "此案在這次會議之後才有列管紀錄，依規則不能在較早的會議"
                    f"再作「{action}」。"
                )
            else:
                yield f"{where}在這次會議不能「{action}」，請選擇其他決定或略過。"
        elif chosen.kind and chosen.kind not in row.kinds:
            yield f"{row.before}的案件在這次會議不能「{row.label}」，請重新選擇。"
        elif (
            row.is_open
            and chosen.is_new
            and chosen.kind
            in (
                Kind.CARRY_IN,
                Kind.DELIST,
            )
        ):
            also = f"後{self.word}" if chosen.kind == Kind.DELIST else ""
            yield f"查無此案；接受後將登錄為新案，補登列管{also}。"
        elif row.is_open and chosen.kind and chosen.kind != row.decision.action:
            yield f"文件作「{action}」，依目前狀態擬記為「{row.label}」。"


def _current(case: Case) -> str:
    return getattr(case, "current_name", "") or case.name


def _is_within(case: Case, group: IssueGroup) -> bool:
    return case.group_id == group.pk or case.group.parent_id == group.pk


def chosen_of(decision: ReadDecision) -> Chosen:
    """Return what somebody chose."""
    into = ""
    if decision.merged_into is not None:
        into = decision.merged_into.number
    elif decision.merged_into_new is not None:
        into = decision.merged_into_new.new_name
    return Chosen(
        case=decision.case,
        is_new=decision.is_new,
        group=decision.issue_group,
        kind=decision.kind,
        reason=decision.reason,
        words=decision.words,
        new_name=decision.new_name,
        into=into,
        split_from=decision.split_from,
    )


def with_doubles(rows: Sequence[Row]) -> Iterator[Row]:
    """Doubt rows about one case: a meeting decides once about it."""
    cases = Counter(
        row.chosen.case.pk
        for row in rows
        if row.chosen.case and row.decision.state != Choice.IGNORED
    )
    for row in rows:
        case = row.chosen.case
        if case and row.decision.state != Choice.IGNORED and cases[case.pk] > 1:
            said = f"{case.number} 在這份紀錄有 {cases[case.pk]} 項決定，只能接受一項。"
            yield replace(row, doubts=[*row.doubts, said])
        else:
            yield row

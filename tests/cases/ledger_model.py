"""The ledger's rules once more, written from the domain's words, for comparison.

Nothing here reads the database or shares code with it.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

ENDED = {"delisted", "merged", "split", "dropped"}


@dataclass(eq=False)
class Decision:
    """One decision about a case; ``entry`` is the posted row, once there is one."""

    case: int
    kind: str
    into: int | None = None
    origin: int | None = None
    entry: int | None = None
    is_struck: bool = False


@dataclass(eq=False)
class Sitting:
    """One meeting: when, whether it decides, what it decided."""

    when: tuple
    decides: bool
    decisions: list = field(default_factory=list)

    @property
    def day(self):
        return self.when[0]


@dataclass
class State:
    """Where a case stands after some decisions."""

    code: str | None = None
    ever_listed: bool = False
    listed_at: Sitting | None = None


def allows(state, kind, sitting):
    """Whether a case that stands at ``state`` may be decided so at ``sitting``."""
    listed = state.code == "listed"
    match kind:
        case "list":
            return sitting.decides and not state.ever_listed
        case "relist":
            return sitting.decides and state.ever_listed and not listed
        case "carry_in":
            return not state.ever_listed
        case "agree":
            return not state.ever_listed
        case "continue" | "propose_delist":
            return listed
        case "delist" | "merge" | "split":
            if sitting.decides:
                return listed and state.listed_at is not sitting
            return not state.ever_listed and state.code not in ENDED
        case "rename":
            return state.code in {"listed", "proposed"}
        case "withdraw":
            return state.code == "proposed" and not state.ever_listed
        case "defer":
            return True
    raise AssertionError(kind)


def after(state, kind, sitting):
    """Return where a case stands after a decision."""
    code, ever, at = state.code, state.ever_listed, state.listed_at
    if kind in {"list", "relist", "carry_in"}:
        return State("listed", True, at if kind == "carry_in" else sitting)
    if kind == "delist":
        return State("delisted" if ever else "dropped", ever, at)
    if kind in {"merge", "split", "withdraw", "agree"}:
        ends = {
            "merge": "merged",
            "split": "split",
            "withdraw": "dropped",
            "agree": "proposed",
        }
        return State(ends[kind], ever, at)
    if kind == "defer":
        return State(code or "proposed", ever, at)
    return state


class Ledger:
    """All sittings of a platform, however they were entered."""

    def __init__(self, sittings=()):
        self.sittings = sorted(sittings, key=lambda sitting: sitting.when)

    def with_(self, sitting):
        return Ledger([*self.sittings, sitting])

    def steps(self):
        """Yield each decision that counts, in order, with its sitting."""
        for sitting in self.sittings:
            for decision in sitting.decisions:
                if not decision.is_struck:
                    yield sitting, decision

    def states(self, *, until):
        """Return where each case stands after what ``until`` says counts."""
        states = defaultdict(State)
        for sitting, decision in self.steps():
            if until(sitting):
                case = decision.case
                states[case] = after(states[case], decision.kind, sitting)
        return states

    def conflicts(self):
        """Return the decisions that are not legal."""
        found = []
        states = defaultdict(State)
        for sitting, decision in self.steps():
            state = states[decision.case]
            if not allows(state, decision.kind, sitting) or not self._belongs(
                decision, sitting
            ):
                found.append(decision)
            states[decision.case] = after(state, decision.kind, sitting)
        return found

    def _belongs(self, decision, sitting):
        here = [d for d in sitting.decisions if not d.is_struck]
        if decision.kind == "merge":
            then = self.states(until=lambda other: other.when <= sitting.when)
            return then[decision.into].code in {"listed", "proposed"}
        if decision.kind == "split":
            return any(d.origin == decision.case for d in here)
        if decision.origin is not None:
            return any(d.case == decision.origin and d.kind == "split" for d in here)
        return True

    def standing(self, day):
        """Return the code of each known case on the evening of ``day``."""
        states = self.states(until=lambda sitting: sitting.day <= day)
        return {case: state.code for case, state in states.items() if state.code}

    def listed_after(self, sitting):
        """Return the cases tracked when ``sitting`` ends."""
        states = self.states(until=lambda other: other.when <= sitting.when)
        return {case for case, state in states.items() if state.code == "listed"}

    def kinds_since_last(self, sitting):
        """Count carry-ins since the last deciding sitting, other kinds at this one."""
        earlier = [
            other.when
            for other in self.sittings
            if other.decides and other.when < sitting.when
        ]
        counted = Counter()
        for other, decision in self.steps():
            carried = decision.kind == "carry_in"
            if other is sitting or (
                carried
                and other.when < sitting.when
                and (not earlier or other.when > max(earlier))
            ):
                counted[decision.kind] += 1
        return counted

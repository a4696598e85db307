"""The way of a slot, as a model of its own and as the database has it, step by step."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cases import rounds
from cases.models import ProgressUpdate
from tests.cases.rounds import Collecting, after, run, settle

pytestmark = pytest.mark.django_db

# Days from the tenth: open until the 21st day, due on the fifth.
OPEN, CLOSED = st.integers(0, 21), st.integers(22, 40)
PEOPLE = st.sampled_from(
    ["contact", "contact", "colleague", "secretary", "other", "official"]
)
TEXTS = st.sampled_from(["", "甲", "乙", "丙"])
STALE = st.integers(0, 5).map(lambda n: n == 5)
SEEN = Counter()


class Denied(Exception):
    """Not for this person."""


class Refused(Exception):
    """Not now."""


class Old(Exception):
    """Somebody came first."""


@dataclass
class Slot:
    """A slot as the domain tells of it; shares nothing with the code."""

    state: str = "missing"
    text: str = ""
    unchanged: bool = False
    version: int = 0
    until: int | None = None
    submitted: tuple | None = None
    accepted: str | None = None
    steps: list = field(default_factory=list)

    @property
    def said(self):
        return self.text, self.unchanged

    def is_second_click(self, kind, who, is_old):
        """Whether it is what was done last, by who did it."""
        last = self.steps[-1][:3] if self.steps else None
        return is_old and last == (kind, who, self.version)

    def step(self, kind, who, *, before=None):
        self.version += 1
        self.steps.append((kind, who, self.version, self.said, before))


class Model:
    """The rules of a round, once more and differently."""

    def __init__(self, names):
        self.slots = {name: Slot() for name in names}
        self.locked = False

    def may_write(self, slot, who, day):
        if who not in {"contact", "colleague", "secretary"}:
            raise Denied
        closed = day > 21 and not (slot.until is not None and day <= slot.until)
        if self.locked or slot.state == "locked" or (closed and who != "secretary"):
            raise Refused

    def may_judge(self, slot, who):
        if who != "secretary":
            raise Denied
        if self.locked or slot.state == "locked":
            raise Refused

    def save(self, slot, who, day, *, is_old, text, unchanged):
        self.may_write(slot, who, day)
        if text and unchanged:
            raise Refused
        if (text, unchanged) == slot.said:
            return
        if is_old:
            raise Old
        if slot.state not in {"missing", "draft", "returned"}:
            raise Refused
        slot.text, slot.unchanged = text, unchanged
        slot.version += 1
        if slot.state == "missing":
            slot.state = "draft"

    def hand_in(self, slot, who, day, *, is_old, kind):
        self.may_write(slot, who, day)
        if kind == "submitted" and slot.is_second_click(kind, who, is_old):
            return
        if is_old:
            raise Old
        from_ = (
            {"missing", "draft", "returned"} if kind == "submitted" else {"returned"}
        )
        if slot.state not in from_ or not any(slot.said):
            raise Refused
        slot.state = "submitted"
        slot.submitted = slot.submitted or (who, day)
        slot.step(kind, who)

    def withdraw(self, slot, who, day, *, is_old):
        self.may_write(slot, who, day)
        if who == "secretary":
            raise Denied
        if slot.is_second_click("withdrawn", who, is_old):
            return
        if is_old:
            raise Old
        if slot.state != "submitted":
            raise Refused
        slot.state = "draft"
        slot.step("withdrawn", who)

    def accept(self, slot, who, day, *, is_old):
        self.may_judge(slot, who)
        if slot.is_second_click("accepted", who, is_old):
            return
        if is_old:
            raise Old
        if slot.state != "submitted":
            raise Refused
        slot.state, slot.accepted = "accepted", who
        slot.step("accepted", who)

    def until(self, slot, day, until):
        if until is None and day > 21 and not (slot.until and slot.until >= day):
            raise Refused
        return slot.until if until is None else until

    def send_back(self, slot, who, day, *, is_old, until):
        self.may_judge(slot, who)
        if is_old:
            raise Old
        if slot.state != "submitted":
            raise Refused
        slot.until = self.until(slot, day, until)
        slot.state = "returned"
        slot.step("returned", who)

    def reopen(self, slot, who, day, *, is_old, until):
        self.may_judge(slot, who)
        if is_old:
            raise Old
        if slot.state == "submitted":
            raise Refused
        later = self.until(slot, day, until)
        if slot.state == "accepted":
            slot.state, slot.accepted = "returned", None
        elif later == slot.until:
            raise Refused
        slot.until = later
        slot.step("reopened", who)

    def edit(self, slot, who, day, *, is_old, text, unchanged):
        self.may_judge(slot, who)
        if text and unchanged:
            raise Refused
        if (text, unchanged) == slot.said:
            return
        if is_old:
            raise Old
        if slot.state not in {"submitted", "accepted"} or not (text or unchanged):
            raise Refused
        before = slot.said
        slot.text, slot.unchanged = text, unchanged
        slot.step("edited", who, before=before)

    def lock(self, who):
        if who != "secretary":
            raise Denied
        if self.locked:
            raise Refused
        self.locked = True
        for slot in self.slots.values():
            if slot.state == "accepted":
                slot.state = "locked"
                slot.step("locked", who)


ERRORS = {
    PermissionDenied: Denied,
    ValidationError: Refused,
    rounds.SavedMeanwhile: Old,
}


class Way(RuleBasedStateMachine):
    """Two slots of one contact, at whom everybody tries everything."""

    has_begun = False
    STATES = st.sampled_from(["submitted", "missing", "returned", "accepted"])

    @initialize(first=STATES, second=STATES)
    def begin(self, first, second):
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.site = Collecting()
        self.site.colleague = self.site.add_contact(self.site.taipei)
        self.rows = {
            "first": self.site.slot,
            "second": self.site.add_slot(self.site.taipei, self.site.add_case()),
        }
        self.model = Model(self.rows)
        for which, state in (("first", first), ("second", second)):
            if state != "missing":
                self.save_as_one_should(which, "甲", 0)
                self.submit_as_one_should(which, 1)
            at = {"which": which, "who": "secretary", "day": 2, "stale": False}
            if state == "accepted":
                self.accept(**at)
            if state == "returned":
                self.send_back(longer=None, **at)
        self.has_begun = True

    def teardown(self):
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def both(self, name, foretold, really):
        """Do it in the model and in the database: the same comes of it."""
        wanted = got = None
        try:
            foretold()
        except (Denied, Refused, Old) as no:
            wanted = type(no)
        try:
            with transaction.atomic():
                really()
                settle()
        except tuple(ERRORS) as no:
            got = ERRORS[type(no)]
        assert got == wanted, (name, got, wanted)
        if self.has_begun:
            SEEN[name, wanted.__name__ if wanted else "done"] += 1

    def act(self, name, function, which, who, day, stale, model=None, **said):
        slot, row = self.model.slots[which], self.rows[which]
        version = slot.version - 1 if stale else slot.version
        told = said.pop("told", {})
        self.both(
            name,
            lambda: getattr(self.model, model or name)(
                slot, who, day, is_old=stale, **said
            ),
            lambda: function(
                row,
                version=version,
                by=getattr(self.site, who),
                at=after(day),
                **told,
            ),
        )

    WHICH = st.sampled_from(["first", "second"])
    TO_WRITE = {
        "which": WHICH,
        "who": PEOPLE,
        "day": st.one_of(OPEN, OPEN, CLOSED),
        "stale": STALE,
    }

    @rule(text=TEXTS, unchanged=st.booleans(), **TO_WRITE)
    def save(self, text, unchanged, **at):
        told = {"text": text, "is_unchanged": unchanged}
        self.act("save", rounds.save, **at, text=text, unchanged=unchanged, told=told)

    def save_as_one_should(self, which, text, day):
        self.act(
            "save",
            rounds.save,
            which,
            "contact",
            day,
            False,
            text=text,
            unchanged=False,
            told={"text": text, "is_unchanged": False},
        )

    @rule(**TO_WRITE)
    def submit(self, **at):
        self.act("submit", rounds.submit, model="hand_in", kind="submitted", **at)

    def submit_as_one_should(self, which, day):
        self.act(
            "submit",
            rounds.submit,
            which,
            "contact",
            day,
            False,
            model="hand_in",
            kind="submitted",
        )

    HOLDERS = st.sampled_from(["contact", "contact", "colleague", "secretary"])
    TO_MEND = {**TO_WRITE, "who": HOLDERS, "day": st.one_of(OPEN, OPEN, OPEN, CLOSED)}

    @rule(**TO_MEND)
    def answer(self, **at):
        told = {"words": f"答{self.model.slots[at['which']].version}"}
        self.act(
            "answer", rounds.answer, model="hand_in", kind="answered", told=told, **at
        )

    @rule(**TO_MEND)
    def withdraw(self, **at):
        self.act("withdraw", rounds.withdraw, **at)

    JUDGES = st.sampled_from(["secretary", "secretary", "secretary", "contact"])
    TO_JUDGE = {**TO_WRITE, "who": JUDGES}

    @rule(**TO_JUDGE)
    def accept(self, **at):
        self.act("accept", rounds.accept, **at)

    @rule(longer=st.none() | st.integers(0, 9), **TO_JUDGE)
    def send_back(self, longer, **at):
        until = None if longer is None else at["day"] + longer
        day = None if until is None else after(until).date()
        words = f"問{self.model.slots[at['which']].version}"
        told = {"question": words, "until": day}
        self.act("send_back", rounds.send_back, **at, until=until, told=told)

    @rule(longer=st.none() | st.integers(0, 9), **TO_JUDGE)
    def reopen(self, longer, **at):
        until = None if longer is None else at["day"] + longer
        day = None if until is None else after(until).date()
        words = f"因{self.model.slots[at['which']].version}"
        told = {"words": words, "until": day}
        self.act("reopen", rounds.reopen, **at, until=until, told=told)

    @rule(text=TEXTS, unchanged=st.booleans(), **TO_JUDGE)
    def edit(self, text, unchanged, **at):
        told = {"text": text, "is_unchanged": unchanged}
        self.act("edit", rounds.edit, **at, text=text, unchanged=unchanged, told=told)

    @rule(who=JUDGES, luck=st.sampled_from([1, 2, 3, 0]))
    def lock(self, who, luck):
        if luck:
            return  # else hardly anything else would be seen
        self.both(
            "lock",
            lambda: self.model.lock(who),
            lambda: rounds.lock_round(
                self.site.round, by=getattr(self.site, who), at=after(30)
            ),
        )

    @rule(
        which=WHICH,
        to=st.sampled_from(ProgressUpdate.State.values),
        text=TEXTS.filter(bool),
    )
    def go_round_the_functions(self, which, to, text):
        """The application's role cannot: without its step nothing moves."""
        slot = self.model.slots[which]
        said = text != slot.text and to == slot.state and not slot.unchanged
        if said and to in {"draft", "returned"} and not self.model.locked:
            return  # a draft is saved without a step
        if (slot.state, to) == ("missing", "draft"):
            return
        with pytest.raises(IntegrityError):
            run(
                "UPDATE cases_progressupdate SET version = version + 1, state = %s,"
                " text = %s, is_unchanged = false, saved_by_id = %s, saved_at = now()"
                " WHERE id = %s",
                [to, text, self.site.secretary.pk, self.rows[which].pk],
            )
        SEEN["round the functions", "Refused"] += 1

    @invariant()
    def database_is_as_foretold(self):
        if not hasattr(self, "model"):
            return
        people = {
            getattr(self.site, who).pk: who
            for who in ("contact", "colleague", "secretary")
        }
        for name, slot in self.model.slots.items():
            row = ProgressUpdate.objects.get(pk=self.rows[name].pk)
            steps = [
                (
                    step.kind,
                    people[step.by_id],
                    step.version,
                    (step.text, step.is_unchanged),
                    (step.text_before, step.was_unchanged)
                    if step.kind == "edited"
                    else None,
                )
                for step in row.steps.order_by("version")
            ]
            first = slot.submitted
            assert {
                "state": row.state,
                "said": (row.text, row.is_unchanged),
                "version": row.version,
                "until": row.open_until,
                "submitted": (people.get(row.submitted_by_id), row.submitted_at),
                "accepted": people.get(row.accepted_by_id),
                "steps": steps,
            } == {
                "state": slot.state,
                "said": slot.said,
                "version": slot.version,
                "until": None if slot.until is None else after(slot.until).date(),
                "submitted": (first[0], after(first[1])) if first else (None, None),
                "accepted": slot.accepted,
                "steps": slot.steps,
            }


def test_database_and_model_agree(db):
    SEEN.clear()

    run_state_machine_as_test(
        Way,
        settings=settings(
            max_examples=80,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    # The comparison is worth nothing where something never comes up.
    done = {name for name, came in SEEN if came == "done"}
    assert done == {
        "save",
        "submit",
        "answer",
        "withdraw",
        "accept",
        "send_back",
        "reopen",
        "edit",
        "lock",
    }
    for came in ("Denied", "Refused", "Old"):
        assert len({name for name, how in SEEN if how == came}) >= 3

"""Any sequence of decisions, entered in any order: database and model agree."""

import datetime as dt
import re
from collections import Counter, defaultdict

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.balance import books
from cases.ledger import LedgerConflict, confirm_and_post, post_erratum
from cases.models import Case, LedgerEntry
from meetings.models import Erratum
from tests.cases.ledger_model import Decision, Ledger, Sitting, State, after, allows
from tests.factories import (
    CaseFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MeetingFactory,
    MeetingSeriesFactory,
    MinutesFactory,
    PlatformFactory,
    UserFactory,
    decide,
)

pytestmark = pytest.mark.django_db

FIRST_DAY = dt.date(2024, 1, 1)
DAYS = 4
CASES = range(5)
KINDS = [
    "list",
    "continue",
    "delist",
    "carry_in",
    "relist",
    "merge",
    "split",
    "agree",
    "withdraw",
    "rename",
    "propose_delist",
    "defer",
]


@st.composite
def histories(draw):
    """Sittings, mostly legal when taken in order, and the order they are entered in."""
    slots = draw(
        st.lists(
            st.tuples(st.integers(0, DAYS - 1), st.sampled_from([9, 14])),
            unique=True,
            min_size=2,
            max_size=6,
        )
    )
    states = defaultdict(State)
    sittings = []
    for slot in sorted(slots):
        sitting = Sitting(slot, decides=draw(st.integers(0, 3)) > 0)
        for _ in range(draw(st.integers(0, 4))):
            for decision in draw(decisions(states, sitting)):
                sitting.decisions.append(decision)
                case = decision.case
                states[case] = after(states[case], decision.kind, sitting)
        sittings.append(sitting)
    return draw(st.permutations(sittings))


@st.composite
def decisions(draw, states, sitting):
    case = draw(st.sampled_from(CASES))
    legal = [kind for kind in KINDS if allows(states[case], kind, sitting)]
    legal += 3 * [kind for kind in legal if kind in {"relist", "withdraw", "split"}]
    anything = draw(st.integers(0, 5)) == 0
    kind = draw(st.sampled_from(KINDS if anything else legal))
    others = [other for other in CASES if other != case]
    if kind == "merge":
        current = [o for o in others if states[o].code in {"listed", "proposed"}]
        return [Decision(case, kind, into=draw(st.sampled_from(current or others)))]
    found = [Decision(case, kind)]
    if kind == "split":
        new = [o for o in others if not states[o].ever_listed]
        begun = draw(st.lists(st.sampled_from(new or others), unique=True, max_size=2))
        found += [Decision(other, "list", origin=case) for other in begun]
    return found


class Site:
    """The database side of a history."""

    def __init__(self):
        platform = self.platform = PlatformFactory()
        groups = [IssueGroupFactory(platform=platform) for _ in range(2)]
        self.cases = [CaseFactory(group=groups[number % 2]) for number in CASES]
        self.series = {
            True: DecidingSeriesFactory(platform=platform),
            False: MeetingSeriesFactory(platform=platform),
        }
        self.clerk = UserFactory()
        self.meeting_of = {}

    def hold(self, sitting):
        """Confirm a sitting's minutes with what it decided."""
        day, hour = sitting.when
        with transaction.atomic():
            minutes = MinutesFactory(
                meeting=MeetingFactory(
                    series=self.series[sitting.decides],
                    held_on=FIRST_DAY + dt.timedelta(days=day),
                    starts_at=dt.time(hour),
                )
            )
            posted = confirm_and_post(
                minutes, [self._entry(d) for d in sitting.decisions], by=self.clerk
            )
        for decision, entry in zip(sitting.decisions, posted, strict=True):
            decision.entry = entry.pk
        self.meeting_of[sitting] = minutes.meeting

    def strike(self, sitting, decision):
        """Strike one decision out by an erratum."""
        minutes = self.meeting_of[sitting].minutes
        wrong = LedgerEntry.objects.get(pk=decision.entry)
        post_erratum(
            Erratum(minutes=minutes, reason="誤", was="有", becomes="無"),
            [decide(wrong.case, "void", corrects=wrong)],
            by=self.clerk,
        )

    def _entry(self, decision):
        fields = {}
        if decision.into is not None:
            fields["merged_into"] = self.cases[decision.into]
        if decision.origin is not None:
            fields["split_from"] = self.cases[decision.origin]
        if decision.kind == "rename":
            fields["new_name"] = "新名"
        return decide(self.cases[decision.case], decision.kind, **fields)

    def refusal_of(self, decisions_refused):
        """Return what a refusal of these decisions names: case and kind."""
        return Counter(
            (
                self.cases[d.case].number,
                str(LedgerEntry.Kind(d.kind).label),
            )
            for d in decisions_refused
        )


def named(conflict):
    """Return the cases and kinds a refusal names."""
    return Counter(
        re.match(r"(\S+?)「.*年.*「(.*?)」不成立", message).groups()
        for message in conflict.messages
    )


def check(site, ledger):
    """Assert that the database says what the model says."""
    numbers = {case.pk: number for number, case in enumerate(site.cases)}
    for day in range(-1, DAYS + 1):
        found = Case.objects.filter(platform=site.platform).as_of(
            FIRST_DAY + dt.timedelta(days=day)
        )
        assert {numbers[case.pk]: case.standing for case in found} == ledger.standing(
            day
        )
    check_books(site, ledger, numbers)


def check_books(site, ledger, numbers):
    sitting_of = {meeting.pk: sitting for sitting, meeting in site.meeting_of.items()}
    closing = {}
    for account in books(site.platform):
        count = account.count
        assert count("continuing") == (
            count("opening")
            + count("carried_in")
            - count("delisted")
            - count("merged")
            - count("split")
        )
        assert count("closing") == count("continuing") + count("listed")
        assert account.cases["opening"] == closing.get(account.group, frozenset())
        closing[account.group] = account.cases["closing"]
        if account.group is None:
            sitting = sitting_of[account.meeting.pk]
            after_it = {numbers[pk] for pk in account.cases["closing"]}
            assert after_it == ledger.listed_after(sitting)
            kinds = ledger.kinds_since_last(sitting)
            assert (count("carried_in"), count("listed"), count("delisted")) == (
                kinds["carry_in"],
                kinds["list"] + kinds["relist"],
                kinds["delist"],
            )


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(histories(), st.data())
def test_database_and_model_agree(history, data):
    with transaction.atomic():
        site = Site()
        ledger = Ledger()
        waiting = list(history)
        for _ in range(2):  # what was refused may have become legal
            refused = []
            for sitting in waiting:
                wanted = ledger.with_(sitting)
                conflicts = wanted.conflicts()
                if conflicts:
                    with pytest.raises(LedgerConflict) as caught:
                        site.hold(sitting)
                    assert named(caught.value) == site.refusal_of(conflicts)
                    refused.append(sitting)
                else:
                    site.hold(sitting)
                    ledger = wanted
                check(site, ledger)
            waiting = refused
        strike_some(site, ledger, data)
        transaction.set_rollback(True)


def strike_some(site, ledger, data):
    """Strike out decisions by errata, each time with the model's consent."""
    posted = list(ledger.steps())
    if not posted:
        return
    for index in data.draw(
        st.lists(st.integers(0, len(posted) - 1), unique=True, max_size=3)
    ):
        sitting, decision = posted[index]
        decision.is_struck = True
        conflicts = ledger.conflicts()
        if conflicts:
            decision.is_struck = False
            with pytest.raises(LedgerConflict) as caught:
                site.strike(sitting, decision)
            assert named(caught.value) == site.refusal_of(conflicts)
        else:
            site.strike(sitting, decision)
        check(site, ledger)


def test_every_kind_of_decision_comes_up_in_the_histories():
    """The comparison is worth nothing where a kind never comes up."""
    seen = Counter()

    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(histories())
    def look(history):
        ledger = Ledger(history)
        illegal = set(map(id, ledger.conflicts()))
        seen.update(
            (decision.kind, id(decision) not in illegal)
            for _, decision in ledger.steps()
        )

    look()

    assert {kind for kind, is_legal in seen if is_legal} == set(KINDS)
    assert any(not is_legal for _, is_legal in seen)

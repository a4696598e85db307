"""The order of a proposal's steps, attacked past its functions."""

import pytest
from django.db import DatabaseError, transaction

from cases import proposals
from cases.models import Proposal, ProposalContact, ProposalStep, content_of
from tests.cases.proposals import Proposing, fresh
from tests.cases.rounds import run, settle
from tests.factories import (
    CaseFactory,
    MembershipFactory,
    MotionFactory,
    MunicipalityFactory,
    PlatformFactory,
)

pytestmark = pytest.mark.django_db

STATES = [
    "draft",
    "submitted",
    "discussed",
    "returned",
    "agreed",
    "withdrawn",
    "merged",
]
# The step that may be told with a move between states, no word changed.
STEPS = {
    ("draft", "submitted"): "submitted",
    ("returned", "submitted"): "submitted",
    ("submitted", "draft"): "recalled",
    ("submitted", "discussed"): "discussed",
    ("discussed", "discussed"): "discussed",
    ("submitted", "returned"): "returned",
    ("discussed", "returned"): "returned",
    ("submitted", "agreed"): "agreed",
    ("discussed", "agreed"): "agreed",
    ("submitted", "merged"): "merged",
    ("discussed", "merged"): "merged",
    ("draft", "withdrawn"): "withdrawn",
    ("returned", "withdrawn"): "withdrawn",
    ("submitted", "withdrawn"): "withdrawn",
    ("discussed", "withdrawn"): "withdrawn",
}
MOVES = [(old, new) for old in STATES for new in STATES if old != new]


@pytest.fixture
def site():
    return Proposing()


def refused(action):
    """Whether the database refuses ``action``, at once or at the end."""
    try:
        with transaction.atomic():
            action()
            settle()
    except DatabaseError:
        return True
    return False


def take(site, proposal, new, kind, **fields):
    """Tell a step and follow it, with all that the new state needs."""
    proposal = fresh(proposal)
    meeting = None
    if new == "agreed":
        proposal.case, meeting = site.take_up()
    elif new == "merged":
        proposal.merged_into_case = CaseFactory(group=site.group)
    elif kind == "discussed":
        meeting = site.hold()
    if new != "agreed":
        proposal.case = None
    if new != "merged":
        proposal.merged_into = proposal.merged_into_case = None
    proposal.state = new
    proposal.version += 1
    said = {"content": content_of(proposal), "words": "因為", "meeting": meeting}
    ProposalStep.objects.create(
        proposal=proposal,
        kind=kind,
        by=site.secretary,
        version=proposal.version,
        **{**said, **fields},
    )
    proposal.save()


@pytest.mark.parametrize(("old", "new"), MOVES)
def test_only_the_told_ways_lead_from_state_to_state(site, old, new):
    proposal = site.bring(old)

    kind = STEPS.get((old, new))
    if kind:
        assert not refused(lambda: take(site, proposal, new, kind))
    else:
        kinds = ["submitted", "returned", "agreed", "merged", "withdrawn", "edited"]
        assert all(refused(lambda k=k: take(site, proposal, new, k)) for k in kinds)


def test_a_move_without_its_step_is_refused(site):
    proposal = site.bring("draft")

    def move():
        run(
            "UPDATE cases_proposal SET state = 'submitted', version = version + 1"
            " WHERE id = %s",
            [proposal.pk],
        )

    assert refused(move)


def test_a_step_that_was_not_taken_is_refused(site):
    proposal = site.bring("draft")

    def tell():
        ProposalStep.objects.create(
            proposal=proposal,
            kind="submitted",
            by=site.secretary,
            version=proposal.version + 1,
            content=content_of(proposal),
        )

    assert refused(tell)


def test_a_step_keeps_the_words_it_was_taken_with(site):
    proposal = site.bring("draft")
    other = {**content_of(proposal), "explanation": "另一段說明"}

    def submit():
        take(site, proposal, "submitted", "submitted", content=other)

    assert refused(submit)


@pytest.mark.parametrize("state", ["submitted", "discussed", "agreed"])
def test_words_that_were_handed_in_change_by_an_edit_alone(site, state):
    proposal = site.bring(state)

    def change():
        run(
            "UPDATE cases_proposal SET actions = '另作', version = version + 1"
            " WHERE id = %s",
            [proposal.pk],
        )

    assert refused(change)
    proposals.edit(
        proposal,
        site.form(actions="另作"),
        version=proposal.version,
        by=site.secretary,
        at=proposal.saved_at,
    )
    assert fresh(proposal).actions == "另作"


@pytest.mark.parametrize("statement", ["UPDATE", "DELETE"])
def test_steps_are_never_changed(site, statement):
    proposal = site.bring("submitted")
    sql = {
        "UPDATE": "UPDATE cases_proposalstep SET words = '改'",
        "DELETE": "DELETE FROM cases_proposalstep",
    }[statement]

    assert refused(lambda: run(f"{sql} WHERE proposal_id = {proposal.pk}"))


def test_a_proposal_is_not_deleted(site):
    proposal = site.begin()

    assert refused(lambda: run(f"DELETE FROM cases_proposal WHERE id = {proposal.pk}"))


def test_agreed_is_only_what_the_ledger_took_up_at_that_meeting(site):
    proposal = site.bring("submitted")
    unknown = CaseFactory(group=site.group)
    taken_up, meeting = site.take_up(name="他案")
    elsewhere = site.hold()

    def agree(case, at):
        found = fresh(proposal)
        found.state, found.case, found.version = "agreed", case, found.version + 1
        ProposalStep.objects.create(
            proposal=found,
            kind="agreed",
            by=site.secretary,
            version=found.version,
            meeting=at,
            content=content_of(found),
        )
        found.save()

    assert refused(lambda: agree(unknown, meeting))
    assert refused(lambda: agree(taken_up, elsewhere))
    assert not refused(lambda: agree(taken_up, meeting))


def test_what_a_paper_tells_of_needs_its_case_in_the_ledger(site):
    case = CaseFactory(group=site.group)
    taken_up, _ = site.take_up(name="他案")

    def keep(case, **fields):
        proposals.from_paper(
            Proposal(
                platform=site.platform,
                roc_year=112,
                group=site.group,
                municipality=site.taipei,
                title="紙本",
                case=case,
                **{"source": "112年會議資料", **fields},
            )
        )

    assert refused(lambda: keep(case))
    assert not refused(lambda: keep(taken_up))


def test_types_and_partners_are_the_platforms(site):
    proposal = site.bring("draft")
    foreign = MunicipalityFactory()
    MembershipFactory(platform=PlatformFactory(), municipality=foreign)

    def set_to(name, value):
        run(
            f"UPDATE cases_proposal SET {name} = %s, version = version + 1,"
            " saved_by_id = created_by_id, saved_at = now() WHERE id = %s",
            [value, proposal.pk],
        )

    assert refused(lambda: set_to("types", ["no-such"]))
    assert refused(lambda: set_to("partners", [foreign.pk]))
    assert not refused(lambda: set_to("types", ["law"]))


def test_a_motion_comes_from_confirmed_minutes_of_the_platform(site):
    motion = MotionFactory(minutes__meeting=site.hold(site.deciding))

    def insert():
        proposal = Proposal(
            platform=site.platform,
            group=site.group,
            municipality=site.taipei,
            roc_year=115,
            serial=1,
            came_from_motion=motion,
            created_by=site.contact,
        )
        proposal.save()

    assert refused(insert)


def test_a_types_code_stays(site):
    assert refused(
        lambda: run(
            f"UPDATE cases_proposaltype SET code = 'x' WHERE id = {site.law.pk}"
        )
    )


def test_a_partner_is_not_deleted(site):
    alone = MunicipalityFactory()
    membership = MembershipFactory(platform=site.platform, municipality=alone)
    site.begin(partners=[alone.pk])
    membership.delete()

    assert refused(lambda: alone.delete())


def test_whom_to_ask_is_kept_apart_from_history_and_steps(site):
    proposal = site.bring("agreed")

    assert ProposalContact.objects.get(proposal=proposal).phone
    events = proposal.events.values()
    steps = proposal.steps.values()
    assert "29603456" not in f"{list(events)}{list(steps)}"

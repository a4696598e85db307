"""Two at one proposal at once: nothing is lost, no number given twice."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from cases import proposals
from cases.ledger import confirm_and_post
from cases.models import Proposal
from tests.cases.proposals import AT, Proposing, fresh, told
from tests.factories import MinutesFactory, MotionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(transactional_db):
    return Proposing()


def saving(site, proposal, actions, *, by):
    form = site.form(actions=actions)
    return proposals.save(proposal, form, version=proposal.version, by=by, at=AT)


def test_second_of_two_saves_is_stopped(site, meanwhile):
    proposal = site.begin()
    colleague = site.add_contact(site.taipei)
    with transaction.atomic():
        saving(site, proposal, "一、甲。", by=site.contact)
        late = meanwhile(saving, site, proposal, "一、乙。", by=colleague)

    with pytest.raises(proposals.SavedMeanwhile) as caught:
        late.result(timeout=60)
    assert caught.value.proposal.actions == "一、甲。"
    assert fresh(proposal).actions == "一、甲。"


def test_two_begun_at_once_have_numbers_of_their_own(site, meanwhile):
    where = {"by": site.contact, "at": AT}
    with transaction.atomic():
        first = proposals.begin(site.group, site.taipei, **where)
        late = meanwhile(proposals.begin, site.group, site.taipei, **where)

    assert {first.key, late.result(timeout=60).key} == {"115-001", "115-002"}


def test_a_motion_taken_by_two_becomes_one_proposal(site, meanwhile):
    minutes = MinutesFactory(meeting=site.hold(site.deciding))
    motion = MotionFactory(minutes=minutes)
    confirm_and_post(minutes, [], by=site.secretary)
    motion.refresh_from_db()
    where = {
        "group": site.group,
        "municipality": site.taipei,
        "by": site.secretary,
        "at": AT,
    }
    with transaction.atomic():
        proposals.from_motion(motion, **where)
        late = meanwhile(proposals.from_motion, motion, **where)

    with pytest.raises(ValidationError):
        late.result(timeout=60)
    assert Proposal.objects.count() == 1


def test_recalling_while_a_meeting_is_recorded_is_stopped(site, meanwhile):
    proposal = site.bring("submitted")
    meeting = site.hold()
    version = proposal.version
    with transaction.atomic():
        site.discuss(proposal, meeting)
        late = meanwhile(
            proposals.recall, proposal, version=version, by=site.contact, at=AT
        )

    with pytest.raises(proposals.SavedMeanwhile):
        late.result(timeout=60)
    assert told(proposal) == ["submitted", "discussed"]

"""What contacts and the secretariat may do with proposals, and what follows."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cases import proposals
from cases.desk.confirm import confirm_desk
from cases.ledger import confirm_and_post
from cases.models import Case, DraftDecision, Proposal, ProposalContact
from cases.proposals import SavedMeanwhile
from tests.cases.proposals import AT, DAY, PERSON, Proposing, fresh, told
from tests.factories import IssueGroupFactory, MinutesFactory, MotionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Proposing()


# Writing ---------------------------------------------------------------------------


def test_numbers_run_within_a_year_of_a_platform(site):
    keys = [site.begin().key, site.begin(title="乙").key, Proposing().begin().key]

    assert keys == ["115-001", "115-002", "115-001"]


def test_a_contact_proposes_only_for_the_own_city_and_group(site):
    with pytest.raises(PermissionDenied):
        proposals.begin(site.group, site.keelung, by=site.contact, at=AT)
    with pytest.raises(PermissionDenied):
        proposals.begin(site.other_group, site.taipei, by=site.contact, at=AT)

    assert not Proposal.objects.exists()


def test_a_contact_does_not_give_a_proposal_away(site):
    proposal = site.begin()

    with pytest.raises(ValidationError):
        site.save(proposal, group=site.other_group)

    assert fresh(proposal).group == site.group


def test_another_citys_contact_does_not_write(site):
    proposal = site.begin()

    with pytest.raises(PermissionDenied):
        site.save(proposal, by=site.other, title="別的")


def test_a_save_from_an_old_version_is_stopped(site):
    proposal = site.begin()
    site.save(proposal, actions="一、先存的。")

    with pytest.raises(SavedMeanwhile) as caught:
        proposals.save(
            proposal,
            site.form(actions="一、後存的。"),
            version=proposal.version,
            by=site.contact,
            at=AT,
        )

    assert caught.value.proposal.actions == "一、先存的。"
    assert fresh(proposal).actions == "一、先存的。"


def test_a_late_save_does_not_change_whom_to_ask(site):
    proposal = site.begin()
    site.save(proposal, actions="一、先存的。")

    with pytest.raises(SavedMeanwhile):
        proposals.save(
            proposal,
            site.form(contact=proposals.Person(name="別人")),
            version=proposal.version,
            by=site.contact,
            at=AT,
        )

    assert ProposalContact.objects.get(proposal=proposal).name == PERSON.name


def test_the_same_sent_twice_is_saved_once(site):
    proposal = site.begin()
    version = fresh(proposal).version

    again = proposals.save(proposal, site.form(), version=0, by=site.contact, at=AT)

    assert again.version == version


def test_boxes_stand_in_the_order_of_the_form(site):
    proposal = site.begin(
        types=["law", "joint", "law"], partners=[site.keelung.pk, site.taipei.pk]
    )

    assert fresh(proposal).types == ["joint", "law"]
    assert fresh(proposal).partners == [site.taipei.pk, site.keelung.pk]


@pytest.mark.parametrize("missing", ["title", "explanation", "actions", "benefits"])
def test_what_lacks_a_text_is_not_handed_in(site, missing):
    proposal = site.begin(**{missing: ""})

    with pytest.raises(ValidationError) as caught:
        site.submit(proposal)

    assert missing in caught.value.message_dict
    assert fresh(proposal).state == "draft"


def test_without_whom_to_ask_it_is_not_handed_in(site):
    proposal = site.begin(contact=proposals.Person())

    with pytest.raises(ValidationError) as caught:
        site.submit(proposal)

    assert {"contact_name", "contact_phone"} == set(caught.value.message_dict)


def test_a_second_click_hands_in_once(site):
    proposal = site.begin()
    version = fresh(proposal).version
    for _ in range(2):
        proposals.submit(proposal, version=version, by=site.contact, at=AT)

    assert told(proposal) == ["submitted"]


def test_what_was_returned_is_mended_and_handed_in_again(site):
    proposal = site.bring("returned")
    site.save(proposal, benefits="一、更多人認識。")
    site.submit(proposal)

    assert told(proposal) == ["submitted", "returned", "submitted"]
    last = proposal.steps.last()
    assert last.content["benefits"] == "一、更多人認識。"


def test_what_was_handed_in_is_not_saved_over(site):
    proposal = site.bring("submitted")

    with pytest.raises(ValidationError):
        site.save(proposal, actions="一、別的。")


def test_only_the_secretariat_judges(site):
    proposal = site.bring("submitted")
    version = proposal.version

    for who in (site.contact, site.other, site.stranger, site.official):
        with pytest.raises(PermissionDenied):
            proposals.send_back(proposal, words="補", version=version, by=who)


# Reading ---------------------------------------------------------------------------


def test_who_reads_a_draft_and_what_was_handed_in(site):
    draft, sent = site.begin(title="草稿"), site.bring("submitted")

    def read_by(user):
        return set(Proposal.objects.readable_by(user, DAY))

    assert read_by(site.contact) == {draft, sent}
    assert read_by(site.secretary) == {draft, sent}
    assert read_by(site.other) == {sent}
    assert read_by(site.official) == set()
    assert read_by(site.stranger) == set()


def test_what_asks_the_central_government(site):
    plain = site.begin(title="甲")
    ticked = site.begin(title="乙", types=["law"])
    named = site.begin(title="丙", ministries=["交通部"])

    asks = dict(
        Proposal.objects.with_asks_central().values_list("title", "asks_central")
    )

    assert asks == {plain.title: False, ticked.title: True, named.title: True}


# Meetings --------------------------------------------------------------------------


def test_a_meeting_is_discussed_at_once(site):
    proposal = site.bring("submitted")
    meeting = site.hold()
    site.discuss(proposal, meeting)

    with pytest.raises(ValidationError):
        site.discuss(proposal, meeting, "再說一次")
    site.discuss(proposal)

    assert told(proposal) == ["submitted", "discussed", "discussed"]


def test_agreed_is_what_confirmed_minutes_took_up(site):
    proposal = site.bring("submitted")
    case, meeting = site.take_up()

    with pytest.raises(ValidationError):
        proposals.agree(
            proposal, case, site.hold(), version=proposal.version, by=site.secretary
        )
    proposals.agree(
        proposal, case, meeting, version=proposal.version, by=site.secretary
    )

    assert fresh(proposal).case == case


def test_standing_of_an_agreed_proposal_is_the_ledgers(site):
    proposal = site.bring("agreed")

    def standing():
        return Proposal.objects.with_standing(DAY).get(pk=proposal.pk).standing

    assert standing() == "proposed"
    meeting = site.hold(site.deciding, held_on=DAY)
    confirm_and_post(
        MinutesFactory(meeting=meeting),
        [proposal.case.ledger.model(case=proposal.case, kind="list")],
        by=site.secretary,
    )
    assert standing() == "listed"


def test_a_merged_proposal_goes_on_in_what_is_still_there(site):
    proposal, gone = site.bring("submitted"), site.bring("withdrawn", title="乙")

    for into in (gone, proposal, Proposing().bring("submitted")):
        with pytest.raises(ValidationError):
            proposals.merge(proposal, into, version=proposal.version, by=site.secretary)
    site.merge(proposal)

    assert fresh(proposal).merged_into.title == "另一提案"


# The minutes desk --------------------------------------------------------------------


def draft(site, proposal, meeting, kind="agree", **fields):
    minutes = MinutesFactory(meeting=meeting)
    DraftDecision.objects.create(
        minutes=minutes,
        group=site.group,
        name=proposal.title,
        lead=proposal.municipality,
        proposal=proposal,
        kind=kind,
        **fields,
    )
    return minutes


def test_confirming_minutes_ties_a_proposal_to_its_case(site):
    proposal = site.bring("submitted", partners=[site.taipei.pk, site.keelung.pk])
    meeting = site.hold()

    confirm_desk(draft(site, proposal, meeting), by=site.secretary)

    found = fresh(proposal)
    assert (found.state, found.case.name) == ("agreed", proposal.title)
    assert found.steps.last().meeting == meeting
    [lead, other] = found.case.participants.all()
    assert (lead.municipality, lead.agency, lead.is_lead) == (
        site.taipei,
        site.agency,
        True,
    )
    assert (other.municipality, other.is_lead) == (site.keelung, False)


def test_what_a_meeting_puts_off_stays_a_proposal(site):
    proposal = site.bring("submitted")
    meeting = site.hold()

    confirm_desk(
        draft(site, proposal, meeting, "defer", words="請補經費。"), by=site.secretary
    )

    assert fresh(proposal).state == "discussed"
    assert fresh(proposal).steps.last().words == "請補經費。"
    assert not Case.objects.exists()
    assert meeting.minutes.resolutions.get().text == "請補經費。"


def test_a_proposal_withdrawn_meanwhile_stops_confirming(site):
    proposal = site.bring("submitted")
    minutes = draft(site, proposal, site.hold())
    DraftDecision.objects.update(proposal=None)
    site.withdraw(proposal)
    DraftDecision.objects.update(proposal=proposal)

    with pytest.raises(ValidationError, match="已撤案"):
        confirm_desk(minutes, by=site.secretary)

    assert not Case.objects.exists()


def test_what_draft_minutes_hold_is_not_withdrawn(site):
    proposal = site.bring("submitted")
    draft(site, proposal, site.hold())

    with pytest.raises(ValidationError, match="已列入"):
        site.withdraw(proposal)


# Motions ---------------------------------------------------------------------------


def confirmed_motion(site):
    minutes = MinutesFactory(meeting=site.hold(site.deciding))
    motion = MotionFactory(minutes=minutes)
    confirm_and_post(minutes, [], by=site.secretary)
    motion.refresh_from_db()
    return motion


def test_a_motion_becomes_a_proposal_once(site):
    motion = confirmed_motion(site)
    where = {"group": site.group, "municipality": site.taipei, "at": AT}

    proposal = proposals.from_motion(motion, by=site.secretary, **where)

    assert (proposal.title, proposal.came_from_motion) == (motion.subject, motion)
    with pytest.raises(ValidationError, match=proposal.key):
        proposals.from_motion(motion, by=site.secretary, **where)
    with pytest.raises(PermissionDenied):
        proposals.from_motion(motion, by=site.contact, **where)


def test_a_case_keeps_the_motion_it_came_from(site):
    motion = confirmed_motion(site)
    proposal = proposals.from_motion(
        motion, group=site.group, municipality=site.taipei, by=site.secretary, at=AT
    )
    site.save(proposal, by=site.secretary)
    site.submit(proposal, by=site.secretary)

    confirm_desk(draft(site, fresh(proposal), site.hold()), by=site.secretary)

    case = fresh(proposal).case
    assert (case.origin, case.origin_motion) == ("motion", motion)
    assert case.origin_meeting == motion.minutes.meeting


def test_a_group_of_another_platform_is_refused(site):
    motion = confirmed_motion(site)

    with pytest.raises(ValidationError):
        proposals.from_motion(
            motion,
            group=IssueGroupFactory(),
            municipality=site.taipei,
            by=site.secretary,
            at=AT,
        )

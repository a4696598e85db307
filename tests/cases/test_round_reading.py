"""Who writes and who reads which slot; who is missing; what changed."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError

from cases import rounds
from cases.models import ProgressUpdate
from meetings.assignments import hand_over
from meetings.models import Assignment
from tests.cases.rounds import AT, DAY, Collecting, after, fresh
from tests.factories import (
    AgencyFactory,
    AssignmentFactory,
    CaseFactory,
    CollectingRoundFactory,
    IssueGroupFactory,
    MunicipalityFactory,
    ParticipantFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CLOSED = dt.date(2026, 2, 1)


@pytest.fixture
def site():
    return Collecting()


def writes(user, day=DAY):
    return set(ProgressUpdate.objects.writable_by(user, day))


def reads(user, day=DAY):
    return set(ProgressUpdate.objects.readable_by(user, day))


# Who writes


def test_contact_writes_the_own_citys_slots_of_the_own_group(site):
    theirs = site.add_slot(site.keelung)
    elsewhere = site.add_slot(
        site.taipei, CaseFactory(group=IssueGroupFactory(platform=site.platform))
    )

    assert writes(site.contact) == {site.slot}
    assert writes(site.other) == {theirs}
    assert writes(site.secretary) == {site.slot, theirs, elsewhere}
    for nobody in (site.official, site.stranger, AnonymousUser(), UserFactory()):
        assert writes(nobody) == set()


def test_group_and_city_are_of_one_assignment(site):
    """Who answers for Taipei in one group and Keelung in another writes no others'."""
    other_group = IssueGroupFactory(platform=site.platform)
    AssignmentFactory(group=other_group, municipality=site.keelung, user=site.contact)
    site.add_slot(site.keelung)
    case = CaseFactory(group=other_group)
    site.add_slot(site.taipei, case)
    own = site.add_slot(site.keelung, case)

    assert writes(site.contact) == {site.slot, own}


@pytest.mark.parametrize(
    ("assigned", "covers"),
    [
        ("above", {"above", "below"}),
        ("below", {"above", "below"}),
        ("beside", {"above", "beside"}),
    ],
)
def test_with_a_group_come_those_below_it_and_the_one_above(site, assigned, covers):
    above = IssueGroupFactory(platform=site.platform)
    groups = {
        "above": above,
        "below": IssueGroupFactory(platform=site.platform, parent=above),
        "beside": IssueGroupFactory(platform=site.platform, parent=above),
    }
    if assigned == "above":
        covers = covers | {"beside"}
    slots = {
        name: site.add_slot(site.taipei, CaseFactory(group=group))
        for name, group in groups.items()
    }
    user = site.add_contact(site.taipei, groups[assigned])

    assert writes(user) == {slots[name] for name in covers}


@pytest.mark.parametrize(
    ("starts", "ends", "on"),
    [(0, None, True), (0, 0, True), (1, None, False), (-9, -1, False)],
)
def test_contact_writes_within_the_term(site, starts, ends, on):
    user = site.add_contact(
        site.taipei,
        starts_on=after(starts).date(),
        ends_on=None if ends is None else after(ends).date(),
    )

    assert writes(user) == ({site.slot} if on else set())


def test_agencys_contact_writes_cases_in_which_it_takes_part(site):
    agency, other = AgencyFactory.create_batch(2, municipality=site.taipei)
    user = site.add_contact(site.taipei, agency=agency)
    mine, theirs = site.add_case(), site.add_case()
    ParticipantFactory(case=mine, municipality=site.taipei, agency=agency)
    ParticipantFactory(case=theirs, municipality=site.taipei, agency=other)
    slot = site.add_slot(site.taipei, mine)
    site.add_slot(site.taipei, theirs)

    assert writes(user) == {slot}


def test_joint_text_is_the_leads(site):
    case = site.add_case(site.taipei, site.keelung, lead=site.keelung)
    joint = site.add_slot(None, case)

    assert joint in writes(site.other)
    assert joint not in writes(site.contact)
    assert joint not in reads(site.contact)


def test_joint_text_is_anybodys_where_nobody_leads(site):
    joint = site.add_slot(None)
    third = site.add_contact(MunicipalityFactory())
    elsewhere = site.add_contact(site.taipei, IssueGroupFactory(platform=site.platform))

    assert {joint} <= writes(site.contact) & writes(site.other)
    assert writes(third) == writes(elsewhere) == set()


def test_former_colleague_writes_and_reads_nothing(site):
    site.bring(site.slot, "submitted")
    site.contact.is_active = False
    site.contact.save()

    assert writes(site.contact) == reads(site.contact) == set()
    with pytest.raises(PermissionDenied):
        site.save(site.slot)


@pytest.mark.parametrize(
    "state", ["missing", "draft", "submitted", "accepted", "locked"]
)
def test_contacts_slot_closes_with_the_round(site, state):
    site.bring(site.slot, state)
    now = set() if state == "locked" else {site.slot}

    assert writes(site.contact) == now
    assert writes(site.contact, CLOSED) == set()
    assert writes(site.secretary, CLOSED) == now


def test_papers_round_is_written_by_no_contact(site):
    ProgressUpdateFactory(
        case=site.case,
        municipality=site.taipei,
        round__as_of=dt.date(2025, 6, 30),
        round__platform=site.platform,
    )

    assert writes(site.contact) == {site.slot}


# Who reads

READERS = {
    "missing": {"contact", "secretary"},
    "draft": {"contact", "secretary"},
    "submitted": {"contact", "secretary"},
    "returned": {"contact", "secretary"},
    "accepted": {"contact", "other", "colleague", "secretary", "official"},
    "locked": {"contact", "other", "colleague", "secretary", "official"},
}


@pytest.mark.parametrize("day", [DAY, CLOSED])
@pytest.mark.parametrize("state", READERS)
def test_who_reads_a_text_in_every_state(site, state, day):
    site.colleague = site.add_contact(MunicipalityFactory())
    site.outsider = site.add_contact(
        site.taipei, IssueGroupFactory(platform=site.platform)
    )
    site.public = AnonymousUser()
    site.somebody = UserFactory()
    site.bring(site.slot, state)
    everybody = READERS[state] | {"outsider", "public", "somebody", "stranger"}
    everybody |= {"official", "other", "colleague"}

    readers = {who for who in everybody if reads(getattr(site, who), day)}

    assert readers == READERS[state]


def test_papers_accepted_texts_are_everybodys(site):
    paper = before(site, dt.date(2025, 6, 30))
    draft = ProgressUpdateFactory(
        case=site.case, round=paper.round, municipality=site.keelung, state="draft"
    )
    site.bring(site.slot, "accepted")

    for user in (AnonymousUser(), UserFactory(), site.stranger):
        assert reads(user) == {paper}
    assert draft in reads(site.secretary)


# Handing over


def test_open_slots_follow_a_hand_over_and_names_stay(site):
    site.save(site.slot, "前任填寫。")
    site.submit(site.slot)
    site.send_back(site.slot)
    successor = UserFactory()
    assignment = Assignment.objects.get(user=site.contact)

    hand_over(assignment, successor, after(1).date(), by=site.secretary)

    assert writes(site.contact) == {site.slot}  # today still
    assert writes(successor) == set()
    assert writes(site.contact, after(1).date()) == set()
    assert writes(successor, after(1).date()) == {site.slot}
    with pytest.raises(PermissionDenied):
        site.save(site.slot, "前任再寫。", at=after(1))
    site.save(site.slot, "接手補正。", by=successor, at=after(1))
    site.submit(site.slot, by=successor, at=after(1))
    row = fresh(site.slot)
    assert (row.saved_by, row.submitted_by) == (successor, site.contact)
    assert [step.by for step in row.steps.all()] == [
        site.contact,
        site.secretary,
        successor,
    ]


# Who is missing


def owes(site, day=DAY):
    return [
        (each.person, list(each.slots)) for each in rounds.who_owes(site.round, day)
    ]


def test_who_owes_with_what_nobody_is_assigned_to_first(site):
    third = MunicipalityFactory(order=9)
    orphan = site.add_slot(third)
    theirs = site.add_slot(site.keelung, site.add_case())
    done = site.add_slot(site.taipei, site.add_case())
    site.bring(done, "submitted")
    back = site.add_slot(site.taipei, site.add_case())
    site.bring(back, "returned")

    assert owes(site) == [
        (None, [orphan]),
        (site.contact, [site.slot, back]),
        (site.other, [theirs]),
    ]


def test_slot_of_two_contacts_is_owed_by_both(site):
    second = site.add_contact(site.taipei, starts_on=dt.date(2025, 1, 1))
    site.add_contact(site.taipei, ends_on=dt.date(2025, 1, 1))

    assert owes(site) == [(site.contact, [site.slot]), (second, [site.slot])]


@pytest.mark.parametrize("count", [1, 5])
def test_query_count_of_who_owes_does_not_grow(site, count, django_assert_num_queries):
    for _ in range(count):
        city = MunicipalityFactory()
        site.add_contact(city)
        site.add_slot(city, site.add_case())

    with django_assert_num_queries(3):
        found = rounds.who_owes(site.round, DAY)
        said = [
            (each.person, slot.case.group, slot.municipality, slot.days_late(DAY))
            for each in found
            for slot in each.slots
        ]

    assert len(said) == count + 1


def test_reminder_counts_what_was_owed(site):
    site.add_slot(site.taipei, site.add_case())
    done = site.add_slot(site.taipei, site.add_case())
    site.bring(done, "submitted")

    first = rounds.remind(
        site.round,
        site.contact,
        kind="phone",
        words="已留言\r\n",
        by=site.secretary,
        at=AT,
    )
    second = rounds.remind(
        site.round, site.contact, kind="mail", words="", by=site.secretary, at=AT
    )

    assert (first.slots, first.words, first.by) == (2, "已留言", site.secretary)
    [owing] = rounds.who_owes(site.round, DAY)
    assert list(owing.reminders) == [second, first]


def test_who_owes_nothing_is_not_reminded(site):
    with pytest.raises(ValidationError, match="沒有未填"):
        rounds.remind(
            site.round, site.other, kind="mail", words="", by=site.secretary, at=AT
        )
    with pytest.raises(PermissionDenied):
        rounds.remind(
            site.round, site.contact, kind="mail", words="", by=site.other, at=AT
        )

    assert not site.round.reminders.exists()


# What changed


def last(slot):
    row = ProgressUpdate.objects.with_last_text().get(pk=slot.pk)
    return row.last_text, row.last_as_of


def before(site, day, *, city="taipei", case=None, **fields):
    round_ = ReportingRoundFactory(platform=site.platform, as_of=day)
    return ProgressUpdateFactory(
        case=case or site.case,
        round=round_,
        municipality=city and getattr(site, city),
        **fields,
    )


def test_last_text_is_that_of_the_own_citys_last_round(site):
    before(site, dt.date(2025, 3, 31), text="更早")
    spoken = dt.date(2025, 6, 30)
    before(site, spoken, text="上次")
    before(site, dt.date(2025, 7, 31), city="keelung", text="別市")
    before(site, dt.date(2025, 8, 31), city=None, text="共同")
    before(site, dt.date(2025, 9, 30), text="草稿", state="draft")
    before(site, dt.date(2025, 10, 31), text="", is_unchanged=True)
    before(site, dt.date(2025, 11, 30), case=site.add_case(), text="別案")
    before(site, dt.date(2026, 6, 30), text="以後")

    assert last(site.slot) == ("上次", spoken)
    assert last(site.add_slot(None)) == ("共同", dt.date(2025, 8, 31))


def test_first_round_has_no_last_text(site):
    assert last(site.slot) == (None, None)


@pytest.mark.parametrize(
    ("earlier", "now", "changed"),
    [
        ("甲", "乙", True),
        ("甲", "甲", False),
        ("甲", None, False),
        (None, "甲", True),
        (None, None, False),
    ],
)
def test_slots_whose_text_changed_since_the_last_round(site, earlier, now, changed):
    if earlier:
        before(site, dt.date(2025, 9, 30), text=earlier)
    if now:
        site.save(site.slot, now)
    else:
        site.save(site.slot, "", is_unchanged=True)
    untouched = site.add_slot(site.taipei, site.add_case())

    found = ProgressUpdate.objects.filter(round=site.round).changed()

    assert set(found) == ({site.slot} if changed else set())
    assert untouched not in found


def test_next_round_of_the_own_platform_sees_the_accepted_text(site):
    site.bring(site.slot, "accepted", text="第一季")
    later = CollectingRoundFactory(platform=site.platform, as_of=dt.date(2026, 3, 31))
    slot = site.add_slot(site.taipei, round_=later)

    assert last(slot) == ("第一季", site.round.as_of)

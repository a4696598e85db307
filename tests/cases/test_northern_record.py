"""The 112 record of 北臺 against the facts of its handbook."""

import datetime as dt
import re
from collections import Counter
from itertools import pairwise

import pytest

from cases.desk.agenda import agenda_of
from cases.models import Case, LedgerEntry, Proposal, ProposalContact
from meetings.models import Meeting, Municipality, Platform
from platform_site.lib.text import fold
from tests.expected.northern import (
    ASKED_ON,
    ASKING_CENTRAL,
    GROUP_MEETINGS,
    JOINT,
    PROGRAMME,
    SOME_MUNICIPALITIES,
    TICKED,
    TO_CONTINUE,
    TO_DELIST,
    WITHOUT_FORMS,
)

pytestmark = pytest.mark.usefixtures("loaded_record")

DAY = dt.date(2023, 8, 8)
Kind = LedgerEntry.Kind


@pytest.fixture(scope="module")
def northern(loaded_record):
    return Platform.objects.get(slug="northern")


@pytest.fixture(scope="module")
def deciding(northern):
    return northern.meetings.get(series__is_deciding=True)


@pytest.fixture(scope="module")
def entries(northern):
    """What the groups' meetings did, with case and meeting."""
    return list(
        LedgerEntry.objects.of_platform(northern)
        .select_related("case__group", "meeting__series__group")
        .in_order()
    )


@pytest.fixture(scope="module")
def proposals(northern):
    return list(
        Proposal.objects.filter(platform=northern)
        .with_asks_central()
        .select_related("case__group", "agency")
        .order_by("serial")
    )


def test_group_meetings_are_those_of_the_paper(northern):
    found = [
        (
            meeting.series.group.name if meeting.series.group else "幕僚組",
            meeting.held_on.isoformat(),
            meeting.host_agency.name,
            meeting.title,
        )
        for meeting in Meeting.objects.filter(
            platform=northern, roc_year=112, series__is_deciding=False
        ).select_related("series__group", "host_agency")
    ]

    assert len(found) == len(GROUP_MEETINGS) == 34
    for group, day, title, agency in GROUP_MEETINGS:
        (whole,) = (t for *fields, t in found if fields == [group, day, agency])
        assert whole.startswith("112年度「北臺區域發展推動委員會」")
        assert whole.endswith(title)


def test_numbers_follow_the_titles(northern):
    for meeting in Meeting.objects.filter(platform=northern, series__is_deciding=False):
        assert f"第{meeting.number}次" in meeting.title
        assert meeting.title.startswith(f"{meeting.roc_year}年度")


def test_group_meetings_say_that_no_minutes_were_seen(northern):
    sources = set(
        Meeting.objects.filter(
            platform=northern, series__is_deciding=False
        ).values_list("minutes__source", flat=True)
    )

    assert sources == {
        "未取得會議紀錄，依112年度北臺區域發展推動委員會副首長會議會議資料所載"
    }


def test_deciding_meeting_is_planned_and_decides_nothing(deciding):
    assert deciding.held_on == DAY
    assert deciding.state == Meeting.State.PLANNED
    assert deciding.minutes.state == "draft"
    assert not deciding.ledger.exists()
    assert not deciding.minutes.resolutions.exists()
    assert not Meeting.objects.public().filter(pk=deciding.pk).exists()


def test_programme_is_the_printed_one_and_adds_up(deciding):
    items = list(deciding.programme.all())

    found = [
        (
            f"{item.starts_at:%H:%M}",
            f"{item.ends_at:%H:%M}" if item.ends_at else None,
            item.minutes,
            fold(item.topic + (f"（{item.note}）" if item.note else "")),
        )
        for item in items
    ]
    assert found == [(*times, fold(topic)) for *times, topic in PROGRAMME]
    for before, after in pairwise(items):
        assert before.ends_at == after.starts_at


def test_cases_tracked_in_111_are_carried_in_and_say_that_this_is_inferred(entries):
    carried = [entry for entry in entries if entry.kind == Kind.CARRY_IN]

    assert {(entry.case.group.name, fold(entry.case.name)) for entry in carried} == {
        (group, fold(name)) for group, _, name in TO_DELIST + TO_CONTINUE
    }
    assert len(carried) == 13
    assert all(entry.is_inferred and entry.basis for entry in carried)
    assert all(entry.meeting.series.group == entry.case.group for entry in carried)


def test_cases_have_the_agencies_of_the_paper(northern):
    cases = {
        fold(case.name): case
        for case in Case.objects.filter(platform=northern).prefetch_related(
            "participants__agency"
        )
    }

    for _, agency, name in TO_DELIST + TO_CONTINUE:
        leads = [
            who.agency.name
            for who in cases[fold(name)].participants.all()
            if who.is_lead
        ]
        assert "、".join(leads) == agency


def test_what_is_asked_to_be_delisted_is_still_tracked(northern, entries):
    asked = {e.case_id: e for e in entries if e.kind == Kind.PROPOSE_DELIST}
    listed = {
        case.pk: case for case in Case.objects.listed_on(DAY).filter(platform=northern)
    }

    assert len(asked) == 12
    assert len(listed) == 13
    assert {fold(listed[pk].name) for pk in asked} == {
        fold(name) for _, _, name in TO_DELIST
    }
    (continued,) = (e for e in entries if e.kind == Kind.CONTINUE)
    assert listed.keys() - asked.keys() == {continued.case_id}
    assert continued.meeting.held_on == dt.date(2023, 3, 7)


def test_days_of_asking_are_the_paper_s_and_the_others_inferred(entries):
    asked = [entry for entry in entries if entry.kind == Kind.PROPOSE_DELIST]
    stated = {
        fold(entry.case.name): entry.decided_on.isoformat()
        for entry in asked
        if not entry.is_inferred
    }

    assert stated == {fold(name): day for name, day in ASKED_ON.items()}
    assert {e.case.name for e in asked if e.is_inferred} == {
        "海味美食祭",
        "韌性(防災)社區觀摩(經驗)交流",
    }
    assert all(entry.words for entry in asked)


def test_new_proposals_stand_in_the_order_of_the_paper(proposals):
    found = [
        (proposal.case.group.name, proposal.agency.name, fold(proposal.case.name))
        for proposal in proposals
    ]

    assert [p.serial for p in proposals] == list(range(1, 43))
    assert found == [
        (group, agency, fold(name))
        for group, agency, name, *_ in [*ASKING_CENTRAL, *JOINT]
    ]


def test_eight_ask_the_central_government_and_name_whom(proposals):
    asking = [proposal for proposal in proposals if proposal.asks_central]

    assert [(fold(p.case.name), p.ministries) for p in asking] == [
        (fold(name), ministries) for _, _, name, ministries in ASKING_CENTRAL
    ]
    assert all(p.ministries == [] for p in proposals if not p.asks_central)


def test_boxes_are_ticked_as_often_as_in_the_paper(northern, proposals):
    names = dict(northern.proposal_types.values_list("code", "name"))

    assert Counter(names[code] for p in proposals for code in p.types) == TICKED


def test_municipalities_are_those_ticked(proposals):
    names = dict(Municipality.objects.values_list("pk", "short_name"))
    some = {
        proposal.title: [names[pk] for pk in proposal.partners]
        for proposal in proposals
        if not proposal.is_all_members
    }

    assert some == SOME_MUNICIPALITIES
    assert {len(p.partners) for p in proposals if p.is_all_members} == {8}


def test_case_has_the_municipalities_of_its_proposal(proposals):
    for proposal in proposals:
        taking_part = set(
            proposal.case.participants.values_list("municipality", flat=True)
        )
        assert taking_part == set(proposal.partners), proposal.title


def test_forms_are_filled_in_where_the_paper_has_them(proposals):
    empty = Counter(p.group.name for p in proposals if not p.explanation)

    assert empty == WITHOUT_FORMS
    for proposal in proposals:
        texts = [proposal.explanation, proposal.actions, proposal.benefits]
        assert all(texts) or not any(texts), proposal.title
        assert bool(proposal.types) == bool(proposal.explanation), proposal.title


def test_every_proposal_was_agreed_by_its_own_group(proposals, entries):
    agreed = {entry.case_id: entry for entry in entries if entry.kind == Kind.AGREE}

    assert set(agreed) == {proposal.case_id for proposal in proposals}
    for entry in agreed.values():
        assert entry.meeting.series.group_id == entry.case.group_id
        assert entry.decided_on < DAY
    assert {e.case.name for e in agreed.values() if not e.is_inferred} == {
        "網絡機關協力合作，健全少年成長方案",
        "北臺企業人才媒合平台",
        "跨境公民營廢棄物清除機構管理及加強非法棄置合作查處",
    }


def test_agenda_of_the_deciding_meeting_holds_all_of_them(deciding):
    groups = agenda_of(deciding).groups
    listed = [case for group in groups for case in group.listed]
    proposed = [case for group in groups for case in group.proposed]

    assert len(listed) == 13
    assert len([case for case in listed if case.asked_by]) == 12
    assert len(proposed) == 42
    assert all(case.agreed_by for case in proposed)


def test_every_case_has_its_progress_at_the_meeting(northern):
    texts = Case.objects.filter(platform=northern).values_list(
        "name", "progress__round__as_of", "progress__text"
    )

    assert len(texts) == 55
    assert all(as_of == DAY and text for _, as_of, text in texts)


def test_nobody_is_named_as_contact(northern, proposals):
    contacts = ProposalContact.objects.filter(proposal__platform=northern)

    assert contacts.count() == 32
    for contact in contacts:
        assert contact.unit
        assert (contact.name, contact.phone, contact.email) == ("", "", "")
    said = " ".join(
        text
        for p in proposals
        for text in (p.explanation, p.actions, p.benefits, p.division)
    )
    assert not re.search(r"\d{2,4}[-)]\d{3}|分機|轉\d", said)

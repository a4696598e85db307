"""Sheets and pages at one round at once: nothing is lost, nobody is overwritten."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from cases import rounds
from cases.models import ProgressUpdate
from cases.rounds.sheet_judge import JudgedAnew
from tests.cases.round_sheets import downloaded, filled, judged, taken, uploaded
from tests.cases.rounds import AT, Collecting, fresh

pytestmark = pytest.mark.django_db(transaction=True)

EVERYBODY = 6
SAVES = 4


@pytest.fixture
def site(transactional_db):
    return Collecting()


def test_text_saved_while_a_sheet_is_taken_over_is_not_overwritten(site, meanwhile):
    content = filled(downloaded(site.round, site.contact), {2: "試算表。"})
    upload = uploaded(site.round, content, by=site.contact)
    seal = judged(upload, by=site.contact).seal
    with transaction.atomic():
        site.save(site.slot, "網頁。")
        late = meanwhile(taken, upload, by=site.contact, seal=seal)

    with pytest.raises(JudgedAnew):
        late.result(timeout=30)
    assert fresh(site.slot).text == "網頁。"


def test_sheet_taken_over_twice_at_once_is_taken_over_once(site, meanwhile):
    content = filled(downloaded(site.round, site.contact), {2: "試算表。"})
    upload = uploaded(site.round, content, by=site.contact)
    seal = judged(upload, by=site.contact).seal
    with transaction.atomic():
        taken(upload, by=site.contact, seal=seal, hand_in=True)
        late = meanwhile(taken, upload, by=site.contact, seal=seal, hand_in=True)

    assert late.result(timeout=30).saved == 1
    assert fresh(site.slot).version == 2  # saved and handed in, once


def test_no_acknowledged_save_of_many_contacts_is_lost(site):
    """Two share each text; who comes second looks again and saves anew."""
    cities = [site.taipei, site.keelung]
    slots = [
        site.slot,
        site.add_slot(site.keelung),
        site.add_slot(site.taipei, site.add_case()),
    ]
    writers = [
        (site.add_contact(cities[place % 3 == 1]), slots[place % 3], place)
        for place in range(EVERYBODY)
    ]
    start = Barrier(EVERYBODY)

    def write(user, slot, place):
        told = []
        try:
            start.wait()
            for count in range(SAVES):
                text = f"第{place}位第{count}次。"
                while True:
                    version = fresh(slot).version
                    try:
                        found = rounds.save(
                            slot,
                            text=text,
                            is_unchanged=False,
                            version=version,
                            by=user,
                            at=AT,
                        )
                    except rounds.SavedMeanwhile:
                        continue
                    told.append((slot.pk, found.version, text))
                    break
        finally:
            connection.close()
        return told

    with ThreadPoolExecutor(EVERYBODY) as pool:
        told = [
            each for done in pool.map(lambda one: write(*one), writers) for each in done
        ]

    events = ProgressUpdate.pgh_event_model.objects
    kept = set(events.values_list("pgh_obj", "version", "text"))
    assert len(told) == EVERYBODY * SAVES == len(set(told))
    assert set(told) <= kept
    for slot in slots:
        last = max(each for each in told if each[0] == slot.pk)
        assert (fresh(slot).version, fresh(slot).text) == last[1:]
        assert last[1] == SAVES * 2

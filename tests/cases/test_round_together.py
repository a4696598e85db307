"""Several at one slot or one round at once: nothing is lost, nobody is overwritten."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from cases import rounds
from cases.models import ProgressUpdate
from cases.models.progress import ReportingRound
from meetings.assignments import hand_over
from meetings.models import Assignment
from tests.cases.rounds import AT, Collecting, after, fresh, told
from tests.factories import UserFactory, decide

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(transactional_db):
    return Collecting()


def saving(slot, text, *, by, version=0):
    return rounds.save(
        slot, text=text, is_unchanged=False, version=version, by=by, at=AT
    )


def test_second_of_two_saves_is_stopped(site, meanwhile):
    colleague = site.add_contact(site.taipei)
    with transaction.atomic():
        saving(site.slot, "甲", by=site.contact)
        late = meanwhile(saving, site.slot, "乙", by=colleague)

    with pytest.raises(rounds.SavedMeanwhile) as caught:
        late.result(timeout=30)
    stands = caught.value.slot
    assert (stands.text, stands.saved_by, stands.version) == ("甲", site.contact, 1)
    assert fresh(site.slot).text == "甲"


def test_same_text_saved_twice_at_once_is_no_conflict(site, meanwhile):
    with transaction.atomic():
        saving(site.slot, "甲", by=site.contact)
        late = meanwhile(saving, site.slot, "甲", by=site.contact)

    assert late.result(timeout=30).version == 1


def test_save_after_an_undone_one_is_kept(site, meanwhile):
    with transaction.atomic():
        saving(site.slot, "甲", by=site.contact)
        second = meanwhile(saving, site.slot, "乙", by=site.contact)
        transaction.set_rollback(True)

    assert second.result(timeout=30).text == "乙"
    assert (fresh(site.slot).text, fresh(site.slot).version) == ("乙", 1)


def test_save_while_the_secretariat_accepts_is_stopped(site, meanwhile):
    """A contact mends a returned text; the secretariat takes it as told by phone."""
    slot = site.bring(site.slot, "returned")
    with transaction.atomic():
        rounds.enter(slot, text="電洽", version=3, by=site.secretary, at=AT)
        late = meanwhile(saving, slot, "自己寫", by=site.contact, version=3)

    with pytest.raises(rounds.SavedMeanwhile) as caught:
        late.result(timeout=30)
    assert caught.value.slot.state == "accepted"
    assert fresh(slot).text == "電洽"


def test_withdrawing_while_the_secretariat_accepts_is_stopped(site, meanwhile):
    slot = site.bring(site.slot, "submitted")
    with transaction.atomic():
        rounds.accept(slot, version=2, by=site.secretary, at=AT)
        late = meanwhile(rounds.withdraw, slot, version=2, by=site.contact, at=AT)

    with pytest.raises(rounds.SavedMeanwhile):
        late.result(timeout=30)
    assert told(slot) == ["submitted", "accepted"]


def test_accepting_while_a_contact_withdraws_is_stopped(site, meanwhile):
    slot = site.bring(site.slot, "submitted")
    with transaction.atomic():
        rounds.withdraw(slot, version=2, by=site.contact, at=AT)
        late = meanwhile(rounds.accept, slot, version=2, by=site.secretary, at=AT)

    with pytest.raises(rounds.SavedMeanwhile):
        late.result(timeout=30)
    assert fresh(slot).state == "draft"


def test_submitting_twice_at_once_is_one_step(site, meanwhile):
    slot = site.bring(site.slot, "draft")
    with transaction.atomic():
        rounds.submit(slot, version=1, by=site.contact, at=AT)
        late = meanwhile(rounds.submit, slot, version=1, by=site.contact, at=AT)

    assert late.result(timeout=30).version == 2
    assert told(slot) == ["submitted"]


def test_submitting_while_the_round_is_locked_is_stopped(site, meanwhile):
    slot = site.bring(site.slot, "draft")
    with transaction.atomic():
        rounds.lock_round(site.round, by=site.secretary, at=AT)
        late = meanwhile(rounds.submit, slot, version=1, by=site.contact, at=AT)

    with pytest.raises(ValidationError, match="已鎖定"):
        late.result(timeout=30)
    assert (fresh(slot).state, told(slot)) == ("draft", [])


def test_slot_begun_while_the_round_is_locked_is_stopped(site, meanwhile):
    """Past the functions too: the trigger waits for who locks."""
    with transaction.atomic():
        rounds.lock_round(site.round, by=site.secretary, at=AT)
        late = meanwhile(site.add_slot, site.keelung)

    with pytest.raises(IntegrityError, match="已鎖定"):
        late.result(timeout=30)
    assert list(ProgressUpdate.objects.all()) == [site.slot]


def test_case_added_while_the_round_is_locked_is_stopped(site, meanwhile, hold_meeting):
    case = site.add_case()
    hold_meeting(site.round.as_of, decide(case, "carry_in"), series=site.series)
    with transaction.atomic():
        rounds.lock_round(site.round, by=site.secretary, at=AT)
        late = meanwhile(rounds.add_case, site.round, case, by=site.secretary, at=AT)

    with pytest.raises(ValidationError, match="已鎖定"):
        late.result(timeout=30)
    assert not case.progress.exists()


def test_lock_waits_for_who_submits(site, meanwhile):
    slot = site.bring(site.slot, "draft")
    accepted = site.add_slot(site.taipei, site.add_case())
    site.bring(accepted, "accepted")
    with transaction.atomic():
        rounds.submit(slot, version=1, by=site.contact, at=AT)
        lock = meanwhile(rounds.lock_round, site.round, by=site.secretary, at=AT)
        assert not lock.done()

    assert lock.result(timeout=30) == 1
    assert (fresh(slot).state, fresh(accepted).state) == ("submitted", "locked")


def test_text_accepted_meanwhile_is_locked_with_the_others(site, meanwhile):
    slot = site.bring(site.slot, "submitted")
    with transaction.atomic():
        rounds.accept(slot, version=2, by=site.secretary, at=AT)
        lock = meanwhile(rounds.lock_round, site.round, by=site.secretary, at=AT)

    assert lock.result(timeout=30) == 1
    assert fresh(slot).state == "locked"


def test_round_is_locked_once(site, meanwhile):
    site.bring(site.slot, "accepted")
    with transaction.atomic():
        rounds.lock_round(site.round, by=site.secretary, at=AT)
        again = meanwhile(rounds.lock_round, site.round, by=site.secretary, at=AT)

    with pytest.raises(ValidationError, match="已鎖定"):
        again.result(timeout=30)
    assert told(site.slot) == ["submitted", "accepted", "locked"]


def test_writing_what_is_made_joint_at_once_is_stopped(site, meanwhile):
    site.add_slot(site.keelung)
    with transaction.atomic():
        joint = rounds.make_joint(site.round, site.case, by=site.secretary)
        late = meanwhile(saving, site.slot, "甲", by=site.contact)

    with pytest.raises(ValidationError, match="請重新開啟頁面"):
        late.result(timeout=30)
    assert list(ProgressUpdate.objects.all()) == [joint]


def test_making_joint_what_is_written_at_once_is_stopped(site, meanwhile):
    with transaction.atomic():
        saving(site.slot, "甲", by=site.contact)
        late = meanwhile(rounds.make_joint, site.round, site.case, by=site.secretary)

    with pytest.raises(ValidationError, match="已有縣市開始填報"):
        late.result(timeout=30)
    assert fresh(site.slot).text == "甲"


def test_case_is_added_once(site, meanwhile, hold_meeting):
    case = site.add_case()
    hold_meeting(site.round.as_of, decide(case, "carry_in"), series=site.series)
    with transaction.atomic():
        rounds.add_case(site.round, case, by=site.secretary, at=AT)
        again = meanwhile(rounds.add_case, site.round, case, by=site.secretary, at=AT)

    with pytest.raises(ValidationError, match="已在填報中"):
        again.result(timeout=30)
    assert case.progress.count() == 2


def test_round_is_opened_once(site, meanwhile, hold_meeting):
    day = site.round.as_of.replace(month=6, day=30)
    hold_meeting(day, decide(site.case, "carry_in"), series=site.series)
    days = {
        "as_of": day,
        "opens_on": day,
        "due_on": day,
        "locks_on": day,
        "by": site.secretary,
    }
    with transaction.atomic():
        rounds.open_round(site.platform, **days)
        again = meanwhile(rounds.open_round, site.platform, **days)

    with pytest.raises(ValidationError, match="已有一輪填報"):
        again.result(timeout=30)
    assert ReportingRound.objects.filter(as_of=day).count() == 1


def test_assignment_is_handed_over_once(site, meanwhile):
    assignment = Assignment.objects.get(user=site.contact)
    first, second = UserFactory.create_batch(2)
    on = after(1).date()
    with transaction.atomic():
        hand_over(assignment, first, on, by=site.secretary)
        late = meanwhile(hand_over, assignment, second, on, by=site.secretary)

    with pytest.raises(ValidationError, match=r"已於.*結束"):
        late.result(timeout=30)
    assert not second.assignments.exists()


def at_once(works):
    """Run the functions at the same moment, each on a connection of its own."""
    start = Barrier(len(works))

    def run(work):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            start.wait(timeout=60)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_fifty_contacts_at_once_lose_nothing(site):
    """Each saves ten times and submits, all in one round, while others do the same."""
    case = site.add_case
    slots = [site.add_slot(site.taipei, case()) for _ in range(50)]

    def write(slot, n):
        for turn in range(10):
            saved = saving(slot, f"{n}－{turn}", by=site.contact, version=turn)
        return rounds.submit(saved, version=10, by=site.contact, at=AT).version

    works = [lambda s=s, n=n: write(s, n) for n, s in enumerate(slots)]
    versions = at_once(works)

    assert versions == [11] * 50
    rows = [fresh(slot) for slot in slots]
    assert [(row.text, row.state) for row in rows] == [
        (f"{n}－9", "submitted") for n in range(50)
    ]
    assert [told(slot) for slot in slots] == [["submitted"]] * 50
    history = ProgressUpdate.pgh_event_model.objects.filter(pgh_obj__in=slots)
    assert history.count() == 50 * (1 + 10 + 1)  # begun, saved, submitted


def test_of_many_who_write_one_slot_one_is_kept_each_time(site):
    def write(n):
        try:
            return saving(site.slot, f"第{n}人", by=site.contact).text
        except rounds.SavedMeanwhile as other:
            return other

    said = at_once([lambda n=n: write(n) for n in range(10)])

    kept = [each for each in said if isinstance(each, str)]
    assert [fresh(site.slot).text] == kept
    assert {e.slot.text for e in said if not isinstance(e, str)} == set(kept)


def test_lock_amid_fifty_who_submit_leaves_nothing_half(site):
    slots = [site.add_slot(site.taipei, site.add_case()) for _ in range(20)]
    for slot in slots:
        site.save(slot)

    def submit(slot):
        try:
            return rounds.submit(slot, version=1, by=site.contact, at=AT).state
        except ValidationError:
            return "draft"

    def lock():
        return rounds.lock_round(site.round, by=site.secretary, at=AT)

    *states, locked = at_once([*(lambda s=s: submit(s) for s in slots), lock])

    assert locked == 0
    assert [fresh(slot).state for slot in slots] == states
    assert [told(slot) for slot in slots] == [
        ["submitted"] if state == "submitted" else [] for state in states
    ]

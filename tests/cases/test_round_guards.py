"""The order of steps, attacked past its functions as the application's role."""

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from cases import rounds
from cases.models import ProgressStep, ProgressUpdate, Reminder, ReportingRound
from tests.cases.rounds import AT, Collecting, fresh, run, settle
from tests.database import owner_connection
from tests.factories import CaseFactory, ProgressUpdateFactory, UserFactory

pytestmark = pytest.mark.django_db

STATES = ["missing", "draft", "submitted", "returned", "accepted", "locked"]
UPDATE = "UPDATE cases_progressupdate SET version = version + 1, "
# The kinds of steps that may be told with a move between states, text unchanged.
STEPS = {
    ("draft", "submitted"): {"submitted"},
    ("returned", "submitted"): {"submitted", "answered"},
    ("submitted", "draft"): {"withdrawn"},
    ("submitted", "returned"): {"returned"},
    ("submitted", "accepted"): {"accepted"},
    ("accepted", "returned"): {"reopened"},
    ("accepted", "locked"): {"locked"},
}


@pytest.fixture
def site():
    return Collecting()


def only_locked(site):
    """Lock the slot's text alone: its round stays open."""
    slot = site.bring(site.slot, "accepted")
    with transaction.atomic():
        tell(slot, "locked", site.secretary)
        run(UPDATE + "state = 'locked'")
    return fresh(slot)


def tell(slot, kind, by, **fields):
    said = {"text": slot.text, "is_unchanged": slot.is_unchanged, "words": "因為"}
    return ProgressStep.objects.create(
        slot=slot, kind=kind, by=by, version=slot.version + 1, **{**said, **fields}
    )


def refused(action):
    """Whether the database refuses ``action``, at once or at the end."""
    try:
        with transaction.atomic():
            action()
            settle()
    except (IntegrityError, ProgrammingError):
        return True
    return False


def people_after(slot, state, by):
    """Return the columns that a step to ``state`` fills, as it has to."""
    columns = f"state = '{state}'"
    if state == "submitted" and slot.submitted_by is None:
        columns += f", submitted_by_id = {by.pk}, submitted_at = now()"
    if state == "accepted":
        columns += f", accepted_by_id = {by.pk}, accepted_at = now()"
    if (slot.state, state) == ("accepted", "returned"):
        columns += ", accepted_by_id = NULL, accepted_at = NULL"
    return columns


def bring(site, state):
    return only_locked(site) if state == "locked" else site.bring(site.slot, state)


@pytest.mark.parametrize("state", STATES)
def test_no_state_follows_without_its_step(site, state):
    slot = bring(site, state)

    went = [
        other
        for other in STATES
        if other != state
        and not refused(
            lambda to=other: run(UPDATE + people_after(slot, to, site.secretary))
        )
    ]

    assert went == []
    assert fresh(slot).state == state


@pytest.mark.parametrize("state", STATES)
def test_only_the_right_step_leads_on(site, state):
    slot = bring(site, state)
    by = site.secretary

    def go(to, kind):
        before = {"text_before": slot.text} if kind == "edited" else {}
        tell(slot, kind, by, **before)
        run(UPDATE + people_after(slot, to, by))

    went = set()
    for to in STATES:
        for kind in ProgressStep.Kind.values:
            with transaction.atomic():
                if not refused(lambda to=to, kind=kind: go(to, kind)):
                    went.add((to, kind))
                transaction.set_rollback(True)

    assert went == {
        (to, kind)
        for (from_, to), kinds in STEPS.items()
        if from_ == state
        for kind in kinds
    }


SAID = "text = '改', saved_by_id = {by}, saved_at = now()"


@pytest.mark.parametrize(
    ("state", "written"),
    [
        ("missing", False),
        ("draft", True),
        ("submitted", False),
        ("returned", True),
        ("accepted", False),
        ("locked", False),
    ],
)
def test_text_is_written_without_a_step_only_while_it_is_a_draft(site, state, written):
    slot = bring(site, state)

    was_refused = refused(lambda: run(UPDATE + SAID.format(by=site.secretary.pk)))

    assert was_refused is not written
    assert (fresh(slot).text == "改") is written


@pytest.mark.parametrize("state", ["submitted", "accepted"])
@pytest.mark.parametrize(
    ("step", "is_told"),
    [
        ({}, True),
        ({"text_before": "別的"}, False),
        ({"text": "別的"}, False),
        ({"was_unchanged": True}, False),
    ],
)
def test_edit_tells_both_texts_as_they_are(site, state, step, is_told):
    slot = site.bring(site.slot, state, text="原文")

    def edit():
        tell(
            slot,
            "edited",
            site.secretary,
            **{"text": "改", "text_before": "原文", **step},
        )
        run(UPDATE + SAID.format(by=site.secretary.pk))

    assert refused(edit) is not is_told
    assert fresh(slot).text == ("改" if is_told else "原文")


@pytest.mark.parametrize("kind", ProgressStep.Kind.values)
def test_no_step_is_told_that_was_not_taken(site, kind):
    slot = site.bring(site.slot, "draft")

    assert refused(lambda: tell(slot, kind, site.contact))
    assert not ProgressStep.objects.exists()


def test_draft_is_saved_without_a_step_even_if_one_is_told(site):
    slot = site.bring(site.slot, "draft")

    def save_and_tell():
        tell(slot, "submitted", site.contact, text="改")
        run(UPDATE + SAID.format(by=site.contact.pk))

    assert refused(save_and_tell)


@pytest.mark.parametrize("version", [0, 1, 3, -1])
def test_step_has_the_version_that_follows(site, version):
    slot = site.bring(site.slot, "draft")  # version 1

    assert refused(
        lambda: ProgressStep.objects.create(
            slot=slot,
            kind="submitted",
            by=site.contact,
            version=version,
            text=slot.text,
        )
    )


@pytest.mark.parametrize("version", ["version", "version + 2", "version - 1", "0"])
def test_versions_go_up_one_by_one(site, version):
    slot = site.bring(site.slot, "draft")

    assert refused(
        lambda: run(
            f"UPDATE cases_progressupdate SET version = {version}, "
            + SAID.format(by=site.contact.pk)
        )
    )
    assert fresh(slot).version == 1


@pytest.mark.parametrize(
    "change",
    [
        "saved_by_id = {other}",
        "saved_at = now() - interval '1 year'",
        "submitted_by_id = {other}",
        "submitted_at = now() - interval '1 year'",
        "submitted_by_id = NULL, submitted_at = NULL",
        "accepted_by_id = {other}",
        "accepted_by_id = NULL, accepted_at = NULL",
        "open_until = '2030-01-01'",
        "case_id = {case}",
        "round_id = {round}",
        "municipality_id = NULL",
        "id = 99999999",
    ],
)
@pytest.mark.parametrize("kind", [None, "edited", "accepted", "reopened"])
def test_who_and_what_a_slot_is_stays(site, change, kind):
    slot = site.bring(site.slot, "accepted")
    other_round = ReportingRound.objects.create(
        platform=site.platform, as_of="2020-01-01"
    )
    values = {
        "other": UserFactory().pk,
        "case": CaseFactory(group=site.group).pk,
        "round": other_round.pk,
    }
    before = ProgressUpdate.objects.values().get()

    def attack():
        if kind:
            tell(slot, kind, site.secretary)
        run(UPDATE + change.format(**values))

    assert refused(attack)
    assert ProgressUpdate.objects.values().get() == before


def test_first_submission_is_not_told_anew(site):
    slot = site.bring(site.slot, "returned")
    other = UserFactory()

    def attack():
        tell(slot, "submitted", other)
        run(
            UPDATE + "state = 'submitted', submitted_at = now(),"
            f" submitted_by_id = {other.pk}"
        )

    assert refused(attack)


@pytest.mark.parametrize(
    ("state", "to", "kind", "column"),
    [
        ("draft", "submitted", "submitted", "submitted"),
        ("submitted", "accepted", "accepted", "accepted"),
    ],
)
def test_step_is_taken_by_who_tells_it(site, state, to, kind, column):
    slot = site.bring(site.slot, state)
    other = UserFactory()

    def attack():
        tell(slot, kind, site.secretary)
        run(
            UPDATE + f"state = '{to}', {column}_at = now(), {column}_by_id = {other.pk}"
        )

    assert refused(attack)


# How a slot begins


@pytest.mark.parametrize(
    ("fields", "begins"),
    [
        ({"state": "missing", "text": ""}, True),
        ({"state": "accepted"}, True),
        ({"state": "locked"}, True),
        ({"state": "accepted", "text": "", "is_unchanged": True}, True),
        ({"state": "draft"}, False),
        ({"state": "submitted"}, False),
        ({"state": "returned"}, False),
        ({"state": "unheard"}, False),
        ({"state": "missing", "text": "有字"}, False),
        ({"state": "accepted", "text": ""}, False),
        ({"state": "accepted", "is_unchanged": True}, False),
        ({"state": "accepted", "version": 1}, False),
        ({"state": "accepted", "open_until": "2026-02-01"}, False),
        ({"state": "accepted", "saved_by": "who", "saved_at": AT}, False),
        ({"state": "accepted", "submitted_by": "who", "submitted_at": AT}, False),
        ({"state": "accepted", "accepted_by": "who", "accepted_at": AT}, False),
    ],
)
def test_slot_begins_missing_or_as_a_paper_has_it(site, fields, begins):
    case = CaseFactory(group=site.group)
    fields = {k: site.contact if v == "who" else v for k, v in fields.items()}
    row = ProgressUpdate(**{"case": case, "round": site.round, "text": "字", **fields})

    assert refused(lambda: ProgressUpdate.objects.bulk_create([row])) is not begins


def test_case_of_another_platform_is_refused(site):
    row = ProgressUpdate(case=CaseFactory(), round=site.round)

    with pytest.raises(IntegrityError, match="同一平臺"), transaction.atomic():
        row.save()


def test_raw_copy_of_a_papers_text_needs_no_version(site):
    run(
        "INSERT INTO cases_progressupdate (case_id, round_id, text, is_unchanged, state)"
        " VALUES (%s, %s, '字', false, 'accepted')",
        [site.case.pk, site.round.pk],
    )

    assert ProgressUpdate.objects.get(municipality=None).version == 0


# What does not go


@pytest.mark.parametrize("state", STATES)
def test_only_a_slot_with_nothing_written_is_removed(site, state):
    slot = bring(site, state)

    assert refused(slot.delete) is (state != "missing")


def test_locked_text_of_a_paper_stays_whatever_is_told(site):
    paper = ProgressUpdateFactory(state="locked")
    before = ProgressUpdate.objects.values().get(pk=paper.pk)

    assert refused(lambda: run(UPDATE + "text = '改'"))
    assert refused(lambda: ProgressUpdate.objects.update(state="accepted"))
    for kind in ProgressStep.Kind.values:
        assert refused(
            lambda kind=kind: (
                tell(paper, kind, site.secretary),
                run(UPDATE + "state = 'returned'"),
            )
        )
    assert ProgressUpdate.objects.values().get(pk=paper.pk) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_reportinground SET locked_at = NULL, locked_by_id = NULL",
        "UPDATE cases_reportinground SET locks_on = '2030-01-01'",
        "UPDATE cases_reportinground SET locked_at = now() + interval '1 day'",
        "DELETE FROM cases_reportinground",
        "UPDATE cases_progressupdate SET version = version + 1, text = 'x'",
        "DELETE FROM cases_progressupdate",
        "INSERT INTO cases_progressupdate (case_id, round_id, text, is_unchanged, state)"
        " SELECT case_id, round_id, '字', false, 'accepted' FROM cases_progressupdate",
        "ALTER TABLE cases_progressupdate DISABLE TRIGGER ALL",
        "DROP TRIGGER cases_guard_progress ON cases_progressupdate",
        "TRUNCATE cases_progressupdate CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_locked_round_stays(site, statement):
    site.bring(site.slot, "locked")
    site.round.refresh_from_db()
    before = (
        list(ReportingRound.objects.values()),
        list(ProgressUpdate.objects.values()),
    )

    with pytest.raises(DatabaseError):
        run(statement)

    after = list(ReportingRound.objects.values()), list(ProgressUpdate.objects.values())
    assert after == before


def test_missing_slot_of_a_locked_round_stays(site):
    rounds.lock_round(site.round, by=site.secretary, at=AT)

    assert refused(lambda: run("DELETE FROM cases_progressupdate"))
    assert refused(lambda: run(UPDATE + "state = 'draft', text = 'x'"))


@pytest.mark.parametrize(
    "change",
    [
        {"opens_on": None, "due_on": None, "locks_on": None},
        {"as_of": "2020-01-01"},
        {"opens_on": "2026-01-20"},
        {"due_on": "2026-02-20"},
        {"locks_on": None},
        {"locked_at": timezone.now()},
    ],
)
def test_round_stays_what_it_is(site, change):
    assert refused(
        lambda: ReportingRound.objects.filter(pk=site.round.pk).update(**change)
    )


def test_papers_round_is_not_opened_afterwards():
    paper = ProgressUpdateFactory().round
    days = {"opens_on": "2026-01-01", "due_on": "2026-01-02", "locks_on": "2026-01-03"}

    assert refused(lambda: ReportingRound.objects.filter(pk=paper.pk).update(**days))


def test_days_of_an_open_round_may_move(site):
    ReportingRound.objects.filter(pk=site.round.pk).update(locks_on="2026-03-01")

    site.round.refresh_from_db()
    assert str(site.round.locks_on) == "2026-03-01"


def test_round_is_not_born_locked(site):
    row = ReportingRound(
        platform=site.platform,
        as_of="2020-01-01",
        locked_by=site.secretary,
        locked_at=AT,
    )

    assert refused(row.save)


# Steps and reminders are only added

ATTACKS = [
    "UPDATE {table} SET words = '改'",
    "UPDATE {table} SET by_id = by_id",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("model", [ProgressStep, Reminder])
def test_what_was_told_stays(site, model, attack):
    site.bring(site.slot, "returned")
    rounds.remind(
        site.round, site.contact, kind="mail", words="催", by=site.secretary, at=AT
    )
    before = list(model.objects.values())

    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        run(attack.format(table=model._meta.db_table))

    assert list(model.objects.values()) == before
    assert len(before) >= 1


@pytest.mark.parametrize("model", [ProgressStep, Reminder])
def test_time_of_what_was_told_is_the_databases(site, model):
    site.bring(site.slot, "draft")
    slot = fresh(site.slot)
    with transaction.atomic():
        tell(slot, "submitted", site.contact, at=AT)
        run(UPDATE + people_after(slot, "submitted", site.contact))
    Reminder.objects.create(
        round=site.round,
        person=site.contact,
        kind="mail",
        slots=1,
        by=site.secretary,
        at=AT,
    )

    assert abs(timezone.now() - model.objects.get().at).total_seconds() < 600


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE cases_progressstep SET words = '改'",
        "DELETE FROM cases_progressstep",
        "UPDATE cases_progressupdate SET text = '改'",
        "DELETE FROM cases_progressupdate",
        "UPDATE cases_reportinground SET locked_at = NULL, locked_by_id = NULL",
    ],
)
def test_owner_is_refused_by_the_triggers_too(attack):
    site = Collecting()
    site.bring(site.slot, "locked")

    with owner_connection() as owner, pytest.raises(Exception, match=r"不得|不再"):
        owner.execute(attack)

    assert fresh(site.slot).text == "已開工。"


def test_table_of_the_same_name_does_not_stand_in(site):
    """Temporary tables are found first, unless the triggers look elsewhere."""
    slot = site.bring(site.slot, "draft")

    def attack():
        run(
            "CREATE TEMPORARY TABLE cases_progressstep (LIKE public.cases_progressstep)"
        )
        run(
            "INSERT INTO pg_temp.cases_progressstep (id, slot_id, kind, by_id, at, words,"
            " text, is_unchanged, text_before, was_unchanged, version) VALUES"
            " (1, %s, 'submitted', %s, now(), '', %s, false, '', false, %s)",
            [slot.pk, site.contact.pk, slot.text, slot.version + 1],
        )
        run(
            "UPDATE public.cases_progressupdate SET version = version + 1, "
            + people_after(slot, "submitted", site.contact)
        )

    assert refused(attack)

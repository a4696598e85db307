"""What may be done with a slot: every state, every action, everybody."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from cases import rounds
from cases.models import ProgressStep, ProgressUpdate
from tests.cases.rounds import AT, WHILE_OPEN, Collecting, after, fresh, settle, told

pytestmark = pytest.mark.django_db

STATES = ["missing", "draft", "submitted", "returned", "accepted", "locked"]
DENIED, REFUSED = "denied", "refused"

ACTIONS = {
    "save": lambda slot, **who: rounds.save(
        slot, text="改寫。", is_unchanged=False, **who
    ),
    "submit": rounds.submit,
    "withdraw": rounds.withdraw,
    "answer": lambda slot, **who: rounds.answer(slot, words="三月完工。", **who),
    "send back": lambda slot, **who: rounds.send_back(slot, question="何時？", **who),
    "accept": rounds.accept,
    "edit": lambda slot, **who: rounds.edit(
        slot, text="改寫。", is_unchanged=False, **who
    ),
    "reopen": lambda slot, **who: rounds.reopen(
        slot, words="補資料", until=WHILE_OPEN, **who
    ),
    "lock": lambda slot, version, by, at: rounds.lock_round(slot.round, by=by, at=at),
}

# Where each action leads from each state; what is not named is refused.
WRITING = {
    "save": {"missing": "draft", "draft": "draft", "returned": "returned"},
    "submit": {"draft": "submitted", "returned": "submitted"},
    "answer": {"returned": "submitted"},
}
LEGAL = {
    "contact": {**WRITING, "withdraw": {"submitted": "draft"}},
    "secretary": {
        **WRITING,
        "send back": {"submitted": "returned"},
        "accept": {"submitted": "accepted"},
        "edit": {"submitted": "submitted", "accepted": "accepted"},
        "reopen": {
            "missing": "missing",
            "draft": "draft",
            "returned": "returned",
            "accepted": "returned",
        },
        "lock": {
            "missing": "missing",
            "draft": "draft",
            "submitted": "submitted",
            "returned": "returned",
            "accepted": "locked",
        },
    },
}
# What somebody may never do, whatever the state: nothing else tells why.
NEVER = {
    "contact": {"send back", "accept", "edit", "reopen", "lock"},
    "secretary": {"withdraw"},
}


def wanted(who, action, state):
    if who not in LEGAL:
        return DENIED
    if action == "withdraw" and who == "secretary" and state == "locked":
        return REFUSED  # locked for everybody
    if action in NEVER[who]:
        return DENIED
    return LEGAL[who][action].get(state, REFUSED)


def outcome(site, action, who):
    """Do it, say where it led, and undo it."""
    before = ProgressUpdate.objects.values().get(pk=site.slot.pk)
    steps = list(ProgressStep.objects.values())
    slot = fresh(site.slot)
    with transaction.atomic():
        try:
            with transaction.atomic():
                by = getattr(site, who)
                ACTIONS[action](slot, version=slot.version, by=by, at=AT)
                settle()
            led = fresh(slot).state
        except PermissionDenied:
            led = DENIED
        except ValidationError:
            led = REFUSED
        if led in (DENIED, REFUSED):
            assert ProgressUpdate.objects.values().get(pk=slot.pk) == before
            assert list(ProgressStep.objects.values()) == steps
        transaction.set_rollback(True)
    return led


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "who", ["contact", "other", "secretary", "stranger", "official"]
)
def test_what_everybody_may_do_in_every_state(state, who):
    site = Collecting()
    site.bring(site.slot, state)

    got = {action: outcome(site, action, who) for action in ACTIONS}

    assert got == {action: wanted(who, action, state) for action in ACTIONS}


def test_a_slot_goes_its_whole_way():
    site = Collecting()
    slot = site.slot

    site.save(slot, "一、開工。", at=after(0))
    site.submit(slot, at=after(1))
    site.send_back(slot, "何時完工？", at=after(2))
    site.save(slot, "一、開工，三月完工。", at=after(3))
    version = fresh(slot).version
    rounds.answer(slot, words="三月。", version=version, by=site.contact, at=after(8))
    site.accept(slot, at=after(9))
    rounds.lock_round(site.round, by=site.secretary, at=after(30))

    row = fresh(slot)
    assert (row.state, row.text) == ("locked", "一、開工，三月完工。")
    assert (row.saved_by, row.saved_at) == (site.contact, after(3))
    assert (row.submitted_by, row.submitted_at) == (site.contact, after(1))
    assert (row.accepted_by, row.accepted_at) == (site.secretary, after(9))
    steps = slot.steps.values_list("kind", "by", "words", "text", "version")
    contact, secretary = site.contact.pk, site.secretary.pk
    assert list(steps) == [
        ("submitted", contact, "", "一、開工。", 2),
        ("returned", secretary, "何時完工？", "一、開工。", 3),
        ("answered", contact, "三月。", "一、開工，三月完工。", 5),
        ("accepted", secretary, "", "一、開工，三月完工。", 6),
        ("locked", secretary, "", "一、開工，三月完工。", 7),
    ]


def test_no_change_is_an_answer():
    site = Collecting()

    site.save(site.slot, "", is_unchanged=True)
    site.submit(site.slot)

    row = fresh(site.slot)
    assert (row.state, row.text, row.is_unchanged) == ("submitted", "", True)
    assert [step.is_unchanged for step in row.steps.all()] == [True]


@pytest.mark.parametrize(("text", "is_unchanged"), [("", False), (" \r\n\n", False)])
def test_nothing_is_not_submitted(text, is_unchanged):
    site = Collecting()
    site.save(site.slot)
    site.save(site.slot, text, is_unchanged=is_unchanged)

    with pytest.raises(ValidationError, match="請填寫辦理情形"):
        site.submit(site.slot)

    assert fresh(site.slot).state == "draft"


def test_no_change_with_a_text_is_refused():
    site = Collecting()

    with pytest.raises(ValidationError, match="不另填文字"):
        site.save(site.slot, "開工。", is_unchanged=True)

    assert fresh(site.slot).version == 0


def test_lines_are_stored_alike_wherever_they_were_typed():
    site = Collecting()

    slot = site.save(site.slot, "\r\n一、甲  \r\n  (一)乙\x00\r丙\n\n")

    assert fresh(slot).text == "一、甲\n  (一)乙\n丙"


# Versions


def test_old_version_is_refused_with_what_stands():
    site = Collecting()
    site.save(site.slot, "甲")
    colleague = site.add_contact(site.taipei)
    site.save(site.slot, "乙", by=colleague)

    with pytest.raises(rounds.SavedMeanwhile) as caught:
        rounds.save(
            site.slot, text="丙", is_unchanged=False, version=1, by=site.contact, at=AT
        )

    stands = caught.value.slot
    assert (stands.text, stands.version, stands.saved_by) == ("乙", 2, colleague)
    assert fresh(site.slot).text == "乙"


def test_same_content_from_an_old_version_is_no_conflict():
    site = Collecting()
    site.save(site.slot, "甲")
    site.save(site.slot, "乙")

    again = rounds.save(
        site.slot, text="乙\n", is_unchanged=False, version=1, by=site.contact, at=AT
    )

    assert (again.version, fresh(site.slot).version) == (2, 2)


@pytest.mark.parametrize(
    ("state", "action", "who"),
    [
        ("draft", "submit", "contact"),
        ("submitted", "withdraw", "contact"),
        ("submitted", "accept", "secretary"),
        ("submitted", "send back", "secretary"),
        ("returned", "answer", "contact"),
        ("accepted", "edit", "secretary"),
        ("accepted", "reopen", "secretary"),
    ],
)
def test_a_second_click_does_nothing_more(state, action, who):
    site = Collecting()
    slot = site.bring(site.slot, state)
    for _ in range(2):
        ACTIONS[action](slot, version=slot.version, by=getattr(site, who), at=AT)

    assert fresh(slot).version == slot.version + 1


@pytest.mark.parametrize(
    ("state", "action", "who"),
    [
        ("draft", "submit", "contact"),
        ("submitted", "withdraw", "contact"),
        ("submitted", "accept", "secretary"),
        ("submitted", "send back", "secretary"),
        ("returned", "answer", "contact"),
        ("accepted", "edit", "secretary"),
        ("accepted", "reopen", "secretary"),
    ],
)
def test_nothing_is_done_to_a_text_that_was_not_seen(state, action, who):
    site = Collecting()
    slot = site.bring(site.slot, state)
    before = ProgressUpdate.objects.values().get(pk=slot.pk)

    with pytest.raises(rounds.SavedMeanwhile):
        ACTIONS[action](slot, version=slot.version - 1, by=getattr(site, who), at=AT)

    assert ProgressUpdate.objects.values().get(pk=slot.pk) == before


# Many at once


def test_many_are_submitted_and_accepted_in_one_step():
    site = Collecting()
    slots = [site.slot, *(site.add_slot(site.taipei, site.add_case()) for _ in "ab")]
    for slot in slots:
        site.save(slot)

    seen = {slot.pk: fresh(slot).version for slot in slots}
    rounds.submit_many(seen, by=site.contact, at=AT)
    seen = {slot.pk: fresh(slot).version for slot in slots}
    accepted = rounds.accept_many(seen, by=site.secretary, at=AT)

    assert [slot.state for slot in accepted] == ["accepted"] * 3
    assert {(fresh(slot).state, fresh(slot).version) for slot in slots} == {
        ("accepted", 3)
    }
    assert [told(slot) for slot in slots] == [["submitted", "accepted"]] * 3


def test_of_many_all_are_submitted_or_none():
    site = Collecting()
    empty = site.add_slot(site.taipei, site.add_case())
    site.save(site.slot)

    with pytest.raises(ValidationError) as caught:
        rounds.submit_many({site.slot.pk: 1, empty.pk: 0}, by=site.contact, at=AT)

    assert caught.value.messages == [
        f"{empty.case.number}（{site.taipei}）：請填寫辦理情形，或填「本季無變動」。"
    ]
    assert (fresh(site.slot).state, fresh(empty).state) == ("draft", "missing")


def test_of_many_one_of_others_is_enough_to_be_denied():
    site = Collecting()
    theirs = site.add_slot(site.keelung)
    site.save(site.slot)
    site.save(theirs, by=site.other)

    with pytest.raises(PermissionDenied):
        rounds.submit_many({site.slot.pk: 1, theirs.pk: 1}, by=site.contact, at=AT)

    assert (fresh(site.slot).state, fresh(theirs).state) == ("draft", "draft")


def test_of_many_one_saved_meanwhile_stops_all():
    site = Collecting()
    second = site.add_slot(site.taipei, site.add_case())
    for slot in (site.slot, second):
        site.bring(slot, "submitted")

    with pytest.raises(rounds.SavedMeanwhile):
        rounds.accept_many({site.slot.pk: 2, second.pk: 1}, by=site.secretary, at=AT)

    assert (fresh(site.slot).state, fresh(second).state) == ("submitted", "submitted")


@pytest.mark.parametrize("count", [1, 5])
def test_query_count_of_many_does_not_grow(count, django_assert_num_queries):
    site = Collecting()
    slots = [site.add_slot(site.taipei, site.add_case()) for _ in range(count)]
    for slot in slots:
        site.save(slot)

    with django_assert_num_queries(9):
        rounds.submit_many(
            dict.fromkeys((s.pk for s in slots), 1), by=site.contact, at=AT
        )


# Edits keep both texts; what was submitted first stays


def test_edit_keeps_both_texts():
    site = Collecting()
    slot = site.bring(site.slot, "accepted", text="甲")

    rounds.edit(
        slot,
        text="乙",
        is_unchanged=False,
        version=slot.version,
        by=site.secretary,
        at=AT,
        words="錯字",
    )

    step = slot.steps.get(kind="edited")
    assert (step.text_before, step.text, step.words) == ("甲", "乙", "錯字")
    row = fresh(slot)
    assert (row.state, row.text, row.accepted_by) == ("accepted", "乙", site.secretary)


def test_edit_to_nothing_is_refused():
    site = Collecting()
    slot = site.bring(site.slot, "accepted")

    with pytest.raises(ValidationError, match="請填寫辦理情形"):
        rounds.edit(
            slot,
            text="",
            is_unchanged=False,
            version=slot.version,
            by=site.secretary,
            at=AT,
        )

    assert fresh(slot).text == "已開工。"


def test_text_taken_from_a_paper_may_be_edited_and_locked():
    site = Collecting()
    paper = site.add_slot(site.keelung)
    paper.delete()
    paper = type(paper).objects.create(
        case=site.case,
        round=site.round,
        municipality=site.keelung,
        text="舊",
        state="accepted",
    )

    rounds.edit(
        paper, text="新", is_unchanged=False, version=0, by=site.secretary, at=AT
    )
    rounds.lock_round(site.round, by=site.secretary, at=AT)

    row = fresh(paper)
    assert (row.state, row.text, row.submitted_by) == ("locked", "新", None)
    assert told(paper) == ["edited", "locked"]


@pytest.mark.parametrize("action", ["send back", "answer", "reopen"])
def test_words_are_needed(action):
    site = Collecting()
    state = {"send back": "submitted", "answer": "returned", "reopen": "accepted"}
    slot = site.bring(site.slot, state[action])
    calls = {
        "send back": (rounds.send_back, {"question": " \n"}, site.secretary),
        "answer": (rounds.answer, {"words": ""}, site.contact),
        "reopen": (rounds.reopen, {"words": " "}, site.secretary),
    }
    function, words, by = calls[action]

    with pytest.raises(ValidationError, match=r"請(填寫|寫明)"):
        function(slot, version=slot.version, by=by, at=AT, **words)

    assert fresh(slot).state == state[action]


# What the secretariat enters from elsewhere


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("missing", ["submitted", "accepted"]),
        ("draft", ["submitted", "accepted"]),
        ("submitted", ["submitted", "edited", "accepted"]),
        ("returned", ["submitted", "returned", "submitted", "accepted"]),
        ("accepted", ["submitted", "accepted", "edited"]),
    ],
)
def test_what_is_entered_is_accepted_with_every_step(state, steps):
    site = Collecting()
    slot = site.bring(site.slot, state)

    rounds.enter(
        slot, text="來電告知。", version=slot.version, by=site.secretary, at=AT
    )
    settle()

    row = fresh(slot)
    assert (row.state, row.text, row.accepted_by) == (
        "accepted",
        "來電告知。",
        site.secretary,
    )
    assert told(slot) == steps


def test_contacts_enter_nothing_themselves():
    site = Collecting()

    with pytest.raises(PermissionDenied):
        rounds.enter(site.slot, text="甲", version=0, by=site.contact, at=AT)

    assert fresh(site.slot).state == "missing"


# Days

OPENS, LOCKS = dt.date(2026, 1, 1), dt.date(2026, 1, 31)


def on(day):
    return AT.replace(year=day.year, month=day.month, day=day.day)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (dt.date(2025, 12, 31), "自115年1月1日起開放填報"),
        (OPENS, None),
        (LOCKS, None),
        (dt.date(2026, 2, 1), "已於115年1月31日關閉填報"),
    ],
)
def test_contacts_write_while_the_round_is_open(day, why):
    site = Collecting()

    if why is None:
        site.save(site.slot, at=on(day))
    else:
        with pytest.raises(ValidationError, match=why):
            site.save(site.slot, at=on(day))
    site.save(site.slot, "幕僚代填。", by=site.secretary, at=on(day))

    assert fresh(site.slot).text == "幕僚代填。"


def test_day_is_taiwans():
    site = Collecting()
    late = dt.datetime(2026, 1, 31, 16, 30, tzinfo=dt.UTC)  # February 1 in Taipei

    with pytest.raises(ValidationError, match="關閉填報"):
        site.save(site.slot, at=late)

    site.save(site.slot, at=late - dt.timedelta(hours=1))
    assert fresh(site.slot).state == "draft"


def test_reopened_slot_is_written_after_the_round_closed():
    site = Collecting()
    closed = on(dt.date(2026, 2, 5))
    neighbour = site.add_slot(site.taipei, site.add_case())
    rounds.reopen(
        site.slot,
        words="來電請求",
        until=dt.date(2026, 2, 6),
        version=0,
        by=site.secretary,
        at=closed,
    )

    site.save(site.slot, at=closed)
    site.submit(site.slot, at=closed)
    with pytest.raises(ValidationError, match="關閉填報"):
        site.save(neighbour, at=closed)
    with pytest.raises(ValidationError, match="關閉填報"):
        rounds.withdraw(
            site.slot,
            version=fresh(site.slot).version,
            by=site.contact,
            at=on(dt.date(2026, 2, 7)),
        )

    assert told(site.slot) == ["reopened", "submitted"]
    assert fresh(site.slot).days_late(closed.date()) == 21


@pytest.mark.parametrize(
    ("until", "why"), [(None, "請訂補填期限"), (dt.date(2026, 2, 4), "不得早於今天")]
)
@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_what_is_given_back_after_the_close_needs_a_day(state, until, why):
    site = Collecting()
    slot = site.bring(site.slot, state)
    function, said = {
        "submitted": (rounds.send_back, {"question": "何時？"}),
        "accepted": (rounds.reopen, {"words": "補"}),
    }[state]
    closed = {"by": site.secretary, "at": on(dt.date(2026, 2, 5))}

    with pytest.raises(ValidationError, match=why):
        function(slot, version=slot.version, until=until, **said, **closed)

    assert fresh(slot).state == state


def test_reopening_what_is_open_anyway_is_refused():
    site = Collecting()

    with pytest.raises(ValidationError, match="仍在開放填報"):
        rounds.reopen(site.slot, words="補", version=0, by=site.secretary, at=AT)

    assert told(site.slot) == []


def test_locked_round_takes_nothing_more():
    site = Collecting()
    site.save(site.slot)
    rounds.lock_round(site.round, by=site.secretary, at=AT)

    for by in (site.contact, site.secretary):
        with pytest.raises(ValidationError, match="已鎖定"):
            site.submit(site.slot, by=by)
    with pytest.raises(ValidationError, match="已鎖定"):
        rounds.lock_round(site.round, by=site.secretary, at=AT)

    site.round.refresh_from_db()
    assert (site.round.locked_by, site.round.locked_at) == (site.secretary, AT)
    assert fresh(site.slot).state == "draft"


# Late


@pytest.mark.parametrize(
    ("submitted", "late"), [(-1, 0), (5, 0), (6, 1), (9, 4)]
)  # days from the tenth; due on the fifteenth
def test_late_is_recorded(submitted, late):
    site = Collecting()
    site.save(site.slot)

    slot = site.submit(site.slot, at=after(submitted))

    assert slot.days_late(dt.date(2027, 1, 1)) == late


def test_late_stays_that_of_the_first_time():
    site = Collecting()
    site.save(site.slot)
    site.submit(site.slot, at=after(0))
    site.send_back(site.slot)
    site.save(site.slot, "補。", at=after(15))
    site.submit(site.slot, at=after(15))

    assert fresh(site.slot).days_late(after(20).date()) == 0


def test_owed_is_late_as_of_the_day():
    site = Collecting()

    days = [site.slot.days_late(after(n).date()) for n in (0, 5, 6, 20)]

    assert days == [0, 0, 1, 15]

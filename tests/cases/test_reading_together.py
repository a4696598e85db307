"""Two clerks at the same review at once: one comes first, the other is told."""

import pytest
from django.db import transaction

from cases.models import Choice
from cases.readings.choose import (
    HEADER,
    ChosenMeanwhile,
    DraftMade,
    SavedMeanwhile,
    accept_clear,
    save_header,
    set_aside,
)
from cases.readings.drafting import make_draft
from cases.readings.review import review_of
from meetings.models import Meeting
from tests.cases.readings import decision_said, minutes_said, read_paper
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read(platform, group, deciding_series):
    reading = read_paper(
        platform, minutes_said(decisions=[decision_said("跨市公車", group=group.name)])
    )
    return reading.minutes.get()


@pytest.fixture
def other(db):
    return UserFactory()


def test_second_choice_about_a_row_is_stopped(read, clerk, other, meanwhile):
    key = read.decisions.get().pk
    with transaction.atomic():
        set_aside(read, key, Choice.IGNORED, version=0, by=clerk)
        late = meanwhile(set_aside, read, key, Choice.IGNORED, version=0, by=other)

    with pytest.raises(ChosenMeanwhile):
        late.result(timeout=30)
    assert read.decisions.get().chosen_by == clerk


def test_row_chosen_meanwhile_is_not_accepted_with_the_others(
    read, clerk, other, meanwhile
):
    key = read.decisions.get().pk
    with transaction.atomic():
        set_aside(read, key, Choice.IGNORED, version=0, by=clerk)
        late = meanwhile(accept_clear, read, by=other)

    assert late.result(timeout=30) == 0
    assert read.decisions.get().state == "ignored"


def test_second_header_is_stopped(read, clerk, other, meanwhile):
    said = {name: getattr(read, name) for name in HEADER}
    with transaction.atomic():
        save_header(read, {**said, "place": "一樓"}, version=0, by=clerk)
        late = meanwhile(
            save_header, read, {**said, "place": "五樓"}, version=0, by=other
        )

    with pytest.raises(SavedMeanwhile):
        late.result(timeout=30)
    read.refresh_from_db()
    assert read.place == "一樓"


def test_second_draft_is_stopped(read, clerk, other, meanwhile):
    accept_clear(read, by=clerk)
    stamp = review_of(read).stamp
    with transaction.atomic():
        make_draft(read, rest=[], stamp=stamp, by=clerk)
        late = meanwhile(make_draft, read, rest=[], stamp=stamp, by=other)

    with pytest.raises(DraftMade):
        late.result(timeout=30)
    assert Meeting.objects.count() == 1


def test_choice_that_comes_while_a_draft_is_made_is_stopped(
    read, clerk, other, meanwhile
):
    accept_clear(read, by=clerk)
    key = read.decisions.get().pk
    with transaction.atomic():
        make_draft(read, rest=[], stamp=review_of(read).stamp, by=clerk)
        late = meanwhile(set_aside, read, key, Choice.IGNORED, version=1, by=other)

    with pytest.raises(DraftMade):
        late.result(timeout=30)
    assert read.decisions.get().state == "accepted"

"""Making confirmed minutes public, at once or at a set time, and taking them back."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from meetings.minutes.publish import publish as make_public
from meetings.minutes.publish import unpublish
from meetings.models import Meeting, Minutes, Publication
from tests.factories import CaseFactory, decide
from tests.pages import get

pytestmark = pytest.mark.django_db

SPRING = dt.date(2024, 3, 15)
WAIT = 30  # seconds
REASON = "附件有誤，更正後再公開。"


@pytest.fixture
def confirmed(hold_meeting, case):
    return hold_meeting(SPRING, decide(case, "list")).minutes


def in_an_hour():
    return timezone.now() + dt.timedelta(hours=1)


def history(minutes):
    return list(minutes.publications.values_list("kind", "reason"))


def test_minutes_are_public_at_once(confirmed, clerk):
    make_public(confirmed, by=clerk)

    confirmed.refresh_from_db()
    assert confirmed.is_public
    assert Meeting.objects.public().get().minutes == confirmed
    assert history(confirmed) == [("publish", "")]


def test_minutes_are_not_public_before_the_set_time(confirmed, clerk):
    make_public(confirmed, by=clerk, at=in_an_hour())

    confirmed.refresh_from_db()
    assert not confirmed.is_public
    assert not Meeting.objects.public().exists()


def test_minutes_are_public_once_the_set_time_has_come(confirmed, clerk, time_machine):
    at = in_an_hour()
    make_public(confirmed, by=clerk, at=at)

    time_machine.move_to(at, tick=False)

    confirmed.refresh_from_db()
    assert confirmed.is_public
    assert Meeting.objects.public().count() == 1


def test_drafts_are_not_published(draft, clerk):
    with pytest.raises(ValidationError, match="會議紀錄確認後才能公開"):
        make_public(draft(SPRING), by=clerk)


def test_a_time_that_has_passed_is_refused(confirmed, clerk):
    with pytest.raises(ValidationError, match="公開時間已過"):
        make_public(confirmed, by=clerk, at=timezone.now() - dt.timedelta(minutes=1))


def test_public_minutes_are_not_published_again(confirmed, clerk):
    make_public(confirmed, by=clerk)

    with pytest.raises(ValidationError, match="會議紀錄已經公開"):
        make_public(confirmed, by=clerk)
    assert history(confirmed) == [("publish", "")]


def test_a_set_time_may_be_set_anew(confirmed, clerk):
    make_public(confirmed, by=clerk, at=in_an_hour())

    make_public(confirmed, by=clerk)

    assert Meeting.objects.public().count() == 1
    assert len(history(confirmed)) == 2


@pytest.mark.parametrize("at", [lambda: None, in_an_hour], ids=["public", "set"])
def test_minutes_are_taken_back_with_a_reason(confirmed, clerk, at):
    make_public(confirmed, by=clerk, at=at())

    unpublish(confirmed, by=clerk, reason=f" {REASON} ")

    confirmed.refresh_from_db()
    assert confirmed.published_at is None
    assert history(confirmed) == [("publish", ""), ("unpublish", REASON)]


def test_minutes_are_not_taken_back_without_a_reason(confirmed, clerk):
    make_public(confirmed, by=clerk)

    with pytest.raises(ValidationError, match="停止公開須說明理由"):
        unpublish(confirmed, by=clerk, reason="  ")
    assert Meeting.objects.public().count() == 1


def test_what_is_not_public_is_not_taken_back(confirmed, clerk):
    with pytest.raises(ValidationError, match="會議紀錄並未公開"):
        unpublish(confirmed, by=clerk, reason=REASON)


@pytest.mark.parametrize(
    "tampering",
    [
        lambda: Publication.objects.update(reason="改"),
        lambda: Publication.objects.all().delete(),
        lambda: Minutes.objects.update(published_at=None),
    ],
    ids=["change", "delete", "take back"],
)
def test_publications_stay_on_record(confirmed, clerk, tampering):
    make_public(confirmed, by=clerk)

    with (
        pytest.raises(DatabaseError, match=r"permission denied|須留下紀錄"),
        transaction.atomic(),
    ):
        tampering()
    assert history(confirmed) == [("publish", "")]


# What the public sees


def addresses(meeting, case):
    at_platform = [meeting.platform.slug]
    at_meeting = [*at_platform, meeting.slug]
    return {
        "minutes": reverse("meetings:meeting", args=at_meeting),
        "paper": reverse("meetings:minutes-paper", args=[*at_meeting, "pdf"]),
        "books": reverse("cases:balance", args=at_meeting),
        "case": reverse("cases:case", args=[*at_platform, case.number]),
        "report": reverse("cases:status-report", args=[*at_platform, "json"]),
    }


LISTS = ("meetings:list", "cases:platform", "cases:table")


def test_nothing_tells_of_minutes_before_their_time(client, case, confirmed, clerk):
    make_public(confirmed, by=clerk, at=in_an_hour())
    platform = case.platform.slug

    answers = {
        name: client.get(address).status_code
        for name, address in addresses(confirmed.meeting, case).items()
    }
    told = [
        name
        for name in LISTS
        if case.name in (page := client.get(reverse(name, args=[platform])).text)
        or confirmed.meeting.title in page
    ]

    assert set(answers.values()) == {404}
    assert told == []


def test_a_case_told_of_by_unpublished_minutes_alone_is_in_no_report(
    client, group, publish, hold_meeting
):
    shown, hidden = CaseFactory.create_batch(2, group=group)
    publish(SPRING, decide(shown, "list"))
    hold_meeting(SPRING + dt.timedelta(days=90), decide(hidden, "list"))

    report = client.get(
        reverse("cases:status-report", args=[group.platform.slug, "json"])
    )

    said = b"".join(report.streaming_content).decode()
    assert shown.name in said
    assert hidden.name not in said


@pytest.mark.django_db(transaction=True)
def test_kept_pages_are_made_anew_when_the_set_time_comes(
    client, case, confirmed, clerk, time_machine
):
    at = in_an_hour()
    make_public(confirmed, by=clerk, at=at)
    listing = reverse("meetings:list", args=[case.platform.slug])
    meeting = addresses(confirmed.meeting, case)["minutes"]
    before = client.get(listing)

    time_machine.move_to(at - dt.timedelta(seconds=1), tick=False)
    still = client.get(listing, headers={"if-none-match": before["ETag"]})
    time_machine.move_to(at, tick=False)
    after = client.get(listing, headers={"if-none-match": before["ETag"]})

    # Midnight may lie between; then the day makes the page anew as well.
    assert still.status_code in (200, 304)
    assert confirmed.meeting.short_title not in before.text + still.text
    assert confirmed.meeting.short_title in after.text
    assert client.get(meeting).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_kept_pages_are_made_anew_when_minutes_are_taken_back(
    client, case, confirmed, clerk
):
    make_public(confirmed, by=clerk)
    meeting = addresses(confirmed.meeting, case)["minutes"]
    first = client.get(meeting)

    unpublish(confirmed, by=clerk, reason=REASON)

    assert first.status_code == 200
    assert client.get(meeting).status_code == 410


# Two clerks at once


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_publishing_the_second_is_told(confirmed, clerk, meanwhile):
    with transaction.atomic():
        make_public(confirmed, by=clerk)
        other = meanwhile(make_public, confirmed, by=clerk)
        assert not other.done()

    with pytest.raises(ValidationError, match="已經公開"):
        other.result(WAIT)
    assert history(confirmed) == [("publish", "")]


@pytest.mark.django_db(transaction=True)
def test_publishing_waits_for_who_takes_back(confirmed, clerk, meanwhile):
    make_public(confirmed, by=clerk)

    with transaction.atomic():
        unpublish(confirmed, by=clerk, reason=REASON)
        other = meanwhile(make_public, confirmed, by=clerk)
        assert not other.done()

    assert other.result(WAIT).kind == "publish"
    assert [kind for kind, _ in history(confirmed)] == [
        "publish",
        "unpublish",
        "publish",
    ]
    assert Meeting.objects.public().count() == 1


def test_a_publication_is_of_confirmed_minutes(draft, clerk):
    with pytest.raises(IntegrityError, match="確認後才能公開"):
        Publication.objects.create(
            minutes=draft(SPRING),
            kind="publish",
            takes_effect_at=timezone.now(),
            recorded_by=clerk,
        )


def test_what_is_not_public_moves_nothing_on_public_pages(
    client, group, publish, hold_meeting
):
    """Delisted, renamed and merged by minutes that nobody may read yet."""
    cases = CaseFactory.create_batch(3, group=group)
    publish(SPRING, *(decide(case, "list") for case in cases))
    platform = group.platform.slug
    addresses = [
        reverse("cases:landing"),
        reverse("cases:platform", args=[platform]),
        reverse("cases:table", args=[platform]),
        *(reverse("cases:case", args=[platform, case.number]) for case in cases),
    ]
    before = [main_of(client, address) for address in addresses]
    report = reverse("cases:status-report", args=[platform, "json"])
    reported = b"".join(client.get(report).streaming_content)

    hold_meeting(
        SPRING + dt.timedelta(days=90),
        decide(cases[0], "delist"),
        decide(cases[1], "rename", new_name="未公開的新名"),
        decide(cases[2], "merge", merged_into=cases[1]),
    )

    assert [main_of(client, address) for address in addresses] == before
    assert b"".join(client.get(report).streaming_content) == reported


def main_of(client, address):
    return get(client, address).main

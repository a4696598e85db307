"""Fixtures for all tests."""

from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.db import connection, transaction

from cases.ledger import confirm_and_post
from cases.record import load_record
from meetings.minutes.publish import publish as make_public
from meetings.minutes.publish import unpublish
from meetings.models import Meeting, Minutes
from tests.database import filled_database, scratch_database
from tests.factories import (
    CaseFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MeetingFactory,
    MeetingSeriesFactory,
    MinutesFactory,
    PlatformFactory,
    PublicationFactory,
    UserFactory,
)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Replace pytest-django's: see ``tests/database.py``."""
    with django_db_blocker.unblock(), scratch_database():
        yield


@pytest.fixture(scope="session", autouse=True)
def var_folder(tmp_path_factory):
    """Keep what tests make out of the project's ``var/``."""
    settings.VAR_DIR = tmp_path_factory.mktemp("var")
    return settings.VAR_DIR


@pytest.fixture
def clerk(db):
    return UserFactory()


@pytest.fixture
def platform(db):
    return PlatformFactory()


@pytest.fixture
def group(platform):
    return IssueGroupFactory(platform=platform)


@pytest.fixture
def deciding_series(platform):
    return DecidingSeriesFactory(platform=platform)


@pytest.fixture
def working_series(platform, group):
    return MeetingSeriesFactory(platform=platform, group=group)


@pytest.fixture
def case(group):
    """A registered case the ledger does not know yet."""
    return CaseFactory(group=group)


@pytest.fixture
def draft(deciding_series):
    """Return a function that calls a deciding meeting on a day, minutes in draft."""

    def call(day, *, series=None, **fields):
        meeting = MeetingFactory(
            series=series or deciding_series, held_on=day, **fields
        )
        return MinutesFactory(meeting=meeting)

    return call


@pytest.fixture
def hold_meeting(draft, clerk):
    """Return a function that holds a deciding meeting and posts what it decided.

    ``hold_meeting(day, decide(case, "list"), series=..., starts_at=...)`` gives the
    meeting, its minutes confirmed; what the ledger refuses it raises.
    """

    def hold(day, *entries, **fields):
        with transaction.atomic():
            minutes = draft(day, **fields)
            confirm_and_post(minutes, entries, by=clerk)
        return minutes.meeting

    return hold


@pytest.fixture
def meanwhile(transactional_db):
    """Return a function that runs another function on a second connection.

    It returns as soon as the other has ended or waits for a lock; what the other
    returned or raised is the future's.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:

        def start(function, *args, **kwargs):
            backend = Queue()

            def work():
                try:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_backend_pid()")
                        backend.put(cursor.fetchone()[0])
                    return function(*args, **kwargs)
                finally:
                    connection.close()

            future = pool.submit(work)
            _wait_until_stuck(backend.get(timeout=30), future)
            return future

        yield start


def _wait_until_stuck(backend, future):
    deadline = monotonic() + 30
    while not future.done() and monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted", [backend]
            )
            if cursor.fetchone():
                return
        sleep(0.02)


@pytest.fixture(scope="module")
def loaded_record(django_db_setup, django_db_blocker):
    """The real record under ``fixtures/``, for a module that only reads."""
    with django_db_blocker.unblock(), filled_database("record", load_record):
        yield


@pytest.fixture
def withdraw(clerk):
    """Return a function that takes the public minutes of a meeting back."""

    def take_back(meeting):
        unpublish(meeting.minutes, by=clerk, reason="誤載")

    return take_back


@pytest.fixture
def date_publication(clerk):
    """Return a function that dates the publication of a meeting's minutes."""

    def date(meeting, instant):
        with transaction.atomic():
            PublicationFactory(
                minutes=meeting.minutes, takes_effect_at=instant, recorded_by=clerk
            )
            Minutes.objects.filter(meeting=meeting).update(published_at=instant)

    return date


@pytest.fixture
def publish(hold_meeting, clerk):
    """Return a function like ``hold_meeting`` that also makes the minutes public."""

    def hold_and_publish(day, *entries, **fields):
        meeting = hold_meeting(day, *entries, **fields)
        make_public(meeting.minutes, by=clerk)
        return Meeting.objects.select_related("minutes").get(pk=meeting.pk)

    return hold_and_publish

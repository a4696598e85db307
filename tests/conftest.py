"""Fixtures for all tests."""

import pytest

from tests.database import scratch_database


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Replace pytest-django's: see ``tests/database.py``."""
    with django_db_blocker.unblock(), scratch_database():
        yield

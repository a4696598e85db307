"""Fixtures for the tests of set-up and site."""

import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def reachable_tmp():
    """Makes folders that the database server's user can reach.

    Under pytest's own it cannot when root runs the tests, and every run of
    pytest on the machine closes them again.
    """
    made = []

    def make():
        folder = Path(tempfile.mkdtemp(prefix="platform-test-"))
        folder.chmod(0o755)
        made.append(folder)
        return folder

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)

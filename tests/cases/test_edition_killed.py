"""A worker killed over an edition leaves no half of it, and another makes it whole."""

import hashlib

import pytest

from cases.editions.publishing import ask_for_edition
from cases.models import EditionFile, ReportEdition
from tests.cases.editions import Publishing
from tests.worker import wait_until, worker

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_edition_outlives_the_worker_that_is_killed_over_it(publish, client):
    site = Publishing(publish)
    site.lock()
    edition = ask_for_edition(site.held(), by=site.secretary)

    with worker() as process:
        wait_until(lambda: EditionFile.objects.exists())
        process.kill()
        process.wait()
    made = set(EditionFile.objects.values_list("name", "sha256"))
    half = client.get(f"{edition.get_absolute_url()}{min(made)[0]}")
    is_public = ReportEdition.objects.public().exists()
    with worker():
        wait_until(lambda: ReportEdition.objects.public().exists())

    edition.refresh_from_db()
    files = list(edition.files.all())
    assert 0 < len(made) < len(edition.wanted)
    assert (half.status_code, is_public) == (404, False)
    assert sorted(file.name for file in files) == sorted(edition.wanted)
    assert made < {(file.name, file.sha256) for file in files}
    assert all(
        hashlib.sha256(file.content).hexdigest() == file.sha256 for file in files
    )

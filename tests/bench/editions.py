"""A published file beside a static one of the same bytes."""

import datetime as dt
import random

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from cases.editions.files import checksum
from cases.models import EditionFile, ReportEdition, ReportingRound
from cases.rounds import lock_round
from meetings.models import Platform
from tests.bench.fill import SLUG

DAY = dt.date(2019, 12, 31)  # before anything that pages tell of
STATIC = "/sample.pdf"
PUBLISHED = f"/{SLUG}/reports/{DAY}/1/status.pdf"
SIZE = 600_000  # bytes, as a report of fifty cases has


def publish_file():
    """Publish an edition of one file, and put the same bytes where static files are."""
    content = random.Random(7).randbytes(SIZE)
    settings.WHITENOISE_ROOT.mkdir(parents=True, exist_ok=True)
    (settings.WHITENOISE_ROOT / STATIC[1:]).write_bytes(content)
    clerk = get_user_model().objects.create_superuser("bench-editions")
    platform = Platform.objects.get(slug=SLUG)
    round_ = ReportingRound.objects.create(platform=platform, as_of=DAY)
    lock_round(round_, by=clerk, at=timezone.now())
    edition = ReportEdition.objects.create(
        round=round_, number=1, dataset={}, wanted=["status.pdf"], asked_by=clerk
    )
    EditionFile.objects.create(
        edition=edition,
        name="status.pdf",
        content=content,
        size=SIZE,
        sha256=checksum(content),
    )
    ReportEdition.objects.update(published_at=timezone.now())

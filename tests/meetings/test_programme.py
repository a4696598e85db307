"""The programme of a meeting, and the agency that hosts it."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from meetings.models import Meeting, ProgrammeItem
from tests.factories import AgencyFactory, MeetingFactory, MunicipalityFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "minutes"),
    [
        (dt.time(14), dt.time(14, 30), 30),
        (dt.time(14, 45), dt.time(15, 10), 25),
        (dt.time(14), dt.time(14), 0),
        (dt.time(15, 55), None, None),
    ],
)
def test_item_takes_the_minutes_from_its_start_to_its_end(starts_at, ends_at, minutes):
    assert ProgrammeItem(starts_at=starts_at, ends_at=ends_at).minutes == minutes


def test_item_does_not_end_before_it_starts():
    item = ProgrammeItem(
        meeting=MeetingFactory(),
        order=1,
        starts_at=dt.time(14),
        ends_at=dt.time(13),
        topic="報到",
    )

    with pytest.raises(ValidationError, match="結束時間不得早於開始時間"):
        item.full_clean()
    with pytest.raises(IntegrityError, match="meetings_programme_ends_after_start"):
        item.save()


def test_agency_of_another_government_does_not_host():
    meeting = MeetingFactory(host=MunicipalityFactory())
    meeting.host_agency = AgencyFactory(municipality=MunicipalityFactory())

    with pytest.raises(ValidationError, match="主辦局處須屬主辦縣市"):
        meeting.full_clean()
    with pytest.raises(IntegrityError, match="主辦局處須屬主辦縣市"):
        meeting.save()


def test_host_does_not_change_under_its_agency():
    host = MunicipalityFactory()
    meeting = MeetingFactory(host=host, host_agency=AgencyFactory(municipality=host))

    with pytest.raises(IntegrityError, match="主辦局處須屬主辦縣市"):
        Meeting.objects.filter(pk=meeting.pk).update(host=None)

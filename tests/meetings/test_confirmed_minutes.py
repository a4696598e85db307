"""Confirmed minutes stay as they were confirmed, whoever writes."""

import datetime as dt

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from meetings.minutes.confirm import confirm_minutes
from meetings.minutes.publish import publish as make_public
from meetings.models import (
    Attachment,
    Chair,
    IssueGroup,
    Meeting,
    MeetingSeries,
    Minutes,
    Motion,
    ProgrammeItem,
    Remark,
    Resolution,
    Section,
)
from tests.database import owner_connection
from tests.factories import (
    ChairFactory,
    IssueGroupFactory,
    MeetingFactory,
    MeetingSeriesFactory,
    MinutesFactory,
    PlatformFactory,
    ResolutionFactory,
    SectionFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

SPRING = dt.date(2024, 3, 15)

PARTS = {
    Section: {"kind": "report", "heading": "報告事項"},
    Resolution: {"text": "同意。"},
    Remark: {"speaker": "王大明", "text": "請加速。"},
    Motion: {"subject": "增設步道"},
    Attachment: {"title": "名單", "text": "略"},
    Chair: {"name": "王大明"},
    ProgrammeItem: {"starts_at": "14:30", "topic": "主席致詞"},
}
OF_MEETING = {Chair, ProgrammeItem}


def part(model, minutes, order=1):
    owner = (
        {"meeting": minutes.meeting} if model in OF_MEETING else {"minutes": minutes}
    )
    return model(order=order, **owner, **PARTS[model])


@pytest.fixture
def confirmed(draft, clerk):
    """Minutes with one of each part, confirmed in an earlier transaction."""
    minutes = draft(SPRING, title="春季會議")
    for model in PARTS:
        part(model, minutes).save()
    return confirm_minutes(minutes, by=clerk)


@pytest.mark.parametrize("model", PARTS)
@pytest.mark.parametrize(
    "attack",
    [
        lambda model, minutes: part(model, minutes, order=2).save(),
        lambda model, minutes: model.objects.bulk_create([part(model, minutes, 2)]),
        lambda model, minutes: model.objects.get().delete(),
        lambda model, minutes: model.objects.all().delete(),
        lambda model, minutes: model.objects.update(order=9),
        lambda model, minutes: model.objects.bulk_update(
            [model(pk=model.objects.get().pk, order=9)], ["order"]
        ),
    ],
    ids=["save", "bulk-create", "delete", "queryset-delete", "update", "bulk-update"],
)
def test_parts_of_confirmed_minutes_do_not_change(confirmed, model, attack):
    before = model.objects.values().get()

    with pytest.raises(IntegrityError, match="已確認的會議紀錄不得修改"):
        attack(model, confirmed)

    assert model.objects.values().get() == before


@pytest.mark.parametrize("model", PARTS)
def test_parts_of_a_draft_may_change(draft, model):
    minutes = draft(SPRING)
    part(model, minutes).save()

    model.objects.update(order=2)
    part(model, minutes).save()
    model.objects.filter(order=1).delete()

    assert model.objects.get().order == 2


@pytest.mark.parametrize(
    "table", ["section", "resolution", "remark", "motion", "chair", "programmeitem"]
)
def test_even_the_owner_does_not_change_a_part(confirmed, table):
    with (
        owner_connection() as owner,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation),
    ):
        owner.execute(f'UPDATE meetings_{table} SET "order" = 9')


def test_part_of_a_draft_does_not_move_into_confirmed_minutes(confirmed, draft):
    section = SectionFactory(minutes=draft(dt.date(2024, 4, 1)))

    with pytest.raises(IntegrityError, match="已確認的會議紀錄不得修改"):
        Section.objects.filter(pk=section.pk).update(minutes=confirmed)


def test_part_of_confirmed_minutes_does_not_move_into_a_draft(confirmed, draft):
    with pytest.raises(IntegrityError, match="已確認的會議紀錄不得修改"):
        Resolution.objects.update(minutes=draft(dt.date(2024, 4, 1)))


@pytest.mark.parametrize(
    "change",
    [
        {"title": "改"},
        {"held_on": dt.date(2024, 3, 16)},
        {"starts_at": dt.time(9)},
        {"number": 9},
        {"slug": "else"},
        {"place": "他處"},
        {"state": "cancelled"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_header_of_a_confirmed_meeting_does_not_change(confirmed, change):
    with pytest.raises(IntegrityError, match="會議資料不得修改"):
        Meeting.objects.update(**change)


def test_confirmed_meeting_may_be_saved_unchanged(confirmed):
    Meeting.objects.get().save()

    assert Meeting.objects.get().title == "春季會議"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "draft", "confirmed_at": None},
        {"confirmed_at": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)},
        {"confirmed_by": None},
        {"attendance_note": "改"},
        {"source": "改"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_confirmed_minutes_do_not_change(confirmed, change):
    with pytest.raises(IntegrityError, match="已確認的會議紀錄不得修改"):
        Minutes.objects.update(**change)


def test_confirmed_minutes_are_not_deleted(confirmed):
    with pytest.raises(IntegrityError, match="不得"):
        Minutes.objects.filter(pk=confirmed.pk)._raw_delete("default")


def test_draft_minutes_may_be_deleted(draft):
    draft(SPRING).delete()

    assert not Minutes.objects.exists()


def test_confirmed_minutes_may_be_published(confirmed, clerk):
    make_public(confirmed, by=clerk)

    assert Meeting.objects.public().get() == confirmed.meeting


def test_minutes_are_not_published_without_a_record_of_it(confirmed):
    with pytest.raises(IntegrityError, match="公開與停止公開須留下紀錄"):
        Minutes.objects.update(published_at=timezone.now())


def test_time_of_confirming_is_the_databases(draft):
    minutes = draft(SPRING)
    long_ago = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

    Minutes.objects.update(state="confirmed", confirmed_at=long_ago)

    minutes.refresh_from_db()
    assert minutes.confirmed_at > long_ago


def test_confirming_cannot_be_taken_back_in_its_own_transaction(draft):
    minutes = draft(SPRING)

    @transaction.atomic
    def attack():
        Minutes.objects.update(state="confirmed", confirmed_at=timezone.now())
        Minutes.objects.update(state="draft", confirmed_at=None)

    with pytest.raises(IntegrityError):
        attack()

    minutes.refresh_from_db()
    assert minutes.state == "draft"


# Of one platform


def test_meeting_and_its_series_are_of_one_platform():
    with pytest.raises(IntegrityError, match="meetings_meeting_series_same_platform"):
        MeetingFactory(platform=PlatformFactory())


def test_series_and_its_group_are_of_one_platform():
    with pytest.raises(IntegrityError, match="meetings_series_group_same_platform"):
        MeetingSeriesFactory(group=IssueGroupFactory())


def test_group_and_its_parent_are_of_one_platform():
    with pytest.raises(IntegrityError, match="meetings_group_parent_same_platform"):
        IssueGroupFactory(parent=IssueGroupFactory())


def test_groups_that_are_each_others_parents_do_not_hang_a_form(group):
    other = IssueGroupFactory(platform=group.platform, parent=group)
    IssueGroup.objects.filter(pk=group.pk).update(parent=other)
    group.refresh_from_db()
    third = IssueGroupFactory.build(platform=group.platform, parent=group)

    with pytest.raises(ValidationError, match="小組不能是自己的上層"):
        third.clean()


def test_series_without_confirmed_minutes_may_change(deciding_series):
    MinutesFactory(meeting__series=deciding_series)

    MeetingSeries.objects.update(is_deciding=False)

    assert not MeetingSeries.objects.get().is_deciding


def test_resolutions_are_numbered_once(draft):
    resolution = ResolutionFactory(minutes=draft(SPRING))

    with pytest.raises(IntegrityError, match="meetings_resolution_order_once"):
        ResolutionFactory(minutes=resolution.minutes, order=resolution.order)


def test_chairs_stand_in_printed_order(draft):
    meeting = draft(SPRING).meeting
    second = ChairFactory(meeting=meeting, order=2)
    first = ChairFactory(meeting=meeting, order=1)

    assert list(meeting.chairs.all()) == [first, second]

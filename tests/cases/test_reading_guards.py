"""What was uploaded stays as it came, whoever writes."""

import pytest
from django.db import IntegrityError, transaction

from cases.models import Choice, Reading
from meetings.models import Minutes
from tests.factories import (
    CaseFactory,
    IssueGroupFactory,
    MeetingSeriesFactory,
    MinutesFactory,
    ReadDecisionFactory,
    ReadingFactory,
    ReadMinutesFactory,
    ReadProgressFactory,
    ReportingRoundFactory,
)

pytestmark = pytest.mark.django_db


def refuses(sentence):
    return pytest.raises(IntegrityError, match=sentence)


def drafted(decision):
    """Make a draft of the minutes that ``decision`` was read in."""
    read = decision.read_minutes
    series = MeetingSeriesFactory(platform=read.reading.platform)
    read.minutes = MinutesFactory(meeting__series=series)
    read.save(update_fields=["minutes"])
    return read


def test_checksum_that_is_not_the_files_own_is_refused():
    with refuses("檔案與其校驗碼不符"), transaction.atomic():
        ReadingFactory(sha256="0" * 64)

    assert not Reading.objects.exists()


def test_size_that_is_not_the_files_own_is_refused():
    with refuses("檔案與其校驗碼不符"), transaction.atomic():
        ReadingFactory(size=1)

    assert not Reading.objects.exists()


def test_same_file_is_kept_once_a_platform():
    first = ReadingFactory(content=b"one")

    with refuses("cases_reading_file_once"), transaction.atomic():
        ReadingFactory(platform=first.platform, content=b"one")
    ReadingFactory(content=b"one")  # of another platform

    assert Reading.objects.filter(sha256=first.sha256).count() == 2


@pytest.mark.parametrize(
    "change",
    [{"content": b"two"}, {"name": "other.txt"}, {"sha256": "1" * 64}, {"size": 2}],
)
def test_file_is_never_changed(change):
    reading = ReadingFactory(content=b"one", name="one.txt")

    with refuses("上傳的文件不得變更"), transaction.atomic():
        Reading.objects.filter(pk=reading.pk).update(**change)

    kept = Reading.objects.get(pk=reading.pk)
    assert (bytes(kept.content), kept.name, kept.sha256, kept.size) == (
        b"one",
        "one.txt",
        reading.sha256,
        3,
    )


def test_file_that_made_a_draft_is_not_removed():
    reading = drafted(ReadDecisionFactory()).reading

    with refuses("不得移除"), transaction.atomic():
        reading.delete()

    assert Reading.objects.filter(pk=reading.pk).exists()


def test_file_that_filled_a_round_is_not_removed():
    reading = ReadingFactory(kind=Reading.Kind.STATUS_REPORT)
    reading.round = ReportingRoundFactory(platform=reading.platform)
    reading.save(update_fields=["round"])

    with refuses("不得移除"), transaction.atomic():
        reading.delete()

    assert Reading.objects.filter(pk=reading.pk).exists()


def test_file_that_made_nothing_is_removed_with_what_was_read():
    decision = ReadDecisionFactory()

    decision.read_minutes.reading.delete()

    assert not Reading.objects.exists()


def test_round_of_another_platform_is_refused():
    reading = ReadingFactory(kind=Reading.Kind.STATUS_REPORT)
    reading.round = ReportingRoundFactory()

    with refuses("填報期別須屬同一平臺"), transaction.atomic():
        reading.save(update_fields=["round"])


def test_series_of_another_platform_is_refused():
    with refuses("會議系列須屬同一平臺"), transaction.atomic():
        ReadMinutesFactory(series=MeetingSeriesFactory())


def test_draft_of_another_platform_is_refused():
    with refuses("會議紀錄須屬同一平臺"), transaction.atomic():
        ReadMinutesFactory(minutes=MinutesFactory())


@pytest.mark.parametrize("field", ["case", "merged_into", "split_from"])
def test_decision_about_a_case_of_another_platform_is_refused(field):
    case = CaseFactory()

    with refuses("須屬同一平臺"), transaction.atomic():
        ReadDecisionFactory(**{field: case})


def test_decision_in_a_group_of_another_platform_is_refused():
    group = IssueGroupFactory()

    with refuses("須屬同一平臺"), transaction.atomic():
        ReadDecisionFactory(issue_group=group)


def test_progress_of_a_case_of_another_platform_is_refused():
    case = CaseFactory()

    with refuses("須屬同一平臺"), transaction.atomic():
        ReadProgressFactory(case=case)


@pytest.mark.parametrize(
    "change", [{"name": "別案"}, {"group": "別組"}, {"action": "delist"}]
)
def test_what_was_read_stays_as_it_was_read(change):
    decision = ReadDecisionFactory(group="交通組", action="list")

    with refuses("讀到的文字不得變更"), transaction.atomic():
        type(decision).objects.filter(pk=decision.pk).update(**change)


def test_choice_stays_once_a_draft_was_made_of_it(clerk):
    decision = ReadDecisionFactory()
    drafted(decision)

    with refuses("已製成草稿"), transaction.atomic():
        type(decision).objects.filter(pk=decision.pk).update(
            state=Choice.IGNORED, chosen_by=clerk
        )


def test_choice_is_open_again_when_the_draft_is_thrown_away(clerk):
    decision = ReadDecisionFactory()
    read = drafted(decision)

    Minutes.objects.get(pk=read.minutes_id).delete()
    type(decision).objects.filter(pk=decision.pk).update(
        state=Choice.IGNORED, chosen_by=clerk
    )

    read.refresh_from_db()
    decision.refresh_from_db()
    assert (read.is_open, decision.state) == (True, "ignored")


def test_decision_is_not_accepted_without_a_case(clerk):
    group = IssueGroupFactory()
    read = ReadMinutesFactory(reading__platform=group.platform)

    with refuses("cases_read_decision_accepted_whole"), transaction.atomic():
        ReadDecisionFactory(
            read_minutes=read,
            state="accepted",
            kind="continue",
            issue_group=group,
            chosen_by=clerk,
        )


def test_decision_is_not_accepted_by_nobody(case):
    read = ReadMinutesFactory(reading__platform=case.platform)

    with refuses("cases_read_decision_chosen_by_somebody"), transaction.atomic():
        ReadDecisionFactory(
            read_minutes=read,
            state="accepted",
            kind="continue",
            issue_group=case.group,
            case=case,
        )


def test_two_accepted_decisions_about_one_case_are_refused(case, clerk):
    read = ReadMinutesFactory(reading__platform=case.platform)
    accepted = {
        "read_minutes": read,
        "state": "accepted",
        "issue_group": case.group,
        "case": case,
        "chosen_by": clerk,
    }
    ReadDecisionFactory(kind="continue", **accepted)

    with refuses("cases_read_decision_once_a_case"), transaction.atomic():
        ReadDecisionFactory(kind="delist", **accepted)


def test_two_accepted_texts_of_one_slot_are_refused(case, clerk):
    reading = ReadingFactory(platform=case.platform, kind=Reading.Kind.STATUS_REPORT)
    accepted = {
        "reading": reading,
        "state": "accepted",
        "case": case,
        "chosen_by": clerk,
    }
    ReadProgressFactory(**accepted)

    with refuses("cases_read_progress_once_a_slot"), transaction.atomic():
        ReadProgressFactory(**accepted)

"""What a handbook prints: put together from the record, arranged, and kept."""

import datetime as dt
import hashlib

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.handbooks import making
from cases.handbooks.data import Fact, Grid, Heading, Words, from_data, to_data
from cases.handbooks.gather import handbook_of
from cases.models import (
    HandbookEdition,
    HandbookFile,
    HandbookSection,
    HandbookWording,
)
from meetings.models import Meeting, ProgrammeItem
from platform_site.lib.pdf import PaperError
from tests.cases.desk import address, form_of, sit_down
from tests.factories import (
    CaseFactory,
    IssueGroupFactory,
    MinutesFactory,
    PlatformFactory,
    decide,
)
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db

BEFORE = dt.date(2024, 3, 15)
BETWEEN = dt.date(2024, 5, 2)
DAY = dt.date(2024, 7, 11)
Kind = HandbookSection.Kind


@pytest.fixture
def desk(platform):
    return sit_down(platform)


@pytest.fixture
def meeting(group, deciding_series, working_series, hold_meeting):
    """One that a case to delist, one to continue and a proposal await."""
    ends, goes_on, new = (CaseFactory(group=group, name=name) for name in "甲乙丙")
    hold_meeting(BEFORE, decide(ends, "list"), decide(goes_on, "list"), number=1)
    hold_meeting(
        BETWEEN,
        decide(ends, "propose_delist", words="已辦理完成"),
        decide(new, "agree"),
        series=working_series,
        number=1,
    )
    minutes = MinutesFactory(
        meeting__series=deciding_series,
        meeting__held_on=DAY,
        meeting__number=2,
        meeting__title="平臺第2次會議",
    )
    return sitting(minutes.meeting)


def sitting(meeting):
    return Meeting.objects.select_related(
        "platform", "series__group", "host", "host_agency", "minutes"
    ).get(pk=meeting.pk)


def grids(handbook):
    return {
        block.caption: block
        for chapter in handbook.chapters
        for block in chapter.blocks
        if isinstance(block, Grid)
    }


def headings(handbook):
    return [f"{chapter.numeral}{chapter.heading}" for chapter in handbook.chapters]


# What it says -----------------------------------------------------------------------


def test_cases_stand_in_the_table_of_what_is_to_become_of_them(meeting):
    found = grids(handbook_of(meeting))

    names = {
        caption: [row[3] for row in grid.rows]
        for caption, grid in found.items()
        if "案）" in caption
    }
    word = meeting.platform.delist_word
    assert names == {
        f"擬{word}（共1案）": ["甲"],
        "擬持續列管（共1案）": ["乙"],
        "各縣市共同合作（共1案）": ["丙"],
    }


def test_reason_cites_the_meeting_that_asked(meeting):
    grid = grids(handbook_of(meeting))[f"擬{meeting.platform.delist_word}（共1案）"]

    asked = meeting.platform.meetings.get(held_on=BETWEEN).short_title
    assert grid.rows[0][-1].splitlines() == [
        f"1. 依113年5月2日{asked}決議提請{meeting.platform.delist_word}。",
        "2. 已辦理完成。",
    ]


def test_meetings_of_the_year_stand_by_group(meeting, group):
    grid = grids(handbook_of(meeting))["各議題小組會議辦理情形"]

    assert [(row[0], row[2][:8]) for row in grid.rows] == [(group.name, "113年5月2日")]


def test_programme_tells_how_long_each_item_takes(meeting):
    ProgrammeItem.objects.create(
        meeting=meeting, order=1, starts_at="14:30", ends_at="14:40", topic="開場"
    )
    ProgrammeItem.objects.create(
        meeting=meeting, order=2, starts_at="14:40", topic="散會"
    )

    assert grids(handbook_of(meeting))["會議議程"].rows == (
        ("14:30－14:40", "10", "開場"),
        ("14:40", "", "散會"),
    )


def test_chapters_are_numbered_and_what_is_discussed_is_one(meeting):
    year = f"113年度{meeting.platform.short_name}執行進度說明"

    assert headings(handbook_of(meeting)) == [
        "壹、會議議程",
        f"貳、{year}",
        "參、討論事項",
        "肆、合作提案單",
    ]


def test_section_that_is_turned_off_is_not_printed(meeting):
    arrange(meeting, (Kind.TO_CONTINUE, True), (Kind.MEETINGS, False))

    handbook = handbook_of(meeting)
    assert headings(handbook) == ["壹、討論事項"]
    assert list(grids(handbook)) == ["擬持續列管（共1案）"]
    assert handbook.cover == ()
    assert not handbook.has_contents


def test_order_of_sections_is_the_one_chosen(meeting):
    arrange(meeting, (Kind.FORMS, True), (Kind.NEW_JOINT, True), (Kind.PROGRAMME, True))

    assert headings(handbook_of(meeting)) == [
        "壹、合作提案單",
        "貳、討論事項",
        "參、會議議程",
    ]


def test_text_of_a_section_stands_above_what_is_gathered(meeting):
    HandbookSection.objects.create(
        minutes=meeting.minutes, order=1, kind=Kind.PROGRAMME, text="請準時出席。"
    )

    [chapter] = handbook_of(meeting).chapters
    assert chapter.blocks[0] == Words("請準時出席。")
    assert isinstance(chapter.blocks[1], Fact)


def test_wording_is_printed_instead_of_the_record(meeting):
    case = meeting.platform.cases.get(name="甲")
    HandbookWording.objects.create(
        minutes=meeting.minutes, case=case, text="另行說明。"
    )

    grid = grids(handbook_of(meeting))[f"擬{meeting.platform.delist_word}（共1案）"]
    assert grid.rows[0][-1] == "另行說明。"


def test_platform_words_are_used(meeting):
    platform = meeting.platform
    platform.delist_word, platform.case_word = "停止追蹤", "協力事項"
    platform.save()

    said = [
        block.text
        for chapter in handbook_of(sitting(meeting)).chapters
        for block in chapter.blocks
        if isinstance(block, Heading | Words)
    ]
    assert "擬停止追蹤（共1案）" in said
    assert any("列管中協力事項共2案" in each for each in said)


def test_meeting_that_nothing_awaits_has_a_handbook(platform, deciding_series):
    minutes = MinutesFactory(meeting__series=deciding_series, meeting__held_on=DAY)

    handbook = handbook_of(sitting(minutes.meeting))

    assert Words("無。") in handbook.chapters[-1].blocks
    assert grids(handbook) == {}


def test_number_of_queries_does_not_grow_with_the_cases(
    meeting, group, working_series, hold_meeting
):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            handbook_of(sitting(meeting))
        return len(queries)

    before = count()
    cases = CaseFactory.create_batch(10, group=group)
    hold_meeting(
        dt.date(2024, 6, 1),
        *(decide(case, "agree") for case in cases),
        series=working_series,
        number=2,
    )
    assert count() == before


def test_dataset_reads_back_as_it_was(meeting):
    handbook = handbook_of(meeting)

    assert from_data(to_data(handbook)) == handbook


def arrange(meeting, *sections):
    HandbookSection.objects.bulk_create(
        HandbookSection(
            minutes=meeting.minutes, order=order, kind=kind, is_printed=is_printed
        )
        for order, (kind, is_printed) in enumerate(sections, start=1)
    )


# Its editions -----------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    """Papers that are not laid out: what they look like is tested elsewhere."""

    def render(html, *, stylesheets, progress):
        for page in range(1, 4):
            progress(page)
        return b"%PDF-" + hashlib.sha256(html.encode()).digest()

    monkeypatch.setattr(making, "render_pdf_here", render)


def test_edition_keeps_what_was_printed(meeting, desk, quick):
    edition = making.ask_for_handbook(meeting, by=desk.user)
    run_jobs()

    edition.refresh_from_db()
    assert edition.made_at is not None
    assert edition.done == edition.steps
    assert sorted(file.name for file in edition.files.all()) == [
        "handbook.odt",
        "handbook.pdf",
    ]
    for file in edition.files.all():
        assert file.sha256 == hashlib.sha256(bytes(file.content)).hexdigest()
    with pytest.raises(IntegrityError, match="不得修改"), transaction.atomic():
        HandbookEdition.objects.filter(pk=edition.pk).update(fault="x")
    with pytest.raises(IntegrityError, match="不得修改"), transaction.atomic():
        HandbookFile.objects.filter(edition=edition).delete()


def test_edition_is_not_made_without_all_its_files(meeting, desk):
    edition = making.ask_for_handbook(meeting, by=desk.user)

    with pytest.raises(IntegrityError, match="檔案齊備"), transaction.atomic():
        HandbookEdition.objects.filter(pk=edition.pk).update(
            made_at=dt.datetime.now(dt.UTC)
        )


def test_second_edition_says_what_stands_then(meeting, desk, quick):
    making.ask_for_handbook(meeting, by=desk.user)
    run_jobs()
    arrange(meeting, (Kind.PROGRAMME, True))
    second = making.ask_for_handbook(sitting(meeting), by=desk.user)
    run_jobs()

    first = HandbookEdition.objects.get(meeting=meeting, number=1)
    assert second.number == 2
    assert len(first.dataset["chapters"]) == 4
    assert len(second.dataset["chapters"]) == 1


def test_paper_that_cannot_be_made_says_why_and_is_made_again(
    meeting, desk, quick, monkeypatch
):
    def refuse(html, **options):
        raise PaperError("字型沒有這個字。")

    with monkeypatch.context() as broken:
        broken.setattr(making, "render_pdf_here", refuse)
        edition = making.ask_for_handbook(meeting, by=desk.user)
        run_jobs()
    edition.refresh_from_db()
    assert edition.fault == "字型沒有這個字。"
    assert not edition.files.exists()

    making.make_again(edition, by=desk.user)
    run_jobs()
    edition.refresh_from_db()
    assert edition.made_at is not None


def test_only_the_secretariat_has_one_made(meeting):
    stranger = sit_down(PlatformFactory()).user

    with pytest.raises(PermissionDenied):
        making.ask_for_handbook(meeting, by=stranger)


# Its pages --------------------------------------------------------------------------


def prepare(meeting, part):
    return address(meeting, "prepare", part=part)


def test_page_has_a_handbook_made_and_leads_to_its_files(meeting, desk, quick):
    page = address(meeting, "handbook")
    assert desk.post(page).status_code == 302
    waiting = desk.get(page).content.decode()
    assert "<progress" in waiting
    run_jobs()

    done = desk.get(page).content.decode()
    assert "<progress" not in done
    response = desk.get(address(meeting, "handbook-file", number=1, extension="odt"))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/vnd.oasis.opendocument.text"
    [file] = HandbookFile.objects.filter(name="handbook.odt")
    assert response.content == bytes(file.content)
    assert file.sha256 in done


def test_second_request_while_one_is_made_is_refused_in_a_sentence(meeting, desk):
    page = address(meeting, "handbook")
    desk.post(page)

    response = desk.post(page)
    assert response.status_code == 409
    assert making.IN_THE_MAKING in response.content.decode()


def test_edition_in_the_making_can_be_thrown_away(meeting, desk, quick):
    desk.post(address(meeting, "handbook"))
    desk.post(address(meeting, "handbook-away", number=1))
    run_jobs()

    assert not HandbookEdition.objects.exists()


def test_made_edition_cannot_be_thrown_away(meeting, desk, quick):
    desk.post(address(meeting, "handbook"))
    run_jobs()

    response = desk.post(address(meeting, "handbook-away", number=1))
    assert response.status_code == 409
    assert HandbookEdition.objects.count() == 1


def test_sections_are_proposed_and_saved_as_arranged(meeting, desk):
    page = prepare(meeting, "handbook")
    sent = form_of(desk.get(page))
    assert sent["rows-0-kind"] == "cover"
    del sent["rows-1-is_printed"]  # no contents
    sent["rows-8-ORDER"] = "1"  # forms first
    sent["rows-8-heading"] = "提案"

    assert desk.post(page, sent).status_code == 302
    rows = HandbookSection.objects.order_by("order").values_list(
        "kind", "is_printed", "heading"
    )
    assert rows[1] == ("forms", True, "提案")
    assert ("contents", False, "") in rows
    assert len(rows) == 9


def test_programme_says_where_times_do_not_follow(meeting, desk):
    page = prepare(meeting, "programme")
    sent = {
        "rows-TOTAL_FORMS": 2,
        "rows-INITIAL_FORMS": 0,
        "rows-0-starts_at": "14:00",
        "rows-0-ends_at": "14:30",
        "rows-0-topic": "報到",
        "rows-1-starts_at": "1440",
        "rows-1-topic": "開會",
    }
    assert desk.post(page, sent).status_code == 302

    assert "比前一項的結束時間（14:30）晚" in desk.get(page).content.decode()


def test_programme_refuses_an_end_before_its_beginning(meeting, desk):
    sent = {
        "rows-TOTAL_FORMS": 1,
        "rows-INITIAL_FORMS": 0,
        "rows-0-starts_at": "14:00",
        "rows-0-ends_at": "13:30",
        "rows-0-topic": "報到",
    }
    response = desk.post(prepare(meeting, "programme"), sent)

    assert response.status_code == 422
    assert not meeting.programme.exists()


def test_wording_that_says_what_the_record_says_is_none(meeting, desk):
    page = prepare(meeting, "handbook-wordings")
    sent = form_of(desk.get(page))
    case = meeting.platform.cases.get(name="乙")

    desk.post(page, {**sent, f"text-{case.pk}": "持續辦理。"})
    [wording] = HandbookWording.objects.all()
    assert (wording.case, wording.text) == (case, "持續辦理。")

    sent = form_of(desk.get(page)) | {f"text-{case.pk}": ""}
    desk.post(page, sent)
    assert not HandbookWording.objects.exists()


def test_two_who_word_at_once_see_both_texts(meeting, desk):
    page = prepare(meeting, "handbook-wordings")
    sent = form_of(desk.get(page))
    case = meeting.platform.cases.get(name="乙")
    desk.post(page, {**sent, f"text-{case.pk}": "先存的。"})

    response = desk.post(page, {**sent, f"text-{case.pk}": "後到的。"})
    assert response.status_code == 409
    said = response.content.decode()
    assert "先存的" in said
    assert "後到的" in said


def test_group_name_of_a_subgroup_stands_below_the_one_above(
    platform, deciding_series, hold_meeting
):
    top = IssueGroupFactory(platform=platform, name="健康社福組")
    group = IssueGroupFactory(platform=platform, name="健康組", parent=top)
    hold_meeting(BEFORE, decide(CaseFactory(group=group), "list"), number=1)
    minutes = MinutesFactory(meeting__series=deciding_series, meeting__held_on=DAY)

    grid = grids(handbook_of(sitting(minutes.meeting)))["擬持續列管（共1案）"]
    assert grid.rows[0][1] == "健康社福組\n健康組"

"""The table of a round: its cells, what its numbers count, and accepting from it."""

import datetime as dt

import pytest
import time_machine

from cases import rounds
from cases.rounds.overview import Wanted, overview_of
from tests.cases.round_pages import AtDesk, notes
from tests.cases.rounds import AT, DAY, after, fresh, told
from tests.factories import IssueGroupFactory, MunicipalityFactory, decide
from tests.pages import Page
from tests.site.admin import secretariat_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk():
    return AtDesk()


def overview(desk, *, today=DAY, by=None, **wanted):
    return overview_of(
        desk.round, Wanted(**wanted), by=by or desk.secretary, today=today
    )


def cells(found):
    """Return the states of the rows that were wanted, by case and municipality."""
    shown = {}
    for group in found.groups:
        for row in group.rows:
            own = [row.joint] if row.joint else row.cells
            shown[row.case.number] = [cell and cell.word for cell in own]
    return shown


# What the table says ------------------------------------------------------------------


def test_each_case_is_a_row_with_a_cell_for_each_city(desk):
    desk.bring(desk.slot, "accepted")
    desk.add_slot(desk.keelung)
    joint, alone = desk.add_case(), desk.add_case(desk.keelung)
    desk.add_slot(None, case=joint)
    desk.add_slot(desk.keelung, case=alone)

    page = desk.get()

    assert page.rows("table[@class='matrix']/tbody/tr")[1:] == [
        [f"{desk.case.number} {desk.case.name}", "✓ 已接受", "○ 未填"],
        [f"{joint.number} {joint.name}", "共同填報 ○ 未填"],
        [f"{alone.number} {alone.name}", "－", "○ 未填"],
    ]
    assert page.links()["✓ 已接受"] == desk.slot_at(desk.slot)


def test_cases_bear_the_name_of_the_data_date(desk, hold_meeting):
    later = desk.add_case()
    desk.add_slot(desk.taipei, case=later)
    hold_meeting(dt.date(2025, 7, 1), decide(desk.case, "list"), series=desk.series)
    hold_meeting(
        dt.date(2025, 9, 1),
        decide(desk.case, "rename", new_name="當時的名稱"),
        series=desk.series,
    )
    hold_meeting(
        dt.date(2026, 1, 5),
        decide(desk.case, "rename", new_name="後來的名稱"),
        decide(later, "list"),
        series=desk.series,
    )

    names = [row.name for group in overview(desk).groups for row in group.rows]

    assert names == ["當時的名稱", later.name]


def test_the_numbers_count_slots_by_state(desk):
    desk.bring(desk.slot, "accepted")
    desk.hand_in(desk.keelung)
    other = desk.add_case()
    desk.add_slot(desk.taipei, case=other)
    desk.bring(desk.add_slot(desk.keelung, case=other), "missing")

    counts = overview(desk).counts

    assert (counts.total, counts.owed, counts.waiting, counts.late) == (4, 2, 1, 0)
    assert {k: v for k, v in counts.states.items() if v} == {
        "accepted": 1,
        "submitted": 1,
        "missing": 2,
    }


def test_numbers_stay_those_of_the_group_and_city_while_a_state_is_chosen(desk):
    desk.hand_in(desk.keelung)

    chosen = overview(desk, municipality=desk.keelung.slug, state="accepted")

    assert (chosen.counts.total, chosen.counts.waiting) == (1, 1)
    assert chosen.groups == []


def test_what_is_late_is_told_in_days(desk):
    desk.save(desk.slot, at=after(8))
    desk.submit(desk.slot, at=after(8))  # 18 January, due on the 15th
    desk.add_slot(desk.keelung)
    day = dt.date(2026, 1, 20)

    [[row]] = [group.rows for group in overview(desk, today=day).groups]
    late = overview(desk, today=dt.date(2026, 1, 15), is_late=True)

    assert [cell.days_late for cell in row.cells] == [3, 5]
    # On the due date nothing is owed late yet.
    assert late.counts.late == 1


def test_lateness_stops_where_the_round_was_locked(desk, clock):
    rounds.lock_round(desk.round, by=desk.secretary, at=after(8))
    desk.round.refresh_from_db()

    assert (
        overview(desk, today=dt.date(2026, 6, 1)).groups[0].rows[0].cells[0].days_late
        == 3
    )


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ({"group": "GROUP"}, ["own"]),
        ({"group": "OTHER"}, ["other"]),
        ({"group": "PARENT"}, ["own"]),
        ({"municipality": "joint"}, ["other"]),
        ({"municipality": "TAIPEI"}, ["own"]),
        ({"state": "submitted"}, ["own"]),
        ({"state": "draft"}, []),
        ({"state": "missing"}, ["own", "other"]),
    ],
)
def test_filters_choose_rows(desk, wanted, shown):
    parent = IssueGroupFactory(platform=desk.platform)
    desk.group.parent = parent
    desk.group.save()
    group = IssueGroupFactory(platform=desk.platform)
    other = desk.add_case()
    other.group = group
    other.save()
    desk.add_slot(None, case=other)
    desk.hand_in(desk.keelung)
    words = {
        "GROUP": desk.group.slug,
        "OTHER": group.slug,
        "PARENT": parent.slug,
        "TAIPEI": desk.taipei.slug,
    }
    numbers = {"own": desk.case.number, "other": other.number}

    found = overview(desk, **{k: words.get(v, v) for k, v in wanted.items()})

    assert sorted(cells(found)) == sorted(numbers[name] for name in shown)


def test_mine_is_what_i_sent_back_and_was_handed_in_again(desk):
    colleague = secretariat_of(desk.platform)
    keelung = desk.hand_in(desk.keelung)
    for slot, contact, by in (
        (desk.bring(desk.slot, "submitted"), desk.contact, desk.secretary),
        (keelung, desk.other, colleague),
    ):
        version = fresh(slot).version
        rounds.send_back(slot, question="為何？", version=version, by=by, at=AT)
        version = fresh(slot).version
        rounds.answer(slot, words="已補。", version=version, by=contact, at=AT)

    mine = overview(desk, is_mine=True)

    assert [cell.slot.pk for cell in mine.waiting] == [desk.slot.pk]
    assert mine.counts.mine == 1
    assert overview(desk, by=colleague, is_mine=True).waiting[0].slot.pk == keelung.pk


def test_who_is_no_member_any_more_keeps_a_column(desk):
    former = MunicipalityFactory()
    desk.add_slot(former)

    page = desk.get()

    assert page.texts("table[@class='matrix']/thead/tr/th") == [
        "合作案",
        desk.taipei.short_name,
        desk.keelung.short_name,
        former.short_name,
    ]


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_takes_the_same_queries_for_any_number_of_rows(
    desk, django_assert_num_queries, count
):
    desk.bring(desk.slot, "submitted")
    for _ in range(count):
        case = desk.add_case()
        desk.add_slot(desk.taipei, case=case)
        desk.hand_in(desk.keelung, case=case)

    with django_assert_num_queries(16):
        desk.get()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"group": "nobody"}, "沒有這個議題小組，請重新選擇。"),
        ({"municipality": "'"}, "沒有這個縣市，請重新選擇。"),
        ({"state": "lost"}, "沒有這個狀態，請重新選擇。"),
    ],
)
def test_a_filter_nobody_knows_is_refused_in_a_sentence(desk, asked, sentence):
    page = desk.get(status=400, **asked)

    assert [t for box in page.classed("fault") for t in [box.text]] == [sentence]


def test_a_round_of_a_paper_is_shown_with_where_it_came_from(desk):
    desk.round.progress.all().delete()
    desk.round.opens_on = desk.round.due_on = desk.round.locks_on = None
    desk.round.save()

    page = desk.get()

    assert "這一期取自文件" in page.main
    assert "這一期沒有辦理情形。" in page.main


# Accepting from the table -------------------------------------------------------------


def accept(desk, status=302, **said):
    response = desk.client.post(desk.at("round-accept"), said)
    assert response.status_code == status
    return response


def keys(desk):
    """Return the ticks that the page offers."""
    boxes = desk.get().all("input[@name='slot']")
    return [box.get("value") for box in boxes]


def test_only_what_was_handed_in_can_be_ticked(desk):
    desk.add_slot(desk.keelung)
    other = desk.add_case()
    handed = desk.hand_in(desk.taipei, case=other)

    assert keys(desk) == [f"{other.number}/{desk.taipei.slug}/{handed.version}"]


def test_ticked_texts_are_accepted_and_the_filter_stays(desk):
    slots = [desk.bring(desk.slot, "submitted"), desk.hand_in(desk.keelung)]
    first, _ = keys(desk)

    response = desk.client.post(
        f"{desk.at('round-accept')}?state=submitted", {"do": "ticked", "slot": [first]}
    )

    assert response["Location"] == f"{desk.at()}?state=submitted"
    assert [fresh(slot).state for slot in slots] == ["accepted", "submitted"]


def test_all_that_was_shown_is_accepted_at_once(desk):
    slots = [desk.bring(desk.slot, "submitted"), desk.hand_in(desk.keelung)]
    shown = desk.get().root.find(".//input[@name='keys']").get("value")
    later = desk.hand_in(desk.taipei, case=desk.add_case())

    accept(desk, do="all", keys=shown)

    assert [fresh(slot).state for slot in slots] == ["accepted", "accepted"]
    assert fresh(later).state == "submitted"


def test_none_is_accepted_where_one_has_changed_meanwhile(desk):
    slot, changed = desk.bring(desk.slot, "submitted"), desk.hand_in(desk.keelung)
    ticked = keys(desk)
    desk.send_back(changed)

    page = Page(accept(desk, status=409, do="ticked", slot=ticked))

    assert notes(page) == [
        "尚未接受任何一段：下列各段在您開啟這一頁之後已有變更，請看過後再接受。",
        f"{desk.case.number}（{desk.keelung}）：目前退回補正",
    ]
    assert fresh(slot).state == "submitted"
    # What still stands as it was seen stays ticked.
    assert [
        b.get("value") for b in page.all("input[@name='slot']") if "checked" in b.attrib
    ] == [ticked[0]]


def test_a_second_click_accepts_once(desk):
    slot = desk.bring(desk.slot, "submitted")
    ticked = keys(desk)

    for _ in range(2):
        accept(desk, do="ticked", slot=ticked)

    assert told(slot) == ["submitted", "accepted"]


@pytest.mark.parametrize(
    "slot",
    [
        "",
        "TR-001",
        "X/joint/1",
        "CASE/joint/0",
        "CASE/TAIPEI/-1",
        "CASE/TAIPEI/²",
        "TR\x00-001/joint/1",
    ],
)
def test_ticks_that_name_nothing_accept_nothing(desk, slot):
    own = desk.bring(desk.slot, "submitted")
    sent = slot.replace("CASE", desk.case.number).replace("TAIPEI", desk.taipei.slug)

    page = Page(accept(desk, status=422, do="ticked", slot=[keys(desk)[0], sent]))

    assert notes(page)[0] == "尚未接受任何一段。"
    assert fresh(own).state == "submitted"


def test_no_tick_is_answered_in_a_sentence(desk):
    page = Page(accept(desk, status=422, do="ticked"))

    assert notes(page) == ["請先勾選要接受的辦理情形。"]


def test_a_locked_round_offers_nothing_to_accept(desk):
    slot = desk.bring(desk.slot, "submitted")
    key = keys(desk)[0]
    desk.lock()

    page = Page(accept(desk, status=422, do="ticked", slot=[key]))

    assert "這一期已鎖定，內容不再修改。" in notes(page)
    assert keys(desk) == []
    assert fresh(slot).state == "submitted"

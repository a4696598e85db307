"""What a contact owes, many at once, and where one lands after logging in."""

import datetime as dt

import pytest
from django.urls import reverse

from cases import rounds
from cases.models import Standing
from tests.cases.reporting import address, client_of, of_round, said
from tests.cases.rounds import AT, Collecting, after, fresh, told
from tests.factories import (
    AssignmentFactory,
    CaseFactory,
    CollectingRoundFactory,
    IssueGroupFactory,
    SlotFactory,
    UserFactory,
    decide,
)
from tests.pages import Page

pytestmark = pytest.mark.django_db

HOME = "/reporting/"


@pytest.fixture(autouse=True)
def in_january(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def site():
    return Collecting()


@pytest.fixture
def contact(site):
    return client_of(site.contact)


def home(client):
    response = client.get(HOME)
    assert response.status_code == 200
    return Page(response)


def states(page):
    """Return case number and state of each row."""
    return [(row[1].split()[0], row[3]) for row in page.rows()]


def due(page):
    return page.texts("p/strong")


def choice(slot):
    found = fresh(slot)
    return f"{found.pk}.{found.version}"


# What is owed ------------------------------------------------------------------------


def test_home_lists_own_slots_by_group_and_no_others(site, contact):
    site.add_slot(site.keelung)
    group = IssueGroupFactory(platform=site.platform, order=site.group.order + 1)
    AssignmentFactory(group=group, municipality=site.taipei, user=site.contact)
    elsewhere = site.add_slot(site.taipei, CaseFactory(group=group))
    site.bring(elsewhere, "submitted")

    page = home(contact)

    assert states(page) == [
        (site.case.number, "未填"),
        (elsewhere.case.number, "已送出"),
    ]
    assert page.texts("caption") == [f"{site.group.name}1件", f"{group.name}1件"]
    assert "2件中已送出1件：已送出1件、未填1件" in page.main


def test_slots_of_several_platforms_stand_on_one_page_the_next_due_first(site, contact):
    other = Collecting(due_on=dt.date(2026, 1, 12))
    AssignmentFactory(group=other.group, municipality=other.taipei, user=site.contact)

    page = home(contact)

    numbers = [number for number, _ in states(page)]
    assert numbers == [other.case.number, site.case.number]
    assert due(page) == ["尚餘2日", "尚餘5日"]


def test_joint_slot_is_marked(site, contact):
    site.add_slot(None, site.add_case())

    assert [row[2] for row in home(contact).rows()] == [
        site.taipei.short_name,
        "共同",
    ]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (0, "尚餘5日"),
        (5, "今日截止"),
        (7, "已逾期2日"),
        (22, "已於115年1月31日關閉填報"),
    ],
)
def test_days_left_or_late_are_said(site, time_machine, day, words):
    time_machine.move_to(after(day), tick=False)

    page = home(client_of(site.contact))

    assert due(page) == [words]
    assert ("逾期" in page.rows()[0][3]) == (day > 5)


def test_nothing_owed_is_said(site, contact):
    site.bring(site.slot, "submitted")

    page = home(contact)

    assert due(page) == ["已全部送出"]
    assert "檢視並一次送出" not in page.main


def test_what_came_late_keeps_its_days(site, time_machine):
    time_machine.move_to(after(7), tick=False)
    site.save(site.slot, at=after(7))
    site.submit(site.slot, at=after(7))

    assert home(client_of(site.contact)).rows()[0][3] == "已送出 逾期2日送出"


def test_reopened_slot_says_until_when(site, time_machine):
    site.bring(site.slot, "submitted")
    site.send_back(site.slot, until=dt.date(2026, 2, 10))
    time_machine.move_to(after(25), tick=False)

    row = home(client_of(site.contact)).rows()[0]

    assert "補填至 115年2月10日" in row[3]


def test_round_to_come_is_announced_and_a_locked_one_gone(site, contact):
    site.bring(site.slot, "locked")
    coming = CollectingRoundFactory(
        platform=site.platform,
        as_of=dt.date(2026, 3, 31),
        opens_on=dt.date(2026, 4, 1),
        due_on=dt.date(2026, 4, 15),
        locks_on=dt.date(2026, 4, 30),
    )
    site.add_slot(site.taipei, round_=coming)

    page = home(contact)

    assert page.rows() == []
    assert "115年4月1日 起開放，期限 115年4月15日，由您填報 1 件" in page.main


def test_case_is_called_as_at_the_data_date(site, contact, hold_meeting):
    hold_meeting(dt.date(2025, 3, 1), decide(site.case, "list"), series=site.series)
    for day, name in ((dt.date(2025, 6, 1), "新名"), (dt.date(2026, 1, 5), "再改")):
        hold_meeting(
            day, decide(site.case, "rename", new_name=name), series=site.series
        )
    assert Standing.objects.filter(case=site.case).count() == 3

    assert home(contact).rows()[0][1] == f"{site.case.number} 新名"


def test_who_writes_nothing_is_told_so(site):
    site.bring(site.slot, "accepted")
    for user in (site.secretary, site.official, site.stranger, UserFactory()):
        assert "目前沒有開放中、由您填報的辦理情形。" in home(client_of(user)).main


def test_queries_do_not_grow_with_slots_and_rounds(
    site, contact, django_assert_num_queries
):
    with django_assert_num_queries(5):
        contact.get(HOME)
    for month in (6, 9):
        round_ = CollectingRoundFactory(
            platform=site.platform, as_of=dt.date(2025, month, 30)
        )
        for _ in range(3):
            case = CaseFactory(group=site.group)
            SlotFactory(case=case, round=round_, municipality=site.taipei)

    with django_assert_num_queries(5):
        contact.get(HOME)


# Many at once ------------------------------------------------------------------------


@pytest.fixture
def several(site):
    """One written, one empty, one sent back, one of another city."""
    slots = {"ready": site.slot}
    for name in ("empty", "returned"):
        slots[name] = site.add_slot(site.taipei, site.add_case())
    slots["theirs"] = site.add_slot(site.keelung)
    site.bring(slots["ready"], "draft")
    site.bring(slots["returned"], "returned")
    site.save(slots["theirs"], by=site.other)
    return slots


def test_review_tells_what_can_be_handed_in_and_why_the_rest_cannot(
    site, contact, several
):
    page = Page(contact.get(of_round(site.round, "submit")))

    boxes = [box.get("value") for box in page.all("input[@name='slot']")]
    assert boxes == [choice(several["ready"])]
    assert page.texts("p[@class='why']") == [
        "尚未填寫。",
        "退回補正，請開啟後答覆問題再送出。",
    ]


def test_what_was_ticked_is_handed_in(site, contact, several):
    response = contact.post(
        of_round(site.round, "submit"), {"slot": choice(several["ready"])}
    )

    assert response.status_code == 302
    assert response.url == HOME
    assert said(several["ready"]) == ("submitted", "已開工。")
    assert "已送出1件" in contact.get(HOME).text


def test_all_or_nothing_is_handed_in(site, contact, several):
    response = contact.post(
        of_round(site.round, "submit"),
        {"slot": [choice(several["ready"]), choice(several["empty"])]},
    )

    assert response.status_code == 422
    assert f"{several['empty'].case.number}（" in response.text
    assert said(several["ready"]) == ("draft", "已開工。")


def test_text_changed_since_the_review_is_not_handed_in(site, contact, several):
    seen = choice(several["ready"])
    site.save(several["ready"], "改過了。")

    response = contact.post(of_round(site.round, "submit"), {"slot": seen})

    assert response.status_code == 409
    page = Page(response)
    assert "在您檢視後另有修改" in page.main
    assert "改過了。" in page.main
    assert said(several["ready"]) == ("draft", "改過了。")


@pytest.mark.parametrize("ticked", [[], ["x"], ["1"], ["1.2.3"], ["9" * 40 + ".1"]])
def test_nothing_readable_ticked_is_refused(site, contact, ticked):
    for view, status in (("submit", 422), ("unchanged", 302)):
        response = contact.post(of_round(site.round, view), {"slot": ticked})
        assert response.status_code == status

    assert said(site.slot) == ("missing", "")


def test_slots_of_others_are_neither_handed_in_nor_filled(site, contact, several):
    for view in ("submit", "unchanged"):
        response = contact.post(
            of_round(site.round, view),
            {"slot": [choice(several["ready"]), choice(several["theirs"])]},
        )
        assert response.status_code == 404

    assert said(several["ready"]) == ("draft", "已開工。")
    assert said(several["theirs"]) == ("draft", "已開工。")


def test_round_without_own_slots_is_not_found(site):
    for user in (site.secretary, site.official):
        client = client_of(user)
        assert client.get(of_round(site.round, "submit")).status_code == 404
        assert client.post(of_round(site.round, "unchanged")).status_code == 404


def test_ticked_slots_are_filled_with_no_change(site, contact, several):
    response = contact.post(
        of_round(site.round, "unchanged"), {"slot": choice(several["empty"])}
    )

    assert response.status_code == 302
    assert said(several["empty"]) == ("draft", "本季無變動")
    assert told(several["empty"]) == []


def test_no_change_takes_the_place_of_nothing_written_meanwhile(site, contact, several):
    fresh_one = site.add_slot(site.taipei, site.add_case())
    seen = choice(several["empty"])
    site.save(several["empty"], "方才所寫。")

    response = contact.post(
        of_round(site.round, "unchanged"),
        {"slot": [choice(fresh_one), seen]},
        follow=True,
    )

    assert "在您檢視後另有修改" in response.text
    assert said(several["empty"]) == ("draft", "方才所寫。")
    assert said(fresh_one) == ("missing", "")


# The header bar and the way in -------------------------------------------------------


def test_header_bar_counts_what_can_be_written_and_is_owed(site, contact, several):
    link = Page(contact.get("/")).links()

    assert link["填報3件待填"] == HOME


def test_header_bar_leads_there_when_nothing_is_owed(site, contact):
    site.bring(site.slot, "submitted")

    assert Page(contact.get("/")).links()["填報"] == HOME


def test_header_bar_of_others_has_no_such_link(site, client):
    for user in (site.secretary, site.official, site.stranger):
        assert HOME not in Page(client_of(user).get("/")).links().values()
    assert HOME not in Page(client.get("/")).links().values()


def test_public_page_asks_nothing_about_reporting(
    site, client, django_assert_num_queries
):
    with django_assert_num_queries(3) as asked:
        client.get("/glossary/")

    assert not [each for each in asked.captured_queries if "assignment" in each["sql"]]


def test_login_leads_to_where_there_is_work(site, client):
    site.contact.set_password("demo-contact-1")
    site.contact.save()

    response = client.post(
        reverse("login"),
        {"username": site.contact.username, "password": "demo-contact-1"},
        follow=True,
    )

    assert response.redirect_chain[-1] == (HOME, 302)


def test_login_of_others_leads_to_the_front_page(site):
    for user in (site.official, site.secretary):
        response = client_of(user).get("/reporting/start/")
        assert response.url == "/"


def test_login_for_a_slot_leads_back_to_it(site, client):
    asked = client.get(address(site.slot))

    assert asked.url.endswith(f"?next={address(site.slot)}")


def test_next_owed_slot_is_named_below_the_page(site, contact):
    following = site.add_slot(site.taipei, site.add_case())

    first = Page(contact.get(address(site.slot))).links()
    rounds.save(
        following,
        text="已寫。",
        is_unchanged=False,
        version=0,
        by=site.contact,
        at=AT,
    )
    site.submit(following)
    last = Page(contact.get(address(site.slot))).links()

    name = f"下一件待填：{following.case.number}（{site.taipei.short_name}）"
    assert first[name] == address(following)
    assert not [text for text in last if text.startswith("下一件")]

"""The secretariat's pages about people: who writes what, inviting, handing over."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from cases.models import ProgressUpdate
from meetings.models import Assignment, Invitation
from platform_site.models import Mail
from tests.cases.rounds import Collecting
from tests.factories import (
    AgencyFactory,
    AssignmentFactory,
    IssueGroupFactory,
    UserFactory,
)
from tests.jobs import run_jobs
from tests.pages import Page, text
from tests.site.admin import secretariat_of

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def day(number):
    return TODAY + dt.timedelta(days=number)


def typed(date):
    return date.isoformat()


@pytest.fixture
def site():
    found = Collecting(
        opens_on=day(-5), due_on=day(5), locks_on=day(10), as_of=day(-30)
    )
    found.contact.first_name = "王小明"
    found.contact.save()
    return found


@pytest.fixture
def desk(client, site):
    client.force_login(site.secretary)
    return client


def at(site, view, person=None):
    where = {"platform": site.platform.slug}
    if person is not None:
        where["key"] = person.pk
    return reverse(f"desk:{view}", kwargs=where)


def own(person):
    return list(Assignment.objects.filter(user=person).order_by("pk"))


def cell(page, city):
    """Return what stands under a city in the table of one group."""
    [found] = [
        each
        for each in page.all("td[@data-city]")
        if each.get("data-city") == str(city)
    ]
    return text(found)


def test_table_names_who_writes_and_where_nobody_does(site, desk):
    Assignment.objects.filter(user=site.other).delete()

    page = Page(desk.get(at(site, "people")))

    assert cell(page, site.taipei).startswith("王小明 指派")
    assert cell(page, site.keelung).startswith("沒有窗口 指派")
    assert "1 格沒有窗口" in page.response.text


def test_who_was_only_invited_is_no_contact_yet(site, desk):
    Assignment.objects.filter(user=site.other).delete()
    invite(site, desk)

    page = Page(desk.get(at(site, "people")))

    assert "林怡君 邀請中 目前無人填報" in cell(page, site.keelung)


def invite(site, desk, **fields):
    said = {
        "name": "林怡君",
        "email": "lin@example.gov.tw",
        "organization": "交通局",
        "title": "科員",
        "phone": "02-2720-8889",
        "extension": "6868",
        "groups": [site.group.pk],
        "municipalities": [site.keelung.pk],
        "agency": "",
        "starts_on": typed(TODAY),
        "ends_on": "",
    }
    return desk.post(at(site, "new-person"), {**said, **fields})


def test_groups_and_municipalities_are_given_at_once(site, desk):
    second = IssueGroupFactory(platform=site.platform)

    answer = invite(
        site,
        desk,
        groups=[site.group.pk, second.pk],
        municipalities=[site.taipei.pk, site.keelung.pk],
    )

    person = User.objects.get(email="lin@example.gov.tw")
    assert answer["Location"] == at(site, "person", person)
    assert {(row.group, row.municipality) for row in own(person)} == {
        (group, city)
        for group in (site.group, second)
        for city in (site.taipei, site.keelung)
    }
    assert Mail.objects.get().person == person


def test_gap_leads_to_a_form_that_fills_it(site, desk):
    address = f"{at(site, 'new-person')}?group={site.group.pk}&municipality=x"

    page = Page(desk.get(address))

    ticked = {
        (box.get("name"), box.get("value"))
        for box in page.all("input[@type='checkbox']")
        if box.get("checked") is not None
    }
    assert ticked == {("groups", str(site.group.pk))}


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(site, desk):
    answer = invite(
        site, desk, name="", email="lin@", groups=[], ends_on=typed(day(-1)), phone="無"
    )

    assert answer.status_code == 422
    page = Page(answer)
    wrong = {"name", "email", "groups", "ends_on", "phone"}
    assert {f"id_{name}_error" for name in wrong} <= page.ids()
    assert "id_title_error" not in page.ids()
    assert "科員" in {box.get("value") for box in page.all("input")}
    assert not User.objects.filter(first_name="林怡君").exists()


def test_agency_goes_with_its_own_municipality(site, desk):
    agency = AgencyFactory(municipality=site.taipei)

    wrong = invite(site, desk, agency=agency.pk)
    right = invite(site, desk, agency=agency.pk, municipalities=[site.taipei.pk])

    assert wrong.status_code == 422
    assert right.status_code == 302
    assert Assignment.objects.get(agency=agency).municipality == site.taipei


def test_another_platforms_groups_are_not_given(site, desk):
    other = IssueGroupFactory()

    assert invite(site, desk, groups=[other.pk]).status_code == 422


@pytest.mark.parametrize(
    "view",
    [
        "person",
        "person-assign",
        "person-end",
        "person-hand-over",
        "person-invitation",
        "person-mail",
    ],
)
def test_people_of_other_platforms_are_not_there(site, desk, view):
    stranger = AssignmentFactory().user
    address = at(site, view, stranger)

    answer = desk.get(address) if view == "person" else desk.post(address)

    assert answer.status_code == 404


def test_persons_page_tells_how_to_call_and_no_public_page_does(site, desk, client):
    invite(site, desk)
    person = User.objects.get(email="lin@example.gov.tw")

    page = Page(desk.get(at(site, "person", person)))

    assert "02-2720-8889 分機 6868" in page.response.text
    assert page.links()["lin@example.gov.tw"] == "mailto:lin@example.gov.tw"
    client.logout()
    for view in ("cases:platform", "cases:table"):
        public = client.get(reverse(view, args=[site.platform.slug])).text
        assert "2720-8889" not in public
        assert "lin@" not in public


def hand_over(site, desk, to, rows=None, on=None):
    rows = own(site.contact) if rows is None else rows
    return desk.post(
        at(site, "person-hand-over", site.contact),
        {
            "assignments": [row.pk for row in rows],
            "to": to.pk,
            "on": typed(on or TODAY),
        },
    )


def test_handing_over_moves_the_open_slots(site, desk):
    site.save(site.slot, at=timezone.now())

    answer = hand_over(site, desk, site.other)

    assert answer.status_code == 302
    mine = ProgressUpdate.objects.filter(pk=site.slot.pk)
    assert mine.written_by(site.other, TODAY).exists()
    assert not mine.written_by(site.contact, TODAY).exists()
    assert mine.get().saved_by == site.contact


def test_old_names_stay_in_the_history(site, desk):
    hand_over(site, desk, site.other, on=day(3))

    page = Page(desk.get(at(site, "people-history")))

    taipei = [row for row in page.rows() if row[1] == str(site.taipei)]
    assert [row[2] for row in taipei] == [site.other.username, "王小明"]


def test_hand_over_is_of_all_that_was_ticked_or_none(site, desk):
    AssignmentFactory(
        group=IssueGroupFactory(platform=site.platform),
        municipality=site.taipei,
        user=site.contact,
        starts_on=day(9),
    )
    before = list(Assignment.objects.order_by("pk").values())

    answer = hand_over(site, desk, site.other, on=day(5))

    assert answer.status_code == 422
    assert "交接日須晚於起日" in answer.text
    assert list(Assignment.objects.order_by("pk").values()) == before


def test_hand_over_is_offered_to_people_of_the_platform(site, desk):
    answer = hand_over(site, desk, UserFactory())

    assert answer.status_code == 422
    assert "請由名單選擇接手人員。" in answer.text


def test_tasks_end_on_the_day_said(site, desk):
    rows = own(site.contact)

    desk.post(
        at(site, "person-end", site.contact),
        {"assignments": [row.pk for row in rows], "on": typed(day(2))},
    )

    assert [row.ends_on for row in own(site.contact)] == [day(2)]


def test_tasks_of_others_are_not_ended_by_this_page(site, desk):
    theirs = own(site.other)

    answer = desk.post(
        at(site, "person-end", site.contact),
        {"assignments": [row.pk for row in theirs], "on": typed(TODAY)},
    )

    assert answer.status_code == 422
    assert own(site.other) == theirs
    assert own(site.other)[0].ends_on is None


def test_somebody_gets_more_tasks(site, desk):
    second = IssueGroupFactory(platform=site.platform)
    said = {
        "groups": [second.pk],
        "municipalities": [site.taipei.pk],
        "starts_on": typed(TODAY),
    }

    for _ in range(2):
        desk.post(at(site, "person-assign", site.contact), said)

    assert [row.group for row in own(site.contact)] == [site.group, second]


def test_invitation_is_taken_back_on_the_persons_page(site, desk):
    invite(site, desk)
    person = User.objects.get(email="lin@example.gov.tw")
    address = at(site, "person-invitation", person)

    assert desk.post(address, {"do": "resend"}).status_code == 302
    assert Mail.objects.count() == 1  # one was sent a moment ago
    assert desk.post(address, {"do": "withdraw"}).status_code == 302
    assert desk.post(address, {"do": "withdraw"}).status_code == 422

    assert not Invitation.objects.open().exists()
    assert own(person) == []


def test_invitation_that_does_not_go_out_is_said(site, desk, settings):
    settings.EMAIL_BACKEND = "platform_site.mail_backends.NoMailBackend"
    invite(site, desk)
    run_jobs()

    assert "寄送失敗：本站尚未設定寄信主機" in desk.get(at(site, "people")).text


@pytest.mark.parametrize("view", ["people", "people-history", "person"])
def test_query_count_does_not_grow(site, desk, view, django_assert_max_num_queries):
    address = at(site, view, site.contact if view == "person" else None)

    def count():
        with django_assert_max_num_queries(40) as found:
            desk.get(address)
        return len(found)

    invite(site, desk)
    first = count()
    for number in range(4):
        group = IssueGroupFactory(platform=site.platform)
        for user in (site.contact, UserFactory()):
            AssignmentFactory(
                group=group, municipality=site.taipei, user=user, starts_on=TODAY
            )
        invite(site, desk, email=f"lin{number}@example.gov.tw", groups=[group.pk])

    assert count() == first


def test_another_secretariat_is_shown_nothing(site, client):
    client.force_login(secretariat_of(Collecting().platform))

    assert client.get(at(site, "people")).status_code == 404

"""The first page: every platform with its standing, own ones first, and the total."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.landing import landing_page
from cases.links import BY_PLATFORM, ONCE, link_cases
from cases.roles import CONTACT
from meetings.models import Meeting
from tests.cases.desk import sit_down
from tests.cases.editions import Publishing
from tests.factories import (
    AssignmentFactory,
    CaseFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MeetingFactory,
    PlatformFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    decide,
)
from tests.pages import get, text
from tests.site.admin import account, secretariat_of

FIRST, SECOND, THIRD = (dt.date(2025, month, 1) for month in (1, 3, 5))
TODAY = dt.date(2025, 12, 1)


class Body:
    """A platform of a name with a group and a deciding series."""

    def __init__(self, name, **fields):
        self.platform = PlatformFactory(name=name, **fields)
        self.group = IssueGroupFactory(platform=self.platform)
        self.series = DecidingSeriesFactory(platform=self.platform)

    def cases(self, number):
        return CaseFactory.create_batch(number, group=self.group)


@pytest.fixture
def one(db):
    return Body("甲平臺", order=1)


@pytest.fixture
def two(db):
    return Body("乙平臺", order=2, delist_word="解除列管")


def anybody(today=TODAY):
    return landing_page(today, AnonymousUser())


def anybodys_card(body):
    (card,) = [each for each in anybody().cards if each.platform == body.platform]
    return card


def names(client):
    return [text(h2) for h2 in get(client, "/").all("li/h2")]


def card_of(page, name):
    (card,) = [each for each in page.classed("card") if name in text(each.find("h2"))]
    return text(card)


def test_numbers_stand_with_their_definitions_in_the_platforms_words(two, publish):
    case, gone = two.cases(2)
    publish(FIRST, decide(case, "list"), decide(gone, "list"), series=two.series)
    publish(
        SECOND,
        decide(gone, "delist", reason="completed"),
        series=two.series,
        number=2,
    )

    said = card_of(get(Client(), "/"), "乙平臺")

    assert "1 案已解除列管 曾經列管，已由決定列管的會議同意解除列管" in said
    assert "已解列" not in said


def test_course_goes_up_and_down_with_the_list(one, publish):
    first, second, third = one.cases(3)
    publish(FIRST, decide(first, "list"), decide(second, "list"), series=one.series)
    publish(SECOND, decide(third, "list"), series=one.series, number=2)
    publish(
        THIRD,
        decide(first, "delist", reason="completed"),
        decide(second, "delist", reason="completed"),
        series=one.series,
        number=3,
    )

    card = anybodys_card(one)

    assert list(card.course.steps) == [(FIRST, 2), (SECOND, 3), (THIRD, 1)]
    assert card.course.said == (
        "列管中案數：114年1月1日 2 案，114年3月1日最多 3 案，至今 1 案。"
    )


def test_course_stays_in_its_frame(one, publish):
    publish(FIRST, *(decide(case, "list") for case in one.cases(3)), series=one.series)

    card = anybodys_card(one)

    assert card.course.outline == "M3.0 3.0H317.0"
    assert card.course.area == "M3.0 3.0H317.0V61H3Z"


def test_what_is_not_public_moves_nothing(one, publish, hold_meeting):
    first, second = one.cases(2)
    publish(FIRST, decide(first, "list"), series=one.series)
    hold_meeting(
        SECOND,
        decide(first, "delist", reason="completed"),
        decide(second, "list"),
        series=one.series,
        number=2,
    )

    card = anybodys_card(one)

    assert list(card.course.steps) == [(FIRST, 1)]
    assert [count.number for count in card.counts] == [1, 0, 0]
    assert card.last.held_on == FIRST


def test_a_new_name_is_no_step(one, publish):
    (case,) = one.cases(1)
    publish(FIRST, decide(case, "list"), series=one.series)
    publish(
        SECOND, decide(case, "rename", new_name="新名"), series=one.series, number=2
    )

    card = anybodys_card(one)

    assert list(card.course.steps) == [(FIRST, 1)]


def test_last_meeting_last_report_and_next_meeting_are_told(one, publish):
    (case,) = one.cases(1)
    publish(FIRST, decide(case, "list"), series=one.series)
    last = publish(SECOND, decide(case, "continue"), series=one.series, number=2)
    for as_of in (dt.date(2025, 3, 31), dt.date(2025, 6, 30)):
        period = ReportingRoundFactory(platform=one.platform, as_of=as_of)
        ProgressUpdateFactory(case=case, round=period)
    day = timezone.localdate() + dt.timedelta(days=9)
    following = MeetingFactory(
        series=one.series,
        number=3,
        held_on=day,
        place="市政大樓",
        slug="third",
        state="planned",
    )
    MeetingFactory(
        series=one.series,
        number=4,
        held_on=day + dt.timedelta(days=9),
        slug="fourth",
        state="planned",
    )

    page = get(Client(), "/")
    said = card_of(page, "甲平臺")

    assert page.links("dd/a")[last.short_title] == last.get_absolute_url()
    report = reverse("cases:status-report", args=[one.platform.slug, "pdf"])
    assert f"{report}?as_of=2025-06-30" in page.links("dd/a").values()
    assert f"下次會議{following.short_title}" in said
    assert "市政大樓" in said
    assert "第4次" not in said


@pytest.mark.parametrize("state", ["cancelled", "held"])
def test_only_a_planned_meeting_is_to_come(one, state):
    day = timezone.localdate() + dt.timedelta(days=9)
    MeetingFactory(series=one.series, held_on=day, state=Meeting.State(state))

    assert "下次會議" not in card_of(get(Client(), "/"), "甲平臺")


def test_the_draft_of_a_planned_meeting_is_not_linked(one, draft):
    day = timezone.localdate() + dt.timedelta(days=9)
    meeting = draft(day, series=one.series, state=Meeting.State.PLANNED).meeting

    page = get(Client(), "/")

    assert meeting.get_absolute_url() not in page.links().values()
    assert meeting.short_title in card_of(page, "甲平臺")


def test_total_counts_linked_cases_twice_and_once_and_says_so(one, two, publish):
    own, other = one.cases(2), two.cases(1)
    publish(FIRST, *(decide(case, "list") for case in own), series=one.series)
    publish(FIRST, *(decide(case, "list") for case in other), series=two.series)
    link_cases(own[0], other[0], why="同名", by=secretariat_of(one.platform))

    page = get(Client(), "/")

    (total,) = page.classed("total")
    assert [text(li) for li in page.all("li", total)] == [
        f"3 案列管中，各平臺分計{BY_PLATFORM}",
        f"2 案列管中，同一事項合計一案{ONCE}；目前有 1 組",
    ]


def test_one_platform_has_no_total(one, publish):
    (case,) = one.cases(1)
    publish(FIRST, decide(case, "list"), series=one.series)

    assert get(Client(), "/").classed("total") == []


def test_json_has_every_number_with_its_definition(one, two, publish):
    own, other = one.cases(2), two.cases(1)
    publish(FIRST, *(decide(case, "list") for case in own), series=one.series)
    publish(FIRST, *(decide(case, "list") for case in other), series=two.series)
    link_cases(own[0], other[0], why="同名", by=secretariat_of(one.platform))

    answer = Client().get(reverse("cases:counts"))
    told = answer.json()

    assert "\\u" not in answer.text
    assert told["listed"] == {
        "by_platform": {
            "number": 3,
            "counts_linked_once": False,
            "definition": BY_PLATFORM,
        },
        "once": {"number": 2, "counts_linked_once": True, "definition": ONCE},
    }
    of = {each["slug"]: each["standings"] for each in told["platforms"]}
    assert of[two.platform.slug][2] == {
        "code": "delisted",
        "label": "已解除列管",
        "definition": "曾經列管，已由決定列管的會議同意解除列管",
        "number": 0,
    }
    assert told["linked_matters"] == 1


# Own platforms first


def test_secretariat_sees_its_own_platform_first(one, two):
    client = sit_down(two.platform)

    assert names(client) == ["乙平臺 所屬平臺", "甲平臺"]
    assert names(Client()) == ["甲平臺", "乙平臺"]


def test_contact_sees_the_platform_of_own_groups_first(one, two):
    contact = account(CONTACT)
    AssignmentFactory(group=two.group, user=contact)
    client = Client()
    client.force_login(contact)

    assert names(client) == ["乙平臺 所屬平臺", "甲平臺"]


def test_last_report_leads_to_its_edition_where_there_is_one(publish):
    site = Publishing(publish)
    site.lock()
    edition = site.publish()

    page = get(Client(), "/")

    assert edition.get_absolute_url() in page.links("dd/a").values()
    report = reverse("cases:status-report", args=[site.platform.slug, "pdf"])
    assert not [link for link in page.links("dd/a").values() if report in link]


def test_report_after_the_last_edition_is_told_itself(publish):
    site = Publishing(publish)
    site.lock()
    site.publish()
    paper = ReportingRoundFactory(platform=site.platform, as_of=dt.date(2026, 1, 31))
    ProgressUpdateFactory(case=site.case, round=paper)

    links = get(Client(), "/").links("dd/a").values()

    report = reverse("cases:status-report", args=[site.platform.slug, "pdf"])
    assert f"{report}?as_of=2026-01-31" in links


def test_page_of_somebody_logged_in_is_kept_by_no_cache(one, two):
    answer = sit_down(two.platform).get("/")

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("own", [1, 4])
def test_own_platforms_take_no_more_queries(db, django_assert_num_queries, own):
    bodies = [Body(f"第{n}平臺") for n in range(own)]
    user = secretariat_of(bodies[0].platform)
    for body in bodies[1:]:
        body.platform.secretariat.create(user=user)

    with django_assert_num_queries(12):
        page = landing_page(TODAY, user)

    assert [card.is_own for card in page.cards] == [True] * own

"""Setting a platform up at the desk, step by step."""

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from cases.roles import OFFICIAL, SECRETARIAT
from cases.setting_up import add_working_series, begin_platform, steps_of
from meetings.models import IssueGroup, MeetingSeries, Municipality, Platform
from tests.cases.desk import faults, form_of, sit_down
from tests.factories import (
    CaseFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MeetingFactory,
    MembershipFactory,
    MunicipalityFactory,
    ParticipantFactory,
    PlatformFactory,
)
from tests.pages import Page, text
from tests.site.admin import account, secretariat_of

NEW = "desk:new-platform"
WORDS = {
    "name": "中部治理平臺",
    "short_name": "中臺",
    "slug": "central",
    "summary": "",
    "case_word": "協力事",
    "delist_word": "卸牌",
    "group_word": "研商圈",
    "report_name": "協力事進度彙編",
    "form_name": "協力事提報單",
}


@pytest.fixture
def secretary(db):
    return account(SECRETARIAT)


@pytest.fixture
def client_of_role(secretary):
    client = Client()
    client.force_login(secretary)
    return client


@pytest.fixture
def desk(platform):
    return sit_down(platform)


def at(platform, step=""):
    return reverse(f"desk:setup-{step}" if step else "desk:setup", args=[platform.slug])


def lacks(client, platform):
    return Page(client.get(at(platform))).texts("div[@class='setup-lacks']/ul/li")


# Who may, and the first step


def test_whoever_sets_a_platform_up_keeps_it(client_of_role, secretary):
    PlatformFactory(order=7)

    answer = client_of_role.post(reverse(NEW), WORDS)

    made = Platform.objects.get(slug="central")
    assert answer["Location"] == at(made, "members")
    assert list(Platform.objects.kept_by(secretary)) == [made]
    assert (made.order, made.delist_word) == (8, "卸牌")


def test_other_platforms_stay_with_their_own_secretariat(client_of_role):
    other = PlatformFactory()
    client_of_role.post(reverse(NEW), WORDS)

    got = {
        step: client_of_role.post(at(other, step), {}).status_code
        for step in ("words", "members", "groups", "series")
    }

    assert set(got.values()) == {404}


def test_role_of_the_secretariat_is_needed(db):
    official = account(OFFICIAL)
    official.is_staff = True
    official.save()
    client = Client()
    client.force_login(official)

    assert client.post(reverse(NEW), WORDS).status_code == 403
    with pytest.raises(PermissionDenied):
        begin_platform(Platform(**WORDS), by=official)
    assert not Platform.objects.exists()


def test_account_that_cannot_get_in_begins_nothing(secretary):
    secretary.is_staff = False

    with pytest.raises(PermissionDenied):
        begin_platform(Platform(**WORDS), by=secretary)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"slug": "login"}, "這個代碼與本站的網址相同，請改用其他代碼。"),
        ({"slug": "9a"}, "代碼限用小寫英文字母、數字與連字號，並以字母開頭。"),
        ({"delist_word": ""}, "這個欄位是必須的。"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client_of_role, change, sentence):
    answer = client_of_role.post(reverse(NEW), WORDS | change)

    assert answer.status_code == 422
    assert sentence in Page(answer).texts("p[@class='fault wrong']")
    assert not Platform.objects.exists()


def test_name_that_is_taken_is_refused(client_of_role):
    PlatformFactory(name="中部治理平臺")

    answer = client_of_role.post(reverse(NEW), WORDS)

    assert answer.status_code == 422
    assert Platform.objects.count() == 1


def test_words_may_change_and_addresses_that_were_given_out_may_not(desk, platform):
    MeetingFactory(series=DecidingSeriesFactory(platform=platform))
    before = platform.slug

    desk.post(at(platform, "words"), WORDS | {"name": platform.name})

    platform.refresh_from_db()
    assert (platform.case_word, platform.slug) == ("協力事", before)


# What is missing


def test_what_is_missing_is_said_until_a_meeting_can_be_held(desk, platform):
    said = [lacks(desk, platform)]
    for _ in range(2):
        MembershipFactory(platform=platform)
    said.append(lacks(desk, platform))
    IssueGroupFactory(platform=platform)
    said.append(lacks(desk, platform))
    DecidingSeriesFactory(platform=platform)
    said.append(lacks(desk, platform))

    assert said == [
        [
            "成員縣市至少 2 個。",
            "至少一個議題小組。",
            "至少一個會議系列。",
            "至少一個會議系列決定列管與解列。",
        ],
        [
            "至少一個議題小組。",
            "至少一個會議系列。",
            "至少一個會議系列決定列管與解列。",
        ],
        ["至少一個會議系列。", "至少一個會議系列決定列管與解列。"],
        [],
    ]


def test_first_meeting_is_offered_once_nothing_is_missing(desk, platform):
    series = DecidingSeriesFactory(platform=platform)
    address = reverse("desk:new", args=[platform.slug, series.slug])
    offered = [address in Page(desk.get(at(platform))).links().values()]
    IssueGroupFactory(platform=platform)
    for _ in range(2):
        MembershipFactory(platform=platform)
    offered.append(address in Page(desk.get(at(platform))).links().values())

    assert offered == [False, True]


@pytest.mark.parametrize("count", [1, 5])
def test_steps_take_as_many_queries_for_large_platforms(
    platform, django_assert_num_queries, count
):
    for _ in range(count):
        MembershipFactory(platform=platform)
        group = IssueGroupFactory(platform=platform)
        DecidingSeriesFactory(platform=platform, group=group, slug=f"s-{group.pk}")

    with django_assert_num_queries(4):
        steps_of(platform)


# Members


def seated(platform):
    return {seat.municipality.slug for seat in platform.memberships.all()}


def test_members_are_chosen_and_taken_off(desk, platform):
    staying, leaving, coming = MunicipalityFactory.create_batch(3)
    for city in (staying, leaving):
        MembershipFactory(platform=platform, municipality=city)

    desk.post(at(platform, "members"), {"members": [staying.slug, coming.slug]})

    assert seated(platform) == {staying.slug, coming.slug}


def test_member_with_a_case_keeps_its_seat(desk, platform):
    seat = MembershipFactory(platform=platform)
    case = CaseFactory(group=IssueGroupFactory(platform=platform))
    ParticipantFactory(case=case, municipality=seat.municipality)
    other = MunicipalityFactory()

    answer = desk.post(at(platform, "members"), {"members": [other.slug]})

    assert answer.status_code == 422
    assert "不能移除" in Page(answer).main or "不能移除" in answer.content.decode()
    assert seated(platform) == {seat.municipality.slug}


def test_member_that_hosted_keeps_its_seat(desk, platform):
    seat = MembershipFactory(platform=platform)
    series = DecidingSeriesFactory(platform=platform)
    MeetingFactory(series=series, host=seat.municipality)

    answer = desk.post(at(platform, "members"), {})

    assert answer.status_code == 422
    assert seated(platform) == {seat.municipality.slug}


def test_new_municipality_comes_with_those_that_were_ticked(desk, platform):
    known = MunicipalityFactory(order=3)
    sent = {
        "members": [known.slug],
        "new-name": "臺中市政府",
        "new-short_name": "臺中市",
        "new-slug": "taichung",
        "do": "add",
    }

    desk.post(at(platform, "members"), sent)

    assert seated(platform) == {known.slug, "taichung"}
    assert Municipality.objects.get(slug="taichung").order == 4


def test_new_municipality_that_is_wrong_loses_no_ticks(desk, platform):
    known = MunicipalityFactory()
    sent = {"members": [known.slug], "new-name": "臺中市政府", "do": "add"}

    answer = desk.post(at(platform, "members"), sent)

    assert answer.status_code == 422
    assert form_of(answer)["members"] == known.slug
    assert form_of(answer)["new-name"] == "臺中市政府"
    assert seated(platform) == set()


# Groups and series


def rows(client, platform, kind, *changed):
    """Fill the empty rows of a step's table, and send it."""
    sent = form_of(client.get(at(platform, kind)))
    first = int(sent[f"{kind}-INITIAL_FORMS"])
    for number, row in enumerate(changed, start=first):
        sent |= {f"{kind}-{number}-{name}": value for name, value in row.items()}
    return client.post(at(platform, kind), sent)


def test_groups_are_added_below_others(desk, platform):
    rows(
        desk,
        platform,
        "groups",
        {"name": "防災治安組", "slug": "safety", "case_prefix": "SA"},
    )
    above = platform.groups.get()

    rows(
        desk,
        platform,
        "groups",
        {
            "name": "防災組",
            "slug": "disaster",
            "case_prefix": "DP",
            "parent": str(above.pk),
        },
    )

    below = platform.groups.get(slug="disaster")
    assert (below.parent, below.order) == (above, 2)


def test_letters_of_a_group_are_taken_once(desk, platform):
    IssueGroupFactory(platform=platform, case_prefix="SA")

    answer = rows(
        desk, platform, "groups", {"name": "甲組", "slug": "a", "case_prefix": "SA"}
    )

    assert answer.status_code == 422
    assert platform.groups.count() == 1


def test_group_of_another_platform_is_no_parent(desk, platform):
    foreign = IssueGroupFactory()

    answer = rows(
        desk,
        platform,
        "groups",
        {"name": "甲組", "slug": "a", "case_prefix": "SA", "parent": str(foreign.pk)},
    )

    assert answer.status_code == 422
    assert not platform.groups.exists()


def test_group_with_cases_keeps_its_letters_and_stays(desk, platform):
    group = IssueGroupFactory(platform=platform, case_prefix="SA", name="甲組")
    CaseFactory(group=group)
    sent = form_of(desk.get(at(platform, "groups"))) | {
        "groups-0-case_prefix": "ZZ",
        "groups-0-name": "乙組",
        "groups-0-DELETE": "on",
    }

    desk.post(at(platform, "groups"), sent)

    group.refresh_from_db()
    assert (group.case_prefix, group.name) == ("SA", "乙組")


def test_group_without_anything_is_taken_away(desk, platform):
    IssueGroupFactory(platform=platform)
    sent = form_of(desk.get(at(platform, "groups"))) | {"groups-0-DELETE": "on"}

    desk.post(at(platform, "groups"), sent)

    assert not platform.groups.exists()


def test_group_that_has_a_series_is_kept_and_said_so(desk, platform):
    group = IssueGroupFactory(platform=platform)
    DecidingSeriesFactory(platform=platform, group=group)
    sent = form_of(desk.get(at(platform, "groups"))) | {"groups-0-DELETE": "on"}

    answer = desk.post(at(platform, "groups"), sent)

    assert answer.status_code == 422
    assert "不能移除" in answer.content.decode()
    assert platform.groups.exists()


def test_series_is_added_with_its_rules(desk, platform):
    rows(
        desk,
        platform,
        "series",
        {
            "name": "首長會議",
            "slug": "heads",
            "level": "mayor",
            "numbering": "per_year",
            "hosting": "by_year",
            "is_deciding": "on",
        },
    )

    (series,) = platform.series.all()
    assert (series.numbering, series.hosting, series.is_deciding) == (
        "per_year",
        "by_year",
        True,
    )


def test_series_that_has_met_keeps_its_rules(desk, platform):
    series = DecidingSeriesFactory(platform=platform, name="甲會", numbering="running")
    MeetingFactory(series=series)
    sent = form_of(desk.get(at(platform, "series"))) | {
        "series-0-numbering": "per_year",
        "series-0-name": "乙會",
    }
    sent.pop("series-0-is_deciding", None)

    desk.post(at(platform, "series"), sent)

    series.refresh_from_db()
    assert (series.numbering, series.is_deciding, series.name) == (
        "running",
        True,
        "乙會",
    )


def test_each_group_that_meets_gets_a_series_once(platform):
    above = IssueGroupFactory(platform=platform, name="大組", slug="large")
    below = IssueGroupFactory(
        platform=platform, name="小圈", slug="small", parent=above
    )

    added = add_working_series(platform)
    again = add_working_series(platform)

    assert [(each.name, each.group, each.slug) for each in added] == [
        ("小圈工作會議", below, "working-group-small")
    ]
    assert again == []


@pytest.mark.parametrize("kind", ["groups", "series"])
def test_table_without_its_frame_is_refused(desk, platform, kind):
    answer = desk.post(at(platform, kind), {"do": "next"})

    assert answer.status_code == 422
    assert not IssueGroup.objects.exists()
    assert not MeetingSeries.objects.exists()


def test_saving_goes_on_or_stays(desk, platform):
    def leads(do):
        answer = desk.post(at(platform, "members"), {"do": do})
        return answer["Location"]

    assert leads("next") == at(platform, "groups")
    assert leads("stay") == at(platform, "members")


@pytest.mark.parametrize("count", [1, 6])
def test_tables_take_as_many_queries_for_many_rows(
    desk, platform, django_assert_num_queries, count
):
    for _ in range(count):
        group = IssueGroupFactory(platform=platform)
        DecidingSeriesFactory(platform=platform, group=group, slug=f"s-{group.pk}")

    with django_assert_num_queries(12):
        desk.get(at(platform, "series"))


def test_desk_leads_to_setting_up_and_back(client_of_role):
    client_of_role.post(reverse(NEW), WORDS)
    platform = Platform.objects.get(slug="central")

    page = Page(client_of_role.get(reverse("desk:index")))

    assert at(platform) in page.links().values()
    assert reverse(NEW) in page.links().values()


def test_pages_speak_in_the_new_words(client_of_role):
    client_of_role.post(reverse(NEW), WORDS)
    platform = Platform.objects.get(slug="central")

    said = [
        text(Page(client_of_role.get(at(platform, step))).root)
        for step in ("", "members", "groups", "series")
    ]

    assert "至少一個研商圈。" in said[0]
    assert not any("議題小組" in each or "解列" in each for each in said)
    assert Group.objects.filter(name=SECRETARIAT).exists()


def test_secretary_of_no_platform_may_begin_one_and_one_of_another_too(db):
    client = Client()
    client.force_login(secretariat_of(PlatformFactory()))

    assert client.post(reverse(NEW), WORDS).status_code == 302


def test_field_errors_of_rows_are_told(desk, platform):
    answer = rows(
        desk, platform, "groups", {"name": "甲組", "slug": "a", "case_prefix": "1"}
    )

    assert answer.status_code == 422
    assert faults(answer) == {}
    assert "案號字首為 2 至 4 個大寫英文字母。" in Page(answer).texts("td/p")

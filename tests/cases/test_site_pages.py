"""The site's furniture: terms, notices, foot, maps, and what was withdrawn."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cases.balance import NUMBERS
from cases.glossary import DECISIONS
from cases.models import LedgerEntry, Standing
from cases.status import DEFINITIONS
from tests.factories import CaseFactory, PlatformFactory, ProgressUpdateFactory, decide
from tests.pages import get, text

JULY = dt.date(2024, 7, 11)
DECEMBER = dt.date(2024, 12, 26)


# Terms


def test_glossary_defines_every_standing_number_and_decision(client, db):
    page = get(client, reverse("cases:glossary"))

    ids = page.ids()
    assert DEFINITIONS.keys() == set(Standing.Code)
    assert DECISIONS.keys() == set(LedgerEntry.Kind)
    assert {f"standing-{code.value}" for code in Standing.Code} <= ids
    assert {f"decision-{kind.value}" for kind in LedgerEntry.Kind} <= ids
    assert {f"count-{number}" for number in NUMBERS} <= ids


def test_glossary_says_what_platforms_call_otherwise(client, db):
    PlatformFactory(name="甲平臺")
    PlatformFactory(name="乙平臺", case_word="合作方案", delist_word="解除列管")

    page = get(client, reverse("cases:glossary"))

    defined = {text(div.find("dt")): text(div.find("dd")) for div in page.all("dl/div")}
    assert defined["合作案"].endswith("乙平臺稱「合作方案」。")
    assert defined["同意解列"].endswith("乙平臺稱「解除列管」。")
    assert "甲平臺" not in page.main


# The foot


def foot(page):
    return text(page.root.find(".//footer"))


def test_foot_names_the_agency_and_how_to_reach_it(client, db, settings):
    settings.SITE_AGENCY = "某市政府研究發展考核委員會"
    settings.SITE_CONTACT = "某市某路1號"

    page = get(client, "/")

    assert "某市政府研究發展考核委員會 某市某路1號" in foot(page)
    assert "請洽某市政府研究發展考核委員會（某市某路1號）。" in (
        get(client, reverse("cases:privacy")).main
    )


def test_foot_names_nobody_when_nobody_is_set(client, db):
    assert (settings.SITE_AGENCY, settings.SITE_CONTACT) == ("", "")

    assert [text(p) for p in get(client, "/").root.find(".//footer").iter("p")] == [
        "資料由各平臺幕僚機關依會議紀錄登錄；案數均附計數定義，可逐案查對。"
    ]
    assert "請洽各平臺幕僚機關" in get(client, reverse("cases:accessibility")).main


def test_foot_leads_to_the_notices(client, db):
    page = get(client, "/")

    links = {text(a): a.get("href") for a in page.root.find(".//footer").iter("a")}
    for name in ("隱私權及資訊安全政策", "政府網站資料開放宣告", "無障礙聲明"):
        assert get(client, links[name]).texts("h1") == [name]


def updated(page):
    (day,) = re.findall(r"最後更新：(\S+日)", foot(page))
    return day


def test_each_platform_tells_when_its_own_record_grew(
    client, platform, case, publish, date_publication, time_machine
):
    meeting = publish(JULY, decide(case, "list"))
    date_publication(meeting, dt.datetime(2031, 3, 1, tzinfo=dt.UTC))
    other = PlatformFactory()
    time_machine.move_to(dt.datetime(2032, 1, 1, tzinfo=dt.UTC))

    assert updated(get(client, reverse("cases:platform", args=[platform.slug]))) == (
        "120年3月1日"
    )
    assert "最後更新" not in foot(
        get(client, reverse("cases:platform", args=[other.slug]))
    )


def test_progress_counts_as_growth_of_its_platform_alone(client, platform, case):
    ProgressUpdateFactory(case=case)
    other = PlatformFactory()

    assert "最後更新" in foot(get(client, reverse("cases:table", args=[platform.slug])))
    assert "最後更新" not in foot(
        get(client, reverse("cases:table", args=[other.slug]))
    )


def test_what_is_not_shown_is_no_growth(client, platform, case, hold_meeting):
    hold_meeting(JULY, decide(case, "list"))
    ProgressUpdateFactory(case=case, state="draft")

    assert "最後更新" not in foot(
        get(client, reverse("cases:table", args=[platform.slug]))
    )


def test_case_tells_when_something_was_last_published_of_it(
    client, group, publish, date_publication, time_machine
):
    one, other = CaseFactory.create_batch(2, group=group)
    future = publish(DECEMBER, decide(other, "list"))
    date_publication(future, dt.datetime(2031, 3, 1, tzinfo=dt.UTC))
    mine = publish(JULY, decide(one, "list"))
    date_publication(mine, dt.datetime(2029, 3, 1, tzinfo=dt.UTC))

    time_machine.move_to(dt.datetime(2032, 1, 1, tzinfo=dt.UTC))

    assert updated(get(client, one.get_absolute_url())) == "118年3月1日"
    assert updated(get(client, other.get_absolute_url())) == "120年3月1日"


def test_meeting_tells_when_its_minutes_were_published(
    client, publish, case, date_publication
):
    meeting = publish(JULY, decide(case, "list"))
    date_publication(meeting, dt.datetime(2025, 3, 1, tzinfo=dt.UTC))
    publish(DECEMBER, decide(case, "continue"))

    assert updated(get(client, meeting.get_absolute_url())) == "114年3月1日"


# Maps


def test_site_map_leads_to_every_public_list(client, platform):
    page = get(client, reverse("cases:site-map"))

    names = ("cases:platform", "cases:table", "meetings:list", "cases:books")
    pages = ("landing", "glossary", "privacy", "open-data", "accessibility")
    expected = {reverse(name, args=[platform.slug]) for name in names}
    expected |= {reverse(f"cases:{name}") for name in pages}
    assert expected <= {link.get("href") for link in page.all("main//a")}


def locations(client):
    answer = client.get(reverse("cases:sitemap-xml"))
    assert answer["Content-Type"] == "application/xml"
    return re.findall(r"<loc>http://testserver([^<]*)</loc>", answer.content.decode())


def test_sitemap_lists_public_addresses_alone(
    client, platform, group, publish, hold_meeting, working_series
):
    shown, hidden = CaseFactory.create_batch(2, group=group)
    meeting = publish(JULY, decide(shown, "list"))
    working = publish(JULY, series=working_series)
    hold_meeting(DECEMBER, decide(hidden, "list"))

    found = locations(client)

    balance = reverse("cases:balance", args=[platform.slug, meeting.slug])
    about_cases = [path for path in found if "/cases/" in path or "/meetings/" in path]
    assert sorted(about_cases) == sorted(
        [
            reverse("cases:table", args=[platform.slug]),
            reverse("meetings:list", args=[platform.slug]),
            shown.get_absolute_url(),
            meeting.get_absolute_url(),
            working.get_absolute_url(),
            balance,
        ]
    )
    for path in found:
        assert Client().get(path).status_code == 200, path


def test_robots_are_led_to_the_sitemap_and_away_from_the_doors(client, db):
    answer = client.get("/robots.txt")

    assert answer["Content-Type"] == "text/plain"
    assert answer.content.decode() == (
        "User-agent: *\n"
        "Disallow: /admin/\n"
        "Disallow: /login/\n"
        "Sitemap: http://testserver/sitemap.xml\n"
    )


# What was withdrawn


@pytest.fixture
def withdrawn(publish, case, withdraw):
    """A meeting whose minutes were public once, the only one to tell of a case."""
    meeting = publish(JULY, decide(case, "list"), title="撤回的會議")
    withdraw(meeting)
    return meeting


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("meetings:meeting", []),
        ("meetings:minutes-paper", ["pdf"]),
        ("cases:balance", []),
        ("cases:balance-cases", ["all", "listed"]),
    ],
)
def test_withdrawn_minutes_are_gone_with_a_sentence(client, withdrawn, name, more):
    place = reverse(name, args=[withdrawn.platform.slug, withdrawn.slug, *more])

    page = get(client, place, status=410)

    assert page.texts("h1") == ["已撤回公開"]
    assert "這次會議的紀錄曾經公開，現已撤回" in page.main
    assert withdrawn.title not in page.main


def test_case_known_from_withdrawn_minutes_alone_is_gone(client, withdrawn, case):
    page = get(client, case.get_absolute_url(), status=410)

    assert f"{case.number}曾經公開，所依據的會議紀錄現已撤回" in page.main
    assert case.name not in page.main


def test_part_of_a_gone_case_is_gone_too(client, case, publish, withdraw):
    part = CaseFactory(group=case.group, parent=case)
    meeting = publish(JULY, decide(case, "list"))
    withdraw(meeting)

    get(client, part.get_absolute_url(), status=410)


def test_case_that_was_never_public_is_not_found(
    client, withdrawn, group, hold_meeting
):
    hidden = CaseFactory(group=group)
    hold_meeting(DECEMBER, decide(hidden, "list"))

    get(client, hidden.get_absolute_url(), status=404)


def test_case_told_of_by_other_minutes_stays(client, case, publish, withdraw):
    meeting = publish(JULY, decide(case, "list"))
    publish(DECEMBER, decide(case, "continue"))
    withdraw(meeting)

    assert get(client, case.get_absolute_url()).texts("h1") == [case.name]

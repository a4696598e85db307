"""The pages about platforms, cases and the books."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.ledger import post_erratum
from cases.models import Participant
from meetings.models import Erratum
from tests.factories import (
    AgencyFactory,
    CaseAliasFactory,
    CaseFactory,
    CountClaimFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MembershipFactory,
    MunicipalityFactory,
    ParticipantFactory,
    PlatformFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    ThemeFactory,
    decide,
)
from tests.pages import get, text

JULY = dt.date(2024, 7, 11)
DECEMBER = dt.date(2024, 12, 26)
NEXT_JULY = dt.date(2025, 7, 10)


@pytest.fixture
def table(platform):
    return reverse("cases:table", args=[platform.slug])


def address(case):
    return case.get_absolute_url()


def names(page):
    return [text(cell) for cell in page.classed("case-name")]


# The platforms


def test_landing_shows_each_platform_with_its_standing_or_that_it_has_none(
    client, platform, case, publish
):
    empty = PlatformFactory(name="無紀錄平臺")
    MembershipFactory(platform=empty, municipality__short_name="苗栗縣")
    publish(JULY, decide(case, "list"))

    page = get(client, "/")

    cards = {text(card.find("h2")): card for card in page.classed("card")}
    assert cards.keys() == {platform.name, empty.name}
    figures = [text(a) for a in page.all("li/a", cards[platform.name])]
    assert figures == ["1 案列管中", "0 案提案中", "0 案已解列"]
    assert "尚無紀錄" in text(cards[empty.name])
    assert "苗栗縣" in text(cards[empty.name])


def test_home_counts_open_exactly_the_cases_they_count(
    client, platform, group, publish
):
    listed, gone, agreed = CaseFactory.create_batch(3, group=group)
    publish(JULY, decide(listed, "list"), decide(gone, "list"), decide(agreed, "agree"))
    publish(DECEMBER, decide(gone, "delist"))

    page = get(client, reverse("cases:platform", args=[platform.slug]))

    counts = {
        text(a): a.get("href") for a in page.all("a") if "standing=" in a.get("href")
    }
    opened = {label: names(get(client, href)) for label, href in counts.items()}
    assert opened == {
        "1 案列管中": [listed.name],
        "1 案提案中": [agreed.name],
        "1 案已解列": [gone.name],
        "0 案已併案": [],
        "0 案已分案": [],
        "0 案未列管結案": [],
        f"1 案，{group.name}列管中": [listed.name],
        f"1 案，{group.name}提案中": [agreed.name],
        f"1 案，{group.name}已解列": [gone.name],
    }


def test_home_links_the_latest_deciding_meeting(
    client, platform, case, publish, working_series
):
    publish(JULY, decide(case, "list"))
    deciding = publish(DECEMBER, decide(case, "continue"))
    publish(NEXT_JULY, series=working_series)

    page = get(client, reverse("cases:platform", args=[platform.slug]))

    assert page.links("h3/a") == {deciding.short_title: deciding.get_absolute_url()}


def test_home_of_a_platform_without_record_says_so(client, platform):
    page = get(client, reverse("cases:platform", args=[platform.slug]))

    assert "尚無紀錄：這個平臺還沒有公開的會議決定列管。" in page.main
    assert "尚無公開的會議紀錄。" in page.main


# The status table


def test_table_shows_what_is_listed_with_its_basis_and_latest_progress(
    client, case, publish, table
):
    meeting = publish(JULY, decide(case, "list"))
    city = MunicipalityFactory(short_name="基隆市")
    old = ReportingRoundFactory(platform=case.platform, as_of=dt.date(2024, 9, 30))
    new = ReportingRoundFactory(platform=case.platform, as_of=dt.date(2024, 12, 31))
    ProgressUpdateFactory(case=case, round=old, municipality=city, text="已過時。")
    ProgressUpdateFactory(case=case, round=new, municipality=city, text="1. 已完工。")
    ProgressUpdateFactory(case=case, round=new, text="未接受。", state="draft")

    page = get(client, table)

    assert page.rows("tr[@class='case-row']") == [
        [
            f"{case.number} 列管中",
            case.name,
            f"{meeting.short_title}113年7月11日",
            "基隆市已完工。 資料時間 113年12月31日",
        ]
    ]
    assert page.links()[meeting.short_title] == meeting.get_absolute_url()
    assert page.links()[case.name] == address(case)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, ["甲案", "乙案"]),
        ({"standing": ""}, ["甲案", "乙案"]),
        ({"group": "first"}, ["甲案"]),
        ({"standing": "delisted"}, ["丙案"]),
        ({"standing": "all"}, ["甲案", "丙案", "乙案"]),
        ({"standing": "all", "group": "first"}, ["甲案", "丙案"]),
        ({"as_of": "2024-12-25"}, ["甲案", "丙案", "乙案"]),
        ({"as_of": "113/12/25"}, ["甲案", "丙案", "乙案"]),
        ({"as_of": "113年12月26日"}, ["甲案", "乙案"]),
        ({"as_of": "113/7/10"}, []),
    ],
)
def test_table_shows_what_the_address_asks_for(
    client, platform, publish, table, asked, shown
):
    first = IssueGroupFactory(platform=platform, slug="first", order=1)
    second = IssueGroupFactory(platform=platform, slug="second", order=2)
    one = CaseFactory(group=first, name="甲案")
    two = CaseFactory(group=second, name="乙案")
    gone = CaseFactory(group=first, name="丙案")
    publish(JULY, *[decide(case, "list") for case in (one, two, gone)])
    publish(DECEMBER, decide(gone, "delist"))

    page = get(client, table, **asked)

    assert names(page) == shown


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"group": "nobody"}, "沒有這個議題小組，請由清單選擇。"),
        ({"standing": "lost"}, "沒有這個列管狀態，請由清單選擇。"),
        ({"as_of": "113/2/30"}, "曆法上沒有這一天"),
        ({"as_of": "昨天"}, "看不懂日期「昨天」"),
        ({"as_of": "2200-01-01"}, "資料日期不得晚於今天"),
    ],
)
def test_table_refuses_in_a_sentence_and_offers_the_form(
    client, case, publish, table, asked, sentence
):
    publish(JULY, decide(case, "list"))

    page = get(client, table, status=400, **asked)

    (summary,) = page.classed("error-summary")
    (field,) = asked
    assert sentence in text(summary)
    assert page.all(f"*[@name='{field}'][@aria-invalid='true']")
    assert names(page) == []
    assert page.all("form[@class='filters']")


def test_table_names_the_chosen_standing_and_its_definition(
    client, case, publish, table
):
    publish(JULY, decide(case, "list"))

    page = get(client, table, standing="delisted")

    assert text(page.root.find(".//section/div/h2")) == "已解列 0 案"
    (chosen,) = page.all("select[@name='standing']/option[@selected]")
    assert chosen.get("value") == "delisted"
    assert "曾經列管，已由決定列管的會議同意解列" in page.main


def test_table_links_the_report_of_the_same_day(client, platform, case, publish, table):
    publish(JULY, decide(case, "list"))

    page = get(client, table, as_of="113/12/31")

    report = reverse("cases:status-report", args=[platform.slug, "pdf"])
    assert page.links()["合作方案辦理情形（PDF，113年12月31日）"] == (
        f"{report}?as_of=2024-12-31"
    )


def test_table_keeps_the_day_and_group_in_the_links_of_the_counts(
    client, case, publish, table
):
    publish(JULY, decide(case, "list"))

    page = get(client, table, as_of="113/12/31", group=case.group.slug)

    assert page.links()["0 案已解列"] == (
        f"{table}?group={case.group.slug}&standing=delisted&as_of=2024-12-31"
    )


def test_parts_of_a_case_stand_with_it_and_are_not_counted(
    client, case, publish, table
):
    part = CaseFactory(group=case.group, parent=case, name="子項")
    publish(JULY, decide(case, "list"))

    page = get(client, table)

    assert names(page) == [f"{case.name} 子案：子項"]
    assert text(page.root.find(".//section/div/h2")) == "列管中 1 案"
    assert "隨母案列管" in get(client, address(part)).main


# What is not public


def test_cases_of_unpublished_minutes_are_nowhere(
    client, platform, hold_meeting, table
):
    group = IssueGroupFactory(platform=platform)
    case = CaseFactory(group=group, name="未公開案")
    meeting = hold_meeting(JULY, decide(case, "list"))

    assert names(get(client, table, standing="all")) == []
    assert "未公開案" not in get(client, address(case), status=404).main
    assert "尚無紀錄" in get(client, "/").main
    balance = reverse("cases:balance", args=[platform.slug, meeting.slug])
    get(client, balance, status=404)


def test_decisions_of_unpublished_minutes_are_left_out(
    client, case, publish, hold_meeting, working_series
):
    publish(JULY, decide(case, "list"))
    hold_meeting(DECEMBER, decide(case, "defer", words="密"), series=working_series)

    page = get(client, address(case))

    assert len(page.all("ol[@class='timeline']/li")) == 1
    assert "密" not in page.main


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/nowhere/", "沒有這個平臺"),
        ("/nowhere/cases/", "沒有這個平臺"),
        ("/{platform}/cases/ZZ-999/", "沒有案號ZZ-999的合作案"),
        ("/{platform}/cases/no-number/", "這個網址沒有對應的頁面"),
        ("/{platform}/meetings/nothing/balance/", "沒有這次會議"),
    ],
)
def test_unknown_addresses_are_answered_with_a_sentence(
    client, platform, path, sentence
):
    page = get(client, path.format(platform=platform.slug), status=404)

    assert page.title.startswith("找不到頁面")
    assert sentence in page.main


# A case


def test_small_letters_lead_to_the_address_of_the_case(client, case, publish):
    publish(JULY, decide(case, "list"))

    response = client.get(address(case).lower())

    assert response.status_code == 301
    assert response["Location"] == address(case)


def test_case_shows_its_names_in_turn(client, case, publish):
    CaseAliasFactory(case=case, name="俗名", source="某報告")
    publish(JULY, decide(case, "list"))
    publish(DECEMBER, decide(case, "rename", new_name="新名"))

    page = get(client, address(case))

    assert page.texts("h1") == ["新名"]
    assert page.texts("ul[@class='names']/li") == [
        f"{case.name}至113年12月25日",
        "新名113年12月26日起",
        "俗名見某報告",
    ]


def test_case_shows_who_takes_part_the_lead_first(client, case, publish):
    agency = AgencyFactory(name="基隆市政府交通處")
    helper = MunicipalityFactory(short_name="桃園市", order=1)
    ParticipantFactory(case=case, municipality=helper)
    Participant.objects.create(
        case=case, municipality=agency.municipality, agency=agency, is_lead=True
    )
    case.theme_links.create(theme=ThemeFactory(platform=case.platform, name="減碳"))
    publish(JULY, decide(case, "list"))

    page = get(client, address(case))

    assert page.texts("ul[@class='involved']/li") == [
        f"{agency.municipality.short_name}主辦基隆市政府交通處",
        "桃園市",
    ]
    assert "減碳" in page.main


def test_timeline_tells_each_decision_with_its_meeting_and_words(
    client, case, draft, publish, clerk
):
    listing = publish(JULY, decide(case, "list", is_inferred=True, basis="新聞稿"))
    leaving = publish(
        DECEMBER, decide(case, "delist", reason="routine", words="各市自辦")
    )

    page = get(client, address(case))

    extracts = "{0}決議節錄（PDF），另有 ODT：{0}決議節錄"
    assert page.texts("ol[@class='timeline']/li") == [
        f"113年7月11日{listing.short_title} {extracts.format(listing.short_title)}"
        " 同意新增推定 推定依據：新聞稿",
        f"113年12月26日{leaving.short_title} {extracts.format(leaving.short_title)}"
        " 同意解列原因：轉為常態交流／回歸例行業務 各市自辦",
    ]


def test_corrected_entry_is_struck_out_and_stays_readable(client, case, publish, clerk):
    meeting = publish(JULY, decide(case, "list"))
    entry = case.ledger.get()
    erratum = Erratum(
        minutes=meeting.minutes, reason="誤植", was="新增", becomes="補登"
    )
    with transaction.atomic():
        post_erratum(erratum, [decide(case, "carry_in", corrects=entry)], by=clerk)

    page = get(client, address(case))

    struck, mended = page.all("ol[@class='timeline']/li")
    assert struck.get("class") == "corrected"
    assert page.texts("del", struck) == ["同意新增"]
    assert "已更正" in text(struck)
    assert "補登列管" in text(mended)
    assert "勘誤：誤植。原載「新增」，更正為「補登」" in text(mended)


def test_related_cases_are_linked_both_ways(client, group, publish):
    kept, merged, parted, part = CaseFactory.create_batch(4, group=group)
    publish(JULY, *[decide(case, "list") for case in (kept, merged, parted)])
    publish(
        DECEMBER,
        decide(merged, "merge", merged_into=kept),
        decide(parted, "split"),
        decide(part, "list", split_from=parted),
    )

    def related(case):
        page = get(client, address(case))
        return [text(li).split(" ")[0] for li in page.all("ul[@class='names']/li")]

    assert related(kept) == [f"併入本案{merged.number}"]
    assert related(merged) == [f"併入{kept.number}"]
    assert related(parted) == [f"分自本案{part.number}"]
    assert related(part) == [f"分自{parted.number}"]


def test_progress_is_shown_by_round_and_municipality_as_an_outline(
    client, case, publish
):
    publish(JULY, decide(case, "list"))
    city = MunicipalityFactory(short_name="新北市")
    for day, words in ((JULY, "較早。"), (DECEMBER, "前言\n1. 甲\n(1) 乙\n2. 丙")):
        round_ = ReportingRoundFactory(platform=case.platform, as_of=day)
        ProgressUpdateFactory(case=case, round=round_, municipality=city, text=words)

    page = get(client, address(case))

    assert page.texts("section[@class='period']/h3") == [
        "資料時間 113年12月26日",
        "資料時間 113年7月11日",
    ]
    assert page.texts("section[@class='period']/h4") == ["新北市", "新北市"]
    lines = [
        (line.get("class"), text(line)) for line in page.all("div[@class='outline']/p")
    ]
    assert lines == [
        ("plain depth-0", "前言"),
        ("item depth-1", "1. 甲"),
        ("item depth-2", "(1) 乙"),
        ("item depth-1", "2. 丙"),
        ("plain depth-0", "較早。"),
    ]


def test_what_people_typed_is_never_markup(client, case, publish):
    publish(JULY, decide(case, "list"))
    ProgressUpdateFactory(case=case, text="<script>alert(1)</script>")

    page = get(client, address(case))

    assert page.all("script") == []
    assert "<script>alert(1)</script>" in page.main


# The books


@pytest.fixture
def books(group, publish):
    """Two deciding meetings; the second's paper leaves a carry-in out of its sum."""
    stays, leaves, comes, older = CaseFactory.create_batch(4, group=group)
    first = publish(JULY, decide(stays, "list"), decide(leaves, "list"))
    second = publish(
        DECEMBER,
        decide(older, "carry_in"),
        decide(leaves, "delist"),
        decide(comes, "list"),
    )
    for scope in (group, None):
        CountClaimFactory(meeting=first, group=scope, counts="listed", number=2)
        CountClaimFactory(meeting=first, group=scope, counts="continued", number=0)
        CountClaimFactory(meeting=second, group=scope, counts="listed", number=2)
        CountClaimFactory(meeting=second, group=scope, counts="delisted", number=1)
        CountClaimFactory(meeting=second, group=scope, counts="continued", number=2)
    return second


def test_balance_shows_the_equation_the_claims_and_words_for_the_difference(
    client, group, books
):
    page = get(client, reverse("cases:balance", args=[books.platform.slug, books.slug]))

    finding = "所載其餘案數多 1 案＝補登 1 案；所載「所載2案」與帳上不符"
    counts = ["2", "1", "1 文載 1", "0", "0", "2 文載 2", "1 文載 2", "3 文載 4", "+1"]
    assert [[cell.split(" 案，")[0] for cell in row[:1]] for row in page.rows()] == [
        [group.name]
    ]
    for row in (*page.rows(), *page.rows("tfoot/tr")):
        shown = [_without_hidden(cell) for cell in row[1:-1]]
        assert shown == counts
        assert row[-1] == finding


def _without_hidden(cell):
    """Return a cell's text without what only a screen reader hears."""
    count, _, rest = cell.partition(" 案，")
    stated = rest.rpartition("文載")
    return f"{count} 文載{stated[2]}" if stated[1] else count


def test_every_number_of_the_books_opens_the_cases_it_counts(client, books):
    page = get(client, reverse("cases:balance", args=[books.platform.slug, books.slug]))

    numbers = {
        a.get("href"): int(text(a).split(" ")[0])
        for a in page.all("a")
        if f"/{books.slug}/balance/" in a.get("href") and a.get("href").count("/") > 6
    }
    opened = {href: len(get(client, href).rows()) for href in numbers}
    assert len(numbers) == 2 * 8
    assert sum(numbers.values()) == 2 * (2 + 1 + 1 + 0 + 0 + 2 + 1 + 3)
    assert opened == numbers


def test_a_number_says_what_it_counts_and_names_the_cases_of_that_day(
    client, group, case, publish
):
    meeting = publish(JULY, decide(case, "list"))
    publish(DECEMBER, decide(case, "rename", new_name="後來的名稱"))

    page = get(
        client,
        reverse(
            "cases:balance-cases",
            args=[meeting.platform.slug, meeting.slug, group.slug, "listed"],
        ),
    )

    assert page.texts("h1") == [f"{group.name}新增 1 案"]
    assert "本次會議同意新增（含分案而新增、重新列管）的案件。" in page.main
    assert page.rows() == [[case.number, case.name, group.name]]


@pytest.mark.parametrize(
    ("group_slug", "number", "sentence"),
    [
        ("all", "profit", "列管結算沒有這個數字"),
        ("nobody", "listed", "這個平臺沒有這個議題小組"),
    ],
)
def test_unknown_numbers_of_the_books_are_answered_with_a_sentence(
    client, books, group_slug, number, sentence
):
    wrong = reverse(
        "cases:balance-cases",
        args=[books.platform.slug, books.slug, group_slug, number],
    )

    assert sentence in get(client, wrong, status=404).main


def test_meeting_that_decides_nothing_has_no_books(client, publish, working_series):
    meeting = publish(JULY, series=working_series)

    page = get(
        client,
        reverse("cases:balance", args=[meeting.platform.slug, meeting.slug]),
        status=404,
    )

    assert f"{working_series.name}不決定列管與解列，沒有列管結算" in page.main


# Queries


def _fill(platform, publish, clerk, count):
    """Give a platform ``count`` of everything its pages show; return a case, a meeting."""
    cases = []
    city = MunicipalityFactory()
    series = DecidingSeriesFactory(platform=platform)
    for place in range(count):
        group = IssueGroupFactory(platform=platform)
        case = CaseFactory(group=group)
        CaseFactory(group=group, parent=case)
        CaseAliasFactory(case=case)
        ParticipantFactory(case=case, municipality=city)
        case.theme_links.create(theme=ThemeFactory(platform=platform))
        cases.append(case)
        round_ = ReportingRoundFactory(
            platform=platform, as_of=JULY + dt.timedelta(days=place)
        )
        for one in cases:
            ProgressUpdateFactory(case=one, round=round_)
            ProgressUpdateFactory(case=one, round=round_, municipality=city)
    target = CaseFactory(group=cases[0].group)
    publish(JULY, *[decide(case, "list") for case in [*cases, target]], series=series)
    for place in range(count):
        day = DECEMBER + dt.timedelta(days=place)
        renamed = [decide(case, "rename", new_name=f"{place}") for case in cases]
        publish(day, *renamed, series=series)
    meeting = publish(
        NEXT_JULY,
        *[decide(case, "merge", merged_into=target) for case in cases],
        series=series,
    )
    for case in cases:
        CountClaimFactory(meeting=meeting, group=case.group)
        entry = case.ledger.get(kind="merge")
        erratum = Erratum(minutes=meeting.minutes, reason="誤", was="甲", becomes="乙")
        with transaction.atomic():
            mended = decide(case, "merge", merged_into=target, corrects=entry)
            post_erratum(erratum, [mended], by=clerk)
    return target, meeting


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("cases:landing", 12),
        ("cases:counts", 11),
        ("cases:platform", 8),
        ("cases:table", 7),
        ("cases:case", 15),
        ("cases:balance", 8),
        ("cases:balance-cases", 10),
        ("cases:site-map", 3),
        ("cases:glossary", 3),
        ("cases:books", 7),
        ("cases:sitemap-xml", 9),
    ],
)
def test_number_of_queries_does_not_grow(client, publish, clerk, name, most):
    counted = []  # one of them asks which version the data has
    for count in (1, 5):
        platform = PlatformFactory()
        case, meeting = _fill(platform, publish, clerk, count)
        arguments = {
            "cases:landing": [],
            "cases:counts": [],
            "cases:site-map": [],
            "cases:glossary": [],
            "cases:sitemap-xml": [],
            "cases:case": [platform.slug, case.number],
            "cases:balance": [platform.slug, meeting.slug],
            "cases:balance-cases": [platform.slug, meeting.slug, "all", "merged"],
        }.get(name, [platform.slug])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            get(client, reverse(name, args=arguments))
        counted.append(len(queries))

    assert counted[0] == counted[1] <= most

"""The status table: what the address asks for, finds, sorts, pages and refuses."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.ledger import confirm_and_post
from cases.views import table as table_view
from meetings.minutes.publish import publish as make_public
from tests.factories import (
    CaseAliasFactory,
    CaseFactory,
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


@pytest.fixture
def seat(platform):
    """Return a function that gives a municipality a seat on the platform."""

    def take_seat(slug, name, order=0):
        city = MunicipalityFactory(slug=slug, short_name=name, order=order)
        MembershipFactory(platform=platform, municipality=city)
        return city

    return take_seat


def names(page):
    """The names of the cases in the order shown."""
    return [text(cell.find("a")) for cell in page.classed("case-name")]


def hits(page):
    """Where words were found, marked as [words]."""
    for mark in page.all("mark"):
        mark.text = f"[{mark.text}]"
    return [text(hit) for hit in page.classed("hit")]


def chips(page):
    return {text(a).removeprefix("移除條件："): a.get("href") for a in chip_links(page)}


def chip_links(page):
    return [a for chips in page.classed("chips") for a in page.all("a", chips)]


# Filters


def test_a_municipality_finds_what_it_takes_part_in_or_reports_on(
    client, group, publish, table, seat
):
    taipei = seat("taipei", "臺北市")
    partner, reporter, other = CaseFactory.create_batch(3, group=group)
    publish(JULY, *[decide(case, "list") for case in (partner, reporter, other)])
    ParticipantFactory(case=partner, municipality=taipei)
    latest = ReportingRoundFactory(platform=group.platform)
    ProgressUpdateFactory(case=reporter, round=latest, municipality=taipei)
    ProgressUpdateFactory(case=other, round=latest, municipality=taipei, state="draft")
    ParticipantFactory(case=other)

    page = get(client, table, municipality="taipei")

    assert names(page) == [partner.name, reporter.name]


def test_municipalities_are_offered_in_the_official_order(
    client, platform, table, seat
):
    seat("b", "新北市", order=2)
    seat("a", "臺北市", order=1)
    MunicipalityFactory(short_name="高雄市")

    page = get(client, table)

    assert page.texts("select[@name='municipality']/option") == [
        "全部縣市",
        "臺北市",
        "新北市",
    ]


def test_a_theme_finds_its_cases(client, group, publish, table):
    green, other = CaseFactory.create_batch(2, group=group)
    theme = ThemeFactory(platform=group.platform, name="減碳")
    green.theme_links.create(theme=theme)
    publish(JULY, decide(green, "list"), decide(other, "list"))

    assert names(get(client, table, theme="減碳")) == [green.name]


def test_a_year_finds_what_was_listed_in_it(client, group, publish, table):
    old, new, back = CaseFactory.create_batch(3, group=group)
    publish(JULY, decide(old, "list"), decide(back, "list"))
    publish(DECEMBER, decide(back, "delist"))
    publish(NEXT_JULY, decide(new, "list"), decide(back, "relist"))

    page = get(client, table)

    assert page.texts("select[@name='year']/option") == ["全部年度", "114年", "113年"]
    assert names(get(client, table, year="113")) == [old.name]
    assert names(get(client, table, year="114")) == [new.name, back.name]
    asked = {"year": "113", "as_of": "113/8/1"}
    assert names(get(client, table, **asked)) == [old.name, back.name]


def test_a_meeting_finds_what_it_decided_on_whatever_it_decided(
    client, group, publish, table, working_series
):
    listed, asked, other = CaseFactory.create_batch(3, group=group)
    publish(JULY, *[decide(case, "list") for case in (listed, asked, other)])
    working = publish(DECEMBER, decide(asked, "propose_delist"), series=working_series)
    deciding = publish(NEXT_JULY, decide(asked, "delist"), decide(listed, "continue"))

    assert names(get(client, table, meeting=working.slug, standing="all")) == [
        asked.name
    ]
    assert names(get(client, table, meeting=deciding.slug, standing="all")) == [
        listed.name,
        asked.name,
    ]


def test_meetings_are_offered_by_series_if_public_and_deciding_on_a_case(
    client, case, publish, hold_meeting, table, working_series
):
    first = publish(JULY, decide(case, "list"))
    publish(DECEMBER, series=working_series)
    hold_meeting(NEXT_JULY, decide(case, "continue"))

    page = get(client, table)

    (group,) = page.all("select[@name='meeting']/optgroup")
    assert group.get("label") == first.series.name
    assert page.texts("option", group) == [f"{first.short_title}（113年7月11日）"]


def test_a_group_whose_years_have_ended_can_be_asked_for(
    client, platform, publish, table
):
    ended = IssueGroupFactory(
        platform=platform, slug="old", name="舊組", last_year=2024
    )
    case = CaseFactory(group=ended)
    publish(JULY, decide(case, "list"))

    assert names(get(client, table, group="old")) == [case.name]


def test_filters_narrow_each_other(client, group, publish, table, seat):
    city = seat("taipei", "臺北市")
    both, one, none = (CaseFactory(group=group, name=f"捷運{n}號") for n in range(3))
    publish(JULY, *[decide(case, "list") for case in (both, one, none)])
    theme = ThemeFactory(platform=group.platform, name="減碳")
    for case in (both, one):
        case.theme_links.create(theme=theme)
    ParticipantFactory(case=both, municipality=city)

    page = get(client, table, theme="減碳", municipality="taipei", q="捷運")

    assert names(page) == [both.name]


def test_counts_are_of_what_is_asked_for_and_open_it(
    client, group, publish, table, seat
):
    city = seat("taipei", "臺北市")
    listed, gone, other = CaseFactory.create_batch(3, group=group)
    publish(JULY, *[decide(case, "list") for case in (listed, gone, other)])
    publish(DECEMBER, decide(gone, "delist"))
    for case in (listed, gone):
        ParticipantFactory(case=case, municipality=city)

    links = get(client, table, municipality="taipei").links()

    assert names(get(client, links["1 案列管中"])) == [listed.name]
    assert names(get(client, links["1 案已解列"])) == [gone.name]


# Refusals


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"municipality": "x"}, "municipality", "平臺沒有這個成員縣市，請由清單選擇。"),
        ({"theme": "x"}, "theme", "沒有這個共同議題，請由清單選擇。"),
        ({"year": "99"}, "year", "沒有這個列管年度，請由清單選擇。"),
        ({"meeting": "x"}, "meeting", "沒有這次會議，或其紀錄尚未公開，請由清單選擇。"),
        ({"sort": "color"}, "sort", "沒有這種排序，請由清單選擇。"),
        ({"q": "市"}, "q", "每個字詞至少2個字，「市」只有1個字，請多打幾個字。"),
        ({"q": "捷運\0"}, "q", "查詢字詞含有無法辨識的字元，請重新輸入。"),
        (
            {"standing": ["listed", "all"]},
            "standing",
            "這個條件只能選一項，請重新選擇。",
        ),
        (
            {"year": "114", "as_of": "113/8/1"},
            "year",
            "列管年度114年晚於資料日期（113年8月1日），請改選年度或資料日期。",
        ),
    ],
)
def test_what_is_unknown_or_contradicts_itself_is_refused_at_the_field(
    client, case, publish, table, asked, field, sentence
):
    publish(JULY, decide(case, "list"))
    publish(NEXT_JULY, decide(CaseFactory(group=case.group), "list"))

    page = get(client, table, status=400, **asked)

    (control,) = page.all(f"*[@name='{field}']")
    assert control.get("aria-invalid") == "true"
    described = control.get("aria-describedby").split()
    assert set(described) <= page.ids()
    said = [
        text(element)
        for element in page.all("*[@id]")
        if element.get("id") in described
    ]
    assert sentence in said
    assert names(page) == []


def test_a_meeting_after_the_day_is_refused(client, case, publish, table):
    publish(JULY, decide(case, "list"))
    later = publish(DECEMBER, decide(case, "continue"))

    page = get(client, table, status=400, meeting=later.slug, as_of="113/8/1")

    (summary,) = page.classed("error-summary")
    assert (
        f"{later.short_title}於113年12月26日召開，晚於資料日期（113年8月1日），"
        "請改選會議或資料日期。"
    ) in text(summary)


def test_unknown_conditions_are_refused_but_not_what_other_sites_add(
    client, case, publish, table
):
    publish(JULY, decide(case, "list"))

    page = get(client, table, status=400, grup="transport")

    (summary,) = page.classed("error-summary")
    assert "沒有「grup」這個查詢條件，請由下列欄位選擇。" in text(summary)
    assert names(get(client, table, utm_source="mail", fbclid="1")) == [case.name]


def test_a_wrong_rare_filter_stands_open(client, platform, table):
    page = get(client, table, status=400, sort="color")

    (rare,) = page.all("details")
    assert rare.get("open") is not None
    assert get(client, table).all("details")[0].get("open") is None


# Words


@pytest.fixture
def searched(group, publish):
    """Cases found by name, old name, alias, number, part and text; and one by nothing."""
    found = {
        "name": CaseFactory(group=group, name="台北車站改建"),
        "old": CaseFactory(group=group, name="臺北舊計畫"),
        "alias": CaseFactory(group=group, name="甲案"),
        "part": CaseFactory(group=group, name="乙案"),
        "text": CaseFactory(group=group, name="丙案"),
        "none": CaseFactory(group=group, name="丁案"),
    }
    publish(JULY, *[decide(case, "list") for case in found.values()])
    publish(DECEMBER, decide(found["old"], "rename", new_name="新計畫"))
    CaseAliasFactory(case=found["alias"], name="又名臺北案")
    CaseFactory(group=group, parent=found["part"], name="台北子項")
    latest = ReportingRoundFactory(platform=group.platform)
    said = "前言。\n1. ＴＡＩＰＥＩ臺北<b>進度"
    ProgressUpdateFactory(case=found["text"], round=latest, text=said)
    ProgressUpdateFactory(case=found["none"], round=latest, text="台北", state="draft")
    return found


def test_words_are_found_in_names_old_and_new_and_in_public_texts(
    client, searched, table
):
    page = get(client, table, q="台北")

    assert names(page) == ["台北車站改建", "新計畫", "甲案", "乙案", "丙案"]
    assert hits(page) == [
        "舊名[臺北]舊計畫",
        "別名又名[臺北]案",
        "子案[台北]子項",
        "辦理情形（114年12月31日）前言。 1. ＴＡＩＰＥＩ[臺北]<b>進度",
    ]


def test_half_width_finds_full_width(client, searched, table):
    assert names(get(client, table, q="taipei")) == ["丙案"]


def test_a_case_is_found_by_its_number(client, searched, table):
    number = searched["none"].number

    page = get(client, table, q=number.lower())

    assert names(page) == ["丁案"]
    assert hits(page) == [f"案號[{number}]"]


def test_all_words_must_be_found_wherever_each_is(client, searched, table):
    assert names(get(client, table, q="丙案 進度")) == ["丙案"]
    assert names(get(client, table, q="丙案 車站")) == []


def test_wildcards_are_letters(client, searched, table):
    assert names(get(client, table, q="%%")) == []
    assert names(get(client, table, q="台_")) == []


def test_texts_of_later_rounds_are_not_found_as_of_an_earlier_day(
    client, case, publish, table
):
    publish(JULY, decide(case, "list"))
    later = ReportingRoundFactory(platform=case.platform, as_of=DECEMBER)
    ProgressUpdateFactory(case=case, round=later, text="竣工")

    assert names(get(client, table, q="竣工")) == [case.name]
    assert names(get(client, table, q="竣工", as_of="113/12/25")) == []


def test_the_text_with_most_of_the_words_is_shown(client, case, publish, table):
    publish(JULY, decide(case, "list"))
    for day, said in ((JULY, "通車與驗收"), (DECEMBER, "通車")):
        round_ = ReportingRoundFactory(platform=case.platform, as_of=day)
        ProgressUpdateFactory(case=case, round=round_, text=said)

    assert hits(get(client, table, q="驗收 通車")) == [
        "辦理情形（113年7月11日）[通車]與[驗收]"
    ]


def test_what_is_found_is_never_markup(client, case, publish, table):
    publish(JULY, decide(case, "list"))
    ProgressUpdateFactory(case=case, text="<script>alert(1)</script>")

    page = get(client, table, q="<script> alert")

    assert page.all("script") == []
    assert hits(page) == ["辦理情形（114年12月31日）[<script>alert](1)</script>"]


def test_cases_of_unpublished_minutes_are_not_found(client, case, hold_meeting, table):
    hold_meeting(JULY, decide(case, "list"))

    assert names(get(client, table, q=case.name, standing="all")) == []


# Sorts


@pytest.fixture
def sorted_cases(platform, publish):
    """Three cases of two groups, listed and reported on in different orders."""
    second = IssueGroupFactory(
        platform=platform, case_prefix="AB", order=2, name="乙組"
    )
    first = IssueGroupFactory(platform=platform, case_prefix="CD", order=1, name="甲組")
    a = CaseFactory(group=first, number="CD-001", name="甲一")
    b = CaseFactory(group=second, number="AB-001", name="乙一")
    c = CaseFactory(group=second, number="AB-002", name="乙二")
    publish(JULY, decide(b, "list"))
    publish(DECEMBER, decide(a, "list"))
    publish(NEXT_JULY, decide(c, "list"))
    for case, day in ((a, NEXT_JULY), (c, JULY)):
        round_ = ReportingRoundFactory(platform=platform, as_of=day)
        ProgressUpdateFactory(case=case, round=round_)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["甲一", "乙一", "乙二"]),
        ("group", ["甲一", "乙一", "乙二"]),
        ("number", ["乙一", "乙二", "甲一"]),
        ("-number", ["甲一", "乙二", "乙一"]),
        ("listed", ["乙一", "甲一", "乙二"]),
        ("-listed", ["乙二", "甲一", "乙一"]),
        ("progress", ["乙二", "甲一", "乙一"]),
        ("-progress", ["甲一", "乙二", "乙一"]),
    ],
)
def test_the_table_is_sorted_as_asked(client, sorted_cases, table, sort, order):
    assert names(get(client, table, sort=sort)) == order


def test_heads_offer_the_sort_and_say_which_one_is_on(client, sorted_cases, table):
    page = get(client, table, sort="-listed")

    heads = {
        text(head).split("，")[0].rstrip("▲▼⇅"): (
            head.get("aria-sort"),
            head.find("a").get("href") if head.find("a") is not None else None,
        )
        for head in page.all("thead/tr/th")
    }
    assert heads == {
        "案號": (None, "?sort=number"),
        "合作案名稱": (None, None),
        "列管依據": ("descending", "?sort=listed"),
        "最新辦理情形": (None, "?sort=-progress"),
    }


def test_groups_head_their_cases_only_in_their_own_order(client, sorted_cases, table):
    assert get(client, table).texts("h3") == ["甲組1 案", "乙組2 案"]
    page = get(client, table, sort="number")
    assert page.texts("h3") == []
    assert page.texts("span[@class='of-group']") == ["乙組", "乙組", "甲組"]


# Pages


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(table_view, "PAGE_SIZE", 2)


@pytest.fixture
def five_cases(platform, publish):
    first, second = (
        IssueGroupFactory(platform=platform, order=order, name=name)
        for order, name in enumerate(("甲組", "乙組"))
    )
    cases = [
        *(CaseFactory(group=first, name=f"甲{n}") for n in range(3)),
        *(CaseFactory(group=second, name=f"乙{n}") for n in range(2)),
    ]
    publish(JULY, *[decide(case, "list") for case in cases])


def test_pages_follow_each_other_under_the_right_headings(
    client, five_cases, small_pages, table
):
    pages = [get(client, table, page=number) for number in (1, 2, 3)]

    assert [names(page) for page in pages] == [["甲0", "甲1"], ["甲2", "乙0"], ["乙1"]]
    assert [page.texts("h3") for page in pages] == [
        ["甲組3 案"],
        ["甲組3 案（接前頁）", "乙組2 案"],
        ["乙組2 案（接前頁）"],
    ]
    assert "共 5 案，本頁為第 3 至 4 案（第 2 頁，共 3 頁）。" in pages[1].main


def test_page_links_keep_what_was_asked_for(client, five_cases, small_pages, table):
    page = get(client, table, sort="number", page=2)

    links = {
        label: href
        for label, href in page.links("nav/ul/li/a").items()
        if href[:1] == "?"
    }
    assert links == {
        "第1頁": "?sort=number",
        "第2頁": "?sort=number&page=2",
        "第3頁": "?sort=number&page=3",
        "上一頁": "?sort=number",
        "下一頁": "?sort=number&page=3",
    }


@pytest.mark.parametrize("asked", ["4", "0", "-1", "two", "", "1.5", "９", "9" * 30])
def test_a_page_that_is_not_there_says_how_many_there_are(
    client, five_cases, small_pages, table, asked
):
    page = get(client, table, status=404, sort="number", page=asked)

    assert f"查詢結果共 5 案、3 頁，沒有第「{asked}」頁，請改看其他頁。" in page.main
    last = page.links()["最後一頁（第 3 頁）"]
    assert len(names(get(client, last))) == 1


def test_nothing_found_is_said_on_one_page(client, five_cases, table):
    page = get(client, table, q="沒有這案")

    assert "沒有符合條件的合作案" in page.main
    assert page.classed("paper-link") == []
    get(client, table, q="沒有這案", page=1)


# What is in use


def test_each_condition_in_use_can_be_dropped(client, group, publish, table, seat):
    seat("taipei", "臺北市")
    meeting = publish(JULY, decide(CaseFactory(group=group), "list"))
    asked = {
        "q": "台北　捷運",
        "group": group.slug,
        "standing": "all",
        "municipality": "taipei",
        "year": "113",
        "meeting": meeting.slug,
        "as_of": "113/12/31",
        "sort": "number",
    }

    page = get(client, table, **asked)

    found = chips(page)
    assert list(found) == [
        "關鍵字：台北 捷運×",
        f"議題小組：{group.name}×",
        "列管狀態：全部狀態×",
        "參與縣市：臺北市×",
        "列管年度：113年×",
        f"決定的會議：{meeting.short_title}×",
        "資料日期：113年12月31日×",
        "排序：案號，小到大×",
        "清除全部條件",
    ]
    for label, href in list(found.items())[:-1]:
        left = chips(get(client, table + href))
        assert [*left] == [each for each in found if each != label]


def test_without_conditions_there_is_nothing_to_drop(client, case, publish, table):
    publish(JULY, decide(case, "list"))

    assert chip_links(get(client, table)) == []


# Queries


def _fill(platform, count):
    series = DecidingSeriesFactory(platform=platform)
    city = MunicipalityFactory(slug=f"city-of-{platform.slug}")
    MembershipFactory(platform=platform, municipality=city)
    for place in range(count):
        case = CaseFactory(group=IssueGroupFactory(platform=platform), name="臺北案")
        CaseFactory(group=case.group, parent=case)
        CaseAliasFactory(case=case, name=f"台北{place}")
        case.theme_links.create(theme=ThemeFactory(platform=platform))
        ParticipantFactory(case=case, municipality=city)
        round_ = ReportingRoundFactory(
            platform=platform, as_of=JULY + dt.timedelta(days=place)
        )
        ProgressUpdateFactory(case=case, round=round_, text="在台北")
        ProgressUpdateFactory(case=case, round=round_, municipality=city)
        yield decide(case, "list"), series


@pytest.mark.parametrize("asked", [{}, {"q": "台北"}, {"sort": "-progress"}])
def test_the_number_of_queries_does_not_grow(client, clerk, draft, asked):
    counted = []
    for count in (1, 5):
        platform = PlatformFactory()
        decided = list(_fill(platform, count))
        for place, (entry, series) in enumerate(decided):
            minutes = draft(JULY + dt.timedelta(days=place), series=series)
            confirm_and_post(minutes, [entry], by=clerk)
            make_public(minutes, by=clerk)
        with CaptureQueriesContext(connection) as queries:
            page = get(client, reverse("cases:table", args=[platform.slug]), **asked)
        assert len(names(page)) == count
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 6

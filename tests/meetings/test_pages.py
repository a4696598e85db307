"""The pages about meetings."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.ledger import confirm_and_post
from meetings.minutes.publish import publish as make_public
from meetings.models import (
    Attachment,
    Erratum,
    Meeting,
    MeetingSeries,
    Minutes,
    Motion,
    Remark,
    Section,
)
from tests.factories import (
    CaseFactory,
    ChairFactory,
    CountClaimFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MeetingSeriesFactory,
    MunicipalityFactory,
    PlatformFactory,
    ResolutionFactory,
    SectionFactory,
    decide,
)
from tests.pages import get, text

JULY = dt.date(2024, 7, 11)
Kind = Section.Kind


@pytest.fixture
def write(draft, clerk):
    """Return a function that confirms and publishes minutes that a test has filled.

    ``write(day, fill, series=...)``: ``fill(minutes)`` returns the decisions.
    """

    def confirm(day, fill=lambda minutes: [], **fields):
        with transaction.atomic():
            minutes = draft(day, **fields)
            confirm_and_post(minutes, fill(minutes) or [], by=clerk)
        make_public(minutes, by=clerk)
        return Meeting.objects.get(pk=minutes.meeting_id)

    return confirm


def test_list_is_by_series_and_year_newest_first(client, platform, publish):
    later = MeetingSeriesFactory(platform=platform, name="乙會議", order=2)
    first = DecidingSeriesFactory(platform=platform, name="甲會議", order=1)
    MeetingSeriesFactory(platform=platform, name="未開過的會議", order=0)
    publish(JULY, series=later, title="乙一")
    publish(JULY, series=first, title="甲一")
    publish(dt.date(2024, 12, 26), series=first, title="甲二")
    publish(dt.date(2025, 8, 7), series=first, title="甲三")

    page = get(client, reverse("meetings:list", args=[platform.slug]))

    assert page.texts("h2") == ["甲會議 3 次・決定列管與解列", "乙會議 1 次"]
    assert [row[:3] for row in page.rows()] == [
        ["114年", "甲三", "114年8月7日（星期四）"],
        ["113年", "甲二", "113年12月26日（星期四）"],
        ["甲一", "113年7月11日（星期四）", "未載明"],
        ["113年", "乙一", "113年7月11日（星期四）"],
    ]


@pytest.fixture
def three_meetings(platform, publish):
    """甲一 (113) and 甲二 (114) of one series, 乙一 (113) of another."""
    first = DecidingSeriesFactory(platform=platform, slug="first", order=1)
    second = MeetingSeriesFactory(platform=platform, slug="second", order=2)
    publish(JULY, series=first, title="甲一")
    publish(dt.date(2025, 8, 7), series=first, title="甲二")
    publish(JULY, series=second, title="乙一")


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({"series": "", "year": ""}, ["甲二", "甲一", "乙一"]),
        ({"series": "first"}, ["甲二", "甲一"]),
        ({"year": "113"}, ["甲一", "乙一"]),
        ({"series": "first", "year": "114"}, ["甲二"]),
        ({"series": "second", "year": "114"}, []),
    ],
)
def test_list_shows_the_series_and_year_asked_for(
    client, platform, three_meetings, asked, titles
):
    page = get(client, reverse("meetings:list", args=[platform.slug]), **asked)

    assert page.texts("th[@class='meeting-name']/a") == titles
    assert ("沒有符合條件的會議" in page.main) == (not titles)
    chosen = [option.get("value") for option in page.all("option[@selected]")]
    assert chosen == [asked.get("series", ""), asked.get("year", "")]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"series": "third"}, "沒有這個會議系列，請由清單選擇。"),
        ({"year": "99"}, "這個年度沒有公開的會議，請由清單選擇。"),
        ({"year": "\x00"}, "這個年度沒有公開的會議，請由清單選擇。"),
    ],
)
def test_list_refuses_in_a_sentence_and_offers_the_form(
    client, platform, three_meetings, asked, sentence
):
    address = reverse("meetings:list", args=[platform.slug])

    page = get(client, address, status=400, **asked)

    (summary,) = page.classed("error-summary")
    (field,) = asked
    assert sentence in text(summary)
    assert page.all(f"select[@name='{field}'][@aria-invalid='true']")
    assert page.rows() == []


def test_list_leads_to_each_year_of_a_series(client, platform, three_meetings):
    page = get(client, reverse("meetings:list", args=[platform.slug]))

    (jump,) = page.all("nav[@class='jump']")
    targets = [link.get("href") for link in page.all("a", jump)]
    assert targets == ["#first", "#first-114", "#first-113", "#second"]
    assert {target.removeprefix("#") for target in targets} <= page.ids()


def test_list_without_meetings_says_so(client, platform):
    page = get(client, reverse("meetings:list", args=[platform.slug]))

    assert "尚無公開的會議紀錄。" in page.main


def test_unpublished_meetings_are_nowhere(client, platform, hold_meeting, draft):
    held = hold_meeting(JULY, title="未公開會議")
    planned = draft(dt.date(2025, 1, 1), title="草稿會議").meeting

    page = get(client, reverse("meetings:list", args=[platform.slug]))

    assert "會議" in page.main
    assert page.rows() == []
    for meeting in (held, planned):
        answer = get(client, meeting.get_absolute_url(), status=404)
        assert "沒有這次會議，或其會議紀錄尚未公開" in answer.main
        assert meeting.title not in answer.main


def test_head_tells_when_where_and_who(client, write):
    host = MunicipalityFactory(name="基隆市政府")

    def fill(minutes):
        for order, (organization, name) in enumerate(
            [("基隆市政府", "邱佩琳"), ("桃園市政府", "蘇俊賓")]
        ):
            ChairFactory(
                meeting=minutes.meeting,
                order=order,
                organization=organization,
                name=name,
            )

    meeting = write(
        JULY,
        fill,
        starts_at=dt.time(14, 50),
        ends_at=dt.time(16, 35),
        place="基隆市要塞司令部",
        host=host,
        minute_taker="某科員",
    )

    page = get(client, meeting.get_absolute_url())

    (facts,) = page.all("dl[@class='facts wide']")
    assert [text(dd) for dd in page.all("dd", facts)] == [
        "113年7月11日（星期四）下午2時50分至4時35分",
        "基隆市要塞司令部",
        "基隆市政府",
        "基隆市政府 邱佩琳副市長桃園市政府 蘇俊賓副市長（共同主持）",
        "某科員",
    ]
    assert page.all("time")[0].get("datetime") == "2024-07-11T14:50"


def test_sections_stand_in_order_with_their_numerals(client, platform, write):
    first = IssueGroupFactory(platform=platform, name="交通組")
    second = IssueGroupFactory(platform=platform, name="災防組")

    def fill(minutes):
        sections = [
            (Kind.TIME, "會議時間", ""),
            (Kind.REPORT, "報告事項", "洽悉"),
            (Kind.DISCUSSION, "決議事項", ""),
            (Kind.MOTIONS, "臨時動議", ""),
            (Kind.REMARKS, "主席結論", ""),
            (Kind.ADJOURNMENT, "散會", ""),
        ]
        for order, (kind, heading, words) in enumerate(sections):
            SectionFactory(
                minutes=minutes, order=order, kind=kind, heading=heading, text=words
            )
        for order, (group, words) in enumerate(
            [(None, "總則。"), (first, "甲。"), (first, "乙。"), (second, "丙。")]
        ):
            ResolutionFactory(minutes=minutes, order=order, group=group, text=words)
        Motion.objects.create(
            minutes=minutes,
            order=1,
            subject="動議",
            proposer="桃園市",
            outcome="研議。",
        )
        Remark.objects.create(
            minutes=minutes, order=1, speaker="劉和然", title="副市長", text="一、好。"
        )
        Attachment.objects.create(minutes=minutes, order=1, title="聲明", text="全文。")

    meeting = write(JULY, fill, starts_at=dt.time(14), ends_at=dt.time(16))

    page = get(client, meeting.get_absolute_url())

    shown = [
        (text(section.find("h3")), text(section)[len(text(section.find("h3"))) + 1 :])
        for section in page.classed("minutes-section")
    ]
    assert shown == [
        ("壹、會議時間", "113年7月11日（星期四）下午2時"),
        ("貳、報告事項", "洽悉"),
        (
            "參、決議事項",
            "一、總則。 二、議題小組合作案件，請依決議持續辦理："
            " （一）交通組 1. 甲。 2. 乙。 （二）災防組 1. 丙。",
        ),
        ("肆、臨時動議", "一、動議（提案單位：桃園市） 研議。"),
        ("伍、主席結論", "一、劉和然副市長 一、 好。"),
        ("陸、散會", "下午4時"),
        ("附件：聲明", "全文。"),
    ]


def test_resolutions_without_a_section_are_shown_all_the_same(client, write):
    def fill(minutes):
        ResolutionFactory(minutes=minutes, text="發表聲明。")

    page = get(client, write(JULY, fill).get_absolute_url())

    (section,) = page.classed("minutes-section")
    assert text(section) == "決議 一、發表聲明。"


def test_meeting_of_one_group_names_the_cases_of_its_resolutions(
    client, group, working_series, write
):
    case = CaseFactory(group=group, name="某案")

    def fill(minutes):
        resolution = ResolutionFactory(minutes=minutes, group=group, text="繼續辦理。")
        return [decide(case, "agree", resolution=resolution)]

    page = get(client, write(JULY, fill, series=working_series).get_absolute_url())

    (section,) = page.classed("minutes-section")
    assert text(section) == "決議 一、某案同意提案 繼續辦理。"


def test_decisions_are_shown_by_group_and_kind_and_lead_to_their_cases(
    client, platform, publish
):
    first, second = IssueGroupFactory.create_batch(2, platform=platform)
    stays, goes = CaseFactory.create_batch(2, group=first)
    comes = CaseFactory(group=second)
    publish(JULY, decide(stays, "list"), decide(goes, "list"))
    meeting = publish(
        dt.date(2024, 12, 26),
        decide(comes, "list", is_inferred=True, basis="報告"),
        decide(goes, "delist", reason="routine"),
        decide(stays, "continue"),
    )

    page = get(client, meeting.get_absolute_url())

    decided = [
        (text(section.find("h3")), page.texts("dt", section), page.texts("li", section))
        for section in page.classed("decision-group")
    ]
    assert decided == [
        (
            first.name,
            ["同意解列 1 案", "持續列管 1 案"],
            [
                f"{goes.number} {goes.name} 轉為常態交流／回歸例行業務",
                f"{stays.number} {stays.name}",
            ],
        ),
        (second.name, ["同意新增 1 案"], [f"{comes.number} {comes.name} 推定"]),
    ]
    links = {a.get("href") for a in page.all("a")}
    assert {case.get_absolute_url() for case in (stays, goes, comes)} <= links


def test_claims_stand_beside_what_follows(client, case, publish):
    meeting = publish(JULY, decide(case, "list"))
    CountClaimFactory(meeting=meeting, group=case.group, counts="listed", number=2)

    page = get(client, meeting.get_absolute_url())

    row, whole = page.rows()
    assert row[0] == case.group.name
    assert row[1:3] == ["2", f"1 案，{case.group.name}新增"]
    assert row[-1] == "首次會議，無前次案數可比；所載「所載2案」與帳上不符"
    assert whole[-1] == "文件未載案數"
    assert page.links()["列管結算"] == reverse(
        "cases:balance", args=[meeting.platform.slug, meeting.slug]
    )


def test_meeting_leads_to_those_before_and_after_it_in_its_series(
    client, publish, hold_meeting, deciding_series, working_series
):
    days = [JULY + dt.timedelta(days=day) for day in range(5)]
    first, second = (publish(day, series=deciding_series) for day in days[:2])
    publish(days[2], series=working_series)
    hold_meeting(days[3], series=deciding_series)
    last = publish(days[4], series=deciding_series)

    def neighbours(meeting):
        page = get(client, meeting.get_absolute_url())
        return [
            (link.get("rel"), link.get("href")) for link in page.all("nav//a[@rel]")
        ]

    assert neighbours(first) == [("next", second.get_absolute_url())]
    assert neighbours(second) == [
        ("prev", first.get_absolute_url()),
        ("next", last.get_absolute_url()),
    ]
    assert neighbours(last) == [("prev", second.get_absolute_url())]


def test_source_of_inferred_minutes_is_said(client, platform, write):
    def fill(minutes):
        minutes.source = "依新聞稿推定"
        minutes.save()

    meeting = write(JULY, fill)

    (note,) = get(client, meeting.get_absolute_url()).classed("note")
    assert text(note) == "推定依新聞稿推定。"
    listed = get(client, reverse("meetings:list", args=[platform.slug]))
    assert len(listed.classed("inferred")) == 1


def test_errata_are_shown(client, publish, clerk):
    meeting = publish(JULY)
    Erratum.objects.create(
        minutes=meeting.minutes,
        reason="誤植",
        was="五案",
        becomes="六案",
        recorded_by=clerk,
    )

    page = get(client, meeting.get_absolute_url())

    (erratum,) = page.texts("ul[@class='errata']/li")
    assert erratum.startswith("誤植原載：五案更正為：六案")


def _fill(publish, platform, clerk, count):
    series = DecidingSeriesFactory(platform=platform)
    host = MunicipalityFactory()
    cases = []
    for _ in range(count):
        group = IssueGroupFactory(platform=platform)
        cases.append(CaseFactory(group=group))
        other = MeetingSeriesFactory(
            platform=platform, level=MeetingSeries.Level.WORKING_GROUP, group=group
        )
        publish(JULY, series=other, host=host)
    publish(JULY, *[decide(case, "list") for case in cases], series=series, host=host)
    with transaction.atomic():
        minutes = Minutes.objects.create(
            meeting=Meeting.objects.create(
                platform=platform,
                series=series,
                slug="full",
                title="滿",
                held_on=dt.date(2024, 12, 26),
                state="held",
                host=host,
            )
        )
        entries = []
        for order, case in enumerate(cases):
            ChairFactory(meeting=minutes.meeting, order=order)
            SectionFactory(minutes=minutes, order=order)
            resolution = ResolutionFactory(
                minutes=minutes, order=order, group=case.group
            )
            Motion.objects.create(minutes=minutes, order=order, subject="動議")
            Remark.objects.create(
                minutes=minutes, order=order, speaker="某", text="一、好。"
            )
            Attachment.objects.create(
                minutes=minutes, order=order, title="附", text="文"
            )
            entries.append(decide(case, "delist", resolution=resolution))
        confirm_and_post(minutes, entries, by=clerk)
    for case in cases:
        CountClaimFactory(meeting=minutes.meeting, group=case.group)
        Erratum.objects.create(
            minutes=minutes, reason="誤", was="甲", becomes="乙", recorded_by=clerk
        )
    make_public(minutes, by=clerk)
    return minutes.meeting


@pytest.mark.parametrize(
    ("name", "most"), [("meetings:list", 4), ("meetings:meeting", 19)]
)
def test_number_of_queries_does_not_grow(client, publish, clerk, name, most):
    counted = []
    for count in (1, 5):
        platform = PlatformFactory()
        meeting = _fill(publish, platform, clerk, count)
        arguments = [platform.slug]
        if name == "meetings:meeting":
            arguments.append(meeting.slug)
        with CaptureQueriesContext(connection) as queries:
            get(client, reverse(name, args=arguments))
        counted.append(len(queries))

    assert counted[0] == counted[1] <= most

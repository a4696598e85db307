"""節錄: what a meeting decided about one case or one group, as a small paper."""

import datetime as dt
from urllib.parse import unquote

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.exports.minutes_extract import (
    NothingDecided,
    case_extract,
    group_extract,
)
from cases.ledger import confirm_and_post
from meetings.minutes.publish import publish as make_public
from meetings.models import Erratum, Meeting, Remark
from tests.documents import lines as lines_of
from tests.factories import (
    CaseFactory,
    ChairFactory,
    IssueGroupFactory,
    ResolutionFactory,
    SectionFactory,
    decide,
)
from tests.pages import get
from tests.papers import fonts, words

pytestmark = pytest.mark.django_db

DAY = dt.date(2024, 7, 11)
LATER = dt.date(2024, 12, 2)
TODAY = dt.date(2025, 1, 6)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def groups(platform):
    return [
        IssueGroupFactory(platform=platform, name=name, slug=slug)
        for name, slug in (("交通組", "transport"), ("災防組", "disaster"))
    ]


@pytest.fixture
def cases(groups):
    transport, disaster = groups
    return [
        CaseFactory(group=transport, name="捷運延伸"),
        CaseFactory(group=transport, name="公車調整"),
        CaseFactory(group=disaster, name="火災調查"),
    ]


@pytest.fixture
def listed(cases, hold_meeting):
    return hold_meeting(DAY, *(decide(case, "list") for case in cases))


@pytest.fixture
def minutes(listed, cases, groups, draft, clerk):
    """Confirmed minutes of the second meeting, with what an extract leaves out."""
    transport, disaster = groups
    first, second, third = cases
    with transaction.atomic():
        minutes = draft(LATER, title="平臺第2次會議", place="要塞司令部")
        ChairFactory(meeting=minutes.meeting, name="王大明", organization="甲市政府")
        kinds = ("time", "place", "chairs", "opening", "discussion", "adjournment")
        for order, kind in enumerate(kinds):
            SectionFactory(minutes=minutes, order=order, kind=kind, heading=f"{kind}項")
        ResolutionFactory(minutes=minutes, order=1, text="全案照辦。")
        ended = ResolutionFactory(
            minutes=minutes,
            order=2,
            group=transport,
            text="同意解列1案：「捷運延伸」。",
        )
        others = ResolutionFactory(
            minutes=minutes, order=3, group=transport, text="其餘1案持續列管。"
        )
        stays = ResolutionFactory(
            minutes=minutes, order=4, group=disaster, text="1案持續列管。"
        )
        Remark.objects.create(minutes=minutes, order=1, speaker="王大明", text="好。")
        entries = [
            decide(first, "delist", resolution=ended),
            decide(second, "continue", resolution=others),
            decide(third, "continue", resolution=stays),
        ]
        confirm_and_post(minutes, entries, by=clerk)
    return minutes


@pytest.fixture
def published(minutes, clerk):
    make_public(minutes, by=clerk)
    return minutes.meeting


def fresh(minutes):
    return Meeting.objects.with_minutes().get(pk=minutes.meeting_id)


def told(paper):
    return [
        (
            f"{section.numeral}{section.heading}",
            section.value,
            [f"{line.marker}{line.text}" for line in section.lines],
        )
        for section in paper.sections
    ]


def test_an_extract_of_a_case_holds_its_resolution_under_its_numbers(minutes, cases):
    number = cases[0].number

    paper = case_extract(fresh(minutes), number, on=TODAY)

    assert paper.title == "平臺第2次會議紀錄（節錄）"
    assert paper.notes == [
        f"本件節錄會議紀錄中有關{number}「捷運延伸」之決議，項次依原紀錄，其餘從略。"
    ]
    assert told(paper) == [
        ("壹、time項", "113年12月2日（星期一）", []),
        ("貳、place項", "要塞司令部", []),
        ("參、chairs項", "甲市政府 王大明副市長", []),
        (
            "伍、discussion項",
            "",
            [
                "二、議題小組合作案件，請依決議持續辦理：",
                "（一）交通組",
                "1.同意解列1案：「捷運延伸」。",
            ],
        ),
        ("案件決議", "", [f"{number}「捷運延伸」：同意解列（原因：已辦理完成）"]),
        ("節錄日期", "114年1月6日", []),
    ]


def test_an_extract_of_a_group_holds_all_its_resolutions(minutes, cases):
    paper = group_extract(fresh(minutes), "transport", on=TODAY)

    assert "有關交通組之決議" in paper.notes[0]
    assert told(paper)[3:5] == [
        (
            "伍、discussion項",
            "",
            [
                "二、議題小組合作案件，請依決議持續辦理：",
                "（一）交通組",
                "1.同意解列1案：「捷運延伸」。",
                "2.其餘1案持續列管。",
            ],
        ),
        (
            "案件決議",
            "",
            [
                "一、同意解列1案",
                f"1.{cases[0].number}「捷運延伸」（原因：已辦理完成）",
                "二、持續列管1案",
                f"1.{cases[1].number}「公車調整」",
            ],
        ),
    ]


def test_a_meeting_of_one_group_is_its_own_extract(
    draft, clerk, working_series, group, case
):
    with transaction.atomic():
        minutes = draft(DAY, series=working_series)
        general = ResolutionFactory(minutes=minutes, order=1, text="加強聯繫。")
        agreed = ResolutionFactory(minutes=minutes, order=2, text="同意立案。")
        entries = [decide(case, "agree", resolution=agreed)]
        confirm_and_post(minutes, entries, by=clerk)

    paper = group_extract(fresh(minutes), group.slug, on=TODAY)

    discussion = next(each for each in paper.sections if each.kind == "discussion")
    assert [f"{line.marker}{line.text}" for line in discussion.lines] == [
        f"一、{general.text}",
        f"二、{case.name}：{agreed.text}",
    ]


def test_a_case_others_merged_into_is_told_of_them(cases, listed, hold_meeting):
    first, second, _ = cases
    meeting = hold_meeting(
        LATER,
        decide(first, "merge", merged_into=second),
        decide(second, "continue"),
    )

    paper = case_extract(fresh(meeting.minutes), second.number, on=TODAY)

    decided = next(each for each in paper.sections if each.heading == "案件決議")
    assert {line.text for line in decided.lines} == {
        f"{first.number}「捷運延伸」：併案（併入{second.number}「公車調整」）",
        f"{second.number}「公車調整」：持續列管",
    }


def test_errata_are_printed_with_an_extract(minutes, cases, clerk):
    Erratum.objects.create(
        minutes=minutes, reason="誤植", was="甲", becomes="乙", recorded_by=clerk
    )

    paper = case_extract(fresh(minutes), cases[0].number, on=TODAY)

    assert paper.notes[1] == "本紀錄有勘誤1則，詳文末。"
    assert [line.text for line in paper.errata][:3] == [
        "更正原因：誤植",
        "原載：甲",
        "更正為：乙",
    ]


@pytest.mark.parametrize("extract", [case_extract, group_extract])
@pytest.mark.parametrize("asked", ["ZZ-999", "nobody", "", "\x00", "<b>"])
def test_what_was_not_decided_is_refused(minutes, extract, asked):
    with pytest.raises(NothingDecided, match="這次會議沒有關於"):
        extract(fresh(minutes), asked, on=TODAY)


@pytest.mark.parametrize("count", [1, 5])
def test_an_extract_takes_the_same_number_of_queries(
    count, platform, groups, hold_meeting
):
    cases = CaseFactory.create_batch(count, group=groups[0])
    meeting = hold_meeting(DAY, *(decide(case, "list") for case in cases))

    with CaptureQueriesContext(connection) as queries:
        group_extract(fresh(meeting.minutes), "transport", on=TODAY)

    assert len(queries) == QUERIES


QUERIES = 11


# The address -------------------------------------------------------------------


def address(meeting, extension, query):
    at = [meeting.platform.slug, meeting.slug, extension]
    return f"{reverse('cases:extract', args=at)}?{query}"


@pytest.mark.parametrize("extension", ["pdf", "odt", "docx"])
def test_an_extract_is_served_in_every_format(client, published, cases, extension):
    query = f"case={cases[0].number.lower()}"

    answer = client.get(address(published, extension, query))
    content = b"".join(answer.streaming_content)

    assert answer.status_code == 200
    assert f"會議紀錄（節錄）.{extension}" in unquote(answer["Content-Disposition"])
    is_pdf = extension == "pdf"
    said = words(content) if is_pdf else "".join(lines_of(content, extension))
    assert f"{cases[0].number}「捷運延伸」：同意解列（原因：已辦理完成）" in said
    assert "火災調查" not in said
    assert not is_pdf or fonts(content) <= {"Paper-Sans", "Paper-Serif"}


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("", 400, "請指定要節錄的案號或小組，並且只指定一項。"),
        ("case=&group=", 400, "請指定要節錄的案號或小組，並且只指定一項。"),
        (
            "case=TR-001&group=transport",
            400,
            "請指定要節錄的案號或小組，並且只指定一項。",
        ),
        ("case=TR-001&case=TR-002", 400, "請指定要節錄的案號或小組，並且只指定一項。"),
        ("case=ZZ-999", 404, "這次會議沒有關於案號「ZZ-999」的決議，請確認案號。"),
        ("group=%00", 404, "這次會議沒有關於小組"),
        ("group=nobody", 404, "這次會議沒有關於小組「nobody」的決議，請確認小組代碼。"),
    ],
)
def test_what_cannot_be_extracted_is_a_sentence(
    client, published, query, status, sentence
):
    page = get(client, address(published, "odt", query), status=status)

    assert page.texts("p[@class='lead']")[0].startswith(sentence)


def test_minutes_not_published_have_no_extract(client, minutes, cases, draft):
    drafted = draft(LATER)

    for meeting in (minutes.meeting, drafted.meeting):
        for extension in ("pdf", "odt", "docx"):
            url = address(meeting, extension, f"case={cases[0].number}")
            answer = client.get(url)
            assert answer.status_code == 404
            assert "捷運延伸" not in answer.content.decode()


def test_the_meetings_page_leads_to_an_extract_for_each_group(client, published):
    page = get(client, published.get_absolute_url())

    assert page.links()["交通組決議節錄（PDF）"] == address(
        published, "pdf", "group=transport"
    )
    assert page.links()["災防組決議節錄（PDF）"] == address(
        published, "pdf", "group=disaster"
    )


def test_the_cases_page_leads_to_extracts_of_what_is_public(
    client, published, cases, listed
):
    case = cases[0]
    url = reverse("cases:case", args=[case.platform.slug, case.number])

    page = get(client, url)

    assert [
        link.get("href")
        for link in page.all("a[@href]")
        if "extract" in link.get("href")
    ] == [
        address(published, extension, f"case={case.number}")
        for extension in ("pdf", "odt")
    ]

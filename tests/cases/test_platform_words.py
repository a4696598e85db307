"""Every page, paper and file of a platform speaks in that platform's words.

The platform's words are made up, so that a common one cannot hide among its own.
"""

import contextlib
import datetime as dt
import io
import re
import zipfile
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from cases.exports.status_report_pdf import status_report_html
from cases.ledger import post_erratum
from cases.models import CaseAlias, DraftDecision, LedgerEntry
from cases.readings.choose import accept_clear
from cases.readings.drafting import make_draft
from cases.readings.review import review_of
from cases.reports import status_report
from meetings.middleware import WordsMiddleware
from meetings.minutes.paper import minutes_paper
from meetings.minutes.paper_pdf import minutes_html
from meetings.models import Erratum, Meeting
from meetings.words import say, say_later, speak_for, speaking_for
from tests.cases.desk import address, form_of, sit_down
from tests.cases.minutes_papers import paper, read_text
from tests.cases.readings import at, decision_said, minutes_said, read_paper
from tests.factories import (
    CaseFactory,
    CountClaimFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MeetingSeriesFactory,
    MembershipFactory,
    ParticipantFactory,
    PlatformFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    ResolutionFactory,
    decide,
)

OWN = {
    "case_word": "協力事",
    "delist_word": "卸牌",
    "group_word": "研商圈",
    "report_name": "協力事進度彙編",
    "form_name": "協力事提報單",
}
# The common words, and those of the platforms of the record.
STRANGE = re.compile("合作案|合作方案|解列|解除列管|議題小組|議題組|小組|合作提案單")
FIRST, SECOND, THIRD = (dt.date(2025, month, 1) for month in (1, 5, 9))


@pytest.fixture
def body(db):
    return PlatformFactory(
        slug="own-words", name="湖區共治會", short_name="湖區", **OWN
    )


@pytest.fixture
def record(body, publish, hold_meeting, draft, clerk):
    """A platform of whose every part there is something to show."""
    large = IssueGroupFactory(platform=body, name="水利圈", slug="water")
    group = IssueGroupFactory(platform=body, name="渠道圈", slug="canals", parent=large)
    seats = [MembershipFactory(platform=body) for _ in range(2)]
    deciding = DecidingSeriesFactory(platform=body, name="首腦會", slug="heads")
    working = MeetingSeriesFactory(
        platform=body, name="渠道圈會", slug="canals", group=group
    )
    cases = [
        CaseFactory(group=group, name=name)
        for name in ("甲渠", "乙渠", "丙渠", "丁渠", "戊渠", "己渠", "庚渠")
    ]
    for case in cases:
        ParticipantFactory(case=case, municipality=seats[0].municipality)
    CaseAlias.objects.create(case=cases[0], name="甲舊渠")
    publish(FIRST, *(decide(case, "list") for case in cases[:5]), series=deciding)
    publish(
        dt.date(2025, 4, 1),
        decide(cases[1], "propose_delist", words="已完成"),
        decide(cases[5], "agree"),
        series=working,
    )
    second = publish(
        SECOND,
        decide(cases[1], "delist", reason="completed"),
        decide(cases[2], "merge", merged_into=cases[0]),
        decide(cases[3], "rename", new_name="丁新渠"),
        decide(cases[0], "continue"),
        series=deciding,
        number=2,
    )
    ResolutionFactory(minutes=second.minutes, group=group, text="照案。")
    CountClaimFactory(meeting=second, group=group, counts="delisted", number=3)
    wrong = LedgerEntry.objects.get(meeting=second, kind="delist")
    erratum = Erratum(
        minutes=second.minutes,
        was="完成",
        becomes="其他",
        reason="誤載",
        recorded_by=clerk,
    )
    post_erratum(
        erratum,
        [decide(cases[1], "delist", reason="other", words="改", corrects=wrong)],
        by=clerk,
    )
    period = ReportingRoundFactory(platform=body, as_of=dt.date(2025, 3, 31))
    ProgressUpdateFactory(round=period, case=cases[0], text="已通水。")
    minutes = draft(THIRD, series=deciding, number=3)
    DraftDecision.objects.create(
        minutes=minutes, group=group, case=cases[0], kind="delist", reason="routine"
    )
    hold_meeting(dt.date(2025, 8, 1), decide(cases[6], "agree"), series=working)
    read_paper(
        body,
        minutes_said(
            decisions=[
                decision_said("甲渠", "delist", "渠道圈"),
                decision_said("辛渠", "list", "沒有的圈"),
                decision_said("乙渠", "continue", "渠道圈"),
            ]
        ),
    )
    return minutes.meeting


def words_in(response):
    """Return all that an answer says, of files that are packed their parts."""
    content = (
        b"".join(response.streaming_content)
        if response.streaming
        else (response.content)
    )
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"".join(
                parts.read(name) for name in parts.namelist() if name.endswith("xml")
            )
    return content.decode("utf-8", "replace")


def walk(client, *begin, follows):
    """Fetch every address that pages lead to; PDFs are looked at as their HTML."""
    waiting, seen, strange = list(begin), set(begin), {}
    while waiting:
        where = waiting.pop()
        response = client.get(where)
        assert response.status_code in (200, 302), (where, response.status_code)
        said = words_in(response)
        if found := sorted(set(STRANGE.findall(said))):
            strange[unquote(where)] = found
        if "html" not in response.headers.get("Content-Type", ""):
            continue
        for link in re.findall(r'href="([^"#]+)', said):
            parts = urlsplit(urljoin(where, link.replace("&amp;", "&")))
            there = parts.path + (f"?{parts.query}" if parts.query else "")
            key = parts.path if "sort=" in parts.query else there
            if (
                not parts.netloc
                and follows(parts.path)
                and not parts.path.endswith(".pdf")
                and key not in seen
            ):
                seen |= {key, there}
                waiting.append(there)
    return strange, seen


def test_public_pages_and_files_of_a_platform_use_only_its_words(record, body):
    strange, seen = walk(
        Client(),
        f"/{body.slug}/",
        follows=lambda path: path.startswith(f"/{body.slug}/"),
    )

    assert strange == {}
    assert len(seen) > 60
    for part in ("/cases/", "/balance/", "/meetings/", "status.ods", "status.csv"):
        assert any(part in where for where in seen), part


def test_desk_of_a_platform_uses_only_its_words(record, body):
    client = sit_down(body)
    desk = f"/admin/desk/{body.slug}/"

    strange, seen = walk(
        client, reverse("desk:index"), follows=lambda path: path.startswith(desk)
    )

    # The page where the words are chosen tells what is common, as examples.
    assert strange.pop(f"{desk}setup/words/")
    assert strange == {}
    assert any("/groups/" in where for where in seen)
    assert any("/readings/" in where for where in seen)
    assert any(where.endswith("agenda.odt") for where in seen)


def test_refusals_at_the_desk_use_only_its_words(record, body):
    client = sit_down(body)
    sheet = address(record, "group", group="canals")
    key = next(name for name in form_of(client.get(sheet)) if name.endswith("-kind"))
    sent = form_of(client.get(sheet)) | {key: "delist", "relist": "沒有的"}
    sent[key.replace("-kind", "-reason")] = "?"

    response = client.post(sheet, sent)

    said = response.content.decode()
    assert "沒有這種卸牌原因" in said
    assert "請填本組已卸牌的案號或名稱" in said
    assert not STRANGE.search(said)


@pytest.mark.parametrize(
    "where",
    [
        "cases/XX-999/",
        "meetings/none/",
        "balance/?group=none",
        "reports/status.ods?group=x",
    ],
)
def test_pages_of_what_is_not_there_use_only_its_words(record, body, where):
    response = Client().get(f"/{body.slug}/{where}")

    assert response.status_code in (400, 404)
    assert not STRANGE.search(response.content.decode())


def test_printed_papers_use_only_its_words(record, body):
    second = Meeting.objects.with_minutes().get(platform=body, number=2)

    with speaking_for(body):
        report = status_report_html(status_report(body, dt.date(2025, 6, 1)))
        minutes = minutes_html(minutes_paper(second))

    assert "協力事進度彙編" in report
    assert not STRANGE.search(report + minutes)


def test_a_rule_of_the_database_is_told_in_the_platforms_words(record, body):
    case = CaseFactory(group=body.groups.get(slug="canals"))
    entry = LedgerEntry(case=case, meeting=record, kind="list", reason="completed")

    with speaking_for(body), pytest.raises(ValidationError) as refused:
        entry.validate_constraints()

    assert "卸牌須填原因，其他決定不填。" in refused.value.messages


def test_label_follows_the_platform_that_is_spoken_for(body):
    kind = LedgerEntry.Kind.DELIST

    with speaking_for(body):
        inside = str(kind.label)

    assert (inside, str(kind.label)) == ("同意卸牌", "同意解列")


def test_own_words_are_not_looked_at_again():
    platform = PlatformFactory.build(delist_word="解除列管", case_word="合作案件")

    with speaking_for(platform):
        assert say("已解列的合作案") == "已解除列管的合作案件"


def test_name_of_the_report_is_one_word():
    platform = PlatformFactory.build(case_word="合作", group_word="圈")

    with speaking_for(platform):
        assert say("合作方案辦理情形") == "合作方案辦理情形"
        assert say("議題小組與小組") == "圈與圈"


def test_common_group_word_leaves_the_short_one():
    with speaking_for(PlatformFactory.build()):
        assert say("全部小組") == "全部小組"


def test_words_end_with_the_request(record, body):
    Client().get(f"/{body.slug}/cases/")

    assert str(say_later("解列")) == "解列"


def test_words_of_one_platform_do_not_reach_the_next(record, body, publish):
    other = PlatformFactory()
    case = CaseFactory(group__platform=other)
    publish(FIRST, decide(case, "list"), series=DecidingSeriesFactory(platform=other))
    Client().get(f"/{body.slug}/cases/")

    page = Client().get(f"/{other.slug}/cases/").content.decode()

    assert "卸牌" not in page
    assert "解列" in page


def test_data_are_never_reworded(record, body, publish):
    case = CaseFactory(group=body.groups.get(slug="canals"), name="解列合作案說明會")
    publish(
        dt.date(2025, 6, 1),
        decide(case, "list"),
        series=body.series.get(slug="heads"),
        number=9,
    )

    page = Client().get(case.get_absolute_url()).content.decode()

    assert "解列合作案說明會" in page


def test_a_view_that_says_for_whom_it_speaks_costs_no_query(
    body, django_assert_num_queries
):
    with django_assert_num_queries(0), speaking_for(PlatformFactory.build()):
        speak_for(body)

        assert say("解列") == "卸牌"


def test_paper_in_other_words_becomes_a_draft_in_the_platforms_words(clerk, publish):
    body = PlatformFactory(
        name="北臺區域發展推動委員會",
        short_name="北臺",
        delist_word="解除列管",
        case_word="合作方案",
        group_word="議題組",
    )
    heads = DecidingSeriesFactory(
        platform=body, name="副首長會議", slug="vice-leaders", numbering="per_year"
    )
    groups = {
        name: IssueGroupFactory(platform=body, name=name, slug=f"group-{order}")
        for order, name in enumerate(
            ["交通運輸組", "環境資源組", "休閒遊憩組", "原客新移組", "健康社福組"]
        )
    }
    listed = [
        CaseFactory(group=groups[group], name=name)
        for group, name in [
            ("交通運輸組", "公車路線圖資標準化"),
            ("環境資源組", "海廢回收再製推廣"),
            ("休閒遊憩組", "北臺自行車節"),
        ]
    ]
    publish(
        dt.date(2024, 8, 1),
        *(decide(case, "list") for case in listed),
        series=heads,
        number=1,
        roc_year=113,
    )
    text = paper("north-vice-114-lists")
    found = read_text(text)
    reading = read_paper(
        body, *found["meetings"], text=found["text"], uploaded_by=clerk
    )
    read = reading.minutes.get()
    client = sit_down(body)

    page = client.get(at(read)).content.decode()
    accept_clear(read, by=clerk)
    draft = make_draft(read, rest=(), stamp=review_of(read).stamp, by=clerk)

    decided = DraftDecision.objects.filter(minutes=draft.minutes)
    assert sorted(decided.values_list("case__name", "kind").exclude(case=None)) == [
        ("公車路線圖資標準化", "delist"),
        ("北臺自行車節", "continue"),
        ("海廢回收再製推廣", "delist"),
    ]
    assert decided.filter(case=None, kind="list").count() == 3
    assert "同意解除列管" in page
    assert not re.search("同意解列|議題小組|合作案", page.replace(escape(text), ""))


def test_words_are_common_where_the_database_does_not_answer(body, rf):
    def answer(request):
        with transaction.atomic():
            with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
            said = say("解列")
            transaction.set_rollback(True)
        return HttpResponse(said)

    request = rf.get(f"/{body.slug}/cases/")

    assert WordsMiddleware(answer)(request).content.decode() == "解列"


def test_address_alone_tells_for_whom_a_view_speaks(body, rf):
    request = rf.get(f"/{body.slug}/cases/")

    answer = WordsMiddleware(lambda _: HttpResponse(say("解列")))(request)

    assert answer.content.decode() == "卸牌"

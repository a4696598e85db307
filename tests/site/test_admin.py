"""The admin: reading the record, drafting minutes, registering cases, errata, history."""

import html
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core.signals import request_started
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, CaseAlias, LedgerEntry, Standing
from meetings.models import (
    Erratum,
    Meeting,
    MeetingSeries,
    Platform,
    SecretariatMember,
)
from platform_site.lib.history import FieldChange, history_of
from tests.factories import (
    CaseAliasFactory,
    CaseFactory,
    ChairFactory,
    CountClaimFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    MeetingFactory,
    MinutesFactory,
    ParticipantFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    ResolutionFactory,
    SectionFactory,
    decide,
)
from tests.pages import Page, text
from tests.site.admin import DAY, LATER, PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary(client):
    """One of the secretariat of every platform there is when a page is asked for."""
    user = PEOPLE["secretariat"]()
    client.force_login(user)

    def join_all(**kwargs):
        for platform in Platform.objects.exclude(secretariat__user=user):
            SecretariatMember.objects.create(platform=platform, user=user)

    request_started.connect(join_all)
    yield user
    request_started.disconnect(join_all)


@pytest.fixture
def desk(client, secretary):
    """Return a function that fetches a page of the admin and reads it."""

    def fetch(name, *args, **data):
        response = client.get(reverse(f"admin:{name}", args=args), data)
        assert response.status_code == 200
        return Page(response)

    return fetch


def blank(**formsets):
    """Return the management data of empty inlines, with rows where they are given."""
    data = {}
    for prefix, rows in formsets.items():
        data[f"{prefix}-TOTAL_FORMS"] = len(rows)
        data[f"{prefix}-INITIAL_FORMS"] = 0
        for index, row in enumerate(rows):
            data |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return data


CASE_PARTS = {name: [] for name in ("participants", "aliases", "theme_links", "ledger")}


def names(page):
    return [cell for row in page.rows() for cell in row if cell]


# Reading


def test_lists_name_the_case_as_it_is_called_now(desk, case, hold_meeting):
    hold_meeting(DAY, decide(case, "list"), decide(case, "rename", new_name="新名"))

    page = desk("cases_case_changelist")

    group = f"{case.platform.short_name} {case.group.name}"
    assert page.rows() == [
        [case.number, "新名", group, "列管中", Meeting.objects.get().title]
    ]


@pytest.mark.parametrize("words", ["台北藍帶", "臺北　藍帶", "ＬＲＴ", "lrt", "舊名"])
def test_cases_are_found_by_names_old_and_new_however_typed(
    desk, case, hold_meeting, words
):
    found = CaseFactory(group=case.group, name="舊名計畫")
    CaseAliasFactory(case=found, name="輕軌LRT")
    hold_meeting(
        DAY, decide(found, "list"), decide(found, "rename", new_name="臺北藍帶")
    )

    page = desk("cases_case_changelist", q=words)

    assert [row[0] for row in page.rows()] == [found.number]


def test_search_takes_signs_of_patterns_as_they_are(desk, case):
    page = desk("cases_case_changelist", q="%")

    assert page.rows() == []


def test_cases_are_filtered_by_standing(desk, case, hold_meeting):
    listed = CaseFactory(group=case.group)
    hold_meeting(DAY, decide(listed, "list"))

    found = {
        code: [row[0] for row in desk("cases_case_changelist", standing=code).rows()]
        for code in ("listed", "delisted", "none")
    }

    assert found == {"listed": [listed.number], "delisted": [], "none": [case.number]}


def test_groups_are_offered_of_the_platform_chosen(desk, group):
    other = IssueGroupFactory(name="他平臺的組")
    IssueGroupFactory(platform=group.platform)  # one alone is not offered as a choice

    everything = desk("cases_case_changelist")
    chosen = desk("cases_case_changelist", platform__id__exact=group.platform_id)

    assert f"{other.platform.short_name} 他平臺的組" in everything.links()
    assert "他平臺的組" not in " ".join(chosen.links())
    assert group.name in chosen.links()


def test_dates_are_in_roc_years(desk, case, hold_meeting):
    meeting = hold_meeting(DAY, decide(case, "list"))

    listed = desk("meetings_meeting_changelist")
    read = desk("meetings_meeting_change", meeting.pk)

    assert "113年7月11日" in names(listed)
    assert [text(step) for step in listed.classed("toplinks")] == ["‹ 113年 7月11日"]
    assert "113年7月11日" in read.main
    assert "2024" not in read.main


def test_years_of_groups_and_rounds_are_roc(desk, group):
    group.first_year = 2023
    group.save(update_fields=["first_year"])
    update = ProgressUpdateFactory(
        case=CaseFactory(group=group, platform=group.platform)
    )

    groups = desk("meetings_issuegroup_changelist")
    listed = desk("cases_progressupdate_changelist")
    page = desk("cases_progressupdate_change", update.pk)

    assert [row[3] for row in groups.rows()] == ["112年"]
    assert [row[1] for row in listed.rows()] == ["114年12月31日"]
    assert f"{group.platform.short_name} 114年12月31日" in page.main
    assert "2025" not in page.main


def test_timeline_of_a_case_stands_on_its_page(desk, case, hold_meeting):
    hold_meeting(DAY, decide(case, "list"))
    hold_meeting(LATER, decide(case, "delist"))

    page = desk("cases_case_change", case.pk)

    assert [[row[0], *row[2:]] for row in page.rows()] == [
        ["113年7月11日", "同意新增", "-", "有效"],
        ["113年12月26日", "同意解列", "原因：已辦理完成", "有效"],
    ]


def test_pages_lead_to_the_public_ones(desk, case, publish, hold_meeting):
    meeting = publish(DAY, decide(case, "list"))
    unknown = CaseFactory(group=case.group)
    entry = LedgerEntry.objects.get()

    pages = {
        "meeting": desk("meetings_meeting_change", meeting.pk),
        "minutes": desk("meetings_minutes_change", meeting.minutes.pk),
        "case": desk("cases_case_change", case.pk),
        "entry": desk("cases_ledgerentry_change", entry.pk),
        "unknown": desk("cases_case_change", unknown.pk),
    }

    assert {name: page.links().get("公開頁面") for name, page in pages.items()} == {
        "meeting": meeting.get_absolute_url(),
        "minutes": meeting.get_absolute_url(),
        "case": case.get_absolute_url(),
        "entry": case.get_absolute_url(),
        "unknown": None,
    }


def test_confirmed_minutes_say_why_they_cannot_be_changed(desk, case, hold_meeting):
    meeting = hold_meeting(DAY, decide(case, "list"))

    page = desk("meetings_minutes_change", meeting.minutes.pk)

    notice = " ".join("".join(n.itertext()) for n in page.classed("notice"))
    assert re.search("已於.*確認，內容不再修改；內容有誤請登錄勘誤", notice)
    assert "登錄勘誤" in page.links()
    assert page.all("input[@type='submit'][@name='_save']") == []


# Query counts

CHANGELISTS = {
    "cases_case": lambda case: CaseFactory(group=case.group),
    "cases_participant": lambda case: ParticipantFactory(case=CaseFactory()),
    "cases_casealias": lambda case: CaseAliasFactory(case=CaseFactory()),
    "cases_progressupdate": lambda case: ProgressUpdateFactory(),
    "cases_countclaim": lambda case: CountClaimFactory(group=case.group),
    "cases_reportinground": lambda case: ReportingRoundFactory(),
    "meetings_meeting": lambda case: MeetingFactory(),
    "meetings_minutes": lambda case: MinutesFactory(),
    "meetings_section": lambda case: SectionFactory(),
    "meetings_resolution": lambda case: ResolutionFactory(group=case.group),
    "meetings_chair": lambda case: ChairFactory(),
    "meetings_issuegroup": lambda case: IssueGroupFactory(),
    "meetings_meetingseries": lambda case: DecidingSeriesFactory(),
}


def queries(client, url):
    client.get(url)  # content types and the like are read once a process
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", CHANGELISTS)
def test_query_count_of_a_list_does_not_grow(client, secretary, case, name):
    url = reverse(f"admin:{name}_changelist")
    CHANGELISTS[name](case)
    one = queries(client, url)

    for _ in range(4):
        CHANGELISTS[name](case)

    assert queries(client, url) == one


@pytest.mark.parametrize("name", ["cases_ledgerentry", "cases_standing"])
def test_query_count_of_the_ledger_does_not_grow(
    client, secretary, group, hold_meeting, name
):
    url = reverse(f"admin:{name}_changelist")
    hold_meeting(DAY, decide(CaseFactory(group=group), "list"))
    one = queries(client, url)

    for _ in range(4):
        hold_meeting(LATER, decide(CaseFactory(group=group), "list"))

    assert queries(client, url) == one


def test_query_count_of_a_case_does_not_grow(client, secretary, case, hold_meeting):
    url = reverse("admin:cases_case_change", args=[case.pk])
    hold_meeting(DAY, decide(case, "list"))
    ParticipantFactory(case=case)
    CaseAliasFactory(case=case)
    one = queries(client, url)

    for _ in range(4):
        hold_meeting(LATER, decide(case, "continue"))
        ParticipantFactory(case=case)
        CaseAliasFactory(case=case)

    assert queries(client, url) == one


def test_query_count_of_minutes_does_not_grow(client, secretary, group, draft):
    minutes = draft(DAY)
    url = reverse("admin:meetings_minutes_change", args=[minutes.pk])
    ResolutionFactory(minutes=minutes, group=group)
    one = queries(client, url)

    for _ in range(4):
        ResolutionFactory(minutes=minutes, group=group)
        SectionFactory(minutes=minutes)

    assert queries(client, url) == one


# Writing


@pytest.mark.parametrize("model", ["meeting", "minutes"])
def test_meetings_and_drafts_are_written_at_the_desk_alone(
    client, secretary, draft, model
):
    minutes = draft(DAY)
    row = minutes if model == "minutes" else minutes.meeting
    change = reverse(f"admin:meetings_{model}_change", args=[row.pk])

    page = Page(client.get(change))

    assert "草稿在會議工作桌記錄" in page.main
    assert page.all("input[@type='submit'][@name='_save']") == []
    assert client.post(change, {}).status_code == 403
    assert client.get(reverse(f"admin:meetings_{model}_add")).status_code == 403


def new_case(group, **fields):
    return {
        "platform": group.platform_id,
        "group": group.pk,
        "name": "共享運具",
        "origin": "platform",
        **blank(**CASE_PARTS),
        **fields,
    }


def test_new_case_gets_the_next_number_of_its_group(client, secretary, group):
    CaseFactory(group=group, number=f"{group.case_prefix}-007")

    client.post(reverse("admin:cases_case_add"), new_case(group))

    assert Case.objects.get(name="共享運具").number == f"{group.case_prefix}-008"


def test_number_and_platform_of_a_case_stay(client, secretary, case):
    client.post(
        reverse("admin:cases_case_change", args=[case.pk]),
        new_case(case.group, number="ZZ-999", platform="", origin_note="補充"),
    )

    number, platform = case.number, case.platform
    case.refresh_from_db()
    assert (case.number, case.platform, case.origin_note) == (number, platform, "補充")


def test_alias_is_added_to_a_listed_case_whose_name_stays(
    client, secretary, case, hold_meeting
):
    hold_meeting(DAY, decide(case, "list"))
    parts = CASE_PARTS | {"aliases": [{"name": "又名", "source": "新聞稿"}]}

    client.post(
        reverse("admin:cases_case_change", args=[case.pk]),
        new_case(case.group, name="改名", **blank(**parts)),
    )

    name = case.name
    case.refresh_from_db()
    assert case.name == name
    assert CaseAlias.objects.get().name == "又名"


def test_what_a_trigger_refuses_is_said_above_the_form(
    client, secretary, case, hold_meeting
):
    series = hold_meeting(DAY, decide(case, "list")).series

    answer = client.post(
        reverse("admin:meetings_meetingseries_change", args=[series.pk]),
        {
            "platform": series.platform_id,
            "name": "改過的名稱",
            "slug": series.slug,
            "level": series.level,
            "numbering": series.numbering,
            "hosting": series.hosting,
            "order": 1,
        },
    )

    page = Page(answer)
    assert answer.status_code == 200
    assert "已有確認的會議紀錄" in page.texts("ul[@class='errorlist nonfield']")[0]
    assert [i.get("value") for i in page.all("input[@name='name']")] == ["改過的名稱"]
    assert MeetingSeries.objects.get().is_deciding
    assert LogEntry.objects.count() == 0


# Errata


@pytest.fixture
def minutes(case, hold_meeting):
    """Confirmed minutes that continue a listed case."""
    hold_meeting(DAY, decide(case, "list"))
    return hold_meeting(LATER, decide(case, "continue")).minutes


def erratum(*entries, **fields):
    return {
        "reason": "誤載",
        "was": "持續列管",
        "becomes": "解列",
        **fields,
        **blank(entries=entries),
    }


def post(client, minutes, data):
    return client.post(reverse("admin:cases_erratum", args=[minutes.pk]), data)


def wrong_entry():
    return LedgerEntry.objects.get(kind="continue")


def test_erratum_replaces_an_entry_and_both_stay_readable(
    client, secretary, desk, case, minutes
):
    wrong = wrong_entry()

    answer = post(
        client,
        minutes,
        erratum({"corrects": wrong.pk, "kind": "delist", "reason": "routine"}),
    )

    assert answer["Location"] == reverse(
        "admin:meetings_minutes_change", args=[minutes.pk]
    )
    right = LedgerEntry.objects.get(kind="delist")
    assert (right.corrects, right.case, right.recorded_by) == (wrong, case, secretary)
    assert Standing.objects.get(during__contains=LATER).code == "delisted"
    assert "誤載" in desk("meetings_minutes_change", minutes.pk).main
    assert "已更正" in desk("cases_ledgerentry_change", wrong.pk).main
    assert [row[-1] for row in desk("cases_case_change", case.pk).rows()] == [
        "有效",
        "已更正",
        "更正後",
    ]


def test_erratum_strikes_an_entry_out(client, secretary, minutes):
    post(client, minutes, erratum({"corrects": wrong_entry().pk, "kind": "void"}))

    assert LedgerEntry.objects.get(kind="void").corrects == wrong_entry()
    assert list(LedgerEntry.objects.in_account().values_list("kind")) == [("list",)]


def test_erratum_adds_what_was_left_out(client, secretary, group, minutes):
    left_out = CaseFactory(group=group)

    post(client, minutes, erratum({"case": left_out.pk, "kind": "list"}))

    assert left_out.ledger.get().erratum == Erratum.objects.get()


def test_erratum_of_words_alone_posts_no_entry(client, secretary, minutes):
    post(client, minutes, erratum({}))

    assert Erratum.objects.get().becomes == "解列"
    assert LedgerEntry.objects.count() == 2


def test_split_is_posted_together_with_what_begins(client, secretary, group, minutes):
    begun = CaseFactory(group=group)
    old = wrong_entry()

    post(
        client,
        minutes,
        erratum(
            {"corrects": old.pk, "kind": "split"},
            {"case": begun.pk, "kind": "list", "split_from": old.case_id},
        ),
    )

    assert Erratum.objects.get().entries.count() == 2
    assert Standing.objects.get(case=old.case, during__contains=LATER).code == "split"


def test_conflicts_of_the_ledger_are_shown_and_nothing_is_recorded(
    client, secretary, group, minutes
):
    never_listed = CaseFactory(group=group)

    answer = post(
        client,
        minutes,
        erratum({"case": never_listed.pk, "kind": "delist", "reason": "completed"}),
    )

    page = Page(answer)
    assert page.texts("ul[@class='errorlist nonfield']/li") == [
        f"{never_listed.number}「{never_listed.name}」：113年12月26日"
        f"{minutes.meeting.short_title}「同意解列」不成立，案件當時未在列管中。"
    ]
    assert page.texts("textarea[@name='reason']") == ["誤載"]
    assert page.title.startswith("錯誤：")
    assert (Erratum.objects.count(), LedgerEntry.objects.count()) == (0, 2)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"kind": "delist"}, "請選擇要更正的紀錄，或選擇補登的合作案。"),
        ({"corrects": "wrong", "kind": "delist"}, "解列須填原因，其他決定不填。"),
        ({"corrects": "wrong", "kind": "rename"}, "更名須填新名稱，其他決定不填。"),
        (
            {"corrects": "wrong", "kind": "merge"},
            "併案須指定併入的另一案，其他決定不填。",
        ),
        ({"corrects": "other", "kind": "void"}, "選擇有效的選項"),
        ({"case": "case", "kind": "void"}, "註銷須指明所更正的紀錄。"),
    ],
)
def test_entry_of_an_erratum_is_refused_with_a_sentence(
    client, secretary, case, minutes, entry, sentence
):
    keys = {
        "wrong": wrong_entry().pk,
        "other": LedgerEntry.objects.get(kind="list").pk,
        "case": case.pk,
    }
    entry = {name: keys.get(value, value) for name, value in entry.items()}

    answer = post(client, minutes, erratum(entry))

    assert answer.status_code == 200
    assert sentence in Page(answer).main
    assert (Erratum.objects.count(), LedgerEntry.objects.count()) == (0, 2)


def test_erratum_must_say_why(client, secretary, minutes):
    answer = post(client, minutes, erratum({}, reason=""))

    assert Page(answer).classed("errorlist")
    assert Erratum.objects.count() == 0


def test_more_entries_are_asked_for_without_losing_what_was_typed(
    client, secretary, minutes
):
    page = Page(post(client, minutes, erratum({"kind": "void"}, _more="再加一筆")))

    assert len(page.all("select[@name='entries-1-kind']")) == 1
    assert page.texts("textarea[@name='reason']") == ["誤載"]
    assert Erratum.objects.count() == 0


def test_erratum_page_is_opened_for_an_entry(desk, minutes):
    entry = desk("cases_ledgerentry_change", wrong_entry().pk)

    address = entry.links()["登錄勘誤"]

    page = desk("cases_erratum", minutes.pk, entry=wrong_entry().pk)
    chosen = page.all("select[@name='entries-0-corrects']/option[@selected]")
    assert address.endswith(f"/{minutes.pk}/erratum/?entry={wrong_entry().pk}")
    assert [option.get("value") for option in chosen] == [str(wrong_entry().pk)]


# History


def test_history_tells_who_changed_what_of_a_row_and_its_parts(
    client, secretary, desk, case
):
    secretary.first_name = "陳幕僚"
    secretary.save()
    parts = CASE_PARTS | {"aliases": [{"name": "又名"}]}
    client.post(
        reverse("admin:cases_case_change", args=[case.pk]),
        new_case(case.group, name=case.name, origin_note="補充", **blank(**parts)),
    )

    page = desk("cases_case_history", case.pk)

    assert [row[1:] for row in page.rows()][:2] == [
        ["陳幕僚", "新增別名", "別名 又名"],
        [
            "陳幕僚",
            "修改合作案",
            "來源 未載明 改為 平臺提案 來源說明 （空白） 改為 補充",
        ],
    ]
    assert page.rows()[-1][1:3] == ["系統", "新增合作案"]


def test_history_sees_what_passes_by_the_admin(case):
    Case.objects.filter(pk=case.pk).update(origin_note="補充")

    latest = history_of(case)[0]

    assert (latest.who, latest.done) == ("系統", "修改")
    assert latest.fields == [FieldChange("來源說明", "（空白）", "補充")]


def test_history_of_an_entry_is_its_posting(desk, case, hold_meeting, clerk):
    hold_meeting(DAY, decide(case, "list"))

    page = desk("cases_ledgerentry_history", LedgerEntry.objects.get().pk)

    assert [row[1:] for row in page.rows()] == [[clerk.username, "登錄列管紀錄", "-"]]


def test_query_count_of_a_history_does_not_grow(client, secretary, case):
    url = reverse("admin:cases_case_history", args=[case.pk])
    ParticipantFactory(case=case)
    one = queries(client, url)

    for _ in range(4):
        ParticipantFactory(case=case)

    assert queries(client, url) == one


# Chinese


def test_pages_have_no_english_left(client, secretary, case, publish):
    meeting = publish(DAY, decide(case, "list"))
    draft = MinutesFactory(meeting__series=meeting.series)
    urls = [
        reverse("admin:index"),
        reverse("admin:cases_case_changelist") + "?q=zz",
        reverse("admin:cases_case_add"),
        reverse("admin:cases_case_change", args=[case.pk]),
        reverse("admin:cases_case_history", args=[case.pk]),
        reverse("admin:meetings_meeting_delete", args=[draft.meeting.pk]),
        reverse("admin:meetings_minutes_change", args=[draft.pk]),
        reverse("admin:meetings_minutes_change", args=[meeting.minutes.pk]),
        reverse("admin:meetings_minutes_delete", args=[draft.pk]),
        reverse("admin:cases_erratum", args=[meeting.minutes.pk]),
        reverse("admin:password_change"),
        reverse("admin:login"),
    ]

    allowed = {case.group.case_prefix, secretary.username, "clerk"}

    left = {url: english(client.get(url, follow=True)) - allowed for url in urls}

    assert {url: words for url, words in left.items() if words} == {}


def english(response):
    """Return the words in Latin letters that a page shows or speaks."""
    body = re.sub(r"(?s)<!--.*?-->|<script.*?</script>", "", response.content.decode())
    spoken = re.findall(r'\b(?:alt|aria-label|title|placeholder)="([^"]*)"', body)
    shown = html.unescape(re.sub(r"(?s)<[^>]*>", " ", body))
    return set(re.findall(r"[A-Za-z]{2,}", " ".join([shown, *spoken])))

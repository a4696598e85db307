"""The pages of proposals: written, read, taken on, and kept from others."""

import io
import re
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import DraftDecision, Proposal
from tests.cases.desk import address as desk_address
from tests.cases.desk import form_of, sit_down
from tests.cases.proposals import PHONE, Proposing, fresh, told
from tests.factories import (
    AssignmentFactory,
    CaseFactory,
    MembershipFactory,
    MinutesFactory,
    MunicipalityFactory,
)
from tests.pages import Page

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def site():
    found = Proposing()
    AssignmentFactory(
        group=found.other_group, municipality=found.taipei, user=found.stranger
    )
    return found


def as_user(user):
    client = Client()
    client.force_login(user)
    return client


def address(proposal, view="proposal", *more):
    return reverse(
        f"proposals:{view}", args=[proposal.platform.slug, proposal.key, *more]
    )


def take(site, proposal, step, *, by=None, version=None, **said):
    version = fresh(proposal).version if version is None else version
    return as_user(by or site.secretary).post(
        address(proposal, "take", step), {"version": version, **said}
    )


# Beginning ---------------------------------------------------------------------------


def test_a_contact_chooses_among_own_groups_and_cities(site):
    page = as_user(site.contact).get(
        reverse("proposals:new", args=[site.platform.slug])
    )

    options = Page(page).texts("option")
    assert options == [site.group.name, site.taipei.short_name]


def test_beginning_leads_to_the_form(site):
    response = as_user(site.contact).post(
        reverse("proposals:new", args=[site.platform.slug]),
        {"group": site.group.slug, "municipality": site.taipei.slug},
    )

    assert response.headers["Location"] == address(Proposal.objects.get(), "edit")


def test_a_foreign_group_is_refused_at_its_field(site):
    response = as_user(site.contact).post(
        reverse("proposals:new", args=[site.platform.slug]),
        {"group": site.other_group.slug, "municipality": site.taipei.slug},
    )

    assert response.status_code == 422
    assert "請選擇您負責的小組。" in response.text
    assert not Proposal.objects.exists()


# Writing -----------------------------------------------------------------------------


def test_the_form_saves_what_was_typed(site):
    proposal = site.begin()
    client = as_user(site.contact)
    sent = form_of(client.get(address(proposal, "edit")))
    sent |= {
        "title": " 跨縣市  租屋安全 ",
        "types": ["law"],
        "scope": "some",
        "partners": [site.keelung.slug],
        "ministries": "教育部\r\n\r\n 內政部 \n教育部",
        "do": "save",
    }

    response = client.post(address(proposal, "edit"), sent)

    found = fresh(proposal)
    assert response.status_code == 302
    assert (found.title, found.types) == ("跨縣市 租屋安全", ["law"])
    assert (found.is_all_members, found.partners) == (False, [site.keelung.pk])
    assert found.ministries == ["教育部", "內政部"]
    assert found.explanation == proposal.explanation


def test_the_script_is_told_version_and_likeness(site):
    case, _ = site.take_up(name="北管音樂校園推展")
    proposal = site.begin(title="別案")
    client = as_user(site.contact)
    sent = form_of(client.get(address(proposal, "edit")))

    response = client.post(
        address(proposal, "edit"), {**sent, "title": "北管音樂校園推廣"}, headers=JSON
    )

    answer = response.json()
    assert (answer["state"], answer["version"]) == ("saved", proposal.version + 1)
    assert case.number in answer["live"]


def test_handing_in_what_lacks_something_keeps_what_was_saved(site):
    proposal = site.begin()
    client = as_user(site.contact)
    sent = form_of(client.get(address(proposal, "edit")))

    response = client.post(
        address(proposal, "edit"),
        {**sent, "benefits": "", "title": "新名稱", "do": "submit"},
    )

    assert response.status_code == 422
    assert "請填寫合作效益。" in response.text
    assert (fresh(proposal).state, fresh(proposal).title) == ("draft", "新名稱")


def test_two_who_write_see_both_texts_and_choose(site):
    proposal = site.begin()
    second = site.add_contact(site.taipei)
    clients = [as_user(site.contact), as_user(second)]
    mine, theirs = (form_of(each.get(address(proposal, "edit"))) for each in clients)
    clients[1].post(address(proposal, "edit"), {**theirs, "actions": "一、對方的。"})

    late = clients[0].post(
        address(proposal, "edit"), {**mine, "actions": "一、我的。", "division": "科"}
    )
    assert late.status_code == 409
    assert "一、對方的。" in late.text.replace("<mark>", "").replace("</mark>", "")
    chosen = form_of(late) | {
        "choose-actions": "theirs",
        "choose-division": "mine",
        "do": "resolve",
    }
    clients[0].post(address(proposal, "edit"), chosen)

    assert (fresh(proposal).actions, fresh(proposal).division) == (
        "一、對方的。",
        "科",
    )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "長" * 201, "最多 200 字。"),
        ("types", "no-such", "沒有這種提案類型。"),
        ("partners", "no-such", "合作縣市須為平臺的成員。"),
        ("contact_email", "不是信箱", "電子郵件的格式不正確。"),
        ("ministries", "部" * 61, "最多 60 字"),
        ("explanation", "長" * 50_001, "50000 字"),
        ("agency", "999999", "局處須屬提案縣市。"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(site, field, value, said):
    proposal = site.begin()
    client = as_user(site.contact)
    sent = form_of(client.get(address(proposal, "edit")))
    before = fresh(proposal).version

    response = client.post(
        address(proposal, "edit"), {**sent, field: value}, headers=JSON
    )

    assert response.status_code == 422
    assert said in response.json()["errors"][field]
    assert fresh(proposal).version == before


def test_who_may_no_longer_write_keeps_what_was_typed(site):
    proposal = site.begin()
    client = as_user(site.contact)
    sent = form_of(client.get(address(proposal, "edit")))
    site.submit(proposal)

    response = client.post(address(proposal, "edit"), sent, headers=JSON)

    assert response.status_code == 422
    assert "不能由您修改" in response.json()["errors"][""]


def test_the_secretariat_mends_what_was_handed_in_as_a_step(site):
    proposal = site.bring("submitted")
    client = as_user(site.secretary)
    sent = form_of(client.get(address(proposal, "edit")))

    client.post(
        address(proposal, "edit"),
        {**sent, "actions": "一、改過。", "edit_words": "錯字", "do": "edit"},
    )

    assert told(proposal) == ["submitted", "edited"]
    page = client.get(address(proposal))
    assert "與前次不同之處" in page.text


def test_a_box_no_longer_offered_stays_where_it_is_ticked(site):
    proposal = site.begin(types=["law"])
    site.law.is_offered = False
    site.law.save()

    def boxes(of):
        page = as_user(site.contact).get(address(of, "edit"))
        return 'value="law"' in page.text

    assert boxes(proposal)
    assert not boxes(site.begin(title="乙", types=["joint"]))


def test_a_platform_without_types_asks_for_none(site):
    site.platform.proposal_types.update(is_offered=False)
    proposal = site.begin(types=[])
    form = as_user(site.contact).get(address(proposal, "edit"))

    site.submit(proposal)

    assert "提案類型" not in form.text
    assert "提案類型" not in as_user(site.contact).get(address(proposal)).text


# Steps -------------------------------------------------------------------------------


def test_steps_are_taken_by_their_buttons(site):
    proposal = site.begin()
    meeting = site.hold()

    take(site, proposal, "submit", by=site.contact)
    take(site, proposal, "discuss", meeting=meeting.slug)
    take(site, proposal, "return", words="請補。")
    take(site, proposal, "submit", by=site.contact)
    take(site, proposal, "withdraw", by=site.contact, words="併他案。")

    assert told(proposal) == [
        "submitted",
        "discussed",
        "returned",
        "submitted",
        "withdrawn",
    ]


def test_a_step_from_an_old_page_is_stopped(site):
    proposal = site.bring("submitted")
    version = proposal.version
    site.discuss(proposal)

    response = take(site, proposal, "return", version=version, words="請補。")

    assert response.status_code == 409
    assert fresh(proposal).state == "discussed"


def test_returning_without_words_is_refused_and_stays_open(site):
    proposal = site.bring("submitted")

    response = take(site, proposal, "return", words=" ")

    assert response.status_code == 422
    assert "請寫明要修正的事項。" in response.text
    assert fresh(proposal).state == "submitted"


def test_a_contact_does_not_judge(site):
    proposal = site.bring("submitted")

    response = take(site, proposal, "return", by=site.contact, words="自己退")

    assert response.status_code == 404
    assert fresh(proposal).state == "submitted"


@pytest.mark.parametrize("typed", ["proposal", "case"])
def test_a_proposal_is_merged_by_number(site, typed):
    proposal = site.bring("submitted")
    other = site.submit(site.begin(title="另一案"))
    case = CaseFactory(group=site.group)
    into = {"proposal": other.key, "case": f"{case.number} {case.name}"}[typed]

    take(site, proposal, "merge", into=into)

    found = fresh(proposal)
    assert found.state == "merged"
    assert (found.merged_into or found.merged_into_case) in (other, case)


def test_a_meeting_took_it_up_by_the_list(site):
    proposal = site.bring("submitted")
    case, meeting = site.take_up()
    [entry] = case.ledger.all()

    take(site, proposal, "agree", taken_up=entry.pk)

    assert fresh(proposal).case == case
    assert "已同意（提案中）" in as_user(site.contact).get(address(proposal)).text


# The desk ------------------------------------------------------------------------------


def test_the_sheet_takes_a_proposal_up(site):
    proposal = site.bring("submitted")
    minutes = MinutesFactory(meeting=site.hold())
    desk = sit_down(site.platform)
    sheet = desk_address(minutes.meeting, "group", group=site.group.slug)
    form = form_of(desk.get(sheet))

    desk.post(sheet, {**form, "do": f"take-{proposal.key}"})

    [draft] = DraftDecision.objects.all()
    assert (draft.proposal, draft.name, draft.kind) == (
        proposal,
        proposal.title,
        "agree",
    )
    # It stays tied when the sheet is saved again under another name.
    again = form_of(desk.get(sheet))
    key = next(name for name in again if name.endswith("-name") and "new-" in name)
    desk.post(sheet, {**again, key: "改過的名稱", "do": "save"})
    draft.refresh_from_db()
    assert (draft.proposal, draft.name) == (proposal, "改過的名稱")


def test_the_sheet_offers_no_proposal_twice(site):
    proposal = site.bring("submitted")
    minutes = MinutesFactory(meeting=site.hold())
    DraftDecision.objects.create(
        minutes=minutes,
        group=site.group,
        name=proposal.title,
        proposal=proposal,
        kind="agree",
    )

    sheet = desk_address(minutes.meeting, "group", group=site.group.slug)

    assert f"take-{proposal.key}" not in sit_down(site.platform).get(sheet).text


# Reading -------------------------------------------------------------------------------


def test_whom_to_ask_is_for_those_who_may_read_the_proposal(site):
    proposal = site.bring("agreed")
    case = reverse("cases:case", args=[site.platform.slug, proposal.case.number])

    assert PHONE in as_user(site.other).get(address(proposal)).text
    for user in (site.official, site.stranger):
        assert as_user(user).get(address(proposal)).status_code == 404
    for client in (Client(), as_user(site.official), as_user(site.secretary)):
        for url in (case, reverse("cases:table", args=[site.platform.slug])):
            assert "29603456" not in client.get(url).text


def test_the_public_is_sent_to_log_in(site):
    response = Client().get(address(site.bring("submitted")))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/login/")


def test_the_list_is_narrowed_by_each_condition(site):
    site.begin(title="甲案", types=["law"])
    site.submit(site.begin(title="乙案"))
    client = as_user(site.secretary)
    here = reverse("proposals:list", args=[site.platform.slug])

    def found(**asked):
        return set(Page(client.get(here, asked)).texts("tbody/tr/th/a"))

    assert found() == {"甲案", "乙案"}
    assert found(q="甲") == {"甲案"}
    assert found(state="submitted") == {"乙案"}
    assert found(kind="central") == {"甲案"}
    assert found(kind="joint") == {"乙案"}
    assert found(group=site.other_group.slug) == set()
    assert found(city=site.keelung.slug) == set()
    assert client.get(here, {"state": "no-such"}).status_code == 400


def test_the_pages_ask_as_often_for_many_as_for_few(
    site, django_assert_max_num_queries, django_assert_num_queries
):
    client = as_user(site.secretary)
    here = reverse("proposals:list", args=[site.platform.slug])
    first = site.bring("submitted")
    with django_assert_max_num_queries(20) as few:
        client.get(here)
    with django_assert_max_num_queries(30) as few_of_one:
        client.get(address(first))
    for number in range(4):
        site.bring("agreed", title=f"第{number}提案")
        site.submit(site.begin(title=f"北管音樂校園推廣{number}"))
    site.discuss(first)

    with django_assert_num_queries(len(few)):
        client.get(here)
    with django_assert_num_queries(len(few_of_one)):
        client.get(address(first))


# Papers --------------------------------------------------------------------------------


def test_the_form_is_printed_with_its_boxes(site):
    proposal = site.begin(types=["law"], partners=[site.keelung.pk])
    page = as_user(site.contact).get(address(proposal, "form", "odt"))
    content = b"".join(page.streaming_content)

    assert page.headers["Cache-Control"] == "private, no-store"
    text = odt_text(content)
    assert "□ 第" in text
    assert f"■ {site.law.name}" in text
    assert f"□{site.taipei.short_name}　■{site.keelung.short_name}" in text
    assert PHONE in text


def odt_text(content):
    xml = zipfile.ZipFile(io.BytesIO(content)).read("content.xml").decode()
    return re.sub(r"<[^>]+>", "", xml)


def test_an_old_form_prints_the_members_of_its_time(site):
    proposal = site.bring("submitted")
    late = MunicipalityFactory()
    MembershipFactory(platform=site.platform, municipality=late)

    page = as_user(site.contact).get(address(proposal, "form", "odt"))

    text = odt_text(b"".join(page.streaming_content))
    assert f"■ {site.platform.short_name}二縣市" in text
    assert f"□{late.short_name}" not in text


@pytest.mark.parametrize("extension", ["docx", "txt"])
def test_other_formats_are_not_offered(site, extension):
    proposal = site.begin()
    url = address(proposal, "form", "pdf").replace(".pdf", f".{extension}")

    assert as_user(site.contact).get(url).status_code == 404

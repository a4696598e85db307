"""A proposal written in a browser: saved on the way, never lost, for everybody."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from cases import proposals
from cases.models import Proposal
from cases.proposals import Form, Person
from meetings.models import IssueGroup, Municipality
from tests.browser.test_admin_accessibility import everywhere

FORM = "form.proposal-edit"
SAVED = f"{FORM} [data-save-state][data-state='saved']"


@pytest.fixture(scope="module")
def logged_in(chromium, site):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(site + reverse("login"))
    page.fill("[name=username]", "contact")
    page.fill("[name=password]", "demo-contact")
    page.click("main button")
    page.wait_for_url(site + "/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def contact(visit, logged_in):
    """Return a function that opens an address as the contact of 臺北市's transport."""

    def open_page(address, **options):
        return visit(address, **{"storage_state": logged_in, **options})

    return open_page


def person():
    return get_user_model().objects.get(username="contact")


def begin(title="", **said):
    """Begin a proposal of the contact; with a title it lacks nothing."""
    group = IssueGroup.objects.get(platform__slug="northern", slug="transport")
    city = Municipality.objects.get(slug="taipei")
    now = timezone.now()
    proposal = proposals.begin(group, city, by=person(), at=now)
    whole = {
        "division": "運輸管理科",
        "types": ["cooperation"],
        "explanation": "一、說明。\n(一)細項。",
        "actions": "一、作法。",
        "benefits": "一、效益。",
        "contact": Person(name="承辦人", phone="1234"),
    }
    form = Form(group=group, municipality=city, title=title, **{**whole, **said})
    return proposals.save(proposal, form, version=0, by=person(), at=now)


def at(proposal, view="proposal"):
    return reverse(f"proposals:{view}", args=["northern", proposal.key])


def stored(proposal):
    return Proposal.objects.get(pk=proposal.pk)


def test_a_proposal_is_begun_written_and_handed_in(contact):
    page = contact(reverse("proposals:new", args=["northern"]))
    page.click("main button.default")
    page.wait_for_url("**/edit/")
    page.fill("[name=title]", "跨縣市公車路線整合")
    page.fill("[name=division]", "運輸管理科")
    page.get_by_label("跨縣市實質合作議題").check()
    page.get_by_label("部分縣市", exact=True).check()
    page.get_by_label("基隆市", exact=True).check()
    for name in ("explanation", "actions", "benefits"):
        page.fill(f"[name={name}]", "一、甲。\n二、乙。")
    page.fill("[name=contact_name]", "承辦人")
    page.fill("[name=contact_phone]", "1234")
    page.wait_for_selector(SAVED)
    page.click("[value=submit]")
    page.wait_for_selector(".messagelist")

    proposal = Proposal.objects.order_by("pk").last()
    assert proposal.state == "submitted"
    keelung = Municipality.objects.get(short_name="基隆市")
    assert (proposal.is_all_members, proposal.partners) == (False, [keelung.pk])


def test_what_is_alike_is_pointed_out_while_typing(contact):
    begin("YouBike 跨縣市營運資料共享")
    page = contact(at(begin(), "edit"))
    page.fill("[name=title]", "YouBike 跨縣市營運資料分享")

    page.wait_for_selector(".desk-live .alike a")
    assert "YouBike 跨縣市營運資料共享" in page.inner_text(".desk-live")


def test_two_windows_see_both_texts(contact):
    proposal = begin("共享運具管理")
    first, second = (contact(at(proposal, "edit"), meant="409") for _ in range(2))
    first.fill("[name=actions]", "一、先存的。")
    first.wait_for_selector(SAVED)
    second.fill("[name=actions]", "一、後存的。")

    second.wait_for_selector(".conflict-panel")
    assert "先存的" in second.inner_text(".conflict-panel")
    second.check("[name=choose-actions][value=mine]")
    second.click("[value=resolve]")
    second.wait_for_selector(".messagelist")
    assert stored(proposal).actions == "一、後存的。"


def test_what_was_typed_offline_is_there_again(contact):
    proposal = begin("停車資訊整合")
    page = contact(at(proposal, "edit"), meant="ERR_INTERNET_DISCONNECTED")
    window, url = page.context, page.url
    window.set_offline(True)
    page.fill("[name=benefits]", "一、離線打的字。")
    page.wait_for_selector(f"{FORM} [data-save-state][data-state='failed']")
    page.close()
    window.set_offline(False)
    again = window.new_page()
    again.goto(url)

    assert again.input_value("[name=benefits]") == "一、離線打的字。"


def test_without_a_script_the_form_is_saved_and_handed_in(contact):
    proposal = begin("路邊停車費共同繳費")
    page = contact(at(proposal, "edit"), java_script_enabled=False)
    page.fill("[name=benefits]", "一、新的效益。")
    page.click("[value=submit]")

    assert "已送出" in page.inner_text(".messagelist")
    assert stored(proposal).benefits == "一、新的效益。"


@pytest.mark.parametrize("kind", ["list", "new", "form", "faults", "draft", "returned"])
def test_pages_are_accessible_and_keep_the_policy(contact, kind):
    proposal = begin(f"自行車道路網串連與{kind}")
    if kind == "returned":
        proposals.submit(
            proposal, version=proposal.version, by=person(), at=timezone.now()
        )
        keeper = get_user_model().objects.get(username="secretariat")
        found = stored(proposal)
        proposals.send_back(found, words="請補。", version=found.version, by=keeper)
    address = {
        "list": reverse("proposals:list", args=["northern"]),
        "new": reverse("proposals:new", args=["northern"]),
        "draft": at(proposal),
    }.get(kind, at(proposal, "edit"))
    page = contact(address, meant="422")
    if kind == "faults":
        page.fill("[name=benefits]", "")
        page.click("[value=submit]")
        page.wait_for_selector(".errornote")

    assert everywhere(page) == []


def test_pages_fit_a_narrow_screen(contact):
    proposal = begin("很長的提案名稱" * 20)
    for address in (
        reverse("proposals:list", args=["northern"]),
        at(proposal),
        at(proposal, "edit"),
    ):
        page = contact(address, width=320)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address

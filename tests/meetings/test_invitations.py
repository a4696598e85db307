"""Invitations: one account an address, nobody's until its link is used."""

import datetime as dt
import re

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core import mail as outbox
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.roles import CONTACT
from meetings import invitations
from meetings.invitations import Newcomer, invite
from meetings.models import Assignment, Invitation
from platform_site.models import Mail
from tests.factories import UserFactory
from tests.jobs import run_jobs
from tests.meetings.test_assignments import Site
from tests.pages import Page

pytestmark = pytest.mark.django_db

ADDRESS = "wang@example.gov.tw"
NEWCOMER = Newcomer("王小明", ADDRESS, "交通局", "科員", "02-2720-8889", "123")
PASSWORD = "tam-sui-ferry-9"


@pytest.fixture
def site():
    return Site()


def ask(site, newcomer=NEWCOMER, tasks=None, at=None, **fields):
    said = {"platform": site.platform, "by": site.by, **fields}
    return invite(
        newcomer,
        [site.task()] if tasks is None else tasks,
        role=Group.objects.get(name=CONTACT),
        at=at or timezone.now(),
        site="http://testserver",
        **said,
    )


def link():
    run_jobs()
    return re.search(r"http://testserver(/\S+)", outbox.outbox[-1].body)[1]


def open_link(client, path):
    return client.get(path, follow=True)


def accept(path, client=None, **fields):
    client = client or Client()
    opened = open_link(client, path)
    if not opened.redirect_chain:
        return opened
    said = {
        "first_name": "王曉明",
        "title": "股長",
        "new_password1": PASSWORD,
        "new_password2": PASSWORD,
        **fields,
    }
    return client.post(opened.redirect_chain[-1][0], said)


def test_invited_person_gets_a_mail_and_has_no_way_in_yet(site):
    invited = ask(site)

    run_jobs()

    [mail] = outbox.outbox
    assert mail.to == [ADDRESS]
    assert f"{site.platform.name}幕僚" in mail.body
    person = User.objects.get(email=ADDRESS)
    assert (person.is_active, person.has_usable_password()) == (False, False)
    assert [group.name for group in person.groups.all()] == [CONTACT]
    assert person.contact_details.telephone == "02-2720-8889 分機 123"
    assert [row.user for row in invited.assignments] == [person]


def test_link_opens_the_account_and_lets_in(site):
    ask(site)
    client = Client()

    answer = accept(link(), client)

    assert answer["Location"] == reverse("account")
    person = User.objects.get(email=ADDRESS)
    assert (person.is_active, person.first_name) == (True, "王曉明")
    assert person.check_password(PASSWORD)
    assert person.contact_details.title == "股長"
    assert client.get(reverse("account")).status_code == 200
    assert not Invitation.objects.open().exists()


def test_page_of_the_link_tells_what_is_done_with_the_data(site):
    ask(site)

    page = Page(open_link(Client(), link()))

    assert "個人資料告知事項" in page.texts("h2")
    assert site.platform.name in page.main
    assert page.response.headers["Cache-Control"] == "no-store, private"


def test_link_is_good_for_one_time(site):
    ask(site)
    path = link()
    accept(path)

    assert accept(path, new_password1="other-9-long").status_code == 404
    assert User.objects.get(email=ADDRESS).check_password(PASSWORD)


def test_link_holds_fourteen_days(site):
    ask(site)
    path = link()

    for day, status in ((13.9, 200), (14.1, 404)):
        with time_machine.travel(timezone.localtime() + dt.timedelta(days=day)):
            assert open_link(Client(), path).status_code == status


def test_links_of_others_lead_nowhere_and_all_alike(site):
    ask(site)
    path = link()
    _, kind, uid, token, _ = path.split("/")
    wrong = [
        f"/{kind}/{uid}/{token[:-1]}x/",
        f"/{kind}/OTk5OTk5/{token}/",
        f"/{kind}/%00/{token}/",
        f"/{kind}/{uid}/set-password/",
        f"/password/{uid}/{token}/",
    ]

    answers = [Client().get(at) for at in wrong]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert len({Page(answer).main for answer in answers[:4]}) == 1


def test_weak_password_is_refused_and_what_was_typed_stays(site):
    ask(site)

    answer = accept(
        link(), first_name="歐陽", new_password1="1234", new_password2="1234"
    )

    assert answer.status_code == 422
    assert answer.context["form"]["first_name"].value() == "歐陽"
    assert "帳號尚未啟用" in Page(answer).main
    assert not User.objects.get(email=ADDRESS).is_active


def test_same_address_twice_is_one_account(site):
    ask(site)
    again = ask(
        site, Newcomer("王大明", "WANG@example.gov.tw"), [site.task(1, 1), site.task()]
    )

    assert User.objects.filter(email__iexact=ADDRESS).count() == 1
    assert (again.person.first_name, again.is_known, again.is_mailed) == (
        "王小明",
        True,
        False,
    )
    assert len(again.assignments) == 1
    assert Mail.objects.count() == 1


def test_account_that_exists_gets_tasks_and_nothing_else(site):
    official = UserFactory(email=ADDRESS, first_name="李科長", is_staff=True)
    official.set_password("kept-as-it-was")
    official.save()
    before = User.objects.filter(pk=official.pk).values().get()

    invited = ask(site)

    assert User.objects.filter(pk=official.pk).values().get() == before
    assert list(official.groups.all()) == []
    assert (invited.is_known, invited.is_mailed) == (True, False)
    assert Assignment.objects.get().user == official
    assert not Invitation.objects.exists()


def test_account_that_was_closed_is_not_opened_by_inviting(site):
    left = UserFactory(email=ADDRESS, is_active=False)
    left.set_password("used-once")
    left.save()

    with pytest.raises(ValidationError, match="已停用"):
        ask(site)

    assert (Assignment.objects.count(), Mail.objects.count()) == (0, 0)


def test_account_closed_after_it_was_accepted_is_not_opened_again(site):
    ask(site)
    accept(link())
    person = User.objects.get(email=ADDRESS)
    person.is_active = False
    person.set_unusable_password()
    person.save()

    with pytest.raises(ValidationError, match="已停用"):
        ask(site, tasks=[site.task(1)])


def test_only_the_own_secretariat_invites(site):
    other = site.secretary(Site().platform)

    for by in (other, site.person):
        with pytest.raises(PermissionDenied):
            ask(site, by=by)

    assert not User.objects.filter(email=ADDRESS).exists()


def test_what_is_refused_leaves_no_account_behind(site):
    wrong = site.task(starts_on=dt.date(2026, 2, 1), ends_on=dt.date(2026, 1, 1))

    with pytest.raises(ValidationError, match="迄日"):
        ask(site, tasks=[wrong])

    assert not User.objects.filter(email=ADDRESS).exists()
    assert run_jobs() == 0


def test_invitation_is_sent_again_but_not_by_a_second_click(site):
    now = timezone.now()
    ask(site, at=now)
    invitation = Invitation.objects.get()

    def again(minutes):
        at = now + dt.timedelta(minutes=minutes)
        return invitations.send_again(
            invitation, by=site.by, at=at, site="http://testserver"
        )

    assert (again(1), again(6), again(7)) == (False, True, False)
    assert Mail.objects.count() == 2
    accept(link())
    with pytest.raises(ValidationError, match="已經接受"):
        again(60)


def test_invitation_taken_back_opens_nothing(site):
    ask(site)
    path = link()
    invitation = Invitation.objects.get()

    invitations.withdraw(invitation, by=site.by, at=timezone.now())

    assert accept(path).status_code == 404
    assert not User.objects.get(email=ADDRESS).is_active
    assert Assignment.objects.count() == 0


def test_mail_of_an_invitation_taken_back_does_not_go_out(site):
    ask(site)
    invitations.withdraw(Invitation.objects.get(), by=site.by, at=timezone.now())

    run_jobs()

    assert outbox.outbox == []
    assert Mail.objects.with_state().get().standing == "未寄送：邀請已經接受或撤回"


def test_who_was_invited_in_vain_may_be_invited_again(site):
    ask(site)
    invitations.withdraw(Invitation.objects.get(), by=site.by, at=timezone.now())

    assert ask(site).is_mailed
    assert accept(link()).status_code == 302


def test_two_platforms_invite_one_person_and_one_link_is_enough(site):
    other = Site()
    ask(site)
    second = ask(other, tasks=[other.task()])

    accept(link())

    assert second.is_mailed
    assert User.objects.filter(email=ADDRESS).count() == 1
    assert not Invitation.objects.open().exists()


def test_no_row_holds_the_link(site):
    ask(site)
    token = link().rstrip("/").rpartition("/")[2]

    assert token not in str(list(Mail.objects.values()))


def test_forgotten_password_opens_no_invited_account(site):
    ask(site)

    Client().post(reverse("password-reset"), {"email": ADDRESS})

    assert not Mail.objects.filter(kind="password").exists()

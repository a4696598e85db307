"""Rounds and progress in the admin: read there with their steps, written nowhere."""

import pytest
from django.urls import reverse

from cases import rounds
from cases.models import ProgressStep, ProgressUpdate, Reminder
from tests.cases.rounds import AT, Collecting, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Collecting()


def page(client, name, row):
    return client.get(reverse(f"admin:cases_{name}_change", args=[row.pk]))


def test_slot_is_read_with_its_steps(client, site):
    slot = site.bring(site.slot, "accepted", text="甲案開工")
    rounds.edit(
        slot,
        text="乙案開工",
        is_unchanged=False,
        version=slot.version,
        by=site.secretary,
        at=AT,
        words="案名誤植",
    )
    client.force_login(site.secretary)

    text = page(client, "progressupdate", slot).text

    assert all(
        said in text for said in ["甲案開工", "乙案開工", "案名誤植", "幕僚修改"]
    )
    assert 'name="_save"' not in text


def test_round_is_read_with_its_reminders(client, site):
    rounds.remind(
        site.round, site.contact, kind="phone", words="已留言", by=site.secretary, at=AT
    )
    client.force_login(site.secretary)

    text = page(client, "reportinground", site.round).text

    assert "已留言" in text
    assert "電話" in text
    assert 'name="_save"' not in text


@pytest.mark.parametrize("action", ["change", "delete"])
def test_nobody_writes_progress_by_form(client, site, action):
    site.bring(site.slot, "submitted")
    before = ProgressUpdate.objects.values().get()
    superuser = type(site.secretary).objects.create_superuser("root")

    answers = []
    for user in (site.secretary, superuser):
        client.force_login(user)
        for name, row in (
            ("progressupdate", site.slot),
            ("reportinground", site.round),
        ):
            url = reverse(f"admin:cases_{name}_{action}", args=[row.pk])
            answers.append(client.post(url, {"post": "yes", "text": "改"}).status_code)

    assert answers == [403] * 4
    assert ProgressUpdate.objects.values().get() == before


@pytest.mark.parametrize("count", [1, 5])
def test_query_count_of_steps_does_not_grow(
    client, site, count, django_assert_max_num_queries
):
    slot = site.bring(site.slot, "submitted")
    for n in range(count):
        rounds.edit(
            fresh(slot),
            text=f"第{n}次修改",
            is_unchanged=False,
            version=fresh(slot).version,
            by=site.secretary,
            at=AT,
        )
    client.force_login(site.secretary)

    with django_assert_max_num_queries(14):
        answer = page(client, "progressupdate", slot)

    assert f"第{count - 1}次修改" in answer.text
    assert (ProgressStep.objects.count(), Reminder.objects.count()) == (count + 1, 0)

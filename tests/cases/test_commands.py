"""Filling the database, and who may do what in it."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases import demo
from cases.models import ReportingRound
from cases.record import archivist
from cases.roles import CONTACT, OFFICIAL, SECRETARIAT, ensure_roles
from meetings.models import Platform
from tests.factories import PlatformFactory, UserFactory

pytestmark = pytest.mark.django_db

LEDGER = ("ledgerentry", "standing")


def rights(role):
    """The rights of ``role``, as a list of code names."""
    return set(
        Group.objects.get(name=role).permissions.values_list("codename", flat=True)
    )


# reconcile; on the real record in test_record_figures.py


def test_reconcile_of_an_unknown_platform_names_those_there_are():
    PlatformFactory(slug="jbbt", order=1)
    PlatformFactory(slug="northern", order=2)

    with pytest.raises(CommandError) as caught:
        call_command("reconcile", platform="atlantis")

    assert str(caught.value) == "沒有代碼為「atlantis」的平臺；現有：jbbt、northern。"


def test_reconcile_of_an_empty_database_is_an_empty_list():
    out = StringIO()

    call_command("reconcile", json=True, stdout=out)

    assert out.getvalue() == "[]\n"


def test_reconcile_without_deciding_meetings_says_so():
    PlatformFactory(slug="jbbt")

    with pytest.raises(CommandError, match=r"^還沒有任何決定列管的會議"):
        call_command("reconcile")


def test_reconcile_in_an_empty_database_says_that_there_is_no_platform():
    with pytest.raises(CommandError) as caught:
        call_command("reconcile", platform="jbbt")

    assert str(caught.value) == "沒有代碼為「jbbt」的平臺；資料庫裡還沒有任何平臺。"


# roles


def test_roles_exist_without_any_demo():
    assert set(Group.objects.values_list("name", flat=True)) == {
        SECRETARIAT,
        CONTACT,
        OFFICIAL,
    }


@pytest.mark.parametrize(
    ("role", "right"),
    [(CONTACT, "read_own_groups_minutes"), (OFFICIAL, "read_confirmed_minutes")],
)
def test_contacts_and_officials_read_minutes_and_have_no_rights_in_the_admin(
    role, right
):
    assert rights(role) == {right}


@pytest.mark.parametrize("model", LEDGER)
def test_secretariat_reads_the_ledger_and_writes_nothing_in_it(model):
    assert {right for right in rights(SECRETARIAT) if right.endswith(f"_{model}")} == {
        f"view_{model}"
    }


def test_secretariat_adds_errata_and_never_changes_one():
    assert {right for right in rights(SECRETARIAT) if right.endswith("_erratum")} <= {
        "view_erratum",
        "add_erratum",
    }


def test_secretariat_deletes_no_case():
    assert "delete_case" not in rights(SECRETARIAT)
    assert "change_case" in rights(SECRETARIAT)


def test_secretariat_has_no_rights_over_accounts_or_history():
    found = rights(SECRETARIAT)

    assert not {right for right in found if right.endswith(("_user", "_group"))}
    assert not {right for right in found if right.endswith("event")}


def test_roles_are_made_once_and_keep_their_rights_when_made_again():
    before = rights(SECRETARIAT)

    ensure_roles(using="default")

    assert Group.objects.count() == 3
    assert rights(SECRETARIAT) == before


# demo accounts and load_demo


def test_demo_accounts_do_not_exist_before_the_demo():
    assert not get_user_model().objects.exists()
    assert demo.accounts() == []


def test_load_demo_fills_the_database_and_makes_the_accounts():
    out = StringIO()

    call_command("load_demo", stdout=out)

    assert out.getvalue().endswith("紀錄已載入。\n")
    assert set(Platform.objects.values_list("slug", flat=True)) == {"jbbt", "northern"}
    assert [role for role, _, _ in demo.accounts()] == [
        SECRETARIAT,
        CONTACT,
        OFFICIAL,
        *[CONTACT] * 4,
    ]
    for role, username, password in demo.accounts():
        user = authenticate(username=username, password=password)
        assert [group.name for group in user.groups.all()] == [role]
        assert user.is_staff == (role == SECRETARIAT)
        assert not user.is_superuser


def test_load_demo_leaves_a_round_that_is_open_today_and_half_filled_in():
    call_command("load_demo", stdout=StringIO())

    today = timezone.localdate()
    round_ = ReportingRound.objects.exclude(opens_on=None).get()
    assert round_.opens_on <= today <= round_.due_on
    states = set(round_.progress.values_list("state", flat=True))
    assert states == {"missing", "draft", "submitted", "returned", "accepted"}
    assert round_.progress.filter(is_unchanged=True).exists()
    # Nobody but the four contacts, one of each municipality, has written.
    writers = set(round_.progress.values_list("saved_by__username", flat=True))
    assert writers == {None, "keelung", "taipei", "newtaipei", "taoyuan"}


def test_nobody_can_log_in_as_the_archive():
    archive = archivist()

    assert not archive.is_active
    assert not archive.has_usable_password()


def test_load_demo_refuses_a_filled_database_in_a_sentence():
    PlatformFactory()

    with pytest.raises(CommandError, match="資料庫已有資料，未載入"):
        call_command("load_demo", stdout=StringIO())

    assert not get_user_model().objects.exists()


def test_load_demo_refuses_where_an_account_of_that_name_exists():
    UserFactory(username="secretariat")

    with pytest.raises(CommandError) as caught:
        call_command("load_demo", stdout=StringIO())

    assert str(caught.value) == (
        "已有名為「secretariat」的帳號，未載入；示範資料請載入全新的資料庫。"
    )
    assert not Platform.objects.exists()

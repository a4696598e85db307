"""A round of 北臺, of which no code knows, from its opening to its edition."""

import datetime as dt
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import rounds
from cases.models import Case, ProgressUpdate, ReportEdition, ReportingRound
from cases.roles import CONTACT
from cases.rounds.writing import Draft
from meetings.models import Assignment, Platform
from platform_site.lib.roc import format_roc
from tests.factories import decide
from tests.jobs import run_jobs
from tests.pages import Page, get
from tests.site.admin import account, secretariat_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded_record")]

TEXT = "一、已召開工作會議1次。"
MET, DAY = dt.date(2024, 1, 10), dt.date(2024, 3, 31)
# The common words, of which the platform has its own: none may be told as it stands.
OWN_WORDS = {"合作案": "合作方案", "議題小組": "議題組", "解列": "解除列管"}


class Northern:
    """北臺 as it was loaded, with its secretariat and one contact for all its cities."""

    def __init__(self):
        self.platform = Platform.objects.get(slug="northern")
        self.secretary = secretariat_of(self.platform)
        self.contact = account(CONTACT)
        Assignment.objects.bulk_create(
            Assignment(
                group=group,
                municipality=member.municipality,
                user=self.contact,
                starts_on=DAY,
            )
            for group in self.platform.groups.all()
            for member in self.platform.memberships.select_related("municipality")
        )
        self.desk = Client()
        self.desk.force_login(self.secretary)

    def at(self, view, **more):
        return reverse(f"desk:{view}", kwargs={"platform": self.platform.slug, **more})

    def press(self, address, seen=None, **said):
        """Press a page's button as it was seen, and go where it leads."""
        for field in (seen or get(self.desk, address)).all("input[@name='stamp']"):
            said["stamp"] = field.get("value")
        answer = self.desk.post(address, said, follow=True)
        assert answer.status_code == 200, Page(answer).main

    def open(self):
        today = timezone.localdate()
        address = self.at("new-round")
        days = {
            "as_of": DAY.isoformat(),
            "opens_on": today.isoformat(),
            "due_on": (today + dt.timedelta(days=10)).isoformat(),
            "locks_on": (today + dt.timedelta(days=20)).isoformat(),
        }
        plan = Page(self.desk.post(address, {"do": "look", **days}))
        self.press(address, plan, do="open", **days)
        return ReportingRound.objects.get(platform=self.platform, as_of=DAY)

    def write(self, round_):
        """Have every slot written and handed in by the contact."""
        now, by = timezone.now(), self.contact
        slots = ProgressUpdate.objects.filter(round=round_)
        drafts = {
            slot.pk: Draft(text=TEXT, is_unchanged=False, version=slot.version)
            for slot in slots
        }
        saved = rounds.save_many(drafts, by=by, at=now)
        rounds.submit_many({each.pk: each.version for each in saved}, by=by, at=now)

    def accept(self, round_):
        rounds.accept_many(
            dict(
                ProgressUpdate.objects.filter(round=round_).values_list("pk", "version")
            ),
            by=self.secretary,
            at=timezone.now(),
        )

    def lock(self, round_):
        return self.press(self.at("round-lock", as_of=round_.as_of))

    def publish(self, round_):
        self.press(self.at("editions", as_of=round_.as_of))
        run_jobs()
        return ReportEdition.objects.get(round=round_)


@pytest.fixture
def northern(publish):
    """北臺, its deputies having met and let one case go."""
    found = Northern()
    cases = Case.objects.filter(platform=found.platform).listed_on(MET).in_order()
    first, *others = cases
    publish(
        MET,
        decide(first, "delist"),
        *(decide(case, "continue") for case in others),
        series=found.platform.series.get(is_deciding=True),
    )
    return found


@pytest.fixture
def edition(northern):
    round_ = northern.open()
    northern.write(round_)
    northern.accept(round_)
    northern.lock(round_)
    return northern.publish(round_)


def common_words_in(said):
    """Return the common words that stand there where the platform's own should."""
    for own in OWN_WORDS.values():
        said = said.replace(own, "")
    return [common for common in OWN_WORDS if common in said]


def test_round_of_another_body_is_asked_of_its_own_cases_and_cities(northern):
    round_ = northern.open()

    slots = ProgressUpdate.objects.filter(round=round_).select_related("case")
    listed = {slot.case for slot in slots}
    assert len(listed) == 12
    assert {case.platform_id for case in listed} == {northern.platform.pk}


def test_edition_of_another_body_is_published_with_all_its_files(edition):
    assert edition.published_at is not None
    assert edition.fault == ""
    names = set(edition.files.values_list("name", flat=True))
    assert names == set(edition.wanted)
    assert "已召開工作會議1次。" in get(Client(), edition.get_absolute_url()).main


def test_pages_of_an_edition_speak_the_platforms_words(edition):
    main = get(Client(), edition.get_absolute_url()).main

    assert "合作方案" in main
    assert common_words_in(main) == []


def test_files_made_by_the_worker_speak_the_platforms_words(edition):
    files = {file.name: bytes(file.content) for file in edition.files.all()}
    odt = ZipFile(BytesIO(files["status.odt"])).read("content.xml")

    for said in (files["status.html"].decode(), odt.decode()):
        assert format_roc(DAY) in said
        assert "含解除列管、併案與分案" in said
        assert "合作方案" in said
        assert common_words_in(said) == []


def test_pages_of_the_desk_speak_the_platforms_words(northern):
    round_ = northern.open()
    where = {"as_of": round_.as_of}

    for address in (
        northern.at("round", **where),
        northern.at("round-cases", **where),
        northern.at("control-report", report="waiting"),
        northern.at("control-report", report="spread"),
        northern.at("people"),
    ):
        assert common_words_in(get(northern.desk, address).main) == [], address

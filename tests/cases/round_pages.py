"""What the tests of a round's pages share: somebody of the secretariat at them."""

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import rounds
from tests.cases.rounds import Collecting, fresh
from tests.pages import Page, get


class AtDesk(Collecting):
    """A round that is collected, with its secretary logged in."""

    def __init__(self, **days):
        super().__init__(**days)
        self.client = Client()
        self.client.force_login(self.secretary)

    def at(self, view="round", **more):
        where = {"platform": self.platform.slug, "as_of": self.round.as_of, **more}
        return reverse(f"desk:{view}", kwargs=where)

    def slot_at(self, slot):
        owner = slot.municipality.slug if slot.municipality else "joint"
        return self.at("round-slot", number=slot.case.number, owner=owner)

    def wait_until(self, instant, clock):
        """Let time pass; who was logged in for so long logs in anew."""
        clock.move_to(instant)
        self.client.force_login(self.secretary)

    def get(self, view="round", status=200, **asked):
        return get(self.client, self.at(view), status, **asked)

    def look(self, slot, status=200, **asked):
        return get(self.client, self.slot_at(slot), status, **asked)

    def post(self, slot, do, *, version=None, status=302, query="", **said):
        """Press a button of the slot's page, as filled in now or at ``version``."""
        version = fresh(slot).version if version is None else version
        response = self.client.post(
            self.slot_at(slot) + query, {"do": do, "version": version, **said}
        )
        assert response.status_code == status, response.status_code
        return response if status == 302 else Page(response)

    def hand_in(self, city, case=None, text="已開工。"):
        """Return a slot of a city that was handed in now."""
        slot = self.add_slot(city, case=case)
        contact = self.contact if city == self.taipei else self.other
        now = timezone.now()
        self.save(slot, text, by=contact, at=now)
        self.submit(slot, by=contact, at=now)
        return fresh(slot)

    def lock(self):
        rounds.lock_round(self.round, by=self.secretary, at=timezone.now())


def notes(page):
    """Return what the page says was wrong."""
    return [text for box in page.classed("errornote") for text in page.texts("p", box)]

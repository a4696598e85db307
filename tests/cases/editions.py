"""A round with cases that are publicly listed, ready to be locked and published."""

import datetime as dt

from cases import rounds
from cases.editions.publishing import ask_for_edition
from cases.models import ReportingRound
from tests.cases.rounds import AT, Collecting
from tests.factories import (
    CollectingRoundFactory,
    ProgressUpdateFactory,
    ReportingRoundFactory,
    decide,
)
from tests.jobs import run_jobs


class Publishing(Collecting):
    """A round of 31 December 2025; one case, told by two cities, of a paper before."""

    def __init__(self, publish, **days):
        super().__init__(as_of=dt.date(2025, 12, 31), **days)
        self.second = self.add_slot(self.keelung)
        publish(dt.date(2025, 1, 5), decide(self.case, "list"), series=self.series)
        self.last = ReportingRoundFactory(
            platform=self.platform, as_of=dt.date(2025, 9, 30)
        )
        for city in (self.taipei, self.keelung):
            ProgressUpdateFactory(
                case=self.case,
                round=self.last,
                municipality=city,
                text=f"{city.short_name}前一期。",
            )

    def lock(self, text="1.已動工。\n2.已驗收。"):
        """One city tells ``text``, the other that nothing has changed."""
        self.bring(self.slot, "accepted", text=text)
        self.save(self.second, text="", is_unchanged=True, by=self.other)
        self.submit(self.second, by=self.other)
        self.accept(self.second)
        rounds.lock_round(self.round, by=self.secretary, at=AT)

    def publish(self, **fields):
        """Publish an edition, its jobs done here."""
        edition = ask_for_edition(self.held(), by=self.secretary, **fields)
        run_jobs()
        edition.refresh_from_db()
        return edition

    def held(self):
        """Return the round as it stands now."""
        return ReportingRound.objects.select_related("platform").get(pk=self.round.pk)

    def next_round(self, as_of=dt.date(2026, 1, 5)):
        """Begin the round after this one, with a slot of the first city."""
        round_ = CollectingRoundFactory(platform=self.platform, as_of=as_of)
        return round_, self.add_slot(self.taipei, round_=round_)

    def bring_unchanged(self, slot):
        """Have a slot say that nothing has changed, and lock its round."""
        self.save(slot, text="", is_unchanged=True)
        self.submit(slot)
        self.accept(slot)
        rounds.lock_round(self.round, by=self.secretary, at=AT)

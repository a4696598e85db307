"""What is collected here is on no public page before it is published."""

import datetime as dt

import pytest
from django.urls import reverse

from tests.cases.rounds import AT, Collecting
from tests.factories import ProgressUpdateFactory, ReportingRoundFactory, decide

pytestmark = pytest.mark.django_db

SECRET, PRINTED = "尚未公布的隧道通車", "已公布的橋梁動工"


@pytest.fixture
def site(publish):
    site = Collecting()
    publish(dt.date(2025, 1, 5), decide(site.case, "list"), series=site.series)
    paper = ReportingRoundFactory(platform=site.platform, as_of=dt.date(2025, 9, 30))
    ProgressUpdateFactory(
        case=site.case, round=paper, municipality=site.taipei, text=PRINTED
    )
    return site


def pages(site):
    platform = {"platform": site.platform.slug}
    table = reverse("cases:table", kwargs=platform)
    return {
        "case": site.case.get_absolute_url(),
        "table": table,
        "search": f"{table}?q=隧道",
        "printed search": f"{table}?q=橋梁",
    }


@pytest.mark.parametrize("state", ["draft", "submitted", "accepted", "locked"])
def test_public_pages_tell_the_paper_and_nothing_collected(client, site, state):
    site.bring(site.slot, state, text=SECRET)

    shown = {
        name: client.get(url).content.decode() for name, url in pages(site).items()
    }

    assert AT.date() > site.round.as_of
    assert {name for name, page in shown.items() if SECRET in page} == set()
    assert {name for name, page in shown.items() if PRINTED[:4] in page} == {
        "case",
        "table",
        "printed search",
    }
    assert site.case.number not in shown["search"]

"""The pages of editions: the desk's, the public's, and the files."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import EditionFile, ReportEdition
from platform_site.lib import published
from tests.cases.editions import Publishing
from tests.factories import CaseFactory, ParticipantFactory, decide
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(publish):
    return Publishing(publish)


@pytest.fixture
def desk(site):
    client = Client()
    client.force_login(site.secretary)
    return client


def at(site, name="editions", *more):
    args = [site.platform.slug, site.round.as_of, *more]
    return reverse(f"desk:{name}", args=args)


def text(response):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", response.content.decode()))


# The desk


def test_the_desk_publishes_with_progress_that_needs_no_script(site, desk):
    site.lock()
    asked = desk.post(at(site))

    waiting = desk.get(at(site))
    run_jobs()
    done = desk.get(at(site))

    assert (asked.status_code, asked["Location"]) == (302, at(site))
    assert '<progress id="edition-bar" max="10" value="0">' in waiting.content.decode()
    assert "http-equiv" not in waiting.content.decode()
    assert "第1版" in text(done)
    assert "<progress" not in done.content.decode()


def test_asking_twice_for_the_first_edition_is_told(site, desk):
    site.lock()
    desk.post(at(site))

    again = desk.post(at(site))

    assert again.status_code == 409
    assert "正在製作" in text(again)
    assert ReportEdition.objects.count() == 1


def test_a_round_that_is_open_is_not_published_from_the_desk(site, desk):
    answer = desk.post(at(site))

    assert answer.status_code == 409
    assert "鎖定後才能發布" in text(answer)


def test_a_correction_that_says_no_reason_loses_nothing(site, desk):
    site.lock()
    site.publish()
    typed = {f"text-{site.slot.pk}": "改過的文字。", "why": " "}

    refused = desk.post(at(site, "edition-correct"), typed)
    taken = desk.post(at(site, "edition-correct"), typed | {"why": "誤植"})
    run_jobs()

    assert refused.status_code == 422
    assert "改過的文字。</textarea>" in refused.content.decode()
    assert taken.status_code == 302
    [correction] = ReportEdition.objects.get(number=2).corrections.all()
    assert (correction.slot_id, correction.text) == (site.slot.pk, "改過的文字。")


def test_an_edition_in_the_making_is_cancelled_and_a_published_one_is_not(site, desk):
    site.lock()
    desk.post(at(site))
    cancelled = desk.post(at(site, "edition-away", 1))
    gone = not ReportEdition.objects.exists()
    site.publish()

    refused = desk.post(at(site, "edition-away", 1))

    assert (cancelled.status_code, gone) == (302, True)
    assert refused.status_code == 409
    assert ReportEdition.objects.public().count() == 1


# The public


def test_nothing_is_public_while_files_are_made(site, client, desk):
    site.lock(text="尚未發布的文字。")
    desk.post(at(site))
    listed = reverse("cases:reports", args=[site.platform.slug])
    edition = ReportEdition.objects.select_related("round__platform").get()

    pages = [listed, site.case.get_absolute_url(), "/sitemap.xml"]
    shown = "".join(client.get(page).content.decode() for page in pages)

    assert "尚未發布的文字" not in shown
    assert edition.get_absolute_url() not in shown
    assert client.get(edition.get_absolute_url()).status_code == 404


def test_a_published_edition_is_listed_and_its_numbers_open_their_cases(site, client):
    site.lock(text="發布的文字。")
    edition = site.publish()
    listed = client.get(reverse("cases:reports", args=[site.platform.slug]))

    page = client.get(edition.get_absolute_url())

    assert edition.get_absolute_url() in listed.content.decode()
    assert edition.get_absolute_url() in client.get("/sitemap.xml").content.decode()
    assert "發布的文字。" in text(page)
    assert (
        f"列管中1案資料時間（114年12月31日）列管中的{site.platform.case_word}"
        in text(page)
    )
    assert 'id="listed"' in page.content.decode()
    assert site.case.get_absolute_url() in page.content.decode()
    assert "發布的文字。" in text(client.get(site.case.get_absolute_url()))


def test_a_round_leads_to_its_last_edition(site, client):
    site.lock()
    site.publish()
    second = site.publish(why="誤植")
    where = reverse("cases:latest-edition", args=[site.platform.slug, site.round.as_of])

    answer = client.get(where)

    assert answer["Location"] == second.get_absolute_url()


def test_what_changed_is_told_as_page_and_paper(site, client):
    site.lock()
    site.publish()
    second = site.publish(
        why="誤植", corrections={site.slot.pk: "1.已動工。\n2.已完工。"}
    )
    where = reverse(
        "cases:edition-changes",
        args=[site.platform.slug, site.round.as_of, 2, "edition"],
    )

    page = client.get(where)

    assert "……\n2.已<del>驗收</del><ins>完工</ins>。" in page.content.decode()
    assert "內容異動1案" in text(page)
    paper = EditionFile.objects.get(edition=second, name="changes.pdf")
    assert bytes(paper.content[:5]) == b"%PDF-"


def test_a_case_shows_its_periods_with_what_changed(site, client):
    site.lock(text=f"{site.taipei.short_name}前一期，已動工。")
    site.publish()

    page = client.get(site.case.get_absolute_url())

    assert (
        f"{site.taipei.short_name}前一期<ins>，已動工</ins>。" in page.content.decode()
    )
    assert "本季無變動，以下為前次內容" in text(page)


@pytest.mark.parametrize("count", [1, 5])
def test_pages_of_an_edition_take_a_constant_number_of_queries(
    site, publish, client, count, django_assert_num_queries
):
    import datetime as dt

    cases = CaseFactory.create_batch(count, group=site.group)
    for case in cases:
        ParticipantFactory(case=case, municipality=site.taipei)
    decisions = [decide(case, "list") for case in cases]
    publish(dt.date(2025, 2, 5), *decisions, series=site.series)
    site.lock()
    edition = site.publish()
    client.get(edition.get_absolute_url())

    with django_assert_num_queries(5):
        client.get(f"{edition.get_absolute_url()}?again")
    with django_assert_num_queries(5):
        client.get(reverse("cases:reports", args=[site.platform.slug]) + "?again")


# Files


def test_a_file_is_served_for_ever_by_its_checksum(site, client):
    site.lock()
    edition = site.publish()
    file = edition.files.get(name="status.ods")
    where = f"{edition.get_absolute_url()}status.ods"

    first = client.get(where)
    again = client.get(where)
    known = client.get(where, headers={"If-None-Match": first["ETag"]})
    part = client.get(where, headers={"Range": "bytes=0-3"})

    for answer in (first, again):
        assert b"".join(answer.streaming_content) == bytes(file.content)
        assert answer["ETag"] == f'"{file.sha256}"'
        assert "immutable" in answer["Cache-Control"]
        assert answer["Content-Disposition"].startswith("attachment")
    assert known.status_code == 304
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"PK\x03\x04")


def test_a_file_that_was_asked_for_before_takes_no_query(
    site, client, django_assert_num_queries
):
    site.lock()
    edition = site.publish()
    where = f"{edition.get_absolute_url()}status.json"
    b"".join(client.get(where).streaming_content)

    with django_assert_num_queries(0):
        b"".join(client.get(where).streaming_content)


def test_a_file_whose_disk_was_tidied_comes_from_the_database(site, client, settings):
    site.lock()
    edition = site.publish()
    where = f"{edition.get_absolute_url()}status.json"
    content = b"".join(client.get(where).streaming_content)
    for path in (settings.VAR_DIR / "editions").iterdir():
        path.unlink()

    again = client.get(where)

    assert b"".join(again.streaming_content) == content


def test_other_ways_to_write_an_address_are_led_to_the_one(site, client):
    site.lock()
    edition = site.publish()
    where = f"{edition.get_absolute_url()}status.json".replace("/1/", "/001/")

    answer = client.get(where)

    assert answer.status_code == 301
    assert where not in published._served


def test_an_edition_in_the_making_gives_out_no_file(site, client):
    site.lock()
    edition = site.publish()
    ask = edition.get_absolute_url().replace("/1/", "/2/")
    from cases.editions.publishing import ask_for_edition

    second = ask_for_edition(site.held(), by=site.secretary, why="誤植")
    EditionFile.objects.create(
        edition=second,
        name="status.csv",
        content=b"",
        sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        size=0,
    )

    assert client.get(f"{ask}status.csv").status_code == 404

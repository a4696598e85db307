"""Cases of several platforms that are one matter: linking, showing, counting."""

import datetime as dt

import pytest
import yaml
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.links import count_total, link_cases, matters, proposals, unlink_cases
from cases.models import Case, CaseLink
from cases.record.files import RecordError, guarded
from cases.record.links import load_links
from tests.cases.desk import sit_down
from tests.factories import (
    CaseAliasFactory,
    CaseFactory,
    DecidingSeriesFactory,
    IssueGroupFactory,
    PlatformFactory,
    decide,
)
from tests.pages import Page, get
from tests.site.admin import secretariat_of

DAY = dt.date(2025, 3, 1)
TODAY = dt.date(2025, 6, 1)


class Body:
    """A platform with listed cases of given names."""

    def __init__(self, publish, *names, **fields):
        self.platform = PlatformFactory(**fields)
        self.group = IssueGroupFactory(platform=self.platform)
        self.series = DecidingSeriesFactory(platform=self.platform)
        self.cases = [CaseFactory(group=self.group, name=name) for name in names]
        publish(DAY, *(decide(case, "list") for case in self.cases), series=self.series)
        self.keeper = secretariat_of(self.platform)


@pytest.fixture
def near(publish):
    return Body(publish, "跨區通報支援", "電子煙防制宣導")


@pytest.fixture
def far(publish):
    return Body(publish, "跨區通報支援", "共同招商", delist_word="解除列管")


def link(one, other, by, why="同一計畫"):
    return link_cases(one, other, why=why, by=by)


def test_link_has_no_order(near, far):
    link(far.cases[0], near.cases[0], near.keeper)

    with pytest.raises(ValidationError, match="已經連結"):
        link(near.cases[0], far.cases[0], far.keeper)

    assert CaseLink.objects.count() == 1


@pytest.mark.parametrize("whose", ["near", "far"])
def test_either_secretariat_links(near, far, whose):
    by = {"near": near, "far": far}[whose].keeper

    made = link(near.cases[0], far.cases[0], by)

    assert (made.linked_by, made.why) == (by, "同一計畫")


def test_a_third_secretariat_links_nothing_and_takes_nothing_away(near, far):
    stranger = secretariat_of(PlatformFactory())
    made = link(near.cases[0], far.cases[0], near.keeper)

    with pytest.raises(PermissionDenied):
        link(near.cases[1], far.cases[1], stranger)
    with pytest.raises(PermissionDenied):
        unlink_cases(made, by=stranger)

    assert CaseLink.objects.count() == 1


def test_link_needs_a_reason(near, far):
    with pytest.raises(ValidationError):
        link(near.cases[0], far.cases[0], near.keeper, why="  ")


def test_cases_of_one_platform_are_not_linked(near):
    with pytest.raises(ValidationError, match="併案"):
        link(*near.cases, near.keeper)


def test_the_database_refuses_a_link_within_a_platform(near, clerk):
    first, second = sorted(near.cases, key=lambda case: case.pk)

    with pytest.raises(IntegrityError, match="同一平臺"), transaction.atomic():
        CaseLink.objects.create(first=first, second=second, why="x", linked_by=clerk)


def test_the_database_refuses_the_pair_the_other_way_round(near, far, clerk):
    first, second = sorted([near.cases[0], far.cases[0]], key=lambda case: -case.pk)

    with pytest.raises(IntegrityError, match="one_order"), transaction.atomic():
        CaseLink.objects.create(first=first, second=second, why="x", linked_by=clerk)


def test_a_linked_case_keeps_its_platform(near, far):
    link(near.cases[0], far.cases[0], near.keeper)
    own = near.cases[0]

    with pytest.raises(DatabaseError, match="不得變更"), transaction.atomic():
        Case.objects.filter(pk=own.pk).update(platform=far.platform)


def test_a_link_is_never_changed(near, far):
    made = link(near.cases[0], far.cases[0], near.keeper)

    with pytest.raises(DatabaseError), transaction.atomic():
        CaseLink.objects.filter(pk=made.pk).update(why="別的理由")


def test_history_keeps_a_link_that_was_taken_away(near, far):
    made = link(near.cases[0], far.cases[0], near.keeper)

    unlink_cases(made, by=far.keeper)

    events = CaseLink.pgh_event_model.objects.order_by("pgh_id")
    assert list(events.values_list("pgh_label", "why")) == [
        ("insert", "同一計畫"),
        ("delete", "同一計畫"),
    ]


# What is proposed


def named(found):
    return [(each.case.name, each.other.name, each.why) for each in found]


def test_cases_of_one_name_are_proposed_first(near, far):
    CaseAliasFactory(case=far.cases[1], name="電子煙防制宣導")

    found = proposals(near.platform, [far.platform], TODAY)

    assert named(found) == [
        ("跨區通報支援", "跨區通報支援", "與現名相同"),
        ("電子煙防制宣導", "共同招商", "與別名「電子煙防制宣導」相同"),
    ]


def test_like_names_are_proposed_and_those_told_apart_are_not(publish):
    one = Body(publish, "捷運第一期興建", "淡江大橋通車整備")
    other = Body(publish, "捷運第二期興建", "淡江大橋通車準備")

    found = proposals(one.platform, [other.platform], TODAY)

    assert named(found) == [("淡江大橋通車整備", "淡江大橋通車準備", "名稱相近")]


def test_what_is_linked_already_is_not_proposed(near, far):
    link(near.cases[0], far.cases[0], near.keeper)

    assert proposals(near.platform, [far.platform], TODAY) == []


def test_what_another_platform_has_not_published_is_not_proposed(
    near, far, hold_meeting
):
    hidden = CaseFactory(group=far.group, name="電子煙防制宣導")
    hold_meeting(
        dt.date(2025, 5, 1), decide(hidden, "list"), series=far.series, number=2
    )

    found = proposals(near.platform, [far.platform], TODAY)

    assert [each.other for each in found] == [far.cases[0]]


# Counting


def test_matters_hold_together_over_several_links():
    found = matters([(1, 2), (3, 4), (2, 3), (7, 8)])

    assert sorted(map(sorted, found)) == [[1, 2, 3, 4], [7, 8]]


def test_linked_cases_count_once_and_on_each_platform(near, far):
    link(near.cases[0], far.cases[0], near.keeper)

    total = count_total(TODAY)

    assert (total.by_platform, total.once, total.groups) == (4, 3, 1)


def test_a_linked_case_that_is_not_listed_any_more_takes_nothing_off(
    near, far, publish
):
    link(near.cases[0], far.cases[0], near.keeper)
    publish(
        dt.date(2025, 5, 1),
        decide(far.cases[0], "delist", reason="completed"),
        series=far.series,
        number=2,
    )

    total = count_total(TODAY)

    assert (total.by_platform, total.once, total.groups) == (3, 3, 0)


@pytest.mark.parametrize("count", [1, 4])
def test_counting_takes_two_queries(publish, django_assert_num_queries, count):
    bodies = [Body(publish, "跨區通報支援") for _ in range(count + 1)]
    for other in bodies[1:]:
        link(bodies[0].cases[0], other.cases[0], other.keeper)

    with django_assert_num_queries(2):
        total = count_total(TODAY)

    assert (total.by_platform, total.once) == (count + 1, 1)


# Pages


def test_both_case_pages_show_the_link(near, far):
    link(near.cases[0], far.cases[0], near.keeper)

    shown = {
        body: get(Client(), body.cases[0].get_absolute_url()).links("dd//a")
        for body in (near, far)
    }

    assert far.cases[0].get_absolute_url() in shown[near].values()
    assert near.cases[0].get_absolute_url() in shown[far].values()


def test_a_link_tells_the_other_standing_in_the_others_words(near, far, publish):
    link(near.cases[0], far.cases[0], near.keeper)
    publish(
        dt.date(2025, 5, 1),
        decide(far.cases[0], "delist", reason="completed"),
        series=far.series,
        number=2,
    )

    page = get(Client(), near.cases[0].get_absolute_url())

    assert "已解除列管・同一計畫" in page.main


def test_a_link_to_what_is_not_public_is_shown_to_nobody_outside(
    near, far, hold_meeting
):
    hidden = CaseFactory(group=far.group, name="未公開的事")
    hold_meeting(
        dt.date(2025, 5, 1), decide(hidden, "list"), series=far.series, number=2
    )
    link(near.cases[0], hidden, far.keeper)

    page = get(Client(), near.cases[0].get_absolute_url())

    assert "未公開的事" not in page.main
    assert "其他平臺的同一事項" not in page.main


def desk_address(body):
    return reverse("desk:links", args=[body.platform.slug])


def test_clerk_links_what_is_proposed(near, far):
    client = sit_down(near.platform)
    page = Page(client.get(desk_address(near)))
    (form,) = page.classed("desk-pair")
    sent = {
        field.get("name"): field.get("value", "")
        for field in page.all("input", form)
        if field.get("name") != "csrfmiddlewaretoken"
    }

    answer = client.post(desk_address(near), sent)

    made = CaseLink.objects.get()
    assert answer.status_code == 302
    assert {made.first, made.second} == {near.cases[0], far.cases[0]}
    assert made.why == "與現名相同"


def test_clerk_links_by_number_and_takes_the_link_away(near, far):
    client = sit_down(near.platform)
    sent = {
        "number": near.cases[1].number.lower(),
        "platform": far.platform.slug,
        "other": far.cases[1].number,
        "why": "同一計畫",
    }

    client.post(desk_address(near), sent)
    made = CaseLink.objects.get()
    shown = Page(client.get(desk_address(near))).main
    gone = client.post(reverse("desk:unlink", args=[near.platform.slug, made.pk]))

    assert "同一計畫" in shown
    assert gone.status_code == 302
    assert not CaseLink.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"other": "ZZ-999"}, "沒有這個案號，請確認平臺與案號。"),
        ({"number": "ZZ-999"}, "沒有這個案號，請確認平臺與案號。"),
        ({"platform": "none"}, "沒有這個平臺，請由清單選擇。"),
        ({"why": " "}, "這個欄位是必須的。"),
    ],
)
def test_what_cannot_be_linked_is_said_at_its_field(near, far, change, sentence):
    client = sit_down(near.platform)
    sent = {
        "number": near.cases[1].number,
        "platform": far.platform.slug,
        "other": far.cases[1].number,
        "why": "同一計畫",
    }

    answer = client.post(desk_address(near), sent | change)

    assert answer.status_code == 422
    assert Page(answer).texts("p[@class='fault wrong']") == [sentence]
    assert not CaseLink.objects.exists()


def test_a_link_of_other_platforms_is_not_found(near, far):
    made = link(near.cases[0], far.cases[0], near.keeper)
    third = PlatformFactory()

    answer = sit_down(third).post(reverse("desk:unlink", args=[third.slug, made.pk]))

    assert answer.status_code == 404
    assert CaseLink.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_as_many_queries_for_many_links(
    publish, django_assert_num_queries, count
):
    one = Body(publish, *(f"第{n}條河整治" for n in range(count)))
    other = Body(publish, *(f"第{n}座山步道" for n in range(count)))
    for own, theirs in zip(one.cases, other.cases, strict=True):
        link(own, theirs, one.keeper)
    client = sit_down(one.platform)

    with django_assert_num_queries(15):
        client.get(desk_address(one))


# The record as files


def links_file(folder, *rows):
    path = folder / "links.yaml"
    path.write_text(yaml.safe_dump(list(rows), allow_unicode=True), encoding="utf-8")
    return path


def test_record_names_the_cases_that_are_one_matter(near, far, tmp_path):
    path = links_file(
        tmp_path,
        {
            "cases": {
                near.platform.slug: "跨區通報支援",
                far.platform.slug: "跨區通報支援",
            },
            "why": "同名",
        },
    )

    guarded(path, list, load_links)

    made = CaseLink.objects.get()
    assert {made.first, made.second} == {near.cases[0], far.cases[0]}
    assert (made.why, made.linked_by.username) == ("同名", "archive")


def test_record_that_links_a_case_nobody_knows_is_refused(near, far, tmp_path):
    path = links_file(
        tmp_path,
        {
            "cases": {near.platform.slug: "跨區通報支援", far.platform.slug: "無此案"},
            "why": "同名",
        },
    )

    with pytest.raises(RecordError, match="沒有唯一名為「無此案」的合作案"):
        guarded(path, list, load_links)

"""Names with their offices, in the orders in which minutes print them."""

import pytest

from meetings.reading.people import Person, read_chairs, read_person
from meetings.reading.words import Words


def chairs(*lines):
    return [
        (chair.name, chair.title, chair.organization, chair.deputy_for)
        for chair in read_chairs([Words.of(line, 0, len(line)) for line in lines])[0]
    ]


@pytest.mark.parametrize(
    ("printed", "name", "title", "organization"),
    [
        ("劉副市長和然", "劉和然", "副市長", ""),
        ("劉和然副市長", "劉和然", "副市長", ""),
        ("副市長劉和然", "劉和然", "副市長", ""),
        (
            "臺北市政府產業發展局王三中副局長",
            "王三中",
            "副局長",
            "臺北市政府產業發展局",
        ),
        ("新北市長侯友宜", "侯友宜", "市長", "新北市"),
        ("歐陽局長娜娜", "歐陽娜娜", "局長", ""),
        ("谷縱·喀勒芳安副主任委員", "谷縱·喀勒芳安", "副主任委員", ""),
        ("研究發展考核委員會殷主任委員瑋", "殷瑋", "主任委員", "研究發展考核委員會"),
    ],
)
def test_a_person_is_one_in_whatever_order(printed, name, title, organization):
    assert read_person(printed) == Person(name, title, organization)


def test_a_surname_with_an_office_is_known_for_one():
    assert read_person("林副市長") == Person("林", "副市長", "", surname_only=True)


@pytest.mark.parametrize("words", ["請各市配合", "臺北市政府", "四市首長", "持續辦理"])
def test_words_without_a_name_are_no_person(words):
    assert read_person(words) is None


def test_two_chairs_of_one_body_stand_on_one_line():
    assert chairs("基隆市政府產業發展處 林處長鼎超 鄭副處長永陽") == [
        ("林鼎超", "處長", "基隆市政府產業發展處", ""),
        ("鄭永陽", "副處長", "基隆市政府產業發展處", ""),
    ]


def test_a_government_and_its_agency_are_one_body():
    assert chairs("新北市政府 經濟發展局 黃副局長碧玉") == [
        ("黃碧玉", "副局長", "新北市政府經濟發展局", "")
    ]


def test_a_mayor_is_not_of_the_city_on_the_line_above():
    assert chairs("臺北市政府 林副市長奕華", "邱佩琳副市長") == [
        ("林奕華", "副市長", "臺北市政府", ""),
        ("邱佩琳", "副市長", "", ""),
    ]


def test_and_divides_two_persons_but_not_a_name():
    assert chairs("劉副市長和然及林副市長奕華") == [
        ("劉和然", "副市長", "", ""),
        ("林奕華", "副市長", "", ""),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "甲縣政府 王縣長大明（李秘書長小華代理）",
        "甲縣政府 王縣長大明（由李秘書長小華代理主持）",
        "甲縣政府 王縣長大明（因公出國，由李小華秘書長代為主持）",
        "甲縣政府 王縣長大明請假，由李秘書長小華代理主席",
    ],
)
def test_the_deputy_is_who_was_in_the_chair(line):
    assert chairs(line) == [("李小華", "秘書長", "甲縣政府", "王大明縣長")]


def test_the_label_of_a_table_cell_is_no_chair():
    assert chairs("甲市政府 王市長大明", "共同主持", "乙市政府", "陳小美市長") == [
        ("王大明", "市長", "甲市政府", ""),
        ("陳小美", "市長", "乙市政府", ""),
    ]

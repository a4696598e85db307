"""Cases recognised by the names papers give them."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import Case, CaseAlias, Standing
from cases.reading.likeness import apart, difference, key
from cases.reading.names import Certainty, Names
from meetings.models import IssueGroup, Platform
from tests.factories import (
    CaseAliasFactory,
    CaseFactory,
    IssueGroupFactory,
    PlatformFactory,
    decide,
)

SAME, NEAR, NONE = Certainty.SAME, Certainty.NEAR, Certainty.NONE


def names_of(*names):
    """Return the names of a platform whose cases bear ``names``."""
    group = IssueGroupFactory.build(pk=1, parent_id=None)
    cases = [
        CaseFactory.build(pk=number, group=group, name=name)
        for number, name in enumerate(names, start=1)
    ]
    for case in cases:
        case.current_name = case.name
    return Names([(case, case.name, "登錄名稱") for case in cases])


# Names that are one

WRITTEN = [
    ("山區捕獸鉗防制計畫", "山區捕獸鋏防制計畫"),
    ("跨市汙水下水道共構", "跨市污水下水道共構"),
    ("河濱自行車道串聯", "河濱自行車道串聯案"),
    ("河濱自行車道串聯案", "「河濱自行車道串聯」案"),
    ("臺鐵高架化沿線再生", "台鐵高架化沿線再生"),
    ("老街溪水岸(二期)工程", "老街溪水岸（2期）工程"),
    ("老街溪水岸第一期工程", "老街溪水岸第1期工程"),
    ("共享運具APP 2.0", "共享運具ＡＰＰ２.０"),
    ("低碳旅遊路線", "低碳旅遊路線（共同議題—「氣候變遷因應及調適」）"),
    ("低碳旅遊路線", "低碳旅遊路線 (共同議題-「淨零」) "),
    ("低碳旅遊路線", "低碳旅遊路線(原「四市慢遊」、「步道串聯」併入本項辦理)"),
    ("低碳旅遊路線", "低碳旅遊路線（新增）"),
    ("關稅因應－協助企業拓銷", "關稅因應-協助企業拓銷"),
    ("「永續·學習」觀摩", "『永續‧學習』觀摩"),
    ("四市消防資源平臺", "4市消防資源平台"),
    ("跨市電子煙稽查", "跨市電子菸稽查"),
    ("一一四年聯合演習", "114年聯合演習"),
    ("國土計畫資料交換", "國土計劃資料交換"),
]


@pytest.mark.parametrize(("ours", "theirs"), WRITTEN)
def test_a_name_is_known_however_it_is_written(ours, theirs):
    match = names_of(ours, "完全不同的另一件事").match(theirs)

    assert (match.certainty, match.case.name) == (SAME, ours)


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        ("河濱自行車道", "河濱自行車道", "與登錄名稱相同"),
        ("臺鐵沿線", "台鐵沿線", "與登錄名稱相同，僅全形半形、空白或「台／臺」不同"),
        ("山區捕獸鉗", "山區捕獸鋏案", "與登錄名稱相同，僅異體字、名稱末的「案」不同"),
        (
            "低碳旅遊路線",
            "低碳旅遊路線（共同議題—「淨零」）",
            "與登錄名稱相同，僅名稱後的附註不同",
        ),
    ],
)
def test_it_is_said_by_what_a_name_differs(ours, theirs, why):
    assert names_of(ours).match(theirs).why == why


# Names that are alike

APART = [
    ("捷運A線延伸", "捷運B線延伸"),
    ("河岸整治第1期", "河岸整治第2期"),
    ("河岸整治第一期", "河岸整治第二期"),
    ("河岸整治(I)", "河岸整治(II)"),
    ("河岸整治Ⅱ", "河岸整治Ⅲ"),
    ("111年機車安全月", "112年機車安全月"),
    ("存摺計畫", "存摺計畫2.0"),
    ("新北市污水共構", "桃園市污水共構"),
    ("新竹縣長照交流", "新竹市長照交流"),
    ("中山路人行道改善", "中正路人行道改善"),
    ("和興路44巷人行橋", "和興路46巷人行橋"),
    ("捷運環狀線北環段", "捷運環狀線南環段"),
    ("基隆河護岸整建", "大漢溪護岸整建"),
    ("捷運LG09站共構", "捷運LG13站共構"),
    ("福德一路拓寬", "福德二路拓寬"),
    ("老街溪上游整治", "老街溪下游整治"),
    ("甲線公車轉乘優惠", "乙線公車轉乘優惠"),
    ("板橋區托育交流", "三峽區托育交流"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_that_differ_by_a_number_or_a_place_are_two_cases(one, other):
    match = names_of(one).match(other)

    assert (match.certainty, match.case) == (NONE, None)
    assert all(found.is_apart for found in match.candidates)


@pytest.mark.parametrize(("one", "other"), APART)
def test_the_case_that_may_be_meant_comes_before_look_alikes(one, other):
    meant = f"{other}之推動"

    match = names_of(one, meant).match(other)

    assert match.certainty == NEAR
    assert match.candidates[0].case.name == meant


def test_it_is_said_what_keeps_a_look_alike_apart():
    match = names_of("河岸整治第1期").match("河岸整治第2期")

    assert match.why == "名稱相近，但數字或編號不同（2／1）"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("汐東捷運線", "汐東捷運"),
        ("捷運民汐線", "捷運民汐線(臺北市段)"),
        ("臺北污水處理廠共構", "臺北市污水處理廠共構"),
        ("消防人員安全管理經驗分享", "消防人員安全管理交流分享"),
    ],
)
def test_a_like_name_is_proposed_and_not_taken(ours, theirs):
    match = names_of(ours, "完全不同的另一件事").match(theirs)

    assert (match.certainty, match.case) == (NEAR, None)
    assert [found.case.name for found in match.candidates] == [ours]


def test_a_name_like_none_finds_nothing():
    match = names_of("汐東捷運線", "長照據點交流").match("水質監測站聯合採購")

    assert (match.certainty, match.candidates) == (NONE, ())
    assert match.why == "沒有相近的名稱"


@pytest.mark.parametrize("name", ["", "　", "「」", "案", "（）"])
def test_no_name_finds_nothing(name):
    assert names_of("汐東捷運線").match(name).case is None


# The platform's own cases


def test_every_name_a_case_bore_finds_it(group, hold_meeting):
    case = CaseFactory(group=group, name="捕獸鋏聯合稽查")
    CaseAliasFactory(case=case, name="山豬吊聯防")
    hold_meeting(dt.date(2024, 1, 5), decide(case, "list"))
    for day, name in (
        (dt.date(2024, 7, 5), "野生動物陷阱稽查"),
        (dt.date(2025, 1, 5), "獵具聯合稽查"),
    ):
        hold_meeting(day, decide(case, "rename", new_name=name))

    found = Names.of(group.platform)

    for name in ("捕獸鋏聯合稽查", "野生動物陷阱稽查", "獵具聯合稽查", "山豬吊聯防"):
        assert found.match(name).case == case
    assert found.match("野生動物陷阱稽查").why == "與舊名「野生動物陷阱稽查」相同"
    assert found.match("山豬吊聯防案").why == (
        "與別名「山豬吊聯防」相同，僅名稱末的「案」不同"
    )
    assert found.match("獵具聯合稽查").case.current_name == "獵具聯合稽查"


def test_a_case_is_found_by_what_a_person_types(group):
    case = CaseFactory(group=group, name="聯合行銷")
    names = Names.of(group.platform)

    assert names.find(f"{case.number} 聯合行銷") == case
    assert names.find("聯合行銷案") == case
    assert names.find("ZZ-999 別的") is None
    assert names.find("行銷") is None


def test_the_same_title_on_two_platforms_is_two_cases(db):
    mine, theirs = CaseFactory(name="聯合防災演習"), CaseFactory(name="聯合防災演習")

    assert Names.of(mine.platform).match("聯合防災演習").case == mine
    assert Names.of(theirs.platform).match("聯合防災演習").case == theirs
    assert Names.of(PlatformFactory()).match("聯合防災演習").candidates == ()


def test_the_same_title_in_another_group_is_only_proposed(group):
    other = IssueGroupFactory(platform=group.platform, name="觀光組")
    case = CaseFactory(group=other, name="聯合行銷")

    match = Names.of(group.platform).match("聯合行銷", group)

    assert (match.certainty, match.candidates[0].case) == (NEAR, case)
    assert match.why == "名稱相同，但本案屬觀光組"


def test_a_name_with_another_of_its_names_in_brackets_is_the_case(group):
    case = CaseFactory(group=group, name="救災安全交流")
    CaseAliasFactory(case=case, name="消防安全經驗分享")
    CaseFactory(group=group, name="救災安全")
    names = Names.of(group.platform)

    match = names.match("救災安全交流（消防安全經驗分享（原「觀摩」新增子項))")

    assert match.case == case
    assert match.why == "與現名相同，括號內為其別名"
    assert names.match("救災安全（消防安全經驗分享）").case is None


def test_a_case_of_a_part_is_found_below_its_group(group):
    part = IssueGroupFactory(platform=group.platform, parent=group)
    case = CaseFactory(group=part, name="聯合行銷")

    assert Names.of(group.platform).match("聯合行銷", group).case == case


def test_of_two_cases_of_one_name_neither_is_taken(group):
    CaseFactory.create_batch(2, group=group, name="聯合行銷")

    match = Names.of(group.platform).match("聯合行銷案")

    assert (match.certainty, match.case, len(match.candidates)) == (NEAR, None, 2)
    assert match.why == "有2案同名，請選出所指的一案"


def test_the_group_tells_two_cases_of_one_name_apart(group):
    other = IssueGroupFactory(platform=group.platform)
    mine = CaseFactory(group=group, name="聯合行銷")
    CaseFactory(group=other, name="聯合行銷")

    assert Names.of(group.platform).match("聯合行銷", group).case == mine


def test_the_day_tells_two_cases_of_one_name_apart(group, hold_meeting):
    old, new = CaseFactory.create_batch(2, group=group, name="聯合行銷")
    hold_meeting(dt.date(2022, 1, 5), decide(old, "list"))
    hold_meeting(dt.date(2023, 1, 5), decide(old, "delist"))
    hold_meeting(dt.date(2024, 1, 5), decide(new, "list"))
    names = Names.of(group.platform)

    assert names.match("聯合行銷", group, dt.date(2022, 6, 1)).case == old
    assert names.match("聯合行銷", group, dt.date(2024, 6, 1)).case == new
    assert names.match("聯合行銷", group).case is None


@pytest.mark.parametrize("said", ["交通組", "交通", "交通議題小組", "交通 工作小組"])
def test_a_group_is_known_however_it_is_called(group, said):
    group.name = "交通組"
    group.save()

    assert Names.of(group.platform).group(said) == group
    assert Names.of(group.platform).group("教育組") is None


@pytest.mark.parametrize("count", [1, 5])
def test_the_number_of_queries_does_not_grow(group, django_assert_num_queries, count):
    CaseFactory.create_batch(count, group=group)

    with django_assert_num_queries(4):
        Names.of(group.platform).match("聯合行銷", group)


# The record


@pytest.fixture
def record(loaded_record, db):
    return Platform.objects.get(slug="jbbt")


def every_name():
    """Return the names of every case in the record, its key with each."""
    platform = Platform.objects.get(slug="jbbt")
    names = Case.objects.filter(platform=platform).values_list("pk", "name")
    later = Standing.objects.filter(case__platform=platform)
    others = CaseAlias.objects.filter(case__platform=platform)
    return {
        *names,
        *later.values_list("case_id", "name"),
        *others.values_list("case_id", "name"),
    }


def test_no_case_of_the_record_is_taken_for_another(record):
    names = Names.of(record)
    groups = {group.pk: group for group in IssueGroup.objects.filter(platform=record)}
    of = dict(Case.objects.filter(platform=record).values_list("pk", "group_id"))

    found = {
        (case, name): names.match(name, groups[of[case]]) for case, name in every_name()
    }

    assert len(found) > 100
    assert {
        (name, match.certainty, match.case and match.case.pk)
        for (case, name), match in found.items()
        if match.certainty != SAME or match.case.pk != case
    } == set()


def variants(name):
    """Return ``name`` as other hands may write it."""
    return [
        name.replace("臺", "台"),
        name.replace("台", "臺"),
        name.replace("(", "（").replace(")", "）"),
        name.replace("（", "(").replace("）", ")"),
        name.replace("-", "－"),
        " ".join(name),
        f"「{name}」",
        name if name.endswith("案") else f"{name}案",
        f"{name}（共同議題—「氣候變遷因應及調適」）",
        unicodedata.normalize("NFKC", name),
        f"{name}。",
    ]


def test_every_case_of_the_record_is_known_by_every_hand(record):
    names = Names.of(record)

    missed = {
        (name, written)
        for case, name in every_name()
        for written in variants(name)
        if (names.match(written).case and names.match(written).case.pk) != case
    }

    assert missed == set()


# Properties

WORDS = st.text(
    st.sampled_from("臺台北新桃園基隆交通線路站第一二三十12年案（）()「」 　-AB、"),
    max_size=24,
)


@given(WORDS)
def test_a_key_of_a_key_is_the_key(name):
    assert key(key(name)) == key(name)


@given(WORDS, WORDS)
def test_apart_is_the_same_from_both_sides(one, other):
    assert bool(apart(key(one), key(other))) == bool(apart(key(other), key(one)))


@given(WORDS)
def test_a_name_is_never_apart_from_itself(name):
    assert apart(key(name), key(name)) == ""
    assert difference(name, name) == ""


@settings(max_examples=50)
@given(st.lists(WORDS, min_size=1, max_size=6), WORDS)
def test_a_certain_match_has_an_equal_key(names, name):
    match = names_of(*names).match(name)

    if match.certainty == SAME:
        assert key(match.case.name) == key(name)
    else:
        assert match.case is None


@given(st.integers(1, 400), st.integers(1, 400))
def test_other_numbers_are_other_cases(one, other):
    match = names_of(f"污水處理廠第{one}期擴建").match(f"污水處理廠第{other}期擴建")

    assert (match.certainty == SAME) == (one == other)
    assert match.certainty != NEAR

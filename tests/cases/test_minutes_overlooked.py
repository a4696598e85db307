"""Nothing that names a case in minutes is passed over without a word."""

import pytest

from cases.reading.minutes import read
from platform_site.reading.document import Writer
from tests.cases.minutes_papers import only_meeting

DECIDING = "甲乙平臺第1次副首長會議紀錄\n"
GROUPS = "114年度「甲乙平臺」交通組第1次工作小組會議紀錄\n"


def meeting(body, title=DECIDING):
    return only_meeting(
        f"{title}壹、時間：114年1月2日上午9時\n貳、地點：某處\n參、主席：王市長大明\n"
        f"{body}\n散會：上午10時\n"
    )


def decided(found):
    return [
        (each["group"], each["case"], each["action"]) for each in found["decisions"]
    ]


def unread(found):
    return [each["text"] for each in found["unread"]]


@pytest.mark.parametrize("title", [DECIDING, GROUPS])
@pytest.mark.parametrize(
    "sentence",
    [
        "「河濱步道串聯」請各市提出計畫書。",
        "「河濱步道串聯」及「山徑共管」後續作業，俟中央核定。",
        "本案原則同意列入追蹤。",
    ],
)
def test_a_resolution_that_is_not_understood_is_unread(title, sentence):
    found = meeting(f"肆、決議事項\n一、感謝各市。\n二、{sentence}", title)

    assert decided(found) == []
    assert unread(found) == [sentence]


def test_a_sentence_behind_one_that_was_read_is_unread():
    found = meeting(
        "肆、決議事項\n一、交通組「共乘平臺」已完成，同意解列。"
        "另「號誌連鎖控制」請各市再行評估。"
    )

    assert decided(found) == [("交通組", "共乘平臺", "delist")]
    assert unread(found) == ["另「號誌連鎖控制」請各市再行評估。"]


@pytest.mark.parametrize(
    ("heading", "sentence", "is_unread"),
    [
        ("主席結論", "「河濱步道串聯」成果良好，同意解除列管。", True),
        ("主席結論", "「河濱步道串聯」成果良好，感謝各市。", False),
        ("各組工作報告", "「河濱步道串聯」同意解列。", True),
        ("各組工作報告", "「河濱步道串聯」已辦理3場次。", False),
    ],
)
def test_a_decision_outside_of_the_resolutions_is_unread(heading, sentence, is_unread):
    found = meeting(
        f"肆、決議事項\n一、交通組「共乘平臺」同意解列。\n伍、{heading}\n一、{sentence}"
    )

    assert decided(found) == [("交通組", "共乘平臺", "delist")]
    assert unread(found) == ([sentence] if is_unread else [])


def test_the_subject_of_a_matter_of_which_nothing_was_read_is_unread():
    found = meeting(
        "肆、討論事項\n案由一：「河濱步道串聯」推動情形，請討論。\n"
        "決議：請依與會意見修正計畫書。"
    )

    assert decided(found) == []
    assert "「河濱步道串聯」推動情形，請討論。" in unread(found)


def test_a_matter_without_a_name_is_no_case():
    found = meeting("肆、報告事項\n一、上次會議決議辦理情形。\n決定：洽悉，解除列管。")

    assert decided(found) == []
    assert unread(found) == ["洽悉，解除列管。"]


def test_a_matter_belongs_to_the_group_that_put_it_forward():
    found = meeting(
        "肆、討論事項\n"
        "提案一：「河濱步道串聯」擬新增列管，請討論。（提案單位：交通組）\n決議：照案通過。\n"
        "提案二：「山徑共管」擬解除列管，請討論。\n提案單位：觀光組\n決議：照案通過。\n"
        "提案三：農業組擬撤回「冷鏈中心」提案。\n決議：同意撤回。\n"
        "提案四：「空品聯防」擬解除列管，請討論。（提案單位：議題小組）\n決議：照案通過。"
    )

    assert decided(found) == [
        ("交通組", "河濱步道串聯", "list"),
        ("觀光組", "山徑共管", "delist"),
        ("農業組", "冷鏈中心", "withdraw"),
        (None, "空品聯防", "delist"),
    ]


def test_what_is_resolved_beside_a_matter_does_not_answer_it():
    found = meeting(
        "肆、討論事項\n案由一：觀光組提「花季聯合行銷」續辦案。\n決議：照案通過。\n"
        "附帶決議：「單車旅宿」納入觀光組列管。"
    )

    assert decided(found) == [
        ("觀光組", "花季聯合行銷", "continue"),
        ("觀光組", "單車旅宿", "list"),
    ]


@pytest.mark.parametrize(
    ("said", "group", "action"),
    [
        ("決議：通過，納入觀光組列管。", "觀光組", "list"),
        ("決議：同意，由觀光組列管。", "觀光組", "list"),
        ("經會議決議同意解除列管。", None, "delist"),
    ],
)
def test_a_case_listed_or_delisted_by_a_motion_is_a_doubtful_decision(
    said, group, action
):
    found = meeting(
        f"肆、決議事項：無\n伍、臨時動議\n一、甲市提：「大橋通車」四市行銷案。{said}"
    )

    assert decided(found) == [(group, "大橋通車", action)]
    assert found["motions"][0]["cases"] == ["大橋通車"]
    (doubt,) = found["warnings"]
    assert found["decisions"][0]["doubt"] == doubt["message"]


@pytest.mark.parametrize(
    "said",
    ["決議：請先研議，有共識後再提列管。", "建請新增列管。", "決議：未通過。"],
)
def test_a_motion_that_changes_no_list_decides_nothing(said):
    found = meeting(
        f"肆、決議事項：無\n伍、臨時動議\n一、甲市提：「大橋通車」四市行銷案。{said}"
    )

    assert decided(found) == []


def test_a_motion_about_the_list_without_a_name_is_warned_of():
    found = meeting("肆、臨時動議\n一、甲市提大橋通車行銷。決議：同意列管。")

    assert decided(found) == []
    assert [each["message"] for each in found["warnings"]] == [
        "臨時動議的決議提到列管或解列，但看不出案名，請確認。"
    ]


def test_a_number_for_cases_of_two_groups_is_no_groups_claim():
    found = meeting(
        "肆、決議事項\n一、交通組「甲路網」及災防組「乙支援」2案成果良好，同意解列。\n"
        "二、請交通組新增「丙轉運」乙案。"
    )

    assert decided(found) == [
        ("交通組", "甲路網", "delist"),
        ("災防組", "乙支援", "delist"),
        ("交通組", "丙轉運", "list"),
    ]
    assert [
        (each["group"], each["listed"], each["delisted"]) for each in found["claims"]
    ] == [("交通組", 1, None)]


@pytest.mark.parametrize(
    ("item", "names"),
    [
        ("「甲機制」案，繼續執行。", ["甲機制"]),
        ("「甲機制」及「乙支援」2案，賡續推動。", ["甲機制", "乙支援"]),
        ("「甲機制」、「乙支援」等2案，續管。", ["甲機制", "乙支援"]),
    ],
)
def test_a_quoted_case_goes_on_when_its_group_says_so(item, names):
    found = meeting(f"肆、結論\n一、{item}", GROUPS)

    assert decided(found) == [("交通組", name, "continue") for name in names]


def test_short_headings_say_what_becomes_of_the_cases_below():
    found = meeting(
        "肆、決議事項\n（一）交通組\n1. 解管2案：「甲路網」、「乙支援」。\n"
        "2. 其餘5案續管。\n3. 不予列管：「丙轉運」。"
    )

    assert decided(found) == [
        ("交通組", "甲路網", "delist"),
        ("交通組", "乙支援", "delist"),
        ("交通組", "丙轉運", "withdraw"),
    ]
    assert [(each["delisted"], each["continued"]) for each in found["claims"]] == [
        (2, 5)
    ]


@pytest.mark.parametrize(
    ("sentence", "facts"),
    [
        (
            "「甲乙丙丁」停止列管，「戊己庚辛」恢復列管。",
            [("甲乙丙丁", "delist"), ("戊己庚辛", "relist")],
        ),
        (
            "同意解列「甲乙丙丁」，新增「戊己庚辛」1案。",
            [("甲乙丙丁", "delist"), ("戊己庚辛", "list")],
        ),
        (
            "「甲乙丙丁」、「戊己庚辛」續管；「子丑寅卯」解管。",
            [
                ("甲乙丙丁", "continue"),
                ("戊己庚辛", "continue"),
                ("子丑寅卯", "delist"),
            ],
        ),
        ("俟「甲乙丙丁」環評通過，即予解列。", [("甲乙丙丁", "continue")]),
        ("「甲乙丙丁」取消解列。", [("甲乙丙丁", "continue")]),
        ("「甲乙丙丁」免除列管。", [("甲乙丙丁", "delist")]),
        ("「甲乙丙丁」改列「戊己庚辛」子計畫。", [("戊己庚辛", "merge")]),
        ("新增列管：「甲乙」聯合行銷", [("「甲乙」聯合行銷", "list")]),
    ],
)
def test_each_case_of_a_sentence_has_the_verb_that_belongs_to_it(sentence, facts):
    found = meeting(f"肆、決議事項\n（一）交通組\n1. {sentence}")

    assert decided(found) == [("交通組", *fact) for fact in facts]


def test_a_case_named_after_no_new_ones_is_not_agreed_to():
    sentence = "本次無新增案，「甲乙丙丁」請儘速辦理。"

    found = meeting(f"肆、結論\n一、{sentence}", GROUPS)

    assert decided(found) == []
    assert unread(found) == [sentence]


def test_a_matter_without_a_name_is_about_the_cases_its_explanation_counts():
    found = meeting(
        "肆、討論事項\n討論案一：新增114年度合作案件，提請討論。\n"
        "說明：計有「藍碳調查」（環境組）、「園區專車」（交通組）2案，依「作業要點」辦理。\n"
        "決議：除「園區專車」請再協商外，餘照案通過。"
    )

    assert decided(found) == [("環境組", "藍碳調查", "list")]
    assert [each["message"] for each in found["warnings"]] == [
        "「園區專車」未照案通過，請確認。"
    ]


def test_answers_set_wide_stand_apart_from_what_was_done():
    found = meeting(
        "肆、各案討論\n（一）商圈聯合行銷\n辦理情形：已辦理記者會，計畫完成。\n"
        "決　　議：續管。\n（二）「融資貸款」說明會\n執行進度：每年辦理。\n"
        "決　　議：提請解管。",
        GROUPS,
    )

    assert decided(found) == [
        ("交通組", "商圈聯合行銷", "continue"),
        ("交通組", "「融資貸款」說明會", "propose_delist"),
    ]


def test_headings_are_numbered_below_a_header_without_numbers():
    found = only_meeting(
        f"{GROUPS}時間：114年1月2日上午9時\n地點：某處\n主持人：王局長大明\n"
        "紀錄：林小明\n一、前次會議結論辦理情形：洽悉。\n"
        "二、列管案討論：\n（一）「共乘平臺」案，續管。\n三、散會"
    )

    assert [each["heading"] for each in found["sections"]][-3:] == [
        "前次會議結論辦理情形",
        "列管案討論",
        "散會",
    ]
    assert found["recorder"] == "林小明"
    assert decided(found) == [("交通組", "共乘平臺", "continue")]


def test_a_proposal_that_is_not_taken_up_is_not_listed():
    found = meeting(
        "肆、討論事項\n【環境組】\n◎提案1：「溪流治理」新增提案\n"
        "決議：本案請環境組補充說明後，提下次委員會審議。\n"
        "◎提案2：「空品介接」更名為「空品聯防」\n決議：照案通過。"
    )

    assert decided(found) == [
        ("環境組", "溪流治理", "defer"),
        ("環境組", "空品介接", "rename"),
    ]
    assert found["decisions"][1]["new_name"] == "空品聯防"


@pytest.mark.parametrize(
    "said",
    [
        "甲市建議解列，乙市建議續管，決議續管。",
        "原訂年底解列，因經費未核定，展延至115年6月。",
    ],
)
def test_what_was_only_proposed_or_planned_is_not_decided(said):
    found = meeting(
        "肆、結論\n一、本組列管中合作案共計8案，經討論結果如下：\n"
        f"（一）擬續管案件：\n1. 「共照門診」：{said}",
        GROUPS,
    )

    assert decided(found) == [("交通組", "共照門診", "continue")]


def test_a_motion_approved_as_moved_lists_its_case():
    found = meeting(
        "肆、決議事項：無\n伍、臨時動議\n甲市提：請將「舊鐵道活化」納入觀光組列管案。\n"
        "裁示：照案通過。"
    )

    assert decided(found) == [("觀光組", "舊鐵道活化", "list")]


def in_tables(*tables):
    writer = Writer()
    for line in (
        "甲乙平臺114年度第1次交通組工作會議紀錄",
        "壹、時間：114年3月4日（星期二）上午10時",
        "貳、地點：某處",
        "參、主席：王局長大明",
        "肆、討論事項：",
    ):
        writer.line(line)
    for table in tables:
        writer.table(table)
        writer.line("")
    writer.line("散會：上午11時")
    (found,) = read(writer.document("docx"))["meetings"]
    return found


def test_a_table_for_each_case_is_read_by_the_heads_of_its_rows():
    found = in_tables(
        [("案次", "1"), ("案名", "共乘資訊平臺"), ("決議", "續管。")],
        [
            ("案次", "2", "案名", "號誌連鎖"),
            ("小組建議", "持續列管", "", ""),
            ("決議", "已完成，同意解列。", "", ""),
        ],
        [("組別", "環境組"), ("案名", "空品預警"), ("決議", "撤案。")],
    )

    assert decided(found) == [
        ("交通組", "共乘資訊平臺", "continue"),
        ("交通組", "號誌連鎖", "propose_delist"),
        ("環境組", "空品預警", "withdraw"),
    ]
    assert unread(found) == []


def test_a_row_of_a_table_that_is_not_understood_is_unread():
    found = in_tables(
        [
            ("案名", "決議"),
            ("共乘資訊平臺", "持續列管。"),
            ("號誌連鎖", "請補正經費表。"),
            ("空品預警", "洽悉。"),
        ]
    )

    assert decided(found) == [("交通組", "共乘資訊平臺", "continue")]
    assert unread(found) == ["號誌連鎖", "請補正經費表。"]

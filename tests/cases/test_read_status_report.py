"""Status reports of other hands, read into their facts."""

import datetime as dt
import io
import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from cases.exports.status_report import FILE_FORMATS
from cases.exports.status_report_pdf import status_report_pdf_here
from cases.reading.blocks import cut_by_date, cut_by_municipality
from cases.reading.cells import split_items
from cases.reading.status_report import NO_TABLE
from cases.reading.status_report import read as facts_of
from cases.reports import status_report
from meetings.models import Platform
from platform_site.reading.document import Refused, Writer
from platform_site.reading.sandbox import read
from platform_site.reading.text import read_text
from tests.cases import status_papers
from tests.cases.status_papers import DAY, HEAD, TITLE, WRITERS

READER = "cases.reading.status_report:read"


def read_rows(*rows, head=HEAD, kind="docx", above=(TITLE, DAY, "(一) 水域組")):
    """Return what is read of one table below some lines."""
    writer = Writer()
    for line in above:
        writer.line(line)
    writer.table([head, *rows])
    return facts_of(writer.document(kind))


def read_cell(*lines, **more):
    """Return the progress that a single cell is cut into."""
    found = read_rows(("河濱步道串聯", "\n".join(lines)), **more)
    return progress_of(only_case(found))


def only_case(found):
    [group] = found["groups"]
    [case] = group["cases"]
    return case


def progress_of(case):
    return [(each["municipality"], each["text"]) for each in case["progress"]]


def cases_of(found):
    return [
        (group["name"], [case["name"] for case in group["cases"]])
        for group in found["groups"]
    ]


# One paper in every kind of file

GROUPS = (
    (
        "(一) 水域組",
        (
            (
                "河濱步道串聯",
                "1. 宜蘭縣：\n(1) 完成勘查。\n(2) 備料中。\nA. 木料。\nB. 石料。\n"
                "2. 花蓮縣：配合辦理。",
            ),
            (
                "山徑指標整併（共同議題—「綠色旅遊」）",
                "【114年8月1日第3次首長會議同意新增】\n四縣市合作，刻正規劃。",
            ),
        ),
    ),
    ("(二) 人文組", (("耆老口述史", "1. 已訪談12人。\n2. 預計年底出版。"),)),
)


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_paper_is_read_alike_from_every_kind_of_file(kind):
    groups = GROUPS
    if kind == "txt":  # which has no lines in a cell
        groups = [
            (name, [(case, text.replace("\n", " ")) for case, text in rows])
            for name, rows in GROUPS
        ]
    found = read(WRITERS[kind](groups), f"辦理情形.{kind}", READER)

    assert (found["title"], found["as_of"]) == (TITLE, "2025-09-30")
    assert cases_of(found) == [
        ("水域組", ["河濱步道串聯", "山徑指標整併（共同議題—「綠色旅遊」）"]),
        ("人文組", ["耆老口述史"]),
    ]
    [first, second], [third] = [group["cases"] for group in found["groups"]]
    assert progress_of(first) == [
        ("宜蘭縣", "1. 完成勘查。\n2. 備料中。\n(1) 木料。\n(2) 石料。"),
        ("花蓮縣", "配合辦理。"),
    ]
    assert progress_of(second) == [(None, "四縣市合作，刻正規劃。")]
    assert (second["theme"], second["theme_name"]) == (True, "綠色旅遊")
    assert second["newly_listed"]
    assert second["origin"] == "114年8月1日第3次首長會議同意新增"
    assert progress_of(third) == [(None, "1. 已訪談12人。\n2. 預計年底出版。")]
    assert (third["theme"], third["newly_listed"]) == (False, False)
    assert (found["warnings"], found["unread"]) == ([], [])


# Pages


def test_a_case_goes_on_over_a_page_below_the_head_printed_again():
    found = facts_of(
        read_text(
            status_papers.txt(
                [
                    ("(一) 水域組", [("河濱步道", "1. 宜蘭縣：已函請中")]),
                    ("", [("", "央補助。 2. 花蓮縣：無。"), ("山徑指標", "規劃中。")]),
                ]
            )
        )
    )

    [group] = found["groups"]
    assert [progress_of(case) for case in group["cases"]] == [
        [("宜蘭縣", "已函請中央補助。"), ("花蓮縣", "無。")],
        [(None, "規劃中。")],
    ]


def test_a_name_that_a_page_breaks_in_brackets_is_one_name():
    found = read_rows(
        ("海岸清潔（原「淨灘聯", "1. 宜蘭縣：完成。"),
        HEAD,
        ("盟」併入本案）", "2. 花蓮縣：完成。"),
    )

    case = only_case(found)
    assert case["name"] == "海岸清潔（原「淨灘聯盟」併入本案）"
    assert progress_of(case) == [("宜蘭縣", "完成。"), ("花蓮縣", "完成。")]


def test_a_name_that_a_page_breaks_is_known_by_the_number_that_goes_on():
    found = read_rows(
        ("東海岸自行車道跨縣", "1. 完成勘查。\n2. 已發包。"),
        HEAD,
        ("串聯計畫", "3. 施工中。"),
    )

    assert only_case(found)["name"] == "東海岸自行車道跨縣串聯計畫"
    assert found["warnings"][0]["message"] == (
        "「東海岸自行車道跨縣串聯計畫」名稱可能跨頁接續，請確認名稱是否完整。"
    )


def test_another_case_at_the_top_of_a_page_is_another_case():
    found = read_rows(("河濱步道", "1. 完成。"), HEAD, ("山徑指標", "1. 規劃中。"))

    assert cases_of(found) == [("水域組", ["河濱步道", "山徑指標"])]


def test_lines_that_a_pdf_breaks_are_put_together():
    progress = read_cell(
        "1. 本案已於114年5月完成規劃，",
        "並函請中央補助。",
        "2. 後續依核定辦理。",
        kind="pdf",
    )

    assert progress == [
        (
            None,
            "1. 本案已於114年5月完成規劃，並函請中央補助。\n2. 後續依核定辦理。",
        )
    ]


def cut_open(*below, then):
    """Return what is read of a PDF whose last row a page cuts without a line."""
    writer = Writer()
    for line in (TITLE, DAY, "(一) 水域組"):
        writer.line(line)
    writer.table([HEAD, ("海岸清潔", "1. 宜蘭縣：完成。")])
    for line in below:
        writer.line(line)
    writer.page_end()
    writer.table([HEAD, then])
    return facts_of(writer.document("pdf"))


def test_row_that_a_page_cuts_open_is_a_case_of_its_own():
    found = cut_open(
        *("河濱步道跨縣", "串聯計畫", "1. 宜蘭縣：勘查", "完成。"),
        then=("", "2. 花蓮縣：無。"),
    )

    [group] = found["groups"]
    assert [(case["name"], progress_of(case)) for case in group["cases"]] == [
        ("海岸清潔", [("宜蘭縣", "完成。")]),
        ("河濱步道跨縣串聯計畫", [("宜蘭縣", "勘查完成。"), ("花蓮縣", "無。")]),
    ]
    assert group["cases"][1]["doubts"] == [
        "表格跨頁處框線不全，名稱與文字由版面推定，請核對原文。"
    ]
    assert found["unread"] == []


def test_header_of_a_page_is_passed_over():
    found = cut_open(f"{TITLE}（{DAY}） (一) 水域組", then=("", "2. 花蓮縣：無。"))

    assert cases_of(found) == [("水域組", ["海岸清潔"])]
    assert progress_of(only_case(found))[1] == ("花蓮縣", "無。")
    assert found["unread"] == []


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("", "1. 完成勘查。"),
        ("1. 已函請相關", "單位提供意見。"),
        ("1. 勘查。", "2. 發包。"),
    ],
)
def test_name_that_a_page_cuts_with_its_text_is_one_name(above, below):
    writer = Writer()
    for line in (TITLE, DAY, "(一) 水域組"):
        writer.line(line)
    writer.table([HEAD, ("河濱步道跨縣", above)])
    writer.page_end()
    writer.table([HEAD, ("串聯計畫", below)])

    case = only_case(facts_of(writer.document("pdf")))

    assert case["name"] == "河濱步道跨縣串聯計畫"
    assert case["doubts"] == ["名稱可能跨頁接續，請確認名稱是否完整。"]


def test_bare_mark_after_a_name_goes_with_the_one_in_its_text():
    found = read_rows(
        ("河濱步道\n新增", "【114年8月1日第3次首長會議同意新增】\n甲。"),
        ("托育設施新增", "乙。"),
    )

    assert cases_of(found) == [("水域組", ["河濱步道", "托育設施新增"])]


def test_words_below_a_table_are_no_case():
    found = cut_open("註：資料由各縣市提供。", then=("山徑指標", "規劃中。"))

    assert cases_of(found) == [("水域組", ["海岸清潔", "山徑指標"])]
    assert [line["text"] for line in found["unread"]] == ["註：資料由各縣市提供。"]


def test_paragraphs_of_word_stay_apart():
    assert read_cell("本案持續推動", "另案研議中") == [
        (None, "本案持續推動\n另案研議中")
    ]


def test_page_numbers_and_titles_printed_again_are_passed_over():
    text = status_papers.txt([("(一) 水域組", [("河濱步道", "完成。")])]).decode()
    text += f"第 2 頁，共 2 頁\n{TITLE}\n{chr(9).join(HEAD)}\n山徑指標\t規劃中。\n"

    found = facts_of(read_text(text.encode()))

    assert cases_of(found) == [("水域組", ["河濱步道", "山徑指標"])]
    assert found["unread"] == []


def test_what_a_converter_left_of_markup_is_no_text():
    found = facts_of(
        read_text(
            status_papers.txt(
                [
                    (
                        "(一) 水域組",
                        [
                            (
                                "<p>河濱步道</p>",
                                '<ol style="x"> 1. 宜蘭縣： <ol> (1) 甲案&nbsp;完成。 '
                                "(2) 乙案 5<6 件。 </ol> 2. 花蓮縣： <ul> 轉入：3件。 "
                                "轉出：2件。</ul></ol>",
                            )
                        ],
                    )
                ]
            )
        )
    )

    case = only_case(found)
    assert case["name"] == "河濱步道"
    assert progress_of(case) == [
        ("宜蘭縣", "1. 甲案\xa0完成。\n2. 乙案 5<6 件。"),
        ("花蓮縣", "轉入：3件。\n轉出：2件。"),
    ]


# Municipalities


@pytest.mark.parametrize(
    "lines",
    [
        ["1. 宜蘭縣：甲。", "2. 花蓮縣：乙。"],
        ["1. 宜蘭縣政府：甲。", "2. 花蓮縣政府：乙。"],
        ["一、宜蘭縣: 甲。", "二、花蓮縣: 乙。"],
        ["宜蘭縣：甲。", "花蓮縣：乙。"],
        ["宜蘭縣：", "甲。", "花蓮縣：", "乙。"],
        ["【宜蘭縣】", "甲。", "【花蓮縣】乙。"],
        ["◆宜蘭縣：甲。", "◆花蓮縣：乙。"],
        ["1、宜蘭：甲。", "2、花蓮：乙。"],
        ["１．宜蘭縣：甲。", "２．花蓮縣：乙。"],
        ["1. 宜蘭縣：甲。 2. 花蓮縣：乙。"],
        ["1. 宜蘭縣：", "甲。", "2. 花蓮縣：", "乙。"],
    ],
)
def test_a_text_is_cut_where_municipalities_head_its_items(lines):
    assert read_cell(*lines) == [("宜蘭縣", "甲。"), ("花蓮縣", "乙。")]


def test_a_name_written_the_common_way_is_the_official_one():
    assert read_cell("1. 台北市：甲。", "2. 台東縣：乙。") == [
        ("臺北市", "甲。"),
        ("臺東縣", "乙。"),
    ]


def test_an_agency_writes_for_its_municipality():
    assert read_cell("1. 宜蘭縣政府交通處：甲。", "2. 花蓮縣（觀光處）：乙。") == [
        ("宜蘭縣", "宜蘭縣政府交通處：甲。"),
        ("花蓮縣", "花蓮縣（觀光處）：乙。"),
    ]


def test_what_stands_before_the_municipalities_is_joint():
    assert read_cell("本案兩縣合作。", "1. 宜蘭縣：甲。", "2. 花蓮縣：乙。") == [
        (None, "本案兩縣合作。"),
        ("宜蘭縣", "甲。"),
        ("花蓮縣", "乙。"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["1. 轉報：宜蘭縣 3 件、花蓮縣 2 件。", "2. 支援：宜蘭縣 1 件。"],
        ["1. 件數如下：", "(1) 宜蘭縣：3件。", "(2) 花蓮縣：2件。", "2. 另議。"],
        ["1. 宜蘭縣率先辦理。", "2. 花蓮縣將跟進。"],
        ["1. 規劃：完成。", "2. 宜蘭縣：施工中。", "3. 驗收：未辦。"],
        ["1. 臺北捷運：甲。", "2. 新北捷運：乙。"],
    ],
)
def test_a_text_in_which_they_head_no_items_is_joint(lines):
    assert read_cell(*lines) == [(None, "\n".join(lines))]


def test_an_item_of_nobody_is_joint_and_said_to_be_doubtful():
    found = read_rows(
        ("河濱步道", "1. 宜蘭縣：甲。\n2. 花蓮縣：乙。\n3. 後續提會。"),
    )

    assert progress_of(only_case(found)) == [
        (None, "3. 後續提會。"),
        ("宜蘭縣", "甲。"),
        ("花蓮縣", "乙。"),
    ]
    assert "部分項目未標示縣市" in found["warnings"][0]["message"]


def test_what_two_write_together_is_the_text_of_each():
    found = read_rows(("河濱步道", "1. 宜蘭縣、花蓮縣：合辦。\n2. 臺東縣：無。"))

    case = only_case(found)
    assert progress_of(case) == [
        ("宜蘭縣", "合辦。"),
        ("花蓮縣", "合辦。"),
        ("臺東縣", "無。"),
    ]
    assert case["doubts"] == ["宜蘭縣、花蓮縣合寫一段，已分別列入，請確認。"]


def test_deep_outlines_keep_their_levels():
    lines = [
        *("1. 宜蘭縣：", "(1) 甲", "A. 乙", "(A) 丙", "a. 丁", "(a) 戊"),
        *("(2) 己", "2. 花蓮縣：無。"),
    ]

    assert read_cell(*lines)[0] == (
        "宜蘭縣",
        "1. 甲\n(1) 乙\nA. 丙\n(A) 丁\na. 戊\n2. 己",
    )


def test_a_number_that_is_wrong_in_the_paper_stays():
    assert read_cell("1. 甲。", "2. 乙。", "2. 丙。") == [
        (None, "1. 甲。\n2. 乙。\n2. 丙。")
    ]


def test_items_typed_in_a_run_become_lines():
    assert read_cell("1. 宜蘭縣：(1)甲。(2)乙。(3)丙。", "2. 花蓮縣：無。")[0] == (
        "宜蘭縣",
        "1. 甲。\n2. 乙。\n3. 丙。",
    )


@pytest.mark.parametrize(
    "line",
    [
        "1. 依第 1. 2. 點辦理。",
        "調整 3. 5 公里。",
        "本案(1)與(2)併辦，詳附件。",
        "一、依規定辦理，二、三級單位配合。",
        "金額2.5億元，較113. 5. 2.多。",
        "會議訂於115年8月15日(六)召開。",
    ],
)
def test_numbers_within_a_sentence_begin_no_line(line):
    assert read_cell(line) == [(None, line)]


# Columns


def test_the_municipality_may_have_a_column_and_the_name_be_merged():
    found = read_rows(
        ("1", "河濱步道", "宜蘭縣", "甲。"),
        ("", "", "花蓮縣", "乙。"),
        ("2", "山徑指標", "共同", "丙。"),
        head=("項次", "合作案名稱", "縣市", "辦理情形"),
    )

    [group] = found["groups"]
    assert [progress_of(case) for case in group["cases"]] == [
        [("宜蘭縣", "甲。"), ("花蓮縣", "乙。")],
        [(None, "丙。")],
    ]
    assert found["unread"] == []


def test_who_leads_a_case_has_not_written_its_text():
    found = read_rows(
        ("河濱步道", "宜蘭縣", "甲。"), head=("提案名稱", "主辦縣市", "辦理情形")
    )

    assert progress_of(only_case(found)) == [(None, "甲。")]
    assert [line["text"] for line in found["unread"]] == ["宜蘭縣"]


def test_rows_below_a_merged_name_are_lines_of_one_text():
    found = read_rows(("河濱步道", "持續協調"), ("", "另案研議"))

    assert progress_of(only_case(found)) == [(None, "持續協調\n另案研議")]


@pytest.mark.parametrize("name", ["12. 河濱步道", "TR-014河濱步道", "TR-014 河濱步道"])
def test_a_number_before_a_name_is_no_part_of_it(name):
    assert only_case(read_rows((name, "甲。")))["name"] == "河濱步道"


def test_each_municipality_may_have_a_column():
    found = read_rows(
        ("河濱步道", "甲。", "", "丙。"),
        head=("案名", "宜蘭縣", "花蓮縣", "臺東縣"),
    )

    assert progress_of(only_case(found)) == [("宜蘭縣", "甲。"), ("臺東縣", "丙。")]


def test_a_second_head_row_names_the_municipalities():
    found = read_rows(
        ("", "宜蘭縣", "花蓮縣"),
        ("河濱步道", "甲。", "乙。"),
        head=("案名", "辦理情形", ""),
    )

    assert progress_of(only_case(found)) == [("宜蘭縣", "甲。"), ("花蓮縣", "乙。")]


def test_the_group_may_have_a_column_that_is_merged():
    found = read_rows(
        ("水域組", "河濱步道", "甲。"),
        ("", "海岸清潔", "乙。"),
        ("人文", "耆老口述史", "丙。"),
        head=("議題小組", "方案名稱", "辦理情形"),
        above=(TITLE, DAY),
    )

    assert cases_of(found) == [
        ("水域組", ["河濱步道", "海岸清潔"]),
        ("人文", ["耆老口述史"]),
    ]


def test_a_group_may_stand_in_a_row_of_the_table():
    found = read_rows(
        ("壹、水域組（共1案）", ""),
        ("河濱步道", "甲。"),
        ("貳、人文組（共1案）", ""),
        ("耆老口述史", "乙。"),
        above=(TITLE, DAY),
    )

    assert cases_of(found) == [("水域組", ["河濱步道"]), ("人文組", ["耆老口述史"])]


def test_a_group_that_is_not_called_one_stands_right_above_its_table():
    found = read_rows(("河濱步道", "甲。"), above=(TITLE, DAY, "三、休閒遊憩"))

    assert cases_of(found) == [("休閒遊憩", ["河濱步道"])]
    assert found["title"] == TITLE


def test_a_case_without_a_group_is_read_and_warned_of():
    found = read_rows(("河濱步道", "甲。"), above=(TITLE, DAY))

    assert cases_of(found) == [(None, ["河濱步道"])]
    assert "部分案件沒有所屬小組的標題，請於審閱時選擇。" in [
        warning["message"] for warning in found["warnings"]
    ]


@pytest.mark.parametrize(
    "name",
    ["【新增】河濱步道", "河濱步道（新增）", "★新增：河濱步道", "(新增案) 河濱步道"],
)
def test_a_mark_at_the_name_says_newly_listed(name):
    case = only_case(read_rows((name, "甲。")))

    assert (case["name"], case["newly_listed"]) == ("河濱步道", True)


def test_rows_that_say_the_name_again_are_of_one_case():
    found = read_rows(
        ("A-1", "河濱步道", "宜蘭縣", "甲。", "是"),
        ("A-1", "河濱步道", "花蓮縣", "乙。", "是"),
        ("A-2", "河濱步道", "宜蘭縣", "丙。", "否"),
        head=("案號", "方案名稱", "縣市（空白為共同）", "辦理情形", "新增"),
    )

    [group] = found["groups"]
    assert [(case["newly_listed"], progress_of(case)) for case in group["cases"]] == [
        (True, [("宜蘭縣", "甲。"), ("花蓮縣", "乙。")]),
        (False, [("宜蘭縣", "丙。")]),
    ]
    assert found["unread"] == []


def test_a_column_may_hold_the_data_date():
    found = read_rows(
        ("河濱步道", "甲。", "114/9/30"),
        head=("方案名稱", "辦理情形", "資料時間"),
        above=("水域組",),
    )

    assert found["as_of"] == "2025-09-30"


def test_a_remark_that_is_no_fact_is_listed_as_unread():
    found = read_rows(
        ("河濱步道", "甲。", "請水利署協助"),
        ("海岸清潔", "乙。", "新增"),
        head=("方案名稱", "辦理情形", "備註"),
    )

    assert [line["text"] for line in found["unread"]] == ["請水利署協助"]
    assert [c["newly_listed"] for c in found["groups"][0]["cases"]] == [False, True]


def test_a_case_without_text_is_read_and_warned_of():
    found = read_rows(("河濱步道", ""), ("海岸清潔", "乙。"))

    assert cases_of(found) == [("水域組", ["河濱步道", "海岸清潔"])]
    assert found["warnings"][0]["message"] == "「河濱步道」沒有辦理情形的文字。"


def test_another_table_is_unread_and_no_case():
    writer = Writer()
    for line in (TITLE, DAY, "(一) 水域組"):
        writer.line(line)
    writer.table([HEAD, ("河濱步道", "甲。")])
    writer.line("附表：經費概算")
    writer.table([("年度", "金額"), ("114", "3,000")])

    found = facts_of(writer.document("docx"))

    assert cases_of(found) == [("水域組", ["河濱步道"])]
    assert [line["text"] for line in found["unread"]] == [
        *("附表：經費概算", "年度", "金額", "114", "3,000")
    ]


# Dates


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("資料時間：114 年 12 月 31 日", "2025-12-31"),
        ("資料日期：114.6.30", "2025-06-30"),
        ("（資料時間：民國114年3月31日止）", "2025-03-31"),
        ("截至114年9月30日止", "2025-09-30"),
        ("更新日期:114/12/05", "2025-12-05"),
        ("資料時間：114年第2季", "2025-06-30"),
        ("資料時間：２０２５年９月３０日", "2025-09-30"),
        ("山海平臺合作案執行情形（資料日期：114年9月30日）", "2025-09-30"),
    ],
)
def test_the_data_date_is_read_however_it_is_written(line, day):
    found = read_rows(("河濱步道", "甲。"), above=(TITLE, line, "水域組"))

    assert found["as_of"] == day


def test_without_a_data_date_the_title_tells_it_with_a_warning():
    title = "山海合作平臺114年第3季合作方案辦理情形"

    found = read_rows(("河濱步道", "甲。"), above=(title, "水域組"))

    assert found["as_of"] == "2025-09-30"
    assert found["warnings"][0]["message"].startswith("文件未載明資料時間")


@pytest.mark.parametrize(
    "lines",
    [
        ["114年第1季：", "1. 甲。", "2. 乙。", "114年第2季：", "1. 丙。"],
        ["【114年第1季】", "1. 甲。", "2. 乙。", "【114年第2季】", "1. 丙。"],
        ["1. 114年第1季：", "(1) 甲。", "(2) 乙。", "2. 第2季：", "(1) 丙。"],
    ],
)
def test_a_text_added_to_quarter_after_quarter_is_cut_into_its_quarters(lines):
    [progress] = only_case(read_rows(("河濱步道", "\n".join(lines))))["progress"]

    assert progress["text"] == "\n".join(lines)
    assert [(part["ends_on"], part["text"]) for part in progress["parts"]] == [
        ("2025-03-31", "1. 甲。\n2. 乙。"),
        ("2025-06-30", "1. 丙。"),
    ]


def test_each_municipality_is_cut_into_its_dates():
    progress = only_case(
        read_rows(
            (
                "河濱步道",
                "1. 宜蘭縣：\n(1) 114年3月31日：甲。\n(2) 114年6月30日：乙。\n2. 花蓮縣：無。",
            )
        )
    )["progress"]

    assert [
        [(part["starts_on"], part["ends_on"], part["text"]) for part in each["parts"]]
        for each in progress
    ] == [
        [("2025-03-31", "2025-03-31", "甲。"), ("2025-06-30", "2025-06-30", "乙。")],
        [],
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["1. 114年3月7日召開會議。", "2. 114年5月2日完成勘查。"],
        ["1. 114年第1季：甲。", "2. 經費：乙。", "3. 114年第2季：丙。"],
        ["114年第1季：甲。"],
    ],
)
def test_events_with_dates_are_no_parts(lines):
    [progress] = only_case(read_rows(("河濱步道", "\n".join(lines))))["progress"]

    assert progress["parts"] == []


def test_columns_of_quarters_are_parts_of_one_text():
    found = read_rows(
        ("河濱步道", "甲。", "乙。"),
        head=("方案名稱", "114年第1季辦理情形", "114年第2季辦理情形"),
    )

    [progress] = only_case(found)["progress"]
    assert progress["text"] == "114年第1季：\n甲。\n114年第2季：\n乙。"
    assert [part["ends_on"] for part in progress["parts"]] == [
        "2025-03-31",
        "2025-06-30",
    ]


# Places


def test_each_text_knows_where_it_stands_in_the_paper():
    found = read_rows(
        ("河濱步道", "1. 宜蘭縣：甲案完成。\n2. 花蓮縣：乙案。"),
        ("山徑指標", "丙案。"),
    )

    spans = [
        found["text"][each["source"]["start"] : each["source"]["end"]]
        for case in found["groups"][0]["cases"]
        for each in case["progress"]
    ]
    assert spans == ["宜蘭縣：甲案完成。", "花蓮縣：乙案。", "丙案。"]


def test_what_is_said_of_the_whole_paper_is_of_no_line():
    found = read_rows(("河濱步道", ""), above=("合作方案辦理情形", "水域組"))

    assert [warning["line"] for warning in found["warnings"]] == [0, 4]


# Papers that are none, and papers of chance


@pytest.mark.parametrize("text", ["會議紀錄\n主席：王大明", "項目\t金額\n甲\t3"])
def test_a_paper_without_a_table_of_cases_is_refused(text):
    with pytest.raises(Refused) as refused:
        facts_of(read_text(text.encode()))

    assert refused.value.sentence == NO_TABLE


def condensed(text):
    return "".join(text.split())


ODD = st.text(
    st.sampled_from(
        "甲乙丙。：、 \n(1)2.3一二（）宜蘭花蓮縣市【】114年第季月日AB新增共同議題"
    )
).map(str.strip)


@given(st.lists(st.tuples(ODD.filter(bool), ODD), min_size=1, max_size=4))
def test_no_character_of_a_cell_is_lost(rows):
    try:
        found = read_rows(*rows)
    except Refused:
        return

    said = [case["text"] for group in found["groups"] for case in group["cases"]]
    unread = [line["text"] for line in found["unread"]]
    for _, text in rows:
        assert condensed(text) in condensed("".join(said)) or text in unread


def words_of(text):
    """Return a text's words: what is no number, no name of a county, no bracket."""
    plain = re.sub("(?:宜蘭|花蓮)縣?(?:政府)?|四?縣市", "", text)
    return sorted(re.sub(r"[\W\d一二A-Z]", "", plain))


@given(st.text(st.sampled_from("甲乙丙。： \n(1)2.3一二A宜蘭縣花蓮縣")))
def test_no_word_is_lost_where_a_text_is_cut(text):
    lines = split_items(text)
    blocks, _ = cut_by_municipality(lines)

    assert words_of("".join(block.text for block in blocks)) == words_of(text)


@given(st.text(st.sampled_from("甲乙。：\n(1)2.3第季【】114年月日")))
def test_no_word_is_lost_where_a_text_is_cut_by_its_dates(text):
    parts = cut_by_date(text, 2025)

    if parts:
        said = "".join(part.label + part.text for part in parts)
        assert words_of(said) == words_of(text)


def test_a_cell_of_nothing_but_numbers_is_read_in_time():
    cell = "1. 甲。 (1) 乙" * 40_000  # what is not linear takes minutes

    assert len(only_case(read_rows(("河濱步道", cell)))["text"]) >= len(cell)


# The command


def test_the_command_prints_what_was_read(tmp_path):
    file = tmp_path / "報告.docx"
    file.write_bytes(status_papers.docx_file(GROUPS))
    out = StringIO()

    call_command("read_status_report", str(file), stdout=out)

    assert out.getvalue().splitlines() == [
        TITLE,
        "資料時間：114年9月30日",
        "水域組：2 案",
        "  河濱步道串聯：宜蘭縣 32 字、花蓮縣 5 字",
        "  山徑指標整併（共同議題—「綠色旅遊」）（新增、共同議題）：共同 11 字",
        "人文組：1 案",
        "  耆老口述史：共同 21 字",
        "共 3 案。",
    ]


def test_the_command_writes_nothing_but_json(tmp_path):
    file = tmp_path / "報告.xlsx"
    file.write_bytes(status_papers.xlsx(GROUPS))
    out = StringIO()

    call_command("read_status_report", str(file), "--json", stdout=out)

    assert set(json.loads(out.getvalue())) == {
        *("title", "as_of", "groups", "warnings", "unread", "text")
    }


def test_the_command_says_why_it_reads_nothing(tmp_path):
    file = tmp_path / "會議.txt"
    file.write_text("會議紀錄", encoding="utf-8")

    with pytest.raises(CommandError, match="找不到辦理情形表"):
        call_command("read_status_report", str(file))
    with pytest.raises(CommandError, match="讀不到檔案"):
        call_command("read_status_report", str(tmp_path / "無.txt"))


# The platform's own tables


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_what_the_platform_writes_is_read_as_it_stood(loaded_record, db, kind):
    platform = Platform.objects.get(slug="jbbt")
    report = status_report(platform, dt.date(2025, 12, 31))
    file = io.BytesIO()
    FILE_FORMATS[kind].write(report, file)

    found = read(file.getvalue(), f"辦理情形.{kind}", READER)

    assert found["as_of"] == "2025-12-31"
    assert [
        (group["name"], case["name"], case["theme"], case["origin"], progress_of(case))
        for group in found["groups"]
        for case in group["cases"]
    ] == [
        (
            group.name,
            row.name,
            bool(row.themes),
            row.origin.strip("【】") or None,
            [(block.municipality, block.text.strip()) for block in row.blocks],
        )
        for group in report.groups
        for row in group.rows
    ]


def test_the_paper_the_platform_prints_is_read_word_for_word(loaded_record, db):
    platform = Platform.objects.get(slug="jbbt")
    report = status_report(platform, dt.date(2025, 12, 31))

    found = read(status_report_pdf_here(report), "辦理情形.pdf", READER)

    assert (found["title"], found["as_of"]) == (report.title, "2025-12-31")
    assert [
        (group["name"], condensed(case["name"]), owner, condensed(text))
        for group in found["groups"]
        for case in group["cases"]
        for owner, text in progress_of(case)
    ] == [
        (
            group.name,
            condensed(row.name + row.note),
            each.municipality,
            condensed(each.text),
        )
        for group in report.groups
        for row in group.rows
        for each in row.blocks
    ]

"""Minutes of other hands, read into their facts."""

import json
import re
import sys
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.reading.minutes import NO_MINUTES, read
from platform_site.reading.document import Writer
from platform_site.reading.sandbox import read as read_in_child
from tests.cases.minutes_papers import (
    FOLDER,
    NAMES,
    folded,
    only_meeting,
    paper,
    read_text,
    told,
    wanted,
)

# With the stroke that stands for 、 where a scan was read.
NUMERALS = frozenset("壹貳參肆伍陸柒捌玖拾一二三四五六七八九十0123456789丶")


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_is_read_as_a_careful_person_reads_it(name):
    meetings = read_text(paper(name))["meetings"]

    expected = wanted(name)
    assert [
        told(read, meeting) for read, meeting in zip(meetings, expected, strict=True)
    ] == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_source_of_a_decision_is_where_its_name_stands(name):
    found = read_text(paper(name))
    text = found["text"]

    for meeting in found["meetings"]:
        running = "".join(folded(line["text"]) for line in meeting["furniture"])
        for decision in meeting["decisions"]:
            source = decision["source"]
            shown = folded(text[source["start"] : source["end"]])
            case = folded(decision["case"])
            assert shown == case or set(shown) <= set(case + running)
            assert (shown[0], shown[-1]) == (case[0], case[-1])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_paper_is_lost(name):
    found = read_text(paper(name))

    assert lost(found) == Counter()


def lost(found):
    """Letters of the paper, numerals aside, that stand in no field."""
    there = letters(found["text"])
    fields = letters("".join(strings(found["meetings"])))
    return there - fields


def letters(text):
    return Counter(
        character
        for character in folded(text)
        if character.isalnum() and character not in NUMERALS
    )


def strings(value):
    """Every string of a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def test_the_same_paper_gives_the_same_facts():
    text = "\n".join(paper(name) for name in NAMES)

    assert json.dumps(read_text(text)) == json.dumps(read_text(text))


def test_papers_one_behind_another_give_all_their_meetings():
    text = "\n".join(paper(name) for name in NAMES)

    titles = [meeting["title"] for meeting in read_text(text)["meetings"]]

    assert [folded(title) for title in titles] == [
        meeting["title"] for name in NAMES for meeting in wanted(name)
    ]


# What papers are made of, and what they are torn into.
PIECES = st.sampled_from(
    [
        *"「」『』（）()、，。；：\n\t\f 壹貳一二三1２案組",
        "壹、會議時間：114年8月7日下午2時\n",
        "貳、地點：",
        "參、主席：",
        "新北市政府 劉副市長和然\n",
        "共同主持\n",
        "紀錄：",
        "柒、決議事項\n",
        "（一）交通組\n",
        "1. 同意新增2案：",
        "同意解列",
        "「甲案」、「乙案」等3案",
        "其餘10案持續列管",
        "更名為「丙」",
        "併入「丁」",
        "合併為",
        "原「戊」改以「己」、「庚」",
        "俟完成後再提解除列管",
        "案由一：",
        "決議：照案通過",
        "項次\t合作案名稱\t決議\n",
        "捌、主席結論（依發言順序）\n",
        "劉副市長\n",
        "臨時動議：無\n",
        "散會（下午3時）\n",
        "附件1\n",
        "基北北桃合作交流平臺第5次副市長層級會議紀錄\n",
        "- 2 -\n",
        "\U00020bb7é́\u200b",
    ]
)
TITLE = "114年度「基北北桃合作交流平臺」交通組第1次工作小組會議紀錄\n"


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(deadline=None)
def test_whatever_stands_below_a_title_is_read_and_kept(body):
    text = f"{TITLE}時間：114年1月2日上午9時\n地點：某處\n{body}"

    found = read_text(text)

    assert found["meetings"][0]["title"].startswith("114年度「基北北桃")
    assert lost(found) == Counter()


PAPERS = [paper(name) for name in NAMES]
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 30), PIECES | st.just("")), max_size=20
)


@given(st.sampled_from(PAPERS), EDITS)
@settings(deadline=None)
def test_a_paper_torn_and_mixed_up_is_read_and_kept(text, edits):
    for where, length, piece in edits:
        place = int(where * len(text))
        text = text[:place] + piece + text[place + length :]

    found = read_text(text)

    assert lost(found) == Counter() or not found["meetings"]


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_text_is_too_odd_to_be_read(text):
    assert read_text(text)["text"] == text


LONG = [
    "「",
    "（一）「甲」：乙",
    "「甲」及",
    "解列",
    "1. 同意新增2案：「甲」、「乙」。\n",
    "林副市長：好。\n",
    "二、「甲乙丙丁」請再行研議。\n",
    "提案：交通組\n",
    "甲 乙 丙 丁 戊 己\n",
    "新北市政府 劉副市長和然\n",
    "一、甲案：俟完成後再提解除列管。\n",
    "甲\t乙\n",
    "壹、\n",
    "一、甲\n說明：乙。\n決議：同意。\n",
    "案由一：「甲」\n決議：照案通過。\n",
    "第1頁\n甲乙平臺會議紀錄\n",
    "甲乙平臺第1次副首長會議紀錄\n時間：9時\n地點：某處\n",
    "基北北桃合作交流平臺第5次副市長層級會議紀錄\n",
]


@pytest.mark.parametrize("piece", LONG)
@pytest.mark.parametrize("title", [TITLE, "甲乙平臺第1次副首長會議紀錄\n"])
def test_work_grows_with_the_paper_not_faster(title, piece):
    head = f"{title}時間：114年1月2日上午9時\n地點：某處\n主席：某處\n"

    small, large = (
        steps(f"{head}伍、決議事項\n{piece * count}") for count in (100, 400)
    )

    assert large <= 5 * small


def steps(text):
    """How many lines of Python and calls into C reading takes."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += 1
        return trace

    def profile(frame, event, argument):
        nonlocal count
        count += 1

    sys.settrace(trace)
    sys.setprofile(profile)
    try:
        read_text(text)
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    return count


def test_the_command_gives_one_object_and_nothing_else(capsys):
    out = StringIO()

    call_command(
        "read_minutes", str(FOLDER / "north-heads-112.txt"), "--json", stdout=out
    )

    found = json.loads(out.getvalue())
    (meeting,) = found["meetings"]
    assert told(meeting, wanted("north-heads-112")[0]) == wanted("north-heads-112")[0]
    assert capsys.readouterr() == ("", "")


def test_the_command_tells_people_what_it_read():
    out = StringIO()

    call_command("read_minutes", str(FOLDER / "vice-prose-116.txt"), stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0] == "基北北桃合作交流平臺第9次副市長層級會議紀錄"
    assert lines[1] == (
        "  時間：116年3月18日（星期四）下午2時30分，散會116年3月18日（星期四）下午4時"
    )
    assert "  環境資源組：更名「河川巡守隊互訪」→「水環境巡守互訪」" in lines


def test_a_file_without_minutes_is_a_failure_with_a_sentence(tmp_path):
    file = tmp_path / "信.txt"
    file.write_text("敬邀出席。\n", "utf-8")
    out = StringIO()

    with pytest.raises(CommandError, match=re.escape(NO_MINUTES)) as failure:
        call_command("read_minutes", str(file), "--json", stdout=out)

    assert failure.value.returncode == 1
    assert json.loads(out.getvalue())["meetings"] == []


def test_a_file_that_is_not_there_is_a_failure_with_a_sentence(tmp_path):
    out = StringIO()

    with pytest.raises(CommandError, match="讀不到檔案"):
        call_command("read_minutes", str(tmp_path / "無.txt"), "--json", stdout=out)

    assert json.loads(out.getvalue()) == {"text": "", "meetings": []}


def test_the_child_reads_as_we_do(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    content = (FOLDER / "vice-ocr-115.txt").read_bytes()

    found = read_in_child(content, "紀錄.txt", "cases.reading.minutes:read")

    assert [
        told(m, w)
        for m, w in zip(found["meetings"], wanted("vice-ocr-115"), strict=True)
    ] == wanted("vice-ocr-115")


def test_groups_the_platform_does_not_have_are_warned_of():
    content = paper("north-heads-112").encode()

    found = read_in_child(
        content,
        "紀錄.txt",
        "cases.reading.minutes:read",
        groups=["文化教育組", "交通運輸組"],
    )

    messages = [w["message"] for w in found["meetings"][0]["warnings"]]
    assert messages == ["平臺沒有名為「防災組」的議題小組，請確認。"]


def test_numbers_that_do_not_add_up_are_warned_of():
    meeting = only_meeting(
        "甲乙平臺第1次副首長會議紀錄\n"
        "壹、時間：114年1月2日上午9時\n貳、地點：某處\n參、主席：王市長大明\n"
        "肆、決議事項：同意新增3案、解列1案。\n"
        "（一）交通組\n1. 同意新增1案：「自行車道串聯」。\n"
        "（二）環境組\n1. 同意新增1案：「淨灘聯合行動」。\n2. 同意解列1案：「山徑清理」。\n"
        "伍、散會：上午10時\n"
    )

    assert [w["message"] for w in meeting["warnings"]] == [
        "全體載明新增3案，各組合計2案。"
    ]


@pytest.mark.parametrize("width", [26, 34, 40])
@pytest.mark.parametrize("name", ["mayor-and-vice-113", "culture-113"])
def test_a_paper_says_the_same_however_short_its_lines(name, width):
    lines = paper(name).split("\n")
    torn = [
        line[start : start + width]
        for line in lines
        for start in range(0, len(line) or 1, width)
    ]

    found = read_text("\n".join(torn))

    assert [
        told(meeting, facts)
        for meeting, facts in zip(found["meetings"], wanted(name), strict=True)
    ] == wanted(name)


@pytest.mark.parametrize("ends_page", ["\n第 {} 頁\n", "\n- {} -\f", "\f"])
def test_what_the_page_prints_is_no_part_of_the_paper(ends_page):
    name = "culture-113"
    head = "基北北桃合作交流平臺會議紀錄"
    lines = paper(name).split("\n")
    pages = ["\n".join(lines[start : start + 6]) for start in range(0, len(lines), 6)]
    text = "".join(
        f"{head}\n{page}{ends_page.format(number)}"
        for number, page in enumerate(pages, start=1)
    )

    (meeting,) = read_text(text)["meetings"]

    facts = wanted(name)[0]
    assert told(meeting, facts) == facts


def test_a_table_of_decisions_is_read_cell_by_cell():
    writer = Writer()
    for line in (
        "甲乙平臺114年度第1次交通組工作會議紀錄",
        "壹、時間：114年3月4日（星期二）上午10時",
        "貳、地點：某處",
        "參、主席：王局長大明",
        "肆、決議：如下表",
    ):
        writer.line(line)
    writer.table(
        [
            ("項次", "組別", "合作案名稱", "會議決定"),
            ("1", "交通組", "共乘\n資訊平臺", "持續列管。\n請於下次報告。"),
            ("2", "", "號誌連鎖", "已完成，同意解除列管。"),
            ("項次", "組別", "合作案名稱", "會議決定"),
            ("3", "環境組", "空品預警", "併入「淨空聯防」續辦。"),
        ]
    )
    writer.line("伍、散會：上午11時")

    (meeting,) = read(writer.document("docx"))["meetings"]

    assert [
        (each["group"], each["case"], each["action"], each["came_from"])
        for each in meeting["decisions"]
    ] == [
        ("交通組", "共乘資訊平臺", "continue", []),
        ("交通組", "號誌連鎖", "propose_delist", []),
        ("環境組", "淨空聯防", "merge", ["空品預警"]),
    ]


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("已辦理完成，同意解除列管。", "propose_delist"),
        ("俟年底辦理完成後，再提解除列管。", "continue"),
        ("俟下次副首長會議提出解除列管。", "propose_delist"),
        ("於下次副市長層級會議提請解列。", "propose_delist"),
        ("建議俟明年再評估是否解除列管。", "continue"),
        ("暫不解除列管，請續辦。", "continue"),
        ("不同意解列，請續辦。", "continue"),
        ("尚未提至副首長會議列管，故逕於小組解列。", "delist"),
        ("經評估已無需求，解除列管。", "propose_delist"),
        ("視中央核定情形再議。", "continue"),
        ("請研議納入其他縣市之可行性。", "continue"),
        ("新增工作項目2項，持續辦理。", "continue"),
        ("案名調整為「乙」，持續列管。", "rename"),
        ("併入「乙」辦理。", "merge"),
        ("提案機關撤回。", "withdraw"),
        ("本案重新列管。", "relist"),
        ("已上線，同意解管。", "propose_delist"),
        ("建議撤管。", "propose_delist"),
        ("回歸常態業務，不予列管。", "propose_delist"),
        ("無須再列管。", "propose_delist"),
        ("暫不解管，續管。", "continue"),
        ("續管。", "continue"),
        ("請補充管線資料，留管。", "continue"),
        ("請持續管理維護設施，提升瞭解管道。", "continue"),
        ("屆期仍未完成者，逕予解管。", "continue"),
    ],
)
def test_the_words_about_a_listed_case_decide_its_fate(said, action):
    assert fate("一、列管合作案", said) == action


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("本案同意新增立案，請補充經費。", "agree"),
        ("同意以修正版本新增。", "agree"),
        ("本案於下次副首長會議提案列管。", "agree"),
        ("本案暫不於副首長會議提請列管。", "defer"),
        ("請補充資料後再議。", "defer"),
        ("提案機關撤案。", "withdraw"),
        ("考量資源有限，不予列管。", "withdraw"),
        ("不同意納入列管。", "withdraw"),
        ("不通過。", "withdraw"),
        ("本案納入交通組列管。", "agree"),
    ],
)
def test_the_words_about_a_proposal_decide_its_fate(said, action):
    assert fate("一、研擬新增合作提案", said) == action


def fate(heading, said):
    """What becomes of the one case below a heading of a group's minutes."""
    meeting = only_meeting(
        "114年度「甲乙平臺」交通組第1次工作小組會議紀錄\n"
        "壹、時間：114年1月2日上午9時\n貳、地點：某處\n參、主席：王局長大明\n"
        f"肆、會議決議：\n{heading}：\n（一）甲案：{said}\n伍、散會：上午10時\n"
    )
    (decision,) = meeting["decisions"]
    return decision["action"]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("「甲、乙線」及「丙『丁』」。", ["甲、乙線", "丙『丁』"]),
        ("「甲「乙」丙」、「丁」。", ["甲「乙」丙", "丁"]),
        ("「甲及乙宣導」、丙「丁」。", ["甲及乙宣導", "丙「丁」"]),
        ("甲機制、乙交流及丙推廣。", ["甲機制、乙交流及丙推廣"]),
        ("「甲」(共同議題—「乙」)、「丙」。", ["甲", "丙"]),
        ("「甲、「乙」。", ["甲", "乙"]),
        ("三、四級毒品講習、乙交流。", ["三、四級毒品講習", "乙交流"]),
        ('"甲"、"乙"。', ["甲", "乙"]),
        ("「甲」、「乙」，請各市配合「丙」辦理。", ["甲", "乙"]),
    ],
)
def test_names_in_a_list_are_told_apart(said, names):
    count = 1 if "機制、" in said else 2
    meeting = only_meeting(
        "甲乙平臺第1次副首長會議紀錄\n"
        "壹、時間：114年1月2日上午9時\n貳、地點：某處\n參、主席：王市長大明\n"
        f"肆、決議事項\n（一）交通組\n1. 同意解列{count}案：{said}\n伍、散會：上午10時\n"
    )

    assert [each["case"] for each in meeting["decisions"]] == names
    assert {each["action"] for each in meeting["decisions"]} == {"delist"}

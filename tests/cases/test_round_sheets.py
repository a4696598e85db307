"""A round's sheet there and back: what is written, and what comes of what returns."""

import io
import zipfile

import odfdo
import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import rounds
from cases.models import ProgressUpdate, SheetUpload
from cases.rounds.sheet_judge import JudgedAnew
from platform_site.reading.document import Refused
from tests.cases.round_sheets import (
    CASE,
    CITY,
    KEY,
    LAST,
    NAME,
    STATE,
    TEXT,
    UNCHANGED,
    downloaded,
    filled,
    filled_ods,
    judged,
    open_document,
    opened,
    saved,
    taken,
    told,
    uploaded,
    why,
)
from tests.cases.rounds import AT, WHILE_OPEN, Collecting, after, fresh
from tests.cases.rounds import told as steps_of
from tests.factories import CollectingRoundFactory, ProgressUpdateFactory


@pytest.fixture
def site(db):
    return Collecting()


@pytest.fixture
def three(site):
    """Three slots of the contact, in the order of their rows: 2, 3, 4."""
    cases = sorted(
        [site.case, site.add_case(), site.add_case()], key=lambda c: c.number
    )
    own = {site.case.pk: site.slot}
    return [own.get(case.pk) or site.add_slot(site.taipei, case) for case in cases]


def values(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


# What is written ------------------------------------------------------------------


def test_sheet_has_own_slots_and_no_others_draft(site):
    theirs = site.add_slot(site.keelung)
    site.save(theirs, "別縣市的草稿。", by=site.other)
    content = downloaded(site.round, site.contact)

    _, sheet = opened(content)

    assert [row[CITY] for row in values(sheet)] == [site.taipei.name]
    for part in zipfile.ZipFile(io.BytesIO(content)).namelist():
        assert "別縣市的草稿" not in zipfile.ZipFile(io.BytesIO(content)).read(
            part
        ).decode("utf-8", "replace")


def test_secretariats_sheet_has_the_whole_round(site):
    site.add_slot(site.keelung)

    _, sheet = opened(downloaded(site.round, site.secretary))

    assert {row[CITY] for row in values(sheet)} == {site.taipei.name, site.keelung.name}


def test_stranger_gets_no_row(site):
    _, sheet = opened(downloaded(site.round, site.stranger))

    assert values(sheet) == []


def test_row_has_what_stands_and_what_was_said_last(site):
    ProgressUpdateFactory(
        case=site.case,
        round__platform=site.platform,
        round__as_of=site.round.as_of.replace(year=site.round.as_of.year - 1),
        municipality=site.taipei,
        text="上期。",
    )
    site.bring(site.slot, "returned", text="本期。")

    _, sheet = opened(downloaded(site.round, site.contact))

    [row] = values(sheet)
    assert (row[CASE], row[NAME]) == (site.case.number, site.case.name)
    assert row[LAST].endswith("〕\n上期。")
    assert row[STATE] == "退回補正：何時完工？"
    assert (row[TEXT], row[UNCHANGED]) == ("本期。", None)


def test_only_cells_to_be_filled_in_are_open(site, three):
    site.bring(three[0], "submitted")

    _, sheet = opened(downloaded(site.round, site.contact))

    assert sheet.protection.sheet
    assert [
        [place for place, cell in enumerate(row) if not cell.protection.locked]
        for row in sheet.iter_rows()
    ] == [[], [], [TEXT, UNCHANGED], [TEXT, UNCHANGED]]
    [rule] = sheet.data_validations.dataValidation
    assert (rule.type, rule.formula1, str(rule.sqref)) == ("list", '"是"', "I2:I4")
    assert sheet.cell(3, TEXT + 1).alignment.wrap_text
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"


def test_ods_opens_the_same_cells(site, three):
    site.bring(three[0], "submitted")

    document, table = open_document(downloaded(site.round, site.contact, "ods"))

    assert table.get_attribute("table:protected")
    assert [
        [place for place, cell in enumerate(row.cells) if cell.style == "open"]
        for row in table.rows
    ] == [[], [], [TEXT, UNCHANGED], [TEXT, UNCHANGED]]
    open_style = document.get_style("table-cell", "open")
    [properties] = open_style.get_elements("style:table-cell-properties")
    assert properties.get_attribute("style:cell-protect") == "none"
    [rule] = document.body.get_elements("//table:content-validation")
    condition = 'of:cell-content-is-in-list("是")'
    assert rule.get_attribute("table:condition") == condition
    name = rule.get_attribute("table:name")
    row = table.get_row(2)
    cell = row.get_cell(UNCHANGED)
    assert cell.get_attribute("table:content-validation-name") == name


@pytest.mark.parametrize("extension", ["xlsx", "ods"])
def test_instructions_stand_on_their_own_sheet(site, extension):
    content = downloaded(site.round, site.contact, extension)

    if extension == "xlsx":
        book, _ = opened(content)
        names, lines = book.sheetnames, [row[0].value for row in book.worksheets[1]]
    else:
        document, _ = open_document(content)
        tables = document.body.get_tables()
        names = [table.name for table in tables]
        lines = [cell.value for cell in tables[1].get_column_cells(0)]

    assert names == ["填報表", "填寫說明"]
    assert "填報期限：115年1月15日；115年1月31日關閉填報。" in lines


def test_number_of_queries_does_not_grow_with_the_rows(
    site, django_assert_max_num_queries
):
    for _ in range(6):
        site.bring(site.add_slot(site.taipei, site.add_case()), "returned")

    with django_assert_max_num_queries(4):
        downloaded(site.round, site.contact)


# There and back -------------------------------------------------------------------


@pytest.mark.parametrize("extension", ["xlsx", "ods"])
def test_sheet_nobody_touched_changes_nothing(site, three, extension):
    site.save(three[1], "一、已開工。\n　（一）  兩格  空白\n\n二、<&>")
    content = downloaded(site.round, site.contact, extension)
    upload = uploaded(site.round, content, by=site.contact, name=f"a.{extension}")

    taken(upload, by=site.contact, hand_in=False)

    assert set(
        told(
            uploaded(site.round, content, by=site.contact, name=f"a.{extension}"),
            by=site.contact,
        ).values()
    ) == {"unchanged"}
    assert [fresh(slot).version for slot in three] == [0, 1, 0]


@pytest.mark.parametrize(("extension", "fill"), [("xlsx", filled), ("ods", filled_ods)])
def test_what_was_filled_in_is_written(site, three, extension, fill):
    site.save(three[1], "舊的。")
    content = fill(
        downloaded(site.round, site.contact, extension),
        {2: "一、新的。\n二、=1+1", 3: "改過。"},
        unchanged=[4],
    )
    upload = uploaded(site.round, content, by=site.contact, name=f"a.{extension}")

    assert told(upload, by=site.contact) == {2: "new", 3: "changed", 4: "new"}
    done = taken(upload, by=site.contact)

    assert (done.saved, done.handed_in, done.said) == (3, 0, {})
    stands = [fresh(slot) for slot in three]
    assert [(each.text, each.is_unchanged, each.state) for each in stands] == [
        ("一、新的。\n二、=1+1", False, "draft"),
        ("改過。", False, "draft"),
        ("", True, "draft"),
    ]
    assert {each.saved_by_id for each in stands} == {site.contact.pk}


def test_rows_are_handed_in_when_asked(site, three):
    site.save(three[2], "早已寫好。")
    content = filled(downloaded(site.round, site.contact), {2: "新的。"})
    upload = uploaded(site.round, content, by=site.contact)

    done = taken(upload, by=site.contact, hand_in=True)

    assert (done.saved, done.handed_in) == (1, 2)
    assert [fresh(slot).state for slot in three] == [
        "submitted",
        "missing",
        "submitted",
    ]
    assert steps_of(three[0]) == ["submitted"]


def test_text_sent_back_is_mended_and_answered_on_the_page(site):
    site.bring(site.slot, "returned")
    content = filled(downloaded(site.round, site.contact), {2: "補正。"})
    upload = uploaded(site.round, content, by=site.contact)

    done = taken(upload, by=site.contact, hand_in=True)

    assert (done.saved, done.handed_in) == (1, 0)
    assert (fresh(site.slot).text, fresh(site.slot).state) == ("補正。", "returned")


def test_same_file_uploaded_twice_changes_nothing(site, three):
    content = filled(downloaded(site.round, site.contact), {2: "新的。"})
    taken(uploaded(site.round, content, by=site.contact), by=site.contact, hand_in=True)
    before = list(ProgressUpdate.objects.values())

    again = uploaded(site.round, content, by=site.contact)
    done = taken(again, by=site.contact, hand_in=True)

    assert (done.saved, done.handed_in) == (0, 0)
    assert list(ProgressUpdate.objects.values()) == before


def test_second_click_finds_it_done(site):
    content = filled(downloaded(site.round, site.contact), {2: "新的。"})
    upload = uploaded(site.round, content, by=site.contact)
    seal = judged(upload, by=site.contact).seal
    taken(upload, by=site.contact, seal=seal)

    again = taken(upload, by=site.contact, seal=seal)

    assert again.saved == 1
    assert fresh(site.slot).version == 1


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n\t =+-一（）\r"),
    max_size=60,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=TEXTS, extension=st.sampled_from(["xlsx", "ods"]))
def test_any_text_comes_back_as_it_went(site, text, extension):
    with transaction.atomic():
        site.save(site.slot, text)
        content = downloaded(site.round, site.contact, extension)
        upload = uploaded(site.round, content, by=site.contact, name=f"a.{extension}")

        assert told(upload, by=site.contact) == {2: "unchanged"}
        assert why(upload, by=site.contact) == {}
        transaction.set_rollback(True)


# Somebody came before -------------------------------------------------------------


def test_text_saved_since_is_a_conflict_with_both_texts(site, three):
    content = filled(downloaded(site.round, site.contact), {2: "檔案。", 3: "另一列。"})
    site.save(three[0], "網站。", by=site.add_contact(site.taipei))
    upload = uploaded(site.round, content, by=site.contact)

    assert told(upload, by=site.contact) == {2: "conflict", 3: "new", 4: "unchanged"}
    with pytest.raises(ValidationError, match="請為第2列選擇要保留的內容"):
        taken(upload, by=site.contact)
    assert fresh(three[1]).state == "missing"


@pytest.mark.parametrize(("is_taken", "text"), [(True, "檔案。"), (False, "網站。")])
def test_conflict_ends_as_it_is_chosen(site, three, is_taken, text):
    content = filled(downloaded(site.round, site.contact), {2: "檔案。", 3: "另一列。"})
    site.save(three[0], "網站。")
    upload = uploaded(site.round, content, by=site.contact)

    taken(upload, by=site.contact, choices={2: is_taken}, hand_in=True)

    assert (fresh(three[0]).text, fresh(three[1]).text) == (text, "另一列。")
    # What was not chosen was not handed in for somebody else.
    assert fresh(three[0]).state == ("submitted" if is_taken else "draft")


def test_row_nobody_touched_leaves_what_was_saved_since(site):
    content = downloaded(site.round, site.contact)
    site.save(site.slot, "網站。")
    upload = uploaded(site.round, content, by=site.contact)

    assert why(upload, by=site.contact) == {
        2: ["檔案中未更動；網站上已有較新的內容，照網站保留。"]
    }
    taken(upload, by=site.contact, hand_in=True)
    assert (fresh(site.slot).text, fresh(site.slot).state) == ("網站。", "draft")


def test_text_sent_back_since_is_no_conflict(site):
    site.save(site.slot, "原文。")
    content = filled(downloaded(site.round, site.contact), {2: "補正。"})
    site.submit(site.slot)
    site.send_back(site.slot)
    upload = uploaded(site.round, content, by=site.contact)

    assert told(upload, by=site.contact) == {2: "changed"}


def test_what_changed_after_the_preview_is_shown_again(site, three):
    content = filled(downloaded(site.round, site.contact), {2: "檔案。", 3: "另一列。"})
    upload = uploaded(site.round, content, by=site.contact)
    seal = judged(upload, by=site.contact).seal
    site.save(three[0], "網站。")

    with pytest.raises(JudgedAnew):
        taken(upload, by=site.contact, seal=seal)

    assert [fresh(slot).text for slot in three] == ["網站。", "", ""]


# Judged, never obeyed -------------------------------------------------------------


def spoilt(site, three, spoil, *, text="新的。"):
    """Return what is said of row 2 after something was done to the sheet."""
    book, sheet = opened(downloaded(site.round, site.contact))
    sheet.cell(2, TEXT + 1).value = text
    spoil(sheet)
    upload = uploaded(site.round, saved(book), by=site.contact)
    outcome = told(upload, by=site.contact)[2]
    with pytest.raises(ValidationError, match="全部都沒有存入"):
        taken(upload, by=site.contact)
    assert ProgressUpdate.objects.exclude(state="missing").count() == 0
    assert outcome == "rejected"
    return why(upload, by=site.contact)[2]


def put(column, value, row=2):
    def spoil(sheet):
        sheet.cell(row, column + 1).value = value

    return spoil


def date_of(sheet):
    cell = sheet.cell(2, TEXT + 1)
    cell.value = AT.replace(tzinfo=None)
    cell.number_format = "[$-404]e/m/d"


def key_of_row_3(sheet):
    sheet.cell(2, KEY + 1).value = sheet.cell(3, KEY + 1).value


def no_longer_version_0(sheet):
    slot, _, said, seal = sheet.cell(2, KEY + 1).value.split("-")
    sheet.cell(2, KEY + 1).value = f"{slot}-7-{said}-{seal}"


def merge(sheet):
    sheet.merge_cells(start_row=2, end_row=3, start_column=8, end_column=8)


def hide(sheet):
    sheet.row_dimensions[2].hidden = True


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (put(TEXT, "=1+1"), "「辦理情形」是公式，公式不予採用，請改填文字。"),
        (
            put(TEXT, 1140807),
            "「辦理情形」是數字「1140807」，不是文字，請將儲存格格式改為文字後重新輸入。",
        ),
        (
            date_of,
            "「辦理情形」是日期或時間「115/1/10」，不是文字，請將儲存格格式改為文字後重新輸入。",
        ),
        (
            put(TEXT, True),
            "「辦理情形」是邏輯值或錯誤值「TRUE」，不是文字，請將儲存格格式改為文字後重新輸入。",
        ),
        (
            put(UNCHANGED, "大概"),
            "「本季無變動」請填「是」或留空，不能填「大概」。",
        ),
        (put(UNCHANGED, "是"), "填「本季無變動」時不另填文字，請清除其中一欄。"),
        (put(KEY, None), "沒有識別碼，不知道是哪一項；請勿自行增列。"),
        (put(KEY, "1-2-3"), "識別碼無法辨認，可能已被更動，請重新下載後填寫。"),
        (
            no_longer_version_0,
            "識別碼無法辨認，可能已被更動，請重新下載後填寫。",
        ),
        (key_of_row_3, "識別碼與第3列相同，請只留下一列。"),
        (merge, "「辦理情形」是合併的儲存格，請取消合併後各列分別填寫。"),
        (hide, "這一列是隱藏的列，請取消隱藏或篩選，確認內容後再上傳。"),
    ],
)
def test_row_that_is_no_text_of_a_slot_is_rejected(site, three, spoil, said):
    assert said in spoilt(site, three, spoil)


def test_texts_that_slid_to_other_keys_are_rejected(site, three):
    def slide(sheet):
        for column in (CASE, CITY):
            cell, other = sheet.cell(2, column + 1), sheet.cell(3, column + 1)
            cell.value, other.value = other.value, cell.value

    [said] = spoilt(site, three, slide)

    number = three[0].case.number
    assert said.startswith(f"識別碼屬於{number}（{site.taipei.name}），與這一列的")


def test_rows_of_others_are_rejected_without_telling_what_they_say(site):
    theirs = site.add_slot(site.keelung)
    content = filled(downloaded(site.round, site.other), {2: "我來代填。"})
    site.save(theirs, "別人的草稿。", by=site.other)
    upload = uploaded(site.round, content, by=site.contact)

    [row] = judged(upload, by=site.contact).rows

    assert (row.outcome.value, row.slot) == ("rejected", None)
    assert list(row.why) == [
        "這一列不由您填報，或已改為共同填報或各縣市填報，內容不予採用。"
    ]
    with pytest.raises(ValidationError):
        taken(upload, by=site.contact)
    assert fresh(theirs).text == "別人的草稿。"


def test_sheet_of_another_round_is_rejected(site):
    later = CollectingRoundFactory(
        platform=site.platform, as_of=site.round.as_of.replace(year=2027)
    )
    site.add_slot(site.taipei, round_=later)
    upload = uploaded(later, downloaded(site.round, site.contact), by=site.contact)

    assert told(upload, by=site.contact) == {2: "rejected"}


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_text_that_was_handed_in_is_not_overwritten(site, state):
    content = filled(downloaded(site.round, site.contact), {2: "檔案。"})
    site.bring(site.slot, state, text="網站。")
    upload = uploaded(site.round, content, by=site.contact)

    word = {"submitted": "已送出", "accepted": "已接受"}[state]
    assert why(upload, by=site.contact) == {2: [f"這段辦理情形{word}，不能直接修改。"]}
    with pytest.raises(ValidationError):
        taken(upload, by=site.contact)


def test_locked_round_takes_no_row(site):
    content = filled(downloaded(site.round, site.contact), {2: "檔案。"})
    site.bring(site.slot, "locked", text="網站。")
    upload = uploaded(site.round, content, by=site.contact)

    assert why(upload, by=site.contact) == {2: ["這一期已鎖定，內容不再修改。"]}


def test_closed_round_takes_no_row_of_a_contact(site):
    content = filled(downloaded(site.round, site.contact), {2: "檔案。"})
    late = after((WHILE_OPEN - AT.date()).days + 1)
    upload = uploaded(site.round, content, by=site.contact)

    assert told(upload, by=site.contact, at=late) == {2: "rejected"}
    assert told(upload, by=site.secretary, at=late) == {2: "new"}


def test_assignment_that_ended_takes_its_rows_along(site):
    content = filled(downloaded(site.round, site.contact), {2: "檔案。"})
    upload = uploaded(site.round, content, by=site.contact)
    seal = judged(upload, by=site.contact).seal
    site.contact.assignments.update(ends_on=AT.date().replace(year=2025, month=12))

    with pytest.raises(JudgedAnew):
        taken(upload, by=site.contact, seal=seal)

    assert fresh(site.slot).state == "missing"


def test_rows_left_out_stay_as_they_are(site, three):
    site.save(three[2], "留著。")
    book, sheet = opened(downloaded(site.round, site.contact))
    sheet.delete_rows(3, 2)
    upload = uploaded(site.round, saved(book), by=site.contact)

    taken(upload, by=site.contact)

    assert [fresh(slot).text for slot in three] == ["", "", "留著。"]


def test_moved_columns_are_read_by_their_names(site, three):
    book, sheet = opened(
        filled(downloaded(site.round, site.contact), {2: "新的。", 4: "第三。"})
    )
    sheet.move_range("H1:H4", cols=4)
    sheet.insert_rows(1, 2)
    upload = uploaded(site.round, saved(book), by=site.contact)

    assert told(upload, by=site.contact) == {4: "new", 5: "unchanged", 6: "new"}
    assert upload.said["notes"] == [
        "欄位的順序已變動，依欄名讀取。",
        "欄名在第3列，其上各列未讀取。",
    ]


def test_words_for_no_change_in_the_text_say_so(site):
    content = filled(downloaded(site.round, site.contact), {2: "本季無變動。"})

    taken(uploaded(site.round, content, by=site.contact), by=site.contact)

    assert (fresh(site.slot).text, fresh(site.slot).is_unchanged) == ("", True)


def test_formula_with_a_value_beside_it_is_no_text(site):
    document, table = open_document(downloaded(site.round, site.contact, "ods"))
    cell = odfdo.Cell("算出來的", formula="of:=[.A1]")
    table.set_cell((TEXT, 1), cell)
    out = io.BytesIO()
    document.save(out)
    upload = uploaded(site.round, out.getvalue(), by=site.contact, name="a.ods")

    assert why(upload, by=site.contact) == {
        2: ["「辦理情形」是公式，公式不予採用，請改填文字。"]
    }


def rename_heading(sheet):
    sheet.cell(1, TEXT + 1).value = "進度"


def double_heading(sheet):
    sheet.cell(1, LAST + 1).value = "辦理情形"


def hide_column(sheet):
    sheet.column_dimensions["H"].hidden = True


def hide_sheet(sheet):
    sheet.sheet_state = "veryHidden"
    sheet.parent.active = 1


def copy_sheet(sheet):
    sheet.parent.copy_worksheet(sheet).title = "複本"


def no_headings(sheet):
    sheet.delete_rows(1)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (rename_heading, "填報表缺少「辦理情形」欄，請使用本站下載的檔案填寫。"),
        (double_heading, "填報表的「辦理情形」欄出現不只一次，請只留下一欄。"),
        (hide_column, "填報表的「辦理情形」欄被隱藏，請取消隱藏後再上傳。"),
        (hide_sheet, "填報表「填報表」是隱藏的工作表，請取消隱藏後再上傳。"),
        (
            copy_sheet,
            "檔案中有2張填報表（「填報表」「複本」），請只留下一張後再上傳。",
        ),
        (
            no_headings,
            "檔案中找不到填報表，請使用本站下載的檔案填寫，並保留"
            "「識別碼（請勿更動）」「案號」「縣市」「辦理情形」「本季無變動」等欄名。",
        ),
    ],
)
def test_file_whose_columns_cannot_be_told_is_refused(site, spoil, said):
    book, sheet = opened(downloaded(site.round, site.contact))
    spoil(sheet)

    with pytest.raises(Refused) as refused:
        uploaded(site.round, saved(book), by=site.contact)

    assert refused.value.sentence == said
    assert not SheetUpload.objects.exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.xlsx"),
        (b"%PDF-1.7", "a.xlsx"),
        (b"PK\x03\x04", "a.ods"),
        ("識別碼".encode(), "a.xlsx"),
        (b"MZ", "a.exe"),
    ],
)
def test_what_is_no_sheet_is_refused(site, content, name):
    with pytest.raises(Refused):
        uploaded(site.round, content, by=site.contact, name=name)


def test_hidden_sheets_are_told_and_not_read(site):
    book, _ = opened(downloaded(site.round, site.contact))
    book.create_sheet("密").sheet_state = "hidden"

    upload = uploaded(site.round, saved(book), by=site.contact)

    assert upload.said["notes"] == ["隱藏的工作表「密」未讀取。"]


def test_text_a_cell_cannot_hold_is_never_cut_by_the_way(site, monkeypatch):
    whole = "長" * 40_000
    with monkeypatch.context() as before:  # a text may be older than the limit
        before.setattr("cases.rounds.writing.LONGEST_TEXT", len(whole))
        site.save(site.slot, whole)
    content = downloaded(site.round, site.contact)
    upload = uploaded(site.round, content, by=site.contact)

    assert told(upload, by=site.contact) == {2: "unchanged"}
    cut = opened(content)[1].cell(2, TEXT + 1).value
    changed = filled(content, {2: f"改{cut[1:]}"})
    upload = uploaded(site.round, changed, by=site.contact)
    assert told(upload, by=site.contact) == {2: "rejected"}
    assert fresh(site.slot).text == whole


def test_sheets_nobody_came_back_for_are_removed(site):
    content = downloaded(site.round, site.contact)
    old = uploaded(site.round, content, by=site.contact)
    theirs = uploaded(site.round, content, by=site.secretary, at=after(-5))

    new = uploaded(site.round, content, by=site.contact, at=after(2))

    assert set(SheetUpload.objects.values_list("pk", flat=True)) == {new.pk, theirs.pk}
    assert old.pk != new.pk


def test_many_saves_are_all_or_none(site, three):
    drafts = {slot.pk: rounds.Draft("新。", False, 0) for slot in three}
    site.bring(three[2], "submitted")
    drafts[three[2].pk] = rounds.Draft("新。", False, fresh(three[2]).version)

    with pytest.raises(ValidationError, match="已送出，不能直接修改"):
        rounds.save_many(drafts, by=site.contact, at=AT)

    assert [fresh(slot).text for slot in three] == ["", "", "已開工。"]

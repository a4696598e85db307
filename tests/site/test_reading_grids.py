"""Sheets read cell by cell: what each cell holds, by the sheet's own numbers."""

import io

import odfdo
import openpyxl
import pytest

from platform_site.lib import sheets
from platform_site.lib.sheets import About, Column
from platform_site.reading import document, grid
from platform_site.reading.document import Refused
from platform_site.reading.grid import GridCell, Held
from platform_site.reading.readers import grid_reader_for


def read(content, name):
    return grid_reader_for(content, name)(content)


def book():
    made = openpyxl.Workbook()
    made.active.title = "甲"
    return made, made.active


def saved(made):
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def cells(found):
    return {row.number: row.cells for row in found.rows}


def test_cells_of_xlsx_say_what_they_hold():
    made, sheet = book()
    sheet["B3"] = "字"
    sheet["C3"] = 45876
    sheet["D3"] = 45876
    sheet["D3"].number_format = "[$-404]e/m/d"
    sheet["E3"] = "=1+1"
    sheet["F3"] = True
    sheet["G3"] = "字\n二"
    sheet.merge_cells("G3:H4")

    [found] = read(saved(made), "a.xlsx").grids

    assert cells(found) == {
        3: {
            1: GridCell("字"),
            2: GridCell("45876", Held.NUMBER),
            3: GridCell("114/8/7", Held.DATE),
            4: GridCell("", Held.FORMULA),
            5: GridCell("TRUE", Held.OTHER),
            6: GridCell("字\n二", is_merged=True),
        }
    }


def test_what_is_hidden_in_xlsx_is_told():
    made, sheet = book()
    sheet["A1"] = sheet["A2"] = sheet["A3"] = "字"
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    made.create_sheet("乙").sheet_state = "veryHidden"

    shown, hidden = read(saved(made), "a.xlsx").grids

    assert [row.is_hidden for row in shown.rows] == [False, True, False]
    assert (shown.is_hidden, shown.hidden_columns) == (False, {2})
    assert (hidden.name, hidden.is_hidden) == ("乙", True)


def ods(*rows):
    made = odfdo.Document("spreadsheet")
    made.body.clear()
    table = odfdo.Table("甲")
    for row in rows:
        table.append(row)
    made.body.append(table)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def row_of(*values, **attributes):
    row = odfdo.Row()
    for value in values:
        is_cell = isinstance(value, odfdo.Cell)
        row.append_cell(value if is_cell else odfdo.Cell(value))
    for name, value in attributes.items():
        row.set_attribute(name.replace("__", ":").replace("_", "-"), value)
    return row


def test_cells_of_ods_say_what_they_hold():
    import datetime as dt

    formula = odfdo.Cell("二", formula="of:=1+1")
    merged = odfdo.Cell("併")
    merged.set_attribute("table:number-rows-spanned", "2")
    row = row_of("字", 5, dt.date(2025, 8, 7), formula, True, merged)
    blank = odfdo.Row(width=1, repeated=4)

    [found] = read(ods(blank, row), "a.ods").grids

    assert [
        (number, {place: (cell.held, cell.is_merged) for place, cell in row.items()})
        for number, row in cells(found).items()
    ] == [
        (
            5,
            {
                0: (Held.TEXT, False),
                1: (Held.NUMBER, False),
                2: (Held.DATE, False),
                3: (Held.FORMULA, False),
                4: (Held.OTHER, False),
                5: (Held.TEXT, True),
            },
        )
    ]


def test_rows_that_are_repeated_or_hidden_in_ods_have_their_numbers():
    hidden = row_of("藏", table__visibility="collapse")
    twice = row_of("二", table__number_rows_repeated="2")

    [found] = read(ods(row_of("一"), hidden, twice), "a.ods").grids

    assert [(row.number, row.is_hidden, row.cells[0].text) for row in found.rows] == [
        (1, False, "一"),
        (2, True, "藏"),
        (3, False, "二"),
        (4, False, "二"),
    ]


@pytest.mark.parametrize("extension", ["xlsx", "ods"])
def test_too_many_cells_are_refused(extension, monkeypatch):
    monkeypatch.setattr(grid, "MOST_CELLS", 10)
    out = io.BytesIO()
    columns = [Column("甲", lambda row: row), Column("乙", lambda row: row)]
    write = {"xlsx": sheets.xlsx, "ods": sheets.ods}[extension]
    write(out, columns, ["字"] * 5, About("題", "人", "表"))

    with pytest.raises(Refused, match=document.TOO_MANY_CELLS):
        read(out.getvalue(), f"a.{extension}")


def test_row_repeated_a_million_times_is_refused():
    content = ods(row_of("字", table__number_rows_repeated="1000000"))

    with pytest.raises(Refused, match=document.TOO_MANY_CELLS):
        read(content, "a.ods")


def test_what_is_no_sheet_is_refused():
    with pytest.raises(Refused, match=r"這是純文字（.txt），請上傳試算表"):
        read("字".encode(), "a.txt")

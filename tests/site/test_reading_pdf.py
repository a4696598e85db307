"""PDF read as printed: lines, ruled tables, folded radicals."""

import io
import unicodedata

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.lib.pdf import STATIC_FOLDER, render_pdf_here
from platform_site.reading import pdf as reader
from platform_site.reading.document import Refused
from platform_site.reading.pdf import read_pdf
from platform_site.reading.ruled import Line, find_grids
from tests.site.foreign import pdf, words

PAPER = STATIC_FOLDER / "css" / "paper.css"


def lines(xs, ys, *, thin=False):
    """A grid of lines between these places, drawn or filled."""
    if thin:
        level = "".join(f"{xs[0]} {y} {xs[-1] - xs[0]} 0.5 re f\n" for y in ys)
        upright = "".join(f"{x} {ys[0]} 0.5 {ys[-1] - ys[0]} re f\n" for x in xs)
    else:
        level = "".join(f"{xs[0]} {y} m {xs[-1]} {y} l S\n" for y in ys)
        upright = "".join(f"{x} {ys[0]} m {x} {ys[-1]} l S\n" for x in xs)
    return level + upright


def test_lines_are_as_printed_and_pages_end_between_them():
    read = read_pdf(
        pdf(words((50, 700, "one"), (50, 680, "two")), words((50, 700, "three")))
    )

    assert (read.text, read.pages) == ("one\ntwo\n\fthree\n", 2)


@pytest.mark.parametrize("thin", [False, True])
def test_a_ruled_table_is_found_in_its_place(thin):
    page = (
        words((50, 750, "before"))
        + lines([50, 150, 300], [600, 650, 700], thin=thin)
        + words((60, 670, "name"), (160, 670, "state"))
        + words((60, 630, "first"), (160, 630, "line"), (160, 610, "more"))
        + words((50, 500, "after"))
    )

    read = read_pdf(pdf(page))

    assert read.text == "before\nname\tstate\nfirst\nline\nmore\nafter\n"
    assert read.tables[0].rows == (("name", "state"), ("first", "line\nmore"))
    start, end = read.tables[0].start, read.tables[0].end
    assert read.text[start:end] == "name\tstate\nfirst\nline\nmore\n"


def test_merged_cells_stand_once():
    page = (
        "50 600 m 300 600 l S 50 700 m 300 700 l S 150 650 m 300 650 l S\n"
        "50 600 m 50 700 l S 300 600 m 300 700 l S 150 600 m 150 650 l S\n"
        "150 650 m 150 700 l S 225 600 m 225 650 l S\n"
    )
    placed = words((60, 670, "a"), (160, 670, "wide"), (160, 620, "b"), (230, 620, "c"))

    read = read_pdf(pdf(page + placed))

    assert read.tables[0].rows == (("a", "wide", ""), ("", "b", "c"))


def test_the_sides_of_stroked_boxes_are_lines():
    page = "50 600 100 50 re S 150 600 100 50 re S\n"

    read = read_pdf(pdf(page + words((60, 620, "a"), (160, 620, "b"))))

    assert read.tables[0].rows == (("a", "b"),)


def test_lines_drawn_in_one_stroke_are_lines():
    page = lines([50, 150, 300], [600, 650]).replace(" S\n", "\n") + "S\n"

    read = read_pdf(pdf(page + words((60, 620, "a"), (160, 620, "b"))))

    assert read.tables[0].rows == (("a", "b"),)


def test_a_table_drawn_in_a_form_is_found_where_it_is_put():
    form = lines([50, 150, 300], [600, 650])  # drawn 100 lower by the form's matrix
    page = "q 1 0 0 1 10 0 cm /X Do Q\n" + words((70, 520, "a"), (170, 520, "b"))

    read = read_pdf(pdf(page, form=form))

    assert read.tables[0].rows == (("a", "b"),)


def test_a_form_that_draws_itself_ends():
    form = lines([50, 150, 300], [600, 650]) + "/X Do\n"

    assert read_pdf(pdf("/X Do\n" + words((60, 520, "a")), form=form)).text


def test_borders_filled_between_two_boxes_are_lines():
    page = "".join(
        f"{x} 600 100 50 re {x + 0.7} 600.7 98.6 48.6 re f*\n" for x in (50, 150)
    )

    read = read_pdf(pdf(page + words((60, 620, "a"), (160, 620, "b"))))

    assert read.tables[0].rows == (("a", "b"),)


def test_two_thin_shapes_filled_at_once_are_two_lines():
    page = (
        "50 600 250 0.5 re 50 650 250 0.5 re f 50 600 0.5 50 re 150 600 0.5 50 re f\n"
        "300 600 0.5 50 re f\n"
    )

    read = read_pdf(pdf(page + words((60, 620, "a"), (160, 620, "b"))))

    assert read.tables[0].rows == (("a", "b"),)


def test_coloured_areas_are_no_lines():
    page = "50 600 100 50 re f 150 600 100 50 re f\n"

    read = read_pdf(pdf(page + words((60, 620, "a"), (160, 620, "b"))))

    assert read.tables == ()


def test_a_box_around_the_page_is_no_table():
    read = read_pdf(pdf("10 10 580 780 re S\n" + words((50, 700, "text"))))

    assert (read.text, read.tables) == ("text\n", ())


def test_two_tables_on_a_page_stay_apart():
    page = "".join(
        lines([50, 150, 300], [low, low + 40]) + words((60, low + 10, "a"), (160, low + 10, "b"))
        for low in (600, 400)
    )  # fmt: skip

    assert [each.rows for each in read_pdf(pdf(page)).tables] == [(("a", "b"),)] * 2


@pytest.mark.parametrize(
    ("rotation", "order"), [(90, "ca db"), (180, "dc ba"), (270, "bd ac")]
)
def test_a_turned_page_is_read_as_it_is_seen(rotation, order):
    page = lines([50, 150, 300], [600, 650, 700]) + words(
        (60, 670, "a"), (160, 670, "b"), (60, 630, "c"), (160, 630, "d")
    )

    read = read_pdf(pdf(page, about=f"/Rotate {rotation}"))

    assert read.tables[0].rows == tuple(tuple(row) for row in order.split())


def test_radicals_become_the_characters_they_look_like():
    meanings = "<41> <2F45>\n<42> <2EA0>\n<43> <2ED1>\n<44> <2F49>\n<45> <81FA>"

    read = read_pdf(pdf(words((50, 700, "ABCDE")), meanings=meanings))

    assert read.text == "方民長月臺\n"


def test_signs_of_symbol_fonts_are_ordinary_ones():
    meanings = "<41> <F0A8>\n<42> <F0FE>"

    assert read_pdf(pdf(words((50, 700, "ABcd")), meanings=meanings)).text == "□☑cd\n"


def test_every_radical_is_folded_to_one_ordinary_character():
    unfolded = {0x2E80, 0x2E9A}  # a sign that stands for no character; not assigned
    radicals = {*range(0x2E80, 0x2EF4), *range(0x2F00, 0x2FD6)} - unfolded

    folded = {code: chr(code).translate(reader._FOLDED) for code in radicals}

    assert [hex(code) for code, sign in folded.items() if len(sign) != 1] == []
    names = {unicodedata.name(sign).split("-")[0] for sign in folded.values()}
    assert names == {"CJK UNIFIED IDEOGRAPH"}


def test_the_air_between_chinese_and_latin_is_no_space():
    meanings = "<41> <7B2C>\n<42> <6B21>"
    page = words((50, 700, "A"), (61, 700, "3"), (71, 700, "B"), (150, 700, "B"))

    assert read_pdf(pdf(page, meanings=meanings)).text == "第3次 次\n"


def test_chinese_as_weasyprint_sets_it_is_read():
    html = (
        '<!doctype html><html lang="zh-Hant-TW"><head><title>題</title><style>'
        "td { border: 1px solid } table { border-collapse: collapse }</style></head><body>"
        "<p>第3次會議紀錄</p><table><tr><td>方案名稱</td><td>辦理情形</td></tr>"
        "<tr><td>甲案</td><td>一、新北市：長期照顧。<br>二、臺北市：方向。</td></tr></table>"
        "<p>散會</p></body></html>"
    )

    read = read_pdf(render_pdf_here(html, stylesheets=[PAPER]))

    assert read.text == (
        "第3次會議紀錄\n方案名稱\t辦理情形\n甲案\n一、新北市：長期照顧。\n二、臺北市：方向。\n散會\n第1頁，共1頁\n"
    )
    assert read.tables[0].rows == (
        ("方案名稱", "辦理情形"),
        ("甲案", "一、新北市：長期照顧。\n二、臺北市：方向。"),
    )


PICTURE = "q 600 0 0 800 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID 0 EI Q\n"
LOGO = "q 60 0 0 80 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID 0 EI Q\n"
WORDS = words((50, 700, "words of a paper as it was written"))


def test_pages_that_are_a_picture_are_listed():
    pages = (PICTURE, WORDS, PICTURE + words((300, 20, "3")), "", LOGO, PICTURE + WORDS)

    assert read_pdf(pdf(*pages)).pictures == (1, 3)


@pytest.mark.parametrize("page", ["", PICTURE, PICTURE + words((300, 20, "3"))])
def test_a_scan_is_refused(page):
    with pytest.raises(Refused, match="掃描的圖片"):
        read_pdf(pdf(page, page))


def test_empty_pages_keep_their_places():
    assert (
        read_pdf(pdf("", WORDS, "")).text == "\fwords of a paper as it was written\n\f"
    )


def test_text_without_meaning_is_refused():
    meanings = "<41> <E001>\n<42> <E002>"

    with pytest.raises(Refused, match="無法辨認"):
        read_pdf(pdf(words((50, 700, "ABABAB")), meanings=meanings))


def blank(pages):
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(600, 800)
    return writer


def written(writer):
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_more_pages_than_allowed_are_refused():
    with pytest.raises(Refused, match="1,000頁，超過500頁"):
        read_pdf(written(blank(1000)))


def test_a_locked_pdf_is_refused():
    writer = blank(1)
    writer.encrypt("secret", algorithm="RC4-128")

    with pytest.raises(Refused, match="密碼"):
        read_pdf(written(writer))


def test_a_pdf_that_only_forbids_printing_is_read():
    writer = pypdf.PdfWriter(io.BytesIO(pdf(words((50, 700, "text")))))
    writer.encrypt("", "owner", algorithm="RC4-128")

    assert read_pdf(written(writer)).text == "text\n"


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"%PDF-1.7\ntrailer<</Root 1 0 R>>"]
)
def test_a_damaged_pdf_is_refused(content):
    with pytest.raises(Refused, match="已損壞"):
        read_pdf(content)


@st.composite
def _drawn(draw):
    places = st.floats(0, 600, allow_nan=False)
    return [
        Line(at, *sorted((start, end)))
        for at, start, end in draw(
            st.lists(st.tuples(places, places, places), max_size=12)
        )
    ]


@given(_drawn(), _drawn(), st.floats(-10, 610), st.floats(-10, 610))
def test_any_lines_give_whole_grids(level, upright, x, y):
    for grid in find_grids(level, upright):
        rows = list(grid.rows({}))
        assert {len(row) for row in rows} == {len(grid.xs) - 1}
        assert set(grid.cells.values()) <= set(grid.cells)
        assert grid.cell_at(x, y) in {None, *grid.cells}


def test_a_page_full_of_lines_is_a_drawing():
    level = [Line(float(y), 0, 100) for y in range(0, 30_000, 10)]
    upright = [Line(float(x), 0, 100) for x in range(0, 30_000, 10)]

    assert find_grids(level, upright) == []

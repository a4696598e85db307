"""The real record as a picture and in its books, against what follows from it."""

from collections import Counter

import pytest
from django.test import Client

from tests.pages import get, text

pytestmark = pytest.mark.usefixtures("loaded_record")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def home(loaded_record):
    return get(Client(), "/jbbt/")


def drawn(page):
    """Return the case each line leads to, with the shapes of its ends."""
    return [
        (
            link.get("href"),
            *(use.get("href") for use in link.findall(f"{SVG}use")),
        )
        for link in page.all(f"{SVG}a")
    ]


def told(page):
    """Return the same of the rows of the table, from their words."""
    shapes = {
        "列管中": "#mark-listed",
        "已解列": "#mark-delisted",
        "已併案": "#mark-merged",
        "已分案": "#mark-split",
    }
    return [
        (
            page.all("th/a", row)[0].get("href"),
            "#mark-carried" if "補登" in text(row[2]) else "#mark-start",
            shapes[text(row[4])[:3]],
        )
        for row in page.all("details//tbody/tr")
    ]


def test_drawing_and_table_tell_the_same_of_every_case(home):
    assert drawn(home) == told(home)


def test_every_case_that_was_ever_listed_has_a_line(home):
    ends = Counter(end for _, _, end in drawn(home))

    # Four of the six merged were proposals when a working group merged them.
    assert ends == {
        "#mark-listed": 56,
        "#mark-delisted": 94,
        "#mark-merged": 2,
        "#mark-split": 1,
    }


def test_books_tell_of_the_eight_places_where_the_papers_differ():
    page = get(Client(), "/jbbt/balance/")

    assert [text(item) for item in page.all("ul[@class='differences']/li")] == [
        "第3次副市長層級會議交通組所載其餘案數多 3 案＝補登 3 案",
        "第3次副市長層級會議衛生社福組所載其餘案數多 1 案＝補登 1 案",
        "第3次副市長層級會議環境資源組所載其餘案數多 1 案＝補登 1 案",
        "第3次副市長層級會議全部小組所載其餘案數多 5 案＝補登 5 案",
        "第4次副市長層級會議災防組所載其餘案數少 2 案＝併案 2 案",
        "第4次副市長層級會議全部小組所載其餘案數少 2 案＝併案 2 案",
        "第5次副市長層級會議都會發展組所載其餘案數多 1 案＝補登 1 案",
        "第5次副市長層級會議全部小組所載其餘案數多 1 案＝補登 1 案",
    ]


def test_books_of_all_meetings_begin_where_the_last_ended():
    rows = get(Client(), "/jbbt/balance/").rows()

    openings = [int(row[1].split(" ")[0]) for row in rows]
    closings = [int(row[8].split(" ")[0]) for row in rows]
    assert openings == [0, *closings[:-1]]
    assert closings[-1] == 56

"""The picture of the record and the charts as a browser draws them."""

import pytest

CHARTS = ["/jbbt/", "/jbbt/balance/"]


def test_line_opens_its_case(visit):
    page = visit("/jbbt/")

    page.locator("svg.timelines a[href$='/TR-019/']").click()

    assert page.inner_text("h1") == "汐東捷運"


def test_keyboard_passes_the_lines_and_opens_the_table(visit):
    page = visit("/jbbt/")
    page.locator("[role=region]").focus()

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate(
        "document.activeElement.closest('table').caption.innerText"
    ) == ("各合作案的列管期間")


def test_opened_table_does_not_scroll_sideways_on_a_phone(visit):
    page = visit("/jbbt/", width=320)

    page.locator("summary").click()

    assert page.locator(".line-table tr").count() > 100
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("address", CHARTS)
def test_drawing_fits_a_printed_page(visit, address):
    page = visit(address, width=672)  # A4 within its margins
    page.emulate_media(media="print")

    box = page.locator("figure > .scroll > svg").bounding_box()

    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 672
    assert 150 < box["height"] <= 17 * 96 / 2.54 + 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", CHARTS)
def test_words_of_the_drawing_are_in_sight(visit, address, scheme):
    page = visit(address, color_scheme=scheme)

    contrasts = page.evaluate(
        """() => {
          const light = (colour) => {
            const [r, g, b] = colour.match(/[0-9.]+/g).map((v) => {
              const c = v / 255;
              return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const region = document.querySelector('figure > .scroll');
          const ground = light(getComputedStyle(region).backgroundColor);
          return [...region.querySelectorAll('text')].map((text) => {
            const ink = light(getComputedStyle(text).fill);
            return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
          });
        }"""
    )

    assert len(contrasts) > 10
    assert min(contrasts) >= 4.5

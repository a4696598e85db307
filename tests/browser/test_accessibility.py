"""What only a browser shows: WCAG 2.2 AA by axe, reflow, the keyboard, no script."""

import pytest
from axe_playwright_python.sync_playwright import Axe

OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    },
    "rules": {"target-size": {"enabled": True}},
}

# Every kind of page, with the answer it gives.
PAGES = {
    "/": 200,
    "/sitemap/": 200,
    "/login/": 200,
    "/glossary/": 200,
    "/about/privacy/": 200,
    "/about/open-data/": 200,
    "/about/accessibility/": 200,
    "/jbbt/": 200,
    "/northern/": 200,
    "/jbbt/cases/?group=urban": 200,
    "/jbbt/cases/?standing=delisted&group=disaster": 200,
    "/northern/cases/": 200,
    "/jbbt/cases/?group=nobody&as_of=never": 400,
    "/jbbt/cases/?q=%E5%8F%B0%E5%8C%97&standing=all&municipality=taipei&group=transport": 200,
    "/jbbt/cases/?sort=-progress&theme=%E6%B0%A3%E5%80%99%E8%AE%8A%E9%81%B7%E5%9B%A0%E6%87%89%E5%8F%8A%E8%AA%BF%E9%81%A9": 200,
    "/jbbt/cases/?q=%E5%B8%82&year=1&sort=color&grup=x": 400,
    "/jbbt/cases/?q=%E6%B2%92%E6%9C%89%E9%80%99%E6%A1%88": 200,
    "/jbbt/cases/?page=9": 404,
    "/jbbt/reports/status.pdf?q=%E5%B8%82": 400,
    "/jbbt/cases/TR-019/": 200,
    "/jbbt/cases/DP-006/": 200,
    "/jbbt/cases/UD-004/": 200,
    "/jbbt/meetings/": 200,
    "/northern/meetings/": 200,
    "/jbbt/meetings/vice-mayor-6/": 200,
    "/jbbt/meetings/working-group-industry-112-1/": 200,
    "/jbbt/meetings/special-tariff-114/": 200,
    "/jbbt/balance/": 200,
    "/jbbt/balance/?group=transport": 200,
    "/jbbt/balance/?group=nobody": 400,
    "/northern/balance/": 200,
    "/jbbt/meetings/?series=vice-mayor&year=113": 200,
    "/jbbt/meetings/?series=nothing&year=never": 400,
    "/jbbt/meetings/vice-mayor-3/balance/": 200,
    "/jbbt/meetings/vice-mayor-5/balance/transport/delisted/": 200,
    "/jbbt/meetings/vice-mayor-5/balance/transport/merged/": 200,
    "/jbbt/meetings/mayor-2/balance/": 404,
    "/nowhere/": 404,
}


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (320, "light"), (1280, "dark")]
)
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(visit, address, width, scheme):
    page = visit(address, width=width, status=PAGES[address], color_scheme=scheme)

    found = Axe().run(page, options=OPTIONS).response["violations"]

    assert [
        (violation["id"], node["html"], node["failureSummary"])
        for violation in found
        for node in violation["nodes"]
    ] == []


def test_axe_would_find_something(visit):
    page = visit("/")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    page.evaluate("document.querySelector('.figure').setAttribute('class', 'faint')")
    page.evaluate("document.querySelector('.faint').setAttribute('hidden', '')")

    found = Axe().run(page, options=OPTIONS).response["violations"]

    assert {violation["id"] for violation in found} == {"html-has-lang"}


def test_login_form_with_an_error_passes_axe(visit):
    page = visit("/login/")
    page.fill("#id_username", "official")
    page.fill("#id_password", "wrong")
    page.click("button[type=submit]")

    assert "無法登入" in page.inner_text("main")
    assert Axe().run(page, options=OPTIONS).violations_count == 0


@pytest.mark.parametrize("address", PAGES)
def test_nothing_scrolls_sideways_on_a_phone_but_labelled_tables(visit, address):
    page = visit(address, width=320, status=PAGES[address])

    wide = page.evaluate(
        """() => [document.documentElement, ...document.body.querySelectorAll('*')]
          .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1)
          .filter(e => e === document.documentElement
            || ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))
          .filter(e => !(e.getAttribute('role') === 'region'
            && e.getAttribute('aria-label') && e.tabIndex === 0))
          .map(e => e.outerHTML.slice(0, 120))"""
    )

    assert wide == []


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/jbbt/cases/?group=transport",
        "/jbbt/cases/?group=transport&sort=-listed&q=%E6%8D%B7%E9%81%8B",
        "/jbbt/cases/TR-019/",
        "/jbbt/meetings/vice-mayor-3/balance/",
        "/login/",
    ],
)
def test_keyboard_reaches_every_control_in_sight(visit, address):
    page = visit(address, height=700)
    controls = page.evaluate(
        """() => [...document.querySelectorAll(
            'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]')]
          .filter(e => e.checkVisibility()).length"""
    )

    stops = []
    for _ in range(controls):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(STOP))

    assert stops[0]["text"] == "跳到主要內容"
    assert len({stop["path"] for stop in stops}) == controls
    assert [stop for stop in stops if not stop["outlined"]] == []
    assert [stop for stop in stops if not stop["in_sight"]] == []


STOP = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  const box = e.getClientRects()[0];
  const all = [...document.querySelectorAll('*')];
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    path: all.indexOf(e),
    text: e.innerText || e.value || e.name,
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    in_sight: box.top >= 0 && box.left >= 0
      && box.bottom <= innerHeight + 1 && (top === e || e.contains(top) || top.contains(e)),
  };
}"""


def test_skip_link_leads_to_the_content(visit):
    page = visit("/jbbt/cases/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_all_works_without_javascript(visit):
    page = visit("/", java_script_enabled=False)

    page.get_by_role("link", name="基北北桃合作交流平臺", exact=True).click()
    page.get_by_role("link", name="列管情形").first.click()
    page.get_by_label("議題小組").select_option("交通組")
    page.get_by_label("資料日期").fill("113/12/31")
    page.get_by_role("button", name="查詢").click()
    assert "交通組・列管中 15 案" in page.inner_text("main")
    page.get_by_label("關鍵字").fill("捷運")
    page.get_by_role("button", name="查詢").click()
    page.get_by_role("link", name="列管依據").click()
    assert page.locator("th[aria-sort=descending]").count() == 1
    page.get_by_role("link", name="關鍵字：捷運").click()
    page.get_by_role("link", name="排序：列管日期").click()
    page.get_by_role("link", name="汐東捷運線").click()
    assert page.inner_text("h1") == "汐東捷運"
    page.get_by_role("link", name="第1次副市長層級會議").first.click()
    page.locator("main").get_by_role("link", name="列管結算").first.click()
    page.get_by_role("link", name="24 案，全部小組新增").click()
    assert page.inner_text("h1") == "全部小組新增 24 案"


def test_login_and_logout_work_without_javascript(visit):
    page = visit("/login/", java_script_enabled=False)
    page.fill("#id_username", "official")
    page.fill("#id_password", "demo-official")
    page.get_by_role("button", name="登入").click()
    assert "示範承辦人" in page.inner_text("header")

    page.get_by_role("button", name="登出").click()

    assert "示範承辦人" not in page.inner_text("header")


def test_print_leaves_the_navigation_out(visit):
    page = visit("/jbbt/cases/")
    page.emulate_media(media="print")

    for hidden in (".skip-link", ".crumbs", ".filters", ".account", ".anchor"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("table.status").first.is_visible()

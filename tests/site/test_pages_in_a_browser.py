"""Every kind of page in a real browser: quiet, contained, readable at any width, by keyboard, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from browsing import Browser, Site
from chromium import Key

PAGES = ("index.html", "table.html", *(f"experiments/{name}.html" for name in ("rate", "faster", "smooth", "hostile")))

READY = """
const app = document.getElementById("app");
return document.readyState === "complete" && (!app || document.querySelector("#app table"));
"""
FOREIGN = "script, iframe, object, embed, form, style, link, meta"
LOADED = """
const all = [...document.querySelectorAll("#images img")];
return all.length && all.every((one) => one.complete) && all.map((one) => one.naturalWidth);
"""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_quiet_contained_and_accessible(
    site: Site, browser: Browser, faultless: Callable[[], None], page: str
) -> None:
    for width, dark in ((1200, False), (360, True)):
        browser.open(site.page(page), width=width, dark=dark)
        browser.until(READY)
        assert browser.js("return document.documentElement.scrollWidth") <= width
        faultless()
        assert browser.faults() == []


UNNAMED = """
const tables = [...document.querySelectorAll("table")].filter((one) => !one.closest(".prose"));
const heads = tables.flatMap((one) => [...one.querySelectorAll("thead th")]);
const unsaid = heads.filter((one) => !one.scope || !one.textContent);
return [...tables.filter((one) => !one.caption && !one.ariaLabel), ...unsaid].map((one) => one.outerHTML.slice(0, 200));
"""
LEVELS = "return [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((one) => Number(one.localName[1]))"


@pytest.mark.parametrize("page", PAGES)
def test_without_scripts_a_page_says_the_same_and_its_tables_and_headings_are_in_order(
    site: Site, browser: Browser, page: str
) -> None:
    """Tables have names, their heads a scope and a text, and headings go down by one."""
    browser.open(site.page(page), scripts=False)
    shown = browser.js("return document.querySelector('main').innerText")
    assert {"table.html": "A higher rate improves Dice", "index.html": "at least 0.05 higher was predicted"}.get(
        page, ""
    ) in shown
    assert len(shown) > 100
    assert browser.js(UNNAMED) == []
    levels = browser.js(LEVELS)
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_keyboard_reaches_everything_in_order(site: Site, browser: Browser) -> None:
    browser.open(site.page("experiments/rate.html"))
    reached = []
    for _ in range(12):
        browser.keys(Key.TAB)
        reached.append(browser.js("return document.activeElement.textContent.trim()"))
        assert browser.js("return getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert reached[0] == "Skip to the content"
    assert reached[1:4] == ["Lab <b>&amp;</b>", "Table", "Experiments"]
    assert "Results" in reached


def test_curves_come_alive_and_go_back(site: Site, browser: Browser, faultless: Callable[[], None]) -> None:
    browser.open(site.page("experiments/rate.html"), dark=True)
    browser.until("return document.querySelector('main button') !== null")
    browser.type("main button", Key.ENTER)
    count = browser.until(
        "return document.querySelector('.lively[data-ready]') && document.querySelectorAll('.live svg').length"
    )
    assert count >= 1
    assert not browser.js("return document.querySelector('[data-live]').checkVisibility()")
    # it is drawn in the colours of the page
    assert (
        browser.js("return getComputedStyle(document.querySelector('.live .mark-line path')).stroke")
        == "rgb(86, 180, 233)"
    )
    faultless()
    browser.js(
        "document.querySelector('.lively').dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))"
    )
    assert browser.js("return document.querySelector('[data-live]').checkVisibility()")


def test_forced_colours_are_those_of_the_reader_in_pictures_too(site: Site, browser: Browser) -> None:
    browser.open(site.page("experiments/rate.html"), forced=True)
    own = browser.js("return getComputedStyle(document.body).color")
    for kind, side in ((".range", "stroke"), (".curve", "stroke"), ("text", "fill"), (".margin", "stroke")):
        shown = "return getComputedStyle(document.querySelector(`.plot ${arguments[0]}`))[arguments[1]]"
        assert browser.js(shown, kind, side) == own, kind


def test_the_hostile_page_is_text(site: Site, browser: Browser, faultless: Callable[[], None]) -> None:
    browser.open(site.page("experiments/hostile.html"))
    browser.js("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.js("return document.querySelector('h1').textContent").startswith("<script>window.pwned=1</script>")
    assert browser.js("return document.querySelector('main').querySelectorAll(arguments[0]).length", FOREIGN) == 0
    links = browser.js("return [...document.querySelectorAll('main a')].map((one) => one.getAttribute('href') || '')")
    allowed = ("#", "../", "https://", "http://", "mailto:")
    assert [link for link in links if link and not link.startswith(allowed)] == []
    assert not [link for link in links if "passwd" in link]
    text = browser.js("return document.body.innerText")
    assert "SVG may hold scripts" in text and "HTML may hold scripts" in text
    assert "not the type that its name says, or too large to show" in text
    # no character that turns the direction of what follows
    assert "\u202e" not in text
    for shown in ("1e+308", "-inf", "nan", 'it\'s "quoted".png', "back\\slash.png", "a #1?b=c%20d.png", "صورة 图 🎉"):
        assert shown in text, shown
    assert "not drawn: " in text
    # nobody reads a title of ten thousand characters, and a line of Arabic turns nothing that stands beside it
    assert len(browser.js("return document.querySelector('h1').textContent")) < 210
    assert browser.js("return document.querySelector('.kicker bdi').textContent").startswith("مرحبا \"'><script>")
    # what is said of other sides of a record is no fault of the record
    assert "but the record says" not in text
    faultless()


def test_a_picture_of_both_arms_stands_side_by_side(site: Site, browser: Browser) -> None:
    browser.open(site.page("experiments/rate.html"))
    browser.js("document.getElementById('images').scrollIntoView()")
    widths = browser.until(LOADED)
    assert widths == [40, 40]

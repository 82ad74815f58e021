"""Charts that have come alive, by keys alone and for who cannot see them."""

from __future__ import annotations

import re
from collections.abc import Callable

from browsing import Site
from chromium import Browser, Key

VALUE = """
const plot = document.querySelector(".live");
return [plot.getAttribute("aria-valuetext"), plot.parentElement.querySelector(".reading").textContent];
"""
RULE = "return document.querySelector('.live .mark-rule.role-mark line').getAttribute('opacity')"


def shows(browser: Browser, ends: str) -> None:
    """Wait until the first chart goes from one value to another."""
    browser.until(f"return document.querySelector('.live').dataset.ends === '{ends}'")


def test_a_chart_is_read_and_zoomed_by_keys_alone(site: Site, browser: Browser, faultless: Callable[[], None]) -> None:
    browser.open(site.page("experiments/rate.html"))
    browser.until("return document.querySelector('main button') !== null")
    browser.type("main button", Key.ENTER)
    browser.until("return document.querySelector('.lively[data-ready]')")
    browser.keys(Key.TAB)
    focused = "const at = document.activeElement; return [at.getAttribute('role'), at.getAttribute('aria-label')]"
    assert browser.js(focused) == ["slider", "dice over epoch"]
    assert browser.js(RULE) == "0"
    browser.keys(Key.LEFT)
    shows(browser, "0 11")
    said, read = browser.js(VALUE)
    assert said == read
    match = re.fullmatch(r"epoch 10: baseline ([\d.]+) \(.*\), treatment ([\d.]+) \(.*\)", said)
    assert match is not None, said
    assert 0.1 < float(match[2]) - float(match[1]) < 0.13, "as the trials wrote it"
    assert browser.js(RULE) == "1"
    browser.keys("++")
    shows(browser, "7.5 10.25")
    browser.keys(Key.HOME)
    shows(browser, "0 2.75")
    assert browser.js(VALUE)[0].startswith("epoch 0: ")
    browser.keys("0")
    shows(browser, "0 11")
    browser.keys(Key.ESCAPE)
    assert browser.js("return document.activeElement.textContent") == "Explore: zoom and values"
    faultless()


def test_living_charts_have_no_serious_fault_and_fit_a_telephone(site: Site, browser: Browser) -> None:
    browser.open(site.page("experiments/rate.html"), width=360, dark=True)
    browser.until("return document.querySelector('main button') !== null")
    browser.type("main button", Key.ENTER)
    browser.until("return document.querySelector('.lively[data-ready]')")
    assert browser.js("return document.documentElement.scrollWidth") <= 360
    assert browser.faults() == []

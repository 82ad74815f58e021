"""The table of a site in a real browser: sorting, filtering, choosing, comparing, and a view as an address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from browsing import Browser, Site
from made_rows import row

from ledger.model.settings import Settings
from ledger.report.site import assets, table
from ledger.report.site.shell import Site as Titled

NAMES = """
return [...document.querySelectorAll("#app > .wide tbody tr")].map((each) => each.querySelector("a").textContent);
"""
SHOWN = "return document.querySelector('#app > .wide > :is(table, p)') !== null"
VIEW = "table.html#state=supported&metrics.dice=0.7..0.9&columns=experiment,metrics.dice&sort=-metrics.dice"
COUNT = "return document.querySelector('.count').textContent"


def opened(site: Site, browser: Browser, address: str = "table.html") -> None:
    browser.open(site.page(address))
    browser.until(SHOWN)


def names(browser: Browser) -> list[str]:
    found = browser.js(NAMES)
    assert isinstance(found, list)
    return found


def press(browser: Browser, label: str) -> None:
    """Press the button of that text."""
    found = "[...document.querySelectorAll('button')].find((each) => each.textContent.startsWith(arguments[0]))"
    browser.js(f"{found}.click()", label)


def test_sorting_by_a_head_and_back(site: Site, browser: Browser, faultless: Callable[[], None]) -> None:
    opened(site, browser)
    assert set(names(browser)) == {"rate", "faster", "smooth", "hostile"}
    press(browser, "dice")
    best_first = names(browser)
    assert best_first[-1] == "smooth", "what has no value comes last"
    assert browser.js("return document.querySelector('th[aria-sort=descending]').textContent").startswith("dice")
    press(browser, "dice")
    assert names(browser) == [*reversed(best_first[:-1]), "smooth"]
    assert "sort=metrics.dice" in browser.js("return location.href")
    browser.back()
    browser.until("return document.querySelector('th[aria-sort=descending]') !== null")
    assert names(browser) == best_first
    faultless()


def test_a_view_that_was_shared_opens_as_it_was(site: Site, browser: Browser) -> None:
    opened(site, browser, VIEW)
    assert names(browser) == ["rate"]
    assert browser.js(COUNT) == "1 of 4"
    heads = "return [...document.querySelectorAll('#app > .wide thead button')].map((each) => each.textContent)"
    assert browser.js(heads) == ["experiment", "dice ▼"]
    press(browser, "Reset")
    assert len(names(browser)) == 4
    assert "#" not in browser.js("return location.href")


def test_searching_keeps_the_focus_and_tells_how_many(site: Site, browser: Browser) -> None:
    opened(site, browser)
    browser.type("input[type=search]", "higher rate")
    browser.until("return document.querySelector('.count').textContent === '1 of 4'")
    assert names(browser) == ["rate"]
    assert browser.js("return document.activeElement.type") == "search"
    browser.keys("zzz")
    browser.until("return document.querySelector('.count').textContent === '0 of 4'")
    assert "No row has all of that." in browser.js("return document.getElementById('app').textContent")


def test_rows_side_by_side_show_what_differs_first(site: Site, browser: Browser) -> None:
    opened(site, browser, "table.html#level=arms&select=rate:treatment,rate:baseline")
    browser.until("return document.querySelector('.part-compared table') !== null")
    apart = browser.js("""
        const table = document.querySelector('.part-compared table');
        const texts = (line) => [...line.children].map((cell) => cell.textContent);
        return [...table.querySelectorAll('tbody tr:not(.kind)')].map(texts);
    """)
    rates = next(cells for cells in apart if cells[0] == "rate")
    assert rates[1:] == ["0.5", "≠ 0.1"]
    assert any(cells[0] == "dice" for cells in apart)
    assert all(len(set(cells[1:])) > 1 for cells in apart)


def test_the_csv_is_what_is_shown_and_no_formula(site: Site, browser: Browser) -> None:
    opened(site, browser)
    text = browser.js("""
        const column = (id, texts) => ({id, head: id, shown: true, kind: "text", texts});
        const rows = new ledgerTable.Rows({rows: 2, columns: [
          column("experiment", ["a", "b"]), column("title", ["=1+1", 'say "x", y']), column("loss", ["-0.5", "-"])]});
        const view = ledgerTable.readView("");
        return ledgerTable.csv(rows, view, rows.chosen(view));
    """)
    assert text == 'experiment,title,loss\r\na,\'=1+1,-0.5\r\nb,"say ""x"", y",\r\n'


def test_ten_thousand_rows_sort_and_filter_at_once(browser: Browser, tmp_path: Path) -> None:
    rows = [
        row(f"e-{k}", {"dice": [(k * 7919 % 10007) / 10007]}, lr=k % 17, opt="adam" if k % 2 else "sgd")
        for k in range(10_000)
    ]
    for file in table.files({"experiments": rows, "variants": [], "trials": []}, Settings(), Titled(title="many")):
        (tmp_path / file.path).parent.mkdir(exist_ok=True)
        (tmp_path / file.path).write_bytes(file.content)
    (tmp_path / "assets").mkdir()
    for file in assets.files():
        (tmp_path / file.path).write_bytes(file.content)
    many = Site(root=tmp_path)
    opened(many, browser)
    assert browser.js(COUNT) == "10,000"
    press(browser, "dice")
    values = browser.js("""
        const at = [...document.querySelectorAll("th")].findIndex((head) => head.textContent.startsWith("dice"));
        const lines = [...document.querySelectorAll("#app > .wide tbody tr")];
        return lines.map((line) => parseFloat(line.children[at].textContent));
    """)
    assert values == sorted(values, reverse=True)
    assert len(values) == 100
    press(browser, "Last")
    assert "9,901 to 10,000 of 10,000" in browser.js("return document.querySelector('.pager').textContent")
    opened(many, browser, "table.html#params.opt=adam&params.lr=3..3")
    assert browser.js(COUNT) == f"{sum(k % 2 == 1 and k % 17 == 3 for k in range(10_000))} of 10,000"

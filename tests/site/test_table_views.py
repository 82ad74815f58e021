"""What a reader does with the table: choosing by states and values, keys alone, and rows that stay where they were."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import Browser
from chromium import Key
from made_rows import row
from made_table import write

from ledger.analysis.columns import Request
from ledger.analysis.table import select
from ledger.model.settings import Settings
from ledger.report.documents import Format
from ledger.report.table import render

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
OUTCOMES = ("supported", "refuted", "inconclusive")
ODD = "a,b%2C=|&#..1"
ROWS = tuple(
    row(
        f"e-{k:03}",
        {"dice": [k / 150, (k + 1) / 150]} if k else None,
        lr=k % 5 / 10,
        opt=ODD if k % 2 else "sgd",
        _outcome=OUTCOMES[k % 3],
        _created=BEGIN - timedelta(days=k),
        _tags=("loss", "fast")[: k % 3],
        _title="=1+1, said" if k == 3 else f"Claim {k}",
    )
    for k in range(150)
)
SORTED = [k for rest in (0, 1) for k in range(149, 0, -1) if k % 3 == 2 and k % 5 == rest]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a table of 150 experiments."""
    return (write(tmp_path_factory.mktemp("a table"), ROWS) / "table.html").as_uri()


def opened(browser: Browser, address: str, **given: Any) -> None:
    browser.open(address, **given)
    browser.until("return document.querySelector('#app > .wide > *') !== null")


def count(browser: Browser) -> str:
    return str(browser.js("return document.querySelector('.count').textContent"))


def click(browser: Browser, selector: str, text: str = "", **keys: bool) -> None:
    """Click the first element with the text, as a mouse does it."""
    found = "[...document.querySelectorAll(arguments[0])].find((each) => each.textContent.includes(arguments[1]))"
    event = "new MouseEvent('click', {bubbles: true, cancelable: true, shiftKey: arguments[2]})"
    browser.js(f"{found}.dispatchEvent({event})", selector, text, keys.get("shift", False))


def test_a_state_and_a_value_are_chosen_by_a_click_and_left_by_another(browser: Browser, page: str) -> None:
    opened(browser, page)
    assert count(browser) == "150"
    click(browser, ".states button", "refuted")
    assert count(browser) == "50 of 150"
    click(browser, ".states button", "supported")
    assert count(browser) == "100 of 150"
    assert browser.js("return location.hash") == "#state==refuted,supported"
    click(browser, "tbody td", ODD)
    assert count(browser) == "50 of 150"
    browser.js("window.before = true; location.reload()")
    browser.until("return !window.before && document.querySelector('#app > .wide > table') !== null")
    assert count(browser) == "50 of 150", "the address says it, whatever the value is"
    click(browser, "tbody td", ODD)
    assert count(browser) == "100 of 150"
    click(browser, "button", "Reset")
    assert count(browser) == "150"
    click(browser, "tbody td", "loss, fast")
    assert count(browser) == "100 of 150", "one tag of those is enough"
    for said in ("150", "100 of 150", "50 of 150"):
        browser.back()
        # going back past the reload loads the page anew: its table is not there at once
        browser.until(f"return document.querySelector('.count')?.textContent === '{said}'")


def test_a_shared_view_has_these_rows(browser: Browser, page: str) -> None:
    opened(browser, f"{page}#params.lr=0.4")
    for view, wanted in (
        ("metrics.dice=0.99..", [k for k in range(150) if round((k + 0.5) / 150, 4) >= 0.99]),
        ("params.lr=0.1..0.2", [k for k in range(150) if k % 5 in {1, 2}]),
        ("created=2026-10-30..2026-11-01", [0, 1, 2]),
        ("title=claim%2014", [14, *range(140, 150)]),
        ("search=CLAIM+149", [149]),
        ("tags==fast&params.lr=0..0", [k for k in range(150) if k % 3 == 2 and k % 5 == 0]),
        ("sort=params.lr,-metrics.dice&tags==fast&params.lr=..0.1", SORTED),
        ("sort=metrics.dice&created=2026-10-29..", [1, 2, 3, 0]),
        ("sort=-metrics.dice&created=2026-10-29..", [3, 2, 1, 0]),
        ("sort=created&created=2026-10-30..&no.such=1", [2, 1, 0]),
    ):  # fmt: skip
        browser.follow(view)
        names = browser.js("return [...document.querySelectorAll('tbody th')].map((each) => each.textContent)")
        found = wanted if "sort" in view else sorted(wanted)
        assert names == [f"e-{k:03}" for k in found[:100]], view
    # the last of them, as whoever is sent the address sees it
    opened(browser, f"{page}#{view}")
    assert names == browser.js("return [...document.querySelectorAll('tbody th')].map((each) => each.textContent)")


def test_a_filter_by_what_is_gone_says_so_and_levels_keep_what_they_share(browser: Browser, page: str) -> None:
    opened(browser, f"{page}#no.such=1&state==refuted&params.lr=0.1..")
    assert count(browser) == "40 of 150"
    assert "No row has this" in browser.js("return document.querySelector('.filters').textContent")
    click(browser, "[aria-label='Remove the filter by no.such']")
    assert browser.js("return location.hash") == "#state==refuted&params.lr=0.1.."
    click(browser, ".levels button", "arms")
    browser.until("return document.querySelector('.levels [aria-pressed=true]').textContent === 'arms'")
    assert count(browser) == "40 of 150"
    click(browser, ".levels button", "trials")
    browser.until("return document.querySelector('.levels [aria-pressed=true]').textContent === 'trials'")
    assert browser.js("return location.hash") == "#level=trials&params.lr=0.1.."


def test_an_address_and_its_view_say_the_same(browser: Browser, page: str) -> None:
    opened(browser, page)
    view, again, address = browser.js(
        """
        const odd = arguments[0];
        const told = (view) => JSON.stringify({...view, filters: [...view.filters]});
        const id = `params.${odd}`;
        const view = {
          level: "arms", search: "ü % + &", sort: [{id, down: true}, {id: "title", down: false}], columns: [id],
          selected: [`e:${odd}`], page: 3,
          filters: new Map([[id, `=${ledgerTable.joined([odd, "x"])}`], ["tags", ""]]),
        };
        const address = ledgerTable.writeView(view);
        return [told(view), told(ledgerTable.readView(address)), address];
        """,
        ODD,
    )
    assert again == view
    assert " " not in address


def test_choosing_a_row_keeps_the_place_and_compares_below(browser: Browser, page: str) -> None:
    opened(browser, page, width=500)
    browser.js("const wide = document.querySelector('#app > .wide'); wide.scrollTop = 900; wide.scrollLeft = 60")
    for name in ("e-030", "e-020"):
        browser.js("document.querySelector(`input[aria-label='Compare ${arguments[0]}']`).click()", name)
    place = "const wide = document.querySelector('#app > .wide'); return [wide.scrollTop, wide.scrollLeft]"
    assert browser.js(place) == [900, 60]
    heads = "return document.querySelector('.part-compared thead').textContent"
    assert browser.js(heads) == "e-030e-020", "in the order in which they were chosen"
    click(browser, "button", "Compare 2")
    assert browser.js("return document.activeElement.id") == "comparison"
    left = browser.js("return document.querySelector('#app > .wide tbody th').getBoundingClientRect().left")
    assert left < 60, "the name stays beside what is scrolled"


def test_keys_alone(browser: Browser, page: str, faultless: Callable[[], None]) -> None:
    opened(browser, page)
    browser.js("document.querySelector('.skip').focus()")
    browser.keys(Key.ENTER)
    assert browser.js("return location.hash") in {"", "#"}
    browser.js("document.querySelector('button[data-id=\"metrics.dice\"]').focus()")
    browser.keys(Key.ENTER)
    assert browser.js("return document.activeElement.dataset.id") == "metrics.dice", (
        "what is shown anew keeps the focus"
    )
    browser.js("document.querySelector('tbody input').focus()")
    browser.keys(Key.DOWN, Key.DOWN, Key.UP, Key.SPACE)
    assert browser.js("return location.hash") == "#sort=-metrics.dice&select=e-148"
    browser.keys(Key.TAB)
    assert browser.js("return document.activeElement.getAttribute('href')") == "experiments/e-148.html"
    rows = browser.js("return [...document.querySelectorAll('#app > .wide tbody tr')].map((each) => each.ariaRowIndex)")
    assert (rows[0], rows[-1]) == ("2", "101")
    assert browser.js("return document.querySelector('#app > .wide > table').ariaRowCount") == "151"
    browser.js("document.querySelector('.pager button:nth-of-type(4)').focus()")
    browser.keys(Key.ENTER)
    assert browser.js("return document.querySelector('tbody tr').ariaRowIndex") == "102"
    assert browser.js("return document.activeElement.textContent") == "First", "the button pressed can be no more"
    faultless()


def test_what_is_shown_is_said_to_who_cannot_see_it(browser: Browser, page: str) -> None:
    told = "return document.querySelector('#app [role=status]').textContent"
    opened(browser, page)
    assert browser.js(told) == "150 experiments; page 1 of 2"
    click(browser, "button.sort", "dice")
    assert browser.js(told) == "150 experiments; sorted by metrics.dice descending; page 1 of 2"
    click(browser, ".states button", "refuted")
    click(browser, "tbody input[type=checkbox]")
    assert browser.js(told) == "50 of 150 experiments; sorted by metrics.dice descending; 1 selected"


def test_what_has_the_focus_is_not_hidden_by_heads_and_names_that_stay(browser: Browser, page: str) -> None:
    opened(browser, page, width=640, height=450)
    browser.js("document.querySelectorAll('tbody input')[60].focus()")
    seen = """
        const at = document.activeElement.getBoundingClientRect();
        return document.elementFromPoint(at.left + 3, at.top + at.height / 2) === document.activeElement;
    """
    for _ in range(12):
        browser.keys(Key.UP)
        assert browser.js(seen)
    browser.js("document.querySelector('#app > .wide').scrollLeft = 400")
    browser.js("document.querySelector('thead button.sort').focus()")
    for _ in range(4):
        assert browser.js(seen)
        browser.keys(Key.TAB)


def test_a_filter_is_added_and_set_by_keys_alone(browser: Browser, page: str) -> None:
    opened(browser, page)
    browser.js("document.querySelector('.filters > select').focus()")
    browser.keys(Key.DOWN)
    browser.keys(Key.DOWN, Key.DOWN, Key.DOWN)
    assert browser.js("return location.hash") == "", "the list is open, and nothing is chosen yet"
    browser.keys(Key.ENTER)
    browser.until("return document.querySelectorAll('.filters fieldset').length === 1")
    assert browser.js("return document.activeElement.getAttribute('aria-label')") == "title contains"
    browser.keys("claim 149", Key.TAB)
    browser.until("return document.querySelector('.count').textContent === '1 of 150'")
    assert browser.js("return document.activeElement.getAttribute('aria-label')") == "Remove the filter by title"
    browser.keys(Key.ENTER)
    assert count(browser) == "150"


def test_what_was_typed_counts_and_so_does_the_press_that_ends_typing(browser: Browser, page: str) -> None:
    opened(browser, f"{page}#params.lr=")
    browser.type("[aria-label='params.lr from']", "0.1")
    browser.click("[aria-label='params.lr to']")
    browser.until("return document.querySelector('.count').textContent === '120 of 150'")
    assert browser.js("return document.activeElement.getAttribute('aria-label')") == "params.lr to"
    browser.keys("0.2")
    browser.click("input[aria-label='Compare e-001']")
    browser.until("return document.querySelector('.count').textContent === '60 of 150'")
    assert browser.js("return location.hash") == "#params.lr=0.1..0.2&select=e-001"
    browser.type("[aria-label='params.lr to']", Key.BACKSPACE, "1")
    browser.click(".states button")
    browser.until("return location.hash.startsWith('#params.lr=0.1..0.1&state==')")


def test_shift_sorts_by_another_column_within_the_first(browser: Browser, page: str) -> None:
    opened(browser, page)
    click(browser, "button.sort", "lr")
    click(browser, "button.sort", "dice", shift=True)
    click(browser, "button.sort", "lr", shift=True)
    assert browser.js("return location.hash") == "#sort=params.lr,-metrics.dice"
    assert browser.js("return [...document.querySelectorAll('[aria-sort]')].map((each) => each.ariaSort)") == [
        "descending",
        "ascending",
    ]
    click(browser, "button.sort", "lr")
    assert browser.js("return location.hash") == "", "a third press leaves the column"


def test_the_csv_has_the_heads_of_the_command_and_the_numbers_that_are_shown(browser: Browser, page: str) -> None:
    ids = ["experiment", "title", "metrics.dice", "created", "params.lr"]
    opened(browser, f"{page}#columns={','.join(ids)}&sort=title&created=2026-10-29..")
    text = browser.js(
        """
        const rows = new ledgerTable.Rows(ledger.held.get("table-experiments"));
        const view = ledgerTable.readView(location.hash);
        return ledgerTable.csv(rows, view, rows.chosen(view));
        """
    )
    heads, *lines = text.split("\r\n")
    value = select(ROWS[:4], Request(keep=tuple(ids)), Settings())
    printed = render(value, Settings(), Format.CSV, total=None).text.splitlines()
    assert heads == "experiment,title,created,metrics.dice.mean,metrics.dice.sd,metrics.dice.n,params.lr"
    assert set(heads.split(",")) <= set(printed[0].split(","))
    assert lines[0].startswith('e-003,"\'=1+1, said",')
    dice = {line.split(",")[0]: line.split(",")[3:6] for line in lines[1:-1]}
    assert dice == {"e-000": ["", "", ""], "e-001": ["0.0100", "0.0047", "2"], "e-002": ["0.0167", "0.0047", "2"]}


def test_the_csv_arrives_as_a_file(browser: Browser, page: str, tmp_path: Path, faultless: Callable[[], None]) -> None:
    opened(browser, f"{page}#search=claim+149&columns=title,params.opt")
    browser.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path), eventsEnabled=True)
    click(browser, ".part-buttons button", "CSV")
    browser.event("Browser.downloadProgress", state="completed")
    file = tmp_path / "experiments.csv"
    assert file.read_bytes() == f'experiment,title,params.opt\r\ne-149,Claim 149,"{ODD}"\r\n'.encode()
    faultless()


def test_a_table_of_nothing_and_one_whose_data_is_missing(browser: Browser, tmp_path: Path) -> None:
    site = write(tmp_path, ())
    opened(browser, (site / "table.html").as_uri())
    assert "There is nothing here yet." in browser.js("return document.getElementById('app').textContent")
    write(tmp_path, ROWS[:2])
    (site / "data/table-experiments.js").unlink()
    browser.open((site / "table.html").as_uri())
    browser.until("return document.querySelector('#app .wrong') !== null")
    assert browser.js("return document.querySelectorAll('#plain tbody tr').length") == 2, "what is there stays"


def test_filters_columns_and_rows_side_by_side_have_no_serious_fault(browser: Browser, page: str) -> None:
    view = "state==supported&params.lr=abc..0.4&title=Claim&tags=&created=2026-01-01..&params.opt==sgd"
    opened(browser, f"{page}#{view}&sort=-metrics.dice,created&select=e-000,e-006&page=1")
    browser.js("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert browser.js("return document.querySelectorAll('.filters fieldset').length") == 5
    assert browser.js("return document.querySelectorAll('[aria-invalid=true]').length") == 1
    for dark in (False, True):
        browser.colours(dark=dark)
        assert browser.faults() == []

"""Rows side by side: intervals are those that the command line computes, and what differs is marked without colour."""

from __future__ import annotations

import random
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lab
import pytest
from browsing import Browser, Site
from chromium import Key
from conftest import Shelved
from made_rows import row
from made_table import write
from scipy.special import stdtrit

from ledger.analysis.metric_changes import metric_change
from ledger.model.settings import Settings
from ledger.report.diff import metrics_table
from ledger.stats.contrast import one_sample, welch
from ledger.stats.summary import summarise

DRAW = random.Random(7)
VALUES: dict[str, dict[str, list[float]]] = {
    name: {
        "dice": [DRAW.gauss(0.6 + 0.02 * at, 0.01) for _ in range(3 + at)],
        "loss": [DRAW.gauss(40 + at, 30 / (1 + at)) for _ in range(3 + at)],
        "tiny": [DRAW.gauss(1e-7, 3e-9) for _ in range(4)],
        "far": [1e6 + DRAW.gauss(at, 0.001) for _ in range(5)],
        "size": [12.0] * 3,
    }
    for at, name in enumerate(("first", "second", "third", "fourth"))
}
ODD = ("folds", "alone", "same")
ROWS = (
    *(row(name, of, lr=0.1 * at, opt="sgd", _code=f"{at}" * 40) for at, (name, of) in enumerate(VALUES.items())),
    row("folds", {"dice": [0.6, 0.61, 0.62]}, lr=0.1, opt="sgd", _parts="fold"),
    row("alone", {"dice": [0.7]}, lr=0.1, opt="adam"),
    row("same", {"dice": [0.7, 0.7]}, lr=0.1, opt="adam", _variant="rate 2"),
)
TABLE = "const table = document.querySelector('.part-compared table')"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a table of these rows."""
    return (write(tmp_path_factory.mktemp("compared"), ROWS) / "table.html").as_uri()


def compared(
    browser: Browser, page: str, *names: str, level: str = "", anew: bool = True
) -> dict[str, list[list[str]]]:
    """The lines of each cell by row of the table of what differs, once the intervals are there.

    `anew`: the page is opened, where it else goes to this view.
    """
    view = f"{level}select={','.join(names)}"
    if anew:
        browser.open(f"{page}#{view}")
    else:
        browser.follow(view)
    browser.until("return document.querySelector('.part-compared .from, .part-compared .sure') !== null")
    found = browser.js(f"""{TABLE};
        const seen = (one) => [...one.childNodes].filter((each) => each.className !== "hidden");
        const text = (one) => seen(one).map((each) => each.textContent).join("");
        const lines = (cell) => (cell.matches(".measured") ? [...cell.children] : [cell]).map(text);
        return [...table.querySelectorAll('tbody tr:not(.kind)')].map((line) => [...line.children].map(lines));
    """)
    return {head[0]: cells for head, *cells in found}


def test_quantiles_are_those_of_students_distribution(browser: Browser, page: str) -> None:
    browser.open(page)
    df = [1.0, 1.01, 1.5, 2, 2.7, 3, 4.123, 5, 9, 17.776, 30, 99.5, 1000, 12345.6]
    for confidence in (0.5, 0.9, 0.95, 0.999):
        found = browser.js("return arguments[0].map((df) => ledgerTable.quantile(df, arguments[1]))", df, confidence)
        assert found == pytest.approx([float(stdtrit(one, 0.5 + confidence / 2)) for one in df], rel=1e-9)


def test_intervals_are_those_of_the_command_line(browser: Browser, page: str) -> None:
    browser.open(page)
    for pair in (("first", "second"), ("first", "third"), ("fourth", "second")):
        same_as_the_command_line(compared(browser, page, *pair, anew=False), pair)


def same_as_the_command_line(shown: dict[str, list[list[str]]], pair: tuple[str, str]) -> None:
    a, b = (VALUES[name] for name in pair)
    # other seeds on either side, so that the command has no pairs either
    changes = [
        metric_change(
            name,
            {(("seed", at),): value for at, value in enumerate(a[name])},
            {(("seed", 100 + at),): value for at, value in enumerate(b[name])},
        )
        for name in a
    ]
    block = metrics_table(changes, pair, Settings())
    for line, change in zip(block.rows, changes, strict=True):
        cells = dict(zip(block.head, line, strict=True))
        if change.contrast is None:
            assert change.name not in shown, "it is the same on both sides"
            continue
        assert change.contrast.test == "Welch's t"
        assert shown[change.name][1][-1] == cells["difference"]
        assert shown[change.name][1][0].partition(" (")[0] == cells[pair[1]]


def test_the_command_that_is_copied_says_the_same(site: Site, browser: Browser, shelved: Shelved) -> None:
    project = shelved(lab.lab, lab.files())
    shown = compared(browser, site.page("table.html"), "rate:treatment", "faster:rate-0-6", level="level=arms&")
    command = browser.js("return document.querySelector('.commands code').textContent")
    printed = project.ledger(*shlex.split(command)[1:]).out
    assert "Welch's t" in printed, "three seeds and two"
    for name in ("dice", "loss"):
        line = next(line for line in printed.splitlines() if line.strip().startswith(f"{name} "))
        assert shown[name][1][-1] in line
        assert shown[name][0][0].partition(" (")[0] in line


def test_the_numbers_behind_what_is_shown_are_exact(browser: Browser, page: str) -> None:
    compared(browser, page, "first", "second")
    for name, first in VALUES["first"].items():
        second = VALUES["second"][name]
        if name == "size":
            continue
        side = """
            const numbers = ledger.held.get("table-experiments-numbers").metrics["metrics." + arguments[0]];
            const side = (row) => ({n: numbers.n[row], mean: numbers.mean[row], sd: numbers.sd[row]});
            return [ledgerTable.ofMean(side(0), 0.95), ledgerTable.ofDifference(side(0), side(1), 0.9)];
        """
        mean, difference = browser.js(side, name)
        tolerance = 2e-5 * max(summarise(first).sd or 0, summarise(second).sd or 0)
        assert mean == pytest.approx(one_sample(first).interval(0.95), rel=0, abs=tolerance)
        assert difference == pytest.approx(welch(second, first).interval(0.9), rel=0, abs=tolerance)


def test_without_an_estimate_of_the_noise_there_is_no_interval(browser: Browser, page: str) -> None:
    shown = compared(browser, page, "first", *ODD)
    first, folds, alone, same = shown["dice"]
    assert [len(first), first[1].count(" to ")] == [2, 1]
    assert folds[1] == "no interval: over folds"
    assert alone[0] == "0.7000 (1)"
    assert same[1] == "no interval: nothing varies"
    assert ".." not in folds[-1] + alone[-1], "nor one of the difference"
    assert ".." in same[-1], "one side varies"


def test_what_differs_stands_by_kind_and_is_marked(browser: Browser, page: str) -> None:
    shown = compared(browser, page, "first", "second", "alone")
    kinds = browser.js(f"{TABLE}; return [...table.querySelectorAll('[scope=rowgroup]')].map((one) => one.textContent)")
    assert kinds == ["Metrics", "Parameters", "Code", "Beside these"]
    texts = {name: [cell[0] for cell in shown[name]] for name in ("lr", "opt", "commit")}
    assert texts == {
        "lr": ["0.0", "≠ 0.1", "≠ 0.1"],
        "opt": ["sgd", "sgd", "≠ adam"],
        "commit": ["0000000", "≠ 1111111", "≠ -"],
    }
    same = "return [...document.querySelectorAll('.part-compared details tbody th')].map((one) => one.textContent)"
    assert "state" in browser.js(same)


def test_the_command_that_says_more_is_ready_to_copy(
    browser: Browser, page: str, faultless: Callable[[], None]
) -> None:
    compared(browser, page, "first:treatment", "third:treatment", "second:treatment", level="level=arms&")
    commands = "return [...document.querySelectorAll('.commands code')].map((one) => one.textContent)"
    assert browser.js(commands) == [
        "ledger diff first:treatment third:treatment",
        "ledger diff first:treatment second:treatment",
    ]
    compared(browser, page, "first", "same")
    assert browser.js(commands) == ["ledger diff first 'same:rate 2'"], "the arm that its row is of"
    compared(browser, page, "first:treatment", "third:treatment", "second:treatment", level="level=arms&")
    browser.cdp("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.click(".commands li:last-child button")
    told = "return document.querySelector('.commands [role=status]').textContent"
    browser.until(told)
    assert browser.js(told) == "Copied: ledger diff first:treatment second:treatment"
    browser.js("Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject(new Error())}})")
    browser.click(".commands li button")
    browser.until(f"{told}.startsWith('Selected')")
    assert browser.js("return String(getSelection())") == "ledger diff first:treatment third:treatment"
    faultless()


def test_outsiders_get_no_command_and_missing_numbers_are_told(browser: Browser, tmp_path: Path) -> None:
    site = write(tmp_path, ROWS, code=False)
    compared(browser, (site / "table.html").as_uri(), "first", "second")
    assert browser.js("return document.querySelector('.commands')") is None
    (site / "data/table-experiments-numbers.js").unlink()
    browser.open((site / "table.html").as_uri() + "#select=first,second")
    browser.until("return document.querySelector('.part-compared .wrong') !== null")
    assert "No intervals: data/table-experiments-numbers.js cannot be loaded" in browser.js(
        "return document.querySelector('.part-compared').textContent"
    )
    assert browser.js(f"{TABLE}; return table.textContent.includes('0.1')"), "the rest is there"


def test_by_keys_alone_rows_are_chosen_compared_and_left(browser: Browser, page: str) -> None:
    browser.open(page)
    browser.until("return document.querySelector('#app tbody input') !== null")
    browser.js("document.querySelector('tbody input').focus()")
    browser.keys(Key.SPACE, Key.DOWN, Key.SPACE)
    assert browser.js("return location.hash") == "#select=first,second"
    browser.until("return document.querySelector('.part-compared .from') !== null")
    assert browser.js("return document.activeElement.getAttribute('aria-label')") == "Compare second"
    browser.js("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Compare 2').focus()")
    browser.keys(Key.ENTER)
    reached = [browser.js("return document.activeElement.textContent")]
    for _ in range(6):
        browser.keys(Key.TAB)
        reached.append(
            browser.js("return document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        )
    assert reached == [
        "Compared: 2",
        "What differs",
        "first",
        "second",
        f"What is the same ({browser.js(SAME)})",
        "Copy: ledger diff first second",
        "Clear the selection",
    ]
    browser.keys(Key.ENTER)
    assert browser.js("return location.hash") == ""
    assert browser.js("return document.querySelector('.part-compared').children.length") == 0


SAME = "return document.querySelectorAll('.part-compared details tbody th[scope=row]').length"


def test_a_comparison_has_no_serious_fault(browser: Browser, page: str) -> None:
    compared(browser, page, "first", "second", *ODD)
    browser.js("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for width, dark in ((1200, False), (360, True)):
        browser.resize(width)
        browser.colours(dark=dark)
        assert browser.js("return document.documentElement.scrollWidth") <= width
        assert browser.faults() == []


HEARD = r"0\.6\d+ ± 0\.0\d+ \(4\) 95% interval 0\.\d+ to 0\.\d+ difference (~ )?[-+]0\.\d+ \(.*\)"


def test_a_cell_is_heard_with_what_its_lines_are(browser: Browser, page: str) -> None:
    compared(browser, page, "first", "second")
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    cells = [node["name"]["value"] for node in nodes if role(node) == "cell"]
    dice = next(cell for cell in cells if "difference" in cell)
    assert re.fullmatch(HEARD, dice), dice


def role(node: dict[str, Any]) -> str:
    """What kind of thing a node of the tree is that a screen reader goes through."""
    return str(node.get("role", {}).get("value", ""))

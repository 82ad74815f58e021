"""The tables that `site_table.py` measures: where each is, how its parts are found, and what a reader does with it.

Every step is a script that runs in the page, does one thing and tells the milliseconds until the browser has painted
what was asked for: a question from outside takes as long as a sort.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.report.site import shell

WATCH: Final = """
window.violations = 0;
document.addEventListener("securitypolicyviolation", () => { window.violations += 1; });
window.painted = (done, then) => requestAnimationFrame(() => {
  if (!done()) { window.painted(done, then); return; }
  const channel = new MessageChannel();
  channel.port1.onmessage = () => then(performance.now());
  channel.port2.postMessage(null);
});
"""
THERE: Final = "window.painted(() => document.querySelectorAll(%r).length === 100, (at) => { window.there = at; });"

# what each step does; then the milliseconds until `changed` gives something else than before, and what it gives then
_STEP: Final = """
const then = arguments[arguments.length - 1];
const shown = () => { %s };
const [before, began] = [shown(), performance.now()];
%s
window.painted(() => shown() !== before, (at) => then([at - began, shown()]));
"""
_TYPED: Final = """
const input = document.querySelector(%r);
input.value = %r;
for (const name of %s) input.dispatchEvent(new Event(name, {bubbles: true}));
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Where a table's page is, how its rows, heads and their count are found there, and a script for each step.

    `filtered` is the address of the page on which ranges are set.
    """

    page: str
    filtered: str
    rows: str
    heads: str
    count: str
    scripts: str
    steps: dict[str, str]

    def step(self, name: str) -> str:
        """The script of a step, which changes the first row, how many rows there are, or which heads."""
        return _STEP % (self._shown(name), self.steps[name])

    def _shown(self, name: str) -> str:
        if name.startswith("sort"):
            return f"return document.querySelector({self.rows!r}).textContent;"
        if name == COLUMN:
            return f"return document.querySelectorAll({self.heads!r}).length;"
        if name == COMPARE:
            return "return document.querySelectorAll('.part-compared .from').length;"
        return f"return (/(?:^|of )([\\d,]+)/.exec(document.querySelector({self.count!r}).textContent) || [])[1];"


SORT, AGAIN, SEARCH = "sort by a metric", "sort the other way", "search for a text"
NUMBERS, DATES, COLUMN, COMPARE = "range of a metric", "range of dates", "leave out a column", "compare two rows"
WORD: Final = "focal 777"
FROM, SINCE, UNTIL = "0.905", "2025-06-01", "2025-12-31"

_HEAD: Final = (
    "[...document.querySelectorAll(%r)].find((each) => each.textContent.trim().startsWith('accuracy')).click();"
)

_OUR_HEADS: Final = "#app > .wide thead button"
OURS: Final = Engine(
    page="table.html",
    filtered="table.html#metrics.accuracy=&created=",
    rows="#app > .wide tbody tr",
    heads=_OUR_HEADS,
    count=".count",
    scripts="assets/table*.js",
    steps={
        SORT: _HEAD % _OUR_HEADS,
        AGAIN: _HEAD % _OUR_HEADS,
        SEARCH: _TYPED % ("input[type=search]", WORD, ["input"]),
        NUMBERS: _TYPED % ("[aria-label='metrics.accuracy from']", FROM, ["change"]),
        DATES: _TYPED % ("[aria-label='created from']", SINCE, ["change"]),
        COLUMN: "document.querySelector(\"[aria-label='Show metrics.f1']\").click();",
        COMPARE: "for (const at of [0, 1]) document.querySelectorAll('tbody input')[at].click();",
    },
)
THEIRS: Final = Engine(
    page="datatables.html",
    filtered="datatables.html",
    rows="#theirs tbody tr",
    heads="#theirs thead th",
    count=".dt-info",
    scripts="datatables.js",
    steps={
        SORT: _HEAD % "#theirs thead th",
        AGAIN: _HEAD % "#theirs thead th",
        SEARCH: _TYPED % (".dt-search input", WORD, ["input", "keyup"]),
        NUMBERS: f"theirs.range('accuracy', parseFloat, {FROM});",
        DATES: f"theirs.range('created', String, '{SINCE}');",
        COLUMN: "theirs.leaveOut('f1');",
    },
)

_DATATABLES: Final = """\
ledger.load("table-experiments", "data/table-experiments.js").then(({rows, columns}) => {
  const shown = columns.filter((column) => column.shown);
  const text = (column, row) => (column.of ? column.of[column.at[row]] : column.texts[row]);
  const data = Array.from({length: rows}, (_, row) => shown.map((column) => text(column, row)));
  const table = new DataTable("#theirs", {
    data, pageLength: 100, deferRender: true,
    columns: shown.map(({head, kind}) => ({title: head, render: (value, what) =>
      (what === "sort" && kind === "number" ? parseFloat(value) : DataTable.render.text().display(value))})),
  });
  const limits = new Map();
  // as their manual has it: ranges are a function over every row
  DataTable.ext.search.push((settings, texts) => [...limits].every(([at, [read, low]]) => read(texts[at]) >= low));
  const place = (head) => shown.findIndex((column) => column.head === head);
  window.theirs = {
    range(head, read, low) { limits.set(place(head), [read, low]); table.draw(); },
    leaveOut(head) { table.column(place(head)).visible(false); },
  };
});
"""
_PAGE: Final = f"""\
<!doctype html><html lang="en"><meta charset="utf-8"><title>DataTables</title>
<meta http-equiv="Content-Security-Policy" content="{shell.POLICY}">
<link rel="stylesheet" href="assets/page.css"><link rel="stylesheet" href="assets/site.css">
<link rel="stylesheet" href="datatables.css">
<script src="assets/site.js" defer></script><script src="datatables.js" defer></script>
<script src="page.js" defer></script><table id="theirs"></table></html>
"""


def engines(folder: Path) -> list[Engine]:
    """The engines that are here; the page of the other is written into the site's folder."""
    found = importlib.util.find_spec("itables")
    if found is None or found.origin is None:
        return [OURS]
    bundle = Path(found.origin).parent / "html/dt_bundle.js"
    text = bundle.read_text("utf-8")
    # a module is not loaded from a file: as a script it gives its class to the window
    exported = re.search(r"export\{[^}]*?([\w$]+) as default[^}]*\};?", text)
    assert exported is not None, f"{bundle} exports no class"
    script = text.replace(exported[0], f";window.DataTable={exported[1]};")
    (folder / "datatables.js").write_text(f"(() => {{{script}\n}})();\n", "utf-8")
    (folder / "datatables.css").write_bytes(bundle.with_suffix(".css").read_bytes())
    (folder / "page.js").write_text(_DATATABLES)
    (folder / "datatables.html").write_text(_PAGE)
    return [OURS, THEIRS]

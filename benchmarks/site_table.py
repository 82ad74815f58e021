"""How long the table of a site takes to be there, to sort and to filter, beside DataTables in the same browser.

    python benchmarks/site_table.py [ROUNDS] [--rows 10000]

DataTables is taken from the package itables where that is installed (`pip install itables`, which nothing else here
needs); both show the same rows, 100 at a time, from the same data, under the site's content security policy. Times are
from the click, the key or the call of the page until the browser has painted what was asked for; a search waits 60 ms
for the next letter, which is counted. Prints a table in markdown: the median and the slowest of the rounds.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import random
import re
import shutil
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from ledger.analysis.columns import EXPERIMENTS, TRIALS, VARIANTS
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.report.site import assets, shell, table
from ledger.stats.summary import summarise

FLAGS: Final = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
)  # fmt: skip

WORD: Final = "focal 777"

# told by the page itself, since a question from outside takes as long as a sort
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
PRESS: Final = """
const [rows, head, then] = arguments;
const first = () => document.querySelector(rows).textContent;
const [before, began] = [first(), performance.now()];
[...document.querySelectorAll(head)].find((each) => each.textContent.trim().startsWith("accuracy")).click();
window.painted(() => first() !== before, (at) => then(at - began));
"""
TYPE: Final = """
const [rows, field, word, count, then] = arguments;
const input = document.querySelector(field);
const began = performance.now();
input.value = word;
for (const name of ["input", "keyup"]) input.dispatchEvent(new Event(name, {bubbles: true}));
window.painted(() => document.querySelectorAll(rows).length === count, (at) => then(at - began));
"""

DATATABLES: Final = """\
ledger.load("table-experiments", "data/table-experiments.js").then(({rows, columns}) => {
  const shown = columns.filter((column) => column.shown);
  const text = (column, row) => (column.of ? column.of[column.at[row]] : column.texts[row]);
  const data = Array.from({length: rows}, (_, row) => shown.map((column) => text(column, row)));
  new DataTable("#theirs", {
    data, pageLength: 100, deferRender: true,
    columns: shown.map(({head, kind}) => ({title: head, render: (value, what) =>
      (what === "sort" && kind === "number" ? parseFloat(value) : DataTable.render.text().display(value))})),
  });
});
"""
PAGE: Final = f"""\
<!doctype html><html lang="en"><meta charset="utf-8"><title>DataTables</title>
<meta http-equiv="Content-Security-Policy" content="{shell.POLICY}">
<link rel="stylesheet" href="assets/page.css"><link rel="stylesheet" href="assets/site.css">
<link rel="stylesheet" href="datatables.css">
<script src="assets/site.js" defer></script><script src="datatables.js" defer></script>
<script src="page.js" defer></script><table id="theirs"></table></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Where a table's page is, and how its parts are found there."""

    page: str
    rows: str
    head: str
    field: str
    scripts: str


OURS: Final = Engine(
    page="table.html",
    rows="#app > .wide tbody tr",
    head="#app thead button",
    field="input[type=search]",
    scripts="assets/table*.js",
)
THEIRS: Final = Engine(
    page="datatables.html",
    rows="#theirs tbody tr",
    head="#theirs thead th",
    field=".dt-search input",
    scripts="datatables.js",
)


def made(count: int) -> list[Row]:
    """So many experiments of five trials each, always the same."""
    draw = random.Random(0)
    found = []
    for number in range(count):
        kind = draw.choice(("lr", "width", "focal", "dropout"))
        outcome = draw.choice(("supported", "refuted", "inconclusive", None))
        metrics = {"accuracy": (0.9, 0.01), "loss": (0.3, 0.05), "f1": (0.8, 0.01), "latency_ms": (12.0, 2.0)}
        found.append(
            Row(
                experiment=f"{kind}-{number:05}",
                variant="treatment",
                trial=None,
                title=f"With {kind} at {number} the network is as good as it gets",
                status="concluded" if outcome else "running",
                outcome=outcome,
                parent=None,
                author=draw.choice(("Ada Lovelace <ada@example.org>", "Grace Hopper <grace@example.org>")),
                tags=tuple(draw.sample(("loss", "fast", "big"), draw.randint(0, 2))),
                created=datetime(2026, 11, 1, tzinfo=UTC) - timedelta(hours=3 * number),
                exploratory=False,
                params={
                    "train.lr": draw.choice((1e-4, 3e-4, 1e-3)),
                    "train.batch_size": draw.choice((16, 32, 64)),
                    "model.activation": draw.choice(("relu", "gelu")),
                    "model.width": draw.choice((64, 128, 256)),
                },
                metrics={n: summarise([draw.gauss(*about) for _ in range(5)]) for n, about in metrics.items()},
                data={},
                trials=5,
                recorded=5,
                seconds=draw.uniform(10, 9000),
            )
        )
    return found


def write(folder: Path, rows: Sequence[Row]) -> list[Engine]:
    """The pages of the engines that are here, over the same data."""
    site = shell.Site(title="Table")
    levels: Mapping[str, Sequence[Row]] = {EXPERIMENTS: rows, VARIANTS: (), TRIALS: ()}
    for file in (*table.files(levels, Settings(), site), *assets.files()):
        (folder / file.path).parent.mkdir(exist_ok=True)
        (folder / file.path).write_bytes(file.content)
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
    (folder / "page.js").write_text(DATATABLES)
    (folder / "datatables.html").write_text(PAGE)
    return [OURS, THEIRS]


def measure(driver: Any, folder: Path, engine: Engine, rows: Sequence[Row]) -> dict[str, float]:
    """The milliseconds that each step takes, and how often the policy was violated."""
    given = {"source": WATCH + THERE % engine.rows}
    script = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", given)["identifier"]
    driver.get((folder / engine.page).as_uri())
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})
    there = "const then = arguments[0]; window.painted(() => window.there, () => then(window.there));"
    times = {"first rows are there": driver.execute_async_script(there)}
    for name in ("sort by a metric", "sort the other way"):
        times[name] = driver.execute_async_script(PRESS, engine.rows, engine.head)
    texts = [f"{row.experiment} {row.title} {row.author}" for row in rows]
    count = sum(all(word in text for word in WORD.split()) for text in texts)
    assert 0 < count < 100, f"{WORD} is in {count} rows"
    times["search"] = driver.execute_async_script(TYPE, engine.rows, engine.field, WORD, count)
    times["violations of the policy"] = driver.execute_script("return window.violations")
    return times


def browser(profile: str) -> Any:
    """Chromium without a window."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1400,900"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or "/usr/bin/chromedriver"))


def run(rounds: int, count: int) -> None:
    """Measure the engines in turn, and print what it took."""
    rows = made(count)
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as profile:
        engines = write(Path(folder), rows)
        driver = browser(profile)
        try:
            for _ in range(rounds):
                for engine in engines:
                    for name, value in measure(driver, Path(folder), engine, rows).items():
                        found.setdefault(name, {}).setdefault(engine.page, []).append(value)
        finally:
            driver.quit()
        data = (Path(folder) / "data/table-experiments.js").read_bytes()
        print(f"{count} rows: data of {_kib(len(data))}, {_kib(len(gzip.compress(data)))} compressed\n")
        sizes = {e.page: b"".join(each.read_bytes() for each in sorted(Path(folder).glob(e.scripts))) for e in engines}
    print("| median, slowest |", *(f"{engine.page} |" for engine in engines))
    print("|---|", *("--: |" for _ in engines))
    for name, times in found.items():
        unit = "" if name.startswith("violations") else " ms"
        cells = [f"{statistics.median(times[e.page]):.0f}, {max(times[e.page]):.0f}{unit} |" for e in engines]
        print(f"| {name} |", *cells)
    print("| script, compressed |", *(f"{_kib(len(gzip.compress(sizes[engine.page])))} |" for engine in engines))
    if len(engines) == 1:
        print("\nDataTables is not here: pip install itables")


def _kib(size: int) -> str:
    return f"{size / 1024:.0f} KiB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", type=int, nargs="?", default=7)
    parser.add_argument("--rows", type=int, default=10_000)
    given = parser.parse_args()
    run(given.rounds, given.rows)


if __name__ == "__main__":
    main()

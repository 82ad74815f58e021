"""How long the table of a site takes to be there, to sort, filter and compare, beside DataTables in the same browser.

    python benchmarks/site_table.py [ROUNDS] [--rows 10000]

DataTables is taken from the package itables where that is installed (`pip install itables`, which nothing else here
needs); both show the same rows, 100 at a time, from the same data, under the site's content security policy. Times are
from the click, the key or the call of the page until the browser has painted what was asked for; a search waits 60 ms
for the next letter, which is counted. Prints a table in markdown: the median and the slowest of the rounds, and how
many times as long the other takes. Both must end with as many rows.
"""

from __future__ import annotations

import argparse
import gzip
import random
import shutil
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import table_engines as steps
from table_engines import Engine

from ledger.analysis.columns import EXPERIMENTS, TRIALS, VARIANTS
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.report.site import assets, shell, table
from ledger.stats.summary import summarise

FLAGS: Final = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
)  # fmt: skip

# steps on a page as it is opened, and on one that has filters to set
PLAIN: Final = (steps.SORT, steps.AGAIN, steps.SEARCH)
FILTERED: Final = (steps.NUMBERS, steps.DATES, steps.COLUMN, steps.COMPARE)


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


def write(folder: Path, rows: Sequence[Row]) -> None:
    """The page of the table with its data."""
    site = shell.Site(title="Table")
    levels: Mapping[str, Sequence[Row]] = {EXPERIMENTS: rows, VARIANTS: (), TRIALS: ()}
    for file in (*table.files(levels, Settings(), site), *assets.files()):
        (folder / file.path).parent.mkdir(exist_ok=True)
        (folder / file.path).write_bytes(file.content)


def measure(driver: Any, folder: Path, engine: Engine) -> dict[str, tuple[float, str]]:
    """The milliseconds that each step takes, with what it showed; how often the policy was violated."""
    times = {"first rows are there": (_opened(driver, folder, engine, engine.page), "")}
    for name in PLAIN:
        times[name] = _done(driver, engine, name)
    _opened(driver, folder, engine, engine.filtered)
    for name in FILTERED:
        if name in engine.steps:
            times[name] = _done(driver, engine, name)
    times["violations of the policy"] = (driver.execute_script("return window.violations"), "")
    return times


def _opened(driver: Any, folder: Path, engine: Engine, address: str) -> float:
    """Open a page; after how many milliseconds its rows are there."""
    given = {"source": steps.WATCH + steps.THERE % engine.rows}
    script = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", given)["identifier"]
    page, _, view = address.partition("#")
    driver.get("about:blank")
    driver.get((folder / page).as_uri() + (f"#{view}" if view else ""))
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})
    there = "const then = arguments[0]; window.painted(() => window.there, () => then(window.there));"
    return float(driver.execute_async_script(there))


def _done(driver: Any, engine: Engine, name: str) -> tuple[float, str]:
    took, shown = driver.execute_async_script(engine.step(name))
    # of a filter how many rows are left
    return float(took), str(shown) if name in (steps.SEARCH, steps.NUMBERS, steps.DATES) else ""


def browser(profile: str) -> Any:
    """Chromium without a window."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1400,900"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or "/usr/bin/chromedriver"))
    # fifty thousand rows may be sorted for longer than it waits by default
    driver.set_script_timeout(300)
    return driver


def run(rounds: int, count: int) -> None:
    """Measure the engines in turn, and print what it took."""
    rows = made(count)
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as profile:
        root = Path(folder)
        write(root, rows)
        engines = steps.engines(root)
        driver = browser(profile)
        try:
            for _ in range(rounds):
                left: dict[str, set[str]] = {}
                for engine in engines:
                    for name, (value, shown) in measure(driver, root, engine).items():
                        found.setdefault(name, {}).setdefault(engine.page, []).append(value)
                        left.setdefault(name, set()).add(shown)
                assert all(len(each) == 1 for each in left.values()), f"they do not show the same: {left}"
        finally:
            driver.quit()
        for name in ("table-experiments", "table-experiments-numbers"):
            data = (root / f"data/{name}.js").read_bytes()
            print(f"{count} rows: {name}.js of {_kib(len(data))}, {_kib(len(gzip.compress(data)))} compressed\n")
        sizes = {e.page: b"".join(each.read_bytes() for each in sorted(root.glob(e.scripts))) for e in engines}
    heads = [engine.page for engine in engines]
    print("| median, slowest |", *(f"{head} |" for head in heads), "times |" if len(heads) > 1 else "")
    print("|---|", *("--: |" for _ in heads), "--: |" if len(heads) > 1 else "")
    for name, times in found.items():
        unit = "" if name.startswith("violations") else " ms"
        cells = [f"{_median(times[h]):.0f}, {max(times[h]):.0f}{unit} |" if h in times else "- |" for h in heads]
        print(f"| {name} |", *cells, f"{_times(times, heads)} |" if len(heads) > 1 else "")
    print("| script, compressed |", *(f"{_kib(len(gzip.compress(sizes[head])))} |" for head in heads))
    if len(engines) == 1:
        print("\nDataTables is not here: pip install itables")


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _times(times: Mapping[str, Sequence[float]], heads: Sequence[str]) -> str:
    """How many times as long the other takes."""
    ours, theirs = (times.get(head) for head in heads)
    return f"{_median(theirs) / _median(ours):.1f}" if ours and theirs and _median(ours) else ""


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

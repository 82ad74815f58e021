"""How long the pages of a site take to be there in a browser, and what they weigh.

    python benchmarks/site_loading.py N [--rounds 7] [--steps 50] [--site FOLDER]

A repository of N experiments of 5 trials is made (`histories.py`) and its site built, unless a FOLDER holds one. Pages
are opened from the disk in a Chromium that has not seen them: milliseconds from the call until the browser has painted
all that it has loaded, the median and the slowest of the rounds, and as many times an empty page; then the same with
the processor slowed down to a quarter. Weights are what a web host sends (gzip): of the page with its data, without the
style and scripts that all pages share, and of those by themselves. Prints a table in markdown.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from peers import BINARIES
from site_table import browser

BUILDER: Final = str(Path(__file__).with_name("histories.py"))
SLOWER: Final = 4
EMPTY: Final = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Empty</title><h1>Empty</h1></html>\n'

PAINTED: Final = """
const then = arguments[arguments.length - 1];
const table = () => !document.getElementById("app") || document.querySelector("#app > .wide table");
const done = () => document.readyState === "complete" && table();
const ask = () => requestAnimationFrame(() => {
  if (!done()) { ask(); return; }
  const channel = new MessageChannel();
  channel.port1.onmessage = () => then(window.there || performance.now());
  channel.port2.postMessage(null);
});
ask();
"""
# from within: a question from outside comes later than the answer
NOTICE: Final = PAINTED.replace("const then = arguments[arguments.length - 1];", "").replace(
    "then(window.there || performance.now())", "{ window.there = performance.now(); }"
)


def weight(*files: Path) -> float:
    """KB compressed of those of the files that there are."""
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files if file.exists()) / 1000


def opened(driver: Any, page: Path) -> float:
    """Open a page; after how many milliseconds it was painted."""
    driver.get("about:blank")
    driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    given = {"source": "(() => {" + NOTICE + "})();"}
    script = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", given)["identifier"]
    driver.get(page.as_uri())
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})
    return float(driver.execute_async_script(PAINTED))


def run(root: Path, rounds: int) -> None:
    """Measure the pages of the site in turn, and print the table."""
    largest = max((root / "experiments").iterdir(), key=lambda page: weight(page, root / f"data/{page.stem}.js"))
    pages = {
        "an empty page": (root / "empty.html",),
        "overview": (root / "index.html",),
        "table": (root / "table.html", root / "data/table-experiments.js"),
        f"largest page ({largest.stem})": (largest, root / f"data/{largest.stem}.js"),
    }
    (root / "empty.html").write_text(EMPTY)
    found: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory() as profile:
        driver = browser(profile)
        try:
            for rate in (1, SLOWER):
                driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": rate})
                for _ in range(rounds):
                    for name, (page, *_data) in pages.items():
                        found.setdefault((name, rate), []).append(opened(driver, page))
        finally:
            driver.quit()
            (root / "empty.html").unlink()
    print(f"| page | painted | × empty | processor at 1/{SLOWER} | × empty | compressed |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, files in pages.items():
        cells = []
        for rate in (1, SLOWER):
            middle, empty = (statistics.median(found[each, rate]) for each in (name, "an empty page"))
            cells.append(f"{middle:.0f}, {max(found[name, rate]):.0f} ms | {middle / empty:.1f}")
        print(f"| {name} | {' | '.join(cells)} | {weight(*files):.0f} KB |")
    shared = [file for file in sorted((root / "assets").iterdir()) if file.name not in ("vega.js", "charts-specs.js")]
    print(f"\nStyle and scripts that pages share: {weight(*shared):.0f} KB compressed; ", end="")
    print(f"the library for charts that come alive, on demand: {weight(root / 'assets/vega.js'):.0f} KB.")


def main(arguments: Sequence[str]) -> None:
    """Make a site where none is given, and measure it."""
    parser = argparse.ArgumentParser(description="How long the pages of a site take to be there.")
    parser.add_argument("experiments", type=int, nargs="?", default=1_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--site", type=Path)
    given = parser.parse_args(arguments)
    if given.site is not None:
        run(given.site.resolve(), given.rounds)
        return
    with tempfile.TemporaryDirectory() as scratch:
        root, output = Path(scratch, "repository"), Path(scratch, "site")
        make = [sys.executable, BUILDER, str(root), str(given.experiments), "--steps", str(given.steps)]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        site = [str(BINARIES / "ledger"), "site", "-o", str(output)]
        subprocess.run(site, cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        run(output, given.rounds)


if __name__ == "__main__":
    main(sys.argv[1:])

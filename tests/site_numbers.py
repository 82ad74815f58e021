"""The numbers of a site against those that the command line prints of the same experiments."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from site_page import Page

Ask = Callable[..., Any]
"""What `ledger` prints as JSON, given its arguments but for --json."""


def agrees(shown: str, value: float | None) -> bool:
    """Whether a number as it is shown is the value, rounded to the digits that are shown."""
    shown = shown.replace(",", "").strip()
    if value is None or not shown or shown == "-":
        return value is None and shown in ("", "-")
    try:
        read = float(shown)
    except ValueError:
        return False
    if not math.isfinite(value) or not math.isfinite(read):
        return str(read) == str(value)
    digits, _, power = shown.lower().partition("e")
    unit = 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))
    return abs(read - value) <= unit * 0.5 + abs(value) * 1e-9


def summarized(shown: str, summary: dict[str, Any] | None) -> bool:
    """Whether `0.9405 ± 0.0066 (5)`, or `0.94`, is the summary: mean, standard deviation and how many."""
    left_out = 0 if summary is None else summary.get("left_out", 0)
    if summary is None or summary["mean"] is None:
        # of one trial the value itself, which JSON has no word for
        alone = {"nan", "inf", "-inf"} if left_out == 1 else set[str]()
        return shown.strip() in ({"", "-"} if not left_out else {f"- (0 of {left_out})"} | alone)
    parts = re.fullmatch(r"(\S+)(?: ± (\S+))?(?: \((\d+)(?: of (\d+))?\))?", shown.strip())
    return (
        parts is not None
        and agrees(parts[1], summary["mean"])
        and (parts[2] is None or agrees(parts[2], summary["sd"]))
        and (parts[3] is None or int(parts[3]) == summary["n"])
        and (parts[4] is None or int(parts[4]) == summary["n"] + left_out)
    )


_SENTENCE: Final = re.compile(
    r"(?P<metric>\S+) is (?:(?P<size>\S+) (?P<how>higher|lower) than .*?|about the same as .*?|the same as .*?|"
    r"(?P<alone>[-+\d.e]+)) \((?P<level>\d+)% interval (?P<low>\S+) to (?P<high>\S+?)(?:, n = (?P<n>\d+))?\); "
)


def judged(said: str, predictions: list[dict[str, Any]]) -> bool:
    """Whether the sentence of a verdict has the numbers of one of its predictions."""
    match = _SENTENCE.search(said)
    if match is None:
        return False
    sign = -1 if match["how"] == "lower" else 1

    def same(one: dict[str, Any]) -> bool:
        size = match["size"] or match["alone"]
        return (
            one["interval"] is not None
            and one["text"].startswith(match["metric"])
            and (size is None or agrees(size, sign * one["estimate"]))
            and agrees(match["low"], one["interval"][0])
            and agrees(match["high"], one["interval"][1])
            and (match["n"] is None or int(match["n"]) == one["n"])
        )

    return any(map(same, predictions))


def wrong(root: Path, ask: Ask) -> list[str]:
    """The numbers of the site that are not those of `show --json` and `table --json`, and how many were compared."""
    arms = {(row["experiment"], row["variant"]): row for row in ask("table", "--variants", "--all")}
    found: list[str] = []
    compared = 0
    for path in sorted((root / "experiments").glob("*.html")):
        page, shown = Page(path.read_text("utf-8")), ask("show", path.stem)
        if "error" in shown:
            # its page says so, and no number
            continue
        for fault in (*_trials(page, shown), *_results(page, path.stem, arms), *_verdict(page, shown)):
            compared += 1
            found += [f"{path.stem}: {fault}"] if fault else []
    for name, options in (("experiments", []), ("arms", ["--variants"]), ("trials", ["--trials"])):
        for fault in _table(root / f"data/table-{name}.js", ask("table", "--all", *options)):
            compared += 1
            found += [f"table of {name}: {fault}"] if fault else []
    return found if compared else ["no number was found"]


def _trials(page: Page, shown: dict[str, Any]) -> Iterator[str]:
    """Of each trial, and each of its metrics that the page shows, what is wrong: "" where nothing is."""
    tables = [table for table in page.tables if table and table[0][:2] == ["trial", "status"]]
    rows = {row[0]: dict(zip(table[0], row, strict=True)) for table in tables for row in table[1:]}
    for trial in shown["trials"]:
        row = rows.get(trial["id"])
        if row is None:
            yield "" if not trial["current"] else f"{trial['id']} is missing"
            continue
        if not trial["current"]:
            continue
        for name, value in (trial["metrics"] or {}).items():
            if name in row and trial["status"] == "succeeded":
                right = not isinstance(value, int | float) or agrees(row[name], value)
                yield "" if right else f"{trial['id']} {name}: {row[name]} for {value}"


def _results(page: Page, name: str, arms: dict[tuple[str, str], dict[str, Any]]) -> Iterator[str]:
    """The same of the means in the results."""
    for head, *rows in (table for table in page.tables if table and table[0][:1] == ["metric"]):
        columns = {at: each.partition(" (n=")[0] for at, each in enumerate(head) if " (n=" in each}
        for row in rows:
            for at, variant in columns.items():
                summary = arms[name, variant]["metrics"].get(row[0])
                yield "" if summarized(row[at], summary) else f"{row[0]} of {variant}: {row[at]} for {summary}"


def _verdict(page: Page, shown: dict[str, Any]) -> Iterator[str]:
    """The same of the sentence that says the verdict."""
    predictions = ((shown["verdict"] or {}).get("predictions")) or []
    if (shown["verdict"] or {}).get("finding"):
        # what a search has found are estimates of its own command
        return
    for kind, said in page.said:
        if "verdict" in kind.split() and "% interval" in said:
            yield "" if judged(said, predictions) else f"the verdict: {' '.join(said.split())}"


def _table(file: Path, rows: list[dict[str, Any]]) -> Iterator[str]:
    """The same of the rows of the table, every metric and every parameter that is a number."""
    data = json.loads(re.sub(r"^ledger\.data\([^,]*,|\);\s*$", "", file.read_text("utf-8")))
    columns = {one["id"]: one.get("texts") or [one["of"][at] for at in one["at"]] for one in data["columns"]}
    key = [each for each in ("experiment", "variant", "trial") if each in columns]
    place = {tuple(columns[each][at] for each in key): at for at in range(data["rows"])}
    if len(rows) != data["rows"]:
        yield f"{data['rows']} rows for {len(rows)}"
    for row in rows:
        at = place.get(tuple(row[each] for each in key))
        if at is None:
            yield f"no row of {[row[each] for each in key]}"
            continue
        for name, summary in row["metrics"].items():
            texts = columns.get(f"metrics.{name}")
            if texts is not None:
                yield "" if summarized(texts[at], summary) else f"{row['experiment']} {name}: {texts[at]} for {summary}"
        for name, value in row["params"].items():
            texts = columns.get(f"params.{name}")
            if texts is not None and isinstance(value, int | float) and not isinstance(value, bool):
                yield "" if agrees(texts[at], value) else f"{row['experiment']} {name}: {texts[at]} for {value}"

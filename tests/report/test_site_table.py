"""The table of a site as data: the texts that `ledger table` prints, in an order that is that of the values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from made_rows import row

from ledger.analysis.columns import EXPERIMENTS, TRIALS, VARIANTS, Request
from ledger.analysis.order import SortKey, ordered
from ledger.analysis.table import select
from ledger.model.row import Row
from ledger.model.settings import MetricSettings, Settings
from ledger.report import table as report
from ledger.report.site import table
from ledger.report.site.shell import Site

SETTINGS = Settings(metrics={"accuracy": MetricSettings(direction="higher", precision=3)})
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ROWS = (
    row("late", {"accuracy": [0.61204, 0.61203]}, lr=0.1, note="x" * 40 + "a", _created=NOON, _seconds=7300.0),
    row("early", {"accuracy": [0.61203, 0.61203]}, lr=1, note="x" * 40 + "b", _created=NOON - timedelta(hours=3)),
    row("none", lr=None, _created=NOON - timedelta(days=3), _seconds=None, _tags=("loss", "fast")),
)


def level(rows: Sequence[Row], settings: Settings = SETTINGS, *, code: bool = True) -> dict[str, Any]:
    """The data of the experiments, by the ids of their columns."""
    files = {file.path: file.content for file in table.files(levels(rows), settings, Site(title="Site", code=code))}
    said = files["data/table-experiments.js"].decode()
    head, foot = 'ledger.data("table-experiments",', ");\n"
    assert said.startswith(head)
    assert said.endswith(foot)
    return {column["id"]: column for column in json.loads(said[len(head) : -len(foot)])["columns"]}


def levels(rows: Sequence[Row]) -> dict[str, Sequence[Row]]:
    return {EXPERIMENTS: rows, VARIANTS: (), TRIALS: ()}


def texts(column: dict[str, Any]) -> list[str]:
    return [column["of"][at] for at in column["at"]] if "of" in column else column["texts"]


def test_the_texts_are_those_that_the_command_prints() -> None:
    value = select(ROWS, Request(every=True, detail=True), SETTINGS)
    data = level(ROWS)
    for column in value.columns:
        printed = report.cells(value, column, SETTINGS)
        if set(printed) == {"-"}:
            assert column.field.name not in data, "no row has it"
        elif column.field.name != "params.note":
            assert texts(data[column.field.name]) == printed
    assert texts(data["metrics.accuracy"]) == ["0.612 ± 0.000 (2)", "0.612 ± 0.000 (2)", "-"]


def test_state_title_date_and_trials_stand_first_and_are_shown() -> None:
    data = level([*ROWS, row("wide", {f"m{n}": [0.5, 0.6] for n in range(20)}, **{f"p{n}": n for n in range(20)})])
    assert list(data)[:5] == ["experiment", "state", "title", "created", "trials"]
    shown = [name for name, column in data.items() if column["shown"]]
    assert shown[:5] == list(data)[:5] and len(shown) == 12


def test_what_is_cut_in_a_terminal_is_whole_so_that_it_can_be_told_apart() -> None:
    assert texts(level(ROWS)["params.note"]) == ["x" * 40 + "a", "x" * 40 + "b", "-"]


def test_values_that_are_written_alike_keep_their_order() -> None:
    data = level(ROWS)
    assert data["metrics.accuracy"]["order"] == [1, 0, None]
    assert data["created"]["order"] == [2, 1, 0]
    assert "order" not in data["params.lr"], "its texts tell"
    assert data["seconds"]["keys"] == [7300.0, 1.5, None]
    assert [data[name]["kind"] for name in ("tags", "created", "params.lr", "title")] == [
        "tags",
        "date",
        "number",
        "text",
    ]


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(), min_size=1, max_size=20))
def test_rows_have_the_order_that_the_command_gives_them(values: list[float | None]) -> None:
    rows = [row(f"e-{at}", lr=value) for at, value in enumerate([*values, 0.5])]
    column = level(rows)["params.lr"]
    places = column.get("order") or [None if text == "-" else float(text) for text in texts(column)]
    field = next(c.field for c in select(rows, Request(every=True), SETTINGS).columns if c.field.name == "params.lr")
    wanted = [each.experiment for each in ordered(rows, [SortKey(field=field, descending=False)])]
    have = sorted((place, at) for at, place in enumerate(places) if place is not None)
    found = [at for _, at in have] + [at for at, place in enumerate(places) if place is None]
    assert [rows[at].experiment for at in found] == wanted


def test_hostile_texts_end_no_script_and_the_bytes_are_always_the_same() -> None:
    evil = "</script><script>alert(1)</script>\u2028\u202e<!--"
    rows = [row("evil", lr=evil, _title=evil, _tags=("a<b",))]
    first, again = (list(table.files(levels(rows), SETTINGS, Site(title=evil))) for _ in range(2))
    assert first == again
    for file in first:
        if file.path.startswith("data/"):
            said = file.content.decode()
            assert "<" not in said
            assert "\u2028" not in said
            assert "\u202e" not in said
        else:
            assert b"<script>" not in file.content
    assert "</script><script>alert(1)" in texts(level(rows)["title"])[0]


def test_without_code_there_are_no_hashes_and_no_paths_of_data() -> None:
    rows = [row("one", _data={"data/train": "a" * 32}, _code="b" * 40, _fingerprint="c" * 40)]
    with_code = level(rows)
    assert texts(with_code["data.data/train"]) == ["a" * 7]
    assert texts(with_code["code"]) == ["b" * 7]
    assert set(with_code) - set(level(rows, code=False)) == {"data.data/train", "code", "fingerprint"}
    # in the table for those who run no scripts neither
    rows = [*rows, row("two", _data={"data/train": "d" * 32})]
    pages = [next(table.files(levels(rows), SETTINGS, Site(title="Site", code=code))) for code in (True, False)]
    inside, outside = (page.content.decode() for page in pages)
    assert "data/train" in inside and "aaaaaaa" in inside
    assert "data/train" not in outside and "aaaaaaa" not in outside


def test_without_scripts_the_latest_are_there_and_it_says_that_there_are_more() -> None:
    rows = [row(f"e-{at:03}") for at in range(130)]
    page = next(iter(table.files(levels(rows), SETTINGS, Site(title="Site")))).content.decode()
    assert "The latest 100 of 130 experiments" in page
    assert 'href="experiments/e-099.html"' in page
    assert "e-100" not in page
    few = next(iter(table.files(levels(rows[:3]), SETTINGS, Site(title="Site")))).content.decode()
    assert "latest" not in few
    assert next(iter(table.files(levels(()), SETTINGS, Site(title="Site")))).path == "table.html"


def numbers(rows: Sequence[Row], settings: Settings = SETTINGS) -> Any:
    """The numbers behind the experiments' metrics."""
    files = {file.path: file.content.decode() for file in table.files(levels(rows), settings, Site(title="Site"))}
    said = files["data/table-experiments-numbers.js"]
    return json.loads(said.removeprefix('ledger.data("table-experiments-numbers",').removesuffix(");\n"))


def test_behind_the_texts_stand_the_numbers_and_what_the_replicates_are_parts_of() -> None:
    found = numbers((*ROWS, row("folds", {"loss": [0.25, float("nan")]}, _parts="fold")))
    assert found["metrics"]["metrics.accuracy"] == {
        "n": [2, 2, 0, 0],
        "mean": [0.612035, 0.61203, None, None],
        "sd": [7.07107e-06, 0.0, None, None],
        "precision": 3,
    }
    assert found["metrics"]["metrics.loss"] == {"n": [0, 0, 0, 1], "mean": [None, None, None, 0.25]}
    assert (found["parts"], found["arms"], found["commands"]) == ({"3": "fold"}, {}, True)


def test_an_experiment_whose_row_is_that_of_another_arm_is_named_with_it() -> None:
    assert numbers((row("one"), row("two", _variant="wide")))["arms"] == {"1": "wide"}


@given(st.lists(st.floats(min_value=-1e300, max_value=1e300), min_size=2, max_size=4))
def test_a_mean_is_as_exact_as_its_deviation_asks_for(values: list[float]) -> None:
    summary = row("one", {"loss": values}).metrics["loss"]
    found = numbers([row("one", {"loss": values})])["metrics"]["metrics.loss"]
    assert summary.mean is not None and summary.sd is not None
    assert abs(found["mean"][0] - summary.mean) <= 1e-5 * summary.sd + 1e-11 * abs(summary.mean) * (summary.sd == 0)
    assert abs(found["sd"][0] - summary.sd) <= 1e-5 * summary.sd

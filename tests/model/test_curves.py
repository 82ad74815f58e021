"""Plot files as columns of numbers."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.model.formats import curves, yaml12

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
NAMES = st.text(min_size=1, max_size=8).filter(lambda s: s == s.strip() and s.isprintable())
TABLES = st.lists(NAMES, min_size=1, max_size=4, unique=True).flatmap(
    lambda names: st.tuples(
        st.just(names),
        st.lists(st.lists(NUMBERS, min_size=len(names), max_size=len(names)), min_size=1, max_size=6),
    )
)


def same(a: tuple[float, ...], b: list[float]) -> bool:
    """Equal, with NaN in the same places."""
    return len(a) == len(b) and all(x == y or (math.isnan(x) and math.isnan(y)) for x, y in zip(a, b, strict=True))


@given(TABLES)
def test_csv_reads_back_what_was_written(table: tuple[list[str], list[list[float]]]) -> None:
    names, rows = table
    stream = io.StringIO()
    csv.writer(stream).writerows([names, *rows])

    found = curves.parse("curve.csv", stream.getvalue())

    for i, name in enumerate(names):
        assert same(found.numbers[name], [row[i] for row in rows])


@given(TABLES)
def test_json_and_yaml_agree_with_csv(table: tuple[list[str], list[list[float]]]) -> None:
    names, rows = table
    plain = [name for name in names if "." not in name]
    records = [dict(zip(names, row, strict=True)) for row in rows]

    in_json = curves.parse("curve.json", json.dumps({"history": records}))
    in_yaml = curves.parse("curve.yaml", yaml12.dumps(records))

    for name in plain:
        column = [record[name] for record in records]
        assert same(in_json.numbers[name], column)
        assert same(in_yaml.numbers[name], column)


@given(st.text(max_size=200), st.sampled_from(curves.SUFFIXES))
def test_any_text_is_read_or_refused(text: str, suffix: str) -> None:
    try:
        found = curves.parse(f"curve{suffix}", text)
    except FormatError:
        return
    assert all(len(column) == found.length for column in found.numbers.values())
    assert not set(found.numbers) & set(found.others)


def test_a_file_of_tabs_and_one_that_was_cut_off() -> None:
    found = curves.parse("loss.tsv", "timestamp\tstep\tloss\n1700\t0\t0.5\n1701\t1\t0.25\n1702\t2")

    assert found.numbers["step"] == (0, 1, 2)
    assert found.numbers["loss"][:2] == (0.5, 0.25)
    assert math.isnan(found.numbers["loss"][2])


def test_cells_that_are_no_numbers() -> None:
    text = "epoch,phase,loss,done\n1,warm up,0.5,true\n2,train,n/a,false\n3,train,,true\n"

    found = curves.parse("curve.csv", text)

    assert found.others == ("phase",)
    assert same(found.numbers["loss"], [0.5, math.nan, math.nan])
    assert found.numbers["done"] == (1, 0, 1)


def test_without_a_header_columns_are_numbered() -> None:
    assert curves.parse("curve.csv", "1,0.5\n2,0.4\n", header=False).numbers == {"0": (1, 2), "1": (0.5, 0.4)}


@pytest.mark.parametrize(
    ("document", "columns"),
    [
        ([{"step": 0, "loss": 1}, {"step": 1, "loss": 0.5}], {"step": (0, 1), "loss": (1, 0.5)}),
        ({"train": [{"loss": 1}], "valid": [{"loss": 2}]}, {"train.loss": (1,), "valid.loss": (2,)}),
        ({"loss": [1, 0.5], "accuracy": [0, 0.5]}, {"loss": (1, 0.5), "accuracy": (0, 0.5)}),
        ([{"train": {"loss": 1}}], {"train.loss": (1,)}),
        ({"step": 9, "train": {"loss": 0.5}}, {"step": (9,), "train.loss": (0.5,)}),
    ],
)
def test_shapes_of_documents(document: object, columns: dict[str, tuple[float, ...]]) -> None:
    assert curves.parse("curve.json", json.dumps(document)).numbers == columns


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("c.csv", "", "empty"),
        ("c.csv", "a,b\n1,2,3\n", "line 2 has 3 cells"),
        ("c.csv", "epoch,loss\n", "no rows"),
        ("c.json", "[{", "not JSON"),
        ("c.json", "[]", "no rows"),
        ("c.json", "3", "no rows"),
        ("c.yaml", "a: [", "not YAML"),
        ("c.yaml", "a: &x [1]\nb: *x\n", "not YAML"),
    ],
)
def test_what_is_malformed_says_how(path: str, text: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        curves.parse(path, text)


def test_metrics_of_dvclive_are_named_by_their_file() -> None:
    assert curves.logged_metric("dvclive/plots/metrics/train/loss.tsv") == "train/loss"
    assert curves.logged_metric("results/loss.tsv") is None

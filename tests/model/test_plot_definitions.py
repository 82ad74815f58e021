"""What `dvc.yaml` says of its plots."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.model import plot_definitions
from ledger.model.formats import yaml12
from ledger.model.plot_definitions import Plot, PlotAxis

DOCUMENT = """
stages:
  train:
    cmd: python train.py
    wdir: sub
    plots:
      - curve.csv: {x: epoch, y: [loss, accuracy], y_label: Loss}
      - plain.json
  each:
    foreach: [a, b]
    do:
      cmd: x
      plots:
        - out/${item}.csv: {header: false}
plots:
  - matrix.csv: {template: confusion, x: actual, y: predicted}
  - Both losses:
      x: epoch
      y: {train.csv: loss, valid.csv: [loss]}
"""


def parsed() -> dict[str, Plot]:
    """The plots by their first file."""
    return {plot.y[0].file: plot for plot in plot_definitions.parse(yaml12.loads(DOCUMENT), "deep")}


def test_paths_are_relative_to_the_git_root() -> None:
    assert set(parsed()) == {
        "deep/sub/curve.csv", "deep/sub/plain.json", "deep/out/${item}.csv", "deep/matrix.csv", "deep/train.csv",
    }  # fmt: skip


def test_columns_and_labels() -> None:
    plot = parsed()["deep/sub/curve.csv"]

    assert plot.y == (
        PlotAxis(file="deep/sub/curve.csv", column="loss"),
        PlotAxis(file="deep/sub/curve.csv", column="accuracy"),
    )
    assert plot.x == (PlotAxis(file="deep/sub/curve.csv", column="epoch"),)
    assert plot.y_label == "Loss"


def test_a_plot_over_several_files_has_its_steps_in_each() -> None:
    plot = parsed()["deep/train.csv"]

    assert plot.title == "Both losses"
    assert [(axis.file, axis.column) for axis in plot.x] == [("deep/train.csv", "epoch"), ("deep/valid.csv", "epoch")]


def test_a_confusion_matrix_is_no_curve() -> None:
    assert not parsed()["deep/matrix.csv"].lines
    assert parsed()["deep/sub/plain.json"].lines


def test_a_template_in_a_path_fits_any_value() -> None:
    axis = parsed()["deep/out/${item}.csv"].y[0]

    assert axis.holds("deep/out/a.csv")
    assert not axis.holds("deep/out/a.json")
    assert not axis.holds("deep/out/a/b.csv")
    assert PlotAxis(file="live", column=None).holds("live/plots/metrics/loss.tsv")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["stages", "plots", "x", "y", "do", "wdir", "a.csv", "template"]), inner, max_size=4
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_anything_can_be_read(document: object) -> None:
    assert isinstance(plot_definitions.parse(document, ""), tuple)


@pytest.mark.parametrize("document", [None, [], "text", {"plots": 3}, {"stages": {"a": None}}])
def test_what_is_malformed_has_no_plots(document: object) -> None:
    assert plot_definitions.parse(document, "") == ()

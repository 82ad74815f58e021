"""The table as it is read: at 80 and at 160 columns, in every format, with other people's text."""

from __future__ import annotations

import csv
import io
import json
import sys
import traceback

import pytest
from made_rows import row

from ledger.analysis.columns import Request
from ledger.analysis.table import Table, select
from ledger.errors import LedgerError
from ledger.model.row import Row
from ledger.model.settings import MetricSettings, Settings
from ledger.report.blocks import Table as Block
from ledger.report.documents import Format
from ledger.report.documents import table as written
from ledger.report.frame import Selection
from ledger.report.shapes import table as shapes
from ledger.report.table import render
from ledger.report.text import clean, cut_within, width

SETTINGS = Settings(metrics={"accuracy": MetricSettings(direction="higher", precision=3)})
ROWS = (
    row(
        "focal-loss",
        {"accuracy": [0.61, 0.62, 0.60], "latency_ms": [12.4, 12.5, 12.9]},
        train__lr=0.1,
        train__loss="focal",
        _title="Focal loss improves Dice on small lesions",
        _tags=("loss",),
    ),
    row(
        "deeper-net",
        {"accuracy": [0.63] * 11 + [0.64], "latency_ms": [30.0] * 12},
        train__lr=0.01,
        train__loss="cross entropy",
        _title="病変のより深いネットワーク",
        _outcome="inconclusive",
        _seconds=7300.0,
    ),
    row(
        "diverged",
        {"accuracy": [0.5, float("nan")]},
        train__lr=10,
        train__loss="focal",
        train__warmup=100,
        _title="Evil \x1b[31m title <b>|\u202e",
        _outcome=None,
        _status="running",
        _seconds=None,
    ),
)

AT_80 = """\
experiment  state                         accuracy    lr  loss           warmup
focal-loss  supported     0.610 ± 0.010      (3)     0.1  focal               -
deeper-net  inconclusive  0.631 ± 0.003     (12) *  0.01  cross entropy       -
diverged    running               0.500 (1 of 2)      10  focal             100
"""

AT_160 = """\
experiment  title                              state                         accuracy         latency_ms    lr  loss           warmup  tags  seconds     created
focal-loss  Focal loss improves Dice on smal…  supported     0.610 ± 0.010      (3)    12.60 ± 0.26  (3)   0.1  focal               -  loss    1.5 s  2026-11-01
deeper-net  病変のより深いネットワーク         inconclusive  0.631 ± 0.003     (12) *        30 ± 0 (12)  0.01  cross entropy       -  -       2.0 h  2026-11-01
diverged    Evil  [31m title <b>|              running               0.500 (1 of 2)                    -    10  focal             100  -           -  2026-11-01
"""  # noqa: E501


def table(rows: tuple[Row, ...] = ROWS, **asked: object) -> Table:
    """The table that a request gives."""
    return select(rows, Request(**asked), SETTINGS)  # type: ignore[arg-type]


def text(found: Table, total: int | None) -> str:
    """The table as text."""
    return render(found, SETTINGS, Format.TEXT, total=total).text


def test_the_table_at_80_and_at_160_columns() -> None:
    assert text(table(), 80) == AT_80
    assert text(table(), 160) == AT_160


@pytest.mark.parametrize("total", range(20, 200, 7))
def test_no_number_is_cut_and_no_line_too_long(total: int) -> None:
    lines = text(table(), total).splitlines()

    assert len(lines) == 4
    assert "0.610 ± 0.010" in lines[1] or total < 66
    # the experiments' names alone stay where there is no room for more
    assert all(width(line) <= max(total, 10) for line in lines)
    assert all("\x1b" not in line and "\u202e" not in line for line in lines)


def test_what_has_no_room_is_told() -> None:
    made = render(table(), SETTINGS, Format.TEXT, total=80)
    assert made.notes[0].startswith("+")
    assert "columns: --all, --keep or a wider terminal" in made.notes[0]
    assert not [n for n in render(table(), SETTINGS, Format.TEXT, total=None).notes if "columns" in n]


def test_columns_that_are_kept_come_before_others_that_have_more_weight() -> None:
    head = text(table(keep=("warmup", "tags", "created")), 60).splitlines()[0].split()

    assert head == ["experiment", "warmup", "tags", "created"]


def test_a_thousand_parameters_are_left_out_but_for_those_that_fit() -> None:
    rows = tuple(row(f"e{i}", _params={f"p{j}": i * j for j in range(1000)}) for i in range(3))

    made = render(table(rows), SETTINGS, Format.TEXT, total=100)

    assert all(width(line) <= 100 for line in made.text.splitlines())
    assert int(made.notes[0].split()[0]) > 980


def test_csv_has_the_whole_numbers_in_columns_of_their_own() -> None:
    made = render(table(detail=True), SETTINGS, Format.CSV, total=None).text

    rows = list(csv.DictReader(io.StringIO(made)))
    assert float(rows[0]["metrics.accuracy.mean"]) == ROWS[0].metrics["accuracy"].mean
    assert float(rows[0]["metrics.accuracy.sd"]) == ROWS[0].metrics["accuracy"].sd
    assert rows[2]["metrics.accuracy.sd"] == ""
    assert [each["metrics.accuracy.n"] for each in rows] == ["3", "12", "1"]
    assert rows[0]["created"] == "2026-11-01T10:00:00+00:00"
    assert (rows[2]["status"], rows[2]["outcome"], rows[2]["seconds"]) == ("running", "", "")


def test_markdown_and_html_have_the_best_in_bold_and_no_markup_of_others() -> None:
    marked = render(table(), SETTINGS, Format.MD, total=None).text
    assert "**0.631 ± 0.003 (12)**" in marked
    assert "`<b>`&#124;" in marked

    page = render(table(), SETTINGS, Format.HTML, total=None).text
    assert "<strong>0.631 ± 0.003 (12)</strong>" in page
    assert "&lt;b&gt;" in page
    assert page.count("<strong>") == 1


def test_json_has_the_fixed_shape() -> None:
    found = shapes.table(table(every=True, detail=True))

    assert json.loads(json.dumps(found, allow_nan=False)) == found
    first = found[0]
    assert {"experiment", "variant", "title", "status", "outcome", "params", "metrics", "trials", "created"} <= set(
        first
    )
    assert first["params"] == {"train.lr": 0.1, "train.loss": "focal"}
    assert first["metrics"]["accuracy"].keys() == {"n", "mean", "sd", "left_out"}
    assert found[1]["best"] == ["accuracy"]
    assert found[2]["metrics"]["accuracy"]["n"] == 1
    grouped = shapes.table(table(group=("loss",), every=True, detail=True))
    assert [each["group"] for each in grouped] == [
        {"params.train.loss": "focal"},
        {"params.train.loss": "cross entropy"},
    ]
    assert grouped[0]["experiments"] == 2


def test_columns_of_an_export_have_one_type_each() -> None:
    rows = (
        row("a", {"loss": [0.5]}, x=1, y=1, z=[1], w=2**70, v=True),
        row("b", {"loss": [0.5, 1.0]}, x=2.5, y="one", w=1, v=None),
    )

    found = Selection(rows, "variants").columns()

    assert found["params.x"] == [1.0, 2.5]
    assert found["params.y"] == ["1", "one"]
    assert found["params.z"] == ["[1]", None]
    assert found["params.w"] == [str(2**70), "1"]
    assert found["params.v"] == [True, None]
    assert found["metrics.loss.n"] == [1, 2]
    assert Selection(rows, "variants").columns(long=True)["metric"] == ["loss", "loss"]


@pytest.mark.parametrize("library", ["pandas", "pyarrow"])
def test_without_the_extra_a_traceback_says_what_to_install(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    selection = Selection(ROWS, "variants")

    with pytest.raises(LedgerError) as wrong:
        selection.to_pandas() if library == "pandas" else selection.to_arrow()

    assert "pip install 'experiment-ledger[export]'" in "".join(traceback.format_exception(wrong.value))


def test_an_export_keeps_what_is_not_finite() -> None:
    rows = tuple(
        row(str(i), {"loss": [value]}, _trial=f"t/seed-{i}", _extra={"not_finite": {"loss": repr(value)}} if i else {})
        for i, value in enumerate([0.5, float("inf"), float("nan")])
    )
    selection = Selection(rows, "trials")

    assert repr(selection.columns()["metrics.loss"]) == "[0.5, inf, nan]"
    assert [line.rsplit(",", 1)[1] for line in selection.to_csv().splitlines()] == ["metrics.loss", "0.5", "inf", "nan"]
    assert [each["metrics.loss"] for each in json.loads(selection.to_json())] == [0.5, None, None]


def test_names_that_differ_in_their_middle_are_told_apart() -> None:
    names = [f"a-beginning-{word}-and-a-long-end-of-the-name" for word in ("small", "large")]
    shown = text(table(tuple(row(name, {"accuracy": [0.5, 0.6]}, lr=0.1) for name in names)), 80).splitlines()[1:]
    first = [line.split()[0] for line in shown]
    assert len(set(first)) == 2 and all("…" in name for name in first), first


def test_a_table_of_trials_says_what_is_not_finite() -> None:
    values = (0.5, float("inf"), float("-inf"), float("nan"))
    rows = [
        row(
            str(i),
            {"loss": [value]},
            _trial=f"t/seed-{i}",
            _extra={} if i == 0 else {"not_finite": {"loss": repr(value)}},
        )
        for i, value in enumerate(values)
    ]
    shown = text(table(tuple(rows), level="trials"), 80).splitlines()
    assert [line.split()[3] for line in shown[1:5]] == ["0.5000", "inf", "-inf", "nan"], shown
    arm = text(table((row("a", {"loss": [float("inf")]}), row("b", {"loss": [0.5]}))), 80)
    assert "- (0 of 1)" in arm and "nan" not in arm


@pytest.mark.parametrize("values", [(2**53 + 1,), (2**53 + 1, 2**53 + 1, 2**53 + 1)])
def test_large_whole_numbers_keep_their_last_digit(values: tuple[int, ...]) -> None:
    rows = (row("a", {"tokens": list(values)}, _trial="t/1"), row("b", {"tokens": [7]}, _trial="t/2"))
    selection = Selection(rows, "trials")
    assert selection.columns()["metrics.tokens"] == [2**53 + 1, 7]
    assert ",9007199254740993" in selection.to_csv()
    assert json.loads(selection.to_json())[0]["metrics.tokens"] == 2**53 + 1
    # those that floats hold exactly are floats, as before
    assert repr(Selection(rows[1:], "trials").columns()["metrics.tokens"]) == "[7.0]"


def test_a_data_frame_and_parquet_have_the_same() -> None:
    import pandas

    rows = (row("a", {"loss": [0.5]}, seed=2**60 + 1, _trial="t/1"), row("b", {"loss": [1.5]}, _trial="t/2"))
    selection = Selection(rows, "trials").where("loss < 1 or params.seed is null").sort("-loss")

    frame = selection.to_pandas()
    again = pandas.read_parquet(io.BytesIO(selection.to_parquet()), dtype_backend="numpy_nullable")

    assert list(frame["metrics.loss"]) == list(again["metrics.loss"]) == [1.5, 0.5]
    assert frame["params.seed"].dtype == "Int64"
    assert frame["params.seed"][1] == 2**60 + 1
    assert list(selection.to_pandas(long=True)["value"]) == [1.5, 0.5]


@pytest.mark.parametrize("total", [30, 60, 80, 100])
def test_long_names_are_cut_in_their_middle(total: int) -> None:
    variant = "learning-rate-0-001-batch-size-128-optimizer-adamw-dropout-0-25"
    rows = tuple(
        row("a-rather-long-name-of-an-experiment-that-goes-on", {"accuracy": [0.5]}, _variant=variant,
            _trial=f"{variant}/seed-{seed}", _trial_status="succeeded", _trials=1)
        for seed in range(3)
    )  # fmt: skip

    for asked in (
        {"level": "trials"},
        {"level": "variants"},
        {"level": "variants", "group": ("experiment", "variant")},
    ):
        lines = text(table(rows, **asked), total).splitlines()
        assert all(width(line) <= total for line in lines)
        assert "…" in lines[1]
    lines = text(table(rows, level="trials"), total).splitlines()
    assert [line.split()[1][-7:] for line in lines[1:]] == ["/seed-0", "/seed-1", "/seed-2"]


def test_a_name_is_cut_to_the_width_that_there_is() -> None:
    for name in ("wide-net/seed-0", "病変のより深いネットワーク/seed-0", "e\u0301" * 20, "a/" + "b" * 40, "/x", ""):
        for total in range(1, 30):
            assert width(cut_within(name, total)) <= total or width(name) <= total
    assert cut_within("learning-rate-0-001/seed-0", 14) == "learni…/seed-0"
    assert cut_within("learning-rate-0-001", 11) == "learn…0-001"


@pytest.mark.parametrize("form", [Format.MD, Format.HTML])
def test_a_line_break_in_a_cell_ends_no_row(form: Format) -> None:
    made = written(Block(head=("x\ny", "z"), rows=(("a\nb|c", "1"),)), form)

    assert written(Block(head=("x y", "z"), rows=(("a b|c", "1"),)), form) == made


def test_joiners_within_a_word_stay_and_marks_that_turn_it_round_go() -> None:
    assert clean("می\u200cخواهم 👩\u200d🔬 \u202eevil\u202c") == "می\u200cخواهم 👩\u200d🔬  evil"
    assert width("می\u200cخواهم") == len("می\u200cخواهم") - 1


@pytest.mark.parametrize(
    ("shown", "columns"),
    [("±0.1…", 5), ("病変", 4), ("e\u0301", 1), ("👩\u200d🔬", 2), ("한", 2), ("ﾊ", 1), ("❤\ufe0f", 2), ("x\x07病", 3)],
)
def test_columns_are_those_that_a_terminal_gives(shown: str, columns: int) -> None:
    assert width(shown) == columns


def test_the_first_metric_that_is_left_has_room_before_parameters() -> None:
    wide = [
        row(
            "a-very-long-name-of-an-experiment",
            {"accuracy": [0.5, 0.6], "loss": [0.1, 0.2]},
            _variant=f"a-long-variant-{n}",
            **{f"p{k}": n * k for k in range(1, 9)},
        )
        for n in range(3)
    ]
    for drop, metric in ((), "accuracy"), (("accuracy",), "loss"):
        found = select(wide, Request(level="variants", drop=drop), Settings())
        head = render(found, Settings(), Format.TEXT, total=80).text.splitlines()[0]
        assert metric in head


def test_what_the_arms_of_an_experiment_differ_in_stays_longer_than_its_state() -> None:
    sweep = [
        row(
            "a-very-long-name-of-an-experiment",
            {"accuracy": [0.5, 0.6]},
            _variant=f"a-long-variant-{n}",
            _status="inconclusive",
            **{f"p{k}": n * k for k in range(1, 7)},
        )
        for n in range(3)
    ]
    found = select(sweep, Request(level="variants"), Settings())
    for total in range(84, 110):
        head = render(found, Settings(), Format.TEXT, total=total).text.splitlines()[0].split()
        assert "state" not in head or all(f"p{k}" in head for k in range(1, 7))


def test_groups_of_trials_count_each_once() -> None:
    repeated = [
        row(name, {"accuracy": [0.5]}, lr=0.1, _trial="baseline/seed-0", _fingerprint="f", _replicate={"seed": 0})
        for name in ("a", "b")
    ]
    found = select(repeated, Request(level="trials", group=("lr",)), Settings())
    head, line = render(found, Settings(), Format.TEXT, total=80).text.splitlines()
    assert head.split()[:2] == ["lr", "trials"]
    assert line.split()[:2] == ["0.1", "1"]
    assert shapes.table(found)[0]["trials"] == 1

"""Which curves are drawn, and their means and bands."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ledger.analysis.bands import Band, Bands, bands, level
from ledger.analysis.curves import Sample, choose, names_of
from ledger.errors import LedgerError
from ledger.model.formats.curves import Series, parse
from ledger.model.plot_definitions import Plot, PlotAxis
from ledger.report.remarks import sentences

DECLARED = (Plot(title=None, y=(PlotAxis(file="c.csv", column="loss"),), x=(PlotAxis(file="c.csv", column="epoch"),)),)


def series(text: str) -> Series:
    """A CSV file, its lines separated by blanks."""
    return parse("c.csv", text.replace(" ", "\n"))


def sample(arm: str, number: int, text: str, plots: tuple[Plot, ...] = DECLARED, path: str = "c.csv") -> Sample:
    """A trial with one file."""
    return Sample(arm=arm, trial=f"e:{arm}/seed-{number}", files={path: series(text)}, plots=plots)


def drawn(*samples: Sample, band: Band = Band.SD, y: tuple[str, ...] = (), x: str | None = None) -> Bands:
    return bands(choose(samples, y=y, x=x), band=band)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=8))
def test_bands_are_what_the_statistics_module_computes(values: list[float]) -> None:
    mean, sd, n = statistics.fmean(values), statistics.stdev(values), len(values)

    def close(a: float | None, b: float) -> bool:
        return a is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)

    spread = level(0, values, Band.SD)
    assert close(spread.mean, mean)
    assert close(spread.low, mean - sd)
    assert close(spread.high, mean + sd)
    interval = level(0, values, Band.CI)
    half = float(stats.t.ppf(0.975, n - 1)) * sd / math.sqrt(n)
    assert close(interval.low, mean - half)
    assert close(interval.high, mean + half)
    assert (level(0, values, Band.MINMAX).low, level(0, values, Band.MINMAX).high) == (min(values), max(values))
    assert level(0, values, Band.NONE).low is None


def test_a_single_trial_has_no_band() -> None:
    assert level(0, [1.0], Band.CI).low is None


def test_a_spread_beyond_all_numbers_has_no_band() -> None:
    assert level(0, [1.7e308, -1.7e308], Band.CI).high is None


def test_the_mean_is_over_those_that_have_the_step() -> None:
    plot = drawn(
        sample("a", 0, "epoch,loss 1,4 2,2 3,1"),
        sample("a", 1, "epoch,loss 1,6 2,nan"),
    )

    (line,) = plot.facets[0].lines
    assert [(at.x, at.n, at.mean) for at in line.levels] == [(1, 2, 5), (2, 1, 2), (3, 1, 1)]
    assert line.falls
    assert sentences(plot.notes) == ("a: n falls from 2 to 1 along epoch",)


def test_of_a_step_that_was_logged_twice_the_later_counts() -> None:
    assert drawn(sample("a", 0, "epoch,loss 1,4 2,9 2,3")).facets[0].lines[0].levels[-1].mean == 3
    # be it NaN; an empty cell is none
    assert choose([sample("a", 0, "epoch,loss 1,4 2,9 2,nan")]).curves[0].points == ((1, 4),)
    assert choose([sample("a", 0, "epoch,loss 1,4 2,9 2,")]).curves[0].points == ((1, 4), (2, 9))


def test_the_declared_column_is_drawn_and_any_other_by_name() -> None:
    text = "epoch,loss,accuracy,seconds 1,4,0.1,10 2,3,0.2,20"

    assert [facet.metric for facet in drawn(sample("a", 0, text)).facets] == ["loss"]
    other = drawn(sample("a", 0, text), y=("accuracy", "loss"), x="seconds")
    assert [(f.metric, f.x, f.lines[0].levels[-1].x) for f in other.facets] == [
        ("accuracy", "seconds", 20), ("loss", "seconds", 20),
    ]  # fmt: skip


def test_names_that_do_not_exist_have_near_misses() -> None:
    one = sample("a", 0, "epoch,loss 1,4 2,3")
    with pytest.raises(LedgerError) as wrong:
        choose([one], y=("los",))
    assert wrong.value.hint == "did you mean loss?"
    with pytest.raises(LedgerError) as wrong:
        choose([one], x="epochs")
    assert wrong.value.hint == "did you mean epoch?"


def test_a_column_that_two_files_share_is_named_with_its_file() -> None:
    both = Sample(
        arm="a",
        trial="e:a/0",
        files={"train.csv": series("epoch,loss 1,4"), "valid.csv": series("epoch,loss 1,5")},
        plots=(
            Plot(title=None, y=(PlotAxis(file="train.csv", column="loss"), PlotAxis(file="valid.csv", column="loss"))),
        ),
    )

    assert choose([both]).metrics == ("train.csv:loss", "valid.csv:loss")
    with pytest.raises(LedgerError) as wrong:
        choose([both], y=("loss",))
    assert wrong.value.hint == "say which: --y train.csv:loss or --y valid.csv:loss"


def test_dvclive_needs_no_definition() -> None:
    path = "live/plots/metrics/train/loss.tsv"
    files = {path: parse(path, "timestamp\tstep\tloss\n17\t0\t3\n18\t1\t2\n")}

    chosen = choose([Sample(arm="a", trial="e:a/0", files=files)])

    assert chosen.metrics == ("train/loss",)
    assert chosen.curves[0].x == "step"
    assert chosen.curves[0].points == ((0, 3), (1, 2))


def test_rows_are_counted_where_nothing_tells_the_steps() -> None:
    plots = (Plot(title=None, y=(PlotAxis(file="c.csv", column=None),)),)

    found = choose([sample("a", 0, "loss,gradient 4,1 3,2", plots)])

    assert found.metrics == ("loss", "gradient")
    assert found.curves[0].points == ((0, 4), (1, 3))


def test_steps_may_stand_in_another_file() -> None:
    plots = (Plot(title=None, y=(PlotAxis(file="c.csv", column="loss"),), x=(PlotAxis(file="x.csv", column="epoch"),)),)
    files = {"c.csv": series("loss 4 3"), "x.csv": series("epoch 10 20")}

    assert choose([Sample(arm="a", trial="e:a/0", files=files, plots=plots)]).curves[0].points == ((10, 4), (20, 3))


def test_a_trial_without_the_column_is_named() -> None:
    chosen = choose([sample("a", 0, "epoch,loss 1,4"), sample("a", 1, "epoch,other 1,4")])

    assert sentences(chosen.notes) == ("loss has no finite value in e:a/seed-1",)


def test_replicates_that_share_no_steps_are_not_averaged() -> None:
    plot = drawn(sample("a", 0, "epoch,loss 1.5,4 2.5,3"), sample("a", 1, "epoch,loss 1.7,4 2.7,3"))

    assert [line.trial for line in plot.facets[0].lines] == ["e:a/seed-0", "e:a/seed-1"]
    assert "each trial has its own line" in sentences(plot.notes)[0]


def test_replicates_that_end_at_different_steps_are_averaged() -> None:
    plot = drawn(sample("a", 0, "epoch,loss 1,4"), sample("a", 1, "epoch,loss 1,4 2,3 3,2 4,1 5,1 6,1"))

    assert [line.trial for line in plot.facets[0].lines] == [None]


def test_a_confusion_matrix_is_not_drawn_unless_it_is_named() -> None:
    plots = (Plot(title=None, y=(PlotAxis(file="c.csv", column="loss"),), lines=False),)
    with pytest.raises(LedgerError, match="declares is a learning curve"):
        choose([sample("a", 0, "epoch,loss 1,4", plots)])

    assert choose([sample("a", 0, "epoch,loss 1,4", plots)], y=("loss",)).metrics == ("loss",)


def test_many_metrics_are_cut_to_what_a_picture_holds() -> None:
    plots = (Plot(title=None, y=(PlotAxis(file="c.csv", column=None),)),)
    names = ",".join(f"m{i}" for i in range(9))

    chosen = choose([sample("a", 0, f"{names} 1,2,3,4,5,6,7,8,9", plots)])

    assert chosen.metrics == tuple(f"m{i}" for i in range(6))
    assert sentences(chosen.notes) == ("not drawn: m6, m7 and m8; --y NAME draws one",)


def test_long_curves_are_thinned_and_keep_their_end() -> None:
    text = "epoch,loss " + " ".join(f"{i},{i}" for i in range(2501))

    plot = bands(choose([sample("a", 0, text)]), most=1000)

    levels = plot.facets[0].lines[0].levels
    assert len(levels) <= 1001
    assert (levels[0].x, levels[-1].x) == (0, 2500)
    assert sentences(plot.notes) == ("loss: one in 3 of 2501 steps is drawn",)


def test_a_path_with_a_parameter_in_it_is_one_curve() -> None:
    plots = (Plot(title=None, y=(PlotAxis(file="${name}.csv", column="loss"),)),)

    chosen = choose([
        sample("a", 0, "epoch,loss 1,4", plots, "small.csv"), sample("b", 0, "epoch,loss 1,4", plots, "large.csv"),
    ])  # fmt: skip

    assert chosen.metrics == ("loss",)
    assert {curve.arm for curve in chosen.curves} == {"a", "b"}


OPEN = (Plot(title=None, y=(PlotAxis(file="c.csv", column=None),)),)


@pytest.mark.parametrize(
    ("text", "plots"),
    [
        # a row a patient
        ("case,dice p7,0.5 p2,0.7 p9,0.1", OPEN),
        # a slice is no step where a case begins again with the first
        ("case,step,dice p7,1,0.5 p7,2,0.7 p2,1,0.1", OPEN),
        ("case,dice p7,0.5 p2,0.7", (Plot(title=None, y=OPEN[0].y, x=(PlotAxis(file="c.csv", column="case"),)),)),
    ],
)
def test_a_table_of_cases_is_no_curve(text: str, plots: tuple[Plot, ...]) -> None:
    with pytest.raises(LedgerError, match="learning curve"):
        choose([sample("a", 0, text, plots)])

    assert choose([sample("a", 0, text, plots)], y=("dice",)).metrics == ("dice",)


def test_a_curve_may_have_texts_in_it() -> None:
    for text in ("epoch,phase,loss 1,warm,4 2,warm,3 3,main,2", "loss 4 3", "epoch,loss 1,4 2,3 1,2"):
        assert choose([sample("a", 0, text, OPEN)]).metrics == ("loss",)
    declared = (Plot(title=None, y=(PlotAxis(file="c.csv", column="loss"),), x=(PlotAxis(file="c.csv", column="n"),)),)
    assert choose([sample("a", 0, "n,phase,loss 3,a,4 1,b,3", declared)]).metrics == ("loss",)


def test_what_others_are_drawn_over_is_no_series() -> None:
    clock = (Plot(title=None, y=(PlotAxis(file="a.csv", column="loss"),), x=(PlotAxis(file="a.csv", column="seen"),)),)
    files = {path: series("step,seen,loss,norm 0,5,2,7 1,9,1,8") for path in ("a.csv", "b.csv")}
    found = names_of([Sample(arm="e", trial="e:t/seed-0", files=files, plots=clock)])
    assert found == (("a.csv:loss",), ("a.csv:norm", "b.csv:seen", "b.csv:loss", "b.csv:norm"))

"""`ledger plot` over recorded trials: plot files from git and from DVC's cache, and what is said of those that lack."""

from __future__ import annotations

import json
import re
import shutil
import statistics
from pathlib import Path

import pytest
from conftest import MakeProject, Project, Shelved, default_files

# three plots: one in git, one in DVC's cache, and DVCLive's folder in the cache; seed 2 writes a broken one and ends
# early, seed 1 has a step without a number
TRAIN = """\
import json, os, random

params = json.load(open("params.json"))
seed, rate = params["seed"], params["train"]["lr"]
random.seed(json.dumps(params))
steps = range(1, 4 if seed == 2 else 6)
curve = [(step, "nan" if (seed, step) == (1, 3) else rate + step + random.random() / 10) for step in steps]
with open("curve.csv", "w") as stream:
    stream.write("epoch,accuracy,phase\\n" + "".join(f"{x},{y},train\\n" for x, y in curve))
with open("history.json", "w") as stream:
    stream.write("[{" if seed == 2 else json.dumps({"history": [{"epoch": x, "loss": 10 / x} for x in steps]}))
os.makedirs("live/plots/metrics/train", exist_ok=True)
with open("live/plots/metrics/train/loss.tsv", "w") as stream:
    stream.write("step\\tloss\\n" + "".join(f"{x}\\t{20 / x}\\n" for x in steps))
accuracy = rate + random.random() / 100
json.dump({"accuracy": accuracy}, open("metrics.json", "w"))
open("model.txt", "w").write(str(accuracy))
"""

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - params.json: [seed, train]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
    plots:
      - curve.csv: {cache: false, x: epoch, y: accuracy, y_label: Accuracy of validation}
      - history.json: {x: epoch, y: loss}
      - live/plots/metrics: {x: step}
"""

IGNORED = "/model.txt\n/history.json\n/live\n"


def plotted(project: Project) -> None:
    """An experiment with three replicates, and a second one with a grid of rates."""
    project.commit("plots", {"train.py": TRAIN, "dvc.yaml": PIPELINE, ".gitignore": IGNORED,
                             "ledger.yaml": "metrics: {accuracy: {unit: '%', direction: higher}}\n"})  # fmt: skip
    project.ledger("new", "A higher rate helps", "--name", "rate", "--from", "main", "-S", "train.lr=0.2",
                   "--predict", "accuracy >= baseline", "--seeds", "3")  # fmt: skip
    project.ledger("run")
    variants = ("--variant", "low:train.lr=0.001", "--variant", "high:train.lr=0.5")
    project.ledger("new", "Rates", "--name", "grid", "--from", "main", *variants, "--seeds", "2")
    project.ledger("run")


def lines_of(project: Project, *arguments: str) -> dict[tuple[str, str], list[dict[str, float]]]:
    """The points of each line by metric and arm."""
    found = project.ledger("plot", *arguments, "--json").json
    return {(f["metric"], each["arm"]): each["points"] for f in found["metrics"] for each in f["lines"]}


def curve_of(project: Project, seed: int, variant: str) -> dict[float, float]:
    """The curve of a trial as git alone has it."""
    text = project.git("tag", "--list", "ledger/rate/*")
    log = project.git("log", "--format=%H", f"--grep=Ledger-Trial: {variant}/seed-{seed}", text.splitlines()[0])
    rows = project.git("show", f"{log.splitlines()[0]}:curve.csv").splitlines()[1:]
    return {float(row.split(",")[0]): float(row.split(",")[1]) for row in rows}


def test_the_mean_of_the_curves_is_that_of_the_files_in_git(shelved: Shelved) -> None:
    project = shelved(plotted)

    points = lines_of(project, "rate")["accuracy", "treatment"]

    curves = [curve_of(project, seed, "treatment") for seed in range(3)]
    for point in points:
        values = [curve[point["x"]] for curve in curves if curve.get(point["x"], float("nan")) == curve.get(point["x"])]
        assert point["n"] == len(values)
        assert point["mean"] == pytest.approx(statistics.fmean(values))
        assert point["high"] == pytest.approx(statistics.fmean(values) + statistics.stdev(values))
    assert [point["n"] for point in points] == [3, 3, 2, 2, 2]


def test_plots_are_read_from_the_cache_too(shelved: Shelved) -> None:
    project = shelved(plotted)

    found = lines_of(project, "rate")

    assert {point["n"] for point in found["loss", "baseline"]} == {2}
    assert [point["mean"] for point in found["loss", "baseline"]] == pytest.approx([10 / x for x in range(1, 6)])
    assert found["train/loss", "treatment"][0] == {"x": 1, "n": 3, "mean": 20, "low": 20, "high": 20}


def test_what_is_malformed_is_passed_over_and_named(shelved: Shelved) -> None:
    project = shelved(plotted)

    said = project.ledger("plot", "rate").err

    assert "note: skipped: history.json of rate:treatment/seed-2: it is not JSON" in said
    assert "note: treatment: n falls from 3 to 2 along epoch" in said


def test_trials_whose_files_are_gone_are_named(shelved: Shelved) -> None:
    project = shelved(plotted)
    shutil.rmtree(project.root / ".dvc/cache")
    (project.root / "history.json").unlink(missing_ok=True)

    answer = project.ledger("plot", "rate")

    assert "rate:baseline/seed-0 lacks history.json, live/plots/metrics" in answer.err
    assert "accuracy" in answer.out


def test_a_clone_without_the_trials_says_how_to_get_them(shelved: Shelved, tmp_path: Path) -> None:
    project = shelved(plotted)
    project.git("clone", "-q", "--no-tags", "--branch", "exp/rate", str(project.root), str(tmp_path / "clone"))

    answer = project.ledger("plot", "rate", cwd=tmp_path / "clone", code=2)

    assert "has its plot files here" in answer.err
    assert "hint: ledger pull " in answer.err


def test_the_current_experiment_is_drawn_without_a_name(shelved: Shelved) -> None:
    project = shelved(plotted)
    project.git("switch", "-q", "exp/rate")

    assert "rate: A higher rate helps" in project.ledger("plot").out
    project.git("switch", "-q", "main")
    assert "no experiment is checked out" in project.ledger("plot", code=2).err


def test_arms_and_trials_by_name(shelved: Shelved) -> None:
    project = shelved(plotted)

    assert {arm for _, arm in lines_of(project, "rate:treatment", "--y", "loss")} == {"treatment"}
    one = lines_of(project, "rate:treatment/seed-0", "--y", "loss")
    assert {point["n"] for point in one["loss", "rate:treatment/seed-0"]} == {1}
    both = lines_of(project, "rate", "grid", "--y", "accuracy")
    assert {arm for _, arm in both} >= {"rate", "rate:baseline"}


def test_two_arms_with_the_same_trials_are_drawn_once(shelved: Shelved) -> None:
    project = shelved(plotted)
    project.ledger("new", "Another rate", "--name", "other", "--from", "main", "-S", "train.lr=0.3",
                   "--predict", "accuracy >= baseline", "--seeds", "3")  # fmt: skip
    project.ledger("run", "--only", "baseline")

    answer = project.ledger("plot", "rate", "other")

    assert "note: other:baseline has the same trials as rate:baseline, and is drawn once" in answer.err
    assert "note: other has no successful trial" in answer.err


def test_arms_that_were_trained_apart_are_both_drawn(shelved: Shelved) -> None:
    project = shelved(plotted)
    project.git("switch", "-q", "exp/rate")
    project.git("switch", "-q", "-c", "exp/again")
    shutil.move(project.root / "experiments/rate", project.root / "experiments/again")
    for path in (project.root / "experiments/again").rglob("*.*"):
        text = (
            path.read_text("utf-8")
            .replace("experiment: rate", "experiment: again")
            .replace("name: rate", "name: again")
        )
        path.write_text(re.sub(r"accuracy: 0\.(\d+)", r"accuracy: 0.1\1", text), "utf-8")
    project.commit("trained apart")

    said = project.ledger("plot", "rate:baseline", "again:baseline", code=None).err

    assert "has the same trials" not in said


def test_a_metric_against_a_parameter(shelved: Shelved) -> None:
    project = shelved(plotted)

    found = project.ledger("plot", "grid", "--metric", "accuracy", "--against", "train.lr", "--json").json

    records = project.ledger("show", "grid", "--json").json["trials"]
    assert sorted((t["x"], t["y"]) for t in found["trials"]) == sorted(
        (r["params"]["train.lr"], r["metrics"]["accuracy"]) for r in records
    )
    for mean in found["means"]:
        own = [r["metrics"]["accuracy"] for r in records if r["params"]["train.lr"] == mean["x"]]
        assert (mean["n"], mean["mean"]) == (len(own), pytest.approx(statistics.fmean(own)))


def test_a_distribution_and_parallel_coordinates_over_all_experiments(shelved: Shelved) -> None:
    project = shelved(plotted)

    spread = project.ledger("plot", "--distribution", "accuracy", "--json").json
    over = project.ledger("plot", "--parallel", "--json").json

    assert {arm["arm"] for arm in spread["arms"]} >= {"rate:baseline", "rate:treatment"}
    assert sum(arm["n"] for arm in spread["arms"]) == 6 + len(project.ledger("show", "grid", "--json").json["trials"])
    assert over["params"] == ["train.lr"]
    shown = project.ledger("plot", "--distribution", "accuracy")
    assert "accuracy (%)" in shown.out
    assert "rate:treatment (n=3)" in shown.out


def test_rows_can_be_chosen(shelved: Shelved) -> None:
    project = shelved(plotted)

    found = project.ledger("plot", "--distribution", "accuracy", "--where", "experiment = rate", "--json").json

    assert {arm["arm"] for arm in found["arms"]} == {"baseline", "treatment"}
    nothing = project.ledger("plot", "--distribution", "accuracy", "--where", "experiment = none", code=2)
    assert "no trial that counts is chosen" in nothing.err


@pytest.mark.parametrize("form", ["png", "svg", "html", "json"])
def test_files(shelved: Shelved, form: str) -> None:
    project = shelved(plotted)

    answer = project.ledger("plot", "rate", "-o", f"curves.{form}")

    data = (project.root / f"curves.{form}").read_bytes()
    assert answer.out == ""
    assert f"wrote curves.{form}" in answer.err
    assert data.startswith({"png": b"\x89PNG", "svg": b"<svg", "html": b"<!DOCTYPE html>", "json": b"{"}[form])
    if form == "json":
        assert "Accuracy of validation (%)" in json.dumps(json.loads(data))


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["--y", "acuracy"], "no plot file has a column acuracy of numbers", "did you mean accuracy?"),
        (["--x", "epohc"], "no plot file has a column epohc of numbers", "did you mean epoch?"),
        (["--band", "se"], "--band se is not one of sd, ci, minmax, none", "--band ci"),
        (["--metric", "acuracy", "--against", "train.lr"], "no trial has a metric acuracy", "did you mean accuracy?"),
        (["--against", "train.rl"], "no trial has a parameter train.rl", "did you mean train.lr"),
        (["--against", "lr", "--parallel"], "--against and --parallel are different plots", "choose one"),
        (["--metric", "accuracy"], "--metric does not apply to learning curves", "--against PARAM"),
        (["--parallel", "--y", "loss"], "--y is an option of learning curves", "leave out --y"),
        (["-o", "curves.gif"], "curves.gif: the extension must say the format", "png, svg, html, json"),
        (["-o", "nowhere/curves.svg"], "cannot write nowhere/curves.svg", "folder"),
    ],
)
def test_bad_input(shelved: Shelved, arguments: list[str], message: str, hint: str) -> None:
    answer = shelved(plotted).ledger("plot", "rate", *arguments, code=2)

    assert message in answer.err
    assert hint in answer.err


def test_a_revision_is_no_experiment(shelved: Shelved) -> None:
    assert "main is a git revision" in shelved(plotted).ledger("plot", "main", code=2).err


def test_without_declared_plots_the_hint_says_what_to_declare(project: Project) -> None:
    project.ledger("new", "A rate helps", "--name", "a", "-S", "train.lr=0.2", "--seeds", "1")
    assert "no trial of a has succeeded yet" in project.ledger("plot", "a", code=2).err
    project.ledger("run")

    answer = project.ledger("plot", "a", code=2)

    assert "the pipeline of a declares no plots" in answer.err
    assert "- curve.csv: {cache: false, x: epoch, y: accuracy}" in answer.err


def test_a_path_with_a_parameter_in_it(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("curve.csv:", "curve-${train.name}.csv:").split("      - history")[0].replace(
        "cmd: python train.py", "cmd: python train.py && mv curve.csv curve-${train.name}.csv"
    )  # fmt: skip
    train = (
        TRAIN.split('with open("history', maxsplit=1)[0]
        + "accuracy = rate\n"
        + "\n".join(TRAIN.splitlines()[-2:])
        + "\n"
    )
    files = default_files() | {"train.py": train, "dvc.yaml": "vars: [params.json]\n" + pipeline}
    project = make_project(files)
    project.ledger(
        "new", "A name", "--name", "named", "--variant", "huge:train.name=huge", "--variant", "tiny:train.name=tiny"
    )
    project.ledger("run")

    arms = {arm for metric, arm in lines_of(project, "named") if metric == "accuracy"}

    assert len(arms) == len(project.ledger("show", "named", "--json").json["trials"]) > 1

"""`ledger table` and `ledger export` on a real project, beside numbers computed from the records by hand."""

from __future__ import annotations

import csv
import io
import json
import statistics
from pathlib import Path
from typing import Any

import pytest
from conftest import Project, Shelved
from trained import trained

from ledger.cli import pager


def two_experiments(project: Project) -> None:
    """One that ran, with a baseline; one that is only planned."""
    project.ledger(
        "new", "A higher rate helps", "--name", "rate", "-S", "train.lr=0.2", "--predict", "accuracy >= baseline",
        "--seeds", "3", "--tag", "rates",
    )  # fmt: skip
    trained(project, "rate")
    project.git("switch", "-q", "main")
    project.ledger("new", "Deeper is better", "--name", "deeper", "-S", "train.layers=[8, 8]", "--seeds", "2")
    project.git("switch", "-q", "main")


def recorded(project: Project) -> list[dict[str, Any]]:
    """The trials of `rate` as `show` gives them."""
    trials: list[dict[str, Any]] = project.ledger("show", "rate", "--json").json["trials"]
    return trials


def test_a_row_an_experiment_carries_its_treatment(shelved: Shelved) -> None:
    project = shelved(two_experiments)

    deeper, rate = project.ledger("table", "--json", "--sort", "experiment").json

    values = [t["metrics"]["accuracy"] for t in recorded(project) if t["variant"] == "treatment"]
    assert rate["metrics"]["accuracy"]["mean"] == pytest.approx(statistics.fmean(values), rel=1e-12)
    assert rate["metrics"]["accuracy"]["sd"] == pytest.approx(statistics.stdev(values), rel=1e-12)
    assert (rate["metrics"]["accuracy"]["n"], rate["trials"], rate["recorded"]) == (3, 3, 3)
    assert rate["params"] == {"train.lr": 0.2, "train.layers": [4, 2], "train.name": "small"}
    assert rate["seconds"] == pytest.approx(sum(t["seconds"] for t in recorded(project) if t["variant"] == "treatment"))
    assert (rate["status"], rate["outcome"], rate["tags"], rate["variant"]) == (
        "recorded",
        None,
        ["rates"],
        "treatment",
    )
    assert (deeper["status"], deeper["metrics"], deeper["trials"], deeper["seconds"]) == ("planned", {}, 0, None)


def test_rows_of_arms_and_of_trials(shelved: Shelved) -> None:
    project = shelved(two_experiments)

    arms = project.ledger("table", "--variants", "--json", "--where", "name = rate").json
    trials = project.ledger("table", "--trials", "--json", "--sort", "-accuracy").json

    assert [(arm["variant"], arm["params"]["train.lr"]) for arm in arms] == [("baseline", 0.1), ("treatment", 0.2)]
    assert {t["trial"]: t["metrics"]["accuracy"]["mean"] for t in trials} == {
        t["id"]: t["metrics"]["accuracy"] for t in recorded(project)
    }
    assert [t["variant"] for t in trials] == ["treatment"] * 3 + ["baseline"] * 3
    assert all(t["counts"] and t["trial_status"] == "succeeded" for t in trials)
    assert all(t["replicate"] == {"seed": t["params"]["seed"]} for t in trials)


def test_groups_pool_the_trials(shelved: Shelved) -> None:
    project = shelved(two_experiments)

    asked = ("table", "--variants", "--group-by", "train.name", "--where", "trials > 0", "--json")
    (small,) = project.ledger(*asked).json

    values = [t["metrics"]["accuracy"] for t in recorded(project)]
    assert (small["group"], small["variants"], small["trials"]) == ({"params.train.name": "small"}, 2, 6)
    assert small["metrics"]["accuracy"]["mean"] == pytest.approx(statistics.fmean(values), rel=1e-12)
    assert small["metrics"]["accuracy"]["sd"] == pytest.approx(statistics.stdev(values), rel=1e-12)


def test_an_expression_chooses_and_points_at_its_mistakes(shelved: Shelved) -> None:
    project = shelved(two_experiments)

    assert project.ledger("table", "--where", "lr > 0.1 and tag = rates and accuracy > 0.5").out.count("\n") == 2
    none = project.ledger("table", "--where", "status = landed")
    assert (none.out, none.err) == ("", "none of the 2 experiments match\n")
    wrong = project.ledger("table", "--where", "acuracy > 0.9 and lr = 1", code=2)
    assert "column 1: no row has a field acuracy" in wrong.err
    assert "  acuracy > 0.9 and lr = 1\n  ^\n" in wrong.err
    assert "did you mean metrics.accuracy?" in wrong.err
    assert project.ledger("table", "--sort", "-acuracy", code=2).err.endswith("did you mean metrics.accuracy?\n")
    assert "choose one" in project.ledger("table", "--variants", "--trials", code=2).err


def test_the_text_fits_and_says_what_is_left_out(shelved: Shelved, monkeypatch: pytest.MonkeyPatch) -> None:
    project = shelved(two_experiments)

    narrow = project.ledger("table", "--trials")
    assert all(len(line) <= 80 for line in narrow.out.splitlines())
    assert "--all, --keep or a wider terminal" in narrow.err
    monkeypatch.setenv("COLUMNS", "160")
    wide = project.ledger("table", "--trials")
    assert max(map(len, wide.out.splitlines())) > 80
    assert "created" in wide.out
    assert "train.name" not in project.ledger("table", "--variants", "--keep", "accuracy").out


def test_an_empty_ledger_says_how_to_begin(project: Project) -> None:
    answer = project.ledger("table", "--where", "anything > 1")

    assert (answer.out, answer.err) == ("", 'no experiments yet: ledger new "what you expect" begins one\n')
    assert project.ledger("table", "--json").json == []
    assert project.ledger("export", "--format", "json").json == []


def test_an_export_has_every_trial(shelved: Shelved, tmp_path: Path) -> None:
    project = shelved(two_experiments)

    rows = list(csv.DictReader(io.StringIO(project.ledger("export").out)))
    assert {r["trial"]: float(r["metrics.accuracy"]) for r in rows} == {
        t["id"]: t["metrics"]["accuracy"] for t in recorded(project)
    }
    file = tmp_path / "arms.json"
    said = project.ledger("export", "--level", "variants", "--long", "-o", str(file), "--where", "name = rate")
    arms = json.loads(file.read_text("utf-8"))
    assert said.err == f"{len(arms)} rows of 2 variants in {file}\n"
    assert [(a["variant"], a["metric"], a["n"]) for a in arms][:2] == [
        ("baseline", "accuracy", 3),
        ("baseline", "loss", 3),
    ]
    assert "not one of csv, json, parquet" in project.ledger("export", "--format", "xml", code=2).err
    for name in ("trials.xlsx", "trials"):
        assert "the extension must say the format" in project.ledger("export", "-o", str(tmp_path / name), code=2).err
        assert not (tmp_path / name).exists()
    project.ledger("export", "--format", "csv", "-o", str(tmp_path / "trials.txt"))
    assert (tmp_path / "trials.txt").read_text("utf-8").startswith("experiment,")
    assert "--level" in project.ledger("export", "--level", "seeds", code=2).err
    assert "cannot write" in project.ledger("export", "-o", str(tmp_path / "no" / "where.csv"), code=2).err


def test_trials_in_python(shelved: Shelved) -> None:
    import ledger

    project = shelved(two_experiments)
    with ledger.open(project.root) as book:
        frame = book.trials().where("variant = treatment").to_pandas()

    values = [t["metrics"]["accuracy"] for t in recorded(project) if t["variant"] == "treatment"]
    assert list(frame["metrics.accuracy"]) == values
    assert list(frame["params.train.lr"]) == [0.2] * 3


def test_the_pager_is_gits(shelved: Shelved, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project = shelved(two_experiments)
    seen = tmp_path / "seen"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    project.git("config", "core.pager", f"printf '%s ' $LESS > {seen}; cat >> {seen}")

    assert project.ledger("table").out == ""
    assert seen.read_text("utf-8").startswith("FRXS experiment")
    seen.unlink()
    assert project.ledger("--no-pager", "table").out.startswith("experiment")
    assert not seen.exists()
    monkeypatch.setenv("GIT_PAGER", "there-is-no-such-pager")
    assert project.ledger("table").out.startswith("experiment")


def test_a_reader_who_leaves_the_pager_early_is_no_fault() -> None:
    assert pager.shown("line\n" * 100_000, "head -1 > /dev/null", {"PATH": "/usr/bin:/bin"})

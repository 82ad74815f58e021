"""`ledger coverage` on records: what it counts, what it leaves out, and that its command can be typed."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import Project, Shelved

from ledger.model import trial as trials
from ledger.model import trial_file, void
from ledger.model.experiment import directory
from ledger.model.trial import Failure, Trial

ARMS = {
    "a": {"lr": 0.1, "name": "small", "layers": [4, 2]},
    "b": {"lr": 0.2, "name": "small", "layers": [8]},
    "c": {"lr": 0.3, "name": "large, slow", "layers": [8]},
}


DRAWN = """\
                   name               layers
                   large, sl… small   [4, 2] [8]
lr    0.1          ·          ■       ■      ·
      0.2          ·          ■       ·      ■
      0.3          !          +       +      !
name  large, sl…                      ·      !
      small                           ■      ■

■ tried   ! only failed   + planned   · never tried
"""


def record(arm: str, seed: int, train: dict[str, Any], status: str = trials.SUCCEEDED) -> dict[str, str]:
    """The file of a trial."""
    made = Trial(
        experiment="grid",
        variant=arm,
        point=(("seed", seed),),
        attempt=1,
        status=status,
        fingerprint="f" * 32,
        code="c" * 40,
        started=datetime(2026, 11, 20, 10, tzinfo=UTC),
        seconds=1.0,
        params={"params.json": {"seed": seed, "train": train}},
        metrics={"accuracy": 0.5} if status == trials.SUCCEEDED else {},
        error=None if status == trials.SUCCEEDED else Failure(stage="train", exit_code=1, tail="diverged"),
    )
    return {trials.record_path(directory("grid"), made): trial_file.dumps(made)}


def grid(project: Project) -> None:
    """Three arms with trials, of which one failed, one that has none, and a trial that was voided."""
    arms = [
        f"{name}:train.lr={p['lr']},train.name='{p['name']}',train.layers={p['layers']}" for name, p in ARMS.items()
    ]
    project.ledger("new", "A grid", "--name", "grid", "--seeds", "2", "--variant", arms[0], "--variant", arms[1],
                   "--variant", arms[2], "--variant", "d:train.lr=0.3,train.layers=[4, 2]")  # fmt: skip
    files = record("a", 0, ARMS["a"]) | record("a", 1, ARMS["a"]) | record("b", 0, ARMS["b"])
    files |= record("c", 0, ARMS["c"], trials.FAILED) | (odd := record("b", 1, {**ARMS["b"], "lr": 9.0}))
    said = void.Void(by="Ada", when=datetime(2026, 11, 21, tzinfo=UTC), why="wrong data")
    files |= {void.path_of(path): void.dumps(said) for path in odd}
    project.commit("records", files)


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """The grid."""
    return shelved(grid)


def names(combinations: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The values of combinations."""
    return [tuple(one.values()) for one in combinations]


def test_what_was_tried_failed_and_is_planned(project: Project) -> None:
    found = project.ledger("coverage", "--json").json

    assert found["parameters"] == [
        {"name": "train.lr", "values": [0.1, 0.2, 0.3], "bins": None, "absent": 0},
        {"name": "train.name", "values": ["large, slow", "small"], "bins": None, "absent": 0},
        {"name": "train.layers", "values": [[4, 2], [8]], "bins": None, "absent": 0},
    ]
    assert (found["t"], found["covered"], found["total"], found["trials"]) == (2, 9, 16, 4)
    assert found["share"] == 0.5625
    # that of the arm without a trial: its name is the branch's
    assert names(found["planned"]) == [(0.3, "small"), (0.3, [4, 2])]
    assert names(found["failed"]) == [(0.3, "large, slow"), (0.3, [8]), ("large, slow", [8])]
    assert len(found["missing"]) == found["missing_total"] == 7
    assert all(one in found["missing"] for one in found["planned"])
    assert (found["replicates"], found["fixed"], found["planned_arms"]) == (["seed"], [], 1)
    assert found["warnings"] == ["1 voided trial not counted"]
    assert {(p["a"], p["b"]): (p["covered"], p["total"]) for p in found["pairs"]} == {
        ("train.lr", "train.name"): (3, 6),
        ("train.lr", "train.layers"): (3, 6),
        ("train.name", "train.layers"): (3, 4),
    }


def test_the_answer_in_a_terminal(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = project.ledger("coverage").out

    assert said.startswith("9 of 16 pairs tried (56.2%), in 4 trials; 3 only in trials that failed, 2 planned.\n")
    drawn = said[said.index("\n       ") :].splitlines()[1:10]
    assert drawn == DRAWN.splitlines()
    assert "  train.lr=0.3, train.name=small (planned)\n" in said
    # too wide for a picture, it is how many of each
    monkeypatch.setenv("COLUMNS", "30")
    narrow = project.ledger("coverage", "--limit", "0")
    assert "■" not in narrow.out and "never tried" not in narrow.out and "3/6" in narrow.out


def test_the_proposed_command_begins_an_experiment_that_closes_the_gaps(project: Project) -> None:
    before = project.state()
    exclude = ("--exclude", "lr = 0.1 and name = 'large, slow'", "--complete", "9")
    found = project.ledger("coverage", "grid", *exclude, "--json").json
    assert project.state() == before
    assert found["open_after"] == 0 and found["excluded"] == 1

    # as a shell reads it
    words = project.shell(f"set -- {found['command']}; printf '%s\\n' \"$@\"").splitlines()
    assert words[0] == "ledger" and words[3:5] == ["--from", "grid"]
    project.ledger(*words[1:], "--name", "gaps")

    begun = project.ledger("table", "--variants", "--where", "name = gaps", "--json").json
    assert [row["params"] for row in begun] == [one["params"] for one in found["proposals"]]
    again = project.ledger("coverage", *exclude, "--json").json
    assert again["planned"] == again["missing"] and again["covered"] == found["covered"]
    assert (again["proposals"], again["command"]) == ([], None)
    assert "Nothing to propose: what is missing is planned." in project.ledger("coverage", *exclude).out


def test_formats(project: Project) -> None:
    rows = list(csv.reader(io.StringIO(project.ledger("coverage", "--format", "csv").out)))
    assert rows[0] == ["train.lr", "train.name", "train.layers"]
    assert rows[1] == ["0.1", "large, slow", ""] and len(rows) == 8
    assert len(project.ledger("coverage", "--format", "csv", "--limit", "2").out.splitlines()) == 3
    md = project.ledger("coverage", "--format", "md").out
    assert "| train.lr" in md and "```\n" in md and "■ tried" in md
    html = project.ledger("coverage", "--format", "html").out
    assert '<img src="data:image/svg+xml;base64,' in html and "9 of 16 tried" in html


def test_a_picture_goes_to_a_file(project: Project) -> None:
    said = project.ledger("coverage", "-o", "tried.svg")
    assert said.err.endswith("wrote tried.svg\n") and "pairs tried" in said.out
    svg = (project.root / "tried.svg").read_text()
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"') and "Tried and never tried" in svg
    assert project.ledger("coverage", "--json", "-o", "tried.html").json["t"] == 2
    assert (project.root / "tried.html").read_text().startswith("<!doctype html>")
    assert "one of png, svg, html" in project.ledger("coverage", "-o", "tried.json", code=2).err
    assert "-t 2 counts pairs" in project.ledger("coverage", "-t", "1", "-o", "x.svg", code=2).err
    assert "among records" in project.ledger("coverage", "-o", "experiments/x.svg", code=2).err
    assert not (project.root / "x.svg").exists()


def test_which_trials_are_chosen(project: Project) -> None:
    asked = ("coverage", "--json", "--where")
    assert project.ledger(*asked, "trial_status = succeeded").json["trials"] == 3
    assert project.ledger("coverage", "grid:a", "grid:b", "--json").json["planned_arms"] == 0
    none = project.ledger(*asked, "accuracy > 5", code=2)
    assert "none of 5 recorded trials is chosen" in none.err
    assert "no parameter that counts varied" in project.ledger("coverage", "grid:a", code=2).err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-t", "4"), "-t 4 takes 4 parameters that varied; 3 did"),
        (("-t", "5"), "'-t': 5 is more than 4"),
        (("--complete", "0"), "0 is less than 1"),
        (("--exclude", "lrr > 1"), "did you mean train.lr?"),
        (("--exclude", "seed = 1"), "seed does not count here: it only repeats"),
        (("--exclude", "lr > 0"), "forbids every configuration"),
        (("--bins", "lr=2,1"), "edges must be finite numbers in increasing order"),
        (("--bins", "1,2"), "edges need the name of a parameter"),
        (("--bins", "lr=0"), "neither a number of bins nor edges"),
        (("--bins", "3", "--bins", "4"), "both apply to all parameters"),
        (("--bins", "lr=3", "--bins", "lr=4"), "--bins is given twice for lr"),
        (("--keep", "rate"), "no trial has such a parameter"),
        (("--format", "pdf"), "--format pdf is not one of"),
        (("main",), "main is a git revision, not an experiment"),
        (("nope",), "there is no experiment and no revision 'nope'"),
    ],
)
def test_bad_input(project: Project, arguments: tuple[str, ...], said: str) -> None:
    answer = project.ledger("coverage", *arguments, code=2)
    assert said in answer.err and not answer.out


def test_without_any_trial(make_project: Any) -> None:
    assert "no trial has been recorded yet" in make_project().ledger("coverage", code=2).err

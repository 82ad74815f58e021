"""`suggest` on recorded trials: which of them it learns from, what it says, and what it refuses."""

from __future__ import annotations

import shlex

import pytest
from conftest import Project, Shelved

TRAIN = """\
import json, random, sys
p = json.load(open("params.json"))
if 0.5 < p["lr"] < 0.8:
    sys.exit("diverged")
loss = (p["lr"] - 0.3) ** 2 + p["width"] / 100 + random.Random(str(p)).gauss(0, 0.002)
loss = float("nan") if p["lr"] > 0.8 else loss
json.dump({"loss": loss}, open("metrics.json", "w"))
"""

FILES = {
    "train.py": TRAIN,
    "params.json": '{"seed": 0, "lr": 0.1, "width": 4, "opt": "adam", "unread": 1}\n',
    "ledger.yaml": "metrics:\n  loss: {direction: lower}\n",
    "dvc.yaml": """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py]
    params:
      - params.json: [seed, lr, width, opt]
    metrics:
      - metrics.json: {cache: false}
""",
}

LR = ("--tune", "lr=0.0..1.0", "--objective", "loss")


def tried(project: Project) -> None:
    """Five rates with two seeds each, one of which fails, and one gives no number; and one at a width of its own."""
    project.ledger("new", "Rates", "--vary", "lr=0.0,0.2,0.4,0.7,0.9", "--seeds", "2")
    project.ledger("run", code=1)
    project.git("switch", "-q", "main")
    project.ledger("new", "Wide", "-S", "width=8", "-S", "lr=0.5", "--no-switch")
    project.ledger("run", "wide")


@pytest.fixture
def project(shelved: Shelved) -> Project:
    made: Project = shelved(tried, FILES)
    return made


def test_what_is_suggested(project: Project) -> None:
    before = project.state()
    found = project.ledger("suggest", *LR, "-n", "2", "--json").json
    assert project.state() == before
    first, second = found
    assert set(first) == {"params", "mean", "sd", "expected_improvement", "chance", "nearest"}
    # below what failed, between the two that were best
    assert 0.2 < first["params"]["lr"] < 0.5
    assert first["params"] != second["params"]
    assert first["nearest"]["arms"][0] in ("rates:lr-0-2", "rates:lr-0-4")
    assert first["nearest"]["n"] == 2
    assert 0 < first["chance"] < 1 and first["expected_improvement"] > 0
    assert found == project.ledger("suggest", *LR, "-n", "2", "--json").json

    shown = project.ledger("suggest", *LR, "-n", "2").out
    assert "min loss, by 5 configurations in 10 trials of rates" in shown
    assert "best so far: lr=0.4 (rates:lr-0-4)" in shown or "best so far: lr=0.2 (rates:lr-0-2)" in shown
    assert "2 configurations failed or lack the metric, and count as bad" in shown
    assert "1 trial at other code, data or parameters left out" in shown
    lines = [line for line in shown.splitlines() if line.startswith("ledger new")]
    project.ledger(*shlex.split(lines[0])[1:])
    assert project.git("show", "HEAD:params.json") == FILES["params.json"].strip().replace(
        "0.1", str(first["params"]["lr"])
    )
    assert project.ledger("status", "--json").json["declared"] == 2


def test_where_and_of_whom(project: Project) -> None:
    other = project.ledger("suggest", "wide", *LR, "--json").json
    assert [one["nearest"]["arms"] for one in other] == [["wide:treatment"]]
    shown = project.ledger("suggest", "wide", *LR).out
    assert "one configuration says nothing about the effect of the parameters" in shown
    assert "too few results to predict from" in shown
    assert "--from wide" in shown
    both = project.ledger("suggest", *LR, "--tune", "width=2..8").out
    # at the same code they are configurations of one space
    assert "by 6 configurations in 11 trials of" in both
    few = project.ledger("suggest", *LR, "--where", "params.lr < 0.3", "--tune", "width=2..8").out
    assert "width is the same in all of them, so its effect is unknown" in few
    outside = project.ledger("suggest", "--tune", "lr=0.05..0.5", "--objective", "min loss").out
    assert "left out, outside the space: rates:lr-0-0 (lr), rates:lr-0-7 (lr) and rates:lr-0-9 (lr)" in outside
    assert project.ledger("suggest", *LR, "--model", "tpe", "--json").json[0]["mean"] is None


@pytest.mark.parametrize(
    ("arguments", "says", "hint"),
    [
        ([*LR, "--where", "params.lr > 7"], "--where chooses no trial", "ledger table --trials"),
        (["--tune", "lr=5.0..6.0", "--objective", "loss"], "every trial lies outside of the space: rates:", "widen"),
        (["--tune", "lr=0.0..1.0", "--objective", "max dice"], "no trial of the ledger has a metric dice", "loss"),
        (["--tune", "lr=0..1:log", "--objective", "loss"], "a logarithmic scale cannot begin at 0", "log out"),
        (["--tune", "rate=0..1", "--objective", "loss"], "no parameter file has rate", "known"),
        ([*LR, "--tune", "seed=0..9"], "seed repeats the trials of", "--seeds"),
        ([*LR, "--tune", "unread=0..9"], "no stage tracks the parameter unread", "dvc.yaml"),
        (["--tune", "lr=0.0..1.0"], "no objective is given", '--objective "m'),
        (["--objective", "loss"], "no parameter to tune is given", "--tune lr=0.0..0.9"),
        ([*LR, "--model", "forest"], "--model forest is not one of gp, tpe", "--model gp"),
        (["--tune", "lr=0..1", "--objective", "loss"], "lr is 0.1, and 0..1 has whole numbers only", "lr=0.0..1.0"),
        (["--tune", "lr=0.0..1.0", "--objective", "loss a b"], "not a direction and a metric", "min loss"),
    ],
)
def test_refused(project: Project, arguments: list[str], says: str, hint: str) -> None:
    refused = project.ledger("suggest", *arguments, code=2)
    assert says in refused.err
    assert hint in refused.err


def test_nothing_at_this_code(project: Project) -> None:
    project.commit("other code", {"train.py": TRAIN.replace("0.3", "0.31")})
    refused = project.ledger("suggest", *LR, code=2)
    assert "no trial ran at this code, data and other parameters; 11 ran at others" in refused.err
    assert project.ledger("suggest", "rates", *LR, "--json").json


def test_no_trials(shelved: Shelved) -> None:
    project = shelved(lambda project: None, FILES)
    refused = project.ledger("suggest", *LR, code=2)
    assert "there is no trial to learn from" in refused.err

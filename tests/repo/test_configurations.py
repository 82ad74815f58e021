"""What importance is computed over: arms at one state of code and data. No trial runs."""

from __future__ import annotations

import json
import random

import pytest
from conftest import Project, Shelved, default_files
from test_confirm import recorded

from ledger.errors import LedgerError
from ledger.repo.configurations import tried
from ledger.repo.ledger import open_ledger
from ledger.report.remarks import sentences


def swept(project: Project, name: str, count: int, *, start: str, first: int = 0) -> None:
    """An experiment with so many arms of random rates and layers, which have made-up trials."""
    draw = random.Random(name)
    arms = {f"a{n}": (round(draw.uniform(0, 1), 4), draw.choice([2, 4, 8])) for n in range(first, first + count)}
    asked = [f"--variant={arm}:train.lr={rate},train.layers=[{size}]" for arm, (rate, size) in arms.items()]
    project.ledger("new", "Some are better", "--name", name, "--seeds", "2", "--from", start, *asked)
    values = {arm: {seed: rate + 0.1 * seed for seed in (0, 1)} for arm, (rate, _) in arms.items()}
    recorded(project, name, values)


@pytest.fixture
def sweep(shelved: Shelved) -> Project:
    """Forty arms on main's code, and three on another one."""
    return shelved(built, default_files())


def built(project: Project) -> None:
    project.commit("settings", {"ledger.yaml": "metrics:\n  accuracy: {direction: higher}\n"})
    swept(project, "wide", 36, start="main")
    # a branch that sets a parameter runs the same code
    project.git("switch", "-q", "main")
    params = json.loads((project.root / "params.json").read_text())
    params["train"]["lr"] = 0.9
    project.commit("another rate", {"params.json": json.dumps(params)})
    swept(project, "more", 4, start="main", first=90)
    project.git("switch", "-q", "main")
    project.commit("another program", {"train.py": (project.root / "train.py").read_text() + "# other\n"})
    swept(project, "other", 3, start="main", first=70)


def test_one_state_of_code_and_data(sweep: Project) -> None:
    with open_ledger(sweep.root) as ledger:
        found = tried(ledger, "accuracy", None)
        assert len(found.configurations) == 40
        assert {one.n for one in found.configurations} == {2}
        assert sentences(found.notes) == ("3 arms at 1 other state of code and data left out: --where chooses",)
        assert "seed" not in found.configurations[0].params
        chosen = tried(ledger, "accuracy", "experiment = other")
        assert (len(chosen.configurations), chosen.notes) == (3, ())


def test_a_seed_is_no_parameter(sweep: Project) -> None:
    # this one has no replicates, and so its seed among its parameters
    sweep.git("switch", "-q", "main")
    asked = ["--variant", "a:train.lr=0.5", "--variant", "b:train.lr=0.4"]
    sweep.ledger("new", "One more", "--name", "once", "--from", "main", *asked)
    recorded(sweep, "once", {"a": {0: 0.1}, "b": {0: 0.2}}, seeded=False)
    with open_ledger(sweep.root) as ledger:
        found = tried(ledger, "accuracy", "experiment = once")
        assert [set(one.params) for one in found.configurations] == [{"train.lr", "train.name", "train.layers"}] * 2


def test_what_it_says(sweep: Project) -> None:
    said = sweep.ledger("importance", "accuracy").out
    assert "accuracy depends on train.lr, over 40 configurations in 80 trials" in said
    answer = sweep.ledger("importance", "accuracy", "--json").json
    assert [one["name"] for one in answer["parameters"] if one["important"]] == ["train.lr"]
    assert answer["fixed"] == ["train.name"]
    assert "data:image/svg+xml;base64," in sweep.ledger("importance", "accuracy", "--format", "html").out
    assert sweep.ledger("importance", "accuracy", "--format", "csv").out.startswith("parameter,importance,low,high,")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("acuracy",), "did you mean accuracy?"),
        (("accuracy", "--where", "experiment = more"), "4 configurations have accuracy, and importance needs 30"),
        (("accuracy", "--where", "experiment = nothing"), "no arm with trials is chosen"),
        (("accuracy", "--top", "much"), "'much' is not a number"),
        (("accuracy", "--top", "0"), "--top 0 is not a share between 0 and 1"),
        (("accuracy", "--top", "nan%"), "is not a share"),
        (("accuracy", "--higher-is-better", "--lower-is-better"), "--higher-is-better"),
    ],
)
def test_bad_input(sweep: Project, arguments: tuple[str, ...], said: str) -> None:
    assert said in sweep.ledger("importance", *arguments, code=2).err.replace("\n  ", " ")


def test_failed_trials_count_as_bad(sweep: Project) -> None:
    folder = "experiments/wide/trials"
    sweep.git("switch", "-q", "exp/wide")
    texts = {
        f"{folder}/{arm}/seed-{seed}.yaml": (sweep.root / f"{folder}/{arm}/seed-{seed}.yaml").read_text("utf-8")
        for arm in ("a0", "a1", "a2")
        for seed in (0, 1)
    }

    def failed(text: str) -> str:
        metrics = next(line for line in text.splitlines() if line.startswith("metrics:"))
        error = "error: {stage: train, exit_code: 1, tail: out of memory}"
        return text.replace(metrics, "metrics: {}").replace("succeeded", "failed").replace("error: null", error)

    made = {path: failed(text) for path, text in texts.items() if "/a0/" in path or path.endswith("a2/seed-1.yaml")}
    for path in (f"{folder}/a1/seed-0.yaml", f"{folder}/a1/seed-1.yaml"):
        made[path] = texts[path].replace(texts[path].split("accuracy: ")[1].split("}")[0], ".nan")
    sweep.commit("run: otherwise", made)
    # what is voided counts for nothing
    sweep.ledger("void", "wide:a1/seed-1", "-m", "the wrong program")
    with open_ledger(sweep.root) as ledger:
        found = tried(ledger, "accuracy", None)
    bad = [(one.n, one.failed) for one in found.configurations if one.failed]
    assert sorted(bad) == [(0, 1), (0, 2), (1, 1)]
    answer = sweep.ledger("importance", "accuracy", "--json").json
    assert (answer["configurations"], answer["failed"], answer["trials"]) == (40, 2, 79)
    assert answer["warnings"][:2] == [
        "2 configurations failed or lack accuracy, and count as bad",
        "1 trial of configurations that have accuracy failed or lacks it, and counts as bad",
    ]


def test_no_trials(project: Project) -> None:
    with open_ledger(project.root) as ledger, pytest.raises(LedgerError, match="no trial has been recorded yet"):
        tried(ledger, "accuracy", None)

"""A finding is put to the test: which arm it is, what is predicted of it, and at which replicates. No trial runs."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Project, Shelved, default_files

from ledger import open as opened
from ledger.errors import LedgerError
from ledger.model import trial as trials
from ledger.model import trial_file
from ledger.model.parameters import flatten
from ledger.model.trial import Trial
from ledger.ops.confirm import confirm
from ledger.repo.confirming.request import ConfirmRequest
from ledger.repo.ledger import open_ledger
from ledger.stats.maximum import expected_maximum

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def recorded(project: Project, name: str, values: Mapping[str, Mapping[int, float]], *, seeded: bool = True) -> None:
    """Give arms of an experiment trials that never ran, at the code and the parameters that they have now."""
    files = {}
    with open_ledger(project.root) as ledger:
        experiment = ledger.experiment(name)
        for arm, own in ledger.arms(experiment).items():
            for place, (seed, accuracy) in enumerate(values.get(arm, {}).items()):
                params = json.loads(own.texts["params.json"])
                params["seed"] = seed
                record = Trial(
                    experiment=name,
                    variant=arm,
                    point=(("seed", seed),) if seeded else (),
                    attempt=1,
                    status=trials.SUCCEEDED,
                    fingerprint=own.fingerprint,
                    code=own.code.commit,
                    started=datetime.now(UTC) + timedelta(seconds=place),
                    seconds=1.0,
                    params={"params.json": params},
                    metrics={"accuracy": accuracy},
                )
                files[trials.record_path(f"experiments/{name}", record)] = trial_file.dumps(record)
    project.git("switch", "-q", f"exp/{name}")
    project.commit(f"run: {name}", files)


def noisy(level: float, seeds: range, at: str) -> dict[int, float]:
    return {seed: level + random.Random(f"{at} {seed}").gauss(0, 0.01) for seed in seeds}


@pytest.fixture
def grid(shelved: Shelved) -> Project:
    """A grid of three rates beside the present one; 0.3 is best."""
    return shelved(built, default_files())


def built(project: Project) -> None:
    project.commit("settings", {"ledger.yaml": "metrics:\n  accuracy: {direction: higher}\n"})
    project.ledger("new", "Some rate is better", "--name", "grid", "--seeds", "4", "--vary", "train.lr=0.1,0.2,0.3,0.4")
    levels = {"treatment": 0.8, "lr-0-2": 0.81, "lr-0-3": 0.86, "lr-0-4": 0.8}
    recorded(project, "grid", {arm: noisy(level, range(4), arm) for arm, level in levels.items()})


def confirmed(project: Project, target: str | None = "grid", **asked: Any) -> Any:
    """What is begun; the work tree stays where it is."""
    with open_ledger(project.root) as ledger:
        request = ConfirmRequest(target=target, switch=False, **asked)
        return confirm(ledger, request, now=NOW)


def test_the_best_arm_of_a_grid(grid: Project) -> None:
    before = grid.state()
    made = confirmed(grid)
    plan, worth = made.created.plan, made.selected
    assert (plan.parent, plan.confirms.experiment, plan.confirms.variant, plan.confirms.among) == (
        "grid", "grid", "lr-0-3", 3,
    )  # fmt: skip
    assert worth.luck == pytest.approx(expected_maximum(3) * worth.noise / 2)
    assert worth.shrunken == pytest.approx(worth.estimate - worth.luck)
    (prediction,) = plan.predictions
    assert str(prediction) == f"accuracy >= baseline + {worth.margin}"
    assert prediction.margin == pytest.approx(worth.shrunken / 2, rel=5e-3)
    # the arms are those of the grid, to the fingerprint
    with open_ledger(grid.root) as ledger:
        was, now = (ledger.present(ledger.experiment(name)) for name in ("grid", plan.name))
    assert (now["treatment"], now["baseline"]) == (was["lr-0-3"], was["treatment"])
    (axis,) = plan.replicates.axes
    assert not {0, 1, 2, 3} & set(axis.values)
    assert len(axis.values) >= 5
    assert grid.state()[1:] == before[1:]
    text = grid.git("show", f"exp/{plan.name}:experiments/{plan.name}/hypothesis.md")
    assert "grid:lr-0-3 is the best of 3" in text.replace("Grid", "grid")
    assert "by luck alone (0.846 x" in text


def test_the_answer_and_its_shape(grid: Project) -> None:
    said = grid.ledger("confirm", "grid", "--no-switch", "--json").json
    assert said["confirms"] == {"experiment": "grid", "variant": "lr-0-3", "among": 3}
    assert said["shrunken"] == pytest.approx(said["estimate"] - said["luck"])
    answer = grid.ledger("confirm", "grid", "--name", "again", "--seeds", "7").out
    assert "grid:lr-0-3 is the best of 3: accuracy" in answer
    assert "14 trials: baseline and treatment each at 7 fresh values of seed" in answer
    assert grid.git("branch", "--show-current") == "exp/again"
    assert flatten(json.loads((grid.root / "params.json").read_text()))["train.lr"] == 0.3


def test_the_grid_says_itself_what_luck_adds(grid: Project) -> None:
    shown = grid.ledger("show", "grid").out
    assert "lr-0-3 is the best of 4 by accuracy\n  being the best of 4 adds 0.00" in shown
    assert "by luck alone (1.029 x" in shown
    best = grid.ledger("table", "--variants", "--best")
    assert "grid        lr-0-3" in best.out
    assert "being the best of 4 adds 0.00" in best.err
    assert "ledger confirm grid:lr-0-3 puts it to the test" in best.err


def test_an_arm_that_is_named_was_chosen_among_all(grid: Project) -> None:
    made = confirmed(grid, "grid:lr-0-2", margin=0.001)
    assert made.selected.among == 3
    assert [str(p) for p in made.created.plan.predictions] == ["accuracy >= baseline + 0.001"]


def test_the_best_of_what_is_chosen(grid: Project) -> None:
    made = confirmed(grid, None, where="train.lr < 0.3 and variant != treatment")
    assert (made.finding, made.selected.among, made.selected.luck) == ("grid:lr-0-2", 1, 0.0)
    with pytest.raises(LedgerError, match="no arm of what --where chooses"):
        confirmed(grid, None, where="train.lr > 7")


def test_a_second_attempt_has_other_seeds_and_divides_alpha(grid: Project) -> None:
    first = confirmed(grid).created.plan
    with pytest.raises(LedgerError, match=f"{first.name} already tests it"):
        confirmed(grid)
    second = confirmed(grid, name="another").created.plan
    assert not set(first.replicates.axes[0].values) & set(second.replicates.axes[0].values)
    assert (first.looks, second.looks) == (1, 1)
    grid.git("switch", "-q", f"exp/{first.name}")
    judged = f"[{{text: {first.predictions[0]}, outcome: inconclusive}}]"
    verdict = f"---\nschema: 3\noutcome: inconclusive\nconfirmatory: true\npredictions: {judged}\n---\n"
    grid.commit("verdict", {f"experiments/{first.name}/verdict.md": verdict})
    grid.git("switch", "-q", "exp/grid")
    third = confirmed(grid, name="third")
    assert (third.created.plan.looks, third.attempt) == (2, 3)


def test_a_verdict_is_about_the_arm_that_was_predicted(grid: Project) -> None:
    grid.ledger("new", "A higher rate", "--name", "rate", "--from", "main", "--predict", "accuracy >= baseline + 0.01",
                "--predict", "loss <= 0.9", "--seeds", "4", "-S", "train.lr=0.3")  # fmt: skip
    recorded(grid, "rate", {"treatment": noisy(0.86, range(4), "t"), "baseline": noisy(0.8, range(4), "b")})
    made = confirmed(grid, "rate")
    plan = made.created.plan
    assert (made.finding, made.selected.among, made.baseline) == ("rate", 1, "rate:baseline")
    half = made.selected.margin
    # what else was predicted is predicted again
    assert [str(p) for p in plan.predictions] == [f"accuracy >= baseline + {half}", "loss <= 0.9"]
    assert plan.variant("baseline").at == grid.git("rev-parse", "main")


def judged(project: Project, predicted: str, treatment: float) -> Any:
    """What is begun to confirm an experiment whose prediction its trials support."""
    project.ledger("new", "It matters", "--name", "ablate", "--from", "main", "--predict", predicted, "--seeds", "4",
                   "-S", "train.lr=0.7")  # fmt: skip
    recorded(project, "ablate", {"treatment": noisy(treatment, range(4), "t"), "baseline": noisy(0.8, range(4), "b")})
    assert project.ledger("conclude", "ablate", "--json").json["outcome"] == "supported"
    return confirmed(project, "ablate")


def test_a_fall_that_was_predicted_is_confirmed_by_another(grid: Project) -> None:
    # higher is better by ledger.yaml, and the finding is a fall
    made = judged(grid, "accuracy <= baseline - 0.05", 0.7)
    (prediction,) = made.created.plan.predictions
    assert str(prediction) == f"accuracy <= baseline - {made.selected.margin}"
    assert made.selected.margin == pytest.approx(0.05, abs=0.01)
    assert (made.selected.better, made.selected.luck) == ("lower", 0.0)


def test_what_was_to_be_no_worse_is_to_be_so_again(grid: Project) -> None:
    made = judged(grid, "accuracy >= baseline - 0.1", 0.76)
    assert [str(p) for p in made.created.plan.predictions] == ["accuracy >= baseline - 0.1"]


def test_what_is_better_though_it_was_to_be_no_worse_is_to_be_better(grid: Project) -> None:
    made = judged(grid, "accuracy >= baseline - 0.1", 0.9)
    assert [str(p) for p in made.created.plan.predictions] == [f"accuracy >= baseline + {made.selected.margin}"]
    assert made.selected.margin == pytest.approx(0.05, abs=0.01)


def test_the_baseline_is_the_grid_s_own_arm_where_it_has_one(grid: Project) -> None:
    grid.git("switch", "-q", "main")
    grid.ledger("new", "The same again", "--name", "later", "--seeds", "7,8", "--predict", "accuracy >= baseline",
                "-S", "train.lr=0.5")  # fmt: skip
    recorded(grid, "later", {"baseline": {7: 0.1, 8: 0.2}, "treatment": {7: 0.1, 8: 0.2}})
    assert confirmed(grid).baseline == "grid:treatment"


def test_nothing_is_left_where_luck_explains_all(grid: Project) -> None:
    made = confirmed(grid, "grid:lr-0-4")
    assert made.selected.shrunken < 0
    assert [str(p) for p in made.created.plan.predictions] == ["accuracy >= baseline"]


@pytest.mark.parametrize(
    ("target", "asked", "said"),
    [
        ("grid", {"metric": "acuracy"}, "no trial here has a metric acuracy"),
        ("grid:treatment", {}, "is what it was forked from"),
        ("grid:lr-0-3/seed-0", {}, "is one trial"),
        ("main", {}, "is a git revision"),
        (None, {}, "say what to confirm"),
        ("grid", {"margin": -1.0}, "is not a distance"),
        ("grid", {"margin": 0.1, "predictions": ("accuracy > baseline",)}, "already contains the margin"),
        ("grid", {"seeds": 1}, "no estimate of the noise"),
        ("grid", {"predictions": ("accuracy >= other",)}, "is not an experiment here"),
        ("grid", {"predictions": ("accuracy ≥ baseline",)}, "cannot read the prediction"),
        ("grid", {"baseline": "main"}, "does not follow from the records: the baseline has no results"),
        ("grid", {"baseline": "grid:lr-0-3/seed-0"}, "is one trial"),
        ("grid", {"baseline": "grid:lr-0-3"}, "would be compared with itself"),
        ("grid", {"name": "grid"}, "is taken"),
    ],
)
def test_what_cannot_be_confirmed_is_refused_and_nothing_changes(
    grid: Project, target: str | None, asked: dict[str, Any], said: str
) -> None:
    before = grid.state()
    with pytest.raises(LedgerError, match=said):
        confirmed(grid, target, **asked)
    assert grid.state() == before


def test_without_results_or_a_direction(project: Project) -> None:
    project.ledger("new", "Nothing ran", "--name", "empty", "--seeds", "2")
    with pytest.raises(LedgerError, match="no arm of empty has results"):
        confirmed(project, "empty")
    recorded(project, "empty", {"treatment": {0: 0.5, 1: 0.6}})
    with pytest.raises(LedgerError, match="it is unknown whether a higher or a lower accuracy is better"):
        confirmed(project, "empty")
    with pytest.raises(LedgerError, match="is what it was forked from"):
        confirmed(project, "empty", better="higher")


def test_one_trial_has_no_fresh_replicates(project: Project) -> None:
    project.ledger("new", "One", "--name", "one", "-S", "train.lr=0.5")
    recorded(project, "one", {"treatment": {0: 0.5}}, seeded=False)
    with pytest.raises(LedgerError, match="ran once without seeds"):
        confirmed(project, "one", better="higher", margin=0.1)


def test_from_python(grid: Project) -> None:
    with opened(grid.root) as book:
        begun = book.confirm("grid", seeds=5, switch=False)
        assert begun.finding == "grid:lr-0-3"
        found = book.standing("grid")
        assert [(one.variant, one.state) for one in found.tested] == [("lr-0-3", "to be confirmed")]
        with pytest.raises(LedgerError, match="importance needs 30"):
            book.importance("accuracy")

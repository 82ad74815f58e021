"""`ledger conclude` on trials that failed, or may be older than the prediction, and where nothing varies."""

from __future__ import annotations

import pytest
from concluding import front_matter, three, values
from conftest import NOISY, Project, Shelved
from trained import trained

# --- what casts doubt on trials


def test_results_that_may_be_older_than_the_prediction(shelved: Shelved) -> None:
    project = shelved(three)
    # the run cache has both seeds of what `good` ran, and baseline trials are taken over
    project.ledger("new", "The same again", "--name", "cached", "--from", "main", "--predict", "accuracy > 0.6",
                   "--seeds", "2", "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run")
    warnings = project.ledger("conclude", "--json").json["warnings"]
    assert (
        "restored from the run cache, so the results may predate the prediction: treatment/seed-0, treatment/seed-1"
        in warnings
    )


def test_trials_by_hand_and_beyond_the_plan(shelved: Shelved) -> None:
    project = shelved(three)
    project.ledger("new", "By hand", "--name", "hand", "--from", "main", "--predict", "accuracy > 0.6", "--seeds", "2",
                   "-S", "train.lr=0.25")  # fmt: skip
    for seed in (0, 1, 7):
        params = (project.root / "params.json").read_text()
        old = next(line for line in params.splitlines() if '"seed"' in line)
        project.write({"params.json": params.replace(old, f'  "seed": {seed},')})
        project.dvc("repro", "-q")
        project.ledger("record", "-m", "by hand")
    found = project.ledger("conclude", "hand", "--json").json
    assert (
        "recorded by hand, so the results may predate the prediction: treatment/seed-0, treatment/seed-1"
        in (found["warnings"])
    )
    assert "1 trial is beyond the declared replicates: stored, but not counted" in found["warnings"]
    assert found["predictions"][0]["n"] == 2
    assert found["predictions"][0]["estimate"] == pytest.approx(sum(values(project, "hand")[:2]) / 2)


FAILS = NOISY.replace(
    "accuracy = ", 'if params["seed"] == 1 and params["train"]["lr"] > 0.1: raise SystemExit(3)\naccuracy = '
)
NAN = NOISY + 'if params["seed"] == 1: open("metrics.json", "w").write(\'{"accuracy": NaN, "loss": 0.1}\')\n'


def failing(project: Project) -> None:
    """An experiment of which one treatment trial fails."""
    project.commit("fails", {"train.py": FAILS})
    project.ledger("new", "It fails", "--name", "a", "--predict", "accuracy > baseline", "--seeds", "3",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", code=1)


def test_a_failed_trial(shelved: Shelved) -> None:
    project = shelved(failing)
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "inconclusive"
    [judged] = found["predictions"]
    assert judged["remarks"] == ["1 of 3 trials of treatment have no finite accuracy"]
    assert (judged["estimate"], judged["interval"], judged["p_value"], judged["n"]) == (None, None, None, 2)
    assert any(line.startswith("| seed=1") and line.split("|")[3].strip() == "-" for line in
               front_matter(project, "a")[1].splitlines())  # fmt: skip

    project.ledger("amend", "--key", "failures=worst", "-m", "a crash is a bad result")
    worst = project.ledger("conclude", "--json").json
    [judged] = worst["predictions"]
    assert judged["remarks"][0].startswith("1 of 3 trials of treatment failed and count as 0.6")
    assert judged["n"] == 3
    low = min(*values(project, "a"), *values(project, "a", "baseline"))
    assert judged["estimate"] == pytest.approx(
        (sum(values(project, "a")) + low) / 3 - sum(values(project, "a", "baseline")) / 3
    )
    assert worst["reasons"] == ["changed after results had been seen: failures"]

    project.ledger("amend", "--key", "failures=0.0", "-m", "a crash is no result")
    zero = project.ledger("conclude", "--json").json["predictions"][0]
    assert zero["remarks"][0] == "1 of 3 trials of treatment failed and count as 0, as the plan declares"
    assert zero["estimate"] < judged["estimate"]


@pytest.mark.parametrize("late", [True, False])
def test_a_direction_says_which_value_is_the_worst(shelved: Shelved, *, late: bool) -> None:
    """Chosen after results it may be chosen by them."""
    project = shelved(undirected if late else directed)
    if late:
        assert project.ledger("conclude", "--json").json["confirmatory"]
        project.commit("direction", {"ledger.yaml": "metrics: {loss: {direction: lower}}\n"})
    found = project.ledger("conclude", "--json").json
    told = "a direction committed after results decides which value is the worst: loss"
    assert (found["reasons"], found.get("late_directions")) == (([told], ["loss"]) if late else ([], None))
    assert "count as" in found["predictions"][0]["remarks"][0]
    assert project.ledger("verify", "a", "--json").json["problems"] == []
    # what is said later changes no verdict that is written
    project.commit("another direction", {"ledger.yaml": "metrics: {loss: {direction: higher}}\n"})
    assert project.ledger("verify", "a", "--json").json["problems"] == []


def undirected(project: Project) -> None:
    """An experiment of which one treatment trial fails, which counts as the worst value, whichever that is."""
    project.commit("fails", {"train.py": FAILS})
    project.ledger("new", "It fails", "--name", "a", "--predict", "loss <= baseline", "--seeds", "3",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("amend", "--key", "failures=worst", "-m", "a crash is a bad result")
    project.ledger("run", code=1)


def directed(project: Project) -> None:
    """The same with the direction, which was there before the results."""
    project.commit("direction", {"ledger.yaml": "metrics: {loss: {direction: lower}}\n"})
    undirected(project)


def not_a_number(project: Project) -> None:
    """An experiment of which one seed gives no number."""
    project.commit("nan", {"train.py": NAN})
    project.ledger("new", "NaN", "--name", "a", "--predict", "accuracy > baseline", "--predict", "loss <= 1",
                   "--seeds", "3", "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", code=None)


def test_nan_is_a_failure_of_its_metric_alone(shelved: Shelved) -> None:
    project = shelved(not_a_number)
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "inconclusive"
    first, second = found["predictions"]
    assert first["remarks"] == ["1 of 3 trials of treatment have no finite accuracy"]
    assert first["n"] == 2
    assert second["outcome"] == "supported"
    said = project.ledger("status").out
    assert "! no finite accuracy in baseline/seed-1 and treatment/seed-1: counted as failed for this metric\n" in said
    assert "loss" not in said.partition("!")[2]


# --- no noise


def constant(project: Project) -> None:
    """A pipeline that reads its seed and does not use it, with as many as one replicate too."""
    project.commit("constant", {"train.py": NOISY.replace(" + random.random() / 100", "")})
    for name, seeds in (("still", "3"), ("one", "1")):
        project.ledger("new", "No noise", "--name", name, "--from", "main", "--predict", "accuracy > baseline",
                       "--seeds", seeds, "-S", "train.lr=0.2")  # fmt: skip
        trained(project, name)


def test_replicates_that_change_nothing(shelved: Shelved) -> None:
    project = shelved(constant)
    [judged] = project.ledger("conclude", "still", "--json").json["predictions"]
    assert (judged["outcome"], judged["p_value"], judged["interval"]) == ("inconclusive", None, None)
    assert "".join(judged["remarks"]) == (
        "no estimate of the noise: the replicates do not vary at all. If accuracy is truly the same for every "
        "replicate, declare it deterministic in the plan; else replicates change nothing, or were restored from one run"
    )
    project.git("switch", "-q", "exp/still")
    project.ledger("amend", "--key", "deterministic=[accuracy]", "-m", "there is no noise in it")
    [exact] = project.ledger("conclude", "still", "--json").json["predictions"]
    assert (exact["outcome"], exact["test"], exact["interval"]) == ("supported", "exact", None)
    assert exact["estimate"] == pytest.approx(0.1)


def test_one_replicate(shelved: Shelved) -> None:
    project = shelved(constant)
    found = project.ledger("conclude", "one", "--json").json
    [judged] = found["predictions"]
    assert (found["outcome"], judged["p_value"], judged["n"]) == ("inconclusive", None, 1)
    assert judged["remarks"] == ["no estimate of the noise: one replicate gives none"]


def same_noise(project: Project) -> None:
    """The effect of the rate is the same at every seed."""
    project.commit("same", {"train.py": NOISY.replace("""str(params).replace("'", '"')""", 'str(params["seed"])')})
    project.ledger("new", "Same", "--name", "a", "--predict", "accuracy > baseline", "--seeds", "3",
                   "-S", "train.lr=0.2")  # fmt: skip
    trained(project, "a")


def test_a_difference_that_does_not_vary(shelved: Shelved) -> None:
    [judged] = shelved(same_noise).ledger("conclude", "--json").json["predictions"]
    assert judged["remarks"] == [
        "no estimate of the noise: the difference is the same at every replicate, so the replicates do not vary it"
    ]

"""Which parameters a metric depends on: what is refused, what varied, what cannot be told apart."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from ledger.analysis.importance import Arm, Configuration, Importance, importance, pooled
from ledger.errors import LedgerError
from ledger.report.blocks import Table
from ledger.report.importance import document, sentence
from ledger.report.remarks import sentences
from ledger.report.svg.importance import importance as picture


def tried(count: int, *, seed: int = 1, **fixed: Any) -> list[Configuration]:
    """So many random configurations: the loss depends on the rate and on the optimiser, and on nothing else."""
    draw, found = random.Random(seed), []
    for _ in range(count):
        params = {
            "lr": 10 ** draw.uniform(-5, -1),
            "opt": draw.choice(["adam", "sgd"]),
            "depth": draw.randint(2, 5),
            "aug": draw.random() < 0.5,
            **fixed,
        }
        loss = (math.log10(params["lr"]) + 3) ** 2 + 0.6 * (params["opt"] == "sgd") + draw.gauss(0, 0.2)
        found.append(Configuration(params=params, value=loss, n=2))
    return found


@pytest.fixture(scope="module")
def found() -> Importance:
    return importance(tried(120, version="v1", layers=[4, 2]), "loss", "lower")


def test_what_the_loss_depends_on(found: Importance) -> None:
    assert [one.name for one in found.parameters if one.important] == ["lr", "opt"]
    assert found.fixed == ("version", "layers")
    assert (found.configurations, found.trials) == (120, 240)
    lr, opt = found.parameters[:2]
    low, _, high = lr.among_best.partition(" to ")
    assert float(low) < 1e-3 < float(high) < 0.02
    assert opt.among_best == "adam"
    assert sentence(found) == (
        "loss depends on lr and opt, over 120 configurations in 240 trials; for 2 more, no dependence is "
        "distinguishable from chance."
    )


def test_the_document_shows_no_number_of_what_chance_explains(found: Importance) -> None:
    made = document(found)
    table = next(block for block in made.blocks if isinstance(block, Table))
    shares = {row[0]: row[1] for row in table.rows}
    assert shares["depth"] == shares["aug"] == "~"
    assert made.data["parameters"][0]["name"] == "lr"
    drawn = picture(found)
    assert drawn is not None
    assert drawn.count('class="part"') == 2
    assert "depth: not distinguishable from chance" in drawn


def test_few_configurations_are_refused() -> None:
    with pytest.raises(LedgerError, match="29 configurations have loss, and importance needs 30"):
        importance(tried(29), "loss", "lower")
    with pytest.raises(LedgerError, match="1 configuration has loss"):
        importance(tried(1), "loss", "lower")
    with pytest.raises(LedgerError, match="0 configurations have loss"):
        importance([], "loss", "lower")


def test_nothing_varied_in_parameters_or_in_the_metric() -> None:
    same = [Configuration(params={"lr": 0.1}, value=float(n), n=1) for n in range(40)]
    with pytest.raises(LedgerError, match="no parameter varied among 40 configurations: lr"):
        importance(same, "loss", "lower")
    flat = [Configuration(params={"lr": n / 10}, value=1.0, n=1) for n in range(40)]
    with pytest.raises(LedgerError, match="loss is the same in all 40"):
        importance(flat, "loss", "lower")


def test_nothing_is_important_where_nothing_is() -> None:
    draw = random.Random(5)
    noise = [Configuration(params={"a": n, "b": n % 3}, value=draw.random(), n=1) for n in range(60)]
    found = importance(noise, "loss", "lower")
    assert not any(one.important for one in found.parameters)
    assert sentence(found) == (
        "No dependence of loss on any of 2 parameters is distinguishable from chance, over 60 configurations in 60 "
        "trials."
    )
    assert picture(found) is None


def test_what_was_varied_together_is_said() -> None:
    configurations = [
        Configuration(params={**one.params, "warmup": one.params["lr"] * 2}, value=one.value, n=1)  # type: ignore[operator]
        for one in tried(80)
    ]
    found = importance(configurations, "loss", "lower")
    said = sentences(found.notes)
    assert "lr was varied together with warmup: their effects may be confounded" in said
    assert not any("depth" in text for text in said)


def test_values_of_all_kinds() -> None:
    kinds: list[Any] = [1, 1.5, True, None, "text", [1, 2], math.nan, 10**400, -0.0, {"a": 1}]
    configurations = [
        Configuration(params={"x": kinds[n % len(kinds)], **({"sometimes": n} if n % 2 else {})}, value=float(n), n=1)
        for n in range(50)
    ]
    found = {one.name: one for one in importance(configurations, "loss", "lower").parameters}
    assert found["x"].values == len(kinds)
    assert found["sometimes"].values == 25


def test_one_configuration_of_several_arms_is_one() -> None:
    arms: list[Arm] = [({"a": 1}, 2.0, 1, 0), ({"a": 1}, 5.0, 2, 1), ({"a": True}, 7.0, 1, 0), ({"a": 1.0}, None, 0, 2)]
    found = pooled([*arms, ({"a": 1}, None, 0, 3)])
    assert [(one.params, one.value, one.n, one.failed) for one in found] == [
        ({"a": 1}, 4.0, 3, 4),
        ({"a": True}, 7.0, 1, 0),
        ({"a": 1.0}, None, 0, 2),
    ]


def diverging(edge: float, count: int = 80) -> list[Configuration]:
    """Configurations of which those with a rate above an edge diverge; what is left depends on nothing but chance."""
    draw, found = random.Random(3), []
    for _ in range(count):
        rate = draw.random()
        value = None if rate > edge else draw.gauss(1, 0.1)
        failed = 2 if value is None else 0
        found.append(Configuration(params={"lr": rate, "wd": draw.random()}, value=value, n=2 - failed, failed=failed))
    return found


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_a_parameter_that_makes_trials_fail_matters(better: str) -> None:
    configurations = diverging(0.5)
    failed = sum(one.value is None for one in configurations)
    found = importance(configurations, "loss", better)
    assert [one.name for one in found.parameters if one.important] == ["lr"]
    assert (found.failed, found.configurations, found.trials) == (failed, 80, 160)
    assert sentences(found.notes) == (f"{failed} configurations failed or lack loss, and count as bad",)
    assert f"{failed} configurations failed or lack loss" in str(document(found).blocks)
    # where they were left out, nothing would be said of it
    left = importance([one for one in configurations if one.value is not None], "loss", better)
    assert not any(one.important for one in left.parameters)
    assert left.notes == ()


def test_failed_trials_of_a_configuration_pull_it_down() -> None:
    sound = [Configuration(params={"lr": n / 60, "wd": n % 7}, value=1.0 + n % 5 / 100, n=4) for n in range(60)]
    partly = [
        Configuration(params=one.params, value=one.value, n=one.n, failed=4 * (at > 30)) for at, one in enumerate(sound)
    ]
    assert not any(one.important for one in importance(sound, "loss", "lower").parameters)
    found = importance(partly, "loss", "lower")
    assert [one.name for one in found.parameters if one.important] == ["lr"]
    assert sentences(found.notes) == (
        "116 trials of configurations that have loss failed or lack it, and count as bad",
    )
    assert (found.failed, found.trials) == (0, 240 + 116)


def test_too_many_failures_are_refused() -> None:
    mostly = diverging(0.2, count=200)
    measured = sum(one.value is not None for one in mostly)
    assert 30 <= measured < 50
    with pytest.raises(LedgerError, match=f"{200 - measured} of 200 configurations failed or lack loss") as refused:
        importance(mostly, "loss", "lower")
    assert refused.value.hint == f"--top {measured // 4}%"
    assert importance(mostly, "loss", "lower", top=measured // 4 / 100).failed == 200 - measured
    with pytest.raises(LedgerError, match="29 configurations have loss, and importance needs 30"):
        importance([*tried(29), *(one for one in mostly if one.value is None)], "loss", "lower")

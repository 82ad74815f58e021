"""Which parameters a metric depends on: what is refused, what varied, what cannot be told apart."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from ledger.analysis.importance import Configuration, Importance, importance, pooled
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
        "loss depends on lr and opt, over 120 configurations in 240 trials; of 2 more no dependence can be told from "
        "chance."
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
    assert "depth: not told from chance" in drawn


def test_few_configurations_are_refused() -> None:
    with pytest.raises(LedgerError, match="29 configurations have loss, and importance takes 30"):
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
        "No dependence of loss on any of 2 parameters can be told from chance, over 60 configurations in 60 trials."
    )
    assert picture(found) is None


def test_what_was_varied_together_is_said() -> None:
    configurations = [
        Configuration(params={**one.params, "warmup": one.params["lr"] * 2}, value=one.value, n=1)  # type: ignore[operator]
        for one in tried(80)
    ]
    found = importance(configurations, "loss", "lower")
    said = sentences(found.notes)
    assert "lr was varied together with warmup: what one does may be the other's" in said
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
    found = pooled([({"a": 1}, 2.0, 1), ({"a": 1}, 5.0, 2), ({"a": True}, 7.0, 1), ({"a": 1.0}, 8.0, 1)])
    assert [(one.params, one.value, one.n) for one in found] == [
        ({"a": 1}, 4.0, 3),
        ({"a": True}, 7.0, 1),
        ({"a": 1.0}, 8.0, 1),
    ]

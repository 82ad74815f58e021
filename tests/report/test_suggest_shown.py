"""Suggestions in sentences, as a table that fits, as commands and as JSON."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ledger.analysis.tuning import proposing
from ledger.analysis.tuning.suggestion import Sampled, Suggestions, suggest, together
from ledger.model.directions import HIGHER
from ledger.model.objective import Objective, parse
from ledger.model.settings import Settings
from ledger.model.space import Configuration
from ledger.model.space_parser import parse as parse_space
from ledger.report import suggest as report
from ledger.report import terminal
from ledger.report.suggest import Suggested
from ledger.report.text import width

SPACE = parse_space(["model.learning_rate=1e-4..1.0:log", "opt=adam,sgd", "momentum=0.0..0.9 if opt = sgd"])
GOAL = Objective(metric="dice", better=HIGHER)
RATES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)


def tried(configuration: Configuration, *values: float, failed: int = 0, label: str = "grid:a") -> Sampled:
    return Sampled(configuration=configuration, values=values, failed=failed, labels=(label,))


def rates(replicates: int = 2) -> list[Sampled]:
    """Adam at several rates, the best at 0.03; the highest fails."""
    found = []
    for n, rate in enumerate(RATES):
        level = 0.8 - 0.05 * (math.log10(rate) + 1.5) ** 2
        values = [level + 0.002 * (k - 0.5) for k in range(replicates)]
        configuration: Configuration = {"model.learning_rate": rate, "opt": "adam"}
        found.append(tried(configuration, *([] if rate > 0.2 else values), failed=int(rate > 0.2), label=f"grid:r-{n}"))
    return found


def answered(
    known: Sequence[Sampled], count: int = 2, model: str = proposing.GP, start: str | None = None
) -> Suggested:
    found = suggest(SPACE, GOAL, known, model=model, source="test", count=count)
    return Suggested(found=found, experiments=("grid",), trials=12, elsewhere=0, outside=(), start=start)


def text(answer: Suggested, total: int = 80) -> str:
    return terminal.render(report.document(answer, Settings()), total=total)


def test_a_higher_value_is_better() -> None:
    found = answered(rates()).found
    assert found.best is not None
    best, believed = found.best
    assert best.configuration["model.learning_rate"] == 3e-2
    assert believed.mean == pytest.approx(0.8, abs=0.005)
    assert found.noise == pytest.approx(0.0014, rel=0.6)
    first = found.suggestions[0]
    assert first.believed is not None and first.chance is not None and first.improvement is not None
    assert 0 < first.chance < 1
    # what is gained on average is more than nothing and less than all that could be
    assert 0 < first.improvement < 0.2
    assert found.never_varied == ("opt",)


def test_it_fits_and_says_all() -> None:
    answer = replace(answered(rates(), start="grid"), elsewhere=3, outside=("grid:x (opt)", "grid:y (opt)"))
    shown = text(answer)
    assert max(width(line) for line in shown.splitlines() if not line.startswith("ledger new")) <= 80
    assert shown.startswith("max dice, by 6 configurations in 12 trials of grid")
    assert "best so far: model.learning_rate=0.03, opt=adam (grid:r-3)" in shown
    assert "opt is the same in all of them" in shown
    assert "1 configuration failed or lacks the metric, and counts as bad" in shown
    assert "left out, outside the space: grid:x (opt) and grid:y (opt)" in shown
    assert "3 trials at other code, data or parameters left out" in shown
    assert "so the noise of a trial is a guess" not in shown
    assert "so the noise of a trial is a guess" in text(answered(rates(1)))
    assert "nearest tried: grid:r-" in shown
    command = next(line for line in shown.splitlines() if line.startswith("ledger new"))
    words = shlex.split(command)
    configuration = answer.found.suggestions[0].configuration
    assert words[-4:] == ["--seeds", "2", "--from", "grid"]
    assert words.count("-S") == len(configuration)
    assert f"model.learning_rate={configuration['model.learning_rate']}" in words


def test_nothing_is_expected_where_nothing_is_known() -> None:
    shown = text(answered(rates()[:1]))
    assert "expected" not in shown.split("\n\n")[1]
    assert "too few results to predict from: these are spread over the space" in shown
    assert "one configuration says nothing" in shown
    by_optuna = text(answered(rates(), model=proposing.TPE))
    assert "too few results" not in by_optuna
    assert "best so far" not in by_optuna


def test_a_space_that_is_exhausted() -> None:
    space = parse_space(["opt=adam,sgd"])
    known = [tried({"opt": "adam"}, 0.5), tried({"opt": "sgd"}, 0.6)]
    found = suggest(space, GOAL, known, model=proposing.GP, source="test", count=3)
    assert found.suggestions == ()
    answer = Suggested(found=found, experiments=("a",), trials=2, elsewhere=0, outside=(), start=None)
    assert "every configuration of the space has been tried" in text(answer)
    assert report.document(answer, Settings()).data == []


def test_arms_of_one_configuration_are_one() -> None:
    one = tried({"opt": "adam"}, 0.5, label="a:x")
    two = tried({"opt": "adam"}, 0.7, failed=1, label="b:y")
    other = tried({"opt": "sgd"}, 0.1, label="c:z")
    assert together([one, other, two]) == (
        Sampled(configuration={"opt": "adam"}, values=(0.5, 0.7), failed=1, labels=("a:x", "b:y")),
        other,
    )


def test_objectives() -> None:
    assert parse("max dice") == ("dice", "higher")
    assert parse("minimize `a-b`") == ("a-b", "lower")
    assert parse("loss") == ("loss", None)
    assert str(GOAL) == "max dice"


def test_json_has_all_of_it() -> None:
    answer = answered(rates())
    (first, _) = report.document(answer, Settings()).data
    suggestion = answer.found.suggestions[0]
    assert isinstance(answer.found, Suggestions)
    assert first["params"] == dict(suggestion.configuration)
    assert first["nearest"]["distance"] == suggestion.distance
    assert {"mean", "sd", "expected_improvement", "chance"} < set(first)

"""The text of a verdict: what stands in it, and that nobody's text can break it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.analysis.arms import ArmValues
from ledger.model.experiment import Experiment
from ledger.model.hypothesis import Hypothesis
from ledger.model.interpretation import interpretation_of
from ledger.model.plan import Plan, Variant
from ledger.model.prediction_parser import parse
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Axis, Replicates
from ledger.model.settings import Settings
from ledger.model.verdict import Amendment, Judged, Verdict
from ledger.model.verdict_file import to_mapping
from ledger.report import terminal
from ledger.report.verdict import answer, body, evidence, subject

SEEDS = Replicates(axes=(Axis(name="seed", values=(0, 1)),))
JUDGED = Judged(
    text="dice >= baseline + 0.01",
    outcome="supported",
    estimate=0.0211,
    interval=(0.0120, 0.0302),
    confidence=0.9,
    p_value=0.0031,
    test="paired t",
    n=5,
    n_baseline=5,
)
EARLY = Remark.of(Kind.EARLY)
VERDICT = Verdict(outcome="supported", predictions=(JUDGED,), warnings=(EARLY,), amendments=(), looks=1, alpha=0.05)


def experiment(*predictions: str) -> Experiment:
    """An experiment with these predictions."""
    plan = Plan(
        title="It helps",
        name="a",
        author="Ada",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        base="0" * 40,
        predictions=tuple(map(parse, predictions)),
        variants=(Variant(name="baseline", at="base"), Variant(name="treatment")),
        replicates=SEEDS,
    )
    return Experiment(
        name="a",
        branch="refs/heads/exp/a",
        tip="0" * 40,
        hypothesis=Hypothesis(plan=plan, body=""),
        trials=(),
        notes="",
        verdict=None,
        landed=False,
        problems=(),
    )


def arm(**metrics: tuple[float, ...]) -> ArmValues:
    """An arm with its metrics by seed."""
    points = SEEDS.points()
    return ArmValues(
        label="a",
        declared=points,
        metrics={name: dict(zip(points, values, strict=False)) for name, values in metrics.items()},
        evaluation={},
    )


def text(verdict: Verdict = VERDICT, said: str = "", **arms: ArmValues) -> str:
    """The body of a verdict on one prediction of dice."""
    given = arms or {"baseline": arm(dice=(0.5, 0.51)), "treatment": arm(dice=(0.6, 0.62), loss=(1.0, 2.0))}
    return body(verdict, experiment("dice >= baseline + 0.01"), given, Settings(), said)


def told(verdict: Verdict) -> list[str]:
    """What `conclude` says of a verdict in a terminal."""
    return terminal.render(answer(verdict, experiment(), Settings()), total=None).splitlines()


def test_the_body() -> None:
    assert (
        text(said="Because.")
        == """\
## Verdict: supported

**supported**: `dice >= baseline + 0.01`

- difference +0.0211 (90% interval +0.0120 to +0.0302), paired t, n = 5, p = 0.0031

## Results

The declared replicates, seed 0, 1; mean ± standard deviation. Alpha 0.05; looked at once, once declared. \
Confirmatory: yes.

| metric | baseline              | treatment           |
|--------|-----------------------|---------------------|
| dice   | 0.5050 ± 0.0071 (n=2) | 0.610 ± 0.014 (n=2) |
| loss   | -                     | 1.50 ± 0.71 (n=2)   |

| dice   | baseline | treatment |
|--------|----------|-----------|
| seed=0 | 0.5000   | 0.6000    |
| seed=1 | 0.5100   | 0.6200    |

## What this does not show

- concluded early: declared trials were missing

## Interpretation

Because.
"""
    )


def test_amendments_say_what_was_known() -> None:
    changes = (
        Amendment(date="2026-01-02T10:00:00+00:00", changed=("alpha", "looks"), after_results=False),
        Amendment(date="2026-01-03T10:00:00+00:00", changed=("predictions",), after_results=True),
    )
    found = text(replace(VERDICT, amendments=changes))
    assert "- 2026-01-02T10:00:00+00:00: looks, before any result\n" in found
    assert "- 2026-01-03T10:00:00+00:00: predictions, after results had been seen\n" in found


def test_amendments_show_both_texts() -> None:
    change = Amendment(
        date="2026-01-03T10:00:00+00:00", changed=("predictions", "deterministic"), after_results=True,
        before={"predictions": ["dice >= baseline + 0.05"]},
        after={"predictions": ["dice >= baseline + 0.01"], "deterministic": ["size"]},
    )  # fmt: skip
    found = text(replace(VERDICT, amendments=(change,)))
    said = "- 2026-01-03T10:00:00+00:00: predictions, after results had been seen: "
    assert f'{said}`["dice >= baseline + 0.05"]` → `["dice >= baseline + 0.01"]`\n' in found
    assert ': deterministic, after results had been seen: nothing → `["size"]`\n' in found


def test_what_is_not_confirmatory_is_never_plainly_supported() -> None:
    assert "looked at once, once declared. Confirmatory: yes.\n" in text(VERDICT)
    late = replace(
        VERDICT,
        outcome="inconclusive",
        numbers_say="supported",
        reasons=(Remark.of(Kind.CHANGED_AFTER_RESULTS, keys=("alpha",)),),
    )
    found = text(late)
    assert found.startswith("## Verdict: inconclusive\n")
    assert (
        "\nConfirmatory: no, post hoc: for a new experiment (the numbers say supported).\n\n"
        "- changed after results had been seen: alpha\n" in found
    )
    assert "**supported by the numbers, post hoc**: " in found
    assert told(late)[0] == "a: inconclusive, post hoc: for a new experiment (the numbers say supported)"
    assert "! not confirmatory: changed after results had been seen: alpha" in told(late)
    assert subject(late, ["dice"]).startswith("verdict: inconclusive, post hoc, dice +0.0211")
    refuted = replace(late, outcome="refuted", numbers_say="refuted", predictions=(replace(JUDGED, outcome="refuted"),))
    assert told(refuted)[:1] == ["a: refuted, post hoc: for a new experiment"]
    assert to_mapping(late)["confirmatory"] is False


def test_names_cannot_break_the_tables() -> None:
    found = text(baseline=arm(**{"a|b`*": (1.0, 2.0)}), treatment=arm())
    assert r"| a\|b\`\* " in found
    odd = replace(VERDICT, predictions=(replace(JUDGED, text="`a``b` > 1"),))
    assert "**supported**: ``` `a``b` > 1 ```\n" in text(odd)


def test_a_trial_without_the_metric_is_a_dash() -> None:
    found = text(baseline=arm(dice=(0.5,)), treatment=arm(dice=(0.6, float("nan"))))
    assert "| seed=1 | -        | nan       |" in found


@pytest.mark.parametrize(
    "said", ["", "Words.", "Words.\n\n## Interpretation\n\nAgain.", "# A heading\n\n- a list\n\n---\n\nend"]
)
def test_the_interpretation_comes_back(said: str) -> None:
    assert interpretation_of(text(said=said)) == said


def test_words_below_the_question_are_an_interpretation() -> None:
    asked = text()
    assert asked.endswith("<!-- What do you make of it? -->\n")
    assert interpretation_of(asked + "\nMine.\n") == "Mine."
    assert interpretation_of("no verdict at all") == ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"p_value": 1e-9}, "p < 0.001"),
        ({"p_value": 0.9999}, "p > 0.99"),
        ({"n_baseline": 3}, "n = 5 against 3, p = 0.0031"),
        ({"n_baseline": None, "estimate": 0.61, "interval": (0.60, 0.62)}, "mean 0.610 (90% interval 0.600 to 0.620)"),
        ({"p_refuting": 0.4}, "p = 0.0031"),
        ({"p_refuting": 0.02, "outcome": "refuted"}, "p = 0.0031 (of the contrary, corrected: p = 0.02)"),
        ({"interval": None, "p_value": None, "test": "exact"}, "difference +0.0211, exact, n = 5"),
    ],
)
def test_the_evidence_in_one_line(changes: dict[str, Any], expected: str) -> None:
    line = evidence(replace(JUDGED, **changes))
    assert line.endswith(expected) or line.startswith(expected)


def test_the_subject_and_the_terminal() -> None:
    assert subject(VERDICT, ["dice"]) == "verdict: supported, dice +0.0211 (90% CI 0.0120..0.0302, n=5)"
    unknown = replace(VERDICT, outcome="inconclusive", predictions=(Judged(text="a > 1", outcome="inconclusive"),))
    assert subject(unknown, ["a"]) == "verdict: inconclusive"
    remarked = replace(
        unknown, predictions=(replace(unknown.predictions[0], remarks=(Remark.of(Kind.NO_TRIALS, arm="x"),)),)
    )
    assert told(remarked) == [
        "a: inconclusive",
        "  a > 1: inconclusive",
        "    x has no trials",
        "! concluded early: declared trials were missing",
    ]


def test_numbers_are_written_to_ten_digits() -> None:
    mapping = to_mapping(replace(VERDICT, predictions=(replace(JUDGED, estimate=1 / 3, p_value=2 / 3),)))
    assert (mapping["predictions"][0]["estimate"], mapping["predictions"][0]["p_value"]) == (0.3333333333, 0.6666666667)
    assert list(mapping) == [
        "outcome", "confirmatory", "reasons", "numbers_say", "predictions", "warnings", "amendments", "looks", "alpha",
        "left_out", "fingerprints", "kinds",
    ]  # fmt: skip

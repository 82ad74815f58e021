"""Arms and plans with made-up values, and the verdict on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ledger.analysis.arms import ArmValues
from ledger.analysis.judge import judge
from ledger.model import prediction_parser
from ledger.model.formats.replicates import from_mapping
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Point
from ledger.model.verdict import Judged, Verdict

# Student's sleep data, as R has it
G1 = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
G2 = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
# differences 0.02 0.03 0.01 0.02 0.02: mean 0.02, 90% interval 0.0133 to 0.0267
LOW = (0.70, 0.71, 0.69, 0.72, 0.68)
HIGH = (0.72, 0.74, 0.70, 0.74, 0.70)


def points(n: int, first: int = 0) -> tuple[Point, ...]:
    """So many seeds."""
    return tuple((("seed", seed),) for seed in range(first, first + n))


def arm(label: str, values: Sequence[float], *, first: int = 0, metric: str = "m", **others: Any) -> ArmValues:
    """A side that has one metric at every seed."""
    given: dict[str, Any] = {
        "declared": points(len(values), first),
        "metrics": {metric: dict(zip(points(len(values), first), values, strict=True))},
        "evaluation": {},
    }
    return ArmValues(label=label, **given | others)


def plan(*predictions: str, axes: Mapping[str, object] | None = None, **others: Any) -> Plan:
    """A plan of five seeds with a baseline."""
    given: dict[str, Any] = {
        "title": "A question",
        "name": "question",
        "author": "Ada Lovelace <ada@example.org>",
        "created": datetime(2026, 11, 20, 10, tzinfo=UTC),
        "base": "b" * 40,
        "predictions": tuple(prediction_parser.parse(text) for text in predictions),
        "variants": (Variant(name="baseline", at="base"), Variant(name="treatment")),
        "replicates": from_mapping(axes or {"seed": [0, 1, 2, 3, 4]}),
    }
    return Plan(**given | others)


def verdict(
    text: str | Sequence[str],
    treatment: Sequence[float] | ArmValues,
    baseline: Sequence[float] | ArmValues | None,
    *,
    looks_seen: int = 1,
    early: bool = False,
    **others: Any,
) -> Verdict:
    """What is made of two sides."""
    given = {"treatment": treatment} if baseline is None else {"treatment": treatment, "baseline": baseline}
    arms = {name: side if isinstance(side, ArmValues) else arm(name, side) for name, side in given.items()}
    texts = [text] if isinstance(text, str) else text
    return judge(plan(*texts, **others), arms, looks=looks_seen, early=early)


def one(
    text: str, treatment: Sequence[float] | ArmValues, baseline: Sequence[float] | ArmValues | None, **others: Any
) -> Judged:
    """What is made of a single prediction."""
    found = verdict(text, treatment, baseline, **others)
    (judged,) = found.predictions
    assert found.outcome == judged.outcome
    return judged


GOOD, OPEN, BAD = "m >= baseline", "m >= baseline + 0.02", "m >= baseline + 0.03"


FOLDS = {"fold": [0, 1, 2, 3, 4], "kind": "fold"}


def folded(
    label: str, values: Sequence[float], *, seeds: Sequence[int] | None = None, spread: float = 0.0
) -> ArmValues:
    """A side with a value for every fold, or for every seed in it, symmetrically around that value."""
    known: dict[Point, float] = {}
    for fold, value in enumerate(values):
        if seeds is None:
            known[(("fold", fold),)] = value
        for i, seed in enumerate(seeds or ()):
            known[(("fold", fold), ("seed", seed))] = value + spread * (2 * i - len(seeds or ()) + 1)
    return ArmValues(label=label, declared=tuple(known), metrics={"m": known}, evaluation={})

"""A verdict: what became of each prediction, with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from ledger.model.frozen import frozen

# raised whenever a warning or a remark is worded anew, so that no honest verdict is accused of its words
SCHEMA = 2

SUPPORTED = "supported"
REFUTED = "refuted"
INCONCLUSIVE = "inconclusive"

# what an outcome is called that is not confirmatory
POST_HOC = "post hoc"


def stated(outcome: str, confirmatory: bool | None) -> str:
    """The outcome for people; `confirmatory` is None where the verdict is older than the question."""
    return f"{outcome}, {POST_HOC}" if confirmatory is False else outcome


@frozen
class Judged:
    """One prediction with its outcome. `estimate` and `interval` are in the metric's unit: a difference, or a mean.

    `p_value` is that of the claim, uncorrected; `p_refuting` that of its contrary after Holm's correction, where there
    are several predictions. `remarks` say what else is to be known of this one.
    """

    text: str
    outcome: str
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    confidence: float | None = None
    p_value: float | None = None
    p_refuting: float | None = None
    test: str | None = None
    n: int = 0
    n_baseline: int | None = None
    remarks: tuple[str, ...] = ()


@frozen
class Verdict:
    """The outcome of an experiment. `warnings` stand in the order of their weight.

    `early`: it was computed while declared trials were missing, and is inconclusive for that. `fingerprints`: the
    states of the arms that were judged, by the names that predictions use. `reasons` say why it is not confirmatory,
    what decides the outcome having been chosen after results; `numbers_say` is the outcome that the numbers alone would
    give; `left_out` names known results of trials of others that the plan does without, `voided` the trials of the arms
    that are compared which somebody has voided, `voided_sources` those of other experiments that were voided
    there and are repeated here. `aliases` are the names that were taken for one metric, where
    predictions and trials differ in them: as in `ledger.yaml`; `late_aliases` those that came after results,
    `late_directions` the metrics of which it was said after results which value a failure counts as.
    """

    outcome: str
    predictions: tuple[Judged, ...]
    warnings: tuple[str, ...]
    amendments: tuple[dict[str, Any], ...]
    looks: int
    alpha: float
    early: bool = False
    reasons: tuple[str, ...] = ()
    numbers_say: str | None = None
    left_out: tuple[str, ...] = ()
    voided: tuple[str, ...] = ()
    voided_sources: tuple[str, ...] = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    late_aliases: tuple[str, ...] = ()
    late_directions: tuple[str, ...] = ()

    fingerprints: Mapping[str, str] = field(default_factory=dict)

    @property
    def confirmatory(self) -> bool:
        """Whether there is no reason against it."""
        return not self.reasons


def to_mapping(verdict: Verdict) -> dict[str, Any]:
    """The verdict as the front matter of `verdict.md` and as JSON; numbers are rounded to 10 significant digits.

    So many digits are the same on every machine; more would make the text depend on its mathematical library.
    """
    return {
        "outcome": verdict.outcome,
        "confirmatory": verdict.confirmatory,
        "reasons": list(verdict.reasons),
        "numbers_say": verdict.numbers_say or verdict.outcome,
        "predictions": [
            {
                "text": p.text,
                "outcome": p.outcome,
                "estimate": _rounded(p.estimate),
                "interval": None if p.interval is None else [_rounded(bound) for bound in p.interval],
                "confidence": _rounded(p.confidence),
                "p_value": _rounded(p.p_value),
                "p_refuting": _rounded(p.p_refuting),
                "test": p.test,
                "n": p.n,
                "n_baseline": p.n_baseline,
                "remarks": list(p.remarks),
            }
            for p in verdict.predictions
        ],
        "warnings": list(verdict.warnings),
        "amendments": [dict(amendment) for amendment in verdict.amendments],
        "looks": verdict.looks,
        "alpha": verdict.alpha,
        "left_out": list(verdict.left_out),
        "fingerprints": dict(verdict.fingerprints),
        # where there is none it is as it was before trials could be voided, and metrics have several names
        **({"voided": list(verdict.voided)} if verdict.voided else {}),
        **({"voided_sources": list(verdict.voided_sources)} if verdict.voided_sources else {}),
        **({"aliases": {name: list(had) for name, had in verdict.aliases.items()}} if verdict.aliases else {}),
        **({"late_aliases": list(verdict.late_aliases)} if verdict.late_aliases else {}),
        **({"late_directions": list(verdict.late_directions)} if verdict.late_directions else {}),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.10g}")

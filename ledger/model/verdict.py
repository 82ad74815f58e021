"""A verdict: what became of each prediction, with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from ledger.model.frozen import frozen
from ledger.model.remarks import Remark

# 3: remarks have kinds beside their sentences
SCHEMA = 3

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
    are several predictions. `remarks` say what else is to be known of this one. `unknown` are keys of a file that this
    version does not know.
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
    remarks: tuple[Remark, ...] = ()
    unknown: Mapping[str, object] = field(default_factory=dict)


@frozen
class Amendment:
    """A change of the plan: the author's date, the keys, whether results were there, and both texts of the keys.

    `before` and `after` are None in verdicts that are older than they. `corrects` are the names of metrics that it
    corrected without a choice: new by old.
    """

    date: str
    changed: tuple[str, ...]
    after_results: bool
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    corrects: Mapping[str, str] = field(default_factory=dict)


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

    Of one that was read, `schema` is that of its file, `older` says that it was written before verdicts said whether
    they are confirmatory, and `unknown` are keys that this version does not know.
    """

    outcome: str
    predictions: tuple[Judged, ...]
    warnings: tuple[Remark, ...]
    amendments: tuple[Amendment, ...]
    looks: int
    alpha: float
    early: bool = False
    reasons: tuple[Remark, ...] = ()
    numbers_say: str | None = None
    left_out: tuple[str, ...] = ()
    voided: tuple[str, ...] = ()
    voided_sources: tuple[str, ...] = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    late_aliases: tuple[str, ...] = ()
    late_directions: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    schema: int = SCHEMA
    older: bool = False
    unknown: Mapping[str, object] = field(default_factory=dict)

    @property
    def confirmatory(self) -> bool | None:
        """Whether there is no reason against it; None where it is older than the question."""
        return None if self.older else not self.reasons

"""A verdict: the outcome of each prediction, with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from ledger.model.cases import CaseColumns
from ledger.model.finding import Found
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
class OverCases:
    """A prediction over new seeds and new cases: both are crossed random effects, see `stats.cases`.

    `clusters` is None where cases are not in clusters. `outcome` is that of the prediction where it stands on new cases
    too, else inconclusive. `share`: the part of the variance of the estimate that the cases add; `variances`: those of
    seeds, cases and the rest, in the metric's unit², None where they cannot be told apart.
    """

    cases: int
    clusters: int | None
    estimate: float
    interval: tuple[float, float]
    p_value: float
    outcome: str
    share: float
    variances: tuple[float, float, float] | None = None


@frozen
class Judged:
    """One prediction with its outcome. `estimate` and `interval` are in the metric's unit: a difference, or a mean.

    `p_value` is that of the claim, uncorrected; `p_refuting` that of its contrary after Holm's correction, with
    several predictions only. `remarks` qualify the outcome. `over_cases`: what per-case results add, None where there
    are none that can be used. `unknown` holds keys of a file that this version does not
    know.
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
    over_cases: OverCases | None = None
    unknown: Mapping[str, object] = field(default_factory=dict)


@frozen
class Amendment:
    """A change of the plan: the author's date, the changed keys, and whether results existed by then.

    `before` and `after` hold the values of these keys, None in verdicts that predate them. `corrects` maps misspelt
    names of metrics to the only names that they can mean.
    """

    date: str
    changed: tuple[str, ...]
    after_results: bool
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    corrects: Mapping[str, str] = field(default_factory=dict)


@frozen
class Verdict:
    """The outcome of an experiment. `warnings` are ordered by weight.

    - `early`: computed while declared trials were missing, and therefore inconclusive.
    - `fingerprints`: the states of the arms that were judged, by the names that predictions use.
    - `reasons`: why it is not confirmatory: what decides the outcome was chosen after results.
    - `numbers_say`: the outcome that the numbers alone would give.
    - `left_out`: known results of other experiments that the plan does without.
    - `voided`: trials of the compared arms that somebody has voided; `voided_sources`: trials of other experiments that
      are reused here and were voided where they ran.
    - `aliases`: the names taken for one metric, as in `ledger.yaml`, where predictions and trials differ in them;
      `late_aliases`: those committed after results.
    - `late_directions`: metrics whose worst value was defined after results.
    - `finding`: what a search has found.
    - `cases`: where trials keep per-case results of predicted metrics, as `ledger.yaml` said when it was computed.

    Of one that was read, `schema` is that of its file, `older` means written before verdicts said whether they are
    confirmatory, and `unknown` holds keys that this version does not know.
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
    finding: Found | None = None
    cases: CaseColumns | None = None
    schema: int = SCHEMA
    older: bool = False
    unknown: Mapping[str, object] = field(default_factory=dict)

    @property
    def confirmatory(self) -> bool | None:
        """Whether there is no reason against it; None where it is older than the question."""
        return None if self.older else not self.reasons

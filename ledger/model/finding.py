"""What a search has found, as its verdict states it and its run reports it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from ledger.errors import FormatError
from ledger.model import tune_finding
from ledger.model.frozen import frozen
from ledger.model.remarks import rounded
from ledger.model.tune_finding import TuneFinding, number
from ledger.model.version_search import VersionSearch


class Answer(StrEnum):
    """What a search found: the words of `--json` and of verdicts."""

    STEP = "step"
    DRIFT = "drift"
    NONE = "none"
    OPEN = "open"


@frozen
class Finding:
    """The answer of a search with its certainty; versions are named by their arms.

    - `version`: the one that brought the change; None where there is none, or it may be one of several.
    - `posterior`: the probability that it did, or that one of `credible` did.
    - `credible`: the versions of which one did, with the confidence that was asked for, given that there was one step.
    - `drift`, `none`: the probabilities of a gradual change, and of none. None until both ends have a value.
    - `before`, `after`: the means of the metric before these versions and from them on, None where a side has no value.
    - `trainings` of the `budget`; `failed`: versions that could not run, or lack the metric.
    - `confirmation`: what fresh trials say of it, as the analysis that made them states it.
    """

    answer: Answer
    version: str | None = None
    posterior: float | None = None
    credible: tuple[str, ...] = ()
    drift: float | None = None
    none: float | None = None
    before: float | None = None
    after: float | None = None
    trainings: int
    budget: int
    confidence: float
    failed: tuple[str, ...] = ()
    confirmation: Mapping[str, Any] | None = None

    @property
    def stated(self) -> str:
        """The answer for people, in a word or two: `step at 3f2a9c1`, `drift`, `no change`, `open`."""
        if self.answer is Answer.STEP:
            one = f"one of {len(self.credible)} versions"
            return f"step at {VersionSearch.short(self.version) if self.version else one}"
        return "no change" if self.answer is Answer.NONE else self.answer.value

    @property
    def answered(self) -> bool:
        """Whether it is an answer at all."""
        return self.answer is not Answer.OPEN


Found: TypeAlias = Finding | TuneFinding
"""What a search of either kind has found."""


def to_mapping(finding: Found) -> dict[str, Any]:
    """The finding as a verdict holds it, numbers rounded to 10 significant digits; `from_mapping` is the inverse."""
    if isinstance(finding, TuneFinding):
        return tune_finding.to_mapping(finding)
    document: dict[str, Any] = {
        "answer": finding.answer.value,
        "version": finding.version,
        "posterior": rounded(finding.posterior),
        "credible": list(finding.credible),
        "drift": rounded(finding.drift),
        "none": rounded(finding.none),
        "before": rounded(finding.before),
        "after": rounded(finding.after),
        "trainings": finding.trainings,
        "budget": finding.budget,
        "confidence": finding.confidence,
        "failed": list(finding.failed),
    }
    if finding.confirmation is not None:
        document["confirmation"] = dict(finding.confirmation)
    return document


def from_mapping(value: object) -> Found:
    """The finding that a verdict holds. Raises FormatError, which names the key."""
    if not isinstance(value, dict):
        raise FormatError("`finding` is not a mapping")
    if "among" in value:
        return tune_finding.from_mapping(value)
    if value.get("answer") not in tuple(Answer):
        raise FormatError(f"`finding.answer` is {value.get('answer')!r}; it may be {', '.join(Answer)}")
    confirmation = value.get("confirmation")
    if confirmation is not None and not isinstance(confirmation, dict):
        raise FormatError("`finding.confirmation` is not a mapping")
    version = value.get("version")
    return Finding(
        answer=Answer(value["answer"]),
        version=None if version is None else str(version),
        posterior=number(value, "posterior"),
        credible=_names(value, "credible"),
        drift=number(value, "drift"),
        none=number(value, "none"),
        before=number(value, "before"),
        after=number(value, "after"),
        trainings=int(number(value, "trainings") or 0),
        budget=int(number(value, "budget") or 0),
        confidence=number(value, "confidence") or 0.0,
        failed=_names(value, "failed"),
        confirmation=confirmation,
    )


def _names(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = document.get(key) or []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise FormatError(f"`finding.{key}` is not a list of versions")
    return tuple(value)

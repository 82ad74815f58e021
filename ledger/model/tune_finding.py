"""What a search for the best parameters has found, as its verdict states it and its run reports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ledger.errors import FormatError
from ledger.model.frozen import frozen
from ledger.model.parameters import Value
from ledger.model.remarks import rounded


@frozen
class TuneFinding:
    """The best configuration that was tried, by the mean of its trials alone: no model has a part in it.

    - `best`: its arm, with its `params`; None where no trial has a value. `found`: the search has ended with it.
    - `mean` and `sd` of the metric over its `n` trials.
    - `among`: of how many configurations it is the best, without the values that the parameters had before.
      `luck`: what being the best of that many adds to the mean, at most; None where nothing is known of the noise.
    - `current`: the mean of the values that the parameters had before, None where they were not tried.
    - `trainings` of the `budget`; `failed`: the arms with a trial that failed or lacks the metric.
    """

    found: bool
    best: str | None = None
    params: Mapping[str, Value] = field(default_factory=dict)
    n: int = 0
    mean: float | None = None
    sd: float | None = None
    among: int = 0
    luck: float | None = None
    current: float | None = None
    trainings: int
    budget: int
    failed: tuple[str, ...] = ()

    @property
    def stated(self) -> str:
        """The answer for people, in a word or two: `best try-5yc1s`."""
        return f"best {self.best}" if self.answered else "open"

    @property
    def answered(self) -> bool:
        """Whether it is an answer at all."""
        return self.found and self.best is not None


BEST = "best"
"""What `answer` says where a search has ended with a best configuration."""
OPEN = "open"


def to_mapping(finding: TuneFinding) -> dict[str, Any]:
    """The finding as a verdict holds it, numbers rounded to 10 significant digits; `from_mapping` is the inverse."""
    return {
        "answer": BEST if finding.answered else OPEN,
        "best": finding.best,
        "params": dict(finding.params),
        "n": finding.n,
        "mean": rounded(finding.mean),
        "sd": rounded(finding.sd),
        "among": finding.among,
        "luck": rounded(finding.luck),
        "current": rounded(finding.current),
        "trainings": finding.trainings,
        "budget": finding.budget,
        "failed": list(finding.failed),
    }


def from_mapping(value: Mapping[str, Any]) -> TuneFinding:
    """The finding that a verdict holds. Raises FormatError, which names the key."""
    best, params = value.get("best"), value.get("params") or {}
    if not isinstance(params, dict):
        raise FormatError("`finding.params` is not a mapping")
    failed = value.get("failed") or []
    if not isinstance(failed, list) or not all(isinstance(name, str) for name in failed):
        raise FormatError("`finding.failed` is not a list of arms")
    return TuneFinding(
        found=value.get("answer") == BEST,
        best=None if best is None else str(best),
        params=params,
        n=int(number(value, "n") or 0),
        mean=number(value, "mean"),
        sd=number(value, "sd"),
        among=int(number(value, "among") or 0),
        luck=number(value, "luck"),
        current=number(value, "current"),
        trainings=int(number(value, "trainings") or 0),
        budget=int(number(value, "budget") or 0),
        failed=tuple(failed),
    )


def number(document: Mapping[str, Any], key: str) -> float | None:
    """A number that a finding may have, None where it has none. Raises FormatError, which names the key."""
    value = document.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e300:
        raise FormatError(f"`finding.{key}` is {value!r}, not a number")
    return value

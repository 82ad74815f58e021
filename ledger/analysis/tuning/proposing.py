"""By which model configurations are proposed, and that it is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ledger.analysis.tuning.told import Proposal, Seen
from ledger.errors import LedgerError
from ledger.model.space import Configuration, Space

if TYPE_CHECKING:
    # with it come scikit-learn and scipy, which most commands do without
    from ledger.analysis.tuning.proposer import Proposer

GP: Final = "gp"
"""A Gaussian process, by scikit-learn."""
TPE: Final = "tpe"
"""A tree-structured Parzen estimator, by Optuna."""
MODELS: Final = (GP, TPE)

_LIBRARIES: Final = {GP: ("sklearn", "scikit-learn", "tune"), TPE: ("optuna", "Optuna", "optuna")}


def require(model: str) -> None:
    """Raise LedgerError where the library of a model is not installed."""
    module, name, extra = _LIBRARIES[model]
    if importlib.util.find_spec(module) is None:
        raise LedgerError(
            f"what to try next is computed by {name}, which is not installed",
            hint=f"pip install 'experiment-ledger[{extra}]'",
        )


def proposer(space: Space, source: str) -> Proposer:
    """What proposes by a Gaussian process. Raises LedgerError where scikit-learn is not installed."""
    require(GP)
    from ledger.analysis.tuning.proposer import Proposer

    return Proposer(space, source)


def propose(
    model: str,
    space: Space,
    source: str,
    told: Sequence[Seen],
    count: int = 1,
    *,
    waiting: Sequence[Configuration] = (),
) -> tuple[Proposal, ...]:
    """The next `count` configurations by a model. Raises LedgerError where its library is not installed."""
    require(model)
    if model == TPE:
        from ledger.analysis.tuning import tpe

        return tpe.propose(space, source, told, count, waiting=waiting)
    return proposer(space, source).propose(told, count, waiting=waiting)

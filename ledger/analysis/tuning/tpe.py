"""The same question to Optuna: its tree-structured Parzen estimator, asked and told.

It knows one value of each configuration, and nothing of its noise: it is told the mean over the replicates.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ledger.analysis.tuning.encoding import Encoding
from ledger.analysis.tuning.told import Proposal, Seen, key, means, measured
from ledger.model.parameters import Value
from ledger.model.space import Choice, Configuration, Dimension, Space, same

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

# a space in which nothing new is found so often is taken for exhausted
_TRIES = 50


def propose(
    space: Space, source: str, told: Sequence[Seen], count: int = 1, *, waiting: Sequence[Configuration] = ()
) -> tuple[Proposal, ...]:
    """The next `count` configurations, fewer where no others are found. Those that run now are taken for bad, so that
    others are proposed than beside them.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    digest = hashlib.sha256(f"{source}:tpe {len(told) + len(waiting)}".encode()).digest()
    with warnings.catch_warnings():
        # `group` may change; it is what makes parameters that do not always count learn from each other
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(
            seed=int.from_bytes(digest[:4], "big"), multivariate=True, group=True, constant_liar=True
        )
    study = optuna.create_study(sampler=sampler)
    values = means(told) if measured(told) else []
    complete, running = optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.RUNNING

    def add(configuration: Configuration, **state: Any) -> None:
        distributions = {name: _distribution(each) for name, each in _named(space, configuration).items()}
        params = {name: _internal(each, configuration[name]) for name, each in _named(space, configuration).items()}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=distributions, **state))

    for one, value in zip(told, values, strict=False):
        add(one.configuration, state=complete, value=value)
    for each in waiting:
        add(each, state=running)
    taken = {key(one.configuration) for one in told} | {key(each) for each in waiting}
    encoding = Encoding(space)
    found: list[Proposal] = []
    for _ in range(_TRIES + count):
        if len(found) == count:
            break
        trial = study.ask()
        configuration = space.active(lambda dimension, trial=trial: _asked(trial, encoding, dimension))  # type: ignore[misc]
        if key(configuration) not in taken:
            taken.add(key(configuration))
            found.append(Proposal(configuration=configuration))
    return tuple(found)


def _named(space: Space, configuration: Configuration) -> dict[str, Dimension]:
    return {dimension.name: dimension for dimension in space.dimensions if dimension.name in configuration}


def _distribution(dimension: Dimension) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    domain = dimension.domain
    if isinstance(domain, Choice):
        # by their numbers: Optuna takes scalars alone
        return CategoricalDistribution(range(len(domain.levels)))
    if domain.whole:
        return IntDistribution(int(domain.low), int(domain.high), log=domain.log)
    return FloatDistribution(domain.low, domain.high, log=domain.log)


def _internal(dimension: Dimension, value: Value) -> Any:
    if isinstance(dimension.domain, Choice):
        return next(n for n, level in enumerate(dimension.domain.levels) if same(level, value))
    return value


def _asked(trial: Any, encoding: Encoding, dimension: Dimension) -> Value:
    domain = dimension.domain
    if isinstance(domain, Choice):
        return domain.levels[int(trial.suggest_categorical(dimension.name, range(len(domain.levels))))]
    suggest = trial.suggest_int if domain.whole else trial.suggest_float
    place = domain.place(suggest(dimension.name, domain.low, domain.high, log=domain.log))
    assert place is not None
    return encoding.level(dimension, place)

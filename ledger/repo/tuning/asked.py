"""What may be tuned, by what, and which trials there are to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.analysis.conditions import condition
from ledger.analysis.direction import direction
from ledger.analysis.fields import Fields
from ledger.errors import LedgerError
from ledger.model import objective as objectives
from ledger.model.directions import HIGHER
from ledger.model.experiment import Experiment, Recorded
from ledger.model.objective import Objective
from ledger.model.settings import direction_in_settings
from ledger.model.space import Dimension, Range, Space
from ledger.model.space_parser import checked_space
from ledger.model.typed_values import format_value
from ledger.repo.code import Code
from ledger.repo.diagnosis import results
from ledger.repo.ledger import Ledger
from ledger.repo.models import beside


def chosen(ledger: Ledger, names: Sequence[str], where: str | None) -> Iterator[tuple[Experiment, list[Recorded]]]:
    """The records that were asked for, by experiment."""
    rows = beside.rows(ledger, "trials")
    wanted = None if where is None else condition(where, Fields(rows, ledger.settings.aliases))
    ids: dict[str, set[str]] = {}
    for row in rows:
        if (not names or row.experiment in names) and (wanted is None or wanted(row)) and row.trial is not None:
            ids.setdefault(row.experiment, set()).add(row.trial)
    for name, own in ids.items():
        experiment = ledger.find(name)
        if experiment is not None:
            yield experiment, [record for record in experiment.trials if record.trial.id in own]


def plain(code: Code, space: Space) -> Space:
    """The space with every parameter under its one name. Raises LedgerError for one that no parameter file has."""
    plain = {name: code.plain(name) for name in space.names}
    for name, found in plain.items():
        # where there is no such parameter it says what may have been meant
        code.locate(found if found != name else name)
    return checked_space(
        [
            Dimension(
                name=plain[each.name],
                domain=each.domain,
                when=None
                if each.when is None
                else type(each.when)(name=plain[each.when.name], values=each.when.values),
            )
            for each in space.dimensions
        ]
    )


def require_tunable(
    ledger: Ledger, code: Code, space: Space, records: Sequence[tuple[Experiment, Sequence[Recorded]]]
) -> None:
    """Refuse a parameter that only repeats, and one that no stage would notice."""
    axes = {name: experiment.name for experiment, _ in records for name in experiment.plan.replicates.parameters}
    for dimension in space.dimensions:
        if dimension.name in axes:
            raise LedgerError(
                f"{dimension.name} repeats the trials of {axes[dimension.name]}: it is a source of noise, and cannot "
                "be tuned",
                hint="tune the settings of the pipeline, and leave the seed to --seeds",
            )
        ledger.code.require_tracked(code, dimension.name, dimension.domain.levels[0])


def require_decimals(code: Code, space: Space) -> None:
    """Refuse a range of whole numbers for a parameter that has decimals: 0..1 would be 0 and 1, nothing between."""
    for dimension in space.dimensions:
        domain, value = dimension.domain, code.names[dimension.name][1]
        if isinstance(domain, Range) and domain.whole and isinstance(value, float):
            decimal = Range(low=float(domain.low), high=float(domain.high), log=domain.log)
            raise LedgerError(
                f"{dimension.name} is {format_value(value)}, and {domain} has whole numbers only",
                hint=f"--tune {dimension.name}={decimal}, or list the whole numbers: 1,2,3",
            )


def objective(ledger: Ledger, text: str | None) -> Objective:
    """The objective that was typed. Raises LedgerError where it is none, and where nothing says which way is better."""
    if text is None:
        raise LedgerError("no objective is given", hint=_objectives(ledger))
    metric, better = objectives.parse(text)
    results.require_known(ledger, metric)
    try:
        return Objective(metric=metric, better=results.better(ledger, metric, better))
    except LedgerError as error:
        hint = f'--objective "max {metric}" or "min {metric}"; or {direction_in_settings(metric)}'
        raise LedgerError(error.message, hint=hint) from None


def _objectives(ledger: Ledger) -> str:
    """What there is to say, of the first metric of which it is known which values are better, else of the first."""
    rows = ledger.rows("experiments")
    names = dict.fromkeys(name for row in rows for name in row.metrics)
    known = {name: direction(name, rows, ledger.settings) for name in names}
    metric = next((name for name, better in known.items() if better is not None), next(iter(known), None))
    if metric is None or known[metric] is None:
        return f'--objective "max {metric or "dice"}", or "min {metric or "loss"}"'
    return f'--objective "{"max" if known[metric] == HIGHER else "min"} {metric}"'

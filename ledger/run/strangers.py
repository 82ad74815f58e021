"""What runs in a slot is trusted, or does not run: the last look, at the very commits that are laid out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats.paramfiles import parse
from ledger.model.parameters import flatten, identical
from ledger.model.plan import BASE
from ledger.repo.canonical import at_point
from ledger.repo.ledger import Ledger
from ledger.repo.trust.require import origin_of, require_code
from ledger.run.spec import Spec


def require_spec(ledger: Ledger, experiment: Experiment, spec: Spec) -> None:
    """Raise LedgerError where a trial would run what is not trusted here: its code, or files from other commits.

    Data that DVC holds may be anybody's: they are told by their hash, and no pipeline runs them.
    """
    commits, plan = [spec.arm.code.commit], experiment.plan
    declared = plan.variant(spec.variant)
    if spec.arm.code.laid and declared is not None:
        places = (change.at for change in plan.data_of(declared, spec.point).values())
        found = (ledger.git.commit(plan.base if at == BASE else at) for at in places if at is not None)
        commits += [commit for commit in found if commit is not None]
    require_code(ledger, experiment, commits, spec.variant)


def require_record(ledger: Ledger, experiment: Experiment, spec: Spec, record: Recorded) -> None:
    """Raise LedgerError where a record that came from somebody else has words that the trusted plan has not.

    Records are no part of what is trusted, and their parameters may stand in commands. Numbers run nothing.
    """
    if not record.collected or is_own(ledger, experiment, record.path):
        return
    for name, value in _otherwise(spec.texts, _planned(ledger, experiment, spec)):
        if not _runs_nothing(value):
            trial = f"{experiment.name}:{record.trial.id}"
            raise LedgerError(
                f"the record of {trial} came from {origin_of(ledger, experiment.tip)}, and its {name} is not the "
                f"plan's: {value!r}",
                hint=f"ledger show {trial} shows the record; what a stage may run comes only from the plan",
            )


def is_own(ledger: Ledger, experiment: Experiment, path: str) -> bool:
    """Whether the commit that brought a file to the experiment, or last changed it, is trusted itself."""
    brought = ledger.git.text("rev-list", "-1", experiment.tip, "--", f":(top,literal){path}")
    return bool(brought) and ledger.trust.is_own(brought)


def _planned(ledger: Ledger, experiment: Experiment, spec: Spec) -> Mapping[str, str]:
    """The parameter files that the plan gives the trial; those of its code where it declares no such arm any more."""
    code, plan = spec.arm.code, experiment.plan
    declared = plan.variant(spec.variant)
    if declared is None or spec.point not in plan.replicates.points():
        return code.texts
    try:
        return at_point(ledger.code.arm(code, declared.params, plan.replicates.parameters), spec.point)
    except LedgerError:
        return code.texts


def _otherwise(texts: Mapping[str, str], planned: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """The parameters of some files that others have otherwise, or not, with their values."""
    for path, text in texts.items():
        before = flatten(parse(path, planned[path])) if path in planned else {}
        for key, value in flatten(parse(path, text)).items():
            if key not in before or not identical(before[key], value):
                yield f"{path}:{key}", value


def _runs_nothing(value: object) -> bool:
    if isinstance(value, dict | list):
        return all(map(_runs_nothing, value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, bool | int | float)

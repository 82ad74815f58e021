"""Land an experiment: collect its trials, build what main becomes, and move there with every work tree of main."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import LedgerError
from ledger.git.branch import Moved, Step, advance, holders
from ledger.model.experiment import Experiment
from ledger.ops.landing import ADOPT, Prepared, kind_of, prepare
from ledger.repo.commit import require_text
from ledger.repo.ledger import Ledger
from ledger.run.collect import advance_with_outputs, collect
from ledger.run.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """What was done. `experiment` is as it was when it landed."""

    experiment: Experiment
    prepared: Prepared
    remarks: tuple[str, ...]


def land(
    ledger: Ledger, experiment: Experiment, *, kind: str | None, message: str | None, arm: str | None = None
) -> Landed:
    """Land an experiment, as its verdict says where no `kind` is given; `arm`: the one whose change is adopted.

    Raises LedgerError: then nothing has moved.
    """
    ledger.git.identity()
    require_text(message)
    name = experiment.name
    kind_of(experiment, kind, arm)
    if ledger.pending.get(name):
        with Worker() as worker:
            collect(ledger, name, worker)
    with ledger.place.locked():
        for _ in range(20):
            ledger.refresh()
            experiment = ledger.experiment(name)
            prepared = prepare(ledger, experiment, kind_of(experiment, kind, arm), message, arm)
            try:
                remarks = _move(ledger, experiment, prepared.step, prepared.kind)
            except Moved:
                continue
            ledger.refresh()
            return Landed(experiment=experiment, prepared=prepared, remarks=(*prepared.remarks, *remarks))
    raise LedgerError(f"{prepared.main} moves too fast to land on it", hint="try again")


def _move(ledger: Ledger, experiment: Experiment, step: Step, kind: str) -> tuple[str, ...]:
    """Outputs are laid out where a work tree of main would show others than its new locks say."""
    changed = ledger.git.changed_paths(step.old, step.new) if kind == ADOPT and holders(ledger.git, step.ref) else ()
    if any(path.endswith(("dvc.lock", "dvc.yaml", ".dvc")) for path in changed):
        with Worker() as worker:
            return advance_with_outputs(ledger, experiment, step, worker, {})
    advance(ledger.git, step)
    return ()

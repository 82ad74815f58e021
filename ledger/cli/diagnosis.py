"""Run an experiment that a command has made to answer a question."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.cli import console, values
from ledger.cli.screen import Screen
from ledger.errors import LedgerError
from ledger.model.directions import HIGHER, LOWER
from ledger.ops.run import run
from ledger.repo.diagnosis.drafts import Begun
from ledger.repo.ledger import Ledger
from ledger.report.remarks import sentences
from ledger.run.request import RunOptions


def better(*, higher: bool, lower: bool) -> str | None:
    """Which way the metric is better, None where neither option is given."""
    if higher and lower:
        raise LedgerError("--higher-is-better and --lower-is-better contradict each other", hint="choose one")
    return HIGHER if higher else LOWER if lower else None


def refuse_both(experiment: str, given: Mapping[str, object]) -> None:
    """Refuse options that make an experiment where the answer of one is to be shown. Raises LedgerError."""
    set_ = [option for option, value in given.items() if value is not None]
    if set_:
        raise LedgerError(
            f"{set_[0]} starts an experiment, but {experiment} asks for the answer of an existing one",
            hint=f"leave {set_[0]} out, or {experiment}",
        )


def run_options(jobs: int | None, timeout: str | None) -> RunOptions:
    """How the trials are run."""
    return RunOptions(jobs=jobs, timeout=None if timeout is None else values.duration(timeout))


def trained(ledger: Ledger, begun: Begun, wanted: RunOptions, *, json: bool) -> str:
    """Run what is missing. Returns the name of the experiment."""
    chosen = begun.experiment
    for note in sentences(begun.notes):
        console.say(f"note: {note}")
    if not json:
        console.say(f"{'began' if begun.anew else 'continuing'} {chosen.name}, on the branch {chosen.branch_name}")
    with Screen(chosen.plan, ledger.settings, quiet=json) as screen:
        run(ledger, chosen, screen, wanted)
    return chosen.name

"""`ledger conclude`: compute the verdict."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.analysis.counting import When
from ledger.cli import console, options
from ledger.model import verdict as verdicts
from ledger.ops.conclude import conclude as conclude_experiment
from ledger.repo.evidence import gather
from ledger.repo.weighing import conclusion
from ledger.report.verdict import told

if TYPE_CHECKING:
    from ledger.model.experiment import Experiment
    from ledger.repo.ledger import Ledger


def conclude(
    experiment: options.Experiment = None,
    message: Annotated[
        str | None, typer.Option("-m", "--message", help="What you make of it; otherwise an editor asks.")
    ] = None,
    early: Annotated[
        bool,
        typer.Option("--early", help="Conclude though declared trials are missing: inconclusive till then."),
    ] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where the outcome is refuted.")] = False,
    json: options.AsJson = False,
) -> int:
    """Compute the verdict from the declared trials, write verdict.md and commit it.

    Example: ledger conclude -m "helps most on small lesions"
    """
    with console.opened() as ledger:
        chosen = ledger.experiment(experiment)
        if ledger.snapshot.pending.get(chosen.name):
            chosen = _collected(ledger, chosen.name)
        interpretation = message
        if message is None and chosen.verdict is None and sys.stdin.isatty():
            # computed before anybody writes about it, and shown to whoever does
            found = conclusion(ledger, chosen, gather(ledger, chosen, When.PRESENT), early=early)
            prompt = "What do you make of it? Lines that begin with # are left out."
            interpretation = console.edited("\n".join([prompt, "", *told(found)]))
        done = conclude_experiment(ledger, chosen, interpretation=interpretation, early=early)
    if json:
        console.answer_json(verdicts.to_mapping(done.verdict))
    else:
        console.answer("\n".join([f"{chosen.name}: {told(done.verdict)[0]}", *told(done.verdict)[1:]]))
        console.say("the verdict is what it was" if done.commit is None else f"committed as {done.commit[:10]}")
    return 1 if exit_code and done.verdict.outcome == verdicts.REFUTED else 0


def _collected(ledger: Ledger, name: str) -> Experiment:
    """The experiment, once the trials that an interrupted run has left are on its branch."""
    # imported where there are some: a verdict starts without what runs trials
    from ledger.run.collect import collect
    from ledger.run.worker import Worker

    with Worker() as worker:
        collect(ledger, name, worker)
    return ledger.experiment(name)

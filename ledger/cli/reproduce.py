"""`ledger reproduce`: run a recorded trial again, and compare."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, options, terminal, values
from ledger.cli.declared import Argument, Option
from ledger.model.listing import counted
from ledger.ops import reproduce as again
from ledger.report import reproduce as report
from ledger.report.shapes import proofs as shapes
from ledger.run.again import log_of


def reproduce(
    experiment: Annotated[
        str | None, Argument(metavar="[EXP[:TRIAL]]", help="A trial, or the first of an experiment's.")
    ] = None,
    everything: Annotated[bool, Option("--all", help="Every trial that counts, not just one.")] = False,
    metrics_only: Annotated[
        bool, Option("--metrics-only", help="Outputs may differ by hash; only the metrics decide.")
    ] = False,
    within_noise: Annotated[
        bool, Option("--within-noise", help="A metric may differ by less than the declared replicates.")
    ] = False,
    timeout: options.Timeout = None,
    json: options.AsJson = False,
) -> int:
    """Run a recorded trial again from its own commit, bypassing DVC's run cache, and compare.

    Each metric is identical, differs by less than the declared replicates, or is different; each output is identical
    or different by its hash. Nothing is recorded. Exits with 1 if anything differs: the seed is the same, so the
    spread of seeds is no excuse, unless --within-noise says so. Repeats without a seed may differ by their own noise.

    Example: ledger reproduce focal-loss:treatment/seed-0
    """
    limit = None if timeout is None else values.duration(timeout)
    found = []
    with console.opened() as ledger:
        own = ledger.experiment(None).name if experiment is None else experiment
        target = ledger.target(own)
        records = again.chosen(ledger, target, everything=everything)
        assert target.experiment is not None
        console.say(f"running {counted(len(records), 'trial')} of {target.experiment.name} again")
        for record, one in zip(
            records, again.reproduce(ledger, target.experiment, records, timeout=limit), strict=True
        ):
            found.append(one)
            if not json:
                log = str(log_of(ledger.state_dir, record.trial))
                lines = report.reproduction(one, ledger.settings, log=log, total=terminal.bound())
                console.answer(
                    "\n".join([*lines, report.verdict(one, outputs=not metrics_only, within_noise=within_noise)])
                )
    same = all(one.same(outputs=not metrics_only, within_noise=within_noise) for one in found)
    if json:
        console.answer_json(shapes.reproductions(found, same=same))
    return 0 if same else 1

"""`ledger show`: one experiment whole."""

from __future__ import annotations

from typing import Annotated

from ledger.cli import console, documents, options
from ledger.cli.declared import Option
from ledger.model.experiment import Experiment, Recorded
from ledger.ops.show import printed
from ledger.ops.show import show as shown
from ledger.report import show as report
from ledger.report.documents import Format


def show(
    experiment: options.Part = None,
    log: Annotated[bool, Option("--log", help="Print the output of one trial's commands.")] = False,
    form: options.AsPage = Format.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Show one experiment: the plan, every trial, the hypothesis and the notes.

    For an arm (NAME:VARIANT) show only its trials; for one trial (NAME:VARIANT/TRIAL) its record, or with --log the
    output of its commands.

    Example: ledger show focal-loss
    """
    page = options.page_of(form)
    with console.opened() as ledger:
        if log:
            output = printed(ledger, experiment or "")
            documents.answer(report.printed(output), page, json=False)
            _tell_others(output.experiment, output.record)
            return 0
        found = shown(ledger, experiment)
        if found.record is not None:
            documents.answer(report.record(found, found.record), page, json=json)
            _tell_others(found.experiment, found.record)
            return 0
        document = report.document(found, ledger.settings, now=console.now())
        documents.answer(document, page, json=json, paged=ledger.git)
        if json:
            for problem in (*found.experiment.passed_over, *found.experiment.too_new):
                console.say(f"warning: skipped: {problem}")
    return 0


def _tell_others(experiment: Experiment, one: Recorded | None) -> None:
    """Say which other attempts there are at the trial's point, and how to name them."""
    for other in () if one is None else experiment.of(one.trial.variant):
        if one is not None and other.trial.point == one.trial.point and other is not one:
            name = other.trial.id if other.trial.attempt > 1 else f"{other.trial.id}.1"
            console.say(f"note: this is {one.trial.id}; also: {name} ({other.trial.status})")

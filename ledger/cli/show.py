"""`ledger show`: one experiment whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from ledger.cli import console, options, pager
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.listing import listed
from ledger.repo import concluded, histories
from ledger.repo.ledger import Ledger
from ledger.repo.metric_files import with_predicted_names
from ledger.repo.targets import part
from ledger.report import shapes
from ledger.report import show as report
from ledger.report.blocks import Document
from ledger.report.documents import Page, rendered
from ledger.report.text import uncoloured


def show(
    experiment: options.Part = None,
    log: Annotated[bool, typer.Option("--log", help="Print what the commands of one trial printed.")] = False,
    form: options.AsPage = Page.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Show one experiment: the plan, every trial, the hypothesis and the notes.

    For an arm (NAME:VARIANT) show its trials alone; for one trial (NAME:VARIANT/TRIAL) its record, or with --log what
    its commands printed.

    Example: ledger show focal-loss
    """
    page = options.page_of(form)
    with console.opened() as ledger:
        if log:
            console.answer(rendered(_log(ledger, experiment or ""), page, total=None))
            return 0
        chosen = part(ledger, experiment).experiment
        present = ledger.present(chosen)
        target = None if experiment is None else ledger.target(experiment)
        one = None if target is None else target.trial
        if target is not None and one is None and ":" in target.text:
            chosen = _arm(chosen, target.variant)
        if one is not None:
            commits = histories.trial_commits(ledger, chosen.name)
            if json:
                console.answer_json(shapes.plain(shapes.trial(one, present, commits)))
            else:
                console.answer(rendered(report.record(chosen.name, one), page, total=None))
            _tell_others(chosen, one)
        elif json:
            console.answer_json(shapes.show(chosen, present, histories.trial_commits(ledger, chosen.name)))
            for problem in (*chosen.passed_over, *chosen.too_new):
                console.say(f"warning: passed over: {problem}")
        else:
            document = report.document(
                with_predicted_names(ledger, chosen),
                present,
                histories.trial_commits(ledger, chosen.name),
                ledger.settings,
                outdated=concluded.outdated(ledger, chosen),
                now=console.now(),
            )
            colour = page is Page.TEXT and console.has_colour()
            text = rendered(document, page, total=console.bound(), colour=colour)
            pager.answer(text, ledger.git, painted=colour)
    return 0


def _arm(experiment: Experiment, name: str) -> Experiment:
    """The experiment with the trials of one arm alone. Raises LedgerError where these are another experiment's."""
    declared = experiment.plan.variant(name)
    if declared is not None and declared.filled_by is not None:
        raise LedgerError(
            f"the trials of {experiment.name}:{name} are those of {declared.filled_by}",
            hint=f"ledger show {declared.filled_by}",
        )
    return replace(experiment, trials=experiment.of(name))


def _tell_others(experiment: Experiment, one: Recorded) -> None:
    """Say which other attempts there are at the trial's point, and how to name them."""
    for other in experiment.of(one.trial.variant):
        if other.trial.point == one.trial.point and other is not one:
            name = other.trial.id if other.trial.attempt > 1 else f"{other.trial.id}.1"
            console.say(f"note: this is {one.trial.id}; also: {name} ({other.trial.status})")


def _log(ledger: Ledger, text: str) -> Document:
    """What a trial printed, also of one that is still running or was cut off. Raises LedgerError where no log is."""
    named = part(ledger, text) if ":" in text else None
    if named is None or named.name is None or named.trial is None:
        raise LedgerError("--log is of one trial", hint="ledger show NAME:treatment/seed-0 --log")
    chosen, name = named.experiment, named.name
    try:
        one = ledger.target(text).trial
    except LedgerError:
        # not recorded, or not yet
        one = None
    if one is not None:
        name = one.trial.id
        _tell_others(chosen, one)
    try:
        printed = ledger.state_dir.log(chosen.name, name).read_bytes().decode("utf-8", errors="replace")
    except OSError:
        known = [r.trial.id for r in chosen.trials]
        hint = "logs stay where the trial ran, which may have been another clone"
        if one is not None and one.trial.reused is not None:
            other, _, source = one.trial.reused.partition("/")
            hint = f"it is another experiment's trial: ledger show {other}:{source} --log"
        if one is None:
            hint = f"its trials: {listed(known, 8)}" if known else "it has no trials yet"
        raise LedgerError(f"there is no log of {chosen.name}:{name} here", hint=hint) from None
    # a progress bar rewrites its line
    lines = (uncoloured(row.rstrip("\r").rsplit("\r", 1)[-1]).expandtabs().rstrip() for row in printed.split("\n"))
    return report.page(f"{chosen.name}:{name}: what its commands printed", "\n".join(lines))

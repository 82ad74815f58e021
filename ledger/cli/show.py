"""`ledger show`: one experiment whole."""

from __future__ import annotations

from ledger.cli import console, options, pager
from ledger.model import trial as trials
from ledger.report import shapes
from ledger.report import show as report


def show(experiment: options.Experiment = None, json: options.AsJson = False) -> int:
    """Show one experiment: the plan, every trial, the hypothesis and the notes.

    For one trial (NAME:VARIANT/TRIAL) show its record.

    Example: ledger show focal-loss
    """
    with console.opened() as ledger:
        chosen = ledger.experiment(experiment)
        present = ledger.present(chosen)
        one = None if experiment is None else ledger.target(experiment).trial
        if one is not None:
            commits = ledger.trial_commits(chosen.name)
            if json:
                console.answer_json(shapes.plain(shapes.trial(one, present, commits)))
            else:
                console.answer(trials.dumps(one.trial))
        elif json:
            console.answer_json(shapes.show(chosen, present, ledger.trial_commits(chosen.name)))
            for problem in chosen.problems:
                console.say(f"warning: passed over: {problem}")
        else:
            text = report.show(chosen, present, ledger.settings, now=console.now(), total=console.columns())
            pager.answer(text, ledger.git)
    return 0

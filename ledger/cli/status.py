"""`ledger status`: where am I."""

from __future__ import annotations

from ledger.analysis import progress
from ledger.cli import console, options
from ledger.report import experiments as report
from ledger.report import shapes


def status(experiment: options.Experiment = None, json: options.AsJson = False) -> int:
    """Say what the experiment declares, and what is done, failed, missing or unrecorded.

    Example: ledger status
    """
    with console.opened() as ledger:
        branch = ledger.plain_branch() if experiment is None else None
        if branch is not None:
            if json:
                console.answer_json(shapes.no_status(branch))
            else:
                console.answer(report.overview(branch, ledger.index.states()))
            console.warn_unreadable(ledger)
            return 0
        chosen = ledger.experiment(experiment)
        rows = progress.declared(chosen, ledger.present(chosen))
        unrecorded: list[str] = []
        dirty: list[str] = []
        if ledger.head[0] == chosen.branch:
            pipeline = ledger.code.at(chosen.tip).pipeline
            changed = ledger.git.dirty()
            unrecorded = [d.path for d in changed if pipeline.is_git_result(d.path)]
            dirty = [d.path for d in changed if not d.untracked and d.path not in unrecorded]
        if json:
            console.answer_json(shapes.status(chosen, rows, unrecorded=unrecorded, dirty=dirty))
        else:
            console.answer(report.status(chosen, rows, unrecorded=unrecorded, dirty=dirty, total=console.columns()))
    return 0

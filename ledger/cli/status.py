"""`ledger status`: where am I."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.analysis import progress
from ledger.cli import console, options
from ledger.errors import LedgerError
from ledger.model.listing import listed
from ledger.repo import concluded, runs, unseen
from ledger.report import shapes
from ledger.report import status as report
from ledger.report.documents import Page, rendered


def status(
    experiment: options.Experiment = None,
    watch: Annotated[bool, typer.Option("--watch", help="Follow the run that is at work, from any terminal.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the run that is at work; keep what has finished.")] = False,
    form: options.AsPage = Page.TEXT.value,
    json: options.AsJson = False,
) -> int:
    """Say what the experiment declares, and what is done, running, failed, missing or unrecorded.

    Example: ledger status --watch
    """
    page = options.page_of(form)
    with console.opened() as ledger:
        branch = ledger.plain_branch() if experiment is None else None
        every = runs.live(ledger.state_dir)
        if branch is not None and (watch or stop):
            names = list(dict.fromkeys(state.experiment for state in every))
            if len(names) != 1:
                raise LedgerError(
                    f"runs of {listed(names)} are at work" if names else "no run is at work",
                    hint=f"say which: ledger status {names[0]}" if names else "ledger run --detach starts one",
                )
            experiment, branch = names[0], None
        if branch is not None:
            if json:
                console.answer_json(shapes.no_status(branch) | {"runs": [shapes.run_state(s) for s in every]})
            else:
                overview = report.overview(branch, ledger.index.states(), every, now=console.now())
                console.answer(rendered(overview, page, total=console.bound()))
            console.warn_unreadable(ledger)
            return 0
        chosen = ledger.experiment(experiment)
        if watch or stop:
            from ledger.cli import watch as watching

            if stop:
                return watching.stop(ledger, chosen.name)
            watching.watch(ledger, chosen.name)
            ledger.refresh()
            chosen = ledger.experiment(chosen.name)
        own = runs.live(ledger.state_dir, chosen.name)
        rows = progress.declared(chosen, ledger.present(chosen))
        done = all(row.state == progress.SUCCEEDED for row in rows)
        killed = () if done else runs.cut_off(ledger.state_dir, chosen.name)
        elsewhere = runs.elsewhere(ledger.state_dir, chosen.name)
        unrecorded: list[str] = []
        dirty: list[str] = []
        if ledger.snapshot.head[0] == chosen.branch:
            pipeline = ledger.code.at(chosen.tip).pipeline
            changed = ledger.git.dirty()
            unrecorded = [d.path for d in changed if pipeline.is_git_result(d.path)]
            dirty = [d.path for d in changed if not d.untracked and d.path not in unrecorded]
        outdated = concluded.outdated(ledger, chosen)
        refusal = unseen.since_trials(ledger, chosen)
        if json:
            shape = shapes.status(chosen, rows, unrecorded=unrecorded, dirty=dirty)
            shape |= {"verdict_outdated": outdated, "changed_unseen": None if refusal is None else refusal.message}
            groups = {"runs": own, "killed_runs": killed, "unseen_runs": elsewhere}
            console.answer_json(
                shape | {name: [shapes.run_state(state) for state in states] for name, states in groups.items()}
            )
        else:
            document = report.document(
                chosen,
                rows,
                unrecorded=unrecorded,
                dirty=dirty,
                runs=own,
                killed=killed,
                elsewhere=elsewhere,
                outdated=outdated,
                refusal=refusal,
                now=console.now(),
            )
            console.answer(rendered(document, page, total=console.bound()))
    return 0

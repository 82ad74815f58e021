"""Where one is: what an experiment declares, what is done, and which runs are in progress."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.analysis import progress
from ledger.analysis.answers import Overview, SearchStatus, Status
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.listing import listed
from ledger.repo import concluded, runs, unseen
from ledger.repo.ledger import Ledger


def status(ledger: Ledger, text: str | None) -> Status | Overview:
    """The status of the experiment that is named or checked out, else of the repository. Raises LedgerError."""
    branch = ledger.plain_branch() if text is None else None
    if branch is not None:
        return Overview(branch=branch, states=ledger.index.states(), runs=runs.live(ledger.state_dir))
    chosen = ledger.experiment(text)
    present = ledger.present(chosen)
    declared = progress.declared(chosen, present)
    done = all(row.state == progress.SUCCEEDED for row in declared)
    unrecorded: list[str] = []
    dirty: list[str] = []
    if ledger.snapshot.head[0] == chosen.branch:
        pipeline = ledger.code.at(chosen.tip).pipeline
        changed = ledger.git.dirty()
        unrecorded = [d.path for d in changed if pipeline.is_git_result(d.path)]
        dirty = [d.path for d in changed if not d.untracked and d.path not in unrecorded]
    return Status(
        experiment=chosen,
        declared=declared,
        unrecorded=tuple(unrecorded),
        dirty=tuple(dirty),
        runs=runs.live(ledger.state_dir, chosen.name),
        killed=() if done else runs.cut_off(ledger.state_dir, chosen.name),
        elsewhere=runs.elsewhere(ledger.state_dir, chosen.name),
        outdated=concluded.outdated(ledger, chosen),
        refusal=unseen.since_trials(ledger, chosen),
        search=None if chosen.plan.search is None else _search(chosen, present),
    )


def _search(experiment: Experiment, present: Mapping[str, str]) -> SearchStatus:
    # imported late: few plans are searches
    from ledger.analysis import searching
    from ledger.analysis.search.records import at_present

    found = searching.state(experiment, present)
    known = (r.trial.seconds for r in at_present(experiment.trials, present))
    times = [seconds for seconds in known if seconds is not None]
    coming = None if found.finished else searching.coming(experiment, present, found)
    return SearchStatus(state=found, coming=coming, each=sum(times) / len(times) if times else None)


def running(ledger: Ledger, text: str | None) -> str:
    """The experiment whose run is meant: the one that is named or checked out, else the only one with a run.

    Raises LedgerError where no run is in progress, or runs of several experiments are.
    """
    if text is not None or ledger.plain_branch() is None:
        return ledger.experiment(text).name
    names = list(dict.fromkeys(state.experiment for state in runs.live(ledger.state_dir)))
    if len(names) != 1:
        raise LedgerError(
            f"runs of {listed(names)} are in progress" if names else "no run is in progress",
            hint=f"say which: ledger status {names[0]}" if names else "ledger run --detach starts one",
        )
    return names[0]

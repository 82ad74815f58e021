"""One experiment under review: what the modules beside this one find, in one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from ledger.analysis.diff import Diff
from ledger.analysis.review import Against, Failed, Review, Unattributed, WebAddress
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Unread
from ledger.model.remarks import Kind, Remark
from ledger.model.settings import FILE
from ledger.model.verdict import Verdict
from ledger.repo import histories, plan_history
from ledger.repo.ledger import Ledger
from ledger.repo.review import compared, pictures, proved
from ledger.repo.review.git_alone import GitAlone
from ledger.repo.sources import Source

T = TypeVar("T")

# characters of prose that are shown
_PROSE = 20_000
# that more than one thing differs is told by itself, and that a side has no metrics by the table that has none
_TOLD = (Kind.THINGS_DIFFER, Kind.PARAMETERS_DIFFER, Kind.NO_METRICS)


def read(ledger: Ledger, name: str, source: Source, against: Against | None, web: WebAddress | None) -> Review:
    """The review of an experiment at the commit of its source; one that cannot be read says why."""
    alone = GitAlone(ledger, name, source)
    nothing = Review(name=name, experiment=None, against=against, settings=alone.settings, web=web)
    try:
        experiment = alone.find(name)
    except LedgerError as error:
        return replace(nothing, unreadable=error.message)
    if experiment is None:
        return replace(nothing, unreadable=f"there is no experiments/{name}/hypothesis.md")
    if alone.misread is not None:
        said = Unread(path=FILE, said=f": {alone.misread}")
        experiment = replace(experiment, problems=(*experiment.problems, said))
    return _read(alone, _shortened(experiment), nothing)


def _shortened(experiment: Experiment) -> Experiment:
    """The experiment with so much of its prose as anybody reads in a report."""
    hypothesis = experiment.hypothesis
    body = hypothesis.body
    if len(body) <= _PROSE:
        return experiment
    said = f"{body[:_PROSE]}\n\n({len(body) - _PROSE:,} more characters)\n"
    return replace(experiment, hypothesis=replace(hypothesis, body=said))


def _read(alone: GitAlone, experiment: Experiment, nothing: Review) -> Review:
    arms = compared.Arms(alone, experiment)
    changed, not_compared = _attempted(arms.changed)
    others = arms.others()
    results, left_out = arms.results()
    proof = proved.proved(alone, experiment)
    commits = histories.trial_commits(alone, experiment.name)
    differ = (*((changed,) if changed is not None else ()), *others.compared)
    amendments, _ = _attempted(lambda: plan_history.amendments(alone, experiment))
    return replace(
        nothing,
        experiment=experiment,
        recomputed=proof.recomputed,
        refusal=proof.refusal,
        outdated=proof.outdated,
        agrees=proof.agrees,
        changed=changed,
        not_compared=not_compared,
        others=others.compared,
        others_left_out=others.left_out,
        arms=results,
        arms_left_out=left_out,
        checks=proof.checks,
        unchecked=proof.unchecked,
        unattributed=tuple(Unattributed(a=d.a, b=d.b, remarks=d.confounded) for d in differ if d.confounded),
        failed=tuple(
            Failed(record=record, commit=commits.get(record.trial.id))
            for record in experiment.trials
            if not record.trial.succeeded
        ),
        voided=tuple(record for record in experiment.trials if record.void is not None),
        amendments=amendments or (),
        warnings=_warnings(proof.recomputed, differ),
        pictures=pictures.of(alone, experiment, commits),
        reproduce=arms.commands(commits),
    )


def _warnings(verdict: Verdict | None, differ: Sequence[Diff]) -> tuple[Remark, ...]:
    """What weakens the verdict, then what is doubtful about the sides, each once."""
    found = [] if verdict is None else list(verdict.warnings)
    found += [remark for diff in differ for remark in diff.warnings]
    return tuple(dict.fromkeys(remark for remark in found if remark.kind not in _TOLD))


def _attempted(ask: Callable[[], T]) -> tuple[T | None, str | None]:
    """What is asked for, or why it cannot be told here."""
    try:
        return ask(), None
    except LedgerError as error:
        return None, error.message

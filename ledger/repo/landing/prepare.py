"""Landing: what an experiment becomes on the main branch, built without a checkout and not yet moved to.

`record`: one ordinary commit that adds `experiments/<name>/`, the code untouched. No merge: git would then think that
the code had been merged as well, and a later adoption would find nothing to do. `adopt`: a real merge.
"""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.landing import ADOPT, RECORD, adopted, kind_of
from ledger.errors import LedgerError, Refused
from ledger.git.branch import Step
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.model.changes import Landed
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import trailers
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.pipeline import inside
from ledger.model.plan import TREATMENT, Variant
from ledger.model.remarks import Kind, Remark
from ledger.repo import canonical, histories, submodules, unseen
from ledger.repo.landing import require
from ledger.repo.landing.merge import merge
from ledger.repo.ledger import Ledger
from ledger.repo.tip_tag import tip_tag
from ledger.report.remarks import sentences


@frozen
class Prepared:
    """A landing that is ready: the step on the main branch, and what it brings there."""

    step: Step
    landed: Landed


def prepare(
    ledger: Ledger, experiment: Experiment, wanted: str | None, message: str | None, arm: str | None = None
) -> Prepared:
    """Build what the main branch becomes, `wanted` or as the verdict says. Nothing has moved yet.

    Raises LedgerError where the experiment cannot land. The caller holds the repository's lock until the step is made.
    """
    kind = kind_of(experiment, wanted, arm)
    main, tip = require.main_branch(ledger)
    require.landable(ledger, experiment, main, tip)
    whole = ledger.git.is_ancestor(experiment.tip, tip)
    chosen = adopted(experiment, arm) if kind == ADOPT else None
    # with one arm main has the whole branch, and yet not what another arm runs with
    if whole and (chosen is None or not chosen.params):
        raise _landed_already(experiment, main)
    if chosen is not None:
        require.no_links_around_outputs(ledger, experiment)
    unseen.require_none(ledger, experiment)
    if chosen is None:
        return _recorded(ledger.git, experiment, main, tip, message)
    changed = _changed(ledger, experiment, chosen)
    if changed is not None and wanted is None:
        raise LedgerError(
            f"{experiment.name} has changed since its verdict ({changed}): no trial ran what would be adopted",
            hint=f"ledger run {experiment.name} && ledger conclude {experiment.name}, then land it; "
            f"or ledger land {experiment.name} --adopt, unmeasured as it is",
        )
    done = _adopted(ledger, experiment, chosen, main, tip, message, again=whole)
    return replace(done, landed=replace(done.landed, changed=changed))


def _landed_already(experiment: Experiment, main: str) -> LedgerError:
    return LedgerError(
        f"{experiment.name} has landed already: all of {experiment.branch_name} is on {main}",
        hint=f"git log {main} -- {directory(experiment.name)} says when",
    )


# --- the record alone


def _recorded(git: Git, experiment: Experiment, main: str, tip: str, message: str | None) -> Prepared:
    folder = directory(experiment.name)
    here, there = (
        {path: entry for path, entry in git.objects.files(commit).items() if inside(path, folder)}
        for commit in (tip, experiment.tip)
    )
    if here == there:
        raise LedgerError(
            f"the record of {experiment.name} has landed already: "
            f"{folder}/ on {main} is the same as on {experiment.branch_name}",
            hint=f"ledger land {experiment.name} --adopt takes its change too",
        )
    changes: dict[str, Entry | None] = dict.fromkeys(here)
    changes |= there
    tree = git.tree(tip, changes)
    name, also = tip_tag(git, experiment.name, experiment.tip)
    commit = git.commit_tree(tree, [tip], _message(experiment, RECORD, message))
    step = Step(
        ref=f"refs/heads/{main}", old=tip, new=commit, reason=f"ledger land: record of {experiment.name}", also=also
    )
    remarks = (Remark.of(Kind.RECORD_UPDATED, folder=folder, main=main),) if here else ()
    changed = git.changed_paths(experiment.plan.base, experiment.tip) if git.commit(experiment.plan.base) else ()
    data = tuple(path.removesuffix(".dvc") for path in changed if path.endswith(".dvc"))
    landed = Landed(
        experiment=experiment, kind=RECORD, main=main, commit=commit, tag=name, remarks=remarks, data_left=data
    )
    return Prepared(step=step, landed=landed)


# --- the change too


def _adopted(
    ledger: Ledger, experiment: Experiment, arm: Variant, main: str, tip: str, message: str | None, *, again: bool
) -> Prepared:
    """The adoption of an arm; `again`: main has the branch already, with the change of some arm."""
    git = ledger.git
    theirs = _arm_commit(ledger, experiment, arm)
    try:
        merged = merge(ledger, replace(experiment, tip=theirs), main, tip)
    except Refused as refusal:
        earlier = _adoption(ledger.git, experiment.name, tip) if again else None
        if earlier is None:
            raise
        raise Refused(
            f"{main} has the change of another arm of {experiment.name}: {refusal.message}",
            hint=f"git switch {main} && git revert --no-edit -m 1 {earlier[:10]}, "
            f"then ledger land --adopt {experiment.name}:{arm.name}",
        ) from None
    if again and merged.tree == git.objects.header(tip, "tree"):
        raise _landed_already(experiment, main)
    said = [*([f"the arm {arm.name} is adopted"] if arm.name != TREATMENT else []), *sentences(merged.remarks)]
    if merged.stale:
        said.append(f"to be reproduced: {', '.join(merged.stale)}")
    commit = git.commit_tree(merged.tree, [tip, theirs], _message(experiment, ADOPT, message, said))
    step = Step(ref=f"refs/heads/{main}", old=tip, new=commit, reason=f"ledger land: {experiment.name} adopted")
    landed = Landed(
        experiment=experiment,
        kind=ADOPT,
        main=main,
        commit=commit,
        arm=arm.name,
        stale=merged.stale,
        measured=_measured(ledger, experiment, arm, commit),
        remarks=merged.remarks,
    )
    return Prepared(step=step, landed=landed)


def _changed(ledger: Ledger, experiment: Experiment, arm: Variant) -> str | None:
    """What changed in the arm since its trials, None where one of them ran it as it is now, or it has none."""
    ran = [r.trial for r in experiment.of(arm.name) if r.valid]
    if not ran or ledger.present(experiment).get(arm.name) in {trial.fingerprint for trial in ran}:
        return None
    last = max(ran, key=lambda trial: trial.started)
    if ledger.git.commit(last.code) is None:
        return "the code that ran is not in this clone"
    code = ledger.code.at(experiment.tip)
    paths = [p for p in submodules.changed_paths(ledger, code, last.code) if code.pipeline.reads(p)]
    return listed(paths, 3) or "its pipeline"


def _arm_commit(ledger: Ledger, experiment: Experiment, arm: Variant) -> str:
    """The branch's tip where it has what the arm runs with, else a commit on top that has.

    With its parameters and data the commit has the lock and the results of the arm's canonical trial, where that one's
    commit is here, so that nothing has to be reproduced.
    """
    if not arm.params and not arm.data:
        return experiment.tip
    present = ledger.arm(experiment, arm)
    # what replicates made of samples is not what the arm's data make
    record = None if present.samples else canonical.record_of(experiment, arm.name, present)
    held = None if record is None else histories.trial_commits(ledger, experiment.name).get(record.trial.id)
    if record is not None and held is not None:
        changes = canonical.shown(ledger, experiment, present, record, held)
    else:
        changes = canonical.own_files(ledger.git, present, ())
    if not changes:
        return experiment.tip
    told = [(trailers.EXPERIMENT, experiment.name)]
    own = [name for name, given in (("parameters", arm.params), ("data", arm.data)) if given]
    message = trailers.compose(f"adopt: the {' and '.join(own)} of {arm.name}", trailers=told)
    return ledger.git.commit_tree(ledger.git.tree(experiment.tip, changes), [experiment.tip], message)


def _adoption(git: Git, name: str, main: str) -> str | None:
    """The merge that last brought an arm's change to the main branch, None where there is none."""
    named = trailers.having((trailers.EXPERIMENT, name), (trailers.LANDED, ADOPT))
    return git.text("log", "-1", "--merges", "--first-parent", *named, "--format=%H", main, "--").strip() or None


def _measured(ledger: Ledger, experiment: Experiment, arm: Variant, commit: str) -> bool | None:
    """Whether a trial of the arm ran at the fingerprint that the commit has."""
    known = {r.trial.fingerprint for r in experiment.of(arm.name) if r.valid}
    if not known:
        return None
    replicates = experiment.plan.replicates
    try:
        code = ledger.code.at(commit)
        return ledger.code.arm(code, {}, replicates.parameters, replicates.samples).fingerprint in known
    except LedgerError:
        # main has dropped a parameter that the plan names
        return False


def _message(experiment: Experiment, kind: str, message: str | None, said: list[str] | None = None) -> str:
    title = trailers.inert(experiment.plan.title)
    paragraphs = [f"land: {'unconcluded' if experiment.outcome is None else experiment.state} {title}"]
    if message is not None:
        paragraphs.append(message.strip())
    if said:
        paragraphs.append("\n".join(said))
    told = [(trailers.EXPERIMENT, experiment.name), (trailers.LANDED, kind), (trailers.TIP, experiment.tip)]
    return trailers.compose(*paragraphs, trailers=told)

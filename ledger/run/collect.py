"""Collect: bring finished trials onto their experiment's branch.

One run commit on the branch holds the records and shows the canonical trial; the trial commits are merged into a
commit that an annotated tag holds, so that no checkpoint is ever orphaned. Branch, tag and trial refs move at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ledger.dvc import caches
from ledger.dvc.work_tree_config import own_cache
from ledger.git import work_trees
from ledger.git.branch import Step, holders
from ledger.git.entries import Entry, plain_file
from ledger.git.git import Git
from ledger.git.refs import RefChange
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import trailers
from ledger.model.plan import BASELINE
from ledger.model.remarks import Kind, Remark
from ledger.model.run_report import Collected
from ledger.model.settings import Settings
from ledger.repo import canonical
from ledger.repo.change import Change, transact
from ledger.repo.experiments import HOLDING_REFS, TRIAL_REFS
from ledger.repo.ledger import Ledger
from ledger.repo.sources import TRIALS_OF
from ledger.repo.trust.links import require_plain
from ledger.report.numbers import headline, number, seconds, spread
from ledger.run.trial_commit import described
from ledger.run.worker import Worker
from ledger.stats.summary import Summary, summarise

# more parents make a commit that git's own tools show badly
MAX_PARENTS = 16

# DVC root and cache by work tree
_Places = Mapping[Path, tuple[Path, Path]]


def collect(
    ledger: Ledger, name: str, worker: Worker, *, recorded: Mapping[Path, Sequence[str]] | None = None
) -> Collected | None:
    """Bring the finished trials of an experiment onto its branch; None where there are none, or no branch.

    `recorded` names by work tree the files whose present content a trial commit holds, which may therefore be
    replaced. Raises Overlap where a user's changes are in the way: the trials then stay where they are, safe.
    """

    def make(change: Change) -> Collected | None:
        _finish_checkout(ledger, worker)
        pending = ledger.snapshot.pending_of(name)
        # what a remote has meanwhile is no reason to let the trials wait
        experiment = ledger.here(name)
        if (
            not pending
            or experiment is None
            or experiment.branch is None
            or not experiment.branch.startswith("refs/heads/")
        ):
            return None
        _keep_checkpoints(ledger, experiment, worker)
        return _collect(change, experiment, pending, worker, recorded or {})

    return transact(ledger, make)


def _collect(
    change: Change,
    experiment: Experiment,
    pending: Mapping[str, str],
    worker: Worker,
    recorded: Mapping[Path, Sequence[str]],
) -> Collected:
    ledger, git = change.ledger, change.ledger.git
    fresh = [record for record in experiment.trials if not record.collected]
    files: dict[str, Entry | None] = {}
    for record in fresh:
        files |= _record_files(ledger.git, experiment.name, record)
    files |= _canonical_files(ledger, experiment)
    step = change.commit(experiment, files, _message(ledger.settings, experiment, fresh))
    merge = _merged(ledger.git, experiment, step.new, list(dict.fromkeys(pending.values())))
    tag = f"ledger/{experiment.name}/{merge[:10]}"
    tag_ref = f"refs/tags/{tag}"
    there = git.refs(tag_ref, *(f"{HOLDING_REFS}/{experiment.name}/{trial}" for trial in pending))
    tagged = there.pop(tag_ref, None) is not None
    refs = {f"{TRIAL_REFS}/{experiment.name}/{trial}": at for trial, at in pending.items()} | there
    also = [RefChange(ref=ref, old=at, new=None) for ref, at in refs.items()]
    if not tagged:
        also.append(
            RefChange(ref=tag_ref, old=None, new=git.annotated_tag(tag, merge, _tag_message(experiment, fresh)))
        )
    reason = f"ledger run: {len(pending)} trial{'s' if len(pending) > 1 else ''}"
    moves = replace(step, reason=reason, also=also)
    remarks = advance_with_outputs(change, experiment, moves, worker, recorded, made_of=[step.old])
    return Collected(commit=step.new, tag=tag, trials=len(pending), remarks=remarks)


# --- what the branch gets


def _record_files(git: Git, name: str, record: Recorded) -> dict[str, Entry | None]:
    assert record.commit is not None
    paths = {record.path: record.own_path}
    if record.trial.environment is not None:
        environment = f"{directory(name)}/environments/{record.trial.environment}.yaml"
        paths[environment] = environment
    found = {path: git.objects.read(f"{record.commit}:{own}") for path, own in paths.items()}
    return {path: plain_file(blob.oid) for path, blob in found.items() if blob is not None}


def _canonical_files(ledger: Ledger, experiment: Experiment) -> dict[str, Entry | None]:
    """What the branch shows of the canonical trial, where that is among the trials that are collected now."""
    declared = experiment.plan.on_branch
    if declared is None:
        return {}
    arm = ledger.arm(experiment, declared)
    record = canonical.record_of(experiment, declared.name, arm)
    if record is None or record.commit is None:
        return {}
    return canonical.shown(ledger, experiment, arm, record, record.commit)


def _message(settings: Settings, experiment: Experiment, fresh: Sequence[Recorded]) -> str:
    arms = {v: [r for r in fresh if r.trial.variant == v] for v in dict.fromkeys(r.trial.variant for r in fresh)}
    order = sorted(arms, key=lambda v: (v == BASELINE, v != experiment.leading, v))
    subject = f"run: {_arms(settings, experiment, [arms[v] for v in order])}"
    lines = [
        f"{described(settings, experiment.plan, r.trial)}, {seconds(r.trial.seconds)}" for v in order for r in arms[v]
    ]
    return trailers.compose(subject, "\n".join(lines), trailers=[(trailers.EXPERIMENT, experiment.name)])


def _arms(settings: Settings, experiment: Experiment, arms: Sequence[Sequence[Recorded]]) -> str:
    """What came of each arm; of a grid of many how many they are, and from where to where their means go."""
    if len(arms) <= 3:
        first, *others = [_arm(settings, experiment, arm[0].trial.variant, arm, arms[0]) for arm in arms] or ["nothing"]
        return first + (f" ({'; '.join(others)})" if others else "")
    records = [record for arm in arms for record in arm]
    text = f"{len(arms)} variants, {len(records)} trials"
    metric = _headline(settings, experiment, records)
    means = [] if metric is None else [_summary(arm, metric).mean for arm in arms]
    known = [mean for mean in means if mean is not None]
    if metric is not None and known:
        low, high = (number(mean, settings.precision(metric)) for mean in (min(known), max(known)))
        text += f", {metric} {low} to {high}"
    return text + _failures(records)


def _arm(
    settings: Settings, experiment: Experiment, variant: str, records: Sequence[Recorded], first: Sequence[Recorded]
) -> str:
    """`treatment x5, dice 0.612 ± 0.008`; of a later arm what is not as with the `first`: `baseline 0.591 ± 0.007`."""
    metric = _headline(settings, experiment, records)
    later = records is not first
    text = variant if later and len(records) == len(first) else f"{variant} x{len(records)}"
    if metric is not None:
        if not later or metric != _headline(settings, experiment, first):
            text += f", {metric}"
        text += f" {spread(_summary(records, metric), settings.precision(metric))}"
    return text + _failures(records)


def _summary(records: Sequence[Recorded], metric: str) -> Summary:
    return summarise(r.metrics[metric] for r in records if r.trial.succeeded and metric in r.metrics)


def _failures(records: Sequence[Recorded]) -> str:
    bad = sum(not r.trial.succeeded for r in records)
    return f", {bad} failed" if bad else ""


def _headline(settings: Settings, experiment: Experiment, records: Sequence[Recorded]) -> str | None:
    good = next((r for r in records if r.trial.succeeded), None)
    return None if good is None else headline(experiment.plan, settings, good.metrics)


# --- the trial commits


def _merged(git: Git, experiment: Experiment, run: str, commits: list[str]) -> str:
    """The commit that holds all trial commits, at most 16 parents a commit; its tree is that of the run commit."""
    tree = git.objects.held(f"{run}^{{tree}}").oid
    told = [(trailers.EXPERIMENT, experiment.name), (trailers.RUN, run)]
    message = trailers.compose(f"{TRIALS_OF}{experiment.name}", trailers=told)
    while True:
        groups = [commits[i : i + MAX_PARENTS] for i in range(0, len(commits), MAX_PARENTS)]
        commits = [git.commit_tree(tree, group, message, sign=False) for group in groups]
        if len(commits) == 1:
            return commits[0]


def _tag_message(experiment: Experiment, fresh: Sequence[Recorded]) -> str:
    counts = {v: sum(r.trial.variant == v for r in fresh) for v in dict.fromkeys(r.trial.variant for r in fresh)}
    order = sorted(counts, key=lambda v: (v != experiment.leading, v))
    return f"{TRIALS_OF}{experiment.name}: " + ", ".join(f"{counts[v]} {v}" for v in order)


# --- work trees


def advance_with_outputs(
    change: Change,
    experiment: Experiment,
    step: Step,
    worker: Worker,
    recorded: Mapping[Path, Sequence[str]],
    *,
    made_of: Sequence[str],
) -> tuple[Remark, ...]:
    """Move a branch with its work trees, DVC's outputs among them; returns what could not be checked out, or was kept.

    `made_of`: what the new commit holds comes from these. Raises LedgerError where DVC would write through a link of
    one that is not trusted.
    """
    ledger = change.ledger
    require_plain(ledger, step.new, made_of=made_of)
    places = _dvc_places(ledger, experiment, step.ref, worker)
    # what the user has instead of an output must be known before the lock changes
    own = {
        tree: [] if tree in recorded else worker.changed_outputs(root, cache) for tree, (root, cache) in places.items()
    }
    for tree, paths in recorded.items():
        _put_back(ledger.git, tree, paths)
    # where we are killed in between, the next collection lays the outputs out
    ledger.state_dir.checkout.write_text(
        json.dumps({"experiment": experiment.name, "keep": {str(t): own[t] for t in own}})
    )
    change.advance(step)
    remarks = _laid_out(places, own, worker)
    ledger.state_dir.checkout.unlink(missing_ok=True)
    return remarks


def _laid_out(places: _Places, own: Mapping[Path, list[str]], worker: Worker) -> tuple[Remark, ...]:
    remarks = []
    for tree, (root, cache) in places.items():
        keep = own.get(tree, [])
        failed = worker.checkout(root, cache, keep)
        remarks += [Remark.of(Kind.OUTPUT_KEPT, path=path) for path in keep]
        remarks += [Remark.of(Kind.NOT_CHECKED_OUT if held else Kind.NOT_IN_CACHE, path=path) for path, held in failed]
    return tuple(remarks)


def _finish_checkout(ledger: Ledger, worker: Worker) -> None:
    """Lay out the outputs of a branch that moved in a process that was killed before it came to that."""
    try:
        left = json.loads(ledger.state_dir.checkout.read_text())
        name, own = str(left["experiment"]), {Path(tree): list(paths) for tree, paths in left["keep"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    experiment = ledger.find(name)
    if experiment is not None and experiment.branch is not None:
        require_plain(ledger, experiment.tip, made_of=[experiment.tip])
        every = _dvc_places(ledger, experiment, experiment.branch, worker)
        places = {tree: place for tree, place in every.items() if tree in own}
        for tree, (root, cache) in places.items():
            # what the user has changed since then is the user's too
            own[tree] = list(dict.fromkeys([*own[tree], *worker.changed_outputs(root, cache)]))
        _laid_out(places, own, worker)
    ledger.state_dir.checkout.unlink(missing_ok=True)


def _dvc_places(ledger: Ledger, experiment: Experiment, ref: str, worker: Worker) -> _Places:
    """The work trees that show the branch, each with its DVC root and cache."""
    trees = work_trees.listed(ledger.git)
    roots = {tree: _dvc_root(ledger, experiment, tree) for tree in holders(trees, ref)}
    mains = _dvc_root(ledger, experiment, trees[0].path)
    return {tree: (root, worker.describe(root, main_root=mains).cache) for tree, root in roots.items()}


def _keep_checkpoints(ledger: Ledger, experiment: Experiment, worker: Worker) -> None:
    """Bring what the caches of linked work trees hold into the main one: a cache goes with its work tree."""
    main, *linked = (_dvc_root(ledger, experiment, tree.path) for tree in work_trees.listed(ledger.git))
    own = [own_cache(root) for root in linked if (own_cache(root) / "files").is_dir()]
    if own:
        cache = worker.describe(main, main_root=main).cache
        for one in own:
            caches.bring(one, cache)


def _dvc_root(ledger: Ledger, experiment: Experiment, tree: Path) -> Path:
    return tree / ledger.code.at(experiment.tip).folder


def _put_back(git: Git, tree: Path, paths: Sequence[str]) -> None:
    """Give files whose content is recorded the state that HEAD has, so that the work tree can be brought along."""
    known = set(git.objects.files(git.text("-C", str(tree), "rev-parse", "HEAD")))
    tracked = [path for path in paths if path in known]
    if tracked:
        git.run("checkout", "--quiet", "HEAD", "--", *(f":(top,literal){path}" for path in tracked), cwd=tree)
    for path in paths:
        if path not in known:
            (tree / path).unlink(missing_ok=True)
            git.run("rm", "--quiet", "--cached", "--ignore-unmatch", "--", f":(top,literal){path}", cwd=tree)

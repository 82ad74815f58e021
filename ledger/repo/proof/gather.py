"""Gather all that git, DVC's caches and this clone hold about an experiment; nothing is run, and nothing judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ledger.analysis import counting
from ledger.analysis.checks.history import missing
from ledger.analysis.checks.plan import concerns
from ledger.analysis.counting import When
from ledger.analysis.gathered import Claim, Gathered, ToConfirm, UnreadableCode, Unsigned
from ledger.analysis.gathered_tags import Tags
from ledger.dvc import config
from ledger.errors import LedgerError
from ledger.git import signing
from ledger.git.git import Git
from ledger.git.replaced import replaced
from ledger.git.shallow import is_shallow
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.trial import Trial
from ledger.repo import histories, plan_order, voided
from ledger.repo.ledger import Ledger
from ledger.repo.proof.branch import branch
from ledger.repo.proof.checkpoints import lacking
from ledger.repo.proof.contents import Contents
from ledger.repo.proof.plan import order_of, plan_history
from ledger.repo.proof.records import after_landing, elsewhere, environments_in, files_at, origin, removed, uncommitted
from ledger.repo.proof.set_back import mending
from ledger.repo.proof.tags import tags_of
from ledger.repo.proof.trees import Trees
from ledger.repo.proof.verdict import weighed
from ledger.repo.proof.witness import Witnesses


def gather(ledger: Ledger, experiment: Experiment, *, data: bool, signed: bool, clone: bool = True) -> Gathered:
    """One experiment. `data`: look for its checkpoints too; `signed`: for signatures; `clone`: at this clone too."""
    git, name = ledger.git, experiment.name
    store, trees, tags = ledger.store(), Trees(ledger), tags_of(ledger, name)
    contents = Contents(git, store)
    files = files_at(ledger.git, name, experiment.tip)
    oids = {path: entry.oid for path, entry in files.items()}
    commits = {r.path: commit for r in experiment.trials if (commit := _commit(oids, tags, r)) is not None}
    claims = _claims(ledger, experiment, oids, tags, commits, trees, Witnesses(git, trees, store, contents))
    pending = frozenset(ledger.snapshot.pending.get(name, {}).values())
    lacking_here = [path for path, _ in missing(claims, pending, tags, oids) if path not in files]
    away = elsewhere(ledger, name, lacking_here)
    gone = [f"{directory(name)}/{path}" for path in lacking_here if path not in away]
    after = after_landing(ledger.git, experiment, lacking_here)
    plans = [claim.order.held for claim in claims if claim.order is not None and claim.order.held is not None]
    return Gathered(
        experiment=experiment,
        claims=claims,
        files=oids,
        links=frozenset(path for path, entry in files.items() if entry.is_link),
        submodules=frozenset(path for path, entry in files.items() if entry.is_submodule),
        environments=tuple(environments_in(ledger.git, files)),
        uncommitted=uncommitted(ledger.snapshot, experiment) if clone else (),
        tags=tags,
        pending=pending,
        elsewhere=away,
        after_landing=after,
        removed=tuple(removed(ledger, experiment)),
        mend=mending(ledger.git, experiment, tags.runs, gone),
        plans=plan_history(ledger, experiment, trees, plans),
        finding=_finding(ledger, experiment),
        weighed=weighed(ledger, experiment),
        branch=branch(ledger, experiment, trees, contents, commits),
        shallow=clone and is_shallow(git.common),
        replaced=replaced(git, dict.fromkeys([experiment.tip, *commits.values()])) if clone else (),
        filtered=_filtered(git, experiment, commits),
        checkpoints=tuple(lacking(ledger, store, experiment)) if data else (),
        remotes=tuple(dict.fromkeys(remote for remote, _ in config.remotes(git))) if data else (),
        unsigned=tuple(_unsigned(ledger, experiment)) if signed else (),
    )


def _claims(
    ledger: Ledger,
    experiment: Experiment,
    files: Mapping[str, str],
    tags: Tags,
    commits: Mapping[str, str],
    trees: Trees,
    witnesses: Witnesses,
) -> tuple[Claim, ...]:
    """Every record with what is held of its trial."""
    objects, order, claims = ledger.git.objects, plan_order.PlanOrder(ledger, experiment), []
    for record in experiment.trials:
        trial, commit = record.trial, commits.get(record.path)
        lost = commit is None and trial.reused is None
        claim = Claim(
            record=record,
            code_here=objects.read(f"{trial.code}^{{commit}}") is not None,
            source=None if trial.reused is None else voided.source(ledger, record),
            order=order_of(trees, order, record) if concerns(experiment.plan, trial) else None,
            origin=origin(ledger.git, experiment, record, tags, commits) if lost else None,
            known=_meanings(ledger.git, experiment, trial, commit, tags, files),
        )
        same = commit is not None and _same(files, tags, record, commit)
        claims.append(
            claim if commit is None else _with_commit(ledger, experiment, claim, commit, witnesses, same=same)
        )
    return tuple(claims)


def _with_commit(
    ledger: Ledger,
    experiment: Experiment,
    claim: Claim,
    commit: str,
    witnesses: Witnesses,
    *,
    same: bool,
) -> Claim:
    """A claim with what its trial commit holds, as far as that can be read here."""
    objects, trial = ledger.git.objects, claim.trial
    environment = objects.at(commit, f"{directory(experiment.name)}/environments/{trial.environment}.yaml")
    found = replace(
        claim,
        commit=commit,
        parents=objects.parents(commit),
        same_record=same,
        environment=None if environment is None else environment.oid,
    )
    if not found.code_here:
        return found
    try:
        return replace(found, witness=witnesses.of(experiment, trial, commit, claim.source))
    except LedgerError as error:
        without = not ledger.code.has_pipeline(trial.code)
        return replace(found, unreadable=UnreadableCode(said=error.message, no_pipeline=without))


def _commit(files: Mapping[str, str], tags: Tags, record: Recorded) -> str | None:
    """The trial commit of a record: that which holds its very text, else any that claims the trial and no other's."""
    if record.commit is not None:
        return record.commit
    claiming = tags.commits.get(record.own_id, ())
    held = set(files.values())
    others = (c for c in claiming if tags.records.get(c) not in held)
    return next((c for c in claiming if _same(files, tags, record, c)), next(others, None))


def _same(files: Mapping[str, str], tags: Tags, record: Recorded, commit: str) -> bool:
    """Whether a trial commit holds the very text of a record."""
    oid = files.get(record.path.removeprefix(f"{directory(record.trial.experiment)}/"))
    return record.commit is not None or (oid is not None and oid == tags.records.get(commit))


def _filtered(git: Git, experiment: Experiment, commits: Mapping[str, str]) -> bool:
    """Whether no ref reaches the experiment's base, and every trial commit stands on other code than its record names.

    One forged trial is not a filter, nor is a clone that lacks the history. `commits`: the trial commits by record.
    """
    held = [(commits[r.path], r.trial.code) for r in experiment.trials if r.path in commits]
    if not held or any(git.objects.parents(commit) == (code,) for commit, code in held):
        return False
    if is_shallow(git.common):
        return False
    base = experiment.plan.base
    places = ("refs/heads", "refs/tags", "refs/remotes")
    here = git.objects.read(f"{base}^{{commit}}") is not None
    return not here or not git.text("for-each-ref", "--count=1", f"--contains={base}", *places).strip()


def _finding(ledger: Ledger, experiment: Experiment) -> ToConfirm | None:
    """The trials of the first experiment and the state of its arm; None without one, or where it is not here."""
    of = experiment.plan.confirms
    if of is None or of.experiment == experiment.name:
        return None
    try:
        first = ledger.find(of.experiment)
    except LedgerError:
        return None
    if first is None:
        return None
    present = ledger.present(first).get(of.variant)
    return ToConfirm(
        trials=tuple(record.trial for record in first.trials),
        state=counting.state(first, of.variant, When.JUDGED, present=present),
    )


def _unsigned(ledger: Ledger, experiment: Experiment) -> Iterator[Unsigned]:
    """The tags of its runs, and the commits that changed its folder, that have no good signature.

    A signature on a commit or a tag is one on all that it descends from: the tag of a run so covers its trial commits,
    and the commit of the verdict the records and the code before it.
    """
    git, name = ledger.git, experiment.name
    for ref, tag in git.refs(f"refs/tags/ledger/{name}").items():
        why = signing.doubt(git, tag, tag=True)
        if why is not None:
            yield Unsigned(tag=ref.removeprefix("refs/tags/"), why=why)
    tip = histories.tip(ledger, experiment) or experiment.tip
    for line in git.text("log", "--format=%H %s", tip, "--", directory(name)).splitlines():
        commit, _, subject = line.partition(" ")
        why = signing.doubt(git, commit, tag=False)
        if why is not None:
            yield Unsigned(commit=commit, subject=subject, why=why)


def _meanings(
    git: Git, experiment: Experiment, trial: Trial, commit: str | None, tags: Tags, files: Mapping[str, str]
) -> tuple[Mapping[str, str], ...]:
    """What the names that a trial's record knew may be now, the likeliest first; none where no name was used twice.

    The commit that holds a run has the files of its branch after the run, under the names that they had there. What
    ran while two clones came together was asked for by the names before that, and is held by a run after it.
    """
    written = {record.own_id: record.trial.id for record in experiment.trials if record.written is not None}
    if trial.asked is None or not any(id in written for id in trial.asked.ids):
        return ()
    run = next((run for run in tags.runs if commit in run.trials), None)
    if run is None:
        return written, {}
    folder = f"{directory(experiment.name)}/trials"
    now = {oid: path.removeprefix("trials/").removesuffix(".yaml") for path, oid in files.items()}
    names = {}
    for id in trial.asked.ids:
        held = git.objects.at(run.commit, f"{folder}/{id}.yaml")
        if held is not None and held.oid in now:
            names[id] = now[held.oid]
    return names, written, {}

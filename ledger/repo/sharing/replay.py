"""Replay: an experiment that went on in two clones becomes one line again, ours on top of theirs.

Our commits are made anew on the tip of the other side, oldest first, with their authors and dates. Records are put
together and never merged: where both sides ran one point, theirs keeps the name of its file and ours gets the next
attempt's, with the text that its trial commit holds. Nothing is written but objects: the caller moves the branch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.analysis.replaying import with_new_names
from ledger.errors import FormatError, LedgerError
from ledger.git.git import Git
from ledger.git.refs import RefChange
from ledger.git.shallow import is_shallow
from ledger.git.three_way import merge_base
from ledger.model import hypothesis as hypotheses
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import trailers
from ledger.model.frozen import frozen
from ledger.repo import canonical, experiments, histories
from ledger.repo.experiments import Wanted
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import kept
from ledger.repo.sharing.merged import Sides, merged
from ledger.repo.sharing.records import Names


@frozen
class Replayed:
    """Where a branch goes. `tip`: the commit; `commits`: how many of ours were made anew for it.

    `renamed`: the trials of ours whose names theirs had already, by the ids that they had, with those that they have
    now. `also`: the tags that have to appear in the same moment: on what the records of both sides are together, and
    on the line as it was where something of ours rests on that.
    `rewritten`: the other side no longer has commits that it had.
    """

    tip: str
    commits: int = 0
    renamed: Mapping[str, str]
    also: tuple[RefChange, ...] = ()
    rewritten: bool = False


def replay(ledger: Ledger, experiment: Experiment, theirs: str, *, remote: str, before: str | None = None) -> Replayed:
    """The commit that has what the branch here has and what the commit `theirs` has.

    `remote` is what people call the other side, such as `origin/exp/focal-loss`; `before` its commit as it was known
    until now, which tells whether it was rewritten since. Where one side continues from the other that is the answer.
    Raises LedgerError where the sides conflict, or where they are two experiments of one name.
    """
    git, ours = ledger.git, experiment.tip
    if git.is_ancestor(theirs, ours):
        return Replayed(tip=ours, renamed={})
    rewritten = before is not None and not git.is_ancestor(before, theirs)
    known = before if rewritten and before is not None and git.is_ancestor(before, ours) else None
    if git.is_ancestor(ours, theirs) or known == ours:
        return Replayed(tip=theirs, renamed={}, rewritten=rewritten)
    if merge_base(git, ours, theirs) is None:
        hint = (
            "git fetch --unshallow"
            if is_shallow(git.common)
            else "begin one of them again under another name: ledger new"
        )
        raise LedgerError(f"{experiment.branch_name} and {remote} share no history here", hint=hint)
    _one_experiment(ledger.git, experiment, theirs, remote)
    line = _line(ledger.git, ours, theirs, known)
    return _on_top(ledger, experiment, line, theirs, remote=remote, rewritten=rewritten)


def _one_experiment(git: Git, experiment: Experiment, theirs: str, remote: str) -> None:
    """Refuse two experiments that were begun under one name."""
    text = git.objects.text(theirs, f"{directory(experiment.name)}/hypothesis.md")
    try:
        plan = None if text is None else hypotheses.parse(text).plan
    except FormatError as error:
        raise LedgerError(f"{directory(experiment.name)}/hypothesis.md on {remote}: {error}") from None
    own = experiment.plan
    if plan is None:
        raise LedgerError(
            f"{remote} has no {directory(experiment.name)}/hypothesis.md", hint=f"git log {remote} says what it is"
        )
    if (plan.created, plan.author) != (own.created, own.author):
        raise LedgerError(
            f"{remote} is another experiment of that name: {plan.title}, by {plan.author}",
            hint="begin yours again under another name: ledger new --name",
        )


# --- our commits


@frozen
class _Commit:
    """A commit of ours: it continues from `base`; `others` are further parents that theirs does not have."""

    oid: str
    base: str
    others: tuple[str, ...]


def _line(git: Git, ours: str, theirs: str, known: str | None) -> list[_Commit]:
    """Our commits since the other side's, oldest first; where one merges, it goes on from what theirs does not have."""
    asked = "".join(f"{one}\n" for one in (ours, f"^{theirs}", *([f"^{known}"] if known else [])))
    listed = git.text("rev-list", "--parents", "--stdin", stdin=asked.encode()).splitlines()
    parents = {commit: above for commit, *above in (line.split(" ") for line in listed)}
    line, at = [], ours
    while at in parents:
        own = [parent for parent in parents[at] if parent in parents]
        if not parents[at]:
            break
        base = own[0] if own else parents[at][0]
        line.append(_Commit(oid=at, base=base, others=tuple(own[1:])))
        at = base
    return line[::-1]


def _on_top(
    ledger: Ledger, experiment: Experiment, line: list[_Commit], theirs: str, *, remote: str, rewritten: bool
) -> Replayed:
    git = ledger.git
    names = Names(ledger, experiment, theirs)
    file, notes = (f"{directory(experiment.name)}/{name}" for name in ("verdict.md", "notes.md"))
    changes = {one.oid: git.changed_paths(one.base, one.oid) for one in line}
    last_run = next((one.oid for one in reversed(line) if any(map(names.is_record, changes[one.oid]))), None)
    sides = Sides(
        ledger=ledger,
        experiment=experiment,
        theirs=theirs,
        remote=remote,
        rewritten=rewritten,
        ran=last_run is not None,
    )
    at, count, concluded = theirs, 0, False
    also: tuple[RefChange, ...] = ()
    for one in line:
        tree = merged(sides, names, one.base, one.oid, at, changes[one.oid])
        if one.oid == last_run:
            tree = _showing(ledger, experiment, tree)
        if tree == git.objects.held(f"{at}^{{tree}}").oid and not one.others:
            continue
        message = with_new_names(git.objects.message(one.oid), names.renamed)
        if file in changes[one.oid] and {*git.changed_paths(one.oid, tree)} - {notes}:
            original = histories.as_it_was(ledger, experiment, one.oid)
            # a tag holds the line of one that was made anew before
            message, concluded = _with_trailer(message, original), concluded or original == one.oid
        elif any(map(names.is_record, changes[one.oid])):
            message = _with_trailer(message, one.oid)
        author = git.objects.header(one.oid, "author")
        at, count = git.commit_tree(tree, [at, *one.others], message, author=author), count + 1
        if one.oid == last_run:
            also = kept.trials(ledger.git, experiment.name, at)
    return Replayed(
        tip=at,
        commits=count,
        renamed=names.renamed,
        also=(*also, *(kept.line(ledger.git, experiment) if concluded else ())),
        rewritten=rewritten,
    )


def _with_trailer(message: str, commit: str) -> str:
    """The message with the commit that it stands for: a tag names the run, a verdict is about the records there."""
    told = [(key, value) for key, value in trailers.read(message) if key != trailers.REPLAYED]
    block = message.rstrip().rpartition("\n\n")[2]
    text = message.rstrip().removesuffix(block) if any(key.startswith("Ledger-") for key, _ in told) else message
    kept = told if text is not message else []
    return trailers.compose(text, trailers=[*kept, (trailers.REPLAYED, commit)])


def _showing(ledger: Ledger, experiment: Experiment, tree: str) -> str:
    """The tree with the files of the trial that is canonical among those of both sides, where its commit is here."""
    wanted = Wanted(name=experiment.name, tip=tree, aliases=experiment.aliases)
    try:
        found = experiments.read(ledger.git.objects, wanted, branch=experiment.branch, landed=experiment.landed)
    except FormatError:
        return tree
    declared = None if found is None else found.plan.on_branch
    if found is None or declared is None:
        return tree
    try:
        arm = ledger.arm(found, declared)
    except LedgerError:
        return tree
    record = canonical.record_of(found, declared.name, arm)
    held = None if record is None else histories.trial_commits(ledger, found.name, tip=tree).get(record.trial.id)
    if record is None or held is None or ledger.git.commit(record.trial.code) is None:
        return tree
    return ledger.git.tree(tree, canonical.shown(ledger, replace(found, tip=tree), arm, record, held))

"""Landing: what an experiment becomes on the main branch, built without a checkout and not yet moved to.

`record`: one ordinary commit that adds `experiments/<name>/`, the code untouched. No merge: git would then think that
the code had been merged as well, and a later adoption would find nothing to do. `adopt`: a real merge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.errors import FormatError, LedgerError, Refused
from ledger.git.branch import Step
from ledger.git.entries import Entry
from ledger.model import hypothesis as hypotheses
from ledger.model import verdict
from ledger.model.experiment import DIRECTORY, Experiment, directory
from ledger.model.formats import trailers
from ledger.model.hypothesis import TREATMENT, Variant
from ledger.model.pipeline import inside
from ledger.ops.archive import tip_tag
from ledger.repo import concluded, histories, unseen
from ledger.repo.landing import arms
from ledger.repo.landing.merge import merge
from ledger.repo.ledger import Ledger

RECORD = "record"
ADOPT = "adopt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A landing that is ready: the step on the main branch `main`, and what is to be said about it.

    `arm` is the one whose change is adopted. `tag` holds the branch's tip, for a record; `stale` are the stages to
    reproduce; `data_left` is what DVC tracks and a record leaves off main; `measured` says whether some trial ran what
    the main branch then holds, None where that is not to be known.
    """

    kind: str
    main: str
    step: Step
    arm: str = TREATMENT
    tag: str | None = None
    stale: tuple[str, ...] = ()
    measured: bool | None = None
    remarks: tuple[str, ...] = ()
    data_left: tuple[str, ...] = ()

    @property
    def adopts(self) -> bool:
        """Whether main gets the change too."""
        return self.kind == ADOPT


def kind_of(experiment: Experiment, wanted: str | None, arm: str | None = None) -> str:
    """How the experiment lands: as it is `wanted`, or as its verdict says; `arm`: the change of this one.

    Raises LedgerError where there is no verdict, and where it is not plain which change is adopted.
    """
    kind = wanted or _by_verdict(experiment)
    if kind == ADOPT:
        name = arms.adopted(experiment, arm).name
        if wanted == ADOPT and not any(r.valid for r in experiment.of(name)):
            raise LedgerError(
                f"{experiment.name} has no {name} trial that succeeded, so its change is not adopted",
                hint=f"ledger land {experiment.name} --record keeps its record",
            )
    elif arm is not None:
        why = "" if wanted else f", and {experiment.name} is {experiment.state}"
        raise LedgerError(
            f"a record is of the whole experiment, not of {experiment.name}:{arm}{why}",
            hint=f"ledger land {experiment.name} --record, or --adopt {experiment.name}:{arm}",
        )
    return kind


def _by_verdict(experiment: Experiment) -> str:
    if experiment.outcome is None:
        lacking = "no verdict on what it predicts now" if experiment.overtaken else "no verdict"
        raise LedgerError(
            f"{experiment.name} has {lacking}, so it is not plain how it should land",
            hint=f"ledger conclude {experiment.name}, or say it: --record (its record alone), --adopt (its change too)",
        )
    return ADOPT if experiment.outcome == verdict.SUPPORTED else RECORD


def prepare(ledger: Ledger, experiment: Experiment, kind: str, message: str | None, arm: str | None = None) -> Prepared:
    """Build what the main branch becomes. Raises LedgerError where it cannot land; nothing has moved either way.

    The caller holds the repository's lock until the step is made.
    """
    main, tip = main_branch(ledger)
    _require_branch(ledger, experiment)
    _require_present_verdict(ledger, experiment)
    _require_no_links(ledger, experiment)
    _require_one(ledger, experiment, main, tip)
    whole = ledger.git.is_ancestor(experiment.tip, tip)
    chosen = arms.adopted(experiment, arm) if kind == ADOPT else None
    # with one arm main has the whole branch, and yet not what another arm runs with
    if whole and (chosen is None or not chosen.params):
        raise _landed_already(experiment, main)
    if chosen is not None:
        return _adopted(ledger, experiment, chosen, main, tip, message, again=whole)
    return _recorded(ledger, experiment, main, tip, message)


def main_branch(ledger: Ledger) -> tuple[str, str]:
    """The short name of the local main branch and its commit. Raises LedgerError where there is none."""
    name = ledger.snapshot.main
    if name is None:
        raise LedgerError(
            "there is no main branch to land on: neither main nor master is here",
            hint="name it in ledger.yaml, such as `main: trunk`",
        )
    commit = ledger.git.refs(f"refs/heads/{name}").get(f"refs/heads/{name}")
    if commit is not None:
        return name, commit
    if ledger.git.commit(f"refs/remotes/{name}") is not None:
        local = name.partition("/")[2]
        raise LedgerError(
            f"the main branch is not here, only {name}", hint=f"git branch {local} {name}, then land it again"
        )
    raise LedgerError(
        f"there is no branch {name}, which ledger.yaml names as the main one", hint="correct `main:` in ledger.yaml"
    )


# --- what is refused


def _landed_already(experiment: Experiment, main: str) -> LedgerError:
    return LedgerError(
        f"{experiment.name} has landed already: {main} holds {_short(experiment)} whole",
        hint=f"git log {main} -- {directory(experiment.name)} says when",
    )


def _require_branch(ledger: Ledger, experiment: Experiment) -> None:
    name, prefix = experiment.name, ledger.settings.branch_prefix
    if experiment.archived:
        raise LedgerError(f"{name} is archived", hint=f"ledger archive {name} --undo, then ledger land {name}")
    if experiment.deleted:
        raise LedgerError(f"the branch of {name} is not in this clone", hint=experiment.branch_hint(prefix))
    if experiment.branch is None:
        tip = histories.tip(ledger, experiment)
        raise LedgerError(
            f"{name} has landed, and its branch is not here any more",
            hint=f"to take its change too: git branch {prefix}{name} {tip[:10]}, then ledger land {name} --adopt"
            if tip is not None
            else "ledger show still has its record",
        )
    ledger.require_current(experiment)
    if not experiment.branch.startswith("refs/heads/"):
        raise LedgerError(f"{name} has no branch here, only on a remote", hint=f"git switch {prefix}{name}")
    waiting = ledger.snapshot.pending.get(name)
    if waiting:
        raise LedgerError(
            f"{len(waiting)} finished trials of {name} are not on its branch yet",
            hint=f"ledger run {name} collects them",
        )


def _require_present_verdict(ledger: Ledger, experiment: Experiment) -> None:
    reason = concluded.outdated(ledger, experiment)
    if reason is not None:
        raise LedgerError(
            f"the verdict of {experiment.name} is out of date: {reason}",
            hint=f"ledger conclude {experiment.name}, then land it",
        )


def _require_seen(ledger: Ledger, experiment: Experiment) -> None:
    refusal = unseen.since_trials(ledger, experiment)
    if refusal is not None:
        raise refusal


def _require_no_links(ledger: Ledger, experiment: Experiment) -> None:
    """Refuse links and submodules: DVC and whoever reads the record would follow them out of the repository."""
    folder = directory(experiment.name)
    for path, entry in ledger.git.objects.files(experiment.tip).items():
        if inside(path, folder) and (entry.is_link or entry.is_submodule):
            kind = "a symbolic link" if entry.is_link else "a submodule"
            raise LedgerError(
                f"{path} on {_short(experiment)} is {kind}: records hold plain files alone",
                hint=f"git switch {_short(experiment)}, put a file in its place and commit it",
            )


def _require_one(ledger: Ledger, experiment: Experiment, main: str, tip: str) -> None:
    """Refuse where the main branch has something else under the experiment's name."""
    objects, folder = ledger.git.objects, directory(experiment.name)
    for path in (DIRECTORY, folder):
        found = objects.read(f"{tip}:{path}")
        if found is not None and found.kind != "tree":
            raise LedgerError(f"{path} on {main} is a file, where records should go", hint=f"git mv {path} elsewhere")
    text = objects.text(tip, f"{folder}/hypothesis.md")
    try:
        plan = None if text is None else hypotheses.parse(text).plan
    except FormatError:
        return
    if plan is not None and (plan.created, plan.author) != (experiment.plan.created, experiment.plan.author):
        raise LedgerError(
            f"{main} has another experiment of the name {experiment.name}: {plan.title}, by {plan.author}",
            hint="begin it again under another name: ledger new --name",
        )


def _require_no_links_around_outputs(ledger: Ledger, experiment: Experiment) -> None:
    """Refuse outputs whose folder is a link: laying them out would write through it."""
    code = ledger.code.at(experiment.tip)
    files = ledger.git.objects.files(experiment.tip)
    links = [path for path, entry in files.items() if entry.is_link]
    for output in code.pipeline.outputs():
        through = next((link for link in links if inside(output.path, link)), None)
        if through is not None:
            raise LedgerError(
                f"the output {output.path} of {_short(experiment)} lies behind the symbolic link {through}",
                hint=f"git switch {_short(experiment)}, put a folder in its place and commit it",
            )


# --- the record alone


def _recorded(ledger: Ledger, experiment: Experiment, main: str, tip: str, message: str | None) -> Prepared:
    _require_seen(ledger, experiment)
    git, folder = ledger.git, directory(experiment.name)
    here, there = (
        {path: entry for path, entry in git.objects.files(commit).items() if inside(path, folder)}
        for commit in (tip, experiment.tip)
    )
    if here == there:
        raise LedgerError(
            f"the record of {experiment.name} has landed already: {folder}/ on {main} is as on {_short(experiment)}",
            hint=f"ledger land {experiment.name} --adopt takes its change too",
        )
    changes: dict[str, Entry | None] = dict.fromkeys(here)
    changes |= there
    tree = git.tree(tip, changes)
    name, also = tip_tag(ledger, experiment.name, experiment.tip)
    commit = git.commit_tree(tree, [tip], _message(experiment, RECORD, message))
    step = Step(
        ref=f"refs/heads/{main}", old=tip, new=commit, reason=f"ledger land: record of {experiment.name}", also=also
    )
    remarks = (f"{folder}/ on {main} is brought up to date",) if here else ()
    changed = git.changed_paths(experiment.plan.base, experiment.tip) if git.commit(experiment.plan.base) else ()
    data = tuple(path.removesuffix(".dvc") for path in changed if path.endswith(".dvc"))
    return Prepared(kind=RECORD, main=main, step=step, tag=name, remarks=remarks, data_left=data)


# --- the change too


def _adopted(
    ledger: Ledger, experiment: Experiment, arm: Variant, main: str, tip: str, message: str | None, *, again: bool
) -> Prepared:
    """The adoption of an arm; `again`: main has the branch already, with the change of some arm."""
    git = ledger.git
    _require_no_links_around_outputs(ledger, experiment)
    _require_seen(ledger, experiment)
    theirs = arms.commit_of(ledger, experiment, arm)
    try:
        merged = merge(ledger, replace(experiment, tip=theirs), main, tip)
    except Refused as refusal:
        earlier = arms.adoption(ledger, experiment.name, tip) if again else None
        if earlier is None:
            raise
        raise Refused(
            f"{main} has the change of another arm of {experiment.name}: {refusal.message}",
            hint=f"git switch {main} && git revert --no-edit -m 1 {earlier[:10]}, "
            f"then ledger land --adopt {experiment.name}:{arm.name}",
        ) from None
    if again and merged.tree == git.text("rev-parse", f"{tip}^{{tree}}").strip():
        raise _landed_already(experiment, main)
    said = [*([f"the arm {arm.name} is adopted"] if arm.name != TREATMENT else []), *merged.remarks]
    if merged.stale:
        said.append(f"to be reproduced: {', '.join(merged.stale)}")
    commit = git.commit_tree(merged.tree, [tip, theirs], _message(experiment, ADOPT, message, said))
    step = Step(ref=f"refs/heads/{main}", old=tip, new=commit, reason=f"ledger land: {experiment.name} adopted")
    return Prepared(
        kind=ADOPT,
        main=main,
        step=step,
        arm=arm.name,
        stale=merged.stale,
        measured=_measured(ledger, experiment, arm, commit),
        remarks=merged.remarks,
    )


def _measured(ledger: Ledger, experiment: Experiment, arm: Variant, commit: str) -> bool | None:
    """Whether a trial of the arm ran at the fingerprint that the commit has."""
    known = {r.trial.fingerprint for r in experiment.of(arm.name) if r.valid}
    if not known:
        return None
    axes = experiment.plan.replicates.parameters
    try:
        return ledger.code.arm(ledger.code.at(commit), {}, axes).fingerprint in known
    except LedgerError:
        # main has dropped a parameter that the plan names
        return False


def _message(experiment: Experiment, kind: str, message: str | None, said: list[str] | None = None) -> str:
    title = " ".join(experiment.plan.title.split())
    paragraphs = [f"land: {'unconcluded' if experiment.outcome is None else experiment.state} {title}"]
    if message is not None:
        paragraphs.append(message.strip())
    if said:
        paragraphs.append("\n".join(said))
    told = [(trailers.EXPERIMENT, experiment.name), (trailers.LANDED, kind), (trailers.TIP, experiment.tip)]
    return trailers.compose(*paragraphs, trailers=told)


def _short(experiment: Experiment) -> str:
    return (experiment.branch or experiment.name).removeprefix("refs/heads/")

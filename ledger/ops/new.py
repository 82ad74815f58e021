"""Beginning an experiment: its branch, its hypothesis file, and the parameters that are its treatment."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ledger.errors import LedgerError
from ledger.git.entries import Entry, plain_file
from ledger.git.process import call
from ledger.git.refs import RefChange
from ledger.model import hypothesis as hypotheses
from ledger.model import names
from ledger.model.experiment import directory
from ledger.model.formats import trailers
from ledger.model.frozen import frozen
from ledger.model.hypothesis import Hypothesis, Plan
from ledger.repo import forks, plan_history
from ledger.repo.change import Change, transact
from ledger.repo.code import edited
from ledger.repo.ledger import Ledger
from ledger.repo.planning import Origin, Request, make_plan, remarks, with_plain_names


@frozen
class Created:
    """The experiment as it was begun. `remarks` say what the author may want to know."""

    plan: Plan
    branch: str
    start: str
    commit: str
    switched: bool
    remarks: tuple[str, ...]


def create(ledger: Ledger, request: Request, *, now: datetime) -> Created:
    """Begin an experiment. Raises LedgerError, and then the repository is as it was."""
    title = names.check_title(request.title)
    author = ledger.git.identity()

    def make(change: Change) -> Created:
        git = ledger.git
        name = _free_name(ledger, request.name, title)
        base, start, parent = _start(ledger, request.start)
        code = ledger.code.at(base)
        asked = with_plain_names(ledger, request, code)
        origin = Origin(title=title, name=name, author=author, base=base, parent=parent, created=now)
        plan = make_plan(ledger, asked, code, origin)
        texts = edited(code.texts, {code.locate(key): value for key, value in (asked.overrides or {}).items()})
        changed = {path: text for path, text in texts.items() if text != code.texts[path]}
        branch = ledger.branch_of(name)
        if asked.switch:
            _refuse_overlap(ledger, changed)
        entries = {path: replace(code.files[path], oid=git.blob(text.encode())) for path, text in changed.items()}
        commit = _commit(ledger, plan, base, entries, _message(plan, asked))
        change.move([RefChange(ref=branch, old=None, new=commit)], f"ledger new: {name}")
        if asked.switch:
            _switch(change, branch, commit)
        return Created(
            plan=plan,
            branch=branch.removeprefix("refs/heads/"),
            start=start,
            commit=commit,
            switched=asked.switch,
            remarks=(),
        )

    created = transact(ledger, make)
    said = remarks(ledger, created.plan)
    with contextlib.suppress(LedgerError):
        # what cannot run yet is for `run` to refuse
        said += plan_history.to_be_left_out(ledger, ledger.experiment(created.plan.name))
    return replace(created, remarks=said)


def _commit(ledger: Ledger, plan: Plan, parent: str, entries: Mapping[str, Entry], message: str) -> str:
    """A commit on `parent` that adds the hypothesis file with the plan."""
    text = hypotheses.render(Hypothesis(plan=plan, body=hypotheses.BODY.format(title=plan.title)))
    blob = ledger.git.blob(text.encode())
    tree = ledger.git.tree(parent, {**entries, f"{directory(plan.name)}/hypothesis.md": plain_file(blob)})
    return ledger.git.commit_tree(tree, [parent], message)


def _message(plan: Plan, request: Request) -> str:
    lines = [f"predicts {p}" for p in plan.predictions]
    lines += [f"sets {key} = {value}" for key, value in (request.overrides or {}).items()]
    return trailers.compose(f"new: {plan.title}", "\n".join(lines), trailers=[(trailers.EXPERIMENT, plan.name)])


# --- the name and the place


def _free_name(ledger: Ledger, wanted: str | None, title: str) -> str:
    name = names.check_name(wanted) if wanted is not None else names.slug(title)
    if not name:
        raise LedgerError(f"no name can be made from the title {title!r}", hint="give one: --name focal-loss")
    _refuse_blocked(ledger)
    taken = _taken(ledger, name)
    if taken is not None:
        numbered = (f"{name[:58].rstrip('-')}-{n}" for n in itertools.count(2))
        free = next(other for other in numbered if _taken(ledger, other) is None)
        raise LedgerError(f"the name {name} is taken by {taken}", hint=f"another one: --name {free}")
    return name


def _taken(ledger: Ledger, name: str) -> str | None:
    """What has the name already, None where it is free."""
    git, folder = ledger.git, directory(name)
    source = ledger.snapshot.source(name)
    if source is not None and source.branch is not None:
        return f"the branch {source.branch.removeprefix('refs/heads/').removeprefix('refs/remotes/')}"
    if source is not None and source.landed:
        return f"{folder}/ on {ledger.snapshot.main}"
    # a tag may hold anything
    if source is not None and not source.archived and git.objects.folder(f"{source.tip}:{folder}"):
        return f"an experiment whose branch is not here (ledger archive {name} --undo brings it back)"
    below = next((ref for ref in ledger.snapshot.refs_of(name) if ref.startswith(f"{ledger.branch_of(name)}/")), None)
    if below is not None:
        return f"the branch {below.removeprefix('refs/heads/')}"
    ref, commit = ledger.snapshot.head
    if commit is not None and git.objects.folder(f"{commit}:{folder}"):
        return f"{folder}/ on {(ref or 'HEAD').removeprefix('refs/heads/')}"
    tags = ledger.snapshot.tags_of(name)
    if tags:
        return f"the tag {next(iter(tags)).removeprefix('refs/tags/')}"
    return f"{folder} in the work tree" if (git.root / folder).exists() else None


def _refuse_blocked(ledger: Ledger) -> None:
    """Refuse where a branch named `exp` leaves no place for branches `exp/…`."""
    prefix = ledger.settings.branch_prefix
    for at in (i for i, character in enumerate(prefix) if character == "/"):
        branch = prefix[:at]
        # not `for-each-ref`, which would list all that is below it as well
        if ledger.git.succeeds("show-ref", "--verify", "--quiet", f"refs/heads/{branch}"):
            raise LedgerError(
                f"the branch {branch} is in the way: git has no place for branches {prefix}NAME beside it",
                hint=f"git branch -m {branch} {branch}-old, or set another `branch_prefix` in ledger.yaml",
            )


def _start(ledger: Ledger, wanted: str | None) -> tuple[str, str, str | None]:
    """The commit to fork from, what to call it, and the experiment that it belongs to."""
    ref, commit = ledger.snapshot.head
    if commit is None:
        raise LedgerError(
            "there is no commit yet to fork from", hint="commit your pipeline first: git add -A && git commit"
        )
    if wanted is not None:
        target = ledger.target(wanted)
        if target.experiment is not None:
            return forks.start(ledger, target)
        assert target.commit is not None
        return target.commit, wanted, ledger.name_of(f"refs/heads/{wanted}")
    if ref is None:
        raise LedgerError(
            f"HEAD is detached at {commit[:10]}, so it is not plain where to fork from",
            hint="say it: --from HEAD, or --from main",
        )
    name = ledger.name_of(ref)
    parent = None if name is None else ledger.find(name)
    if parent is not None and parent.outcome != "supported":
        outcome, main = parent.outcome or "not concluded", ledger.snapshot.main or "main"
        raise LedgerError(
            f"you are on the experiment {parent.name}, which is {outcome}: a fork of it would inherit its change",
            hint=f"--from {main} to begin anew, --from {parent.name} to build on it all the same",
        )
    return commit, ref.removeprefix("refs/heads/"), None if parent is None else parent.name


def _refuse_overlap(ledger: Ledger, changed: Mapping[str, str]) -> None:
    dirty = {d.path for d in ledger.git.dirty()}
    overlap = sorted(dirty & set(changed))
    if overlap:
        have, it = ("has", "it") if len(overlap) == 1 else ("have", "them")
        raise LedgerError(
            f"{', '.join(overlap)} {have} uncommitted changes, and -S would write to {it}",
            hint="commit them first, or write the parameter by hand after ledger new",
        )


def _switch(change: Change, branch: str, commit: str) -> None:
    ledger = change.ledger
    short = branch.removeprefix("refs/heads/")
    done = call(["switch", "--quiet", "--no-guess", short], cwd=ledger.git.root)
    # a hook may fail after the switch has been made: where HEAD is decides
    if ledger.git.head()[0] != branch:
        change.move([RefChange(ref=branch, old=commit, new=None)], "ledger new: taken back")
        said = done.stderr.decode(errors="replace").strip().removeprefix("error: ")
        raise LedgerError(
            f"git cannot switch to the new branch: {said}",
            hint="commit or stash the changes, or use --no-switch",
        )

"""The first commit of an experiment, its branch, and the work tree that is switched to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.git.process import call
from ledger.git.refs import RefChange
from ledger.model import hypothesis as hypotheses
from ledger.model.bounds import is_full_id
from ledger.model.experiment import directory
from ledger.model.formats import trailers
from ledger.model.hypothesis import Hypothesis
from ledger.model.parameters import Value
from ledger.model.plan import Plan
from ledger.repo.change import Change
from ledger.repo.code import Code, edited
from ledger.report.data_changes import described


def begin(
    change: Change, plan: Plan, code: Code, overrides: Mapping[str, Value], *, switch: bool, body: str | None = None
) -> str:
    """Commit the plan and the parameters on the code that it was forked from, as the experiment's branch.

    `body`: the prose below the plan; without it one to be filled in. Returns the commit. Raises LedgerError where
    the work tree cannot be switched to it, and then there is no branch.
    """
    git, name = change.ledger.git, plan.name
    texts = edited(code.texts, {code.locate(key): value for key, value in overrides.items()})
    changed = {path: text for path, text in texts.items() if text != code.texts[path]}
    if switch:
        _refuse_overlap(change, changed)
    files = {path: replace(code.files[path], oid=git.blob(text.encode())) for path, text in changed.items()}
    text = hypotheses.render(Hypothesis(plan=plan, body=_body(git, plan) if body is None else body))
    tree = git.tree(plan.base, {**files, f"{directory(name)}/hypothesis.md": change.file(text)})
    commit = git.commit_tree(tree, [plan.base], _message(plan, overrides))
    branch = change.ledger.branch_of(name)
    change.move([RefChange(ref=branch, old=None, new=commit)], f"ledger new: {name}")
    if switch:
        _switch(change, branch, commit)
    return commit


def _body(git: Git, plan: Plan) -> str:
    """The prose to begin with; below the method it says what the commits are that name data."""
    arms = [v for v in plan.variants if v.data and plan.search is None]
    named = {name for v in arms for change in v.data.values() for name in (change.at, *change.groups) if name}
    subjects = {name: git.objects.message(name).partition("\n")[0] for name in named if is_full_id(name)}
    lines = "".join(f"- {v.name}: {described(v, subjects)}\n" for v in arms)
    return hypotheses.BODY.format(title=plan.title) + (f"\n{lines}" if lines else "")


def _message(plan: Plan, overrides: Mapping[str, Value]) -> str:
    lines = [f"predicts {p}" for p in plan.predictions]
    lines += [f"sets {key} = {value}" for key, value in overrides.items()]
    return trailers.compose(
        f"new: {trailers.inert(plan.title)}", "\n".join(lines), trailers=[(trailers.EXPERIMENT, plan.name)]
    )


def _refuse_overlap(change: Change, changed: Mapping[str, str]) -> None:
    dirty = {d.path for d in change.ledger.git.dirty()}
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

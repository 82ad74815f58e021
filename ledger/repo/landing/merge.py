"""The tree of an adoption: main and an experiment's branch merged, without a checkout.

Git merges the files. What it cannot know is done here: parameters key by key, `dvc.lock` stage by stage, results from
the side whose lock entry they belong to. What is left is a true conflict, and nothing is made of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from ledger.analysis import locks
from ledger.analysis.locks import BOTH, OURS, THEIRS, Choice
from ledger.analysis.merge import Clash, merge_parameters
from ledger.errors import LedgerError, Refused
from ledger.git.entries import Entry
from ledger.git.three_way import is_shallow, merge_base, merge_trees, weave
from ledger.model.experiment import Experiment, directory
from ledger.model.formats.lockfile import Pinned
from ledger.model.parameters import flatten
from ledger.model.pipeline import Pipeline, inside
from ledger.repo.code import Code
from ledger.repo.experiments import is_record
from ledger.repo.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A merged tree. `stale`: the stages to reproduce; `remarks`: where git alone would have found a conflict."""

    tree: str
    stale: tuple[str, ...]
    remarks: tuple[str, ...]


Files: TypeAlias = Mapping[str, Entry]
Stages: TypeAlias = Mapping[int, Entry]
"""What base (1), ours (2) and theirs (3) have at a path in conflict."""

BASE = "base"


@dataclass(slots=True, kw_only=True)
class _Merge:
    """A merge under way: what is put in place of git's answer, what clashes, what is to be said.

    `commits` and `files` are those of base, ours and theirs; `codes` lacks ours where main has no pipeline.
    """

    ledger: Ledger
    experiment: Experiment
    main: str
    commits: Mapping[str, str]
    files: Mapping[str, Files]
    codes: Mapping[str, Code]
    conflicts: Mapping[str, Stages]
    changes: dict[str, Entry | None] = field(default_factory=dict)
    clashes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def branch(self) -> str:
        """The short name of the experiment's branch."""
        return (self.experiment.branch or "").removeprefix("refs/heads/")

    @property
    def pipelines(self) -> list[Pipeline]:
        """The pipelines of both sides."""
        return [code.pipeline for code in self.codes.values()]

    def differing(self) -> list[str]:
        """The paths at which the sides differ."""
        ours, theirs = self.files[OURS], self.files[THEIRS]
        return [path for path in dict.fromkeys([*ours, *theirs]) if ours.get(path) != theirs.get(path)]

    def is_record(self, path: str) -> bool:
        """Whether the file belongs to an experiment's record on either side."""
        return is_record(self.ledger.git.objects, path, self.commits[OURS], self.commits[THEIRS])

    def contested(self, path: str) -> bool:
        """Whether both sides changed the file, each in its way."""
        return locks.three_way(*(self.files[side].get(path) for side in (BASE, OURS, THEIRS))) is None

    def texts(self, path: str) -> tuple[str, str, str]:
        """The file's text at base, ours and theirs, "" where it is not there."""
        base, ours, theirs = (self.ledger.git.objects.text(self.commits[s], path) or "" for s in (BASE, OURS, THEIRS))
        return base, ours, theirs

    def take(self, path: str, side: str) -> None:
        """Have the file as a side has it."""
        entry = self.files[side].get(path)
        self.changes[path] = entry

    def put(self, path: str, text: str) -> None:
        """Have the file with this text."""
        like = self.files[OURS].get(path) or self.files[THEIRS][path]
        self.changes[path] = replace(like, oid=self.ledger.git.blob(text.encode("utf-8", "surrogateescape")))


def merge(ledger: Ledger, experiment: Experiment, main: str, ours: str) -> Merged:
    """Merge the experiment's tip into the commit `ours` of the branch `main`.

    Raises Refused with every file that conflicts, and LedgerError where the histories cannot be merged here.
    """
    git, theirs = ledger.git, experiment.tip
    commits = {BASE: _base(ledger, experiment, main, ours), OURS: ours, THEIRS: theirs}
    merged = merge_trees(git, ours, theirs)
    codes = {THEIRS: ledger.code.at(theirs)}
    if ledger.code.has_pipeline(ours):
        codes[OURS] = ledger.code.at(ours)
    state = _Merge(
        ledger=ledger,
        experiment=experiment,
        main=main,
        commits=commits,
        files={side: git.objects.files(commit) for side, commit in commits.items()},
        codes=codes,
        conflicts=merged.conflicts,
    )
    _merge_files(state)
    if state.clashes:
        raise Refused(
            f"{state.branch} and {main} conflict, so nothing was changed:\n  " + "\n  ".join(state.clashes),
            hint=f"by hand: git switch {main} && git merge {state.branch}; or rebase {state.branch} and land it again",
        )
    code = _merged_code(state, git.tree(merged.tree, state.changes))
    choice = _merge_locks(state, code)
    _merge_results(state, code, choice)
    return Merged(tree=git.tree(merged.tree, state.changes), stale=choice.stale, remarks=tuple(state.remarks))


def _base(ledger: Ledger, experiment: Experiment, main: str, ours: str) -> str:
    base = merge_base(ledger.git, ours, experiment.tip)
    if base is not None:
        return base
    if is_shallow(ledger.git):
        raise LedgerError(
            f"this clone is too shallow to merge: it lacks the commit from which {experiment.name} was forked",
            hint="git fetch --unshallow, then land it again; ledger land --record needs no merge",
        )
    raise LedgerError(
        f"{main} and {experiment.name} share no history, so there is nothing to merge",
        hint="ledger land --record keeps the record alone",
    )


def _merged_code(state: _Merge, tree: str) -> Code:
    """The code of the merged files. Raises Refused where two sound pipelines have become one that is not."""
    try:
        code = state.ledger.code.at(tree)
        wrong = locks.unsound(code.pipeline)
    except LedgerError as error:
        wrong = error.message.replace(f" at {tree[:10]}", "")
    if wrong is not None:
        raise Refused(
            f"merged with {state.main}, the pipeline of {state.branch} would not run: {wrong}",
            hint=f"git switch {state.branch} && git rebase {state.main}, correct it there, then land it again",
        )
    return code


# --- files


def _merge_files(state: _Merge) -> None:
    """Everything but locks and results, which need the merged pipeline: they get the experiment's state for now."""
    own = directory(state.experiment.name)
    differing = state.differing()
    # a branch speaks for its own experiment, and main for all the others
    mine = [path for path in differing if inside(path, own)]
    for path in mine:
        state.take(path, THEIRS)
    if mine and any(inside(path, own) for path in state.files[OURS]):
        state.remarks.append(f"{own}/ on {state.main} is now as on {state.branch}")
    parameters = {path for code in state.codes.values() for path in code.texts}
    ignores = {path for pipeline in state.pipelines for path in pipeline.ignore_files()}
    for path in dict.fromkeys([*(p for p in differing if state.contested(p)), *state.conflicts]):
        everywhere = path in state.files[OURS] and path in state.files[THEIRS]
        if inside(path, own):
            continue
        if any(pipeline.is_result(path) for pipeline in state.pipelines):
            state.take(path, THEIRS)
        elif path in parameters and everywhere:
            _merge_parameters(state, path)
        elif path in state.conflicts and state.is_record(path):
            state.take(path, OURS)
        elif path in state.conflicts and not (path in ignores and everywhere and _merge_ignores(state, path)):
            state.clashes.append(f"{path}: {_said(state, state.conflicts[path])}")


def _said(state: _Merge, stages: Stages) -> str:
    if 2 in stages and 3 in stages:
        return "both changed it" if 1 in stages else "both added it"
    changed, other = (state.main, state.branch) if 2 in stages else (state.branch, state.main)
    return f"changed on {changed}, removed or moved on {other}"


def _merge_parameters(state: _Merge, path: str) -> None:
    known = state.codes[THEIRS].names
    axes = [known[axis.name][0] for axis in state.experiment.plan.replicates.axes if axis.name in known]
    try:
        merged = merge_parameters(
            path,
            *state.texts(path),
            weave=partial(weave, state.ledger.git),
            yielding=[key for file, key in axes if file == path],
        )
    except LedgerError as error:
        state.clashes.append(f"{path}: it cannot be read ({error.message})")
        return
    if merged.text is None:
        state.clashes += [f"{path}: {_clash(state, clash)}" for clash in merged.clashes] or [
            f"{path}: both changed it, and the changes cannot be put together key by key"
        ]
        return
    state.put(path, merged.text)
    state.remarks.append(f"{path} is merged key by key")


def _clash(state: _Merge, clash: Clash) -> str:
    base, ours, theirs = (value or "not there" for value in (clash.base, clash.ours, clash.theirs))
    return f"{clash.key} was {base}; it is {ours} on {state.main}, {theirs} on {state.branch}"


def _merge_ignores(state: _Merge, path: str) -> bool:
    """Keep both sides' lines of a `.gitignore` that DVC writes in, unless some lines take others back."""
    base, ours, theirs = state.texts(path)
    text = None if "!" in ours + theirs else weave(state.ledger.git, base, ours, theirs, keep_both=True)
    if text is not None:
        state.put(path, text)
    return text is not None


# --- locks and results


def _merge_locks(state: _Merge, code: Code) -> Choice:
    """Choose each stage's lock entry, and put the merged lock files in place."""
    locked = {side: state.ledger.code.locks(code, commit) for side, commit in state.commits.items()}

    def holds(path: str, pin: Pinned, side: str) -> bool:
        return _holds(state.ledger, code, path, pin, state.codes.get(side) or state.codes[THEIRS])

    choice = locks.choose(
        code.pipeline,
        {path: flatten(tree) for path, tree in code.trees.items()},
        holds,
        base=locked[BASE],
        ours=locked[OURS],
        theirs=locked[THEIRS],
    )
    for path in _lockfiles(state, code):
        if state.contested(path):
            sides = {s.lock_name: choice.sides[s.name] for s in code.pipeline.stages if s.lockfile == path}
            state.put(path, locks.merge_lock(*state.texts(path), sides))
            state.remarks.append(f"{path} is merged stage by stage")
    return choice


def _lockfiles(state: _Merge, code: Code) -> list[str]:
    return list(dict.fromkeys(path for p in (code.pipeline, *state.pipelines) for path in p.lockfiles()))


def _holds(ledger: Ledger, code: Code, path: str, pin: Pinned, side: Code) -> bool:
    """Whether the merged files have at `path` what a lock entry pins, the entry being that of `side`."""
    if path in code.data:
        return code.data[path].md5 == pin.md5
    entry = code.files.get(path)
    if entry is None:
        return _below(code, path) == _below(side, path)
    found = ledger.git.objects.read(entry.oid)
    data = b"" if found is None else found.data
    # DVC 2 took the hash of a text without carriage returns
    digests = [hashlib.md5(d, usedforsecurity=False).hexdigest() for d in (data, data.replace(b"\r\n", b"\n"))]
    return pin.md5 in digests


def _below(code: Code, folder: str) -> dict[str, str | None]:
    """What git and `.dvc` files hold below a folder, or around it, by path; without results and experiments."""
    held: dict[str, str | None] = {
        path: entry.oid
        for path, entry in code.files.items()
        if inside(path, folder) and not code.pipeline.is_result(path) and not path.endswith(".gitignore")
    }
    return held | {p: pin.md5 for p, pin in code.data.items() if inside(p, folder) or inside(folder, p)}


def _merge_results(state: _Merge, code: Code, choice: Choice) -> None:
    """Results come from the side whose lock entry they belong to; where no stage says so, from the experiment's."""
    pipelines = [code.pipeline, *state.pipelines]
    lockfiles = _lockfiles(state, code)
    made = {output.path: choice.sides[s.name] for s in code.pipeline.stages for output in s.outputs}
    taken = set()
    for path in state.differing():
        if path in lockfiles or state.is_record(path) or not any(p.is_result(path) for p in pipelines):
            continue
        side = next((side for output, side in made.items() if inside(path, output)), BOTH)
        if side == BOTH and not state.contested(path):
            continue
        side = THEIRS if side == BOTH else side
        state.take(path, side)
        if state.contested(path):
            taken.add(side)
    if taken:
        whose = " and ".join(name for side, name in ((OURS, state.main), (THEIRS, state.branch)) if side in taken)
        state.remarks.append(f"both sides have results: those of {whose} are taken")

"""Merging what stages made: lock entries stage by stage, results from the side whose entry they belong to."""

from __future__ import annotations

import hashlib

from ledger.analysis import lock_entries
from ledger.analysis.lock_entries import BOTH, OURS, THEIRS, LockChoice
from ledger.git.git import Git
from ledger.model.formats.lockfile import Pinned
from ledger.model.parameters import flatten
from ledger.model.pipeline import inside
from ledger.model.remarks import Kind, Remark
from ledger.repo.code import Code
from ledger.repo.landing.merging import BASE, Merging


def merge_locks(state: Merging, code: Code) -> LockChoice:
    """Choose each stage's lock entry, and put the merged lock files in place."""
    locked = {side: state.ledger.code.locks(code, commit) for side, commit in state.commits.items()}

    def holds(path: str, pin: Pinned, side: str) -> bool:
        return _holds(state.ledger.git, code, path, pin, state.codes.get(side) or state.codes[THEIRS])

    choice = lock_entries.choose(
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
            state.put(path, lock_entries.merge_lock(*state.texts(path), sides))
            state.remarks.append(Remark.of(Kind.MERGED_BY_STAGE, path=path))
    return choice


def _lockfiles(state: Merging, code: Code) -> list[str]:
    return list(dict.fromkeys(path for p in (code.pipeline, *state.pipelines) for path in p.lockfiles()))


def _holds(git: Git, code: Code, path: str, pin: Pinned, side: Code) -> bool:
    """Whether the merged files have at `path` what a lock entry pins, the entry being that of `side`."""
    if path in code.data:
        return code.data[path].md5 == pin.md5
    entry = code.files.get(path)
    if entry is None:
        return _below(code, path) == _below(side, path)
    found = git.objects.read(entry.oid)
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


def merge_results(state: Merging, code: Code, choice: LockChoice) -> None:
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
        whose = tuple(name for side, name in ((OURS, state.main), (THEIRS, state.branch)) if side in taken)
        state.remarks.append(Remark.of(Kind.RESULTS_OF, branches=whose))

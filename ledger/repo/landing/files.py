"""Merging files: git's answer, but for parameters, records and what DVC ignores."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from ledger.analysis.lock_entries import OURS, THEIRS
from ledger.analysis.merge import Clash, merge_parameters
from ledger.errors import LedgerError
from ledger.git.three_way import weave
from ledger.model.experiment import directory
from ledger.model.pipeline import inside
from ledger.model.remarks import Kind, Remark
from ledger.repo.landing.merging import Conflict, Merging, Stages


def merge_files(state: Merging) -> None:
    """Everything but locks and results, which need the merged pipeline: they get the experiment's state for now."""
    own = directory(state.experiment.name)
    differing = state.differing()
    # a branch speaks for its own experiment, and main for all the others
    mine = [path for path in differing if inside(path, own)]
    for path in mine:
        state.take(path, THEIRS)
    if mine and any(inside(path, own) for path in state.files[OURS]):
        state.remarks.append(Remark.of(Kind.AS_ON_BRANCH, folder=own, main=state.main, branch=state.branch))
    merge_code(state)


def merge_code(state: Merging, settled: Collection[str] = ()) -> None:
    """The same of all that lies beside the experiment's own folder, without what is `settled` already."""
    own = directory(state.experiment.name)
    differing = state.differing()
    parameters = {path for code in state.codes.values() for path in code.texts}
    ignores = {path for pipeline in state.pipelines for path in pipeline.ignore_files()}
    for path in dict.fromkeys([*(p for p in differing if state.contested(p)), *state.conflicts]):
        everywhere = path in state.files[OURS] and path in state.files[THEIRS]
        if inside(path, own) or path in settled:
            continue
        if any(pipeline.is_result(path) for pipeline in state.pipelines):
            state.take(path, THEIRS)
        elif path in parameters and everywhere:
            _merge_parameters(state, path)
        elif path in state.conflicts and state.is_record(path):
            state.take(path, OURS)
        elif path in state.conflicts and not (path in ignores and everywhere and _merge_ignores(state, path)):
            state.clashes.append(Conflict(path, _said(state, state.conflicts[path])))


def _said(state: Merging, stages: Stages) -> str:
    if 2 in stages and 3 in stages:
        return "both changed it" if 1 in stages else "both added it"
    changed, other = (state.main, state.branch) if 2 in stages else (state.branch, state.main)
    return f"changed on {changed}, removed or moved on {other}"


def _merge_parameters(state: Merging, path: str) -> None:
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
        state.clashes.append(Conflict(path, f"it cannot be read ({error.message})"))
        return
    if merged.text is None:
        said = [_clash(state, clash) for clash in merged.clashes]
        whole = "both changed it, and the changes cannot be merged key by key"
        state.clashes += [Conflict(path, why) for why in said or [whole]]
        return
    state.put(path, merged.text)
    state.remarks.append(Remark.of(Kind.MERGED_BY_KEY, path=path))


def _clash(state: Merging, clash: Clash) -> str:
    base, ours, theirs = (value or "not there" for value in (clash.base, clash.ours, clash.theirs))
    return f"{clash.key} was {base}; it is {ours} on {state.main}, {theirs} on {state.branch}"


def _merge_ignores(state: Merging, path: str) -> bool:
    """Keep both sides' lines of a `.gitignore` that DVC writes in, unless some lines take others back."""
    base, ours, theirs = state.texts(path)
    text = None if "!" in ours + theirs else weave(state.ledger.git, base, ours, theirs, keep_both=True)
    if text is not None:
        state.put(path, text)
    return text is not None

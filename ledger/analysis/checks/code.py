"""Did that code run on that data? What `dvc.lock` pins beside what the trial commit holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.analysis.equality import same
from ledger.analysis.gathered import Claim, Gathered
from ledger.analysis.problems import Kind, Problem, unproved, wrong
from ledger.analysis.witness import Content, Witness
from ledger.model.formats.lockfile import LockedStage
from ledger.model.parameters import flatten
from ledger.model.pipeline import Stage
from ledger.model.trial import Trial


def code(gathered: Gathered) -> Iterator[Problem]:
    """Where `dvc.lock` does not pin the commands, code and data of the trial commit, or that cannot be told."""
    for claim in gathered.claims:
        trial = claim.trial
        if claim.commit is None:
            continue
        if not claim.code_here:
            yield unproved(Kind.CODE_NOT_HERE, trial, code=trial.code)
        elif claim.unreadable is not None:
            found = wrong if claim.unreadable.no_pipeline else unproved
            yield found(Kind.CODE_UNREADABLE, trial, said=claim.unreadable.said)
        elif claim.witness is not None and trial.succeeded:
            yield from traced(claim, claim.commit, claim.witness)


def traced(claim: Claim, commit: str, witness: Witness) -> Iterator[Problem]:
    """The same of one trial that has succeeded."""
    trial = claim.trial
    yield from _other_data(trial, commit, witness)
    made = {path: pin for stage in witness.locks.values() for path, pin in stage.outputs.items()}
    for stage in witness.pipeline.stages:
        if stage.frozen:
            continue
        where = {"lock": stage.lockfile, "stage": stage.name}
        locked = witness.locks.get(stage.name)
        if locked is None:
            yield wrong(Kind.STAGE_NOT_PINNED, trial, **where)
            continue
        if locked.command != stage.command:
            yield wrong(Kind.OTHER_COMMAND, trial, **where)
        for path in dict.fromkeys([*stage.dependencies, *locked.dependencies]):
            pin, content = locked.dependencies.get(path), witness.contents.get(path)
            if pin is None:
                yield wrong(Kind.INPUT_NOT_PINNED, trial, path=path, **where)
            elif content is not None:
                if pin.md5 in content.md5s:
                    continue
                if content.doubt is not None:
                    yield unproved(Kind.INPUT_DOUBTFUL, trial, path=path, doubt=content.doubt, **where)
                else:
                    yield wrong(Kind.OTHER_INPUT, trial, path=path, commit=commit, **where)
            elif path not in made:
                yield unproved(Kind.INPUT_NOT_HERE, trial, path=path, **where)
            elif pin.md5 != made[path].md5:
                yield wrong(Kind.OTHER_INTERMEDIATE, trial, path=path, **where)


def _other_data(trial: Trial, commit: str, witness: Witness) -> Iterator[Problem]:
    """Where the data that the plan gives an arm instead of its code's are not those of the trial commit."""
    for one in witness.other_data:
        if one.forged is not None:
            yield wrong(Kind.DATA_FORGED, trial, path=one.path, name=one.forged)
        if one.refused is not None:
            yield wrong(Kind.DATA_REFUSED, trial, path=one.path, said=one.refused)
        if one.untold is not None:
            yield unproved(Kind.DATA_UNTOLD, trial, path=one.path, said=one.untold)
        if one.differs:
            yield wrong(Kind.OTHER_DATA, trial, path=one.path, commit=commit, names=one.differs)


def agrees(
    stage: Stage, locked: LockedStage, contents: Mapping[str, Content], parameters: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Whether a lock entry can be of this command, this code and these parameters."""
    for path, pin in locked.dependencies.items():
        content = contents.get(path)
        if content is not None and content.doubt is None and pin.md5 not in content.md5s:
            return False
    for file, values in locked.parameters.items():
        for key, value in flatten(values).items():
            there, held = look_up(parameters.get(file, {}), key)
            if not there or not same(held, value):
                return False
    return locked.command == stage.command


def look_up(tree: Mapping[str, Any], key: str) -> tuple[bool, Any]:
    """Whether a tree has a dotted key, members of lists by their number, and its value."""
    flat = flatten(tree)
    if key in flat:
        return True, flat[key]
    node: Any = tree
    for part in key.replace("[", ".").replace("]", "").split("."):
        if isinstance(node, Mapping) and part in node:
            node = node[part]
        elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        else:
            return False, None
    return True, node

"""Which lock entries does a merge have, and which of them hold for the merged files?

A stage's entry is what one run of it has left: it is taken whole, from one side. It holds for the merged files where
they have the command, parameters and dependencies that it pins; else the stage must be reproduced.
"""

from __future__ import annotations

import graphlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, TypeAlias

from ledger.model import globs
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import LockedStage, Pinned
from ledger.model.frozen import frozen
from ledger.model.parameters import Value, unflatten
from ledger.model.pipeline import Pipeline, Stage, inside
from ledger.model.typed_values import format_value

OURS = "ours"
THEIRS = "theirs"
BOTH = "both"

Holds: TypeAlias = Callable[[str, Pinned, str], bool]
"""Whether the merged files have at a path (which no stage makes) what the entry of a side pins there."""

Locked: TypeAlias = Mapping[str, LockedStage]


@frozen
class LockChoice:
    """From which side each stage's entry comes, by stage name; which stages both had run; which to reproduce."""

    sides: Mapping[str, str]
    contested: tuple[str, ...]
    stale: tuple[str, ...]


def choose(
    pipeline: Pipeline,
    parameters: Mapping[str, Mapping[str, Value]],
    holds: Holds,
    *,
    base: Locked,
    ours: Locked,
    theirs: Locked,
) -> LockChoice:
    """The lock entries of the merge whose `pipeline` and flat `parameters` (by file) are given.

    Where both sides changed an entry, the one that holds is taken, and theirs where none does.
    """
    sides: dict[str, str] = {}
    contested, stale = [], []
    pins: dict[str, tuple[Pinned, str]] = {}
    for stage in ordered(pipeline):
        b, o, t = (locked.get(stage.name) for locked in (base, ours, theirs))
        side = three_way(b, o, t)
        if side is None:
            contested.append(stage.name)
            side = next(
                (s for s, entry in ((THEIRS, t), (OURS, o)) if _fits(stage, entry, s, parameters, holds, pins)), THEIRS
            )
        entry = o if side == OURS else t
        sides[stage.name] = side
        upstream_stale = any(
            inside(d, output.path) or inside(output.path, d)
            for d in stage.dependencies
            for other in pipeline.stages
            if other.name in stale
            for output in other.outputs
        )
        if not stage.frozen and (upstream_stale or not _fits(stage, entry, side, parameters, holds, pins)):
            stale.append(stage.name)
        if entry is not None:
            pins |= {path: (pin, side) for path, pin in entry.outputs.items()}
    return LockChoice(sides=sides, contested=tuple(contested), stale=tuple(stale))


def three_way(base: object, ours: object, theirs: object) -> str | None:
    """Whose value a merge takes: one side's, `both` where they agree, None where both changed it, each in its way."""
    if ours == theirs:
        return BOTH
    if theirs == base:
        return OURS
    return THEIRS if ours == base else None


def ordered(pipeline: Pipeline) -> Sequence[Stage]:
    """The stages, each behind those whose outputs it depends on."""
    stages = {stage.name: stage for stage in pipeline.stages}
    before = {
        stage.name: {
            other.name
            for other in pipeline.stages
            for output in other.outputs
            if any(inside(d, output.path) or inside(output.path, d) for d in stage.dependencies)
        }
        for stage in pipeline.stages
    }
    return [stages[name] for name in graphlib.TopologicalSorter(before).static_order()]


def unsound(pipeline: Pipeline) -> str | None:
    """Why DVC would refuse the pipeline, None where it would not."""
    makers: dict[str, str] = {}
    for stage, output in ((s, o) for s in pipeline.stages for o in s.outputs):
        if output.path in makers:
            return f"{makers[output.path]} and {stage.name} both make {output.path}"
        makers[output.path] = stage.name
    for path, name in makers.items():
        around = next((str(p) for p in PurePosixPath(path).parents if str(p) in makers), None)
        if around is not None:
            return f"{name} makes {path} inside {around}, which {makers[around]} makes"
    try:
        ordered(pipeline)
    except graphlib.CycleError as error:
        return f"its stages form a dependency cycle: {', '.join(error.args[1])}"
    return None


def _fits(
    stage: Stage,
    entry: LockedStage | None,
    side: str,
    parameters: Mapping[str, Mapping[str, Value]],
    holds: Holds,
    pins: Mapping[str, tuple[Pinned, str]],
) -> bool:
    """Whether running the stage on the merged files would be running again what the entry records."""
    return (
        entry is not None
        and entry.command == stage.command
        and entry.dependencies.keys() == set(stage.dependencies)
        and entry.outputs.keys() == {output.path for output in stage.outputs}
        and all(
            _same_parameters(stage, file, entry, side, parameters, pins)
            for file in {use.file for use in stage.parameters}
        )
        and all(_same_input(path, pin, side, holds, pins) for path, pin in entry.dependencies.items())
    )


def _same_parameters(
    stage: Stage,
    file: str,
    entry: LockedStage,
    side: str,
    parameters: Mapping[str, Mapping[str, Value]],
    pins: Mapping[str, tuple[Pinned, str]],
) -> bool:
    if file in stage.dependencies:
        # read whole, and pinned as a file
        return True
    if file not in parameters and file in pins:
        # written by another stage, and with DVC alone: the same where both come from one run
        return BOTH in (pins[file][1], side) or pins[file][1] == side
    uses = [use for use in stage.parameters if use.file == file]
    present = {
        key: format_value(value)
        for key, value in parameters.get(file, {}).items()
        if any(use.covers(key) for use in uses)
    }
    recorded = globs.named(entry.parameters.get(file, {}), unflatten(parameters.get(file, {})))
    return present == {key: format_value(value) for key, value in recorded.items()}


def _same_input(path: str, pin: Pinned, side: str, holds: Holds, pins: Mapping[str, tuple[Pinned, str]]) -> bool:
    if path in pins:
        return pins[path][0].md5 == pin.md5
    around = [origin for made, (_, origin) in pins.items() if inside(path, made) or inside(made, path)]
    if around:
        # a part of an output, or more than one: it is the same where both come from one run
        return all(BOTH in (origin, side) or origin == side for origin in around)
    return holds(path, pin, side)


# --- the text of a lock file


def merge_lock(base: str, ours: str, theirs: str, sides: Mapping[str, str]) -> str:
    """The merged `dvc.lock`, stages in ours' order. `sides` says by lock name whose entry a contested stage has.

    Each stage's lines are one side's own. Raises YamlError where one of the texts is not YAML.
    """
    documents = [_document(text) for text in (base, ours, theirs)]
    merged: dict[str, Any] = {}
    for key in dict.fromkeys([*documents[1], *documents[2]]):
        if key != "stages":
            # a side without the file has taken its stages back, and not how such a file begins
            there = [document or documents[1] or documents[2] for document in documents]
            _take(merged, key, there, THEIRS)
    stages = [document.get("stages") or {} for document in documents]
    taken: dict[str, Any] = {}
    origin = {
        name: _take(taken, name, stages, sides.get(name, THEIRS)) for name in dict.fromkeys([*stages[1], *stages[2]])
    }
    merged["stages"] = taken
    for text, document in ((ours, documents[1]), (theirs, documents[2])):
        if document == merged:
            return text
    head, blocks = _blocks(ours)
    other_head, other_blocks = _blocks(theirs)
    lines = [(other_blocks if origin[name] == THEIRS else blocks).get(name, "") for name in taken]
    text = (head or other_head) + "".join(lines)
    try:
        composed = yaml12.loads(text) == merged
    except yaml12.YamlError:
        composed = False
    return text if composed else yaml12.dumps(merged)


def _document(text: str) -> dict[str, Any]:
    document = yaml12.loads(text)
    return document if isinstance(document, dict) else {}


def _take(into: dict[str, Any], key: str, sides: Sequence[Mapping[str, Any]], contested: str) -> str:
    """Put the merged value of a key `into` the mapping, unless it is to go; returns whose it is."""
    base, ours, theirs = ((side[key],) if key in side else None for side in sides)
    whose = three_way(base, ours, theirs) or contested
    value = theirs if whose == THEIRS else ours
    if value is not None:
        into[key] = value[0]
    return whose


def _blocks(text: str) -> tuple[str, dict[str, str]]:
    """What stands before the stages in a lock file as DVC writes it, and the lines of each stage."""
    head, stages, body = text.partition("stages:\n")
    blocks: dict[str, str] = {}
    name = ""
    for line in body.splitlines(keepends=True):
        if line.startswith("  ") and line[2:3] not in ("", " ", "-", "#"):
            key = yaml12.loads(line.strip().removesuffix(":"))
            name = key if isinstance(key, str) else ""
        blocks[name] = blocks.get(name, "") + line
    return head + stages, blocks

"""Does the branch show what its trials made? Its locks and results beside those of every trial commit.

A branch may honestly show more than one thing: the canonical trial, another one after its code went back, what its base
had, or what its author reproduced and has not recorded. What it may not show is a result that its own `dvc.lock` does
not pin, or one that contradicts a trial of the same code, data and parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ledger.analysis.checks import Content
from ledger.analysis.findings import BRANCH, Finding
from ledger.model.formats.lockfile import LockedStage
from ledger.model.frozen import frozen
from ledger.model.pipeline import inside


@frozen
class State:
    """What a commit shows: its lock entries by stage, and the blobs of the results that git holds, by path."""

    label: str
    locks: Mapping[str, LockedStage]
    results: Mapping[str, str]


def shown(
    tip: State,
    *,
    canonical: State | None,
    trials: Sequence[State],
    earlier: Sequence[State],
    contents: Mapping[str, Content],
    reproduced: Collection[str],
    lockfiles: Mapping[str, str],
    metrics: Collection[str],
    complete: bool,
) -> list[Finding]:
    """What the branch's tip shows that it should not.

    `canonical` is the trial that it should show, None where none counts at present. `earlier` are states that it may
    have inherited, such as its base. `contents`: the md5s of the results at the tip. `reproduced`: the stages whose
    entries agree with code and parameters that the branch has or had. `lockfiles`: where each stage is pinned.
    `metrics`: the metrics files. `complete`: whether all trials are among the `trials`; else nothing is of none.
    """
    if any(_agree(tip, state) for state in trials):
        return []
    known = [*trials, *earlier]
    findings = _results(tip, known, contents, metrics, complete)
    for name, entry in tip.locks.items():
        if any(state.locks.get(name) == entry for state in known):
            continue
        twin = next(
            (state for state in trials if name in state.locks and _inputs(state.locks[name]) == _inputs(entry)), None
        )
        if twin is not None:
            paths = [p for p, pin in entry.outputs.items() if twin.locks[name].outputs.get(p) != pin] or [name]
            message = f"{lockfiles[name]} pins another {', '.join(paths)} than {twin.label}, which ran the same inputs"
            findings.append(_problem(message))
        elif not complete:
            message = f"{lockfiles[name]}: the entry of {name} is of none of the trials whose commits are here"
            findings.append(_unproved(message))
        elif name not in reproduced:
            message = f"{lockfiles[name]}: the entry of {name} is of no trial, and of no code that the branch had"
            findings.append(_problem(message))
        else:
            findings.append(_unproved(f"{lockfiles[name]}: {name} was reproduced and not recorded (ledger record)"))
    if canonical is not None:
        gone = [path for path in canonical.results if path not in tip.results]
        findings += [_problem(f"{path} is gone from the branch; {canonical.label} wrote it") for path in gone]
        if not findings:
            findings.append(_unproved(f"the branch does not show {canonical.label}, but what it had before"))
    return findings


def _agree(tip: State, state: State) -> bool:
    pinned = tip.locks.keys() & state.locks.keys()
    held = tip.results.keys() | state.results.keys()
    return (
        all(tip.locks[name] == state.locks[name] for name in pinned)
        and tip.locks.keys() == state.locks.keys()
        and all(tip.results.get(path) == state.results.get(path) for path in held)
    )


def _results(
    tip: State, known: Sequence[State], contents: Mapping[str, Content], metrics: Collection[str], complete: bool
) -> list[Finding]:
    """The results that are neither what the tip's lock pins, nor together with their pin what another state had."""
    pins = {path: (name, pin) for name, entry in tip.locks.items() for path, pin in entry.outputs.items()}
    found = []
    for path, oid in tip.results.items():
        pinned = next((at for at in pins if inside(path, at)), None)
        if pinned is not None:
            name, pin = pins[pinned]
            content = contents.get(pinned)
            together = [state for state in known if state.locks.get(name) == tip.locks[name]]
            if content is not None and pin.md5 in content.md5s:
                continue
            if any(state.results.get(path) == oid for state in together):
                continue
            if content is None or (content.doubt is not None and (path not in metrics or content.filtered)):
                found.append(_unproved(f"{path} on the branch may not be what dvc.lock pins"))
            else:
                found.append(_problem(f"{path} on the branch is not what dvc.lock pins: it was changed by hand"))
        elif not any(state.results.get(path) == oid for state in known):
            message = f"{path} on the branch is of no trial: it was changed by hand"
            found.append(_problem(message) if complete and path in metrics else _unproved(message))
    return found


def _inputs(entry: LockedStage) -> tuple[object, ...]:
    dependencies = {path: pin.md5 for path, pin in entry.dependencies.items()}
    return (entry.command, dependencies, entry.parameters)


def _problem(message: str) -> Finding:
    return Finding(check=BRANCH, message=message)


def _unproved(message: str) -> Finding:
    return Finding(check=BRANCH, message=message, problem=False)

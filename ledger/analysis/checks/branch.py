"""Does the branch show what its trials made? Its locks and results beside those of every trial commit.

A branch may honestly show more than one thing: the canonical trial, another one after its code went back, what its base
had, or what its author reproduced and has not recorded. What it may not show is a result that its own `dvc.lock` does
not pin, or one that contradicts a trial of the same code, data and parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.analysis.gathered import CommitState, Gathered, TipShown
from ledger.analysis.problems import Kind, Problem, Subject, unproved, wrong
from ledger.model.formats.lockfile import LockedStage
from ledger.model.pipeline import inside


def branch(gathered: Gathered) -> Iterator[Problem]:
    """What the branch shows that it should not, and what git shows in another's place."""
    of, found = gathered.whole, gathered.branch
    for oid in gathered.replaced:
        yield unproved(Kind.OBJECT_REPLACED, of, oid=oid)
    if found is None:
        return
    if found.changed_unseen is not None:
        yield wrong(Kind.CHANGED_UNSEEN, of, said=found.changed_unseen)
    if found.perhaps_changed is not None:
        yield unproved(Kind.PERHAPS_CHANGED, of, said=found.perhaps_changed)
    if found.unreadable is not None:
        yield unproved(Kind.BRANCH_UNREADABLE, of, said=found.unreadable)
    if found.shown is not None:
        yield from shown(of, found.shown)


def shown(of: Subject, seen: TipShown) -> list[Problem]:
    """What the branch's tip shows that it should not."""
    tip = seen.tip
    if any(_agree(tip, state) for state in seen.trials):
        return []
    known = [*seen.trials, *seen.earlier]
    found = list(_results(of, seen, known))
    for stage, entry in tip.locks.items():
        if not any(state.locks.get(stage) == entry for state in known):
            found.append(_entry(of, seen, stage, entry))
    if seen.canonical is not None:
        trial = seen.canonical.label
        gone = [path for path in seen.canonical.results if path not in tip.results]
        found += [wrong(Kind.SHOWN_GONE, of, path=path, trial=trial) for path in gone]
        if not found:
            found.append(unproved(Kind.NOT_SHOWN, of, trial=trial))
    return found


def _entry(of: Subject, seen: TipShown, stage: str, entry: LockedStage) -> Problem:
    """What is to be said of a lock entry that no state has which is known."""
    lock = seen.lockfiles[stage]
    twin = next((s for s in seen.trials if stage in s.locks and _inputs(s.locks[stage]) == _inputs(entry)), None)
    if twin is not None:
        paths = [p for p, pin in entry.outputs.items() if twin.locks[stage].outputs.get(p) != pin] or [stage]
        return wrong(Kind.OTHER_OUTPUT, of, lock=lock, paths=", ".join(paths), trial=twin.label)
    if not seen.complete:
        return unproved(Kind.ENTRY_OF_NONE_HERE, of, lock=lock, stage=stage)
    if stage not in seen.reproduced:
        return wrong(Kind.ENTRY_OF_NO_TRIAL, of, lock=lock, stage=stage)
    return unproved(Kind.NOT_RECORDED, of, lock=lock, stage=stage)


def _agree(tip: CommitState, state: CommitState) -> bool:
    pinned = tip.locks.keys() & state.locks.keys()
    held = tip.results.keys() | state.results.keys()
    return (
        all(tip.locks[name] == state.locks[name] for name in pinned)
        and tip.locks.keys() == state.locks.keys()
        and all(tip.results.get(path) == state.results.get(path) for path in held)
    )


def _results(of: Subject, seen: TipShown, known: Sequence[CommitState]) -> Iterator[Problem]:
    """The results that are neither what the tip's lock pins, nor together with their pin what another state had."""
    tip = seen.tip
    pins = {path: (name, pin) for name, entry in tip.locks.items() for path, pin in entry.outputs.items()}
    for path, oid in tip.results.items():
        pinned = next((at for at in pins if inside(path, at)), None)
        if pinned is None:
            if not any(state.results.get(path) == oid for state in known):
                found = wrong if seen.complete and path in seen.metrics else unproved
                yield found(Kind.SHOWN_OF_NO_TRIAL, of, path=path)
            continue
        name, pin = pins[pinned]
        content = seen.contents.get(pinned)
        if content is not None and pin.md5 in content.md5s:
            continue
        together = [state for state in known if state.locks.get(name) == tip.locks[name]]
        if any(state.results.get(path) == oid for state in together):
            continue
        if content is None or (content.doubt is not None and (path not in seen.metrics or content.filtered)):
            yield unproved(Kind.SHOWN_DOUBTFUL, of, path=path)
        else:
            yield wrong(Kind.SHOWN_CHANGED, of, path=path)


def _inputs(entry: LockedStage) -> tuple[object, ...]:
    dependencies = {path: pin.md5 for path, pin in entry.dependencies.items()}
    return (entry.command, dependencies, entry.parameters)

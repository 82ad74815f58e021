"""What data the sides of a comparison stand on, beyond what records name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ledger.analysis.side import Side
from ledger.model.formats.lockfile import Pinned
from ledger.model.pipeline import inside
from ledger.model.settings import Settings
from ledger.model.trial import Trial
from ledger.repo.code import Code
from ledger.repo.ledger import Ledger


def tracked(code: Code, sources: Iterable[str]) -> dict[str, Pinned]:
    """What `.dvc` files and frozen stages pin of the sources: they themselves, what is in them, or what they are in."""
    read = [path for path in sources if path not in code.files]
    return {at: pin for at, pin in code.data.items() if any(inside(at, path) or inside(path, at) for path in read)}


def of_trial(ledger: Ledger, trial: Trial) -> dict[str, Pinned]:
    """What its record names, but for files in submodules, which are code; and what no record names.

    That is what `.dvc` files pin of folders that a stage reads, where git holds some of them too.
    """
    if ledger.git.commit(trial.code) is None:
        return dict(trial.data)
    code = ledger.code.at(trial.code)
    unrecorded = tracked(code, [path for path in code.pipeline.sources() if path not in trial.data])
    return unrecorded | {path: pin for path, pin in trial.data.items() if not is_code(ledger.settings, code, path)}


def is_code(settings: Settings, code: Code, path: str) -> bool:
    """Whether a path lies in a submodule that a comparison shows among the code, as it does unless it is ignored."""
    submodule = code.submodule_of(path)
    return submodule is not None and not settings.ignores(submodule)


def in_same_terms(ledger: Ledger, a: Side, b: Side) -> Side:
    """The side `a` with its data named as `b` names it.

    A trial's record names a folder that a stage reads by one hash, where before a run only the `.dvc` files in it, or
    around it, are known: those of both sides are compared then.
    """
    data = dict(a.data)
    for path in a.data.keys() - b.data.keys():
        related = [at for at in b.data.keys() - a.data.keys() if inside(at, path) or inside(path, at)]
        if related and a.code is not None and ledger.git.commit(a.code) is not None:
            del data[path]
            data |= tracked(ledger.code.at(a.code), (path,))
    return replace(a, data=data)

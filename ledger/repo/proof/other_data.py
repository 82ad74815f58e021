"""What the plan gives a trial instead of its code's data, computed anew, beside what its trial commit has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ledger.analysis.witness import OtherData
from ledger.dvc.store import ObjectState
from ledger.errors import LedgerError, NotHere
from ledger.git.entries import Entry
from ledger.model.data_change import DataChange
from ledger.model.frozen import frozen
from ledger.model.pipeline import inside
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Point
from ledger.model.trial import Trial
from ledger.repo.code import Code
from ledger.repo.datasets.datasets import DataSets
from ledger.repo.datasets.listings import Forged
from ledger.repo.proof.trees import Tree


@frozen
class Planned:
    """A plan with the arm of it that a trial is of, and what it gives the trial at which paths."""

    plan: Plan
    variant: Variant
    changes: Mapping[str, DataChange]


def planned(plan: Plan, trial: Trial) -> Planned | None:
    """What a plan gives a trial; None where it has no such arm."""
    variant = plan.variant(trial.variant)
    return None if variant is None else Planned(plan=plan, variant=variant, changes=plan.data_of(variant, trial.point))


def code_of(datasets: DataSets, code: Code, one: Planned, point: Point = ()) -> Code:
    """The code with the arm's data, at a point with its sample too. Raises LedgerError."""
    return datasets.applied(code, one.plan.data_of(one.variant, point), one.plan.groups, base=one.plan.base)


def as_committed(tree: Tree, whole: Code | None, one: Planned | None) -> Code:
    """The code with the data that the trial commit has.

    Where replicates draw samples, it has the `whole` that they are drawn from instead.
    """
    files, data = dict(tree.code.files), dict(tree.data)
    samples = {} if one is None else one.plan.replicates.samples
    for path in () if one is None else one.changes:
        source = whole if whole is not None and path in samples else None
        own = _below(tree.files if source is None else source.files, path)
        files = {at: entry for at, entry in files.items() if at not in _below(files, path)} | own
        if source is not None and path in source.data:
            data[path] = source.data[path]
    return replace(tree.code, files=files, data=data, laid=_differs(tree.code.files, files))


def compared(datasets: DataSets, tree: Tree, one: Planned, point: Point) -> tuple[OtherData, ...]:
    """Every path at which the plan gives the trial other data."""
    return tuple(_compared(datasets, tree, one, point, path) for path in one.changes)


def _compared(datasets: DataSets, tree: Tree, one: Planned, point: Point, path: str) -> OtherData:
    try:
        alone = replace(one, variant=replace(one.variant, data=_at(one.variant.data, path)))
        code = code_of(datasets, tree.code, alone, tuple(p for p in point if p[0] == path))
    except Forged as error:
        return OtherData(path=path, forged=error.name)
    except NotHere as error:
        return OtherData(path=path, untold=error.message)
    except LedgerError as error:
        return OtherData(path=path, refused=error.message)
    if path not in tree.data and path not in code.data:
        return OtherData(path=path, differs=tuple(sorted(_differs(_below(code.files, path), _below(tree.files, path)))))
    wanted, held = (None if pin is None else pin.md5 for pin in (code.data.get(path), tree.data.get(path)))
    if wanted != held:
        return OtherData(path=path, differs=_files(datasets, wanted, held))
    forged = held is not None and datasets.store.state(held, None) is ObjectState.CORRUPT
    return OtherData(path=path, forged=held if forged else None)


def laid(datasets: DataSets, tree: Tree, planned: Iterable[Planned]) -> frozenset[str]:
    """The files by which a trial commit may have other data than its code: pointers, and files of git's."""
    found: set[str] = set()
    for path in {path for one in planned for path in one.changes}:
        try:
            pointer = datasets.held(tree.code, path).pointer
        except LedgerError:
            continue
        found |= {at for at in (*tree.files, *tree.code.files) if inside(at, path)} if pointer is None else {pointer}
    return frozenset(found)


def _files(datasets: DataSets, wanted: str | None, held: str | None) -> tuple[str, ...]:
    """The files in which two folders of DVC's differ; what names them where a list is not here."""
    lists = [datasets.store.listing(digest or "") for digest in (wanted, held)]
    if lists[0] is None or lists[1] is None:
        return tuple(str(digest) for digest in (held, wanted))
    return tuple(sorted({path for path, _ in lists[0].items() ^ lists[1].items()}))


def _at(changes: Mapping[str, DataChange], path: str) -> dict[str, DataChange]:
    return {path: changes[path]} if path in changes else {}


def _below(files: Mapping[str, Entry], path: str) -> dict[str, Entry]:
    return {at: entry for at, entry in files.items() if inside(at, path) and not at.endswith(".gitignore")}


def _differs(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> dict[str, Entry | None]:
    return {at: after.get(at) for at in before.keys() | after.keys() if before.get(at) != after.get(at)}

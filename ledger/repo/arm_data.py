"""The data of two sides of a comparison where an arm has others than its code: all of them, in the same terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ledger.analysis.datasets.parts import Listing
from ledger.analysis.side import Side
from ledger.errors import LedgerError
from ledger.model.data_change import DataChange
from ledger.model.formats.lockfile import Pinned
from ledger.model.plan import Plan, Variant
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target


def in_full(ledger: Ledger, a: Side, b: Side, targets: tuple[Target, Target]) -> tuple[Side, Side]:
    """The sides with all files of the data that arms change, and with the whole of what they draw from.

    A record names the sample of one draw; what two arms differ in is what all their samples are drawn from.
    """
    for path in sorted({path for target in targets for path in _changed(target)}):
        try:
            a, b = _with(ledger, a, targets[0], path), _with(ledger, b, targets[1], path)
        except LedgerError:
            # not here: their hashes are compared
            continue
    return a, b


def grouped(
    ledger: Ledger, sides: tuple[Side, Side], targets: tuple[Target, Target]
) -> Callable[[str, Listing], Mapping[str, str]]:
    """The groups of files at a path as the plan of either target says, the second one's first."""

    def group_of(path: str, files: Listing) -> Mapping[str, str]:
        for side, target in zip(reversed(sides), reversed(targets), strict=True):
            plan = None if target.experiment is None else target.experiment.plan
            if plan is not None and path in plan.groups and side.code is not None:
                try:
                    return ledger.datasets.group_of(ledger.code.at(side.code), path, plan.groups[path], files)
                except LedgerError:
                    continue
        return {}

    return group_of


def _declared(target: Target) -> tuple[Plan, Variant] | None:
    experiment = target.experiment
    variant = None if experiment is None else experiment.plan.variant(target.variant)
    return None if experiment is None or variant is None else (experiment.plan, variant)


def _changed(target: Target) -> set[str]:
    """The paths at which a target has other data than its code."""
    found = _declared(target)
    return set() if found is None else {*found[1].data, *found[0].replicates.samples}


def _with(ledger: Ledger, side: Side, target: Target, path: str) -> Side:
    """A side with what it has at a path. Raises LedgerError where that cannot be told here."""
    if side.code is None:
        return side
    code, found, changes = ledger.code.at(side.code), _declared(target), dict[str, DataChange]()
    if found is not None:
        changes = found[0].data_of(found[1], () if target.trial is None else target.trial.trial.point)
    if found is None or path not in changes:
        files = ledger.datasets.listing(code, path)
        pin = code.data.get(path)
    else:
        plan = found[0]
        files = ledger.datasets.files(code, path, changes[path], plan.grouping(path), base=plan.base)
        pin = ledger.datasets.applied(code, {path: changes[path]}, plan.groups, base=plan.base).data.get(path)
    recorded = side.data.get(path)
    if recorded is None or pin is None or recorded.md5 != pin.md5:
        # else it has the size that DVC has found
        recorded = pin or Pinned(md5=None)
    if recorded.nfiles is None and ledger.datasets.held(code, path).is_folder:
        recorded = replace(recorded, nfiles=len(files))
    return replace(side, data={**side.data, path: recorded}, held={**side.held, path: files})

"""What has been tried of the parameters' values and of their combinations, and what never."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ledger.analysis.coverage.combinations import STRONGEST, Combinations, counted
from ledger.analysis.coverage.excluded import Group, excluded
from ledger.analysis.coverage.parameters import Varied, taken
from ledger.analysis.coverage.proposals import Proposals, proposals
from ledger.analysis.coverage.tried import CoverageOptions, State, Tried
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.listing import counted as number_of
from ledger.model.listing import listed
from ledger.model.remarks import Kind, Remark


@frozen
class Coverage:
    """The answer over `trials` recorded trials and `planned` arms without any.

    `pairs`: the combinations of two, for the picture; None where t is 1. `exclude` are the expressions. `start`: what
    an experiment of the proposals would be forked from, None for HEAD.
    """

    t: int
    trials: int
    planned: int
    taken: Varied
    combinations: Combinations
    pairs: Combinations | None
    groups: tuple[Group, ...]
    exclude: tuple[str, ...]
    proposals: Proposals | None
    notes: tuple[Remark, ...]
    start: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that count, in the order of the places in a combination."""
        return tuple(one.name for one in self.taken.parameters)


def coverage(tried: Sequence[Tried], asked: CoverageOptions, is_replicate: Callable[[str], bool]) -> Coverage:
    """The coverage of what was `tried`, which is not empty.

    Raises LedgerError where nothing varied or too much did, and for what cannot be read or is of no trial.
    """
    found = taken(tried, asked, is_replicate)
    t = _strength(found, tried, asked)
    groups = excluded(asked.exclude, found, dict.fromkeys(name for one in tried for name in one.params))
    states = np.array([one.state for one in tried], np.uint8)
    sizes = [len(one.levels) for one in found.parameters]
    combinations = counted(found.codes, states, sizes, groups, t)
    pairs = combinations if t == 2 else counted(found.codes, states, sizes, groups, 2) if t > 2 else None
    planned = int((states == State.PLANNED).sum())
    return Coverage(
        t=t,
        trials=len(tried) - planned,
        planned=planned,
        taken=found,
        combinations=combinations,
        pairs=pairs,
        groups=groups,
        exclude=tuple(asked.exclude),
        proposals=None if asked.complete is None else proposals(combinations, found, groups, asked.complete),
        notes=_notes(found, tried, groups),
    )


def _strength(found: Varied, tried: Sequence[Tried], asked: CoverageOptions) -> int:
    """Of how many parameters combinations are."""
    names = [one.name for one in found.parameters]
    if not names:
        known = [one.name for one in found.fixed]
        planned = sum(one.state is State.PLANNED for one in tried)
        kinds = ((len(tried) - planned, "trial"), (planned, "planned arm"))
        among = f"among {' and '.join(number_of(count, kind) for count, kind in kinds if count)}"
        never = f"; {listed(known, 5)} never changed" if known else ""
        raise LedgerError(
            f"no parameter that counts varied {among}{never}",
            hint='ledger new "what you expect" --vary lr=0.1,0.01 tries several values',
        )
    t = min(2, len(names)) if asked.t is None else asked.t
    if not 1 <= t <= STRONGEST:
        raise LedgerError(f"-t {t} is not 1 to {STRONGEST}", hint="-t 2 counts pairs")
    if t > len(names):
        varied = f"only {names[0]} did" if len(names) == 1 else f"{len(names)} did: {listed(names, 8)}"
        raise LedgerError(f"-t {t} takes {t} parameters that varied; {varied}", hint=f"-t {len(names)}")
    return t


def _notes(found: Varied, tried: Sequence[Tried], groups: Sequence[Group]) -> tuple[Remark, ...]:
    notes = []
    for group in found.together:
        notes.append(Remark.of(Kind.MOVED_TOGETHER, names=group))
    for one in found.parameters:
        if one.absent:
            notes.append(Remark.of(Kind.PARAMETER_ABSENT, name=one.name, count=one.absent, total=len(tried)))
    wrong = np.zeros(len(tried), np.bool_)
    for own in groups:
        wrong |= own.forbids(found.value_codes)
    if wrong.any():
        notes.append(Remark.of(Kind.EXCLUDED_TRIED, count=int(wrong.sum())))
    return tuple(notes)

"""Was it confirmed? What the experiments that put a finding to the test say of it together.

A confirmation counts where its verdict is confirmatory and still that of its records, and where it tried the same thing
on replicates that the first experiment had not. To try until it works would find what is not there: the k-th attempt
at one arm confirms it only where its plan divides alpha by k (`looks`), and no success outweighs a refutation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.model.confirmation import CONFIRMED, NOT_CONFIRMED, OPEN, Confirmation, Tested
from ledger.model.verdict import REFUTED, SUPPORTED


def counts(one: Confirmation) -> bool:
    """Whether its verdict says anything of the finding."""
    return one.outcome is not None and one.confirmatory is not False and one.holds and one.same and one.fresh


def tested(confirmations: Iterable[Confirmation]) -> dict[str, tuple[Tested, ...]]:
    """What was confirmed or was not, an entry an arm, by the name of the experiment that found it."""
    arms: dict[tuple[str, str], list[Confirmation]] = {}
    for one in confirmations:
        arms.setdefault((one.of.experiment, one.of.variant), []).append(one)
    found: dict[str, list[Tested]] = {}
    for (experiment, variant), attempts in sorted(arms.items()):
        attempts.sort(key=lambda one: (one.created, one.name))
        state, deciding = _decided(attempts)
        by = tuple(one.name for one in deciding)
        found.setdefault(experiment, []).append(Tested(variant=variant, state=state, by=by))
    return {name: tuple(arms_) for name, arms_ in found.items()}


def leading(arms: Sequence[Tested], about: str) -> Tested | None:
    """The arm that stands for an experiment: the one that it is `about`, else the only one that was tried."""
    own = next((one for one in arms if one.variant == about), None)
    return own or (arms[0] if len(arms) == 1 else None)


def of_row(arms: Sequence[Tested], variant: str, *, whole: bool) -> Tested | None:
    """What a row says of it: that of its own arm, in the row of a `whole` experiment of the one that stands for it."""
    return leading(arms, variant) if whole else next((one for one in arms if one.variant == variant), None)


def said(one: Tested | None, variant: str) -> str | None:
    """What was confirmed of the row's arm, or of another arm of the experiment alone."""
    return None if one is None else one.state if one.variant == variant else f"1 arm {one.state}"


def _decided(attempts: Sequence[Confirmation]) -> tuple[str, Sequence[Confirmation]]:
    """What attempts at one arm say, the first one first, and which of them decide."""
    counting = [one for one in attempts if counts(one)]
    refuting = [one for one in counting if one.outcome == REFUTED]
    if refuting:
        return NOT_CONFIRMED, refuting
    # each attempt that came to a verdict was a chance, also where that counts no more
    judged = [one for one in attempts if one.outcome is not None]
    supporting = [one for one in counting if one.outcome == SUPPORTED and one.looks > judged.index(one)]
    if supporting:
        return CONFIRMED, supporting
    return (NOT_CONFIRMED, counting) if counting else (OPEN, attempts)
